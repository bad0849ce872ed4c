"""What an operator asks: is it alive, what does it serve, what has it done."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from mgi_graph import __version__
from mgi_graph.snapshot import Snapshot
from mgi_graph.web.metrics import CONTENT_TYPE, Metrics

_FRESH = {"Cache-Control": "no-store"}
_METHODS = ["GET", "HEAD"]


class Health(BaseModel):
    """That the server lives, and what it serves."""

    status: str
    program: str
    snapshot: str
    triples: int


def create_router(snapshot: Snapshot, metrics: Metrics) -> APIRouter:
    """The routes for operation."""
    router = APIRouter(tags=["operation"])
    state = Health(status="ok", program=__version__, snapshot=snapshot.version, triples=snapshot.triples)

    @router.get("/health")
    @router.api_route("/health", methods=_METHODS, include_in_schema=False)
    async def health(response: Response) -> Health:
        """Whether the server lives, the version of the program, and the version and size of the snapshot."""
        response.headers.update(_FRESH)
        return state

    @router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE: {}}}})
    @router.api_route("/metrics", methods=_METHODS, include_in_schema=False, response_class=Response)
    async def figures() -> Response:
        """Counters in Prometheus' text format."""
        return Response(metrics.render(), headers=_FRESH, media_type=CONTENT_TYPE)

    return router
