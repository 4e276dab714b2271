"""Date functions: which period a day or an instant belongs to.

Source: SOQL and SOSL Reference, "Date Functions" and "convertTimezone()". A dateTime counts in UTC,
or in the user's zone where ``convertTimezone()`` stands around it. The page's example of a fiscal
year does not say after which of its two calendar years it is called; that is the org's choice
(Object Reference, Organization, ``UsesStartDateAsFiscalYearName``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from connectors.sandbox.salesforce.answers import Refused, malformed_query
from connectors.sandbox.salesforce.relative_dates import Moment
from connectors.sandbox.salesforce.schema import Field

CONVERT = "CONVERTTIMEZONE"
_DAYS_A_WEEK, _MONTHS_A_QUARTER, _MONTHS_A_YEAR = 7, 3, 12

_Day = Callable[[date, Moment], Any]


def _fiscal_month(day: date, moment: Moment) -> int:
    return (day.month - moment.fiscal_month) % _MONTHS_A_YEAR + 1


def _fiscal_year(day: date, moment: Moment) -> int:
    begun = day.year if day.month >= moment.fiscal_month else day.year - 1
    return begun if moment.is_named_by_start or moment.fiscal_month == 1 else begun + 1


def _quarter(month: int) -> int:
    return (month - 1) // _MONTHS_A_QUARTER + 1


def _day_in_year(day: date) -> int:
    return day.timetuple().tm_yday


_OF_A_DAY: dict[str, _Day] = {
    "CALENDAR_MONTH": lambda day, _moment: day.month,
    "CALENDAR_QUARTER": lambda day, _moment: _quarter(day.month),
    "CALENDAR_YEAR": lambda day, _moment: day.year,
    "DAY_IN_MONTH": lambda day, _moment: day.day,
    "DAY_IN_WEEK": lambda day, _moment: day.isoweekday() % _DAYS_A_WEEK + 1,
    "DAY_IN_YEAR": lambda day, _moment: _day_in_year(day),
    "FISCAL_MONTH": _fiscal_month,
    "FISCAL_QUARTER": lambda day, moment: _quarter(_fiscal_month(day, moment)),
    "FISCAL_YEAR": _fiscal_year,
    "WEEK_IN_MONTH": lambda day, _moment: (day.day - 1) // _DAYS_A_WEEK + 1,
    "WEEK_IN_YEAR": lambda day, _moment: (_day_in_year(day) - 1) // _DAYS_A_WEEK + 1,
}
_OF_AN_INSTANT = frozenset({"DAY_ONLY", "HOUR_IN_DAY"})
NAMES = frozenset(_OF_A_DAY) | _OF_AN_INSTANT


def result(name: str) -> Field:
    """What a function gives: a number, ``DAY_ONLY`` a date."""
    return Field(name=name, label=name, type="date" if name == "DAY_ONLY" else "int")


def of(
    name: str, kind: Field, moment: Moment, *, is_converted: bool
) -> Callable[[Any], int | date | None]:
    """The function for values of a field.

    Args:
        name: In capitals.
        kind: The field.
        moment: Whose zone and fiscal year.
        is_converted: ``convertTimezone()`` stands around the field.

    Raises:
        Refused: There is no such function, or not of such a field.
    """
    if name not in NAMES:
        raise malformed_query(f"unexpected token: '{name}'")
    takes = ("datetime",) if is_converted or name in _OF_AN_INSTANT else ("date", "datetime")
    if kind.type not in takes:
        raise Refused(
            "INVALID_FIELD", f"field '{kind.name}' of type {kind.type} cannot be used in {name}"
        )
    zone = moment.time_zone if is_converted else UTC

    def apply(value: Any) -> int | date | None:
        if value is None:
            return None
        if not isinstance(value, datetime):
            return _number(name, value)
        local = value.astimezone(zone)
        if name == "HOUR_IN_DAY":
            return local.hour
        return local.date() if name == "DAY_ONLY" else _number(name, local.date())

    def _number(name: str, day: date) -> int:
        return int(_OF_A_DAY[name](day, moment))

    return apply
