"""Sets French as French printers do: spaces that do not break, before high punctuation and inside guillemets."""

from __future__ import annotations

import re
from typing import TypeVar

NO_BREAK, NARROW = "\u00a0", "\u202f"
"""The spaces: before a colon and inside guillemets; before a semicolon, a question or an exclamation mark."""

_SPACE = re.compile(r"(?<=«)[ ](?=\S)|[ ](?=»)|[ ](?=[:;?!](?!\w))")

Str = TypeVar("Str", bound=str)


def french(text: Str) -> Str:
    """A French text with its spaces as they are set; markup stays markup."""
    return type(text)(_SPACE.sub(lambda found: NARROW if text[found.end()] in ";?!" else NO_BREAK, text))


def typeset(text: Str, language: str) -> Str:
    """A text as its language sets it; only French asks for more than it is written with."""
    return french(text) if language == "fr" else text
