"""The SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from mgi_graph.engine.result import Engine
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import FormatError
from mgi_graph.exports import Format, formats_for, serialize

QUERY_TYPE = "application/sparql-query"
FORM_TYPE = "application/x-www-form-urlencoded"
_GRAPHS = {"default-graph-uri": "default", "named-graph-uri": "named"}


@dataclass(frozen=True)
class Asked:
    """A request as the protocol understands it: the query and the graphs to ask."""

    query: str
    dataset: Dataset


def create_router(engine: Engine) -> APIRouter:
    """The routes of the endpoint: queries by GET, by a posted form, and as the body of a POST."""
    router = APIRouter()

    @router.get("/sparql")
    async def query_by_get(request: Request) -> Response:
        """Answer `?query=…`."""
        return await _answer(engine, request, _asked(_pairs(request.url.query)))

    @router.post("/sparql")
    async def query_by_post(request: Request) -> Response:
        """Answer a posted form, or a query sent as the body."""
        body = _text(await request.body())
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == FORM_TYPE:
            asked = _asked(_pairs(body) + _pairs(request.url.query))
        elif kind == QUERY_TYPE:
            asked = _asked([("query", body), *_pairs(request.url.query)])
        else:
            raise HTTPException(415, f"Send the query as {FORM_TYPE} (field query) or as {QUERY_TYPE}.")
        return await _answer(engine, request, asked)

    return router


async def _answer(engine: Engine, request: Request, asked: Asked) -> Response:
    accept = request.headers.get("accept") or "*/*"
    return await run_in_threadpool(_evaluate, engine, asked, accept)


def _evaluate(engine: Engine, asked: Asked, accept: str) -> Response:
    answer = engine.query(asked.query, asked.dataset or None)
    form = choose_format(accept, formats_for(answer.kind))
    return Response(serialize(answer, form), media_type=form.content_type, headers={"Vary": "Accept"})


def choose_format(accept: str, offered: Sequence[Format]) -> Format:
    """The format that suits an Accept header best (RFC 9110, section 12.5.1); of equals the one offered first.

    Raises:
        FormatError: none suits.
    """
    by_type: dict[str, Format] = {}
    for form in offered:
        for media in form.media_types:
            by_type.setdefault(media, form)
    best = parse_accept_header(accept, MIMEAccept).best_match(by_type)
    if not best:
        raise FormatError(f"No format of this result suits {accept!r}.", list(by_type))
    return by_type[best]


def _asked(pairs: Sequence[tuple[str, str]]) -> Asked:
    queries = [value for name, value in pairs if name == "query"]
    if any(name == "update" for name, _ in pairs):
        raise HTTPException(400, "Updates are refused: the graph can only be asked.")
    if len(queries) != 1:
        raise HTTPException(400, f"Give one parameter `query`, with a SPARQL 1.1 query; {len(queries)} were given.")
    graphs = {kind: tuple(v for n, v in pairs if n == name) for name, kind in _GRAPHS.items()}
    return Asked(queries[0], Dataset(**graphs))


def _pairs(encoded: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise HTTPException(400, f"The parameters are not URL-encoded UTF-8: {error}") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HTTPException(400, f"The body is not UTF-8 at byte {error.start}.") from None
