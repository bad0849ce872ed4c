"""Draws an answer where its question says how: bars, a timeline or a small graph, laid out as plain shapes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox

from mgi_graph.answers import CitedAnswer
from mgi_graph.engine.result import Term
from mgi_graph.labels import acronym
from mgi_graph.namespaces import expand

MOST = 60
"""The most bars, lines of a timeline, or things in a graph; with more than that a table says it better."""

_LABELS = 250
_WIDTH = 760
_LINE = 16
_ROW = 28
_COLUMNS_HIGH = 200
_MOST_COLUMNS = 90
_BOX = 190
_GAP = 120
_LETTERS = {"row": 36, "box": 25}
_LONG = 40
_ACRONYM = re.compile(r"[A-Z]{2}")
_DATE = re.compile(r"(-?\d{4,})(?:-(\d\d))?(?:-(\d\d))?")


@dataclass(frozen=True)
class Words:
    """A line of text; `anchor` is "start", "middle" or "end"."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    style: str = "label"


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    style: str = "bar"


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str = "axis"


@dataclass(frozen=True)
class Curve:
    """A curve that ends in an arrowhead, as the path of an SVG."""

    path: str


@dataclass(frozen=True)
class Drawing:
    """A picture.

    Attributes:
        kind: "bar", "timeline" or "graph".
        width, height: in pixels.
        boxes, lines, curves, words: what is drawn, in this order from the back.
        number: how many bars, things on the timeline, or edges it shows.
        relation: IRI of the property that all edges have; empty where there is none or each says its own.
    """

    kind: str
    width: float
    height: float
    number: int
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    curves: tuple[Curve, ...] = ()
    words: tuple[Words, ...] = ()
    relation: str = ""


def draw(answer: CitedAnswer, language: str) -> Drawing | None:
    """Draw an answer as the header of its question says.

    Returns:
        None where the header says nothing, or where there is too little or too much for a picture to help.
    """
    picture = answer.question.picture
    if picture is None:
        return None
    rows = [{**answer.values, **row} for row in answer.table.dicts()]
    if picture.kind == "bar":
        return _bars(answer, rows, picture.roles, language)
    if picture.kind == "timeline":
        return _timeline(answer, rows, picture.roles, language)
    return _graph(answer, rows, picture.roles, language)


_Rows = Sequence[Mapping[str, Term | None]]


def _bars(answer: CitedAnswer, rows: _Rows, roles: Mapping[str, str], language: str) -> Drawing | None:
    values = _measured(rows, roles)
    if not 2 <= len(values) <= MOST:
        return None
    if all(isinstance(term, ox.Literal) and term.value.isdigit() for term in values):
        return _columns({int(term.value): value for term, value in values.items()})
    most = max(values.values())
    room = _WIDTH - _LABELS - 60
    boxes: list[Box] = []
    words: list[Words] = []
    y = 4.0
    for term, value in values.items():
        lines = _wrap(_name(answer, term, language), _LETTERS["row"], 2)
        height = max(_ROW, len(lines) * _LINE + 10)
        words += _stacked(lines, _LABELS, y + height / 2, "end")
        width = room * value / most if most else 0
        boxes.append(Box(_LABELS + 10, y + 4, max(width, 1), height - 8))
        words.append(Words(_LABELS + 18 + width, y + height / 2 + 4, f"{value:g}", style="value"))
        y += height
    return Drawing("bar", _WIDTH, y + 4, len(values), tuple(boxes), words=tuple(words))


def _measured(rows: _Rows, roles: Mapping[str, str]) -> dict[Term, float]:
    """What each bar shows, in the order of the rows."""
    counted: dict[Term, set[Term]] = {}
    added: dict[Term, float] = {}
    for row in rows:
        at, value = row.get(roles["x"]), row.get(roles.get("count") or roles["y"])
        if at is None or value is None:
            continue
        counted.setdefault(at, set()).add(value)
        number = value.value if isinstance(value, ox.Literal) and re.fullmatch(r"\d+(\.\d+)?", value.value) else "0"
        added[at] = added.get(at, 0) + float(number)
    return added if "y" in roles else {at: float(len(values)) for at, values in counted.items()}


