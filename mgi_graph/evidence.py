"""From the rows of an answer to the findings, passages and pages that say them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pyoxigraph as ox

from mgi_graph.catalogue import Question
from mgi_graph.engine.result import Engine, Table, Term, as_sparql
from mgi_graph.namespaces import GRAPH, expand, prologue
from mgi_graph.wording import place_name

_PREFIX = prologue("mgi")
_KINDS = "mgi:AffirmedClaim mgi:InterpretedClaim mgi:DeniedClaim mgi:DisputedClaim"
_BY_CLAIM = f"""{_PREFIX}SELECT DISTINCT ?row ?finding ?record ?kind WHERE {{
  VALUES (?row ?s ?p ?o) {{ %s }}
  ?record mgi:claimSubject ?s ; mgi:claimPredicate ?p ; mgi:claimObject|mgi:claimValue|mgi:claimDate ?o .
  ?record mgi:statedIn ?finding ; a ?kind .
  FILTER(?kind IN ({_KINDS.replace(" ", ", ")}))
}}"""
_BY_RECORD = f"""{_PREFIX}SELECT DISTINCT ?row ?finding ?record ?kind WHERE {{
  {{ VALUES (?row ?record) {{ %s }} ?record mgi:statedIn ?finding
    OPTIONAL {{ ?record a ?kind . FILTER(?kind IN ({_KINDS.replace(" ", ", ")})) }} }}
  UNION {{ VALUES (?row ?finding) {{ %s }} ?finding mgi:statement ?statement }}
  UNION {{ VALUES (?row ?passage) {{ %s }} ?finding mgi:inPassage ?passage }}
}}"""
_BY_PATH = f"""{_PREFIX}SELECT DISTINCT ?row ?finding ?record ?kind WHERE {{
  VALUES (?row %s) {{ %s }}
%s
}}"""
_KIND_OF_RECORD = f"  OPTIONAL {{ ?record a ?kind . FILTER(?kind IN ({_KINDS.replace(' ', ', ')})) }}"
_DOUBTS = f"""{_PREFIX}PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?involved ?doubt ?kind ?label WHERE {{
  VALUES ?involved {{ %s }}
  ?doubt mgi:involves ?involved ; mgi:discrepancyKind ?kind . ?kind skos:prefLabel ?label
}} ORDER BY ?involved ?doubt ?kind (STR(?label))"""
_REASONS = f"""{_PREFIX}PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?record ?text WHERE {{
  VALUES ?record {{ %s }} VALUES ?property {{ mgi:explanation skos:editorialNote }} ?record ?property ?text
}} ORDER BY ?record (STR(?text))"""
_CHOSEN = ("/ambiguity", "/transcription")
_STATED = "mgi:statedIn"
_DETAILS = f"""{_PREFIX}PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?finding ?passage ?section ?page ?label ?citation ?property ?text WHERE {{
  VALUES ?finding {{ %s }}
  ?finding mgi:inPassage ?passage .
  ?passage mgi:inSection ?section .
  ?section mgi:ofProfile ?profile .
  OPTIONAL {{ ?finding mgi:page ?page }}
  OPTIONAL {{ ?finding mgi:pageLabel ?label }}
  OPTIONAL {{ ?profile dcterms:bibliographicCitation ?citation }}
  {{ ?finding mgi:statement ?text . BIND("statement" AS ?property) }}
  UNION {{ ?section skos:prefLabel ?text . BIND("section" AS ?property) }}
}} ORDER BY ?finding ?property (STR(?text))"""

_ASSERTED = f"?s ?p ?o FILTER NOT EXISTS {{ GRAPH <{GRAPH}inferred> {{ ?s ?p ?o }} }}"
_DESCRIPTION = f"""{_PREFIX}CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ VALUES ?s {{ %s }} {_ASSERTED} }}
  UNION {{ {{ SELECT DISTINCT ?s WHERE {{ VALUES ?section {{ %s }} ?section mgi:ofProfile ?s }} }} {_ASSERTED} }}
  UNION {{
    VALUES ?record {{ %s }}
    ?record mgi:claimSubject ?s ; mgi:claimPredicate ?p ; mgi:claimObject|mgi:claimValue|mgi:claimDate ?o .
    ?s ?p ?o
  }}
}}"""


@dataclass(frozen=True)
class Doubt:
    """A discrepancy that involves a record or a finding: its IRI, its kind (an IRI), the kind's name by language."""

    iri: str
    kind: str
    label: Mapping[str, str]

    @property
    def is_a_choice(self) -> bool:
        """Whether the words, or what is left of them, can be read in several ways, so that a reading was chosen."""
        return self.kind.endswith(_CHOSEN)


