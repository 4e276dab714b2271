"""Salesforce's token endpoint and what belongs to it.

Three ways in: the JWT bearer flow, client credentials, and a refresh token from the web-server
flow. The answer has no ``expires_in``: only a refused call tells that a session is over.
Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow", "OAuth 2.0 Client Credentials Flow", "OAuth
2.0 Refresh Token Flow"; the error codes from "OAuth 2.0 Authorization Errors".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from flask import Blueprint, Response, g, request
from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import RSAKey

from connectors.sandbox.salesforce.answers import answer
from connectors.sandbox.salesforce.state import Org, Row, SalesforceState
from connectors.sandbox.world import World

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LOGIN_ADDRESSES = ("https://login.salesforce.com", "https://test.salesforce.com")
#: An assertion may be valid for so long; the help says three minutes, clocks may differ.
_LONGEST_SECONDS = 300


class _NoTokenError(Exception):
    """The token endpoint refuses, in OAuth's own words."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def add_routes(salesforce: Blueprint, world: World) -> None:
    """Add the login host's routes, and the same under each org's own address."""

    @salesforce.post("/services/oauth2/token")
    @salesforce.post("/<org_id>/services/oauth2/token")
    def token() -> Response:
        try:
            with world.lock:
                return answer(_grant(world, g.org_id))
        except _NoTokenError as error:
            return answer({"error": error.error, "error_description": error.description}, 400)

    @salesforce.route("/services/oauth2/userinfo", methods=["GET", "POST"])
    @salesforce.route("/<org_id>/services/oauth2/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        with world.lock:
            state: SalesforceState = world.states["salesforce"]
            sent = request.authorization
            session = state.session((sent.token if sent else "") or "", now=world.clock.now())
            if session is None or g.org_id not in ("", session.org_id):
                return Response("Bad_OAuth_Token", status=403, mimetype="text/html")
            user = state.orgs[session.org_id].rows["User"][session.user_id]
            return answer(_about(user, session.org_id, world))

    @salesforce.post("/services/oauth2/revoke")
    @salesforce.post("/<org_id>/services/oauth2/revoke")
    def revoke_token() -> Response:
        text = request.form.get("token", "")
        with world.lock:
            state: SalesforceState = world.states["salesforce"]
            session = state.sessions.get(text)
            known = session.org_id if session else state.refresh_tokens.get(text, ("",))[0]
            if not known or g.org_id not in ("", known):
                body = {"error": "unsupported_token_type", "error_description": "invalid token"}
                return answer(body, 400)
            state.sessions.pop(text, None)
            state.refresh_tokens.pop(text, None)
            return Response(status=200)


def caller_of_token_request(state: SalesforceState) -> str:
    """The org that a token is asked for, so that faults can be aimed; may be empty."""
    org = state.org_of_app(request.form.get("client_id", "") or _claimed_issuer())
    return org.org_id if org else ""


def _claimed_issuer() -> str:
    try:
        return str(_unverified(request.form.get("assertion", "")).get("iss", ""))
    except _NoTokenError:
        return ""


def _unverified(assertion: str) -> dict[str, Any]:
    try:
        claims: Any = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError) as error:
        raise _NoTokenError("invalid_grant", "invalid assertion") from error
    if not isinstance(claims, dict):
        raise _NoTokenError("invalid_grant", "invalid assertion")
    return claims


def _grant(world: World, org_id: str) -> dict[str, Any]:
    state: SalesforceState = world.states["salesforce"]
    grant = request.form.get("grant_type", "")
    ways = {
        JWT_BEARER: _by_assertion,
        "client_credentials": _by_secret,
        "refresh_token": _by_refresh_token,
    }
    if grant not in ways:
        raise _NoTokenError("unsupported_grant_type", "grant type not supported")
    org, user = ways[grant](state, world)
    if org_id not in ("", org.org_id):
        raise _NoTokenError("invalid_client_id", "client identifier invalid")
    if not user.values["IsActive"]:
        raise _NoTokenError("invalid_grant", "user is inactive")
    g.caller = org.org_id
    return _token(state, world, org, user)


