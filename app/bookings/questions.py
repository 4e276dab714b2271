"""What may be asked of ``BookingService``, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.storage.tables import Booking, BookingHost, Delivery
from booking_types.availability import Availability, ExplainedTime
from booking_types.filters import Refusal
from booking_types.forms import Answer
from booking_types.intervals import Interval
from booking_types.model import BookingType, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedType:
    """A booking type that a record qualifies for.

    Attributes:
        booking_type_id: Ours.
        version: The published version.
        booking_type: What it says.
        guest_email, guest_name, guest_time_zone: From the record; empty where it has none, or
            where the caller may not see it.
        suggested: What stands in the booking form to begin with, by the fields' keys; likewise.
    """

    booking_type_id: UUID
    version: int
    booking_type: BookingType
    guest_email: str = ""
    guest_name: str = ""
    guest_time_zone: str = ""
    suggested: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedType:
    """A booking type that a record does not qualify for, and why."""

    booking_type_id: UUID
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTypes:
    """Which booking types a record is offered.

    Attributes:
        record_id: 18 characters.
        object_name: API name.
        object_label: As people see it.
        offered: In the order of their names.
        refused: The others of the same object, with the clause that failed.
        time_zone: The org's.
    """

    record_id: str
    object_name: str
    object_label: str
    offered: tuple[OfferedType, ...]
    refused: tuple[RefusedType, ...]
    time_zone: str

    @property
    def nothing_because(self) -> str:
        """Why nothing is offered: ``no_booking_types``, ``filtered_out``, or empty."""
        if self.offered:
            return ""
        return "filtered_out" if self.refused else "no_booking_types"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostChoice:
    """Somebody who could be the host or a co-host.

    Attributes:
        host_id: Salesforce user id.
        name: As people see it.
        time_zone: Theirs.
        platforms: What they have connected; ``none`` is always among them.
        default_platform: Theirs, if the type leaves it to them.
        unavailable_code, unavailable: Why they cannot be booked at all; empty when they can.
    """

    host_id: str
    name: str
    time_zone: str
    platforms: tuple[Platform, ...]
    default_platform: Platform
    unavailable_code: str = ""
    unavailable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChoice:
    """A panel role with the people who can take it; the first of them who is free does.

    Attributes:
        key: The role's.
        name: As people see it.
        people: In the type's order.
    """

    key: str
    name: str
    people: tuple[HostChoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsAnswer:
    """Who could be the host of a booking of one type from one record.

    Attributes:
        rule: The ``HostRuleKind`` by which it is decided for this record: the type's, or that of
            its fallback.
        hosts: In the type's order. For ``lookup`` the one that was found, or nobody.
        co_hosts: Who may be added; empty where the type allows none.
        panel: Who takes the type's further parts.
        nobody_because: Why there is no host, in words; empty when there is one.
        can_show_all: The times of all hosts may be looked at at once.
    """

    rule: str
    hosts: tuple[HostChoice, ...]
    co_hosts: tuple[HostChoice, ...]
    nobody_because: str
    can_show_all: bool
    panel: tuple[RoleChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRequest:
    """When can they meet?

    Attributes:
        record_id: As the caller gave it.
        booking_type_id: Ours.
        span: At most 62 days.
        host_id: Whom the organizer picked; nothing for all, or where the type decides.
        co_host_ids: Who must attend as well.
        duration: One of the type's; its first by default.
        all_hosts: The times of all hosts at once.
        is_explained: Say for every other time why not.
        most_slots: At most so many slots, the earliest; nothing for all.
    """

    record_id: str
    booking_type_id: UUID
    span: Interval
    host_id: str | None = None
    co_host_ids: tuple[str, ...] = ()
    duration: timedelta | None = None
    all_hosts: bool = False
    is_explained: bool = False
    most_slots: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityAnswer:
    """When they can meet.

    Attributes:
        availability: The slots.
        explained: Why not, for every other time; empty unless asked.
        people: Everybody who was asked, with what is wrong where something is.
        roles: The panel's, with everybody who could take them.
        duration: The one that was used.
        as_of: When the oldest of the calendars was read.
        booking_type: The type.
        grid_time_zone: In which the starts stand on whole steps from midnight.
    """

    availability: Availability
    explained: tuple[ExplainedTime, ...]
    people: tuple[HostChoice, ...]
    duration: timedelta
    as_of: datetime
    booking_type: BookingType
    grid_time_zone: str
    roles: tuple[RoleChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody from outside who is invited; the first one is the primary guest."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRequest:
    """Book this.

    Attributes:
        record_id: As the caller gave it.
        booking_type_id: Ours.
        start: Aware.
        time_zone: IANA zone it was agreed in (canonical name).
        duration: One of the type's; its first by default.
        host_id: Whom the organizer picked; nothing where the type decides.
        co_host_ids: Who must attend as well, each once.
        guests: Each once; may be empty only where the type invites nobody.
        platform: The organizer's choice; nothing for the default.
        place: Where, for meetings without a platform.
        notes: The organizer's.
        answers: What was entered in the booking form, by the fields' keys, as it was sent.
        has_consent: The guest agreed to what the type asks consent for.
        consent_text: What was read to them, where the caller says it.
        idempotency_key: The caller's; nothing when it sent none.
        request_hash: Of the request's meaning, to notice a key used for something else.
    """

    record_id: str
    booking_type_id: UUID
    start: datetime
    time_zone: str
    duration: timedelta | None = None
    host_id: str | None = None
    co_host_ids: tuple[str, ...] = ()
    guests: tuple[Guest, ...] = ()
    platform: Platform | None = None
    place: str = ""
    notes: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    has_consent: bool = False
    consent_text: str = ""
    idempotency_key: str | None = None
    request_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingView:
    """A booking with everything around it.

    Attributes:
        booking: The row.
        hosts: Its host first, then its co-hosts.
        host_names: By user id.
        deliveries: The state of every target.
        booking_type: As in the version it was made with.
        has_invitation: Whether guests are invited at all.
        is_replay: Answered from an earlier call with the same idempotency key.
        stored_body: What was answered to the call that booked it; given by ``book`` only.
    """

    booking: Booking
    hosts: tuple[BookingHost, ...]
    host_names: dict[str, str]
    deliveries: tuple[Delivery, ...]
    booking_type: BookingType
    has_invitation: bool
    is_replay: bool = field(default=False)
    stored_body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingsRequest:
    """Which bookings?

    Attributes:
        record_id: Of one record; nothing for all that the caller booked or hosts.
        after, before: Whose start lies in between.
        is_newest_first: The latest start first.
        limit: At most so many, 1 to 200.
        cursor: The last booking of the page before, as ``(start_at, booking_id)``.
    """

    record_id: str | None = None
    after: datetime | None = None
    before: datetime | None = None
    is_newest_first: bool = False
    limit: int = 50
    cursor: tuple[datetime, UUID] | None = None
