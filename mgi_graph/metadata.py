"""Describes the dataset (DCAT 3, VoID) and the endpoint (SPARQL 1.1 Service Description) in RDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pyoxigraph as ox

from mgi_graph import __version__
from mgi_graph.dumps import CHECKSUMS, Dump
from mgi_graph.exports import GRAPH_FORMATS, SOLUTION_FORMATS
from mgi_graph.namespaces import BASE, CODE_LICENCE, DATA_LICENCE, DATASET, FORMATS, ID, expand
from mgi_graph.snapshot import DESCRIPTION, INFERRED, GraphFacts, Snapshot

_IANA = "https://www.iana.org/assignments/media-types/"
_FORMAT_IRIS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "nquads": "N-Quads",
    "trig": "TriG",
}
_LANGUAGES = tuple(f"http://publications.europa.eu/resource/authority/language/{code}" for code in ("ENG", "FRA"))
GRAPH_FILES = {INFERRED: "inferred.nt", DESCRIPTION: "description.nt"}
"""The dumps that hold the named graphs which no source file holds."""

_VOID_FEATURES = ("turtle", "ntriples", "rdfxml", "jsonld")
PUBLISHER = "MGI Graph contributors"
"""Who publishes the dataset, and is its author where it is cited."""

TITLES = {
    "en": "MGI Graph: the Migration Governance Indicators as a knowledge graph",
    "fr": "MGI Graph : les Indicateurs de gouvernance des migrations en graphe de connaissances",
}
DESCRIPTIONS = {
    "en": "Country profiles of IOM’s Migration Governance Indicators as a knowledge graph that can be queried, checked "
    "and cited: every relation leads to the finding, the passage and the printed page that state it. Asserted "
    "triples, inferred ones and outside sources stand in named graphs of their own. Not an IOM product.",
    "fr": "Les profils de pays des Indicateurs de gouvernance des migrations de l’OIM en graphe de connaissances que "
    "l’on peut interroger, vérifier et citer : chaque relation mène au constat, au passage et à la page imprimée qui "
    "l’énoncent. Triplets affirmés, triplets déduits et sources extérieures sont dans des graphes nommés distincts. "
    "Ceci n’est pas un produit de l’OIM.",
}
OTHER_TITLES = {"en": "RDF files served by MGI Graph", "fr": "Fichiers RDF servis par MGI Graph"}
_ENDPOINT_TITLES = {"en": "SPARQL endpoint of MGI Graph", "fr": "Point d’accès SPARQL de MGI Graph"}
_KEYWORDS = {
    "en": ("migration governance", "migration policy", "international migration", "Niger"),
    "fr": ("gouvernance des migrations", "politique migratoire", "migration internationale", "Niger"),
}
_UNION = {
    "en": "The union of the named graphs, in which each triple stands once. It holds the inferred triples (graph "
    f"<{INFERRED}>: OWL 2 RL rules, applied once when the data were loaded; reflexive and other empty conclusions are "
    "left out); queries draw no further inferences. Ask the other graphs by FROM for asserted triples alone.",
    "fr": "L’union des graphes nommés, où chaque triplet figure une fois. Elle contient les triplets déduits (graphe "
    f"<{INFERRED}> : règles OWL 2 RL, appliquées une fois au chargement ; les conclusions réflexives ou vides sont "
    "omises) ; les requêtes n’en déduisent pas d’autres. Par FROM, on interroge les seuls triplets affirmés.",
}
_DEFAULT = {
    "en": "The default graph of the files that are served, as they are.",
    "fr": "Le graphe par défaut des fichiers servis, tels quels.",
}

Object = ox.NamedNode | ox.BlankNode | ox.Literal
Subject = ox.NamedNode | ox.BlankNode


def dataset_description(snapshot: Snapshot, address: str) -> list[ox.Triple]:
    """The dataset as dcat:Dataset and void:Dataset, with its graphs, dumps and endpoint.

    Args:
        snapshot: what is served; its census is what VoID counts.
        address: of the server, without a slash at the end; downloads and endpoint are there.
    """
    dataset = ox.NamedNode(dataset_iri(snapshot, address))
    triples = [*_about(dataset, snapshot, address), *_figures(dataset, snapshot)]
    triples += [*_dcat_service(dataset, address), *_sparql_distribution(dataset, snapshot, address)]
    for facts in snapshot.graphs:
        triples += graph_description(snapshot, facts, address)
    for dump in snapshot.dumps:
        if dump.name != CHECKSUMS:
            triples += _distribution(dataset, snapshot, dump, address)
    places: dict[object, int] = {}
    return sorted(dict.fromkeys(triples), key=lambda triple: places.setdefault(triple.subject, len(places)))


def service_description(snapshot: Snapshot, endpoint: str, federated: bool = False) -> list[ox.Triple]:
    """The endpoint as sd:Service (SPARQL 1.1 Service Description, section 3).

    The regime is simple entailment: what OWL 2 RL infers was written into the default graph beforehand, and is told as
    such in its dcterms:description.

    Args:
        snapshot: what it answers from.
        endpoint: its address.
        federated: whether SERVICE may call some other endpoint.
    """
    service = ox.NamedNode(dataset_iri(snapshot, endpoint.rpartition("/")[0]) + "#service")
    dataset, default = ox.BlankNode("dataset"), ox.BlankNode("default")
    forms = (_FORMAT_IRIS[form.name] for form in (*SOLUTION_FORMATS, *GRAPH_FORMATS))
    triples = [
        *_say(service, "rdf:type", _node("sd:Service")),
        *_say(service, "rdfs:label", *_texts(_ENDPOINT_TITLES)),
        *_say(service, "sd:endpoint", ox.NamedNode(endpoint)),
        *_say(service, "sd:supportedLanguage", _node("sd:SPARQL11Query")),
        *_say(service, "sd:resultFormat", *(ox.NamedNode(FORMATS + form) for form in forms)),
        *_say(service, "sd:defaultEntailmentRegime", ox.NamedNode("http://www.w3.org/ns/entailment/Simple")),
        *_say(service, "sd:defaultDataset", dataset),
        *_say(service, "sd:availableGraphs", dataset),
        *_say(dataset, "rdf:type", _node("sd:Dataset"), _node("sd:GraphCollection")),
        *_say(dataset, "sd:defaultGraph", default),
        *_say(default, "rdf:type", _node("sd:Graph"), _node("void:Dataset")),
        *_say(default, "void:triples", _integer(snapshot.triples)),
        *_say(default, "dcterms:description", *_texts(_UNION if snapshot.is_ours else _DEFAULT)),
    ]
    if snapshot.is_ours:
        triples += _say(service, "sd:feature", _node("sd:UnionDefaultGraph"))
    if federated:
        triples += _say(service, "sd:feature", _node("sd:BasicFederatedQuery"))
    for number, facts in enumerate(snapshot.graphs):
        triples += _named_graph(dataset, facts, number)
    return triples


def graph_description(snapshot: Snapshot, facts: GraphFacts, address: str) -> Iterator[ox.Triple]:
    """A named graph as void:Dataset and subset of the whole, with its dump; arguments as `dataset_description`."""
    graph = ox.NamedNode(facts.iri)
    dataset = ox.NamedNode(dataset_iri(snapshot, address))
    yield from _say(dataset, "void:subset", graph)
    yield from _say(graph, "rdf:type", _node("void:Dataset"))
    yield from _say(graph, "dcterms:title", *_texts({"en": facts.title_en, "fr": facts.title_fr}))
    yield from _say(graph, "void:triples", _integer(facts.triples))
    for dump in snapshot.dumps:
        if dump.name in (facts.file, GRAPH_FILES.get(facts.iri)):
            yield from _say(graph, "void:dataDump", ox.NamedNode(address + dump_path(snapshot, dump)))


def dataset_iri(snapshot: Snapshot, address: str) -> str:
    """The IRI of the dataset: ours where it is our graph that is served, else one on the server itself."""
    return DATASET if snapshot.is_ours else f"{address}/dataset"


def dump_path(snapshot: Snapshot, dump: Dump) -> str:
    """The path of a dump on the server; it never gives other bytes."""
    return f"/dumps/{snapshot.version}/{quote(dump.name)}"


def _about(dataset: ox.NamedNode, snapshot: Snapshot, address: str) -> Iterator[ox.Triple]:
    publisher = ox.BlankNode("publisher")
    yield from _say(dataset, "rdf:type", _node("dcat:Dataset"), _node("void:Dataset"))
    yield from _say(dataset, "dcterms:modified", _moment(snapshot))
    yield from _say(dataset, "dcterms:identifier", ox.Literal(snapshot.version))
    yield from _say(dataset, "dcat:landingPage", ox.NamedNode(f"{address}/dataset"))
    if not snapshot.is_ours:
        yield from _say(dataset, "dcterms:title", *_texts(OTHER_TITLES))
        return
    yield from _say(dataset, "dcterms:title", *_texts(TITLES))
    yield from _say(dataset, "dcterms:description", *_texts(DESCRIPTIONS))
    yield from _say(dataset, "dcterms:license", ox.NamedNode(DATA_LICENCE))
    yield from _say(dataset, "dcat:version", ox.Literal(__version__))
    yield from _say(dataset, "dcterms:creator", publisher)
    yield from _say(dataset, "dcterms:publisher", publisher)
    yield from _say(publisher, "rdf:type", _node("foaf:Agent"))
    yield from _say(publisher, "foaf:name", ox.Literal(PUBLISHER))
    yield from _say(dataset, "dcterms:language", *map(ox.NamedNode, _LANGUAGES))
    yield from _say(dataset, "foaf:homepage", ox.NamedNode(BASE))
    keywords = (ox.Literal(word, language=code) for code, words in _KEYWORDS.items() for word in words)
    yield from _say(dataset, "dcat:keyword", *keywords)
    yield from _say(dataset, "dcterms:source", *map(ox.NamedNode, snapshot.census.profiles))
    yield from _say(dataset, "void:rootResource", *map(ox.NamedNode, snapshot.census.profiles))
    yield from _say(dataset, "void:exampleResource", *map(ox.NamedNode, snapshot.census.examples))
    yield from _say(dataset, "void:uriSpace", ox.Literal(ID))
    formats = (ox.NamedNode(FORMATS + _FORMAT_IRIS[name]) for name in _VOID_FEATURES)
    yield from _say(dataset, "void:feature", *formats)


def _figures(dataset: ox.NamedNode, snapshot: Snapshot) -> Iterator[ox.Triple]:
    census = snapshot.census
    counts = {
        "void:triples": snapshot.triples,
        "void:distinctSubjects": census.subjects,
        "void:distinctObjects": census.objects,
        "void:classes": len(census.classes),
        "void:properties": len(census.properties),
    }
    if snapshot.is_ours:
        counts["void:entities"] = census.entities
    for term, number in counts.items():
        yield from _say(dataset, term, _integer(number))
    yield from _say(dataset, "void:vocabulary", *map(ox.NamedNode, census.vocabularies))
    for number, part in enumerate(census.classes):
        node = ox.BlankNode(f"class{number}")
        yield from _say(dataset, "void:classPartition", node)
        yield from _say(node, "void:class", ox.NamedNode(part.iri))
        yield from _say(node, "void:entities", _integer(part.number))
    for number, part in enumerate(census.properties):
        node = ox.BlankNode(f"property{number}")
        yield from _say(dataset, "void:propertyPartition", node)
        yield from _say(node, "void:property", ox.NamedNode(part.iri))
        yield from _say(node, "void:triples", _integer(part.number))


def _distribution(dataset: ox.NamedNode, snapshot: Snapshot, dump: Dump, address: str) -> Iterator[ox.Triple]:
    node = ox.NamedNode(f"{dataset.value}#{quote(dump.name)}")
    checksum = ox.BlankNode("sha256" + "".join(char for char in dump.name if char.isalnum()))
    url = ox.NamedNode(address + dump_path(snapshot, dump))
    code = dump.name.startswith(("ontology/", "shapes"))
    yield from _say(dataset, "dcat:distribution", node)
    if dump.name.startswith("everything."):
        yield from _say(dataset, "void:dataDump", url)
    yield from _say(node, "rdf:type", _node("dcat:Distribution"))
    yield from _say(node, "dcterms:title", *_texts({"en": dump.title_en, "fr": dump.title_fr}))
    yield from _say(node, "dcterms:license", ox.NamedNode(CODE_LICENCE if code else DATA_LICENCE))
    yield from _say(node, "dcterms:issued", _moment(snapshot))
    yield from _say(node, "dcat:accessURL", ox.NamedNode(f"{address}/dataset"))
    yield from _say(node, "dcat:downloadURL", url)
    yield from _say(node, "dcat:mediaType", ox.NamedNode(_IANA + dump.media_type))
    if dump.compressed:
        yield from _say(node, "dcat:compressFormat", ox.NamedNode(_IANA + "application/gzip"))
    yield from _say(node, "dcat:byteSize", _whole(dump.size))
    yield from _say(node, "spdx:checksum", checksum)
    yield from _say(checksum, "rdf:type", _node("spdx:Checksum"))
    yield from _say(checksum, "spdx:algorithm", _node("spdx:checksumAlgorithm_sha256"))
    yield from _say(checksum, "spdx:checksumValue", ox.Literal(dump.sha256, datatype=_node("xsd:hexBinary")))


def _dcat_service(dataset: ox.NamedNode, address: str) -> Iterator[ox.Triple]:
    service = ox.NamedNode(f"{dataset.value}#service")
    endpoint = ox.NamedNode(f"{address}/sparql")
    yield from _say(dataset, "void:sparqlEndpoint", endpoint)
    yield from _say(service, "rdf:type", _node("dcat:DataService"), _node("sd:Service"))
    yield from _say(service, "dcterms:title", *_texts(_ENDPOINT_TITLES))
    yield from _say(service, "dcterms:conformsTo", ox.NamedNode("https://www.w3.org/TR/sparql11-protocol/"))
    yield from _say(service, "sd:endpoint", endpoint)
    yield from _say(service, "dcat:endpointURL", endpoint)
    yield from _say(service, "dcat:endpointDescription", endpoint)
    yield from _say(service, "dcat:servesDataset", dataset)


def _sparql_distribution(dataset: ox.NamedNode, snapshot: Snapshot, address: str) -> Iterator[ox.Triple]:
    node = ox.NamedNode(f"{dataset.value}#sparql")
    yield from _say(dataset, "dcat:distribution", node)
    yield from _say(node, "rdf:type", _node("dcat:Distribution"))
    yield from _say(node, "dcterms:title", *_texts(_ENDPOINT_TITLES))
    yield from _say(node, "dcat:accessURL", ox.NamedNode(f"{address}/sparql"))
    yield from _say(node, "dcat:accessService", ox.NamedNode(f"{dataset.value}#service"))
    if snapshot.is_ours:
        yield from _say(node, "dcterms:license", ox.NamedNode(DATA_LICENCE))


def _named_graph(dataset: ox.BlankNode, facts: GraphFacts, number: int) -> Iterator[ox.Triple]:
    node, graph = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
    yield from _say(dataset, "sd:namedGraph", node)
    yield from _say(node, "rdf:type", _node("sd:NamedGraph"))
    yield from _say(node, "sd:name", ox.NamedNode(facts.iri))
    yield from _say(node, "sd:graph", graph)
    yield from _say(graph, "rdf:type", _node("sd:Graph"), _node("void:Dataset"))
    yield from _say(graph, "dcterms:title", *_texts({"en": facts.title_en, "fr": facts.title_fr}))
    yield from _say(graph, "void:triples", _integer(facts.triples))


def _say(subject: Subject, term: str, *objects: Object) -> Iterator[ox.Triple]:
    predicate = _node(term)
    return (ox.Triple(subject, predicate, obj) for obj in objects)


def _node(term: str) -> ox.NamedNode:
    return ox.NamedNode(expand(term))


def _texts(texts: dict[str, str]) -> Iterable[ox.Literal]:
    return (ox.Literal(text, language=code) for code, text in texts.items())


def _moment(snapshot: Snapshot) -> ox.Literal:
    return ox.Literal(snapshot.made.isoformat(), datatype=_node("xsd:dateTime"))


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=_node("xsd:integer"))


def _whole(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=_node("xsd:nonNegativeInteger"))
