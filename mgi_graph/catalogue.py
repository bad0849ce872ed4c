"""The stored questions: what each asks, which parameters it takes, and its SPARQL with a value put in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pyoxigraph as ox
import yaml

from mgi_graph.engine.result import Term, as_sparql
from mgi_graph.errors import ParameterError, SourceError, UnknownQuestionError
from mgi_graph.namespaces import QUESTION, XSD, expand
from mgi_graph.sources import read_bytes

HEADER = "#+"
_VALUES = r"VALUES\s+[?$]{name}\s*\{{([^{{}}\n]*)\}}"
LANGUAGES = ("en", "fr")
_PARAMETER_TYPES = ("iri", "integer", "string")

Texts = Mapping[str, str]
"""A text in the languages "en" and "fr"."""


@dataclass(frozen=True)
class Parameter:
    """What a question can be asked about: `type` is "iri" (of the class `class_iri`), "integer" or "string"."""

    name: str
    type: str
    label: Texts
    class_iri: str = ""


@dataclass(frozen=True)
class Question:
    """One file of `queries/`.

    Attributes:
        name: the file's name without its ending.
        title, question: its title, and its wording in which {parameter} stands for a value.
        params: its parameters, in the order of the header.
        evidence: where each row's evidence is found: a claim as (subject, predicate, object); or one name, of a
            finding, a passage, or a record stated in a finding; or pairs of a name and the property path that leads
            from it to the findings, all of which must hold. Names are columns or parameters.
        tags: words to find it by.
        inference: True where it needs the closure.
        columns: heading of each column, where the header gives one.
        text: the SPARQL, header and all; it runs unedited with the default parameters.
    """

    name: str
    path: Path
    title: Texts
    question: Texts
    text: str
    params: tuple[Parameter, ...] = ()
    evidence: tuple[tuple[str, ...], ...] = ()
    tags: tuple[str, ...] = ()
    inference: bool = False
    columns: Mapping[str, Texts] = field(default_factory=dict)

    @property
    def iri(self) -> str:
        """The question's IRI."""
        return QUESTION + self.name

    def default(self, name: str) -> Term:
        """The value that a parameter has in the file."""
        pattern = re.compile(_VALUES.format(name=name))
        match = pattern.search(self.text)
        assert match is not None, "checked when the file was read"
        return _term(match[1], self.path)

    def bind(self, values: Mapping[str, Term]) -> str:
        """The SPARQL with values put in as terms, each on the parameter's own VALUES line.

        Raises:
            ParameterError: the question has no such parameter.
        """
        text = self.text
        for name, value in values.items():
            self.parameter(name)
            place = re.search(_VALUES.format(name=name), text)
            assert place is not None, "checked when the file was read"
            text = f"{text[: place.start()]}VALUES ${name} {{ {as_sparql(value)} }}{text[place.end() :]}"
        return text

    def parameter(self, name: str) -> Parameter:
        """The parameter of this name.

        Raises:
            ParameterError: there is none.
        """
        for parameter in self.params:
            if parameter.name == name:
                return parameter
        names = [parameter.name for parameter in self.params]
        raise ParameterError(
            f"The question {self.name!r} has no parameter {name!r}.",
            f"Its parameters: {', '.join(names) or 'none'}.",
            names,
        )


def read_catalogue(paths: Sequence[Path]) -> tuple[Question, ...]:
    """Read all questions, in the order of their names.

    Raises:
        SourceError: a file is missing, or its header is not in the form of the design; with the line.
    """
    return tuple(read_question(path) for path in sorted(paths))


def find_question(paths: Sequence[Path], name: str) -> Question:
    """Read the one question of this name.

    Raises:
        UnknownQuestionError: there is none; carries the nearest names.
        SourceError: as `read_catalogue`.
    """
    names = {path.stem: path for path in paths}
    if name not in names:
        raise UnknownQuestionError(name, difflib.get_close_matches(name, names, n=3, cutoff=0.4))
    return read_question(names[name])


def read_question(path: Path) -> Question:
    """Read one question from its file.

    Raises:
        SourceError: the file is missing or its header malformed.
    """
    text = read_bytes(path).decode("utf-8")
    header = _header(path, text)
    question = Question(
        name=path.stem,
        path=path,
        title=_texts(path, header, "title"),
        question=_texts(path, header, "question"),
        text=text,
        params=tuple(_parameter(path, name, given) for name, given in (header.get("params") or {}).items()),
        evidence=tuple(tuple(str(part) for part in pattern) for pattern in header.get("evidence") or []),
        tags=tuple(header.get("tags") or []),
        inference=bool(header.get("inference", False)),
        columns={name: _texts(path, header["columns"], name) for name in header.get("columns") or {}},
    )
    _refuse_unbound(question)
    return question


def _header(path: Path, text: str) -> dict[str, Any]:
    lines = [line[len(HEADER) :].removeprefix(" ") for line in text.splitlines() if line.startswith(HEADER)]
    try:
        header = yaml.safe_load("\n".join(lines))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SourceError(
            path, f"the header is not YAML: {getattr(error, 'problem', error)}", line=mark.line + 1 if mark else None
        ) from None
    if not isinstance(header, dict):
        raise SourceError(
            path, "the file has no header", f"Begin it with lines such as `{HEADER} title: {{en: …, fr: …}}`."
        )
    return header


def _texts(path: Path, header: Mapping[str, Any], key: str) -> Texts:
    found = header.get(key)
    if not isinstance(found, dict) or not all(isinstance(found.get(language), str) for language in LANGUAGES):
        raise SourceError(path, f"the header lacks {key!r} in en and fr", f"Write `{HEADER} {key}: {{en: …, fr: …}}`.")
    return {language: str(found[language]) for language in LANGUAGES}


def _parameter(path: Path, name: str, given: Any) -> Parameter:
    if not name.isidentifier():
        raise SourceError(path, f"{name!r} cannot be a parameter's name", "Use letters, digits and underscores.")
    kind = given.get("type") if isinstance(given, dict) else None
    if kind not in _PARAMETER_TYPES:
        raise SourceError(path, f"parameter {name!r} has no type", f"Give one of: {', '.join(_PARAMETER_TYPES)}.")
    if kind == "iri" and "class" not in given:
        raise SourceError(path, f"parameter {name!r} says no class", "Write `class: mgi:Organisation` or the like.")
    return Parameter(name, kind, _texts(path, given, "label"), expand(str(given.get("class", ""))))


def _refuse_unbound(question: Question) -> None:
    for language in LANGUAGES:
        used = {name for _, name, _, _ in Formatter().parse(question.question[language]) if name is not None}
        if unknown := used - {parameter.name for parameter in question.params}:
            raise SourceError(question.path, f"the question names unknown parameters: {', '.join(sorted(unknown))}")
    for parameter in question.params:
        if not re.search(_VALUES.format(name=parameter.name), question.text):
            name = parameter.name
            raise SourceError(
                question.path,
                f"parameter {name!r} has no default",
                f"Write a line `VALUES ${name} {{ … }}` in the query.",
            )
        question.default(parameter.name)


@cache
def _term(text: str, path: Path) -> Term:
    answer = ox.Store().query(f"SELECT ?value {{ VALUES ?value {{ {text} }} }}", prefixes={"xsd": XSD})
    assert isinstance(answer, ox.QuerySolutions)
    values = [solution["value"] for solution in answer]
    if len(values) != 1 or not isinstance(values[0], ox.NamedNode | ox.Literal):
        raise SourceError(path, f"a default is one IRI in angle brackets or one literal, not {text.strip()!r}")
    return values[0]
