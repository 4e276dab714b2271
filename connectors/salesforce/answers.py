"""Which of Salesforce's refusals is which error of ours.

Source: REST API Developer Guide, "Status Codes and Error Responses"; Salesforce Help 000389067
(request limits).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connectors import transport
from connectors.errors import (
    ConnectorError,
    MissingError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)

CONNECTOR = "salesforce"

#: Nothing was done and it may work in a moment.
_TRY_AGAIN = frozenset({"UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE"})
#: It is not there (any more), or the integration user cannot see it.
_GONE = frozenset({"NOT_FOUND", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})
#: Another request made the same record; whether it was ours has to be looked up.
DUPLICATE = "DUPLICATE_VALUE"
#: What stands at the innocent parts of an all-or-none request that was refused.
HALTED = "PROCESSING_HALTED"
#: A part of a request names a record that was there when we looked.
VANISHED = frozenset({"NOT_FOUND", "ENTITY_IS_DELETED"})

_MULTIPLE_CHOICES = 300
_SERVER_ERROR = 500


def refusal(
    status: int, content: Any, *, operation: str, is_write: bool, is_upsert: bool = False
) -> ConnectorError:
    """The error for an answer that is a refusal.

    Args:
        status: HTTP status, of the answer or of one part of it.
        content: The body: a list of errors, or anything else.
        operation: What was tried.
        is_write: Whether something may have happened nevertheless.
        is_upsert: A duplicate then means that the record is there already.
    """
    code, message = _first(content)
    details: dict[str, Any] = {"vendor_code": code, "vendor_message": message}
    if status == _MULTIPLE_CHOICES:
        reason = "several records have that external id"
        return RejectedError(CONNECTOR, operation, reason, status=status, **details)
    if status >= _SERVER_ERROR or not code:
        return transport.status_error(
            status, connector=CONNECTOR, operation=operation, is_write=is_write, **details
        )
    details["status"] = status
    if code == "REQUEST_LIMIT_EXCEEDED":
        # The same code stands for the day's calls and for too many long ones at a time.
        is_daily = "concurrent" not in message.lower()
        reason = "the day's calls are used up" if is_daily else "too many calls at a time"
        return RateLimitedError(CONNECTOR, operation, reason, is_daily=is_daily, **details)
    kind, reason = _verdict(code, is_write=is_write, is_upsert=is_upsert)
    return kind(CONNECTOR, operation, f"{reason}: {code}", **details)


def _verdict(code: str, *, is_write: bool, is_upsert: bool) -> tuple[type[ConnectorError], str]:
    if code in _TRY_AGAIN:
        return TransientError, "refused for now"
    if code == "UNKNOWN_EXCEPTION":
        return OutcomeUnknownError if is_write else TransientError, "a fault of Salesforce's own"
    if code == DUPLICATE and is_upsert:
        return OutcomeUnknownError, "the record is there already"
    if code in _GONE:
        return MissingError, "does not exist"
    return RejectedError, "refused"


def _first(content: Any) -> tuple[str, str]:
    """Code and sentence of the first error that says something."""
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return "", ""
    for error in content:
        if isinstance(error, dict) and error.get("errorCode"):
            return str(error["errorCode"]), str(error.get("message", ""))
    return "", ""


def code_of(content: Any) -> str:
    """The code of the first error; empty when the body is no list of errors."""
    return _first(content)[0]


def nonsense(operation: str, *, is_write: bool = False) -> ConnectorError:
    """The error for an answer that is not Salesforce's."""
    kind = OutcomeUnknownError if is_write else TransientError
    return kind(CONNECTOR, operation, "the answer makes no sense")


@contextmanager
def sense(operation: str, *, is_write: bool = False) -> Iterator[None]:
    """Around the reading of an answer: one with another shape is nonsense, not a crash.

    Raises:
        TransientError: A read's answer has another shape.
        OutcomeUnknownError: A write's has.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise nonsense(operation, is_write=is_write) from error
