"""The discrepancies of the graph: what stands against what, how it can be read, and which reading was chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph.catalogue import LANGUAGES
from mgi_graph.engine.result import Engine, Term
from mgi_graph.labels import labels_of
from mgi_graph.namespaces import prologue, shorten

_PREFIXES = prologue("dcterms", "mgi", "rdfs", "skos")
_TEXTS = (
    _PREFIXES
    + """SELECT ?discrepancy ?kind ?property ?text WHERE {
  ?discrepancy a mgi:Discrepancy ; mgi:discrepancyKind ?kind .
  { ?discrepancy mgi:explanation ?text . BIND(mgi:explanation AS ?property) }
  UNION { ?discrepancy mgi:reading ?text . BIND(mgi:reading AS ?property) }
} ORDER BY ?discrepancy ?kind ?property (STR(?text))"""
)
_LINKS = (
    _PREFIXES
    + """SELECT ?discrepancy ?property ?record WHERE {
  ?discrepancy a mgi:Discrepancy .
  VALUES ?property { mgi:involves mgi:prefers mgi:externalSource }
  ?discrepancy ?property ?record .
} ORDER BY ?discrepancy ?property ?record"""
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
    named = {record for found in links.values() for record in found} | set(kinds.values())
    labels = labels_of(engine, map(ox.NamedNode, sorted(named)))

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


def _record(iri: str, labels: Mapping[str, Texts]) -> Record:
    found = {language: text for language, text in labels[iri].items() if language in LANGUAGES}
    return Record(iri, found or {"en": _short(iri), "fr": _short(iri)})


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
