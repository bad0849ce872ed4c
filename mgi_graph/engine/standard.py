"""What a store gets wrong of SPARQL 1.1, put right in the text of the query."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mgi_graph.engine.syntax import tokens

_CONCAT = "GROUP_CONCAT"
_ESCAPE = re.compile(
    r"""
      \#[^\n\r]*+ | <[^<>"{}|^`\x00-\x20]*+>
    | \"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*+\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*+'''
    | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+'
    | \\u([0-9A-Fa-f]{4}) | \\U([0-9A-Fa-f]{8}) | \\.
    """,
    re.VERBOSE | re.DOTALL,
)


def unescaped(text: str) -> str:
    r"""Resolve the codepoint escapes (`\\u0041`) of letters and digits outside strings and IRIs (section 19.2)."""
    return _ESCAPE.sub(_character, text) if "\\u" in text or "\\U" in text else text


def plain_concatenations(text: str) -> str:
    """Take the language tag off what GROUP_CONCAT gives (section 18.5.1.7: its separator has none).

    `GROUP_CONCAT(…)` becomes `STR(GROUP_CONCAT(…))`, which is of the same syntactic class and may stand in its place.
    """
    if "_c" not in text and "_C" not in text:  # the cheapest that tells most queries apart
        return text
    parts, done = [], 0
    for start, added in _edits(text):
        parts += [text[done:start], added]
        done = start
    return "".join([*parts, text[done:]])


def _edits(text: str) -> Iterator[tuple[int, str]]:
    """What to put where: `STR(` before each GROUP_CONCAT and `)` after the bracket that closes it."""
    opened: list[bool] = []
    concat = False
    for token in tokens(text):
        if token.word == _CONCAT:
            yield token.start, "STR("
        elif token.kind == "open":
            opened += [concat, *[False] * (len(token.text) - 1)]
        elif token.kind == "other" and token.text in ")]}" and opened and opened.pop():
            yield token.end, ")"
        concat = token.word == _CONCAT


def _character(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits is None or int(digits, 16) > 0x10FFFF:
        return match[0]
    character = chr(int(digits, 16))
    return character if character.isalnum() or character == "_" else match[0]