def _by_assertion(state: SalesforceState, world: World) -> tuple[Org, Row]:
    assertion = request.form.get("assertion", "")
    org = state.org_of_app(str(_unverified(assertion).get("iss", "")))
    if org is None:
        raise _NoTokenError("invalid_client_id", "client identifier invalid")
    claims = _verified(assertion, org, world)
    user = _user_named(org, str(claims["sub"]))
    if user is None or user.id not in org.approved:
        raise _NoTokenError("invalid_grant", "user hasn't approved this consumer")
    return org, user


def _verified(assertion: str, org: Org, world: World) -> dict[str, Any]:
    now = int(world.clock.now().timestamp())
    audiences = (
        *_LOGIN_ADDRESSES,
        f"{world.base_url}/salesforce",
        f"{world.base_url}/salesforce/{org.org_id}",
    )
    registry = jwt.JWTClaimsRegistry(
        now=now,
        iss={"essential": True, "value": org.app.consumer_key},
        sub={"essential": True},
        aud={"essential": True, "values": list(audiences)},
        exp={"essential": True},
    )
    try:
        key = RSAKey.import_key(_public_key_pem(org.app.certificate_pem))
        claims: dict[str, Any] = jwt.decode(assertion, key, algorithms=["RS256"]).claims
        registry.validate(claims)
    except ExpiredTokenError as error:
        raise _NoTokenError("invalid_grant", "expired authorization code") from error
    except ClaimError as error:
        is_audience = error.claim == "aud"
        message = "audience is invalid" if is_audience else f"invalid assertion: {error.claim}"
        raise _NoTokenError("invalid_grant", message) from error
    except (JoseError, ValueError) as error:
        raise _NoTokenError("invalid_grant", "invalid assertion") from error
    if claims["exp"] > now + _LONGEST_SECONDS:
        raise _NoTokenError("invalid_grant", "assertion is valid for too long")
    return claims


def _public_key_pem(certificate_pem: str) -> str:
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    return (
        certificate.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _client(state: SalesforceState) -> Org:
    sent = request.authorization
    is_basic = sent is not None and sent.type == "basic"
    key = (sent.username if sent and is_basic else request.form.get("client_id")) or ""
    secret = (sent.password if sent and is_basic else request.form.get("client_secret")) or ""
    org = state.org_of_app(key)
    if org is None:
        raise _NoTokenError("invalid_client_id", "client identifier invalid")
    if not hmac.compare_digest(secret.encode(), org.app.consumer_secret.encode()):
        raise _NoTokenError("invalid_client", "invalid client credentials")
    return org


def _by_secret(state: SalesforceState, _world: World) -> tuple[Org, Row]:
    org = _client(state)
    return org, org.rows["User"][org.app.run_as]


def _by_refresh_token(state: SalesforceState, _world: World) -> tuple[Org, Row]:
    org = _client(state)
    org_id, user_id = state.refresh_tokens.get(request.form.get("refresh_token", ""), ("", ""))
    if org_id != org.org_id:
        raise _NoTokenError("invalid_grant", "expired access/refresh token")
    return org, org.rows["User"][user_id]


def _user_named(org: Org, username: str) -> Row | None:
    folded = username.casefold()
    for user in org.live("User"):
        if str(user.values["Username"]).casefold() == folded:
            return user
    return None


def _token(state: SalesforceState, world: World, org: Org, user: Row) -> dict[str, Any]:
    identity = f"{world.base_url}/salesforce/id/{org.org_id}/{user.id}"
    issued = str(int(world.clock.now().timestamp() * 1000))
    signature = hmac.new(
        org.app.consumer_secret.encode(), (identity + issued).encode(), hashlib.sha256
    )
    return {
        "access_token": state.issue(org, user_id=user.id, now=world.clock.now()),
        "signature": base64.b64encode(signature.digest()).decode(),
        "scope": "api",
        "instance_url": f"{world.base_url}/salesforce/{org.org_id}",
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
    }


def _about(user: Row, org_id: str, world: World) -> dict[str, Any]:
    return {
        "sub": f"{world.base_url}/salesforce/id/{org_id}/{user.id}",
        "user_id": user.id,
        "organization_id": org_id,
        "preferred_username": user.values["Username"],
        "name": user.values["Name"],
        "email": user.values["Email"],
        "zoneinfo": user.values["TimeZoneSidKey"],
        "active": user.values["IsActive"],
    }
