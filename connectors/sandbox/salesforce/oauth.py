"""Salesforce's token endpoint and what belongs to it.

Four ways in: the JWT bearer flow, client credentials, a code of the web-server flow and the refresh
token that came of one. The answer has no ``expires_in``: only a refused call tells that a session is over.
Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow", "OAuth 2.0 Client Credentials Flow", "OAuth
2.0 Refresh Token Flow", "Revoke OAuth Tokens" (a refresh token takes its access tokens along), "OpenID
Connect Token Introspection"; the error codes from "OAuth 2.0 Authorization Errors".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from flask import Blueprint, Response, g, request
from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import RSAKey

from connectors.sandbox.salesforce import web_server_flow
from connectors.sandbox.salesforce.answers import NoTokenError, answer
from connectors.sandbox.salesforce.state import (
    SESSION_LIFE,
    Grant,
    Org,
    Row,
    SalesforceState,
    Session,
)
from connectors.sandbox.world import World

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LOGIN_ADDRESSES = ("https://login.salesforce.com", "https://test.salesforce.com")
#: An assertion may be valid for so long; the help says three minutes, clocks may differ.
_LONGEST_SECONDS = 300


def add_routes(salesforce: Blueprint, world: World) -> None:
    """Add the login host's routes, and the same under each org's own address."""

    @salesforce.post("/services/oauth2/token")
    @salesforce.post("/<org_id>/services/oauth2/token")
    def token() -> Response:
        try:
            with world.lock:
                return answer(_grant(world, g.org_id))
        except NoTokenError as error:
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
            session, grant = state.sessions.get(text), state.refresh_tokens.get(text)
            held = session or grant
            if held is None or g.org_id not in ("", held.org_id):
                body = {"error": "unsupported_token_type", "error_description": "invalid token"}
                return answer(body, 400)
            state.sessions.pop(text, None)
            if grant is not None:
                state.end_grant(text)
            return Response(status=200)

    @salesforce.post("/services/oauth2/introspect")
    @salesforce.post("/<org_id>/services/oauth2/introspect")
    def introspect_token() -> Response:
        try:
            with world.lock:
                return answer(_introspected(world.states["salesforce"], world))
        except NoTokenError as error:
            return answer({"error": error.error, "error_description": error.description}, 401)

    web_server_flow.add_routes(salesforce, world)


def caller_of_token_request(state: SalesforceState) -> str:
    """The org that a token is asked for, so that faults can be aimed; may be empty."""
    org = state.org_of_app(request.form.get("client_id", "") or _claimed_issuer())
    return org.org_id if org else ""


def _claimed_issuer() -> str:
    try:
        return str(_unverified(request.form.get("assertion", "")).get("iss", ""))
    except NoTokenError:
        return ""


def _unverified(assertion: str) -> dict[str, Any]:
    try:
        claims: Any = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError) as error:
        raise NoTokenError("invalid_grant", "invalid assertion") from error
    if not isinstance(claims, dict):
        raise NoTokenError("invalid_grant", "invalid assertion")
    return claims


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a token request is answered with a token for.

    Attributes:
        org: The org.
        user: For whom.
        scopes: What for.
        grant: The refresh token behind it.
        is_new: That is told.
    """

    org: Org
    user: Row
    scopes: tuple[str, ...] = ("api",)
    grant: str = ""
    is_new: bool = False


def _grant(world: World, org_id: str) -> dict[str, Any]:
    state: SalesforceState = world.states["salesforce"]
    grant = request.form.get("grant_type", "")
    ways = {
        JWT_BEARER: _by_assertion,
        "authorization_code": _by_code,
        "client_credentials": _by_secret,
        "refresh_token": _by_refresh_token,
    }
    if grant not in ways:
        raise NoTokenError("unsupported_grant_type", "grant type not supported")
    given = ways[grant](state, world)
    if org_id not in ("", given.org.org_id):
        raise NoTokenError("invalid_client_id", "client identifier invalid")
    if not given.user.values["IsActive"]:
        raise NoTokenError("invalid_grant", "user is inactive")
    g.caller = given.org.org_id
    return _token(state, world, given)


