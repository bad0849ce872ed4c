"""Turns shapes into SPARQL queries whose rows are their violations (SHACL, sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, count

import pyoxigraph as ox

from mgi_graph.namespaces import RDF, RDFS, SH, XSD
from mgi_graph.shapes import Node, Part, Shape, Shapes

_THIS = "?this"
_KIND = f"<{RDF}type>/<{RDFS}subClassOf>*"
_COMPARED = {"minInclusive": ">=", "maxInclusive": "<=", "minExclusive": ">", "maxExclusive": "<"}
_PAIRED = {"lessThan": "<", "lessThanOrEquals": "<="}
_COUNTED = {"minCount", "maxCount", "qualifiedMinCount", "qualifiedMaxCount"}
_PAIRS = {"equals", "disjoint", *_PAIRED}
_ORDERED = {XSD + name for name in ("integer", "decimal", "boolean", "date", "dateTime", "gYear", "gYearMonth")}
"""Datatypes whose values the store can compare, so that a malformed one is not even equal to itself."""
_NODE_KINDS = {
    "IRI": "isIRI({0})",
    "Literal": "isLiteral({0})",
    "BlankNode": "isBLANK({0})",
    "BlankNodeOrIRI": "!isLiteral({0})",
    "IRIOrLiteral": "!isBLANK({0})",
    "BlankNodeOrLiteral": "!isIRI({0})",
}


@dataclass(frozen=True)
class Constraint:
    """One thing that a shape demands, as a query for what breaks it: ?this, and where it has them ?value and ?path.

    Attributes:
        shape: the shape's IRI.
        severity: "Violation", "Warning" or "Info".
        path: the shape's path for people; empty where it has none.
        property: the same as N-Triples where the path is one property; empty else.
        messages: how to mend it: language and text.
        of_node: whether it is about a node itself, not about values of a path.
        is_query: whether the shape gives it as SPARQL.
        follows: IRIs of the predicates that it reads at other nodes than the focus node.
        local: whether it only goes from subjects to objects, beginning at the focus node.
        query: the SELECT.
    """

    shape: str
    severity: str
    path: str
    property: str
    messages: tuple[tuple[str, str], ...]
    of_node: bool
    is_query: bool
    follows: frozenset[str]
    local: bool
    query: str


def constraints_of(shapes: Shapes) -> tuple[Constraint, ...]:
    """All constraints of the shapes, those of their property shapes among them."""
    return tuple(found for shape in shapes.shapes for found in _of_shape(shape, _targets(shape), _is_local(shape)))


def _of_shape(shape: Shape, targets: str, local: bool) -> Iterator[Constraint]:
    assert shape.iri, "a shape that reports has an IRI"
    for part in shape.parts:
        if part.name == "property":
            assert shape.path is None, "property shapes hang on node shapes"
            inner = part.shapes[0]
            own = _targets(inner) if inner.targets else ""
            if own != targets:
                yield from _of_shape(inner, targets, local)
        else:
            compiler = _Compiler()
            for select, body in compiler.breaches(shape, part):
                yield _constraint(shape, part, targets, select, body, local)


def _constraint(shape: Shape, part: Part, targets: str, select: str, body: str, local: bool) -> Constraint:
    chosen = f"{{ SELECT DISTINCT ?this WHERE {{ {targets} }} }}"
    prologue = part.select.prologue if part.select else ""
    messages = (*(part.select.messages if part.select else ()), *shape.messages)
    messages = messages or (("en", f"The shape demands sh:{part.name}."),)
    return Constraint(
        shape=shape.iri,
        severity=shape.severity,
        path=shape.path.text if shape.path else "",
        messages=messages,
        property=shape.path.sparql if shape.path and shape.path.sparql.startswith("<") else "",
        of_node=shape.path is None,
        is_query=part.select is not None,
        follows=_followed(shape, part),
        local=local and part.select is None,
        query=f"{prologue}SELECT DISTINCT ?this {select} WHERE {{ {chosen} {body} }}",
    )


def _targets(shape: Shape) -> str:
    return " UNION ".join(f"{{ {_target(name, value, number)} }}" for number, (name, value) in enumerate(shape.targets))


def _target(name: str, value: Node, number: int) -> str:
    if name == "targetClass":
        return f"?this {_KIND} {value}"
    if name == "targetNode":
        return f"VALUES ?this {{ {value} }}"
    other = f"?target{number}"
    return f"?this {value} {other}" if name == "targetSubjectsOf" else f"{other} {value} ?this"


def _is_local(shape: Shape) -> bool:
    """Whether what is said of a thing tells that it is a target, and all paths go from subjects to objects."""
    aimed = all(name in ("targetClass", "targetSubjectsOf") for name, _ in shape.targets)
    straight = shape.path is None or shape.path.forward
    return aimed and straight and all(_is_local(inner) for part in shape.parts for inner in part.shapes)


def _followed(shape: Shape, part: Part, beyond: bool = False) -> frozenset[str]:
    """IRIs of the predicates that a part reads at other nodes than the focus node."""
    found = frozenset({RDF + "type"} if part.name == "class" else ())
    if shape.path:
        found |= shape.path.later | (shape.path.first if beyond else frozenset())
    if beyond and part.name in _PAIRS:
        found |= {term.value for term in part.terms}
    for inner in part.shapes:
        for deeper in inner.parts:
            found |= _followed(inner, deeper, beyond or shape.path is not None)
    return found


class _Compiler:
    """Writes the patterns of one constraint, each variable under a name of its own."""

    def __init__(self) -> None:
        self._numbers = count()

    def breaches(self, shape: Shape, part: Part) -> Iterator[tuple[str, str]]:
        """What to select beside ?this, and a pattern with a row for each breach of a part of a shape there."""
        if part.select:
            yield part.select.variables, part.select.pattern
        elif part.name == "uniqueLang":
            yield self._same_language(shape)
        elif part.name in _COUNTED:
            yield "", self._miscounted(shape, part)
        elif part.name == "hasValue":
            yield "", f"FILTER(!({self._holds(shape, part, _THIS)}))"
        elif part.name in _PAIRS:
            yield from self._pairs(shape, part)
        elif part.name != "qualifiedValueShape":
            value, pattern = self._value(shape, _THIS)
            yield f"({value} AS ?value)", f"{pattern} FILTER(!({self._test(part, value)}))"

    def conforms(self, shape: Shape, node: str) -> str:
        """An expression that is true where a node conforms to a shape."""
        tests = (self._holds(shape, part, node) for part in shape.parts if part.name != "qualifiedValueShape")
        return " && ".join(f"({test})" for test in tests) or "true"

    def _holds(self, shape: Shape, part: Part, node: str) -> str:
        if part.name == "hasValue":
            term = part.terms[0]
            return f"EXISTS {{ {node} {shape.path.sparql} {term} }}" if shape.path else f"sameTerm({node}, {term})"
        if part.name in _COUNTED:
            number, least = _number(part)
            return f"{'' if least else '!'}{self._so_many(shape, part, node, number, ())}"
        if part.name in _PAIRS:
            return self._pair_holds(shape, part, node)
        if shape.path is None:
            return self._test(part, node)
        value, pattern = self._value(shape, node)
        return f"NOT EXISTS {{ {pattern} FILTER(!({self._test(part, value)})) }}"

    def _so_many(self, shape: Shape, part: Part, node: str, number: int, others: tuple[str, ...]) -> str:
        """Whether there are so many values besides others: EXISTS in EXISTS, which the store runs from the node on."""
        if not number:
            return "true"
        value, pattern = self._value(shape, node)
        tests = [f"!sameTerm({value}, {other})" for other in others] + self._qualified(shape, part, value)
        tests.append(self._so_many(shape, part, node, number - 1, (*others, value)))
        return f"EXISTS {{ {pattern} FILTER({' && '.join(tests)}) }}"

    def _miscounted(self, shape: Shape, part: Part) -> str:
        """The same for all targets at once, as patterns, which the store joins once."""
        number, least = _number(part)
        values = [self._value(shape, _THIS) for _ in range(number)]
        patterns = [pattern for _, pattern in values]
        pairs = combinations([value for value, _ in values], 2)
        patterns += [f"FILTER(!sameTerm({first}, {second}))" for first, second in pairs]
        patterns += [f"FILTER({test})" for value, _ in values for test in self._qualified(shape, part, value)]
        if not least:
            return " ".join(patterns)
        return f"MINUS {{ {' '.join(patterns)} }}" if number else "FILTER(false)"

    def _qualified(self, shape: Shape, part: Part, value: str) -> list[str]:
        if not part.name.startswith("qualified"):
            return []
        wanted = (other.shapes[0] for other in shape.parts if other.name == "qualifiedValueShape")
        return [self.conforms(inner, value) for inner in wanted]

    def _same_language(self, shape: Shape) -> tuple[str, str]:
        (first, one), (second, two) = self._value(shape, _THIS), self._value(shape, _THIS)
        tongues = [f"LCASE(LANG({value}))" for value in (first, second)]
        alike = f"FILTER(!sameTerm({first}, {second}) && {tongues[0]} = {tongues[1]} && {tongues[0]} != '')"
        return f"({tongues[0]} AS ?language)", f"{one} {two} {alike}"

    def _pairs(self, shape: Shape, part: Part) -> Iterator[tuple[str, str]]:
        (value, values), other = self._value(shape, _THIS), self._fresh()
        compared = f"{_THIS} {part.terms[0]} {value} ."
        if part.name in _PAIRED:
            holds = f"COALESCE({value} {_PAIRED[part.name]} {other}, false)"
            yield f"({value} AS ?value)", f"{values} {_THIS} {part.terms[0]} {other} . FILTER(!{holds})"
        elif part.name == "disjoint":
            yield f"({value} AS ?value)", f"{values} {compared}"
        else:
            yield f"({value} AS ?value)", f"{values} MINUS {{ {compared} }}"
            yield f"({value} AS ?value)", f"{compared} MINUS {{ {values} }}"

    def _pair_holds(self, shape: Shape, part: Part, node: str) -> str:
        (value, values), other = self._value(shape, node), self._fresh()
        if part.name in _PAIRED:
            holds = f"COALESCE({value} {_PAIRED[part.name]} {other}, false)"
            return f"NOT EXISTS {{ {values} FILTER EXISTS {{ {node} {part.terms[0]} {other} FILTER(!{holds}) }} }}"
        compared = f"{node} {part.terms[0]} {value} ."
        if part.name == "disjoint":
            return f"NOT EXISTS {{ {values} FILTER EXISTS {{ {compared} }} }}"
        both = ((values, compared), (compared, values))
        return " && ".join(f"NOT EXISTS {{ {one} FILTER NOT EXISTS {{ {two} }} }}" for one, two in both)

    def _test(self, part: Part, value: str) -> str:
        """An expression that is true where one value meets a part."""
        if part.shapes:
            sign = " || " if part.name == "or" else " && "
            tests = sign.join(f"({self.conforms(shape, value)})" for shape in part.shapes)
            return f"!({tests})" if part.name == "not" else tests
        if part.name == "class":
            return f"EXISTS {{ {value} {_KIND} {part.terms[0]} }}"
        return f"COALESCE({_plain_test(part, value)}, false)"

    def _value(self, shape: Shape, node: str) -> tuple[str, str]:
        """A variable for a value node of a shape, and the pattern that binds it; the node itself without a path."""
        if shape.path is None:
            return node, ""
        value = self._fresh()
        return value, f"{node} {shape.path.sparql} {value} ."

    def _fresh(self) -> str:
        return f"?v{next(self._numbers)}"


def _number(part: Part) -> tuple[int, bool]:
    """How many different values a count is about, and whether these must be there (else, must not)."""
    least = part.name in ("minCount", "qualifiedMinCount")
    return int(part.terms[0].value) + (0 if least else 1), least


def _plain_test(part: Part, value: str) -> str:
    term = part.terms[0] if part.terms else None
    if part.name in _COMPARED:
        return f"{value} {_COMPARED[part.name]} {term}"
    if part.name == "in":
        return " || ".join(f"sameTerm({value}, {choice})" for choice in part.terms)
    if part.name == "languageIn":
        return " || ".join(f"langMatches(LANG({value}), {choice})" for choice in part.terms)
    if part.name == "pattern":
        return f"!isBLANK({value}) && REGEX(STR({value}), {term}, {ox.Literal(part.flags)})"
    if part.name in ("minLength", "maxLength"):
        return f"!isBLANK({value}) && STRLEN(STR({value})) {'>=' if part.name == 'minLength' else '<='} {term}"
    assert isinstance(term, ox.NamedNode)
    if part.name == "nodeKind":
        return _NODE_KINDS[term.value.removeprefix(SH)].format(value)
    return f"DATATYPE({value}) = {term}" + (f" && {value} <= {value}" if term.value in _ORDERED else "")
