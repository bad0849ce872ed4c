"""The network and the surveys over HTTP: figures held against SPARQL, files read back, hostile data and input."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin
from xml.etree import ElementTree

import httpx
import networkx as nx
import pyoxigraph as ox
import pytest
from conftest import finish
from fastapi import FastAPI

from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.remote import RemoteEngine
from mgi_graph.engine.result import Answer
from mgi_graph.engine.syntax import Dataset
from mgi_graph.engine.wire import Store
from mgi_graph.errors import MGIGraphError, ParameterError
from mgi_graph.explorer import Explorer
from mgi_graph.namespaces import ID, MGI, prologue
from mgi_graph.network import KINDS, STANDINGS, UNIT_OF, read_network
from mgi_graph.search import fold
from mgi_graph.selection import Selection, select
from mgi_graph.web import explore, failures
from mgi_graph.web.selections import read_selection, write_selection

ORG = ID + "ne/org/"
PAGES = (
    "explore",
    "explore/connection?from=ANLTP/TIM&to=HCNE",
    "explore/mandates",
    "explore/ratifications",
    "explore/timeline",
    "explore/coverage",
    "explore/gaps",
    f"explore/thing?iri={quote(ORG + 'anltp-tim')}",
)
EVERYTHING = "&".join([*(f"kind={kind}" for kind in KINDS), "standing=asserted", "standing=reading"])
ENTITY = "?x a/rdfs:subClassOf* mgi:Entity FILTER NOT EXISTS { ?x a mgi:Place }"


@pytest.fixture(scope="module")
def client(address: str) -> Any:
    with httpx.Client(base_url=address, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="module")
def explorer(engine: EmbeddedEngine) -> Explorer:
    return Explorer(engine)


def ask(client: httpx.Client, query: str) -> list[list[str]]:
    """Rows of a query to the endpoint itself."""
    got = client.get("sparql", params={"query": prologue("mgi", "rdfs", "skos") + query, "format": "csv"})
    assert got.status_code == 200, got.text
    return list(csv.reader(io.StringIO(got.text)))[1:]


def number(client: httpx.Client, query: str) -> int:
    return int(ask(client, query)[0][0])


def rows(client: httpx.Client, path: str) -> list[dict[str, str]]:
    got = client.get(path)
    assert got.status_code == 200, got.text
    assert got.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(got.text, newline="")))


class Links(HTMLParser):
    """The addresses, inline scripts and inline styles of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.links |= {value for name in ("href", "src") if (value := facts.get(name))}
        self.ids += [value] if (value := facts.get("id")) else []
        inline = tag == "style" or "style" in facts or (tag == "script" and not facts.get("src"))
        if inline or any(name.startswith("on") for name in facts):
            self.inline.append(tag)


# Figures, held against the endpoint.


def test_links_are_those_that_the_graph_states(client: httpx.Client) -> None:
    shown = rows(client, f"explore/edges.csv?{EVERYTHING}")
    counted = Counter(row["relation"] for row in shown)
    ends = "VALUES ?k { mgi:AffirmedClaim mgi:InterpretedClaim } ?c a ?k ; mgi:claimSubject ?s ; mgi:claimObject ?o"
    claimed = ask(
        client,
        f"""SELECT ?p (COUNT(*) AS ?n) WHERE {{ SELECT DISTINCT ?p ?s ?o ?k WHERE {{
          {ends} ; mgi:claimPredicate ?p . FILTER(?s != ?o)
          {{ SELECT DISTINCT (?x AS ?s) WHERE {{ {ENTITY} }} }} {{ SELECT DISTINCT (?x AS ?o) WHERE {{ {ENTITY} }} }}
        }} }} GROUP BY ?p""",
    )
    assert len(claimed) > 15
    assert {iri: counted[iri] for iri, _ in claimed} == {iri: int(count) for iri, count in claimed}
    records = {
        "memberBody": "?m mgi:member ?s ; mgi:memberBody ?o",
        "legalBasis": "?m mgi:mandateOf ?s ; mgi:legalBasis ?o",
        "provisionOf": "?s mgi:provisionOf ?o . ?f mgi:mentions ?s",
    }
    for name, pattern in records.items():
        distinct = f"SELECT (COUNT(*) AS ?n) WHERE {{ SELECT DISTINCT ?s ?o WHERE {{ {pattern} }} }}"
        assert counted[MGI + name] == number(client, distinct) > 0, name
    acts = """SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?o ?a WHERE { ?m mgi:participant ?s ;
      mgi:participationIn ?o ; mgi:action ?a FILTER(!STRENDS(STR(?a), "/not-ratified")) } }"""
    assert counted[MGI + "participationIn"] == number(client, acts) > 0
    known = {*(iri for iri, _ in claimed), *(MGI + name for name in records), MGI + "participationIn"}
    assert set(counted) == known


