"""Reads from an address what is to be shown of the network, and writes it into one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from mgi_graph import search
from mgi_graph.errors import ParameterError
from mgi_graph.explorer import Explorer
from mgi_graph.namespaces import ID, MGI, expand
from mgi_graph.network import KINDS, STANDINGS, TOGETHER, Network, Standing, Together
from mgi_graph.selection import MOST_STEPS, USUAL_KINDS, USUAL_STANDINGS, Selection

_YEAR = re.compile(r"\d{4}", re.ASCII)
_LONGEST = 2000

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Names:
    """What relations and dimensions are called in an address, and what these names stand for."""

    relations: Mapping[str, str]
    dimensions: Mapping[str, str]


def names_of(network: Network) -> Names:
    """The names for a network: the last parts of the IRIs."""
    relations = {iri.removeprefix(MGI): iri for iri in network.relations}
    return Names(relations, {iri.rpartition("/")[2]: iri for iri in network.dimensions})


def read_selection(explorer: Explorer, pairs: Pairs) -> Selection:
    """Read a selection.

    Parameters: `relation`, `dimension`, `kind`, `standing` (each may come several times; none means the usual), `since`
    and `until` (years), `undated=hide`, `around` (a name or IRI) with `steps`, `together` (finding or passage),
    `alone=show`. Others, and empty values, do not matter.

    Raises:
        ParameterError: a value that the parameter cannot have; carries those that it can.
    """
    given, network = _Given(pairs), explorer.network
    names = names_of(network)
    around = given.last("around")
    return Selection(
        relations=frozenset(names.relations[name] for name in given.some("relation", names.relations)),
        dimensions=frozenset(names.dimensions[name] for name in given.some("dimension", names.dimensions)),
        kinds=frozenset(given.some("kind", KINDS) or USUAL_KINDS),
        standings=cast(frozenset[Standing], frozenset(given.some("standing", STANDINGS) or USUAL_STANDINGS)),
        since=given.year("since"),
        until=given.year("until"),
        undated=given.one("undated", ("show", "hide")) != "hide",
        around=find_thing(explorer, around) if around else "",
        steps=int(given.one("steps", [str(number) for number in range(1, MOST_STEPS + 1)]) or 1),
        together=cast(Together, given.one("together", TOGETHER) or TOGETHER[0]),
        alone=given.one("alone", ("show", "hide")) == "show",
    )


def write_selection(network: Network, chosen: Selection) -> list[tuple[str, str]]:
    """Write a selection so that `read_selection` reads it back; what is usual is left out."""
    names = names_of(network)
    pairs = [("relation", name) for name, iri in sorted(names.relations.items()) if iri in chosen.relations]
    pairs += [("dimension", name) for name, iri in names.dimensions.items() if iri in chosen.dimensions]
    if chosen.kinds != frozenset(USUAL_KINDS):
        pairs += [("kind", name) for name in KINDS if name in chosen.kinds]
    if chosen.standings != frozenset(USUAL_STANDINGS):
        pairs += [("standing", name) for name in STANDINGS if name in chosen.standings]
    plain: dict[str, Any] = {
        "since": chosen.since,
        "until": chosen.until,
        "undated": None if chosen.undated else "hide",
        "around": chosen.around.removeprefix(ID),
        "steps": chosen.steps if chosen.steps > 1 else None,
        "together": chosen.together if chosen.together != TOGETHER[0] else None,
        "alone": "show" if chosen.alone else None,
    }
    return [*pairs, *((name, str(value)) for name, value in plain.items() if value not in (None, ""))]


def find_thing(explorer: Explorer, text: str) -> str:
    """The thing of the network that a text names: the end of an IRI, an IRI, a name, an acronym, a number.

    Raises:
        NameNotFoundError, AmbiguousNameError: none does, or several do; each carries what may have been meant.
        ParameterError: the text is empty or longer than a name can be.
    """
    if len(text) > _LONGEST:
        raise ParameterError(f"A name has not more than {_LONGEST} characters.")
    wanted = text.strip().removeprefix("<").removesuffix(">")
    for iri in (ID + wanted, expand(wanted)):
        if iri in explorer.network.nodes:
            return iri
    return search.choose(explorer.things, text, "mgi:Entity").iri


class _Given:
    """The parameters of an address."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = [(name, value.strip()) for name, value in pairs if value.strip()]

    def last(self, name: str) -> str:
        return next((value for given, value in reversed(self._pairs) if given == name), "")

    def some(self, name: str, allowed: Iterable[str]) -> list[str]:
        """All values of a parameter that may come several times."""
        values = [value for given, value in self._pairs if given == name]
        known = list(allowed)
        for value in values:
            if value not in known:
                raise _refusal(name, value, known)
        return values

    def one(self, name: str, allowed: Iterable[str]) -> str:
        """The value of a parameter that comes once; "" where it does not come."""
        value, known = self.last(name), list(allowed)
        if value and value not in known:
            raise _refusal(name, value, known)
        return value

    def year(self, name: str) -> int | None:
        value = self.last(name)
        if value and not _YEAR.fullmatch(value):
            raise ParameterError(f"{name!r} is a year of four digits, not {value[:80]!r}.", f"Write {name}=2015.")
        return int(value) if value else None


def _refusal(name: str, value: str, known: Sequence[str]) -> ParameterError:
    return ParameterError(f"{name!r} cannot be {value[:80]!r}.", f"It can be: {', '.join(known)}.", known)
