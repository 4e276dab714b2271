"""Runs several programs as one: all of them are up, or none is.

``Supervisor`` starts programs one after the other, each when the one before is ready, and stops
all of them in the reverse order on Ctrl-C, on a polite kill, when the terminal is closed and
when one of them dies. A ``Guard`` does the same should the supervisor itself be killed. What
the programs say goes into a file each.

This is for a newcomer's machine and for tests; in production the platform supervises.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape

_LOOK_EVERY = 0.05  # seconds
_LAST_LINES = 15
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessesError(Exception):
    """Something could not be started or kept running; the message tells the user what to do."""


class PortBusyError(ProcessesError):
    """Another program listens where we want to.

    Args:
        port: The port.
        option: The command-line option that chooses another.
    """

    def __init__(self, *, port: int, option: str) -> None:
        self.port = port
        super().__init__(
            f"port {port} is in use by another program: stop that program, or choose another port"
            f" with {option} {free_port()}"
        )


class ProgramFailedError(ProcessesError):
    """A program ended by itself, or was not ready in time.

    Attributes:
        name: Which program.
        log_file: All it said.
    """

    def __init__(self, *, name: str, what: str, last_lines: Sequence[str], log_file: Path) -> None:
        self.name = name
        self.log_file = log_file
        said = "\n".join(f"  {line}" for line in last_lines) or "  (nothing)"
        super().__init__(f"{name} {what}; the last it said:\n{said}\nAll of it is in {log_file}")


class StopRequested(BaseException):
    """The user wants to stop; ``Supervisor`` ends quietly on it."""


def is_port_busy(port: int) -> bool:
    """Whether something listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    # Some systems let us bind beside a program that listens on all addresses.
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free_port(port: int, *, option: str = "--port") -> int:
    """The port, if it is free.

    Args:
        port: On loopback.
        option: The command-line option to name when it is not.

    Raises:
        PortBusyError: It is not.
    """
    if is_port_busy(port):
        raise PortBusyError(port=port, option=option)
    return port


class Guard:
    """Sees to it that children do not outlive this process, even when it is killed.

    The guard is a process in a session of its own that holds one end of a pipe; see
    ``app.guard``.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
            cwd="/",
        )

    def watch(self, *, pid: int, stop_signal: signal.Signals, stop_within: timedelta) -> None:
        """Stop this process should we be gone."""
        self._say(f"+ {pid} {int(stop_signal)} {stop_within.total_seconds()}")

    def forget(self, pid: int) -> None:
        """Leave this process alone: it has ended."""
        self._say(f"- {pid}")

    def close(self) -> None:
        """Dismiss the guard; it first stops what it has not been told to forget."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # somebody killed the guard; we still stop properly
                self._process.stdin.write(f"{line}\n")
                self._process.stdin.flush()


class Child:
    """A program that runs in a session and process group of its own, under a guard.

    Its own session keeps Ctrl-C in the terminal from reaching it before its turn to stop.

    Args:
        name: For messages.
        argv: The command.
        env: Its whole environment.
        log_file: Takes what it prints, from the beginning.
        guard: Watches it.
        stop_signal: Asks it to end.
        stop_within: How long it may take to do so.
        user: Number of the system user to run as; None for the present one.
        pass_fds: Files it shall keep open.
        cwd: Where it runs.

    Raises:
        ProcessesError: There is no such command, or it may not be run.
    """

    def __init__(
        self,
        *,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        log_file: Path,
        guard: Guard,
        stop_signal: signal.Signals = signal.SIGTERM,
        stop_within: timedelta = timedelta(seconds=10),
        user: tuple[int, int] | None = None,
        pass_fds: Sequence[int] = (),
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.log_file = log_file
        self._guard = guard
        self._stop_signal = stop_signal
        self._stop_within = stop_within
        log_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with log_file.open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our callers' own commands
                    list(argv),
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    user=user[0] if user else None,
                    group=user[1] if user else None,
                    extra_groups=[] if user else None,
                    pass_fds=tuple(pass_fds),
                    cwd=cwd,
                )
        except OSError as error:
            raise ProcessesError(f"{name} cannot be started: {error}") from error
        guard.watch(pid=self.pid, stop_signal=stop_signal, stop_within=stop_within)

    @property
    def pid(self) -> int:
        """The process's number, and its group's."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status (negative: the signal that ended it), None while it runs."""
        return self._process.poll()

    def last_lines(self, count: int = _LAST_LINES) -> list[str]:
        """The last lines it printed."""
        with self.log_file.open(encoding="utf-8", errors="replace") as log:
            return [line.rstrip() for line in deque(log, maxlen=count)]

    def failure(self, what: str) -> ProgramFailedError:
        """The error that tells what happened and what the program said last."""
        return ProgramFailedError(
            name=self.name, what=what, last_lines=self.last_lines(), log_file=self.log_file
        )

    def stop(self, *, is_urgent: Callable[[], bool] = lambda: False) -> None:
        """Ask it to end, insist when it does not, and leave nothing of its group.

        Args:
            is_urgent: Asked while waiting; true cuts the patience short.
        """
        if self.status is None:
            self._process.send_signal(self._stop_signal)
        deadline = time.monotonic() + self._stop_within.total_seconds()
        while self.status is None and time.monotonic() < deadline and not is_urgent():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK_EVERY)
        # Its own children may be left, whether it ended by itself or not.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._guard.forget(self.pid)


