"""The closure of the graph under OWL 2 RL, and what of it is worth keeping."""

from __future__ import annotations

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from mgi_graph.errors import InconsistencyError

_ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
_REFLEXIVE = {OWL.sameAs, RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty}
_EVERYTHING = {OWL.Thing, RDFS.Resource}
_VOCABULARY = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))


def infer(asserted: Graph) -> Graph:
    """The triples that follow from a graph by the OWL 2 RL rules and are not in it.

    What says nothing is left out: reflexive sameAs, subclass and the like, typing as owl:Thing, statements on the
    vocabulary of OWL itself, and statements on blank nodes and literals.

    Args:
        asserted: ontology and data together; left as it is.

    Raises:
        InconsistencyError: the graph contradicts itself; the message lists how.
    """
    from owlrl import DeductiveClosure, OWLRL_Semantics

    closure = Graph()
    closure += asserted
    DeductiveClosure(OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(closure)
    _refuse_inconsistency(closure)
    inferred = Graph()
    for triple in closure:
        if triple not in asserted and _says_something(*triple):
            inferred.add(triple)
    return inferred


def _refuse_inconsistency(closure: Graph) -> None:
    messages = sorted({str(text) for text in closure.objects(None, _ERROR)})
    if messages:
        raise InconsistencyError(
            "The graph contradicts the ontology:\n" + "\n".join(f"  {text}" for text in messages),
            "Mend the statements named above, or the axiom they break.",
        )


def _says_something(subject: Node, predicate: Node, obj: Node) -> bool:
    if isinstance(subject, BNode | Literal) or isinstance(obj, BNode):
        return False
    if str(subject).startswith(_VOCABULARY) or obj in _EVERYTHING:
        return False
    return not (subject == obj and predicate in _REFLEXIVE)
