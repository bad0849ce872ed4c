"""A full-text index over all that the graph names and says: finds what a person begins to type, or types wrongly."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from threading import Lock
from typing import Any

import pyoxigraph as ox

from mgi_graph.catalogue import Question
from mgi_graph.engine.result import Engine, Term
from mgi_graph.namespaces import ID, MGI, expand, prologue, shorten
from mgi_graph.search import fold, is_acronym

LONGEST_TEXT = 200
"""The most characters of a text that are looked at."""

KINDS: dict[str, tuple[str, ...]] = {
    "body": ("Actor",),
    "instrument": ("NormativeText",),
    "facility": ("Facility", "InformationSystem", "DataSource"),
    "topic": ("Topic", "PopulationGroup", "Dimension", "Principle", "Objective"),
    "place": ("Place",),
    "event": ("Event",),
    "question": (),
    "report": ("ReportElement",),
    "record": ("Record", "Discrepancy"),
    "source": ("ExternalSource", "Publication"),
    "term": (),
    "other": (),
}
"""The kinds of what is found, in the order in which they are shown, with the classes that each is made of."""

_PREFIXES = prologue("mgi", "rdfs", "skos")
_NAMES = f"""SELECT ?thing ?rank ?name WHERE {{
  VALUES (?property ?rank) {{
    (skos:prefLabel 0) (rdfs:label 0) (mgi:number 1) (skos:notation 1) (skos:altLabel 1) (skos:hiddenLabel 2)
    (mgi:statement 3) (mgi:function 3) (mgi:explanation 3) (mgi:reading 3) (mgi:reads 3)
    (skos:note 3) (skos:editorialNote 3)
  }}
  ?thing ?property ?name FILTER(isIRI(?thing) && (STRSTARTS(STR(?thing), "{ID}") || STRSTARTS(STR(?thing), "{MGI}")))
}} ORDER BY ?thing ?rank"""
_TYPES = f"""SELECT DISTINCT ?thing ?class WHERE {{
  ?thing a ?class FILTER(STRSTARTS(STR(?thing), "{ID}") && STRSTARTS(STR(?class), "{MGI}"))
}} ORDER BY ?thing ?class"""
_CLASSES = f"""SELECT DISTINCT ?class ?above WHERE {{
  ?class rdfs:subClassOf ?next . ?next rdfs:subClassOf* ?above FILTER(isIRI(?class) && STRSTARTS(STR(?above), "{MGI}"))
}} ORDER BY ?class ?above"""
_WEIGHTS = f"""SELECT ?thing (COUNT(*) AS ?n) WHERE {{
  ?record mgi:claimSubject|mgi:claimObject|mgi:mentions|mgi:topic|mgi:concernsGroup ?thing
  FILTER(isIRI(?thing) && STRSTARTS(STR(?thing), "{ID}"))
}} GROUP BY ?thing ORDER BY ?thing"""
_PAGES = (
    """SELECT ?thing ?page WHERE { ?thing mgi:page|mgi:pageLabel ?page FILTER(isIRI(?thing)) } ORDER BY ?thing ?page"""
)

_TABLES = """
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT, kind TEXT, class TEXT, acronym TEXT, page TEXT, weight INTEGER);
CREATE TABLE member (class TEXT, thing INTEGER, PRIMARY KEY (class, thing)) WITHOUT ROWID;
CREATE TABLE name (id INTEGER PRIMARY KEY, thing INTEGER, rank INTEGER, language TEXT, text TEXT, folded TEXT);
CREATE INDEX names_of_things ON name (thing);
CREATE INDEX folded_names ON name (folded);
CREATE VIRTUAL TABLE words USING fts5(folded, content='name', content_rowid='id', prefix='2 3', tokenize='unicode61');
CREATE VIRTUAL TABLE stems USING fts5(forms, tokenize='unicode61');
CREATE VIRTUAL TABLE trigrams USING fts5(folded, tokenize='trigram');
"""
_FILLED = """
INSERT INTO words (words) VALUES ('rebuild');
INSERT INTO trigrams (rowid, folded) SELECT id, folded FROM name WHERE rank < 3;
"""
_OF = """(:kind = '' OR t.kind = :kind)
AND (:class = '' OR EXISTS (SELECT 1 FROM member WHERE class = :class AND thing = t.id))"""
_FOUND = "SELECT n.thing, n.rank, n.text, n.folded, n.language NOT IN ('', :language), t.weight, t.kind"
_EXACT = f"{_FOUND}, 0.0 FROM name n JOIN thing t ON t.id = n.thing WHERE n.folded = :text AND n.rank < 3 AND {_OF}"
_MATCHES = f"""{_FOUND}, bm25(%(table)s)
FROM %(table)s JOIN name n ON n.id = %(table)s.rowid JOIN thing t ON t.id = n.thing
WHERE %(table)s MATCH :match AND {_OF} ORDER BY n.rank = 3, bm25(%(table)s) LIMIT %(most)d"""
_BY_WORDS = _MATCHES % {"table": "words", "most": 3000}
_BY_STEMS = _MATCHES % {"table": "stems", "most": 3000}
_BY_TRIGRAMS = _MATCHES % {"table": "trigrams", "most": 300}
_NAMED_ALIKE = """SELECT COUNT(DISTINCT thing), MAX(thing = :thing) FROM name n WHERE folded = :name AND rank < 3
AND (:class = '' OR EXISTS (SELECT 1 FROM member m WHERE m.class = :class AND m.thing = n.thing))"""

_HIDDEN_RANK, _TEXT_RANK = 2, 3
_EXACTLY, _BEGINS, _NAMED, _NAMED_IN_ANOTHER_FORM, _SAID, _SAID_IN_ANOTHER_FORM, _NEAR, _PARTLY = range(8)
_FEW = 3
_MOST_WORDS = 12
_LIKENESS = 76
_MOST_RESULTS = 1000
_ASIDE = ("record", "source", "term", "other")
_ARTICLES = "a an and at by for from in of on or the to with"
_ARTICLES_FR = "au aux avec ce ces d de des du en et l la le les ou par pour sur un une"
_COMMON = frozenset(f"{_ARTICLES} {_ARTICLES_FR}".split())
_WORD = re.compile(r"[^\W_]+")
STEMMED = ("en", "fr")
"""The languages whose words are found in every form."""

_PLURAL = re.compile(r"(?<=[aiou])s$")
_REMEMBERED = 50_000
_stemming = Lock()


@dataclass(frozen=True)
class Text:
    """A text and its language tag ("" where it has none)."""

    value: str
    language: str


@dataclass(frozen=True)
class Hit:
    """Something that was found.

    Attributes:
        iri: the thing.
        kind: one of `KINDS`.
        label: its name, or what it says.
        class_label: the name of its class, empty for what is in none.
        acronym: its acronym or number, where it has one.
        matched: the name or text that matched, where it is not the label.
        value: what to write where this very thing is asked for: a name that nothing else of the class that was searched
            has, else the IRI in short.
        page: the page of the report, for what is part of it.
        approximate: whether the name is only like what was asked for.
    """

    iri: str
    kind: str
    label: Text
    class_label: Text
    acronym: str
    matched: str
    value: str
    page: str
    approximate: bool


@dataclass(frozen=True)
class Found:
    """What a search found, best first, and how many there are of each kind (1000 in all at most)."""

    hits: tuple[Hit, ...]
    totals: dict[str, int]


@dataclass(frozen=True)
class _Match:
    """A thing that matches: how well (a tier, then an order within it), and by which text."""

    tier: int
    order: tuple[float, ...]
    thing: int
    kind: str
    text: str


class Index:
    """The index of what an engine holds; made at the first search. Safe among threads.

    Args:
        engine: the store.
        questions: the catalogue, which is found too.
    """

    def __init__(self, engine: Engine, questions: Sequence[Question] = ()) -> None:
        self._engine, self._questions = engine, tuple(questions)
        self._lock = Lock()

    def search(
        self,
        text: str,
        language: str = "en",
        kind: str = "",
        class_iri: str = "",
        limit: int = 20,
        of_each: int = _MOST_RESULTS,
    ) -> Found:
        """Find what a text may mean: names, acronyms, numbers, former and misprinted names, IRIs, beginnings of words.

        Args:
            text: what was typed; of it the first `LONGEST_TEXT` characters count.
            language: of labels, "en" or "fr".
            kind: one of `KINDS` to look among; empty for all.
            class_iri: a class to look among; empty for all.
            limit: how many hits to give.
            of_each: how many to give of each kind.

        Raises:
            QueryError: the index was not made yet, and the engine does not answer.
        """
        text = text[:LONGEST_TEXT].replace("\0", "").strip()
        among = {"kind": kind, "class": class_iri, "language": language}
        with self._lock:
            matches = sorted(self._matches(text, among), key=lambda match: (match.tier, match.order))
            matches = matches[:_MOST_RESULTS]
            totals: Counter[str] = Counter()
            chosen: list[_Match] = []
            for match in matches:
                totals[match.kind] += 1
                if totals[match.kind] <= of_each and len(chosen) < limit:
                    chosen.append(match)
            hits = tuple(self._hit(match, language, class_iri) for match in chosen)
        return Found(hits, {name: totals[name] for name in KINDS if totals[name]})

    def _matches(self, text: str, among: dict[str, str]) -> Iterable[_Match]:
        """Each thing once, by its best match."""
        folded = fold(text)
        words = list(dict.fromkeys(_WORD.findall(folded)))[:_MOST_WORDS]
        best: dict[int, _Match] = {}
        self._keep(best, self._by_iri(text, among))
        if words and not best:
            self._keep(best, self._rows(_EXACT, folded, among | {"text": folded}))
            self._keep(best, self._rows(_BY_WORDS, folded, among | {"match": " ".join(map(_beginning, words))}))
            self._keep(best, self._rows(_BY_STEMS, folded, among | {"match": " AND ".join(map(_forms, words))}))
            if sum(match.tier <= _NAMED_IN_ANOTHER_FORM for match in best.values()) < _FEW:
                self._keep(best, self._like(folded, among))
                telling = [word for word in words if word not in _COMMON]
                if len(telling) > 1 and len(best) < _FEW:
                    query = " OR ".join(map(_beginning, telling))
                    self._keep(best, self._rows(_BY_WORDS, folded, among | {"match": query}, _PARTLY))
        return best.values()

    def _keep(self, best: dict[int, _Match], matches: Iterable[_Match]) -> None:
        for match in matches:
            known = best.get(match.thing)
            if known is None or (match.tier, match.order) < (known.tier, known.order):
                best[match.thing] = match

    def _by_iri(self, text: str, among: dict[str, str]) -> Iterator[_Match]:
        iri = expand(text.removeprefix("<").removesuffix(">"))
        query = f"SELECT t.id, t.kind FROM thing t WHERE t.iri = :iri AND {_OF}"
        for thing, kind in self._store.execute(query, {"iri": iri, **among}):
            yield _Match(_EXACTLY, (0.0,), thing, kind, "")

    def _rows(self, query: str, folded: str, values: dict[str, str], tier: int | None = None) -> Iterator[_Match]:
        for thing, rank, text, name, foreign, weight, kind, relevance in self._store.execute(query, values):
            found = _tier(rank, name, folded, query == _BY_STEMS) if tier is None else tier
            by_weight = (kind in _ASIDE, rank == _HIDDEN_RANK, -weight, foreign, len(name))
            by_relevance = (kind in _ASIDE, relevance)
            order = (*by_relevance, thing) if rank == _TEXT_RANK or tier else (*by_weight, thing)
            yield _Match(found, order, thing, kind, text)

    def _like(self, folded: str, among: dict[str, str]) -> Iterator[_Match]:
        """Names that are like a text in spite of typing errors: those that share parts with it, compared by letters."""
        from rapidfuzz import fuzz

        parts = {folded[start : start + 3] for start in range(len(folded) - 2)}
        if not parts:
            return
        query = " OR ".join('"' + part.replace('"', '""') + '"' for part in sorted(parts))
        for thing, _, text, name, foreign, weight, kind, _ in self._store.execute(
            _BY_TRIGRAMS, {"match": query, **among}
        ):
            likeness = max(fuzz.ratio(folded, name), 0.95 * fuzz.partial_ratio(folded, name[: 3 * len(folded) + 20]))
            if likeness >= _LIKENESS and len(folded) > 3:
                yield _Match(_NEAR, (kind in _ASIDE, -likeness, foreign, -weight, thing), thing, kind, text)

    def _hit(self, match: _Match, language: str, among: str) -> Hit:
        iri, kind, class_iri, acronym, page = self._store.execute(
            "SELECT iri, kind, class, acronym, page FROM thing WHERE id = ?", (match.thing,)
        ).fetchone()
        acronym = self._acronym(match.thing, language) or acronym
        label = self._label(match.thing, language) or Text(shorten(iri), "")
        matched = "" if fold(match.text) in (fold(label.value), fold(acronym)) else match.text
        above = self._classes.get(class_iri, 0)
        class_label = (self._label(above, language) if above else None) or Text("", "")
        value = self._own_name(match.thing, among, label.value, acronym) or shorten(iri)
        return Hit(iri, kind, label, class_label, acronym, matched, value, page, match.tier >= _NEAR)

    def _acronym(self, thing: int, language: str) -> str:
        """The acronym that a thing has in a language of its own; "" where it has none."""
        query = "SELECT text FROM name WHERE thing = ? AND rank = 1 AND language = ? ORDER BY text"
        found = (text for (text,) in self._store.execute(query, (thing, language)).fetchall())
        return next(filter(is_acronym, found), "")

    def _label(self, thing: int, language: str) -> Text | None:
        query = """SELECT text, language FROM name WHERE thing = ? AND rank IN (0, 3)
        ORDER BY rank, language != ?, language != 'en', text LIMIT 1"""
        row = self._store.execute(query, (thing, language)).fetchone()
        return Text(*row) if row else None

    def _own_name(self, thing: int, class_iri: str, *names: str) -> str:
        """The first of the names that the thing has and nothing else of the class; "" where there is none."""
        for name in filter(None, names):
            values = {"thing": thing, "name": fold(name), "class": class_iri}
            if self._store.execute(_NAMED_ALIKE, values).fetchone() == (1, 1):
                return name
        return ""

    @cached_property
    def _classes(self) -> dict[str, int]:
        return dict(self._store.execute("SELECT iri, id FROM thing WHERE kind = 'term'"))

    @cached_property
    def _store(self) -> sqlite3.Connection:
        store = sqlite3.connect(":memory:", check_same_thread=False)
        store.executescript(_TABLES)
        _Filler(store, self._engine).fill(self._questions)
        store.executescript(_FILLED)
        store.commit()
        return store


class _Filler:
    """Fills an index from an engine; asks it once for all names, once for all classes, and so on."""

    def __init__(self, store: sqlite3.Connection, engine: Engine) -> None:
        self._store, self._engine = store, engine
        self._above: dict[str, set[str]] = defaultdict(set)
        self._types: dict[str, set[str]] = defaultdict(set)

    def fill(self, questions: Sequence[Question]) -> None:
        for lower, upper in self._rows(_CLASSES):
            self._above[_value(lower)].add(_value(upper))
        for thing, kind in self._rows(_TYPES):
            self._types[_value(thing)] |= {_value(kind), *self._above[_value(kind)]}
        weights = {_value(thing): int(_value(number)) for thing, number in self._rows(_WEIGHTS)}
        pages = {_value(thing): _value(page) for thing, page in self._rows(_PAGES)}
        for iri, names in self._names().items():
            self._add(iri, self._kind(iri), names, weights.get(iri, 0), pages.get(iri, ""))
        for question in questions:
            said = [(0, text, code) for code, text in question.title.items()]
            said += [(1, re.sub(r"[{}]", "", text), code) for code, text in question.question.items()]
            self._add(question.iri, "question", said, 0, "")

    def _names(self) -> dict[str, list[tuple[int, str, str]]]:
        """Of each thing its names and texts, with rank and language; what has only a number is named by it."""
        names: dict[str, list[tuple[int, str, str]]] = {iri: [] for iri in self._types}
        for thing, rank, name in self._rows(_NAMES):
            if isinstance(name, ox.Literal):
                names.setdefault(_value(thing), []).append((int(_value(rank)), name.value, name.language or ""))
        for iri, found in names.items():
            found.sort()  # here, for a store may refuse to sort by long texts
            if not any(rank == 0 for rank, _, _ in found) and self._is(iri, "ReportElement"):
                found.append((1 if found else 0, iri.rpartition("/")[2], ""))
        return {iri: found for iri, found in names.items() if found}

    def _add(self, iri: str, kind: str, names: Sequence[tuple[int, str, str]], weight: int, page: str) -> None:
        acronym = next((text for rank, text, language in names if rank == 1 and not language), "")
        types = self._types.get(iri, set())
        lowest = min(types - {upper for kind_iri in types for upper in self._above[kind_iri] - {kind_iri}}, default="")
        row = (iri, kind, lowest, acronym, page, weight)
        with closing(self._store.execute("INSERT INTO thing VALUES (NULL, ?, ?, ?, ?, ?, ?)", row)) as added:
            thing = added.lastrowid
        self._store.executemany("INSERT INTO member VALUES (?, ?)", [(type_iri, thing) for type_iri in sorted(types)])
        for rank, text, language in dict.fromkeys(names):
            said = (thing, rank, language, text, fold(text))
            with closing(self._store.execute("INSERT INTO name VALUES (NULL, ?, ?, ?, ?, ?)", said)) as added:
                stems = (stems_of(word, language) for word in _WORD.findall(fold(text)))
                forms = " ".join(stem for found in stems for stem in sorted(found))
                self._store.execute("INSERT INTO stems (rowid, forms) VALUES (?, ?)", (added.lastrowid, forms))

    def _kind(self, iri: str) -> str:
        if iri.startswith(MGI):
            return "term"
        return next((kind for kind, classes in KINDS.items() if any(self._is(iri, name) for name in classes)), "other")

    def _is(self, iri: str, class_name: str) -> bool:
        return MGI + class_name in self._types.get(iri, ())

    def _rows(self, query: str) -> tuple[tuple[Term | None, ...], ...]:
        return self._engine.query(_PREFIXES + query).table().rows


def words_of(text: str) -> frozenset[str]:
    """The words of a text as they are compared."""
    return frozenset(_WORD.findall(fold(text[:LONGEST_TEXT])))


def stems_of(word: str, language: str = "") -> frozenset[str]:
    """What the forms of a word (folded) have in common: in "en" or "fr"; in any other language both."""
    codes = (language,) if language in STEMMED else STEMMED
    return frozenset(_stem(word, code) for code in codes)


@lru_cache(_REMEMBERED)
def _stem(word: str, language: str) -> str:
    """The stem of Snowball; in French again and again, since words are folded: accents decide there on endings.

    Snowball keeps the plural of "loi" and "appui", so it is taken away first.
    """
    with _stemming:
        stemmer = _stemmer(language)
        if language == "en":
            return str(stemmer.stemWord(word))
        before = ""
        while before != word:
            before, word = word, stemmer.stemWord(_PLURAL.sub("", word))
        return word


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer({"en": "english", "fr": "french"}[language])


def split_at(text: str, words: frozenset[str]) -> list[tuple[str, bool]]:
    """Split a text into pieces, and say of each whether it is a word that begins as one of `words`, or a form of it."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    telling = [word for word in words if word not in _COMMON]
    stems = frozenset[str]().union(*map(stems_of, telling))
    for match in _WORD.finditer(text):
        folded = fold(match[0])
        if any(folded.startswith(word) for word in telling) or stems_of(folded) & stems:
            pieces += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


def _beginning(word: str) -> str:
    return f'"{word}"*'


def _forms(word: str) -> str:
    stems = " OR ".join(f'"{stem}"' for stem in sorted(stems_of(word)))
    return f"({stems})"


def _tier(rank: int, name: str, folded: str, in_another_form: bool) -> int:
    if rank == _TEXT_RANK:
        return _SAID_IN_ANOTHER_FORM if in_another_form else _SAID
    if in_another_form:
        return _NAMED_IN_ANOTHER_FORM
    if name == folded:
        return _EXACTLY
    return _BEGINS if name.startswith(folded) else _NAMED


def _value(term: Term | None) -> str:
    return "" if term is None else term.value
