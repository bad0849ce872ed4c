"""Writes answers with their evidence for spreadsheets, as CSV and XLSX, with no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyoxigraph as ox

from mgi_graph.answers import CitedAnswer
from mgi_graph.engine.result import Term
from mgi_graph.evidence import Evidence
from mgi_graph.namespaces import BASE, DATA_LICENCE, XSD

Cell = str | int | float
CSV_SEPARATOR = " | "
"""What stands in CSV between the pieces of evidence of one row; in XLSX each has a line of its own."""

READING: dict[str, str] = {"en": "editors’ reading", "fr": "lecture des éditeurs"}
"""What is called so: a claim that is one, and any other record for which a reading had to be chosen."""

CLAIM_KINDS: dict[str, dict[str, str]] = {
    "AffirmedClaim": {"en": "affirmed claim", "fr": "assertion affirmée"},
    "InterpretedClaim": READING,
    "DeniedClaim": {"en": "denied claim", "fr": "assertion niée"},
    "DisputedClaim": {"en": "disputed claim", "fr": "assertion contestée"},
}
"""The kinds of claim as the ontology labels them."""

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z", re.ASCII)
_INTEGERS = {XSD + name for name in ("integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger")}
_FLOATS = {XSD + name for name in ("decimal", "double", "float")}
_EXACT = 2**53
_CELL_LENGTH = 32_767
_ALWAYS_THE_SAME = datetime(1980, 1, 1)
_WIDTHS = (10, 60)

_EVIDENCE: tuple[tuple[dict[str, str], Callable[[Evidence, str], Cell]], ...] = (
    ({"en": "evidence: passage", "fr": "preuve : passage"}, lambda item, language: item.paragraph),
    ({"en": "evidence: page", "fr": "preuve : page"}, lambda item, language: item.on_page(language)),
    (
        {"en": "evidence: section", "fr": "preuve : section"},
        lambda item, language: _text(item.section_label, language),
    ),
    (
        {"en": "evidence: statement", "fr": "preuve : énoncé"},
        lambda item, language: _text(item.statement, language),
    ),
    (
        {"en": "evidence: kind of claim", "fr": "preuve : nature de l’assertion"},
        lambda item, language: _kind(item, language),
    ),
    (
        {"en": "evidence: in doubt", "fr": "preuve : en doute"},
        lambda item, language: "; ".join(f"{_text(doubt.label, language)} <{doubt.iri}>" for doubt in item.doubts),
    ),
    ({"en": "evidence: source", "fr": "preuve : source"}, lambda item, language: item.citation),
    ({"en": "evidence: finding (IRI)", "fr": "preuve : constat (IRI)"}, lambda item, language: item.finding),
    (
        {"en": "evidence: claim or record (IRI)", "fr": "preuve : assertion ou enregistrement (IRI)"},
        lambda item, language: item.record,
    ),
)
_WORDS = {
    "answer": {"en": "Answer", "fr": "Réponse"},
    "about": {"en": "About", "fr": "À propos"},
    "question": {"en": "Question", "fr": "Question"},
    "title": {"en": "Title", "fr": "Titre"},
    "iri": {"en": "IRI of the question", "fr": "IRI de la question"},
    "parameter": {"en": "Parameter: {}", "fr": "Paramètre : {}"},
    "rows": {"en": "Rows", "fr": "Lignes"},
    "version": {"en": "Version of the data", "fr": "Version des données"},
    "cite": {"en": "Source to cite", "fr": "Source à citer"},
    "licence": {"en": "Licence of the data", "fr": "Licence des données"},
    "made": {"en": "Made by", "fr": "Établi par"},
    "note": {"en": "Note", "fr": "Remarque"},
    "aligned": {
        "en": "The n-th line of each evidence column belongs to the same statement of the report.",
        "fr": "La n-ième ligne de chaque colonne de preuve se rapporte au même énoncé du rapport.",
    },
    "disclaimer": {
        "en": "MGI Graph ({}). Not an IOM product; the report and its rights are IOM’s.",
        "fr": "MGI Graph ({}). Ceci n’est pas un produit de l’OIM ; le rapport et ses droits appartiennent à l’OIM.",
    },
}


@dataclass(frozen=True)
class Sheet:
    """An answer as a spreadsheet has it: headings, and for each row of the answer one row of texts and numbers."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def lay_out(answer: CitedAnswer, language: str, separator: str) -> Sheet:
    """Lay an answer out as a sheet.

    Columns: those of the question under their headings, a thing by its label, and after each that holds things one
    with their IRIs; then the evidence, one column a fact, whose pieces stand in the same order in every column.

    Args:
        answer: what to lay out.
        language: "en" or "fr".
        separator: what stands between the pieces of evidence of one row.
    """
    columns = [_column(answer, number, language) for number in range(len(answer.table.columns))]
    columns += [_evidence_column(answer, number, language, separator) for number in range(len(_EVIDENCE))]
    flat = [part for parts in columns for part in parts]
    return Sheet(tuple(head for head, _ in flat), tuple(zip(*(cells for _, cells in flat), strict=True)))


