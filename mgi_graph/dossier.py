"""Gathers what the graph holds on one thing, whatever its kind, in a few queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from threading import Lock
from typing import Generic, TypeVar

import pyoxigraph as ox
from cachetools import LRUCache

from mgi_graph.description import MOST_INCOMING, Describer, Group, Text
from mgi_graph.engine.result import Engine, Term, as_sparql
from mgi_graph.evidence import Doubt, doubts_about
from mgi_graph.labels import RECORD_PROPERTIES, first_sentence, record_label
from mgi_graph.namespaces import MGI, RDF, expand, prologue
from mgi_graph.snapshot import INFERRED

MOST_RECORDS = 2000
"""How many claims and other records on a thing are read."""

MOST_FINDINGS = 5000
"""How many findings on a thing are counted and ordered."""

_MOST_IN_CHART = 200
_AT_ONCE = 500
_MOST_KEPT = 50_000
_PREFIXES = prologue("dcterms", "mgi", "owl", "rdf", "rdfs", "skos")
_ABOUT = "mgi:claimSubject|mgi:participant|mgi:participationIn|mgi:statusOf|mgi:mandateOf|mgi:memberBody|mgi:member"
_TO_A_RECORD = (
    "claimSubject claimObject mandateOf legalBasis member memberBody participant participationIn statusOf involves"
)
_FROM_A_RECORD = "involves prefers confirms contradicts externalSource"
_SAID_OF_RECORDS = (
    "claimSubject claimPredicate claimObject mandateOf legalBasis member memberBody participant participationIn action "
    "statusOf status discrepancyKind"
)
_RECORD_KINDS = (
    "AffirmedClaim",
    "InterpretedClaim",
    "DeniedClaim",
    "DisputedClaim",
    "Mandate",
    "BodyMembership",
    "TreatyParticipation",
    "StatusReport",
    "Discrepancy",
    "ExternalSource",
)


def _properties(names: str, separator: str) -> str:
    return separator.join(f"mgi:{name}" for name in names.split())


_RECORDS = f"""SELECT DISTINCT ?record WHERE {{
  {{ VALUES ?link {{ {_properties(_TO_A_RECORD, " ")} }} ?record ?link %(thing)s }}
  UNION {{ ?record mgi:statedIn|mgi:statedIn/mgi:inPassage %(thing)s }}
  UNION {{ VALUES ?link {{ {_properties(_FROM_A_RECORD, " ")} }} %(thing)s ?link ?record .
    ?record mgi:statedIn|mgi:reads ?any }}
  UNION {{ ?other {_ABOUT} %(thing)s . ?record mgi:involves|mgi:confirms|mgi:contradicts ?other }}
  UNION {{ ?other mgi:claimObject|mgi:legalBasis|mgi:statedIn|mgi:statedIn/mgi:inPassage %(thing)s .
    ?record mgi:involves ?other }}
  UNION {{ %(thing)s mgi:statedIn|mgi:explanation|mgi:reads ?any BIND(%(thing)s AS ?record) }}
  UNION {{ ?record mgi:confirms|mgi:contradicts %(thing)s }}
}} ORDER BY ?record LIMIT {MOST_RECORDS}"""
_SAID = f"""SELECT ?s ?p ?v WHERE {{
  VALUES ?s {{ %s }} GRAPH ?graph {{ ?s ?p ?v }} FILTER(?graph != <{INFERRED}>)
}}"""
_FINDINGS = f"""SELECT ?finding ?passage ?section ?dimension ?assessment ?page ?order ?kind ?at ?rank WHERE {{
  {{ SELECT DISTINCT ?finding WHERE {{
    {{ VALUES ?link {{ mgi:mentions mgi:topic mgi:concernsGroup mgi:citesPublication mgi:inPassage }}
      ?finding ?link %(thing)s }}
    UNION {{ ?some mgi:inSection %(thing)s . ?finding mgi:inPassage ?some }}
    UNION {{ ?covering mgi:coversDimension %(thing)s . ?some mgi:inSection ?covering . ?finding mgi:inPassage ?some }}
  }} ORDER BY ?finding LIMIT {MOST_FINDINGS} }}
  ?finding mgi:inPassage ?passage ; mgi:ordinal ?rank .
  ?passage mgi:inSection ?section ; mgi:passageKind ?kind ; mgi:ordinal ?at .
  ?section mgi:ordinal ?order ; mgi:assessment ?assessment .
  OPTIONAL {{ ?section mgi:coversDimension ?dimension }}
  OPTIONAL {{ ?finding mgi:page ?page }}
}}"""
_UP = "(mgi:unitOf|mgi:supervisedBy|mgi:attachedTo)"
_CHART = f"""SELECT DISTINCT ?child ?relation ?parent WHERE {{
  VALUES ?relation {{ mgi:unitOf mgi:supervisedBy mgi:attachedTo }}
  {{ %(thing)s {_UP}* ?child }} UNION {{ ?child {_UP}+ %(thing)s }}
  ?child ?relation ?parent
}} ORDER BY ?parent ?child ?relation LIMIT {_MOST_IN_CHART}"""
_SIBLINGS = """SELECT DISTINCT ?other WHERE {
  VALUES ?up { mgi:inPassage mgi:inSection mgi:ofProfile }
  %(thing)s ?up ?parent . ?other ?up ?parent ; mgi:ordinal ?rank
  OPTIONAL { ?other mgi:passageKind ?kind }
} ORDER BY DESC(?kind) ?rank ?other"""
_PARTS = """SELECT ?part ?rank ?dimension ?assessment ?page ?label ?findings WHERE {
  ?part mgi:ofProfile %(thing)s ; mgi:ordinal ?rank ; mgi:assessment ?assessment
  OPTIONAL { ?part mgi:coversDimension ?dimension }
  OPTIONAL { ?part mgi:page ?page } OPTIONAL { ?part mgi:pageLabel ?label }
  OPTIONAL {
    SELECT ?part (COUNT(?finding) AS ?findings) WHERE { ?finding mgi:inPassage/mgi:inSection ?part } GROUP BY ?part
  }
} ORDER BY ?rank ?part"""
_TOPICS = """SELECT ?topic ?announced (COUNT(DISTINCT ?finding) AS ?findings) WHERE {
  { ?topic mgi:announcedFor %(thing)s BIND(1 AS ?announced)
    OPTIONAL { ?finding mgi:topic ?topic ; mgi:inPassage/mgi:inSection/mgi:coversDimension %(thing)s } }
  UNION
  { ?finding mgi:topic ?topic ; mgi:inPassage/mgi:inSection/mgi:coversDimension %(thing)s
    FILTER NOT EXISTS { ?topic mgi:announcedFor %(thing)s } BIND(0 AS ?announced) }
} GROUP BY ?topic ?announced ORDER BY DESC(?announced) DESC(?findings) ?topic"""
_BETWEEN = f"""SELECT DISTINCT ?s ?p ?o WHERE {{
  VALUES ?s {{ %(things)s }} VALUES ?o {{ %(things)s }}
  ?s ?p ?o . ?p mgi:assertable true
  FILTER NOT EXISTS {{ GRAPH <{INFERRED}> {{ ?s ?p ?o }} }}
}} ORDER BY ?s ?p ?o"""
_CLAIMS = """SELECT DISTINCT ?claim WHERE {
  VALUES (?s ?p ?o) { %s }
  ?claim mgi:claimSubject ?s ; mgi:claimPredicate ?p ; mgi:claimObject ?o
} ORDER BY ?claim"""
_EVIDENCE = """SELECT ?finding ?statement ?passage ?section ?page ?label ?absence ?citation WHERE {
  VALUES ?finding { %s }
  ?finding mgi:statement ?statement ; mgi:inPassage ?passage . ?passage mgi:inSection ?section .
  OPTIONAL { ?finding mgi:page ?page } OPTIONAL { ?finding mgi:pageLabel ?label }
  OPTIONAL { ?finding mgi:statesAbsence ?absence }
  OPTIONAL { ?section mgi:ofProfile/dcterms:bibliographicCitation ?citation }
} ORDER BY ?finding (STR(?statement))"""
_TYPE = RDF + "type"


class Standing(StrEnum):
    """On what a statement rests."""

    AFFIRMED = "affirmed"
    READING = "reading"
    DENIED = "denied"
    DISPUTED = "disputed"
    PLAIN = "plain"
    INFERRED = "inferred"


_STANDINGS = {
    "AffirmedClaim": Standing.AFFIRMED,
    "InterpretedClaim": Standing.READING,
    "DeniedClaim": Standing.DENIED,
    "DisputedClaim": Standing.DISPUTED,
}


@dataclass(frozen=True)
class Statement:
    """A relation or value, with the findings that state it.

    Attributes:
        subject, predicate, object: what is stated; the predicate is an IRI.
        standing: on what it rests; plain is what is asserted without a claim, because it only arranges the graph.
        claim: IRI of the claim; empty where there is none.
        reason: why an editor reads the report so.
        findings: IRIs of the findings.
    """

    subject: Term
    predicate: str
    object: Term
    standing: Standing
    claim: str = ""
    reason: tuple[Text, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """What a profile supports, or the editors noted: a claim, mandate, participation, discrepancy and so on.

    Attributes:
        iri: its IRI.
        kind: the local name of its class ("Mandate").
        said: property (an IRI) and value of each of its statements.
    """

    iri: str
    kind: str
    said: tuple[tuple[str, Term], ...]

    def all(self, name: str) -> tuple[Term, ...]:
        """The values of a property of our ontology ("mandateOf"), or of another by its prefixed name."""
        wanted = expand(name) if ":" in name else MGI + name
        return tuple(value for predicate, value in self.said if predicate == wanted)

    def one(self, name: str) -> Term | None:
        """The first value of a property."""
        return next(iter(self.all(name)), None)

    def texts(self, name: str) -> tuple[Text, ...]:
        """The texts of a property."""
        return texts(self.all(name))

    @property
    def findings(self) -> tuple[str, ...]:
        """IRIs of the findings that state it."""
        return tuple(value.value for value in self.all("statedIn"))

    @property
    def statement(self) -> Statement | None:
        """What it claims, where it is a claim."""
        subject, predicate = self.one("claimSubject"), self.one("claimPredicate")
        objects = [value for name in ("claimObject", "claimValue", "claimDate") if (value := self.one(name))]
        if self.kind not in _STANDINGS or not (subject and predicate and objects):
            return None
        standing = _STANDINGS[self.kind]
        return Statement(
            subject, predicate.value, objects[0], standing, self.iri, self.texts("explanation"), self.findings
        )


@dataclass(frozen=True)
class Place:
    """Where a finding stands; `dimension` is empty where its section covers none, `page` where none is printed."""

    finding: str
    passage: str
    section: str
    dimension: str
    assessment: str
    page: str


@dataclass(frozen=True)
class Part:
    """A section of a profile with how many findings it has."""

    section: str
    dimension: str
    assessment: str
    page: str
    findings: int


@dataclass(frozen=True)
class Coverage:
    """A topic, whether the framework announces it for a dimension, and how many findings the dimension has on it."""

    topic: str
    announced: bool
    findings: int


@dataclass(frozen=True)
class Evidence:
    """A finding as it is cited.

    Attributes:
        iri, passage, section: IRIs.
        statement: what it says, by language.
        page: the printed page, or where it stands if none is printed; `numbered` says which.
        absence: whether it states that something is not there.
        citation: the citation that the report requires.
    """

    iri: str
    passage: str
    section: str
    statement: tuple[Text, ...]
    page: str
    numbered: bool
    absence: bool
    citation: str


@dataclass(frozen=True)
class Names:
    """What is asserted of the things that a dossier mentions: property (an IRI) and value of each statement."""

    said: Mapping[str, tuple[tuple[str, Term], ...]]

    def values(self, iri: str, name: str) -> tuple[Term, ...]:
        """The values of a property of our ontology, or of another by its prefixed name."""
        wanted = expand(name) if ":" in name else MGI + name
        return tuple(value for predicate, value in self.said.get(iri, ()) if predicate == wanted)

    def __or__(self, other: Names) -> Names:
        """Both together."""
        return Names({**self.said, **other.said})

    def kind(self, iri: str) -> str:
        """The class (an IRI) of a thing; empty where it has none of ours."""
        return next((term.value for term in self.values(iri, "rdf:type") if term.value.startswith(MGI)), "")

    def record(self, iri: str) -> Record:
        """A thing as a record, with what was asked of it."""
        return Record(iri, self.kind(iri).removeprefix(MGI), self.said.get(iri, ()))

    def label(self, iri: str, language: str) -> Text:
        """The name of a thing: in the language, else in another, else made from its class and IRI."""
        for name in ("skos:prefLabel", "rdfs:label"):
            if found := texts(self.values(iri, name)):
                return min(found, key=lambda text: (text.language != language, text.language != "en", text.value))
        local = iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
        kind = self.kind(iri)
        if not kind or kind == iri:
            return Text(local, "")
        if words := self._in_words(iri, language):
            return Text(words, language)
        noun = self.label(kind, language)
        return Text(f"{noun.value[:1].upper()}{noun.value[1:]} {local}", noun.language)

    def _in_words(self, iri: str, language: str) -> str:
        """A record by what it says, a discrepancy by how its explanation begins; else empty."""
        record = self.record(iri)
        if told := record.texts(_TOLD_BY.get(record.kind, "")):
            return first_sentence(min(told, key=lambda text: (text.language != language, text.value)).value)
        said = {name: found for name in RECORD_PROPERTIES if (found := record.all(name))}
        return record_label(said, lambda term: self._show(term, language), language)

    def _show(self, term: Term, language: str) -> str:
        return self.label(term.value, language).value if isinstance(term, ox.NamedNode) else term.value


@dataclass(frozen=True)
class Dossier:
    """All that the graph holds on a thing.

    Attributes:
        iri: the thing.
        says, points_here: the statements whose subject or object it is; the latter without claims, and bounded.
        records: the claims and other records on it.
        places: where the findings on it stand, in the order of the report.
        chart: who stands under whom around it: child, relation, parent.
        siblings: what stands beside it in the report, in order; itself among them.
        parts: the sections, where it is a profile.
        coverage: the topics, where it is a dimension.
        names: of everything mentioned.
    """

    iri: str
    says: tuple[Group, ...]
    points_here: tuple[Group, ...]
    records: tuple[Record, ...]
    places: tuple[Place, ...]
    chart: tuple[Statement, ...]
    siblings: tuple[str, ...]
    parts: tuple[Part, ...]
    coverage: tuple[Coverage, ...]
    names: Names

    @cached_property
    def classes(self) -> frozenset[str]:
        """The local names of its classes in our ontology, inferred ones among them, and "Concept" where it is one."""
        found = {term.value for group in self.says if group.property == _TYPE for term in group.terms}
        ours = {iri.removeprefix(MGI) for iri in found if iri.startswith(MGI)}
        return frozenset(ours | {"Concept"} & {iri.removeprefix(expand("skos:")) for iri in found})

    @cached_property
    def asserted_classes(self) -> tuple[str, ...]:
        """The IRIs of the classes that the data give it."""
        groups = (group for group in self.says if group.property == _TYPE)
        return tuple(term.value for group in groups for term in group.terms if term not in group.inferred)

    def said(self, name: str) -> tuple[Term, ...]:
        """The values that it has of a property of our ontology, or of another by its prefixed name, as asserted."""
        wanted = expand(name) if ":" in name else MGI + name
        groups = [group for group in self.says if group.property == wanted]
        return tuple(term for group in groups for term in group.terms if term not in group.inferred)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What is claimed with it as subject or object, then what stands without a claim, then what is inferred."""
        claimed = [claim for record in self.records if (claim := record.statement) and self._is_on_it(claim)]
        shown = {
            key for claim in claimed for key in _keys(claim) if claim.standing in (Standing.AFFIRMED, Standing.READING)
        }
        rest = [statement for statement in self._direct() if not shown & set(_keys(statement))]
        return (*claimed, *sorted(rest, key=lambda statement: statement.standing == Standing.INFERRED))

    def _is_on_it(self, claim: Statement) -> bool:
        return self.iri in (claim.subject.value, claim.object.value)

    def _direct(self) -> Iterator[Statement]:
        here = ox.NamedNode(self.iri)
        for outgoing, groups in ((True, self.says), (False, self.points_here)):
            for group in groups:
                for term in group.terms:
                    standing = Standing.INFERRED if term in group.inferred else Standing.PLAIN
                    ends = (here, term) if outgoing else (term, here)
                    yield Statement(ends[0], group.property, ends[1], standing)

    def under(self) -> tuple[str, ...]:
        """The dimensions under which the report speaks of it, by inference."""
        groups = (group for group in self.says if group.property == MGI + "discussedIn")
        return tuple(term.value for group in groups for term in group.terms)

    def of_kind(self, *kinds: str) -> tuple[Record, ...]:
        """The records of some kinds."""
        return tuple(record for record in self.records if record.kind in kinds)


