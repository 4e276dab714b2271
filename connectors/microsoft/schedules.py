"""What ``getSchedule`` answers, from its bytes straight to cells.

Only the digits are looked at. Beside them stand the working hours and, where the mailbox may be
read, every entry with its subject: those never become objects.
"""

from __future__ import annotations

from typing import Any

import msgspec

from booking_types.bits import COARSE, Cells
from booking_types.intervals import Interval

#: The length of time that one digit is about, for which we ask.
SLOT = COARSE
#: Everything but 0 is taken: 1 tentative, 2 busy, 3 out of office; what other digits mean is not
#: documented, and what is not known to be free is not free.
_TAKEN = bytes(ord("0") if digit == ord("0") else ord("1") for digit in range(256))


class Schedule(msgspec.Struct, rename="camel"):
    """A scheduleInformation: one mailbox's part. What is amiss with it is for the reader."""

    schedule_id: Any = None
    availability_view: Any = None
    error: Any = None


class _Schedules(msgspec.Struct):
    value: list[Schedule]


def decoded(content: bytes | msgspec.Raw) -> dict[str, Schedule]:
    """The schedules by their mailboxes in lower case; none when it has another shape.

    Raises:
        msgspec.DecodeError: It is not JSON.
    """
    try:
        answer = msgspec.json.decode(content, type=_Schedules)
    except msgspec.ValidationError:
        return {}
    return {str(item.schedule_id).casefold(): item for item in answer.value}


def covers(schedule: Schedule, window: Interval) -> bool:
    """Whether its digits tell all of a window that begins and ends with a digit."""
    view = schedule.availability_view
    return isinstance(view, str) and len(view) >= window.length // SLOT


def taken(view: str, *, window: Interval, blank: Cells) -> int:
    """The cells of a span that the digits take.

    Args:
        view: A digit for every five minutes, from the window's start on; more of them are left
            alone.
        window: Begins and ends with a digit.
        blank: The span, in cells of a digit's length or of a part of it.
    """
    count = window.length // SLOT
    digits = view[:count].encode("ascii", "replace").translate(_TAKEN)[::-1]
    times = SLOT // blank.unit
    if times > 1:
        digits = digits.replace(b"0", b"0" * times).replace(b"1", b"1" * times)
    bits = int(digits or b"0", 2)
    shift = (window.start - blank.span.start) // blank.unit
    # The window is rounded outward to digits, and may begin before the span.
    bits = bits << shift if shift >= 0 else bits >> -shift
    return bits & ((1 << blank.size) - 1)
