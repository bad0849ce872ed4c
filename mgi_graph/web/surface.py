"""Describes for OpenAPI 3.1 what lies beside the questions: the network, citations, comparisons, linked data, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mgi_graph.connections import MOST_STEPS, MOST_WAYS
from mgi_graph.exports import Format
from mgi_graph.network import KINDS, STANDINGS, TOGETHER
from mgi_graph.selection import MOST_STEPS as MOST_NEAR
from mgi_graph.web.citing import BIBTEX, CSL, HTML, JSON, RIS, TEXT
from mgi_graph.web.documents import DESCRIPTION_FORMATS, ENDINGS, QUADS, RDF

Schema = dict[str, Any]

_FAILED = ("Unavailable", "TimedOut", "TooCostly")
_CODES = {"BadRequest": "400", "NotFound": "404", "NotAcceptable": "406"}
_CODES |= dict(zip(_FAILED, ("503", "504", "507"), strict=True))
_TEXT: Schema = {"schema": {"type": "string"}}
_BYTES: Schema = {"schema": {"type": "string", "format": "binary"}}
_PAGE: Mapping[str, Schema] = {"text/html": _TEXT}
_CSV: Mapping[str, Schema] = {"text/csv": _TEXT}
_LANGUAGE = {"$ref": "#/components/parameters/lang"}
_LONGEST = 2000
_BODY, _OTHER = "ne/org/anpe", "ne/org/ministry-of-labour"
_FILES = {
    "json": ("application/json", "For Cytoscape: the elements of the picture."),
    "graphml": ("application/graphml+xml", "A directed multigraph; the keys of the links are their ids."),
    "gexf": ("application/gexf+xml", "For Gephi."),
    "svg": ("image/svg+xml", "The things on a circle, the links across it."),
}
_TABLES = {
    "nodes": "The things that are shown, with measures of how they hang together",
    "edges": "The links that are shown, each with its evidence",
}
_SURVEYS = {
    "mandates": ("Bodies by the instruments that give them a task or a legal ground", "mandates"),
    "tasks": ("Tasks by the dimensions in which they are stated", ""),
    "ratifications": ("Acts on treaties", "ratifications"),
    "timeline": ("What the report gives a year for", "timeline"),
    "coverage": ("Topics by dimensions and assessments", "coverage"),
}
_LINK: Schema = {
    "type": "object",
    "required": ["id", "sentence", "relation", "standing", "follows_from", "evidence"],
    "properties": {
        "id": {"type": "string"},
        "sentence": {"type": "string"},
        "relation": {"type": "string", "format": "iri"},
        "standing": {"enum": list(STANDINGS)},
        "follows_from": {"type": "array", "items": {"type": "string"}},
        "evidence": {"type": "array", "items": {"type": "object", "required": ["finding", "statement", "passage"]}},
    },
}


def paths(version: str) -> Schema:
    """The paths, each with its operation; what refers to components finds them in `openapi.describe`.

    Args:
        version: of the data that are served, which stands as an example.
    """
    network = {**_network(), **_surveys(), **_connections()}
    return {**network, **_citations(), **_comparisons(), **_documents(), **_files(version)}


def _network() -> Schema:
    chosen = [*_selection(), _LANGUAGE]
    shown = {"/explore": _get("show_network", "The network as a page", "network", chosen, _PAGE)}
    for ending, (media, summary) in _FILES.items():
        content = {media: {"schema": _ELEMENTS} if ending == "json" else _TEXT}
        shown[f"/explore/network.{ending}"] = _get(f"network_as_{ending}", summary, "network", chosen, content)
    for name, summary in _TABLES.items():
        shown[f"/explore/{name}.csv"] = _get(f"network_{name}", summary, "network", chosen, _CSV)
    filtered = _query("filtered", "Whether the filters of the page are to hold here, too.", {"enum": ["yes"]})
    about = [_query("iri", "The thing.", _string(_BODY), required=True), filtered, *chosen]
    shown["/explore/thing"] = _get("show_thing_in_network", "A thing and its links as a page", "network", about, _PAGE)
    link = _path(
        "id", "The id of a link, as the files and tables have it.", {"type": "string", "pattern": "^e[0-9a-f]+$"}
    )
    shown["/explore/link/{id}"] = _get(
        "show_link", "A link and its evidence as a page", "network", [link, _LANGUAGE], _PAGE, "NotFound"
    )
    return shown


def _selection() -> list[Schema]:
    """The parameters of `web.selections.read_selection`."""
    year = {"type": "string", "pattern": "^[0-9]{4}$", "examples": ["2015"]}
    return [
        _several("relation", "Relations; none for all.", {"type": "string", "examples": ["implements"]}),
        _several("dimension", "Dimensions; none for all.", {"type": "string", "examples": ["migrants-rights"]}),
        _several("kind", "Kinds of thing; none for bodies and instruments.", {"enum": list(KINDS)}),
        _several("standing", "How firmly a link stands; none for what is stated or read.", {"enum": list(STANDINGS)}),
        _query("since", "The first year.", year),
        _query("until", "The last year.", year),
        _query("undated", "Whether what has no year is shown where years are bounded.", {"enum": ["show", "hide"]}),
        _query("around", "A thing in the middle: a name, acronym, number or IRI.", _string(_BODY)),
        _query("steps", "How far from the middle.", {"type": "integer", "minimum": 1, "maximum": MOST_NEAR}),
        _query("together", "How close two things are named that count as named together.", {"enum": list(TOGETHER)}),
        _query("alone", "Whether things without a link are shown.", {"enum": ["show", "hide"]}),
    ]


def _surveys() -> Schema:
    party = _query("party", "Whose acts; none for the party with the most.", _string("country/NER"))
    found: Schema = {}
    for name, (summary, page) in _SURVEYS.items():
        if page:
            asked = [*([party] if name == "ratifications" else []), _LANGUAGE]
            found[f"/explore/{page}"] = _get(f"show_{page}", f"{summary}, as a page", "network", asked, _PAGE)
        found[f"/explore/{name}.csv"] = _get(f"table_of_{name}", summary, "network", [_LANGUAGE], _CSV)
    cell = [
        _query("topic", "A topic.", _string("trafficking"), required=True),
        _query("dimension", "A dimension; empty for findings in none.", _string("migrants-rights"), required=True),
        _query("assessment", "An assessment; empty with the dimension.", _string("well-developed"), required=True),
        _LANGUAGE,
    ]
    found["/explore/coverage/findings"] = _get(
        "findings_of_a_cell", "The findings of one cell of the coverage", "network", cell, _PAGE, "NotFound"
    )
    found["/explore/gaps"] = _get("show_gaps", "What the report leaves open", "network", [_LANGUAGE], _PAGE)
    return found


def _connections() -> Schema:
    ends = [_query(name, f"The thing at the {at}.", _string(one)) for name, at, one in _ENDS]
    close = _query("together", "Also use things named together this closely.", {"enum": list(TOGETHER)})
    page = _get(
        "show_connection", "How two things are connected, as a page", "network", [*ends, close, _LANGUAGE], _PAGE
    )
    needed = [{**end, "required": True} for end in ends]
    summary = f"How two things are connected: up to {MOST_WAYS} ways of up to {MOST_STEPS} steps"
    ways = {"application/json": {"schema": _WAYS}}
    data = _get("connection", summary, "network", [*needed, close, _LANGUAGE], ways)
    return {"/explore/connection": page, "/explore/connection.json": data}


_ENDS = (("from", "beginning", _BODY), ("to", "end", _OTHER))
_THING: Schema = {
    "type": "object",
    "required": ["iri", "label"],
    "properties": {"iri": {"type": "string", "format": "iri"}, "label": {"type": "string"}},
}
_STEP: Schema = {
    "type": "object",
    "required": ["from", "to", "links"],
    "properties": {"from": _THING, "to": _THING, "links": {"type": "array", "items": _LINK}},
}
_WAY: Schema = {
    "type": "object",
    "required": ["standing", "steps"],
    "properties": {"standing": {"enum": list(STANDINGS)}, "steps": {"type": "array", "items": _STEP}},
}
_WAYS: Schema = {
    "type": "object",
    "required": ["from", "to", "longest", "ways"],
    "properties": {
        "from": _THING,
        "to": _THING,
        "longest": {"type": "integer"},
        "ways": {"type": "array", "items": _WAY, "maxItems": MOST_WAYS},
    },
}
_ELEMENTS: Schema = {
    "type": "object",
    "required": ["elements"],
    "properties": {
        "elements": {
            "type": "object",
            "required": ["nodes", "edges"],
            "properties": {
                "nodes": {"type": "array", "items": {"type": "object", "required": ["data"]}},
                "edges": {"type": "array", "items": {"type": "object", "required": ["data"]}},
            },
        }
    },
}


def _citations() -> Schema:
    formats = (TEXT, BIBTEX, CSL, RIS, JSON, HTML)
    asked = [
        _query("iri", "What is cited; none for the dataset.", _string(f"id:{_BODY}")),
        _format(formats),
        _LANGUAGE,
    ]
    listed = {"schema": {"type": "array", "items": {"type": "object", "required": ["id", "type", "title"]}}}
    content = {form.media_types[0]: listed if form in (CSL, JSON) else _TEXT for form in formats}
    summary = "How to cite a thing or the dataset, the report always with it"
    return {"/cite": _get("cite", summary, "citation", asked, content, "NotFound", "NotAcceptable")}


def _comparisons() -> Schema:
    asked = [
        _query("country", "What changed there between two profiles.", _string("country/NER")),
        _query("earlier", "The earlier profile; none for the last but one.", _string("profile/ne-2021")),
        _query("later", "The later profile; none for the last.", _string("profile/ne-2021")),
        _query("subject", "A topic, group or dimension in all countries.", _string("topic/labour-migration")),
        _format((JSON, HTML)),
        _LANGUAGE,
    ]
    content = {"application/json": {"schema": {"type": "object"}}, **_PAGE}
    summary = "What changed in a country, or one subject in several; with neither the profiles"
    return {"/compare": _get("compare", summary, "comparison", asked, content, "NotFound", "NotAcceptable")}


def _documents() -> Schema:
    name = _path("name", "What follows /id/ in an IRI; slashes stay, or are written as %2F.", _string(_BODY))
    described, forms = _media(DESCRIPTION_FORMATS), ("NotFound", "NotAcceptable")
    found = {
        "/id/{name}": _led("find_thing", "From a thing to the document that describes it", [name, _LANGUAGE], *forms),
        "/doc/{name}": _get("describe_thing", "What is said of a thing", _LINKED, [name, _LANGUAGE], described, *forms),
    }
    for place, summary in _WHOLE.items():
        leads = place == "ontology"
        found[f"/{place}"] = _get(place, summary, _LINKED, [_LANGUAGE], described, "NotAcceptable", leads=leads)
        ending = [_ending(DESCRIPTION_FORMATS), _LANGUAGE]
        found[f"/{place}.{{ending}}"] = _get(
            f"{place}_in_a_form", f"{summary}, in one form", _LINKED, ending, described, "NotFound", leads=leads
        )
    graph = _path("name", "What follows /graph/ in the IRI of a named graph.", _string("inferred"))
    found["/graph/{name}"] = _get(
        "named_graph", "A named graph", _LINKED, [graph, _LANGUAGE], _media((*DESCRIPTION_FORMATS, *QUADS)), *forms
    )
    return found


def _files(served: str) -> Schema:
    name = _path("name", "The name of a file, as /dataset and SHA256SUMS list them.", _string("everything.nq.gz"))
    version = _path(
        "version", "A version of the data.", {"type": "string", "pattern": "^[0-9a-f]{12}$", "examples": [served]}
    )
    kinds = ("application/gzip", "application/n-quads", "application/n-triples", "application/trig", "text/turtle")
    content = dict.fromkeys((*kinds, "text/plain"), _BYTES)
    return {
        "/dumps/{name}": _led("find_file", "To the newest version of a file", [name], "NotFound"),
        "/dumps/{version}/{name}": _get(
            "file",
            "A file of a version: at this address never other bytes",
            _LINKED,
            [version, name],
            content,
            "NotFound",
        ),
        "/.well-known/void": _get(
            "void", "The description of the dataset", _LINKED, [], _media(RDF), "NotAcceptable", leads=True
        ),
    }


_LINKED = "linked data"
_WHOLE = {
    "ontology": "The ontology, or for a browser the way to its reference",
    "shapes": "The SHACL shapes",
    "dataset": "The description of the dataset (DCAT, VoID)",
}


def _media(offered: Sequence[Format]) -> Schema:
    return {form.media_types[0]: _TEXT if form.media_types[0].startswith("text/") else {} for form in offered}


def _get(
    identifier: str,
    summary: str,
    tag: str,
    parameters: Sequence[Schema],
    content: Mapping[str, Schema],
    *failures: str,
    leads: bool = False,
) -> Schema:
    answered: Schema = {"200": {"description": f"{summary}.", "content": dict(content)}}
    if leads:
        answered["303"] = _ELSEWHERE
    return {"get": _operation(identifier, summary, tag, parameters, answered, failures)}


def _led(identifier: str, summary: str, parameters: Sequence[Schema], *failures: str) -> Schema:
    return {"get": _operation(identifier, summary, _LINKED, parameters, {"303": _ELSEWHERE}, failures)}


def _operation(
    identifier: str, summary: str, tag: str, parameters: Sequence[Schema], answered: Schema, failures: Sequence[str]
) -> Schema:
    names = ("BadRequest", *failures, *_FAILED)
    told = {_CODES[name]: {"$ref": f"#/components/responses/{name}"} for name in names}
    return {
        "operationId": identifier,
        "summary": summary,
        "tags": [tag],
        "parameters": list(parameters),
        "responses": {**answered, **told},
    }


_ELSEWHERE: Schema = {
    "description": "Where it is.",
    "headers": {"Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}}},
}


def _string(example: str) -> Schema:
    return {"type": "string", "maxLength": _LONGEST, "examples": [example]}


def _query(name: str, description: str, schema: Schema, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


def _several(name: str, description: str, schema: Schema) -> Schema:
    return _query(name, f"{description} May stand several times.", {"type": "array", "items": schema})


def _path(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _format(offered: Sequence[Format]) -> Schema:
    return _query("format", "The format by name, before Accept.", {"enum": [form.name for form in offered]})


def _ending(offered: Sequence[Format]) -> Schema:
    endings = [ENDINGS[form.name].removeprefix(".") for form in offered]
    return _path("ending", "The form.", {"enum": endings})
