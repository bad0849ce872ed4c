"""Describes one thing of the graph: what is said of it, what is claimed of it, and where the report says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from mgi_graph.engine.result import Engine, Term, as_sparql
from mgi_graph.errors import NotInGraphError
from mgi_graph.namespaces import BASE, DATA_LICENCE, DATASET, DOC, ID, RDF, expand, prologue
from mgi_graph.search import Named, fold
from mgi_graph.snapshot import INFERRED

MOST_INCOMING = 50
"""How many statements with one property that point to a thing are listed."""

MOST_CLAIMS = 100
"""How many claims on a thing are listed."""

_AT_ONCE = 500
_NEAREST = 5
_LIKENESS = 60
_LONGEST_NAME = 200
_PREFIXES = prologue("foaf", "mgi", "rdf", "rdfs", "skos")
_NOT_INFERRED = f"FILTER NOT EXISTS {{ GRAPH <{INFERRED}> {{ ?s ?p ?o }} }}"
_IS_INFERRED = f"OPTIONAL {{ GRAPH ?inferred {{ %s }} FILTER(?inferred = <{INFERRED}>) }}"
_KNOWN = "ASK { { %(thing)s ?p ?o } UNION { ?s ?p %(thing)s } }"
_OUTGOING = f"""SELECT ?p ?o ?inferred WHERE {{
  %(thing)s ?p ?o {_IS_INFERRED % "%(thing)s ?p ?o"}
}} ORDER BY ?p"""
_COUNTS = """SELECT ?p (COUNT(*) AS ?n) WHERE {
  ?s ?p %(thing)s FILTER(isIRI(?s) && ?p NOT IN (mgi:claimSubject, mgi:claimObject))
} GROUP BY ?p ORDER BY ?p"""
_INCOMING = f"""{{ {{ SELECT ?s (%(property)s AS ?p) WHERE {{ ?s %(property)s %(thing)s FILTER(isIRI(?s)) }}
  ORDER BY ?s LIMIT %(most)d }} {_IS_INFERRED % "?s %(property)s %(thing)s"} }}"""
_ON_IT = "{ ?claim mgi:claimSubject %(thing)s } UNION { ?claim mgi:claimObject %(thing)s }"
_CLAIMS = f"SELECT DISTINCT ?claim WHERE {{ {_ON_IT} }} ORDER BY ?claim LIMIT {MOST_CLAIMS}"
_ALL_CLAIMS = f"SELECT (COUNT(DISTINCT ?claim) AS ?n) WHERE {{ {_ON_IT} }}"
_ASSERTED = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ %s }} ?s ?p ?o {_NOT_INFERRED} }}"
_EVIDENCE = """CONSTRUCT {
  ?finding a mgi:Finding ; mgi:statement ?statement ; mgi:page ?page ; mgi:pageLabel ?label ; mgi:inPassage ?passage .
  ?passage mgi:inSection ?section . ?section mgi:ofProfile ?profile ; skos:prefLabel ?title .
  ?profile <http://purl.org/dc/terms/bibliographicCitation> ?citation .
} WHERE {
  VALUES ?record { %s }
  { ?record mgi:statedIn ?finding } UNION { ?record mgi:statement ?any BIND(?record AS ?finding) }
  ?finding mgi:inPassage ?passage . ?passage mgi:inSection ?section . ?section mgi:ofProfile ?profile .
  { ?finding mgi:statement ?statement } UNION { ?finding mgi:page ?page } UNION { ?finding mgi:pageLabel ?label }
  UNION { ?section skos:prefLabel ?title } UNION { ?profile <http://purl.org/dc/terms/bibliographicCitation> ?citation }
}"""
_NAMES = f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  VALUES ?s {{ %s }} ?s ?p ?o FILTER(?p IN (rdfs:label, skos:prefLabel, rdf:type)) {_NOT_INFERRED}
}}"""
_ALL_NAMES = f"""SELECT ?thing ?name WHERE {{
  VALUES (?property ?rank) {{ (skos:prefLabel 1) (skos:altLabel 2) }}
  ?thing ?property ?name FILTER(STRSTARTS(STR(?thing), "{ID}"))
}} ORDER BY ?thing ?rank (STR(?name)) (LANG(?name))"""
_ALL_THINGS = f"""SELECT DISTINCT ?thing WHERE {{ ?thing a ?class FILTER(STRSTARTS(STR(?thing), "{ID}")) }}
ORDER BY ?thing"""
_EVERY_INCOMING = "SELECT ?subject ?property WHERE {{ ?subject ?property {thing} }} ORDER BY ?property ?subject"

_CUT = {
    "en": f"Not all that points here is listed. Ask {BASE}sparql: {{}}",
    "fr": f"Tout ce qui pointe ici n’est pas listé. Demandez à {BASE}sparql : {{}}",
}
_TYPE = RDF + "type"


@dataclass(frozen=True)
class Text:
    """A text and its language tag ("" where it has none)."""

    value: str
    language: str


@dataclass(frozen=True)
class Group:
    """The statements of a thing with one property, in one direction.

    Attributes:
        property: its IRI.
        terms: what stands at the other end, not more than `MOST_INCOMING` where it points here.
        inferred: those of the terms that follow and are not asserted.
        total: how many there are.
    """

    property: str
    terms: tuple[Term, ...]
    inferred: frozenset[Term]
    total: int


@dataclass(frozen=True)
class Description:
    """All that is told of a thing.

    Attributes:
        iri: the thing.
        says: the statements whose subject it is.
        points_here: those whose object it is, but for claims.
        claim_iris: the claims of which it is subject or object, not more than `MOST_CLAIMS`.
        claim_total: how many claims there are.
        triples: all of this, with the evidence of the claims, and names and types of everything mentioned.
    """

    iri: str
    says: tuple[Group, ...]
    points_here: tuple[Group, ...]
    claim_iris: tuple[str, ...]
    claim_total: int
    triples: tuple[ox.Triple, ...]

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is listed."""
        return self.claim_total > len(self.claim_iris) or any(g.total > len(g.terms) for g in self.points_here)


class Describer:
    """Describes the things of a store that never changes.

    Args:
        engine: the store.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def knows(self, iri: str) -> bool:
        """Whether the graph says anything of an IRI (or of what is no IRI: then not)."""
        try:
            thing = ox.NamedNode(iri)
        except ValueError:
            return False
        return self._engine.query(_PREFIXES + _KNOWN % {"thing": as_sparql(thing)}).boolean()

    def describe(self, iri: str) -> Description:
        """Describe a thing.

        Raises:
            NotInGraphError: the graph says nothing of it.
        """
        if not self.knows(iri):
            raise NotInGraphError(iri, [f"{thing.label}  <{thing.iri}>" for thing in self.nearest(iri)])
        thing = as_sparql(ox.NamedNode(iri))
        says, points_here = self.says(thing), self.points_here(thing)
        claims, total = self._claims(thing)
        triples = [*_outgoing(iri, says), *_incoming(iri, points_here)]
        triples += self._construct(_ASSERTED, claims)
        triples += self._construct(_EVIDENCE, [iri, *claims])
        triples += self._construct(_NAMES, sorted(_mentioned(triples) - {iri}))
        return Description(iri, says, points_here, claims, total, tuple(dict.fromkeys(triples)))

    def nearest(self, iri: str, language: str = "en") -> list[Named]:
        """The things of which the IRI, its last part or a name is most like an IRI, best first."""
        from rapidfuzz import fuzz

        wanted = _folded_path(iri.removeprefix(ID)[:_LONGEST_NAME])
        last = wanted.rstrip("/").rpartition("/")[2]
        scored = []
        for thing in self._things[language]:
            score = max(fuzz.ratio(wanted, thing.names[0]), *(fuzz.ratio(last, name) for name in thing.names[1:]))
            if score >= _LIKENESS:
                scored.append((-score, thing.iri, thing))
        return [thing for _, _, thing in sorted(scored, key=lambda item: item[:2])[:_NEAREST]]

    @cached_property
    def _things(self) -> dict[str, list[Named]]:
        """All things by language; of each the names are its IRI, its last part and what it is called, all folded."""
        called: dict[str, list[ox.Literal]] = {_value(row[0]): [] for row in self._rows(_ALL_THINGS)}
        for thing, name in self._rows(_ALL_NAMES):
            if isinstance(name, ox.Literal):
                called.setdefault(_value(thing), []).append(name)
        return {code: [_named(iri, names, code) for iri, names in called.items()] for code in ("en", "fr")}

    def says(self, thing: str) -> tuple[Group, ...]:
        """The statements whose subject a thing is, which is written as in SPARQL."""
        rows = [(_value(row[0]), row[1], row[2] is not None) for row in self._rows(_OUTGOING % {"thing": thing})]
        rows.sort(key=lambda row: (row[0], _term_order(row[1])))  # stores differ in the order of texts in two languages
        return tuple(_groups(rows, {}))

    def points_here(self, thing: str, most: int = MOST_INCOMING) -> tuple[Group, ...]:
        """The statements whose object it is, but for claims; of each property not more than `most`."""
        totals = {_value(row[0]): int(_value(row[1])) for row in self._rows(_COUNTS % {"thing": thing})}
        if not totals:
            return ()
        parts = (_INCOMING % {"thing": thing, "property": as_sparql(ox.NamedNode(iri)), "most": most} for iri in totals)
        query = "SELECT ?p ?s ?inferred WHERE { " + "\nUNION ".join(parts) + " } ORDER BY ?p ?s"
        rows = [(_value(row[0]), row[1], row[2] is not None) for row in self._rows(query)]
        return tuple(_groups(rows, totals))

    def _claims(self, thing: str) -> tuple[tuple[str, ...], int]:
        claims = tuple(_value(row[0]) for row in self._rows(_CLAIMS % {"thing": thing}))
        if len(claims) < MOST_CLAIMS:
            return claims, len(claims)
        return claims, int(_value(self._rows(_ALL_CLAIMS % {"thing": thing})[0][0]))

    def _construct(self, query: str, iris: Sequence[str]) -> Iterator[ox.Triple]:
        for start in range(0, len(iris), _AT_ONCE):
            values = " ".join(as_sparql(ox.NamedNode(iri)) for iri in iris[start : start + _AT_ONCE])
            yield from sorted(self._engine.query(_PREFIXES + query % values).triples(), key=str)

    def _rows(self, query: str) -> tuple[tuple[Term | None, ...], ...]:
        return self._engine.query(_PREFIXES + query).table().rows


def document_iri(iri: str) -> str:
    """The IRI of the document that describes a thing."""
    return DOC + iri.removeprefix(ID)


def document_triples(description: Description) -> list[ox.Triple]:
    """What the describing document says of itself: what it is about, licence, dataset, and whether it is cut."""
    document = ox.NamedNode(document_iri(description.iri))
    said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        ("rdf:type", ox.NamedNode(expand("foaf:Document"))),
        ("foaf:primaryTopic", ox.NamedNode(description.iri)),
        ("void:inDataset", ox.NamedNode(DATASET)),
        ("dcterms:license", ox.NamedNode(DATA_LICENCE)),
    ]
    if description.is_cut:
        query = every_incoming(description.iri)
        said += [("rdfs:comment", ox.Literal(text.format(query), language=code)) for code, text in _CUT.items()]
    return [ox.Triple(document, ox.NamedNode(expand(term)), obj) for term, obj in said]


