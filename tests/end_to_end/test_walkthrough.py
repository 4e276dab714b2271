"""The newcomer's commands, run as a newcomer runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.database import open_folder

ROOT = Path(__file__).parents[2]


def handover(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own, where no demo runs."""
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "app.cli", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_handover_of_the_walkthrough_agrees_with_what_is_read_back() -> None:
    with open_folder() as folder:
        done = handover("walkthrough", "all", folder=folder)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Every target agrees with the booking.") == 7
    for target in ("conference", "host calendar", "co-host calendar", "guest invitation",
                   "Salesforce Event", "Booking record", "record update"):  # fmt: skip
        assert target in done.stdout


def test_an_unknown_scenario_is_refused_with_the_known_ones_named() -> None:
    with open_folder() as folder:
        done = handover("walkthrough", "nonsense", folder=folder)

    assert done.returncode == 2
    assert "lead, contact, opportunity, workshop, briefing, project, case" in done.stderr


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_a_command_without_an_environment_says_what_is_missing(command: str) -> None:
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}

    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "app.cli", command],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert "DATABASE_URL is not set" in done.stderr
    assert "Traceback" not in done.stderr
