"""Webhooks: tell an app's address on this machine what happened to meetings and to the app.

Source: developers.zoom.us/docs/api/webhooks ("Verify webhook events", "Validate your webhook endpoint",
"Notification delivery"), /docs/api/meetings/events, /docs/api/marketplace/events. An answer of 200
or 204 within three seconds takes a message (any 2xx when it comes again); what a 5xx or nobody
answers comes again after 5, 20 and 60 minutes, by the organisation's clock; redirects and 4xx are
final. An address is validated when it is subscribed, and then when the control door asks (Zoom does it
every 72 hours); after six failures in a row nothing is sent any more. Zoom calls none but HTTPS; the sandbox none but this machine.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.sandbox.world import World
from connectors.sandbox.zoom.state import (
    ZoomAccount,
    ZoomMeeting,
    ZoomNotification,
    ZoomState,
    ZoomSubscription,
    ZoomUser,
)

EVENTS = ("meeting.created", "meeting.updated", "meeting.deleted", "app_deauthorized")
_PAUSES = (timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=60))
_MOST_FAILURES = 6
_SECONDS = 3.0
#: How often the organisation's clock is looked at while something waits for it.
_LOOK = 0.05
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_OK, _NO_CONTENT, _REDIRECT, _SERVER_ERROR = 200, 204, 300, 500


# ----------------------------------------------------------------------------- signing


def signature(secret: str, *, timestamp: str, body: str) -> str:
    """What ``x-zm-signature`` says of a body."""
    return "v0=" + _hashed(secret, f"v0:{timestamp}:{body}")


def _hashed(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _post(
    url: str, secret: str, event: Mapping[str, Any], now: datetime
) -> requests.Response | None:
    """The answer, or nothing where none came in time."""
    body = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zoom Marketplace/1.0a",
        "x-zm-request-id": str(uuid.uuid4()),
        "x-zm-request-timestamp": timestamp,
        "x-zm-signature": signature(secret, timestamp=timestamp, body=body),
    }
    with requests.Session() as session:
        # Neither a proxy nor a redirect leads away from this machine.
        session.trust_env = False
        try:
            return session.post(
                url, data=body.encode(), headers=headers, timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return None


# ------------------------------------------------------------------------ subscriptions


def subscribe(account: ZoomAccount, url: str, events: tuple[str, ...], now: datetime) -> None:
    """Validate an address and send these events to it from now on.

    Raises:
        ValueError: The address is none of this machine's or does not answer the challenge, or an
            event is not played.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK:
        raise ValueError(f"the sandbox calls only addresses of this machine: {url}")
    unknown = sorted(set(events) - set(EVENTS))
    if unknown:
        raise ValueError(f"not played: {', '.join(unknown)}")
    if not _answers_challenge(url, account.webhook_secret, now):
        raise ValueError(f"URL validation failed: {url}")
    account.subscription = ZoomSubscription(url=url, events=events, validated_at=now)


def revalidate(account: ZoomAccount, now: datetime) -> bool:
    """Validate the subscribed address anew; after too many failures nothing is sent any more."""
    subscription = account.subscription
    if subscription is None:
        raise ValueError("nothing is subscribed")
    subscription.validated_at = now
    if _answers_challenge(subscription.url, account.webhook_secret, now):
        subscription.failures = 0
        return True
    subscription.failures += 1
    if subscription.failures >= _MOST_FAILURES:
        account.subscription = None
    return False


def _answers_challenge(url: str, secret: str, now: datetime) -> bool:
    plain = secrets.token_urlsafe(16)
    event = {
        "payload": {"plainToken": plain},
        "event_ts": _milliseconds(now),
        "event": "endpoint.url_validation",
    }
    answer = _post(url, secret, event, now)
    if answer is None or answer.status_code != _OK:
        return False
    try:
        said = answer.json()
    except ValueError:
        return False
    return bool(said == {"plainToken": plain, "encryptedToken": _hashed(secret, plain)})


