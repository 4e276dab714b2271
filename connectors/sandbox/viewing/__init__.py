"""Pages on which people see what the stand-in organisation holds. Nothing can be done there.

* ``calendars``: Google's and Microsoft's mailboxes, day by day.
* ``records``: Salesforce's records, and the bookings and events that belong to each.
* ``templates``, ``static``: how it looks.

It reads under the world's lock and changes nothing, not even what an answer to a client would
use up. Its requests are not logged: no client of the service makes them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, render_template, request

from connectors.sandbox.viewing import calendars, records
from connectors.sandbox.world import World
from connectors.sandbox.zoom.state import ZoomMeeting, ZoomState

#: More than this on one page nobody reads.
_MOST_MAILS = 200
_LATEST_BOOKINGS = 12
_LATEST_MAILS = 8

_DAYS = timedelta(days=calendars.DAYS)

#: Whatever text got into a page: it runs nothing and loads nothing but the page's own style.
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"


def register(app: Flask, world: World) -> None:
    """Add the pages: ``/`` and what is under ``/look``."""
    look = Blueprint(
        "look",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/look/static",
    )
    look.add_app_template_filter(_when, "when")
    look.add_app_template_filter(_moment, "moment")
    _add_pages(look, world)

    @look.context_processor
    def common() -> dict[str, Any]:
        return {"now": world.clock.now(), "is_shifted": bool(world.clock.offset)}

    @look.after_request
    def restrict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    app.register_blueprint(look)


def _add_pages(look: Blueprint, world: World) -> None:
    def page(template: str, gather: Callable[[], dict[str, Any]]) -> str:
        # Written under the lock too: what is shown are the states' own objects.
        with world.lock:
            return render_template(template, **gather())

    @look.get("/")
    def start() -> str:
        return page("start.html", lambda: _start(world))

    @look.get("/look/salesforce/<org_id>")
    def org(org_id: str) -> str:
        return page("org.html", lambda: {"org": _found(records.org(world, org_id))})

    @look.get("/look/salesforce/<org_id>/<record_id>")
    def record(org_id: str, record_id: str) -> str:
        return page(
            "record.html", lambda: {"record": _found(records.record(world, org_id, record_id))}
        )

    @look.get("/look/calendars/<vendor>/<email>")
    def calendar(vendor: str, email: str) -> str:
        return page("calendar.html", lambda: _calendar(world, vendor, email))

    @look.get("/look/zoom")
    def zoom() -> str:
        return page("zoom.html", lambda: {"accounts": _zoom(world.states["zoom"])})

    @look.get("/look/mail")
    def mail() -> str:
        return page("mail.html", lambda: _mail(world))


def _found(thing: Any) -> Any:
    if thing is None:
        abort(404)
    return thing


def _start(world: World) -> dict[str, Any]:
    zoom: ZoomState = world.states["zoom"]
    return {
        "bookings": records.latest_bookings(world, most=_LATEST_BOOKINGS),
        "orgs": records.orgs(world),
        "mailboxes": calendars.mailboxes(world),
        "meetings": len(zoom.meetings),
        "mails": world.mail.mails[: -_LATEST_MAILS - 1 : -1],
        "mail_count": len(world.mail.mails),
    }


def _calendar(world: World, vendor: str, email: str) -> dict[str, Any]:
    mailbox = _found(calendars.mailbox(world, vendor, email))
    today = world.clock.now().astimezone(mailbox.zone).date()
    first = request.args.get("from", type=date.fromisoformat) or today
    # The calendar has an end, and so has what can be asked for.
    if not today - 100 * _DAYS <= first <= today + 100 * _DAYS:
        first = today
    return {
        "mailbox": mailbox,
        "days": calendars.days(world, mailbox, first),
        "today": today,
        "earlier": first - _DAYS,
        "later": first + _DAYS,
        "last": first + _DAYS - timedelta(days=1),
    }


def _zoom(state: ZoomState) -> list[tuple[str, list[tuple[str, ZoomMeeting]]]]:
    """Each account with its meetings and their hosts, the earliest first."""
    found = []
    for account in state.accounts.values():
        hosts = {
            user.user_id: user.email
            for user in state.users.values()
            if user.account_id == account.account_id
        }
        meetings = [
            (hosts[meeting.host_id], meeting)
            for meeting in sorted(state.meetings.values(), key=lambda each: each.start)
            if meeting.host_id in hosts
        ]
        found.append((account.account_id, meetings))
    return found


def _mail(world: World) -> dict[str, Any]:
    recipient = request.args.get("to", "").strip().lower()
    found = [mail for mail in world.mail.mails if recipient in ("", mail.recipient)]
    return {
        "recipient": recipient,
        "count": len(found),
        "mails": found[: -_MOST_MAILS - 1 : -1],
    }


def _when(moment: datetime) -> str:
    """An instant for people, in UTC: ``Tue 24 Nov 2026, 14:00 UTC``."""
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M} {moment.tzname() or ''}".strip()


def _moment(moment: datetime) -> str:
    """The same for machines."""
    return moment.isoformat(timespec="seconds")
