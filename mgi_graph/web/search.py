"""Search over HTTP: a page for people, and hits for the completion of fields and for programs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from mgi_graph.errors import ParameterError
from mgi_graph.index import KINDS, LONGEST_TEXT, Found, Hit, Index, split_at, words_of
from mgi_graph.namespaces import QUESTION, expand
from mgi_graph.snapshot import Snapshot
from mgi_graph.web import models, pages
from mgi_graph.web.documents import local_path
from mgi_graph.web.negotiation import LANGUAGES
from mgi_graph.web.parameters import LONGEST_NAME, read_parameters

PATH = "/api/search"
USUAL, MOST = 20, 100
"""How many hits there are where no `limit` is given, and at most."""

KIND_NAMES: Mapping[str, tuple[str, str]] = {
    "body": ("Bodies, states and groups", "Organismes, États et groupes"),
    "instrument": ("Laws, policies and treaties", "Lois, politiques et traités"),
    "facility": ("Facilities, systems and data", "Établissements, systèmes et données"),
    "topic": ("Dimensions, topics, groups", "Dimensions, thèmes, groupes"),
    "place": ("Places", "Lieux"),
    "event": ("Events", "Événements"),
    "question": ("Questions", "Questions"),
    "report": ("What the report says", "Ce que dit le rapport"),
    "record": ("Records and readings", "Enregistrements et lectures"),
    "source": ("Sources", "Sources"),
    "term": ("Terms of the ontology", "Termes de l’ontologie"),
    "other": ("Other", "Autres"),
}
"""The kinds of `index.KINDS` in English and French."""

_OF_EACH = 6
_METHODS = ["GET", "HEAD"]
_EXAMPLES = ("ANLTP", "2010/86", "Haut Conseil", "traite des personnes", "remittances", "1.3-p4")


def create_router(index: Index, snapshot: Snapshot) -> APIRouter:
    """The routes of search; none where other files than the graph's own are served.

    Args:
        index: what is searched.
        snapshot: what it was made from.
    """
    router = APIRouter(include_in_schema=False)
    if not snapshot.is_ours:
        return router

    @router.api_route("/search", methods=_METHODS)
    async def page(request: Request) -> Response:
        """What was found, by kind."""
        return await run_in_threadpool(_page, request, index)

    @router.api_route(PATH, methods=_METHODS)
    async def hits(request: Request) -> Response:
        """What was found, the best first."""
        return await run_in_threadpool(_hits, request, index, snapshot.version)

    return router


def _page(request: Request, index: Index) -> Response:
    given = read_parameters(request)
    reader = pages.reader_of(request)
    text = given.get("q", "")[:LONGEST_TEXT].strip()
    kind = given.get("kind", "") if given.get("kind") in KINDS else ""
    everything = index.search(text, reader.language, limit=_OF_EACH * len(KINDS), of_each=_OF_EACH)
    shown = index.search(text, reader.language, kind, limit=MOST) if kind else everything
    words = words_of(text)
    return pages.render(
        request,
        "search.html",
        asked=text,
        kind=kind,
        totals=everything.totals,
        groups=_grouped(shown.hits),
        most=MOST,
        names={name: reader.t(*names) for name, names in KIND_NAMES.items()},
        pieces=lambda said: split_at(said, words),
        place=lambda hit: reader.url(_address(hit)),
        examples=_EXAMPLES,
    )


def _hits(request: Request, index: Index, version: str) -> Response:
    given = read_parameters(request)
    language = given.pop("lang", "")
    if language not in ("", *LANGUAGES):
        raise ParameterError(f"There is no language {language[:LONGEST_NAME]!r}.", f"Ask for {' or '.join(LANGUAGES)}.")
    text, limit = given.pop("q", ""), _limit(given.pop("limit", ""))
    kind, class_iri = _among(given.pop("kind", ""))
    for name in given:
        raise ParameterError(f"There is no parameter {name[:LONGEST_NAME]!r} here.", "There are: q, kind, lang, limit.")
    chosen = language or pages.reader_of(request).language
    found = index.search(text, chosen, kind, class_iri, limit)
    headers = {
        "Cache-Control": "public, max-age=300",
        "Content-Language": chosen,
        "Vary": "Accept-Language",
        "X-Content-Type-Options": "nosniff",
    }
    body = _model(found, text, cast(models.Language, chosen), version).model_dump_json()
    return Response(body, 200, headers, "application/json")


def _limit(text: str) -> int:
    if not text:
        return USUAL
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= MOST:
        raise ParameterError(f"`limit` is a whole number from 1 to {MOST}, not {text[:LONGEST_NAME]!r}.")
    return int(text)


def _among(text: str) -> tuple[str, str]:
    """The kind or the class that `kind` names, and "" for the other."""
    if not text or text in KINDS:
        return text, ""
    if re.fullmatch(r"[a-z]+://[^\s<>\"{}|\\^`]+", iri := expand(text)):
        return "", iri
    remedy = "Give one of those offered, or a class such as mgi:Ministry."
    raise ParameterError(f"There is no kind {text[:LONGEST_NAME]!r}.", remedy, tuple(KINDS))


def _grouped(hits: Sequence[Hit]) -> dict[str, list[Hit]]:
    """The hits by kind; the kind of the best hit first."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.kind, []).append(hit)
    return groups


def _address(hit: Hit) -> str:
    return f"/questions/{hit.iri.removeprefix(QUESTION)}" if hit.kind == "question" else local_path(hit.iri)


def _model(found: Found, text: str, language: models.Language, version: str) -> models.Hits:
    hits = [
        models.Hit(
            iri=hit.iri,
            kind=hit.kind,
            label=hit.label.value,
            lang=hit.label.language or None,
            class_label=hit.class_label.value or None,
            acronym=hit.acronym or None,
            matched=hit.matched or None,
            value=hit.value,
            page=hit.page or None,
            approximate=hit.approximate,
            address=_address(hit),
        )
        for hit in found.hits
    ]
    return models.Hits(query=text, lang=language, version=version, totals=found.totals, hits=hits)