def _columns(values: Mapping[int, float]) -> Drawing | None:
    """Bars on a scale of numbers, such as years, so that a gap in the numbers is a gap in the picture."""
    keys = sorted(values)
    step = min(after - before for before, after in pairwise(keys))
    places = (keys[-1] - keys[0]) // step + 1
    if places > _MOST_COLUMNS:
        return None
    most = max(values.values())
    width = (_WIDTH - 20) / places
    base = _COLUMNS_HIGH + 24
    boxes, words = [], []
    for key in keys:
        x = 10 + (key - keys[0]) / step * width
        height = _COLUMNS_HIGH * values[key] / most if most else 0
        boxes.append(Box(x + 1, base - height, max(width - 2, 1), height))
        words.append(Words(x + width / 2, base - height - 6, f"{values[key]:g}", "middle", "value"))
    every = max(1, round(places / 12)) * step
    ticks = [key for key in range(keys[0], keys[-1] + 1, step) if (key - keys[0]) % every == 0]
    words += [Words(10 + ((key - keys[0]) / step + 0.5) * width, base + 18, str(key), "middle") for key in ticks]
    axis = Line(10, base, _WIDTH - 10, base)
    return Drawing("bar", _WIDTH, base + 28, len(keys), tuple(boxes), (axis,), words=tuple(words))


def _timeline(answer: CitedAnswer, rows: _Rows, roles: Mapping[str, str], language: str) -> Drawing | None:
    spans: dict[tuple[str, float, float], None] = {}
    for row in rows:
        start, end = _moment(row.get(roles["start"])), _moment(row.get(roles.get("end", "")))
        begun = start if start is not None else end
        if begun is not None:
            last = end if end is not None and end >= begun else begun
            spans[_name(answer, row[roles["of"]], language), begun, last] = None
    if not 2 <= len(spans) <= MOST:
        return None
    scale = _Scale(min(start for _, start, _ in spans), max(end for _, _, end in spans))
    boxes: list[Box] = []
    words: list[Words] = []
    y = 30.0
    for name, start, end in sorted(spans, key=lambda span: (span[1], span[2], span[0])):
        lines = _wrap(name, _LETTERS["row"], 2)
        height = max(_ROW, len(lines) * _LINE + 10)
        words += _stacked(lines, _LABELS, y + height / 2, "end")
        x = scale.at(start)
        boxes.append(Box(x - 4, y + height / 2 - 4, max(scale.at(end) - x, 0) + 8, 8, "span"))
        years = f"{start:.0f}" if int(start) == int(end) else f"{int(start)}–{int(end)}"
        words.append(
            Words(scale.at(end) + 10, y + height / 2 + 4, years.replace(f"{start:.0f}", str(int(start))), style="value")
        )
        y += height
    ticks = scale.ticks()
    words += [Words(scale.at(year), 18, str(year), "middle") for year in ticks]
    lines_drawn = tuple(Line(scale.at(year), 26, scale.at(year), y, "grid") for year in ticks)
    return Drawing("timeline", _WIDTH, y + 4, len(spans), tuple(boxes), lines_drawn, words=tuple(words))


