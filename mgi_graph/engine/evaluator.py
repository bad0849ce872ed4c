"""The process that evaluates: from a snapshot or a store elsewhere it answers queries until it is cut off."""

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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mgi_graph import exports
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.result import Engine, Kind
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import FormatError, MGIGraphError, QueryError, QueryTooCostlyError, StoreError
from mgi_graph.snapshot import read_snapshot

LENGTHS = struct.Struct("!II")
"""The start of a frame: bytes of the header, bytes of the body."""

STORE_VARIABLE = "MGI_GRAPH_EVALUATOR_STORE"
"""Where the parent writes the store elsewhere, credentials and all; arguments can be read by others on the machine."""

STACK_BYTES = 512 * 2**20
_WORN_BYTES = 400 * 2**20
_GRACE_SECONDS = 5
_PART_BYTES = 2**18
_REMEMBERED = 64
_SHORT_BYTES = 256


@dataclass(frozen=True)
class Request:
    """What is asked: a query, of which graphs, and for each kind of result a format's name, or None if none suits."""

    query: str
    dataset: Dataset
    formats: Mapping[Kind, str | None]


def main() -> None:
    """Serve the socket that was handed down: `python -m mgi_graph.engine.evaluator DESCRIPTOR FOLDER LIMITS`.

    Frames go both ways: the lengths, a JSON header, and a body, which is the query or its result.
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


def _open_no_more(folder: Path) -> None:
    """From here on no file and no socket can be opened, whatever a query finds to try.

    A store of many files opens some of them only when a query needs them: for those, and no more, there is room.
    """
    opened = {int(name): _target(name) for name in os.listdir("/dev/fd")}
    files = {str(path.resolve()) for path in folder.rglob("*.sst")}
    last = os.dup(0)
    while last < max(opened):  # fills what is free among them
        last = os.dup(0)
    most = last + 1 + len(files - set(opened.values()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _target(descriptor: str) -> str:
    try:
        return os.readlink(f"/dev/fd/{descriptor}")
    except FileNotFoundError:  # the list of them was one itself
        return ""


def _serve(descriptor: int, folder: Path, limits: Mapping[str, Any]) -> None:
    channel = socket.socket(fileno=descriptor)
    engine = _engine(folder, limits)
    _send(channel, _header(ready=True))
    for request in _requests(channel):
        # Should the parent be gone, nobody stops a query; the default action of the alarm does, whatever it is doing.
        signal.setitimer(signal.ITIMER_REAL, limits["seconds"] + _GRACE_SECONDS)
        header, body = answer(engine, request, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(channel, header, body)


def read_header(header: bytes) -> Mapping[str, Any]:
    """The facts in the header of a frame, not to be changed: a short one comes again and again, and is read once."""
    if len(header) <= _SHORT_BYTES:
        return _remembered(header)
    facts: Mapping[str, Any] = json.loads(header)
    return facts


_remembered: Callable[[bytes], Mapping[str, Any]] = lru_cache(_REMEMBERED)(json.loads)


def _engine(folder: Path, limits: Mapping[str, Any]) -> Engine:
    snapshot, services = read_snapshot(folder), frozenset[str](limits["services"])
    if STORE_VARIABLE in os.environ:
        from mgi_graph.engine.guarded import GuardedEngine
        from mgi_graph.engine.remote import RemoteEngine
        from mgi_graph.engine.wire import Bounds, Store

        bounds = Bounds(limits["seconds"] + _GRACE_SECONDS, limits["bytes"])  # the parent is the first to stop it
        remote = RemoteEngine(Store(**json.loads(os.environ[STORE_VARIABLE])), bounds=bounds)
        return GuardedEngine(remote, snapshot.version, [graph.iri for graph in snapshot.graphs], services)
    engine = EmbeddedEngine(snapshot, services)
    if not services:
        _open_no_more(folder)
    return engine


def answer(engine: Engine, request: Request, limits: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """Answer one request.

    Args:
        engine: what answers.
        request: what is asked.
        limits: rows and bytes that a result may have.

    Returns:
        Header (JSON) and body: kind and format of the result, and whether this process has grown too large for another
        query; or error, with the facts of the error.
    """
    try:
        result = engine.query(request.query, request.dataset)
        offered = exports.formats_for(result.kind)
        name = request.formats[result.kind]
        if name is None:
            raise FormatError("No format of this result suits what was asked for.", exports.media_types(offered))
        form = exports.format_named(name, offered)
        body = exports.serialize(result, form, exports.Bounds(limits["rows"], limits["bytes"]))
        return _header(kind=result.kind, format=form.name, worn=_is_worn()), body
    except StoreError as error:  # where the store is, and what it said, is not for whoever asks
        return _failure(error.for_strangers(), str(error)), b""
    except MGIGraphError as error:
        return _failure(error), b""
    except MemoryError:
        return _failure(QueryTooCostlyError("memory")), b""
    except BaseException as error:  # a panic of the store is no Exception; the parent logs what it was
        failure = QueryError("The query cannot be answered: it meets a fault of this server.", "Please report it.")
        return _failure(failure, "".join(traceback.format_exception(error))), b""


def _is_worn() -> bool:
    """Whether this process has used so much memory that it should make room for another."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > _WORN_BYTES


@lru_cache(_REMEMBERED)
def _header(**facts: str | bool) -> bytes:
    return json.dumps(facts).encode()


def _failure(error: MGIGraphError, fault: str | None = None) -> bytes:
    return json.dumps({"error": error.facts()} | ({"fault": fault} if fault else {})).encode()


def _send(channel: socket.socket, header: bytes, body: bytes = b"") -> None:
    channel.sendall(b"".join((LENGTHS.pack(len(header), len(body)), header, body)))


def _requests(channel: socket.socket) -> Iterator[Request]:
    """What comes until the parent closes the socket. The parent sends no other request before the answer."""
    part, frame = bytearray(_PART_BYTES), bytearray()
    while read := channel.recv_into(part):
        frame += memoryview(part)[:read]
        if len(frame) < LENGTHS.size or len(frame) < LENGTHS.size + sum(LENGTHS.unpack_from(frame)):
            continue
        head = LENGTHS.size + LENGTHS.unpack_from(frame)[0]
        facts = read_header(bytes(frame[LENGTHS.size : head]))
        graphs = Dataset(tuple(facts["default"]), tuple(facts["named"]))
        yield Request(frame[head:].decode("utf-8", "surrogatepass"), graphs, facts["formats"])
        frame.clear()


if __name__ == "__main__":
    main()
