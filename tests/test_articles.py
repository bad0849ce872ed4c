"""Sentences of the pages have the articles and numbers that English and French want."""

from __future__ import annotations

import pytest

from mgi_graph import articles

FRENCH = [
    ("est une unité de", "Ministère de l’Intérieur", "est une unité du Ministère de l’Intérieur"),
    ("est une unité de", "Agence Nationale de Lutte", "est une unité de l’Agence Nationale de Lutte"),
    ("est une unité de", "Direction Générale de la Police", "est une unité de la Direction Générale de la Police"),
    (
        "participe à",
        "Haut Conseil des Nigériens",
        "participe au Haut Conseil des Nigériens",
    ),
    ("participe à", "Forum de la diaspora", "participe au Forum de la diaspora"),
    (
        "a adhéré à",
        "Convention sur les réfugiés",
        "a adhéré à la Convention sur les réfugiés",
    ),
    ("a été créé par", "Ministère de la Justice", "a été créé par le Ministère de la Justice"),
    ("met en œuvre", "Ordonnance n° 2010-86", "met en œuvre l’Ordonnance n° 2010-86"),
    ("relève de", "Institut National de la Statistique", "relève de l’Institut National de la Statistique"),
    ("travaille à", "Organisations de la société civile", "travaille aux Organisations de la société civile"),
    ("fait partie de", "ECOWAS", "fait partie d’ECOWAS"),
    ("est rattaché à", "HCNE", "est rattaché à HCNE"),
    ("collabore avec", "Togo", "collabore avec le Togo"),
    ("modifie", "Something unknown", "modifie Something unknown"),
]
ENGLISH = [
    ("is supervised by", "Ministry of Justice", "is supervised by the Ministry of Justice"),
    ("implements", "Law No. 2015-36 establishing the Agency", "implements Law No. 2015-36 establishing the Agency"),
    ("works with", "Civil society organizations", "works with Civil society organizations"),
    ("works with", "Togo", "works with Togo"),
    (
        "acceded to",
        "Convention on Refugees",
        "acceded to the Convention on Refugees",
    ),
]
NUMBERS = [
    ("is supported by", "Civil society organizations", "are supported by"),
    ("works with", "Civil society organizations", "work with"),
    ("publishes", "National authorities", "publish"),
    ("applies", "National authorities", "apply"),
    ("adopted", "National authorities", "adopted"),
    ("is supported by", "Ministry of Justice", "is supported by"),
    ("works with", "International Organization for Migration", "works with"),
]


@pytest.mark.parametrize(
    ("words", "name", "sentence", "language"), [(*one, "fr") for one in FRENCH] + [(*one, "en") for one in ENGLISH]
)
def test_words_before_a_name_take_its_article(words: str, name: str, sentence: str, language: str) -> None:
    assert articles.before(words, name, language) + name == sentence


@pytest.mark.parametrize(("words", "subject", "agreeing"), NUMBERS)
def test_a_verb_has_the_number_of_its_subject(words: str, subject: str, agreeing: str) -> None:
    assert articles.agreeing(words, subject) == agreeing
