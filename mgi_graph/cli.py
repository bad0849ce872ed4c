"""The command line: build, check, ask, explain, query, list the questions, serve."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mgi_graph.errors import FormatError, MGIGraphError, ParameterError, SourceError, counted, near

if TYPE_CHECKING:
    from mgi_graph.agreement import Agreement
    from mgi_graph.engine import Engine
    from mgi_graph.engine.wire import Store
    from mgi_graph.snapshot import Progress
    from mgi_graph.validation import Report

app = typer.Typer(
    name="mgi-graph",
    help="The Migration Governance Indicators as a knowledge graph: query it, check it, cite it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Language(StrEnum):
    """The languages of labels and statements."""

    en = "en"
    fr = "fr"


class AnswerFormat(StrEnum):
    """How `ask` writes an answer."""

    table = "table"
    json = "json"
    csv = "csv"


class WhyFormat(StrEnum):
    """How `why` writes an explanation."""

    text = "text"
    json = "json"
    turtle = "turtle"


def _setting(name: str, text: str, least: float | None = None, most: float | None = None) -> Any:
    """An option of `serve` that the environment may give, too."""
    return typer.Option(help=text, envvar=f"MGI_GRAPH_{name}", min=least, max=most)


Files = Annotated[
    list[Path] | None, typer.Argument(help="Check these Turtle files, of data/ or not, rather than the whole graph.")
]
StoreURL = Annotated[
    str | None, typer.Option("--store", help="Ask this SPARQL store or endpoint instead.", envvar="MGI_GRAPH_STORE")
]
User = Annotated[
    str,
    typer.Option(
        "--user",
        help="Who asks the store; the password is in $MGI_GRAPH_STORE_PASSWORD.",
        envvar="MGI_GRAPH_STORE_USER",
    ),
]
Lang = Annotated[Language, typer.Option(help="Language of labels and statements.")]


def main() -> None:
    """Run the command line; an error becomes a message and exit code 1, never a traceback."""
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # what is ill-formed is told with file and line
    try:
        app()
    except MGIGraphError as error:
        _complain(str(error))
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.filename is None:
            raise
        _complain(f"{error.filename}: {error.strerror}.")
        sys.exit(1)


@app.command()
def build() -> None:
    """Read, check and close the graph, and write the snapshot that answers (kept until a file changes)."""
    from mgi_graph import snapshot, sources

    with _progress() as progress:
        built = snapshot.current(sources.find_sources(), progress)
    typer.echo(f"snapshot {built.version}: {built.triples} triples in {built.path}")
    for graph in built.graphs:
        typer.echo(f"  {graph.triples:>7}  <{graph.iri}>  {graph.title_en}")


@app.command()
def check(
    files: Files = None,
    oracle: Annotated[
        bool, typer.Option("--oracle", help="Also ask pySHACL and owlrl (a minute), and compare.")
    ] = False,
    lang: Lang = Language.en,
) -> None:
    """Hold the graph against the shapes and for consistency: file and line, what is wrong, how to mend it.

    With files named, only these are checked, with those of the graph that describe what they name.
    """
    from mgi_graph import sources
    from mgi_graph.inspection import inspect, inspect_files

    found = sources.find_sources()
    with _progress() as progress:
        progress("checking the shapes, and looking for contradictions")
        report = (inspect_files(found, files, progress) if files else inspect(found, progress)).report
    _show(report, lang)
    extra = [path for path in files or [] if path.resolve() not in found.data]
    asked = [*found.asserted, *extra]
    agree = not oracle or (_compare_shapes(asked, found.shapes, report) & _compare_closures(asked))
    raise typer.Exit(0 if report.conforms and agree else 1)


def _compare_shapes(paths: Sequence[Path], shapes: Sequence[Path], report: Report) -> bool:
    from mgi_graph import shacl_oracle

    with _progress() as progress:
        progress("holding the graph against the shapes with pySHACL")
        comparison = shacl_oracle.compare(paths, shapes, report.violations)
    return _agree(comparison, "results of shapes", "pySHACL", lambda result: " ".join(filter(None, result[:5])))


def _compare_closures(paths: Sequence[Path]) -> bool:
    from mgi_graph.inspection import asserted_triples
    from mgi_graph.reasoning import oracle, statements

    with _progress() as progress:
        progress("drawing the inferences with owlrl")
        comparison = oracle.compare(asserted_triples(paths))
    return _agree(comparison, "triples inferred", "owlrl", statements.as_text)


def _agree(found: Agreement[Any], what: str, oracle: str, told: Callable[[Any], str]) -> bool:
    """Say how far we and an oracle agree, each difference on a line of its own; gives whether wholly."""
    for who, items in ((oracle, found.missing), ("MGI Graph", found.surplus)):
        for item in items:
            typer.echo(f"only {who}: {told(item)}")
    alone = len(found.missing) + len(found.surplus)
    typer.echo(f"{found.common} {what} by MGI Graph and by {oracle} alike, {alone} by one alone")
    return found.whole


def _show(report: Report, lang: Language) -> None:
    for violation in report.violations:
        places = [f"{near(path)}:{line}" for path, line in violation.places] or ["(in no file)"]
        what = " ".join(part for part in (violation.focus, violation.path, violation.value) if part)
        message = violation.message(lang)
        typer.echo(f"{', '.join(places)}: {violation.severity}: {what}\n    {message} [{violation.shape}]")
    typer.echo(
        f"{counted(report.files, 'file')}, {counted(report.triples, 'triple')}, {counted(report.shapes, 'shape')}: "
        f"{counted(len(report.violations), 'violation')}"
    )


@app.command()
def fmt(
    files: Annotated[list[Path] | None, typer.Argument(help="Data files; all of data/ where none is named.")] = None,
    look: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 where a file is not in form.")] = False,
    lang: Lang = Language.en,
) -> None:
    """Bring data files into the canonical layout, and say what is missing (claims, their triples, French names)."""
    from mgi_graph import checking, layout, sources

    found = sources.find_sources()
    changed = False
    for path in files or found.data:
        tidied, before = layout.tidy(path), sources.read_bytes(path).decode("utf-8")
        changed |= tidied != before
        typer.echo(f"{near(path)}: {'in form' if tidied == before else 'not in form' if look else 'written anew'}")
        if tidied != before and not look:
            path.write_text(tidied, "utf-8")
    named = files or found.data
    others = [path for path in found.data if path.resolve() not in {file.resolve() for file in named}]
    _show(checking.check(found.ontology, (*checking.nearest(named, others), *named), found.shapes), lang)
    raise typer.Exit(1 if look and changed else 0)


@app.command()
def new_profile(
    code: Annotated[str, typer.Argument(metavar="ISO3", help="The country's ISO 3166-1 code of three letters.")],
    year: Annotated[int, typer.Argument(help="The year in the profile's title.")],
) -> None:
    """Write the empty file of a new profile into data/, with its sections and with what is to be filled in marked."""
    from mgi_graph import scaffold, sources

    made = scaffold.scaffold(sources.find_sources(data_needed=False), code, year)
    made.path.parent.mkdir(exist_ok=True)
    with made.path.open("x", encoding="utf-8") as output:
        output.write(made.turtle)
    file = near(made.path)
    typer.echo(
        f"{file}: written, an empty profile of {made.country.en} ({made.country.alpha3}) of {year}.\n"
        f"Next:\n"
        f"  1. In {file}, replace each text in [square brackets], add mgi:cutOff, delete sections the report lacks.\n"
        f"  2. Add passages, findings and claims: docs/new-profile.md leads through it, with an example.\n"
        f"  3. After each step: mgi-graph fmt {file} && mgi-graph check {file}"
    )


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="A question's name; `mgi-graph questions` lists them.")],
    form: Annotated[AnswerFormat, typer.Option("--format", help="How to write the answer.")] = AnswerFormat.table,
    lang: Lang = Language.en,
    store: StoreURL = None,
    user: User = "",
) -> None:
    """Ask a question of the catalogue; every row comes with its evidence.

    A question's parameters are options: `mgi-graph ask which-laws --body ANPE`. A name, an acronym, a number or an IRI
    is understood.
    """
    from mgi_graph import answers, catalogue, report, sources

    found = sources.find_sources()
    chosen = catalogue.find_question(found.queries, question)
    given = _options(context.args)
    answer = answers.ask(_engine(store, user), chosen, given, lang.value)
    typer.echo(report.write(answer, form.value, lang.value), nl=False)


@app.command()
def why(
    subject: Annotated[str, typer.Argument(help="Of what: a name, acronym, number, prefixed name or IRI.")],
    predicate: Annotated[str, typer.Argument(help="A property, such as mgi:implements; a for rdf:type.")],
    obj: Annotated[str, typer.Argument(metavar="OBJECT", help="What it leads to, or a value.")],
    form: Annotated[WhyFormat, typer.Option("--format", help="How to write it.")] = WhyFormat.text,
    lang: Lang = Language.en,
    store: StoreURL = None,
    user: User = "",
) -> None:
    """Say why a triple holds (rule, premises, down to findings and pages), or that it does not.

    `mgi-graph why "Law No. 2015-36" implementedBy ANLTP/TIM`
    """
    from mgi_graph.reasoning import naming, telling
    from mgi_graph.reasoning.explanation import Explainer

    engine = _engine(store, user)
    explanation = Explainer(engine).explain(naming.Naming(engine).triple(subject, predicate, obj))
    if form == WhyFormat.text:
        typer.echo(telling.as_text(explanation, lang.value), nl=False)
    elif form == WhyFormat.json:
        from mgi_graph.web.explanations import why_model

        typer.echo(why_model(explanation, lang.value, engine.describe().get("version", "")).model_dump_json(indent=1))
    else:
        import pyoxigraph as ox

        from mgi_graph import evidence, turtle
        from mgi_graph.reasoning import provenance

        described = evidence.describe(engine, [item for items in explanation.evidence.values() for item in items])
        triples = provenance.provenance_triples(explanation, described)
        typer.echo(turtle.serialize(triples, ox.RdfFormat.TURTLE).decode(), nl=False)


@app.command()
def query(
    file: Annotated[str, typer.Argument(help="A file with a SPARQL query, or - for standard input.")],
    form: Annotated[
        str, typer.Option("--format", help="table, or a format of the result such as csv, json, turtle.")
    ] = "",
    store: StoreURL = None,
    user: User = "",
) -> None:
    """Answer any SPARQL 1.1 query."""
    from mgi_graph import exports, report

    answer = _engine(store, user).query(_query_text(file))
    if answer.kind == "solutions" and form in ("", "table"):
        typer.echo(report.plain_table(answer.table()), nl=False)
        return
    offered = exports.formats_for(answer.kind)
    if form == "table":
        raise FormatError("Only a SELECT can be shown as a table.", [item.name for item in offered])
    written = exports.serialize(answer, exports.format_named(form, offered) if form else offered[0])
    sys.stdout.buffer.write(written if written.endswith(b"\n") else written + b"\n")
    sys.stdout.flush()


@app.command()
def questions(
    name: Annotated[
        str | None, typer.Argument(help="Show this one question, with its parameters and its SPARQL.")
    ] = None,
    lang: Lang = Language.en,
) -> None:
    """List the questions of the catalogue, or show one."""
    from mgi_graph import catalogue, report, sources

    paths = sources.find_sources().queries
    if name:
        typer.echo(report.question_card(catalogue.find_question(paths, name), lang.value), nl=False)
    else:
        typer.echo(report.question_list(catalogue.read_catalogue(paths), lang.value), nl=False)


@app.command()
def stats() -> None:
    """Count what the graph holds, and how much of it is backed, named in both languages, and placed."""
    from mgi_graph import figures, report, snapshot, sources
    from mgi_graph.engine.embedded import EmbeddedEngine

    with _progress() as progress:
        built = snapshot.current(sources.find_sources(), progress)
    asserted = [graph.iri for graph in built.graphs if graph.file]
    typer.echo(report.figures_text(figures.count(EmbeddedEngine(built), asserted)), nl=False)


@app.command()
def load(
    store: StoreURL = None,
    graph_store: Annotated[str, typer.Option(help="Its Graph Store Protocol service, without ?graph=.")] = "",
    update: Annotated[str, typer.Option(help="Its SPARQL Update service.")] = "",
    user: User = "",
    file: Annotated[Path | None, typer.Option(help="Write N-Quads for the store's own bulk loader instead.")] = None,
) -> None:
    """Load the graph into a store elsewhere, in place of what it holds of it; or write it for a bulk loader."""
    from mgi_graph import loading, snapshot, sources

    if (store is None) == (file is None):
        raise ParameterError("Nothing says where the graph goes.", "Give --store, with what writes it, or --file.")
    with _progress() as progress:
        built = snapshot.current(sources.find_sources(), progress)
        if file:
            typer.echo(f"{file}: {loading.write(built, file)} quads, version {built.version}")
            return
        loaded = loading.load(built, _store(store or "", user, update, graph_store), progress)
    for iri, triples in loaded.graphs.items():
        typer.echo(f"  {triples:>7}  <{iri}>")
    way = "by one update" if loaded.by_one_update else "one graph after another"
    typer.echo(f"version {loaded.version} is loaded; it was put in place {way}")


@app.command()
def docs() -> None:
    """Write the generated pages of the documentation anew (for maintainers, in a checkout)."""
    from mgi_graph import catalogue, report, sources
    from mgi_graph.reference import write_reference

    found = sources.find_sources()
    page = found.root / "queries" / "README.md"
    page.write_text(report.catalogue_page(catalogue.read_catalogue(found.queries)), "utf-8")
    for path in (page, *write_reference(found, found.root / "docs" / "ontology")):
        typer.echo(f"{near(path)}: written")


@app.command()
def serve(
    data: Annotated[list[Path] | None, _setting("DATA", "Serve these RDF files instead of the packaged graph.")] = None,
    store: StoreURL = None,
    user: User = "",
    host: Annotated[str, _setting("HOST", "Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, _setting("PORT", "Port to listen on; 0 takes a free one.", 0, 65535)] = 8000,
    timeout: Annotated[float, _setting("TIMEOUT", "Seconds that a query may take.", 0.01)] = 30,
    memory: Annotated[int, _setting("MEMORY", "MiB of address space of a process that evaluates.", 1024)] = 3072,
    in_memory: Annotated[
        int,
        _setting("IN_MEMORY", "Statements up to which a graph is held in memory; a larger one is read from disk.", 0),
    ] = 150_000,
    max_rows: Annotated[int, _setting("MAX_ROWS", "Rows (or triples) that a result may have.", 1)] = 1_000_000,
    max_bytes: Annotated[int, _setting("MAX_BYTES", "Bytes that a result may have.", 1)] = 64 * 2**20,
    max_query: Annotated[int, _setting("MAX_QUERY", "Bytes that a query may have.", 1)] = 200_000,
    max_depth: Annotated[int, _setting("MAX_DEPTH", "How deep the brackets of a query may nest.", 1)] = 256,
    max_tokens: Annotated[int, _setting("MAX_TOKENS", "Words, names and signs that a query may have.", 1)] = 20_000,
    evaluators: Annotated[int, _setting("EVALUATORS", "Queries that are evaluated at the same time.", 1)] = 4,
    queue: Annotated[int, _setting("QUEUE", "Queries that may wait for that; more get 503.", 0)] = 128,
    cache: Annotated[int, _setting("CACHE_SIZE", "MiB of results that are kept ready; 0 keeps none.", 0)] = 16,
    budget: Annotated[
        float, _setting("BUDGET", "Seconds of query time that a client has in each window; 0 for no budget.", 0)
    ] = 0,
    budget_window: Annotated[float, _setting("BUDGET_WINDOW", "Seconds of that window.", 1)] = 60,
    service: Annotated[
        list[str] | None, _setting("SERVICE", "IRI of an endpoint that SERVICE may call; none may be called else.")
    ] = None,
    access_log: Annotated[bool, _setting("ACCESS_LOG", "Log each request to standard error, as JSON.")] = False,
    public_url: Annotated[
        str, _setting("PUBLIC_URL", "Address under which clients reach the server; else what they ask for.")
    ] = "",
    proxy: Annotated[
        list[str] | None, _setting("PROXY", "Address of a reverse proxy whose X-Forwarded headers are believed.")
    ] = None,
    report_url: Annotated[
        str,
        _setting("REPORT_URL", "Where errors are reported: a mail address, or an address with {subject} and {text}."),
    ] = "",
) -> None:
    """Run the SPARQL endpoint, the linked data and the pages. SIGHUP loads changed files; SIGTERM stops."""
    from mgi_graph import sources
    from mgi_graph.engine.workers import Limits
    from mgi_graph.web import server
    from mgi_graph.web.settings import Settings

    limits = Limits(
        timeout,
        memory * 2**20,
        max_rows,
        max_bytes,
        evaluators,
        queue,
        services=tuple(service or ()),
        in_memory=in_memory,
    )
    settings = Settings(
        limits,
        max_query,
        max_depth,
        max_tokens,
        cache * 2**20,
        budget,
        budget_window,
        access_log,
        public_url,
        tuple(proxy or ()),
        report_url=report_url,
    )
    if data and store:
        raise ParameterError("Files and a store cannot be served together.", "Give --data or --store.")
    elsewhere = _store(store, user) if store else None
    with server.reserved(host, port) as listener:
        served = server.Served(None if data else sources.find_sources(), tuple(data or ()), elsewhere)
        with _progress() as progress:
            found = served.snapshot(progress)
        server.run(served, found, settings, listener)


def _engine(store: str | None, user: str = "") -> Engine:
    if store:
        return _remote(_store(store, user))
    from mgi_graph import snapshot, sources
    from mgi_graph.engine.embedded import EmbeddedEngine

    with _progress() as progress:
        return EmbeddedEngine(snapshot.current(sources.find_sources(), progress))


def _remote(store: Store) -> Engine:
    """A store elsewhere: our named graphs in it where it was loaded with `load`, else what it takes for its dataset.

    Raises:
        StoreError: it is not reached, is just being loaded, or holds nothing.
    """
    from mgi_graph import snapshot, sources
    from mgi_graph.engine import holding
    from mgi_graph.engine.remote import RemoteEngine

    engine = RemoteEngine(store)
    found = holding.version_in(engine)
    if not found:
        holding.refuse_half(engine)
        return engine
    if found != (here := snapshot.version_of(sources.find_sources())):
        _complain(f"The store holds version {found} of the graph; the files here make version {here}.")
    return RemoteEngine(store, holding.dataset(holding.graphs_in(engine)), version=found)


def _store(url: str, user: str, update: str = "", graph_store: str = "") -> Store:
    from mgi_graph.engine.wire import PASSWORD_VARIABLE, Store

    return Store(url, update, graph_store, user, os.environ.get(PASSWORD_VARIABLE, ""))


def _options(arguments: Sequence[str]) -> dict[str, str]:
    """Read `--name value` and `--name=value`."""
    given: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("--"):
            raise ParameterError(f"{argument!r} is no parameter.", "Write a parameter as `--name value`.")
        name, equals, value = argument[2:].partition("=")
        if not equals and (value := next(rest, "")) == "":
            raise ParameterError(f"Parameter --{name} has no value.", f"Write `--{name} VALUE`.")
        if name in given:
            raise ParameterError(f"Parameter --{name} is given twice.", "Give it once.")
        given[name] = value
    return given


def _query_text(file: str) -> str:
    from mgi_graph import sources

    try:
        raw = sys.stdin.buffer.read() if file == "-" else sources.read_bytes(Path(file))
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(Path(file), f"the query is not UTF-8 at byte {error.start}", "Save it as UTF-8.") from None


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show what is under way on the terminal; on a pipe, a line for each step."""
    if not sys.stderr.isatty():
        yield lambda step: typer.echo(f"{step} …", err=True)
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("") as status:
        yield lambda step: status.update(f"{step} …")


def _complain(text: str) -> None:
    typer.secho(text, fg=typer.colors.RED, err=True)