def every_incoming(iri: str, property_iri: str = "") -> str:
    """A query for all statements that point to a thing, or all of one property."""
    thing = as_sparql(ox.NamedNode(iri))
    if property_iri:
        return f"SELECT ?subject WHERE {{ ?subject {as_sparql(ox.NamedNode(property_iri))} {thing} }} ORDER BY ?subject"
    return _EVERY_INCOMING.format(thing=thing)


def _term_order(term: Term | None) -> tuple[bool, str, str]:
    """A place for every term: names, then texts, by language where they are the same."""
    return isinstance(term, ox.Literal), _value(term), (getattr(term, "language", "") or "")


def _groups(rows: Sequence[tuple[str, Term | None, bool]], totals: dict[str, int]) -> Iterator[Group]:
    found: dict[str, dict[Term, bool]] = {}
    for predicate, term, inferred in rows:
        if term is not None:
            found.setdefault(predicate, {})[term] = inferred
    for predicate, terms in sorted(found.items(), key=lambda item: (item[0] != _TYPE, item[0])):
        inferred_terms = frozenset(term for term, inferred in terms.items() if inferred)
        yield Group(predicate, tuple(terms), inferred_terms, totals.get(predicate, len(terms)))


def _outgoing(iri: str, groups: Iterable[Group]) -> Iterator[ox.Triple]:
    for group in groups:
        for term in group.terms:
            yield ox.Triple(ox.NamedNode(iri), ox.NamedNode(group.property), term)


def _incoming(iri: str, groups: Iterable[Group]) -> Iterator[ox.Triple]:
    for group in groups:
        for term in group.terms:
            assert isinstance(term, ox.NamedNode)
            yield ox.Triple(term, ox.NamedNode(group.property), ox.NamedNode(iri))


def _mentioned(triples: Iterable[ox.Triple]) -> set[str]:
    terms = {term for triple in triples for term in (triple.subject, triple.object)}
    return {term.value for term in terms if isinstance(term, ox.NamedNode)}


def _named(iri: str, names: Sequence[ox.Literal], language: str) -> Named:
    path = iri.removeprefix(ID)
    label = next((name for name in names if name.language == language), next(iter(names), None))
    texts = (path, path.rpartition("/")[2], *(name.value for name in names))
    return Named(iri, label.value if label else path, tuple(map(_folded_path, texts)))


def _folded_path(text: str) -> str:
    """A path or name in the form in which they are compared; `fold` takes a slash for a kind of hyphen."""
    return "/".join(map(fold, text.split("/")))


def _value(term: Term | None) -> str:
    return "" if term is None else term.value