def test_every_link_of_the_report_has_its_evidence(client: httpx.Client) -> None:
    shown = rows(client, f"explore/edges.csv?{EVERYTHING}&standing=inferred&standing=denied")
    assert len({row["Id"] for row in shown}) == len(shown) > 200
    for row in shown:
        assert row["evidence_statements"], row
        assert row["evidence_findings"].startswith(ID)
        assert row["evidence_pages"]
        assert "International Organization for Migration" in row["evidence_sources"]
    inferred = [row for row in shown if row["standing"] == "inferred"]
    ids = {row["Id"] for row in shown}
    assert inferred
    assert all(set(row["follows_from"].split(" | ")) <= ids for row in inferred)


def test_inferred_links_are_in_the_inferred_graph_and_not_stated(client: httpx.Client) -> None:
    for row in rows(client, "explore/edges.csv?standing=inferred"):
        triple = f"<{row['Source']}> <{row['relation']}> <{row['Target']}>"
        there = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <https://w3id.org/mgi-graph/graph/inferred> {{ {triple} }} }}"
        assert number(client, there) == 1
        stated = f"""SELECT (COUNT(*) AS ?n) WHERE {{ ?c mgi:claimSubject <{row["Source"]}> ;
          mgi:claimPredicate <{row["relation"]}> ; mgi:claimObject <{row["Target"]}> }}"""
        assert number(client, stated) == 0


def test_denied_links_are_shown_only_when_asked_for(client: httpx.Client) -> None:
    assert not [row for row in rows(client, f"explore/edges.csv?{EVERYTHING}") if row["standing"] == "denied"]
    denied = rows(client, f"explore/edges.csv?{EVERYTHING}&standing=denied")
    pairs = {(row["Source"], row["Target"]) for row in denied if row["standing"] == "denied"}
    no = f"""SELECT DISTINCT ?s ?o WHERE {{
      {{ ?c a ?k ; mgi:claimSubject ?s ; mgi:claimObject ?o FILTER(?k IN (mgi:DeniedClaim, mgi:DisputedClaim)) }}
      UNION {{ ?c mgi:participant ?s ; mgi:participationIn ?o ;
        mgi:action <https://w3id.org/mgi-graph/id/treaty-action/not-ratified> }}
      {{ SELECT DISTINCT (?x AS ?o) WHERE {{ {ENTITY} }} }} }} ORDER BY ?s ?o"""
    assert pairs == {(s, o) for s, o in ask(client, no)}
    assert len(pairs) > 2


@pytest.mark.parametrize("scope", ["finding", "passage"])
def test_what_is_merely_named_together_is_counted_right(client: httpx.Client, scope: str) -> None:
    shown = rows(client, f"explore/edges.csv?standing=together&together={scope}&around=ne/org/anltp-tim")
    mine = [row for row in shown if ORG + "anltp-tim" in (row["Source"], row["Target"])]
    assert mine
    for row in mine:
        pair = f"?f mgi:mentions <{row['Source']}> . ?g mgi:mentions <{row['Target']}>"
        same = "FILTER(?f = ?g)" if scope == "finding" else "?f mgi:inPassage ?p . ?g mgi:inPassage ?p"
        counted = f"""SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pair} . {same} VALUES ?w {{ 1 2 }}
          BIND(IF(?w = 1, ?f, ?g) AS ?x) }}"""
        assert int(row["Weight"]) == number(client, counted), row["sentence"]
        assert row["Type"] == "Undirected"
        stated = f"""SELECT (COUNT(*) AS ?n) WHERE {{ VALUES (?a ?b) {{ (<{row["Source"]}> <{row["Target"]}>)
          (<{row["Target"]}> <{row["Source"]}>) }} ?c mgi:claimSubject ?a ; mgi:claimObject ?b }}"""
        assert number(client, stated) == 0, "what is stated is not merely named together"


