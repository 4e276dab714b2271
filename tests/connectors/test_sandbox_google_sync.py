"""The sandbox's Google tells what changed since, page by page, as Google does.

The rules are from the reference of Events: list and CalendarList: list in Google's discovery
document and from the guide "Synchronize resources efficiently"; what neither says stands in
``docs/fidelity.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import HostAccount, Series, between, entry
from tests.connectors.google_world import EVENTS, GoogleWorld, an_event, insert, reason

CALENDARS = "users/me/calendarList"


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> GoogleWorld:
    return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def host(world: GoogleWorld) -> HostAccount:
    return world.add_host("host")


def ask(world: GoogleWorld, host: HostAccount, path: str = EVENTS, **query: Any) -> Any:
    return world.request(host, "GET", f"{path}?{urlencode(query, doseq=True)}")


def synced(world: GoogleWorld, host: HostAccount, **query: Any) -> tuple[list[Any], str]:
    """All pages of a list, and the token it ends with."""
    items: list[Any] = []
    while True:
        answer = ask(world, host, **query)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        if "nextPageToken" not in answer.json():
            return items, answer.json()["nextSyncToken"]
        assert "nextSyncToken" not in answer.json()
        query["pageToken"] = answer.json()["nextPageToken"]


def ids(items: list[Any]) -> list[str]:
    return [one["id"] for one in items]


def a_series(**changes: Any) -> dict[str, Any]:
    return an_event(
        **{
            "id": "series000",
            "start": {"dateTime": "2027-03-15T09:00:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2027-03-15T10:00:00", "timeZone": "Europe/Berlin"},
            "recurrence": ["RRULE:FREQ=DAILY;COUNT=4"],
        }
        | changes
    )


# ---------------------------------------------------------------------------- what changed


def test_a_sync_token_answers_what_was_made_changed_and_deleted_since(
    world: GoogleWorld, host: HostAccount
) -> None:
    for name in ("unchanged", "renamed", "deleted"):
        insert(world, host, an_event(id=name))
    before, token = synced(world, host)

    insert(world, host, an_event(id="made0"))
    world.request(host, "PATCH", f"{EVENTS}/renamed", json={"summary": "New"})
    world.request(host, "DELETE", f"{EVENTS}/deleted")
    changes, later = synced(world, host, syncToken=token)

    assert sorted(ids(before)) == ["deleted", "renamed", "unchanged"]
    assert ids(changes) == ["made0", "renamed", "deleted"]
    assert changes[1]["summary"] == "New"
    assert changes[2].keys() == {"kind", "etag", "id", "status"}
    assert changes[2]["status"] == "cancelled"
    assert synced(world, host, syncToken=later)[0] == []


def test_nothing_new_keeps_the_token_and_an_old_token_still_answers(
    world: GoogleWorld, host: HostAccount
) -> None:
    _, token = synced(world, host)
    assert synced(world, host, syncToken=token) == ([], token)
    insert(world, host)
    changes, later = synced(world, host, syncToken=token)

    assert later != token
    assert ids(synced(world, host, syncToken=token)[0]) == ids(changes)


def test_the_organizer_is_told_details_of_the_deleted_only_on_request(
    world: GoogleWorld, host: HostAccount
) -> None:
    made = insert(world, host, an_event(location="Room 1")).json()
    _, token = synced(world, host)
    world.request(host, "DELETE", f"{EVENTS}/{made['id']}")

    (bare,), _ = synced(world, host, syncToken=token)
    (full,), _ = synced(world, host, syncToken=token, showDeleted="true")

    assert "location" not in bare
    assert full["location"] == "Room 1"


def test_a_guests_answer_and_an_invitation_are_changes_of_both_calendars(
    world: GoogleWorld, host: HostAccount
) -> None:
    guest = world.add_host("guest")
    (_, of_host), (_, of_guest) = synced(world, host), synced(world, guest)
    made = insert(world, host, an_event(attendees=[{"email": guest.mailbox}])).json()
    (invited,), of_guest = synced(world, guest, syncToken=of_guest)
    _, of_host = synced(world, host, syncToken=of_host)

    answer = [{"email": guest.mailbox, "responseStatus": "accepted"}]
    world.request(guest, "PATCH", f"{EVENTS}/{invited['id']}", json={"attendees": answer})
    (changed,), _ = synced(world, host, syncToken=of_host)

    assert invited["id"] == changed["id"] == made["id"]
    assert changed["attendees"][0]["responseStatus"] == "accepted"


def test_that_a_conference_is_there_is_a_change(world: GoogleWorld, host: HostAccount) -> None:
    _, token = synced(world, host)
    asked = {"createRequest": {"requestId": "one"}}
    made = insert(world, host, an_event(conferenceData=asked), "?conferenceDataVersion=1").json()

    (changed,), _ = synced(world, host, syncToken=token)

    assert "hangoutLink" not in made
    assert changed["etag"] != made["etag"]
    assert changed["hangoutLink"].startswith("https://meet.google.com/")


# -------------------------------------------------------------------------------- series


def test_a_changed_instance_comes_alone_and_a_deleted_one_bare(
    world: GoogleWorld, host: HostAccount
) -> None:
    insert(world, host, a_series())
    _, token = synced(world, host, singleEvents="true")
    first, second = "series000_20270315T080000Z", "series000_20270316T080000Z"
    moved = {
        "start": {"dateTime": "2027-03-15T12:00:00Z"},
        "end": {"dateTime": "2027-03-15T13:00:00Z"},
    }
    world.request(host, "PATCH", f"{EVENTS}/{first}", json=moved)
    world.request(host, "DELETE", f"{EVENTS}/{second}")

    for single in ("true", "false"):
        _, start = synced(world, host, singleEvents=single)
        assert synced(world, host, singleEvents=single, syncToken=start)[0] == []
    changes, _ = synced(world, host, singleEvents="true", syncToken=token)

    assert ids(changes) == [first, second]
    assert changes[0]["start"]["dateTime"] == "2027-03-15T12:00:00Z"
    assert changes[1] == {
        "kind": "calendar#event",
        "etag": changes[1]["etag"],
        "id": second,
        "status": "cancelled",
        "recurringEventId": "series000",
        "originalStartTime": changes[1]["originalStartTime"],
    }


def test_a_shortened_series_tells_the_instances_it_lost(
    world: GoogleWorld, host: HostAccount
) -> None:
    insert(world, host, a_series())
    _, token = synced(world, host, singleEvents="true")

    shorter = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]}
    world.request(host, "PATCH", f"{EVENTS}/series000", json=shorter)
    changes, later = synced(world, host, singleEvents="true", syncToken=token)
    one = {"recurrence": None}
    world.request(host, "PATCH", f"{EVENTS}/series000", json=one)
    single, _ = synced(world, host, singleEvents="true", syncToken=later)

    assert [(e["id"][-16:-8], e["status"]) for e in changes] == [
        ("20270315", "confirmed"),
        ("20270316", "confirmed"),
        ("20270317", "cancelled"),
        ("20270318", "cancelled"),
    ]
    assert [(e["id"], e["status"]) for e in single] == [
        ("series000", "confirmed"),
        ("series000_20270315T080000Z", "cancelled"),
        ("series000_20270316T080000Z", "cancelled"),
    ]


def test_a_series_that_was_changed_and_then_deleted_takes_along_what_was_known_of_it(
    world: GoogleWorld, host: HostAccount
) -> None:
    insert(world, host, a_series())
    before, token = synced(world, host, singleEvents="true")
    shorter = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]}
    world.request(host, "PATCH", f"{EVENTS}/series000", json=shorter)

    world.request(host, "DELETE", f"{EVENTS}/series000")
    changes, _ = synced(world, host, singleEvents="true", syncToken=token)

    assert ids(changes) == ids(before)
    assert {one["status"] for one in changes} == {"cancelled"}


def test_a_deleted_series_takes_its_instances_along_the_moved_ones_too(
    world: GoogleWorld,
) -> None:
    series = entry(between(9, 10), series=Series(days=3, moved={1: between(15, 16)}))
    host = world.add_host("host", entries=(series,))
    before, token = synced(world, host, singleEvents="true")
    _, masters = synced(world, host)
    name = before[0]["recurringEventId"]

    world.request(host, "DELETE", f"{EVENTS}/{name}")
    changes, _ = synced(world, host, singleEvents="true", syncToken=token)
    whole, _ = synced(world, host, syncToken=masters)

    assert sorted(ids(changes)) == sorted(ids(before))
    assert {one["status"] for one in changes} == {"cancelled"}
    assert name in ids(whole)
    assert ask(world, host, singleEvents="true").json()["items"] == []


def test_an_endless_series_is_told_as_far_as_the_first_list_asked(
    world: GoogleWorld, host: HostAccount
) -> None:
    span = {"timeMin": "2027-03-16T00:00:00Z", "timeMax": "2027-03-19T00:00:00Z"}
    _, token = synced(world, host, singleEvents="true", **span)

    insert(world, host, a_series(recurrence=["RRULE:FREQ=DAILY"]))
    changes, _ = synced(world, host, singleEvents="true", syncToken=token)

    assert [one["id"][-16:-8] for one in changes] == ["20270316", "20270317", "20270318"]


def test_an_event_that_left_the_times_of_the_first_list_is_told_where_it_is(
    world: GoogleWorld, host: HostAccount
) -> None:
    made = insert(world, host).json()
    _, token = synced(world, host, timeMax="2027-03-20T00:00:00Z")
    away = {
        "start": {"dateTime": "2027-06-15T12:00:00Z"},
        "end": {"dateTime": "2027-06-15T13:00:00Z"},
    }

    world.request(host, "PATCH", f"{EVENTS}/{made['id']}", json=away)
    (changed,), _ = synced(world, host, syncToken=token)

    assert changed["start"]["dateTime"] == "2027-06-15T12:00:00Z"


def test_instances_of_a_series_are_given_by_themselves(
    world: GoogleWorld, host: HostAccount
) -> None:
    insert(world, host, a_series())
    insert(world, host, an_event(id="another00"))
    world.request(host, "DELETE", f"{EVENTS}/series000_20270316T080000Z")
    path = f"{EVENTS}/series000/instances"

    def days(**query: Any) -> list[str]:
        return [one["id"][-16:-8] for one in ask(world, host, path, **query).json()["items"]]

    assert days() == ["20270315", "20270317", "20270318"]
    assert days(showDeleted="true") == ["20270315", "20270316", "20270317", "20270318"]
    assert days(timeMin="2027-03-17T00:00:00Z", timeMax="2027-03-18T00:00:00Z") == ["20270317"]
    assert days(originalStart="2027-03-18T09:00:00+01:00") == ["20270318"]
    page = ask(world, host, path, maxResults=2).json()
    assert days(maxResults=2, pageToken=page["nextPageToken"]) == ["20270318"]
    assert reason(ask(world, host, f"{EVENTS}/another00/instances")) == (404, "notFound")


# --------------------------------------------------------------------------------- pages


def test_pages_stay_as_they_were_and_the_last_ones_token_tells_what_changed_meanwhile(
    world: GoogleWorld,
) -> None:
    entries = tuple(entry(between(hour, hour + 1)) for hour in (8, 10, 12))
    host = world.add_host("host", entries=entries)
    whole = ids(ask(world, host).json()["items"])
    first = ask(world, host, maxResults=1).json()

    world.request(host, "DELETE", f"{EVENTS}/{whole[0]}")
    world.request(host, "PATCH", f"{EVENTS}/{whole[1]}", json={"summary": "New"})
    insert(world, host, an_event(id="later00"))
    rest, token = synced(world, host, maxResults=1, pageToken=first["nextPageToken"])
    changes, _ = synced(world, host, syncToken=token, maxResults=1)

    assert ids(first["items"]) + ids(rest) == whole
    assert rest[0]["summary"] == "Something"
    assert ids(changes) == [whole[0], whole[1], "later00"]


def test_a_page_token_is_good_for_its_own_question_alone(world: GoogleWorld, unique: str) -> None:
    entries = tuple(entry(between(hour, hour + 1)) for hour in (8, 10))
    host, other = (world.add_host(name, entries=entries) for name in ("host", "other"))
    page = ask(world, host, maxResults=1).json()["nextPageToken"]

    assert ask(world, host, pageToken=page).status_code == 200
    for who, query in ((host, {"singleEvents": "true"}), (other, {})):
        answer = ask(world, who, pageToken=page, **query)
        assert reason(answer) == (400, "invalid")


# ------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    "query",
    [
        {"timeMin": "2027-03-15T00:00:00Z"},
        {"timeMax": "2027-03-15T00:00:00Z"},
        {"updatedMin": "2027-03-15T00:00:00Z"},
        {"iCalUID": "x"},
        {"orderBy": "updated"},
        {"privateExtendedProperty": "a=b"},
        {"sharedExtendedProperty": "a=b"},
        {"q": "x"},
        {"showDeleted": "false"},
    ],
)
def test_a_sync_token_is_refused_beside_what_would_leave_changes_out(
    world: GoogleWorld, host: HostAccount, query: dict[str, str]
) -> None:
    _, token = synced(world, host)

    answer = ask(world, host, syncToken=token, **query)

    assert reason(answer) == (400, "syncTokenWithRequestRestrictions")


@pytest.mark.parametrize(
    "query",
    [
        {"updatedMin": "2020-03-15T00:00:00Z"},
        {"iCalUID": "x"},
        {"orderBy": "updated"},
        {"privateExtendedProperty": "a=b"},
        {"q": "x"},
    ],
)
def test_a_list_of_chosen_events_ends_without_a_sync_token(
    world: GoogleWorld, host: HostAccount, query: dict[str, str]
) -> None:
    assert "nextSyncToken" in ask(world, host).json()
    assert "nextSyncToken" not in ask(world, host, **query).json()


def test_a_sync_token_that_is_over_asks_for_a_full_sync(
    world: GoogleWorld, host: HostAccount, control: SandboxControl
) -> None:
    _, token = synced(world, host)
    other = world.add_host("other")
    _, unharmed = synced(world, other)

    done = control.act("google", "expire_sync_tokens", collection=host.mailbox)
    gone = ask(world, host, syncToken=token)

    assert done["expired"] >= 1
    assert reason(gone) == (410, "fullSyncRequired")
    assert gone.json()["error"]["errors"][0]["location"] == "syncToken"
    assert reason(ask(world, host, syncToken=f"CP{'0' * 32}=")) == (410, "fullSyncRequired")
    assert synced(world, other, syncToken=unharmed) == ([], unharmed)
    assert synced(world, host)[0] == []


@pytest.fixture
def own() -> Iterator[SandboxServer]:
    """A sandbox that may go back without taking anybody along."""
    server = SandboxServer()
    server.start()
    yield server
    server.stop()


def test_a_sync_token_does_not_outlive_a_world_that_goes_back(
    own: SandboxServer, unique: str
) -> None:
    world = GoogleWorld(
        sandbox=own, control=SandboxControl(own.base_url), domain=f"{unique}.example"
    )
    host = world.add_host("host")
    _, early = synced(world, host)
    snapshot = own.world.snapshot()
    insert(world, host)
    _, late = synced(world, host)

    own.world.restore(snapshot)
    world.add_host("host")

    assert synced(world, host, syncToken=early)[0] == []
    assert reason(ask(world, host, syncToken=late)) == (410, "fullSyncRequired")


def test_a_sync_token_is_good_for_its_own_calendar_and_question(
    world: GoogleWorld, host: HostAccount
) -> None:
    _, token = synced(world, host)
    other = world.add_host("other")

    assert reason(ask(world, host, syncToken="nonsense")) == (400, "invalid")
    assert reason(ask(world, other, syncToken=token)) == (400, "invalid")
    assert reason(ask(world, host, syncToken=token, singleEvents="true")) == (400, "invalid")


def test_events_are_found_by_words_and_by_when_they_were_changed(
    world: GoogleWorld, host: HostAccount
) -> None:
    guest = {"email": "dana@elsewhere.test", "displayName": "Dana Guest"}
    insert(world, host, an_event(id="talks000", summary="Budget Review", attendees=[guest]))
    old = insert(world, host, an_event(id="other000")).json()
    world.request(host, "DELETE", f"{EVENTS}/other000")

    assert ids(ask(world, host, q="review dana").json()["items"]) == ["talks000"]
    assert ask(world, host, q="budget absent").json()["items"] == []
    since = ask(world, host, updatedMin=old["updated"]).json()["items"]
    assert [(one["id"], one["status"]) for one in since] == [("other000", "cancelled")]


# ------------------------------------------------------------------------- calendar list


def test_the_calendar_list_shows_roles_and_leaves_out_hidden_and_deleted_ones(
    world: GoogleWorld, control: SandboxControl
) -> None:
    names = {"Shared": "reader", "Busy": "freeBusyReader", "Hidden": "owner", "Gone": "writer"}
    calendars = [
        {
            "summary": name,
            "access": role,
            "hidden": name == "Hidden",
            "deleted": name == "Gone",
            "selected": name != "Busy",
        }
        for name, role in names.items()
    ]
    mailbox = f"host@{world.domain}"
    world.seed({"email": mailbox, "calendars": calendars})
    host = HostAccount(mailbox=mailbox, calendar_id=mailbox)

    def summaries(**query: Any) -> list[str]:
        items = ask(world, host, CALENDARS, **query).json()["items"]
        return [one["summary"] for one in items]

    own, shared, busy = ask(world, host, CALENDARS).json()["items"]
    assert (own["primary"], own["accessRole"], own["selected"]) == (True, "owner", True)
    assert (shared["accessRole"], busy["accessRole"], busy["selected"]) == (
        "reader",
        "freeBusyReader",
        False,
    )
    assert "primary" not in shared
    assert summaries(showHidden="true")[-1] == "Hidden"
    assert summaries(showDeleted="true")[-1] == "Gone"
    assert summaries(minAccessRole="reader") == [mailbox, "Shared"]
    assert ask(world, host, CALENDARS, minAccessRole="boss").status_code == 400
    page = ask(world, host, CALENDARS, maxResults=2).json()
    assert "nextSyncToken" not in page
    assert summaries(maxResults=2, pageToken=page["nextPageToken"]) == ["Busy"]
    read = world.request(host, "GET", f"calendars/{busy['id']}/events")
    assert reason(read) == (403, "requiredAccessLevel")


def test_the_calendar_list_tells_which_entries_changed(world: GoogleWorld) -> None:
    mailbox = f"host@{world.domain}"
    made = world.seed({"email": mailbox, "calendars": [{"summary": "A"}, {"summary": "B"}]})
    host = HostAccount(mailbox=mailbox, calendar_id=mailbox)
    name = made["accounts"][mailbox]["calendars"]["B"]
    token = ask(world, host, CALENDARS).json()["nextSyncToken"]

    change = {"id": name, "summary": "B", "hidden": True}
    world.seed({"email": mailbox, "calendars": [change]})
    answer = ask(world, host, CALENDARS, syncToken=token).json()

    assert [(one["id"], one["hidden"]) for one in answer["items"]] == [(name, True)]
    later = ask(world, host, CALENDARS, syncToken=answer["nextSyncToken"]).json()
    assert (later["items"], later["nextSyncToken"]) == ([], answer["nextSyncToken"])
    restricted = ask(world, host, CALENDARS, syncToken=token, minAccessRole="owner")
    assert reason(restricted) == (400, "syncTokenWithRequestRestrictions")
