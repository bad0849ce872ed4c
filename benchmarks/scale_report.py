"""Writes how the graph grows: the figures and their plots, into docs/scale.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.growth import Growth
from benchmarks.report import head, machine, made, row
from benchmarks.synthetic import ROOT

PAGE = ROOT / "docs" / "scale.md"
PLOTS = {"building": "scale-building.svg", "asking": "scale-asking.svg"}
BEGIN = "<!-- written by `make scale`, from here -->"


def write(measured: Sequence[Growth]) -> str:
    """All that was measured, in Markdown."""
    return "\n".join([*_figures(measured), "", *_growth(measured), "", *_slowest(measured), "", *machine(), ""])


def plot(measured: Sequence[Growth], folder: Path) -> None:
    """Draw the two pictures of the page."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams |= {"svg.hashsalt": "mgi-graph", "svg.fonttype": "none", "font.size": 9}
    _draw(
        measured,
        folder / PLOTS["building"],
        {
            "first build, s": lambda one: one.build,
            "build after one profile changed, s": lambda one: one.rebuild,
            "peak memory, 100 MiB": lambda one: one.memory / 2**20 / 100,
            "store on disk, 10 MiB": lambda one: one.store / 2**20 / 10,
        },
        "Building",
    )
    _draw(
        measured,
        folder / PLOTS["asking"],
        {
            "look-ups, warm, ms (median)": lambda one: _median(one, True, "warm"),
            "look-ups, cold, ms (median)": lambda one: _median(one, True, "cold"),
            "questions on the whole graph, warm, ms (median)": lambda one: _median(one, False, "warm"),
        },
        "Asking the catalogue",
    )


def _draw(measured: Sequence[Growth], path: Path, lines: dict[str, Callable[[Growth], float]], title: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for label, value in lines.items():
        axes.plot([one.profiles for one in measured], [value(one) for one in measured], marker="o", label=label)
    axes.set(title=title, xlabel="profiles", xscale="log", yscale="log")
    axes.set_xticks([one.profiles for one in measured], [str(one.profiles) for one in measured])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})


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


def _slowest(measured: Sequence[Growth]) -> Iterator[str]:
    yield "The questions that take longest with most profiles, warm, in ms (rows):\n"
    yield from head("question", "", *(str(one.profiles) for one in measured))
    for slow in sorted(measured[-1].asked, key=lambda asked: -asked.warm)[:12]:
        same = (next(asked for asked in one.asked if asked.name == slow.name) for one in measured)
        kind = "look-up" if slow.looks_up else "whole graph"
        yield row(slow.name, kind, *(f"{asked.warm * 1000:.1f} ({asked.rows:,})" for asked in same))


def _spread(one: Growth, looks_up: bool, state: str) -> str:
    slowest = max(getattr(asked, state) for asked in one.asked if asked.looks_up == looks_up) * 1000
    return f"{_median(one, looks_up, state):.2f} ({slowest:,.0f})"


def _median(one: Growth, looks_up: bool, state: str) -> float:
    return float(median(getattr(asked, state) for asked in one.asked if asked.looks_up == looks_up)) * 1000
