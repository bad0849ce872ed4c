"""Why a triple holds, over HTTP: as a page, as JSON, and as PROV-O."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from mgi_graph import evidence, exports
from mgi_graph.engine.result import Engine
from mgi_graph.errors import ParameterError
from mgi_graph.namespaces import DATA_LICENCE
from mgi_graph.reasoning import telling
from mgi_graph.reasoning.explanation import Explainer, Explanation
from mgi_graph.reasoning.naming import Naming
from mgi_graph.reasoning.provenance import provenance_triples
from mgi_graph.web import pages
from mgi_graph.web.explanations import why_model
from mgi_graph.web.questions import HTML, JSON, JSON_LD, TURTLE, Wanted, read_wanted, reply_with

WHY_FORMATS = (JSON, TURTLE, JSON_LD, HTML)
"""The formats of an explanation; a client that does not care gets the first."""

PARTS = ("subject", "predicate", "object")
"""The parameters that name the triple."""


def create_router(engine: Engine) -> APIRouter:
    """The route of explanations; `openapi.describe` documents it.

    Args:
        engine: the store that is asked.
    """
    router = APIRouter(include_in_schema=False)
    desk = _Desk(engine)

    @router.api_route("/why", methods=["GET", "HEAD"])
    async def why(request: Request) -> Response:
        return await run_in_threadpool(desk.explain, request, read_wanted(request, WHY_FORMATS))

    return router


class _Desk:
    """Where explanations are asked for; an explanation may take a while."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._explainer, self._naming = engine, Explainer(engine), Naming(engine)

    def explain(self, request: Request, wanted: Wanted) -> Response:
        """Explain the triple that a request names; as a page without a triple, the fields to name one."""
        _refuse_others(wanted.given)
        named = {name: wanted.given.get(name, "").strip() for name in PARTS}
        if wanted.form == HTML and not any(named.values()):
            return self._page(request, wanted, named, None)
        if missing := [name for name, text in named.items() if not text]:
            raise ParameterError(f"Parameter {missing[0]!r} is missing.", f"Give {', '.join(PARTS)}.")
        explanation = self._explainer.explain(self._naming.triple(*(named[name] for name in PARTS)))
        if wanted.form == HTML:
            return self._page(request, wanted, named, explanation)
        reply = reply_with(wanted, self._written(explanation, wanted))
        reply.headers["Link"] = f'<{DATA_LICENCE}>; rel="license"'
        return reply

    def _written(self, explanation: Explanation, wanted: Wanted) -> str | bytes:
        if wanted.form == JSON:
            version = self._engine.describe().get("version", "")
            return why_model(explanation, wanted.language, version).model_dump_json()
        items = [item for found in explanation.evidence.values() for item in found]
        described = evidence.describe(self._engine, items)
        return exports.serialize_triples(provenance_triples(explanation, described), wanted.form)

    def _page(
        self, request: Request, wanted: Wanted, named: Mapping[str, str], explanation: Explanation | None
    ) -> Response:
        asked = {**named, "lang": wanted.language}
        links = {form.name: f"/why?{urlencode({**asked, 'format': form.name})}" for form in WHY_FORMATS if form != HTML}
        values = {"named": named, "explanation": explanation, "links": links, "telling": telling}
        page = pages.render(request, "why.html", **values)
        page.headers["Vary"] = "Accept, Accept-Language"
        return page


def _refuse_others(given: Mapping[str, str]) -> None:
    for name in given:
        if name not in PARTS:
            raise ParameterError(f"There is no parameter {name[:100]!r} here.", f"Give {', '.join(PARTS)}.")
