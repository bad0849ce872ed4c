"""The rules of OWL 2 RL that the axioms of an ontology need, one or a few for each axiom, in the terms of SPARQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import NamedTuple

import pyoxigraph as ox

from mgi_graph.namespaces import OWL, RDF, RDFS, XSD
from mgi_graph.reasoning.axioms import DATA_RANGES, Axiom, read_axioms

Place = ox.NamedNode | ox.Literal | ox.Variable
_TYPE = ox.NamedNode(RDF + "type")
_SAME = ox.NamedNode(OWL + "sameAs")
_SUBCLASS, _SUBPROPERTY = ox.NamedNode(RDFS + "subClassOf"), ox.NamedNode(RDFS + "subPropertyOf")
_X, _Y, _Z, _P, _Q, _N = (ox.Variable(name) for name in "xyzpqn")
_KIND_OF = "COALESCE(CONCAT(STR(DATATYPE(%s)), LANG(%s)), '')"
"""What a literal is beside its text: datatype and language; empty for a thing."""


_WHOLE = 'REGEX(STR(?y), "^[+-]?[0-9]+([.]0*)?$")'

_STRINGS = ", ".join(f"<{XSD}{name}>" for name in DATA_RANGES[XSD + "string"])
_EQUAL = " || ".join(
    [
        f"DATATYPE(?y) IN ({_STRINGS}) && DATATYPE(?z) IN ({_STRINGS}) && STR(?y) = STR(?z)",
        *(
            f"(DATATYPE(?y) {among}) && (DATATYPE(?z) {among}) && ?y = ?z"
            for among in (f"= <{XSD}float>", f"= <{XSD}double>", f"NOT IN (<{XSD}float>, <{XSD}double>)")
        ),
    ]
)
"""Whether two literals are of one value: the values of float, of double and of decimal are kept apart (XML Schema)."""


class Pattern(NamedTuple):
    """A triple with variables in some of its places."""

    subject: Place
    predicate: Place
    object: Place

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


@dataclass(frozen=True)
class Rule:
    """If the body holds, so does the head; without a head the body cannot hold in a consistent graph.

    Attributes:
        name: what the table of rules calls it (OWL 2 Profiles, section 4.3), such as "prp-inv1".
        body: patterns that all must match; their variables are those of the rule.
        head: what follows, with variables of the body only; None for "false".
        condition: a SPARQL expression that must hold too; may be empty.
        axiom: the axiom from which the rule was made; None for a rule that holds for every ontology.
    """

    name: str
    body: tuple[Pattern, ...]
    head: Pattern | None
    condition: str = ""
    axiom: Axiom | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables, in the order in which the body has them."""
        places = (place for pattern in self.body for place in pattern)
        return tuple(dict.fromkeys(place.value for place in places if isinstance(place, ox.Variable)))


@dataclass(frozen=True)
class RuleSet:
    """The rules of one ontology.

    Attributes:
        axioms: what they were made from.
        rules: those with a head.
        refutations: those without.
    """

    axioms: tuple[Axiom, ...]
    rules: tuple[Rule, ...]
    refutations: tuple[Rule, ...]


def compile_rules(ontology: Iterable[ox.Triple]) -> RuleSet:
    """Make the rules that the axioms among some triples need; other triples are passed over.

    A closure under them is the one under all of OWL 2 RL, apart from sameAs of a thing with itself, typing as owl:Thing
    and what is true in every graph.

    Raises:
        UncoveredAxiomError: an axiom is of a kind that no rule covers.
    """
    axioms = read_axioms(ontology)
    made = [rule for axiom in axioms for rule in _MADE_FROM[axiom.kind](axiom)]
    rules = [*made, *_FOR_EVERY_ONTOLOGY]
    heads = tuple(rule for rule in rules if rule.head)
    return RuleSet(axioms, heads, tuple(rule for rule in rules if not rule.head))


