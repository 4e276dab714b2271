"""The sandbox's Microsoft tells what changed in a calendar view, round by round, as Graph does.

The rules are from event-delta.md, delta-query-events.md and delta-query-overview.md in
microsoft-graph-docs-contrib; how a series comes back is from callers' reports, which
``connectors/sandbox/microsoft/delta.py`` names.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import HostAccount
from tests.connectors.microsoft_world import MicrosoftApplicationWorld, MicrosoftWorld

MARCH = "?startDateTime=2027-03-01T00:00:00Z&endDateTime=2027-04-01T00:00:00Z"
VIEW = "me/calendarView/delta"


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    return MicrosoftWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def host(world: MicrosoftWorld) -> HostAccount:
    return world.add_host("host")


def when(hour: int, *, day: int = 15, month: int = 3) -> dict[str, str]:
    return {"dateTime": f"2027-{month:02}-{day:02}T{hour:02}:00:00", "timeZone": "UTC"}


def made(world: MicrosoftWorld, host: HostAccount, **changes: Any) -> dict[str, Any]:
    body = {"subject": "Meeting", "start": when(10), "end": when(11), **changes}
    answer = world.graph(host, "POST", "me/events", json=body)
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()
    return event


def a_series(world: MicrosoftWorld, host: HostAccount, **changes: Any) -> dict[str, Any]:
    span = {"type": "numbered", "startDate": "2027-03-15", "numberOfOccurrences": 3}
    pattern = {"type": "daily", "interval": 1}
    return made(world, host, recurrence={"pattern": pattern, "range": span}, **changes)


def change(world: MicrosoftWorld, host: HostAccount, event: dict[str, Any], **changes: Any) -> None:
    answer = world.graph(host, "PATCH", f"me/events/{event['id']}", json=changes)
    assert answer.status_code == 200, answer.text


def delete(world: MicrosoftWorld, host: HostAccount, event: dict[str, Any]) -> None:
    assert world.graph(host, "DELETE", f"me/events/{event['id']}").status_code == 204


def ask(
    world: MicrosoftWorld, host: HostAccount, link: str, *, prefer: str = ""
) -> requests.Response:
    path = link.split("/microsoft/v1.0/", 1)[-1]
    headers = {"Prefer": f'IdType="ImmutableId"{prefer}'}
    return world.graph(host, "GET", path, headers=headers)


def synced(
    world: MicrosoftWorld, host: HostAccount, link: str = VIEW + MARCH, *, prefer: str = ""
) -> tuple[list[dict[str, Any]], str]:
    """All pages of a round, and the link to the next round."""
    items: list[dict[str, Any]] = []
    while True:
        answer = ask(world, host, link, prefer=prefer)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        items += body["value"]
        if "@odata.deltaLink" in body:
            assert "@odata.nextLink" not in body
            return items, body["@odata.deltaLink"]
        link = body["@odata.nextLink"]


def told(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each item's id, and its kind or that it is removed."""
    return [
        (item["id"], "removed" if item.get("@removed") == {"reason": "deleted"} else item["type"])
        for item in items
    ]


# -------------------------------------------------------------------------------- a round


