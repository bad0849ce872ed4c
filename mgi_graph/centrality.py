"""Measures how things hang together in what is shown of the network: a measure of the report's text, no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mgi_graph.selection import View

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Centrality:
    """How a thing stands in what is shown.

    Attributes:
        degree: how many other things it is linked with.
        share: that number over the number of other things that are shown.
        betweenness: over all pairs of other things the share of shortest ways that lead through it, on average
            (Freeman 1977, divided by the number of pairs).
        closeness: the mean of one over the distance to each other thing, nothing where none leads there (harmonic
            closeness; Marchiori and Latora 2000, divided by the number of other things).
        component: the number of the connected part that it is in; the largest is 1.
    """

    degree: int
    share: float
    betweenness: float
    closeness: float
    component: int


def measure(view: View) -> dict[str, Centrality]:
    """Measure each thing of a view, by IRI.

    Links count once a pair, without direction and weight; what is denied or disputed is no link.
    """
    import networkx as nx

    graph = undirected(view)
    others = max(len(graph) - 1, 1)
    between = nx.betweenness_centrality(graph, normalized=True)
    near = nx.harmonic_centrality(graph)
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    part_of = {iri: number for number, part in enumerate(parts, 1) for iri in part}
    return {
        iri: Centrality(graph.degree(iri), graph.degree(iri) / others, between[iri], near[iri] / others, part_of[iri])
        for iri in graph
    }


def undirected(view: View) -> nx.Graph:
    """What is shown as a plain graph: its things, and one edge for each linked pair."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(node.iri for node in view.nodes)
    graph.add_edges_from((edge.source, edge.target) for edge in view.edges if edge.standing != "denied")
    return graph