def test_measures_are_those_that_networkx_gets_from_the_file(client: httpx.Client) -> None:
    nodes, edges = rows(client, "explore/nodes.csv"), rows(client, "explore/edges.csv")
    graph = nx.Graph((row["Source"], row["Target"]) for row in edges)
    graph.add_nodes_from(row["Id"] for row in nodes)
    between, near = nx.betweenness_centrality(graph), nx.harmonic_centrality(graph)
    assert len(nodes) == len(graph) > 100
    for row in nodes:
        assert int(row["degree"]) == len(set(graph[row["Id"]]))
        assert float(row["betweenness"]) == pytest.approx(between[row["Id"]], abs=1e-6)
        assert float(row["harmonic_closeness"]) == pytest.approx(near[row["Id"]] / (len(graph) - 1), abs=1e-6)
    assert max(int(row["component"]) for row in nodes) == nx.number_connected_components(graph)


def test_page_says_how_much_it_shows(client: httpx.Client) -> None:
    nodes, edges = rows(client, "explore/nodes.csv"), rows(client, "explore/edges.csv")
    findings = {iri for row in edges for iri in row["evidence_findings"].split(" | ")}
    page = client.get("explore", params={"lang": "en"}).text
    assert f"{len(nodes)} things, {len(edges)} links" in page
    assert f"said by {len(findings)} findings" in page
    assert page.count("data-node=") == len(nodes)
    assert page.count("data-edge=") == len(edges)


# Filters.


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("relation=unitOf", lambda row, kinds, years: row["relation"] == UNIT_OF),
        ("standing=reading", lambda row, kinds, years: row["standing"] == "reading"),
        ("kind=law&kind=public-body", lambda row, kinds, years: kinds <= {"law", "public-body"}),
        ("since=1990&until=2005&undated=hide", lambda row, kinds, years: _within(row, years)),
    ],
)
def test_filters_show_what_they_say(client: httpx.Client, query: str, holds: Any) -> None:
    nodes = {row["Id"]: row for row in rows(client, f"explore/nodes.csv?{query}")}
    edges = rows(client, f"explore/edges.csv?{query}")
    assert edges
    assert {row[end] for row in edges for end in ("Source", "Target")} == set(nodes)
    for row in edges:
        kinds = {nodes[row[end]]["kind"] for end in ("Source", "Target")}
        years = [[int(year) for year in nodes[row[end]]["years"].split()] for end in ("Source", "Target")]
        assert holds(row, kinds, years), row


def _within(row: Mapping[str, str], years: list[list[int]]) -> bool:
    spans = [[int(year) for year in row["years"].split()]] if row["years"] else years
    return all(any(1990 <= year <= 2005 for year in span) for span in spans)


def test_dimension_filter_asks_where_a_link_is_said(client: httpx.Client) -> None:
    shown = rows(client, "explore/edges.csv?dimension=partnerships")
    inside = {
        row[0]
        for row in ask(
            client,
            """SELECT ?f WHERE { ?f mgi:inPassage/mgi:inSection/mgi:coversDimension
      <https://w3id.org/mgi-graph/id/dimension/partnerships> }""",
        )
    }
    assert shown
    assert all(set(row["evidence_findings"].split(" | ")) & inside for row in shown)


def test_surroundings_grow_with_the_steps(client: httpx.Client) -> None:
    near = {row["Id"] for row in rows(client, "explore/nodes.csv?around=ANLTP/TIM")}
    far = {row["Id"] for row in rows(client, "explore/nodes.csv?around=ANLTP/TIM&steps=2")}
    assert {ORG + "anltp-tim", ORG + "ministry-of-justice"} <= near < far
    every = rows(client, "explore/nodes.csv?alone=show")
    assert len(every) > len(rows(client, "explore/nodes.csv"))
    assert any(row["degree"] == "0" for row in every)


def test_selection_survives_its_address(explorer: Explorer) -> None:
    network = explorer.network
    chosen = Selection(
        relations=frozenset({UNIT_OF, MGI + "implements"}),
        dimensions=frozenset(network.dimensions[:2]),
        kinds=frozenset({"law", "other"}),
        standings=frozenset({"asserted", "together"}),
        since=1990,
        until=2020,
        undated=False,
        around=ORG + "anltp-tim",
        steps=3,
        together="passage",
        alone=True,
    )
    for selection in (chosen, Selection()):
        assert read_selection(explorer, write_selection(network, selection)) == selection
    assert write_selection(network, Selection()) == []


