"""Every target comes to look like its booking, whatever happens on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.deliveries.attention import begin_again
from app.deliveries.sweeping import Sweeper
from app.storage.tables import Connection
from booking_types.bits import FINE
from booking_types.intervals import Interval
from booking_types.model import (
    CalendarRule,
    CoHostRule,
    Platform,
    RecordUpdate,
    SalesforceEventRule,
    WriteBack,
)
from connectors.errors import ConnectionBrokenError
from connectors.protocols import BusyPolicy, BusyQuery, Vendor
from tests.house import House, Person, delivery, targets, upcoming

TUESDAY_10 = upcoming(2, "10:00")


def invitations(house: House, address: str) -> list[dict[str, Any]]:
    """The invitations that somebody received, by whatever way."""
    return [mail for mail in house.control.mails(address) if mail["invitation"]]


def google_events(house: House, host: Person) -> list[dict[str, Any]]:
    """How often events were really inserted into a host's calendar."""
    return [
        request
        for request in house.control.requests(vendor="google")
        if request["operation"] == "events_insert"
        and request["caller"] == host.email
        and request["status"] in (0, 200)
    ]


# ------------------------------------------------------------------------ the happy paths


def test_a_meet_booking_shows_its_link_on_every_surface(house: House) -> None:
    host = house.a_host("host", platform=Platform.GOOGLE_MEET)
    kind = house.a_booking_type(
        hosts=[host],
        write_back=WriteBack(
            record_updates=(RecordUpdate(field="Description", value="Met {{ host.name }}"),),
            hand_over_owner=True,
        ),
    )
    lead = house.a_lead()

    view = house.settle(house.book(lead, kind, TUESDAY_10, host=host))

    assert set(targets(view).values()) == {"done"}
    link = view.booking.join_url
    assert link.startswith("https://")
    guest = invitations(house, f"guest@customer.{house.domain}")
    assert [mail["invitation"]["join_url"] for mail in guest] == [link]
    assert link in house.control.mails(host.email)[-1]["text"]
    found = delivery(view, "crm_booking").external
    event = house.soql("Event", found["crm_event_id"], "WhoId", "OwnerId", "Location", "WhatId")
    assert event == {
        "WhoId": lead,
        "WhatId": None,
        "OwnerId": host.user_id,
        "Location": link,
    }
    record = house.soql("Lead", lead, "Description", "OwnerId")
    assert record == {"Description": "Met Host", "OwnerId": host.user_id}
    mirrored = house.soql("Booking__c", found["crm_booking_id"], "Join_Url__c", "Start__c")
    assert mirrored["Join_Url__c"] == link
    assert mirrored["Start__c"] == TUESDAY_10


def test_a_teams_booking_reaches_co_hosts_of_another_vendor(house: House) -> None:
    host = house.a_host("host", calendar=Vendor.MICROSOFT, platform=Platform.MICROSOFT_TEAMS)
    colleague = house.a_host("colleague")
    kind = house.a_booking_type(hosts=[host, colleague], co_host_rule=CoHostRule(allowed=True))

    view = house.settle(
        house.book(house.a_lead(), kind, TUESDAY_10, host=host, co_hosts=[colleague])
    )

    assert set(targets(view).values()) == {"done"}
    assert "teams" in view.booking.join_url
    assert len(invitations(house, colleague.email)) == 1


def test_a_zoom_meeting_stands_before_the_invitation_that_shows_it(house: House) -> None:
    host = house.a_host("host", zoom=True, platform=Platform.ZOOM)
    kind = house.a_booking_type(hosts=[host])

    view = house.settle(house.book(house.a_lead(), kind, TUESDAY_10, host=host))

    mails = invitations(house, f"guest@customer.{house.domain}")
    assert [mail["invitation"]["location"] for mail in mails] == [view.booking.join_url]


