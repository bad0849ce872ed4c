"""What a request wants: the format, the language and the coding that suit its headers best (RFC 9110, section 12.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from werkzeug.datastructures import Accept, LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from mgi_graph.errors import FormatError
from mgi_graph.exports import Format, format_named, media_types

LANGUAGES = ("en", "fr")
CODINGS = ("br", "zstd", "gzip")
_REMEMBERED = 1024


@lru_cache(_REMEMBERED)
def choose_format(accept: str, offered: tuple[Format, ...]) -> Format:
    """The format that suits an Accept header best: of equals the one named more exactly, then the one offered first.

    The most exact range that fits a type decides on it, so that `q=0` excludes; parameters of a type do not matter.

    Raises:
        FormatError: none suits.
    """
    parsed = parse_accept_header(accept or "*/*", MIMEAccept)
    ranges = {media.partition(";")[0].strip().lower(): quality for media, quality in reversed(parsed)}
    best = max(media_types(offered), key=lambda media: _suits(media, ranges))
    if not _suits(best, ranges)[0]:
        raise FormatError(f"No format of this result suits {accept!r}.", media_types(offered))
    return next(form for form in offered if best in form.media_types)


def _suits(media: str, ranges: Mapping[str, float]) -> tuple[float, int]:
    """How much a media type is wanted, and how exactly it is named (RFC 9110, section 12.5.1)."""
    for exactness, named in ((2, media), (1, media.partition("/")[0] + "/*"), (0, "*/*")):
        if named in ranges:
            return float(ranges[named]), exactness
    return 0.0, 0


@lru_cache(_REMEMBERED)
def named_format(name: str, offered: tuple[Format, ...]) -> Format:
    """The format that `format=` names, by a name or a media type; of several the first that is known.

    Raises:
        FormatError: there is none.
    """
    for wanted in name.split(","):
        for form in offered:
            if wanted.strip() in (form.name, *form.aliases, *form.media_types):
                return form
    return format_named(name, offered)


def choose_language(named: str | None, accept: str | None) -> str:
    """The language of a page: the one named, else the one that Accept-Language wants most, else English."""
    if named in LANGUAGES:
        return str(named)
    wanted = sorted(parse_accept_header(accept, LanguageAccept), key=lambda entry: -entry[1])
    primary = (tag.partition("-")[0].lower() for tag, quality in wanted if quality > 0)  # RFC 4647, section 3.4
    return next((tag for tag in primary if tag in LANGUAGES), "en")


@lru_cache(_REMEMBERED)
def choose_coding(accept: str, offered: tuple[str, ...] = CODINGS) -> str:
    """The coding that suits an Accept-Encoding header best, of those offered; "" for none."""
    wanted = parse_accept_header(accept, Accept)
    best = max(offered, key=wanted.quality)
    return best if wanted.quality(best) > 0 and wanted.quality(best) >= wanted.quality("identity") else ""


def prefers_html(accept: str) -> bool:
    """Whether a person's browser asks: HTML is wanted at least as much as any format of a result."""
    return parse_accept_header(accept, MIMEAccept).quality("text/html") > 0 and "text/html" in accept


def accepts(header: str, offered: Sequence[str]) -> str | None:
    """The media type of those offered that suits an Accept header best, or None."""
    return parse_accept_header(header or "*/*", MIMEAccept).best_match(offered)
