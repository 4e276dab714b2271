"""Meetings between people: Microsoft's invitations out, and everybody's invitations in.

Graph has no switch for mail: whoever is on an event is told of every change of it.
"""

from __future__ import annotations

import html
from collections.abc import Collection

from booking_types.intervals import Interval
from connectors.sandbox.microsoft.events import plain
from connectors.sandbox.microsoft.notifications import publish
from connectors.sandbox.microsoft.state import Event, Invitee, Mailbox, MicrosoftState
from connectors.sandbox.world import DeliveredMail, Invitation, Person, World


def _person(invitee: Invitee) -> Person:
    return Person(email=invitee.email, name=invitee.name, is_optional=invitee.kind == "optional")


def tell(world: World, event: Event, *, method: str, invitees: Collection[Invitee]) -> None:
    """Mail the event, or its end, to these attendees; the organizer's own mailbox gets none."""
    if not event.is_organizer:
        return
    word = "Canceled: " if method == "CANCEL" else ""
    for invitee in list(invitees):
        if invitee.email.lower() == event.organizer.email.lower():
            continue
        world.post(
            recipient=invitee.email,
            sent_by="microsoft",
            sender=event.organizer.email,
            subject=f"{word}{event.subject}",
            text="\n\n".join(part for part in (plain(event.body), event.join_url) if part),
            invitation=Invitation(
                method=method,
                uid=event.ical_uid,
                sequence=event.sequence,
                interval=Interval(event.start, event.end),
                subject=event.subject,
                description=plain(event.body),
                location=event.location,
                organizer=_person(event.organizer),
                attendees=tuple(_person(person) for person in event.invitees),
                join_url=event.join_url,
            ),
        )


class MicrosoftMailboxes:
    """The part of Microsoft that mail reaches."""

    def __init__(self, world: World) -> None:
        self._world = world

    def receive(self, mail: DeliveredMail) -> bool:
        """Take a mail for a mailbox of ours; an invitation in it appears on the calendar."""
        state: MicrosoftState = self._world.states["microsoft"]
        mailbox = state.mailboxes.get(mail.recipient)
        if mailbox is None:
            return False
        if mail.invitation is not None and mailbox.receives_invitations:
            self._put(mailbox, mail.invitation)
        return True

    def _put(self, mailbox: Mailbox, invitation: Invitation) -> None:
        copy = next((e for e in mailbox.events if e.ical_uid == invitation.uid), None)
        if copy is not None and (copy.is_organizer or invitation.sequence < copy.sequence):
            return
        if invitation.method == "CANCEL":
            if copy is not None:
                mailbox.events.remove(copy)
                publish(self._world, mailbox, copy, "deleted")
            return
        is_new = copy is None
        if copy is None:
            copy = self._new_copy(mailbox, invitation)
            mailbox.events.append(copy)
        elif (copy.start, copy.end) != (invitation.interval.start, invitation.interval.end):
            # A meeting that moved has to be answered anew.
            copy.response, copy.show_as = "notResponded", "tentative"
        copy.subject = invitation.subject
        copy.body = html.escape(invitation.description).replace("\n", "<br>")
        copy.start, copy.end = invitation.interval.start, invitation.interval.end
        copy.location = invitation.location
        copy.join_url, copy.is_online = invitation.join_url, bool(invitation.join_url)
        copy.sequence = invitation.sequence
        copy.invitees = [
            Invitee(
                email=person.email,
                name=person.name,
                kind="optional" if person.is_optional else "required",
            )
            for person in invitation.attendees
        ]
        copy.modified_at = self._world.clock.now()
        copy.version += 1
        publish(self._world, mailbox, copy, "created" if is_new else "updated")

    def _new_copy(self, mailbox: Mailbox, invitation: Invitation) -> Event:
        now = self._world.clock.now()
        return Event(
            calendar_id=mailbox.default_calendar.calendar_id,
            ical_uid=invitation.uid,
            start=invitation.interval.start,
            end=invitation.interval.end,
            time_zone="UTC",
            zone="UTC",
            organizer=Invitee(email=invitation.organizer.email, name=invitation.organizer.name),
            is_organizer=False,
            response="notResponded",
            show_as="tentative",
            created_at=now,
            modified_at=now,
        )
