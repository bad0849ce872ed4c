"""Puts before a name in a sentence the article that English or French wants, where the words of the name tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_MASCULINE = (
    "accord accord-cadre agenda arrêté article bulletin bureau cadre centre code comité communiqué conseil dialogue "
    "décret département document fonds forum gouvernement groupe haut haut-commissariat institut mécanisme mémorandum "
    "ministère observatoire office pacte parlement personnel plan premier programme protocole président rapatriement "
    "recensement réseau secrétariat serveur service site sous-groupe système traité tribunal état"
)
_FEMININE = (
    "agence ambassade assemblée autorité banque base brigade caisse cellule charte commission communauté conférence "
    "constitution convention coordination cour diaspora direction division déclaration enquête feuille fiche haute "
    "initiative loi mission ordonnance organisation plateforme police politique première présidence rencontre "
    "république région signature stratégie union école élection"
)
_SEVERAL_MASCULINE = "bureaux indicateurs ministères partenaires pays plans rapports services travailleurs états"
_SEVERAL_FEMININE = (
    "agences autorités communautés consultations données forces missions nations organisations élections"
)
_STATES = MappingProxyType(
    {
        False: frozenset({"burkina faso", "koweït", "mali", "maroc", "niger", "nigéria", "tchad", "togo"}),
        True: frozenset({"algérie", "allemagne", "arabie saoudite", "espagne", "france", "italie", "libye", "tunisie"}),
    }
)


class Kind(NamedTuple):
    """What a French name asks of the words around it."""

    feminine: bool
    several: bool


def _kinds() -> Mapping[str, Kind]:
    lists = (
        (_MASCULINE, Kind(feminine=False, several=False)),
        (_FEMININE, Kind(feminine=True, several=False)),
        (_SEVERAL_MASCULINE, Kind(feminine=False, several=True)),
        (_SEVERAL_FEMININE, Kind(feminine=True, several=True)),
    )
    return MappingProxyType({word: kind for words, kind in lists for word in words.split()})


_KINDS = _kinds()
_ENDING = re.compile(r"(?:(.*[^ ]) )?(de|à)", re.DOTALL)
_VOWEL = re.compile(r"[aeiouéèêàâîôûœ]", re.IGNORECASE)
_BARE = re.compile(r".*(\bthe topic|\bthème|broken down by|ventilée?s? par)", re.DOTALL)
_CONTRACTED = {("de", "le "): "du ", ("de", "les "): "des ", ("à", "le "): "au ", ("à", "les "): "aux "}
_BODIES = re.compile(
    r"\b(Agency|Agreement|Assembly|Bank|Board|Brigade|Bulletin|[Cc]ensus|[Cc]entre|Charter|Code|Committee|Commission|"
    r"Community|Compact|Conference|Constitution|[Cc]onvention|Council|Court|Covenant|[Dd]atabase|Department|Dialogue|"
    r"Directorate|Division|Embassy|Forum|Framework|Fund|Government|Group|Initiative|Institute|Mechanism|Ministry|"
    r"Observatory|Office|Organization|Parliament|[Pp]lan|Police|Policy|Presidency|Programme|Protocol|Region|Secretariat|"
    r"[Ss]erver|[Ss]ervice|Strategy|[Ss]ubgroup|Survey|System|Treaty|Union|Unit|Website|agreement|platform|system)\b"
)
_TEXTS = re.compile(r"(The|(Organic )?(Law|Ordinance|Decree|Order|Resolution|Decision|Act)|Article)\b")
_HEAD = re.compile(
    r".*?(?=$| \([^)]*\)(?:$|,)|[,:]|"
    r" (?:of|on|for|in|between|with|to|against|from|within|relating|amending|used|managed)\b)"
)
_SEVERAL = re.compile(r".*(\bdata|(?<![ius])s(?<!News))", re.DOTALL)
_VERBS = {"is": "are", "was": "were", "has": "have"}
_FRENCH_VERBS = {
    "a": "ont",
    "est": "sont",
    "met": "mettent",
    "n’a": "n’ont",
    "relève": "relèvent",
    "sert": "servent",
    "établit": "établissent",
}
_PARTICIPLE = re.compile(r"((?:est|sont|a été|ont été) )(\w+[éi]|mis)\b")


def article(name: str, language: str) -> str:
    """The article before a name: "the ", "le ", "la ", "l’" or "les "; empty where the name does not tell.

    Args:
        name: as it is written in the graph, such as "Ministère de l’Intérieur".
        language: "en" or "fr", the language of the name.
    """
    if language == "en":
        wanted = " of " in name if _is_plural(name) else name == "Niger" or _BODIES.search(name)
        return "the " if wanted and not _TEXTS.match(name) else ""
    kind = _kind(name)
    if kind is None:
        return ""
    if kind.several:
        return "les "
    return "l’" if _VOWEL.match(name) else "la " if kind.feminine else "le "


def before(words: str, name: str, language: str) -> str:
    """Words that stand before a name, with its article and the space: "est une unité du ", "is a unit of the ".

    Args:
        words: such as "est une unité de".
        name: as it is written in the graph.
        language: "en" or "fr", that of both.
    """
    words = words.rstrip()
    stem, ending = parted(words, language)
    space = f"{stem} " if stem else ""
    wanted = "" if _BARE.fullmatch(words) else article(name, language)
    if ending and not wanted and ending == "de" and _VOWEL.match(name):
        return f"{space}d’"
    if not ending:
        return space + wanted
    return space + (_CONTRACTED.get((ending, wanted)) or f"{ending} {wanted}")


def parted(words: str, language: str) -> tuple[str, str]:
    """Words without the "de" or "à" at their end that French draws together with an article, and that; else with ""."""
    found = _ENDING.fullmatch(words) if language == "fr" else None
    return (found[1] or "", found[2]) if found else (words, "")


def agreeing(words: str, subject: str, language: str) -> str:
    """Words whose first is the verb of a subject, in its number and gender: "is" becomes "are", "est lié" "est liée".

    Args:
        words: in the singular and, in French, the masculine.
        subject: the name of the subject, as it is written in the graph.
        language: "en" or "fr", that of both.
    """
    if language == "fr":
        return _agreeing_in_french(words, _kind(subject))
    if not _is_plural(subject):
        return words
    several = re.sub(r"\w+", lambda verb: _VERBS.get(verb[0]) or _several(verb[0]), words, count=1)
    return re.sub(r"^are an? (\w+)", lambda found: f"are {_several_nouns(found[1])}", several)


def _agreeing_in_french(words: str, kind: Kind | None) -> str:
    if kind is None:
        return words
    if kind.several:
        words = re.sub(r"^(\w’)?\w+(’\w+)?", lambda verb: _in_plural(verb[0]), words, count=1)
        words = re.sub(r"^sont une? (\w+)", r"sont des \1s", words)
        words = words.replace("sont membre ", "sont membres ").replace("sont partie ", "sont parties ")
    ending = ("e" if kind.feminine else "") + ("s" if kind.several else "")
    return _PARTICIPLE.sub(lambda found: found[0] + ending.removeprefix("s" if found[2] == "mis" else "-"), words)


def _in_plural(verb: str) -> str:
    if known := _FRENCH_VERBS.get(verb):
        return known
    return f"{verb}nt" if verb.endswith("e") and verb != "se" else verb


def _kind(name: str) -> Kind | None:
    lowered = name.lower()
    for feminine, states in _STATES.items():
        if lowered in states:
            return Kind(feminine=feminine, several=False)
    return _KINDS.get(re.split(r"[ ’',]", lowered, maxsplit=1)[0])


def _is_plural(name: str) -> bool:
    """Whether an English name is one of several things, by the word at its head: "Civil society organizations"."""
    head = _HEAD.match(name)
    return bool(head and _SEVERAL.fullmatch(head[0]) and not _TEXTS.match(name))


def _several(verb: str) -> str:
    if verb.endswith("ies"):
        return verb.removesuffix("ies") + "y"
    return verb.removesuffix("es") if verb.endswith(("shes", "ches")) else verb.removesuffix("s")


def _several_nouns(noun: str) -> str:
    return noun.removesuffix("y") + "ies" if noun.endswith("y") else f"{noun}s"
