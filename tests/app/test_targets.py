"""Which targets a booking has, when to try again, how long to wait for a link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.deliveries.failures import connector_failure, defect
from app.deliveries.targets import (
    LONGEST_DELAY,
    Target,
    Wanted,
    link_deadline,
    retry_delay,
    wanted_targets,
)
from app.storage.tables import Delivery
from booking_types.model import BookingType, Platform, RecordUpdate, WriteBack
from connectors.errors import (
    ConnectionBrokenError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)

NOON = datetime(2027, 3, 8, 12, tzinfo=UTC)


def wanted(**changes: object) -> list[Wanted]:
    write_back = changes.pop("write_back", WriteBack())
    values: dict[str, object] = {
        "booking_type": BookingType(
            key="k",
            name="N",
            object_name="Lead",
            write_back=write_back,  # type: ignore[arg-type]  # from a test's own words
        ),
        "platform": Platform.NONE,
        "has_guests": True,
        "has_record_answers": False,
        "host_writes_calendar": True,
        "co_hosts": (),
        "co_hosts_with_calendar": (),
        "host_id": "host",
        "organizer_id": "rep",
        **changes,
    }
    return wanted_targets(**values)  # type: ignore[arg-type]  # likewise


def test_the_calendar_invites_and_our_mail_does_only_when_there_is_no_calendar() -> None:
    assert Wanted(Target.INVITATION) not in wanted()
    without = wanted(host_writes_calendar=False)
    assert Wanted(Target.INVITATION) in without
    assert Wanted(Target.CALENDAR_EVENT) not in without


def test_nobody_is_invited_when_the_type_invites_nobody() -> None:
    quiet = wanted(host_writes_calendar=False, write_back=WriteBack(guest_invitation=False))

    assert Wanted(Target.INVITATION) not in quiet


def test_an_organizer_who_is_the_host_is_told_once() -> None:
    told = [each.subject_id for each in wanted(organizer_id="host") if each.target == "notice"]

    assert told == ["host"]


def test_a_record_is_updated_only_when_the_type_says_so() -> None:
    update = WriteBack(record_updates=(RecordUpdate(field="Status", value="x"),))

    assert Wanted(Target.RECORD_UPDATE) not in wanted()
    assert Wanted(Target.RECORD_UPDATE) in wanted(write_back=update)
    assert Wanted(Target.RECORD_UPDATE) in wanted(write_back=WriteBack(hand_over_owner=True))


@pytest.mark.parametrize(
    ("starts_in", "asked", "expected"),
    [
        (timedelta(days=1), None, timedelta(minutes=40)),
        (timedelta(days=1), timedelta(minutes=1), timedelta(minutes=31)),
        (timedelta(hours=2, minutes=20), timedelta(minutes=1), timedelta(minutes=20)),
        (timedelta(minutes=30), timedelta(minutes=1), timedelta(minutes=1)),
    ],
    ids=["nobody asked yet", "refused at once", "two hours before the start", "starts soon"],
)
def test_the_link_is_waited_for_until_a_person_had_time_to_decide(
    starts_in: timedelta, asked: timedelta | None, expected: timedelta
) -> None:
    conference = Delivery(created_at=NOON, attention_at=NOON + asked if asked else None)

    until = link_deadline(conference=conference, start_at=NOON + starts_in, scale=1.0)

    assert until == NOON + expected


@given(some.integers(min_value=1, max_value=200))
def test_a_retry_waits_at_least_half_a_second_and_at_most_an_hour(attempts: int) -> None:
    delay = retry_delay(attempts, asked=None, scale=1.0)

    assert timedelta(milliseconds=500) <= delay <= LONGEST_DELAY


def test_a_retry_is_never_sooner_than_the_vendor_asked() -> None:
    error = RateLimitedError("zoom", "x", "slow down", retry_after=timedelta(seconds=120))

    failure = connector_failure(error, target="conference", attempts=1, scale=1.0)

    assert failure.code == "rate_limited"
    assert failure.delay is not None
    assert failure.delay >= timedelta(seconds=120)


def test_a_quota_of_the_day_is_looked_at_again_in_an_hour() -> None:
    error = RateLimitedError("zoom", "x", "daily limit", is_daily=True)

    failure = connector_failure(error, target="conference", attempts=1, scale=1.0)

    assert (failure.code, failure.delay) == ("daily_limit", LONGEST_DELAY)


def test_a_record_that_somebody_else_is_saving_is_told_from_a_vendor_that_does_not_answer() -> None:
    error = TransientError("salesforce", "x", "busy", vendor_code="UNABLE_TO_LOCK_ROW")

    failure = connector_failure(error, target="crm_booking", attempts=1, scale=1.0)

    assert failure.code == "UNABLE_TO_LOCK_ROW"
    assert failure.delay is not None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RejectedError("salesforce", "x", "no", vendor_code="REQUIRED_FIELD_MISSING"),
         "REQUIRED_FIELD_MISSING"),
        (ConnectionBrokenError("google", "x", "revoked"), "reconnect_required"),
    ],
)  # fmt: skip
def test_what_will_not_work_later_is_not_tried_again(error: RejectedError, code: str) -> None:
    failure = connector_failure(error, target="crm_booking", attempts=1, scale=1.0)

    assert (failure.code, failure.delay) == (code, None)


def test_an_unknown_outcome_is_tried_again_unless_it_is_a_mail() -> None:
    error = OutcomeUnknownError("google", "x", "no answer")

    event = connector_failure(error, target="calendar_event", attempts=1, scale=1.0)
    mail = connector_failure(error, target="notice", attempts=1, scale=1.0)

    assert event.delay is not None
    assert (mail.code, mail.delay) == ("mail_unknown", None)


def test_a_defect_of_ours_is_parked_after_five_attempts() -> None:
    delays = [defect(attempts=attempts, scale=1.0).delay for attempts in range(1, 6)]

    assert None not in delays[:4]
    assert delays[4] is None
