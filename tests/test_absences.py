"""Answers without rows: stated not to be, not stated, not in the graph; from the data, on any store."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

from mgi_graph import absences, answers, catalogue
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.namespaces import ID

FILES = sorted((ROOT / "queries").glob("*.rq"))


def explained(engine: EmbeddedEngine, name: str, **given: str) -> absences.Absence:
    answer = answers.ask(engine, catalogue.find_question(FILES, name), given)
    assert answer.table.rows == ()
    return absences.explain(engine, answer)


def test_a_stated_no_is_shown_with_its_page(engine: EmbeddedEngine) -> None:
    absence = explained(engine, "ratifiers-of-a-treaty", treaty=ID + "treaty/ilo-c097-1949")
    assert absence.verdict == "denied"
    (denial,) = absence.denials
    assert denial.record.endswith("participation/ner-ilo-c097-1949")
    assert denial.paragraph == "1.1-r1"
    assert denial not in absence.lacks


def test_silence_is_no_denial(engine: EmbeddedEngine) -> None:
    absence = explained(engine, "which-laws", body="HCNE")
    assert absence.verdict == "unstated"
    assert absence.denials == ()
    assert absence.findings == {ID + "ne/org/hcne": 5}


def test_a_denied_claim_counts_only_for_its_own_relation(engine: EmbeddedEngine) -> None:
    diaspora = ID + "ne/group-actor/diaspora"
    answer = answers.ask(engine, catalogue.find_question(FILES, "support-by-an-actor"), {"actor": diaspora})
    assert absences.explain(engine, answer).denials == ()
    related = answers.ask(engine, catalogue.find_question(FILES, "processes-of-an-actor"), {"actor": diaspora})
    assert [item.kind for item in absences.explain(engine, related).denials] == ["DeniedClaim"]


def test_a_number_that_stands_nowhere(engine: EmbeddedEngine) -> None:
    assert explained(engine, "findings-on-a-page", page="500").verdict == "unstated"


def test_a_relation_that_nothing_has_is_told(tmp_path: Path, engine: EmbeddedEngine) -> None:
    path = tmp_path / "q.rq"
    path.write_text(
        "#+ title: {en: a, fr: b}\n#+ question: {en: a, fr: b}\n#+ evidence: [[x, mgi:noSuchRelation, y]]\n"
        "PREFIX mgi: <https://w3id.org/mgi-graph/ontology#>\n"
        "SELECT ?x ?y WHERE { ?x mgi:noSuchRelation ?y } ORDER BY ?x",
        "utf-8",
    )
    absence = absences.explain(engine, answers.ask(engine, catalogue.read_question(path), {}))
    assert (absence.verdict, absence.relations) == ("unmodelled", False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_question_can_be_explained(path: Path, engine: EmbeddedEngine) -> None:
    answer = answers.ask(engine, catalogue.read_question(path), {})
    assert absences.explain(engine, answer).verdict in ("denied", "unstated", "unmodelled")
