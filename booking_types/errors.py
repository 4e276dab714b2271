"""What can be wrong with what somebody asks for; each error carries what it is about.

These are the anticipated errors: a caller can do something about every one of them. Anything
else that is raised is a defect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from booking_types.model import Slot


class BookingError(Exception):
    """Something that a caller asked for cannot be done; the parent of all of these.

    Attributes:
        code: A stable word for programs (``slot_not_offered``).
        message: A sentence for the person: what happened and what to do next.
        field: The part of the request at fault, where it is one (``start``).
        alternatives: The nearest times that can be had, where the asked one cannot.
    """

    code = "booking_error"
    alternatives: tuple[Slot, ...] = ()

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class NotFoundError(BookingError):
    """The thing does not exist, or this caller may not know that it does."""

    code = "not_found"


class ForbiddenError(BookingError):
    """The caller can see the thing but may not do this with it."""

    code = "forbidden_role"


class InvalidRequestError(BookingError):
    """The request contradicts itself or the rules of its fields."""

    code = "invalid_request"


class NotEligibleError(BookingError):
    """The record does not qualify for the booking type.

    Attributes:
        failed: The clauses that failed, in words.
    """

    code = "not_eligible"

    def __init__(self, message: str, *, failed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.failed = failed


class SlotUnavailableError(BookingError):
    """The time cannot be had, or not any more.

    ``code`` says which: ``slot_not_offered`` (off the grid, outside the hours), ``slot_taken``,
    ``limit_reached`` (enough meetings of the type on that day or in that week).
    """

    code = "slot_taken"


class NoHostAvailableError(BookingError):
    """Nobody who could be the host is free then, or may be booked at all."""

    code = "host_unavailable"


class AvailabilityUnverifiedError(BookingError):
    """A calendar that has to be asked could not be read, so nobody knows whether it is free.

    Attributes:
        retry_after: How long the calendar wants to be left alone, when it said so.
    """

    code = "availability_unverified"
    retry_after: timedelta | None = None


class OrgUnverifiedError(BookingError):
    """The org cannot be asked whether a booking type fits it; nothing was published."""

    code = "org_unverified"


class RevisionConflictError(BookingError):
    """Somebody else changed the booking, or the draft, meanwhile."""

    code = "revision_mismatch"


class KeyGivenUpError(BookingError):
    """The attempt was given up by its caller; nothing was and nothing will be booked with it."""

    code = "key_given_up"


class ConsentChangedError(BookingError):
    """What the guest was read and agreed to is not what the booking type asks for now."""

    code = "consent_changed"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a definition.

    Attributes:
        path: Where, dotted (``host_rule.kind``).
        message: What is wrong and what to do, in one sentence.
    """

    path: str
    message: str


class InvalidDefinitionError(BookingError):
    """A booking type's definition is wrong; all of its faults at once."""

    code = "invalid_definition"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults))
        self.faults = faults