def test_without_a_calendar_our_own_mail_invites_and_nobody_else(house: House) -> None:
    host = house.a_host("host", calendar=None)
    kind = house.a_booking_type(hosts=[host], calendar_rule=CalendarRule.OPTIONAL)

    view = house.settle(
        house.book(house.a_lead(), kind, TUESDAY_10, host=host, place="Their office")
    )

    mails = invitations(house, f"guest@customer.{house.domain}")
    assert [mail["sent_by"] for mail in mails] == ["smtp"]
    assert mails[0]["invitation"]["organizer"]["email"] == host.email
    assert mails[0]["invitation"]["location"] == "Their office"
    assert "calendar_event" not in targets(view)


def test_what_a_type_switches_off_is_not_written(house: House) -> None:
    host = house.a_host("host")
    quiet = house.a_booking_type(
        hosts=[host],
        write_back=WriteBack(guest_invitation=False, salesforce_event=SalesforceEventRule.NEVER),
    )

    view = house.settle(house.book(house.a_lead(), quiet, TUESDAY_10, host=host))

    assert invitations(house, f"guest@customer.{house.domain}") == []
    found = delivery(view, "crm_booking").external
    assert found["crm_event_id"] is None
    assert found["crm_booking_id"]


# ---------------------------------------------------------------------- unknown outcomes


@pytest.mark.parametrize("kind", ["commit_then_drop", "drop_before"])
def test_an_event_whose_answer_was_lost_is_there_once_and_the_guest_invited_once(
    house: House, kind: str
) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(vendor="google", kind=kind, operation="events_insert", caller=host.email)

    view = house.settle(view)

    assert targets(view)["calendar_event"] == "done"
    assert len(invitations(house, f"guest@customer.{house.domain}")) == 1


def test_a_teams_event_whose_answer_was_lost_is_there_once(house: House) -> None:
    host = house.a_host("host", calendar=Vendor.MICROSOFT, platform=Platform.MICROSOFT_TEAMS)
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(
        vendor="microsoft",
        kind="commit_then_drop",
        operation="events_create",
        caller=host.email,
    )

    view = house.settle(view)

    assert set(targets(view).values()) == {"done"}
    assert len(invitations(house, f"guest@customer.{house.domain}")) == 1


def test_a_zoom_meeting_whose_answer_was_lost_is_found_and_not_made_again(
    house: House,
) -> None:
    host = house.a_host("host", zoom=True, platform=Platform.ZOOM)
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(
        vendor="zoom", kind="commit_then_drop", operation="meetings_create", caller=host.email
    )

    view = house.settle(view)

    assert set(targets(view).values()) == {"done"}
    made = [
        request
        for request in house.control.requests(vendor="zoom")
        if request["operation"] == "meetings_create" and request["caller"] == host.email
    ]
    assert len(made) == 1


@pytest.mark.parametrize("kind", ["commit_then_drop", "drop_before"])
def test_salesforce_shows_one_booking_and_one_event_after_a_lost_answer(
    house: House, kind: str
) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(
        vendor="salesforce",
        kind=kind,
        operation="composite_request",
        skip=1,
        caller=house.salesforce_org_id,
    )

    view = house.settle(view)

    assert targets(view)["crm_booking"] == "done"
    crm = house.wiring.vendors.crm(house.org_id)
    found = crm.find_booking(str(view.booking.booking_id))
    assert found is not None
    busy = crm.busy(
        user_ids=[host.user_id],
        span=_around(view.booking.start_at),
        without_booking_ids=(),
    )
    assert len(busy[host.user_id]) == 1


def _around(start: datetime) -> Interval:
    return Interval(start - timedelta(hours=4), start + timedelta(hours=4))


@pytest.mark.parametrize("kind", ["html", "truncated"])
def test_an_answer_that_makes_no_sense_is_looked_into_and_not_repeated_blindly(
    house: House, kind: str
) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(vendor="google", kind=kind, operation="events_insert", caller=host.email)

    view = house.settle(view)

    assert targets(view)["calendar_event"] == "done"
    assert len(invitations(house, f"guest@customer.{house.domain}")) == 1


