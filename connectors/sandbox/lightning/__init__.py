"""Salesforce's record page in the sandbox: the package's own components in a real browser.

* ``/lightning/<org>``: the records that can be opened; ``/lightning/<org>/r/<record>``: one.
* ``users``: who is at the keyboard. ``apex``: has the package's Apex executed for them.
* ``outside``: what a booking made elsewhere, for the live pictures beside the component.
* ``templates``, ``static``: how it looks.

The components and their Apex stay what they are: ``salesforce_package/demo`` bundles the folders,
``salesforce_package/tools/apex`` runs the classes. Looking changes nothing. Only this machine may
ask, and only these pages may have Apex executed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue

from connectors.sandbox.lightning import apex
from connectors.sandbox.lightning.outside import outside
from connectors.sandbox.lightning.users import RunningUser, chosen_user, running_users
from connectors.sandbox.salesforce.sharing import access
from connectors.sandbox.salesforce.state import Org, SalesforceState, whole_id
from connectors.sandbox.viewing import records
from connectors.sandbox.viewing.records import RecordPage
from connectors.sandbox.world import World

#: LWC writes its components' styles into the page; scripts come from here alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LONGEST_BODY = 1_000_000
#: So many fields stand in a page's header.
_HIGHLIGHTS = 5
_NO_HIGHLIGHTS = frozenset(
    {"Name", "FirstName", "LastName", "Subject", "CaseNumber", "Description", "OwnerId"}
)
_ICONS = {
    "Account": "standard:account",
    "Case": "standard:case",
    "Contact": "standard:contact",
    "Lead": "standard:lead",
    "Opportunity": "standard:opportunity",
    "Event": "standard:event",
    "Booking__c": "custom:custom24",
}
_ICON_OF_OTHERS = "custom:custom63"
_NO_ASSETS = (
    "The components are not built: give the sandbox --lightning-assets with the folder that"
    " `node demo/build.mjs` made in salesforce_package/."
)
_NO_RUNNER = (
    "Apex is not executed: give the sandbox --apex-runner with the address of"
    " `node tools/apex/serve.mjs` in salesforce_package/."
)
_NO_SERVICE = (
    "The Named Credential leads nowhere: give the sandbox --service-url with the address of"
    " `handover serve`."
)


@dataclass(slots=True, kw_only=True)
class LightningSite:
    """What the record pages need that the sandbox does not have; the pages say what is missing.

    Attributes:
        assets: The folder that ``salesforce_package/demo/build.mjs`` made.
        runner_url: Where ``salesforce_package/tools/apex/serve.mjs`` listens.
        runner_token: The ``APEX_RUNNER_TOKEN`` that it was started with, if it was.
        service_url: Where the Named Credential leads.
        first_seen: What the fields of a record said when it was first looked at, by org and id.
    """

    assets: Path | None = None
    runner_url: str = ""
    runner_token: str = field(default="", repr=False)
    service_url: str = ""
    first_seen: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def missing(self) -> list[str]:
        """What to do so that the component works here, in words."""
        found = []
        if self.assets is None or not (self.assets / "page.js").is_file():
            found.append(_NO_ASSETS)
        if not self.runner_url:
            found.append(_NO_RUNNER)
        if not self.service_url:
            found.append(_NO_SERVICE)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A record as the running user sees it."""

    org: Org
    user: RunningUser
    page: RecordPage
    object_name: str


class _Elsewhere(Exception):  # noqa: N818 - the answer is a page
    """There is nothing to show, for a reason that a person can read.

    Attributes:
        told: What the page is filled with.
        status: HTTP status.
    """

    def __init__(self, title: str, words: str, *, status: int, **told: Any) -> None:
        super().__init__(title)
        self.told = {"title": title, "words": words, **told}
        self.status = status


def register(app: Flask, world: World, site: LightningSite) -> None:
    """Add the pages under ``/lightning``."""
    lightning = Blueprint(
        "lightning",
        __name__,
        url_prefix="/lightning",
        template_folder="templates",
        static_folder="static",
    )
    _add_gates(lightning)
    _add_pages(lightning, world, site)
    _add_data(lightning, world, site)
    app.register_blueprint(lightning)


def _add_gates(lightning: Blueprint) -> None:
    @lightning.before_request
    def only_here() -> ResponseReturnValue | None:
        """Another site must not get in, not even under a name of its own that leads here."""
        if (urlsplit(f"//{request.host}").hostname or "") not in _LOOPBACK:
            return "These pages are for this machine alone.", 403
        # Browsers say whose page a request comes from; what is no browser says nothing.
        whose = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.method == "POST" and whose not in ("same-origin", "none"):
            return "Another site may not do this.", 403
        return None

    @lightning.after_request
    def restrict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    @lightning.errorhandler(_Elsewhere)
    def elsewhere(error: _Elsewhere) -> ResponseReturnValue:
        return render_template("lightning/elsewhere.html", **error.told), error.status