# ------------------------------------------------------------------------------- events


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def stamp(moment: datetime) -> str:
    """An instant as Zoom writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def facts(meeting: ZoomMeeting) -> dict[str, Any]:
    """What events say of a meeting."""
    return {
        "uuid": meeting.uuid,
        "id": meeting.meeting_id,
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": 2,
        "start_time": stamp(meeting.start),
        "duration": meeting.duration,
        "timezone": meeting.time_zone,
    }


def changeable(meeting: ZoomMeeting) -> dict[str, Any]:
    """What of a meeting can change, to be compared after."""
    return {
        **{k: v for k, v in facts(meeting).items() if k not in ("uuid", "id", "host_id", "type")},
        "agenda": meeting.agenda,
        "password": meeting.password,
        "settings": dict(meeting.settings),
    }


class Courier:
    """Brings events to their addresses, from a thread of its own while there are any.

    Args:
        world: Where they come from.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._changed = threading.Condition()
        self._is_running = False

    # Whoever calls these holds ``world.lock``.

    def created(self, host: ZoomUser, meeting: ZoomMeeting, join_url: str) -> None:
        """A meeting was made."""
        settings = {
            "use_pmi": bool(meeting.settings.get("use_pmi")),
            "alternative_hosts": str(meeting.settings.get("alternative_hosts", "")),
        }
        more = {"join_url": join_url, "password": meeting.password, "settings": settings}
        self._tell("meeting.created", host, object={**facts(meeting), **more})

    def updated(self, host: ZoomUser, meeting: ZoomMeeting, before: Mapping[str, Any]) -> None:
        """A meeting may have changed; ``before`` is what it was."""
        after = changeable(meeting)
        changed = [name for name, value in after.items() if value != before[name]]
        if not changed:
            return
        self._tell(
            "meeting.updated",
            host,
            object={"id": meeting.meeting_id, **{name: after[name] for name in changed}},
            old_object={"id": meeting.meeting_id, **{name: before[name] for name in changed}},
            time_stamp=_milliseconds(self._world.clock.now()),
        )

    def deleted(self, host: ZoomUser, meeting: ZoomMeeting) -> None:
        """A meeting is gone."""
        self._tell("meeting.deleted", host, object=facts(meeting))

    def deauthorized(self, user: ZoomUser) -> None:
        """A user took the app away."""
        now = self._world.clock.now()
        account = self._state.accounts[user.account_id]
        payload = {
            "account_id": user.account_id,
            "user_id": user.user_id,
            "signature": secrets.token_hex(32),
            "deauthorization_time": now.strftime("%Y-%m-%dT%H:%M:%S.")
            + f"{now.microsecond // 1000:03d}Z",
            "client_id": account.client_id,
            "event_ts": _milliseconds(now),
        }
        self._send(account, {"event": "app_deauthorized", "payload": payload})

    @property
    def _state(self) -> ZoomState:
        state: ZoomState = self._world.states["zoom"]
        return state

    def _tell(self, name: str, host: ZoomUser, **payload: Any) -> None:
        told = {
            "account_id": host.account_id,
            "operator": host.email,
            "operator_id": host.user_id,
            **payload,
        }
        moment = _milliseconds(self._world.clock.now())
        event = {"event": name, "event_ts": moment, "payload": told}
        self._send(self._state.accounts[host.account_id], event)

    def _send(self, account: ZoomAccount, event: dict[str, Any]) -> None:
        subscription = account.subscription
        if subscription is None or event["event"] not in subscription.events:
            return
        now = self._world.clock.now()
        number = self._world.number()
        self._state.notifications[number] = ZoomNotification(
            number=number,
            at=now,
            account_id=account.account_id,
            url=subscription.url,
            event=event,
            due_at=now,
        )
        with self._changed:
            self._changed.notify()
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="zoom-webhooks", daemon=True).start()

    # ------------------------------------------------------------------------- delivery

    def _run(self) -> None:
        while True:
            with self._world.lock:
                waiting = [n for n in self._state.notifications.values() if n.due_at is not None]
                now = self._world.clock.now()
                due = [n for n in waiting if n.due_at is not None and n.due_at <= now]
                if not waiting:
                    # Under the world's lock, which whoever sends holds: nothing comes between.
                    self._is_running = False
                    return
            for notification in sorted(due, key=lambda each: each.number):
                self._bring(notification.number)
            if not due:
                with self._changed:
                    self._changed.wait(_LOOK)

    def _bring(self, number: int) -> None:
        with self._world.lock:
            notification = self._state.notifications.get(number)
            if notification is None:
                return  # the world went back to before it
            account = self._state.accounts[notification.account_id]
            now = self._world.clock.now()
        answer = _post(notification.url, account.webhook_secret, notification.event, now)
        with self._world.lock:
            status = 0 if answer is None else answer.status_code
            notification.statuses.append(status)
            tries = len(notification.statuses)
            is_first = tries == 1
            is_taken = status in (_OK, _NO_CONTENT) if is_first else _OK <= status < _REDIRECT
            may_help = status == 0 or status >= _SERVER_ERROR
            notification.due_at = None
            if is_taken:
                notification.outcome = "taken"
            elif may_help and tries <= len(_PAUSES):
                notification.due_at = self._world.clock.now() + _PAUSES[tries - 1]
            else:
                notification.outcome = "failed"
