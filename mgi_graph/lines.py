"""Sorts lines of text of any number, with little memory."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby, islice
from pathlib import Path

_AT_ONCE = 250_000
"""So many lines are held; of statements they are some 60 MiB."""


def in_order(lines: Iterable[bytes], folder: Path) -> Iterator[bytes]:
    """Lines in the order of their bytes, which in UTF-8 is that of their characters, each once.

    Args:
        lines: each with its end.
        folder: where parts are kept meanwhile.

    Raises:
        OSError: nothing can be written there.
    """
    lines = iter(lines)
    with ExitStack() as stack:
        parts: list[Iterable[bytes]] = []
        while part := sorted(set(islice(lines, _AT_ONCE))):
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder))
            file.writelines(part)
            file.seek(0)
            parts.append(file)
        del part
        yield from (line for line, _ in groupby(heapq.merge(*parts)))
