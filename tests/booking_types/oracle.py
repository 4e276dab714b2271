"""Two other ways to find the slots, against which the engine is judged.

``interval_slots`` works on sorted lists of spans in seconds; ``minute_slots`` looks at every
single minute. They share types with the engine, and not a line of what it does. ``minute_slots``
finds instants by looking at the clock on the wall, minute by minute, and never calculates with
offsets; ``interval_slots`` looks offsets up where hours begin and end, and is no slower than a
sensible implementation of this kind has to be: it is what the engine's speed is compared with.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil, floor
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from booking_types.answers import Question
from booking_types.bits import Cells
from booking_types.intervals import Interval
from booking_types.model import DateOverride, DaySpan, HostTimes, WorkingHours

#: Start and hosts of every slot, in time order.
Slots = list[tuple[datetime, tuple[str, ...]]]
#: Seconds since 1970, from the first to before the second.
_Span = tuple[int, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_FAR = timedelta(hours=16)


# ------------------------------------------------------------- a person's limits, in words


@dataclass(frozen=True)
class _Limits:
    before: timedelta
    after: timedelta
    notice: timedelta
    window: timedelta
    daily: int | None
    weekly: int | None


def _limits(question: Question, person: HostTimes) -> _Limits:
    kind, own = question.booking_type, person.overrides
    return _Limits(
        before=kind.buffer_before if own.buffer_before is None else own.buffer_before,
        after=kind.buffer_after if own.buffer_after is None else own.buffer_after,
        notice=kind.minimum_notice if own.minimum_notice is None else own.minimum_notice,
        window=kind.booking_window if own.booking_window is None else own.booking_window,
        daily=kind.daily_limit if own.daily_limit is None else own.daily_limit,
        weekly=kind.weekly_limit if own.weekly_limit is None else own.weekly_limit,
    )


def _hours_of(question: Question, person: HostTimes) -> tuple[WorkingHours, bool]:
    """The hours that count, and whether they are the person's own."""
    if person.overrides.working_hours is not None:
        return person.overrides.working_hours, False
    if question.booking_type.working_hours is not None:
        return question.booking_type.working_hours, False
    return person.working_hours, True


def _entries(overrides: Iterable[DateOverride], on: date) -> list[DateOverride]:
    return [each for each in overrides if each.on == on]


def _spans_of_date(  # noqa: PLR0911 - one line for each rule, in the rules' order
    question: Question,
    person: HostTimes,
    on: date,
    *,
    with_holidays: bool = True,
    with_days_off: bool = True,
) -> tuple[list[DaySpan], str]:
    """The hours that begin on a date, and why there are none: ``holiday`` or ``day_off``."""
    hours, are_own = _hours_of(question, person)
    mine = _entries(person.overrides.date_overrides, on)
    types = _entries(question.booking_type.date_overrides, on)
    own = _entries(person.date_overrides, on)

    def is_off(entries: list[DateOverride]) -> bool:
        return any(not each.spans for each in entries)

    def is_on(entries: list[DateOverride]) -> bool:
        return bool(entries) and not is_off(entries)

    is_holiday = with_holidays and not is_on(mine)
    is_own_holiday = is_holiday and any(each.on == on for each in person.holidays)
    is_holiday = is_own_holiday or (
        is_holiday and not is_on(types) and any(each.on == on for each in question.holidays)
    )
    if with_days_off and (is_off(own) or is_off(mine)):
        return [], "holiday" if is_holiday else "day_off"
    if is_on(mine):
        return [span for each in mine for span in each.spans], ""
    if is_holiday:
        return [], "holiday"
    if with_days_off and is_off(types):
        return [], "day_off"
    if is_on(types):
        return [span for each in types for span in each.spans], ""
    if is_on(own) and are_own:
        return [span for each in own for span in each.spans], ""
    weekly = [span for span in hours.spans if span.weekday == on.isoweekday()]
    return [DaySpan(start=span.start, end=span.end) for span in weekly], ""


