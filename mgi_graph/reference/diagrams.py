"""Where the boxes, lines and words of each diagram stand; what they show is taken from the ontology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mgi_graph.errors import MGIGraphError
from mgi_graph.namespaces import MGI
from mgi_graph.reference.terms import Ontology, Term, Text

EVIDENCE = tuple(MGI + name for name in ("ofProfile", "inSection", "inPassage", "statedIn"))
"""The properties that lead from a record up to the profile, each from what the next one leads to."""

_LETTER = 7.4
_HEAD = 7


@dataclass(frozen=True)
class Box:
    """A rectangle with lines of text in its middle, or one at the top of a `frame`."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    iri: str
    group: str
    lang: str
    frame: bool = False


@dataclass(frozen=True)
class Line:
    """A line through points, with an arrow's head at its end where `head` has the points of one."""

    points: tuple[tuple[int, int], ...]
    head: tuple[tuple[int, int], ...] = ()
    dashed: bool = False


@dataclass(frozen=True)
class Caption:
    """Words at a point; `anchor` is "start", "middle" or "end"."""

    x: int
    y: int
    text: str
    lang: str
    iri: str = ""
    anchor: str = "middle"
    quiet: bool = False


@dataclass(frozen=True)
class Diagram:
    """All that is drawn, and the size of the sheet in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    captions: tuple[Caption, ...]


class _Sheet:
    """Collects what is drawn, with the labels in one language."""

    def __init__(self, ontology: Ontology, lang: str) -> None:
        self.ontology, self.lang = ontology, lang
        self.boxes: list[Box] = []
        self.lines: list[Line] = []
        self.captions: list[Caption] = []

    def label(self, iri: str) -> Text:
        return self.ontology.label(iri, self.lang)

    def box(self, iri: str, x: int, y: int, width: int, height: int, frame: bool = False, more: str = "") -> Box:
        label, group = self.label(iri), self.ontology.group(iri)
        lines = tuple(_wrap(label.value + more, int((width - 10) / _LETTER)))
        self.boxes.append(Box(x, y, width, height, lines, iri, group, label.lang, frame))
        return self.boxes[-1]

    def arrow(self, start: tuple[int, int], end: tuple[int, int], dashed: bool = False) -> None:
        self.lines.append(Line((start, end), _head(start, end), dashed))

    def caption(self, iri: str, x: int, y: int, anchor: str = "middle") -> None:
        label = self.label(iri)
        self.captions.append(Caption(x, y, label.value, label.lang, iri, anchor))

    def note(self, text: str, x: int, y: int, anchor: str = "middle") -> None:
        self.captions.append(Caption(x, y, text, self.lang, "", anchor, quiet=True))

    def finish(self, width: int, height: int) -> Diagram:
        return Diagram(width, height, tuple(self.boxes), tuple(self.lines), tuple(self.captions))


def draw_tree(ontology: Ontology, root: str, lang: str) -> Diagram:
    """The classes under a class, each to the right of the one that it is a kind of."""
    rows = list(_descend(ontology, root, 0, set()))
    widths = [
        max(round(len(ontology.label(iri, lang).value) * _LETTER) + 18 for iri, at, _ in rows if at == depth)
        for depth in range(max(depth for _, depth, _ in rows) + 1)
    ]
    lefts = [1 + sum(widths[:depth]) + 40 * depth for depth in range(len(widths))]
    sheet, places = _Sheet(ontology, lang), _heights(rows)
    for iri, depth, above in rows:
        x, y = lefts[depth], places[iri]
        sheet.box(iri, x, y, widths[depth], 24)
        if above:
            turn = x - 20
            start = (lefts[depth - 1] + widths[depth - 1], places[above] + 12)
            sheet.lines.append(Line((start, (turn, start[1]), (turn, y + 12), (x, y + 12))))
    return sheet.finish(lefts[-1] + widths[-1] + 1, max(places.values()) + 25)


def draw_layers(ontology: Ontology, lang: str) -> Diagram:
    """From the profile to the record, the kinds of record, and the entities that these are about.

    Raises:
        MGIGraphError: the properties of `EVIDENCE` make no chain.
    """
    sheet, width = _Sheet(ontology, lang), 1160
    chain = _chain(ontology)
    places = [
        sheet.box(iri, 1 + round(i * (width - 134) / (len(chain) - 1)), 20, 132, 44) for i, iri in enumerate(chain)
    ]
    for (left, right), iri in zip(pairwise(places), EVIDENCE, strict=True):
        sheet.arrow((right.x, 42), (left.x + left.width, 42))
        sheet.caption(iri, (left.x + left.width + right.x) // 2, 34)
    kinds = ontology.terms[chain[-1]].get("superClassOf")
    middle, reach = places[-1].x + 66, 0
    for number, kind in enumerate(kinds):
        place = 1 + round(number * (width + 23) / len(kinds))
        box = sheet.box(kind, place, 106, round((width + 23) / len(kinds)) - 25, 44)
        centre = box.x + box.width // 4
        sheet.lines.append(Line(((middle, 64), (middle, 85), (centre, 85), (centre, 106))))
        leading = _leading(ontology, kind)
        reach = max(reach, len(leading))
        for line, term in enumerate(leading):
            sheet.caption(term.iri, centre + 10, 172 + 17 * line, "start")
    _entities(sheet, 175 + 17 * reach, width)
    floor = 175 + 17 * reach
    for box in sheet.boxes[len(chain) : len(chain) + len(kinds)]:
        sheet.arrow((box.x + box.width // 4, 150), (box.x + box.width // 4, floor))
    return sheet.finish(width, floor + 92)


def draw_relations(ontology: Ontology, lang: str, among: str) -> Diagram:
    """The properties between actors, normative texts and other entities, inverses left out; `among` heads a list."""
    sheet = _Sheet(ontology, lang)
    found = {pair: list(_between(ontology, *pair)) for pair in _pairs()}
    upper = _both(found, "actor", "text")
    lower = _both(found, "entity", "actor")
    right = _both(found, "text", "entity")
    split = 46 + 44 * len(upper)
    height = split + 20 + 44 * max(len(lower), len(right))
    frames = {
        "actor": sheet.box(MGI + "Actor", 1, 1, 270, height, frame=True),
        "text": sheet.box(MGI + "NormativeText", 909, 1, 270, height, frame=True),
        "entity": sheet.box(MGI + "Entity", 501, split, 178, height - split, frame=True),
    }
    for rows, top, left, far in ((upper, 20, "actor", "text"), (lower, split, "actor", "entity"),
                                 (right, split, "entity", "text")):  # fmt: skip
        for row, (start, term) in enumerate(rows):
            y = top + 34 + 44 * row
            ends = (frames[left].x + frames[left].width, frames[far].x)
            first, last = ends if start == left else ends[::-1]
            sheet.arrow((first, y), (last, y), not term.assertable)
            _explain(sheet, term, sum(ends) // 2, y)
    for group, frame in frames.items():
        _inner(sheet, frame, found[group, group], among)
    return sheet.finish(1180, height + 2)


def draw_schemes(ontology: Ontology, lang: str) -> Diagram:
    """The concept schemes with the number of their concepts, and the properties that lead to them."""
    sheet, y = _Sheet(ontology, lang), 1
    for scheme in ontology.schemes:
        height = max(1, len(scheme.used_by)) * 32
        label = sheet.label(scheme.iri)
        text = f"{label.value} · {len(scheme.concepts)}"
        sheet.boxes.append(Box(560, y, 300, height, (text,), scheme.iri, "concept", label.lang))
        for row, iri in enumerate(scheme.used_by):
            line = y + 32 * row
            domain = ontology.terms[iri].get("domain")
            if domain:
                sheet.box(domain[0], 1, line + 3, 230, 26)
            sheet.arrow((231, line + 16), (560, line + 16), not ontology.terms[iri].assertable)
            sheet.caption(iri, 395, line + 11)
        y += height + 14
    return sheet.finish(861, y - 13)


def _descend(
    ontology: Ontology, iri: str, depth: int, seen: set[str], above: str = ""
) -> Iterator[tuple[str, int, str]]:
    """Class, depth and the class above it; a class of two superclasses stands under the first only."""
    if iri in seen:
        return
    seen.add(iri)
    yield iri, depth, above
    for below in _under(ontology, iri):
        yield from _descend(ontology, below, depth + 1, seen, iri)


def _under(ontology: Ontology, iri: str) -> Sequence[str]:
    if iri in ontology.terms:
        return ontology.terms[iri].get("superClassOf")
    return next((term.aligned for term in ontology.outside if term.iri == iri), ())


def _heights(rows: Sequence[tuple[str, int, str]]) -> dict[str, int]:
    """The top of each box: leaves one below the other, what has kinds in the middle of them."""
    places: dict[str, int] = {}
    parents = {above for _, _, above in rows}
    leaves = [iri for iri, _, _ in rows if iri not in parents]
    for row, iri in enumerate(leaves):
        places[iri] = 1 + 30 * row
    for iri, _, _ in reversed(rows):
        if iri not in places:
            kinds = [places[below] for below, _, above in rows if above == iri]
            places[iri] = (min(kinds) + max(kinds)) // 2
    return places


def _chain(ontology: Ontology) -> list[str]:
    ends = [(ontology.terms[iri].get("range"), ontology.terms[iri].get("domain")) for iri in EVIDENCE]
    if any(above[1] != below[0] for above, below in pairwise(ends)) or not all(len(a) == len(b) == 1 for a, b in ends):
        raise MGIGraphError(
            "The properties from the record up to the profile make no chain any more.",
            "Mend their domains and ranges, or EVIDENCE in mgi_graph/reference/diagrams.py.",
        )
    return [ends[0][0][0], *(below[0] for _, below in ends)]


def _leading(ontology: Ontology, kind: str) -> list[Term]:
    """The object properties from a kind of record into the world."""
    terms = (ontology.terms[iri] for iri in ontology.terms[kind].get("domainOf"))
    inward = {"report", "record", "concept"}
    return [t for t in terms if t.kind == "object" and not inward & {ontology.group(end) for end in t.get("range")}]


def _entities(sheet: _Sheet, y: int, width: int) -> None:
    sheet.box(MGI + "Entity", 1, y, width - 2, 90, frame=True)
    kinds = sheet.ontology.terms[MGI + "Entity"].get("superClassOf")
    each = (width - 24) // len(kinds)
    for number, kind in enumerate(kinds):
        sheet.box(kind, 16 + each * number, y + 34, each - 8, 44)


def _pairs() -> list[tuple[str, str]]:
    groups = ("actor", "text", "entity")
    return [(first, second) for first in groups for second in groups]


def _between(ontology: Ontology, start: str, end: str) -> Iterator[Term]:
    """The object properties from one group to another, without those that are declared as inverses of one shown."""
    seen: set[str] = set()
    for term in ontology.of_kind("object"):
        domains, ranges = term.get("domain"), term.get("range")
        if not domains or not ranges or seen.intersection(term.get("inverseOf")):
            continue
        seen.add(term.iri)
        if (ontology.group(domains[0]), ontology.group(ranges[0])) == (start, end):
            yield term


def _both(found: dict[tuple[str, str], list[Term]], left: str, right: str) -> list[tuple[str, Term]]:
    return [(start, term) for start, end in ((left, right), (right, left)) for term in found[start, end]]


def _explain(sheet: _Sheet, term: Term, x: int, y: int) -> None:
    """The property's name over its arrow, and under it the classes that it joins."""
    sheet.caption(term.iri, x, y - 6)
    ends = (term.get("domain")[0], term.get("range")[0])
    if any(end not in (MGI + "Actor", MGI + "NormativeText", MGI + "Entity") for end in ends):
        sheet.note(" → ".join(sheet.label(end).value for end in ends), x, y + 14)


def _inner(sheet: _Sheet, frame: Box, terms: Iterable[Term], among: str) -> None:
    """The properties within a group, as a list in its frame."""
    terms = list(terms)
    if not terms:
        return
    x, y = frame.x + 16, frame.y + 52
    sheet.note(among, x, y, "start")
    for row, term in enumerate(terms):
        line = y + 24 + 40 * row
        sheet.captions.append(Caption(x, line, "⟲", "", "", "start", quiet=True))
        sheet.caption(term.iri, x + 20, line, "start")
        ends = [sheet.label(end).value for end in (term.get("domain")[0], term.get("range")[0])]
        sheet.note(" → ".join(ends), x + 20, line + 15, "start")


def _head(start: tuple[int, int], end: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    (x, y), (dx, dy) = end, (end[0] - start[0], end[1] - start[1])
    if dy:
        back = y - (_HEAD if dy > 0 else -_HEAD)
        return (x, y), (x - 4, back), (x + 4, back)
    back = x - (_HEAD if dx > 0 else -_HEAD)
    return (x, y), (back, y - 4), (back, y + 4)


def _wrap(text: str, letters: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > letters:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line
