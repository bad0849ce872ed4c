"""Why a triple holds: every kind of inference down to the pages, sound and shortest proofs, what never follows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pyoxigraph as ox
import pytest
from conftest import CASES, ROOT, OpenPage, Run, http
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from test_reasoning import FACTS, PLAIN_AXIOMS, Groups, chains, triples_of

from mgi_graph import snapshot
from mgi_graph.engine.embedded import EmbeddedEngine
from mgi_graph.engine.result import Answer
from mgi_graph.engine.syntax import Dataset
from mgi_graph.errors import (
    AmbiguousNameError,
    InconsistencyError,
    NameNotFoundError,
    NotInGraphError,
    ParameterError,
    ProofNotFoundError,
    StandingUnknownError,
)
from mgi_graph.inspection import asserted_triples
from mgi_graph.namespaces import ID, MGI, OWL, PROV, RDF, XSD
from mgi_graph.reasoning.closure import infer
from mgi_graph.reasoning.explanation import Explainer
from mgi_graph.reasoning.naming import Naming
from mgi_graph.reasoning.proofs import INFERRED, Bounds, Proof, find_proofs
from mgi_graph.reasoning.provenance import provenance_triples, statement_iri
from mgi_graph.reasoning.rules import Pattern, Rule, compile_rules
from mgi_graph.reasoning.telling import as_text, because
from mgi_graph.reasoning.words import WORDS

NEVER = sorted(path.parent for path in (CASES / "rules" / "never").glob("*/never.ttl"))
ANLTP = ox.NamedNode(ID + "ne/org/anltp-tim")
LAW = ox.NamedNode(ID + "ne/instrument/law-2015-36")


INTEGER = ox.NamedNode(XSD + "integer")
Texts = tuple[str, str, str]


def quads(turtle: str) -> set[ox.Quad]:
    return set(ox.parse(turtle, format=ox.RdfFormat.TURTLE))


class StoreEngine:
    """A store in memory, laid out as a snapshot is: what is asserted, and what is inferred, which also has a graph."""

    def __init__(self, asserted: Sequence[ox.Triple], inferred: Sequence[ox.Triple]) -> None:
        self._store = ox.Store()
        for triples, graph in ((asserted, "urn:asserted"), (inferred, INFERRED)):
            for place in (ox.DefaultGraph(), ox.NamedNode(graph)):
                self._store.bulk_extend(ox.Quad(s, p, o, place) for s, p, o in triples)

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        return Answer(self._store.query(text))

    def describe(self) -> Mapping[str, str]:
        return {}


@pytest.fixture(scope="module")
def explainer(engine: EmbeddedEngine) -> Explainer:
    return Explainer(engine)


@pytest.fixture(scope="module")
def naming(engine: EmbeddedEngine) -> Naming:
    return Naming(engine)


@pytest.fixture(scope="module")
def inferred(built: snapshot.Snapshot) -> frozenset[ox.Triple]:
    quads = built.open().quads_for_pattern(None, None, None, ox.NamedNode(INFERRED))
    return frozenset(quad.triple for quad in quads)


@pytest.fixture(scope="module")
def stated(files: object) -> frozenset[ox.Triple]:
    return frozenset(asserted_triples(sorted([ROOT / "ontology" / "mgi.ttl", *(ROOT / "data").glob("*.ttl")])))


def instance(pattern: Pattern, triple: ox.Triple, bound: dict[str, object]) -> bool:
    """Whether a triple is an instance of a pattern, with what is bound so far; binds the rest."""
    for place, term in zip(pattern, triple, strict=True):
        fixed = bound.setdefault(place.value, term) if isinstance(place, ox.Variable) else place
        if fixed != term:
            return False
    return True


def assert_sound(proof: Proof, asserted: frozenset[ox.Triple], above: tuple[ox.Triple, ...] = ()) -> None:
    """Every step is an instance of its rule, every leaf is asserted, nothing rests on itself."""
    assert proof.triple not in above
    if proof.rule is None:
        assert proof.triple in asserted
        assert not proof.premises
        return
    bound: dict[str, object] = {}
    assert proof.rule.head
    assert len(proof.premises) == len(proof.rule.body)
    pairs = zip((proof.rule.head, *proof.rule.body), (proof, *proof.premises), strict=True)
    assert all(instance(pattern, part.triple, bound) for pattern, part in pairs)
    for premise in proof.premises:
        assert_sound(premise, asserted, (*above, proof.triple))


def firing(engine: EmbeddedEngine, rules: Sequence[Rule]) -> dict[Rule, list[ox.Triple]]:
    """The rules that give inferred triples in a snapshot, each with some of these."""
    found = {}
    for rule in rules:
        body = " . ".join(map(str, rule.body))
        condition = f"FILTER({rule.condition})" if rule.condition else ""
        where = f"{body} {condition} GRAPH <{INFERRED}> {{ {rule.head} }}"
        if triples := engine.query(f"CONSTRUCT {{ {rule.head} }} WHERE {{ {where} }} LIMIT 20").triples():
            found[rule] = sorted(triples, key=str)
    return found


class TestEveryKind:
    def test_each_rule_that_fires_is_explained(
        self, engine: EmbeddedEngine, explainer: Explainer, stated: frozenset[ox.Triple]
    ) -> None:
        fired = firing(engine, explainer.rules.rules)
        assert len(fired) > 150
        used: set[str] = set()
        for triple in dict.fromkeys(triples[0] for triples in fired.values()):
            explanation = explainer.explain(triple)
            assert explanation.standing == "inferred"
            assert explanation.proofs
            for proof in explanation.proofs:
                assert_sound(proof, stated)
                used |= {part.rule.name for part in proof.parts() if part.rule}
        for triple in (triple for rule, triples in fired.items() if rule.name not in used for triple in triples):
            proofs, _ = find_proofs(engine, explainer.rules, triple)
            used |= {part.rule.name for proof in proofs for part in proof.parts() if part.rule}
        assert {rule.name for rule in fired} == used

    def test_each_relation_and_class_leads_to_pages(
        self, explainer: Explainer, inferred: frozenset[ox.Triple], engine: EmbeddedEngine
    ) -> None:
        kinds: dict[object, ox.Triple] = {}
        for triple in sorted(inferred, key=str):
            kind = triple.object if triple.predicate.value == RDF + "type" else triple.predicate
            kinds.setdefault(kind, triple)
        assert len(kinds) > 40
        claimed = {row[0] for row in engine.query(f"SELECT ?p {{ ?p <{MGI}assertable> true }}").table().rows}
        paged = 0
        for triple in kinds.values():
            explanation = explainer.explain(triple)
            for part in (
                part for proof in explanation.proofs for part in proof.parts() if part.triple.predicate in claimed
            ):
                if part.rule is None:
                    evidence = explanation.evidence[part.triple]
                    assert evidence, f"{part.triple} rests on no claim"
                    assert all(item.page or item.page_label for item in evidence)
                    paged += 1
        assert paged > 15

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_steps_are_said_with_the_names_of_relations(self, explainer: Explainer, language: str) -> None:
        explanation = explainer.explain(ox.Triple(LAW, ox.NamedNode(MGI + "implementedBy"), ANLTP))
        words = because(explanation, explanation.proofs[0], language)
        for relation in ("implements", "implementedBy"):
            assert explanation.labels[MGI + relation][language] in words
        assert not re.search(r"mgi:|owl:|prp-", words)

    def test_rules_are_said_in_both_languages(self, explainer: Explainer) -> None:
        names = {rule.name for rule in explainer.rules.rules} | {case.name for case in (CASES / "rules").iterdir()}
        derive = {rule.name for rule in explainer.rules.rules}
        assert derive <= set(WORDS) <= names
        assert all(words["en"] and words["fr"] for words in WORDS.values())


class TestAnswers:
    def test_down_to_the_page(self, explainer: Explainer) -> None:
        explanation = explainer.explain(ox.Triple(LAW, ox.NamedNode(MGI + "implementedBy"), ANLTP))
        (proof,) = explanation.proofs
        assert proof.rule
        assert (proof.rule.name, str(proof.rule.axiom)) == (
            "prp-inv1",
            "mgi:implements owl:inverseOf mgi:implementedBy",
        )
        (premise,) = proof.premises
        assert premise.graphs == ("https://w3id.org/mgi-graph/graph/niger-2021",)
        (item,) = explanation.evidence[premise.triple]
        assert (item.kind, item.page, item.paragraph) == ("AffirmedClaim", 14, "1.3-p4")
        assert "1.3-p4, p. 14" in as_text(explanation)

    def test_asserted_answers_with_its_claim(self, explainer: Explainer) -> None:
        explanation = explainer.explain(ox.Triple(ANLTP, ox.NamedNode(MGI + "implements"), LAW))
        assert explanation.standing == "asserted"
        assert explanation.evidence[explanation.triple][0].page == 14

    def test_denied_says_who_denies(self, explainer: Explainer, naming: Naming) -> None:
        explanation = explainer.explain(
            naming.triple("National Adaptation Programme of Action", "regulates", "Displacement")
        )
        assert (explanation.standing, explanation.proofs) == ("denied", ())
        (item,) = explanation.evidence[explanation.triple]
        assert (item.kind, item.page) == ("DeniedClaim", 21)
        assert "p. 21" in as_text(explanation, "fr")

    def test_disputed_says_so(self, explainer: Explainer, engine: EmbeddedEngine) -> None:
        rows = engine.query(
            f"SELECT ?s ?p ?o {{ ?c a <{MGI}DisputedClaim> ; <{MGI}claimSubject> ?s ; <{MGI}claimPredicate> ?p ; "
            f"<{MGI}claimObject>|<{MGI}claimValue>|<{MGI}claimDate> ?o FILTER NOT EXISTS {{ ?s ?p ?o }} }} ORDER BY ?c"
        )
        subject, predicate, obj = rows.table().rows[0]
        assert isinstance(subject, ox.NamedNode)
        assert isinstance(predicate, ox.NamedNode)
        assert obj
        assert explainer.explain(ox.Triple(subject, predicate, obj)).standing == "disputed"

    def test_unstated_is_not_called_false(self, explainer: Explainer) -> None:
        treaty = ox.NamedNode(ID + "treaty/refugee-convention-1951")
        explanation = explainer.explain(ox.Triple(ANLTP, ox.NamedNode(MGI + "implements"), treaty))
        assert (explanation.standing, explanation.proofs, dict(explanation.evidence)) == ("unstated", (), {})
        assert "not make it false" in as_text(explanation)

    def test_other_ways_are_counted(self, explainer: Explainer, engine: EmbeddedEngine) -> None:
        triple = ox.Triple(ANLTP, ox.NamedNode(MGI + "discussedIn"), ox.NamedNode(ID + "dimension/migrants-rights"))
        few, many = Explainer(engine, Bounds(proofs=1)).explain(triple), explainer.explain(triple)
        assert len(few.proofs) == 1
        assert few.others + 1 == many.others + len(many.proofs) >= 2
        assert list(map(str, many.proofs[:1])) == list(map(str, few.proofs))

    def test_prov_o(self, explainer: Explainer) -> None:
        triple = ox.Triple(LAW, ox.NamedNode(MGI + "implementedBy"), ANLTP)
        written = set(provenance_triples(explainer.explain(triple)))
        premise = ox.Triple(ANLTP, ox.NamedNode(MGI + "implements"), LAW)
        derived = ox.NamedNode(PROV + "wasDerivedFrom")
        goal, ground = ox.NamedNode(statement_iri(triple)), ox.NamedNode(statement_iri(premise))
        assert ox.Triple(goal, derived, ground) in written
        sources = {t.object for t in written if t.subject == ground and t.predicate == derived}
        assert ox.NamedNode(ID + "profile/ne-2021/finding/1.3-p4-6") in sources
        (activity,) = (t.object for t in written if t.subject == goal and t.predicate.value == PROV + "wasGeneratedBy")
        assert isinstance(activity, ox.NamedNode)
        assert ox.Triple(activity, ox.NamedNode(PROV + "used"), ground) in written


class TestNaming:
    @pytest.mark.parametrize(
        ("texts", "meant"),
        [
            (("ANLTP/TIM", "implements", "2015-36"), (ANLTP, MGI + "implements", LAW)),
            (("anltp/tim", "met en œuvre", "Law No. 2015-36"), (ANLTP, MGI + "implements", LAW)),
            ((f"<{LAW.value}>", "mgi:implementedBy", "id:ne/org/anltp-tim"), (LAW, MGI + "implementedBy", ANLTP)),
            (("ANLTP/TIM", "a", "Agency"), (ANLTP, RDF + "type", ox.NamedNode(MGI + "Agency"))),
            (
                ("2015-36", "year", "2015"),
                (LAW, MGI + "year", ox.Literal("2015", datatype=ox.NamedNode(XSD + "integer"))),
            ),
            (("2015-36", "mgi:number", '"2015-36"'), (LAW, MGI + "number", ox.Literal("2015-36"))),
        ],
    )
    def test_what_is_meant(
        self, naming: Naming, texts: tuple[str, str, str], meant: tuple[ox.NamedNode, str, ox.NamedNode]
    ) -> None:
        subject, predicate, obj = meant
        assert naming.triple(*texts) == ox.Triple(subject, ox.NamedNode(predicate), obj)

    @pytest.mark.parametrize(
        ("texts", "error"),
        [
            (("", "implements", "2015-36"), ParameterError),
            (("ANLTP/TIMM", "implements", "2015-36"), NameNotFoundError),
            (("ANLTP/TIM", "implementz", "2015-36"), NameNotFoundError),
            (("mgi:NoSuch", "a", "Agency"), NotInGraphError),
            (("https://w3id.org/mgi-graph/id/x> } DROP ALL {", "a", "Agency"), ParameterError),
            (("ANLTP/TIM", "mgi:implements", '"x" . <urn:a> <urn:b> <urn:c>'), ParameterError),
            (("ANLTP/TIM", "mgi:implements", '"x'), ParameterError),
        ],
    )
    def test_what_means_nothing(self, naming: Naming, texts: Texts, error: type[Exception]) -> None:
        with pytest.raises(error):
            naming.triple(*texts)

    def test_ambiguous_name_lists_what_it_fits(self, naming: Naming, engine: EmbeddedEngine) -> None:
        names = engine.query(
            "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> SELECT ?n { ?a skos:altLabel ?n . ?b skos:altLabel ?n "
            f"FILTER(STR(?a) < STR(?b)) ?a a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* <{MGI}Entity> . "
            f"?b a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* <{MGI}Entity> }} ORDER BY ?n LIMIT 1"
        ).table()
        if not names.rows:
            pytest.skip("no name of the graph is shared")
        assert names.rows[0][0]
        with pytest.raises(AmbiguousNameError):
            naming.triple(names.rows[0][0].value, "implements", "2015-36")


class TestBounds:
    def chain(self, length: int) -> tuple[StoreEngine, ox.Triple]:
        """A closure in which the last triple needs so many steps one above the other."""
        ex = "http://example.org/"
        steps = [ox.NamedNode(f"{ex}p{number}") for number in range(length + 1)]
        below = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subPropertyOf")
        axioms = [ox.Triple(low, below, high) for low, high in pairwise(steps)]
        a, b = ox.NamedNode(ex + "a"), ox.NamedNode(ex + "b")
        triples = [*axioms, ox.Triple(a, steps[0], b)]
        return StoreEngine(triples, infer(triples)), ox.Triple(a, steps[-1], b)

    def test_depth(self) -> None:
        engine, goal = self.chain(8)
        assert Explainer(engine, Bounds(depth=8)).explain(goal).proofs[0].height == 8
        with pytest.raises(ProofNotFoundError, match="no proof was found among"):
            Explainer(engine, Bounds(depth=7)).explain(goal)

    def test_triples(self) -> None:
        engine, goal = self.chain(8)
        with pytest.raises(ProofNotFoundError):
            Explainer(engine, Bounds(triples=4)).explain(goal)

    def test_time(self) -> None:
        engine, goal = self.chain(3)
        with pytest.raises(ProofNotFoundError):
            Explainer(engine, Bounds(seconds=0)).explain(goal)

    def test_store_without_the_graph_of_inferences(self) -> None:
        with pytest.raises(StandingUnknownError, match="graph/inferred"):
            Explainer(StoreEngine([ox.Triple(ANLTP, ox.NamedNode(OWL + "sameAs"), LAW)], [])).explain(
                ox.Triple(ANLTP, ox.NamedNode(OWL + "sameAs"), LAW)
            )


def rounds(triples: Sequence[ox.Triple]) -> dict[ox.Triple, int]:
    """The least height of a proof of each triple, by rounds in which a rule sees only what earlier rounds gave."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(s, p, o) for s, p, o in triples)
    heights = dict.fromkeys(triples, 0)
    for height in range(1, 50):
        new = set()
        for rule in compile_rules(triples).rules:
            body = " . ".join(map(str, rule.body))
            condition = f"FILTER({rule.condition})" if rule.condition else ""
            results = store.query(f"CONSTRUCT {{ {rule.head} }} WHERE {{ {body} {condition} }}")
            assert isinstance(results, ox.QueryTriples)
            new |= {triple for triple in results if triple not in heights}
        if not new:
            break
        heights |= dict.fromkeys(new, height)
        store.extend(ox.Quad(s, p, o) for s, p, o in new)
    return heights


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PLAIN_AXIOMS, chains()), min_size=1, max_size=4), st.lists(FACTS, min_size=1, max_size=4))
def test_random_proofs_are_sound_and_shortest(axioms: Groups, facts: Groups) -> None:
    triples = [triple for group in (*axioms, *facts) for triple in group]
    try:
        inferred = infer(triples)
    except InconsistencyError:
        return
    heights = rounds(triples)
    everything = sorted(set(heights) - set(triples), key=str)  # with what says nothing, such as sameAs of itself
    engine, rules = StoreEngine(triples, everything), compile_rules(triples)
    for triple in inferred[:6]:
        proofs, _ = find_proofs(engine, rules, triple, Bounds(ways=500))
        assert proofs[0].height == heights[triple]
        for proof in proofs:
            assert_sound(proof, frozenset(triples))


