"""What a booking's targets are called, and their states in words; the only table of them."""

from __future__ import annotations

from collections.abc import Mapping

from app.deliveries.targets import Target
from booking_types.model import Platform

PLATFORM_NAMES: Mapping[Platform, str] = {
    Platform.GOOGLE_MEET: "Google Meet",
    Platform.MICROSOFT_TEAMS: "Microsoft Teams",
    Platform.ZOOM: "Zoom",
    Platform.NONE: "No platform",
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
    Target.CONFERENCE: "Ready",
    Target.CALENDAR_EVENT: "On the host's calendar",
    Target.INVITATION: "Sent",
    Target.CO_HOST_CALENDAR: "Shows the meeting",
    Target.CRM_BOOKING: "Saved",
    Target.RECORD_UPDATE: "Updated",
    Target.NOTICE: "Sent",
}

#: On whom each target waits, as ``app.deliveries.targets.waits_for`` has it.
_WAITING: Mapping[Target, str] = {
    Target.CONFERENCE: "Waits for the calendar event",
    Target.CALENDAR_EVENT: "Waits for the meeting's link",
    Target.INVITATION: "Waits for the meeting's link",
    Target.CO_HOST_CALENDAR: "Waits for the calendar event",
    Target.CRM_BOOKING: "Waits for the meeting's link",
    Target.RECORD_UPDATE: "Waits for its turn",
    Target.NOTICE: "Waits for the meeting's link",
}

_ON_ITS_WAY = "On its way"
_UPDATE_ON_ITS_WAY = "An update is on its way"
_RETRYING = "Not done yet, trying again"
_NEEDS_ATTENTION = "Needs attention"


def target_title(target: str, *, platform: Platform, person: str) -> str:
    """What people call the target.

    Args:
        target: A ``Target``.
        platform: The booking's.
        person: Whose it is, for targets of one person.
    """
    words = _TITLES[Target(target)]
    return words.format(platform=PLATFORM_NAMES[platform], person=person or "a colleague")


def target_detail(target: str, *, state: str, is_done: bool, has_earlier: bool, reason: str) -> str:
    """How far the target has come, as an organizer reads it on the phone.

    Args:
        target: A ``Target``.
        state: The delivery's state.
        is_done: It shows the booking as it is now.
        has_earlier: It shows an earlier revision of it.
        reason: What went wrong last, in words; may be empty.
    """
    kind = Target(target)
    if is_done:
        return _DONE[kind]
    if state == "waiting":
        return _WAITING[kind]
    if state == "retrying":
        return _with_reason(_RETRYING, reason)
    if state == "needs_attention":
        return _with_reason(_NEEDS_ATTENTION, reason)
    return _UPDATE_ON_ITS_WAY if has_earlier else _ON_ITS_WAY


def _with_reason(words: str, reason: str) -> str:
    return f"{words}: {reason}" if reason else words
