"""The demo's people in a sandbox that runs by itself."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from app.clock import now
from app.demo import world
from app.demo.calendars import bring, say
from app.demo.seeding import seed_sandbox
from app.processes import ProcessesError
from connectors.sandbox.client import SandboxControl


def people(
    sandbox_url: str,
    *,
    pool: int | None,
    calendars: Path | None,
    access_file: Path | None,
    console: Console,
) -> None:
    """Make the demo's organisation in a running sandbox.

    Args:
        sandbox_url: Where it listens.
        pool: How many hosts the product consultation has.
        calendars: A folder with people's own calendars.
        access_file: Where to write how a service gets in; nobody else may read it.
        console: Where it is said what was made.

    Raises:
        ProcessesError: The folder cannot be read, or the file not be written.
    """
    staff = world.staff(pool)
    today = now().date()
    brought = bring(calendars, staff=staff, today=today) if calendars else []
    access = seed_sandbox(SandboxControl(sandbox_url), today=today, staff=staff, brought=brought)
    say(console, brought, staff=staff)
    kept = sum(worker.calendar is not None for worker in staff.hosts)
    console.print(f"{len(staff.hosts)} hosts, {kept} with a calendar.")
    if access_file is not None:
        try:
            access_file.touch(mode=0o600)
            access_file.write_text(json.dumps(asdict(access), indent=2))
        except OSError as error:
            raise ProcessesError(f"{access_file} cannot be written: {error.strerror}") from None
        console.print(f"How a service gets in: {access_file}", soft_wrap=True)
