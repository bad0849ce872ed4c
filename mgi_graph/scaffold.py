"""Writes the empty file of a new profile: valid as it stands, and plain about what is to be filled in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

from mgi_graph import layout
from mgi_graph.errors import ScaffoldError
from mgi_graph.namespaces import ID, MGI
from mgi_graph.sources import Sources, parse_quads

FILL = {"en": "[to fill in: {}]", "fr": "[à remplir : {}]"}
"""How a placeholder looks. `mgi-graph check` accepts it as long as nothing rests on it (shape `mgish:Placeholder`)."""

_MGI = Namespace(MGI)
_NO_STATES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
"""Codes that the CLDR has beside those of states."""

_FIRST_YEAR, _LAST_YEAR = 2015, 2100
_WELL = (
    "well-developed",
    "Migration governance: examples of well-developed areas",
    "Gouvernance de la migration : exemples de domaines bien développés",
)
_POTENTIAL = (
    "potential-for-further-development",
    "Areas with potential for further development",
    "Domaines présentant un potentiel de développement",
)
_TABLE = ("not-assessed", "International conventions ratified", "Conventions internationales ratifiées")
_DIMENSIONS = (
    "migrants-rights",
    "whole-of-government",
    "partnerships",
    "well-being-of-migrants",
    "mobility-dimension-of-crises",
    "safe-orderly-and-regular-migration",
)
_FRONT = (
    ("imprint", "Publication data", "Données de publication"),
    ("objective", "Objective", "Objectif"),
    ("intro", "Introduction", "Introduction"),
    ("framework", "Conceptual framework", "Cadre conceptuel"),
)
_BACK = (
    (
        "table-2",
        "Additional list of international conventions and regional, bilateral and national agreements",
        "Liste complémentaire de conventions internationales et d’accords régionaux, bilatéraux et nationaux",
    ),
    ("migof", "Migration Governance Framework (MiGOF)", "Cadre de gouvernance des migrations (MiGOF)"),
    ("mgi-process", "The MGI process", "Le processus MGI"),
)
_TO_FILL: dict[URIRef, tuple[str, str | None]] = {
    SKOS.prefLabel: ("the title as printed, {en} {year}", "le titre en français, {fr} {year}"),
    DCTERMS.title: ("the title as printed", ""),
    DCTERMS.bibliographicCitation: ("the citation that the publication data require, word for word", ""),
    DCTERMS.identifier: ("the publication number, such as PUB2021/119/EL", None),
    DCTERMS.language: ("the language of the report that was read, such as en", None),
    DCTERMS.rights: (
        "the licence that the report prints, as dcterms:license with its IRI instead of this line",
        "la licence que le rapport imprime, par dcterms:license avec son IRI à la place de cette ligne",
    ),
}

_SYNTHETIC = (
    Literal("Synthetic, for practice and tests: it states nothing about any country and quotes no report.", lang="en"),
    Literal("Synthétique, pour exercice et tests : rien n’y est dit d’un pays, aucun rapport n’y est cité.", lang="fr"),
)


@dataclass(frozen=True)
class Country:
    """A state: its ISO 3166-1 codes ("ML", "MLI"), its names, and whether it is made up."""

    alpha2: str
    alpha3: str
    en: str
    fr: str
    synthetic: bool = False


@dataclass(frozen=True)
class Scaffold:
    """An empty profile: the file to be, its Turtle, and the country it is about."""

    path: Path
    turtle: str
    country: Country


@dataclass(frozen=True)
class _Section:
    name: str
    en: str
    fr: str
    assessment: str = "not-assessed"
    dimension: str = ""


def find_country(code: str) -> Country:
    """The country with an ISO 3166-1 alpha-3 code, in capital or small letters; its names are those of the CLDR.

    XXA to XXZ, which ISO 3166-1 leaves to users, are synthetic countries, for practice and tests (not XXK, for XK is
    Kosovo).

    Raises:
        ScaffoldError: no country has it.
    """
    from babel import Locale
    from babel.core import get_global

    wanted = code.strip().upper()
    if re.fullmatch("XX[A-JL-Z]", wanted):
        return Country(wanted[1:], wanted, f"Synthetic country {wanted[2]}", f"Pays synthétique {wanted[2]}", True)
    english, french = Locale("en").territories, Locale("fr").territories
    aliases: Mapping[str, Sequence[str]] = get_global("territory_aliases")
    found = aliases.get(wanted, []) if re.fullmatch(r"[A-Z]{3}", wanted) else []
    if len(found) != 1 or found[0] not in english or found[0] in _NO_STATES:
        raise ScaffoldError(
            f"{code!r} is not the ISO 3166-1 code of a country.",
            "Give its three letters, such as NER for the Niger or MLI for Mali.",
        )
    return Country(found[0], wanted, english[found[0]], french[found[0]])


def scaffold(sources: Sources, code: str, year: int) -> Scaffold:
    """Make the empty profile of a country and year; writes nothing.

    Args:
        sources: the graph that the profile is to join; a state that it describes is not described again.
        code: ISO 3166-1 alpha-3.
        year: the year in the profile's title.

    Raises:
        ScaffoldError: the code or the year cannot be, or the profile is there already.
        SourceError: a data file is not Turtle.
    """
    country = find_country(code)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ScaffoldError(
            f"There is no profile of {year}.", f"Give the year in its title, {_FIRST_YEAR} to {_LAST_YEAR}."
        )
    path = sources.root / "data" / f"{_slug(country.en)}-{year}.ttl"
    if path.exists():
        raise ScaffoldError(f"{path} is there already.", "Go on in that file; nothing was written.")
    known = {quad.subject.value for file in sources.data for quad in parse_quads(file)}  # type: ignore[union-attr]
    if str(_profile(country, year)) in known:
        raise ScaffoldError(f"The profile <{_profile(country, year)}> is described already.", "Go on in that file.")
    graph = Graph()
    for triple in _triples(country, year, described=ID + f"country/{country.alpha3}" in known):
        graph.add(triple)
    return Scaffold(path, layout.write(graph), country)


def _profile(country: Country, year: int) -> URIRef:
    return URIRef(f"{ID}profile/{country.alpha2.lower()}-{year}")


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("’", "-")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _triples(country: Country, year: int, described: bool) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
    profile = _profile(country, year)
    state = URIRef(f"{ID}country/{country.alpha3}")
    yield profile, RDF.type, _MGI.CountryProfile
    yield profile, _MGI.profileOf, state
    yield profile, _MGI.profileYear, Literal(year)
    yield profile, DCTERMS.publisher, URIRef(ID + "org/iom")
    for text in _SYNTHETIC if country.synthetic else ():
        yield profile, SKOS.editorialNote, text
    for predicate, (en, fr) in _TO_FILL.items():
        for text in _placeholders(en, fr, country, year):
            yield profile, predicate, text
            if predicate == SKOS.prefLabel:
                yield profile, RDFS.label, text
    if not described:
        yield state, RDF.type, _MGI.State
        yield from _names(state, country.en, country.fr)
    for ordinal, section in enumerate(_sections(), start=1):
        yield from _section(profile, section, ordinal)


def _placeholders(en: str, fr: str | None, country: Country, year: int) -> Iterator[Literal]:
    """A placeholder in both languages; an empty `fr` means English alone, None a text of no language."""
    facts = {"en": country.en, "fr": country.fr, "year": year}
    yield Literal(FILL["en"].format(en.format(**facts)), lang=None if fr is None else "en")
    if fr:
        yield Literal(FILL["fr"].format(fr.format(**facts)), lang="fr")


def _sections() -> Iterator[_Section]:
    for name, en, fr in _FRONT:
        yield _Section(name, en, fr)
    for number, dimension in enumerate(_DIMENSIONS, start=1):
        parts = (_TABLE, _WELL, _POTENTIAL) if number == 1 else (_WELL, _POTENTIAL)
        for part, (assessment, en, fr) in enumerate(parts, start=1):
            yield _Section(f"{number}.{part}", en, fr, assessment, dimension)
    for name, en, fr in _BACK:
        yield _Section(name, en, fr)


def _section(profile: URIRef, section: _Section, ordinal: int) -> Iterator[tuple[URIRef, URIRef, URIRef | Literal]]:
    iri = URIRef(f"{profile}/section/{section.name}")
    yield iri, RDF.type, _MGI.Section
    yield from _names(iri, section.en, section.fr)
    yield iri, _MGI.ofProfile, profile
    yield iri, _MGI.ordinal, Literal(ordinal)
    yield iri, _MGI.assessment, URIRef(f"{ID}assessment/{section.assessment}")
    yield iri, _MGI.pageLabel, Literal(FILL["en"].format("mgi:page and mgi:lastPage instead of this line"))
    if section.dimension:
        yield iri, SKOS.notation, Literal(section.name)
        yield iri, _MGI.coversDimension, URIRef(f"{ID}dimension/{section.dimension}")


def _names(iri: URIRef, en: str, fr: str) -> Iterator[tuple[URIRef, URIRef, Literal]]:
    for predicate in (SKOS.prefLabel, RDFS.label):
        yield iri, predicate, Literal(en, lang="en")
        yield iri, predicate, Literal(fr, lang="fr")
