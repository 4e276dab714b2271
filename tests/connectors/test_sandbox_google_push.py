"""The sandbox's Google calls back whoever watches a calendar, as Google does.

The rules are from Google's guide "Push notifications" of Calendar API v3 and from the reference
of Events: watch and Channels: stop; what neither says stands in ``docs/fidelity.md``.
"""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import HostAccount
from tests.connectors.google_world import EVENTS, GoogleWorld, an_event, insert, reason
from tests.connectors.receiving import PATIENCE, Receiver

WATCH = f"{EVENTS}/watch"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> GoogleWorld:
    return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def host(world: GoogleWorld) -> HostAccount:
    return world.add_host("host")


def a_channel(receiver: Receiver, unique: str, **changes: Any) -> dict[str, Any]:
    channel = {"id": f"channel-{unique}", "type": "web_hook", "address": receiver.address}
    return {name: value for name, value in (channel | changes).items() if value is not None}


def watch(world: GoogleWorld, host: HostAccount, channel: dict[str, Any]) -> Any:
    return world.request(host, "POST", WATCH, json=channel)


def settled(world: GoogleWorld, channel_id: str) -> list[dict[str, Any]]:
    """The ledger's lines of a channel, once nothing waits any more."""
    limit = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=PATIENCE)
    while dt.datetime.now(dt.UTC) < limit:
        lines: list[dict[str, Any]] = world.control.act(
            "google", "notifications", channel_id=channel_id
        )
        if all(line["outcome"] != "waiting" for line in lines):
            return lines
    raise AssertionError("a notification still waits")


def now(world: GoogleWorld) -> dt.datetime:
    with world.sandbox.world.lock:
        return world.sandbox.world.clock.now()


# ------------------------------------------------------------------------------ messages


