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
    MOST_GUESTS,
    MOST_IDS,
    Answers,
    Claim,
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
from app.bookings.explanations import ExplanationRequest
from app.bookings.questions import BookRequest
from app.inputs import instants, zones
from app.inputs.texts import LINE_CHARACTERS, PARAGRAPH_CHARACTERS
from booking_types.errors import InvalidRequestError
from booking_types.intervals import Interval
from booking_types.model import Platform

_KEY = re.compile(r"[\x20-\x7e]{1,255}")

_RECORD = "The Salesforce record, 15 or 18 characters; the last three of 18 follow from the rest."

# What the schemas say of texts, for programs that make requests from them. The service reads a
# little more than that (foreign domains in their own letters).
_SALESFORCE_ID = {"pattern": "^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$", "minLength": 15, "maxLength": 18}
_INSTANT = {
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?"
    "(Z|[+-][0-9]{2}:[0-9]{2})?$"
}
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = "[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
_EMAIL = {
    "pattern": f"^{_ATOM}([.]{_ATOM})*@({_LABEL}|xn--[A-Za-z0-9-]+)"
    f"([.]({_LABEL}|xn--[A-Za-z0-9-]+))*[.]([A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]+)$",
    "maxLength": 254,
}
_IDEMPOTENCY_KEY = {"pattern": "^[!-~]([ -~]{0,253}[!-~])?$", "minLength": 1, "maxLength": 255}
_MINUTES = {"minimum": 5, "maximum": 1440}
#: One of the kinds of values that a field of a booking form takes.
ANY_ANSWER = {
    "oneOf": [
        {"type": "string", "maxLength": PARAGRAPH_CHARACTERS},
        {"type": "number"},
        {"type": "boolean"},
    ]
}

#: The same of what stands in addresses, by its name there.
PATH_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "record_id": _SALESFORCE_ID,
    "booking_type_id": {"format": "uuid"},
    "booking_id": {"format": "uuid"},
    "idempotency_key": _IDEMPOTENCY_KEY,
}
_ZONE = "IANA name. Times without an offset are meant there."


class BookingRequest(Strict):
    """A booking to be made."""

    record_id = SalesforceId(required=True, metadata={"description": _RECORD, **_SALESFORCE_ID})
    booking_type_id = OurId(required=True, metadata={"format": "uuid"})
    start_at = Raw(
        required=True,
        metadata={
            "description": "RFC 3339. Without an offset it is meant in `time_zone`; with one, "
            "the offset must be that zone's; `Z` goes with every zone.",
            **_INSTANT,
        },
    )
    time_zone = TimeZone(
        required=True,
        metadata={"description": "IANA name of the zone in which the time was agreed."},
    )
    duration_minutes = Minutes(
        metadata={"description": "One of the booking type's; its first by default.", **_MINUTES}
    )
    host_id = SalesforceId(
        metadata={
            "description": "Salesforce user; left out where the booking type decides.",
            **_SALESFORCE_ID,
        }
    )
    co_host_ids = SalesforceIds(
        fields.String(metadata=_SALESFORCE_ID),
        metadata={"description": "Salesforce users who must attend as well.", "maxItems": MOST_IDS},
    )
    guests = Guests(
        fields.Nested("GuestRequest"),
        metadata={
            "description": "Who is invited, the primary guest first.",
            "maxItems": MOST_GUESTS,
        },
    )
    platform = PlatformName(
        metadata={
            "description": "Where; left out for the default.",
            "enum": [platform.value for platform in Platform],
        }
    )
    place = Line(
        metadata={
            "description": "Where, for a meeting without a platform.",
            "maxLength": LINE_CHARACTERS,
        }
    )
    notes = Paragraphs(
        metadata={
            "description": "Shown to the people of the house.",
            "maxLength": PARAGRAPH_CHARACTERS,
        }
    )
    answers = Answers(
        metadata={
            "description": "What was entered in the booking type's form, by its fields' keys: "
            "texts, numbers, true or false; dates like `2027-03-01`. What is left out is not "
            "answered.",
            "additionalProperties": ANY_ANSWER,
        }
    )
    consent = Claim(
        metadata={
            "description": "The guest agreed to the booking type's `consent_text`, which was read "
            "to them."
        }
    )
    consent_text = Paragraphs(
        metadata={
            "description": "The very text that was read to the guest. Where it is not the booking "
            "type's any more, nothing is booked (`consent_changed`).",
            "maxLength": PARAGRAPH_CHARACTERS,
        }
    )

    @post_load
    def _complete(self, data: dict[str, Any], **_: Any) -> BookRequest:
        zone = zones.zone(data["time_zone"])
        read = dict(data)
        read["start"] = instants.instant(read.pop("start_at"), zone=zone, field="start_at")
        read["duration"] = read.pop("duration_minutes", None)
        read["has_consent"] = read.pop("consent", False)
        return BookRequest(**read)


class GuestRequest(Strict):
    """Somebody from outside who is invited."""

    email = fields.String(
        required=True,
        metadata={
            "description": "One plain mail address; a foreign domain in punycode, or as it is written.",
            **_EMAIL,
        },
    )
    name = fields.String(metadata={"maxLength": LINE_CHARACTERS})


