"""Every error as an RFC 9457 problem: one table from what happened to what the caller reads.

The classes say what kind of answer it is; a few codes have a status of their own. What is not in
the table is a defect: 500, without a word about what it was.

``type`` is ``/problems/<code>``, relative to the service: a name for the kind of problem that
stays the same on every deployment.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import sqlalchemy.exc
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from app.inputs.zones import UnknownTimeZoneError
from booking_types.errors import (
    AvailabilityUnverifiedError,
    BookingError,
    ConsentChangedError,
    ForbiddenError,
    InvalidRequestError,
    KeyGivenUpError,
    NoHostAvailableError,
    NotEligibleError,
    NotFoundError,
    RevisionConflictError,
    SlotUnavailableError,
)
from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    RateLimitedError,
    TransientError,
)

MEDIA_TYPE = "application/problem+json"

#: How long a caller is asked to wait where nobody else says.
_WAIT_FOR_VENDOR = timedelta(seconds=5)
_WAIT_FOR_QUOTA = timedelta(seconds=30)
_WAIT_FOR_STORAGE = timedelta(seconds=2)
#: Until a quota of the day has room again nobody knows; it is counted over the last 24 hours.
_WAIT_FOR_DAILY_QUOTA = timedelta(hours=1)


class AuthenticationError(BookingError):
    """Nobody knows who is calling: ``unauthenticated`` or ``invalid_token``."""

    code = "invalid_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the caller is told.

    Attributes:
        status: HTTP status.
        code: A stable word for programs.
        title: The kind of problem, in words; the same for every problem of the kind.
        detail: What happened and what to do next, in words.
        field: The part of the request at fault, where it is one.
        retryable: Whether the same request may succeed later, unchanged.
        headers: Besides the usual ones.
        extra: Further members of the document.
    """

    status: int
    code: str
    title: str
    detail: str
    field: str | None = None
    retryable: bool = False
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def document(self, *, request_id: str) -> dict[str, Any]:
        """The members of the problem document."""
        members: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "retryable": self.retryable,
            "request_id": request_id,
        }
        if self.field is not None:
            members["field"] = self.field
        return members | dict(self.extra)


#: The class of an anticipated error → status and title; the first that fits.
_CLASSES: tuple[tuple[type[BookingError], int, str], ...] = (
    (AuthenticationError, 401, "The caller is not known"),
    (ForbiddenError, 403, "Not allowed"),
    (NotFoundError, 404, "Not found"),
    (NotEligibleError, 409, "The record does not qualify"),
    (SlotUnavailableError, 409, "The time is not available"),
    (NoHostAvailableError, 409, "No host is available"),
    (KeyGivenUpError, 409, "This attempt was given up"),
    (ConsentChangedError, 409, "The guest's consent was to another text"),
    (AvailabilityUnverifiedError, 503, "Availability could not be checked"),
    (RevisionConflictError, 412, "Somebody else changed this meanwhile"),
    (InvalidRequestError, 422, "The request is not valid"),
    (BookingError, 422, "The request cannot be done"),
)

#: Codes whose requests are not even well-formed, or that came in at the wrong address.
_MALFORMED = (
    "malformed_json",
    "body_not_object",
    "too_deep",
    "invalid_cursor",
    "invalid_idempotency_key",
)

#: Werkzeug's errors: status → code and words. The rest of them are ``http_error``.
_HTTP: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_request", "The request is malformed", "The request could not be read."),
    404: ("not_found", "Not found", "There is nothing at this address."),
    405: ("method_not_allowed", "Not possible here", "This address does not take this method."),
    413: ("body_too_large", "The request is too large", "A request may have 256 KB at most."),
    415: (
        "unsupported_media_type",
        "The request is of another kind",
        "Send JSON, with Content-Type: application/json.",
    ),
}

_VENDOR_NAMES = {
    "google": "Google Calendar",
    "microsoft": "Microsoft 365",
    "zoom": "Zoom",
    "salesforce": "Salesforce",
    "mail": "The mail server",
}

#: Salesforce: another transaction holds the record, or one above it, for longer than 10 seconds.
_LOCKED_ROW = "UNABLE_TO_LOCK_ROW"

#: PostgreSQL: lock_not_available, query_canceled (its time was up), deadlock, serialization,
#: read-only transaction, disk full.
_PASSING_SQLSTATES = ("55P03", "57014", "40P01", "40001", "25006", "53100")

INTERNAL_ERROR = Problem(
    status=500,
    code="internal_error",
    title="Something is wrong inside the service",
    detail="This is our fault, not yours. Nothing else is known yet; name the request id.",
)


def problem_of(error: BaseException, *, books: bool = False, has_key: bool = False) -> Problem:
    """What the caller is told about an error.

    Args:
        error: What was raised.
        books: It was raised while a meeting was to be booked.
        has_key: The caller gave an idempotency key.
    """
    if isinstance(error, BookingError):
        problem = _of_booking_error(error)
    elif isinstance(error, ConnectorError):
        problem = _of_connector_error(error)
    elif isinstance(error, HTTPException):
        return _of_http_error(error)
    elif is_storage_trouble(error):
        return _of_storage_trouble(books=books, has_key=has_key)
    else:
        return INTERNAL_ERROR
    # Vendors are asked before anything is written.
    is_before = books and isinstance(error, AvailabilityUnverifiedError | ConnectorError)
    if is_before and "nothing was booked" not in problem.detail.casefold():
        return replace(problem, detail=f"Nothing was booked. {problem.detail}")
    return problem


