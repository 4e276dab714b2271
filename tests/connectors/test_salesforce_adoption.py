"""A booking's Event that another synchronisation makes from the host's calendar.

Source: Object Reference, Event (a lead as WhoId allows no WhatId; Description is a long text, by
which nothing can be filtered). That such a synchronisation keeps owner, start, end and description
is our reading of Einstein Activity Capture (Salesforce Help, "Considerations for Syncing Events
with Einstein Activity Capture").
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from booking_types.intervals import Interval
from connectors.errors import OutcomeUnknownError
from connectors.protocols import CrmBookingDraft
from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import BOOKING_ID, HOUR, START, SalesforceOrg

MARKER = f"Booking {BOOKING_ID}"
EVENTS = (
    "SELECT Id, Subject, Description, Location, StartDateTime, OwnerId, WhoId, WhatId, ShowAs,"
    " Booking_Id__c FROM Event ORDER BY CreatedDate, Id"
)


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    return SalesforceOrg.make(control, unique)


def copied(org: SalesforceOrg, **changes: Any) -> str:
    """An Event that the other synchronisation has made of the host's calendar; its id."""
    event = {
        "owner": f"host@{org.domain}",
        "start": START.isoformat(),
        "end": (START + HOUR).isoformat(),
        "subject": "As the calendar has it",
        "description": f"For guests\n\n{MARKER}",
        **changes,
    }
    made: str = org.seed(captured_events=[event])["captured_events"][0]
    return made


def adopting(
    org: SalesforceOrg, record_id: str, object_name: str = "Lead", **changes: Any
) -> CrmBookingDraft:
    options: dict[str, Any] = {"adopts_event": True, "makes_event": False, "event_marker": MARKER}
    text = f"Inside only\n\n{MARKER}"
    return org.draft(record_id, object_name, **{"description": text, **options, **changes})


def test_the_others_event_is_related_to_the_record_and_otherwise_left_alone(
    org: SalesforceOrg,
) -> None:
    event, lead = copied(org), org.lead()

    written = org.crm().write_booking(adopting(org, lead))

    found = org.query(EVENTS)
    assert written.event_id == event
    assert [each["Id"] for each in found] == [event]
    assert (found[0]["Booking_Id__c"], found[0]["WhoId"]) == (BOOKING_ID, lead)
    assert found[0]["Subject"] == "As the calendar has it"
    assert found[0]["Description"] == f"For guests\n\n{MARKER}"
    assert found[0]["Location"] is None
    assert org.query("SELECT Event_Id__c FROM Booking__c") == [{"Event_Id__c": event}]


@pytest.mark.parametrize(
    "changes",
    [
        {"start": (START + timedelta(minutes=15)).isoformat()},
        {"end": (START + 2 * HOUR).isoformat()},
        {"owner": "cohost"},
        {"description": "no marker"},
        {"description": "Booking 00000000-0000-4000-8000-000000000000"},
    ],
)
def test_an_event_that_differs_is_not_the_one(org: SalesforceOrg, changes: dict[str, Any]) -> None:
    if "owner" in changes:
        changes = {"owner": f"{changes['owner']}@{org.domain}"}
    copied(org, **changes)

    written = org.crm().write_booking(adopting(org, org.lead()))

    assert written.event_id is None
    assert [each["Booking_Id__c"] for each in org.query(EVENTS)] == [None]


def test_nothing_is_adopted_without_a_marker_to_know_it_by(org: SalesforceOrg) -> None:
    copied(org)

    written = org.crm().write_booking(adopting(org, org.lead(), event_marker=""))

    assert written.event_id is None


def test_another_bookings_event_is_not_taken_from_it(org: SalesforceOrg) -> None:
    other = "00000000-0000-4000-8000-000000000001"
    org.event("host", START, START + HOUR, Description=MARKER, Booking_Id__c=other)

    written = org.crm().write_booking(adopting(org, org.lead()))

    assert written.event_id is None
    assert [each["Booking_Id__c"] for each in org.query(EVENTS)] == [other]


