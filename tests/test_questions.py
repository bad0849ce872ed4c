"""The questions over HTTP: by the eyes of a browser, a spreadsheet, a JSON client, a SPARQL editor and a stranger."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from conftest import ROOT, finish, http
from fastapi import FastAPI
from openapi_spec_validator import validate
from openpyxl import Workbook, load_workbook
from pydantic import BaseModel
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef, Variable
from rdflib.plugins.sparql.results.rdfresults import RDFResultParser

from mgi_graph import answers, catalogue, spreadsheets, triples
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.result import Answer, Engine
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import BusyError, MGIGraphError, QueryTimeoutError, ResultTooLargeError
from mgi_graph.namespaces import MGI as ONTOLOGY_TERMS
from mgi_graph.web import failures, models, openapi, questions

FILES = sorted((ROOT / "queries").glob("*.rq"))
CATALOGUE = catalogue.read_catalogue(FILES)
NAMES = [question.name for question in CATALOGUE]
ANLTP = "https://w3id.org/mgi-graph/id/ne/org/anltp-tim"
LAWS = {
    "https://w3id.org/mgi-graph/id/ne/instrument/law-2015-36",
    "https://w3id.org/mgi-graph/id/ne/instrument/ordinance-2010-86",
}
IMPLEMENTS = "https://w3id.org/mgi-graph/ontology#implements"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": SPREADSHEET,
    "turtle": "text/turtle",
    "jsonld": "application/ld+json",
    "html": "text/html",
}
SH = Namespace("http://www.w3.org/ns/shacl#")
SCHEMA = Namespace("https://schema.org/")
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
PROV = Namespace("http://www.w3.org/ns/prov#")
MGI = Namespace(ONTOLOGY_TERMS)
QUESTION = Namespace("https://w3id.org/mgi-graph/question/")
JSON_ONLY = {"Accept": "application/json"}


web = httpx.Client(timeout=60)
"""One client for all tests, which keeps its connections."""


@pytest.fixture(scope="module", autouse=True)
def closing() -> Iterator[None]:
    """Close the connections in the end."""
    yield
    web.close()


@pytest.fixture(scope="module")
def laws(address: str) -> str:
    return f"{address}questions/which-laws/answer"


@pytest.fixture(scope="module")
def described(address: str) -> dict[str, Any]:
    """What the server says of itself."""
    schema: dict[str, Any] = web.get(f"{address}openapi.json").json()
    return schema


def echo(folder: Path) -> catalogue.Question:
    """A question that answers with its own parameter."""
    path = folder / "echo.rq"
    path.write_text(
        "#+ title: {en: a, fr: b}\n#+ question: {en: 'is it {x}?', fr: 'est-ce {x} ?'}\n"
        "#+ params: {x: {type: string, label: {en: a, fr: b}}}\n"
        'SELECT ?x WHERE { VALUES $x { "default" } } ORDER BY ?x',
        "utf-8",
    )
    return catalogue.read_question(path)


def sheet_rows(book: Workbook, number: int) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book.worksheets[number].iter_rows()]


# The answer in JSON


def test_json_has_the_two_laws_with_page_14(laws: str) -> None:
    got = web.get(laws, params={"body": "ANLTP/TIM"})
    answer = models.Answer.model_validate_json(got.content)
    assert {value.value for row in answer.rows if (value := row.values["law"])} == LAWS
    assert {(item.page, item.passage.label) for row in answer.rows for item in row.evidence} == {(14, "1.3-p4")}
    assert {item.claim.kind for row in answer.rows for item in row.evidence if item.claim} == {"AffirmedClaim"}
    assert answer.parameters["body"].value == ANLTP
    assert answer.wording == "Which laws does ANLTP/TIM implement?"
    assert answer.citations == [row.evidence[0].citation for row in answer.rows[:1]]
    assert answer.version
    assert answer.licence.url == "https://creativecommons.org/licenses/by-nc/4.0/"


@pytest.mark.parametrize(
    ("question", "words", "doubt", "reading"),
    [
        ("standing-of-treaties", "statelessness-convention-1954", "discrepancy/statelessness-years", True),
        ("treaties-ratified", "statelessness-convention-1961", "discrepancy/statelessness-years", True),
        ("treaties-ratified", "organized-crime-convention-2000", "signature-or-ratification", True),
        ("treaties-ratified", "refugee-convention-1951", "profile/ne-2021/discrepancy/", True),
        ("stated-absences", "finding/2.2-p2-1", "discrepancy/regular-consultation", False),
    ],
)
def test_doubts_travel_with_the_evidence_in_every_format(
    address: str, question: str, words: str, doubt: str, reading: bool
) -> None:
    place = f"{address}questions/{question}/answer"
    rows = [
        row for row in web.get(place).json()["rows"] if any(words in v["value"] for v in row["values"].values() if v)
    ]
    assert rows
    for row in rows:
        assert any(doubt in one["iri"] for item in row["evidence"] for one in item["doubts"])
        assert {item["reading"] for item in row["evidence"]} == {reading}
    table = csv.DictReader(io.StringIO(web.get(place, params={"format": "csv"}).text, newline=""))
    lines = [line for line in table if any(words in cell for name, cell in line.items() if not name.startswith("evid"))]
    assert lines
    for line in lines:
        assert doubt in line["evidence: in doubt"]
        assert ("editors’ reading" in line["evidence: kind of claim"]) == reading
    turtle = Graph().parse(data=web.get(place, params={"format": "turtle"}).text, format="turtle")
    involved = {
        str(thing) for one, thing in turtle.subject_objects(URIRef(ONTOLOGY_TERMS + "involves")) if doubt in str(one)
    }
    assert any(words in thing for thing in involved)
    page = web.get(f"{address}questions/{question}", headers={"Accept": "text/html"}).text
    entry = next(part for part in page.split("<tr>") if words in part)
    assert re.search(rf'<a class="mark doubt" href="[^"]*{doubt}', entry)


def test_what_no_discrepancy_involves_is_not_in_doubt(laws: str) -> None:
    items = [item for row in web.get(laws).json()["rows"] for item in row["evidence"]]
    assert items
    assert all((item["doubts"], item["reading"]) == ([], False) for item in items)


def test_values_keep_their_type_language_and_datatype(laws: str, address: str) -> None:
    row = web.get(laws).json()["rows"][0]["values"]
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    assert row["year"] == {"type": "literal", "value": "2010", "lang": None, "datatype": integer, "label": "2010"}
    assert row["law"]["type"] == "uri"
    assert row["law"]["label"].startswith("Ordinance No. 2010-86")
    texts = web.get(f"{address}questions/discrepancy-readings/answer", params={"lang": "fr"}).json()["rows"]
    assert "fr" in {value["lang"] for row in texts for value in row["values"].values() if value}


@pytest.mark.parametrize("question", CATALOGUE, ids=lambda question: question.name)
def test_every_question_answers_in_every_format(address: str, question: catalogue.Question) -> None:
    counts = set()
    for form, media in MEDIA.items():
        got = web.get(f"{address}questions/{question.name}/answer", headers={"Accept": media}, timeout=60)
        assert got.status_code == 200, (form, got.text)
        assert got.headers["content-type"].split(";")[0] == media
        assert {"Accept", "Accept-Language"} <= set(got.headers["vary"].split(", "))
        if form == "json":
            answer = models.Answer.model_validate_json(got.content)
            counts.add(len(answer.rows))
            assert all(row.evidence for row in answer.rows) or not question.evidence
        elif form == "csv":
            counts.add(len(list(csv.reader(io.StringIO(got.text, newline="")))) - 1)
        elif form == "xlsx":
            counts.add(load_workbook(io.BytesIO(got.content)).worksheets[0].max_row - 1)
        elif form in ("turtle", "jsonld"):
            read = ox.parse(got.content, ox.RdfFormat.TURTLE if form == "turtle" else ox.RdfFormat.JSON_LD)
            counts.add(len({quad.subject for quad in read if quad.predicate.value == str(RS["index"])}))
    assert len(counts) == 1, "all formats have the same rows"


@pytest.mark.parametrize("question", CATALOGUE, ids=lambda question: question.name)
def test_every_question_is_asked_in_french(address: str, question: catalogue.Question) -> None:
    got = web.get(f"{address}questions/{question.name}/answer", headers={"Accept-Language": "fr-NE, en;q=0.4"})
    answer = models.Answer.model_validate_json(got.content)
    assert (answer.lang, got.headers["content-language"], answer.title) == ("fr", "fr", question.title["fr"])
    headings = [column.heading for column in answer.columns]
    assert headings == [question.heading(column.name, "fr") for column in answer.columns]
    assert all(item.statement for row in answer.rows for item in row.evidence)


def test_no_question_takes_a_parameter_that_is_reserved() -> None:
    assert len(CATALOGUE) > 50
    for question in CATALOGUE:
        assert not {parameter.name for parameter in question.params} & set(questions.RESERVED)


# What a request wants


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/csv;q=0.5, text/turtle;q=0.9", "text/turtle"),
        ("application/json;q=0.2, text/csv", "text/csv"),
        ("application/*", "application/json"),
        (SPREADSHEET, SPREADSHEET),
    ],
)
def test_quality_decides_the_format(laws: str, accept: str, media: str) -> None:
    assert web.get(laws, headers={"Accept": accept}).headers["content-type"].split(";")[0] == media


@pytest.mark.parametrize(("form", "media"), MEDIA.items())
def test_format_parameter_goes_before_accept(laws: str, form: str, media: str) -> None:
    got = web.get(laws, params={"format": form}, headers={"Accept": "image/png"})
    assert got.headers["content-type"].split(";")[0] == media


def test_head_says_what_get_would(laws: str, address: str) -> None:
    for url in (laws, f"{address}questions", f"{address}questions/which-laws", f"{address}questions.ttl"):
        got, head = web.get(url), web.head(url)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-type"] == got.headers["content-type"]


def test_language_parameter_goes_before_the_header(laws: str) -> None:
    got = web.get(laws, params={"lang": "en"}, headers={"Accept-Language": "fr"})
    assert got.headers["content-language"] == "en"
    assert web.get(laws, params={"lang": "fr"}).json()["columns"][0]["heading"] == "texte de loi"


@pytest.mark.parametrize("text", ["ANLTP/TIM", ANLTP, f"<{ANLTP}>", "id:ne/org/anltp-tim"])
def test_names_and_iris_mean_the_same(laws: str, text: str) -> None:
    assert web.get(laws, params={"body": text}).json()["iri"].endswith("anltp-tim")


# What is wrong with a request

WRONG = [
    ("which-laws/answer?boddy=ANPE", 400, "ParameterError", ["body"]),
    ("which-laws/answer?body=ANLPT", 400, "NameNotFoundError", ["ANLTP/TIM"]),
    ("which-laws/answer?body=", 400, "ParameterError", []),
    ("which-laws/answer?body=ANPE&body=HCNE", 400, "ParameterError", []),
    ("which-laws/answer?lang=en&lang=fr", 400, "ParameterError", []),
    ("which-laws/answer?lang=de", 400, "ParameterError", ["en", "fr"]),
    ("which-laws/answer?format=pdf", 406, "FormatError", ["xlsx"]),
    ("which-laws/answer?body=%FF", 400, "HTTPException", []),
    ("which-laws/answer?body=%00%07", 400, "NameNotFoundError", []),
    (f"which-laws/answer?body={'x' * 3000}", 400, "ParameterError", []),
    ("which-laws/answer?body=x%22%20%7D%20DROP%20ALL%20%23", 400, "NameNotFoundError", []),
    ("findings-on-a-page/answer?page=twelve", 400, "ParameterError", []),
    ("findings-on-a-page/answer?page=12%20%7D", 400, "ParameterError", []),
    ("wich-laws/answer", 404, "UnknownQuestionError", ["which-laws"]),
    ("wich-laws", 404, "UnknownQuestionError", ["which-laws"]),
    ("%00%1b", 404, "UnknownQuestionError", []),
    ("which-laws?body=ANPE", 400, "ParameterError", []),
]


@pytest.mark.parametrize(("path", "status", "error", "meant"), WRONG, ids=lambda value: str(value)[:40])
def test_a_json_client_gets_problem_details(address: str, path: str, status: int, error: str, meant: list[str]) -> None:
    got = web.get(f"{address}questions/{path}", headers=JSON_ONLY)
    assert got.status_code == status
    assert got.headers["content-type"] == "application/problem+json"
    problem = models.Problem.model_validate_json(got.content)
    assert (problem.status, problem.error) == (status, error)
    assert problem.detail
    for name in meant:
        assert any(name in candidate for candidate in problem.candidates)


def test_months_in_a_table_are_written_in_the_language(address: str) -> None:
    got = web.get(f"{address}questions/things-in-a-status?lang=fr", headers={"Accept": "text/html"})
    assert '<time datetime="2021-10">octobre 2021</time>' in got.text


def test_an_empty_answer_leads_to_questions_that_have_one(address: str) -> None:
    asked = f"{address}questions/bodies-under-a-supervisor?body=MID"
    page = web.get(asked, headers={"Accept": "text/html"})
    assert not web.get(asked.replace("?", "/answer?"), headers={"Accept": "application/json"}).json()["rows"]
    (listed,) = re.findall(r'<ul class="instead">(.*?)</ul>', page.text, re.DOTALL)
    addresses = [html.unescape(found) for found in re.findall(r'href="([^"]+)"', listed)]
    assert any("/units-of-a-body" in found for found in addresses)
    for found in addresses:
        path, _, query = found.lstrip("/").partition("?")
        got = web.get(f"{address}{path}/answer?{query}", headers={"Accept": "application/json"})
        assert got.json()["rows"], found


def test_a_french_page_suggests_french_names(address: str) -> None:
    got = web.get(
        f"{address}questions/which-laws", params={"body": "Ministère", "lang": "fr"}, headers={"Accept": "text/html"}
    )
    assert got.status_code == 400
    assert got.text.count(">Ministère d") > 1
    assert "Ministry of" not in got.text


@pytest.mark.parametrize(("path", "status"), [(path, status) for path, status, *_ in WRONG[:-1]])
def test_others_get_plain_text(address: str, path: str, status: int) -> None:
    got = web.get(f"{address}questions/{path}")
    assert (got.status_code, got.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert "Traceback" not in got.text


def test_nothing_acceptable_is_told_with_the_formats(laws: str) -> None:
    got = web.get(laws, headers={"Accept": "image/png"})
    assert got.status_code == 406
    assert "text/csv" in got.text


def test_other_methods_are_refused(laws: str) -> None:
    assert web.post(laws).status_code == 405
    assert web.delete(laws).status_code == 405


class Failing:
    """A store that always fails in one way."""

    def __init__(self, error: MGIGraphError) -> None:
        self.error = error

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        raise self.error

    def describe(self) -> Mapping[str, str]:
        return {}


@dataclass(frozen=True)
class Client:
    """Asks an application in this process."""

    app: FastAPI

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://here.example") as client:
                return await client.get(path, **arguments)

        return finish(ask())


def small_app(engine: Engine, *asked: catalogue.Question) -> Client:
    app = FastAPI()
    app.include_router(questions.create_router(engine, asked, lambda request: "http://here.example"))
    app.add_exception_handler(MGIGraphError, failures.answer_error)
    openapi.describe(app, asked)
    return Client(app)


@pytest.mark.parametrize(
    ("error", "status"),
    [(BusyError(7, 4, 128), 503), (QueryTimeoutError(30), 504), (ResultTooLargeError(5, "rows"), 507)],
)
def test_an_engine_in_trouble_is_told(error: MGIGraphError, status: int) -> None:
    got = small_app(Failing(error), *CATALOGUE).get("/questions/which-laws/answer", headers=JSON_ONLY)
    assert (got.status_code, got.json()["error"]) == (status, type(error).__name__)
    assert got.headers.get("retry-after") == ("7" if status == 503 else None)


# Hostile values stay values

HOSTILE = ['x" } DROP ALL #', "\\u0022 } ?s ?p ?o #", "}\nSELECT", "\\", "{{x}}", "$x", "<script>alert(1)</script>"]
FORMULAS = ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://e")', "＝1"]
NUMBERS = ["-5", "+3.25"]
ODD = ["\x00\x07", "\x0b", "_x0041_", "🦓", "https://e.example/", "", " =1", "a,b;c|d", "x\ny"]


@pytest.mark.parametrize("text", [*HOSTILE, *FORMULAS, *NUMBERS, *ODD])
def test_a_hostile_value_comes_back_as_it_was(tmp_path: Path, engine: EmbeddedEngine, text: str) -> None:
    client = small_app(engine, echo(tmp_path))
    got = client.get("/questions/echo/answer", params={"x": text}).json()
    assert got["rows"][0]["values"]["x"]["value"] == text
    turtle = client.get("/questions/echo/answer", params={"x": text, "format": "turtle"})
    values = [
        quad.object for quad in ox.parse(turtle.content, ox.RdfFormat.TURTLE) if quad.predicate.value == str(RS.value)
    ]
    assert values == [ox.Literal(text)]
    page = client.get("/questions/echo/answer", params={"x": text, "format": "html"})
    assert page.status_code == 200
    assert "<script>" not in page.text


@pytest.mark.parametrize("text", [*FORMULAS, *NUMBERS, *ODD])
def test_csv_and_xlsx_run_nothing(tmp_path: Path, engine: EmbeddedEngine, text: str) -> None:
    answer = answers.ask(engine, echo(tmp_path), {"x": text})
    (_, (first, *_)) = csv.reader(io.StringIO(spreadsheets.as_csv(answer, "en"), newline=""))
    assert first == ("'" + text if text in FORMULAS else text)
    book = load_workbook(io.BytesIO(spreadsheets.as_xlsx(answer, "en", "")))
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n")
                assert cell.hyperlink is None
    found = book.worksheets[0]["A2"]
    if not any(char in text for char in "\x00\x07\x0b\r") and text != "_x0041_":  # openpyxl leaves _xHHHH_ as it is
        assert (found.value or "") == text
    assert not isinstance(found.value, int | float)
    assert bool(found.quotePrefix) == (text in (*FORMULAS, *NUMBERS))


# Spreadsheets


def test_csv_has_headings_in_the_language_and_evidence(laws: str) -> None:
    got = web.get(laws, params={"format": "csv", "lang": "fr"})
    assert got.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert got.headers["content-disposition"] == 'attachment; filename="which-laws.csv"'
    rows = list(csv.DictReader(io.StringIO(got.text, newline="")))
    assert {row["texte de loi (IRI)"] for row in rows} == LAWS
    assert {(row["preuve : page"], row["preuve : passage"]) for row in rows} == {("14", "1.3-p4")}
    assert all(row["preuve : énoncé"].startswith("L’ANLTP/TIM") for row in rows)
    assert all("International Organization for Migration" in row["preuve : source"] for row in rows)
    assert got.text.count("\r\n") == 3


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("question", CATALOGUE, ids=lambda question: question.name)
def test_spreadsheet_columns_are_told_apart(
    question: catalogue.Question, language: str, engine: EmbeddedEngine
) -> None:
    sheet = spreadsheets.lay_out(answers.ask(engine, question, {}), language, spreadsheets.CSV_SEPARATOR)
    assert len(set(sheet.headings)) == len(sheet.headings)
    for row in sheet.rows:
        counts = {str(cell).count(spreadsheets.CSV_SEPARATOR) for cell in row[-9:]}
        assert len(counts) == 1, "the n-th part of each evidence column belongs together"
        assert all(len(str(cell)) <= 32_767 for cell in row)


def test_xlsx_has_the_rows_and_says_what_was_asked(laws: str) -> None:
    got = web.get(laws, params={"format": "xlsx", "body": "ANLTP/TIM"})
    assert got.headers["content-disposition"] == 'attachment; filename="which-laws.xlsx"'
    book = load_workbook(io.BytesIO(got.content))
    assert book.sheetnames == ["Answer", "About"]
    head, *rows = sheet_rows(book, 0)
    assert head[:4] == ["law", "law (IRI)", "number", "year"]
    assert [row[3] for row in rows] == [2010, 2015]
    assert {row[head.index("evidence: page")] for row in rows} == {14}
    about = {str(row[0]): row[1] for row in sheet_rows(book, 1)}
    assert about["Question"] == "Which laws does ANLTP/TIM implement?"
    assert about["Parameter: body"] == ANLTP
    assert about["Version of the data"] == web.get(laws).json()["version"]
    assert "International Organization for Migration" in about["Source to cite"]
    assert "CC BY-NC 4.0" in about["Licence of the data"]
    french = load_workbook(io.BytesIO(web.get(laws, params={"format": "xlsx", "lang": "fr"}).content))
    assert french.sheetnames == ["Réponse", "À propos"]


def test_same_answer_gives_same_bytes(laws: str) -> None:
    for form in MEDIA:
        first, second = (web.get(laws, params={"format": form}).content for _ in range(2))
        assert first == second


def test_what_no_cell_can_hold_is_cut_with_a_mark(tmp_path: Path, engine: EmbeddedEngine) -> None:
    answer = answers.ask(engine, echo(tmp_path), {"x": "a" * 40_000})
    value = load_workbook(io.BytesIO(spreadsheets.as_xlsx(answer, "en", ""))).worksheets[0]["A2"].value
    assert isinstance(value, str)
    assert len(value) == 32_767
    assert value.endswith(" […]")


def test_kinds_of_claim_are_called_as_in_the_ontology(asserted: Graph) -> None:
    for kind, names in spreadsheets.CLAIM_KINDS.items():
        labels = {str(label.language): str(label) for label in asserted.objects(MGI[kind], RDFS.label)}  # type: ignore[attr-defined]
        assert labels == names


# RDF


def test_turtle_is_the_answer_with_its_evidence(laws: str) -> None:
    graph = Graph().parse(data=web.get(laws, params={"format": "turtle"}).text, format="turtle")
    (whole,) = graph.subjects(RDF.type, RS.ResultSet)
    assert str(whole).startswith(QUESTION["which-laws/answer?body="])
    assert (whole, PROV.wasDerivedFrom, QUESTION["which-laws"]) in graph
    assert {str(name) for name in graph.objects(whole, RS.resultVariable)} == {"law", "number", "year"}
    values = {
        str(value) for cell in graph.subjects(RS.variable, Literal("law")) for value in graph.objects(cell, RS.value)
    }
    assert values == LAWS
    for row in graph.objects(whole, RS.solution):
        claims = [
            thing for thing in graph.objects(row, PROV.wasDerivedFrom) if (thing, RDF.type, MGI.AffirmedClaim) in graph
        ]
        assert len(claims) == 1
        (finding,) = graph.objects(claims[0], MGI.statedIn)
        assert (row, PROV.wasDerivedFrom, finding) in graph
        assert (finding, MGI.page, Literal(14)) in graph
        assert {str(text.language) for text in graph.objects(finding, MGI.statement)} == {"en", "fr"}  # type: ignore[attr-defined]
    assert {str(law) for law in graph.objects(URIRef(ANLTP), URIRef(IMPLEMENTS))} == LAWS


def test_rdflib_reads_the_turtle_back_as_a_table(laws: str) -> None:
    got = web.get(laws, params={"format": "turtle"})
    result = RDFResultParser().parse(io.BytesIO(got.content), format="turtle")  # type: ignore[no-untyped-call]
    numbers = [str(row[Variable("number")]) for row in result.bindings]
    assert numbers == ["2010-86", "2015-36"]


def test_turtle_says_nothing_that_the_graph_does_not(laws: str, asserted: Graph, closure: Graph) -> None:
    graph = Graph().parse(data=web.get(laws, params={"format": "turtle"}).text, format="turtle")
    answer = f"{QUESTION}which-laws/answer"
    foreign = [triple for triple in graph if not str(triple[0]).startswith(answer) and triple not in closure]
    assert foreign == []
    assert sum(triple in asserted for triple in graph) > 40


def test_denied_claims_bring_no_direct_triple(address: str) -> None:
    got = web.get(f"{address}questions/denied-statements/answer", params={"format": "turtle"})
    graph = Graph().parse(data=got.text, format="turtle")
    claims = list(graph.subjects(RDF.type, MGI.DeniedClaim))
    assert claims
    for claim in claims:
        subject, predicate = graph.value(claim, MGI.claimSubject), graph.value(claim, MGI.claimPredicate)
        assert graph.value(claim, MGI.claimObject) not in set(graph.objects(subject, predicate))


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # by rdflib itself
@pytest.mark.parametrize(("path", "form"), [("questions.ttl", "turtle"), ("questions.jsonld", "json-ld")])
def test_the_catalogue_is_published_for_sparql_editors(address: str, path: str, form: str) -> None:
    graph = Graph().parse(data=web.get(f"{address}{path}").text, format=form)
    assert set(graph.subjects(RDF.type, SH.SPARQLExecutable)) == {QUESTION[name] for name in NAMES}
    for question in CATALOGUE:
        iri = QUESTION[question.name]
        assert (iri, RDF.type, SH.SPARQLSelectExecutable) in graph
        assert graph.value(iri, SH.select) == Literal(question.text)
        assert graph.value(iri, SCHEMA.target) == URIRef(f"{address}sparql")
        assert {str(tag) for tag in graph.objects(iri, SCHEMA.keywords)} == set(question.tags)
        comments = {text.language: str(text) for text in graph.objects(iri, RDFS.comment)}  # type: ignore[attr-defined]
        assert set(comments) == {"en", "fr"}
        assert not any("{" in text for text in comments.values())
        paths = [str(graph.value(parameter, SH.path)) for parameter in graph.objects(iri, SH.parameter)]
        assert {path.rpartition("#")[2] for path in paths} == {parameter.name for parameter in question.params}
    prefixes = {str(graph.value(node, SH.prefix)) for node in graph.subjects(RDF.type, SH.PrefixDeclaration)}
    assert {"mgi", "rdfs", "skos"} <= prefixes


def test_published_queries_answer_as_the_catalogue_does(address: str, engine: EmbeddedEngine) -> None:
    graph = Graph().parse(data=web.get(f"{address}questions.ttl").text, format="turtle")
    for question in CATALOGUE:
        text, target = (
            graph.value(QUESTION[question.name], SH.select),
            graph.value(QUESTION[question.name], SCHEMA.target),
        )
        got = web.post(str(target), data={"query": str(text)}, headers={"Accept": "application/sparql-results+json"})
        results = ox.parse_query_results(got.content, ox.QueryResultsFormat.JSON)
        assert isinstance(results, ox.QuerySolutions)
        assert Answer(results).table() == answers.ask(engine, question, {}).table, question.name


def test_one_question_alone_as_rdf(address: str) -> None:
    got = web.get(f"{address}questions/which-laws", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=got.text, format="turtle")
    assert set(graph.subjects(RDF.type, SH.SPARQLExecutable)) == {QUESTION["which-laws"]}
    parameter = graph.value(QUESTION["which-laws"], SH.parameter)
    assert graph.value(parameter, SH.defaultValue) == URIRef(ANLTP)
    assert graph.value(parameter, SH["class"]) == MGI.Organisation


@pytest.mark.parametrize("path", ["question/which-laws", "question/which-laws/answer?body=HCNE"])
def test_iris_of_questions_resolve(address: str, path: str) -> None:
    got = web.get(f"{address}{path}")
    assert got.status_code == 303
    assert got.headers["location"] == "/" + path.replace("question/", "questions/")
    assert web.get(f"{address}question/none").status_code == 404


def test_the_iri_of_an_answer_leads_to_that_answer(laws: str, address: str) -> None:
    answer = web.get(laws, params={"body": "HCNE"}).json()
    path = answer["iri"].removeprefix("https://w3id.org/mgi-graph/")
    assert web.get(f"{address}{path}", follow_redirects=True).json() == answer


# The catalogue in JSON and HTML


def test_the_catalogue_in_json(address: str) -> None:
    got = web.get(f"{address}questions", headers=JSON_ONLY | {"Accept-Language": "fr"})
    listed = models.Catalogue.model_validate_json(got.content)
    assert [question.name for question in listed.questions] == NAMES
    (one,) = [question for question in listed.questions if question.name == "which-laws"]
    assert one.wording == "Quels textes de loi l’organisme ANLTP/TIM met-il en œuvre\u202f?"
    assert one.parameters[0].default.value == ANLTP
    alone = web.get(f"{address}questions/which-laws", params={"format": "json", "lang": "fr"})
    assert models.Question.model_validate_json(alone.content) == one
    assert web.get(f"{address}{one.answer.removeprefix('/')}").status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("en", "questions that the graph answers"), ("fr", "questions auxquelles le graphe répond")]
)
def test_the_catalogue_for_people(address: str, language: str, words: str) -> None:
    got = web.get(f"{address}questions", headers={"Accept": "text/html", "Accept-Language": language})
    assert words in got.text
    assert all(f"/questions/{name}?lang={language}" in got.text for name in NAMES)
    assert got.headers["content-language"] == language


def test_the_page_offers_the_answer_in_the_other_formats(address: str) -> None:
    page = web.get(f"{address}questions/which-laws", params={"body": "HCNE"}, headers={"Accept": "text/html"})
    for form in ("xlsx", "csv", "json", "turtle", "jsonld"):
        assert f'href="/questions/which-laws/answer?body=HCNE&amp;lang=en&amp;format={form}"' in page.text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_says_what_suits_excel_and_where_to_report_an_error(address: str, language: str) -> None:
    page = http.get(f"{address}questions/which-laws?lang={language}", headers={"Accept": "text/html"}, timeout=60).text
    assert "XLSX." in page
    (target,) = re.findall(r'href="(/about/report[^"]*)"', page)
    report = http.get(f"{address}{target[1:].replace('&amp;', '&')}", headers={"Accept": "text/html"}, timeout=60).text
    assert "/questions/which-laws" in report[report.index("<textarea") :]


def test_an_emptied_field_means_the_default_on_the_page_only(address: str, laws: str) -> None:
    page = web.get(f"{address}questions/which-laws", params={"body": ""}, headers={"Accept": "text/html"})
    assert "ANLTP/TIM" in page.text
    assert web.get(laws, params={"body": ""}).status_code == 400


# OpenAPI


def test_the_description_is_valid_openapi(described: dict[str, Any]) -> None:
    validate(described)
    assert described["openapi"].startswith("3.1")
    assert all(server["url"].startswith("/") for server in described["servers"])


def test_operation_identifiers_are_stable_and_unique(described: dict[str, Any]) -> None:
    found = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(set(found)) == len(found)
    assert {"list_questions", "show_question", "answer_which_laws", "answer_findings_on_a_page"} <= set(found)
    assert sum(name.startswith("answer_") for name in found) == len(NAMES)


def test_parameters_are_documented_with_type_and_default(described: dict[str, Any]) -> None:
    for question in CATALOGUE:
        own = [
            item
            for item in described["paths"][f"/questions/{question.name}/answer"]["get"]["parameters"]
            if "name" in item
        ]
        assert [item["name"] for item in own] == [parameter.name for parameter in question.params]
        for item, parameter in zip(own, question.params, strict=True):
            assert item["schema"]["type"] == ("integer" if parameter.type == "integer" else "string")
            assert str(item["schema"]["default"]) == question.default(parameter.name).value
            assert parameter.label["fr"] in item["description"]


def test_documented_answers_and_responses_are_real(described: dict[str, Any], address: str) -> None:
    operation = described["paths"]["/questions/which-laws/answer"]["get"]
    assert set(operation["responses"]) == {"200", "400", "406", "503", "504", "507"}
    for media in operation["responses"]["200"]["content"]:
        got = web.get(f"{address}questions/which-laws/answer", headers={"Accept": media})
        assert got.headers["content-type"].split(";")[0] == media
    assert set(described["paths"]["/questions/{name}"]["get"]["responses"]) - set(operation["responses"]) == {"404"}
    written: dict[str, type[BaseModel]] = {
        "Answer": models.Answer,
        "Problem": models.Problem,
        "Question": models.Question,
    }
    for name, kind in written.items():
        schema = kind.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        assert described["components"]["schemas"][name] == {key: schema[key] for key in schema if key != "$defs"}


def test_an_answer_has_an_iri_whatever_its_values(tmp_path: Path, engine: EmbeddedEngine) -> None:
    iri = triples.answer_iri(answers.ask(engine, echo(tmp_path), {"x": 'é <> \n"{}|^`\\'}))
    assert str(ox.NamedNode(iri)) == f"<{iri}>"
    assert iri.isascii()
