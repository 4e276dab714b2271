"""One person's part in a booking type: its rules with that person's own in their place.

Everything that decides about somebody's time takes the rules from here: what is shown, what is
checked under the lock, and what is explained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking_types.model import BookingType, HostOverrides


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRules:
    """The limits around a meeting that hold for one person; as on ``BookingType``."""

    buffer_before: timedelta
    buffer_after: timedelta
    minimum_notice: timedelta
    booking_window: timedelta
    daily_limit: int | None
    weekly_limit: int | None


def rules_for(booking_type: BookingType, overrides: HostOverrides) -> PersonRules:
    """The type's rules, and the person's own where they have any."""

    def own(name: str) -> timedelta:
        value: timedelta | None = getattr(overrides, name)
        found: timedelta = getattr(booking_type, name) if value is None else value
        return found

    daily, weekly = overrides.daily_limit, overrides.weekly_limit
    return PersonRules(
        buffer_before=own("buffer_before"),
        buffer_after=own("buffer_after"),
        minimum_notice=own("minimum_notice"),
        booking_window=own("booking_window"),
        daily_limit=booking_type.daily_limit if daily is None else daily,
        weekly_limit=booking_type.weekly_limit if weekly is None else weekly,
    )


@dataclass(frozen=True, slots=True)
class FullDays:
    """The local days on which somebody has as many meetings of a type as they may have.

    Attributes:
        rules: Theirs.
        of_day: How many begin on each day.
        of_week: How many begin in each ISO year and week.
    """

    rules: PersonRules
    of_day: Counter[date]
    of_week: Counter[tuple[int, int]]

    def limit_reached(self, on: date) -> str:
        """``daily_limit`` or ``weekly_limit`` when no more meeting may begin that day."""
        daily, weekly = self.rules.daily_limit, self.rules.weekly_limit
        if daily is not None and self.of_day[on] >= daily:
            return "daily_limit"
        year, week, _ = on.isocalendar()
        return "weekly_limit" if weekly is not None and self.of_week[year, week] >= weekly else ""


def full_days(meetings: Iterable[datetime], *, rules: PersonRules, zone: ZoneInfo) -> FullDays:
    """Which days are full.

    Args:
        meetings: The starts of the person's live bookings of the type; aware.
        rules: Theirs.
        zone: The person's own; days and weeks (Monday to Sunday) are theirs.
    """
    days = [start.astimezone(zone).date() for start in meetings]
    weeks = [day.isocalendar()[:2] for day in days]
    return FullDays(rules=rules, of_day=Counter(days), of_week=Counter(weeks))


def all_full(
    meetings: Iterable[datetime], *, rules: PersonRules, zone: ZoneInfo, dates: Iterable[date]
) -> dict[date, str]:
    """The full ones of these dates, each with which limit is reached; the same arithmetic.

    Args:
        meetings: As for ``full_days``.
        rules: As for ``full_days``.
        zone: As for ``full_days``.
        dates: Local dates of the zone.
    """
    full = full_days(meetings, rules=rules, zone=zone)
    reached = ((on, full.limit_reached(on)) for on in dates)
    return {on: limit for on, limit in reached if limit}
