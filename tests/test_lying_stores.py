"""Stores that fail and lie: each gets a message that says what is wrong, does no harm, and crashes nothing."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import Launch, Run, descendants, http
from stores import JSON, Handler, answering

from mgi_graph import loading
from mgi_graph.engine import holding
from mgi_graph.engine.guarded import GuardedEngine
from mgi_graph.engine.remote import RemoteEngine
from mgi_graph.engine.wire import Bounds, Store
from mgi_graph.errors import (
    MGIGraphError,
    QueryTimeoutError,
    ResultTooLargeError,
    StoreError,
    StoreUnreachableError,
    UpdateRefusedError,
)
from mgi_graph.snapshot import DESCRIPTION, INFERRED, Snapshot

Lies = dict[str, Callable[[Handler], None]]

ROW = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "1"}}]}}'
PAGE = b"<!doctype html><html><head><style>p { color: red }</style></head><body><h1>Welcome</h1> to our store</body>"
SELECT = "SELECT ?x WHERE { ?x ?y ?z }"
QUICK = Bounds(seconds=1.0, bytes=100_000)


def drip(handler: Handler) -> None:
    """A byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("content-type", JSON)
    handler.send_header("content-length", "1000000")
    handler.end_headers()
    for _ in range(600):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
    for _ in range(600):
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.1)


def greet(handler: Handler) -> None:
    handler.wfile.write(b"220 mail ready\r\n")


