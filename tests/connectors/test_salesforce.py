from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from booking_types.intervals import Interval
from connectors.errors import (
    MissingError,
    RejectedError,
)
from connectors.protocols import RecordAccess
from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import BOOKING_ID, HOUR, START, SalesforceOrg

DAY = timedelta(days=1)
PROJECT = {"fullName": "Project__c", "label": "Project", "enableActivities": True}


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    return SalesforceOrg.make(control, unique)


# ------------------------------------------------------------------------------ what it is


def test_an_object_is_known_from_a_records_id(control: SandboxControl, unique: str) -> None:
    org = SalesforceOrg.make(control, unique, objects=[PROJECT])
    project = org.add("Project__c", Name="One")
    crm = org.crm()

    found = crm.object_for(project)

    assert (found.name, found.label, found.key_prefix) == ("Project__c", "Project", project[:3])
    assert found.has_activities
    assert crm.object_for(org.lead()).name == "Lead"
    with pytest.raises(MissingError):
        crm.object_for("zzz000000000001AAA")


def test_a_description_says_what_fields_are(org: SalesforceOrg) -> None:
    lead = org.crm().describe("Lead")

    assert lead.has_activities
    assert lead.fields["Rating"].picklist == ("Hot", "Warm", "Cold")
    assert lead.fields["OwnerId"].relationship == "Owner"
    assert set(lead.fields["OwnerId"].references) == {"Group", "User"}
    assert not lead.fields["Name"].is_updateable


def test_descriptions_are_remembered_for_some_minutes(org: SalesforceOrg) -> None:
    now = [datetime.now(UTC)]
    crm = org.crm(clock=lambda: now[0])

    crm.describe("Lead")
    crm.describe("Lead")
    now[0] += timedelta(minutes=2)
    crm.describe("Lead")
    asked = len(org.calls("describe"))
    now[0] += timedelta(minutes=4)
    crm.describe("Lead")

    assert asked == 1
    assert len(org.calls("describe")) == 2


@pytest.mark.parametrize("name", ["Nothing__c", "Lead/../User", "", "Lead?x=1"])
def test_an_object_that_is_none_is_missing(org: SalesforceOrg, name: str) -> None:
    with pytest.raises(MissingError):
        org.crm().describe(name)


# ---------------------------------------------------------------------------------- records


def test_a_record_is_read_along_dotted_paths(org: SalesforceOrg) -> None:
    account = org.add("Account", Name="Guest Company", OwnerId=org.user("host"))
    contact = org.add("Contact", LastName="Guest", Email="g@guest.example", AccountId=account)
    paths = ("LastName", "Account.Name", "Account.Owner.Email", "account.ParentId", "CreatedDate")

    record = org.crm().record(object_name="Contact", record_id=contact, paths=paths)

    created = record.values["CreatedDate"]
    assert record.record_id == contact
    assert record.unreadable == {}
    assert record.values["LastName"] == "Guest"
    assert record.values["Account.Name"] == "Guest Company"
    assert record.values["Account.Owner.Email"] == f"host@{org.domain}"
    assert record.values["account.ParentId"] is None
    assert isinstance(created, datetime)
    assert created.tzinfo is not None


def test_an_empty_lookup_on_the_way_gives_nothing(org: SalesforceOrg) -> None:
    contact = org.add("Contact", LastName="Guest")

    record = org.crm().record(
        object_name="Contact", record_id=contact, paths=["Account.Owner.Email", "Account.Name"]
    )

    assert record.values == {"Account.Owner.Email": None, "Account.Name": None}


def test_a_polymorphic_lookup_leads_to_names(org: SalesforceOrg) -> None:
    record = org.crm().record(
        object_name="Lead", record_id=org.lead(), paths=["Owner.Email", "Owner.TimeZoneSidKey"]
    )

    assert record.values == {"Owner.Email": f"organizer@{org.domain}"}
    assert set(record.unreadable) == {"Owner.TimeZoneSidKey"}