@pytest.mark.parametrize(
    "query",
    [
        "kind=foo",
        "standing=sure",
        "relation=nowhere",
        "dimension=7",
        "since=20",
        "until=١٩٩٠",
        "steps=9",
        "around=zzzzzzzz",
        "together=page",
        "around=" + "x" * 3000,
    ],
)
def test_bad_filter_is_told(client: httpx.Client, query: str) -> None:
    for path in ("explore", "explore/edges.csv", "explore/network.graphml"):
        got = client.get(f"{path}?{query}")
        assert got.status_code == 400
        assert len(got.text) > 20
        assert "Traceback" not in got.text


# Files.


@pytest.mark.parametrize(
    "query", ["", "standing=together&together=passage", EVERYTHING, "relation=adopted&since=1500&until=1501"]
)
def test_files_hold_exactly_what_is_shown(client: httpx.Client, query: str) -> None:
    nodes, edges = rows(client, f"explore/nodes.csv?{query}"), rows(client, f"explore/edges.csv?{query}")
    things = {row["Id"] for row in nodes}
    links = {(row["Source"], row["Target"], row["Id"]) for row in edges}
    graphml = nx.parse_graphml(client.get(f"explore/network.graphml?{query}").text, force_multigraph=True)
    gexf = nx.read_gexf(io.BytesIO(client.get(f"explore/network.gexf?{query}").content))
    elements = client.get(f"explore/network.json?{query}").json()["elements"]
    assert set(graphml) == set(gexf) == {node["data"]["id"] for node in elements["nodes"]} == things
    assert set(graphml.edges(keys=True)) == links
    assert not [key for _, _, key in links if key.isdigit()], "a spreadsheet would take it for a number"
    assert {(u, v, facts["id"]) for u, v, facts in gexf.edges(data=True)} == links
    found = {(edge["data"]["source"], edge["data"]["target"], edge["data"]["id"]) for edge in elements["edges"]}
    assert found == links
    by_id = {row["Id"]: row for row in edges}
    for _, _, key, facts in graphml.edges(keys=True, data=True):
        assert facts["evidence_findings"] == by_id[key]["evidence_findings"]
        assert facts["weight"] == int(by_id[key]["Weight"])
    wheel = ElementTree.fromstring(client.get(f"explore/network.svg?{query}").content)
    assert len(wheel.findall(".//{http://www.w3.org/2000/svg}circle")) == len(things)
    assert len(wheel.findall(".//{http://www.w3.org/2000/svg}path")) == len(links)


def test_files_are_in_the_language_asked_for(client: httpx.Client) -> None:
    shown = rows(client, "explore/edges.csv?lang=fr&relation=supervisedBy")
    assert any("a pour autorité de tutelle" in row["sentence"] for row in shown)
    assert all(row["evidence_statements"] for row in shown)


def test_unknown_file_is_told(client: httpx.Client) -> None:
    got = client.get("explore/network.exe")
    assert got.status_code == 404
    assert "graphml" in got.text


# Connections.


def test_each_step_of_a_way_is_said_by_its_evidence(client: httpx.Client) -> None:
    found = client.get("explore/connection.json", params={"from": "ANLTP/TIM", "to": "HCNE", "lang": "en"}).json()
    assert found["from"]["iri"] == ORG + "anltp-tim"
    assert found["ways"]
    ranks = [STANDINGS.index(way["standing"]) for way in found["ways"]]
    assert ranks == sorted(ranks)
    for way in found["ways"]:
        assert way["steps"][0]["from"]["iri"] == ORG + "anltp-tim"
        assert way["steps"][-1]["to"]["iri"] == ORG + "hcne"
        assert len(way["steps"]) <= found["longest"]
        for before, after in zip(way["steps"], way["steps"][1:], strict=False):
            assert before["to"] == after["from"]
        for step in way["steps"]:
            for link in step["links"]:
                assert link["standing"] in ("asserted", "reading", "inferred")
                assert link["evidence"]
                assert all(item["page"] or item["page_label"] for item in link["evidence"])


