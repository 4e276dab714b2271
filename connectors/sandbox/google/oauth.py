"""Google's token endpoint: refresh tokens, and service accounts that act for a user.

Source: "Using OAuth 2.0 for server to server applications" and RFC 7523, RFC 7009.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, g, request
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.state import AccessToken, ServiceAccount
from connectors.sandbox.world import World

#: What google-auth always writes into its assertions, wherever it sends them.
_REAL_AUDIENCE = "https://oauth2.googleapis.com/token"
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME = timedelta(seconds=3599)
#: How far an assertion may reach, and how far clocks may differ.
_LONGEST_ASSERTION = timedelta(hours=1)
_SKEW = timedelta(minutes=5)


class _Refusal(Exception):  # noqa: N818 - it is an answer
    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "error_description": description}


def _answer(body: Mapping[str, Any], status: int = 200) -> Response:
    response = Response(json.dumps(body), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _claims(assertion: str) -> dict[str, Any]:
    """What an assertion says, before anybody believes it."""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError) as error:
        raise _Refusal(400, "invalid_request", "Bad Request") from error
    if not isinstance(claims, dict):
        raise _Refusal(400, "invalid_request", "Bad Request")
    return claims


def _whose(world: World) -> str:
    """The mailbox a token is asked for, as far as one can tell; for faults and the log."""
    try:
        if request.form.get("grant_type") == _JWT_GRANT:
            claims = _claims(request.form.get("assertion", ""))
            return str(claims.get("sub") or claims.get("iss") or "")
    except _Refusal:
        return ""
    grant = state_of(world).refresh_tokens.get(request.form.get("refresh_token", ""))
    return grant.email if grant else ""


def _refreshed(world: World) -> Response:
    state = state_of(world)
    client_id = request.form.get("client_id", "")
    if client_id not in state.clients:
        raise _Refusal(401, "invalid_client", "The OAuth client was not found.")
    if state.clients[client_id] != request.form.get("client_secret"):
        raise _Refusal(401, "invalid_client", "Unauthorized")
    name = request.form.get("refresh_token", "")
    grant = state.refresh_tokens.get(name)
    if grant is None or grant.client_id != client_id or state.accounts[grant.email].is_suspended:
        raise _Refusal(400, "invalid_grant", "Token has been expired or revoked.")
    return _issued(world, email=grant.email, scopes=grant.scopes, grant=name, client_id=client_id)


def _asserted(world: World) -> Response:
    state = state_of(world)
    assertion = request.form.get("assertion", "")
    claims = _claims(assertion)
    service = state.service_accounts.get(str(claims.get("iss")))
    if service is None:
        raise _Refusal(400, "invalid_grant", "Invalid grant: account not found")
    _check_signature(assertion, service)
    _check_times(claims)
    own = f"{world.base_url}/google/oauth/token"
    if claims.get("aud") not in (_REAL_AUDIENCE, own):
        raise _Refusal(400, "invalid_grant", "Invalid JWT: Failed audience check.")
    service.audiences.append(claims["aud"])
    scopes = frozenset(str(claims.get("scope", "")).split())
    if not scopes:
        raise _Refusal(400, "invalid_scope", "Empty or missing scope not allowed.")
    subject = str(claims.get("sub") or "").lower()
    if subject in ("", service.email):
        return _issued(world, email="", scopes=scopes, grant=service.email, client_id=service.email)
    if subject.partition("@")[2] not in service.domains or not scopes <= service.scopes:
        raise _Refusal(
            401,
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not "
            "authorized for any of the scopes requested.",
        )
    account = state.accounts.get(subject)
    if account is None or account.is_suspended:
        raise _Refusal(400, "invalid_grant", "Invalid email or User ID")
    return _issued(
        world, email=account.email, scopes=scopes, grant=service.email, client_id=service.email
    )


def _check_signature(assertion: str, service: ServiceAccount) -> None:
    try:
        key = RSAKey.import_key(service.public_key)
        jws.deserialize_compact(assertion.encode(), key, algorithms=["RS256"])
    except (JoseError, ValueError) as error:
        raise _Refusal(400, "invalid_grant", "Invalid JWT Signature.") from error


def _check_times(claims: Mapping[str, Any]) -> None:
    """Assertions are judged by the machine's clock, like everybody's who makes one."""
    try:
        issued = datetime.fromtimestamp(claims["iat"], UTC)
        expires = datetime.fromtimestamp(claims["exp"], UTC)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _Refusal(400, "invalid_grant", "Invalid JWT: iat and exp are needed.") from error
    now = datetime.now(UTC)
    if expires <= now - _SKEW or issued > now + _SKEW or expires - issued > _LONGEST_ASSERTION:
        raise _Refusal(
            400,
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
            "timeframe. Check your iat and exp values in the JWT claim.",
        )


def _issued(
    world: World, *, email: str, scopes: frozenset[str], grant: str, client_id: str
) -> Response:
    name = f"ya29.{uuid.uuid4().hex}"
    state_of(world).access_tokens[name] = AccessToken(
        email=email,
        scopes=scopes,
        expires_at=world.clock.now() + _LIFETIME,
        grant=grant,
        client_id=client_id,
    )
    return _answer(
        {
            "access_token": name,
            "expires_in": int(_LIFETIME.total_seconds()),
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }
    )


def add_routes(door: Blueprint, world: World) -> None:
    """Add ``/oauth/token`` and ``/oauth/revoke``."""
    grants = {"refresh_token": _refreshed, _JWT_GRANT: _asserted}

    @door.before_request
    def name_caller() -> None:
        if request.endpoint == "google.token":
            with world.lock:
                g.caller = _whose(world)

    @door.post("/oauth/token")
    def token() -> Response:
        """An access token for a refresh token or an assertion."""
        grant = grants.get(request.form.get("grant_type", ""))
        if grant is None:
            return _answer({"error": "unsupported_grant_type"}, 400)
        try:
            with world.lock:
                return grant(world)
        except _Refusal as refusal:
            return _answer(refusal.body, refusal.status)

    @door.post("/oauth/revoke")
    def revoke_token() -> Response:
        """Take back a grant with all its access tokens, named by either kind of token."""
        name = request.values.get("token", "")
        with world.lock:
            state = state_of(world)
            held = state.access_tokens.get(name)
            grant = held.grant if held else name
            if held is None and name not in state.refresh_tokens:
                return _answer(
                    {"error": "invalid_token", "error_description": "Token expired or revoked"},
                    400,
                )
            state.refresh_tokens.pop(grant, None)
            over = [n for n, t in state.access_tokens.items() if t.grant == grant]
            for one in over:
                del state.access_tokens[one]
        return _answer({})