class IdempotencyHeaders(Strict):
    """The header that makes a booking happen once however often it is sent."""

    idempotency_key = Raw(
        data_key="Idempotency-Key",
        metadata={
            "description": "1 to 255 printable ASCII characters of the caller's choice. The same "
            "key with the same request is answered with the first answer again.",
            **_IDEMPOTENCY_KEY,
        },
    )


class ExplainQuery(Strict):
    """Whether the reasons are wanted."""

    explain = Switch(metadata={"description": "1: also say why not, for the others."})


class AvailabilityQuery(Strict):
    """Which times are looked at, and for whom."""

    from_ = Raw(
        data_key="from",
        metadata={
            "description": "Slots begin then or later. RFC 3339; goes with `to`.",
            **_INSTANT,
        },
    )
    to = Raw(
        metadata={"description": "Slots begin earlier. At most 62 days after `from`.", **_INSTANT}
    )
    week = Raw(
        metadata={
            "description": "In place of `from` and `to`: an ISO week of `time_zone`, "
            "like `2027-W10`.",
            "pattern": "^[0-9]{4}-W[0-9]{2}$",
        }
    )
    time_zone = TimeZone(metadata={"description": _ZONE})
    host = SalesforceId(metadata={"description": "Only this host.", **_SALESFORCE_ID})
    co_hosts = SalesforceIdsInAddress(
        fields.String(metadata=_SALESFORCE_ID),
        metadata={
            "description": "Who must attend as well; with commas, or repeated.",
            "maxItems": MOST_IDS,
        },
    )
    duration_minutes = MinutesInAddress(
        metadata={"description": "One of the booking type's; its first by default.", **_MINUTES}
    )
    all = Switch(metadata={"description": "1: the times of all hosts at once."})
    explain = Switch(metadata={"description": "1: also say of every other time why not."})
    limit = PageSize(
        metadata={
            "description": "At most so many slots, the earliest; all of them by default.",
            "minimum": 1,
            "maximum": 200,
        }
    )


class ExplanationQuery(Strict):
    """What is to be explained of a record."""

    booking_type = OurId(
        metadata={
            "description": "Whose hosts and times are explained too; a draft has none.",
            "format": "uuid",
        }
    )
    at = Raw(
        metadata={
            "description": "One time to look at closely; RFC 3339 with an offset. Goes with "
            "`booking_type`.",
            **_INSTANT,
        }
    )
    user = SalesforceId(
        metadata={"description": "Whose view it is; the caller's own without.", **_SALESFORCE_ID}
    )
    from_ = Raw(
        data_key="from",
        metadata={
            "description": "Times from then on; RFC 3339 with an offset, goes with `to`. Without "
            "them: seven days of the org's zone.",
            **_INSTANT,
        },
    )
    to = Raw(metadata={"description": "At most 31 days after `from`; excluded.", **_INSTANT})
    duration_minutes = MinutesInAddress(
        metadata={"description": "One of the booking type's; its first by default.", **_MINUTES}
    )


class BookingsQuery(Strict):
    """Which bookings."""

    record_id = SalesforceId(
        metadata={
            "description": _RECORD + " Without it: all that the caller booked or attends.",
            **_SALESFORCE_ID,
        }
    )
    after = Raw(
        metadata={"description": "Starting then or later; RFC 3339 with an offset.", **_INSTANT}
    )
    before = Raw(
        metadata={
            "description": "Starting earlier than this and later than `after`; RFC 3339 with an offset.",
            **_INSTANT,
        }
    )
    newest_first = Switch(metadata={"description": "1: the latest start first."})
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


def explanation_asked(record_id: str, query: Mapping[str, Any]) -> ExplanationRequest:
    """What an ``ExplanationQuery`` asks of the service.

    Raises:
        InvalidRequestError: One of its times is none, or ``from`` and ``to`` do not go together.
    """
    given = {
        name: instants.instant(query[name], zone=None, field=name.rstrip("_"))
        for name in ("at", "from_", "to")
        if name in query
    }
    for name, other in (("from_", "to"), ("to", "from_")):
        if name in given and other not in given:
            raise InvalidRequestError(
                "Give from and to, or neither.", code="missing_field", field=other.rstrip("_")
            )
    span = None
    if "from_" in given:
        span = instants.span(start=given["from_"], end=given["to"], field="to")
    return ExplanationRequest(
        record_id=record_id,
        booking_type=query.get("booking_type"),
        at=given.get("at"),
        viewer_id=query.get("user"),
        span=span,
        duration=query.get("duration_minutes"),
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
    meaning: dict[str, Any] = {
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
    # Only where there are any: what was booked before there were forms keeps its hash.
    if request.answers:
        meaning["answers"] = dict(request.answers)
    if request.has_consent:
        meaning["consent"] = request.consent_text or True
    text = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def bookings_question(*, org_id: UUID, query: Mapping[str, Any]) -> str:
    """What a list's cursor belongs to: the org, the filters and the order, not the page's size."""
    named = (str(query.get(name, "")) for name in ("record_id", "after", "before", "newest_first"))
    return "|".join([str(org_id), *named])


def with_key(request: BookRequest, key: str | None) -> BookRequest:
    """The request with its idempotency key, and the hash that tells it from another one."""
    return replace(request, idempotency_key=key, request_hash=request_hash(request))