def test_the_marker_is_known_however_the_calendar_wraps_its_text(org: SalesforceOrg) -> None:
    wrapped = f"<p>For guests</p><p>Booking&nbsp;\n{BOOKING_ID}</p>"
    event = copied(org, description=wrapped)

    assert org.crm().write_booking(adopting(org, org.lead())).event_id == event


def test_while_the_others_event_is_awaited_there_is_a_booking_without_one(
    org: SalesforceOrg,
) -> None:
    crm, draft = org.crm(), adopting(org, org.lead())

    before = crm.write_booking(draft)
    event = copied(org)
    after = crm.write_booking(draft)

    assert (before.event_id, after.event_id) == (None, event)
    assert before.booking_record_id == after.booking_record_id
    assert len(org.query(EVENTS)) == 1


def test_where_it_never_came_one_is_made_and_then_kept_up(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    draft = adopting(org, lead, makes_event=True)

    made = crm.write_booking(draft)
    crm.write_booking(replace(draft, subject="New", revision=2))
    still_there = crm.write_booking(replace(draft, subject="New", revision=3, makes_event=False))

    events = org.query(EVENTS)
    assert [each["Id"] for each in events] == [made.event_id] == [still_there.event_id]
    assert (events[0]["Subject"], events[0]["WhoId"]) == ("New", lead)


def test_it_is_adopted_rather_than_made_where_both_would_do(org: SalesforceOrg) -> None:
    event = copied(org)

    written = org.crm().write_booking(adopting(org, org.lead(), makes_event=True))

    assert written.event_id == event
    assert len(org.query(EVENTS)) == 1


@pytest.mark.parametrize("kind", ["commit_then_drop", "commit_then_status"])
def test_an_adoption_whose_answer_was_lost_is_found_again(org: SalesforceOrg, kind: str) -> None:
    event = copied(org)
    crm, draft = org.crm(), adopting(org, org.lead(), makes_event=True)
    org.fault(kind, operation="composite_request", skip=1)

    with pytest.raises(OutcomeUnknownError):
        crm.write_booking(draft)
    written = crm.write_booking(draft)

    assert written.event_id == event
    assert crm.find_booking(BOOKING_ID) == written
    assert [each["Subject"] for each in org.query(EVENTS)] == ["As the calendar has it"]


def test_a_later_write_changes_nothing_of_the_others_event(org: SalesforceOrg) -> None:
    copied(org)
    crm, draft = org.crm(), adopting(org, org.lead(), makes_event=True)
    crm.write_booking(draft)
    before = org.query(EVENTS)
    moved = Interval(START + HOUR, START + 2 * HOUR)

    crm.write_booking(replace(draft, revision=2, interval=moved, subject="Moved"))
    crm.write_booking(
        replace(draft, revision=3, status="canceled", co_host_ids=(org.user("cohost"),))
    )

    assert org.query(EVENTS) == before
    assert org.query("SELECT RelationId FROM EventRelation") == []
    assert org.query("SELECT Status__c FROM Booking__c") == [{"Status__c": "canceled"}]


def test_a_late_write_adopts_nothing_that_a_newer_one_did_not(org: SalesforceOrg) -> None:
    crm, draft = org.crm(), adopting(org, org.lead())
    crm.write_booking(replace(draft, revision=3))
    copied(org)

    late = crm.write_booking(replace(draft, revision=2))

    assert (late.event_id, late.revision) == (None, 3)
    assert [each["Booking_Id__c"] for each in org.query(EVENTS)] == [None]


def test_a_canceled_booking_adopts_nothing(org: SalesforceOrg) -> None:
    copied(org)

    written = org.crm().write_booking(adopting(org, org.lead(), status="canceled"))

    assert written.event_id is None
    assert [each["Booking_Id__c"] for each in org.query(EVENTS)] == [None]


def test_what_a_guests_address_related_it_to_gives_way_to_the_record(org: SalesforceOrg) -> None:
    lead = org.lead()
    account = org.add("Account", Name="Guest Company")
    event = copied(org)
    org.call("PATCH", f"/sobjects/Event/{event}", json={"WhoId": lead})

    org.crm().write_booking(adopting(org, account, "Account"))

    assert [(each["WhoId"], each["WhatId"]) for each in org.query(EVENTS)] == [(None, account)]


def test_what_it_was_about_gives_way_to_a_lead(org: SalesforceOrg) -> None:
    lead = org.lead()
    account = org.add("Account", Name="Guest Company")
    event = copied(org)
    org.call("PATCH", f"/sobjects/Event/{event}", json={"WhatId": account})

    org.crm().write_booking(adopting(org, lead))

    assert [(each["WhoId"], each["WhatId"]) for each in org.query(EVENTS)] == [(lead, None)]


def test_a_contact_that_was_found_by_address_stays_beside_the_record(org: SalesforceOrg) -> None:
    contact = org.add("Contact", LastName="Guest")
    account = org.add("Account", Name="Guest Company")
    event = copied(org)
    org.call("PATCH", f"/sobjects/Event/{event}", json={"WhoId": contact})

    org.crm().write_booking(adopting(org, account, "Account"))

    assert [(each["WhoId"], each["WhatId"]) for each in org.query(EVENTS)] == [(contact, account)]


def test_the_next_hosts_copy_is_adopted_and_the_last_ones_let_go(org: SalesforceOrg) -> None:
    crm, draft = org.crm(), adopting(org, org.lead())
    old = copied(org)
    crm.write_booking(draft)
    new = copied(org, owner=f"cohost@{org.domain}")

    written = crm.write_booking(replace(draft, revision=2, host_id=org.user("cohost")))

    assert written.event_id == new
    marks = {each["Id"]: each["Booking_Id__c"] for each in org.query(EVENTS)}
    assert marks == {old: None, new: BOOKING_ID}


def test_an_adopted_event_is_let_go_and_not_deleted_when_none_is_wanted(
    org: SalesforceOrg,
) -> None:
    crm, draft = org.crm(), adopting(org, org.lead())
    event = copied(org)
    crm.write_booking(draft)

    written = crm.write_booking(replace(draft, revision=2, adopts_event=False))

    assert written.event_id is None
    assert [(each["Id"], each["Booking_Id__c"]) for each in org.query(EVENTS)] == [(event, None)]


def test_a_record_without_activities_adopts_nothing(control: SandboxControl, unique: str) -> None:
    org = SalesforceOrg.make(control, unique, objects=[{"fullName": "Quiet__c"}])
    copied(org)

    written = org.crm().write_booking(
        adopting(org, org.add("Quiet__c", Name="One"), "Quiet__c", makes_event=True)
    )

    assert written.event_id is None


def test_an_adopted_event_does_not_keep_its_own_booking_from_its_time(org: SalesforceOrg) -> None:
    copied(org)
    crm = org.crm()
    crm.write_booking(adopting(org, org.lead()))
    asked: dict[str, Any] = {
        "user_ids": [org.user("host")],
        "span": Interval(datetime(2031, 1, 15, tzinfo=UTC), datetime(2031, 1, 16, tzinfo=UTC)),
    }

    with_it = crm.busy(**asked, without_booking_ids=())
    without_it = crm.busy(**asked, without_booking_ids=(BOOKING_ID,))

    assert with_it[org.user("host")] == (Interval(START, START + HOUR),)
    assert without_it[org.user("host")] == ()


def test_an_adoption_costs_one_look_and_one_write(org: SalesforceOrg) -> None:
    copied(org)
    crm, draft = org.crm(), adopting(org, org.lead())
    crm.describe("Lead")
    before = len(org.calls("composite_request"))

    crm.write_booking(draft)

    assert len(org.calls("composite_request")) - before == 2
