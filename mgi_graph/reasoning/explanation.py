"""Why a triple holds, or does not: proofs down to what is asserted, with the claims, findings and pages behind that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pyoxigraph as ox

from mgi_graph.engine.result import Engine, Term, as_sparql
from mgi_graph.errors import StandingUnknownError
from mgi_graph.evidence import Evidence, support
from mgi_graph.labels import labels_of, show
from mgi_graph.namespaces import ID, RDF
from mgi_graph.reasoning.axioms import AXIOM_PREDICATES, AXIOM_TYPES
from mgi_graph.reasoning.proofs import BOUNDS, INFERRED, Bounds, Proof, asserting_graphs, find_proofs
from mgi_graph.reasoning.rules import RuleSet, compile_rules

Standing = Literal["asserted", "inferred", "denied", "disputed", "unstated"]
"""Whether a triple holds (the first two), and if not, whether a claim denies or disputes it or nothing is said."""

_AXIOMS = f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ VALUES ?p {{ {" ".join(f"<{iri}>" for iri in sorted(AXIOM_PREDICATES))} }} ?s ?p ?o }}
  UNION {{ VALUES ?o {{ {" ".join(f"<{iri}>" for iri in sorted(AXIOM_TYPES))} }}
    ?s <{RDF}type> ?o BIND(<{RDF}type> AS ?p) }}
  FILTER NOT EXISTS {{ GRAPH <{INFERRED}> {{ ?s ?p ?o }} }}
}}"""
_MOST_AXIOMS = 100_000
_PART = re.compile(re.escape(ID) + r"profile/[^/]+/([^/]+)/([^/]+)")
_PARTS: Mapping[str, Mapping[str, str]] = {
    "section": {"en": "section", "fr": "section"},
    "passage": {"en": "passage", "fr": "passage"},
    "finding": {"en": "finding", "fr": "constat"},
    "claim": {"en": "claim", "fr": "assertion"},
}
_AGAINST: tuple[tuple[str, Standing], ...] = (("DeniedClaim", "denied"), ("DisputedClaim", "disputed"))


@dataclass(frozen=True)
class Explanation:
    """Why a triple holds, or does not.

    Attributes:
        triple: what was asked about.
        standing: whether it holds, and how.
        proofs: the shortest first; one for an asserted triple, none for a triple that does not hold.
        others: in how many further ways the last step of a proof can be made.
        evidence: for the triple, and each asserted one in the proofs, what the report says of it, if anything.
        labels: for each IRI its label by language.
    """

    triple: ox.Triple
    standing: Standing
    proofs: tuple[Proof, ...]
    others: int
    evidence: Mapping[ox.Triple, tuple[Evidence, ...]]
    labels: Mapping[str, Mapping[str, str]]

    @cached_property
    def holds(self) -> bool:
        """Whether the graph holds the triple."""
        return self.standing in ("asserted", "inferred")

    @cached_property
    def rests_on_reading(self) -> bool:
        """Whether each way in which it is shown to hold needs a triple that only an editors' reading gives."""
        return bool(self.proofs) and all(
            any(self._is_reading(part.triple) for part in proof.parts() if not part.rule) for proof in self.proofs
        )

    def _is_reading(self, triple: ox.Triple) -> bool:
        found = [item for item in self.evidence.get(triple, ()) if item.kind in ("AffirmedClaim", "InterpretedClaim")]
        return bool(found) and all(item.is_reading for item in found)

    def show(self, term: object, language: str = "en") -> str:
        """A term as a person reads it: a thing's label, a literal's text, a part of a profile by kind and number."""
        assert isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal)
        part = _PART.fullmatch(term.value) if isinstance(term, ox.NamedNode) else None
        if part and language in _PARTS.get(part[1], ()):
            return f"{_PARTS[part[1]][language]} {part[2]}"
        return show(term, self.labels, language)


class Explainer:
    """Answers why, from a store that is only asked; the rules are made from the axioms that it holds, once.

    Args:
        engine: a store with the graph and its inferences, in their named graphs.
        bounds: how far a search for a proof goes.
    """

    def __init__(self, engine: Engine, bounds: Bounds = BOUNDS) -> None:
        self._engine, self._bounds = engine, bounds

    @cached_property
    def rules(self) -> RuleSet:
        """The rules of the ontology in the store.

        Raises:
            StandingUnknownError: the store does not keep apart what is inferred.
            UncoveredAxiomError: the ontology has an axiom that no rule covers.
            ResultTooLargeError: there are more axioms than any ontology of ours has.
        """
        if not self._engine.query(f"ASK {{ GRAPH <{INFERRED}> {{ ?s ?p ?o }} }}").boolean():
            raise StandingUnknownError(INFERRED)
        return compile_rules(self._engine.query(_AXIOMS).triples(_MOST_AXIOMS))

    def explain(self, triple: ox.Triple) -> Explanation:
        """Say why a triple holds, or that it does not.

        Raises:
            ProofNotFoundError: it is inferred, and the limits were met before a proof was found.
            StandingUnknownError, UncoveredAxiomError: see `rules`.
            QueryError: the store does not answer.
        """
        rules = self.rules
        standing = self._standing(triple)
        proofs, others = find_proofs(self._engine, rules, triple, self._bounds) if standing else ((), 0)
        leaves = [part.triple for proof in proofs for part in proof.parts() if not part.rule]
        told = list(dict.fromkeys([triple, *leaves]))
        evidence = {about: said for about, said in zip(told, support(self._engine, told), strict=True) if said}
        labels = labels_of(self._engine, _terms(triple, proofs))
        standing = standing or _contrary(evidence.get(triple, ()))
        return Explanation(triple, standing, proofs, others, evidence, labels)

    def _standing(self, triple: ox.Triple) -> Standing | None:
        if asserting_graphs(self._engine, [triple]):
            return "asserted"
        text = " ".join(as_sparql(term) for term in triple if not isinstance(term, ox.Triple))
        return "inferred" if self._engine.query(f"ASK {{ {text} }}").boolean() else None


def _contrary(evidence: tuple[Evidence, ...]) -> Standing:
    kinds = {item.kind for item in evidence}
    return next((standing for kind, standing in _AGAINST if kind in kinds), "unstated")


def _terms(triple: ox.Triple, proofs: tuple[Proof, ...]) -> Iterator[Term]:
    for about in (triple, *(part.triple for proof in proofs for part in proof.parts())):
        yield from (term for term in about if not isinstance(term, ox.Triple))
