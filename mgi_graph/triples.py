"""Writes the catalogue and its answers as RDF, in the vocabularies that SPARQL editors and other clients read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

import pyoxigraph as ox

from mgi_graph.answers import CitedAnswer
from mgi_graph.catalogue import LANGUAGES, Parameter, Question, Texts
from mgi_graph.engine.result import Term
from mgi_graph.namespaces import (
    BASE,
    CODE_LICENCE,
    DATA_LICENCE,
    DCTERMS,
    OWL,
    PROV,
    QUESTIONS,
    RDF,
    RDFS,
    RS,
    SCHEMA,
    SH,
    XSD,
)

_PREFIX_LINE = re.compile(r"^PREFIX\s+(\w*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_CATALOGUE_TITLE = {"en": "The question catalogue of MGI Graph", "fr": "Le catalogue de questions de MGI Graph"}
_DATATYPES = {"integer": XSD + "integer", "string": XSD + "string"}


def answer_iri(answer: CitedAnswer) -> str:
    """The IRI of an answer: its question's, then `/answer`, then every parameter with the value that was understood."""
    query = urlencode({name: term.value for name, term in answer.values.items()})
    return f"{answer.question.iri}/answer" + (f"?{query}" if query else "")


def catalogue_triples(introduced: Sequence[CitedAnswer], endpoint: str, version: str) -> list[ox.Triple]:
    """The catalogue as a collection of its questions, each as `question_triples` gives it.

    Args:
        introduced: the questions, as `answers.introduce` gives them.
        endpoint: the address of the SPARQL endpoint that answers them.
        version: the version of the data that it answers from; may be empty.
    """
    return list(dict.fromkeys(_catalogue(introduced, endpoint, version)))


def question_triples(introduced: CitedAnswer, endpoint: str) -> list[ox.Triple]:
    """One question as a sh:SPARQLExecutable (SHACL, section 5.1), in the form of sib-swiss/sparql-examples.

    rdfs:comment is its wording with the defaults, which stand in the sh:select text too: that text runs as it is. The
    parameters are sh:Parameter (SHACL Advanced Features, section 4), their defaults sh:defaultValue.
    """
    return list(dict.fromkeys([*_question(introduced, endpoint), *_declarations([introduced.question])]))


def answer_triples(answer: CitedAnswer, described: Sequence[ox.Triple], version: str) -> list[ox.Triple]:
    """An answer as a rs:ResultSet whose rows say what they rest on, then what the graph asserts of that.

    The result set (the vocabulary of the W3C's SPARQL tests) keeps columns, order and repeated rows, and is what
    RDF toolkits read back as a table; prov:wasDerivedFrom leads from each row to its findings and claims under their
    own IRIs, so that the whole can be merged into any copy of the graph. No blank nodes: rows and cells have IRIs.

    Args:
        answer: what to write.
        described: what the graph asserts of its evidence, as `evidence.describe` gives it.
        version: the version of the data; may be empty.
    """
    names = (
        ox.Triple(ox.NamedNode(iri), ox.NamedNode(RDFS + "label"), ox.Literal(text, language=language))
        for iri, labels in sorted(answer.labels.items())
        for language, text in sorted(labels.items())
        if language in LANGUAGES
    )
    return list(dict.fromkeys([*_result_set(answer, version), *sorted(described, key=str), *names]))


def _say(subject: str, predicate: str, *objects: Term | str) -> Iterator[ox.Triple]:
    """Triples of one subject and predicate; a plain text among the objects is an IRI."""
    for value in objects:
        term = ox.NamedNode(value) if isinstance(value, str) else value
        yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term)


def _texts(texts: Texts) -> list[ox.Literal]:
    return [ox.Literal(texts[language], language=language) for language in LANGUAGES]


def _catalogue(introduced: Sequence[CitedAnswer], endpoint: str, version: str) -> Iterator[ox.Triple]:
    yield from _say(QUESTIONS, RDF + "type", SCHEMA + "Collection")
    yield from _say(QUESTIONS, RDFS + "label", *_texts(_CATALOGUE_TITLE))
    yield from _say(QUESTIONS, DCTERMS + "title", *_texts(_CATALOGUE_TITLE))
    yield from _say(QUESTIONS, DCTERMS + "license", CODE_LICENCE)
    yield from _say(QUESTIONS, DCTERMS + "isPartOf", BASE)
    if version:
        yield from _say(QUESTIONS, SCHEMA + "version", ox.Literal(version))
    yield from _say(QUESTIONS, SCHEMA + "hasPart", *(one.question.iri for one in introduced))
    for one in introduced:
        yield from _question(one, endpoint)
    yield from _declarations([one.question for one in introduced])


