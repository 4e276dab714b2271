"""Which hours begin on a date, and why none do: by the calendar on the wall, no instant in it.

On a date the first of these decides which hours begin on it; hours that began the day before go
on whatever it is:

1. the person's own day off: none;
2. the person's other hours on this booking type;
3. a holiday of the person's: none;
4. the booking type's other hours;
5. a holiday of the booking type's: none;
6. the person's own other hours, where their own hours count;
7. the weekly hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from booking_types.model import DateOverride, DaySpan, Holiday, WorkingHours

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Closure:
    """Why nobody works on a date.

    Attributes:
        name: What people call it; empty where it is only one person's, and nobody else's matter.
        is_of_type: It holds for everybody with this booking type.
    """

    name: str
    is_of_type: bool


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date that is not as the week says.

    Attributes:
        spans: The hours that begin on it.
        holiday: Why none do, where it is a holiday; it stands before a day off.
        day_off: The same for a day off.
    """

    spans: tuple[DaySpan, ...]
    holiday: Closure | None = None
    day_off: Closure | None = None


class Hashed(Generic[T]):
    """A value to remember something by: its hash is worked out once, not at each look.

    Attributes:
        value: Hashable.
    """

    __slots__ = ("_hash", "value")

    def __init__(self, value: T) -> None:
        self.value = value
        self._hash = hash(value)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hashed) and bool(self.value == other.value)


class TypeDays(NamedTuple):
    """The dates that are not as the week says for everybody with a booking type.

    Attributes:
        overrides: Its other hours.
        holidays: Its holidays.
    """

    overrides: tuple[DateOverride, ...] = ()
    holidays: tuple[Holiday, ...] = ()


#: Every date is as the week says.
NO_TYPE_DAYS = Hashed(TypeDays())


class DayRules(NamedTuple):
    """Everything that decides which hours begin on which date for one person.

    Attributes:
        week: The weekly hours that count for the person.
        on_type: The person's other hours on the booking type.
        own: The person's own other hours and days off.
        own_holidays: The person's.
        of_type: The booking type's.
        counts_own: The hours are the person's own.
    """

    week: Hashed[WorkingHours]
    on_type: tuple[DateOverride, ...] = ()
    own: tuple[DateOverride, ...] = ()
    own_holidays: tuple[Holiday, ...] = ()
    of_type: Hashed[TypeDays] = NO_TYPE_DAYS
    counts_own: bool = True

    def without_holidays(self) -> DayRules:
        """The same if there were no holidays."""
        of_type = Hashed(self.of_type.value._replace(holidays=()))
        return self._replace(own_holidays=(), of_type=of_type)

    def without_days_off(self) -> DayRules:
        """The same if there were no days off."""
        types = self.of_type.value
        return self._replace(
            on_type=_open_only(self.on_type),
            own=_open_only(self.own),
            of_type=Hashed(types._replace(overrides=_open_only(types.overrides))),
        )


@lru_cache(maxsize=1024)
def special_days(rules: DayRules, first: date, last: date) -> Mapping[date, SpecialDay]:
    """The dates, from one to another, that are not as the week says.

    Several entries of one date count together; one without hours makes it a day off.
    """
    days = _Days(
        on_type=_by_date(rules.on_type, first, last),
        own=_by_date(rules.own, first, last),
        of_type=_by_date(rules.of_type.value.overrides, first, last),
        own_holidays=_names(rules.own_holidays, first, last),
        type_holidays=_names(rules.of_type.value.holidays, first, last),
        counts_own=rules.counts_own,
    )
    found: dict[date, SpecialDay] = {}
    for on in days.dates():
        day = days.special(on)
        if day is not None:
            found[on] = day
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """The entries of ``DayRules`` by their dates; holidays as their names."""

    on_type: Mapping[date, DateOverride]
    own: Mapping[date, DateOverride]
    of_type: Mapping[date, DateOverride]
    own_holidays: Mapping[date, str]
    type_holidays: Mapping[date, str]
    counts_own: bool

    def dates(self) -> set[date]:
        return {*self.on_type, *self.own, *self.of_type, *self.own_holidays, *self.type_holidays}

    def special(self, on: date) -> SpecialDay | None:
        mine, types, own = self.on_type.get(on), self.of_type.get(on), self.own.get(on)
        holiday = self._holiday(on)
        if _is_closed(own) or _is_closed(mine):
            return SpecialDay((), holiday, Closure("", is_of_type=False))
        if mine is not None:
            return SpecialDay(mine.spans)
        if types is not None and not types.spans:
            return SpecialDay((), holiday, Closure(types.label, is_of_type=True))
        if holiday is not None:
            return SpecialDay((), holiday)
        if types is not None:
            return SpecialDay(types.spans)
        return SpecialDay(own.spans) if own is not None and self.counts_own else None

    def _holiday(self, on: date) -> Closure | None:
        if _is_open(self.on_type.get(on)):
            return None
        if on in self.own_holidays:
            return Closure(self.own_holidays[on], is_of_type=False)
        if on in self.type_holidays and not _is_open(self.of_type.get(on)):
            return Closure(self.type_holidays[on], is_of_type=True)
        return None


def _names(holidays: Iterable[Holiday], first: date, last: date) -> dict[date, str]:
    return {each.on: each.name for each in holidays if first <= each.on <= last}


def _by_date(
    overrides: Iterable[DateOverride], first: date, last: date
) -> dict[date, DateOverride]:
    found: dict[date, DateOverride] = {}
    for each in overrides:
        if not first <= each.on <= last:
            continue
        other = found.get(each.on)
        if other is None or not each.spans:
            found[each.on] = each
        elif other.spans:
            found[each.on] = DateOverride(on=each.on, spans=(*other.spans, *each.spans))
    return found


def _open_only(overrides: tuple[DateOverride, ...]) -> tuple[DateOverride, ...]:
    closed = {each.on for each in overrides if not each.spans}
    return tuple(each for each in overrides if each.on not in closed)


def _is_open(override: DateOverride | None) -> bool:
    return override is not None and bool(override.spans)


def _is_closed(override: DateOverride | None) -> bool:
    return override is not None and not override.spans
