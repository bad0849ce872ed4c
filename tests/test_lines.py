"""Sorting what does not fit into memory gives what sorting in memory gives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from mgi_graph import lines


@pytest.mark.parametrize("number", [0, 1, 250_000, 600_000])
def test_lines_come_in_order_each_once(number: int, tmp_path: Path) -> None:
    random = Random(number)
    given = [f"<urn:é{random.randrange(number)}> .\n".encode() for _ in range(number)]
    assert list(lines.in_order(given, tmp_path)) == sorted(set(given))
    assert not list(tmp_path.iterdir())