def _local_edges(on: date, span: DaySpan) -> tuple[datetime, datetime]:
    is_overnight = span.end <= span.start
    return (
        datetime.combine(on, span.start),
        datetime.combine(on + _DAY if is_overnight else on, span.end),
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_out(question: Question, person: HostTimes, *, is_co_host: bool = False) -> bool:
    if person.unavailable or person.unavailable_code:
        return True
    if not is_co_host and person.host_id in {each.host_id for each in question.co_hosts}:
        return True
    limits = _limits(question, person)
    counts_days = limits.daily is not None or limits.weekly is not None
    return not _is_zone(_hours_of(question, person)[0].time_zone) or (
        counts_days and not _is_zone(person.working_hours.time_zone)
    )


def _weeks(days: Iterable[date]) -> list[tuple[int, int]]:
    return [(day.isocalendar().year, day.isocalendar().week) for day in days]


def _limit_reached(limits: _Limits, meeting_days: Sequence[date], on: date) -> str:
    if limits.daily is not None and meeting_days.count(on) >= limits.daily:
        return "daily_limit"
    if limits.weekly is None:
        return ""
    of_week = _weeks(meeting_days).count(_weeks([on])[0])
    return "weekly_limit" if of_week >= limits.weekly else ""


# ------------------------------------------------------------------------ sorted intervals


def interval_slots(question: Question) -> Slots:
    """The slots, by sorted lists of spans."""
    if any(_is_out(question, person, is_co_host=True) for person in question.co_hosts):
        return []
    grid = _grid_seconds(question)
    if not grid:
        return []
    reach = grid[0] - 3 * 86400, grid[-1] + question.duration // _SECOND + 3 * 86400
    known: dict[WorkingHours, list[_Span]] = {}
    who: list[list[str]] = [[] for _ in grid]
    for host in question.hosts:
        if not _is_out(question, host):
            for first, stop in _places(question, host, grid, reach, known):
                for place in range(first, stop):
                    who[place].append(host.host_id)
    needed = [1] * len(grid)
    for co_host in question.co_hosts:
        _keep(needed, [_places(question, co_host, grid, reach, known)])
    for role in question.roles:
        able = [each for each in role.people if not _is_out(question, each)]
        _keep(needed, [_places(question, each, grid, reach, known) for each in able])
    return [
        (_EPOCH + start * _SECOND, tuple(host_ids))
        for start, host_ids, is_free in zip(grid, who, needed, strict=True)
        if host_ids and is_free
    ]


def _keep(needed: list[int], somebodys: list[list[tuple[int, int]]]) -> None:
    covered = [0] * len(needed)
    for places in somebodys:
        for first, stop in places:
            covered[first:stop] = [1] * (stop - first)
    needed[:] = [each and one for each, one in zip(needed, covered, strict=True)]


def _grid_seconds(question: Question) -> list[int]:
    kind = question.booking_type
    zone = ZoneInfo(kind.time_zone or question.default_time_zone)
    increment, day = kind.increment // _MINUTE, (question.span.start.astimezone(zone)).date() - _DAY
    found: set[int] = set()
    while day <= question.span.end.astimezone(zone).date() + _DAY:
        midnight = datetime.combine(day, datetime.min.time())
        offsets = _offsets_around(midnight, zone.key)
        for minute in range(0, 1440, increment):
            if len(offsets) == 1:
                found.add(_naive_seconds(midnight) + minute * 60 - offsets[0])
            else:
                found.update(_showing(midnight + minute * _MINUTE, zone.key))
        day += _DAY
    first, end = _ceiling(question.span.start), _ceiling(question.span.end)
    return sorted(start for start in found if first <= start < end)


@lru_cache(maxsize=4096)
def _offsets_around(local: datetime, zone_name: str) -> tuple[int, ...]:
    """The offsets in seconds that hold within a day and a half of a local time."""
    zone = ZoneInfo(zone_name)
    instants = (local.replace(tzinfo=UTC) + number * 6 * _HOUR for number in range(-8, 15))
    return tuple({_offset(instant, zone) for instant in instants})


def _offset(instant: datetime, zone: ZoneInfo) -> int:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset // _SECOND


def _naive_seconds(local: datetime) -> int:
    return (local.replace(tzinfo=UTC) - _EPOCH) // _SECOND


@lru_cache(maxsize=65536)
def _showing(local: datetime, zone_name: str) -> tuple[int, ...]:
    """The instants at which the clock shows a time, in order."""
    zone = ZoneInfo(zone_name)
    tries = {_naive_seconds(local) - each for each in _offsets_around(local, zone_name)}
    return tuple(
        sorted(
            each
            for each in tries
            if _naive_seconds(local) - each == _offset(_EPOCH + each * _SECOND, zone)
        )
    )


@lru_cache(maxsize=65536)
def _edge(local: datetime, zone_name: str, *, is_end: bool) -> int:
    """Where hours begin or end: the first or the last time the clock shows it, else the jump."""
    shown = _showing(local, zone_name)
    if shown:
        return shown[-1] if is_end else shown[0]
    zone = ZoneInfo(zone_name)
    low = _naive_seconds(local) - max(_offsets_around(local, zone_name)) - 86400
    high = low + 4 * 86400
    while high - low > 60:
        middle = (low + high) // 120 * 60
        on_wall = (_EPOCH + middle * _SECOND).astimezone(zone).replace(tzinfo=None)
        low, high = (low, middle) if on_wall > local else (middle, high)
    return high


def _places(
    question: Question,
    person: HostTimes,
    grid: list[int],
    reach: _Span,
    known: dict[WorkingHours, list[_Span]],
) -> list[tuple[int, int]]:
    """Which starts the person can have, as half-open ranges of their places in the grid."""
    limits = _limits(question, person)
    now = question.now - _EPOCH
    earliest = -(-(now + limits.notice) // _SECOND)
    latest = (now + limits.window) // _SECOND
    length = question.duration // _SECOND
    hours = _hours_of(question, person)[0]
    is_plain = not (person.date_overrides or person.holidays or person.overrides.date_overrides)
    spans = known.get(hours) if is_plain else None
    if spans is None:
        spans = list(_joined(_work(question, person, reach)))
        if is_plain:
            known[hours] = spans
    # A meeting at s meets [a, b) when s - before < b and a < s + length + after: it may begin
    # at either of those two bounds, but nowhere between them.
    before = -(-limits.before // _SECOND)
    after = -(-limits.after // _SECOND)
    begins, ends = _taken(person, shift=length + after, until=before)
    found: list[tuple[int, int]] = []
    for span_start, span_end in spans:
        first, last = max(span_start, earliest), min(span_end - length, latest)
        place = bisect_right(ends, first)
        while first <= last and place < len(begins) and begins[place] < last:
            if begins[place] >= first:
                found.append((first, begins[place]))
            first = max(first, ends[place])
            place += 1
        if first <= last:
            found.append((first, last))
    places = [(bisect_left(grid, first), bisect_right(grid, last)) for first, last in found]
    if limits.daily is not None or limits.weekly is not None:
        return _not_full(question, person, limits, grid, places)
    return places


def _taken(person: HostTimes, *, shift: int, until: int) -> tuple[list[int], list[int]]:
    """Sorted, apart from each other: where starts are not possible any more, and again."""
    taken = [
        (
            floor(each.interval.start.timestamp()) - shift,
            ceil(each.interval.end.timestamp()) + until,
        )
        for each in person.busy
    ]
    if person.calendar is not None:
        taken += [(start - shift, end + until) for start, end in _decoded(person.calendar)]
    taken.sort()
    begins: list[int] = []
    ends: list[int] = []
    for begin, end in taken:
        if ends and begin < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            begins.append(begin)
            ends.append(end)
    return begins, ends


def _ceiling(instant: datetime) -> int:
    return -((_EPOCH - instant) // _SECOND)


def _decoded(cells: Cells) -> Iterator[_Span]:
    unit = cells.unit // _SECOND
    start = cells.first * unit
    for taken in re.finditer("1+", f"{cells.bits:b}"[::-1]):
        yield start + taken.start() * unit, start + taken.end() * unit


def _work(question: Question, person: HostTimes, reach: _Span) -> Iterator[_Span]:
    zone_name = _hours_of(question, person)[0].time_zone
    day = (_EPOCH + reach[0] * _SECOND).date()
    until = (_EPOCH + reach[1] * _SECOND).date()
    while day <= until:
        for span in _spans_of_date(question, person, day)[0]:
            start, end = _local_edges(day, span)
            first = _edge(start, zone_name, is_end=False)
            last = _edge(end, zone_name, is_end=True)
            if first < last:
                yield first, last
        day += _DAY


def _joined(spans: Iterable[_Span]) -> Iterator[_Span]:
    current: _Span | None = None
    for start, end in sorted(spans):
        if current is None:
            current = start, end
        elif start <= current[1]:
            current = current[0], max(current[1], end)
        else:
            yield current
            current = start, end
    if current is not None:
        yield current


def _not_full(
    question: Question,
    person: HostTimes,
    limits: _Limits,
    grid: list[int],
    places: list[tuple[int, int]],
) -> list[tuple[int, int]]:
    zone = ZoneInfo(person.working_hours.time_zone)
    days = [start.astimezone(zone).date() for start in person.meetings]
    return [
        (place, place + 1)
        for first, stop in places
        for place in range(first, stop)
        if not _limit_reached(
            limits, days, (_EPOCH + grid[place] * _SECOND).astimezone(zone).date()
        )
    ]


# -------------------------------------------------------------------- the clock on the wall


@lru_cache(maxsize=8192)
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


def grid_on_the_wall(question: Question) -> Iterator[datetime]:
    """Every start of the span, by looking at the clock at every minute of it."""
    rules = question.booking_type
    zone_name = rules.time_zone or question.default_time_zone
    increment = rules.increment // _MINUTE
    instant = question.span.start.replace(second=0, microsecond=0)
    while instant < question.span.end:
        if instant >= question.span.start:
            wall = on_the_wall(instant, zone_name)
            if (wall.hour * 60 + wall.minute) % increment == 0:
                yield instant
        instant += _MINUTE


# ----------------------------------------------------------------------- minute by minute


def minute_slots(question: Question) -> Slots:
    """The slots, by looking at every minute."""
    hosts = [(each.host_id, Minutes(question, each)) for each in question.hosts]
    co_hosts = [Minutes(question, each, is_co_host=True) for each in question.co_hosts]
    roles = [[Minutes(question, each) for each in role.people] for role in question.roles]
    answer: Slots = []
    for start in grid_on_the_wall(question):
        if any(each.against(start) for each in co_hosts):
            continue
        if not all(any(not each.against(start) for each in role) for role in roles):
            continue
        host_ids = tuple(host_id for host_id, minutes in hosts if not minutes.against(start))
        if host_ids:
            answer.append((start, host_ids))
    return answer


class Minutes:
    """One person's minutes: those worked, and those that are taken."""

    def __init__(self, question: Question, person: HostTimes, *, is_co_host: bool = False) -> None:
        self._question = question
        self._person = person
        self._limits = _limits(question, person)
        self._is_out = _is_out(question, person, is_co_host=is_co_host)
        if self._is_out:
            return
        self._zone_name = _hours_of(question, person)[0].time_zone
        self._working = self._worked()
        is_closed = person.holidays or question.holidays or self._has_day_off()
        self._without_holidays = self._worked(with_holidays=False) if is_closed else self._working
        self._always = (
            self._worked(with_holidays=False, with_days_off=False) if is_closed else self._working
        )
        self._busy = {minute for each in person.busy for minute in _touched(each.interval)}
        if person.calendar is not None:
            for start, end in _decoded(person.calendar):
                self._busy |= set(_minutes(_EPOCH + start * _SECOND, _EPOCH + end * _SECOND))

    def against(self, start: datetime) -> str:  # noqa: PLR0911 - one line for each rule
        """The first thing that stands against a start on a whole minute, as a word."""
        if self._is_out:
            return "out"
        limits, end = self._limits, start + self._question.duration
        now = self._question.now
        if start < now:
            return "in_the_past"
        if start < now + limits.notice:
            return "below_minimum_notice"
        if start > now + limits.window:
            return "beyond_horizon"
        meeting = set(_minutes(start, end))
        if not meeting <= self._working:
            return self._why_not_working(start, meeting)
        if limits.daily is not None or limits.weekly is not None:
            zone_name = self._person.working_hours.time_zone
            days = [on_the_wall(each, zone_name).date() for each in self._person.meetings]
            full = _limit_reached(limits, days, on_the_wall(start, zone_name).date())
            if full:
                return full
        if meeting & self._busy:
            return "busy"
        around = _minutes(start - _whole(limits.before), end + _whole(limits.after))
        return "buffer" if any(minute in self._busy for minute in around) else ""

    def _why_not_working(self, start: datetime, meeting: set[datetime]) -> str:
        on = on_the_wall(start, self._zone_name).date()
        why = _spans_of_date(self._question, self._person, on)[1]
        if why == "holiday" or meeting <= self._without_holidays:
            return "holiday"
        if why == "day_off" or meeting <= self._always:
            return "day_off"
        return "outside_hours"

    def _has_day_off(self) -> bool:
        entries = (
            *self._person.date_overrides,
            *self._person.overrides.date_overrides,
            *self._question.booking_type.date_overrides,
        )
        return any(not each.spans for each in entries)

    def _worked(self, *, with_holidays: bool = True, with_days_off: bool = True) -> set[datetime]:
        span = self._question.span
        found: set[datetime] = set()
        day = span.start.date() - 3 * _DAY
        while day <= (span.end + self._question.duration).date() + 3 * _DAY:
            spans, _ = _spans_of_date(
                self._question,
                self._person,
                day,
                with_holidays=with_holidays,
                with_days_off=with_days_off,
            )
            for each in spans:
                start, end = _local_edges(day, each)
                first = first_minute_not_before(start, self._zone_name)
                found |= set(_minutes(first, last_end_at(end, self._zone_name)))
            day += _DAY
        return found


def _whole(length: timedelta) -> timedelta:
    return -(-length // _MINUTE) * _MINUTE


def _touched(interval: Interval) -> Iterator[datetime]:
    return _minutes(interval.start.replace(second=0, microsecond=0), interval.end)


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += _MINUTE
