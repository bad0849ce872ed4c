"""How to cite, over HTTP: the formats of a citation, and `/cite` for a thing or the whole dataset."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from mgi_graph import citations
from mgi_graph.citations import Citation
from mgi_graph.engine.result import Engine
from mgi_graph.exports import Format
from mgi_graph.namespaces import DATASET, expand
from mgi_graph.web import pages
from mgi_graph.web.documents import language_of
from mgi_graph.web.negotiation import choose_format, named_format

HTML = Format("html", ("text/html",))
TEXT = Format("text", ("text/plain",))
BIBTEX = Format("bibtex", ("application/x-bibtex", "text/x-bibtex"))
CSL = Format("csl", ("application/vnd.citationstyles.csl+json",))
JSON = Format("json", ("application/json",))
RIS = Format("ris", ("application/x-research-info-systems",))

CITATION_FORMATS = (TEXT, BIBTEX, CSL, RIS)
"""The formats of a citation."""

ENDINGS = {"json": "json", "text": "txt", "bibtex": "bib", "csl": "json", "ris": "ris"}
NAMES = {"text": "text", "bibtex": "BibTeX", "csl": "CSL-JSON", "ris": "RIS"}
_LONGEST_IRI = 2000


def create_router(engine: Engine) -> APIRouter:
    """The route `/cite?iri=…&format=…`; without an IRI it cites the dataset, for a browser it is a page.

    Args:
        engine: the store whose things are cited.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/cite", methods=["GET", "HEAD"])
    async def cite(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    def answer(request: Request) -> Response:
        named, offered = request.query_params.get("format"), (HTML, *CITATION_FORMATS, JSON)
        accept = ",".join(request.headers.getlist("accept"))
        form = named_format(named, offered) if named else choose_format(accept, offered)
        iri = expand(request.query_params.get("iri", "").strip()[:_LONGEST_IRI]) or DATASET
        language = language_of(request)
        citation = citations.cite_thing(engine, iri, citations.edition_of(engine), language)
        if form != HTML:
            return send(citation, form, language)
        page = pages.render(request, "cite.html", iri=iri, citation=citation, texts=texts(citation, language))
        page.headers["Vary"] = "Accept, Accept-Language"
        return page

    return router


def write(citation: Citation, form: Format, language: str) -> str:
    """Write a citation in one of `CITATION_FORMATS`, or CSL-JSON as plain JSON."""
    if form == TEXT:
        return citations.as_text(citation, language)
    writers: dict[str, Callable[[Citation], str]] = {
        "bibtex": citations.as_bibtex,
        "csl": citations.as_csl,
        "json": citations.as_csl,
        "ris": citations.as_ris,
    }
    return writers[form.name](citation)


def texts(citation: Citation, language: str) -> list[tuple[str, str, str]]:
    """A citation in every format, as (name in an address, name for a person, text)."""
    return [(form.name, NAMES[form.name], write(citation, form, language)) for form in CITATION_FORMATS]


def send(citation: Citation, form: Format, language: str) -> Response:
    """Send a citation as `write` does; what a reference manager reads comes as a file."""
    headers = {
        "Vary": "Accept, Accept-Language",
        "Content-Language": language,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }
    if form != TEXT:
        headers["Content-Disposition"] = f'attachment; filename="{citation.main.key}.{ENDINGS[form.name]}"'
    kind = form.media_types[0]
    plain = kind if kind.endswith("json") else f"{kind}; charset=utf-8"
    return Response(write(citation, form, language), 200, headers, plain)
