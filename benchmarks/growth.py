"""Measures how the graph grows with its profiles: building, memory, size on disk, every question of the catalogue."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.synthetic import ROOT, new_names, read_template, write_profiles
from mgi_graph.namespaces import BASE

SEED = 1
WARM_RUNS = 5
_ENOUGH_SECONDS = 10
"""A question that has taken so long is not asked again."""
_SHARED = ("ontology", "shapes", "queries")


@dataclass(frozen=True)
class Asked:
    """How one question fared: seconds the first time in a new process and the median of later times; its rows."""

    name: str
    cold: float
    warm: float
    rows: int
    looks_up: bool


@dataclass(frozen=True)
class Growth:
    """What was measured with so many profiles; seconds and bytes.

    Attributes:
        build: wall time of the first build, `build_cpu` its processor time, of all processes.
        rebuild: wall time of a build after one profile changed.
        memory: most that one process of the build had resident.
        store, dumps: size on disk.
    """

    profiles: int
    triples: int
    build: float
    build_cpu: float
    rebuild: float
    memory: int
    store: int
    dumps: int
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class _Run:
    seconds: float
    cpu: float
    memory: int


def measure(profiles: int, folder: Path, progress: Callable[[str], None]) -> Growth:
    """Build a graph of so many synthetic profiles in a folder, and ask it every question."""
    shutil.rmtree(folder, ignore_errors=True)
    root, cache = folder / "root", folder / "cache"
    for name in _SHARED:
        shutil.copytree(ROOT / name, root / name)
    progress(f"{profiles} profiles: writing")
    files = write_profiles(root / "data", profiles, SEED, BASE)
    environment = os.environ | {"MGI_GRAPH_ROOT": str(root), "MGI_GRAPH_CACHE": str(cache)}
    progress(f"{profiles} profiles: building")
    first = _run([sys.executable, "-m", "mgi_graph", "build"], environment)
    (snapshot,) = (path.parent for path in cache.glob("*/manifest.json"))
    store, dumps = _size(snapshot / "store"), _size(snapshot / "dumps")
    triples = json.loads((snapshot / "manifest.json").read_text("utf-8"))["triples"]
    progress(f"{profiles} profiles: asking")
    asked = _ask(snapshot, environment)
    progress(f"{profiles} profiles: building after a change")
    text = files[1].read_text("utf-8")
    files[1].write_text(text.replace("[synthetic XA]", "[synthetic, XA]", 1), "utf-8")
    again = _run([sys.executable, "-m", "mgi_graph", "build"], environment)
    shutil.rmtree(folder)
    return Growth(profiles, triples, first.seconds, first.cpu, again.seconds, first.memory, store, dumps, tuple(asked))


def ask_all(snapshot: Path, queries: Sequence[Path]) -> list[Asked]:
    """Ask each question, of the first synthetic country, in this process: once cold, then warm."""
    from mgi_graph.catalogue import read_catalogue
    from mgi_graph.engine.embedded import EmbeddedEngine
    from mgi_graph.snapshot import read_snapshot

    engine = EmbeddedEngine(read_snapshot(snapshot))
    names = {old: new.value for old, new in new_names(read_template(), BASE, "xa").items()}
    found = []
    for question in read_catalogue(queries):
        text = _renamed(question.text, names)
        seconds: list[float] = []
        rows = 0
        while len(seconds) <= WARM_RUNS and (len(seconds) < 2 or sum(seconds) < _ENOUGH_SECONDS):
            started = time.perf_counter()
            rows = len(engine.query(text).table().rows)
            seconds.append(time.perf_counter() - started)
        found.append(
            Asked(question.name, seconds[0], median(seconds[1:]), rows, any(one.class_iri for one in question.params))
        )
    return found


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"<([^<>\s]+)>", lambda match: f"<{names.get(match[1], match[1])}>", text)


def _ask(snapshot: Path, environment: Mapping[str, str]) -> list[Asked]:
    command = [sys.executable, "-m", "benchmarks.growth", str(snapshot)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return [Asked(**facts) for facts in json.loads(done.stdout)]


def _run(command: Sequence[str], environment: Mapping[str, str]) -> _Run:
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed with exit code {process.returncode}.")
    return _Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _main() -> None:
    from mgi_graph.sources import find_sources

    asked = ask_all(Path(sys.argv[1]), find_sources().queries)
    sys.stdout.write(json.dumps([asdict(one) for one in asked]))


if __name__ == "__main__":
    _main()
