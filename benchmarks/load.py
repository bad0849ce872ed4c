"""Sends requests by wrk and reads what came of them."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

_SCRIPT = Path(__file__).parent / "requests.lua"
_PATIENCE = "60s"
_RESULT = re.compile(r"^RESULT (\d+) (\d+) (\d+) (\d+) (\d+)$", re.MULTILINE)


class Stream(StrEnum):
    """Whether each request is a query that was never asked before, or one of a few that come again and again."""

    CHANGING = "changing"
    REPEATING = "repeating"


@dataclass(frozen=True)
class Load:
    """What is sent.

    Attributes:
        requests: a file of percent-encoded queries, one a line.
        stream: how they follow one another.
        connections: how many at a time, each with one request under way.
        first: number of the first request of a changing stream.
    """

    requests: Path
    stream: Stream
    connections: int
    first: int


@dataclass(frozen=True)
class Run:
    """What came of it: answers a second, latency in milliseconds (median and 99th percentile), failed requests.

    Failed is every answer with a status other than 200, every time-out and every broken connection.
    """

    rate: float
    p50: float
    p99: float
    failed: int


def find_wrk() -> str:
    """Where wrk is.

    Raises:
        FileNotFoundError: it is not installed.
    """
    found = shutil.which("wrk")
    if not found:
        raise FileNotFoundError("The load generator wrk is missing. On Debian or Ubuntu: apt-get install wrk")
    return found


def write_requests(path: Path, queries: Iterable[str]) -> Path:
    """Write queries as the file of a load."""
    path.write_text("".join(f"{quote(query, safe='')}\n" for query in queries), "ascii")
    return path


def fire(address: str, path: str, load: Load, seconds: float) -> Run:
    """Send a load for a while, from one thread.

    Args:
        address: of the server, such as http://127.0.0.1:8000.
        path: of its endpoint.
        load: what is sent.
        seconds: how long; rounded up to whole seconds.
    """
    duration = f"{math.ceil(seconds)}s"
    wrk = [find_wrk(), "--threads", "1", "--connections", str(load.connections), "--timeout", _PATIENCE]
    script = ["--script", str(_SCRIPT), "--duration", duration, address, "--"]
    arguments = [path, str(load.requests), load.stream.value, str(load.first)]
    done = subprocess.run([*wrk, *script, *arguments], capture_output=True, text=True, check=False)
    found = _RESULT.search(done.stdout)
    if not found:
        raise RuntimeError(f"wrk said nothing that can be read: {done.stdout}{done.stderr}")
    answers, microseconds, p50, p99, failed = map(int, found.groups())
    return Run(answers / (microseconds / 1e6), p50 / 1000, p99 / 1000, failed)
