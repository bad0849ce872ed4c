"""The shapes: every one has a valid and an invalid example on disk, states its repair in two languages, and works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import CASES, ROOT
from rdflib import RDF, SH, Graph, Literal, Namespace, URIRef

from mgi_graph import checking, sources, validation
from mgi_graph.errors import SourceError
from mgi_graph.namespaces import MGI, SHAPES
from mgi_graph.shacl_oracle import found_by_pyshacl, found_by_us
from mgi_graph.validation import Rules

EXAMPLES = sorted((CASES / "shapes").glob("*/*.ttl"))
BASE = CASES / "shapes" / "_base.ttl"
_MGI = Namespace(MGI)


@pytest.fixture(scope="module")
def shapes(files: sources.Sources) -> Graph:
    return sources.read_graph(*files.shapes)


@pytest.fixture(scope="module")
def rules(files: sources.Sources) -> Rules:
    return validation.read_rules(files.shapes)


def shape_of(example: Path) -> str:
    return SHAPES + example.parent.name


def speaking(shapes: Graph) -> set[str]:
    return {str(shape) for shape in shapes.subjects(SH.message, None) if isinstance(shape, URIRef)}


def kin(shapes: Graph, shape: str) -> set[str]:
    """A shape, and the constraints and property shapes that hang on it."""
    found, open_ = set(), [URIRef(shape)]
    while open_:
        node = open_.pop()
        found.add(str(node))
        for predicate in (SH.property, SH.node, SH.sparql, SH["not"]):
            open_ += [child for child in shapes.objects(node, predicate) if isinstance(child, URIRef)]
    return found


def test_the_graph_conforms(files: sources.Sources) -> None:
    report = checking.check(files.ontology, files.data, files.shapes)
    assert report.violations == ()
    assert report.triples > 10_000
    assert report.shapes > 100


def test_examples_were_found() -> None:
    assert len(EXAMPLES) > 100


def test_every_shape_that_speaks_has_a_valid_and_an_invalid_example(shapes: Graph) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for example in EXAMPLES:
        kinds[shape_of(example)].add(example.name.partition("-")[0])
    wanted = {shape: {"valid", "invalid"} for shape in speaking(shapes)}
    assert dict(kinds) == wanted


def test_every_constraint_states_its_repair_in_english_and_french(shapes: Graph) -> None:
    constrained = set(shapes.subjects(SH.path, None)) | set(shapes.subjects(SH.select, None))
    for node in {node for node in constrained if not list(shapes.objects(node, SH.message))}:
        owners = list(shapes.transitive_subjects(None, node))
        assert any(list(shapes.objects(owner, SH.message)) for owner in owners), f"{node} has no message"
    for shape in speaking(shapes):
        languages = {text.language for text in shapes.objects(URIRef(shape), SH.message) if isinstance(text, Literal)}
        assert languages == {"en", "fr"}, shape
        assert list(shapes.objects(URIRef(shape), SH.severity)), shape


def test_every_assertable_property_is_watched(shapes: Graph, asserted: Graph) -> None:
    assertable = set(asserted.subjects(_MGI.assertable, Literal(True)))
    assert len(assertable) > 30
    assert assertable <= set(shapes.objects(None, SH.targetSubjectsOf))


@pytest.fixture(scope="module")
def store(files: sources.Sources) -> ox.Store:
    """What every example stands on, read once."""
    return validation.load([files.ontology, BASE])


@contextmanager
def also(store: ox.Store, path: Path) -> Iterator[None]:
    """A store holds the triples of a file, too."""
    added = [quad for quad in validation.load([path]) if quad not in store]
    store.extend(added)
    try:
        yield
    finally:
        for quad in added:
            store.remove(quad)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_example(example: Path, shapes: Graph, rules: Rules, store: ox.Store) -> None:
    with also(store, example):
        breaches = set(validation.violations(store, rules.constraints))
        report = validation.report([BASE, example], len(store), rules, breaches)
    broken = {found.shape for found in report.violations}
    if example.name.startswith("valid"):
        assert not broken
    else:
        assert broken, "the invalid example breaks nothing"
        assert broken <= kin(shapes, shape_of(example))
        for found in report.violations:
            assert {language for language, _ in found.messages} == {"en", "fr"}
            assert found.places


@pytest.mark.parametrize("remainder", [0, *(pytest.param(rest, marks=pytest.mark.slow) for rest in range(1, 24))])
def test_pyshacl_finds_the_same(remainder: int, files: sources.Sources, shapes: Graph, rules: Rules) -> None:
    """In every example; every 24th of them is quick enough for each run of the tests."""
    chosen = EXAMPLES[remainder::24]
    assert chosen
    for example in chosen:
        paths = [files.ontology, BASE, example]
        assert found_by_us(validation.validate(paths, rules).violations) == found_by_pyshacl(paths, shapes), example


def test_the_oracle_finds_nothing_in_the_graph_either(files: sources.Sources, shapes: Graph) -> None:
    assert found_by_pyshacl(files.asserted, shapes) == set()


def test_a_violation_names_file_and_line(tmp_path: Path, files: sources.Sources) -> None:
    path = tmp_path / "wrong.ttl"
    path.write_text(
        "@prefix mgi: <https://w3id.org/mgi-graph/ontology#> .\n\n"
        "<https://w3id.org/mgi-graph/id/ne/org/anpe>\n"
        "    mgi:implements <https://w3id.org/mgi-graph/id/ne/instrument/law-2012-45> .\n",
        "utf-8",
    )
    report = checking.check(files.ontology, [*files.data, path], files.shapes)
    assert [found.places for found in report.violations] == [((path, 4),)]
    assert not report.conforms


@pytest.mark.parametrize(
    ("right", "wrong", "shape", "place"),
    [
        ("mgi:supervisedBy <xd/", "mgi:supervisdBy <xd/", "Declared", "mgi:supervisdBy"),
        ("a mgi:Mandate", "a mgi:Mandat", "Declared", "a mgi:Mandat ;"),
        (
            "<xd/org/ministry-of-ports> ;\n    mgi:topic <topic/labour-migration>",
            "<xd/org/hro> ;\n    mgi:topic <topic/labour-migration>",
            "Finding-mentions",
            "<profile/xd-2023/passage/6.1-p1>",
        ),
    ],
)
def test_a_violation_is_placed_where_it_is_mended(
    tmp_path: Path, files: sources.Sources, right: str, wrong: str, shape: str, place: str
) -> None:
    text = (ROOT / "examples" / "synthetic-country-d-2023.ttl").read_text("utf-8")
    assert text.count(right) == 1
    path = tmp_path / "wrong.ttl"
    path.write_text(text.replace(right, wrong), "utf-8")
    report = checking.check(files.ontology, [*files.data, path], files.shapes)
    lines = path.read_text("utf-8").splitlines()
    places = [found.places for found in report.violations if found.shape.endswith(f"#{shape}")]
    assert places
    for (file, line), *_ in places:
        assert file == path
        assert place in "".join(lines[line - 1 : line + 1])


def test_a_violation_of_a_thing_without_an_iri_names_file_and_line(tmp_path: Path, files: sources.Sources) -> None:
    path = tmp_path / "nameless.ttl"
    path.write_text(
        f"@prefix mgi: <{MGI}> .\n\n[] a mgi:Mandate ;\n  mgi:function 'Counts sheep'@en , 'Compte les moutons'@fr .\n",
        "utf-8",
    )
    report = checking.check(files.ontology, [*files.data, path], files.shapes)
    assert len(report.violations) > 2
    assert {place for found in report.violations for place, _ in found.places} == {path}


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        ("sh:closed true", "sh:closed is not known"),
        ("sh:property [ sh:path mgi:year ; sh:minCount 12 ]", "sh:minCount above 9"),
        ("sh:property [ sh:path [ sh:zeroOrMorePath mgi:partOf ] ; sh:minCount 1 ]", "sh:path is not known"),
        ("sh:not [ sh:path mgi:year ; sh:uniqueLang true ]", "sh:uniqueLang within sh:not"),
        ("sh:sparql [ sh:ask 'ASK { $this mgi:year 1 }' ]", "not of the form SELECT"),
        ("sh:sparql [ sh:select 'SELECT $this ?x WHERE { $this mgi:year ?x }' ]", "selects \\?x"),
    ],
)
def test_a_shape_that_is_not_understood_is_refused_by_name(tmp_path: Path, shape: str, problem: str) -> None:
    path = tmp_path / "odd.ttl"
    path.write_text(
        f"@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix mgi: <{MGI}> .\n"
        f"<{SHAPES}Odd> a sh:NodeShape ; sh:targetClass mgi:Law ; {shape} .\n",
        "utf-8",
    )
    with pytest.raises(SourceError, match=problem):
        validation.read_rules([path])


def test_shapes_stand_in_their_own_namespace(shapes: Graph) -> None:
    for kind in (SH.NodeShape, SH.PropertyShape):
        named = list(shapes.subjects(RDF.type, kind))
        assert named
        assert all(str(shape).startswith(SHAPES) for shape in named)
