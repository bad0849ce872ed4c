"""Builds an immutable, versioned store from the files, opens it, and keeps it until a file changes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed
from pathlib import Path

import platformdirs
import pyoxigraph as ox

from mgi_graph.errors import SnapshotError, ValidationError
from mgi_graph.namespaces import DCTERMS, GRAPH, PROV, RDF, RDFS, VOID, XSD
from mgi_graph.sources import Sources, graph_iri, parse_quads, read_bytes

CACHE_VARIABLE = "MGI_GRAPH_CACHE"
INFERRED = GRAPH + "inferred"
DESCRIPTION = GRAPH + "description"
_LAYOUT = "1"
_BUILT_WITH = ("owlrl", "pyoxigraph", "pyshacl", "rdflib")
_KEPT = 5

Progress = Callable[[str], None]
"""Told, in a few words, what a build does next."""


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
    """A store on disk that never changes: its version (12 hex digits), folder, size of the default graph, graphs."""

    version: str
    path: Path
    triples: int
    graphs: tuple[GraphFacts, ...]

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


def cache_folder() -> Path:
    """Where snapshots lie: $MGI_GRAPH_CACHE, else the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("mgi-graph")


def current(sources: Sources, progress: Progress = lambda _: None) -> Snapshot:
    """The snapshot of the sources as they are now: the one on disk, or one built (closed and validated) for it.

    Raises:
        SourceError: a file is missing or malformed.
        InconsistencyError: the graph contradicts the ontology.
        ValidationError: the graph breaks a shape.
        SnapshotError: the store cannot be written.
    """
    version = _version([sources.fingerprint()])
    return _open(version) or _build(version, lambda store: _fill_graph(store, sources, progress))


def of_files(paths: Sequence[Path], progress: Progress = lambda _: None) -> Snapshot:
    """The snapshot of any RDF files, as they are: their default graph is the default graph, their named graphs stay.

    Raises:
        SourceError: a file is missing, malformed, or of a format that its ending does not say.
        SnapshotError: the store cannot be written.
    """
    contents = [f"{path.suffix}:{hashlib.sha256(read_bytes(path)).hexdigest()}:{path.resolve()}" for path in paths]
    version = _version(contents)
    return _open(version) or _build(version, lambda store: _fill_files(store, paths, progress))


def _version(parts: Iterable[str]) -> str:
    libraries = [f"{name} {installed(name)}" for name in _BUILT_WITH]
    return hashlib.sha256("\n".join([_LAYOUT, *libraries, *parts]).encode()).hexdigest()[:12]


def _open(version: str) -> Snapshot | None:
    folder = cache_folder() / version
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        with contextlib.suppress(OSError):
            os.utime(folder)  # what is used is not forgotten
        graphs = tuple(GraphFacts(**facts) for facts in manifest["graphs"])
        return Snapshot(version, folder, manifest["triples"], graphs)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SnapshotError(
            f"The snapshot {folder} is damaged: {error}", "Delete that folder; it is built anew."
        ) from None


