"""Zoom's token endpoint, and the check of every call's token.

Two ways in: a server-to-server app (``account_credentials``), whose new token ends the one
before; and a user's own connection (``authorization_code``, then ``refresh_token``), where every
answer brings a new refresh token and ends the old one. Source:
developers.zoom.us/docs/internal-apps/s2s-oauth and /docs/integrations/oauth; the page on which a
user allows it is in ``consent``.
"""

from __future__ import annotations

import hmac
from typing import Any, cast

from flask import Blueprint, Response, g, jsonify, request

from connectors.sandbox.world import World
from connectors.sandbox.zoom import consent
from connectors.sandbox.zoom.answers import (
    NoTokenError,
    Refused,
    invalid_token,
    missing_scope,
    too_many_at_once,
)
from connectors.sandbox.zoom.state import TOKEN_LIFE, ZoomAccount, ZoomState, ZoomToken


def add_routes(zoom: Blueprint, world: World) -> None:
    """Add the token endpoint and the check before every other route."""

    @zoom.before_request
    def identify() -> Response | None:
        with world.lock:
            state: ZoomState = world.states["zoom"]
            if request.endpoint in ("zoom.token", "zoom.revoke_token"):
                client = request.authorization.username if request.authorization else None
                account = state.account_of_client(client or "")
                g.caller = account.account_id if account else ""
                return None
            if request.endpoint in ("zoom.join", "zoom.authorize"):
                return None
            try:
                _authenticate(state, world)
            except Refused as refused:
                return refused.response()
            return None

    @zoom.post("/oauth/token")
    def token() -> Response:
        try:
            with world.lock:
                return jsonify(_grant(world.states["zoom"], world))
        except NoTokenError as error:
            response = jsonify({"reason": error.reason, "error": error.error})
            response.status_code = 400
            return response

    @zoom.post("/oauth/revoke")
    def revoke_token() -> Response:
        """All that the user gave the app is over; a server-to-server token alone."""
        try:
            with world.lock:
                _revoke(world.states["zoom"])
        except NoTokenError as error:
            response = jsonify({"reason": error.reason, "error": error.error})
            response.status_code = 400
            return response
        return jsonify({"status": "success"})


def _revoke(state: ZoomState) -> None:
    account = _client(state)
    text = _parameter("token")
    token, grant = state.tokens.get(text), state.refresh_tokens.get(text)
    user_id = token.user_id if token else grant.user_id if grant else ""
    user = state.users.get(user_id)
    owner = token.account_id if token else user.account_id if user else ""
    if owner != account.account_id:
        raise NoTokenError("invalid_request", "Invalid Token!")
    state.tokens.pop(text, None)
    if user_id:
        state.revoke(user_id)


def _grant(state: ZoomState, world: World) -> dict[str, Any]:
    account, now = _client(state), world.clock.now()
    answer: dict[str, Any] = {"token_type": "bearer"}
    grant = _parameter("grant_type")
    if grant == "account_credentials":
        if _parameter("account_id") != account.account_id:
            raise NoTokenError("invalid_request", "Bad Request")
        text, token = state.issue(account, now=now)
    elif grant == "refresh_token":
        grant_of = state.refresh_tokens.get(_parameter("refresh_token"))
        user = state.users.get(grant_of.user_id) if grant_of else None
        is_over = grant_of is None or grant_of.expires_at <= now
        if is_over or user is None or user.account_id != account.account_id:
            raise NoTokenError("invalid_grant", "Invalid Token!")
        text, token = state.issue(account, user_id=user.user_id, now=now)
        answer["refresh_token"] = state.new_refresh_token(user.user_id, now=now)
    elif grant == "authorization_code":
        code = consent.redeemed(
            state,
            account,
            code=_parameter("code"),
            redirect_uri=_parameter("redirect_uri"),
            verifier=_parameter("code_verifier"),
            now=now,
        )
        text, token = state.issue(account, user_id=code.user_id, now=now)
        answer["refresh_token"] = state.new_refresh_token(code.user_id, now=now)
    else:
        raise NoTokenError("unsupported_grant_type", "unsupported grant type")
    answer["access_token"] = text
    answer["expires_in"] = int(TOKEN_LIFE.total_seconds())
    answer["scope"] = " ".join(token.scopes)
    answer["api_url"] = world.base_url + "/zoom"
    return answer


def _client(state: ZoomState) -> ZoomAccount:
    sent = request.authorization
    account = state.account_of_client((sent.username if sent else None) or "")
    secret = (sent.password if sent and sent.type == "basic" else None) or ""
    if account is None or not hmac.compare_digest(secret.encode(), account.client_secret.encode()):
        raise NoTokenError("invalid_client", "Invalid client_id or client_secret")
    return account


def _parameter(name: str) -> str:
    """Zoom takes them from the query as well as from the form."""
    return request.form.get(name) or request.args.get(name) or ""


def _authenticate(state: ZoomState, world: World) -> None:
    sent = request.authorization
    text = (sent.token if sent and sent.type == "bearer" else None) or ""
    token = state.tokens.get(text)
    if token is None:
        raise invalid_token()
    if token.expires_at <= world.clock.now():
        raise invalid_token("Access token is expired.")
    account = state.accounts[token.account_id]
    g.zoom_token = token
    g.caller = _concerns(state, token)
    _count(account, world)


def _count(account: ZoomAccount, world: World) -> None:
    second = int(world.clock.now().timestamp())
    if account.second != second:
        account.second, account.calls_this_second = second, 0
    account.calls_this_second += 1
    if account.calls_this_second > account.calls_per_second:
        raise too_many_at_once()
    g.zoom_headers = {
        "X-RateLimit-Category": "Light",
        "X-RateLimit-Limit": str(account.calls_per_second),
        "X-RateLimit-Remaining": str(account.calls_per_second - account.calls_this_second),
    }


def _concerns(state: ZoomState, token: ZoomToken) -> str:
    """Whose call it is: the user in the path, or the host of the meeting in the path."""
    arguments = request.view_args or {}
    name = arguments.get("user", "")
    if name == "me":
        name = token.user_id
    if name:
        user = state.user(token.account_id, name)
        return user.email if user else name
    number = str(arguments.get("number", ""))
    meeting = state.meetings.get(int(number)) if number.isdecimal() else None
    host = state.users.get(meeting.host_id) if meeting else None
    if host is not None and host.account_id == token.account_id:
        return host.email
    return token.account_id


def current_token() -> ZoomToken:
    """The token this call was made with."""
    return cast("ZoomToken", g.zoom_token)


def need(scope: str) -> ZoomToken:
    """The call's token, which must carry the scope.

    Raises:
        Refused: It does not.
    """
    token = current_token()
    if scope not in token.scopes:
        raise missing_scope(scope)
    return token
