"""Writes how the graph grows: the figures and their plots, into docs/scale.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import log
from pathlib import Path
from statistics import linear_regression, median
from typing import TYPE_CHECKING

from benchmarks.growth import Growth
from benchmarks.report import head, machine, made, row
from benchmarks.synthetic import ROOT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGE = ROOT / "docs" / "scale.md"
PLOTS = {"Building": "scale-building.svg", "Asking": "scale-asking.svg"}
BEGIN = "<!-- written by `make scale`, from here -->"
FAR = 100_000_000
"""So many triples the figures are drawn on to."""
_MIB, _GIB = 2**20, 2**30

Value = Callable[[Growth], float]


def write(measured: Sequence[Growth]) -> str:
    """All that was measured, in Markdown."""
    pictures = (f"![{title}: how it grows with the profiles]({name})\n" for title, name in PLOTS.items())
    parts = (_figures(measured), pictures, _growth(measured), _far(measured), _slowest(measured), machine())
    return "\n".join(line for part in parts for line in (*part, ""))


def plot(measured: Sequence[Growth], folder: Path) -> None:
    """Draw the two pictures of the page."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams |= {"svg.hashsalt": "mgi-graph", "svg.fonttype": "none", "font.size": 9}
    seconds: dict[str, Value] = {
        "first build": lambda one: one.build,
        "after one profile changed": lambda one: one.rebuild,
        "first build, processor time": lambda one: one.build_cpu,
    }
    sizes: dict[str, Value] = {
        "dumps on disk": lambda one: one.dumps / _MIB,
        "store on disk": lambda one: one.store / _MIB,
        "peak memory of a process": lambda one: one.memory / _MIB,
    }
    looking_up: dict[str, Value] = {
        "slowest, warm": lambda one: _slowest_of(one, True, "warm"),
        "median, cold": lambda one: _median(one, True, "cold"),
        "median, warm": lambda one: _median(one, True, "warm"),
    }
    whole: dict[str, Value] = {
        "slowest, warm": lambda one: _slowest_of(one, False, "warm"),
        "median, cold": lambda one: _median(one, False, "cold"),
        "median, warm": lambda one: _median(one, False, "warm"),
    }
    _draw(measured, folder / PLOTS["Building"], {"Time of a build, s": seconds, "What it needs, MiB": sizes})
    _draw(measured, folder / PLOTS["Asking"], {"Look-ups, ms": looking_up, "Questions on the whole graph, ms": whole})


