"""The discrepancies of the graph: what stands against what, how it can be read, and which reading was chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph.engine.result import Engine, Term
from mgi_graph.namespaces import prologue, shorten

_PREFIXES = prologue("dcterms", "mgi", "rdfs", "skos")
_TEXTS = (
    _PREFIXES
    + """SELECT ?discrepancy ?kind ?property ?text WHERE {
  ?discrepancy a mgi:Discrepancy ; mgi:discrepancyKind ?kind .
  { ?discrepancy mgi:explanation ?text . BIND(mgi:explanation AS ?property) }
  UNION { ?discrepancy mgi:reading ?text . BIND(mgi:reading AS ?property) }
} ORDER BY ?discrepancy ?kind ?property ?text"""
)
_LINKS = (
    _PREFIXES
    + """SELECT ?discrepancy ?property ?record WHERE {
  ?discrepancy a mgi:Discrepancy .
  VALUES ?property { mgi:involves mgi:prefers mgi:externalSource }
  ?discrepancy ?property ?record .
} ORDER BY ?discrepancy ?property ?record"""
)
_NAMES = (
    _PREFIXES
    + """SELECT DISTINCT ?record ?rank ?text WHERE {
  VALUES ?record { %s }
  VALUES (?rank ?property) { (1 rdfs:label) (2 dcterms:title) (3 mgi:statement) (4 mgi:function) }
  ?record ?property ?text .
} ORDER BY ?record ?rank ?text"""
)
_ABOUT = (
    _PREFIXES
    + """SELECT DISTINCT ?record ?place ?text WHERE {
  VALUES ?record { %s }
  VALUES (?place ?property) {
    (1 mgi:claimSubject) (1 mgi:participationIn) (1 mgi:statusOf) (1 mgi:mandateOf) (1 mgi:memberBody)
    (2 mgi:claimPredicate) (2 mgi:action) (2 mgi:status) (2 mgi:member) (3 mgi:claimObject)
  }
  ?record ?property ?part . ?part rdfs:label ?text .
} ORDER BY ?record ?place ?text"""
)
_VALUES = (
    _PREFIXES
    + """SELECT DISTINCT ?record ?value WHERE {
  VALUES ?record { %s }
  ?record mgi:claimValue|mgi:claimDate|mgi:reportedYear ?value .
} ORDER BY ?record ?value"""
)
_PAGES = (
    _PREFIXES
    + """SELECT DISTINCT ?discrepancy ?page WHERE {
  ?discrepancy a mgi:Discrepancy ; mgi:involves/mgi:statedIn? ?place . ?place mgi:page ?page .
} ORDER BY ?discrepancy ?page"""
)

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Record:
    """Something that a discrepancy names: its IRI, and in a few words what it is or says, by language."""

    iri: str
    label: Texts


@dataclass(frozen=True)
class Discrepancy:
    """One discrepancy.

    Attributes:
        iri, kind: the discrepancy, and what kind it is of.
        explanation: by language.
        readings: the ways to read it, by language, each list in the order of the alphabet.
        involves: the records that stand against each other.
        prefers: those that were chosen; none where it was left open.
        sources: those outside the report that it rests on.
        pages: the printed pages it concerns.
    """

    iri: str
    kind: Record
    explanation: Texts
    readings: Mapping[str, tuple[str, ...]]
    involves: tuple[Record, ...]
    prefers: tuple[Record, ...]
    sources: tuple[Record, ...]
    pages: tuple[int, ...]

    @property
    def name(self) -> str:
        """The last part of its IRI."""
        return self.iri.rpartition("/")[2]


def read_discrepancies(engine: Engine) -> tuple[Discrepancy, ...]:
    """All discrepancies, in the order of their pages; those without a page last."""
    texts: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    kinds: dict[str, str] = {}
    for iri, kind, said_by, text in engine.query(_TEXTS).table().rows:
        kinds[_value(iri)] = _value(kind)
        if isinstance(text, ox.Literal):
            texts[_value(iri)][_local(said_by)][text.language or "en"].append(text.value)
    links: dict[tuple[str, str], list[str]] = defaultdict(list)
    for iri, link, record in engine.query(_LINKS).table().rows:
        links[_value(iri), _local(link)].append(_value(record))
    pages: dict[str, list[int]] = defaultdict(list)
    for iri, page in engine.query(_PAGES).table().rows:
        pages[_value(iri)].append(int(_value(page)))
    labels = _labels(engine, {record for found in links.values() for record in found} | set(kinds.values()))

    def records(iri: str, link: str) -> tuple[Record, ...]:
        return tuple(_record(record, labels) for record in links[iri, link])

    found = [
        Discrepancy(
            iri=iri,
            kind=_record(kind, labels),
            explanation={code: said[0] for code, said in texts[iri]["explanation"].items()},
            readings={code: tuple(said) for code, said in texts[iri]["reading"].items()},
            involves=records(iri, "involves"),
            prefers=records(iri, "prefers"),
            sources=records(iri, "externalSource"),
            pages=tuple(sorted(pages[iri])),
        )
        for iri, kind in kinds.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.pages or (10_000,), one.iri)))


def _labels(engine: Engine, records: set[str]) -> dict[str, dict[str, str]]:
    """What each record is called; one without a name by what it is about: "subject – relation – object"."""
    wanted = " ".join(str(ox.NamedNode(record)) for record in sorted(records))
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    for record, _, text in engine.query(_NAMES % wanted).table().rows:
        if isinstance(text, ox.Literal):
            labels[_value(record)].setdefault(text.language or "en", text.value)
    parts: dict[str, dict[str, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    for record, place, text in engine.query(_ABOUT % wanted).table().rows:
        if isinstance(text, ox.Literal):
            parts[_value(record)][text.language or "en"].setdefault(int(_value(place)), text.value)
    values = {_value(row[0]): _value(row[1]) for row in engine.query(_VALUES % wanted).table().rows}
    for iri, said in parts.items():
        for language, by_place in said.items():
            told = [by_place[place] for place in sorted(by_place)] + ([values[iri]] if iri in values else [])
            labels[iri].setdefault(language, " – ".join(told))
    return labels


def _record(iri: str, labels: Mapping[str, Texts]) -> Record:
    return Record(iri, labels.get(iri) or {"en": _short(iri), "fr": _short(iri)})


def _short(iri: str) -> str:
    """A record without a name, such as a passage: the last two parts of its IRI."""
    return " ".join(iri.split("/")[-2:]) if "/profile/" in iri else shorten(iri)


def kinds_of(discrepancies: Sequence[Discrepancy]) -> list[tuple[Record, int]]:
    """The kinds of discrepancy with how many there are of each, in the order of their IRIs."""
    counted: dict[str, tuple[Record, int]] = {}
    for one in discrepancies:
        counted[one.kind.iri] = (one.kind, counted.get(one.kind.iri, (one.kind, 0))[1] + 1)
    return [counted[iri] for iri in sorted(counted)]


def _local(term: Term | None) -> str:
    return _value(term).rpartition("#")[2]


def _value(term: Term | None) -> str:
    return "" if term is None else term.value
