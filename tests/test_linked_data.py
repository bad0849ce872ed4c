"""Linked data over real HTTP: every IRI resolves, in every form; the dataset is described and can be had whole."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pyoxigraph as ox
import pytest
from conftest import Serve
from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, RDFS, VOID, Graph, Literal, Namespace, URIRef

from mgi_graph import metadata, snapshot, sources
from mgi_graph.description import MOST_INCOMING
from mgi_graph.namespaces import BASE, DATASET, DOC, GRAPH, ID, MGI, ONTOLOGY
from mgi_graph.web.documents import local_path

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VERSION = "http://www.w3.org/ns/dcat#version"
UNLISTED = {VERSION, "http://rdfs.org/ns/void#class"}
"""Terms that rdflib does not list: it knows DCAT 2, and the version came with DCAT 3; the other is a word of Python."""

SPDX = Namespace("http://spdx.org/rdf/terms#")
ANLTP = ID + "ne/org/anltp-tim"
PROFILE = ID + "profile/ne-2021"
FORMS = {
    "text/turtle": ("turtle", ".ttl"),
    "application/ld+json": ("json-ld", ".jsonld"),
    "application/rdf+xml": ("xml", ".rdf"),
    "application/n-triples": ("nt", ".nt"),
}


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as connected:
        yield connected


def local(iri: str) -> str:
    """Where an IRI of ours leads on the test server, as w3id.org redirects it: host and prefix are exchanged."""
    return "/" + iri.removeprefix(BASE)


def get(client: httpx.Client, path: str, accept: str = "", **more: str) -> httpx.Response:
    return client.get(path, headers={"Accept": accept} if accept else {}, **more)  # type: ignore[arg-type]


def parsed(got: httpx.Response) -> Graph:
    form = FORMS[got.headers["content-type"].split(";")[0]][0]
    return Graph().parse(data=got.content, format=form)


def canonical(got: httpx.Response) -> set[str]:
    """The triples with the names of blank nodes that their places in the graph give them."""
    media = got.headers["content-type"].split(";")[0]
    graph = ox.Dataset(ox.parse(got.content, ox.RdfFormat.from_media_type(media)))
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, graph))


def minted(built: snapshot.Snapshot) -> list[str]:
    """Every IRI under our base in the graph and in the shapes."""
    files = (built.path / "dumps" / name for name in ("everything.nq", "shapes.ttl"))
    quads = (quad for path in files for quad in ox.parse(path=str(path)))
    terms = {term for quad in quads for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)}
    return sorted(term.value for term in terms if isinstance(term, ox.NamedNode) and term.value.startswith(BASE))


def test_what_is_minted_is_of_kinds_that_resolve(built: snapshot.Snapshot) -> None:
    kinds = {re.sub(r"[/#].*", "", iri.removeprefix(BASE)) for iri in minted(built)}
    assert kinds == {"id", "graph", "ontology", "shapes"}
    assert len(minted(built)) > 2000


def test_every_iri_resolves_to_what_tells_of_it(built: snapshot.Snapshot, address: str) -> None:
    places: dict[str, list[str]] = {}
    for iri in minted(built):
        places.setdefault(iri.partition("#")[0], []).append(iri)
    with httpx.Client(base_url=address, timeout=60, follow_redirects=True) as client:

        def resolve(place: str) -> list[str]:
            got = get(client, local(place), "text/turtle")
            if got.status_code != 200 or not got.headers["content-type"].startswith("text/turtle"):
                return places[place]
            terms = {t for quad in ox.parse(got.content, ox.RdfFormat.TURTLE) for t in quad.triple}
            told = {term.value for term in terms if isinstance(term, ox.NamedNode)}
            return [iri for iri in places[place] if iri not in told]

        with ThreadPoolExecutor(8) as pool:
            missing = [iri for found in pool.map(resolve, places) for iri in found]
    assert not missing


@pytest.mark.parametrize("accept", ["", "text/html", "*/*", "text/html,application/xhtml+xml,application/xml;q=0.9"])
def test_a_thing_leads_people_to_its_page(client: httpx.Client, accept: str) -> None:
    got = get(client, local(ANLTP), accept)
    assert (got.status_code, got.headers["location"]) == (303, "/doc/ne/org/anltp-tim")
    assert "Accept" in got.headers["vary"]


@pytest.mark.parametrize(("accept", "ending"), [(accept, ending) for accept, (_, ending) in FORMS.items()])
def test_a_thing_leads_programs_to_their_form(client: httpx.Client, accept: str, ending: str) -> None:
    got = get(client, local(ANLTP), f"text/html;q=0.5, {accept}")
    assert (got.status_code, got.headers["location"]) == (303, "/doc/ne/org/anltp-tim" + ending)
    assert get(client, got.headers["location"]).headers["content-type"].startswith(accept)


def test_the_language_goes_along(client: httpx.Client) -> None:
    got = client.get(local(ANLTP), params={"lang": "fr"})
    assert got.headers["location"] == "/doc/ne/org/anltp-tim?lang=fr"
    assert client.get(local(ANLTP), params={"lang": "//evil"}).headers["location"] == "/doc/ne/org/anltp-tim"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # by the parser of JSON-LD itself
@pytest.mark.parametrize("path", ["/doc/ne/org/anltp-tim", "/doc/profile/ne-2021/section/1.1", "/shapes", "/dataset"])
def test_all_forms_say_the_same(client: httpx.Client, path: str) -> None:
    assert {len(parsed(get(client, path, accept))) > 10 for accept in FORMS} == {True}
    graphs = [canonical(get(client, path, accept)) for accept in FORMS]
    assert all(graph == graphs[0] for graph in graphs)
    for accept, (_, ending) in FORMS.items():
        negotiated, named = get(client, path, accept), get(client, path + ending)
        assert negotiated.content == named.content
        assert negotiated.headers["content-location"] == named.headers["content-location"] == path + ending
        assert "Accept" in negotiated.headers["vary"].split(", ")
        assert "Accept" not in named.headers.get("vary", "").split(", ")


def test_headers_tell_of_the_other_forms_and_of_the_thing(client: httpx.Client) -> None:
    links = get(client, "/doc/ne/org/anltp-tim", "text/turtle").headers["link"]
    assert f'<{DOC}ne/org/anltp-tim>; rel="canonical"' in links
    assert f'<{ANLTP}>; rel="describes"' in links
    assert '</doc/ne/org/anltp-tim.jsonld>; rel="alternate"; type="application/ld+json"' in links
    assert '</doc/ne/org/anltp-tim.html>; rel="alternate"; type="text/html"' in links
    assert '</doc/ne/org/anltp-tim.ttl>; rel="alternate"' not in links


def test_what_is_known_is_not_sent_again(client: httpx.Client) -> None:
    first = get(client, "/doc/ne/org/anltp-tim.ttl")
    again = client.get("/doc/ne/org/anltp-tim.ttl", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/doc/ne/org/anltp-tim.nt", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_description_holds_statements_claims_evidence_and_names(client: httpx.Client, asserted: Graph) -> None:
    told = parsed(get(client, "/doc/ne/org/anltp-tim.ttl"))
    thing, mgi = URIRef(ANLTP), Namespace(MGI)
    assert set(asserted.triples((thing, None, None))) <= set(told)
    assert set(asserted.subjects(mgi.mentions, thing)) == set(told.subjects(mgi.mentions, thing))
    claims = set(asserted.subjects(mgi.claimSubject, thing)) | set(asserted.subjects(mgi.claimObject, thing))
    assert len(claims) > 3
    for claim in claims:
        assert set(asserted.triples((claim, None, None))) <= set(told)
        for finding in asserted.objects(claim, mgi.statedIn):
            assert set(asserted.objects(finding, mgi.page)) == set(told.objects(finding, mgi.page))
            assert set(asserted.objects(finding, mgi.statement)) == set(told.objects(finding, mgi.statement))
    assert {name.language for name in told.objects(URIRef(ID + "country/NER"), RDFS.label)} == {"en", "fr"}  # type: ignore[attr-defined]
    assert (None, DCTERMS.bibliographicCitation, None) in told
    assert (URIRef(DOC + "ne/org/anltp-tim"), FOAF.primaryTopic, thing) in told
    assert not any("127.0.0.1" in str(term) for triple in told for term in triple)


def test_a_hub_is_cut_and_says_so(client: httpx.Client, closure: Graph) -> None:
    all_of_them = set(closure.subjects(URIRef(MGI + "inProfile"), URIRef(PROFILE)))
    assert len(all_of_them) > 1000
    told = parsed(get(client, "/doc/profile/ne-2021.ttl"))
    listed = set(told.subjects(URIRef(MGI + "inProfile"), URIRef(PROFILE)))
    assert len(listed) == MOST_INCOMING
    assert listed < all_of_them
    assert "Not all" in str(told.value(URIRef(DOC + "profile/ne-2021"), RDFS.comment, any=True)) or "Tout" in str(
        told.value(URIRef(DOC + "profile/ne-2021"), RDFS.comment)
    )
    href = link_with(client.get("/doc/profile/ne-2021", params={"lang": "en"}).text, "part=incoming-inProfile")
    for _ in range(9):
        href = link_with(client.get(href).text, "from=")
    href = link_with(client.get(href).text, "inProfile", start="/sparql?")
    rows = get(client, href, "application/sparql-results+json").json()["results"]["bindings"]
    assert {URIRef(row["subject"]["value"]) for row in rows} == all_of_them


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.inline_scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inline_scripts += tag == "script" and "src" not in dict(attrs)
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.found.append(value or "")
            if name == "id":
                self.ids.add(value or "")


def links_of(page: str) -> list[str]:
    parser = _Links()
    parser.feed(page)
    return parser.found


def link_with(page: str, part: str, start: str = "/doc/") -> str:
    """The last link of a page that begins and goes on so."""
    return [link for link in links_of(page) if link.startswith(start) and part in link and "lang=fr" not in link][-1]


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("implements", "inferred")), ("fr", ("met en œuvre", "déduit"))]
)
def test_page_is_in_the_readers_language(client: httpx.Client, language: str, words: tuple[str, ...]) -> None:
    got = client.get("/doc/ne/org/anltp-tim", headers={"Accept": "text/html", "Accept-Language": language})
    assert got.headers["content-language"] == language
    assert f'<html lang="{language}">' in got.text
    assert all(word in got.text for word in words)
    assert "1.3-p4, p. 14" in got.text
    assert {"Accept", "Accept-Language"} <= set(got.headers["vary"].split(", "))
    assert got.headers["content-location"] == f"/doc/ne/org/anltp-tim.html?lang={language}"


@pytest.mark.parametrize(
    "path", ["/doc/ne/org/anltp-tim", "/doc/country/NER", "/dataset", "/shapes.html", "/graph/niger-2021.html"]
)
def test_pages_link_to_this_host_and_hold_no_script(client: httpx.Client, path: str) -> None:
    got = get(client, path, "text/html")
    assert got.status_code == 200
    assert "default-src 'none'" in got.headers["content-security-policy"]
    parser = _Links()
    parser.feed(got.text)
    assert not parser.inline_scripts
    assert not [link for link in parser.found if link.startswith(BASE)]
    ours = {urljoin(path, link).partition("#")[0] for link in parser.found if not link.startswith("http")}
    broken = [link for link in sorted(ours)[:60] if get(client, link, "text/html").status_code not in (200, 303)]
    assert not broken


def test_a_denied_claim_is_shown_as_denied(client: httpx.Client, asserted: Graph) -> None:
    claim = min(asserted.subjects(RDF.type, URIRef(MGI + "DeniedClaim")), key=str)
    subject = asserted.value(claim, URIRef(MGI + "claimSubject"))
    page = client.get(local_path(str(subject)), params={"lang": "en"}).text
    assert '<span class="mark denied">stated not to be</span>' in page


def test_an_unknown_name_is_told_the_nearest(client: httpx.Client) -> None:
    for path in ("/id/ne/org/anltp-tmi", "/doc/ne/org/anltp-tmi", "/doc/ne/org/anltp-tmi.ttl"):
        got = get(client, path, "text/turtle, text/plain;q=0.1")
        assert got.status_code == 404
        assert f"<{ANLTP}>" in got.text
    page = client.get("/id/ne/org/anltp-tmi", headers={"Accept": "text/html"}, params={"lang": "fr"})
    assert page.status_code == 404
    assert "Les noms les plus proches" in page.text
    assert "Agence nationale de lutte contre la traite" in page.text
    assert "/doc/ne/org/anltp-tim?lang=fr" in links_of(page.text)


@pytest.mark.parametrize(
    "path",
    [
        "/id//evil.example",
        "/id/%2F%2Fevil.example",
        "/id/..%2F..%2Fevil",
        "/id/%0d%0aSet-Cookie:%20a=b",
        "/id/%5C%5Cevil.example",
        "/id/\\evil.example",
        "/id/http://evil.example/",
        "/id/%00",
        "/id/%3Cscript%3E",
        "/id/%ff%fe",
        "/id/" + "a" * 5000,
        "/id/ne/org/anltp-tim%0d%0aX: y",
        "/id/ne/org/anltp-tim%3E%20%3Fp%20%3Fo%20%7D%20%23",
        "/doc//evil.example",
        "/doc/%0d%0a.ttl",
        "/graph/%2e%2e%2fsecret",
        "/graph//evil.example",
        "/ontology//evil.example",
        "/ontology/../../etc/passwd",
        "/ontology/%2e%2e/style.css",
        "/dumps/x/%2e%2e/manifest.json",
        "/dumps/manifest.json",
        "//evil.example/id/x",
    ],
)
def test_nothing_leads_elsewhere(client: httpx.Client, address: str, path: str) -> None:
    got = client.get(httpx.URL(address).copy_with(raw_path=path.encode("latin-1")))
    assert got.status_code in (400, 404, 414)
    assert "location" not in got.headers
    assert "set-cookie" not in got.headers
    assert got.headers["content-type"].startswith("text/plain")
    assert got.headers["x-content-type-options"] == "nosniff"


def test_dumps_do_not_lead_out_of_their_folder(client: httpx.Client, address: str, built: snapshot.Snapshot) -> None:
    for name in ("../manifest.json", "..%2Fmanifest.json", "%2e%2e/manifest.json", "data/../../manifest.json"):
        raw = f"/dumps/{built.version}/{name}".encode()
        assert client.get(httpx.URL(address).copy_with(raw_path=raw)).status_code == 404


def test_paths_made_from_any_iri_stay_on_this_host() -> None:
    for rest in ("//evil", "/evil", "\\evil", "a\r\nb: c", "é", "a?b#c", "..", "%2F"):
        for space in (ID, BASE):
            path = local_path(space + rest)
            assert re.fullmatch(r"/(?!/)[\x21-\x7e]*", path)
            assert "\\" not in path


@pytest.mark.parametrize(
    "path",
    ["/id/country/NER", "/doc/country/NER", "/ontology.ttl", "/graph/inferred.nt", "/dataset", "/.well-known/void"],
)
def test_head_is_get_without_the_body(client: httpx.Client, path: str) -> None:
    head, full = client.head(path), client.get(path)
    assert head.status_code == full.status_code < 400
    assert head.content == b""
    for name in ("content-type", "location", "etag", "content-location", "link"):
        assert head.headers.get(name) == full.headers.get(name)


def test_only_what_varies_says_so(client: httpx.Client) -> None:
    got = client.get("/dumps/everything.nq")
    assert got.status_code == 303
    assert "" not in got.headers.get("vary", "Origin").replace(" ", "").split(",")


def test_no_form_suits(client: httpx.Client) -> None:
    for path in (
        "/id/country/NER",
        "/doc/country/NER",
        "/ontology",
        "/dataset",
        "/.well-known/void",
        "/graph/inferred",
    ):
        got = get(client, path, "image/png")
        assert (got.status_code, "text/turtle" in got.text) == (406, True)


@pytest.mark.parametrize("path", ["/ontology", "/ontology/1.0.0"])
def test_ontology_is_the_file_as_edited(client: httpx.Client, files: sources.Sources, path: str) -> None:
    assert get(client, path, "text/turtle").content == files.ontology.read_bytes()
    assert get(client, path + ".ttl").content == files.ontology.read_bytes()
    assert (URIRef(ONTOLOGY), RDF.type, OWL.Ontology) in parsed(get(client, path, "application/rdf+xml"))


def test_ontology_has_a_page_with_every_term(client: httpx.Client, files: sources.Sources) -> None:
    graph = sources.read_source(files.ontology).graph
    terms = {str(term).removeprefix(MGI) for term in graph.subjects(RDFS.isDefinedBy, URIRef(ONTOLOGY))}
    for language, name in (("en", "index.html"), ("fr", "index.fr.html")):
        led = client.get("/ontology", headers={"Accept": "text/html", "Accept-Language": language})
        assert (led.status_code, led.headers["location"]) == (303, f"/ontology/{name}")
        page = client.get(led.headers["location"])
        parser = _Links()
        parser.feed(page.text)
        assert {term for term in terms if "/" not in term} <= parser.ids
        assert client.get("/ontology/style.css").headers["content-type"].startswith("text/css")
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_unknown_version_of_the_ontology(client: httpx.Client) -> None:
    got = client.get("/ontology/9.9.9")
    assert (got.status_code, "1.0.0" in got.text) == (404, True)


def test_named_graphs_are_sent_whole(client: httpx.Client, built: snapshot.Snapshot) -> None:
    for facts in built.graphs:
        got = get(client, local(facts.iri), "application/n-quads")
        quads = list(ox.parse(got.content, ox.RdfFormat.N_QUADS))
        inside = [quad for quad in quads if quad.graph_name == ox.NamedNode(facts.iri)]
        assert len(set(inside)) == facts.triples
        assert {str(quad.graph_name) for quad in quads} == {"DEFAULT", f"<{facts.iri}>"}
        assert f"{facts.triples:,}" in get(client, local(facts.iri), "text/html").text
    unknown = client.get("/graph/nowhere")
    assert (unknown.status_code, "niger-2021" in unknown.text) == (404, True)


def test_every_shape_is_on_the_page(client: httpx.Client, built: snapshot.Snapshot) -> None:
    parser = _Links()
    parser.feed(get(client, "/shapes", "text/html").text)
    shapes = {iri.partition("#")[2] for iri in minted(built) if iri.startswith(BASE + "shapes#")}
    assert len(shapes) > 100
    assert shapes <= parser.ids


# ---- The dataset


@pytest.fixture(scope="module")
def void(client: httpx.Client) -> Graph:
    got = client.get("/.well-known/void")
    assert (got.status_code, got.headers["content-type"].split(";")[0]) == (200, "text/turtle")
    return parsed(got)


def test_void_uses_only_terms_that_exist(void: Graph) -> None:
    for space in (VOID, DCAT, DCTERMS, FOAF):
        terms = {str(term) for term in dir(space)} | UNLISTED
        used = {str(predicate) for _, predicate, _ in void if str(predicate).startswith(str(space))}
        assert used
        assert used <= terms
    known = [VOID.Dataset, DCAT.Dataset, DCAT.Distribution, DCAT.DataService, FOAF.Agent, SPDX.Checksum, SD.Service]
    assert set(void.objects(None, RDF.type)) == set(known)


def test_void_counts_what_is_served(void: Graph, client: httpx.Client) -> None:
    dataset = URIRef(DATASET)

    def ask(pattern: str) -> int:
        query = f"SELECT (COUNT({pattern.partition('|')[0]}) AS ?n) {{ {pattern.partition('|')[2] or '?s ?p ?o'} }}"
        got = client.get("/sparql", params={"query": query}, headers={"Accept": "application/sparql-results+json"})
        return int(got.json()["results"]["bindings"][0]["n"]["value"])

    for term, pattern in (
        (VOID.triples, "*"),
        (VOID.distinctSubjects, "DISTINCT ?s"),
        (VOID.distinctObjects, "DISTINCT ?o"),
        (VOID.properties, "DISTINCT ?p"),
        (VOID.classes, "DISTINCT ?c|?s a ?c"),
    ):
        assert int(str(void.value(dataset, term))) == ask(pattern)
    part = next(
        p for p in void.objects(dataset, VOID.classPartition) if void.value(p, VOID["class"]) == URIRef(MGI + "Law")
    )
    assert int(str(void.value(part, VOID.entities))) == ask(f"DISTINCT ?s|?s a <{MGI}Law>")
    totals = (int(str(void.value(part, VOID.triples))) for part in void.objects(dataset, VOID.propertyPartition))
    assert sum(totals) == ask("*")


def test_void_says_what_people_and_catalogues_need(void: Graph, address: str) -> None:
    dataset = URIRef(DATASET)
    for term in (DCTERMS.title, DCTERMS.description):
        assert {text.language for text in void.objects(dataset, term) if isinstance(text, Literal)} == {"en", "fr"}
    assert (dataset, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by-nc/4.0/")) in void
    assert (dataset, VOID.sparqlEndpoint, URIRef(address + "sparql")) in void
    assert (dataset, VOID.uriSpace, Literal(ID)) in void
    assert (dataset, VOID.vocabulary, URIRef(MGI)) in void
    assert len(set(void.objects(dataset, VOID.subset))) == 5
    for term in (
        DCTERMS.publisher,
        DCTERMS.creator,
        DCTERMS.modified,
        URIRef(VERSION),
        VOID.exampleResource,
        VOID.dataDump,
    ):
        assert (dataset, term, None) in void
    service = URIRef(DATASET + "#service")
    assert (service, DCAT.endpointURL, URIRef(address + "sparql")) in void
    assert (None, DCAT.accessService, service) in void


def test_every_distribution_is_what_its_checksum_says(void: Graph, client: httpx.Client) -> None:
    downloads = 0
    for node in void.subjects(RDF.type, DCAT.Distribution):
        if not (url := void.value(node, DCAT.downloadURL)):
            continue
        got = client.get(str(url), headers={"Accept-Encoding": "identity"})
        checksum = void.value(node, SPDX.checksum)
        assert (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256) in void
        assert hashlib.sha256(got.content).hexdigest() == str(void.value(checksum, SPDX.checksumValue))
        assert len(got.content) == int(str(void.value(node, DCAT.byteSize)))
        media = str(void.value(node, DCAT.mediaType)).partition("media-types/")[2]
        if void.value(node, DCAT.compressFormat):
            assert got.headers["content-type"] == "application/gzip"
            gzip.decompress(got.content)
        else:
            assert got.headers["content-type"].startswith(media)
        downloads += 1
    assert downloads > 20


def test_source_files_are_dumped_as_edited(
    client: httpx.Client, built: snapshot.Snapshot, files: sources.Sources
) -> None:
    for path in (*files.asserted, *files.shapes):
        name = path.relative_to(files.root).as_posix()
        got = client.get(f"/dumps/{built.version}/{name}")
        assert got.content == path.read_bytes()
        assert got.headers["content-disposition"] == f'attachment; filename="{path.name}"'
        assert "immutable" in got.headers["cache-control"]
        assert got.headers["etag"] == f'"{hashlib.sha256(got.content).hexdigest()}"'
        known = {"If-None-Match": got.headers["etag"]}
        assert client.get(f"/dumps/{built.version}/{name}", headers=known).status_code == 304


def test_checksums_are_in_the_form_of_sha256sum(client: httpx.Client, built: snapshot.Snapshot) -> None:
    led = client.get("/dumps/SHA256SUMS")
    assert led.headers["location"] == f"/dumps/{built.version}/SHA256SUMS"
    lines = client.get(led.headers["location"]).text.splitlines()
    assert len(lines) == len(built.dumps) - 1
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((built.path / "dumps" / name).read_bytes()).hexdigest() == digest


def test_everything_is_what_the_store_holds(built: snapshot.Snapshot) -> None:
    fresh = ox.Store()
    fresh.load(path=str(built.path / "dumps" / "everything.nq"), format=ox.RdfFormat.N_QUADS)
    other = ox.Store()
    other.load(path=str(built.path / "dumps" / "everything.trig"), format=ox.RdfFormat.TRIG)
    store = built.open()
    for facts in built.graphs:
        graph = ox.NamedNode(facts.iri)
        counts = {sum(1 for _ in each.quads_for_pattern(None, None, None, graph)) for each in (store, fresh, other)}
        assert counts == {facts.triples}
    closure = {quad.triple for quad in ox.parse(path=str(built.path / "dumps" / "closure.nt"))}
    described = sum(facts.triples for facts in built.graphs if facts.iri == snapshot.DESCRIPTION)
    assert len(closure) == built.triples - described


def test_a_browser_is_led_from_void_to_the_page(client: httpx.Client) -> None:
    got = get(client, "/.well-known/void", "text/html,application/xhtml+xml,*/*;q=0.8")
    assert (got.status_code, got.headers["location"]) == (303, "/dataset")
    assert "Jeu de données" in client.get("/dataset", params={"lang": "fr"}).text


def test_unknown_dump_and_version(client: httpx.Client, built: snapshot.Snapshot) -> None:
    assert client.get("/dumps/nothing.nq").status_code == 404
    assert client.get("/dumps/000000000000/everything.nq").status_code == 404
    assert client.get(f"/dumps/{built.version}/nothing.nq").status_code == 404


def test_a_download_goes_on_when_the_data_change(client: httpx.Client, built: snapshot.Snapshot, cache: Path) -> None:
    older = cache / "0123456789ab"
    shutil.copytree(built.path, older)
    manifest = (older / "manifest.json").read_text("utf-8").replace(built.version, older.name)
    (older / "manifest.json").write_text(manifest, "utf-8")
    (older / "dumps" / "inferred.nt").write_text("older", "utf-8")
    try:
        assert client.get("/dumps/0123456789ab/inferred.nt").text == "older"
        assert client.get("/dumps/0123456789ab/nothing.nt").status_code == 404
    finally:
        shutil.rmtree(older)


# ---- The service description

SD_TERMS = {
    *("endpoint", "feature", "defaultEntailmentRegime", "supportedLanguage", "resultFormat", "defaultDataset"),
    *("availableGraphs", "defaultGraph", "namedGraph", "name", "graph"),
}
SD_CLASSES = {"Service", "Dataset", "GraphCollection", "Graph", "NamedGraph"}


def described_service(facts: snapshot.Snapshot, endpoint: str) -> Graph:
    triples = metadata.service_description(facts, endpoint)
    written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert written is not None
    return Graph().parse(data=written, format="nt")


def test_service_description(built: snapshot.Snapshot) -> None:
    graph = described_service(built, "http://host.example/sparql")
    used = {str(p).removeprefix(str(SD)) for _, p, _ in graph if str(p).startswith(str(SD))}
    assert used == SD_TERMS
    classes = {str(c).removeprefix(str(SD)) for c in graph.objects(None, RDF.type) if str(c).startswith(str(SD))}
    assert classes == SD_CLASSES
    service = graph.value(None, RDF.type, SD.Service)
    assert graph.value(service, SD.endpoint) == URIRef("http://host.example/sparql")
    assert (service, SD.feature, SD.UnionDefaultGraph) in graph
    assert set(graph.objects(None, SD.name)) == {URIRef(facts.iri) for facts in built.graphs}
    assert len(set(graph.objects(service, SD.resultFormat))) == 10
    default = graph.value(graph.value(service, SD.defaultDataset), SD.defaultGraph)
    assert int(str(graph.value(default, VOID.triples))) == built.triples
    assert "OWL 2 RL" in str(graph.value(default, DCTERMS.description))


# ---- Other files, and what a store would change


def test_other_files_have_a_dataset_and_no_things(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "other.ttl"
    path.write_text("<http://e/a> a <http://e/Dog> ; <http://e/b> 1, 2 .", "utf-8")
    with serve("--data", path) as address, httpx.Client(base_url=address, timeout=30) as client:
        graph = parsed(client.get("/.well-known/void"))
        dataset = URIRef(address + "dataset")
        assert int(str(graph.value(dataset, VOID.triples))) == 3
        assert (dataset, VOID.uriSpace, None) not in graph
        assert (None, DCTERMS.license, None) not in graph
        assert client.get("/dataset", headers={"Accept": "text/html"}).status_code == 200
        for nothing in ("/id/a", "/doc/a", "/ontology", "/graph/a", "/shapes", "/dumps/everything.nq"):
            assert client.get(nothing).status_code == 404
        files = snapshot.of_files([path])
        assert (None, SD.feature, SD.UnionDefaultGraph) not in described_service(files, address + "sparql")


TINY = """
@prefix ex: <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Dog a owl:Class ; rdfs:seeAlso ( ex:Hound [ a owl:Class ] ) . ex:Hound a owl:Class .
ex:rex a ex:Dog ; ex:age "042"^^xsd:integer ; ex:weight 1.50, 1.5 ; ex:born "2020-01-01T00:00:00.000Z"^^xsd:dateTime .
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sources.Sources:
    texts = {"ontology/mgi.ttl": TINY, "data/a.ttl": TINY, "shapes/a.ttl": "[] a [] .", "queries/a.rq": ""}
    for name, text in texts.items():
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_text(text, "utf-8")
    monkeypatch.setenv(snapshot.CACHE_VARIABLE, str(tmp_path / "cache"))
    return sources.find_sources(tmp_path / "root")


def test_dumps_keep_what_a_store_rewrites(tiny: sources.Sources) -> None:
    made = snapshot.current(tiny)
    dumped = (made.path / "dumps" / "everything.nq").read_text("utf-8")
    for text in ('"042"', '"1.50"', '"1.5"', '"2020-01-01T00:00:00.000Z"'):
        assert dumped.count(text) >= 2  # in both files
    assert '"042"' not in "".join(map(str, made.open()))


def test_dumps_are_the_same_bytes_each_time(tiny: sources.Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    first = snapshot.current(tiny)
    monkeypatch.setenv(snapshot.CACHE_VARIABLE, str(tiny.root / "other-cache"))
    second = snapshot.current(tiny)
    assert second.path != first.path
    assert second.dumps == first.dumps
    assert second.census == first.census


def test_where_the_graph_says_more_lies_where_headers_say(client: httpx.Client) -> None:
    page = client.get("/doc/country/NER", params={"lang": "en"}).text
    query = next(link for link in links_of(page) if link.startswith("/sparql?query="))
    assert parse_qs(urlsplit(query).query)["query"][0].startswith("SELECT ?subject")
    assert GRAPH + "niger-2021" in client.get("/graph/niger-2021.ttl").text
