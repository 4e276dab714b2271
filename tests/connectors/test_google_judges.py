"""Parties nobody here wrote judge Google's wire: the discovery document and Google's client.

The document that Google publishes says which methods, parameters and fields there are. Every
request the connector sends and every answer the sandbox gives is held against it; then Google's
own client is let loose on the sandbox.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import re
from collections.abc import Iterator
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import google.oauth2.credentials
import httplib2  # type: ignore[import-untyped]  # ships no types
import jsonschema
import pytest
from google_auth_httplib2 import (  # type: ignore[import-untyped]  # ships no types
    AuthorizedHttp,
)
from googleapiclient.channel import new_webhook_channel, notification_from_headers
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError, InvalidNotificationError

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import LoggedRequest
from tests.connectors.calendar_contract import (
    BUSY_KINDS,
    FREE_KINDS,
    MONDAY,
    NOTHING_OF_OURS,
    Entry,
    EntryKind,
    HostAccount,
    Series,
    a_draft,
    between,
    create,
    entry,
    find,
    read,
)
from tests.connectors.google_world import GoogleWorld
from tests.connectors.receiving import Receiver

Schema = dict[str, Any]

_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "errors"],
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string"},
                "errors": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "object", "required": ["domain", "reason", "message"]},
                },
            },
        }
    },
}


@functools.cache
def discovery() -> dict[str, Any]:
    """What Google publishes about Calendar API v3."""
    name = "discovery_cache/documents/calendar.v3.json"
    text = resources.files("googleapiclient").joinpath(name).read_text()
    document: dict[str, Any] = json.loads(text)
    return document


def _methods(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from node.get("methods", {}).values()
    for below in node.get("resources", {}).values():
        yield from _methods(below)


def strict(schema: Schema, *, is_patch: bool = False) -> Schema:
    """A schema of the discovery document as JSON Schema that refuses unknown names."""
    if "$ref" in schema:
        return strict(discovery()["schemas"][schema["$ref"]], is_patch=is_patch)
    kind = schema.get("type", "any")
    if kind == "object":
        made: Schema = {"type": "object"}
        below = schema.get("additionalProperties")
        made["properties"] = {
            name: strict(value, is_patch=is_patch)
            for name, value in schema.get("properties", {}).items()
        }
        made["additionalProperties"] = strict(below) if below else False
    elif kind == "array":
        made = {"type": "array", "items": strict(schema["items"])}
    elif kind == "any":
        return {}
    else:
        made = {"type": kind}
        if "enum" in schema:
            made["enum"] = schema["enum"]
        if schema.get("format") in ("date", "date-time"):
            made["pattern"] = _PATTERNS[schema["format"]]
    if is_patch:
        return {"anyOf": [made, {"type": "null"}]}
    return made


_PATTERNS = {
    "date": r"^\d{4}-\d\d-\d\d$",
    "date-time": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$",
}


def method_of(request: LoggedRequest) -> dict[str, Any]:
    """The published method a request belongs to."""
    place = urlsplit(request.path).path.removeprefix("/google/calendar/v3/")
    for method in _methods(discovery()):
        shape = re.sub(r"\\{[A-Za-z]+\\}", "[^/]+", re.escape(method["path"]))
        if method["httpMethod"] == request.method and re.fullmatch(shape, place):
            return method
    raise AssertionError(f"Google has no such method: {request.method} {place}")


def check_request(request: LoggedRequest) -> None:
    """Hold what was sent against the published method."""
    method = method_of(request)
    known = discovery()["parameters"] | method.get("parameters", {})
    for name, value in parse_qsl(urlsplit(request.path).query, keep_blank_values=True):
        assert name in known, f"{method['id']} has no parameter {name}"
        _check_parameter(name, value, known[name])
    if "request" in method:
        jsonschema.validate(
            json.loads(request.body),
            strict(method["request"], is_patch=request.method == "PATCH"),
        )
        _check_required(method, json.loads(request.body))
    else:
        assert request.body == ""


def _check_parameter(name: str, value: str, published: Schema) -> None:
    if "enum" in published:
        assert value in published["enum"], f"{name}={value}"
    if published["type"] == "boolean":
        assert value in ("true", "false"), f"{name}={value}"
    if published["type"] == "integer":
        assert int(published.get("minimum", 0)) <= int(value), f"{name}={value}"
        assert int(value) <= int(published.get("maximum", 2**31 - 1)), f"{name}={value}"
    if published.get("format") == "date-time":
        # "Must be an RFC3339 timestamp with mandatory time zone offset".
        assert re.search(r"(Z|[+-]\d\d:\d\d)$", value), f"{name}={value}"


def _check_required(method: dict[str, Any], body: dict[str, Any]) -> None:
    properties = discovery()["schemas"][method["request"]["$ref"]]["properties"]
    for name, published in properties.items():
        if method["id"] in published.get("annotations", {}).get("required", ()):
            assert name in body, f"{method['id']} needs {name}"


def check_answer(request: LoggedRequest) -> None:
    """Hold what was answered against the published method."""
    method = method_of(request)
    if request.status >= 400:
        jsonschema.validate(json.loads(request.answer), _ERROR)
    elif "response" in method:
        jsonschema.validate(json.loads(request.answer), strict(method["response"]))
    else:
        assert request.answer == ""


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> GoogleWorld:
    return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


def logged(world: GoogleWorld) -> list[LoggedRequest]:
    """Every Calendar API request of this world."""
    with world.sandbox.world.lock:
        return [
            request
            for request in world.sandbox.world.requests
            if request.vendor == "google"
            and request.caller.endswith(world.domain)
            and "/calendar/v3/" in request.path
        ]


def live_through(world: GoogleWorld) -> None:
    """Everything the connector does, on a calendar with everything on it."""
    kinds = world.kinds((*BUSY_KINDS, *FREE_KINDS))
    timed = [kind for kind in kinds if kind is not EntryKind.BIRTHDAY]
    host = world.add_host(
        "host",
        time_zone="America/New_York",
        entries=(
            *(entry(between(n, n + 1), kind) for n, kind in enumerate(timed)),
            Entry(start=MONDAY, end=MONDAY + dt.timedelta(days=1), kind=EntryKind.BIRTHDAY),
            entry(between(9, 10), series=Series(days=3, canceled=(1,))),
        ),
    )
    co_host = world.add_host("co-host", conferences_work=False)
    calendar = world.calendar(host)
    guests = (co_host.mailbox, world.guest())
    read(world, host)
    read(world, host, calendar_ids=(host.calendar_id, "nowhere"))
    read(world, host, without=NOTHING_OF_OURS)
    find(world, host)
    made = create(world, host, a_draft(guests=guests, makes_conference=True))
    create(world, host, a_draft(guests=guests, makes_conference=True))
    create(world, co_host, a_draft(makes_conference=True))
    find(world, host)
    calendar.update_event(
        mailbox=host.mailbox,
        calendar_id=host.calendar_id,
        event_id=made.event_id,
        draft=a_draft(guests=guests, revision=2, interval=between(14, 15)),
        notify=True,
    )
    world.calendar(co_host).find_copy(
        mailbox=co_host.mailbox, ical_uid=made.ical_uid, interval=made.interval
    )
    for _ in range(2):
        calendar.cancel_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            notify=True,
        )
    find(world, host)
    for path in ("users/me/calendarList", "calendars/primary", "calendars/primary/events"):
        world.request(host, "GET", path)
    keep_up(world, host)
    world.request(host, "GET", "users/me/calendarList/primary")
    world.request(host, "GET", "calendars/primary/events?showDeleted=true&maxAttendees=1")
    world.request(host, "GET", "calendars/elsewhere/events")


def keep_up(world: GoogleWorld, host: HostAccount) -> None:
    """Everything by which one learns what changed, and a group asked for its busy times."""
    world.seed({"email": host.mailbox, "calendars": [{"summary": "Old", "hidden": True}]})
    for path in ("calendars/primary/events?singleEvents=true&", "users/me/calendarList?"):
        page = world.request(host, "GET", f"{path}maxResults=1&showDeleted=true").json()
        while "nextPageToken" in page:
            token = page["nextPageToken"]
            page = world.request(
                host, "GET", f"{path}maxResults=1&showDeleted=true&pageToken={token}"
            ).json()
        world.request(host, "GET", f"{path}syncToken={page['nextSyncToken']}&showDeleted=false")
        series = world.request(host, "GET", f"{path}syncToken={page['nextSyncToken']}")
        assert series.status_code == 200
    masters = world.request(host, "GET", "calendars/primary/events").json()
    name = next(one["id"] for one in masters["items"] if "recurrence" in one)
    world.request(host, "GET", f"calendars/primary/events/{name}/instances?showDeleted=true")
    world.request(host, "DELETE", f"calendars/primary/events/{name}")
    token = masters["nextSyncToken"]
    world.request(host, "GET", f"calendars/primary/events?syncToken={token}")
    world.control.act("google", "expire_sync_tokens", collection=host.mailbox)
    world.request(host, "GET", f"calendars/primary/events?syncToken={token}")
    channel = {
        "id": f"channel-{world.domain.partition('.')[0]}",
        "type": "web_hook",
        "address": "http://127.0.0.1:9/",
        "token": "mine",
        "params": {"ttl": "3600"},
    }
    made, refused = (
        world.request(host, "POST", "calendars/primary/events/watch", json=channel)
        for _ in range(2)
    )
    assert (made.status_code, refused.status_code) == (200, 400)
    named = {name: made.json()[name] for name in ("id", "resourceId")}
    for _ in range(2):
        world.request(host, "POST", "channels/stop", json=named)
    group = f"team@{world.domain}"
    world.seed({"email": host.mailbox}, groups=[{"email": group, "members": [host.mailbox]}])
    items = [{"id": group}, {"id": "nobody"}]
    world.request(host, "POST", "freeBusy", json={**_SPAN, "items": items})


def test_every_request_of_the_connector_is_one_google_publishes(world: GoogleWorld) -> None:
    live_through(world)

    requests = logged(world)
    assert {request.operation for request in requests} >= {
        "free_busy",
        "events_list",
        "events_get",
        "events_insert",
        "events_patch",
        "events_delete",
        "events_instances",
        "events_watch",
        "channels_stop",
        "calendar_list",
        "calendar_list_get",
        "calendars_get",
    }
    for request in requests:
        check_request(request)


def test_every_answer_of_the_sandbox_is_one_google_publishes(world: GoogleWorld) -> None:
    live_through(world)

    requests = logged(world)
    assert {request.status for request in requests} >= {200, 204, 404, 409, 410}
    for request in requests:
        check_answer(request)


def _spoiled(answer: Any) -> Iterator[Any]:
    """The answer with one mistake in it: a name nobody publishes, a value of another kind."""
    yield answer | {"surprise": 1}
    for name, value in answer.items():
        yield answer | {name: [value] if isinstance(value, (str, dict)) else "text"}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield answer | {name: [value[0] | {"surprise": 1}, *value[1:]]}
        if isinstance(value, dict) and value and name != "error":
            inside = next(iter(value))
            if isinstance(value[inside], dict):
                yield answer | {name: value | {inside: value[inside] | {"surprise": 1}}}


def test_a_mistake_in_any_answer_would_be_found(world: GoogleWorld) -> None:
    live_through(world)

    kinds = {(one.operation, one.status): one for one in logged(world) if one.answer}
    assert {name for name, _ in kinds} >= {
        "free_busy",
        "events_list",
        "events_instances",
        "events_watch",
        "channels_stop",
        "calendar_list",
    }
    for request in kinds.values():
        for spoiled in _spoiled(json.loads(request.answer)):
            if request.status >= 400 and "surprise" in spoiled:
                continue  # the document says nothing about errors; the shape here is ours
            with pytest.raises((AssertionError, jsonschema.ValidationError)):
                check_answer(dataclasses.replace(request, answer=json.dumps(spoiled)))


def test_a_mistake_in_any_request_would_be_found(world: GoogleWorld) -> None:
    live_through(world)

    for request in {one.operation: one for one in logged(world)}.values():
        joint = "&" if "?" in request.path else "?"
        spoiled = [dataclasses.replace(request, path=f"{request.path}{joint}surprise=1")]
        if request.body:
            body = json.loads(request.body) | {"surprise": 1}
            spoiled.append(dataclasses.replace(request, body=json.dumps(body)))
        for one in spoiled:
            with pytest.raises((AssertionError, jsonschema.ValidationError)):
                check_request(one)


#: Bodies with nothing wrong, for tests that put one wrong thing in.
_WHOLE = {
    "start": {"dateTime": "2027-03-15T10:00:00Z"},
    "end": {"dateTime": "2027-03-15T11:00:00Z"},
}
_CHANNEL = {"id": "one", "type": "web_hook", "address": "http://127.0.0.1:9/"}
_SPAN = {"timeMin": "2027-03-15T00:00:00Z", "timeMax": "2027-03-16T00:00:00Z"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "calendars/primary/events", {**_WHOLE, "sumary": "Typo"}),
        ("POST", "calendars/primary/events", {"end": _WHOLE["end"]}),
        ("POST", "calendars/primary/events?sendUpdate=all", _WHOLE),
        ("POST", "calendars/primary/events?sendUpdates=some", _WHOLE),
        ("POST", "freeBusy", {**_SPAN, "items": [{"id": "x", "name": "y"}]}),
        ("GET", "calendars/primary/events?timeMin=2026-12-01%2010:00", None),
        ("GET", "calendars/primary/events?maxResults=0", None),
        ("PATCH", "calendars/primary/events/abcde", {"summary": 5}),
        ("PATCH", "calendars/primary/events/abcde", {"attendees": [{"mail": "a@b.test"}]}),
        ("GET", "calendars/primary/events?updatedMin=2026-12-01T10:00:00", None),
        ("GET", "calendars/primary/events?syncTokens=x", None),
        ("GET", "users/me/calendarList?minAccessRole=boss", None),
        ("GET", "users/me/calendarList?maxResults=0", None),
        ("POST", "calendars/primary/events/watch", {**_CHANNEL, "adress": "x"}),
        ("POST", "calendars/primary/events/watch", {**_CHANNEL, "payload": "yes"}),
        ("POST", "calendars/primary/events/watch", {**_CHANNEL, "params": {"ttl": 60}}),
        ("POST", "channels/stop", {"id": "x", "resource": "y"}),
        ("POST", "freeBusy", {**_SPAN, "groupExpansionMax": "many"}),
    ],
)
def test_what_the_published_document_refuses_the_sandbox_refuses(
    world: GoogleWorld, method: str, path: str, body: dict[str, Any] | None
) -> None:
    host = world.add_host("host")

    answer = world.request(host, method, path, json=body)

    assert answer.status_code == 400
    request = logged(world)[-1]
    with pytest.raises((AssertionError, jsonschema.ValidationError)):
        check_request(request)


# ------------------------------------------------------------------- Google's own client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def service(world: GoogleWorld) -> Iterator[Any]:
    """Google's client, logged in as a host of the sandbox."""
    host = world.add_host("host", entries=(entry(between(9, 10)),))
    stored = world.stores[host.mailbox].current()
    assert stored is not None
    credentials = google.oauth2.credentials.Credentials(  # type: ignore[no-untyped-call]  # typed in part
        token=None,
        refresh_token=stored.refresh_token,
        token_uri=f"{world.oauth_url}/token",
        client_id=world.client["id"],
        client_secret=world.client["secret"],
    )
    http = AuthorizedHttp(credentials, http=httplib2.Http(timeout=10))
    client = build(
        "calendar",
        "v3",
        http=http,
        static_discovery=True,
        client_options={"api_endpoint": f"{world.api_url}/calendar/v3/"},
    )
    yield client
    client.close()


