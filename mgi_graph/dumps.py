"""Writes the graph out as files, from what people edit and what follows from it, never from what a store made of it."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from mgi_graph import turtle
from mgi_graph.sources import Sources, graph_iri, parse_quads, rdf_format, read_bytes

CHECKSUMS = "SHA256SUMS"
"""The file that lists the checksums of the others, as `sha256sum --check` reads it."""

_SOURCE_TITLES = ("{name} as edited", "{name} tel qu’édité")
_TITLES = {
    "inferred.nt": ("What follows by OWL 2 RL", "Ce qui découle selon OWL 2 RL"),
    "closure.nt": ("What is asserted and what follows from it", "Ce qui est affirmé et ce qui en découle"),
    "everything.nq": ("Everything, in named graphs (N-Quads)", "Tout, en graphes nommés (N-Quads)"),
    "everything.trig": ("Everything, in named graphs (TriG)", "Tout, en graphes nommés (TriG)"),
    "description.nt": ("What the named graphs are", "Ce que sont les graphes nommés"),
    "shapes.ttl": ("All shapes in one file", "Toutes les formes en un fichier"),
    CHECKSUMS: ("Checksums of the files", "Sommes de contrôle des fichiers"),
}
_LINES = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
_MEDIA_TYPES = {
    ".nq": "application/n-quads",
    ".nt": "application/n-triples",
    ".trig": "application/trig",
    ".ttl": "text/turtle",
}


@dataclass(frozen=True)
class Dump:
    """A file of a snapshot.

    Attributes:
        name: its path below the folder of the dumps, such as "data/niger-2021.ttl" or "everything.nq.gz".
        media_type: of the content; what is compressed has that of the content, too.
        compressed: whether it is gzipped.
        size: in bytes.
        sha256: checksum of the file, in hex.
        title_en, title_fr: what it holds.
        source: whether it is a file that people edit, byte for byte.
    """

    name: str
    media_type: str
    compressed: bool
    size: int
    sha256: str
    title_en: str
    title_fr: str
    source: bool


def write_dumps(
    folder: Path, sources: Sources, inferred: Sequence[ox.Quad], described: Sequence[ox.Quad]
) -> tuple[Dump, ...]:
    """Write all dumps of the graph; the same sources and inferences give the same bytes.

    Args:
        folder: where they go; it is made.
        sources: the files, which are copied and parsed.
        inferred: the inferred triples, in their named graph.
        described: what the graph says of its own named graphs, in a named graph.

    Returns:
        The files: first the whole graph, then the sources, last the checksums.
    """
    folder.mkdir(parents=True)
    asserted = _read(sources.asserted, "f")
    whole: dict[str, Iterable[ox.Quad] | Iterable[ox.Triple]] = {
        "everything.nq": chain(asserted, inferred, described),
        "everything.trig": chain(asserted, inferred, described),
        "closure.nt": iter(dict.fromkeys(quad.triple for quad in chain(asserted, inferred))),
        "inferred.nt": (quad.triple for quad in inferred),
        "description.nt": (quad.triple for quad in described),
        "shapes.ttl": (quad.triple for quad in _read(sources.shapes, "s")),
    }
    names = [part for name, content in whole.items() for part in _write(folder, name, content)]
    names += [_copy(folder, sources.root, path) for path in (*sources.asserted, *sources.shapes)]
    found = [_describe(folder, name) for name in names]
    (folder / CHECKSUMS).write_text("".join(f"{dump.sha256}  {dump.name}\n" for dump in found), "utf-8")
    return (*found, _describe(folder, CHECKSUMS))


def _read(paths: Sequence[Path], prefix: str) -> list[ox.Quad]:
    return [quad for number, path in enumerate(paths) for quad in _parse(path, f"{prefix}{number}b")]


def _parse(path: Path, prefix: str) -> Iterable[ox.Quad]:
    """The quads of a file in its named graph, each once, with the same names for blank nodes each time."""
    graph = ox.NamedNode(graph_iri(path))
    names: dict[ox.BlankNode, ox.BlankNode] = {}

    def named(term: ox.NamedNode | ox.BlankNode) -> ox.NamedNode | ox.BlankNode:
        if isinstance(term, ox.BlankNode):
            return names.setdefault(term, ox.BlankNode(f"{prefix}{len(names)}"))
        return term

    quads: dict[ox.Quad, None] = {}
    for quad in parse_quads(path):
        assert isinstance(quad.subject, ox.NamedNode | ox.BlankNode)
        subject = named(quad.subject)
        obj = quad.object if isinstance(quad.object, ox.Literal | ox.Triple) else named(quad.object)
        quads[ox.Quad(subject, quad.predicate, obj, graph)] = None
    return quads


def _write(folder: Path, name: str, content: Iterable[ox.Quad] | Iterable[ox.Triple]) -> tuple[str, str]:
    """Write a file and the same compressed; what has a line for each statement goes out as it comes."""
    path, form = folder / name, rdf_format(Path(name))
    if form in _LINES:
        ox.serialize(content, path, form)
    else:
        path.write_bytes(turtle.serialize(content, form))
    with (
        path.open("rb") as plain,
        (folder / f"{name}.gz").open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, 2**20)
    return name, f"{name}.gz"


def _copy(folder: Path, root: Path, path: Path) -> str:
    name = path.relative_to(root).as_posix()
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(read_bytes(path))
    return name


def _describe(folder: Path, name: str) -> Dump:
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    plain = name.removesuffix(".gz")
    titles = _TITLES.get(plain) or tuple(title.format(name=name) for title in _SOURCE_TITLES)
    return Dump(
        name=name,
        media_type=_MEDIA_TYPES.get(Path(plain).suffix, "text/plain"),
        compressed=name != plain,
        size=(folder / name).stat().st_size,
        sha256=digest,
        title_en=titles[0],
        title_fr=titles[1],
        source=plain not in _TITLES,
    )
