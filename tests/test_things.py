"""The pages of things, over real HTTP and in a real browser: every kind has one, with its evidence."""

from __future__ import annotations

import html
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from conftest import ROOT, Launch, OpenPage
from playwright.sync_api import Browser, Page, expect
from rdflib import RDF, RDFS, SKOS, Graph, URIRef

from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.namespaces import ID, MGI, shorten
from mgi_graph.snapshot import INFERRED
from mgi_graph.web.documents import local_path
from mgi_graph.wording import wording

ANLTP = "doc/ne/org/anltp-tim"
NIGER = "doc/country/NER"
FINDING = "doc/profile/ne-2021/finding/1.3-p4-6"
DESIGNS = {
    "body": ANLTP,
    "state": NIGER,
    "instrument": "doc/ne/instrument/ordinance-81-40",
    "provision": "doc/ne/instrument/ordinance-81-40/article-17",
    "treaty": "doc/treaty/cipres-treaty",
    "policy": "doc/ne/instrument/national-migration-policy",
    "finding": FINDING,
    "passage": "doc/profile/ne-2021/passage/1.3-p4",
    "section": "doc/profile/ne-2021/section/1.3",
    "profile": "doc/profile/ne-2021",
    "dimension": "doc/dimension/migrants-rights",
    "topic": "doc/topic/labour-migration",
    "group": "doc/group/migrants",
    "claim": "doc/profile/ne-2021/claim/a5755b58378b",
    "mandate": "doc/profile/ne-2021/mandate/cnss-three-branches",
    "membership": "doc/profile/ne-2021/membership/cipres-ben",
    "participation": "doc/profile/ne-2021/participation/ner-ilo-c097-1949",
    "status": "doc/profile/ne-2021/status/cipres-treaty-not-in-force",
    "discrepancy": "doc/profile/ne-2021/discrepancy/anltp-tim-said-issues",
    "source": "doc/source/untc-cedaw",
    "place": "doc/place/ne/agadez",
    "system": "doc/ne/system/anpe-jobseekers-database",
    "scheme": "doc/scheme/topic",
    "list": NIGER + "?part=treaties",
}


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60, headers={"Accept": "text/html"}) as connected:
        yield connected


def read(client: httpx.Client, path: str, language: str = "en") -> str:
    """The text of a page, with its entities resolved."""
    got = client.get(path, params=dict(parse_qs(urlsplit(path).query)) | {"lang": language})
    assert got.status_code == 200, (path, got.text[:300])
    return html.unescape(got.text)


def name_of(graph: Graph, thing: URIRef, language: str) -> str | None:
    names = [name for name in graph.objects(thing, SKOS.prefLabel) if name.language == language]  # type: ignore[attr-defined]
    return str(names[0]) if names else None


def spoken(graph: Graph, thing: URIRef, language: str) -> str:
    """What the heading of something without a name must have: how a text of it begins, or its subject's name."""
    for local in ("function", "explanation"):
        if (thing, URIRef(MGI + "claimSubject"), None) not in graph:
            for text in graph.objects(thing, URIRef(MGI + local)):
                if text.language == language:  # type: ignore[attr-defined]
                    return " ".join(str(text).split()[:3])
    for local in ("claimSubject", "participant", "statusOf", "member"):
        if isinstance(subject := graph.value(thing, URIRef(MGI + local)), URIRef):
            return name_of(graph, subject, language) or ""
    return str(thing).rpartition("/")[2]


def by_class(asserted: Graph) -> dict[str, list[URIRef]]:
    """All things by their class, those that most is said of first."""
    found: dict[str, list[URIRef]] = defaultdict(list)
    for thing, kind in asserted.subject_objects(RDF.type):
        if str(thing).startswith(ID):
            found[str(kind)].append(URIRef(str(thing)))
    for things in found.values():
        things.sort(key=lambda thing: (-len(list(asserted.subject_predicates(thing))), str(thing)))
    return found


# ---- Every kind


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_of_thing_has_a_page_with_its_name(client: httpx.Client, asserted: Graph, language: str) -> None:
    kinds = by_class(asserted)
    assert len(kinds) > 50
    chosen = [(kind, thing) for kind, things in kinds.items() for thing in {things[0], things[-1]}]

    def look(kind: str, thing: URIRef) -> str:
        got = client.get(local_path(str(thing)), params={"lang": language})
        text = html.unescape(got.text)
        heading = re.search(r"<h1>(.*?)</h1>", text, re.S)
        name = name_of(asserted, thing, language) or spoken(asserted, thing, language)
        is_told = got.status_code == 200 and heading and name in heading[1] and f"<code>{thing}</code>" in text
        return "" if is_told else f"{shorten(kind)} {thing}: {got.status_code}"

    with ThreadPoolExecutor(4) as pool:
        problems = list(filter(None, pool.map(lambda pair: look(*pair), chosen)))
    assert not problems


