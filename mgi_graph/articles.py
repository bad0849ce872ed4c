"""Puts before a name in a sentence the article that English or French wants, where the words of the name tell it."""

from __future__ import annotations

import re

_MASCULINE = frozenset(
    {
        "bulletin",
        "burkina",
        "bureau",
        "cadre",
        "centre",
        "code",
        "comité",
        "conseil",
        "décret",
        "fonds",
        "forum",
        "gouvernement",
        "groupe",
        "haut",
        "haut-commissariat",
        "mali",
        "maroc",
        "mécanisme",
        "mémorandum",
        "ministère",
        "niger",
        "nigéria",
        "pacte",
        "parlement",
        "plan",
        "premier",
        "président",
        "programme",
        "protocole",
        "réseau",
        "secrétariat",
        "service",
        "système",
        "tchad",
        "togo",
        "traité",
        "tribunal",
    }
)
_FEMININE = frozenset(
    {
        "banque",
        "base",
        "brigade",
        "caisse",
        "cellule",
        "charte",
        "commission",
        "communauté",
        "constitution",
        "convention",
        "coordination",
        "cour",
        "déclaration",
        "direction",
        "division",
        "feuille",
        "loi",
        "mission",
        "police",
        "politique",
        "stratégie",
    }
)
_ELIDED = frozenset(
    {
        "accord",
        "agence",
        "article",
        "arrêté",
        "assemblée",
        "autorité",
        "initiative",
        "institut",
        "observatoire",
        "office",
        "ordonnance",
        "organisation",
        "union",
        "école",
        "état",
    }
)
_PLURAL = frozenset(
    {
        "autorités",
        "missions",
        "organisations",
        "partenaires",
        "ministères",
        "services",
        "pays",
        "nations",
        "états",
        "forces",
        "communautés",
    }
)
_ENDING = re.compile(r"(^|.*[ (])(de|à)$", re.DOTALL)
_VOWEL = re.compile(r"[aeiouéèêàâîôûœ]", re.IGNORECASE)
_CONTRACTED = {("de", "le "): "du ", ("de", "les "): "des ", ("à", "le "): "au ", ("à", "les "): "aux "}
_BODIES = re.compile(
    r"\b(Agency|Assembly|Bank|Board|Brigade|Centre|Code|Commission|Committee|Compact|Constitution|Convention|Council|"
    r"Court|Directorate|Division|Framework|Fund|Government|Initiative|Institute|Ministry|Office|Organization|Parliament|"
    r"Plan|Police|Policy|Programme|Protocol|Secretariat|Strategy|Treaty|Union|Unit)\b"
)
_TEXTS = re.compile(r"(The|Article|Law|Ordinance|Decree|Order|Resolution|Decision)\b|.*\b(No\.|n°)")
_SEVERAL = re.compile(
    r".*\b(authorities|donors|institutes|institutions|migrants|ministries|missions|organizations|partners|services|"
    r"states|trafficking networks|unions)\b(?! of )",
    re.IGNORECASE,
)
_VERBS = {"is": "are", "was": "were", "has": "have"}


def article(name: str, language: str) -> str:
    """The article before a name: "the ", "le ", "la ", "l’" or "les "; empty where the name does not tell.

    Args:
        name: as it is written in the graph, such as "Ministère de l’Intérieur".
        language: "en" or "fr", the language of the name.
    """
    if language == "en":
        return "the " if _BODIES.search(name) and not _TEXTS.match(name) and not is_plural(name) else ""
    first = re.split(r"[ ’']", name.lower(), maxsplit=1)[0]
    lists = ((_PLURAL, "les "), (_ELIDED, "l’"), (_FEMININE, "la "), (_MASCULINE, "le "))
    return next((word for known, word in lists if first in known), "")


def before(words: str, name: str, language: str) -> str:
    """Words that stand before a name, with its article and the space: "est une unité du ", "is a unit of the ".

    Args:
        words: such as "est une unité de".
        name: as it is written in the graph.
        language: "en" or "fr", that of both.
    """
    wanted, words = article(name, language), words.rstrip()
    ending = _ENDING.match(words) if language == "fr" else None
    if not ending:
        return f"{words} {wanted}"
    if not wanted and ending[2] == "de" and _VOWEL.match(name):
        return f"{ending[1]}d’"
    return ending[1] + (_CONTRACTED.get((ending[2], wanted)) or f"{ending[2]} {wanted}")


def is_plural(name: str) -> bool:
    """Whether an English name is one of several things: "Civil society organizations"."""
    return bool(_SEVERAL.match(name)) and not re.search(r"\b(Ministry|Agency|Committee|Commission|Law)\b", name)


def agreeing(words: str, subject: str) -> str:
    """English words whose first is the verb of a subject, in the number of the subject: "is" becomes "are"."""
    if not is_plural(subject):
        return words
    return re.sub(r"\w+", lambda verb: _VERBS.get(verb[0]) or _several(verb[0]), words, count=1)


def _several(verb: str) -> str:
    if verb.endswith("ies"):
        return verb.removesuffix("ies") + "y"
    return verb.removesuffix("es") if verb.endswith(("shes", "ches")) else verb.removesuffix("s")
