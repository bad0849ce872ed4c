"""Draws what is shown of the network as a wheel in SVG: things around a circle by kind, links across it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from mgi_graph.network import KINDS, Edge, Node, Standing
from mgi_graph.selection import View

DASHES: dict[Standing, str] = {
    "asserted": "",
    "reading": "7 4",
    "inferred": "2 4",
    "together": "1 7",
    "denied": "12 3 2 3",
}
"""How each standing is dashed (SVG, stroke-dasharray), so that it can be told without colour."""

_ARC = 15.0
_LEAST_RADIUS = 130.0
_LABEL = 250.0
_MOST_CHARACTERS = 38


@dataclass(frozen=True)
class Spoke:
    """A thing on the wheel: where it stands, its label, and by how much and from which side that is turned."""

    node: Node
    x: float
    y: float
    label: str
    turn: float
    outward: bool


@dataclass(frozen=True)
class Chord:
    """A link on the wheel: its path (SVG) and how it is dashed."""

    edge: Edge
    path: str
    dashes: str


@dataclass(frozen=True)
class Wheel:
    """The drawing: half its width and height (the middle is at 0, 0), its things and its links."""

    half: float
    spokes: tuple[Spoke, ...]
    chords: tuple[Chord, ...]


def draw(view: View, language: str) -> Wheel:
    """Lay a view out as a wheel."""
    order = sorted(view.nodes, key=lambda node: (list(KINDS).index(node.kind), node.name(language), node.iri))
    radius = max(_LEAST_RADIUS, len(order) * _ARC / (2 * math.pi))
    spokes = tuple(_spokes(order, radius, language))
    places = {spoke.node.iri: spoke for spoke in spokes}
    chords = tuple(_chord(edge, places[edge.source], places[edge.target]) for edge in view.edges)
    return Wheel(round(radius + _LABEL, 1), spokes, chords)


def _spokes(order: list[Node], radius: float, language: str) -> Iterator[Spoke]:
    for number, node in enumerate(order):
        angle = 2 * math.pi * number / len(order) - math.pi / 2
        degrees = math.degrees(angle)
        outward = math.cos(angle) >= 0
        x, y = round(radius * math.cos(angle), 1), round(radius * math.sin(angle), 1)
        yield Spoke(node, x, y, _label(node, language), round(degrees if outward else degrees + 180, 1), outward)


def _label(node: Node, language: str) -> str:
    name = node.short(language) or node.name(language)
    return name if len(name) <= _MOST_CHARACTERS else name[: _MOST_CHARACTERS - 1].rstrip() + "…"


def _chord(edge: Edge, start: Spoke, end: Spoke) -> Chord:
    """A curve that bends towards the middle of the wheel."""
    bend = 0.35
    middle = f"{round((start.x + end.x) / 2 * bend, 1)} {round((start.y + end.y) / 2 * bend, 1)}"
    return Chord(edge, f"M{start.x} {start.y} Q{middle} {end.x} {end.y}", DASHES[edge.standing])
