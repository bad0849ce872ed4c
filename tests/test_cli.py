"""The command line, as a person uses it: in a process of its own, with good input and bad."""

from __future__ import annotations

import csv
import io
import json
import socket
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT, Run, Serve, http
from rdflib import Graph

from mgi_graph.snapshot import Snapshot

pytestmark = pytest.mark.usefixtures("built")
LAWS = {
    "https://w3id.org/mgi-graph/id/ne/instrument/law-2015-36",
    "https://w3id.org/mgi-graph/id/ne/instrument/ordinance-2010-86",
}


def test_build_names_the_snapshot_and_its_graphs(run: Run, built: Snapshot) -> None:
    done = run("build")
    assert done.returncode == 0
    assert f"snapshot {built.version}" in done.stdout
    assert "graph/niger-2021" in done.stdout
    assert done.stderr == "", "nothing is built a second time"


def test_ask_answers_with_evidence(run: Run) -> None:
    done = run("ask", "which-laws", "--body", "ANLTP/TIM")
    assert done.returncode == 0
    assert "2010-86" in done.stdout
    assert "2015-36" in done.stdout
    assert "1.3-p4, p. 14" in done.stdout
    assert "International Organization for Migration (IOM), 2021" in done.stdout


def test_ask_in_french(run: Run) -> None:
    done = run("ask", "which-laws", "--lang", "fr")
    assert "Quels" in done.stdout
    assert "Ce que dit le rapport" in done.stdout


def test_ask_as_json_for_programs(run: Run) -> None:
    done = run("ask", "which-laws", "--body=ANLTP/TIM", "--format", "json")
    data = json.loads(done.stdout)
    assert {row["values"]["law"] for row in data["rows"]} == LAWS
    assert {item["page"] for row in data["rows"] for item in row["evidence"]} == {14}


def test_ask_as_csv(run: Run) -> None:
    done = run("ask", "which-laws", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["law"] for row in rows} == LAWS
    assert all(row["evidence"] == "1.3-p4, p. 14" for row in rows)


def test_empty_answer_says_so(run: Run) -> None:
    done = run("ask", "which-laws", "--body", "HCNE")
    assert done.returncode == 0
    assert "No rows" in done.stdout


def test_questions_lists_and_shows(run: Run) -> None:
    listed = run("questions")
    assert listed.returncode == 0
    assert "which-laws" in listed.stdout
    shown = run("questions", "which-laws", "--lang", "fr")
    assert "--body" in shown.stdout
    assert "SELECT" in shown.stdout


@pytest.mark.parametrize("form", ["", "table", "json", "xml", "csv", "tsv"])
def test_query_from_standard_input(run: Run, form: str) -> None:
    done = run("query", "-", *(["--format", form] if form else []), stdin="SELECT (1 AS ?one) {}")
    assert done.returncode == 0
    assert "one" in done.stdout


