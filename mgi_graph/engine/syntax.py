"""What must be known of a query before a store sees it, read off its tokens (SPARQL 1.1 Query, section 19.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# A character beyond ASCII that no name may have stops every parser, so taking all of them for letters hides nothing.
# Each class says what it does not hold: one that listed the characters beyond ASCII would take long to compile.
_LETTER = r"[^\x00-/:-@\[-^`{-\x7F]"
_INNER = r"[^\x00-,/:-@\[-^`{-\x7F]"  # a letter, a dot or a hyphen
_LOCAL_LETTER = r"[^\x00-/;-@\[-^`{-\x7F]"  # a letter or a colon
_LOCAL_INNER = r"[^\x00-,/;-@\[-^`{-\x7F]"  # any of these
_TOKEN = re.compile(
    rf"""
      (?P<space>[ \t\r\n]++)
    | (?P<comment>\#[^\n\r]*+)
    | (?P<iri><[^<>"{{}}|^`\x00-\x20]*+>)
    | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*+\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*+'''
                |"(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+')
    | (?P<variable>[?$]{_LETTER}++)
    | (?P<tag>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
    | (?P<prefixed>(?:{_LETTER}{_INNER}*+)?+:
                   (?:(?:{_LOCAL_LETTER}|%[0-9A-Fa-f]{{2}}|\\.)(?:{_LOCAL_INNER}|%[0-9A-Fa-f]{{2}}|\\.)*+)?+)
    | (?P<name>{_LETTER}{_INNER}*+)
    | (?P<open>[(\[{{]++)
    | (?P<dead>["'\\].*+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PIECE = re.compile(
    rf"(?P<number>[0-9]++(?:\.[0-9]*+)?+(?:[eE][+-]?[0-9]++)?+)|(?P<word>[A-Za-z_]{_LETTER}*+)|(?P<other>.)"
)
_LENIENT_IRI = re.compile(r"<[^<>{}|^`\x00-\x20]*+>")
_ONLY_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*+://")
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
_FUNCTIONS_BEYOND = ("ADJUST", "HASLANG", "HASLANGDIR", "ISTRIPLE", "LANGDIR", "OBJECT", "PREDICATE", "STRLANGDIR")
_WORDS_BEYOND = frozenset({*_FUNCTIONS_BEYOND, "LATERAL", "SUBJECT", "TRIPLE", "VERSION"})
_MARKS_BEYOND = ("<<", "{|", "!!", "~")
_CALLED_BEYOND = ("adjust", "haslang", "langdir", "triple", "subject", "predicate", "object")
_HINTS_BEYOND = {
    **{mark: re.compile(re.escape(mark)) for mark in _MARKS_BEYOND},
    **{name: re.compile(rf"{name}(?:dir)?\s*+[(#]") for name in _CALLED_BEYOND},
    "--": re.compile(r"@[a-z]++(?:-[a-z0-9]++)*+--[a-z]"),
    "lateral": re.compile("lateral"),
    "version": re.compile(r"version\s*+[\"'#]"),
}
_DIRECTION = re.compile(r"--[A-Za-z]")
_GAP = r"(?:[ \t\r\n]|\#[^\r\n]*+)*+"
_SERVICE = re.compile(rf"service{_GAP}(?:silent{_GAP})?+(?:[<?$]|{_INNER}*+:)")
_FROM = re.compile(rf"from{_GAP}(?:named{_GAP})?+(?:<|{_INNER}*+:)")
_CHANGING = re.compile(rf"\b(?:now|rand|uuid|struuid|bnode){_GAP}\(|\\u", re.IGNORECASE)
_CHANGING_HINTS = ("now", "rand", "uuid", "bnode", "\\u")
_FEW = 32
_PAIRED = frozenset({("other", "other"), ("open", "other")})
_BLANK = frozenset({"space", "comment"})
_TELLING = frozenset({"name", "prefixed", "iri", "other"})
_READINGS = 64


class Token(NamedTuple):
    """One token: its kind (a group name of the expressions above), its text and where it starts."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """The keyword in upper case; empty for all that is none."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def end(self) -> int:
        """Where the next begins."""
        return self.start + len(self.text)


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


class Size(NamedTuple):
    """How large a query is: how deep its brackets nest, and of how many tokens it is made."""

    depth: int
    tokens: int


@dataclass(frozen=True)
class Outline:
    """A query at a glance; what is not asked for is not computed.

    Attributes:
        text: the query.
    """

    text: str

    @cached_property
    def form(self) -> str:
        """SELECT, ASK, CONSTRUCT or DESCRIBE; "UPDATE" for an update; empty for none."""
        return self._start[0]

    @cached_property
    def prologue(self) -> str:
        """What stands before the form: base and prefixes."""
        return self.text[: self._start[1]]

    @cached_property
    def clauses(self) -> tuple[tuple[str, str], ...]:
        """The FROM clauses: each "default" or "named", with its graph as it is written (`<iri>` or `prefixed:name`)."""
        return tuple(_clauses(self.text)) if self._may_have("from", _FROM) else ()

    @cached_property
    def services(self) -> tuple[str, ...]:
        """The endpoints that SERVICE may call, as they are written: `<iri>`, `?variable` or `prefixed:name`.

        What a store's parser takes for SERVICE is called, and it may read a text otherwise than the standard does
        (keywords that stick to a name, `<` as a sign before a quote). So these are those of all possible readings.
        """
        return tuple(dict.fromkeys(_services(self.text))) if self._may_have("service", _SERVICE) else ()

    @cached_property
    def extension(self) -> Token | None:
        """The first token that is no SPARQL 1.1, but of an extension that the store knows (SPARQL 1.2, LATERAL)."""
        hinted = [use for hint, use in _HINTS_BEYOND.items() if hint in self._lower]
        return next(_extensions(self.text), None) if any(use.search(self._lower) for use in hinted) else None

    def _may_have(self, word: str, clause: re.Pattern[str]) -> bool:
        """Whether a keyword with what must follow it occurs anywhere; many are not worth a closer look."""
        count = self._lower.count(word)
        return count > _FEW or (count > 0 and clause.search(self._lower) is not None)

    @cached_property
    def _lower(self) -> str:
        return self.text.lower()

    @cached_property
    def _start(self) -> tuple[str, int]:
        found = ((_form(token.word), token.start) for token in tokens(self.text))
        return next((pair for pair in found if pair[0]), ("", len(self.text)))


def outline(text: str) -> Outline:
    """Look at a query."""
    return Outline(text)


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens of a query as the standard reads it, without spaces and comments."""
    for match in _TOKEN.finditer(text, start):
        kind = match.lastgroup or "other"
        if kind == "name":
            yield from _pieces(match)
        elif kind not in ("comment", "space"):
            yield Token(kind, match[0], match.start())


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a query, or of Turtle (whose strings and IRIs look the same), each with its line, from 1."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "comment":
            yield text.count("\n", 0, match.start()) + 1, match[0]


def place(text: str, start: int) -> tuple[int, int]:
    """Line and column of a character, both from 1."""
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def surely_small(text: str, depth: int, tokens: int) -> bool:
    """Whether a query certainly has no more depth and tokens than given; False where only `measure` can tell."""
    return len(text) <= tokens and text.count("(") + text.count("[") + text.count("{") <= depth


def may_change(text: str) -> bool:
    """Whether a query may have another result next time, of the same data; true also where that only looks so."""
    lower = text.lower()
    return bool([hint for hint in _CHANGING_HINTS if hint in lower]) and _CHANGING.search(text) is not None


def measure(text: str) -> Size:
    """Measure a query, in linear time; brackets in strings, IRIs and comments do not count."""
    depth = deepest = count = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            depth += match.end() - match.start()
            count += match.end() - match.start()
            deepest = max(deepest, depth)
        elif kind not in ("space", "comment"):
            count += 1
            depth -= kind == "other" and match[0] in ")]}"
    return Size(deepest, count)


def _form(word: str) -> str:
    if word in _FORMS:
        return word
    return "UPDATE" if word in _UPDATES else ""


def _pieces(name: re.Match[str]) -> Iterator[Token]:
    """The words, numbers and signs in a run of letters, digits, dots and hyphens."""
    if name[0].isalpha():
        yield Token("word", name[0], name.start())
        return
    for match in _PIECE.finditer(name[0]):
        yield Token(match.lastgroup or "other", match[0], name.start() + match.start())


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    before = before_that = ""
    for token in tokens(text):
        if token.kind in ("iri", "prefixed"):
            if before == "FROM":
                yield "default", token.text
            elif (before_that, before) == ("FROM", "NAMED"):
                yield "named", token.text
        before_that, before = before, token.word


def _extensions(text: str) -> Iterator[Token]:
    before = Token("", "", -1)
    for token in tokens(text):
        pair = before.text[-1:] + token.text[:1]
        if token.word in _WORDS_BEYOND or pair == "!!" or (token.kind, token.text) == ("other", "~"):
            yield token
        if token.kind == "tag" and _DIRECTION.match(text, token.end):
            yield token
        if before.end == token.start and (before.kind, token.kind) in _PAIRED and pair in ("<<", "{|"):
            yield before
        before = token


def _services(text: str) -> Iterator[str]:
    for token, before in _readings(text):
        if token.word == "SERVICE":
            yield _endpoint(text, token.end)
        elif token.kind == "endless" or (token.kind in ("word", "prefixed") and _is_service(token, before, text)):
            yield token.text


def _is_service(token: Token, before: str, text: str) -> bool:
    """Whether SERVICE may be hidden in a token, as in `trueSERVICE`, `service:a {` or, to some, `ex:a.b.SERVICE`."""
    upper = token.text.upper()
    if token.kind == "word":
        return "SERVICE" in upper
    prefix, _, local = upper.partition(":")
    if "SERVICE" not in prefix or before == "GRAPH":
        return ".SERVICE" in local.partition(".")[2]
    following = next(tokens(text, token.end), None)
    return following is not None and following.text.startswith("{")


def _endpoint(text: str, start: int) -> str:
    following = tokens(text, start)
    token = next(following, None)
    if token and token.word == "SILENT":
        token = next(following, None)
    return token.text if token else ""


def _readings(text: str) -> Iterator[tuple[Token, str]]:
    """What may be SERVICE in any reading of a text, each with the word right before it."""
    starts, seen = [0], set[int]()
    for _ in range(_READINGS):
        if not starts:
            return
        yield from _reading(text, starts, seen)
    if starts:
        yield Token("endless", text[starts[-1] :][:20], starts[-1]), ""


def _reading(text: str, starts: list[int], seen: set[int]) -> Iterator[tuple[Token, str]]:
    """Read from the last of `starts` until what was `seen`; where one can read on otherwise is added to `starts`."""
    before = ""
    for match in _TOKEN.finditer(text, starts.pop()):
        kind, here = match.lastgroup, match.start()
        if kind in _TELLING:
            if here in seen:
                return
            seen.add(here)
            found = list(_pieces(match)) if kind == "name" else [Token(kind or "", match[0], here)]
            if kind in ("iri", "other"):
                starts.extend(_other_end(text, found[0]))
            else:
                yield from ((token, before) for token in found)
            before = found[-1].word
        elif kind not in _BLANK:
            before = ""


def _other_end(text: str, token: Token) -> Iterator[int]:
    """Where the next token starts if this IRI is the sign `<`, or reversed, and a quote or `#` makes that matter."""
    if token.kind == "iri":
        if ("'" in token.text or "#" in token.text) and not _ONLY_IRI.match(token.text):
            yield token.start + 1
    elif token.text == "<" and (iri := _LENIENT_IRI.match(text, token.start)):
        yield iri.end()
