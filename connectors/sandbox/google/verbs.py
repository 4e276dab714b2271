"""What only the control door can do with the sandbox's Google: ``/control/google/<verb>``."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.google import grants, listing
from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.state import Account, Notification
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

    def withdraw_consent(given: dict[str, Any]) -> dict[str, Any]:
        """``email`` takes back in their account's settings what ``client_id``, or all, may do."""
        account = _account(world, given)
        ended = grants.withdraw(state_of(world), account.email, given.get("client_id"))
        return {"ended": ended}

    def change_password(given: dict[str, Any]) -> dict[str, Any]:
        """``email`` gets a new password, which ends tokens for Gmail."""
        return {"ended": grants.change_password(state_of(world), _account(world, given).email)}

    world.verbs["google", "withdraw_consent"] = withdraw_consent
    world.verbs["google", "change_password"] = change_password
    world.verbs["google", "notifications"] = notifications
    world.verbs["google", "expire_sync_tokens"] = expire_sync_tokens


def _account(world: World, given: dict[str, Any]) -> Account:
    account = state_of(world).account(given["email"])
    if account is None:
        raise ValueError(f"no such account: {given['email']}")
    return account
