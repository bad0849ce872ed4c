"""Says a link of the network as a sentence in English or French."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from mgi_graph import articles
from mgi_graph.namespaces import ID, MGI
from mgi_graph.network import Edge, Network

_ENDS = re.compile(r"(\{source\}|\{target\})")
_OTHER = "{source} – {relation} – {target}"
_PHRASES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "adopted": ("{source} adopted {target}", "{source} a adopté {target}"),
        "alignedWith": ("{source} is aligned with {target}", "{source} est en accord avec {target}"),
        "amends": ("{source} amends {target}", "{source} modifie {target}"),
        "attachedTo": ("{source} is attached to {target}", "{source} a pour organisme de rattachement {target}"),
        "collaboratesWith": ("{source} works with {target}", "{source} collabore avec {target}"),
        "collects": ("{source} collects {target}", "{source} recueille {target}"),
        "developed": ("{source} developed {target}", "{source} a élaboré {target}"),
        "domesticates": ("{source} brings into national law {target}", "{source} transpose en droit interne {target}"),
        "establishedUnder": ("{source} was established under {target}", "{source} a pour texte fondateur {target}"),
        "hasParty": ("{source} has the party {target}", "{source} a pour partie {target}"),
        "implements": ("{source} implements {target}", "{source} met en œuvre {target}"),
        "implementsInstrument": ("{source} carries out {target}", "{source} est un texte d’application de {target}"),
        "involvedInImplementing": (
            "{source} is involved, through a unit, in implementing {target}",
            "{source} participe, par une unité, à la mise en œuvre de {target}",
        ),
        "legalBasis": ("{source} has a mandate based on {target}", "{source} a un mandat qui a pour base {target}"),
        "managesSystem": ("{source} runs {target}", "{source} gère {target}"),
        "mandates": ("{source} gives a task to {target}", "{source} charge d’une tâche {target}"),
        "memberBody": ("{source} is a member of {target}", "{source} est membre de {target}"),
        "operatesFacility": ("{source} operates {target}", "{source} gère {target}"),
        "partOf": ("{source} is part of {target}", "{source} est un élément de {target}"),
        "participatesIn": ("{source} takes part in {target}", "{source} prend part à {target}"),
        "provisionOf": ("{source} is an article of {target}", "{source} est un article de {target}"),
        "publishes": ("{source} publishes {target}", "{source} publie {target}"),
        "setUpBy": ("{source} was set up by {target}", "{source} a pour fondateur {target}"),
        "supervisedBy": ("{source} is supervised by {target}", "{source} a pour autorité de tutelle {target}"),
        "supplements": ("{source} supplements {target}", "{source} complète {target}"),
        "supportedBy": ("{source} is supported by {target}", "{source} a l’appui de {target}"),
        "underAuthorityOf": ("{source} is under the authority of {target}", "{source} a pour autorité {target}"),
        "unitOf": ("{source} is a unit of {target}", "{source} est une unité de {target}"),
        "treaty-action/acceded": ("{source} acceded to {target}", "{source} a adhéré à {target}"),
        "treaty-action/applies": ("{source} applies {target}", "{source} applique {target}"),
        "treaty-action/member": ("{source} is a member under {target}", "{source} est membre au titre de {target}"),
        "treaty-action/not-ratified": ("{source} has not ratified {target}", "{source} n’a pas ratifié {target}"),
        "treaty-action/ratified": ("{source} ratified {target}", "{source} a ratifié {target}"),
        "treaty-action/ratified-or-acceded": (
            "{source} ratified or acceded to {target}",
            "{source} a ratifié {target} ou y a adhéré",
        ),
        "treaty-action/signed": ("{source} signed {target}", "{source} a signé {target}"),
        "treaty-action/succeeded": ("{source} succeeded to {target}", "{source} a succédé à {target}"),
        "mentions": (
            "{source} and {target} are named together, no more",
            "{source} et {target} sont nommés ensemble, sans plus",
        ),
    }
)
_DENIED = {"en": "denied or disputed: {}", "fr": "nié ou contesté : {}"}


def phrase(network: Network, edge: Edge, language: str) -> str:
    """A link as a sentence without a full stop, in which {source} and {target} stand for its two ends.

    A relation without a sentence of its own is said by its label.
    """
    key = edge.action.removeprefix(ID) or edge.relation.removeprefix(MGI)
    texts = _PHRASES.get(key)
    relation = network.word(edge.action or edge.relation, language).replace("{", "(").replace("}", ")")
    text = texts[language == "fr"] if texts else _OTHER.replace("{relation}", relation)
    is_plain = edge.standing != "denied" or key == "treaty-action/not-ratified"
    return text if is_plain else _DENIED[language].replace("{}", text)


def pieces(network: Network, edge: Edge, language: str) -> list[str]:
    """The sentence of `phrase` in pieces: "{source}", "{target}", and around them words that fit the names of both."""
    found = [piece for piece in _ENDS.split(phrase(network, edge, language)) if piece]
    names = {f"{{{end}}}": network.nodes[iri].names.get(language, "") for end, iri in _ends(edge)}
    around = zip(["", *found], found, [*found[1:], ""], strict=False)
    return [
        here if here in names else _fitting(here, names.get(left, ""), names.get(right, ""), language)
        for left, here, right in around
    ]


def _fitting(words: str, left: str, right: str, language: str) -> str:
    """Words between two names, either of which may be empty, in agreement with the first, with the second's article."""
    if left:
        bare = words.lstrip()
        words = words.removesuffix(bare) + articles.agreeing(bare, left, language)
    return articles.before(words, right, language) if right and words.rstrip()[-1:].isalpha() else words


def sentence(network: Network, edge: Edge, language: str) -> str:
    """A link as a sentence with the names of its ends."""
    names = {f"{{{end}}}": network.nodes[iri].name(language) for end, iri in _ends(edge)}
    return "".join(names.get(piece, piece) for piece in pieces(network, edge, language))


def _ends(edge: Edge) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("source", edge.source), ("target", edge.target)
