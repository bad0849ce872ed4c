"""How statements read as sentences, in English and French, from either of their ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mgi_graph.namespaces import MGI, SKOS


@dataclass(frozen=True)
class Wording:
    """The words between subject and object: `forward` from subject to object, `backward` the other way round."""

    forward: str
    backward: str


def wording(predicate: str, language: str) -> Wording | None:
    """The words for a property (an IRI) in "en" or "fr"; None where it has none of its own."""
    found = _WORDS.get(predicate)
    return found[language == "fr"] if found else None


def place_name(place: str, language: str) -> str:
    """A place in the report that has no page number, as profiles name it ("Annex: Table 2"), in a language.

    A page number, and a part of a name that is in no list, stay as they are.
    """
    if language != "fr":
        return place
    parts = (_PLACES.get(part) or re.sub(r"^Table (?=\d)", "Tableau ", part) for part in place.split(": "))
    return "\u00a0: ".join(parts)


def _both(en: tuple[str, str], fr: tuple[str, str]) -> tuple[Wording, Wording]:
    return Wording(*en), Wording(*fr)


_PLACES = {"Annex": "Annexe", "Imprint": "Mentions légales", "MGI process": "processus MGI"}
_LOCAL = {
    # ---- bodies
    "foundedYear": _both(("was founded in", "founding year of"), ("a été fondé en", "année de fondation de")),
    "establishedUnder": _both(("was established under", "establishes"), ("a été établi par", "établit")),
    "setUpBy": _both(("was set up by", "set up"), ("a été créé par", "a créé")),
    "unitOf": _both(("is a unit of", "has as a unit"), ("est une unité de", "a pour unité")),
    "supervisedBy": _both(("is supervised by", "supervises"), ("est sous la tutelle de", "exerce la tutelle sur")),
    "attachedTo": _both(("is attached to", "has attached to it"), ("est rattaché à", "a pour organe rattaché")),
    "underAuthorityOf": _both(
        ("is under the authority of", "has authority over"), ("est sous l’autorité de", "a autorité sur")
    ),
    "implements": _both(("implements", "is implemented by"), ("met en œuvre", "est mis en œuvre par")),
    "involvedInImplementing": _both(
        ("is involved in implementing", "is implemented with the involvement of"),
        ("est associé à la mise en œuvre de", "est mis en œuvre avec le concours de"),
    ),
    "collaboratesWith": _both(("works with", "works with"), ("collabore avec", "collabore avec")),
    "participatesIn": _both(("takes part in", "has as a participant"), ("participe à", "a pour participant")),
    "supportedBy": _both(("is supported by", "supports"), ("est appuyé par", "appuie")),
    "developed": _both(("developed", "was developed by"), ("a élaboré", "a été élaboré par")),
    "adopted": _both(("adopted", "was adopted by"), ("a adopté", "a été adopté par")),
    "publishes": _both(("publishes", "is published by"), ("publie", "est publié par")),
    "collects": _both(("collects", "is collected by"), ("recueille", "est recueilli par")),
    "operatesFacility": _both(("operates", "is operated by"), ("gère", "est géré par")),
    "managesSystem": _both(("manages", "is managed by"), ("gère", "est géré par")),
    "locatedIn": _both(("is located in", "is the place of"), ("a pour lieu", "est le lieu de")),
    "country": _both(("belongs to", "is the country of"), ("relève de", "est le pays de")),
    "memberCount": _both(
        ("has this number of members:", "number of members of"), ("compte pour membres :", "effectif de")
    ),
    # ---- texts
    "number": _both(("bears the number", "number of"), ("porte le numéro", "numéro de")),
    "articleNumber": _both(("is article", "article number of"), ("est l’article", "numéro d’article de")),
    "year": _both(("dates from", "year of"), ("date de", "année de")),
    "date": _both(("is dated", "date of"), ("est daté du", "date de")),
    "startYear": _both(("starts in", "first year of"), ("commence en", "première année de")),
    "endYear": _both(("ends in", "last year of"), ("s’achève en", "dernière année de")),
    "provisionOf": _both(("is a provision of", "has the provision"), ("est une disposition de", "a pour disposition")),
    "amends": _both(("amends", "is amended by"), ("modifie", "est modifié par")),
    "implementsInstrument": _both(("applies", "is applied by"), ("applique", "est appliqué par")),
    "domesticates": _both(
        ("brings into national law", "is brought into national law by"), ("transpose", "est transposé par")
    ),
    "supplements": _both(("supplements", "is supplemented by"), ("complète", "est complété par")),
    "alignedWith": _both(("is aligned with", "serves as a reference for"), ("est aligné sur", "sert de référence à")),
    "mandates": _both(
        ("charges with a task", "is charged with a task by"), ("charge d’une tâche", "est chargé d’une tâche par")
    ),
    "regulates": _both(("regulates", "is regulated by"), ("règle", "est réglé par")),
    "protectsGroup": _both(("protects", "is protected by"), ("protège", "est protégé par")),
    "hasParty": _both(("has as a party", "is a party to"), ("a pour partie", "est partie à")),
    # ---- data and other things
    "dataOn": _both(("holds data on", "has data in"), ("contient des données sur", "a des données dans")),
    "disaggregatedBy": _both(("is broken down by", "breaks down"), ("est ventilé par", "ventile")),
    "frequency": _both(("has the frequency", "frequency of"), ("a pour périodicité", "périodicité de")),
    "partOf": _both(("is part of", "has as a part"), ("fait partie de", "a pour partie")),
    # ---- the report and its index
    "announcedFor": _both(("is announced for", "announces the topic"), ("est annoncé pour", "annonce le thème")),
    "drawsOn": _both(("draws on", "is drawn on by"), ("s’appuie sur", "sert d’appui à")),
    "mentions": _both(("mentions", "is mentioned in"), ("mentionne", "est mentionné dans")),
    "topic": _both(("is on the topic", "is the topic of"), ("traite du thème", "est le thème de")),
    "concernsGroup": _both(("concerns", "is concerned in"), ("concerne", "est concerné dans")),
    "citesPublication": _both(("cites", "is cited in"), ("cite", "est cité dans")),
    "discussedIn": _both(("is discussed under", "discusses"), ("est abordé sous", "aborde")),
}
_WORDS = {MGI + name: words for name, words in _LOCAL.items()}
_WORDS |= {
    SKOS + "broader": _both(("is narrower than", "is broader than"), ("est plus étroit que", "est plus large que")),
    SKOS + "related": _both(("is related to", "is related to"), ("est lié à", "est lié à")),
}
