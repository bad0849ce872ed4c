"""The dataset over HTTP: what it is (DCAT, VoID), and the files in which it can be had."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC
from email.utils import format_datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from mgi_graph import metadata
from mgi_graph.dumps import CHECKSUMS, Dump
from mgi_graph.errors import SnapshotError
from mgi_graph.library import serialize
from mgi_graph.snapshot import Snapshot, read_snapshot
from mgi_graph.web import pages
from mgi_graph.web.documents import (
    DESCRIPTION_FORMATS,
    HTML,
    RDF,
    Document,
    Wanted,
    finish,
    negotiate,
    see_other,
    send,
    split_ending,
    unless_known,
)
from mgi_graph.web.negotiation import prefers_html

Address = Callable[[Request], str]
_METHODS = ["GET", "HEAD"]
_FOR_EVER = "public, max-age=31536000, immutable"
_SHOWN = 20
_VERSION = re.compile("[0-9a-f]{12}")


def create_router(snapshot: Snapshot, address: Address) -> APIRouter:
    """The routes of the dataset's description and of the dumps.

    Args:
        snapshot: what is served.
        address: says where this server is.
    """
    router = APIRouter(include_in_schema=False)
    desk = Desk(snapshot, address)

    @router.api_route("/.well-known/void", methods=_METHODS)
    async def well_known(request: Request) -> Response:
        """What VoID (section 7.2) asks for: the description as RDF; a browser is led to the page."""
        if prefers_html(",".join(request.headers.getlist("accept"))):
            return see_other(request, "/dataset")
        return await run_in_threadpool(desk.describe, request, negotiate(request, RDF))

    @router.api_route("/dataset", methods=_METHODS)
    @router.api_route("/dataset.{ending}", methods=_METHODS)
    async def dataset(request: Request) -> Response:
        """The description as a page or as RDF."""
        place, form = split_ending(request.url.path, DESCRIPTION_FORMATS)
        if place != "/dataset":
            raise HTTPException(404, "The dataset is described at /dataset.")
        wanted = Wanted(form, negotiated=False) if form else negotiate(request, DESCRIPTION_FORMATS)
        return await run_in_threadpool(desk.describe, request, wanted)

    @router.api_route("/dumps/{version}/{name:path}", methods=_METHODS)
    async def dump(request: Request, version: str, name: str) -> Response:
        """A dump: at this address never other bytes."""
        return await run_in_threadpool(desk.dump, request, version, name)

    @router.api_route("/dumps/{name}", methods=_METHODS)
    async def newest(request: Request, name: str) -> Response:
        """Lead to the dump of this name in the version that is served."""
        return see_other(request, metadata.dump_path(snapshot, desk.find(name)), "")

    return router


class Desk:
    """Where the dataset is asked for.

    Args:
        snapshot, address: as `create_router` takes them.
    """

    def __init__(self, snapshot: Snapshot, address: Address) -> None:
        self._snapshot, self._address = snapshot, address

    def describe(self, request: Request, wanted: Wanted) -> Response:
        """Send the description."""
        address = self._address(request)
        document = Document("/dataset", metadata.dataset_iri(self._snapshot, address))
        if wanted.form != HTML:
            triples = metadata.dataset_description(self._snapshot, address)
            return send(request, document, wanted, serialize(triples, wanted.form))
        page = pages.render(
            request,
            "dataset.html",
            snapshot=self._snapshot,
            document=document,
            about=metadata,
            dumps=[(dump, metadata.dump_path(self._snapshot, dump)) for dump in self._snapshot.dumps],
            shown=_SHOWN,
        )
        return finish(request, document, wanted, page)

    def find(self, name: str, snapshot: Snapshot | None = None) -> Dump:
        """The dump of this name, in the snapshot that is served or another.

        Raises:
            HTTPException: there is none.
        """
        for dump in (snapshot or self._snapshot).dumps:
            if dump.name == name:
                return dump
        raise HTTPException(404, f"There is no such dump; /dataset and {CHECKSUMS} list those that there are.")

    def dump(self, request: Request, version: str, name: str) -> Response:
        """Send a dump, or 304."""
        snapshot = self._snapshot if version == self._snapshot.version else self._older(version)
        dump = self.find(name, snapshot)
        kind = "application/gzip" if dump.compressed else f"{dump.media_type}; charset=utf-8"
        headers = {
            "ETag": f'"{dump.sha256}"',
            "Cache-Control": _FOR_EVER,
            "Last-Modified": format_datetime(snapshot.made.astimezone(UTC), usegmt=True),
            "X-Content-Type-Options": "nosniff",
        }
        filename = name.rpartition("/")[2]
        path = snapshot.dump_path(dump)
        return unless_known(request, FileResponse(path, 200, headers, kind, filename=filename))

    def _older(self, version: str) -> Snapshot:
        """Another version that still lies beside the one that is served, so that no download breaks off."""
        folder = self._snapshot.path.with_name(version)
        if _VERSION.fullmatch(version) and folder.is_dir():
            with contextlib.suppress(SnapshotError):
                return read_snapshot(folder)
        raise HTTPException(404, f"That version is not served here; {self._snapshot.version} is.")
