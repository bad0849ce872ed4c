"""The files that pages load: scripts, styles and vendored libraries, at addresses that never give other bytes."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from mgi_graph.web.negotiation import choose_coding
from mgi_graph.web.replies import compress, entity_tag, is_known, is_worth_compressing

FOLDER = Path(__file__).parent / "static"
PATH = "/static"
_FOR_EVER = "public, max-age=31536000, immutable"
_FRESH = "public, no-cache"
_PACKED = ("image/png", "font/woff2")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".md": "text/markdown"}


@dataclass(frozen=True)
class Asset:
    """A file: its media type, its bytes, and its entity tag."""

    media_type: str
    body: bytes
    etag: str


def create_router() -> APIRouter:
    """The route of the files: under `/static/<version>/` for ever, right under `/static/` as they are now."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(PATH + "/{path:path}", methods=["GET", "HEAD"])
    async def file(request: Request, path: str) -> Response:
        first, _, rest = path.partition("/")
        fixed = first == version()
        asset = assets().get(rest if fixed else path)
        if asset is None:
            raise HTTPException(404, "There is no such file.")
        coding = choose_coding(request.headers.get("accept-encoding", ""))
        return await run_in_threadpool(_send, request, asset, coding, _FOR_EVER if fixed else _FRESH)

    @router.api_route("/favicon.ico", methods=["GET", "HEAD"])
    async def icon(request: Request) -> Response:
        return await run_in_threadpool(_send, request, assets()["icon.svg"], "", _FRESH)

    return router


def address(path: str) -> str:
    """The address of a file of `static/`; what it names relatively, as a module its imports, is of this version too.

    Raises:
        KeyError: there is no such file.
    """
    if path not in assets():
        raise KeyError(path)
    return f"{PATH}/{version()}/{path}"


@cache
def assets() -> Mapping[str, Asset]:
    """All files by their path in `static/`."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): _read(path) for path in paths}


@cache
def version() -> str:
    """The version of all files together, 10 hex digits."""
    names = "\n".join(f"{path} {asset.etag}" for path, asset in assets().items())
    return hashlib.blake2b(names.encode(), digest_size=5).hexdigest()


def _read(path: Path) -> Asset:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    body = path.read_bytes()
    return Asset(f"{kind}; charset=utf-8" if kind.startswith("text/") else kind, body, entity_tag(body).decode())


@cache
def _compressed(body: bytes, coding: str) -> bytes:
    return compress(body, coding)


def _send(request: Request, asset: Asset, coding: str, lifetime: str) -> Response:
    headers = {
        "ETag": f"W/{asset.etag}",
        "Cache-Control": lifetime,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if is_known(request.headers.get("if-none-match", "").encode("latin-1"), headers["ETag"].encode()):
        return Response(status_code=304, headers=headers)
    body = asset.body
    if coding and is_worth_compressing(body) and asset.media_type not in _PACKED:
        body, headers["Content-Encoding"] = _compressed(body, coding), coding
    return Response(body, 200, headers, asset.media_type)
