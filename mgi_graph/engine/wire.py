"""Sends requests to a store elsewhere: bounded in time and size, led nowhere else, tried again where that is safe."""

from __future__ import annotations

import re
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    OpenerDirector,
    Request,
    build_opener,
    parse_http_list,
    parse_keqv_list,
)

from mgi_graph.errors import QueryTimeoutError, ResultTooLargeError, StoreError, StoreUnreachableError

USER_VARIABLE = "MGI_GRAPH_STORE_USER"
PASSWORD_VARIABLE = "MGI_GRAPH_STORE_PASSWORD"

_PAUSES = (0.3, 1.0)
_BUSY = (429, 502, 503)
_SHOWN = 300
_MARKUP = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_UNSHOWN = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True)
class Store:
    """A SPARQL 1.1 store elsewhere.

    Attributes:
        url: the address of its query service.
        update_url: of its update service; empty where none is known.
        graph_store_url: of its Graph Store Protocol service, without `?graph=`; empty where none is known.
        user, password: what is told to a service that asks for it (HTTP Basic or Digest), and to none but these.

    Raises:
        StoreError: an address is none of HTTP, or holds a name or password.
    """

    url: str
    update_url: str = ""
    graph_store_url: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for url in self.services:
            _refuse_address(url)

    def place(self, graph: str) -> str:
        """The address of a named graph (Graph Store Protocol, section 4.2)."""
        return f"{self.graph_store_url}{'&' if '?' in self.graph_store_url else '?'}graph={quote(graph, safe='')}"

    def probe(self, url: str) -> str:
        """An address of the service that a request goes to, at which asking is small and changes nothing."""
        graphs = self.graph_store_url and url.startswith(self.graph_store_url)
        return self.place("urn:nothing") if graphs else url

    @property
    def services(self) -> tuple[str, ...]:
        """The addresses that are known."""
        return tuple(url for url in (self.url, self.update_url, self.graph_store_url) if url)


@dataclass(frozen=True)
class Bounds:
    """What one exchange may take: `seconds` altogether, further attempts included; `bytes` of an answer."""

    seconds: float = 30.0
    bytes: int = 64 * 2**20


@dataclass(frozen=True)
class Received:
    """An answer: status, headers and the whole body."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type that the answer claims to have; empty where it says none."""
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()

    @property
    def said(self) -> str:
        """The beginning of the body as one line of plain text, for a message."""
        text = self.body[: 16 * _SHOWN].decode("utf-8", "replace")
        plain = _MARKUP.sub(" ", text) if text.lstrip().startswith("<") else text
        line = _UNSHOWN.sub(" ", plain).strip()
        return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def exchange(store: Store, request: Request, bounds: Bounds, again: bool) -> Received:
    """Send a request and take the whole answer, whatever its status.

    Args:
        store: whose credentials are used, where one of its services asks for them.
        request: to one of its services.
        bounds: how long it may take, how large the answer may be.
        again: whether the request may be sent again where the store was not reached or was busy.

    Raises:
        StoreUnreachableError: nobody answers there, or the answer breaks off.
        QueryTimeoutError: it took too long.
        ResultTooLargeError: the answer is too large.
        StoreError: the store asks for a kind of credentials that is not known here.
    """
    deadline = time.monotonic() + bounds.seconds
    for pause in (*_PAUSES, None) if again else (None,):
        last = pause is None or time.monotonic() + pause > deadline
        try:
            received = _within(store, request, Bounds(max(deadline - time.monotonic(), 0.01), bounds.bytes), bounds)
        except StoreUnreachableError:
            if last:
                raise
        else:
            if last or received.status not in _BUSY:
                return received
        time.sleep(pause or 0)
    raise AssertionError("the last attempt returns or raises")


