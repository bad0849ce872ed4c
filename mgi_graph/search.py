"""Finds the thing that a person means by a name, an acronym, a number or an IRI."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from weakref import WeakKeyDictionary

import pyoxigraph as ox
from cachetools import LRUCache

from mgi_graph.engine.result import Engine
from mgi_graph.errors import AmbiguousNameError, NameNotFoundError, ParameterError
from mgi_graph.namespaces import expand, prologue, shorten

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−/", "-"))
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_NUMBER_SIGN = re.compile(r"\b(?:no|n°|nº|num[eé]ro|number)\.?\s*(?=\d)", re.IGNORECASE)
_NEAREST = 5
_REMEMBERED = 50_000
_LIKENESS = 60
_CLASSES = 64
_LETTERS = 4
_kept: WeakKeyDictionary[Engine, LRUCache[str, tuple[Named, ...]]] = WeakKeyDictionary()
_lock = Lock()
_ACRONYM = re.compile(r"[A-Z][A-Z/]*[A-Z]")

_NAMES = (
    prologue("mgi", "rdfs", "skos")
    + """SELECT DISTINCT ?thing ?name ?main WHERE {
  { SELECT DISTINCT ?thing WHERE {
    { ?thing a %(class)s } UNION { ?type rdfs:subClassOf+ %(class)s . ?thing a ?type }
  } }
  VALUES (?property ?main) {
    (skos:prefLabel true) (skos:altLabel false) (skos:hiddenLabel false)
    (rdfs:label false) (skos:notation false) (mgi:number false)
  }
  ?thing ?property ?name .
} ORDER BY ?thing ?main (STR(?name))"""
)


@dataclass(frozen=True)
class Named:
    """A thing with all its names; `label` is one of its main names, `labels` are these by language."""

    iri: str
    label: str
    names: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@lru_cache(_REMEMBERED)
def fold(text: str) -> str:
    """Bring a name into the form in which names are compared: no case, accents, kinds of hyphen or number signs."""
    plain = _NUMBER_SIGN.sub("", text.translate(_HYPHENS).translate(_APOSTROPHES))
    decomposed = unicodedata.normalize("NFKD", plain)
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(letters.casefold().split())


def things(engine: Engine, class_iri: str) -> tuple[Named, ...]:
    """All things of a class (and of those below it) with their names, in the order of their IRIs.

    They are read once from a store that tells its version, since a version does not change.
    """
    if not engine.describe().get("version"):
        return _read(engine, class_iri)
    with _lock:
        kept = _kept.setdefault(engine, LRUCache(_CLASSES))
        found = kept.get(class_iri)
    if found is None:
        found = _read(engine, class_iri)
        with _lock:
            kept[class_iri] = found
    return found


def _read(engine: Engine, class_iri: str) -> tuple[Named, ...]:
    names: dict[str, list[str]] = defaultdict(list)
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    for thing, name, main in engine.query(_NAMES % {"class": f"<{class_iri}>"}).table().rows:
        if isinstance(thing, ox.NamedNode) and isinstance(name, ox.Literal) and isinstance(main, ox.Literal):
            names[thing.value].insert(0 if name.language == "en" else len(names[thing.value]), name.value)
            if main.value == "true":
                labels[thing.value].setdefault(name.language or "", name.value)
    return tuple(Named(iri, _main(iri, labels[iri]), tuple(found), labels[iri]) for iri, found in names.items())


def _main(iri: str, labels: Mapping[str, str]) -> str:
    return labels.get("en") or next(iter(labels.values()), shorten(iri))


def resolve(engine: Engine, text: str, class_iri: str) -> ox.NamedNode:
    """Find the one thing of a class that a text names: an IRI (whole, in angle brackets or prefixed), or a name.

    A part of a name will do where it leaves no doubt: the only name that begins with the text, or else the only one
    that has all its words.

    Raises:
        NameNotFoundError: nothing has that name or IRI; carries the things whose names are nearest.
        AmbiguousNameError: several things have it; carries them all.
        ParameterError: the text is empty.
    """
    return ox.NamedNode(choose(things(engine, class_iri), text, shorten(class_iri)).iri)


def choose(candidates: Sequence[Named], text: str, kind: str) -> Named:
    """Choose from things the one that a text names.

    Args:
        candidates: the things.
        text: an IRI (whole, in angle brackets or prefixed), or a name.
        kind: what the things are, for the errors.

    Raises:
        NameNotFoundError, AmbiguousNameError: as `resolve`.
        ParameterError: the text is empty.
    """
    if not text.strip():
        raise ParameterError("A name is expected, and the text is empty.")
    wanted_iri, wanted = expand(text.strip().removeprefix("<").removesuffix(">")), fold(text)
    candidates = list({thing.iri: thing for thing in candidates}.values())
    found = [thing for thing in candidates if thing.iri == wanted_iri]
    found = found or [thing for thing in candidates if wanted in map(fold, thing.names)]
    if not found:
        partly = next(_partly(candidates, wanted), [])
        if len(partly) != 1:
            near = list(dict.fromkeys([*partly, *nearest(candidates, text)]))[:_NEAREST]
            raise NameNotFoundError(text, kind, list(map(_line, near)), _labels(near))
        found = partly
    if len(found) > 1:
        raise AmbiguousNameError(text, kind, list(map(_line, found)), _labels(found))
    return found[0]


def is_acronym(name: str) -> bool:
    """Whether a name with a language is an acronym: "ECOWAS"."""
    return bool(_ACRONYM.fullmatch(name))


def _partly(candidates: Sequence[Named], wanted: str) -> Iterator[list[Named]]:
    """The things that have a part of a name: those with a name that begins so, then those with one of all its words."""
    if not any(word.isalpha() and len(word) >= _LETTERS for word in _words(wanted)):
        return
    for fits in (_begins, _has_all):
        if found := [thing for thing in candidates if any(fits(_words(fold(name)), wanted) for name in thing.names)]:
            yield found


def _begins(name: Sequence[str], wanted: str) -> bool:
    words = _words(wanted)
    return list(name[: len(words)]) == words


def _has_all(name: Sequence[str], wanted: str) -> bool:
    return set(_words(wanted)) <= set(name)


def _words(folded: str) -> list[str]:
    return folded.replace("'", " ").replace(",", " ").split()


def _labels(found: Sequence[Named]) -> dict[str, Mapping[str, str]]:
    return {thing.iri: thing.labels for thing in found}


def nearest(candidates: Sequence[Named], text: str) -> list[Named]:
    """The things whose names are most like a text, best first; those too unlike are left out."""
    from rapidfuzz import fuzz

    wanted = fold(text)
    scores = {
        number: max(fuzz.WRatio(wanted, fold(name)) for name in thing.names) for number, thing in enumerate(candidates)
    }
    best = sorted(scores, key=lambda number: (-scores[number], candidates[number].iri))
    return [candidates[number] for number in best[:_NEAREST] if scores[number] >= _LIKENESS]


def _line(thing: Named) -> str:
    short = min((name for name in thing.names if name), key=len)
    acronym = f" ({short})" if short != thing.label else ""
    return f"{thing.label}{acronym}  {shorten(thing.iri)}"