#: Asked again and again until it says that the program is ready. Must not raise.
Probe = Callable[[Child], bool]


def answers_http(url: str) -> Probe:
    """Ready when this address answers a GET with anything but a server's error."""
    parts = urlsplit(url)
    path = parts.path or "/"

    def probe(_child: Child) -> bool:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return probe


def has_said(text: str) -> Probe:
    """Ready when this text is in what the program printed."""

    def probe(child: Child) -> bool:
        return text in child.log_file.read_text(encoding="utf-8", errors="replace")

    return probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What the supervisor starts.

    Attributes:
        name: For messages and the log file's name.
        argv: The command.
        env: Its whole environment.
        is_ready: Tells when the next program may start.
        ready_within: How long that may take.
        stop_within: How long it may take to end when asked (TERM) before it is killed.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    is_ready: Probe
    ready_within: timedelta = timedelta(seconds=60)
    stop_within: timedelta = timedelta(seconds=10)


class Supervisor:
    """Keeps programs running together; use it as a context manager, in the main thread.

    Inside the block Ctrl-C, TERM and HUP don't end this process at once: the next call of this
    object raises ``StopRequested``, which the end of the block swallows after it has stopped
    everything. A second Ctrl-C raises KeyboardInterrupt where it is; while things are being
    stopped it kills what is left instead.

    Args:
        log_dir: One file per program is (over)written here.
        console: Where progress is shown; standard output by default.
    """

    def __init__(self, *, log_dir: Path, console: Console | None = None) -> None:
        self._log_dir = log_dir
        self._console = console or Console(highlight=False)
        self._running: list[tuple[Child | None, Callable[[], None]]] = []
        self._requests = 0
        self._is_stopping = False
        self._is_urgent = False

    @property
    def was_stopped(self) -> bool:
        """Whether the user asked to stop (and nothing failed)."""
        return self._requests > 0

    def __enter__(self) -> Self:
        self._wake, self._ring = os.pipe()
        os.set_blocking(self._ring, False)
        self._previous = {number: signal.getsignal(number) for number in _STOP_SIGNALS}
        for number in _STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        self.guard = Guard()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        try:
            self._stop_all()
        finally:
            self.guard.close()
            for number, handler in self._previous.items():
                signal.signal(number, handler)
            os.close(self._wake)
            os.close(self._ring)
        return isinstance(error, StopRequested)

    def start(self, program: Program) -> Child:
        """Start a program and wait until it is ready.

        Raises:
            ProgramFailedError: It, or one started before, has ended, or it is not ready in time.
            ProcessesError: It cannot be started at all.
            StopRequested: The user wants to stop.
        """
        with self.step(program.name):
            self.check()
            child = Child(
                name=program.name,
                argv=program.argv,
                env=program.env,
                log_file=self._log_dir / f"{program.name.replace(' ', '-')}.log",
                guard=self.guard,
                stop_within=program.stop_within,
            )
            self.keep(lambda: child.stop(is_urgent=lambda: self._is_urgent), child=child)
            deadline = time.monotonic() + program.ready_within.total_seconds()
            while not program.is_ready(child):
                if time.monotonic() > deadline:
                    seconds = program.ready_within.total_seconds()
                    raise child.failure(f"was not ready after {seconds:g} s")
                self._pause()
        return child

    def keep(self, stop: Callable[[], None], *, child: Child | None = None) -> None:
        """Have something that was started elsewhere stopped in its turn.

        Args:
            stop: Stops it; called once.
            child: Its process, when its death shall stop everything.
        """
        self._running.append((child, stop))

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show that something is being done, and then how long it took."""
        began = time.monotonic()
        text = escape(what)
        with self._console.status(f"{text} …"):
            try:
                yield
            except Exception:
                self._console.print(f"[red]✗[/] {text}")
                raise
        self._console.print(f"[green]✓[/] {text} [dim]{time.monotonic() - began:.1f} s[/]")

    def check(self) -> None:
        """Say at once when the user wants to stop or a program has died.

        Raises:
            StopRequested: The user wants to stop.
            ProgramFailedError: A program has ended.
        """
        if self._requests:
            raise StopRequested
        for child, _ in self._running:
            if child is not None and (status := child.status) is not None:
                raise child.failure(f"has {_ending(status)}")

    def wait(self) -> None:
        """Run until the user wants to stop.

        Raises:
            StopRequested: That is so; the block ends quietly.
            ProgramFailedError: A program has ended.
        """
        while True:
            self._pause()

    def _pause(self) -> None:
        # A pipe and not threading.Event: its lock may not be taken in a signal handler.
        select.select([self._wake], [], [], _LOOK_EVERY)
        self.check()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._requests += 1
        with contextlib.suppress(BlockingIOError):
            os.write(self._ring, b"!")
        if self._is_stopping:
            self._is_urgent = True
        elif self._requests > 1:
            raise KeyboardInterrupt

    def _stop_all(self) -> None:
        self._is_stopping = True
        if not self._running:
            return
        failures: list[Exception] = []
        with self._console.status("stopping …"):
            while self._running:
                _, stop = self._running.pop()
                try:
                    stop()
                except Exception as error:  # noqa: BLE001 - the others must be stopped all the same
                    failures.append(error)
        if failures:
            raise failures[0]


def _ending(status: int) -> str:
    if status < 0:
        return f"been ended by signal {signal.Signals(-status).name}"
    return f"ended by itself with status {status}"
