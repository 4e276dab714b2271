"""A folder of ``.ics`` files, one for each host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.sandbox.calendars.reading import CalendarFile, Trouble, Window, read

_ENDINGS = (".ics", ".ical", ".icalendar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Somebody who can have a file's calendar.

    Attributes:
        key: A short name; a file can be called by it.
        email: Their address; a file can be called by that too.
        zone: IANA; floating times and whole days are in it.
    """

    key: str
    email: str
    zone: str

    def is_meant(self, name: str) -> bool:
        """Whether a file of that name, without its ending, is theirs."""
        return name.casefold() in (self.key.casefold(), self.email.casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """A file, and what became of it.

    Attributes:
        name: The file's.
        owner: Who has it; nothing when nobody was left, or nothing could be read.
        is_named: The file is called by its owner.
        calendar: What it has; nothing when nobody was left.
    """

    name: str
    owner: Owner | None = None
    is_named: bool = False
    calendar: CalendarFile | None = None


def hand_out(folder: Path, owners: Sequence[Owner], *, first: date, last: date) -> list[HandedOut]:
    """Read a folder, and give each file to somebody.

    A file that is called by somebody's key or address is theirs; the others go to the rest in
    order, by the files' names. A file that cannot be read is nobody's.

    Args:
        folder: The folder.
        owners: Who can have one, in order.
        first: The first day that is wanted.
        last: The last one.

    Raises:
        OSError: The folder cannot be read.
    """
    files = sorted(
        (each for each in folder.iterdir() if each.suffix.casefold() in _ENDINGS),
        key=lambda each: each.name.casefold(),
    )
    by_name: dict[Path, Owner] = {}
    for file in files:
        meant = next((one for one in owners if one.is_meant(file.stem)), None)
        if meant is not None and meant not in by_name.values():
            by_name[file] = meant
    rest = [one for one in owners if one not in by_name.values()]
    handed = []
    for file in files:
        owner = by_name.get(file) or next(iter(rest), None)
        if owner is None:
            handed.append(HandedOut(name=file.name))
            continue
        calendar = _calendar(file, Window(first=first, last=last, zone=owner.zone))
        if calendar.is_unreadable:
            handed.append(HandedOut(name=file.name, calendar=calendar))
            continue
        if owner in rest:
            rest.remove(owner)
        handed.append(
            HandedOut(name=file.name, owner=owner, is_named=file in by_name, calendar=calendar)
        )
    return handed


def _calendar(file: Path, window: Window) -> CalendarFile:
    try:
        data = file.read_bytes()
    except OSError as error:
        words = f"it cannot be opened: {error.strerror or error}"
        return CalendarFile(troubles=[Trouble(line=None, words=words)])
    return read(data, window=window, owner=file.stem if "@" in file.stem else "")
