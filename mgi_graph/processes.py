"""Calls functions of this package in processes of their own, which load nothing of the program that asks."""

# The processes of `multiprocessing` load the main module of the program again: a script without a guard would start
# itself over and over. These load this module alone, and what the functions need.

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import IO, Any

from mgi_graph.errors import SnapshotError

_CORES = os.cpu_count() or 1
_COMMAND = (sys.executable, "-c", f"from {__name__} import serve; serve()")

_replies: IO[bytes]


class Processes(Executor):
    """Processes in which functions are called; these, arguments and results go there and back pickled.

    Args:
        number: how many.
        progress: is told what a function tells by `tell`.
    """

    def __init__(self, number: int = _CORES, progress: Callable[[str], None] = lambda _: None) -> None:
        self._progress = progress
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._all = [
            subprocess.Popen(_COMMAND, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(number)
        ]
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        for process in self._all:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(number)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function, which can be imported, in one of the processes.

        What it raises is raised by the future; SnapshotError where the process has ended.
        """
        return self._threads.submit(self._call, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, once they have done what is open; where it is cancelled, at once."""
        for process in self._all if cancel_futures else ():
            process.kill()
        self._threads.shutdown(wait=True, cancel_futures=cancel_futures)
        for process in self._all:
            process.communicate()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the processes; after an error, or a key that interrupts, at once."""
        self.shutdown(cancel_futures=kind is not None)

    def _call(self, *call: Any) -> Any:
        process = self._idle.get()
        assert process.stdin
        assert process.stdout
        try:
            pickle.dump(call, process.stdin)
            process.stdin.flush()
            while isinstance(reply := pickle.load(process.stdout), str):
                self._progress(reply)
            result, error = reply
        except (EOFError, OSError, pickle.UnpicklingError):
            raise SnapshotError(
                "A process that builds or checks has ended before it was done.", "Is there enough memory?"
            ) from None
        finally:
            self._idle.put(process)
        if error:
            raise error
        return result


def tell(step: str) -> None:
    """In such a process: tell the one who asked what is done next, in a few words."""
    _reply(step)


def serve() -> None:
    """Call what comes on the standard input; end with that, also in the midst of a call."""
    global _replies
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asks is interrupted, and ends this
    _replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what is printed must not get between the replies
    calls: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_read, args=(calls,), daemon=True).start()
    while True:
        function, args, kwargs = calls.get()
        try:
            _reply((function(*args, **kwargs), None))
        except Exception as error:
            _reply((None, error))  # raised again where the result is awaited


def _read(calls: SimpleQueue[Any]) -> None:
    while True:
        try:
            calls.put(pickle.load(sys.stdin.buffer))
        except EOFError:
            os._exit(0)


def _reply(reply: str | tuple[Any, Exception | None]) -> None:
    pickle.dump(reply, _replies)
    _replies.flush()
