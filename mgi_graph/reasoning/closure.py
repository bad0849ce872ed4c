"""The closure of triples under the rules of their ontology, drawn by SPARQL inside an embedded store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyoxigraph as ox

from mgi_graph.engine.result import Answer
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import InconsistencyError, ProofNotFoundError, UncoveredAxiomError, counted
from mgi_graph.namespaces import OWL, RDF
from mgi_graph.reasoning.axioms import is_axiomatic, read_axioms
from mgi_graph.reasoning.datatypes import is_well_formed
from mgi_graph.reasoning.proofs import INFERRED, Bounds, find_proofs
from mgi_graph.reasoning.rules import ILL_FORMED, Pattern, Rule, RuleSet, compile_rules
from mgi_graph.reasoning.statements import as_text, says_something

_ROUND = "urn:round:"
_TYPE = RDF + "type"
_SAME = ox.NamedNode(OWL + "sameAs")
_SHOWN = 20
_AT_ONCE = 10_000
_BOUNDS = Bounds(seconds=2, proofs=1)


@dataclass(frozen=True)
class Clash:
    """Statements that cannot all hold: those that match the body of a rule without a head."""

    rule: Rule
    statements: tuple[ox.Triple, ...]

    def __str__(self) -> str:
        grounds = f"{self.rule.name}: {self.rule.axiom}" if self.rule.axiom else self.rule.name
        return f"{' and '.join(map(as_text, self.told))} [{grounds}]"

    @property
    def told(self) -> tuple[ox.Triple, ...]:
        """The statements on things with a name; where there are none, all."""
        named = tuple(triple for triple in self.statements if not isinstance(triple.subject, ox.BlankNode))
        return named or self.statements


Where = Callable[[ox.Triple], str]
"""Says where a statement stands, such as "data/niger-2021.ttl:12"; empty where that is not known."""


def infer(triples: Iterable[ox.Triple], rules: RuleSet | None = None) -> list[ox.Triple]:
    """What follows from some triples by the OWL 2 RL rules and is not among them, in the order of its text.

    What says nothing is left out (`statements.says_something`).

    Args:
        triples: data, and the ontology where statements on its terms are wanted, too; blank nodes of different files
            must not share names.
        rules: the rules of the ontology, as `compile_rules` gives them once for many closures; None for those of the
            axioms among the triples.

    Raises:
        InconsistencyError: the triples contradict the ontology; the message lists the statements that clash, and of
            those that are inferred what they follow from.
        UncoveredAxiomError: there is an axiom that no rule covers, or one in the triples that is not in the rules.
    """
    return sorted(infer_once(triples, rules), key=str)


def infer_once(
    triples: Iterable[ox.Triple], rules: RuleSet | None = None, where: Where = lambda _: ""
) -> Iterator[ox.Triple]:
    """The same, to be gone through once, in no fixed order: nothing but a store in memory holds the triples.

    Args:
        triples: as for `infer`.
        rules: likewise.
        where: asked, where the triples contradict the ontology, for the places of those that the message names.

    Raises:
        InconsistencyError, UncoveredAxiomError: as `infer`, before anything is given.
    """
    store = ox.Store()
    ill_formed: list[Clash] = []
    store.bulk_extend(ox.Quad(*triple) for triple in _watched(triples, ill_formed))
    if rules is None:
        rules = compile_rules(_stated(store))
    else:
        _refuse_unknown_axioms(store, rules)
    rounds = _saturate(store, rules)
    _refuse_merged_terms(store, rules)
    clashes = {str(clash): clash for clash in (*ill_formed, *find_clashes(store, rules))}
    if clashes:
        raise _inconsistency(store, rules, rounds, clashes, where)
    return filter(says_something, _added(store, rounds))


def _watched(triples: Iterable[ox.Triple], ill_formed: list[Clash]) -> Iterator[ox.Triple]:
    """The triples, while those with an ill-formed literal are noted, of which a store keeps the value alone."""
    for triple in triples:
        if isinstance(triple.object, ox.Literal) and not is_well_formed(triple.object):
            ill_formed.append(Clash(ILL_FORMED, (triple,)))
        yield triple


def _stated(store: ox.Store) -> Iterator[ox.Triple]:
    return (quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def _added(store: ox.Store, rounds: Sequence[ox.NamedNode]) -> Iterator[ox.Triple]:
    """What the rounds have added, each triple once: none adds what is there."""
    return (quad.triple for graph in rounds for quad in store.quads_for_pattern(None, None, None, graph))


def _saturate(store: ox.Store, rules: RuleSet) -> tuple[ox.NamedNode, ...]:
    """Add to the store what follows, round after round until nothing is new.

    From the second round on (semi-naive evaluation) a rule is asked only where one of its patterns matches what the
    round before has added, which stands in a named graph of its own.

    Returns:
        The graphs of the rounds.
    """
    rounds: list[ox.NamedNode] = []
    changed = True
    while changed:
        graph = ox.NamedNode(f"{_ROUND}{len(rounds)}")
        changed = False
        for query in _queries(store, rules.rules, rounds[-1] if rounds else None):
            results = store.query(query)
            assert isinstance(results, ox.QueryTriples)
            while new := list(islice(results, _AT_ONCE)):  # a query sees the store as it was when it was asked
                store.extend(ox.Quad(s, p, o, place) for s, p, o in new for place in (ox.DefaultGraph(), graph))
                changed = True
        rounds.append(graph)
    return tuple(rounds)


def _queries(store: ox.Store, rules: Iterable[Rule], last: ox.NamedNode | None) -> Iterator[str]:
    """The queries of one round: each rule once in the first, then once for each pattern that may match what is new."""
    if last is None:
        yield from (_query(rule, [str(pattern) for pattern in rule.body]) for rule in rules)
        return
    names = _names(store, last)
    for rule in rules:
        for number, pattern in enumerate(rule.body):
            if _key(pattern) in names:
                body = [str(other) for place, other in enumerate(rule.body) if place != number]
                yield _query(rule, [f"GRAPH {last} {{ {pattern} }}", *body])


def _query(rule: Rule, body: list[str]) -> str:
    where = " ".join(part if part.endswith("}") else f"{part} ." for part in body)
    condition = f"FILTER({rule.condition}) " if rule.condition else ""
    return f"CONSTRUCT {{ {rule.head} }} WHERE {{ {where} {condition}FILTER NOT EXISTS {{ {rule.head} }} }}"


def _names(store: ox.Store, graph: ox.NamedNode) -> set[str | None]:
    """What patterns must name to match in a graph: its predicates, its classes; None stands for no name at all."""
    named = f"?x ?p ?y BIND(IF(?p = <{_TYPE}>, ?y, ?p) AS ?c)"
    rows = store.query(f"SELECT DISTINCT ?p ?c {{ GRAPH {graph} {{ {named} }} }}")
    assert isinstance(rows, ox.QuerySolutions)
    return {None} | {str(row[name]) for row in rows for name in ("p", "c")}


def _key(pattern: Pattern) -> str | None:
    place = pattern.predicate
    if place == ox.NamedNode(_TYPE) and not isinstance(pattern.object, ox.Variable):
        place = pattern.object
    return None if isinstance(place, ox.Variable) else str(place)


def find_clashes(store: ox.Store, rules: RuleSet) -> Iterator[Clash]:
    """Where the default graph of a store, which is closed, contradicts itself."""
    for rule in rules.refutations:
        names = " ".join(f"?{name}" for name in rule.variables)
        condition = f"FILTER({rule.condition})" if rule.condition else ""
        body = " . ".join(map(str, rule.body))
        rows = store.query(f"SELECT DISTINCT {names} {{ {body} {condition} }} ORDER BY {names}")
        assert isinstance(rows, ox.QuerySolutions)
        for row in rows:
            yield Clash(rule, tuple(_filled(pattern, row) for pattern in rule.body))


def _filled(pattern: Pattern, row: ox.QuerySolution) -> ox.Triple:
    terms: list[Any] = [row[place.value] if isinstance(place, ox.Variable) else place for place in pattern]
    return ox.Triple(*terms)


def _inconsistency(
    store: ox.Store, rules: RuleSet, rounds: Sequence[ox.NamedNode], clashes: Mapping[str, Clash], where: Where
) -> InconsistencyError:
    """What clashes, with what the inferred statements follow from, and where the others stand."""
    inferred = set(_added(store, rounds))
    store.bulk_extend(ox.Quad(s, p, o, ox.NamedNode(INFERRED)) for s, p, o in inferred)
    lines = []
    for text, clash in list(clashes.items())[:_SHOWN]:
        lines.append(f"  {text}")
        places: dict[str, None] = {}
        for statement in clash.statements:
            leaves = _leaves(store, rules, statement, inferred) if statement in inferred else ()
            if leaves and says_something(statement):
                lines.append(f"    {as_text(statement)} follows from {' and '.join(map(as_text, leaves))}")
            places |= dict.fromkeys(_placed(leaf, where) for leaf in leaves or (statement,))
        lines += [f"    {place}" for place in places if place]
    rest = [f"  … and {len(clashes) - _SHOWN} more"] if len(clashes) > _SHOWN else []
    return InconsistencyError(
        "\n".join([f"The graph contradicts the ontology in {counted(len(clashes), 'place')}:", *lines, *rest]),
        "Mend the statements named above, or the axiom they break.",
    )


def _placed(statement: ox.Triple, where: Where) -> str:
    place = where(statement)
    return f"{place}: {as_text(statement)}" if place else ""


def _leaves(store: ox.Store, rules: RuleSet, statement: ox.Triple, inferred: Set[ox.Triple]) -> tuple[ox.Triple, ...]:
    """What an inferred statement follows from, of a thing without a name what is said of it; empty if not found."""
    if isinstance(statement.subject, ox.BlankNode):
        said = store.quads_for_pattern(statement.subject, None, None, ox.DefaultGraph())
        return tuple(sorted((quad.triple for quad in said if quad.triple not in inferred), key=str))
    if says_something(statement):
        with suppress(ProofNotFoundError):
            (proof, *_), _ = find_proofs(_Closed(store), rules, statement, _BOUNDS)
            return tuple(dict.fromkeys(part.triple for part in proof.parts() if not part.rule))
    return ()


class _Closed:
    """A closed store as an `Engine`."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query; see `Engine.query`."""
        return Answer(self._store.query(text))

    def describe(self) -> Mapping[str, str]:
        """Nothing to say."""
        return {}


def _refuse_unknown_axioms(store: ox.Store, rules: RuleSet) -> None:
    """Axioms among the data that the rules were not made from would be passed over in silence."""
    if any(is_axiomatic(triple) for triple in _stated(store)):
        unknown = set(read_axioms(_stated(store))) - set(rules.axioms)
        if unknown:
            raise UncoveredAxiomError(f"an axiom among the data, which the ontology lacks ({min(map(str, unknown))})")


def _refuse_merged_terms(store: ox.Store, rules: RuleSet) -> None:
    """Two names for one class or property would make new axioms, for which there are no rules."""
    terms = {term for axiom in rules.axioms if not axiom.kind.endswith("AllDifferent") for term in axiom.operands}
    for quad in store.quads_for_pattern(None, _SAME, None, ox.DefaultGraph()):
        if quad.subject != quad.object and quad.subject in terms:
            raise UncoveredAxiomError(f"owl:sameAs on a term of its own, {quad.subject}")
