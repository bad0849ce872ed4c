"""What all pages share, over real HTTP and in a real browser: language, navigation, files, policy, access for all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date

import pytest
from conftest import ROOT, OpenPage, http
from playwright.sync_api import Page, expect

from mgi_graph.web import assets
from mgi_graph.web.reader import Reader

VENDOR = ROOT / "mgi_graph" / "web" / "static" / "vendor"
KINDS = [
    "",
    "questions",
    "questions/which-laws",
    "doc/ne/org/anltp-tim",
    "doc/country/NER",
    "dataset",
    "shapes",
    "graph/niger-2021",
    "sparql",
    "compare",
    "compare?subject=https://w3id.org/mgi-graph/id/topic/education",
    "why",
    "why?subject=Law+No.+2015-36&predicate=implementedBy&object=ANLTP/TIM",
]
EN, FR = Reader("en"), Reader("fr")


def test_a_reader_gets_words_numbers_and_dates_of_the_language() -> None:
    assert (EN.t("law", "loi"), FR.t("law", "loi")) == ("law", "loi")
    assert (EN.number(12345.6), FR.number(12345.6)) == ("12,345.6", "12\u202f345,6")
    assert (EN.percent(0.254), FR.percent(0.254), EN.percent(0.254, 1)) == ("25%", "25\xa0%", "25.4%")
    assert [EN.date(text) for text in ("2021-05-03", "2021-05", "2021")] == ["3 May 2021", "May 2021", "2021"]
    assert [FR.date(day) for day in (date(2021, 8, 1), "2021-08-02", "2021-08")] == [
        "1er août 2021",
        "2 août 2021",
        "août 2021",
    ]
    assert (EN.date("no date"), EN.date("2021-13"), EN.date("2021-99-99")) == ("no date", "2021-13", "2021-99-99")
    assert (EN.size(1_500_000), FR.size(1_500_000), FR.size(10)) == ("1.5 MB", "1,5 Mo", "1 ko")


def test_a_french_verb_keeps_its_pronoun_on_the_line() -> None:
    asked = "Quelles unités le MID compte-t-il, met-elle en œuvre, sous-traite ?"
    kept = "Quelles unités le MID compte\u2011t\u2011il, met\u2011elle en œuvre, sous-traite ?"
    assert (FR.unbroken(asked), EN.unbroken(asked)) == (kept, asked)


def test_links_keep_the_language_and_never_run() -> None:
    assert FR.url("/search", q="œ&<") == "/search?q=%C5%93%26%3C&lang=fr"
    assert EN.url("/shapes#a", x=None) == "/shapes?lang=en#a"
    assert EN.url("/explore?of=a", kind=["b", "c"]) == "/explore?of=a&kind=b&kind=c&lang=en"
    assert FR.address("https://w3id.org/mgi-graph/id/ne/org/anpe") == "/doc/ne/org/anpe?lang=fr"
    assert EN.address("https://www.iom.int/a?b#c") == "https://www.iom.int/a?b#c"
    assert [EN.address(iri) for iri in ("javascript:alert(1)", 'http://a" onclick="x', "urn:x", "")] == [""] * 4


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_are_accessible_and_load_everything_from_here(
    open_page: OpenPage, axe: Callable[[Page], None], path: str, language: str
) -> None:
    page = open_page(locale=f"{language}-XX", color_scheme="dark" if language == "fr" else "light")
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("h1")).to_have_count(1)
    axe(page)


def test_one_text_too_pale_among_many_is_found(page: Page, axe: Callable[[Page], None]) -> None:
    page.goto("questions")
    page.locator("main a[href*='/questions/']").nth(60).evaluate("one => { one.style.color = '#ccc' }")
    with pytest.raises(AssertionError, match="color-contrast"):
        axe(page)


@pytest.mark.parametrize("path", KINDS)
def test_no_page_is_wider_than_a_narrow_screen(open_page: OpenPage, path: str) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_other_language_keeps_what_was_asked(page: Page) -> None:
    page.goto("questions/which-laws?body=HCNE&lang=en")
    page.get_by_role("navigation", name="Language").get_by_text("Français").click()
    expect(page).to_have_url(re.compile(r"questions/which-laws\?body=HCNE&lang=fr$"))
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_label("organisme")).to_have_value("HCNE")
    page.get_by_role("navigation", name="Principale").get_by_text("Questions").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_the_policy_lets_no_inline_script_run(address: str) -> None:
    for path in KINDS:
        got = http.get(address + path, headers={"Accept": "text/html"}, follow_redirects=True)
        policy = got.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", got.text), path


def test_files_stand_at_an_address_that_never_changes(address: str) -> None:
    path = assets.address("style.css")
    got = http.get(address + path[1:], headers={"Accept-Encoding": "br"})
    assert (got.status_code, got.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in got.headers["cache-control"]
    assert got.headers["content-encoding"] == "br"
    again = http.get(address + path[1:], headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = http.get(address + "static/style.css", headers={"Accept-Encoding": "identity"})
    assert (plain.text, plain.headers["cache-control"]) == (got.text, "public, no-cache")
    for other in ("static/0000000000/style.css", "static/", "static/..%2f..%2fapp.py", "static/style.css/"):
        assert http.get(address + other).status_code == 404


def test_vendored_libraries_are_those_that_the_list_names() -> None:
    listed = dict(
        re.findall(r"^\| (\S+) \| \d+ \| ([0-9a-f]{64}) \|$", (VENDOR / "README.md").read_text("utf-8"), re.M)
    )
    found = {path.relative_to(VENDOR).as_posix(): path for path in VENDOR.rglob("*") if path.is_file()}
    assert found.pop("README.md")
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == listed
    assert any(name.endswith("LICENSES.txt") for name in listed)


def test_a_vendored_library_runs_under_the_policy(page: Page) -> None:
    page.goto("")
    drawn = page.evaluate(
        """async (address) => {
          const { default: cytoscape } = await import(address);
          const elements = [{ data: { id: "a" } }, { data: { id: "b" } }, { data: { source: "a", target: "b" } }];
          const graph = cytoscape({ headless: true, styleEnabled: true, elements });
          graph.layout({ name: "fcose", animate: false }).run();
          return graph.nodes().map((node) => [node.position().x, node.position().y]);
        }""",
        assets.address("vendor/cytoscape/cytoscape.js"),
    )
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("nowhere?lang=fr", 404, "Il n’y a rien à cette adresse"),
        ("questions/wich-laws?lang=en", 404, "There is no such question"),
        ("questions/which-laws?body=a&body=b&lang=en", 400, "A value cannot be used"),
        ("questions/which-laws/answer?format=docx&lang=en", 406, "There is no such format"),
        ("search?q=%ff&lang=en", 400, "This cannot be understood"),
    ],
)
def test_what_goes_wrong_is_told_on_a_page(
    open_page: OpenPage, axe: Callable[[Page], None], path: str, status: int, heading: str
) -> None:
    page = open_page(tolerated=(f"status of {status}",))
    reply = page.goto(path)
    assert reply is not None
    assert reply.status == status
    assert reply.headers["cache-control"] == "no-store"
    expect(page.locator("h1")).to_have_text(heading)
    axe(page)


def test_a_mistyped_name_leads_to_what_was_meant(open_page: OpenPage) -> None:
    page = open_page(tolerated=("status of 400",))
    page.goto("questions/which-laws?body=ANLPT&lang=en")
    page.get_by_role("link", name="National Agency for the Fight against Trafficking").click()
    expect(page.locator("h1")).to_have_text("Which laws does ANLTP/TIM implement?")
