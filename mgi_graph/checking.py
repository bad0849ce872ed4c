"""Checks files against the shapes: each on its own where that is sound, side by side, and only what changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph as ox

from mgi_graph.processes import Processes
from mgi_graph.sources import cache_folder, parse_quads, read_bytes
from mgi_graph.units import FileFacts, commons, followed, read_facts, shared_things, surroundings
from mgi_graph.validation import Report, Rules, Violation, load, read_rules, report, validate, violations

Progress: TypeAlias = Callable[[str], None]
"""Told, in a few words, what is done next."""

_FEW = 3
"""So many data files are checked at one go, in less time than it takes to start a process."""
_KEPT = 4000
_NOTES = "checks"


@dataclass(frozen=True)
class _Task:
    """A part of the graph to check: the things of one file, or else what several files or the ontology describe.

    Attributes:
        own: IRIs of those things.
        context: what the check must know besides, as N-Triples.
    """

    ontology: Path
    shapes: tuple[Path, ...]
    file: Path | None
    own: frozenset[str]
    context: bytes

    def key(self) -> str:
        """SHA-256 (hex) over all that the result depends on."""
        files = [self.ontology, *self.shapes, *([self.file] if self.file else [])]
        return _key("part", *map(read_bytes, files), self.context, "\n".join(sorted(self.own)).encode())


def check(ontology: Path, data: Sequence[Path], shapes: Sequence[Path], progress: Progress = lambda _: None) -> Report:
    """Validate the ontology and data files, taken as one graph.

    Raises:
        SourceError: a file is missing or malformed, or a shape uses what is not known here.
    """
    rules = read_rules(shapes)
    if len(data) <= _FEW:
        return validate([ontology, *data], rules)
    with Processes() as pool:
        progress(f"reading {len(data)} files")
        facts = dict(zip(data, pool.map(_facts, data), strict=True))
        store = load([ontology, *data])
        tasks = list(_tasks(store, ontology, tuple(shapes), facts, rules))
        found = set(_run(pool, tasks, progress, lambda: _wide(store, rules, [ontology, *data, *shapes])))
    _forget_old()
    return report([ontology, *data], len(store), rules, found)


def nearest(files: Sequence[Path], others: Sequence[Path]) -> tuple[Path, ...]:
    """Those of other files that describe what some files name or describe; all others, where they are few.

    Raises:
        SourceError: a file is missing or malformed.
    """
    if len(others) <= _FEW:
        return tuple(others)
    found = [_facts(path) for path in files]
    sought = frozenset().union(*(facts.named | facts.described for facts in found))
    rest = {path: _facts(path).described & sought for path in others}
    chosen = []
    while best := max(rest, key=lambda path: len(rest[path]), default=None):
        if not rest[best]:
            break
        chosen.append(best)
        covered = rest.pop(best)
        rest = {path: things - covered for path, things in rest.items()}
    return tuple(chosen)


def _tasks(
    store: ox.Store, ontology: Path, shapes: tuple[Path, ...], facts: Mapping[Path, FileFacts], rules: Rules
) -> Iterator[_Task]:
    predicates = followed(rules.constraints)
    terms = read_facts(ontology)
    shared = shared_things({**facts, ontology: terms})
    for path, found in facts.items():
        own = found.described - shared
        context = surroundings(store, sorted((found.named | found.described) - own), predicates)
        yield _Task(ontology, shapes, path, own, _written(context))
    together = _written(commons(store, sorted(shared), predicates))
    yield _Task(ontology, shapes, None, shared | terms.described, together)


def _written(quads: Iterable[ox.Quad]) -> bytes:
    return "".join(sorted({f"{quad.triple} .\n" for quad in quads})).encode()


def _run(
    pool: Executor, tasks: Sequence[_Task], progress: Progress, beside: Callable[[], Iterable[Violation]]
) -> Iterator[Violation]:
    """What is found in all tasks: what is noted, what the pool finds, and what is done beside the pool here."""
    open_: dict[Future[list[Violation]], str] = {}
    for task in tasks:
        key = task.key()
        noted = _noted(key)
        if noted is None:
            open_[pool.submit(_check_part, task)] = key
        else:
            yield from map(_revived, noted)
    progress(f"checking the shapes in {len(open_)} of {len(tasks)} parts; the others have not changed")
    yield from beside()
    for number, done in enumerate(as_completed(open_), start=1):
        _note(open_[done], [asdict(violation) for violation in done.result()])
        progress(f"checking the shapes: {number} of {len(open_)} parts done")
        yield from done.result()


def _check_part(task: _Task) -> list[Violation]:
    """What breaks the local constraints in a part of the graph, in a process of the pool."""
    store = load([task.ontology])
    terms = {quad.subject for quad in store}
    if task.file:
        store.extend(ox.Quad(*quad.triple) for quad in parse_quads(task.file, rename_blank_nodes=True))
    store.load(task.context, ox.RdfFormat.N_TRIPLES)

    def is_own(focus: object) -> bool:
        if isinstance(focus, ox.NamedNode):
            return focus.value in task.own
        return (focus in terms) == (task.file is None)

    local = (constraint for constraint in _rules(task.shapes).constraints if constraint.local)
    return list(violations(store, local, is_own))


def _wide(store: ox.Store, rules: Rules, paths: Sequence[Path]) -> list[Violation]:
    """What breaks the other constraints, which must see the whole graph."""
    key = _key("wide", *(hashlib.sha256(read_bytes(path)).digest() for path in paths))
    if (noted := _noted(key)) is not None:
        return list(map(_revived, noted))
    wide = (constraint for constraint in rules.constraints if not constraint.local)
    found = list(violations(store, wide))
    _note(key, [asdict(violation) for violation in found])
    return found


@cache
def _rules(shapes: tuple[Path, ...]) -> Rules:
    return read_rules(shapes)


def _facts(path: Path) -> FileFacts:
    key = _key("facts", read_bytes(path), path.suffix.encode())
    if (noted := _noted(key)) is not None:
        return FileFacts(*(frozenset(iris) for iris in noted))
    facts = read_facts(path)
    _note(key, [sorted(facts.described), sorted(facts.named)])
    return facts


@cache
def _program() -> bytes:
    """Changes whenever what is written here, or what it rests on, changes."""
    modules = ("checking", "constraints", "shapes", "units", "validation")
    code = b"".join((Path(__file__).parent / f"{name}.py").read_bytes() for name in modules)
    return hashlib.sha256(code + version("pyoxigraph").encode()).digest()


def _key(kind: str, *contents: bytes) -> str:
    digest = hashlib.sha256(_program() + kind.encode())
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _noted(key: str) -> Any:
    """What was noted under a key, else None; a damaged note counts as none."""
    note = cache_folder() / _NOTES / f"{key}.json"
    with contextlib.suppress(OSError, ValueError):
        noted = json.loads(note.read_text("utf-8"))
        os.utime(note)  # what is used is not forgotten
        return noted
    return None


def _note(key: str, content: object) -> None:
    """Note a result for later; where the folder cannot be written it is found anew each time."""
    note = cache_folder() / _NOTES / f"{key}.json"
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        draft = note.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(content), "utf-8")
        draft.replace(note)


def _forget_old() -> None:
    with contextlib.suppress(OSError):
        notes = sorted((cache_folder() / _NOTES).iterdir(), key=lambda note: note.stat().st_mtime, reverse=True)
        for note in notes[_KEPT:]:
            note.unlink()


def _revived(noted: Mapping[str, Any]) -> Violation:
    messages = tuple((language, text) for language, text in noted["messages"])
    return Violation(**{**noted, "messages": messages, "places": (), "terms": tuple(noted["terms"])})
