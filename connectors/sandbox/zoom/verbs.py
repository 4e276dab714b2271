"""What only the control door can do with the sandbox's Zoom: ``/control/zoom/<verb>``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.world import World
from connectors.sandbox.zoom import webhooks
from connectors.sandbox.zoom.state import ZoomMeeting, ZoomState, ZoomUser
from connectors.sandbox.zoom.webhooks import Courier


def add_verbs(world: World, courier: Courier) -> None:  # noqa: C901 - a list of verbs
    """Add them to the world's."""

    def state() -> ZoomState:
        found: ZoomState = world.states["zoom"]
        return found

    def user(given: dict[str, Any]) -> ZoomUser:
        found = state().user(given["account_id"], given["email"])
        if found is None:
            raise ValueError(f"no such user: {given['email']}")
        return found

    def subscribe(given: dict[str, Any]) -> dict[str, Any]:
        """Validate ``url`` and send ``events`` (all that are played) of ``account_id`` there."""
        account = state().accounts[given["account_id"]]
        events = tuple(given.get("events", webhooks.EVENTS))
        webhooks.subscribe(account, given["url"], events, world.clock.now())
        return {"events": list(events)}

    def revalidate(given: dict[str, Any]) -> dict[str, Any]:
        """Validate the address of ``account_id`` anew, as Zoom does every 72 hours."""
        account = state().accounts[given["account_id"]]
        is_valid = webhooks.revalidate(account, world.clock.now())
        return {"is_valid": is_valid, "is_subscribed": account.subscription is not None}

    def notifications(given: dict[str, Any]) -> dict[str, Any]:
        """What was sent, or is still tried, for ``account_id``, oldest first."""
        found = [n for n in state().notifications.values() if n.account_id == given["account_id"]]
        return {"notifications": found}

    def change_meeting(given: dict[str, Any]) -> dict[str, Any]:
        """The host changes ``meeting_id`` in Zoom itself: ``topic``, ``start``, ``minutes``."""
        meeting = state().meetings[given["meeting_id"]]
        before = webhooks.changeable(meeting)
        meeting.topic = given.get("topic", meeting.topic)
        meeting.duration = given.get("minutes", meeting.duration)
        if "start" in given:
            meeting.start = datetime.fromisoformat(given["start"]).astimezone(UTC)
        courier.updated(_host(meeting), meeting, before)
        return {"changed": meeting.meeting_id}

    def delete_meeting(given: dict[str, Any]) -> dict[str, Any]:
        """The host deletes ``meeting_id`` in Zoom itself."""
        meeting = state().meetings.pop(given["meeting_id"])
        courier.deleted(_host(meeting), meeting)
        return {"deleted": meeting.meeting_id}

    def deauthorize(given: dict[str, Any]) -> dict[str, Any]:
        """The user ``email`` of ``account_id`` takes the app away, and the app is told."""
        found = user(given)
        state().revoke(found.user_id)
        courier.deauthorized(found)
        return {"deauthorized": found.user_id}

    def _host(meeting: ZoomMeeting) -> ZoomUser:
        return state().users[meeting.host_id]

    for verb in (
        subscribe,
        revalidate,
        notifications,
        change_meeting,
        delete_meeting,
        deauthorize,
    ):
        world.verbs["zoom", verb.__name__] = verb
