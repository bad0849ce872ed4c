"""Snapshots: reused until a file changes, never built from a broken graph, never half there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mgi_graph import snapshot, sources
from mgi_graph.errors import SnapshotError, SourceSyntaxError, ValidationError

ROOT = Path(__file__).parent.parent

TINY_ONTOLOGY = """
@prefix ex: <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:Dog a owl:Class ; rdfs:subClassOf ex:Animal . ex:Animal a owl:Class .
"""
TINY_SHAPES = """
@prefix ex: <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
ex:DogShape a sh:NodeShape ; sh:targetClass ex:Dog ; sh:property ex:DogName .
ex:DogName a sh:PropertyShape ; sh:path ex:name ; sh:minCount 1 ;
  sh:message "Give the dog a name."@en , "Nommez le chien."@fr .
"""


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own-cache")
    monkeypatch.setenv(snapshot.CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    for folder, name, text in (
        ("ontology", "mgi.ttl", TINY_ONTOLOGY),
        ("data", "dogs.ttl", '@prefix ex: <http://e/> . ex:rex a ex:Dog ; ex:name "Rex" .'),
        ("shapes", "dogs.ttl", TINY_SHAPES),
        ("queries", "dogs.rq", ""),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, "utf-8")
    return tmp_path


def test_reused_until_a_file_changes(tiny: Path) -> None:
    steps: list[str] = []
    first = snapshot.current(sources.find_sources(tiny), steps.append)
    assert steps
    steps.clear()
    assert snapshot.current(sources.find_sources(tiny), steps.append) == first
    assert not steps
    (tiny / "data" / "dogs.ttl").write_text('@prefix ex: <http://e/> . ex:bo a ex:Dog ; ex:name "Bo" .', "utf-8")
    second = snapshot.current(sources.find_sources(tiny))
    assert second.version != first.version
    assert (first.path / "manifest.json").exists()
    assert second.open().query("ASK { <http://e/bo> a <http://e/Animal> }")
    assert not second.open().query("ASK { <http://e/rex> ?p ?o }")


def test_says_which_files_it_was_made_from(built: snapshot.Snapshot) -> None:
    made_from = {graph.file: graph.sha256 for graph in built.graphs if graph.file}
    assert {"ontology/mgi.ttl", "data/niger-2021.ttl", "data/crosscheck-niger-2021.ttl"} <= set(made_from)
    assert all(len(digest) == 64 for digest in made_from.values())


def test_none_is_built_from_a_graph_that_breaks_a_shape(tiny: Path) -> None:
    (tiny / "data" / "dogs.ttl").write_text("@prefix ex: <http://e/> . ex:rex a ex:Dog .", "utf-8")
    with pytest.raises(ValidationError, match="1 place"):
        snapshot.current(sources.find_sources(tiny))


def test_none_is_built_from_a_malformed_file(tiny: Path, own_cache: Path) -> None:
    (tiny / "data" / "dogs.ttl").write_text("ex:rex", "utf-8")
    before = set(own_cache.iterdir())
    with pytest.raises(SourceSyntaxError, match=r"dogs\.ttl:1"):
        snapshot.current(sources.find_sources(tiny))
    assert set(own_cache.iterdir()) == before


def test_damaged_one_is_told_with_the_remedy(tiny: Path) -> None:
    made = snapshot.current(sources.find_sources(tiny))
    (made.path / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(SnapshotError, match="Delete that folder"):
        snapshot.current(sources.find_sources(tiny))
    shutil.rmtree(made.path)
    assert snapshot.current(sources.find_sources(tiny)).version == made.version


def test_folder_that_cannot_be_written_is_told(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(snapshot.CACHE_VARIABLE, str(tiny / "data" / "dogs.ttl" / "below"))
    with pytest.raises(SnapshotError, match=snapshot.CACHE_VARIABLE):
        snapshot.current(sources.find_sources(tiny))


def test_those_used_last_are_kept(own_cache: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.nt" for number in range(7)]
    for number, path in enumerate(paths):
        path.write_text(f"<http://a> <http://b> <http://c{number}> .\n", "utf-8")
        newest = snapshot.of_files([path])
        used = snapshot.of_files(paths[:1])
    left = {path.name for path in own_cache.iterdir()}
    assert len(left) == 5
    assert {newest.version, used.version} <= left


def test_statements_are_those_of_all_graphs(own_cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "graphs.trig"
    path.write_text("<urn:a> <urn:b> 1, 2 . <urn:g> { <urn:a> <urn:b> 1 } _:g { <urn:a> <urn:b> 1, 2, 3 }", "utf-8")
    found = snapshot.of_files([path])
    assert (found.statements, found.triples) == (6, 2)
    assert own_cache in found.path.parents


def test_one_that_is_held_is_never_forgotten(tiny: Path) -> None:
    first = snapshot.current(sources.find_sources(tiny))
    with snapshot.hold(first.path):
        for number in range(7):
            (tiny / "data" / "dogs.ttl").write_text(
                f'@prefix ex: <http://e/> . ex:rex a ex:Dog ; ex:name "Rex {number}" .'
            )
            snapshot.of_files([tiny / "data" / "dogs.ttl"])
        assert first.open() is not None
    with pytest.raises(SnapshotError):
        snapshot.hold(tiny / "nothing")
