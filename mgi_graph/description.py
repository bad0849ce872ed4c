"""Describes one thing of the graph: what is said of it, what is claimed of it, and where the report says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from mgi_graph.engine.result import Engine, Term, as_sparql
from mgi_graph.errors import NotInGraphError
from mgi_graph.namespaces import BASE, DATA_LICENCE, DATASET, DOC, ID, MGI, RDF, expand, prologue
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
_IS_INFERRED = f"BIND(EXISTS {{ GRAPH <{INFERRED}> {{ %s }} }} AS ?inferred)"
_KNOWN = "ASK { { %(thing)s ?p ?o } UNION { ?s ?p %(thing)s } }"
_OUTGOING = f"""SELECT ?p ?o ?inferred WHERE {{
  %(thing)s ?p ?o {_IS_INFERRED % "%(thing)s ?p ?o"}
}} ORDER BY ?p ?o"""
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
}} ORDER BY ?thing ?rank ?name"""
_ALL_THINGS = f"""SELECT DISTINCT ?thing WHERE {{ ?thing a ?class FILTER(STRSTARTS(STR(?thing), "{ID}")) }}
ORDER BY ?thing"""
_TERMS = "CONSTRUCT { ?term rdfs:label ?label } WHERE { ?term rdfs:label ?label ; rdfs:isDefinedBy ?ontology }"
_EVERY_INCOMING = "SELECT ?subject ?property WHERE {{ ?subject ?property {thing} }} ORDER BY ?property ?subject"

_CUT = {
    "en": f"Not all that points here is listed. Ask {BASE}sparql: {{}}",
    "fr": f"Tout ce qui pointe ici n’est pas listé. Demandez à {BASE}sparql : {{}}",
}
_LABELS = (expand("skos:prefLabel"), expand("rdfs:label"))
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
class Finding:
    """A statement of the report, with where it stands; `page` is empty where the report prints none."""

    iri: str
    statement: tuple[Text, ...]
    passage: str
    section: tuple[Text, ...]
    page: str
    page_label: str
    citation: str


@dataclass(frozen=True)
class Claim:
    """A claim on a thing: its class, what it claims, and the findings that state it."""

    iri: str
    kind: str
    subject: Term
    predicate: Term
    object: Term
    findings: tuple[Finding, ...]


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
        terms: labels of the ontology's terms.
    """

    iri: str
    says: tuple[Group, ...]
    points_here: tuple[Group, ...]
    claim_iris: tuple[str, ...]
    claim_total: int
    triples: tuple[ox.Triple, ...]
    terms: tuple[ox.Triple, ...]

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is listed."""
        return self.claim_total > len(self.claim_iris) or any(g.total > len(g.terms) for g in self.points_here)

    @property
    def types(self) -> Group | None:
        """Its classes."""
        return next((group for group in self.says if group.property == _TYPE), None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that state the thing itself, where it is a record, or the thing, where it is a finding."""
        return self._findings(self.iri)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, in the order of the pages that state them."""
        claims = [claim for iri in self.claim_iris if (claim := self._claim(iri))]
        return tuple(sorted(claims, key=lambda claim: (_page_order(claim.findings), claim.iri)))

    def label(self, iri: str, language: str) -> Text:
        """The name of anything mentioned: in the language, else in another, else made from its class and IRI."""
        for predicate in _LABELS:
            if texts := self.texts(iri, predicate):
                return min(texts, key=lambda text: (text.language != language, text.language != "en", text.value))
        kind = next((t.value for t in self._values(iri, _TYPE) if t.value.startswith(MGI)), "")
        local = iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
        if kind and kind != iri:
            name = self.label(kind, language)
            return Text(f"{name.value} {local}", name.language)
        return Text(local, "")

    def texts(self, iri: str, predicate: str) -> tuple[Text, ...]:
        """The texts that something mentioned has."""
        found = (term for term in self._values(iri, predicate) if isinstance(term, ox.Literal))
        return tuple(Text(term.value, term.language or "") for term in found)

    @cached_property
    def _index(self) -> dict[tuple[str, str], list[Term]]:
        index: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for triple in (*self.triples, *self.terms):
            if not isinstance(triple.object, ox.Triple):
                index[str(getattr(triple.subject, "value", "")), triple.predicate.value].append(triple.object)
        return index

    def _values(self, iri: str, predicate: str) -> list[Term]:
        return self._index.get((iri, predicate), [])

    def _one(self, iri: str, predicate: str) -> str:
        return next((term.value for term in self._values(iri, MGI + predicate)), "")

    def _claim(self, iri: str) -> Claim | None:
        names = ("claimSubject", "claimPredicate", "claimObject", "claimValue", "claimDate")
        parts = [term for name in names for term in self._values(iri, MGI + name)[:1]]
        kind = next((term.value for term in self._values(iri, _TYPE) if term.value.startswith(MGI)), "")
        return Claim(iri, kind, parts[0], parts[1], parts[2], self._findings(iri)) if len(parts) > 2 else None

    def _findings(self, iri: str) -> tuple[Finding, ...]:
        iris = [iri] if self._one(iri, "statement") else [term.value for term in self._values(iri, MGI + "statedIn")]
        return tuple(sorted(map(self._finding, iris), key=lambda finding: (_page_order([finding]), finding.iri)))

    def _finding(self, iri: str) -> Finding:
        passage = self._one(iri, "inPassage")
        section = self._one(passage, "inSection")
        citation = self.texts(self._one(section, "ofProfile"), expand("dcterms:bibliographicCitation"))
        return Finding(
            iri=iri,
            statement=self.texts(iri, MGI + "statement"),
            passage=passage,
            section=self.texts(section, expand("skos:prefLabel")),
            page=self._one(iri, "page"),
            page_label=self._one(iri, "pageLabel"),
            citation=citation[0].value if citation else "",
        )


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
        return Description(iri, says, points_here, claims, total, tuple(dict.fromkeys(triples)), self._terms)

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

    @cached_property
    def _terms(self) -> tuple[ox.Triple, ...]:
        return tuple(self._engine.query(_PREFIXES + _TERMS).triples())

    def says(self, thing: str) -> tuple[Group, ...]:
        """The statements whose subject a thing is, which is written as in SPARQL."""
        rows = [(_value(row[0]), row[1], _is_true(row[2])) for row in self._rows(_OUTGOING % {"thing": thing})]
        return tuple(_groups(rows, {}))

    def points_here(self, thing: str, most: int = MOST_INCOMING) -> tuple[Group, ...]:
        """The statements whose object it is, but for claims; of each property not more than `most`."""
        totals = {_value(row[0]): int(_value(row[1])) for row in self._rows(_COUNTS % {"thing": thing})}
        if not totals:
            return ()
        parts = (_INCOMING % {"thing": thing, "property": as_sparql(ox.NamedNode(iri)), "most": most} for iri in totals)
        query = "SELECT ?p ?s ?inferred WHERE { " + "\nUNION ".join(parts) + " } ORDER BY ?p ?s"
        rows = [(_value(row[0]), row[1], _is_true(row[2])) for row in self._rows(query)]
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


def _page_order(findings: Sequence[Finding]) -> int:
    return min((int(finding.page) for finding in findings if finding.page.isdigit()), default=10_000)


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


def _is_true(term: Term | None) -> bool:
    return _value(term) == "true"
