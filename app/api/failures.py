"""What went wrong with a target, in words: the only tables of them.

Codes are ours (``app.deliveries``) or the vendors' own. A vendor's own sentences never get here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.deliveries.failures import LOCKED_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of a failure.

    Attributes:
        code: Ours or the vendor's.
        reason: In the words of the delivery; may be empty.
        system: Whose doing it is ("Google", "The mail server").
        person: Whom the target concerns.
        at: When it is tried next (``15:33 UTC``); empty when it is not.
    """

    code: str
    reason: str
    system: str
    person: str
    at: str


#: A connector's name, where a reason begins with it.
_SYSTEMS: Mapping[str, str] = {
    "google": "Google",
    "microsoft": "Microsoft",
    "zoom": "Zoom",
    "salesforce": "Salesforce",
    "mail": "The mail server",
}

_DAILY_LIMIT = "daily_limit"
_LIMITS = ("rate_limited", _DAILY_LIMIT)

#: Code → what happens next, while the service keeps trying.
_PASSING: Mapping[str, str] = {
    "unreachable": "{system} does not answer at the moment; we keep trying.",
    "outcome_unknown": "{system} did not confirm; we look whether it happened and go on.",
    "internal_error": "Something is wrong inside the service; we keep trying.",
    LOCKED_ROW: "Salesforce is just saving another change of the record; we keep trying.",
}
_STILL_TRYING = "Not done yet; we keep trying."

_ASK_ADMIN = "a Booking Admin has to look at it"
_START_AGAIN = "a Booking Admin can start it again"
_CORRECT_RECORD = (
    "a Booking Admin sees Salesforce's own words; correct the record and have it started again"
)
_GIVE_ACCESS = "a Salesforce admin has to give the integration user access"

#: Code → a plain reason, and what to do.
_FOR_A_PERSON: Mapping[str, tuple[str, str]] = {
    "reconnect_required": ("{system} no longer lets us in", "it has to be connected again"),
    "mail_unknown": (
        "nobody knows whether this mail was sent",
        "ask {person} before it is sent again",
    ),
    "template_wrong": (
        "a text template of the booking type is wrong",
        "a Booking Admin has to correct it",
    ),
    "internal_error": ("something is wrong inside the service", _ASK_ADMIN),
    "outcome_unknown": ("{system} never confirmed it", "look there whether it happened"),
    "unreachable": (
        "{system} has not answered for too long",
        "look whether it has an outage; a Booking Admin can start it again",
    ),
    "waits_for_conference": (
        "it waits for the meeting's link, which is not coming by itself",
        "what is wrong with the meeting has to be mended first",
    ),
    "waits_for_calendar_event": (
        "it waits for the calendar event, which is not coming by itself",
        "what is wrong with the event has to be mended first",
    ),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        "a validation rule in Salesforce does not let it pass",
        _CORRECT_RECORD,
    ),
    "REQUIRED_FIELD_MISSING": (
        "Salesforce wants a field that is not filled in",
        _CORRECT_RECORD,
    ),
    "INVALID_EMAIL_ADDRESS": (
        "Salesforce does not take one of the mail addresses",
        "correct it on the record and have it started again",
    ),
    "INSUFFICIENT_ACCESS_OR_READONLY": ("Salesforce does not let us write there", _GIVE_ACCESS),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        "Salesforce does not let us write to a record beside it",
        _GIVE_ACCESS,
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": ("Salesforce does not let us fill in a field", _GIVE_ACCESS),
    "ENTITY_IS_DELETED": ("the record was deleted in Salesforce", "bring it back, or book anew"),
    "NOT_FOUND": ("it is not there any more", "look whether somebody removed it"),
    LOCKED_ROW: ("the record was being changed all the time", _START_AGAIN),
}

#: Our own handlers' reasons for ``refused`` → what to do. They are plain enough as they are.
_REFUSALS: Mapping[str, str] = {
    "the host is not connected": "the host has to connect {system}",
    "the host has no calendar to write to": "the host has to connect a calendar",
    "the host disconnected the calendar": "the host has to connect it again",
    "the host removed it from the calendar": "ask the host whether the meeting takes place",
    "the co-host has no calendar": "the co-host has to connect one",
    "the org has no account there": "a Booking Admin has to connect {system}",
    "this person has no address": "enter it on the user in Salesforce",
    "the platform made no link": "make one by hand and send it to the guest",
}


def system_in(reason: str) -> str:
    """The system that a reason begins with; empty when it begins otherwise."""
    return _SYSTEMS.get(reason.partition(" ")[0], "")


def passing(told: Told) -> str:
    """What happens next, for something that is tried again by itself."""
    if told.code in _LIMITS:
        return _limit(told)
    if told.code == "not_yet":
        return f"{_capital(_plain(told.reason)) or 'It is not there yet'}; we keep looking."
    return _PASSING.get(told.code, _STILL_TRYING).format(system=told.system)


def for_a_person(told: Told) -> str:
    """Why a person is needed, and what for."""
    reason, action = _why_and_what(told)
    words = reason.format(system=_inside(told.system))
    what = action.format(system=_inside(told.system), person=told.person)
    goes_on = f" We keep trying; next at {told.at}." if told.at else ""
    return f"Needs a person: {words} — {what}.{goes_on}"


def _why_and_what(told: Told) -> tuple[str, str]:
    if told.code in _LIMITS:
        if told.code == _DAILY_LIMIT:
            return "{system}'s limit of the day is used up", "wait an hour or more, or raise it"
        return "{system} asks us to slow down all the time", _START_AGAIN
    if told.code == "not_yet":
        return _plain(told.reason) or "it is not there", "look whether something stands in its way"
    if told.code in _FOR_A_PERSON:
        return _FOR_A_PERSON[told.code]
    if told.reason in _REFUSALS:
        return _plain(told.reason), _REFUSALS[told.reason]
    return "{system} refused it", _ASK_ADMIN


def _limit(told: Told) -> str:
    next_try = f"; next try at {told.at}" if told.at else "; we keep trying"
    if told.code == _DAILY_LIMIT:
        return (
            f"{told.system}'s limit of the day is used up; it may take an hour or more{next_try}."
        )
    return f"{told.system} asked us to slow down{next_try}."


def _plain(reason: str) -> str:
    """A reason that is no template itself."""
    return reason.replace("{", "").replace("}", "")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _inside(system: str) -> str:
    """The system's name inside a sentence."""
    return f"the {system[4:]}" if system.startswith("The ") else system
