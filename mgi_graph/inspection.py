"""Looks a graph over before it is published: shapes and consistency, side by side on two processors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mgi_graph import reasoning, validation
from mgi_graph.errors import InconsistencyError
from mgi_graph.sources import Sources, read_graph, read_source

_INCONSISTENT = 3


@dataclass(frozen=True)
class Inspection:
    """What was found: the violations of shapes, and the inferred triples (as N-Triples) of the consistent graph."""

    report: validation.Report
    inferred: bytes


def inspect(sources: Sources, extra: Sequence[Path] = ()) -> Inspection:
    """Validate and close the graph of the sources, with further Turtle files added to it.

    Raises:
        SourceError: a file is missing or not Turtle.
        InconsistencyError: the graph contradicts the ontology.
    """
    paths = (*sources.asserted, *extra)
    files = [read_source(path) for path in paths]
    with _closing(paths) as beside:
        report = validation.validate(files, read_graph(*sources.shapes))
        inferred, problem = beside.communicate()
    if beside.returncode == _INCONSISTENT:
        raise InconsistencyError(*problem.decode().rstrip().rsplit("\n", 1))
    if beside.returncode:
        raise RuntimeError(f"the closure failed:\n{problem.decode()}")
    return Inspection(report, inferred)


def _closing(paths: Sequence[Path]) -> subprocess.Popen[bytes]:
    """Start the closure in a process of its own: this module run as a program."""
    search = os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "mgi_graph.inspection", *map(str, paths)]
    environment = {**os.environ, "PYTHONPATH": search.rstrip(os.pathsep)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def _main(paths: Sequence[str]) -> int:
    try:
        inferred = reasoning.infer(read_graph(*map(Path, paths)))
    except InconsistencyError as error:
        sys.stderr.write(str(error))
        return _INCONSISTENT
    sys.stdout.buffer.write(inferred.serialize(format="nt", encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
