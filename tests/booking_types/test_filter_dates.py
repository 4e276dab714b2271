from __future__ import annotations

import calendar
import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking_types.filters.relative_dates import (
    NAMES,
    Calendar,
    RelativeDateError,
    relative_date,
)
from booking_types.model import FilterContext

DAY = timedelta(days=1)
UNITS = ("WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")

#: However busy the machine is.
unhurried = settings(deadline=None)

#: From 1990 to 2060.
moments = st.integers(631_152_000, 2_840_140_800).map(lambda at: datetime.fromtimestamp(at, UTC))
zones = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"}))
contexts = st.builds(
    FilterContext,
    now=moments,
    time_zone=zones,
    fiscal_year_start_month=st.integers(1, 12),
    week_starts_on=st.integers(1, 7),
)


def seen_from(context: FilterContext) -> Calendar:
    return Calendar(context=context, zone=ZoneInfo(context.time_zone))


def days(text: str, now: str, *, fiscal: int = 1, week: int = 7) -> str:
    """The first and last day of a relative date, as seen from noon UTC of a day."""
    context = FilterContext(
        now=datetime.fromisoformat(now).replace(hour=12, tzinfo=UTC),
        time_zone="UTC",
        fiscal_year_start_month=fiscal,
        week_starts_on=week,
    )
    found = seen_from(context).days(relative_date(text))
    return f"{found.first} {found.last}"


@pytest.mark.parametrize(
    ("text", "now", "settings", "expected"),
    [
        ("YESTERDAY", "2027-01-01", {}, "2026-12-31 2026-12-31"),
        ("TODAY", "2028-02-29", {}, "2028-02-29 2028-02-29"),
        ("TOMORROW", "2028-02-28", {}, "2028-02-29 2028-02-29"),
        # A Friday: weeks begin on Sunday, Monday, Saturday, or that very Friday.
        ("THIS_WEEK", "2026-11-20", {"week": 7}, "2026-11-15 2026-11-21"),
        ("THIS_WEEK", "2026-11-20", {"week": 1}, "2026-11-16 2026-11-22"),
        ("THIS_WEEK", "2026-11-20", {"week": 6}, "2026-11-14 2026-11-20"),
        ("LAST_WEEK", "2026-11-20", {"week": 5}, "2026-11-13 2026-11-19"),
        ("NEXT_WEEK", "2026-11-20", {"week": 5}, "2026-11-27 2026-12-03"),
        ("LAST_N_WEEKS:2", "2026-11-20", {"week": 1}, "2026-11-02 2026-11-15"),
        ("NEXT_N_WEEKS:2", "2026-11-20", {"week": 1}, "2026-11-23 2026-12-06"),
        ("N_WEEKS_AGO:2", "2026-11-20", {"week": 1}, "2026-11-02 2026-11-08"),
        ("LAST_MONTH", "2028-03-31", {}, "2028-02-01 2028-02-29"),
        ("THIS_MONTH", "2027-02-01", {}, "2027-02-01 2027-02-28"),
        ("NEXT_MONTH", "2026-12-31", {}, "2027-01-01 2027-01-31"),
        ("LAST_N_MONTHS:3", "2026-02-28", {}, "2025-11-01 2026-01-31"),
        ("NEXT_N_MONTHS:2", "2026-11-20", {}, "2026-12-01 2027-01-31"),
        ("N_MONTHS_AGO:13", "2026-11-20", {}, "2025-10-01 2025-10-31"),
        ("LAST_90_DAYS", "2026-11-20", {}, "2026-08-22 2026-11-20"),
        ("NEXT_90_DAYS", "2026-11-20", {}, "2026-11-21 2027-02-18"),
        ("LAST_N_DAYS:1", "2026-11-20", {}, "2026-11-19 2026-11-20"),
        ("NEXT_N_DAYS:1", "2026-11-20", {}, "2026-11-21 2026-11-21"),
        ("N_DAYS_AGO:30", "2026-11-20", {}, "2026-10-21 2026-10-21"),
        ("THIS_QUARTER", "2026-11-20", {"fiscal": 2}, "2026-10-01 2026-12-31"),
        ("LAST_QUARTER", "2026-01-01", {}, "2025-10-01 2025-12-31"),
        ("N_QUARTERS_AGO:4", "2026-11-20", {}, "2025-10-01 2025-12-31"),
        ("LAST_N_QUARTERS:4", "2026-11-20", {}, "2025-10-01 2026-09-30"),
        ("THIS_YEAR", "2026-11-20", {"fiscal": 2}, "2026-01-01 2026-12-31"),
        ("LAST_N_YEARS:2", "2026-11-20", {}, "2024-01-01 2025-12-31"),
        ("NEXT_N_YEARS:2", "2026-11-20", {}, "2027-01-01 2028-12-31"),
        ("THIS_FISCAL_QUARTER", "2026-11-20", {"fiscal": 2}, "2026-11-01 2027-01-31"),
        ("LAST_FISCAL_QUARTER", "2026-11-20", {"fiscal": 12}, "2026-06-01 2026-08-31"),
        ("THIS_FISCAL_YEAR", "2026-11-20", {"fiscal": 12}, "2025-12-01 2026-11-30"),
        ("NEXT_FISCAL_YEAR", "2026-11-20", {"fiscal": 11}, "2027-11-01 2028-10-31"),
        ("N_FISCAL_YEARS_AGO:1", "2026-03-31", {"fiscal": 4}, "2024-04-01 2025-03-31"),
        ("LAST_N_FISCAL_QUARTERS:2", "2026-11-20", {"fiscal": 4}, "2026-04-01 2026-09-30"),
    ],
)
def test_a_relative_date_means_these_days(
    text: str, now: str, settings: dict[str, int], expected: str
) -> None:
    assert days(text, now, **settings) == expected
    assert days(text.lower(), now, **settings) == expected


