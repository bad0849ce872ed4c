"""What each error means in HTTP: its status, its headers, its text."""

from __future__ import annotations

from collections.abc import Mapping

from mgi_graph.errors import (
    BudgetError,
    BusyError,
    FormatError,
    MGIGraphError,
    NotInGraphError,
    ParameterError,
    ProofNotFoundError,
    QueryError,
    QueryTimeoutError,
    QueryTooCostlyError,
    QueryTooLargeError,
    ResultTooLargeError,
    StandingUnknownError,
    StoreError,
    UncoveredAxiomError,
    UnknownQuestionError,
)

_STATUS: tuple[tuple[type[MGIGraphError], int], ...] = (
    (FormatError, 406),
    (UnknownQuestionError, 404),
    (NotInGraphError, 404),
    (ParameterError, 400),
    (QueryTimeoutError, 504),
    (QueryTooCostlyError, 507),
    (ResultTooLargeError, 507),
    (QueryTooLargeError, 413),
    (BusyError, 503),
    (StoreError, 502),
    (BudgetError, 429),
    (QueryError, 400),
    (ProofNotFoundError, 507),
    (StandingUnknownError, 501),
    (UncoveredAxiomError, 501),
)
PLAIN = "text/plain; charset=utf-8"


def status_of(error: MGIGraphError) -> int:
    """The status code of an error; 500 for one that no request can cause."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def headers_of(error: MGIGraphError) -> Mapping[str, str]:
    """The headers that go with an error: never stored; Retry-After where waiting helps."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, BusyError | BudgetError):
        headers["Retry-After"] = str(error.seconds)
    return headers
