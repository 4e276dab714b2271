"""What only the control door can do with the sandbox's Salesforce: ``/control/salesforce/<verb>``."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.salesforce import cursors
from connectors.sandbox.salesforce.state import SalesforceState
from connectors.sandbox.salesforce.web_server_flow import user_named
from connectors.sandbox.world import World


def add_verbs(world: World) -> None:
    """Add them to the world's; each is about one org, ``org_id``."""

    def expire_query_locators(given: dict[str, Any]) -> dict[str, Any]:
        """Let all query locators of the org be over."""
        state: SalesforceState = world.states["salesforce"]
        return {"expired": cursors.expire(state.orgs[given["org_id"]])}

    def revoke(given: dict[str, Any]) -> dict[str, Any]:
        """Take back all that the app was given for a user, ``username``: codes and both tokens.

        Source: Salesforce Help, "Manage OAuth Access for Connected Apps": an admin revokes.
        """
        state: SalesforceState = world.states["salesforce"]
        org = state.orgs[given["org_id"]]
        user = user_named(org, given["username"])
        if user is None:
            raise ValueError(f"no such user: {given['username']}")
        held: tuple[dict[str, Any], ...] = (state.codes, state.refresh_tokens, state.sessions)
        count = 0
        for kept in held:
            over = [k for k, v in kept.items() if (v.org_id, v.user_id) == (org.org_id, user.id)]
            for each in over:
                del kept[each]
            count += len(over)
        return {"revoked": count}

    def expire_sessions(given: dict[str, Any]) -> dict[str, Any]:
        """Let all access tokens of the org be over, as after its session time-out."""
        state: SalesforceState = world.states["salesforce"]
        kept = {k: v for k, v in state.sessions.items() if v.org_id != given["org_id"]}
        count = len(state.sessions) - len(kept)
        state.sessions = kept
        return {"expired": count}

    world.verbs["salesforce", "expire_query_locators"] = expire_query_locators
    world.verbs["salesforce", "revoke"] = revoke
    world.verbs["salesforce", "expire_sessions"] = expire_sessions
