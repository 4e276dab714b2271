"""What only the control door can do with the sandbox's Salesforce: ``/control/salesforce/<verb>``."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.salesforce import cursors
from connectors.sandbox.salesforce.state import SalesforceState
from connectors.sandbox.world import World


def add_verbs(world: World) -> None:
    """Add them to the world's; each is about one org, ``org_id``."""

    def expire_query_locators(given: dict[str, Any]) -> dict[str, Any]:
        """Let all query locators of the org be over."""
        state: SalesforceState = world.states["salesforce"]
        return {"expired": cursors.expire(state.orgs[given["org_id"]])}

    world.verbs["salesforce", "expire_query_locators"] = expire_query_locators
