"""Builds an immutable, versioned store from the files, opens it, and keeps it until a file changes."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn, TypeAlias

import pyoxigraph as ox

from mgi_graph import dumps as dumping
from mgi_graph.census import Census, Part, take_census
from mgi_graph.dumps import Dump
from mgi_graph.errors import SnapshotError, ValidationError, counted
from mgi_graph.namespaces import DCTERMS, GRAPH, PROV, RDF, RDFS, VOID, XSD
from mgi_graph.sources import CACHE_VARIABLE as CACHE_VARIABLE
from mgi_graph.sources import Sources, cache_folder, graph_iri, parse_quads, read_bytes

INFERRED = GRAPH + "inferred"
DESCRIPTION = GRAPH + "description"
_LAYOUT = "6"
_BUILT_WITH = ("pyoxigraph", "rdflib")
_KEPT = 5
_AT_ONCE = 200_000
_FEW_AT_ONCE = 5_000
_TOLD = 5
_MANIFEST = "manifest.json"
_WORKSHOP = ".building-"
_FRESH_SECONDS = 60

Progress = Callable[[str], None]
"""Told, in a few words, what a build does next."""


class _Content(NamedTuple):
    """What was put into a new snapshot."""

    graphs: tuple[GraphFacts, ...]
    dumps: tuple[Dump, ...] = ()


_Fill: TypeAlias = Callable[[ox.Store, Path, Progress], _Content]
"""Fills a store, and a folder with dumps."""


@dataclass(frozen=True)
class GraphFacts:
    """One named graph of a snapshot: IRI, what it holds (en, fr), triples, and of a file its name and SHA-256."""

    iri: str
    title_en: str
    title_fr: str
    triples: int
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A store on disk that never changes.

    Attributes:
        version: 12 hex digits.
        path: its folder.
        statements: size of the store: of the default graph and of all named graphs together.
        triples: size of the default graph.
        graphs: the named graphs.
        made: when it was built.
        census: the default graph in figures.
        dumps: the graph as files; none where other files than the graph's own are served.
    """

    version: str
    path: Path
    statements: int
    triples: int
    graphs: tuple[GraphFacts, ...]
    made: datetime
    census: Census
    dumps: tuple[Dump, ...]

    @property
    def is_ours(self) -> bool:
        """Whether it holds the graph, whose IRIs are under `namespaces.BASE`, and not any other files."""
        return bool(self.dumps)

    def dump_path(self, dump: Dump) -> Path:
        """Where a dump lies."""
        return self.path / "dumps" / dump.name

    def open(self) -> ox.Store:
        """Open the store for reading.

        Raises:
            SnapshotError: the folder is damaged.
        """
        try:
            return ox.Store.read_only(str(self.path / "store"))
        except OSError as error:
            raise SnapshotError(
                f"The snapshot {self.path} cannot be opened: {error}", "Delete that folder; it is built anew."
            ) from None

    def read_into_memory(self) -> ox.Store:
        """Read the store into memory, by a process that is forked: one on disk has threads, and this one then has none.

        Raises:
            SnapshotError: the folder is damaged.
        """
        reading, writing = os.pipe()
        reader = os.fork()
        if not reader:
            os.close(reading)
            self._write_and_exit(writing)
        os.close(writing)
        store = ox.Store()
        with open(reading, "rb") as quads:
            _load(store, ox.parse(quads, ox.RdfFormat.N_QUADS), _FEW_AT_ONCE)  # `Store.load` would rename blank nodes
        if os.waitpid(reader, 0)[1]:
            raise _damaged(self.path, "it cannot be read")
        return store

    def _write_and_exit(self, writing: int) -> NoReturn:
        status = 1
        try:
            with open(writing, "wb") as quads:
                self.open().dump(quads, ox.RdfFormat.N_QUADS)
            status = 0
        finally:
            os._exit(status)


def current(sources: Sources, progress: Progress = lambda _: None, *, apart: bool = False) -> Snapshot:
    """The snapshot of the sources as they are now: the one on disk, or one built (closed and validated) for it.

    `apart` builds in a process of its own, for one that forks: a store has threads, which are not forked with it.

    Raises:
        SourceError: a file is missing or malformed.
        InconsistencyError: the graph contradicts the ontology.
        UncoveredAxiomError: the ontology has an axiom that no rule covers.
        ValidationError: the graph breaks a shape.
        SnapshotError: the store cannot be written.
    """
    version = version_of(sources)
    return _open(version) or _built(version, partial(_fill_graph, sources), progress, apart)


def version_of(sources: Sources) -> str:
    """The version that the snapshot of the sources has, whether it was built or not.

    Raises:
        SourceError: a file cannot be read.
    """
    return _version([sources.fingerprint()])


