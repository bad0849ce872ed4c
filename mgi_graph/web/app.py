"""Puts the web application together: the endpoint on its short path, everything else through FastAPI."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from mgi_graph import __version__
from mgi_graph.catalogue import Question
from mgi_graph.citations import required_citations
from mgi_graph.engine.result import Engine
from mgi_graph.engine.workers import PooledEngine, WorkerPool
from mgi_graph.errors import MGIGraphError
from mgi_graph.index import Index
from mgi_graph.snapshot import Snapshot
from mgi_graph.web import (
    assets,
    citing,
    comparisons,
    dataset,
    early,
    explore,
    failures,
    home,
    linked_data,
    openapi,
    operation,
    search,
    service,
    sparql,
    trust,
    why,
)
from mgi_graph.web import questions as questions_over_http
from mgi_graph.web.editor import Editor
from mgi_graph.web.metrics import Metrics
from mgi_graph.web.negotiation import choose_coding
from mgi_graph.web.protocol import Scope
from mgi_graph.web.replies import EXPOSED, Receive, Send
from mgi_graph.web.settings import Settings

_COMPRESSED_FROM_BYTES = 1000
_NOTHING_ASKED = re.compile(rb"(lang=[a-z]*)?|question=.*")
_LOGGED_CHARACTERS = 2000
_ROUTES = (
    ".well-known",
    "about",
    "api",
    "cite",
    "compare",
    "dataset",
    "doc",
    "dumps",
    "explore",
    "graph",
    "health",
    "id",
    "metrics",
    "ontology",
    "question",
    "questions",
    "search",
    "shapes",
    "why",
    "static",
)


class Application:
    """The application (ASGI): counts and logs each request, and leads it to the endpoint or to the pages.

    Args:
        api: answers what is not for the endpoint.
        endpoint: answers at /sparql.
        metrics: what is counted.
        settings: whether there is a log.
    """

    def __init__(self, api: FastAPI, endpoint: sparql.Endpoint, metrics: Metrics, settings: Settings) -> None:
        self.api = api
        self._endpoint, self._metrics = endpoint, metrics
        self._log = _log if settings.access_log else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.api(scope, receive, send)
            return
        started = time.perf_counter()
        if scope["path"] == sparql.PATH and not _asks_nothing(scope):
            status = await self._endpoint(scope, receive, send)
        else:
            status = await self._through_api(scope, receive, send)
        self._metrics.count(_route(scope["path"]), scope["method"], status)
        if self._log:
            self._log(scope, status, time.perf_counter() - started)

    async def _through_api(self, scope: Scope, receive: Receive, send: Send) -> int:
        status = 500

        async def note(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self.api(scope, receive, note)
        return status


class _Compression(GZipMiddleware):
    """Compresses for those who want gzip. Its base only looks for the word, and so takes `gzip;q=0` for a wish."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope.get("headers", [])
        wanted = ", ".join(value.decode("latin-1") for name, value in headers if name == b"accept-encoding")
        if not choose_coding(wanted, ("gzip",)):  # what is left unsaid to the base, files may still want to know
            wanted = ",".join(coding for coding in wanted.split(",") if "gzip" not in coding)
        elif "gzip" not in wanted:
            wanted += ", gzip"
        others = [header for header in headers if header[0] != b"accept-encoding"]
        await super().__call__(
            {**scope, "headers": [*others, (b"accept-encoding", wanted.encode("latin-1"))]}, receive, send
        )


def create_app(snapshot: Snapshot, pool: WorkerPool, questions: Sequence[Question], settings: Settings) -> Application:
    """Make the application.

    Args:
        snapshot: what is served.
        pool: answers queries over the snapshot; it is started and stopped with the application.
        questions: the catalogue that the pages offer; empty where other data than the graph is served.
        settings: what the operator set.
    """
    engine = PooledEngine(pool, _facts(snapshot, pool.is_elsewhere), settings.cache_bytes)
    index = Index(engine, questions)
    metrics = Metrics(snapshot.version, pool)
    api = FastAPI(
        title="MGI Graph",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(pool, engine if snapshot.is_ours else None),
    )
    api.state.data_version = snapshot.version
    _add_middleware(api)
    api.include_router(operation.create_router(snapshot, metrics))
    api.include_router(assets.create_router())
    api.include_router(home.create_router(engine, snapshot, questions))
    api.include_router(search.create_router(index, snapshot))
    if snapshot.is_ours:
        api.include_router(explore.create_router(engine, questions))
    api.include_router(questions_over_http.create_router(engine, questions, partial(_address, settings)))
    api.include_router(citing.create_router(engine))
    api.include_router(comparisons.create_router(engine))
    editor = Editor(engine, questions, snapshot)
    api.include_router(editor.create_router())
    api.include_router(
        service.create_router(snapshot, partial(_address, settings), editor, bool(settings.limits.services))
    )
    api.include_router(trust.create_router(engine, snapshot, settings))
    api.include_router(dataset.create_router(snapshot, partial(_address, settings)))
    api.include_router(why.create_router(engine))
    api.include_router(linked_data.create_router(engine, snapshot, partial(_address, settings)))
    api.add_exception_handler(MGIGraphError, failures.answer_error)
    api.add_exception_handler(HTTPException, failures.answer_http_error)
    service.add_to(api.openapi())
    openapi.describe(api, questions)
    return Application(api, sparql.Endpoint(pool, snapshot.version, settings, metrics), metrics, settings)


def _add_middleware(api: FastAPI) -> None:
    api.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["If-None-Match", "Range"],
        expose_headers=EXPOSED,
    )
    api.add_middleware(_Compression, minimum_size=_COMPRESSED_FROM_BYTES)


def _facts(snapshot: Snapshot, is_elsewhere: bool) -> dict[str, str]:
    kind, made = "elsewhere" if is_elsewhere else "embedded", snapshot.made.date().isoformat()
    return {"store": kind, "version": snapshot.version, "triples": str(snapshot.triples), "made": made}


def _lifespan(pool: WorkerPool, engine: Engine | None) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        await pool.start()
        early_work = asyncio.create_task(_prepare(api, engine)) if engine else None
        yield
        if early_work:
            early_work.cancel()
        await pool.stop()

    return lifespan


async def _prepare(api: FastAPI, engine: Engine) -> None:
    """Read which citations the pages carry on paper (where that fails they do without), then visit pages."""
    with suppress(MGIGraphError):
        api.state.reports = await run_in_threadpool(required_citations, engine)
    await early.visit(api)
    gc.collect()
    gc.freeze()  # what is kept for good is not looked through again and again for what is not: that held up pages


def _asks_nothing(scope: Scope) -> bool:
    """Whether a request for the endpoint comes without a query: to see what it is, or for a question in its editor."""
    return scope["method"] in ("GET", "HEAD") and _NOTHING_ASKED.fullmatch(scope["query_string"]) is not None


def _route(path: str) -> str:
    """The first part of a path, where we know it: what a stranger may write must not become a label."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return f"/{first}" if first in _ROUTES or path in ("/", sparql.PATH) else "other"


def _log(scope: Scope, status: int, seconds: float) -> None:
    """Write a request as a line of JSON."""
    client = scope.get("client")
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "client": client[0] if client else None,
        "method": scope["method"],
        "path": scope["path"][:_LOGGED_CHARACTERS],
        "query": scope["query_string"].decode("latin-1")[:_LOGGED_CHARACTERS],
        "status": status,
        "milliseconds": round(seconds * 1000, 2),
    }
    sys.stderr.write(json.dumps(line) + "\n")


def _address(settings: Settings, request: Request) -> str:
    return sparql.address_of(request.scope, settings)
