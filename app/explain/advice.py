"""What each reason means for an admin, and what to do about it; ``docs/explanations.md`` says more."""

from __future__ import annotations

from collections.abc import Mapping

#: By the stable word.
ADVICE: Mapping[str, str] = {
    "inactive": "switched off as a host, or in this type; switch them on again",
    "no_calendar": "this type needs a connected calendar and they have none; they connect one, or "
    "the type's calendar rule becomes optional",
    "connection_broken": "their calendar does not let the service in any more; they connect it again",
    "calendar_unreadable": "their calendar did not answer; try again, then `handover doctor`",
    "salesforce_unreadable": "their events in Salesforce could not be read; try again, then "
    "`handover doctor`",
    "holidays_unknown": "the holiday calendar of their profile is none that is known; correct it",
    "platform_not_connected": "the type takes place on a platform that they have not connected; they "
    "connect it, or the type's platform rule changes",
    "in_the_past": "the time has passed",
    "below_minimum_notice": "too soon: the minimum notice of the type, or of this person",
    "beyond_horizon": "too far ahead: the booking window of the type, or of this person",
    "holiday": "a holiday of the type, or of where they work; other hours of this person on that "
    "date stand above it",
    "day_off": "a date override without hours: the type's, or their own",
    "outside_hours": "the meeting does not lie wholly within the hours that count: theirs on this "
    "type, else the type's, else their own",
    "daily_limit": "they have as many meetings of this type on that day as they may",
    "weekly_limit": "they have as many meetings of this type in that week (Monday to Sunday) as "
    "they may",
    "busy": "something stands in their calendar, in Salesforce, or is booked already",
    "buffer": "the meeting itself fits, but not the time kept free before or after it",
    "off_grid": "starts stand on whole steps from midnight of the type's zone; this is none",
    "is_co_host": "they attend as a co-host already",
    "unknown_timezone": "the zone of their working hours does not exist; correct it",
}


def spoken(word: str) -> str:
    """A stable word as people read it."""
    return word.replace("_", " ")
