"""Writes what was measured as Markdown: targets first, then every figure, then the machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterator, Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from math import isinf
from pathlib import Path
from statistics import median

from benchmarks.load import Stream, find_wrk
from benchmarks.measuring import Cell, Plan, Results
from benchmarks.servers import OURS, OXIGRAPH, RDFLIB
from benchmarks.synthetic import ROOT

PAGE = ROOT / "docs" / "performance.md"
_BEGIN = "<!-- written by the benchmark with --write, from here -->"
_END = "<!-- to here -->"
_STREAMS = {Stream.CHANGING: "cold", Stream.REPEATING: "warm"}
_PACKAGES = ("fastapi", "granian", "oxigraph", "pyoxigraph", "rdflib", "rdflib-endpoint", "uvicorn", "uvloop")
_MEMORY_MIB = 400
_READY_SECONDS = 2.0
_REPLACED_SECONDS = 0.1


@dataclass(frozen=True)
class Target:
    """How many times as fast as another engine ours should be, with any number of connections."""

    question: str
    stream: Stream
    other: str
    least: float


TARGETS = (
    Target("look-up", Stream.REPEATING, OXIGRAPH, 1.0),
    Target("join", Stream.REPEATING, OXIGRAPH, 3.0),
    Target("aggregate", Stream.REPEATING, OXIGRAPH, 3.0),
    Target("look-up", Stream.CHANGING, OXIGRAPH, 0.25),
    Target("join", Stream.CHANGING, OXIGRAPH, 0.6),
    Target("aggregate", Stream.CHANGING, OXIGRAPH, 0.8),
    Target("join", Stream.REPEATING, RDFLIB, 20.0),
    Target("join", Stream.CHANGING, RDFLIB, 20.0),
)


def write(measured: Sequence[Results], plan: Plan) -> str:
    """All that was measured, in Markdown."""
    parts = [made(f": {plan.rounds} rounds, {plan.seconds:g} s a run"), *_targets(measured, plan)]
    for results in measured:
        parts += ["", f"### {results.graph.name}: {results.graph.triples:,} triples", "", *_graph(results, plan)]
    return "\n".join([*parts, "", "### Machine", "", *machine()]) + "\n"


def put_into_page(text: str, page: Path = PAGE, begin: str = _BEGIN) -> None:
    """Put what `write` gave into the generated part of a page."""
    before, _, rest = page.read_text("utf-8").partition(begin)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{page} has no part between {begin!r} and {_END!r}.")
    page.write_text(f"{before}{begin}\n\n{text}\n{_END}{after}", "utf-8")


def made(how: str) -> str:
    """When and at which commit something was measured."""
    today = datetime.now(UTC).date().isoformat()
    return f"Measured on {today} at commit {_commit()}{how}.\n"


def _targets(measured: Sequence[Results], plan: Plan) -> Iterator[str]:
    yield from head("target", "graph", *(f"{number} conn." for number in plan.connections), "")
    for target in TARGETS:
        for results in measured:
            yield row(*_target(target, results, plan))
    blanks = [""] * (len(plan.connections) - 1)
    for results in measured[:1]:
        memory, ready, replaced = results.memory[OURS] / 2**20, median(results.ready), median(results.replaced)
        name = results.graph.name
        yield row(
            f"peak memory < {_MEMORY_MIB} MiB", name, f"{memory:.0f} MiB", *blanks, _verdict(memory < _MEMORY_MIB)
        )
        yield row(
            f"ready within {_READY_SECONDS:g} s", name, f"{ready:.2f} s", *blanks, _verdict(ready <= _READY_SECONDS)
        )
        yield row(
            f"next query answered within {_REPLACED_SECONDS * 1000:g} ms of a time-out",
            name,
            f"{replaced * 1000:.0f} ms",
            *blanks,
            _verdict(replaced <= _REPLACED_SECONDS),
        )


def _target(target: Target, results: Results, plan: Plan) -> list[str]:
    cells = (Cell(target.question, number, target.stream) for number in plan.connections)
    ratios = [results.ratio(cell, target.other) for cell in cells]
    title = f"{target.question}, {_STREAMS[target.stream]}: ≥ {target.least:g} × {target.other}"
    return [title, results.graph.name, *map(_times, ratios), _verdict(min(ratios) >= target.least)]


def _graph(results: Results, plan: Plan) -> Iterator[str]:
    yield f"{results.graph.title}.\n"
    for question in results.questions:
        count, rows = len(question.queries), results.rows[question.name]
        yield f"- {question.name}: {question.title} ({count} {_noun(count, 'query', 'queries')}, {rows} rows in all)"
    yield ""
    engines = (OURS, OXIGRAPH, RDFLIB)
    yield "Answers a second (median / 99th percentile of latency in ms); how many times as many as others ours gives:\n"
    yield from head("query", "conn.", "", *engines, "× oxigraph", "× rdflib-endp.")
    for question in results.questions:
        for connections in plan.connections:
            for stream, name in _STREAMS.items():
                cell = Cell(question.name, connections, stream)
                ratios = (_times(results.ratio(cell, other)) for other in (OXIGRAPH, RDFLIB))
                speeds = (_speed(results, cell, engine) for engine in engines)
                yield row(question.name, str(connections), name, *speeds, *ratios)
    yield ""
    yield from head("", *engines)
    yield row("peak memory under load, MiB", *(f"{results.memory[engine] / 2**20:.0f}" for engine in engines))
    starts = ", ".join(f"{seconds:.2f}" for seconds in sorted(results.ready))
    yield f"\nFrom `mgi-graph serve` to the first answer, the snapshot being there: {starts} s."
    ends = ", ".join(f"{seconds * 1000:.0f}" for seconds in sorted(results.replaced))
    yield f"From a time-out, which ends the process that evaluates, to the answer to the next query: {ends} ms."
    yield f"Requests that failed: {results.failed}."


def _speed(results: Results, cell: Cell, engine: str) -> str:
    runs = results.runs[cell][engine]
    failed = sum(run.failed for run in runs)
    rate = results.rate(cell, engine)
    if not rate:
        return "no answer in time"
    p50, p99 = (median(values) for values in zip(*((run.p50, run.p99) for run in runs), strict=True))
    text = f"{rate:,.{0 if rate >= 10 else 1}f} ({_milliseconds(p50)} / {_milliseconds(p99)})"
    return f"{text} **{failed} failed**" if failed else text


def machine() -> Iterator[str]:
    """What it was measured on, as a list in Markdown."""
    yield f"- {os.cpu_count()} cores ({_processor()}), {_memory()}; {platform.system()} {platform.release()}"
    wrk = subprocess.run([find_wrk(), "-v"], capture_output=True, text=True, check=False).stdout.split("Copyright")[0]
    tcmalloc = "with" if find_library("tcmalloc_minimal") else "without"
    yield f"- Python {platform.python_version()}; {wrk.strip()}; {tcmalloc} tcmalloc"
    yield f"- {', '.join(f'{name} {_version(name)}' for name in _PACKAGES)}"


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB of memory"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(elsewhere)"


def _commit() -> str:
    commands = (["git", "rev-parse", "--short=12", "HEAD"], ["git", "status", "--porcelain"])
    name, changes = (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout for command in commands
    )
    return (name.strip() or "(none)") + (" with changes" if changes else "")


def head(*titles: str) -> list[str]:
    """The first lines of a table in Markdown."""
    return [row(*titles), "|---" * len(titles) + "|"]


def row(*cells: str) -> str:
    """A line of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def _times(ratio: float) -> str:
    if isinf(ratio):
        return "∞"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def _milliseconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "**not reached**"


def _noun(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
