"""What a booking's targets are called, and their states in words; the only tables of them.

The reader is an organizer who has the guest on the phone: who is at fault, and what happens next
or has to be done. ``failures`` has the words for what went wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.api import failures
from app.deliveries.targets import MADE_BY_CALENDAR, Target
from booking_types.model import Platform

PLATFORM_NAMES: Mapping[Platform, str] = {
    Platform.GOOGLE_MEET: "Google Meet",
    Platform.MICROSOFT_TEAMS: "Microsoft Teams",
    Platform.ZOOM: "Zoom",
    Platform.NONE: "No platform",
}

#: Whose service makes each platform's meetings.
_MAKERS: Mapping[Platform, str] = {
    Platform.GOOGLE_MEET: "Google",
    Platform.MICROSOFT_TEAMS: "Microsoft",
    Platform.ZOOM: "Zoom",
}

#: ``{platform}`` and ``{person}`` are filled in.
_TITLES: Mapping[Target, str] = {
    Target.CONFERENCE: "{platform} meeting",
    Target.CALENDAR_EVENT: "Calendar event",
    Target.INVITATION: "Guest invitation",
    Target.CO_HOST_CALENDAR: "{person}'s calendar",
    Target.CRM_BOOKING: "Salesforce booking",
    Target.RECORD_UPDATE: "Salesforce record",
    Target.NOTICE: "Notice to {person}",
}

_DONE: Mapping[Target, str] = {
    Target.CONFERENCE: "Ready.",
    Target.CALENDAR_EVENT: "On the host's calendar.",
    Target.INVITATION: "Sent.",
    Target.CO_HOST_CALENDAR: "Shows the meeting.",
    Target.CRM_BOOKING: "Saved.",
    Target.RECORD_UPDATE: "Updated.",
    Target.NOTICE: "Sent.",
}

#: How each target goes on when the link does not come.
_WITHOUT_LINK: Mapping[Target, str] = {
    Target.CALENDAR_EVENT: "The invitation goes out without a link",
    Target.INVITATION: "The invitation goes out without a link",
    Target.CRM_BOOKING: "The booking is saved without a link",
    Target.NOTICE: "The notice goes out without a link",
}

_ON_ITS_WAY = "On its way."
_UPDATE_ON_ITS_WAY = "An update is on its way."
_WAITS_FOR_EVENT = "Waits for the calendar event."
_WAITS_FOR_SYNCHRONISATION = (
    "Saved; its event is waiting for the calendar's synchronisation to bring it."
)
_EVENT_IS_STUCK = (
    "The calendar event needs a person first; this follows by itself once it is there."
)
_WAITS_FOR_LINK = "Waits for the meeting's link."
_LINK_IS_STUCK = "The meeting's link is not coming by itself; somebody has to act on it."
_LINK_IS_LATE = "The meeting's link is late; somebody has to look at it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a target stands.

    Attributes:
        target: Which kind.
        platform: The booking's.
        person: Whose it is, for targets of one person; may be empty.
        state: The delivery's.
        is_done: It shows the booking as it is now.
        has_earlier: It shows an earlier revision of it.
        code, reason: What went wrong last; may be empty.
        next_attempt_at: When it is tried next, or goes on without what it waits for.
        late: Kinds of targets of the booking that a person was asked to look at.
        stuck: Those of them that nobody tries any more until a person did something.
    """

    target: Target
    platform: Platform
    person: str = ""
    state: str
    is_done: bool = False
    has_earlier: bool = False
    code: str = ""
    reason: str = ""
    next_attempt_at: datetime | None = None
    late: Collection[Target] = ()
    stuck: Collection[Target] = ()


def target_title(target: str, *, platform: Platform, person: str) -> str:
    """What people call the target.

    Args:
        target: A ``Target``.
        platform: The booking's.
        person: Whose it is, for targets of one person.
    """
    words = _TITLES[Target(target)]
    return words.format(platform=PLATFORM_NAMES[platform], person=person or "a colleague")


def target_detail(progress: Progress) -> str:
    """How far the target has come, as an organizer reads it on the phone."""
    if progress.is_done:
        return _DONE[progress.target]
    if progress.state == "waiting":
        return _waiting(progress)
    if progress.state in ("retrying", "needs_attention"):
        failure = failures.Told(
            code=progress.code,
            reason=progress.reason,
            system=_system(progress),
            person=progress.person or "the guest",
            at=_clock(progress.next_attempt_at),
        )
        if progress.state == "retrying":
            return failures.passing(failure)
        return failures.for_a_person(failure)
    return _UPDATE_ON_ITS_WAY if progress.has_earlier else _ON_ITS_WAY


def _waiting(progress: Progress) -> str:
    if progress.code == "waits_for_synchronisation":
        return _WAITS_FOR_SYNCHRONISATION
    waits_for_event = progress.code == "waits_for_calendar_event" or (
        progress.target in (Target.CONFERENCE, Target.CO_HOST_CALENDAR)
    )
    if waits_for_event:
        is_stuck = Target.CALENDAR_EVENT in progress.stuck
        return _EVENT_IS_STUCK if is_stuck else _WAITS_FOR_EVENT
    if progress.target not in _WITHOUT_LINK:
        return "Waits for its turn."
    if Target.CONFERENCE not in progress.late:
        return _WAITS_FOR_LINK
    words = _LINK_IS_STUCK if Target.CONFERENCE in progress.stuck else _LINK_IS_LATE
    at = _clock(progress.next_attempt_at)
    return f"{words} {_WITHOUT_LINK[progress.target]}{f' at {at}' if at else ''}."


def _system(progress: Progress) -> str:
    """Who has to do with it, as people say."""
    target, platform = progress.target, progress.platform
    named = failures.system_in(progress.reason)
    if named:
        return named
    if target is Target.CONFERENCE:
        return _MAKERS.get(platform, "The platform")
    if target is Target.CALENDAR_EVENT:
        return _MAKERS[platform] if platform in MADE_BY_CALENDAR else "The host's calendar"
    if target is Target.CO_HOST_CALENDAR:
        return f"{progress.person or 'The co-host'}'s calendar"
    if target in (Target.CRM_BOOKING, Target.RECORD_UPDATE):
        return "Salesforce"
    return "The mail server"


def _clock(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(UTC):%H:%M} UTC"
