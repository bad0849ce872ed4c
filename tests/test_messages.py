"""What went wrong is said in French to whoever asked in French."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import http

import mgi_graph
from mgi_graph.errors import BusyError
from mgi_graph.web.messages import in_french

PACKAGE = Path(mgi_graph.__file__).parent
TOLD = {"ParameterError", "FormatError", "HTTPException", "_refuse_parameters"}
TREE_OF_REQUESTS = {
    "QueryTimeoutError",
    "QueryTooCostlyError",
    "ResultTooLargeError",
    "BusyError",
    "BudgetError",
    "UnknownQuestionError",
    "NameNotFoundError",
    "AmbiguousNameError",
    "NotInGraphError",
    "ProofNotFoundError",
}


def texts(node: ast.expr) -> Iterator[str]:
    """What an expression for a message may say, with x for every part that is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, ast.BinOp):
        yield from (f"{left}x" for left in texts(node.left))


def tells(call: ast.AST, inside: str) -> bool:
    """Whether a call is given the message of an error: one raised, or the base of one in the tree of errors."""
    if not isinstance(call, ast.Call):
        return False
    own = inside in TREE_OF_REQUESTS and isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"
    return own or (isinstance(call.func, ast.Name) and call.func.id in TOLD)


def messages() -> Iterator[tuple[str, str]]:
    """Where each message is that a request can be answered with, and what it says."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for part in ast.parse(path.read_text("utf-8")).body if path.name != "cli.py" else ():
            name = part.name if isinstance(part, ast.ClassDef) else ""
            for call in (one for one in ast.walk(part) if tells(one, name)):
                assert isinstance(call, ast.Call)
                yield from ((path.name, text) for given in call.args[:2] for text in texts(given) if len(text) > 3)


def test_every_message_has_its_french() -> None:
    found = list(messages())
    assert len(found) > 60
    assert [(name, text) for name, text in found if not in_french(text)] == []


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        (
            "/questions/relations-of-a-body/answer?body=Zorglub",
            "Rien du type mgi:Actor ne s’appelle «\u00a0Zorglub\u00a0».",
        ),
        ("/questions/no-such", "Il n’y a pas de question «\u00a0no-such\u00a0»."),
        ("/questions?nothing=1", "Il n’y a pas de paramètre «\u00a0nothing\u00a0» ici."),
        ("/api/search?q=x&limit=no", "`limit` est un nombre entier de 1 à 100, non «\u00a0no\u00a0»."),
        ("/id/nowhere", "Le graphe ne dit rien de <https://w3id.org/mgi-graph/id/nowhere>."),
        ("/nowhere", "Il n’y a rien à cette adresse."),
    ],
)
def test_problems_are_told_in_the_language_that_is_asked_for(address: str, path: str, detail: str) -> None:
    accept = {"accept": "application/json", "accept-language": "fr"}
    french = http.get(f"{address.rstrip('/')}{path}", headers=accept, timeout=60)
    assert (french.json()["detail"], french.headers["content-language"]) == (detail, "fr")
    english = http.get(f"{address.rstrip('/')}{path}", headers={"accept": "application/json"}, timeout=60)
    assert english.headers["content-language"] == "en"
    assert english.json()["detail"] != detail
    page = http.get(
        f"{address.rstrip('/')}{path}", headers={"accept": "text/html", "accept-language": "fr"}, timeout=60
    )
    assert page.status_code == french.status_code or path.startswith("/api")


def test_names_near_to_an_end_are_of_any_kind_and_in_the_language(address: str) -> None:
    asked = {"from": "Ordonnance n° 2010-68", "to": "ANPE", "lang": "fr"}
    text = http.get(f"{address.rstrip('/')}/explore/connection", params=asked, timeout=60).text
    assert "Rien ne s’appelle" in text
    listed = text.partition("Les noms les plus proches")[2].partition("</ul>")[0]
    assert "Ordonnance n° 2010-86" in listed
    assert "lang=" not in listed.replace("lang=fr", "")


def test_a_full_house_is_told_in_french_with_its_figures() -> None:
    full, waited = BusyError(2, 4, 128), BusyError(2, 4, 7, 10.02)
    assert "(requêtes en cours : 4, en attente : 128) : aucune autre" in in_french(full.problem).replace("\xa0", " ")
    assert "(requêtes en cours : 4, en attente : 7) : la vôtre a attendu 10 s" in in_french(waited.problem).replace(
        "\xa0", " "
    )
    assert in_french(full.remedy).endswith("partagez des variables, ajoutez LIMIT.")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT * { ?s mgi:nix ?o }", "La requête n’est pas du SPARQL 1.1, ligne 1, colonne "),
        ("SELECT * { ?s mgi:nix ?o }", "Le préfixe «\\s?mgi\\s?» n’est pas déclaré."),
        ("SELECT * {{", "ne peut être lue jusqu’à sa fin|n’est pas attendu"),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", "SERVICE est refusé"),
        ("INSERT DATA { <a:a> <a:b> 1 }", "Les mises à jour sont refusées"),
        ("ASK " + "{" * 300, "s’emboîtent sur 300 niveaux"),
    ],
)
def test_the_endpoint_tells_in_french_who_asks_in_french(address: str, query: str, told: str) -> None:
    french = http.get(f"{address}sparql", params={"query": query}, headers={"Accept-Language": "fr"})
    assert re.search(told, french.text)
    assert french.headers["content-language"] == "fr"
    english = http.get(f"{address}sparql", params={"query": query})
    assert english.headers["content-language"] == "en"
    assert "Accept-Language" in english.headers["vary"]
    assert english.status_code == french.status_code
