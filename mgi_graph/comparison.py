"""Compares profiles: what one of a country says beside the next, and one subject in several countries; never a rank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph.engine.result import Engine, Term, as_sparql
from mgi_graph.errors import ParameterError
from mgi_graph.namespaces import of_class, prologue

KINDS = ("status", "participation", "assessment", "body", "instrument")
"""What is compared between two profiles of a country; see `changes`."""

Texts = Mapping[str, str]
"""A text by language ("en", "fr")."""

_PREFIXES = prologue("mgi", "rdfs", "skos")
_PROFILES = f"""{_PREFIXES}SELECT ?profile ?country ?year ?cutOff WHERE {{
  ?profile a mgi:CountryProfile ; mgi:profileOf ?country ; mgi:profileYear ?year .
  OPTIONAL {{ ?profile mgi:cutOff ?cutOff }}
}} ORDER BY ?country ?year ?profile"""
_SECTION = "?section mgi:ofProfile ?profile ."
_FINDING = f"{_SECTION} ?passage mgi:inSection ?section . ?finding mgi:inPassage ?passage ."
_SAID = {
    "status": f"{_FINDING} ?record mgi:statedIn ?finding ; mgi:statusOf ?thing ; mgi:status ?value .",
    "participation": f"""{_FINDING} ?record mgi:statedIn ?finding ; mgi:participationIn ?thing ; mgi:action ?value ;
      mgi:participant ?country . ?profile mgi:profileOf ?country .""",
    "assessment": f"""{_FINDING} ?section mgi:coversDimension ?dimension ; mgi:assessment ?value .
      ?finding mgi:topic ?thing .""",
    "body": f"""{_FINDING} ?finding mgi:mentions ?thing . FILTER NOT EXISTS {{ ?thing a mgi:State }}
      {of_class("?thing", "mgi:Organisation")}""",
    "instrument": f"{_FINDING} ?finding mgi:mentions ?thing . {of_class('?thing', 'mgi:Instrument')}",
}
_PAIR = """%sSELECT DISTINCT ?profile ?thing ?value ?finding ?page ?label WHERE {
  VALUES ?profile { %s }
  %s
  OPTIONAL { ?finding mgi:page ?page } OPTIONAL { ?finding mgi:pageLabel ?label }
} ORDER BY ?thing ?profile ?value ?page ?finding"""
_SUBJECT = f"""{_PREFIXES}SELECT DISTINCT ?profile ?assessment ?finding ?page ?label WHERE {{
  VALUES ?subject {{ %s }}
  {{ ?finding mgi:topic|mgi:concernsGroup ?subject ; mgi:inPassage ?passage . ?passage mgi:inSection ?section }}
  UNION {{ ?section mgi:coversDimension ?subject . ?passage mgi:inSection ?section . ?finding mgi:inPassage ?passage }}
  ?section mgi:ofProfile ?profile ; mgi:assessment ?assessment .
  OPTIONAL {{ ?finding mgi:page ?page }} OPTIONAL {{ ?finding mgi:pageLabel ?label }}
}} ORDER BY ?profile ?page ?finding"""
_NAMES = (
    f"{_PREFIXES}SELECT ?thing ?name WHERE {{ VALUES ?thing {{ %s }} ?thing skos:prefLabel ?name }}\n"
    "ORDER BY STR(?name) LANG(?name)"
)
_STATEMENTS = f"""{_PREFIXES}SELECT ?thing ?name WHERE {{ VALUES ?thing {{ %s }} ?thing mgi:statement ?name }}
ORDER BY STR(?name) LANG(?name)"""
_SUBJECTS = f"""{_PREFIXES}SELECT DISTINCT ?thing WHERE {{
  VALUES ?kind {{ mgi:Dimension mgi:Topic mgi:PopulationGroup }} ?thing a ?kind
}} ORDER BY ?thing"""


@dataclass(frozen=True)
class Named:
    """A thing with its names."""

    iri: str
    names: Texts


@dataclass(frozen=True)
class Profile:
    """A country profile: its country, its year, and the month up to which it reports ("" where it does not say)."""

    iri: str
    country: Named
    year: int
    cut_off: str


@dataclass(frozen=True)
class Finding:
    """Where something is said: the finding and its page, or what stands for a page."""

    iri: str
    page: str
    statement: Texts


@dataclass(frozen=True)
class Said:
    """What one profile says of a thing: the value (a status, an act, an assessment; None: it names it), and where."""

    value: Named | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Change:
    """A thing of which two profiles say different things; an empty side says nothing, which is no statement either."""

    kind: str
    thing: Named
    earlier: tuple[Said, ...]
    later: tuple[Said, ...]


@dataclass(frozen=True)
class Succession:
    """Two profiles of a country and what differs; without `earlier` or `later` there are not two to compare."""

    country: Named
    profiles: tuple[Profile, ...]
    earlier: Profile | None
    later: Profile | None
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Side:
    """What one profile says on a subject, by assessment."""

    profile: Profile
    said: tuple[Said, ...]


@dataclass(frozen=True)
class SideBySide:
    """A subject in the latest profile of each country, in the order of the countries' codes; `silent` treat it not."""

    subject: Named
    sides: tuple[Side, ...]
    silent: tuple[Profile, ...]


