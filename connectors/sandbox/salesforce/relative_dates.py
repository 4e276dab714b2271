"""Date literals (``TODAY``, ``LAST_N_WEEKS:4``, ``THIS_FISCAL_QUARTER``): which days they mean.

Source: SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE" (v260). What that page
says, and how it is read where it contradicts itself:

* A literal is a range of days. Units other than days mean whole periods before or after the
  current one, which is not among them.
* Days are those of the user who asks, who has a time zone; weeks begin as in the user's locale, or
  in the org's where the user has none.
* ``LAST_N_DAYS:n`` and ``LAST_90_DAYS`` begin n days ago and contain today, ``NEXT_N_DAYS:n`` and
  ``NEXT_90_DAYS`` begin tomorrow. That the former end with the current second, as the page says
  now in words of the reports' help, is taken for the end of today, as before.
* ``LAST_N_YEARS:n`` begins, the page says, "on January 1, n+1 years ago". Its neighbours, among
  them ``LAST_N_FISCAL_YEARS:n``, begin n periods ago, and where the page counts "n + 1 days ago" it
  counts today as the first. So it is read like its neighbours.
* Fiscal periods begin with the org's ``FiscalYearStartMonth`` (Object Reference, Organization);
  custom fiscal years are not played.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.sandbox.salesforce.answers import malformed_query

_DAY = timedelta(days=1)
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12, "FISCAL_QUARTER": 3, "FISCAL_YEAR": 12}
_NAMED_DAYS = {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}
_NEIGHBOURS = {"LAST": -1, "THIS": 0, "NEXT": 1}
#: Source: the same page, "Minimum and Maximum Dates".
EARLIEST, LATEST = date(1700, 1, 1), date(4000, 12, 31)


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A date literal as it is written, in capitals."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When and where a query is asked.

    Attributes:
        now: Aware.
        time_zone: The user's.
        week_starts_on: ISO weekday on which the user's weeks begin.
        fiscal_month: Month in which the org's fiscal year begins.
        is_named_by_start: A fiscal year has the name of the year in which it begins, not ends.
    """

    now: datetime
    time_zone: ZoneInfo
    week_starts_on: int
    fiscal_month: int
    is_named_by_start: bool = False

    @property
    def today(self) -> date:
        """The user's."""
        return self.now.astimezone(self.time_zone).date()

    def midnight(self, day: date) -> datetime:
        """When a day begins for the user: where the clock skips midnight, when it has skipped."""
        return datetime.combine(day, time(0), tzinfo=self.time_zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What a literal means.

    Attributes:
        first: The first day.
        after: The day after the last.
    """

    first: date
    after: date

    def instants(self, moment: Moment) -> tuple[datetime, datetime]:
        """The first instant, and the first one after the last."""
        return moment.midnight(self.first), moment.midnight(self.after)


def days(literal: RelativeDate, moment: Moment) -> Days:
    """The days that the literal means.

    Raises:
        Refused: They lie where there are no valid dates.
    """
    try:
        found = _days(literal.text, moment)
    except (OverflowError, ValueError) as error:
        raise _invalid(literal) from error
    if found.first < EARLIEST or found.after > LATEST:
        raise _invalid(literal)
    return found


def _invalid(literal: RelativeDate) -> Exception:
    return malformed_query(f"invalid date: {literal.text}")


def _days(text: str, moment: Moment) -> Days:
    if text in _NAMED_DAYS:
        first = moment.today + _NAMED_DAYS[text] * _DAY
        return Days(first=first, after=first + _DAY)
    found = re.fullmatch(r"(LAST|NEXT)_90_DAYS", text)
    if found is not None:
        text = f"{found[1]}_N_DAYS:90"
    found = re.fullmatch(r"(LAST|THIS|NEXT)_([A-Z_]+)", text)
    if found is not None:
        place = _NEIGHBOURS[found[1]]
        return _periods(found[2], place, place + 1, moment)
    found = re.fullmatch(r"(LAST|NEXT)_N_([A-Z_]+)S:(\d+)", text)
    if found is not None:
        many = int(found[3])
        if found[1] == "NEXT":
            return _periods(found[2], 1, many + 1, moment)
        if found[2] == "DAY":
            return _periods("DAY", -many, 1, moment)
        return _periods(found[2], -many, 0, moment)
    found = re.fullmatch(r"N_([A-Z_]+)S_AGO:(\d+)", text)
    if found is None:
        raise ValueError(text)
    many = int(found[2])
    return _periods(found[1], -many, 1 - many, moment)


def _periods(unit: str, first: int, after: int, moment: Moment) -> Days:
    """From one period to before another, both counted from the current one."""
    begins = _beginnings(unit, moment)
    return Days(first=begins(first), after=begins(after))


def _beginnings(unit: str, moment: Moment) -> Callable[[int], date]:
    """When the periods of a kind begin, the current one being 0."""
    today = moment.today
    if unit == "DAY":
        return lambda place: today + place * _DAY
    if unit == "WEEK":
        begun = today - ((today.isoweekday() - moment.week_starts_on) % 7) * _DAY
        return lambda place: begun + place * 7 * _DAY
    length = _MONTHS[unit]
    anchor = moment.fiscal_month - 1 if unit.startswith("FISCAL") else 0
    months = today.year * 12 + today.month - 1
    current = months - (months - anchor) % length

    def begins(place: int) -> date:
        year, month = divmod(current + place * length, 12)
        return date(year, month + 1, 1)

    return begins
