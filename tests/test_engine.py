"""The embedded store: what it answers, counts once, refuses, and says of a mistake."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from stores import SOON

from mgi_graph import snapshot, sources
from mgi_graph.engine import as_sparql, standard
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.syntax import Dataset, Size, may_change, measure, outline, surely_small
from mgi_graph.errors import QuerySyntaxError, ServiceRefusedError, UpdateRefusedError

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
        ("FROM e:g1 FROM e:g2", 4),
        ("FROM <g1> FROM <g2> FROM NAMED <g1>", 4),
        ("FROM <g1> FROM e:g1", 3),
    ],
)
def test_each_triple_counts_once_whatever_the_dataset(small: EmbeddedEngine, clauses: str, expected: int) -> None:
    prologue = "BASE <http://e/> PREFIX e: <http://e/> "
    assert count(small, prologue + COUNT.format(clauses)) == expected


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
    ("text", "told"),
    [
        ("SELECT ?s WHERE { ?s mgi:implements ?o }", "The prefix mgi: is not declared."),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", "The SELECT contains a variable that is unbound."),
        ("SELECT ?s WHERE { ?s ?p ?o } LIMIT x", "x is not expected here"),
        ("SELECT ?s WHERE { ?s ?p ?o ", "The query cannot be read to its end"),
    ],
)
def test_syntax_error_is_told_in_words(small: EmbeddedEngine, text: str, told: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        small.query(text)
    first = str(caught.value).splitlines()[0]
    assert told in first
    assert not set("[]|\\") & set(first)


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


class Elsewhere(BaseHTTPRequestHandler):
    """An endpoint that answers each request with one solution, and remembers its path."""

    asked: list[str]

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers["content-length"]))
        body = b'{"head": {"vars": ["far"]}, "results": {"bindings": [{"far": {"type": "literal", "value": "yes"}}]}}'
        self.send_response(200)
        self.send_header("content-type", "application/sparql-results+json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """The address of another server, and the paths that it was asked for."""

    class Handler(Elsewhere):
        asked: list[str] = []  # noqa: RUF012 - one for each server

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": SOON})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", Handler.asked
        server.shutdown()
        thread.join()


CALLS = {
    "plain": "SERVICE <U> { ?s ?p ?o }",
    "silent": "service\n# to\nSILENT <U> { ?s ?p ?o }",
    "escaped": "S\\u0045RVICE <U> { ?s ?p ?o }",
    "variable": "VALUES ?e { <U> } SERVICE ?e { ?s ?p ?o }",
    "prefixed": "SERVICE u:x { ?s ?p ?o }",
    "in EXISTS": "FILTER NOT EXISTS { SERVICE <U> { ?s ?p ?o } }",
    "in a subquery": "{ SELECT * { OPTIONAL { { SERVICE <U> { ?s ?p ?o } } UNION {} } } }",
    "in MINUS, GRAPH": "?s ?p ?o MINUS { GRAPH ?g { SERVICE <U> { ?s ?p ?o } } }",
    "SILENT sticks": "SERVICESILENT<U>{ ?s ?p ?o }",
    "prefix sticks": "SERVICEu:x { ?s ?p ?o }",
    "silent prefix sticks": "SERVICESILENTu:x { ?s ?p ?o }",
    "as a prefix": "service:x { ?s ?p ?o }",
    "after a number": "?s ?p 1.0e5SERVICE<U>{ ?s ?p ?o }",
    "after a boolean": "?s ?p trueSERVICE<U>{ ?s ?p ?o }",
    "after a name": "?s ?p u:a.b.SERVICE<U>{ ?s ?p ?o }",
    "after a prefix": "?s ?p u:.SERVICE<U>{ ?s ?p ?o }",
    "after an escape": "?s ?p u:a\\'SERVICE . SERVICE<U>{ ?s ?p 'x' }",
    "after a foreign letter": "?s ?p u:\u3001\\' . SERVICE <U> { ?s ?p 'x' }",
    "after < and a quote": "FILTER(1<'>' || EXISTS { SERVICE <U> { ?s ?p ?o } } || 1='x')",
    "after < and two quotes": "FILTER(1<\"'>\" || EXISTS { SERVICE <U> { ?s ?p ?o } } || 1='x')",
    "after < and #": "FILTER(1<#>'''\n2 || EXISTS { SERVICE <U> { ?s ?p ?o } }) #'''\n",
    "after an IRI with a quote": '?s <http://e/"x> ?o . SERVICE <U> { ?s ?p "y" }',
    "after an escaped quote": '?s ?p "\\u0022" . SERVICE <U> { ?s ?p "\\u0022" }',
    "after an escaped quote in an IRI": "?s <http://e/\\u0027> ?o . SERVICE <U> { ?s ?p 'y' }",
}


@pytest.mark.parametrize("pattern", CALLS.values(), ids=CALLS.keys())
def test_service_is_refused_however_it_is_written(
    small: EmbeddedEngine, elsewhere: tuple[str, list[str]], pattern: str
) -> None:
    address, asked = elsewhere
    text = f"PREFIX u: <{address}> PREFIX : <{address}> PREFIX service: <{address}> ASK {{ {pattern} }}"
    with pytest.raises(ServiceRefusedError, match="SERVICE is refused"):
        small.query(text.replace("<U>", f"<{address}>"))
    assert asked == []


def test_service_is_allowed_where_the_operator_says_so(small: EmbeddedEngine, elsewhere: tuple[str, list[str]]) -> None:
    address, asked = elsewhere
    engine = EmbeddedEngine(small.snapshot, allowed_services=frozenset({address}))
    allowed = f"SERVICE <{address}> {{ ?s ?p ?far }}"
    far = engine.query(f"SELECT ?far {{ {allowed} }}").table()
    assert far.rows == ((ox.Literal("yes"),),)
    assert asked == ["/"]
    others = f"<{address}other>", "u:", "?e", f"SILENT <{address}other>"
    for other in others:
        with pytest.raises(ServiceRefusedError):
            engine.query(f"PREFIX u: <{address}> SELECT * {{ {allowed} SERVICE {other} {{ ?s ?p ?o }} }}")
    assert asked == ["/"]


@pytest.mark.parametrize(
    "text", ["SELECT * FROM <U> FROM <Ua> FROM NAMED <Ub> { ?s ?p ?o }", "DESCRIBE <U>", "LOAD <U>"]
)
def test_nothing_is_fetched(small: EmbeddedEngine, elsewhere: tuple[str, list[str]], text: str) -> None:
    address, asked = elsewhere
    text = text.replace("<U", f"<{address}")
    if text.startswith("LOAD"):
        with pytest.raises(UpdateRefusedError):
            small.query(text)
    else:
        assert not list(small.query(text).native)  # type: ignore[arg-type]
        small.query("ASK {}", Dataset(default=(address,), named=(f"{address}a",)))
    assert asked == []


def test_words_inside_strings_iris_and_names_mean_nothing(small: EmbeddedEngine) -> None:
    text = """PREFIX from: <http://service/> PREFIX service: <http://e/#> # SERVICE <x> { LATERAL
    SELECT ?service ?subject WHERE { ?service from:FROM "SERVICE <x> {" ; <http://x#SERVICE> '''FROM <http://y>''' ;
      service:service service:a . GRAPH service:g { ?subject service:lateral '<< ~ !! {| @en--ltr' , "object("@en }
      FILTER(?service<'SERVICE <x> {}' && ?service>"~") }"""
    seen = outline(text)
    assert (seen.form, seen.services, seen.clauses, seen.extension) == ("SELECT", (), (), None)
    assert small.query(text).table().rows == ()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o LATERAL { ?o ?q ?r } }",
        "SELECT * { << ?s ?p ?o >> ?q ?r }",
        "SELECT * { ?s ?p <<( ?s ?p ?o )>> }",
        "SELECT * { ?s ?p ?o {| ?q ?r |} }",
        "SELECT * { ?s ?p ?o ~ ?r }",
        "SELECT (TRIPLE(?s, ?p, ?o) AS ?t) { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o FILTER isTriple\n(?o) }",
        "SELECT (ADJUST(NOW(), ?z) AS ?t) { ?s ?p ?z }",
        "SELECT ('x'@en--ltr AS ?t) { }",
        "SELECT (hasLang('x'@en) AS ?t) { }",
        "VERSION '1.2' SELECT * { }",
        "SELECT (!!true AS ?t) { }",
    ],
)
def test_extensions_of_the_standard_are_refused(small: EmbeddedEngine, text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="extension") as caught:
        small.query(text)
    assert caught.value.line == 1


@pytest.mark.parametrize("expression", ["--1", "- -1", "1<-1", "?a<<http://e/>", "!(!true)"])
def test_what_looks_like_an_extension_is_answered(small: EmbeddedEngine, expression: str) -> None:
    assert len(small.query(f"SELECT ({expression} AS ?t) {{ }}").table().rows) == 1


def test_escapes_may_stand_for_letters_anywhere(small: EmbeddedEngine) -> None:
    text = "SELECT (\\u0043OUNT(?\\U00000061) AS ?n) { VALUES ?a { 1 3 } FILTER('\\u0041' = 'A') }"
    assert count(small, text) == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [("'a'@en", "a"), ("'a'@en 'b'@en", "a b"), ("'a'@en 'b'@fr", "a b"), ("'a'", "a")],
)
def test_concatenation_of_a_group_has_no_language(small: EmbeddedEngine, values: str, expected: str) -> None:
    text = f"""SELECT (group_Concat # (
      (DISTINCT ?v; SEPARATOR=" ") AS ?all) (STRLEN(GROUP_CONCAT(STR(?v))) AS ?n) {{ VALUES ?v {{ {values} }} }}
    HAVING (LANG(GROUP_CONCAT(?v)) = '')"""
    assert small.query(text).table().rows[0][0] == ox.Literal(expected)


def test_mistake_beside_a_concatenation_is_shown_where_it_was_made(small: EmbeddedEngine) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        small.query("SELECT (GROUP_CONCAT(?v) AS ?all) { VALUES ?v { 1 } ! }")
    assert (caught.value.line, caught.value.column) == (1, 56)


def test_size_is_that_of_the_tokens() -> None:
    assert measure("ASK { ?s ?p '((((' , <http://e/((> . # ((((\n FILTER((?o)) }") == Size(3, 15)
    assert measure("") == Size(0, 0)
    assert measure("SELECT ([{([{ x }])}])") == Size(6, 14)
    assert surely_small("ASK { ?s ?p (1 2) }", depth=2, tokens=100)
    assert not surely_small("ASK { ?s ?p (1 2) }", depth=1, tokens=100)
    assert not surely_small("ASK { ?s ?p (1 2) }", depth=2, tokens=10)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (rand # (\n() AS ?x) {}",
        "ASK { BIND(StrUUID () AS ?x) }",
        r"ASK { ?a ?b \u004eOW() }",
    ],
)
def test_query_that_may_change_is_seen(query: str) -> None:
    assert may_change(query)


@pytest.mark.parametrize("query", ["SELECT ?now { ?now ?rand 1 }", "ASK { ?s <http://e/know> (1) }", "ASK {}"])
def test_query_that_stays_the_same_is_seen(query: str) -> None:
    assert not may_change(query)


HOSTILE = (
    '"',
    "'",
    "\\",
    "<",
    "#",
    "'\\",
    '"\\"',
    "a.",
    "(",
    "()",
    "<'>",
    "<#>",
    "<a",
    "@",
    "e:",
    "!",
    "--",
    "\\u0041",
    "\u00e9",
)
WORDS = ("service ", "service:a{", "service#", "from ", "from#", "group_concat(", "subject (", "graph ?")


@pytest.mark.parametrize("piece", HOSTILE + WORDS)
@pytest.mark.parametrize("start", ["", "'''", "service <a'b> "], ids=["bare", "string", "iri"])
def test_hostile_text_is_read_in_linear_time(piece: str, start: str) -> None:
    def text(size: int) -> str:
        return start + piece * (size // len(piece))

    began = time.process_time()
    measure(text(400_000))
    measured = time.process_time()
    seen = outline(text(50_000))
    _ = seen.services, seen.clauses, seen.extension, seen.form, seen.prologue, standard.unescaped(seen.text)
    standard.plain_concatenations(seen.text)
    assert measured - began < 1  # a tenth of it on a machine at rest
    assert time.process_time() - measured < 2


def test_no_literal_of_ours_is_rewritten_by_the_store(files: sources.Sources) -> None:
    for path in files.asserted:
        parsed = {quad.object for quad in sources.parse_quads(path) if isinstance(quad.object, ox.Literal)}
        store = ox.Store()
        store.extend(ox.Quad(ox.BlankNode(), ox.NamedNode("http://e/p"), literal) for literal in parsed)
        assert {quad.object for quad in store} == parsed
        assert parsed


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