def test_googles_own_client_makes_reads_changes_and_deletes_an_event(
    service: Any, world: GoogleWorld
) -> None:
    guest = world.guest()
    body = {
        "id": "abcdefghij0123456789",
        "summary": "Made by Google's client",
        "start": {"dateTime": "2027-03-16T10:00:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2027-03-16T11:00:00", "timeZone": "Europe/Berlin"},
        "attendees": [{"email": guest}],
        "conferenceData": {
            "createRequest": {
                "requestId": "one",
                "conferenceSolutionKey": {"type": "hangoutsMeet"},
            }
        },
    }
    events = service.events()

    made = events.insert(
        calendarId="primary", body=body, sendUpdates="all", conferenceDataVersion=1
    ).execute()
    with pytest.raises(HttpError) as caught:
        events.insert(calendarId="primary", body=body).execute()
    kept = events.get(calendarId="primary", eventId=made["id"]).execute()
    moved = events.patch(
        calendarId="primary", eventId=made["id"], body={"summary": "Renamed"}
    ).execute()
    whole = events.update(calendarId="primary", eventId=made["id"], body=moved).execute()
    events.delete(calendarId="primary", eventId=made["id"], sendUpdates="all").execute()

    assert caught.value.resp.status == 409
    assert made["start"]["dateTime"] == "2027-03-16T09:00:00Z"
    assert kept["hangoutLink"].startswith("https://meet.google.com/")
    assert whole["summary"] == "Renamed"
    assert whole["hangoutLink"] == kept["hangoutLink"]
    assert [m["invitation"]["method"] for m in world.mails(guest)] == ["REQUEST", "CANCEL"]