def test_what_is_claimed_of_a_thing_stands_on_its_page_with_the_claim_and_the_finding(
    client: httpx.Client, asserted: Graph
) -> None:
    claims: dict[URIRef, set[URIRef]] = defaultdict(set)
    for end in ("claimSubject", "claimObject"):
        for claim, thing in asserted.subject_objects(URIRef(MGI + end)):
            claims[URIRef(str(thing))].add(URIRef(str(claim)))
    looked = 0
    for thing in sorted(thing for thing, found in claims.items() if len(found) <= 12)[::9]:
        text = read(client, local_path(str(thing)))
        for claim in claims[thing]:
            assert f'"{local_path(str(claim))}?lang=en"' in text, (thing, claim)
            for finding in asserted.objects(claim, URIRef(MGI + "statedIn")):
                assert f'"{local_path(str(finding))}?lang=en"' in text, (thing, finding)
            looked += 1
    assert looked > 50


def test_every_relation_that_is_claimed_has_words_in_both_languages(asserted: Graph) -> None:
    predicates = {str(term) for term in asserted.objects(None, URIRef(MGI + "claimPredicate"))}
    assert len(predicates) > 30
    for predicate in predicates:
        for language in ("en", "fr"):
            words = wording(predicate, language)
            assert words, predicate
            assert words.forward, predicate
            assert words.backward, predicate


# ---- How a statement stands


def test_a_denied_statement_is_apart_from_what_is_stated(client: httpx.Client, asserted: Graph) -> None:
    claims = sorted(asserted.subjects(RDF.type, URIRef(MGI + "DeniedClaim")), key=str)
    assert claims
    for claim in claims:
        subject = asserted.value(claim, URIRef(MGI + "claimSubject"))
        text = read(client, local_path(str(subject)))
        denied = re.search(r'<section id="denied".*?</section>', text, re.S)
        assert denied, subject
        assert local_path(str(claim)) in denied[0]
        assert "The report says that this is not so." in denied[0]
        elsewhere = text.replace(denied[0], "").partition('<section id="network"')[0]
        assert local_path(str(claim)) not in elsewhere


def test_a_reading_gives_its_reason_and_a_disputed_claim_is_marked(client: httpx.Client, asserted: Graph) -> None:
    for kind, mark in (("InterpretedClaim", "editors’ reading"), ("DisputedClaim", "disputed")):
        claim = min(asserted.subjects(RDF.type, URIRef(MGI + kind)), key=str)
        text = read(client, local_path(str(claim)))
        assert re.search(rf'<span class="mark \w+">{mark}</span>', text), claim
        reasons = [str(text) for text in asserted.objects(claim, URIRef(MGI + "explanation")) if text.language == "en"]  # type: ignore[attr-defined]
        assert all(reason in text for reason in reasons)
        assert reasons or kind == "DisputedClaim"


def test_what_is_inferred_is_marked(client: httpx.Client, engine: EmbeddedEngine) -> None:
    query = f"""SELECT ?law ?topic WHERE {{
      GRAPH <{INFERRED}> {{ ?law <{MGI}regulates> ?topic }}
      FILTER NOT EXISTS {{ GRAPH <https://w3id.org/mgi-graph/graph/niger-2021> {{ ?law <{MGI}regulates> ?topic }} }}
    }} ORDER BY ?law ?topic"""
    rows = engine.query(query).table().rows
    assert rows
    for law, topic in rows[:5]:
        assert law
        assert topic
        text = read(client, local_path(law.value))
        entry = re.search(rf'<li><a href="{re.escape(local_path(topic.value))}\?[^>]*>(.*?)</li>', text, re.S)
        assert entry, (law, topic)
        assert '<span class="mark inferred">inferred</span>' in entry[1], (law, topic)


def test_not_ratified_is_a_record_of_its_own(client: httpx.Client) -> None:
    text = read(client, "doc/treaty/ilo-c097-1949")
    table = re.search(r'<section id="treaties".*?</section>', text, re.S)
    assert table
    assert re.search(r'<span class="mark denied">Not ratified</span>', table[0])
    assert "/doc/profile/ne-2021/finding/1.1-r1-1" in table[0]