@dataclass(frozen=True)
class Evidence:
    """One statement of the report that a row rests on.

    Attributes:
        finding, passage, section: IRIs.
        record: IRI of the claim or other record that ties the row to the finding; empty where the row names a finding.
        kind: "AffirmedClaim", "InterpretedClaim", "DeniedClaim", "DisputedClaim", or empty.
        statement, section_label: texts by language ("en", "fr").
        page: the printed page, or None where the report prints none; then `page_label` says where.
        citation: the citation that the report requires.
        reason: by language, why the editors read the report so, or what they note on the record.
        doubts: the discrepancies that involve the record; where there is none, the finding.
    """

    finding: str
    passage: str
    section: str
    record: str
    kind: str
    statement: Mapping[str, str]
    section_label: Mapping[str, str]
    page: int | None
    page_label: str
    citation: str
    reason: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_reading(self) -> bool:
        """Whether it is the editors' reading: a claim that says so, or a record that a reading had to be chosen for."""
        if self.kind or not self.record:
            return self.kind == "InterpretedClaim"
        return any(doubt.is_a_choice for doubt in self.doubts)

    @property
    def paragraph(self) -> str:
        """The passage as people name it: "1.3-p4"."""
        return self.passage.rpartition("/")[2]

    def on_page(self, language: str) -> int | str:
        """The printed page, or the place by its name in a language where the report prints none."""
        return place_name(self.page_label, language) if self.page is None else self.page

    def place(self, language: str = "en") -> str:
        """Section, passage and page in a few words: "1.3-p4, p. 14"."""
        where = self.on_page(language) if self.page is None else f"p. {self.page}"
        return f"{self.paragraph}, {where}"


def cite(
    engine: Engine, question: Question, values: Mapping[str, Term], table: Table
) -> tuple[tuple[Evidence, ...], ...]:
    """Find the evidence of each row of a question's answer, by the patterns in the question's header.

    Args:
        engine: the store that gave the answer.
        question: what was asked.
        values: the question's parameters as they were asked.
        table: the answer.

    Returns:
        For each row its evidence, in the order of the pages; a row may have none.
    """
    ties: dict[int, dict[Tie, None]] = defaultdict(dict)
    for pattern in question.evidence:
        names = pattern if len(pattern) in (1, 3) else pattern[::2]
        filled = [(number, _fill(names, {**row, **values})) for number, row in enumerate(table.dicts())]
        for number, tie in _look_up(engine, pattern, [(n, terms) for n, terms in filled if terms]):
            ties[number][tie] = None
    return _cited(engine, ties, len(table.rows))


def gather(engine: Engine, records: Sequence[str]) -> tuple[Evidence, ...]:
    """The evidence of records, findings or passages by their IRIs, in the order of the pages, each once."""
    named = [(number, (ox.NamedNode(iri),)) for number, iri in enumerate(records)]
    found = trace(engine, {tie for _, tie in _look_up(engine, ("record",), named)})
    return tuple(sorted(found.values(), key=_order))


