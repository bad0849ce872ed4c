"""Visits the pages that cost most the first time, as soon as the server runs, so that no reader waits for them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from mgi_graph.web.negotiation import LANGUAGES

_LOG = logging.getLogger(__name__)

PAGES = (
    "/",
    "/search?q=IOM",
    "/explore",
    "/doc/country/NER",
    "/why?subject=2015-36&predicate=implementedBy&object=ANLTP/TIM",
    "/questions",
    "/questions/which-laws",
    "/explore/mandates",
    "/explore/gaps",
    "/explore/timeline",
    "/explore/ratifications",
    "/explore/coverage",
    "/explore/connection?from=org/iom&to=ne/org/anpe",
    "/about",
    "/about/discrepancies",
    "/about/quality",
    "/doc/profile/ne-2021",
    "/cite",
    "/compare",
    "/dataset",
    "/shapes",
    "/sparql",
    "/doc/nothing",
    "/ontology/index.html",
    "/ontology/index.fr.html",
)
"""One page of each kind: what all of its kind need is kept ready once it was drawn."""


async def visit(app: Any, paths: Sequence[str] = PAGES) -> None:
    """Ask an application (ASGI) for pages, one after the other, in each language.

    What goes wrong is told to the log, and again to the reader who comes next.
    """
    for path in paths:
        for language in LANGUAGES:
            try:
                await app(_request(path, language), _nothing, _away)
            except Exception:
                _LOG.exception("the early visit of %s failed", path)


def _request(path: str, language: str) -> dict[str, Any]:
    """A browser's request as an application sees it (ASGI, HTTP connection scope)."""
    place, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": place,
        "raw_path": place.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"text/html"), (b"accept-language", language.encode())],
        "client": None,
        "server": ("localhost", 80),
    }


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _away(_: Any) -> None:
    """Take a part of a reply, which nobody reads."""
