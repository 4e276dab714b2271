"""The page on which a user lets a client act for them, and what comes of it.

Source: "Using OAuth 2.0 for Web Server Applications", "OpenID Connect" (Google Identity), RFC
6749 section 4.1 and RFC 7636. Mistakes of the client are told to whoever looks at the page, as
Google does, and never sent on to an address that is not the client's.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request

from connectors.sandbox.google.events import state_of
from connectors.sandbox.google.grants import EMAIL_SCOPE, PROFILE_SCOPE, SIGN_IN_SCOPES
from connectors.sandbox.google.state import Account, AuthorizationCode, Client, GoogleState
from connectors.sandbox.world import World

#: RFC 6749 4.1.2: "A maximum authorization code lifetime of 10 minutes is RECOMMENDED".
_LIFETIME = timedelta(minutes=10)
#: RFC 7636 4.2: an unpadded base64url text or the verifier itself, 43 to 128 characters.
_CHALLENGE = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")

_CALENDAR = "https://www.googleapis.com/auth/calendar"
#: The scopes there are here, and what Google says about them on its consent page. Those of
#: Calendar are from its discovery document.
SCOPES: dict[str, str] = {
    "openid": "Associate you with your personal info on Google",
    EMAIL_SCOPE: "See your primary Google Account email address",
    PROFILE_SCOPE: "See your personal info, including any you've made publicly available",
    _CALENDAR: (
        "See, edit, share, and permanently delete all the calendars you can access using "
        "Google Calendar"
    ),
    f"{_CALENDAR}.acls": "See and change the sharing permissions of Google calendars you own",
    f"{_CALENDAR}.acls.readonly": "See the sharing permissions of Google calendars you own",
    f"{_CALENDAR}.app.created": (
        "Make secondary Google calendars, and see, create, change, and delete events on them"
    ),
    f"{_CALENDAR}.calendarlist": "See, add, and remove Google calendars you're subscribed to",
    f"{_CALENDAR}.calendarlist.readonly": "See the list of Google calendars you're subscribed to",
    f"{_CALENDAR}.calendars": (
        "See and change the properties of Google calendars you have access to, and create "
        "secondary calendars"
    ),
    f"{_CALENDAR}.calendars.readonly": (
        "See the title, description, default time zone, and other properties of Google "
        "calendars you have access to"
    ),
    f"{_CALENDAR}.events": "View and edit events on all your calendars",
    f"{_CALENDAR}.events.freebusy": "See the availability on Google calendars you have access to",
    f"{_CALENDAR}.events.owned": (
        "See, create, change, and delete events on Google calendars you own"
    ),
    f"{_CALENDAR}.events.owned.readonly": "See the events on Google calendars you own",
    f"{_CALENDAR}.events.public.readonly": "See the events on public calendars",
    f"{_CALENDAR}.events.readonly": "View events on all your calendars",
    f"{_CALENDAR}.freebusy": "View your availability in your calendars",
    f"{_CALENDAR}.readonly": (
        "See and download any calendar you can access using your Google Calendar"
    ),
    f"{_CALENDAR}.settings": "View and edit your Calendar settings",
    f"{_CALENDAR}.settings.readonly": "View your Calendar settings",
    "https://mail.google.com/": (
        "Read, compose, send, and permanently delete all your email from Gmail"
    ),
    "https://www.googleapis.com/auth/gmail.readonly": "View your email messages and settings",
    "https://www.googleapis.com/auth/gmail.send": "Send email on your behalf",
}
#: Short names of OpenID Connect; answers give the long ones.
_LONG = {"email": EMAIL_SCOPE, "profile": PROFILE_SCOPE}

_PROMPTS = frozenset({"none", "consent", "select_account"})


class _Mistake(Exception):  # noqa: N818 - it is a page
    """What the client asks for is shown to the user as an error, and leads nowhere."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What a client asks for, understood."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    prompts: frozenset[str]
    is_offline: bool
    includes_granted: bool
    hint: str
    domain: str
    nonce: str
    challenge: str
    challenge_method: str


