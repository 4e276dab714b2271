"""A token store without a database: for the walkthrough and for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from connectors.protocols import Token


class MemoryTokenStore:
    """``connectors.protocols.TokenStore`` in memory; one object is one connection's row.

    Args:
        token: What is stored to begin with.
        clock: What time it is; expiry is judged by it.

    Attributes:
        renewals: How often a token was really fetched.
    """

    def __init__(
        self,
        token: Token | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.renewals = 0
        self._token = token
        self._clock = clock
        self._lock = threading.Lock()

    def current(self) -> Token | None:
        """The stored token, fresh or not."""
        return self._token

    def renew(self, *, refused: str | None, fetch: Callable[[Token | None], Token]) -> Token:
        """A token other than the refused one, fetched by whoever comes first."""
        with self._lock:
            stored = self._token
            if stored is not None and stored.access_token != refused and not self._is_over(stored):
                return stored
            self._token = fetch(stored)
            self.renewals += 1
            return self._token

    def _is_over(self, token: Token) -> bool:
        return token.expires_at is not None and token.expires_at <= self._clock()
