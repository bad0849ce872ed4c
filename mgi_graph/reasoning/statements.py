"""Statements as a reader meets them: which inferred ones are worth stating, and how a triple is written in a line."""

from __future__ import annotations

import pyoxigraph as ox

from mgi_graph.namespaces import OWL, RDF, RDFS, XSD, shorten

_REFLEXIVE = {OWL + name for name in ("sameAs", "equivalentClass", "equivalentProperty")} | {
    RDFS + name for name in ("subClassOf", "subPropertyOf")
}
_EVERYTHING = {OWL + "Thing", RDFS + "Resource"}
_VOCABULARY = (OWL, RDF, RDFS, XSD)


def says_something(triple: ox.Triple) -> bool:
    """Whether an inferred triple is worth stating.

    Not so are sameAs, subclass and the like of a thing with itself, typing as owl:Thing, statements on the vocabulary
    of OWL itself, and statements on blank nodes.
    """
    subject, predicate, obj = triple
    if not isinstance(subject, ox.NamedNode) or isinstance(obj, ox.BlankNode):
        return False
    if subject.value.startswith(_VOCABULARY) or (isinstance(obj, ox.NamedNode) and obj.value in _EVERYTHING):
        return False
    return not (subject == obj and predicate.value in _REFLEXIVE)


def as_text(triple: ox.Triple) -> str:
    """A triple in a line, with prefixed names."""
    return " ".join(shorten(term.value) if isinstance(term, ox.NamedNode) else str(term) for term in triple)
