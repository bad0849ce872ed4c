"""What a stranger may try: each attack on a real server, and after each the server answers as before."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import httpx
import pytest
from conftest import ROOT, Launch, children, http
from stores import SOON

from mgi_graph.snapshot import Snapshot

PAGE = ROOT / "docs" / "security.md"
SECONDS = 2
QUERY_TO_COME = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
EVERYTHING = "SELECT * { ?s ?p ?o }"


@dataclass(frozen=True)
class Target:
    """The server under attack, the process that answers there, and what its data must still be in the end."""

    sparql: str
    listening: int
    checksum: str

    def post(self, query: str, **rest: Any) -> httpx.Response:
        return http.post(self.sparql, data={"query": query}, timeout=60, **rest)


@pytest.fixture(scope="module")
def target(built: Snapshot, launch: Launch) -> Iterator[Target]:
    arguments = ("--timeout", str(SECONDS), "--memory", "1536", "--max-bytes", str(2**24), "--evaluators", "4")
    with launch(*arguments) as (url, process):
        sparql = f"{url}sparql"
        before = checksum(sparql)
        yield Target(sparql, listening(process), before)
        assert checksum(sparql) == before


@pytest.fixture(autouse=True)
def afterwards(target: Target) -> Iterator[None]:
    """After each attack: an answer within a second, the same process, the same data."""
    yield
    assert min(seconds_to_answer(target) for _ in range(3)) < 1
    with open(f"/proc/{target.listening}/stat") as stat:
        assert stat.read().rpartition(")")[2].split()[0] not in "ZX"


DEPTH = 3000
NESTED = {
    "groups": "ASK " + "{ " * DEPTH + "} " * DEPTH,
    "exists": "ASK { " + "FILTER EXISTS { " * DEPTH + "} " * DEPTH + "}",
    "not exists": "ASK { " + "FILTER NOT EXISTS { ?a ?b ?c " * DEPTH + "} " * DEPTH + "}",
    "optional": "ASK { " + "OPTIONAL { ?a ?b ?c " * DEPTH + "} " * DEPTH + "}",
    "minus": "ASK { " + "MINUS { ?a ?b ?c " * DEPTH + "} " * DEPTH + "}",
    "union": "ASK { " + "{ ?a ?b ?c } UNION { " * DEPTH + "} " * DEPTH + "}",
    "subselect": "SELECT * { " + "{ SELECT * { " * DEPTH + "} } " * DEPTH + "}",
    "parentheses": "ASK { FILTER " + "(" * DEPTH + "1" + ")" * DEPTH + " }",
    "calls": "ASK { FILTER(" + "ABS(" * DEPTH + "1" + ")" * DEPTH + ") }",
    "paths": "ASK { ?a " + "(" * DEPTH + "<http://a>" + ")*" * DEPTH + " ?b }",
    "collections": "ASK { ?a ?b " + "( " * DEPTH + "1 " + ") " * DEPTH + "}",
    "blank nodes": "ASK { ?a ?b " + "[ ?c " * DEPTH + "1 " + "] " * DEPTH + "}",
    "negations": "ASK { FILTER(" + "!" * DEPTH + "true) }",
    "signs": "ASK { FILTER(" + "- " * DEPTH + "1 = 1) }",
    "graphs": "ASK { " + "GRAPH ?g { " * DEPTH + "} " * DEPTH + "}",
    "if": "ASK { FILTER(" + "IF(true, " * DEPTH + "1" + ", 2)" * DEPTH + ") }",
}
CHAIN = 5000
FLAT = {
    "binds": "SELECT * { " + " ".join(f"BIND({n} AS ?x{n})" for n in range(CHAIN)) + " }",
    "unions": "ASK { " + " UNION ".join("{ ?a ?b ?c }" for _ in range(CHAIN)) + " }",
    "ors": "ASK { FILTER(" + " || ".join("?x = 1" for _ in range(CHAIN)) + ") }",
    "sums": "ASK { FILTER(" + " + ".join("1" for _ in range(CHAIN)) + " = 1) }",
    "alternatives": "ASK { ?a " + "|".join(f"<http://p{n}>" for n in range(CHAIN)) + " ?b }",
    "sequences": "ASK { ?a " + "/".join(f"<http://p{n}>" for n in range(CHAIN)) + " ?b }",
    "optionals": "ASK { " + " ".join(f"OPTIONAL {{ ?a ?b ?c{n} }}" for n in range(CHAIN)) + " }",
    "triples": "ASK { " + " . ".join(f"?a ?b ?c{n}" for n in range(CHAIN)) + " }",
    "filters": "ASK { ?a ?b ?c " + " ".join("FILTER(?a = ?b)" for _ in range(CHAIN)) + " }",
    "values": "SELECT * { VALUES ?x { " + " ".join(map(str, range(CHAIN * 4))) + " } }",
    "in": "ASK { FILTER(1 IN (" + ", ".join(map(str, range(CHAIN * 4))) + ")) }",
    "prefixes": " ".join(f"PREFIX p{n}: <http://p{n}>" for n in range(CHAIN)) + " ASK {}",
    "minuses": "ASK { ?a ?b ?c " + " ".join("MINUS { ?a ?d ?c }" for _ in range(CHAIN)) + " }",
}


def test_ordinary_depth_is_answered(target: Target) -> None:
    for query in ("ASK " + "{ " * 40 + "} " * 40, "ASK { FILTER(" + "(" * 40 + "1" + ")" * 40 + " = 1) }"):
        assert target.post(query).status_code == 200


FEWER = {
    "fewer binds": "SELECT * { " + " ".join(f"BIND({n} AS ?x{n})" for n in range(CHAIN // 2)) + " }",
    "fewer optionals": "ASK { " + " ".join(f"OPTIONAL {{ ?a ?b ?c{n} }}" for n in range(CHAIN // 2)) + " }",
    "fewer triples": "ASK { " + " . ".join(f"?a ?b ?c{n}" for n in range(CHAIN // 2)) + " }",
    "fewer minuses": "ASK { ?a ?b ?c " + " ".join("MINUS { ?a ?d ?c }" for _ in range(CHAIN // 2)) + " }",
    "shallow optionals": "ASK { " + "OPTIONAL { ?a ?b ?c " * 250 + "} " * 250 + "}",
    "shallow collections": "ASK { ?a ?b " + "( " * 250 + "1 " + ") " * 250 + "}",
}

COSTLY = {
    "cartesian count": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "cartesian rows": "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "cartesian order": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f",
    "cartesian distinct": "SELECT DISTINCT ?a ?f { ?a ?b ?c . ?d ?e ?f }",
    "cartesian groups": "SELECT ?a ?f (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a ?f",
    "closure of all paths": "SELECT (COUNT(*) AS ?n) { ?a (!<http://a>|^!<http://a>)* ?b }",
    "string bomb": "SELECT (STRLEN(?x10) AS ?n) { BIND('0123456789' AS ?x0) "
    + " ".join(f"BIND(CONCAT({', '.join([f'?x{n}'] * 10)}) AS ?x{n + 1})" for n in range(10))
    + " }",
    "concatenation bomb": "SELECT (GROUP_CONCAT(STR(?c)) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "regular expression": "SELECT * { BIND(CONCAT('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '!') AS ?x) "
    "FILTER(REGEX(?x, '^(a+)+$')) ?s ?p ?o FILTER(REGEX(STR(?o), '(.*.*.*.*.*.*)*x{1000}')) }",
    "all triples twice": "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }",
    "describe everything": "DESCRIBE ?s ?o { ?s ?p ?o . ?o ?q ?r }",
}
ATTACKS = NESTED | FLAT | FEWER | COSTLY


def documented() -> dict[str, set[int]]:
    """What the page on security says that the server answers, by attack."""
    rows = re.findall(r"^\| ([a-z ]+) \| ([0-9]{3}(?: or [0-9]{3})*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: {int(status) for status in answer.split(" or ")} for name, answer in rows}


def test_page_lists_each_attack() -> None:
    assert documented().keys() == ATTACKS.keys()


@pytest.mark.parametrize("name", ATTACKS)
def test_query_is_answered_as_the_page_says(target: Target, name: str) -> None:
    started = time.monotonic()
    got = target.post(ATTACKS[name])
    assert time.monotonic() - started < SECONDS + 3
    assert got.status_code in documented()[name], got.text[:300]
    if got.status_code != 200:
        assert got.headers["content-type"].startswith("text/plain")
        assert len(got.text.strip().splitlines()) >= 2


def test_others_are_answered_meanwhile(target: Target) -> None:
    query = COSTLY["cartesian count"]
    threads = [threading.Thread(target=target.post, args=(f"{query} # {n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    assert target.post("ASK { ?meanwhile ?p ?o }").status_code == 200
    assert all(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join()


def test_many_more_than_can_be_served_get_an_answer_or_503(target: Target) -> None:
    statuses: list[int] = []
    query = COSTLY["cartesian count"]

    def ask(number: int) -> None:
        statuses.append(target.post(f"{query} # many {number}").status_code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {503, 504}
    assert 503 in statuses


class Trap(BaseHTTPRequestHandler):
    """Counts whoever comes."""

    visits: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.visits.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_POST = do_HEAD = do_GET  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Be quiet."""


