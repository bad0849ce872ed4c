"""The closure once more by owlrl, which is slow and independent of our rules, to hold them against."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from mgi_graph.agreement import Agreement, between
from mgi_graph.errors import InconsistencyError
from mgi_graph.reasoning.closure import infer
from mgi_graph.reasoning.rules import RuleSet
from mgi_graph.reasoning.statements import says_something

_ERROR = "http://www.daml.org/2002/03/agents/agent-ont#error"


def compare(triples: Iterable[ox.Triple], rules: RuleSet | None = None) -> Agreement[ox.Triple]:
    """Draw the closure with our rules and with owlrl.

    Raises:
        InconsistencyError, UncoveredAxiomError: as `closure.infer`.
    """
    stated = list(triples)
    return between(set(infer(stated, rules)), set(infer_with_owlrl(stated)))


def infer_with_owlrl(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """What owlrl infers from some triples, without what says nothing (see `closure.infer`), in the order of its text.

    Raises:
        InconsistencyError: owlrl finds that the triples contradict themselves; the message lists how.
    """
    from owlrl import DeductiveClosure, OWLRL_Semantics
    from rdflib import Graph, URIRef

    stated = set(triples)
    graph = Graph().parse(data=ox.serialize(stated, format=ox.RdfFormat.N_TRIPLES), format="nt")
    asserted = Graph() + graph
    DeductiveClosure(OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    if messages := sorted({str(text) for text in graph.objects(None, URIRef(_ERROR))}):
        raise InconsistencyError(
            "The graph contradicts the ontology:\n" + "\n".join(f"  {text}" for text in messages),
            "Mend the statements named above, or the axiom they break.",
        )
    new = ((s, p, o) for s, p, o in graph if isinstance(s, URIRef) and (s, p, o) not in asserted)
    lines = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in new)
    found = {quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)} - stated
    return sorted((triple for triple in found if says_something(triple)), key=str)
