"""Draws the page of a thing: asks the archive, composes the blocks, names everything in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox
from fastapi import Request, Response

from mgi_graph import articles
from mgi_graph.description import MOST_INCOMING, Describer, Text, every_incoming
from mgi_graph.dossier import Archive, Dossier, Evidence, Names, Record, Statement, texts
from mgi_graph.engine.result import Engine, Term
from mgi_graph.errors import ParameterError, ProofNotFoundError, StandingUnknownError, UncoveredAxiomError
from mgi_graph.evidence import Doubt
from mgi_graph.labels import IS_MEMBER
from mgi_graph.reasoning.explanation import Explainer
from mgi_graph.sheet import MANY, Bounded, Relation, View, compose, design_of, neighbours
from mgi_graph.web import pages
from mgi_graph.web.documents import Document, language_of
from mgi_graph.wording import place_name, wording

_CHOSEN = re.compile(r"\([^()]*\b(?:chosen|kept|recorded|retenue?|conservée?|enregistrée?|notée?)\b[^()]*\)")
_HIGHEST = 1_000_000
_LONGEST_VERSION = 100
_MOST_LISTED = 1000
_MOST_EXPLAINED = 4096
_UP = ("inPassage", "inSection", "ofProfile")


class ThingPages:
    """Draws pages of things.

    Args:
        engine: the store.
        describer: of the same store.
        version: of the data, which a report of an error carries.
    """

    def __init__(self, engine: Engine, describer: Describer, version: str) -> None:
        self._archive, self._version = Archive(engine, describer), version
        self._explainer, self._on_reading = Explainer(engine), lru_cache(_MOST_EXPLAINED)(self._rests_on_reading)

    def draw(self, request: Request, iri: str, document: Document) -> Response:
        """The page of a thing; `part=` names a list that is wanted alone, `from=` the entry that it begins with.

        Raises:
            ParameterError: the page has no such list, or `from=` is no number.
        """
        language = language_of(request)
        view = View(request.query_params.get("part", ""), _start(request.query_params.get("from", "")))
        dossier = self._archive.open(iri, _MOST_LISTED if view.part else MOST_INCOMING)
        around = self._archive.between(neighbours(dossier)) if "Entity" in dossier.classes else ()
        blocks = compose(dossier, around, view, language)
        cited = [finding for block in blocks for finding in block.findings]
        evidence = self._archive.evidence([iri, *cited] if "Finding" in dossier.classes else cited)
        records = [record.iri for record in dossier.records]
        charted = [one.claim for one in (*dossier.chart, *around) if one.claim]
        doubts = self._archive.doubts([iri, *records, *charted, *cited])
        named = {doubt.iri for found in doubts.values() for doubt in found}
        names = dossier.names | self._archive.names({item.section for item in evidence.values()} | named)
        return pages.render(
            request,
            "things/page.html",
            kind=design_of(dossier),
            thing=dossier,
            blocks=blocks,
            view=view,
            speaker=Speaker(dossier, names, evidence, doubts, language, self._on_reading),
            document=document,
            data_version=self._version,
            other_version=_other_version(request, self._version),
        )

    def _rests_on_reading(self, triple: ox.Triple) -> bool:
        try:
            return self._explainer.explain(triple).rests_on_reading
        except (ProofNotFoundError, StandingUnknownError, UncoveredAxiomError):
            return False


@dataclass(frozen=True)
class Speaker:
    """Says what a page shows in the reader's language; the functions that the templates call.

    Attributes:
        thing: what the page is on.
        names: of everything mentioned.
        evidence: the findings that it cites, by IRI.
        doubts: the discrepancies by what they involve.
        language: the reader's.
        on_reading: whether an inferred triple cannot be had without an editors' reading.
    """

    thing: Dossier
    names: Names
    evidence: dict[str, Evidence]
    doubts: dict[str, tuple[Doubt, ...]]
    language: str
    on_reading: Callable[[ox.Triple], bool]

    def label(self, iri: str) -> Text:
        """The name of a thing."""
        return self.names.label(iri, self.language)

    def words(self, predicate: str, forward: bool = True) -> Text:
        """What stands between the two ends of a statement; the property's label where it has no words of its own."""
        found = wording(predicate, self.language)
        if found:
            return Text(found.forward if forward else found.backward, self.language)
        label = self.label(predicate)
        return label if forward else Text(f"← {label.value}", label.language)

    def between(self, statement: Statement) -> Text:
        """What stands between the ends of a statement, in agreement with the first, with the second's article."""
        return self.joined(self.words(statement.predicate), statement.subject, statement.object)

    def member(self, record: Record) -> Text:
        """What stands between the member and the body of a membership."""
        return self.joined(
            Text(IS_MEMBER[self.language], self.language), record.one("member"), record.one("memberBody")
        )

    def joined(self, words: Text, first: Term | None, second: Term | None) -> Text:
        """Words between two things, in agreement with the first, with the second's article and the space."""
        if words.language != self.language:
            return Text(f"{words.value} ", words.language)
        agreeing = articles.agreeing(words.value, self._named(first), words.language)
        return Text(articles.before(agreeing, self._named(second), words.language), words.language)

    def heading(self, relation: Relation) -> Text:
        """What the page's thing does to those of a list, without the "de" or "à" that each of these begins with."""
        words = self.words(relation.predicate, relation.forward)
        if words.language != self.language:
            return words
        here = self._named(ox.NamedNode(self.thing.iri))
        agreeing = articles.agreeing(words.value, here, words.language)
        return Text(articles.parted(agreeing, words.language)[0], words.language)

    def lead(self, relation: Relation, term: Term) -> str:
        """What stands between the heading of a list and one of its entries: "de la ", "the "; often empty."""
        words = self.words(relation.predicate, relation.forward)
        if words.language != self.language:
            return ""
        heading = articles.parted(words.value, words.language)[0]
        return articles.before(words.value, self._named(term), words.language).removeprefix(heading).lstrip()

    def _named(self, term: Term | None) -> str:
        """The name of a thing in the reader's language; a value as it is; empty where there is no such name."""
        if term is None or not isinstance(term, ox.NamedNode):
            return term.value if term is not None else ""
        name = self.label(term.value)
        return name.value if name.language == self.language else ""

    def in_doubt(self, iri: str) -> tuple[Doubt, ...]:
        """The discrepancies that involve a claim, a record or a finding."""
        return self.doubts.get(iri, ())

    def is_reading(self, record: Record) -> bool:
        """Whether a reading had to be chosen for a record that is no claim."""
        return not record.statement and any(doubt.is_a_choice for doubt in self.in_doubt(record.iri))

    def rests_on_reading(self, statement: Statement) -> bool:
        """Whether what is inferred needs an editors' reading."""
        subject = statement.subject
        if isinstance(subject, ox.Literal):
            return False
        return self.on_reading(ox.Triple(subject, ox.NamedNode(statement.predicate), statement.object))

    def readable(self, terms: Sequence[Term | Text]) -> list[Text]:
        """The texts to read: those in the reader's language, or all where there is none in it."""
        found = [
            term if isinstance(term, Text) else Text(term.value, getattr(term, "language", "") or "") for term in terms
        ]
        mine = [text for text in found if text.language in ("", self.language)]
        return mine or found

    def chosen(self, readings: Sequence[Term]) -> list[Text]:
        """Those of some readings that say of themselves that they were chosen."""
        return [text for text in self.readable(readings) if _CHOSEN.search(text.value)]

    def others(self, terms: Sequence[Term]) -> list[Text]:
        """The texts in other languages."""
        return [text for text in texts(terms) if text.language not in ("", self.language)]

    def sources(self, findings: Sequence[str]) -> list[Evidence]:
        """The findings of some IRIs, as they are cited, in the order of their pages."""
        found = [self.evidence[iri] for iri in findings if iri in self.evidence]
        return sorted(found, key=lambda item: (int(item.page) if item.numbered else _HIGHEST, item.iri))

    def where(self, item: Evidence) -> str:
        """Passage and page of a finding: "1.3-p4, p. 14"."""
        passage = item.passage.rpartition("/")[2]
        return f"{passage}, p. {item.page}" if item.numbered else f"{passage}, {place_name(item.page, self.language)}"

    def part(self, listed: Bounded[object], start: int = 0) -> dict[str, object]:
        """The parameters of the address under which a list stands alone, from an entry on."""
        return {"part": listed.part, "from": start or None}

    def previous(self, listed: Bounded[object]) -> int:
        """The entry with which the page before begins."""
        return max(0, listed.start - MANY)

    def following(self, listed: Bounded[object]) -> int:
        """The entry with which the next page begins; 0 where there is none, or where not more can be listed."""
        end = listed.start + len(listed.items)
        return end if listed.items and end < listed.known else 0

    def query(self, predicate: str = "") -> dict[str, str]:
        """The parameters of the endpoint for all that points to the thing."""
        return {"query": every_incoming(self.thing.iri, predicate)}

    def why(self, statement: Statement) -> dict[str, str]:
        """The parameters of the page that says how a statement follows."""
        ends = {"subject": statement.subject.value, "object": statement.object.value}
        return {"subject": ends["subject"], "predicate": statement.predicate, "object": ends["object"]}

    def above(self, iri: str) -> list[str]:
        """The parts of the report in which a finding, passage or section stands, from the top down."""
        found: list[str] = []
        while up := next((term.value for name in _UP for term in self.names.values(iri, name)), ""):
            found.insert(0, up)
            iri = up
        return found

    def differ(self, records: Sequence[Record], name: str) -> bool:
        """Whether a column of records says more than that it is the thing of the page."""
        return any(value.value != self.thing.iri for record in records for value in record.all(name))

    def beside(self, step: int) -> str:
        """What stands before (-1) or after (1) the thing in the report; empty where nothing does."""
        around = self.thing.siblings
        at = around.index(self.thing.iri) + step if self.thing.iri in around else -1
        return around[at] if 0 <= at < len(around) else ""


def _other_version(request: Request, served: str) -> str:
    """The version of the data that a link names, where it is not the one that is served."""
    named = request.query_params.get("version", "")[:_LONGEST_VERSION]
    return named if named != served else ""


def _start(text: str) -> int:
    if not text:
        return 0
    if not text.isdecimal() or not text.isascii() or int(text) > _HIGHEST:
        raise ParameterError("`from` must be a number of an entry, such as 100.")
    return int(text)
