"""Looks for proofs of inferred triples in a store that holds them: backwards by the rules, down to what is asserted."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import pyoxigraph as ox

from mgi_graph.engine.result import Engine, Term, as_sparql
from mgi_graph.errors import ProofNotFoundError
from mgi_graph.namespaces import GRAPH
from mgi_graph.reasoning.rules import Pattern, Rule, RuleSet
from mgi_graph.reasoning.statements import as_text

INFERRED = GRAPH + "inferred"
"""The named graph that holds what is inferred, and nothing else."""
_VARIABLE = re.compile(r"\?(\w+)")
_TOGETHER = 40
"""How many parts one query has at most."""

_ASSERTED = f"""SELECT DISTINCT ?n ?g WHERE {{
  VALUES (?n ?s ?p ?o) {{ %s }}
  ?s ?p ?o .
  FILTER NOT EXISTS {{ GRAPH <{INFERRED}> {{ ?s ?p ?o }} }}
  OPTIONAL {{ GRAPH ?g {{ ?s ?p ?o }} }}
}} ORDER BY ?n ?g"""


@dataclass(frozen=True)
class Bounds:
    """How far a search goes.

    Attributes:
        depth: how many rules may stand one above the other.
        triples: how many triples are looked at, and how many a proof may have.
        ways: in how many ways, by one rule, a triple is tried to be shown.
        seconds: how long it takes.
        proofs: how many proofs are given.
    """

    depth: int = 16
    triples: int = 2000
    ways: int = 25
    seconds: float = 10
    proofs: int = 3


BOUNDS = Bounds()


@dataclass(frozen=True)
class Proof:
    """Why one triple holds: it is asserted, or a rule gives it from premises that hold.

    Attributes:
        triple: what holds.
        rule: the rule, or None where the triple is asserted.
        premises: proofs of what the rule needs, in the order of its body; none where the triple is asserted.
        graphs: IRIs of the named graphs that assert it.
    """

    triple: ox.Triple
    rule: Rule | None = None
    premises: tuple[Proof, ...] = ()
    graphs: tuple[str, ...] = ()

    @cached_property
    def height(self) -> int:
        """How many rules stand one above the other at most."""
        return 1 + max(premise.height for premise in self.premises) if self.premises else 0

    @cached_property
    def size(self) -> int:
        """How many triples it has, each as often as it is used."""
        return 1 + sum(premise.size for premise in self.premises)

    def parts(self) -> Iterator[Proof]:
        """Itself, then the proofs that it rests on, as a reader meets them."""
        yield self
        for premise in self.premises:
            yield from premise.parts()


@dataclass(frozen=True)
class _Way:
    """One application of a rule: it gives a triple from these premises."""

    rule: Rule
    premises: tuple[ox.Triple, ...]


def find_proofs(
    engine: Engine, rules: RuleSet, triple: ox.Triple, bounds: Bounds = BOUNDS
) -> tuple[tuple[Proof, ...], int]:
    """Find proofs of a triple that holds in a store, by asking the store only.

    A proof never rests on what it proves. The first is of the least height that there is (within `bounds.ways`), of the
    fewest parts among those; each of the others ends with another application of a rule.

    Returns:
        The proofs, and in how many further ways the last step can be made. An asserted triple is its own proof.

    Raises:
        ProofNotFoundError: the limits were met before a proof was found.
    """
    search = _Search(engine, rules, bounds)
    search.explore(triple)
    return search.proofs(triple)


class _Search:
    """What is known so far: of each triple looked at whether it is asserted, and the ways in which rules give it."""

    def __init__(self, engine: Engine, rules: RuleSet, bounds: Bounds) -> None:
        self._engine, self._rules, self._bounds = engine, rules, bounds
        self._asserted: dict[ox.Triple, tuple[str, ...]] = {}
        self._ways: dict[ox.Triple, list[_Way]] = {}
        self._proved: dict[ox.Triple, Proof] = {}
        self._started = time.monotonic()

    def explore(self, goal: ox.Triple) -> None:
        """Look at the triple, then at what it may follow from, layer after layer until it is proved."""
        layer = [goal]
        for _ in range(self._bounds.depth + 1):
            self._asserted |= asserting_graphs(self._engine, layer)
            self._ways |= {triple: [] for triple in layer}
            self._derive([triple for triple in layer if triple not in self._asserted])
            self._prove()
            if goal in self._proved:
                return
            premises = (premise for triple in layer for way in self._ways[triple] for premise in way.premises)
            layer = [premise for premise in dict.fromkeys(premises) if premise not in self._ways]
            seconds = time.monotonic() - self._started
            if not layer or len(self._ways) + len(layer) > self._bounds.triples or seconds > self._bounds.seconds:
                break
        raise ProofNotFoundError(as_text(goal), len(self._ways), time.monotonic() - self._started)

    def proofs(self, goal: ox.Triple) -> tuple[tuple[Proof, ...], int]:
        """The proofs of the triple that end in different ways, shortest first, and how many more ways there are."""
        if goal in self._asserted:
            return (self._proved[goal],), 0
        made = [self._proof(goal, way) for way in self._ways[goal] if self._is_proved(way)]
        sound = [proof for proof in made if all(part.triple != goal for part in islice(proof.parts(), 1, None))]
        small = [proof for proof in sorted(sound, key=_order) if proof.size <= self._bounds.triples]
        if not small:
            raise ProofNotFoundError(as_text(goal), len(self._ways), time.monotonic() - self._started)
        found = small[: self._bounds.proofs]
        return tuple(found), len(self._ways[goal]) - len(found)

    def _derive(self, goals: Sequence[ox.Triple]) -> None:
        """Find the ways in which rules give each of the triples from what holds."""
        tried = [(goal, rule, bound) for goal in goals for rule in self._rules.rules if (bound := _unify(rule, goal))]
        for start in range(0, len(tried), _TOGETHER):
            some = tried[start : start + _TOGETHER]
            parts = (_part(number, rule, bound, self._bounds.ways) for number, (_, rule, bound) in enumerate(some))
            rows = self._engine.query(f"SELECT * WHERE {{ {' UNION '.join(parts)} }}").table().dicts()
            for row in rows:
                number = row["way"]
                assert number is not None
                goal, rule, bound = some[int(number.value)]
                self._note(goal, rule, {**bound, **{name: term for name, term in row.items() if term is not None}})
        for goal in goals:
            self._ways[goal].sort(key=lambda way: (way.rule.name, str(way.rule.axiom), str(way.premises)))

    def _note(self, goal: ox.Triple, rule: Rule, bound: Mapping[str, Term]) -> None:
        premises = tuple(_filled(pattern, bound) for pattern in rule.body)
        if goal not in premises and not any(isinstance(term, ox.BlankNode) for triple in premises for term in triple):
            self._ways[goal].append(_Way(rule, premises))

    def _prove(self) -> None:
        """Prove what can be proved, lowest first, so that no proof rests on itself."""
        self._proved = {triple: Proof(triple, graphs=graphs) for triple, graphs in self._asserted.items()}
        while True:
            open_triples = [triple for triple in self._ways if triple not in self._proved]
            new = {
                triple: min((self._proof(triple, way) for way in ways), key=_order)
                for triple in open_triples
                if (ways := [way for way in self._ways[triple] if self._is_proved(way)])
            }
            if not new:
                return
            self._proved |= new

    def _is_proved(self, way: _Way) -> bool:
        return all(premise in self._proved for premise in way.premises)

    def _proof(self, triple: ox.Triple, way: _Way) -> Proof:
        return Proof(triple, way.rule, tuple(self._proved[premise] for premise in way.premises))


def asserting_graphs(engine: Engine, triples: Sequence[ox.Triple]) -> dict[ox.Triple, tuple[str, ...]]:
    """Those of some triples that the store holds and that are not inferred, each with the named graphs that hold it."""
    found: dict[ox.Triple, tuple[str, ...]] = {}
    for start in range(0, len(triples), _TOGETHER):
        some = triples[start : start + _TOGETHER]
        values = " ".join(f"({number} {_terms(triple)})" for number, triple in enumerate(some))
        for row in engine.query(_ASSERTED % values).table().dicts():
            number, graph = row["n"], row["g"]
            assert number is not None
            triple = some[int(number.value)]
            found[triple] = (*found.get(triple, ()), *([graph.value] if graph else []))
    return found


def _order(proof: Proof) -> tuple[int, int, str, str]:
    return (
        proof.height,
        proof.size,
        proof.rule.name if proof.rule else "",
        str([part.triple for part in proof.premises]),
    )


def _terms(triple: ox.Triple) -> str:
    return " ".join(as_sparql(term) for term in triple if not isinstance(term, ox.Triple))


def _unify(rule: Rule, triple: ox.Triple) -> dict[str, Term] | None:
    """What the variables of the head are where it is the triple; None where it cannot be."""
    assert rule.head
    bound: dict[str, Term] = {}
    for place, term in zip(rule.head, triple, strict=True):
        assert not isinstance(term, ox.Triple)
        fixed = bound.setdefault(place.value, term) if isinstance(place, ox.Variable) else place
        if fixed != term:
            return None
    return bound


def _part(number: int, rule: Rule, bound: Mapping[str, Term], most: int) -> str:
    """The part of a query that finds ways to make the head of a rule: `way` is its number."""
    free = [f"?{name}" for name in rule.variables if name not in bound]
    body = " . ".join(" ".join(map(as_sparql, _places(pattern, bound))) for pattern in rule.body)
    condition = _VARIABLE.sub(
        lambda match: as_sparql(bound[match[1]]) if match[1] in bound else match[0], rule.condition
    )
    where = f"{body} FILTER({condition})" if condition else body
    tail = f"ORDER BY {' '.join(free)} LIMIT {most}" if free else "LIMIT 1"
    return f"{{ SELECT ({number} AS ?way) {' '.join(free)} WHERE {{ {where} }} {tail} }}"


def _places(pattern: Pattern, bound: Mapping[str, Term]) -> Iterable[Term | ox.Variable]:
    """The places of a pattern with what is bound in place of variables; a variable that is not bound stays."""
    for place in pattern:
        yield bound.get(place.value) or place if isinstance(place, ox.Variable) else place


def _filled(pattern: Pattern, bound: Mapping[str, Term]) -> ox.Triple:
    subject, predicate, obj = _places(pattern, bound)
    assert isinstance(subject, ox.NamedNode | ox.BlankNode)
    assert isinstance(predicate, ox.NamedNode)
    assert not isinstance(obj, ox.Variable)
    return ox.Triple(subject, predicate, obj)
