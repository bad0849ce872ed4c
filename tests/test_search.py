"""Search: what people type, as they type it, finds what they mean; whatever strangers type does no harm."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mgi_graph import search
from mgi_graph.catalogue import read_catalogue
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.result import Answer
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import QueryError
from mgi_graph.index import KINDS, LONGEST_TEXT, Index, split_at, stems_of, words_of
from mgi_graph.namespaces import ID, MGI, expand
from mgi_graph.sources import Sources
from mgi_graph.web.search import KIND_NAMES

ORDINANCE = "ne/instrument/ordinance-2010-86"
HCNE = "ne/org/hcne"
ANLTP = "ne/org/anltp-tim"


@pytest.fixture(scope="module")
def index(engine: EmbeddedEngine, files: Sources) -> Index:
    return Index(engine, read_catalogue(files.queries))


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as made:
        yield made


def first(index: Index, text: str, language: str = "en") -> str:
    return index.search(text, language, limit=1).hits[0].iri.removeprefix(ID)


@pytest.mark.parametrize(
    ("org", "english", "french"),
    [("org/ecowas", "ECOWAS", "CEDEAO"), ("org/ilo", "ILO", "OIT"), ("org/iom", "IOM", "OIM")],
)
def test_an_acronym_is_that_of_the_language(index: Index, org: str, english: str, french: str) -> None:
    for language, mine in (("en", english), ("fr", french)):
        for asked in (english, french):
            hit = index.search(asked, language, limit=1).hits[0]
            assert (hit.iri.removeprefix(ID), hit.acronym) == (org, mine)


@pytest.mark.parametrize(
    "text",
    [
        "2010-86",
        "2010/86",
        "2010 86",
        "2010\u201086",
        "2010\u201386",
        "n° 2010-86",
        "N°2010/86",
        "No. 2010-86",
        "ordonnance 2010/86",
        "Ordinance No. 2010-86",
        "traite des personnes ordonnance",
        "ordon 2010-8",
    ],
)
def test_a_law_is_found_by_its_number_in_every_spelling(index: Index, text: str) -> None:
    assert first(index, text) == ORDINANCE


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("ANLTP/TIM", ANLTP),
        ("anltp", ANLTP),
        ("ANLTP-TIM", ANLTP),
        ("Haut Conseil", HCNE),
        ("haut conseil des nigeriens de l'exterieur", HCNE),
        ("HCNE", HCNE),
        ("High Council", HCNE),
        ("ministere du travail", "ne/org/ministry-of-labour"),
        ("Minist\u00e8re du Travail", "ne/org/ministry-of-labour"),
        ("Ministe\u0300re du Travail", "ne/org/ministry-of-labour"),
        ("Niger", "country/NER"),
        ("main-d\u2019\u0153uvre", "topic/bilateral-labour-agreements"),
        ("accords bilateraux de main d'oeuvre", "topic/bilateral-labour-agreements"),
        ("1.3-p4", "profile/ne-2021/passage/1.3-p4"),
        ("id:ne/org/anpe", "ne/org/anpe"),
        (f"<{ID}ne/org/anpe>", "ne/org/anpe"),
    ],
)
def test_things_are_found_by_acronym_name_and_beginning(index: Index, text: str, thing: str) -> None:
    assert first(index, text) == thing


@pytest.mark.parametrize(
    ("text", "thing"),
    [("ANLPT", ANLTP), ("Haut Consiel", HCNE), ("remmitances", "topic/remittances"), ("2010-68 ordinance", ORDINANCE)],
)
def test_small_typing_errors_are_forgiven_and_told(index: Index, text: str, thing: str) -> None:
    hit = index.search(text, limit=1).hits[0]
    assert (hit.iri, hit.approximate) == (ID + thing, True)
    assert not index.search("ANLTP", limit=1).hits[0].approximate


def test_every_name_of_the_graph_finds_its_thing(index: Index, engine: EmbeddedEngine) -> None:
    """Preferred, alternative, former and misprinted (hidden) names: each, exactly as it stands, is found first."""
    things = search.things(engine, MGI + "Entity")
    assert len(things) > 100
    for thing in things:
        for name in thing.names:
            best = index.search(name, limit=10, class_iri=MGI + "Entity").hits
            assert thing.iri in {hit.iri for hit in best}, name


def test_names_are_read_once_from_a_store_that_tells_its_version(engine: EmbeddedEngine) -> None:
    class Counted:
        def __init__(self, facts: dict[str, str]) -> None:
            self.facts, self.asked = facts, 0

        def describe(self) -> dict[str, str]:
            return self.facts

        def query(self, text: str, dataset: Dataset | None = None) -> Answer:
            self.asked += 1
            return engine.query(text, dataset)

    told, silent = Counted({"version": "1"}), Counted({})
    for store in (told, silent):
        for _ in range(3):
            assert search.resolve(store, "HCNE", MGI + "Organisation").value == ID + HCNE
    assert (told.asked, silent.asked) == (1, 3)


def test_the_value_of_a_hit_names_just_this_thing(index: Index, engine: EmbeddedEngine) -> None:
    for class_iri in (MGI + "Organisation", MGI + "Instrument", MGI + "Topic"):
        found = index.search("a", class_iri=class_iri, limit=1000).hits
        assert len(found) > 5
        for hit in found:
            assert search.resolve(engine, hit.value, class_iri).value == hit.iri, hit.value


def test_labels_are_in_the_language_of_the_reader(index: Index) -> None:
    english, french = (index.search("HCNE", code, limit=1).hits[0] for code in ("en", "fr"))
    assert english.label.value.startswith("High Council")
    assert french.label.value.startswith("Haut Conseil")
    assert (english.label.language, french.label.language) == ("en", "fr")
    assert french.class_label.value == "organisation publique"
    assert index.search("Haut Conseil", "en", limit=1).hits[0].matched.startswith("Haut Conseil")
    assert index.search("Haut Conseil", "fr", limit=1).hits[0].matched == ""


def test_statements_and_questions_are_found_too(index: Index) -> None:
    said = index.search("forced labour", kind="report", limit=5)
    assert said.hits
    assert "forced labour" in said.hits[0].label.value.lower()
    assert all("forc" in hit.label.value.lower() for hit in said.hits if not hit.approximate)
    assert said.hits[0].page.isdigit()
    asked = index.search("Quels textes", "fr", kind="question", limit=50).hits
    assert "which-laws" in {hit.iri.rpartition("/")[2] for hit in asked}


@pytest.mark.parametrize(
    ("forms", "language"),
    [
        (("disabled", "disability", "disabilities"), "en"),
        (("remittance", "remittances"), "en"),
        (("travailleur", "travailleurs"), "fr"),
        (("accord", "accords"), "fr"),
        (("loi nationale", "lois nationales"), "fr"),
    ],
)
def test_every_form_of_a_word_finds_the_same(index: Index, forms: tuple[str, ...], language: str) -> None:
    found = [
        {hit.iri for hit in index.search(form, language, limit=1000).hits if not hit.approximate} for form in forms
    ]
    assert found[0]
    assert all(one == found[0] for one in found)


def test_the_form_that_was_typed_comes_first(index: Index) -> None:
    said = [hit.label.value for hit in index.search("disability", kind="report", limit=100).hits]
    has = ["disability" in text.lower() for text in said]
    assert True in has
    assert has == sorted(has, reverse=True)
    assert index.search("law", "en", limit=1).hits[0].label.value.lower() == "law"


def test_notes_are_found_and_what_the_report_says_goes_before_records(index: Index) -> None:
    repealed = index.search("repealed").hits
    assert any("repeal" in hit.label.value for hit in repealed)
    kinds = list(dict.fromkeys(hit.kind for hit in index.search("2010/86", limit=100).hits))
    assert kinds.index("report") < kinds.index("record") < kinds.index("source")


def test_a_search_can_be_limited(index: Index) -> None:
    ministries = index.search("minist", class_iri=MGI + "Ministry", limit=100)
    assert {hit.class_label.value for hit in ministries.hits} == {"ministry"}
    assert ministries.totals == {"body": len(ministries.hits)}
    of_each = index.search("migration", limit=100, of_each=2)
    kinds = [hit.kind for hit in of_each.hits]
    assert max(map(kinds.count, kinds)) == 2
    assert sum(of_each.totals.values()) > len(kinds)
    assert list(of_each.totals) == [kind for kind in KINDS if kind in of_each.totals]


def test_every_kind_has_a_name() -> None:
    assert list(KIND_NAMES) == list(KINDS)


def test_what_is_nowhere_is_not_found(index: Index) -> None:
    for text in ("", " ", '"', "''", "*", "zzqqxx", "\0", "\U0001f600", "::", "<>", "-", "()", "%", "_"):
        assert index.search(text).hits == (), text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300) | st.from_regex(r'[a-c"*():^ .\-]{0,40}|(NEAR|AND|OR|NOT|name:)[ a-z"*()]{0,20}'))
def test_whatever_is_typed_is_searched_and_not_run(index: Index, text: str) -> None:
    found = index.search(text.encode("utf-8", "ignore").decode())
    assert len(found.hits) <= 20
    assert sum(found.totals.values()) >= len(found.hits)


def test_an_index_that_could_not_be_made_is_made_at_the_next_search(engine: EmbeddedEngine) -> None:
    class Failing:
        asked = 0

        def __getattr__(self, name: str) -> object:
            return getattr(engine, name)

        def query(self, *arguments: object) -> object:
            self.asked += 1
            if self.asked == 3:
                raise QueryError("Too busy.")
            return engine.query(*arguments)  # type: ignore[arg-type]

    index = Index(Failing())  # type: ignore[arg-type]
    with pytest.raises(QueryError):
        index.search("ANLTP")
    assert first(index, "ANLTP") == ANLTP


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [("loi", "lois", "fr"), ("appui", "appuis", "fr"), ("abrogee", "abroges", "fr"), ("policy", "policies", "en")],
)
def test_forms_have_a_stem_in_common(one: str, other: str, language: str) -> None:
    assert stems_of(one, language) == stems_of(other, language)
    assert split_at(f"x {other} y", frozenset({one})) == [("x ", False), (other, True), (" y", False)]


def test_words_are_marked_where_they_stand() -> None:
    pieces = split_at("Main-d’œuvre étrangère", words_of("oeuvre etrang"))
    assert pieces == [("Main-d’", False), ("œuvre", True), (" ", False), ("étrangère", True)]
    assert split_at("La loi", words_of("la")) == [("La loi", False)]


def test_hits_over_http(client: httpx.Client) -> None:
    got = client.get("api/search", params={"q": "2010/86", "lang": "fr", "limit": 3})
    assert got.status_code == 200
    body = got.json()
    assert (body["query"], body["lang"], len(body["hits"])) == ("2010/86", "fr", 3)
    hit = body["hits"][0]
    assert hit["iri"] == ID + ORDINANCE
    assert (hit["kind"], hit["acronym"], hit["lang"]) == ("instrument", "2010-86", "fr")
    assert client.get(hit["address"], headers={"Accept": "text/html"}).status_code == 200
    question = client.get("api/search", params={"q": "Laws that a body implements"}).json()["hits"][0]
    assert question["address"] == "/questions/which-laws"
    empty = client.get("api/search").json()
    assert (empty["hits"], empty["totals"]) == ([], {})
    assert client.get("api/search", params={"q": "anltp"}, headers={"Accept-Language": "fr"}).json()["lang"] == "fr"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"q": "a", "limit": "0"}, "1 to 100"),
        ({"q": "a", "limit": "101"}, "1 to 100"),
        ({"q": "a", "limit": "٣"}, "1 to 100"),
        ({"q": "a", "limit": "1" * 1000}, "1 to 100"),
        ({"q": "a", "lang": "de"}, "en or fr"),
        ({"q": "a", "kind": "nothing"}, "no kind"),
        ({"q": "a", "kind": "http://x/<y>"}, "no kind"),
        ({"q": "a" * 2001}, "2000"),
        ({"query": "a"}, "q, kind, lang, limit"),
    ],
)
def test_a_wrong_search_is_told_what_is_wrong(client: httpx.Client, parameters: dict[str, str], said: str) -> None:
    got = client.get("api/search", params=parameters, headers={"Accept": "application/json"})
    assert got.status_code == 400
    problem = got.json()
    assert said in f"{problem['detail']} {problem['remedy']}"
    assert len(got.text) < 2000


def test_a_kind_or_a_class_limits_over_http(client: httpx.Client) -> None:
    for kind in ("mgi:Ministry", expand("mgi:Ministry")):
        got = client.get("api/search", params={"q": "minist", "kind": kind, "limit": 100}).json()
        assert got["totals"] == {"body": len(got["hits"])}
        assert len(got["hits"]) >= 10
    assert client.get("api/search", params={"q": "minist", "kind": "mgi:Nothing"}).json()["hits"] == []
    assert set(client.get("api/search", params={"q": "migration", "kind": "topic"}).json()["totals"]) == {"topic"}


def test_the_page_groups_what_was_found(client: httpx.Client) -> None:
    page = client.get("search", params={"q": "traite des personnes", "lang": "fr"}).text
    assert '<h2 id="kind-instrument">Lois, politiques et traités</h2>' in page
    assert "<mark>traite</mark>" in page
    assert "/doc/ne/instrument/ordinance-2010-86?lang=fr" in page
    only = client.get("search", params={"q": "traite des personnes", "kind": "topic", "lang": "fr"}).text
    assert "kind-topic" in only
    assert "kind-instrument" not in only
    assert "Nothing found" in client.get("search", params={"q": "zzqqxx", "lang": "en"}).text
    assert "2010/86" in client.get("search", params={"lang": "en"}).text


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '" onfocus="alert(1)', "{{7*7}}", "</title><b>", "\u202ex"]
)
def test_the_page_shows_hostile_text_as_text(client: httpx.Client, text: str) -> None:
    page = client.get("search", params={"q": text}).text
    assert text not in page or text in ("{{7*7}}", "\u202ex")
    assert "alert(1)<" not in page.replace("alert(1)&lt;", "")
    assert "49" not in page.partition("<main")[2].partition("</h1>")[0]


def test_a_long_text_is_cut(client: httpx.Client) -> None:
    page = client.get("search", params={"q": "x" * 1999}).text
    assert "“" + "x" * LONGEST_TEXT + "”" in page
