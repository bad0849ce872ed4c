"""The axioms of an ontology as values, read from its triples; what no rule covers is refused by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph.errors import UncoveredAxiomError
from mgi_graph.namespaces import OWL, RDF, RDFS, XSD, shorten

_TYPE = RDF + "type"
_DATATYPE = ox.NamedNode(RDFS + "Datatype")
_REST, _FIRST, _NIL = RDF + "rest", RDF + "first", RDF + "nil"
_RELATIONS = frozenset(
    [RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")]
    + [OWL + name for name in ("equivalentClass", "equivalentProperty", "inverseOf")]
    + [OWL + name for name in ("disjointWith", "propertyDisjointWith")]
)
"""Predicates that make an axiom of their subject and object."""
_UPWARD = frozenset(RDFS + name for name in ("subClassOf", "domain", "range"))
_CHAINS = frozenset([OWL + "propertyChainAxiom"])
_CHARACTERISTICS = frozenset(
    OWL + f"{name}Property"
    for name in ("Symmetric", "Transitive", "Functional", "InverseFunctional", "Asymmetric", "Irreflexive")
)
_GROUPS = frozenset(OWL + name for name in ("AllDisjointClasses", "AllDisjointProperties", "AllDifferent"))
_MEMBERS = frozenset([OWL + "members", OWL + "distinctMembers"])
_FACTS = frozenset(
    OWL + name
    for name in (
        "sameAs",
        "differentFrom",
        "sourceIndividual",
        "assertionProperty",
        "targetIndividual",
        "targetValue",
        "NegativePropertyAssertion",
        "Nothing",
    )
)
"""Statements on individuals, which are no axioms of an ontology: rules that hold for every ontology read them."""
_WITHOUT_MEANING = frozenset(
    OWL + name
    for name in (
        "Class",
        "ObjectProperty",
        "DatatypeProperty",
        "AnnotationProperty",
        "OntologyProperty",
        "NamedIndividual",
        "Ontology",
        "Thing",
        "Axiom",
        "Annotation",
        "annotatedSource",
        "annotatedProperty",
        "annotatedTarget",
        "deprecated",
        "DeprecatedClass",
        "DeprecatedProperty",
        "versionIRI",
        "versionInfo",
        "priorVersion",
        "backwardCompatibleWith",
        "incompatibleWith",
    )
)
"""Declarations and annotations of OWL 2, from which nothing follows that is worth stating."""
_EXPRESSIONS = frozenset(
    OWL + name
    for name in (
        *("unionOf", "intersectionOf", "complementOf", "oneOf", "disjointUnionOf", "hasKey", "onProperty"),
        *("onDatatype", "withRestrictions", "datatypeComplementOf", "imports"),
    )
)
"""What no rule covers and an ontology might use, beside kinds of property and class."""
AXIOM_PREDICATES = _RELATIONS | _CHAINS | _MEMBERS | _EXPRESSIONS | {_FIRST, _REST}
"""IRIs of the predicates of triples that axioms are made of."""
AXIOM_TYPES = _CHARACTERISTICS | _GROUPS | {OWL + "ReflexiveProperty", OWL + "Restriction"}
"""IRIs of the types that make an axiom of what has them."""
_COVERED = _RELATIONS | _CHAINS | _CHARACTERISTICS | _GROUPS
_VOCABULARY = (OWL, RDF, RDFS)
_USUAL = frozenset(
    [RDFS + name for name in ("label", "comment", "seeAlso", "isDefinedBy", "Literal")] + [OWL + "Thing"]
)
"""Names of the vocabulary of OWL and RDF that axioms may be about; any other would change what axioms mean."""
_ABOVE_ALL = frozenset([OWL + "Thing", RDFS + "Literal"])
"""Those that may only be above a class, or a domain or range: nothing is typed with them, so a rule would miss it."""
DATA_RANGES: Mapping[str, tuple[str, ...]] = {
    XSD + "string": ("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN"),
    XSD + "boolean": ("boolean",),
    XSD + "integer": (
        *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
        *("nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    ),
    XSD + "dateTime": ("dateTime", "dateTimeStamp"),
    XSD + "anyURI": ("anyURI",),
}
"""Datatypes that a range may name, with those whose values are among theirs (local names in XML Schema)."""


@dataclass(frozen=True)
class Axiom:
    """One axiom as the ontology states it, between named terms.

    Attributes:
        kind: IRI of the relation (owl:inverseOf), the characteristic (owl:TransitiveProperty) or the group
            (owl:AllDisjointClasses).
        operands: the terms, that of which it is said first; of a chain the property, then the links.
    """

    kind: str
    operands: tuple[ox.NamedNode, ...]

    def __str__(self) -> str:
        first, *others = (shorten(term.value) for term in self.operands)
        kind = shorten(self.kind)
        if self.kind in _CHARACTERISTICS:
            return f"{first} a {kind}"
        if self.kind in _GROUPS:
            return f"{kind} ({' '.join([first, *others])})"
        return f"{first} {kind} ({' '.join(others)})" if self.kind in _CHAINS else f"{first} {kind} {others[0]}"


Node = ox.NamedNode | ox.BlankNode | ox.Literal
Spoken = Mapping[ox.NamedNode | ox.BlankNode, Mapping[str, list[Node]]]
"""Subject, then predicate, then objects: of the triples that take part in axioms."""


def read_axioms(triples: Iterable[ox.Triple]) -> tuple[Axiom, ...]:
    """The axioms among some triples, in the order of their text; declarations, annotations and facts are passed over.

    Raises:
        UncoveredAxiomError: an axiom is of a kind, or is about a term, that no rule covers.
    """
    spoken: dict[ox.NamedNode | ox.BlankNode, dict[str, list[Node]]] = {}
    for triple in triples:
        if is_axiomatic(triple) or triple.predicate.value in (_FIRST, _REST) or _declares_datatype(triple):
            assert isinstance(triple.subject, ox.NamedNode | ox.BlankNode)
            assert not isinstance(triple.object, ox.Triple)
            said = spoken.setdefault(triple.subject, {})
            said.setdefault(triple.predicate.value, []).append(triple.object)
    found = {axiom for subject in spoken for axiom in _axioms_of(subject, spoken)}
    for axiom in found:
        _refuse_own_datatype(axiom, spoken)
    return tuple(sorted(found, key=str))


def is_axiomatic(triple: ox.Triple) -> bool:
    """Whether a triple belongs to an axiom (or to what looks like one), and is no declaration, annotation or fact."""
    predicate = triple.predicate.value
    name = triple.object.value if predicate == _TYPE and isinstance(triple.object, ox.NamedNode) else predicate
    if name in _RELATIONS:
        return True
    return name.startswith(OWL) and name not in _WITHOUT_MEANING and name not in _FACTS


def _declares_datatype(triple: ox.Triple) -> bool:
    return triple.predicate.value == _TYPE and triple.object == _DATATYPE


def _refuse_own_datatype(axiom: Axiom, spoken: Spoken) -> None:
    """A datatype of the ontology's own has values that no rule knows."""
    for term in axiom.operands:
        if _DATATYPE in spoken.get(term, {}).get(_TYPE, []) and term.value not in DATA_RANGES:
            raise UncoveredAxiomError(f"{shorten(axiom.kind)} on the datatype {shorten(term.value)}")


