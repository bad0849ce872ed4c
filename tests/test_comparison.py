"""Comparison: what two profiles of a country say differently, one subject in several countries, one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import CASES, ROOT, OpenPage, Serve, http
from playwright.sync_api import Page, expect

from mgi_graph import answers, catalogue, checking, comparison, snapshot, sources
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.errors import ParameterError
from mgi_graph.namespaces import ID

SYNTHETIC = [ROOT / "examples" / "synthetic-country-a-2024.ttl", *sorted((CASES / "comparison").glob("*.ttl"))]
NIGER = ID + "country/NER"
A = ID + "country/XXA"


@pytest.fixture(scope="module")
def data(files: sources.Sources) -> list[Path]:
    return [*files.asserted, *SYNTHETIC]


@pytest.fixture(scope="module")
def several(data: list[Path]) -> EmbeddedEngine:
    return EmbeddedEngine(snapshot.of_files(data))


def told(parts: tuple[comparison.Said, ...]) -> list[tuple[str, list[str]]]:
    return [
        (part.value.iri.removeprefix(ID) if part.value else "named", [finding.page for finding in part.findings])
        for part in parts
    ]


def test_the_synthetic_profiles_conform(files: sources.Sources) -> None:
    assert len(SYNTHETIC) == 3
    assert checking.check(files.ontology, [*files.data, *SYNTHETIC], files.shapes).violations == ()


def test_changes_from_one_profile_to_the_next(several: EmbeddedEngine) -> None:
    found = comparison.changes(several, A)
    assert (found.earlier and found.earlier.year, found.later and found.later.year) == (2020, 2024)
    by_thing = {
        (change.kind, change.thing.iri.removeprefix(ID)): (told(change.earlier), told(change.later))
        for change in found.changes
    }
    assert by_thing["status", "xa/instrument/law-2019-07"] == ([("status/not-yet-adopted", ["5"])], [])
    assert by_thing["participation", "treaty/refugee-convention-1951"] == (
        [("treaty-action/not-ratified", ["4"])],
        [("treaty-action/ratified", ["12"])],
    )
    assert by_thing["assessment", "topic/education"] == (
        [("assessment/potential-for-further-development", ["5"])],
        [("assessment/well-developed", ["13"])],
    )
    earlier, later = by_thing["body", "xa/org/aaf"]
    assert not earlier
    assert later[0][0] == "named"
    assert ("instrument", "xa/instrument/law-2019-07") not in by_thing, "both name it"
    assert ("instrument", "treaty/refugee-convention-1951") not in by_thing
    names = {change.thing.names.get("fr") for change in found.changes}
    assert "Agence pour les familles arrivantes" in names
    assert all(item.statement["fr"] for change in found.changes for part in change.later for item in part.findings)


def test_the_earlier_profile_comes_first_whichever_is_named_so(several: EmbeddedEngine) -> None:
    first, second = f"{ID}profile/xa-2020", f"{ID}profile/xa-2024"
    assert comparison.changes(several, A, second, first) == comparison.changes(several, A, first, second)


def test_one_profile_has_nothing_to_be_compared_with(engine: EmbeddedEngine) -> None:
    found = comparison.changes(engine, NIGER)
    assert [profile.year for profile in found.profiles] == [2021]
    assert (found.earlier, found.later, found.changes) == (None, None, ())


def test_a_subject_in_several_countries_in_the_order_of_their_codes(several: EmbeddedEngine) -> None:
    found = comparison.side_by_side(several, ID + "topic/education")
    assert [side.profile.country.iri.removeprefix(ID) for side in found.sides] == [
        "country/NER",
        "country/XXA",
        "country/XXB",
    ]
    assert [side.profile.year for side in found.sides] == [2021, 2024, 2024], "the latest of each country"
    assert told(found.sides[2].said) == [("assessment/potential-for-further-development", ["5"])]
    silent = comparison.side_by_side(several, ID + "topic/student-migration").silent
    assert [profile.country.names["en"] for profile in silent] == ["Synthetic country A", "Synthetic country B"]
    dimension = comparison.side_by_side(several, ID + "dimension/migrants-rights")
    assert len(dimension.sides) == 3


@pytest.mark.parametrize("country", ["", "country/NER", ID + "country/FRA", "x> } #", ID + "org/iom"])
def test_what_has_no_profile_is_refused(engine: EmbeddedEngine, country: str) -> None:
    with pytest.raises(ParameterError, match="No profile"):
        comparison.changes(engine, country)


def test_other_wrong_choices_are_refused(several: EmbeddedEngine) -> None:
    with pytest.raises(ParameterError, match="no dimension"):
        comparison.side_by_side(several, ID + "org/iom")
    with pytest.raises(ParameterError, match="profile/xa-2020"):
        comparison.changes(several, A, earlier=ID + "profile/ne-2021")
    with pytest.raises(ParameterError, match="with itself"):
        comparison.changes(several, A, earlier=ID + "profile/xa-2020", later=ID + "profile/xa-2020")


def test_the_question_on_changes(several: EmbeddedEngine, files: sources.Sources) -> None:
    question = catalogue.find_question(files.queries, "changes-between-profiles")
    answer = answers.ask(several, question, {"country": A})
    rows = [[str(term.value).removeprefix(ID) if term else "" for term in row] for row in answer.table.rows]
    assert [row[2:5] for row in rows] == [
        ["treaty/refugee-convention-1951", "treaty-action/not-ratified", "treaty-action/ratified"]
    ]


def test_the_question_on_a_subject(several: EmbeddedEngine, files: sources.Sources) -> None:
    question = catalogue.find_question(files.queries, "subject-across-countries")
    answer = answers.ask(several, question, {"topic": ID + "topic/education"})
    cited = [{item.finding.removeprefix(ID).split("/")[1] for item in evidence} for evidence in answer.evidence]
    assert cited[-1] == {"xb-2024"}
    assert {name for names in cited for name in names} == {"ne-2021", "xa-2020", "xa-2024", "xb-2024"}


@pytest.fixture(scope="module")
def url(data: list[Path], serve: Serve) -> Iterator[str]:
    """The address of a server on several profiles."""
    with serve(*(argument for path in data for argument in ("--data", path))) as address:
        yield address


class TestPage:
    @pytest.mark.parametrize(
        ("lang", "words"), [("en", "There is only one profile"), ("fr", "Il n’existe qu’un profil")]
    )
    def test_one_profile(self, address: str, lang: str, words: str) -> None:
        page = http.get(f"{address}compare", params={"country": NIGER, "lang": lang})
        assert page.status_code == 200
        assert words in page.text
        assert page.headers["content-language"] == lang

    def test_changes(self, url: str) -> None:
        page = http.get(f"{url}compare", params={"country": A, "lang": "en"}, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "2020" in page.text
        assert "Agency for Arriving Families" in page.text
        assert "says nothing" in page.text
        body = http.get(f"{url}compare", params={"country": A, "format": "json"}).json()
        assert body["earlier"]["year"] == 2020
        assert {change["kind"] for change in body["changes"]} <= set(comparison.KINDS)

    def test_a_subject(self, url: str) -> None:
        page = http.get(f"{url}compare", params={"subject": ID + "topic/education", "lang": "fr"})
        assert page.status_code == 200
        assert page.text.index("Niger") < page.text.index("Pays synthétique A") < page.text.index("Pays synthétique B")
        body = http.get(
            f"{url}compare", params={"subject": ID + "topic/education"}, headers={"Accept": "application/json"}
        ).json()
        assert len(body["sides"]) == 3

    @pytest.mark.parametrize("query", [f"country={A}", f"subject={ID}topic/education"])
    @pytest.mark.parametrize("lang", ["en", "fr"])
    def test_several_profiles_are_accessible_on_wide_and_narrow_screens(
        self, url: str, open_page: OpenPage, axe: Callable[[Page], None], query: str, lang: str
    ) -> None:
        for width, scheme in ((1280, "light"), (360, "dark")):
            page = open_page(base_url=url, viewport={"width": width, "height": 800}, color_scheme=scheme)
            page.goto(f"compare?{query}&lang={lang}")
            expect(page.locator("h1")).to_have_count(1)
            expect(page.locator("table").first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.locator("summary").first.click()
            axe(page)

    def test_subjects_are_chosen_by_kind_in_the_order_of_the_language(self, page: Page) -> None:
        page.goto("compare?lang=fr")
        groups = page.get_by_label("Un sujet dans tous les pays").locator("optgroup")
        assert [group.get_attribute("label") for group in groups.all()] == [
            "Dimensions",
            "Sujets",
            "Groupes de personnes",
        ]
        topics = groups.nth(1).locator("option").all_inner_texts()
        assert topics.index("Droit de vote") < topics.index("Éducation") < topics.index("Genre")
        page.get_by_label("Un sujet dans tous les pays").select_option("Éducation")
        page.get_by_role("button", name="Comparer les pays").click()
        expect(page).to_have_title("Éducation – Comparer les profils – MGI Graph")
        expect(page.get_by_label("Un sujet dans tous les pays").locator("option:checked")).to_have_text("Éducation")

    @pytest.mark.parametrize(
        "query", ["country=x&subject=y", "country=<b>", "colour=red", f"country={'x' * 3000}", "country=a&country=b"]
    )
    def test_wrong_parameters(self, address: str, query: str) -> None:
        answer = http.get(f"{address}compare?{query}", headers={"Accept": "application/json"})
        assert answer.status_code == 400
        assert answer.json()["detail"]