@pytest.fixture(scope="module")
def trap() -> Iterator[str]:
    """The address of a server that must never be called."""
    with HTTPServer(("127.0.0.1", 0), Trap) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": SOON})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <TRAP> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <TRAP> { ?s ?p ?o } }",
        "SELECT * { BIND(<TRAP> AS ?x) SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { VALUES ?x { <TRAP> } SERVICE SILENT ?x { ?s ?p ?o } }",
        "PREFIX t: <TRAP> SELECT * { { { OPTIONAL { sErViCe t: { ?s ?p ?o } } } } }",
        "SELECT * { { SELECT * { FILTER EXISTS { SERVICE <TRAP> { ?s ?p ?o } } } } }",
        "SELECT * { S\\u0045RVICE <TRAP> { ?s ?p ?o } }",
        "ASK { MINUS { SERVICE # <http://x>\n <TRAP> {} } }",
        "SELECT * FROM <TRAP> { ?s ?p ?o }",
        "SELECT * FROM NAMED <TRAP> { GRAPH ?g { ?s ?p ?o } }",
        "LOAD <TRAP>",
        "LOAD SILENT <TRAP> INTO GRAPH <http://x>",
        "DESCRIBE <TRAP>",
        "ASK { GRAPH <TRAP> { ?s ?p ?o } }",
    ],
)
def test_server_calls_nobody(target: Target, trap: str, query: str) -> None:
    got = target.post(query.replace("TRAP", trap))
    assert got.status_code in (200, 400)
    assert "SERVICE" not in query.upper() or got.status_code == 400
    for name in ("default-graph-uri", "named-graph-uri"):
        http.get(target.sparql, params={"query": "ASK { ?s ?p ?o }", name: trap})
    assert Trap.visits == []


