"""The sandbox's Microsoft is as strict as Graph and the login, and mails whom they mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msal
import pytest
import requests

from booking_types.intervals import Interval
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import Invitation, Person
from connectors.transport import writing_session
from tests.connectors.calendar_contract import HostAccount, at, between
from tests.connectors.microsoft_world import MicrosoftApplicationWorld, MicrosoftWorld

NAMED = "String {5b1a7c60-3d5e-4f0f-9d53-8a2c1f6be7d4} Name Ours"
UTC_TIMES = {"Prefer": 'outlook.timezone="UTC", IdType="ImmutableId"'}


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    return MicrosoftWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def organisation(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    return MicrosoftApplicationWorld(
        sandbox=sandbox, control=control, domain=f"org.{unique}.example"
    )


@pytest.fixture
def host(world: MicrosoftWorld) -> HostAccount:
    return world.add_host("host")


def when(hour: int, zone: str = "UTC", *, day: int = 15) -> dict[str, str]:
    return {"dateTime": f"2027-03-{day:02}T{hour:02}:00:00", "timeZone": zone}


def an_event(**changes: Any) -> dict[str, Any]:
    return {"subject": "Meeting", "start": when(10), "end": when(11), **changes}


def somebody(email: str) -> dict[str, Any]:
    return {"emailAddress": {"address": email}, "type": "required"}


def made(world: MicrosoftWorld, host: HostAccount, **changes: Any) -> dict[str, Any]:
    answer = world.graph(host, "POST", "me/events", json=an_event(**changes))
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()
    return event


def patched(world: MicrosoftWorld, host: HostAccount, event: dict[str, Any], **changes: Any) -> Any:
    answer = world.graph(host, "PATCH", f"me/events/{event['id']}", json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def assert_refused(answer: requests.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["innerError"]["request-id"] == answer.headers["request-id"]


def viewed(world: MicrosoftWorld, host: HostAccount, **params: str) -> list[dict[str, Any]]:
    """What the calendar view shows of that month."""
    asked = {
        "startDateTime": "2027-03-01T00:00:00Z",
        "endDateTime": "2027-04-01T00:00:00Z",
        "$top": "100",
        **params,
    }
    answer = world.graph(host, "GET", "me/calendarView", params=asked, headers=UTC_TIMES)
    assert answer.status_code == 200, answer.text
    events: list[dict[str, Any]] = answer.json()["value"]
    return events


def schedule_of(world: MicrosoftWorld, host: HostAccount, **changes: Any) -> requests.Response:
    body = {
        "schedules": [host.mailbox],
        "startTime": when(8),
        "endTime": when(12),
        "availabilityViewInterval": 60,
        **changes,
    }
    return world.graph(host, "POST", "me/calendar/getSchedule", json=body)


# --------------------------------------------------------------------------------- login


def token(world: MicrosoftWorld, **form: str) -> requests.Response:
    url = f"{world.sandbox.base_url}/microsoft/login/{world.tenant['tenant_id']}/oauth2/v2.0/token"
    data = {
        "client_id": world.tenant["client_id"],
        "client_secret": world.tenant["client_secret"],
        **form,
    }
    return writing_session().request("POST", url, data=data)


def test_msal_accepts_the_login_as_microsofts_own(organisation: MicrosoftWorld) -> None:
    login = organisation.login()
    application = msal.ConfidentialClientApplication(
        login["client_id"],
        client_credential=login["client_secret"],
        authority=f"https://login.microsoftonline.com/{login['tenant']}",
        http_client=writing_session({"https://login.microsoftonline.com": login["login_url"]}),
        instance_discovery=False,
    )

    answer = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])

    assert answer["token_type"] == "Bearer"


def test_a_refresh_gives_a_new_refresh_token_and_leaves_the_old_one_alive(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    old = world.accounts[host.mailbox]["refresh_token"]

    first = token(world, grant_type="refresh_token", refresh_token=old).json()
    second = token(world, grant_type="refresh_token", refresh_token=old)
    third = token(world, grant_type="refresh_token", refresh_token=first["refresh_token"])

    assert first["refresh_token"] != old
    assert second.status_code == third.status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error", "code"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": "client_credentials", "scope": "Mail"}, 400, "invalid_scope", 1002012),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant", 50173),
        ({"client_secret": "x"}, 401, "invalid_client", 7000215),
        ({"client_id": "x"}, 400, "unauthorized_client", 700016),
    ],
)
def test_the_login_refuses_what_it_refuses_with_its_own_codes(
    world: MicrosoftWorld, form: dict[str, str], status: int, error: str, code: int
) -> None:
    answer = token(world, **form)

    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_codes"] == [code]
    assert answer.json()["error_description"].startswith(f"AADSTS{code}: ")


# --------------------------------------------------------------------------- who may come


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic nonsense"])
def test_nobody_comes_in_without_a_token(
    world: MicrosoftWorld, host: HostAccount, header: str
) -> None:
    answer = world.graph(host, "GET", "me", headers={"Authorization": header})

    assert_refused(answer, 401, "InvalidAuthenticationToken")


def test_an_access_token_is_over_after_an_hour(world: MicrosoftWorld, host: HostAccount) -> None:
    assert world.graph(host, "GET", "me").status_code == 200
    with world.sandbox.world.lock:
        for grant in world.sandbox.world.states["microsoft"].access_tokens.values():
            if grant.email == host.mailbox:
                grant.expires_at -= timedelta(hours=1)

    assert_refused(world.graph(host, "GET", "me"), 401, "InvalidAuthenticationToken")


def test_an_account_sees_itself_and_nobody_else(world: MicrosoftWorld, host: HostAccount) -> None:
    other = world.add_host("other")

    assert world.graph(host, "GET", "me").json()["mail"] == host.mailbox
    assert_refused(
        world.graph(host, "GET", f"users/{other.mailbox}/events"), 403, "ErrorAccessDenied"
    )


def test_an_application_is_nobody_in_particular(organisation: MicrosoftWorld) -> None:
    host = organisation.add_host("host")
    user_id = organisation.accounts[host.mailbox]["user_id"]

    assert_refused(organisation.graph(host, "GET", "me"), 400, "BadRequest")
    by_id = organisation.graph(host, "GET", f"users/{user_id}")
    by_address = organisation.graph(host, "GET", f"users/{host.mailbox.replace('@', '%40')}")
    assert by_id.json() == by_address.json()


def test_an_application_touches_its_own_tenants_mailboxes_and_those_its_policy_names(
    organisation: MicrosoftWorld, world: MicrosoftWorld, host: HostAccount
) -> None:
    allowed, closed = organisation.add_host("allowed"), organisation.add_host("closed")
    organisation.seed(app_mailboxes=[allowed.mailbox])

    elsewhere = organisation.graph(allowed, "GET", f"users/{host.mailbox}/events")
    refused = organisation.graph(allowed, "GET", f"users/{closed.mailbox}/events")
    good = organisation.graph(allowed, "GET", f"users/{allowed.mailbox}/events")

    assert_refused(elsewhere, 404, "ErrorInvalidUser")
    assert_refused(refused, 403, "ErrorAccessDenied")
    assert good.status_code == 200


def test_reading_needs_reading_and_writing_needs_writing(world: MicrosoftWorld) -> None:
    reader = world.add_account("reader", scopes=["Calendars.Read"])
    stranger = world.add_account("stranger", scopes=["User.Read"])

    assert world.graph(reader, "GET", "me/events").status_code == 200
    assert_refused(
        world.graph(reader, "POST", "me/events", json=an_event()), 403, "ErrorAccessDenied"
    )
    assert_refused(world.graph(stranger, "GET", "me/events"), 403, "ErrorAccessDenied")


# ------------------------------------------------------------------------------ strictness


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sumary": "Meeting"}, "RequestBodyRead"),
        ({"id": "mine"}, "RequestBodyRead"),
        ({"start": {"dateTime": "2027-03-15T10:00:00+01:00", "timeZone": "UTC"}}, "BadRequest"),
        (
            {"start": {"dateTime": "2027-03-15", "timeZone": "Nowhere"}},
            "TimeZoneNotSupportedException",
        ),
        ({"start": {"date": "2027-03-15"}}, "BadRequest"),
        ({"end": when(9)}, "ErrorPropertyValidationFailure"),
        ({"isAllDay": True}, "ErrorPropertyValidationFailure"),
        ({"showAs": "away"}, "BadRequest"),
        ({"attendees": [{"emailAddress": {"address": "nobody"}}]}, "ErrorInvalidRecipients"),
        (
            {"attendees": [{"emailAddress": {"address": "a@b.example"}, "type": "host"}]},
            "BadRequest",
        ),
        ({"singleValueExtendedProperties": [{"id": "Ours", "value": "1"}]}, "BadRequest"),
        ({"body": {"contentType": "markdown", "content": "x"}}, "BadRequest"),
        ({"onlineMeetingProvider": "zoom"}, "BadRequest"),
        ({"recurrence": {"pattern": {"type": "hourly"}, "range": {}}}, "BadRequest"),
    ],
)
def test_an_event_that_graph_would_not_take_is_refused_and_not_made(
    world: MicrosoftWorld, host: HostAccount, change: dict[str, Any], code: str
) -> None:
    answer = world.graph(host, "POST", "me/events", json=an_event(**change))

    assert_refused(answer, 400, code)
    assert viewed(world, host) == []


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("me/events", {"$fliter": "x"}, "BadRequest"),
        ("me/events", {"$filter": "subject eq 'x'"}, "ErrorInvalidUrlQueryFilter"),
        ("me/events", {"$expand": "attachments"}, "BadRequest"),
        ("me/events", {"$select": "sumary"}, "RequestBroker--ParseUri"),
        ("me/events", {"$orderby": "subject"}, "BadRequest"),
        ("me/events", {"$top": "0"}, "BadRequest"),
        ("me/events", {"$top": "1001"}, "BadRequest"),
        ("me/calendarView", {}, "BadRequest"),
        ("me/calendarView", {"startDateTime": "now", "endDateTime": "then"}, "BadRequest"),
        ("me/events/nonsense", {}, "ErrorInvalidIdMalformed"),
        ("me/calendars/nonsense/events", {}, "ErrorInvalidIdMalformed"),
        ("me/kalender", {}, "BadRequest"),
    ],
)
def test_an_address_that_graph_does_not_know_is_refused(
    world: MicrosoftWorld, host: HostAccount, path: str, params: dict[str, str], code: str
) -> None:
    assert_refused(world.graph(host, "GET", path, params=params), 400, code)


def test_a_property_that_no_event_has_cannot_be_selected(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    event = made(world, host)

    answer = world.graph(host, "GET", f"me/events/{event['id']}", params={"$select": "sumary"})
    selected = world.graph(host, "GET", f"me/events/{event['id']}", params={"$select": "subject"})

    assert_refused(answer, 400, "RequestBroker--ParseUri")
    assert set(selected.json()) == {"@odata.etag", "id", "subject"}


def test_what_is_refused_in_the_middle_changes_nothing(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    guest = world.guest()
    event = made(world, host, attendees=[somebody(guest)])

    answer = world.graph(
        host, "PATCH", f"me/events/{event['id']}", json={"subject": "New", "showAs": "away"}
    )

    assert answer.status_code == 400
    assert viewed(world, host)[0]["subject"] == "Meeting"
    assert len(world.mails(guest)) == 1


def test_a_request_is_named_and_its_callers_name_for_it_is_repeated(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    answer = world.graph(host, "GET", "me", headers={"client-request-id": "ours"})

    assert answer.headers["request-id"]
    assert answer.headers["client-request-id"] == "ours"


# ---------------------------------------------------------------------------------- times


def test_times_are_answered_without_an_offset_in_the_zone_that_was_preferred(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    event = made(world, host, start=when(10, "America/New_York"), end=when(11, "America/New_York"))

    def start(prefer: str) -> Any:
        path = f"me/events/{event['id']}"
        return world.graph(host, "GET", path, headers={"Prefer": prefer}).json()["start"]

    assert event["start"] == {"dateTime": "2027-03-15T14:00:00.0000000", "timeZone": "UTC"}
    assert start('outlook.timezone="Pacific Standard Time"') == {
        "dateTime": "2027-03-15T07:00:00.0000000",
        "timeZone": "Pacific Standard Time",
    }
    assert start('outlook.timezone="Asia/Kolkata"')["dateTime"] == "2027-03-15T19:30:00.0000000"
    assert event["originalStartTimeZone"] == "America/New_York"


def test_a_zone_nobody_knows_cannot_be_preferred(world: MicrosoftWorld, host: HostAccount) -> None:
    answer = world.graph(
        host, "GET", "me/events", headers={"Prefer": 'outlook.timezone="Moon Standard Time"'}
    )

    assert_refused(answer, 400, "TimeZoneNotSupportedException")


def test_an_all_day_event_is_at_midnight_whatever_zone_was_preferred(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    made(
        world,
        host,
        isAllDay=True,
        start=when(0, "Eastern Standard Time"),
        end=when(0, "Eastern Standard Time", day=16),
    )

    (event,) = viewed(world, host)
    items = schedule_of(world, host, startTime=when(0), endTime=when(0, day=17)).json()["value"]

    assert event["start"] == {"dateTime": "2027-03-15T00:00:00.0000000", "timeZone": "UTC"}
    assert items[0]["availabilityView"] == "0000" + "2" * 24 + "0" * 20
    assert items[0]["scheduleItems"][0]["start"]["dateTime"] == "2027-03-15T04:00:00.0000000"


def test_ids_stay_the_same_only_where_that_is_preferred(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    event = made(world, host)

    other = world.graph(host, "GET", f"me/events/{event['id']}", headers={"Prefer": "none"}).json()

    assert other["id"] != event["id"]
    assert world.graph(host, "GET", f"me/events/{other['id']}").json()["id"] == event["id"]


# --------------------------------------------------------------------------------- series


def test_a_weekly_series_unfolds_in_the_view_and_is_one_in_the_list(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    master = made(
        world,
        host,
        start=when(10, "Europe/Berlin", day=15),
        end=when(11, "Europe/Berlin", day=15),
        recurrence={
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday", "thursday"]},
            "range": {"type": "endDate", "startDate": "2027-03-15", "endDate": "2027-03-31"},
        },
    )

    view = viewed(world, host)
    listed = world.graph(host, "GET", "me/events").json()["value"]

    assert [event["start"]["dateTime"][:16] for event in view] == [
        "2027-03-15T09:00",
        "2027-03-18T09:00",
        "2027-03-22T09:00",
        "2027-03-25T09:00",
        "2027-03-29T08:00",
    ]
    assert {event["type"] for event in view} == {"occurrence"}
    assert {event["seriesMasterId"] for event in view} == {master["id"]}
    assert [event["type"] for event in listed] == ["seriesMaster"]


def test_one_date_of_a_series_can_be_moved_or_taken_out(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    made(
        world,
        host,
        recurrence={
            "pattern": {"type": "daily", "interval": 2},
            "range": {"type": "numbered", "startDate": "2027-03-15", "numberOfOccurrences": 3},
        },
    )
    first, second, third = viewed(world, host)

    patched(world, host, second, start=when(14, day=17), end=when(15, day=17))
    assert world.graph(host, "DELETE", f"me/events/{third['id']}").status_code == 204

    view = viewed(world, host)
    assert [(event["id"], event["type"], event["start"]["dateTime"][8:13]) for event in view] == [
        (first["id"], "occurrence", "15T10"),
        (second["id"], "exception", "17T14"),
    ]


# ------------------------------------------------------------------------------ searching


def test_an_event_is_found_by_its_extended_property_and_shows_it_when_asked(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    event = made(world, host, singleValueExtendedProperties=[{"id": NAMED, "value": "Key'1"}])
    made(world, host, singleValueExtendedProperties=[{"id": NAMED, "value": "other"}])

    found = world.graph(
        host,
        "GET",
        "me/events",
        params={
            "$filter": f"singleValueExtendedProperties/Any(ep: ep/id eq '{NAMED}' "
            "and ep/value eq 'kEY''1')",
            "$expand": f"singleValueExtendedProperties($filter=id eq '{NAMED}')",
        },
    ).json()["value"]

    assert [item["id"] for item in found] == [event["id"]]
    assert found[0]["singleValueExtendedProperties"] == [{"id": NAMED, "value": "Key'1"}]
    assert "singleValueExtendedProperties" not in event


def test_a_collection_comes_in_pages_that_name_the_next_one(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    ids = [made(world, host)["id"] for _ in range(5)]

    first = world.graph(host, "GET", "me/events", params={"$top": "2"}).json()
    pages = [first]
    while "@odata.nextLink" in pages[-1]:
        path = pages[-1]["@odata.nextLink"].split("/microsoft/v1.0/", 1)[1]
        pages.append(world.graph(host, "GET", path).json())

    assert [len(page["value"]) for page in pages] == [2, 2, 1]
    assert [event["id"] for page in pages for event in page["value"]] == ids


# ------------------------------------------------------------------------------ free/busy


def test_the_official_client_may_write_its_keys_in_its_own_way(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    made(world, host)
    body = {
        "Schedules": [host.mailbox],
        "StartTime": {"DateTime": "2027-03-15T08:00:00", "TimeZone": "UTC"},
        "EndTime": {"dateTime": "2027-03-15T12:00:00", "timeZone": "UTC"},
        "AvailabilityViewInterval": "60",
    }

    answer = world.graph(host, "POST", "me/calendar/getschedule", json=body)

    assert answer.json()["value"][0]["availabilityView"] == "0020"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"schedules": []}, "ErrorInvalidParameter"),
        ({"schedules": [f"host{i}@example.com" for i in range(21)]}, "ErrorInvalidParameter"),
        ({"availabilityViewInterval": 4}, "ErrorInvalidParameter"),
        ({"availabilityViewInterval": 1441}, "ErrorInvalidParameter"),
        ({"availabilityViewInterval": None}, "BadRequest"),
        ({"endTime": when(8)}, "ErrorInvalidTimeInterval"),
        (
            {"endTime": {"dateTime": "2027-05-16T08:00:00", "timeZone": "UTC"}},
            "ErrorTimeIntervalTooBig",
        ),
        ({"interval": 5}, "BadRequest"),
    ],
)
def test_free_busy_beyond_its_limits_is_refused(
    world: MicrosoftWorld, host: HostAccount, change: dict[str, Any], code: str
) -> None:
    assert_refused(schedule_of(world, host, **change), 400, code)


def test_a_mailbox_nobody_knows_is_an_error_inside_the_answer(
    world: MicrosoftWorld, organisation: MicrosoftWorld, host: HostAccount
) -> None:
    elsewhere = organisation.add_host("elsewhere")
    schedules = ["nobody@nowhere.example", elsewhere.mailbox, host.mailbox]

    answer = schedule_of(world, host, schedules=schedules)

    assert answer.status_code == 200
    items = answer.json()["value"]
    assert [item["scheduleId"] for item in items] == schedules
    assert [item.get("error", {}).get("responseCode") for item in items] == ["5009", "5009", None]
    assert "availabilityView" not in items[0]


def test_each_status_has_its_digit_and_the_strongest_one_shows(world: MicrosoftWorld) -> None:
    statuses = ["tentative", "busy", "oof", "workingElsewhere", "free"]
    host = world.add_account(
        "host",
        events=[
            {
                "start": at(8 + i).isoformat(),
                "end": at(9 + i).isoformat(),
                "show_as": status,
            }
            for i, status in enumerate(statuses)
        ]
        + [{"start": at(8, 10).isoformat(), "end": at(8, 11).isoformat(), "show_as": "free"}],
    )

    answer = schedule_of(world, host, endTime=when(14))

    assert answer.json()["value"][0]["availabilityView"] == "123000"


# ----------------------------------------------------------------------------------- mail


def test_everybody_is_told_of_an_event_its_changes_and_its_end(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    first, second = world.guest("first"), world.guest("second")
    event = made(world, host, attendees=[somebody(first)])

    patched(world, host, event, start=when(14), end=when(15))
    patched(world, host, event, attendees=[somebody(first), somebody(second)])
    patched(world, host, event, showAs="oof")
    patched(world, host, event, attendees=[somebody(second)])
    assert world.graph(host, "POST", f"me/events/{event['id']}/cancel", json={}).status_code == 202

    def methods(guest: str) -> list[str]:
        return [mail["invitation"]["method"] for mail in world.mails(guest)]

    assert methods(first) == ["REQUEST", "REQUEST", "CANCEL"]
    assert methods(second) == ["REQUEST", "CANCEL"]
    assert {mail["sent_by"] for mail in world.mails(first)} == {"microsoft"}
    assert [mail["invitation"]["sequence"] for mail in world.mails(first)] == [0, 1, 3]


def test_only_an_organizer_with_attendees_can_cancel(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    alone = made(world, host)

    answer = world.graph(host, "POST", f"me/events/{alone['id']}/cancel", json={"Comment": "x"})

    assert_refused(answer, 400, "ErrorInvalidRequest")
    assert world.graph(host, "DELETE", f"me/events/{alone['id']}").status_code == 204
    assert_refused(world.graph(host, "GET", f"me/events/{alone['id']}"), 404, "ErrorItemNotFound")


def test_one_transaction_makes_one_event(world: MicrosoftWorld, host: HostAccount) -> None:
    guest = world.guest()

    first = made(world, host, transactionId="t-1", attendees=[somebody(guest)])
    second = made(world, host, transactionId="t-1", attendees=[somebody(guest)])
    answer = world.graph(host, "PATCH", f"me/events/{first['id']}", json={"transactionId": "t-2"})

    assert second == first
    assert len(world.mails(guest)) == 1
    assert_refused(answer, 400, "ErrorInvalidPropertySet")


def test_an_attendee_here_gets_a_copy_that_follows_the_meeting(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    co_host = world.add_host("co-host")
    event = made(world, host, attendees=[somebody(co_host.mailbox)])

    (copy,) = viewed(world, co_host)
    patched(world, host, event, start=when(14), end=when(15))
    (moved,) = viewed(world, co_host)
    world.graph(host, "DELETE", f"me/events/{event['id']}")

    assert copy["iCalUId"] == event["iCalUId"]
    assert copy["id"] != event["id"]
    assert not copy["isOrganizer"]
    assert copy["responseStatus"]["response"] == "notResponded"
    assert copy["showAs"] == "tentative"
    assert moved["id"] == copy["id"]
    assert moved["start"]["dateTime"].startswith("2027-03-15T14")
    assert viewed(world, co_host) == []


@pytest.mark.parametrize("receives", [True, False])
def test_an_invitation_from_elsewhere_appears_where_that_is_switched_on(
    world: MicrosoftWorld, *, receives: bool
) -> None:
    host = world.add_account("host", receives_invitations=receives)

    def arrives(method: str, sequence: int, interval: Interval) -> None:
        world.sandbox.world.post(
            recipient=host.mailbox,
            sent_by="google",
            sender="organizer@elsewhere.example",
            subject="Meeting",
            text="",
            invitation=Invitation(
                method=method,
                uid=f"uid@{world.domain}",
                sequence=sequence,
                interval=interval,
                subject="Meeting",
                description="A & B",
                location="",
                organizer=Person(email="organizer@elsewhere.example"),
                attendees=(Person(email=host.mailbox),),
            ),
        )

    arrives("REQUEST", 1, between(10, 11))
    arrived = viewed(world, host)
    arrives("REQUEST", 0, between(8, 9))  # late, and older than what is known
    still = viewed(world, host)
    arrives("CANCEL", 2, between(10, 11))

    assert [event["iCalUId"] for event in arrived] == [f"uid@{world.domain}"] * receives
    assert [event["start"] for event in still] == [event["start"] for event in arrived]
    assert viewed(world, host) == []
    assert len(world.mails(host.mailbox)) == 3


# -------------------------------------------------------------------------------- meeting


def test_a_body_written_without_its_meeting_ends_the_meeting(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    event = made(world, host, isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness")
    url = event["onlineMeeting"]["joinUrl"]
    whole = event["body"]["content"]

    kept = patched(world, host, event, body={"contentType": "html", "content": f"Hello{whole}"})
    lost = patched(world, host, event, body={"contentType": "html", "content": "Hello"})

    assert url in whole
    assert kept["onlineMeeting"] == {"joinUrl": url}
    assert kept["body"]["content"].count(url) == 1
    assert lost["onlineMeeting"] is None
    assert not lost["isOnlineMeeting"]


def test_a_mailbox_without_teams_gets_no_meeting(world: MicrosoftWorld) -> None:
    host = world.add_account("host", teams=False)

    event = made(world, host, isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness")

    assert not event["isOnlineMeeting"]
    assert event["onlineMeeting"] is None


# ---------------------------------------------------------------------------------- batch


def batch(world: MicrosoftWorld, host: HostAccount, *parts: dict[str, Any]) -> requests.Response:
    return world.graph(host, "POST", "$batch", json={"requests": list(parts)})


def test_each_part_of_a_batch_is_answered_for_itself(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    world.control.fault(
        vendor="microsoft",
        operation="events_list",
        caller=host.mailbox,
        kind="status",
        status=429,
        headers={"Retry-After": "9"},
    )
    headers = {"Content-Type": "application/json"}

    answer = batch(
        world,
        host,
        {"id": "a", "method": "GET", "url": "/me/events"},
        {"id": "b", "method": "GET", "url": "me?$select=id"},
        {"id": "c", "method": "POST", "url": "/me/events", "body": an_event(), "headers": headers},
        {"id": "d", "method": "GET", "url": "/me/events/AAkALgnothing"},
        {"id": "e", "method": "GET", "url": "/me/events", "dependsOn": ["d"]},
    )

    assert answer.status_code == 200
    parts = {part["id"]: part for part in answer.json()["responses"]}
    assert {name: part["status"] for name, part in parts.items()} == {
        "a": 429,
        "b": 200,
        "c": 201,
        "d": 404,
        "e": 424,
    }
    assert parts["a"]["headers"]["Retry-After"] == "9"
    assert parts["b"]["body"]["mail"] == host.mailbox
    assert len(viewed(world, host)) == 1


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"id": str(i), "method": "GET", "url": "/me"} for i in range(21)],
        [{"id": "a", "method": "GET", "url": "/me"}, {"id": "A", "method": "GET", "url": "/me"}],
        [{"id": 1, "method": "GET", "url": "/me"}],
        [{"id": "a", "method": "GET", "url": "https://graph.microsoft.com/v1.0/me"}],
        [{"id": "a", "method": "POST", "url": "/me/events", "body": {}}],
        [{"id": "a", "method": "GET", "url": "/me", "verb": "GET"}],
    ],
)
def test_a_batch_that_graph_would_not_take_is_refused_as_a_whole(
    world: MicrosoftWorld, host: HostAccount, parts: list[dict[str, Any]]
) -> None:
    assert_refused(batch(world, host, *parts), 400, "BadRequest")
