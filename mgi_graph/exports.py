"""Writes results in the formats of the standards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph.engine.result import Answer
from mgi_graph.errors import FormatError
from mgi_graph.namespaces import PREFIXES

_LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*$")


@dataclass(frozen=True)
class Format:
    """A way to write results: a short name, the media types it answers to (its own first), the library's format."""

    name: str
    media_types: tuple[str, ...]
    native: ox.QueryResultsFormat | ox.RdfFormat

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
    Format("turtle", ("text/turtle", "application/x-turtle"), ox.RdfFormat.TURTLE),
    Format("ntriples", ("application/n-triples", "text/plain"), ox.RdfFormat.N_TRIPLES),
    Format("rdfxml", ("application/rdf+xml", "application/xml", "text/xml"), ox.RdfFormat.RDF_XML),
    Format("jsonld", ("application/ld+json", "application/json"), ox.RdfFormat.JSON_LD),
    Format("nquads", ("application/n-quads",), ox.RdfFormat.N_QUADS),
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


def serialize(answer: Answer, form: Format) -> bytes:
    """Write a whole result, in UTF-8; of a graph each triple once.

    Raises:
        FormatError: the format cannot hold this result (RDF/XML, where a predicate has no XML name).
    """
    if isinstance(answer.native, ox.QueryTriples):
        assert isinstance(form.native, ox.RdfFormat)
        return serialize_triples(answer.triples(), form)
    assert isinstance(form.native, ox.QueryResultsFormat)
    return answer.native.serialize(format=form.native) or b""


def serialize_triples(triples: Sequence[ox.Triple], form: Format) -> bytes:
    """Write a graph, in UTF-8.

    Raises:
        FormatError: as `serialize`.
    """
    assert isinstance(form.native, ox.RdfFormat)
    if form.name == "rdfxml":
        _refuse_nameless(triples)
    return ox.serialize(triples, format=form.native, prefixes=PREFIXES) or b""


def _refuse_nameless(triples: Sequence[ox.Triple]) -> None:
    for triple in triples:
        if not _LOCAL_NAME.search(triple.predicate.value):
            others = [item.media_types[0] for item in GRAPH_FORMATS if item.name != "rdfxml"]
            raise FormatError(f"RDF/XML has no way to write the property {triple.predicate}.", others)
