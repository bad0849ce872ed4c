"""What the ontology says of each of its terms and concepts, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SKOS, BNode, Literal, URIRef
from rdflib.term import Node

from mgi_graph.errors import MGIGraphError
from mgi_graph.namespaces import ID, MGI, ONTOLOGY
from mgi_graph.sources import parse_quads, read_source

KINDS = {
    OWL.Class: "class",
    OWL.ObjectProperty: "object",
    OWL.DatatypeProperty: "data",
    OWL.AnnotationProperty: "annotation",
}
"""The kinds of term, in the order in which they are shown."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "report": (MGI + "ReportElement",),
    "record": (MGI + "Record",),
    "actor": (MGI + "Actor",),
    "text": (MGI + "NormativeText",),
    "entity": (MGI + "Entity",),
    "editorial": (MGI + "Discrepancy", MGI + "ExternalSource"),
    "concept": (str(SKOS.Concept),),
}
"""Under which class a class stands; the first that fits. What fits none is in the group "other"."""

_ASSERTABLE = URIRef(MGI + "assertable")
_TEXTS = (RDFS.label, SKOS.definition, SKOS.example, SKOS.note)
_LINKS = (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf, OWL.disjointWith)
_SHOWN = {*_TEXTS, *_LINKS, RDF.type, RDFS.isDefinedBy, OWL.propertyChainAxiom, _ASSERTABLE}
_BACKWARDS = {
    "subClassOf": "superClassOf",
    "subPropertyOf": "superPropertyOf",
    "domain": "domainOf",
    "range": "rangeOf",
    "inverseOf": "inverseOf",
    "disjointWith": "disjointWith",
}
_CONCEPT_NOTES = (SKOS.note, SKOS.scopeNote, SKOS.example, SKOS.editorialNote)
_CONCEPT_TEXTS = {SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.definition, SKOS.notation, RDFS.label}
_CONCEPT_STRUCTURE = {RDF.type, RDFS.isDefinedBy, SKOS.inScheme, SKOS.topConceptOf, SKOS.hasTopConcept}


@dataclass(frozen=True)
class Text:
    """A text and its language tag ("" where it has none)."""

    value: str
    lang: str


Texts = tuple[Text, ...]


@dataclass(frozen=True)
class Term:
    """A class or property of ours.

    Attributes:
        kind: "class", "object", "data" or "annotation".
        group: a key of `GROUPS`, by the class itself or the property's domain, or "other".
        characteristics: local names of the OWL types that a property has beside its kind.
        relations: IRIs by the name of the relation, such as "subClassOf" or, backwards, "superClassOf".
        chains: the properties of each chain that implies this one.
    """

    iri: str
    kind: str
    group: str
    labels: Texts
    definitions: Texts
    examples: Texts
    notes: Texts
    assertable: bool
    characteristics: tuple[str, ...]
    relations: Mapping[str, tuple[str, ...]]
    chains: tuple[tuple[str, ...], ...]

    def get(self, relation: str) -> tuple[str, ...]:
        """The IRIs to which a relation leads; empty where there are none."""
        return self.relations.get(relation, ())


@dataclass(frozen=True)
class Concept:
    """A concept; `depth` counts the broader ones above it, `relations` are pairs of a property and an IRI."""

    iri: str
    depth: int
    notation: str
    labels: Texts
    other_labels: Texts
    definitions: Texts
    notes: Texts
    relations: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scheme:
    """A concept scheme, the class of its concepts, and the properties that lead to them."""

    iri: str
    kind: str
    labels: Texts
    definitions: Texts
    notes: Texts
    relations: tuple[tuple[str, str], ...]
    concepts: tuple[Concept, ...]
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class OutsideTerm:
    """A term of another vocabulary that is declared here; `aligned` are our terms under it."""

    iri: str
    vocabulary: str
    kind: str
    labels: Texts
    definitions: Texts
    aligned: tuple[str, ...]


