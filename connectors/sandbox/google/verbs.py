"""What only the control door can do with the sandbox's Google: ``/control/google/<verb>``."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.google import listing
from connectors.sandbox.google.events import state_of
from connectors.sandbox.world import World


def add_verbs(world: World) -> None:
    """Add them to the world's."""

    def expire_sync_tokens(given: dict[str, Any]) -> dict[str, Any]:
        """Let the sync tokens of one ``collection`` (a calendar's id), or all, be over."""
        return {"expired": listing.expire_sync_tokens(state_of(world), given.get("collection"))}

    world.verbs["google", "expire_sync_tokens"] = expire_sync_tokens
