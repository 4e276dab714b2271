"""What a body or a query of Zoom's may say. What Zoom would overlook is refused here."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Request

from connectors.sandbox.zoom.answers import VALIDATION_FAILED, Refused, invalid

#: Source: developers.zoom.us, "Create a meeting".
_TOPIC_CHARACTERS = 200
_AGENDA_CHARACTERS = 2000
_PASSWORD_CHARACTERS = 10
_SCHEDULED = 2
_MINUTES_A_DAY = 24 * 60

_START = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")

_SETTINGS: dict[str, type] = {
    "host_video": bool,
    "participant_video": bool,
    "join_before_host": bool,
    "jbh_time": int,
    "mute_upon_entry": bool,
    "use_pmi": bool,
    "waiting_room": bool,
    "audio": str,
    "auto_recording": str,
    "alternative_hosts": str,
    "meeting_authentication": bool,
    "email_notification": bool,
    "calendar_type": int,
}


def _zone(value: Any) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):
        return "Invalid time zone."
    return ""


def _text(limit: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "Must be text."
        return f"Must not be longer than {limit} characters." if len(value) > limit else ""

    return check


def _type(value: Any) -> str:
    return "" if value == _SCHEDULED and value is not True else "Invalid meeting type."


def _start(value: Any) -> str:
    if not isinstance(value, str) or not _START.fullmatch(value):
        return "Must be yyyy-MM-ddTHH:mm:ss, with Z for UTC."
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return "There is no such time."
    return ""


def _duration(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "Must be a number of minutes."
    return "" if 0 < value <= _MINUTES_A_DAY else "Must be between 1 minute and 24 hours."


def _settings(value: Any) -> str:
    if not isinstance(value, dict):
        return "Must be an object."
    for name, setting in value.items():
        kind = _SETTINGS.get(name)
        if kind is None:
            return f"Unknown setting: {name}."
        if not isinstance(setting, kind) or (kind is int and isinstance(setting, bool)):
            return f"Wrong kind of value: {name}."
    return ""


_FIELDS: dict[str, Callable[[Any], str]] = {
    "topic": _text(_TOPIC_CHARACTERS),
    "agenda": _text(_AGENDA_CHARACTERS),
    "password": _text(_PASSWORD_CHARACTERS),
    "type": _type,
    "start_time": _start,
    "duration": _duration,
    "timezone": _zone,
    "settings": _settings,
}


def meeting_body(request: Request) -> dict[str, Any]:
    """The body of a create or update.

    Raises:
        Refused: It is not JSON, or some field is unknown or wrong.
    """
    body = request.get_json(silent=True) if request.is_json else None
    if not isinstance(body, dict):
        raise Refused(400, VALIDATION_FAILED, "Request Body should be a valid JSON object.")
    wrong = {}
    for name, value in body.items():
        check = _FIELDS.get(name)
        problem = check(value) if check else "Unknown field."
        if problem:
            wrong[name] = problem
    if wrong:
        raise invalid(**wrong)
    return body


def start_of(text: str, *, time_zone: str) -> datetime:
    """The instant a ``start_time`` names: UTC with Z, else the wall clock of the zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(time_zone))
    return moment.astimezone(UTC)


def known_query(request: Request, *names: str) -> dict[str, str]:
    """The query, which may say nothing but these.

    Raises:
        Refused: It says something else.
    """
    wrong = {name: "Unknown parameter." for name in request.args if name not in names}
    if wrong:
        raise invalid(**wrong)
    return request.args.to_dict()


def number_between(text: str, *, name: str, low: int, high: int) -> int:
    """A number of the query.

    Raises:
        Refused: It is none, or too small or too large.
    """
    if not text.isdecimal() or not low <= int(text) <= high:
        raise invalid(**{name: f"Must be between {low} and {high}."})
    return int(text)