def test_a_mail_whose_fate_is_unknown_is_not_sent_twice_but_shown_to_a_person(
    house: House,
) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(vendor="smtp", kind="commit_then_drop", operation="data", caller=host.email)

    view = house.settle(view)

    notice = delivery(view, "notice", host.user_id)
    assert (notice.state, notice.error_code) == ("needs_attention", "mail_unknown")
    assert len(house.control.mails(host.email)) == 1


# ----------------------------------------------------------------------- retrying, waiting


def test_a_failing_target_holds_up_none_but_those_that_need_it(house: House) -> None:
    host = house.a_host("host", platform=Platform.GOOGLE_MEET)
    booking_type = house.a_booking_type(
        hosts=[host],
        write_back=WriteBack(record_updates=(RecordUpdate(field="Description", value="x"),)),
    )
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(
        vendor="salesforce",
        kind="status",
        status=503,
        times=1000,
        operation="composite_request",
        caller=house.salesforce_org_id,
    )

    view = house.settle(view, rounds=5)

    found = targets(view)
    assert found["crm_booking"] == "retrying"
    assert {found["calendar_event"], found["conference"], found["record_update"]} == {"done"}
    assert found["notice"] == "done"


def test_what_a_vendor_refuses_for_good_needs_a_person_and_says_why(house: House) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(
        hosts=[host],
        write_back=WriteBack(record_updates=(RecordUpdate(field="Email", value="Nonsense"),)),
    )

    view = house.settle(house.book(house.a_lead(), booking_type, TUESDAY_10, host=host))

    update = delivery(view, "record_update")
    assert update.state == "needs_attention"
    assert update.error_code == "INVALID_EMAIL_ADDRESS"
    assert "Nonsense" in update.vendor_message


def test_without_a_link_in_time_the_invitation_goes_out_and_the_link_follows(
    house: House,
) -> None:
    host = house.a_host("host", zoom=True, platform=Platform.ZOOM)
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(
        vendor="zoom",
        kind="status",
        status=503,
        times=1000,
        operation="meetings_create",
        caller=host.email,
    )
    guest = f"guest@customer.{house.domain}"
    house.settle(view, rounds=3)
    assert invitations(house, guest) == []
    # As if the ten minutes, and then the half hour for a decision, had passed.
    for _ in range(2):
        house.execute(
            "update deliveries set created_at = created_at - interval '1 hour',"
            " attention_at = attention_at - interval '1 hour'"
        )
        view = house.settle(view, rounds=3)

    without = invitations(house, guest)
    assert [mail["invitation"]["location"] for mail in without] == [""]
    assert delivery(view, "conference").state == "needs_attention"

    house.control.forget_faults()
    view = house.settle(view)

    mails = invitations(house, guest)
    assert view.booking.revision == 2
    assert [mail["invitation"]["location"] for mail in mails] == ["", view.booking.join_url]
    assert set(targets(view).values()) == {"done"}


def test_an_event_the_host_removed_is_not_put_back(house: House) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.settle(house.book(house.a_lead(), booking_type, TUESDAY_10, host=host))
    found = delivery(view, "calendar_event").external
    connection = house.execute("select connection_id from connections")
    assert connection
    calendar = house.wiring.vendors.calendar(_connection(house))
    calendar.cancel_event(
        mailbox=found["mailbox"],
        calendar_id=found["calendar_id"],
        event_id=found["event_id"],
        notify=False,
    )
    house.execute("update bookings set revision = 2")
    house.execute("update deliveries set state = 'pending' where target = 'calendar_event'")

    view = house.settle(view, rounds=3)

    event = delivery(view, "calendar_event")
    assert event.state == "needs_attention"
    assert "removed" in event.error_message
    assert len(google_events(house, host)) == 1


def _connection(house: House) -> Any:
    with house.wiring.database.transaction(house.org_id) as session:
        return session.scalars(sa.select(Connection)).one()