@pytest.mark.parametrize("scheme", ["file:///etc/passwd", "file://localhost/etc/passwd", "ftp://127.0.0.1/x"])
def test_no_file_is_read(target: Target, scheme: str) -> None:
    for query in (f"SELECT * FROM <{scheme}> {{ ?s ?p ?o }}", f"SELECT * {{ GRAPH <{scheme}> {{ ?s ?p ?o }} }}"):
        got = target.post(query)
        assert "root:" not in got.text
        assert got.status_code == 400 or got.json()["results"]["bindings"] == []


@pytest.mark.parametrize(
    "update", ["CLEAR ALL", "DROP ALL", "DELETE WHERE { ?s ?p ?o }", "INSERT DATA { <a:a> <a:b> 1 }"]
)
def test_updates_are_refused_however_they_come(target: Target, update: str) -> None:
    kind = {"Content-Type": "application/sparql-update"}
    for got in (
        target.post(update),
        http.post(target.sparql, data={"update": update}),
        http.get(target.sparql, params={"update": update}),
        http.post(target.sparql, content=update, headers=kind),
        http.put(target.sparql, content=update, headers=kind),
    ):
        assert got.status_code in (400, 405)
    assert checksum(target.sparql) == target.checksum


def test_bodies_that_unpack_to_much_are_refused(target: Target) -> None:
    bomb = gzip.compress(b"query=ASK%7B%7D%23" + b"x" * 50_000_000)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    assert http.post(target.sparql, content=bomb, headers=headers).status_code == 415


