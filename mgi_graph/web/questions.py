"""The questions over HTTP: the catalogue, each question, its answer, each in the formats of people and of programs."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from mgi_graph import evidence, exports, spreadsheets, triples
from mgi_graph.answers import CitedAnswer, ask, introduce
from mgi_graph.catalogue import LANGUAGES, Question
from mgi_graph.engine.result import Engine
from mgi_graph.errors import ParameterError, UnknownQuestionError
from mgi_graph.exports import Format
from mgi_graph.namespaces import DATA_LICENCE
from mgi_graph.report import heading
from mgi_graph.web import pages
from mgi_graph.web.models import Language, answer_model, catalogue_model, question_model
from mgi_graph.web.negotiation import choose_format, choose_language, named_format
from mgi_graph.web.parameters import LONGEST_NAME, read_parameters

HTML = Format("html", ("text/html",))
JSON = Format("json", ("application/json",))
CSV = Format("csv", ("text/csv",))
XLSX = Format("xlsx", ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",))
TURTLE = Format("turtle", ("text/turtle", "application/x-turtle"), ox.RdfFormat.TURTLE)
JSON_LD = Format("jsonld", ("application/ld+json",), ox.RdfFormat.JSON_LD)

ANSWER_FORMATS = (JSON, CSV, XLSX, TURTLE, JSON_LD, HTML)
"""The formats of an answer; a client that does not care gets the first."""

PAGE_FORMATS = (HTML, JSON, TURTLE, JSON_LD)
"""The formats of the catalogue and of a question; a client that does not care gets the first."""

RESERVED = ("lang", "format")
"""Parameters that no question can have for itself."""

_METHODS = ["GET", "HEAD"]
_ENDINGS = {"csv": "csv", "json": "json", "jsonld": "jsonld", "turtle": "ttl", "xlsx": "xlsx"}
_CONTENT_TYPES = {"csv": "text/csv; charset=utf-8; header=present", "xlsx": XLSX.media_types[0]}

Address = Callable[[Request], str]
"""Gives the address of the server as a client knows it, without a slash at the end."""


@dataclass(frozen=True)
class Wanted:
    """What a request asks for: format, language, and the question's own parameters as they were typed."""

    form: Format
    language: Language
    given: Mapping[str, str]


def create_router(engine: Engine, questions: Sequence[Question], address: Address) -> APIRouter:
    """The routes of the questions; `openapi.describe` documents them.

    Args:
        engine: the store that answers.
        questions: the catalogue.
        address: says where this server is, for the description of the questions as RDF.
    """
    router = APIRouter(include_in_schema=False)
    desk = Desk(engine, questions, address)

    @router.api_route("/questions", methods=_METHODS)
    async def catalogue(request: Request) -> Response:
        return await run_in_threadpool(desk.catalogue, request, _read(request, PAGE_FORMATS))

    @router.api_route("/questions.{ending}", methods=_METHODS)
    async def catalogue_file(request: Request, ending: str) -> Response:
        form = next((form for form in PAGE_FORMATS if _ENDINGS.get(form.name) == ending), None)
        if form is None:
            raise HTTPException(404, f"There is no catalogue with the ending {ending!r}.")
        return await run_in_threadpool(desk.catalogue, request, _read(request, (form,)))

    @router.api_route("/questions/{name}", methods=_METHODS)
    async def question(request: Request, name: str) -> Response:
        return await run_in_threadpool(desk.question, request, desk.find(name), _read(request, PAGE_FORMATS))

    @router.api_route("/questions/{name}/answer", methods=_METHODS)
    async def answer(request: Request, name: str) -> Response:
        return await run_in_threadpool(desk.answer, request, desk.find(name), _read(request, ANSWER_FORMATS))

    @router.api_route("/question/{name}", methods=_METHODS)
    @router.api_route("/question/{name}/answer", methods=_METHODS)
    async def thing(request: Request, name: str) -> Response:
        path = request.url.path.replace("/question/", "/questions/", 1)
        query = f"?{request.url.query}" if request.url.query else ""
        return Response(status_code=303, headers={"Location": path + query} if desk.find(name) else {})

    return router


