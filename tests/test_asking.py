"""Questions as people ask them, in a real browser: changed, answered, explained, taken away and cited."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import rispy
from conftest import OpenPage
from playwright.sync_api import Page, expect

ILO_97 = "https://w3id.org/mgi-graph/id/treaty/ilo-c097-1949"
KINDS = [
    "questions",
    "questions?q=treaty",
    "questions/ratifications-by-decade",
    "questions/ratification-lag",
    "questions/texts-that-change-others",
    "questions/mandates-of-a-body",
    "questions/which-laws?body=HCNE",
    f"questions/ratifiers-of-a-treaty?treaty={ILO_97}",
    "cite",
    "about",
    "about/discrepancies?kind=external",
    "about/quality",
    "about/report?iri=https://w3id.org/mgi-graph/id/org/iom",
]
MISTAKE = "questions/which-laws?body=ANLTPTIMM"
REFUSED = ("status of 400",)


@pytest.mark.parametrize("path", [*KINDS, MISTAKE])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_are_accessible_wide_and_narrow(
    open_page: OpenPage, axe: Callable[[Page], None], path: str, language: str
) -> None:
    narrow, scheme = (language == "fr", "dark" if language == "fr" else "light")
    size = {"width": 360, "height": 740} if narrow else {"width": 1280, "height": 900}
    page = open_page(locale=f"{language}-XX", color_scheme=scheme, viewport=size, tolerated=REFUSED)
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("h1")).to_have_count(1)
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_question_is_changed_by_completion_downloaded_and_cited(page: Page) -> None:
    page.goto("questions/implementers-of-an-instrument")
    field = page.get_by_role("combobox", name="instrument")
    field.fill("2010-8")
    expect(page.get_by_role("option").first).to_contain_text("2010-86")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("h1")).to_contain_text("2010-86")
    expect(page.get_by_role("table").get_by_role("link", name=re.compile("National Agency"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8"), newline="")))
    assert any(row["evidence: page"] == "14" for row in rows)
    page.get_by_text("Cite this answer").click()
    cited = page.get_by_role("region", name="BibTeX")
    expect(cited).to_contain_text("title = {{")
    expect(cited).to_contain_text("IOM, Geneva.")
    with page.expect_download() as download:
        page.locator("section", has=page.get_by_role("heading", name="RIS")).get_by_role("link").click()
    records = rispy.loads(Path(download.value.path()).read_text("utf-8"))
    assert [record["type_of_reference"] for record in records] == ["DATA", "RPRT"]
    page.goto(page.get_by_label("Permanent link").input_value())
    expect(page.locator("h1")).to_contain_text("2010-86")
    expect(page.get_by_text("was made for version")).to_have_count(0)


def test_evidence_opens_in_the_row_and_the_picture_has_a_name(page: Page) -> None:
    page.goto("questions/ratifications-by-decade")
    picture = page.get_by_role("img", name=re.compile("How many|In each decade|treaties", re.IGNORECASE))
    expect(picture).to_be_visible()
    assert picture.locator("rect").count() == 6
    row = page.get_by_role("row").nth(1)
    row.locator("summary").first.press("Enter")
    expect(row.get_by_text("IOM, Geneva.")).to_be_visible()


def test_the_catalogue_is_filtered_while_typing_and_without_scripts(open_page: OpenPage) -> None:
    page = open_page(locale="fr-FR")
    page.goto("questions")
    everything = page.locator(".entries > div:visible").count()
    assert everything >= 89
    page.get_by_label("Filtrer les questions").fill("traites ratifi")
    expect(page.locator("#found")).to_contain_text(re.compile(r"\d+ questions"))
    typed = page.locator(".entries > div:visible").count()
    assert 1 < typed < 20
    plain = open_page(locale="fr-FR", java_script_enabled=False)
    plain.goto("questions")
    plain.get_by_label("Filtrer les questions").fill("traites ratifi")
    plain.get_by_role("button", name="Filtrer").click()
    assert plain.locator(".entries > div").count() == typed


@pytest.mark.parametrize(
    ("path", "verdict", "english", "french"),
    [
        ("questions/which-laws?body=HCNE", "unstated", "Not stated in the report.", "Non énoncé dans le rapport."),
        (
            f"questions/ratifiers-of-a-treaty?treaty={ILO_97}",
            "denied",
            "Stated not to be.",
            "comme n’étant pas.",
        ),
    ],
)
def test_an_answer_without_rows_says_why(
    open_page: OpenPage, path: str, verdict: str, english: str, french: str
) -> None:
    for locale, words in (("en-GB", english), ("fr-FR", french)):
        page = open_page(locale=locale)
        page.goto(path)
        told = page.locator(f'[data-verdict="{verdict}"]')
        expect(told).to_contain_text(words)
        assert (told.locator("details.evidence").count() > 0) == (verdict == "denied")


def test_a_name_that_is_not_known_leads_on(open_page: OpenPage) -> None:
    page = open_page(tolerated=REFUSED)
    page.goto(MISTAKE)
    expect(page.get_by_role("alert")).to_contain_text("has nothing of the kind “organisation”")
    page.get_by_role("alert").get_by_role("link", name="National Agency for the Fight").first.click()
    expect(page.locator("h1")).to_have_text("Which laws does ANLTP/TIM implement?")
    page.goto("questions/which-laws?body=2010-86")
    expect(page.get_by_role("alert")).to_contain_text("as a thing of another kind")


def test_the_query_is_one_click_from_the_answer(page: Page) -> None:
    page.goto("questions/which-laws?body=HCNE")
    page.get_by_text("The SPARQL behind this").click()
    page.get_by_role("link", name="Open it in the editor").click()
    expect(page.locator(".cm-content")).to_contain_text("ne/org/hcne")
