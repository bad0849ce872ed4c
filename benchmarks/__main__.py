"""Runs the measurements: `python -m benchmarks` of engines, with `scale` of growth, `reasoning`, and `pages`."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import growth, pages, reasoning, report, scale_report
from benchmarks.agreement import DisagreementError
from benchmarks.graphs import Graph, niger_graph, synthetic_graph
from benchmarks.load import find_wrk
from benchmarks.measuring import Measurement, Plan
from benchmarks.servers import OURS, Engine, find_program, missing, running
from benchmarks.synthetic import MOST, ROOT

_GRAPHS = {"niger": niger_graph, "synthetic": synthetic_graph}


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def compare(
    context: typer.Context,
    connections: Annotated[str, typer.Option(help="Numbers of connections.")] = "1,8,32",
    rounds: Annotated[int, typer.Option(min=1, help="How often each run is repeated.")] = 3,
    seconds: Annotated[float, typer.Option(min=1, help="How long a run takes.")] = 3,
    graphs: Annotated[str, typer.Option(help="On which graphs.")] = ",".join(_GRAPHS),
    folder: Annotated[Path, typer.Option(help="For graphs, stores and snapshots.")] = ROOT / ".bench",
    write: Annotated[bool, typer.Option("--write", help="Also write the figures to docs/performance.md.")] = False,
) -> None:
    """Compare our endpoint with `oxigraph serve-read-only` and rdflib-endpoint; prints Markdown."""
    if context.invoked_subcommand:
        return
    plan = Plan(_numbers(connections), rounds, seconds, folder)
    measured = [Measurement(graph, plan, _progress).run() for graph in _prepared(graphs.split(","), folder)]
    text = report.write(measured, plan)
    typer.echo(text)
    if write:
        report.put_into_page(text)
    if failed := sum(results.failed for results in measured):
        typer.echo(f"{failed} requests failed.", err=True)
        raise typer.Exit(1)


@app.command()
def scale(
    profiles: Annotated[str, typer.Option(help="Numbers of profiles.")] = "1,10,100,200",
    folder: Annotated[Path, typer.Option(help="For the synthetic graphs.")] = ROOT / ".bench" / "scale",
    write: Annotated[bool, typer.Option("--write", help="Also write figures and plots into docs/scale.md.")] = False,
) -> None:
    """Measure building and asking with more and more synthetic profiles; prints Markdown."""
    if write and not find_spec("matplotlib"):  # said before any work
        raise FileNotFoundError(missing("library matplotlib"))
    measured = [growth.measure(number, folder / str(number), _progress) for number in _numbers(profiles)]
    text = scale_report.write(measured)
    typer.echo(text)
    if write:
        scale_report.plot(measured, scale_report.PAGE.parent)
        report.put_into_page(text, scale_report.PAGE, scale_report.BEGIN)


@app.command("reasoning")
def compare_reasoners(
    profiles: Annotated[int, typer.Option(min=0, max=MOST, help="Synthetic profiles beside the Niger graph.")] = 9,
    rounds: Annotated[int, typer.Option(min=1, help="How often each but owlrl is timed.")] = 3,
    folder: Annotated[Path, typer.Option(help="For the synthetic graph.")] = ROOT / ".bench",
    write: Annotated[bool, typer.Option("--write", help="Also write the figures to docs/reasoning.md.")] = False,
) -> None:
    """Compare our closure with those of owlrl and reasonable on the same triples; prints Markdown."""
    graphs = [reasoning.niger(), *([reasoning.synthetic(folder, profiles)] if profiles else [])]
    measured = []
    for given in graphs:
        _progress(f"closing {len(given.triples)} triples with each reasoner")
        measured.append((given, reasoning.measure(given.triples, rounds)))
    text = reasoning.report(measured)
    typer.echo(text)
    if write:
        report.put_into_page(text, ROOT / "docs" / "reasoning.md")


@app.command("pages")
def time_pages(
    things: Annotated[int, typer.Option(min=1, help="How many things of a kind are looked at.")] = 8,
    rounds: Annotated[int, typer.Option(min=1, help="How often each page is visited again.")] = 5,
    write: Annotated[bool, typer.Option("--write", help="Also write the figures to docs/performance.md.")] = False,
) -> None:
    """Measure how long pages take at their first visit and later, and what they send; prints Markdown."""
    serve = (sys.executable, "-m", "mgi_graph", "serve", "--port", "{port}")
    with running(Engine(OURS, serve, "/sparql")) as server:
        start = pages.begin(server)
        text = pages.write(pages.measure(server, things, rounds), rounds, start)
    typer.echo(text)
    if write:
        report.put_into_page(text, begin=pages.BEGIN)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(map(int, text.split(",")))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no list of numbers such as 1,8,32") from None


def _prepared(names: list[str], folder: Path) -> list[Graph]:
    if unknown := set(names) - set(_GRAPHS):
        raise typer.BadParameter(f"no graph is called {', '.join(sorted(unknown))}: {', '.join(_GRAPHS)}")
    for find in (find_wrk, lambda: find_program("oxigraph"), lambda: find_program("rdflib-endpoint")):
        find()  # what is missing is said before any work
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["MGI_GRAPH_CACHE"] = str(folder / "cache")
    _progress("preparing the graphs")
    return [_GRAPHS[name](folder) for name in names]


def _progress(step: str) -> None:
    typer.echo(f"{step} …", err=True)


def _main() -> None:
    try:
        app()
    except (DisagreementError, FileNotFoundError, RuntimeError) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    _main()
