from __future__ import annotations

import http.server
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from app.processes import (
    PortBusyError,
    ProcessesError,
    Program,
    ProgramFailedError,
    Supervisor,
    answers_http,
    free_port,
    has_said,
    is_port_busy,
    require_free_port,
)
from tests.database import open_folder

WAIT_AT_MOST = 20.0  # seconds
ENV = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}

#: Says its number and that of a child of its own, then runs until it is asked to stop.
SERVES = """
import signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
def end(*_):
    print("asked to stop", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("serving", child.pid, flush=True)
while True:
    signal.pause()
"""
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("serving 0", flush=True)
while True:
    signal.pause()
"""
DIES = """
import sys
print("cannot go on", flush=True)
sys.exit(3)
"""

#: A supervisor in a process of its own, as `handover demo` is one.
SUPERVISES = """
import sys
from datetime import timedelta
from pathlib import Path
from app.local_postgres import LocalPostgres
from app.processes import Program, ProcessesError, Supervisor, has_said
folder, patience, scripts = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
try:
    with Supervisor(log_dir=folder / "logs") as supervisor:
        postgres = LocalPostgres(folder / "postgres", guard=supervisor.guard, is_for_tests=True)
        postgres.start()
        supervisor.keep(postgres.stop, child=postgres.child)
        print("pid", postgres.child.pid, flush=True)
        for number, script in enumerate(scripts):
            child = supervisor.start(Program(
                name=f"program{number}", argv=[sys.executable, "-c", script],
                env={"PYTHONUNBUFFERED": "1"}, is_ready=has_said("\\n"),
                stop_within=timedelta(seconds=patience),
            ))
            print("pid", child.pid, flush=True)
            print("pid", child.last_lines(1)[0].split()[-1], flush=True)
        print("up", flush=True)
        supervisor.wait()
except ProcessesError as error:
    print(error, flush=True)
    sys.exit(1)
