"""Everything that can go wrong, each with what is wrong, where, and how to mend it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Labels = Mapping[str, Mapping[str, str]]
"""The labels of things by language, by IRI."""


def near(path: Path) -> str:
    """How a message names a file: from the working directory where it lies below it, else in full."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def counted(number: int, noun: str) -> str:
    """How a message counts: "1 place", "2 places"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class MGIGraphError(Exception):
    """The root of the tree: `str(error)` is the whole message for a person, in one or a few lines.

    Args:
        problem: what is wrong, as a sentence.
        remedy: how to mend it, as a sentence; empty where there is nothing to say.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem}\n{remedy}" if remedy else problem)
        self.problem = problem
        self.remedy = remedy

    def facts(self) -> dict[str, Any]:
        """The error as plain values, for another process; `revive` makes it an error again."""
        return {"kind": type(self).__name__, **vars(self)}

    def __reduce__(self) -> tuple[Any, ...]:
        return revive, (self.facts(),)


def revive(facts: Mapping[str, Any]) -> MGIGraphError:
    """Make an error from what `MGIGraphError.facts` gave."""
    kind = globals()[facts["kind"]]
    error: MGIGraphError = kind.__new__(kind)
    MGIGraphError.__init__(error, facts["problem"], facts["remedy"])
    vars(error).update({name: value for name, value in facts.items() if name != "kind"})
    return error


class SourceError(MGIGraphError):
    """A file that the graph is made from cannot be used.

    Args:
        path: the file.
        line: the line in it, from 1; None where the whole file is meant.
        column: the column in the line, from 1; None where only the line is known.
    """

    def __init__(
        self, path: Path, problem: str, remedy: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {problem}", remedy)
        self.path, self.line, self.column = path, line, column


class SourceNotFoundError(SourceError):
    """A file or folder is missing."""


class SourceSyntaxError(SourceError):
    """A file is not well-formed in its format."""


class BlankNodeError(MGIGraphError):
    """A graph that is to be written in a stable order has blank nodes."""


class ScaffoldError(MGIGraphError):
    """The empty file of a new profile cannot be written: the code or the year cannot be, or the file is there."""


class InconsistencyError(MGIGraphError):
    """The graph contradicts the ontology: no world could be as it says."""


class UncoveredAxiomError(MGIGraphError):
    """The ontology has an axiom of a kind for which there is no rule, so that its closure would be incomplete."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The ontology uses {what}; no rule covers that, and leaving it out would hide what follows.",
            "Say it with axioms that docs/reasoning.md lists, or add a rule to mgi_graph/reasoning/rules.py.",
        )


class ValidationError(MGIGraphError):
    """The graph breaks shapes, so that no snapshot is built from it."""


class SnapshotError(MGIGraphError):
    """A snapshot cannot be written or opened."""


class QueryError(MGIGraphError):
    """A query cannot be answered."""


class QuerySyntaxError(QueryError):
    """A query is not SPARQL 1.1. `line` and `column` count from 1, and are None where the parser does not say."""

    def __init__(self, problem: str, line: int | None = None, column: int | None = None) -> None:
        place = f" at line {line}, column {column}" if line is not None else ""
        super().__init__(f"The query is not SPARQL 1.1{place}: {problem}")
        self.line, self.column = line, column


class UpdateRefusedError(QueryError):
    """An update was sent where only queries are answered."""


class ServiceRefusedError(QueryError):
    """A query wants to call another endpoint, which this one does not do."""


class QueryTooLargeError(QueryError):
    """A query is longer, deeper or has more parts than is allowed; it was not evaluated."""


class QueryTimeoutError(QueryError):
    """A query was stopped because it took longer than is allowed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The query was stopped: it took longer than the {seconds:g} seconds that one may take.",
            "Ask for less: name a class, a property or a thing, let patterns share variables, add LIMIT.",
        )
        self.seconds = seconds


