"""The W3C SPARQL 1.1 test suite, taken the way that every query takes here: snapshot, engine, result as it is sent."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pyoxigraph as ox
import pytest
from conftest import CASES, ROOT, SHARED, needed

from mgi_graph import exports, snapshot
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.result import Answer
from mgi_graph.errors import QueryError, QuerySyntaxError, ServiceRefusedError, UpdateRefusedError

FOLDER = Path(os.environ.get("MGI_GRAPH_CONFORMANCE") or SHARED / "conformance")
RUNNER = FOLDER / "sparql_suite.py"
COLLECTED = {
    "evaluation": 232,
    "csv": 3,
    "accepted": 66,
    "refused": 48,
    "update": 136,
    "not an update": 13,
    "service": 7,
}
EXPECTED_FAILURES = 9  # to be lowered with each that passes
READ_BACK = {
    "solutions": ("json", "xml", "tsv"),
    "boolean": ("json", "xml"),
    "triples": ("turtle", "ntriples", "jsonld"),
}
EMPTY = {"syntax-update-1/test_38", "syntax-update-1/test_39", "syntax-update-1/test_40"}

Case = dict[str, Any]


def load_runner() -> Any:
    """The runner beside the suite, as a module; None where there is none."""
    if not RUNNER.is_file():
        return None
    spec = importlib.util.spec_from_file_location("sparql_suite", RUNNER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


suite = load_runner()


def name(case: Case) -> str:
    return f"{Path(case['group']).name}/{case['id'].rpartition('#')[2]}"


def kind(case: Case) -> str:
    """What is to be shown of a case; empty where it is not of our kind (entailment, other protocols)."""
    type_ = case["types"][0].removesuffix("11")
    if type_ == "QueryEvaluationTest":
        served = case["service"] or case["group"].endswith("/service")
        return "" if case["regime"] else "service" if served else "evaluation"
    kinds = {
        "CSVResultFormatTest": "csv",
        "PositiveSyntaxTest": "accepted",
        "NegativeSyntaxTest": "refused",
        "UpdateEvaluationTest": "update",
        "PositiveUpdateSyntaxTest": "update",
        "NegativeUpdateSyntaxTest": "not an update",
    }
    return kinds.get(type_, "")


def collect() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {label: [] for label in COLLECTED}
    for case in suite.manifest(FOLDER / "sparql11" / "manifest-all.ttl") if suite else ():
        found.setdefault(kind(case), []).append(case)
    return found


FOUND = collect()


def cases(*kinds: str) -> pytest.MarkDecorator:
    chosen = [pytest.param(case, id=name(case)) for label in kinds for case in FOUND[label]]
    return pytest.mark.parametrize("case", chosen)


@lru_cache
def expected_failures() -> dict[str, dict[str, str]]:
    with (CASES / "conformance" / "expected-failures.tsv").open(encoding="utf-8", newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file, delimiter="\t")}


@lru_cache(maxsize=4)
def engine_on(lines: bytes, folder: Path) -> EmbeddedEngine:
    path = folder / f"{hashlib.sha256(lines).hexdigest()}.nq"
    path.write_bytes(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(snapshot.CACHE_VARIABLE, str(folder / "cache"))  # hundreds of snapshots, of which few are kept
        return EmbeddedEngine(snapshot.of_files([path]))


class OurWay:
    """What the runner calls an engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def query(self, case: Case, text: str, want_csv: bool = False) -> tuple[Any, str | None]:
        engine = engine_on(quads(case), self.folder)
        text = with_base(text, case["query"])
        if want_csv:
            return None, sent(engine.query(text), "csv").decode()
        forms = READ_BACK[engine.query(text).kind]
        results = [read_back(sent(engine.query(text), form), form) for form in forms]
        unlike = [form for form, result in zip(forms, results, strict=True) if suite.compare(results[0], result)]
        assert not unlike, f"the results in {unlike} differ from that in {forms[0]}"
        return results[0], None

    def parse_query(self, text: str, base: str) -> None:
        try:
            engine_on(b"", self.folder).query(with_base(text, base))
        except (QuerySyntaxError, UpdateRefusedError):
            raise
        except QueryError:
            pass  # well-formed, and refused for another reason


