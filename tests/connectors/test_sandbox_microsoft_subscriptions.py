"""The sandbox's Microsoft notifies of a user's events as Graph does, and only who wants it.

The rules are from subscription-post-subscriptions.md, subscription-update.md,
resources/subscription.md, change-notifications-delivery-webhooks.md and
change-notifications-lifecycle-events.md in microsoft-graph-docs-contrib. The wording of refusals
and the waits between attempts are in no page.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import HostAccount
from tests.connectors.microsoft_world import MicrosoftApplicationWorld, MicrosoftWorld

Shake = Callable[[str], tuple[int, str, str]]


class Listener:
    """Somebody who is called: a web server that keeps what it is sent."""

    def __init__(self) -> None:
        self.shakes_hands: Shake = lambda token: (200, "text/plain", token)
        self.status = 202
        self.handshakes: list[str] = []
        self.received: list[tuple[str, dict[str, Any]]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                tokens = parse_qs(urlsplit(self.path).query).get("validationToken")
                if tokens:
                    listener.handshakes.append(self.path)
                    status, kind, text = listener.shakes_hands(tokens[0])
                else:
                    listener.received.append((self.path, json.loads(body)))
                    status, kind, text = listener.status, "text/plain", ""
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/graph?tenant=ours"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def told(self) -> list[dict[str, Any]]:
        """Every notification, in the order in which they came."""
        return [one for _, body in list(self.received) for one in body["value"]]


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    """One of this file's own, because its clock is shifted by days."""
    server = SandboxServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def control(sandbox: SandboxServer) -> SandboxControl:
    return SandboxControl(sandbox.base_url)


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    return MicrosoftWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def host(world: MicrosoftWorld) -> HostAccount:
    return world.add_host("host")


def until(condition: Callable[[], Any]) -> None:
    """Wait for something that the sandbox does by itself."""
    limit = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < limit, "it did not happen"
        threading.Event().wait(0.01)


def now(world: MicrosoftWorld) -> datetime:
    return world.sandbox.world.clock.now()


def pass_time(world: MicrosoftWorld, **span: float) -> None:
    """Shift the organisation's clock; access tokens are over then, and fetched anew."""
    world.control.shift_clock(timedelta(**span).total_seconds())
    world.stores.clear()


def later(world: MicrosoftWorld, **span: float) -> str:
    return (now(world) + timedelta(**span)).isoformat()


def asked(
    world: MicrosoftWorld, host: HostAccount, listener: Listener, **changes: Any
) -> requests.Response:
    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": listener.url,
        "resource": "me/events",
        "expirationDateTime": later(world, days=1),
        "clientState": "only we know",
        **changes,
    }
    body = {name: value for name, value in body.items() if value is not None}
    return world.graph(host, "POST", "subscriptions", json=body)