class QueryTooCostlyError(QueryError):
    """A query was stopped because it needed more memory or stack than is allowed."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The query was stopped: it needed more {what} than one may take.",
            "Ask for less: fewer rows in GROUP BY, ORDER BY and DISTINCT, less nesting, or a part at a time.",
        )


class ResultTooLargeError(QueryError):
    """A result has more rows or bytes than is allowed; nothing of it is given."""

    def __init__(self, limit: int, unit: str) -> None:
        super().__init__(
            f"The result was withheld: it has more than the {limit} {unit} that one may have.",
            "Ask for a part at a time with ORDER BY, LIMIT and OFFSET, or take the dumps at /dataset.",
        )
        self.limit, self.unit = limit, unit


class AbandonedError(QueryError):
    """A query was stopped because nobody waits for its answer any more."""


class BusyError(MGIGraphError):
    """As many queries as may are evaluated and wait, or one has waited as long as it may; or the server stops
    or starts its processes anew.

    Args:
        seconds: when to try again.
        running: how many are evaluated; None where the server stops or starts them anew.
        waiting: how many wait.
        waited: how many seconds this one has waited; 0 where it could not wait.
    """

    def __init__(self, seconds: int, running: int | None = None, waiting: int = 0, waited: float = 0.0) -> None:
        super().__init__(
            "The server is stopping, or renewing what evaluates."
            if running is None
            else f"The server is busy (queries evaluated: {running}, waiting: {waiting}): "
            f"yours has waited {waited:.0f} s, as long as one may."
            if waited
            else f"The server is busy (queries evaluated: {running}, waiting: {waiting}): no more may wait.",
            f"Try again in {seconds} s or later; ask one query at a time, and for less: name a class, a property or a "
            "thing, let patterns share variables, add LIMIT.",
        )
        self.seconds = seconds


class BudgetError(MGIGraphError):
    """A client has used up its query time; `seconds` is when it has some again."""

    def __init__(self, allowed: float, window: float, seconds: int) -> None:
        super().__init__(
            f"Your queries have used up the {allowed:g} seconds that a client has in {window:g} s.",
            f"Try again in {seconds} s.",
        )
        self.seconds = seconds


class StoreError(MGIGraphError):
    """A store elsewhere does not do what it should. `detail` is for whoever runs it: where it is, what it said."""

    def __init__(self, problem: str, remedy: str = "", detail: str = "") -> None:
        super().__init__(f"{problem}\n  {detail}" if detail else problem, remedy)
        self.plain, self.detail = problem, detail

    def for_strangers(self) -> StoreError:
        """The same without what only concerns whoever runs the store."""
        return type(self)(self.plain)


class StoreUnreachableError(StoreError):
    """Nobody answers at the address of a store, or an answer breaks off."""


class FormatError(MGIGraphError):
    """No format fits what was asked for; `offered` are the media types or names that would."""

    def __init__(self, problem: str, offered: Sequence[str]) -> None:
        super().__init__(problem, f"Ask for one of: {', '.join(offered)}.")
        self.offered = tuple(offered)


class UnknownQuestionError(MGIGraphError):
    """No question of the catalogue has this name; `nearest` are the names most like it."""

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        remedy = f"Did you mean: {', '.join(nearest)}?" if nearest else "`mgi-graph questions` lists them all."
        super().__init__(f"There is no question {name!r}.", remedy)
        self.name, self.nearest = name, tuple(nearest)


class ParameterError(MGIGraphError):
    """A question was given a parameter that it does not take, or a value that the parameter cannot have.

    `candidates` are what may have been meant, where that can be listed; `parameter` is its name, once it is known.
    """

    def __init__(self, problem: str, remedy: str = "", candidates: Sequence[str] = ()) -> None:
        super().__init__(problem, remedy)
        self.candidates = tuple(candidates)
        self.parameter = ""


class NameNotFoundError(ParameterError):
    """Nothing in the graph has this name; `candidates` are the names most like it.

    `things` are what the candidates name: labels by language, by IRI.
    """

    def __init__(self, text: str, kind: str, candidates: Sequence[str], things: Labels) -> None:
        remedy = "The nearest names:\n" + _listed(candidates) if candidates else ""
        of_kind = f"Nothing of the kind {kind} is called {text!r}."
        super().__init__(f"Nothing is called {text!r}." if kind == "mgi:Entity" else of_kind, remedy, candidates)
        self.things = things


class AmbiguousNameError(ParameterError):
    """A name fits more than one thing; `candidates` name each with its IRI, `things` as in `NameNotFoundError`."""

    def __init__(self, text: str, kind: str, candidates: Sequence[str], things: Labels) -> None:
        super().__init__(
            f"{text!r} fits {len(candidates)} things of the kind {kind}.",
            "Give one of these, by its full name or IRI:\n" + _listed(candidates),
            candidates,
        )
        self.things = things


class NotInGraphError(MGIGraphError):
    """The graph says nothing of an IRI; `nearest` are the names most like it."""

    def __init__(self, iri: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(
            f"The graph says nothing of <{iri}>.", "The nearest names:\n" + _listed(nearest) if nearest else ""
        )
        self.iri, self.nearest = iri, tuple(nearest)


class ProofNotFoundError(MGIGraphError):
    """A triple is inferred, and the search for a proof of it met its limits."""

    def __init__(self, triple: str, looked_at: int, seconds: float) -> None:
        super().__init__(
            f"{triple} is inferred; no proof was found among {looked_at} triples in {seconds:.0f} s.",
            "Ask why one of the statements holds that it may follow from.",
        )


class StandingUnknownError(MGIGraphError):
    """A store does not keep inferred triples apart from asserted ones."""

    def __init__(self, graph: str) -> None:
        super().__init__(
            f"The store has no graph <{graph}>, so what is asserted and what is inferred cannot be told apart.",
            "Load the graph with its named graphs (the TriG or N-Quads dump).",
        )


class PortInUseError(MGIGraphError):
    """The address that the server should listen on is taken or not allowed."""


def _listed(items: Sequence[str]) -> str:
    return "\n".join(f"  {item}" for item in items)
