"""Where another synchronisation makes Salesforce's Event: it is waited for, then one is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.api.bodies import booking_body
from app.bookings.questions import BookingView
from app.deliveries.convergence import Converger
from app.deliveries.targets import synchronisation_wait
from app.storage import orgs
from booking_types.model import CalendarRule, SalesforceEventRule, WriteBack
from connectors.protocols import CalendarEvent
from tests.house import House, Person, delivery, targets, upcoming

TUESDAY_10 = upcoming(2, "10:00")
ADOPT = WriteBack(salesforce_event=SalesforceEventRule.ADOPT)


def booked(house: House, **changes: Any) -> tuple[Person, BookingView]:
    """A host, and a booking of a type whose Event comes from elsewhere."""
    host = changes.pop("host", None) or house.a_host("host")
    kind = house.a_booking_type(hosts=[host], **{"write_back": ADOPT, **changes})
    return host, house.book(house.a_lead(), kind, TUESDAY_10, host=host)


def work(house: House, view: BookingView, *, at: datetime | None = None) -> BookingView:
    """Work once on what Salesforce shows of the booking, as a worker at that time does."""
    converger = Converger(
        database=house.wiring.database,
        vendors=house.wiring.vendors,
        clock=house.wiring.clock if at is None else lambda: at,
        scale=1.0,
    )
    row = delivery(house.again(view), "crm_booking")
    converger.converge(org_id=house.org_id, delivery_id=row.delivery_id)
    return house.again(view)


def in_calendar(house: House, host: Person, view: BookingView) -> CalendarEvent:
    """The event on the host's calendar, as its vendor has it."""
    with house.wiring.database.transaction(house.org_id) as session:
        (connection,) = orgs.connections(session, house.org_id, [host.user_id])[host.user_id]
    external = delivery(house.again(view), "calendar_event").external
    return house.wiring.vendors.calendar(connection).get_event(
        mailbox=external["mailbox"],
        calendar_id=external["calendar_id"],
        event_id=external["event_id"],
    )


def synchronised(house: House, host: Person, event: CalendarEvent) -> str:
    """Somebody's else synchronisation copies the calendar's event; the copy's id."""
    made = house.seed_salesforce(
        captured_events=[
            {
                "owner": host.email,
                "start": f"{event.interval.start:%Y-%m-%dT%H:%M:%SZ}",
                "end": f"{event.interval.end:%Y-%m-%dT%H:%M:%SZ}",
                "subject": event.subject,
                "description": event.description,
            }
        ]
    )
    copy: str = made["captured_events"][0]
    return copy


def crm(view: BookingView) -> Mapping[str, Any]:
    return delivery(view, "crm_booking").external


def test_while_the_copy_is_not_there_the_booking_is_saved_and_waits(house: House) -> None:
    _, view = booked(house)
    house.settle(view, only=["calendar_event"])

    view = work(house, view)

    row = delivery(view, "crm_booking")
    assert (row.state, row.error_code) == ("waiting", "waits_for_synchronisation")
    assert crm(view)["crm_booking_id"]
    assert crm(view)["crm_event_id"] is None
    (target,) = [each for each in booking_body(view)["targets"] if each["target"] == "crm_booking"]
    assert "waiting for the calendar's synchronisation" in target["detail"]
    assert not target["needs_attention"]


def test_the_copy_of_the_calendars_event_is_related_to_the_record_and_no_other_made(
    house: House,
) -> None:
    host, view = booked(house)
    house.settle(view, only=["calendar_event"])
    view = work(house, view)
    event = in_calendar(house, host, view)
    assert str(view.booking.booking_id) in event.description

    copy = synchronised(house, host, event)
    view = house.settle(view)

    assert set(targets(view).values()) == {"done"}
    assert crm(view)["crm_event_id"] == copy
    assert house.soql("Event", copy, "WhoId", "OwnerId") == {
        "WhoId": view.booking.record_id,
        "OwnerId": host.user_id,
    }
    busy = house.wiring.vendors.crm(house.org_id).busy(
        user_ids=[host.user_id],
        span=event.interval,
        without_booking_ids=[str(view.booking.booking_id)],
    )
    assert busy[host.user_id] == ()


