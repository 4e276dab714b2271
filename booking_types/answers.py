"""What is asked about times, and what is answered: the types of ``availability``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from booking_types.intervals import Interval
from booking_types.model import BookingType, BusySource, Holiday, HostTimes, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A part in the meeting that one of several people takes.

    Attributes:
        key: The panel role's.
        name: As people see it.
        people: Who can take it, in the configured order; nobody of them is a host or co-host.
    """

    key: str
    name: str
    people: tuple[HostTimes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything that decides about the times of one kind of meeting with these people.

    Attributes:
        booking_type: Its limits, hours and grid.
        default_time_zone: The org's IANA zone; the grid's where the type names none.
        hosts: Who could be the host; the order is kept in the answers.
        co_hosts: Who must be there as well, every one of them.
        roles: Further parts, for each of which one of its people must be there.
        holidays: Those of the booking type, on the dates of whatever hours count for a person.
        duration: How long the meeting is: whole minutes. Need not be one of the type's, so that
            a booking can keep its length when it is moved.
        span: Slots begin in it (and may end after it). Busy intervals must be known for
            ``busy_span`` of it.
        now: Aware.
    """

    booking_type: BookingType
    default_time_zone: str
    hosts: tuple[HostTimes, ...]
    co_hosts: tuple[HostTimes, ...]
    duration: timedelta
    span: Interval
    now: datetime
    roles: tuple[Role, ...] = ()
    holidays: tuple[Holiday, ...] = ()


class ReasonCode(StrEnum):
    """Why a time cannot be booked, as a stable word."""

    IN_THE_PAST = "in_the_past"
    BELOW_MINIMUM_NOTICE = "below_minimum_notice"
    BEYOND_HORIZON = "beyond_horizon"
    #: Off the grid, or outside the hours.
    SLOT_NOT_OFFERED = "slot_not_offered"
    #: The host is busy.
    SLOT_TAKEN = "slot_taken"
    #: The host has enough meetings of this type on that day or in that week.
    LIMIT_REACHED = "limit_reached"
    #: The host cannot be booked at all.
    HOST_UNAVAILABLE = "host_unavailable"
    #: The co-host is busy, outside their hours, or cannot be booked at all.
    CO_HOST_UNAVAILABLE = "co_host_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a time cannot be booked, or not with that person.

    Attributes:
        code: A stable word.
        detail: A finer one: ``off_grid``, ``outside_hours``, ``day_off``, ``holiday``, ``busy``,
            ``buffer`` (only the time kept free around the meeting is taken), ``daily_limit``,
            ``weekly_limit``, or why a person is unavailable (``calendar_unreadable``). May be
            empty.
        message: A clause for people that goes on from the time or the person's name.
        host_id: Whom it concerns: a host or a co-host; nothing when it concerns the time.
        source: What takes the time, where something does.
    """

    code: ReasonCode
    detail: str = ""
    message: str
    host_id: str | None = None
    source: BusySource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """The slots, and who was left out.

    Attributes:
        slots: In time order.
        left_out: One reason for each person who cannot be booked whenever it is.
    """

    slots: tuple[Slot, ...]
    left_out: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether one time can be booked.

    Attributes:
        interval: The meeting it is about.
        is_offered: Whether ``slots`` would show it.
        host_ids: Who could be the host then, in the order given; empty unless it is offered.
        role_ids: For each role of the question, who could take it then, in the order given.
        reasons: What stands against it, the most telling first. When it is offered: why not
            with each of the other hosts.
    """

    interval: Interval
    is_offered: bool
    host_ids: tuple[str, ...]
    reasons: tuple[Reason, ...]
    role_ids: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTime:
    """Neighbouring starts of one day about which the same is to be said.

    Attributes:
        on: The local date on the grid's clock.
        first_at: The first of the starts.
        last_at: The last of them; the same when it is only one.
        starts: How many they are.
        is_offered: Whether they can be booked.
        host_ids: Who could be the host, in the order given.
        reasons: As in ``Verdict``.
    """

    on: date
    first_at: datetime
    last_at: datetime
    starts: int
    is_offered: bool
    host_ids: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDay:
    """What became of one day.

    Attributes:
        on: The local date on the grid's clock.
        starts: How many starts the grid has in the asked part of it.
        offered: How many of them can be booked.
        reasons: What stands against the others: each reason with the number of starts it
            concerns, the most frequent first.
    """

    on: date
    starts: int
    offered: int
    reasons: tuple[tuple[Reason, int], ...]
