"""Holds the graph against the shapes, and says of each violation what is wrong, where, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.plugins import sparql
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from mgi_graph.errors import SourceSyntaxError
from mgi_graph.namespaces import shorten
from mgi_graph.sources import SourceFile, Sources, read_graph, read_source

sparql.SPARQL_LOAD_GRAPHS = False  # what a shape's query names is never fetched

_PLACEHOLDERS = {"this": SH.focusNode, "path": SH.resultPath, "value": SH.value}


@dataclass(frozen=True)
class Violation:
    """One breach of a shape.

    Attributes:
        severity: "Violation", "Warning" or "Info".
        focus: the thing that is wrong, as a short name.
        path: the property concerned, as a short name; empty where the thing as a whole is.
        value: the value concerned, in Turtle; empty where a value is missing.
        shape: the shape that was broken, as a short name.
        messages: how to mend it, by language ("en", "fr").
        places: each file and line (from 1) where the thing or the statement stands.
    """

    severity: str
    focus: str
    path: str
    value: str
    shape: str
    messages: dict[str, str]
    places: tuple[tuple[Path, int], ...] = field(default=())


@dataclass(frozen=True)
class Report:
    """What a validation found: how much was read, and the violations (none: the graph conforms)."""

    files: int
    triples: int
    shapes: int
    violations: tuple[Violation, ...]

    @property
    def conforms(self) -> bool:
        """True where no result of severity Violation was found."""
        return not any(found.severity == "Violation" for found in self.violations)


def check(sources: Sources, extra: Sequence[Path] = ()) -> Report:
    """Validate the asserted graph of the sources, with further Turtle files added to it.

    Raises:
        SourceError: a file is missing or not Turtle.
    """
    files = [read_source(path) for path in (*sources.asserted, *extra)]
    return validate(files, read_graph(*sources.shapes))


def validate(files: Sequence[SourceFile], shapes: Graph) -> Report:
    """Validate files, taken as one graph, against a graph of SHACL shapes.

    Raises:
        SourceSyntaxError: the shapes themselves are not SHACL.
    """
    from pyshacl import validate as shacl
    from pyshacl.errors import ReportableRuntimeError, ShapeLoadError

    graph = _PreparingGraph()
    for file in files:
        graph += file.graph
    try:
        _, results, _ = shacl(graph, shacl_graph=shapes, inplace=True)
    except (ReportableRuntimeError, ShapeLoadError) as error:
        raise SourceSyntaxError(Path("shapes"), f"the shapes cannot be used: {error}") from None
    assert isinstance(results, Graph)
    found = sorted(_violations(results, shapes, files), key=_order)
    count = len(set(shapes.subjects(RDF.type, SH.NodeShape)) | set(shapes.subjects(RDF.type, SH.PropertyShape)))
    return Report(len(files), len(graph), count, tuple(found))


class _PreparingGraph(Graph):
    """A graph that parses each query text once: pySHACL sends the same one for every focus node."""

    def query(self, query_object: Any, *args: Any, **named: Any) -> Result:
        known = _prepare(query_object) if isinstance(query_object, str) else query_object
        return super().query(known, *args, **named)


@cache
def _prepare(text: str) -> Query:
    return prepareQuery(text)


def _violations(results: Graph, shapes: Graph, files: Sequence[SourceFile]) -> Iterable[Violation]:
    for result in results.subjects(RDF.type, SH.ValidationResult):
        focus = results.value(result, SH.focusNode)
        path = results.value(result, SH.resultPath)
        value = results.value(result, SH.value)
        yield Violation(
            severity=str(results.value(result, SH.resultSeverity)).rpartition("#")[2],
            focus=_short(focus),
            path=_short(path),
            value=_short(value),
            shape=_short(results.value(result, SH.sourceShape)),
            messages=_messages(results, shapes, result),
            places=_places(files, focus, path, value),
        )


def _messages(results: Graph, shapes: Graph, result: Node) -> dict[str, str]:
    """The shape's messages by language, filled in here: pySHACL drops the language of those that it fills in."""
    owners = [results.value(result, SH.sourceConstraint), results.value(result, SH.sourceShape)]
    texts = [text for owner in owners if owner is not None for text in shapes.objects(owner, SH.message)]
    values = {name: _short(results.value(result, part)) for name, part in _PLACEHOLDERS.items()}
    messages = {text.language or "en": _fill(str(text), values) for text in texts if isinstance(text, Literal)}
    return messages or {"en": "; ".join(sorted(map(str, results.objects(result, SH.resultMessage))))}


def _fill(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{[?$](\w+)\}", lambda match: values.get(match[1], match[0]), template)


def _places(
    files: Sequence[SourceFile], focus: Node | None, path: Node | None, value: Node | None
) -> tuple[tuple[Path, int], ...]:
    """Where to mend: the line of the statement itself, else the first on the thing, else the first that names it."""
    wrong = value if path is None and isinstance(value, URIRef) and value != focus else focus
    tests = (
        lambda triple: triple == (focus, path, value),
        lambda triple: triple[0] == wrong,
        lambda triple: triple[0] == focus,
        lambda triple: triple[2] == focus,
    )
    for test in tests:
        found = tuple((file.path, line) for file in files if (line := _first_line(file, test)))
        if found:
            return found
    return ()


def _first_line(file: SourceFile, test: Callable[[tuple[Node, Node, Node]], bool]) -> int:
    return min((line for triple, line in file.lines.items() if test(triple)), default=0)


def _short(node: Node | None) -> str:
    if node is None:
        return ""
    return shorten(str(node)) if isinstance(node, URIRef) else node.n3()


def _order(found: Violation) -> tuple[str, int, str, str, str]:
    path, line = found.places[0] if found.places else (Path(), 0)
    return (str(path), line, found.focus, found.shape, found.value)
