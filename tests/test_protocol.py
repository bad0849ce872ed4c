"""The SPARQL 1.1 Protocol to the letter, over real HTTP: the W3C's cases, and what they leave out."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import brotli
import httpx
import pyoxigraph as ox
import pytest
import zstandard
from conftest import SHARED, Serve, http
from hypothesis import given
from hypothesis import strategies as st

from mgi_graph.web.protocol import Refusal, read_pairs

CONFORMANCE = Path(os.environ.get("MGI_GRAPH_CONFORMANCE") or SHARED / "conformance")
CASES = json.loads((CONFORMANCE / "protocol_cases.json").read_text("utf-8")) if CONFORMANCE.is_dir() else []
TABULAR = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values")
HUNDRED = "SELECT * { ?s ?p ?o } LIMIT 100"
RDF = ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json")


@pytest.fixture(scope="module")
def fixture_server(serve: Serve) -> Iterator[str]:
    with serve("--data", CONFORMANCE / "protocol_fixture.trig") as url:
        yield f"{url}sparql"


@pytest.fixture(scope="module")
def sparql(address: str) -> str:
    return f"{address}sparql"


@pytest.mark.skipif(not CASES, reason="this needs the W3C protocol cases in the shared folder")
def test_cases_were_found() -> None:
    assert len(CASES) >= 39
    assert sum(not case["update"] for case in CASES) >= 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case_of_the_w3c(case: dict[str, Any], fixture_server: str) -> None:
    """Queries as the W3C wants them. Updates are refused, also where the W3C expects them to be carried out."""
    body = case["body"].encode(case["body_encoding"]) if case["body"] is not None else None
    got = http.request(
        case["method"], f"{fixture_server}?{case['qs'] or ''}".rstrip("?"), content=body, headers=case["headers"]
    )
    if case["update"] and not case["id"].rpartition(".")[2].isdigit():
        assert 400 <= got.status_code < 500
        return
    if case["update"]:
        return  # looks at what an update did, and there was none
    assert f"{got.status_code // 100}xx" in case["expect"], got.text
    if "boolean" in case:
        assert got.json()["boolean"] is case["boolean"]
    kinds = {"tabular": TABULAR, "RDF": RDF}.get(case.get("format", ""))
    assert kinds is None or got.headers["content-type"].split(";")[0] in kinds


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND"])
def test_other_methods_are_refused_with_those_allowed(sparql: str, method: str) -> None:
    got = http.request(method, sparql, params={"query": "ASK {}"})
    assert (got.status_code, got.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_head_is_get_without_the_body(sparql: str) -> None:
    got, head = (http.request(method, sparql, params={"query": "ASK {}"}) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == got.headers[name]


def test_options_says_what_is_allowed_to_whom(sparql: str) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    got = http.options(sparql, headers=asked)
    assert got.status_code == 204
    assert got.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in got.headers
    assert "POST" in got.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    "path", ["", "sparql", "doc/country/NER", "questions", "dataset", "explore", "search", "health"]
)
@pytest.mark.parametrize("headers", [{}, {"Origin": "https://example.org"}])
def test_options_says_what_is_allowed_everywhere(address: str, path: str, headers: dict[str, str]) -> None:
    got = http.options(address + path, headers=headers)
    assert (got.status_code, got.content) == (204, b"")
    assert {"GET", "HEAD", "OPTIONS"} <= set(got.headers["allow"].split(", "))
    assert got.headers.get("access-control-allow-origin", "*" if not headers else "") == "*"
    assert http.options(address + "nowhere").status_code == 404


@pytest.mark.parametrize("query", ["ASK {}", "ASK {"])
def test_any_origin_may_read_results_and_errors(sparql: str, query: str) -> None:
    got = http.get(sparql, params={"query": query}, headers={"Origin": "https://example.org"})
    assert got.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"params": {"query": "ASK {}", "format": "turtle"}}, 406),
        ({"params": {"query": "ASK {}", "format": "nonsense"}}, 406),
        ({"params": {"query": "ASK {}", "default-graph-uri": "not an IRI"}}, 400),
        ({"params": {"query": "ASK {}", "named-graph-uri": "relative"}}, 400),
        ({"params": {"query": "ASK {}", "named-graph-uri": ""}}, 400),
        ({"params": {"query": ["ASK {}", "ASK {}"]}}, 400),
        ({"url": "?query=%ff"}, 400),
        ({"url": "?query=ASK%20%7B?s%20?p%20%22100%%22%7D"}, 400),
        ({"url": "?query=ASK%20%7B%7D&x=%c3%28"}, 400),
        ({"url": "?" + "&".join(f"x{n}=1" for n in range(2000))}, 400),
    ],
)
def test_bad_parameters_are_refused(sparql: str, request_: dict[str, Any], status: int) -> None:
    got = http.get(sparql + request_.pop("url", ""), **request_)
    assert got.status_code == status
    assert got.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"query=ASK%20%7B%7D", {"Content-Type": "application/x-www-form-urlencoded; charset=latin-1"}, 415),
        (b"ASK {}", {"Content-Type": "application/sparql-query; charset=UTF-16"}, 415),
        (b"CLEAR ALL", {"Content-Type": "application/sparql-update"}, 400),
        (b"update=CLEAR+ALL", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        (b"", {"Content-Type": "application/sparql-query"}, 400),
        (b"ASK {}", {"Content-Type": ""}, 415),
        (b"ASK { # " + b"x" * 250_000 + b"\n}", {"Content-Type": "application/sparql-query"}, 413),
        (b"x" * 700_000, {"Content-Type": "application/sparql-query"}, 413),
        (
            gzip.compress(b"ASK {}", mtime=0),
            {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"},
            415,
        ),
        (b"query=ASK%20%7B%7D&query=ASK%20%7B%7D", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
    ],
)
def test_bad_bodies_are_refused(sparql: str, content: bytes, headers: dict[str, str], status: int) -> None:
    assert http.post(sparql, content=content, headers=headers).status_code == status


def test_body_is_decoded_once(sparql: str) -> None:
    query = 'SELECT ("%41%2B+" AS ?x) {}'
    for got in (http.post(sparql, data={"query": query}), http.get(sparql, params={"query": query})):
        assert got.json()["results"]["bindings"] == [{"x": {"type": "literal", "value": "%41%2B+"}}]


@pytest.mark.parametrize(
    ("named", "media"),
    [
        ("csv", "text/csv"),
        ("nothing,csv", "text/csv"),
        ("text/csv", "text/csv"),
        ("xml", "application/sparql-results+xml"),
        ("json", TABULAR[0]),
    ],
)
def test_format_is_named_in_the_address(sparql: str, named: str, media: str) -> None:
    got = http.get(sparql, params={"query": "SELECT (1 AS ?x) {}", "format": named}, headers={"Accept": "image/png"})
    assert got.headers["content-type"].split(";")[0] == media


def test_client_that_has_the_answer_gets_304(sparql: str) -> None:
    first = http.get(sparql, params={"query": "SELECT (1 AS ?x) {}"})
    tag = first.headers["etag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        got = http.get(sparql, params={"query": "SELECT (1 AS ?x) {}"}, headers={"If-None-Match": sent})
        assert (got.status_code, got.content, got.headers["etag"]) == (304, b"", tag)
    other = http.get(sparql, params={"query": "SELECT (2 AS ?x) {}"}, headers={"If-None-Match": tag})
    assert other.status_code == 200
    posted = http.post(sparql, data={"query": "SELECT (1 AS ?x) {}"}, headers={"If-None-Match": tag})
    assert posted.status_code == 200  # RFC 9110, section 15.4.5: 304 is for GET and HEAD
    csv = http.get(
        sparql, params={"query": "SELECT (1 AS ?x) {}"}, headers={"If-None-Match": tag, "Accept": "text/csv"}
    )
    assert csv.status_code == 200


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "rand ( )", "r\\u0061nd()"])
def test_what_changes_is_not_kept(sparql: str, call: str) -> None:
    got = http.get(sparql, params={"query": f"SELECT ({call} AS ?x) {{}}"})
    assert (got.status_code, got.headers.get("cache-control"), "etag" in got.headers) == (200, "no-store", False)


def test_long_results_are_compressed_as_the_client_wants(sparql: str) -> None:
    decode = {
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
        "": bytes,
    }
    query = "SELECT * { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o } ORDER BY ?s ?o LIMIT 100"
    bodies, tags = set(), set()
    for coding, read in decode.items():
        with httpx.stream("GET", sparql, params={"query": query}, headers={"Accept-Encoding": coding}) as got:
            assert got.headers.get("content-encoding", "") == coding
            assert "Accept-Encoding" in got.headers["vary"]
            bodies.add(read(b"".join(got.iter_raw())))
            tags.add(got.headers["etag"])
    assert (len(bodies), len(tags)) == (1, 4)


@pytest.mark.parametrize(
    ("wanted", "coding"),
    [
        ("gzip;q=0", ""),
        ("gzip;q=0, *;q=0", ""),
        ("identity, gzip;q=0.5", ""),
        ("GZIP", "gzip"),
        ("gzip;q=0.2", "gzip"),
        ("deflate", ""),
    ],
)
@pytest.mark.parametrize("path", [f"sparql?{urlencode({'query': HUNDRED})}", "doc/country/NER.ttl", ""])
def test_qualities_of_codings_hold_everywhere(address: str, path: str, wanted: str, coding: str) -> None:
    got = http.get(f"{address}{path}", headers={"Accept-Encoding": wanted})
    assert (got.status_code, got.headers.get("content-encoding", "")) == (200, coding)
    assert "Accept-Encoding" in got.headers["vary"]


@pytest.mark.parametrize("path", ["sparql", "doc/country/NER.ttl", "questions"])
def test_scripts_of_any_origin_may_ask_whether_anything_changed(address: str, path: str) -> None:
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    got = http.options(address + path, headers=asked)
    assert got.status_code in (200, 204)
    assert "if-none-match" in got.headers["access-control-allow-headers"].lower()
    page = http.get(address + path, headers={"Origin": "https://example.org", "Accept": "text/turtle"})
    assert page.headers["access-control-allow-origin"] == "*"


def test_same_question_in_other_words_of_the_protocol_gets_the_same_bytes(sparql: str) -> None:
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 5"
    kind = {"Content-Type": "application/sparql-query"}
    answers = [
        http.get(sparql, params={"query": query}, timeout=60),
        http.post(sparql, data={"query": query}, timeout=60),
        http.post(sparql, content=query, headers=kind, timeout=60),
    ]
    assert len({(got.content, got.headers["etag"]) for got in answers}) == 1


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json", "*/*"])
def test_without_a_query_the_endpoint_describes_itself(sparql: str, accept: str) -> None:
    got = http.get(sparql, headers={"Accept": accept})
    media = got.headers["content-type"].split(";")[0]
    kind = ox.RdfFormat.from_media_type(media)
    assert kind is not None
    said = [quad.triple for quad in ox.parse(got.content, kind)]
    described = {triple.predicate.value for triple in said}
    for name in (
        "endpoint",
        "supportedLanguage",
        "resultFormat",
        "defaultDataset",
        "namedGraph",
        "defaultEntailmentRegime",
    ):
        assert f"http://www.w3.org/ns/sparql-service-description#{name}" in described
    assert ox.NamedNode(sparql) in {triple.object for triple in said}


def test_browser_without_a_query_gets_a_page(sparql: str) -> None:
    got = http.get(sparql, headers={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    assert got.headers["content-type"].startswith("text/html")
    assert "<form" in got.text
    french = http.get(f"{sparql}?lang=fr", headers={"Accept": "text/html"})
    assert '<html lang="fr">' in french.text


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCRAPS = st.lists(st.sampled_from([*"%%%=&+ \n\r_aAfFgG09", "%41", "%3D", "%2B", "%26", "%0A", "%C3%A9", "=41", "=\n"]))


@given(pairs=st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_parameters_are_read_back_as_they_were_written(pairs: list[tuple[str, str]]) -> None:
    assert read_pairs(urlencode(pairs).encode()) == pairs


@given(scraps=SCRAPS)
def test_odd_parameters_are_read_as_everybody_reads_them_or_refused(scraps: list[str]) -> None:
    text = "".join(scraps)
    try:
        expected = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        expected = None
    if expected is None or re.search("%(?![0-9A-Fa-f]{2})", text):
        with pytest.raises(Refusal):
            read_pairs(text.encode())
    else:
        assert read_pairs(text.encode()) == expected