def block(text: str, name: str) -> str:
    """The text of one block of a page, without its tags; empty where the page has none."""
    found = re.search(rf'<section id="{name}".*?</section>', text, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])) if found else ""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_act_is_dated_by_the_date_of_the_list_that_names_it(client: httpx.Client, language: str) -> None:
    text = read(client, "doc/treaty/cipres-treaty", language)
    assert block(text, "treaties")
    assert "2021" not in block(text, "timeline")


def test_no_relation_is_dated_by_its_other_end(client: httpx.Client) -> None:
    timeline = block(read(client, "doc/ne/org/mid"), "timeline")
    entry = timeline.partition(" 2020 ")[2]
    assert entry.lstrip().startswith("National Migration Policy (2020–2035) starts in 2020")
    said, _, tie = entry.partition("Tied to it, without a date of its own:")
    assert "charges with a task" not in said
    assert "charges with a task" in tie


@pytest.mark.parametrize(
    ("path", "part", "words", "doubt"),
    [
        ("doc/treaty/statelessness-convention-1954", "treaties", "2014", "statelessness-years"),
        ("doc/treaty/statelessness-convention-1961", "treaties", "1985", "statelessness-years"),
        ("doc/ne/instrument/ordinance-2010-86", "effects", "National Coordinating Commission", "cncltp"),
        ("doc/ne/org/ministry-of-justice", "chart", "National Coordinating Commission", "cncltp"),
    ],
)
def test_what_a_discrepancy_involves_says_so_and_leads_there(
    client: httpx.Client, asserted: Graph, path: str, part: str, words: str, doubt: str
) -> None:
    text = read(client, path)
    found = re.search(rf'<section id="{part}".*?</section>', text, re.S)
    assert found
    entries = [entry for entry in re.split(r"<li>|<tr>", found[0]) if words in entry and "in doubt" in entry]
    assert entries, path
    assert any(f"/discrepancy/{doubt}" in entry for entry in entries)
    listed = re.search(r'<section id="doubts".*?</section>', text, re.S)
    assert listed
    assert f"/discrepancy/{doubt}" in listed[0]


def test_a_reading_is_marked_in_the_chart_and_in_what_rests_on_it(client: httpx.Client) -> None:
    chart = re.search(r'<section id="chart".*?</section>', read(client, "doc/ne/org/mid"), re.S)
    assert chart
    tree = re.search(r'<ul class="tree">.*?</ul>', chart[0], re.S)
    assert tree
    police = tree[0].partition("General Directorate of the National Police")[2].partition("<li>")[0]
    assert "editors’ reading" in police
    authority = block(read(client, "doc/ne/org/mid"), "chart").partition("has authority over")[2]
    assert "inferred rests on a reading" in authority
    effects = block(read(client, "doc/ne/instrument/law-2014-60"), "effects")
    assert effects.count("inferred rests on a reading") == 3
    assert effects.count("how it follows") == 4


def test_what_the_report_does_not_name_of_a_text_is_said(client: httpx.Client, engine: EmbeddedEngine) -> None:
    names_none = "implements it or that it gives a task: the report names none."
    query = f"""SELECT DISTINCT ?text (EXISTS {{
      {{ ?body <{MGI}implements>|<{MGI}involvedInImplementing> ?text }} UNION {{ ?text <{MGI}mandates> ?body }}
      UNION {{ ?mandate <{MGI}legalBasis> ?text }}
    }} AS ?named) WHERE {{ VALUES ?class {{ <{MGI}LegalInstrument> <{MGI}PolicyInstrument> }}
      ?text a ?class . ?finding <{MGI}mentions> ?text }} ORDER BY ?text"""
    rows = engine.query(query).table().rows
    said = {text.value: names_none in block_or_none(read(client, local_path(text.value))) for text, _ in rows if text}
    assert said == {text.value: named.value == "false" for text, named in rows if text and named}
    assert len(set(said.values())) == 2
    law = block(read(client, "doc/ne/instrument/law-2015-36", "fr"), "silences")
    assert "Un texte d’application : le rapport n’en nomme aucun." in law


def block_or_none(text: str) -> str:
    return block(text, "silences") if 'id="silences"' in text else ""


@pytest.mark.parametrize(("language", "place"), [("en", "Annex: Table 2"), ("fr", "Annexe\u00a0: Tableau 2")])
def test_a_place_without_a_page_number_is_named_in_the_language(
    client: httpx.Client, language: str, place: str
) -> None:
    for path in ("doc/profile/ne-2021/passage/table-2-r1", "doc/treaty/ilo-c111-1958", "questions/treaties-ratified"):
        assert place in read(client, path, language), path


