"""Checks that all engines answer alike, before anything is timed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from benchmarks.questions import Question
from benchmarks.servers import Server

_STRING = "http://www.w3.org/2001/XMLSchema#string"

Row = tuple[tuple[str, ...], ...]


class DisagreementError(Exception):
    """An engine fails, or answers otherwise than another."""


def check(servers: Sequence[Server], question: Question) -> tuple[int, dict[Server, float]]:
    """Ask all servers a question with each of its values.

    Returns:
        How many rows the answers have in all, and how many seconds each server takes for one, on average.

    Raises:
        DisagreementError: an answer has a status other than 200, no rows, or other rows than the first server's.
    """
    rows = 0
    seconds = dict.fromkeys(servers, 0.0)
    for query in question.queries:
        answers = {}
        for server in servers:
            started = time.perf_counter()
            answers[server] = _rows(server, query)
            seconds[server] += (time.perf_counter() - started) / len(question.queries)
        _compare(answers, query)
        rows += len(answers[servers[0]])
    return rows, seconds


def _compare(answers: dict[Server, list[Row]], query: str) -> None:
    (first, expected), *others = answers.items()
    if not expected:
        raise DisagreementError(f"{first.engine.name} finds nothing:\n{query}")
    for server, rows in others:
        if rows != expected:
            raise DisagreementError(
                f"{server.engine.name} gives {len(rows)} rows, {first.engine.name} {len(expected)} others:\n{query}"
            )


def _rows(server: Server, query: str) -> list[Row]:
    """The rows of an answer (SPARQL 1.1 Query Results JSON Format), sorted."""
    status, body = server.ask(query)
    if status != 200:
        raise DisagreementError(f"{server.engine.name} answers with status {status}:\n{query}\n{body[:500]!r}")
    return sorted(
        tuple((name, *_term(term)) for name, term in sorted(binding.items()))
        for binding in json.loads(body)["results"]["bindings"]
    )


def _term(term: dict[str, str]) -> tuple[str, ...]:
    kind = "literal" if term["type"] == "typed-literal" else term["type"]
    datatype = term.get("datatype", "")
    return kind, term["value"], term.get("xml:lang", "").lower(), "" if datatype == _STRING else datatype
