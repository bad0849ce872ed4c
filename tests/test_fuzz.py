"""Queries and calls that nobody would write: an answer or a reason, never a fault of the server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Launch, http
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow
TOLD = {200, 400, 406, 413, 414, 504, 507}
names = st.sampled_from(
    ["?a", "?b", "$c", "<http://a>", "<>", "a", "mgi:implements", "_:b", "[]", "()", '"x"', "1", "1.5e3"]
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(
    lambda text: '"' + "".join(f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}" for c in text) + '"'
)
terms = st.one_of(names, texts, texts.map(lambda text: text + "@en-x"), texts.map(lambda text: text + "^^<http://t>"))
paths = st.recursive(
    st.sampled_from(["<http://p>", "a", "^a", "!(a|^a)", "mgi:implements"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("/|"), inner).map("".join),
        st.tuples(st.just("("), inner, st.sampled_from([")*", ")+", ")?", ")"])).map("".join),
    ),
    max_leaves=6,
)
expressions = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", " = ", " && ", " || ", " < ", " IN ", "*", "-"]), inner).map("".join),
        st.tuples(
            st.sampled_from(["STR", "BOUND", "REGEX", "IF", "CONCAT", "COUNT", "BNODE", "IRI", "xsd:integer"]), inner
        ).map(lambda call: f"{call[0]}({call[1]})"),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"!{text}"),
    ),
    max_leaves=8,
)
triples = st.tuples(terms, st.one_of(names, paths), terms).map(" ".join)


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    words = ["", "OPTIONAL", "MINUS", "GRAPH ?g", "GRAPH <http://g>", "FILTER EXISTS", "FILTER NOT EXISTS", "{} UNION"]
    return st.one_of(
        st.tuples(st.sampled_from(words), inner).map(lambda part: f"{part[0]} {{ {part[1]} }}"),
        inner.map(lambda body: f"{{ SELECT * {{ {body} }} }}"),
        st.tuples(inner, st.sampled_from([" . ", " ", " ; "]), inner).map("".join),
        st.tuples(inner, expressions).map(lambda part: f"{part[0]} FILTER({part[1]})"),
        st.tuples(inner, expressions).map(lambda part: f"{part[0]} BIND({part[1]} AS ?z)"),
        st.tuples(inner, st.lists(terms, max_size=4)).map(
            lambda part: f"{part[0]} VALUES ?v {{ {' '.join(part[1])} }}"
        ),
    )


patterns = st.recursive(triples, wrapped, max_leaves=10)
heads = st.sampled_from(
    [
        "SELECT *",
        "SELECT DISTINCT ?a",
        "SELECT (COUNT(*) AS ?n)",
        "ASK",
        "DESCRIBE ?a",
        "CONSTRUCT { ?a a ?b }",
        "CONSTRUCT",
    ]
)
ends = st.sampled_from(
    [
        "",
        "LIMIT 5",
        "ORDER BY ?a DESC(?b) LIMIT 3",
        "GROUP BY ?a",
        "GROUP BY ?a HAVING(COUNT(*) > 1)",
        "OFFSET 2",
        "VALUES ?a {}",
    ]
)
queries = st.tuples(heads, patterns, ends).map(
    lambda parts: (
        "PREFIX mgi: <https://w3id.org/mgi-graph/ontology#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
        f"{parts[0]} {{ {parts[1]} }} {parts[2]}"
    )
)


@pytest.fixture(scope="module")
def sparql(launch: Launch, built: object) -> Iterator[str]:
    with launch("--timeout", "2", "--memory", "1536", "--max-bytes", str(2**22)) as (url, _):
        yield f"{url}sparql"


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=queries, accept=st.sampled_from(["*/*", "text/csv", "text/turtle", "application/rdf+xml", "image/png"]))
def test_grammatical_queries_get_an_answer_or_a_reason(sparql: str, query: str, accept: str) -> None:
    got = http.post(sparql, data={"query": query}, headers={"Accept": accept}, timeout=30)
    assert got.status_code in TOLD, got.text
    assert "fault" not in got.text or got.status_code == 200


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=queries, cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 5), st.text(max_size=3)), max_size=4))
def test_mangled_queries_get_an_answer_or_a_reason(sparql: str, query: str, cuts: list[tuple[int, int, str]]) -> None:
    for start, length, put in cuts:
        query = query[:start] + put + query[start + length :]
    body = query.encode("utf-8", "surrogatepass")
    got = http.post(sparql, content=body, headers={"Content-Type": "application/sparql-query"}, timeout=30)
    assert got.status_code in TOLD, got.text


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=200))
def test_any_bytes_get_an_answer_or_a_reason(sparql: str, raw: bytes) -> None:
    kinds = ("application/sparql-query", "application/x-www-form-urlencoded")
    for kind in kinds:
        assert http.post(sparql, content=raw, headers={"Content-Type": kind}, timeout=30).status_code in TOLD


def test_calls_that_the_description_allows(launch: Launch, tmp_path: Path) -> None:
    """Schemathesis makes calls from /openapi.json, good ones and bad ones, and holds the answers against it."""
    with launch("--timeout", "5") as (url, _):
        checked = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}openapi.json", "--url", url.rstrip("/")),
                *("--phases", "examples,fuzzing", "--max-examples", "8", "--seed", "1", "--no-color"),
                *(
                    "--checks",
                    "not_a_server_error,content_type_conformance,response_schema_conformance,status_code_conformance",
                ),
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
            timeout=1500,
        )
    assert checked.returncode == 0, checked.stdout[-6000:]
    tested = re.search(r"Tested: (\d+)", checked.stdout)
    assert tested is not None
    assert int(tested[1]) > len(list((ROOT / "queries").glob("*.rq")))
