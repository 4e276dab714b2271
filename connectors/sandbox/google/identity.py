"""Who somebody is: id tokens, the keys they are signed with, and what a token is good for.

Source: the guides "OpenID Connect" and "Verify the Google ID token on your server side" of
Google Identity, and OpenID Connect Core 1.0.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from flask import Blueprint, Response, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.grants import EMAIL_SCOPE, PROFILE_SCOPE
from connectors.sandbox.google.state import AccessToken, Account, GoogleState
from connectors.sandbox.world import World

#: The ``iss`` of every id token: "Always https://accounts.google.com or accounts.google.com".
ISSUER = "https://accounts.google.com"
_LIFETIME = 3600  # seconds


def _key(state: GoogleState) -> RSAKey:
    if not state.signing_key:
        state.signing_key = RSAKey.generate_key(2048).as_pem(private=True).decode()
    key = RSAKey.import_key(state.signing_key)
    key.ensure_kid()
    return key


def about(account: Account, scopes: frozenset[str]) -> dict[str, Any]:
    """What the scopes let a client know about a user."""
    known: dict[str, Any] = {"sub": account.subject}
    if account.hosted_domain:
        known["hd"] = account.hosted_domain
    if EMAIL_SCOPE in scopes:
        known |= {"email": account.email, "email_verified": True}
    if PROFILE_SCOPE in scopes:
        first, _, last = account.name.partition(" ")
        known |= {"name": account.name, "given_name": first}
        if last:
            known["family_name"] = last
    return known


def id_token(
    world: World,
    account: Account,
    *,
    client_id: str,
    scopes: frozenset[str],
    access_token: str,
    nonce: str,
) -> str:
    """A signed statement for a client about who the user is."""
    digest = hashlib.sha256(access_token.encode()).digest()
    now = int(world.clock.now().timestamp())
    claims = about(account, scopes) | {
        "iss": ISSUER,
        "azp": client_id,
        "aud": client_id,
        # "Access token hash": the left half, as OpenID Connect Core 3.1.3.6 has it.
        "at_hash": base64.urlsafe_b64encode(digest[:16]).decode().rstrip("="),
        "iat": now,
        "exp": now + _LIFETIME,
    }
    if nonce:
        claims["nonce"] = nonce
    key = _key(state_of(world))
    return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, claims, key)


# ------------------------------------------------------------------------ the endpoints


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json")


def _no(error: str, description: str, status: int) -> Response:
    return _answer({"error": error, "error_description": description}, status)


def _known(world: World, name: str) -> AccessToken | None:
    token = state_of(world).access_tokens.get(name)
    return token if token is not None and token.expires_at > world.clock.now() else None


def add_routes(door: Blueprint, world: World) -> None:
    """Add the discovery document, the keys, ``userinfo`` and ``tokeninfo``."""

    @door.get("/.well-known/openid-configuration")
    def openid_configuration() -> Response:
        base = f"{world.base_url}/google"
        return _answer(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{base}/o/oauth2/v2/auth",
                "token_endpoint": f"{base}/oauth/token",
                "userinfo_endpoint": f"{base}/v1/userinfo",
                "revocation_endpoint": f"{base}/oauth/revoke",
                "jwks_uri": f"{base}/oauth2/v3/certs",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "email", "profile"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "client_secret_basic",
                ],
                "claims_supported": [
                    "aud",
                    "email",
                    "email_verified",
                    "exp",
                    "family_name",
                    "given_name",
                    "iat",
                    "iss",
                    "name",
                    "sub",
                ],
                "code_challenge_methods_supported": ["plain", "S256"],
                "grant_types_supported": [
                    "authorization_code",
                    "refresh_token",
                    "urn:ietf:params:oauth:grant-type:jwt-bearer",
                ],
            }
        )

    @door.get("/oauth2/v3/certs")
    def certs() -> Response:
        with world.lock:
            key = _key(state_of(world))
        public = key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}
        response = _answer({"keys": [public]})
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    @door.get("/v1/userinfo")
    def user_info() -> Response:
        scheme, _, name = request.headers.get("Authorization", "").partition(" ")
        with world.lock:
            token = _known(world, name.strip()) if scheme == "Bearer" else None
            account = state_of(world).accounts.get(token.email) if token is not None else None
            if token is None or account is None or "openid" not in token.scopes:
                return _no("invalid_request", "Invalid Credentials", 401)
            return _answer(about(account, token.scopes))

    @door.route("/oauth/tokeninfo", methods=["GET", "POST"])
    def token_info() -> Response:
        """What a token is good for: "useful for debugging", says the guide."""
        with world.lock:
            if "id_token" in request.values:
                return _about_id_token(world, request.values["id_token"])
            return _about_access_token(world, request.values.get("access_token", ""))


def _about_access_token(world: World, name: str) -> Response:
    token = _known(world, name)
    if token is None:
        return _no("invalid_token", "Invalid Value", 400)
    state = state_of(world)
    account = state.accounts.get(token.email)
    left = int((token.expires_at - world.clock.now()).total_seconds())
    body: dict[str, Any] = {
        "azp": token.client_id,
        "aud": token.client_id,
        "scope": " ".join(sorted(token.scopes)),
        "exp": str(int(token.expires_at.timestamp())),
        "expires_in": str(left),
        "access_type": "offline" if token.grant in state.refresh_tokens else "online",
    }
    if account is not None and "openid" in token.scopes:
        body["sub"] = account.subject
    if account is not None and EMAIL_SCOPE in token.scopes:
        body |= {"email": account.email, "email_verified": "true"}
    return _answer(body)


def _about_id_token(world: World, text: str) -> Response:
    try:
        token = jwt.decode(text, _key(state_of(world)), algorithms=["RS256"])
    except (JoseError, ValueError):
        return _no("invalid_token", "Invalid Value", 400)
    if token.claims["exp"] <= world.clock.now().timestamp():
        return _no("invalid_token", "Invalid Value", 400)
    # Every claim is told as text here.
    told = {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in token.claims.items()}
    return _answer(told | {n: str(v) for n, v in token.header.items()})