def test_there_are_all_that_salesforce_has() -> None:
    assert len(NAMES) == len(set(NAMES)) == 3 + 2 + 3 * 6 + 3 * 7


@unhurried
@given(contexts)
def test_what_follows_each_other_leaves_no_gap_and_does_not_overlap(
    context: FilterContext,
) -> None:
    seen = seen_from(context)
    chains = [("YESTERDAY", "TODAY", "TOMORROW"), ("LAST_90_DAYS", "NEXT_90_DAYS")]
    chains += [(f"LAST_{unit}", f"THIS_{unit}", f"NEXT_{unit}") for unit in UNITS]
    chains += [(f"LAST_N_{unit}S:3", f"THIS_{unit}", f"NEXT_N_{unit}S:3") for unit in UNITS]
    chains += [(f"N_{unit}S_AGO:3", f"N_{unit}S_AGO:2", f"LAST_{unit}") for unit in UNITS]

    for chain in chains:
        for before, after in itertools.pairwise(chain):
            first, second = relative_date(before), relative_date(after)
            assert seen.days(first).end == seen.days(second).first, (before, after)
            assert seen.instants(first).end == seen.instants(second).first, (before, after)


@unhurried
@given(contexts)
def test_every_range_begins_before_it_ends_and_todays_contain_now(context: FilterContext) -> None:
    seen = seen_from(context)
    for name in NAMES:
        relative = relative_date(name.replace(":n", ":5"))
        found, instants = seen.days(relative), seen.instants(relative)
        assert found.first < found.end
        # Of a date that a zone left out there is no instant.
        assert instants.first <= instants.end
    for unit in ("TODAY", "LAST_N_DAYS:1", *(f"THIS_{unit}" for unit in UNITS)):
        instants = seen.instants(relative_date(unit))
        assert instants.first <= context.now < instants.end, unit


@unhurried
@given(contexts)
def test_a_range_of_instants_is_its_days_by_the_orgs_clocks(context: FilterContext) -> None:
    zone = ZoneInfo(context.time_zone)
    seen = seen_from(context)
    for name in ("TODAY", "THIS_WEEK", "LAST_MONTH", "NEXT_FISCAL_QUARTER"):
        relative = relative_date(name)
        found, instants = seen.days(relative), seen.instants(relative)
        second = timedelta(seconds=1)
        assert found.first <= instants.first.astimezone(zone).date()
        assert (instants.first - second).astimezone(zone).date() < found.first
        assert (instants.end - second).astimezone(zone).date() < found.end
        assert instants.end.astimezone(zone).date() >= found.end


@unhurried
@given(contexts)
def test_years_and_quarters_are_made_of_whole_months(context: FilterContext) -> None:
    seen = seen_from(context)
    for unit, months in (("QUARTER", 3), ("YEAR", 12)):
        for fiscal in ("", "FISCAL_"):
            found = seen.days(relative_date(f"THIS_{fiscal}{unit}"))
            length = sum(
                calendar.monthrange(*divmod_month(found.first, step))[1] for step in range(months)
            )
            assert found.first.day == 1
            assert (found.end - found.first) == length * DAY
            begins = context.fiscal_year_start_month if fiscal else 1
            assert (found.first.month - begins) % months == 0


def divmod_month(first: date, step: int) -> tuple[int, int]:
    year, month = divmod(first.year * 12 + first.month - 1 + step, 12)
    return year, month + 1


