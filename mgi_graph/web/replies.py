"""Replies to HTTP requests as bytes, kept ready for those who ask again."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Awaitable, Callable, Hashable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import brotli
import zstandard
from cachetools import LRUCache

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Headers = list[tuple[bytes, bytes]]

EXPOSED = ("Content-Location", "ETag", "Link", "Retry-After")
"""The headers that a script of another origin may read."""

CORS: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(EXPOSED).encode()),
]
_COMPRESSED_FROM_BYTES = 1000
_OVERHEAD_BYTES = 1500
_PART_BYTES = 2**18
_PART_SECONDS = 30
_EMPTY = (204, 304)
_CONDITIONAL = ("GET", "HEAD")


@dataclass(frozen=True)
class Reply:
    """A whole reply: status, headers (lower case), body, and the entity tag that stands among the headers."""

    status: int
    headers: Headers
    body: bytes = b""
    etag: bytes = b""

    async def send(self, send: Send, method: str, if_none_match: bytes = b"") -> int:
        """Send it (ASGI); to HEAD only the headers, and to GET and HEAD 304 where the client has it already.

        Returns:
            The status that was sent.
        """
        status, body = self.status, self.body
        if method in _CONDITIONAL and self.etag and if_none_match and is_known(if_none_match, self.etag):
            status, body = 304, b""
        length = [] if status in _EMPTY else [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": self.headers + length})
        with suppress(TimeoutError):  # who does not take the result is cut off
            await _send_body(send, b"" if method == "HEAD" else body)
        return status


async def _send_body(send: Send, body: bytes) -> None:
    """Send a body, a long one in parts.

    Raises:
        TimeoutError: a part was not taken in time.
    """
    if len(body) <= _PART_BYTES:
        await send({"type": "http.response.body", "body": body})
        return
    for start in range(0, len(body), _PART_BYTES):
        end = start + _PART_BYTES
        part = {"type": "http.response.body", "body": body[start:end], "more_body": end < len(body)}
        await asyncio.wait_for(send(part), _PART_SECONDS)


def is_known(if_none_match: bytes, etag: bytes) -> bool:
    """Whether If-None-Match names an entity tag (RFC 9110, section 13.1.2: the weak comparison)."""
    etag = etag.removeprefix(b"W/")
    return any(tag.strip().removeprefix(b"W/") in (etag, b"*") for tag in if_none_match.split(b","))


def entity_tag(*parts: bytes | str) -> bytes:
    """A strong entity tag for what the parts say together."""
    whole = b"\0".join([part.encode() if isinstance(part, str) else part for part in parts])
    return b'"%s"' % hashlib.blake2b(whole, digest_size=12).hexdigest().encode()


def is_worth_compressing(body: bytes) -> bool:
    """Whether a body is so long that a coding saves something."""
    return len(body) >= _COMPRESSED_FROM_BYTES


def compress(body: bytes, coding: str) -> bytes:
    """Apply a content coding: "br", "zstd" or "gzip"."""
    if coding == "br":
        return bytes(brotli.compress(body, quality=5))
    if coding == "zstd":
        return zstandard.compress(body, 6)
    return gzip.compress(body, 6, mtime=0)


class ReplyCache:
    """Replies that were given, within a bound of memory; the one unused longest goes first.

    `_meanings` leads from a request, byte for byte, to what it asks for; `_replies` from there to the reply.

    Args:
        size: how many bytes all replies may take together; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._replies: LRUCache[Hashable, tuple[Reply, int]] = LRUCache(size, getsizeof=lambda kept: kept[1])
        self._meanings: LRUCache[Hashable, tuple[Hashable, int]] = LRUCache(size // 4, getsizeof=lambda kept: kept[1])

    def find(self, request: Hashable) -> Reply | None:
        """The reply to a request that was seen before."""
        meaning = self._meanings.get(request)
        return None if meaning is None else self.recall(meaning[0])

    def recall(self, meaning: Hashable) -> Reply | None:
        """The reply to another request that asked for the same."""
        kept = self._replies.get(meaning)
        return None if kept is None else kept[0]

    def keep(self, request: Hashable, meaning: Hashable, reply: Reply, size: int) -> None:
        """Keep a reply to a request of `size` bytes; what is larger than all that may be kept is not."""
        whole = size + len(reply.body) + _OVERHEAD_BYTES
        if whole <= self._replies.maxsize:
            self._replies[meaning] = (reply, whole)
        if size + _OVERHEAD_BYTES <= self._meanings.maxsize:
            self._meanings[request] = (meaning, size + _OVERHEAD_BYTES)
