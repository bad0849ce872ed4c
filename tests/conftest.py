"""What the tests share: the files of the checkout, one snapshot of them, one running server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

import pyoxigraph as ox
import pytest
from filelock import FileLock
from rdflib import Graph

from mgi_graph import snapshot, sources
from mgi_graph.engine.embedded import EmbeddedEngine

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"
SHARED = ROOT.parent / "shared"

Run = Callable[..., subprocess.CompletedProcess[str]]
Serve = Callable[..., AbstractContextManager[str]]
Launch = Callable[..., AbstractContextManager[tuple[str, subprocess.Popen[str]]]]


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of the tests' own (shared by parallel workers), so that no snapshot of the machine is touched.

    $MGI_GRAPH_TEST_CACHE names one that outlives the run, which spares building the snapshot again and again.
    """
    base = tmp_path_factory.getbasetemp()
    kept = os.environ.get("MGI_GRAPH_TEST_CACHE")
    folder = Path(kept) if kept else (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    before = os.environ.get(snapshot.CACHE_VARIABLE)
    os.environ[snapshot.CACHE_VARIABLE] = str(folder)
    os.environ.pop(sources.ROOT_VARIABLE, None)
    yield folder
    os.environ.pop(snapshot.CACHE_VARIABLE)
    if before is not None:
        os.environ[snapshot.CACHE_VARIABLE] = before


@pytest.fixture(scope="session")
def files() -> sources.Sources:
    """The files of the checkout."""
    return sources.find_sources(ROOT)


@pytest.fixture(scope="session")
def asserted(files: sources.Sources) -> Graph:
    """Ontology and data, as asserted. Not to be changed."""
    return sources.read_graph(*files.asserted)


@pytest.fixture(scope="session")
def closure(asserted: Graph, built: snapshot.Snapshot) -> Graph:
    """Ontology and data with what is inferred from them. Not to be changed."""
    inferred = built.open().dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(snapshot.INFERRED))
    assert inferred is not None
    return asserted + Graph().parse(data=inferred, format="nt")


@pytest.fixture(scope="session")
def built(files: sources.Sources, cache: Path) -> snapshot.Snapshot:
    """The snapshot of the checkout."""
    with FileLock(cache.with_suffix(".lock")):
        return snapshot.current(files)


@pytest.fixture(scope="session")
def engine(built: snapshot.Snapshot) -> EmbeddedEngine:
    """The embedded store on that snapshot."""
    return EmbeddedEngine(built)


@pytest.fixture(scope="session")
def run() -> Run:
    """Run `mgi-graph` in a process of its own; gives exit code and both outputs."""

    def call(*arguments: str | Path, stdin: str = "", cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "mgi_graph", *map(str, arguments)],
            input=stdin,
            cwd=cwd,
            env=os.environ | {"COLUMNS": "200", "PYTHONPATH": str(ROOT)} | env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )

    return call


@pytest.fixture(scope="session")
def launch() -> Launch:
    """Run `mgi-graph serve` on a free port; gives its address and its process, and stops it in the end."""

    @contextmanager
    def server(
        *arguments: str | Path, stderr: IO[str] | None = None, **env: str
    ) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "mgi_graph", "serve", "--port", "0", *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            yield _address(process), process
        finally:
            process.terminate()
            assert process.wait(timeout=20) is not None
            assert process.stdout is not None
            process.stdout.close()

    return server


@pytest.fixture(scope="session")
def serve(launch: Launch) -> Serve:
    """Run `mgi-graph serve` on a free port; gives its address."""

    @contextmanager
    def server(*arguments: str | Path) -> Iterator[str]:
        with launch(*arguments) as (url, _):
            yield url

    return server


@pytest.fixture(scope="session")
def address(built: snapshot.Snapshot, serve: Serve) -> Iterator[str]:
    """The address of a server on the packaged graph, such as http://127.0.0.1:40000/."""
    with serve() as url:
        yield url


def needed(tool: str, present: bool) -> None:
    """Skip a test for want of a tool, or fail it where the environment says that the tool must be there."""
    if present:
        return
    if tool in os.environ.get("MGI_GRAPH_REQUIRE", "").split(","):
        pytest.fail(f"{tool} is required here and is missing")
    pytest.skip(f"this needs {tool}, which is not installed")


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        if match := re.search(r"http://\S+/", line):
            return match[0]
        assert process.poll() is None, "the server stopped before it was ready"
    raise AssertionError("the server did not become ready")
