"""The web-server flow: the page on which a user allows the app, the code, and its redemption.

Source: Salesforce Help, "OAuth 2.0 Web Server Flow for Web App Integration" (a code lives 15
minutes; ``code_challenge`` is a base64url SHA-256), "OAuth 2.0 Authorization Errors", "OAuth Tokens
and Scopes"; REST API Developer Guide, "Understanding the Web Server OAuth Authentication Flow"; RFC
6749 section 4.1, RFC 7636. That a code is for one use and is called expired the second time is as
people report it. An app here demands PKCE, as new ones do by default.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, g, request

from connectors.sandbox import consent
from connectors.sandbox.salesforce.answers import NoTokenError
from connectors.sandbox.salesforce.state import Code, Org, Row, SalesforceState
from connectors.sandbox.world import World

#: What an app may ask for here, beside what it always may.
SCOPES = ("api", "id", "refresh_token", "offline_access", "full")
_CODE_LIFE = timedelta(minutes=15)
#: RFC 7636, 4.1 and 4.2.
_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


class _Mistake(Exception):  # noqa: N818 - it is a page
    """The request is shown to the user as wrong: nobody knows whether the address is the app's."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What an app asks for, understood."""

    org: Org
    callback_url: str
    state: str
    scopes: tuple[str, ...]
    challenge: str
    error: tuple[str, str] = ("", "")


def add_routes(salesforce: Blueprint, world: World) -> None:
    """Add the page, at the login host and under each org's own address."""

    @salesforce.route("/services/oauth2/authorize", methods=["GET", "POST"])
    @salesforce.route("/<org_id>/services/oauth2/authorize", methods=["GET", "POST"])
    def authorize() -> Response:
        with world.lock:
            state: SalesforceState = world.states["salesforce"]
            try:
                asked = _asked(state)
                if asked.error[0]:
                    return _refused(asked, *asked.error)
                if request.method == "POST":
                    return _decided(state, asked, world.clock.now())
            except _Mistake as wrong:
                return consent.mistake(
                    vendor="Salesforce", error=wrong.error, description=wrong.description
                )
            users = [
                (str(user.values["Username"]), str(user.values["Name"]))
                for user in asked.org.live("User")
                if user.values["IsActive"]
            ]
            return consent.question(
                vendor="Salesforce", title="Allow access?", users=users, scopes=asked.scopes
            )


def _asked(state: SalesforceState) -> _Asked:
    """What the request says.

    Raises:
        _Mistake: It is not known to be the app's.
    """
    org = state.org_of_app(request.args.get("client_id", ""))
    if org is None or g.org_id not in ("", org.org_id):
        raise _Mistake("invalid_client_id", "client identifier invalid")
    g.caller = org.org_id
    callback_url = request.args.get("redirect_uri", "")
    if not callback_url:
        raise _Mistake("invalid_request", "missing required parameter: redirect_uri")
    if callback_url not in org.app.callback_urls:
        raise _Mistake("redirect_uri_mismatch", "redirect_uri must match configuration")
    named = request.args.get("scope", " ".join(org.app.scopes)).split()
    challenge = request.args.get("code_challenge", "")
    return _Asked(
        org=org,
        callback_url=callback_url,
        state=request.args.get("state", ""),
        scopes=tuple(dict.fromkeys(named)),
        challenge=challenge,
        error=_error(org, named, challenge),
    )


def _error(org: Org, scopes: list[str], challenge: str) -> tuple[str, str]:
    """What is wrong and told to the app."""
    if request.args.get("response_type") != "code":
        return "unsupported_response_type", "response type must be code"
    if set(scopes) - set(org.app.scopes):
        return "invalid_scope", "the requested scope is not allowed"
    if not challenge:
        return "invalid_request", "missing required code challenge"
    is_hash = request.args.get("code_challenge_method", "S256") == "S256"
    if not is_hash or not _CHALLENGE.fullmatch(challenge):
        return "invalid_request", "invalid code challenge"
    return "", ""


def _decided(state: SalesforceState, asked: _Asked, now: datetime) -> Response:
    if request.form.get("decision") != "allow":
        return _refused(asked, "access_denied", "end-user denied authorization")
    user = user_named(asked.org, request.form.get("user", ""))
    if user is None or not user.values["IsActive"]:
        raise _Mistake("inactive_user", "user is inactive")
    if user.id not in asked.org.approved:
        return _refused(
            asked, "invalid_app_access", "user is not admin approved to access this app"
        )
    text = "aPrx" + secrets.token_urlsafe(60)
    state.codes[text] = Code(
        org_id=asked.org.org_id,
        user_id=user.id,
        callback_url=asked.callback_url,
        scopes=asked.scopes,
        challenge=asked.challenge,
        over_at=now + _CODE_LIFE,
    )
    return consent.sent_back(asked.callback_url, code=text, state=asked.state)


def _refused(asked: _Asked, error: str, description: str) -> Response:
    return consent.sent_back(
        asked.callback_url, error=error, error_description=description, state=asked.state
    )


def user_named(org: Org, username: str) -> Row | None:
    """The org's user of that username, whatever its case."""
    folded = username.casefold()
    for user in org.live("User"):
        if str(user.values["Username"]).casefold() == folded:
            return user
    return None


def redeemed(state: SalesforceState, org: Org, now: datetime) -> Code:
    """What the code in a token request stands for; it is over with that.

    Raises:
        NoTokenError: There is no such code (any more), or the request is not by whom it was made for.
    """
    code = state.codes.pop(request.form.get("code", ""), None)
    if code is None or code.org_id != org.org_id:
        raise NoTokenError("invalid_grant", "expired authorization code")
    if code.over_at <= now:
        raise NoTokenError("invalid_grant", "expired authorization code")
    if request.form.get("redirect_uri", "") != code.callback_url:
        raise NoTokenError("redirect_uri_mismatch", "redirect_uri must match configuration")
    verifier = request.form.get("code_verifier", "")
    if not _VERIFIER.fullmatch(verifier) or challenge_of(verifier) != code.challenge:
        raise NoTokenError("invalid_grant", "invalid code verifier")
    return code


def challenge_of(verifier: str) -> str:
    """The hash of a verifier as ``S256`` sends it."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
