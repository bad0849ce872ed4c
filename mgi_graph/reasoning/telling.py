"""Writes an explanation as a text that a person reads: an indented proof with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from mgi_graph.namespaces import OWL, RDFS
from mgi_graph.reasoning.explanation import Explanation, Standing
from mgi_graph.reasoning.proofs import Proof
from mgi_graph.reasoning.words import WORDS

VERDICTS: Mapping[Standing, Mapping[str, str]] = {
    "asserted": {"en": "Asserted: the data say so.", "fr": "Affirmé : les données le disent."},
    "inferred": {
        "en": "Inferred: it follows from what the data say.",
        "fr": "Déduit : cela découle de ce que disent les données.",
    },
    "denied": {
        "en": "Does not hold: the report says that it is not so.",
        "fr": "N’est pas vrai ici : le rapport dit qu’il n’en est pas ainsi.",
    },
    "disputed": {
        "en": "Does not hold: a statement says so, but it is disputed, and is not asserted.",
        "fr": "N’est pas retenu : un énoncé le dit, mais il est contesté et n’est pas affirmé.",
    },
    "unstated": {
        "en": "Does not hold in this graph: it is neither stated nor does it follow. That does not make it false.",
        "fr": "N’est pas dans ce graphe : ce n’est ni énoncé ni déductible. Ce n’est pas faux pour autant.",
    },
}
"""What is said of a triple by its standing, by language."""

KINDS: Mapping[str, Mapping[str, str]] = {
    "AffirmedClaim": {"en": "stated", "fr": "énoncé"},
    "InterpretedClaim": {"en": "editors’ reading", "fr": "lecture des éditeurs"},
    "DeniedClaim": {"en": "denied", "fr": "nié"},
    "DisputedClaim": {"en": "disputed", "fr": "contesté"},
}
"""What ties a triple to a statement of the report, by the class of the claim and by language."""

_SO: Mapping[str, Mapping[str, str]] = {
    RDFS + "subClassOf": {"en": "“{0}” is a kind of “{1}”", "fr": "« {0} » est une sorte de « {1} »"},
    RDFS + "subPropertyOf": {"en": "what is said by “{0}” holds for “{1}”", "fr": "qui dit « {0} » dit aussi « {1} »"},
    RDFS + "domain": {
        "en": "of what is said that it “{0}” something, that is of the kind “{1}”",
        "fr": "ce dont on dit « {0} » est de la catégorie « {1} »",
    },
    RDFS + "range": {"en": "what “{0}” leads to is of the kind “{1}”", "fr": "« {0} » mène à ce qui est « {1} »"},
    OWL + "equivalentClass": {"en": "“{0}” and “{1}” mean the same", "fr": "« {0} » et « {1} » ont le même sens"},
    OWL + "equivalentProperty": {"en": "“{0}” and “{1}” mean the same", "fr": "« {0} » et « {1} » ont le même sens"},
    OWL + "inverseOf": {
        "en": "“{0}” and “{1}” say the same from either end",
        "fr": "« {0} » et « {1} » disent la même chose, vue de chaque bout",
    },
    OWL + "propertyChainAxiom": {
        "en": "“{1}”, one after the other, amount to “{0}”",
        "fr": "« {1} », l’un après l’autre, reviennent à « {0} »",
    },
    OWL + "SymmetricProperty": {"en": "“{0}” holds both ways", "fr": "« {0} » vaut dans les deux sens"},
    OWL + "TransitiveProperty": {
        "en": "“{0}” carries on from one to the next",
        "fr": "« {0} » se poursuit de l’un au suivant",
    },
}
"""What a kind of axiom lets one conclude, with the names of its terms in it, by language."""

_ON_A_READING: Mapping[str, Mapping[str, str]] = {
    "asserted": {
        "en": "Asserted as the editors’ reading: the report does not say so in so many words.",
        "fr": "Affirmé en tant que lecture des éditeurs : le rapport ne le dit pas expressément.",
    },
    "inferred": {
        "en": "Inferred: it follows from what the data say, and rests on an editors’ reading of the report.",
        "fr": "Déduit : cela découle de ce que disent les données, et repose sur une lecture des éditeurs.",
    },
}
_WORDS = {
    "or": {"en": "Or ({} of {}):", "fr": "Ou bien ({} sur {}) :"},
    "because": {"en": "because {} [{}]", "fr": "car {} [{}]"},
    "in": {"en": "written in the data: {}", "fr": "écrit dans les données : {}"},
    "why": {"en": "why we read it so:", "fr": "pourquoi nous le lisons ainsi :"},
    "others": {
        "en": "More ways to make the last step: {}.",
        "fr": "Autres façons de faire la dernière étape : {}.",
    },
}


def as_text(explanation: Explanation, language: str = "en") -> str:
    """Write an explanation: the verdict, then each proof; what a triple follows from stands below it, further in.

    Args:
        explanation: what `Explainer.explain` gave.
        language: "en" or "fr".
    """
    lines = [sentence(explanation, explanation.triple, language), verdict(explanation, language)]
    for number, proof in enumerate(explanation.proofs, 1):
        lines.append("" if number == 1 else "\n" + _WORDS["or"][language].format(number, len(explanation.proofs)))
        lines += _proof(explanation, proof, language, "")
    if not explanation.proofs:
        lines += _evidence(explanation, explanation.triple, language, "  ")
    if explanation.others:
        lines.append("\n" + _WORDS["others"][language].format(explanation.others))
    return "\n".join(lines) + "\n"


def verdict(explanation: Explanation, language: str = "en") -> str:
    """What is said of a triple: its standing, and whether that rests on a reading."""
    told = _ON_A_READING if explanation.rests_on_reading else VERDICTS
    return told[explanation.standing][language]


def sentence(explanation: Explanation, triple: ox.Triple, language: str = "en") -> str:
    """A triple as a person reads it: "ANLTP/TIM – implements – Law No. 2015-36"."""
    return " – ".join(explanation.show(term, language) for term in triple)


def because(explanation: Explanation, proof: Proof, language: str = "en") -> str:
    """Why the last step of a proof may be made, in plain words with the names of its relations; empty without one."""
    if not proof.rule:
        return ""
    axiom = proof.rule.axiom
    if not axiom or axiom.kind not in _SO:
        return WORDS[proof.rule.name][language]
    first, *others = (explanation.show(term, language) for term in axiom.operands)
    between = {"en": "”, “", "fr": " », « "}[language]
    return _SO[axiom.kind][language].format(first, between.join(others))


def technical_name(proof: Proof) -> str:
    """The last rule of a proof as OWL 2 Profiles calls it, with the axiom that it was made from; empty without one."""
    if not proof.rule:
        return ""
    return f"{proof.rule.name}: {proof.rule.axiom}" if proof.rule.axiom else proof.rule.name


def _proof(explanation: Explanation, proof: Proof, language: str, margin: str) -> Iterator[str]:
    yield margin + sentence(explanation, proof.triple, language)
    if not proof.rule:
        yield f"{margin}  {_WORDS['in'][language].format(', '.join(map(graph_name, proof.graphs)))}"
        yield from _evidence(explanation, proof.triple, language, margin + "  ")
        return
    words = because(explanation, proof, language)
    yield f"{margin}  {_WORDS['because'][language].format(words, technical_name(proof))}"
    for premise in proof.premises:
        yield from _proof(explanation, premise, language, margin + "  ")


def is_iri(term: object) -> bool:
    """Whether a term is a thing with an IRI, and no value."""
    return isinstance(term, ox.NamedNode)


def graph_name(iri: str) -> str:
    """A named graph as a person knows it: by the last part of its IRI."""
    return iri.rpartition("/")[2]


def _evidence(explanation: Explanation, triple: ox.Triple, language: str, margin: str) -> Iterator[str]:
    for item in explanation.evidence.get(triple, ()):
        statement = item.statement.get(language) or next(iter(item.statement.values()), "")
        kind = f"{KINDS[item.kind][language]}, " if item.kind else ""
        yield f"{margin}{kind}{item.place(language)}: {statement}"
        if item.is_reading and (reason := item.reason.get(language) or item.reason.get("en")):
            yield f"{margin}  {_WORDS['why'][language]} {reason}"
