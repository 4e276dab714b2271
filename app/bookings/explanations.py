"""What may be asked of explanations, and what is answered: why it is not there.

``explaining`` gathers and asks the core; nothing is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from booking_types.answers import ExplainedDay, PersonDay, Reason
from booking_types.filters import ClauseVerdict
from booking_types.hosts import Considered, LookupStep
from booking_types.intervals import Interval
from booking_types.model import HostRuleKind

#: One explanation covers at most so much.
LONGEST_SPAN = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationRequest:
    """Why is it not there?

    Attributes:
        record_id: As the caller gave it.
        booking_type: Whose hosts and times are explained, by our id or its key; nothing: only
            which types are offered, and why not the others.
        at: One time that is looked at closely; aware. Needs a booking type.
        viewer_id: The Salesforce user whose view it is; the caller's own by default.
        span: At most 31 days; by default the next seven of the org's zone, or seven from the day
            of ``at`` where that is not among them.
        duration: One of the type's; its first by default.
    """

    record_id: str
    booking_type: UUID | str | None = None
    at: datetime | None = None
    viewer_id: str | None = None
    span: Interval | None = None
    duration: timedelta | None = None


# ------------------------------------------------------------------------------ the types


class TypeState(StrEnum):
    """What became of a booking type for a record."""

    OFFERED = "offered"
    #: A clause of its record filter failed.
    FILTERED_OUT = "filtered_out"
    #: Its record filter cannot be checked: a field cannot be read, or its logic is wrong.
    CANNOT_BE_CHECKED = "cannot_be_checked"
    #: It is published, and somebody switched it off.
    SWITCHED_OFF = "switched_off"
    #: It was never published.
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedType:
    """A booking type of the record's object, and what became of it.

    Attributes:
        booking_type_id: Ours.
        key: Names it everywhere.
        name: What organizers see.
        version: The published one; nothing for a draft.
        state: What became of it.
        words: The same as a clause that goes on from the type's name.
        clauses: What became of each clause of its filter, also where it is switched off.
        logic: How the clauses combine; empty: all of them.
        problem: What is wrong with the filter's logic; empty where nothing is.
    """

    booking_type_id: UUID
    key: str
    name: str
    version: int | None
    state: TypeState
    words: str
    clauses: Sequence[ClauseVerdict] = ()
    logic: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The user whose view is explained.

    Attributes:
        user_id: Salesforce user, 18 characters.
        name: As people see it; empty where Salesforce knows no such user.
        problems: Why this user is offered nothing at all, whatever the types say: clauses that
            go on from the name.
    """

    user_id: str
    name: str
    problems: tuple[str, ...] = ()


# ------------------------------------------------------------------------------ the people


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDay:
    """One person's day in numbers.

    Attributes:
        on: The local date on the grid's clock.
        starts: How many starts the grid has in the asked part of it.
        free: At how many of them this person can come.
        words: For the others, how many each reason stands against, the most frequent first.
    """

    on: date
    starts: int
    free: int
    words: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPerson:
    """One of the type's people, with their time.

    Attributes:
        host_id: Salesforce user id.
        name: As people see it.
        time_zone: Theirs.
        role: The panel role they can take; empty for the hosts.
        role_name: As people see it.
        aside: Why they could not be the host of this record whenever it is, though they belong
            to the type: the record names somebody else. Empty for everybody else.
        unavailable_code, unavailable: Why they cannot be booked at all; empty when they can.
        days: Their timeline: every start of the days by its first reason.
    """

    host_id: str
    name: str
    time_zone: str
    role: str = ""
    role_name: str = ""
    aside: str = ""
    unavailable_code: str = ""
    unavailable: str = ""
    days: tuple[PersonDay, ...] = ()


def counted(day: PersonDay) -> CountedDay:
    """A day of somebody's timeline in numbers."""
    counts: Counter[str] = Counter()
    for run in day.runs:
        counts[word_of(run.reason)] += run.starts
    return CountedDay(
        on=day.on,
        starts=counts.total(),
        free=counts.pop(FREE, 0),
        words=tuple(counts.most_common()),
    )


#: Said of a start at which a person can come.
FREE = "free"


def word_of(reason: Reason | None) -> str:
    """The finest stable word for what stands against a start."""
    if reason is None:
        return FREE
    return reason.detail or reason.code.value


# ------------------------------------------------------------------------------- the times


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedHostRule:
    """Who decides who the host is, and what came of it for this record.

    Attributes:
        kind: The type's rule.
        decides: Who decides here: another where a lookup found nobody and a fallback stepped in.
        steps: What a lookup tried.
        problem: Why nobody can be the host, in words; empty when somebody can.
    """

    kind: HostRuleKind
    decides: HostRuleKind
    steps: tuple[LookupStep, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRole:
    """Who would take a panel role at one time.

    Attributes:
        key: The role's.
        name: As people see it.
        picked_id: The one; nothing where nobody can.
        table: Everybody who could, in order, and why or why not.
    """

    key: str
    name: str
    picked_id: str | None
    table: tuple[Considered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedStart:
    """One time, looked at closely.

    Attributes:
        interval: The meeting.
        is_on_grid: Whether starts stand there at all.
        is_offered: Whether organizers are shown it.
        reasons: What stands against it as a whole, as in ``booking_types.answers.Verdict``.
        of_people: The first thing that stands against each person, by user id; nothing where
            they can come.
        picked_id: Who would be the host; nothing where nobody would, or the organizer chooses.
        table: Everybody who could be picked, in order, and why or why not.
        roles: The same of each panel role, where the time is offered at all.
    """

    interval: Interval
    is_on_grid: bool
    is_offered: bool
    reasons: tuple[Reason, ...]
    of_people: Mapping[str, Reason | None]
    picked_id: str | None
    table: tuple[Considered, ...]
    roles: tuple[ExplainedRole, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTimes:
    """The hosts and times of one booking type.

    Attributes:
        booking_type_id: Ours.
        name: As people see it.
        duration: Of the meeting.
        increment: From one start to the next.
        grid_time_zone: In which the starts stand on whole steps from midnight.
        span: What was looked at.
        as_of: When the oldest of the calendars was read.
        host_rule: Who decides who the host is.
        people: Those who could be the host first, in order, then the type's other hosts, then
            the people of its panel roles.
        days: What became of each day as a whole.
        at: The one time that was asked about.
    """

    booking_type_id: UUID
    name: str
    duration: timedelta
    increment: timedelta
    grid_time_zone: str
    span: Interval
    as_of: datetime
    host_rule: ExplainedHostRule
    people: tuple[ExplainedPerson, ...]
    days: tuple[ExplainedDay, ...]
    at: ExplainedStart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why things are, or are not, there for one record.

    Attributes:
        record_id: 18 characters.
        object_name: API name.
        object_label: As people see it.
        time_zone: The org's.
        viewer: Whose view it is; nothing where it is no user's.
        types: Every booking type of the object, by name.
        times: Of the one type that was asked about; nothing where none was, or it says nothing
            yet (a draft).
    """

    record_id: str
    object_name: str
    object_label: str
    time_zone: str
    viewer: Viewer | None
    types: tuple[ExplainedType, ...]
    times: ExplainedTimes | None = None
