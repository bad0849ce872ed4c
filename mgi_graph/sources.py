"""Finds and reads the files that the graph is made from; nothing else knows where they lie."""

from __future__ import annotations

import hashlib
import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import pyoxigraph as ox

from mgi_graph.errors import SourceError, SourceNotFoundError, SourceSyntaxError
from mgi_graph.namespaces import GRAPH, PREFIXES

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.graph import _TripleType

ROOT_VARIABLE = "MGI_GRAPH_ROOT"
CACHE_VARIABLE = "MGI_GRAPH_CACHE"
_PACKAGE = Path(__file__).parent

FORMATS: dict[str, ox.RdfFormat] = {
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".n3": ox.RdfFormat.N3,
    ".nq": ox.RdfFormat.N_QUADS,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
}
"""File endings that `serve --data` and `check` understand."""


@dataclass(frozen=True)
class Sources:
    """The files of one graph: `ontology` and each of `data` become a named graph, `shapes` check, `queries` ask."""

    root: Path
    ontology: Path
    data: tuple[Path, ...]
    shapes: tuple[Path, ...]
    queries: tuple[Path, ...]

    @property
    def asserted(self) -> tuple[Path, ...]:
        """The files whose triples the graph asserts."""
        return (self.ontology, *self.data)

    def fingerprint(self) -> str:
        """SHA-256 (hex) over the names and contents of all files that a snapshot depends on (not the queries)."""
        digest = hashlib.sha256()
        for path in (*self.asserted, *self.shapes):
            digest.update(f"{path.relative_to(self.root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(read_bytes(path)).digest())
        return digest.hexdigest()


@dataclass(frozen=True)
class SourceFile:
    """One file as read: its graph, and the line (from 1) on which each triple stands."""

    path: Path
    graph: Graph
    lines: dict[_TripleType, int]


def find_sources(root: Path | None = None, data_needed: bool = True) -> Sources:
    """Find the files below `root`, else below $MGI_GRAPH_ROOT, else those that came with the package.

    Args:
        root: the folder.
        data_needed: whether there must be data files; a graph that is just begun has none.

    Raises:
        SourceNotFoundError: a file or folder of the layout is missing.
    """
    root = root or _default_root()
    ontology = root / "ontology" / "mgi.ttl"
    if not ontology.is_file():
        raise SourceNotFoundError(
            ontology, "there is no such file", f"Point {ROOT_VARIABLE} at a folder that holds it."
        )
    return Sources(
        root=root,
        ontology=ontology,
        data=_files(root / "data", "*.ttl", data_needed),
        shapes=_files(root / "shapes", "*.ttl"),
        queries=_files(root / "queries", "*.rq"),
    )


def find_document(name: str) -> str:
    """A document about the graph, such as "CHANGELOG.md", as Markdown; empty where it does not stand by the files."""
    path = _default_root() / name
    return path.read_text("utf-8") if path.is_file() else ""


def cache_folder() -> Path:
    """Where snapshots lie, and notes on what was checked: $MGI_GRAPH_CACHE, else the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("mgi-graph")


def graph_iri(path: Path) -> str:
    """The IRI of the named graph that holds a source file's triples."""
    return GRAPH + ("ontology" if path.parent.name == "ontology" else path.stem)


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        SourceNotFoundError: it is missing.
        SourceError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceNotFoundError(path, "there is no such file") from None
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from None


def rdf_format(path: Path) -> ox.RdfFormat:
    """The RDF format that a file's ending stands for.

    Raises:
        SourceError: the ending is none of `FORMATS`.
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise SourceError(path, "the ending says no RDF format", f"Known endings: {' '.join(FORMATS)}.") from None


def parse_quads(path: Path, rename_blank_nodes: bool = False) -> Iterator[ox.Quad]:
    """Parse an RDF file strictly, quad by quad; relative IRIs are resolved against the file's own address.

    Raises:
        SourceSyntaxError: with line, column and what was expected.
    """
    content, form = read_bytes(path), rdf_format(path)
    if form == ox.RdfFormat.RDF_XML and b"<!ENTITY" in content:
        raise SourceSyntaxError(path, "XML entities are refused", "Write what they stand for in their place.")
    try:
        yield from ox.parse(
            content,
            format=form,
            base_iri=path.resolve().as_uri(),
            rename_blank_nodes=rename_blank_nodes,
        )
    except SyntaxError as error:
        raise _syntax_error(path, error) from None


def read_source(path: Path) -> SourceFile:
    """Read a Turtle file with the line of each of its triples.

    Raises:
        SourceNotFoundError: it is missing.
        SourceSyntaxError: it is not Turtle.
    """
    for _ in parse_quads(path):  # the strict parser first: it knows line and column
        pass
    from rdflib import Graph
    from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser

    text = read_bytes(path).decode("utf-8").removeprefix("\ufeff")
    starts = [end.end() for end in re.finditer("\n", text)]  # the parser's own count of lines counts some twice
    graph = Graph()
    lines: dict[_TripleType, int] = {}
    read: dict[object, int] = {}  # the objects of a list, of which statements are made when the list is read to its end

    class LineParser(SinkParser):
        def object(self, argstr, i, res):  # type: ignore[no-untyped-def]
            end = super().object(argstr, i, res)
            if end >= 0:
                read[res[-1]] = self.startOfLine
            return end

    class LineSink(RDFSink):
        def makeStatement(self, quadruple, why=None):  # type: ignore[no-untyped-def]  # noqa: N802 - rdflib's name
            super().makeStatement(quadruple, why)
            formula = quadruple[0]
            start = read.pop(quadruple[3], parser.startOfLine)
            predicate, subject, obj = (self.normalise(formula, node) for node in quadruple[1:])
            lines.setdefault((subject, predicate, obj), bisect_right(starts, start) + 1)

    sink = LineSink(graph)
    parser = LineParser(sink, baseURI=path.resolve().as_uri(), turtle=True)
    parser.loadBuf(text)
    for prefix, namespace in parser._bindings.items():
        graph.bind(prefix, namespace)
    return SourceFile(path, graph, lines)


def read_graph(*paths: Path) -> Graph:
    """Read Turtle files into one graph.

    Raises:
        SourceError: as `read_source`.
    """
    from rdflib import Graph

    graph = Graph()
    for path in paths:
        graph += read_source(path).graph
    return graph


def _default_root() -> Path:
    if named := os.environ.get(ROOT_VARIABLE):
        return Path(named)
    packaged = _PACKAGE / "_files"
    return packaged if packaged.is_dir() else _PACKAGE.parent


def _files(folder: Path, pattern: str, needed: bool = True) -> tuple[Path, ...]:
    found = tuple(sorted(folder.glob(pattern)))
    if needed and not found:
        raise SourceNotFoundError(folder, f"no file {pattern} stands there")
    return found


def _syntax_error(path: Path, error: SyntaxError) -> SourceSyntaxError:
    problem = str(error.msg or error)
    repair = "Mend the line and try again."
    if (named := re.search(r"prefix (\w+): has not been declared", problem)) and named[1] in PREFIXES:
        repair = f"Write this among the first lines of the file: @prefix {named[1]}: <{PREFIXES[named[1]]}> ."
    return SourceSyntaxError(path, problem, repair, error.lineno, error.offset)