def test_paths_that_lead_nowhere_do_not_hide_the_others(
    control: SandboxControl, unique: str
) -> None:
    org = SalesforceOrg.make(control, unique, hidden_fields=["Contact.Department"])
    contact = org.add("Contact", LastName="Guest")
    wrong = [
        "Nothing",
        "Nobody.Name",
        "Account.Nothing__c",
        "Department",
        "MailingAddress",
        "Id FROM Contact",
        "",
        ".".join(["Account", *["Parent"] * 6, "Name"]),
    ]

    record = org.crm().record(object_name="Contact", record_id=contact, paths=["LastName", *wrong])

    assert record.values == {"LastName": "Guest"}
    assert set(record.unreadable) == set(wrong)
    assert all(record.unreadable.values())


def test_a_field_that_went_away_since_it_was_described_is_said(org: SalesforceOrg) -> None:
    crm, lead = org.crm(), org.lead()
    crm.describe("Lead")
    org.seed(hidden_fields=["Lead.Rating"])

    record = crm.record(object_name="Lead", record_id=lead, paths=["Rating", "Company"])

    assert record.values == {"Company": "Guest Company"}
    assert set(record.unreadable) == {"Rating"}


def test_a_record_that_is_not_there_is_missing(org: SalesforceOrg) -> None:
    lead = org.lead()
    org.call("DELETE", f"/sobjects/Lead/{lead}")

    with pytest.raises(MissingError):
        org.crm().record(object_name="Lead", record_id=lead, paths=["Name"])


def test_fields_are_written_by_their_names_in_capitals_or_not(org: SalesforceOrg) -> None:
    record_id = org.lead()

    org.crm().update_record(object_name="Lead", record_id=record_id, values={"RATING": "Hot"})

    found = org.crm().record(object_name="Lead", record_id=record_id, paths=["Rating"])
    assert found.values == {"Rating": "Hot"}


def test_a_records_fields_and_owner_are_written(org: SalesforceOrg) -> None:
    lead = org.lead()

    org.crm().update_record(
        object_name="Lead",
        record_id=lead,
        values={"OwnerId": org.user("host"), "Rating": "Hot", "NumberOfEmployees": 7},
    )

    assert org.query("SELECT OwnerId, Rating, NumberOfEmployees FROM Lead") == [
        {"OwnerId": org.user("host"), "Rating": "Hot", "NumberOfEmployees": 7}
    ]


def test_times_are_written_with_their_zone_or_not_at_all(org: SalesforceOrg) -> None:
    event = org.event("host", START, START + HOUR)
    crm = org.crm()
    naive = datetime(2031, 1, 15, 9, 0)  # noqa: DTZ001 - naive on purpose

    crm.update_record(
        object_name="Event", record_id=event, values={"ReminderDateTime": START - HOUR}
    )

    with pytest.raises(ValueError, match="zone"):
        crm.update_record(object_name="Event", record_id=event, values={"ReminderDateTime": naive})
    assert org.query("SELECT ReminderDateTime FROM Event") == [
        {"ReminderDateTime": "2031-01-15T09:00:00.000+0000"}
    ]


def test_a_field_that_the_object_has_not_is_refused_before_anything_is_written(
    org: SalesforceOrg,
) -> None:
    lead = org.lead()

    with pytest.raises(RejectedError) as raised:
        org.crm().update_record(
            object_name="Lead", record_id=lead, values={"Rating": "Hot", "Nothing__c": 1}
        )

    assert raised.value.vendor_code == "INVALID_FIELD"
    assert org.calls("row_update") == []


@pytest.mark.parametrize("record_id", ["00Q000000000000EAA", "../User/x"])
def test_writing_a_record_that_is_not_there_says_so(org: SalesforceOrg, record_id: str) -> None:
    with pytest.raises(MissingError):
        org.crm().update_record(object_name="Lead", record_id=record_id, values={"Rating": "Hot"})


def test_nobody_inactive_becomes_the_owner(control: SandboxControl, unique: str) -> None:
    gone = {
        "name": "Gone One",
        "email": f"gone@{unique}.example",
        "username": f"gone@{unique}.example",
        "is_active": False,
    }
    org = SalesforceOrg.make(control, unique, users=[gone])

    with pytest.raises(RejectedError) as raised:
        org.crm().update_record(
            object_name="Lead", record_id=org.lead(), values={"OwnerId": org.user("gone")}
        )

    assert raised.value.vendor_code == "INACTIVE_OWNER_OR_USER"


