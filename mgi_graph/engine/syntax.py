"""What must be known of a query before a store sees it, read off its tokens (SPARQL 1.1 Query, section 19.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"\"\"(?:(?:\"|\"\")?(?:[^"\\]|\\.))*\"\"\" | '''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
                |"(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<prefixed>(?:\w(?:[\w.-]*[\w-])?)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}


class Token(NamedTuple):
    """One token: its kind (a group name of the expression above) and its text; words are in upper case."""

    kind: str
    text: str


@dataclass(frozen=True)
class Dataset:
    """The graphs of a query (SPARQL 1.1 Protocol, section 2.1.4), by IRI.

    `default` are merged into the default graph, `named` are those that GRAPH reaches. Both empty: nothing was said, and
    the store's own dataset is asked.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default or self.named)


@dataclass(frozen=True)
class Outline:
    """A query at a glance: its form ("SELECT", …; "UPDATE" for an update, "" for none), its FROM clauses, SERVICE."""

    form: str
    dataset: Dataset
    calls_service: bool


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query without spaces and comments; codepoint escapes are resolved first, as section 19.2 says."""
    for match in _TOKEN.finditer(_ESCAPE.sub(_character, text)):
        kind = match.lastgroup or "other"
        if kind not in ("comment", "space"):
            yield Token(kind, match[0].upper() if kind == "word" else match[0])


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a query, or of Turtle (whose strings and IRIs look the same), each with its line, from 1."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "comment":
            yield text.count("\n", 0, match.start()) + 1, match[0]


def outline(text: str) -> Outline:
    """Read a query's form, dataset clauses and use of SERVICE.

    FROM IRIs that are relative or prefixed names are left out of the dataset: the store resolves those itself.
    """
    form, service = "", False
    default: list[str] = []
    named: list[str] = []
    before = before_that = Token("", "")
    for token in tokens(text):
        if token.kind == "word":
            service = service or token.text == "SERVICE"
            form = form or _form(token.text)
        elif before == ("word", "FROM"):
            default.extend(_iri(token))
        elif (before_that, before) == (("word", "FROM"), ("word", "NAMED")):
            named.extend(_iri(token))
        before_that, before = before, token
    return Outline(form, Dataset(tuple(default), tuple(named)), service)


def _form(word: str) -> str:
    if word in _FORMS:
        return word
    return "UPDATE" if word in _UPDATES else ""


def _iri(token: Token) -> list[str]:
    return [token.text[1:-1]] if token.kind == "iri" and ":" in token.text else []


def _character(match: re.Match[str]) -> str:
    try:
        return chr(int(match[1] or match[2], 16))
    except (ValueError, OverflowError):
        return match[0]
