"""Measures how long the pages for people take, by kind: at their first visit and later, with what a visit sends."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from math import ceil
from statistics import median
from urllib.parse import quote

from benchmarks.report import head, machine, made, row
from benchmarks.servers import Server, settle
from mgi_graph.namespaces import BASE, prologue

BEGIN = "<!-- pages, written by `python -m benchmarks pages --write`, from here -->"
_SECONDS = 60
_ASSET = re.compile(rb'(?:href|src)="(/static/[^"]+)"')
_HEADERS = {"Accept": "text/html", "Accept-Encoding": "gzip"}
_THINGS = "SELECT ?thing WHERE { ?thing a/rdfs:subClassOf* mgi:%s } ORDER BY ?thing LIMIT %d"
_CLASSES = {
    "body": "Organisation",
    "law or policy": "Instrument",
    "treaty": "Treaty",
    "topic": "Topic",
    "finding": "Finding",
    "profile": "CountryProfile",
    "country": "State",
}
_PLACES = {
    "home": ("/",),
    "catalogue of questions": ("/questions",),
    "answer": tuple(
        f"/questions/{name}"
        for name in ("which-laws", "relations-of-a-body", "treaties-ratified", "mandates-of-a-body", "stated-absences")
    ),
    "search": tuple(f"/search?q={quote(text)}" for text in ("ANLTP", "2010/86", "labour migration", "passeport")),
    "network": ("/explore", "/explore/mandates", "/explore/timeline", "/explore/gaps"),
    "part of the network": (
        "/explore?around=HCNE&steps=2",
        "/explore?standing=together&kind=law",
        "/explore?since=2010",
    ),
    "connection": tuple(
        f"/explore/connection?from={start}&to={end}" for start, end in (("HCNE", "2015-36"), ("ANPE", "IOM"))
    ),
    "why": ("/why?subject=2015-36&predicate=implementedBy&object=ANLTP/TIM",),
    "citation": ("/cite?iri=id:org/iom", "/cite?iri=id:ne/org/anpe"),
}


@dataclass(frozen=True)
class Pages:
    """What was measured of one kind of page.

    Attributes:
        kind: for readers.
        first: seconds of the first visit of each page.
        later: seconds of each later visit.
        sent: bytes of each page and the style sheets and scripts it names, compressed as they went over the wire.
    """

    kind: str
    first: tuple[float, ...]
    later: tuple[float, ...]
    sent: tuple[int, ...]


@dataclass(frozen=True)
class Start:
    """How a server begins: seconds of the first page that is asked for, and until it has drawn its own early ones."""

    page: float
    rest: float


def begin(server: Server) -> Start:
    """Ask a server for its first page as soon as it answers, then wait until it has come to rest.

    Raises:
        RuntimeError: the page is not answered with 200, or the server does not come to rest.
    """
    started = time.perf_counter()
    seconds = _get(server, "/")[0]
    settle(server)
    return Start(seconds, time.perf_counter() - started)


def measure(server: Server, pages: int, rounds: int) -> list[Pages]:
    """Visit pages of each kind, one after the other.

    Args:
        server: ours, just started and at rest: what it has shown to others before is not measured as new.
        pages: how many things of a kind at most.
        rounds: how often each page is visited after the first time.

    Raises:
        RuntimeError: a page is not answered with 200.
    """
    places = {**_PLACES, **{kind: _things(server, name, pages) for kind, name in _CLASSES.items()}}
    return [_visit(server, kind, paths, rounds) for kind, paths in places.items() if paths]


def write(measured: Sequence[Pages], rounds: int, start: Start) -> str:
    """The figures as Markdown."""
    lines = [
        made(f": {rounds} later visits of each page, one after the other"),
        f"The first page, asked for as soon as the server answered, took {1000 * start.page:.0f} ms; {start.rest:.1f} "
        "s later the server had drawn for itself one page of each kind, so that no reader is the first of all.",
        "",
        *head("kind of page", "pages", "first visit: median", "95%", "later: median", "95%", "sent at a first visit"),
    ]
    for one in measured:
        times = (median(one.first), _most(one.first), median(one.later), _most(one.later))
        shown = (f"{1000 * seconds:.0f} ms" for seconds in times)
        lines.append(row(one.kind, str(len(one.first)), *shown, f"{median(one.sent) / 1000:.0f} kB"))
    return "\n".join([*lines, "", *machine()]) + "\n"


def _things(server: Server, name: str, most: int) -> tuple[str, ...]:
    status, body = server.ask(prologue("mgi", "rdfs") + _THINGS % (name, most))
    if status != 200:
        raise RuntimeError(f"The things of {name} could not be read: {status}")
    iris = [binding["thing"]["value"] for binding in json.loads(body)["results"]["bindings"]]
    return tuple(f"/doc/{iri.removeprefix(BASE + 'id/')}" for iri in iris if iri.startswith(BASE + "id/"))


def _visit(server: Server, kind: str, paths: Sequence[str], rounds: int) -> Pages:
    first, later, sent = [], [], []
    for path in paths:
        seconds, body, size = _get(server, path)
        first.append(seconds)
        sent.append(size + sum(_get(server, asset.decode())[2] for asset in set(_ASSET.findall(body))))
    for _ in range(rounds):
        later += [_get(server, path)[0] for path in paths]
    return Pages(kind, tuple(first), tuple(later), tuple(sent))


def _get(server: Server, path: str) -> tuple[float, bytes, int]:
    """Seconds until a reply is read whole, its text, and its bytes on the wire without the headers."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=_SECONDS)
    try:
        started = time.perf_counter()
        connection.request("GET", path, headers=_HEADERS)
        reply = connection.getresponse()
        body = reply.read()
        seconds = time.perf_counter() - started
        if reply.status != 200:
            raise RuntimeError(f"{path} answers {reply.status}.")
        plain = gzip.decompress(body) if reply.getheader("Content-Encoding") == "gzip" else body
        return seconds, plain, len(body)
    finally:
        connection.close()


def _most(seconds: Sequence[float]) -> float:
    """The 95th percentile: the least that 95 of 100 do not exceed."""
    return sorted(seconds)[ceil(0.95 * len(seconds)) - 1]
