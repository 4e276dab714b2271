"""What our connectors read of a loaded ``.ics`` is what an independent library makes of it.

The judge is ``ical`` (``calendar_judge``); the way there is the file, the sandbox's seeds, its HTTP,
and both readers of both connectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from booking_types.bits import COARSE, Cells
from booking_types.intervals import Interval
from connectors.protocols import BusyPolicy, BusyQuery, Calendar
from connectors.sandbox.calendars.entries import Entry, Series
from connectors.sandbox.calendars.reading import Window, read
from connectors.sandbox.calendars.vendors import google_event, microsoft_event
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.viewing import calendars as viewed
from tests.connectors.calendar_judge import busy
from tests.connectors.google_world import GoogleWorld
from tests.connectors.microsoft_world import MicrosoftWorld

OWN = Path(__file__).with_name("calendars")
FIRST, LAST = date(2027, 3, 8), date(2027, 4, 4)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")

#: A mailbox with some entries, and the connector that reads it.
Mailbox = Callable[[list[Entry], str], tuple[str, Calendar]]


@pytest.fixture(params=["google", "microsoft"])
def mailbox(
    request: pytest.FixtureRequest, sandbox: SandboxServer, control: SandboxControl, unique: str
) -> Mailbox:
    """Makes one at each vendor."""
    domain = f"{unique}.example"

    def at_google(entries: list[Entry], zone: str) -> tuple[str, Calendar]:
        world = GoogleWorld(sandbox=sandbox, control=control, domain=domain)
        email = f"owner@{domain}"
        events = [google_event(each, email=email, zone=zone) for each in entries]
        host = world.add_host("owner", time_zone=zone, events=events)
        return host.mailbox, world.calendar(host)

    def at_microsoft(entries: list[Entry], zone: str) -> tuple[str, Calendar]:
        world = MicrosoftWorld(sandbox=sandbox, control=control, domain=domain)
        events = [microsoft_event(each, zone=zone) for each in entries]
        host = world.add_account("owner", time_zone=zone, events=events)
        return host.mailbox, world.calendar(host)

    return {"google": at_google, "microsoft": at_microsoft}[str(request.param)]


def span(zone: str) -> Interval:
    start, end = (
        datetime.combine(day, time(0), ZoneInfo(zone)) for day in (FIRST, LAST + timedelta(days=1))
    )
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


def judged(name: str, zone: str) -> Cells:
    """The cells that the judge takes for busy."""
    found = busy(
        (OWN / name).read_bytes(),
        first=FIRST,
        last=LAST + timedelta(days=1),
        zone=zone,
        owner="owner@somebody.example",
    )
    return Cells.of(found, span=span(zone), unit=COARSE)


def entries(name: str, zone: str) -> list[Entry]:
    window = Window(first=FIRST, last=LAST, zone=zone)
    return read((OWN / name).read_bytes(), window=window).entries


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", ["series.ics", "zones.ics", "days.ics", "meaning.ics"])
@pytest.mark.parametrize(
    "without", [frozenset[str](), frozenset({"another"})], ids=["fast", "exact"]
)
def test_busy_times_of_a_loaded_calendar_are_those_of_an_independent_library(
    mailbox: Mailbox, name: str, zone: str, without: frozenset[str]
) -> None:
    email, calendar = mailbox(entries(name, zone), zone)

    (found,) = calendar.busy(
        [BusyQuery(mailbox=email, without=without)],
        span=span(zone),
        policy=BusyPolicy(),
        unit=COARSE,
    )

    assert found.taken == judged(name, zone)
    assert found.busy


def test_the_judge_sees_an_entry_that_is_missing_and_one_five_minutes_late(
    mailbox: Mailbox,
) -> None:
    zone = ZONES[0]
    right = entries("zones.ics", zone)
    late = [replace(each, end=each.end + timedelta(minutes=5)) for each in right[:1]]
    email, calendar = mailbox([*late, *right[2:]], zone)

    (found,) = calendar.busy(
        [BusyQuery(mailbox=email)], span=span(zone), policy=BusyPolicy(), unit=COARSE
    )

    assert found.taken is not None
    difference = found.taken.bits ^ judged("zones.ics", zone).bits
    assert difference.bit_count() == 1 + 60 // 5


def test_a_series_is_where_its_weeks_its_exceptions_and_its_last_day_put_it(
    mailbox: Mailbox,
) -> None:
    zone = ZONES[0]
    berlin = ZoneInfo(zone)
    moved = datetime(2027, 3, 25, 14, tzinfo=berlin)
    series = Entry(
        title="Every other week",
        start=datetime(2027, 3, 8, 9, tzinfo=berlin),
        end=datetime(2027, 3, 8, 9, 30, tzinfo=berlin),
        series=Series(
            weekdays=(1, 3, 5),
            weeks=2,
            last=date(2027, 3, 24),
            moved={date(2027, 3, 24): (moved, moved + timedelta(minutes=45))},
            canceled=frozenset({date(2027, 3, 10)}),
        ),
    )
    email, calendar = mailbox([series], zone)

    (found,) = calendar.busy(
        [BusyQuery(mailbox=email)], span=span(zone), policy=BusyPolicy(), unit=COARSE
    )

    assert [f"{each.start:%m-%d %H:%M} {each.end:%H:%M}" for each in found.busy] == [
        "03-08 08:00 08:30",
        "03-12 08:00 08:30",
        "03-22 08:00 08:30",
        "03-25 13:00 13:45",
    ]


def test_whole_days_are_whole_days_at_both_vendors(
    mailbox: Mailbox, sandbox: SandboxServer
) -> None:
    zone = ZONES[1]
    email, calendar = mailbox(entries("days.ics", zone), zone)

    box = viewed.mailbox(sandbox.world, calendar.vendor.value, email)
    assert box is not None
    shown = [each for _, day in viewed.days(sandbox.world, box, date(2027, 3, 16)) for each in day]
    assert [each.title for each in shown if each.is_all_day] == [
        "One day, without an end",
        "Days over the change of the clocks",
    ]


def test_nothing_of_a_loaded_calendar_goes_to_anybody(
    mailbox: Mailbox, control: SandboxControl
) -> None:
    before = len(control.mails())

    mailbox(entries("meaning.ics", ZONES[0]), ZONES[0])

    assert len(control.mails()) == before
