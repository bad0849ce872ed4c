"""What a store elsewhere holds of the graph: which version, which named graphs, whether all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mgi_graph.engine.result import Engine
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import QueryTimeoutError, StoreError
from mgi_graph.namespaces import GRAPH, prologue
from mgi_graph.snapshot import DESCRIPTION, Snapshot

UNION = GRAPH + "union"
"""The named graph that is the default graph of queries: in it each triple of the others stands once."""

LOADED = GRAPH + "loaded"
"""The named graph that is written last and says which version the others are; no query but ours reaches it."""

NOTHING = GRAPH + "nothing"
"""A named graph that no store holds: the default graph of a query that is to have none."""

_VERSION = f"{prologue('owl')}SELECT ?version WHERE {{ <{UNION}> owl:versionInfo ?version }} ORDER BY ?version"
_GRAPHS = f"{prologue('void')}SELECT ?graph WHERE {{ ?graph a void:Dataset FILTER(isIRI(?graph)) }} ORDER BY ?graph"
_ANY = "ASK { ?s ?p ?o }"
_ANYWHERE = "ASK { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_PARTS = {
    "property paths": "ASK { ?class rdfs:subClassOf+ mgi:Entity }",
    "named graphs beside the default graph": f"ASK {{ ?c a owl:Class GRAPH <{DESCRIPTION}> {{ ?g a void:Dataset }} }}",
    "VALUES, OPTIONAL and NOT EXISTS": """ASK { VALUES ?kind { owl:Class } ?class a ?kind
  OPTIONAL { ?class rdfs:subClassOf ?above } FILTER NOT EXISTS { ?class a owl:Ontology } }""",
    "subqueries and aggregates": """ASK { { SELECT ?kind (COUNT(DISTINCT ?class) AS ?n) WHERE { ?class a ?kind }
  GROUP BY ?kind HAVING(COUNT(DISTINCT ?class) > 1) } }""",
}
_LOAD = "Load the graph into it with `mgi-graph load`."


def dataset(graphs: Iterable[str]) -> Dataset:
    """What queries ask in a store elsewhere: the union as the default graph, and these named graphs."""
    return Dataset((UNION,), tuple(graphs))


def version_in(engine: Engine) -> str:
    """The version of the graph that a store holds; empty where it holds none, or is just being loaded.

    Raises:
        StoreError: it is not reached, sends what is no answer, or is too slow to be asked anything.
    """
    with _in_time():
        rows = engine.query(_VERSION, Dataset((LOADED,))).table().rows
    return rows[0][0].value if len(rows) == 1 and rows[0][0] else ""


def refuse_half(engine: Engine) -> None:
    """Refuse a store that holds graphs of ours and does not say that all are there, and one that holds nothing.

    Raises:
        StoreError: with what to do.
    """
    with _in_time():
        part = engine.query(_ANY, Dataset((UNION,))).boolean()
        if part or not engine.query(_ANYWHERE).boolean():
            refuse_other_version("", "")


@contextmanager
def _in_time() -> Iterator[None]:
    """A store that takes too long for what is small: it is the store, and no query that should ask for less."""
    try:
        yield
    except QueryTimeoutError as error:
        raise StoreError(
            f"The store does not answer: it took longer than {error.seconds:g} seconds to say what it holds.",
            "See whether it is busy, or still starting, and try again.",
        ) from None


def graphs_in(engine: Engine) -> tuple[str, ...]:
    """The named graphs that a store holds, by its own description."""
    rows = engine.query(_GRAPHS, Dataset((DESCRIPTION,))).table().rows
    return (*(row[0].value for row in rows if row[0]), DESCRIPTION)


def refuse_other_version(found: str, wanted: str) -> None:
    """Refuse a store that holds another version than the one that is wanted.

    Raises:
        StoreError: with what to do.
    """
    if not found:
        raise StoreError("The store does not hold the graph, or is just being loaded.", _LOAD)
    if found != wanted:
        raise StoreError(
            f"The store holds version {found} of the graph; the files here make version {wanted}.",
            "Load these with `mgi-graph load`, or use the files and the program that it was loaded with.",
        )


def check(engine: Engine, snapshot: Snapshot) -> None:
    """Make sure that a store holds a snapshot, whole, and can do what the questions need.

    Args:
        engine: the store, with no dataset of its own.
        snapshot: what it is to hold.

    Raises:
        StoreError: it does not; says what to do.
    """
    refuse_other_version(version_in(engine), snapshot.version)
    sizes = {UNION: snapshot.triples} | {graph.iri: graph.triples for graph in snapshot.graphs}
    for iri, expected in sizes.items():
        found = _count(engine, iri)
        if found != expected:
            raise StoreError(f"The store holds {found} triples in <{iri}>; there should be {expected}.", _LOAD)
    ours = dataset(graph.iri for graph in snapshot.graphs)
    for part, probe in _PARTS.items():
        try:
            able = engine.query(prologue("mgi", "owl", "rdfs", "void") + probe, ours).boolean()
        except (StoreError, QueryTimeoutError) as error:
            raise _lacking(part, str(error)) from None
        if not able:
            raise _lacking(part, "it answers no where it should answer yes")


def _count(engine: Engine, iri: str) -> int:
    with _in_time():
        rows = engine.query(_COUNT, Dataset((iri,))).table().rows
    number = rows[0][0].value if rows and rows[0][0] else ""
    return int(number) if number.isdigit() else -1


def _lacking(part: str, why: str) -> StoreError:
    return StoreError(f"The store cannot do what the questions need: {part}.", "Use another store.", why)
