"""The network and the surveys over HTTP: pages that are whole without a script, and files of what they show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from mgi_graph import charts, graphfiles, phrases, survey_sheets, wheel
from mgi_graph.answers import CitedAnswer, ask
from mgi_graph.catalogue import Question
from mgi_graph.connections import MOST_STEPS, MOST_WAYS, Way, connect
from mgi_graph.engine.result import Engine
from mgi_graph.errors import ParameterError
from mgi_graph.evidence import Evidence
from mgi_graph.explorer import Explorer
from mgi_graph.graphfiles import Shown
from mgi_graph.network import KINDS, STANDINGS, TOGETHER, Edge, Network, Together
from mgi_graph.search import fold
from mgi_graph.selection import MOST_STEPS as MOST_NEAR
from mgi_graph.spreadsheets import Cell, csv_lines
from mgi_graph.surveys import ELSEWHERE, Act
from mgi_graph.web import pages
from mgi_graph.web.selections import find_thing, names_of, read_selection, write_selection
from mgi_graph.web.wording import Wording

GAPS = (
    "instruments-without-an-implementer",
    "bodies-without-a-legal-basis",
    "topics-with-tasks-of-several-bodies",
    "treaties-without-a-domesticating-text",
    "ratifications-without-a-year",
    "signatures-without-ratification",
    "coverage-gaps",
    "subjects-treated-elsewhere",
)
"""The questions of the catalogue that the page of gaps and overlaps asks, in its order."""

_METHODS = ["GET", "HEAD"]
_PIECE = 64 * 1024
_CSV = "text/csv; charset=utf-8; header=present"
_NETWORK_FILES = {
    "json": "application/json",
    "graphml": "application/graphml+xml",
    "gexf": "application/gexf+xml",
    "svg": "image/svg+xml",
}
_SAFE = {"X-Content-Type-Options": "nosniff", "Vary": "Accept-Language"}
_SVG_POLICY = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def create_router(engine: Engine, questions: Sequence[Question]) -> APIRouter:
    """The routes below /explore.

    Args:
        engine: the store that answers.
        questions: the catalogue; the page of gaps asks those that `GAPS` names.
    """
    router = APIRouter(include_in_schema=False)
    desk = Desk(engine, questions)
    for path, answer in (
        ("/explore", desk.network),
        ("/explore/network.{ending}", desk.network_file),
        ("/explore/nodes.csv", desk.nodes),
        ("/explore/edges.csv", desk.edges),
        ("/explore/thing", desk.thing),
        ("/explore/link/{id}", desk.link),
        ("/explore/connection", desk.connection),
        ("/explore/connection.json", desk.connection_json),
        ("/explore/mandates", desk.mandates),
        ("/explore/mandates.csv", desk.mandates_csv),
        ("/explore/tasks.csv", desk.tasks_csv),
        ("/explore/ratifications", desk.ratifications),
        ("/explore/ratifications.csv", desk.ratifications_csv),
        ("/explore/timeline", desk.timeline),
        ("/explore/timeline.csv", desk.timeline_csv),
        ("/explore/coverage", desk.coverage),
        ("/explore/coverage/findings", desk.covered),
        ("/explore/coverage.csv", desk.coverage_csv),
        ("/explore/gaps", desk.gaps),
    ):
        router.add_api_route(path, _in_thread(answer), methods=_METHODS)
    return router


class Desk:
    """Where the network is asked for: each method answers one request, and may take a while.

    Args:
        engine, questions: as `create_router` takes them.
    """

    def __init__(self, engine: Engine, questions: Sequence[Question]) -> None:
        self._engine = engine
        self._explorer = Explorer(engine)
        self._questions = {question.name: question for question in questions}

    def network(self, request: Request) -> Response:
        """The page of the network: filters, picture, tables."""
        network, pairs = self._explorer.network, request.query_params.multi_items()
        selection = read_selection(self._explorer, pairs)
        kept = write_selection(network, selection)
        shown = self._shown(request, pairs)
        return self._page(
            request,
            "explore/network.html",
            selection=selection,
            names=names_of(network),
            shown=shown,
            view=shown.view,
            kinds=KINDS,
            standings=STANDINGS,
            scopes=TOGETHER,
            most_steps=MOST_NEAR,
            query=urlencode([*kept, ("lang", shown.language)]),
        )

    def network_file(self, request: Request, ending: str) -> Response:
        """What the page shows as a file of another program."""
        if ending not in _NETWORK_FILES:
            raise HTTPException(404, f"The network can be had as: {', '.join(_NETWORK_FILES)}.")
        shown = self._shown(request, request.query_params.multi_items())
        if ending == "json":
            return _json(graphfiles.cytoscape(shown))
        if ending == "svg":
            return self._wheel(request, shown)
        write = graphfiles.graphml if ending == "graphml" else graphfiles.gexf
        return _stream(write(shown), _NETWORK_FILES[ending], f"mgi-graph-network.{ending}")

    def nodes(self, request: Request) -> Response:
        """The things that the page shows, as CSV."""
        shown = self._shown(request, request.query_params.multi_items())
        return _stream(csv_lines(graphfiles.node_rows(shown)), _CSV, "mgi-graph-nodes.csv")

    def edges(self, request: Request) -> Response:
        """The links that the page shows, with their evidence, as CSV."""
        shown = self._shown(request, request.query_params.multi_items())
        return _stream(csv_lines(graphfiles.edge_rows(shown)), _CSV, "mgi-graph-edges.csv")

    def thing(self, request: Request) -> Response:
        """The page of a thing's place in the network: its links, each with its evidence."""
        network = self._explorer.network
        iri = find_thing(self._explorer, request.query_params.get("iri", ""))
        links = [edge for edge in network.edges if iri in edge.ends]
        beside = [edge for edge in network.together["finding"] if iri in edge.ends]
        node = network.nodes[iri]
        kept = self._kept(request, [*links, *beside])
        values = {"links": _grouped(edge for edge in links if edge in kept), "beside": [e for e in beside if e in kept]}
        others = [edge for edge in (*links, *beside) if edge not in kept]
        return self._page(request, "explore/thing.html", thing=node, others=others, **values)

    def link(self, request: Request, id: str) -> Response:  # noqa: A002 - the name in the path
        """The page of a link: the sentence, how firmly it stands, its evidence."""
        edge = self._explorer.network.by_id.get(id)
        if edge is None:
            raise HTTPException(404, "There is no such link in this version of the data; /explore lists them.")
        return self._page(request, "explore/link.html", edge=edge)

    def connection(self, request: Request) -> Response:
        """The page on how two things are connected."""
        given = {name: request.query_params.get(name, "").strip() for name in ("from", "to", "together")}
        values: dict[str, Any] = {"given": given, "most_steps": MOST_STEPS, "most_ways": MOST_WAYS, "trouble": None}
        ends: tuple[str, str] | None = None
        ways: tuple[Way, ...] = ()
        try:
            if given["from"] and given["to"]:
                ends, ways = self._connect(request)
            values["filled"] = {name: self._name(request, given[name]) for name in ("from", "to")}
        except ParameterError as error:
            values |= {"trouble": error, "filled": given}
        response = self._page(request, "explore/connection.html", ends=ends, ways=ways, **values)
        response.status_code = 400 if values["trouble"] else 200
        return response

    def connection_json(self, request: Request) -> Response:
        """The same as JSON."""
        language = pages.reader_of(request).language
        ends, ways = self._connect(request)
        return _json(_written_ways(self._explorer.network, ends, ways, language))

    def mandates(self, request: Request) -> Response:
        """The mandate map: bodies by instruments, and tasks by dimensions."""
        return self._page(request, "explore/mandates.html", map=self._explorer.mandates)

    def mandates_csv(self, request: Request) -> Response:
        """The first table of the mandate map."""
        return self._csv(
            request, lambda lang: survey_sheets.mandate_rows(self._explorer.network, self._explorer.mandates, lang)
        )

    def tasks_csv(self, request: Request) -> Response:
        """The second table of the mandate map."""
        return self._csv(
            request, lambda lang: survey_sheets.task_rows(self._explorer.network, self._explorer.surveys, lang)
        )

    def ratifications(self, request: Request) -> Response:
        """Acts on treaties: chart and table."""
        acts, surveys = [], self._explorer.surveys
        parties = sorted({act.party for act in surveys.acts}, key=lambda iri: (-_count(surveys.acts, iri), iri))
        party = self._party(request, parties)
        acts = sorted((act for act in surveys.acts if act.party == party), key=_act_order)
        nodes, language = self._explorer.network.nodes, pages.reader_of(request).language
        parties.sort(key=lambda iri: fold(nodes[iri].name(language)))
        return self._page(
            request, "explore/ratifications.html", chart=charts.draw_acts(acts), acts=acts, party=party, parties=parties
        )

    def ratifications_csv(self, request: Request) -> Response:
        """All acts on treaties."""
        return self._csv(
            request,
            lambda lang: survey_sheets.ratification_rows(self._explorer.network, self._explorer.surveys, lang),
        )

    def timeline(self, request: Request) -> Response:
        """Laws, bodies, policies, treaties, ratifications and events on a line of time."""
        chart = charts.draw_timeline(self._explorer.surveys.moments)
        return self._page(request, "explore/timeline.html", chart=chart)

    def timeline_csv(self, request: Request) -> Response:
        """All moments."""
        return self._csv(
            request, lambda lang: survey_sheets.timeline_rows(self._explorer.network, self._explorer.surveys, lang)
        )

    def coverage(self, request: Request) -> Response:
        """Topics by dimensions and assessments."""
        return self._page(request, "explore/coverage.html", coverage=self._explorer.surveys.coverage)

    def coverage_csv(self, request: Request) -> Response:
        """All cells of that matrix."""
        coverage = self._explorer.surveys.coverage
        return self._csv(request, lambda lang: survey_sheets.coverage_rows(self._explorer.network, coverage, lang))

    def covered(self, request: Request) -> Response:
        """The findings of one cell of the matrix."""
        coverage, asked = self._explorer.surveys.coverage, request.query_params
        topic = next((iri for iri in coverage.topics if iri.rpartition("/")[2] == asked.get("topic")), "")
        wanted = (asked.get("dimension", ""), asked.get("assessment", ""))
        column = next((c for c in coverage.columns if tuple(iri.rpartition("/")[2] for iri in c) == wanted), None)
        if not topic or column is None:
            raise HTTPException(404, "The matrix at /explore/coverage has no such cell.")
        findings = coverage.cell(topic, column)
        return self._page(request, "explore/findings.html", topic=topic, column=column, findings=findings)

    def gaps(self, request: Request) -> Response:
        """What the report does not state, and tasks of several bodies on one topic, by questions of the catalogue."""
        language = pages.reader_of(request).language
        asked = [self._questions[name] for name in GAPS if name in self._questions]
        answers = [self._answer(question, language) for question in asked]
        return self._page(request, "explore/gaps.html", answers=answers)

    def _answer(self, question: Question, language: str) -> CitedAnswer:
        return self._explorer.keep((question.name, language), lambda: ask(self._engine, question, {}, language))

    def _party(self, request: Request, parties: Sequence[str]) -> str:
        wanted = request.query_params.get("party", "")
        if not wanted:
            return parties[0] if parties else ""
        found = find_thing(self._explorer, wanted)
        if found not in parties:
            raise ParameterError(f"The report states no act of {wanted[:80]!r} on a treaty.")
        return found

    def _name(self, request: Request, text: str) -> str:
        """The name of what a text names; "" of an empty one."""
        language = pages.reader_of(request).language
        return self._explorer.network.nodes[find_thing(self._explorer, text)].name(language) if text else ""

    def _connect(self, request: Request) -> tuple[tuple[str, str], tuple[Way, ...]]:
        """What `from` and `to` name, and the ways between them.

        Raises:
            ParameterError: one names nothing, or several things, or both the same.
        """
        network, asked = self._explorer.network, request.query_params
        together = asked.get("together", "")
        if together not in ("", *TOGETHER):
            raise ParameterError(
                f"'together' cannot be {together[:80]!r}.", f"It can be: {', '.join(TOGETHER)}.", TOGETHER
            )
        start, end = (find_thing(self._explorer, asked.get(name, "")) for name in ("from", "to"))
        scope = cast(Together, together) if together else None
        if start == end:
            raise ParameterError("Both ends are the same thing.", "Name two different things.")
        ways = self._explorer.keep(("ways", start, end, together), lambda: connect(network, start, end, scope))
        return (start, end), ways

    def _kept(self, request: Request, edges: Sequence[Edge]) -> Sequence[Edge]:
        """Those links that pass the filters of the page from which a thing is opened; all, where it is none."""
        pairs = request.query_params.multi_items()
        if ("filtered", "yes") not in pairs:
            return edges
        shown = {edge.id for edge in self._explorer.measured(read_selection(self._explorer, pairs)).view.edges}
        return [edge for edge in edges if edge.id in shown]

    def _shown(self, request: Request, pairs: Sequence[tuple[str, str]]) -> Shown:
        network = self._explorer.network
        measured = self._explorer.measured(read_selection(self._explorer, pairs))
        return Shown(network, measured.view, measured.measures, pages.reader_of(request).language)

    def _wheel(self, request: Request, shown: Shown) -> Response:
        drawn = wheel.draw(shown.view, shown.language)
        response = self._page(request, "explore/wheel.svg", wheel=drawn, dashes=wheel.DASHES)
        headers = {**_SAFE, **_SVG_POLICY, "Content-Disposition": 'inline; filename="mgi-graph-network.svg"'}
        drawing = graphfiles.legal(bytes(response.body).decode())
        return Response(drawing, 200, headers, _NETWORK_FILES["svg"])

    def _page(self, request: Request, template: str, **values: Any) -> Response:
        """Make a page, or give the one that was made before for this address and language."""

        def make() -> Response:
            return pages.render(request, template, **self._shared(request), **values)

        language = pages.reader_of(request).language
        asked = tuple(pair for pair in request.query_params.multi_items() if pair[0] != "lang")
        made = self._explorer.keep((template, language, request.url.path, asked), make)
        return Response(made.body, made.status_code, dict(made.headers))

    def _shared(self, request: Request) -> dict[str, Any]:
        """What all these pages name."""
        explorer, reader = self._explorer, pages.reader_of(request)
        words = explorer.keep(("words", reader.language), lambda: Wording(explorer.network, reader))
        return {
            "network": explorer.network,
            "surveys": explorer.surveys,
            "data_version": explorer.version,
            "label": words.label,
            "node": words.node,
            "said": words.said,
            "before": words.before,
            "sentence": words.sentence,
            "ELSEWHERE": ELSEWHERE,
        }

    def _csv(self, request: Request, rows: Callable[[str], Iterable[tuple[Cell, ...]]]) -> Response:
        name = request.url.path.rpartition("/")[2]
        return _stream(csv_lines(rows(pages.reader_of(request).language)), _CSV, f"mgi-graph-{name}")


