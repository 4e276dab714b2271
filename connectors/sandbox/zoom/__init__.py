"""The sandbox's Zoom: OAuth, users and scheduled meetings of API v2.

* ``state``: accounts, users, meetings, tokens, and ``seed``.
* ``answers``: how Zoom says no.
* ``checks``: what a body or a query may say.
* ``oauth``: ``/zoom/oauth/token``, and who a call is made for; ``consent``: the page on which a user
  allows it.
* ``meetings``: the routes under ``/zoom/v2``.
* ``webhooks``: what is told to an app's address; ``verbs``: what only the control door can do.

What is not played (recurring and instant meetings, schedule_for, registration, webinars) is
refused as if Zoom did not know it, so that nobody relies on it unseen.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g

from connectors.sandbox.world import World
from connectors.sandbox.zoom import consent, meetings, oauth, verbs, webhooks
from connectors.sandbox.zoom.answers import Refused
from connectors.sandbox.zoom.state import ZoomState, seed


def register(app: Flask, world: World) -> None:
    """Add the routes under ``/zoom``."""
    world.states["zoom"] = ZoomState()

    def plant(data: Any) -> dict[str, Any]:
        return seed(world.states["zoom"], data or {}, now=world.clock.now())

    world.seeders["zoom"] = plant
    zoom = Blueprint("zoom", __name__, url_prefix="/zoom")
    courier = webhooks.Courier(world)
    oauth.add_routes(zoom, world)
    consent.add_routes(zoom, world)
    meetings.add_routes(zoom, world, courier)
    verbs.add_verbs(world, courier)

    @zoom.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return error.response()

    @zoom.after_request
    def trace(response: Response) -> Response:
        response.headers["x-zm-trackingid"] = f"sandbox_{world.number()}"
        for name, value in g.get("zoom_headers", {}).items():
            response.headers[name] = value
        return response

    app.register_blueprint(zoom)
