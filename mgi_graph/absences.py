"""Explains an answer without rows, from the data: stated not to be, not stated, or nothing that the graph knows of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox

from mgi_graph.answers import CitedAnswer
from mgi_graph.catalogue import Parameter, Question
from mgi_graph.engine.result import Engine, as_sparql
from mgi_graph.evidence import Evidence, gather
from mgi_graph.namespaces import ID, MGI, prologue

Verdict = Literal["denied", "unstated", "unmodelled"]
_PREFIXES = prologue("mgi")
_TERM = re.compile(r"\bmgi:([A-Za-z]\w*)")
_MOST = 12
_TRIED, _OFFERED = 12, 4

_DENIED = (
    _PREFIXES
    + """SELECT DISTINCT ?record WHERE {
  VALUES ?thing { %(things)s }
  { VALUES ?predicate { %(terms)s }
    ?record a mgi:DeniedClaim ; mgi:claimPredicate ?predicate ; mgi:claimSubject|mgi:claimObject ?thing }
  UNION
  { FILTER(%(treaties)s)
    ?record mgi:participant|mgi:participationIn ?thing ; mgi:action """
    + f"<{ID}treaty-action/not-ratified> }}}} ORDER BY ?record"
)
_MENTIONED = (
    _PREFIXES
    + """SELECT ?thing (COUNT(DISTINCT ?finding) AS ?findings) WHERE {
  VALUES ?thing { %s }
  { ?finding mgi:mentions|mgi:topic|mgi:concernsGroup ?thing } UNION { ?record ?p ?thing ; mgi:statedIn ?finding }
} GROUP BY ?thing ORDER BY ?thing"""
)
_LACKS = (
    _PREFIXES
    + """SELECT DISTINCT ?finding WHERE {
  VALUES ?thing { %s }
  ?finding mgi:statesAbsence true ; mgi:mentions|mgi:topic|mgi:concernsGroup ?thing .
} ORDER BY ?finding"""
)
_RELATED = _PREFIXES + "SELECT (COUNT(DISTINCT ?claim) AS ?n) WHERE { VALUES ?p { %s } ?claim mgi:claimPredicate ?p }"


@dataclass(frozen=True)
class Absence:
    """Why an answer has no rows.

    Attributes:
        verdict: "denied": the report says that it is not so, in `denials`; "unstated": what was asked about is in the
            graph, and no statement of the report answers the question; "unmodelled": no statement of the report
            names what was asked about, or none in the whole graph uses the relations of the question.
        denials: where the report says so.
        lacks: where else it says that something about the same things does not exist; not an answer, but near one.
        findings: how many statements of the report name each thing that was asked about, by IRI.
        relations: whether any statement of the graph uses the relations that the question looks for.
    """

    verdict: Verdict
    denials: tuple[Evidence, ...]
    lacks: tuple[Evidence, ...]
    findings: dict[str, int]
    relations: bool


@dataclass(frozen=True)
class Instead:
    """A question that has `rows` rows where it is asked with the values `given`."""

    question: Question
    given: Mapping[str, str]
    rows: int


def explain(engine: Engine, answer: CitedAnswer) -> Absence:
    """Explain why an answer has no rows.

    Args:
        engine: the store that gave it.
        answer: one without rows.
    """
    asked = [term for term in answer.values.values() if isinstance(term, ox.NamedNode)]
    things = " ".join(map(as_sparql, asked))
    denials = gather(engine, _column(engine, _denied(answer, things))) if asked else ()
    lacks = gather(engine, _column(engine, _LACKS % things)[:_MOST]) if asked else ()
    findings = _findings(engine, asked)
    related = _uses(engine, answer)
    verdict: Verdict = "denied" if denials else "unstated"
    if not denials and (not related or (asked and not all(findings.values()))):
        verdict = "unmodelled"
    told = {item.finding for item in denials}
    return Absence(
        verdict, denials[:_MOST], tuple(item for item in lacks if item.finding not in told), findings, related
    )


def instead(engine: Engine, questions: Sequence[Question], answer: CitedAnswer) -> tuple[Instead, ...]:
    """The questions that do have rows for what a question without any was asked about.

    Of those that take one thing of the same class and share a tag, the nearest few are tried, most tags shared first.

    Args:
        engine: the store that gave the answer.
        questions: the catalogue.
        answer: one without rows.
    """
    asked = _about(answer.question)
    if len(asked) != 1:
        return ()
    tags, value = set(answer.question.tags), answer.values[asked[0].name]
    others = [one for one in questions if one.name != answer.question.name and tags & set(one.tags)]
    near = [one for one in others if [given.class_iri for given in _about(one)] == [asked[0].class_iri]]
    near.sort(key=lambda one: (-len(tags & set(one.tags)), one.name))
    found: list[Instead] = []
    for one in near[:_TRIED]:
        (given,) = _about(one)
        if rows := engine.query(one.bind({given.name: value})).table().rows:
            found.append(Instead(one, {given.name: value.value}, len(rows)))
    return tuple(found[:_OFFERED])


def _about(question: Question) -> list[Parameter]:
    return [one for one in question.params if one.class_iri]


def _denied(answer: CitedAnswer, things: str) -> str:
    """The query for records that deny what the question asks: its relations, or a ratification."""
    used = set(_TERM.findall(answer.question.text))
    terms = " ".join(f"<{MGI}{name}>" for name in sorted(used))
    return _DENIED % {"things": things, "terms": terms, "treaties": str("participationIn" in used).lower()}


def _uses(engine: Engine, answer: CitedAnswer) -> bool:
    """Whether any claim has a relation of the question; a question whose evidence is no claim looks for none."""
    wanted = [pattern[1] for pattern in answer.question.evidence if len(pattern) == 3 and ":" in pattern[1]]
    if not wanted:
        return True
    relations = " ".join(f"<{MGI}{name.removeprefix('mgi:')}>" for name in wanted)
    (count,) = engine.query(_RELATED % relations).table().rows[0]
    return isinstance(count, ox.Literal) and int(count.value) > 0


def _findings(engine: Engine, asked: list[ox.NamedNode]) -> dict[str, int]:
    counted = {term.value: 0 for term in asked}
    if asked:
        for thing, number in engine.query(_MENTIONED % " ".join(map(as_sparql, asked))).table().rows:
            if isinstance(thing, ox.NamedNode) and isinstance(number, ox.Literal):
                counted[thing.value] = int(number.value)
    return counted


def _column(engine: Engine, query: str) -> list[str]:
    return [row[0].value for row in engine.query(query).table().rows if isinstance(row[0], ox.NamedNode)]
