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
    ("est sous l’autorité de", "Présidence de la République", "est sous l’autorité de la Présidence de la République"),
    ("a pour lieu", "Région d’Agadez", "a pour lieu la Région d’Agadez"),
    ("traite du thème", "Cadre institutionnel et juridique", "traite du thème Cadre institutionnel et juridique"),
    ("collabore avec", "Arabie saoudite", "collabore avec l’Arabie saoudite"),
    ("travaille à", "Haute Autorité", "travaille à la Haute Autorité"),
    ("est une unité de", "Bureaux régionaux", "est une unité des Bureaux régionaux"),
    ("collabore avec", "Niger Diaspora", "collabore avec Niger Diaspora"),
    ("modifie", "Something unknown", "modifie Something unknown"),
]
ENGLISH = [
    ("is supervised by", "Ministry of Justice", "is supervised by the Ministry of Justice"),
    ("implements", "Law No. 2015-36 establishing the Agency", "implements Law No. 2015-36 establishing the Agency"),
    ("works with", "Civil society organizations", "works with Civil society organizations"),
    ("works with", "Togo", "works with Togo"),
    (
        "is the country of",
        "Regional authorities of the Niger",
        "is the country of the Regional authorities of the Niger",
    ),
    ("is located in", "Niger", "is located in the Niger"),
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
    ("is a unit of", "COVACC regional offices", "are units of"),
    ("is a party to", "IOM Member States", "are parties to"),
    ("is located in", "Embassy of the Niger in the United States", "is located in"),
    ("publishes", "Migration Information and Data Analysis System", "publishes"),
]
AGREEMENTS = [
    ("est rattaché à", "Direction Générale de la Police", "est rattachée à"),
    ("est mis en œuvre par", "Loi n° 2015-36", "est mise en œuvre par"),
    ("a été créé par", "Agence Nationale", "a été créée par"),
    ("a été créé par", "Ministère de la Justice", "a été créé par"),
    ("est appuyé par", "Organisations de la société civile", "sont appuyées par"),
    ("est établi par", "Plans annuels", "sont établis par"),
    ("est mis en œuvre par", "Plans annuels", "sont mis en œuvre par"),
    ("est une unité de", "Bureaux régionaux", "sont des unités de"),
    ("est partie à", "États membres", "sont parties à"),
    ("s’appuie sur", "Plans annuels", "s’appuient sur"),
    ("n’a pas ratifié", "États membres", "n’ont pas ratifié"),
    ("a élaboré", "Direction Générale", "a élaboré"),
    ("est rattaché à", "HCNE", "est rattaché à"),
]


@pytest.mark.parametrize(
    ("words", "name", "sentence", "language"), [(*one, "fr") for one in FRENCH] + [(*one, "en") for one in ENGLISH]
)
def test_words_before_a_name_take_its_article(words: str, name: str, sentence: str, language: str) -> None:
    assert articles.before(words, name, language) + name == sentence


@pytest.mark.parametrize(
    ("words", "subject", "agreeing", "language"),
    [(*one, "en") for one in NUMBERS] + [(*one, "fr") for one in AGREEMENTS],
)
def test_a_verb_agrees_with_its_subject(words: str, subject: str, agreeing: str, language: str) -> None:
    assert articles.agreeing(words, subject, language) == agreeing
