"""Counts what a store holds, in the terms of VoID."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph.namespaces import ID, prologue

_PREFIXES = prologue("mgi", "rdf")
_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }"
_OBJECTS = "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }"
_ENTITIES = f'SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{ID}")) }}'
_CLASSES = """SELECT ?class (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?class FILTER(isIRI(?class)) }
GROUP BY ?class ORDER BY DESC(?n) ?class"""
_PROPERTIES = "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n) ?p"
_PROFILES = "SELECT ?profile WHERE { ?profile a mgi:CountryProfile FILTER(isIRI(?profile)) } ORDER BY ?profile"
_EXAMPLES = """SELECT ?thing (COUNT(?claim) AS ?n) WHERE { ?claim mgi:claimSubject ?thing FILTER(isIRI(?thing)) }
GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT 3"""
_MOST_PARTS = 1000


@dataclass(frozen=True)
class Part:
    """A class with the number of its things, or a property with the number of its triples."""

    iri: str
    number: int


@dataclass(frozen=True)
class Census:
    """The default graph of a store in figures.

    Attributes:
        subjects, objects: how many different ones there are.
        entities: how many different subjects have an IRI under `namespaces.ID`.
        classes, properties: those in use, the most used first (not more than 1000 of each).
        profiles: IRIs of the country profiles.
        examples: IRIs of the things of which most is claimed.
    """

    subjects: int
    objects: int
    entities: int
    classes: tuple[Part, ...]
    properties: tuple[Part, ...]
    profiles: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def vocabularies(self) -> tuple[str, ...]:
        """The namespaces of the classes and properties in use."""
        return tuple(sorted({_namespace(part.iri) for part in (*self.classes, *self.properties)}))


def take_census(store: ox.Store) -> Census:
    """Count what the default graph of a store holds."""
    return Census(
        subjects=_number(store, _SUBJECTS),
        objects=_number(store, _OBJECTS),
        entities=_number(store, _ENTITIES),
        classes=tuple(_parts(store, _CLASSES)),
        properties=tuple(_parts(store, _PROPERTIES)),
        profiles=tuple(row[0].value for row in _rows(store, _PROFILES)),
        examples=tuple(row[0].value for row in _rows(store, _EXAMPLES)),
    )


def _number(store: ox.Store, query: str) -> int:
    return int(next(_rows(store, query))[0].value)


def _parts(store: ox.Store, query: str) -> Iterator[Part]:
    for number, row in enumerate(_rows(store, query)):
        if number < _MOST_PARTS:
            yield Part(row[0].value, int(row[1].value))


def _rows(store: ox.Store, query: str) -> Iterator[tuple[ox.NamedNode | ox.Literal, ...]]:
    solutions = store.query(_PREFIXES + query)
    assert isinstance(solutions, ox.QuerySolutions)
    for solution in solutions:
        yield tuple(term for term in solution if isinstance(term, ox.NamedNode | ox.Literal))


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] or iri
