"""Clients that people have, against a real server: pandas, curl, Comunica."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pandas
import pytest
from conftest import ROOT, Serve, needed

QUERY = (ROOT / "queries" / "which-laws.rq").read_text("utf-8")
LAWS = {
    "https://w3id.org/mgi-graph/id/ne/instrument/law-2015-36",
    "https://w3id.org/mgi-graph/id/ne/instrument/ordinance-2010-86",
}
COMUNICA = "@comunica/query-sparql@4.5.0"


@pytest.fixture(scope="module")
def sparql(serve: Serve, built: object) -> Iterator[str]:
    with serve() as url:
        yield f"{url}sparql"


def test_pandas_reads_an_answer_from_its_address(sparql: str) -> None:
    table = pandas.read_csv(f"{sparql}?{urlencode({'query': QUERY, 'format': 'csv'})}")
    assert set(table["law"]) == LAWS
    assert list(table["year"]) == [2010, 2015]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--get", "--data-urlencode", f"query={QUERY}"],
        ["--data-urlencode", f"query={QUERY}"],
        ["--header", "Content-Type: application/sparql-query", "--data-binary", QUERY],
        ["--compressed", "--get", "--data-urlencode", f"query={QUERY}"],
    ],
)
def test_curl_asks_in_every_way(sparql: str, arguments: list[str]) -> None:
    needed("curl", shutil.which("curl") is not None)
    said = subprocess.run(
        ["curl", "--silent", "--fail", *arguments, sparql], capture_output=True, text=True, check=True, timeout=60
    )
    assert {row["law"]["value"] for row in json.loads(said.stdout)["results"]["bindings"]} == LAWS


@pytest.mark.slow
def test_comunica_finds_out_that_it_is_an_endpoint(sparql: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Comunica takes the address for an endpoint because of its service description."""
    needed("npm", shutil.which("npm") is not None)
    folder = tmp_path_factory.mktemp("comunica")
    installed = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, COMUNICA],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=os.environ | {"npm_config_cache": str(folder / "cache")},
    )
    assert installed.returncode == 0, installed.stderr[-2000:]
    for source in (sparql, f"sparql@{sparql}"):
        assert {row["law"] for row in comunica(folder, source)} == LAWS


def comunica(folder: Path, source: str) -> list[dict[str, str]]:
    said = subprocess.run(
        [folder / "node_modules" / ".bin" / "comunica-sparql", source, QUERY, "-t", "simple"],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    rows = [line.strip() for line in said.stdout.splitlines() if line.strip().startswith("?law:")]
    return [{"law": line.partition(":")[2].strip()} for line in rows]
