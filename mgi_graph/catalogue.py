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
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the first is faster, and not everywhere
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
class Picture:
    """How an answer is drawn: `kind` is a key of `PICTURES`, `roles` say which column or parameter plays which part."""

    kind: str
    roles: Mapping[str, str]


PICTURES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "bar": (frozenset({"x"}), frozenset({"y", "count"})),
    "timeline": (frozenset({"of", "start"}), frozenset({"end"})),
    "graph": (frozenset({"from", "to"}), frozenset({"by"})),
}
"""The kinds of picture, each with the roles that it needs and those that it may have.

bar: for each `x` the number in `y` (added up), or how many different `count` there are. timeline: each thing `of` at
the year or date `start`, or until `end`. graph: an edge `from` a thing `to` another, with the relation `by`, a column
or a property.
"""


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
        tags: words to find it by; `TAGS` says what they are called.
        inference: True where it needs the closure.
        columns: heading of each column, where the header gives one.
        picture: how the answer is drawn, where a picture says more than the table.
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
    picture: Picture | None = None

    @property
    def iri(self) -> str:
        """The question's IRI."""
        return QUESTION + self.name

    def heading(self, column: str, language: str) -> str:
        """A column's heading: what the header says, else the column's name."""
        return self.columns[column][language] if column in self.columns else column

    def default(self, name: str) -> Term:
        """The value that a parameter has in the file."""
        pattern = re.compile(_VALUES.format(name=name))
        match = pattern.search(self.text)
        assert match is not None, "checked when the file was read"
        return _term(match[1], self.path)

    def bind(self, values: Mapping[str, Term]) -> str:
        """The SPARQL with values put in as terms, each in all VALUES of its parameter.

        Raises:
            ParameterError: the question has no such parameter.
        """
        bound = {self.parameter(name).name: as_sparql(value) for name, value in values.items()}
        places = re.compile(_VALUES.format(name=f"({'|'.join(bound)})"))
        # in one go, so that no value is taken for a place of another
        return places.sub(lambda at: f"VALUES ${at[1]} {{ {bound[at[1]]} }}", self.text) if bound else self.text

    def plain(self, values: Mapping[str, Term], language: str) -> str:
        """The SPARQL with values put in, as a person wants to read it: for the header its title, as a comment."""
        lines = [line for line in self.bind(values).splitlines() if not line.startswith(HEADER)]
        return "\n".join(["# " + " ".join(self.title[language].split()), *lines]) + "\n"

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


TAGS: dict[str, Texts] = {
    "agreement": {"en": "Agreements", "fr": "Accords"},
    "amendment": {"en": "Amendments", "fr": "Modifications"},
    "coherence": {"en": "Coherence of policies", "fr": "Cohérence des politiques"},
    "cooperation": {"en": "Cooperation", "fr": "Coopération"},
    "coordination": {"en": "Coordination", "fr": "Coordination"},
    "counts": {"en": "Counts", "fr": "Dénombrements"},
    "coverage": {"en": "What the report covers", "fr": "Ce que couvre le rapport"},
    "cross-check": {"en": "Cross-checks with outside sources", "fr": "Recoupements avec des sources extérieures"},
    "data": {"en": "Data and information systems", "fr": "Données et systèmes d’information"},
    "discrepancy": {"en": "Discrepancies", "fr": "Divergences"},
    "events": {"en": "Events", "fr": "Événements"},
    "facility": {"en": "Facilities", "fr": "Établissements"},
    "groups": {"en": "Population groups", "fr": "Groupes de population"},
    "hierarchy": {"en": "Hierarchy", "fr": "Hiérarchie"},
    "inference": {"en": "With inferred relations", "fr": "Avec relations déduites"},
    "institutions": {"en": "Institutions", "fr": "Institutions"},
    "law": {"en": "Laws and other texts", "fr": "Lois et autres textes"},
    "mandate": {"en": "Mandates", "fr": "Mandats"},
    "multi-hop": {"en": "Over several steps", "fr": "En plusieurs étapes"},
    "negation": {"en": "What is not", "fr": "Ce qui n’est pas"},
    "network": {"en": "Networks", "fr": "Réseaux"},
    "places": {"en": "Places", "fr": "Lieux"},
    "policy": {"en": "Policies and plans", "fr": "Politiques et plans"},
    "provenance": {"en": "Sources and evidence", "fr": "Sources et preuves"},
    "provision": {"en": "Articles", "fr": "Articles"},
    "reading": {"en": "Editors’ readings", "fr": "Lectures des éditeurs"},
    "status": {"en": "Status", "fr": "État"},
    "time": {"en": "Time", "fr": "Temps"},
    "topics": {"en": "Topics", "fr": "Sujets"},
    "treaty": {"en": "Treaties", "fr": "Traités"},
}
"""What the tags of the questions are called; a question stands under its first."""


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
        picture=_picture(path, header["picture"]) if "picture" in header else None,
    )
    _refuse_unbound(question)
    _refuse_unpictured(question)
    return question