@dataclass(frozen=True)
class Ontology:
    """The whole of it, in the order of the file."""

    iri: str
    header: Mapping[str, Texts]
    prefixes: Mapping[str, str]
    terms: Mapping[str, Term]
    schemes: tuple[Scheme, ...]
    outside: tuple[OutsideTerm, ...]
    labels: Mapping[str, Texts]

    def name(self, iri: str) -> str:
        """The prefixed name of an IRI, or the IRI where no prefix fits."""
        fits = [(len(space), prefix) for prefix, space in self.prefixes.items() if iri.startswith(space)]
        return f"{max(fits)[1]}:{iri[max(fits)[0] :]}" if fits else iri

    def about(self, name: str) -> Texts:
        """What the ontology says of itself by a property, named with its prefix."""
        return next((texts for iri, texts in self.header.items() if self.name(iri) == name), ())

    def label(self, iri: str, lang: str) -> Text:
        """The label of a term in a language, else in another, else its prefixed name."""
        found = pick(self.labels.get(iri, ()), lang)
        return found[0] if found else Text(self.name(iri), "")

    def anchor(self, iri: str) -> str:
        """The id that a term of ours has on a page; "" for what is not ours."""
        for space in (MGI, ID):
            if iri in self.labels and iri.startswith(space):
                return iri.removeprefix(space)
        return ""

    def of_kind(self, kind: str) -> tuple[Term, ...]:
        """The classes or properties of one kind."""
        return tuple(term for term in self.terms.values() if term.kind == kind)

    def lineage(self, iri: str) -> Iterator[str]:
        """A class and all classes above it."""
        yield iri
        if iri in self.terms:
            for above in self.terms[iri].get("subClassOf"):
                yield from self.lineage(above)

    def group(self, class_iri: str) -> str:
        """The group (a key of `GROUPS`) in which a class stands, else "other"."""
        return _group(set(self.lineage(class_iri)))


def pick(texts: Texts, lang: str) -> Texts:
    """The texts in a language; where there are none, those in the first language there is."""
    fitting = tuple(text for text in texts if text.lang == lang)
    return fitting or tuple(text for text in texts if text.lang == texts[0].lang)


def read_ontology(path: Path) -> Ontology:
    """Read all terms and concepts of an ontology file.

    Raises:
        SourceError: it cannot be read.
        MGIGraphError: it says something of a term that the reference would leave out.
    """
    file = _File(path)
    own = [node for node in file.statements if node.startswith(MGI)]
    for node in file.statements:
        if str(node).startswith((MGI, ID)):
            file.refuse_unshown(node)
    relations = _relations(file, own)
    lineages = {str(node): _lineage(file, node) for node in own}
    terms = {str(node): _term(file, node, relations[node], lineages) for node in own}
    return Ontology(
        iri=ONTOLOGY,
        header=file.header(),
        prefixes=file.prefixes,
        terms={iri: term for kind in KINDS.values() for iri, term in terms.items() if term.kind == kind},
        schemes=tuple(_scheme(file, node, terms) for node in file.of_type(SKOS.ConceptScheme)),
        outside=tuple(_outside(file, own)),
        labels={str(node): file.texts(node, SKOS.prefLabel) or file.texts(node, RDFS.label) for node in file.labelled},
    )


