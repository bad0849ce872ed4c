"""The IRIs that the project mints, and the prefixes it writes."""

BASE = "https://w3id.org/mgi-graph/"
"""The one place where the base IRI is written; everything below hangs on it."""

ONTOLOGY = BASE + "ontology"
MGI = ONTOLOGY + "#"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
DATASET = BASE + "dataset"
DOC = BASE + "doc/"
QUESTION = BASE + "question/"
QUESTIONS = BASE + "questions"

DATA_LICENCE = "https://creativecommons.org/licenses/by-nc/4.0/"
CODE_LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
SHAPES_DOCUMENT = BASE + "shapes"
SHAPES = SHAPES_DOCUMENT + "#"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
FORMATS = "http://www.w3.org/ns/formats/"
PROV = "http://www.w3.org/ns/prov#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
SCHEMA = "https://schema.org/"
SD = "http://www.w3.org/ns/sparql-service-description#"
SH = "http://www.w3.org/ns/shacl#"
SPDX = "http://spdx.org/rdf/terms#"
VOID = "http://rdfs.org/ns/void#"

PREFIXES: dict[str, str] = {
    "cpov": "http://data.europa.eu/m8g/",
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": FOAF,
    "id": ID,
    "mgi": MGI,
    "org": "http://www.w3.org/ns/org#",
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "rs": RS,
    "schema": SCHEMA,
    "sd": SD,
    "sh": SH,
    "skos": SKOS,
    "spdx": SPDX,
    "void": VOID,
    "xsd": XSD,
}


def expand(name: str) -> str:
    """Turn a prefixed name ("mgi:implements") into its IRI; what has no known prefix is returned as it is."""
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else name


def prologue(*prefixes: str) -> str:
    """Write the PREFIX lines of a query for the prefixes named, each one of `PREFIXES`."""
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in prefixes)


def of_class(variable: str, kind: str) -> str:
    """Write the pattern of what is of a class or of one below it, each once.

    It is written so that every store understands it: `a/rdfs:subClassOf*` loses rows on Virtuoso (docs/stores.md).

    Args:
        variable: such as "?body".
        kind: the class, such as "mgi:Actor"; `rdfs:` must be declared.
    """
    below = f"{{ {variable} a {kind} }} UNION {{ {variable} a/rdfs:subClassOf+ {kind} }}"
    return f"{{ SELECT DISTINCT {variable} WHERE {{ {below} }} }}"


def shorten(iri: str) -> str:
    """Turn an IRI into its shortest prefixed name for a reader; an IRI under no known prefix is returned as it is."""
    fits = [(len(ns), prefix) for prefix, ns in PREFIXES.items() if iri.startswith(ns)]
    if not fits:
        return iri
    length, prefix = max(fits)
    return f"{prefix}:{iri[length:]}"
