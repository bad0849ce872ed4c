"""Real stores elsewhere: loaded, asked and served, they say what the embedded one says."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from conftest import CASES, ROOT, Launch, Run, http, needed
from stores import VIRTUOSO, oxigraph, virtuoso
from test_catalogue import EXPECTED, expected_table, parameters_of, question_of

from mgi_graph import answers, comparison, evidence, figures, loading, search, snapshot
from mgi_graph.catalogue import Question
from mgi_graph.description import Describer
from mgi_graph.engine import Term, holding
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.remote import RemoteEngine
from mgi_graph.engine.syntax import Dataset
from mgi_graph.engine.wire import Bounds, Store
from mgi_graph.namespaces import ID
from mgi_graph.snapshot import Snapshot
from mgi_graph.sources import Sources, find_sources

KINDS = (
    pytest.param("oxigraph", marks=pytest.mark.xdist_group("oxigraph")),
    pytest.param("virtuoso", marks=pytest.mark.xdist_group("virtuoso")),
)
THINGS = (
    "ne/org/anltp-tim",
    "country/NER",
    "ne/instrument/national-migration-policy",
    "profile/ne-2021",
    "profile/ne-2021/finding/1.3-p4-1",
    "profile/ne-2021/membership/cipres-ner",
    "topic/labour-migration",
)
PAGES = (
    "",
    "explore",
    "explore?around=ANLTP/TIM&steps=2",
    "explore/connection?from=ANLTP/TIM&to=HCNE",
    "search?q=trafficking",
    "api/search?q=ANLTP",
    "doc/profile/ne-2021",
)
"""Pages that rest on many queries, compared in each run of the tests."""

MORE_PAGES = (
    *PAGES,
    "explore/connection?from=ANLTP/TIM&to=Law+No.+2015-36&together=finding",
    "explore/connection.json?from=ANLTP/TIM&to=HCNE",
    *(f"explore/{name}" for name in ("mandates", "ratifications", "timeline", "coverage", "gaps")),
    f"explore/thing?iri={ID}ne/org/anltp-tim",
    *(
        f"explore/{name}.csv"
        for name in ("nodes", "edges", "mandates", "tasks", "ratifications", "timeline", "coverage")
    ),
    *(f"explore/network.{ending}" for ending in ("graphml", "gexf", "json", "svg")),
    "search?q=traite+des+personnes",
    "search?q=2015-36",
    "search?q=migrnat",
    "api/search?q=education&kind=report",
    "compare",
    f"compare?country={ID}country/NER",
    f"compare?subject={ID}topic/education",
    f"compare?format=json&subject={ID}dimension/partnerships",
    "why?subject=Law+No.+2015-36&predicate=implementedBy&object=ANLTP/TIM",
    f"why?subject={ID}ne/org/anltp-tim&predicate=mgi:discussedIn&object={ID}dimension/migrants-rights",
    "cite",
    f"cite?iri={ID}ne/org/anltp-tim",
    f"cite?format=bibtex&iri={ID}ne/org/anltp-tim",
    f"cite?format=csl&iri={ID}profile/ne-2021/finding/1.3-p4-1",
    "questions",
    "questions/most-linked-actors",
    "questions/coordination-bodies",
    "sparql",
    "about/quality",
    "about/discrepancies",
    "dataset",
    *(f"doc/{name}" for name in (*THINGS, "org/iom", "treaty/icrmw-1990", "dimension/migrants-rights", "ne/org/hcne")),
)

UNANSWERED: dict[str, dict[str, str]] = {
    "oxigraph": {},
    "virtuoso": {},
}
"""For each store the cases that it may answer wrongly, with the reason; it may only become shorter."""

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@pytest.fixture(scope="module")
def oxigraph_store(built: Snapshot) -> Iterator[Store]:
    with oxigraph() as store:
        loading.load(built, replace(store, update_url=""))
        yield store


@pytest.fixture(scope="module")
def virtuoso_store(built: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    needed("virtuoso", VIRTUOSO is not None)
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as store:
        loading.load(built, replace(store, update_url=""))
        yield store


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture
def remote(store: Store, built: Snapshot) -> RemoteEngine:
    return RemoteEngine(store, holding.dataset(graph.iri for graph in built.graphs), Bounds(seconds=120))


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_whole_catalogue_has_the_same_answers(remote: RemoteEngine, engine: EmbeddedEngine, store: Store) -> None:
    """Each case as it is asked with its parameters; the embedded store's answers are held to the report elsewhere."""
    different = {}
    for case in EXPECTED:
        question = question_of(case)
        given = {name: _term(engine, question, name, text) for name, text in parameters_of(case).items()}
        found = remote.query(question.bind(given)).table()
        if found != (expected := expected_table(case)):
            different[case.stem] = f"{len(found.rows)} rows, {len(expected.rows)} expected"
    assert len(EXPECTED) > 100
    assert different.keys() <= UNANSWERED["virtuoso" if store.user else "oxigraph"].keys(), different


