"""Mails about events: those that Google sends, and those that reach a Google mailbox."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.google.changes import stamp
from connectors.sandbox.google.state import CalendarBox, Event, GoogleState
from connectors.sandbox.google.times import interval_of
from connectors.sandbox.world import DeliveredMail, Invitation, Person, World


def send(
    world: World,
    resource: Mapping[str, Any],
    *,
    box: CalendarBox,
    recipient: str,
    is_off: bool,
    is_new: bool,
) -> None:
    """Mail one attendee about an event.

    Args:
        world: Where.
        resource: The organizer's event as it is now.
        box: The organizer's calendar.
        recipient: Whom.
        is_off: It is canceled, or they are not invited any more.
        is_new: They did not know of it yet.
    """
    organizer = resource["organizer"]
    link = resource.get("hangoutLink", "")
    subject = resource.get("summary", "(No title)")
    lead = "Canceled event" if is_off else "Invitation" if is_new else "Updated invitation"
    invitation = Invitation(
        method="CANCEL" if is_off else "REQUEST",
        uid=resource["iCalUID"],
        sequence=resource["sequence"],
        interval=interval_of(dict(resource), box.time_zone),
        subject=subject,
        description=resource.get("description", ""),
        location=resource.get("location", ""),
        organizer=Person(email=organizer["email"], name=organizer.get("displayName", "")),
        attendees=tuple(
            Person(
                email=one["email"],
                name=one.get("displayName", ""),
                is_optional=one.get("optional", False),
            )
            for one in resource.get("attendees", ())
        ),
        join_url=link,
    )
    lines = [subject, invitation.description]
    lines += [f"Where: {invitation.location}"] if invitation.location else []
    lines += [f"Join with Google Meet: {link}"] if link and not is_off else []
    world.post(
        recipient=recipient,
        sent_by="google",
        sender=box.owner,
        subject=f"{lead}: {subject}",
        text="\n".join(lines),
        invitation=invitation,
    )


class Mailboxes:
    """Google's mailboxes, for mails that anybody sends.

    Args:
        world: Where.
        changed: Called after a mail may have changed a calendar.
    """

    def __init__(self, world: World, *, changed: Callable[[], None]) -> None:
        self._world = world
        self._changed = changed

    def receive(self, mail: DeliveredMail) -> bool:
        """Take a mail; an invitation from elsewhere appears on the primary calendar."""
        state: GoogleState = self._world.states["google"]
        account = state.account(mail.recipient)
        if account is None:
            return False
        # Google puts its own events onto its own calendars without the mail's help.
        if mail.invitation is not None and mail.sent_by != "google":
            box = state.calendars[account.email]
            if mail.invitation.method == "CANCEL":
                self._remove(box, mail.invitation)
            elif account.receives_invitations:
                self._put(box, mail.invitation)
            # Mails come by SMTP, too, where no request ends after which anybody would look.
            self._changed()
        return True

    def _put(self, box: CalendarBox, invitation: Invitation) -> None:
        known = _known(box, invitation.uid)
        encoded = base64.b32hexencode(invitation.uid.encode()).decode().lower().rstrip("=")
        answers = {
            one["email"]: one["responseStatus"]
            for one in (known.resource.get("attendees", ()) if known else ())
        }
        resource: dict[str, Any] = {
            "kind": "calendar#event",
            "id": known.resource["id"] if known else f"_{encoded}",
            "iCalUID": invitation.uid,
            "status": "confirmed",
            "eventType": "default",
            "htmlLink": f"https://www.google.com/calendar/event?eid=_{encoded}",
            "summary": invitation.subject,
            "description": invitation.description,
            "location": invitation.location,
            "sequence": invitation.sequence,
            "creator": {"email": invitation.organizer.email.lower()},
            "organizer": {
                "email": invitation.organizer.email.lower(),
                "displayName": invitation.organizer.name,
            },
            "start": {"dateTime": invitation.interval.start.isoformat(), "timeZone": "UTC"},
            "end": {"dateTime": invitation.interval.end.isoformat(), "timeZone": "UTC"},
            "attendees": [
                {
                    "email": person.email.lower(),
                    "displayName": person.name,
                    "optional": person.is_optional,
                    "responseStatus": answers.get(person.email.lower(), "needsAction"),
                }
                for person in invitation.attendees
            ],
            "reminders": {"useDefault": True},
        }
        if known is not None:
            resource["created"] = known.resource["created"]
        stamp(self._world, resource)
        box.events[resource["id"]] = Event(resource=resource)

    def _remove(self, box: CalendarBox, invitation: Invitation) -> None:
        known = _known(box, invitation.uid)
        if known is not None:
            known.resource["status"] = "cancelled"
            stamp(self._world, known.resource)


def _known(box: CalendarBox, uid: str) -> Event | None:
    return next((e for e in box.events.values() if e.resource["iCalUID"] == uid), None)
