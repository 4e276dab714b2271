"""The page on which a user lets the app act for them, and what the code of it is worth.

Source: developers.zoom.us/docs/integrations/oauth ("Request user authorization", "Request an access
token": an exact ``redirect_uri``, PKCE where the app asks for it); RFC 6749 section 4.1, RFC 7636. How
Zoom tells that a user declined, and the reasons of the token endpoint, are our reading.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime

from flask import Blueprint, Response, g, request

from connectors.sandbox import consent
from connectors.sandbox.world import World
from connectors.sandbox.zoom.answers import NoTokenError
from connectors.sandbox.zoom.state import CODE_LIFE, ZoomAccount, ZoomCode, ZoomState

_METHODS = ("S256", "plain")


class _Mistake(Exception):  # noqa: N818 - it is a page
    """The request is shown to the user as wrong."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


def add_routes(zoom: Blueprint, world: World) -> None:
    """Add ``/zoom/oauth/authorize``."""

    @zoom.route("/oauth/authorize", methods=["GET", "POST"])
    def authorize() -> Response:
        with world.lock:
            state: ZoomState = world.states["zoom"]
            try:
                account = _asked(state)
                if request.method == "POST":
                    return _decided(state, account, world.clock.now())
            except _Mistake as wrong:
                return consent.mistake(
                    vendor="Zoom", error=wrong.error, description=wrong.description
                )
            users = [
                (user.email, user.email)
                for user in state.users.values()
                if user.account_id == account.account_id
            ]
            return consent.question(
                vendor="Zoom", title="Allow this app?", users=users, scopes=account.scopes
            )


def _asked(state: ZoomState) -> ZoomAccount:
    account = state.account_of_client(request.args.get("client_id", ""))
    if account is None:
        raise _Mistake("4,702", "Invalid client_id")
    g.caller = account.account_id
    if request.args.get("redirect_uri", "") not in account.redirect_uris:
        raise _Mistake("4,700", "Invalid redirect url")
    if request.args.get("response_type") != "code":
        raise _Mistake("invalid_request", "response_type must be code")
    if _method() not in _METHODS:
        raise _Mistake("invalid_request", "code_challenge_method must be S256 or plain")
    return account


def _method() -> str:
    """RFC 7636, 4.3: plain where nothing is said."""
    return request.args.get("code_challenge_method", "plain")


def _decided(state: ZoomState, account: ZoomAccount, now: datetime) -> Response:
    redirect_uri, kept = request.args["redirect_uri"], request.args.get("state", "")
    if request.form.get("decision") != "allow":
        return consent.sent_back(redirect_uri, error="access_denied", state=kept)
    user = state.user(account.account_id, request.form.get("user", ""))
    if user is None:
        raise _Mistake("1001", "User does not exist")
    text = secrets.token_urlsafe(24)
    state.codes[text] = ZoomCode(
        account_id=account.account_id,
        user_id=user.user_id,
        redirect_uri=redirect_uri,
        challenge=request.args.get("code_challenge", ""),
        challenge_method=_method(),
        expires_at=now + CODE_LIFE,
    )
    return consent.sent_back(redirect_uri, code=text, state=kept)


def redeemed(
    state: ZoomState,
    account: ZoomAccount,
    *,
    code: str,
    redirect_uri: str,
    verifier: str,
    now: datetime,
) -> ZoomCode:
    """What a code stands for; it is over with that.

    Raises:
        NoTokenError: There is no such code (any more), or it was made for another request.
    """
    found = state.codes.pop(code, None)
    if found is None or found.account_id != account.account_id or found.expires_at <= now:
        raise NoTokenError("invalid_request", "Invalid authorization code")
    if redirect_uri != found.redirect_uri:
        raise NoTokenError("invalid_request", "Redirect URI mismatch")
    if found.challenge and _challenge(verifier, found.challenge_method) != found.challenge:
        raise NoTokenError("invalid_grant", "Invalid code verifier")
    return found


def _challenge(verifier: str, method: str) -> str:
    if method == "plain":
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
