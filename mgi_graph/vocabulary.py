"""The classes and properties that a query can name, with their labels and how often they are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox

from mgi_graph.census import Census
from mgi_graph.engine.result import Engine
from mgi_graph.namespaces import MGI, prologue, shorten

Kind = Literal["class", "property"]
_PREFIXES = prologue("mgi", "owl", "rdf", "rdfs", "skos")
_TERMS = (
    _PREFIXES
    + """SELECT ?term ?kind ?label ?definition WHERE {
  VALUES (?type ?kind) {
    (owl:Class "class") (rdfs:Class "class") (rdf:Property "property")
    (owl:ObjectProperty "property") (owl:DatatypeProperty "property") (owl:AnnotationProperty "property")
  }
  ?term a ?type . FILTER(isIRI(?term))
  OPTIONAL { ?term rdfs:label ?label }
  OPTIONAL { ?term skos:definition ?definition FILTER(LANG(?definition) = LANG(?label)) }
} ORDER BY ?term ?kind (STR(?label)) (STR(?definition))"""
)


@dataclass(frozen=True)
class Term:
    """A class or property.

    Attributes:
        iri: its IRI.
        name: the same as a prefixed name where a prefix of ours fits; else empty.
        kind: "class" or "property".
        labels, definitions: by language.
        uses: how many things the class has, or triples the property, in the default graph; 0 where it is not counted.
    """

    iri: str
    name: str
    kind: Kind
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    uses: int


def read_vocabulary(engine: Engine, census: Census | None = None) -> tuple[Term, ...]:
    """The terms that the graph declares, and those that it uses without a declaration; ours first, then the most used.

    Args:
        engine: the store.
        census: what is counted of it; without it only declared terms are found.
    """
    kinds: dict[str, Kind] = {}
    labels: dict[str, dict[str, str]] = {}
    definitions: dict[str, dict[str, str]] = {}
    for term, kind, label, definition in engine.query(_TERMS).table().rows:
        if isinstance(term, ox.NamedNode) and isinstance(kind, ox.Literal):
            kinds.setdefault(term.value, "class" if kind.value == "class" else "property")
            _keep(labels.setdefault(term.value, {}), label)
            _keep(definitions.setdefault(term.value, {}), definition)
    uses = {part.iri: part.number for part in (*census.classes, *census.properties)} if census else {}
    for found, kind_found in ((census.classes, "class"), (census.properties, "property")) if census else ():
        for part in found:
            kinds.setdefault(part.iri, "class" if kind_found == "class" else "property")
    terms = [
        Term(iri, _name(iri), kind, labels.get(iri, {}), definitions.get(iri, {}), uses.get(iri, 0))
        for iri, kind in kinds.items()
    ]
    return tuple(sorted(terms, key=lambda term: (not term.iri.startswith(MGI), -term.uses, term.iri)))


def _keep(texts: dict[str, str], term: object) -> None:
    if isinstance(term, ox.Literal):
        texts.setdefault(term.language or "en", term.value)


def _name(iri: str) -> str:
    """The prefixed name, where SPARQL can write it so (SPARQL 1.1, section 19.8: no slash in the local part)."""
    short = shorten(iri)
    local = short.partition(":")[2]
    return short if short != iri and local and all(char.isalnum() or char in "_-" for char in local) else ""
