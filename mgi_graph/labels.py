"""What things are called, in words: by their names, or, as records have none, by what they say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import pyoxigraph as ox

from mgi_graph import articles
from mgi_graph.engine.result import Engine, Term
from mgi_graph.namespaces import ID, MGI, prologue, shorten
from mgi_graph.search import is_acronym
from mgi_graph.wording import wording

RECORD_PROPERTIES = (
    "action",
    "claimDate",
    "claimObject",
    "claimPredicate",
    "claimSubject",
    "claimValue",
    "member",
    "memberBody",
    "participant",
    "participationIn",
    "reportedYear",
    "status",
    "statusOf",
)
"""What a record without a name is put in words from; local names of our ontology."""

_LABELS = (
    prologue("dcterms", "mgi", "rdfs", "skos")
    + """SELECT ?thing ?rank ?label WHERE {
  VALUES ?thing { %s }
  VALUES (?rank ?property) {
    (1 rdfs:label) (2 dcterms:title) (3 mgi:statement) (4 mgi:function) (5 mgi:explanation) (6 skos:altLabel)
  }
  ?thing ?property ?label .
  FILTER(?rank != 5 || NOT EXISTS { ?thing mgi:claimSubject ?subject })
} ORDER BY ?thing ?rank (STR(?label))"""
)
_SAID = (
    prologue("mgi")
    + f"""SELECT DISTINCT ?record ?property ?value WHERE {{
  VALUES ?record {{ %s }} VALUES ?property {{ {" ".join(f"mgi:{name}" for name in RECORD_PROPERTIES)} }}
  ?record ?property ?value
}} ORDER BY ?record ?property ?value"""
)
_ALTERNATIVE = "6"
_LANGUAGES = ("en", "fr")
IS_MEMBER = {"en": "is a member of", "fr": "est membre de"}
"""What stands between a member and its body."""

_END_OF_SENTENCE = re.compile(r"(?<=[.!?;:])\s+(?=[^\W\d_a-zà-ÿ]|[“«])")


def show(term: Term, labels: Mapping[str, Mapping[str, str]], language: str = "en") -> str:
    """A term as a person reads it, with the labels that `labels_of` gives."""
    found = labels.get(term.value, {}) if isinstance(term, ox.NamedNode) else {}
    return found.get(language) or found.get("en") or _plain(term)


def labels_of(engine: Engine, mentioned: Iterable[Term | None]) -> dict[str, dict[str, str]]:
    """For each IRI among terms its label by language, and its acronyms for `acronym`; a record's is what it says."""
    terms = {term for term in mentioned if isinstance(term, ox.NamedNode)}
    labels = _names(engine, terms)
    if nameless := [term for term in terms if not labels[term.value] and "/profile/" in term.value]:
        labels |= _records(engine, nameless)
    return labels


def acronym(labels: Mapping[str, str], language: str) -> str:
    """The acronym of a thing in a language: its own there ("CEDEAO"), else its only one; empty where it has none.

    Args:
        labels: of one thing, as `labels_of` gives them.
        language: "en" or "fr".
    """
    return labels.get(f"x-{language}") or labels.get("", "")


def record_label(said: Mapping[str, Sequence[Term]], name: Callable[[Term], str], language: str) -> str:
    """A record in words: "ANLTP/TIM implements Law No. 2015-36", "the Niger – ratified – CEDAW (1999)".

    Args:
        said: the values of its properties (`RECORD_PROPERTIES`), by their local names.
        name: says what a thing is called.
        language: "en" or "fr".

    Returns:
        The words; empty where it is not one of the records that are known.
    """

    def ends(*properties: str) -> list[str]:
        return [name(said[one][0]) for one in properties if said.get(one)]

    if said.get("claimSubject") and said.get("claimPredicate"):
        words = wording(said["claimPredicate"][0].value, language)
        subject, others = ends("claimSubject")[0], ends("claimObject", "claimValue", "claimDate")
        middle = words.forward if words else ends("claimPredicate")[0]
        return joined(subject, middle, " ".join(others), language)
    if said.get("participationIn"):
        year = f" ({said['reportedYear'][0].value})" if said.get("reportedYear") else ""
        return " – ".join(ends("participant", "action", "participationIn")) + year
    if said.get("statusOf"):
        return (": " if language == "en" else "\u00a0: ").join(ends("statusOf", "status"))
    if said.get("memberBody"):
        return joined("".join(ends("member")), IS_MEMBER[language], ends("memberBody")[0], language)
    return ""


def joined(first: str, words: str, second: str, language: str) -> str:
    """A sentence from the names of two things and the words between, which agree with both."""
    return f"{first} {articles.before(articles.agreeing(words, first, language), second, language)}{second}"


def first_sentence(text: str) -> str:
    """The first sentence of a text, or the part of it before a colon or semicolon, without its last mark."""
    return _END_OF_SENTENCE.split(text.strip(), maxsplit=1)[0].rstrip(".;:")


def _names(engine: Engine, terms: Iterable[ox.NamedNode]) -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = {term.value: {} for term in terms}
    acronyms: dict[str, list[str]] = {iri: [] for iri in labels}
    wanted = " ".join(sorted(str(ox.NamedNode(iri)) for iri in labels))
    for thing, rank, label in engine.query(_LABELS % wanted).table().rows:
        if not (isinstance(thing, ox.NamedNode) and isinstance(rank, ox.Literal) and isinstance(label, ox.Literal)):
            continue
        if rank.value != _ALTERNATIVE:
            labels[thing.value].setdefault(label.language or "en", label.value)
        elif not label.language:
            acronyms[thing.value].append(label.value)
        elif is_acronym(label.value):
            labels[thing.value].setdefault(f"x-{label.language}", label.value)
    for iri, found in acronyms.items():
        if len(found) == 1:
            labels[iri][""] = found[0]
    return labels


def _records(engine: Engine, records: Sequence[ox.NamedNode]) -> dict[str, dict[str, str]]:
    said: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    wanted = " ".join(sorted(map(str, records)))
    for record, relation, value in engine.query(_SAID % wanted).table().rows:
        if record is not None and relation is not None and value is not None:
            said[record.value][relation.value.removeprefix(MGI)].append(value)
    ends = {end for found in said.values() for values in found.values() for end in values}
    names = _names(engine, [end for end in ends if isinstance(end, ox.NamedNode)])
    return {
        iri: {
            language: words
            for language in _LANGUAGES
            if (words := record_label(found, lambda term, spoken=language: show(term, names, spoken), language))  # type: ignore[misc]
        }
        for iri, found in said.items()
    }


def _plain(term: Term) -> str:
    """A term without a label: a part of a profile by its kind and number, any other IRI in short, a literal's text."""
    if not isinstance(term, ox.NamedNode):
        return term.value
    part = re.fullmatch(re.escape(ID) + r"profile/[^/]+/([^/]+)/([^/]+)", term.value)
    return f"{part[1]} {part[2]}" if part else shorten(term.value)
