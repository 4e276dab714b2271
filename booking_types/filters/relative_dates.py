"""Salesforce's relative dates: which days each of them means, today.

Each is a range of whole days. ``TODAY`` is the day that the org's clocks show; weeks begin where
the org's locale begins them; fiscal quarters and years begin with the org's month. For a field
with a time the range goes from the first instant of its first day to that of the day after its
last, in the org's zone, so nothing lies between two ranges that follow each other.

Source: SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE": the names; that ``=``
finds what lies inside a range, ``<`` what lies before it and ``>`` what lies after it; that
``LAST_N_DAYS:1`` is yesterday and today, ``NEXT_N_DAYS:1`` tomorrow, and that the other ranges
of several units leave the current one out. Later editions of that page borrow two sentences of
the reports' help instead, by which ``NEXT_N_DAYS`` would begin today; queries did not change.
Salesforce Help, "Set the Fiscal Year": a standard fiscal year begins with the first of a month
and has quarters of three months. Custom fiscal years are not known here.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking_types.local_time import first_instant
from booking_types.model import FilterContext

_DAY = timedelta(days=1)
_MONTHS = 12


class Unit(StrEnum):
    """What a relative date counts in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_QUARTER = "fiscal quarter"
    FISCAL_YEAR = "fiscal year"


#: How many months a unit has; days and weeks have none.
_LENGTHS = {
    Unit.MONTH: 1,
    Unit.QUARTER: 3,
    Unit.YEAR: 12,
    Unit.FISCAL_QUARTER: 3,
    Unit.FISCAL_YEAR: 12,
}
_FISCAL = frozenset({Unit.FISCAL_QUARTER, Unit.FISCAL_YEAR})

#: The greatest number that may stand behind the colon: two hundred years, because Salesforce knows
#: no dates before 1700. Source: the same page, on minimum and maximum dates.
_MOST = {
    Unit.DAY: 73_000,
    Unit.WEEK: 10_400,
    Unit.MONTH: 2_400,
    Unit.QUARTER: 800,
    Unit.YEAR: 200,
    Unit.FISCAL_QUARTER: 800,
    Unit.FISCAL_YEAR: 200,
}
#: The first and last day that Salesforce knows. Source: as above.
EARLIEST, LATEST = date(1700, 1, 1), date(4000, 12, 31)


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A range of whole units around the current one.

    Attributes:
        unit: What it counts in.
        first: The first unit of it: 0 is the current one, -1 the one before.
        end: The unit after its last.
        noun: What people call it (``the last 30 days``, ``this week``).
    """

    unit: Unit
    first: int
    end: int
    noun: str


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days.

    Attributes:
        first: Its first day.
        end: The day after its last.
    """

    first: date
    end: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - _DAY


@dataclass(frozen=True, slots=True)
class Instants:
    """A stretch of time, in UTC; its end is not in it."""

    first: datetime
    end: datetime


class RelativeDateError(ValueError):
    """The text is no relative date; it says why, and which one may be meant."""


def _fixed() -> dict[str, RelativeDate]:
    found = {
        "YESTERDAY": RelativeDate(Unit.DAY, -1, 0, "yesterday"),
        "TODAY": RelativeDate(Unit.DAY, 0, 1, "today"),
        "TOMORROW": RelativeDate(Unit.DAY, 1, 2, "tomorrow"),
        "LAST_90_DAYS": RelativeDate(Unit.DAY, -90, 1, "the last 90 days"),
        "NEXT_90_DAYS": RelativeDate(Unit.DAY, 1, 91, "the next 90 days"),
    }
    for unit in Unit:
        if unit is not Unit.DAY:
            for word, first in (("LAST", -1), ("THIS", 0), ("NEXT", 1)):
                name = f"{word}_{_upper(unit)}"
                found[name] = RelativeDate(unit, first, first + 1, f"{word.lower()} {unit}")
    return found


def _upper(unit: Unit) -> str:
    return unit.upper().replace(" ", "_")


_FIXED = _fixed()
#: The names that take a number, without it, and the unit of each.
_COUNTED = {
    name: unit
    for unit in Unit
    for name in (
        f"LAST_N_{_upper(unit)}S",
        f"NEXT_N_{_upper(unit)}S",
        f"N_{_upper(unit)}S_AGO",
    )
}
#: Every relative date there is, with ``n`` where a number belongs.
NAMES = (*_FIXED, *(f"{name}:n" for name in _COUNTED))