def _term(engine: EmbeddedEngine, question: Question, name: str, text: str) -> Term:
    parameter = question.parameter(name)
    if parameter.type == "iri":
        return search.resolve(engine, text, parameter.class_iri)
    return ox.Literal(int(text)) if parameter.type == "integer" else ox.Literal(text)


@pytest.mark.parametrize("store", KINDS, indirect=True)
@pytest.mark.parametrize("name", ["which-laws", "treaties-ratified", "denied-statements", "findings-on-a-page"])
def test_names_labels_and_evidence_are_the_same(remote: RemoteEngine, engine: EmbeddedEngine, name: str) -> None:
    case = next(case for case in EXPECTED if case.stem == name)
    _compare(case, engine, remote)


@pytest.mark.slow
@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_names_labels_and_evidence_of_every_question_are_the_same(remote: RemoteEngine, engine: EmbeddedEngine) -> None:
    for case in EXPECTED:
        _compare(case, engine, remote)


def _compare(case: Path, ours: EmbeddedEngine, theirs: RemoteEngine) -> None:
    question, given = question_of(case), parameters_of(case)
    here, there = answers.ask(ours, question, given), answers.ask(theirs, question, given)
    assert (there.values, there.table, there.labels) == (here.values, here.table, here.labels), case.stem
    assert there.evidence == here.evidence, case.stem
    cited = [item for items in here.evidence for item in items]
    assert set(evidence.describe(theirs, cited)) == set(evidence.describe(ours, cited)), case.stem


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_things_are_described_the_same(remote: RemoteEngine, engine: EmbeddedEngine) -> None:
    here, there = Describer(engine), Describer(remote)
    for name in THINGS:
        ours, theirs = here.describe(ID + name), there.describe(ID + name)
        assert (theirs.says, theirs.points_here) == (ours.says, ours.points_here), name
        assert (theirs.claim_iris, theirs.claim_total, theirs.is_cut) == (
            ours.claim_iris,
            ours.claim_total,
            ours.is_cut,
        )
        assert set(theirs.triples) == set(ours.triples), name
    wrong = ID + "ne/org/anltptim"
    assert not there.knows(wrong)
    assert there.nearest(wrong) == here.nearest(wrong)


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_server_on_a_store_answers_as_one_without(
    store: Store, built: Snapshot, address: str, launch: Launch, engine: EmbeddedEngine
) -> None:
    with launch("--store", store.url) as (url, _):
        assert http.get(f"{url}health").json() == http.get(f"{address}health").json()
        for path in ("questions/which-laws/answer?format=json", "doc/ne/org/anltp-tim.ttl", "graph/niger-2021.ttl"):
            here, there = (http.get(place + path, timeout=60) for place in (address, url))
            assert (here.status_code, there.status_code) == (200, 200)
            assert sorted(here.text.split()) == sorted(there.text.replace(url, address).split()), path
        for path in PAGES:
            assert _page(url, path) == _page(address, path), path
        _ask_at_the_edge(url, built)


