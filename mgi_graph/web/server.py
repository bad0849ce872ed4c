"""Runs the web application: one process listens (granian), watched over by this one; others evaluate."""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer
from granian.utils.proxies import wrap_asgi_with_proxy_headers

from mgi_graph import snapshot
from mgi_graph.catalogue import Question, read_catalogue
from mgi_graph.engine import holding
from mgi_graph.engine.wire import Store
from mgi_graph.engine.workers import WorkerPool
from mgi_graph.errors import MGIGraphError, PortInUseError
from mgi_graph.snapshot import Progress, Snapshot
from mgi_graph.sources import Sources
from mgi_graph.web.protocol import Scope
from mgi_graph.web.replies import Receive, Send
from mgi_graph.web.settings import Settings

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_BACKLOG = 1024
_HEAD_MILLISECONDS = 15_000
_HEAD_BYTES = 512 * 1024
_STOP_SECONDS = 10
_DRAIN_SECONDS = 1
_CLOSE = (b"connection", b"close")


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
            return snapshot.of_files(self.data, progress, apart=True)
        found = snapshot.current(self.sources, progress, apart=True)
        if self.store:
            from mgi_graph.engine.remote import RemoteEngine

            progress("holding the store against the snapshot")
            holding.check(RemoteEngine(self.store), found)
        return found

    def questions(self) -> tuple[Question, ...]:
        """The catalogue; none where other files are served."""
        return tuple(read_catalogue(self.sources.queries)) if self.sources else ()


@contextmanager
def reserved(host: str, port: int) -> Iterator[socket.socket]:
    """Take the address before any work is done, so that a port in use is told at once; gives a socket bound to it.

    Raises:
        PortInUseError: the address is taken, not allowed, or none of this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address[:2], family=family) as alone:  # fails where anybody listens
            name, number = alone.getsockname()[:2]
        holder = socket.socket(family)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # those that it accepts have it, too
        holder.bind((name, number))
    except (OSError, UnicodeError) as error:
        raise _taken(host, port, error) from None
    with holder:
        yield holder


def _taken(host: str, port: int, error: OSError | UnicodeError) -> PortInUseError:
    problem = error.strerror if isinstance(error, OSError) else str(error)
    return PortInUseError(
        f"The server cannot listen on {host}, port {port}: {problem}.",
        "Choose another with --port (0 takes a free one) or --host.",
    )


class _Server(MPServer):
    """Granian's server, whose processes all listen at one socket: what waits there outlives each of them.

    By itself each would listen at one of its own, and what waits there is reset when that process ends.
    """

    def __init__(self, listener: socket.socket, **options: Any) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__("mgi-graph", host, port, backlog=_BACKLOG, **options)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        """Give the socket to the processes to come, which inherit it (granian)."""
        inherited = self._listener.fileno()
        holder = SocketHolder(inherited, False, _BACKLOG)  # type: ignore[call-arg]  # its stub has no arguments
        vars(self).update(_sso=self._listener, _sfd=inherited, _shd=holder)


class _Leaving:
    """The application in a process that is told to end: it takes no connection more, and lets those that it has go.

    Granian closes at once every connection on which no request has begun, also one just made. So it is told a moment
    later: until then whoever has connected is answered, and is told that the connection ends with the answer.

    Args:
        app: answers.
        listener: where the process listens.
    """

    def __init__(self, app: Application, listener: socket.socket) -> None:
        self._app, self._listener = app, listener
        self._leaving = False

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request."""
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._leave)
        return self._app(scope, receive, partial(_send_last, send) if self._leaving else send)

    def _leave(self) -> None:
        self._leaving = True
        with socket.create_server(("127.0.0.1", 0)) as another:  # nobody is told of it
            another.setblocking(False)
            os.dup2(another.fileno(), self._listener.fileno())  # who comes now is left to the others that listen there
        asyncio.get_running_loop().call_later(_DRAIN_SECONDS, os.kill, os.getpid(), signal.SIGINT)


async def _send_last(send: Send, message: MutableMapping[str, Any]) -> None:
    """Send a part of the last answer on a connection."""
    if message["type"] == "http.response.start":
        message = {**message, "headers": [*message.get("headers", ()), _CLOSE]}
    await send(message)


@dataclass
class _Current:
    """What the process that listens is to serve; a new one, started after a change, serves what then stands here."""

    snapshot: Snapshot
    questions: tuple[Question, ...]
    settings: Settings
    listener: socket.socket
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
        """Make the application; called in the process that listens, which ends with the one that watches over it."""
        threading.Thread(target=_end_with_parent, daemon=True).start()
        pool = WorkerPool(self.snapshot.path, self.settings.limits, self.store)
        pool.prepare()  # loads beside what is loaded here
        from mgi_graph.web.app import create_app  # large, and not for the process that watches

        app = create_app(self.snapshot, pool, self.questions, self.settings)
        proxies = self.settings.proxies
        return _Leaving(wrap_asgi_with_proxy_headers(app, list(proxies)) if proxies else app, self.listener)


def run(served: Served, found: Snapshot, settings: Settings, listener: socket.socket) -> None:
    """Serve a snapshot until stopped; the address is printed once the server is ready.

    SIGHUP serves what is then on disk.

    Raises:
        MGIGraphError: the questions are at fault; the snapshot is gone.
        PortInUseError: another program has begun to listen at the address meanwhile.
    """
    host, port = listener.getsockname()[:2]
    server = _Server(
        listener,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEAD_MILLISECONDS, max_buffer_size=_HEAD_BYTES),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
        log_level=LogLevels.warning,
    )
    with closing(_Current(found, served.questions(), settings, listener, served.store)) as current:
        try:
            listener.listen(_BACKLOG)
        except OSError as error:
            raise _taken(host, port, error) from None
        server.on_reload(partial(_renew, served, current))
        threading.Thread(target=_announce, args=(host, port), daemon=True).start()
        server.serve(target_loader=current.load, wrap_loader=False)


def _end_with_parent() -> None:
    """Where the parent was killed, nobody else would end this process, and it would keep the address."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _renew(served: Served, current: _Current) -> None:
    """Build the snapshot of what is on disk now, while the old one is served; where that fails the old one stays."""
    try:
        current.take(served)
    except (MGIGraphError, OSError) as error:
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
