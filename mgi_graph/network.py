"""The network of bodies, instruments and what hangs on them: what links them, how firmly, and where it is said."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from types import MappingProxyType
from typing import Literal

import pyoxigraph as ox

from mgi_graph.engine.result import Engine
from mgi_graph.evidence import Evidence, Tie, trace
from mgi_graph.namespaces import GRAPH, ID, MGI, prologue
from mgi_graph.search import is_acronym

Standing = Literal["asserted", "reading", "inferred", "together", "denied"]
STANDINGS: tuple[Standing, ...] = ("asserted", "reading", "inferred", "together", "denied")
"""How firmly a link stands, the firmest first: the report says it; it is the editors' reading; it follows from other
links; both are merely named together; the report says that it is not so, or another statement disputes it."""

Together = Literal["finding", "passage"]
TOGETHER: tuple[Together, ...] = ("finding", "passage")
"""How close two things must be named to count as named together."""

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "public-body": (
            "Ministry",
            "Agency",
            "AdministrativeUnit",
            "DiplomaticMission",
            "Government",
            "Parliament",
            "PublicOrganisation",
        ),
        "coordination": ("CoordinationBody", "Observatory", "Fund"),
        "international": ("InternationalOrganisation", "ConsultativeProcess"),
        "state": ("State",),
        "group": ("StakeholderGroup", "Organisation"),
        "law": (
            "Constitution",
            "OrganicLaw",
            "Ordinance",
            "Law",
            "Decree",
            "Order",
            "LegalInstrument",
            "Provision",
        ),
        "treaty": ("Treaty", "Agreement", "InternationalInstrument"),
        "policy": ("PolicyInstrument",),
        "other": ("Facility", "InformationSystem", "DataSource", "Event", "Publication"),
    }
)
"""The kinds of thing in the network, each with its classes (local names), narrower ones before wider ones."""

MEMBER = MGI + "memberBody"
PARTICIPATION = MGI + "participationIn"
LEGAL_BASIS = MGI + "legalBasis"
PROVISION_OF = MGI + "provisionOf"
TOGETHER_WITH = MGI + "mentions"
UNIT_OF = MGI + "unitOf"
SUPERVISED_BY = MGI + "supervisedBy"
SYMMETRIC = frozenset({MGI + "collaboratesWith", TOGETHER_WITH})
"""Relations that hold in both directions alike."""

_UNDER_AUTHORITY = MGI + "underAuthorityOf"
_INVOLVED = MGI + "involvedInImplementing"
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_NOT_RATIFIED = ID + "treaty-action/not-ratified"
_PREFIXES = prologue("mgi", "rdfs", "skos")
_CLASSES = {MGI + name: kind for kind, names in KINDS.items() for name in names}
_ORDER = {iri: number for number, iri in enumerate(_CLASSES)}
_THINGS = f"""{_PREFIXES}SELECT DISTINCT ?thing ?type WHERE {{
  VALUES ?type {{ {" ".join(f"<{iri}>" for iri in _CLASSES)} }} ?thing a ?type FILTER(isIRI(?thing))
}} ORDER BY ?thing ?type"""
_NAMES = f"""{_PREFIXES}SELECT DISTINCT ?thing ?rank ?name WHERE {{
  VALUES (?property ?rank) {{ (skos:prefLabel 1) (rdfs:label 2) (skos:altLabel 3) (mgi:number 4) }}
  ?thing ?property ?name
}} ORDER BY ?thing ?rank (STR(?name))"""
_YEARS = f"""{_PREFIXES}SELECT DISTINCT ?thing ?year WHERE {{
  VALUES ?property {{ mgi:foundedYear mgi:year mgi:startYear mgi:endYear }}
  ?thing ?property ?year
}} ORDER BY ?thing ?year"""
_MENTIONS = f"""{_PREFIXES}SELECT DISTINCT ?thing ?finding WHERE {{ ?finding mgi:mentions ?thing }}
ORDER BY ?thing ?finding"""
_DIMENSIONS = f"""{_PREFIXES}SELECT DISTINCT ?finding ?dimension WHERE {{
  ?finding mgi:inPassage/mgi:inSection/mgi:coversDimension ?dimension
}} ORDER BY ?finding ?dimension"""
_ALL_DIMENSIONS = f"""{_PREFIXES}SELECT DISTINCT ?dimension ?number WHERE {{
  ?dimension a mgi:Dimension OPTIONAL {{ ?dimension skos:notation ?number }} }} ORDER BY ?number ?dimension"""
_CLAIMS = f"""{_PREFIXES}SELECT DISTINCT ?s ?p ?o ?record ?kind ?finding WHERE {{
  VALUES ?kind {{ mgi:AffirmedClaim mgi:InterpretedClaim mgi:DeniedClaim mgi:DisputedClaim }}
  ?record a ?kind ; mgi:claimSubject ?s ; mgi:claimPredicate ?p ; mgi:claimObject ?o ; mgi:statedIn ?finding
}} ORDER BY ?s ?p ?o ?record ?kind ?finding"""
_RECORDS = f"""{_PREFIXES}SELECT DISTINCT ?s ?p ?o ?record ?finding ?action ?year WHERE {{
  {{ ?record mgi:member ?s ; mgi:memberBody ?o BIND(mgi:memberBody AS ?p) }}
  UNION {{ ?record mgi:mandateOf ?s ; mgi:legalBasis ?o BIND(mgi:legalBasis AS ?p) }}
  UNION {{ ?record mgi:participant ?s ; mgi:participationIn ?o ; mgi:action ?action BIND(mgi:participationIn AS ?p)
    OPTIONAL {{ ?record mgi:reportedYear ?year }} }}
  ?record mgi:statedIn ?finding
}} ORDER BY ?s ?p ?o ?record ?finding ?action ?year"""
_ARTICLES = f"""{_PREFIXES}SELECT DISTINCT ?s (mgi:provisionOf AS ?p) ?o ?finding WHERE {{
  ?s mgi:provisionOf ?o . ?finding mgi:mentions ?s
}} ORDER BY ?s ?o ?finding"""
_INFERRED = f"""{_PREFIXES}SELECT DISTINCT ?s ?p ?o WHERE {{
  VALUES ?p {{ mgi:underAuthorityOf mgi:involvedInImplementing mgi:mandates }}
  GRAPH <{GRAPH}inferred> {{ ?s ?p ?o }}
}} ORDER BY ?s ?p ?o"""


@dataclass(frozen=True)
class Node:
    """A thing of the network.

    Attributes:
        iri: the thing.
        names: its name by language ("en", "fr").
        shorts: its acronym by language, and under "" the only one that it has in none, else its number.
        kind: one of `KINDS`.
        type: IRI of its narrowest class.
        years: the years that are stated of it: founding, making, start, end.
        findings: IRIs of the findings that name it.
        dimensions: IRIs of the dimensions of these.
    """

    iri: str
    names: Mapping[str, str]
    shorts: Mapping[str, str]
    kind: str
    type: str
    years: tuple[int, ...]
    findings: frozenset[str]
    dimensions: frozenset[str]

    def short(self, language: str) -> str:
        """Its acronym in a language, else its only acronym or its number; empty where it has none."""
        return self.shorts.get(language) or self.shorts.get("", "")

    def name(self, language: str) -> str:
        """Its name in a language, else in the other, else the end of its IRI."""
        return self.names.get(language) or next(iter(self.names.values()), self.iri.removeprefix(ID))


@dataclass(frozen=True)
class Edge:
    """A link between two things.

    Attributes:
        source, target: IRIs of the things; of a relation that holds both ways the smaller IRI comes first.
        relation: IRI of the property; for things named together `mgi:mentions`.
        standing: one of `STANDINGS`.
        ties: the records and findings that say it; of an inferred link those of its premises.
        action: for a part in a treaty the IRI of the act, else empty.
        years: the years that are stated of the link itself.
        dimensions: IRIs of the dimensions in which it is said.
        premises: for an inferred link the ids of the links from which it follows, in order.
    """

    source: str
    target: str
    relation: str
    standing: Standing
    ties: tuple[Tie, ...]
    action: str = ""
    years: tuple[int, ...] = ()
    dimensions: frozenset[str] = frozenset()
    premises: tuple[str, ...] = ()

    @cached_property
    def id(self) -> str:
        """A name that stays the same as long as the link is the same: an e, so that none is a number, and a hash."""
        parts = "\n".join((self.source, self.target, self.relation, self.action, self.standing))
        return "e" + hashlib.blake2b(parts.encode(), digest_size=6).hexdigest()

    @property
    def weight(self) -> int:
        """How many findings say it, or name both."""
        return len({tie.finding for tie in self.ties})

    @property
    def symmetric(self) -> bool:
        """Whether it holds in both directions alike."""
        return self.relation in SYMMETRIC

    @property
    def ends(self) -> frozenset[str]:
        """Both ends, whatever the direction."""
        return frozenset((self.source, self.target))


@dataclass(frozen=True)
class Network:
    """All things and links.

    Attributes:
        nodes: by IRI.
        edges: every link but that of being named together.
        together: for each way of being named together the links between things that no other link joins.
        dimensions: IRIs of the dimensions, in the order of the report.
        words: labels by language of everything else that has one: classes, properties, dimensions, topics, acts.
        evidence: what each tie leads to.
    """

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    together: Mapping[Together, tuple[Edge, ...]]
    dimensions: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]
    evidence: Mapping[Tie, Evidence]

    @cached_property
    def by_id(self) -> Mapping[str, Edge]:
        """Every link by its id; where a pair is named together in both ways, the narrower one."""
        every = (*self.together["passage"], *self.together["finding"], *self.edges)
        return {edge.id: edge for edge in every}

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """IRIs of the relations that occur, most frequent first, without being named together."""
        counts: dict[str, int] = defaultdict(int)
        for edge in self.edges:
            counts[edge.relation] += 1
        return tuple(sorted(counts, key=lambda iri: (-counts[iri], iri)))

    def word(self, iri: str, language: str) -> str:
        """The label of a term in a language, else in the other, else the end of its IRI."""
        words = self.words.get(iri, {})
        return words.get(language) or next(iter(words.values()), iri.replace("#", "/").rpartition("/")[2])

    def cited(self, edge: Edge) -> tuple[Evidence, ...]:
        """The evidence of a link, in the order of the pages."""
        found = [self.evidence[tie] for tie in edge.ties if tie in self.evidence]
        return tuple(sorted(found, key=lambda item: (item.page or 10_000, item.finding, item.record)))


def read_network(engine: Engine) -> Network:
    """Read the network from a store.

    Raises:
        QueryError: the store does not answer.
    """
    dimensions: dict[str, set[str]] = defaultdict(set)
    for finding, dimension in rows(engine, _DIMENSIONS):
        dimensions[finding].add(dimension)
    names = _names(engine)
    nodes = _nodes(engine, names, dimensions)
    stated = tuple(_stated(engine, nodes, dimensions))
    edges = (*stated, *_inferred(engine, nodes, stated))
    evidence = trace(engine, {tie for edge in edges for tie in edge.ties} | _naming(nodes))
    together = {scope: tuple(_together(nodes, edges, dimensions, evidence, scope)) for scope in TOGETHER}
    order = tuple(row[0] for row in rows(engine, _ALL_DIMENSIONS))
    words = {iri: found.by_language for iri, found in names.items() if iri not in nodes and found.by_language}
    return Network(nodes, edges, together, order, words, evidence)


@dataclass
class _Names:
    by_language: dict[str, str]
    acronyms: list[str]
    spoken: dict[str, str]
    number: str

    def __init__(self) -> None:
        self.by_language, self.acronyms, self.spoken, self.number = {}, [], {}, ""

    @property
    def shorts(self) -> dict[str, str]:
        return {**self.spoken, "": self.acronyms[0] if len(self.acronyms) == 1 else self.number}


def _names(engine: Engine) -> dict[str, _Names]:
    found: dict[str, _Names] = defaultdict(_Names)
    for thing, rank, name in engine.query(_NAMES).table().rows:
        if not (isinstance(name, ox.Literal) and thing is not None and rank is not None):
            continue
        names = found[thing.value]
        if rank.value in "12":
            names.by_language.setdefault(name.language or "en", name.value)
        elif rank.value == "3" and not name.language:
            names.acronyms.append(name.value)
        elif rank.value == "3" and is_acronym(name.value):
            names.spoken[name.language or ""] = name.value
        elif rank.value == "4":
            names.number = names.number or name.value
    return found


def _nodes(engine: Engine, names: Mapping[str, _Names], dimensions: Mapping[str, set[str]]) -> dict[str, Node]:
    types: dict[str, str] = {}
    for thing, kind in rows(engine, _THINGS):
        types[thing] = min(types.get(thing, kind), kind, key=_ORDER.__getitem__)
    years: dict[str, set[int]] = defaultdict(set)
    for thing, year in rows(engine, _YEARS):
        if (number := whole_year(year)) is not None:
            years[thing].add(number)
    naming: dict[str, set[str]] = defaultdict(set)
    for thing, finding in rows(engine, _MENTIONS):
        naming[thing].add(finding)
    return {
        iri: Node(
            iri=iri,
            names=names[iri].by_language if iri in names else {},
            shorts=names[iri].shorts if iri in names else {},
            kind=_CLASSES[kind],
            type=kind,
            years=tuple(sorted(years[iri])),
            findings=frozenset(naming[iri]),
            dimensions=_dimensions(naming[iri], dimensions),
        )
        for iri, kind in types.items()
    }


def _stated(engine: Engine, nodes: Collection[str], dimensions: Mapping[str, set[str]]) -> Iterator[Edge]:
    """The links that records of the graph state, those of one standing in one edge."""
    ties: dict[tuple[str, str, str, str, Standing], dict[Tie, None]] = defaultdict(dict)
    years: dict[tuple[str, str, str, str, Standing], set[int]] = defaultdict(set)
    for source, relation, target, record, kind, finding in rows(engine, _CLAIMS):
        key = (*_directed(source, target, relation), relation, "", _standing(kind))
        ties[key][Tie(finding, record, kind.removeprefix(MGI))] = None
    for source, relation, target, record, finding, action, year in rows(engine, _RECORDS):
        standing: Standing = "denied" if action == _NOT_RATIFIED else "asserted"
        ties[source, target, relation, action, standing][Tie(finding, record, "")] = None
        if (number := whole_year(year)) is not None:
            years[source, target, relation, action, standing].add(number)
    for source, relation, target, finding in rows(engine, _ARTICLES):
        ties[source, target, relation, "", "asserted"][Tie(finding, "", "")] = None
    for key, found in ties.items():
        source, target, relation, action, standing = key
        if source in nodes and target in nodes and source != target:
            said = _dimensions((tie.finding for tie in found), dimensions)
            yield Edge(source, target, relation, standing, tuple(found), action, tuple(sorted(years[key])), said)


def _inferred(engine: Engine, nodes: Collection[str], stated: Sequence[Edge]) -> Iterator[Edge]:
    """The links that follow and that no stated link between the same two says already, with what they follow from."""
    known = {(edge.source, edge.target, edge.relation) for edge in stated}
    chart = [edge for edge in stated if edge.relation in (UNIT_OF, SUPERVISED_BY) and edge.standing != "denied"]
    known |= {(edge.source, edge.target, _UNDER_AUTHORITY) for edge in chart}
    for source, relation, target in rows(engine, _INFERRED):
        if source in nodes and target in nodes and (source, target, relation) not in known and source != target:
            premises = _premises(source, relation, target, stated, chart)
            ties = tuple(dict.fromkeys(tie for edge in premises for tie in edge.ties))
            said = frozenset(dimension for edge in premises for dimension in edge.dimensions)
            ids = tuple(edge.id for edge in premises)
            yield Edge(source, target, relation, "inferred", ties, "", (), said, ids)


def _premises(
    source: str, relation: str, target: str, stated: Sequence[Edge], chart: Sequence[Edge]
) -> tuple[Edge, ...]:
    """A shortest chain of stated links from which an inferred one follows; empty where it follows otherwise."""
    if relation == _UNDER_AUTHORITY:
        return _chain(source, target, chart)
    part, said = (UNIT_OF, MGI + "implements") if relation == _INVOLVED else (PROVISION_OF, relation)
    parts = [edge for edge in stated if edge.relation == part and edge.standing != "denied"]
    for last in stated:
        fits = (last.relation, last.target) == (said, target) and last.standing != "denied"
        if fits and (found := _chain(last.source, source, parts)):
            return (*found, last)
    return ()


def _chain(source: str, target: str, edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """A shortest way along edges in their direction."""
    ways: dict[str, tuple[Edge, ...]] = {source: ()}
    reached = [source]
    for here in reached:
        for edge in edges:
            if edge.source == here and edge.target not in ways:
                ways[edge.target] = (*ways[here], edge)
                reached.append(edge.target)
    return ways.get(target, ())


def _together(
    nodes: Mapping[str, Node],
    edges: Iterable[Edge],
    dimensions: Mapping[str, set[str]],
    evidence: Mapping[Tie, Evidence],
    scope: Together,
) -> Iterator[Edge]:
    """The pairs of things that are named together and that no other link joins."""
    joined = {edge.ends for edge in edges}
    named: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for node in nodes.values():
        for finding in sorted(node.findings):
            if cited := evidence.get(Tie(finding, "", "")):
                named[finding if scope == "finding" else cited.passage][node.iri].append(finding)
    pairs: dict[tuple[str, str], dict[Tie, None]] = defaultdict(dict)
    for things in named.values():
        for pair in combinations(sorted(things), 2):
            if frozenset(pair) not in joined:
                pairs[pair] |= {Tie(finding, "", ""): None for iri in pair for finding in things[iri]}
    for (source, target), ties in sorted(pairs.items()):
        said = _dimensions((tie.finding for tie in ties), dimensions)
        yield Edge(source, target, TOGETHER_WITH, "together", tuple(ties), "", (), said)


def _naming(nodes: Mapping[str, Node]) -> set[Tie]:
    return {Tie(finding, "", "") for node in nodes.values() for finding in node.findings}


def _directed(source: str, target: str, relation: str) -> tuple[str, str]:
    return (min(source, target), max(source, target)) if relation in SYMMETRIC else (source, target)


def _standing(kind: str) -> Standing:
    name = kind.removeprefix(MGI)
    return "asserted" if name == "AffirmedClaim" else "reading" if name == "InterpretedClaim" else "denied"


def _dimensions(findings: Iterable[str], dimensions: Mapping[str, set[str]]) -> frozenset[str]:
    return frozenset(dimension for finding in findings for dimension in dimensions.get(finding, ()))


def rows(engine: Engine, query: str) -> Iterator[list[str]]:
    """The rows of an answer as texts; "" where nothing is bound."""
    for row in engine.query(query).table().rows:
        yield ["" if term is None else term.value for term in row]


def whole_year(text: str) -> int | None:
    """A year from its text; None where that is no whole number."""
    return int(text) if _WHOLE.fullmatch(text) else None