def as_csv(answer: CitedAnswer, language: str) -> str:
    """Write an answer as CSV (RFC 4180): UTF-8 without a byte order mark, every text in quotes, lines end in CR LF.

    A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV Injection); what is no
    formula, such as a negative number, stays as it is.
    """
    sheet = lay_out(answer, language, CSV_SEPARATOR)
    return "".join(csv_lines((sheet.headings, *sheet.rows)))


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Write rows as lines of CSV, one after the other, as `as_csv` does."""
    for row in rows:
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_NONNUMERIC).writerow([_disarm(cell) for cell in row])
        yield out.getvalue()


def as_xlsx(answer: CitedAnswer, language: str, version: str) -> bytes:
    """Write an answer as an Office Open XML workbook: the rows, and a sheet on what was asked and how to cite it.

    Texts are stored as texts, never as formulas or links, and stay texts when they are edited; numbers are numbers.
    The same answer gives the same bytes.

    Args:
        answer: what to write.
        language: "en" or "fr".
        version: the version of the data; may be empty.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties(
            {"title": answer.wording(language), "author": "MGI Graph", "created": _ALWAYS_THE_SAME, "comments": BASE}
        )
        _write_answer(book, lay_out(answer, language, "\n"), language)
        _write_about(book, about(answer, language, version), language)
    return out.getvalue()


def about(answer: CitedAnswer, language: str, version: str) -> list[tuple[str, Cell]]:
    """What a reader of a detached answer needs to know, as (name, value): what was asked, of what, how to cite it."""
    values = [
        (_WORDS["parameter"][language].format(answer.question.parameter(name).label[language]), text)
        for name, term in answer.values.items()
        for text in dict.fromkeys((answer.show(term, language), term.value))
    ]
    return [
        (_WORDS["question"][language], answer.wording(language)),
        (_WORDS["title"][language], answer.question.title[language]),
        (_WORDS["iri"][language], answer.question.iri),
        *values,
        (_WORDS["rows"][language], len(answer.table.rows)),
        (_WORDS["version"][language], version),
        *((_WORDS["cite"][language], text) for text in citations(answer)),
        (_WORDS["licence"][language], f"CC BY-NC 4.0, {DATA_LICENCE}"),
        (_WORDS["made"][language], _WORDS["disclaimer"][language].format(BASE)),
        (_WORDS["note"][language], _WORDS["aligned"][language]),
    ]


def citations(answer: CitedAnswer) -> list[str]:
    """The citations of the sources that an answer rests on, each once."""
    return sorted({item.citation for evidence in answer.evidence for item in evidence if item.citation})


def _kind(item: Evidence, language: str) -> str:
    return CLAIM_KINDS[item.kind][language] if item.kind else READING[language] if item.is_reading else ""


def _text(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")


def _column(answer: CitedAnswer, number: int, language: str) -> list[tuple[str, list[Cell]]]:
    head = answer.question.heading(answer.table.columns[number], language)
    terms = [row[number] for row in answer.table.rows]
    column = [(head, [_cell(answer, term, language) for term in terms])]
    if any(isinstance(term, ox.NamedNode) for term in terms):
        column.append((f"{head} (IRI)", [term.value if isinstance(term, ox.NamedNode) else "" for term in terms]))
    return column


def _cell(answer: CitedAnswer, term: Term | None, language: str) -> Cell:
    if not isinstance(term, ox.Literal) or not _NUMBER.match(term.value):
        return answer.show(term, language)
    if term.datatype.value in _INTEGERS and abs(int(term.value)) < _EXACT:
        return int(term.value)
    return float(term.value) if term.datatype.value in _FLOATS else term.value


def _evidence_column(answer: CitedAnswer, number: int, language: str, separator: str) -> list[tuple[str, list[Cell]]]:
    head, fact = _EVIDENCE[number]
    facts = ([fact(item, language) for item in evidence] for evidence in answer.evidence)
    return [(head[language], [found[0] if len(found) == 1 else separator.join(map(str, found)) for found in facts])]


def _disarm(cell: Cell) -> Cell:
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.match(cell):
        return f"'{cell}"
    return cell


def _write_answer(book: Any, sheet: Sheet, language: str) -> None:
    page = book.add_worksheet(_WORDS["answer"][language])
    styles = _styles(book)
    _write_row(page, 0, sheet.headings, styles, "head")
    for number, row in enumerate(sheet.rows, 1):
        _write_row(page, number, row, styles)
    for number, cells in enumerate(zip(sheet.headings, *sheet.rows, strict=True)):
        page.set_column(number, number, _width(cells))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.headings) - 1)


def _write_about(book: Any, lines: Sequence[tuple[str, Cell]], language: str) -> None:
    page = book.add_worksheet(_WORDS["about"][language])
    styles = _styles(book)
    for number, line in enumerate(lines):
        _write_row(page, number, line, styles)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 90)


def _styles(book: Any) -> Mapping[str, Any]:
    own = {"plain": {}, "head": {"bold": True}, "quoted": {"quote_prefix": True}}
    return {name: book.add_format({"text_wrap": True, "valign": "top"} | more) for name, more in own.items()}


def _write_row(page: Any, row: int, cells: Sequence[Cell], styles: Mapping[str, Any], style: str = "plain") -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            page.write_string(row, column, _fit(cell), styles["quoted" if _FORMULA.match(cell) else style])
        else:
            page.write_number(row, column, cell, styles[style])


def _fit(text: str) -> str:
    """Cut a text to what a cell holds; the mark says that it was cut."""
    return text if len(text) <= _CELL_LENGTH else f"{text[: _CELL_LENGTH - 4]} […]"


def _width(cells: Sequence[Cell]) -> int:
    longest = max(len(line) for cell in cells for line in (str(cell).splitlines() or [""]))
    return min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1])
