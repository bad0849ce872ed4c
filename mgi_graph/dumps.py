"""Writes the graph out as files, from what people edit and what follows from it, never from what a store made of it."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from mgi_graph import turtle
from mgi_graph.lines import in_order
from mgi_graph.namespaces import GRAPH
from mgi_graph.sources import Sources, graph_iri, parse_quads, read_bytes

CHECKSUMS = "SHA256SUMS"
"""The file that lists the checksums of the others, as `sha256sum --check` reads it."""

_SOURCE_TITLES = ("{name} as edited", "{name} tel qu’édité")
_EVERYTHING, _INFERRED = "everything.nq", "inferred.nt"
_TITLES = {
    _EVERYTHING: ("Everything, in named graphs (N-Quads)", "Tout, en graphes nommés (N-Quads)"),
    "everything.trig": ("Everything, in named graphs (TriG)", "Tout, en graphes nommés (TriG)"),
    "closure.nt": ("What is asserted and what follows from it", "Ce qui est affirmé et ce qui en découle"),
    _INFERRED: ("What follows by OWL 2 RL", "Ce qui découle selon OWL 2 RL"),
    "description.nt": ("What the named graphs are", "Ce que sont les graphes nommés"),
    "shapes.ttl": ("All shapes in one file", "Toutes les formes en un fichier"),
    CHECKSUMS: ("Checksums of the files", "Sommes de contrôle des fichiers"),
}
_COMPRESSION = 6
"""Of gzip; more takes twice the time for files that are a thirtieth smaller."""
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


def write_statements(folder: Path, sources: Sources, inferred: Iterable[ox.Triple]) -> Path:
    """Begin the dumps: what is asserted, file by file, and what follows from it, in named graphs.

    Args:
        folder: where they go; it is made.
        sources: the files.
        inferred: what follows from them, each triple once, in any order.

    Returns:
        The N-Quads. The same sources and inferences give the same bytes, and so do all other dumps.
    """
    folder.mkdir(parents=True)
    with tempfile.TemporaryFile(dir=folder) as found, (folder / _INFERRED).open("wb") as file:
        ox.serialize(inferred, found, ox.RdfFormat.N_TRIPLES)
        found.seek(0)
        file.writelines(in_order(found, folder))
    with (folder / _EVERYTHING).open("wb") as file, (folder / _INFERRED).open("rb") as lines:
        ox.serialize(_read(sources.asserted, "f"), file, ox.RdfFormat.N_QUADS)
        file.writelines(_in_graph(lines, GRAPH + "inferred"))
    return folder / _EVERYTHING


def finish(folder: Path, sources: Sources, described: Sequence[ox.Quad]) -> tuple[Dump, ...]:
    """Write all other dumps beside those that `write_statements` wrote.

    Args:
        folder: where those are.
        sources: the files, which are copied.
        described: what the graph says of its own named graphs, in a named graph.

    Returns:
        The files: first the whole graph, then the sources, last the checksums.
    """
    everything = folder / _EVERYTHING
    with everything.open("rb") as lines, (folder / "closure.nt").open("wb") as file:
        file.writelines(in_order(map(_as_triple, lines), folder))
    with everything.open("ab") as file:
        ox.serialize(described, file, ox.RdfFormat.N_QUADS)
    turtle.write(ox.parse(path=everything), folder / "everything.trig", ox.RdfFormat.TRIG)
    ox.serialize((quad.triple for quad in described), folder / "description.nt", ox.RdfFormat.N_TRIPLES)
    turtle.write((quad.triple for quad in _read(sources.shapes, "s")), folder / "shapes.ttl", ox.RdfFormat.TURTLE)
    names = [name for name in _TITLES if name != CHECKSUMS]
    with ThreadPoolExecutor() as pool:  # compressing goes on beside Python
        packed = list(pool.map(lambda name: _pack(folder, name), names))
    copied = [_copy(folder, sources.root, path) for path in (*sources.asserted, *sources.shapes)]
    listed = [*chain.from_iterable(zip(names, packed, strict=True)), *copied]
    found = [_describe(folder, name) for name in listed]
    (folder / CHECKSUMS).write_text("".join(f"{dump.sha256}  {dump.name}\n" for dump in found), "utf-8")
    return (*found, _describe(folder, CHECKSUMS))


def _in_graph(lines: Iterable[bytes], graph: str) -> Iterator[bytes]:
    """Lines of N-Triples as N-Quads of a graph."""
    end = f" <{graph}> .\n".encode()
    return (line.removesuffix(b" .\n") + end for line in lines)


def _as_triple(line: bytes) -> bytes:
    """A line of N-Quads without its graph: the last IRI, which holds no space."""
    return line[: line.rindex(b" <")] + b" .\n"


def _read(paths: Sequence[Path], prefix: str) -> Iterator[ox.Quad]:
    return (quad for number, path in enumerate(paths) for quad in _parse(path, f"{prefix}{number}b"))


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


def _pack(folder: Path, name: str) -> str:
    packed = f"{name}.gz"
    with (
        (folder / name).open("rb") as plain,
        (folder / packed).open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=_COMPRESSION, fileobj=file, mtime=0) as output,
    ):
        shutil.copyfileobj(plain, output, 2**20)
    return packed


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
