"""Editing stays easy: `fmt` brings a file into form, names claims, loses nothing; the generated pages are fresh."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, Run
from rdflib.compare import isomorphic

from mgi_graph import catalogue, layout, report, snapshot, sources
from mgi_graph.errors import SourceError
from mgi_graph.figures import count
from mgi_graph.snapshot import Snapshot

HEAD = """@prefix mgi: <https://w3id.org/mgi-graph/ontology#> .
@base <https://w3id.org/mgi-graph/id/> .
"""
CLAIM = """[] a mgi:AffirmedClaim ; mgi:statedIn <profile/ne-2021/finding/1.3-p4-6> ;
  mgi:claimSubject <ne/org/anpe> ; mgi:claimObject <ne/instrument/law-2012-45> ; mgi:claimPredicate mgi:implements .
"""


def test_a_shuffled_file_comes_back_in_form(tmp_path: Path) -> None:
    path = ROOT / "data" / "niger-2021.ttl"
    graph = sources.read_source(path).graph
    shuffled = tmp_path / "shuffled.ttl"
    graph.serialize(shuffled, format="turtle")
    assert shuffled.read_text("utf-8") != path.read_text("utf-8")
    assert layout.tidy(shuffled) == path.read_text("utf-8")


def test_fmt_writes_names_the_claim_and_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "edited.ttl"
    path.write_text(HEAD + CLAIM, "utf-8")
    before = sources.read_source(path).graph
    looked = run("fmt", "--check", path)
    assert (looked.returncode, "not in form" in looked.stdout) == (1, True)
    done = run("fmt", path)
    assert done.returncode == 0
    assert f"{path}: written anew" in done.stdout
    assert "AffirmedClaim" in done.stdout, "the claim's direct triple is missing, and fmt says so"
    after = sources.read_source(path)
    claims = {str(subject) for subject in after.graph.subjects()}
    assert len(claims) == 1
    assert all(claim.startswith("https://w3id.org/mgi-graph/id/profile/ne-2021/claim/") for claim in claims)
    assert len(after.graph) == len(before)
    assert "in form" in run("fmt", path).stdout


def test_what_has_its_names_is_isomorphic_before_and_after(tmp_path: Path) -> None:
    for path in sorted((ROOT / "data").glob("*.ttl")):
        graph = sources.read_source(path).graph
        again = tmp_path / path.name
        again.write_text(layout.tidy(path), "utf-8")
        assert isomorphic(graph, sources.read_source(again).graph)


def test_a_comment_is_not_lost_but_refused(tmp_path: Path) -> None:
    path = tmp_path / "commented.ttl"
    path.write_text(HEAD + '# why this is so\n<ne/org/anpe> mgi:number "#7" .\n', "utf-8")
    with pytest.raises(SourceError, match=r"commented\.ttl:3: the comment '# why this is so' would be lost"):
        layout.tidy(path)


def test_another_blank_node_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "blank.ttl"
    path.write_text(HEAD + "[] a mgi:Agency .\n", "utf-8")
    with pytest.raises(SourceError, match="mgi:Agency"):
        layout.tidy(path)


def test_a_change_of_one_fact_changes_few_lines(tmp_path: Path) -> None:
    path = ROOT / "data" / "niger-2021.ttl"
    text = path.read_text("utf-8")
    edited = tmp_path / "niger-2021.ttl"
    edited.write_text(text + CLAIM, "utf-8")
    old, new = set(text.splitlines()), layout.tidy(edited).splitlines()
    assert len([line for line in new if line not in old]) <= 5


def test_the_generated_catalogue_page_is_fresh(files: sources.Sources) -> None:
    page = report.catalogue_page(catalogue.read_catalogue(files.queries))
    assert page == (ROOT / "queries" / "README.md").read_text("utf-8"), "run `mgi-graph docs`"


def test_stats_are_those_of_the_graph(run: Run, built: Snapshot) -> None:
    from mgi_graph.engine.embedded import EmbeddedEngine

    done = run("stats")
    assert done.returncode == 0
    figures = count(EmbeddedEngine(built), [graph.iri for graph in built.graphs if graph.file])
    shares = {share.name: share for share in figures.shares}
    assert shares["claims with a page or page label"].percent == 100
    assert shares["names in both languages"].percent == 100
    assert 0 < shares["bodies with a stated parent"].percent < 100
    findings = next(item.number for item in figures.by_class if item.names == ("Finding",))
    assert sum(item.number for item in figures.by_section) == findings > 200
    assert f"{findings}" in done.stdout
    assert {len(item.iris) for item in figures.by_section} == {1}


def test_sections_of_several_profiles_are_counted_apart(files: sources.Sources) -> None:
    from mgi_graph.engine.embedded import EmbeddedEngine

    built = snapshot.of_files([*files.asserted, *sorted((ROOT / "examples").glob("*.ttl"))])
    figures = count(EmbeddedEngine(built), [graph.iri for graph in built.graphs])
    names = [item.names for item in figures.by_section]
    assert {("ne-2021", "1.2"), ("xa-2024", "1.2"), ("xd-2023", "1.2")} <= set(names)
    assert len(names) == len(set(names))