# ----------------------------------------------------------------------- people and access


def test_users_come_with_their_permission_sets(org: SalesforceOrg) -> None:
    ids = [org.user("host"), org.user("organizer"), "005000000000000AAA"]

    users = org.crm().users(ids)

    host = users[org.user("host")]
    assert set(users) == set(ids[:2])
    assert (host.name, host.email) == ("Host One", f"host@{org.domain}")
    assert (host.time_zone, host.is_active) == ("Europe/Berlin", True)
    assert host.permission_sets == {"Booking_Host"}
    assert users[org.user("organizer")].permission_sets == {"Booking_Organizer"}


def test_asking_for_nobody_asks_nobody(org: SalesforceOrg) -> None:
    crm = org.crm()

    assert crm.users([]) == {}
    assert crm.access(user_id=org.user("host"), record_ids=[]) == {}
    span = Interval(START, START + DAY)
    assert crm.busy(user_ids=[], span=span, without_booking_ids=()) == {}
    assert org.calls("query") == []


def test_many_users_are_asked_for_in_parts_and_pages(org: SalesforceOrg) -> None:
    people = [
        {"name": f"Rep {n}", "email": "r@r.example", "username": f"rep{n}@{org.domain}"}
        for n in range(120)
    ]
    made = org.seed(users=people, batch_size=50)["users"]
    ids = [made[person["username"]] for person in people]

    assert set(org.crm().users(ids)) == set(ids)


def test_access_is_the_orgs_own_sharing(org: SalesforceOrg) -> None:
    host = f"@host@{org.domain}"
    public = org.lead()
    own = org.add("Account", Name="Own", OwnerId=org.user("host"))
    readable = org.add("Account", Name="Readable", readers=[host])
    editable = org.add("Account", Name="Editable", editors=[host])
    private = org.add("Account", Name="Private", private=True)
    missing = "001000000000000AAA"
    ids = [public, own, readable, editable, private, missing]

    access = org.crm().access(user_id=org.user("host"), record_ids=ids)

    everything = RecordAccess(can_read=True, can_edit=True, can_transfer=True)
    assert access == {
        public: everything,
        own: everything,
        readable: RecordAccess(can_read=True),
        editable: RecordAccess(can_read=True, can_edit=True),
        private: RecordAccess(),
        missing: RecordAccess(),
    }


# ------------------------------------------------------------------------------------- busy


def busy(org: SalesforceOrg, *names: str, without: tuple[str, ...] = (), days: int = 1) -> Any:
    midnight = START.replace(hour=0)
    found = org.crm().busy(
        user_ids=[org.user(name) for name in names],
        span=Interval(midnight, midnight + days * DAY),
        without_booking_ids=without,
    )
    return [found[org.user(name)] for name in names]


def test_events_make_their_owner_busy(org: SalesforceOrg) -> None:
    org.event("host", START, START + HOUR)
    org.event("host", START + 2 * HOUR, START + 3 * HOUR, ShowAs="OutOfOffice")
    org.event("host", START + 4 * HOUR, START + 5 * HOUR, ShowAs="Free")
    org.event("host", START + 6 * HOUR, START + 6 * HOUR)
    org.event("host", START - 12 * HOUR, START - 9 * HOUR)
    org.event("host", START + DAY, START + DAY + HOUR)
    midnight = START.replace(hour=0)

    [host], [cohost] = busy(org, "host"), busy(org, "cohost")

    assert host == (
        Interval(midnight, START - 9 * HOUR),
        Interval(START, START + HOUR),
        Interval(START + 2 * HOUR, START + 3 * HOUR),
    )
    assert cohost == ()