def _rule(name: str, axiom: Axiom | None, head: Pattern | None, *body: Pattern, condition: str = "") -> Rule:
    return Rule(name, body, head, condition, axiom)


def _subclass(axiom: Axiom) -> Iterator[Rule]:
    below, above = axiom.operands
    yield _rule("cax-sco", axiom, Pattern(_X, _TYPE, above), Pattern(_X, _TYPE, below))


def _equivalent_class(axiom: Axiom) -> Iterator[Rule]:
    one, other = axiom.operands
    yield _rule("cax-eqc1", axiom, Pattern(_X, _TYPE, other), Pattern(_X, _TYPE, one))
    yield _rule("cax-eqc2", axiom, Pattern(_X, _TYPE, one), Pattern(_X, _TYPE, other))


def _subproperty(axiom: Axiom) -> Iterator[Rule]:
    below, above = axiom.operands
    yield _rule("prp-spo1", axiom, Pattern(_X, above, _Y), Pattern(_X, below, _Y))


def _equivalent_property(axiom: Axiom) -> Iterator[Rule]:
    one, other = axiom.operands
    yield _rule("prp-eqp1", axiom, Pattern(_X, other, _Y), Pattern(_X, one, _Y))
    yield _rule("prp-eqp2", axiom, Pattern(_X, one, _Y), Pattern(_X, other, _Y))


def _domain(axiom: Axiom) -> Iterator[Rule]:
    of, kind = axiom.operands
    yield _rule("prp-dom", axiom, Pattern(_X, _TYPE, kind), Pattern(_X, of, _Y))


def _range(axiom: Axiom) -> Iterator[Rule]:
    """For a class the typing of values; for datatypes, whose values are literals, that no other value may stand.

    That a literal is well-formed is not asked here: a store turns "300"^^xsd:byte into the integer (see `ILL_FORMED`).
    """
    of, kind = axiom.operands
    if kind.value in DATA_RANGES:
        fitting = ", ".join(f"<{XSD}{name}>" for name in DATA_RANGES[kind.value])
        whole = f" || DATATYPE(?y) = <{XSD}decimal> && {_WHOLE}" if kind.value == XSD + "integer" else ""
        wrong = f"!COALESCE(DATATYPE(?y) IN ({fitting}){whole}, false)"
        yield _rule("dt-not-type", axiom, None, Pattern(_X, of, _Y), condition=wrong)
    elif kind.value == RDFS + "Literal":
        yield _rule("dt-not-type", axiom, None, Pattern(_X, of, _Y), condition="!isLiteral(?y)")
    else:
        yield _rule("prp-rng", axiom, Pattern(_Y, _TYPE, kind), Pattern(_X, of, _Y), condition="!isLiteral(?y)")


def _inverse(axiom: Axiom) -> Iterator[Rule]:
    one, other = axiom.operands
    yield _rule("prp-inv1", axiom, Pattern(_Y, other, _X), Pattern(_X, one, _Y), condition="!isLiteral(?y)")
    yield _rule("prp-inv2", axiom, Pattern(_Y, one, _X), Pattern(_X, other, _Y), condition="!isLiteral(?y)")


def _chain(axiom: Axiom) -> Iterator[Rule]:
    whole, *links = axiom.operands
    steps = [ox.Variable(f"x{number}") for number in range(len(links) + 1)]
    body = [Pattern(near, link, far) for link, (near, far) in zip(links, pairwise(steps), strict=True)]
    yield _rule("prp-spo2", axiom, Pattern(steps[0], whole, steps[-1]), *body)


def _symmetric(axiom: Axiom) -> Iterator[Rule]:
    (of,) = axiom.operands
    yield _rule("prp-symp", axiom, Pattern(_Y, of, _X), Pattern(_X, of, _Y), condition="!isLiteral(?y)")


def _transitive(axiom: Axiom) -> Iterator[Rule]:
    (of,) = axiom.operands
    yield _rule("prp-trp", axiom, Pattern(_X, of, _Z), Pattern(_X, of, _Y), Pattern(_Y, of, _Z))