def quads(case: Case) -> bytes:
    """The dataset of a case, in N-Quads."""

    def all_quads() -> Iterator[ox.Quad]:
        for address, graph in suite.load_quads(case):
            path = Path(suite.path_of(address))
            for quad in ox.parse(path.read_bytes(), suite.EXT[path.suffix], base_iri=address, rename_blank_nodes=True):
                yield ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph)) if graph else quad

    return ox.serialize(all_quads(), format=ox.RdfFormat.N_QUADS) or b""


def with_base(text: str, base: str) -> str:
    own = re.match(r"(?:\s|#[^\n]*\n)*BASE\s*<([^>]*)>", text, re.IGNORECASE)
    return text if own and urljoin(base, own[1]) == own[1] else f"BASE <{base}> {text}"


def sent(answer: Answer, form: str) -> bytes:
    return exports.serialize(answer, exports.format_named(form, exports.formats_for(answer.kind)))


def read_back(body: bytes, form: str) -> Any:
    native = next(item.native for item in exports.SOLUTION_FORMATS + exports.GRAPH_FORMATS if item.name == form)
    if isinstance(native, ox.QueryResultsFormat):
        return suite.from_ox(ox.parse_query_results(body, native))
    triples = {tuple(map(suite.norm, quad.triple)) for quad in ox.parse(body, native)}
    return ("graph", list(triples))


@pytest.fixture(scope="module")
def our_way(tmp_path_factory: pytest.TempPathFactory) -> OurWay:
    return OurWay(tmp_path_factory.mktemp("conformance"))


def test_the_whole_suite_is_collected() -> None:
    needed("conformance", suite is not None)
    assert {label: len(found) for label, found in FOUND.items() if label} == COLLECTED
    names = Counter(name(case) for found in FOUND.values() for case in found)
    assert max(names.values()) == 1
    assert expected_failures().keys() <= names.keys()


def test_the_list_of_expected_failures_only_shrinks_and_gives_reasons() -> None:
    assert len(expected_failures()) <= EXPECTED_FAILURES
    assert all(row["reason"] and row["upstream"] for row in expected_failures().values())


@cases("evaluation", "csv", "accepted", "refused")
def test_case_passes_unless_its_failure_is_expected(case: Case, our_way: OurWay) -> None:
    _, status, detail = suite.run(case, our_way)
    if name(case) in expected_failures():
        assert status == "fail", f"This passes now; take {name(case)} off the list of expected failures."
    else:
        assert status == "pass", detail


@cases("service")
def test_case_that_calls_another_endpoint_is_refused(case: Case, our_way: OurWay) -> None:
    with pytest.raises(ServiceRefusedError):
        our_way.query(case, suite.read(case["query"]))


@cases("update")
def test_update_is_refused_as_such(case: Case, our_way: OurWay) -> None:
    with pytest.raises(QuerySyntaxError if name(case) in EMPTY else UpdateRefusedError):
        engine_on(b"", our_way.folder).query(suite.read(case["query"]))


@cases("not an update")
def test_what_is_not_even_an_update_is_refused(case: Case, our_way: OurWay) -> None:
    with pytest.raises(QueryError):
        engine_on(b"", our_way.folder).query(suite.read(case["query"]))


def test_page_gives_these_figures() -> None:
    text = (ROOT / "docs" / "conformance.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([a-z ]+?)(?: \([a-z]+\))? \| (\d+) \|", text, re.MULTILINE))
    assert {label: int(number) for label, number in rows.items()} == COLLECTED
    queries = sum(COLLECTED[label] for label in ("evaluation", "csv", "accepted", "refused"))
    listed = len(expected_failures())
    assert f"Of the {queries} cases for queries {queries - listed} pass and {listed} fail." in text