def subscribed(
    world: MicrosoftWorld, host: HostAccount, listener: Listener, **changes: Any
) -> dict[str, Any]:
    answer = asked(world, host, listener, **changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def make_event(world: MicrosoftWorld, host: HostAccount, **changes: Any) -> dict[str, Any]:
    body = {
        "subject": "Meeting",
        "start": {"dateTime": "2027-03-15T10:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2027-03-15T11:00:00", "timeZone": "UTC"},
        **changes,
    }
    event: dict[str, Any] = world.graph(host, "POST", "me/events", json=body).json()
    return event


def ledger(world: MicrosoftWorld, subscription: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.control.act(
        "microsoft", "deliveries", subscription=subscription["id"]
    )
    return found


def outcomes(world: MicrosoftWorld, subscription: dict[str, Any]) -> list[str]:
    return [one["outcome"] for one in ledger(world, subscription)]


# ------------------------------------------------------------------------------ handshake


def test_a_subscription_begins_with_a_handshake_and_says_what_it_is(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    made = subscribed(world, host, listener)

    (path,) = listener.handshakes
    assert path.startswith("/graph?tenant=ours&validationToken=")
    assert made["applicationId"] == world.tenant["client_id"]
    assert made["creatorId"] == world.accounts[host.mailbox]["user_id"]
    assert made["clientState"] == "only we know"
    got = world.graph(host, "GET", f"subscriptions/{made['id']}")
    assert got.json() == made
    assert world.graph(host, "GET", "subscriptions").json()["value"] == [made]


@pytest.mark.parametrize(
    "shake",
    [
        lambda token: (202, "text/plain", token),
        lambda token: (200, "text/html", token),
        lambda token: (200, "text/plain", quote(token)),
        lambda _: (200, "text/plain", ""),
        lambda token: (301, "text/plain", token),
    ],
    ids=["other-status", "other-type", "still-encoded", "nothing", "redirect"],
)
def test_an_endpoint_that_does_not_echo_the_token_gets_no_subscription(
    world: MicrosoftWorld, host: HostAccount, listener: Listener, shake: Shake
) -> None:
    listener.shakes_hands = shake

    answer = asked(world, host, listener)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "ValidationError"
    assert world.graph(host, "GET", "subscriptions").json()["value"] == []


def test_nobody_there_gets_no_subscription(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    listener.stop()
    try:
        answer = asked(world, host, listener)
    finally:
        listener.__init__()  # type: ignore[misc]  # so that the fixture has something to stop

    assert answer.json()["error"]["code"] == "ValidationError"


def test_both_addresses_are_validated(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    other = Listener()
    try:
        subscribed(world, host, listener, lifecycleNotificationUrl=other.url)
        other.shakes_hands = lambda _: (200, "text/plain", "no")
        refused = asked(world, host, listener, lifecycleNotificationUrl=other.url)
    finally:
        other.stop()

    assert len(other.handshakes) == 2
    assert refused.status_code == 400


def test_the_organisation_goes_on_while_an_endpoint_takes_its_time(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    seen: list[int] = []

    def slowly(token: str) -> tuple[int, str, str]:
        seen.append(world.graph(host, "GET", "me").status_code)
        return 200, "text/plain", token

    listener.shakes_hands = slowly

    subscribed(world, host, listener)

    assert seen == [200]


# -------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "change",
    [
        {"changeType": None},
        {"changeType": "created,renamed"},
        {"changeType": "created,created"},
        {"notificationUrl": None},
        {"notificationUrl": "http://elsewhere.example/graph"},
        {"lifecycleNotificationUrl": "http://elsewhere.example/graph"},
        {"notificationUrl": "ftp://127.0.0.1/"},
        {"resource": None},
        {"resource": "me/messages"},
        {"resource": "https://graph.microsoft.com/v1.0/me/events"},
        {"expirationDateTime": None},
        {"expirationDateTime": "tomorrow"},
        {"expirationDateTime": "2020-01-01T00:00:00Z"},
        {"expirationDateTime": "2999-01-01T00:00:00Z"},
        {"clientState": "x" * 129},
        {"latestSupportedTlsVersion": "v2"},
        {"includeResourceData": True},
        {"id": "mine"},
    ],
)
def test_a_subscription_that_graph_would_not_take_is_refused(
    world: MicrosoftWorld, host: HostAccount, listener: Listener, change: dict[str, Any]
) -> None:
    answer = asked(world, host, listener, **change)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "BadRequest"
    assert listener.handshakes == []


def test_a_subscription_lives_seven_days_at_most_and_45_minutes_at_least(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    longest = asked(world, host, listener, expirationDateTime=later(world, minutes=10_079))
    longer = asked(world, host, listener, expirationDateTime=later(world, minutes=10_081))
    short = subscribed(world, host, listener, expirationDateTime=later(world, minutes=1))

    assert (longest.status_code, longer.status_code) == (201, 400)
    lives = datetime.fromisoformat(short["expirationDateTime"]) - now(world)
    assert timedelta(minutes=44) < lives <= timedelta(minutes=45)


def test_nobody_subscribes_to_a_mailbox_they_may_not_read(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    other = world.add_host("other")
    mine = subscribed(world, host, listener)

    answer = asked(world, host, listener, resource=f"users/{other.mailbox}/events")

    assert answer.status_code == 403
    for method in ("GET", "DELETE"):
        hidden = world.graph(other, method, f"subscriptions/{mine['id']}")
        assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "ResourceNotFound")
    assert world.graph(other, "GET", "subscriptions").json()["value"] == []


# --------------------------------------------------------------------------- notifications


def test_what_is_made_changed_and_deleted_is_notified(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    made = subscribed(world, host, listener)
    event = make_event(world, host)
    until(lambda: len(listener.told()) == 1)
    world.graph(host, "PATCH", f"me/events/{event['id']}", json={"subject": "Renamed"})
    until(lambda: len(listener.told()) == 2)
    world.graph(host, "DELETE", f"me/events/{event['id']}")
    until(lambda: len(listener.told()) == 3)

    assert [one["changeType"] for one in listener.told()] == ["created", "updated", "deleted"]
    user_id = world.accounts[host.mailbox]["user_id"]
    place = f"Users/{user_id}/Events/{event['id']}"
    assert listener.told()[0] == {
        "subscriptionId": made["id"],
        "subscriptionExpirationDateTime": made["expirationDateTime"],
        "clientState": "only we know",
        "tenantId": world.tenant["tenant_id"],
        "changeType": "created",
        "resource": place,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": place,
            "@odata.etag": event["@odata.etag"],
            "id": event["id"],
        },
    }
    # "Any query string parameter included in the notificationUrl will be included".
    assert {path for path, _ in listener.received} == {"/graph?tenant=ours"}
    until(lambda: outcomes(world, made) == ["delivered"] * 3)
    assert [one["attempts"][0]["answer"] for one in ledger(world, made)] == ["202"] * 3


def test_only_the_wished_changes_of_the_wished_mailbox_are_notified(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    other = world.add_host("other")
    made = subscribed(world, host, listener, changeType="deleted")
    make_event(world, other)
    event = make_event(world, host)
    world.graph(host, "PATCH", f"me/events/{event['id']}", json={"subject": "Renamed"})
    world.graph(host, "DELETE", f"me/events/{event['id']}")

    until(lambda: outcomes(world, made) == ["delivered"])
    assert [one["changeType"] for one in listener.told()] == ["deleted"]


def test_dates_of_a_series_and_invitations_are_changes_too(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    guest = world.add_host("guest")
    mine = subscribed(world, host, listener)
    guests = subscribed(world, guest, listener)
    event = make_event(
        world,
        host,
        attendees=[{"emailAddress": {"address": guest.mailbox}}],
        recurrence={
            "pattern": {"type": "daily", "interval": 1},
            "range": {"type": "numbered", "startDate": "2027-03-15", "numberOfOccurrences": 3},
        },
    )
    window = "startDateTime=2027-03-01T00:00:00Z&endDateTime=2027-04-01T00:00:00Z"
    one, two, _ = world.graph(host, "GET", f"me/calendarView?{window}").json()["value"]
    world.graph(host, "PATCH", f"me/events/{one['id']}", json={"subject": "Renamed"})
    world.graph(host, "DELETE", f"me/events/{two['id']}")
    world.graph(host, "PATCH", f"me/events/{event['id']}", json={"subject": "All renamed"})
    world.graph(host, "DELETE", f"me/events/{event['id']}")

    def changes(subscription: dict[str, Any]) -> list[str]:
        return [one["notification"]["changeType"] for one in ledger(world, subscription)]

    assert changes(mine) == ["created", "updated", "updated", "updated", "deleted"]
    assert changes(guests) == ["created", "updated", "deleted"]


def test_ids_are_those_that_the_subscriber_preferred(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    body = {
        "changeType": "created",
        "notificationUrl": listener.url,
        "resource": f"/users/{host.mailbox}/events",
        "expirationDateTime": later(world, days=1),
    }
    world.graph(host, "POST", "subscriptions", json=body, headers={"Prefer": "nothing"})
    event = make_event(world, host)
    until(listener.told)

    (told,) = listener.told()
    assert told["resourceData"]["id"] != event["id"]
    assert told["clientState"] is None
    path = f"me/events/{told['resourceData']['id']}"
    assert world.graph(host, "GET", path).json()["id"] == event["id"]


def test_what_nobody_takes_comes_again_until_somebody_does(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    listener.status = 503
    made = subscribed(world, host, listener)
    make_event(world, host)
    until(lambda: len(listener.told()) == 1)

    listener.status = 200
    until(lambda: ledger(world, made)[0]["attempts"])
    assert outcomes(world, made) == ["pending"]
    pass_time(world, minutes=1)
    until(lambda: outcomes(world, made) == ["delivered"])

    first, second = listener.told()
    assert first == second
    assert [one["answer"] for one in ledger(world, made)[0]["attempts"]] == ["503", "200"]


def test_after_four_hours_a_notification_is_given_up(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    listener.status = 500
    made = subscribed(world, host, listener)
    make_event(world, host)
    until(lambda: ledger(world, made)[0]["attempts"])

    pass_time(world, hours=4)
    until(lambda: outcomes(world, made) == ["given up"])

    assert len(listener.told()) == 2


# --------------------------------------------------------------------------------- its life


def test_a_subscription_that_is_deleted_or_over_notifies_nobody(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    deleted = subscribed(world, host, listener)
    over = subscribed(world, host, listener)
    renewed = subscribed(world, host, listener)
    path = f"subscriptions/{renewed['id']}"

    assert world.graph(host, "DELETE", f"subscriptions/{deleted['id']}").status_code == 204
    until_when = later(world, days=3)
    answer = world.graph(host, "PATCH", path, json={"expirationDateTime": until_when})
    pass_time(world, days=2)
    make_event(world, host)
    until(lambda: outcomes(world, renewed) == ["delivered"])

    assert answer.status_code == 200
    assert datetime.fromisoformat(answer.json()["expirationDateTime"]) == datetime.fromisoformat(
        until_when
    ).astimezone(UTC)
    assert ledger(world, deleted) == ledger(world, over) == []
    assert world.graph(host, "GET", f"subscriptions/{over['id']}").status_code == 404
    late = world.graph(
        host,
        "PATCH",
        f"subscriptions/{over['id']}",
        json={"expirationDateTime": later(world, days=1)},
    )
    assert late.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"expirationDateTime": "2999-01-01T00:00:00Z"},
        {"expirationDateTime": "2020-01-01T00:00:00Z"},
        # "You also can't add the lifecycleNotificationUrl property to an existing subscription".
        {"expirationDateTime": "2999-01-01T00:00:00Z", "lifecycleNotificationUrl": "http://x"},
        {"changeType": "deleted"},
    ],
)
def test_a_renewal_is_checked_like_the_beginning(
    world: MicrosoftWorld, host: HostAccount, listener: Listener, body: dict[str, Any]
) -> None:
    made = subscribed(world, host, listener)

    answer = world.graph(host, "PATCH", f"subscriptions/{made['id']}", json=body)

    assert answer.status_code == 400
    assert world.graph(host, "GET", f"subscriptions/{made['id']}").json() == made


def test_a_dropped_delivery_ends_with_its_subscription(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    listener.status = 503
    made = subscribed(world, host, listener)
    make_event(world, host)
    until(lambda: ledger(world, made)[0]["attempts"])

    world.graph(host, "DELETE", f"subscriptions/{made['id']}")

    until(lambda: outcomes(world, made) == ["dropped"])


# ------------------------------------------------------------------------ lifecycle events


def lifecycle(world: MicrosoftWorld, subscription: dict[str, Any], event: str) -> None:
    world.control.act("microsoft", "lifecycle", subscription=subscription["id"], event=event)


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
def test_lifecycle_events_come_to_their_own_address(
    world: MicrosoftWorld, host: HostAccount, listener: Listener, event: str
) -> None:
    other = Listener()
    try:
        made = subscribed(world, host, listener, lifecycleNotificationUrl=other.url)
        lifecycle(world, made, event)
        until(other.told)
    finally:
        other.stop()

    assert other.told() == [
        {
            "subscriptionId": made["id"],
            "subscriptionExpirationDateTime": made["expirationDateTime"],
            "clientState": "only we know",
            "tenantId": world.tenant["tenant_id"],
            "lifecycleEvent": event,
        }
    ]
    assert listener.told() == []
    still = world.graph(host, "GET", f"subscriptions/{made['id']}")
    assert still.status_code == (404 if event == "subscriptionRemoved" else 200)


def test_without_an_address_of_their_own_lifecycle_events_do_not_come(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    made = subscribed(world, host, listener)

    lifecycle(world, made, "missed")

    assert ledger(world, made) == []


@pytest.mark.parametrize("how", ["reauthorize", "renew"])
def test_what_happens_until_a_subscription_is_authorized_anew_is_lost(
    world: MicrosoftWorld, host: HostAccount, listener: Listener, how: str
) -> None:
    made = subscribed(world, host, listener)
    path = f"subscriptions/{made['id']}"
    lifecycle(world, made, "reauthorizationRequired")
    make_event(world, host, subject="lost")

    if how == "reauthorize":
        assert world.graph(host, "POST", f"{path}/reauthorize").status_code == 204
    else:
        world.graph(host, "PATCH", path, json={"expirationDateTime": later(world, days=2)})
    event = make_event(world, host)

    until(lambda: outcomes(world, made) == ["delivered"])
    assert listener.told()[0]["resourceData"]["id"] == event["id"]


def test_the_control_door_refuses_events_and_subscriptions_that_are_none(
    world: MicrosoftWorld, host: HostAccount, listener: Listener
) -> None:
    made = subscribed(world, host, listener)

    with pytest.raises(requests.HTTPError):
        lifecycle(world, made, "renewed")
    with pytest.raises(requests.HTTPError):
        lifecycle(world, {"id": "none"}, "missed")


def test_an_application_subscribes_for_a_mailbox(
    sandbox: SandboxServer, control: SandboxControl, unique: str, listener: Listener
) -> None:
    organisation = MicrosoftApplicationWorld(
        sandbox=sandbox, control=control, domain=f"org.{unique}.example"
    )
    host = organisation.add_host("host")

    of_me = asked(organisation, host, listener)
    made = subscribed(organisation, host, listener, resource=f"users/{host.mailbox}/events")
    body = {
        "start": {"dateTime": "2027-03-15T10:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2027-03-15T11:00:00", "timeZone": "UTC"},
    }
    organisation.graph(host, "POST", f"users/{host.mailbox}/events", json=body)

    assert of_me.status_code == 400
    until(lambda: outcomes(organisation, made) == ["delivered"])
