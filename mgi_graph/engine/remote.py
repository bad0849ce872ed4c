"""Answers queries from a SPARQL 1.1 endpoint elsewhere, through SPARQLWrapper."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.error import HTTPError, URLError

from SPARQLWrapper import JSON, N3, POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from mgi_graph.engine.result import Answer, read_answer
from mgi_graph.engine.syntax import Dataset, outline
from mgi_graph.errors import QueryError, UpdateRefusedError

_TIMEOUT_SECONDS = 30


class RemoteEngine:
    """An endpoint that answers over HTTP.

    Args:
        url: the address of its query service.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def describe(self) -> Mapping[str, str]:
        """The address of the endpoint."""
        return {"store": self.url}

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a query; see `Engine.query`."""
        form = outline(text).form
        if form == "UPDATE":
            raise UpdateRefusedError("Updates are refused: an endpoint is only asked.")
        triples = form in ("CONSTRUCT", "DESCRIBE")
        body = self._send(text, dataset or Dataset(), N3 if triples else JSON)
        try:
            return read_answer(body, "triples" if triples else "solutions")
        except (SyntaxError, ValueError) as error:
            raise QueryError(f"What {self.url} sent is no result in the format asked for: {error}") from None

    def _send(self, text: str, dataset: Dataset, form: str) -> bytes:
        try:
            wrapper = SPARQLWrapper(self.url, returnFormat=form)
            wrapper.setQuery(text)
            wrapper.setMethod(POST)
            wrapper.setTimeout(_TIMEOUT_SECONDS)
            for iri in dataset.default:
                wrapper.addParameter("default-graph-uri", iri)
            for iri in dataset.named:
                wrapper.addParameter("named-graph-uri", iri)
            return bytes(wrapper.query().response.read())
        except (HTTPError, URLError, OSError, ValueError, SPARQLWrapperException) as error:
            raise QueryError(f"{self.url} did not answer: {error}", "Check the address and the query.") from None
