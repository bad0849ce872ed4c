"""The network and the overviews in a real browser: by mouse, by keyboard, in French, narrow, and without scripts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest
from conftest import OpenPage, http
from playwright.sync_api import Download, Page, expect

AGENCY = "https://w3id.org/mgi-graph/id/ne/org/anltp-tim"
JUSTICE = "https://w3id.org/mgi-graph/id/ne/org/ministry-of-justice"
PAGES = (
    "/explore",
    "/explore?standing=asserted&standing=together&nest=yes",
    "/explore/thing?iri=ne/org/anltp-tim",
    "/explore/connection?from=ANLTP/TIM&to=HCNE",
    "/explore/connection?from=ANLTP/TMI&to=HCNE",
    "/explore/mandates",
    "/explore/ratifications",
    "/explore/timeline",
    "/explore/coverage",
    "/explore/coverage/findings?topic=trafficking&dimension=migrants-rights&assessment=well-developed",
    "/explore/gaps",
)
CLOSE = """(canvas, id) => { const cy = canvas._cyreg.cy; cy.zoom(2); cy.center(cy.getElementById(id)); }"""
WHERE = """(canvas, id) => {
  const box = canvas.getBoundingClientRect(), at = canvas._cyreg.cy.getElementById(id).renderedPosition();
  return [box.x + at.x, box.y + at.y];
}"""


@pytest.fixture(scope="module", autouse=True)
def ready(address: str) -> None:
    """The server has read the network, which the first request waits for."""
    assert http.get(f"{address}explore", timeout=120).status_code == 200


def drawn(page: Page, address: str = "/explore") -> Page:
    page.goto(address)
    page.wait_for_selector(".canvas[data-ready]")
    return page


def click_on(page: Page, iri: str) -> None:
    """Click where the picture shows a thing, near enough that nothing lies over it."""
    page.locator(".canvas").scroll_into_view_if_needed()
    page.locator(".canvas").evaluate(CLOSE, iri)
    x, y = page.locator(".canvas").evaluate(WHERE, iri)
    page.mouse.click(x, y)


def text_of(download: Download) -> str:
    return Path(download.path()).read_text("utf-8")


def test_a_thing_is_opened_by_mouse_and_leads_to_its_evidence(page: Page) -> None:
    drawn(page)
    click_on(page, AGENCY)
    panel = page.locator(".panel")
    expect(panel.locator("h1")).to_contain_text("Fight against Trafficking")
    expect(panel).to_contain_text("is supervised by the Ministry of Justice")
    expect(page.locator("tr.chosen")).to_have_attribute("data-node", AGENCY)
    panel.locator("li", has_text="is supervised by").get_by_role("link", name="evidence: 6.1-p4, p. 23").click()
    expect(panel.locator("h1")).to_contain_text("supervised by")
    expect(panel.locator("blockquote")).to_contain_text("International Organization for Migration (IOM), 2021")
    expect(page.locator("tr.chosen")).to_have_attribute("data-edge", panel_edge(page))
    assert page.url.endswith("/explore")


def panel_edge(page: Page) -> str:
    return str(page.locator(".canvas").evaluate("canvas => canvas._cyreg.cy.edges('.here').id()"))


DRAWN = "canvas => canvas._cyreg.cy.nodes().not('.aside').length"
SMALLEST_LABEL = """canvas => { const cy = canvas._cyreg.cy;
  return Math.min(...cy.nodes().not('.aside').map(node => parseFloat(node.style('font-size')) * cy.zoom())); }"""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_the_first_picture_can_be_read_and_says_what_it_leaves_out(
    open_page: OpenPage, width: int, scheme: str
) -> None:
    page = drawn(open_page(viewport={"width": width, "height": 900}, color_scheme=scheme))
    canvas, note = page.locator(".canvas"), page.locator("[data-part]")
    things, first = page.locator("tr[data-node]").count(), canvas.evaluate(DRAWN)
    assert 5 < first < things / 3
    assert canvas.evaluate(SMALLEST_LABEL) > 9
    expect(note).to_contain_text(f"{first} of {things} things are drawn")
    canvas.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".panel h1")).to_have_text("Niger")
    assert canvas.evaluate(DRAWN) > first, "what is linked with it"
    page.get_by_label("Draw all").check()
    expect(note).to_have_text(f"All {things} things are drawn.")
    assert canvas.evaluate(DRAWN) == things
    assert "whole=yes" in page.url


def test_the_tables_draw_what_the_picture_left_out(page: Page) -> None:
    drawn(page)
    asides = page.locator(".canvas").evaluate("canvas => canvas._cyreg.cy.nodes('.aside').map(node => node.id())")
    page.locator(f"tr[data-node='{asides[0]}'] a").press("Enter")
    expect(page.locator(".panel h1")).to_be_visible()
    aside = "(canvas, id) => canvas._cyreg.cy.getElementById(id).hasClass('aside')"
    assert not page.locator(".canvas").evaluate(aside, asides[0])


def test_a_link_is_opened_by_mouse(page: Page) -> None:
    drawn(page, "/explore?relation=supervisedBy&around=ne/org/anltp-tim")
    edge = page.locator("tr[data-edge]").first.get_attribute("data-edge")
    middle = """(canvas, id) => { const cy = canvas._cyreg.cy, at = cy.getElementById(id).renderedMidpoint(),
      box = canvas.getBoundingClientRect(); return [box.x + at.x, box.y + at.y]; }"""
    page.locator(".canvas").scroll_into_view_if_needed()
    x, y = page.locator(".canvas").evaluate(middle, edge)
    page.mouse.click(x, y)
    expect(page.locator(".panel h1")).to_contain_text("is supervised by the Ministry of Justice")


def test_a_click_meets_what_is_drawn_where_the_page_has_moved(open_page: OpenPage) -> None:
    page = drawn(open_page(viewport={"width": 1280, "height": 3000}))
    click_on(page, AGENCY)
    expect(page.locator("tr.chosen")).to_have_attribute("data-node", AGENCY)
    before = page.locator(".canvas").bounding_box()
    page.get_by_text("Choose what is shown").click()
    after = page.locator(".canvas").bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] > before["y"] + 100, "what is opened above moves the picture, and nothing scrolls"
    click_on(page, JUSTICE)
    expect(page.locator("tr.chosen")).to_have_attribute("data-node", JUSTICE)


def test_the_network_by_keyboard_alone(page: Page) -> None:
    drawn(page, "/explore?relation=supervisedBy&relation=implements&around=ne/org/anltp-tim")
    page.locator(".canvas").focus()
    told = page.locator("[data-told]")
    expect(told).to_contain_text("National Agency for the Fight against Trafficking")
    seen = set()
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        seen.add(page.locator(".canvas").evaluate("canvas => canvas._cyreg.cy.nodes('.here').id()"))
    assert len(seen) > 1
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    expect(page.locator(".panel blockquote").first).to_be_visible()
    expect(page.locator(".panel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".canvas")).to_be_focused()
    page.keyboard.press("+")
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    expect(page.locator("tr.chosen")).to_have_count(0)


def test_the_tables_drive_the_picture(page: Page) -> None:
    drawn(page)
    page.locator(f"tr[data-node='{JUSTICE}'] a").press("Enter")
    expect(page.locator(".panel h1")).to_have_text("Ministry of Justice")
    assert page.locator(".canvas").evaluate("canvas => canvas._cyreg.cy.nodes('.here').id()") == JUSTICE
    page.get_by_label("Find in both tables").fill("justice")
    shown = page.locator("tbody tr:visible")
    assert 0 < shown.count() < 20


def test_filters_change_picture_tables_and_address(page: Page) -> None:
    drawn(page)
    before = page.locator("tr[data-node]").count()
    page.get_by_text("Choose what is shown").click()
    page.get_by_label("States", exact=True).uncheck()
    expect(page.locator("tr[data-node='https://w3id.org/mgi-graph/id/country/NER']")).to_have_count(0)
    assert "kind=law" in page.url
    assert "kind=state" not in page.url
    shown = page.locator("tr[data-node]").count()
    assert 0 < shown < before
    expect(page.locator(".canvas")).to_have_attribute("data-ready", str(shown))
    page.get_by_label("only named together").check()
    expect(page.locator("td .mark.together").first).to_be_visible()
    address = page.url
    page.goto(address)
    page.wait_for_selector(".canvas[data-ready]")
    assert page.get_by_label("only named together").is_checked()
    assert page.get_by_role("link", name="Français").get_attribute("href") == f"{address.partition('/explore')[1]}?" + (
        address.partition("?")[2].replace("lang=en&", "") + "&lang=fr"
    ), "the other language shows the same"


def test_units_lie_inside_their_bodies_when_asked(page: Page) -> None:
    drawn(page)
    parents = "canvas => canvas._cyreg.cy.nodes(':parent').length"
    assert page.locator(".canvas").evaluate(parents) == 0
    page.get_by_label("Units inside their bodies").check()
    assert page.locator(".canvas").evaluate(parents) > 3
    assert "nest=yes" in page.url
    drawn(page, page.url)
    assert page.locator(".canvas").evaluate(parents) > 3


def test_lines_tell_how_a_link_stands_without_colour(page: Page) -> None:
    drawn(page, "/explore?standing=asserted&standing=reading&standing=inferred&standing=together&standing=denied")
    looks = page.locator(".canvas").evaluate(
        """canvas => Object.fromEntries(canvas._cyreg.cy.edges().map(edge =>
          [edge.data('standing'), edge.style('line-style') + edge.style('line-dash-pattern')]))"""
    )
    assert len(looks) == len(set(looks.values())) == 5
    expect(page.locator("#shown .legend li")).to_have_count(5)


def test_exports_are_downloaded_and_hold_what_is_shown(page: Page) -> None:
    drawn(page, "/explore?relation=implements&relation=supervisedBy&whole=yes")
    things = page.locator("tr[data-node]").count()
    links = page.locator("tr[data-edge]").count()
    got = {}
    for name in ("PNG", "SVG"):
        with page.expect_download() as waiting:
            page.get_by_role("toolbar").get_by_role("button", name=name).click()
        got[name] = waiting.value
    assert Path(got["PNG"].path()).read_bytes().startswith(b"\x89PNG")
    drawing = ElementTree.fromstring(text_of(got["SVG"]))
    assert len(drawing.findall("{http://www.w3.org/2000/svg}text")) == things
    for name in ("links with evidence (CSV)", "GraphML", "JSON"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).click()
        got[name] = waiting.value
    rows = list(csv.DictReader(io.StringIO(text_of(got["links with evidence (CSV)"]), newline="")))
    assert len(rows) == links
    assert all(row["evidence_statements"] for row in rows)
    assert len(nx.parse_graphml(text_of(got["GraphML"]), force_multigraph=True)) == things
    assert len(json.loads(text_of(got["JSON"]))["elements"]["nodes"]) == things


def test_how_two_things_are_connected_in_french(open_page: OpenPage) -> None:
    page = open_page(locale="fr-FR")
    page.goto("/explore/connection")
    page.get_by_label("De", exact=True).fill("ANLTP/TIM")
    page.get_by_label("À", exact=True).fill("HCNE")
    page.locator("main").get_by_role("button", name="Chercher").click()
    expect(page.locator("#count")).to_contain_text("chemins de l’Agence nationale de lutte")
    expect(page.locator(".ways")).to_contain_text("a pour autorité de tutelle")
    page.locator(".ways").get_by_role("link", name="6.1-p4, p. 23").first.click()
    expect(page.locator("main")).to_contain_text("p. 23")


def test_a_thing_is_completed_while_it_is_typed(page: Page) -> None:
    page.goto("/explore/connection")
    page.get_by_label("From", exact=True).press_sequentially("ANLTP")
    expect(page.get_by_role("option").first).to_contain_text("Trafficking")


def test_without_scripts_the_page_is_a_form_a_picture_and_tables(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/explore")
    expect(page.locator("img.wheel")).to_be_visible()
    before = page.locator("tr[data-node]").count()
    page.get_by_text("Choose what is shown").click()
    page.get_by_label("States", exact=True).uncheck()
    page.get_by_role("button", name="Show", exact=True).click()
    assert 0 < page.locator("tr[data-node]").count() < before
    page.locator(f"tr[data-node='{AGENCY}'] a").click()
    expect(page.locator("h1")).to_contain_text("Fight against Trafficking")
    page.get_by_role("link", name="evidence: 6.1-p4, p. 23").first.click()
    expect(page.locator("blockquote")).to_contain_text("International Organization for Migration")


def test_marks_of_the_charts_lead_to_their_rows(page: Page) -> None:
    page.goto("/explore/timeline")
    page.locator("svg a[href='#moment-3']").press("Enter")
    assert page.url.endswith("#moment-3")
    page.locator("#moment-3 details summary").first.click()
    expect(page.locator("#moment-3 blockquote").first).to_be_visible()
    page.goto("/explore/coverage")
    page.locator("table.coverage td a").first.click()
    expect(page.locator("details.evidence").first).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_have_no_barrier(open_page: OpenPage, axe: Callable[[Page], None], path: str, language: str) -> None:
    dark = "dark" if language == "fr" else "light"
    page = open_page(tolerated=("400 (Bad Request)",), color_scheme=dark, locale=f"{language}-FR")
    page.goto(path)
    if page.locator("#stage-template").count():
        page.wait_for_selector(".canvas[data-ready]")
        page.locator(f"tr[data-node='{AGENCY}'] a").click()
        expect(page.locator(".panel h1")).to_be_visible()
        page.locator(".filters summary").click()
    axe(page)


@pytest.mark.parametrize("path", PAGES)
def test_narrow_screens_scroll_only_inside(open_page: OpenPage, path: str) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, tolerated=("400 (Bad Request)",))
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