def _draw(measured: Sequence[Growth], path: Path, halves: Mapping[str, Mapping[str, Value]]) -> None:
    """Draw pictures side by side; a dotted line shows what grows just as the profiles do."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    for axes, (title, lines) in zip(figure.subplots(1, len(halves)), halves.items(), strict=True):
        _draw_lines(axes, measured, lines)
        name, _, unit = title.rpartition(", ")
        axes.set(title=name, xlabel="profiles", ylabel=unit, xscale="log", yscale="log")
        axes.set_xticks([one.profiles for one in measured], [str(one.profiles) for one in measured])
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})


def _draw_lines(axes: Axes, measured: Sequence[Growth], lines: Mapping[str, Value]) -> None:
    numbers = [one.profiles for one in measured]
    for (label, value), marker in zip(lines.items(), "os^", strict=True):
        axes.plot(numbers, [value(one) for one in measured], marker=marker, label=label)
    lowest = min(value(measured[0]) for value in lines.values())
    steady = [lowest * number / numbers[0] for number in numbers]
    axes.plot(numbers, steady, color="grey", linestyle=":", label="as the profiles")


def _figures(measured: Sequence[Growth]) -> Iterator[str]:
    yield made("")
    yield from head("", *(f"{one.profiles} profiles" if one.profiles > 1 else "1 profile" for one in measured))
    yield row("triples", *(f"{one.triples:,}" for one in measured))
    yield row("first build, s", *(f"{one.build:.1f}" for one in measured))
    yield row("… processor time, s", *(f"{one.build_cpu:.1f}" for one in measured))
    yield row("build after one profile changed, s", *(f"{one.rebuild:.1f}" for one in measured))
    yield row("peak memory of a process, MiB", *(f"{one.memory / 2**20:,.0f}" for one in measured))
    yield row("store on disk, MiB", *(f"{one.store / 2**20:,.1f}" for one in measured))
    yield row("dumps on disk, MiB", *(f"{one.dumps / 2**20:,.1f}" for one in measured))
    for looks_up, what in ((True, "look-ups"), (False, "questions on the whole graph")):
        for state in ("cold", "warm"):
            cells = (_spread(one, looks_up, state) for one in measured)
            yield row(f"{what}, {state}, ms: median (slowest)", *cells)


def _growth(measured: Sequence[Growth]) -> Iterator[str]:
    first, last = measured[0], measured[-1]
    if first is last:
        return
    yield f"From {first.profiles} to {last.profiles} profiles the triples grow {last.triples / first.triples:.0f}-fold,"
    yield f"the processor time of a build {last.build_cpu / first.build_cpu:.0f}-fold,"
    yield f"the memory {last.memory / first.memory:.1f}-fold, the store {last.store / first.store:.0f}-fold,"
    yield f"the median look-up {_median(last, True, 'warm') / _median(first, True, 'warm'):.1f}-fold."
    if len(measured) > 2:
        near, times = measured[-2], (measured[-2].build_cpu, last.build_cpu)
        power = log(times[1] / times[0]) / log(last.triples / near.triples)
        yield f"From {near.profiles} to {last.profiles} the time goes with the triples to the power of {power:.2f}."


def _far(measured: Sequence[Growth]) -> Iterator[str]:
    """What a straight line through the figures says of many more triples."""
    if len(measured) < 2:
        return

    def drawn(value: Value) -> float:
        line = linear_regression([one.triples for one in measured], [value(one) for one in measured])
        return line.intercept + line.slope * FAR

    far = f"{FAR // 10**6} million triples"
    profiles, hours = drawn(lambda one: one.profiles), drawn(lambda one: one.build_cpu) / 3600
    sizes = (lambda one: one.memory, lambda one: one.store, lambda one: one.dumps)
    memory, store, dumps = (f"{drawn(size) / _GIB:,.0f} GiB" for size in sizes)
    yield f"A straight line through these figures, drawn on to {far} ({profiles:,.0f} profiles of this size),"
    yield f"says that a build takes {hours:,.1f} hours of processor time, that one process holds {memory} meanwhile,"
    yield f"that the store takes {store} and the dumps {dumps}. This is reckoned, not measured."


def _slowest(measured: Sequence[Growth]) -> Iterator[str]:
    yield "The questions that take longest with most profiles, warm, in ms (rows):\n"
    yield from head("question", "", *(str(one.profiles) for one in measured))
    for slow in sorted(measured[-1].asked, key=lambda asked: -asked.warm)[:12]:
        same = (next(asked for asked in one.asked if asked.name == slow.name) for one in measured)
        kind = "look-up" if slow.looks_up else "whole graph"
        yield row(slow.name, kind, *(f"{asked.warm * 1000:.1f} ({asked.rows:,})" for asked in same))


def _spread(one: Growth, looks_up: bool, state: str) -> str:
    return f"{_median(one, looks_up, state):.2f} ({_slowest_of(one, looks_up, state):,.0f})"


def _slowest_of(one: Growth, looks_up: bool, state: str) -> float:
    return float(max(getattr(asked, state) for asked in one.asked if asked.looks_up == looks_up)) * 1000


def _median(one: Growth, looks_up: bool, state: str) -> float:
    return float(median(getattr(asked, state) for asked in one.asked if asked.looks_up == looks_up)) * 1000
