"""Starts the engines that are compared, each as its own program with its own defaults, and measures their memory."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

from benchmarks.graphs import Graph
from benchmarks.synthetic import ROOT

OURS = "MGI Graph"
OXIGRAPH = "oxigraph serve"
RDFLIB = "rdflib-endpoint"
_START_SECONDS = 300
_STOP_SECONDS = 20
_ANSWER_SECONDS = 300
_POLL_SECONDS = 0.005
_SAMPLE_SECONDS = 0.1
_REST_SECONDS = 0.2
_REST_TICKS = 1
_MOST_REST_SECONDS = 180


@dataclass(frozen=True)
class Engine:
    """A program that answers SPARQL.

    Attributes:
        name: for readers.
        command: what starts it; "{port}" stands for the port.
        path: of the endpoint.
    """

    name: str
    command: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class Server:
    """An engine that runs: its address, its first process, and the seconds from its start to its first answer."""

    engine: Engine
    port: int
    pid: int
    ready: float

    @property
    def address(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str) -> tuple[int, bytes]:
        """Ask it a query; gives status and body (SPARQL 1.1 Query Results JSON Format)."""
        return _get(self.port, self.engine.path, query)


def our_engine(graph: Graph, *options: str) -> Engine:
    """Our server on a graph, as it is by default, or with options."""
    command = (sys.executable, "-m", "mgi_graph", "serve", "--port", "{port}", *graph.arguments, *options)
    return Engine(OURS, command, "/sparql")


def oxigraph_engine(graph: Graph, folder: Path) -> Engine:
    """Oxigraph's own server, reading only, on a store with the same default graph; makes that store."""
    program, store = find_program("oxigraph"), folder / f"oxigraph-{graph.name}"
    shutil.rmtree(store, ignore_errors=True)
    at = ("--location", str(store))
    for command in (("load", *at, "--file", str(graph.file)), ("optimize", *at)):
        subprocess.run([program, *command], check=True, capture_output=True)
    return Engine(OXIGRAPH, (program, "serve-read-only", *at, "--bind", "127.0.0.1:{port}"), "/query")


def rdflib_engine(graph: Graph) -> Engine:
    """rdflib-endpoint on rdflib's in-memory graph of the same triples."""
    command = (find_program("rdflib-endpoint"), "serve", "--host", "127.0.0.1", "--port", "{port}", str(graph.file))
    return Engine(RDFLIB, command, "/")


def find_program(name: str) -> str:
    """Where a program is: beside this Python, else on the path.

    Raises:
        FileNotFoundError: it is not installed.
    """
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if not found:
        raise FileNotFoundError(missing(f"program {name}"))
    return found


def missing(what: str) -> str:
    """What to tell where a part of the extra `bench` is not installed."""
    return f"The {what} is missing: pip install --constraint constraints.txt '.[bench]'"


@contextmanager
def running(engine: Engine) -> Iterator[Server]:
    """Run an engine while the context lasts."""
    port = _free_port()
    command = [part.replace("{port}", str(port)) for part in engine.command]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_until_ready(process, engine, port)
        yield Server(engine, port, process.pid, time.perf_counter() - started)
    finally:
        _stop(process)


@contextmanager
def watched(server: Server) -> Iterator[list[int]]:
    """Watch a server's memory while the context lasts; gives a list whose maximum is the peak, in bytes."""
    samples = [memory_of(server.pid)]
    finished = threading.Event()

    def look() -> None:
        while not finished.wait(_SAMPLE_SECONDS):
            samples.append(memory_of(server.pid))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield samples
    finally:
        finished.set()
        watcher.join()


def settle(server: Server) -> None:
    """Wait until a server has done with requests that nobody waits for any more: others are to be measured next."""
    deadline = time.monotonic() + _MOST_REST_SECONDS
    before = _ticks_of(server.pid)
    while time.monotonic() < deadline:
        time.sleep(_REST_SECONDS)
        now = _ticks_of(server.pid)
        if now - before <= _REST_TICKS:
            return
        before = now
    raise RuntimeError(f"{server.engine.name} does not come to rest within {_MOST_REST_SECONDS} s.")


def memory_of(pid: int) -> int:
    """The memory of a process and all its descendants in bytes: the sum of their PSS (proc_pid_smaps_rollup(5))."""
    return sum(map(_pss, _family(pid)))


def _ticks_of(pid: int) -> int:
    """Processor time of a process and its descendants, in clock ticks (utime and stime, proc_pid_stat(5))."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _family(pid).values())


def _family(pid: int) -> dict[int, list[str]]:
    """A process and its descendants, each with the fields of its status from the third on (proc_pid_stat(5))."""
    everybody = _processes()
    found = {pid}
    while grown := {child for child, fields in everybody.items() if int(fields[1]) in found} - found:
        found |= grown
    return {member: everybody[member] for member in found if member in everybody}


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):  # it has ended meanwhile
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _processes() -> dict[int, list[str]]:
    processes = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            after_name = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2]
            processes[int(folder.name)] = after_name.split()
    return processes


def _wait_until_ready(process: subprocess.Popen[bytes], engine: Engine, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{engine.name} ended before it was ready: {' '.join(engine.command)}")
        with contextlib.suppress(OSError, HTTPException):
            if _get(port, engine.path, "ASK {}")[0] == 200:
                return
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"{engine.name} was not ready within {_START_SECONDS} s.")


def _get(port: int, path: str, query: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    with contextlib.closing(connection):
        connection.request(
            "GET", f"{path}?query={quote(query, safe='')}", headers={"Accept": "application/sparql-results+json"}
        )
        response = connection.getresponse()
        return response.status, response.read()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its own session: nothing else is in that group
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
