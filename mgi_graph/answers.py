"""Answers a question of the catalogue as a person asks it: names in, rows with their evidence out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from mgi_graph import search
from mgi_graph.catalogue import Parameter, Question
from mgi_graph.engine.result import Engine, Table, Term
from mgi_graph.errors import ParameterError
from mgi_graph.evidence import Evidence, cite
from mgi_graph.labels import acronym, labels_of, show
from mgi_graph.namespaces import XSD

LANGUAGE_PARAMETER = "language"
"""A parameter of this name has the language of the answer where it is not given."""


@dataclass(frozen=True)
class CitedAnswer:
    """An answer with its evidence.

    Attributes:
        question: what was asked.
        values: its parameters as they were understood.
        table: the rows.
        evidence: for each row of the table what it rests on.
        labels: for each IRI among parameters and rows its label by language; its only acronym under "".
    """

    question: Question
    values: Mapping[str, Term]
    table: Table
    evidence: tuple[tuple[Evidence, ...], ...]
    labels: Mapping[str, Mapping[str, str]]

    def show(self, term: Term | None, language: str = "en") -> str:
        """A term as a person reads it: a thing's label, a literal's text."""
        if term is None:
            return ""
        return show(term, self.labels, language)

    def wording(self, language: str = "en") -> str:
        """The question in words, with the values that it was asked with."""
        acronyms = {name: acronym(self.labels.get(value.value, {}), language) for name, value in self.values.items()}
        return self.question.question[language].format_map(
            {name: acronyms[name] or self.show(value, language) for name, value in self.values.items()}
        )


def ask(engine: Engine, question: Question, given: Mapping[str, str], language: str = "en") -> CitedAnswer:
    """Ask a question.

    Args:
        engine: the store to ask.
        question: what is asked.
        given: for each parameter that is not to have its default what a person typed: a name, acronym, number or IRI.
        language: what a parameter named "language" is, where it is not given.

    Raises:
        ParameterError: an unknown parameter, a value of the wrong type, an unknown or ambiguous name.
        QueryError: the query fails.
    """
    understood = understand(engine, question, given, language)
    values = {parameter.name: question.default(parameter.name) for parameter in question.params} | understood
    table = engine.query(question.bind(understood)).table()
    evidence = cite(engine, question, values, table)
    labels = labels_of(engine, [term for row in (*table.rows, tuple(values.values())) for term in row])
    return CitedAnswer(question, values, table, evidence, labels)


def understand(engine: Engine, question: Question, given: Mapping[str, str], language: str = "en") -> dict[str, Term]:
    """What a person typed for the parameters of a question, as terms; arguments and errors as `ask`, but QueryError."""
    asked = dict(given)
    if any(parameter.name == LANGUAGE_PARAMETER for parameter in question.params):
        asked.setdefault(LANGUAGE_PARAMETER, language)
    return {name: _understand(engine, question.parameter(name), text) for name, text in asked.items()}


def introduce(engine: Engine, questions: Sequence[Question]) -> tuple[CitedAnswer, ...]:
    """Name what questions ask about as their files stand: their defaults, wording and labels, and no rows yet."""
    defaults = [{parameter.name: asked.default(parameter.name) for parameter in asked.params} for asked in questions]
    labels = labels_of(engine, [term for values in defaults for term in values.values()])
    pairs = zip(questions, defaults, strict=True)
    return tuple(CitedAnswer(question, values, Table((), ()), (), labels) for question, values in pairs)


def _understand(engine: Engine, parameter: Parameter, text: str) -> Term:
    """What a person typed as a term; an error says for which parameter."""
    try:
        return _read(engine, parameter, text)
    except ParameterError as error:
        error.parameter = parameter.name
        raise


def choices(engine: Engine, class_iri: str) -> Mapping[str, Mapping[str, str]]:
    """All things of a class, by IRI, with their labels by language and their only acronym under ""."""
    return labels_of(engine, [ox.NamedNode(thing.iri) for thing in search.things(engine, class_iri)])


def _read(engine: Engine, parameter: Parameter, text: str) -> Term:
    if parameter.type == "iri":
        return search.resolve(engine, text, parameter.class_iri)
    if parameter.type == "integer":
        if not re.fullmatch(r"\s*[+-]?\d{1,18}\s*", text, re.ASCII):
            raise ParameterError(f"Parameter {parameter.name!r} takes a whole number, not {text!r}.")
        return ox.Literal(str(int(text)), datatype=ox.NamedNode(XSD + "integer"))
    return ox.Literal(text)
