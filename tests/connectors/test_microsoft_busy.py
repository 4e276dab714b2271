"""Busy times from Graph: two readers that agree, batches whose parts fail one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from booking_types.bits import FINE
from booking_types.intervals import Interval, merged
from connectors.errors import RateLimitedError, TransientError
from connectors.protocols import BusyQuery, BusyTimes
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import (
    BUSY_KINDS,
    DEFAULT,
    FREE_KINDS,
    MONDAY,
    NOTHING_OF_OURS,
    WEEK,
    Call,
    Entry,
    HostAccount,
    Series,
    at,
    between,
    entry,
    exactly,
    read,
)
from tests.connectors.microsoft_world import MicrosoftApplicationWorld, MicrosoftWorld


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    return MicrosoftApplicationWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def own(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    """A world in which each account has a token of its own."""
    return MicrosoftWorld(sandbox=sandbox, control=control, domain=f"own.{unique}.example")


def add_hosts(world: MicrosoftWorld, count: int) -> list[HostAccount]:
    """That many hosts; the n-th is taken on Monday from five times n minutes on, for 5 minutes."""
    accounts = [
        {
            "email": f"host{i}@{world.domain}",
            "events": [{"start": at(0, 5 * i).isoformat(), "end": at(0, 5 * i + 5).isoformat()}],
        }
        for i in range(count)
    ]
    world.seed(accounts=accounts)
    return [HostAccount(mailbox=str(a["email"]), calendar_id="") for a in accounts]


def read_many(
    world: MicrosoftWorld,
    hosts: Sequence[HostAccount],
    *,
    span: Interval = WEEK,
    without: frozenset[str] = frozenset(),
) -> list[BusyTimes]:
    queries = [BusyQuery(mailbox=host.mailbox, without=without) for host in hosts]
    return world.calendar(hosts[0]).busy(queries, span=span, policy=DEFAULT, unit=FINE)


def requests_of(world: MicrosoftWorld, operation: str) -> list[Any]:
    """This tenant's requests of that operation."""
    with world.sandbox.world.lock:
        return [
            request
            for request in world.sandbox.world.requests
            if request.vendor == "microsoft"
            and request.operation == operation
            and (world.domain in request.caller or world.domain in request.body)
        ]


# --------------------------------------------------------------------------- both readers


def test_both_readers_agree_on_everything_that_stands_on_the_five_minute_grid(
    world: MicrosoftWorld,
) -> None:
    kinds = world.kinds(BUSY_KINDS + FREE_KINDS)
    host = world.add_host(
        "host",
        time_zone="Australia/Lord_Howe",
        entries=(
            *(
                entry(Interval(at(2 * i, 5), at(2 * i + 1, 35)), kind)
                for i, kind in enumerate(kinds)
            ),
            entry(between(3, 6, day=1)),
            entry(between(5, 8, day=1)),
            Entry(start=MONDAY + timedelta(days=3), end=MONDAY + timedelta(days=5)),
            entry(
                between(21, 23, day=5),
                series=Series(days=30, canceled=(1,), moved={2: between(1, 2, day=9)}),
            ),
        ),
    )
    span = Interval(at(0), at(0, day=45))  # Lord Howe leaves summer time inside it

    fast = read(world, host, span=span)
    exact = read(world, host, span=span, without=NOTHING_OF_OURS)

    assert len(exactly(exact)) > 30
    assert exactly(fast) == exactly(exact)
    assert len(requests_of(world, "get_schedule")) == 1
    assert len(requests_of(world, "calendar_view")) == 1


def test_the_fast_reader_rounds_odd_minutes_outward_and_never_beyond_the_span(
    world: MicrosoftWorld,
) -> None:
    host = world.add_host(
        "host",
        entries=(
            entry(Interval(at(9, 2), at(9, 11))),
            entry(Interval(at(7, 50), at(8, 4))),
        ),
    )

    times = read(world, host, span=Interval(at(8, 3), at(12, 1)))

    assert exactly(times) == [Interval(at(8, 3), at(8, 5)), Interval(at(9), at(9, 15))]