@pytest.mark.parametrize("case", NEVER, ids=lambda case: case.name)
def test_what_must_never_be_inferred_is_not(case: Path) -> None:
    triples = [*asserted_triples([ROOT / "ontology" / "mgi.ttl"]), *triples_of(case / "given.ttl")]
    inferred = infer(triples)
    assert set(triples_of(case / "inferred.ttl")) <= set(inferred)
    never = triples_of(case / "never.ttl")
    assert never
    assert not set(never) & set(inferred)
    explainer = Explainer(StoreEngine(triples, inferred))
    assert {explainer.explain(triple).standing for triple in never} == {"unstated"}


def test_what_must_never_be_inferred_was_found() -> None:
    assert len(NEVER) == 7


class TestCommand:
    def test_text(self, run: Run) -> None:
        done = run("why", "Law No. 2015-36", "implementedBy", "ANLTP/TIM")
        assert done.returncode == 0, done.stderr
        assert "prp-inv1: mgi:implements owl:inverseOf mgi:implementedBy" in done.stdout
        assert "1.3-p4, p. 14" in done.stdout

    def test_the_document_shows_what_is_told(self, run: Run) -> None:
        page = (ROOT / "docs" / "reasoning.md").read_text("utf-8")
        _, _, shown = page.partition('    $ mgi-graph why "Law No. 2015-36" implementedBy ANLTP/TIM\n')
        lines = [line.strip() for line in shown.partition("\n\nSubject,")[0].splitlines() if line.strip()]
        done = run("why", "Law No. 2015-36", "implementedBy", "ANLTP/TIM")
        told = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        assert len(lines) == len(told) == 7
        for line, whole in zip(lines, told, strict=True):
            assert re.fullmatch(".*".join(map(re.escape, line.split("…"))), whole), line

    def test_french(self, run: Run) -> None:
        done = run("why", "Law No. 2015-36", "implementedBy", "ANLTP/TIM", "--lang", "fr")
        assert "Déduit" in done.stdout
        assert "disent la même chose" in done.stdout

    def test_json(self, run: Run) -> None:
        data = json.loads(run("why", "2015-36", "implementedBy", "ANLTP/TIM", "--format", "json").stdout)
        assert data["standing"] == "inferred"
        (premise,) = data["proofs"][0]["premises"]
        assert premise["evidence"][0]["page"] == 14

    def test_turtle_over_an_endpoint(self, run: Run, address: str) -> None:
        arguments = ("why", LAW.value, "mgi:implementedBy", ANLTP.value, "--format", "turtle")
        remote = run(*arguments, "--store", f"{address}sparql")
        assert remote.returncode == 0, remote.stderr
        local = run(*arguments).stdout
        assert set(ox.parse(remote.stdout, format=ox.RdfFormat.TURTLE)) == set(
            ox.parse(local, format=ox.RdfFormat.TURTLE)
        )
        assert "prov:wasGeneratedBy" in local

    def test_unknown_name(self, run: Run) -> None:
        done = run("why", "ANLTP/TIMM", "implements", "2015-36")
        assert done.returncode == 1
        assert "nearest names" in done.stderr
        assert "Traceback" not in done.stderr


