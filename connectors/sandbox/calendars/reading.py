"""An ``.ics`` file as the entries of somebody's calendar, and what of it could not be read.

icalendar reads components and zones, recurring-ical-events unfolds series; each component is read
by itself, so that a bad one takes no other with it. What an entry means follows

* RFC 5545: 3.8.2.7 (TRANSP), 3.8.1.11 (STATUS), 3.8.1.3 (CLASS), 3.2.12 (PARTSTAT), 3.6.1 (an
  event without an end takes no time, or its day);
* [MS-OXCICAL] 2.1.3.1.1.20.31, 20.25 and 20.23: ``X-MICROSOFT-CDO-BUSYSTATUS`` goes before
  TRANSP, and that before STATUS.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar.error import GloballyUniqueTZIDGuessed
from icalendar.parser import Contentline

from connectors.sandbox.calendars.entries import Answer, Entry, Kind
from connectors.sandbox.calendars.splitting import Component, Split, split

#: icalendar's types do not know which property is of which.
_Event = Any
#: How the libraries say that they cannot make sense of something.
_NO_SENSE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
#: Properties without which nobody knows when an event is.
_ESSENTIAL = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_OFTEN = re.compile(r"FREQ=(SECONDLY|MINUTELY)", re.IGNORECASE)
_SERIES = ("RRULE", "RDATE", "RECURRENCE-ID")
_BUSY_STATUS = {
    "FREE": Kind.FREE,
    "TENTATIVE": Kind.TENTATIVE,
    "BUSY": Kind.BUSY,
    "OOF": Kind.OUT_OF_OFFICE,
    "WORKINGELSEWHERE": Kind.WORKING_ELSEWHERE,
}
_ANSWERS = {
    "ACCEPTED": Answer.ACCEPTED,
    "DECLINED": Answer.DECLINED,
    "TENTATIVE": Answer.TENTATIVE,
    "DELEGATED": Answer.DECLINED,
}
#: Times are written in zones from UTC-12 to UTC+14; a day around a date covers them all.
_SLACK = timedelta(days=2)
#: So many events have to agree on one address before it is taken for the owner's.
_AGREEING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days that entries are wanted of, in the zone of whose calendar it is.

    Attributes:
        first: The first one.
        last: The last one.
        zone: IANA; floating times and whole days are in it.
    """

    first: date
    last: date
    zone: str

    @property
    def start(self) -> datetime:
        """Where it begins."""
        return datetime.combine(self.first, time(0), ZoneInfo(self.zone))

    @property
    def end(self) -> datetime:
        """Where it ends, exclusive."""
        return datetime.combine(self.last + timedelta(days=1), time(0), ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What could not be read as it stands.

    Attributes:
        line: Where; nothing when it is about the whole file.
        words: What, and what became of it.
        is_left_out: Something is missing because of it.
    """

    line: int | None
    words: str
    is_left_out: bool = True

    def __str__(self) -> str:
        return self.words if self.line is None else f"line {self.line}: {self.words}"


@dataclass(slots=True, kw_only=True)
class CalendarFile:
    """What a file has.

    Attributes:
        entries: Those of the window, in the order of their starts.
        troubles: In the order of their lines.
        events: How many event components there are in all.
        owner: The address that is taken for the owner's; empty when nobody can be told.
    """

    entries: list[Entry] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    events: int = 0
    owner: str = ""

    @property
    def is_unreadable(self) -> bool:
        """There is nothing to be had from it."""
        return self.events == 0 and any(each.is_left_out for each in self.troubles)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A component as icalendar reads it."""

    source: Component
    event: _Event


def read(data: bytes, *, window: Window, owner: str = "") -> CalendarFile:
    """Read a file.

    Args:
        data: Its bytes.
        window: The days that are wanted.
        owner: Whose it is, by mail address, where that is known.
    """
    with warnings.catch_warnings():
        # That a zone's name is taken from the end of a longer one is what is wanted here.
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        return _Reader(split(data), window).read(owner)


class _Reader:
    """Reads one file."""

    def __init__(self, parts: Split, window: Window) -> None:
        self._parts = parts
        self._window = window
        self._made = CalendarFile()

    def read(self, owner: str) -> CalendarFile:
        made = self._made
        if not self._parts.calendars:
            self._say(None, "it is no iCalendar file: nowhere does it say BEGIN:VCALENDAR")
            return made
        for line, words in self._parts.faults:
            self._say(line, words)
        if not self._parts.is_utf8:
            self._say(
                None,
                "some of its letters are not in UTF-8: read as Windows-1252",
                is_left_out=False,
            )
        # Zones that files define for themselves are kept by name: forget those of the last file.
        icalendar.use_zoneinfo()  # type: ignore[no-untyped-call]  # icalendar left it out
        components = self._parts.components
        for each in components:
            if each.name == "VTIMEZONE":
                self._zone(each)
        events = [each for each in components if each.name == "VEVENT"]
        made.events = len(events)
        found = [read for each in events if (read := self._event(each)) is not None]
        made.owner = owner.casefold() or _owner(found)
        for group in _by_uid(found):
            made.entries += self._unfolded(group)
        made.entries.sort(key=lambda each: (self._moment(each.start), each.title))
        made.troubles.sort(key=lambda each: each.line or 0)
        return made

    def _say(self, line: int | None, words: str, *, is_left_out: bool = True) -> None:
        self._made.troubles.append(Trouble(line=line, words=words, is_left_out=is_left_out))

    # ------------------------------------------------------------------------- components

    def _zone(self, component: Component) -> None:
        try:
            icalendar.Timezone.from_ical(component.text)
        except _NO_SENSE as error:
            self._say(component.line, f"VTIMEZONE: {_words(error)}: the zone is left out")

    def _event(self, component: Component) -> _Read | None:
        """The component; nothing when it cannot be read, or is nowhere near the window."""
        if self._is_far_off(component):
            return None
        try:
            event: _Event = icalendar.Event.from_ical(component.text)
            title = _title(event)
            fault = _fault(event)
        except _NO_SENSE as error:
            self._say(component.line, f"VEVENT: {_words(error)}: left out")
            return None
        if fault:
            self._say(component.line, f"VEVENT “{title}”: {fault}: left out")
            return None
        for number in component.damaged:
            self._say(number, f"VEVENT “{title}”: no content line: passed over", is_left_out=False)
        zone = event["DTSTART"].params.get("TZID", "")
        start = event["DTSTART"].dt
        if zone and isinstance(start, datetime) and start.tzinfo is None:
            words = (
                f"VEVENT “{title}”: nobody knows the zone “{zone}”: taken as {self._window.zone}"
            )
            self._say(component.line, words, is_left_out=False)
        return _Read(source=component, event=event)

    def _is_far_off(self, component: Component) -> bool:
        """Whether a look at its dates shows that it is outside: most of a long-kept calendar is."""
        dates = {}
        for line in component.lines:
            name = re.split("[;:]", line, maxsplit=1)[0].upper()
            if name in _SERIES or name == "DURATION":
                return False
            day = re.search(r":(\d{8})(T\d{6}Z?)?\s*\Z", line)
            if name in ("DTSTART", "DTEND") and day is not None:
                try:
                    dates[name] = date.fromisoformat(day.group(1))
                except ValueError:
                    return False
        if "DTSTART" not in dates:
            return False
        return (
            dates["DTSTART"] > self._window.last + _SLACK
            or dates.get("DTEND", dates["DTSTART"]) < self._window.first - _SLACK
        )

    # ---------------------------------------------------------------------------- entries

    def _unfolded(self, group: list[_Read]) -> list[Entry]:
        """The entries that components of the same UID make, an exception in its original's place."""
        calendar = icalendar.Calendar()
        for name, line in group[0].source.calendar.items():
            if name in ("X-WR-TIMEZONE", "CALSCALE"):
                parts: Any = Contentline(line)  # type: ignore[no-untyped-call]  # icalendar left it out
                calendar.add(name, parts.parts()[2])
        for each in group:
            calendar.add_component(each.event)
        try:
            found = recurring_ical_events.of(calendar).between(
                self._window.first - _SLACK, self._window.last + _SLACK
            )
            entries = [self._entry(each) for each in found]
        except _NO_SENSE as error:
            first = group[0]
            words = f"VEVENT “{_title(first.event)}”: {_words(error)}: left out"
            self._say(first.source.line, words)
            return []
        return [each for each in entries if self._is_wanted(each)]

    def _entry(self, event: _Event) -> Entry:
        start, end = self._zoned(event.start), self._zoned(event.end)
        if isinstance(start, datetime) != isinstance(end, datetime):
            start, end = self._moment(start), self._moment(end)
        if start == end and not isinstance(start, datetime):
            # RFC 5545, 3.8.2.2 wants a later end; who writes the same date means that day.
            end += timedelta(days=1)
        return Entry(
            title=_title(event),
            start=start,
            end=end,
            # RFC 5545, 3.6.1: what has a start and no length takes up no time.
            kind=_kind(event) if start != end else Kind.FREE,
            answer=_answer(event, self._made.owner),
            is_private=str(event.get("CLASS", "")).upper() in ("PRIVATE", "CONFIDENTIAL"),
            is_canceled=str(event.get("STATUS", "")).upper() == "CANCELLED",
            location=str(event.get("LOCATION", "")),
        )

    def _zoned(self, moment: date) -> date:
        if isinstance(moment, datetime) and moment.tzinfo is None:
            return moment.replace(tzinfo=ZoneInfo(self._window.zone))
        return moment

    def _moment(self, moment: date) -> datetime:
        if isinstance(moment, datetime):
            return moment
        return datetime.combine(moment, time(0), ZoneInfo(self._window.zone))

    def _is_wanted(self, entry: Entry) -> bool:
        start, end = self._moment(entry.start), self._moment(entry.end)
        return start < self._window.end and max(end, start + timedelta(minutes=1)) > (
            self._window.start
        )


def _title(event: _Event) -> str:
    return str(event.get("SUMMARY", "")).strip() or "(no title)"


def _words(error: Exception) -> str:
    """What a library says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _fault(event: _Event) -> str:
    """Why nobody can tell when an event is; empty when one can."""
    for name, words in event.errors:
        if name in _ESSENTIAL:
            return f"{name}: {' '.join(words.split())}"
    if "DTSTART" not in event:
        return "it has no DTSTART"
    if isinstance(event["DTSTART"], list):
        return "it has more than one DTSTART"
    if "DTEND" in event and event.end < event.start:
        return "it ends before it begins"
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if _OFTEN.search(rule.to_ical().decode()):
            return "it repeats every minute or second, which no calendar holds"
    return ""


def _by_uid(found: Iterable[_Read]) -> Iterator[list[_Read]]:
    """Events and their exceptions together.

    One that was written again has a higher SEQUENCE (RFC 5545, 3.8.7.4), and recurring-ical-events
    takes that. Where programs give several events one UID and one SEQUENCE, each is an event.
    """
    groups: dict[str, list[_Read]] = {}
    for number, each in enumerate(found):
        uid = str(each.event.get("UID", "")) or f"without {number}"
        groups.setdefault(uid, []).append(each)
    for group in groups.values():
        main = {
            (each.event["DTSTART"].to_ical(), _sequence(each)): each
            for each in group
            if "RECURRENCE-ID" not in each.event
        }
        latest = max(map(_sequence, main.values()), default=0)
        further = [each for each in main.values() if _sequence(each) == latest][:-1]
        yield [each for each in group if all(each is not one for one in further)]
        yield from ([each] for each in further)


def _sequence(each: _Read) -> int:
    return int(each.event.get("SEQUENCE", 0))


# ------------------------------------------------------------------------------ meaning


def _kind(event: _Event) -> Kind:
    told = _BUSY_STATUS.get(str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).strip().upper())
    if told is not None:
        return told
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return Kind.FREE
    if str(event.get("STATUS", "")).upper() == "TENTATIVE":
        return Kind.TENTATIVE
    return Kind.BUSY


def _people(event: _Event) -> dict[str, Mapping[str, Any]]:
    """Everybody who is invited, by address, and what is said of them."""
    invited = event.get("ATTENDEE", [])
    return {
        _address(each): each.params
        for each in (invited if isinstance(invited, list) else [invited])
    }


def _address(value: object) -> str:
    """RFC 5545, 3.3.3: an address is a ``mailto`` URI."""
    return str(value).strip().casefold().removeprefix("mailto:")


def _answer(event: _Event, owner: str) -> Answer:
    if not owner or _address(event.get("ORGANIZER", "")) == owner:
        return Answer.OWN
    told = _people(event).get(owner)
    if told is None:
        return Answer.OWN
    return _ANSWERS.get(str(told.get("PARTSTAT", "")).upper(), Answer.NOT_ANSWERED)


def _owner(found: list[_Read]) -> str:
    """Whose calendar it is, by what it says of itself or by who is on all of its meetings.

    Google writes a primary calendar's address as its name.
    """
    for each in found:
        line = each.source.calendar.get("X-WR-CALNAME", "")
        name = line.partition(":")[2].strip().casefold()
        if "@" in name and " " not in name:
            return name
    meetings: list[set[str]] = []
    for each in found:
        invited = set(_people(each.event))
        if invited:
            meetings.append(invited | {_address(each.event.get("ORGANIZER", ""))} - {""})
    counted = Counter(address for people in meetings for address in people)
    always = [address for address, times in counted.items() if times == len(meetings)]
    return always[0] if len(meetings) >= _AGREEING and len(always) == 1 else ""