def test_an_attempt_given_up_as_dead_that_comes_back_late_doubles_nothing(house: House) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    row = delivery(view, "calendar_event")
    house.fault(
        vendor="google", kind="slow", seconds=1, operation="events_insert", caller=host.email
    )

    def attempt() -> None:
        house.converger().converge(org_id=house.org_id, delivery_id=row.delivery_id)

    with ThreadPoolExecutor() as pool:
        zombie = pool.submit(attempt)
        house.wait_until_faults_are_met()
        attempt()
        zombie.result()
    view = house.settle(view)

    event = delivery(view, "calendar_event")
    assert (event.state, event.attempt) == ("done", 2)
    assert len(invitations(house, f"guest@customer.{house.domain}")) == 1


def test_a_revoked_connection_is_marked_broken_and_its_host_is_not_offered(
    house: House,
) -> None:
    host = house.a_host("host")
    house.a_booking_type(hosts=[host])
    house.fault(
        vendor="google",
        kind="status",
        status=400,
        body='{"error": "invalid_grant"}',
        operation="token",
        caller=host.email,
        times=10,
    )
    calendar = house.wiring.vendors.calendar(_connection(house))

    with pytest.raises(ConnectionBrokenError):
        calendar.busy(
            [BusyQuery(mailbox=host.email)],
            span=_around(TUESDAY_10),
            policy=BusyPolicy(),
            unit=FINE,
        )

    assert _connection(house).status == "broken"


# -------------------------------------------------------------------- what needs a person


def test_a_mail_that_a_person_has_to_decide_about_is_not_sent_by_a_job_that_comes_late(
    house: House,
) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(vendor="smtp", kind="commit_then_drop", operation="data", caller=host.email)
    view = house.settle(view)
    notice = delivery(view, "notice", host.user_id)

    house.converger().converge(org_id=house.org_id, delivery_id=notice.delivery_id)

    assert len(house.control.mails(host.email)) == 1


def test_a_target_that_is_being_worked_on_is_not_woken_a_second_time(house: House) -> None:
    host = house.a_host("host", platform=Platform.GOOGLE_MEET)
    booking_type = house.a_booking_type(hosts=[host])
    view = house.settle(
        house.book(house.a_lead(), booking_type, TUESDAY_10, host=host), only=("calendar_event",)
    )
    house.fault(vendor="smtp", kind="slow", seconds=1.5, operation="data", caller=host.email)
    view = house.settle(view, only=("conference",))
    notice = delivery(view, "notice", host.user_id)
    crm = delivery(view, "crm_booking")

    def attempt(delivery_id: UUID) -> None:
        house.converger().converge(org_id=house.org_id, delivery_id=delivery_id)

    with ThreadPoolExecutor() as pool:
        slow = pool.submit(attempt, notice.delivery_id)
        house.wait_until_faults_are_met()
        house.execute("delete from procrastinate_jobs")
        attempt(crm.delivery_id)
        woken = house.execute(
            "select count(*) from procrastinate_jobs where lock = :lock",
            lock=f"delivery|{notice.delivery_id}",
        )
        slow.result()

    assert woken == [(0,)]
    assert len(house.control.mails(host.email)) == 1


def test_what_was_given_up_is_tried_once_more_when_a_person_says_so(house: House) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(
        hosts=[host],
        write_back=WriteBack(record_updates=(RecordUpdate(field="Description", value="x"),)),
    )
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(
        vendor="salesforce",
        kind="status",
        status=400,
        body='[{"errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Not on Mondays"}]',
        operation="row_update",
        caller=house.salesforce_org_id,
    )
    view = house.settle(view)
    update = delivery(view, "record_update")
    assert (update.state, update.vendor_message) == ("needs_attention", "Not on Mondays")

    count = begin_again(
        database=house.wiring.database,
        clock=house.wiring.clock,
        scale=house.settings.delay_scale,
        booking_id=view.booking.booking_id,
    )
    view = house.settle(view)

    assert count == 1
    assert set(targets(view).values()) == {"done"}


def test_connecting_again_takes_up_what_stopped_because_of_it(house: House) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.execute("update connections set status = 'broken', token = null")
    view = house.settle(view)
    assert delivery(view, "calendar_event").error_code == "not_connected"

    house.connect(host, Vendor.GOOGLE)
    view = house.settle(view)

    assert set(targets(view).values()) == {"done"}


