"""A new profile: an empty file that conforms, in canonical layout, that says what to fill in and what to do next."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Run

from mgi_graph import checking, layout, sources
from mgi_graph.errors import ScaffoldError
from mgi_graph.scaffold import find_country, scaffold


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the files of the checkout."""
    for name in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_empty_file_conforms_and_is_in_form(run: Run, root: Path) -> None:
    made = run("new-profile", "mli", "2022", MGI_GRAPH_ROOT=str(root))
    path = root / "data" / "mali-2022.ttl"
    assert made.returncode == 0, made.stderr
    assert "mali-2022.ttl: written" in made.stdout
    assert f"mgi-graph check {path}" in made.stdout
    for command in (("fmt", "--check", path), ("check", path), ("check",)):
        done = run(*command, MGI_GRAPH_ROOT=str(root))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "0 violations" in done.stdout
    before = path.read_bytes()
    again = run("new-profile", "MLI", "2022", MGI_GRAPH_ROOT=str(root))
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", ["empty", "missing"])
def test_the_first_profile_of_a_graph(run: Run, tmp_path: Path, data: str) -> None:
    for name in ("ontology", "shapes", "queries"):
        (tmp_path / name).symlink_to(ROOT / name)
    if data == "empty":
        (tmp_path / "data").mkdir()
    made = run("new-profile", "MLI", "2022", MGI_GRAPH_ROOT=str(tmp_path))
    assert made.returncode == 0, made.stderr
    done = run("check", MGI_GRAPH_ROOT=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 violations" in done.stdout


def test_it_has_its_sections_and_says_what_to_fill_in(files: sources.Sources) -> None:
    made = scaffold(files, "CIV", 2024)
    assert made.path == files.root / "data" / "cote-d-ivoire-2024.ttl"
    assert not made.path.exists()
    for number in range(1, 7):
        assert f"<profile/ci-2024/section/{number}.1>" in made.turtle
    assert made.turtle.count("a mgi:Section") == 20
    assert made.turtle.count("mgi:coversDimension") == 13
    for needed in ("bibliographicCitation", "dcterms:rights", "dcterms:title", "mgi:pageLabel"):
        assert f'{needed} "[to fill in: ' in made.turtle.replace("\n       ", "")
    assert "[à remplir : le titre en français, Côte d’Ivoire 2024]" in made.turtle


def test_a_state_is_described_where_no_file_does_yet(files: sources.Sources, tmp_path: Path) -> None:
    assert "<country/CIV>\n" not in scaffold(files, "CIV", 2024).turtle, "the file of the Niger describes it"
    made = scaffold(files, "KHM", 2024)
    assert '<country/KHM>\n    a mgi:State ;\n    skos:prefLabel "Cambodia"@en, "Cambodge"@fr' in made.turtle
    path = tmp_path / made.path.name
    path.write_text(made.turtle, "utf-8")
    assert layout.tidy(path) == made.turtle
    assert checking.check(files.ontology, [*files.data, path], files.shapes).violations == ()


def test_a_passage_makes_placeholders_a_violation(files: sources.Sources, tmp_path: Path) -> None:
    made = scaffold(files, "KHM", 2024)
    path = tmp_path / made.path.name
    passage = (
        "<profile/kh-2024/passage/intro-p1> a mgi:Passage ; mgi:inSection <profile/kh-2024/section/intro> ;\n"
        "  mgi:passageKind <passage-kind/paragraph> ; mgi:ordinal 1 ; mgi:page 7 .\n"
    )
    path.write_text(made.turtle + passage, "utf-8")
    report = checking.check(files.ontology, [*files.data, path], files.shapes)
    assert {found.shape for found in report.violations} == {"https://w3id.org/mgi-graph/shapes#Placeholder"}
    assert {found.focus for found in report.violations} == {"id:profile/kh-2024", "id:profile/kh-2024/section/intro"}
    assert {file for found in report.violations for file, _ in found.places} == {path}


@pytest.mark.parametrize("code", ["", "ML", "MALI", "XXK", "XYA", "ml1", "SUN", "../MLI", "QQQ", "ZZZ"])
def test_what_is_no_country_is_refused(code: str) -> None:
    with pytest.raises(ScaffoldError, match="three letters"):
        find_country(code)


@pytest.mark.parametrize("year", [0, 1999, 2014, 2101])
def test_a_year_without_profiles_is_refused(files: sources.Sources, year: int) -> None:
    with pytest.raises(ScaffoldError, match="2015 to 2100"):
        scaffold(files, "MLI", year)


def test_a_profile_that_is_described_under_another_file_name_is_refused(run: Run, root: Path) -> None:
    (root / "data" / "niger-2021.ttl").rename(root / "data" / "ne-first.ttl")
    done = run("new-profile", "NER", "2021", MGI_GRAPH_ROOT=str(root))
    assert done.returncode == 1
    assert "described already" in done.stderr


EXAMPLES = sorted((ROOT / "examples").glob("*.ttl"))
EXAMPLE = ROOT / "examples" / "synthetic-country-a-2024.ttl"
GUIDE = ROOT / "docs" / "new-profile.md"


def test_the_worked_examples_conform_and_are_in_form(files: sources.Sources) -> None:
    assert len(EXAMPLES) == 2
    for path in EXAMPLES:
        assert layout.tidy(path) == path.read_text("utf-8")
    assert checking.check(files.ontology, [*files.data, *EXAMPLES], files.shapes).violations == ()


def test_the_examples_have_each_record_that_the_guide_tells_of() -> None:
    text = "".join(path.read_text("utf-8") for path in EXAMPLES)
    told = re.findall(r"^\| .*? \| `mgi:(\w+)`", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert len(told) == 8
    assert [name for name in told if f"    a mgi:{name} ;" not in text] == []


def test_the_month_of_the_guide_can_be_pasted_into_the_empty_file(files: sources.Sources, tmp_path: Path) -> None:
    made = scaffold(files, "XXC", 2023)
    month = next(
        block for block in re.findall(r"```turtle\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL) if "cutOff" in block
    )
    path = tmp_path / made.path.name
    path.write_text(made.turtle.replace("    mgi:profileOf", month + "    mgi:profileOf", 1), "utf-8")
    assert checking.check(files.ontology, [*files.data, path], files.shapes).violations == ()


def test_the_guide_shows_what_stands_in_the_example() -> None:
    shown = re.findall(r"```turtle\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(shown) > 5
    text = EXAMPLE.read_text("utf-8")
    for block in shown:
        if block.startswith("[]"):
            told = dict(re.findall(r"mgi:(claim\w+|statedIn) ([^ ;]+)", block))
            claims = [part for part in text.split("\n\n") if "a mgi:AffirmedClaim" in part]
            assert any(all(f"mgi:{name} {value}" in claim for name, value in told.items()) for claim in claims)
        else:
            assert block in text


def test_what_is_synthetic_says_so_and_is_not_published(files: sources.Sources) -> None:
    assert "Synthetic, for practice and tests" in scaffold(files, "XXB", 2024).turtle
    assert all("Synthetic, for practice and tests" in path.read_text("utf-8") for path in EXAMPLES)
    for path in files.data:
        assert "country/XX" not in path.read_text("utf-8")
