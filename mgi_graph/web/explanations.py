"""What explanations say in JSON: the shapes that OpenAPI documents, made from the explanations themselves."""

from __future__ import annotations

from typing import Literal

import pyoxigraph as ox
from pydantic import BaseModel, ConfigDict, Field

from mgi_graph.namespaces import DATA_LICENCE
from mgi_graph.reasoning.explanation import Explanation
from mgi_graph.reasoning.proofs import Proof as FoundProof
from mgi_graph.reasoning.provenance import statement_iri
from mgi_graph.reasoning.telling import because, sentence, verdict
from mgi_graph.web.models import Language, Licence, Statement, Value, statement_model


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


class Triple(_Model):
    """A triple: its terms, and as a person reads it."""

    iri: str = Field(description="The IRI of the statement, at which it is explained.")
    subject: Value
    predicate: Value
    object: Value
    sentence: str = Field(description="The labels of its terms, in the language of the explanation.")


class Rule(_Model):
    """The rule by which a triple follows."""

    name: str = Field(description="Its name in the table of OWL 2 RL, such as prp-inv1.")
    words: str = Field(description="What it says, in the language of the explanation.")
    axiom: str | None = Field(
        description="The axiom of the ontology that it comes from; null where it is among the premises."
    )


class Proof(_Model):
    """Why one triple holds."""

    triple: Triple
    rule: Rule | None = Field(description="Null where the triple is asserted.")
    premises: list[Proof] = Field(description="Why what the rule needs holds; empty where the triple is asserted.")
    graphs: list[str] = Field(description="IRIs of the named graphs that assert the triple.")
    evidence: list[Statement] = Field(
        description="What the report says of an asserted triple, in the order of the pages."
    )


class Why(_Model):
    """Why a triple holds, or that it does not."""

    lang: Language
    triple: Triple
    standing: Literal["asserted", "inferred", "denied", "disputed", "unstated"] = Field(
        description="asserted or inferred: it holds; denied: the report says that it is not so; disputed: a statement "
        "of it is not asserted; unstated: nothing says so, which does not make it false."
    )
    verdict: str = Field(description="The standing in words.")
    evidence: list[Statement] = Field(description="What the report says of the triple itself, for or against it.")
    proofs: list[Proof] = Field(description="The shortest first; none of a triple that does not hold.")
    others: int = Field(description="In how many further ways the last step of a proof can be made.")
    version: str | None = Field(description="The version of the data.")
    licence: Licence = Field(description="The licence of the data.")


def why_model(explanation: Explanation, language: Language, version: str) -> Why:
    """An explanation in JSON."""
    return Why(
        lang=language,
        triple=_triple(explanation, explanation.triple, language),
        standing=explanation.standing,
        verdict=verdict(explanation, language),
        evidence=_evidence(explanation, explanation.triple, language),
        proofs=[_proof(explanation, proof, language) for proof in explanation.proofs],
        others=explanation.others,
        version=version or None,
        licence=Licence(name="CC BY-NC 4.0", url=DATA_LICENCE),
    )


def _proof(explanation: Explanation, proof: FoundProof, language: Language) -> Proof:
    rule = proof.rule
    axiom = str(rule.axiom) if rule and rule.axiom else None
    return Proof(
        triple=_triple(explanation, proof.triple, language),
        rule=Rule(name=rule.name, words=because(explanation, proof, language), axiom=axiom) if rule else None,
        premises=[_proof(explanation, premise, language) for premise in proof.premises],
        graphs=list(proof.graphs),
        evidence=[] if rule else _evidence(explanation, proof.triple, language),
    )


def _triple(explanation: Explanation, triple: ox.Triple, language: Language) -> Triple:
    subject, predicate, obj = (_value(explanation, term, language) for term in triple)
    return Triple(
        iri=statement_iri(triple),
        subject=subject,
        predicate=predicate,
        object=obj,
        sentence=sentence(explanation, triple, language),
    )


def _value(explanation: Explanation, term: object, language: Language) -> Value:
    assert isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal)
    literal = term if isinstance(term, ox.Literal) else None
    return Value(
        type="literal" if literal else "uri" if isinstance(term, ox.NamedNode) else "bnode",
        value=term.value,
        lang=literal.language if literal else None,
        datatype=literal.datatype.value if literal else None,
        label=explanation.show(term, language),
    )


def _evidence(explanation: Explanation, triple: ox.Triple, language: Language) -> list[Statement]:
    return [statement_model(item, language) for item in explanation.evidence.get(triple, ())]
