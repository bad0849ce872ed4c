"""Puts the web application together, and gives each error its meaning in HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from mgi_graph import __version__
from mgi_graph.catalogue import Question
from mgi_graph.engine.result import Engine
from mgi_graph.errors import (
    FormatError,
    MGIGraphError,
    ParameterError,
    QueryError,
    UnknownQuestionError,
)
from mgi_graph.web import pages, sparql

_STATUS: tuple[tuple[type[MGIGraphError], int], ...] = (
    (FormatError, 406),
    (UnknownQuestionError, 404),
    (ParameterError, 400),
    (QueryError, 400),
    (MGIGraphError, 500),
)


def create_app(engine: Engine, questions: Sequence[Question] = ()) -> FastAPI:
    """Make the application.

    Args:
        engine: the store that answers.
        questions: the catalogue that the pages offer; empty where other data than the graph is served.
    """
    app = FastAPI(title="MGI Graph", version=__version__, docs_url=None, redoc_url=None)
    app.include_router(sparql.create_router(engine))
    app.include_router(pages.create_router(engine, questions))
    app.add_exception_handler(MGIGraphError, _answer_error)
    app.add_exception_handler(HTTPException, _answer_http_error)
    return app


async def _answer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, MGIGraphError)
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    return _message(str(error), status)


async def _answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _message(str(error.detail), error.status_code, dict(error.headers or {}))


def _message(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(f"{text}\n", status, headers, media_type="text/plain; charset=utf-8")
