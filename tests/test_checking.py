"""Many profiles: each checked on its own gives what the whole graph gives, only what changed is checked again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks.synthetic import write_profiles
from mgi_graph import checking, sources, validation
from mgi_graph.errors import SourceSyntaxError
from mgi_graph.namespaces import BASE, ID
from mgi_graph.validation import Rules

PROFILES = 4
FAULTS = """@prefix mgi: <https://w3id.org/mgi-graph/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <https://w3id.org/mgi-graph/id/> .
<xa/org/anpe> mgi:implements <xb/instrument/law-2015-36> .
<treaty/refugee-convention-1951> skos:altLabel "a  b"@en ; mgi:year 1951, 1952 .
<xb/org/nowhere> a mgi:Agency ; mgi:country <country/XXB> .
<country/XXC> mgi:supervisedBy <xc/org/unknown> .
<xd/org/one> a mgi:Agency ; mgi:country <country/XXD> ; mgi:unitOf <xd/org/two> .
<xd/org/two> a mgi:Finding ; mgi:unitOf <xd/org/one> .
[] a mgi:Mandate ; mgi:function "Counts sheep"@en .
<country/XXB> <http://www.w3.org/2002/07/owl#sameAs> <country/XXC> .
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_profiles(tmp_path_factory.mktemp("data"), PROFILES, seed=3, base=BASE)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(sources.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(scope="module")
def rules(files: sources.Sources) -> Rules:
    return validation.read_rules(files.shapes)


def test_in_parts_as_on_the_whole(data: list[Path], fresh: Path, files: sources.Sources, rules: Rules) -> None:
    path = fresh / "faults.ttl"
    path.write_text(FAULTS, "utf-8")
    steps: list[str] = []
    parts = checking.check(files.ontology, [*data, path], files.shapes, steps.append)
    whole = validation.validate([files.ontology, *data, path], rules)
    shapes = {found.shape.rpartition("#")[2] for found in whole.violations}
    assert len(shapes) > 13
    assert "OneThing" in shapes
    kept = [
        {replace(found, terms=("", "", "")) for found in report.violations}  # the name of a blank node changes
        for report in (parts, whole)
    ]
    assert kept[0] == kept[1]
    assert (parts.files, parts.triples, parts.shapes) == (whole.files, whole.triples, whole.shapes)
    assert any(path in {place for place, _ in found.places} for found in parts.violations)
    assert "7 of 7 parts done" in steps[-1]


def test_synthetic_profiles_conform_and_only_what_changed_is_checked(
    data: list[Path], fresh: Path, files: sources.Sources
) -> None:
    folder = fresh / "data"
    shutil.copytree(data[0].parent, folder)
    here = sorted(folder.glob("*.ttl"))
    assert checking.check(files.ontology, here, files.shapes).violations == ()
    for edited, again in ((None, 0), (folder / "synthetic-xb-2021.ttl", 1)):
        if edited:
            text = edited.read_text("utf-8")
            edited.write_text(
                text + f'<{ID}xb/org/anpe> <http://www.w3.org/2004/02/skos/core#altLabel> " " .\n', "utf-8"
            )
        steps: list[str] = []
        report = checking.check(files.ontology, here, files.shapes, steps.append)
        assert f"in {again} of {len(here) + 1} parts" in "\n".join(steps)
        assert {place for found in report.violations for place, _ in found.places} == ({edited} if edited else set())


def test_a_damaged_note_is_no_note(data: list[Path], fresh: Path, files: sources.Sources) -> None:
    assert checking.check(files.ontology, data, files.shapes).conforms
    notes = list((fresh / "cache" / "checks").glob("*.json"))
    assert len(notes) > PROFILES
    for note in notes:
        note.write_text("{", "utf-8")
    assert checking.check(files.ontology, data, files.shapes).conforms


def test_one_file_is_checked_with_those_that_describe_what_it_names(data: list[Path], tmp_path: Path) -> None:
    assert checking.nearest([data[2]], data[:2]) == tuple(data[:2]), "few others are all taken"
    more = [tmp_path / f"alone-{number}.ttl" for number in range(3)]
    for path in more:
        path.write_text(f"<{ID}xz/org/{path.stem}> a <{ID}x> .\n", "utf-8")
    assert checking.nearest([data[2]], [*data[:2], *data[3:], *more]) == (data[0],)


def test_a_file_that_is_no_turtle_is_named_with_its_line(data: list[Path], fresh: Path, files: sources.Sources) -> None:
    path = fresh / "broken.ttl"
    path.write_text("@prefix a: <http://a/> .\na:b a:c\n", "utf-8")
    with pytest.raises(SourceSyntaxError, match=r"broken\.ttl:3"):
        checking.check(files.ontology, [*data, path], files.shapes)


def test_local_constraints_are_most(rules: Rules) -> None:
    local = [constraint for constraint in rules.constraints if constraint.local]
    assert 0.8 * len(rules.constraints) < len(local) < len(rules.constraints)
    assert all(isinstance(ox.Store().query(constraint.query), ox.QuerySolutions) for constraint in rules.constraints)
