"""The sandbox's Microsoft: the login and Graph's calendar, under ``/microsoft``.

* ``state``: what it holds. ``seeds``: how that is made.
* ``login``: tokens. ``consent``: the pages before them. ``identity``: who signed in.
* ``callers``: who may do what. ``routes``: people, calendars, events. ``schedule``: free/busy. ``batch``.
* ``delta``: what changed in a calendar view. ``subscriptions``, ``notifications``: who is told of it.
* ``verbs``: what only the control door can do.
* ``events``, ``recurrence``, ``meetings``: what events are, how series unfold, who is told.
* ``wire``, ``odata``, ``zones``: Graph's manners.
"""

from __future__ import annotations

import functools

from flask import Blueprint, Flask, Response, g, request

from connectors.sandbox.microsoft import batch, consent, login, routes, subscriptions, verbs
from connectors.sandbox.microsoft.meetings import MicrosoftMailboxes
from connectors.sandbox.microsoft.seeds import seed
from connectors.sandbox.microsoft.state import Grant, MicrosoftState
from connectors.sandbox.microsoft.wire import GraphError, request_id
from connectors.sandbox.world import World

_LOGIN = "/microsoft/login/"


def register(app: Flask, world: World) -> None:
    """Add the routes under ``/microsoft``."""
    world.states["microsoft"] = MicrosoftState()
    world.seeders["microsoft"] = functools.partial(seed, world)
    world.mailbox_providers.append(MicrosoftMailboxes(world))
    verbs.add_verbs(world)
    door = Blueprint("microsoft", __name__, url_prefix="/microsoft")

    @door.before_request
    def check_token() -> Response | None:
        """Who calls; without a token that is alive nobody comes in."""
        with world.lock:
            if request.path.startswith(_LOGIN):
                login.set_caller(world)
                return None
            try:
                g.microsoft_grant = _grant(world)
            except GraphError as error:
                return error.response()
            g.caller = _caller(world.states["microsoft"], g.microsoft_grant)
            return None

    @door.after_request
    def name_request(response: Response) -> Response:
        response.headers["request-id"] = request_id()
        if "client-request-id" in request.headers:
            response.headers["client-request-id"] = request.headers["client-request-id"]
        return response

    login.register(door, world)
    consent.register(door, world)
    batch.register(app, door)
    subscriptions.register(door, world)
    routes.register(door, world)
    app.register_blueprint(door)


def _grant(world: World) -> Grant:
    """What the request's token stands for.

    Raises:
        GraphError: There is none, or it is over.
    """
    state: MicrosoftState = world.states["microsoft"]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token:
        raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty.")
    grant = state.access_tokens.get(token) if scheme.lower() == "bearer" else None
    if grant is None:
        raise GraphError(401, "InvalidAuthenticationToken", "IDX14100: JWT is not well formed.")
    if grant.expires_at is not None and grant.expires_at <= world.clock.now():
        raise GraphError(
            401,
            "InvalidAuthenticationToken",
            "Lifetime validation failed, the token is expired.",
        )
    return grant


def _caller(state: MicrosoftState, grant: Grant) -> str:
    """The mailbox that the call is about; an application's batch is about none."""
    user = (request.view_args or {}).get("user")
    if user is None:
        return grant.email
    mailbox = state.mailbox(user)
    return mailbox.email if mailbox is not None else str(user)