def test_shortest_way_is_as_short_as_networkx_finds(client: httpx.Client) -> None:
    edges = rows(client, f"explore/edges.csv?{EVERYTHING}&standing=inferred")
    graph = nx.Graph((row["Source"], row["Target"]) for row in edges if row["standing"] == "asserted")
    for start, end in (("anltp-tim", "hcne"), ("ccm", "maec"), ("anltp-tim", "mid")):
        shortest = nx.shortest_path_length(graph, ORG + start, ORG + end)
        found = client.get("explore/connection.json", params={"from": ORG + start, "to": ORG + end}).json()["ways"]
        assert found[0]["standing"] == "asserted"
        assert len(found[0]["steps"]) == shortest


def test_no_connection_is_said_to_be_none_stated(client: httpx.Client) -> None:
    given = {"from": "ANPE", "to": "DST", "lang": "en"}
    page = client.get("explore/connection", params=given)
    assert "No connection is stated." in page.text
    assert client.get("explore/connection.json", params=given).json()["ways"] == []
    more = client.get("explore/connection.json", params={**given, "together": "passage"}).json()["ways"]
    assert {way["standing"] for way in more} == {"together"}
    passed = {step["to"]["iri"] for way in more for step in way["steps"][:-1]}
    states = {row["Id"] for row in rows(client, "explore/nodes.csv?kind=state&alone=show")}
    assert states
    assert not passed & states


def test_names_that_fit_nothing_or_too_much_are_told(client: httpx.Client) -> None:
    got = client.get("explore/connection", params={"from": "ANLTP/TMI", "to": "HCNE"})
    assert got.status_code == 400
    assert 'role="alert"' in got.text
    assert "anltp-tim" in got.text
    same = client.get("explore/connection.json", params={"from": "HCNE", "to": "HCNE"})
    assert same.status_code == 400
    hostile = client.get("explore/connection", params={"from": "<script>alert(1)</script>", "to": '"><img src=x>'})
    assert hostile.status_code == 400
    assert "<script>alert" not in hostile.text
    assert "<img" not in hostile.text


def test_french_sentences(client: httpx.Client) -> None:
    page = client.get("explore/connection", params={"from": "ANLTP/TIM", "to": "HCNE", "lang": "fr"}).text
    assert "a pour autorité de tutelle" in page
    assert 'lang="fr"' in page
    assert "énoncé dans le rapport" in page


# Surveys.


def test_ratifications_are_counted_as_the_graph_has_them(client: httpx.Client) -> None:
    party = "<https://w3id.org/mgi-graph/id/country/NER>"
    acts = ask(
        client,
        f"""SELECT ?p ?action ?year ?made WHERE {{ ?p mgi:participant {party} ; mgi:action ?action ;
      mgi:participationIn ?t
      OPTIONAL {{ ?p mgi:reportedYear ?year }} OPTIONAL {{ ?t mgi:year ?made }} }} ORDER BY ?p""",
    )
    bound = [
        act for act in acts if act[1].rpartition("/")[2] in ("ratified", "acceded", "succeeded", "ratified-or-acceded")
    ]
    page = client.get("explore/ratifications", params={"lang": "en"}).text
    for words, count in (
        ("Acts stated", len(acts)),
        ("by which it is bound", len(bound)),
        ("with a year", sum(bool(act[2]) for act in bound)),
        ("no year stated", sum(not act[2] for act in bound)),
        ("stated not to be ratified", sum(act[1].endswith("/not-ratified") for act in acts)),
    ):
        assert f"<dt>{words}</dt><dd>{count}</dd>" in page, words
    table = [row for row in rows(client, "explore/ratifications.csv?lang=en") if row["party"] == "Niger"]
    lags = sorted(int(row["lag in years"]) for row in table if row["lag in years"])
    assert lags == sorted(int(act[2]) - int(act[3]) for act in bound if act[2] and act[3])
    assert len(table) == len(acts)


