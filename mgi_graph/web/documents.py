"""The forms in which a document is sent, each at an address of its own, and the headers that tell of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import Request, Response

from mgi_graph.exports import GRAPH_FORMATS, Format, format_named
from mgi_graph.namespaces import BASE, DOC, ID
from mgi_graph.web.negotiation import LANGUAGES, choose_format, choose_language
from mgi_graph.web.replies import entity_tag, is_known

HTML = Format("html", ("text/html", "application/xhtml+xml"))
RDF = tuple(format_named(name, GRAPH_FORMATS) for name in ("turtle", "jsonld", "rdfxml", "ntriples"))
QUADS = tuple(format_named(name, GRAPH_FORMATS) for name in ("trig", "nquads"))
DESCRIPTION_FORMATS = (HTML, *RDF)
"""The formats of a description; a client that does not care gets the first."""

ENDINGS = {
    "html": ".html",
    "turtle": ".ttl",
    "jsonld": ".jsonld",
    "rdfxml": ".rdf",
    "ntriples": ".nt",
    "trig": ".trig",
    "nquads": ".nq",
}
_SAFE_IN_PATHS = "/:@!$&'()*+,;=~"
_LONGEST_VALUE = 100
_FRESH = "public, max-age=300"


@dataclass(frozen=True)
class Document:
    """A document that can be had in several forms.

    Attributes:
        path: its path on this server, percent-encoded, without the ending of a form.
        about: the IRI of what it describes; empty where that is the document itself.
        formats: what it can be had in; a client that does not care gets the first.
    """

    path: str
    about: str = ""
    formats: tuple[Format, ...] = DESCRIPTION_FORMATS

    @property
    def canonical(self) -> str:
        """Its IRI, whatever host serves it."""
        return BASE + self.path.removeprefix("/")

    def at(self, form: Format) -> str:
        """The path of one form."""
        return self.path + ENDINGS[form.name]

    @property
    def alternatives(self) -> list[tuple[str, str]]:
        """Each form that is not a page: its ending without the dot, and its path."""
        return [(ENDINGS[form.name][1:], self.at(form)) for form in self.formats if form != HTML]


@dataclass(frozen=True)
class Wanted:
    """What a request asks for: the form, and whether it was negotiated or named by the ending of the path."""

    form: Format
    negotiated: bool


def local_path(iri: str) -> str:
    """The path on this server of the document that tells of an IRI of ours, percent-encoded.

    It always begins with one slash and a name, so that it leads nowhere else, whatever the IRI.
    """
    place, hash_sign, fragment = iri.partition("#")
    start = DOC if place.startswith(ID) else BASE
    rest = place.removeprefix(ID) if place.startswith(ID) else place.removeprefix(BASE)
    path = "/" + (start.removeprefix(BASE) + quote(rest, safe=_SAFE_IN_PATHS)).lstrip("/")
    return path + hash_sign + quote(fragment, safe=_SAFE_IN_PATHS)


def split_ending(path: str, formats: Sequence[Format]) -> tuple[str, Format | None]:
    """Split a path into the document's and the form that its ending names; None where the ending names none."""
    for form in formats:
        if path.endswith(ENDINGS[form.name]):
            return path.removesuffix(ENDINGS[form.name]), form
    return path, None


def negotiate(request: Request, formats: tuple[Format, ...]) -> Wanted:
    """The form that the headers ask for.

    Raises:
        FormatError: none suits.
    """
    return Wanted(choose_format(",".join(request.headers.getlist("accept")), formats), True)


def language_of(request: Request) -> str:
    """The language of a page, by `lang=` or the headers."""
    return choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))


def see_other(request: Request, location: str, vary: str = "Accept") -> Response:
    """Lead to another path of this server; the language and the version of the data that were named go along."""
    named = {name: request.query_params.get(name, "")[:_LONGEST_VALUE] for name in ("lang", "version")}
    kept = {name: value for name, value in named.items() if value and (name != "lang" or value in LANGUAGES)}
    if kept and "?" not in location:
        location += f"?{urlencode(kept)}"
    headers = {"Location": location, "Cache-Control": _FRESH} | ({"Vary": vary} if vary else {})
    return Response(status_code=303, headers=headers)


def send(request: Request, document: Document, wanted: Wanted, body: bytes) -> Response:
    """Send a form that is RDF."""
    response = Response(body, 200, {"X-Content-Type-Options": "nosniff"}, wanted.form.content_type)
    return finish(request, document, wanted, response)


def finish(request: Request, document: Document, wanted: Wanted, response: Response) -> Response:
    """Add to a reply what tells of the document: Content-Location, Link, Vary, ETag; 304 where it is known already."""
    is_page = wanted.form == HTML
    place = document.at(wanted.form) + (f"?lang={language_of(request)}" if is_page else "")
    vary = ["Accept"] * wanted.negotiated + ["Accept-Language"] * is_page
    etag = "W/" + entity_tag(bytes(response.body)).decode()
    response.headers.update(
        {"Content-Location": place, "Link": _links(document, wanted.form), "ETag": etag, "Cache-Control": _FRESH}
    )
    if vary:
        response.headers["Vary"] = ", ".join(vary)
    return unless_known(request, response)


def unless_known(request: Request, response: Response) -> Response:
    """The reply, or 304 where If-None-Match names its entity tag (RFC 9110, section 13.1.2)."""
    known = request.headers.get("if-none-match", "").encode("latin-1")
    if not is_known(known, response.headers["ETag"].encode("latin-1")):
        return response
    kept = ("ETag", "Cache-Control", "Vary", "Content-Location", "Last-Modified")
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    return Response(status_code=304, headers=headers)


def _links(document: Document, form: Format) -> str:
    links = [f'<{document.canonical}>; rel="canonical"']
    if document.about:
        about = quote(document.about, safe=_SAFE_IN_PATHS + "#%?")
        links.append(f'<{about}>; rel="describes"')
    others = (other for other in document.formats if other != form)
    links += [f'<{document.at(other)}>; rel="alternate"; type="{other.media_types[0]}"' for other in others]
    return ", ".join([*links, '</.well-known/void>; rel="describedby"; type="text/turtle"'])