def trace(engine: Engine, ties: Collection[Tie]) -> dict[Tie, Evidence]:
    """The evidence that ties lead to; a tie whose finding the graph does not know leads to none."""
    findings = _details(engine, {tie.finding for tie in ties})
    doubts = doubts_about(engine, {tie.record or tie.finding for tie in ties})
    reasons = _reasons(engine, {tie.record for tie in ties if tie.record})
    found = {tie: _evidence(tie, findings[tie.finding]) for tie in sorted(ties) if findings[tie.finding]}
    return {
        tie: replace(item, reason=reasons.get(tie.record, {}), doubts=doubts.get(tie.record or tie.finding, ()))
        for tie, item in found.items()
    }


def doubts_about(engine: Engine, iris: Collection[str]) -> dict[str, tuple[Doubt, ...]]:
    """The discrepancies that involve each of some records, findings or things, in the order of their IRIs."""
    found: dict[str, dict[tuple[str, str], dict[str, str]]] = defaultdict(dict)
    wanted = " ".join(str(ox.NamedNode(iri)) for iri in sorted(set(iris)))
    for row in engine.query(_DOUBTS % wanted).table().dicts() if wanted else ():
        labels = found[_text(row["involved"])].setdefault((_text(row["doubt"]), _text(row["kind"])), {})
        if isinstance(label := row["label"], ox.Literal):
            labels[label.language or "en"] = label.value
    return {iri: tuple(Doubt(*key, labels) for key, labels in doubts.items()) for iri, doubts in found.items()}


def support(engine: Engine, triples: Sequence[ox.Triple]) -> tuple[tuple[Evidence, ...], ...]:
    """Find what the report says of triples: claims of them; where a subject is a record or a finding, that.

    Returns:
        For each triple its evidence, in the order of the pages; a triple may have none.
    """
    claims = " ".join(f"({number} {_terms(triple)})" for number, triple in enumerate(triples))
    subjects = " ".join(f"({number} {triple.subject})" for number, triple in enumerate(triples))
    rows = [
        row
        for text in (_BY_CLAIM % claims, _BY_RECORD % (subjects, subjects, ""))
        for row in (engine.query(text).table().dicts() if triples else ())
    ]
    found: dict[int, dict[Tie, None]] = defaultdict(dict)
    for row in rows:
        found[int(_text(row["row"]))][_tie(row)] = None
    return _cited(engine, found, len(triples))


def describe(engine: Engine, evidence: Sequence[Evidence]) -> list[ox.Triple]:
    """What the graph asserts of pieces of evidence: findings, records, discrepancies, passages, sections and profiles.

    The direct triple of each claim is among them, where it stands in the data (a denied claim has none).
    """
    things = {iri for item in evidence for iri in (item.finding, item.passage, item.section, item.record) if iri}
    things |= {doubt.iri for item in evidence for doubt in item.doubts}
    sections = {item.section for item in evidence}
    records = {item.record for item in evidence if item.record}
    wanted = (" ".join(str(ox.NamedNode(iri)) for iri in sorted(iris)) for iris in (things, sections, records))
    return engine.query(_DESCRIPTION % tuple(wanted)).triples() if things else []


class Tie(NamedTuple):
    """What ties a row to a finding: the record and its kind, both empty where the row names the finding itself."""

    finding: str
    record: str
    kind: str


def _cited(engine: Engine, ties: Mapping[int, Collection[Tie]], rows: int) -> tuple[tuple[Evidence, ...], ...]:
    """The evidence of each row; a finding stands there by itself only where no record of the row leads to it."""
    kept = []
    for number in range(rows):
        found = ties.get(number, ())
        recorded = {tie.finding for tie in found if tie.record}
        kept.append([tie for tie in found if tie.record or tie.finding not in recorded])
    evidence = trace(engine, {tie for found in kept for tie in found})
    return tuple(tuple(sorted((evidence[tie] for tie in found if tie in evidence), key=_order)) for found in kept)


def _terms(triple: ox.Triple) -> str:
    return " ".join(as_sparql(term) for term in triple if not isinstance(term, ox.Triple))


