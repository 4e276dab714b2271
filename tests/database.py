"""Real databases for tests: one server per test run, one database per test.

The first test process that wants a database starts a *keeper* (this module, run as a program):
it starts a PostgreSQL of its own, makes a migrated template, says where, and lives until no
test process of the run holds the folder's lock any more. The kernel frees a lock however its
holder ends, so neither Ctrl-C nor ``kill -9`` leaves a server behind.

With ``DATABASE_URL_FOR_TESTS`` that server is used instead; its role must be allowed to create
databases, and must not be a superuser (row-level security would not bind it).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.databases import Databases
from app.local_postgres import LocalPostgres
from app.migrate import migrate

_ROOT = Path(__file__).parent.parent
_ANNOUNCEMENT = "announcement.json"
_TEMPLATE = "template"
_START_WITHIN = 60.0  # seconds
_LOOK_EVERY = 0.02  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TestServer:
    """The run's server; every name of a database on it begins with ``prefix``."""

    __test__ = False

    databases: Databases
    prefix: str

    @contextlib.contextmanager
    def migrated(self) -> Iterator[str]:
        """The address of a fresh database with this version's tables, removed afterwards."""
        name = self._name()
        yield self.databases.clone(template=self.prefix + _TEMPLATE, name=name)
        self.databases.drop(name)

    @contextlib.contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a fresh database without any tables, removed afterwards."""
        name = self._name()
        yield self.databases.create(name)
        self.databases.drop(name)

    def _name(self) -> str:
        return self.prefix + uuid.uuid4().hex[:12]


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """An empty folder that every user can get to, which pytest's ``tmp_path`` is not.

    When the tests run as root, their PostgreSQL runs as another user.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def database_server() -> Iterator[TestServer]:
    with borrowed_server() as server:
        yield server


@pytest.fixture
def database_url(database_server: TestServer) -> Iterator[str]:
    with database_server.migrated() as url:
        yield url


@pytest.fixture
def empty_database_url(database_server: TestServer) -> Iterator[str]:
    with database_server.empty() as url:
        yield url


@contextlib.contextmanager
def borrowed_server() -> Iterator[TestServer]:
    """The server that all test processes of this run share."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    folder = Path(tempfile.gettempdir()) / f"handover-tests-{os.geteuid()}-{run[:12]}"
    with _present(folder):
        with _held(folder / "starting", exclusive=True):
            if not (folder / _ANNOUNCEMENT).exists():
                _start_keeper(folder)
        said = json.loads((folder / _ANNOUNCEMENT).read_text())
        databases = Databases(admin_url=said["admin_url"], owner=said["owner"])
        yield TestServer(databases=databases, prefix=said["prefix"])


@contextlib.contextmanager
def _present(folder: Path) -> Iterator[None]:
    """Be counted among the users of the folder, which the last keeper may be removing."""
    while True:
        folder.mkdir(mode=0o755, exist_ok=True)
        with contextlib.ExitStack() as stack:
            try:
                held = stack.enter_context(_held(folder / "users", exclusive=False))
                is_current = os.fstat(held).st_ino == (folder / "users").stat().st_ino
            except FileNotFoundError:
                is_current = False
            if is_current:
                yield
                return


@contextlib.contextmanager
def _held(path: Path, *, exclusive: bool) -> Iterator[int]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield lock
    finally:
        os.close(lock)


def _start_keeper(folder: Path) -> None:
    with (folder / "keeper.log").open("w+") as log:
        keeper = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "tests.database", str(folder)],
            os.environ | {"PYTHONPATH": str(_ROOT)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
            ],
        )
        deadline = time.monotonic() + _START_WITHIN
        while not (folder / _ANNOUNCEMENT).exists():
            ended, _ = os.waitpid(keeper, os.WNOHANG)
            if ended or time.monotonic() > deadline:
                log.seek(0)
                raise RuntimeError(f"no database for the tests:\n{log.read()}")
            select.select([], [], [], _LOOK_EVERY)


def _keep(folder: Path) -> None:
    """Serve until nobody uses the folder."""
    os.setsid()  # Ctrl-C is for the tests; we end when they have
    with contextlib.ExitStack() as unused, contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        databases, prefix = _server(folder, stack)
        migrate(databases.create(prefix + _TEMPLATE))
        said = {"admin_url": databases.admin_url, "owner": databases.owner, "prefix": prefix}
        unfinished = folder / "announcement.unfinished"
        unfinished.write_text(json.dumps(said))
        unfinished.rename(folder / _ANNOUNCEMENT)
        # Granted when the last user is gone, and kept while we clear up: nobody comes in between.
        unused.enter_context(_held(folder / "users", exclusive=True))


def _server(folder: Path, stack: contextlib.ExitStack) -> tuple[Databases, str]:
    given = os.environ.get("DATABASE_URL_FOR_TESTS", "").strip()
    if not given:
        local = stack.enter_context(LocalPostgres(folder / "postgres", is_for_tests=True))
        return local.databases, "test_"
    databases = Databases(admin_url=given.replace("postgres://", "postgresql://", 1))
    if databases.is_admin_superuser():
        raise RuntimeError(
            "the role of DATABASE_URL_FOR_TESTS is a superuser, whom row-level security does not"
            " bind: use one that may create databases and nothing else"
        )
    prefix = f"handover_test_{folder.name[-12:]}_"
    stack.callback(_drop_all, databases, prefix)
    return databases, prefix


def _drop_all(databases: Databases, prefix: str) -> None:
    for name in databases.names(prefix=prefix):
        databases.drop(name)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
