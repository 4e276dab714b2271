"""What a failed attempt means: what to tell people, and when to try again; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.deliveries.targets import LONGEST_DELAY, MAILS, retry_delay
from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    OutcomeUnknownError,
    PermanentError,
    RateLimitedError,
)

#: A defect of ours is not tried more often than this; a person has to look.
_ATTEMPTS_AT_A_DEFECT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an attempt did not succeed.

    Attributes:
        code: Ours, or the vendor's own, for programs.
        message: For people.
        vendor_message: The vendor's own words.
        delay: When to try again; nothing when that is pointless.
    """

    code: str
    message: str
    vendor_message: str = ""
    delay: timedelta | None = None


#: Salesforce's word for a record that somebody else is just saving.
LOCKED_ROW = "UNABLE_TO_LOCK_ROW"

#: A mail that may have gone out, or may not: nobody sends it again on suspicion.
MAIL_UNKNOWN = Failure(
    code="mail_unknown",
    message="nobody knows whether this mail was sent; look before sending it again",
)


def connector_failure(
    error: ConnectorError, *, target: str, attempts: int, scale: float
) -> Failure:
    """What a vendor's error means for the delivery.

    Args:
        error: As the connector raised it.
        target: Of the delivery.
        attempts: How many were made at the present revision, this one among them.
        scale: Shortens delays in drills.
    """
    words = error.vendor_message
    if isinstance(error, OutcomeUnknownError) and target in MAILS:
        return MAIL_UNKNOWN
    if isinstance(error, ConnectionBrokenError):
        return Failure(
            code="reconnect_required",
            message=f"{error.connector} has to be connected again",
            vendor_message=words,
        )
    if isinstance(error, PermanentError):
        return Failure(
            code=error.vendor_code or "refused", message=error.reason, vendor_message=words
        )
    return Failure(
        code=_passing_code(error),
        message=error.reason,
        vendor_message=words,
        delay=retry_delay(attempts, asked=_asked(error), scale=scale),
    )


def not_yet(reason: str, *, attempts: int, scale: float) -> Failure:
    """Nothing failed, but it is not there yet: look again, at ever longer distances.

    Args:
        reason: In words, for people.
        attempts: How often it was looked for at the present revision, this once among them.
        scale: Shortens delays in drills.
    """
    return Failure(
        code="not_yet", message=reason, delay=retry_delay(attempts, asked=None, scale=scale)
    )


def defect(*, attempts: int, scale: float) -> Failure:
    """What an error of our own means: a few more attempts, then a person.

    Args:
        attempts: How many were made at the present revision, this one among them.
        scale: Shortens delays in drills.
    """
    delay = None
    if attempts < _ATTEMPTS_AT_A_DEFECT:
        delay = retry_delay(attempts, asked=None, scale=scale)
    return Failure(
        code="internal_error",
        message="something is wrong inside the service; its log says what",
        delay=delay,
    )


def _asked(error: ConnectorError) -> timedelta | None:
    """How long the vendor wants to be left alone."""
    if not isinstance(error, RateLimitedError):
        return None
    if error.retry_after is None and error.is_daily:
        return LONGEST_DELAY
    return error.retry_after


def _passing_code(error: ConnectorError) -> str:
    if isinstance(error, RateLimitedError):
        return "daily_limit" if error.is_daily else "rate_limited"
    if isinstance(error, OutcomeUnknownError):
        return "outcome_unknown"
    if error.vendor_code == LOCKED_ROW:
        return LOCKED_ROW
    return "unreachable"