_TOLD_BY = {"Discrepancy": "explanation", "Mandate": "function"}
_POSITIVE = (Standing.READING, Standing.AFFIRMED)
_SYMMETRIC = (MGI + "collaboratesWith",)


def _keys(statement: Statement) -> Iterator[tuple[str, str, str]]:
    subject, predicate, obj = str(statement.subject), statement.predicate, str(statement.object)
    yield subject, predicate, obj
    if predicate in _SYMMETRIC:
        yield obj, predicate, subject


def _softest_first(claim: Statement) -> int:
    return _POSITIVE.index(claim.standing)


Found = TypeVar("Found")


class _Shelf(Generic[Found]):
    """What was read of IRIs, kept for the next who asks, within a bound; safe for threads.

    Args:
        read: finds what is to be kept for some IRIs, for each of them.
    """

    def __init__(self, read: Callable[[Sequence[str]], Mapping[str, Found]]) -> None:
        self._read, self._lock = read, Lock()
        self._kept: LRUCache[str, Found] = LRUCache(_MOST_KEPT)

    def find(self, iris: Iterable[str]) -> dict[str, Found]:
        wanted = list(dict.fromkeys(iris))
        with self._lock:
            found = {iri: self._kept[iri] for iri in wanted if iri in self._kept}
        missing = [iri for iri in wanted if iri not in found]
        new = self._read(missing) if missing else {}
        with self._lock:
            self._kept.update(new)
        return {iri: found[iri] if iri in found else new[iri] for iri in wanted}


