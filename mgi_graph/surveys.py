"""Reads what the surveys show: tasks of bodies, acts on treaties, moments in time, and the coverage of topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from mgi_graph.engine.result import Engine
from mgi_graph.evidence import Evidence, Tie, trace
from mgi_graph.namespaces import ID, MGI, expand, prologue
from mgi_graph.network import Edge, Network, rows, whole_year

NOT_RATIFIED = ID + "treaty-action/not-ratified"
RATIFYING = tuple(ID + "treaty-action/" + name for name in ("ratified", "acceded", "succeeded", "ratified-or-acceded"))
"""The acts by which a party is bound."""

ELSEWHERE = ""
"""Stands for a dimension where a finding is in a section that belongs to none."""

LANES = ("law", "policy", "body", "treaty", "ratification", "event")
"""The kinds of moment, in the order in which they are drawn."""

Texts = Mapping[tuple[str, str], Mapping[str, str]]
"""Texts by language, of each record and property."""

_MAP_RELATIONS = ("implements", "mandates", "establishedUnder", "legalBasis")
_KNOWN_LANES = {"law": "law", "treaty": "treaty", "policy": "policy", "other": "event"}
_PREFIXES = prologue("mgi", "skos")
_TASKS = f"""{_PREFIXES}SELECT DISTINCT ?mandate ?body ?basis ?finding WHERE {{
  ?mandate mgi:mandateOf ?body ; mgi:statedIn ?finding OPTIONAL {{ ?mandate mgi:legalBasis ?basis }}
}} ORDER BY ?body ?mandate ?basis ?finding"""
_TEXTS = f"""{_PREFIXES}SELECT DISTINCT ?record ?property ?text WHERE {{
  VALUES ?property {{ mgi:function skos:editorialNote }} ?record mgi:statedIn ?finding ; ?property ?text
}} ORDER BY ?record ?property (STR(?text))"""
_ACTS = f"""{_PREFIXES}SELECT DISTINCT ?record ?party ?treaty ?action ?year ?adopted ?finding WHERE {{
  ?record mgi:participant ?party ; mgi:participationIn ?treaty ; mgi:action ?action ; mgi:statedIn ?finding
  OPTIONAL {{ ?record mgi:reportedYear ?year }} OPTIONAL {{ ?treaty mgi:year ?adopted }}
}} ORDER BY ?record ?party ?treaty ?action ?year ?adopted ?finding"""
_DOUBTS = f"""{_PREFIXES}SELECT DISTINCT ?record ?doubt WHERE {{
  ?record mgi:participationIn ?treaty . ?doubt a mgi:Discrepancy ; mgi:involves ?record
}} ORDER BY ?record ?doubt"""
_YEARS = f"""{_PREFIXES}SELECT DISTINCT ?thing ?property ?year ?record ?kind ?finding WHERE {{
  VALUES ?kind {{ mgi:AffirmedClaim mgi:InterpretedClaim }}
  VALUES ?property {{ mgi:foundedYear mgi:year mgi:startYear mgi:endYear }}
  ?record a ?kind ; mgi:claimSubject ?thing ; mgi:claimPredicate ?property ; mgi:claimValue ?year .
  ?record mgi:statedIn ?finding
}} ORDER BY ?year ?thing ?property ?record ?finding"""
_TOPICS = f"""{_PREFIXES}SELECT DISTINCT ?topic ?dimension WHERE {{
  ?topic a mgi:Topic OPTIONAL {{ ?topic mgi:announcedFor ?dimension }} }} ORDER BY ?topic ?dimension"""
_COVERED = f"""{_PREFIXES}SELECT DISTINCT ?topic ?dimension ?assessment ?finding WHERE {{
  ?finding mgi:topic ?topic ; mgi:inPassage/mgi:inSection ?section
  OPTIONAL {{ ?section mgi:coversDimension ?dimension ; mgi:assessment ?assessment }}
}} ORDER BY ?topic ?dimension ?assessment ?finding"""
_SECTIONS = f"""{_PREFIXES}SELECT DISTINCT ?section ?dimension ?assessment WHERE {{
  ?section mgi:coversDimension ?dimension ; mgi:assessment ?assessment ; mgi:ordinal ?ordinal
}} ORDER BY ?ordinal ?dimension ?assessment"""


@dataclass(frozen=True)
class Task:
    """A mandate: whose, to do what (by language), on which legal bases, in which dimensions it is stated, and where."""

    record: str
    body: str
    function: Mapping[str, str]
    bases: tuple[str, ...]
    dimensions: frozenset[str]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Act:
    """What a party did about a treaty.

    Attributes:
        record: IRI of the record.
        party, treaty, action: IRIs.
        year: the year that the report gives for the act, or None.
        adopted: the year of the treaty, or None.
        notes: the editors' notes by language.
        doubts: IRIs of the discrepancies that the record is involved in.
        evidence: where the act is stated.
    """

    record: str
    party: str
    treaty: str
    action: str
    year: int | None
    adopted: int | None
    notes: Mapping[str, str]
    doubts: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def binds(self) -> bool:
        """Whether it is a ratification, accession or succession."""
        return self.action in RATIFYING

    @property
    def lag(self) -> int | None:
        """The years from the treaty to the act by which the party is bound, where both are stated."""
        return self.year - self.adopted if self.binds and self.year and self.adopted else None


@dataclass(frozen=True)
class Moment:
    """Something that the report gives a year for.

    Attributes:
        year: the year.
        lane: one of `LANES`.
        thing: IRI of the body, instrument or event; of a ratification the treaty.
        property: IRI of what the year is of thing; of a ratification that of the act.
        party: of a ratification the party; else empty.
        is_reading: whether the year is the editors' reading.
        evidence: where it is stated.
    """

    year: int
    lane: str
    thing: str
    property: str
    party: str
    is_reading: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Coverage:
    """Which topics have findings where.

    Attributes:
        topics: IRIs of all topics, in the order of their English names.
        columns: (dimension, assessment) of the sections in the order of the report; last `ELSEWHERE` twice.
        announced: (topic, dimension) where the report's framework says that the dimension looks at the topic.
        findings: for each (topic, dimension, assessment) that has any its findings.
    """

    topics: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    announced: frozenset[tuple[str, str]]
    findings: Mapping[tuple[str, str, str], tuple[Evidence, ...]]

    def cell(self, topic: str, column: tuple[str, str]) -> tuple[Evidence, ...]:
        """The findings of one cell."""
        return self.findings.get((topic, *column), ())

    @cached_property
    def gaps(self) -> tuple[tuple[str, str], ...]:
        """The announced (topic, dimension) without any finding of the topic in the dimension."""
        covered = {(topic, dimension) for topic, dimension, _ in self.findings}
        return tuple(sorted(self.announced - covered))


@dataclass(frozen=True)
class Surveys:
    """What all surveys show."""

    tasks: tuple[Task, ...]
    acts: tuple[Act, ...]
    moments: tuple[Moment, ...]
    coverage: Coverage


@dataclass(frozen=True)
class MandateMap:
    """Bodies against instruments: in each cell the links by which they are tied; an article counts for its text."""

    bodies: tuple[str, ...]
    instruments: tuple[str, ...]
    cells: Mapping[tuple[str, str], tuple[Edge, ...]]


def read_surveys(engine: Engine, network: Network) -> Surveys:
    """Read them from the store that the network was read from.

    Raises:
        QueryError: the store does not answer.
    """
    texts = _texts(engine)
    acts = tuple(_acts(engine, network, texts))
    moments = (*_dated_things(engine, network), *_ratifications(acts))
    order = sorted(moments, key=lambda moment: (moment.year, LANES.index(moment.lane), moment.thing, moment.property))
    return Surveys(tuple(_tasks(engine, network, texts)), acts, tuple(order), _coverage(engine, network))


def map_mandates(network: Network) -> MandateMap:
    """Lay the links between bodies and instruments that give a task or a legal ground out as a map."""
    whole = {edge.source: edge.target for edge in network.edges if edge.relation == MGI + "provisionOf"}
    cells: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in network.edges:
        if edge.relation.removeprefix(MGI) in _MAP_RELATIONS and edge.standing in ("asserted", "reading"):
            ends = (edge.target, edge.source) if edge.relation == MGI + "mandates" else (edge.source, edge.target)
            cells[ends[0], whole.get(ends[1], ends[1])].append(edge)
    bodies = sorted({body for body, _ in cells}, key=lambda iri: _by_name(network, iri))
    instruments = sorted({other for _, other in cells}, key=lambda iri: _by_name(network, iri))
    return MandateMap(tuple(bodies), tuple(instruments), {key: tuple(edges) for key, edges in cells.items()})


def _tasks(engine: Engine, network: Network, texts: Texts) -> Iterator[Task]:
    found: dict[tuple[str, str], tuple[set[str], dict[Tie, None]]] = defaultdict(lambda: (set(), {}))
    for mandate, body, basis, finding in rows(engine, _TASKS):
        bases, ties = found[body, mandate]
        bases |= {basis} - {""}
        ties[Tie(finding, mandate, "")] = None
    evidence = _trace(engine, network, {tie for _, ties in found.values() for tie in ties})
    dimensions = _dimension_of_sections(engine)
    for (body, mandate), (bases, ties) in found.items():
        cited = _sorted(evidence[tie] for tie in ties if tie in evidence)
        said = frozenset(dimensions.get(item.section, ELSEWHERE) for item in cited)
        function = texts.get((mandate, MGI + "function"), {})
        yield Task(mandate, body, function, tuple(sorted(bases)), said, cited)


def _acts(engine: Engine, network: Network, texts: Texts) -> Iterator[Act]:
    doubts: dict[str, list[str]] = defaultdict(list)
    for record, doubt in rows(engine, _DOUBTS):
        doubts[record].append(doubt)
    found: dict[tuple[str, ...], dict[Tie, None]] = defaultdict(dict)
    for *fact, finding in rows(engine, _ACTS):
        found[tuple(fact)][Tie(finding, fact[0], "")] = None
    evidence = _trace(engine, network, {tie for ties in found.values() for tie in ties})
    for (record, party, treaty, action, year, adopted), ties in found.items():
        yield Act(
            record=record,
            party=party,
            treaty=treaty,
            action=action,
            year=whole_year(year),
            adopted=whole_year(adopted),
            notes=texts.get((record, expand("skos:editorialNote")), {}),
            doubts=tuple(doubts[record]),
            evidence=_sorted(evidence[tie] for tie in ties if tie in evidence),
        )


def _dated_things(engine: Engine, network: Network) -> Iterator[Moment]:
    found: dict[tuple[str, str, int], dict[Tie, None]] = defaultdict(dict)
    for thing, relation, text, record, kind, finding in rows(engine, _YEARS):
        if thing in network.nodes and (year := whole_year(text)) is not None:
            found[thing, relation, year][Tie(finding, record, kind.removeprefix(MGI))] = None
    evidence = _trace(engine, network, {tie for ties in found.values() for tie in ties})
    for (thing, relation, year), ties in found.items():
        lane = _KNOWN_LANES.get(network.nodes[thing].kind, "body")
        reading = all(tie.kind == "InterpretedClaim" for tie in ties)
        cited = _sorted(evidence[tie] for tie in ties if tie in evidence)
        yield Moment(year, lane, thing, relation, "", reading, cited)


def _ratifications(acts: Iterable[Act]) -> Iterator[Moment]:
    for act in acts:
        if act.year and act.action != NOT_RATIFIED:
            reading = any(item.is_reading for item in act.evidence)
            yield Moment(act.year, "ratification", act.treaty, act.action, act.party, reading, act.evidence)


def _coverage(engine: Engine, network: Network) -> Coverage:
    topics = list(rows(engine, _TOPICS))
    ties: dict[tuple[str, str, str], dict[Tie, None]] = defaultdict(dict)
    for topic, dimension, assessment, finding in rows(engine, _COVERED):
        ties[topic, dimension or ELSEWHERE, assessment if dimension else ELSEWHERE][Tie(finding, "", "")] = None
    evidence = _trace(engine, network, {tie for found in ties.values() for tie in found})
    names = sorted({topic for topic, _ in topics}, key=lambda iri: (network.word(iri, "en"), iri))
    return Coverage(
        topics=tuple(names),
        columns=(*dict.fromkeys((row[1], row[2]) for row in rows(engine, _SECTIONS)), (ELSEWHERE, ELSEWHERE)),
        announced=frozenset((topic, dimension) for topic, dimension in topics if dimension),
        findings={key: _sorted(evidence[tie] for tie in found if tie in evidence) for key, found in ties.items()},
    )


def _trace(engine: Engine, network: Network, ties: set[Tie]) -> dict[Tie, Evidence]:
    """What ties lead to: from the network what it has already, the rest from the store."""
    known = {tie: network.evidence[tie] for tie in ties if tie in network.evidence}
    return known | trace(engine, ties - known.keys())


def _texts(engine: Engine) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for record, relation, text in engine.query(_TEXTS).table().rows:
        if record is not None and relation is not None and isinstance(text, ox.Literal):
            found[record.value, relation.value].setdefault(text.language or "en", text.value)
    return found


def _dimension_of_sections(engine: Engine) -> dict[str, str]:
    return {section: dimension for section, dimension, *_ in rows(engine, _SECTIONS)}


def _sorted(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda item: (item.page or 10_000, item.finding, item.record)))


def _by_name(network: Network, iri: str) -> tuple[str, str]:
    return (network.nodes[iri].name("en") if iri in network.nodes else iri, iri)