def _within(store: Store, request: Request, left: Bounds, told: Bounds) -> Received:
    """Send in a thread of its own, so that neither a name server nor a slow drip of bytes holds anybody up."""
    outcome: list[Received | BaseException] = []

    def work() -> None:
        try:
            outcome.append(_send(store, request, left))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(left.seconds)
    if not outcome:
        raise QueryTimeoutError(told.seconds)
    if isinstance(outcome[0], QueryTimeoutError):
        raise QueryTimeoutError(told.seconds)
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _send(store: Store, request: Request, bounds: Bounds) -> Received:
    try:
        try:
            if store.user and request.full_url != store.url:
                _authorise(store, request, bounds.seconds)
            response: Any = _opener(store).open(request, timeout=bounds.seconds)
        except HTTPError as error:  # it is an answer, too
            response = error
        with response:
            return _take(response, bounds.bytes)
    except ResultTooLargeError:
        raise
    except ValueError as error:
        raise StoreError(f"The store does not speak HTTP as it should: {error}") from None
    except (OSError, HTTPException) as error:
        raise _unreached(error, bounds.seconds) from None


def _take(response: Any, most: int) -> Received:
    body = response.read(most + 1)
    if len(body) > most:
        raise ResultTooLargeError(most, "bytes")
    length = str(response.headers.get("Content-Length", ""))
    if length.isdigit() and int(length) != len(body):
        raise StoreUnreachableError(f"the answer broke off after {len(body)} of {length} bytes")
    return Received(response.status, response.headers, body)


def _unreached(error: OSError | HTTPException, seconds: float) -> StoreUnreachableError | QueryTimeoutError:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return QueryTimeoutError(seconds)
    problem = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    return StoreUnreachableError(_UNSHOWN.sub(" ", problem).strip() or type(reason).__name__)


class _Closing:
    """Closes the answer that asked for credentials, once they were given in another request; urllib leaves it open."""

    def http_error_401(self, req: Request, fp: Any, code: int, msg: str, headers: Any) -> Any:
        given = None
        try:
            given = super().http_error_401(req, fp, code, msg, headers)  # type: ignore[misc]
        except BaseException:
            fp.close()
            raise
        if given is not None:
            fp.close()
        return given


class _Basic(_Closing, HTTPBasicAuthHandler):
    """HTTP Basic."""


class _Digest(_Closing, HTTPDigestAuthHandler):
    """HTTP Digest."""


class _Stay(HTTPRedirectHandler):
    """Goes nowhere else: a redirect is an answer like others, and credentials stay where they belong."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Mapping[str, str] | Any, newurl: str
    ) -> None:
        return None


def _authorise(store: Store, request: Request, seconds: float) -> None:
    """Learn without the body which credentials are wanted, and add them: some hang up on a body that comes first."""
    try:
        build_opener(_Stay()).open(Request(store.probe(request.full_url)), timeout=seconds).close()
    except HTTPError as error:
        scheme, _, rest = error.headers.get("WWW-Authenticate", "").partition(" ")
        error.close()
        if error.code == HTTPStatus.UNAUTHORIZED and scheme.lower() == "digest":
            asked = parse_keqv_list([item for item in parse_http_list(rest) if item])
            told = HTTPDigestAuthHandler(_passwords(store)).get_authorization(request, asked)
            request.add_unredirected_header("Authorization", f"Digest {told}")
        elif error.code == HTTPStatus.UNAUTHORIZED and scheme.lower() == "basic":
            told = b64encode(f"{store.user}:{store.password}".encode()).decode("ascii")
            request.add_unredirected_header("Authorization", f"Basic {told}")


def _passwords(store: Store) -> HTTPPasswordMgrWithDefaultRealm:
    passwords = HTTPPasswordMgrWithDefaultRealm()
    for url in store.services:
        passwords.add_password(None, url, store.user, store.password)
    return passwords


def _opener(store: Store) -> OpenerDirector:
    handlers: list[Any] = [_Stay()]
    if store.user:
        passwords = _passwords(store)
        handlers += [_Basic(passwords), _Digest(passwords)]
    return build_opener(*handlers)


def _refuse_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise StoreError(
            "The address of a store holds a name or password.",
            f"Leave them out; set {USER_VARIABLE} and {PASSWORD_VARIABLE}.",
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\x00-\x20\x7f#]", url):
        raise StoreError(f"{url!r} is no address of a store.", "Write it as http://host/path or https://host/path.")
