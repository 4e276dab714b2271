"""Graph's manners: errors, ``Prefer``, OData parameters, dates without an offset."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, jsonify, request

from connectors.sandbox.microsoft.zones import zone_named

_TIMEZONE = re.compile(r'outlook\.timezone\s*=\s*"([^"]*)"', re.IGNORECASE)
_PAGE_SIZE = re.compile(r"odata\.maxpagesize\s*=\s*(\d{1,9})", re.IGNORECASE)
_IMMUTABLE = re.compile(r'IdType\s*=\s*"ImmutableId"', re.IGNORECASE)

Json = dict[str, Any]


class GraphError(Exception):
    """An answer in Graph's error form."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.code = code
        self.message = message

    def response(self) -> Response:
        """The error as Graph writes it.

        Source: learn.microsoft.com/graph/errors (read 2025).
        """
        inner = {
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id(),
            "client-request-id": request.headers.get("client-request-id", request_id()),
        }
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        response = jsonify(body)
        response.status_code = self.status
        response.headers.update(self.headers)
        return response


def bad_request(message: str, *, code: str = "BadRequest") -> GraphError:
    """A 400: the request is not what Graph takes."""
    return GraphError(400, code, message)


def not_found() -> GraphError:
    """A 404: no such item, or none that this caller may see."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def request_id() -> str:
    """This request's own id, made at the first asking."""
    if "microsoft_request_id" not in g:
        g.microsoft_request_id = str(uuid.uuid4())
    made: str = g.microsoft_request_id
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What the request's ``Prefer`` headers ask for."""

    zone_name: str
    zone: ZoneInfo
    immutable_ids: bool
    page_size: int | None = None


def preferences() -> Preferences:
    """What the request prefers; UTC and changeable ids without a word.

    Raises:
        GraphError: The zone is none.
    """
    header = ", ".join(request.headers.getlist("Prefer"))
    asked = _TIMEZONE.search(header)
    size = _PAGE_SIZE.search(header)
    name = asked.group(1) if asked else "UTC"
    return Preferences(
        zone_name=name,
        zone=zone_or_refuse(name),
        immutable_ids=_IMMUTABLE.search(header) is not None,
        page_size=int(size.group(1)) if size else None,
    )


def zone_or_refuse(name: object, *, supported: tuple[str, ...] | None = None) -> ZoneInfo:
    """The zone by a Windows or IANA name.

    Raises:
        GraphError: There is none of that name, or the mailbox does not take it.
    """
    zone = zone_named(name) if isinstance(name, str) else None
    if zone is None or (supported is not None and name not in supported):
        raise bad_request(
            "A valid TimeZone value must be specified. "
            f"The following TimeZone value is not supported: '{name}'.",
            code="TimeZoneNotSupportedException",
        )
    return zone


def parameters(allowed: frozenset[str]) -> Mapping[str, str]:
    """The query's parameters.

    Raises:
        GraphError: One is unknown here, or is given twice.
    """
    for name, values in request.args.lists():
        if name not in allowed:
            raise bad_request(f"The query parameter '{name}' is not supported.")
        if len(values) > 1:
            raise bad_request(f"Query option '{name}' was specified more than once.")
    return request.args


def json_object() -> Json:
    """The body, which has to be a JSON object.

    Raises:
        GraphError: It is not.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise bad_request("Unable to read JSON request payload.")
    return body


def local_time(value: object, *, supported: tuple[str, ...] | None) -> tuple[datetime, str]:
    """A dateTimeTimeZone as an aware time in its zone, and the zone as it was named.

    Raises:
        GraphError: It has an offset, no zone, or is none at all.
    """
    if not isinstance(value, dict) or set(value) - {"dateTime", "timeZone", "@odata.type"}:
        raise bad_request("A dateTimeTimeZone has the properties dateTime and timeZone.")
    name = value.get("timeZone")
    zone = zone_or_refuse(name, supported=supported)
    try:
        moment = datetime.fromisoformat(str(value.get("dateTime")))
    except ValueError as error:
        raise bad_request("Cannot convert the literal to Edm.DateTime.") from error
    if moment.tzinfo is not None:
        if moment.utcoffset() != timedelta(0) or zone.key != "UTC":
            raise bad_request("dateTime has an offset although timeZone says the zone.")
        moment = moment.replace(tzinfo=None)
    return moment.replace(tzinfo=zone), str(name)


def date_time(moment: datetime, preferred: Preferences) -> Json:
    """An instant as Graph answers it: seven digits of a second, no offset."""
    local = moment.astimezone(preferred.zone)
    return {"dateTime": seven_digits(local), "timeZone": preferred.zone_name}


def seven_digits(local: datetime) -> str:
    """A wall-clock time in .NET's round-trip form without an offset."""
    return local.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


def zulu(moment: datetime) -> str:
    """A DateTimeOffset in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str | None, *, name: str) -> datetime:
    """A calendarView bound: ISO 8601, in UTC when it has no offset.

    Raises:
        GraphError: It is missing or none.
    """
    if not text:
        raise bad_request(f"This request requires a time window: '{name}' is missing.")
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise bad_request(f"The parameter '{name}' is not a time.") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
