"""Says what was wrong to whoever asked: a page for people, problem details (RFC 9457) in JSON, or plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from mgi_graph.errors import Labels, MGIGraphError
from mgi_graph.namespaces import expand
from mgi_graph.web import pages
from mgi_graph.web.messages import told
from mgi_graph.web.models import Problem
from mgi_graph.web.negotiation import prefers_html
from mgi_graph.web.problems import PLAIN, headers_of, status_of

PROBLEM_TYPE = "application/problem+json"
_JSON = ("application/json", PROBLEM_TYPE, "application/ld+json")
_READABLE = ("text/plain", "text/html")
_CANDIDATES = ("candidates", "nearest", "offered")
_HEADINGS = {
    "NameNotFoundError": ("Nothing in the graph has this name", "Rien dans le graphe ne porte ce nom"),
    "AmbiguousNameError": ("This name fits several things", "Ce nom convient à plusieurs choses"),
    "UnknownQuestionError": ("There is no such question", "Il n’y a pas de question de ce nom"),
    "NotInGraphError": ("The graph says nothing of this", "Le graphe n’en dit rien"),
    "ParameterError": ("A value cannot be used", "Une valeur ne convient pas"),
    "FormatError": ("There is no such format", "Ce format n’existe pas"),
    "BusyError": ("The server is busy; try again in a moment", "Le serveur est occupé ; réessayez dans un instant"),
    "QueryTimeoutError": ("The answer takes too long", "La réponse prend trop de temps"),
    "ResultTooLargeError": ("The answer is too large", "La réponse est trop volumineuse"),
    "QueryTooCostlyError": ("The answer needs too much memory", "La réponse demande trop de mémoire"),
    "404": ("There is nothing at this address", "Il n’y a rien à cette adresse"),
    "405": ("This address cannot be asked that way", "On ne peut pas interroger cette adresse ainsi"),
    "400": ("This cannot be understood", "Ceci ne peut être compris"),
}
_OTHERWISE = ("This could not be answered", "Il n’a pas été possible de répondre")


class Choice(NamedTuple):
    """What may have been meant, and where it leads ("" for nowhere)."""

    label: str
    address: str


async def answer_error(request: Request, error: Exception) -> Response:
    """Answer for an error of ours."""
    assert isinstance(error, MGIGraphError)
    problem = _problem(status_of(error), error.problem, error.remedy, type(error).__name__, _candidates(error))
    return _respond(request, problem, headers_of(error), getattr(error, "things", {}))


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Answer for an error that only HTTP knows: no such address, method not allowed."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = f"{headers['Allow']}, OPTIONS"
        if request.method == "OPTIONS":  # RFC 9110, section 9.3.7
            return Response(status_code=204, headers=headers)
    problem = _problem(error.status_code, str(error.detail), "", "HTTPException", [])
    return _respond(request, problem, headers)


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


def _respond(request: Request, problem: Problem, headers: Mapping[str, str], things: Labels | None = None) -> Response:
    spoken = _spoken(problem, pages.reader_of(request).language)
    shared = {
        "Vary": "Accept, Accept-Language",
        "Content-Language": spoken.language,
        "X-Content-Type-Options": "nosniff",
        **headers,
    }
    if wants_json(request):
        return Response(spoken.problem.model_dump_json(), problem.status, shared, PROBLEM_TYPE)
    if prefers_html(",".join(request.headers.getlist("accept"))):
        return _page(request, problem, spoken, headers, things or {})
    problem = spoken.problem
    text = f"{problem.detail}\n{problem.remedy}" if problem.remedy else problem.detail
    return Response(f"{text}\n", problem.status, shared, PLAIN)


class _Spoken(NamedTuple):
    """A problem told in a language."""

    problem: Problem
    language: str


def _spoken(problem: Problem, language: str) -> _Spoken:
    """A problem in a language; in English where there are no words for it in that."""
    detail, remedy, said = told(problem.detail, problem.remedy or "", language)
    return _Spoken(problem.model_copy(update={"detail": detail, "remedy": remedy or None}), said)


def _page(request: Request, problem: Problem, spoken: _Spoken, headers: Mapping[str, str], things: Labels) -> Response:
    heading = _HEADINGS.get(problem.error) or _HEADINGS.get(str(problem.status)) or _OTHERWISE
    reader = pages.reader_of(request)
    choices = list(_choices(request, problem, things))
    page = pages.render(
        request,
        "error.html",
        heading=reader.t(*heading),
        problem=spoken.problem,
        spoken=spoken.language,
        choices=choices,
    )
    page.status_code = problem.status
    page.headers.update({"Vary": "Accept, Accept-Language", "Cache-Control": "no-store", **headers})
    return page


def _choices(request: Request, problem: Problem, things: Labels) -> Iterator[Choice]:
    """What may have been meant: the same request with that instead, else its page.

    A candidate is a question's name, or a thing as "name  id:…" or "name  <IRI>"; `things` name it by language.
    """
    reader = pages.reader_of(request)
    asked = request.query_params.multi_items()
    for candidate in problem.candidates:
        label, _, short = candidate.rpartition("  ")
        label = reader.told(things.get(expand(short), {}))[0] or label
        if problem.error == "UnknownQuestionError":
            yield Choice(candidate, reader.url(f"/questions/{candidate}"))
        elif not label:
            yield Choice(candidate, "")
        elif any(repr(value) in problem.detail for _, value in asked):
            again = [(name, short if repr(value) in problem.detail else value) for name, value in asked]
            yield Choice(label, f"{request.url.path}?{urlencode(again)}")
        else:
            yield Choice(label, reader.address(expand(short.strip("<>"))))
