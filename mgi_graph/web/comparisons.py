"""Profiles side by side, as a page and as JSON: what changed in a country, and one subject in several countries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from mgi_graph import comparison
from mgi_graph.comparison import Named, SideBySide, Succession
from mgi_graph.engine.result import Engine
from mgi_graph.errors import ParameterError
from mgi_graph.exports import Format
from mgi_graph.namespaces import ID
from mgi_graph.search import fold
from mgi_graph.web import pages
from mgi_graph.web.documents import language_of
from mgi_graph.web.negotiation import choose_format, named_format
from mgi_graph.web.parameters import LONGEST_NAME, read_parameters
from mgi_graph.web.reader import Reader

_HTML = Format("html", ("text/html",))
_JSON = Format("json", ("application/json",))
_FORMATS = (_HTML, _JSON)
_PARAMETERS = ("country", "earlier", "later", "subject", "lang", "format")


def create_router(engine: Engine) -> APIRouter:
    """The route of the comparison."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/compare", methods=["GET", "HEAD"])
    async def compare(request: Request) -> Response:
        """With `country` what changed there (between `earlier` and `later`), with `subject` it in all countries."""
        return await run_in_threadpool(_answer, engine, request)

    return router


def _answer(engine: Engine, request: Request) -> Response:
    given = _parameters(request)
    form = _form(request, given)
    succession, sides = _compared(engine, given)
    if form == _JSON:
        found = succession or sides
        body = asdict(found) if found else {"profiles": [asdict(profile) for profile in comparison.profiles(engine)]}
        headers = {"Vary": "Accept, Accept-Language", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return Response(json.dumps(body, ensure_ascii=False), 200, headers, "application/json")
    reader = Reader(language_of(request))
    page = pages.render(
        request,
        "compare.html",
        given=given,
        countries=_by_name((profile.country for profile in comparison.profiles(engine)), reader),
        subjects=_by_kind(comparison.subjects(engine), reader),
        succession=succession,
        sides=sides,
        kinds=comparison.KINDS,
    )
    page.headers["Vary"] = "Accept, Accept-Language"
    return page


def _by_kind(subjects: Iterable[Named], reader: Reader) -> dict[str, list[Named]]:
    """Subjects under the kind that their IRIs name ("dimension", "topic", "group"), in the order of a language."""
    kinds: dict[str, list[Named]] = {"dimension": [], "topic": [], "group": []}
    for subject in subjects:
        kinds[subject.iri.removeprefix(ID).partition("/")[0]].append(subject)
    return {kind: _by_name(found, reader) for kind, found in kinds.items()}


def _by_name(named: Iterable[Named], reader: Reader) -> list[Named]:
    """Things, each once, in the order of their names in a language."""
    return sorted({one.iri: one for one in named}.values(), key=lambda one: fold(reader.told(one.names)[0]))


def _compared(engine: Engine, given: dict[str, str]) -> tuple[Succession | None, SideBySide | None]:
    country, subject = given.get("country", ""), given.get("subject", "")
    if country and subject:
        raise ParameterError("Both `country` and `subject` are given.", "Give one of them.")
    if country:
        return comparison.changes(engine, country, given.get("earlier", ""), given.get("later", "")), None
    return None, comparison.side_by_side(engine, subject) if subject else None


def _form(request: Request, given: dict[str, str]) -> Format:
    if named := given.get("format"):
        return named_format(named, _FORMATS)
    return choose_format(",".join(request.headers.getlist("accept")), _FORMATS)


def _parameters(request: Request) -> dict[str, str]:
    given = read_parameters(request)
    for name in given:
        if name not in _PARAMETERS:
            raise ParameterError(
                f"There is no parameter {name[:LONGEST_NAME]!r} here.", f"Give {', '.join(_PARAMETERS)}."
            )
    return given
