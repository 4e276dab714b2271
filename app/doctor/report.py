"""Findings, and how they are shown."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.sealing import SealError
from connectors.errors import ConnectorError


class Mark(StrEnum):
    """What a finding means."""

    GOOD = "✓"
    BROKEN = "✗"
    #: Neither: not configured, not examined, or worth knowing.
    ASIDE = "\N{EN DASH}"


_STYLES = {Mark.GOOD: "green", Mark.BROKEN: "bold red", Mark.ASIDE: "dim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one check.

    Attributes:
        mark: Whether it is well.
        subject: What was looked at.
        words: What was found.
        advice: What to do; always said where something is broken.
    """

    mark: Mark
    subject: str
    words: str
    advice: str = ""


def good(subject: str, words: str) -> Finding:
    """Something that is well."""
    return Finding(mark=Mark.GOOD, subject=subject, words=words)


def aside(subject: str, words: str, advice: str = "") -> Finding:
    """Something that is neither well nor broken."""
    return Finding(mark=Mark.ASIDE, subject=subject, words=words, advice=advice)


def broken(subject: str, words: str, advice: str) -> Finding:
    """Something that has to be repaired."""
    return Finding(mark=Mark.BROKEN, subject=subject, words=words, advice=advice)


def said(error: ConnectorError | SealError) -> str:
    """What went wrong, in words for whoever looks after it."""
    if isinstance(error, SealError):
        return f"its secret cannot be opened: {error}"
    return error.reason


class Report:
    """Shows findings as they are made, and remembers whether anything is broken.

    Args:
        console: Where.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._broken = 0

    @property
    def is_well(self) -> bool:
        """Whether nothing is broken so far."""
        return not self._broken

    def section(self, title: str) -> None:
        """Begin another part."""
        self._console.print()
        self._console.print(Text(_printable(title), style="bold"))

    def add(self, *findings: Finding) -> None:
        """Show what was found."""
        for finding in findings:
            self._broken += finding.mark is Mark.BROKEN
            line = Text(f"{_printable(finding.subject)}: ", style="bold")
            line.append(_printable(finding.words), style="not bold")
            if finding.advice:
                line.append(f"\n→ {_printable(finding.advice)}", style="not bold yellow")
            grid = Table.grid(padding=(0, 1))
            grid.add_row("", Text(finding.mark.value, style=_STYLES[finding.mark]), line)
            self._console.print(grid)

    def aside(self, subject: str, words: str) -> None:
        """Show something that is neither well nor broken."""
        self.add(aside(subject, words))

    @contextlib.contextmanager
    def progress(self, what: str) -> Iterator[None]:
        """Show that something is under way."""
        with self._console.status(Text(f"{what} …")):
            yield

    def wait_for(self, what: str, futures: Iterable[Future[Any]]) -> None:
        """Wait until all of them are done, and meanwhile show how many are."""
        waiting: Sequence[Future[Any]] = list(futures)
        with self._console.status(Text(f"{what} …")) as status:
            for done, _ in enumerate(as_completed(waiting), start=1):
                status.update(Text(f"{what} … {done} of {len(waiting)}"))

    def close(self) -> None:
        """Say how it went as a whole."""
        self._console.print()
        if self.is_well:
            self._console.print("Nothing is broken.", style="green")
        else:
            things = "thing is" if self._broken == 1 else "things are"
            self._console.print(f"{self._broken} {things} broken.", style="bold red")


def _printable(text: str) -> str:
    """Text from elsewhere without anything that a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
