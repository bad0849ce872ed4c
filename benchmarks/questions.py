"""The queries that are measured, each with the values that its requests go through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

_PREFIXES = """\
PREFIX assessment: <https://w3id.org/mgi-graph/id/assessment/>
PREFIX kind: <https://w3id.org/mgi-graph/id/passage-kind/>
PREFIX mgi: <https://w3id.org/mgi-graph/ontology#>
"""
_LOOK_UP = """\
SELECT DISTINCT ?law ?number ?year WHERE {
  $body mgi:implements ?law .
  OPTIONAL { ?law mgi:number ?number }
  OPTIONAL { ?law mgi:year ?year }
} ORDER BY ?year ?number ?law"""
_JOIN = """\
SELECT ?claim ?subject ?object ?finding ?page ?section ?assessment WHERE {
  ?claim mgi:claimPredicate $relation ;
    mgi:claimSubject ?subject ;
    mgi:claimObject ?object ;
    mgi:statedIn ?finding .
  ?finding mgi:inPassage ?passage ;
    mgi:page ?page .
  ?passage mgi:inSection ?section .
  ?section mgi:coversDimension $dimension ;
    mgi:assessment ?assessment .
  FILTER(?page >= 13 && ?assessment != assessment:not-assessed)
} ORDER BY ?page ?claim ?finding ?assessment"""
_AGGREGATE = """\
SELECT ?dimension ?assessment (COUNT(DISTINCT ?passage) AS ?passages) (COUNT(DISTINCT ?finding) AS ?findings) WHERE {
  ?section mgi:coversDimension ?dimension ;
    mgi:assessment ?assessment .
  ?passage mgi:inSection ?section ;
    mgi:passageKind kind:paragraph .
  ?finding mgi:inPassage ?passage .
} GROUP BY ?dimension ?assessment ORDER BY ?dimension ?assessment"""
_BODIES = "SELECT DISTINCT ?body { ?body mgi:implements ?law } ORDER BY ?body"
_PAIRS = """\
SELECT ?relation ?dimension {
  ?claim mgi:claimPredicate ?relation ; mgi:claimObject ?object ; mgi:statedIn ?finding .
  ?finding mgi:inPassage/mgi:inSection/mgi:coversDimension ?dimension .
} GROUP BY ?relation ?dimension ORDER BY DESC(COUNT(DISTINCT ?claim)) ?relation ?dimension LIMIT 12"""


@dataclass(frozen=True)
class Question:
    """A query to measure.

    Attributes:
        name: "look-up", "join" or "aggregate".
        title: what it asks.
        queries: its text with each of its values; requests go through them in turn.
    """

    name: str
    title: str
    queries: tuple[str, ...]


SIZE = Question("size", "the triples of the default graph", ("SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }",))
"""Not to measure: whether the engines hold the same."""


def questions_for(file: Path) -> tuple[Question, ...]:
    """The three questions, with values taken from a graph (N-Triples)."""
    store = ox.Store()
    store.bulk_load(path=file, format=ox.RdfFormat.N_TRIPLES)
    return (
        Question("look-up", "the laws that a body implements", _filled(_LOOK_UP, _rows(store, _BODIES))),
        Question("join", "claims of a relation in a dimension, with finding, page and section: the relations and "
                 "dimensions with the most claims", _filled(_JOIN, _rows(store, _PAIRS))),
        Question("aggregate", "passages and findings by dimension and assessment", (_PREFIXES + _AGGREGATE,)),
    )  # fmt: skip


def _rows(store: ox.Store, query: str) -> list[dict[str, str]]:
    solutions = store.query(_PREFIXES + query)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{name: str(row[name]) for name in names} for row in solutions]


def _filled(template: str, rows: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The template with each row's IRIs (N-Triples) in place of `$name`."""
    filled = []
    for row in rows:
        text = template
        for name, iri in row.items():
            text = text.replace(f"${name}", iri)
        filled.append(_PREFIXES + text)
    return tuple(filled)
