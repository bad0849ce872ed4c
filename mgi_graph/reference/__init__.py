"""The ontology reference: pages in both languages that show every term, written from the ontology itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from mgi_graph.errors import MGIGraphError
from mgi_graph.reference import diagrams
from mgi_graph.reference.terms import GROUPS, KINDS, Ontology, Term, Text, Texts, pick, read_ontology
from mgi_graph.reference.words import LANGUAGES, say
from mgi_graph.sources import Sources

PAGES = {"en": "index.html", "fr": "index.fr.html"}
STYLE = "style.css"
_HERE = Path(__file__).parent / "templates"
_OTHER_TREES = ("report", "record", "concept")


def write_reference(sources: Sources, folder: Path) -> tuple[Path, ...]:
    """Write the reference of the ontology as HTML, one page a language, and the stylesheet beside them.

    The same ontology gives the same bytes. Nothing is fetched when the pages are written or read.

    Args:
        sources: their ontology is read.
        folder: where the pages go; it is made where it is missing.

    Returns:
        The files, written anew.

    Raises:
        SourceError: the ontology cannot be read.
        MGIGraphError: it holds something that the pages would not show, or the folder cannot be written.
    """
    ontology = read_ontology(sources.ontology)
    texts = {name: _render(ontology, lang) for lang, name in PAGES.items()}
    texts[STYLE] = reference_style()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise MGIGraphError(f"The reference cannot be written: {error}.") from None
    return tuple(folder / name for name in texts)


def reference_page(path: Path, language: str) -> str:
    """The page of an ontology file in a language; its links to the other page and the stylesheet are relative.

    Raises:
        SourceError: the file cannot be read.
        MGIGraphError: it holds something that the page would not show.
    """
    return _render(read_ontology(path), language)


def reference_style() -> str:
    """The stylesheet of the pages."""
    return (_HERE / STYLE).read_text("utf-8")


def _render(ontology: Ontology, lang: str) -> str:
    """One page."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["show"] = lambda texts: _show(ontology, pick(texts, lang) if texts else (), lang)
    environment.globals.update(
        _=lambda key: say(key, lang),
        lang=lang,
        other=next(code for code in LANGUAGES if code != lang),
        pages=PAGES,
        ontology=ontology,
        kinds=tuple(KINDS.values()),
        groups=(*GROUPS, "other"),
        matrix=_matrix(ontology),
        index=_index(ontology, lang),
        layers=diagrams.draw_layers(ontology, lang),
        relations=diagrams.draw_relations(ontology, lang, say("among", lang)),
        hierarchy=_tree(ontology, "entity", lang),
        other_trees={GROUPS[name][0]: _tree(ontology, name, lang) for name in _OTHER_TREES},
        used=diagrams.draw_schemes(ontology, lang),
    )
    return environment.get_template("page.html").render()


def _tree(ontology: Ontology, group: str, lang: str) -> diagrams.Diagram:
    return diagrams.draw_tree(ontology, GROUPS[group][0], lang)


def _show(ontology: Ontology, texts: Texts, lang: str) -> Markup:
    """Texts as HTML: names of our terms become links, what is in another language says so."""
    return Markup("<br />").join(_linked(ontology, text, lang) for text in texts)


def _linked(ontology: Ontology, text: Text, lang: str) -> Markup:
    parts = re.split(r"\b(mgi:[A-Za-z]+)", text.value)
    html = Markup("").join(_link(ontology, part) if part.startswith("mgi:") else escape(part) for part in parts)
    return Markup('<span lang="{}">{}</span>').format(text.lang, html) if text.lang not in ("", lang) else html


def _link(ontology: Ontology, name: str) -> Markup:
    anchor = name.removeprefix("mgi:")
    known = any(iri.endswith(f"#{anchor}") for iri in ontology.terms)
    code = Markup("<code>{}</code>").format(name)
    return Markup('<a href="#{}">{}</a>').format(anchor, code) if known else code


def _matrix(ontology: Ontology) -> dict[str, dict[str, list[Term]]]:
    """The object properties by the group of their domain, then by that of their range; empty groups left out."""
    found: dict[str, dict[str, list[Term]]] = {}
    for group in (*GROUPS, "other"):
        for term in ontology.of_kind("object"):
            if term.group == group:
                end = term.get("range")
                found.setdefault(group, {}).setdefault(ontology.group(end[0]) if end else "other", []).append(term)
    return found


def _index(ontology: Ontology, lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every term, scheme and concept, by the first letter of its label, each with its kind: a word, or a class."""
    letters: dict[str, list[tuple[str, str]]] = {}
    for iri, kind in sorted(_entries(ontology), key=lambda entry: (_sortable(ontology.label(entry[0], lang)), entry)):
        letters.setdefault(_sortable(ontology.label(iri, lang))[0].upper(), []).append((iri, kind))
    return list(letters.items())


def _entries(ontology: Ontology) -> Iterator[tuple[str, str]]:
    for term in ontology.terms.values():
        yield term.iri, f"one-{term.kind}"
    for scheme in ontology.schemes:
        yield scheme.iri, "one-scheme"
        for concept in scheme.concepts:
            yield concept.iri, scheme.kind


def _sortable(text: Text) -> str:
    """A label without accents and case, as dictionaries order it."""
    plain = unicodedata.normalize("NFKD", text.value.casefold().replace("œ", "oe"))
    return "".join(letter for letter in plain if letter.isalnum() or letter == " ")
