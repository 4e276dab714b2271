"""What is Google's own about the Google connector, beyond the contract of all calendars."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from booking_types.bits import FINE
from booking_types.intervals import Interval
from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    MissingError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from connectors.google import GoogleCalendar
from connectors.protocols import (
    BusyPolicy,
    BusyQuery,
    Vendor,
)
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import LoggedRequest
from tests.connectors.calendar_contract import (
    DEFAULT,
    MONDAY,
    NOTHING_OF_OURS,
    WEEK,
    Call,
    Entry,
    HostAccount,
    Series,
    a_draft,
    at,
    between,
    create,
    entry,
    exactly,
    find,
    read,
)
from tests.connectors.google_world import DelegatedGoogleWorld, GoogleWorld


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> GoogleWorld:
    return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def domain(sandbox: SandboxServer, control: SandboxControl, unique: str) -> DelegatedGoogleWorld:
    return DelegatedGoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


def sent(world: GoogleWorld, caller: str, operation: str) -> list[LoggedRequest]:
    with world.sandbox.world.lock:
        return [
            request
            for request in world.sandbox.world.requests
            if (request.vendor, request.operation, request.caller) == ("google", operation, caller)
        ]


def a_refusal(status: int, reason: str) -> dict[str, Any]:
    detail = {"domain": "global", "reason": reason, "message": "No."}
    body = {"error": {"code": status, "message": "No.", "errors": [detail]}}
    return {"kind": "status", "status": status, "body": json.dumps(body)}


# -------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (403, "rateLimitExceeded", RateLimitedError),
        (403, "userRateLimitExceeded", RateLimitedError),
        (403, "quotaExceeded", RateLimitedError),
        (403, "dailyLimitExceeded", RateLimitedError),
        (429, "rateLimitExceeded", RateLimitedError),
        (403, "insufficientPermissions", ConnectionBrokenError),
        (403, "domainPolicy", ConnectionBrokenError),
        (403, "forbidden", RejectedError),
        (403, "forbiddenForNonOrganizer", RejectedError),
        (403, "requiredAccessLevel", RejectedError),
        (403, "accessNotConfigured", RejectedError),
        (400, "invalid", RejectedError),
        (404, "notFound", MissingError),
        (410, "deleted", MissingError),
        (412, "conditionNotMet", TransientError),
        (500, "backendError", OutcomeUnknownError),
    ],
)
def test_a_refused_write_is_the_error_its_reason_calls_for(
    world: GoogleWorld, status: int, reason: str, expected: type[ConnectorError]
) -> None:
    host = world.add_host("host")
    world.fault(host, Call.CREATE, **a_refusal(status, reason))

    with pytest.raises(ConnectorError) as caught:
        create(world, host, a_draft())

    assert type(caught.value) is expected
    assert caught.value.vendor_code == reason
    assert caught.value.status == status
    assert world.count(host, Call.CREATE) == 1


def test_the_limit_on_invitations_is_a_matter_of_the_day_and_the_rate_limit_is_not(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")
    for reason, is_daily in (("quotaExceeded", True), ("userRateLimitExceeded", False)):
        world.fault(host, Call.CREATE, **a_refusal(403, reason))

        with pytest.raises(RateLimitedError) as caught:
            create(world, host, a_draft())

        assert caught.value.is_daily is is_daily


def test_a_calendar_that_may_only_be_read_refuses_the_event(world: GoogleWorld) -> None:
    host = world.add_host(
        "host", calendars=[{"id": f"shared@{world.domain}", "summary": "team", "access": "reader"}]
    )

    with pytest.raises(RejectedError) as caught:
        world.calendar(host).create_event(
            mailbox=host.mailbox,
            calendar_id=f"shared@{world.domain}",
            draft=a_draft(),
            notify=False,
        )

    assert caught.value.vendor_code == "requiredAccessLevel"


def test_an_account_that_granted_too_little_is_a_broken_connection(world: GoogleWorld) -> None:
    host = world.add_host("host", scopes=["https://www.googleapis.com/auth/calendar.readonly"])

    with pytest.raises(ConnectionBrokenError) as caught:
        create(world, host, a_draft())

    assert caught.value.vendor_code == "insufficientPermissions"


def test_an_api_that_cannot_be_reached_was_not_written_to(world: GoogleWorld) -> None:
    host = world.add_host("host")
    calendar = GoogleCalendar(api_url="http://127.0.0.1:9", access=world.access(host))

    with pytest.raises(TransientError) as caught:
        calendar.create_event(
            mailbox=host.mailbox, calendar_id=host.calendar_id, draft=a_draft(), notify=True
        )

    assert not isinstance(caught.value, OutcomeUnknownError)


def test_a_token_that_stays_refused_is_renewed_once_and_then_a_broken_connection(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")
    world.fault(host, Call.FIND, **a_refusal(401, "authError"), times=9)

    with pytest.raises(ConnectionBrokenError):
        find(world, host)

    assert world.count(host, Call.FIND) == 2
    assert len(sent(world, host.mailbox, "token")) == 2


def test_a_calendar_says_whose_it_is_and_how_many_it_reads_at_once(world: GoogleWorld) -> None:
    calendar = world.calendar(world.add_host("host"))

    assert calendar.vendor is Vendor.GOOGLE
    assert calendar.busy_batch_size == 50
    assert calendar.always_notifies() is False


# ------------------------------------------------------------------------- busy times


def test_many_mailboxes_of_a_domain_are_read_fifty_in_one_request(
    domain: DelegatedGoogleWorld,
) -> None:
    names = [f"host-{number}" for number in range(53)]
    domain.seed(
        *(
            {
                "email": f"{name}@{domain.domain}",
                "events": [{"start": at(8 + n % 9).isoformat(), "end": at(9 + n % 9).isoformat()}],
            }
            for n, name in enumerate(names)
        )
    )
    queries = [BusyQuery(mailbox=f"{name}@{domain.domain}") for name in names]
    host = HostAccount(mailbox=queries[0].mailbox, calendar_id="")

    times = domain.calendar(host).busy(queries, span=WEEK, policy=DEFAULT, unit=FINE)

    assert [one.mailbox for one in times] == [query.mailbox for query in queries]
    assert [exactly(one) for one in times] == [[between(8 + n % 9, 9 + n % 9)] for n in range(53)]
    asked = sent(domain, domain.reader, "free_busy")
    assert sorted(len(json.loads(one.body)["items"]) for one in asked) == [3, 50]


def test_a_host_with_more_calendars_than_fit_one_request_is_read_whole(
    world: GoogleWorld,
) -> None:
    host = world.add_host(
        "host",
        further_calendars={f"calendar {n}": "UTC" for n in range(55)},
        entries=(entry(between(9, 10), calendar="calendar 54"),),
    )

    times = read(world, host, calendar_ids=tuple(host.further.values()))

    assert exactly(times) == [between(9, 10)]


def test_a_calendar_with_too_many_in_its_request_is_unreadable_and_not_free(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host", entries=(entry(between(9, 10)),))
    calendar = {"errors": [{"domain": "calendar", "reason": "tooManyCalendarsRequested"}]}
    world.fault(
        host,
        Call.FAST_BUSY,
        "status",
        status=200,
        body=json.dumps({"calendars": {host.mailbox: {**calendar, "busy": []}}}),
    )

    times = read(world, host)

    assert "tooManyCalendarsRequested" in times.unreadable
    assert times.busy == ()


def test_a_calendar_that_is_left_out_of_the_answer_is_unreadable(world: GoogleWorld) -> None:
    host = world.add_host("host", entries=(entry(between(9, 10)),))
    world.fault(host, Call.FAST_BUSY, "status", status=200, body='{"calendars": {}}')

    times = read(world, host)

    assert times.unreadable != ""


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        '{"calendars": {"x": {"busy": [{"start": "2027-03-15", "end": "2027-03-16"}]}}}',
        '{"calendars": {"x": {"busy": [{"start": "2027-03-15T10:00:00", "end": 5}]}}}',
    ],
)
def test_free_busy_that_makes_no_sense_is_a_passing_error(world: GoogleWorld, body: str) -> None:
    host = world.add_host("host")
    world.fault(host, Call.FAST_BUSY, "status", status=200, body=body)

    with pytest.raises(TransientError):
        read(world, host)


def test_one_batch_that_fails_leaves_the_others_answered(domain: DelegatedGoogleWorld) -> None:
    names = [f"host-{number}" for number in range(51)]
    domain.seed(*({"email": f"{name}@{domain.domain}"} for name in names))
    queries = [BusyQuery(mailbox=f"{name}@{domain.domain}") for name in names]
    host = HostAccount(mailbox=queries[0].mailbox, calendar_id="")
    domain.fault(host, Call.FAST_BUSY, "status", status=429)

    times = domain.calendar(host).busy(queries, span=WEEK, policy=DEFAULT, unit=FINE)

    unread = sum(1 for one in times if one.unreadable)
    assert unread in (1, 50)


def test_a_colleague_who_shares_nothing_is_read_with_their_own_eyes(
    domain: DelegatedGoogleWorld,
) -> None:
    shy = domain.add_host("shy", entries=(entry(between(9, 10)),), shares_free_busy=False)
    open_host = domain.add_host("open", entries=(entry(between(11, 12)),))
    queries = [BusyQuery(mailbox=shy.mailbox), BusyQuery(mailbox=open_host.mailbox)]

    times = domain.calendar(shy).busy(queries, span=WEEK, policy=DEFAULT, unit=FINE)

    assert [exactly(one) for one in times] == [[between(9, 10)], [between(11, 12)]]
    assert len(sent(domain, shy.mailbox, "free_busy")) == 1
    assert sent(domain, open_host.mailbox, "free_busy") == []


def test_the_default_policy_without_anything_to_subtract_is_read_fast(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")

    read(world, host)
    assert (world.count(host, Call.FAST_BUSY), world.count(host, Call.EXACT_BUSY)) == (1, 0)

    read(world, host, policy=BusyPolicy(tentative=False))
    read(world, host, without=NOTHING_OF_OURS)
    assert (world.count(host, Call.FAST_BUSY), world.count(host, Call.EXACT_BUSY)) == (1, 2)


def test_the_exact_reader_never_asks_what_an_entry_is_about(world: GoogleWorld) -> None:
    host = world.add_host("host", entries=(entry(between(9, 10)),))

    read(world, host, without=NOTHING_OF_OURS)

    (request,) = sent(world, host.mailbox, "events_list")
    assert "Something" not in request.answer
    assert "summary" not in request.answer


def test_the_exact_reader_reads_all_pages(world: GoogleWorld) -> None:
    host = world.add_host(
        "host", entries=tuple(entry(between(9, 10, day=n)) for n in range(6)), page_size=2
    )

    times = read(world, host, without=NOTHING_OF_OURS)

    assert exactly(times) == [between(9, 10, day=n) for n in range(6)]
    assert world.count(host, Call.EXACT_BUSY) == 3


def test_a_calendar_with_endless_pages_is_unreadable_and_not_free(world: GoogleWorld) -> None:
    host = world.add_host(
        "host", entries=tuple(entry(between(n, n + 1)) for n in range(10)), page_size=1
    )
    other = world.add_host("other")
    queries = [
        BusyQuery(mailbox=host.mailbox, without=NOTHING_OF_OURS),
        BusyQuery(mailbox=other.mailbox),
    ]

    many, _ = world.calendar(host).busy(queries, span=WEEK, policy=DEFAULT, unit=FINE)

    assert "more events" in many.unreadable
    assert many.busy == ()


def test_an_instance_of_our_series_is_left_out_by_the_series_id(world: GoogleWorld) -> None:
    host = world.add_host("host", entries=(entry(between(9, 10), series=Series(days=3)),))
    listed = world.request(host, "GET", "calendars/primary/events").json()["items"]

    times = read(world, host, without=frozenset({listed[0]["id"]}))

    assert exactly(times) == []


def test_being_in_the_office_is_not_working_elsewhere(world: GoogleWorld) -> None:
    host = world.add_host("host")
    world.seed(
        {
            "email": host.mailbox,
            "events": [
                {
                    "start": at(9).isoformat(),
                    "end": at(10).isoformat(),
                    "eventType": "workingLocation",
                    "transparency": "transparent",
                    "workingLocationProperties": {
                        "type": "officeLocation",
                        "officeLocation": {"label": "Main office"},
                    },
                }
            ],
        }
    )

    times = read(world, host, policy=BusyPolicy(working_elsewhere=True))

    assert exactly(times) == []


@pytest.mark.parametrize("without", [frozenset[str](), NOTHING_OF_OURS])
def test_an_all_day_entry_begins_with_the_day_where_midnight_does_not_exist(
    world: GoogleWorld, without: frozenset[str]
) -> None:
    """Cairo's clocks go from 23:59:59 to 01:00 on the last Friday of April."""
    changeover = date(2027, 4, 30)
    host = world.add_host(
        "host",
        time_zone="Africa/Cairo",
        entries=(Entry(start=changeover, end=changeover + timedelta(days=1)),),
    )
    span = Interval(datetime(2027, 4, 29, tzinfo=UTC), datetime(2027, 5, 2, tzinfo=UTC))

    times = read(world, host, without=without, span=span)

    assert exactly(times) == [
        Interval(datetime(2027, 4, 29, 22, tzinfo=UTC), datetime(2027, 4, 30, 21, tzinfo=UTC))
    ]


def test_a_further_calendar_has_a_zone_of_its_own(world: GoogleWorld) -> None:
    host = world.add_host(
        "host",
        time_zone="America/New_York",
        further_calendars={"team": "Asia/Kolkata"},
        entries=(Entry(start=MONDAY, end=MONDAY + timedelta(days=1), calendar="team"),),
    )
    kolkata = Interval(at(-5, -30), at(18, 30))

    for without in (frozenset[str](), NOTHING_OF_OURS):
        times = read(
            world,
            host,
            calendar_ids=(host.further["team"],),
            without=without,
            span=Interval(at(0, day=-1), at(0, day=2)),
        )

        assert exactly(times) == [kolkata]


def test_calendar_ids_may_hold_anything(world: GoogleWorld) -> None:
    odd = f"en.de#holiday.{world.domain}?x=1@group.v.calendar.google.com"
    host = world.add_host("host", calendars=[{"id": odd, "summary": "odd"}])
    world.calendar(host).create_event(
        mailbox=host.mailbox, calendar_id=odd, draft=a_draft(), notify=False
    )

    for without in (frozenset[str](), NOTHING_OF_OURS):
        times = read(world, host, calendar_ids=(odd,), without=without)

        assert exactly(times) == [between(10, 11)]
