"""The SPARQL endpoint: the path of every query, kept short by doing without a framework (SPARQL 1.1 Protocol)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache

from mgi_graph.engine.syntax import may_change, measure, surely_small
from mgi_graph.engine.workers import Reply as Result
from mgi_graph.engine.workers import WorkerPool
from mgi_graph.errors import AbandonedError, MGIGraphError, QueryTooLargeError
from mgi_graph.exports import format_named, formats_for
from mgi_graph.web.budget import Budget
from mgi_graph.web.messages import Told, told
from mgi_graph.web.metrics import Metrics
from mgi_graph.web.negotiation import choose_language
from mgi_graph.web.problems import PLAIN, headers_of, status_of
from mgi_graph.web.protocol import KINDS, Asked, Heard, Refusal, Scope, hear, read_asked, read_pairs, read_posted
from mgi_graph.web.replies import (
    CORS,
    Headers,
    Receive,
    Reply,
    ReplyCache,
    Send,
    compress,
    entity_tag,
    is_worth_compressing,
)
from mgi_graph.web.settings import Settings

PATH = "/sparql"
METHODS = "GET, HEAD, POST, OPTIONS"

_FORM_EXPANSION = 3
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_SHARED: Headers = [*CORS, (b"vary", b"Accept, Accept-Encoding"), _NOSNIFF]
_TOLD: Headers = [*CORS, (b"vary", b"Accept, Accept-Encoding, Accept-Language"), _NOSNIFF]
_PREFLIGHT: Headers = [
    *CORS,
    (b"allow", METHODS.encode()),
    (b"access-control-allow-methods", METHODS.encode()),
    (b"access-control-allow-headers", b"Accept, Content-Type, If-None-Match"),
    (b"access-control-max-age", b"86400"),
]


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


class Endpoint:
    """Answers queries by GET, by a posted form, and as the body of a POST.

    Args:
        pool: what evaluates, of the snapshot with this version.
        version: stands in every entity tag.
        settings: the limits.
        metrics: what is counted.
    """

    def __init__(self, pool: WorkerPool, version: str, settings: Settings, metrics: Metrics) -> None:
        self._pool, self._version, self._settings, self._metrics = pool, version, settings, metrics
        self._cache = ReplyCache(settings.cache_bytes)
        self._budget = Budget(settings.budget_seconds, settings.budget_window)
        self._hits = metrics.hits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer a request (ASGI).

        Returns:
            The status that was sent; 499 where nobody was there any more.
        """
        heard = hear(scope)
        key = (heard.query_string, heard.accept, heard.accept_encoding)
        found = self._cache.find(key) if heard.method in ("GET", "HEAD") else None
        if found:
            self._hits.inc()
            return await found.send(send, heard.method, heard.if_none_match)
        try:
            reply = await self._reply(scope, receive, heard, key)
        except ClientGoneError:
            return 499
        except Refusal as refusal:
            reply = _message(_told(scope, str(refusal)), refusal.status, refusal.headers)
        except MGIGraphError as error:
            reply = self._failure(error, scope)
        return await reply.send(send, heard.method, heard.if_none_match)

    async def _reply(self, scope: Scope, receive: Receive, heard: Heard, key: Hashable) -> Reply:
        if heard.method == "OPTIONS":
            return Reply(204, _PREFLIGHT)
        if heard.method not in ("GET", "HEAD", "POST"):
            raise Refusal(
                405, f"Ask by GET or POST; {heard.method} is not for an endpoint.", [(b"allow", METHODS.encode())]
            )
        if heard.method == "POST":
            body = await self._body(receive, heard)
            pairs = read_posted(heard.content_type, body) + read_pairs(heard.query_string)
            key, size = (key, heard.content_type, body), len(body) + len(heard.query_string)
        else:
            pairs, size = read_pairs(heard.query_string), len(heard.query_string)
        return await self._answer(scope, receive, self._asked(pairs, heard), key, size)

    def _asked(self, pairs: Sequence[tuple[str, str]], heard: Heard) -> Asked:
        asked = read_asked(pairs, heard)
        self._refuse_large(asked.query)
        return asked

    def _refuse_large(self, query: str) -> None:
        longest, deepest, most = self._settings.query_bytes, self._settings.query_depth, self._settings.query_tokens
        if len(query) > longest // 4 and len(query.encode()) > longest:
            raise QueryTooLargeError(
                f"The query is longer than the {longest} bytes that one may have.", "Ask in parts."
            )
        if surely_small(query, deepest, most):
            return
        size = measure(query)
        if size.depth > deepest:
            raise QueryTooLargeError(
                f"The brackets of the query nest {size.depth} deep; {deepest} is the most.", "Nest less."
            )
        if size.tokens > most:
            raise QueryTooLargeError(f"The query has {size.tokens} parts; {most} is the most.", "Ask in parts.")

    async def _answer(self, scope: Scope, receive: Receive, asked: Asked, key: Hashable, size: int) -> Reply:
        cached = self._cache.recall(asked)
        if cached:
            self._hits.inc()
            self._cache.keep(key, asked, cached, size)
            return cached
        client = (scope.get("client") or ("",))[0]
        self._budget.check(client)
        started = time.perf_counter()
        try:
            result = await self._evaluate(receive, asked, client)
        finally:
            self._metrics.evaluation.observe(time.perf_counter() - started)
        changing = may_change(asked.query)
        reply = await self._written(result, asked.coding, changing)
        if not changing:
            self._metrics.misses.inc()
            self._cache.keep(key, asked, reply, size)
        return reply

    async def _evaluate(self, receive: Receive, asked: Asked, client: str) -> Result:
        """Evaluate at the client's expense, waiting not counted; who goes away frees the evaluator."""
        watch: asyncio.Task[None] | None = None
        begun: list[float] = []

        def on_slow(abandon: Callable[[], None]) -> None:
            nonlocal watch
            watch = asyncio.ensure_future(_gone(receive, abandon))

        def on_start() -> None:
            begun.append(self._budget.begin(client))

        formats = dict(zip(KINDS, asked.formats, strict=True))
        try:
            return await self._pool.evaluate(asked.query, asked.dataset or None, formats, on_slow, on_start)
        except AbandonedError:
            raise ClientGoneError from None
        finally:
            for start in begun:
                self._budget.end(client, start)
            if watch:
                watch.cancel()

    async def _written(self, result: Result, coding: str, changing: bool) -> Reply:
        form = format_named(result.format, formats_for(result.kind))
        body, coded = result.body, bool(coding) and is_worth_compressing(result.body)
        if coded:
            body = await asyncio.get_running_loop().run_in_executor(None, compress, body, coding)
        headers = _headers(form.content_type, coding if coded else "")
        if changing:
            return Reply(200, [*headers, (b"cache-control", b"no-store")], body)
        etag = entity_tag(self._version, form.name, coding if coded else "", result.body)
        return Reply(200, [*headers, (b"cache-control", b"no-cache"), (b"etag", etag)], body, etag)

    async def _body(self, receive: Receive, heard: Heard) -> bytes:
        if heard.content_encoding not in ("", "identity"):
            raise Refusal(415, "Send the query without a content coding.", [(b"accept-encoding", b"identity")])
        most = self._settings.query_bytes * _FORM_EXPANSION
        if heard.content_length.isdigit() and int(heard.content_length) > most:
            raise Refusal(413, f"The body is longer than {most} bytes.")
        try:
            return await asyncio.wait_for(_read(receive, most), self._settings.body_seconds)
        except TimeoutError:
            raise Refusal(408, "The body did not come in time.", [(b"connection", b"close")]) from None

    def _failure(self, error: MGIGraphError, scope: Scope) -> Reply:
        self._metrics.failures.labels(type(error).__name__).inc()
        headers = [(name.lower().encode(), value.encode()) for name, value in headers_of(error).items()]
        return _message(_told(scope, error.problem, error.remedy), status_of(error), headers)


