"""Chooses what to show of the network: by relation, dimension, kind, standing, year, and nearness to a thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from mgi_graph.network import Edge, Network, Node, Standing, Together

USUAL_STANDINGS: tuple[Standing, ...] = ("asserted", "reading")
"""How firmly links must stand where nobody says."""

USUAL_KINDS = ("public-body", "coordination", "international", "state", "group", "law", "treaty", "policy")
"""The kinds of thing where nobody says: bodies and instruments."""

MOST_STEPS = 4
"""The farthest that a thing may be from the one in the middle."""


@dataclass(frozen=True)
class Selection:
    """What is to be shown.

    Attributes:
        relations: IRIs of relations; empty for all.
        dimensions: IRIs of dimensions in which a link is said; empty for all, and for what is said outside of them.
        kinds: kinds of thing (`network.KINDS`).
        standings: how firmly links must stand (`network.STANDINGS`).
        since, until: the first and the last year; None for no bound. A link that states a year is held to it, any
            other to the years of its two ends.
        undated: whether things and links for which no year is stated pass a bound of years.
        around: IRI of a thing in the middle; empty for none.
        steps: how far from the middle.
        together: how close two things must be named to count as named together.
        alone: whether things without any link that is shown are shown too.
    """

    relations: frozenset[str] = frozenset()
    dimensions: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset(USUAL_KINDS)
    standings: frozenset[Standing] = frozenset(USUAL_STANDINGS)
    since: int | None = None
    until: int | None = None
    undated: bool = True
    around: str = ""
    steps: int = 1
    together: Together = "finding"
    alone: bool = False


@dataclass(frozen=True)
class View:
    """What is shown: the things by their names' order, their links, and how many things of the kinds have no link."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    unlinked: int

    @cached_property
    def of_node(self) -> dict[str, tuple[Edge, ...]]:
        """The links of each thing."""
        found: dict[str, list[Edge]] = {node.iri: [] for node in self.nodes}
        for edge in self.edges:
            for iri in (edge.source, edge.target):
                found[iri].append(edge)
        return {iri: tuple(edges) for iri, edges in found.items()}

    @cached_property
    def findings(self) -> frozenset[str]:
        """The findings that say the links."""
        return frozenset(tie.finding for edge in self.edges for tie in edge.ties)


def select(network: Network, selection: Selection) -> View:
    """Choose from the network."""
    kept = [node for node in network.nodes.values() if node.kind in selection.kinds]
    nodes = {node.iri: node for node in kept}
    edges = [edge for edge in _candidates(network, selection) if _fits(edge, nodes, selection)]
    if selection.around:
        reached = _near(selection.around, edges, selection.steps)
        edges = [edge for edge in edges if edge.ends <= reached]
    linked = {iri for edge in edges for iri in edge.ends} | {selection.around} & nodes.keys()
    unlinked = [node for node in kept if node.iri not in linked and _node_fits(node, selection)]
    shown = [node for node in kept if node.iri in linked] + (unlinked if selection.alone else [])
    order = sorted(shown, key=lambda node: (node.kind, node.name("en"), node.iri))
    return View(tuple(order), tuple(edges), len(unlinked))


def neighbours(view: View, iri: str) -> Sequence[str]:
    """The things that links of the view join to one, in the order of the view."""
    near = {end for edge in view.of_node.get(iri, ()) for end in edge.ends} - {iri}
    return [node.iri for node in view.nodes if node.iri in near]


def _candidates(network: Network, selection: Selection) -> Iterable[Edge]:
    wanted = selection.relations
    stated = (edge for edge in network.edges if not wanted or edge.relation in wanted)
    named = network.together[selection.together] if "together" in selection.standings else ()
    return [edge for edge in (*stated, *named) if edge.standing in selection.standings]


def _fits(edge: Edge, nodes: dict[str, Node], selection: Selection) -> bool:
    if edge.source not in nodes or edge.target not in nodes:
        return False
    if selection.dimensions and not selection.dimensions & edge.dimensions:
        return False
    if edge.years:
        return _in_time(edge.years, selection)
    return all(_in_time(nodes[iri].years, selection) for iri in edge.ends)


def _node_fits(node: Node, selection: Selection) -> bool:
    named = not selection.dimensions or bool(selection.dimensions & node.dimensions)
    return named and not selection.around and _in_time(node.years, selection)


def _in_time(years: Sequence[int], selection: Selection) -> bool:
    if selection.since is None and selection.until is None:
        return True
    first = selection.since if selection.since is not None else min(years, default=0)
    last = selection.until if selection.until is not None else max(years, default=0)
    return any(first <= year <= last for year in years) if years else selection.undated


def _near(start: str, edges: Sequence[Edge], steps: int) -> set[str]:
    """What can be reached in so many steps, whatever the direction of the links."""
    joined: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        joined[edge.source].add(edge.target)
        joined[edge.target].add(edge.source)
    reached, outer = {start}, {start}
    for _ in range(steps):
        outer = {iri for here in outer for iri in joined[here]} - reached
        reached |= outer
    return reached