def test_what_is_encoded_twice_is_decoded_once(target: Target) -> None:
    got = http.post(
        target.sparql,
        content=b"query=%2553%2545LECT%20*%20%7B%7D",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert got.status_code == 400


@pytest.mark.parametrize(
    "start",
    [
        b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: x\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 1000\r\n\r\nASK",
        b"",
    ],
    ids=["head", "body", "silence"],
)
def test_sixty_stalled_clients_hold_up_nobody(target: Target, start: bytes) -> None:
    host, port = urlsplit(target.sparql).hostname, urlsplit(target.sparql).port
    with ExitStack() as stack:
        for _ in range(60):
            client = stack.enter_context(socket.create_connection((host, port), timeout=5))
            client.sendall(start)
        assert min(seconds_to_answer(target) for _ in range(3)) < 1


@pytest.mark.slow
def test_results_that_nobody_takes_are_not_kept_for_ever(target: Target) -> None:
    host, port = urlsplit(target.sparql).hostname, urlsplit(target.sparql).port
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(60)
        client.connect((host, port))
        client.sendall(f"GET /sparql?query={quote(EVERYTHING)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(40)
        got = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = got.partition(b"\r\n\r\n")
    told = re.search(rb"content-length: (\d+)", head)
    assert told is not None
    assert head.startswith(b"HTTP/1.1 200 "), body
    assert len(body) < int(told[1])


def test_clients_that_come_and_go_free_their_evaluators(target: Target) -> None:
    query = COSTLY["cartesian count"]
    for number in range(12):
        with pytest.raises(httpx.ReadTimeout):
            http.post(target.sparql, data={"query": f"{query} # gone {number}"}, timeout=0.15)
    time.sleep(0.5)


def test_endless_head_is_cut_off(target: Target) -> None:
    host, port = urlsplit(target.sparql).hostname, urlsplit(target.sparql).port
    with socket.create_connection((host, port), timeout=10) as client:
        client.sendall(b"GET /sparql?query=")
        with pytest.raises((ConnectionError, TimeoutError)):
            client.sendall(b"x" * 64 * 2**20)


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /sparql?query=ASK%20{} HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"GET //evil.example/%2e%2e/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/%2e%2e/%2e%2e/app.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /id/%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /id//evil.example HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /id/..%2f..%2fontology HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /doc/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b'GET / HTTP/1.1\r\nHost: evil"><script>\r\n\r\n',
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /sparql?query=%F0%9F HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        QUERY_TO_COME + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nASK {}\r\n0\r\n\r\n",
    ],
)
def test_raw_requests(target: Target, raw: bytes) -> None:
    answer = exchange(target, raw.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\r\nConnection: close\r\n"))
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert re.match(rb"http/1\.1 (?!500)\d{3} ", head)
    assert b"root:" not in answer
    assert b"create_app" not in answer
    assert b"set-cookie" not in head
    assert b"<script>" not in answer
    location = next((line for line in head.split(b"\r\n") if line.startswith(b"location:")), b"")
    assert b"evil" not in location.partition(b"//")[2].partition(b"/")[0]


def test_http_2_on_the_plain_port_is_cut_off(target: Target) -> None:
    assert exchange(target, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == b""


@pytest.mark.parametrize("size", [b"Content-Length: 50", b"Transfer-Encoding: chunked"])
def test_body_that_breaks_off_is_no_fault_of_the_server(target: Target, size: bytes) -> None:
    answer = exchange(target, QUERY_TO_COME + size + b"\r\n\r\n5\r\nASK", half=True)
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /sparql?query=ASK%7B%7D&x=" + b"x" * 66_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 120 + b"\r\n", 431),
    ],
)
def test_heads_beyond_the_limits_are_told(target: Target, raw: bytes, status: int) -> None:
    assert exchange(target, raw).startswith(b"HTTP/1.1 %d " % status)


def exchange(target: Target, raw: bytes, half: bool = False) -> bytes:
    """Send bytes, and read until the server closes; `half`: say before that nothing more will come."""
    host, port = urlsplit(target.sparql).hostname, urlsplit(target.sparql).port
    with socket.create_connection((host, port), timeout=20) as client:
        client.sendall(raw)
        if half:
            client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def seconds_to_answer(target: Target) -> float:
    started = time.monotonic()
    got = target.post(f"ASK {{}} # {started}")
    assert (got.status_code, got.json()["boolean"]) == (200, True)
    return time.monotonic() - started


def listening(process: subprocess.Popen[str]) -> int:
    """The process that answers HTTP: the one below the server that does not evaluate."""
    (pid,) = children(process.pid)
    return pid


def checksum(sparql: str) -> str:
    """What the data is: asked by property, so that each query has time enough at any load, and never from the cache."""
    found = hashlib.sha256()
    with httpx.Client(timeout=60, headers={"Accept": "text/csv"}) as client:

        def rows(query: str) -> list[bytes]:
            got = client.post(sparql, data={"query": f"{query} # {time.monotonic()}"})
            assert got.status_code == 200, got.text[:300]
            return sorted(got.content.splitlines()[1:])

        for name in rows("SELECT DISTINCT ?p { ?s ?p ?o }"):
            found.update(b"\n".join([name, *rows(f"SELECT ?s ?o {{ ?s <{name.decode()}> ?o }}")]))
    return found.hexdigest()
