"""Writes what is shown of the network as files for other programs: GraphML, GEXF, CSV, JSON for Cytoscape, and SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mgi_graph.centrality import Centrality
from mgi_graph.network import UNIT_OF, Edge, Network, Node
from mgi_graph.phrases import sentence
from mgi_graph.selection import View
from mgi_graph.spreadsheets import CSV_SEPARATOR, Cell

if TYPE_CHECKING:
    import networkx as nx

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECIMALS = 6

NODE_COLUMNS = (
    "Id",
    "Label",
    "short",
    "kind",
    "class",
    "years",
    "dimensions",
    "findings",
    "degree",
    "degree_share",
    "betweenness",
    "harmonic_closeness",
    "component",
)
"""The columns of the file of things; the names that Gephi knows are written as it writes them."""

EDGE_COLUMNS = (
    "Source",
    "Target",
    "Type",
    "Id",
    "Label",
    "Weight",
    "relation",
    "standing",
    "act",
    "years",
    "sentence",
    "follows_from",
    "evidence_passages",
    "evidence_pages",
    "evidence_statements",
    "evidence_kinds",
    "evidence_findings",
    "evidence_records",
    "evidence_sources",
)
"""The columns of the file of links."""


@dataclass(frozen=True)
class Shown:
    """What is to be written: what is shown of a network, how its things stand in it, and the language of the texts."""

    network: Network
    view: View
    measures: Mapping[str, Centrality]
    language: str


def node_rows(shown: Shown) -> Iterator[tuple[Cell, ...]]:
    """The rows of the file of things, with the headings first."""
    yield NODE_COLUMNS
    for node in shown.view.nodes:
        yield tuple(_node(shown, node).values())


def edge_rows(shown: Shown) -> Iterator[tuple[Cell, ...]]:
    """The rows of the file of links with their evidence, with the headings first."""
    yield EDGE_COLUMNS
    for edge in shown.view.edges:
        yield tuple(_edge(shown, edge).values())


def graphml(shown: Shown) -> Iterator[str]:
    """Write GraphML (graphml.graphdrawing.org), line by line: a directed multigraph whose keys are the links' ids."""
    import networkx as nx

    for line in nx.generate_graphml(_graph(shown)):
        yield line + "\n"


def gexf(shown: Shown) -> Iterator[str]:
    """Write GEXF 1.2, line by line: the same graph."""
    import networkx as nx

    for line in nx.generate_gexf(_graph(shown)):
        yield line + "\n"


def cytoscape(shown: Shown) -> dict[str, Any]:
    """The elements for Cytoscape (js.cytoscape.org, "JSON"): `unit` of a thing is the body of which it is a unit."""
    units = _units(shown.view)
    nodes = [
        {
            "data": {
                "id": node.iri,
                "label": node.short(shown.language) or node.name(shown.language),
                "name": node.name(shown.language),
                "kind": node.kind,
                "unit": units.get(node.iri),
                "degree": shown.measures[node.iri].degree,
            }
        }
        for node in shown.view.nodes
    ]
    edges = [
        {
            "data": {
                "id": edge.id,
                "source": edge.source,
                "target": edge.target,
                "label": label_of(shown.network, edge, shown.language),
                "sentence": sentence(shown.network, edge, shown.language),
                "relation": edge.relation.rpartition("#")[2],
                "standing": edge.standing,
                "symmetric": edge.symmetric,
                "weight": edge.weight,
            }
        }
        for edge in shown.view.edges
    ]
    return {"elements": {"nodes": nodes, "edges": edges}}


def label_of(network: Network, edge: Edge, language: str) -> str:
    """What stands on a link: the label of the act, else of the relation."""
    return network.word(edge.action or edge.relation, language)


def _units(view: View) -> dict[str, str]:
    """For each unit that is shown its parent; of several the first, and none that would close a circle."""
    parents: dict[str, str] = {}
    for edge in view.edges:
        if edge.relation == UNIT_OF and edge.standing != "denied" and edge.source not in parents:
            above = edge.target
            while above in parents and above != edge.source:
                above = parents[above]
            if above != edge.source:
                parents[edge.source] = edge.target
    return parents


def _graph(shown: Shown) -> nx.MultiDiGraph:
    import networkx as nx

    graph = nx.MultiDiGraph(name="MGI Graph")
    for node in shown.view.nodes:
        facts = {name.lower(): _clean(value) for name, value in _node(shown, node).items() if name != "Id"}
        graph.add_node(node.iri, **facts)
    for edge in shown.view.edges:
        values = _edge(shown, edge)
        facts = {
            name.lower(): _clean(value) for name, value in values.items() if name not in ("Source", "Target", "Id")
        }
        facts["directed"] = facts.pop("type") == "Directed"
        graph.add_edge(edge.source, edge.target, key=edge.id, id=edge.id, **facts)
    return graph


def _node(shown: Shown, node: Node) -> dict[str, Cell]:
    network, language, measure = shown.network, shown.language, shown.measures[node.iri]
    values: tuple[Cell, ...] = (
        node.iri,
        node.name(language),
        node.short(language),
        node.kind,
        network.word(node.type, language),
        " ".join(map(str, node.years)),
        CSV_SEPARATOR.join(network.word(iri, language) for iri in network.dimensions if iri in node.dimensions),
        len(node.findings),
        measure.degree,
        round(measure.share, _DECIMALS),
        round(measure.betweenness, _DECIMALS),
        round(measure.closeness, _DECIMALS),
        measure.component,
    )
    return dict(zip(NODE_COLUMNS, values, strict=True))


def _edge(shown: Shown, edge: Edge) -> dict[str, Cell]:
    network, language = shown.network, shown.language
    cited = network.cited(edge)
    values: tuple[Cell, ...] = (
        edge.source,
        edge.target,
        "Undirected" if edge.symmetric else "Directed",
        edge.id,
        label_of(network, edge, language),
        edge.weight,
        edge.relation,
        edge.standing,
        edge.action,
        " ".join(map(str, edge.years)),
        sentence(network, edge, language),
        CSV_SEPARATOR.join(edge.premises),
        CSV_SEPARATOR.join(item.paragraph for item in cited),
        CSV_SEPARATOR.join(str(item.on_page(language)) for item in cited),
        CSV_SEPARATOR.join(item.statement.get(language) or item.statement.get("en", "") for item in cited),
        CSV_SEPARATOR.join(item.kind for item in cited),
        CSV_SEPARATOR.join(item.finding for item in cited),
        CSV_SEPARATOR.join(item.record for item in cited),
        CSV_SEPARATOR.join(dict.fromkeys(item.citation for item in cited)),
    )
    return dict(zip(EDGE_COLUMNS, values, strict=True))


def legal(text: str) -> str:
    """A text in which a sign stands for each character that XML 1.0 (section 2.2) does not allow."""
    return _NOT_IN_XML.sub("�", text)


def _clean(value: Cell) -> Cell:
    return legal(value) if isinstance(value, str) else value