class Archive:
    """Opens dossiers from a store that never changes.

    Args:
        engine: the store.
        describer: of the same store.
    """

    def __init__(self, engine: Engine, describer: Describer) -> None:
        self._engine, self._describer = engine, describer
        self._said = _Shelf(self._read_said)
        self._cited = _Shelf(self._read_evidence)
        self._doubts = _Shelf(self._read_doubts)

    def open(self, iri: str, most: int = MOST_INCOMING) -> Dossier:
        """Gather what is held on a thing; all is empty where the graph says nothing of it.

        Args:
            iri: the thing.
            most: how many statements with one property that point to it are read.
        """
        thing = as_sparql(ox.NamedNode(iri))
        says, points_here = self._describer.says(thing), self._describer.points_here(thing, most)
        classes = {term.value.removeprefix(MGI) for group in says if group.property == _TYPE for term in group.terms}
        gathered = _Gathered(
            records=self._records(thing),
            places=self._places(thing),
            chart=self._chart(thing) if "Organisation" in classes else (),
            siblings=self._siblings(thing) if classes & {"Finding", "Passage", "Section"} else (),
            parts=self._parts(thing) if "CountryProfile" in classes else (),
            coverage=self._coverage(thing) if "Dimension" in classes else (),
        )
        names = self.names({iri, *_mentioned(says, points_here), *gathered.mentioned()})
        return Dossier(iri, says, points_here, **vars(gathered), names=names)

    def evidence(self, findings: Iterable[str]) -> dict[str, Evidence]:
        """The findings of some IRIs, as they are cited."""
        return {iri: found for iri, found in self._cited.find(findings).items() if found}

    def between(self, things: Sequence[str]) -> tuple[Statement, ...]:
        """The asserted relations that some things have with each other."""
        values = " ".join(as_sparql(ox.NamedNode(iri)) for iri in things)
        return self._claimed(self._rows(_BETWEEN % {"things": values}) if things else ())

    def doubts(self, iris: Iterable[str]) -> dict[str, tuple[Doubt, ...]]:
        """The discrepancies that involve each of some records, claims or findings; only for those that have any."""
        return {iri: found for iri, found in self._doubts.find(iris).items() if found}

    def _records(self, thing: str) -> tuple[Record, ...]:
        wanted = [_text(row[0]) for row in self._rows(_RECORDS % {"thing": thing})]
        known = self._said.find(wanted)
        return tuple(Record(iri, kind, known[iri]) for iri in wanted if (kind := _record_kind(known[iri])))

    def _places(self, thing: str) -> tuple[Place, ...]:
        rows = sorted(self._rows(_FINDINGS % {"thing": thing}), key=_place_order)
        return tuple(Place(*map(_text, row[:6])) for row in rows)

    def _chart(self, thing: str) -> tuple[Statement, ...]:
        return self._claimed(self._rows(_CHART % {"thing": thing}))

    def _claimed(self, triples: Iterable[Sequence[Term | None]]) -> tuple[Statement, ...]:
        """Asserted triples as statements: by their claims, the firmest first, or plain where there is none."""
        plain = [Statement(s, p.value, o, Standing.PLAIN) for s, p, o in triples if s and p and o]
        values = " ".join(f"({as_sparql(s.subject)} <{s.predicate}> {as_sparql(s.object)})" for s in plain)
        found = self._said.find(_text(row[0]) for row in self._rows(_CLAIMS % values)) if plain else {}
        records = (Record(iri, _record_kind(said), said) for iri, said in found.items())
        claims = [claim for record in records if (claim := record.statement) and claim.standing in _POSITIVE]
        known = {key: claim for claim in sorted(claims, key=_softest_first) for key in _keys(claim)}
        return tuple(known.get(next(_keys(one)), one) for one in plain)

    def _siblings(self, thing: str) -> tuple[str, ...]:
        return tuple(_text(row[0]) for row in self._rows(_SIBLINGS % {"thing": thing}))

    def _parts(self, thing: str) -> tuple[Part, ...]:
        rows = self._engine.query(_PREFIXES + _PARTS % {"thing": thing}).table().dicts()
        return tuple(
            Part(
                section=_text(row["part"]),
                dimension=_text(row["dimension"]),
                assessment=_text(row["assessment"]),
                page=_text(row["page"]) or _text(row["label"]),
                findings=int(_text(row["findings"]) or 0),
            )
            for row in rows
        )

    def _coverage(self, thing: str) -> tuple[Coverage, ...]:
        rows = self._rows(_TOPICS % {"thing": thing})
        return tuple(Coverage(_text(topic), _text(said) == "1", int(_text(n))) for topic, said, n in rows)

    def names(self, things: Iterable[str]) -> Names:
        """What is asserted of things, and of those that the records and parts of the report among them speak of."""
        first = self._said.find(things)
        second = self._said.find(_ends(first) - set(first))
        return Names(first | second | self._said.find(_ends(second) - set(first) - set(second)))

    def _read_said(self, iris: Sequence[str]) -> dict[str, tuple[tuple[str, Term], ...]]:
        found: dict[str, dict[tuple[str, Term], None]] = {iri: {} for iri in iris}
        for values in _batches(iris):
            for subject, predicate, value in self._rows(_SAID % values):
                if value is not None:
                    found[_text(subject)][_text(predicate), value] = None
        return {iri: tuple(sorted(pairs, key=str)) for iri, pairs in found.items()}

    def _read_evidence(self, iris: Sequence[str]) -> dict[str, Evidence | None]:
        found: dict[str, list[Mapping[str, Term | None]]] = {iri: [] for iri in iris}
        for values in _batches(iris):
            for row in self._engine.query(_PREFIXES + _EVIDENCE % values).table().dicts():
                found[_text(row["finding"])].append(row)
        return {iri: _evidence(iri, rows) if rows else None for iri, rows in found.items()}

    def _read_doubts(self, iris: Sequence[str]) -> dict[str, tuple[Doubt, ...]]:
        found: dict[str, tuple[Doubt, ...]] = dict.fromkeys(iris, ())
        for start in range(0, len(iris), _AT_ONCE):
            found |= doubts_about(self._engine, iris[start : start + _AT_ONCE])
        return found

    def _rows(self, query: str) -> tuple[tuple[Term | None, ...], ...]:
        return self._engine.query(_PREFIXES + query).table().rows


