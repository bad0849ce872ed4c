"""The first page: what this is, where to begin, what the graph holds and what it does not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from mgi_graph.answers import CitedAnswer, introduce
from mgi_graph.catalogue import Question
from mgi_graph.engine.result import Engine
from mgi_graph.overview import Overview, Thing, survey
from mgi_graph.search import fold
from mgi_graph.snapshot import Snapshot
from mgi_graph.web import pages

FIRST_QUESTIONS = (
    "which-laws",
    "implementers-of-an-instrument",
    "treaties-ratified",
    "treaties-not-ratified",
    "mandates-of-a-body",
    "findings-on-a-group",
    "stated-absences",
    "discrepancy-readings",
)
"""The questions of the catalogue that the first page shows."""

_EXAMPLES = ("ANLTP", "2010/86", "Haut Conseil", "remittances")
_EXAMPLES_FR = ("ANLTP", "2010/86", "Haut Conseil", "transferts de fonds")


def create_router(engine: Engine, snapshot: Snapshot, questions: Sequence[Question]) -> APIRouter:
    """The route of the first page.

    Args:
        engine: the store that answers.
        snapshot: what it answers from.
        questions: the catalogue.
    """
    router = APIRouter(include_in_schema=False)
    hall = Hall(engine, snapshot, questions)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def home(request: Request) -> Response:
        """What this is."""
        return await run_in_threadpool(hall.welcome, request)

    return router


class Hall:
    """Where visitors arrive.

    Args:
        engine, snapshot, questions: as `create_router` takes them.
    """

    def __init__(self, engine: Engine, snapshot: Snapshot, questions: Sequence[Question]) -> None:
        self._engine, self._snapshot = engine, snapshot
        self._questions = tuple(questions)

    def welcome(self, request: Request) -> Response:
        """The page."""
        reader = pages.reader_of(request)
        return pages.render(
            request,
            "home.html",
            overview=self._overview,
            first=self._first(reader.language),
            introduced=self._introduced,
            questions=len(self._questions),
            snapshot=self._snapshot,
            examples=_EXAMPLES_FR if reader.language == "fr" else _EXAMPLES,
        )

    def _first(self, language: str) -> list[Thing]:
        """The most connected bodies, by name: a place to begin, no ranking."""
        bodies = [body for body, _ in self._overview.connected] if self._overview else []
        return sorted(bodies, key=lambda body: fold(body.names.get(language, body.iri)))

    @cached_property
    def _overview(self) -> Overview | None:
        return survey(self._engine) if self._snapshot.is_ours else None

    @cached_property
    def _introduced(self) -> tuple[CitedAnswer, ...]:
        known = {question.name: question for question in self._questions}
        return introduce(self._engine, [known[name] for name in FIRST_QUESTIONS if name in known])