@lru_cache
def _headers(content_type: str, coding: str) -> Headers:
    """What stands before each result of this type and coding; not to be changed."""
    coded = [(b"content-encoding", coding.encode())] if coding else []
    return [*_SHARED, (b"content-type", content_type.encode()), *coded]


def address_of(scope: Scope, settings: Settings) -> str:
    """The address of the server as this client knows it, without a slash at the end."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?", host):
        name, port = scope.get("server") or ("localhost", 80)
        host = f"{name}:{port}"
    return f"{scope.get('scheme', 'http')}://{host}"


async def _read(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":  # also where the body is malformed: then somebody waits for an answer
            raise Refusal(400, "The body broke off, or is no body of HTTP.", [(b"connection", b"close")])
        body += message.get("body", b"")
        if len(body) > most:
            raise Refusal(413, f"The body is longer than {most} bytes.")
        if not message.get("more_body"):
            return bytes(body)


async def _gone(receive: Receive, abandon: Callable[[], None]) -> None:
    """Wait for the client to go away, and then abandon the query."""
    while (await receive())["type"] != "http.disconnect":
        pass
    abandon()


def _told(scope: Scope, problem: str, remedy: str = "") -> Told:
    """What was wrong and how to mend it, in the language that a request wants most; English where there is no other."""
    wanted = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language")
    return told(problem, remedy, choose_language(None, wanted))


def _message(said: Told, status: int, headers: Sequence[tuple[bytes, bytes]] = ()) -> Reply:
    own = [(b"content-type", PLAIN.encode()), (b"content-language", said.language.encode())]
    text = f"{said.problem}\n{said.remedy}" if said.remedy else said.problem
    return Reply(status, [*_TOLD, *own, *headers], f"{text}\n".encode())
