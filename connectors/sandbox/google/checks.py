"""Refuses what Google refuses: fields, parameters and values it does not know.

Source: the reference of Events, Freebusy and CalendarList in Google Calendar API v3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request

from connectors.sandbox.google.answers import GoogleError, bad_request

_PERSON = {"id": "string", "email": "string", "displayName": "string", "self": "boolean"}
_TIME = {"date": "string", "dateTime": "string", "timeZone": "string"}
_LOCATION = {"buildingId": "string", "deskId": "string", "floorId": "string"}

#: A field's type: a word, a dictionary of fields, a list with the type of its items, or
#: ``{"*": type}`` for an object with names of the caller's own.
EVENT: dict[str, Any] = {
    "anyoneCanAddSelf": "boolean",
    "attachments": [
        {
            "fileId": "string",
            "fileUrl": "string",
            "iconLink": "string",
            "mimeType": "string",
            "title": "string",
        }
    ],
    "attendees": [
        {
            **_PERSON,
            "additionalGuests": "integer",
            "comment": "string",
            "optional": "boolean",
            "organizer": "boolean",
            "resource": "boolean",
            "responseStatus": "string",
        }
    ],
    "attendeesOmitted": "boolean",
    "birthdayProperties": {"contact": "string", "customTypeName": "string", "type": "string"},
    "colorId": "string",
    "conferenceData": {
        "conferenceId": "string",
        "conferenceSolution": {
            "iconUri": "string",
            "key": {"type": "string"},
            "name": "string",
        },
        "createRequest": {
            "conferenceSolutionKey": {"type": "string"},
            "requestId": "string",
            "status": {"statusCode": "string"},
        },
        "entryPoints": [
            {
                "accessCode": "string",
                "entryPointFeatures": ["string"],
                "entryPointType": "string",
                "label": "string",
                "meetingCode": "string",
                "passcode": "string",
                "password": "string",
                "pin": "string",
                "regionCode": "string",
                "uri": "string",
            }
        ],
        "notes": "string",
        "parameters": {"addOnParameters": {"parameters": {"*": "string"}}},
        "signature": "string",
    },
    "created": "string",
    "creator": _PERSON,
    "description": "string",
    "end": _TIME,
    "endTimeUnspecified": "boolean",
    "etag": "string",
    "eventType": "string",
    "extendedProperties": {"private": {"*": "string"}, "shared": {"*": "string"}},
    "focusTimeProperties": {
        "autoDeclineMode": "string",
        "chatStatus": "string",
        "declineMessage": "string",
    },
    "guestsCanInviteOthers": "boolean",
    "guestsCanModify": "boolean",
    "guestsCanSeeOtherGuests": "boolean",
    "hangoutLink": "string",
    "htmlLink": "string",
    "iCalUID": "string",
    "id": "string",
    "kind": "string",
    "location": "string",
    "locked": "boolean",
    "organizer": _PERSON,
    "originalStartTime": _TIME,
    "outOfOfficeProperties": {"autoDeclineMode": "string", "declineMessage": "string"},
    "privateCopy": "boolean",
    "recurrence": ["string"],
    "recurringEventId": "string",
    "reminders": {
        "overrides": [{"method": "string", "minutes": "integer"}],
        "useDefault": "boolean",
    },
    "sequence": "integer",
    "source": {"title": "string", "url": "string"},
    "start": _TIME,
    "status": "string",
    "summary": "string",
    "transparency": "string",
    "updated": "string",
    "visibility": "string",
    "workingLocationProperties": {
        "customLocation": {"label": "string"},
        "homeOffice": {"*": "string"},
        "officeLocation": {**_LOCATION, "floorSectionId": "string", "label": "string"},
        "type": "string",
    },
}

FREE_BUSY: dict[str, Any] = {
    "calendarExpansionMax": "integer",
    "groupExpansionMax": "integer",
    "items": [{"id": "string"}],
    "timeMax": "string",
    "timeMin": "string",
    "timeZone": "string",
}

CHANNEL: dict[str, Any] = {
    "address": "string",
    "expiration": "int64",
    "id": "string",
    "kind": "string",
    "params": {"*": "string"},
    "payload": "boolean",
    "resourceId": "string",
    "resourceUri": "string",
    "token": "string",
    "type": "string",
}

#: Fields the caller may send and Google does not take over.
READ_ONLY = frozenset(
    {
        "attendeesOmitted",
        "created",
        "creator",
        "etag",
        "hangoutLink",
        "htmlLink",
        "kind",
        "locked",
        "organizer",
        "originalStartTime",
        "privateCopy",
        "recurringEventId",
        "updated",
    }
)

_CHOICES: dict[str, frozenset[str]] = {
    "status": frozenset({"confirmed", "tentative", "cancelled"}),
    "transparency": frozenset({"opaque", "transparent"}),
    "visibility": frozenset({"default", "public", "private", "confidential"}),
    "eventType": frozenset({"default", "outOfOffice", "focusTime", "workingLocation", "birthday"}),
}
_RESPONSES = frozenset({"needsAction", "declined", "tentative", "accepted"})

_TYPES: dict[str, type] = {"string": str, "boolean": bool, "integer": int}

#: Parameters every method takes.
_COMMON = frozenset({"alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp"})

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\Z")
_EVENT_ID = re.compile(r"[a-v0-9]{5,1024}\Z")


def body(fields: Mapping[str, Any], *, is_patch: bool = False) -> dict[str, Any]:
    """The request's JSON object, every field of it known and of its type.

    Args:
        fields: The types, as in ``EVENT``.
        is_patch: ``null`` is allowed: it takes a field away.
    """
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise bad_request("Parse Error", reason="parseError")
    _check_object(given, fields, "", is_patch=is_patch)
    return given


def _check_object(
    given: Mapping[str, Any], fields: Mapping[str, Any], path: str, *, is_patch: bool
) -> None:
    for name, value in given.items():
        kind = fields.get(name, fields.get("*"))
        if kind is None:
            raise bad_request(
                f"Invalid JSON payload received. Unknown name \"{name}\" at '{path}': "
                "Cannot find field.",
                reason="badRequest",
            )
        if value is None and is_patch:
            continue
        _check_value(value, kind, f"{path}.{name}" if path else name, is_patch=is_patch)


def _check_value(value: Any, kind: Any, path: str, *, is_patch: bool) -> None:
    if isinstance(kind, dict):
        if not isinstance(value, dict):
            raise _wrong_type(path)
        _check_object(value, kind, path, is_patch=is_patch)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            raise _wrong_type(path)
        for position, item in enumerate(value):
            _check_value(item, kind[0], f"{path}[{position}]", is_patch=False)
    elif kind == "int64":
        # As text in JSON; a number is understood too.
        if isinstance(value, bool) or not re.fullmatch(r"\d{1,18}", str(value)):
            raise _wrong_type(path)
    elif type(value) is not _TYPES[kind]:
        raise _wrong_type(path)


def _wrong_type(path: str) -> GoogleError:
    return bad_request(f"Invalid value at '{path}'", reason="badRequest")


def event_values(given: Mapping[str, Any]) -> None:
    """Refuse values outside their choices, and addresses that are none."""
    for name, choices in _CHOICES.items():
        if given.get(name) is not None and given[name] not in choices:
            raise bad_request(f"Invalid value for: {given[name]} is not a valid {name}")
    for attendee in given.get("attendees") or ():
        if not _ADDRESS.match(attendee.get("email") or ""):
            raise bad_request("Invalid attendee email.")
        if attendee.get("responseStatus", "needsAction") not in _RESPONSES:
            raise bad_request("Invalid response status.")


def event_id(value: str) -> None:
    """Refuse an id outside base32hex or of the wrong length."""
    if not _EVENT_ID.match(value):
        raise bad_request("Invalid resource id value.")


def parameters(*allowed: str) -> None:
    """Refuse query parameters that the method does not have."""
    for name in request.args:
        if name not in allowed and name not in _COMMON:
            raise bad_request(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query '
                "parameter. Field not found.",
                reason="badRequest",
                location=name,
            )
    if request.args.get("alt", "json") != "json":
        raise bad_request("Only alt=json is spoken here.", location="alt")


def flag(name: str) -> bool:
    """A boolean query parameter; false when it is not given."""
    text = request.args.get(name, "false")
    if text not in ("true", "false"):
        raise bad_request(f"Invalid boolean value: '{text}'.", location=name)
    return text == "true"


def number(name: str, *, default: int, least: int, most: int) -> int:
    """An integer query parameter.

    Args:
        name: Which.
        default: When it is not given.
        least: Less is refused.
        most: More is refused.
    """
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isdigit() or not least <= int(text) <= most:
        raise bad_request(
            f"Invalid value '{text}'. Values must be within the range: [{least}, {most}]",
            reason="invalidParameter",
            location=name,
        )
    return int(text)


def choice(name: str, *choices: str, default: str) -> str:
    """A query parameter out of a few words."""
    text = request.args.get(name, default)
    if text != default and text not in choices:
        raise bad_request(f"Invalid string value: '{text}'.", location=name)
    return text
