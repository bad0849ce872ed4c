"""Sets French as French printers do: spaces that do not break, before high punctuation and inside guillemets."""

from __future__ import annotations

import re

NO_BREAK, NARROW = "\u00a0", "\u202f"
"""The spaces: before a colon and inside guillemets; before a semicolon, a question or an exclamation mark."""

_MARK = re.compile(
    r"&\#?\w+;"  # an entity of HTML, which stays
    r"|(?<=«)[ ]|[ ](?=»)"
    r"|(?<![\s?!:;\u00a0\u202f])[ \u00a0\u202f]?(?P<mark>[:;?!])(?=[\s)\]»”]|$)"
)
_PIECE = re.compile(r"<!.*?>|<(?P<end>/?)(?P<name>[\w-]+)(?P<given>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)
_LANGUAGE = re.compile(r"\slang=\"([\w-]*)\"")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_VERBATIM = frozenset({"script", "style", "code", "pre", "textarea"})


def french(text: str) -> str:
    """A French text, plain or with entities of HTML, with the spaces before and inside its signs as they are set."""
    return _MARK.sub(_space, text)


def french_page(page: str) -> str:
    """A page in HTML, as our templates write it, with its French as it is set; code and other languages stay.

    Args:
        page: well-formed, whose elements say their language in `lang="…"` where it is not that of what they are in.
    """
    written, at, around = [], 0, [("", True)]
    for piece in _PIECE.finditer(page):
        text = page[at : piece.start()]
        written += [french(text) if around[-1][1] else text, piece[0]]
        at, name = piece.end(), piece["name"]
        if piece["end"]:
            while len(around) > 1 and around.pop()[0] != name:
                pass
        elif name and name not in _VOID and not piece["given"].endswith("/"):
            around.append((name, _is_set(name, piece["given"], around)))
    return "".join([*written, page[at:]])


def _is_set(name: str, given: str, around: list[tuple[str, bool]]) -> bool:
    """Whether the text in an element is French to be set: by its name, its own language and what it is in."""
    language = _LANGUAGE.search(given)
    if name in _VERBATIM or any(above in _VERBATIM for above, _ in around):
        return False
    return language[1] == "fr" if language else around[-1][1]


def _space(found: re.Match[str]) -> str:
    mark = found["mark"]
    if not mark:
        return found[0] if found[0].startswith("&") else NO_BREAK
    return (NO_BREAK if mark == ":" else NARROW) + mark
