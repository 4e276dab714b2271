"""Stops what a process has started when that process is gone, however it ended.

Run as a program of its own, by file name and without site-packages, so that it starts in a few
milliseconds. It reads lines from its standard input, whose other end only the guarded process
holds: ``+ PID SIGNAL SECONDS`` (stop this one, should I be gone) and ``- PID`` (no longer).
When the other end closes, which the kernel sees to even after ``kill -9``, the children are
stopped, the last one started first: the signal, then KILL when the seconds are over.

It imports nothing of this project. ``app.processes`` starts it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time

_LOOK_EVERY = 0.02  # seconds


def is_alive(pid: int) -> bool:
    """Whether a process of this id runs (one that has ended but is not collected does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123 - pathlib is slow to load
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True  # no /proc on this system


def stop(*, pid: int, stop_signal: int, seconds: float) -> None:
    """End a process that leads a process group, and whatever is left of the group.

    Args:
        pid: Of the process; it is not our child, so nobody here can wait for it.
        stop_signal: What asks it to end.
        seconds: How long it may take.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, stop_signal)
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        select.select([], [], [], _LOOK_EVERY)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    """Read until the guarded process is gone, then stop what it left."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    children: dict[int, tuple[int, float]] = {}
    for line in sys.stdin:
        verb, pid, *how = line.split()
        if verb == "+":
            children[int(pid)] = (int(how[0]), float(how[1]))
        else:
            children.pop(int(pid), None)
    for number, (stop_signal, seconds) in reversed(children.items()):
        stop(pid=number, stop_signal=stop_signal, seconds=seconds)


if __name__ == "__main__":
    main()
