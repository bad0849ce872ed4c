"""Reads what a request asks for (SPARQL 1.1 Protocol, section 2.1)."""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Callable, MutableMapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from mgi_graph.engine.result import Kind
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import FormatError
from mgi_graph.exports import Format, formats_for
from mgi_graph.web.negotiation import choose_coding, choose_format, named_format
from mgi_graph.web.replies import Headers

QUERY_TYPE = "application/sparql-query"
FORM_TYPE = "application/x-www-form-urlencoded"
KINDS: tuple[Kind, ...] = ("solutions", "boolean", "triples")
Scope = MutableMapping[str, Any]

_GRAPHS = {"default-graph-uri": "default", "named-graph-uri": "named"}
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^<>\"{}|^`\\\x00-\x20]*")
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\";\s]*)", re.IGNORECASE)
_STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_FIELDS = 1000
_REMEMBERED = 1024


class Refusal(Exception):  # noqa: N818 - what the protocol says, not a fault
    """A request that is none of the protocol: its status, why, and headers of its own."""

    def __init__(self, status: int, text: str, headers: Headers | None = None) -> None:
        super().__init__(text)
        self.status, self.headers = status, headers or []


class Heard(NamedTuple):
    """What the head of a request says that matters here."""

    method: str
    query_string: bytes
    accept: str
    accept_encoding: str
    content_type: str
    content_encoding: str
    content_length: str
    if_none_match: bytes


class Asked(NamedTuple):
    """A request as the protocol understands it: the query, the graphs to ask, and how to write the result.

    `formats` has the name of a format, or None where none suits, for each of the kinds of result.
    """

    query: str
    dataset: Dataset
    formats: tuple[str | None, ...]
    coding: str


def read_asked(pairs: Sequence[tuple[str, str]], heard: Heard) -> Asked:
    """Understand the parameters of a request.

    Raises:
        Refusal: they are none of the protocol.
        FormatError: no kind of result can be had in the format.
    """
    query, dataset, name = _parameters(pairs)
    return Asked(query, dataset, _formats(name, heard.accept), choose_coding(heard.accept_encoding))


def hear(scope: Scope) -> Heard:
    """Take from the head of a request (ASGI) what matters; headers of one name are joined."""
    accept = coding = kind = content_coding = length = ""
    etag = b""
    for name, value in scope["headers"]:
        if name == b"accept":
            accept = f"{accept}, {value.decode('latin-1')}" if accept else value.decode("latin-1")
        elif name == b"accept-encoding":
            coding = f"{coding}, {value.decode('latin-1')}" if coding else value.decode("latin-1")
        elif name == b"if-none-match":
            etag = value
        elif name == b"content-type":
            kind = value.decode("latin-1")
        elif name == b"content-encoding":
            content_coding = value.decode("latin-1").strip().lower()
        elif name == b"content-length":
            length = value.decode("latin-1")
    return Heard(scope["method"], scope["query_string"], accept, coding, kind, content_coding, length, etag)


def read_posted(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The parameters in the body of a POST.

    Raises:
        Refusal: it is of another type or charset, or not UTF-8.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/sparql-update":
        raise Refusal(400, "Updates are refused: the graph can only be asked.")
    if kind not in (FORM_TYPE, QUERY_TYPE):
        raise Refusal(415, f"Send the query as {FORM_TYPE} (field query) or as {QUERY_TYPE}.")
    charset = _CHARSET.search(content_type)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise Refusal(415, f"Send the query as UTF-8, not as {charset[1]!r}.")
    if kind == FORM_TYPE:
        return read_pairs(body)
    try:
        return [("query", body.decode("utf-8"))]
    except UnicodeDecodeError as error:
        raise Refusal(400, f"The body is not UTF-8 at byte {error.start}.") from None


def read_pairs(encoded: bytes) -> list[tuple[str, str]]:
    """The parameters of a query string or form (URL Standard, section 5.1, but strict about codes).

    Raises:
        Refusal: they are not URL-encoded UTF-8, or too many.
    """
    if not encoded:
        return []
    fields = encoded.split(b"&")
    if len(fields) > _FIELDS:
        raise Refusal(400, f"There are {len(fields)} parameters; {_FIELDS} is the most.")
    try:
        return [
            (_decoded(name), _decoded(value)) for name, _, value in (item.partition(b"=") for item in fields if item)
        ]
    except ValueError as error:
        raise Refusal(400, f"The parameters are not URL-encoded UTF-8: {error}") from None


def _decoded(text: bytes) -> str:
    """Undo URL-encoding. `%41` is made `=41`, for quoted-printable is what the standard library decodes in C."""
    text.decode("ascii")
    if b"%" in text:
        if _STRAY.search(text):
            raise ValueError("a percent sign that begins no code is to be written %25")
        quoted = text.replace(b"=", b"=3D").replace(b"%", b"=")
        return a2b_qp(quoted.replace(b"+", b" ")).decode("utf-8")
    return text.replace(b"+", b" ").decode("ascii")


def _parameters(pairs: Sequence[tuple[str, str]]) -> tuple[str, Dataset, str]:
    """The query, the graphs, and the format that is named."""
    if any(name == "update" for name, _ in pairs):
        raise Refusal(400, "Updates are refused: the graph can only be asked.")
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise Refusal(400, f"Give one parameter `query`, with a SPARQL 1.1 query; {len(queries)} were given.")
    formats = ",".join(value for name, value in pairs if name == "format")  # SPARQLWrapper names one in several ways
    graphs = {kind: tuple(value for other, value in pairs if other == name) for name, kind in _GRAPHS.items()}
    for iri in (*graphs["default"], *graphs["named"]):
        if not _IRI.fullmatch(iri):
            raise Refusal(400, f"A graph is named by an absolute IRI, not by {iri!r}.")
    return queries[0], Dataset(**graphs), formats


@lru_cache(_REMEMBERED)
def _formats(name: str, accept: str) -> tuple[str | None, ...]:
    """For each kind of result the format that `format=` or else the Accept header wants."""
    choose = partial(named_format, name) if name else partial(choose_format, accept)
    found = tuple(_attempt(choose, formats_for(kind)) for kind in KINDS)
    if not any(found):
        choose((*formats_for("solutions"), *formats_for("triples")))
    return found


def _attempt(choose: Callable[[tuple[Format, ...]], Format], offered: tuple[Format, ...]) -> str | None:
    try:
        return choose(offered).name
    except FormatError:
        return None