def test_coverage_counts_the_findings_of_each_cell(client: httpx.Client) -> None:
    counted = {
        (topic, dimension, assessment): int(count)
        for topic, dimension, assessment, count in ask(
            client,
            """SELECT ?topic ?d ?a (COUNT(DISTINCT ?f) AS ?n) WHERE {
          ?f mgi:topic ?topic ; mgi:inPassage ?p . ?p mgi:inSection ?s . ?s mgi:coversDimension ?dim .
          ?s mgi:assessment ?as .
          ?dim rdfs:label ?d . ?as rdfs:label ?a FILTER(LANG(?d) = "en" && LANG(?a) = "en") } GROUP BY ?topic ?d ?a""",
        )
    }
    table = rows(client, "explore/coverage.csv?lang=en")
    shown = {
        (row["topic (IRI)"], row["dimension"], row["heading in the report"]): int(row["findings"]) for row in table
    }
    inside = {key: count for key, count in shown.items() if key[1] and count}
    assert inside == counted
    topics = number(client, "SELECT (COUNT(DISTINCT ?t) AS ?n) WHERE { ?t a mgi:Topic }")
    assert len({row["topic (IRI)"] for row in table}) == topics
    gaps = number(
        client,
        """SELECT (COUNT(*) AS ?n) WHERE { ?t mgi:announcedFor ?d FILTER NOT EXISTS {
      ?f mgi:topic ?t ; mgi:inPassage/mgi:inSection/mgi:coversDimension ?d } }""",
    )
    page = client.get("explore/coverage", params={"lang": "en"}).text
    assert f"{gaps} announced pairs" in page
    assert gaps > 0


def test_cell_leads_to_its_findings(client: httpx.Client) -> None:
    page = client.get("explore/coverage", params={"lang": "en"}).text
    cells = re.findall(r'<a href="(/explore/coverage/findings[^"]+)" aria-label="(\d+) findings?"', page)
    assert len(cells) > 50
    for address, count in cells[::25]:
        got = client.get(address.replace("&amp;", "&"))
        assert got.text.count('class="evidence"') == int(count)
    assert client.get("explore/coverage/findings?topic=x&dimension=y&assessment=z").status_code == 404


def test_tasks_and_moments_are_all_there(client: httpx.Client) -> None:
    tasks = rows(client, "explore/tasks.csv?lang=en")
    assert {row["task (IRI)"] for row in tasks} == {
        row[0] for row in ask(client, "SELECT ?m WHERE { ?m a mgi:Mandate }")
    }
    assert all(row["task"] and row["evidence: findings (IRI)"] for row in tasks)
    dated = number(
        client,
        """SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?t ?p ?y WHERE {
      VALUES ?k { mgi:AffirmedClaim mgi:InterpretedClaim }
      VALUES ?p { mgi:year mgi:foundedYear mgi:startYear mgi:endYear }
      ?c a ?k ; mgi:claimSubject ?t ; mgi:claimPredicate ?p ; mgi:claimValue ?y } }""",
    )
    acts = number(client, "SELECT (COUNT(*) AS ?n) WHERE { ?p mgi:participationIn ?t ; mgi:reportedYear ?y }")
    moments = rows(client, "explore/timeline.csv?lang=en")
    assert len(moments) == dated + acts
    assert [row["year"] for row in moments] == sorted(row["year"] for row in moments)
    page = client.get("explore/timeline", params={"lang": "en"}).text
    assert page.count('id="moment-') == page.count('href="#moment-') == len(moments)


def test_mandate_map_has_the_two_laws_of_the_agency(client: httpx.Client) -> None:
    table = rows(client, "explore/mandates.csv?lang=en")
    mine = {
        row["instrument (IRI)"].rpartition("/")[2]
        for row in table
        if row["body (IRI)"] == ORG + "anltp-tim" and " implements " in row["link"]
    }
    assert mine == {"law-2015-36", "ordinance-2010-86"}
    assert all(row["evidence: passages"] for row in table)


def test_gaps_are_worded_as_not_stated(client: httpx.Client) -> None:
    page = client.get("explore/gaps", params={"lang": "en"}).text
    for name in explore.GAPS:
        assert f'id="{name}"' in page, name
        answer = client.get(f"questions/{name}/answer", params={"format": "json"}).json()
        assert f'href="#{name}"' in page
        assert re.search(rf'<a href="#{name}">[^<]*</a> <span class="count">{len(answer["rows"])}</span>', page), name
    assert "not stated in the report" in page


