from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from booking_types.intervals import Interval
from connectors.errors import (
    ConnectorError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import BOOKING_ID, HOUR, START, SalesforceOrg

EVENTS = (
    "SELECT Id, Subject, StartDateTime, EndDateTime, ShowAs, Location, Description, OwnerId,"
    " WhoId, WhatId, Booking_Id__c FROM Event WHERE IsChild = false"
)
PROJECT = {"fullName": "Project__c", "label": "Project", "enableActivities": True}
PLAIN = {"fullName": "Plain__c", "label": "Plain"}


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    return SalesforceOrg.make(control, unique)


def children(org: SalesforceOrg) -> set[str]:
    return {row["OwnerId"] for row in org.query("SELECT OwnerId FROM Event WHERE IsChild = true")}


# ---------------------------------------------------------------------------------- writing


def test_a_booking_is_a_record_and_an_event_of_the_host(org: SalesforceOrg) -> None:
    lead = org.lead()

    written = org.crm().write_booking(org.draft(lead))

    [event] = org.query(EVENTS)
    [booking] = org.query(
        "SELECT Id, External_Id__c, Revision__c, Status__c, Status_Text__c, Start__c, End__c,"
        " Host__c, Booked_By__c, OwnerId, Record_Id__c, Record_Object__c, Guest_Email__c,"
        " Join_Url__c, Subject__c, Booking_Type__c, Event_Id__c, Lead__c, Account__c"
        " FROM Booking__c"
    )
    assert (written.booking_record_id, written.event_id) == (booking["Id"], event["Id"])
    assert written.revision == 1
    assert event == {
        "Id": event["Id"],
        "Subject": "Demo with Guest One",
        "StartDateTime": "2031-01-15T10:00:00.000+0000",
        "EndDateTime": "2031-01-15T11:00:00.000+0000",
        "ShowAs": "Busy",
        "Location": "https://conference.example/1",
        "Description": "About the demo",
        "OwnerId": org.user("host"),
        "WhoId": lead,
        "WhatId": None,
        "Booking_Id__c": BOOKING_ID,
    }
    assert booking["Event_Id__c"] == event["Id"]
    assert booking["External_Id__c"] == BOOKING_ID
    assert booking["Lead__c"] == booking["Record_Id__c"] == lead
    assert booking["Account__c"] is None
    assert booking["Host__c"] == booking["OwnerId"] == org.user("host")
    assert booking["Booked_By__c"] == org.user("organizer")
    assert booking["Start__c"] == "2031-01-15T10:00:00.000+0000"
    assert booking["Join_Url__c"] == "https://conference.example/1"
    assert (booking["Status__c"], booking["Status_Text__c"]) == ("scheduled", "Scheduled")


def test_a_booking_costs_one_look_and_one_write(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    crm.describe("Lead")

    crm.write_booking(org.draft(lead))

    assert len(org.calls("composite_request")) == 2
    assert org.calls("query") == []


def test_writing_a_booking_again_changes_what_is_there(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    first = crm.write_booking(org.draft(lead))
    later = Interval(START + HOUR, START + 2 * HOUR)

    again = crm.write_booking(org.draft(lead))
    moved = crm.write_booking(org.draft(lead, revision=2, interval=later, subject="Moved"))

    [event] = org.query(EVENTS)
    assert again == first
    assert moved == dataclasses.replace(first, revision=2)
    assert (event["Subject"], event["StartDateTime"][:13]) == ("Moved", "2031-01-15T11")
    assert len(org.query("SELECT Id FROM Booking__c")) == 1
    assert crm.find_booking(BOOKING_ID) == moved


def test_a_late_write_does_not_undo_a_newer_one(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    newer = crm.write_booking(org.draft(lead, revision=2, subject="Newer"))

    late = crm.write_booking(org.draft(lead, revision=1, subject="Older"))

    assert late == newer
    assert org.query("SELECT Subject FROM Event") == [{"Subject": "Newer"}]


@pytest.mark.parametrize("kind", ["commit_then_drop", "html", "truncated"])
def test_a_booking_whose_answer_was_lost_is_found_and_not_doubled(
    org: SalesforceOrg, kind: str
) -> None:
    crm, draft = org.crm(), org.draft(org.lead(), co_host_ids=(org.user("cohost"),))
    # The first composite looks, the second writes.
    org.fault(kind, operation="composite_request", skip=1)

    with pytest.raises(OutcomeUnknownError):
        crm.write_booking(draft)
    written = crm.write_booking(draft)

    assert crm.find_booking(BOOKING_ID) == written
    assert len(org.query(EVENTS)) == 1
    assert len(org.query("SELECT Id FROM Booking__c")) == 1
    assert children(org) == {org.user("cohost")}


def test_an_event_that_has_the_marker_already_is_adopted(org: SalesforceOrg) -> None:
    event = org.event("host", START, START + HOUR, Booking_Id__c=BOOKING_ID)

    written = org.crm().write_booking(org.draft(org.lead()))

    assert written.event_id == event
    assert len(org.query(EVENTS)) == 1


def test_an_event_known_by_its_id_gets_the_marker(org: SalesforceOrg) -> None:
    event = org.event("host", START, START + HOUR)

    written = org.crm().write_booking(org.draft(org.lead(), event_id=event))

    assert written.event_id == event
    assert org.query("SELECT Booking_Id__c FROM Event") == [{"Booking_Id__c": BOOKING_ID}]


def test_an_event_that_somebody_deleted_is_made_again(org: SalesforceOrg) -> None:
    crm, draft = org.crm(), org.draft(org.lead())
    first = crm.write_booking(draft)
    org.call("DELETE", f"/sobjects/Event/{first.event_id}")

    again = crm.write_booking(dataclasses.replace(draft, event_id=first.event_id))

    assert again.event_id not in (None, first.event_id)
    assert org.query("SELECT Event_Id__c FROM Booking__c") == [{"Event_Id__c": again.event_id}]


def test_what_was_never_written_is_not_found(org: SalesforceOrg) -> None:
    assert org.crm().find_booking(BOOKING_ID) is None


# ------------------------------------------------------------------- with whom, about what


def linked(org: SalesforceOrg, record_id: str, object_name: str) -> tuple[Any, Any]:
    org.crm().write_booking(org.draft(record_id, object_name))
    [event] = org.query(EVENTS)
    return event["WhoId"], event["WhatId"]


def test_an_event_of_a_contact_is_with_the_contact(org: SalesforceOrg) -> None:
    contact = org.add("Contact", LastName="Guest", AccountId=org.add("Account", Name="A"))

    assert linked(org, contact, "Contact") == (contact, None)
    assert org.query("SELECT Contact__c FROM Booking__c") == [{"Contact__c": contact}]


def test_an_event_of_an_account_is_about_the_account(org: SalesforceOrg) -> None:
    account = org.add("Account", Name="Guest Company")

    assert linked(org, account, "Account") == (None, account)


def test_an_event_of_an_opportunity_is_with_its_primary_contact(org: SalesforceOrg) -> None:
    opportunity = org.add(
        "Opportunity", Name="Deal", StageName="Prospecting", CloseDate="2031-02-01"
    )
    contacts = [org.add("Contact", LastName=name) for name in ("Other", "Primary")]
    for contact in contacts:
        org.add(
            "OpportunityContactRole",
            OpportunityId=opportunity,
            ContactId=contact,
            IsPrimary=contact == contacts[1],
        )

    assert linked(org, opportunity, "Opportunity") == (contacts[1], opportunity)


def test_an_event_of_an_opportunity_without_contacts_is_with_nobody(org: SalesforceOrg) -> None:
    opportunity = org.add(
        "Opportunity", Name="Deal", StageName="Prospecting", CloseDate="2031-02-01"
    )

    assert linked(org, opportunity, "Opportunity") == (None, opportunity)


def test_an_event_of_a_case_is_with_its_contact(org: SalesforceOrg) -> None:
    contact = org.add("Contact", LastName="Guest")
    case = org.add("Case", Subject="Help", ContactId=contact)

    assert linked(org, case, "Case") == (contact, case)


def test_an_event_of_a_custom_record_is_about_it(control: SandboxControl, unique: str) -> None:
    org = SalesforceOrg.make(control, unique, objects=[PROJECT])
    project = org.add("Project__c", Name="One")

    assert linked(org, project, "Project__c") == (None, project)
    assert org.query("SELECT Record_Id__c, Record_Object__c FROM Booking__c") == [
        {"Record_Id__c": project, "Record_Object__c": "Project__c"}
    ]


def test_a_record_without_activities_gets_no_event(control: SandboxControl, unique: str) -> None:
    org = SalesforceOrg.make(control, unique, objects=[PLAIN])
    plain = org.add("Plain__c", Name="One")

    written = org.crm().write_booking(org.draft(plain, "Plain__c"))

    assert written.event_id is None
    assert org.query("SELECT Id FROM Event") == []
    assert org.query("SELECT Record_Id__c FROM Booking__c") == [{"Record_Id__c": plain}]


def test_a_converted_leads_event_is_with_the_contact_it_became(org: SalesforceOrg) -> None:
    contact = org.add("Contact", LastName="Guest")
    lead = org.lead(IsConverted=True, ConvertedContactId=contact)

    assert linked(org, lead, "Lead") == (contact, None)


def test_a_change_leaves_an_events_links_as_people_made_them(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    other = org.lead(LastName="Other")
    first = crm.write_booking(org.draft(lead))
    org.call("PATCH", f"/sobjects/Event/{first.event_id}", json={"WhoId": other})

    crm.write_booking(org.draft(lead, revision=2))

    assert org.query("SELECT WhoId FROM Event") == [{"WhoId": other}]


def test_a_booking_of_a_record_that_is_gone_is_kept_without_it(org: SalesforceOrg) -> None:
    lead = org.lead()
    org.call("DELETE", f"/sobjects/Lead/{lead}")

    written = org.crm().write_booking(org.draft(lead))

    [event] = org.query(EVENTS)
    assert written.event_id == event["Id"]
    assert (event["WhoId"], event["WhatId"]) == (None, None)
    assert org.query("SELECT Lead__c, Record_Id__c FROM Booking__c") == [
        {"Lead__c": None, "Record_Id__c": lead}
    ]


# ------------------------------------------------------------------- co-hosts, reassignment


def test_co_hosts_are_invited_and_uninvited(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    cohost, organizer = org.user("cohost"), org.user("organizer")

    crm.write_booking(org.draft(lead, co_host_ids=(cohost, cohost)))
    first = children(org)
    crm.write_booking(org.draft(lead, revision=2, co_host_ids=(organizer,)))

    assert first == {cohost}
    assert children(org) == {organizer}


def test_a_booking_goes_to_another_host_with_the_same_event(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    host, cohost = org.user("host"), org.user("cohost")
    first = crm.write_booking(org.draft(lead, co_host_ids=(cohost,)))

    # They change places: the one who was invited becomes the owner.
    second = crm.write_booking(org.draft(lead, revision=2, host_id=cohost, co_host_ids=(host,)))

    [event] = org.query(EVENTS)
    assert second.event_id == first.event_id == event["Id"]
    assert event["OwnerId"] == cohost
    assert children(org) == {host}
    assert org.query("SELECT OwnerId FROM Booking__c") == [{"OwnerId": cohost}]


def test_more_co_hosts_than_one_request_takes_are_invited_all(org: SalesforceOrg) -> None:
    people = [
        {"name": f"Rep {n}", "email": "r@r.example", "username": f"rep{n}@{org.domain}"}
        for n in range(60)
    ]
    made = org.seed(users=people)["users"]
    reps = tuple(made[person["username"]] for person in people)
    crm, lead = org.crm(), org.lead()

    crm.write_booking(org.draft(lead, co_host_ids=reps))
    all_of_them = children(org)
    crm.write_booking(org.draft(lead, revision=2, host_id=reps[-1]))

    writes = [
        [part["referenceId"] for part in json.loads(call["body"])["compositeRequest"]]
        for call in org.calls("composite_request")
    ]
    assert all_of_them == set(reps)
    assert [len(parts) for parts in writes] == [3, 25, 25, 12, 3, 25, 25, 12]
    # Half of it must never stand there without the other.
    assert {"event", "booking"} <= set(writes[1]) & set(writes[5])
    assert children(org) == set()
    assert org.query("SELECT OwnerId FROM Event") == [{"OwnerId": reps[-1]}]


# ------------------------------------------------------------------------------- canceling


def test_a_canceled_booking_frees_the_host_and_stays_to_be_seen(org: SalesforceOrg) -> None:
    crm, lead, cohost = org.crm(), org.lead(), org.user("cohost")
    first = crm.write_booking(org.draft(lead, co_host_ids=(cohost,)))

    canceled = crm.write_booking(
        org.draft(
            lead,
            revision=2,
            co_host_ids=(cohost,),
            status="canceled",
            status_text="Canceled",
        )
    )

    [event] = org.query(EVENTS)
    span = Interval(START, START + HOUR)
    users = [org.user("host"), cohost]
    assert canceled.event_id == first.event_id
    assert (event["ShowAs"], event["Subject"]) == ("Free", "Canceled: Demo with Guest One")
    assert children(org) == set()
    assert org.query("SELECT Status__c FROM Booking__c") == [{"Status__c": "canceled"}]
    assert set(crm.busy(user_ids=users, span=span, without_booking_ids=()).values()) == {()}


def test_a_booking_canceled_before_it_was_written_gets_no_event(org: SalesforceOrg) -> None:
    written = org.crm().write_booking(org.draft(org.lead(), status="canceled"))

    assert written.event_id is None
    assert org.query("SELECT Id FROM Event") == []


def test_a_booking_of_a_host_who_left_can_be_canceled(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    crm.write_booking(org.draft(lead))
    left = org.call("PATCH", f"/sobjects/User/{org.user('host')}", json={"IsActive": False})
    assert left.status_code == 204

    with pytest.raises(RejectedError) as raised:
        crm.write_booking(org.draft(lead, revision=2, host_id=org.user("cohost")[:-1] + "x"))
    crm.write_booking(org.draft(lead, revision=3, status="canceled"))

    assert raised.value.vendor_code
    assert org.query("SELECT ShowAs FROM Event") == [{"ShowAs": "Free"}]


def test_an_event_that_is_not_wanted_is_not_made_and_taken_away(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()

    without = crm.write_booking(org.draft(lead, makes_event=False))
    wanted = crm.write_booking(org.draft(lead, revision=2))
    unwanted = crm.write_booking(org.draft(lead, revision=3, makes_event=False))

    assert without.event_id is None
    assert wanted.event_id is not None
    assert unwanted.event_id is None
    assert org.query("SELECT Id FROM Event") == []
    assert org.query("SELECT Event_Id__c FROM Booking__c") == [{"Event_Id__c": None}]


# ----------------------------------------------------------------------------- long and odd


def test_texts_that_are_too_long_are_cut_and_links_are_not(org: SalesforceOrg) -> None:
    link = "https://conference.example/" + "x" * 400
    crm = org.crm()

    crm.write_booking(
        org.draft(
            org.lead(),
            subject="s" * 300,
            description="About the demo",
            location=link,
            join_url=link,
            guest_email="g" * 80 + "@guest.example",
        )
    )

    [event] = org.query(EVENTS)
    [booking] = org.query(
        "SELECT Join_Url__c, Location__c, Guest_Email__c, Subject__c FROM Booking__c"
    )
    assert len(event["Subject"]) == len(booking["Subject__c"]) == 255
    assert event["Location"] is None
    assert link in event["Description"]
    assert "About the demo" in event["Description"]
    assert booking["Join_Url__c"] == link
    assert booking["Location__c"] is None
    assert booking["Guest_Email__c"] is None


# ----------------------------------------------------------------------------------- faults


def failing(code: str, status: int = 400) -> dict[str, Any]:
    """The write's answer when one part is refused."""
    halted = [{"errorCode": "PROCESSING_HALTED", "message": "rolled back"}]
    refused = [{"errorCode": code, "message": "as the org says", "fields": []}]
    return {
        "kind": "status",
        "status": 200,
        "body": json.dumps(
            {
                "compositeResponse": [
                    {"referenceId": "event", "httpStatusCode": 400, "body": halted},
                    {"referenceId": "booking", "httpStatusCode": status, "body": refused},
                ]
            }
        ),
    }


def plain(code: str, status: int, message: str = "") -> dict[str, Any]:
    body = json.dumps([{"errorCode": code, "message": message}])
    return {"kind": "status", "status": status, "body": body}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (failing("UNABLE_TO_LOCK_ROW"), TransientError),
        (failing("DUPLICATE_VALUE"), OutcomeUnknownError),
        (failing("ENTITY_IS_DELETED", 404), TransientError),
        (failing("INVALID_CROSS_REFERENCE_KEY"), RejectedError),
        (failing("FIELD_CUSTOM_VALIDATION_EXCEPTION"), RejectedError),
        (failing("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"), RejectedError),
        (failing("UNKNOWN_EXCEPTION", 500), OutcomeUnknownError),
        (failing("PROCESSING_HALTED"), OutcomeUnknownError),
        (plain("REQUEST_LIMIT_EXCEEDED", 403, "TotalRequests Limit exceeded."), RateLimitedError),
        (plain("SERVER_UNAVAILABLE", 503), OutcomeUnknownError),
        (
            {"kind": "status", "status": 200, "body": '{"compositeResponse": []}'},
            OutcomeUnknownError,
        ),
        ({"kind": "status", "status": 200, "body": "null"}, OutcomeUnknownError),
        ({"kind": "drop_before"}, OutcomeUnknownError),
        ({"kind": "slow", "seconds": 1.0}, OutcomeUnknownError),
    ],
)
def test_a_booking_that_cannot_be_written_has_its_own_error_and_can_be_written_later(
    org: SalesforceOrg, fault: dict[str, Any], kind: type[ConnectorError]
) -> None:
    crm, draft = org.crm(write_timeout=(0.5, 0.4)), org.draft(org.lead())
    org.fault(operation="composite_request", skip=1, **fault)

    with pytest.raises(kind) as raised:
        crm.write_booking(draft)
    if kind is TransientError:
        assert not isinstance(raised.value, OutcomeUnknownError)
    patient = org.crm()
    patient.write_booking(draft)

    assert len(org.query(EVENTS)) == 1
    assert len(org.query("SELECT Id FROM Booking__c")) == 1


def test_a_look_that_fails_writes_nothing(org: SalesforceOrg) -> None:
    crm, draft = org.crm(), org.draft(org.lead())
    org.fault("html", operation="composite_request")

    with pytest.raises(TransientError) as raised:
        crm.write_booking(draft)

    assert not isinstance(raised.value, OutcomeUnknownError)
    assert org.query("SELECT Id FROM Event") == []


def test_a_validation_rule_rolls_both_back_and_is_told_in_the_orgs_words(
    control: SandboxControl, unique: str
) -> None:
    rule = {
        "object": "Booking__c",
        "when": {"Guest_Email__c": f"guest@{unique}.example"},
        "message": "Not this guest",
        "field": "Guest_Email__c",
    }
    org = SalesforceOrg.make(control, unique, validation_rules=[rule])
    crm, lead = org.crm(), org.lead()

    with pytest.raises(RejectedError) as raised:
        crm.write_booking(org.draft(lead))
    nothing = org.query("SELECT Id FROM Event")
    crm.write_booking(org.draft(lead, guest_email=""))

    assert raised.value.vendor_code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert raised.value.vendor_message == "Not this guest"
    assert nothing == []
    assert len(org.query("SELECT Id FROM Event")) == 1


def test_a_field_that_may_not_be_written_is_a_refusal(control: SandboxControl, unique: str) -> None:
    org = SalesforceOrg.make(control, unique, read_only_fields=["Booking__c.Subject__c"])

    with pytest.raises(RejectedError) as raised:
        org.crm().write_booking(org.draft(org.lead()))

    assert raised.value.vendor_code == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert org.query("SELECT Id FROM Event") == []


def test_a_booking_written_twice_at_once_is_never_two_records(org: SalesforceOrg) -> None:
    crm, draft = org.crm(), org.draft(org.lead())
    crm.check_organization()

    with ThreadPoolExecutor(4) as pool:
        attempts = [pool.submit(crm.write_booking, draft) for _ in range(4)]
        for attempt in attempts:
            error = attempt.exception()
            assert error is None or isinstance(error, TransientError)

    assert len(org.query("SELECT Id FROM Booking__c")) == 1
