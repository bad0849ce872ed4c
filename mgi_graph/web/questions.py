"""The questions over HTTP: the catalogue, each question, its answer, each in the formats of people and of programs."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import cast
from urllib.parse import urlencode

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from mgi_graph import evidence, exports, spreadsheets, triples
from mgi_graph.absences import explain, instead
from mgi_graph.answers import LANGUAGE_PARAMETER, CitedAnswer, ask, choices, introduce
from mgi_graph.catalogue import LANGUAGES, TAGS, Question
from mgi_graph.citations import Citation, cite_answer, edition_of
from mgi_graph.engine.result import Engine
from mgi_graph.errors import AmbiguousNameError, NameNotFoundError, ParameterError, UnknownQuestionError
from mgi_graph.exports import Format
from mgi_graph.labels import labels_of
from mgi_graph.namespaces import DATA_LICENCE, MGI
from mgi_graph.pictures import Drawing, draw
from mgi_graph.search import fold, resolve
from mgi_graph.web import citing, pages
from mgi_graph.web.citing import CITATION_FORMATS
from mgi_graph.web.models import Language, answer_model, catalogue_model, question_model
from mgi_graph.web.negotiation import choose_format, choose_language, named_format
from mgi_graph.web.parameters import LONGEST_NAME, read_parameters

HTML = Format("html", ("text/html",))
JSON = Format("json", ("application/json",))
CSV = Format("csv", ("text/csv",))
XLSX = Format("xlsx", ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",))
TURTLE = Format("turtle", ("text/turtle", "application/x-turtle"), ox.RdfFormat.TURTLE)
JSON_LD = Format("jsonld", ("application/ld+json",), ox.RdfFormat.JSON_LD)

ANSWER_FORMATS = (JSON, CSV, XLSX, TURTLE, JSON_LD, HTML, *CITATION_FORMATS)
"""The formats of an answer; a client that does not care gets the first."""

PAGE_FORMATS = (HTML, JSON, TURTLE, JSON_LD)
"""The formats of the catalogue and of a question; a client that does not care gets the first."""

RESERVED = ("lang", "format", "version", "question")
"""Parameters that no question can have for itself."""

_METHODS = ["GET", "HEAD"]
_CATALOGUE_TAKES = "The catalogue takes no parameters but `q`, `lang` and `format`."
_ANYTHING = MGI + "Entity"
_FEW = 14
_CLASSES = 64
_ENDINGS = {"csv": "csv", "json": "json", "jsonld": "jsonld", "turtle": "ttl", "xlsx": "xlsx"}
_CONTENT_TYPES = {"csv": "text/csv; charset=utf-8; header=present", "xlsx": XLSX.media_types[0]}

Address = Callable[[Request], str]
"""Gives the address of the server as a client knows it, without a slash at the end."""


@dataclass(frozen=True)
class Wanted:
    """What a request asks for.

    Attributes:
        form, language: of the reply.
        given: the question's own parameters as they were typed.
        version: of the data, where a permanent link says which.
    """

    form: Format
    language: Language
    given: Mapping[str, str]
    version: str = ""


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
        return await run_in_threadpool(desk.catalogue, request, read_wanted(request, PAGE_FORMATS))

    @router.api_route("/questions.{ending}", methods=_METHODS)
    async def catalogue_file(request: Request, ending: str) -> Response:
        form = next((form for form in PAGE_FORMATS if _ENDINGS.get(form.name) == ending), None)
        if form is None:
            raise HTTPException(404, f"There is no catalogue with the ending {ending!r}.")
        return await run_in_threadpool(desk.catalogue, request, read_wanted(request, (form,)))

    @router.api_route("/questions/{name}", methods=_METHODS)
    async def question(request: Request, name: str) -> Response:
        return await run_in_threadpool(desk.question, request, desk.find(name), read_wanted(request, PAGE_FORMATS))

    @router.api_route("/questions/{name}/answer", methods=_METHODS)
    async def answer(request: Request, name: str) -> Response:
        return await run_in_threadpool(desk.answer, request, desk.find(name), read_wanted(request, ANSWER_FORMATS))

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
        self._things = lru_cache(_CLASSES)(partial(choices, engine))
        self._labels = lru_cache(_CLASSES)(self._label)

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
        """All questions; as a page, those that have the words of `q`, under their first tags."""
        if wanted.form == HTML:
            return self._catalogue_page(request, wanted)
        _refuse_parameters(wanted, "The catalogue takes no parameters but `lang` and `format`.")
        introduced = introduce(self._engine, self._questions)
        if wanted.form == JSON:
            return reply_with(wanted, catalogue_model(introduced, wanted.language, self._version()).model_dump_json())
        graph = triples.catalogue_triples(introduced, self._endpoint(request), self._version())
        return reply_with(wanted, exports.serialize_triples(graph, wanted.form), "questions")

    def question(self, request: Request, question: Question, wanted: Wanted) -> Response:
        """One question; as a page, with its answer."""
        if wanted.form == HTML:
            filled = {name: value for name, value in wanted.given.items() if value}
            return self._answer_page(request, question, replace(wanted, given=filled))
        _refuse_parameters(wanted, f"This describes the question; ask it at /questions/{question.name}/answer.")
        (introduced,) = introduce(self._engine, [question])
        if wanted.form == JSON:
            return reply_with(wanted, question_model(introduced, wanted.language).model_dump_json())
        graph = triples.question_triples(introduced, self._endpoint(request))
        return reply_with(wanted, exports.serialize_triples(graph, wanted.form), question.name)

    def answer(self, request: Request, question: Question, wanted: Wanted) -> Response:
        """The answer to a question."""
        if wanted.form == HTML:
            return self._answer_page(request, question, wanted)
        answer = ask(self._engine, question, wanted.given, wanted.language)
        if wanted.form in CITATION_FORMATS:
            return citing.send(self._citation(request, answer, wanted.language), wanted.form, wanted.language)
        reply = reply_with(wanted, self._written(answer, wanted), question.name)
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

    def _catalogue_page(self, request: Request, wanted: Wanted) -> Response:
        sought = wanted.given.get("q", "")
        _refuse_parameters(replace(wanted, given={n: v for n, v in wanted.given.items() if n != "q"}), _CATALOGUE_TAKES)
        found = [one for one in introduce(self._engine, self._questions) if _has(one, fold(sought).split())]
        groups: dict[str, list[CitedAnswer]] = {}
        for one in sorted(found, key=lambda one: fold(one.question.title[wanted.language])):
            groups.setdefault(one.question.tags[0] if one.question.tags else "", []).append(one)
        ordered = sorted(groups.items(), key=lambda group: fold(_called(group[0], wanted.language)))
        named = [(tag, _called(tag, wanted.language), ones) for tag, ones in ordered]
        return self._page(
            request, wanted, "questions.html", groups=named, sought=sought, number_of=len(self._questions)
        )

    def _answer_page(self, request: Request, question: Question, wanted: Wanted) -> Response:
        try:
            answer = ask(self._engine, question, wanted.given, wanted.language)
        except ParameterError as error:
            return self._mistaken(request, question, wanted, error)
        asked = {**wanted.given, "lang": wanted.language}
        forms = [form for form in ANSWER_FORMATS if form != HTML]
        links = {
            form.name: f"/questions/{question.name}/answer?{urlencode({**asked, 'format': form.name})}"
            for form in forms
        }
        citation = self._citation(request, answer, wanted.language)
        drawing = draw(answer, wanted.language)
        return self._page(
            request,
            wanted,
            "question.html",
            question=question,
            answer=answer,
            error=None,
            links=links,
            permalink=citation.main.url,
            citation=citing.texts(citation, wanted.language),
            editor="/sparql?" + urlencode({"question": question.name, **_values(answer), "lang": wanted.language}),
            absence=None if answer.table.rows else explain(self._engine, answer),
            instead=() if answer.table.rows else instead(self._engine, self._questions, answer),
            cite_at=f"/questions/{question.name}/answer?{urlencode(asked)}",
            drawing=drawing,
            caption=self._caption(question, drawing, wanted.language) if drawing else "",
            choices=self._choices(question, wanted.language),
        )

    def _caption(self, question: Question, drawing: Drawing, language: str) -> str:
        """What a picture shows, in a few words."""
        assert question.picture is not None, "else it is not drawn"
        roles = {role: question.heading(name, language) for role, name in question.picture.roles.items()}
        if drawing.kind == "timeline":
            return f"{roles['of']} – {roles['start']}" + (f", {roles['end']}" if "end" in roles else "")
        if drawing.kind == "bar":
            number = {"en": "number of: {}", "fr": "nombre de : {}"}[language]
            return f"{roles['x']} – {roles['y'] if 'y' in roles else number.format(roles['count'])}"
        label = self._labels(drawing.relation).get(language, "") if drawing.relation else ""
        arrows = {"en": "An arrow means: {}", "fr": "Une flèche signifie : {}"}[language]
        return arrows.format(label) if label else ""

    def _label(self, iri: str) -> Mapping[str, str]:
        return labels_of(self._engine, [ox.NamedNode(iri)])[iri]

    def _mistaken(self, request: Request, question: Question, wanted: Wanted, error: ParameterError) -> Response:
        """The form again, with what is wrong in it and what may have been meant."""
        (introduced,) = introduce(self._engine, [question])
        page = self._page(
            request,
            wanted,
            "question.html",
            question=question,
            answer=introduced,
            error=error,
            mistake=type(error).__name__,
            kind=self._kind(question, error, wanted.language),
            other=self._other_kinds(question, wanted, error),
            nearest=error.things if isinstance(error, NameNotFoundError | AmbiguousNameError) else {},
            choices=self._choices(question, wanted.language),
        )
        page.status_code = 400
        return page

    def _kind(self, question: Question, error: ParameterError, language: str) -> str:
        """What the class is called whose things a mistaken parameter takes."""
        of_class = next((one.class_iri for one in question.params if one.name == error.parameter), "")
        return self._labels(of_class).get(language, "") if of_class else ""

    def _other_kinds(self, question: Question, wanted: Wanted, error: ParameterError) -> str:
        """The IRI of a thing of another kind that has the name which was given."""
        text = wanted.given.get(error.parameter, "")
        if isinstance(error, NameNotFoundError) and text:
            with suppress(ParameterError):
                return resolve(self._engine, text, _ANYTHING).value
        return ""

    def _choices(self, question: Question, language: str) -> dict[str, Mapping[str, Mapping[str, str]]]:
        """For each parameter that has only a few things to choose from those things, by name: IRIs with labels."""
        found = {
            parameter.name: self._things(parameter.class_iri) for parameter in question.params if parameter.class_iri
        }
        return {name: _by_name(things, language) for name, things in found.items() if len(things) <= _FEW}

    def _citation(self, request: Request, answer: CitedAnswer, language: str) -> Citation:
        asked = {**_values(answer), "version": self._version(), "lang": language}
        address = f"{self._address(request)}/questions/{answer.question.name}?{urlencode(asked)}"
        return cite_answer(self._engine, answer, edition_of(self._engine), address, language)

    def _page(self, request: Request, wanted: Wanted, template: str, **values: object) -> Response:
        served = self._version()
        other = wanted.version if wanted.version != served else ""
        shared = {"given": wanted.given, "other_version": other, "served": served}
        page = pages.render(request, template, **shared, **values)
        page.headers["Vary"] = "Accept, Accept-Language"
        return page

    def _endpoint(self, request: Request) -> str:
        return self._address(request) + "/sparql"

    def _version(self) -> str:
        return self._engine.describe().get("version", "")


def read_wanted(request: Request, offered: tuple[Format, ...]) -> Wanted:
    """Understand a request.

    Raises:
        HTTPException: its parameters are not URL-encoded UTF-8.
        ParameterError: a parameter stands twice or is too long, or, but for a page, `lang` is no language of ours.
        FormatError: none of the formats offered is wanted.
    """
    given = read_parameters(request)
    named, language, version = given.pop("format", ""), given.pop("lang", None), given.pop("version", "")
    accept = ",".join(request.headers.getlist("accept"))
    form = named_format(named, offered) if named else choose_format(accept, offered)
    if language not in (*LANGUAGES, None) and form != HTML:
        raise ParameterError(
            f"There is no language {language!r}.", f"Ask for one of: {', '.join(LANGUAGES)}.", LANGUAGES
        )
    chosen = choose_language(language, request.headers.get("accept-language"))
    return Wanted(form, cast(Language, chosen), given, version)


def _values(answer: CitedAnswer) -> dict[str, str]:
    """The parameters as they were understood, but for the language, which the page has."""
    return {name: term.value for name, term in answer.values.items() if name != LANGUAGE_PARAMETER}


def _called(tag: str, language: str) -> str:
    return TAGS[tag][language] if tag in TAGS else tag


def _has(one: CitedAnswer, words: Sequence[str]) -> bool:
    """Whether a question has all the words, in either language, in title, wording or tags."""
    question = one.question
    texts = (text for code in LANGUAGES for text in (question.title[code], one.wording(code)))
    tags = (_called(tag, code) for tag in question.tags for code in LANGUAGES)
    whole = fold(" ".join((*texts, *tags, question.name)))
    return all(word in whole for word in words)


def _by_name(things: Mapping[str, Mapping[str, str]], language: str) -> dict[str, Mapping[str, str]]:
    """Things with their labels, in the order of these in a language."""
    return dict(sorted(things.items(), key=lambda item: fold(item[1].get(language) or item[1].get("en", item[0]))))


def _refuse_parameters(wanted: Wanted, remedy: str) -> None:
    for name in wanted.given:
        raise ParameterError(f"There is no parameter {name[:LONGEST_NAME]!r} here.", remedy)


def reply_with(wanted: Wanted, body: str | bytes, file: str = "") -> Response:
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
