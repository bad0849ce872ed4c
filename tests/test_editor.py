"""The SPARQL editor in a real browser: completion, errors at their place, results, sharing; and without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import OpenPage, http
from playwright.sync_api import Locator, Page, expect

from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.namespaces import MGI
from mgi_graph.snapshot import Snapshot
from mgi_graph.vocabulary import read_vocabulary

COUNTS = """PREFIX mgi: <https://w3id.org/mgi-graph/ontology#>
SELECT ?body ?law (2 AS ?number) WHERE { ?body mgi:unitOf|mgi:implements ?law } ORDER BY ?body ?law LIMIT 12"""
CONSTRUCT = "CONSTRUCT WHERE { ?body <https://w3id.org/mgi-graph/ontology#unitOf> ?parent }"


def write(page: Page, text: str) -> Locator:
    """Replace what stands in the editor, as one who types does."""
    content = page.locator(".cm-content")
    content.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    return content


def run(page: Page, text: str) -> None:
    write(page, text)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("ms")


@pytest.fixture
def editor(page: Page) -> Page:
    page.goto("sparql")
    return page


def test_terms_are_completed_with_their_prefix(editor: Page) -> None:
    content = write(editor, "SELECT ?law WHERE { ?body ")
    editor.keyboard.type("implem")
    option = editor.locator(".cm-tooltip-autocomplete li", has_text="mgi:implements").first
    expect(option).to_contain_text("property")
    option.click()
    expect(content).to_contain_text("?body mgi:implements")
    expect(content).to_contain_text("PREFIX mgi: <https://w3id.org/mgi-graph/ontology#>")


def test_terms_are_completed_by_their_french_label(open_page: OpenPage) -> None:
    page = open_page(locale="fr-FR")
    page.goto("sparql")
    write(page, "SELECT ?x WHERE { ?x ")
    page.keyboard.type("tutelle")
    expect(page.locator(".cm-tooltip-autocomplete li", has_text="mgi:supervisedBy").first).to_be_visible()


def test_things_are_completed_by_name(editor: Page) -> None:
    content = write(editor, "SELECT ?law WHERE { ")
    editor.keyboard.type("<ANLTP")
    editor.locator(".cm-tooltip-autocomplete li", has_text="ANLTP/TIM").first.click()
    expect(content).to_contain_text("<https://w3id.org/mgi-graph/id/ne/org/anltp-tim>")


def test_an_error_stands_at_its_place(open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    page = open_page(tolerated=("status of 400",))
    page.goto("sparql")
    write(page, "SELECT ?x\nWHERE { ?x none:y ?z }")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("line 2, column 18")
    expect(page.locator(".cm-lintRange-error")).to_have_text("none:y")
    axe(page)
    page.get_by_role("button", name="Go to line 2, column 18").click()
    expect(page.locator(".cm-content")).to_be_focused()
    run(page, "ASK {}")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("Yes")


def test_results_as_table_chart_graph_and_text(editor: Page, axe: Callable[[Page], None]) -> None:
    run(editor, COUNTS)
    expect(editor.locator("#status")).to_contain_text("12 rows")
    table = editor.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(13)
    expect(table.get_by_role("link").first).to_have_attribute("href", re.compile(r"^/doc/.*\?lang=en$"))
    axe(editor)
    editor.get_by_role("tab", name="Table").press("ArrowRight")
    expect(editor.get_by_role("tab", name="Graph")).to_be_focused()
    expect(editor.locator("#panel canvas").first).to_be_visible()
    axe(editor)
    editor.get_by_role("tab", name="Chart").click()
    expect(editor.locator("#panel svg rect")).to_have_count(12)
    axe(editor)
    editor.get_by_role("tab", name="Raw").click()
    editor.get_by_label("Format").first.select_option("text/csv")
    expect(editor.locator("#panel pre")).to_contain_text("body,law,number")
    with editor.expect_download() as download:
        editor.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "mgi-graph-result.csv"
    assert Path(download.value.path()).read_text("utf-8").startswith("body,law,number")


def test_triples_as_table_and_graph(editor: Page) -> None:
    run(editor, CONSTRUCT)
    expect(editor.locator("#status")).to_contain_text("triples")
    expect(editor.get_by_role("columnheader", name="predicate")).to_be_visible()
    editor.get_by_role("tab", name="Graph").click()
    expect(editor.locator("#panel canvas").first).to_be_visible()
    editor.get_by_role("tab", name="Raw").click()
    expect(editor.locator("#panel pre")).to_contain_text("unitOf")


def test_a_query_is_shared_by_its_link(editor: Page, open_page: OpenPage) -> None:
    text = 'SELECT ("é & # + %" AS ?x) {}'
    write(editor, text)
    editor.get_by_role("button", name="Share").click()
    link = editor.get_by_label("Link to this query").input_value()
    other = open_page()
    other.goto(link)
    expect(other.locator(".cm-content")).to_have_text(text)


def test_literals_do_nothing(editor: Page) -> None:
    run(editor, 'SELECT ("<img src=x onerror=alert(1)>" AS ?a) (IRI("javascript:alert(1)") AS ?b) ("=1+1"@en AS ?c) {}')
    panel = editor.locator("#panel")
    expect(panel).to_contain_text("<img src=x onerror=alert(1)>")
    assert panel.locator("img, a").count() == 0
    run(editor, 'CONSTRUCT { <urn:a> <urn:b> "\\"\\\\ \\n</script>\\u00e9" } WHERE {}')
    expect(panel).to_contain_text('"\\')
    expect(panel).to_contain_text("</script>é")


def test_the_keyboard_leaves_the_editor(editor: Page) -> None:
    editor.locator(".cm-content").click()
    editor.keyboard.press("Escape")
    editor.keyboard.press("Tab")
    assert editor.evaluate("document.activeElement.closest('.cm-editor')") is None


@pytest.mark.parametrize(("locale", "words"), [("en-GB", "Run"), ("fr-FR", "Lancer")])
def test_accessible_narrow_and_in_both_languages(
    open_page: OpenPage, axe: Callable[[Page], None], locale: str, words: str
) -> None:
    page = open_page(locale=locale, viewport={"width": 360, "height": 740}, color_scheme="dark")
    page.goto("sparql?question=which-laws")
    page.get_by_role("button", name=words).click()
    expect(page.get_by_role("table")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_scripts_it_is_a_form(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False, tolerated=("404",))
    page.goto("sparql?question=which-laws&body=HCNE")
    field = page.get_by_label("Query")
    expect(field).to_have_value(re.compile("ne/org/hcne"))
    field.fill("ASK {}")
    page.get_by_role("button", name="Run").click()
    assert json.loads(page.locator("body").inner_text())["boolean"] is True


def test_styles_are_allowed_by_a_nonce_and_nothing_else(address: str) -> None:
    def policy(path: str) -> str:
        return str(http.get(address + path, headers={"Accept": "text/html"}).headers["content-security-policy"])

    policies = [policy("sparql"), policy("sparql")]
    assert all(re.search(r"style-src 'self' 'nonce-[\w-]{20,}';", found) for found in policies)
    assert policies[0] != policies[1]
    assert not any("unsafe" in found for found in policies)
    assert (
        "nonce" not in http.get(f"{address}about", headers={"Accept": "text/html"}).headers["content-security-policy"]
    )


def test_the_terms_have_labels_and_are_known_again(address: str, engine: EmbeddedEngine, built: Snapshot) -> None:
    got = http.get(f"{address}sparql/terms", params={"lang": "fr"})
    terms = {term["iri"]: term for term in got.json()["terms"]}
    assert set(terms) == {term.iri for term in read_vocabulary(engine, built.census)}
    assert terms[MGI + "implements"]["label"] == "met en œuvre"
    assert terms[MGI + "implements"]["name"] == "mgi:implements"
    assert terms[MGI + "implements"]["uses"] > 1
    assert all(":" in term["name"] for term in terms.values() if term["name"])
    again = http.get(f"{address}sparql/terms", params={"lang": "fr"}, headers={"If-None-Match": got.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "status"),
    [("question=none", 404), ("question=which-laws&body=none", 400), ("question=which-laws&x=1", 400)],
)
def test_a_mistaken_question_is_told(address: str, query: str, status: int) -> None:
    got = http.get(f"{address}sparql?{query}", headers={"Accept": "text/html"})
    assert got.status_code == status
    assert "<script>" not in got.text