print("stopped", flush=True)
"""


class Demo:
    """The supervising process, and the numbers of all the processes that it has started."""

    def __init__(self, folder: Path, *scripts: str, patience: float = 1) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-c", SUPERVISES, str(folder), str(patience), *scripts],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            start_new_session=True,
        )
        self.pids: list[int] = []

    def wait_until_up(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("pid "):
                self.pids.append(int(line.split()[1]))
            if line == "up\n":
                return
        pytest.fail("the supervisor ended early")

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        return self.ending()

    def ending(self) -> tuple[int, str]:
        said, _ = self.process.communicate(timeout=WAIT_AT_MOST)
        return self.process.returncode, said

    def clear_up(self) -> None:
        """Leave nothing running, also when the test has failed; the guard sees to the rest."""
        self.process.kill()
        self.process.communicate()

    def wait_until_all_are_gone(self) -> None:
        self.wait_until_gone(*self.pids)

    def wait_until_gone(self, *pids: int) -> None:
        deadline = time.monotonic() + WAIT_AT_MOST
        while left := [pid for pid in pids if is_alive(pid)]:
            assert time.monotonic() < deadline, f"still there: {left}"
            threading.Event().wait(0.02)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return pid > 0 and state != "Z"


def program(script: str, *, name: str = "program") -> Program:
    return Program(
        name=name,
        argv=[sys.executable, "-c", script],
        env=ENV,
        is_ready=has_said("serving"),
        stop_within=timedelta(seconds=1),
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def start_demo(folder: Path) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def start(*scripts: str, patience: float = 1) -> Demo:
        demo = Demo(folder, *scripts, patience=patience)
        started.append(demo)
        demo.wait_until_up()
        return demo

    yield start
    for demo in started:
        demo.clear_up()


def run(folder: Path, console: Console, *programs: Program) -> None:
    with Supervisor(log_dir=folder, console=console) as supervisor:
        for each in programs:
            supervisor.start(each)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_wish_to_stop_leaves_no_process_behind_and_is_no_failure(
    start_demo: Callable[..., Demo], number: signal.Signals
) -> None:
    demo = start_demo(SERVES, SERVES)
    assert len(demo.pids) == 5
    assert all(is_alive(pid) for pid in demo.pids)

    status, said = demo.end(number)

    assert status == 0
    assert said.endswith("stopped\n")
    assert not any(is_alive(pid) for pid in demo.pids)


def test_killing_the_supervisor_leaves_no_process_behind(start_demo: Callable[..., Demo]) -> None:
    demo = start_demo(SERVES, DEAF)

    demo.end(signal.SIGKILL)

    demo.wait_until_all_are_gone()


def test_killing_the_supervisors_whole_process_group_leaves_no_process_behind(
    start_demo: Callable[..., Demo],
) -> None:
    demo = start_demo(SERVES)

    os.killpg(demo.process.pid, signal.SIGKILL)
    demo.ending()

    demo.wait_until_all_are_gone()


def test_a_program_that_does_not_listen_is_killed_after_its_grace(
    start_demo: Callable[..., Demo],
) -> None:
    demo = start_demo(DEAF)

    status, _ = demo.end(signal.SIGTERM)

    assert status == 0
    assert not any(is_alive(pid) for pid in demo.pids)


def test_asking_again_cuts_the_grace_short(start_demo: Callable[..., Demo]) -> None:
    demo = start_demo(DEAF, SERVES, patience=10 * WAIT_AT_MOST)
    deaf, last_started = demo.pids[1], demo.pids[3]

    demo.process.send_signal(signal.SIGINT)
    demo.wait_until_gone(last_started)
    assert is_alive(deaf)
    status, _ = demo.end(signal.SIGINT)

    assert status == 0
    assert not any(is_alive(pid) for pid in demo.pids)


@pytest.mark.parametrize("which", [0, 1, 3])
def test_when_one_dies_all_are_stopped_and_it_is_named(
    start_demo: Callable[..., Demo], which: int
) -> None:
    demo = start_demo(SERVES, SERVES)
    name = {0: "PostgreSQL", 1: "program0", 3: "program1"}[which]

    os.kill(demo.pids[which], signal.SIGKILL)
    status, said = demo.ending()

    assert status == 1
    assert f"{name} has been ended by signal SIGKILL; the last it said:" in said
    demo.wait_until_all_are_gone()


def test_a_program_that_ends_at_once_is_named_with_its_last_words(
    folder: Path, console: Console
) -> None:
    with pytest.raises(ProgramFailedError) as failed:
        run(folder, console, program(SERVES, name="first"), program(DIES, name="second"))

    assert failed.value.name == "second"
    assert "second has ended by itself with status 3" in str(failed.value)
    assert "cannot go on" in str(failed.value)
    assert str(folder / "second.log") in str(failed.value)
    assert "asked to stop" in (folder / "first.log").read_text()


def test_programs_are_stopped_in_the_reverse_order(folder: Path, console: Console) -> None:
    stopped: list[str] = []

    with Supervisor(log_dir=folder, console=console) as supervisor:
        supervisor.keep(lambda: stopped.append("first"))
        child = supervisor.start(program(SERVES))
        supervisor.keep(lambda: stopped.append("last"))
        supervisor.keep(lambda: stopped.append(f"program runs: {child.status is None}"))

    assert stopped == ["program runs: True", "last", "first"]
    assert child.status == 0


def test_what_fails_to_stop_does_not_keep_the_others_running(
    folder: Path, console: Console
) -> None:
    def fail() -> None:
        raise RuntimeError("cannot stop")

    stopped: list[str] = []

    def run_both() -> None:
        with Supervisor(log_dir=folder, console=console) as supervisor:
            supervisor.keep(lambda: stopped.append("the other"))
            supervisor.keep(fail)

    with pytest.raises(RuntimeError, match="cannot stop"):
        run_both()

    assert stopped == ["the other"]


def test_a_program_that_is_not_ready_in_time_is_named(folder: Path, console: Console) -> None:
    slow = Program(
        name="slow",
        argv=[sys.executable, "-c", SERVES],
        env=ENV,
        is_ready=has_said("never said"),
        ready_within=timedelta(seconds=0.2),
    )

    with pytest.raises(ProgramFailedError, match=r"slow was not ready after 0\.2 s"):
        run(folder, console, slow)


def test_a_command_that_does_not_exist_is_named(folder: Path, console: Console) -> None:
    missing = Program(name="missing", argv=["/no/such/file"], env=ENV, is_ready=has_said(""))

    with pytest.raises(ProcessesError, match="missing cannot be started: "):
        run(folder, console, missing)


def test_progress_is_shown_for_each_step(folder: Path) -> None:
    shown = io.StringIO()
    console = Console(file=shown, width=200)

    with Supervisor(log_dir=folder, console=console) as supervisor:
        supervisor.start(program(SERVES, name="web"))
        with supervisor.step("making [people]"):
            pass

    first, second = shown.getvalue().splitlines()
    assert re.fullmatch(r"✓ web \d+\.\d s", first)
    assert re.fullmatch(r"✓ making \[people\] \d+\.\d s", second)


def test_signals_are_as_before_afterwards(folder: Path, console: Console) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    with Supervisor(log_dir=folder, console=console):
        pass

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_a_busy_port_is_refused_with_what_to_do(busy_port: int) -> None:
    assert is_port_busy(busy_port)

    with pytest.raises(PortBusyError, match=rf"port {busy_port} is in use .* with --port \d+$"):
        require_free_port(busy_port)


def test_a_free_port_is_taken_as_it_is() -> None:
    port = free_port()

    assert not is_port_busy(port)
    assert require_free_port(port) == port


def test_a_web_program_is_ready_when_it_answers(folder: Path, console: Console) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    web = Program(
        name="web",
        argv=[sys.executable, "-m", http.server.__name__, str(port), "--bind", "127.0.0.1"],
        env=ENV,
        is_ready=answers_http(url),
    )

    with Supervisor(log_dir=folder, console=console) as supervisor:
        child = supervisor.start(web)

        assert is_port_busy(port)
        assert answers_http(url)(child)

    assert not is_port_busy(port)
    assert not answers_http(url)(child)
