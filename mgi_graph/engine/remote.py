"""Answers queries from a SPARQL 1.1 store elsewhere, through SPARQLWrapper."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.request import Request

import pyoxigraph as ox
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

from mgi_graph.engine import standard
from mgi_graph.engine.result import Answer
from mgi_graph.engine.syntax import Dataset, outline
from mgi_graph.engine.wire import PASSWORD_VARIABLE, USER_VARIABLE, Bounds, Received, Store, exchange
from mgi_graph.errors import StoreError, StoreUnreachableError, UpdateRefusedError
from mgi_graph.namespaces import BASE, XSD

Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_SOLUTIONS = ("application/sparql-results+json", "application/json")
_TRIPLES = ("application/n-triples", "text/turtle", "application/x-turtle", "text/plain")
_ACCEPT = {
    "solutions": "application/sparql-results+json",
    "triples": "application/n-triples, text/turtle;q=0.8",
}
_CUT = {"X-SPARQL-MaxRows": "to a number of rows", "X-SQL-State": "for want of time"}
_LABEL = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')
_TRUTH = re.compile(rb'(#boolean"\s*,\s*"value"\s*:\s*)"([01])"')
_EMPTY = ox.Store()
_BOOLEAN = ox.NamedNode(XSD + "boolean")
_TRUTHS = {"0": "false", "1": "true"}


class RemoteEngine:
    """A store that answers over HTTP.

    What it sends is believed only where it is whole and of the kind that was asked for.

    Args:
        store: where it is.
        graphs: the dataset of queries that name none; empty: what the store itself takes for its default graph.
        bounds: what a query and its answer may take.
        version: of the graph, where the store is known to hold it; empty else.
    """

    def __init__(
        self, store: Store, graphs: Dataset | None = None, bounds: Bounds | None = None, version: str = ""
    ) -> None:
        self.store, self._graphs, self._bounds = store, graphs or Dataset(), bounds or Bounds()
        self._version = version

    def describe(self) -> Mapping[str, str]:
        """The address of the store, and the version of the graph where it is known."""
        return {"store": self.store.url} | ({"version": self._version} if self._version else {})

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query; see `Engine.query`.

        Raises:
            StoreError: the store is not reached, refuses, or sends what is no result.
        """
        seen = outline(text)
        if seen.form == "UPDATE":
            raise UpdateRefusedError("Updates are refused: an endpoint is only asked.", "`mgi-graph load` loads data.")
        kind = "triples" if seen.form in ("CONSTRUCT", "DESCRIBE") else "solutions"
        graphs = dataset or (Dataset() if seen.clauses else self._graphs)
        call = _Call(self.store.url, seen.form or "SELECT")
        call.setQuery(standard.plain_concatenations(text))
        call.addCustomHttpHeader("Accept", _ACCEPT[kind])
        for iri in graphs.default:
            call.addParameter("default-graph-uri", iri)
        for iri in graphs.named:
            call.addParameter("named-graph-uri", iri)
        received = send(self.store, call._createRequest(), self._bounds, again=True)
        return _triples(received) if kind == "triples" else _solutions(received, _columns(text, seen.form))


class _Call(SPARQLWrapper):
    """A request of the SPARQL Protocol, of a form that is known and not guessed from the text."""

    def __init__(self, url: str, form: str) -> None:
        self._form = form
        super().__init__(url, returnFormat=TURTLE if form in ("CONSTRUCT", "DESCRIBE") else JSON, agent="mgi-graph")
        self.setMethod(POST)
        self.setOnlyConneg(True)

    def _parseQueryType(self, query: str) -> str:  # noqa: N802 - SPARQLWrapper's name
        return self._form


def update(store: Store, text: str, bounds: Bounds, again: bool) -> None:
    """Send an update (SPARQL 1.1 Update) to the update service of a store.

    Args:
        store: with an `update_url`.
        text: one or more operations, as one request.
        bounds: what it may take.
        again: whether sending it twice does no harm.

    Raises:
        StoreError: the store is not reached, or refuses.
    """
    call = _Call(store.update_url, "INSERT")
    call.setQuery(text)
    call.addCustomHttpHeader("Accept", "*/*")
    send(store, call._createRequest(), bounds, again)


def send(store: Store, request: Request, bounds: Bounds, again: bool, missing: bool = False) -> Received:
    """Send a request and take the answer, if it is one.

    Args:
        store: whose credentials are used.
        request: to one of its services.
        bounds: what it may take.
        again: whether sending it twice does no harm.
        missing: whether it is as well that what the request is about is not there.

    Raises:
        StoreError: it is none.
    """
    try:
        received = exchange(store, request, bounds, again)
    except StoreUnreachableError as error:
        raise StoreUnreachableError(
            "The store cannot be reached.", "Check its address, and whether it runs.", f"{request.full_url}: {error}"
        ) from None
    if 200 <= received.status < 300 and received.status != HTTPStatus.PARTIAL_CONTENT:
        return received
    if missing and received.status == HTTPStatus.NOT_FOUND:
        return received
    raise refused(received, request.full_url)


