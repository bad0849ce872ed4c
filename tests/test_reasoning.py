"""The rules: each by an example, each needed, the whole equal to owlrl's; what no rule covers is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
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
from mgi_graph.namespaces import MGI, OWL, RDF, RDFS, XSD
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


_DATA_PROPERTIES = [ox.NamedNode(_EX + name) for name in "vw"]
_UNUSED = ox.NamedNode(_EX + "unused")
"""Last in each group, since owlrl leaves out the last of owl:AllDifferent and owl:AllDisjointProperties."""
_VALUES = [
    *(ox.Literal(text) for text in ("a", "b")),
    *(ox.Literal("a", language=language) for language in ("en", "fr")),
    *(ox.Literal(text, datatype=ox.NamedNode(XSD + "integer")) for text in ("1", "2", "300")),
    ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean")),
    ox.Literal("2021-02-03", datatype=ox.NamedNode(XSD + "date")),
]
_ILL_FORMED = [
    ox.Literal(text, datatype=ox.NamedNode(XSD + name))
    for text, name in (
        ("300", "byte"),
        ("x", "integer"),
        ("-1", "nonNegativeInteger"),
        ("2023-02-29T00:00:00", "dateTime"),
    )
]
OWLRL_MISSES = {
    "prp-fp": "owlrl compares no values: it takes two values of a functional property for one",
    "dt-not-type:": "owlrl compares no value with a range, only with its own datatype",
}
"""Rules whose contradictions owlrl overlooks in random graphs, as messages begin to name them, and why."""


_SLOTS: list[tuple[list[ox.NamedNode], Sequence[ox.NamedNode | ox.Literal]]] = [
    (_PROPERTIES, _THINGS),
    (_DATA_PROPERTIES, _VALUES),
]
"""Relations, and what they may lead to."""


def _said(*triples: tuple[Node, str, Node | ox.Literal]) -> list[ox.Triple]:
    return [ox.Triple(subject, ox.NamedNode(predicate), obj) for subject, predicate, obj in triples]


@st.composite
def groups(draw: st.DrawFn) -> list[ox.Triple]:
    """Some things, classes or relations of which no two are or do the same."""
    kind, predicate, pool = draw(
        st.sampled_from(
            [
                ("AllDisjointClasses", "members", _CLASSES),
                ("AllDisjointProperties", "members", _PROPERTIES),
                ("AllDisjointProperties", "members", _DATA_PROPERTIES),
                ("AllDifferent", "distinctMembers", _THINGS),
            ]
        )
    )
    members = [*draw(st.lists(st.sampled_from(pool), min_size=2, max_size=3, unique=True)), _UNUSED]
    nodes = [ox.BlankNode() for _ in members]
    ends: list[Node] = [*nodes[1:], ox.NamedNode(RDF + "nil")]
    group = ox.BlankNode()
    made = _said((group, RDF + "type", ox.NamedNode(OWL + kind)), (group, OWL + predicate, nodes[0]))
    for node, member, end in zip(nodes, members, ends, strict=True):
        made += _said((node, RDF + "first", member), (node, RDF + "rest", end))
    return made


@st.composite
def denials(draw: st.DrawFn) -> list[ox.Triple]:
    """A negative assertion on a thing or a value, and something like what it denies."""
    node, source = ox.BlankNode(), draw(st.sampled_from(_THINGS))
    relations, targets = draw(st.sampled_from(_SLOTS))
    name = "targetIndividual" if targets == _THINGS else "targetValue"
    relation, said = draw(st.sampled_from(relations)), draw(st.sampled_from(relations))
    target = draw(st.sampled_from(targets))
    return _said(
        (node, RDF + "type", ox.NamedNode(OWL + "NegativePropertyAssertion")),
        (node, OWL + "sourceIndividual", source),
        (node, OWL + "assertionProperty", relation),
        (node, OWL + name, target),
        (source, said.value, target),
    )


@st.composite
def doubles(draw: st.DrawFn) -> list[ox.Triple]:
    """Two values, or two things, to which one relation leads from one thing; it may be functional."""
    relations, targets = draw(st.sampled_from(_SLOTS))
    source, relation = draw(st.sampled_from(_THINGS)), draw(st.sampled_from(relations))
    two = draw(st.lists(st.sampled_from(targets), min_size=2, max_size=2, unique=True))
    functional = draw(st.lists(st.just((relation, RDF + "type", _kind("Functional"))), max_size=1))
    return _said(*((source, relation.value, target) for target in two), *functional)


def _kind(name: str) -> ox.NamedNode:
    return ox.NamedNode(OWL + f"{name}Property")


STRICT_AXIOMS = st.one_of(
    st.builds(
        _triple,
        st.sampled_from(_PROPERTIES),
        st.just(RDF + "type"),
        st.sampled_from([_kind("Asymmetric"), _kind("Irreflexive"), _kind("Functional")]),
    ),
    st.builds(
        _triple,
        st.sampled_from(_PROPERTIES),
        st.just(OWL + "propertyDisjointWith"),
        st.sampled_from(_PROPERTIES),
    ),
    st.builds(
        _triple,
        st.sampled_from(_DATA_PROPERTIES),
        st.sampled_from(
            [RDFS + "subPropertyOf", OWL + "equivalentProperty", OWL + "propertyDisjointWith"],
        ),
        st.sampled_from(_DATA_PROPERTIES),
    ),
    st.builds(_triple, st.sampled_from(_DATA_PROPERTIES), st.just(RDF + "type"), st.just(_kind("Functional"))),
    st.builds(_triple, st.sampled_from(_DATA_PROPERTIES), st.just(RDFS + "domain"), st.sampled_from(_CLASSES)),
    st.builds(
        _triple,
        st.sampled_from(_DATA_PROPERTIES),
        st.just(RDFS + "range"),
        st.sampled_from([ox.NamedNode(XSD + "integer"), ox.NamedNode(XSD + "string"), ox.NamedNode(RDFS + "Literal")]),
    ),
).map(lambda triple: [triple])
VALUED = st.builds(
    ox.Triple,
    st.sampled_from(_THINGS),
    st.sampled_from(_DATA_PROPERTIES),
    st.one_of(st.sampled_from(_VALUES), st.sampled_from(_VALUES), st.sampled_from(_VALUES + _ILL_FORMED)),
).map(lambda triple: [triple])


def _outcome(infer_it: Callable[[list[ox.Triple]], list[ox.Triple]], triples: list[ox.Triple]) -> list[ox.Triple] | str:
    """What follows, or how it is told that nothing may."""
    try:
        return infer_it(triples)
    except InconsistencyError as error:
        return str(error)


def _broken(told: str) -> set[str]:
    """The rules that a message of ours names: "dt-not-type:" where an axiom is named too, "dt-not-type" else."""
    return set(re.findall(r" \[([a-z0-9-]+:?)[^\n]*\]$", told, re.M))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PLAIN_AXIOMS, chains()), max_size=5), st.lists(FACTS, min_size=1, max_size=7))
def test_random_graphs_are_closed_as_owlrl_closes_them(axioms: Groups, facts: Groups) -> None:
    triples = [triple for group in (*axioms, *facts) for triple in group]
    ours, owlrls = _outcome(infer, triples), _outcome(oracle.infer_with_owlrl, triples)
    assert ours == owlrls or (isinstance(ours, str) and isinstance(owlrls, str))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(PLAIN_AXIOMS, chains()), max_size=2),
    st.lists(st.one_of(STRICT_AXIOMS, STRICT_AXIOMS, groups()), min_size=1, max_size=4),
    st.lists(st.one_of(FACTS, VALUED, denials(), doubles()), min_size=1, max_size=6),
)
def test_random_graphs_contradict_themselves_where_owlrl_says_so(axioms: Groups, strict: Groups, facts: Groups) -> None:
    triples = [triple for group in (*axioms, *strict, *facts) for triple in group]
    ours, owlrls = _outcome(infer, triples), _outcome(oracle.infer_with_owlrl, triples)
    if isinstance(ours, str) and not isinstance(owlrls, str):
        rules = {rule if rule in OWLRL_MISSES else rule.rstrip(":") for rule in _broken(ours)}
        assert rules
        assert rules <= set(OWLRL_MISSES)
    else:
        assert ours == owlrls or (isinstance(ours, str) and isinstance(owlrls, str))


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
        "ex:p a owl:FunctionalProperty . ex:x ex:p 1, '1'^^xsd:float .",
        "ex:p a owl:FunctionalProperty . ex:x ex:p '1'^^xsd:double, '1'^^xsd:float .",
        "ex:p a owl:FunctionalProperty . ex:x ex:p 'a', 'b'^^xsd:token .",
        "ex:p rdfs:range rdfs:Literal . ex:x ex:p ex:y .",
    ],
)
def test_values_that_differ_in_kind_alone_clash(turtle: str) -> None:
    with pytest.raises(InconsistencyError, match="in 1 place:") as caught:
        infer(read(turtle))
    assert str(caught.value).count("http://example.org/x http://example.org/p") == turtle.count(",") + 1


@pytest.mark.parametrize("values", ["1, 1.0", "'1.0'^^xsd:float, '1'^^xsd:float", "'a', 'a'^^xsd:token"])
def test_values_that_are_equal_do_not_clash(values: str) -> None:
    assert infer(read(f"ex:p a owl:FunctionalProperty ; rdfs:range rdfs:Literal . ex:x ex:p {values} .")) == []


def test_clash_of_a_thing_without_a_name_says_what_clashes() -> None:
    with pytest.raises(InconsistencyError, match=r"_:\w+ rdf:type \S+A and _:\w+ rdf:type \S+B \[cax-dw"):
        infer(read("ex:A owl:disjointWith ex:B . [] a ex:A, ex:B ."))


@pytest.mark.parametrize(
    ("literals", "name"),
    [
        ("127 -128 +007", "byte"),
        ("0 -0 255", "unsignedByte"),
        ("1 01", "positiveInteger"),
        (f"123456789012345678901234567890 -0 {'9' * 5000}", "integer"),
        ("18446744073709551615", "unsignedLong"),
        ("1. .5 -0.5", "decimal"),
        ("1e5 INF -INF NaN 0", "double"),
        ("true 0", "boolean"),
        ("2024-02-29T00:00:00 2000-02-29T24:00:00 -0004-01-01T00:00:00.5+14:00 12024-02-29T23:59:59Z", "dateTime"),
        ("2024-02-28T00:00:00Z", "dateTimeStamp"),
        ("en fr-NE", "language"),
        ("a:b é _1", "Name"),
        ("a-1", "NCName"),
        ("1a:", "NMTOKEN"),
        ("0aF1", "hexBinary"),
        ("Zg== Zm8= Zm9v", "base64Binary"),
        ("2021-02-31 x", "date"),
        ("x", "gYear"),
        ("%% <", "anyURI"),
    ],
)
def test_literal_of_its_datatype_is_accepted(literals: str, name: str) -> None:
    for text in literals.split():
        assert infer(read(f"ex:x ex:p '{text}'^^xsd:{name} .")) == []


@pytest.mark.parametrize(
    ("literals", "name"),
    [
        ("128 -129 300 1.0 x", "byte"),
        ("-1 256", "unsignedByte"),
        ("0 -1", "positiveInteger"),
        ("0", "negativeInteger"),
        ("2147483648", "int"),
        (f"18446744073709551616 {'9' * 5000}", "unsignedLong"),
        ("abc 1.0 1e5 0x1 ١", "integer"),
        ("1e5 . INF", "decimal"),
        ("1,5 inf", "float"),
        ("TRUE yes 2", "boolean"),
        ("2023-02-29T00:00:00 1900-02-29T00:00:00 2023-04-31T00:00:00 2023-01-01T24:00:01 2023-01-01", "dateTime"),
        ("2024-02-28T00:00:00", "dateTimeStamp"),
        ("abcdefghi en_GB", "language"),
        ("1a -a", "Name"),
        ("a:b", "NCName"),
        ("a,b", "NMTOKEN"),
        ("abc xy", "hexBinary"),
        ("Zg Zh== Zm9=", "base64Binary"),
    ],
)
def test_literal_that_is_none_of_its_datatype_contradicts(literals: str, name: str) -> None:
    for text in literals.split():
        with pytest.raises(InconsistencyError, match=rf"(?s)in 1 place:.*\^\^\S+#{name}> \[dt-not-type\]"):
            infer(read(f"ex:x ex:p '{text}'^^xsd:{name} ."))


@pytest.mark.parametrize(
    ("text", "name"),
    [(" a", "token"), ("a  b", "token"), ("a\\tb", "normalizedString"), (" 5", "integer"), ("", "Name")],
)
def test_spaces_are_part_of_a_literal(text: str, name: str) -> None:
    with pytest.raises(InconsistencyError, match="dt-not-type"):
        infer(read(f"ex:x ex:p '{text}'^^xsd:{name} ."))


@pytest.mark.parametrize(
    "values", ["1, '5.0'^^xsd:decimal, '-3'^^xsd:byte", "123456789012345678901234567890", "'1'^^xsd:positiveInteger"]
)
def test_values_within_a_range_fit_whatever_their_datatype(values: str) -> None:
    assert infer(read(f"ex:p rdfs:range xsd:integer . ex:x ex:p {values} .")) == []


@pytest.mark.parametrize("value", ["'5.5'^^xsd:decimal", "'5'^^xsd:double", "'5'^^xsd:gYear", "'5'@en", "true"])
def test_values_out_of_a_range_clash(value: str) -> None:
    with pytest.raises(InconsistencyError, match=r"in 1 place:[^$]*\[dt-not-type: \S+ rdfs:range xsd:integer\]"):
        infer(read(f"ex:p rdfs:range xsd:integer . ex:x ex:p {value} ."))


@pytest.mark.parametrize(
    ("text", "name", "well_formed"),
    [
        ("INF", "double", True),
        ("0", "float", True),
        ("2024-02-28T24:00:00", "dateTime", True),
        ("-0004-01-01T00:00:00", "dateTime", True),
        ("", "base64Binary", True),
        ("", "hexBinary", True),
        (":x", "anyURI", True),
        ("1_0", "integer", False),
        (" 5", "integer", False),
        ("١", "integer", False),
        ("INF", "decimal", False),
        ("TRUE", "boolean", False),
        ("abc", "hexBinary", False),
        ("Zh==", "base64Binary", False),
        ("a  b", "token", False),
    ],
)
def test_literals_that_owlrl_takes_otherwise(text: str, name: str, well_formed: bool) -> None:
    """It has no zero among floats and no empty binary, and reads as Python does: spaces, other digits, any case."""
    triples = read(f"ex:x ex:p '{text}'^^xsd:{name} .")
    ours, owlrls = _outcome(infer, triples), _outcome(oracle.infer_with_owlrl, triples)
    assert (ours == []) is well_formed
    assert (owlrls == []) is not well_formed


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


WRONG = f"""@prefix mgi: <{MGI}> .
@prefix owl: <{OWL}> .
@prefix xsd: <{XSD}> .
@base <https://w3id.org/mgi-graph/id/> .

