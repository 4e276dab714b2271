"""The pages where people let an application in: a user's own consent, and an administrator's.

Sources: entra-docs, identity-platform/v2-oauth2-auth-code-flow.md and v2-admin-consent.md (read
2026). Nobody types a password here: whoever looks at the page chooses who
they are. AADSTS numbers that stand in none of these pages are as callers report them.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, request

from connectors.sandbox.microsoft.state import AuthorizationCode, MicrosoftState, Tenant
from connectors.sandbox.world import World

OIDC_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
#: What the sandbox's Graph has to do with; delegated permissions of other names are unknown here.
GRAPH_SCOPES = frozenset({"Calendars.Read", "Calendars.ReadWrite", "User.Read"})
_GRAPH = "https://graph.microsoft.com/"
#: What an application's registration asks administrators for with ``.default``.
_REGISTERED_ROLES = frozenset({"Calendars.ReadWrite"})
_MODES = frozenset({"query", "fragment", "form_post"})
#: "Typically, they expire after about 10 minutes."
_CODE_LIFETIME = timedelta(minutes=10)


_Answer = Callable[[World, Tenant], Response]


class _Refused(Exception):  # noqa: N818 - a refusal in OAuth's words
    def __init__(
        self, error: str, code: int, message: str, *, more: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.more = more or {}
        self.error = error
        self.description = f"AADSTS{code}: {message}"


def split_scopes(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """A request's scopes: OpenID's, and Graph's by their short names, known or not."""
    names = [name.removeprefix(_GRAPH) for name in text.split()]
    oidc = frozenset(name for name in names if name in OIDC_SCOPES)
    return oidc, frozenset(names) - oidc


def register(door: Blueprint, world: World) -> None:
    """Add both pages under ``/microsoft/login``."""

    def page(tenant: str, answer: _Answer) -> Response:
        with world.lock:
            try:
                registered = _registered(world.states["microsoft"], tenant)
            except _Refused as refused:
                # Nobody is sent to an address that the application has not registered.
                return _html(f"<p>{html.escape(refused.description)}</p>", status=400)
            try:
                return answer(world, registered)
            except _Refused as refused:
                error = {"error": refused.error, "error_description": refused.description}
                return _back({**refused.more, **error})

    door.add_url_rule(
        "/login/<tenant>/oauth2/v2.0/authorize",
        endpoint="authorize",
        view_func=lambda tenant: page(tenant, _authorize),
        methods=["GET", "POST"],
    )
    door.add_url_rule(
        "/login/<tenant>/v2.0/adminconsent",
        endpoint="admin_consent",
        view_func=lambda tenant: page(tenant, _admin_consent),
        methods=["GET", "POST"],
    )


def _registered(state: MicrosoftState, tenant: str) -> Tenant:
    """The application that asks, with an address that is its own."""
    client_id = request.args.get("client_id", "")
    found = next((t for t in state.tenants.values() if t.client_id == client_id), None)
    if found is None or tenant not in ("common", "organizations", found.tenant_id):
        raise _Refused(
            "unauthorized_client",
            700016,
            f"Application with identifier '{client_id}' was not found in the directory.",
        )
    # "It must exactly match one of the redirect URIs you registered."
    if request.args.get("redirect_uri", "") not in found.redirect_uris:
        raise _Refused(
            "invalid_request",
            50011,
            "The redirect URI specified in the request does not match the redirect URIs configured "
            f"for the application '{client_id}'.",
        )
    return found