def test_a_channel_begins_with_a_sync_message_and_tells_of_every_change(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    made = watch(world, host, a_channel(receiver, unique, token="mine")).json()
    sync = receiver.next()
    insert(world, host)
    changed = receiver.next()
    world.request(host, "DELETE", f"{EVENTS}/{an_event()['id']}")
    deleted = receiver.next()

    assert made.keys() == {"kind", "id", "resourceId", "resourceUri", "token", "expiration"}
    for message in (sync, changed, deleted):
        assert message["x-goog-channel-id"] == made["id"]
        assert message["x-goog-channel-token"] == "mine"
        assert message["x-goog-resource-id"] == made["resourceId"]
        assert message["x-goog-resource-uri"] == made["resourceUri"]
        expires = parsedate_to_datetime(message["x-goog-channel-expiration"])
        assert abs(expires.timestamp() * 1000 - int(made["expiration"])) < 1000
        assert (message["body"], message["content-length"]) == ("", "0")
        assert message["path"] == "/changed"
    states = [one["x-goog-resource-state"] for one in (sync, changed, deleted)]
    assert states == ["sync", "exists", "exists"]
    numbers = [int(one["x-goog-message-number"]) for one in (sync, changed, deleted)]
    assert numbers[0] == 1
    assert numbers == sorted(set(numbers))


def test_reading_tells_nobody(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    insert(world, host)
    channel = watch(world, host, a_channel(receiver, unique)).json()
    for path in (EVENTS, f"{EVENTS}/{an_event()['id']}", "users/me/calendarList"):
        world.request(host, "GET", path).raise_for_status()
    insert(world, host)  # refused: its id is taken

    lines = settled(world, channel["id"])

    assert [line["resource_state"] for line in lines] == ["sync"]


def test_changes_by_others_are_told_too(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    watch(world, host, a_channel(receiver, unique))
    receiver.next()
    other = world.add_host("other")

    insert(world, other, an_event(attendees=[{"email": host.mailbox}]))
    invited = receiver.next()
    mail = EmailMessage()
    mail["From"], mail["To"] = "somebody@elsewhere.test", host.mailbox
    mail["Subject"], mail["Date"] = "Invitation", "Mon, 01 Mar 2027 10:00:00 +0000"
    mail["Message-ID"] = f"<{unique}@elsewhere.test>"
    mail.set_content("You are invited.")
    mail.add_alternative(
        "\r\n".join(
            [
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "PRODID:-//elsewhere//test//EN",
                "METHOD:REQUEST",
                "BEGIN:VEVENT",
                f"UID:{unique}@elsewhere.test",
                "DTSTAMP:20270301T100000Z",
                "DTSTART:20270315T100000Z",
                "DTEND:20270315T110000Z",
                "SEQUENCE:0",
                "SUMMARY:Invitation",
                "ORGANIZER:mailto:somebody@elsewhere.test",
                f"ATTENDEE:mailto:{host.mailbox}",
                "END:VEVENT",
                "END:VCALENDAR",
                "",
            ]
        ),
        subtype="calendar",
        params={"method": "REQUEST"},
    )
    place = urlsplit(world.sandbox.smtp_url)
    with smtplib.SMTP(str(place.hostname), place.port or 0) as connection:
        connection.send_message(mail)
    mailed = receiver.next()

    assert invited["x-goog-resource-state"] == mailed["x-goog-resource-state"] == "exists"


def test_each_channel_of_a_calendar_gets_its_own_messages(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    names = [f"one-{unique}", f"two-{unique}"]
    made = [watch(world, host, a_channel(receiver, unique, id=name)).json() for name in names]
    begun = {receiver.next()["x-goog-channel-id"] for _ in names}

    insert(world, host)

    assert begun == {receiver.next()["x-goog-channel-id"] for _ in names} == set(names)
    assert made[0]["resourceId"] == made[1]["resourceId"]


# ------------------------------------------------------------------------- lost and again


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_receiver_in_trouble_gets_the_same_message_again(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str, status: int
) -> None:
    receiver.statuses = [status, status]
    channel = watch(world, host, a_channel(receiver, unique)).json()

    numbers = [receiver.next()["x-goog-message-number"] for _ in range(3)]

    (line,) = settled(world, channel["id"])
    assert numbers == ["1", "1", "1"]
    assert (line["statuses"], line["outcome"]) == ([status, status, 200], "taken")


def test_after_five_attempts_a_message_is_given_up(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    receiver.statuses = [503] * 5
    channel = watch(world, host, a_channel(receiver, unique)).json()

    (line,) = settled(world, channel["id"])

    assert (line["statuses"], line["outcome"]) == ([503] * 5, "failed")


@pytest.mark.parametrize("status", [301, 400, 404, 410, 429, 501])
def test_any_other_answer_is_a_failure_for_good(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str, status: int
) -> None:
    receiver.statuses = [status]
    receiver.headers = {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
    channel = watch(world, host, a_channel(receiver, unique)).json()

    (line,) = settled(world, channel["id"])

    assert (line["statuses"], line["outcome"]) == ([status], "failed")
    assert receiver.messages.qsize() == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_taken_message_is_not_sent_again(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str, status: int
) -> None:
    receiver.statuses = [status]
    channel = watch(world, host, a_channel(receiver, unique)).json()

    (line,) = settled(world, channel["id"])

    assert (line["statuses"], line["outcome"]) == ([status], "taken")


def test_a_message_is_lost_or_late_when_that_is_ordered(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    """ "Notifications are not 100% reliable" (Push notifications, "Special considerations")."""
    order = {"vendor": "google", "operation": "notification", "caller": host.mailbox}
    world.control.fault(kind="drop_before", **order)
    world.control.fault(kind="slow", seconds=0.05, skip=1, **order)
    channel = watch(world, host, a_channel(receiver, unique)).json()
    settled(world, channel["id"])

    insert(world, host)

    assert receiver.next()["x-goog-resource-state"] == "exists"
    outcomes = [line["outcome"] for line in settled(world, channel["id"])]
    assert outcomes == ["lost", "taken"]


# ---------------------------------------------------------------------------- the end


def test_a_stopped_channel_is_silent_and_cannot_be_stopped_again(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    channel = watch(world, host, a_channel(receiver, unique)).json()
    settled(world, channel["id"])
    other = world.add_host("other")

    def stop(who: HostAccount, **changes: Any) -> Any:
        named = {"id": channel["id"], "resourceId": channel["resourceId"]} | changes
        return world.request(who, "POST", "channels/stop", json=named)

    assert reason(stop(host, resourceId="another")) == (404, "notFound")
    assert reason(stop(host, id="another")) == (404, "notFound")
    assert reason(stop(other)) == (404, "notFound")
    assert reason(stop(host, resourceId="")) == (400, "required")
    stopped = stop(host)
    insert(world, host)

    assert (stopped.status_code, stopped.text) == (204, "")
    assert reason(stop(host)) == (404, "notFound")
    assert len(settled(world, channel["id"])) == 1


def test_a_channel_ends_by_the_organisations_clock(
    own_world: GoogleWorld, receiver: Receiver, unique: str
) -> None:
    host = own_world.add_host("host")
    short = a_channel(receiver, unique, id="short", params={"ttl": "60"})
    long = a_channel(receiver, unique, id="long", params={"ttl": "6000"})
    for channel in (short, long):
        watch(own_world, host, channel).raise_for_status()
        settled(own_world, channel["id"])

    own_world.control.shift_clock(61)
    insert(own_world, host)

    assert len(settled(own_world, "long")) == 2
    assert len(settled(own_world, "short")) == 1


@pytest.fixture
def own_world(unique: str) -> Iterator[GoogleWorld]:
    """A world whose clock nobody else reads."""
    server = SandboxServer()
    server.start()
    control = SandboxControl(server.base_url)
    yield GoogleWorld(sandbox=server, control=control, domain=f"{unique}.example")
    server.stop()


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({}, 604_800),
        ({"params": {"ttl": "3600"}}, 3600),
        ({"params": {"ttl": "9999999999"}}, 30 * 86_400),
        ({"expiration": 90 * 86_400}, 30 * 86_400),
        ({"expiration": 1800}, 1800),
        ({"expiration": 1800, "params": {"ttl": "3600"}}, 1800),
        ({"expiration": 3600, "params": {"ttl": "1800"}}, 1800),
    ],
)
def test_a_channel_lives_as_long_as_asked_else_a_week_and_a_month_at_most(
    world: GoogleWorld,
    host: HostAccount,
    receiver: Receiver,
    unique: str,
    asked: dict[str, Any],
    seconds: int,
) -> None:
    begun = now(world)
    if "expiration" in asked:
        end = begun + dt.timedelta(seconds=asked["expiration"])
        asked = asked | {"expiration": str(round(end.timestamp() * 1000))}

    made = watch(world, host, a_channel(receiver, unique, **asked)).json()

    lifetime = int(made["expiration"]) / 1000 - begun.timestamp()
    assert abs(lifetime - seconds) < 30


# ------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": None}, (400, "required")),
        ({"type": None}, (400, "required")),
        ({"address": None}, (400, "required")),
        ({"id": "with space"}, (400, "push.channelIdInvalid")),
        ({"id": "a" * 65}, (400, "push.channelIdInvalid")),
        ({"type": "pigeon"}, (400, "push.channelTypeNotSupported")),
        ({"token": "t" * 257}, (400, "invalid")),
        ({"address": "http://example.com/changed"}, (400, "push.webhookUrlNotHttps")),
        ({"address": "ftp://127.0.0.1/changed"}, (400, "push.webhookUrlNotHttps")),
        ({"address": "https://"}, (400, "push.webhookUrlNoHostOrAddress")),
        ({"address": "https://example.com/changed"}, (401, "push.webhookUrlUnauthorized")),
        ({"address": "https://10.0.0.1/changed"}, (401, "push.webhookUrlUnauthorized")),
        ({"address": "http://127.0.0.1.example.com/"}, (400, "push.webhookUrlNotHttps")),
        ({"expiration": "1000"}, (400, "invalid")),
        ({"expiration": "soon"}, (400, "badRequest")),
        ({"params": {"ttl": "0"}}, (400, "invalid")),
        ({"params": {"ttl": "soon"}}, (400, "invalid")),
        ({"adress": "typo"}, (400, "badRequest")),
    ],
)
def test_a_channel_google_would_not_open_is_refused(
    world: GoogleWorld,
    host: HostAccount,
    receiver: Receiver,
    unique: str,
    changes: dict[str, Any],
    expected: tuple[int, str],
) -> None:
    answer = watch(world, host, a_channel(receiver, unique, **changes))

    assert reason(answer) == expected
    assert world.control.act("google", "notifications", channel_id=f"channel-{unique}") == []


def test_a_channels_id_is_taken_for_good(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    made = watch(world, host, a_channel(receiver, unique)).json()

    assert reason(watch(world, host, a_channel(receiver, unique))) == (400, "channelIdNotUnique")
    named = {"id": made["id"], "resourceId": made["resourceId"]}
    world.request(host, "POST", "channels/stop", json=named).raise_for_status()
    assert reason(watch(world, host, a_channel(receiver, unique))) == (400, "channelIdNotUnique")


def test_only_calendars_that_one_may_read_can_be_watched(
    world: GoogleWorld, host: HostAccount, receiver: Receiver, unique: str
) -> None:
    other = world.add_host("other")
    path = f"calendars/{other.mailbox}/events/watch"

    answer = world.request(host, "POST", path, json=a_channel(receiver, unique))

    assert reason(answer) == (404, "notFound")


def test_a_verb_that_google_does_not_have_is_refused(world: GoogleWorld) -> None:
    answer = world.control._session.post(f"{world.sandbox.base_url}/control/google/sing")

    assert answer.status_code == 404
    assert "no verb sing" in answer.json()["error"]
