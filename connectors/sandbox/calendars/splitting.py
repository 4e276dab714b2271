"""The text of an ``.ics`` file as its components, each with the line it begins on.

icalendar reads components; it takes a calendar as a whole, says of no fault on which line it is,
and gives up everything at a damaged line or a missing ``END``. So the text is cut at its ``BEGIN``
and ``END`` lines first (RFC 5545, 3.4 and 3.6). What is between them is not looked into.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: RFC 5545, 3.1: lines end with CRLF; files in the wild with either or one of them.
_LINE_END = re.compile(rb"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
#: The components that are cut out; whatever else a calendar has is passed over.
_WANTED = ("VEVENT", "VTIMEZONE")
#: What an event is not needed for here makes up most of a file: texts, alarms, attachments.
_NEEDED = frozenset(
    {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXRULE",
        "EXDATE", "RECURRENCE-ID", "SUMMARY", "LOCATION", "STATUS", "TRANSP", "CLASS",
        "ORGANIZER", "ATTENDEE", "X-MICROSOFT-CDO-BUSYSTATUS",
    }
)  # fmt: skip
#: What makes a zone; icalendar hands it on to dateutil, which refuses zones that say more.
_OF_ZONE = frozenset({"TZID", "DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"})
_OF_CALENDAR = frozenset({"CALSCALE", "X-WR-TIMEZONE", "X-WR-CALNAME"})


#: RFC 5545, 3.2.19: a date has no zone. Where it is given one, icalendar makes it a time.
_ZONE_OF_DATE = re.compile(r"\A([^:;]+);[^:]*TZID=[^:]*:(\d{8}(?:,\d{8})*)\s*\Z", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Component:
    """A component as it is written.

    Attributes:
        name: ``VEVENT`` or ``VTIMEZONE``.
        line: Its first line's number.
        calendar: What its calendar says of itself, by name; each value the whole line.
        lines: Those of its own content lines that matter.
        damaged: Numbers of its lines that are no content lines.
    """

    name: str
    line: int
    calendar: dict[str, str]
    lines: list[str] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)

    @property
    def text(self) -> str:
        """It, as icalendar reads it."""
        return "\r\n".join((f"BEGIN:{self.name}", *self.lines, f"END:{self.name}", ""))


@dataclass(slots=True, kw_only=True)
class Split:
    """A file taken apart.

    Attributes:
        components: In their order.
        faults: Line numbers, and what is wrong there.
        is_utf8: All of its letters are in UTF-8, as they should.
        calendars: How many ``VCALENDAR`` it has.
    """

    components: list[Component] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    is_utf8: bool = True
    calendars: int = 0


def split(data: bytes) -> Split:
    """Take a file apart."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    splitter = _Splitter(Split())
    last = 0
    for number, line in _unfolded(data.removeprefix(codecs.BOM_UTF8)):
        splitter.take(number, _text(line, splitter.made))
        last = number
    splitter.end(last)
    return splitter.made


def _unfolded(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The content lines, each with the number of the line on which it begins.

    RFC 5545, 3.1: lines are folded between octets, so a letter may stand on both sides.
    """
    number, parts = 1, [b""]
    for position, line in enumerate(_LINE_END.split(data), 1):
        if line[:1] in (b" ", b"\t"):
            parts.append(line[1:])
        else:
            yield number, b"".join(parts)
            number, parts = position, [line]
    yield number, b"".join(parts)


def _text(line: bytes, made: Split) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        made.is_utf8 = False
        return line.decode("cp1252", "replace")


class _Splitter:
    """Takes line after line."""

    def __init__(self, made: Split) -> None:
        self.made = made
        self._calendar: dict[str, str] = {}
        self._is_inside = False
        self._open: Component | None = None
        #: Components inside of the open one, alarms say.
        self._inner: list[str] = []

    def take(self, number: int, line: str) -> None:
        word, _, name = line.strip().upper().partition(":")
        if word == "BEGIN":
            self._begin(name.strip(), number, line)
        elif word == "END":
            self._end(name.strip(), line)
        elif self._open is not None:
            self._property(number, line)
        elif self._is_inside:
            self._of_calendar(line)

    def end(self, last: int) -> None:
        """The file is over, with that line."""
        if self._open is not None:
            self._break_off()
        if self._is_inside:
            self.made.faults.append((last, "the file ends before its calendar does: it is cut off"))

    def _begin(self, name: str, number: int, line: str) -> None:
        if name in ("VCALENDAR", "VEVENT") and self._open is not None:
            self._break_off()
        if name == "VCALENDAR":
            self._calendar = {}
            self._is_inside = True
            self.made.calendars += 1
        elif self._open is not None:
            self._inner.append(name)
            self._keep_inner(line)
        elif name in _WANTED and self._is_inside:
            self._open = Component(name=name, line=number, calendar=self._calendar)
            self._inner = []

    def _end(self, name: str, line: str) -> None:
        if name == "VCALENDAR":
            if self._open is not None:
                self._break_off()
            self._is_inside = False
        elif self._open is not None and self._inner and name == self._inner[-1]:
            self._keep_inner(line)
            self._inner.pop()
        elif self._open is not None and name == self._open.name:
            self.made.components.append(self._open)
            self._open = None

    def _keep_inner(self, line: str) -> None:
        if self._open is not None and self._open.name == "VTIMEZONE":
            self._open.lines.append(line)

    def _property(self, number: int, line: str) -> None:
        assert self._open is not None  # noqa: S101 - the caller has looked
        if not line.strip():
            return
        name = _NAME.match(line)
        if name is None:
            self._open.damaged.append(number)
        elif self._open.name == "VTIMEZONE":
            if name.group().upper() in _OF_ZONE:
                self._open.lines.append(line)
        elif not self._inner and name.group().upper() in _NEEDED:
            self._open.lines.append(_ZONE_OF_DATE.sub(r"\1:\2", line))

    def _of_calendar(self, line: str) -> None:
        name = _NAME.match(line)
        if name is not None and name.group().upper() in _OF_CALENDAR:
            self._calendar[name.group().upper()] = line

    def _break_off(self) -> None:
        """The open component has no end: nobody knows what of it is missing."""
        assert self._open is not None  # noqa: S101 - the caller has looked
        self.made.faults.append(
            (self._open.line, f"this {self._open.name} has no END:{self._open.name}: left out")
        )
        self._open = None
