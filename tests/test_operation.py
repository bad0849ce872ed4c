"""What an operator relies on: settings, health, figures, logs, budget, renewal and stop, of real servers."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import httpx
import pytest
from conftest import ROOT, Launch, Run, Serve, children, descendants, http

from benchmarks.synthetic import write_profiles
from mgi_graph import snapshot, sources
from mgi_graph.namespaces import BASE, ID, MGI

COUNT = "/sparql?format=csv&query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture
def little(tmp_path: Path) -> Path:
    """A file of a hundred triples."""
    path = tmp_path / "little.ttl"
    path.write_text("".join(f"<http://x/s{n}> <http://x/p> <http://x/o{n % 7}> .\n" for n in range(100)), "utf-8")
    return path


def test_health_and_snapshot(address: str) -> None:
    got = http.get(f"{address}health")
    for path in ("health", "metrics"):
        head = http.head(address + path)
        assert (head.status_code, head.content) == (200, b"")
        assert set(http.post(address + path).headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert (got.json()["status"], got.headers["cache-control"]) == ("ok", "no-store")
    assert re.fullmatch(r"[0-9a-f]{12}", got.json()["snapshot"])


def test_every_setting_is_listed_with_its_variable(run: Run) -> None:
    text = run("serve", "--help").stdout
    for option in ("timeout", "memory", "max-rows", "max-bytes", "max-query", "evaluators", "queue", "cache", "budget"):
        assert f"--{option}" in text
        assert f"MGI_GRAPH_{option.replace('-', '_').upper()}" in text


def test_figures_count_what_was_done(serve: Serve, little: Path) -> None:
    with serve("--data", little, "--timeout", "0.5") as url:
        for query in ("ASK {}", "ASK {}", "ASK {", ENDLESS + " #1"):
            http.get(f"{url}sparql", params={"query": query.replace("?g ?h ?i", "?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o")})
        figures = http.get(f"{url}metrics").text
    assert 'mgi_graph_requests_total{method="GET",route="/sparql",status="200"} 2.0' in figures
    assert 'mgi_graph_requests_total{method="GET",route="/sparql",status="400"} 1.0' in figures
    assert 'mgi_graph_cache_total{outcome="hit"} 1.0' in figures
    assert 'mgi_graph_query_failures_total{error="QueryTimeoutError"} 1.0' in figures
    assert "mgi_graph_query_seconds_count 3.0" in figures


def test_requests_are_logged_as_json(little: Path, tmp_path: Path, launch: Launch) -> None:
    log = tmp_path / "log"
    with log.open("w") as stream, launch("--data", little, stderr=stream, MGI_GRAPH_ACCESS_LOG="true") as (url, _):
        http.get(f"{url}sparql", params={"query": 'ASK { # "\n }'})
    entries = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    asked = [entry for entry in entries if entry["path"] == "/sparql"]
    assert [(entry["status"], entry["method"], entry["client"]) for entry in asked] == [(200, "GET", "127.0.0.1")]
    assert asked[0]["milliseconds"] > 0


def test_budget_is_kept_by_client(serve: Serve, little: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    arguments = (
        "--data",
        little,
        "--budget",
        "0.2",
        "--budget-window",
        "60",
        "--timeout",
        "0.5",
        "--proxy",
        "127.0.0.1",
    )
    with serve(*arguments) as url:
        first = http.get(f"{url}sparql", params={"query": slow}, headers={"X-Forwarded-For": "192.0.2.1"})
        assert first.status_code == 504
        again = http.get(f"{url}sparql", params={"query": "ASK { ?a ?b ?c }"}, headers={"X-Forwarded-For": "192.0.2.1"})
        assert (again.status_code, "0.2 seconds" in again.text) == (429, True)
        assert 0 < int(again.headers["retry-after"]) <= 60
        other = http.get(f"{url}sparql", params={"query": "ASK { ?a ?b ?c }"}, headers={"X-Forwarded-For": "192.0.2.2"})
        assert other.status_code == 200


def test_budget_holds_for_queries_at_once_and_takes_nothing_for_waiting(serve: Serve, little: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?q }"
    own = ("--evaluators", "1", "--budget", "1", "--timeout", "3", "--proxy", "127.0.0.1")
    with serve("--data", little, *own) as url:

        def ask(client: str, query: str) -> int:
            headers = {"X-Forwarded-For": client}
            return http.get(f"{url}sparql", params={"query": query}, headers=headers, timeout=60).status_code

        with ThreadPoolExecutor() as pool:
            greedy = [pool.submit(ask, "192.0.2.1", f"{slow} # {number}") for number in range(4)]
            while "mgi_graph_evaluators_busy 1.0" not in http.get(f"{url}metrics").text:
                time.sleep(0.02)
            time.sleep(0.5)
            assert ask("192.0.2.2", "ASK { ?waited ?p ?o }") == 200
            assert sorted(future.result() for future in greedy) == [429, 429, 429, 504]
            assert ask("192.0.2.2", "ASK { ?again ?p ?o }") == 200


def test_client_that_goes_away_frees_its_evaluator(serve: Serve, little: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?q }"
    with serve("--data", little, "--evaluators", "1", "--timeout", "60") as url:
        with pytest.raises(httpx.ReadTimeout):
            http.get(f"{url}sparql", params={"query": slow}, timeout=0.7)
        started = time.monotonic()
        assert http.get(f"{url}sparql", params={"query": "ASK { ?a ?b ?c }"}, timeout=30).status_code == 200
        assert time.monotonic() - started < 5


@dataclass
class Stream:
    """Clients that ask one request after the other, on new connections and on kept ones; and what they hear."""

    port: int
    done: threading.Event = field(default_factory=threading.Event)
    asked: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def ask_on_new_ones(self) -> None:
        while not self.done.is_set():
            try:
                with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
                    self.ask("new", connection)
            except (OSError, HTTPException) as error:
                self.failures.append(repr(error))

    def ask_on_kept_ones(self) -> None:
        while not self.done.is_set():
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
                self.ask("new", connection)
                with suppress(OSError, HTTPException):  # a kept one may be closed at any time (RFC 9112, 9.3.1)
                    while connection.sock and not self.done.is_set():
                        self.ask("kept", connection)

    def ask(self, kind: str, connection: HTTPConnection) -> None:
        connection.request("GET", COUNT)
        got = connection.getresponse()
        text = got.read().decode()
        self.asked[kind] += 1
        if got.status != 200 or text.split() not in [["n", str(number)] for number in range(100, 104)]:
            self.failures.append(f"{got.status} {text}")


def test_three_swaps_lose_no_request_that_is_sent_meanwhile(launch: Launch, little: Path) -> None:
    with launch("--data", little) as (url, process), ThreadPoolExecutor(10) as pool:
        stream = Stream(httpx.URL(url).port or 0)
        clients = [pool.submit(ask) for ask in [stream.ask_on_new_ones] * 8 + [stream.ask_on_kept_ones] * 2]
        try:
            for number in range(3):
                swap(process, little, f"<http://x/new> <http://x/p> <http://x/o{number}> .\n")
        finally:
            stream.done.set()
        for client in clients:
            client.result()
        assert http.get(url.rstrip("/") + COUNT).text.split() == ["n", "103"]
    assert stream.failures == []
    assert min(stream.asked["kept"], stream.asked["new"]) > 100


def swap(process: subprocess.Popen[str], path: Path, line: str) -> None:
    """Add a line to a file that is served, and wait until that is served, and the process from before has ended."""
    before = children(process.pid)
    with path.open("a") as stream:
        stream.write(line)
    process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 60
    while (now := children(process.pid)) == before or len(now) != 1:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_broken_files_leave_what_was_served(launch: Launch, little: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as stream, launch("--data", little, stderr=stream) as (url, process):
        before = http.get(f"{url}health").json()["snapshot"]
        old = descendants(process.pid)
        little.write_text("this is no Turtle")
        process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while living(old) and time.monotonic() < deadline:  # a new process takes over even then
            time.sleep(0.1)
        assert b"are not served" in log.read_bytes()
        assert http.get(f"{url}health").json()["snapshot"] == before
        assert http.get(f"{url}sparql", params={"query": "ASK { ?a ?b ?c }"}).json()["boolean"] is True


def test_one_broken_profile_among_many_is_named_and_leaves_what_was_served(
    launch: Launch, files: sources.Sources, tmp_path: Path
) -> None:
    for name in ("ontology", "shapes", "queries"):
        (tmp_path / name).symlink_to(files.root / name)
    profile = write_profiles(tmp_path / "data", 3, seed=3, base=BASE)[2]
    whole = profile.read_text("utf-8")
    nameless = f"<{ID}xb/org/nameless> a <{MGI}Agency> ."
    own = {"MGI_GRAPH_ROOT": str(tmp_path), "MGI_GRAPH_CACHE": str(tmp_path / "cache")}
    log = tmp_path / "log"
    with log.open("w") as stream, launch(stderr=stream, **own) as (url, process):
        before = http.get(f"{url}health").json()["snapshot"]
        for fault in ("this is no Turtle", nameless):
            told = log.stat().st_size
            profile.write_text(f"{whole}\n{fault}\n", "utf-8")
            process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 180
            while b"are not served" not in log.read_bytes()[told:] and time.monotonic() < deadline:
                time.sleep(0.2)
            assert re.search(rf"{profile.name}:\d+", log.read_bytes()[told:].decode("utf-8"))
            assert http.get(f"{url}health").json()["snapshot"] == before
            assert http.get(f"{url}sparql", params={"query": "ASK { ?a ?b ?c }"}).json()["boolean"] is True


def test_on_a_terminal_nothing_is_said_to_be_under_way_once_it_serves(little: Path, tmp_path: Path) -> None:
    terminal, its_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mgi_graph", "serve", "--port", "0", "--data", str(little)],
        cwd=ROOT,
        env=os.environ | {"MGI_GRAPH_CACHE": str(tmp_path / "cache"), "TERM": "xterm"},
        stdout=its_end,
        stderr=its_end,
    )
    os.close(its_end)
    try:
        said = b""
        while b"is ready at" not in said:
            said += os.read(terminal, 4096)
        assert b"reading" in said
        while select.select([terminal], [], [], 1)[0]:  # what moves there moves ten times a second
            said += os.read(terminal, 4096)
        assert said.rstrip().endswith(b"/sparql)")
    finally:
        process.terminate()
        process.wait(20)
        os.close(terminal)


def test_stop_is_graceful_and_leaves_no_process(launch: Launch, little: Path, tmp_path: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STRLEN(STR(?a)) > 1) }"
    log = tmp_path / "log"
    with log.open("w") as stream, launch("--data", little, stderr=stream) as (url, process):
        answers: list[int] = []
        thread = threading.Thread(
            target=lambda: answers.append(http.get(f"{url}sparql", params={"query": slow}, timeout=60).status_code)
        )
        thread.start()
        time.sleep(0.3)
        family = descendants(process.pid)
        assert len(family) >= 2
        process.terminate()
        process.wait(20)
        thread.join()
        assert answers == [200]
    deadline = time.monotonic() + 5
    while living(family) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert living(family) == []
    assert "Warning" not in log.read_text("utf-8"), "nothing is left open"


@pytest.mark.parametrize("all_of_it", [True, False])
def test_killed_server_leaves_no_process(launch: Launch, little: Path, all_of_it: bool) -> None:
    with launch("--data", little) as (_, process):
        family = descendants(process.pid)
        for pid in (process.pid, *(children(process.pid) if all_of_it else ())):
            os.kill(pid, signal.SIGKILL)
        process.wait(20)
    deadline = time.monotonic() + 5
    while living(family) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert living(family) == []


@pytest.mark.slow
def test_build_that_is_killed_at_any_moment_leaves_the_old_one_or_the_new_one(
    files: sources.Sources, tmp_path: Path, run: Run
) -> None:
    for name in ("ontology", "shapes", "queries"):
        (tmp_path / name).symlink_to(files.root / name)
    shutil.copytree(files.root / "data", tmp_path / "data")
    cache, profile = tmp_path / "cache", tmp_path / "data" / "niger-2021.ttl"
    own = {"MGI_GRAPH_ROOT": str(tmp_path), "MGI_GRAPH_CACHE": str(cache)}
    started = time.monotonic()
    assert run("build", **own).returncode == 0
    whole, killed = time.monotonic() - started, 0
    for part in range(1, 13):
        with profile.open("a") as stream:
            stream.write(f"# {part}\n")
        started, process = time.monotonic(), start_build(own)
        try:
            process.wait(whole * part / 12)
            whole = time.monotonic() - started  # less than before: the machine was busy
        except subprocess.TimeoutExpired:
            process.kill()
        killed += process.wait() == -signal.SIGKILL
        found = [path for path in cache.glob("[!.]*") if path.is_dir()]
        assert found
        assert all(snapshot.read_snapshot(path).open() is not None for path in found)
    assert killed > 6
    left = list(cache.glob(".building-*"))
    assert left
    for path in left:
        os.utime(path, (0, 0))
    with profile.open("a") as stream:
        stream.write("# at last\n")
    assert run("build", **own).returncode == 0
    assert not list(cache.glob(".building-*"))


def start_build(own: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mgi_graph", "build"], cwd=ROOT, env=os.environ | own, stderr=subprocess.DEVNULL
    )


def living(pids: list[int]) -> list[int]:
    """Those of the processes that have not ended."""
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_operator_may_allow_one_endpoint(serve: Serve, little: Path) -> None:
    with serve("--data", little) as other, serve("--data", little, "--service", f"{other}sparql") as url:
        query = "SELECT (COUNT(*) AS ?n) { SERVICE <%s> { ?s ?p ?o } }"
        for address, told in ((url, True), (other, False)):  # SPARQL 1.1 Service Description, section 3.2.4
            description = http.get(f"{address}sparql", headers={"Accept": "application/n-triples"}).text
            assert ("service-description#BasicFederatedQuery" in description) is told
        for endpoint, status in ((f"{other}sparql", 200), (f"{other}other", 400), (f"{url}sparql", 400)):
            got = http.get(f"{url}sparql", params={"query": query % endpoint, "format": "csv"})
            assert got.status_code == status
        assert (
            http.get(f"{url}sparql", params={"query": query % f"{other}sparql", "format": "csv"}).text.split()[1]
            == "100"
        )