# ------------------------------------------------------------------------------ pages


def _add_pages(lightning: Blueprint, world: World, site: LightningSite) -> None:
    def locked(answer: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
        with world.lock:
            return answer()

    @lightning.get("/<org_id>")
    def org_page(org_id: str) -> ResponseReturnValue:
        return locked(lambda: _org_page(world, site, org_id))

    @lightning.get("/<org_id>/r/<record_id>")
    def record_page(org_id: str, record_id: str) -> ResponseReturnValue:
        return locked(lambda: _record_page(world, site, org_id, record_id))

    @lightning.post("/<org_id>/user")
    def switch_user(org_id: str) -> ResponseReturnValue:
        """Be somebody else; back to the page that asked."""
        with world.lock:
            org = _org(world, org_id)
            wanted = request.form.get("user_id", "")
            if wanted not in {user.user_id for user in running_users(org)}:
                abort(400)
            record_id = whole_id(request.form.get("record_id"))
        target = (
            url_for("lightning.record_page", org_id=org.org_id, record_id=record_id)
            if record_id
            else url_for("lightning.org_page", org_id=org.org_id)
        )
        response = make_response(redirect(target, 303))
        response.set_cookie(
            _cookie(org.org_id),
            wanted,
            path=url_for("lightning.org_page", org_id=org.org_id),
            httponly=True,
            samesite="Strict",
        )
        return response

    @lightning.get("/assets/<state>/<name>")
    def asset(state: str, name: str) -> ResponseReturnValue:
        if site.assets is None or state != _state(site):
            abort(404)
        return send_from_directory(site.assets.resolve(), name, max_age=31_536_000)


def _org_page(world: World, site: LightningSite, org_id: str) -> str:
    org = _org(world, org_id)
    page = records.org(world, org.org_id)
    user = _running_user(org)
    objects = [
        (label, [(row, org.notes.get(row.record_id, "")) for row in rows])
        for name, label, rows in (page.objects if page else ())
        if name != "User"
    ]
    return render_template(
        "lightning/org.html", org=page, objects=objects, **_frame(org, user, site, record_id="")
    )


def _record_page(world: World, site: LightningSite, org_id: str, record_id: str) -> str:
    opened = _opened(world, org_id, record_id)
    _remember(site, opened.page)
    values = [each for each in opened.page.values if each.name not in _NO_HIGHLIGHTS]
    owner = [each for each in opened.page.values if each.name == "OwnerId"]
    return render_template(
        "lightning/record.html",
        page=opened.page,
        object_name=opened.object_name,
        icon=_ICONS.get(opened.object_name, _ICON_OF_OTHERS),
        highlights=[*values[: _HIGHLIGHTS - 1], *owner],
        note=opened.org.notes.get(opened.page.record_id, ""),
        layout=_one_of("layout", ("page", "side", "full")),
        opens=_one_of("opens", ("Dialog", "In place")),
        configuration=_configuration(opened),
        **_frame(opened.org, opened.user, site, record_id=opened.page.record_id),
    )


def _one_of(name: str, known: tuple[str, ...]) -> str:
    wanted = request.args.get(name, "")
    return wanted if wanted in known else known[0]


def _frame(org: Org, user: RunningUser, site: LightningSite, *, record_id: str) -> dict[str, Any]:
    """What stands around every page."""
    return {
        "org_id": org.org_id,
        "org_name": records.org_name(org),
        "user": user,
        "users": running_users(org),
        "user_record_id": record_id,
        "missing": site.missing(),
        "assets": f"/lightning/assets/{_state(site)}" if site.assets else "",
    }


def _configuration(opened: _Opened) -> str:
    """What the components' platform is told, as JSON that cannot end its own element."""
    org_url = url_for("lightning.org_page", org_id=opened.org.org_id)
    told = {
        "apexUrl": f"{org_url}/apex",
        "recordsUrl": f"{org_url}/r",
        "outsideUrl": f"{org_url}/r/{opened.page.record_id}/outside.json",
        "user": {
            **opened.user.settings(),
            "permissions": sorted(opened.user.permission_sets),
        },
    }
    return json.dumps(told).replace("<", "\\u003c")


def _state(site: LightningSite) -> str:
    """Names the build in addresses, so that a browser may keep what it got."""
    if site.assets is None:
        return ""
    try:
        return str(json.loads((site.assets / "manifest.json").read_text())["state"])
    except (OSError, ValueError, KeyError):
        return "unknown"


# ------------------------------------------------------------------------------- data


def _add_data(lightning: Blueprint, world: World, site: LightningSite) -> None:
    @lightning.get("/<org_id>/r/<record_id>/outside.json")
    def outside_json(org_id: str, record_id: str) -> ResponseReturnValue:
        with world.lock:
            opened = _opened(world, org_id, record_id)
            answer = outside(
                world,
                opened.org,
                opened.page,
                user=opened.user,
                before=_remember(site, opened.page),
                shows_all=request.args.get("calendars") == "all",
            )
        response = jsonify(answer)
        response.headers["Cache-Control"] = "no-store"
        return response

    @lightning.post("/<org_id>/apex/<class_name>/<method>")
    def run_apex(org_id: str, class_name: str, method: str) -> ResponseReturnValue:
        if request.headers.get("X-Lightning-Page") != "1" or not request.is_json:
            return jsonify({"message": "Only the record page may have Apex executed."}), 403
        if (request.content_length or 0) > _LONGEST_BODY:
            return jsonify({"message": "This is more than Apex takes."}), 413
        try:
            call = _apex_call(world, site, org_id, class_name, method)
            # Not under the lock: Apex calls the service, which calls this sandbox.
            value, own_ms = apex.run(
                call, runner_url=site.runner_url, runner_token=site.runner_token
            )
        except apex.ApexError as error:
            return jsonify(error.body), 500
        response = jsonify({"value": value})
        response.headers["Server-Timing"] = f"apex;dur={own_ms:.1f}"
        response.headers["Cache-Control"] = "no-store"
        return response


def _apex_call(
    world: World, site: LightningSite, org_id: str, class_name: str, method: str
) -> apex.ApexCall:
    for address, words in ((site.runner_url, _NO_RUNNER), (site.service_url, _NO_SERVICE)):
        if not address:
            raise apex.ApexError(words)
    params = (request.get_json(silent=True) or {}).get("params") or {}
    if not isinstance(params, dict):
        raise apex.ApexError("Parameters have names.")
    with world.lock:
        org = _org(world, org_id)
        user = _running_user(org)
        base_url = f"{world.base_url}/salesforce/{org.org_id}"
        return apex.ApexCall(
            class_name=class_name,
            method=method,
            params=params,
            org_id=org.org_id,
            user=user,
            base_url=base_url,
            session=_session(world, org, user),
            callout_token_url=f"{base_url}/callout-token",
            service_url=site.service_url,
        )


def _session(world: World, org: Org, user: RunningUser) -> str:
    """An access token of the user: the one they have, while it lasts."""
    state: SalesforceState = world.states["salesforce"]
    now = world.clock.now()
    mine = [
        text
        for text, session in state.sessions.items()
        if session.org_id == org.org_id and session.user_id == user.user_id
    ]
    for text in reversed(mine):
        if state.session(text, now=now) is not None:
            return text
    return state.issue(org, user_id=user.user_id, now=now)


# ---------------------------------------------------------------------- who looks at what


def _org(world: World, org_id: str) -> Org:
    state: SalesforceState = world.states["salesforce"]
    org = state.orgs.get(whole_id(org_id) or "")
    if org is None:
        raise _Elsewhere(
            "There is no such org", "The sandbox was perhaps started anew.", status=404
        )
    return org


def _cookie(org_id: str) -> str:
    return f"running_user_{org_id}"


def _running_user(org: Org) -> RunningUser:
    user = chosen_user(org, request.cookies.get(_cookie(org.org_id), ""))
    if user is None:
        raise _Elsewhere("Nobody can sign in", "This org has no active user.", status=404)
    return user


def _opened(world: World, org_id: str, record_id: str) -> _Opened:
    org = _org(world, org_id)
    user = _running_user(org)
    wanted = whole_id(record_id) or ""
    known = org.schema.by_prefix(wanted[:3])
    row = org.row(known.name, wanted) if known is not None else None
    page = records.record(world, org.org_id, wanted)
    if known is None or row is None or row.is_deleted or page is None:
        words = "It was deleted, or it never was in this org."
        raise _Elsewhere("There is no such record", words, status=404)
    may = access(org, user_id=user.user_id, object_name=known.name, row=row)
    if not may.read:
        words = f"{user.name} may not see it. Choose another user, or ask the record's owner."
        raise _Elsewhere(
            "No access to this record",
            words,
            status=403,
            org_id=org.org_id,
            record_id=wanted,
            users=running_users(org),
        )
    return _Opened(org=org, user=user, page=page, object_name=known.name)


def _remember(site: LightningSite, page: RecordPage) -> dict[str, str]:
    """What the record's fields said when it was first looked at."""
    texts = {value.name: value.text for value in page.values}
    return site.first_seen.setdefault((page.org_id, page.record_id), texts)
