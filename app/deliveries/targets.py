"""Which targets a booking has, which wait for another, and when to try again; pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.storage.tables import Booking, Delivery
from booking_types.model import BookingType, Platform


class Target(StrEnum):
    """The kinds of things that must look like a booking."""

    #: The meeting room on the platform.
    CONFERENCE = "conference"
    #: The event on the host's calendar, through which everybody else is invited.
    CALENDAR_EVENT = "calendar_event"
    #: The invitation by our own mail, when no calendar sends one.
    INVITATION = "invitation"
    #: That a co-host's own calendar shows the event.
    CO_HOST_CALENDAR = "co_host_calendar"
    #: The Booking record and the Event in Salesforce.
    CRM_BOOKING = "crm_booking"
    #: Fields of the record, and its owner.
    RECORD_UPDATE = "record_update"
    #: A mail to the host, a co-host or the organizer.
    NOTICE = "notice"


#: Targets that are mails: after an unknown outcome a person decides, nobody sends twice.
MAILS = (Target.INVITATION, Target.NOTICE)

#: Platforms whose meetings the host's calendar makes together with the event.
MADE_BY_CALENDAR = (Platform.GOOGLE_MEET, Platform.MICROSOFT_TEAMS)

#: How long everything else waits for the conference's link before a person is asked.
LINK_PATIENCE = timedelta(minutes=10)
#: How long a person has to decide before the invitation goes out without a link …
DECISION_TIME = timedelta(minutes=30)
#: … or until this long before the start, whichever comes first.
LATEST_BEFORE_START = timedelta(hours=2)

#: How long another synchronisation has to bring the calendar's event to Salesforce …
SYNCHRONISATION_PATIENCE = timedelta(minutes=30)
#: … and after which waits it is looked for: the last one is repeated.
_SYNCHRONISATION_WAITS = tuple(timedelta(minutes=each) for each in (1, 2, 5, 10))

#: However soon the meeting starts, the platform has this long to make its link …
FIRST_CHANCE = timedelta(minutes=1)
#: … and however patient one is, the invitation is out this long before the start.
LAST_CALL = timedelta(minutes=5)

#: After this long nobody tries any more.
GIVE_UP_AFTER = timedelta(hours=72)
_FIRST_DELAY = timedelta(seconds=1)
#: A quota of the day is looked at again this often.
LONGEST_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target that a booking has.

    Attributes:
        target: Which kind.
        subject_id: Whose, where there are several of the kind: a Salesforce user id.
    """

    target: Target
    subject_id: str = ""


def wanted_targets(
    *,
    booking_type: BookingType,
    platform: Platform,
    has_guests: bool,
    has_record_answers: bool,
    host_writes_calendar: bool,
    co_hosts: Sequence[str],
    co_hosts_with_calendar: Iterable[str],
    host_id: str,
    organizer_id: str | None,
) -> list[Wanted]:
    """The targets of a new booking, in the order in which people read them.

    Args:
        booking_type: Its switches.
        platform: Where the meeting is.
        has_guests: Somebody from outside is on it.
        has_record_answers: Answers of the booking form are written to the record.
        host_writes_calendar: The host has a calendar that we may write to.
        co_hosts: Their user ids.
        co_hosts_with_calendar: Those of them whose calendar we can read.
        host_id: The host.
        organizer_id: The user who booked; nothing for automation.
    """
    write_back = booking_type.write_back
    has_event = write_back.calendar_event and host_writes_calendar
    targets = []
    if platform is not Platform.NONE:
        targets.append(Wanted(Target.CONFERENCE))
    if has_event:
        targets.append(Wanted(Target.CALENDAR_EVENT))
        targets += [
            Wanted(Target.CO_HOST_CALENDAR, host) for host in sorted(co_hosts_with_calendar)
        ]
    elif write_back.guest_invitation and has_guests:
        targets.append(Wanted(Target.INVITATION))
    targets.append(Wanted(Target.CRM_BOOKING))
    if write_back.record_updates or write_back.hand_over_owner or has_record_answers:
        targets.append(Wanted(Target.RECORD_UPDATE))
    told = [host_id, *co_hosts]
    if organizer_id is not None and organizer_id not in told:
        told.append(organizer_id)
    targets += [Wanted(Target.NOTICE, user_id) for user_id in told]
    return targets


