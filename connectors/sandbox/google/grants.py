"""What users allowed which client, and how that ends.

Source: "Using OAuth 2.0 to Access Google APIs", section "Refresh token expiration".
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from connectors.sandbox.google.state import GoogleState, RefreshToken
from connectors.sandbox.world import World

#: "There is currently a limit of 100 refresh tokens per Google Account per OAuth 2.0 client ID.
#: If the limit is reached, creating a new refresh token automatically invalidates the oldest
#: refresh token without warning."
_MOST_LIVE = 100
#: "The refresh token has not been used for six months."
_UNUSED = timedelta(days=182)
#: A client in testing "is issued a refresh token expiring in 7 days, unless the only OAuth scopes
#: requested are a subset of name, email address, and user profile".
_TESTING = timedelta(days=7)

EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email"
PROFILE_SCOPE = "https://www.googleapis.com/auth/userinfo.profile"
#: Scopes that only tell who somebody is.
SIGN_IN_SCOPES = frozenset({"openid", EMAIL_SCOPE, PROFILE_SCOPE})


def give(
    world: World, state: GoogleState, *, email: str, client_id: str, scopes: frozenset[str]
) -> str:
    """A new refresh token; the hundred-and-first ends the oldest."""
    now = world.clock.now()
    is_short = state.clients[client_id].is_testing and not scopes <= SIGN_IN_SCOPES
    name = f"1//{uuid.uuid4().hex}"
    state.refresh_tokens[name] = RefreshToken(
        email=email,
        client_id=client_id,
        scopes=scopes,
        used_at=now,
        expires_at=now + _TESTING if is_short else None,
    )
    live = [
        n for n, t in state.refresh_tokens.items() if (t.email, t.client_id) == (email, client_id)
    ]
    for old in live[:-_MOST_LIVE]:
        del state.refresh_tokens[old]
    return name


def use(world: World, state: GoogleState, name: str) -> RefreshToken | None:
    """A refresh token that is good, marked as used now; nothing if it is not or no more."""
    token = state.refresh_tokens.get(name)
    if token is None or state.accounts[token.email].is_suspended:
        return None
    now = world.clock.now()
    is_over = token.expires_at is not None and token.expires_at <= now
    if is_over or token.used_at + _UNUSED <= now:
        del state.refresh_tokens[name]
        return None
    token.used_at = now
    return token


def end(state: GoogleState, grant: str) -> None:
    """End a refresh token with all access tokens that came of it."""
    state.refresh_tokens.pop(grant, None)
    for name in [n for n, t in state.access_tokens.items() if t.grant == grant]:
        del state.access_tokens[name]


def withdraw(state: GoogleState, email: str, client_id: str | None) -> int:
    """A user takes back what they allowed a client, or all clients; how many tokens that ends."""
    clients = [client_id] if client_id is not None else list(state.clients)
    over = [
        name
        for name, token in state.refresh_tokens.items()
        if token.email == email and token.client_id in clients
    ]
    for name in over:
        end(state, name)
    for name in [
        n for n, t in state.access_tokens.items() if t.email == email and t.client_id in clients
    ]:
        del state.access_tokens[name]
    for each in clients:
        state.consents.pop((email, each), None)
    return len(over)


def change_password(state: GoogleState, email: str) -> int:
    """A user changes their password; how many tokens that ends.

    "The user changed passwords and the refresh token contains Gmail scopes": others live on.
    """
    over = [
        name
        for name, token in state.refresh_tokens.items()
        if token.email == email and any(is_of_gmail(scope) for scope in token.scopes)
    ]
    for name in over:
        end(state, name)
    return len(over)


def is_of_gmail(scope: str) -> bool:
    """Whether a scope is one of Gmail's."""
    return scope.startswith(("https://mail.google.com/", "https://www.googleapis.com/auth/gmail."))
