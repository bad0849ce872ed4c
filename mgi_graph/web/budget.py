"""How much query time each client has left."""

from __future__ import annotations

import ipaddress
import math
import time
from dataclasses import dataclass, field

from cachetools import TTLCache

from mgi_graph.errors import BudgetError

_CLIENTS = 100_000
_IPV6_PREFIX = 64


@dataclass
class _Account:
    since: float
    used: float = 0.0
    begun: list[float] = field(default_factory=list)

    def spent(self, now: float) -> float:
        """The seconds of what has ended and of what is still going on."""
        return self.used + sum(now - start for start in self.begun)


class Budget:
    """The query time of clients, in windows of fixed length that begin with a client's first query.

    Args:
        seconds: what a client may use in a window; 0 for no budget.
        window: the length of a window in seconds.
    """

    def __init__(self, seconds: float, window: float) -> None:
        self._seconds, self._window = seconds, window
        self._accounts: TTLCache[str, _Account] = TTLCache(_CLIENTS, max(window, 1e-6))

    def check(self, address: str) -> None:
        """See whether a client may ask.

        Raises:
            BudgetError: it has used up its time.
        """
        if not self._seconds:
            return
        account, now = self._accounts.get(client_of(address)), time.monotonic()
        if account and account.spent(now) >= self._seconds:
            left = account.since + self._window - now
            raise BudgetError(self._seconds, self._window, max(1, math.ceil(left)))

    def begin(self, address: str) -> float:
        """Count the time of a client's query from now on; gives what `end` takes.

        Raises:
            BudgetError: as `check`.
        """
        self.check(address)
        now = time.monotonic()
        if self._seconds:
            self._account(address).begun.append(now)
        return now

    def end(self, address: str, start: float) -> None:
        """Count the whole time of the query that began at `start`."""
        if self._seconds:
            account = self._account(address)
            account.used += time.monotonic() - start
            if start in account.begun:  # else its window is over
                account.begun.remove(start)

    def _account(self, address: str) -> _Account:
        client = client_of(address)
        account = self._accounts.get(client)
        if account is None:
            account = self._accounts[client] = _Account(time.monotonic())
        return account


def client_of(address: str) -> str:
    """Whom an address stands for: an IPv4 address for itself, an IPv6 address for its network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((int(parsed), _IPV6_PREFIX), strict=False))
