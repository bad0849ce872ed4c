"""Words, numbers, dates and links as a reader of one language wants them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from babel import Locale, dates, numbers

from mgi_graph.namespaces import BASE
from mgi_graph.typography import french
from mgi_graph.web.documents import local_path

_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_INVERTED = re.compile(r"(?<=[a-zé])-(t-)?(il|elle|on|ils|elles)\b")
_ABSOLUTE = re.compile(r"https?://[^\s<>\"\\]+", re.IGNORECASE)


@dataclass(frozen=True)
class Reader:
    """Someone who reads the pages in `language` ("en" or "fr"). The methods are the templates' functions."""

    language: str

    @cached_property
    def _locale(self) -> Locale:
        return Locale.parse(_LOCALES[self.language])

    def t(self, en: str, fr: str) -> str:
        """The text in the reader's language."""
        return french(fr) if self.language == "fr" else en

    def url(self, path: str, /, **params: object) -> str:
        """A link inside the site that keeps the language: a path (perhaps with #fragment), parameters but for None."""
        place, hash_sign, fragment = path.partition("#")
        given = {name: value for name, value in params.items() if value is not None} | {"lang": self.language}
        return f"{place}{'&' if '?' in place else '?'}{urlencode(given, doseq=True)}{hash_sign}{fragment}"

    def address(self, iri: str) -> str:
        """Where an IRI leads: one of ours to its page here, another of the web to itself, what is no address to ""."""
        if iri.startswith(BASE):
            return self.url(local_path(iri))
        return iri if _ABSOLUTE.fullmatch(iri) else ""

    def number(self, value: float) -> str:
        """A number with the signs of the language: 12,345.6 or 12 345,6."""
        return str(numbers.format_decimal(value, locale=self._locale))

    def percent(self, share: float, digits: int = 0) -> str:
        """A share (0.25) as a percentage: 25% or 25 %."""
        return str(numbers.format_percent(round(share, digits + 2), locale=self._locale, decimal_quantization=False))

    def date(self, value: date | str) -> str:
        """A day, month or year as one says it: 3 May 2021, May 2021, 2021; what is none of these stays as it is."""
        if isinstance(value, str):
            return self._written(value)
        day = value.date() if isinstance(value, datetime) else value
        first = day.day == 1 and self.language == "fr"
        return str(dates.format_date(day, "d'er' MMMM y" if first else "d MMMM y", self._locale))

    def _written(self, text: str) -> str:
        try:
            if re.fullmatch(r"\d{4}-\d{2}", text):
                return str(dates.format_date(date.fromisoformat(f"{text}-01"), "MMMM y", self._locale))
            return text if re.fullmatch(r"\d{4}", text) else self.date(date.fromisoformat(text[:10]))
        except ValueError:
            return text

    def size(self, size: int) -> str:
        """A number of bytes: 12 kB, 1.5 MB; in French ko and Mo."""
        if size < 1_000_000:
            return f"{self.number((size + 999) // 1000)} {self.t('kB', 'ko')}"
        return f"{self.number(round(size / 1_000_000, 1))} {self.t('MB', 'Mo')}"

    def unbroken(self, text: str) -> str:
        """A French question whose lines do not break between verb and pronoun: with U+2011 in "compte-t-il"."""
        return _INVERTED.sub(lambda found: found[0].replace("-", "\u2011"), text) if self.language == "fr" else text

    def told(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """Of a text in several languages the one to read, and its language: the reader's, else English, else any."""
        code = next((code for code in (self.language, "en", *texts) if texts.get(code)), "")
        return texts.get(code, ""), code
