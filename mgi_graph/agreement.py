"""What we found held against what an oracle, slower and independent of us, found in the same place."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Agreement(Generic[Item]):
    """Two findings of the same thing.

    Attributes:
        common: how many items both have.
        missing: those that only the oracle has, in the order of their text.
        surplus: those that only we have, likewise.
    """

    common: int
    missing: tuple[Item, ...]
    surplus: tuple[Item, ...]

    @property
    def whole(self) -> bool:
        """Whether both found the same."""
        return not self.missing and not self.surplus


def between(ours: Set[Item], theirs: Set[Item]) -> Agreement[Item]:
    """Hold what we found against what an oracle found."""
    missing, surplus = sorted(theirs - ours, key=str), sorted(ours - theirs, key=str)
    return Agreement(len(ours & theirs), tuple(missing), tuple(surplus))
