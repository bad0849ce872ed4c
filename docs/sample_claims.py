"""Draw claims to check against the report by hand: `python docs/sample_claims.py [--seed 2021] [--size 100]`.

The same file, seed and size always give the same sample. A claim is printed with the findings that it cites and
their pages; what has no label in the file (a topic, a group) is shown by its IRI.
"""

import argparse
import random
import sys
from pathlib import Path

from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.term import Node

DATA = Path(__file__).parent.parent / "data" / "niger-2021.ttl"
ID = "https://w3id.org/mgi-graph/id/"
MGI = Namespace("https://w3id.org/mgi-graph/ontology#")
CLASSES = (MGI.AffirmedClaim, MGI.InterpretedClaim, MGI.DeniedClaim, MGI.DisputedClaim)


def main() -> None:
    """Print a random sample of the claims, ordered as drawn."""
    parser = argparse.ArgumentParser(description="Draw a random sample of claims to check against the report.")
    parser.add_argument("--seed", type=int, default=2021, help="seed of the draw (default: 2021)")
    parser.add_argument("--size", type=int, default=100, help="number of claims (default: 100)")
    arguments = parser.parse_args()
    graph = Graph().parse(DATA)
    claims = sorted(claim for kind in CLASSES for claim in graph.subjects(RDF.type, kind) if isinstance(claim, URIRef))
    if not 0 <= arguments.size <= len(claims):
        parser.error(f"--size must lie between 0 and {len(claims)}, the number of claims in the file")
    sample = random.Random(arguments.seed).sample(claims, arguments.size)
    sys.stdout.write("\n".join(describe(graph, claim, number) for number, claim in enumerate(sample, 1)))


def describe(graph: Graph, claim: URIRef, number: int) -> str:
    """Give a claim as text: what it says, why if it is a reading, and the findings that it cites."""
    kind = next(kind for kind in CLASSES if (claim, RDF.type, kind) in graph)
    subject, predicate = graph.value(claim, MGI.claimSubject), graph.value(claim, MGI.claimPredicate)
    target = next(o for p in (MGI.claimObject, MGI.claimValue, MGI.claimDate) for o in graph.objects(claim, p))
    lines = [
        f"{number}. {label(graph, kind)}  {label(graph, claim)}",
        f"   {label(graph, subject)} | {label(graph, predicate)} | {label(graph, target)}",
    ]
    lines += [f"   why: {reason}" for reason in english(graph, claim, MGI.explanation)]
    for finding in sorted(graph.objects(claim, MGI.statedIn), key=str):
        page = graph.value(finding, MGI.page)
        place = graph.value(finding, MGI.pageLabel) if page is None else f"p. {page}"
        passage = label(graph, graph.value(finding, MGI.inPassage))
        lines.append(f"   {label(graph, finding)} ({passage}, {place})")
        lines += [f"      {statement}" for statement in english(graph, finding, MGI.statement)]
    return "\n".join(lines) + "\n"


def label(graph: Graph, node: Node | None) -> str:
    """Give the English label of a thing, else the telling part of its IRI; a value as it is."""
    if not isinstance(node, URIRef):
        return str(node)
    tail = "/".join(node.removeprefix(MGI).removeprefix(ID).split("/")[-2:])
    return next(iter(english(graph, node, RDFS.label)), tail)


def english(graph: Graph, node: Node, predicate: URIRef) -> list[str]:
    """Give the English texts of a node under one predicate."""
    return sorted(str(text) for text in graph.objects(node, predicate) if getattr(text, "language", None) == "en")


if __name__ == "__main__":
    main()
