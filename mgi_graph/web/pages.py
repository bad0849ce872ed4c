"""The pages that people read: how one is made, and the first of them, which says what this is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from mgi_graph import __version__
from mgi_graph.catalogue import Question
from mgi_graph.engine.result import Engine
from mgi_graph.web.negotiation import choose_language

_HERE = Path(__file__).parent
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language",
}


def create_router(engine: Engine, questions: Sequence[Question]) -> APIRouter:
    """The routes of the first page and of what all pages share."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home(request: Request) -> Response:
        """What this is, and the questions."""
        return render(request, "home.html", questions=questions, facts=engine.describe(), address=str(request.base_url))

    router.mount("/static", StaticFiles(directory=_HERE / "static"))
    return router


def render(request: Request, template: str, **values: object) -> Response:
    """Make a page in the language that the request wants.

    Args:
        request: whose path the page links to in the other language.
        template: a file of `templates/`.
        values: what the template names; `given` are the parameters that those links keep.
    """
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    html = (
        _environment()
        .get_template(template)
        .render(lang=language, path=request.url.path, version=__version__, **values)
    )
    return Response(html, 200, {**SECURITY, "Content-Language": language}, "text/html; charset=utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