QUESTION = {"subject": "2015-36", "predicate": "implementedBy", "object": "ANLTP/TIM"}


class TestOverHTTP:
    def get(self, address: str, accept: str = "application/json", **parameters: str) -> httpx.Response:
        return http.get(f"{address}why", params=parameters, headers={"Accept": accept}, timeout=60)

    def test_json(self, address: str) -> None:
        reply = self.get(address, **QUESTION, lang="fr")
        assert reply.status_code == 200, reply.text
        assert reply.headers["content-language"] == "fr"
        data = reply.json()
        assert (data["standing"], data["proofs"][0]["rule"]["name"]) == ("inferred", "prp-inv1")
        assert data["proofs"][0]["premises"][0]["evidence"][0]["page"] == 14

    @pytest.mark.parametrize("media", ["text/turtle", "application/ld+json"])
    def test_rdf(self, address: str, explainer: Explainer, media: str) -> None:
        reply = self.get(address, media, **QUESTION)
        assert reply.status_code == 200
        form = ox.RdfFormat.from_media_type(media)
        assert form
        written = {quad.triple for quad in ox.parse(reply.content, format=form)}
        triple = ox.Triple(LAW, ox.NamedNode(MGI + "implementedBy"), ANLTP)
        assert set(provenance_triples(explainer.explain(triple))) <= written

    def test_what_rests_on_a_reading_says_so_and_why(self, address: str) -> None:
        named = {"subject": "DST", "predicate": "underAuthorityOf", "object": "MID"}
        data = self.get(address, **named).json()
        assert data["standing"] == "inferred"
        assert "rests on an editors’ reading" in data["verdict"]
        page = self.get(address, "text/html", **named).text
        reason = next(item["reason"] for item in _cited(data["proofs"]) if item["reading"])
        assert "We read this" in reason
        assert reason in page
        assert data["verdict"] in page
        assert "reading" not in self.get(address, **QUESTION).json()["verdict"]

    def test_triple_that_does_not_hold(self, address: str) -> None:
        data = self.get(
            address, subject="ANLTP/TIM", predicate="implements", object="id:treaty/refugee-convention-1951"
        )
        assert (data.status_code, data.json()["standing"], data.json()["proofs"]) == (200, "unstated", [])

    @pytest.mark.parametrize(
        ("changed", "status"),
        [
            ({"object": ""}, 400),
            ({"subject": "ANLTP/TIMM"}, 400),
            ({"subject": "https://w3id.org/mgi-graph/id/nothing"}, 404),
            ({"subject": "http://e/> ?p ?o } #"}, 400),
            ({"object": '"x" ; <urn:p> "y"'}, 400),
            ({"object": "x" * 3000}, 400),
            ({"lang": "xx"}, 400),
            ({"format": "csv"}, 406),
            ({"depth": "9"}, 400),
        ],
    )
    def test_bad_request_is_told(self, address: str, changed: dict[str, str], status: int) -> None:
        reply = self.get(address, **{**QUESTION, **changed})
        assert reply.status_code == status, reply.text
        assert reply.json()["detail"]

    def test_openapi_describes_it(self, address: str) -> None:
        described = http.get(f"{address}openapi.json", timeout=60).json()
        parameters = [part["name"] for part in described["paths"]["/why"]["get"]["parameters"] if "name" in part]
        assert parameters == ["subject", "predicate", "object"]
        assert "Why" in described["components"]["schemas"]

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_page(self, open_page: OpenPage, axe: Callable[[Page], None], language: str) -> None:
        page = open_page(viewport={"width": 360, "height": 740})
        triple = {"subject": ANLTP.value, "predicate": MGI + "discussedIn", "object": ID + "dimension/migrants-rights"}
        page.goto(f"/why?{urlencode({**triple, 'lang': language})}")
        assert page.locator(".verdict.inferred").is_visible()
        assert page.locator(".proof").first.get_by_text("1.3-p4, p. 14").first.is_visible()
        proof = page.locator(".proof").first
        assert "prp-spo2" not in proof.inner_text()
        proof.locator("details.rule summary").first.click()
        assert "prp-spo2" in proof.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        axe(page)

    def test_page_asks_without_a_script(self, open_page: OpenPage) -> None:
        page = open_page(java_script_enabled=False)
        page.goto("/why?lang=en")
        for name, text in QUESTION.items():
            page.locator(f"main [name={name}]").fill(text)
        page.get_by_role("button", name="Why?").click()
        assert page.locator(".verdict.inferred").is_visible()


def _cited(proofs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All evidence in proofs, however deep."""
    for proof in proofs:
        yield from proof["evidence"]
        yield from _cited(proof["premises"])
