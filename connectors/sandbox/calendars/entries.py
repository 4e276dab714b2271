"""An entry of somebody's calendar, whichever vendor keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an entry means for its owner's time."""

    BUSY = "busy"
    TENTATIVE = "tentative"
    FREE = "free"
    OUT_OF_OFFICE = "out of office"
    FOCUS = "focus time"
    WORKING_ELSEWHERE = "working elsewhere"


class Answer(StrEnum):
    """What the calendar's owner has answered to it."""

    OWN = "own"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    NOT_ANSWERED = "not answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """How an entry repeats: by weeks, on some of their days.

    Attributes:
        weekdays: ISO numbers, 1 is Monday; the entry's own start is on one of them.
        weeks: Every so many weeks, which begin on Mondays.
        last: The last day it may be on.
        moved: Its days that are elsewhere, and where: local start and end.
        canceled: Its days on which there is none.
    """

    weekdays: tuple[int, ...]
    last: date
    weeks: int = 1
    moved: Mapping[date, tuple[datetime, datetime]] = field(default_factory=dict)
    canceled: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something in a calendar.

    Attributes:
        title: Its own.
        start: Aware; or a date, when it takes whole days of the calendar's zone.
        end: Likewise, exclusive.
        kind: What it means for its owner's time.
        answer: What its owner has answered.
        is_private: Its title is nobody else's business.
        is_canceled: It does not take place.
        location: Where.
        series: How it repeats; nothing when it does not.
    """

    title: str
    start: date
    end: date
    kind: Kind = Kind.BUSY
    answer: Answer = Answer.OWN
    is_private: bool = False
    is_canceled: bool = False
    location: str = ""
    series: Series | None = None

    @property
    def is_all_day(self) -> bool:
        """Whether it takes whole days."""
        return not isinstance(self.start, datetime)
