"""Says how to cite an answer, a thing or the dataset: as text, BibTeX, CSL-JSON and RIS, the sources always with it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import quote

import pyoxigraph as ox
from babel.dates import format_date

from mgi_graph import __version__
from mgi_graph.answers import CitedAnswer
from mgi_graph.engine.result import Engine, as_sparql
from mgi_graph.errors import NotInGraphError
from mgi_graph.labels import labels_of, show
from mgi_graph.metadata import PUBLISHER, TITLES
from mgi_graph.namespaces import DATASET, ID, prologue
from mgi_graph.typography import french
from mgi_graph.wording import place_name

_PREFIXES = prologue("dcterms", "mgi", "rdfs", "skos")
_SOURCES = (
    _PREFIXES
    + """SELECT ?profile ?citation ?title ?publisher ?year ?identifier ?licence WHERE {
  ?profile a mgi:CountryProfile ; dcterms:bibliographicCitation ?citation .
  OPTIONAL { ?profile dcterms:title ?title }
  OPTIONAL { ?profile dcterms:publisher/skos:prefLabel ?publisher FILTER(LANG(?publisher) = "en") }
  OPTIONAL { ?profile mgi:profileYear ?year }
  OPTIONAL { ?profile dcterms:identifier ?identifier }
  OPTIONAL { ?profile dcterms:license ?licence }
} ORDER BY ?profile ?citation ?title ?publisher ?year ?identifier ?licence"""
)
_PROFILES_OF = (
    _PREFIXES
    + """SELECT DISTINCT ?profile WHERE {
  { SELECT DISTINCT ?finding WHERE {
    VALUES ?thing { %s }
    { ?finding mgi:mentions ?thing }
    UNION { ?record mgi:claimSubject ?thing ; mgi:statedIn ?finding }
    UNION { ?record mgi:claimObject ?thing ; mgi:statedIn ?finding }
    UNION { ?thing mgi:statedIn ?finding }
  } }
  ?finding mgi:inPassage ?passage . ?passage mgi:inSection ?section . ?section mgi:ofProfile ?profile .
} ORDER BY ?profile"""
)
_PLACES = (
    _PREFIXES
    + """SELECT DISTINCT ?page ?label WHERE {
  VALUES ?thing { %s }
  { ?thing mgi:page ?page } UNION { ?thing mgi:pageLabel ?label }
  UNION { ?thing mgi:statedIn/mgi:page ?page } UNION { ?thing mgi:statedIn/mgi:pageLabel ?label }
  UNION { ?thing mgi:involves/mgi:page ?page } UNION { ?thing mgi:involves/mgi:statedIn/mgi:page ?page }
} ORDER BY ?page ?label"""
)
_KNOWN = "ASK { VALUES ?thing { %s } { ?thing ?p ?o } UNION { ?s ?p ?thing } }"
_LONGEST_TITLE = 300
_SAFE_IN_URLS = ":/?#[]@!$&'()*+,;=%-._~"
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{char: f"\\{char}" for char in "&%$#_"},
}
_TEX_TABLE = str.maketrans(_TEX)
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}


@dataclass(frozen=True)
class Edition:
    """What of the graph is cited: `version` of the data, `program` its release, when it was `made`, and `today`."""

    version: str
    program: str
    made: date
    today: date


@dataclass(frozen=True)
class Reference:
    """One work as bibliographies know it.

    Attributes:
        key: what a text refers to it by: letters, digits and hyphens.
        kind: "dataset", or "report" for a source.
        title, author: texts; the author is an institution.
        year: of its issue; 0 where it is not known.
        language: of the title.
        container: the work that it is part of.
        version, identifier, url, note: as far as there are.
        pages: of the report that it rests on.
        issued, accessed: dates of what is online.
    """

    key: str
    kind: str
    title: str
    author: str
    year: int
    language: str = "en"
    container: str = ""
    version: str = ""
    identifier: str = ""
    url: str = ""
    note: str = ""
    pages: tuple[str, ...] = ()
    issued: date | None = None
    accessed: date | None = None


@dataclass(frozen=True)
class Citation:
    """How to cite something: the reference for it in the graph, then those of the sources that it rests on.

    Attributes:
        main: what is cited.
        sources: the reports behind it.
        required: the citations that those reports ask for, word by word.
    """

    main: Reference
    sources: tuple[Reference, ...]
    required: tuple[str, ...]

    @property
    def references(self) -> tuple[Reference, ...]:
        """All references, the main one first."""
        return (self.main, *self.sources)


def edition_of(engine: Engine) -> Edition:
    """What a store says of itself: `version` and `made` of its `describe`; without the latter, made today."""
    said, today = engine.describe(), datetime.now(UTC).date()
    made = date.fromisoformat(said["made"][:10]) if "made" in said else today
    return Edition(said.get("version", ""), __version__, made, today)


def required_citations(engine: Engine) -> tuple[str, ...]:
    """The citations that the reports in a store require, word by word, each once."""
    return tuple(dict.fromkeys(_value(row[1]) for row in engine.query(_SOURCES).table().rows))


def cite_answer(engine: Engine, answer: CitedAnswer, edition: Edition, address: str, language: str) -> Citation:
    """Cite an answer; the sources are the profiles of its evidence, or all where it has none.

    Args:
        engine: the store that gave it.
        answer: what is cited.
        edition: of the graph.
        address: the permanent link to the answer.
        language: "en" or "fr".
    """
    profiles = {item.section.rpartition("/section/")[0] for row in answer.evidence for item in row}
    key = f"mgi-graph-{answer.question.name}"
    return _citation(engine, edition, profiles, answer.wording(language), language, key, address)


def cite_thing(engine: Engine, iri: str, edition: Edition, language: str) -> Citation:
    """Cite a thing of the graph by its IRI, with its page where it has one; or the dataset by its own IRI.

    Raises:
        NotInGraphError: the graph says nothing of it.
    """
    if iri == DATASET:
        return cite_dataset(engine, edition, language)
    try:
        thing = as_sparql(ox.NamedNode(iri))
    except ValueError:
        raise NotInGraphError(iri) from None
    if not engine.query(_KNOWN % thing).boolean():
        raise NotInGraphError(iri)
    profiles = {_value(row[0]) for row in engine.query(_PROFILES_OF % thing).table().rows}
    if "/profile/" in iri:
        profiles = {"/".join(iri.split("/")[: iri.split("/").index("profile") + 2])}
    key = "mgi-graph-" + re.sub(r"[^A-Za-z0-9]+", "-", iri.removeprefix(ID)).strip("-")[:80]
    pages = _pages(engine, thing)
    address = f"{iri}?version={edition.version}" if edition.version and iri.startswith(ID) else iri
    title = _title(engine, iri, pages, language)
    made = _citation(engine, edition, profiles, title, language, key, address)
    return replace(made, main=replace(made.main, pages=pages)) if "/profile/" in iri else made


def cite_dataset(engine: Engine, edition: Edition, language: str) -> Citation:
    """Cite the whole dataset, with all its sources."""
    return _citation(engine, edition, set(), "", language, "mgi-graph", DATASET)


def as_text(citation: Citation, language: str) -> str:
    """A citation as plain text: one reference a line, then what the sources require."""
    return "\n".join([_sentence(citation.main, language), *citation.required]) + "\n"


def as_bibtex(citation: Citation) -> str:
    """A citation as BibTeX (UTF-8); every text in braces of its own, with what TeX would read as a command escaped."""
    return "\n".join(_bibtex(reference) for reference in citation.references)


def as_csl(citation: Citation) -> str:
    """A citation as CSL-JSON (Citation Style Language 1.0.2, input schema): an array of items."""
    return json.dumps([_csl(reference) for reference in citation.references], ensure_ascii=False, indent=1) + "\n"


def as_ris(citation: Citation) -> str:
    """A citation as RIS; a text cannot begin a line, so that it cannot pass for a tag."""
    return "".join(f"{line}\r\n" for reference in citation.references for line in _ris(reference))


def _citation(
    engine: Engine, edition: Edition, profiles: set[str], title: str, language: str, key: str, url: str
) -> Citation:
    found = {_value(row[0]): tuple(map(_value, row)) for row in engine.query(_SOURCES).table().rows}
    wanted = {iri: row for iri, row in found.items() if iri in profiles} or found
    whole = TITLES[language]
    main = Reference(
        key=key,
        kind="dataset",
        title=title or whole,
        author=PUBLISHER,
        year=edition.made.year,
        language=language,
        container=whole if title else "",
        version=f"{edition.program} ({edition.version})" if edition.version else edition.program,
        url=quote(url, safe=_SAFE_IN_URLS),
        note=" ".join(row[1] for row in wanted.values()),
        issued=edition.made,
        accessed=edition.today,
    )
    return Citation(main, tuple(_source(row) for row in wanted.values()), tuple(row[1] for row in wanted.values()))


def _source(row: Sequence[str]) -> Reference:
    profile, citation, title, publisher, year, identifier, _ = row
    key = re.sub(r"[^A-Za-z0-9]+", "-", profile.removeprefix(ID)).strip("-")
    return Reference(
        key,
        "report",
        title or citation,
        publisher,
        int(year) if year.isdigit() else 0,
        identifier=identifier,
        note=citation,
    )


def _title(engine: Engine, iri: str, pages: Sequence[str], language: str) -> str:
    """What a thing is called or says, shortened where it is long, with the page of a record."""
    term = ox.NamedNode(iri)
    name = " ".join(show(term, labels_of(engine, [term]), language).split())
    name = name if len(name) <= _LONGEST_TITLE else name[: _LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
    if not pages or "/profile/" not in iri:
        return name
    record = "/".join(iri.split("/")[-2:])
    places = [f"p. {page}" if page.isdecimal() else place_name(page, language) for page in pages]
    return f"{name} ({record}, {', '.join(places)})"


def _pages(engine: Engine, thing: str) -> tuple[str, ...]:
    """The printed pages on which a part of the report stands, or that a record rests on; else the places by name."""
    rows = engine.query(_PLACES % thing).table().rows
    pages = sorted({_value(row[0]) for row in rows} - {""}, key=int)
    return tuple(pages or sorted({_value(row[1]) for row in rows} - {""}))


def _sentence(reference: Reference, language: str) -> str:
    name = _plain(reference.title)
    title = f"“{name}”" if language == "en" else f"« {name} »"
    part = f"{title}, {'in' if language == 'en' else 'dans'} {reference.container}" if reference.container else name
    day = reference.accessed
    read = ""
    if day:
        spoken = format_date(day, "d MMMM y", _LOCALES[language])
        read = f" (accessed {spoken})" if language == "en" else f" (consulté le {spoken})"
    told = f"{reference.author}, {reference.year}. {part}. Version {reference.version}. {reference.url}{read}."
    return french(told) if language == "fr" else told


def _bibtex(reference: Reference) -> str:
    report = reference.kind == "report"
    fields = {
        "author": f"{{{_tex(reference.author)}}}",
        "title": f"{{{_tex(reference.title)}}}",
        "howpublished": f"{{{_tex(reference.container)}}}" if reference.container else "",
        "year": str(reference.year or ""),
        "institution" if report else "publisher": f"{{{_tex(reference.author)}}}",
        "pages": _tex(", ".join(reference.pages)),
        "number": _tex(reference.identifier),
        "version": _tex(reference.version),
        "url": reference.url,
        "urldate": reference.accessed.isoformat() if reference.accessed else "",
        "language": {"en": "english", "fr": "french"}[reference.language],
        "note": _tex(reference.note),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{'techreport' if report else 'misc'}{{{reference.key},\n{lines}\n}}\n"


def _csl(reference: Reference) -> dict[str, object]:
    item: dict[str, object] = {
        "id": reference.key,
        "type": reference.kind,
        "title": _plain(reference.title),
        "author": [{"literal": _plain(reference.author)}],
        "publisher": _plain(reference.author),
        "container-title": _plain(reference.container),
        "page": _plain(", ".join(reference.pages)),
        "number": _plain(reference.identifier),
        "version": _plain(reference.version),
        "URL": reference.url,
        "language": reference.language,
        "note": _plain(reference.note),
    }
    if reference.issued:
        item["issued"] = {"date-parts": [_parts(reference.issued)]}
    elif reference.year:
        item["issued"] = {"date-parts": [[reference.year]]}
    if reference.accessed:
        item["accessed"] = {"date-parts": [_parts(reference.accessed)]}
    return {name: value for name, value in item.items() if value}


def _ris(reference: Reference) -> Iterator[str]:
    fields = [
        ("TY", "RPRT" if reference.kind == "report" else "DATA"),
        ("ID", reference.key),
        ("TI", reference.title),
        ("AU", f"{reference.author},"),  # the comma says that it is one name, not a first and a last one
        ("PY", str(reference.year or "")),
        ("T2", reference.container),
        ("PB", reference.author),
        ("SP", ", ".join(reference.pages)),
        ("SN", reference.identifier),
        ("ET", reference.version),
        ("UR", reference.url),
        ("Y2", reference.accessed.strftime("%Y/%m/%d") if reference.accessed else ""),
        ("LA", reference.language),
        ("N1", reference.note),
    ]
    yield from (f"{tag}  - {_plain(value)}" for tag, value in fields if value)
    yield "ER  - "


def _tex(text: str) -> str:
    return _plain(text).translate(_TEX_TABLE)


def _plain(text: str) -> str:
    """A text in one line, without what controls a terminal, a line or the direction of the text."""
    spaced = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    return " ".join(
        "".join(char for char in spaced if unicodedata.category(char) not in ("Cf", "Cs")).split(" ")
    ).strip()


def _parts(day: date) -> list[int]:
    return [day.year, day.month, day.day]


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""