def hang_up(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


LIES: dict[str, tuple[Callable[[Handler], None], type[MGIGraphError], str]] = {
    "page": (lambda h: h.say(200, "text/html; charset=utf-8", PAGE), StoreError, r"text/html.*: Welcome to our store"),
    "page as results": (lambda h: h.say(200, JSON, PAGE), StoreError, "no whole result"),
    "truncated": (lambda h: h.say(200, JSON, ROW[:70]), StoreError, "no whole result"),
    "truncated row": (lambda h: h.say(200, JSON, ROW[:-20]), StoreError, "no whole result"),
    "cut off": (lambda h: h.say(200, JSON, ROW, length=5000), StoreUnreachableError, "broke off after"),
    "wrong type": (lambda h: h.say(200, "text/csv", b"x\r\n1\r\n"), StoreError, "of the type text/csv"),
    "no type": (lambda h: h.say(200, "", ROW), StoreError, r"of the type \(none\)"),
    "error in a 200": (lambda h: h.say(200, JSON, b"ERROR: out of memory"), StoreError, "ERROR: out of memory"),
    "not UTF-8": (lambda h: h.say(200, JSON, b"\xff\xfe{}"), StoreError, "no whole result"),
    "nothing": (lambda h: h.say(200, JSON, b""), StoreError, "no whole result"),
    "yes for rows": (lambda h: h.say(200, JSON, b'{"head": {}, "boolean": true}'), StoreError, "yes or no"),
    "other columns": (lambda h: h.say(200, JSON, ROW.replace(b"x", b"z")), StoreError, "no column x"),
    "partial": (lambda h: h.say(206, JSON, ROW), StoreError, "206"),
    "no content": (lambda h: h.say(204, JSON, b""), StoreError, "no whole result"),
    "cut to rows": (lambda h: h.say(200, JSON, ROW, X_SPARQL_MaxRows="1"), StoreError, "cut its answer to a number"),
    "cut for time": (
        lambda h: h.say(200, JSON, ROW, X_SQL_State="S1TAT"),
        StoreError,
        "cut its answer for want of time",
    ),
    "compressed": (
        lambda h: h.say(200, JSON, gzip.compress(ROW), Content_Encoding="gzip"),
        StoreError,
        "compressed .gzip., which was not asked for",
    ),
    "too large": (lambda h: h.say(200, JSON, b" " * 200_000 + ROW), ResultTooLargeError, "100000 bytes"),
    "redirect": (lambda h: h.say(307, "", b"", Location="/other"), StoreError, "leads to another address"),
    "redirect away": (lambda h: h.say(302, "", b"", Location="file:///etc/passwd"), StoreError, "not followed"),
    "read-only": (lambda h: h.say(403, "text/plain", b"read only"), StoreError, "403 read only"),
    "credentials": (
        lambda h: h.say(401, "", b"", WWW_Authenticate='Basic realm="x"'),
        StoreError,
        "wants other credentials",
    ),
    "unknown credentials": (
        lambda h: h.say(401, "", b"", WWW_Authenticate="Negotiate"),
        StoreError,
        "credentials|as it should",
    ),
    "no endpoint": (lambda h: h.say(404, "text/html", PAGE), StoreError, "no such service"),
    "refused": (
        lambda h: h.say(400, "text/plain", b"syntax error\x1b[31m at 1"),
        StoreError,
        r"syntax error \[31m at 1",
    ),
    "failed": (lambda h: h.say(500, "text/html", PAGE), StoreError, "500 Welcome to our store"),
    "always busy": (lambda h: h.say(503, "", b""), StoreError, "is busy"),
    "hangs up": (hang_up, StoreUnreachableError, "cannot be reached"),
    "no HTTP": (greet, StoreUnreachableError, "220 mail"),
    "drips": (drip, QueryTimeoutError, "1 seconds"),
    "drips headers": (drip_headers, QueryTimeoutError, "1 seconds"),
}


@pytest.fixture(scope="module")
def liar() -> Iterator[tuple[str, list[tuple[str, str, str | None]]]]:
    with answering({f"/{name.replace(' ', '-')}": lie for name, (lie, _, _) in LIES.items()}) as served:
        yield served


@pytest.mark.parametrize("name", LIES)
def test_lie_is_told_and_believed_by_nobody(liar: tuple[str, list[tuple[str, str, str | None]]], name: str) -> None:
    _, error, message = LIES[name]
    store = Store(f"{liar[0]}/{name.replace(' ', '-')}", user="reader", password="hunter2")
    started = time.monotonic()
    with pytest.raises(error, match=message) as caught:
        RemoteEngine(store, bounds=QUICK).query(SELECT)
    assert time.monotonic() - started < 10
    assert "hunter2" not in f"{caught.value}{caught.value.facts()}{store}"
    assert all(char.isprintable() or char == "\n" for char in str(caught.value))
    if isinstance(caught.value, StoreError):
        assert liar[0] not in str(caught.value.for_strangers())
        assert "Welcome" not in str(caught.value.for_strangers())


@pytest.mark.parametrize("query", ["CONSTRUCT { ?x ?y ?z } WHERE { ?x ?y ?z }", "DESCRIBE <http://x/a>"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/turtle", b"<http://x/a> <http://x/b> "),
        ("application/n-triples", b"Error: transaction aborted"),
        ("application/rdf+xml", b"<rdf:RDF/>"),
        (JSON, ROW),
        ("text/html", PAGE),
    ],
)
def test_triples_that_are_none_are_not_believed(query: str, kind: str, body: bytes) -> None:
    with answering({"/": lambda h: h.say(200, kind, body)}) as (url, _), pytest.raises(StoreError, match="no whole"):
        RemoteEngine(Store(f"{url}/"), bounds=QUICK).query(query)


def test_busy_store_is_asked_again_and_an_update_never() -> None:
    answers = iter([503, 200, 503])
    with answering({"/": lambda h: h.say(next(answers), JSON, ROW)}) as (url, heard):
        rows = RemoteEngine(Store(f"{url}/")).query(SELECT).table().rows
        assert rows == ((ox.Literal("1"),),)
        assert len(heard) == 2
        from mgi_graph.engine.remote import update

        with pytest.raises(StoreError, match="busy"):
            update(Store(f"{url}/", update_url=f"{url}/"), "CLEAR ALL", QUICK, again=False)
        assert len(heard) == 3


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/sparql"):
        with pytest.raises(StoreUnreachableError, match="cannot be reached"):
            RemoteEngine(Store(url), bounds=QUICK).query(SELECT)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "no address of a store"),
        ("file:///etc/passwd", "no address of a store"),
        ("ftp://host/x", "no address of a store"),
        ("http:///x", "no address of a store"),
        ("http://host/a b", "no address of a store"),
        ("http://host/\r\nx", "no address of a store"),
        ("http://me:hunter2@host/", "holds a name or password"),
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        Store(url)
    assert "hunter2" not in str(caught.value)


def test_credentials_go_nowhere_else() -> None:
    with answering({"/": lambda h: h.say(200, JSON, ROW)}) as (other, heard_there):
        lies: Lies = {
            "/basic": lambda h: (
                h.say(200, JSON, ROW)
                if h.headers.get("authorization")
                else h.say(401, "", b"", WWW_Authenticate='Basic realm="x"')
            ),
            "/away": lambda h: h.say(307, "", b"", Location=f"{other}/"),
            "/open": lambda h: h.say(200, JSON, ROW),
        }
        with answering(lies) as (url, heard):
            assert RemoteEngine(Store(f"{url}/basic", user="u", password="p")).query(SELECT).table().rows
            with pytest.raises(StoreError):
                RemoteEngine(Store(f"{url}/away", user="u", password="p")).query(SELECT)
            RemoteEngine(Store(f"{url}/open", user="u", password="p")).query(SELECT)
    assert [told for _, path, told in heard if path == "/basic"] == [None, "Basic dTpw"]
    assert {told for _, path, told in heard if path != "/basic"} == {None}
    assert heard_there == []


