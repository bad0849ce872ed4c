"""The first page: its figures are those of the graph, its questions those of the catalogue, its languages both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import OpenPage, Serve, http
from playwright.sync_api import Page, expect
from rdflib import RDF, Graph, Namespace

from mgi_graph.catalogue import find_question
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.namespaces import ID, MGI
from mgi_graph.overview import MOST_BODIES, Overview, survey
from mgi_graph.sources import Sources
from mgi_graph.web.home import FIRST_QUESTIONS

M = Namespace(MGI)


@pytest.fixture(scope="module")
def overview(engine: EmbeddedEngine) -> Overview:
    return survey(engine)


def test_the_dimensions_are_counted_as_the_files_have_them(overview: Overview, asserted: Graph) -> None:
    assert [dimension.number for dimension in overview.dimensions] == ["1", "2", "3", "4", "5", "6"]
    for dimension in overview.dimensions:
        sections = [
            str(section)
            for section, _, of in asserted.triples((None, M.coversDimension, None))
            if str(of) == dimension.thing.iri
        ]
        findings = [
            finding
            for finding, passage in asserted.subject_objects(M.inPassage)
            if str(asserted.value(passage, M.inSection)) in sections
        ]
        absent = [finding for finding in findings if asserted.value(finding, M.statesAbsence)]
        assert (dimension.total, dimension.absences) == (len(findings), len(absent))
        assert dimension.thing.names.keys() == {"en", "fr"}


def test_the_newest_profile_and_the_claims(overview: Overview, asserted: Graph) -> None:
    profile = overview.profiles[0]
    assert (profile.country.iri, profile.year, profile.cut_off) == (f"{ID}country/NER", "2021", "2021-10")
    kinds = {"Passage": profile.passages, "Finding": profile.findings, "Discrepancy": overview.discrepancies}
    kinds |= {"InterpretedClaim": overview.readings, "DeniedClaim": overview.denials}
    for kind, number in kinds.items():
        assert number == len(set(asserted.subjects(RDF.type, M[kind]))), kind
    assert overview.claims == len(set(asserted.subjects(M.claimSubject, None)))


def test_gaps_and_connected_bodies_are_those_of_the_questions(
    overview: Overview, engine: EmbeddedEngine, files: Sources
) -> None:
    gaps = engine.query(find_question(files.queries, "coverage-gaps").text).table().rows
    assert {(topic.iri, of.iri) for topic, of in overview.gaps} == {tuple(t.value for t in row if t) for row in gaps}
    linked = find_question(files.queries, "most-linked-actors").text.replace("{ 5 }", "{ 1 }")
    links = {row["actor"]: row["links"] for row in engine.query(linked).table().dicts()}
    told = {str(actor.value): int(number.value) for actor, number in links.items() if actor and number}
    assert len(overview.connected) == MOST_BODIES
    for body, number in overview.connected:
        assert told[body.iri] == number
    numbers = [number for _, number in overview.connected]
    assert numbers == sorted(numbers, reverse=True)


def test_the_first_questions_are_in_the_catalogue(files: Sources) -> None:
    for name in FIRST_QUESTIONS:
        assert find_question(files.queries, name)


@pytest.mark.parametrize(("language", "said"), [("en", "What the graph does not hold"), ("fr", "ne contient pas")])
def test_the_page_tells_what_there_is_and_what_not(
    open_page: OpenPage, axe: Callable[[Page], None], overview: Overview, language: str, said: str
) -> None:
    page = open_page(locale=language, viewport={"width": 390, "height": 840})
    page.goto("")
    axe(page)
    for dimension in overview.dimensions:
        card = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=dimension.thing.names[language]))
        expect(card.first).to_contain_text(str(dimension.total))
    gaps = page.get_by_role("region", name=said)
    for topic, _ in overview.gaps:
        expect(gaps.get_by_role("link", name=topic.names[language], exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_server_of_other_files_has_a_first_page_too(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://a> <http://b> <http://c> .", "utf-8")
    with serve("--data", tmp_path / "a.ttl") as url:
        page = http.get(url, params={"lang": "en"}).text
        assert "SPARQL endpoint" in page
        assert 'role="search"' not in page
        assert "Six dimensions" not in page
        assert http.get(f"{url}search", params={"q": "a"}).status_code == 404


@pytest.mark.parametrize("path", ["about", "questions", "doc/ne/org/anpe", "nowhere"])
def test_on_paper_every_page_carries_the_citation_that_the_report_requires(address: str, path: str) -> None:
    required = "Migration Governance Indicators Profile 2021 – Republic of the Niger. IOM, Geneva."
    asked = (http.get(f"{address}{path}", headers={"accept": "text/html"}, timeout=60).text for _ in range(50))
    assert any(required in text.partition('<div class="bar paper">')[2] for text in asked)
