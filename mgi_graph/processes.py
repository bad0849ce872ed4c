"""Calls functions of this package in processes of their own, which load nothing of the program that asks."""

# The processes of `multiprocessing` load the main module of the program again: a script without a guard would start
# itself over and over. These load this module alone, and what the functions need.

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

from mgi_graph.errors import SnapshotError

_COMMAND = (sys.executable, "-c", f"from {__name__} import serve; serve()")


class Processes(Executor):
    """As many processes as there are cores; functions, arguments and results go there and back pickled."""

    def __init__(self) -> None:
        number = os.cpu_count() or 1
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
        """End the processes, once they have done what is open."""
        self._threads.shutdown(wait=True, cancel_futures=cancel_futures)
        for process in self._all:
            process.communicate()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the processes; after an error, or a key that interrupts, nothing more is begun."""
        self.shutdown(cancel_futures=kind is not None)

    def _call(self, *call: Any) -> Any:
        process = self._idle.get()
        assert process.stdin
        assert process.stdout
        try:
            pickle.dump(call, process.stdin)
            process.stdin.flush()
            result, error = pickle.load(process.stdout)
        except (EOFError, OSError):
            raise SnapshotError(
                "A process that checks the files has ended before it was done.", "Is there enough memory?"
            ) from None
        finally:
            self._idle.put(process)
        if error:
            raise error
        return result


def serve() -> None:
    """Call what comes on the standard input, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asks is interrupted, and ends this
    asked, replies = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # what is printed must not get between the replies
    while True:
        try:
            function, args, kwargs = pickle.load(asked)
        except EOFError:
            return
        reply: tuple[Any, Exception | None]
        try:
            reply = (function(*args, **kwargs), None)
        except Exception as error:
            reply = (None, error)  # raised again where the result is awaited
        pickle.dump(reply, replies)
        replies.flush()