def test_query_of_a_graph_gives_turtle(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    file.write_text("DESCRIBE <https://w3id.org/mgi-graph/id/ne/org/anltp-tim>", "utf-8")
    done = run("query", file)
    assert len(Graph().parse(data=done.stdout, format="turtle")) > 5


def test_query_of_another_endpoint(run: Run, address: str) -> None:
    done = run("query", ROOT / "queries" / "which-laws.rq", "--store", f"{address}sparql", "--format", "json")
    assert done.returncode == 0, done.stderr
    results = ox.parse_query_results(done.stdout.encode(), ox.QueryResultsFormat.JSON)
    assert isinstance(results, ox.QuerySolutions)
    assert len(list(results)) == 2
    graph = run(
        "query",
        "-",
        "--store",
        f"{address}sparql",
        stdin="CONSTRUCT WHERE { ?s a <https://w3id.org/mgi-graph/ontology#Ministry> }",
    )
    assert len(Graph().parse(data=graph.stdout, format="turtle")) > 3


def test_check_of_the_graph_is_clean(run: Run) -> None:
    done = run("check")
    assert done.returncode == 0, done.stdout
    assert "0 violations" in done.stdout


def test_check_says_where_and_how_to_mend(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.ttl"
    wrong.write_text(
        "@prefix mgi: <https://w3id.org/mgi-graph/ontology#> .\n"
        "<https://w3id.org/mgi-graph/id/ne/org/anpe>\n"
        "    mgi:implements <https://w3id.org/mgi-graph/id/ne/instrument/law-2012-45> .\n",
        "utf-8",
    )
    done = run("check", wrong)
    assert done.returncode == 1
    assert f"{wrong}:3: Violation: id:ne/org/anpe" in done.stdout
    french = run("check", wrong, "--lang", "fr")
    assert french.stdout.splitlines()[1] != done.stdout.splitlines()[1]


BAD = [
    (["check", "{tmp}/broken.ttl"], ["broken.ttl:3:", "expected"]),
    (["check", "{tmp}/none.ttl"], ["none.ttl", "no such file"]),
    (["serve", "--data", "{tmp}/none.ttl", "--port", "0"], ["none.ttl", "no such file"]),
    (["serve", "--data", "{tmp}/broken.ttl", "--port", "0"], ["broken.ttl:3:", "expected"]),
    (["serve", "--data", "{tmp}/notes.docx", "--port", "0"], ["notes.docx", "no RDF format"]),
    (["ask", "wich-laws"], ["no question 'wich-laws'", "which-laws"]),
    (["ask", "which-laws", "--boddy", "ANPE"], ["no parameter 'boddy'", "body"]),
    (["ask", "which-laws", "--body", "ANLPT"], ["'ANLPT'", "nearest", "anltp-tim"]),
    (["ask", "which-laws", "--body"], ["--body has no value"]),
    (["ask", "which-laws", "ANPE"], ["'ANPE' is no parameter"]),
    (["ask", "which-laws", "--body", "ANPE", "--body", "MID"], ["given twice"]),
    (["query", "{tmp}/none.rq"], ["none.rq", "no such file"]),
    (["query", "{tmp}/bad.rq"], ["line 2, column", "^"]),
    (["query", "{tmp}/latin.rq"], ["not UTF-8"]),
    (["query", "{tmp}/good.rq", "--format", "turtle"], ["no format 'turtle'", "json"]),
    (["query", "{tmp}/update.rq"], ["Updates are refused"]),
    (["query", "{tmp}/good.rq", "--store", "http://127.0.0.1:9/sparql"], ["127.0.0.1:9", "cannot be reached"]),
    (["query", "{tmp}/good.rq", "--store", "nonsense"], ["nonsense", "is no address of a store"]),
]


@pytest.mark.parametrize(
    ("arguments", "said"), BAD, ids=lambda value: " ".join(value) if isinstance(value, list) else None
)
def test_bad_input_gets_a_message_never_a_traceback(
    run: Run, tmp_path: Path, arguments: list[str], said: list[str]
) -> None:
    (tmp_path / "broken.ttl").write_text("@prefix ex: <http://e/> .\nex:a ex:b ex:c\nex:d ex:e ex:f .\n", "utf-8")
    (tmp_path / "notes.docx").write_bytes(b"PK")
    (tmp_path / "good.rq").write_text("SELECT (1 AS ?x) {}", "utf-8")
    (tmp_path / "bad.rq").write_text("SELECT ?s {\n ?s ?p }", "utf-8")
    (tmp_path / "latin.rq").write_bytes("SELECT ('é' AS ?x) {}".encode("latin-1"))
    (tmp_path / "update.rq").write_text("CLEAR ALL", "utf-8")
    done = run(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for words in said:
        assert words in done.stderr


def test_port_in_use_is_told_before_any_work(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_files_are_served_instead(serve: Serve, tmp_path: Path) -> None:

    data = tmp_path / "own.trig"
    data.write_text("<http://a> <http://b> 1 . GRAPH <http://g> { <http://a> <http://b> 2, 3 }", "utf-8")
    with serve("--data", data) as address:
        count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        default = http.get(f"{address}sparql", params={"query": count}, headers={"Accept": "text/csv"})
        named = http.get(
            f"{address}sparql",
            params={"query": count.replace("{ ?s ?p ?o }", "{ GRAPH ?g { ?s ?p ?o } }")},
            headers={"Accept": "text/csv"},
        )
        assert default.text.split() == ["n", "1"]
        assert named.text.split() == ["n", "2"]
        assert http.get(address).status_code == 200


def test_what_cannot_be_written_is_told_in_a_line(run: Run, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "all.nq"
    done = run("load", "--file", nowhere)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"{nowhere}: No such file or directory."
    assert "Traceback" not in done.stderr
