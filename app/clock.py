"""The one place where the service reads the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

#: Gives the current instant, aware, UTC; drills and tests hand in another one.
Clock = Callable[[], datetime]


def now() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)
