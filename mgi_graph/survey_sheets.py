"""Lays the surveys out as sheets, with the evidence of each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mgi_graph.evidence import Evidence
from mgi_graph.network import Network
from mgi_graph.phrases import sentence
from mgi_graph.spreadsheets import CSV_SEPARATOR, Cell
from mgi_graph.surveys import ELSEWHERE, Coverage, MandateMap, Surveys

Rows = Iterator[tuple[Cell, ...]]

_EVIDENCE = (
    ("evidence: passages", "evidence: pages", "evidence: statements", "evidence: findings (IRI)", "evidence: sources"),
    ("preuve : passages", "preuve : pages", "preuve : énoncés", "preuve : constats (IRI)", "preuve : sources"),
)
_HEADINGS = {
    "mandates": (
        ("body", "body (IRI)", "instrument", "instrument (IRI)", "link", "standing"),
        ("organisme", "organisme (IRI)", "texte", "texte (IRI)", "lien", "nature"),
    ),
    "tasks": (
        ("body", "body (IRI)", "task", "task (IRI)", "legal basis", "dimensions"),
        ("organisme", "organisme (IRI)", "tâche", "tâche (IRI)", "base juridique", "dimensions"),
    ),
    "ratifications": (
        ("party", "treaty", "treaty (IRI)", "act", "year of the treaty", "year reported", "lag in years", "note"),
        ("partie", "traité", "traité (IRI)", "acte", "année du traité", "année rapportée", "délai en années", "note"),
    ),
    "timeline": (
        ("year", "kind", "thing", "thing (IRI)", "what", "party", "editors’ reading"),
        ("année", "genre", "chose", "chose (IRI)", "quoi", "partie", "lecture des éditeurs"),
    ),
    "coverage": (
        ("topic", "topic (IRI)", "dimension", "heading in the report", "announced for this dimension", "findings"),
        ("sujet", "sujet (IRI)", "dimension", "rubrique du rapport", "annoncé pour cette dimension", "constats"),
    ),
}
_YES = (("no", "yes"), ("non", "oui"))


def mandate_rows(network: Network, laid: MandateMap, language: str) -> Rows:
    """A row for each link between a body and an instrument."""
    yield _headings("mandates", language)
    for (body, instrument), edges in sorted(laid.cells.items()):
        for edge in edges:
            facts = (_name(network, body, language), body, _name(network, instrument, language), instrument)
            cited = network.cited(edge)
            yield (*facts, sentence(network, edge, language), edge.standing, *_evidence(cited, language))


def task_rows(network: Network, surveys: Surveys, language: str) -> Rows:
    """A row for each task of a body."""
    yield _headings("tasks", language)
    for task in surveys.tasks:
        yield (
            _name(network, task.body, language),
            task.body,
            task.function.get(language) or task.function.get("en", ""),
            task.record,
            CSV_SEPARATOR.join(_name(network, iri, language) for iri in task.bases),
            CSV_SEPARATOR.join(network.word(iri, language) for iri in network.dimensions if iri in task.dimensions),
            *_evidence(task.evidence, language),
        )


def ratification_rows(network: Network, surveys: Surveys, language: str) -> Rows:
    """A row for each act on a treaty; empty where the report states no year."""
    yield _headings("ratifications", language)
    for act in surveys.acts:
        yield (
            _name(network, act.party, language),
            _name(network, act.treaty, language),
            act.treaty,
            network.word(act.action, language),
            "" if act.adopted is None else act.adopted,
            "" if act.year is None else act.year,
            "" if act.lag is None else act.lag,
            act.notes.get(language) or act.notes.get("en", ""),
            *_evidence(act.evidence, language),
        )


def timeline_rows(network: Network, surveys: Surveys, language: str) -> Rows:
    """A row for each moment."""
    yield _headings("timeline", language)
    for moment in surveys.moments:
        yield (
            moment.year,
            moment.lane,
            _name(network, moment.thing, language),
            moment.thing,
            network.word(moment.property, language),
            _name(network, moment.party, language) if moment.party else "",
            _YES[language == "fr"][moment.is_reading],
            *_evidence(moment.evidence, language),
        )


def coverage_rows(network: Network, coverage: Coverage, language: str) -> Rows:
    """A row for each cell of the matrix, also for those without a finding."""
    yield _headings("coverage", language)
    for topic in coverage.topics:
        for dimension, assessment in coverage.columns:
            cited = coverage.cell(topic, (dimension, assessment))
            yield (
                network.word(topic, language),
                topic,
                network.word(dimension, language) if dimension != ELSEWHERE else "",
                network.word(assessment, language) if assessment != ELSEWHERE else "",
                _YES[language == "fr"][(topic, dimension) in coverage.announced],
                len(cited),
                *_evidence(cited, language),
            )


def _headings(name: str, language: str) -> tuple[Cell, ...]:
    number = language == "fr"
    return (*_HEADINGS[name][number], *_EVIDENCE[number])


def _evidence(cited: Sequence[Evidence], language: str) -> tuple[Cell, ...]:
    def join(texts: Iterable[str]) -> str:
        return CSV_SEPARATOR.join(texts)

    return (
        join(item.paragraph for item in cited),
        join(str(item.on_page(language)) for item in cited),
        join(item.statement.get(language) or item.statement.get("en", "") for item in cited),
        join(item.finding for item in cited),
        join(dict.fromkeys(item.citation for item in cited)),
    )


def _name(network: Network, iri: str, language: str) -> str:
    return network.nodes[iri].name(language) if iri in network.nodes else network.word(iri, language)