def _asked(state: GoogleState) -> _Request:
    for name in request.args:
        # RFC 6749 3.1: "Request and response parameters MUST NOT be included more than once."
        if len(request.args.getlist(name)) > 1:
            raise _Mistake(
                400, "invalid_request", f"OAuth 2 parameters can only have a single value: {name}"
            )
    client = state.clients.get(_needed("client_id"))
    if client is None:
        raise _Mistake(401, "invalid_client", "The OAuth client was not found.")
    redirect_uri = _needed("redirect_uri")
    if redirect_uri not in client.redirect_uris:
        raise _Mistake(
            400,
            "redirect_uri_mismatch",
            f"The redirect URI in the request, {redirect_uri}, does not match the ones "
            "authorized for the OAuth client.",
        )
    if _needed("response_type") != "code":
        raise _Mistake(400, "unsupported_response_type", "Only response_type=code is played here.")
    prompts = frozenset(request.args.get("prompt", "").split())
    if not prompts <= _PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise _Mistake(400, "invalid_request", "Invalid parameter value for prompt")
    challenge, method = _challenge()
    return _Request(
        client=client,
        redirect_uri=redirect_uri,
        scopes=_scopes(_needed("scope")),
        state=request.args.get("state"),
        prompts=prompts,
        is_offline=_word("access_type", "online", "offline") == "offline",
        includes_granted=_word("include_granted_scopes", "false", "true") == "true",
        hint=request.args.get("login_hint", ""),
        domain=request.args.get("hd", ""),
        nonce=request.args.get("nonce", ""),
        challenge=challenge,
        challenge_method=method,
    )


def _needed(name: str) -> str:
    value = request.args.get(name, "")
    if not value:
        raise _Mistake(400, "invalid_request", f"Missing required parameter: {name}")
    return value


def _word(name: str, default: str, other: str) -> str:
    value = request.args.get(name, default)
    if value not in (default, other):
        raise _Mistake(400, "invalid_request", f"Invalid parameter value for {name}: {value}")
    return value


def _scopes(text: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(_LONG.get(name, name) for name in text.split()))
    unknown = [name for name in named if name not in SCOPES]
    if unknown:
        raise _Mistake(
            400, "invalid_scope", f"Some requested scopes were invalid: {', '.join(unknown)}"
        )
    return named


def _challenge() -> tuple[str, str]:
    """What the client has to prove; the method "defaults to plain if not present"."""
    challenge = request.args.get("code_challenge", "")
    method = request.args.get("code_challenge_method", "plain")
    if method not in ("S256", "plain"):
        raise _Mistake(400, "invalid_request", "Invalid parameter value for code_challenge_method")
    if not challenge:
        if "code_challenge_method" in request.args:
            raise _Mistake(400, "invalid_request", "Missing required parameter: code_challenge")
        return "", ""
    if not _CHALLENGE.match(challenge):
        raise _Mistake(400, "invalid_request", "Invalid parameter value for code_challenge")
    return challenge, method


# ------------------------------------------------------------------------- what follows


def _hinted(state: GoogleState, hint: str) -> Account | None:
    """Whose account a hint means, which "can be an email address or a sub identifier"."""
    account = state.account(hint)
    if account is None:
        account = next((a for a in state.accounts.values() if a.subject == hint), None)
    return account if account is not None and not account.is_suspended else None


def _sent_back(asked: _Request, **parameters: str) -> Response:
    """Send the user back to the client; ``state`` comes along as it was."""
    if asked.state is not None:
        parameters = {"state": asked.state} | parameters
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    target = f"{asked.redirect_uri}{joint}{urlencode(parameters)}"
    response = make_response(redirect(target, 302))
    response.headers["Cache-Control"] = "no-store"
    return response


