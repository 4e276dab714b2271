"""What calendars said a moment ago, in as little room as it takes.

Nothing but cells is kept: no interval, no entry, no address. Two weeks of one calendar are some
700 bytes, everything counted, so that a pool's calendars can stay in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from booking_types.bits import Cells
from booking_types.intervals import Interval

#: What was read is good for looking around this long; booking always reads again.
FRESH_FOR = timedelta(seconds=60)
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class _Block:
    """What everybody whose calendar was read at once has in common.

    Attributes:
        span: What was asked; the cells reach a little further.
        as_of: When it was asked.
        unit, first, size: As on ``Cells``.
    """

    span: Interval
    as_of: datetime
    unit: timedelta
    first: int
    size: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """One calendar: the block, and the bits as bytes, which take less room than a number."""

    block: _Block
    bits: bytes


class CalendarMemory:
    """Cells of calendars by their connections. Not safe to share between threads by itself."""

    def __init__(self) -> None:
        # A UUID is kept as the number in it.
        self._kept: dict[UUID, dict[int, _Kept]] = {}
        self._count = 0
        self._latest: _Block | None = None

    def keep(
        self, cells: Cells, *, org_id: UUID, connection_id: UUID, span: Interval, as_of: datetime
    ) -> None:
        """Remember what a calendar said.

        Args:
            cells: What it takes.
            org_id: Whose.
            connection_id: Whose.
            span: For which it was asked.
            as_of: When it was asked.
        """
        if self._count >= _MOST_REMEMBERED:
            self._kept.clear()
            self._count = 0
        block = _Block(span, as_of, cells.unit, cells.first, cells.size)
        # Calendars that were read together come one after another.
        if self._latest == block:
            block = self._latest
        self._latest = block
        bits = cells.bits.to_bytes((cells.bits.bit_length() + 7) // 8, "little")
        of_org = self._kept.setdefault(org_id, {})
        self._count += connection_id.int not in of_org
        of_org[connection_id.int] = _Kept(block, bits)

    def find(
        self,
        *,
        org_id: UUID,
        connection_id: UUID,
        span: Interval,
        unit: timedelta,
        now: datetime,
    ) -> tuple[Cells, datetime] | None:
        """What the calendar said of a whole span, and when; nothing when that is not known.

        Cells of a minute also tell those of five, but never the other way round.

        Args:
            org_id: Whose.
            connection_id: Whose.
            span: All of it must be known.
            unit: The length of the cells.
            now: To tell what is too old.
        """
        kept = self._kept.get(org_id, {}).get(connection_id.int)
        if kept is None:
            return None
        block = kept.block
        if unit % block.unit or now - block.as_of >= FRESH_FOR or not block.span.covers(span):
            return None
        bits = int.from_bytes(kept.bits, "little")
        cells = Cells(block.unit, block.first, block.size, bits)
        return cells.coarser(unit), block.as_of

    def forget(self, *, org_id: UUID, connection_id: UUID) -> None:
        """Know nothing of that calendar any more."""
        if self._kept.get(org_id, {}).pop(connection_id.int, None) is not None:
            self._count -= 1
