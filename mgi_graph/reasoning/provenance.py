"""Writes an explanation as RDF: each statement an entity of PROV-O, each application of a rule an activity."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import pyoxigraph as ox

from mgi_graph.namespaces import BASE, DCTERMS, ONTOLOGY, PROV, RDF, RDFS
from mgi_graph.reasoning.explanation import Explanation
from mgi_graph.reasoning.proofs import Proof
from mgi_graph.reasoning.telling import sentence, verdict
from mgi_graph.reasoning.words import WORDS

_LANGUAGES = ("en", "fr")


def statement_iri(triple: ox.Triple) -> str:
    """The IRI of a statement, which is also where its explanation is asked for; a literal stands there as in Turtle."""
    texts = (term.value if isinstance(term, ox.NamedNode) else str(term) for term in triple)
    return f"{BASE}why?{urlencode(dict(zip(('subject', 'predicate', 'object'), texts, strict=True)))}"


def provenance_triples(explanation: Explanation, described: Sequence[ox.Triple] = ()) -> list[ox.Triple]:
    """An explanation as PROV-O.

    Each triple of the proofs is a prov:Entity and rdf:Statement. An inferred one is prov:wasDerivedFrom its premises
    and prov:wasGeneratedBy an activity that used them and the ontology; the activity names the rule
    (dcterms:identifier) and the axiom (rdfs:comment). An asserted one is prov:wasDerivedFrom its named graph and the
    findings and claims behind it. A statement that does not hold is derived from nothing; rdfs:seeAlso leads to the
    claims that deny or dispute it.

    Args:
        explanation: what `Explainer.explain` gave.
        described: what the graph asserts of the evidence, as `evidence.describe` gives it; it is added.
    """
    parts = [part for proof in explanation.proofs for part in proof.parts()]
    made = [triple for part in parts for triple in _part(explanation, part)]
    head = _head(explanation)
    return list(dict.fromkeys([*head, *made, *sorted(described, key=str)]))


def _head(explanation: Explanation) -> Iterator[ox.Triple]:
    yield from _statement(explanation, explanation.triple)
    iri = statement_iri(explanation.triple)
    told = (ox.Literal(verdict(explanation, code), language=code) for code in _LANGUAGES)
    yield from _say(iri, RDFS + "comment", *told)
    if not explanation.holds:
        for item in explanation.evidence.get(explanation.triple, ()):
            yield from _say(iri, RDFS + "seeAlso", *(name for name in (item.record, item.finding) if name))


def _statement(explanation: Explanation, triple: ox.Triple) -> Iterator[ox.Triple]:
    iri = statement_iri(triple)
    subject, predicate, obj = triple
    assert not isinstance(subject, ox.Triple)
    assert not isinstance(obj, ox.Triple)
    yield from _say(iri, RDF + "type", RDF + "Statement", PROV + "Entity")
    yield from _say(iri, RDF + "subject", subject)
    yield from _say(iri, RDF + "predicate", predicate)
    yield from _say(iri, RDF + "object", obj)
    labels = (ox.Literal(sentence(explanation, triple, code), language=code) for code in _LANGUAGES)
    yield from _say(iri, RDFS + "label", *labels)


def _part(explanation: Explanation, proof: Proof) -> Iterator[ox.Triple]:
    yield from _statement(explanation, proof.triple)
    iri = statement_iri(proof.triple)
    if not proof.rule:
        yield from _say(iri, PROV + "wasDerivedFrom", *proof.graphs)
        for item in explanation.evidence.get(proof.triple, ()):
            yield from _say(iri, PROV + "wasDerivedFrom", *(name for name in (item.finding, item.record) if name))
        return
    premises = [statement_iri(premise.triple) for premise in proof.premises]
    text = "\n".join([iri, proof.rule.name, str(proof.rule.axiom), *premises])
    activity = f"{iri}#by-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    words = (ox.Literal(WORDS[proof.rule.name][code], language=code) for code in _LANGUAGES)
    yield from _say(iri, PROV + "wasDerivedFrom", *premises)
    yield from _say(iri, PROV + "wasGeneratedBy", activity)
    yield from _say(activity, RDF + "type", PROV + "Activity")
    yield from _say(activity, RDFS + "label", *words)
    yield from _say(activity, DCTERMS + "identifier", ox.Literal(proof.rule.name))
    if proof.rule.axiom:
        yield from _say(activity, RDFS + "comment", ox.Literal(str(proof.rule.axiom)))
    yield from _say(activity, PROV + "used", *premises, ONTOLOGY)


def _say(subject: str, predicate: str, *objects: ox.NamedNode | ox.BlankNode | ox.Literal | str) -> Iterator[ox.Triple]:
    """Triples of one subject and predicate; a plain text among the objects is an IRI."""
    for value in objects:
        term = ox.NamedNode(value) if isinstance(value, str) else value
        yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term)