def _authorize(world: World, registered: Tenant) -> Response:
    state: MicrosoftState = world.states["microsoft"]
    oidc, wanted = _checked()
    people = sorted(
        m.email for m in state.mailboxes.values() if m.tenant_id == registered.tenant_id
    )
    if request.method == "GET":
        if request.args.get("prompt") == "none":
            raise _Refused("interaction_required", 50058, "Nobody is signed in silently here.")
        hint = request.args.get("login_hint", "").lower()
        choices = "".join(
            f'<p><label><input type="radio" name="account" value="{html.escape(email)}" required'
            f"{' checked' if email == hint else ''}> {html.escape(email)}</label></p>"
            for email in people
        )
        return _html(
            f"<p>An application asks for access to your calendar. Who are you?</p>{choices}"
            f"{_listed(oidc | wanted)}"
        )
    account = request.form.get("account", "").lower()
    if request.form.get("decision") != "allow":
        raise _Refused("access_denied", 65004, "User declined to consent to access the app.")
    if account not in people:
        raise _Refused("access_denied", 50020, f"There is no account '{account}' here.")
    mailbox = state.mailboxes[account]
    mailbox.scopes |= wanted
    code = "1.A" + secrets.token_urlsafe(60)
    state.codes[code] = AuthorizationCode(
        tenant_id=registered.tenant_id,
        email=mailbox.email,
        oidc_scopes=oidc,
        redirect_uri=request.args["redirect_uri"],
        challenge=request.args.get("code_challenge", ""),
        challenge_method=request.args.get("code_challenge_method", "plain"),
        nonce=request.args.get("nonce", ""),
        expires_at=world.clock.now() + _CODE_LIFETIME,
    )
    return _back({"code": code})


def _checked() -> tuple[frozenset[str], frozenset[str]]:
    asked = request.args
    if asked.get("response_type") != "code":
        raise _Refused("unsupported_response_type", 70005, "The sandbox gives codes only.")
    if asked.get("response_mode", "query") not in _MODES:
        raise _Refused("invalid_request", 900144, "response_mode is query, fragment, form_post.")
    method = asked.get("code_challenge_method")
    if method not in (None, "plain", "S256") or (method and not asked.get("code_challenge")):
        raise _Refused("invalid_request", 501491, "code_challenge and its method do not fit.")
    if not asked.get("scope"):
        raise _Refused("invalid_request", 900144, "The request must contain: 'scope'.")
    oidc, wanted = split_scopes(asked["scope"])
    for name in sorted(wanted - GRAPH_SCOPES):
        raise _Refused("invalid_scope", 70011, f"The scope '{name}' is not valid.")
    return oidc, wanted


def _admin_consent(world: World, registered: Tenant) -> Response:
    del world
    scope = request.args.get("scope", "")
    if scope not in (".default", f"{_GRAPH}.default"):
        raise _Refused(
            "invalid_scope", 70011, "The sandbox lets administrators grant .default only."
        )
    if request.method == "GET":
        return _html(
            "<p>An application asks to be let in for the whole organisation. You are its "
            f"administrator.</p>{_listed(_REGISTERED_ROLES)}"
        )
    if request.form.get("decision") != "allow":
        raise _Refused(
            "consent_required",
            65004,
            "The resource owner or authorization server denied the request.",
            more={"admin_consent": "True"},
        )
    registered.app_roles |= _REGISTERED_ROLES
    return _back({"admin_consent": "True", "tenant": registered.tenant_id, "scope": scope})


def _listed(scopes: frozenset[str]) -> str:
    items = "".join(f"<li>{html.escape(name)}</li>" for name in sorted(scopes))
    return (
        f"<p>It asks for</p><ul>{items}</ul>"
        '<button name="decision" value="allow">Allow</button> '
        '<button name="decision" value="deny" formnovalidate>Deny</button>'
    )


def _html(inside: str, *, status: int = 200) -> Response:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox sign-in</title>'
        "</head><body><main><h1>Sandbox: this is not Microsoft</h1>"
        f'<form method="post">{inside}</form></main></body></html>'
    )
    return Response(text, status=status, mimetype="text/html")


def _back(answer: Mapping[str, str]) -> Response:
    """Send the browser back to the application, with its ``state``."""
    if "state" in request.args:
        answer = {**answer, "state": request.args["state"]}
    url = request.args["redirect_uri"]
    mode = request.args.get("response_mode", "query")
    if mode == "form_post":
        fields = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in answer.items()
        )
        return Response(
            f'<!doctype html><html lang="en"><body onload="document.forms[0].submit()">'
            f'<form method="post" action="{html.escape(url)}">{fields}'
            "<button>Continue</button></form></body></html>",
            mimetype="text/html",
        )
    mark = "#" if mode == "fragment" else "&" if urlsplit(url).query else "?"
    response = Response(status=302)
    response.headers["Location"] = f"{url}{mark}{urlencode(answer)}"
    return response