def test_an_all_day_event_takes_the_day_of_its_owners_zone(org: SalesforceOrg) -> None:
    org.add(
        "Event",
        Subject="Away",
        OwnerId=org.user("host"),
        IsAllDayEvent=True,
        ActivityDate="2031-01-15",
        DurationInMinutes=2 * 1440,
    )
    first_midnight = datetime(2031, 1, 14, 23, 0, tzinfo=UTC)

    [days] = busy(org, "host", days=5)
    crm = org.crm()
    before = crm.busy(
        user_ids=[org.user("host")],
        span=Interval(first_midnight - HOUR, first_midnight + HOUR),
        without_booking_ids=(),
    )

    assert days == (Interval(datetime(2031, 1, 15, tzinfo=UTC), first_midnight + 2 * DAY),)
    assert before == {org.user("host"): (Interval(first_midnight, first_midnight + HOUR),)}


@pytest.mark.parametrize(
    ("time_zone", "first", "last"),
    [
        (
            "Pacific/Kiritimati",
            datetime(2031, 1, 14, 10, tzinfo=UTC),
            datetime(2031, 1, 15, 10, tzinfo=UTC),
        ),
        (
            "Pacific/Pago_Pago",
            datetime(2031, 1, 15, 11, tzinfo=UTC),
            datetime(2031, 1, 16, 11, tzinfo=UTC),
        ),
        (
            "Nowhere/Unknown",
            datetime(2031, 1, 14, 10, tzinfo=UTC),
            datetime(2031, 1, 16, 12, tzinfo=UTC),
        ),
    ],
)
def test_an_all_day_event_far_from_utc_is_found_at_its_edges(
    control: SandboxControl, unique: str, time_zone: str, first: datetime, last: datetime
) -> None:
    far = {
        "name": "Far One",
        "email": f"far@{unique}.example",
        "username": f"far@{unique}.example",
        "time_zone": time_zone,
    }
    org = SalesforceOrg.make(control, unique, users=[far])
    org.add(
        "Event",
        OwnerId=org.user("far"),
        IsAllDayEvent=True,
        ActivityDate="2031-01-15",
        Subject="Away",
    )
    crm, minutes = org.crm(), timedelta(minutes=10)

    def is_busy(start: datetime) -> bool:
        span = Interval(start, start + minutes)
        found = crm.busy(user_ids=[org.user("far")], span=span, without_booking_ids=())
        return found[org.user("far")] == (span,)

    assert is_busy(first)
    assert is_busy(last - minutes)
    assert not is_busy(first - minutes)
    assert not is_busy(last)


def test_an_invited_user_is_busy_as_the_owner_is(org: SalesforceOrg) -> None:
    event = org.event("host", START, START + HOUR)
    body = {"EventId": event, "RelationId": org.user("cohost"), "Status": "New"}
    org.call("POST", "/sobjects/EventRelation", json=body)

    assert busy(org, "host", "cohost") == [(Interval(START, START + HOUR),)] * 2


def test_a_bookings_own_events_can_be_left_out_for_host_and_co_hosts(org: SalesforceOrg) -> None:
    org.crm().write_booking(org.draft(org.lead(), co_host_ids=(org.user("cohost"),)))

    whole = busy(org, "host", "cohost")
    rest = busy(org, "host", "cohost", without=(BOOKING_ID,))

    assert whole == [(Interval(START, START + HOUR),)] * 2
    assert rest == [(), ()]


def test_another_meeting_at_the_time_of_the_one_left_out_stays(org: SalesforceOrg) -> None:
    crm, cohosts = org.crm(), (org.user("cohost"),)
    crm.write_booking(org.draft(org.lead(), co_host_ids=cohosts))
    crm.write_booking(org.draft(org.lead(), co_host_ids=cohosts, booking_id="another"))

    rest = busy(org, "host", "cohost", without=(BOOKING_ID,))

    assert rest == [(Interval(START, START + HOUR),)] * 2


def test_the_pattern_of_a_series_takes_no_time_itself(org: SalesforceOrg) -> None:
    org.event("host", START, START + HOUR, IsRecurrence=True)

    assert busy(org, "host") == [()]


def test_half_a_second_hides_no_event(org: SalesforceOrg) -> None:
    org.event("host", START, START + HOUR)
    half = timedelta(milliseconds=500)

    found = org.crm().busy(
        user_ids=[org.user("host")],
        span=Interval(START - HOUR, START + half),
        without_booking_ids=(),
    )

    assert found[org.user("host")] == (Interval(START, START + half),)
