"""What the graph holds, at a glance: its dimensions, its newest profile, its most connected bodies, and its gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph.engine.result import Engine, Term
from mgi_graph.labels import acronym, labels_of
from mgi_graph.namespaces import of_class, prologue

MOST_BODIES = 8
"""How many of the most connected bodies are told."""

_PREFIXES = prologue("mgi", "rdfs", "skos")
_DIMENSIONS = """SELECT DISTINCT ?dimension ?number WHERE {
  ?dimension a mgi:Dimension ; skos:notation ?number
} ORDER BY ?number ?dimension"""
_FINDINGS = """SELECT ?dimension ?assessment (COUNT(DISTINCT ?finding) AS ?n) WHERE {
  ?section mgi:coversDimension ?dimension ; mgi:assessment ?assessment .
  ?finding mgi:inPassage/mgi:inSection ?section
} GROUP BY ?dimension ?assessment ORDER BY ?dimension DESC(?assessment)"""
_ABSENCES = """SELECT ?dimension (COUNT(DISTINCT ?finding) AS ?n) WHERE {
  ?finding mgi:statesAbsence true ; mgi:inPassage/mgi:inSection/mgi:coversDimension ?dimension
} GROUP BY ?dimension ORDER BY ?dimension"""
_PROFILES = """SELECT ?profile ?country ?year ?cutOff (COUNT(DISTINCT ?passage) AS ?passages)
  (COUNT(DISTINCT ?finding) AS ?findings) WHERE {
  ?profile a mgi:CountryProfile ; mgi:profileOf ?country ; mgi:profileYear ?year .
  OPTIONAL { ?profile mgi:cutOff ?cutOff }
  ?passage mgi:inSection/mgi:ofProfile ?profile .
  OPTIONAL { ?finding mgi:inPassage ?passage }
} GROUP BY ?profile ?country ?year ?cutOff ORDER BY DESC(?year) DESC(?cutOff) ?profile"""
_CONNECTED = f"""SELECT ?body (COUNT(DISTINCT ?other) AS ?n) WHERE {{
  ?tie mgi:claimSubject|mgi:claimObject|mgi:member|mgi:memberBody ?body, ?other .
  FILTER(?body != ?other)
  FILTER NOT EXISTS {{ ?tie a mgi:DeniedClaim }}
  FILTER NOT EXISTS {{ ?tie a mgi:DisputedClaim }}
  FILTER NOT EXISTS {{ ?body a mgi:State }}
  {of_class("?body", "mgi:Organisation")}
  {of_class("?other", "mgi:Actor")}
}} GROUP BY ?body ORDER BY DESC(?n) ?body LIMIT {MOST_BODIES}"""
_GAPS = """SELECT DISTINCT ?topic ?dimension WHERE {
  ?topic mgi:announcedFor ?dimension . ?dimension skos:notation ?number .
  FILTER NOT EXISTS { ?finding mgi:topic ?topic ; mgi:inPassage/mgi:inSection/mgi:coversDimension ?any }
} ORDER BY ?number ?topic"""
_COUNTS = """SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE {
  VALUES ?class { mgi:AffirmedClaim mgi:InterpretedClaim mgi:DeniedClaim mgi:DisputedClaim mgi:Discrepancy }
  ?thing a ?class
} GROUP BY ?class ORDER BY ?class"""


@dataclass(frozen=True)
class Thing:
    """A thing with its labels, as `labels.labels_of` gives them."""

    iri: str
    labels: Mapping[str, str]

    @property
    def names(self) -> dict[str, str]:
        """Its names by language ("en", "fr"); the end of its IRI under "" where it has none."""
        named = {code: self.labels[code] for code in ("en", "fr") if code in self.labels}
        return named or {"": self.iri.rpartition("/")[2]}

    def acronym(self, language: str) -> str:
        """Its acronym in a language; empty where it has none."""
        return acronym(self.labels, language)


@dataclass(frozen=True)
class Dimension:
    """A dimension: its number, how many findings it has by assessment, and how many of them state an absence."""

    thing: Thing
    number: str
    findings: tuple[tuple[Thing, int], ...]
    absences: int

    @property
    def total(self) -> int:
        """All its findings."""
        return sum(number for _, number in self.findings)


@dataclass(frozen=True)
class Profile:
    """A country's profile: `cut_off` as the report says it ("2021-10"), and how many passages and findings it has."""

    thing: Thing
    country: Thing
    year: str
    cut_off: str
    passages: int
    findings: int


@dataclass(frozen=True)
class Overview:
    """What the graph holds.

    Attributes:
        profiles: the newest first.
        dimensions: in the order of their numbers.
        connected: the bodies with most neighbours, and with how many other actors each is tied by a relation that is
            affirmed or read into the report, or by a membership.
        gaps: topics that the framework announces and no finding of a dimension treats, and the dimension of each.
        claims, readings, denials, discrepancies: how many there are of each.
    """

    profiles: tuple[Profile, ...]
    dimensions: tuple[Dimension, ...]
    connected: tuple[tuple[Thing, int], ...]
    gaps: tuple[tuple[Thing, Thing], ...]
    claims: int
    readings: int
    denials: int
    discrepancies: int


def survey(engine: Engine) -> Overview:
    """Ask a store what it holds.

    Raises:
        QueryError: it does not answer.
    """
    tables = {
        name: [tuple(map(_value, row)) for row in engine.query(_PREFIXES + query).table().rows]
        for name, query in (
            ("dimensions", _DIMENSIONS),
            ("findings", _FINDINGS),
            ("absences", _ABSENCES),
            ("profiles", _PROFILES),
            ("connected", _CONNECTED),
            ("gaps", _GAPS),
            ("counts", _COUNTS),
        )
    }
    iris = {value for rows in tables.values() for row in rows for value in row if "://" in value}
    things = _things(engine, iris)
    counts = {kind.rpartition("#")[2]: int(number) for kind, number in tables["counts"]}
    return Overview(
        profiles=tuple(
            Profile(things[profile], things[country], year, cut_off, int(passages), int(findings))
            for profile, country, year, cut_off, passages, findings in tables["profiles"]
        ),
        dimensions=tuple(_dimensions(tables, things)),
        connected=tuple((things[body], int(number)) for body, number in tables["connected"]),
        gaps=tuple((things[topic], things[dimension]) for topic, dimension in tables["gaps"]),
        claims=sum(number for kind, number in counts.items() if kind.endswith("Claim")),
        readings=counts.get("InterpretedClaim", 0),
        denials=counts.get("DeniedClaim", 0),
        discrepancies=counts.get("Discrepancy", 0),
    )


def _dimensions(tables: Mapping[str, list[tuple[str, ...]]], things: Mapping[str, Thing]) -> Iterable[Dimension]:
    absences = {dimension: int(number) for dimension, number in tables["absences"]}
    for iri, number in tables["dimensions"]:
        findings = tuple((things[how], int(count)) for of, how, count in tables["findings"] if of == iri)
        yield Dimension(things[iri], number, findings, absences.get(iri, 0))


def _things(engine: Engine, iris: Iterable[str]) -> dict[str, Thing]:
    wanted = sorted(iris)
    labels = labels_of(engine, map(ox.NamedNode, wanted))
    return {iri: Thing(iri, labels[iri]) for iri in wanted}


def _value(term: Term | None) -> str:
    return "" if term is None else term.value
