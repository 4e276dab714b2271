"""Two other ways to find the slots, against which the engine is judged.

``interval_slots`` works on sorted lists of intervals; ``minute_slots`` looks at every single
minute. Neither shares a line with the engine: both find instants by looking at the clock on the
wall, minute by minute, and never by calculating with offsets.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking_types.availability import Question
from booking_types.intervals import Interval, merged
from booking_types.model import HostTimes, WorkingHours

#: Start and hosts of every slot, in time order.
Slots = list[tuple[datetime, tuple[str, ...]]]
#: From the first to the last possible start, both included.
_Starts = list[tuple[datetime, datetime]]

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_FAR = timedelta(hours=16)


# -------------------------------------------------------------------- the clock on the wall


@lru_cache(maxsize=4096)
def _hour_on_the_wall(hour: datetime, zone_name: str) -> tuple[datetime, ...]:
    zone = ZoneInfo(zone_name)
    return tuple(
        (hour + minute * _MINUTE).astimezone(zone).replace(tzinfo=None) for minute in range(60)
    )


def on_the_wall(instant: datetime, zone_name: str) -> datetime:
    hour = instant.replace(minute=0, second=0, microsecond=0)
    return _hour_on_the_wall(hour, zone_name)[instant.minute]


@lru_cache(maxsize=65536)
def first_minute_not_before(local: datetime, zone_name: str) -> datetime:
    """The first minute at which the clock shows that time or a later one."""
    hour = local.replace(minute=0, tzinfo=UTC) - _FAR
    while max(_hour_on_the_wall(hour, zone_name)) < local:
        hour += _HOUR
    return next(
        minute for minute in _minutes(hour, hour + _HOUR) if on_the_wall(minute, zone_name) >= local
    )


@lru_cache(maxsize=65536)
def last_end_at(local: datetime, zone_name: str) -> datetime:
    """The last minute that shows exactly that time, or the end of the last earlier one."""
    hour = local.replace(minute=0, tzinfo=UTC) + _FAR
    while min(_hour_on_the_wall(hour, zone_name)) > local:
        hour -= _HOUR
    minute = max(
        minute for minute in _minutes(hour, hour + _HOUR) if on_the_wall(minute, zone_name) <= local
    )
    return minute if on_the_wall(minute, zone_name) == local else minute + _MINUTE


def _hours(hours: WorkingHours, reach: Interval) -> Iterator[Interval]:
    for day in _dates(reach):
        for span in hours.spans:
            if span.weekday != day.isoweekday():
                continue
            is_overnight = span.end <= span.start
            start = datetime.combine(day, span.start)
            end = datetime.combine(day + _DAY if is_overnight else day, span.end)
            first = first_minute_not_before(start, hours.time_zone)
            last = last_end_at(end, hours.time_zone)
            if first < last:
                yield Interval(first, last)


def _dates(reach: Interval) -> Iterator[date]:
    day = reach.start.date() - 3 * _DAY
    while day <= reach.end.date() + 3 * _DAY:
        yield day
        day += _DAY


def _grid(question: Question) -> Iterator[datetime]:
    rules = question.booking_type
    zone_name = rules.time_zone or question.default_time_zone
    increment = rules.increment // _MINUTE
    earliest, latest = question.now + rules.minimum_notice, question.now + rules.booking_window
    instant = question.span.start.replace(second=0, microsecond=0)
    while instant < question.span.end:
        if instant >= question.span.start and earliest <= instant <= latest:
            wall = on_the_wall(instant, zone_name)
            if (wall.hour * 60 + wall.minute) % increment == 0:
                yield instant
        instant += _MINUTE


def _is_out(person: HostTimes) -> bool:
    return bool(person.unavailable or person.unavailable_code)


def _hosts(question: Question) -> list[HostTimes]:
    co_host_ids = {person.host_id for person in question.co_hosts}
    return [
        person
        for person in question.hosts
        if not _is_out(person) and person.host_id not in co_host_ids
    ]


# ----------------------------------------------------------------------- sorted intervals


def interval_slots(question: Question) -> Slots:
    """The slots, by sorted lists of intervals."""
    if any(_is_out(person) for person in question.co_hosts):
        return []
    known_hours: dict[WorkingHours, list[Interval]] = {}
    hosts = [(each.host_id, _starts(question, each, known_hours)) for each in _hosts(question)]
    co_hosts = [_starts(question, each, known_hours) for each in question.co_hosts]
    answer: Slots = []
    for start in _grid(question):
        if all(_holds(starts, start) for starts in co_hosts):
            host_ids = tuple(host_id for host_id, starts in hosts if _holds(starts, start))
            if host_ids:
                answer.append((start, host_ids))
    return answer


def _starts(
    question: Question, person: HostTimes, known_hours: dict[WorkingHours, list[Interval]]
) -> _Starts:
    rules = question.booking_type
    hours = rules.working_hours or person.working_hours
    if hours not in known_hours:
        known_hours[hours] = merged(_hours(hours, question.span))
    possible = [
        (each.start, each.end - question.duration)
        for each in known_hours[hours]
        if each.length >= question.duration
    ]
    # A meeting at s meets [a, b) when s - before < b and a < s + length + after: it may begin
    # at either of those two bounds, but nowhere between them.
    taken = sorted(
        (
            busy.interval.start - question.duration - rules.buffer_after,
            busy.interval.end + rules.buffer_before,
        )
        for busy in person.busy
    )
    return list(_without(possible, taken))


def _without(
    possible: _Starts, taken: list[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    for first, last in possible:
        start = first
        for begin, end in taken:
            if begin >= last:
                break
            if end <= start:
                continue
            if begin >= start:
                yield start, begin
            start = end
        if start <= last:
            yield start, last


def _holds(starts: _Starts, start: datetime) -> bool:
    place = bisect_right(starts, start, key=lambda each: each[0])
    return place > 0 and start <= starts[place - 1][1]


# ----------------------------------------------------------------------- minute by minute


def minute_slots(question: Question) -> Slots:
    """The slots, by looking at every minute."""
    if any(_is_out(person) for person in question.co_hosts):
        return []
    hosts = [(person.host_id, _Minutes(question, person)) for person in _hosts(question)]
    co_hosts = [_Minutes(question, person) for person in question.co_hosts]
    answer: Slots = []
    for start in _grid(question):
        if all(co_host.can_meet(start) for co_host in co_hosts):
            host_ids = tuple(host_id for host_id, minutes in hosts if minutes.can_meet(start))
            if host_ids:
                answer.append((start, host_ids))
    return answer


class _Minutes:
    def __init__(self, question: Question, person: HostTimes) -> None:
        self._question = question
        hours = question.booking_type.working_hours or person.working_hours
        self._working = {
            minute for each in _hours(hours, question.span) for minute in _touched(each)
        }
        self._busy = {minute for each in person.busy for minute in _touched(each.interval)}

    def can_meet(self, start: datetime) -> bool:
        rules = self._question.booking_type
        end = start + self._question.duration
        return all(minute in self._working for minute in _minutes(start, end)) and not any(
            minute in self._busy
            for minute in _minutes(start - rules.buffer_before, end + rules.buffer_after)
        )


def _touched(interval: Interval) -> Iterator[datetime]:
    return _minutes(interval.start.replace(second=0, microsecond=0), interval.end)


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += _MINUTE