def _axioms_of(subject: ox.NamedNode | ox.BlankNode, spoken: Spoken) -> Iterator[Axiom]:
    said = spoken[subject]
    for name in sorted(name for name in said if name not in (_FIRST, _REST)):
        kinds = [str(kind.value) for kind in said[name] if kind != _DATATYPE] if name == _TYPE else [name]
        for kind in kinds:
            if kind not in _COVERED | _MEMBERS:
                raise _uncovered(subject, kind)
            yield from _axioms(kind, subject, spoken)


def _axioms(kind: str, subject: ox.NamedNode | ox.BlankNode, spoken: Spoken) -> Iterator[Axiom]:
    said = spoken[subject]
    if kind in _CHARACTERISTICS:
        yield Axiom(kind, (_named(subject, kind),))
    elif kind in _RELATIONS:
        yield from (_related(subject, kind, value) for value in said[kind])
    elif kind in _CHAINS:
        for head in said[kind]:
            yield Axiom(kind, (_named(subject, kind), *_listed(head, kind, spoken)))
    else:
        yield from _grouped(kind, said, spoken)


def _related(subject: object, kind: str, value: object) -> Axiom:
    operands = (_named(subject, kind), _named(value, kind))
    for term in operands[:1] if kind in _UPWARD else operands:
        if term.value in _ABOVE_ALL:
            raise UncoveredAxiomError(f"{shorten(kind)} on {shorten(term.value)}, whose members are not typed")
    return Axiom(kind, operands)


def _grouped(kind: str, said: Mapping[str, list[Node]], spoken: Spoken) -> Iterator[Axiom]:
    """The axioms of a group, found by its kind; by its members nothing is found but that it has a kind."""
    heads = [head for name in sorted(_MEMBERS & set(said)) for head in said[name]]
    if kind in _MEMBERS and not any(of.value in _GROUPS for of in said.get(_TYPE, [])):
        raise UncoveredAxiomError(f"{shorten(kind)} of what is no group")
    if not heads:
        raise UncoveredAxiomError(f"{shorten(kind)} without members")
    yield from (Axiom(kind, _listed(head, kind, spoken)) for head in heads if kind in _GROUPS)


def _listed(head: object, kind: str, spoken: Spoken) -> tuple[ox.NamedNode, ...]:
    """The members of an RDF list of names."""
    members: list[ox.NamedNode] = []
    seen = set()
    while isinstance(head, ox.BlankNode) and head in spoken and head not in seen:
        seen.add(head)
        first, rest = spoken[head].get(_FIRST, []), spoken[head].get(_REST, [])
        if len(first) != 1 or len(rest) != 1:
            break
        members.append(_named(first[0], kind))
        head = rest[0]
    if head != ox.NamedNode(_NIL) or not members:
        raise UncoveredAxiomError(f"{shorten(kind)} with a list that is empty, broken or no list at all")
    return tuple(members)


def _named(term: object, kind: str) -> ox.NamedNode:
    """A term that an axiom may be about.

    Raises:
        UncoveredAxiomError: it is a class expression, a literal, or of the vocabulary in which axioms are written.
    """
    if not isinstance(term, ox.NamedNode):
        raise UncoveredAxiomError(f"{shorten(kind)} with an expression in place of a name")
    if term.value.startswith(_VOCABULARY) and term.value not in _USUAL:
        raise UncoveredAxiomError(f"{shorten(kind)} on {shorten(term.value)}, which belongs to OWL and RDF themselves")
    if term.value.startswith(XSD) and (kind != RDFS + "range" or term.value not in DATA_RANGES):
        raise UncoveredAxiomError(f"{shorten(kind)} on the datatype {shorten(term.value)}")
    return term


def _uncovered(subject: ox.NamedNode | ox.BlankNode, kind: str) -> UncoveredAxiomError:
    where = f" (on {shorten(subject.value)})" if isinstance(subject, ox.NamedNode) else ""
    return UncoveredAxiomError(shorten(kind) + where)
