"""Writes a data file in the canonical layout: the same graph always gives the same text, in the order of reading."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rdflib import DCTERMS, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from mgi_graph.engine.syntax import comments
from mgi_graph.errors import BlankNodeError, SourceError
from mgi_graph.namespaces import ID, MGI, PREFIXES
from mgi_graph.sources import read_bytes, read_source

_MGI = Namespace(MGI)

_THINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The profile and its sections", ("CountryProfile", "Section")),
    ("Bodies", ()),
    ("Instruments", ()),
    ("Other things", ()),
    ("What the report says: passage, finding, records", ()),
    ("Discrepancies", ("Discrepancy",)),
    ("External sources", ("ExternalSource",)),
)
_BODIES = {
    "Organisation",
    "State",
    "PublicOrganisation",
    "Ministry",
    "Agency",
    "AdministrativeUnit",
    "DiplomaticMission",
    "Government",
    "Parliament",
    "CoordinationBody",
    "InternationalOrganisation",
    "ConsultativeProcess",
    "Fund",
    "Observatory",
    "StakeholderGroup",
    "Actor",
}
_INSTRUMENTS = {
    "Instrument",
    "LegalInstrument",
    "Constitution",
    "Law",
    "OrganicLaw",
    "Ordinance",
    "Decree",
    "Order",
    "InternationalInstrument",
    "Treaty",
    "Agreement",
    "PolicyInstrument",
    "Provision",
}
_RECORDS = [
    "AffirmedClaim",
    "InterpretedClaim",
    "DeniedClaim",
    "DisputedClaim",
    "TreatyParticipation",
    "StatusReport",
    "Mandate",
    "BodyMembership",
]
_PREDICATES: tuple[URIRef, ...] = (
    RDF.type,
    SKOS.prefLabel,
    RDFS.label,
    SKOS.altLabel,
    SKOS.hiddenLabel,
    SKOS.notation,
    DCTERMS.title,
    _MGI.country,
    _MGI.ofProfile,
    _MGI.inSection,
    _MGI.inPassage,
    _MGI.coversDimension,
    _MGI.passageKind,
    _MGI.ordinal,
    _MGI.assessment,
    _MGI.page,
    _MGI.lastPage,
    _MGI.pageLabel,
    _MGI.statement,
    _MGI.provisionOf,
    _MGI.articleNumber,
    _MGI.provides,
    _MGI.claimSubject,
    _MGI.claimPredicate,
    _MGI.claimObject,
    _MGI.claimValue,
    _MGI.claimDate,
)
_LAST: tuple[URIRef, ...] = (_MGI.explanation, _MGI.reading, _MGI.prefers, SKOS.editorialNote, _MGI.statedIn)
_RANK = {predicate: rank for rank, predicate in enumerate(_PREDICATES)} | {
    predicate: 1000 + rank for rank, predicate in enumerate(_LAST)
}
_CLAIMS = _RECORDS[:4]
_CLAIM_VALUES = (_MGI.claimObject, _MGI.claimValue, _MGI.claimDate)
_PLAIN_DATATYPES = (XSD.integer, XSD.boolean, None)
_WIDTH = 120


def claim_hash(kind: str, subject: Node, predicate: Node, value: Node) -> str:
    """The last part of a claim's IRI: the first 12 hex digits of the SHA-256 of class, subject, predicate and object.

    Args:
        kind: the claim's class by its local name ("AffirmedClaim").
        subject: the claim's subject.
        predicate: the claim's predicate.
        value: the claim's object, value or date.

    The four are hashed as N-Triples terms (RDF 1.1 N-Triples, section 2), joined by single spaces, in UTF-8.
    """
    parts = (URIRef(MGI + kind), subject, predicate, value)
    return hashlib.sha256(" ".join(_ntriples(part) for part in parts).encode()).hexdigest()[:12]


def tidy(path: Path) -> str:
    """Read a data file and write it in the canonical layout, each claim under the IRI that its content gives.

    A claim may be written as a blank node; it is named here. Nothing is lost: a file with comments is refused.

    Raises:
        SourceError: the file is missing or not Turtle, has comments, or has blank nodes that are no claims.
    """
    graph = read_source(path).graph
    for line, comment in comments(read_bytes(path).decode("utf-8")):
        if comment not in _BANNER_LINES:
            raise SourceError(path, f"the comment {comment!r} would be lost", "Make it a skos:editorialNote.", line)
    try:
        return write(name_claims(graph))
    except BlankNodeError as error:
        raise SourceError(path, error.problem, error.remedy) from None


def name_claims(graph: Graph) -> Graph:
    """The same graph with each claim under the IRI that its content gives (see `claim_hash`)."""
    names: dict[Node, URIRef] = {}
    for kind in _CLAIMS:
        for claim in graph.subjects(RDF.type, _MGI[kind]):
            finding = graph.value(claim, _MGI.statedIn)
            parts = [graph.value(claim, _MGI[part]) for part in ("claimSubject", "claimPredicate")]
            parts += [value for part in _CLAIM_VALUES for value in graph.objects(claim, part)]
            if finding is not None and len(parts) == 3 and None not in parts:
                profile = str(finding).partition("/finding/")[0]
                digest = claim_hash(kind, *(part for part in parts if part is not None))
                names[claim] = URIRef(f"{profile}/claim/{digest}")
    named = Graph()
    for subject, predicate, obj in graph:
        named.add((names.get(subject, subject), predicate, names.get(obj, obj)))
    return named


def write(graph: Graph) -> str:
    """Write a graph of `data/` as Turtle in the canonical layout.

    Raises:
        BlankNodeError: the graph has blank nodes, which have no stable place.
    """
    for node in graph.all_nodes():
        if isinstance(node, BNode):
            kinds = " ".join(sorted(_term(kind) for kind in graph.objects(node, RDF.type))) or "something untyped"
            raise BlankNodeError(f"a blank node ({kinds}) has no stable place", "Give the thing an IRI.")
    blocks = _in_sections(graph)
    body = "".join(
        f"\n{_banner(title)}\n" + "".join(f"\n{_block(graph, subject)}\n" for subject in subjects)
        for title, subjects in blocks
        if subjects
    )
    return f"@base <{ID}> .\n" + "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in _used(graph)) + body


def _used(graph: Graph) -> list[str]:
    """The prefixes that the written terms need, in alphabetical order; `xsd` always, for the month of a profile."""
    nodes = {node for triple in graph for node in triple} - {RDF.type}
    nodes |= {node.datatype for node in nodes if isinstance(node, Literal) and node.datatype not in _PLAIN_DATATYPES}
    names = (_term(node) for node in nodes if isinstance(node, URIRef))
    return sorted({"xsd"} | {name.partition(":")[0] for name in names if not name.startswith("<")})


def _in_sections(graph: Graph) -> list[tuple[str, list[Node]]]:
    found: dict[str, list[Node]] = defaultdict(list)
    said = list(_report(graph))
    placed = set(said)
    for subject in sorted(set(graph.subjects()) - placed, key=str):
        found[_section_of(_kind(graph, subject))].append(subject)
    found[_THINGS[0][0]].sort(key=lambda subject: (_kind(graph, subject) != "CountryProfile", _ordinal(graph, subject)))
    found[_THINGS[4][0]] = said
    return [(title, found[title]) for title, _ in _THINGS]


def _section_of(kind: str) -> str:
    for title, kinds in _THINGS:
        if kind in kinds:
            return title
    if kind in _BODIES:
        return _THINGS[1][0]
    return _THINGS[2][0] if kind in _INSTRUMENTS else _THINGS[3][0]


def _report(graph: Graph) -> Iterator[Node]:
    """Passages in the order of the report, each followed by its findings, each finding by the records stated in it."""
    written: set[Node] = set()
    for passage in sorted(graph.subjects(RDF.type, _MGI.Passage), key=lambda node: _passage_order(graph, node)):
        yield passage
        for finding in sorted(
            graph.subjects(_MGI.inPassage, passage), key=lambda node: (_ordinal(graph, node), str(node))
        ):
            yield finding
            for record in sorted(graph.subjects(_MGI.statedIn, finding), key=lambda node: _record_order(graph, node)):
                if record not in written:
                    written.add(record)
                    yield record


def _passage_order(graph: Graph, passage: Node) -> tuple[int, int, int, str]:
    section = graph.value(passage, _MGI.inSection)
    kinds = ("paragraph", "box", "table-row", "footnote")
    kind = str(graph.value(passage, _MGI.passageKind)).rpartition("/")[2]
    rank = kinds.index(kind) if kind in kinds else len(kinds)
    return (_ordinal(graph, section), rank, _ordinal(graph, passage), str(passage))


def _record_order(graph: Graph, record: Node) -> tuple[int, str, str, str, str]:
    kind = _kind(graph, record)
    rank = _RECORDS.index(kind) if kind in _RECORDS else len(_RECORDS)
    parts = (graph.value(record, part) for part in (_MGI.claimSubject, _MGI.claimPredicate, _MGI.claimObject))
    subject, predicate, obj = (str(part or "") for part in parts)
    return (rank, subject, predicate, obj, str(record))


def _block(graph: Graph, subject: Node) -> str:
    pairs = sorted(graph.predicate_objects(subject), key=lambda pair: _pair_order(*pair))
    lines = []
    for predicate, group in groupby(pairs, key=lambda pair: pair[0]):
        lines.append(_line(predicate, [_term(obj) for _, obj in group]))
    return f"{_term(subject)}\n" + " ;\n".join(lines) + " ."


def _line(predicate: Node, objects: list[str]) -> str:
    name = "a" if predicate == RDF.type else _term(predicate)
    flat = f"    {name} {', '.join(objects)}"
    if len(objects) == 1 or len(flat) <= _WIDTH:
        return flat
    return f"    {name}\n" + ",\n".join(f"        {obj}" for obj in objects)


def _pair_order(predicate: Node, obj: Node) -> tuple[int, str, int, str, str]:
    rank = _RANK.get(URIRef(str(predicate)), 500)
    number = int(obj) if isinstance(obj, Literal) and obj.datatype == XSD.integer else 0
    language = (obj.language or "") if isinstance(obj, Literal) else ""
    return (rank, str(predicate), number, language, str(obj))


def _term(node: Node) -> str:
    if isinstance(node, Literal):
        return _literal(node)
    iri = str(node)
    if iri.startswith(ID):
        return f"<{iri[len(ID) :]}>"
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and iri[len(namespace) :].replace("-", "").replace("_", "").isalnum():
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri}>"


def _literal(node: Literal) -> str:
    if node.datatype in _PLAIN_DATATYPES[:2]:
        return str(node)
    quoted = _ntriples(Literal(str(node)))
    if node.language:
        return f"{quoted}@{node.language}"
    return f"{quoted}^^{_term(node.datatype)}" if node.datatype else quoted


def _ntriples(node: Node) -> str:
    from rdflib.plugins.serializers.nt import _quoteLiteral

    return _quoteLiteral(node) if isinstance(node, Literal) else node.n3()


def _kind(graph: Graph, subject: Node) -> str:
    return min((str(kind).rpartition("#")[2] for kind in graph.objects(subject, RDF.type)), default="")


def _ordinal(graph: Graph, subject: Node | None) -> int:
    value = graph.value(subject, _MGI.ordinal) if subject is not None else None
    return int(str(value)) if value is not None else 0


def _banner(title: str) -> str:
    bar = "#" * _WIDTH
    return f"{bar}\n# {title}\n{bar}"


_BANNER_LINES = {line for title, _ in _THINGS for line in _banner(title).splitlines()}
