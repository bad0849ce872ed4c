"""The rooms of the house: imports point down, modules say their job, the public names stay."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import pytest

from mgi_graph import errors

PACKAGE = Path(__file__).parent.parent / "mgi_graph"
FLOORS: tuple[tuple[str, ...], ...] = (
    ("__init__",),
    ("namespaces", "errors", "agreement", "reference.words", "articles", "typography"),
    ("reasoning", "reasoning.axioms", "reasoning.datatypes", "reasoning.statements", "reasoning.words"),
    ("reasoning.rules",),
    ("wording", "processes"),
    ("sources", "engine.syntax", "turtle", "lines", "census"),
    (
        "engine.result",
        "engine.standard",
        "engine.reading",
        "engine.wire",
        "reference.terms",
        "shapes",
        "places",
        "layout",
        "dumps",
    ),
    ("constraints", "scaffold", "reasoning.proofs"),
    ("reasoning.closure",),
    ("validation", "units", "reasoning.oracle"),
    ("checking",),
    ("engine", "inspection", "reference.diagrams", "shacl_oracle"),
    ("snapshot", "reference"),
    ("engine.embedded", "engine.remote", "catalogue", "search", "exports"),
    ("evidence", "labels", "figures", "comparison", "description", "metadata", "index", "engine.holding"),
    ("answers", "discrepancies", "library", "overview", "vocabulary", "engine.guarded", "loading"),
    ("dossier",),
    ("sheet",),
    ("absences", "citations", "network", "pictures", "report", "reasoning.explanation", "reasoning.naming"),
    ("reasoning.telling",),
    ("reasoning.provenance",),
    ("spreadsheets", "triples", "engine.evaluator", "selection", "connections", "phrases", "surveys"),
    ("centrality", "wheel", "charts", "survey_sheets"),
    ("graphfiles", "explorer", "engine.forkserver"),
    ("engine.workers",),
    ("web.messages", "web.negotiation", "web.problems", "web.budget", "web.metrics", "web.replies", "web.settings"),
    ("web.protocol", "web.models", "web.assets", "web.documents"),
    ("web.reader", "web.parameters", "web.explanations"),
    ("web.pages",),
    ("web.sparql",),
    (
        "web.citing",
        "web.comparisons",
        "web.editor",
        "web.failures",
        "web.home",
        "web.search",
        "web.selections",
        "web.wording",
    ),
    ("web.questions",),
    ("web.things", "web.why"),
    ("web.dataset", "web.early", "web.explore", "web.linked_data", "web.operation", "web.service", "web.trust"),
    ("web.surface",),
    ("web.openapi",),
    ("web", "web.app"),
    ("web.server",),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    name = ".".join(parts)
    return name.removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "mgi_graph":
            base = (node.module or "").removeprefix("mgi_graph").removeprefix(".")
            names = [f"{base}.{alias.name}".removeprefix(".") for alias in node.names]
            found |= {name if name in LEVEL else base or "__init__" for name in names}
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("mgi_graph.") for a in node.names if a.name.startswith("mgi_graph.")}
    return found


def test_every_module_has_a_floor() -> None:
    assert {module_name(path) for path in MODULES} == set(LEVEL)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_point_down(path: Path) -> None:
    here = LEVEL[module_name(path)]
    above = {name for name in imports(path) if LEVEL[name] >= here}
    assert not above, f"{module_name(path)} imports {above} from its own floor or above"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_module_states_its_job_in_one_sentence(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert text
    assert "\n" not in text.strip()


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_functions_stay_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            lines = (node.end_lineno or 0) - first.lineno + 1
            assert lines <= 40, f"{path.name}: {node.name} has {lines} lines"


def test_error_tree_is_pinned() -> None:
    tree = {
        name: kind.__mro__[1].__name__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    assert tree == {
        "MGIGraphError": "Exception",
        "SourceError": "MGIGraphError",
        "SourceNotFoundError": "SourceError",
        "SourceSyntaxError": "SourceError",
        "BlankNodeError": "MGIGraphError",
        "ScaffoldError": "MGIGraphError",
        "InconsistencyError": "MGIGraphError",
        "UncoveredAxiomError": "MGIGraphError",
        "ValidationError": "MGIGraphError",
        "SnapshotError": "MGIGraphError",
        "QueryError": "MGIGraphError",
        "QuerySyntaxError": "QueryError",
        "UpdateRefusedError": "QueryError",
        "ServiceRefusedError": "QueryError",
        "QueryTooLargeError": "QueryError",
        "QueryTimeoutError": "QueryError",
        "QueryTooCostlyError": "QueryError",
        "ResultTooLargeError": "QueryError",
        "AbandonedError": "QueryError",
        "BusyError": "MGIGraphError",
        "BudgetError": "MGIGraphError",
        "NotInGraphError": "MGIGraphError",
        "StoreError": "MGIGraphError",
        "StoreUnreachableError": "StoreError",
        "FormatError": "MGIGraphError",
        "UnknownQuestionError": "MGIGraphError",
        "ParameterError": "MGIGraphError",
        "NameNotFoundError": "ParameterError",
        "AmbiguousNameError": "ParameterError",
        "ProofNotFoundError": "MGIGraphError",
        "StandingUnknownError": "MGIGraphError",
        "PortInUseError": "MGIGraphError",
    }


def test_floors_name_no_module_twice() -> None:
    names = sorted(name for floor in FLOORS for name in floor)
    assert all(first != second for first, second in pairwise(names))
