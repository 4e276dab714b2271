"""Salesforce ids in the one form in which they may be compared.

An id of 15 characters tells upper from lower case; the form of 18 adds three characters that
spell out the case, so that it survives places that do not. Pages, formulas and reports give
either.

Source: Salesforce Help, "Record ID and 18-character ID".
"""

from __future__ import annotations

import re

from booking_types.errors import InvalidRequestError

_SHORT, _LONG = 15, 18
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]+", re.ASCII)
_SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_CHUNK = 5
_WHERE = "copy it from the record's address"

#: The first three characters of a user's id.
USER_PREFIX = "005"
#: Those of a queue's or a public group's.
GROUP_PREFIX = "00G"


def salesforce_id(text: str, *, field: str | None = None) -> str:
    """The id with its 18 characters.

    Args:
        text: 15 or 18 characters.
        field: Named in the error as the part of the request at fault.

    Raises:
        InvalidRequestError: ``invalid_salesforce_id``: it has another length, a character that
            no id has, or three last characters that do not fit the rest.
    """
    if len(text) not in (_SHORT, _LONG) or not _ALPHANUMERIC.fullmatch(text):
        raise _invalid(f"A Salesforce id has 15 or 18 letters and digits; {_WHERE}.", field)
    whole = text[:_SHORT] + _suffix(text[:_SHORT])
    if len(text) == _LONG and text != whole:
        words = "The last three characters of this Salesforce id do not fit the rest"
        raise _invalid(f"{words}; {_WHERE}.", field)
    return whole


def _suffix(short: str) -> str:
    # Each run of five gives one character: its upper-case letters as the bits of a number, the
    # first of the five being the lowest.
    chunks = (short[start : start + _CHUNK] for start in range(0, _SHORT, _CHUNK))
    return "".join(
        _SUFFIX_LETTERS[
            sum(1 << place for place, letter in enumerate(chunk) if "A" <= letter <= "Z")
        ]
        for chunk in chunks
    )


def _invalid(message: str, field: str | None) -> InvalidRequestError:
    return InvalidRequestError(message, code="invalid_salesforce_id", field=field)
