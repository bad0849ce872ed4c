"""Search as people use it, in a real browser: by mouse and keyboard, without JavaScript, in French, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from conftest import OpenPage
from playwright.sync_api import Error, Page, Route, expect

Axe = Callable[[Page], None]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ANLTP", "doc/ne/org/anltp-tim"),
        ("2010/86", "doc/ne/instrument/ordinance-2010-86"),
        ("Haut Conseil", "doc/ne/org/hcne"),
    ],
)
def test_typing_completes_and_the_keyboard_opens_the_page(page: Page, text: str, place: str) -> None:
    page.goto("?lang=en")
    box = page.get_by_role("combobox", name="Search the graph")
    box.press_sequentially(text)
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    first = options.first.get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", str(first))
    box.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(place) + r"\?lang=en$"))


def test_the_list_is_moved_in_closed_and_left_by_the_keyboard(page: Page, axe: Axe) -> None:
    page.goto("?lang=en")
    box = page.get_by_role("combobox", name="Search the graph")
    box.press_sequentially("ministry")
    options = page.get_by_role("option")
    expect(options).to_have_count(8)
    axe(page)
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("ministry")
    box.press("ArrowDown")
    expect(options).to_have_count(8)
    box.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?lang=en&q=ministry$"))


def wait_for(page: Page, held: list[Route], count: int) -> None:
    while len(held) < count:
        page.wait_for_timeout(10)


@pytest.mark.parametrize(("keys", "chosen"), [(["ArrowDown"], 0), (["ArrowDown", "ArrowDown"], 1), (["ArrowUp"], 7)])
def test_arrows_count_although_the_list_comes_later(page: Page, keys: list[str], chosen: int) -> None:
    page.goto("?lang=en")
    held: list[Route] = []
    page.route("**/api/search?*", lambda route: held.append(route))
    box = page.get_by_role("combobox", name="Search the graph")
    box.press_sequentially("mini")
    wait_for(page, held, 1)
    box.press_sequentially("stry")
    for key in keys:
        box.press(key)
    wait_for(page, held, 2)
    for route in held:
        with suppress(Error):  # the script gave up the first
            route.continue_()
    options = page.get_by_role("option")
    expect(options).to_have_count(8)
    expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")


def test_enter_waits_for_the_list_that_an_arrow_waits_for(page: Page) -> None:
    page.goto("?lang=en")
    held: list[Route] = []
    page.route("**/api/search?*", lambda route: held.append(route))
    box = page.get_by_role("combobox", name="Search the graph")
    box.press_sequentially("ANLTP")
    box.press("ArrowDown")
    box.press("Enter")
    wait_for(page, held, 1)
    page.unroute("**/api/search?*")
    for route in held:
        with suppress(Error):
            route.continue_()
    expect(page).to_have_url(re.compile(r"doc/ne/org/anltp-tim\?lang=en$"))


def test_search_to_evidence_in_three_clicks(page: Page) -> None:
    page.goto("?lang=en")
    page.get_by_role("combobox", name="Search the graph").fill("ANLTP")
    page.get_by_role("button", name="Search").click()
    page.locator(".hits").first.get_by_role("link").first.click()
    evidence = page.locator("details.evidence").first
    evidence.locator("summary").click()
    expect(evidence.locator("summary")).to_contain_text(re.compile(r"p\. \d+"))
    expect(evidence.locator("blockquote p").first).to_be_visible()
    expect(evidence.locator("cite")).to_contain_text("International Organization for Migration")


def test_a_form_completes_among_the_things_that_it_can_be_asked_about(page: Page, axe: Axe) -> None:
    page.goto("questions/which-laws?lang=en")
    field = page.get_by_role("combobox", name="body")
    field.fill("")
    field.press_sequentially("nigeriens de l'exterieur")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("HCNE")
    expect(page.get_by_role("option").filter(has_text="finding")).to_have_count(0)
    axe(page)
    option.click()
    expect(field).to_have_value("High Council for Nationals of the Niger Abroad")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("h1")).to_contain_text("HCNE")


def test_a_field_for_a_number_does_not_complete(page: Page) -> None:
    page.goto("questions/most-linked-actors?lang=en")
    expect(page.get_by_role("textbox", name="least number")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_count(1)


def test_without_javascript_the_form_finds_the_same(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("?lang=en")
    page.get_by_label("Search the graph").fill("2010/86")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Ordinance No. 2010-86 on the fight against trafficking in persons").first.click()
    expect(page).to_have_url(re.compile(r"/doc/ne/instrument/ordinance-2010-86\?lang=en$"))


def test_in_french_on_a_narrow_screen(open_page: OpenPage, axe: Axe) -> None:
    page = open_page(locale="fr-FR", viewport={"width": 360, "height": 740}, color_scheme="dark")
    page.goto("")
    box = page.get_by_role("combobox", name="Chercher dans le graphe")
    box.press_sequentially("traite des personnes")
    expect(page.get_by_role("option").first).to_contain_text("Traite des personnes")
    axe(page)
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recherche de « traite des personnes »")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)
    page.get_by_role("navigation", name="Catégories").get_by_text("Lois, politiques et traités").click()
    expect(page.get_by_role("heading", level=2)).to_have_count(1)
    page.get_by_role("navigation", name="Langue").get_by_text("English").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Laws, policies and treaties")


def test_a_name_that_is_a_script_does_nothing(page: Page) -> None:
    page.goto("search?lang=en&q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    page.get_by_role("combobox", name="Search the graph").press_sequentially("<script>alert(1)</script>")
    expect(page.get_by_role("status").first).not_to_be_empty()


def test_a_first_visit_is_light(page: Page, address: str) -> None:
    """Bytes over the wire of a first visit: home, with all that it loads, and a search with completion."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    sizes: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto("?lang=en", wait_until="networkidle")
    page.get_by_role("combobox", name="Search the graph").press_sequentially("ANLTP")
    expect(page.get_by_role("option").first).to_be_visible()
    assert len(sizes) >= 4
    print(f"\nfirst visit: {sum(sizes):.0f} bytes in {len(sizes)} replies")
    assert sum(sizes) < 300_000
