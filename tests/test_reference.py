"""The ontology reference: fresh, whole, in both languages, and nothing in it that must be fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import ROOT
from rdflib import OWL, RDF, SKOS, Graph, URIRef

from mgi_graph.errors import MGIGraphError
from mgi_graph.namespaces import ID, MGI
from mgi_graph.reference import PAGES, STYLE, write_reference
from mgi_graph.reference.terms import KINDS, read_ontology
from mgi_graph.reference.words import LANGUAGES, WORDS
from mgi_graph.sources import Sources, read_graph

FOLDER = ROOT / "docs" / "ontology"
LANGS = sorted(PAGES)
OTHER = {"en": "fr", "fr": "en"}


@pytest.fixture(scope="module")
def ontology(files: Sources) -> Graph:
    return read_graph(files.ontology)


@pytest.fixture(scope="module")
def trees() -> dict[str, ElementTree.Element]:
    """Each page as a tree: the pages are written as XML that is HTML, so a strict parser reads them."""
    return {lang: ElementTree.fromstring((FOLDER / name).read_text("utf-8")) for lang, name in PAGES.items()}


def own_terms(graph: Graph) -> set[str]:
    declared = {str(node) for kind in KINDS for node in graph.subjects(RDF.type, URIRef(str(kind)))}
    return {iri.removeprefix(MGI) for iri in declared if iri.startswith(MGI)}


def concepts(graph: Graph) -> set[str]:
    return {str(node).removeprefix(ID) for node in graph.subjects(SKOS.inScheme) if str(node).startswith(ID)}


def anchors(tree: ElementTree.Element) -> list[str]:
    return [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]


def words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def entry(tree: ElementTree.Element, anchor: str) -> str:
    return words(next(element for element in tree.iter() if element.get("id") == anchor))


def test_is_fresh(files: Sources, tmp_path: Path) -> None:
    written = write_reference(files, tmp_path / "new" / "folder")
    assert {path.name for path in written} == {path.name for path in FOLDER.iterdir()}
    for path in written:
        stale = f"docs/ontology/{path.name} is stale: run `mgi-graph docs`"
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), stale


@pytest.mark.parametrize("lang", LANGS)
def test_every_term_has_its_anchor(ontology: Graph, trees: dict[str, ElementTree.Element], lang: str) -> None:
    terms, found = own_terms(ontology), anchors(trees[lang])
    assert len(terms) >= 150
    assert terms <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("lang", LANGS)
def test_every_concept_and_scheme_has_its_anchor(
    ontology: Graph, trees: dict[str, ElementTree.Element], lang: str
) -> None:
    schemes = {str(node).removeprefix(ID) for node in ontology.subjects(RDF.type, SKOS.ConceptScheme)}
    assert len(concepts(ontology)) >= 100
    assert concepts(ontology) | schemes <= set(anchors(trees[lang]))


@pytest.mark.parametrize("lang", LANGS)
def test_every_text_in_the_language_is_shown(ontology: Graph, trees: dict[str, ElementTree.Element], lang: str) -> None:
    seen = 0
    for term in own_terms(ontology):
        shown = entry(trees[lang], term)
        for predicate in (SKOS.definition, SKOS.example, SKOS.note):
            for value in ontology.objects(URIRef(MGI + term), predicate):
                if getattr(value, "language", None) == lang:
                    assert " ".join(str(value).split()) in shown, f"{term}: {value}"
                    seen += 1
    assert seen >= 300


def test_entry_says_what_the_ontology_says(trees: dict[str, ElementTree.Element]) -> None:
    unit = entry(trees["en"], "unitOf")
    for part in ("mgi:unitOf", "assertable", "asymmetric", "under authority of", "org:subOrganizationOf", "has unit"):
        assert part in unit
    chain = entry(trees["fr"], "involvedInImplementing")
    assert "a pour unité puis met en œuvre" in chain
    assert "Disjointe de" in entry(trees["fr"], "Instrument")
    assert "disposition" in entry(trees["fr"], "Instrument")


@pytest.mark.parametrize("lang", LANGS)
def test_links_lead_to_anchors(trees: dict[str, ElementTree.Element], lang: str) -> None:
    known = {
        PAGES[code] + "#" + anchor for code, tree in trees.items() for anchor in anchors(tree)
    } | set(PAGES.values())  # fmt: skip
    links = [element.attrib["href"] for element in trees[lang].iter("a")]
    assert len(links) >= 1000
    for link in links:
        inside = PAGES[lang] + link if link.startswith("#") else link
        assert inside in known or link.startswith(("http://", "https://")), link


@pytest.mark.parametrize("lang", LANGS)
def test_page_speaks_its_language(trees: dict[str, ElementTree.Element], lang: str) -> None:
    tree = trees[lang]
    assert tree.get("lang") == lang
    assert any(link.get("href", "").startswith(PAGES[OTHER[lang]] + "#") for link in tree.iter("a"))
    for element in tree.iter():
        if element.get("lang") == OTHER[lang]:
            assert element.tag == "a", f"{words(element)!r} is not in {lang}"


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_fetched_and_nothing_runs(trees: dict[str, ElementTree.Element], lang: str) -> None:
    loading = {"script", "img", "iframe", "object", "embed", "image", "use", "style", "base"}
    for element in trees[lang].iter():
        assert element.tag not in loading
        assert not {name for name in element.attrib if name in ("src", "style", "srcset") or name.startswith("on")}
        if element.tag == "link":
            assert element.attrib["href"] in {STYLE, *PAGES.values()}
        assert "url(" not in "".join(element.attrib.values())
    style = (FOLDER / STYLE).read_text("utf-8")
    assert not re.search(r"url\(|@import|http", style)


@pytest.mark.parametrize("lang", LANGS)
def test_page_can_be_read_without_eyes(trees: dict[str, ElementTree.Element], lang: str) -> None:
    tree = trees[lang]
    assert len(list(tree.iter("h1"))) == len(list(tree.iter("main"))) == 1
    levels = [int(element.tag[1]) for element in tree.iter() if re.fullmatch(r"h[1-6]", element.tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(element.get("aria-label") for element in tree.iter() if element.get("role") in ("region", "group"))
    assert len(list(tree.iter("svg"))) >= 4
    assert all(words(link) for link in tree.iter("a"))


@pytest.mark.parametrize("lang", LANGS)
def test_diagram_shows_every_class_of_entity(ontology: Graph, trees: dict[str, ElementTree.Element], lang: str) -> None:
    classes = {str(node) for node in ontology.subjects(RDF.type, OWL.Class)} & {
        MGI + name for name in own_terms(ontology)
    }
    drawn = {link.get("href") for svg in trees[lang].iter("svg") for link in svg.iter("a")}
    assert len(classes) >= 60
    missing = {iri.removeprefix(MGI) for iri in classes if "#" + iri.removeprefix(MGI) not in drawn}
    assert missing <= {"ExternalSource"}


def test_words_are_in_both_languages() -> None:
    assert LANGUAGES == ("en", "fr")
    assert all(len(texts) == 2 and all(texts) for texts in WORDS.values())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("mgi:Law\n    a owl:Class ;", "mgi:Law\n    a owl:Class ;\n    rdfs:comment 'new' ;", "how to show"),
        ("rdfs:subClassOf mgi:Law ;", "rdfs:subClassOf [ owl:complementOf mgi:Order ] ;", "how to show"),
        ("rdfs:domain mgi:Finding ;\n    rdfs:range mgi:Passage ;", "rdfs:range mgi:Passage ;", "no chain"),
    ],
)
def test_nothing_is_left_out_in_silence(files: Sources, tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = files.ontology.read_text("utf-8")
    assert text.count(old) == 1
    changed = tmp_path / "mgi.ttl"
    changed.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(MGIGraphError, match=problem):
        write_reference(replace(files, ontology=changed), tmp_path / "docs")


def test_text_without_the_language_says_so(files: Sources, tmp_path: Path) -> None:
    text = files.ontology.read_text("utf-8")
    old = '"The fundamental law of a state."@en ,\n        "La loi fondamentale d’un État."@fr'
    assert text.count(old) == 1
    changed = tmp_path / "mgi.ttl"
    changed.write_text(text.replace(old, '"The fundamental law of a state."@en'), "utf-8")
    write_reference(replace(files, ontology=changed), tmp_path / "docs")
    page = (tmp_path / "docs" / PAGES["fr"]).read_text("utf-8")
    assert '<span lang="en">The fundamental law of a state.</span>' in page


def test_folder_that_cannot_be_written_is_an_error(files: Sources, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(MGIGraphError, match="cannot be written"):
        write_reference(files, tmp_path / "taken")


def test_order_is_that_of_the_file(files: Sources) -> None:
    ontology = read_ontology(files.ontology)
    status = next(scheme for scheme in ontology.schemes if scheme.iri.endswith("scheme/status"))
    assert [concept.iri.rpartition("/")[2] for concept in status.concepts[:3]] == [
        "in-force",
        "not-in-force",
        "adopted",
    ]
    group = next(scheme for scheme in ontology.schemes if scheme.iri.endswith("scheme/group"))
    depths = {concept.iri.rpartition("/")[2]: concept.depth for concept in group.concepts}
    assert depths["migrants"] == 0
    assert depths["migrant-workers"] == 1