@pytest.mark.slow
@pytest.mark.parametrize("store", KINDS, indirect=True)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_of_page_is_the_same(store: Store, address: str, launch: Launch, language: str) -> None:
    with launch("--store", store.url) as (url, _):
        for path in MORE_PAGES:
            asked = f"{path}{'&' if '?' in path else '?'}lang={language}"
            assert _page(url, asked) == _page(address, asked), asked


def _page(address: str, path: str) -> tuple[str, str]:
    """Media type and text of a page, without what is another for each server: its address, a nonce."""
    accepted = "application/json" if path.startswith("api/") else "text/html, */*;q=0.5"
    got = http.get(address + path, headers={"Accept": accepted}, timeout=120, follow_redirects=True)
    assert got.status_code == 200, f"{path}: {got.text[:300]}"
    text = re.sub(r'data-nonce="[^"]*"', "", got.text)
    return got.headers["content-type"], text.replace(address, "/").replace(quote(address, safe=""), "%2F")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_several_profiles_are_compared_the_same(kind: str, files: Sources, tmp_path: Path) -> None:
    for name in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(files.root / name, tmp_path / name)
    for path in (*(ROOT / "examples").glob("*.ttl"), *(CASES / "comparison").glob("*.ttl")):
        shutil.copy(path, tmp_path / "data")
    several, country = snapshot.current(find_sources(tmp_path)), f"{ID}country/XXA"
    needed("virtuoso", kind != "virtuoso" or VIRTUOSO is not None)
    with oxigraph() if kind == "oxigraph" else virtuoso(tmp_path) as store:
        loading.load(several, store)
        here = EmbeddedEngine(several)
        there = RemoteEngine(store, holding.dataset(graph.iri for graph in several.graphs), Bounds(seconds=120))
        assert comparison.changes(here, country).changes
        assert comparison.changes(there, country) == comparison.changes(here, country)
        for subject in ("topic/education", "dimension/migrants-rights", "group/refugees"):
            assert comparison.side_by_side(there, ID + subject) == comparison.side_by_side(here, ID + subject), subject
        graphs = [graph.iri for graph in several.graphs if graph.file]
        assert figures.count(there, graphs) == figures.count(here, graphs)


