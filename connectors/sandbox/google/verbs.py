"""What only the control door can do with the sandbox's Google: ``/control/google/<verb>``."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.google import listing
from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.state import Notification
from connectors.sandbox.world import World


def add_verbs(world: World) -> None:
    """Add them to the world's."""

    def expire_sync_tokens(given: dict[str, Any]) -> dict[str, Any]:
        """Let the sync tokens of one ``collection`` (a calendar's id), or all, be over."""
        return {"expired": listing.expire_sync_tokens(state_of(world), given.get("collection"))}

    def notifications(given: dict[str, Any]) -> list[Notification]:
        """The messages on watch channels, or on that of one ``channel_id``, oldest first."""
        wanted = given.get("channel_id")
        held = state_of(world).notifications.values()
        return [one for one in held if wanted in (None, one.channel_id)]

    world.verbs["google", "notifications"] = notifications
    world.verbs["google", "expire_sync_tokens"] = expire_sync_tokens
