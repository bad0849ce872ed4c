"""Writes things and links of the network as HTML in a reader's language, each once."""

from __future__ import annotations

from functools import cache, cached_property

from markupsafe import Markup, escape

from mgi_graph import articles, phrases
from mgi_graph.network import Edge, Network
from mgi_graph.web.reader import Reader

_NODE = Markup('<a href="{}" data-thing="{}">{}</a>')
_TERM = Markup('<a href="{}">{}</a>')
_FOREIGN = Markup('<span lang="{}">{}</span>')


class Wording:
    """The words of a network for a reader.

    Args:
        network: its things, terms and links; nothing else may be asked for.
        reader: who reads.
    """

    def __init__(self, network: Network, reader: Reader) -> None:
        self.network, self.reader = network, reader
        self.node, self.said = cache(self._node), cache(self._said)

    @cached_property
    def language(self) -> str:
        """The reader's language."""
        return self.reader.language

    def label(self, iri: str) -> Markup:
        """A thing or term by its name; where it has one only in another language, that is marked."""
        node = self.network.nodes.get(iri)
        text, language = self.reader.told(node.names if node else self.network.words.get(iri, {}))
        if not text:
            return escape(self.network.word(iri, self.language))
        return escape(text) if language == self.language else _FOREIGN.format(language, text)

    def sentence(self, edge: Edge) -> str:
        """A link as a plain sentence."""
        return phrases.sentence(self.network, edge, self.language)

    def before(self, words: str, iri: str) -> str:
        """Words that stand before a thing, with its article and the space."""
        node = self.network.nodes.get(iri)
        return articles.before(words, node.names.get(self.language, "") if node else "", self.language)

    def _node(self, iri: str) -> Markup:
        """A thing as a link to its place in the network, a term as a link to its page."""
        if iri in self.network.nodes:
            return _NODE.format(self.reader.url("/explore/thing", iri=iri), iri, self.label(iri))
        return _TERM.format(self.reader.address(iri), self.label(iri))

    def _said(self, edge: Edge) -> Markup:
        """A link as a sentence whose ends are links."""
        ends = {"{source}": edge.source, "{target}": edge.target}
        texts = phrases.pieces(self.network, edge, self.language)
        return Markup("").join(self.node(ends[text]) if text in ends else text for text in texts)