_FORM = re.compile(r"([A-Z0-9_]+)(?::([0-9]{1,400}))?", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=1024)
def relative_date(text: str) -> RelativeDate:
    """The relative date of that name, in any case.

    Raises:
        RelativeDateError: There is none, its number is missing or too great, or it takes none.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise RelativeDateError(f"“{text[:60]}” is no relative date{_nearest(text)}")
    name, number = form[1].upper(), form[2]
    if name in _FIXED:
        if number is not None:
            raise RelativeDateError(f"{name} takes no number; leave “:{number}” out")
        return _FIXED[name]
    if name not in _COUNTED:
        raise RelativeDateError(f"“{text[:60]}” is no relative date{_nearest(text)}")
    unit = _COUNTED[name]
    if number is None:
        raise RelativeDateError(f"{name} needs a number: write {name}:3")
    count = int(number)
    if not 1 <= count <= _MOST[unit]:
        raise RelativeDateError(f"the number of {name} goes from 1 to {_MOST[unit]:,}")
    return _counted(name, unit, count)


def _counted(name: str, unit: Unit, count: int) -> RelativeDate:
    many = f"{count:,} {unit}s" if count > 1 else str(unit)
    if name.startswith("LAST"):
        # Days run up to and with today; of all other units the current one is left out.
        end = 1 if unit is Unit.DAY else 0
        return RelativeDate(unit, -count, end, f"the last {many}")
    if name.startswith("NEXT"):
        return RelativeDate(unit, 1, count + 1, f"the next {many}")
    many = f"{count:,} {unit}{'s' if count > 1 else ''}"
    return RelativeDate(unit, -count, 1 - count, f"{many} ago")


def looks_relative(text: str) -> bool:
    """Whether somebody who wrote this for a date meant a relative one, right or wrong."""
    return bool(text) and not text[0].isdigit()


def _nearest(text: str) -> str:
    wanted = text.upper().strip().replace(" ", "_").replace("-", "_")
    number = re.search(r"[0-9]+", wanted)
    if number is not None:
        wanted = re.sub(r"[0-9]+", "N", wanted.partition(":")[0])
    found = difflib.get_close_matches(wanted, (*_FIXED, *_COUNTED), n=1, cutoff=0.6)
    if not found:
        return "; write one like TODAY, THIS_MONTH or LAST_N_DAYS:30"
    name = found[0]
    return f"; do you mean {name}{f':{number[0] if number else 30}' if name in _COUNTED else ''}?"


# ----------------------------------------------------------------------- on the calendar


class Calendar:
    """The days and instants of relative dates, as seen from one moment.

    Args:
        context: The moment, and the org's zone, weeks and fiscal year.
        zone: The context's zone.
    """

    def __init__(self, *, context: FilterContext, zone: ZoneInfo) -> None:
        self.zone = zone
        self._today = context.now.astimezone(zone).date()
        self._week_starts_on = context.week_starts_on
        self._fiscal_start = context.fiscal_year_start_month
        self._days: dict[RelativeDate, Days] = {}
        self._instants: dict[RelativeDate, Instants] = {}

    def days(self, relative: RelativeDate) -> Days:
        """The days that it means."""
        found = self._days.get(relative)
        if found is None:
            found = Days(
                self._start(relative.unit, relative.first), self._start(relative.unit, relative.end)
            )
            self._days[relative] = found
        return found

    def instants(self, relative: RelativeDate) -> Instants:
        """The time that it means."""
        found = self._instants.get(relative)
        if found is None:
            days = self.days(relative)
            found = Instants(self._midnight(days.first), self._midnight(days.end))
            self._instants[relative] = found
        return found

    def _start(self, unit: Unit, number: int) -> date:
        """The first day of a unit, counted from the current one."""
        today = self._today
        if unit is Unit.DAY:
            return today + number * _DAY
        if unit is Unit.WEEK:
            into = (today.isoweekday() - self._week_starts_on) % 7
            return today + (7 * number - into) * _DAY
        length = _LENGTHS[unit]
        begins = self._fiscal_start if unit in _FISCAL else 1
        into = (today.month - begins) % length
        months = today.year * _MONTHS + today.month - 1 - into + number * length
        return date(months // _MONTHS, months % _MONTHS + 1, 1)

    def _midnight(self, on: date) -> datetime:
        return first_instant(datetime.combine(on, time()), zone=self.zone, fold=0)
