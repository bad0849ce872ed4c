"""Reads a query by the grammar: what is refused before a store sees it, where a mistake is, which graphs it names."""

from __future__ import annotations

import re
from collections.abc import Set

import pyoxigraph as ox

from mgi_graph.engine.syntax import Dataset, Outline, place, tokens
from mgi_graph.errors import QueryError, QuerySyntaxError, ServiceRefusedError, UpdateRefusedError
from mgi_graph.namespaces import BASE

_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_NOTHING = ox.Store()
_SENTENCE = re.compile(r"\bThe SELECT [a-z ]+[a-z]")
_CLASS = re.compile(r"\[[^\]]*\]")
_EXPECTED = re.compile(r"(?<=\")[^\"\s]+(?=\")|\b[A-Za-z][A-Za-z0-9]+\b")
_UNSAID = frozenset({"expected", "one", "of", "LATERAL", "SERVICE", "Prefix", "not", "found"})
_MOST_WORDS = 4
_LONGEST_SHOWN = 60


def refuse(seen: Outline, services: Set[str]) -> None:
    """Refuse what no query may hold.

    Args:
        seen: the query.
        services: the endpoints that SERVICE may call, each in angle brackets.

    Raises:
        ServiceRefusedError: it calls another endpoint.
        QuerySyntaxError: it uses an extension of SPARQL 1.1.
    """
    called = [endpoint for endpoint in seen.services if endpoint not in services]
    if called:
        raise ServiceRefusedError(
            "SERVICE is refused: this endpoint does not call others.",
            f"Ask {called[0] or 'the other endpoint'} yourself, and put what it says into VALUES.",
        )
    if seen.extension:
        line, column = place(seen.text, seen.extension.start)
        shown = f"{seen.extension.text} is of an extension\n{_pointer(seen.text, line, column)}"
        raise QuerySyntaxError(shown, line, column)


def parse(seen: Outline) -> None:
    """Hold a query against the grammar.

    Raises:
        SyntaxError: as the parser says it; `refusal` makes it an error of ours.
        RuntimeError: it calls a function that is none of SPARQL 1.1.
    """
    _NOTHING.query(seen.text, base_iri=BASE)


def refusal(seen: Outline, message: str) -> QueryError:
    """What to tell of a text that the parser does not take."""
    if seen.form == "UPDATE":
        return UpdateRefusedError("Updates are refused: the graph can only be asked.", "Send a SPARQL 1.1 query.")
    match = _POSITION.match(message)
    if not match:
        return QuerySyntaxError(message)
    line, column = int(match[1]), int(match[2])
    problem = _told(seen.text, line, column, " ".join(match[3].split()))
    return QuerySyntaxError(f"{problem}\n{_pointer(seen.text, line, column)}", line, column)


def dataset_of(seen: Outline) -> Dataset:
    """The dataset of the FROM clauses, their IRIs resolved by the parser itself; empty where one cannot be."""
    graphs = " ".join(graph for _, graph in seen.clauses)
    try:
        rows = _NOTHING.query(f"{seen.prologue} SELECT ?graph {{ VALUES ?graph {{ {graphs} }} }}", base_iri=BASE)
    except SyntaxError:
        return Dataset()  # the whole query will not do either
    assert isinstance(rows, ox.QuerySolutions)
    iris = [str(row["graph"].value) for row in rows]
    kinds = [kind for kind, _ in seen.clauses]
    found = {name: tuple(iri for iri, kind in zip(iris, kinds, strict=True) if kind == name) for name in set(kinds)}
    return Dataset(**found)


def without_dataset(seen: Outline) -> str:
    """The query without its FROM clauses."""
    if not seen.clauses:
        return seen.text
    parts: list[str] = []
    done, start = 0, -1
    for token in tokens(seen.text):
        if token.word == "FROM":
            start = token.start
        elif start >= 0 and token.kind in ("iri", "prefixed"):
            parts.append(seen.text[done:start])
            done, start = token.end, -1
    return " ".join([*parts, seen.text[done:]])


def _told(text: str, line: int, column: int, expected: str) -> str:
    """Say of a mistake what stands there, in the words of a person and not in those of the grammar."""
    place = sum(len(one) for one in text.splitlines(keepends=True)[: line - 1]) + column - 1
    found = next((token for token in tokens(text) if token.end >= place and token.start < place), None)
    if "Prefix not found" in expected and found and ":" in found.text:
        return f"The prefix {found.text.partition(':')[0]}: is not declared."
    if sentence := _SENTENCE.search(expected):
        return f"{sentence[0]}."
    here = next((token.text for token in tokens(text) if token.end > place), "")
    what = f"{here[:_LONGEST_SHOWN]} is not expected here" if here else "The query cannot be read to its end"
    words = [word for word in dict.fromkeys(_EXPECTED.findall(_CLASS.sub("", expected))) if word not in _UNSAID]
    return f"{what} (expected, for example: {' '.join(words)})." if 0 < len(words) <= _MOST_WORDS else f"{what}."


def _pointer(text: str, line: int, column: int) -> str:
    lines = text.splitlines() or [""]
    return f"  {lines[min(line, len(lines)) - 1]}\n  {' ' * (column - 1)}^"
