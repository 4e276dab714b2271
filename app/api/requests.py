"""What each operation takes: read strictly, and turned into what the service is asked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, post_load

from app.api.fields import (
    Guests,
    Line,
    Minutes,
    MinutesInAddress,
    OurId,
    PageSize,
    Paragraphs,
    PlatformName,
    Raw,
    SalesforceId,
    SalesforceIds,
    SalesforceIdsInAddress,
    Strict,
    Switch,
    TimeZone,
    minutes_of,
)
from app.bookings.questions import BookRequest
from app.inputs import instants, zones
from booking_types.errors import InvalidRequestError
from booking_types.intervals import Interval
from booking_types.model import Platform

_KEY = re.compile(r"[\x20-\x7e]{1,255}")

_RECORD = "The Salesforce record, 15 or 18 characters."
_ZONE = "IANA name. Times without an offset are meant there."


class BookingRequest(Strict):
    """A booking to be made."""

    record_id = SalesforceId(required=True, metadata={"description": _RECORD})
    booking_type_id = OurId(required=True, metadata={"format": "uuid"})
    start = Raw(
        required=True,
        metadata={
            "description": "RFC 3339. Without an offset it is meant in `time_zone`; with one, "
            "the offset must be that zone's; `Z` goes with every zone.",
        },
    )
    time_zone = TimeZone(
        required=True,
        metadata={"description": "IANA name of the zone in which the time was agreed."},
    )
    duration_minutes = Minutes(
        metadata={"description": "One of the booking type's; its first by default."}
    )
    host_id = SalesforceId(
        metadata={"description": "Salesforce user; left out where the booking type decides."}
    )
    co_host_ids = SalesforceIds(
        fields.String(), metadata={"description": "Salesforce users who must attend as well."}
    )
    guests = Guests(
        fields.Nested("GuestRequest"),
        metadata={"description": "Who is invited, the primary guest first."},
    )
    platform = PlatformName(
        metadata={
            "description": "Where; left out for the default.",
            "enum": [platform.value for platform in Platform],
        }
    )
    place = Line(metadata={"description": "Where, for a meeting without a platform."})
    notes = Paragraphs(metadata={"description": "Shown to the people of the house."})

    @post_load
    def _complete(self, data: dict[str, Any], **_: Any) -> BookRequest:
        zone = zones.zone(data["time_zone"])
        read = dict(data)
        read["start"] = instants.instant(data["start"], zone=zone, field="start")
        read["duration"] = read.pop("duration_minutes", None)
        return BookRequest(**read)


class GuestRequest(Strict):
    """Somebody from outside who is invited."""

    email = fields.String(required=True, metadata={"description": "One plain mail address."})
    name = fields.String()


class IdempotencyHeaders(Strict):
    """The header that makes a booking happen once however often it is sent."""

    idempotency_key = Raw(
        data_key="Idempotency-Key",
        metadata={
            "description": "1 to 255 printable ASCII characters of the caller's choice. The same "
            "key with the same request is answered with the first answer again.",
            "maxLength": 255,
        },
    )


class ExplainQuery(Strict):
    """Whether the reasons are wanted."""

    explain = Switch(metadata={"description": "1: also say why not, for the others."})


class AvailabilityQuery(Strict):
    """Which times are looked at, and for whom."""

    from_ = Raw(
        data_key="from",
        metadata={"description": "Slots begin then or later. RFC 3339; goes with `to`."},
    )
    to = Raw(metadata={"description": "Slots begin earlier. At most 62 days after `from`."})
    week = Raw(
        metadata={
            "description": "In place of `from` and `to`: an ISO week of `time_zone`.",
            "pattern": "^[0-9]{4}-W[0-9]{2}$",
        }
    )
    time_zone = TimeZone(metadata={"description": _ZONE})
    host = SalesforceId(metadata={"description": "Only this host."})
    co_hosts = SalesforceIdsInAddress(
        fields.String(),
        metadata={"description": "Who must attend as well; with commas, or repeated."},
    )
    duration_minutes = MinutesInAddress(
        metadata={"description": "One of the booking type's; its first by default."}
    )
    all = Switch(metadata={"description": "1: the times of all hosts at once."})
    explain = Switch(metadata={"description": "1: also say of every other time why not."})


class BookingsQuery(Strict):
    """Which bookings."""

    record_id = SalesforceId(
        metadata={"description": _RECORD + " Without it: all that the caller booked or attends."}
    )
    after = Raw(metadata={"description": "Starting then or later; RFC 3339 with an offset."})
    before = Raw(metadata={"description": "Starting earlier; RFC 3339 with an offset."})
    limit = PageSize(metadata={"description": "At most so many.", "minimum": 1, "maximum": 200})
    cursor = Raw(metadata={"description": "`next_cursor` of the page before."})


def asked_span(query: Mapping[str, Any]) -> Interval:
    """The span that an ``AvailabilityQuery`` is about.

    Raises:
        InvalidRequestError: It names none, two, or a wrong one.
    """
    zone = zones.zone(query["time_zone"]) if "time_zone" in query else None
    if "week" in query:
        if "from_" in query or "to" in query:
            raise InvalidRequestError(
                "Give a week, or from and to, not both.", code="invalid_range", field="week"
            )
        if zone is None:
            raise InvalidRequestError(
                "Say in which time zone the week is meant.",
                code="timezone_required",
                field="time_zone",
            )
        return instants.week(query["week"], zone=zone, field="week")
    for name in ("from_", "to"):
        if name not in query:
            raise InvalidRequestError(
                "Give from and to, or a week.", code="missing_field", field=name.rstrip("_")
            )
    return instants.span(
        start=instants.instant(query["from_"], zone=zone, field="from"),
        end=instants.instant(query["to"], zone=zone, field="to"),
        field="to",
    )


def asked_bounds(query: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Between which instants a ``BookingsQuery`` looks; either may be open.

    Raises:
        InvalidRequestError: One is none, or nothing can lie between them (``invalid_range``).
    """
    after, before = (
        instants.instant(query[name], zone=None, field=name) if name in query else None
        for name in ("after", "before")
    )
    if after is not None and before is not None and before <= after:
        raise InvalidRequestError(
            "Nothing starts between these; give a `before` that is later than `after`.",
            code="invalid_range",
            field="before",
        )
    return after, before


