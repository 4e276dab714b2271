"""Watch channels: tell an address of this machine that a calendar's events changed.

Source: the guide "Push notifications" of Calendar API v3 and the reference of Events: watch and
Channels: stop. A notification says that something changed, never what.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import ipaddress
import re
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from flask import g

from connectors.sandbox.google import checks
from connectors.sandbox.google.answers import GoogleError, bad_request
from connectors.sandbox.google.changes import latest
from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.state import CalendarBox, Channel, Notification
from connectors.sandbox.world import Fault, World

#: "Maximum length: 64 characters", and for the token 256 (Push notifications). The characters
#: are those that Google's other APIs name when they refuse an id.
_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}\Z")
_LONGEST_TOKEN = 256
_TYPES = frozenset({"web_hook", "webhook"})

#: The reference's default of ``params.ttl``.
_LIFETIME = timedelta(seconds=604_800)
#: Google has "internal limits or defaults (the more restrictive value is used)" and does not say
#: which; people saw channels of Calendar cut to this.
_LONGEST = timedelta(days=30)

#: "… one of the following status codes: 200, 201, 202, 204, or 102"; "If … returns 500, 502,
#: 503, or 504, the Google Calendar API retries with exponential backoff. Every other return
#: status code is considered to be a message failure."
_TAKEN = frozenset({102, 200, 201, 202, 204})
_RETRIED = frozenset({500, 502, 503, 504})
_MOST_ATTEMPTS = 5
#: Google takes longer; nobody shall wait for a sandbox. Seconds, doubled each time.
_FIRST_PAUSE = 0.1
_TIMEOUT = (1.0, 3.0)


# ----------------------------------------------------------------------- watch and stop


def watch(world: World, courier: Courier, box: CalendarBox) -> dict[str, Any]:
    """The answer of ``events.watch``; the first message is on its way."""
    given = checks.body(checks.CHANNEL)
    _check(given)
    state = state_of(world)
    if given["id"] in state.channels:
        raise bad_request(f"Channel id {given['id']} not unique", reason="channelIdNotUnique")
    digest = hashlib.sha256(box.calendar_id.encode()).digest()[:20]
    place = f"{world.base_url}/google/calendar/v3/calendars/{quote(box.calendar_id)}/events"
    channel = Channel(
        channel_id=given["id"],
        resource_id=base64.urlsafe_b64encode(digest).decode().rstrip("="),
        resource_uri=f"{place}?alt=json",
        calendar_id=box.calendar_id,
        caller=g.caller,
        project=g.project,
        token=given.get("token", ""),
        address=given["address"],
        expires_at=_end(given, world.clock.now()),
        seen=latest(box),
    )
    state.channels[channel.channel_id] = channel
    courier.send(channel, "sync")
    answer = {
        "kind": "api#channel",
        "id": channel.channel_id,
        "resourceId": channel.resource_id,
        "resourceUri": channel.resource_uri,
        "expiration": str(round(channel.expires_at.timestamp() * 1000)),
    }
    return answer | ({"token": channel.token} if channel.token else {})


def _check(given: Mapping[str, Any]) -> None:
    for name in ("id", "type", "address"):
        if not given.get(name):
            raise bad_request(f"Missing {name}.", reason="required", location=name)
    if not _ID.match(given["id"]):
        raise bad_request("Invalid channel id.", reason="push.channelIdInvalid")
    if given["type"] not in _TYPES:
        raise bad_request("Unknown channel type.", reason="push.channelTypeNotSupported")
    if len(given.get("token", "")) > _LONGEST_TOKEN:
        raise bad_request("Channel token is too long.", location="token")
    _check_address(given["address"])


def _check_address(address: str) -> None:
    """Google wants HTTPS; this machine's own addresses may do without, and no others are called."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme in ("http", "https") and not host:
        raise bad_request("Invalid WebHook address.", reason="push.webhookUrlNoHostOrAddress")
    is_here = _is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise bad_request(
            f"WebHook callback must be HTTPS: {address}", reason="push.webhookUrlNotHttps"
        )
    if not is_here:
        raise GoogleError(
            401,
            "push.webhookUrlUnauthorized",
            f"Unauthorized WebHook callback channel: {address}",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _end(given: Mapping[str, Any], now: datetime) -> datetime:
    """When the channel ends: what was asked for, by either name, and no later than allowed."""
    ends = [now + _LONGEST]
    lifetime = given.get("params", {}).get("ttl")
    if lifetime is None and "expiration" not in given:
        return now + _LIFETIME
    if lifetime is not None:
        if not lifetime.isdigit() or int(lifetime) == 0:
            raise bad_request("Invalid ttl.", location="params.ttl")
        ends.append(now + timedelta(seconds=min(int(lifetime), _LONGEST.total_seconds())))
    if "expiration" in given:
        wanted = timedelta(milliseconds=int(given["expiration"])) + datetime.fromtimestamp(0, UTC)
        if wanted <= now:
            raise bad_request("Channel expiration is in the past.", location="expiration")
        ends.append(wanted)
    return min(ends)


def stop(world: World) -> None:
    """Do what ``channels.stop`` asks for."""
    given = checks.body(checks.CHANNEL)
    for name in ("id", "resourceId"):
        if not given.get(name):
            raise bad_request(f"Missing {name}.", reason="required", location=name)
    channel = state_of(world).channels.get(given["id"])
    if (
        channel is None
        or not channel.is_live(world.clock.now())
        or channel.resource_id != given["resourceId"]
        or (channel.caller, channel.project) != (g.caller, g.project)
    ):
        words = f"Channel '{given['id']}' not found for project '{g.project}'"
        raise GoogleError(404, "notFound", words)
    channel.is_stopped = True


def look(world: World, courier: Courier) -> None:
    """Send word of what changed on watched calendars since they were looked at last."""
    state = state_of(world)
    now = world.clock.now()
    for channel in state.channels.values():
        if channel.is_live(now):
            number = latest(state.calendars[channel.calendar_id])
            if number > channel.seen:
                channel.seen = number
                courier.send(channel, "exists")


# ---------------------------------------------------------------------------- delivery


class Courier:
    """Brings notifications to their addresses, from a thread of its own while there are any.

    Args:
        world: Where they come from.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._changed = threading.Condition()
        #: When to try, by the machine's monotonic clock, and which notification.
        self._due: list[tuple[float, int]] = []
        self._is_running = False

    def send(self, channel: Channel, resource_state: str) -> None:
        """Write a notification down, and bring it as soon as can be.

        Whoever calls holds ``world.lock``.
        """
        # "Message numbers increase for each subsequent message on the channel, but they're not
        # sequential"; the sync message's is 1.
        step = 1 if resource_state == "sync" else 1 + self._world.number() % 7
        channel.messages += step
        notification = Notification(
            number=self._world.number(),
            at=self._world.clock.now(),
            channel_id=channel.channel_id,
            address=channel.address,
            resource_state=resource_state,
            message_number=channel.messages,
        )
        state_of(self._world).notifications[notification.number] = notification
        self._put(notification.number, 0.0)

    def _put(self, number: int, pause: float) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + pause, number))
            self._changed.notify()
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="google-push", daemon=True).start()

    def _run(self) -> None:
        while (number := self._next()) is not None:
            self._bring(number)

    def _next(self) -> int | None:
        """The next notification, when it is time for it; nothing when there are no more."""
        with self._changed:
            while self._due:
                pause = self._due[0][0] - time.monotonic()
                if pause <= 0:
                    return heapq.heappop(self._due)[1]
                self._changed.wait(pause)
            self._is_running = False
            return None

    def _bring(self, number: int) -> None:
        with self._world.lock:
            state = state_of(self._world)
            notification = state.notifications.get(number)
            if notification is None:
                return  # the world went back to before it
            channel = state.channels[notification.channel_id]
            if not channel.is_live(self._world.clock.now()):
                notification.outcome = "channel over"
                return
            headers = _headers(channel, notification)
            fault = self._world.faults.next(
                vendor="google", operation="notification", caller=channel.caller
            )
        is_lost = fault is not None and self._meet(fault)
        status = 0 if is_lost else _post(notification.address, headers)
        with self._world.lock:
            notification.statuses.append(status)
            may_retry = len(notification.statuses) < _MOST_ATTEMPTS
            if is_lost:
                notification.outcome = "lost"
            elif status in _TAKEN:
                notification.outcome = "taken"
            elif status in _RETRIED and may_retry:
                self._put(number, _FIRST_PAUSE * 2 ** (len(notification.statuses) - 1))
            else:
                notification.outcome = "failed"

    def _meet(self, fault: Fault) -> bool:
        """An ordered fault: ``slow`` comes late, any other kind never. Whether it is lost."""
        if fault.kind == "slow":
            threading.Event().wait(fault.seconds)
        with self._world.lock:
            fault.over += 1
        return fault.kind != "slow"


def _headers(channel: Channel, notification: Notification) -> dict[str, str]:
    made = {
        "Accept": "*/*",
        "User-Agent": ("APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"),
        "X-Goog-Channel-Expiration": format_datetime(channel.expires_at, usegmt=True),
        "X-Goog-Channel-ID": channel.channel_id,
        "X-Goog-Message-Number": str(notification.message_number),
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-State": notification.resource_state,
        "X-Goog-Resource-URI": channel.resource_uri,
    }
    return made | ({"X-Goog-Channel-Token": channel.token} if channel.token else {})


def _post(address: str, headers: Mapping[str, str]) -> int:
    """The status it was answered with; 0 where nobody answered."""
    with requests.Session() as session:
        # Neither a proxy nor a redirect leads away from this machine.
        session.trust_env = False
        try:
            answer = session.post(
                address, headers=dict(headers), timeout=_TIMEOUT, allow_redirects=False
            )
        except requests.RequestException:
            return 0
        return answer.status_code