def test_a_relation_that_several_claims_state_stands_once_with_the_evidence_of_each(client: httpx.Client) -> None:
    published = read(client, "doc/ne/org/anpe").partition("<dt>publishes</dt>")[2].partition("</dd>")[0]
    assert published.count('<ul class="ends">') == 1
    assert (published.count("<li>"), published.count('<details class="evidence"')) == (1, 2)


def test_a_finding_says_that_its_words_are_ours(client: httpx.Client) -> None:
    for path in (FINDING, "questions/stated-absences", f"cite?iri={ID}{FINDING.removeprefix('doc/')}"):
        assert "In our words; the report’s own sentence is on p. 14." in read(client, path), path
        assert "Dans nos mots\u202f; la phrase du rapport est à la p. 14." in read(client, path, "fr"), path


def test_a_discrepancy_lists_its_readings_and_the_choice(client: httpx.Client) -> None:
    text = read(client, "doc/profile/ne-2021/discrepancy/statelessness-years")
    readings, _, choice = text.partition("How it can be read")[2].partition("Choice made")
    assert "1985 for the convention of 1954" in readings
    assert "1985 for the convention of 1961" in readings
    assert "1985 for the convention of 1961" in choice.partition("</ul>")[0]
    assert "1985 for the convention of 1954" not in choice.partition("</ul>")[0]


def test_a_disputed_claim_leads_to_what_speaks_against_it(client: httpx.Client, asserted: Graph) -> None:
    involved = set(asserted.objects(None, URIRef(MGI + "involves")))
    claims = sorted(set(asserted.subjects(RDF.type, URIRef(MGI + "DisputedClaim"))) & involved, key=str)
    assert claims
    for claim in claims:
        told = block(read(client, local_path(str(claim))), "itself")
        assert "What speaks against it:" in told
        assert "in doubt:" in told


# ---- Parts of the report, long lists


def test_findings_lead_to_those_before_and_after(client: httpx.Client, asserted: Graph) -> None:
    passage = URIRef(ID + "profile/ne-2021/passage/1.3-p4")
    findings = set(map(str, asserted.subjects(URIRef(MGI + "inPassage"), passage)))
    path, walked = local_path(min(findings)), []
    while path:
        walked.append(ID + urlsplit(path).path.removeprefix("/doc/"))
        following = re.search(r'<a rel="next" href="([^"]*)"', read(client, path))
        path = following[1] if following else ""
    assert set(walked) == findings
    assert len(walked) == len(findings) > 5


def test_a_long_list_can_be_had_whole(client: httpx.Client, asserted: Graph) -> None:
    participations = set(asserted.subjects(URIRef(MGI + "participant"), URIRef(ID + "country/NER")))
    path = NIGER + "?part=treaties"
    assert f'href="/{path}' in read(client, NIGER)
    found = set(re.findall(r"/doc/(profile/ne-2021/participation/[^?\"]+)", read(client, path)))
    assert found == {str(one).removeprefix(ID) for one in participations}
    assert len(found) > 24


@pytest.mark.parametrize(
    ("query", "words"),
    [("part=nothing", "This page has no list"), ("part=treaties&from=-1", "must be a number"), ("from=1e9", "from")],
)
def test_a_list_that_is_not_there_is_a_clear_error(client: httpx.Client, query: str, words: str) -> None:
    got = client.get(f"{NIGER}?{query}")
    assert got.status_code == 400
    assert words in html.unescape(got.text)


def test_a_dimension_shows_topics_without_findings(client: httpx.Client) -> None:
    text = read(client, DESIGNS["dimension"])
    assert re.search(r"Family reunification</a></td><td>yes</td><td[^>]*><strong>0</strong>", text)


# ---- Languages


@pytest.mark.parametrize("kind", ["body", "finding", "instrument", "discrepancy"])
def test_a_french_page_marks_what_is_not_french(client: httpx.Client, asserted: Graph, kind: str) -> None:
    thing = URIRef(ID + DESIGNS[kind].removeprefix("doc/"))
    text = read(client, DESIGNS[kind], "fr")
    assert '<html lang="fr">' in text
    for predicate in (SKOS.prefLabel, URIRef(MGI + "statement")):
        for english in (name for name in asserted.objects(thing, predicate) if name.language == "en"):  # type: ignore[attr-defined]
            assert f'lang="en">{english}<' in text
    for name in asserted.objects(thing, RDFS.label):
        assert str(name) in text


# ---- Hostile literals

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;{{ 7*7 }}${7*7}"