def _allowed(
    world: World, asked: _Request, account: Account, scopes: frozenset[str], *, is_shown: bool
) -> Response:
    """Send the user back with a code.

    Args:
        world: Where.
        asked: What the client asked for.
        account: Who allows it.
        scopes: What of it.
        is_shown: The consent page was shown for it: only then, and only for offline access, does
            the code give a refresh token.
    """
    state = state_of(world)
    key = (account.email, asked.client.client_id)
    before = state.consents.get(key, frozenset())
    state.consents[key] = before | scopes
    if asked.includes_granted:
        scopes = scopes | before
    code = f"4/0A{uuid.uuid4().hex}"
    state.codes[code] = AuthorizationCode(
        email=account.email,
        client_id=asked.client.client_id,
        redirect_uri=asked.redirect_uri,
        scopes=scopes,
        challenge=asked.challenge,
        challenge_method=asked.challenge_method,
        nonce=asked.nonce,
        gives_refresh_token=asked.is_offline and is_shown,
        is_offline=asked.is_offline,
        expires_at=world.clock.now() + _LIFETIME,
    )
    further = {"hd": account.hosted_domain} if account.hosted_domain else {}
    return _sent_back(
        asked,
        code=code,
        scope=" ".join(sorted(scopes)),
        authuser="0",
        prompt="consent" if is_shown else "none",
        **further,
    )


def _is_settled(state: GoogleState, asked: _Request, account: Account) -> bool:
    """Whether the user has allowed all of it before."""
    held = state.consents.get((account.email, asked.client.client_id), frozenset())
    return set(asked.scopes) <= held


def _looked_at(world: World) -> Response:
    """The page, or what can be said without it."""
    state = state_of(world)
    asked = _asked(state)
    hinted = _hinted(state, asked.hint) if asked.hint else None
    is_settled = hinted is not None and _is_settled(state, asked, hinted)
    if hinted is not None and is_settled and asked.prompts <= {"none"}:
        return _allowed(world, asked, hinted, frozenset(asked.scopes), is_shown=False)
    if "none" in asked.prompts:
        # OpenID Connect Core 3.1.2.6; Google's page says only that there is an error.
        return _sent_back(
            asked, error="login_required" if hinted is None else "interaction_required"
        )
    accounts = [
        account
        for account in sorted(state.accounts.values(), key=lambda each: each.email)
        if not account.is_suspended and asked.domain in ("", "*", account.hosted_domain)
    ]
    page = render_template(
        "google/consent.html",
        client=asked.client,
        accounts=accounts,
        hinted=hinted.email if hinted is not None else "",
        identity=[SCOPES[name] for name in asked.scopes if name in SIGN_IN_SCOPES],
        access=[(name, SCOPES[name]) for name in _optional(asked)],
        is_granular=len(_optional(asked)) > 1,
    )
    return _page(page, 200)


def _optional(asked: _Request) -> list[str]:
    return [name for name in asked.scopes if name not in SIGN_IN_SCOPES]


def _decided(world: World) -> Response:
    """What follows from the page's buttons."""
    state = state_of(world)
    asked = _asked(state)
    if request.form.get("decision") != "allow":
        return _sent_back(asked, error="access_denied")
    account = _hinted(state, request.form.get("account", ""))
    if account is None:
        raise _Mistake(400, "invalid_request", "Choose an account")
    optional = _optional(asked)
    # "When requesting more than one non-Sign-In scope", the user chooses among them.
    chosen = [n for n in optional if n in request.form.getlist("scope") or len(optional) == 1]
    granted = frozenset(chosen) | (SIGN_IN_SCOPES & set(asked.scopes))
    if not granted:
        return _sent_back(asked, error="access_denied")
    is_shown = "consent" in asked.prompts or not _is_settled(state, asked, account)
    return _allowed(world, asked, account, granted, is_shown=is_shown)


def _page(text: str, status: int) -> Response:
    response = Response(text, status=status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    # No form-action: browsers hold it against the client's address as well.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def add_routes(door: Blueprint, world: World) -> None:
    """Add ``/o/oauth2/v2/auth``."""

    @door.route("/o/oauth2/v2/auth", methods=["GET", "POST"])
    def authorize() -> Response:
        """A user looks at what a client wants, and decides."""
        try:
            with world.lock:
                return _decided(world) if request.method == "POST" else _looked_at(world)
        except _Mistake as mistake:
            page = render_template("google/mistake.html", mistake=mistake)
            return _page(page, mistake.status)
