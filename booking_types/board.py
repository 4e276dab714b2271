"""The board on which a question about times is worked out: the possible starts, in bits.

One algebra for everything that is asked about times, so that what is shown, what is checked
and what is explained cannot disagree. For each person, with their own buffers, notice, window,
hours and limits::

    starts = grid & timely & runs(hours, duration) & ~full days
             & ~spread(busy, before + duration + after)

``layers`` says of what a person's bits leave out why; ``sheet`` puts people together; the bits
themselves are in ``bits``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking_types.answers import Question
from booking_types.bits import FINE, Cells, Grid, spread, steps_over, unit_for
from booking_types.errors import InvalidRequestError
from booking_types.hours_bits import day_cells, local_dates, starts_in_hours
from booking_types.local_time import zone_named
from booking_types.model import (
    NO_OVERRIDES,
    BusyInterval,
    DateOverride,
    HostOverrides,
    HostTimes,
    WorkingHours,
)
from booking_types.person_rules import PersonRules, all_full, rules_for
from booking_types.working_days import DayRules, Hashed, TypeDays

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for everybody with the same overrides: one person's limits, in cells.

    Attributes:
        rules: The limits.
        possible: The starts that are neither too soon nor too far away.
        before: The buffer before the meeting.
        steps: How to spread what is busy over meeting and buffers.
        hours: In place of their own hours, where they are not asked for.
        on_type: Their other hours on the type.
        limited: Days or weeks can be full.
    """

    rules: PersonRules
    possible: int
    before: int
    steps: tuple[int, ...]
    hours: WorkingHours | None
    on_type: tuple[DateOverride, ...]
    limited: bool