@pytest.fixture(scope="module")
def hostile(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose data name a body, and state a finding, with markup and scripts."""
    root = tmp_path_factory.mktemp("hostile")
    for folder in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(ROOT / folder, root / folder)
    path = root / "data" / "niger-2021.ttl"
    data = path.read_text("utf-8")
    literal = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    name = "National Agency for the Fight against Trafficking in Persons and Smuggling of Migrants"
    said = "Among the tasks for which ANLTP/TIM is responsible"
    assert data.count(f'"{name}"@en') == 2
    assert data.count(said) == 1
    path.write_text(data.replace(f'"{name}"@en', f'"{literal}"@en').replace(said, literal), "utf-8")
    with launch(MGI_GRAPH_ROOT=str(root)) as (url, _):
        yield url


def test_markup_in_literals_does_nothing(hostile: str, browser: Browser) -> None:
    page, alarms = browser.new_page(), list[str]()
    page.on("dialog", lambda dialog: alarms.append(dialog.message))
    page.on("console", lambda message: alarms.append(message.text))
    page.on("request", lambda request: alarms.extend([] if request.url.startswith(hostile) else [request.url]))
    for path in (ANLTP, FINDING, "doc/ne/instrument/law-2015-36", ANLTP + "?part=tasks-implements"):
        page.goto(hostile + path)
        expect(page.locator("main")).to_contain_text(HOSTILE)
        assert page.locator("main img, main script, [onerror], script:not([src])").count() == 0
    page.goto(hostile + ANLTP)
    page.locator("[data-graph]").scroll_into_view_if_needed()
    expect(page.locator("[data-graph] canvas").first).to_be_visible()
    page.close()
    assert not alarms


# ---- In a browser


@pytest.mark.parametrize("kind", DESIGNS)
def test_pages_are_accessible(open_page: OpenPage, axe: Callable[[Page], None], kind: str) -> None:
    page = open_page(color_scheme="dark")
    page.goto(DESIGNS[kind])
    for details in page.locator("details.evidence").all()[:3]:
        details.evaluate("one => { one.open = true }")
    axe(page)
    page.emulate_media(color_scheme="light")
    axe(page)


@pytest.mark.parametrize("kind", DESIGNS)
def test_pages_fit_a_narrow_screen_in_french(open_page: OpenPage, kind: str) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, locale="fr-FR")
    page.goto(DESIGNS[kind])
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_evidence_opens_by_keyboard(page: Page) -> None:
    page.goto(ANLTP)
    details = page.locator("#tasks details.evidence").first
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(details).to_have_attribute("open", "")
    expect(details).to_contain_text("1.3-p4, p. 14")
    expect(details).to_contain_text("International Organization for Migration (IOM), 2021.")
    page.keyboard.press("Tab")
    while "/finding/" not in (page.evaluate("document.activeElement.href") or ""):
        page.keyboard.press("Tab")
        assert details.evaluate("one => one.contains(document.activeElement)")
    page.keyboard.press("Enter")
    expect(page.locator(".statement")).to_contain_text("ANLTP/TIM")


def test_from_the_first_page_to_evidence_in_three_clicks(page: Page) -> None:
    page.goto("")
    box = page.get_by_role("search").first
    box.locator("input[name=q]").fill("ANLTP")
    box.get_by_role("button").click()
    page.locator("main").get_by_role("link", name="National Agency for the Fight against Trafficking").first.click()
    page.locator("#tasks details.evidence summary").first.click()
    expect(page.locator("#tasks blockquote").first).to_be_visible()
    expect(page.locator("#tasks blockquote").first).to_contain_text("p. 14")


def test_the_neighbourhood_is_drawn_and_said(page: Page) -> None:
    page.goto(ANLTP)
    picture = page.locator("#network [data-graph]")
    picture.scroll_into_view_if_needed()
    expect(picture.locator("canvas").first).to_be_visible()
    page.get_by_text("The same as a list").click()
    listed = page.locator("#network [data-edges] > li")
    expect(listed).to_have_count(int(page.locator("#network .count").first.inner_text()))
    expect(listed.filter(has_text="implements").first).to_be_visible()


def test_pages_need_no_script(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(ANLTP)
    expect(page.locator("#network [data-graph]")).to_be_hidden()
    page.locator("#network summary").click()
    expect(page.locator("#network [data-edges] > li").first).to_be_visible()
    page.locator("#tasks details.evidence summary").first.click()
    expect(page.locator("#tasks blockquote").first).to_be_visible()


def test_the_contents_lead_to_the_parts_of_a_page(page: Page) -> None:
    page.goto(NIGER)
    contents = page.get_by_role("navigation", name="On this page")
    links = contents.get_by_role("link").all()
    assert len(links) > 8
    for link in links:
        target = (link.get_attribute("href") or "#").removeprefix("#")
        expect(page.locator(f"[id='{target}'] > h2")).to_contain_text(link.inner_text())
