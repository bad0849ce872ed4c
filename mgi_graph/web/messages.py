"""Says in French what went wrong: each message of an error, by the English that it is written in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from mgi_graph.typography import french

_MESSAGES = (
    # ---- names
    ("Nothing is called {0}.", "Rien ne s’appelle {0}."),
    ("Nothing of the kind {0} is called {1}.", "Rien du type {0} ne s’appelle {1}."),
    ("{0} fits {1} things of the kind {2}.", "{0} convient à {1} choses du type {2}."),
    ("The nearest names:{0}", "Les noms les plus proches :{0}"),
    (
        "Give one of these, by its full name or IRI:{0}",
        "Donnez l’une d’elles, par son nom entier ou son IRI :{0}",
    ),
    ("The graph says nothing of {0}.", "Le graphe ne dit rien de {0}."),
    ("A name is expected, and the text is empty.", "Un nom est attendu, et le texte est vide."),
    ("A name has not more than {0} characters.", "Un nom n’a pas plus de {0} caractères."),
    ("{0} is no IRI: {1}", "{0} n’est pas une IRI : {1}"),
    ("Give an absolute IRI, or a name.", "Donnez une IRI absolue, ou un nom."),
    ("{0} is no literal.", "{0} n’est pas un littéral."),
    ("Write it as in Turtle: {0}.", "Écrivez-le comme en Turtle : {0}."),
    # ---- questions and parameters
    ("There is no question {0}.", "Il n’y a pas de question {0}."),
    ("Did you mean: {0}?", "Vouliez-vous dire : {0} ?"),
    ("`mgi-graph questions` lists them all.", "`mgi-graph questions` les liste toutes."),
    ("The question {0} has no parameter {1}.", "La question {0} n’a pas de paramètre {1}."),
    ("Its parameters: none.", "Elle n’en a aucun."),
    ("Its parameters: {0}.", "Ses paramètres : {0}."),
    ("Parameter {0} takes a whole number, not {1}.", "Le paramètre {0} prend un nombre entier, non {1}."),
    ("Parameter {0} is missing.", "Le paramètre {0} manque."),
    ("Parameter {0} is given twice.", "Le paramètre {0} est donné deux fois."),
    ("Give it once.", "Donnez-le une fois."),
    ("Parameter {0} has more than {1} characters.", "Le paramètre {0} a plus de {1} caractères."),
    ("There is no parameter {0} here.", "Il n’y a pas de paramètre {0} ici."),
    ("There are: {0}.", "Il y a : {0}."),
    ("The catalogue takes no parameters but {0}.", "Le catalogue ne prend pas d’autres paramètres que {0}."),
    (
        "This describes the question; ask it at {0}.",
        "Ceci décrit la question ; posez-la à {0}.",
    ),
    ("There is no language {0}.", "Il n’y a pas de langue {0}."),
    ("There is no kind {0}.", "Il n’y a pas de genre {0}."),
    (
        "Give one of those offered, or a class such as mgi:Ministry.",
        "Donnez l’un de ceux qui sont proposés, ou une classe telle que mgi:Ministry.",
    ),
    ("`limit` is a whole number from 1 to {0}, not {1}.", "`limit` est un nombre entier de 1 à {0}, non {1}."),
    (
        "`from` must be a number of an entry, such as 100.",
        "`from` doit être le numéro d’une entrée, par exemple 100.",
    ),
    ("This page has no list {0}; it has: {1}.", "Cette page n’a pas de liste {0} ; elle a : {1}."),
    ("{0} is a year of four digits, not {1}.", "{0} est une année à quatre chiffres, non {1}."),
    ("Write {0}.", "Écrivez {0}."),
    ("{0} cannot be {1}.", "{0} ne peut être {1}."),
    ("It can be: {0}.", "Cela peut être : {0}."),
    (
        "The report states no act of {0} on a treaty.",
        "Le rapport n’énonce aucun acte de {0} relatif à un traité.",
    ),
    ("Both ends are the same thing.", "Les deux bouts sont la même chose."),
    ("Name two different things.", "Nommez deux choses différentes."),
    ("Both {0} and {1} are given.", "{0} et {1} sont donnés tous deux."),
    ("Give one of them.", "Donnez l’un des deux."),
    ("No profile is about {0}.", "Aucun profil ne porte sur {0}."),
    ("`/compare` lists the countries that have one.", "`/compare` liste les pays qui en ont un."),
    ("A profile cannot be compared with itself.", "Un profil ne se compare pas à lui-même."),
    ("Name two profiles of one country.", "Nommez deux profils d’un même pays."),
    ("{0} is no dimension, topic or group.", "{0} n’est ni une dimension, ni un thème, ni un groupe."),
    ("`/compare` lists them.", "`/compare` les liste."),
    ("{0} is no profile of {1}.", "{0} n’est pas un profil de ce pays ({1})."),
    ("Name one of these:{0}", "Nommez l’un de ceux-ci :{0}"),
    ("Ask for one of: {0}.", "Demandez l’un de : {0}."),
    ("Ask for {0} or {1}.", "Demandez {0} ou {1}."),
    ("Ask for {0}.", "Demandez {0}."),
    ("Give {0}.", "Donnez {0}."),
    # ---- formats and addresses
    ("This result has no format {0}.", "Ce résultat n’a pas de format {0}."),
    ("No format of this result suits {0}.", "Aucun format de ce résultat ne convient à {0}."),
    (
        "No format of this result suits what was asked for.",
        "Aucun format de ce résultat ne convient à ce qui est demandé.",
    ),
    ("RDF/XML has no way to write the property {0}.", "RDF/XML ne peut écrire la propriété {0}."),
    ("Not Found", "Il n’y a rien à cette adresse."),
    ("Method Not Allowed", "Cette méthode n’est pas permise ici."),
    ("The dataset is described at /dataset.", "Le jeu de données est décrit à /dataset."),
    (
        "There is no such dump; /dataset and {0} list those that there are.",
        "Ce fichier de données n’existe pas ; /dataset et {0} listent ceux qui existent.",
    ),
    ("That version is not served here; {0} is.", "Cette version n’est pas servie ici ; {0} l’est."),
    (
        "There is no such version of the ontology; there is {0}.",
        "Cette version de l’ontologie n’existe pas ; il y a {0}.",
    ),
    ("The shapes are at /shapes.", "Les formes sont à /shapes."),
    ("There is no such graph; there are: {0}.", "Ce graphe n’existe pas ; il y a : {0}."),
    ("There is no catalogue with the ending {0}.", "Il n’y a pas de catalogue avec la terminaison {0}."),
    ("There is no such file.", "Ce fichier n’existe pas."),
    ("The network can be had as: {0}.", "Le réseau peut s’obtenir en : {0}."),
    (
        "There is no such link in this version of the data; /explore lists them.",
        "Ce lien n’existe pas dans cette version des données ; /explore les liste.",
    ),
    ("The matrix at /explore/coverage has no such cell.", "La matrice à /explore/coverage n’a pas cette case."),
    # ---- queries
    (
        "The query is not SPARQL 1.1 at line {0}, column {1}: {2}",
        "La requête n’est pas du SPARQL 1.1, ligne {0}, colonne {1} : {2}",
    ),
    ("The query is not SPARQL 1.1: {0}", "La requête n’est pas du SPARQL 1.1 : {0}"),
    ("The prefix {0}: is not declared.\n{1}", "Le préfixe « {0} » n’est pas déclaré.\n{1}"),
    (
        "The query cannot be read to its end (expected, for example: {0}).\n{1}",
        "La requête ne peut être lue jusqu’à sa fin (attendu, par exemple : {0}).\n{1}",
    ),
    ("The query cannot be read to its end.\n{0}", "La requête ne peut être lue jusqu’à sa fin.\n{0}"),
    (
        "{0} is not expected here (expected, for example: {1}).\n{2}",
        "{0} n’est pas attendu ici (attendu, par exemple : {1}).\n{2}",
    ),
    ("{0} is not expected here.\n{1}", "{0} n’est pas attendu ici.\n{1}"),
    ("{0} is of an extension\n{1}", "{0} appartient à une extension\n{1}"),
    ("The query cannot be answered: {0}", "La requête ne peut recevoir de réponse : {0}"),
    (
        "SERVICE is refused: this endpoint does not call others.",
        "SERVICE est refusé : ce point d’accès n’en appelle pas d’autres.",
    ),
    (
        "Ask {0} yourself, and put what it says into VALUES.",
        "Interrogez {0} vous-même, et mettez ce qu’il dit sous VALUES.",
    ),
    ("Updates are refused: the graph can only be asked.", "Les mises à jour sont refusées : le graphe se consulte."),
    ("Send a SPARQL 1.1 query.", "Envoyez une requête SPARQL 1.1."),
    (
        "The query is longer than the {0} bytes that one may have.",
        "La requête dépasse les {0} octets permis.",
    ),
    (
        "The brackets of the query nest {0} deep; {1} is the most.",
        "Les parenthèses de la requête s’emboîtent sur {0} niveaux ; {1} est le maximum.",
    ),
    ("The query has {0} parts; {1} is the most.", "La requête a {0} éléments ; {1} est le maximum."),
    ("Ask in parts.", "Demandez par parties."),
    ("Nest less.", "Emboîtez moins."),
    (
        "Give one parameter `query`, with a SPARQL 1.1 query; {0} were given.",
        "Donnez un paramètre `query`, avec une requête SPARQL 1.1 ; {0} ont été donnés.",
    ),
    # ---- limits
    ("The server is stopping, or renewing what evaluates.", "Le serveur s’arrête, ou renouvelle ce qui évalue."),
    (
        "The server is busy (queries evaluated: {0}, waiting: {1}): no more may wait.",
        "Le serveur est occupé (requêtes en cours : {0}, en attente : {1}) : aucune autre ne peut attendre.",
    ),
    (
        "The server is busy (queries evaluated: {0}, waiting: {1}): yours has waited {2} s, as long as one may.",
        "Le serveur est occupé (requêtes en cours : {0}, en attente : {1}) : la vôtre a attendu {2} s, "
        "le plus qu’il est permis.",
    ),
    (
        "Try again in {0} s or later; ask one query at a time, and for less: name a class, a property or a thing, "
        "let patterns share variables, add LIMIT.",
        "Réessayez dans {0} s ou plus tard ; posez une requête à la fois, et demandez moins : nommez une classe, une "
        "propriété ou une chose, partagez des variables, ajoutez LIMIT.",
    ),
    ("Try again in {0} s.", "Réessayez dans {0} s."),
    (
        "Your queries have used up the {0} seconds that a client has in {1} s.",
        "Vos requêtes ont épuisé les {0} secondes dont un client dispose en {1} s.",
    ),
    (
        "The query was stopped: it took longer than the {0} seconds that one may take.",
        "La requête a été arrêtée : elle a duré plus que les {0} secondes permises.",
    ),
    (
        "Ask for less: name a class, a property or a thing, let patterns share variables, add LIMIT.",
        "Demandez moins : nommez une classe, une propriété ou une chose, partagez des variables, ajoutez LIMIT.",
    ),
    (
        "The query was stopped: it needed more {0} than one may take.",
        "La requête a été arrêtée : il lui fallait plus de ressources ({0}) qu’il n’est permis.",
    ),
    (
        "Ask for less: fewer rows in GROUP BY, ORDER BY and DISTINCT, less nesting, or a part at a time.",
        "Demandez moins : moins de lignes sous GROUP BY, ORDER BY et DISTINCT, moins d’emboîtements, ou par parties.",
    ),
    (
        "The result was withheld: it has more than the {0} {1} that one may have.",
        "Le résultat n’est pas donné : il dépasse la taille permise ({0} {1}).",
    ),
    (
        "Ask for a part at a time with ORDER BY, LIMIT and OFFSET, or take the dumps at /dataset.",
        "Demandez-le par parties avec ORDER BY, LIMIT et OFFSET, ou prenez les fichiers de données à /dataset.",
    ),
    (
        "{0} is inferred; no proof was found among {1} triples in {2} s.",
        "{0} est déduit ; aucune preuve n’a été trouvée parmi {1} triplets en {2} s.",
    ),
    (
        "Ask why one of the statements holds that it may follow from.",
        "Demandez pourquoi est vrai l’un des énoncés dont cela peut découler.",
    ),
)
_LONGEST = 2000  # a query may stand in a message, and matching takes longer than its length
_PART = re.compile(r"\{(\d)\}")


def _pattern(english: str) -> re.Pattern[str]:
    pieces = _PART.split(english)
    parts = (re.escape(piece) if number % 2 == 0 else f"(?P<p{piece}>.*?)" for number, piece in enumerate(pieces))
    return re.compile("".join(parts), re.DOTALL)


_PATTERNS = tuple((_pattern(english), said) for english, said in _MESSAGES)


@lru_cache(256)
def in_french(message: str) -> str:
    """A message of an error in French; "" where there is none for it, or it is very long.

    Args:
        message: in English, as an error of ours carries it (`problem` or `remedy`).
    """
    for pattern, said in _PATTERNS if len(message) <= _LONGEST else ():
        if found := pattern.fullmatch(message):
            return _PART.sub(lambda part: _part_in_french(found[f"p{part[1]}"]), french(said))
    return ""


class Told(NamedTuple):
    """What is wrong and how to mend it ("" for nothing to say), and the language that this is told in."""

    problem: str
    remedy: str
    language: str


def told(problem: str, remedy: str, language: str) -> Told:
    """What an error says, in a language where there are words for all of it, else in English."""
    said = [in_french(part) for part in (problem, remedy) if part] if language == "fr" else []
    return Told(said[0], "".join(said[1:]), "fr") if said and all(said) else Told(problem, remedy, "en")


def _part_in_french(part: str) -> str:
    """A part of a message, which may be a message itself, or something quoted."""
    return (in_french(part) if "\n" in part else "") or _quoted(part)


def _quoted(part: str) -> str:
    """A part of a message as French quotes it, where Python quotes it."""
    quote = part[:1]
    return f"«\u00a0{part[1:-1]}\u00a0»" if quote in ("'", '"') and len(part) > 1 and part.endswith(quote) else part
