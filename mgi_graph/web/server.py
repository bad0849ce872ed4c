"""Runs the web application: one process listens (granian), watched over by this one; others evaluate."""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server
from granian.utils.proxies import wrap_asgi_with_proxy_headers

from mgi_graph import snapshot
from mgi_graph.catalogue import Question, read_catalogue
from mgi_graph.engine import holding
from mgi_graph.engine.wire import Store
from mgi_graph.errors import MGIGraphError, PortInUseError
from mgi_graph.snapshot import Progress, Snapshot
from mgi_graph.sources import Sources
from mgi_graph.web.app import create_app
from mgi_graph.web.protocol import Scope
from mgi_graph.web.replies import Receive, Send
from mgi_graph.web.settings import Settings

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_BACKLOG = 1024
_HEAD_MILLISECONDS = 15_000
_HEAD_BYTES = 512 * 1024
_STOP_SECONDS = 10


@dataclass(frozen=True)
class Served:
    """What is served: the packaged graph with its questions, from `store` if there is one; or the files of `data`."""

    sources: Sources | None
    data: tuple[Path, ...] = ()
    store: Store | None = None

    def snapshot(self, progress: Progress = lambda _: None) -> Snapshot:
        """The snapshot of it as it is now, built where there is none; the store must hold it.

        Raises:
            MGIGraphError: as `snapshot.current` and `snapshot.of_files`; as `holding.check`.
        """
        if not self.sources:
            return snapshot.of_files(self.data, progress)
        found = snapshot.current(self.sources, progress)
        if self.store:
            from mgi_graph.engine.remote import RemoteEngine

            progress("holding the store against the snapshot")
            holding.check(RemoteEngine(self.store), found)
        return found

    def questions(self) -> tuple[Question, ...]:
        """The catalogue; none where other files are served."""
        return tuple(read_catalogue(self.sources.queries)) if self.sources else ()


@contextmanager
def reserved(host: str, port: int) -> Iterator[tuple[str, int]]:
    """Take the address before any work is done, so that a port in use is told at once; gives host and port.

    Raises:
        PortInUseError: the address is taken, not allowed, or none of this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address[:2], family=family) as alone:  # fails where anybody listens
            name, number = alone.getsockname()[:2]
        holder = socket.socket(family)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((name, number))
    except (OSError, UnicodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise PortInUseError(
            f"The server cannot listen on {host}, port {port}: {problem}.",
            "Choose another with --port (0 takes a free one) or --host.",
        ) from None
    with holder:
        yield name, number


@dataclass
class _Current:
    """What the process that listens is to serve; a new one, started after a change, serves what then stands here."""

    snapshot: Snapshot
    questions: tuple[Question, ...]
    settings: Settings
    store: Store | None = None

    def __post_init__(self) -> None:
        self._held = snapshot.hold(self.snapshot.path)

    def take(self, served: Served) -> None:
        """Take what is on disk now, and hold it.

        Raises:
            MGIGraphError: it is at fault; then all stays as it was.
        """
        found, questions = served.snapshot(), served.questions()
        held = snapshot.hold(found.path)
        self._held.close()
        self.snapshot, self.questions, self._held = found, questions, held

    def close(self) -> None:
        """Hold the snapshot no longer."""
        self._held.close()

    def load(self) -> Application:
        """Make the application; called in the process that listens."""
        app = create_app(self.snapshot, self.questions, self.settings, self.store)
        proxies = self.settings.proxies
        return wrap_asgi_with_proxy_headers(app, list(proxies)) if proxies else app


def run(served: Served, settings: Settings, address: tuple[str, int], progress: Progress) -> None:
    """Serve until stopped; the address is printed once the server is ready. SIGHUP serves what is then on disk.

    Raises:
        MGIGraphError: there is nothing to serve.
    """
    host, port = address
    server = Server(
        "mgi-graph",
        host,
        port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEAD_MILLISECONDS, max_buffer_size=_HEAD_BYTES),
        websockets=False,
        backlog=_BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
        log_level=LogLevels.warning,
    )
    with closing(_Current(served.snapshot(progress), served.questions(), settings, served.store)) as current:
        server.on_reload(partial(_renew, served, current))
        threading.Thread(target=_announce, args=(host, port), daemon=True).start()
        server.serve(target_loader=current.load, wrap_loader=False)


def _renew(served: Served, current: _Current) -> None:
    """Build the snapshot of what is on disk now, while the old one is served; where that fails the old one stays."""
    try:
        current.take(served)
    except MGIGraphError as error:
        logging.getLogger(__name__).error("The new files are not served: %s", error)


def _announce(host: str, port: int) -> None:
    """Print the address once the server answers there."""
    shown = f"[{host}]" if ":" in host else host
    while True:
        try:
            with closing(HTTPConnection(host, port, timeout=5)) as connection:
                connection.request("GET", "/health")
                if json.load(connection.getresponse())["status"] == "ok":
                    break
        except (OSError, HTTPException, ValueError, KeyError):
            time.sleep(0.05)
    sys.stdout.write(f"MGI Graph is ready at http://{shown}:{port}/ (SPARQL endpoint: http://{shown}:{port}/sparql)\n")
    sys.stdout.flush()
