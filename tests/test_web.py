"""The endpoint and the pages over real HTTP, with real clients."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.dom.minidom import Document

import pyoxigraph as ox
import pytest
from conftest import ROOT, http
from rdflib import Graph
from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, RDFXML, TSV, TURTLE, XML, SPARQLWrapper

from mgi_graph.web import early

ANLTP = "https://w3id.org/mgi-graph/id/ne/org/anltp-tim"
WHICH_LAWS = (ROOT / "queries" / "which-laws.rq").read_text("utf-8")
LAWS = {
    "https://w3id.org/mgi-graph/id/ne/instrument/law-2015-36",
    "https://w3id.org/mgi-graph/id/ne/instrument/ordinance-2010-86",
}


@pytest.fixture(scope="module")
def sparql(address: str) -> str:
    return f"{address}sparql"


@pytest.mark.parametrize("path", early.PAGES)
def test_what_the_server_visits_early_is_a_page(address: str, path: str) -> None:
    got = http.get(address + path.removeprefix("/"), headers={"Accept": "text/html"}, timeout=60)
    assert got.status_code == (404 if path == "/doc/nothing" else 200)
    assert got.headers["content-type"] == "text/html; charset=utf-8"


def test_sparqlwrapper_gets_exactly_the_two_laws(sparql: str) -> None:
    client = SPARQLWrapper(sparql)
    client.setQuery(WHICH_LAWS)
    client.setReturnFormat(JSON)
    answer = client.query().convert()
    assert isinstance(answer, dict)
    rows = answer["results"]["bindings"]
    assert {row["law"]["value"] for row in rows} == LAWS
    assert len(rows) == 2


@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_reads_solutions_in_every_format(sparql: str, form: str) -> None:
    client = SPARQLWrapper(sparql, returnFormat=form)
    client.setMethod(POST)
    client.setQuery(WHICH_LAWS)
    answer = client.query().convert()
    text = answer.decode() if isinstance(answer, bytes) else json.dumps(answer) if isinstance(answer, dict) else ""
    if isinstance(answer, Document):
        text = answer.toxml()
    assert all(law in text for law in LAWS)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # by the client itself
@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs_in_every_format(sparql: str, form: str) -> None:
    client = SPARQLWrapper(sparql, returnFormat=form)
    client.setQuery(f"CONSTRUCT WHERE {{ <{ANLTP}> <https://w3id.org/mgi-graph/ontology#implements> ?law }}")
    answer = client.query().convert()
    graph = Graph().parse(data=answer, format="turtle") if isinstance(answer, bytes) else answer
    assert isinstance(graph, Graph)
    assert {str(law) for law in graph.objects()} == LAWS


def test_rdflib_asks_it_as_a_store(sparql: str) -> None:
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = Graph(SPARQLStore(sparql))
    rows = graph.query(f"SELECT ?law {{ <{ANLTP}> <https://w3id.org/mgi-graph/ontology#implements> ?law }}")
    assert {str(row[0]) for row in rows} == LAWS  # type: ignore[index]


SOLUTIONS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
}


@pytest.mark.parametrize(("media", "form"), SOLUTIONS.items())
def test_solutions_by_content_negotiation(sparql: str, media: str, form: ox.QueryResultsFormat) -> None:
    got = http.get(sparql, params={"query": WHICH_LAWS}, headers={"Accept": media})
    assert got.headers["content-type"].startswith(media)
    assert "Accept" in got.headers["vary"]
    results = ox.parse_query_results(got.content, form)
    assert isinstance(results, ox.QuerySolutions)
    assert {row["law"].value for row in results} == LAWS


def test_csv_for_spreadsheets(sparql: str) -> None:
    got = http.get(sparql, params={"query": WHICH_LAWS}, headers={"Accept": "text/csv"})
    assert got.headers["content-type"].startswith("text/csv")
    assert all(law in got.text for law in LAWS)


@pytest.mark.parametrize("query", ["CONSTRUCT WHERE {{ <{0}> ?p ?o }}", "DESCRIBE <{0}>"])
@pytest.mark.parametrize(("media", "form"), GRAPHS.items())
def test_graphs_by_content_negotiation(sparql: str, query: str, media: str, form: ox.RdfFormat) -> None:
    got = http.post(sparql, data={"query": query.format(ANLTP)}, headers={"Accept": media})
    assert got.headers["content-type"].startswith(media)
    triples = [quad.triple for quad in ox.parse(got.content, form)]
    assert len(triples) == len(set(triples)) > 5
    assert {triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode)} == {ANLTP}


def test_a_constructed_graph_holds_each_triple_once(sparql: str) -> None:
    query = "CONSTRUCT { <http://a> <http://b> <http://c> } WHERE { ?s ?p ?o }"
    got = http.get(sparql, params={"query": query}, headers={"Accept": "application/n-triples"})
    assert got.text == "<http://a> <http://b> <http://c> .\n"


@pytest.mark.parametrize("media", ["application/sparql-results+json", "text/csv", "application/sparql-results+xml"])
def test_ask(sparql: str, media: str) -> None:
    got = http.get(sparql, params={"query": f"ASK {{ <{ANLTP}> ?p ?o }}"}, headers={"Accept": media})
    assert got.status_code == 200
    assert "true" in got.text


def test_query_as_the_body(sparql: str) -> None:
    got = http.post(sparql, content="ASK {}", headers={"Content-Type": "application/sparql-query; charset=utf-8"})
    assert got.json()["boolean"] is True


def test_graphs_of_the_protocol(sparql: str) -> None:
    inferred = "https://w3id.org/mgi-graph/graph/inferred"
    query = f"ASK {{ <{ANLTP}> <https://w3id.org/mgi-graph/ontology#implements> ?law }}"
    assert http.get(sparql, params={"query": query}).json()["boolean"] is True
    assert http.get(sparql, params={"query": query, "default-graph-uri": inferred}).json()["boolean"] is False


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/sparql-results+json"),
        ("text/csv;q=0.3, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("text/html, */*;q=0.1", "application/sparql-results+json"),
        ("text/csv, text/*;q=0.5", "text/csv"),
        ("application/json", "application/sparql-results+json"),
    ],
)
def test_quality_decides_the_format(sparql: str, accept: str, media: str) -> None:
    got = http.get(sparql, params={"query": "SELECT (1 AS ?x) {}"}, headers={"Accept": accept})
    assert got.headers["content-type"].split(";")[0] == media


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ({"params": {"query": "SELECT ?s {\n ?s ?p }"}}, 400, "line 2, column 9"),
        ({"params": {"query": "SELECT ?x {}"}, "headers": {"Accept": "image/png"}}, 406, "text/csv"),
        ({"params": {"query": "DESCRIBE <http://a>"}, "headers": {"Accept": "text/csv"}}, 406, "text/turtle"),
        ({"params": {"x": "y"}}, 400, "query"),
        ({"params": {"query": ""}}, 400, "SPARQL"),
        ({"params": {"query": "CLEAR ALL"}}, 400, "Updates are refused"),
        ({"params": {"update": "CLEAR ALL"}}, 400, "Updates are refused"),
        ({"params": {"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}}, 400, "SERVICE is refused"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(
    sparql: str, arguments: dict[str, dict[str, str]], status: int, said: str
) -> None:
    got = http.get(sparql, **arguments)  # type: ignore[arg-type]
    assert got.status_code == status
    assert said in got.text
    assert got.headers["content-type"].startswith("text/plain")
    assert "Traceback" not in got.text


def test_bad_bodies_are_told_what_is_wrong(sparql: str) -> None:
    twice = http.post(
        sparql, content=b"query=ASK%20{}&query=ASK%20{}", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert (twice.status_code, "2 were given" in twice.text) == (400, True)
    kind = http.post(sparql, content=b"ASK {}", headers={"Content-Type": "text/plain"})
    assert kind.status_code == 415
    coded = http.post(sparql, content=b"ASK { <a> <b> '\xff' }", headers={"Content-Type": "application/sparql-query"})
    assert (coded.status_code, "UTF-8" in coded.text) == (400, True)
    assert http.get(f"{sparql}?query=%ff").status_code == 400


def test_property_that_xml_cannot_name_is_refused_in_rdfxml(sparql: str) -> None:
    query = "CONSTRUCT { <http://a> <http://b/1> 2 } {}"
    got = http.get(sparql, params={"query": query}, headers={"Accept": "application/rdf+xml"})
    assert (got.status_code, "http://b/1" in got.text) == (406, True)


def test_a_slow_query_stops_nobody_else(address: str, sparql: str) -> None:
    slow = """SELECT (COUNT(*) AS ?n) {
      ?a <http://www.w3.org/2000/01/rdf-schema#label> ?c .
      ?d <http://purl.org/dc/terms/title> ?e . FILTER(STRLEN(CONCAT(STR(?c), STR(?e))) = 1000003) }"""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(http.get, sparql, params={"query": slow}, timeout=120)
        quick = http.get(sparql, params={"query": "ASK {}"}, timeout=20)
        assert quick.json()["boolean"] is True
        assert running.result().status_code == 200


@pytest.mark.parametrize(("language", "words"), [("en", "How states govern migration"), ("fr", "Comment les États")])
def test_home_says_what_this_is_and_links_the_questions(address: str, language: str, words: str) -> None:
    got = http.get(address, headers={"Accept-Language": f"{language}-XX, de;q=0.5"})
    assert got.status_code == 200
    assert f'<html lang="{language}">' in got.text
    assert words in got.text
    assert f"/questions/which-laws?lang={language}" in got.text
    assert got.headers["content-language"] == language


def test_every_question_has_its_page(address: str) -> None:
    for path in sorted((ROOT / "queries").glob("*.rq")):
        for language in ("en", "fr"):
            got = http.get(f"{address}questions/{path.stem}", params={"lang": language}, timeout=30)
            assert got.status_code == 200, path.stem
            assert "<h1>" in got.text


def test_question_page_shows_the_page_that_says_it(address: str) -> None:
    got = http.get(f"{address}questions/which-laws", params={"body": "ANLTP/TIM", "lang": "en"})
    assert "1.3-p4, p. 14" in got.text
    assert "International Organization for Migration (IOM), 2021" in got.text


def test_question_page_keeps_hostile_values_as_text(address: str) -> None:
    got = http.get(f"{address}questions/which-laws", params={"body": "<script>alert(1)</script>"})
    assert got.status_code == 400
    assert "&lt;script&gt;alert(1)" in got.text
    assert "<script>alert" not in got.text
    unknown = http.get(f"{address}questions/<script>")
    assert unknown.status_code == 404
    assert "no question" in unknown.text


def test_pages_fetch_nothing_from_elsewhere(address: str) -> None:
    page = http.get(f"{address}questions/which-laws").text
    loaded = [*re.findall(r' src="([^"]*)"', page), *re.findall(r'<link [^>]*href="([^"]*)"', page)]
    assert len(loaded) >= 2
    assert all(re.fullmatch(r"/static/[0-9a-f]{10}/[\w./-]+", link) for link in loaded)
    style = http.get(f"{address}static/style.css").text
    assert "@import" not in style
    assert all(re.fullmatch(r'"[\w.-]+"', link) for link in re.findall(r"url\(([^)]*)\)", style))


def test_unknown_page_is_a_plain_404(address: str) -> None:
    got = http.get(f"{address}nowhere")
    assert got.status_code == 404
    assert Path(got.url.path).name == "nowhere"