<ne/org/anltp-tim> mgi:country <country/NER> ;
    a mgi:Finding .
[] mgi:note "nothing" ; a mgi:Finding ;
    a mgi:Agency .
<country/NER>
    mgi:year "300"^^xsd:byte ,
        "abc"^^xsd:integer .
[] a owl:NegativePropertyAssertion ;
    owl:sourceIndividual <ne/instrument/law-2015-36> ;
    owl:assertionProperty mgi:implementedBy ;
    owl:targetIndividual <ne/org/anltp-tim> .
"""


def test_check_says_in_which_line_what_contradicts_stands(run: Run, files: sources.Sources, tmp_path: Path) -> None:
    path = tmp_path / "wrong.ttl"
    path.write_text(WRONG, "utf-8")
    done = run("check", path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    own = {int(line) for line in re.findall(rf"^    {re.escape(str(path))}:(\d+): ", done.stderr, re.M)}
    assert own == {7, 8, 9, 11, 12, 14, 15, 16}
    denied = re.search(r"^    (data/[^:]+):(\d+): id:ne/org/anltp-tim mgi:implements ", done.stderr, re.M)
    assert denied
    assert "law-2015-36" in (files.root / denied[1]).read_text("utf-8").splitlines()[int(denied[2]) - 1]


def test_build_says_so_too(run: Run, files: sources.Sources, tmp_path: Path) -> None:
    for folder in ("ontology", "shapes", "queries"):
        (tmp_path / folder).symlink_to(files.root / folder)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "one.ttl").write_text(
        f"@prefix mgi: <{MGI}> .\n<https://w3id.org/mgi-graph/id/x>\n  a mgi:Law ,\n    mgi:Finding .\n", "utf-8"
    )
    done = run("build", cwd=tmp_path, MGI_GRAPH_ROOT=str(tmp_path))
    assert done.returncode == 1
    assert re.search(r"^    data/one\.ttl:\d: id:x rdf:type mgi:Finding$", done.stderr, re.M)


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