def _build(version: str, fill: Callable[[ox.Store], tuple[GraphFacts, ...]]) -> Snapshot:
    """Fill a store in a folder of its own, then move it into place at one stroke; whoever comes first wins."""
    folder = cache_folder() / version
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as workshop:
            store = ox.Store(str(Path(workshop) / "store"))
            graphs = fill(store)
            triples = sum(1 for _ in store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
            store.optimize()
            store.flush()
            del store
            manifest = {"version": version, "triples": triples, "graphs": [asdict(facts) for facts in graphs]}
            (Path(workshop) / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
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


def _move(workshop: Path, folder: Path) -> None:
    finished = workshop.with_name(workshop.name.replace(".building-", ".finished-"))
    finished.mkdir()
    for part in ("store", "manifest.json"):
        (workshop / part).rename(finished / part)
    try:
        finished.rename(folder)
    except OSError:
        shutil.rmtree(finished)
        if not (folder / "manifest.json").exists():
            raise


def _forget_old(newest: Path) -> None:
    snapshots = sorted(
        (path for path in newest.parent.iterdir() if (path / "manifest.json").exists()),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for path in snapshots[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _fill_graph(store: ox.Store, sources: Sources, progress: Progress) -> tuple[GraphFacts, ...]:
    from mgi_graph.inspection import inspect

    progress("checking the graph and drawing the inferences (about a minute, once)")
    inspected = inspect(sources)
    report = inspected.report
    if not report.conforms:
        raise ValidationError(
            f"The graph breaks shapes in {len(report.violations)} places; no snapshot is built from it.",
            "`mgi-graph check` lists them, with file and line.",
        )
    progress("writing the store")
    graphs = [_load_file(store, path, sources.root) for path in sources.asserted]
    store.bulk_load(inspected.inferred, ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(INFERRED))
    graphs.append(
        _facts(store, INFERRED, "What follows from the asserted triples", "Ce qui découle des triplets affirmés")
    )
    _describe(store, graphs)
    graphs.append(_facts(store, DESCRIPTION, "What the named graphs are", "Ce que sont les graphes nommés"))
    _unite(store)
    return tuple(graphs)


def _fill_files(store: ox.Store, paths: Sequence[Path], progress: Progress) -> tuple[GraphFacts, ...]:
    for path in paths:
        progress(f"reading {path}")
        store.bulk_extend(parse_quads(path, rename_blank_nodes=True))
    names = sorted(str(graph.value) for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    return tuple(_facts(store, name, "A graph of the files", "Un graphe des fichiers") for name in names)


def _load_file(store: ox.Store, path: Path, root: Path) -> GraphFacts:
    name = path.relative_to(root).as_posix()
    graph = ox.NamedNode(graph_iri(path))
    quads = parse_quads(path, rename_blank_nodes=True)
    store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)
    sha256 = hashlib.sha256(read_bytes(path)).hexdigest()
    return _facts(store, graph.value, f"Triples asserted in {name}", f"Triplets affirmés dans {name}", name, sha256)


def _facts(store: ox.Store, iri: str, en: str, fr: str, file: str = "", sha256: str = "") -> GraphFacts:
    triples = sum(1 for _ in store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
    return GraphFacts(iri, en, fr, triples, file, sha256)


def _describe(store: ox.Store, graphs: Sequence[GraphFacts]) -> None:
    """Say in the store itself what each named graph is (VoID, DCTERMS, PROV-O)."""
    here = ox.NamedNode(DESCRIPTION)

    def say(subject: ox.NamedNode, predicate: str, *objects: ox.NamedNode | ox.Literal) -> None:
        store.extend(ox.Quad(subject, ox.NamedNode(predicate), obj, here) for obj in objects)

    for facts in graphs:
        graph = ox.NamedNode(facts.iri)
        titles = (ox.Literal(facts.title_en, language="en"), ox.Literal(facts.title_fr, language="fr"))
        say(graph, RDF + "type", ox.NamedNode(VOID + "Dataset"), ox.NamedNode(PROV + "Entity"))
        say(graph, DCTERMS + "title", *titles)
        say(graph, RDFS + "label", *titles)
        say(graph, VOID + "triples", ox.Literal(str(facts.triples), datatype=ox.NamedNode(XSD + "integer")))
        if facts.file:
            say(graph, DCTERMS + "source", ox.Literal(facts.file))
            say(graph, DCTERMS + "identifier", ox.Literal(f"sha256:{facts.sha256}"))
        else:
            say(graph, PROV + "wasDerivedFrom", *(ox.NamedNode(other.iri) for other in graphs if other.file))


def _unite(store: ox.Store) -> None:
    """Make the default graph the union of the named ones, in which each triple stands once."""
    named = list(store.quads_for_pattern(None, None, None, None))
    store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in named)
