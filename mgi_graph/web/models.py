"""What the questions say in JSON: the shapes that OpenAPI documents, made from the answers themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pyoxigraph as ox
from pydantic import BaseModel, ConfigDict, Field

from mgi_graph import catalogue
from mgi_graph.answers import CitedAnswer
from mgi_graph.engine.result import Term
from mgi_graph.evidence import Evidence
from mgi_graph.namespaces import CODE_LICENCE, DATA_LICENCE, MGI
from mgi_graph.spreadsheets import CLAIM_KINDS, citations
from mgi_graph.triples import answer_iri

Language = Literal["en", "fr"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


class Value(_Model):
    """An RDF term: its parts as in the SPARQL 1.1 results in JSON, and how a person reads it."""

    type: Literal["uri", "literal", "bnode"]
    value: str = Field(description="The IRI, the text of the literal, or the name of the blank node.")
    lang: str | None = Field(description="The language tag of a literal that has one.")
    datatype: str | None = Field(description="The datatype IRI of a literal; null for anything else.")
    label: str = Field(description="A thing by its label in the language of the answer; a literal by its text.")


class Claim(_Model):
    """A claim of the graph: what a statement of the report is taken to say, as subject, predicate and object."""

    iri: str
    kind: Literal["AffirmedClaim", "InterpretedClaim", "DeniedClaim", "DisputedClaim"] = Field(
        description="AffirmedClaim: the report says it; InterpretedClaim: it is the editors’ reading; DeniedClaim: the "
        "report says that it is not so; DisputedClaim: another source contradicts it."
    )
    class_iri: str = Field(description="The kind as an IRI of the ontology.")
    label: str = Field(description="The kind in the language of the answer.")


class Thing(_Model):
    """Something by its IRI and its label in the language of the answer."""

    iri: str
    label: str


class Doubt(_Model):
    """A discrepancy: what stands against a statement, or how else its words can be read."""

    iri: str
    kind: str = Field(description="The kind of discrepancy, as an IRI.")
    label: str = Field(description="The kind in the language of the answer.")


class Statement(_Model):
    """A piece of evidence: one statement of the report, in our words, and where it stands."""

    finding: str = Field(description="IRI of the statement.")
    statement: str = Field(description="What the report says, in our words, in the language of the answer.")
    passage: Thing = Field(description="The paragraph, row or note of the report; its label is its number.")
    section: Thing = Field(description="The section of the report.")
    page: int | None = Field(description="The printed page; null where the report prints none.")
    page_label: str | None = Field(description="The place by name, where the report prints no page number.")
    claim: Claim | None = Field(description="The claim that ties the row to the statement, where one does.")
    record: str | None = Field(description="IRI of the claim or other record that ties the row to the statement.")
    reading: bool = Field(description="Whether that claim or record is the editors’ reading, not stated as such.")
    reason: str | None = Field(description="Why the editors read it so, or what they note on it.")
    doubts: list[Doubt] = Field(description="The discrepancies that involve it; without a record, the statement.")
    citation: str = Field(description="The citation that the source requires.")


class Row(_Model):
    """One row of an answer, with what it rests on."""

    values: dict[str, Value | None] = Field(description="By column; null where the row has nothing there.")
    evidence: list[Statement] = Field(description="In the order of the pages.")


class Column(_Model):
    """A column of an answer."""

    name: str
    heading: str = Field(description="Its heading in the language of the answer.")


class Licence(_Model):
    """Under which terms something may be used."""

    name: str
    url: str


class Answer(_Model):
    """The answer to a question."""

    question: str = Field(description="The question’s name.")
    iri: str = Field(description="The IRI of this answer: the question with every parameter spelled out.")
    lang: Language = Field(description="The language of titles, labels, headings and statements.")
    title: str
    wording: str = Field(description="The question in words, with the values that it was asked with.")
    parameters: dict[str, Value] = Field(description="Every parameter with the value that was understood.")
    columns: list[Column]
    rows: list[Row]
    version: str | None = Field(description="The version of the data that answered.")
    citations: list[str] = Field(description="The sources to cite.")
    licence: Licence = Field(description="The licence of the data.")


class Parameter(_Model):
    """What a question can be asked about."""

    name: str
    type: Literal["iri", "integer", "string"]
    label: str
    class_iri: str | None = Field(description="Of a parameter of type iri: the class that its values belong to.")
    default: Value = Field(description="The value where none is given.")


class Question(_Model):
    """A question of the catalogue."""

    name: str
    iri: str
    lang: Language
    title: str
    wording: str = Field(description="The question in words, with its defaults.")
    template: str = Field(description="The question in words, with {parameter} in the place of each value.")
    parameters: list[Parameter]
    columns: list[Column]
    tags: list[str]
    inference: bool = Field(description="Whether it needs the inferred triples.")
    sparql: str = Field(description="The SPARQL query; it runs as it is, with the defaults.")
    answer: str = Field(description="Where it is answered, relative to this address’s root.")


class Catalogue(_Model):
    """All questions."""

    lang: Language
    version: str | None = Field(description="The version of the data that answers.")
    licence: Licence = Field(description="The licence of the questions.")
    questions: list[Question]


class Hit(_Model):
    """Something that a search found."""

    iri: str
    kind: str = Field(description="Of which kind it is, as in `totals`.")
    label: str = Field(description="Its name, or what it says, in the language asked for where it has one in that.")
    lang: str | None = Field(description="The language tag of the label; null where it has none.")
    class_label: str | None = Field(description="The name of its class.")
    acronym: str | None = Field(description="Its acronym or number.")
    matched: str | None = Field(description="The name or text that matched, where that is not the label.")
    value: str = Field(description="What to write as the value of a parameter to mean this very thing.")
    page: str | None = Field(description="The page of the report, for what is part of it.")
    approximate: bool = Field(description="Whether the name is only like what was asked for.")
    address: str = Field(description="Its page, relative to this address’s root.")


class Hits(_Model):
    """What a search found."""

    query: str
    lang: Language
    version: str | None = Field(description="The version of the data that was searched.")
    totals: dict[str, int] = Field(description="How many there are of each kind; 1000 in all at most.")
    hits: list[Hit] = Field(description="The best first.")


class Problem(_Model):
    """What was wrong with a request (RFC 9457)."""

    type: str = Field(description="about:blank: the status code says what kind of problem it is.")
    title: str = Field(description="The phrase of the status code.")
    status: int
    detail: str = Field(description="What is wrong.")
    remedy: str | None = Field(description="How to mend it.")
    error: str = Field(description="A stable name of the error, such as NameNotFoundError.")
    candidates: list[str] = Field(description="What might have been meant: names, things with their IRIs, formats.")


def answer_model(answer: CitedAnswer, language: Language, version: str) -> Answer:
    """An answer in JSON."""
    return Answer(
        question=answer.question.name,
        iri=answer_iri(answer),
        lang=language,
        title=answer.question.title[language],
        wording=answer.wording(language),
        parameters={name: _value(answer, term, language) for name, term in answer.values.items()},
        columns=_columns(answer, answer.table.columns, language),
        rows=[
            Row(
                values={name: None if term is None else _value(answer, term, language) for name, term in row.items()},
                evidence=[statement_model(item, language) for item in evidence],
            )
            for row, evidence in zip(answer.table.dicts(), answer.evidence, strict=True)
        ],
        version=version or None,
        citations=citations(answer),
        licence=Licence(name="CC BY-NC 4.0", url=DATA_LICENCE),
    )


def catalogue_model(introduced: Sequence[CitedAnswer], language: Language, version: str) -> Catalogue:
    """The catalogue in JSON; `introduced` as `answers.introduce` gives it."""
    return Catalogue(
        lang=language,
        version=version or None,
        licence=Licence(name="Apache-2.0", url=CODE_LICENCE),
        questions=[question_model(one, language) for one in introduced],
    )


def question_model(introduced: CitedAnswer, language: Language) -> Question:
    """A question in JSON."""
    question = introduced.question
    return Question(
        name=question.name,
        iri=question.iri,
        lang=language,
        title=question.title[language],
        wording=introduced.wording(language),
        template=question.question[language],
        parameters=[_parameter(introduced, parameter, language) for parameter in question.params],
        columns=_columns(introduced, tuple(question.columns), language),
        tags=list(question.tags),
        inference=question.inference,
        sparql=question.text,
        answer=f"/questions/{question.name}/answer",
    )


def _parameter(introduced: CitedAnswer, parameter: catalogue.Parameter, language: Language) -> Parameter:
    return Parameter.model_validate(
        {
            "name": parameter.name,
            "type": parameter.type,
            "label": parameter.label[language],
            "class_iri": parameter.class_iri or None,
            "default": _value(introduced, introduced.values[parameter.name], language),
        }
    )


def _columns(answer: CitedAnswer, names: Sequence[str], language: Language) -> list[Column]:
    return [Column(name=name, heading=answer.question.heading(name, language)) for name in names]


def _value(answer: CitedAnswer, term: Term, language: Language) -> Value:
    literal = isinstance(term, ox.Literal)
    return Value(
        type="uri" if isinstance(term, ox.NamedNode) else "literal" if literal else "bnode",
        value=term.value,
        lang=term.language if isinstance(term, ox.Literal) else None,
        datatype=term.datatype.value if isinstance(term, ox.Literal) else None,
        label=answer.show(term, language),
    )


def statement_model(item: Evidence, language: Language) -> Statement:
    """A piece of evidence as JSON has it."""
    return Statement(
        finding=item.finding,
        statement=_text(item.statement, language),
        passage=Thing(iri=item.passage, label=item.paragraph),
        section=Thing(iri=item.section, label=_text(item.section_label, language)),
        page=item.page,
        page_label=item.page_label or None,
        claim=_claim(item, language),
        record=item.record or None,
        reading=item.is_reading,
        reason=_text(item.reason, language) or None,
        doubts=[Doubt(iri=one.iri, kind=one.kind, label=_text(one.label, language)) for one in item.doubts],
        citation=item.citation,
    )


def _claim(item: Evidence, language: Language) -> Claim | None:
    if not item.kind:
        return None
    return Claim.model_validate(
        {"iri": item.record, "kind": item.kind, "class_iri": MGI + item.kind, "label": CLAIM_KINDS[item.kind][language]}
    )


def _text(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")
