"""From the texts with which a person names a triple to the triple."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import pyoxigraph as ox

from mgi_graph import search
from mgi_graph.engine.result import Engine
from mgi_graph.errors import NotInGraphError, ParameterError
from mgi_graph.namespaces import MGI, OWL, PREFIXES, RDF, SKOS, XSD, expand, shorten

_THINGS = (MGI + "Entity", SKOS + "Concept")
_PROPERTIES = tuple(OWL + f"{kind}Property" for kind in ("Object", "Datatype", "Annotation"))
_CLASSES = (OWL + "Class",)
_TYPE = ox.NamedNode(RDF + "type")


class Naming:
    """Finds the triple that is meant; the names in the store are read once.

    Args:
        engine: a store that does not change.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._candidates = lru_cache(self._read_candidates)

    def triple(self, subject: str, predicate: str, obj: str) -> ox.Triple:
        """Find the triple that three texts name, each by an IRI, a prefixed name, a name, an acronym or a number.

        The predicate may be `a` for rdf:type. The object may also be a literal, as plain text or as in Turtle
        ("14", "x"@en, "2021"^^xsd:integer).

        Raises:
            ParameterError, NameNotFoundError, AmbiguousNameError: a text names nothing, or several things.
            NotInGraphError: an IRI stands nowhere in the graph.
        """
        relation = _TYPE if predicate.strip() == "a" else self._resource(predicate, _PROPERTIES)
        about = self._resource(subject, _THINGS)
        if re.match(r'\s*"', obj):
            return ox.Triple(about, relation, _literal(obj.strip()))
        value = None if _iri(obj) else self._value(about, relation, obj.strip())
        return ox.Triple(about, relation, value or self._resource(obj, _CLASSES if relation == _TYPE else _THINGS))

    def _resource(self, text: str, classes: tuple[str, ...]) -> ox.NamedNode:
        named = _iri(text)
        if named is None:
            return ox.NamedNode(search.choose(self._candidates(classes), text, shorten(classes[0])).iri)
        used = f"ASK {{ {{ {named} ?p ?o }} UNION {{ ?s {named} ?o }} UNION {{ ?s ?p {named} }} }}"
        if not self._engine.query(used).boolean():
            raise NotInGraphError(named.value)
        return named

    def _read_candidates(self, classes: tuple[str, ...]) -> list[search.Named]:
        return [_with_local_name(thing) for kind in classes for thing in search.things(self._engine, kind)]

    def _value(self, subject: ox.NamedNode, predicate: ox.NamedNode, text: str) -> ox.Literal | None:
        """The literal that a plain text is where the property has literals: one that stands there, else a new one."""
        values = f"SELECT DISTINCT ?o {{ {subject} {predicate} ?o FILTER(isLiteral(?o)) }} ORDER BY ?o"
        for (literal,) in self._engine.query(values).table().rows:
            if isinstance(literal, ox.Literal) and literal.value == text:
                return literal
        if not self._engine.query(f"ASK {{ ?s {predicate} ?o FILTER(isLiteral(?o)) }}").boolean():
            return None
        integer = re.fullmatch(r"-?\d{1,18}", text, re.ASCII)
        return ox.Literal(text, datatype=ox.NamedNode(XSD + "integer")) if integer else ox.Literal(text)


def _with_local_name(thing: search.Named) -> search.Named:
    """A class or property with the last part of its IRI among its names: "implementedBy"."""
    local = thing.iri.rpartition("#")[2]
    return replace(thing, names=(*thing.names, local)) if local != thing.iri else thing


def _iri(text: str) -> ox.NamedNode | None:
    """The IRI that a text is: whole, in angle brackets, or prefixed; None where it is something else.

    Raises:
        ParameterError: it looks like an IRI and is none.
    """
    plain = text.strip()
    whole = plain.removeprefix("<").removesuffix(">")
    expanded = expand(whole)
    if expanded == whole and whole == plain and not re.match(r"(?:https?://|urn:)", whole):
        return None
    try:
        return ox.NamedNode(expanded)
    except ValueError as error:
        raise ParameterError(f"{plain!r} is no IRI: {error}", "Give an absolute IRI, or a name.") from None


def _literal(text: str) -> ox.Literal:
    """A literal as Turtle writes it."""
    head = "".join(f"@prefix {name}: <{namespace}> .\n" for name, namespace in PREFIXES.items())
    try:
        quads = list(ox.parse(f"{head}<urn:s> <urn:p> {text} .", format=ox.RdfFormat.TURTLE))
    except SyntaxError:
        quads = []
    if len(quads) != 1 or not isinstance(quads[0].object, ox.Literal):
        raise ParameterError(f"{text} is no literal.", 'Write it as in Turtle: "text", "text"@en, "14"^^xsd:integer.')
    return quads[0].object
