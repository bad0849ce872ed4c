"""Makes the pages that people read, from the templates, with what all pages share."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.routing import Match

from mgi_graph import __version__
from mgi_graph.namespaces import DATA_LICENCE, shorten
from mgi_graph.typography import french_page
from mgi_graph.web import assets
from mgi_graph.web.messages import in_french
from mgi_graph.web.negotiation import LANGUAGES, choose_language
from mgi_graph.web.reader import Reader
from mgi_graph.wording import place_name

_TEMPLATES = Path(__file__).parent / "templates"
_LANGUAGE_NAMES = {"en": "English", "fr": "Français"}
_NAVIGATION = (
    ("/search", "Search", "Recherche"),
    ("/explore", "Explore", "Explorer"),
    ("/questions", "Questions", "Questions"),
    ("/sparql", "SPARQL", "SPARQL"),
    ("/about", "About", "À propos"),
)
LICENCES = {
    "https://creativecommons.org/licenses/by-nc-nd/3.0/igo/": "CC BY-NC-ND 3.0 IGO",
    DATA_LICENCE: "CC BY-NC 4.0",
}
"""What licences are called, by their IRIs."""

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language",
}


class Link(NamedTuple):
    """A link of the navigation: path, name, and whether the reader is there ("page") or below it ("true")."""

    path: str
    name: str
    current: str


class Translation(NamedTuple):
    """The same page in one of the languages: its code, its name for itself, its address."""

    code: str
    name: str
    address: str


def render(request: Request, template: str, /, **values: object) -> Response:
    """Make a page in the language that the request wants.

    Args:
        request: for its language; the page links to itself in the other language, with the same parameters.
        template: a file of `templates/`.
        values: what the template names, beside `lang`, `path`, `version`, `translations`, `navigation`, `serves`,
            `asked` (the text in the search box), `served` (the version of the data), `reports` (the citations that
            its reports require), and the functions of `environment`.
    """
    reader = reader_of(request)
    shared = {
        "path": request.url.path,
        "version": __version__,
        "served": getattr(request.app.state, "data_version", ""),
        "reports": getattr(request.app.state, "reports", ()),
        "asked": "",
        "translations": _translations(request),
        "navigation": _navigation(request, reader),
        "serves": partial(serves, request.app),
    }
    html = environment(reader.language).get_template(template).render(shared | values)
    if reader.language == "fr":
        html = french_page(html)
    headers = {**SECURITY, "Content-Language": reader.language}
    return Response(html, 200, headers, "text/html; charset=utf-8")


def reader_of(request: Request) -> Reader:
    """Who reads: in the language of `lang=`, else of the headers."""
    return Reader(choose_language(request.query_params.get("lang"), request.headers.get("accept-language")))


@cache
def environment(language: str) -> Environment:
    """The templates for a language; macros that are imported without context know the language too."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    reader = Reader(language)
    made.globals |= {
        "lang": language,
        "t": reader.t,
        "url": reader.url,
        "link": reader.address,
        "number": reader.number,
        "percent": reader.percent,
        "date": reader.date,
        "size": reader.size,
        "told": reader.told,
        "place_name": place_name,
        "in_french": in_french,
        "unbroken": reader.unbroken,
        "static": assets.address,
        "shorten": shorten,
        "licences": LICENCES,
    }
    return made


def _translations(request: Request) -> list[Translation]:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return [
        Translation(code, _LANGUAGE_NAMES[code], f"{request.url.path}?{urlencode([*kept, ('lang', code)])}")
        for code in LANGUAGES
    ]


def _navigation(request: Request, reader: Reader) -> list[Link]:
    """The main places, of those that this server has."""
    here = request.url.path
    return [
        Link(path, reader.t(en, fr), "page" if here == path else "true" if here.startswith(f"{path}/") else "")
        for path, en, fr in _NAVIGATION
        if serves(request.app, path)
    ]


@cache
def serves(app: FastAPI, path: str) -> bool:
    """Whether a path of this server leads anywhere."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] == Match.FULL for route in app.routes)