def test_the_first_round_tells_what_is_there_and_the_next_what_changed(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    kept, moved, gone = (made(world, host, subject=text) for text in ("kept", "moved", "gone"))
    first, link = synced(world, host)

    change(world, host, moved, start=when(14), end=when(15))
    delete(world, host, gone)
    new = made(world, host, subject="new")
    second, later = synced(world, host, link)
    third, _ = synced(world, host, later)

    assert told(first) == [(one["id"], "singleInstance") for one in (kept, moved, gone)]
    assert told(second) == [
        (moved["id"], "singleInstance"),
        (new["id"], "singleInstance"),
        (gone["id"], "removed"),
    ]
    assert second[0]["start"]["dateTime"].startswith("2027-03-15T14")
    assert second[2].keys() == {"@odata.type", "id", "@removed"}
    assert third == []


def test_the_window_is_the_first_requests_and_what_is_outside_of_it_counts_as_removed(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    inside = made(world, host)
    outside = made(world, host, start=when(10, month=5), end=when(11, month=5))
    first, link = synced(world, host)

    change(world, host, inside, start=when(10, month=4), end=when(11, month=4))
    change(world, host, outside, subject="Renamed")
    far = made(world, host, start=when(10, month=6), end=when(11, month=6))
    second, later = synced(world, host, link)
    change(world, host, inside, start=when(10), end=when(11))

    assert told(first) == [(inside["id"], "singleInstance")]
    assert told(second) == [(one["id"], "removed") for one in (inside, outside, far)]
    assert told(synced(world, host, later)[0]) == [(inside["id"], "singleInstance")]


def test_a_round_comes_in_pages_as_long_as_the_caller_prefers(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    ids = [made(world, host)["id"] for _ in range(12)]
    prefer = ", odata.maxpagesize=5"

    first = ask(world, host, VIEW + MARCH, prefer=prefer).json()
    second = ask(world, host, first["@odata.nextLink"], prefer=prefer).json()
    usual = ask(world, host, VIEW + MARCH).json()

    assert [len(page["value"]) for page in (first, second, usual)] == [5, 5, 10]
    assert "$skiptoken=" in second["@odata.nextLink"]
    items, link = synced(world, host, prefer=prefer)
    assert [item["id"] for item in items] == ids
    assert "$deltatoken=" in link


def test_what_changes_between_two_pages_is_told_in_the_next_round(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    one, two = made(world, host), made(world, host)
    first = ask(world, host, VIEW + MARCH, prefer=", odata.maxpagesize=1").json()
    change(world, host, two, subject="Renamed")
    delete(world, host, one)

    rest, link = synced(world, host, first["@odata.nextLink"])

    assert [item["subject"] for item in rest] == ["Meeting"]
    changes, _ = synced(world, host, link)
    assert told(changes) == [(two["id"], "singleInstance"), (one["id"], "removed")]


def test_a_page_shows_an_invitation_as_it_was_when_the_round_began(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    guest = world.add_host("guest")
    invited = [{"emailAddress": {"address": guest.mailbox}}]
    _, later = (made(world, host, attendees=invited) for _ in range(2))
    first = ask(world, guest, VIEW + MARCH, prefer=", odata.maxpagesize=1").json()

    change(world, host, later, subject="Renamed")
    (then,), link = synced(world, guest, first["@odata.nextLink"])
    (now,), _ = synced(world, guest, link)

    assert (then["subject"], now["subject"]) == ("Meeting", "Renamed")


def test_a_link_can_be_used_again(world: MicrosoftWorld, host: HostAccount) -> None:
    _, link = synced(world, host)
    new = made(world, host)

    assert told(synced(world, host, link)[0]) == [(new["id"], "singleInstance")]
    assert told(synced(world, host, link)[0]) == [(new["id"], "singleInstance")]


def test_an_invitation_that_arrives_changes_and_ends_is_told(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    guest = world.add_host("guest")
    _, link = synced(world, guest)
    address = {"emailAddress": {"address": guest.mailbox}}

    event = made(world, host, attendees=[address])
    (arrived,), link = synced(world, guest, link)
    change(world, host, event, start=when(14), end=when(15))
    (moved,), link = synced(world, guest, link)
    delete(world, host, event)
    (ended,), _ = synced(world, guest, link)

    assert arrived["iCalUId"] == event["iCalUId"]
    assert moved["start"]["dateTime"].startswith("2027-03-15T14")
    assert told([ended]) == [(arrived["id"], "removed")]


def test_each_request_says_how_times_and_ids_are_written(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    event = made(world, host)
    _, link = synced(world, host)
    delete(world, host, event)
    new = made(world, host)
    path = link.split("/microsoft/v1.0/", 1)[-1]

    berlin = {"Prefer": 'outlook.timezone="Europe/Berlin"'}
    shown, gone = world.graph(host, "GET", path, headers=berlin).json()["value"]

    assert shown["start"] == {
        "dateTime": "2027-03-15T11:00:00.0000000",
        "timeZone": "Europe/Berlin",
    }
    # outlook-immutable-id.md: without the preference ids are those that change.
    assert {shown["id"], gone["id"]}.isdisjoint({new["id"], event["id"]})


# --------------------------------------------------------------------------------- series


def test_a_series_is_its_master_and_each_date_in_the_window(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    master = a_series(world, host, start=when(10, day=30), end=when(11, day=30))

    items, _ = synced(world, host)

    assert [kind for _, kind in told(items)] == ["seriesMaster", "occurrence", "occurrence"]
    assert items[0]["id"] == master["id"]
    assert {item["seriesMasterId"] for item in items[1:]} == {master["id"]}


def test_a_date_that_is_moved_or_taken_out_brings_the_whole_series_back(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    a_series(world, host)
    (master, one, two, three), link = synced(world, host)

    change(world, host, two, start=when(16, day=16), end=when(17, day=16))
    moved, link = synced(world, host, link)
    delete(world, host, three)
    taken_out, link = synced(world, host, link)
    delete(world, host, master)
    over, _ = synced(world, host, link)

    assert told(moved) == [
        (master["id"], "seriesMaster"),
        (one["id"], "occurrence"),
        (two["id"], "exception"),
        (three["id"], "occurrence"),
    ]
    assert moved[2]["start"]["dateTime"].startswith("2027-03-16T16")
    # Nothing tells of the date itself: it is missing among those of its series.
    assert [item_id for item_id, _ in told(taken_out)] == [master["id"], one["id"], two["id"]]
    assert told(over) == [(master["id"], "removed")]


# -------------------------------------------------------------------------------- refusals


def assert_gone(answer: requests.Response, path: str) -> None:
    assert answer.status_code == 410, answer.text
    assert answer.json()["error"]["code"] == "syncStateNotFound"
    # "A Location header containing a request URL with an empty $deltaToken".
    assert answer.headers["Location"].endswith(f"/microsoft/v1.0/{path}?$deltatoken=")


def test_a_token_that_is_unknown_or_over_says_to_start_anew(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    other = world.add_host("other")
    made(world, host), made(world, host)
    _, link = synced(world, host)
    page = ask(world, host, VIEW + MARCH, prefer=", odata.maxpagesize=1").json()
    of_other = ask(world, other, link)

    assert_gone(ask(world, host, f"{VIEW}?$deltatoken=nobodys"), VIEW)
    assert_gone(of_other, VIEW)
    assert_gone(ask(world, host, link.replace("$deltatoken", "$skiptoken")), VIEW)
    assert ask(world, host, link).status_code == 200

    count = world.control.act("microsoft", "expire_delta_tokens", mailbox=host.mailbox.upper())

    assert count["expired"] >= 2
    assert_gone(ask(world, host, link), VIEW)
    assert_gone(ask(world, host, page["@odata.nextLink"]), VIEW)
    anew = ask(world, host, link).headers["Location"] + MARCH.replace("?", "&")
    assert len(synced(world, host, anew)[0]) == 2


def test_tokens_end_for_the_mailbox_that_is_named_and_no_other(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    other = world.add_host("other")
    (_, mine), (_, others) = synced(world, host), synced(world, other)

    world.control.act("microsoft", "expire_delta_tokens", mailbox=host.mailbox)

    assert ask(world, host, mine).status_code == 410
    assert ask(world, other, others).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?startDateTime=2027-03-01T00:00:00Z",
        "?startDateTime=2027-03-02T00:00:00Z&endDateTime=2027-03-01T00:00:00Z",
        "?startDateTime=x&endDateTime=2027-03-01T00:00:00Z",
        f"{MARCH}&startdatetime=2027-03-01T00:00:00Z",
        # "You cannot use $select"; $expand, $filter, $orderby, $search are not supported.
        f"{MARCH}&$select=subject",
        f"{MARCH}&$filter=subject eq 'x'",
        f"{MARCH}&$expand=attachments",
        f"{MARCH}&$orderby=start/dateTime",
        f"{MARCH}&$search=x",
    ],
)
def test_what_delta_does_not_take_is_refused(
    world: MicrosoftWorld, host: HostAccount, query: str
) -> None:
    answer = ask(world, host, VIEW + query)

    assert answer.status_code == 400, answer.text


def test_a_link_is_used_as_it_was_given(world: MicrosoftWorld, host: HostAccount) -> None:
    _, link = synced(world, host)

    assert ask(world, host, link + MARCH.replace("?", "&")).status_code == 400


@pytest.mark.parametrize(
    "place",
    [
        "me/calendar/calendarView/delta",
        "me/calendarview/delta",
        "me/calendarView/delta()",
        "me/calendarView/microsoft.graph.delta()",
    ],
)
def test_the_function_has_several_names(
    world: MicrosoftWorld, host: HostAccount, place: str
) -> None:
    event = made(world, host)

    items, link = synced(world, host, place + MARCH)

    assert [item["id"] for item in items] == [event["id"]]
    assert place in link


def test_each_calendar_is_tracked_by_itself(world: MicrosoftWorld) -> None:
    host = world.add_account("host", calendars=["Private"])
    place = f"me/calendars/{host.further['Private']}"
    made(world, host)
    _, link = synced(world, host, f"{place}/calendarView/delta{MARCH}")

    body = {"start": when(10), "end": when(11)}
    private = world.graph(host, "POST", f"{place}/events", json=body).json()
    made(world, host)

    assert told(synced(world, host, link)[0]) == [(private["id"], "singleInstance")]
    assert_gone(ask(world, host, link.replace(place, "me")), VIEW)


def test_an_application_tracks_each_mailbox_it_may_touch(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    organisation = MicrosoftApplicationWorld(
        sandbox=sandbox, control=control, domain=f"org.{unique}.example"
    )
    host = organisation.add_host("host")
    path = f"users/{host.mailbox}/calendarView/delta"
    _, link = synced(organisation, host, path + MARCH)
    body = {"start": when(10), "end": when(11)}
    event = organisation.graph(host, "POST", f"users/{host.mailbox}/events", json=body).json()

    assert told(synced(organisation, host, link)[0]) == [(event["id"], "singleInstance")]
