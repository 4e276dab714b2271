"""Microsoft's login: the discovery document msal insists on, its keys, and the token endpoint.

Client credentials for the application, codes and refresh tokens for accounts; a refresh gives a new
refresh token and leaves the old one alive (learn.microsoft.com, identity-platform/refresh-tokens,
2025). The rules of codes are from entra-docs, v2-oauth2-auth-code-flow.md (read 2026); AADSTS
numbers that it does not name are as callers report them.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from connectors.sandbox.microsoft import identity
from connectors.sandbox.microsoft.consent import split_scopes
from connectors.sandbox.microsoft.identity import PUBLIC
from connectors.sandbox.microsoft.state import (
    AuthorizationCode,
    Grant,
    Mailbox,
    MicrosoftState,
    Tenant,
)
from connectors.sandbox.microsoft.wire import request_id
from connectors.sandbox.world import World

_LIFETIME = timedelta(hours=1)
_ANY_TENANT = frozenset({"common", "organizations"})


class _Refused(Exception):  # noqa: N818 - a refusal in OAuth's words
    def __init__(
        self, status: int, error: str, code: int, message: str, *, suberror: str = ""
    ) -> None:
        super().__init__(message)
        self.suberror = suberror
        self.status = status
        self.error = error
        self.code = code
        self.message = message

    def response(self, now: datetime) -> Response:
        response = jsonify(
            {
                "error": self.error,
                "error_description": f"AADSTS{self.code}: {self.message} "
                f"Trace ID: {request_id()} Timestamp: {now:%Y-%m-%d %H:%M:%SZ}",
                "error_codes": [self.code],
                "timestamp": f"{now:%Y-%m-%d %H:%M:%SZ}",
                "trace_id": request_id(),
                "correlation_id": request.headers.get("client-request-id", request_id()),
                **({"suberror": self.suberror} if self.suberror else {}),
            }
        )
        response.status_code = self.status
        return response


def register(door: Blueprint, world: World) -> None:
    """Add the routes under ``/microsoft/login``."""

    @door.get("/login/<tenant>/v2.0/.well-known/openid-configuration")
    def openid_configuration(tenant: str) -> Response:
        with world.lock:
            state: MicrosoftState = world.states["microsoft"]
            try:
                _tenant(state, tenant)
            except _Refused as refused:
                return refused.response(world.clock.now())
        return jsonify(
            {
                "issuer": identity.issuer(tenant),
                "authorization_endpoint": f"{PUBLIC}/{tenant}/oauth2/v2.0/authorize",
                "token_endpoint": f"{PUBLIC}/{tenant}/oauth2/v2.0/token",
                "jwks_uri": f"{PUBLIC}/{tenant}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    @door.get("/login/<tenant>/discovery/v2.0/keys")
    def keys(tenant: str) -> Response:
        with world.lock:
            state: MicrosoftState = world.states["microsoft"]
            try:
                _tenant(state, tenant)
            except _Refused as refused:
                return refused.response(world.clock.now())
            return jsonify(identity.public_keys(state))

    @door.post("/login/<tenant>/oauth2/v2.0/token")
    def token(tenant: str) -> Response:
        with world.lock:
            state: MicrosoftState = world.states["microsoft"]
            try:
                answer = _token(state, tenant, world.clock.now())
            except _Refused as refused:
                return refused.response(world.clock.now())
        response = jsonify(answer)
        response.headers["Cache-Control"] = "no-store, no-cache"
        return response


def set_caller(world: World) -> None:
    """Say whose token is asked for: the account's address, or the client id.

    The discovery document is asked for by nobody: its caller is the tenant it is about.
    """
    if request.method == "GET":
        g.caller = (request.view_args or {}).get("tenant", "")
        return
    state: MicrosoftState = world.states["microsoft"]
    grant = state.refresh_tokens.get(request.form.get("refresh_token", ""))
    g.caller = grant.email if grant else request.form.get("client_id", "")


def _tenant(state: MicrosoftState, tenant: str) -> Tenant | None:
    if tenant in _ANY_TENANT:
        return None
    found = state.tenants.get(tenant)
    if found is None:
        raise _Refused(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
    return found


def _client(state: MicrosoftState, tenant: str) -> Tenant:
    """The application that asks, known by its id and secret."""
    client_id = request.form.get("client_id", "")
    registered = _tenant(state, tenant) or next(
        (t for t in state.tenants.values() if t.client_id == client_id), None
    )
    if registered is None or registered.client_id != client_id:
        raise _Refused(
            400, "unauthorized_client", 700016, f"Application '{client_id}' was not found."
        )
    if request.form.get("client_secret") != registered.client_secret:
        raise _Refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
    return registered


def _token(state: MicrosoftState, tenant: str, now: datetime) -> dict[str, Any]:
    registered = _client(state, tenant)
    kind = request.form.get("grant_type", "")
    if kind == "client_credentials":
        return _for_application(state, registered, now)
    if kind == "authorization_code":
        return _for_code(state, registered, now)
    if kind == "refresh_token":
        return _for_account(state, registered, now)
    raise _Refused(400, "unsupported_grant_type", 70003, f"'{kind}' is not a supported grant.")


def _for_application(state: MicrosoftState, registered: Tenant, now: datetime) -> dict[str, Any]:
    scope = request.form.get("scope", "")
    if not scope.endswith("/.default"):
        raise _Refused(400, "invalid_scope", 1002012, f"The scope '{scope}' is not valid.")
    grant = Grant(tenant_id=registered.tenant_id, email="", expires_at=now + _LIFETIME)
    return _access(state, grant)


def _for_account(state: MicrosoftState, registered: Tenant, now: datetime) -> dict[str, Any]:
    held = state.refresh_tokens.get(request.form.get("refresh_token", ""))
    if held is None or held.tenant_id != registered.tenant_id:
        raise _Refused(
            400, "invalid_grant", 50173, "The provided grant has expired due to it being revoked."
        )
    mailbox = state.mailboxes[held.email]
    if mailbox.interaction_required:
        raise _Refused(
            400, "interaction_required", 50076, "You must use multi-factor authentication."
        )
    if not mailbox.scopes:
        raise _Refused(
            400,
            "invalid_grant",
            65001,
            "The user or administrator has not consented to use the application.",
            suberror="consent_required",
        )
    # A seeded refresh token was asked with nothing of OpenID Connect, and is renewed all the same.
    oidc = held.oidc_scopes | {"offline_access"}
    return _tokens(state, registered, mailbox, oidc=oidc, nonce="", now=now)


def _for_code(state: MicrosoftState, registered: Tenant, now: datetime) -> dict[str, Any]:
    code = state.codes.get(request.form.get("code", ""))
    if code is None or code.tenant_id != registered.tenant_id:
        raise _Refused(400, "invalid_grant", 9002313, "Invalid request: the code is malformed.")
    if code.is_redeemed:
        raise _Refused(
            400, "invalid_grant", 54005, "OAuth2 Authorization code was already redeemed."
        )
    if code.expires_at <= now:
        raise _Refused(400, "invalid_grant", 70008, "The provided authorization code has expired.")
    if request.form.get("redirect_uri") != code.redirect_uri:
        raise _Refused(
            400,
            "invalid_grant",
            500112,
            "The reply address does not match the one used when requesting the authorization code.",
        )
    if not _is_proved(code, request.form.get("code_verifier", "")):
        raise _Refused(
            400, "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge."
        )
    mailbox = state.mailboxes[code.email]
    _, wanted = split_scopes(request.form.get("scope", ""))
    if wanted - mailbox.scopes:
        raise _Refused(
            400, "consent_required", 65001, "The user has not consented to every scope named."
        )
    code.is_redeemed = True
    return _tokens(state, registered, mailbox, oidc=code.oidc_scopes, nonce=code.nonce, now=now)


def _is_proved(code: AuthorizationCode, verifier: str) -> bool:
    """Whether the code is redeemed by whoever asked for it (RFC 7636)."""
    if not code.challenge:
        return not verifier
    if code.challenge_method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return secrets.compare_digest(verifier.encode(), code.challenge.encode())


def _tokens(
    state: MicrosoftState,
    registered: Tenant,
    mailbox: Mailbox,
    *,
    oidc: frozenset[str],
    nonce: str,
    now: datetime,
) -> dict[str, Any]:
    """What an account's tokens are: good for everything that was ever consented to."""
    tenant_id, email = mailbox.tenant_id, mailbox.email
    grant = Grant(
        tenant_id=tenant_id, email=email, expires_at=now + _LIFETIME, scopes=mailbox.scopes
    )
    answer = _access(state, grant) | {"scope": " ".join(sorted(mailbox.scopes))}
    if "offline_access" in oidc:
        answer["refresh_token"] = "1.A" + secrets.token_urlsafe(60)
        state.refresh_tokens[answer["refresh_token"]] = Grant(
            tenant_id=tenant_id, email=email, oidc_scopes=oidc
        )
    if "openid" in oidc:
        answer["id_token"] = identity.id_token(
            state, registered, mailbox, nonce=nonce, now=now, lifetime=_LIFETIME
        )
    if request.form.get("client_info") == "1":
        answer["client_info"] = identity.client_info(mailbox)
    return answer


def _access(state: MicrosoftState, grant: Grant) -> dict[str, Any]:
    access_token = "eyJ0" + secrets.token_urlsafe(90)
    state.access_tokens[access_token] = grant
    seconds = int(_LIFETIME.total_seconds())
    return {
        "token_type": "Bearer",
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": access_token,
    }
