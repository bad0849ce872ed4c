"""Every IRI of the graph resolves: things lead to the documents that describe them, documents come in several forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from mgi_graph.description import Describer, document_triples
from mgi_graph.engine.result import Engine
from mgi_graph.errors import NotInGraphError
from mgi_graph.exports import Format
from mgi_graph.library import ONTOLOGY_FILE, SHAPES_FILE, Library, serialize
from mgi_graph.namespaces import BASE, DOC, GRAPH, ID, ONTOLOGY, SHAPES_DOCUMENT
from mgi_graph.snapshot import Snapshot
from mgi_graph.web import pages
from mgi_graph.web.documents import (
    DESCRIPTION_FORMATS,
    HTML,
    QUADS,
    Document,
    Wanted,
    finish,
    language_of,
    local_path,
    negotiate,
    see_other,
    send,
    split_ending,
)
from mgi_graph.web.negotiation import prefers_html
from mgi_graph.web.things import ThingPages

Address = Callable[[Request], str]
_GRAPH_FORMATS = (*DESCRIPTION_FORMATS, *QUADS)
_LONGEST_PATH = 1000
_METHODS = ["GET", "HEAD"]
_REFERENCE_PATH = "/ontology/"
_REFERENCE_HEADERS = {"Cache-Control": "public, max-age=300", **pages.SECURITY}


def create_router(engine: Engine, snapshot: Snapshot, address: Address) -> APIRouter:
    """The routes below which the graph's own IRIs lie; none where other files than the graph's own are served.

    Args:
        engine: the store that answers.
        snapshot: what it answers from; the whole documents come from its dumps.
        address: says where this server is.
    """
    router = APIRouter(include_in_schema=False)
    if not snapshot.is_ours:
        return router
    desk = Desk(engine, Library(snapshot), address)
    for path, answer in (
        ("/id/{name:path}", desk.thing),
        ("/doc/{name:path}", desk.document),
        ("/ontology", desk.ontology),
        ("/ontology/{name:path}", desk.ontology),
        ("/ontology.{name}", desk.ontology),
        ("/shapes", desk.shapes),
        ("/shapes.{name}", desk.shapes),
        ("/graph/{name:path}", desk.graph),
    ):
        router.add_api_route(path, _in_thread(answer), methods=_METHODS)
    return router


class Desk:
    """Where documents are asked for: each method answers one request, and may take a while.

    Args:
        engine, address: as `create_router` takes them.
        library: the whole documents.
    """

    def __init__(self, engine: Engine, library: Library, address: Address) -> None:
        self._describer, self._library, self._address = Describer(engine), library, address
        self._things = ThingPages(engine, self._describer, library.snapshot.version)

    def thing(self, request: Request) -> Response:
        """Lead from a thing to the document that describes it, in the form that is wanted."""
        form = negotiate(request, DESCRIPTION_FORMATS).form
        for iri in _named(request, "/id/", ID):
            if self._describer.knows(iri):
                document = Document(local_path(iri))
                return see_other(request, document.path if form == HTML else document.at(form))
        return self._unknown(request, _named(request, "/id/", ID)[0])

    def document(self, request: Request) -> Response:
        """Send the description of a thing."""
        candidates = _named(request, "/doc/", ID)
        for iri in candidates:
            if self._describer.knows(iri):
                return self._described(request, iri, negotiate(request, DESCRIPTION_FORMATS))
        for name in candidates:
            iri, form = split_ending(name, DESCRIPTION_FORMATS)
            if form and self._describer.knows(iri):
                return self._described(request, iri, Wanted(form, negotiated=False))
        return self._unknown(request, split_ending(candidates[0], DESCRIPTION_FORMATS)[0])

    def ontology(self, request: Request) -> Response:
        """Send the ontology: its file, what that says in another format, or the reference that is made from it."""
        path = request.url.path
        if path.startswith(_REFERENCE_PATH) and (page := self._reference(path.removeprefix(_REFERENCE_PATH))):
            return page
        place, wanted = _wanted(request, path, DESCRIPTION_FORMATS)
        if BASE + place.removeprefix("/") not in (ONTOLOGY, *self._library.ontology_versions):
            versions = ", ".join(version.removeprefix(BASE) for version in self._library.ontology_versions)
            raise HTTPException(404, f"There is no such version of the ontology; there is {versions or 'none'}.")
        if wanted.form == HTML:
            from mgi_graph.reference import PAGES

            return see_other(request, _REFERENCE_PATH + PAGES[language_of(request)], "Accept, Accept-Language")
        return send(request, Document(place, ONTOLOGY), wanted, self._whole(ONTOLOGY_FILE, wanted.form))

    def shapes(self, request: Request) -> Response:
        """Send the shapes."""
        place, wanted = _wanted(request, request.url.path, DESCRIPTION_FORMATS)
        if place != "/shapes":
            raise HTTPException(404, "The shapes are at /shapes.")
        document = Document(place, SHAPES_DOCUMENT)
        if wanted.form != HTML:
            return send(request, document, wanted, self._whole(SHAPES_FILE, wanted.form))
        values = {"shapes": self._library.shapes, "document": document}
        return finish(request, document, wanted, pages.render(request, "shapes.html", **values))

    def graph(self, request: Request) -> Response:
        """Send a named graph, and what is known of it."""
        place, wanted = _wanted(request, request.url.path, _GRAPH_FORMATS)
        facts = self._library.graph(BASE + place.removeprefix("/"))
        if not facts:
            known = ", ".join(graph.iri.removeprefix(GRAPH) for graph in self._library.snapshot.graphs)
            raise HTTPException(404, f"There is no such graph; there are: {known}.")
        document = Document(local_path(facts.iri), facts.iri, _GRAPH_FORMATS)
        if wanted.form == HTML:
            dump = self._library.find(self._library.graph_dump(facts))
            values = {"facts": facts, "document": document, "dump": dump, "snapshot": self._library.snapshot}
            return finish(request, document, wanted, pages.render(request, "graph.html", **values))
        quads = self._library.graph_quads(facts, self._address(request))
        return send(request, document, wanted, serialize(quads, wanted.form))

    def _described(self, request: Request, iri: str, wanted: Wanted) -> Response:
        document = Document(local_path(iri), iri)
        if wanted.form == HTML:
            page = finish(request, document, wanted, self._things.draw(request, iri, document))
            if "part" in request.query_params:  # a list of the page is not the document
                del page.headers["Content-Location"]
            return page
        description = self._describer.describe(iri)
        triples = _ordered([*document_triples(description), *description.triples], iri)
        return send(request, document, wanted, serialize(triples, wanted.form))

    def _unknown(self, request: Request, iri: str) -> Response:
        """Say that the graph knows nothing of an IRI, and what it knows of like names.

        Raises:
            NotInGraphError: no page is wanted.
        """
        nearest = self._describer.nearest(iri, language_of(request))
        if not prefers_html(",".join(request.headers.getlist("accept"))):
            raise NotInGraphError(iri, [f"{thing.label}  <{thing.iri}>" for thing in nearest])
        response = pages.render(request, "unknown.html", iri=iri, nearest=nearest)
        response.status_code = 404
        response.headers.update({"Vary": "Accept, Accept-Language", "Cache-Control": "no-store"})
        return response

    def _whole(self, name: str, form: Format) -> bytes:
        """A document in a form: the file itself where it is in that form."""
        if form.name == "turtle":
            return self._library.path(name).read_bytes()
        return serialize(self._library.triples(name), form)

    def _reference(self, name: str) -> Response | None:
        from mgi_graph import reference

        if name == reference.STYLE:
            return Response(reference.reference_style(), 200, _REFERENCE_HEADERS, "text/css; charset=utf-8")
        for language, page in reference.PAGES.items():
            if name == page:
                html = _reference_page(self._library, language)
                headers = _REFERENCE_HEADERS | {"Content-Language": language}
                return Response(html, 200, headers, "text/html; charset=utf-8")
        return None


@cache
def _reference_page(library: Library, language: str) -> str:
    from mgi_graph import reference

    return reference.reference_page(library.path(ONTOLOGY_FILE), language)


def _in_thread(answer: Callable[[Request], Response]) -> Callable[[Request], Any]:
    async def route(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return route


def _named(request: Request, prefix: str, space: str) -> list[str]:
    """The IRIs that a path may mean: as it was sent, and with its percent-encoding taken off."""
    raw = request.scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
    paths = dict.fromkeys((request.scope["path"], raw))
    return [space + path.removeprefix(prefix)[:_LONGEST_PATH] for path in paths if path.startswith(prefix)]


def _wanted(request: Request, path: str, formats: tuple[Format, ...]) -> tuple[str, Wanted]:
    """The path of a document without the ending of a form, and the form that the ending or the headers want."""
    place, form = split_ending(path, formats)
    return (place, Wanted(form, negotiated=False)) if form else (path, negotiate(request, formats))


def _ordered(triples: Sequence[ox.Triple], iri: str) -> list[ox.Triple]:
    """Triples of one subject together: the document, the thing, then the others."""
    ranks = {DOC + iri.removeprefix(ID): 0, iri: 1}

    def key(triple: ox.Triple) -> tuple[int, str]:
        subject = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""
        return ranks.get(subject, 2), subject

    return sorted(triples, key=key)