def link_deadline(*, conference: Delivery, start_at: datetime, scale: float) -> datetime:
    """When the others stop waiting for the conference's link and go without it.

    A person is asked after ``LINK_PATIENCE``, or at once when the platform refused for good.
    Then they have ``DECISION_TIME`` or until ``LATEST_BEFORE_START``, whichever comes first. An
    invitation is never later than ``LAST_CALL`` before the start, but gives the platform a
    ``FIRST_CHANCE`` however soon that is.
    """
    asked_at = conference.attention_at or conference.created_at + LINK_PATIENCE * scale
    decided_at = min(asked_at + DECISION_TIME * scale, start_at - LATEST_BEFORE_START)
    latest = max(start_at - LAST_CALL, conference.created_at + FIRST_CHANCE * scale)
    return min(max(asked_at, decided_at), latest)


def waits_for(
    target: Target, *, booking: Booking, siblings: Mapping[tuple[str, str], Delivery]
) -> Delivery | None:
    """The delivery that has to be done first; nothing when this one may go ahead.

    Whoever shows the link waits for it. A conference that the calendar makes waits for the
    calendar's event, and a co-host's copy cannot be there before it.
    """
    conference = siblings.get((Target.CONFERENCE, ""))
    event = siblings.get((Target.CALENDAR_EVENT, ""))
    made_by_calendar = Platform(booking.platform) in MADE_BY_CALENDAR
    first: Delivery | None = None
    if target is Target.CONFERENCE:
        first = event if made_by_calendar else None
    elif target is Target.CALENDAR_EVENT:
        first = None if made_by_calendar else conference
    elif target is Target.CO_HOST_CALENDAR:
        first = event
    elif target in (Target.CRM_BOOKING, *MAILS):
        first = conference
    if first is None or is_settled(first, booking=booking):
        return None
    return first


def is_settled(delivery: Delivery, *, booking: Booking) -> bool:
    """Whether the target shows the booking as it is."""
    return delivery.state == "done" and delivery.delivered_revision >= booking.revision


def is_given_up(delivery: Delivery) -> bool:
    """Whether nobody tries any more until a person did something."""
    return delivery.state == "needs_attention" and delivery.next_attempt_at is None


def ends_with_meeting(target: Target) -> bool:
    """Whether the target is pointless once the meeting is over; what Salesforce keeps is not."""
    return target not in (Target.CRM_BOOKING, Target.RECORD_UPDATE)


def shows_link(target: Target, *, platform: Platform) -> bool:
    """Whether the target has to be changed when the conference's link becomes known late."""
    if target is Target.CALENDAR_EVENT:
        return platform not in MADE_BY_CALENDAR
    return target in (Target.CRM_BOOKING, Target.INVITATION)


def synchronisation_wait(looks: int, *, scale: float) -> timedelta:
    """How long to wait before an Event that another synchronisation makes is looked for again.

    Args:
        looks: How often it was looked for at this revision, at least once.
        scale: Shortens all delays in drills.
    """
    return _SYNCHRONISATION_WAITS[min(looks, len(_SYNCHRONISATION_WAITS)) - 1] * scale


def synchronisation_deadline(event: Delivery, *, scale: float) -> datetime | None:
    """When another synchronisation has had its time; nothing while it has not begun.

    Args:
        event: The calendar's event, from which the other one is made.
        scale: Shortens all delays in drills.
    """
    written_at = event.done_at
    return None if written_at is None else written_at + SYNCHRONISATION_PATIENCE * scale


def retry_delay(attempts: int, *, asked: timedelta | None, scale: float) -> timedelta:
    """How long to wait before the next attempt.

    Doubles from a second to an hour, with jitter so that those who failed together do not come
    back together; never sooner than the vendor asked.

    Args:
        attempts: How many failed at this revision.
        asked: What the vendor asked for.
        scale: Shortens all delays in drills; what a vendor asks for as well.
    """
    doubled = _FIRST_DELAY * (1 << min(attempts - 1, 12))
    # Not a secret: it only has to differ.
    jittered = min(doubled, LONGEST_DELAY) * random.uniform(0.5, 1.0)  # noqa: S311
    return max(jittered, asked or timedelta(0)) * scale