def test_an_entry_without_length_takes_no_time(world: MicrosoftWorld) -> None:
    host = world.add_account(
        "host", events=[{"start": at(9).isoformat(), "end": at(9).isoformat()}]
    )

    assert exactly(read(world, host)) == []
    assert exactly(read(world, host, without=NOTHING_OF_OURS)) == []


# -------------------------------------------------------------------------------- chunks


def test_more_than_twenty_mailboxes_are_one_round_trip_with_twenty_in_each_part(
    world: MicrosoftWorld,
) -> None:
    hosts = add_hosts(world, 45)

    answers = read_many(world, hosts)

    assert [answer.mailbox for answer in answers] == [host.mailbox for host in hosts]
    assert [exactly(answer) for answer in answers] == [
        [Interval(at(0, 5 * i), at(0, 5 * i + 5))] for i in range(45)
    ]
    assert len(requests_of(world, "batch")) == 1
    asked = [
        json.loads(request.body)["schedules"] for request in requests_of(world, "get_schedule")
    ]
    assert [len(schedules) for schedules in asked] == [20, 20, 5]


def test_a_span_of_more_than_62_days_is_asked_in_pieces_without_a_gap(
    world: MicrosoftWorld,
) -> None:
    across = Interval(at(23, day=60), at(1, day=61))
    host = world.add_host("host", entries=(entry(across), entry(between(9, 10, day=170))))

    times = read(world, host, span=Interval(at(0), at(0, day=180)))

    assert exactly(times) == [across, between(9, 10, day=170)]
    windows = [json.loads(request.body) for request in requests_of(world, "get_schedule")]
    starts = [window["startTime"]["dateTime"] for window in windows]
    ends = [window["endTime"]["dateTime"] for window in windows]
    assert len(windows) == 3
    assert starts[1:] == ends[:-1]
    assert world.count(host, Call.EXACT_BUSY) == 0


def test_more_events_than_a_page_holds_are_read_to_the_end(world: MicrosoftWorld) -> None:
    events = [
        {
            "start": at(0, 10 * i).isoformat(),
            "end": at(0, 10 * i + 5).isoformat(),
        }
        for i in range(450)
    ]
    host = world.add_account("host", events=events)

    times = read(world, host, without=NOTHING_OF_OURS)

    assert len(exactly(times)) == 450
    assert world.count(host, Call.EXACT_BUSY) == 3


def test_exact_reads_of_many_go_by_twenties(world: MicrosoftWorld) -> None:
    hosts = add_hosts(world, 25)

    answers = read_many(world, hosts, without=NOTHING_OF_OURS)

    assert [exactly(answer) for answer in answers] == [
        [Interval(at(0, 5 * i), at(0, 5 * i + 5))] for i in range(25)
    ]
    assert len(requests_of(world, "batch")) == 2


# ----------------------------------------------------------------------- one by one wrong


def test_a_throttled_part_of_a_batch_does_not_hide_the_others(world: MicrosoftWorld) -> None:
    hosts = add_hosts(world, 25)
    status, body, headers = world.slow_down
    world.fault(
        hosts[20], Call.FAST_BUSY, "status", status=status, body=body, headers=headers, times=9
    )

    answers = read_many(world, hosts)

    assert all(exactly(answer) for answer in answers[:20])
    assert {answer.unreadable for answer in answers[20:]} == {"calendar asked to slow down"}
    assert all(answer.busy == () for answer in answers[20:])


def test_a_batch_whose_every_part_is_throttled_says_for_how_long(world: MicrosoftWorld) -> None:
    hosts = add_hosts(world, 2)
    status, body, headers = world.slow_down
    for host in hosts:
        world.fault(host, Call.EXACT_BUSY, "status", status=status, body=body, headers=headers)

    with pytest.raises(RateLimitedError) as caught:
        read_many(world, hosts, without=NOTHING_OF_OURS)

    assert caught.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("kind", ["status", "html", "truncated", "drop_before"])
def test_a_part_that_is_no_answer_is_unreadable_and_the_others_are_read(
    world: MicrosoftWorld, kind: str
) -> None:
    hosts = add_hosts(world, 2)
    world.fault(hosts[0], Call.EXACT_BUSY, kind, times=9)

    broken, good = read_many(world, hosts, without=NOTHING_OF_OURS)

    assert broken.unreadable != ""
    assert exactly(good) == [Interval(at(0, 5), at(0, 10))]


