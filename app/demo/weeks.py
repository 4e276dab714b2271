"""What stands in the demo's calendars: believable weeks around today, another for every host.

They are made from the host's key and the Monday of the week that the demo starts in: the same
date makes the same world. Everything that a calendar can say is somewhere in the fortnight from
that Monday on. What a rep needs free stays free: on Tuesdays and Thursdays, the afternoon in which
Europe and America both work.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.calendars.entries import Answer, Entry, Kind, Series

#: From today on calendars are filled so far, and from the week before today's.
DAYS = 90
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_MONDAY, _TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY = range(1, 6)
#: What takes long is on these, so that the other two stay open.
_FULL_DAYS = (_MONDAY, _WEDNESDAY, _FRIDAY)
_WORKDAYS = (_MONDAY, _TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY)
#: When Europe and America both work.
_OPEN_ZONE = ZoneInfo("Europe/Berlin")
_OPEN_FROM, _OPEN_TO = time(15), time(18)

_HALF_HOURS = tuple(time(half // 2, half % 2 * 30) for half in range(18, 34))
#: After so many tries there is no call: a day is not to be full to the brim.
_TRIES = 6

_CALLS = (
    "Customer call", "Demo preparation", "Contract review", "Proposal walk-through",
    "Pipeline review", "Interview", "Renewal check-in", "Onboarding session", "Pricing question",
    "Partner call", "Reference call", "Security questionnaire",
)  # fmt: skip
_MEETINGS = ("Team meeting", "Forecast", "Sales meeting", "Product update")
_ONE_TO_ONES = ("1:1 with the manager", "1:1 with a colleague", "Coaching")
_INVITED = ("All-hands", "Budget review", "Office committee", "Quarterly planning")
_PRIVATE = ("Dentist", "Parents' evening", "Flat viewing", "School appointment")
_CONFERENCES = ("Industry conference", "User conference", "Trade fair")


def entries(key: str, *, zone: str, today: date) -> list[Entry]:
    """What stands in a host's calendar.

    Args:
        key: The host's; another key is another calendar.
        zone: IANA, the host's.
        today: When the demo starts.
    """
    monday = today - timedelta(days=today.weekday())
    made = _Weeks(
        chance=random.Random(f"{key} {monday}"),  # noqa: S311 - it is to be foreseeable
        zone=ZoneInfo(zone),
        monday=monday,
        last=today + timedelta(days=DAYS),
    )
    return list(made.entries())


@dataclass(slots=True, kw_only=True)
class _Weeks:
    """One host's.

    Attributes:
        chance: Decides.
        zone: The host's.
        monday: Of the week that the demo starts in.
        last: The last day that anything is laid on.
        taken: What is already laid, so that nothing is laid on it.
    """

    chance: random.Random
    zone: ZoneInfo
    monday: date
    last: date
    taken: list[tuple[datetime, datetime]] = field(default_factory=list)

    def entries(self) -> Iterator[Entry]:
        """All of them; series first, then what has to find room between them."""
        yield from self._whole_days()
        yield from self._series()
        yield from self._special()
        yield from self._calls()

    # -------------------------------------------------------------------------- when

    def _day(self, week: int, weekday: int) -> date:
        """An ISO weekday of a week; 0 is the week that the demo starts in."""
        return self.monday + week * _WEEK + (weekday - 1) * _DAY

    def _at(self, day: date, clock: time, minutes: int) -> tuple[datetime, datetime]:
        start = datetime.combine(day, clock, self.zone)
        return start, start + timedelta(minutes=minutes)

    def _is_room(self, start: datetime, end: datetime) -> bool:
        if start.isoweekday() in (_TUESDAY, _THURSDAY):
            day = start.astimezone(_OPEN_ZONE).date()
            opened = datetime.combine(day, _OPEN_FROM, _OPEN_ZONE)
            closed = datetime.combine(day, _OPEN_TO, _OPEN_ZONE)
            if start < closed and opened < end:
                return False
        return not any(start < until and since < end for since, until in self.taken)

    def _take(self, start: datetime, end: datetime) -> None:
        self.taken.append((start, end))

    def _place(
        self, days: Sequence[date], minutes: int, *, tries: int = len(_HALF_HOURS)
    ) -> tuple[datetime, datetime] | None:
        """Room of some length on one of some days; nothing when none was found."""
        for day in self.chance.sample(days, len(days)):
            for clock in self.chance.sample(_HALF_HOURS, tries):
                start, end = self._at(day, clock, minutes)
                if end.hour < 18 and self._is_room(start, end):  # noqa: PLR2004 - the day's end
                    self._take(start, end)
                    return start, end
        return None

    # -------------------------------------------------------------------- whole days

    def _whole_days(self) -> Iterator[Entry]:
        travel = self._day(self.chance.choice((-1, 0, 1)), self.chance.choice(_FULL_DAYS))
        if self.chance.random() < 0.6:  # noqa: PLR2004 - most, not all
            yield self._whole("On the road", travel, 1, Kind.BUSY)
        conference = self._day(self.chance.randrange(2, 6), _WEDNESDAY)
        days = self.chance.choice((2, 3))
        yield self._whole(self.chance.choice(_CONFERENCES), conference, days, Kind.BUSY)
        away = self._day(self.chance.randrange(6, 11), _MONDAY)
        yield self._whole("Vacation", away, 5, Kind.OUT_OF_OFFICE)
        note = self._day(self.chance.choice((0, 1)), self.chance.choice(_WORKDAYS))
        yield Entry(title="Quarter-end reminder", start=note, end=note + _DAY, kind=Kind.FREE)
        home = self._day(-1, _FRIDAY)
        yield Entry(
            title="Working from home",
            start=home,
            end=home + _DAY,
            kind=Kind.WORKING_ELSEWHERE,
            series=Series(weekdays=(_FRIDAY,), last=self.last, weeks=self.chance.choice((1, 2))),
        )

    def _whole(self, title: str, day: date, days: int, kind: Kind) -> Entry:
        end = day + days * _DAY
        self._take(*(datetime.combine(each, time(0), self.zone) for each in (day, end)))
        return Entry(title=title, start=day, end=end, kind=kind)

    # ------------------------------------------------------------------------ series

    def _series(self) -> Iterator[Entry]:
        stand_up = self._repeated("Stand-up", _WORKDAYS, time(9, 15), 15)
        yield self._with_exceptions(stand_up, canceled=self._day(0, self.chance.choice((3, 5))))
        lunch = time(12, self.chance.choice((0, 30)))
        yield self._repeated("Lunch", _WORKDAYS, lunch, self.chance.choice((30, 45)))
        long_days = self.chance.sample(_FULL_DAYS, 3)
        meeting = self._repeated(
            self.chance.choice(_MEETINGS), (long_days[0],), self.chance.choice(_TENS), 60
        )
        yield self._with_exceptions(meeting, moved=self._day(1, long_days[0]))
        yield self._repeated("Focus time", (long_days[1],), time(13, 30), 120, kind=Kind.FOCUS)
        one_to_ones = self.chance.sample(_ONE_TO_ONES, 2)
        first = self._repeated(one_to_ones[0], (long_days[2],), self.chance.choice(_TENS), 30)
        yield self._with_exceptions(first, canceled=self._day(1, long_days[2]))
        yield self._repeated(
            one_to_ones[1], (long_days[0],), time(14), 30, weeks=2, answer=Answer.ACCEPTED
        )

    def _repeated(
        self,
        title: str,
        weekdays: Sequence[int],
        clock: time,
        minutes: int,
        *,
        weeks: int = 1,
        kind: Kind = Kind.BUSY,
        answer: Answer = Answer.OWN,
    ) -> Entry:
        """A series from the week before on; its time is taken."""
        day = self._day(-1, weekdays[0])
        start, end = self._at(day, clock, minutes)
        while day <= self.last:
            if day.isoweekday() in weekdays and (day - self.monday).days // 7 % weeks == 1 % weeks:
                self._take(*self._at(day, clock, minutes))
            day += _DAY
        series = Series(weekdays=tuple(sorted(weekdays)), weeks=weeks, last=self.last)
        return Entry(title=title, start=start, end=end, kind=kind, answer=answer, series=series)

    def _with_exceptions(
        self, entry: Entry, *, moved: date | None = None, canceled: date | None = None
    ) -> Entry:
        """The series with one day of it elsewhere, or without it."""
        assert entry.series is not None  # noqa: S101 - only series are given
        elsewhere: dict[date, tuple[datetime, datetime]] = {}
        if moved is not None:
            minutes = int((entry.end - entry.start).total_seconds() // 60)
            others = [self._day(1, day) for day in _WORKDAYS]
            place = self._place([moved], minutes) or self._place(others, minutes)
            elsewhere = {moved: place} if place is not None else {}
        away = frozenset() if canceled is None else frozenset({canceled})
        return replace(entry, series=replace(entry.series, moved=elsewhere, canceled=away))

    # ----------------------------------------------------------------------- singles

    def _special(self) -> Iterator[Entry]:
        """What is not simply busy, in the week of the start and the next."""
        this, following = ([self._day(week, day) for day in _WORKDAYS] for week in (0, 1))
        long_days = [self._day(week, day) for week in (0, 1) for day in _FULL_DAYS]
        wanted: list[tuple[Sequence[date], int, Entry]] = [
            (long_days, 150, self._one("Out of office", kind=Kind.OUT_OF_OFFICE)),
            (this, 60, self._one("Workshop, to be confirmed", kind=Kind.TENTATIVE)),
            (following, 60, self._one(self.chance.choice(_PRIVATE), is_private=True)),
            (this, 60, self._one(_INVITED[0], answer=Answer.DECLINED)),
            (
                following,
                45,
                self._one(self.chance.choice(_INVITED[1:]), answer=Answer.NOT_ANSWERED),
            ),
            (following, 30, self._one("Planning", answer=Answer.TENTATIVE)),
            (this, 30, self._one("Vendor call", is_canceled=True)),
            (this, 45, self._one("Gym", kind=Kind.FREE, is_private=True)),
        ]
        for days, minutes, entry in wanted:
            place = self._place(days, minutes)
            if place is not None:
                yield replace(entry, start=place[0], end=place[1])

    def _one(self, title: str, **what: Any) -> Entry:
        """An entry that still has to find its place."""
        return replace(Entry(title=title, start=self.monday, end=self.monday), **what)

    def _calls(self) -> Iterator[Entry]:
        """Two or three a day, fewer the further ahead."""
        day = self._day(-1, _MONDAY)
        while day <= self.last:
            ahead = max((day - self.monday).days // 7, 0)
            if day.isoweekday() in _WORKDAYS:
                for _ in range(max(self.chance.choice((2, 3)) - ahead // 2, 0)):
                    place = self._place([day], self.chance.choice(_LENGTHS), tries=_TRIES)
                    if place is not None:
                        title = self.chance.choice(_CALLS)
                        yield Entry(title=title, start=place[0], end=place[1])
            day += _DAY


_LENGTHS = (30, 30, 45, 60)
_TENS = (time(10), time(10, 30), time(11))
