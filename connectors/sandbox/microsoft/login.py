"""Microsoft's login: the discovery document msal insists on, and the token endpoint.

Client credentials for the application, refresh tokens for accounts; a refresh gives a new refresh
token and leaves the old one alive (learn.microsoft.com, identity-platform/refresh-tokens, 2025).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from connectors.sandbox.microsoft.state import Grant, MicrosoftState, Tenant
from connectors.sandbox.microsoft.wire import request_id
from connectors.sandbox.world import World

#: msal accepts no address that is not https, in the document either; its transport maps it back.
_PUBLIC = "https://login.microsoftonline.com"
_LIFETIME = timedelta(hours=1)
_ANY_TENANT = frozenset({"common", "organizations"})


class _Refused(Exception):  # noqa: N818 - a refusal in OAuth's words
    def __init__(self, status: int, error: str, code: int, message: str) -> None:
        super().__init__(message)
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
                "issuer": f"{_PUBLIC}/{tenant}/v2.0",
                "authorization_endpoint": f"{_PUBLIC}/{tenant}/oauth2/v2.0/authorize",
                "token_endpoint": f"{_PUBLIC}/{tenant}/oauth2/v2.0/token",
                "jwks_uri": f"{_PUBLIC}/{tenant}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

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
    grant = Grant(tenant_id=held.tenant_id, email=held.email, expires_at=now + _LIFETIME)
    refresh_token = "1.A" + secrets.token_urlsafe(60)
    state.refresh_tokens[refresh_token] = Grant(tenant_id=held.tenant_id, email=held.email)
    return {
        **_access(state, grant),
        "scope": " ".join(sorted(mailbox.scopes)),
        "refresh_token": refresh_token,
    }


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
