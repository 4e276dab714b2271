"""Google's token endpoint: codes, refresh tokens, and service accounts that act for a user.

Source: "Using OAuth 2.0 for Web Server Applications", "Using OAuth 2.0 for Server to Server
Applications" and RFC 6749, RFC 7523, RFC 7009, RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, g, request
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from connectors.sandbox.google import grants, identity
from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.state import (
    AccessToken,
    AuthorizationCode,
    Client,
    GoogleState,
    ServiceAccount,
)
from connectors.sandbox.world import World

#: What google-auth always writes into its assertions, wherever it sends them.
_REAL_AUDIENCE = "https://oauth2.googleapis.com/token"
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME = timedelta(seconds=3599)
#: How far an assertion may reach, and how far clocks may differ.
_LONGEST_ASSERTION = timedelta(hours=1)
_SKEW = timedelta(minutes=5)
#: RFC 7636 4.1.
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")


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
    state = state_of(world)
    grant = state.refresh_tokens.get(request.form.get("refresh_token", ""))
    code = state.codes.get(request.form.get("code", ""))
    return grant.email if grant else code.email if code else ""


def _check_single() -> None:
    """RFC 6749 3.2: "parameters MUST NOT be included more than once"."""
    for name in request.form:
        if len(request.form.getlist(name)) > 1:
            raise _Refusal(400, "invalid_request", f"Repeated parameter: {name}")


def _client(state: GoogleState) -> Client:
    """The client that proves itself, by the form or by HTTP Basic as RFC 6749 2.3.1 has it."""
    name, secret = request.form.get("client_id", ""), request.form.get("client_secret")
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        if secret is not None or name not in ("", basic.username):
            raise _Refusal(400, "invalid_request", "More than one way of client authentication.")
        name, secret = basic.username or "", basic.password
    client = state.clients.get(name)
    if client is None:
        raise _Refusal(401, "invalid_client", "The OAuth client was not found.")
    if client.secret != secret:
        raise _Refusal(401, "invalid_client", "Unauthorized")
    return client


def _refreshed(world: World) -> Response:
    state = state_of(world)
    client = _client(state)
    name = request.form.get("refresh_token", "")
    if not name:
        raise _Refusal(400, "invalid_request", "Missing required parameter: refresh_token")
    held = state.refresh_tokens.get(name)
    is_own = held is not None and held.client_id == client.client_id
    grant = grants.use(world, state, name) if is_own else None
    if grant is None:
        raise _Refusal(400, "invalid_grant", "Token has been expired or revoked.")
    return _issued(
        world, email=grant.email, scopes=grant.scopes, grant=name, client_id=client.client_id
    )


def _exchanged(world: World) -> Response:
    """Tokens for a code: once, for the client, the address and the secret it was given to."""
    state = state_of(world)
    client = _client(state)
    name = request.form.get("code", "")
    if not name:
        raise _Refusal(400, "invalid_request", "Missing required parameter: code")
    code = state.codes.get(name)
    is_own = code is not None and code.client_id == client.client_id
    if code is None or not is_own or code.expires_at <= world.clock.now():
        raise _Refusal(400, "invalid_grant", "Malformed auth code.")
    if request.form.get("redirect_uri") != code.redirect_uri:
        raise _Refusal(400, "redirect_uri_mismatch", "Bad Request")
    _check_verifier(code)
    if state.accounts[code.email].is_suspended:
        raise _Refusal(400, "invalid_grant", "Bad Request")
    del state.codes[name]
    # Without a refresh token the access token stands for itself.
    grant = ""
    further: dict[str, Any] = {}
    if code.gives_refresh_token:
        grant = grants.give(
            world, state, email=code.email, client_id=client.client_id, scopes=code.scopes
        )
        further["refresh_token"] = grant
        end = state.refresh_tokens[grant].expires_at
        if end is not None:
            left = end - world.clock.now()
            further["refresh_token_expires_in"] = int(left.total_seconds())
    return _issued(
        world,
        email=code.email,
        scopes=code.scopes,
        grant=grant,
        client_id=client.client_id,
        nonce=code.nonce,
        further=further,
    )


def _check_verifier(code: AuthorizationCode) -> None:
    """RFC 7636 4.6; one that was not announced is refused as well (RFC 9700 2.1.1)."""
    verifier = request.form.get("code_verifier", "")
    if not code.challenge:
        if verifier:
            raise _Refusal(400, "invalid_grant", "Invalid code verifier.")
        return
    if not verifier:
        raise _Refusal(400, "invalid_grant", "Missing code verifier.")
    shown = verifier
    if code.challenge_method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        shown = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if not _VERIFIER.match(verifier) or not hmac.compare_digest(shown, code.challenge):
        raise _Refusal(400, "invalid_grant", "Invalid code verifier.")


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
    world: World,
    *,
    email: str,
    scopes: frozenset[str],
    grant: str,
    client_id: str,
    nonce: str = "",
    further: Mapping[str, Any] | None = None,
) -> Response:
    state = state_of(world)
    name = f"ya29.{uuid.uuid4().hex}"
    state.access_tokens[name] = AccessToken(
        email=email,
        scopes=scopes,
        expires_at=world.clock.now() + _LIFETIME,
        grant=grant or name,
        client_id=client_id,
    )
    body: dict[str, Any] = {
        "access_token": name,
        "expires_in": int(_LIFETIME.total_seconds()),
        "scope": " ".join(sorted(scopes)),
        "token_type": "Bearer",
    }
    if "openid" in scopes and email:
        body["id_token"] = identity.id_token(
            world,
            state.accounts[email],
            client_id=client_id,
            scopes=scopes,
            access_token=name,
            nonce=nonce,
        )
    return _answer(body | dict(further or {}))


def add_routes(door: Blueprint, world: World) -> None:
    """Add ``/oauth/token`` and ``/oauth/revoke``."""
    kinds = {
        "authorization_code": _exchanged,
        "refresh_token": _refreshed,
        _JWT_GRANT: _asserted,
    }

    @door.before_request
    def name_caller() -> None:
        if request.endpoint == "google.token":
            with world.lock:
                g.caller = _whose(world)

    @door.post("/oauth/token")
    def token() -> Response:
        """An access token for a code, a refresh token or an assertion."""
        kind = kinds.get(request.form.get("grant_type", ""))
        if kind is None:
            return _answer({"error": "unsupported_grant_type"}, 400)
        try:
            _check_single()
            with world.lock:
                return kind(world)
        except _Refusal as refusal:
            return _answer(refusal.body, refusal.status)

    @door.post("/oauth/revoke")
    def revoke_token() -> Response:
        """Take back what a user allowed a client, named by any token of theirs.

        "Revocation removes all OAuth 2.0 scopes previously granted to a project, invalidating
        any issued access or refresh tokens for all clients registered under that project"
        (Using OAuth 2.0 for Web Server Applications); here every client is its own project.
        """
        name = request.values.get("token", "")
        with world.lock:
            state = state_of(world)
            token = state.refresh_tokens.get(name) or state.access_tokens.get(name)
            if token is None:
                return _answer(
                    {"error": "invalid_token", "error_description": "Token expired or revoked"},
                    400,
                )
            if token.client_id in state.clients:
                grants.withdraw(state, token.email, token.client_id)
            else:
                grants.end(state, token.client_id)
        return _answer({})
