"""The rules: each by an example, each needed, the whole equal to owlrl's; what no rule covers is refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import CASES, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mgi_graph import snapshot, sources
from mgi_graph.errors import InconsistencyError, UncoveredAxiomError
from mgi_graph.inspection import asserted_triples
from mgi_graph.namespaces import MGI, OWL, RDF, RDFS
from mgi_graph.reasoning import oracle
from mgi_graph.reasoning.closure import infer
from mgi_graph.reasoning.rules import RuleSet, compile_rules

RULES = sorted(path for path in (CASES / "rules").iterdir() if (path / "given.ttl").exists())
DERIVING = [path for path in RULES if (path / "inferred.ttl").exists()]
REFUTING = [path for path in RULES if (path / "clash.txt").exists()]
BLIND_SPOTS = {"prp-adp", "prp-fp-values", "eq-diff2", "dt-not-type"}
"""Contradictions that owlrl does not see: it leaves out the last of a list, and does not compare literals."""


def triples_of(path: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path=path)]


def read(turtle: str) -> list[ox.Triple]:
    namespaces = {"ex": _EX, "owl": OWL, "rdfs": RDFS, "xsd": "http://www.w3.org/2001/XMLSchema#"}
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in namespaces.items())
    return [quad.triple for quad in ox.parse(head + turtle, format=ox.RdfFormat.TURTLE)]


def rule_name(case: Path) -> str:
    return case.name.removesuffix("-values")


def without(rules: RuleSet, name: str) -> RuleSet:
    heads = tuple(rule for rule in rules.rules if rule.name != name)
    return replace(rules, rules=heads, refutations=tuple(rule for rule in rules.refutations if rule.name != name))


def all_rule_names(triples: Iterable[ox.Triple]) -> set[str]:
    rules = compile_rules(triples)
    return {rule.name for rule in (*rules.rules, *rules.refutations)}


def test_every_rule_has_an_example() -> None:
    made = set[str]().union(*(all_rule_names(triples_of(case / "given.ttl")) for case in RULES))
    assert {rule_name(case) for case in RULES} == made
    assert len(DERIVING) + len(REFUTING) == len(RULES) > 40


@pytest.mark.parametrize("case", DERIVING, ids=lambda case: case.name)
class TestDeriving:
    def test_just_this_follows(self, case: Path) -> None:
        assert set(infer(triples_of(case / "given.ttl"))) == set(triples_of(case / "inferred.ttl"))

    def test_owlrl_agrees(self, case: Path) -> None:
        comparison = oracle.compare(triples_of(case / "given.ttl"))
        assert comparison.whole, comparison
        assert comparison.common

    def test_rule_is_needed(self, case: Path) -> None:
        given = triples_of(case / "given.ttl")
        less = infer(given, without(compile_rules(given), rule_name(case)))
        assert set(less) < set(triples_of(case / "inferred.ttl"))


@pytest.mark.parametrize("case", REFUTING, ids=lambda case: case.name)
class TestRefuting:
    def test_clash_is_told_with_its_statements(self, case: Path) -> None:
        with pytest.raises(InconsistencyError) as caught:
            infer(triples_of(case / "given.ttl"))
        told = [line.strip() for line in str(caught.value).splitlines() if line.startswith("  ")]
        assert told == (case / "clash.txt").read_text("utf-8").splitlines()

    def test_rule_is_needed(self, case: Path) -> None:
        given = triples_of(case / "given.ttl")
        infer(given, without(compile_rules(given), rule_name(case)))

    def test_owlrl_sees_it_but_for_its_blind_spots(self, case: Path) -> None:
        try:
            oracle.infer_with_owlrl(triples_of(case / "given.ttl"))
        except InconsistencyError:
            assert case.name not in BLIND_SPOTS
        else:
            assert case.name in BLIND_SPOTS


_EX = "http://example.org/"
_THINGS = [ox.NamedNode(_EX + name) for name in "abcd"]
_CLASSES = [ox.NamedNode(_EX + name) for name in "ABC"]
_PROPERTIES = [ox.NamedNode(_EX + name) for name in "pqr"]
Groups = list[list[ox.Triple]]
_KINDS = [
    ox.NamedNode(OWL + f"{name}Property") for name in ("Symmetric", "Transitive", "Functional", "InverseFunctional")
]


Node = ox.NamedNode | ox.BlankNode


def _triple(subject: Node, predicate: str, obj: Node) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), obj)


@st.composite
def chains(draw: st.DrawFn) -> list[ox.Triple]:
    links = draw(st.lists(st.sampled_from(_PROPERTIES), min_size=1, max_size=3))
    nodes = [ox.BlankNode() for _ in links]
    ends: list[Node] = [*nodes[1:], ox.NamedNode(RDF + "nil")]
    made = [_triple(draw(st.sampled_from(_PROPERTIES)), OWL + "propertyChainAxiom", nodes[0])]
    for node, link, end in zip(nodes, links, ends, strict=True):
        made += [_triple(node, RDF + "first", link), _triple(node, RDF + "rest", end)]
    return made


PLAIN_AXIOMS = st.one_of(
    st.builds(
        _triple,
        st.sampled_from(_CLASSES),
        st.sampled_from([RDFS + "subClassOf", OWL + "equivalentClass", OWL + "disjointWith"]),
        st.sampled_from(_CLASSES),
    ),
    st.builds(
        _triple,
        st.sampled_from(_PROPERTIES),
        st.sampled_from([RDFS + "subPropertyOf", OWL + "equivalentProperty", OWL + "inverseOf"]),
        st.sampled_from(_PROPERTIES),
    ),
    st.builds(
        _triple,
        st.sampled_from(_PROPERTIES),
        st.sampled_from([RDFS + "domain", RDFS + "range"]),
        st.sampled_from(_CLASSES),
    ),
    st.builds(_triple, st.sampled_from(_PROPERTIES), st.just(RDF + "type"), st.sampled_from(_KINDS)),
).map(lambda triple: [triple])
FACTS = st.one_of(
    st.builds(
        _triple,
        st.sampled_from(_THINGS),
        st.sampled_from([_EX + name for name in "pqr"]),
        st.sampled_from(_THINGS),
    ),
    st.builds(_triple, st.sampled_from(_THINGS), st.just(RDF + "type"), st.sampled_from(_CLASSES)),
    st.builds(
        _triple,
        st.sampled_from(_THINGS),
        st.sampled_from([OWL + "sameAs", OWL + "differentFrom"]),
        st.sampled_from(_THINGS),
    ),
).map(lambda triple: [triple])


def _outcome(infer_it: object, triples: list[ox.Triple]) -> list[ox.Triple] | str:
    try:
        return infer_it(triples)  # type: ignore[operator,no-any-return]
    except InconsistencyError:
        return "contradiction"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PLAIN_AXIOMS, chains()), max_size=5), st.lists(FACTS, min_size=1, max_size=7))
def test_random_graphs_are_closed_as_owlrl_closes_them(
    axioms: list[list[ox.Triple]], facts: list[list[ox.Triple]]
) -> None:
    triples = [triple for group in (*axioms, *facts) for triple in group]
    assert _outcome(infer, triples) == _outcome(oracle.infer_with_owlrl, triples)


def test_snapshot_holds_what_owlrl_infers(files: sources.Sources, built: snapshot.Snapshot) -> None:
    stored = built.open().quads_for_pattern(None, None, None, ox.NamedNode(snapshot.INFERRED))
    inferred = sorted((quad.triple for quad in stored), key=str)
    assert len(inferred) > 9000
    assert inferred == oracle.infer_with_owlrl(asserted_triples(files.asserted))


@pytest.mark.parametrize(
    ("turtle", "named"),
    [
        ("ex:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:p ; owl:someValuesFrom ex:B ] .", "Restriction"),
        ("ex:A rdfs:subClassOf [] .", "expression"),
        ("ex:A owl:unionOf ( ex:B ex:C ) .", "owl:unionOf"),
        ("ex:A owl:hasKey ( ex:p ) .", "owl:hasKey"),
        ("ex:p a owl:ReflexiveProperty .", "owl:ReflexiveProperty"),
        ("ex:p rdfs:range xsd:gYear .", "xsd:gYear"),
        ("ex:p rdfs:range <http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .", "langString"),
        ("ex:D a rdfs:Datatype . ex:p rdfs:range ex:D .", "datatype http://example.org/D"),
        ("owl:Thing rdfs:subClassOf ex:A .", "owl:Thing"),
        ("ex:A owl:disjointWith owl:Thing .", "owl:Thing"),
        ("[] a owl:AllDifferent .", "without members"),
        ("[] owl:members ( ex:a ex:b ) .", "owl:members"),
        ("rdfs:subClassOf rdfs:subPropertyOf ex:p .", "rdfs:subClassOf"),
        ("ex:p owl:propertyChainAxiom ex:q .", "list"),
        ("ex:p owl:propertyChainAxiom ( [ owl:inverseOf ex:q ] ex:r ) .", "expression"),
        ("<http://example.org/ontology> owl:imports ex:other .", "owl:imports"),
    ],
)
def test_axiom_that_no_rule_covers_is_refused_by_name(turtle: str, named: str) -> None:
    with pytest.raises(UncoveredAxiomError, match=named):
        compile_rules(read(turtle))


@pytest.mark.parametrize(
    "turtle",
    [
        "ex:p a owl:FunctionalProperty . ex:x ex:p 'a'@en, 'a'@fr .",
        "ex:p a owl:FunctionalProperty . ex:x ex:p 1, '1' .",
        "ex:p a owl:FunctionalProperty . ex:x ex:p ex:y, 'http://example.org/y' .",
        "ex:p rdfs:range rdfs:Literal . ex:x ex:p ex:y .",
    ],
)
def test_values_that_differ_in_kind_alone_clash(turtle: str) -> None:
    with pytest.raises(InconsistencyError, match="in 1 places") as caught:
        infer(read(turtle))
    assert str(caught.value).count("http://example.org/x http://example.org/p") == turtle.count(",") + 1


def test_values_that_are_equal_do_not_clash() -> None:
    assert infer(read("ex:p a owl:FunctionalProperty ; rdfs:range rdfs:Literal . ex:x ex:p 1, 1.0 .")) == []


def test_clash_of_a_thing_without_a_name_says_what_clashes() -> None:
    with pytest.raises(InconsistencyError, match=r"_:\w+ rdf:type \S+A and _:\w+ rdf:type \S+B \[cax-dw"):
        infer(read("ex:A owl:disjointWith ex:B . [] a ex:A, ex:B ."))


def test_axiom_among_the_data_is_refused_when_the_rules_lack_it() -> None:
    p, q = _PROPERTIES[:2]
    data = [_triple(p, RDFS + "subPropertyOf", q), _triple(_THINGS[0], p.value, _THINGS[1])]
    with pytest.raises(UncoveredAxiomError, match="among the data"):
        infer(data, compile_rules([]))
    assert infer(data[1:], compile_rules(data[:1])) == [_triple(_THINGS[0], q.value, _THINGS[1])]


def test_check_refuses_an_axiom_that_a_data_file_adds(run: Run, files: sources.Sources, tmp_path: Path) -> None:
    path = tmp_path / "one.ttl"
    head = f"@prefix mgi: <{MGI}> .\n@prefix rdfs: <{RDFS}> .\n"
    path.write_text(f"{head}mgi:amends rdfs:subPropertyOf <http://purl.org/dc/terms/references> .\n", "utf-8")
    done = run("check", path)
    assert done.returncode == 1
    assert "an axiom among the data, which the ontology lacks (mgi:amends rdfs:subPropertyOf" in done.stderr


def test_second_name_of_a_term_is_refused() -> None:
    a, b, c = _CLASSES
    with pytest.raises(UncoveredAxiomError, match="owl:sameAs"):
        infer([_triple(a, RDFS + "subClassOf", b), _triple(a, OWL + "sameAs", c)])


def test_check_compares_with_owlrl_and_pyshacl(run: Run, files: sources.Sources, tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "queries"):
        (tmp_path / folder).symlink_to(files.root / folder)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "one.ttl").write_text("<urn:a> a <http://www.w3.org/2004/02/skos/core#Concept> .\n", "utf-8")
    done = run("check", "--oracle", MGI_GRAPH_ROOT=str(tmp_path))
    assert re.search(r"^[1-9]\d* triples inferred by MGI Graph and by owlrl alike, 0 by one alone$", done.stdout, re.M)
    assert re.search(r"^[1-9]\d* results of shapes by MGI Graph and by pySHACL alike, 0 by", done.stdout, re.M)