def test_a_second_batch_that_breaks_does_not_take_the_first_with_it(own: MicrosoftWorld) -> None:
    # Batches are an account's here, so that the fault is this test's only.
    host = own.add_host("host", entries=(entry(between(9, 10)),), further_calendars={"a": "UTC"})
    own.control.fault(
        vendor="microsoft", operation="batch", caller=host.mailbox, kind="html", times=9, skip=1
    )
    queries = [BusyQuery(mailbox=host.mailbox, without=NOTHING_OF_OURS)] * 25

    answers = own.calendar(host).busy(queries, span=WEEK, policy=DEFAULT, unit=FINE)

    assert [exactly(answer) for answer in answers[:20]] == [[between(9, 10)]] * 20
    assert all(answer.unreadable for answer in answers[20:])


def test_after_a_batch_that_is_asked_to_slow_down_no_further_one_is_sent(
    own: MicrosoftWorld,
) -> None:
    host = own.add_host("host", entries=(entry(between(9, 10)),))
    status, body, headers = own.slow_down
    own.control.fault(
        vendor="microsoft",
        operation="batch",
        caller=host.mailbox,
        kind="status",
        status=status,
        body=body,
        headers=headers,
        skip=1,
    )
    queries = [BusyQuery(mailbox=host.mailbox, without=NOTHING_OF_OURS)] * 45

    answers = own.calendar(host).busy(queries, span=WEEK, policy=DEFAULT, unit=FINE)

    assert [bool(answer.unreadable) for answer in answers] == [False] * 20 + [True] * 25
    assert len(requests_of(own, "batch")) == 2


def test_a_part_that_was_not_answered_is_not_free_time(own: MicrosoftWorld) -> None:
    host = own.add_host("host")
    own.control.fault(
        vendor="microsoft",
        operation="batch",
        caller=host.mailbox,
        kind="status",
        status=200,
        body='{"responses": []}',
    )
    queries = [BusyQuery(mailbox=host.mailbox, without=NOTHING_OF_OURS)] * 2

    with pytest.raises(TransientError):
        own.calendar(host).busy(queries, span=WEEK, policy=DEFAULT, unit=FINE)


def test_a_mailbox_the_application_may_not_touch_is_unreadable_and_the_others_are_read(
    world: MicrosoftWorld,
) -> None:
    closed, open_one = add_hosts(world, 2)
    world.seed(app_mailboxes=[open_one.mailbox])

    for without in (frozenset[str](), NOTHING_OF_OURS):
        refused, good = read_many(world, [closed, open_one], without=without)

        assert exactly(good) == [Interval(at(0, 5), at(0, 10))]
        assert refused.mailbox == closed.mailbox
        # Its owner's free/busy may still be seen through others; its events may not.
        assert refused.unreadable or not without


def test_a_mailbox_that_graph_does_not_reach_is_unreadable(world: MicrosoftWorld) -> None:
    gone = world.add_account("gone", rest_enabled=False)
    host = world.add_host("host", entries=(entry(between(9, 10)),))

    answers = read_many(world, [host, gone, host])

    assert [bool(answer.unreadable) for answer in answers] == [False, True, False]


def test_a_mailbox_with_too_many_entries_for_get_schedule_is_read_by_its_events(
    world: MicrosoftWorld,
) -> None:
    events = [
        {"start": at(0, 5 * i).isoformat(), "end": at(0, 5 * i + 5).isoformat()}
        for i in range(1100)
    ]
    host = world.add_account("host", events=events)

    times = read(world, host)

    assert merged(times.busy) == [Interval(at(0), at(0, 5500))]
    assert world.count(host, Call.EXACT_BUSY) == 6


def test_a_personal_account_is_read_by_its_events(own: MicrosoftWorld) -> None:
    host = own.add_account(
        "host",
        personal=True,
        events=[{"start": at(9).isoformat(), "end": at(10).isoformat()}],
    )

    assert exactly(read(own, host)) == [between(9, 10)]


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"availabilityView": "00"},
        {"availabilityView": None},
        {"error": {"responseCode": "5040", "message": "No."}},
    ],
)
def test_an_answer_that_does_not_cover_the_span_is_not_taken_for_free_time(
    world: MicrosoftWorld, item: dict[str, Any]
) -> None:
    host = world.add_host("host", entries=(entry(between(9, 10)),))
    body = json.dumps({"value": [{"scheduleId": host.mailbox, **item}]})
    world.fault(host, Call.FAST_BUSY, "status", status=200, body=body)

    assert exactly(read(world, host)) == [between(9, 10)]