def test_form_of_a_query_is_read_and_not_guessed() -> None:
    """SPARQLWrapper looks for words such as ADD anywhere; sent as an update a query would be another thing."""
    with answering({"/": lambda h: h.say(200, JSON, b'{"head": {}, "boolean": true}')}) as (url, _):
        engine = RemoteEngine(Store(f"{url}/"))
        assert engine.query("#\nPREFIX add: <http://insert/> # DELETE\nASK { ?s add:x 'DROP' }").boolean()
        with pytest.raises(UpdateRefusedError):
            engine.query("PREFIX ask: <http://x/> DROP ALL")


@pytest.fixture(scope="module")
def whole(built: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """All that a store elsewhere is to hold."""
    path = tmp_path_factory.mktemp("whole") / "all.nq"
    loading.write(built, path)
    store = ox.Store()
    store.bulk_load(path=str(path))
    return store


@pytest.fixture
def changed(whole: ox.Store) -> ox.Store:
    """The same, to be changed."""
    store = ox.Store()
    store.bulk_extend(whole)
    return store


def check(store: ox.Store, built: Snapshot, answer: Callable[[Handler], None] | None = None) -> None:
    with answering({"/": answer or (lambda h: h.evaluate(store))}) as (url, _):
        holding.check(RemoteEngine(Store(f"{url}/")), built)


def test_whole_store_passes(whole: ox.Store, built: Snapshot) -> None:
    check(whole, built)


def test_empty_store_and_one_that_is_being_loaded_are_refused(changed: ox.Store, built: Snapshot) -> None:
    with pytest.raises(StoreError, match="does not hold the graph, or is just being loaded"):
        check(ox.Store(), built)
    changed.remove_graph(ox.NamedNode(holding.LOADED))
    with pytest.raises(StoreError, match="does not hold the graph"):
        check(changed, built)


def test_command_line_asks_no_store_that_is_half_loaded_or_empty(changed: ox.Store, run: Run) -> None:
    changed.remove_graph(ox.NamedNode(holding.LOADED))
    for store in (changed, ox.Store()):
        with answering({"/": lambda h, store=store: h.evaluate(store)}) as (url, _):  # type: ignore[misc]
            done = run("ask", "which-laws", "--body", "ANLTP/TIM", "--store", f"{url}/")
        assert (done.returncode, done.stdout) == (1, "")
        assert "does not hold the graph, or is just being loaded" in done.stderr


def test_store_too_slow_to_say_what_it_holds_is_told_so(whole: ox.Store, built: Snapshot) -> None:
    with (
        answering({"/": drip}) as (url, _),
        pytest.raises(StoreError, match="does not answer: it took longer than 1 s"),
    ):
        holding.version_in(RemoteEngine(Store(f"{url}/"), bounds=QUICK))

    def slow_to_count(handler: Handler) -> None:
        drip(handler) if b"COUNT" in handler.asked else handler.evaluate(whole)

    with answering({"/": slow_to_count}) as (url, _), pytest.raises(StoreError, match="does not answer"):
        holding.check(RemoteEngine(Store(f"{url}/"), bounds=QUICK), built)


def test_other_version_is_refused(changed: ox.Store, built: Snapshot) -> None:
    graph = ox.NamedNode(holding.LOADED)
    (quad,) = changed.quads_for_pattern(None, None, None, graph)
    changed.remove_graph(graph)
    changed.add(ox.Quad(quad.subject, quad.predicate, ox.Literal("0123456789ab"), graph))
    with pytest.raises(
        StoreError, match=f"version 0123456789ab of the graph; the files here make version {built.version}"
    ):
        check(changed, built)


@pytest.mark.parametrize("graph", [INFERRED, DESCRIPTION, holding.UNION])
def test_missing_graph_is_refused(changed: ox.Store, built: Snapshot, graph: str) -> None:
    changed.remove_graph(ox.NamedNode(graph))
    with pytest.raises(StoreError, match=f"holds 0 triples in <{graph}>; there should be"):
        check(changed, built)


def test_store_with_a_dataset_of_its_own_is_refused(whole: ox.Store, built: Snapshot) -> None:
    with pytest.raises(StoreError, match="does not hold the graph"):
        check(whole, built, lambda h: h.evaluate(whole, obey=False))


def test_store_that_lacks_a_part_of_sparql_is_refused_by_the_name_of_the_part(whole: ox.Store, built: Snapshot) -> None:
    def without_paths(handler: Handler) -> None:
        if b"subClassOf%2B" in handler.asked:
            handler.say(400, "text/plain", b"property paths are not supported")
        else:
            handler.evaluate(whole)

    with pytest.raises(StoreError, match="cannot do what the questions need: property paths"):
        check(whole, built, without_paths)


def test_server_does_not_start_on_a_store_that_is_not_ours(run: Run) -> None:
    with answering({"/": lambda h: h.evaluate(ox.Store())}) as (url, _):
        done = run("serve", "--port", "0", "--store", f"{url}/")
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not hold the graph" in done.stderr
    assert "mgi-graph load" in done.stderr
    assert "Traceback" not in done.stderr


def test_server_on_a_store_that_turns_bad_tells_strangers_no_more_than_they_need(
    whole: ox.Store, launch: Launch, tmp_path: Path
) -> None:
    good = threading.Event()
    good.set()

    def turns_bad(handler: Handler) -> None:
        if good.is_set():
            handler.evaluate(whole)
        else:
            handler.say(500, "text/plain", b"secret inside of the store")

    log = tmp_path / "log"
    with answering({"/": turns_bad}) as (elsewhere, _), log.open("w") as stream:
        password = {"MGI_GRAPH_STORE_USER": "reader", "MGI_GRAPH_STORE_PASSWORD": "hunter2"}
        with launch("--store", f"{elsewhere}/", stderr=stream, **password) as (url, process):
            assert http.get(f"{url}sparql", params={"query": SELECT + " LIMIT 1"}).status_code == 200
            good.clear()
            for path in ("sparql?query=ASK%7B%7D", "questions/which-laws/answer?format=json", "doc/ne/org/anpe.ttl"):
                reply = http.get(url + path, timeout=30)
                assert (reply.status_code, path) == (502, path)
                assert "The store failed" in reply.text
                assert "secret" not in reply.text
                assert elsewhere not in reply.text
            assert http.get(f"{url}health").status_code == 200
            good.set()
            assert http.get(f"{url}sparql?query=ASK%7B%7D").json()["boolean"] is True
            told = b"".join(
                Path(f"/proc/{pid}/cmdline").read_bytes() for pid in (process.pid, *descendants(process.pid))
            )
    assert b"hunter2" not in told
    assert "secret inside of the store" in log.read_text()
    assert "hunter2" not in log.read_text()


def test_load_into_a_store_that_is_read_only_changes_nothing_and_says_so(run: Run) -> None:
    store = ox.Store()
    lies: Lies = {
        "/query": lambda h: h.evaluate(store),
        "/data": lambda h: h.say(403, "text/plain", b"This store is read-only"),
    }
    with answering(lies) as (url, _):
        done = run(
            "load",
            *("--store", f"{url}/query", "--graph-store", f"{url}/data"),
            MGI_GRAPH_STORE_USER="writer",
            MGI_GRAPH_STORE_PASSWORD="hunter2",
        )
    assert (done.returncode, len(store)) == (1, 0)
    assert "This store is read-only" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr + done.stdout


def test_load_that_the_store_forgets_is_noticed(built: Snapshot) -> None:
    lies: Lies = {"/query": lambda h: h.evaluate(ox.Store()), "/data": lambda h: h.say(204, "", b"")}
    with answering(lies) as (url, heard), pytest.raises(StoreError, match="does not hold the graph"):
        loading.load(built, Store(f"{url}/query", graph_store_url=f"{url}/data"))
    assert next(method for method, path, _ in heard if path == "/data") == "DELETE"


def test_load_says_what_it_needs(run: Run) -> None:
    for arguments in ((), ("--store", "http://127.0.0.1:9/", "--file", "x.nq")):
        done = run("load", *arguments)
        assert (done.returncode, "Give --store" in done.stderr) == (1, True)


def test_guard_sends_only_what_is_allowed() -> None:
    with answering({"/": lambda h: h.say(500, "", b"")}) as (url, heard):
        engine = GuardedEngine(RemoteEngine(Store(f"{url}/")), "0123456789ab", ["http://x/g"])
        for text in (
            "DROP ALL",
            "ASK { SERVICE <http://x/> {} }",
            "ASK {",
            "SELECT (<java:java.lang.System.exit>(1) AS ?x) {}",
            "ASK { FILTER(<bif:exec>('ls')) }",
            "define input:default-graph-uri <x> ASK {}",
        ):
            with pytest.raises(MGIGraphError):
                engine.query(text)
        assert heard == []
