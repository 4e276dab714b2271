"""When who can meet, and for every other time why not.

``slots`` shows times, ``check`` decides about one, ``explain`` says it for all of them, and
``nearest`` finds others close by. All of them read the same sheet, so they cannot disagree.

The rules, for a meeting that begins at a start on the grid:

* it begins no sooner than the minimum notice and no later than the booking window ends;
* it lies wholly within the working hours (the booking type's; without them each person's own,
  co-hosts' too);
* with its buffers it meets nothing that makes the host busy, nor any co-host;
* one host has all of it: two hosts who are each free for half of it make no slot.

Whoever cannot be asked (a calendar that cannot be read) is not free: such a host is left out
and named, such a co-host leaves no slot at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from booking_types.answers import (
    Availability,
    ExplainedDay,
    ExplainedTime,
    Question,
    Reason,
    ReasonCode,
    Verdict,
)
from booking_types.board import grid_starts
from booking_types.errors import InvalidRequestError
from booking_types.intervals import Interval
from booking_types.local_time import zone_named
from booking_types.model import BookingType, HostOverrides, HostTimes, Slot
from booking_types.person_rules import rules_for
from booking_types.sheet import Sheet, in_words, timing, why_left_out

__all__ = [
    "Availability",
    "ExplainedDay",
    "ExplainedTime",
    "Question",
    "Reason",
    "ReasonCode",
    "Verdict",
    "busy_span",
    "check",
    "explain",
    "explain_days",
    "nearest",
    "slots",
]

_MINUTE = timedelta(minutes=1)
#: The smallest step of a datetime: what lies just before the end of a half-open span.
_INSTANT = timedelta(microseconds=1)
#: Meetings outside these years are typing errors, and datetimes overflow not far from them.
_FIRST_YEAR, _LAST_YEAR = 1973, 9990


def busy_span(
    *,
    booking_type: BookingType,
    duration: timedelta,
    span: Interval,
    overrides: Iterable[HostOverrides] = (),
) -> Interval:
    """For which time busy intervals must be known to find the slots that begin in the span.

    Args:
        booking_type: Its buffers stand around the meeting.
        duration: Of the meeting.
        span: In which it begins.
        overrides: Of everybody concerned who has any.
    """
    rules = [rules_for(booking_type, each) for each in (HostOverrides(), *overrides)]
    return span.widened(
        before=max(each.buffer_before for each in rules),
        after=duration + max(each.buffer_after for each in rules),
    )


def slots(question: Question) -> Availability:
    """The times that can be booked.

    Raises:
        InvalidRequestError: ``invalid_duration``, or ``unknown_timezone`` of the grid or the
            type's hours. A person's unknown zone only leaves out that person.
    """
    _refuse_odd_duration(question)
    rules, now = question.booking_type, question.now.astimezone(UTC)
    # Only the part that minimum notice and booking window leave is looked at.
    first = max(question.span.start, now + rules.minimum_notice)
    last = min(question.span.end - _INSTANT, now + rules.booking_window)
    starts = _grid(question, first=first, last=last)
    found: list[Slot] = []
    if starts:
        found = [
            Slot(Interval(start, start + question.duration), tuple(host_ids))
            for start, host_ids in zip(starts, Sheet(question, starts).host_ids(), strict=True)
            if host_ids
        ]
    return Availability(slots=tuple(found), left_out=tuple(_left_out(question)))


def check(question: Question, start: datetime) -> Verdict:
    """Whether a meeting can begin then, and with whom.

    Args:
        question: As for ``slots``; its span plays no part.
        start: Aware. Busy intervals must be known for ``busy_span`` of the meeting.

    Raises:
        InvalidRequestError: As ``slots``; ``invalid_datetime`` for a start without an offset or
            in a year that nobody can mean.
    """
    _refuse_odd_duration(question)
    start = _sensible(start)
    interval = Interval(start, start + question.duration)
    if start.second or start.microsecond:
        # The grid has whole minutes only; there is nothing to look at.
        reasons = (*timing(question, start), _off_grid(question))
        return Verdict(interval=interval, is_offered=False, host_ids=(), reasons=reasons)
    sheet = Sheet(_near(question, interval), [start])
    host_ids, against = sheet.host_ids()[0], sheet.reasons()[0]
    if not _grid(question, first=start, last=start):
        host_ids = []
        against.insert(len(timing(question, start)), _off_grid(question))
    return Verdict(
        interval=interval,
        is_offered=bool(host_ids),
        host_ids=tuple(host_ids),
        reasons=tuple(against),
    )


def explain(question: Question) -> tuple[ExplainedTime, ...]:
    """What is to be said about every start on the grid inside the span, offered or not.

    Equal neighbours are taken together, within one local day.

    Raises:
        InvalidRequestError: As ``slots``.
    """
    answer: list[ExplainedTime] = []
    for (on, host_ids, reasons), lines in groupby(_lines(question), key=lambda line: line[1:]):
        starts = [line[0] for line in lines]
        answer.append(
            ExplainedTime(
                on=on,
                first_at=starts[0],
                last_at=starts[-1],
                starts=len(starts),
                is_offered=bool(host_ids),
                host_ids=host_ids,
                reasons=reasons,
            )
        )
    return tuple(answer)


def explain_days(question: Question) -> tuple[ExplainedDay, ...]:
    """What became of each local day that the span touches, also those without a single slot.

    Raises:
        InvalidRequestError: As ``slots``.
    """
    starts: Counter[date] = Counter()
    offered: Counter[date] = Counter()
    against: dict[date, Counter[Reason]] = {}
    for time in explain(question):
        starts[time.on] += time.starts
        if time.is_offered:
            offered[time.on] += time.starts
            continue
        counts = against.setdefault(time.on, Counter())
        for reason in time.reasons:
            counts[reason] += time.starts
    zone = _grid_zone(question)
    first = question.span.start.astimezone(zone).date()
    last = (question.span.end - _INSTANT).astimezone(zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(
        ExplainedDay(
            on=day,
            starts=starts[day],
            offered=offered[day],
            reasons=tuple(against.get(day, Counter()).most_common()),
        )
        for day in days
    )


def nearest(question: Question, start: datetime, count: int = 3) -> tuple[Slot, ...]:
    """The slots of the span that begin closest to an instant; the earlier of two as close.

    Args:
        question: As for ``slots``.
        start: Aware.
        count: How many at most.

    Returns:
        In time order.

    Raises:
        InvalidRequestError: As ``slots`` and ``check``.
    """
    start = _sensible(start)
    closest = sorted(
        slots(question).slots,
        key=lambda slot: (abs(slot.interval.start - start), slot.interval.start),
    )
    return tuple(sorted(closest[:count], key=lambda slot: slot.interval.start))


def _lines(
    question: Question,
) -> Iterator[tuple[datetime, date, tuple[str, ...], tuple[Reason, ...]]]:
    """Every start of the span with its local date, its hosts and what stands against it."""
    _refuse_odd_duration(question)
    zone = _grid_zone(question)
    starts = _grid(question, first=question.span.start, last=question.span.end - _INSTANT)
    if not starts:
        return
    sheet = Sheet(question, starts)
    for start, host_ids, reasons in zip(starts, sheet.host_ids(), sheet.reasons(), strict=True):
        yield start, start.astimezone(zone).date(), tuple(host_ids), tuple(reasons)


def _near(question: Question, interval: Interval) -> Question:
    """The question without the busy intervals that one meeting cannot meet: most of them."""
    reach = busy_span(booking_type=question.booking_type, duration=question.duration, span=interval)
    return replace(
        question,
        hosts=tuple(_near_only(person, reach) for person in question.hosts),
        co_hosts=tuple(_near_only(person, reach) for person in question.co_hosts),
    )


def _near_only(person: HostTimes, reach: Interval) -> HostTimes:
    start, end = reach.start, reach.end
    near = tuple(
        taken for taken in person.busy if taken.interval.start < end and taken.interval.end > start
    )
    return replace(person, busy=near)


def _left_out(question: Question) -> Iterator[Reason]:
    for person in question.hosts:
        reason = why_left_out(question, person, is_co_host=False)
        if reason is not None:
            yield reason
    for person in question.co_hosts:
        reason = why_left_out(question, person, is_co_host=True)
        if reason is not None:
            yield reason


def _grid_zone(question: Question) -> ZoneInfo:
    name = question.booking_type.time_zone or question.default_time_zone
    return zone_named(name, field="time_zone")


def _grid(question: Question, *, first: datetime, last: datetime) -> list[datetime]:
    return grid_starts(
        zone=_grid_zone(question),
        increment=question.booking_type.increment,
        first=first,
        last=last,
    )


def _off_grid(question: Question) -> Reason:
    step = in_words(question.booking_type.increment)
    message = f"is no start of this booking type: they are {step} apart, from midnight in "
    message += _grid_zone(question).key
    return Reason(code=ReasonCode.SLOT_NOT_OFFERED, detail="off_grid", message=message)


def _refuse_odd_duration(question: Question) -> None:
    if question.duration < _MINUTE or question.duration % _MINUTE:
        raise InvalidRequestError(
            "a meeting lasts a whole number of minutes, at least one",
            code="invalid_duration",
            field="duration",
        )


def _sensible(start: datetime) -> datetime:
    if start.tzinfo is None or not _FIRST_YEAR <= start.year <= _LAST_YEAR:
        raise InvalidRequestError(
            "a start has an offset from UTC and lies in a year that can be meant",
            code="invalid_datetime",
            field="start_at",
        )
    return start.astimezone(UTC)