def test_a_digit_that_nobody_has_explained_is_not_free_time(world: MicrosoftWorld) -> None:
    host = world.add_host("host")
    view = "0" * 12 + "4" * 12
    body = json.dumps({"value": [{"scheduleId": host.mailbox.upper(), "availabilityView": view}]})
    world.fault(host, Call.FAST_BUSY, "status", status=200, body=body)

    assert exactly(read(world, host, span=between(8, 10))) == [between(9, 10)]


def test_a_next_page_elsewhere_is_not_followed_with_our_token(world: MicrosoftWorld) -> None:
    host = world.add_host("host")
    page = {"value": [], "@odata.nextLink": "http://127.0.0.1:9/microsoft/v1.0/me/calendarView"}
    world.fault(host, Call.EXACT_BUSY, "status", status=200, body=json.dumps(page))

    with pytest.raises(TransientError, match="elsewhere"):
        read(world, host, without=NOTHING_OF_OURS)


@pytest.mark.parametrize(
    "event",
    [
        {},
        "an event",
        {"id": "a", "showAs": "busy"},
        {
            "id": "a",
            "showAs": "busy",
            "start": {"dateTime": "2027-03-15T10:00:00", "timeZone": "Nowhere Standard Time"},
            "end": {"dateTime": "2027-03-15T11:00:00", "timeZone": "UTC"},
        },
    ],
)
def test_an_event_that_makes_no_sense_is_no_free_time(world: MicrosoftWorld, event: Any) -> None:
    host = world.add_host("host")
    body = json.dumps({"value": [event]})
    world.fault(host, Call.EXACT_BUSY, "status", status=200, body=body)

    with pytest.raises(TransientError):
        read(world, host, without=NOTHING_OF_OURS)


# ------------------------------------------------------------------------ whole days


def whole_day(world: MicrosoftWorld, **account: Any) -> HostAccount:
    """A host with Monday off, whose event's own zone Graph has lost."""
    day = {
        "start": str(MONDAY),
        "end": str(MONDAY + timedelta(days=1)),
        "all_day": True,
        "time_zone": "America/New_York",
        "original_time_zone": "UTC",
    }
    return world.add_account("host", events=[day], **account)


def test_a_whole_day_whose_zone_is_lost_is_a_day_of_the_mailboxs_working_hours(
    world: MicrosoftWorld,
) -> None:
    host = whole_day(world, time_zone="Eastern Standard Time")

    times = read(world, host, without=NOTHING_OF_OURS)

    assert exactly(times) == [Interval(at(4), at(4, day=1))]


def test_a_whole_day_in_a_customised_zone_is_taken_by_its_bias(world: MicrosoftWorld) -> None:
    host = whole_day(world)
    hours = {"timeZone": {"name": "Customized Time Zone", "bias": -330}}
    body = json.dumps({"value": [{"scheduleId": host.mailbox, "workingHours": hours}]})
    world.fault(host, Call.FAST_BUSY, "status", status=200, body=body)

    times = read(world, host, without=NOTHING_OF_OURS, span=Interval(at(0, day=-2), at(0, day=3)))

    assert exactly(times) == [Interval(at(18, 30, day=-1), at(18, 30))]


def test_a_whole_day_of_a_personal_account_whose_zone_is_lost_is_a_day_in_utc(
    own: MicrosoftWorld,
) -> None:
    host = whole_day(own, personal=True)

    assert exactly(read(own, host)) == [Interval(at(0), at(0, day=1))]


def test_a_whole_day_in_an_unreachable_zone_is_not_guessed(world: MicrosoftWorld) -> None:
    host = whole_day(world, time_zone="Eastern Standard Time")
    world.fault(host, Call.FAST_BUSY, "status", status=503, times=9)

    with pytest.raises(TransientError):
        read(world, host, without=NOTHING_OF_OURS)
