"""Writes synthetic country profiles: the structure of the Niger graph, recombined, under names of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import Annotated

import pyoxigraph as ox
import typer

from mgi_graph.namespaces import BASE, DATA_LICENCE, DCTERMS, ID, MGI, PREFIXES, RDFS, SKOS

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "data" / "niger-2021.ttl"
SYNTHETIC = BASE + "synthetic/"
"""The base of the synthetic IRIs: everything that is described stands under `…/synthetic/id/`."""
YEAR = 2021
MOST = 600
LEFT_OUT = 0.1
"""The share of passages that a profile leaves out, each profile others."""

_COMMENTS = {
    "en": "Synthetic data for tests and measurements: it states nothing about any country and quotes no report.",
    "fr": "Données synthétiques pour tests et mesures : rien n’y est dit d’un pays, aucun rapport n’y est cité.",
}
_MARKS = {"en": "synthetic", "fr": "synthétique"}
_NAMES = {SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel", RDFS + "label", DCTERMS + "title"}
_REPLACED: dict[str, ox.Literal | ox.NamedNode] = {
    DCTERMS + "identifier": ox.Literal("SYNTHETIC"),
    DCTERMS + "license": ox.NamedNode(DATA_LICENCE),
}
_ASSESSED = ("well-developed", "potential-for-further-development")
_VALUES = (MGI + "claimObject", MGI + "claimValue", MGI + "claimDate")
_PLACES = (("profile/ne-", "profile/{}-"), ("place/ne/", "place/{}/"), ("ne/", "{}/"))

Facts = Mapping[str, Mapping[str, list[str]]]
"""Subject, then predicate, then objects: IRIs, or literals in N-Triples."""


@dataclass(frozen=True)
class Template:
    """The graph that is imitated.

    Attributes:
        triples: all of it, in the order of the file.
        own: IRIs of the things that belong to its country, renamed for each profile.
        common: IRIs of the other things that it describes, renamed once.
    """

    triples: tuple[ox.Triple, ...]
    own: frozenset[str]
    common: frozenset[str]


def read_template(path: Path = TEMPLATE) -> Template:
    """Read a data file of the project as a template; what points to a thing of the country belongs to the country."""
    triples = tuple(quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE))
    described = {_text_of(triple.subject) for triple in triples}
    links = {(_text_of(triple.subject), _text_of(triple.object)) for triple in triples}
    own = {iri for iri in described if iri.removeprefix(ID).startswith(("profile/ne-", "place/ne/", "ne/"))}
    own.add(ID + "country/NER")
    while grown := {subject for subject, value in links if value in own} - own:
        own |= grown
    return Template(triples, frozenset(own), frozenset(described - own))


def shared_triples(template: Template, base: str = SYNTHETIC) -> Iterator[ox.Triple]:
    """What all synthetic profiles share, such as treaties and international organisations, but for what one claims."""
    names = new_names(template, base, "")
    claimed = _claimed(template)
    kept = (
        triple
        for triple in template.triples
        if _text_of(triple.subject) in template.common and _as_texts(triple) not in claimed
    )
    return (_rewritten(triple, names, "", Random(0)) for triple in kept)


def profile_triples(template: Template, number: int, seed: int, base: str = SYNTHETIC) -> Iterator[ox.Triple]:
    """The triples of one synthetic profile.

    Args:
        template: what is imitated.
        number: which profile, from 0; it gives the country its code.
        seed: the same seed and number always give the same triples.
        base: what the IRIs begin with.
    """
    code = country_code(number)
    random = Random(f"{seed}/{code}")
    names = new_names(template, base, code)
    profile = ox.NamedNode(f"{base}id/profile/{code}-{YEAR}")
    for language, text in _COMMENTS.items():
        yield ox.Triple(profile, ox.NamedNode(RDFS + "comment"), ox.Literal(text, language=language))
    claimed = _claimed(template)
    for triple in _thinned(template, random):
        if _text_of(triple.subject) not in template.common or _as_texts(triple) in claimed:
            yield _rewritten(triple, names, code, random)


def country_code(number: int) -> str:
    """The two letters of a synthetic country: first "xa" to "xz", which ISO 3166 leaves to users, then others."""
    letters = "x" + ascii_lowercase.replace("x", "")
    pairs = [first + second for first in letters for second in ascii_lowercase]
    return [pair for pair in pairs if pair != "ne"][number]


def write_profiles(folder: Path, profiles: int, seed: int, base: str = SYNTHETIC) -> list[Path]:
    """Write one Turtle file a profile, and one with what they share.

    Returns:
        The files, that with what is shared first.
    """
    template = read_template()
    folder.mkdir(parents=True, exist_ok=True)
    shared = folder / "synthetic-shared.ttl"
    _write(shared, shared_triples(template, base), "what the synthetic profiles share", base)
    files = [shared]
    for number in range(profiles):
        files.append(folder / f"synthetic-{country_code(number)}-{YEAR}.ttl")
        title = f"profile {number + 1}, seed {seed}"
        _write(files[-1], profile_triples(template, number, seed, base), title, base)
    return files


def _write(path: Path, triples: Iterable[ox.Triple], title: str, base: str) -> None:
    head = f"# SYNTHETIC DATA ({title}), written by benchmarks/synthetic.py.\n# {_COMMENTS['en']}\n"
    prefixes = {name: PREFIXES[name] for name in ("dcterms", "mgi", "rdfs", "skos", "xsd")}
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes, base_iri=base + "id/")
    assert written is not None
    base_line, *lines = written.decode().splitlines(keepends=True)
    declared = sorted(lines[: len(prefixes)])  # the library writes them in no fixed order
    path.write_text("".join([head, base_line, *declared, *lines[len(prefixes) :]]), "utf-8")


def new_names(template: Template, base: str, code: str) -> dict[str, ox.NamedNode]:
    """For each thing that is described its synthetic IRI; without a code, only for what is common."""
    own = ((iri, _own_name(iri.removeprefix(ID), code)) for iri in template.own if code)
    common = ((iri, iri.removeprefix(ID)) for iri in template.common)
    return {iri: ox.NamedNode(f"{base}id/{local}") for iri, local in chain(own, common)}


def _own_name(local: str, code: str) -> str:
    if local == "country/NER":
        return f"country/X{code.upper()}"
    for old, new in _PLACES:
        if local.startswith(old):
            return new.format(code) + local.removeprefix(old)
    return f"{local}-{code}"


def _thinned(template: Template, random: Random) -> Iterator[ox.Triple]:
    """The template without some of its passages and all that rests on them alone."""
    facts = _facts(template.triples)
    gone = _left_out(facts, random)
    withdrawn = _direct(facts, gone) - _direct(facts, set(facts) - gone)
    for triple in template.triples:
        subject, predicate, value = map(_text_of, (triple.subject, triple.predicate, triple.object))
        if not (subject in gone or value in gone or (subject, predicate, value) in withdrawn):
            yield triple


def _claimed(template: Template) -> set[tuple[str, str, str]]:
    facts = _facts(template.triples)
    return _direct(facts, facts)


def _as_texts(triple: ox.Triple) -> tuple[str, str, str]:
    return _text_of(triple.subject), triple.predicate.value, _text_of(triple.object)


def _left_out(facts: Facts, random: Random) -> set[str]:
    """IRIs of passages by chance, of their findings, of records stated nowhere else, of discrepancies about those."""
    passages = [iri for iri, said in facts.items() if MGI + "inSection" in said]
    kept = _needed(facts)
    gone = {iri for iri in passages if random.random() < LEFT_OUT and iri not in kept}
    for predicate, rule in ((MGI + "inPassage", all), (MGI + "statedIn", all), (MGI + "involves", any)):
        resting = ((iri, said[predicate]) for iri, said in facts.items() if predicate in said)
        gone |= {iri for iri, grounds in resting if rule(ground in gone for ground in grounds)}
    return gone


def _needed(facts: Facts) -> set[str]:
    """IRIs of one passage for each provision, which needs a finding that mentions it."""
    mentions = ((thing, iri) for iri, said in facts.items() for thing in said.get(MGI + "mentions", ()))
    finding_of = {thing: iri for thing, iri in mentions if MGI + "provisionOf" in facts.get(thing, {})}
    return {facts[finding][MGI + "inPassage"][0] for finding in finding_of.values()}


def _direct(facts: Facts, claims: Iterable[str]) -> set[tuple[str, str, str]]:
    """The triples that claims are about."""
    claimed = (facts[iri] for iri in claims if MGI + "claimPredicate" in facts.get(iri, {}))
    return {
        (said[MGI + "claimSubject"][0], said[MGI + "claimPredicate"][0], value)
        for said in claimed
        for predicate in _VALUES
        for value in said.get(predicate, ())
    }


def _facts(triples: Iterable[ox.Triple]) -> Facts:
    facts: dict[str, dict[str, list[str]]] = {}
    for triple in triples:
        said = facts.setdefault(_text_of(triple.subject), {})
        said.setdefault(triple.predicate.value, []).append(_text_of(triple.object))
    return facts


def _rewritten(triple: ox.Triple, names: Mapping[str, ox.NamedNode], code: str, random: Random) -> ox.Triple:
    predicate, value = triple.predicate.value, triple.object
    subject = names[_text_of(triple.subject)]
    if predicate in _REPLACED:
        return ox.Triple(subject, triple.predicate, _REPLACED[predicate])
    if isinstance(value, ox.Literal):
        return ox.Triple(subject, triple.predicate, _reworded(value, predicate in _NAMES, code.upper(), random))
    if predicate == MGI + "assessment" and _text_of(value).endswith(_ASSESSED):
        return ox.Triple(subject, triple.predicate, ox.NamedNode(f"{ID}assessment/{random.choice(_ASSESSED)}"))
    return ox.Triple(subject, triple.predicate, names.get(_text_of(value), value))


def _reworded(literal: ox.Literal, is_name: bool, code: str, random: Random) -> ox.Literal:
    """A name with a mark; a text as its words in another order, with a mark; any other value as it is."""
    language = literal.language
    if is_name and not language:
        return ox.Literal(f"{literal.value}-{code or 'SYN'}")
    if not language:
        return literal
    mark = f"{_MARKS.get(language, 'synthetic')} {code}".strip()
    if is_name:
        return ox.Literal(f"{literal.value} ({mark})", language=language)
    words = literal.value.split()
    random.shuffle(words)
    return ox.Literal(f"[{mark}] {' '.join(words)}", language=language)


def _text_of(term: object) -> str:
    """An IRI as it is, any other term in N-Triples."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _main(
    out: Annotated[Path, typer.Option(help="The folder for the files.")],
    profiles: Annotated[int, typer.Option(min=1, max=MOST, help="How many country profiles.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed always gives the same files.")] = 1,
    base: Annotated[str, typer.Option(help="What the IRIs begin with.")] = SYNTHETIC,
) -> None:
    """Write synthetic country profiles in Turtle, one a file, and a file with what they share."""
    files = write_profiles(out, profiles, seed, base)
    typer.echo(f"{len(files)} files, {sum(path.stat().st_size for path in files):,} bytes in {out}")


if __name__ == "__main__":
    typer.run(_main)
