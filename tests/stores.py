"""Stores elsewhere for the tests: real ones, started on loopback in a folder of their own, and one that lies."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pyoxigraph as ox
from conftest import http

from mgi_graph.engine.wire import Store
from mgi_graph.namespaces import BASE

_START_SECONDS = 120
SOON = 0.01
"""Seconds after which a server in this process sees that it is to stop."""

_VIRTUOSO_INI = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
Striping = 0
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
Striping = 0

[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
MaxClientConnections = 10
CheckpointInterval = 0
CaseMode = 2
AllowOSCalls = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = {folder}

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
MaxClientConnections = 10
ServerThreads = 10

[SPARQL]
ResultSetMaxRows = 1000000
"""


def program(*names: str) -> str | None:
    """Where the first of these programs is that is installed: beside this Python, else on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return next((found for name in names if (found := shutil.which(name, path=path))), None)


VIRTUOSO = program("virtuoso-t", "virtuoso-opensource-7")


@contextmanager
def oxigraph() -> Iterator[Store]:
    """The Oxigraph server, empty, in memory."""
    found, port = program("oxigraph"), _free_port()
    assert found, "the package oxigraph is among the test tools"
    url = f"http://127.0.0.1:{port}"
    with _running([found, "serve", "--bind", f"127.0.0.1:{port}"], f"{url}/query"):
        yield Store(f"{url}/query", f"{url}/update", f"{url}/store")


@contextmanager
def virtuoso(folder: Path) -> Iterator[Store]:
    """Virtuoso, empty, with its data in a folder; the credentials are those it comes with."""
    assert VIRTUOSO
    http, sql = _free_port(), _free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(_VIRTUOSO_INI.format(folder=folder, sql=sql, http=http), "utf-8")
    url = f"http://127.0.0.1:{http}"
    with _running([VIRTUOSO, "+configfile", str(ini), "+foreground"], f"{url}/sparql", folder):
        yield Store(f"{url}/sparql", f"{url}/sparql-auth", f"{url}/sparql-graph-crud-auth", "dba", "dba")


@contextmanager
def _running(command: list[str], query_url: str, folder: Path | None = None) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(query_url):
            assert process.poll() is None, f"{command[0]} ended before it was ready"
            assert time.monotonic() < deadline, f"{command[0]} did not become ready"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return http.get(url, params={"query": "ASK {}"}, timeout=5).status_code == 200
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Handler(BaseHTTPRequestHandler):
    """What a store in this process is asked; each path misbehaves in its own way, which `lies` says."""

    protocol_version = "HTTP/1.1"
    lies: dict[str, Callable[[Handler], None]]
    heard: list[tuple[str, str, str | None]]

    def answer(self) -> None:
        """Answer as the path wants it."""
        self.asked = self.rfile.read(int(self.headers.get("content-length") or 0))
        place = self.path.partition("?")[0]
        self.heard.append((self.command, place, self.headers.get("authorization")))
        self.close_connection = True
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.lies[place](self)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the library's names

    def say(self, status: int, kind: str, body: bytes, length: int | None = None, **headers: str) -> None:
        """Send an answer; `length` is what it claims to be long."""
        self.send_response(status)
        for name, value in {"content_type": kind, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def evaluate(self, store: ox.Store, obey: bool = True) -> None:
        """Answer truly from a store; one that does not obey has a dataset of its own, whatever it is asked."""
        asked = parse_qs(self.asked.decode())
        graphs = {
            name: [ox.NamedNode(iri) for iri in asked.get(f"{name}-graph-uri", [])] for name in ("default", "named")
        }
        dataset = {"default_graph": graphs["default"], "named_graphs": graphs["named"]} if obey else {}
        self.say(200, *_result(store.query(asked["query"][0], base_iri=BASE, **dataset)))  # type: ignore[arg-type]

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


JSON = "application/sparql-results+json"


def _result(native: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> tuple[str, bytes]:
    if isinstance(native, ox.QueryTriples):
        return "application/n-triples", ox.serialize(native, format=ox.RdfFormat.N_TRIPLES) or b""
    return JSON, native.serialize(format=ox.QueryResultsFormat.JSON) or b""


@contextmanager
def answering(
    lies: dict[str, Callable[[Handler], None]],
) -> Iterator[tuple[str, list[tuple[str, str, str | None]]]]:
    """An HTTP server that answers each path in its way; gives its address, and method, path, credentials it heard."""
    told = lies

    class Liar(Handler):
        lies = told
        heard: list[tuple[str, str, str | None]] = []  # noqa: RUF012 - one for each server

    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": SOON})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", Liar.heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