@unhurried
@given(contexts, st.integers(1, 200))
def test_so_many_units_are_so_many_single_ones(context: FilterContext, count: int) -> None:
    seen = seen_from(context)
    for unit in ("DAY", *UNITS):
        last = seen.days(relative_date(f"LAST_N_{unit}S:{count}"))
        oldest = seen.days(relative_date(f"N_{unit}S_AGO:{count}"))
        following = seen.days(relative_date(f"NEXT_N_{unit}S:{count}"))
        current = "TODAY" if unit == "DAY" else f"THIS_{unit}"
        assert last.first == oldest.first
        assert following.first == seen.days(relative_date(current)).end


@pytest.mark.parametrize(
    ("zone", "on", "hours"),
    [
        ("America/New_York", "2027-03-14", 23),
        ("America/New_York", "2027-11-07", 25),
        ("Australia/Lord_Howe", "2027-04-04", 24.5),
        # Clocks that go forward at midnight: the day begins at one.
        ("America/Havana", "2025-03-09", 23),
        ("Africa/Cairo", "2027-04-30", 23),
        ("UTC", "2028-02-29", 24),
    ],
)
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(zone: str, on: str, hours: float) -> None:
    noon = datetime.combine(date.fromisoformat(on), time(12), ZoneInfo(zone)).astimezone(UTC)

    found = seen_from(FilterContext(now=noon, time_zone=zone)).instants(relative_date("TODAY"))

    assert found.end - found.first == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("LAST_30_DAYS", "do you mean LAST_N_DAYS:30?"),
        ("LAST_N_DAY:7", "do you mean LAST_N_DAYS:7?"),
        ("this week", "do you mean THIS_WEEK?"),
        ("TODY", "do you mean TODAY?"),
        ("NEXT_FISCAL_QUARTR", "do you mean NEXT_FISCAL_QUARTER?"),
        ("WHENEVER", "write one like TODAY, THIS_MONTH or LAST_N_DAYS:30"),
        ("LAST_N_DAYS", "needs a number: write LAST_N_DAYS:3"),
        ("TODAY:3", "takes no number; leave “:3” out"),
        ("LAST_N_YEARS:201", "goes from 1 to 200"),
        ("LAST_N_DAYS:0", "goes from 1 to 73,000"),
        ("LAST_N_DAYS:9999999", "goes from 1 to 73,000"),
        ("LAST_N_DAYS:-1", "do you mean LAST_N_DAYS:1?"),
        ("LAST_N_DAYS: 3", "do you mean LAST_N_DAYS:3?"),
        ("LAST_N_DAYS:٣", "is no relative date"),
        ("", "is no relative date"),
    ],
)
def test_what_is_no_relative_date_is_said_with_the_nearest_one(text: str, words: str) -> None:
    with pytest.raises(RelativeDateError) as caught:
        relative_date(text)

    assert words in str(caught.value)


@unhurried
@given(contexts)
def test_the_greatest_numbers_stay_inside_the_calendar(context: FilterContext) -> None:
    seen = seen_from(context)
    for name, most in (("DAYS", 73_000), ("WEEKS", 10_400), ("MONTHS", 2_400), ("YEARS", 200)):
        assert seen.days(relative_date(f"LAST_N_{name}:{most}")).first >= date(1700, 1, 1)
        assert seen.days(relative_date(f"NEXT_N_{name}:{most}")).end <= date(4000, 12, 31)


@pytest.mark.parametrize("fiscal", range(1, 13))
def test_every_day_of_a_leap_year_is_in_one_fiscal_quarter_of_one_fiscal_year(fiscal: int) -> None:
    quarters: dict[date, int] = {}
    for number in range(366):
        today = date(2028, 1, 1) + number * DAY
        noon = datetime.combine(today, time(12), UTC)
        seen = seen_from(FilterContext(now=noon, time_zone="UTC", fiscal_year_start_month=fiscal))
        year = seen.days(relative_date("THIS_FISCAL_YEAR"))
        quarter = seen.days(relative_date("THIS_FISCAL_QUARTER"))
        assert year.first.month == fiscal
        assert year.first <= quarter.first <= today < quarter.end <= year.end
        quarters[quarter.first] = quarters.get(quarter.first, 0) + 1

    assert sum(quarters.values()) == 366
    assert {(first.month - fiscal) % 12 for first in quarters} == {0, 3, 6, 9}


@pytest.mark.parametrize("week_starts_on", range(1, 8))
def test_every_week_begins_on_its_weekday_and_has_seven_days(week_starts_on: int) -> None:
    for number in range(14):
        noon = datetime(2028, 2, 22, 12, tzinfo=UTC) + number * DAY
        context = FilterContext(now=noon, time_zone="UTC", week_starts_on=week_starts_on)
        week = seen_from(context).days(relative_date("THIS_WEEK"))

        assert week.first.isoweekday() == week_starts_on
        assert week.end - week.first == 7 * DAY
        assert week.first <= noon.date() < week.end
