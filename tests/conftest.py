"""What the tests share: the files of the checkout, one snapshot of them, one running server."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pyoxigraph as ox
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from filelock import FileLock
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright
from rdflib import Graph

from mgi_graph import snapshot, sources
from mgi_graph.engine.embedded import EmbeddedEngine

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"
SHARED = ROOT.parent / "shared"
_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
_PATIENCE = 60_000  # milliseconds that a page may take on a busy machine; speed is not tested here

http = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))
"""For requests that stand alone: `httpx.get` and its like read all the certificates of the machine each time."""

Result = TypeVar("Result")
Run = Callable[..., subprocess.CompletedProcess[str]]
Serve = Callable[..., AbstractContextManager[str]]
OpenPage = Callable[..., Page]
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(snapshot.CACHE_VARIABLE, str(folder))
        patch.delenv(sources.ROOT_VARIABLE, raising=False)
        if os.environ.get(_NO_BYTECODE):  # else hundreds of processes would compile all modules, each anew
            patch.delenv(_NO_BYTECODE)
            patch.setenv("PYTHONPYCACHEPREFIX", str(folder / "bytecode"))
        yield folder


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the system, without a window; the one that has none opens a page in half the time."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    needed("chromium", path is not None)
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        flags = ["--disable-gpu"] + ["--no-sandbox"] * (os.geteuid() == 0)
        running = playwright.chromium.launch(executable_path=path, headless=True, args=flags)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Open a page of the browser; relative addresses are the server's, or those of another at `base_url=`.

    Options are those of Playwright's `new_context`: `locale="fr-FR"`, `viewport={"width": 360, "height": 740}`,
    `color_scheme="dark"`, `java_script_enabled=False` and so on. In the end the test fails on every error in a console
    or script, and on every request to another host; `tolerated` names parts of console messages that it means to cause.
    """
    opened, troubles = [], []

    def open_one(*, tolerated: tuple[str, ...] = (), **options: Any) -> Page:
        settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, "base_url": address, **options}
        context = browser.new_context(**settings)
        context.set_default_timeout(_PATIENCE)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.extend(_complaints(message, tolerated)))
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on("request", lambda request: troubles.extend(_strangers(request, settings["base_url"])))
        return page

    yield open_one
    for context in opened:
        context.close()
    assert not troubles


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page in English on a wide screen; as `open_page`."""
    return open_page()


# The contrast of a text hangs on how it and what is around it look. Nearly all the time of axe-core goes into measuring
# that for each text; in a table of hundreds of rows, three that look alike all the way up tell as much.
_ALIKE = """() => {
  const looks = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "textShadow",
    "fontSize", "fontWeight", "display", "visibility", "position"];
  const numbers = new Map(), met = new Map();
  const walk = (element, above) => {
    const style = getComputedStyle(element);
    const look = [above, element.localName, ...looks.map((name) => style[name]), element.checkVisibility()].join("|");
    if (!numbers.has(look)) numbers.set(look, numbers.size);
    const number = numbers.get(look);
    if ([...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) {
      met.set(number, (met.get(number) ?? 0) + 1);
      element.toggleAttribute("data-alike", met.get(number) > 3);
    }
    for (const child of element.children) walk(child, number);
  };
  walk(document.documentElement, -1);
  axe.configure({ rules: [{ id: "color-contrast", selector: ":not([data-alike])" }] });
}"""


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Hold a page against axe-core's rules for WCAG 2.2 AA, and its best practices; fails with what it finds."""
    engine = Axe(f"{AXE_SCRIPT}\n({_ALIKE})()")

    def check(page: Page) -> None:
        found = engine.run(page)
        assert found.violations_count == 0, found.generate_report()

    return check


def finish(work: Coroutine[Any, Any, Result], run: Callable[..., Result] = asyncio.run) -> Result:
    """Run a coroutine in a thread of its own: the browser's loop runs in that of the tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run, work).result()


def children(pid: int) -> list[int]:
    """The processes that a process has started and that have not been waited for; none of one that is gone."""
    tasks = Path(f"/proc/{pid}/task")
    while tasks.exists():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread has ended while its children were read
            return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
    return []


def descendants(pid: int) -> list[int]:
    """The processes below one, each before those below itself."""
    return [found for child in children(pid) for found in (child, *descendants(child))]


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


def _complaints(message: ConsoleMessage, tolerated: tuple[str, ...]) -> list[str]:
    tells = message.type in ("error", "warning") and not any(part in message.text for part in tolerated)
    return [f"console: {message.text} ({message.location})"] if tells else []


def _strangers(request: Request, address: str) -> list[str]:
    asked, ours = urlsplit(request.url), urlsplit(address)
    at_home = asked.scheme in ("data", "blob") or asked.netloc == ours.netloc
    return [] if at_home else [f"a request leaves the host: {request.url}"]