@dataclass(frozen=True)
class _Scale:
    """Years on the width of the picture, with room at the right for the last number."""

    first: float
    last: float

    def at(self, year: float) -> float:
        room = _WIDTH - _LABELS - 120
        return _LABELS + 20 + room * (year - self.first) / max(self.last - self.first, 1)

    def ticks(self) -> list[int]:
        span = max(self.last - self.first, 1)
        step = next((step for step in (1, 2, 5, 10, 20, 25, 50, 100) if span / step <= 7), 500)
        first = -(-int(self.first) // step) * step
        return list(range(first, int(self.last) + 1, step))


def _moment(term: Term | None) -> float | None:
    """A year, month or date as a number of years."""
    found = _DATE.fullmatch(term.value) if isinstance(term, ox.Literal) else None
    if not found:
        return None
    return int(found[1]) + (int(found[2] or 1) - 1) / 12 + (int(found[3] or 1) - 1) / 366


def _graph(answer: CitedAnswer, rows: _Rows, roles: Mapping[str, str], language: str) -> Drawing | None:
    by = roles.get("by", "")
    fixed = expand(by) if by and by not in answer.table.columns else ""
    edges: dict[tuple[Term, Term], list[str]] = {}
    for row in rows:
        start, end = row.get(roles["from"]), row.get(roles["to"])
        if start is None or end is None or start == end:
            continue
        names = edges.setdefault((start, end), [])
        if by and not fixed and (name := answer.show(row.get(by), language)) not in names:
            names.append(name)
    layers = _layers(list(edges))
    if len(edges) < 2 or sum(map(len, layers)) > MOST:
        return None
    return _laid_out(answer, layers, edges, language, fixed)


def _layers(edges: Sequence[tuple[Term, Term]]) -> list[list[Term]]:
    """The things from left to right, so that edges lead to the right; an edge that closes a circle is passed over."""
    kept: list[tuple[Term, Term]] = []
    for edge in edges:
        if not _leads(kept, edge[1], edge[0]):
            kept.append(edge)
    depth = dict.fromkeys((thing for edge in edges for thing in edge), 0)
    for _ in depth:
        for start, end in kept:
            depth[end] = max(depth[end], depth[start] + 1)
    layers: list[list[Term]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for thing, level in depth.items():
        layers[level].append(thing)
    for before, layer in pairwise(layers):
        places = {thing: number for number, thing in enumerate(before)}
        layer.sort(key=lambda thing: _middle([places[a] for a, b in edges if b == thing and a in places]))
    return layers


def _leads(edges: Sequence[tuple[Term, Term]], start: Term, goal: Term) -> bool:
    """Whether a way leads along the edges from one thing to another."""
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        fresh = {end for begin, end in edges if begin == here} - seen
        seen |= fresh
        waiting += fresh
    return False


def _middle(places: Sequence[int]) -> float:
    return sum(places) / len(places) if places else 0.0


@dataclass(frozen=True)
class _Node:
    """A thing with its box."""

    lines: tuple[str, ...]
    x: float
    y: float
    height: float


def _laid_out(
    answer: CitedAnswer,
    layers: Sequence[Sequence[Term]],
    edges: Mapping[tuple[Term, Term], Sequence[str]],
    language: str,
    relation: str,
) -> Drawing:
    nodes: dict[Term, _Node] = {}
    texts = {thing: _wrap(_name(answer, thing, language), _LETTERS["box"], 3) for layer in layers for thing in layer}
    heights = [sum(len(texts[thing]) * _LINE + 28 for thing in layer) for layer in layers]
    for number, layer in enumerate(layers):
        y = 8 + (max(heights) - heights[number]) / 2
        for thing in layer:
            height = len(texts[thing]) * _LINE + 14
            nodes[thing] = _Node(tuple(texts[thing]), 8 + number * (_BOX + _GAP), y, height)
            y += height + 14
    words = [
        word for node in nodes.values() for word in _stacked(node.lines, node.x + _BOX / 2, node.y + node.height / 2)
    ]
    words += [word for (a, b), names in edges.items() for word in _named(nodes[a], nodes[b], names)]
    boxes = tuple(Box(node.x, node.y, _BOX, node.height, "node") for node in nodes.values())
    curves = tuple(Curve(_path(nodes[a], nodes[b])) for a, b in edges)
    width = 16 + len(layers) * _BOX + (len(layers) - 1) * _GAP
    height = max(heights) + 8
    return Drawing("graph", width, height, len(edges), boxes, (), curves, tuple(words), relation)


def _path(start: _Node, end: _Node) -> str:
    """A curve from the right side of one box to the left side of another, wherever that lies."""
    x1, y1 = start.x + _BOX, start.y + start.height / 2
    x2, y2 = end.x - 2, end.y + end.height / 2
    bend = max(abs(x2 - x1) / 2, 40)
    return f"M{x1:.0f},{y1:.0f} C{x1 + bend:.0f},{y1:.0f} {x2 - bend:.0f},{y2:.0f} {x2:.0f},{y2:.0f}"


def _named(start: _Node, end: _Node, names: Sequence[str]) -> Iterator[Words]:
    """What an edge says, at its end, where the edges of one thing lie apart."""
    lines = [line for name in names for line in _wrap(name, 18, 2)]
    y = end.y + end.height / 2 if end.x > start.x else start.y + start.height / 2
    yield from _stacked(lines, max(end.x, start.x) - _GAP / 2, y - 4, style="relation")


def _name(answer: CitedAnswer, term: Term | None, language: str) -> str:
    """What a thing is called in a picture: its acronym, where its name is long and nothing else has that acronym."""
    name = answer.show(term, language)
    short = acronym(answer.labels.get(term.value, {}), language) if isinstance(term, ox.NamedNode) else ""
    alone = sum(acronym(labels, language) == short for labels in answer.labels.values()) == 1
    return short if len(name) > _LONG and alone and _ACRONYM.search(short) else name


def _wrap(text: str, letters: int, most: int) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), letters, max_lines=most, placeholder=" …") or [""]


def _stacked(lines: Sequence[str], x: float, y: float, anchor: str = "middle", style: str = "label") -> list[Words]:
    """Lines under each other, their middle at `y`."""
    first = y - (len(lines) - 1) * _LINE / 2 + 4
    return [Words(x, first + number * _LINE, line, anchor, style) for number, line in enumerate(lines)]
