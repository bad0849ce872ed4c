"""Writes RDF fit to be read: whole IRIs where a prefix would make them longer, and no prefix that is not used."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox

from mgi_graph.namespaces import PREFIXES

_HELPFUL = {name: namespace for name, namespace in PREFIXES.items() if name != "id"}
"""Below the namespace `id:` every IRI has slashes, which a prefixed name would have to escape."""

_PREFIX_LINES = re.compile(rb"\A(?:@prefix [^\n]*\n)+")
_NAMED = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG)


def serialize(content: Iterable[ox.Quad] | Iterable[ox.Triple], form: ox.RdfFormat) -> bytes:
    """Write triples or quads, in UTF-8; the same content in the same order gives the same bytes in Turtle and TriG."""
    written = ox.serialize(content, format=form, prefixes=_HELPFUL) or b""
    head = _PREFIX_LINES.match(written)
    if form not in _NAMED or not head:
        return written
    body = written[head.end() :]
    return b"".join(line for line in sorted(head[0].splitlines(keepends=True)) if line.split()[1] in body) + body
