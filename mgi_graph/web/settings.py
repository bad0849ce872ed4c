"""What an operator may set."""

from __future__ import annotations

from dataclasses import dataclass, field

from mgi_graph.engine.workers import Limits


@dataclass(frozen=True)
class Settings:
    """How the server behaves.

    Attributes:
        limits: what queries may use.
        query_bytes: the longest query, in bytes of UTF-8.
        query_depth: how deep its brackets may nest.
        query_tokens: of how many words, names and signs it may be made.
        cache_bytes: results that are kept ready for the endpoint, and as many for the pages, in bytes; 0 keeps none.
        budget_seconds: query time that one client has in each `budget_window`; 0 for no budget.
        budget_window: length of that window, in seconds.
        body_seconds: how long a client may take to send the body of a request.
        access_log: whether each request is logged as a line of JSON on standard error.
        public_url: the address under which clients reach the server; empty: what their requests say.
        report_url: a mail address, or an address in which {subject} and {text} are filled in, to which errors are
            reported; empty: the page has a text to copy.
        proxies: addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
    """

    limits: Limits = field(default_factory=Limits)
    query_bytes: int = 200_000
    query_depth: int = 256
    query_tokens: int = 20_000
    cache_bytes: int = 16 * 2**20
    budget_seconds: float = 0.0
    budget_window: float = 60.0
    access_log: bool = False
    public_url: str = ""
    proxies: tuple[str, ...] = ()
    body_seconds: float = 15.0
    report_url: str = ""