def _question(introduced: CitedAnswer, endpoint: str) -> Iterator[ox.Triple]:
    question = introduced.question
    wording = {language: introduced.wording(language) for language in LANGUAGES}
    yield from _say(question.iri, RDF + "type", SH + "SPARQLExecutable", SH + "SPARQLSelectExecutable")
    yield from _say(question.iri, RDFS + "label", *_texts(question.title))
    yield from _say(question.iri, RDFS + "comment", *_texts(wording))
    yield from _say(question.iri, SH + "prefixes", f"{QUESTIONS}#prefixes")
    yield from _say(question.iri, SH + "select", ox.Literal(question.text))
    yield from _say(question.iri, SCHEMA + "target", endpoint)
    yield from _say(question.iri, SCHEMA + "keywords", *(ox.Literal(tag) for tag in question.tags))
    yield from _say(question.iri, SCHEMA + "isPartOf", QUESTIONS)
    for number, parameter in enumerate(question.params):
        yield from _parameter(introduced, parameter, number)


def _parameter(introduced: CitedAnswer, parameter: Parameter, number: int) -> Iterator[ox.Triple]:
    iri = f"{introduced.question.iri}#parameter-{parameter.name}"
    yield from _say(introduced.question.iri, SH + "parameter", iri)
    yield from _say(iri, RDF + "type", SH + "Parameter")
    yield from _say(iri, SH + "path", f"{introduced.question.iri}#{parameter.name}")
    yield from _say(iri, SH + "name", *_texts(parameter.label))
    yield from _say(iri, SH + "order", ox.Literal(number))
    yield from _say(iri, SH + "optional", ox.Literal(True))
    yield from _say(iri, SH + "defaultValue", introduced.values[parameter.name])
    if parameter.class_iri:
        yield from _say(iri, SH + "class", parameter.class_iri)
    else:
        yield from _say(iri, SH + "datatype", _DATATYPES[parameter.type])


def _declarations(questions: Sequence[Question]) -> Iterator[ox.Triple]:
    """The prefixes of the queries (SHACL, section 5.2.1): each text also declares its own, so that it stands alone."""
    declared = dict(sorted(pair for question in questions for pair in _PREFIX_LINE.findall(question.text)))
    yield from _say(f"{QUESTIONS}#prefixes", RDF + "type", OWL + "Ontology")
    for prefix, namespace in declared.items():
        iri = f"{QUESTIONS}#prefix-{prefix}"
        yield from _say(f"{QUESTIONS}#prefixes", SH + "declare", iri)
        yield from _say(iri, RDF + "type", SH + "PrefixDeclaration")
        yield from _say(iri, SH + "prefix", ox.Literal(prefix))
        yield from _say(iri, SH + "namespace", ox.Literal(namespace, datatype=ox.NamedNode(XSD + "anyURI")))


def _result_set(answer: CitedAnswer, version: str) -> Iterator[ox.Triple]:
    iri = answer_iri(answer)
    rows = [f"{iri}#row-{number}" for number, _ in enumerate(answer.table.rows, 1)]
    wording = {language: answer.wording(language) for language in LANGUAGES}
    sources = sorted({item.section.rpartition("/section/")[0] for row in answer.evidence for item in row})
    yield from _say(iri, RDF + "type", RS + "ResultSet", PROV + "Entity")
    yield from _say(iri, RDFS + "label", *_texts(wording))
    yield from _say(iri, DCTERMS + "license", DATA_LICENCE)
    yield from _say(iri, PROV + "wasDerivedFrom", answer.question.iri, *sources)
    if version:
        yield from _say(iri, SCHEMA + "version", ox.Literal(version))
    yield from _say(iri, RS + "resultVariable", *(ox.Literal(name) for name in answer.table.columns))
    yield from _say(iri, RS + "solution", *rows)
    for number, (row, values, evidence) in enumerate(zip(rows, answer.table.dicts(), answer.evidence, strict=True), 1):
        bound = {name: value for name, value in values.items() if value is not None}
        yield from _say(row, RS + "index", ox.Literal(number))
        yield from _say(row, RS + "binding", *(f"{row}-{name}" for name in bound))
        yield from _say(row, PROV + "wasDerivedFrom", *(item.finding for item in evidence))
        yield from _say(row, PROV + "wasDerivedFrom", *(item.record for item in evidence if item.record))
        yield from _cells(row, bound)


def _cells(row: str, bound: Mapping[str, Term]) -> Iterator[ox.Triple]:
    for name, value in bound.items():
        yield from _say(f"{row}-{name}", RS + "variable", ox.Literal(name))
        yield from _say(f"{row}-{name}", RS + "value", value)
