"""Writes results in the formats of the standards."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from mgi_graph.engine.result import Answer
from mgi_graph.errors import FormatError, ResultTooLargeError
from mgi_graph.namespaces import PREFIXES

if TYPE_CHECKING:
    from typing_extensions import Buffer

_BETWEEN_ROWS = {"json": b"},{", "xml": b"<result>", "csv": b"\n", "tsv": b"\n"}
_LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*$")


@dataclass(frozen=True)
class Bounds:
    """The most rows (or triples) and bytes that a result may have."""

    rows: int
    bytes: int


@dataclass(frozen=True)
class Format:
    """A way to write results: a short name, the media types it answers to (its own first), the library's format.

    `native` is None where no library of ours has the format; `aliases` are names that clients have for it.
    """

    name: str
    media_types: tuple[str, ...]
    native: ox.QueryResultsFormat | ox.RdfFormat | None = None
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type as a server sends it."""
        return f"{self.media_types[0]}; charset=utf-8"


SOLUTION_FORMATS: tuple[Format, ...] = (
    Format("json", ("application/sparql-results+json", "application/json"), ox.QueryResultsFormat.JSON),
    Format("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), ox.QueryResultsFormat.XML),
    Format("csv", ("text/csv",), ox.QueryResultsFormat.CSV),
    Format("tsv", ("text/tab-separated-values",), ox.QueryResultsFormat.TSV),
)
GRAPH_FORMATS: tuple[Format, ...] = (
    Format("turtle", ("text/turtle", "application/x-turtle"), ox.RdfFormat.TURTLE, ("ttl", "n3")),
    Format("ntriples", ("application/n-triples", "text/plain"), ox.RdfFormat.N_TRIPLES, ("nt",)),
    Format(
        "rdfxml",
        ("application/rdf+xml", "application/xml", "text/xml"),
        ox.RdfFormat.RDF_XML,
        ("rdf+xml", "rdf", "xml"),
    ),
    Format("jsonld", ("application/ld+json", "application/json"), ox.RdfFormat.JSON_LD, ("json-ld", "json")),
    Format("nquads", ("application/n-quads",), ox.RdfFormat.N_QUADS, ("nq",)),
    Format("trig", ("application/trig",), ox.RdfFormat.TRIG),
)


def formats_for(kind: str) -> tuple[Format, ...]:
    """The formats for a kind of result ("solutions", "boolean" or "triples"), the one for `*/*` first."""
    return GRAPH_FORMATS if kind == "triples" else SOLUTION_FORMATS


def format_named(name: str, offered: Sequence[Format]) -> Format:
    """The format with this short name.

    Raises:
        FormatError: none of those offered is called so.
    """
    for item in offered:
        if item.name == name:
            return item
    raise FormatError(f"This result has no format {name!r}.", [item.name for item in offered])


def media_types(offered: Sequence[Format]) -> list[str]:
    """The media types that formats answer to, each once, in their order."""
    return list(dict.fromkeys(media for form in offered for media in form.media_types))


def serialize(answer: Answer, form: Format, bounds: Bounds | None = None) -> bytes:
    """Write a whole result, in UTF-8; of a graph each triple once.

    Raises:
        FormatError: the format cannot hold this result (RDF/XML, where a predicate has no XML name).
        ResultTooLargeError: the result is larger than `bounds` allow.
    """
    if not isinstance(answer.native, ox.QuerySolutions | ox.QueryBoolean):
        return serialize_triples(answer.triples(bounds.rows if bounds else None), form, bounds)
    assert isinstance(form.native, ox.QueryResultsFormat)
    output = _Output(bounds)
    answer.native.serialize(output, format=form.native)
    body = output.getvalue()
    if bounds and _rows(body, form, bounds.rows) > bounds.rows:
        raise ResultTooLargeError(bounds.rows, "rows")
    return body


def serialize_triples(triples: Sequence[ox.Triple], form: Format, bounds: Bounds | None = None) -> bytes:
    """Write a graph, in UTF-8.

    Raises:
        FormatError, ResultTooLargeError: as `serialize`.
    """
    assert isinstance(form.native, ox.RdfFormat)
    if form.name == "rdfxml":
        _refuse_nameless(triples)
    output = _Output(bounds)
    ox.serialize(triples, output, format=form.native, prefixes=PREFIXES)
    return output.getvalue()


class _Output(io.BytesIO):
    """Where a result is written; refuses what goes beyond the bound."""

    def __init__(self, bounds: Bounds | None) -> None:
        super().__init__()
        self._most = bounds.bytes if bounds else sys.maxsize

    def write(self, data: Buffer) -> int:
        written = super().write(data)
        if self.tell() > self._most:
            raise ResultTooLargeError(self._most, "bytes")
        return written


def _rows(body: bytes, form: Format, enough: int) -> int:
    """The solutions in a serialized result; where a quick upper bound is not above `enough`, that bound."""
    bound = body.count(_BETWEEN_ROWS[form.name]) + 1
    if bound <= enough:
        return bound
    if form.name == "csv":
        return sum(1 for _ in csv.reader(io.StringIO(body.decode(), newline=""))) - 1
    assert isinstance(form.native, ox.QueryResultsFormat)
    parsed = ox.parse_query_results(body, form.native)
    return sum(1 for _ in parsed) if isinstance(parsed, ox.QuerySolutions) else 1


def _refuse_nameless(triples: Sequence[ox.Triple]) -> None:
    for triple in triples:
        if not _LOCAL_NAME.search(triple.predicate.value):
            others = [item.media_types[0] for item in GRAPH_FORMATS if item.name != "rdfxml"]
            raise FormatError(f"RDF/XML has no way to write the property {triple.predicate}.", others)
