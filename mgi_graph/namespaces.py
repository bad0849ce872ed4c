"""The IRIs that the project mints, and the prefixes it writes."""

BASE = "https://w3id.org/mgi-graph/"
"""The one place where the base IRI is written; everything below hangs on it."""

ONTOLOGY = BASE + "ontology"
MGI = ONTOLOGY + "#"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
SHAPES = BASE + "shapes#"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
SH = "http://www.w3.org/ns/shacl#"
VOID = "http://rdfs.org/ns/void#"

PREFIXES: dict[str, str] = {
    "cpov": "http://data.europa.eu/m8g/",
    "dcterms": DCTERMS,
    "eli": "http://data.europa.eu/eli/ontology#",
    "id": ID,
    "mgi": MGI,
    "org": "http://www.w3.org/ns/org#",
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "sh": SH,
    "skos": SKOS,
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


def shorten(iri: str) -> str:
    """Turn an IRI into its shortest prefixed name for a reader; an IRI under no known prefix is returned as it is."""
    fits = [(len(ns), prefix) for prefix, ns in PREFIXES.items() if iri.startswith(ns)]
    if not fits:
        return iri
    length, prefix = max(fits)
    return f"{prefix}:{iri[length:]}"