def _functional(axiom: Axiom) -> Iterator[Rule]:
    """Two things are one; two values that are not equal cannot both be (they are compared as values: 1 is 1.0)."""
    (of,) = axiom.operands
    body = (Pattern(_X, of, _Y), Pattern(_X, of, _Z))
    apart = "!sameTerm(?y, ?z) && !isLiteral(?y) && !isLiteral(?z)"
    yield _rule("prp-fp", axiom, Pattern(_Y, _SAME, _Z), *body, condition=apart)
    once = " < ".join(f"CONCAT(STR({of}), ' ', {_KIND_OF % (of, of)})" for of in (_Y, _Z))
    clash = f"{once} && (isLiteral(?y) || isLiteral(?z)) && !COALESCE({_EQUAL}, false)"
    yield _rule("prp-fp", axiom, None, *body, condition=clash)


def _inverse_functional(axiom: Axiom) -> Iterator[Rule]:
    (of,) = axiom.operands
    body = (Pattern(_X, of, _Z), Pattern(_Y, of, _Z))
    yield _rule("prp-ifp", axiom, Pattern(_X, _SAME, _Y), *body, condition="!sameTerm(?x, ?y)")


def _asymmetric(axiom: Axiom) -> Iterator[Rule]:
    (of,) = axiom.operands
    body = (Pattern(_X, of, _Y), Pattern(_Y, of, _X))
    yield _rule("prp-asyp", axiom, None, *body, condition="STR(?x) <= STR(?y)")


def _irreflexive(axiom: Axiom) -> Iterator[Rule]:
    (of,) = axiom.operands
    yield _rule("prp-irp", axiom, None, Pattern(_X, of, _X))


def _disjoint_classes(axiom: Axiom) -> Iterator[Rule]:
    name = "cax-dw" if axiom.kind.endswith("disjointWith") else "cax-adc"
    for one, other in combinations(axiom.operands, 2):
        yield _rule(name, axiom, None, Pattern(_X, _TYPE, one), Pattern(_X, _TYPE, other))


def _disjoint_properties(axiom: Axiom) -> Iterator[Rule]:
    name = "prp-pdw" if axiom.kind.endswith("propertyDisjointWith") else "prp-adp"
    for one, other in combinations(axiom.operands, 2):
        yield _rule(name, axiom, None, Pattern(_X, one, _Y), Pattern(_X, other, _Y))


def _different(axiom: Axiom) -> Iterator[Rule]:
    members = ", ".join(map(str, axiom.operands))
    condition = f"?x IN ({members}) && ?y IN ({members}) && STR(?x) < STR(?y)"
    yield _rule("eq-diff2", axiom, None, Pattern(_X, _SAME, _Y), condition=condition)


_MADE_FROM: Mapping[str, Callable[[Axiom], Iterator[Rule]]] = {
    RDFS + "subClassOf": _subclass,
    RDFS + "subPropertyOf": _subproperty,
    RDFS + "domain": _domain,
    RDFS + "range": _range,
    OWL + "equivalentClass": _equivalent_class,
    OWL + "equivalentProperty": _equivalent_property,
    OWL + "inverseOf": _inverse,
    OWL + "propertyChainAxiom": _chain,
    OWL + "SymmetricProperty": _symmetric,
    OWL + "TransitiveProperty": _transitive,
    OWL + "FunctionalProperty": _functional,
    OWL + "InverseFunctionalProperty": _inverse_functional,
    OWL + "AsymmetricProperty": _asymmetric,
    OWL + "IrreflexiveProperty": _irreflexive,
    OWL + "disjointWith": _disjoint_classes,
    OWL + "AllDisjointClasses": _disjoint_classes,
    OWL + "propertyDisjointWith": _disjoint_properties,
    OWL + "AllDisjointProperties": _disjoint_properties,
    OWL + "AllDifferent": _different,
}


