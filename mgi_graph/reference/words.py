"""The words of the pages that do not come from the ontology, in English and French."""

from collections.abc import Mapping

LANGUAGES = ("en", "fr")

WORDS: Mapping[str, tuple[str, str]] = {
    # frame
    "reference": ("Ontology reference", "Référence de l’ontologie"),
    "skip": ("Skip to the content", "Aller au contenu"),
    "sections": ("Sections of this page", "Sections de cette page"),
    "language": ("Language", "Langue"),
    "generated": (
        "Generated from ontology/mgi.ttl; the tests check that it is up to date. Ontology: Apache-2.0. "
        "Not an IOM product.",
        "Page produite à partir de ontology/mgi.ttl ; les tests vérifient qu’elle est à jour. Ontologie : Apache-2.0. "
        "Ceci n’est pas un produit de l’OIM.",
    ),
    # sections
    "header": ("About", "En bref"),
    "overview": ("Overview", "Vue d’ensemble"),
    "class": ("Classes", "Classes"),
    "object": ("Object properties", "Propriétés d’objet"),
    "data": ("Data properties", "Propriétés de données"),
    "annotation": ("Annotation properties", "Propriétés d’annotation"),
    "schemes": ("Concept schemes", "Schémas de concepts"),
    "outside": ("Outside vocabularies", "Vocabulaires externes"),
    "index": ("Index", "Index"),
    # kinds, one
    "one-class": ("class", "classe"),
    "one-object": ("object property", "propriété d’objet"),
    "one-data": ("data property", "propriété de données"),
    "one-annotation": ("annotation property", "propriété d’annotation"),
    "one-concept": ("concept", "concept"),
    "one-scheme": ("concept scheme", "schéma de concepts"),
    # header
    "iri": ("IRI", "IRI"),
    "version": ("Version", "Version"),
    "version-iri": ("Version IRI", "IRI de la version"),
    "licence": ("Licence", "Licence"),
    "creator": ("Creator", "Auteur"),
    "created": ("Created", "Création"),
    "modified": ("Modified", "Modification"),
    "namespace": ("Namespace", "Espace de noms"),
    "contents": ("Contents", "Contenu"),
    "prefixes": ("Prefixes", "Préfixes"),
    "prefix": ("Prefix", "Préfixe"),
    "reading": ("How to read an entry", "Comment lire une entrée"),
    "reading-text": (
        "Each term has its label, its name in the data, a definition and an example. “Assertable” marks a property "
        "that never stands in the data without a claim, and so always leads to a finding and a page. Each "
        "heading links to the same term in the other language.",
        "Chaque terme a son libellé, son nom dans les données, une définition et un exemple. « Assertable » signale "
        "une propriété qui ne figure jamais dans les données sans assertion, et mène donc toujours à un constat et à "
        "une page. Chaque titre renvoie au même terme dans l’autre langue.",
    ),
    # overview
    "layers": ("From the report to the world", "Du rapport au monde"),
    "layers-text": (
        "Above, the parts of a printed report; in the middle, the records of what it states, each tied to the "
        "findings that state it; below, the things of the world that the records are about. The predicate of a claim "
        "is itself a property.",
        "En haut, les parties d’un rapport imprimé ; au milieu, les enregistrements de ce qu’il énonce, chacun "
        "rattaché aux constats qui le disent ; en bas, les choses du monde sur lesquelles portent les enregistrements. "
        "Le prédicat d’une assertion est lui-même une propriété.",
    ),
    "layers-alt": (
        "A chain of boxes leads from the country profile to the record; the kinds of record point to entities.",
        "Une chaîne mène du profil de pays à l’enregistrement ; les genres d’enregistrement pointent vers les entités.",
    ),
    "relations": ("Bodies and texts", "Organismes et textes"),
    "relations-text": (
        "The properties between actors, normative texts and other entities. A full line is an assertable property, "
        "which always has its claim; a dashed one is structural or inferred. Inverses are left out.",
        "Les propriétés entre acteurs, textes normatifs et autres entités. Un trait plein est une propriété "
        "assertable, qui a toujours son assertion ; un tireté est structurel ou inféré. Les inverses sont omises.",
    ),
    "relations-alt": (
        "Arrows between three boxes (actor, normative text, entity), one for each property.",
        "Flèches entre trois cadres (acteur, texte normatif, entité), une par propriété.",
    ),
    "among": ("among themselves", "entre eux"),
    "hierarchy": ("Kinds of entity", "Genres d’entités"),
    "hierarchy-text": (
        "The classes of things in the world, from the general to the particular.",
        "Les classes des choses du monde, du général au particulier.",
    ),
    "hierarchy-others": (
        "Kinds of report element, record and concept",
        "Genres d’éléments du rapport, d’enregistrements et de concepts",
    ),
    "hierarchy-alt": ("Tree of classes under", "Arbre des classes sous"),
    "used": ("Concept schemes and what leads to them", "Les schémas de concepts et ce qui y mène"),
    "used-text": (
        "On the left the class that a property is said of, on the right the scheme from which it takes its value, "
        "with the number of its concepts. A property without a class on the left has no domain. "
        "Full and dashed lines as above.",
        "À gauche la classe dont une propriété se dit, à droite le schéma où elle prend sa valeur, avec le nombre de "
        "ses concepts. Une propriété sans classe à gauche n’a pas de domaine. "
        "Traits pleins et tiretés comme ci-dessus.",
    ),
    "used-alt": (
        "One line for each property that leads to a concept.",
        "Une ligne pour chaque propriété qui mène à un concept.",
    ),
    "matrix": ("From what to what", "De quoi à quoi"),
    "matrix-text": (
        "All object properties, by what they are said of (rows) and what they lead to (columns).",
        "Toutes les propriétés d’objet, selon ce dont elles se disent (lignes) et ce à quoi elles mènent (colonnes).",
    ),
    # groups
    "group-report": ("Parts of the report", "Parties du rapport"),
    "group-record": ("Records", "Enregistrements"),
    "group-actor": ("Actors", "Acteurs"),
    "group-text": ("Normative texts", "Textes normatifs"),
    "group-entity": ("Other entities, and all of them", "Autres entités, et toutes ensemble"),
    "group-editorial": ("Editorial things", "Choses éditoriales"),
    "group-concept": ("Concepts", "Concepts"),
    "group-other": ("No class stated", "Sans classe indiquée"),
    "grouped": ("Grouped by what they are said of.", "Rangées selon ce dont elles se disent."),
    # entries
    "term": ("Term", "Terme"),
    "definition": ("Definition", "Définition"),
    "example": ("Example", "Exemple"),
    "note": ("Note", "Note"),
    "assertable": ("assertable", "assertable"),
    "FunctionalProperty": ("functional", "fonctionnelle"),
    "InverseFunctionalProperty": ("inverse functional", "fonctionnelle inverse"),
    "TransitiveProperty": ("transitive", "transitive"),
    "SymmetricProperty": ("symmetric", "symétrique"),
    "AsymmetricProperty": ("asymmetric", "asymétrique"),
    "ReflexiveProperty": ("reflexive", "réflexive"),
    "IrreflexiveProperty": ("irreflexive", "irréflexive"),
    "subClassOf": ("Subclass of", "Sous-classe de"),
    "superClassOf": ("Superclass of", "Surclasse de"),
    "subPropertyOf": ("Subproperty of", "Sous-propriété de"),
    "superPropertyOf": ("Superproperty of", "Surpropriété de"),
    "domain": ("Domain", "Domaine"),
    "range": ("Range", "Portée"),
    "inverseOf": ("Inverse", "Inverse"),
    "disjointWith": ("Disjoint with", "Disjointe de"),
    "domainOf": ("Properties said of it", "Propriétés qui s’en disent"),
    "rangeOf": ("Properties that lead to it", "Propriétés qui y mènent"),
    "aligned": ("Alignment", "Alignement"),
    "chains": ("Follows from", "Découle de"),
    "then": ("then", "puis"),
    "has-scheme": ("Concepts", "Concepts"),
    # schemes
    "concept": ("Concept", "Concept"),
    "concepts": ("concepts", "concepts"),
    "notation": ("Notation", "Notation"),
    "used-by": ("Used by", "Employé par"),
    "scheme-class": ("Class of the concepts", "Classe des concepts"),
    "colon": (":", " :"),
    "also": ("also", "aussi"),
    "skos:broader": ("broader", "plus général"),
    "skos:related": ("related", "en relation avec"),
    "rdfs:seeAlso": ("see also", "voir aussi"),
    # outside
    "outside-text": (
        "Terms of other vocabularies that are declared here and not imported, with the terms of ours that stand "
        "under them.",
        "Termes d’autres vocabulaires, déclarés ici et non importés, avec ceux des nôtres qui se rangent sous eux.",
    ),
    "vocabulary": ("Vocabulary", "Vocabulaire"),
    "kind": ("Kind", "Genre"),
    "ours": ("Our terms under it", "Nos termes sous celui-ci"),
}
"""By key: the English and the French word."""


def say(key: str, lang: str) -> str:
    """The word in a language; the key itself where there is none."""
    return WORDS[key][LANGUAGES.index(lang)] if key in WORDS else key
