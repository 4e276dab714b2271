"""People's own calendars in the demo: a folder of ``.ics`` files, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from app.demo import weeks
from app.demo.world import Staff, Worker
from app.processes import ProcessesError
from connectors.sandbox.calendars.folder import HandedOut, Owner, hand_out

_BEFORE = timedelta(days=7)
_AFTER = timedelta(days=weeks.DAYS)
#: So much of one file is said; who wants all of it mends some of it first.
_MOST_TROUBLES = 20


def bring(folder: Path, *, staff: Staff, today: date) -> list[HandedOut]:
    """Read the files, each for a host whose calendar can be read.

    Raises:
        ProcessesError: There is no such folder, or nothing in it.
    """
    owners = [
        Owner(key=worker.key, email=worker.email, zone=worker.time_zone)
        for worker in _first_in_the_demo(staff)
    ]
    try:
        handed = hand_out(folder, owners, first=today - _BEFORE, last=today + _AFTER)
    except OSError as error:
        raise ProcessesError(f"{folder} cannot be read: {error.strerror}") from None
    if not handed:
        raise ProcessesError(
            f"{folder} has no calendars: put files into it whose names end in .ics"
            " (an export that is a .zip is to be unpacked first)"
        )
    return handed


def _first_in_the_demo(staff: Staff) -> list[Worker]:
    return [each for each in staff.hosts if each.calendar and not each.has_withdrawn]


def say(console: Console, handed: Sequence[HandedOut], *, staff: Staff) -> None:
    """Say what was read, what was not, and whose each calendar is."""
    by_email = {worker.email: worker for worker in staff.workers}
    for each in handed:
        console.print(f"  [bold]{each.name}[/]  {_fate(each, by_email)}", soft_wrap=True)
        troubles = each.calendar.troubles if each.calendar is not None else []
        for trouble in troubles[:_MOST_TROUBLES]:
            console.print(f"      {trouble}", markup=False, soft_wrap=True)
        if len(troubles) > _MOST_TROUBLES:
            console.print(f"      and {len(troubles) - _MOST_TROUBLES} more like these")


def _fate(each: HandedOut, by_email: dict[str, Worker]) -> str:
    if each.calendar is None:
        return "is nobody's: every host has a calendar already; --hosts makes more of them"
    if each.owner is None:
        return "[red]cannot be read[/]"
    worker = by_email[each.owner.email]
    vendor = worker.calendar.value.capitalize() if worker.calendar else ""
    why = "as it is called" if each.is_named else "the next in line"
    found = len(each.calendar.entries)
    words = (
        f"is now the calendar of {worker.name} ({why}; {vendor}, {worker.time_zone}):"
        f" {found} {'entry' if found == 1 else 'entries'} between"
        f" a week ago and {weeks.DAYS} days ahead, of {each.calendar.events} in the file"
    )
    if each.calendar.events and not found:
        words += " (is it an old export?)"
    if each.calendar.owner:
        words += f"; declined is what {each.calendar.owner} has declined"
    return words