class Board:
    """The cells of one question, and questions about people in bits.

    A number that a method answers has one bit for each cell; a set bit is a start.

    Args:
        question: Whose people, duration and rules.
        first: The first possible start; aware.
        last: The last one.
        is_fine: The starts need not be multiples of five minutes.

    Attributes:
        grid: The cells. They begin with a day in UTC, so that what is worked out once about
            hours is good for all questions about these days.
        length: The cells of the meeting.
    """

    def __init__(
        self, question: Question, *, first: datetime, last: datetime, is_fine: bool
    ) -> None:
        self._question = question
        kind, length = question.booking_type, question.duration
        people = question.everybody
        overrides = {id(each.overrides): each.overrides for each in people}
        rules = [rules_for(kind, each) for each in (NO_OVERRIDES, *overrides.values())]
        units = {each.calendar.unit for each in people if each.calendar is not None}
        buffers = {each for one in rules for each in (one.buffer_before, one.buffer_after)}
        unit = FINE if is_fine else unit_for((length, *buffers, *units))
        # A buffer that is no whole number of cells takes the whole of the last one.
        origin = first - max(one.buffer_before for one in rules) - unit
        # A start with seconds stands on a grid of its own, as exact as any.
        origin -= (origin - _EPOCH - (first - _EPOCH) % unit) % _DAY
        needed = last + length + max(one.buffer_after for one in rules) + unit - origin
        self.grid = Grid(origin, unit, -(-needed // _DAY) * (_DAY // unit))
        self.length = length // unit
        first_cell, rest = divmod(origin - _EPOCH, unit)
        # The number of the first cell, counted as in ``Cells``; nothing where it is none there.
        self._first = None if rest else first_cell
        self._terms: dict[int, Terms] = {}
        self._starts = 0
        self._weeks: dict[int, Hashed[WorkingHours]] = {}
        self._ordinary: dict[int, int] = {}
        self._zones: dict[str, ZoneInfo | InvalidRequestError] = {}
        self._sound: set[int] = set()
        self._of_type = Hashed(TypeDays(kind.date_overrides, question.holidays))

    def begin(self, starts: int) -> None:
        """Say which starts it is about."""
        self._starts = starts

    @property
    def starts(self) -> int:
        """Those that it is about."""
        return self._starts

    def terms_of(self, person: HostTimes) -> Terms:
        """The limits that hold for the person."""
        # Many people share one object; it lives as long as the question does.
        terms = self._terms.get(id(person.overrides))
        if terms is None:
            terms = self._terms[id(person.overrides)] = self._worked_out(person.overrides)
        return terms

    def fits(self, person: HostTimes) -> int:
        """The starts at which the person can have the meeting.

        Raises:
            InvalidRequestError: ``unknown_timezone`` of the person's.
        """
        terms = self._terms.get(id(person.overrides)) or self.terms_of(person)
        bits = terms.possible & self.in_hours(person, terms)
        if bits and terms.limited:
            for _, full in self.full(person, terms):
                bits &= ~full
        if not bits:
            return 0
        busy = self.taken(person)
        return bits & ~(spread(busy, terms.steps) << terms.before) if busy else bits

    def in_hours(self, person: HostTimes, terms: Terms) -> int:
        """The cells from which on the meeting lies wholly in the hours; buffers need not.

        Raises:
            InvalidRequestError: ``unknown_timezone``.
        """
        hours = terms.hours or person.working_hours
        if person.date_overrides or person.holidays or terms.on_type:
            return starts_in_hours(self.day_rules(person, terms), self.grid, self.length)
        known = self._ordinary.get(id(hours))
        if known is None:
            known = starts_in_hours(self.day_rules(person, terms), self.grid, self.length)
            self._ordinary[id(hours)] = known
        return known

    def day_rules(self, person: HostTimes, terms: Terms) -> DayRules:
        """What decides which hours begin on which date for the person."""
        hours = terms.hours or person.working_hours
        week = self._weeks.get(id(hours))
        if week is None:
            week = self._weeks[id(hours)] = Hashed(hours)
        return DayRules(
            week,
            terms.on_type,
            person.date_overrides,
            person.holidays,
            self._of_type,
            terms.hours is None,
        )

    def full(self, person: HostTimes, terms: Terms) -> Iterable[tuple[str, int]]:
        """Which limit is reached, and the cells of the days that are full by it."""
        zone = zone_named(person.working_hours.time_zone)
        return _full(person.meetings, terms.rules, zone, self.grid)

    def taken(self, person: HostTimes) -> int:
        """The cells that something takes; cells beyond the grid may be set."""
        busy = 0 if person.calendar is None else self.of_calendar(person.calendar)
        if person.busy:
            busy |= self.grid.outward(each.interval for each in person.busy)
        return busy

    def of_calendar(self, cells: Cells) -> int:
        """The cells that a calendar takes; cells beyond the grid may be set."""
        if cells.unit != self.grid.unit or self._first is None:
            return self.grid.laid(cells)
        # Written out for speed: what everybody's calendar comes to is a shift.
        shift = self._first - cells.first
        return cells.bits >> shift if shift >= 0 else cells.bits << -shift

    def met_by(self, busy: int, terms: Terms) -> tuple[int, int]:
        """The cells from which on the meeting meets something, and those where a buffer does.

        Args:
            busy: The cells that are taken.
            terms: Whose buffers.
        """
        bare = spread(busy, steps_over(self.length))
        return bare, (spread(busy, terms.steps) << terms.before) & ~bare

    def laid(self, busy: Iterable[BusyInterval]) -> int:
        """The cells that something takes."""
        return self.grid.outward(each.interval for each in busy)

    def zone_fault(self, person: HostTimes) -> InvalidRequestError | None:
        """What is wrong with the zones that decide about the person, if anything."""
        terms = self._terms.get(id(person.overrides)) or self.terms_of(person)
        hours = terms.hours or person.working_hours
        if id(hours) in self._sound and not terms.limited:
            return None
        names = [hours.time_zone]
        if terms.limited:
            names.append(person.working_hours.time_zone)
        for name in names:
            zone = self._zones.get(name)
            if zone is None:
                try:
                    zone = zone_named(name)
                except InvalidRequestError as error:
                    zone = error
                self._zones[name] = zone
            if isinstance(zone, InvalidRequestError):
                return zone
        self._sound.add(id(hours))
        return None

    def _worked_out(self, overrides: HostOverrides) -> Terms:
        rules = rules_for(self._question.booking_type, overrides)
        now = self._question.now.astimezone(UTC)
        timely = self.grid.between(now + rules.minimum_notice, now + rules.booking_window)
        # A buffer that is no whole number of minutes keeps a little more free, never less.
        before = -(-rules.buffer_before // self.grid.unit)
        after = -(-rules.buffer_after // self.grid.unit)
        return Terms(
            rules=rules,
            possible=self._starts & timely,
            before=before,
            steps=steps_over(before + self.length + after),
            hours=overrides.working_hours or self._question.booking_type.working_hours,
            on_type=overrides.date_overrides,
            limited=rules.daily_limit is not None or rules.weekly_limit is not None,
        )


@lru_cache(maxsize=2048)
def _full(
    meetings: tuple[datetime, ...], rules: PersonRules, zone: ZoneInfo, grid: Grid
) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    full = all_full(meetings, rules=rules, zone=zone, dates=local_dates(grid, zone))
    for on, limit in full.items():
        found[limit] = found.get(limit, 0) | day_cells(on, zone, grid)
    return tuple(found.items())
