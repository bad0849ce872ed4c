"""The rules in words, in English and French, by their names in the table of OWL 2 RL (OWL 2 Profiles, section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    name: {"en": english, "fr": french}
    for name, english, french in (
        (
            "cax-sco",
            "what is of a class is of the class above it",
            "ce qui est d’une classe est de la classe au-dessus",
        ),
        (
            "cax-eqc1",
            "equivalent classes have the same instances",
            "des classes équivalentes ont les mêmes instances",
        ),
        (
            "cax-eqc2",
            "equivalent classes have the same instances",
            "des classes équivalentes ont les mêmes instances",
        ),
        ("prp-spo1", "a relation implies the one above it", "une relation entraîne celle qui est au-dessus"),
        ("prp-eqp1", "equivalent relations imply each other", "des relations équivalentes s’entraînent l’une l’autre"),
        ("prp-eqp2", "equivalent relations imply each other", "des relations équivalentes s’entraînent l’une l’autre"),
        ("prp-dom", "what has this relation is of its domain", "ce qui a cette relation est de son domaine"),
        (
            "prp-rng",
            "what this relation leads to is of its range",
            "ce à quoi mène cette relation est de son image",
        ),
        ("prp-inv1", "the inverse relation holds the other way", "la relation inverse vaut dans l’autre sens"),
        ("prp-inv2", "the inverse relation holds the other way", "la relation inverse vaut dans l’autre sens"),
        ("prp-spo2", "a chain of relations implies this one", "une chaîne de relations entraîne celle-ci"),
        ("prp-symp", "the relation holds both ways", "la relation vaut dans les deux sens"),
        ("prp-trp", "the relation holds along the way", "la relation se prolonge de proche en proche"),
        ("prp-fp", "the relation leads to one thing only", "la relation ne mène qu’à une seule chose"),
        ("prp-ifp", "the relation comes from one thing only", "la relation ne part que d’une seule chose"),
        ("eq-sym", "two names of one thing, either way", "deux noms d’une même chose, dans les deux sens"),
        (
            "eq-rep-s",
            "what is said of a thing holds under its other name",
            "ce qui est dit d’une chose vaut sous son autre nom",
        ),
        ("eq-rep-p", "a relation holds under its other name", "une relation vaut sous son autre nom"),
        ("eq-rep-o", "what leads to a thing leads to its other name", "ce qui mène à une chose mène à son autre nom"),
        ("scm-sco", "a class above the one above is above", "une classe au-dessus de celle du dessus est au-dessus"),
        ("scm-eqc1", "equivalent classes are below each other", "des classes équivalentes sont l’une sous l’autre"),
        ("scm-eqc2", "classes below each other are equivalent", "des classes l’une sous l’autre sont équivalentes"),
        (
            "scm-spo",
            "a relation above the one above is above",
            "une relation au-dessus de celle du dessus l’est aussi",
        ),
        ("scm-eqp1", "equivalent relations are below each other", "des relations équivalentes sont l’une sous l’autre"),
        ("scm-eqp2", "relations below each other are equivalent", "des relations l’une sous l’autre sont équivalentes"),
        ("scm-dom1", "a domain reaches up to the class above", "un domaine s’étend à la classe au-dessus"),
        ("scm-dom2", "a relation has the domain of the one above", "une relation a le domaine de celle du dessus"),
        ("scm-rng1", "a range reaches up to the class above", "une image s’étend à la classe au-dessus"),
        ("scm-rng2", "a relation has the range of the one above", "une relation a l’image de celle du dessus"),
    )
}
"""For each rule with a head what it says: name, then language ("en", "fr")."""
