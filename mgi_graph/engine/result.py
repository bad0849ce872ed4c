"""What comes back from a store, and what a store must be able to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import pyoxigraph as ox

from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import ResultTooLargeError

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Kind = Literal["solutions", "boolean", "triples"]
_LOOKS_LIKE_ESCAPE = re.compile(r"((?<!\\)(?:\\\\)+)([uU])")


def as_sparql(term: Term | ox.Variable) -> str:
    r"""Write a term so that any SPARQL parser reads back the same term, whatever the text in it.

    Engines differ on `\\u0022` in a string: some resolve codepoint escapes before they look for strings (SPARQL 1.1,
    section 19.2), which would end the string there. So the letter after an escaped backslash is itself escaped.
    """
    return _LOOKS_LIKE_ESCAPE.sub(lambda match: f"{match[1]}\\U{ord(match[2]):08X}", str(term))


@dataclass(frozen=True)
class Table:
    """Solutions of a SELECT, complete: `rows` hold a term or None (unbound) for each of `columns`, in order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def dicts(self) -> list[dict[str, Term | None]]:
        """The rows as dictionaries from column to term."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Answer:
    """The result of one query, as the store gave it; it can be read once, in one of the ways below."""

    native: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | tuple[ox.Triple, ...]

    @cached_property
    def kind(self) -> Kind:
        """Which of the three results of SPARQL this is; CONSTRUCT and DESCRIBE give triples."""
        if isinstance(self.native, ox.QueryBoolean):
            return "boolean"
        return "solutions" if isinstance(self.native, ox.QuerySolutions) else "triples"

    def table(self) -> Table:
        """All solutions of a SELECT.

        Raises:
            TypeError: the query was not a SELECT.
        """
        if not isinstance(self.native, ox.QuerySolutions):
            raise TypeError(f"a {self.kind} result has no table")
        names = tuple(variable.value for variable in self.native.variables)
        return Table(names, tuple(tuple(solution[name] for name in names) for solution in self.native))

    def triples(self, most: int | None = None) -> list[ox.Triple]:
        """All triples of a CONSTRUCT or DESCRIBE, each once.

        Args:
            most: how many there may be.

        Raises:
            TypeError: the query was another.
            ResultTooLargeError: there are more than `most`.
        """
        if isinstance(self.native, ox.QuerySolutions | ox.QueryBoolean):
            raise TypeError(f"a {self.kind} result has no triples")
        found: dict[ox.Triple, None] = {}
        for triple in self.native:
            found[triple] = None
            if most is not None and len(found) > most:
                raise ResultTooLargeError(most, "triples")
        return list(found)

    def boolean(self) -> bool:
        """What an ASK answered.

        Raises:
            TypeError: the query was not an ASK.
        """
        if not isinstance(self.native, ox.QueryBoolean):
            raise TypeError(f"a {self.kind} result is no boolean")
        return bool(self.native)


def read_answer(body: bytes, kind: Kind) -> Answer:
    """Read what another process or an endpoint sent: SPARQL results in JSON, or triples in Turtle.

    Raises:
        ValueError, SyntaxError: it is something else.
    """
    if kind == "triples":
        return Answer(tuple(quad.triple for quad in ox.parse(body, ox.RdfFormat.TURTLE)))
    return Answer(ox.parse_query_results(body, ox.QueryResultsFormat.JSON))


class Engine(Protocol):
    """A store that answers SPARQL 1.1 queries."""

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query.

        Args:
            text: a SPARQL 1.1 query of any form.
            dataset: the graphs to ask, in place of what the query's own FROM clauses say.

        Raises:
            QuerySyntaxError: the text is not SPARQL.
            QueryError: it is, and cannot be answered.
        """
        ...

    def describe(self) -> Mapping[str, str]:
        """What this store is, for a person: name and value (version, triples, …)."""
        ...
