"""Finds how two things of the network are connected: the shortest ways that differ, step by step with what says it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from mgi_graph.namespaces import MGI
from mgi_graph.network import STANDINGS, Edge, Network, Standing, Together

if TYPE_CHECKING:
    import networkx as nx

MOST_STEPS = 6
"""The longest way that is looked for."""

MOST_WAYS = 5
"""How many ways are given at most."""

USUAL_STANDINGS: tuple[Standing, ...] = ("asserted", "reading", "inferred")
"""The links that a way may use where nobody asks for what is merely named together."""

_TRIED = 60
_LOCATED_IN = MGI + "locatedIn"


@dataclass(frozen=True)
class Step:
    """One step of a way: from where, to where, and the links that join the two, the firmest first."""

    here: str
    there: str
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Way:
    """A way from one thing to another.

    Attributes:
        steps: its steps in order.
        standing: how firmly its weakest step stands.
    """

    steps: tuple[Step, ...]
    standing: Standing

    @property
    def things(self) -> tuple[str, ...]:
        """All things on it, both ends included."""
        return (self.steps[0].here, *(step.there for step in self.steps))


def connect(
    network: Network, start: str, end: str, together: Together | None = None, avoid: Iterable[str] = ()
) -> tuple[Way, ...]:
    """Find ways from one thing to another.

    Ways of asserted links come first, then those that need a reading, then those that need what is inferred, and last,
    if it is asked for, those over things merely named together; among equals the shortest. A way is left out where
    more than half of the things between its ends are on one way already found. Links count in both directions; what
    is denied or disputed joins nothing. No way goes through a State by being somewhere or by being named together.

    Args:
        network: where to look.
        start: IRI of a thing of it.
        end: IRI of another.
        together: also use things named together this closely.
        avoid: IRIs of things that no way may go through.

    Returns:
        Not more than `MOST_WAYS`; none where there is none of `MOST_STEPS` steps or fewer.
    """
    joined = _joined(network, together, {start, end})
    skipped = set(avoid) - {start, end}
    found: list[Way] = []
    for standing in (*USUAL_STANDINGS, *(["together"] if together else [])):
        far = _states(network) - {start, end} if standing == "together" else set()
        graph = _graph(joined, STANDINGS.index(standing), skipped | far)
        for things in islice(_simple_paths(graph, start, end), _TRIED):
            if len(found) == MOST_WAYS or len(things) > MOST_STEPS + 1:
                break
            if not any(_is_like(things, way) for way in found):
                found.append(_way(things, joined, STANDINGS.index(standing)))
    return tuple(found)


def _states(network: Network) -> set[str]:
    return {iri for iri, node in network.nodes.items() if node.kind == "state"}


def _joined(
    network: Network, together: Together | None, between: Iterable[str]
) -> Mapping[frozenset[str], tuple[Edge, ...]]:
    """The links of each linked pair, the firmest first."""
    pairs: dict[frozenset[str], list[Edge]] = defaultdict(list)
    passed = _states(network) - set(between)
    for edge in (*network.edges, *(network.together[together] if together else ())):
        placed = edge.relation == _LOCATED_IN and edge.ends & passed
        if edge.standing != "denied" and not placed:
            pairs[edge.ends].append(edge)
    return {pair: tuple(sorted(edges, key=_firmness)) for pair, edges in pairs.items()}


def _graph(joined: Mapping[frozenset[str], Sequence[Edge]], weakest: int, skipped: set[str]) -> nx.Graph:
    import networkx as nx

    graph = nx.Graph()
    for pair in sorted(joined, key=sorted):
        if STANDINGS.index(joined[pair][0].standing) <= weakest and not pair & skipped:
            graph.add_edge(*sorted(pair))
    return graph


def _simple_paths(graph: nx.Graph, start: str, end: str) -> Iterator[list[str]]:
    import networkx as nx

    if start in graph and end in graph and nx.has_path(graph, start, end):
        yield from nx.shortest_simple_paths(graph, start, end)


def _way(things: Sequence[str], joined: Mapping[frozenset[str], Sequence[Edge]], weakest: int) -> Way:
    steps = []
    for here, there in pairwise(things):
        edges = [edge for edge in joined[frozenset((here, there))] if STANDINGS.index(edge.standing) <= weakest]
        steps.append(Step(here, there, tuple(edges)))
    return Way(tuple(steps), max((step.edges[0].standing for step in steps), key=STANDINGS.index))


def _is_like(things: Sequence[str], way: Way) -> bool:
    """Whether a way goes over much the same things as another, or is the same."""
    between, others = set(things[1:-1]), set(way.things[1:-1])
    return 2 * len(between & others) > len(between) or between == others


def _firmness(edge: Edge) -> tuple[int, str, str]:
    return STANDINGS.index(edge.standing), edge.relation, edge.id