@dataclass(frozen=True)
class _Gathered:
    records: tuple[Record, ...]
    places: tuple[Place, ...]
    chart: tuple[Statement, ...]
    siblings: tuple[str, ...]
    parts: tuple[Part, ...]
    coverage: tuple[Coverage, ...]

    def mentioned(self) -> Iterator[str]:
        """The IRIs of which names are needed."""
        for record in self.records:
            yield record.iri
            yield from (v.value for p, v in record.said if isinstance(v, ox.NamedNode) and p not in _NOT_NAMED)
        for statement in self.chart:
            yield from (statement.subject.value, statement.object.value)
        for place in self.places:
            yield from filter(None, (place.section, place.dimension, place.assessment))
        for part in self.parts:
            yield from filter(None, (part.section, part.dimension, part.assessment))
        yield from self.siblings
        yield from (one.topic for one in self.coverage)


_NOT_NAMED = (MGI + "statedIn",)


def texts(terms: Iterable[Term]) -> tuple[Text, ...]:
    """The literals among some terms, with their languages."""
    return tuple(Text(term.value, term.language or "") for term in terms if isinstance(term, ox.Literal))


def _mentioned(*groups: Iterable[Group]) -> Iterator[str]:
    for group in (group for some in groups for group in some):
        yield group.property
        yield from (term.value for term in group.terms if isinstance(term, ox.NamedNode))