def test_a_meeting_of_the_host_that_only_looks_alike_is_not_taken_for_the_copy(
    house: House,
) -> None:
    host, view = booked(house)
    house.settle(view, only=["calendar_event"])
    event = in_calendar(house, host, view)
    house.seed_salesforce(
        captured_events=[
            {
                "owner": host.email,
                "start": f"{event.interval.start:%Y-%m-%dT%H:%M:%SZ}",
                "end": f"{event.interval.end:%Y-%m-%dT%H:%M:%SZ}",
                "subject": event.subject,
                "description": "Another meeting",
            }
        ]
    )

    view = work(house, view)

    assert delivery(view, "crm_booking").state == "waiting"
    assert crm(view)["crm_event_id"] is None


def test_it_is_looked_for_ever_more_rarely(house: House) -> None:
    _, view = booked(house)
    house.settle(view, only=["calendar_event"])
    written = delivery(house.again(view), "calendar_event").done_at
    assert written is not None

    waits = []
    for minutes in (1, 2, 4, 9, 19):
        at = written + timedelta(minutes=minutes)
        row = delivery(work(house, view, at=at), "crm_booking")
        assert row.next_attempt_at is not None
        waits.append((row.next_attempt_at - at) // timedelta(minutes=1))

    assert waits == [1, 2, 5, 10, 10]
    assert synchronisation_wait(1, scale=0.01) == timedelta(seconds=0.6)


@pytest.mark.parametrize(("minutes", "is_made"), [(29, False), (30, True)])
def test_where_no_copy_appears_within_half_an_hour_we_make_the_event(
    house: House,
    minutes: int,
    is_made: bool,  # noqa: FBT001 - pytest gives it so
) -> None:
    host, view = booked(house)
    house.settle(view, only=["calendar_event"])
    written = delivery(house.again(view), "calendar_event").done_at
    assert written is not None
    work(house, view)

    view = work(house, view, at=written + timedelta(minutes=minutes))

    event_id = crm(view)["crm_event_id"]
    assert (delivery(view, "crm_booking").state == "done", bool(event_id)) == (is_made, is_made)
    if is_made:
        made = house.soql("Event", event_id, "WhoId", "OwnerId")
        assert made == {"WhoId": view.booking.record_id, "OwnerId": host.user_id}


def test_until_the_calendars_event_is_written_its_copy_has_all_the_time(house: House) -> None:
    _, view = booked(house)

    view = work(house, view, at=house.wiring.clock() + timedelta(hours=5))

    assert delivery(view, "crm_booking").state == "waiting"


def test_where_there_is_no_calendar_to_copy_from_we_make_the_event_at_once(house: House) -> None:
    host = house.a_host("host", calendar=None)
    _, view = booked(house, host=host, calendar_rule=CalendarRule.OPTIONAL)

    view = house.settle(view)

    assert delivery(view, "crm_booking").state == "done"
    assert crm(view)["crm_event_id"]
    # Nor is there anything by which a copy would have to be known again.
    for mail in house.control.mails(f"guest@customer.{house.domain}"):
        assert str(view.booking.booking_id) not in mail["text"]


def test_a_calendars_event_that_was_given_up_is_not_waited_for(house: House) -> None:
    host, view = booked(house)
    house.execute(
        "update connections set status = 'broken' where host_id = :host", host=host.user_id
    )
    house.execute(
        "update deliveries set state = 'needs_attention', next_attempt_at = null,"
        " error_code = 'reconnect_required' where target = 'calendar_event'"
    )

    view = work(house, view)

    assert crm(view)["crm_event_id"]


@pytest.mark.parametrize(
    ("rule", "has_event"),
    [(SalesforceEventRule.ALWAYS, True), (SalesforceEventRule.NEVER, False)],
)
def test_other_types_wait_for_nobody_and_mark_nothing(
    house: House,
    rule: SalesforceEventRule,
    has_event: bool,  # noqa: FBT001 - pytest gives it so
) -> None:
    host, view = booked(house, write_back=WriteBack(salesforce_event=rule))

    view = house.settle(view)

    assert set(targets(view).values()) == {"done"}
    assert bool(crm(view)["crm_event_id"]) is has_event
    event = in_calendar(house, host, view)
    assert str(view.booking.booking_id) not in event.description
