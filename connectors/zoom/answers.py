"""Which of Zoom's answers is which error of ours."""

from __future__ import annotations

from typing import Any

import requests

from connectors import transport
from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)

CONNECTOR = "zoom"

#: Zoom's error codes. Source: developers.zoom.us/docs/api/errors; 4711 is what a missing
#: granular scope is answered with. 3001, a meeting that is gone, needs nothing beside its 404.
_INVALID_TOKEN = 124
_NO_SUCH_USER = (1001, 1010)
_MISSING_SCOPES = (4700, 4711)


def nonsense(reason: str, *, operation: str, is_write: bool) -> ConnectorError:
    """The error for an answer that is not Zoom's: a write may have happened."""
    kind = OutcomeUnknownError if is_write else TransientError
    return kind(CONNECTOR, operation, reason)


def json_or_nothing(response: requests.Response) -> dict[str, Any]:
    """The answer's JSON object; empty when it is anything else."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def refuses_token(response: requests.Response) -> bool:
    """Whether the call was not done because the token is over, or was replaced elsewhere."""
    if response.status_code == requests.codes.unauthorized:
        return True
    return (
        response.status_code == requests.codes.bad_request
        and json_or_nothing(response).get("code") == _INVALID_TOKEN
    )


def _is_daily(response: requests.Response, message: str) -> bool:
    """Zoom has one status for both limits: the sentence or a header tells the day's from the rest.

    Source: developers.zoom.us/docs/api/rate-limits; devforum.zoom.us 18928 and 101997 for the
    user's limit, which comes without Retry-After and with ordinary headers.
    """
    kind = response.headers.get("X-RateLimit-Type", "").casefold()
    words = message.casefold()
    return kind.startswith("daily") or "daily" in words or "per-day" in words


def error_of(response: requests.Response, *, operation: str, is_write: bool) -> ConnectorError:
    """The error for an answer other than 2xx."""
    body = json_or_nothing(response)
    code, message = body.get("code"), str(body.get("message", ""))
    status = response.status_code
    details: dict[str, Any] = {
        "status": status,
        "request_id": response.headers.get("x-zm-trackingid"),
        "vendor_code": "" if code is None else str(code),
        "vendor_message": message,
    }
    if status == requests.codes.too_many_requests:
        return RateLimitedError(
            CONNECTOR,
            operation,
            "asked to slow down",
            retry_after=transport.retry_after(response),
            is_daily=_is_daily(response, message),
            **details,
        )
    if status < requests.codes.internal_server_error:
        if code is None and status != requests.codes.unauthorized:
            # Something between Zoom and us is speaking; a 404 of its own says nothing.
            kind = OutcomeUnknownError if is_write else TransientError
            return kind(CONNECTOR, operation, f"answered {status} without a code", **details)
        if code in _NO_SUCH_USER:
            return RejectedError(CONNECTOR, operation, "the account has no such user", **details)
        if code == _INVALID_TOKEN or code in _MISSING_SCOPES:
            return ConnectionBrokenError(CONNECTOR, operation, "the app may not do this", **details)
    return transport.status_error(
        connector=CONNECTOR, operation=operation, is_write=is_write, **details
    )
