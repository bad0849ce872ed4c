"""The process that those that evaluate are forked from: what they share is loaded once, and each is ready at once."""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from mgi_graph.engine.evaluator import STORE_VARIABLE, prepare
from mgi_graph.engine.wire import Store

_ORDER = struct.Struct("!cI")
"""What is to be done, and the number of the process that it is done to; with `_FORK` comes that process's socket."""

_FORK, _END = b"f", b"e"
_STOP_SECONDS = 2
_LOOK_SECONDS = 0.02
_ALLOCATION = {
    "LD_PRELOAD": "libtcmalloc_minimal.so.4",
    "MALLOC_ARENA_MAX": "2",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=500",
}
"""A query makes many small things. Where the machine has tcmalloc, that saves a part of its time; where it has not,
the loader goes on without (ld.so(8)), and the tunables save half as much (glibc manual, Memory Allocation Tunables)."""


class ForkServer:
    """Such a process, as seen by the one that starts it.

    Args:
        folder: the snapshot's folder.
        limits: as for `evaluator.prepare`.
        store: a store elsewhere that answers in the snapshot's place.
    """

    def __init__(self, folder: Path, limits: Mapping[str, Any], store: Store | None) -> None:
        self.folder = folder
        self._channel, theirs = socket.socketpair()
        self._numbers = count(1)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), str(folder), json.dumps(limits)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # with those forked from it; what is sent to the group of the server is not for them
                env=_environment() | ({STORE_VARIABLE: json.dumps(vars(store))} if store else {}),
            )

    def fileno(self) -> int:
        """What can be read from once the process has ended, and not before."""
        return self._channel.fileno()

    def fork(self) -> tuple[int, socket.socket]:
        """Start a process that evaluates.

        Returns:
            Its number here, and the socket to it; it says there when it is ready, or the socket is closed.

        Raises:
            OSError: the process to fork from has ended.
        """
        number, (ours, theirs) = next(self._numbers), socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._channel, [_ORDER.pack(_FORK, number)], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return number, ours

    def end(self, number: int) -> None:
        """End a process that evaluates, whatever it does; one that has ended is forgotten."""
        with suppress(OSError):  # the process that it was forked from has ended, and `close` ends it, too
            self._channel.send(_ORDER.pack(_END, number))

    def close(self) -> None:
        """End the process, and all that were forked from it."""
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)
        select.select([self._channel], [], [], _STOP_SECONDS)  # until it has ended those, and itself
        self.kill()
        self._process.wait()
        self._channel.close()

    def kill(self) -> None:
        """End them at once. Until `close` its number, which is that of their group, belongs to nobody else."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    """Nothing of ours that a query has no business with; the path, so that the package is found."""
    kept = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "LC_ALL")
    return {name: os.environ[name] for name in kept if name in os.environ} | _ALLOCATION


def main() -> None:
    """Serve the socket that was handed down: `python -m mgi_graph.engine.forkserver DESCRIPTOR FOLDER LIMITS`."""
    descriptor, folder, limits = sys.argv[1:]
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # to all of a service, say: the parent decides
        signal.signal(sent, signal.SIG_IGN)
    evaluate = prepare(Path(folder), json.loads(limits))
    gc.freeze()  # a collection would write to memory that is shared
    _serve(socket.socket(fileno=int(descriptor)), evaluate)
    os._exit(0)  # without freeing the graph bit by bit


def _serve(channel: socket.socket, evaluate: Callable[[socket.socket], None]) -> None:
    """Fork and end as ordered, until the parent closes the socket; a number belongs to a process until that is ended.

    Only here are processes waited for, after they were ended: so none is killed whose number another has by now.
    """
    running: dict[int, int] = {}
    ended: set[int] = set()
    while True:
        if select.select([channel], [], [], _LOOK_SECONDS if ended else None)[0]:
            order, handed, _, _ = socket.recv_fds(channel, _ORDER.size, 1)
            if not order:
                break
            what, number = _ORDER.unpack(order)
            if what == _FORK:
                with suppress(OSError):  # no more processes may be; the parent sees the socket closed
                    running[number] = _fork(channel, handed[0], evaluate)
            elif pid := running.pop(number, None):
                os.kill(pid, signal.SIGKILL)
                ended.add(pid)
        ended = {pid for pid in ended if os.waitpid(pid, os.WNOHANG) == (0, 0)}
    for pid in running.values():
        os.kill(pid, signal.SIGKILL)
    for pid in (*running.values(), *ended):
        os.waitpid(pid, 0)


def _fork(channel: socket.socket, handed: int, evaluate: Callable[[socket.socket], None]) -> int:
    with socket.socket(fileno=handed) as its_own:
        if pid := os.fork():
            return pid
        try:
            channel.close()
            evaluate(its_own)
        finally:
            os._exit(0)


if __name__ == "__main__":
    main()
