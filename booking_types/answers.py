"""What is asked about times, and what is answered: the types of ``availability``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from booking_types.bits import Grid
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

    @property
    def everybody(self) -> tuple[HostTimes, ...]:
        """Everybody concerned: the hosts, the co-hosts, the people of each role."""
        people = self.hosts + self.co_hosts
        for role in self.roles:
            people += role.people
        return people


class Part(StrEnum):
    """In which part somebody is concerned."""

    HOST = "host"
    CO_HOST = "co_host"
    ROLE = "role"


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
    #: The co-host is busy, outside their hours, or cannot be booked at all; or nobody can take
    #: a role.
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
        host_id: Whom it concerns; nothing when it concerns the time, or a role that nobody of
            its people can take.
        source: What takes the time, where something does.
    """

    code: ReasonCode
    detail: str = ""
    message: str
    host_id: str | None = None
    source: BusySource | None = None


@dataclass(frozen=True, kw_only=True)
class Availability:
    """The starts that can be booked, with whom, and who was left out.

    Attributes:
        duration: Of the meeting.
        grid: The cells on which ``free`` is; every start is the beginning of one.
        starts: In order.
        free: For each host who can be booked the cells with which a meeting with them begins;
            only bits of ``starts`` are set. In the order given.
        left_out: One reason for each person who cannot be booked whenever it is.
    """

    duration: timedelta
    grid: Grid
    starts: tuple[datetime, ...]
    free: Mapping[str, int]
    left_out: tuple[Reason, ...] = ()

    def host_ids(self, start: datetime) -> tuple[str, ...]:
        """Who could be the host of a meeting that begins with one of the starts."""
        bit = 1 << self.grid.cell(start)
        return tuple(host_id for host_id, bits in self.free.items() if bits & bit)

    def slot(self, start: datetime) -> Slot:
        """One of the starts as a span with its hosts."""
        return Slot(Interval(start, start + self.duration), self.host_ids(start))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """All of the starts as spans with their hosts; a pool has many with many each."""
        return tuple(self.slot(start) for start in self.starts)

    def earliest(self, count: int | None) -> Availability:
        """Only so many of the starts, the first ones; all of them where no number is given."""
        if count is None or count >= len(self.starts):
            return self
        kept = self.starts[:count]
        upto = (1 << self.grid.cell(kept[-1]) + 1) - 1 if kept else 0
        free = {host_id: bits & upto for host_id, bits in self.free.items()}
        return replace(self, starts=kept, free=free)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonVerdict:
    """Whether one person could have a meeting at one time.

    Attributes:
        host_id: Who.
        part: In which part.
        role: The role's key, where that is the part; else empty.
        reason: The first that stands against it; nothing when they can.
    """

    host_id: str
    part: Part
    role: str = ""
    reason: Reason | None = None


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
        people: Each person's own first reason, whether or not the time is on the grid.
    """

    interval: Interval
    is_offered: bool
    host_ids: tuple[str, ...]
    reasons: tuple[Reason, ...]
    role_ids: tuple[tuple[str, ...], ...] = ()
    people: tuple[PersonVerdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRun:
    """Neighbouring starts of one day about which the same is to be said of a person.

    Attributes:
        first_at: The first of the starts.
        last_at: The last of them; the same when it is only one.
        starts: How many they are.
        reason: The first that stands against them; nothing where the person can have them.
    """

    first_at: datetime
    last_at: datetime
    starts: int
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDay:
    """One person's day, from its first start to its last.

    Attributes:
        host_id: Who.
        part: In which part.
        role: The role's key, where that is the part; else empty.
        on: The local date on the grid's clock.
        runs: In time order; every start of the day is in one.
    """

    host_id: str
    part: Part
    role: str
    on: date
    runs: tuple[PersonRun, ...]


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