def profiles(engine: Engine) -> tuple[Profile, ...]:
    """All profiles, by country and year."""
    rows = engine.query(_PROFILES).table().dicts()
    names = _named(engine, _NAMES, [_iri(row["country"]) for row in rows])
    return tuple(
        Profile(_iri(row["profile"]), names[_iri(row["country"])], int(_text(row["year"])), _text(row["cutOff"]))
        for row in rows
    )


def subjects(engine: Engine) -> tuple[Named, ...]:
    """The dimensions, topics and groups that countries can be compared on."""
    iris = [_iri(row["thing"]) for row in engine.query(_SUBJECTS).table().dicts()]
    names = _named(engine, _NAMES, iris)
    return tuple(names[iri] for iri in iris)


def changes(engine: Engine, country: str, earlier: str = "", later: str = "") -> Succession:
    """What differs between two profiles of a country: statuses, treaty acts, assessments of topics, what they name.

    Args:
        engine: the store.
        country: IRI of the state.
        earlier: IRI of a profile; empty for the last but one.
        later: IRI of a profile; empty for the last.

    Raises:
        ParameterError: the country has no profile, or not this one.
    """
    own = tuple(profile for profile in profiles(engine) if profile.country.iri == country)
    if not own:
        raise ParameterError(f"No profile is about <{country}>.", "`/compare` lists the countries that have one.")
    if len(own) == 1 and not (earlier or later):
        return Succession(own[0].country, own, None, None, ())
    chosen = _choose(own, earlier, own[-2:][0]), _choose(own, later, own[-1])
    first, second = sorted(chosen, key=own.index)  # the earlier one first, whichever was named so
    if first == second:
        raise ParameterError("A profile cannot be compared with itself.", "Name two profiles of one country.")
    found = [change for kind in KINDS for change in _differences(engine, kind, first, second)]
    return Succession(own[0].country, own, first, second, tuple(_worded(engine, found)))