def of_files(paths: Sequence[Path], progress: Progress = lambda _: None, *, apart: bool = False) -> Snapshot:
    """The snapshot of any RDF files, as they are: their default graph is the default graph, their named graphs stay.

    `apart` builds in a process of its own.

    Raises:
        SourceError: a file is missing, malformed, or of a format that its ending does not say.
        SnapshotError: the store cannot be written.
    """
    contents = [f"{path.suffix}:{hashlib.sha256(read_bytes(path)).hexdigest()}:{path.resolve()}" for path in paths]
    version = _version(contents)
    return _open(version) or _built(version, partial(_fill_files, paths), progress, apart)


def _version(parts: Iterable[str]) -> str:
    from importlib.metadata import version  # slow to import, and not for those who only read

    libraries = [f"{name} {version(name)}" for name in _BUILT_WITH]
    return hashlib.sha256("\n".join([_LAYOUT, *libraries, *parts]).encode()).hexdigest()[:12]


def _open(version: str) -> Snapshot | None:
    folder = cache_folder() / version
    if not (folder / _MANIFEST).is_file():
        return None
    with contextlib.suppress(OSError):
        os.utime(folder)  # what is used is not forgotten
    return read_snapshot(folder)


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot that lies in a folder.

    Raises:
        SnapshotError: the folder is missing or damaged.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return Snapshot(
            version=manifest["version"],
            path=folder,
            statements=manifest["statements"],
            triples=manifest["triples"],
            graphs=tuple(GraphFacts(**facts) for facts in manifest["graphs"]),
            made=datetime.fromisoformat(manifest["made"]),
            census=_read_census(manifest["census"]),
            dumps=tuple(Dump(**facts) for facts in manifest["dumps"]),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _damaged(folder, error) from None


def _damaged(folder: Path, error: Exception | str) -> SnapshotError:
    return SnapshotError(f"The snapshot {folder} is damaged: {error}", "Delete that folder; it is built anew.")


def _read_census(facts: dict[str, Any]) -> Census:
    parts = {name: tuple(Part(**part) for part in facts[name]) for name in ("classes", "properties")}
    lists = {name: tuple(facts[name]) for name in ("profiles", "examples")}
    return Census(**{**facts, **parts, **lists})


def _built(version: str, fill: _Fill, progress: Progress, apart: bool) -> Snapshot:
    if not apart:
        return _build(version, fill, progress)
    from mgi_graph.processes import Processes, tell  # not for those who only read

    with Processes(1, progress) as process:
        built: Snapshot = process.submit(_build, version, fill, tell).result()
        return built


def _build(version: str, fill: _Fill, progress: Progress) -> Snapshot:
    """Fill a store in a folder of its own, then move it into place at one stroke; whoever comes first wins."""
    folder = cache_folder() / version
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(folder.parent)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_WORKSHOP) as workshop, _claimed(Path(workshop)):
            store = ox.Store(str(Path(workshop) / "store"))
            content = fill(store, Path(workshop) / "dumps", progress)
            store.optimize()
            store.flush()
            manifest = _manifest(version, store, content)
            del store
            (Path(workshop) / _MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
            _move(Path(workshop), folder)
    except OSError as error:
        raise SnapshotError(
            f"No snapshot can be written to {folder.parent}: {error.strerror or error}",
            f"Name a folder that can be written in the variable {CACHE_VARIABLE}.",
        ) from None
    _forget_old(folder)
    built = _open(version)
    assert built is not None
    return built


def _manifest(version: str, store: ox.Store, content: _Content) -> dict[str, Any]:
    return {
        "version": version,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "statements": len(store),
        "triples": _count(store, "?s ?p ?o"),
        "census": asdict(take_census(store)),
        **{name: [asdict(item) for item in items] for name, items in content._asdict().items()},
    }


def _move(workshop: Path, folder: Path) -> None:
    finished = workshop.with_name(workshop.name.replace(_WORKSHOP, ".finished-"))
    finished.mkdir()
    for part in ("store", "dumps", _MANIFEST):
        if (workshop / part).exists():
            (workshop / part).rename(finished / part)
    try:
        finished.rename(folder)
    except OSError:
        shutil.rmtree(finished)
        if not (folder / _MANIFEST).exists():
            raise


@contextlib.contextmanager
def _claimed(workshop: Path) -> Iterator[None]:
    """Hold a folder as long as something is built in it; the hold ends with the process, however that ends."""
    descriptor = os.open(workshop, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _clear_abandoned(cache: Path) -> None:
    """Remove what builds left behind that were killed: folders that nobody holds, and that are not just being made."""
    for workshop in cache.glob(f"{_WORKSHOP}*"):
        with contextlib.suppress(OSError), _claimed(workshop):
            if time.time() - workshop.stat().st_mtime > _FRESH_SECONDS:
                shutil.rmtree(workshop, ignore_errors=True)


def _forget_old(newest: Path) -> None:
    snapshots = sorted(
        (path for path in newest.parent.iterdir() if (path / _MANIFEST).exists()),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for path in snapshots[_KEPT:]:
        with contextlib.suppress(OSError), (path / _MANIFEST).open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)


def hold(folder: Path) -> IO[bytes]:
    """Keep a snapshot from being forgotten for newer ones, as long as what is given back stays open.

    Raises:
        SnapshotError: there is none.
    """
    try:
        handle = (folder / _MANIFEST).open("rb")
    except OSError as error:
        raise _damaged(folder, error) from None
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def _fill_graph(sources: Sources, store: ox.Store, dumps: Path, progress: Progress) -> _Content:
    from mgi_graph.inspection import inspect

    progress("drawing the inferences and checking the graph (once)")
    inspected = inspect(sources, progress)
    report = inspected.report
    if not report.conforms:
        places = sorted({place for found in report.violations for place in found.places[:1]})[:_TOLD]
        raise ValidationError(
            f"The graph breaks shapes in {counted(len(report.violations), 'place')}; no snapshot is built from it."
            + "".join(f"\n  {path}:{line}" for path, line in places),
            "`mgi-graph check` lists them, with file and line.",
        )
    progress("writing the store and the dumps")
    statements = dumping.write_statements(dumps, sources, inspected.inferred)
    del inspected  # and with it the store that it was inferred in
    _load(store, _also_united(ox.parse(path=statements)))
    graphs = [_file_facts(store, path, sources.root) for path in sources.asserted]
    graphs.append(
        _facts(store, INFERRED, "What follows from the asserted triples", "Ce qui découle des triplets affirmés")
    )
    described = tuple(_described(graphs))
    store.extend(_also_united(described))
    graphs.append(_facts(store, DESCRIPTION, "What the named graphs are", "Ce que sont les graphes nommés"))
    return _Content(tuple(graphs), dumping.finish(dumps, sources, described))


def _fill_files(paths: Sequence[Path], store: ox.Store, _: Path, progress: Progress) -> _Content:
    def read(path: Path) -> Iterator[ox.Quad]:
        progress(f"reading {path}")
        return parse_quads(path, rename_blank_nodes=True)

    _load(store, chain.from_iterable(map(read, paths)))
    names = sorted(str(graph.value) for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    return _Content(tuple(_facts(store, name, "A graph of the files", "Un graphe des fichiers") for name in names))


def _load(store: ox.Store, quads: Iterable[ox.Quad], at_once: int = _AT_ONCE) -> None:
    """Load quads in parts: those of one are held besides, in each order in which a store on disk keeps them."""
    quads = iter(quads)
    for first in quads:
        store.bulk_extend(chain([first], islice(quads, at_once - 1)))


def _file_facts(store: ox.Store, path: Path, root: Path) -> GraphFacts:
    name = path.relative_to(root).as_posix()
    sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
    return _facts(store, graph_iri(path), f"Triples asserted in {name}", f"Triplets affirmés dans {name}", name, sha256)


def _facts(store: ox.Store, iri: str, en: str, fr: str, file: str = "", sha256: str = "") -> GraphFacts:
    return GraphFacts(iri, en, fr, _count(store, f"GRAPH <{iri}> {{ ?s ?p ?o }}"), file, sha256)


def _count(store: ox.Store, pattern: str) -> int:
    solutions = store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    return int(next(solutions)["n"].value)


def _described(graphs: Sequence[GraphFacts]) -> Iterator[ox.Quad]:
    """Say for the store itself what each named graph is (VoID, DCTERMS, PROV-O)."""
    here = ox.NamedNode(DESCRIPTION)
    for facts in graphs:
        graph = ox.NamedNode(facts.iri)
        for predicate, obj in _said(facts, graphs):
            yield ox.Quad(graph, ox.NamedNode(predicate), obj, here)


def _said(facts: GraphFacts, graphs: Sequence[GraphFacts]) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    yield RDF + "type", ox.NamedNode(VOID + "Dataset")
    yield RDF + "type", ox.NamedNode(PROV + "Entity")
    for predicate in (DCTERMS + "title", RDFS + "label"):
        yield predicate, ox.Literal(facts.title_en, language="en")
        yield predicate, ox.Literal(facts.title_fr, language="fr")
    yield VOID + "triples", ox.Literal(str(facts.triples), datatype=ox.NamedNode(XSD + "integer"))
    if facts.file:
        yield DCTERMS + "source", ox.Literal(facts.file)
        yield DCTERMS + "identifier", ox.Literal(f"sha256:{facts.sha256}")
    else:
        yield from ((PROV + "wasDerivedFrom", ox.NamedNode(other.iri)) for other in graphs if other.file)


def _also_united(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Quads of named graphs, and their triples in the default graph, which is the union of those."""
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)
