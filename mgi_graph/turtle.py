"""Writes RDF fit to be read: whole IRIs where a prefix would make them longer, and no prefix that is not used."""

from __future__ import annotations

import mmap
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from mgi_graph.namespaces import PREFIXES

_HELPFUL = {name: namespace for name, namespace in PREFIXES.items() if name != "id"}
"""Below the namespace `id:` every IRI has slashes, which a prefixed name would have to escape."""

_PREFIX_LINES = re.compile(rb"\A(?:@prefix [^\n]*\n)+")
_NAMED = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG)


def serialize(content: Iterable[ox.Quad] | Iterable[ox.Triple], form: ox.RdfFormat) -> bytes:
    """Write triples or quads, in UTF-8; the same content in the same order gives the same bytes in Turtle and TriG."""
    written = ox.serialize(content, format=form, prefixes=_HELPFUL) or b""
    head, end = _head(written) if form in _NAMED else (b"", 0)
    return head + written[end:]


def write(content: Iterable[ox.Quad] | Iterable[ox.Triple], path: Path, form: ox.RdfFormat) -> None:
    """Write the same into a file, as it comes; Turtle or TriG, and not nothing."""
    draft = path.with_name(f"{path.name}.draft")
    ox.serialize(content, draft, form, prefixes=_HELPFUL)
    with draft.open("rb") as file, path.open("wb") as output:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as written:
            head, end = _head(written)
        output.write(head)
        file.seek(end)
        shutil.copyfileobj(file, output)
    draft.unlink()


def _head(written: bytes | mmap.mmap) -> tuple[bytes, int]:
    """The declarations of the prefixes that are used, in their order, and where those that were written end."""
    head = _PREFIX_LINES.match(written)
    if not head:
        return b"", 0
    lines = sorted(head[0].splitlines(keepends=True))
    return b"".join(line for line in lines if written.find(line.split()[1], head.end()) >= 0), head.end()