class _File:
    """A file's statements by subject, in the order in which they stand there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: dict[Node, list[tuple[Node, Node]]] = {}
        for quad in parse_quads(path):
            self.said.setdefault(_node(quad.subject), []).append((_node(quad.predicate), _node(quad.object)))
        self.statements = {node: said for node, said in self.said.items() if isinstance(node, URIRef)}
        self.labelled = [node for node in self.statements if self.texts(node, RDFS.label)]
        self.prefixes = _prefixes(path)

    def all(self, subject: Node, predicate: Node) -> list[Node]:
        """The values of a property, in the order of the file."""
        return [value for found, value in self.said.get(subject, ()) if found == predicate]

    def texts(self, subject: Node, *predicates: Node) -> Texts:
        """The literals of some properties."""
        values = [value for predicate in predicates for value in self.all(subject, predicate)]
        return tuple(Text(str(value), value.language or "") for value in values if isinstance(value, Literal))

    def iris(self, subject: Node, predicate: Node) -> tuple[str, ...]:
        """The IRIs to which a property leads."""
        return tuple(str(value) for value in self.all(subject, predicate) if isinstance(value, URIRef))

    def of_type(self, kind: Node) -> list[URIRef]:
        """The named things that are declared to be of a class."""
        return [node for node in self.statements if kind in self.all(node, RDF.type)]

    def links(self, node: URIRef) -> Iterator[tuple[str, str]]:
        """What a concept or scheme is related to, beside its place in the schemes."""
        for predicate, value in self.statements[node]:
            if isinstance(value, URIRef) and predicate not in _CONCEPT_STRUCTURE:
                yield str(predicate), str(value)

    def members(self, head: Node) -> Iterator[Node]:
        """The items of an RDF list."""
        while head != RDF.nil:
            yield self.all(head, RDF.first)[0]
            head = self.all(head, RDF.rest)[0]

    def disjoint(self) -> Iterator[tuple[Node, Node]]:
        """The pairs of classes that lists declare to be disjoint."""
        for node in self.said:
            for head in self.all(node, OWL.members):
                yield from combinations(self.members(head), 2)

    def header(self) -> dict[str, Texts]:
        """What the ontology says of itself, by the property's IRI; an IRI counts as a text without language."""
        found: dict[str, Texts] = {}
        for predicate, value in self.statements[URIRef(ONTOLOGY)]:
            language = value.language or "" if isinstance(value, Literal) else ""
            found[str(predicate)] = (*found.get(str(predicate), ()), Text(str(value), language))
        return found

    def refuse_unshown(self, node: URIRef) -> None:
        """See to it that nothing said of a term or concept is left out of the reference in silence."""
        for predicate, value in self.statements[node]:
            if node.startswith(MGI):
                shown = predicate in _SHOWN and (predicate == OWL.propertyChainAxiom or not isinstance(value, BNode))
            else:
                shown = isinstance(value, URIRef) or predicate in {*_CONCEPT_TEXTS, *_CONCEPT_NOTES}
            if not shown:
                raise MGIGraphError(
                    f"{self.path}: the reference does not know how to show {predicate} of {node}.",
                    "Teach mgi_graph/reference/terms.py and its templates to show it.",
                )