def _ends(said: Mapping[str, tuple[tuple[str, Term], ...]]) -> set[str]:
    """What the records among some things speak of, and what the parts of a report among them are parts of."""
    parts = {MGI + "inSection", MGI + "ofProfile"}
    spoken = {MGI + name for name in _SAID_OF_RECORDS.split()} | parts
    found = {
        term.value
        for pairs in said.values()
        for predicate, term in pairs
        if predicate in (spoken if _record_kind(pairs) else parts) and isinstance(term, ox.NamedNode)
    }
    return found | {value.value for pairs in said.values() for predicate, value in pairs if predicate == _TYPE}


def _place_order(row: Sequence[Term | None]) -> tuple[int, bool, int, int, str]:
    """Sections, text before footnotes, passages, findings."""
    order, kind, at, rank = map(_text, row[6:])
    return int(order), kind.endswith("/footnote"), int(at), int(rank), _text(row[0])


def _record_kind(said: Sequence[tuple[str, Term]]) -> str:
    kinds = {value.value.removeprefix(MGI) for predicate, value in said if predicate == _TYPE}
    return next((kind for kind in _RECORD_KINDS if kind in kinds), "")


def _evidence(iri: str, rows: Sequence[Mapping[str, Term | None]]) -> Evidence:
    first = rows[0]
    return Evidence(
        iri=iri,
        passage=_text(first["passage"]),
        section=_text(first["section"]),
        statement=texts(dict.fromkeys(term for row in rows if (term := row["statement"]))),
        page=_text(first["page"]) or _text(first["label"]),
        numbered=bool(first["page"]),
        absence=_text(first["absence"]) == "true",
        citation=_text(first["citation"]),
    )


def _batches(iris: Iterable[str]) -> Iterator[str]:
    wanted = sorted(set(iris))
    for start in range(0, len(wanted), _AT_ONCE):
        yield " ".join(as_sparql(ox.NamedNode(iri)) for iri in wanted[start : start + _AT_ONCE])


def _text(term: Term | None) -> str:
    return "" if term is None else term.value
