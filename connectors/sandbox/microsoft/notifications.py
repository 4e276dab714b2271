"""Change and lifecycle notifications, sent as Graph sends them: by itself, and again if need be.

Sources: microsoft-graph-docs-contrib, change-notifications-delivery-webhooks.md (a 2xx within
three seconds, or it comes again for up to four hours), change-notifications-lifecycle-events.md,
outlook-immutable-id.md (ids as the subscription's maker preferred them) (read 2026). When exactly
it comes again is in no page: here the waits double, by the organisation's clock.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import requests

from connectors.sandbox.microsoft.state import (
    Delivery,
    Event,
    Mailbox,
    MicrosoftState,
    Subscription,
    mutable_id,
)
from connectors.sandbox.microsoft.subscriptions import calling_session, drop_expired, moment
from connectors.sandbox.world import World

_PATIENCE_SECONDS = 3
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(minutes=30)
_GIVEN_UP_AFTER = timedelta(hours=4)
#: How often a waiting delivery looks at the organisation's clock, which anybody may shift.
_LOOK_SECONDS = 0.05
LIFECYCLE = frozenset({"reauthorizationRequired", "subscriptionRemoved", "missed"})


def publish(world: World, mailbox: Mailbox, event: Event, change: str) -> None:
    """Notify everybody who subscribed to such changes of the mailbox; under the world's lock."""
    drop_expired(world)
    state: MicrosoftState = world.states["microsoft"]
    for one in state.subscriptions.values():
        # "Any notifications … when the change notification delivery pauses … are lost."
        if one.email == mailbox.email and change in one.change_types and not one.is_paused:
            _queue(world, one, one.notification_url, _change(one, mailbox, event, change))


def lifecycle(world: World, subscription_id: str, event: str) -> None:
    """Tell a subscription's maker what becomes of it; under the world's lock.

    Raises:
        ValueError: There is no such event or no such subscription.
    """
    state: MicrosoftState = world.states["microsoft"]
    drop_expired(world)
    found = state.subscriptions.get(subscription_id)
    if found is None:
        raise ValueError(f"there is no subscription {subscription_id}")
    if event not in LIFECYCLE:
        raise ValueError(f"a lifecycle event is one of {', '.join(sorted(LIFECYCLE))}")
    if event == "subscriptionRemoved":
        del state.subscriptions[subscription_id]
    if event == "reauthorizationRequired":
        found.is_paused = True
    # "Existing subscriptions without a lifecycleNotificationUrl don't receive" them.
    if found.lifecycle_url:
        _queue(world, found, found.lifecycle_url, _common(found) | {"lifecycleEvent": event})


def _common(one: Subscription) -> dict[str, Any]:
    return {
        "subscriptionId": one.subscription_id,
        "subscriptionExpirationDateTime": moment(one.expires_at),
        "clientState": one.client_state,
        "tenantId": one.tenant_id,
    }


def _change(one: Subscription, mailbox: Mailbox, event: Event, change: str) -> dict[str, Any]:
    item_id = event.item_id if one.immutable_ids else mutable_id(event.item_id)
    place = f"Users/{mailbox.user_id}/Events/{item_id}"
    return _common(one) | {
        "changeType": change,
        "resource": place,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": place,
            "@odata.etag": f'W/"{event.version}"',
            "id": item_id,
        },
    }


def _queue(world: World, one: Subscription, url: str, notification: dict[str, Any]) -> None:
    state: MicrosoftState = world.states["microsoft"]
    now = world.clock.now()
    delivery = Delivery(
        number=world.number(),
        url=url,
        notification=notification,
        subscription_id=one.subscription_id,
        made_at=now,
        due_at=now,
        # What tells of a subscription's end comes after its end.
        needs_subscription=notification.get("lifecycleEvent") != "subscriptionRemoved",
    )
    state.deliveries.append(delivery)
    threading.Thread(target=_deliver, args=(world, delivery), daemon=True).start()


def _deliver(world: World, delivery: Delivery) -> None:
    """Send it until somebody takes it, it is too old, or nobody wants it any more."""
    wait = _FIRST_WAIT
    pause = threading.Event()
    while True:
        with world.lock:
            if not _is_wanted(world, delivery):
                delivery.outcome = "dropped"
                return
            now = world.clock.now()
            is_due = delivery.due_at <= now
        if not is_due:
            pause.wait(_LOOK_SECONDS)
            continue
        answer = _sent(delivery)
        with world.lock:
            delivery.attempts.append({"at": now.isoformat(), "answer": answer})
            if answer.startswith("2"):
                delivery.outcome = "delivered"
                return
            delivery.due_at = world.clock.now() + wait
            if delivery.due_at > delivery.made_at + _GIVEN_UP_AFTER:
                delivery.outcome = "given up"
                return
        wait = min(2 * wait, _LONGEST_WAIT)


def _is_wanted(world: World, delivery: Delivery) -> bool:
    state: MicrosoftState = world.states["microsoft"]
    drop_expired(world)
    return not delivery.needs_subscription or delivery.subscription_id in state.subscriptions


def _sent(delivery: Delivery) -> str:
    """The status that was answered, or why there is none."""
    try:
        answer = calling_session().post(
            delivery.url,
            json={"value": [delivery.notification]},
            timeout=_PATIENCE_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return type(error).__name__
    return str(answer.status_code)