def _node(term: object) -> Node:
    """The rdflib node for one that the strict parser found."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.Literal):
        return Literal(term.value, lang=term.language) if term.language else Literal(term.value)
    return BNode(str(term))


def _prefixes(path: Path) -> dict[str, str]:
    """The prefixes of a file by name, without those that rdflib adds and the file does not use."""
    graph = read_source(path).graph
    used = {str(node) for triple in graph for node in triple if isinstance(node, URIRef)}
    used |= {str(node.datatype) for node in graph.objects() if isinstance(node, Literal) and node.datatype}
    spaces = sorted((prefix, str(space)) for prefix, space in graph.namespaces())
    return {prefix: space for prefix, space in spaces if any(iri.startswith(space) for iri in used)}


def _relations(file: _File, own: Iterable[URIRef]) -> dict[URIRef, dict[str, tuple[str, ...]]]:
    """The links of each term of ours in both directions, without repetition."""
    found: dict[URIRef, dict[str, dict[str, None]]] = {node: {} for node in own}
    pairs = [
        (node, predicate.rpartition("#")[2], value) for node in found for predicate, value in file.statements[node]
        if predicate in _LINKS and isinstance(value, URIRef) and isinstance(predicate, URIRef)
    ]  # fmt: skip
    pairs += [(URIRef(str(a)), "disjointWith", URIRef(str(b))) for a, b in file.disjoint()]
    for subject, name, value in pairs:
        if subject in found:
            found[subject].setdefault(name, {})[str(value)] = None
        if value in found:
            found[value].setdefault(_BACKWARDS[name], {})[str(subject)] = None
    return {node: {name: tuple(values) for name, values in links.items()} for node, links in found.items()}


def _lineage(file: _File, node: Node) -> set[str]:
    above = file.iris(node, RDFS.subClassOf)
    return {str(node)}.union(*(_lineage(file, URIRef(iri)) for iri in above))


def _group(lineage: set[str]) -> str:
    return next((name for name, tops in GROUPS.items() if lineage.intersection(tops)), "other")


def _term(
    file: _File, node: URIRef, relations: Mapping[str, tuple[str, ...]], lineages: Mapping[str, set[str]]
) -> Term:
    types = file.all(node, RDF.type)
    kind = next(name for iri, name in KINDS.items() if iri in types)
    domains = [str(node)] if kind == "class" else relations.get("domain", ())
    return Term(
        iri=str(node),
        kind=kind,
        group=_group(set().union(*(lineages.get(iri, {iri}) for iri in domains))),
        labels=file.texts(node, RDFS.label),
        definitions=file.texts(node, SKOS.definition),
        examples=file.texts(node, SKOS.example),
        notes=file.texts(node, SKOS.note),
        assertable=any(text.value == "true" for text in file.texts(node, _ASSERTABLE)),
        characteristics=tuple(str(t).removeprefix(str(OWL)) for t in types if t not in KINDS),
        relations=relations,
        chains=tuple(
            tuple(str(step) for step in file.members(head)) for head in file.all(node, OWL.propertyChainAxiom)
        ),
    )


def _scheme(file: _File, node: URIRef, terms: Mapping[str, Term]) -> Scheme:
    members = [concept for concept in file.statements if node in file.all(concept, SKOS.inScheme)]
    kind = next((iri for concept in members for iri in file.iris(concept, RDF.type) if iri in terms), "")
    inside = {str(concept) for concept in members}
    ranging = [iri for iri, term in terms.items() if kind in term.get("range")]
    pointing = [
        str(predicate) for links in file.statements.values() for predicate, value in links if str(value) in inside
    ]
    used_by = dict.fromkeys([*ranging, *(iri for iri in pointing if iri in terms)])
    tops = [URIRef(iri) for iri in file.iris(node, SKOS.hasTopConcept)]
    return Scheme(
        iri=str(node),
        kind=kind,
        labels=file.texts(node, SKOS.prefLabel),
        definitions=file.texts(node, SKOS.definition),
        notes=file.texts(node, *_CONCEPT_NOTES),
        relations=tuple(file.links(node)),
        concepts=tuple(concept for top in tops for concept in _branch(file, top, 0)),
        used_by=tuple(used_by),
    )


def _branch(file: _File, node: URIRef, depth: int) -> Iterator[Concept]:
    """A concept and those under it."""
    yield Concept(
        iri=str(node),
        depth=depth,
        notation=", ".join(text.value for text in file.texts(node, SKOS.notation)),
        labels=file.texts(node, SKOS.prefLabel),
        other_labels=file.texts(node, SKOS.altLabel, SKOS.hiddenLabel),
        definitions=file.texts(node, SKOS.definition),
        notes=file.texts(node, *_CONCEPT_NOTES),
        relations=tuple(file.links(node)),
    )
    for below in file.statements:
        if node in file.all(below, SKOS.broader):
            yield from _branch(file, below, depth + 1)


def _outside(file: _File, own: Iterable[URIRef]) -> Iterator[OutsideTerm]:
    kinds = {**KINDS, SKOS.Concept: "concept"}
    for node in file.statements:
        kind = next((name for iri, name in kinds.items() if iri in file.all(node, RDF.type)), "")
        if kind and not str(node).startswith((MGI, ID)):
            aligned = [
                str(term)
                for term in own
                if node in (*file.all(term, RDFS.subClassOf), *file.all(term, RDFS.subPropertyOf))
            ]
            home = (*file.iris(node, RDFS.isDefinedBy), *file.iris(node, RDFS.seeAlso), "")[0]
            labels, definitions = file.texts(node, SKOS.prefLabel), file.texts(node, SKOS.definition)
            yield OutsideTerm(str(node), home, kind, labels, definitions, tuple(aligned))
