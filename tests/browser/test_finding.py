"""Which browser is taken, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import finding


def program(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only programs are those of the test."""
    monkeypatch.delenv(finding.CHOSEN, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", f"{tmp_path}/browsers")
    return tmp_path


def test_the_named_browser_is_taken_before_the_machines(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(nowhere / "bin" / "chromium", "echo Chromium 1")
    named = program(nowhere / "mine", "echo Mine 2")
    monkeypatch.setenv(finding.CHOSEN, str(named))

    found = finding.find()

    assert (found.executable, found.version) == (named, "Mine 2")


def test_a_named_browser_that_does_not_start_is_refused_and_no_other_taken(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(nowhere / "bin" / "chromium", "echo Chromium 1")
    monkeypatch.setenv(finding.CHOSEN, str(nowhere / "gone"))

    with pytest.raises(
        finding.BrowserMissingError, match=r"gone does not start\. Name the program"
    ):
        finding.find()


def test_a_program_that_only_says_how_to_install_one_is_passed_over(nowhere: Path) -> None:
    program(nowhere / "bin" / "chromium", "echo Install me >&2", "exit 1")
    chrome = program(nowhere / "bin" / "google-chrome", "echo Google Chrome 3")

    assert finding.find().executable == chrome


def test_one_that_playwright_fetched_is_taken_where_the_machine_has_none(nowhere: Path) -> None:
    fetched = program(nowhere / "browsers/chromium-12/chrome-linux/chrome", "echo Chromium 4")

    assert finding.find().executable == fetched
