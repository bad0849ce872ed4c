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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
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
_STATEMENT_BYTES = 1300
"""What a statement in memory takes at its most: once where it is shared, once where that was written to."""
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


def prepare(folder: Path, limits: Mapping[str, Any]) -> Callable[[socket.socket], None]:
    """Load what all processes that evaluate share; gives what each of them does, forked from this one.

    That serves a socket until it is cut off. Frames go both ways: the lengths, a JSON header, and a body, which is the
    query or its result.

    Args:
        folder: the snapshot's folder.
        limits: the fields of `workers.Limits`.

    Raises:
        SnapshotError: the snapshot cannot be opened.
    """
    return partial(_evaluate, _engine_maker(folder, limits), limits)


def _evaluate(make_engine: Callable[[], Engine], limits: Mapping[str, Any], channel: socket.socket) -> None:
    _confine(limits)
    threading.stack_size(STACK_BYTES)  # a deeply nested query needs a deep stack
    thread = threading.Thread(target=_serve, args=(channel, make_engine, limits))
    thread.start()
    thread.join()


def _confine(limits: Mapping[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))


def _open_no_more(files: Iterable[Path] = ()) -> None:
    """From here on no socket and no file can be opened, whatever a query finds to try.

    A store of many files opens some of them only when a query needs them: for so many, and no more, there is room.
    """
    opened = {int(name): _target(name) for name in os.listdir("/dev/fd")}
    last = os.dup(0)
    while last < max(opened):  # fills what is free among them
        last = os.dup(0)
    most = last + 1 + len({str(path.resolve()) for path in files} - set(opened.values()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _target(descriptor: str) -> str:
    try:
        return os.readlink(f"/dev/fd/{descriptor}")
    except OSError:  # the list of them was one itself
        return ""


def _serve(channel: socket.socket, make_engine: Callable[[], Engine], limits: Mapping[str, Any]) -> None:
    engine = make_engine()
    worn = _most_memory() + _WORN_BYTES
    _send(channel, _header(ready=True))
    for request in _requests(channel):
        # Should the parent be gone, nobody stops a query; the default action of the alarm does, whatever it is doing.
        signal.setitimer(signal.ITIMER_REAL, limits["seconds"] + _GRACE_SECONDS)
        header, body = answer(engine, request, limits, worn)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(channel, header, body)


def read_header(header: bytes) -> Mapping[str, Any]:
    """The facts in the header of a frame, not to be changed: a short one comes again and again, and is read once."""
    if len(header) <= _SHORT_BYTES:
        return _remembered(header)
    facts: Mapping[str, Any] = json.loads(header)
    return facts


_remembered: Callable[[bytes], Mapping[str, Any]] = lru_cache(_REMEMBERED)(json.loads)


def _engine_maker(folder: Path, limits: Mapping[str, Any]) -> Callable[[], Engine]:
    snapshot, services = read_snapshot(folder), frozenset[str](limits["services"])
    if STORE_VARIABLE in os.environ:
        from mgi_graph.engine.guarded import GuardedEngine
        from mgi_graph.engine.remote import RemoteEngine
        from mgi_graph.engine.wire import Bounds, Store

        store = Store(**json.loads(os.environ[STORE_VARIABLE]))
        bounds = Bounds(limits["seconds"] + _GRACE_SECONDS, limits["bytes"])  # the parent is the first to stop it
        graphs = [graph.iri for graph in snapshot.graphs]
        return lambda: GuardedEngine(RemoteEngine(store, bounds=bounds), snapshot.version, graphs, services)
    fits = snapshot.statements * _STATEMENT_BYTES <= (limits["memory"] - STACK_BYTES) / 2
    in_memory = snapshot.read_into_memory() if fits and snapshot.statements <= limits["in_memory"] else None

    def make() -> Engine:
        engine = EmbeddedEngine(snapshot, services, in_memory)
        if not services:
            _open_no_more(() if in_memory is not None else folder.rglob("*.sst"))
        return engine

    return make


def answer(engine: Engine, request: Request, limits: Mapping[str, Any], worn: int) -> tuple[bytes, bytes]:
    """Answer one request.

    Args:
        engine: what answers.
        request: what is asked.
        limits: rows and bytes that a result may have.
        worn: with so many bytes of memory, at its most, this process has grown too large for another query.

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
        return _header(kind=result.kind, format=form.name, worn=_most_memory() > worn), body
    except StoreError as error:  # where the store is, and what it said, is not for whoever asks
        return _failure(error.for_strangers(), str(error)), b""
    except MGIGraphError as error:
        return _failure(error), b""
    except MemoryError:
        return _failure(QueryTooCostlyError("memory")), b""
    except BaseException as error:  # a panic of the store is no Exception; the parent logs what it was
        failure = QueryError("The query cannot be answered: it meets a fault of this server.", "Please report it.")
        return _failure(failure, "".join(traceback.format_exception(error))), b""


def _most_memory() -> int:
    """The bytes of memory that this process has used at its most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


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
