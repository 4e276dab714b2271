"""Durations and counts: whole numbers, and nothing that merely looks like one."""

from __future__ import annotations

import re
from datetime import timedelta

from booking_types.errors import InvalidRequestError

#: The database keeps no shorter and no longer meetings.
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(hours=24)
#: Of one page of bookings.
MOST_BOOKINGS = 200

_DIGITS = re.compile(r"-?[0-9]{1,12}")


def minutes(value: object, *, field: str) -> timedelta:
    """A meeting's length.

    Raises:
        InvalidRequestError: ``invalid_type`` (yes and no are no numbers, nor is ``"30"``) or
            ``invalid_duration``.
    """
    # bool is a kind of int to Python, and nobody's number of minutes.
    if type(value) is not int:
        raise InvalidRequestError(
            "This must be a whole number of minutes.", code="invalid_type", field=field
        )
    # Beyond a week the arithmetic itself could overflow.
    length = timedelta(minutes=max(min(value, 10_080), -1))
    if not _SHORTEST <= length <= _LONGEST:
        raise InvalidRequestError(
            "A meeting lasts 5 minutes at least and 24 hours at most.",
            code="invalid_duration",
            field=field,
        )
    return length


def number_in_address(value: object, *, field: str) -> int:
    """A whole number as an address spells it.

    Raises:
        InvalidRequestError: ``invalid_type``.
    """
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise InvalidRequestError("This must be a whole number.", code="invalid_type", field=field)
    return int(value)


def page_size(value: object, *, field: str) -> int:
    """How many bookings one page may have.

    Raises:
        InvalidRequestError: ``invalid_limit``.
    """
    if isinstance(value, str) and _DIGITS.fullmatch(value) and 1 <= int(value) <= MOST_BOOKINGS:
        return int(value)
    raise InvalidRequestError(
        f"The limit is a whole number from 1 to {MOST_BOOKINGS}.",
        code="invalid_limit",
        field=field,
    )


def switch(value: object, *, field: str) -> bool:
    """Yes or no, as an address spells it: ``1``, ``0``, ``true`` or ``false``.

    Raises:
        InvalidRequestError: ``invalid_type``.
    """
    known = {"1": True, "true": True, "0": False, "false": False}
    if not isinstance(value, str) or value not in known:
        raise InvalidRequestError("This must be 1 or 0.", code="invalid_type", field=field)
    return known[value]