class Desk:
    """Where questions are asked: each method answers one request, and may take a while.

    Args:
        engine, questions, address: as `create_router` takes them.
    """

    def __init__(self, engine: Engine, questions: Sequence[Question], address: Address) -> None:
        self._engine, self._questions, self._address = engine, tuple(questions), address
        self._by_name = {question.name: question for question in questions}

    def find(self, name: str) -> Question:
        """The question of this name.

        Raises:
            UnknownQuestionError: there is none; carries the nearest names.
        """
        if name not in self._by_name:
            raise UnknownQuestionError(
                name[:LONGEST_NAME], difflib.get_close_matches(name[:LONGEST_NAME], self._by_name, n=3, cutoff=0.4)
            )
        return self._by_name[name]

    def catalogue(self, request: Request, wanted: Wanted) -> Response:
        """All questions."""
        _refuse_parameters(wanted, "The catalogue takes no parameters but `lang` and `format`.")
        introduced = introduce(self._engine, self._questions)
        if wanted.form == HTML:
            return self._page(request, wanted, "questions.html", introduced=introduced)
        if wanted.form == JSON:
            return _reply(wanted, catalogue_model(introduced, wanted.language, self._version()).model_dump_json())
        graph = triples.catalogue_triples(introduced, self._endpoint(request), self._version())
        return _reply(wanted, exports.serialize_triples(graph, wanted.form), "questions")

    def question(self, request: Request, question: Question, wanted: Wanted) -> Response:
        """One question; as a page, with its answer."""
        if wanted.form == HTML:
            filled = {name: value for name, value in wanted.given.items() if value}
            return self._answer_page(request, question, Wanted(HTML, wanted.language, filled))
        _refuse_parameters(wanted, f"This describes the question; ask it at /questions/{question.name}/answer.")
        (introduced,) = introduce(self._engine, [question])
        if wanted.form == JSON:
            return _reply(wanted, question_model(introduced, wanted.language).model_dump_json())
        graph = triples.question_triples(introduced, self._endpoint(request))
        return _reply(wanted, exports.serialize_triples(graph, wanted.form), question.name)

    def answer(self, request: Request, question: Question, wanted: Wanted) -> Response:
        """The answer to a question."""
        if wanted.form == HTML:
            return self._answer_page(request, question, wanted)
        answer = ask(self._engine, question, wanted.given, wanted.language)
        reply = _reply(wanted, self._written(answer, wanted), question.name)
        reply.headers["Link"] = f'<{DATA_LICENCE}>; rel="license", </questions/{question.name}>; rel="describedby"'
        return reply

    def _written(self, answer: CitedAnswer, wanted: Wanted) -> str | bytes:
        if wanted.form == JSON:
            return answer_model(answer, wanted.language, self._version()).model_dump_json()
        if wanted.form == CSV:
            return spreadsheets.as_csv(answer, wanted.language)
        if wanted.form == XLSX:
            return spreadsheets.as_xlsx(answer, wanted.language, self._version())
        described = evidence.describe(self._engine, [item for items in answer.evidence for item in items])
        return exports.serialize_triples(triples.answer_triples(answer, described, self._version()), wanted.form)

    def _answer_page(self, request: Request, question: Question, wanted: Wanted) -> Response:
        answer = ask(self._engine, question, wanted.given, wanted.language)
        asked = {**wanted.given, "lang": wanted.language}
        links = {
            form.name: f"/questions/{question.name}/answer?{urlencode({**asked, 'format': form.name})}"
            for form in ANSWER_FORMATS
            if form != HTML
        }
        kinds = spreadsheets.CLAIM_KINDS
        return self._page(request, wanted, "question.html", question=question, answer=answer, links=links, kinds=kinds)

    def _page(self, request: Request, wanted: Wanted, template: str, **values: object) -> Response:
        page = pages.render(request, template, given=wanted.given, heading=heading, **values)
        page.headers["Vary"] = "Accept, Accept-Language"
        return page

    def _endpoint(self, request: Request) -> str:
        return self._address(request) + "/sparql"

    def _version(self) -> str:
        return self._engine.describe().get("version", "")


def _read(request: Request, offered: tuple[Format, ...]) -> Wanted:
    """Understand a request.

    Raises:
        HTTPException: its parameters are not URL-encoded UTF-8.
        ParameterError: a parameter stands twice or is too long, or, but for a page, `lang` is no language of ours.
        FormatError: none of the formats offered is wanted.
    """
    given = read_parameters(request)
    named, language = given.pop("format", ""), given.pop("lang", None)
    accept = ",".join(request.headers.getlist("accept"))
    form = named_format(named, offered) if named else choose_format(accept, offered)
    if language not in (*LANGUAGES, None) and form != HTML:
        raise ParameterError(
            f"There is no language {language!r}.", f"Ask for one of: {', '.join(LANGUAGES)}.", LANGUAGES
        )
    chosen = choose_language(language, request.headers.get("accept-language"))
    return Wanted(form, cast(Language, chosen), given)


def _refuse_parameters(wanted: Wanted, remedy: str) -> None:
    for name in wanted.given:
        raise ParameterError(f"There is no parameter {name[:LONGEST_NAME]!r} here.", remedy)


def _reply(wanted: Wanted, body: str | bytes, file: str = "") -> Response:
    """A reply in the format wanted; RDF is in both languages, all else in the one wanted."""
    form = wanted.form
    headers = {
        "Vary": "Accept, Accept-Language",
        "Content-Language": ", ".join(LANGUAGES) if form.native else wanted.language,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }
    if form in (CSV, XLSX):
        headers["Content-Disposition"] = f'attachment; filename="{file}.{_ENDINGS[form.name]}"'
    return Response(body, 200, headers, _CONTENT_TYPES.get(form.name, form.content_type))