def idempotency_key(value: str | None) -> str | None:
    """The caller's key as it was sent.

    Raises:
        InvalidRequestError: ``invalid_idempotency_key``.
    """
    if value is not None and not _KEY.fullmatch(value):
        raise InvalidRequestError(
            "An Idempotency-Key has 1 to 255 printable ASCII characters.",
            code="invalid_idempotency_key",
            field="Idempotency-Key",
        )
    return value


def request_hash(request: BookRequest) -> str:
    """A hash of what a request means: however it is written, the same wish has the same one."""
    meaning = {
        "record_id": request.record_id,
        "booking_type_id": str(request.booking_type_id),
        "start": request.start.astimezone(UTC).isoformat(),
        "time_zone": request.time_zone,
        "duration_minutes": minutes_of(request.duration),
        "host_id": request.host_id,
        "co_host_ids": sorted(request.co_host_ids),
        "guests": [[guest.email, guest.name] for guest in request.guests],
        "platform": request.platform.value if request.platform else None,
        "place": request.place,
        "notes": request.notes,
    }
    text = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def bookings_question(*, org_id: UUID, query: Mapping[str, Any]) -> str:
    """What a list's cursor belongs to: the org and the filters, not the size of the page."""
    named = (str(query.get(name, "")) for name in ("record_id", "after", "before"))
    return "|".join([str(org_id), *named])


def with_key(request: BookRequest, key: str | None) -> BookRequest:
    """The request with its idempotency key, and the hash that tells it from another one."""
    return replace(request, idempotency_key=key, request_hash=request_hash(request))