def _of_storage_trouble(*, books: bool, has_key: bool) -> Problem:
    # A database that breaks off while it commits may have committed.
    detail, is_safe_again = "Try again in a moment.", True
    if books and has_key:
        detail = (
            "It is not certain whether it was booked. Ask GET /v1/bookings/by-key/{your key}, or "
            "send the same request with the same Idempotency-Key again."
        )
    elif books:
        detail = (
            "It is not certain whether it was booked. Look at the record's bookings before "
            "trying again, and send an Idempotency-Key: then the same request can be repeated "
            "safely and GET /v1/bookings/by-key/{your key} tells what became of it."
        )
        is_safe_again = False
    return Problem(
        status=503,
        code="storage_unavailable",
        title="The service's database is not available",
        detail=detail,
        retryable=is_safe_again,
        headers=_retry_after(_WAIT_FOR_STORAGE),
    )


def is_storage_trouble(error: BaseException) -> bool:
    """Whether the database could not be asked, rather than was asked something wrong."""
    if isinstance(error, sqlalchemy.exc.TimeoutError | psycopg.OperationalError):
        return True
    if not isinstance(error, sqlalchemy.exc.DBAPIError):
        return False
    sqlstate = getattr(error.orig, "sqlstate", None)
    return (
        isinstance(error, sqlalchemy.exc.OperationalError)
        or error.connection_invalidated
        or sqlstate in _PASSING_SQLSTATES
    )


def _of_booking_error(error: BookingError) -> Problem:
    status, title = next(
        (status, title) for kind, status, title in _CLASSES if isinstance(error, kind)
    )
    if error.code in _MALFORMED:
        status = 400
    problem = Problem(
        status=status,
        code=error.code,
        title=title,
        detail=error.message,
        field=error.field,
        extra=_extra(error),
    )
    if status == 401:  # noqa: PLR2004 - an HTTP status says what it is
        challenge = "Bearer" if error.code == "unauthenticated" else 'Bearer error="invalid_token"'
        return replace(problem, headers={"WWW-Authenticate": challenge})
    if isinstance(error, AvailabilityUnverifiedError):
        wait = error.retry_after or _WAIT_FOR_VENDOR
        return replace(problem, retryable=True, headers=_retry_after(wait))
    return problem


def _extra(error: BookingError) -> dict[str, Any]:
    if isinstance(error, UnknownTimeZoneError) and error.suggestion:
        return {"suggestion": error.suggestion}
    if isinstance(error, SlotUnavailableError | NoHostAvailableError | AvailabilityUnverifiedError):
        return {
            "alternatives": [
                {
                    "start_at": utc_text(slot.interval.start),
                    "end_at": utc_text(slot.interval.end),
                    "host_ids": list(slot.host_ids),
                }
                for slot in error.alternatives
            ]
        }
    return {}


def _of_connector_error(error: ConnectorError) -> Problem:
    name = _VENDOR_NAMES.get(error.connector, error.connector)
    if isinstance(error, RateLimitedError):
        return _of_rate_limit(error, name)
    if error.vendor_code == _LOCKED_ROW:
        return Problem(
            status=503,
            code="record_locked",
            title="Somebody else is changing the record",
            detail=f"{name} is just saving another change of this record. Try again shortly.",
            retryable=True,
            headers=_retry_after(_WAIT_FOR_VENDOR),
        )
    if isinstance(error, TransientError):
        return Problem(
            status=503,
            code="vendor_unavailable",
            title="A connected service does not answer",
            detail=f"{name} does not answer at the moment. Try again shortly.",
            retryable=True,
            headers=_retry_after(_WAIT_FOR_VENDOR),
        )
    if isinstance(error, ConnectionBrokenError):
        return Problem(
            status=502,
            code="connection_broken",
            title="A connected service has to be connected again",
            detail=f"{name} no longer lets this service in. Ask your admin to reconnect it.",
        )
    return Problem(
        status=502,
        code="vendor_refused",
        title="A connected service refused",
        detail=f"{name} refused what was asked of it. Ask your admin to look at it.",
    )


def _of_rate_limit(error: RateLimitedError, name: str) -> Problem:
    detail = f"{name} wants to be left alone for a moment. Try again then."
    wait = _WAIT_FOR_QUOTA
    if error.is_daily:
        detail = f"{name}'s limit of the day is used up. It may take an hour or more; try then."
        wait = _WAIT_FOR_DAILY_QUOTA
    return Problem(
        status=503,
        code="vendor_rate_limited",
        title="A connected service is busy",
        detail=detail,
        retryable=True,
        headers=_retry_after(error.retry_after or wait),
    )


def _of_http_error(error: HTTPException) -> Problem:
    status = error.code or 500
    if isinstance(error, SecurityError):
        return Problem(
            status=400,
            code="bad_host",
            title="The request is for another server",
            detail="This service does not go by that name.",
        )
    if status not in _HTTP:
        return INTERNAL_ERROR if status >= 500 else _other_http_error(status, error)  # noqa: PLR2004 - an HTTP status
    code, title, detail = _HTTP[status]
    headers: dict[str, str] = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return Problem(status=status, code=code, title=title, detail=detail, headers=headers)


def _other_http_error(status: int, error: HTTPException) -> Problem:
    return Problem(
        status=status,
        code="http_error",
        title="The request cannot be answered",
        detail=f"{error.name}.",
    )


def utc_text(instant: datetime) -> str:
    """An aware instant as every answer writes it: RFC 3339, UTC, ``Z``."""
    return instant.isoformat().replace("+00:00", "Z")


def _retry_after(wait: timedelta) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(wait.total_seconds())))}
