"""The pages on which a reader sees whether to trust the graph: method, rights, discrepancies, quality, versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from mgi_graph import __version__, citations
from mgi_graph.discrepancies import Discrepancy, kinds_of, read_discrepancies
from mgi_graph.engine.result import Engine
from mgi_graph.figures import Figures, count
from mgi_graph.labels import labels_of
from mgi_graph.metadata import PUBLISHER
from mgi_graph.namespaces import BASE
from mgi_graph.search import fold
from mgi_graph.snapshot import INFERRED, Snapshot
from mgi_graph.sources import find_document
from mgi_graph.web import pages
from mgi_graph.web.documents import language_of
from mgi_graph.web.settings import Settings

if TYPE_CHECKING:
    from markdown_it.token import Token

_LONGEST = 2000
_QUALITY = {"en": "docs/data-quality.md", "fr": "docs/data-quality.fr.md"}


def create_router(engine: Engine, snapshot: Snapshot, settings: Settings) -> APIRouter:
    """The routes under `/about`.

    Args:
        engine: the store.
        snapshot: what is served.
        settings: where errors are reported.
    """
    router = APIRouter(include_in_schema=False)
    desk = Desk(engine, snapshot, settings)

    def add(path: str, answer: Callable[[Request], Response]) -> None:
        async def route(request: Request) -> Response:
            return await run_in_threadpool(answer, request)

        router.add_api_route(path, route, methods=["GET", "HEAD"])

    add("/about", desk.about)
    add("/about/discrepancies", desk.discrepancies)
    add("/about/quality", desk.quality)
    add("/about/report", desk.report)
    return router


class Desk:
    """Where these pages are asked for.

    Args:
        engine, snapshot, settings: as `create_router` takes them.
    """

    def __init__(self, engine: Engine, snapshot: Snapshot, settings: Settings) -> None:
        self._engine, self._snapshot, self._settings = engine, snapshot, settings

    def about(self, request: Request) -> Response:
        """Method, sources, rights, what is inferred, versions and changes, what the graph does not hold."""
        edition = citations.edition_of(self._engine)
        language = language_of(request)
        graphs = {facts.iri: facts for facts in self._snapshot.graphs}
        return pages.render(
            request,
            "about.html",
            snapshot=self._snapshot,
            inferred=graphs.get(INFERRED),
            asserted=sum(graphs[iri].triples for iri in self._asserted),
            citation=citations.cite_dataset(self._engine, edition, language),
            number_of_discrepancies=len(self._discrepancies),
            changes=_rendered("CHANGELOG.md", 2),
        )

    def discrepancies(self, request: Request) -> Response:
        """Every discrepancy, or those of a kind (`kind=`, the last part of its IRI) that have the words of `q=`."""
        language = language_of(request)
        kind = request.query_params.get("kind", "")[:_LONGEST]
        words = request.query_params.get("q", "")[:_LONGEST]
        of_kind = [one for one in self._discrepancies if not kind or one.kind.iri.rpartition("/")[2] == kind]
        found = [one for one in of_kind if all(word in self._folded(one.iri) for word in fold(words).split())]
        kinds = [(record, number, record.iri.rpartition("/")[2]) for record, number in kinds_of(self._discrepancies)]
        shown = {"kinds": kinds, "kind": kind, "sought": words, "all": len(self._discrepancies)}
        return pages.render(request, "discrepancies.html", found=found, language=language, **shown)

    def quality(self, request: Request) -> Response:
        """The figures of the graph as it is, and how it was read and checked."""
        language = language_of(request)
        text = _rendered(_QUALITY[language], 1) or _rendered(_QUALITY["en"], 1)
        written = language if find_document(_QUALITY[language]) else "en"
        return pages.render(
            request, "quality.html", figures=self._figures, labels=self._labels, text=text, text_language=written
        )

    def report(self, request: Request) -> Response:
        """How to report an error: a text with IRI, page and version, to send or to copy."""
        language = language_of(request)
        iri, page = (request.query_params.get(name, "").strip()[:_LONGEST] for name in ("iri", "page"))
        subject, text = _written(iri, page, self._snapshot.version, language)
        target = _target(self._settings.report_url, subject, text)
        return pages.render(
            request,
            "report.html",
            iri=iri,
            page=page,
            subject=subject,
            text=text,
            target=target,
            mail=_mail("", subject, text),
            server=request.url.netloc,
            publisher=PUBLISHER,
            served=self._snapshot.version,
        )

    @property
    def _asserted(self) -> list[str]:
        """The named graphs that come from a file that people edit."""
        return [facts.iri for facts in self._snapshot.graphs if facts.file]

    @cached_property
    def _discrepancies(self) -> tuple[Discrepancy, ...]:
        return read_discrepancies(self._engine)

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {one.iri: fold(" ".join(_said(one))) for one in self._discrepancies}

    def _folded(self, iri: str) -> str:
        return self._texts[iri]

    @cached_property
    def _figures(self) -> Figures:
        return count(self._engine, self._asserted)

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        counts = (*self._figures.by_class, *self._figures.by_section, *self._figures.by_dimension)
        return labels_of(self._engine, [ox.NamedNode(iri) for one in counts for iri in one.iris])


def _said(one: Discrepancy) -> list[str]:
    """All texts of a discrepancy, to be found by."""
    records = (*one.involves, *one.prefers, *one.sources)
    labels = [label for record in records for label in record.label.values()]
    readings = [text for said in one.readings.values() for text in said]
    return [one.name, *one.explanation.values(), *readings, *labels, *(f"p. {page}" for page in one.pages)]


@lru_cache(8)
def _rendered(name: str, deeper: int) -> Markup:
    """A document as HTML, its headings so many levels deeper; raw HTML in it stays text."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("table_open", _open_table)
    markdown.add_render_rule("table_close", _close_table)
    tokens = markdown.parse(find_document(name))
    number = 0
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + deeper, 6)}"
        elif token.type == "table_open":
            number += 1
            token.meta["number"] = number
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))


