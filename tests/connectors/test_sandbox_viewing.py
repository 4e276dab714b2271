"""People see with their own eyes what the stand-in organisation holds, and can do nothing to it."""

from __future__ import annotations

import pickle
import re
import uuid
from datetime import UTC, datetime, time, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from booking_types.intervals import Interval
from booking_types.salesforce_ids import salesforce_id
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import Invitation, Person
from connectors.transport import reading_session

SCRIPT = "<script>alert(1)</script>"
HOST_ID = salesforce_id("005000000000071")


class _Text(HTMLParser):
    """A page as it is read: its words, its headings, what it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.scopes: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag == "th":
            self.scopes.append(values.get("scope"))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def page(sandbox: SandboxServer, path: str, **query: str) -> _Text:
    response = fetched(sandbox, path, **query)
    assert response.status_code == 200
    read = _Text()
    read.feed(response.text)
    return read


def fetched(sandbox: SandboxServer, path: str, **query: str) -> requests.Response:
    return reading_session().get(f"{sandbox.base_url}{path}", params=query)


def at(sandbox: SandboxServer, zone: str, *, days: int, clock: str) -> datetime:
    """A wall-clock time so many days from today."""
    today = sandbox.world.clock.now().astimezone(ZoneInfo(zone)).date()
    return datetime.combine(today + timedelta(days=days), time.fromisoformat(clock), ZoneInfo(zone))


def an_org(control: SandboxControl, unique: str, **parts: Any) -> str:
    user = {"id": HOST_ID, "name": "Host One", "email": f"host@{unique}.example"}
    made = control.seed(
        salesforce={"name": unique, "users": [{**user, "username": f"host@{unique}"}], **parts}
    )
    return str(made["salesforce"]["org_id"])


def a_booked_lead(control: SandboxControl, unique: str, **changes: Any) -> tuple[str, str]:
    """An org and the id of its lead, from which a meeting was booked."""
    lead_id = salesforce_id("00Q000000000071")
    key = str(uuid.uuid4())
    start = "2030-03-05T14:00:00Z"
    end = "2030-03-05T14:30:00Z"
    org_id = an_org(
        control,
        unique,
        records=[
            {"object": "Lead", "id": lead_id, "LastName": "Guest", "Company": "Customer"} | changes,
            {
                "object": "Event",
                "Subject": "Discovery call",
                "StartDateTime": start,
                "EndDateTime": end,
                "WhoId": lead_id,
                "OwnerId": HOST_ID,
                "Booking_Id__c": key,
            },
            {
                "object": "Booking__c",
                "External_Id__c": key,
                "Revision__c": 1,
                "Booking_Type__c": "Discovery call",
                "Subject__c": f"Discovery call of {unique}",
                "Status__c": "scheduled",
                "Status_Text__c": "Scheduled",
                "Start__c": start,
                "End__c": end,
                "Host__c": HOST_ID,
                "Lead__c": lead_id,
                "Record_Id__c": lead_id,
                "Record_Object__c": "Lead",
            },
        ],
    )
    return org_id, lead_id


# ------------------------------------------------------------------------- the first page


def test_the_first_page_says_that_this_is_a_stand_in_and_leads_to_everything(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    org_id, lead_id = a_booked_lead(control, unique)
    control.seed(google={"accounts": [{"email": f"host@{unique}.example", "name": unique}]})

    read = page(sandbox, "/")

    assert "Stand-in organisation (sandbox)" in read.text
    assert f"Discovery call of {unique} Scheduled Host One Guest" in read.text
    assert f"/look/salesforce/{org_id}" in read.links
    assert f"/look/salesforce/{org_id}/{lead_id}" in read.links
    assert f"/look/calendars/google/host@{unique}.example" in read.links
    assert {"/look/zoom", "/look/mail"} <= set(read.links)


# ----------------------------------------------------------------------------- Salesforce


def test_a_record_shows_its_fields_and_the_bookings_and_events_that_belong_to_it(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    org_id, lead_id = a_booked_lead(control, unique)

    read = page(sandbox, f"/look/salesforce/{org_id}/{lead_id}")

    assert "Company Customer" in read.text
    assert f"Tue 5 Mar 2030, 14:00 UTC Discovery call of {unique} Scheduled Host One" in read.text
    assert "Tue 5 Mar 2030, 14:00 UTC Discovery call Host One Busy" in read.text


def test_a_booking_and_its_event_lead_to_each_other(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    org_id, _ = a_booked_lead(control, unique)
    org = sandbox.world.states["salesforce"].orgs[org_id]
    (booking,), (event,) = org.live("Booking__c"), org.live("Event")
    base = f"/look/salesforce/{org_id}"

    assert f"{base}/{event.id}" in page(sandbox, f"{base}/{booking.id}").links
    assert f"{base}/{booking.id}" in page(sandbox, f"{base}/{event.id}").links


def test_an_org_shows_its_records_by_object_with_how_much_belongs_to_each(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    org_id, lead_id = a_booked_lead(control, unique, Email=f"lead@{unique}.example")

    read = page(sandbox, f"/look/salesforce/{org_id}")

    assert "Bookings (1)" in read.text
    assert "Events (1)" in read.text
    assert "Lead (1)" in read.text
    assert f"Email: lead@{unique}.example" in read.text
    assert f"/look/salesforce/{org_id}/{lead_id}" in read.links


def test_one_org_shows_nothing_of_another(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    a_booked_lead(control, unique)
    other = an_org(control, f"other-{unique}")

    read = page(sandbox, f"/look/salesforce/{other}")

    assert "Bookings (0)" in read.text
    assert f"Discovery call of {unique}" not in read.text


# ------------------------------------------------------------------------------ calendars


def test_a_google_calendar_is_shown_day_by_day_in_its_own_zone(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    zone = "America/New_York"
    start = at(sandbox, zone, days=2, clock="23:15")
    event = {
        "summary": "Late call",
        "start": start.astimezone(UTC).isoformat(),
        "end": (start + timedelta(minutes=30)).astimezone(UTC).isoformat(),
        "location": "Room 1",
        "attendees": [
            {
                "email": f"guest@{unique}.test",
                "displayName": "Guest One",
                "responseStatus": "accepted",
            },
            {"email": f"other@{unique}.test", "responseStatus": "declined"},
        ],
    }
    email = f"host@{unique}.example"
    account = {"email": email, "name": "Host One", "time_zone": zone, "events": [event]}
    control.seed(google={"accounts": [account]})

    read = page(sandbox, f"/look/calendars/google/{email}")

    day = f"{start:%a} {start.day} {start:%b}"
    assert f"{day} 23:15 \N{EN DASH} 23:45 Late call Organizer: {email}" in read.text
    assert f"Guest One guest@{unique}.test accepted" in read.text
    assert f"other@{unique}.test declined" in read.text
    assert "Place: Room 1" in read.text


@pytest.mark.parametrize(
    ("resource", "shown"),
    [
        ({"hangoutLink": "https://meet.google.com/abc"}, "Conference: https://meet.google.com/abc"),
        (
            {"conferenceData": {"createRequest": {"status": {"statusCode": "failure"}}}},
            "Conference: could not be made",
        ),
        ({"status": "cancelled"}, "Call canceled"),
        ({"transparency": "transparent"}, "Call shown as free"),
        ({"status": "tentative"}, "Call tentative"),
        ({"visibility": "private"}, "Private private"),
        ({"eventType": "outOfOffice"}, "Call out of office"),
        ({"eventType": "focusTime"}, "Call focus time"),
        (
            {"eventType": "workingLocation", "transparency": "transparent"},
            "Call working elsewhere",
        ),
    ],
)
def test_what_is_special_about_a_google_event_is_said(
    sandbox: SandboxServer,
    control: SandboxControl,
    unique: str,
    resource: dict[str, Any],
    shown: str,
) -> None:
    email = a_google_host(sandbox, control, unique, title="Call")
    only_event(sandbox, email).resource.update(resource)

    assert shown in page(sandbox, f"/look/calendars/google/{email}").text


@pytest.mark.parametrize(
    ("answer", "shown"), [("declined", "declined"), ("tentative", "tentative"), ("accepted", "")]
)
def test_what_a_google_owner_has_answered_is_what_the_entry_is(
    sandbox: SandboxServer, control: SandboxControl, unique: str, answer: str, shown: str
) -> None:
    email = a_google_host(sandbox, control, unique, title="Call")
    only_event(sandbox, email).resource.update(
        {
            "organizer": {"email": f"other@{unique}.test"},
            "attendees": [{"email": email, "responseStatus": answer}],
        }
    )

    read = page(sandbox, f"/look/calendars/google/{email}").text

    assert f"Call {shown} Organizer:".replace("  ", " ") in read


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        ({"show_as": "tentative"}, "Call tentative"),
        ({"show_as": "oof"}, "Call out of office"),
        ({"show_as": "workingElsewhere"}, "Call working elsewhere"),
        ({"show_as": "free"}, "Call shown as free"),
        ({"sensitivity": "private"}, "Private private"),
        ({"response": "declined", "organizer": "other@elsewhere.example"}, "Call declined"),
        ({"cancelled": True}, "Call canceled"),
    ],
)
def test_what_is_special_about_a_microsoft_event_is_said(
    sandbox: SandboxServer,
    control: SandboxControl,
    unique: str,
    event: dict[str, Any],
    shown: str,
) -> None:
    email = f"host@{unique}.example"
    start = sandbox.world.clock.now().replace(minute=0, second=0, microsecond=0)
    times = {
        "start": (start + timedelta(hours=1)).isoformat(),
        "end": (start + timedelta(hours=2)).isoformat(),
    }
    account = {"email": email, "events": [{"subject": "Call", **times, **event}]}
    control.seed(microsoft={"accounts": [account]})

    assert shown in page(sandbox, f"/look/calendars/microsoft/{email}").text


def test_looking_does_not_use_up_what_the_next_client_is_to_see(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    email = a_google_host(sandbox, control, unique, title="Call")
    event = only_event(sandbox, email)
    event.pending_answers = 1
    before = pickle.dumps(sandbox.world.states["google"])

    read = page(sandbox, f"/look/calendars/google/{email}")

    assert "Conference: is being made" in read.text
    assert pickle.dumps(sandbox.world.states["google"]) == before


def a_google_host(
    sandbox: SandboxServer, control: SandboxControl, unique: str, *, title: str
) -> str:
    """Their address; they have one event, tomorrow."""
    email = f"host@{unique}.example"
    start = at(sandbox, "UTC", days=1, clock="10:00")
    event = {"summary": title, "start": start.isoformat(), "end": (start + _HOUR).isoformat()}
    control.seed(google={"accounts": [{"email": email, "name": "Host One", "events": [event]}]})
    return email


_HOUR = timedelta(hours=1)


def only_event(sandbox: SandboxServer, email: str) -> Any:
    (event,) = sandbox.world.states["google"].calendars[email].events.values()
    return event


def test_a_microsoft_calendar_unfolds_series_and_knows_windows_zones(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    start = at(sandbox, "Europe/Berlin", days=1, clock="09:30")
    email = f"host@{unique}.example"
    series = {
        "subject": "Every day",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=15)).isoformat(),
        "recurrence": {
            "pattern": {"type": "daily", "interval": 1},
            "range": {
                "type": "numbered",
                "startDate": start.date().isoformat(),
                "numberOfOccurrences": 3,
            },
        },
    }
    control.seed(
        microsoft={
            "accounts": [
                {
                    "email": email,
                    "name": "Host Two",
                    "time_zone": "W. Europe Standard Time",
                    "events": [series],
                }
            ]
        }
    )

    read = page(sandbox, f"/look/calendars/microsoft/{email}")

    assert "in Europe/Berlin" in read.text
    assert read.text.count("09:30 \N{EN DASH} 09:45 Every day") == 3


def test_an_invitation_that_came_by_mail_is_on_the_calendar_of_who_was_invited(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    email = f"guest@{unique}.example"
    control.seed(microsoft={"accounts": [{"email": email, "name": "Co-host"}]})
    an_invitation(sandbox, unique, recipient=email)

    read = page(sandbox, f"/look/calendars/microsoft/{email}")

    assert f"Planning tentative Organizer: host@{unique}.example invited" in read.text


def test_days_further_on_are_a_link_away(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    email = f"host@{unique}.example"
    start = at(sandbox, "UTC", days=20, clock="10:00")
    event = {"summary": "Far", "start": start.isoformat(), "end": (start + _HOUR).isoformat()}
    control.seed(google={"accounts": [{"email": email, "name": "Host", "events": [event]}]})
    path = f"/look/calendars/google/{email}"

    first = page(sandbox, path)
    (later,) = [link for link in first.links if link.startswith(path)][1:]

    assert "Far" not in first.text
    assert "Far" in page(sandbox, later).text
    assert "today" in page(sandbox, path, **{"from": "no date"}).text
    assert "today" in page(sandbox, path, **{"from": "9999-12-31"}).text


# ------------------------------------------------------------------------- Zoom and mail


def test_zoom_meetings_are_shown_with_their_hosts(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    email = f"host@{unique}.example"
    meeting = {
        "host": email,
        "start": "2030-03-05T14:00:00+00:00",
        "minutes": 45,
        "topic": f"Deep dive {unique}",
    }
    control.seed(zoom={"users": [{"email": email}], "meetings": [meeting]})

    text = page(sandbox, "/look/zoom").text

    assert f"Tue 5 Mar 2030, 14:00 UTC 45 Deep dive {unique} {email}" in text


def an_invitation(sandbox: SandboxServer, unique: str, *, recipient: str) -> None:
    start = at(sandbox, "UTC", days=1, clock="10:00")
    host = Person(email=f"host@{unique}.example", name="Host One")
    sandbox.world.post(
        recipient=recipient,
        sent_by="smtp",
        sender=f"bookings@{unique}.example",
        subject=f"Invitation {unique}",
        text=f"Come all, says {unique}.",
        invitation=Invitation(
            method="REQUEST",
            uid=f"uid-{unique}",
            sequence=0,
            interval=Interval(start, start + _HOUR),
            subject="Planning",
            description="",
            location="",
            organizer=host,
            attendees=(host, Person(email=recipient)),
        ),
    )


def test_mail_says_who_got_what_from_whom_and_how(sandbox: SandboxServer, unique: str) -> None:
    recipient = f"guest@{unique}.test"
    an_invitation(sandbox, unique, recipient=recipient)

    everybodys = page(sandbox, "/look/mail").text
    own = page(sandbox, "/look/mail", to=recipient.upper()).text

    assert f"Invitation {unique} to {recipient} via SMTP" in everybodys
    assert f"From bookings@{unique}.example to {recipient}" in own
    assert "invitation Planning" in own
    assert f"Come all, says {unique}." in own
    assert f"Invitation {unique}" not in page(sandbox, "/look/mail", to=f"nobody@{unique}").text


# --------------------------------------------------------------------- nothing but a look


def test_whatever_people_typed_stays_text(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    typed = f"{SCRIPT}{unique}"
    org_id, lead_id = a_booked_lead(control, unique, LastName=typed, Company=typed)
    google = a_google_host(sandbox, control, unique, title=typed)
    only_event(sandbox, google).resource.update(
        location=typed,
        hangoutLink=f"javascript:{typed}",
        attendees=[{"email": f"x@{unique}.test", "displayName": typed}],
    )
    start = at(sandbox, "UTC", days=1, clock="10:00").isoformat()
    end = at(sandbox, "UTC", days=1, clock="11:00").isoformat()
    microsoft = f"second@{unique}.example"
    event = {"subject": typed, "start": start, "end": end}
    account = {"email": microsoft, "name": typed, "events": [event]}
    meeting = {"host": google, "start": start, "topic": typed}
    control.seed(
        microsoft={"accounts": [account]},
        zoom={"users": [{"email": google}], "meetings": [meeting]},
    )
    sandbox.world.post(
        recipient=google, sent_by="smtp", sender=typed, subject=typed, text=f"</pre>{typed}"
    )

    for path in (
        "/",
        f"/look/salesforce/{org_id}",
        f"/look/salesforce/{org_id}/{lead_id}",
        f"/look/calendars/google/{google}",
        f"/look/calendars/microsoft/{microsoft}",
        "/look/zoom",
        f"/look/mail?to={google}",
    ):
        answer = fetched(sandbox, path)
        assert f"&lt;script&gt;alert(1)&lt;/script&gt;{unique}" in answer.text, path
        assert "<script" not in answer.text, path
        assert 'href="javascript:' not in answer.text, path


def test_pages_run_nothing_load_nothing_from_elsewhere_and_have_no_forms(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    org_id, _ = a_booked_lead(control, unique)

    for path in ("/", f"/look/salesforce/{org_id}", "/look/zoom", "/look/mail"):
        policy = fetched(sandbox, path).headers["Content-Security-Policy"]
        read = page(sandbox, path)

        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert not {"form", "button", "input", "script", "img"} & set(read.tags)


def test_nothing_can_be_written_there(sandbox: SandboxServer) -> None:
    for path in ("/", "/look/zoom", "/look/mail"):
        for verb in ("POST", "PUT", "PATCH", "DELETE"):
            answer = reading_session().request(verb, f"{sandbox.base_url}{path}")
            assert answer.status_code == 405


def test_looking_is_no_call_that_a_vendor_answered() -> None:
    own = SandboxServer()
    own.start()
    try:
        for path in ("/", "/look/mail", "/look/static/look.css", "/look/salesforce/none"):
            fetched(own, path)

        assert SandboxControl(own.base_url).requests() == []
    finally:
        own.stop()


@pytest.mark.parametrize(
    "path",
    [
        "/look/salesforce/00D000000000000",
        "/look/calendars/google/nobody@nowhere.example",
        "/look/calendars/microsoft/nobody@nowhere.example",
        "/look/calendars/elsewhere/nobody@nowhere.example",
        "/look/static/..%2F__init__.py",
    ],
)
def test_what_is_not_there_is_not_found(sandbox: SandboxServer, path: str) -> None:
    assert fetched(sandbox, path).status_code == 404


def test_pages_can_be_read_by_everybody(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    org_id, lead_id = a_booked_lead(control, unique)
    email = a_google_host(sandbox, control, unique, title="Call")

    for path in (
        "/",
        f"/look/salesforce/{org_id}",
        f"/look/salesforce/{org_id}/{lead_id}",
        f"/look/calendars/google/{email}",
        "/look/zoom",
        "/look/mail",
    ):
        read = page(sandbox, path)
        assert read.tags.count("h1") == 1, path
        assert read.tags.count("main") == 1, path
        assert set(read.scopes) <= {"col", "row"}, path
        assert read.links[0] == "#main", path
