"""What goes wrong with vendors: one class for each thing a caller does differently.

A vendor library's own exception never leaves its connector.
"""

from __future__ import annotations

from datetime import timedelta


class ConnectorError(Exception):
    """A vendor did not do what it was asked; the parent of all of these.

    Attributes:
        connector: Which one (``google``).
        operation: What was tried, in the connector's words (``create event``).
        status: The HTTP status, where there was one.
        request_id: The vendor's own id of the exchange, where it gave one.
        vendor_code: The vendor's own word for the error (``rateLimitExceeded``).
        vendor_message: The vendor's own sentence, at most 500 characters; it is shown to
            people who look after the connection, never logged.
    """

    def __init__(
        self,
        connector: str,
        operation: str,
        reason: str,
        *,
        status: int | None = None,
        request_id: str | None = None,
        vendor_code: str = "",
        vendor_message: str = "",
    ) -> None:
        super().__init__(f"{connector}: {operation}: {reason}")
        self.connector = connector
        self.operation = operation
        self.reason = reason
        self.status = status
        self.request_id = request_id
        self.vendor_code = vendor_code
        self.vendor_message = vendor_message[:500]


class TransientError(ConnectorError):
    """It may work later: network, 5xx, an answer that makes no sense to a read."""


class RateLimitedError(TransientError):
    """The vendor wants to be left alone for a while.

    Attributes:
        retry_after: How long, when the vendor said so.
        is_daily: A quota of the day is used up; minutes will not help.
    """

    def __init__(
        self,
        connector: str,
        operation: str,
        reason: str,
        *,
        retry_after: timedelta | None = None,
        is_daily: bool = False,
        status: int | None = None,
        request_id: str | None = None,
        vendor_code: str = "",
        vendor_message: str = "",
    ) -> None:
        super().__init__(
            connector,
            operation,
            reason,
            status=status,
            request_id=request_id,
            vendor_code=vendor_code,
            vendor_message=vendor_message,
        )
        self.retry_after = retry_after
        self.is_daily = is_daily


class OutcomeUnknownError(TransientError):
    """A write was sent and nobody knows whether it happened. Look before trying again."""


class PermanentError(ConnectorError):
    """Trying again will not help; a person has to do something."""


class ConnectionBrokenError(PermanentError):
    """The vendor does not accept our credentials any more: the account must be reconnected."""


class MissingError(PermanentError):
    """What was asked for does not exist there (any more), or is not visible to us."""


class RejectedError(PermanentError):
    """The vendor understood and refused."""
