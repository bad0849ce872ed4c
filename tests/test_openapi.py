"""What the server says of itself in OpenAPI beside the questions: all of it, and what is declared is what comes."""

from __future__ import annotations

import re
from typing import Any, cast

import httpx
import pytest
from conftest import http

BESIDE = (
    "/explore",
    "/explore/network.json",
    "/explore/network.graphml",
    "/explore/network.gexf",
    "/explore/network.svg",
    "/explore/nodes.csv",
    "/explore/edges.csv",
    "/explore/thing",
    "/explore/link/{id}",
    "/explore/connection",
    "/explore/connection.json",
    "/explore/mandates",
    "/explore/mandates.csv",
    "/explore/tasks.csv",
    "/explore/ratifications",
    "/explore/ratifications.csv",
    "/explore/timeline",
    "/explore/timeline.csv",
    "/explore/coverage",
    "/explore/coverage.csv",
    "/explore/coverage/findings",
    "/explore/gaps",
    "/cite",
    "/compare",
    "/id/{name}",
    "/doc/{name}",
    "/ontology",
    "/ontology.{ending}",
    "/shapes",
    "/shapes.{ending}",
    "/dataset",
    "/dataset.{ending}",
    "/graph/{name}",
    "/dumps/{name}",
    "/dumps/{version}/{name}",
    "/.well-known/void",
)
OF_FIXED_TYPES = ("/dumps/{version}/{name}", "/ontology.{ending}", "/shapes.{ending}", "/dataset.{ending}")


@pytest.fixture(scope="module")
def described(address: str) -> dict[str, Any]:
    return cast(dict[str, Any], http.get(f"{address}openapi.json", timeout=60).json())


def call(address: str, described: dict[str, Any], path: str, accept: str = "*/*") -> httpx.Response:
    """Ask an operation as its description shows: every parameter that is required has its first example."""
    asked = described["paths"][path]["get"]["parameters"]
    needed = {item["name"]: item for item in asked if item.get("required")}
    if "id" in needed:
        elements = http.get(f"{address}explore/network.json", timeout=60).json()["elements"]
        needed["id"]["schema"]["examples"] = [elements["edges"][0]["data"]["id"]]
    shown = {name: (item["schema"].get("examples") or item["schema"]["enum"])[0] for name, item in needed.items()}
    query = {name: value for name, value in shown.items() if needed[name]["in"] == "query"}
    place = re.sub(r"\{(\w+)\}", lambda found: shown[found[1]], path)
    return http.get(f"{address}{place[1:]}", params=query, headers={"Accept": accept}, timeout=60)


def test_all_that_lies_beside_the_questions_is_described(described: dict[str, Any]) -> None:
    assert set(BESIDE) <= set(described["paths"])


@pytest.mark.parametrize("path", BESIDE)
def test_what_is_declared_is_what_comes(address: str, described: dict[str, Any], path: str) -> None:
    responses = described["paths"][path]["get"]["responses"]
    got = call(address, described, path)
    assert got.status_code in (200, 303)
    assert str(got.status_code) in responses
    content = responses.get("200", {}).get("content", {})
    assert got.status_code == 303 or got.headers["content-type"].partition(";")[0] in content
    for media in content if path not in OF_FIXED_TYPES else ():
        got = call(address, described, path, media)
        declared = got.status_code == 303 and "303" in responses
        assert declared or got.headers["content-type"].partition(";")[0] == media, media


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/explore", {"kind": "none"}, 400),
        ("/explore/network.json", {"since": "15"}, 400),
        ("/explore/connection.json", {"from": "ne/org/anpe", "to": "ne/org/anpe"}, 400),
        ("/explore/link/{id}", {}, 404),
        ("/explore/coverage/findings", {"topic": "none"}, 404),
        ("/cite", {"iri": "id:none"}, 404),
        ("/cite", {"format": "none"}, 406),
        ("/compare", {"none": "x"}, 400),
        ("/doc/{name}", {}, 404),
        ("/id/{name}", {}, 404),
        ("/graph/{name}", {}, 404),
        ("/dumps/{name}", {}, 404),
        ("/shapes.{ending}", {}, 404),
    ],
)
def test_failures_are_declared(
    address: str, described: dict[str, Any], path: str, query: dict[str, str], status: int
) -> None:
    place = re.sub(r"\{\w+\}", "none", path)
    for accept in ("application/json", "text/plain", "text/html"):
        got = http.get(f"{address}{place[1:]}", params=query, headers={"Accept": accept}, timeout=60)
        told = described["paths"][path]["get"]["responses"][str(status)]["$ref"].rpartition("/")[2]
        assert got.status_code == status
        assert got.headers["content-type"].partition(";")[0] in described["components"]["responses"][told]["content"]
