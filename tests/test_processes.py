"""Functions called in processes of their own: results, errors, their end, and no second start of the program."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.synthetic import write_profiles
from mgi_graph import sources
from mgi_graph.errors import SnapshotError, SourceNotFoundError
from mgi_graph.namespaces import BASE
from mgi_graph.processes import Processes, tell

WITHOUT_GUARD = "from mgi_graph import snapshot, sources\nprint(snapshot.current(sources.find_sources()).triples)\n"


def test_results_and_errors_come_back(tmp_path: Path) -> None:
    with Processes() as processes:
        assert list(processes.map(abs, range(-50, 0))) == list(range(50, 0, -1))
        assert processes.submit(os.getpid).result() != os.getpid()
        with pytest.raises(SourceNotFoundError, match=r"nothing\.ttl"):
            processes.submit(sources.read_bytes, tmp_path / "nothing.ttl").result()
        processes.submit(print, "what is printed is no reply").result()


def test_a_process_that_ends_is_told() -> None:
    with Processes() as processes, pytest.raises(SnapshotError, match="has ended before it was done"):
        processes.submit(os._exit, 1).result()


def test_what_is_told_comes_before_the_result() -> None:
    told: list[str] = []
    with Processes(1, told.append) as processes:
        assert processes.submit(tell, "reading").result() is None
        assert told == ["reading"]
        processes.submit(tell, "writing").result()
    assert told == ["reading", "writing"]


def test_an_interruption_ends_what_is_under_way() -> None:
    with suppress(KeyboardInterrupt), Processes(1) as processes:  # would else take an hour
        slow = processes.submit(time.sleep, 3600)
        raise KeyboardInterrupt
    with pytest.raises(SnapshotError, match="has ended before it was done"):
        slow.result()


def test_processes_end_with_the_one_who_asks_even_in_the_midst_of_a_call(tmp_path: Path) -> None:
    script = (
        "import os, time\n"
        "from mgi_graph.processes import Processes\n"
        "with Processes(1) as processes:\n"
        "    print(processes.submit(os.getpid).result(), flush=True)\n"
        "    processes.submit(time.sleep, 3600).result()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout
        asked = Path(f"/proc/{int(asking.stdout.readline())}")
        assert asked.exists()
        asking.kill()
    deadline = time.monotonic() + 30
    while asked.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not asked.exists()


def test_a_script_without_a_guard_builds_many_profiles(tmp_path: Path, files: sources.Sources) -> None:
    for name in ("ontology", "shapes", "queries"):
        (tmp_path / name).symlink_to(files.root / name)
    write_profiles(tmp_path / "data", 3, seed=3, base=BASE)
    script = tmp_path / "script.py"
    script.write_text(WITHOUT_GUARD, "utf-8")
    environment = os.environ | {
        sources.ROOT_VARIABLE: str(tmp_path),
        sources.CACHE_VARIABLE: str(tmp_path / "cache"),
    }
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert int(done.stdout) > 3 * 20_000