def test_googles_own_client_lists_events_calendars_and_busy_times(service: Any) -> None:
    listed = service.events().list(calendarId="primary", singleEvents=True).execute()
    calendars = service.calendarList().list().execute()
    busy = (
        service.freebusy()
        .query(
            body={
                "timeMin": "2027-03-15T00:00:00Z",
                "timeMax": "2027-03-16T00:00:00Z",
                "items": [{"id": "primary"}],
            }
        )
        .execute()
    )

    assert [event["summary"] for event in listed["items"]] == ["Something"]
    assert [one["primary"] for one in calendars["items"]] == [True]
    assert busy["calendars"]["primary"]["busy"] == [
        {"start": "2027-03-15T09:00:00Z", "end": "2027-03-15T10:00:00Z"}
    ]


def test_googles_own_client_keeps_up_by_sync_tokens(service: Any, world: GoogleWorld) -> None:
    events = service.events()

    def whole(**query: Any) -> tuple[list[str], str]:
        question = events.list(calendarId="primary", maxResults=1, **query)
        names, answer = [], {}
        while question is not None:
            answer = question.execute()
            names += [one["id"] for one in answer["items"]]
            question = events.list_next(question, answer)
        return names, answer["nextSyncToken"]

    for name in ("first", "second"):
        events.insert(calendarId="primary", body={**_WHOLE, "id": name}).execute()
    before, token = whole()
    events.delete(calendarId="primary", eventId="first").execute()
    events.insert(calendarId="primary", body={**_WHOLE, "id": "third"}).execute()
    changes, later = whole(syncToken=token)
    world.control.act("google", "expire_sync_tokens", collection=f"host@{world.domain}")
    with pytest.raises(HttpError) as caught:
        whole(syncToken=later)

    assert set(before) >= {"first", "second"}
    assert changes == ["first", "third"]
    assert caught.value.resp.status == 410
    assert caught.value.error_details[0]["reason"] == "fullSyncRequired"


def test_googles_own_client_opens_a_channel_understands_its_messages_and_stops_it(
    service: Any, receiver: Receiver
) -> None:
    channel = new_webhook_channel(receiver.address, token="mine")

    made = service.events().watch(calendarId="primary", body=channel.body()).execute()
    channel.update(made)
    sync = notification_from_headers(channel, receiver.next())
    service.events().insert(calendarId="primary", body=_WHOLE).execute()
    message = receiver.next()
    changed = notification_from_headers(channel, message)
    service.channels().stop(body=channel.body()).execute()
    with pytest.raises(HttpError) as caught:
        service.channels().stop(body=channel.body()).execute()

    assert (sync.message_number, sync.state) == (1, "sync")
    assert changed.message_number > 1
    assert changed.state == "exists"
    assert changed.resource_uri == made["resourceUri"]
    assert caught.value.resp.status == 404
    with pytest.raises(InvalidNotificationError):
        notification_from_headers(channel, message | {"x-goog-channel-id": "another"})
