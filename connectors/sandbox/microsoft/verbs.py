"""What only the control door can do with the sandbox's Microsoft: ``/control/microsoft/<verb>``."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.microsoft import delta, notifications
from connectors.sandbox.microsoft.state import MicrosoftState
from connectors.sandbox.world import World


def add_verbs(world: World) -> None:
    """Add them to the world's."""

    def expire_delta_tokens(given: dict[str, Any]) -> dict[str, Any]:
        """Let the delta and skip tokens of one ``mailbox`` (its address), or all, be over."""
        state: MicrosoftState = world.states["microsoft"]
        mailbox = given.get("mailbox")
        return {"expired": delta.expire(state, mailbox and mailbox.lower())}

    def lifecycle(given: dict[str, Any]) -> dict[str, Any]:
        """Tell the maker of a ``subscription`` (its id) of an ``event``.

        ``reauthorizationRequired`` also pauses it, ``subscriptionRemoved`` ends it; ``missed``
        only tells.
        """
        notifications.lifecycle(world, given["subscription"], given["event"])
        return {}

    def deliveries(given: dict[str, Any]) -> list[Any]:
        """All notifications, sent or not, of one ``subscription`` (its id) or of all."""
        state: MicrosoftState = world.states["microsoft"]
        wanted = given.get("subscription")
        return [one for one in state.deliveries if wanted in (None, one.subscription_id)]

    def revoke_consent(given: dict[str, Any]) -> dict[str, Any]:
        """Let a ``mailbox`` (its address) take back what it consented to.

        Tokens that are out go on for as long as they live; there are no new ones.
        """
        state: MicrosoftState = world.states["microsoft"]
        state.mailboxes[given["mailbox"].lower()].scopes = frozenset()
        return {}

    world.verbs["microsoft", "revoke_consent"] = revoke_consent
    world.verbs["microsoft", "lifecycle"] = lifecycle
    world.verbs["microsoft", "deliveries"] = deliveries
    world.verbs["microsoft", "expire_delta_tokens"] = expire_delta_tokens
