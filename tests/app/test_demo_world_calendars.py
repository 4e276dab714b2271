"""People's own calendars in the demo: whose they become, and what is said of them."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from app.cli import main
from app.clock import now
from app.demo import world
from app.demo.calendars import bring, say
from app.demo.peopling import people
from app.processes import ProcessesError, free_port
from connectors.sandbox.google.state import GoogleState
from connectors.sandbox.microsoft.state import MicrosoftState
from connectors.sandbox.server import SandboxServer

TODAY = date(2027, 3, 15)


def an_event(title: str, start: datetime, *lines: str) -> str:
    stamps = [f"DT{word}:{moment:%Y%m%dT%H%M%SZ}" for word, moment in _span(start)]
    return "\n".join(
        ("BEGIN:VEVENT", f"UID:{title}", f"SUMMARY:{title}", *stamps, *lines, "END:VEVENT")
    )


def _span(start: datetime) -> list[tuple[str, datetime]]:
    return [("START", start), ("END", start + timedelta(hours=1))]


def a_calendar(*events: str) -> str:
    return "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""))


def told(folder: Path, *, pool: int | None = None) -> str:
    """What is said of a folder."""
    staff = world.staff(pool)
    out = io.StringIO()
    say(Console(file=out, width=400), bring(folder, staff=staff, today=TODAY), staff=staff)
    return out.getvalue()


MORNING = datetime(2027, 3, 16, 9, tzinfo=UTC)


def test_it_is_said_whose_each_file_is_and_how_much_of_it_is_there(tmp_path: Path) -> None:
    long_ago = an_event("Old", datetime(2020, 1, 1, 9, tzinfo=UTC))
    (tmp_path / "mine.ics").write_text(a_calendar(an_event("Now", MORNING), long_ago))
    (tmp_path / "support.lisbon.ics").write_text(a_calendar(long_ago))

    assert told(tmp_path).splitlines() == [
        (
            "  mine.ics  is now the calendar of Account Executive Berlin (the next in line;"
            " Google, Europe/Berlin): 1 entry between a week ago and 90 days ahead, of 2 in"
            " the file"
        ),
        (
            "  support.lisbon.ics  is now the calendar of Support Engineer Lisbon (as it is"
            " called; Google, Europe/Lisbon): 0 entries between a week ago and 90 days ahead, of"
            " 1 in the file (is it an old export?)"
        ),
    ]


def test_what_cannot_be_read_is_said_with_its_file_and_line(tmp_path: Path) -> None:
    broken = an_event("Broken", MORNING, "RRULE:FREQ=NEVER")
    (tmp_path / "a.ics").write_text("<html>Sign in</html>")
    (tmp_path / "b.ics").write_text(a_calendar(an_event("Good", MORNING), broken))

    lines = told(tmp_path).splitlines()

    assert lines[:2] == [
        "  a.ics  cannot be read",
        "      it is no iCalendar file: nowhere does it say BEGIN:VCALENDAR",
    ]
    assert lines[2].startswith("  b.ics  is now the calendar of Account Executive Berlin")
    assert lines[3] == (
        "      line 9: VEVENT “Broken”: RRULE: Expected frequency, got: NEVER: left out"
    )


def test_of_a_file_with_very_many_faults_the_first_are_said_and_the_rest_counted(
    tmp_path: Path,
) -> None:
    broken = [an_event(f"No {number}", MORNING, "RRULE:FREQ=NEVER") for number in range(50)]
    (tmp_path / "a.ics").write_text(a_calendar(*broken))

    lines = told(tmp_path).splitlines()

    assert len(lines) == 1 + 20 + 1
    assert lines[-1] == "      and 30 more like these"


def test_more_files_than_hosts_are_nobodys_until_there_are_more_hosts(tmp_path: Path) -> None:
    for number in range(16):
        (tmp_path / f"{number:02}.ics").write_text(a_calendar(an_event("Now", MORNING)))

    # Of 17 hosts one has no calendar, and one has withdrawn the right to read it.
    assert told(tmp_path).count("is nobody's: every host has a calendar already") == 1
    assert "nobody's" not in told(tmp_path, pool=15)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_without_calendars_is_refused_with_what_to_do(
    tmp_path: Path, *, is_there: bool
) -> None:
    folder = tmp_path if is_there else tmp_path / "mistyped"

    with pytest.raises(ProcessesError) as refused:
        bring(folder, staff=world.staff(), today=TODAY)

    words = "put files into it whose names end in .ics" if is_there else "No such file"
    assert str(folder) in str(refused.value)
    assert words in str(refused.value)


# -------------------------------------------------------------------------- in a sandbox


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    """A sandbox of its own: the demo's people are always the same."""
    made = SandboxServer()
    made.start()
    yield made
    made.stop()


def google_titles(server: SandboxServer, key: str) -> set[str]:
    state: GoogleState = server.world.states["google"]
    events = state.calendars[f"{key}@{world.MAIL_DOMAIN}"].events.values()
    return {event.resource["summary"] for event in events}


def test_a_file_takes_the_place_of_its_hosts_made_up_week_and_of_nobody_elses(
    server: SandboxServer, tmp_path: Path
) -> None:
    start = now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    folder = tmp_path / "calendars"
    folder.mkdir()
    (folder / "executive.newyork.ics").write_text(a_calendar(an_event("My own", start)))
    (folder / "executive.berlin.ics").write_text("<html>")
    access = tmp_path / "access.json"

    people(
        server.base_url,
        pool=20,
        calendars=folder,
        access_file=access,
        console=Console(file=io.StringIO()),
    )

    microsoft: MicrosoftState = server.world.states["microsoft"]
    own = microsoft.mailboxes[f"executive.newyork@{world.MAIL_DOMAIN}"]
    assert [event.subject for event in own.events] == ["My own"]
    assert "Stand-up" in google_titles(server, "executive.berlin")
    assert "Stand-up" in google_titles(server, world.staff(20).pool[14])
    assert stat.S_IMODE(access.stat().st_mode) == 0o600
    assert set(json.loads(access.read_text())) == {"salesforce", "google", "microsoft", "zoom"}


def test_the_command_says_what_is_wrong_with_its_folder(tmp_path: Path) -> None:
    words = ["sandbox", "--port", str(free_port()), "--calendars", str(tmp_path / "mistyped")]

    done = CliRunner().invoke(main, words)

    assert done.exit_code == 1
    assert "cannotberead:Nosuchfile" in "".join(done.output.split())


@pytest.mark.parametrize("command", ["sandbox", "demo"])
def test_a_pool_has_one_host_at_least(command: str) -> None:
    done = CliRunner().invoke(main, [command, "--hosts", "0"])

    assert done.exit_code == 2
    assert "--hosts" in done.output