def _ask_at_the_edge(url: str, built: Snapshot) -> None:
    """What strangers may and may not reach through a server on a store."""
    sizes = {graph.iri: graph.triples for graph in built.graphs} | {"": built.triples}
    inferred = "https://w3id.org/mgi-graph/graph/inferred"

    def count(query: str, **graphs: str) -> int:
        given = {"query": query, "format": "csv", **graphs}
        reply = http.post(f"{url}sparql", data=given, timeout=60)
        assert reply.status_code == 200, reply.text
        return int(reply.text.split()[1])

    assert count(COUNT) == sizes[""]
    assert count(COUNT.replace("WHERE", f"FROM <{inferred}> WHERE")) == sizes[inferred]
    assert count(COUNT.replace("WHERE", "FROM <graph/inferred> FROM <http://other/> WHERE")) == sizes[inferred]
    assert count(COUNT.replace("WHERE", "FROM <http://other/> WHERE")) == 0
    assert count(COUNT, **{"default-graph-uri": inferred}) == sizes[inferred]
    assert count("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == len(built.graphs)
    hidden = http.get(f"{url}sparql", params={"query": f"SELECT ?s {{ GRAPH <{holding.LOADED}> {{ ?s ?p ?o }} }}"})
    assert hidden.json()["results"]["bindings"] == []
    for query, status in (
        ("PREFIX b: <bif:> SELECT (b:concat('a', 'b') AS ?n) {}", 400),
        ("SELECT ?s { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 400),
        ("INSERT DATA { <http://a> <http://b> 1 }", 400),
        ("SELECT ?s { ?s ?p }", 400),
    ):
        assert http.get(f"{url}sparql", params={"query": query}, timeout=60).status_code == status, query


@pytest.mark.parametrize("store", KINDS, indirect=True)
def test_it_can_be_loaded_again_in_every_way(store: Store, built: Snapshot) -> None:
    for way in (replace(store, graph_store_url=""), store):
        loaded = loading.load(built, way)
        assert loaded.by_one_update
        assert loaded.graphs[holding.UNION] == built.triples
    aside = Dataset((holding.UNION.replace("graph/", "graph/staging/"),))
    assert RemoteEngine(store).query(COUNT, aside).table().rows == ((ox.Literal(0),),)


@pytest.mark.xdist_group("oxigraph")
def test_nobody_sees_half_a_load(oxigraph_store: Store, built: Snapshot) -> None:
    whole = f"""SELECT ?version (COUNT(*) AS ?n) WHERE {{
      GRAPH <{holding.LOADED}> {{ ?union ?is ?version }} GRAPH <{holding.UNION}> {{ ?s ?p ?o }}
    }} GROUP BY ?version"""
    seen, done = set(), threading.Event()

    def keep_asking() -> None:
        engine = RemoteEngine(oxigraph_store)
        while not done.is_set():
            rows = engine.query(whole, Dataset((), (holding.LOADED, holding.UNION))).table().rows
            seen.add(tuple(term.value if term else "" for term in rows[0]) if rows else ())

    reader = threading.Thread(target=keep_asking)
    reader.start()
    try:
        loading.load(built, oxigraph_store)
    finally:
        done.set()
        reader.join()
    assert seen == {(built.version, str(built.triples))}


@pytest.mark.xdist_group("oxigraph")
def test_server_notices_that_its_store_fails_or_changes(built: Snapshot, launch: Launch, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with oxigraph() as store:
        loading.load(built, store)
        with log.open("w") as stream, launch("--store", store.url, "--cache", "0", stderr=stream) as (url, _):
            ask = {"query": COUNT, "format": "csv"}
            assert http.get(f"{url}sparql", params=ask).status_code == 200
            http.delete(store.place(holding.LOADED)).raise_for_status()
            changed = _until_it_fails(url, ask)
            assert (changed.status_code, "does not hold the graph" in changed.text) == (502, True)
            assert http.get(f"{url}health").status_code == 200
    assert store.url not in changed.text


def _until_it_fails(url: str, ask: dict[str, str]) -> httpx.Response:
    """The first answer that is a failure; a server looks every ten seconds whether its store is what it was."""
    for number in range(400):
        reply = http.get(f"{url}sparql", params={**ask, "query": f"{ask['query']} #{number}"})
        if reply.status_code != 200:
            return reply
        threading.Event().wait(0.1)
    raise AssertionError("nothing was noticed")


@pytest.mark.xdist_group("oxigraph")
def test_command_line_asks_a_store(oxigraph_store: Store, built: Snapshot, run: Run) -> None:
    done = run("ask", "which-laws", "--body", "ANLTP/TIM", "--store", oxigraph_store.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2010-86" in done.stdout
    counted = run("query", "-", "--format", "csv", stdin=COUNT, MGI_GRAPH_STORE=oxigraph_store.url)
    assert counted.returncode == 0
    assert int(counted.stdout.split()[1]) > 20_000
    why = run("why", "2015-36", "implementedBy", "ANLTP/TIM", "--format", "json", "--store", oxigraph_store.url)
    assert json.loads(why.stdout)["version"] == built.version


@pytest.mark.xdist_group("oxigraph")
def test_file_for_a_bulk_loader_makes_a_store_that_serves(built: Snapshot, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "all.nq"
    done = run("load", "--file", path)
    assert done.returncode == 0, done.stderr
    with oxigraph() as store:
        sent = http.post(
            store.graph_store_url,
            content=path.read_bytes(),
            headers={"Content-Type": "application/n-quads"},
            timeout=60,
        )
        assert sent.is_success
        holding.check(RemoteEngine(store), built)