def _open_table(_: object, tokens: Sequence[Token], place: int, *__: object) -> str:
    """A table that scrolls by itself where it is too wide."""
    name = f"Table {tokens[place].meta['number']}"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{name}"><table>'


def _close_table(*_: object) -> str:
    return "</table></div>"


def _written(iri: str, page: str, version: str, language: str) -> tuple[str, str]:
    """Subject and text of a report."""
    name = iri.removeprefix(BASE) or page
    words = {
        "en": (
            "Error in MGI Graph: {}",
            "What is wrong:\n\n\nWhat would be right, and where that is stated:\n\n",
            "Thing",
            "Page",
        ),
        "fr": (
            "Erreur dans MGI Graph : {}",
            "Ce qui est faux :\n\n\nCe qui serait juste, et où cela est dit :\n\n",
            "Chose",
            "Page",
        ),
    }
    subject, text, thing, place = words[language]
    facts = [(thing, iri), (place, page), ("Version", f"{__version__} ({version})")]
    return subject.format(name), f"{text}\n" + "".join(f"{head}: {value}\n" for head, value in facts if value)


def _target(setting: str, subject: str, text: str) -> str:
    """The link that reports: by mail, or at the address of the operator; empty where none is set."""
    if not setting:
        return ""
    if "://" not in setting:
        return _mail(setting.removeprefix("mailto:"), subject, text)
    return setting.replace("{subject}", quote(subject, safe="")).replace("{text}", _quoted(text))


def _mail(address: str, subject: str, text: str) -> str:
    """The link that begins a message (RFC 6068); without an address the reader's program asks for one."""
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}&body={_quoted(text)}"


def _quoted(text: str) -> str:
    return quote(text.replace("\n", "\r\n"), safe="")
