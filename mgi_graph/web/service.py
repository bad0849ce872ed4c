"""The endpoint as it presents itself: its service description, a page to ask it by hand, and its part of OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from mgi_graph import metadata
from mgi_graph.exports import GRAPH_FORMATS, SOLUTION_FORMATS, media_types, serialize_triples
from mgi_graph.snapshot import Snapshot
from mgi_graph.web.documents import RDF, negotiate
from mgi_graph.web.editor import Editor
from mgi_graph.web.negotiation import prefers_html
from mgi_graph.web.problems import PLAIN
from mgi_graph.web.protocol import FORM_TYPE, QUERY_TYPE
from mgi_graph.web.sparql import PATH

Schema = dict[str, Any]

_FAILURES = {
    "400": "The query is malformed, refused, or no query of the protocol; the text says where and why.",
    "406": "No format of the result suits.",
    "408": "The body did not come in time.",
    "413": "The query is too long, too deep or of too many parts.",
    "415": "The body is of another type, charset or coding.",
    "429": "The client has used up its query time; Retry-After says when it has some again.",
    "502": "The store behind this endpoint fails.",
    "503": "All evaluators are busy; Retry-After says when to try again.",
    "504": "The query took longer than one may take.",
    "507": "The query needed more memory, or its result is larger, than is allowed.",
}


def create_router(snapshot: Snapshot, address: Callable[[Request], str], editor: Editor, federated: bool) -> APIRouter:
    """The route of the endpoint for those who come without a query.

    Args:
        snapshot: what is served.
        address: says where this server is.
        editor: makes the page for a browser.
        federated: whether SERVICE may call some other endpoint.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route(PATH, methods=["GET", "HEAD"])
    async def present(request: Request) -> Response:
        """A page for a browser; for a program the service description (SPARQL 1.1 Service Description, section 2)."""
        if prefers_html(",".join(request.headers.getlist("accept"))):
            return await run_in_threadpool(editor.page, request)
        return await run_in_threadpool(describe, request)

    def describe(request: Request) -> Response:
        form = negotiate(request, RDF).form
        said = metadata.service_description(snapshot, address(request) + PATH, federated)
        body = serialize_triples(said, form)
        return Response(body, 200, {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}, form.content_type)

    return router


def add_to(schema: Schema) -> None:
    """Add the endpoint to an OpenAPI description."""
    results = media_types((*SOLUTION_FORMATS, *GRAPH_FORMATS))
    answers: Schema = {"200": {"description": "The whole result.", "content": {media: {} for media in results}}}
    answers |= {
        status: {"description": text, "content": {PLAIN.partition(";")[0]: {"schema": {"type": "string"}}}}
        for status, text in _FAILURES.items()
    }
    asked = {name: {"type": "string"} for name in ("query", "format")}
    graphs = {f"{kind}-graph-uri": {"type": "array", "items": _IRI} for kind in ("default", "named")}
    form = {"schema": {"type": "object", "required": ["query"], "properties": asked | graphs}}
    body = {"required": True, "content": {FORM_TYPE: form, QUERY_TYPE: {"schema": {"type": "string"}}}}
    schema["paths"][PATH] = {
        "get": {
            **_operation("query_by_get", answers),
            "parameters": [_parameter(*item) for item in (asked | graphs).items()],
        },
        "post": {**_operation("query_by_post", answers), "requestBody": body},
    }


_IRI: Schema = {"type": "string", "format": "iri"}


def _operation(identifier: str, answers: Schema) -> Schema:
    return {"operationId": identifier, "summary": "Ask a SPARQL 1.1 query", "tags": ["sparql"], "responses": answers}


def _parameter(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "required": name == "query", "schema": schema}
