"""The pages that people read: what this is, and each question with its cited answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from mgi_graph import __version__, report
from mgi_graph.answers import ask
from mgi_graph.catalogue import Question
from mgi_graph.engine.result import Engine
from mgi_graph.errors import UnknownQuestionError

_HERE = Path(__file__).parent
_LANGUAGES = ("en", "fr")
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language",
}


def create_router(engine: Engine, questions: Sequence[Question]) -> APIRouter:
    """The routes of the pages."""
    router = APIRouter(include_in_schema=False)
    by_name = {question.name: question for question in questions}
    templates = _environment()

    def render(request: Request, template: str, status: int = 200, **values: object) -> Response:
        language = choose_language(request)
        html = templates.get_template(template).render(
            lang=language, path=request.url.path, version=__version__, heading=report.heading, **values
        )
        return Response(html, status, {**_SECURITY, "Content-Language": language}, "text/html; charset=utf-8")

    @router.get("/")
    async def home(request: Request) -> Response:
        """What this is, and the questions."""
        return render(request, "home.html", questions=questions, facts=engine.describe(), address=str(request.base_url))

    @router.get("/questions/{name}")
    async def question_page(request: Request, name: str) -> Response:
        """A question, its answer and its evidence; parameters come in the query string."""
        if name not in by_name:
            raise HTTPException(404, str(UnknownQuestionError(name, sorted(by_name))))
        question = by_name[name]
        given = {key: value for key, value in request.query_params.items() if key != "lang" and value}
        answer = await run_in_threadpool(ask, engine, question, given, choose_language(request))
        return render(request, "question.html", question=question, answer=answer, given=given)

    router.mount("/static", StaticFiles(directory=_HERE / "static"))
    return router


def choose_language(request: Request) -> str:
    """The language of a page: `?lang=`, else the one that Accept-Language wants most, else English."""
    named = request.query_params.get("lang")
    if named in _LANGUAGES:
        return named
    accepted = parse_accept_header(request.headers.get("accept-language"), LanguageAccept)
    return accepted.best_match(_LANGUAGES, default="en")


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
