"""Says what was wrong to whoever asked: problem details (RFC 9457) to a client that reads JSON, else plain text."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from mgi_graph.errors import MGIGraphError
from mgi_graph.web.models import Problem
from mgi_graph.web.problems import PLAIN, headers_of, status_of

PROBLEM_TYPE = "application/problem+json"
_JSON = ("application/json", PROBLEM_TYPE, "application/ld+json")
_READABLE = ("text/plain", "text/html")
_CANDIDATES = ("candidates", "nearest", "offered")


async def answer_error(request: Request, error: Exception) -> Response:
    """Answer for an error of ours."""
    assert isinstance(error, MGIGraphError)
    problem = _problem(status_of(error), error.problem, error.remedy, type(error).__name__, _candidates(error))
    return _respond(request, problem, headers_of(error))


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Answer for an error that only HTTP knows: no such address, method not allowed."""
    assert isinstance(error, HTTPException)
    problem = _problem(error.status_code, str(error.detail), "", "HTTPException", [])
    return _respond(request, problem, error.headers or {})


def wants_json(request: Request) -> bool:
    """Whether a client names JSON, in `format=` or in Accept, and wants it no less than what a person reads."""
    if request.query_params.getlist("format") == ["json"]:
        return True
    accept = parse_accept_header(",".join(request.headers.getlist("accept")), MIMEAccept)
    named = {media.partition(";")[0].strip().lower(): quality for media, quality in accept}
    best = max((named.get(media, 0) for media in _JSON), default=0)
    return best > 0 and best >= max(named.get(media, 0) for media in _READABLE)


def _problem(status: int, detail: str, remedy: str, error: str, candidates: list[str]) -> Problem:
    return Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        remedy=remedy or None,
        error=error,
        candidates=candidates,
    )


def _candidates(error: MGIGraphError) -> list[str]:
    return [str(item) for name in _CANDIDATES for item in getattr(error, name, ())]


def _respond(request: Request, problem: Problem, headers: Mapping[str, str]) -> Response:
    shared = {"Vary": "Accept", "Content-Language": "en", "X-Content-Type-Options": "nosniff", **headers}
    if wants_json(request):
        return Response(problem.model_dump_json(), problem.status, shared, PROBLEM_TYPE)
    text = f"{problem.detail}\n{problem.remedy}" if problem.remedy else problem.detail
    return Response(f"{text}\n", problem.status, shared, PLAIN)