# Pages.


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_is_whole_without_scripts(client: httpx.Client, path: str, language: str) -> None:
    got = client.get(path, headers={"Accept-Language": language})
    assert got.status_code == 200
    assert f'<html lang="{language}">' in got.text
    found = Links(got.text)
    assert not found.inline
    assert not [name for name, count in Counter(found.ids).items() if count > 1]
    assert "script-src 'self'" in got.headers["content-security-policy"]
    if "thing" in path:
        return
    words = {"en": ("rank no body", "stated in the report"), "fr": ("ne classent ni ne notent", "énoncé")}[language]
    assert any(word in got.text for word in words)


@pytest.mark.parametrize("path", PAGES)
def test_links_of_a_page_lead_somewhere(client: httpx.Client, path: str) -> None:
    here = str(client.base_url) + path
    found = Links(client.get(path).text)
    inside = sorted({link for link in found.links if link.startswith("/")})
    assert {link[1:] for link in found.links if link.startswith("#")} - {"main"} <= set(found.ids)
    assert len(inside) > 10
    for link in inside[:: max(1, len(inside) // 25)]:
        got = client.get(urljoin(here, link), follow_redirects=True)
        assert got.status_code == 200, link


def test_first_visit_is_light(client: httpx.Client) -> None:
    page = client.get("explore", headers={"Accept-Encoding": "gzip"})
    files = [link for link in Links(page.text).links if link.startswith("/static/")]
    version = next(link for link in files if link.endswith("explore.js")).rpartition("/")[0]
    wanted = {*files, f"{version}/vendor/cytoscape/cytoscape.js", "/explore/network.json"}
    total = 0
    for link in ("/explore", *wanted):
        with client.stream("GET", link, headers={"Accept-Encoding": "gzip"}) as got:
            assert got.status_code == 200, link
            total += sum(len(piece) for piece in got.iter_raw())
    assert total < 300_000


def test_a_thing_is_told_by_what_is_chosen_and_the_rest_apart(client: httpx.Client) -> None:
    whole = client.get("explore/thing", params={"iri": "ne/org/anpe", "lang": "en"}).text
    assert "Outside what is chosen" not in whole
    chosen = {"iri": "ne/org/anpe", "lang": "en", "filtered": "yes", "standing": "asserted"}
    inside, _, outside = client.get("explore/thing", params=chosen).text.partition("Outside what is chosen")
    assert "mark reading" not in inside
    assert "mark reading" in outside


def test_unknown_link_and_thing_are_told(client: httpx.Client) -> None:
    assert client.get("explore/link/e000000000000").status_code == 404
    assert client.get("explore/link/%3Cscript%3E").status_code == 404
    assert client.get("explore/thing").status_code == 400
    assert client.get("explore/thing?iri=zzzzzz").status_code == 400
    assert client.get("explore/ratifications?party=zzzzzz").status_code == 400


# Other stores, other data.


def test_a_remote_store_gives_the_same_network(address: str, engine: EmbeddedEngine) -> None:
    ours, theirs = read_network(engine), read_network(RemoteEngine(Store(f"{address}sparql")))
    assert ours.nodes == theirs.nodes
    assert ours.edges == theirs.edges
    assert ours.together == theirs.together


class PlainStore:
    """A store in memory, with data of our own making."""

    def __init__(self, turtle: str) -> None:
        self._store = ox.Store()
        self._store.load(turtle, ox.RdfFormat.TURTLE)

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        return Answer(self._store.query(text))

    def describe(self) -> Mapping[str, str]:
        return {"store": "plain"}


HOSTILE = r"""
@base <https://w3id.org/mgi-graph/id/> .
@prefix mgi: <https://w3id.org/mgi-graph/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
mgi:Agency rdfs:subClassOf mgi:Entity . mgi:Law rdfs:subClassOf mgi:Entity .
<xx/a> a mgi:Agency ; skos:prefLabel "<script>alert(1)</script>"@en , "=HYPERLINK(\"x\")"@fr ; mgi:year "soon" .
<xx/b> a mgi:Law ; skos:prefLabel "{source} \u000B {target} \"><img src=x onerror=y>"@en ; mgi:year 1990 .
<xx/c> a mgi:Agency .
<claim/1> a mgi:AffirmedClaim ; mgi:claimSubject <xx/a> ; mgi:claimPredicate mgi:implements ;
  mgi:claimObject <xx/b> ; mgi:statedIn <finding/1> .
<claim/2> a mgi:AffirmedClaim ; mgi:claimSubject <xx/c> ; mgi:claimPredicate <http://example.org/{target}> ;
  mgi:claimObject <xx/a> ; mgi:statedIn <finding/2> .
<claim/3> a mgi:AffirmedClaim ; mgi:claimSubject <xx/a> ; mgi:claimPredicate mgi:unitOf ;
  mgi:claimObject <xx/c> ; mgi:statedIn <finding/2> .
<claim/4> a mgi:AffirmedClaim ; mgi:claimSubject <xx/c> ; mgi:claimPredicate mgi:unitOf ;
  mgi:claimObject <xx/a> ; mgi:statedIn <finding/2> .
<finding/1> mgi:mentions <xx/a>, <xx/b> ; mgi:inPassage <passage/1> ; mgi:statement "@SUM(1)</script>"@en ; mgi:page 3 .
<finding/2> mgi:mentions <xx/a>, <xx/c> .
<passage/1> mgi:inSection <section/1> . <section/1> mgi:ofProfile <profile/1> ; skos:prefLabel "<b>s</b>"@en .
""".replace("http://example.org/{target}", "http://example.org/target")


class Direct:
    """Asks an application without a server between."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        async def ask_once() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://here") as asking:
                return await asking.get(path)

        return finish(ask_once())


HOSTILE_PAGES = (
    "/explore?alone=show",
    "/explore/thing?iri=xx/a",
    "/explore/mandates",
    "/explore/timeline",
    "/explore/coverage",
    "/explore/ratifications",
    "/explore/gaps",
    "/explore/connection?from=xx/b&to=xx/c",
)


@pytest.fixture(scope="module")
def hostile() -> Direct:
    app = FastAPI()
    app.include_router(explore.create_router(PlainStore(HOSTILE), []))
    app.add_exception_handler(MGIGraphError, failures.answer_error)
    return Direct(app)


def test_hostile_texts_stay_texts(hostile: Direct) -> None:
    for path in HOSTILE_PAGES:
        got = hostile.get(path)
        assert got.status_code == 200, path
        assert not Links(got.text).inline, path
        assert "<script>alert" not in got.text
        assert "<img src=x" not in got.text
    drawn = hostile.get("/explore/network.svg")
    root = ElementTree.fromstring(drawn.content)
    assert not root.findall(".//{http://www.w3.org/2000/svg}script")
    assert "sandbox" in drawn.headers["content-security-policy"]


def test_hostile_texts_do_nothing_in_files(hostile: Direct) -> None:
    for path in ("/explore/nodes.csv?lang=fr", "/explore/edges.csv?lang=fr", "/explore/mandates.csv?lang=fr"):
        cells = [cell for row in csv.reader(io.StringIO(hostile.get(path).text, newline="")) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))], path
    assert "'=HYPERLINK" in hostile.get("/explore/nodes.csv?lang=fr").text
    graph = nx.parse_graphml(hostile.get("/explore/network.graphml").text, force_multigraph=True)
    assert len(graph) == 3
    assert nx.read_gexf(io.BytesIO(hostile.get("/explore/network.gexf").content)).number_of_nodes() == 3


def test_a_circle_of_units_does_not_hang(hostile: Direct) -> None:
    elements = hostile.get("/explore/network.json").json()["elements"]
    units = {node["data"]["id"]: node["data"]["unit"] for node in elements["nodes"] if node["data"]["unit"]}
    assert len(units) == 1


def test_what_is_stated_nowhere_is_no_link() -> None:
    store = PlainStore(HOSTILE)
    network = read_network(store)
    assert len(select(network, Selection()).edges) == 4
    assert [edge for edge in network.edges if not network.cited(edge)], "a finding without a passage cites nothing"
    with pytest.raises(ParameterError):
        read_selection(Explorer(store), [("around", "nobody at all")])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_parties_are_in_the_order_of_their_names_in_the_language(client: httpx.Client, language: str) -> None:
    text = client.get("explore/ratifications", params={"lang": language}).text
    menu = re.search(r'<select id="party".*?</select>', text, re.S)
    assert menu
    names = [fold(html.unescape(name)) for name in re.findall(r"<option[^>]*>(.*?)</option>", menu[0])]
    assert len(names) > 5
    assert names == sorted(names)
