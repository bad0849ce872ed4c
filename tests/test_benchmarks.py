"""The generator of synthetic graphs: valid, always the same, of the promised size, and marked as what it is."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from conftest import CASES, ROOT
from rdflib import RDF, RDFS, Graph, URIRef

from benchmarks import graphs, load, measuring, pages, reasoning, report, servers
from benchmarks.servers import OURS, OXIGRAPH, RDFLIB, Engine, Server
from benchmarks.synthetic import MOST, SYNTHETIC, TEMPLATE, country_code, write_profiles
from mgi_graph.namespaces import MGI

PROFILES = 3


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_profiles(tmp_path_factory.mktemp("synthetic"), PROFILES, seed=7)


def triples(path: Path) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)}


def test_one_file_a_profile_and_one_shared(written: list[Path]) -> None:
    assert len(written) == PROFILES + 1
    whole = len(triples(TEMPLATE))
    for file in written[1:]:
        assert 0.75 * whole < len(triples(file)) < whole


def test_same_seed_same_bytes_other_seed_others(written: list[Path], tmp_path: Path) -> None:
    again, others = (write_profiles(tmp_path / str(seed), PROFILES, seed) for seed in (7, 8))
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]
    assert all(path.read_bytes() != file.read_bytes() for path, file in zip(others[1:], written[1:], strict=True))


def test_marked_as_synthetic(written: list[Path]) -> None:
    for file in written:
        assert file.read_text("utf-8").startswith("# SYNTHETIC DATA")
        assert {str(triple.subject)[1:].startswith(SYNTHETIC) for triple in triples(file)} == {True}
    graph = Graph().parse(written[1])
    profile = graph.value(None, RDF.type, URIRef(MGI + "CountryProfile"))
    assert any("synthetic data" in str(comment).lower() for comment in graph.objects(profile, RDFS.comment))


def test_whole_without_the_template(written: list[Path]) -> None:
    """Every synthetic thing that is named is described, and every profile differs from the others."""
    everything = set[ox.Triple]().union(*map(triples, written))
    described = {str(triple.subject) for triple in everything}
    named = {str(triple.object) for triple in everything if isinstance(triple.object, ox.NamedNode)}
    assert not {iri for iri in named if iri.startswith(f"<{SYNTHETIC}")} - described
    assert not {iri for iri in named if "/ne/" in iri or "/ne-2021" in iri or iri.endswith("/NER>")}
    assert len({len(triples(file)) for file in written[1:]}) > 1


def test_affirmed_claims_keep_their_triples(written: list[Path]) -> None:
    store = ox.Store()
    for file in written[:2]:  # what is shared, and one profile
        store.bulk_load(path=file, format=ox.RdfFormat.TURTLE)
    claims = "?claim mgi:claimSubject ?s ; mgi:claimPredicate ?p ; mgi:claimObject ?o"
    affirmed = f"PREFIX mgi: <{MGI}> ASK {{ ?claim a mgi:AffirmedClaim . {claims} }}"
    lost = f"PREFIX mgi: <{MGI}> ASK {{ ?claim a mgi:AffirmedClaim . {claims} FILTER NOT EXISTS {{ ?s ?p ?o }} }}"
    assert store.query(affirmed)
    assert not store.query(lost)


def test_country_codes_differ() -> None:
    codes = {country_code(number) for number in range(MOST)}
    assert len(codes) == MOST
    assert "ne" not in codes


def test_reasoners_are_compared_on_the_same_triples() -> None:
    given = reasoning.Given("an example", triples_of("cax-sco"))
    runs = {run.reasoner: run for run in reasoning.measure(given.triples, 1)}
    assert {"owlrl", "ours"} <= set(runs)
    assert (runs["ours"].inferred, runs["ours"].missing, runs["ours"].surplus) == (1, 0, 0)
    assert "| ours |" in reasoning.report([(given, list(runs.values()))])


def triples_of(rule: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path=CASES / "rules" / rule / "given.ttl")]


def test_pages_are_visited_and_told_by_kind(address: str) -> None:
    port = urlsplit(address).port
    assert port
    server = Server(Engine(OURS, (), "/sparql"), port, 0, 0.0)
    measured = pages.measure(server, 1, 1)
    assert {"home", "answer", "search", "body", "treaty", "why"} <= {one.kind for one in measured}
    assert all(len(one.first) == len(one.later) == len(one.sent) for one in measured)
    assert all(size > 1000 for one in measured if one.kind != "citation" for size in one.sent)
    text = pages.write(measured, 1, pages.Start(0.123, 4.56))
    assert all(f"| {one.kind} | {len(one.first)} |" in text for one in measured)
    assert "took 123 ms; 4.6 s later" in text


def test_the_answer_after_a_time_out_is_measured_and_told(tmp_path: Path) -> None:
    file = tmp_path / "little.nt"
    file.write_text("".join(f"<http://x/s{n}> <http://x/p> <http://x/o> .\n" for n in range(300)))
    graph = graphs.Graph("little", "A little one", file, 300, ("--data", str(file)))
    replaced = measuring.measure_replacements(graph, 2)
    assert len(replaced) == 2
    assert min(replaced) > 0
    results = measuring.Results(graph, (), ready=[1.5], memory=dict.fromkeys((OURS, OXIGRAPH, RDFLIB), 1))
    results.runs = defaultdict(lambda: defaultdict(lambda: [load.Run(1.0, 1.0, 1.0, 0)]))
    results.replaced = [0.01, 0.0304, 5.0]
    text = report.write([results], measuring.Plan((1,), 1, 1.0, tmp_path))
    assert "| next query answered within 100 ms of a time-out | little | 30 ms | reached |" in text


def test_what_a_benchmark_lacks_is_told_with_its_extra_before_any_work() -> None:
    code = "import runpy, sys; sys.modules['matplotlib'] = None; sys.argv = ['benchmarks', 'scale', '--write']; "
    code += "runpy.run_module('benchmarks', run_name='__main__', alter_sys=False)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{servers.missing('library matplotlib')}\n"
    assert "'.[bench]'" in done.stderr


def test_the_extra_has_all_programs_that_are_told_to_come_with_it() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["bench"]
    told = {
        name
        for path in (ROOT / "benchmarks").glob("*.py")
        for name in re.findall(r'find_program\("([^"]+)"\)', path.read_text("utf-8"))
    }
    assert told >= {"oxigraph", "rdflib-endpoint"}
    assert told <= {extra.partition("[")[0] for extra in extras}
