"""The questions: each runs unedited everywhere, gives the answer taken from the report by hand, and cites each row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl

import pyoxigraph as ox
import pytest
from conftest import CASES, ROOT
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from mgi_graph import answers, catalogue, search
from mgi_graph.engine import Table, Term
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.errors import NameNotFoundError, ParameterError, SourceError, UnknownQuestionError
from mgi_graph.namespaces import PREFIXES

FILES = sorted((ROOT / "queries").glob("*.rq"))
EXPECTED = sorted((CASES / "queries").glob("*.tsv"))


def question_of(case: Path) -> catalogue.Question:
    return catalogue.read_question(ROOT / "queries" / f"{case.stem.partition('@')[0]}.rq")


def parameters_of(case: Path) -> dict[str, str]:
    return dict(parse_qsl(case.stem.partition("@")[2], strict_parsing=False))


def expected_table(case: Path) -> Table:
    results = ox.parse_query_results(case.read_bytes(), ox.QueryResultsFormat.TSV)
    assert isinstance(results, ox.QuerySolutions)
    names = tuple(variable.value for variable in results.variables)
    return Table(names, tuple(tuple(solution[name] for name in names) for solution in results))


def plain(node: Node | None) -> Term | None:
    if node is None:
        return None
    if isinstance(node, URIRef):
        return ox.NamedNode(str(node))
    assert not isinstance(node, BNode)
    assert isinstance(node, Literal)
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype))) if node.datatype else ox.Literal(str(node))


def by_rdflib(graph: Graph, text: str) -> Table:
    result = graph.query(text)
    names = tuple(str(name) for name in result.vars or ())
    return Table(names, tuple(tuple(plain(row.get(name)) for name in result.vars or ()) for row in result.bindings))


def test_enough_questions_and_cases_were_found() -> None:
    assert len(FILES) >= 15
    assert {case.stem.partition("@")[0] for case in EXPECTED} == {path.stem for path in FILES}
    assert sum("@" in case.stem for case in EXPECTED) >= 5


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case.stem)
def test_answer_is_the_one_taken_from_the_report(
    case: Path, engine: EmbeddedEngine, asserted: Graph, closure: Graph
) -> None:
    question = question_of(case)
    answer = answers.ask(engine, question, parameters_of(case))
    expected = expected_table(case)
    assert answer.table == expected
    text = question.bind(answer.values)
    assert by_rdflib(closure if question.inference else asserted, text) == expected


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case.stem)
def test_every_row_has_its_evidence(case: Path, engine: EmbeddedEngine) -> None:
    question = question_of(case)
    if not question.evidence:
        pytest.skip("the question says that its rows have no evidence of their own")
    answer = answers.ask(engine, question, parameters_of(case))
    for row, evidence in zip(answer.table.rows, answer.evidence, strict=True):
        assert evidence, row
        for item in evidence:
            assert item.page or item.page_label
            assert item.statement["en"]
            assert item.statement["fr"]
            assert item.citation


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_keeps_the_form(path: Path) -> None:
    question = catalogue.read_question(path)
    body = "\n".join(line for line in question.text.splitlines() if not line.startswith("#"))
    assert "ORDER BY" in body
    assert "SELECT *" not in body
    for prefix in (line.split()[1].rstrip(":") for line in body.splitlines() if line.startswith("PREFIX ")):
        assert body.count(f"{prefix}:") > 1, f"prefix {prefix} is declared and not used"
    rows = by_rdflib(Graph(), question.text)
    names = {*rows.columns, *(parameter.name for parameter in question.params)}
    for pattern in question.evidence:
        assert len(pattern) in (1, 2, 3, 4, 6)
        named = pattern if len(pattern) in (1, 3) else pattern[::2]
        assert all(part in names or part.partition(":")[0] in PREFIXES for part in named), pattern
    assert set(question.columns) <= set(rows.columns)
    assert question.tags


def test_killer_question_with_page(engine: EmbeddedEngine) -> None:
    answer = answers.ask(engine, catalogue.find_question(FILES, "which-laws"), {"body": "ANLTP/TIM"})
    cited = {
        answer.show(row[0]): {(item.page, item.paragraph) for item in evidence}
        for row, evidence in zip(answer.table.rows, answer.evidence, strict=True)
    }
    assert len(cited) == 2
    assert all(places == {(14, "1.3-p4")} for places in cited.values())
    assert any("2010-86" in name for name in cited)
    assert any("2015-36" in name for name in cited)


@pytest.mark.parametrize(
    "text",
    [
        "ANLTP/TIM",
        "anltp-tim",
        " ANLTP‐TIM ",
        "id:ne/org/anltp-tim",
        "<https://w3id.org/mgi-graph/id/ne/org/anltp-tim>",
    ],
)
def test_a_body_is_understood_however_it_is_named(engine: EmbeddedEngine, text: str) -> None:
    found = search.resolve(engine, text, PREFIXES["mgi"] + "Organisation")
    assert found.value.endswith("ne/org/anltp-tim")


@pytest.mark.parametrize("text", ["2010-86", "2010/86", "n° 2010-86", "No. 2010‐86"])
def test_an_instrument_is_understood_by_its_number(engine: EmbeddedEngine, text: str) -> None:
    found = search.resolve(engine, text, PREFIXES["mgi"] + "Instrument")
    assert found.value.endswith("ordinance-2010-86")


@pytest.mark.parametrize(
    "text", ["Ministère de l'Intérieur", "ministere de l’interieur", "Ministry of Interior", "Interior, Ministry"]
)
def test_an_obvious_part_of_a_name_will_do(engine: EmbeddedEngine, text: str) -> None:
    assert search.resolve(engine, text, PREFIXES["mgi"] + "Organisation").value.endswith("ne/org/mid")


def test_a_part_of_several_names_gets_them_all_in_both_languages(engine: EmbeddedEngine) -> None:
    with pytest.raises(NameNotFoundError) as caught:
        search.resolve(engine, "Ministère", PREFIXES["mgi"] + "Organisation")
    assert len(caught.value.things) > 1
    assert all(labels["fr"].startswith("Minist") and labels["en"] for labels in caught.value.things.values())


@pytest.mark.parametrize("text", ["de", "la", "2015", "of the"])
def test_words_that_name_nothing_leave_a_doubt(engine: EmbeddedEngine, text: str) -> None:
    with pytest.raises(NameNotFoundError):
        search.resolve(engine, text, PREFIXES["mgi"] + "Instrument")


def test_unknown_name_gets_the_nearest(engine: EmbeddedEngine) -> None:
    with pytest.raises(ParameterError, match="anltp-tim"):
        search.resolve(engine, "ANLTP/TMI", PREFIXES["mgi"] + "Organisation")
    with pytest.raises(ParameterError, match="empty"):
        search.resolve(engine, " ", PREFIXES["mgi"] + "Organisation")


def test_unknown_question_gets_the_nearest() -> None:
    with pytest.raises(UnknownQuestionError, match="which-laws"):
        catalogue.find_question(FILES, "wich-law")


def test_unknown_parameter_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(ParameterError, match="Its parameters: body"):
        answers.ask(engine, catalogue.find_question(FILES, "which-laws"), {"boddy": "ANPE"})


HEAD = "#+ title: {en: a, fr: b}\n#+ question: {en: a, fr: b}\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT ?s {}", "has no header"),
        ("#+ title: {en: a\nSELECT ?s {}", "not YAML"),
        ("#+ title: {en: a}\nSELECT ?s {}", "'title' in en and fr"),
        (HEAD + "#+ params: {x: {type: iri, label: {en: a, fr: b}}}\nSELECT ?s {}", "says no class"),
        (HEAD + "#+ params: {x: {type: date, label: {en: a, fr: b}}}\nSELECT ?s {}", "has no type"),
        (HEAD + "#+ params: {x: {type: string, label: {en: a, fr: b}}}\nSELECT ?s {}", "has no default"),
        (
            HEAD + "#+ params: {x: {type: string, label: {en: a, fr: b}}}\n"
            'SELECT ?s { { VALUES $x { "a" } } UNION { VALUES $x { "b" } } }',
            'several defaults: "a", "b"',
        ),
        (HEAD.replace("en: a", 'en: "{y}"') + "SELECT ?s {}", "unknown parameters: y"),
    ],
)
def test_bad_header_is_told(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "q.rq"
    path.write_text(text, "utf-8")
    with pytest.raises(SourceError, match=problem):
        catalogue.read_question(path)


HOSTILE: Sequence[str] = ['x" } DROP ALL #', "\\u0022 } ?s ?p ?o #", "}\nSELECT", "\\", "'''", "{{body}}", "$body"]


def asking(folder: Path, names: str, text: str) -> catalogue.Question:
    """A question with texts for parameters, one a letter of `names`."""
    params = ", ".join(f"{name}: {{type: string, label: {{en: a, fr: b}}}}" for name in names)
    path = folder / "echo.rq"
    path.write_text(f"{HEAD}#+ params: {{{params}}}\n{text}", "utf-8")
    return catalogue.read_question(path)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_value_stays_a_value(tmp_path: Path, text: str, engine: EmbeddedEngine) -> None:
    echo = asking(tmp_path, "x", 'SELECT ?x WHERE { VALUES $x { "default" } } ORDER BY ?x')
    answer = answers.ask(engine, echo, {"x": text})
    assert answer.table.rows == ((ox.Literal(text),),)
    assert by_rdflib(Graph(), answer.question.bind(answer.values)).rows == ((ox.Literal(text),),)


@pytest.mark.parametrize("hostile", ["VALUES $y { }", "VALUES $x { }", "VALUES ?y { 1 } VALUES ?x { 2 }"])
def test_a_value_is_no_place_for_another_value(tmp_path: Path, hostile: str, engine: EmbeddedEngine) -> None:
    union = '{ VALUES $x { "a" } VALUES $y { "b" } } UNION { VALUES $y { "b" } VALUES $x { "a" } }'
    echo = asking(tmp_path, "xy", f"SELECT ?x ?y WHERE {{ {union} }}")
    answer = answers.ask(engine, echo, {"x": hostile, "y": hostile})
    assert answer.table.rows == ((ox.Literal(hostile), ox.Literal(hostile)),) * 2
