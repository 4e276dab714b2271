from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from app.databases import Databases
from app.local_postgres import SERVICE_ROLE, LocalPostgres, LocalPostgresError, open_psql
from tests.database import TestServer, open_folder

WAIT_AT_MOST = 20.0  # seconds


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[LocalPostgres]:
    with open_folder() as made, LocalPostgres(made, is_for_tests=True) as started:
        yield started


@pytest.fixture
def databases(server: LocalPostgres) -> Databases:
    return server.databases


def one(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return row[0]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + WAIT_AT_MOST
    while is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        threading.Event().wait(0.02)


def start_in_another_process(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A process that has started a server and now does nothing; and the server's number."""
    script = (
        "import sys; from pathlib import Path; from app.local_postgres import LocalPostgres;"
        " server = LocalPostgres(Path(sys.argv[1]), is_for_tests=True); server.start();"
        " server.databases.create('kept'); print(server.child.pid, flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", script, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    process.communicate(timeout=WAIT_AT_MOST)


def test_the_service_is_no_superuser_and_bound_by_row_level_security(databases: Databases) -> None:
    url = databases.create("roles")

    assert one(url, "select current_user") == SERVICE_ROLE
    bypasses = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
    assert one(url, bypasses) is False
    assert databases.is_admin_superuser()


def test_the_service_owns_its_database_and_may_add_btree_gist(databases: Databases) -> None:
    url = databases.create("extensions")

    with psycopg.connect(url) as connection:
        connection.execute("create extension btree_gist")
        connection.execute("create table t (n int, exclude using gist (n with =))")


def test_making_a_database_that_exists_keeps_what_is_in_it(databases: Databases) -> None:
    url = databases.create("twice")
    with psycopg.connect(url) as connection:
        connection.execute("create table kept ()")

    databases.create("twice")

    assert one(url, "select count(*) from pg_tables where tablename = 'kept'") == 1


def test_a_copy_has_what_its_template_has_and_belongs_to_the_service(databases: Databases) -> None:
    with psycopg.connect(databases.create("model")) as connection:
        connection.execute("create table kept as select 7 as n")

    url = databases.clone(template="model", name="copy")

    assert one(url, "select n from kept") == 7
    assert one(url, "select current_user") == SERVICE_ROLE


def test_a_dropped_database_is_gone_though_somebody_is_connected(databases: Databases) -> None:
    url = databases.create("in_use")
    connection = psycopg.connect(url)

    databases.drop("in_use")

    connection.close()
    assert databases.names(prefix="in_use") == []


def test_the_server_listens_on_no_network(server: LocalPostgres) -> None:
    admin_url = server.databases.admin_url

    assert one(admin_url, "show listen_addresses") == ""
    assert "host=/" in admin_url


def test_a_second_start_finds_the_data_of_the_first(folder: Path) -> None:
    with LocalPostgres(folder, is_for_tests=True) as first:
        with psycopg.connect(first.databases.create("kept")) as connection:
            connection.execute("create table kept as select 7 as n")
        pid = first.child.pid
    assert not is_alive(pid)

    with LocalPostgres(folder, is_for_tests=True) as second:
        assert one(second.databases.url("kept"), "select n from kept") == 7


def test_stopping_does_not_wait_for_clients(folder: Path) -> None:
    server = LocalPostgres(folder, is_for_tests=True)
    admin_url = server.start()
    files = Path(str(one(admin_url, "show data_directory")))
    connection = psycopg.connect(admin_url)
    pid = server.child.pid

    server.stop()
    server.stop()

    connection.close()
    assert not is_alive(pid)
    assert not (files / "postmaster.pid").exists(), "it was killed, not stopped"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_the_server_goes_when_the_process_that_started_it_is_ended(
    folder: Path, number: signal.Signals
) -> None:
    process, server_pid = start_in_another_process(folder)
    assert is_alive(server_pid)

    end(process, number)

    wait_until_gone(server_pid)
    with LocalPostgres(folder, is_for_tests=True) as again:
        assert again.databases.names(prefix="kept") == ["kept"]


def test_a_server_that_was_killed_starts_again_on_the_same_data(folder: Path) -> None:
    process, server_pid = start_in_another_process(folder)
    os.kill(server_pid, signal.SIGKILL)
    end(process, signal.SIGKILL)

    with LocalPostgres(folder, is_for_tests=True) as again:
        assert again.databases.names(prefix="kept") == ["kept"]


def test_the_number_of_a_dead_server_that_another_process_has_now_does_not_hinder(
    folder: Path,
) -> None:
    with LocalPostgres(folder, is_for_tests=True) as first:
        admin_url = first.databases.admin_url
        data = Path(str(one(admin_url, "show data_directory")))
        stale = (data / "postmaster.pid").read_text().splitlines()
    (data / "postmaster.pid").write_text("\n".join([str(os.getppid()), *stale[1:], ""]))

    with LocalPostgres(folder, is_for_tests=True) as again:
        assert one(again.databases.admin_url, "select 1") == 1


def test_a_folder_that_another_server_uses_is_refused_in_one_sentence(folder: Path) -> None:
    with LocalPostgres(folder, is_for_tests=True) as first:
        second = LocalPostgres(folder, is_for_tests=True, freed_within=timedelta(0))

        with pytest.raises(LocalPostgresError, match=r"another process uses .*: stop that one"):
            second.start()

        assert one(first.databases.admin_url, "select 1") == 1


def test_a_socket_is_found_however_long_the_path_of_the_folder_is(folder: Path) -> None:
    long = folder / ("d" * 100)

    with LocalPostgres(long, is_for_tests=True) as server:
        socket_dir = Path(server.databases.admin_url.partition("?host=")[2])
        assert one(server.databases.admin_url, "select 1") == 1
        assert not socket_dir.is_relative_to(folder)

    assert not socket_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_as_root_the_data_goes_elsewhere_when_the_servers_user_cannot_get_to_the_folder(
    folder: Path,
) -> None:
    folder.chmod(0o700)

    with LocalPostgres(folder, is_for_tests=True) as server:
        data = Path(str(one(server.databases.admin_url, "show data_directory")))

    assert not data.is_relative_to(folder)
    shutil.rmtree(data.parent)


def test_files_half_made_by_an_interrupted_start_are_made_again(folder: Path) -> None:
    (folder / "data.partial").mkdir()
    (folder / "data.partial" / "PG_VERSION").write_text("1\n")

    with LocalPostgres(folder, is_for_tests=True) as server:
        assert one(server.databases.admin_url, "select 1") == 1


def test_data_of_another_version_is_refused_in_one_sentence(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("9\n")

    with pytest.raises(LocalPostgresError, match="made by PostgreSQL 9, this is") as refused:
        LocalPostgres(folder, is_for_tests=True).start()

    assert "\n" not in str(refused.value)


def test_a_server_that_does_not_start_says_why_in_one_sentence(folder: Path) -> None:
    with LocalPostgres(folder, is_for_tests=True) as server:
        data = Path(str(one(server.databases.admin_url, "show data_directory")))
    (data / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(LocalPostgresError, match=r"did not start: .*no_such_setting") as refused:
        LocalPostgres(folder, is_for_tests=True).start()

    assert "\n" not in str(refused.value)


def test_asking_for_databases_before_the_start_is_an_error(folder: Path) -> None:
    with pytest.raises(LocalPostgresError, match="has not been started"):
        _ = LocalPostgres(folder).databases


def test_psql_finds_the_server_that_runs_on_a_folder(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from app.local_postgres import open_psql;"
        " open_psql(data_dir=Path(sys.argv[1]), database='postgres')"
    )

    with LocalPostgres(folder, is_for_tests=True):
        psql = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", script, str(folder)],
            input="select 'it is ' || current_user",
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )

    assert "it is postgres" in psql.stdout


def test_psql_where_no_server_runs_says_what_to_do(folder: Path) -> None:
    with pytest.raises(LocalPostgresError, match="start `make demo`"):
        open_psql(data_dir=folder, database="postgres")


@pytest.mark.parametrize(
    ("admin_url", "address"),
    [
        ("postgresql://postgres@/postgres?host=/run/x", "postgresql://handover@/a%20b?host=/run/x"),
        ("postgresql://me:pw@db.test:5433/x", "postgresql://handover@db.test:5433/a%20b"),
    ],
)
def test_an_address_names_the_owner_and_the_database(admin_url: str, address: str) -> None:
    databases = Databases(admin_url=admin_url, owner="handover")

    assert databases.url("a b") == address


def test_without_an_owner_databases_are_the_admins_own() -> None:
    databases = Databases(admin_url="postgresql://me:pw@db.test:5433/x?sslmode=require")

    assert databases.url("y") == "postgresql://me:pw@db.test:5433/y?sslmode=require"


def test_every_test_has_a_migrated_database_of_its_own(database_server: TestServer) -> None:
    with database_server.migrated() as one_url, database_server.migrated() as other_url:
        assert one_url != other_url
        assert one(one_url, "select count(*) from orgs") == 0


def test_a_tests_database_is_gone_after_the_test(database_server: TestServer) -> None:
    with database_server.empty() as url:
        name = str(one(url, "select current_database()"))

    assert database_server.databases.names(prefix=name) == []
