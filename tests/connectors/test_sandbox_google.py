"""The sandbox's Google refuses what Google refuses and does what Google does."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import HostAccount, at, between, entry
from tests.connectors.google_world import (
    EVENTS,
    DelegatedGoogleWorld,
    GoogleWorld,
    an_event,
    insert,
    listed,
    reason,
)

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> GoogleWorld:
    return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def host(world: GoogleWorld) -> HostAccount:
    return world.add_host("host")


# ----------------------------------------------------------------------------- coming in


def test_nobody_comes_in_without_a_token_that_is_known_and_fresh(
    world: GoogleWorld, host: HostAccount
) -> None:
    def ask(**headers: str) -> Any:
        return world.control._session.get(f"{world.api_url}/calendar/v3/{EVENTS}", headers=headers)

    known = world.access(host).bearer(host.mailbox)
    assert ask(Authorization=f"Bearer {known}").status_code == 200

    assert reason(ask()) == (401, "authError")
    assert reason(ask(Authorization="Bearer nonsense")) == (401, "authError")
    assert reason(ask(Authorization=f"Basic {known}")) == (401, "authError")
    world.expire_token(host)
    assert reason(ask(Authorization=f"Bearer {known}")) == (401, "authError")


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("calendar", {"list", "insert", "busy", "calendars"}),
        ("calendar.readonly", {"list", "busy", "calendars"}),
        ("calendar.events", {"list", "insert"}),
        ("calendar.events.readonly", {"list"}),
        ("calendar.freebusy", {"busy"}),
        ("calendar.calendarlist.readonly", {"calendars"}),
    ],
)
def test_a_token_is_good_for_its_scopes_only(
    world: GoogleWorld, scope: str, allowed: set[str]
) -> None:
    host = world.add_host("host", scopes=[f"https://www.googleapis.com/auth/{scope}"])
    span = {"timeMin": at(0).isoformat(), "timeMax": at(1).isoformat()}
    answers = {
        "list": world.request(host, "GET", EVENTS),
        "insert": insert(world, host),
        "busy": world.request(host, "POST", "freeBusy", json=span),
        "calendars": world.request(host, "GET", "users/me/calendarList"),
    }

    assert {name for name, answer in answers.items() if answer.ok} == allowed
    for name in answers.keys() - allowed:
        assert reason(answers[name]) == (403, "insufficientPermissions")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "unknown"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": JWT_GRANT, "assertion": "nonsense"}, 400, "invalid_request"),
    ],
)
def test_a_token_request_that_is_wrong_is_refused_in_the_words_of_oauth(
    world: GoogleWorld, host: HostAccount, changes: dict[str, str], status: int, error: str
) -> None:
    stored = world.stores[host.mailbox].current()
    assert stored is not None
    form = {
        "grant_type": "refresh_token",
        "client_id": world.client["id"],
        "client_secret": world.client["secret"],
        "refresh_token": stored.refresh_token,
    }

    answer = world.control._session.post(f"{world.oauth_url}/token", data=form | changes)

    assert answer.status_code == status
    assert answer.json()["error"] == error


def test_a_refresh_token_of_another_client_is_refused(
    world: GoogleWorld, host: HostAccount, control: SandboxControl
) -> None:
    other = control.seed(google={})["google"]
    stored = world.stores[host.mailbox].current()
    assert stored is not None

    answer = world.control._session.post(
        f"{world.oauth_url}/token",
        data={
            "grant_type": "refresh_token",
            "client_id": other["client_id"],
            "client_secret": other["client_secret"],
            "refresh_token": stored.refresh_token,
        },
    )

    assert answer.json()["error"] == "invalid_grant"


def test_taking_consent_back_ends_its_access_tokens_at_once(
    world: GoogleWorld, host: HostAccount
) -> None:
    bearer = world.access(host).bearer(host.mailbox)
    world.revoke(host)

    answer = world.control._session.get(
        f"{world.api_url}/calendar/v3/{EVENTS}", headers={"Authorization": f"Bearer {bearer}"}
    )

    assert reason(answer) == (401, "authError")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.invalid/token"},
        {"exp": 1_000_000_000},
        {"iat": 1_000_000_000},
        {"iss": "nobody@sandbox.iam.gserviceaccount.com"},
    ],
)
def test_an_assertion_that_is_wrong_is_refused(
    sandbox: SandboxServer, control: SandboxControl, unique: str, claims: dict[str, Any]
) -> None:
    from google.oauth2 import service_account

    world = DelegatedGoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")
    host = world.add_host("host")
    credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # typed in part
        world.service_account,
        scopes=["https://www.googleapis.com/auth/calendar.events"],
        subject=host.mailbox,
    )

    def ask(**changes: Any) -> Any:
        signed = credentials.with_claims(changes)._make_authorization_grant_assertion()
        return control._session.post(
            f"{world.oauth_url}/token", data={"grant_type": JWT_GRANT, "assertion": signed}
        )

    assert ask().status_code == 200
    assert ask(**claims).json()["error"] == "invalid_grant"
    assert ask(scope="https://www.googleapis.com/auth/calendar.acls").json()["error"] == (
        "unauthorized_client"
    )


# -------------------------------------------------------------------------- making events


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": "UPPERCASE"}, (400, "invalid")),
        ({"id": "wxyz0"}, (400, "invalid")),
        ({"id": "abcd"}, (400, "invalid")),
        ({"id": "a" * 1025}, (400, "invalid")),
        ({"start": None}, (400, "required")),
        ({"end": None}, (400, "required")),
        ({"start": {"dateTime": "2027-03-15T10:00:00"}}, (400, "required")),
        ({"start": {"dateTime": "2027-03-15 10:00"}}, (400, "invalid")),
        ({"start": {"dateTime": "20270315T100000Z"}}, (400, "invalid")),
        ({"start": {"date": "2027-03-15"}}, (400, "invalid")),
        ({"start": {}}, (400, "required")),
        ({"start": {"dateTime": "2027-03-15T10:00:00Z", "timeZone": "Mars"}}, (400, "invalid")),
        ({"end": {"dateTime": "2027-03-15T09:00:00Z"}}, (400, "timeRangeEmpty")),
        ({"sumary": "Typo"}, (400, "badRequest")),
        ({"summary": 5}, (400, "badRequest")),
        ({"attendees": {"email": "a@b.test"}}, (400, "badRequest")),
        ({"attendees": [{"email": "nobody"}]}, (400, "invalid")),
        ({"attendees": [{"email": "a@b.test", "responseStatus": "maybe"}]}, (400, "invalid")),
        ({"transparency": "free"}, (400, "invalid")),
        ({"eventType": "fromGmail"}, (400, "invalid")),
        ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, (400, "invalid")),
        ({"extendedProperties": {"private": {"a": 1}}}, (400, "badRequest")),
    ],
)
def test_an_event_google_would_not_take_is_refused(
    world: GoogleWorld, host: HostAccount, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = insert(world, host, an_event(**changes))

    assert reason(answer) == expected
    assert listed(world, host) == []


@pytest.mark.parametrize(
    "query", ["?notify=true", "?sendUpdates=some", "?conferenceDataVersion=2", "?maxAttendees=0"]
)
def test_a_parameter_google_does_not_know_is_refused(
    world: GoogleWorld, host: HostAccount, query: str
) -> None:
    assert insert(world, host, query=query).status_code == 400


def test_an_id_is_taken_for_good_even_by_a_deleted_event(
    world: GoogleWorld, host: HostAccount
) -> None:
    made = insert(world, host).json()
    one = f"{EVENTS}/{made['id']}"

    assert reason(insert(world, host)) == (409, "duplicate")
    assert world.request(host, "DELETE", one).status_code == 204
    assert reason(insert(world, host)) == (409, "duplicate")
    assert reason(world.request(host, "DELETE", one)) == (410, "deleted")
    assert reason(world.request(host, "PATCH", one, json={"summary": "x"})) == (403, "forbidden")
    assert world.request(host, "GET", one).json()["status"] == "cancelled"
    assert listed(world, host) == []
    assert [e["status"] for e in listed(world, host, "?showDeleted=true")] == ["cancelled"]


def test_an_event_that_was_changed_meanwhile_is_protected_by_its_tag(
    world: GoogleWorld, host: HostAccount
) -> None:
    made = insert(world, host).json()
    one = f"{EVENTS}/{made['id']}"
    changed = world.request(
        host, "PATCH", one, json={"summary": "New"}, headers={"If-Match": made["etag"]}
    )

    late = world.request(
        host, "PATCH", one, json={"summary": "Late"}, headers={"If-Match": made["etag"]}
    )

    assert changed.json()["etag"] != made["etag"]
    assert reason(late) == (412, "conditionNotMet")
    fresh = {"If-None-Match": changed.json()["etag"]}
    assert world.request(host, "GET", one, headers=fresh).status_code == 304


def test_a_patch_merges_objects_replaces_lists_and_takes_away_with_null(
    world: GoogleWorld, host: HostAccount
) -> None:
    event = an_event(
        location="Room 1",
        attendees=[{"email": world.guest("one")}, {"email": world.guest("two")}],
        extendedProperties={"private": {"a": "1", "b": "2"}},
    )
    made = insert(world, host, event).json()

    patched = world.request(
        host,
        "PATCH",
        f"{EVENTS}/{made['id']}",
        json={
            "location": None,
            "attendees": [{"email": world.guest("two")}],
            "extendedProperties": {"private": {"b": None, "c": "3"}},
        },
    ).json()

    assert "location" not in patched
    assert patched["summary"] == "Meeting"
    assert [one["email"] for one in patched["attendees"]] == [world.guest("two")]
    assert patched["extendedProperties"]["private"] == {"a": "1", "c": "3"}


def test_an_update_replaces_what_it_does_not_name(world: GoogleWorld, host: HostAccount) -> None:
    made = insert(world, host, an_event(location="Room 1")).json()

    updated = world.request(host, "PUT", f"{EVENTS}/{made['id']}", json=an_event(id=None)).json()

    assert "location" not in updated
    assert updated["iCalUID"] == made["iCalUID"]


# ----------------------------------------------------------------------- reading events


def test_events_are_listed_between_times_page_by_page_in_order(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host", entries=tuple(entry(between(n, n + 1)) for n in (12, 8, 10, 6)))
    query = f"?singleEvents=true&orderBy=startTime&timeMin={at(7).isoformat()}&maxResults=2"
    query = query.replace("+", "%2B")

    first = world.request(host, "GET", f"{EVENTS}{query}").json()
    second = world.request(
        host, "GET", f"{EVENTS}{query}&pageToken={first['nextPageToken']}"
    ).json()

    starts = [one["start"]["dateTime"] for one in first["items"] + second["items"]]
    assert starts == [
        "2027-03-15T08:00:00Z",
        "2027-03-15T10:00:00Z",
        "2027-03-15T12:00:00Z",
    ]
    assert "nextPageToken" not in second


def test_bounds_leave_out_events_that_only_touch_them(world: GoogleWorld) -> None:
    host = world.add_host("host", entries=tuple(entry(between(n, n + 1)) for n in (7, 8, 9)))

    found = listed(world, host, "?timeMin=2027-03-15T08:00:00Z&timeMax=2027-03-15T09:00:00Z")

    assert [one["start"]["dateTime"] for one in found] == ["2027-03-15T08:00:00Z"]


@pytest.mark.parametrize(
    "query",
    [
        "?timeMin=2027-03-15T08:00:00",
        "?timeMin=2027-03-15T09:00:00Z&timeMax=2027-03-15T09:00:00Z",
        "?orderBy=startTime",
        "?pageToken=nonsense!",
        "?singleEvents=yes",
        "?timeZone=Mars/Olympus",
        "?syncToken=any",
        "?privateExtendedProperty=novalue",
        "?fields=items(id",
    ],
)
def test_a_list_google_would_not_give_is_refused(world: GoogleWorld, query: str) -> None:
    host = world.add_host("host", entries=(entry(between(8, 9)),))

    assert world.request(host, "GET", f"{EVENTS}{query}").status_code == 400


def test_events_are_found_by_our_private_marks_and_by_their_shared_id(
    world: GoogleWorld, host: HostAccount
) -> None:
    marked = an_event(extendedProperties={"private": {"mark": "1"}})
    made = insert(world, host, marked).json()
    insert(world, host, an_event(id="other00000"))

    by_mark = listed(world, host, "?privateExtendedProperty=mark%3D1")
    by_uid = listed(world, host, f"?iCalUID={made['iCalUID']}")

    assert [one["id"] for one in by_mark] == [one["id"] for one in by_uid] == [made["id"]]
    assert listed(world, host, "?privateExtendedProperty=mark%3D2") == []


def test_an_answer_is_cut_down_to_the_fields_asked_for(
    world: GoogleWorld, host: HostAccount
) -> None:
    insert(world, host)

    answer = world.request(host, "GET", f"{EVENTS}?fields=timeZone,items(id,start/dateTime)")

    assert answer.json() == {
        "timeZone": "UTC",
        "items": [{"id": "abcdef0123456789", "start": {"dateTime": "2027-03-15T10:00:00Z"}}],
    }


def test_times_are_shown_in_the_calendars_zone_or_the_one_asked_for(world: GoogleWorld) -> None:
    host = world.add_host("host", time_zone="America/New_York", entries=(entry(between(14, 15)),))

    (own,) = listed(world, host)
    (asked,) = listed(world, host, "?timeZone=Asia/Kolkata")

    assert own["start"]["dateTime"] == "2027-03-15T10:00:00-04:00"
    assert asked["start"]["dateTime"] == "2027-03-15T19:30:00+05:30"