def refused(received: Received, url: str) -> StoreError:
    """What to tell of an answer whose status says that it is none."""
    status, detail = received.status, f"{url}: {received.status} {received.said}".rstrip()
    if status in (301, 302, 303, 307, 308):
        place = received.headers.get("Location", "elsewhere")
        return StoreError(
            "The store leads to another address, which is not followed.",
            "Give that address, if it is the right one.",
            f"{url}: {status} to {place!r}",
        )
    if status in (401, 403, 407):
        remedy = f"Set {USER_VARIABLE} and {PASSWORD_VARIABLE} to those of a user who may do this."
        return StoreError("The store wants other credentials, or allows this to nobody.", remedy, detail)
    if status in (404, 405, 410, 501):
        return StoreError("The store has no such service at this address.", "Check the address.", detail)
    if status in (429, 503):
        return StoreError("The store is busy.", "Try again later.", detail)
    if status == 400:
        return StoreError("The store does not take the request.", "It may lack a part of SPARQL 1.1.", detail)
    return StoreError("The store failed.", "Its log may say why.", detail)


def _columns(text: str, form: str) -> frozenset[str] | None:
    """The variables that the answer of a SELECT has, none where our parser does not know them; None for an ASK."""
    if form == "ASK":
        return None
    with contextlib.suppress(SyntaxError, ValueError, OSError, RuntimeError):
        nothing = _EMPTY.query(text, base_iri=BASE)
        assert isinstance(nothing, ox.QuerySolutions)
        return frozenset(variable.value for variable in nothing.variables)
    return frozenset()


def _solutions(received: Received, columns: frozenset[str] | None) -> Answer:
    _check(received, _SOLUTIONS)
    body = _TRUTH.sub(lambda found: found[1] + (b'"true"' if found[2] == b"1" else b'"false"'), received.body)
    body = _LABEL.sub(rb"\1", body)
    flaw = _flaw(body, columns)
    if flaw:
        raise _no_result(received, flaw)
    return Answer(ox.parse_query_results(body, ox.QueryResultsFormat.JSON))


def _flaw(body: bytes, columns: frozenset[str] | None) -> str:
    """What is wrong with a result, read to its end; empty for nothing. The parser reads on only as it is asked."""
    missing: frozenset[str] = frozenset()
    try:
        result = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
        if isinstance(result, ox.QuerySolutions):
            for _ in result:
                pass
            missing = (columns or frozenset()) - {variable.value for variable in result.variables}
        fits = isinstance(result, ox.QueryBoolean) == (columns is None)
    except (SyntaxError, ValueError) as error:
        return str(error) or type(error).__name__
    if not fits:
        return "a yes or no where rows were asked for, or the other way round"
    return f"it has no column {min(missing)}, which was asked for" if missing else ""


def _triples(received: Received) -> Answer:
    _check(received, _TRIPLES)
    try:
        quads = ox.parse(received.body, ox.RdfFormat.TURTLE)
        return Answer(tuple(ox.Triple(quad.subject, quad.predicate, _plain(quad.object)) for quad in quads))
    except (SyntaxError, ValueError) as error:
        raise _no_result(received, str(error)) from None


def _plain(term: Object) -> Object:
    """A term as we write it: to Virtuoso `true` is 1, and it says so."""
    if isinstance(term, ox.Literal) and term.datatype == _BOOLEAN:
        return ox.Literal(_TRUTHS.get(term.value, term.value), datatype=_BOOLEAN)
    return term


def _check(received: Received, expected: tuple[str, ...]) -> None:
    for header, why in _CUT.items():
        if received.headers.get(header):
            raise StoreError(
                f"The store cut its answer {why}; nothing of it is given.",
                "Raise its limits, or ask for a part at a time with ORDER BY, LIMIT and OFFSET.",
                f"{header}: {received.headers[header]}",
            )
    if received.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _no_result(received, f"compressed ({received.headers['Content-Encoding']}), which was not asked for")
    if received.media_type not in expected:
        raise _no_result(received, f"of the type {received.media_type or '(none)'}, not {expected[0]}")


def _no_result(received: Received, problem: str) -> StoreError:
    return StoreError(
        "What the store sent is no whole result of a query.",
        "Check that its address is that of a SPARQL 1.1 endpoint.",
        f"{problem}: {received.said}",
    )
