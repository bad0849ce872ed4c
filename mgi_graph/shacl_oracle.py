"""The shapes once more by pySHACL, which is slow and independent of our validation, to hold it against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from rdflib import RDF, SH, XSD, Graph, Literal, URIRef
from rdflib.plugins import sparql
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import BNode, Node

from mgi_graph.agreement import Agreement, between
from mgi_graph.namespaces import shorten
from mgi_graph.sources import read_graph, read_source
from mgi_graph.validation import Violation

sparql.SPARQL_LOAD_GRAPHS = False  # what a shape's query names is never fetched

Found = tuple[str, str, str, str, str, frozenset[tuple[str, str]]]
"""Severity, focus, path, value, shape, and the messages with their languages."""
ANY_PATH = "(a path)"
"""pySHACL reports a path that is no property as a blank node."""

_PLACEHOLDERS = {"this": SH.focusNode, "path": SH.resultPath, "value": SH.value}


def compare(paths: Sequence[Path], shapes: Sequence[Path], violations: Iterable[Violation]) -> Agreement[Found]:
    """Validate files with pySHACL, and hold that against what we found.

    Args:
        paths: the files, taken as one graph.
        shapes: the files of the shapes.
        violations: what our validation found in the same files.

    Raises:
        SourceError: a file is missing or malformed.
    """
    return between(found_by_us(violations), found_by_pyshacl(paths, read_graph(*shapes)))


@cache
def _read(path: Path) -> Graph:
    return read_source(path).graph


def found_by_pyshacl(paths: Sequence[Path], shapes: Graph) -> set[Found]:
    """What pySHACL reports for files, taken as one graph."""
    from pyshacl import validate

    graph = _PreparingGraph()
    for path in paths:
        graph += _read(path)
    _, results, _ = validate(graph, shacl_graph=shapes, inplace=True)
    assert isinstance(results, Graph)
    return set(_results(results, shapes))


def found_by_us(violations: Iterable[Violation]) -> set[Found]:
    """Our own violations in the same form."""
    return {
        (
            found.severity,
            found.focus,
            ANY_PATH if set("/|^") & set(found.path) else found.path,
            found.value,
            found.shape,
            frozenset(found.messages),
        )
        for found in violations
    }


def _results(results: Graph, shapes: Graph) -> Iterator[Found]:
    for result in results.subjects(RDF.type, SH.ValidationResult):
        path, shape = results.value(result, SH.resultPath), results.value(result, SH.sourceShape)
        yield (
            str(results.value(result, SH.resultSeverity)).rpartition("#")[2],
            _short(results.value(result, SH.focusNode)),
            ANY_PATH if isinstance(path, BNode) else _short(path),
            _short(_as_stored(results.value(result, SH.value))),
            _short(shape),
            frozenset(_messages(results, shapes, result)),
        )


def _messages(results: Graph, shapes: Graph, result: Node) -> Iterator[tuple[str, str]]:
    values = {name: _short(results.value(result, part)) for name, part in _PLACEHOLDERS.items()}
    for owner in (results.value(result, SH.sourceConstraint), results.value(result, SH.sourceShape)):
        for text in shapes.objects(owner, SH.message) if owner else ():
            assert isinstance(text, Literal)
            yield text.language or "en", _filled(str(text), values)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{[?$](\w+)\}", lambda match: values.get(match[1], match[0]), template)


def _as_stored(node: Node | None) -> Node | None:
    """A decimal in its canonical form, as our store has it; everything else as it is."""
    if isinstance(node, Literal) and node.datatype == XSD.decimal and isinstance(node.value, Decimal):
        return Literal(f"{node.value.normalize():f}", datatype=XSD.decimal)
    return node


def _short(node: Node | None) -> str:
    if node is None:
        return ""
    if isinstance(node, BNode):
        return "[]"
    return shorten(str(node)) if isinstance(node, URIRef) else node.n3()


class _PreparingGraph(Graph):
    """A graph that parses each query text once: pySHACL sends the same one for every focus node."""

    def query(self, query_object: Any, *args: Any, **named: Any) -> Result:
        known = _prepare(query_object) if isinstance(query_object, str) else query_object
        return super().query(known, *args, **named)


@cache
def _prepare(text: str) -> Query:
    return prepareQuery(text)
