"""How to cite: what comes out is read back with the libraries of reference managers, and hostile texts stay texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from conftest import ROOT
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from mgi_graph import answers, catalogue, citations
from mgi_graph.citations import Citation, Edition
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.errors import NotInGraphError
from mgi_graph.namespaces import DATASET, ID

ANLTP = ID + "ne/org/anltp-tim"
FINDING = ID + "profile/ne-2021/finding/1.3-p4-2"
REQUIRED = (
    "International Organization for Migration (IOM), 2021. Migration Governance Indicators Profile 2021 – Republic of "
    "the Niger. IOM, Geneva."
)
EDITION = Edition("0123456789ab", "1.0.0", date(2026, 1, 2), date(2026, 2, 1))
HOSTILE = [
    'x} , title = {stolen}, y = {"',
    "}\n@misc{evil, title={evil}}\n{",
    "\\input{/etc/passwd} \\write18{id}",
    "100 % of $5 & #1 _a^b~c",
    "a\r\nER  - \r\nTY  - BOOK\r\nTI  - stolen",
    "a\x0bTY  - BOOK\x85ER  - \u2028TI  - stolen",
    '"},{"id":"evil"',
    "<script>alert(1)</script>",
    "\u202eright to left",
]


def cited(engine: EmbeddedEngine, title: str) -> Citation:
    """A citation of the dataset with another title."""
    whole = citations.cite_dataset(engine, EDITION, "en")
    main = citations.Reference(**{**vars(whole.main), "title": title})
    return Citation(main, whole.sources, whole.required)


def decoder() -> LatexDecodingMiddleware:
    """What the library knows of LaTeX, and three text symbols of LaTeX that it does not know."""
    context = get_default_latex_context_db()
    symbols = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    context.add_context_category("symbols", prepend=True, macros=[MacroTextSpec(*symbol) for symbol in symbols.items()])
    return LatexDecodingMiddleware(decoder=LatexNodes2Text(latex_context=context))


def bibtex(text: str) -> list[dict[str, str]]:
    """The entries of a BibTeX file as a reference manager reads them."""
    raw = parse_string(text)
    decoded = parse_string(text, append_middleware=[decoder()])
    assert raw.failed_blocks == decoded.failed_blocks == raw.comments == []
    return [
        {"type": entry.entry_type, "key": entry.key}
        | {field.key: field.value[1:-1] if field.value[:1] == "{" else field.value for field in entry.fields}
        | {field.key: field.value for field in verbatim.fields if field.key == "url"}
        for entry, verbatim in zip(decoded.entries, raw.entries, strict=True)
    ]


def ris(text: str) -> list[dict[str, Any]]:
    """The entries of an RIS file as a reference manager reads them."""
    entries: list[dict[str, Any]] = rispy.loads(text)
    return entries


def test_an_answer_is_cited_with_the_report(engine: EmbeddedEngine) -> None:
    question = catalogue.read_question(ROOT / "queries" / "which-laws.rq")
    answer = answers.ask(engine, question, {"body": "ANLTP/TIM"})
    citation = citations.cite_answer(engine, answer, EDITION, "https://h.example/questions/which-laws?body=a%20b", "en")
    text = citations.as_text(citation, "en")
    assert "“Which laws does ANLTP/TIM implement?”" in text
    assert "Version 1.0.0 (0123456789ab)" in text
    assert "accessed 1 February 2026" in text
    assert text.splitlines()[1:] == [REQUIRED]
    main, source = bibtex(citations.as_bibtex(citation))
    assert main["title"] == "Which laws does ANLTP/TIM implement?"
    assert main["url"] == "https://h.example/questions/which-laws?body=a%20b"
    assert main["note"] == REQUIRED
    assert (source["type"], source["year"], source["number"]) == ("techreport", "2021", "PUB2021/119/EL")
    assert "consulté le 1 février 2026" in citations.as_text(citation, "fr")


@pytest.mark.parametrize("iri", [ANLTP, FINDING, DATASET, "https://w3id.org/mgi-graph/ontology#implements"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_things_are_cited_in_every_format_with_the_report(engine: EmbeddedEngine, iri: str, language: str) -> None:
    citation = citations.cite_thing(engine, iri, EDITION, language)
    assert citation.main.url == (f"{iri}?version={EDITION.version}" if iri.startswith(ID) else iri)
    assert citation.required == (REQUIRED,)
    items = json.loads(citations.as_csl(citation))
    entries = bibtex(citations.as_bibtex(citation))
    records = ris(citations.as_ris(citation))
    for found in (
        [item["title"] for item in items],
        [entry["title"] for entry in entries],
        [record.get("title") or record.get("primary_title") for record in records],
    ):
        assert found == [" ".join(reference.title.split()) for reference in citation.references]
    assert [item["type"] for item in items] == ["dataset", "report"]
    assert all(REQUIRED in item["note"] for item in items)
    assert all(REQUIRED in " ".join(record["notes"]) for record in records)
    assert [record["year"] for record in records] == ["2026", "2021"]
    assert len({entry["key"] for entry in entries}) == 2


def test_a_finding_is_cited_with_its_page(engine: EmbeddedEngine) -> None:
    assert "(finding/1.3-p4-2, p. 14)" in citations.cite_thing(engine, FINDING, EDITION, "en").main.title


@pytest.mark.parametrize(
    ("record", "words", "page"),
    [
        ("claim/9097f34a4dd7", "Decree No. 2020-01", "14"),
        ("participation/ner-statelessness-convention-1954", "Niger – Ratified or acceded – ", "12"),
        ("finding/1.3-p4-2", "equal before the law", "14"),
    ],
)
def test_a_record_is_cited_in_words_with_the_pages_of_its_evidence(
    engine: EmbeddedEngine, record: str, words: str, page: str
) -> None:
    citation = citations.cite_thing(engine, f"{ID}profile/ne-2021/{record}", EDITION, "en")
    assert words in citation.main.title
    text = citations.as_text(citation, "en")
    assert f"({record}, p. {page})" in text
    assert f"/{record}?version={EDITION.version}" in text
    main = bibtex(citations.as_bibtex(citation))[0]
    assert (main["pages"], main["url"].rpartition("=")[2]) == (page, EDITION.version)
    assert ris(citations.as_ris(citation))[0]["start_page"] == page
    assert json.loads(citations.as_csl(citation))[0]["page"] == page


@pytest.mark.parametrize("iri", [ID + "none", "no iri", "javascript:alert(1)", 'http://a/"><script>'])
def test_what_the_graph_does_not_know_is_not_cited(engine: EmbeddedEngine, iri: str) -> None:
    with pytest.raises(NotInGraphError):
        citations.cite_thing(engine, iri, EDITION, "en")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_one_title(engine: EmbeddedEngine, text: str) -> None:
    citation = cited(engine, text)
    plain = " ".join("".join(char if char.isprintable() else " " for char in text.replace("\u202e", "")).split())
    main, source = bibtex(citations.as_bibtex(citation))
    assert " ".join(main["title"].split()) == plain
    assert source["title"].startswith("Migration Governance")
    first, second = ris(citations.as_ris(citation))
    assert " ".join(first["title"].split()) == plain
    assert (first["type_of_reference"], second["type_of_reference"]) == ("DATA", "RPRT")
    items = json.loads(citations.as_csl(citation))
    assert [item["id"] for item in items] == ["mgi-graph", "profile-ne-2021"]
    assert " ".join(items[0]["title"].split()) == plain
    assert len(citations.as_text(citation, "en").splitlines()) == 2


@pytest.fixture(scope="module")
def web(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("text", "text/plain"),
        ("bibtex", "application/x-bibtex"),
        ("csl", "application/vnd.citationstyles.csl+json"),
        ("ris", "application/x-research-info-systems"),
    ],
)
@pytest.mark.parametrize("path", ["cite", "questions/which-laws/answer"])
def test_over_http_by_name_and_by_negotiation(web: httpx.Client, path: str, name: str, media: str) -> None:
    named = web.get(path, params={"format": name})
    negotiated = web.get(path, headers={"Accept": media})
    assert named.content == negotiated.content
    assert named.headers["content-type"].split(";")[0] == media
    assert REQUIRED in named.text
    assert ("attachment" in named.headers.get("content-disposition", "")) == (name != "text")


def test_the_page_has_all_formats_and_the_link_leads_back(web: httpx.Client) -> None:
    page = web.get("cite", params={"iri": "id:ne/org/anltp-tim", "lang": "fr"}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert all(word in page.text for word in ("BibTeX", "CSL-JSON", "RIS", "@misc{mgi-graph-ne-org-anltp-tim"))
    assert web.get("cite", params={"iri": ID + "none"}).status_code == 404
    entry = bibtex(web.get("questions/which-laws/answer", params={"format": "bibtex", "body": "HCNE"}).text)[0]
    answer = web.get(entry["url"], headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "Which laws does HCNE implement?" in answer.text
    assert "made for version" not in answer.text
    thing = web.get("cite", params={"iri": ANLTP, "format": "ris"}).text.partition("UR  - ")[2].split()[0]
    place = thing.replace("https://w3id.org/mgi-graph/", "")
    assert "made for version" not in web.get(place, headers={"Accept": "text/html"}, follow_redirects=True).text
    for path in ("questions/which-laws", "id/ne/org/anltp-tim"):
        other = web.get(
            path, params={"version": "000000000000"}, headers={"Accept": "text/html"}, follow_redirects=True
        )
        assert "was made for version 000000000000 of the data" in other.text


def test_a_question_with_hostile_words_is_cited(tmp_path: Path, engine: EmbeddedEngine) -> None:
    path = tmp_path / "echo.rq"
    path.write_text(
        "#+ title: {en: a, fr: b}\n#+ question: {en: 'is it {x}?', fr: 'est-ce {x} ?'}\n"
        "#+ params: {x: {type: string, label: {en: a, fr: b}}}\n"
        'SELECT ?x WHERE { VALUES $x { "default" } } ORDER BY ?x',
        "utf-8",
    )
    for text in HOSTILE:
        answer = answers.ask(engine, catalogue.read_question(path), {"x": text})
        citation = citations.cite_answer(engine, answer, EDITION, "https://h.example/?x={}\\%0A", "en")
        assert [entry["key"] for entry in bibtex(citations.as_bibtex(citation))] == [
            "mgi-graph-echo",
            "profile-ne-2021",
        ]
        assert len(ris(citations.as_ris(citation))) == 2
        assert citation.main.url == "https://h.example/?x=%7B%7D%5C%0A"


def test_plain_json_is_csl(web: httpx.Client) -> None:
    got = web.get("cite", headers={"Accept": "application/json"})
    assert got.headers["content-type"] == "application/json"
    assert got.json() == web.get("cite", params={"format": "csl"}).json()
