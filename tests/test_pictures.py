"""Pictures of answers: what is declared is drawn, in proportion and within bounds, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT

from mgi_graph import answers, catalogue, pictures
from mgi_graph.answers import CitedAnswer
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.result import Table, Term
from mgi_graph.errors import SourceError
from mgi_graph.namespaces import XSD

CATALOGUE = catalogue.read_catalogue(sorted((ROOT / "queries").glob("*.rq")))
PICTURED = [question for question in CATALOGUE if question.picture]
HEAD = "#+ title: {en: a, fr: b}\n#+ question: {en: a, fr: b}\n#+ columns: {x: {en: x, fr: x}, y: {en: y, fr: y}}\n"


def integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))


def thing(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"https://example.org/{name}")


def answer(folder: Path, picture: str, rows: Sequence[tuple[Term | None, ...]]) -> CitedAnswer:
    path = folder / "q.rq"
    path.write_text(f"{HEAD}#+ picture: {picture}\nSELECT ?x ?y WHERE {{}} ORDER BY ?x", "utf-8")
    table = Table(("x", "y"), tuple(rows))
    return CitedAnswer(catalogue.read_question(path), {}, table, tuple(() for _ in rows), {})


def test_pictures_of_every_kind_were_found() -> None:
    assert {question.picture.kind for question in PICTURED if question.picture} == set(catalogue.PICTURES)


@pytest.mark.parametrize("question", PICTURED, ids=lambda question: question.name)
def test_every_declared_picture_stays_within_its_bounds(question: catalogue.Question, engine: EmbeddedEngine) -> None:
    asked = answers.ask(engine, question, {})
    drawing = pictures.draw(asked, "fr")
    if drawing is None:
        assert len(asked.table.rows) < 2, "only too little may leave a default answer without its picture"
        return
    assert drawing.number >= 2
    for box in drawing.boxes:
        assert box.width > 0
        assert box.height >= 0
        assert box.x >= 0
        assert box.x + box.width <= drawing.width
        assert box.y >= 0
        assert box.y + box.height <= drawing.height
    assert all(0 <= one.y <= drawing.height for one in drawing.words)


def test_bars_are_as_long_as_their_numbers(tmp_path: Path) -> None:
    rows = [
        (ox.Literal("a"), integer(2)),
        (ox.Literal("b"), integer(4)),
        (ox.Literal("a"), integer(1)),
        (None, integer(9)),
    ]
    drawing = pictures.draw(answer(tmp_path, "{bar: {x: x, y: y}}", rows), "en")
    assert drawing is not None
    first, second = (box.width for box in drawing.boxes)
    assert first / second == pytest.approx(3 / 4)
    assert [one.text for one in drawing.words if one.style == "value"] == ["3", "4"]


def test_a_gap_in_the_years_is_a_gap_in_the_picture(tmp_path: Path) -> None:
    rows = [(integer(year), thing(name)) for year, name in ((1990, "a"), (1991, "b"), (1991, "b"), (1994, "c"))]
    drawing = pictures.draw(answer(tmp_path, "{bar: {x: x, count: y}}", rows), "en")
    assert drawing is not None
    assert [one.text for one in drawing.words if one.style == "value"] == ["1", "1", "1"]
    left = [box.x for box in drawing.boxes]
    assert left[2] - left[1] == pytest.approx(3 * (left[1] - left[0]))


def test_a_timeline_is_in_the_order_of_time(tmp_path: Path) -> None:
    dates = ("2015-06", "1999", "2010-01-02", "not a date")
    rows = [(thing(str(number)), ox.Literal(text)) for number, text in enumerate(dates)]
    drawing = pictures.draw(answer(tmp_path, "{timeline: {of: x, start: y}}", rows), "en")
    assert drawing is not None
    assert drawing.number == 3
    assert [one.text for one in drawing.words if one.style == "value"] == ["1999", "2010", "2015"]
    assert [box.x for box in drawing.boxes] == sorted(box.x for box in drawing.boxes)


def test_edges_lead_to_the_right_but_for_those_of_a_circle(tmp_path: Path) -> None:
    rows = [(thing(a), thing(b)) for a, b in ("ab", "bc", "ac", "ca", "aa")]
    drawing = pictures.draw(answer(tmp_path, "{graph: {from: x, to: y}}", rows), "en")
    assert drawing is not None
    assert len(drawing.boxes) == 3
    assert len({box.x for box in drawing.boxes}) == 3
    assert drawing.number == 4


@pytest.mark.parametrize(
    "picture", ["{bar: {x: x, count: y}}", "{graph: {from: x, to: y}}", "{timeline: {of: x, start: y}}"]
)
@pytest.mark.parametrize("number", [0, 1, 500])
def test_too_little_and_too_much_are_not_drawn(tmp_path: Path, picture: str, number: int) -> None:
    rows = [(thing(str(row)), integer(1900 + row)) for row in range(number)]
    assert pictures.draw(answer(tmp_path, picture, rows), "en") is None


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        ("{pie: {x: x}}", "no known kind"),
        ("bar", "no known kind"),
        ("{bar: {x: x}}", "lacks a part"),
        ("{bar: {x: x, y: y, count: y}}", "one too many"),
        ("{timeline: {of: x}}", "lacks a part"),
        ("{graph: {from: x, to: y, colour: x}}", "one too many"),
        ("{bar: {x: x, y: z}}", "names 'z'"),
        ("{graph: {from: x, to: y, by: none}}", "names 'none'"),
        ("{bar: {x: [x], y: y}}", "lacks a part"),
    ],
)
def test_a_mistaken_picture_is_told(tmp_path: Path, picture: str, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        answer(tmp_path, picture, [])


def test_hostile_names_are_drawn_as_text(tmp_path: Path, engine: EmbeddedEngine) -> None:
    text = "<script>alert(1)</script>" + "x" * 5000
    drawing = pictures.draw(
        answer(tmp_path, "{bar: {x: x, y: y}}", [(ox.Literal(text), integer(1)), (ox.Literal(""), integer(2))]), "en"
    )
    assert drawing is not None
    assert all(len(one.text) <= 40 for one in drawing.words)