def _header(path: Path, text: str) -> dict[str, Any]:
    lines = [line[len(HEADER) :].removeprefix(" ") for line in text.splitlines() if line.startswith(HEADER)]
    try:
        header = yaml.load("\n".join(lines), _YAML)
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


def _picture(path: Path, given: Any) -> Picture:
    if not isinstance(given, dict) or len(given) != 1 or next(iter(given)) not in PICTURES:
        raise SourceError(path, "the picture is of no known kind", f"Give one of: {', '.join(PICTURES)}.")
    ((kind, roles),) = given.items()
    needed, allowed = PICTURES[kind]
    names = set(roles) if isinstance(roles, dict) and all(isinstance(role, str) for role in roles.values()) else set()
    if not needed <= names <= needed | allowed or (kind == "bar" and len(names) != 2):
        form = ", ".join(f"{role}: …" for role in sorted(needed)) + " and maybe " + ", ".join(sorted(allowed))
        raise SourceError(path, f"the picture {kind!r} lacks a part or has one too many", f"Write {form}.")
    return Picture(kind, dict(roles))


def _refuse_unpictured(question: Question) -> None:
    if question.picture is None:
        return
    known = {*question.columns, *(parameter.name for parameter in question.params)}
    for role, name in question.picture.roles.items():
        if name not in known and not (role == "by" and expand(name) != name):
            raise SourceError(
                question.path,
                f"the picture names {name!r}, which is neither a column with a heading nor a parameter",
                f"The names: {', '.join(sorted(known))}.",
            )


def _refuse_unbound(question: Question) -> None:
    for language in LANGUAGES:
        used = {name for _, name, _, _ in Formatter().parse(question.question[language]) if name is not None}
        if unknown := used - {parameter.name for parameter in question.params}:
            raise SourceError(question.path, f"the question names unknown parameters: {', '.join(sorted(unknown))}")
    for parameter in question.params:
        name = parameter.name
        defaults = {text.strip() for text in re.findall(_VALUES.format(name=name), question.text)}
        if not defaults:
            raise SourceError(
                question.path,
                f"parameter {name!r} has no default",
                f"Write a line `VALUES ${name} {{ … }}` in the query.",
            )
        if len(defaults) > 1:
            raise SourceError(
                question.path,
                f"parameter {name!r} has several defaults: {', '.join(sorted(defaults))}",
                f"Write the same in every `VALUES ${name} {{ … }}`.",
            )
        question.default(name)


@cache
def _term(text: str, path: Path) -> Term:
    answer = ox.Store().query(f"SELECT ?value {{ VALUES ?value {{ {text} }} }}", prefixes={"xsd": XSD})
    assert isinstance(answer, ox.QuerySolutions)
    values = [solution["value"] for solution in answer]
    if len(values) != 1 or not isinstance(values[0], ox.NamedNode | ox.Literal):
        raise SourceError(path, f"a default is one IRI in angle brackets or one literal, not {text.strip()!r}")
    return values[0]
