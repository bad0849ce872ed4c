"""Writes how the graph grows: the figures and their plots, into docs/scale.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
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

_SHOWN = 8
_SAME_ANSWER = 2
"""An answer that has come to less than so many times its rows is one that does not grow."""

Value = Callable[[Growth], float]


class _Kinds:
    """The questions by kind: look-ups whose answer stays the same, look-ups whose answer grows, those on the whole."""

    def __init__(self, measured: Sequence[Growth]) -> None:
        first = {asked.name: asked.rows for asked in measured[0].asked}
        last = measured[-1].asked
        steady = {one.name for one in last if one.looks_up and one.rows < _SAME_ANSWER * max(1, first[one.name])}
        growing = {one.name for one in last if one.looks_up} - steady
        whole = {one.name for one in last if not one.looks_up}
        named = {"look-up": steady, "look-up, growing answer": growing, "whole graph": whole}
        self.names = {kind: names for kind, names in named.items() if names}

    def rows(self, one: Growth, kind: str) -> int:
        """How many rows the answers have together."""
        return sum(asked.rows for asked in one.asked if asked.name in self.names[kind])

    def median(self, one: Growth, kind: str, state: str) -> float:
        """The median of the questions of a kind, in ms; `state` is "cold" or "warm"."""
        return float(median(self._times(one, kind, state)))

    def slowest(self, one: Growth, kind: str, state: str) -> float:
        """The longest, in ms."""
        return max(self._times(one, kind, state))

    def lines(self, kind: str) -> dict[str, Value]:
        """What is drawn of a kind."""
        return {
            "slowest, warm": partial(self.slowest, kind=kind, state="warm"),
            "median, cold": partial(self.median, kind=kind, state="cold"),
            "median, warm": partial(self.median, kind=kind, state="warm"),
        }

    def spread(self, one: Growth, kind: str, state: str) -> str:
        """Median and longest, for a table."""
        return f"{self.median(one, kind, state):.2f} ({self.slowest(one, kind, state):,.0f})"

    def _times(self, one: Growth, kind: str, state: str) -> list[float]:
        return [getattr(asked, state) * 1000 for asked in one.asked if asked.name in self.names[kind]]


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
    kinds = _Kinds(measured)
    asking = {f"{kind[:1].upper()}{kind[1:]}, ms": kinds.lines(kind) for kind in kinds.names}
    _draw(measured, folder / PLOTS["Building"], {"Time of a build, s": seconds, "What it needs, MiB": sizes})
    _draw(measured, folder / PLOTS["Asking"], asking)


def _draw(measured: Sequence[Growth], path: Path, halves: Mapping[str, Mapping[str, Value]]) -> None:
    """Draw pictures side by side; a dotted line shows what grows just as the profiles do."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5 * len(halves), 4), layout="constrained")
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
    kinds = _Kinds(measured)
    for kind, names in kinds.names.items():
        for state in ("cold", "warm"):
            cells = (kinds.spread(one, kind, state) for one in measured)
            yield row(f"{kind} ({len(names)} questions), {state}, ms: median (slowest)", *cells)


def _growth(measured: Sequence[Growth]) -> Iterator[str]:
    first, last = measured[0], measured[-1]
    if first is last:
        return
    yield f"From {first.profiles} to {last.profiles} profiles the triples grow {last.triples / first.triples:.0f}-fold,"
    yield f"the processor time of a build {last.build_cpu / first.build_cpu:.0f}-fold,"
    yield f"the memory {last.memory / first.memory:.1f}-fold, the store {last.store / first.store:.0f}-fold.\n"
    kinds = _Kinds(measured)
    for kind in kinds.names:
        longer = kinds.median(last, kind, "warm") / kinds.median(first, kind, "warm")
        rows = kinds.rows(last, kind) / max(1, kinds.rows(first, kind))
        yield f"- {kind}: the median takes {longer:.1f} times as long, for {rows:.1f} times the rows"
    yield ""
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
    """Of each kind the questions that take longest with most profiles."""
    kinds = _Kinds(measured)
    for kind, names in kinds.names.items():
        yield f"Of the kind “{kind}” these take longest with most profiles; warm, in ms (rows):\n"
        yield from head("question", *(str(one.profiles) for one in measured))
        asked = {one.profiles: {asked.name: asked for asked in one.asked} for one in measured}
        last = asked[measured[-1].profiles]
        for name in sorted(names, key=lambda name: -last[name].warm)[:_SHOWN]:
            yield row(name, *(f"{one[name].warm * 1000:.1f} ({one[name].rows:,})" for one in asked.values()))
        yield ""