def _fill(names: Sequence[str], row: Mapping[str, Term | None]) -> tuple[Term, ...] | None:
    terms = [row[name] if name in row else ox.NamedNode(expand(name)) for name in names]
    if any(term is None or isinstance(term, ox.BlankNode) for term in terms):
        return None
    return tuple(term for term in terms if term is not None)


def _look_up(
    engine: Engine, pattern: Sequence[str], filled: Sequence[tuple[int, tuple[Term, ...]]]
) -> list[tuple[int, Tie]]:
    if not filled:
        return []
    values = " ".join(f"({number} {' '.join(map(as_sparql, terms))})" for number, terms in filled)
    rows = engine.query(_query(pattern, values)).table().dicts()
    return [(int(_text(row["row"])), _tie(row)) for row in rows]


def _query(pattern: Sequence[str], values: str) -> str:
    if len(pattern) == 1:
        return _BY_RECORD % (values, values, values)
    if len(pattern) == 3:
        return _BY_CLAIM % values
    things = [f"?thing{number}" for number in range(len(pattern) // 2)]
    paths = [_path(*step) for step in zip(things, pattern[::2], pattern[1::2], strict=True)]
    if any("?record" in path for path in paths):
        paths.append(_KIND_OF_RECORD)
    return _BY_PATH % (" ".join(things), values, "\n".join(paths))


def _path(thing: str, name: str, path: str) -> str:
    """A path to the finding; what stands before a last `mgi:statedIn` is the record, one for all paths of a pattern.

    What a pattern names itself, such as a class, only holds the findings that the others lead to against a condition.
    """
    if ":" in name:
        return f"  FILTER EXISTS {{ {thing} {path} ?finding }}"
    if path == _STATED:
        return f"  {thing} {path} ?finding . BIND({thing} AS ?record)"
    if path.endswith(f"/{_STATED}"):
        return f"  {thing} {path.removesuffix(f'/{_STATED}')} ?record . ?record {_STATED} ?finding ."
    return f"  {thing} {path} ?finding ."


def _tie(row: Mapping[str, Term | None]) -> Tie:
    kind = _text(row.get("kind")).rpartition("#")[2]
    return Tie(_text(row["finding"]), _text(row.get("record")), kind)


def _details(engine: Engine, findings: set[str]) -> dict[str, list[dict[str, Term | None]]]:
    """The rows of `_DETAILS` for each finding: one for each of its texts."""
    rows: dict[str, list[dict[str, Term | None]]] = {finding: [] for finding in findings}
    if findings:
        wanted = " ".join(str(ox.NamedNode(finding)) for finding in sorted(findings))
        for row in engine.query(_DETAILS % wanted).table().dicts():
            rows[_text(row["finding"])].append(row)
    return rows


def _reasons(engine: Engine, records: set[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    wanted = " ".join(str(ox.NamedNode(record)) for record in sorted(records))
    for record, text in engine.query(_REASONS % wanted).table().rows if wanted else ():
        if isinstance(text, ox.Literal):
            found[_text(record)].setdefault(text.language or "en", text.value)
    return found


def _evidence(tie: Tie, rows: Sequence[Mapping[str, Term | None]]) -> Evidence:
    page = _text(rows[0]["page"])
    return Evidence(
        finding=tie.finding,
        passage=_text(rows[0]["passage"]),
        section=_text(rows[0]["section"]),
        record=tie.record,
        kind=tie.kind,
        statement=_texts(rows, "statement"),
        section_label=_texts(rows, "section"),
        page=int(page) if page else None,
        page_label=_text(rows[0]["label"]),
        citation=_text(rows[0]["citation"]),
    )


def _texts(rows: Sequence[Mapping[str, Term | None]], name: str) -> dict[str, str]:
    texts = [row["text"] for row in rows if _text(row["property"]) == name]
    return {text.language or "en": text.value for text in texts if isinstance(text, ox.Literal)}


def _text(term: Term | None) -> str:
    return "" if term is None else term.value


def _order(evidence: Evidence) -> tuple[int, str, str]:
    return (evidence.page if evidence.page is not None else 10_000, evidence.finding, evidence.record)
