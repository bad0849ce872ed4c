"""French is set as French printers do, in every text of the interface and on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import http
from jinja2 import Environment, nodes

import mgi_graph.web
from mgi_graph.typography import french, french_page
from mgi_graph.web.reader import Reader

TEMPLATES = Path(mgi_graph.web.__file__).parent / "templates"
PAGES = (
    "/",
    "/questions",
    "/questions/denied-statements",
    "/search?q=ordonnance",
    "/explore",
    "/explore/gaps",
    "/explore/ratifications",
    "/about",
    "/about/discrepancies",
    "/compare",
    "/dataset",
    "/sparql",
    "/why",
    "/doc/ne/org/anltp-tim",
    "/doc/ne/instrument/law-2015-36",
    "/cite?iri=https://w3id.org/mgi-graph/id/ne/org/anltp-tim",
)
WRONG = re.compile(r"« | »| [:;?!](?!\w)|[\w)][;!?](?=\s|$)|\w:(?=\s|$)|\w'\w|\b(19|20)\d\d-(19|20)\d\d\b|\.\.\.")
READ_BY_MACHINES = {"script", "style", "code", "pre", "textarea"}
VOID = {"meta", "link", "input", "br", "hr", "img", "wbr", "source", "col"}


class FrenchTexts(HTMLParser):
    """The texts of a page that people read in French."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("lang") or (self.open[-1][1] if self.open else "")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][1] == "fr" and not READ_BY_MACHINES & {tag for tag, _ in self.open}:
            self.texts.append(" ".join(re.split(r"[ \t\n]+", data)))


def strings() -> Iterator[tuple[str, str, str]]:
    """File, English and French of every text that a template gives to `t`."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        for call in Environment().parse(path.read_text("utf-8")).find_all(nodes.Call):
            given = [text.as_const() for text in call.args if isinstance(text, nodes.Const)]
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and len(given) == 2:
                yield path.name, given[0], given[1]


def test_every_french_text_of_the_templates_is_set_in_french() -> None:
    found = list(strings())
    assert len(found) > 500
    wrong = [(name, text) for name, english, text in found if WRONG.search(Reader("fr").t(english, text))]
    assert not wrong


@pytest.mark.parametrize("path", PAGES)
def test_french_pages_are_set_in_french(address: str, path: str) -> None:
    separator = "&" if "?" in path else "?"
    got = http.get(f"{address.rstrip('/')}{path}{separator}lang=fr", headers={"accept": "text/html"}, timeout=60)
    assert got.status_code == 200
    page = FrenchTexts()
    page.feed(got.text)
    assert len(page.texts) > 20
    assert [text for text in page.texts if WRONG.search(text)] == []


def test_code_and_other_languages_stay() -> None:
    page = '<p lang="fr">a ; <em lang="en">b ; c</em> d ; <br> <code>e ; <i>f ;</i> g</code> h ; </p>'
    kept = french_page(page)
    assert kept.replace("\u202f", " ") == page
    assert kept.count("\u202f") == 3


@pytest.mark.parametrize(
    ("written", "as_set"),
    [
        ("Il dit : « non » ; et pourquoi ?", "Il dit\u00a0: «\u00a0non\u00a0»\u202f; et pourquoi\u202f?"),
        ("Ah !", "Ah\u202f!"),
        ("ANPE; CNSS: deux", "ANPE\u202f; CNSS\u00a0: deux"),
        ("A &amp; B", "A &amp; B"),
        ("SELECT ?x WHERE", "SELECT ?x WHERE"),
        ("https://w3id.org", "https://w3id.org"),
        ("déjà\u00a0: fait", "déjà\u00a0: fait"),
    ],
)
def test_spaces_that_do_not_break(written: str, as_set: str) -> None:
    assert french(written) == french(as_set) == as_set
