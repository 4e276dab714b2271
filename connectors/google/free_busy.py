"""What ``freebusy.query`` answers, from its bytes straight to cells.

A pool's calendars are thousands of periods, and nothing costs a cold look around as much as
they do: so they never become intervals. A period's two instants become the numbers of cells as
they are decoded, and the answer is dropped.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from booking_types.bits import Cells
from booking_types.intervals import Interval
from connectors.google import shapes

_DAY = timedelta(days=1)


def decoded(content: bytes, *, span: Interval, unit: timedelta) -> dict[str, Cells | str]:
    """Each calendar's taken cells, or why Google does not say them, by its id.

    Args:
        content: The answer's body.
        span: Whose cells are wanted. What lies beyond is left out; what the answer does not
            reach is not taken.
        unit: The length of a cell.

    Raises:
        msgspec.DecodeError: It is not what Google publishes.
    """
    answer = msgspec.json.decode(content, type=shapes.FreeBusy)
    blank = Cells.blank(span, unit=unit)
    return {
        calendar_id: _refusal(calendar) or _taken(calendar.busy, blank)
        for calendar_id, calendar in answer.calendars.items()
    }


def _refusal(calendar: shapes.FreeBusyCalendar) -> str:
    if not calendar.errors:
        return ""
    # Beside its errors the answer has an empty list of busy times: that is not free time.
    return f"calendar cannot be read: {calendar.errors[0].reason or 'unknown'}"


def _taken(periods: list[shapes.Period], blank: Cells) -> Cells:
    """The cells that the periods touch.

    Written out for speed: this loop sees every busy period of every host. A memo of whole
    timestamps was slower, since half of a pool's are all different. Cells are counted back from
    the end of the span, because digits stand with the highest first.
    """
    unit, size = blank.unit, blank.size
    unit_seconds, cells_a_day = unit.seconds, _DAY // unit
    # A period begins in the cell that is rounded up to from behind.
    last = blank.span.end
    round_up = last + unit - datetime.resolution
    digits = bytearray(b"0") * size
    for period in periods:
        after = last - period.end
        stop = after.days * cells_a_day + after.seconds // unit_seconds
        after = round_up - period.start
        first = after.days * cells_a_day + after.seconds // unit_seconds
        length = first - stop
        if length < 2 and period.start >= period.end:  # noqa: PLR2004 - see below
            continue  # within one cell, and without any length
        if stop < 0 or first > size:
            stop, first = max(stop, 0), min(first, size)
            length = first - stop
        if length > 0:
            digits[stop:first] = b"1" * length
    return Cells(unit, blank.first, size, int(digits or b"0", 2))
