"""The process that evaluates: opens one snapshot read-only, and answers one query after another until it is cut off."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mgi_graph import exports
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.result import Engine
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import FormatError, MGIGraphError, QueryError, QueryTooCostlyError
from mgi_graph.snapshot import read_snapshot

LENGTHS = struct.Struct("!II")
"""The start of a frame: bytes of the header, bytes of the body."""

STACK_BYTES = 512 * 2**20
_GRACE_SECONDS = 5
_PART_BYTES = 2**18


def main() -> None:
    """Serve the socket that was handed down: `python -m mgi_graph.engine.evaluator DESCRIPTOR FOLDER LIMITS`.

    Frames go both ways: the lengths, a JSON header, and, of an answer, the body.
    """
    descriptor, folder, limits = sys.argv[1:]
    _confine(json.loads(limits))
    threading.stack_size(STACK_BYTES)  # a deeply nested query needs a deep stack
    thread = threading.Thread(target=_serve, args=(int(descriptor), Path(folder), json.loads(limits)))
    thread.start()
    thread.join()


def _confine(limits: Mapping[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop


def _open_no_more() -> None:
    """From here on no file and no socket can be opened, whatever a query finds to try."""
    most = max(int(name) for name in os.listdir("/dev/fd")) + 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _serve(descriptor: int, folder: Path, limits: Mapping[str, Any]) -> None:
    channel = socket.socket(fileno=descriptor)
    engine = EmbeddedEngine(read_snapshot(folder), frozenset(limits["services"]))
    if not limits["services"]:
        _open_no_more()
    _send(channel, {"ready": True})
    while (request := _receive(channel)) is not None:
        # Should the parent be gone, nobody stops a query; the default action of the alarm does, whatever it is doing.
        signal.setitimer(signal.ITIMER_REAL, limits["seconds"] + _GRACE_SECONDS)
        header, body = answer(engine, request, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        header["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        _send(channel, header, body)


def answer(engine: Engine, request: Mapping[str, Any], limits: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Answer one request.

    Args:
        engine: what answers.
        request: query (text), default and named (lists of IRIs), formats (from a kind of result to a format's name,
            or to None where none suits).
        limits: rows and bytes that a result may have.

    Returns:
        Header and body: kind and format of the result; or error, with the facts of the error.
    """
    try:
        result = engine.query(request["query"], Dataset(tuple(request["default"]), tuple(request["named"])))
        offered = exports.formats_for(result.kind)
        name = request["formats"][result.kind]
        if name is None:
            raise FormatError("No format of this result suits what was asked for.", exports.media_types(offered))
        form = exports.format_named(name, offered)
        body = exports.serialize(result, form, exports.Bounds(limits["rows"], limits["bytes"]))
        return {"kind": result.kind, "format": form.name}, body
    except MGIGraphError as error:
        return {"error": error.facts()}, b""
    except MemoryError:
        return {"error": QueryTooCostlyError("memory").facts()}, b""
    except BaseException as error:  # a panic of the store is no Exception; the parent logs what it was
        failure = QueryError("The query cannot be answered: it meets a fault of this server.", "Please report it.")
        return {"error": failure.facts(), "fault": "".join(traceback.format_exception(error))}, b""


def _send(channel: socket.socket, header: Mapping[str, Any], body: bytes = b"") -> None:
    head = json.dumps(header).encode()
    channel.sendall(LENGTHS.pack(len(head), len(body)) + head + body)


def _receive(channel: socket.socket) -> Any:
    """The next request; None once the parent has closed the socket. The parent sends no other before the answer."""
    frame = bytearray()
    while len(frame) < LENGTHS.size or len(frame) < LENGTHS.size + sum(LENGTHS.unpack_from(frame)):
        part = channel.recv(_PART_BYTES)
        if not part:
            return None
        frame += part
    return json.loads(frame[LENGTHS.size :])


if __name__ == "__main__":
    main()
