"""What the graph holds, in figures: counts, and how much of it is backed by a page, translated, or placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph.engine.result import Engine
from mgi_graph.engine.syntax import Dataset
from mgi_graph.namespaces import ID, of_class, prologue

_PREFIXES = prologue("mgi", "rdfs", "skos")
_TABLES = {
    "class": f"""SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE {{
      ?thing a ?class . FILTER(STRSTARTS(STR(?thing), "{ID}"))
      FILTER(STRSTARTS(STR(?class), STR(mgi:))) }} GROUP BY ?class ORDER BY DESC(?n) ?class""",
    "section": """SELECT ?profile ?section (COUNT(DISTINCT ?finding) AS ?n) WHERE {
      ?section a mgi:Section ; mgi:ofProfile ?profile ; mgi:ordinal ?ordinal .
      OPTIONAL { ?finding mgi:inPassage/mgi:inSection ?section }
    } GROUP BY ?profile ?section ?ordinal ORDER BY ?profile ?ordinal""",
    "dimension": """SELECT ?dimension ?assessment (COUNT(DISTINCT ?finding) AS ?n) WHERE {
      ?section mgi:coversDimension ?dimension ; mgi:assessment ?assessment .
      ?finding mgi:inPassage/mgi:inSection ?section . ?dimension skos:notation ?number
    } GROUP BY ?dimension ?assessment ?number ORDER BY ?number ?assessment""",
}
_CLAIMS = "VALUES ?kind { mgi:AffirmedClaim mgi:InterpretedClaim mgi:DeniedClaim mgi:DisputedClaim } ?thing a ?kind"
_NAMES = "?thing skos:prefLabel ?name"
_BODIES = of_class("?thing", "mgi:Organisation") + " FILTER NOT EXISTS { ?thing a mgi:State }"
_SHARES = (
    (
        "claims with a page or page label",
        "assertions avec une page ou un repère de page",
        _CLAIMS,
        "?thing mgi:statedIn/(mgi:page|mgi:pageLabel) ?there",
    ),
    (
        "names in both languages",
        "noms dans les deux langues",
        _NAMES,
        '?thing skos:prefLabel ?en, ?fr FILTER(LANG(?en) = "en" && LANG(?fr) = "fr")',
    ),
)
_BODY_SHARES = (
    ("bodies with a stated parent", "organismes dont l’organisme parent est indiqué", "mgi:unitOf"),
    ("bodies with a founding instrument", "organismes dont le texte fondateur est indiqué", "mgi:establishedUnder"),
    ("bodies with a supervisor", "organismes dont la tutelle est indiquée", "mgi:supervisedBy"),
)


@dataclass(frozen=True)
class Count:
    """How many things fall under some IRIs; `names` end the IRIs.

    A class; a section, after its profile where there are several; a dimension and assessment.
    """

    names: tuple[str, ...]
    number: int
    iris: tuple[str, ...] = ()


@dataclass(frozen=True)
class Share:
    """How many of all things of a kind have something; `french` is the name in French."""

    name: str
    having: int
    all: int
    french: str = ""

    @property
    def percent(self) -> float:
        """The share in percent; 0 where there is nothing to count."""
        return 100 * self.having / self.all if self.all else 0.0


@dataclass(frozen=True)
class Figures:
    """Counts by class, by section, by dimension and assessment; and shares."""

    by_class: tuple[Count, ...]
    by_section: tuple[Count, ...]
    by_dimension: tuple[Count, ...]
    shares: tuple[Share, ...]


def count(engine: Engine, graphs: Sequence[str]) -> Figures:
    """Count what the asserted graphs hold.

    Args:
        engine: the store.
        graphs: the IRIs of the named graphs that count together (ontology and data, not the inferred one).
    """
    dataset = Dataset(default=tuple(graphs))
    tables = {name: _counts(engine, text, dataset) for name, text in _TABLES.items()}
    shares = tuple(_share(engine, dataset, *definition) for definition in _SHARES)
    bodies = _things(engine, dataset, _BODIES)
    placed = tuple(
        Share(name, len(bodies & _things(engine, dataset, f"?thing {link} ?there")), len(bodies), french)
        for name, french, link in _BODY_SHARES
    )
    return Figures(tables["class"], tables["section"], tables["dimension"], shares + placed)


def _counts(engine: Engine, text: str, dataset: Dataset) -> tuple[Count, ...]:
    table = engine.query(_PREFIXES + text, dataset).table()
    rows = table.rows
    if table.columns[0] == "profile" and len({row[0] for row in rows}) < 2:
        rows = tuple(row[1:] for row in rows)
    return tuple(
        Count(tuple(map(_last, row[:-1])), _number(row[-1]), tuple(term.value for term in row[:-1] if term is not None))
        for row in rows
    )


def _share(engine: Engine, dataset: Dataset, name: str, french: str, everything: str, condition: str) -> Share:
    text = _PREFIXES + "SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE { %s }"
    total = engine.query(text % everything, dataset).table().rows[0][0]
    having = engine.query(text % f"{everything} FILTER EXISTS {{ {condition} }}", dataset).table().rows[0][0]
    return Share(name, _number(having), _number(total), french)


def _things(engine: Engine, dataset: Dataset, pattern: str) -> set[object]:
    """What a pattern finds as ?thing; sets are joined here where a join over the class tree loses rows on Virtuoso."""
    rows = engine.query(f"{_PREFIXES}SELECT DISTINCT ?thing WHERE {{ {pattern} }}", dataset).table().rows
    return {row[0] for row in rows}


def _last(term: object) -> str:
    return term.value.replace("#", "/").rpartition("/")[2] if isinstance(term, ox.NamedNode) else str(term)


def _number(term: object) -> int:
    assert isinstance(term, ox.Literal)
    return int(term.value)
