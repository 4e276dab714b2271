"""What the operations need of the process, and who is calling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

from flask import current_app, g

from app.api.cursors import Cursors
from app.auth import Authenticated, Authenticator
from app.bookings.explanations import Explanation, ExplanationRequest
from app.bookings.questions import (
    AvailabilityAnswer,
    AvailabilityRequest,
    BookingsRequest,
    BookingView,
    BookRequest,
    HostsAnswer,
    OfferedTypes,
)
from app.callers import Caller
from app.observability import Metrics

_EXTENSION = "hot_handover"


class Bookings(Protocol):
    """What the door asks of ``app.bookings.service.BookingService``."""

    def offered(self, *, caller: Caller, record_id: str) -> OfferedTypes:
        """Which booking types the record is offered."""

    def hosts(self, *, caller: Caller, record_id: str, booking_type_id: UUID) -> HostsAnswer:
        """Who could be the host."""

    def availability(self, *, caller: Caller, request: AvailabilityRequest) -> AvailabilityAnswer:
        """When they can meet."""

    def explain(self, *, caller: Caller, request: ExplanationRequest) -> Explanation:
        """Why a type, a time or a host is not there."""

    def book(
        self,
        *,
        caller: Caller,
        request: BookRequest,
        answer: Callable[[BookingView], dict[str, Any]],
    ) -> BookingView:
        """Book it; ``answer`` makes the body that is stored for the idempotency key."""

    def get(self, *, caller: Caller, booking_id: UUID) -> BookingView:
        """A booking."""

    def get_by_key(self, *, caller: Caller, key: str) -> BookingView:
        """The booking that the caller's own key made."""

    def give_up(self, *, caller: Caller, key: str) -> BookingView:
        """The booking that the caller's own key made, or never one."""

    def list_bookings(
        self, *, caller: Caller, request: BookingsRequest
    ) -> tuple[Sequence[BookingView], tuple[datetime, UUID] | None]:
        """One page of bookings, and the place after it."""


class Pingable(Protocol):
    """A database that can say whether it is there."""

    def ping(self) -> None:
        """Raise when it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The process's objects that operations use.

    Attributes:
        bookings: The service behind the door.
        authenticator: Tells who is calling.
        cursors: Writes and reads cursors.
        database: To say whether it is there.
        metrics: Counts requests.
    """

    bookings: Bookings
    authenticator: Authenticator
    cursors: Cursors
    database: Pingable
    metrics: Metrics

    @staticmethod
    def here() -> Door:
        """The door of the current application."""
        return cast(Door, current_app.extensions[_EXTENSION])


def extension_name() -> str:
    """Under which name an application keeps its door."""
    return _EXTENSION


def authenticated() -> Authenticated:
    """Who is calling now."""
    return cast(Authenticated, g.authenticated)