def _written_ways(network: Network, ends: tuple[str, str], ways: Sequence[Way], language: str) -> dict[str, Any]:
    """Ways in plain values: each a list of steps, each step its links as sentences with their evidence."""

    def thing(iri: str) -> dict[str, str]:
        return {"iri": iri, "label": network.nodes[iri].name(language)}

    def link(edge: Edge) -> dict[str, Any]:
        facts = {"id": edge.id, "sentence": phrases.sentence(network, edge, language), "relation": edge.relation}
        evidence = [_written_evidence(item, language) for item in network.cited(edge)]
        return {**facts, "standing": edge.standing, "follows_from": list(edge.premises), "evidence": evidence}

    return {
        "from": thing(ends[0]),
        "to": thing(ends[1]),
        "longest": MOST_STEPS,
        "ways": [
            {
                "standing": way.standing,
                "steps": [
                    {"from": thing(step.here), "to": thing(step.there), "links": [link(edge) for edge in step.edges]}
                    for step in way.steps
                ],
            }
            for way in ways
        ],
    }


def _written_evidence(item: Evidence, language: str) -> dict[str, Any]:
    return {
        "finding": item.finding,
        "record": item.record or None,
        "kind": item.kind or None,
        "statement": item.statement.get(language) or item.statement.get("en", ""),
        "passage": item.paragraph,
        "page": item.page,
        "page_label": item.page_label or None,
        "source": item.citation,
    }


def _grouped(edges: Iterable[Edge]) -> Mapping[str, list[Edge]]:
    """Links by relation, in the order in which they stand firmest."""
    found: dict[str, list[Edge]] = {}
    for edge in sorted(
        edges, key=lambda edge: (edge.relation, STANDINGS.index(edge.standing), edge.source, edge.target)
    ):
        found.setdefault(edge.relation, []).append(edge)
    return found


def _count(acts: Iterable[Act], party: str) -> int:
    return sum(act.party == party for act in acts)


def _act_order(act: Act) -> tuple[int, int, str, str]:
    return (act.adopted or 9999, act.year or 9999, act.treaty, act.record)


def _json(value: Any) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), 200, _SAFE, "application/json")


def _stream(pieces: Iterator[str], media_type: str, name: str) -> Response:
    headers = {**_SAFE, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_gathered(pieces), 200, headers, media_type)


def _gathered(pieces: Iterator[str]) -> Iterator[str]:
    """Pieces put together to larger ones, each of which goes out as it is ready."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)


def _in_thread(answer: Callable[..., Response]) -> Callable[..., Any]:
    async def route(request: Request) -> Response:
        return await run_in_threadpool(answer, request, **request.path_params)

    return route