def _by_assertion(state: SalesforceState, world: World) -> _Given:
    assertion = request.form.get("assertion", "")
    org = state.org_of_app(str(_unverified(assertion).get("iss", "")))
    if org is None:
        raise NoTokenError("invalid_client_id", "client identifier invalid")
    claims = _verified(assertion, org, world)
    user = web_server_flow.user_named(org, str(claims["sub"]))
    if user is None or user.id not in org.approved:
        raise NoTokenError("invalid_grant", "user hasn't approved this consumer")
    return _Given(org=org, user=user)


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
        raise NoTokenError("invalid_grant", "expired authorization code") from error
    except ClaimError as error:
        is_audience = error.claim == "aud"
        message = "audience is invalid" if is_audience else f"invalid assertion: {error.claim}"
        raise NoTokenError("invalid_grant", message) from error
    except (JoseError, ValueError) as error:
        raise NoTokenError("invalid_grant", "invalid assertion") from error
    if claims["exp"] > now + _LONGEST_SECONDS:
        raise NoTokenError("invalid_grant", "assertion is valid for too long")
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
        raise NoTokenError("invalid_client_id", "client identifier invalid")
    if not hmac.compare_digest(secret.encode(), org.app.consumer_secret.encode()):
        raise NoTokenError("invalid_client", "invalid client credentials")
    return org


def _by_secret(state: SalesforceState, _world: World) -> _Given:
    org = _client(state)
    return _Given(org=org, user=org.rows["User"][org.app.run_as])


def _by_code(state: SalesforceState, world: World) -> _Given:
    org = _client(state)
    code = web_server_flow.redeemed(state, org, world.clock.now())
    text = ""
    # Source: Salesforce Help, "OAuth Tokens and Scopes": either name asks for a refresh token.
    if {"refresh_token", "offline_access"} & set(code.scopes):
        text = state.new_grant(Grant(org_id=org.org_id, user_id=code.user_id, scopes=code.scopes))
    user = org.rows["User"][code.user_id]
    return _Given(org=org, user=user, scopes=code.scopes, grant=text, is_new=True)


def _by_refresh_token(state: SalesforceState, _world: World) -> _Given:
    org = _client(state)
    text = request.form.get("refresh_token", "")
    grant = state.refresh_tokens.get(text)
    if grant is None or grant.org_id != org.org_id:
        raise NoTokenError("invalid_grant", "expired access/refresh token")
    user = org.rows["User"][grant.user_id]
    return _Given(org=org, user=user, scopes=grant.scopes, grant=text)


def _introspected(state: SalesforceState, world: World) -> dict[str, Any]:
    """What a token is worth; of an app's own alone."""
    org = _client(state)
    text, now = request.form.get("token", ""), world.clock.now()
    held: Session | Grant | None = state.sessions.get(text) or state.refresh_tokens.get(text)
    if held is None or held.org_id != org.org_id:
        return {"active": False}
    user = org.rows["User"][held.user_id]
    said = {
        "active": bool(user.values["IsActive"]),
        "scope": " ".join(held.scopes),
        "client_id": org.app.consumer_key,
        "username": user.values["Username"],
        "sub": f"{world.base_url}/salesforce/id/{org.org_id}/{user.id}",
    }
    if isinstance(held, Grant):
        return {**said, "token_type": "refresh_token"}
    if now - held.used_at >= SESSION_LIFE:
        return {"active": False}
    issued = int(held.issued_at.timestamp())
    over = int((held.used_at + SESSION_LIFE).timestamp())
    return {**said, "token_type": "access_token", "exp": over, "iat": issued, "nbf": issued}


def _token(state: SalesforceState, world: World, given: _Given) -> dict[str, Any]:
    org, user, now = given.org, given.user, world.clock.now()
    identity = f"{world.base_url}/salesforce/id/{org.org_id}/{user.id}"
    issued = str(int(now.timestamp() * 1000))
    signature = hmac.new(
        org.app.consumer_secret.encode(), (identity + issued).encode(), hashlib.sha256
    )
    text = state.issue(org, user_id=user.id, now=now, scopes=given.scopes, grant=given.grant)
    return {
        "access_token": text,
        **({"refresh_token": given.grant} if given.is_new and given.grant else {}),
        "signature": base64.b64encode(signature.digest()).decode(),
        "scope": " ".join(given.scopes),
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
