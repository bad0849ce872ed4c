"""The wheel: it carries ontology, data, shapes and queries, and answers anywhere. Real, and long."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    return next(folder.glob("mgi_graph-*.whl"))


def test_carries_the_files(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder, pattern in (("ontology", ".ttl"), ("data", ".ttl"), ("shapes", ".ttl"), ("queries", ".rq")):
        packed = {name.rpartition("/")[2] for name in names if f"_files/{folder}/" in name and name.endswith(pattern)}
        assert packed == {path.name for path in (ROOT / folder).glob(f"*{pattern}")}
    assert "mgi_graph/web/templates/home.html" in names
    assert "mgi_graph/py.typed" in names


def test_installed_elsewhere_it_answers(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    constraints = ROOT / "constraints.txt"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--constraint", constraints, wheel], check=True, cwd=tmp_path
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MGI_GRAPH", "PYTHON"))}
    done = subprocess.run(
        [tmp_path / "env" / "bin" / "mgi-graph", "ask", "which-laws", "--format", "csv"],
        cwd=tmp_path,
        env=clean | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ordinance-2010-86" in done.stdout
    assert "law-2015-36" in done.stdout
