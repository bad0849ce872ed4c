"""What the page of a thing shows, by its kind: which blocks, in which order, and how much of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

import pyoxigraph as ox

from mgi_graph.dossier import Coverage, Dossier, Part, Place, Record, Standing, Statement
from mgi_graph.engine.result import Term
from mgi_graph.errors import ParameterError
from mgi_graph.namespaces import MGI, expand
from mgi_graph.wording import wording

FEW = 12
"""How many entries of a list stand on the page of a thing."""

MANY = 100
"""How many stand on a page of that list alone."""

MOST_NEIGHBOURS = 24
"""How many neighbours a picture shows."""

_FINDINGS_IN_A_GROUP = 4

T = TypeVar("T")
Title = tuple[str, str]


@dataclass(frozen=True)
class Bounded(Generic[T]):
    """Some entries of a list: those from `start` on, of `total`; `part` names the list in an address.

    `known` is how many were read, and so how far the list can be turned over.
    """

    part: str
    items: tuple[T, ...]
    total: int
    known: int
    start: int = 0

    @property
    def is_cut(self) -> bool:
        """Whether there are more."""
        return len(self.items) < self.total


@dataclass(frozen=True)
class View:
    """Which list of a page is wanted alone, and from which entry on; the whole page where `part` is empty."""

    part: str = ""
    start: int = 0

    def bound(self, part: str, items: Sequence[T], few: int = FEW, total: int = 0) -> Bounded[T]:
        """The entries of a list that are shown; `total` is said where the list at hand is not whole."""
        total = max(total, len(items))
        if part != self.part:
            return Bounded(part, tuple(items[:few]), total, len(items))
        return Bounded(part, tuple(items[self.start : self.start + MANY]), total, len(items), self.start)


@dataclass(frozen=True)
class Block:
    """A part of a page: `id` names it in an address, `title` is in English and French, `template` draws it."""

    template: ClassVar[str]
    id: str
    title: Title

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        raise NotImplementedError

    @property
    def findings(self) -> Iterator[str]:
        """IRIs of the findings that it cites."""
        for listed in self.lists:
            for item in listed.items:
                yield from item.findings

    @property
    def count(self) -> int:
        """How many entries it has in all."""
        return sum(listed.total for listed in self.lists)


@dataclass(frozen=True)
class Relation:
    """Statements with one property, seen from one end: `heading` says how they go on from the thing."""

    predicate: str
    forward: bool
    statements: Bounded[Statement]


@dataclass(frozen=True)
class Relations(Block):
    """Statements on the thing, by property."""

    template = "relations"
    relations: tuple[Relation, ...]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return tuple(relation.statements for relation in self.relations)


@dataclass(frozen=True)
class Branch:
    """A body in the organisation chart; `statement` ties it to the one above it, none at the top."""

    body: str
    statement: Statement | None
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Chart(Relations):
    """The organisation chart around a body, and the statements that it is drawn from."""

    template = "chart"
    roots: tuple[Branch, ...]


@dataclass(frozen=True)
class Sentences(Block):
    """Claims, whole."""

    template = "sentences"
    statements: Bounded[Statement]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return (self.statements,)


@dataclass(frozen=True)
class Records(Block):
    """Records of one kind ("Mandate")."""

    template = "records"
    kind: str
    records: Bounded[Record]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return (self.records,)


@dataclass(frozen=True)
class Cited:
    """A finding, by its place in the report."""

    place: Place

    @property
    def findings(self) -> tuple[str, ...]:
        """Its IRI."""
        return (self.place.finding,)


@dataclass(frozen=True)
class FindingGroup:
    """Findings under one dimension (empty where their section covers none) and assessment."""

    dimension: str
    assessment: str
    cited: Bounded[Cited]


@dataclass(frozen=True)
class Findings(Block):
    """What the report says of the thing, by dimension and assessment."""

    template = "findings"
    groups: tuple[FindingGroup, ...]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return tuple(group.cited for group in self.groups)


@dataclass(frozen=True)
class Said:
    """A passage or a finding, with its findings or with what they state."""

    iri: str
    findings: tuple[str, ...]
    statements: tuple[Statement, ...] = ()
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Contents(Block):
    """What a section or a passage says, in the order of the report."""

    template = "contents"
    said: Bounded[Said]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return (self.said,)


@dataclass(frozen=True)
class Listed(Block):
    """Entries that cite nothing themselves: sections of a profile, topics of a dimension, things involved."""

    entries: Bounded[Any]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return (self.entries,)

    @property
    def findings(self) -> Iterator[str]:
        """None."""
        return iter(())


@dataclass(frozen=True)
class Parts(Listed):
    """The sections of a profile."""

    template = "parts"
    entries: Bounded[Part]


@dataclass(frozen=True)
class Topics(Listed):
    """The topics of a dimension, with how much the report says on each."""

    template = "topics"
    entries: Bounded[Coverage]


@dataclass(frozen=True)
class Things(Listed):
    """Things by their names, records among them in words."""

    template = "things"
    entries: Bounded[str]


@dataclass(frozen=True)
class Silence:
    """Something that one looks for on the page of a text and that the report does not name.

    Attributes:
        what: in English and French.
        verdict: "denied": the report says that there is none; "unstated": it names the text, and none such;
            "unmodelled": no statement of the report names the text at all.
    """

    what: Title
    verdict: Literal["denied", "unstated", "unmodelled"]


@dataclass(frozen=True)
class Silences(Listed):
    """What the report does not name of a text."""

    template = "silences"
    entries: Bounded[Silence]


@dataclass(frozen=True)
class Event:
    """Something dated: `when` is a year, a month or a day; a thing's own date, or a record's.

    Attributes:
        thing: what is dated.
        statement: what gives the date, where it is the thing's own.
        tie: what ties the thing to that of the page, where they differ; itself without a date.
        record: the participation that is dated, or the status with the date that it is stated for.
    """

    when: str
    thing: str
    statement: Statement | None = None
    tie: Statement | None = None
    record: Record | None = None

    @property
    def findings(self) -> tuple[str, ...]:
        """IRIs of the findings that state it."""
        source = self.tie or self.statement or self.record
        return source.findings if source else ()


@dataclass(frozen=True)
class Timeline(Block):
    """What is dated about the thing, in the order of time."""

    template = "timeline"
    events: Bounded[Event]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return (self.events,)


@dataclass(frozen=True)
class Neighbourhood(Block):
    """The things that the thing is tied to, and their ties with each other."""

    template = "neighbourhood"
    edges: Bounded[Statement]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return (self.edges,)


@dataclass(frozen=True)
class Link:
    """All statements with one property that point to the thing, as they stand in the graph."""

    predicate: str
    subjects: Bounded[Term]
    inferred: frozenset[Term]


@dataclass(frozen=True)
class Incoming(Block):
    """What points to the thing."""

    template = "incoming"
    links: tuple[Link, ...]

    @property
    def lists(self) -> tuple[Bounded[Any], ...]:
        """The lists in it."""
        return tuple(link.subjects for link in self.links)

    @property
    def findings(self) -> Iterator[str]:
        """None: the statements are cited where they stand in words."""
        return iter(())


_CHAPTERS: dict[str, tuple[Title, str]] = {
    "identity": (
        ("Basic facts", "Données de base"),
        "articleNumber> number> year> date> startYear> endYear> memberCount> provisionOf> partOf> frequency> "
        "locatedIn>",
    ),
    "founding": (("Founding", "Fondation"), "foundedYear> establishedUnder> setUpBy>"),
    "chart": (
        ("Place in the organisation chart", "Place dans l’organigramme"),
        "unitOf> unitOf< supervisedBy> supervisedBy< attachedTo> attachedTo< underAuthorityOf> underAuthorityOf<",
    ),
    "tasks": (
        ("What it implements and is charged with", "Ce qu’il met en œuvre et ce dont il est chargé"),
        "implements> involvedInImplementing> mandates<",
    ),
    "work": (
        ("What it makes and runs", "Ce qu’il produit et gère"),
        "developed> adopted> publishes> collects> operatesFacility> managesSystem> setUpBy<",
    ),
    "cooperation": (
        ("Whom it works with", "Avec qui il travaille"),
        "collaboratesWith> participatesIn> participatesIn< supportedBy> supportedBy< hasParty<",
    ),
    "chain": (
        ("Chain of texts", "Chaîne des textes"),
        "amends> amends< implementsInstrument> implementsInstrument< domesticates> domesticates< "
        "supplements> supplements< alignedWith> alignedWith< partOf<",
    ),
    "provisions": (("Articles that the report cites", "Articles que cite le rapport"), "provisionOf<"),
    "implementers": (
        ("Who makes it and puts it into practice", "Qui l’élabore et le met en œuvre"),
        "implements< involvedInImplementing< mandates> developed< adopted< supportedBy>",
    ),
    "effects": (
        ("What it establishes, regulates and protects", "Ce qu’il établit, règle et protège"),
        "establishedUnder< regulates> protectsGroup>",
    ),
    "parties": (("Parties that the report names", "Parties que nomme le rapport"), "hasParty>"),
    "makers": (
        ("Who runs it and takes part", "Qui le gère et y participe"),
        "operatesFacility< managesSystem< publishes< collects< participatesIn<",
    ),
    "holdings": (("What it holds", "Ce qu’il contient"), "dataOn> disaggregatedBy> locatedIn<"),
    "rules": (
        ("Texts and data on it", "Textes et données à ce sujet"),
        "regulates< protectsGroup< dataOn< disaggregatedBy< frequency<",
    ),
    "order": (("In the framework", "Dans le cadre"), "announcedFor> broader> broader< related> drawsOn> drawsOn<"),
    "national": (
        ("Bodies, texts and other things of this country", "Organismes, textes et autres éléments de ce pays"),
        "country<",
    ),
}
_LOOKED_FOR: tuple[tuple[Title, frozenset[str], tuple[str, ...]], ...] = (
    (
        ("a text that carries it out", "un texte d’application"),
        frozenset({"LegalInstrument"}),
        ("implementsInstrument<",),
    ),
    (("an article of it", "un article de ce texte"), frozenset({"LegalInstrument"}), ("provisionOf<",)),
    (
        (
            "a body that implements it or that it gives a task",
            "un organisme qui le mette en œuvre ou qu’il charge d’une tâche",
        ),
        frozenset({"LegalInstrument", "PolicyInstrument"}),
        ("implements<", "involvedInImplementing<", "mandates>"),
    ),
)
"""What one looks for on the page of a text, on those of which classes, and along which arrows it is stated."""

_OTHERS = ("Other statements", "Autres énoncés")
_RECORDS: dict[str, tuple[Title, str]] = {
    "mandates": (("Mandates", "Mandats"), "Mandate"),
    "memberships": (("Committees and members", "Comités et membres"), "BodyMembership"),
    "treaties": (("Treaty participation", "Participation aux traités"), "TreatyParticipation"),
    "statuses": (("Status at each date", "Statut à chaque date"), "StatusReport"),
    "doubts": (("Discrepancies", "Divergences"), "Discrepancy"),
    "sources": (("Outside sources", "Sources externes"), "ExternalSource"),
}
_DESIGNS: tuple[tuple[str, str], ...] = (
    ("Finding", "claims mandates memberships treaties statuses doubts"),
    ("Passage", "contents doubts"),
    ("Section", "passages doubts"),
    ("CountryProfile", "parts doubts"),
    ("Claim", "itself doubts sources"),
    ("Record", "itself doubts sources"),
    ("Discrepancy", "involved judges"),
    ("ExternalSource", "confirmed contradicted doubts"),
    ("Dimension", "topics order coverers findings discussed"),
    ("Concept", "order rules findings others doubts"),
    (
        "Organisation",
        "denied identity chart founding mandates tasks work cooperation holdings memberships treaties statuses "
        "findings timeline network others disputed doubts sources national",
    ),
    (
        "NormativeText",
        "denied identity chain provisions effects implementers mandates silences founding parties holdings treaties "
        "statuses findings timeline network others disputed doubts sources",
    ),
    (
        "Entity",
        "denied identity founding makers cooperation holdings memberships statuses "
        "findings timeline network others disputed doubts sources",
    ),
    ("", "others findings"),
)
_ELSEWHERE = frozenset(
    ("mentions<", "topic<", "concernsGroup<", "citesPublication<", "collaboratesWith<", "country>", "discussedIn>")
)
_IN_NO_PICTURE = frozenset(
    ("regulates", "protectsGroup", "dataOn", "frequency", "disaggregatedBy", "country", "announcedFor", "drawsOn")
)
_DIRECTLY_UNDER = (MGI + "unitOf", MGI + "supervisedBy")
_DATED_RECORDS = (("TreatyParticipation", "participationIn", "reportedYear"), ("StatusReport", "statusOf", "asOf"))
_DATES = ("date", "foundedYear", "year", "startYear", "endYear")


def design_of(dossier: Dossier) -> str:
    """The kind of page that suits a thing: a class of the ontology (its local name), or "" for any other."""
    return next(kind for kind, _ in _DESIGNS if not kind or kind in dossier.classes)


def neighbours(dossier: Dossier) -> tuple[str, ...]:
    """The things that a picture shows around a thing, those with most ties first."""
    ties: dict[str, int] = {}
    for statement in _ties(dossier):
        other = _other_end(statement, dossier.iri).value
        ties[other] = ties.get(other, 0) + 1
    return tuple(sorted(ties, key=lambda iri: (-ties[iri], iri))[:MOST_NEIGHBOURS])


def compose(dossier: Dossier, between: Iterable[Statement], view: View, language: str) -> tuple[Block, ...]:
    """The blocks of a thing's page; where the view wants one list alone, the block that has it.

    Args:
        dossier: what is held on the thing.
        between: the ties of its neighbours with each other.
        view: what is wanted of the page.
        language: "en" or "fr"; lists are in the order of the names in it.

    Raises:
        ParameterError: there is no such list on the page, or it has no such entry.
    """
    composer = _Composer(dossier, tuple(between), view, language)
    blocks = composer.blocks()
    if not view.part:
        return blocks
    wanted = tuple(block for block in blocks if any(listed.part == view.part for listed in block.lists))
    if not wanted:
        parts = ", ".join(sorted({listed.part for block in blocks for listed in block.lists}))
        raise ParameterError(f"This page has no list {view.part!r}; it has: {parts}.")
    return wanted


class _Composer:
    def __init__(self, dossier: Dossier, between: tuple[Statement, ...], view: View, language: str) -> None:
        self._dossier, self._between, self._view, self._language = dossier, between, view, language
        asserted = (Standing.DENIED, Standing.DISPUTED)
        self._positive = [one for one in dossier.statements if one.standing not in asserted]
        self._makers: dict[str, Callable[[], Block | None]] = {
            "chart": self._chart,
            "claims": self._claims,
            "confirmed": lambda: self._things("confirmed", ("It confirms", "Elle confirme"), "confirms"),
            "contents": self._contents,
            "contradicted": lambda: self._things("contradicted", ("It contradicts", "Elle contredit"), "contradicts"),
            "coverers": lambda: self._pointing(
                "coverers", ("Sections that cover it", "Sections qui la couvrent"), "coversDimension"
            ),
            "denied": lambda: self._sentences(
                "denied", ("Stated not to be", "Énoncé comme n’étant pas"), Standing.DENIED
            ),
            "discussed": lambda: self._pointing(
                "discussed", ("What is discussed under it", "Ce qui y est abordé"), "discussedIn"
            ),
            "disputed": lambda: self._sentences("disputed", ("Disputed", "Contesté"), Standing.DISPUTED),
            "findings": self._findings,
            "involved": lambda: self._things("involved", ("What it involves", "Ce qu’elle met en cause"), "involves"),
            "itself": self._itself,
            "judges": lambda: self._things("judges", ("Outside sources", "Sources externes"), "externalSource"),
            "network": self._network,
            "others": self._others,
            "parts": self._parts,
            "passages": self._passages,
            "silences": self._silences,
            "timeline": self._timeline,
            "topics": self._topics,
        }

    def blocks(self) -> tuple[Block, ...]:
        """All blocks that have something to show."""
        names = dict(_DESIGNS)[design_of(self._dossier)].split()
        made = [self._make(name) for name in names]
        return tuple(block for block in (*made, self._incoming()) if block and block.count)

    def _make(self, name: str) -> Block | None:
        if name in self._makers:
            return self._makers[name]()
        if name in _RECORDS:
            title, kind = _RECORDS[name]
            return self._records(name, title, kind)
        title, arrows = _CHAPTERS[name]
        return Relations(name, title, self._relations(name, arrows))

    def _name(self, iri: str) -> str:
        return self._dossier.names.label(iri, self._language).value.casefold()

    def _relations(self, chapter: str, arrows: str) -> tuple[Relation, ...]:
        found = (self._relation(chapter, arrow) for arrow in arrows.split())
        return tuple(relation for relation in found if relation.statements.total)

    def _relation(self, chapter: str, arrow: str) -> Relation:
        name, forward = arrow[:-1], arrow.endswith(">")
        predicate, here = _predicate(name), self._dossier.iri
        statements = [one for one in self._positive if one.predicate == predicate and _is_seen_from(one, here, forward)]
        if name == "underAuthorityOf":
            direct = {(one.subject, one.object) for one in self._positive if one.predicate in _DIRECTLY_UNDER}
            statements = [one for one in statements if (one.subject, one.object) not in direct]
        statements.sort(key=lambda one: (self._name(_other_end(one, here).value), one.claim))
        part = f"{chapter}-{name}" if forward else f"{chapter}-{name}-of"
        total = 0 if forward else self._unread(predicate) + len(statements)
        return Relation(predicate, forward, self._view.bound(part, statements, total=total))

    def _unread(self, predicate: str) -> int:
        """How many statements with a property that point here were not read."""
        groups = (group for group in self._dossier.points_here if group.property == predicate)
        return sum(group.total - len(group.terms) for group in groups)

    def _others(self) -> Block:
        """What no chapter of the design has room for, so that nothing that is stated is left out."""
        design = dict(_DESIGNS)[design_of(self._dossier)].split()
        shown = {arrow for name in design if name in _CHAPTERS for arrow in _CHAPTERS[name][1].split()}
        shown |= _ELSEWHERE
        here, arrows = self._dossier.iri, dict[str, None]()
        for one in self._positive:
            name = one.predicate.removeprefix(MGI)
            arrow = name + (">" if one.subject.value == here else "<")
            if wording(one.predicate, "en") and arrow not in shown:
                arrows[arrow] = None
        return Relations("others", _OTHERS, self._relations("others", " ".join(sorted(arrows))))

    def _chart(self) -> Block:
        title, arrows = _CHAPTERS["chart"]
        return Chart("chart", title, self._relations("chart", arrows), _trees(self._dossier.chart))

    def _sentences(self, block: str, title: Title, *standings: Standing) -> Block:
        found = [one for one in self._dossier.statements if one.standing in standings]
        return Sentences(block, title, self._view.bound(block, found))

    def _claims(self) -> Block:
        found = [claim for record in self._dossier.records if (claim := record.statement)]
        found.sort(key=lambda one: (self._name(one.subject.value), one.predicate, self._name(one.object.value)))
        return Sentences(
            "claims",
            ("What it states, as claims", "Ce qu’il énonce, en assertions"),
            self._view.bound("claims", found, MANY),
        )

    def _itself(self) -> Block | None:
        record = next((record for record in self._dossier.records if record.iri == self._dossier.iri), None)
        if record is None:
            return None
        title = ("Evidence", "Preuve")
        if record.statement:
            return Sentences("itself", title, self._view.bound("itself", [record.statement]))
        return Records("itself", title, record.kind, self._view.bound("itself", [record]))

    def _records(self, block: str, title: Title, kind: str) -> Block:
        found = [record for record in self._dossier.of_kind(kind) if record.iri != self._dossier.iri]
        found.sort(key=self._record_order)
        return Records(block, title, kind, self._view.bound(block, found, 2 * FEW))

    def _record_order(self, record: Record) -> tuple[str, ...]:
        dated = record.one("asOf")
        ends = (record.one(name) for name in ("memberBody", "member", "participationIn", "participant"))
        return (dated.value if dated else "", *(self._name(end.value) if end else "" for end in ends), record.iri)

    def _findings(self) -> Block:
        groups: dict[tuple[str, str], list[Cited]] = {}
        for place in self._dossier.places:
            groups.setdefault((place.dimension, place.assessment), []).append(Cited(place))
        few = _FINDINGS_IN_A_GROUP if len(self._dossier.places) > FEW else FEW
        ordered = sorted(groups.items(), key=lambda item: not item[0][0])
        made = (FindingGroup(*key, self._view.bound(_part("findings", *key), found, few)) for key, found in ordered)
        return Findings("findings", ("What the report says of it", "Ce qu’en dit le rapport"), tuple(made))

    def _passages(self) -> Block:
        passages: dict[str, list[str]] = {}
        for place in self._dossier.places:
            passages.setdefault(place.passage, []).append(place.finding)
        said = [Said(passage, tuple(found)) for passage, found in passages.items()]
        return Contents("passages", ("Passages", "Passages"), self._view.bound("passages", said, 2 * FEW))

    def _contents(self) -> Block:
        said = []
        for place in self._dossier.places:
            stated = [record for record in self._dossier.records if place.finding in record.findings]
            claims = tuple(claim for record in stated if (claim := record.statement))
            records = tuple(record for record in stated if not record.statement)
            said.append(Said(place.finding, (place.finding,), claims, records))
        return Contents(
            "contents", ("Findings, in order", "Constats, dans l’ordre"), self._view.bound("contents", said, MANY)
        )

    def _parts(self) -> Block:
        return Parts("parts", ("Sections", "Sections"), self._view.bound("parts", self._dossier.parts, MANY))

    def _topics(self) -> Block:
        title = ("Topics, and how many findings there are on each", "Thèmes, et le nombre de constats sur chacun")
        return Topics("topics", title, self._view.bound("topics", self._dossier.coverage, MANY))

    def _things(self, block: str, title: Title, name: str) -> Block:
        found = [term.value for term in self._dossier.said(name) if isinstance(term, ox.NamedNode)]
        return Things(block, title, self._view.bound(block, found, MANY))

    def _silences(self) -> Block:
        made = [
            Silence(what, self._verdict(arrows))
            for what, kinds, arrows in _LOOKED_FOR
            if kinds & self._dossier.classes and not self._has(arrows)
        ]
        return Silences(
            "silences",
            ("What the report does not name", "Ce que le rapport ne nomme pas"),
            Bounded("silences", tuple(made), len(made), len(made)),
        )

    def _has(self, arrows: Sequence[str]) -> bool:
        """Whether something positive is stated along one of some arrows, or a mandate rests on the text."""
        mandates = self._dossier.of_kind("Mandate") if "mandates>" in arrows else ()
        return bool(mandates) or any(self._stated(arrow, self._positive) for arrow in arrows)

    def _verdict(self, arrows: Sequence[str]) -> Literal["denied", "unstated", "unmodelled"]:
        denied = [one for one in self._dossier.statements if one.standing == Standing.DENIED]
        if any(self._stated(arrow, denied) for arrow in arrows):
            return "denied"
        return "unstated" if self._dossier.places else "unmodelled"

    def _stated(self, arrow: str, statements: Sequence[Statement]) -> bool:
        name, forward = _predicate(arrow[:-1]), arrow.endswith(">")
        return any(one.predicate == name and _is_seen_from(one, self._dossier.iri, forward) for one in statements)

    def _pointing(self, block: str, title: Title, name: str) -> Block:
        groups = (group for group in self._dossier.points_here if group.property == MGI + name)
        found = sorted((term.value for group in groups for term in group.terms), key=self._name)
        return Things(block, title, self._view.bound(block, found, total=len(found) + self._unread(MGI + name)))

    def _timeline(self) -> Block | None:
        events = sorted(_events(self._dossier), key=lambda event: (event.when, self._name(event.thing)))
        title = ("Timeline", "Chronologie")
        return Timeline("timeline", title, self._view.bound("timeline", events, 2 * FEW)) if len(events) > 1 else None

    def _network(self) -> Block:
        nearest = {*neighbours(self._dossier), self._dossier.iri}
        edges = [one for one in _ties(self._dossier) if {one.subject.value, one.object.value} <= nearest]
        edges += [one for one in self._between if self._dossier.iri not in (one.subject.value, one.object.value)]
        title = ("Neighbourhood", "Voisinage")
        return Neighbourhood("network", title, self._view.bound("network", edges, MANY))

    def _incoming(self) -> Block:
        links = []
        for group in self._dossier.points_here:
            part = f"incoming-{group.property.rpartition('#')[2].rpartition('/')[2]}"
            listed = self._view.bound(part, group.terms, FEW // 2, group.total)
            links.append(Link(group.property, listed, group.inferred))
        return Incoming("incoming", ("What points here", "Ce qui mène ici"), tuple(links))


def _predicate(name: str) -> str:
    return expand(f"skos:{name}") if name in ("broader", "related") else MGI + name


def _is_seen_from(statement: Statement, here: str, forward: bool) -> bool:
    """Whether a statement goes out from here, or comes in; one that is symmetric always goes out."""
    if statement.predicate == MGI + "collaboratesWith":
        return forward
    return (statement.subject if forward else statement.object).value == here


def _other_end(statement: Statement, here: str) -> Term:
    return statement.object if statement.subject.value == here else statement.subject


def _part(*names: str) -> str:
    return "-".join(name.rpartition("/")[2] or "none" for name in names)


def _ties(dossier: Dossier) -> Iterator[Statement]:
    """The statements that tie a thing to another one in the world."""
    for statement in dossier.statements:
        name = statement.predicate.removeprefix(MGI)
        positive = statement.standing in (Standing.AFFIRMED, Standing.READING) or name == "provisionOf"
        joins_two = isinstance(statement.object, ox.NamedNode) and statement.subject != statement.object
        if positive and joins_two and wording(statement.predicate, "en") and name not in _IN_NO_PICTURE:
            yield statement


def _events(dossier: Dossier) -> Iterator[Event]:
    yield from _own_dates(dossier)
    seen = set[str]()
    for statement in _ties(dossier):
        other = _other_end(statement, dossier.iri).value
        dates = ((name, found[0]) for name in _DATES if (found := dossier.names.values(other, name)))
        name, date = next(dates, ("", None))
        if date and other not in seen:
            seen.add(other)
            dating = Statement(ox.NamedNode(other), MGI + name, date, Standing.PLAIN)
            yield Event(date.value, other, dating, statement)
    for kind, about, when in _DATED_RECORDS:
        for record in dossier.of_kind(kind):
            thing, date = record.one(about), record.one(when)
            if thing and date:
                yield Event(date.value, thing.value, record=record)


def _own_dates(dossier: Dossier) -> Iterator[Event]:
    own = [
        one
        for one in dossier.statements
        if one.predicate.removeprefix(MGI) in _DATES and one.subject.value == dossier.iri
    ]
    days = {one.object.value[:4] for one in own if one.predicate == MGI + "date"}
    for statement in own:
        is_repeated = statement.predicate == MGI + "year" and statement.object.value in days
        if not is_repeated and statement.standing not in (Standing.DENIED, Standing.DISPUTED):
            yield Event(statement.object.value, dossier.iri, statement)


def _trees(chart: Sequence[Statement]) -> tuple[Branch, ...]:
    """The chart as trees; a body under two others stands under both, one under itself is not followed again."""
    below: dict[str, list[Statement]] = {}
    for statement in chart:
        below.setdefault(statement.object.value, []).append(statement)
    children = {statement.subject.value for statement in chart}

    def grow(body: str, statement: Statement | None, above: tuple[str, ...]) -> Branch:
        path = (*above, body)
        statements = (one for one in below.get(body, ()) if one.subject.value not in path)
        return Branch(body, statement, tuple(grow(one.subject.value, one, path) for one in statements))

    tops = [body for body in below if body not in children]
    return tuple(grow(body, None, ()) for body in sorted(tops))
