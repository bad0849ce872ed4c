"""Runs the web application on a socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from mgi_graph.catalogue import read_catalogue
from mgi_graph.engine.result import Engine
from mgi_graph.errors import PortInUseError
from mgi_graph.web.app import create_app


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the address before any work is done, so that a port in use is told at once.

    Raises:
        PortInUseError: the address is taken, not allowed, or none of this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, UnicodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        raise PortInUseError(
            f"The server cannot listen on {host}, port {port}: {problem}.",
            "Choose another with --port (0 takes a free one) or --host.",
        ) from None
    with listener:
        yield listener


def run(engine: Engine, questions: Sequence[Path], listener: socket.socket) -> None:
    """Serve until stopped; the address is printed once the server is ready."""
    app = create_app(engine, read_catalogue(questions))
    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    server = _Announcing(config, f"http://{f'[{host}]' if ':' in host else host}:{port}/")
    server.run(sockets=[listener])


class _Announcing(uvicorn.Server):
    """A server that says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"MGI Graph is ready at {self._address} (SPARQL endpoint: {self._address}sparql)", flush=True)