def test_after_an_unknown_outcome_only_the_account_that_was_written_to_is_looked_at(
    house: House,
) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(
        vendor="google", kind="commit_then_drop", operation="events_insert", caller=host.email
    )
    view = house.settle(view, rounds=1)
    house.execute("update connections set status = 'broken'")
    house.connect(host, Vendor.MICROSOFT, mailbox=f"second.{host.email}")

    view = house.settle(view)

    assert targets(view)["calendar_event"] == "done"
    guest = invitations(house, f"guest@customer.{house.domain}")
    assert [mail["sent_by"] for mail in guest] == ["google"]


def test_whoever_waits_for_what_was_given_up_needs_a_person_too(house: House) -> None:
    host, colleague = house.a_host("host", platform=Platform.GOOGLE_MEET), house.a_host("other")
    booking_type = house.a_booking_type(
        hosts=[host, colleague], co_host_rule=CoHostRule(allowed=True)
    )
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host, co_hosts=[colleague])
    house.execute(
        "update connections set status = 'broken', token = null where host_id = :host",
        host=host.user_id,
    )

    view = house.settle(view, rounds=4)

    found = targets(view)
    assert found["calendar_event"] == "needs_attention"
    assert found["conference"] == "needs_attention"
    assert found["co_host_calendar"] == "needs_attention"


def test_a_link_that_comes_while_an_invitation_without_it_is_in_doubt_still_reaches_the_guest(
    house: House,
) -> None:
    host = house.a_host("host", zoom=True, platform=Platform.ZOOM)
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    house.fault(
        vendor="zoom",
        kind="status",
        status=503,
        times=1000,
        operation="meetings_create",
        caller=host.email,
    )
    house.settle(view, rounds=2)
    for _ in range(2):
        house.execute(
            "update deliveries set created_at = created_at - interval '1 hour',"
            " attention_at = attention_at - interval '1 hour'"
        )
        house.settle(view, rounds=2, only=("conference",))
    house.fault(
        vendor="google", kind="commit_then_drop", operation="events_insert", caller=host.email
    )
    house.settle(view, rounds=1, only=("calendar_event",))
    guest = f"guest@customer.{house.domain}"
    assert [mail["invitation"]["location"] for mail in invitations(house, guest)] == [""]

    house.control.forget_faults()
    house.settle(view, rounds=2, only=("conference",))
    view = house.settle(view)

    last = invitations(house, guest)[-1]
    assert view.booking.join_url
    assert last["invitation"]["location"] == view.booking.join_url
    assert set(targets(view).values()) == {"done"}


# ----------------------------------------------------------------------------- the sweep


@pytest.mark.parametrize("leaves_a_job", [True, False], ids=["its job never ends", "has no job"])
def test_a_delivery_that_nobody_will_ever_work_on_is_taken_up_by_the_sweep(
    house: House, *, leaves_a_job: bool
) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, TUESDAY_10, host=host)
    if leaves_a_job:
        house.execute("update procrastinate_jobs set status = 'doing'")
    else:
        house.execute("delete from procrastinate_jobs")
    house.execute("update deliveries set next_attempt_at = now() - interval '10 minutes'")

    Sweeper(database=house.wiring.database, clock=house.wiring.clock, scale=0.01).go_round()

    jobs = house.execute("select count(*) from procrastinate_jobs where status = 'todo'")
    assert jobs == [(len(view.deliveries),)]


def test_idempotency_keys_are_forgotten_after_a_week(house: House) -> None:
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    house.book(lead, booking_type, TUESDAY_10, host=host, key="old")
    house.execute("update idempotency_keys set created_at = now() - interval '8 days'")
    house.book(lead, booking_type, upcoming(2, "11:00"), host=host, key="new")

    Sweeper(database=house.wiring.database, clock=house.wiring.clock, scale=1.0).go_round()

    assert house.execute("select key from idempotency_keys") == [("new",)]