def _schema(name: str, head: str, *body: str) -> Rule:
    """A rule on statements of the ontology itself, its patterns written as `?x rdfs:subClassOf ?y`."""
    return Rule(name, tuple(map(_pattern, body)), _pattern(head))


def _pattern(text: str) -> Pattern:
    prefixes = {"rdfs": RDFS, "owl": OWL}
    places: list[Place] = []
    for word in text.split():
        prefix, _, local = word.partition(":")
        places.append(ox.NamedNode(prefixes[prefix] + local) if local else ox.Variable(word[1:]))
    return Pattern(*places)


_FOR_EVERY_ONTOLOGY = (
    _schema("scm-sco", "?x rdfs:subClassOf ?z", "?x rdfs:subClassOf ?y", "?y rdfs:subClassOf ?z"),
    _schema("scm-eqc1", "?x rdfs:subClassOf ?y", "?x owl:equivalentClass ?y"),
    _schema("scm-eqc1", "?y rdfs:subClassOf ?x", "?x owl:equivalentClass ?y"),
    _schema("scm-eqc2", "?x owl:equivalentClass ?y", "?x rdfs:subClassOf ?y", "?y rdfs:subClassOf ?x"),
    _schema("scm-spo", "?x rdfs:subPropertyOf ?z", "?x rdfs:subPropertyOf ?y", "?y rdfs:subPropertyOf ?z"),
    _schema("scm-eqp1", "?x rdfs:subPropertyOf ?y", "?x owl:equivalentProperty ?y"),
    _schema("scm-eqp1", "?y rdfs:subPropertyOf ?x", "?x owl:equivalentProperty ?y"),
    _schema("scm-eqp2", "?x owl:equivalentProperty ?y", "?x rdfs:subPropertyOf ?y", "?y rdfs:subPropertyOf ?x"),
    _schema("scm-dom1", "?p rdfs:domain ?y", "?p rdfs:domain ?x", "?x rdfs:subClassOf ?y"),
    _schema("scm-dom2", "?p rdfs:domain ?x", "?q rdfs:domain ?x", "?p rdfs:subPropertyOf ?q"),
    _schema("scm-rng1", "?p rdfs:range ?y", "?p rdfs:range ?x", "?x rdfs:subClassOf ?y"),
    _schema("scm-rng2", "?p rdfs:range ?x", "?q rdfs:range ?x", "?p rdfs:subPropertyOf ?q"),
    _schema("eq-sym", "?y owl:sameAs ?x", "?x owl:sameAs ?y"),
    _schema("eq-rep-s", "?y ?p ?z", "?x owl:sameAs ?y", "?x ?p ?z"),
    _schema("eq-rep-p", "?y ?q ?z", "?p owl:sameAs ?q", "?y ?p ?z"),
    _schema("eq-rep-o", "?z ?p ?y", "?x owl:sameAs ?y", "?z ?p ?x"),
    Rule("eq-diff1", (_pattern("?x owl:sameAs ?y"), _pattern("?x owl:differentFrom ?y")), None, "STR(?x) < STR(?y)"),
    Rule(
        "eq-ref",
        (_pattern("?x owl:differentFrom ?x"),),
        None,
        f"NOT EXISTS {{ ?x {_SAME} ?y FILTER(!sameTerm(?x, ?y)) }}",
    ),
    Rule("cls-nothing2", (Pattern(_X, _TYPE, ox.NamedNode(OWL + "Nothing")),), None),
    *(
        Rule(
            name,
            (
                _pattern("?n owl:sourceIndividual ?x"),
                _pattern("?n owl:assertionProperty ?p"),
                _pattern(f"?n owl:{target} ?y"),
                _pattern("?x ?p ?y"),
            ),
            None,
        )
        for name, target in (("prp-npa1", "targetIndividual"), ("prp-npa2", "targetValue"))
    ),
)

ILL_FORMED = Rule("dt-not-type", (Pattern(_X, _P, _Y),), None)
"""What a literal breaks whose text stands for no value of its datatype; `datatypes.is_well_formed` is the condition."""