def side_by_side(engine: Engine, subject: str) -> SideBySide:
    """What the latest profile of each country says on a dimension, a topic or a group.

    Args:
        engine: the store.
        subject: its IRI.

    Raises:
        ParameterError: it is none of these.
    """
    known = {named.iri: named for named in subjects(engine)}
    if subject not in known:
        raise ParameterError(f"<{subject}> is no dimension, topic or group.", "`/compare` lists them.")
    latest = {profile.country.iri: profile for profile in profiles(engine)}
    by_iri = {profile.iri: profile for profile in latest.values()}
    said: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for row in engine.query(_SUBJECT % ox.NamedNode(subject)).table().dicts():
        if _iri(row["profile"]) in by_iri:
            said[_iri(row["profile"])][_iri(row["assessment"])].append(_finding(row))
    values = _named(engine, _NAMES, {value for found in said.values() for value in found})
    findings = [item.iri for found in said.values() for part in found.values() for item in part]
    texts = _named(engine, _STATEMENTS, findings)
    sides = (
        Side(by_iri[iri], tuple(Said(values[value], _told(found, texts)) for value, found in sorted(parts.items())))
        for iri, parts in said.items()
    )
    ordered = sorted(sides, key=lambda side: side.profile.country.iri)
    return SideBySide(known[subject], tuple(ordered), tuple(by_iri[iri] for iri in by_iri if iri not in said))


def _choose(own: Sequence[Profile], wanted: str, otherwise: Profile) -> Profile:
    if not wanted:
        return otherwise
    for profile in own:
        if profile.iri == wanted:
            return profile
    raise ParameterError(
        f"<{wanted}> is no profile of {own[0].country.names.get('en', own[0].country.iri)}.",
        "Name one of these:\n" + "\n".join(f"  {profile.iri}" for profile in own),
        [profile.iri for profile in own],
    )


def _differences(engine: Engine, kind: str, first: Profile, second: Profile) -> Iterable[Change]:
    """The changes of one kind, with IRIs for names."""
    both = " ".join(str(ox.NamedNode(profile.iri)) for profile in (first, second))
    said: dict[str, dict[tuple[str, str], list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for row in engine.query(_PAIR % (_PREFIXES, both, _SAID[kind])).table().dicts():
        said[_iri(row["thing"])][_iri(row["profile"]), _text(row.get("value"))].append(_finding(row))
    for thing, found in said.items():
        sides = [
            tuple(
                Said(Named(value, {}) if value else None, tuple(findings))
                for (profile, value), findings in found.items()
                if profile == one.iri
            )
            for one in (first, second)
        ]
        values = [{part.value.iri if part.value else "" for part in side} for side in sides]
        if values[0] != values[1]:
            yield Change(kind, Named(thing, {}), *sides)


def _worded(engine: Engine, found: Sequence[Change]) -> Iterable[Change]:
    """The same with names and statements."""
    parts = [part for change in found for part in (*change.earlier, *change.later)]
    things = {change.thing.iri for change in found} | {part.value.iri for part in parts if part.value}
    names = _named(engine, _NAMES, things)
    texts = _named(engine, _STATEMENTS, {item.iri for part in parts for item in part.findings})
    for change in found:
        sides = (
            tuple(Said(names[part.value.iri] if part.value else None, _told(part.findings, texts)) for part in side)
            for side in (change.earlier, change.later)
        )
        yield Change(change.kind, names[change.thing.iri], *sides)


def _told(findings: Iterable[Finding], texts: Mapping[str, Named]) -> tuple[Finding, ...]:
    return tuple(Finding(item.iri, item.page, texts[item.iri].names) for item in findings)


def _named(engine: Engine, query: str, iris: Iterable[str]) -> dict[str, Named]:
    """The texts of things by language; a thing without any is still there."""
    found: dict[str, dict[str, str]] = {iri: {} for iri in iris}
    if found:
        wanted = " ".join(as_sparql(ox.NamedNode(iri)) for iri in sorted(found))
        for row in engine.query(query % wanted).table().dicts():
            name = row["name"]
            if isinstance(name, ox.Literal):
                found[_iri(row["thing"])].setdefault(name.language or "en", name.value)
    return {iri: Named(iri, names) for iri, names in found.items()}


def _finding(row: Mapping[str, Term | None]) -> Finding:
    return Finding(_iri(row["finding"]), _text(row["page"]) or _text(row["label"]), {})


def _iri(term: Term | None) -> str:
    return _text(term)


def _text(term: Term | None) -> str:
    return "" if term is None else term.value
