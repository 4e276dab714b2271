"""The sandbox's Google: accounts, the token endpoint, and Calendar API v3.

It speaks Google's wire format under ``/google`` and refuses what Google refuses: unknown
fields and parameters, times without a zone, missing scopes, tokens that are over.

* ``state``: what it knows.  ``seed``: fills it.
* ``consent``: the page on which a user lets a client in.  ``oauth``: the token endpoint.
  ``grants``: what was allowed, and how that ends.  ``identity``: who somebody is.
* ``routes``: the Calendar API.
* ``events``: writes events on all calendars they are on.  ``invitations``: their mails.
* ``reading``: free/busy.  ``listing``: lists, their pages and sync tokens, by the numbers that
  ``changes`` gives.
* ``channels``: tells those who watch a calendar that it changed.
* ``verbs``: what only the control door can do.
* ``times``: dates, zones, series.  ``view``: what an answer shows.
* ``checks``, ``answers``: what is refused, and how.
"""

from __future__ import annotations

import functools

from flask import Blueprint, Flask, Response

from connectors.sandbox.google import channels, consent, identity, oauth, routes, verbs
from connectors.sandbox.google.answers import GoogleError
from connectors.sandbox.google.invitations import Mailboxes
from connectors.sandbox.google.seed import seed
from connectors.sandbox.google.state import GoogleState
from connectors.sandbox.world import World


def register(app: Flask, world: World) -> None:
    """Add the routes under ``/google``, the seeder and the mailboxes."""
    world.states["google"] = GoogleState()
    world.seeders["google"] = functools.partial(seed, world)
    courier = channels.Courier(world)
    world.mailbox_providers.append(
        Mailboxes(world, changed=functools.partial(channels.look, world, courier))
    )
    verbs.add_verbs(world)
    door = Blueprint("google", __name__, url_prefix="/google", template_folder="templates")
    door.register_error_handler(GoogleError, _refused)
    oauth.add_routes(door, world)
    consent.add_routes(door, world)
    identity.add_routes(door, world)
    routes.add_routes(door, world, courier)
    app.register_blueprint(door)

    @app.after_request
    def notify(response: Response) -> Response:
        # Whatever it was that was asked for, and of whom: it may have changed a calendar.
        with world.lock:
            channels.look(world, courier)
        return response


def _refused(error: Exception) -> Response:
    """A refusal from before the view was reached, as the answer that says so."""
    if not isinstance(error, GoogleError):
        raise error
    return error.response()
