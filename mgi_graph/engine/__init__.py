"""One question to a store: SPARQL text in, result out."""

from mgi_graph.engine.result import Answer, Engine, Table, Term, as_sparql

__all__ = ["Answer", "Engine", "Table", "Term", "as_sparql"]
