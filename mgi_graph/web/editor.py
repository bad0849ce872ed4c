"""The page on which a query is written: its first text, its examples, and the terms that it can be completed with."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from functools import lru_cache

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from mgi_graph.answers import understand
from mgi_graph.catalogue import LANGUAGES, TAGS, Question
from mgi_graph.engine.result import Engine
from mgi_graph.errors import UnknownQuestionError
from mgi_graph.exports import GRAPH_FORMATS, SOLUTION_FORMATS
from mgi_graph.namespaces import PREFIXES
from mgi_graph.search import fold
from mgi_graph.snapshot import Snapshot
from mgi_graph.vocabulary import read_vocabulary
from mgi_graph.web import pages
from mgi_graph.web.documents import language_of, unless_known
from mgi_graph.web.replies import entity_tag

_FIRST = """PREFIX mgi: <{mgi}>
PREFIX skos: <{skos}>
SELECT ?body ?name (COUNT(?law) AS ?laws) WHERE {{
  ?body mgi:implements ?law ; skos:prefLabel ?name .
  FILTER(LANG(?name) = "{lang}")
}} GROUP BY ?body ?name ORDER BY DESC(?laws) (STR(?name))"""
_POLICY = "Content-Security-Policy"
_STYLES = "style-src 'self'"
_LONGEST_NAME = 100


class Editor:
    """Makes the page of the editor and what it completes with.

    Args:
        engine: the store whose terms are offered.
        questions: the catalogue, which gives the examples.
        snapshot: what is served; its census says how often a term is used.
    """

    def __init__(self, engine: Engine, questions: Sequence[Question], snapshot: Snapshot) -> None:
        self._engine, self._snapshot = engine, snapshot
        self._by_name = {question.name: question for question in questions}
        self._written = lru_cache(len(LANGUAGES))(self._write_terms)

    def create_router(self) -> APIRouter:
        """The route of the terms."""
        router = APIRouter(include_in_schema=False)

        @router.api_route("/sparql/terms", methods=["GET", "HEAD"])
        async def terms(request: Request) -> Response:
            return await run_in_threadpool(self.terms, request)

        return router

    def page(self, request: Request) -> Response:
        """The editor with a first query, or with that of `question=` and its parameters.

        The editor's library writes its styles into the page; a nonce allows that here, and nothing else is allowed.

        Raises:
            UnknownQuestionError, ParameterError: there is no such question, or parameter, or name.
        """
        nonce = secrets.token_urlsafe(16)
        page = pages.render(
            request,
            "sparql.html",
            query=self._first(request.query_params, language_of(request)),
            groups=self._examples(language_of(request)),
            formats=[(form.name, form.media_types[0]) for form in SOLUTION_FORMATS],
            graph_formats=[(form.name, form.media_types[0]) for form in GRAPH_FORMATS],
            nonce=nonce,
        )
        page.headers[_POLICY] = page.headers[_POLICY].replace(_STYLES, f"{_STYLES} 'nonce-{nonce}'")
        page.headers["Cache-Control"] = "no-store"
        return page

    def terms(self, request: Request) -> Response:
        """The prefixes, classes and properties as JSON, with labels and definitions in one language."""
        language = language_of(request)
        body = self._written(language)
        headers = {
            "ETag": "W/" + entity_tag(body).decode(),
            "Cache-Control": "no-cache",
            "Vary": "Accept-Language",
            "Content-Language": language,
            "X-Content-Type-Options": "nosniff",
        }
        return unless_known(request, Response(body, 200, headers, "application/json"))

    def _first(self, given: Mapping[str, str], language: str) -> str:
        name = given.get("question")
        if name is None:
            return _FIRST.format(mgi=PREFIXES["mgi"], skos=PREFIXES["skos"], lang=language)
        if name not in self._by_name:
            raise UnknownQuestionError(name[:_LONGEST_NAME], ())
        question = self._by_name[name]
        asked = {key: value for key, value in given.items() if key not in ("question", "lang", "version") and value}
        return question.plain(understand(self._engine, question, asked, language), language)

    def _examples(self, language: str) -> list[tuple[str, list[Question]]]:
        groups: dict[str, list[Question]] = {}
        for question in self._by_name.values():
            tag = question.tags[0] if question.tags else ""
            groups.setdefault(TAGS[tag][language] if tag in TAGS else tag, []).append(question)
        return sorted(groups.items(), key=lambda group: fold(group[0]))

    def _write_terms(self, language: str) -> bytes:
        terms = [
            {
                "iri": term.iri,
                "name": term.name,
                "kind": term.kind,
                "label": term.labels.get(language) or term.labels.get("en", ""),
                "definition": term.definitions.get(language) or term.definitions.get("en", ""),
                "uses": term.uses,
            }
            for term in read_vocabulary(self._engine, self._snapshot.census)
        ]
        return json.dumps({"prefixes": PREFIXES, "terms": terms}, ensure_ascii=False).encode()
