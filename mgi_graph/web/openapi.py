"""Describes for OpenAPI 3.1 what can be asked over HTTP: each question by an operation of its own, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from mgi_graph.catalogue import LANGUAGES, Parameter, Question
from mgi_graph.exports import Format
from mgi_graph.index import KINDS
from mgi_graph.namespaces import shorten
from mgi_graph.web import explanations, models, pages, search, surface
from mgi_graph.web.failures import PROBLEM_TYPE
from mgi_graph.web.parameters import LONGEST_VALUE
from mgi_graph.web.questions import ANSWER_FORMATS, JSON, PAGE_FORMATS, TURTLE, XLSX
from mgi_graph.web.why import WHY_FORMATS

Schema = dict[str, Any]
_SCHEMAS = "#/components/schemas/"
_TAG = {
    "name": "questions",
    "description": "The question catalogue: stored questions, typed parameters, answers with their evidence. / "
    "Le catalogue de questions : questions enregistrées, paramètres typés, réponses avec leurs preuves.",
}
_FAILURES = {
    "BadRequest": (400, "A parameter is unknown, doubled, ambiguous or of the wrong type."),
    "NotFound": (404, "There is no such question or thing; the nearest names are given."),
    "NotAcceptable": (406, "None of the formats suits; those that would are given."),
    "Unavailable": (503, "All evaluators are busy; Retry-After says when to try again."),
    "TimedOut": (504, "The answer took longer than a query may take."),
    "TooCostly": (507, "The answer needs more memory, or is larger, than is allowed."),
}
_KINDS = {
    "iri": {
        "en": "a name, acronym, number or IRI of a thing of the class {}",
        "fr": "nom, sigle, numéro ou IRI d’un {}",
    },
    "integer": {"en": "a whole number", "fr": "nombre entier"},
    "string": {"en": "a text", "fr": "texte"},
}
_TRIPLE = {
    "subject": "a name, acronym, number, prefixed name or IRI",
    "predicate": "a property by name, prefixed name or IRI; a for rdf:type",
    "object": "a name, acronym, number, prefixed name or IRI, or a value, as it is or as in Turtle",
}
_WHY = (
    "For an inferred triple the rules and premises, down to what is asserted, with the claims, findings and pages; for "
    "any other, whether it is asserted, denied, disputed or not stated. RDF is in PROV-O. / Pour un triplet déduit, "
    "les règles et prémisses, jusqu’à ce qui est affirmé, avec les assertions, constats et pages ; pour tout autre, "
    "s’il est affirmé, nié, contesté ou non énoncé. Le RDF suit PROV-O."
)


def describe(app: FastAPI, questions: Sequence[Question]) -> None:
    """Add what can be asked to what an application says of itself; called when it has all its routes."""
    schema = app.openapi()
    schema.setdefault("servers", [{"url": "/"}])
    schema.setdefault("tags", []).append(_TAG)
    components = schema.setdefault("components", {})
    for kind, added in _components().items():
        components.setdefault(kind, {}).update(added)
    schema["paths"].update(_paths(questions))
    schema["paths"][search.PATH] = _search()
    beside = surface.paths(getattr(app.state, "data_version", ""))
    schema["paths"] |= {path: told for path, told in beside.items() if pages.serves(app, path)}


def _components() -> Schema:
    written = (models.Answer, models.Catalogue, models.Question, models.Hits, models.Problem, explanations.Why)
    _, definitions = models_json_schema(
        [(model, "serialization") for model in written], ref_template=_SCHEMAS + "{model}"
    )
    return {
        "schemas": definitions["$defs"],
        "responses": {name: _failure(text) for name, (_, text) in _FAILURES.items()},
        "parameters": {
            "lang": _parameter("lang", "Language of labels and statements, before Accept-Language.", LANGUAGES),
            "answerFormat": _format_parameter(ANSWER_FORMATS),
            "pageFormat": _format_parameter(PAGE_FORMATS),
            "whyFormat": _format_parameter(WHY_FORMATS),
        },
    }


def _paths(questions: Sequence[Question]) -> Schema:
    names = {"type": "string", "enum": [question.name for question in questions]}
    name = {"name": "name", "in": "path", "required": True, "description": "The question’s name.", "schema": names}
    paths = {
        "/questions": _operation("list_questions", "All questions", _page("Catalogue", "Catalogue"), []),
        "/questions.ttl": _operation(
            "list_questions_in_turtle",
            "All questions as sh:SPARQLExecutable",
            {"200": {"description": "The catalogue in Turtle.", "content": {TURTLE.media_types[0]: {}}}},
            [],
            form="",
        ),
        "/questions/{name}": _operation(
            "show_question", "One question", _page("Question", "Question") | _refer("NotFound"), [name]
        ),
    }
    answers = {f"/questions/{question.name}/answer": _question(question) for question in questions}
    return paths | answers | {"/why": _why()}


def _why() -> Schema:
    content = {form.media_types[0]: _content(form, "Why") for form in WHY_FORMATS}
    explained = {"200": {"description": "Why it holds, or that it does not.", "content": content}}
    parameters = [
        _parameter(name, f"The {name} of the triple: {kind}.", (), required=True) for name, kind in _TRIPLE.items()
    ]
    operation = _operation("explain_triple", "Why a triple holds", explained, parameters, form="whyFormat")
    operation["get"]["responses"] |= _refer("NotFound")
    operation["get"]["description"] = _WHY
    return operation


def _search() -> Schema:
    kinds = f"One of {', '.join(KINDS)}; or a class, as an IRI or a prefixed name such as mgi:Organisation."
    number = {"type": "integer", "minimum": 1, "maximum": search.MOST, "default": search.USUAL}
    parameters = [
        _described("q", "A name, acronym, number or IRI, or the beginning of one.", {"type": "string"}),
        _described("kind", kinds, {"type": "string"}),
        _described("limit", "How many hits to give.", number),
        {"$ref": "#/components/parameters/lang"},
    ]
    content = {JSON.media_types[0]: _content(JSON, "Hits")}
    found = {"200": {"description": "What was found, the best first.", "content": content}}
    return {
        "get": {
            "operationId": "search",
            "summary": "Search names and statements, in both languages and in spite of typing errors",
            "tags": ["search"],
            "parameters": parameters,
            "responses": found | _refer("BadRequest", "Unavailable", "TimedOut", "TooCostly"),
        }
    }


def _described(name: str, description: str, schema: Schema) -> Schema:
    bounded = {**schema, "maxLength": LONGEST_VALUE} if schema["type"] == "string" else schema
    return {"name": name, "in": "query", "required": False, "description": description, "schema": bounded}


def _question(question: Question) -> Schema:
    content = {form.media_types[0]: _content(form, "Answer") for form in ANSWER_FORMATS}
    answered = {"200": {"description": "The rows, each with its evidence.", "content": content}}
    operation = _operation(
        f"answer_{question.name.replace('-', '_')}",
        question.title["en"],
        answered,
        [_own(question, parameter) for parameter in question.params],
        form="answerFormat",
    )
    operation["get"]["description"] = "\n\n".join(question.question[language] for language in LANGUAGES)
    return operation


def _operation(
    identifier: str, summary: str, responses: Schema, parameters: Sequence[Schema], form: str = "pageFormat"
) -> Schema:
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in ("lang", form) if name]
    return {
        "get": {
            "operationId": identifier,
            "summary": summary,
            "tags": [_TAG["name"]],
            "parameters": [*parameters, *shared],
            "responses": responses | _refer("BadRequest", "NotAcceptable", "Unavailable", "TimedOut", "TooCostly"),
        }
    }


def _own(question: Question, parameter: Parameter) -> Schema:
    default = question.default(parameter.name).value
    integer = parameter.type == "integer"
    kind = {code: text.format(shorten(parameter.class_iri)) for code, text in _KINDS[parameter.type].items()}
    schema: Schema = {"type": "integer"} if integer else {"type": "string", "maxLength": LONGEST_VALUE}
    schema["default"] = int(default) if integer else default
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": " / ".join(f"{parameter.label[code]}: {kind[code]}" for code in LANGUAGES),
        "schema": schema,
    }


def _page(title: str, model: str) -> Schema:
    content = {form.media_types[0]: _content(form, model) for form in PAGE_FORMATS}
    return {"200": {"description": f"{title}.", "content": content}}


def _content(form: Format, model: str) -> Schema:
    if form == JSON:
        return {"schema": {"$ref": _SCHEMAS + model}}
    is_text = form != XLSX and not form.media_types[0].endswith("json")
    return {"schema": {"type": "string"}} if is_text else {}


def _format_parameter(offered: Sequence[Format]) -> Schema:
    return _parameter("format", "The format by name, before Accept.", [form.name for form in offered])


def _parameter(name: str, description: str, values: Sequence[str], required: bool = False) -> Schema:
    schema: Schema = (
        {"type": "string", "enum": list(values)} if values else {"type": "string", "maxLength": LONGEST_VALUE}
    )
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


def _failure(text: str) -> Schema:
    problem = {"schema": {"$ref": _SCHEMAS + "Problem"}}
    told = {media: {"schema": {"type": "string"}} for media in ("text/plain", "text/html")}
    return {"description": text, "content": {PROBLEM_TYPE: problem, **told}}


def _refer(*names: str) -> Schema:
    return {str(_FAILURES[name][0]): {"$ref": f"#/components/responses/{name}"} for name in names}
