"""The pages on trust: what they say comes from the graph and its documents, in both languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from conftest import ROOT, Serve, http

from mgi_graph import discrepancies, figures
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.metadata import PUBLISHER
from mgi_graph.namespaces import ID
from mgi_graph.snapshot import Snapshot

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def web(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60, headers=HTML) as client:
        yield client


def test_every_discrepancy_is_read_with_both_readings_and_the_choice(engine: EmbeddedEngine) -> None:
    found = discrepancies.read_discrepancies(engine)
    count = engine.query("SELECT (COUNT(?d) AS ?n) { ?d a <https://w3id.org/mgi-graph/ontology#Discrepancy> }")
    number = count.table().rows[0][0]
    assert number is not None
    assert len(found) == int(number.value)
    assert all(one.explanation["en"] and one.explanation["fr"] and one.involves for one in found)
    (names,) = [one for one in found if one.name == "anltp-tim-names"]
    assert [record.iri for record in names.prefers] == [ID + "ne/org/anltp-tim"]
    assert names.pages == (14, 23)
    (issues,) = [one for one in found if one.name == "anltp-tim-said-issues"]
    assert len(issues.readings["en"]) == len(issues.readings["fr"]) >= 2
    assert any(one.sources for one in found)
    assert all(record.label for one in found for record in (*one.involves, *one.prefers, *one.sources))


def test_the_page_has_them_all_and_filters(web: httpx.Client, engine: EmbeddedEngine) -> None:
    found = discrepancies.read_discrepancies(engine)
    page = web.get("about/discrepancies").text
    assert {one.name for one in found} == set(re.findall(r'<article class="card discrepancy" id="([^"]*)"', page))
    of_kind = web.get("about/discrepancies", params={"kind": "external", "lang": "fr"}).text
    assert of_kind.count("<article") == sum(one.kind.iri.endswith("/external") for one in found) > 0
    assert web.get("about/discrepancies", params={"q": "ANLTP 23", "kind": "internal"}).text.count("<article") >= 1
    assert web.get("about/discrepancies", params={"q": "<script>"}).text.count("<article") == 0


@pytest.mark.parametrize("language", ["en", "fr"])
def test_quality_is_counted_in_the_graph(
    web: httpx.Client, engine: EmbeddedEngine, built: Snapshot, language: str
) -> None:
    page = web.get("about/quality", params={"lang": language}).text
    counted = figures.count(engine, [facts.iri for facts in built.graphs if facts.file])
    for share in counted.shares:
        name = share.name if language == "en" else share.french
        assert re.search(
            rf'{name}</th><td class="number">{share.having}</td><td class="number">{share.all}<',
            page.replace("&#39;", "'"),
        )
    assert len(re.findall("<table", page)) >= 6
    assert ("Known doubts" if language == "en" else "Doutes connus") in page


def test_the_french_document_says_the_same_numbers() -> None:
    english, french = ((ROOT / "docs" / name).read_text("utf-8") for name in ("data-quality.md", "data-quality.fr.md"))

    def rows(text: str) -> list[list[str]]:
        return [re.findall(r"\d+", line) for line in text.splitlines() if line.startswith("|")]

    assert rows(english) == rows(french)
    assert len(rows(english)) > 10
    assert Counter(re.findall(r"\d+", english)) == Counter(re.findall(r"\d+", french))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_about_names_version_source_and_inference(web: httpx.Client, built: Snapshot, language: str) -> None:
    page = web.get("about", params={"lang": language}).text
    assert built.version in page
    assert "Migration Governance Indicators Profile 2021 – Republic of the Niger. IOM, Geneva." in page
    for anchor in ("method", "sources", "inferred", "limits", "versions"):
        assert f'id="{anchor}"' in page
    assert "Keep a Changelog" in page


def test_without_an_address_a_report_is_a_text_to_copy(web: httpx.Client, built: Snapshot) -> None:
    page = web.get("about/report", params={"iri": ID + "ne/org/anpe", "page": "/doc/ne/org/anpe"}).text
    text = page[page.index("<textarea") : page.index("</textarea>")]
    assert ID + "ne/org/anpe" in text
    assert "/doc/ne/org/anpe" in text
    assert built.version in text
    assert 'class="button"' not in page
    assert 'href="mailto:?subject=' in page
    assert PUBLISHER in page
    assert urlsplit(str(web.base_url)).netloc in page
    hostile = web.get("about/report", params={"iri": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in hostile


@pytest.mark.parametrize("setting", ["errors@example.org", "https://tracker.example/new?title={subject}&body={text}"])
def test_with_an_address_a_report_goes_there(built: Snapshot, serve: Serve, setting: str) -> None:
    with serve("--report-url", setting) as address:
        page = http.get(f"{address}about/report", params={"iri": ID + "ne/org/anpe&x=1"}, headers=HTML).text
    found = re.search(r'class="button" href="([^"]*)"', page)
    assert found is not None
    target = urlsplit(found[1].replace("&amp;", "&"))
    assert (target.scheme, unquote(target.path) or target.netloc)[1] in ("errors@example.org", "/new")
    body = parse_qs(target.query)["body"][0]
    assert ID + "ne/org/anpe&x=1" in body
    assert built.version in body
