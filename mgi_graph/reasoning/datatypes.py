"""Which texts are literals of the datatypes that OWL 2 RL knows, and which are none."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping

import pyoxigraph as ox

from mgi_graph.namespaces import XSD

_Test = Callable[[str], object]
_START = (
    ":A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARACTER = _START + "\\-.0-9\u00b7\u0300-\u036f\u203f-\u2040"
"""What XML names (XML 1.0, section 2.3) begin with, and what they consist of, as classes of a pattern."""
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_INSTANT = re.compile(
    r"(-?(?:[1-9]\d{3,}|0\d{3}))-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    rf"T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)({_ZONE})?",
    re.ASCII,
)
_CYCLE = 400
"""Years after which the calendar begins anew."""


_LONGEST = 20
"""So many digits have the bounds of the bounded integers at most."""


def _matching(pattern: str) -> _Test:
    return re.compile(pattern, re.ASCII).fullmatch


_is_integer = _matching(r"[+-]?\d+")
_is_float = _matching(r"(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN)")


def _integer(least: int | None, most: int | None) -> _Test:
    """Whether a text is a whole number between two that are included; None stands for no bound."""

    def fits(text: str) -> bool:
        if not _is_integer(text):
            return False
        digits = text.lstrip("+-").lstrip("0")
        if len(digits) > _LONGEST:  # which Python would not turn into a number
            return (least if text.startswith("-") else most) is None
        value = int(f"{'-' if text.startswith('-') else ''}{digits or '0'}")
        return (least is None or least <= value) and (most is None or value <= most)

    return fits


def _is_instant(text: str) -> bool:
    found = _INSTANT.fullmatch(text)
    return found is not None and int(found[3]) <= monthrange(int(found[1][-4:]) % _CYCLE + _CYCLE, int(found[2]))[1]


def _is_stamp(text: str) -> bool:
    found = _INSTANT.fullmatch(text)
    return found is not None and bool(found[4]) and _is_instant(text)


def _is_base64(text: str) -> bool:
    """Fours of signs, the last filled up with =; a single space may stand between any two (XML Schema 1.1, 3.3.16)."""
    spaced = text.startswith(" ") or text.endswith(" ") or "  " in text
    return not spaced and bool(_FOURS(text.replace(" ", "")))


_FOURS = _matching(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?")
_BITS = {"long": 64, "int": 32, "short": 16, "byte": 8}
_LEXICAL: Mapping[str, _Test] = {
    "boolean": {"true", "false", "1", "0"}.__contains__,
    "decimal": _matching(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"),
    "float": _is_float,
    "double": _is_float,
    "integer": _integer(None, None),
    "nonNegativeInteger": _integer(0, None),
    "positiveInteger": _integer(1, None),
    "nonPositiveInteger": _integer(None, 0),
    "negativeInteger": _integer(None, -1),
    **{name: _integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for name, bits in _BITS.items()},
    **{f"unsigned{name.capitalize()}": _integer(0, 2**bits - 1) for name, bits in _BITS.items()},
    "normalizedString": _matching(r"[^\t\n\r]*"),
    "token": _matching(r"(?:[^ \t\n\r]+(?: [^ \t\n\r]+)*)?"),
    "language": _matching(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*"),
    "Name": _matching(f"[{_START}][{_CHARACTER}]*"),
    "NCName": _matching(f"(?!.*:)[{_START}][{_CHARACTER}]*"),
    "NMTOKEN": _matching(f"[{_CHARACTER}]+"),
    "hexBinary": _matching(r"(?:[0-9a-fA-F]{2})*"),
    "base64Binary": _is_base64,
    "dateTime": _is_instant,
    "dateTimeStamp": _is_stamp,
}
_TESTS = {ox.NamedNode(XSD + name): test for name, test in _LEXICAL.items()}
WITH_ILL_FORMED = frozenset(term.value for term in _TESTS)
"""IRIs of the datatypes that not every text is a literal of, of those that OWL 2 RL knows (but for rdf:XMLLiteral)."""


def is_well_formed(literal: ox.Literal) -> bool:
    """Whether the text of a literal stands for a value of its datatype; of datatypes not known here it always does."""
    test = _TESTS.get(literal.datatype)
    return test is None or bool(test(literal.value))
