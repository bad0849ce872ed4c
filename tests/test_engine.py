"""The embedded store: what it answers, counts once, refuses, and says of a mistake."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph

from mgi_graph import snapshot
from mgi_graph.engine import as_sparql
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.syntax import Dataset, outline
from mgi_graph.errors import QueryError, QuerySyntaxError, UpdateRefusedError

TWICE = """
GRAPH <http://e/g1> { <http://e/a> <http://e/p> 1 , 2 . _:x <http://e/p> 3 . }
GRAPH <http://e/g2> { <http://e/a> <http://e/p> 1 , 4 . }
<http://e/default> <http://e/p> 5 .
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    path = tmp_path_factory.mktemp("data") / "twice.trig"
    path.write_text(TWICE, "utf-8")
    return EmbeddedEngine(snapshot.of_files([path]))


def count(engine: EmbeddedEngine, text: str, dataset: Dataset | None = None) -> int:
    term = engine.query(text, dataset).table().rows[0][0]
    assert isinstance(term, ox.Literal)
    return int(term.value)


COUNT = "SELECT (COUNT(*) AS ?n) {} WHERE {{ ?s ?p ?o }}"


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ("", 1),
        ("FROM <http://e/g1>", 3),
        ("FROM <http://e/g1> FROM <http://e/g2>", 4),
        ("from<http://e/g1>\n# FROM <http://e/x>\nFROM <http://e/g2> FROM NAMED <http://e/g1>", 4),
        ("FROM <http://e/unknown>", 0),
        ("FROM NAMED <http://e/g1>", 0),
    ],
)
def test_each_triple_counts_once_whatever_the_dataset(small: EmbeddedEngine, clauses: str, expected: int) -> None:
    assert count(small, COUNT.format(clauses)) == expected


def test_dataset_of_the_caller_goes_before_that_of_the_query(small: EmbeddedEngine) -> None:
    asked = Dataset(default=("http://e/g1", "http://e/g2"), named=("http://e/g2",))
    assert count(small, COUNT.format("FROM <http://e/g1>"), asked) == 4
    assert count(small, "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", asked) == 1
    assert count(small, COUNT.format(""), Dataset(named=("http://e/g1",))) == 0


def test_default_graph_of_the_packaged_graph_is_the_union_each_triple_once(engine: EmbeddedEngine) -> None:
    union = count(engine, COUNT.format(""))
    distinct = count(engine, "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } }")
    summed = count(engine, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert union == distinct == engine.snapshot.triples <= summed


def test_named_graphs_are_described_in_the_store(engine: EmbeddedEngine) -> None:
    rows = engine.query(
        """PREFIX void: <http://rdfs.org/ns/void#> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?graph ?triples (COUNT(?title) AS ?titles) WHERE {
          ?graph a void:Dataset ; void:triples ?triples ; dcterms:title ?title
        } GROUP BY ?graph ?triples ORDER BY ?graph"""
    ).table()
    described = {graph.value.rpartition("/")[2]: int(n.value) for graph, n, _ in rows.rows if graph and n}
    assert set(described) >= {"ontology", "niger-2021", "crosscheck-niger-2021", "inferred"}
    for name, triples in described.items():
        assert count(engine, COUNT.format(f"FROM <https://w3id.org/mgi-graph/graph/{name}>")) == triples > 0


def test_inferred_triples_stand_apart(engine: EmbeddedEngine) -> None:
    twice = """PREFIX g: <https://w3id.org/mgi-graph/graph/>
    ASK { GRAPH g:inferred { ?s ?p ?o } GRAPH ?g { ?s ?p ?o } FILTER(?g != g:inferred) }"""
    assert not engine.query(twice).boolean()
    inverse = """PREFIX mgi: <https://w3id.org/mgi-graph/ontology#>
    ASK { GRAPH <https://w3id.org/mgi-graph/graph/inferred> {
      ?law mgi:implementedBy <https://w3id.org/mgi-graph/id/ne/org/anltp-tim> } }"""
    assert engine.query(inverse).boolean()


def test_syntax_error_says_where(small: EmbeddedEngine) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        small.query("SELECT ?s WHERE {\n  ?s ?p }")
    assert (caught.value.line, caught.value.column) == (2, 10)
    assert "    ?s ?p }\n           ^" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <http://a> <http://b> 1 }",
        "# c\nPREFIX a: <b>\ndelete WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "LOAD <http://x>",
    ],
)
def test_updates_are_refused(small: EmbeddedEngine, text: str) -> None:
    with pytest.raises(UpdateRefusedError):
        small.query(text)


@pytest.mark.parametrize("word", ["SERVICE", "service", "S\\u0045RVICE"])
def test_service_is_refused_however_it_is_written(small: EmbeddedEngine, word: str) -> None:
    with pytest.raises(QueryError, match="SERVICE is refused"):
        small.query(f"SELECT * {{ {word} SILENT <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}")


def test_words_inside_strings_iris_and_names_mean_nothing() -> None:
    seen = outline(
        'PREFIX from: <http://service/> SELECT ?service WHERE { ?service from:FROM "SERVICE <x>" ; <http://x#SERVICE> '
        "'''FROM <http://y>''' . # SERVICE\n }"
    )
    assert (seen.form, seen.calls_service, seen.dataset) == ("SELECT", False, Dataset())


def test_relative_graph_names_are_left_to_the_store() -> None:
    assert outline("SELECT * FROM <g> { ?s ?p ?o }").dataset == Dataset()


@settings(deadline=None)  # the first parse loads the grammar
@given(st.text(alphabet=st.sampled_from("\\uU0022\"'}{ \n\tx\u00e9\u0001")))
def test_any_text_survives_being_put_into_a_query(text: str) -> None:
    query = f"SELECT ?x {{ VALUES ?x {{ {as_sparql(ox.Literal(text))} }} }}"
    answer = ox.Store().query(query)
    assert isinstance(answer, ox.QuerySolutions)
    assert [solution["x"] for solution in answer] == [ox.Literal(text)]
    assert [str(row[0]) for row in Graph().query(query)] == [text]  # type: ignore[index]


def test_answer_of_one_kind_is_not_read_as_another(small: EmbeddedEngine) -> None:
    with pytest.raises(TypeError):
        small.query("ASK {}").table()
    with pytest.raises(TypeError):
        small.query("SELECT * {}").boolean()
    with pytest.raises(TypeError):
        small.query("SELECT * {}").triples()
