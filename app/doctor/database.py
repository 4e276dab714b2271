"""PostgreSQL, its tables and our role in it; the workers and the jobs they left."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote, urlsplit

import psycopg
import sqlalchemy as sa

from app.doctor.report import Finding, Report, broken, good
from app.migrate import missing_versions
from app.settings import Settings
from app.storage.database import Database
from app.wiring import Wiring

#: A worker shows itself every five seconds; one that was silent for so long is gone.
_SILENT_AFTER = timedelta(seconds=30)

_CONNECT_SECONDS = 5

#: Tables of others in our schema, which hold nothing of an org but ids.
_NOT_OURS = "(c.relname = 'alembic_version' or c.relname like 'procrastinate\\_%')"


def wired(report: Report, settings: Settings) -> Wiring | None:
    """This process's objects; nothing when the database's address cannot be understood."""
    report.section("Database")
    try:
        return Wiring(settings)
    except (sa.exc.ArgumentError, ValueError):
        report.add(_address_fault("DATABASE_URL"))
        return None


def is_usable(report: Report, wiring: Wiring) -> bool:
    """Whether the database is there and has this version's tables; its role is judged too."""
    settings = wiring.settings
    if not _is_there(report, settings.database_url, name="DATABASE_URL"):
        return False
    if settings.direct_url != settings.database_url:
        _is_there(report, settings.direct_url, name="DATABASE_DIRECT_URL")
    with wiring.database.engine.connect() as connection:
        _add_role(report, connection)
        if not _is_migrated(report, connection):
            return False
        _add_row_security(report, connection)
    return True


def _address_fault(name: str) -> Finding:
    return broken(
        name,
        "cannot be understood",
        "write it as postgresql://user:password@host:port/name, with %-codes for special"
        " characters in the password",
    )


def _is_there(report: Report, url: str, *, name: str) -> bool:
    # As the worker connects: what SQLAlchemy would forgive in an address, this does not.
    try:
        with (
            report.progress("Connecting to the database"),
            psycopg.connect(url, connect_timeout=_CONNECT_SECONDS) as connection,
        ):
            version = connection.info.parameter_status("server_version") or "?"
    except psycopg.ProgrammingError:
        report.add(_address_fault(name))
        return False
    except psycopg.OperationalError as error:
        advice = f"start PostgreSQL, or correct {name}; the database itself has to exist"
        report.add(broken(name, f"no connection: {_reason(error, url)}", advice))
        return False
    report.add(good(name, f"PostgreSQL {version.split()[0]} answers"))
    return True


def _reason(error: psycopg.OperationalError, url: str) -> str:
    """The driver's last words, without the password that it might quote."""
    lines = str(error).strip().splitlines() or ["no reason given"]
    failures = [line for line in lines if "failed" in line or "FATAL" in line]
    words = (failures or lines)[-1].strip()
    password = urlsplit(url).password
    for secret in {password, unquote(password)} if password else set():
        words = words.replace(secret, "…")
    return words


def _add_role(report: Report, connection: sa.Connection) -> None:
    role, is_superuser, passes = connection.execute(
        sa.text("select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
    ).one()
    if is_superuser or passes:
        what = "a superuser" if is_superuser else "allowed to bypass row-level security"
        report.add(
            broken(
                "Role",
                f"{role} is {what}: nothing keeps one org's rows from another",
                "connect as a role that owns the database and is neither",
            )
        )
    else:
        report.add(good("Role", f"{role} is bound by row-level security"))


def _is_migrated(report: Report, connection: sa.Connection) -> bool:
    try:
        missing = missing_versions(connection)
    except sa.exc.ProgrammingError:
        words = "this role may not read them"
        report.add(broken("Tables", words, "connect as the role that owns the database"))
        return False
    if missing is None:
        words = "they are a newer release's"
        report.add(broken("Tables", words, "deploy that release, or use another database"))
        return False
    if missing:
        words = f"{len(missing)} migration{'s' if len(missing) > 1 else ''} behind this release"
        report.add(broken("Tables", words, "run `handover migrate`"))
        return False
    report.add(good("Tables", "as this release needs them"))
    return True


def _add_row_security(report: Report, connection: sa.Connection) -> None:
    rows = connection.execute(
        sa.text(
            "select c.relname, c.relrowsecurity and c.relforcerowsecurity"  # noqa: S608 - ours
            " from pg_class c where c.relnamespace = current_schema()::regnamespace"
            f" and c.relkind in ('r', 'p') and not {_NOT_OURS} order by c.relname"
        )
    ).all()
    open_tables = [name for name, is_forced in rows if not is_forced]
    if open_tables:
        report.add(
            broken(
                "Row-level security",
                f"is not forced on {', '.join(open_tables)}",
                "for each of them: alter table … enable row level security,"
                " force row level security",
            )
        )
    else:
        report.add(good("Row-level security", f"is forced on all {len(rows)} tables"))


def workers(report: Report, database: Database) -> None:
    """Whether somebody does the work, and whether somebody left some behind."""
    report.section("Workers")
    with database.engine.connect() as connection:
        alive, last_seen = connection.execute(
            sa.text(
                "select count(*) filter (where last_heartbeat > now() - :silent),"
                " extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers"
            ),
            {"silent": _SILENT_AFTER},
        ).one()
        waiting, stalled = connection.execute(
            sa.text(
                "select count(*) filter (where status = 'todo' and"
                " coalesce(scheduled_at, now()) <= now()), count(*) filter (where"
                " status = 'doing' and not exists (select from procrastinate_workers w where"
                " w.id = worker_id and w.last_heartbeat > now() - :silent))"
                " from procrastinate_jobs"
            ),
            {"silent": _SILENT_AFTER},
        ).one()
    if alive:
        report.add(good("Workers", f"{alive} at work, last seen {int(last_seen)} s ago"))
    else:
        words = "none is at work"
        if last_seen is not None:
            words += f"; the last one was seen {ago(timedelta(seconds=float(last_seen)))} ago"
        report.add(broken("Workers", words, "start `handover worker`: nothing is delivered"))
    report.add(good("Queue", f"{waiting} due job{'' if waiting == 1 else 's'} waiting"))
    if stalled:
        report.add(
            broken(
                "Stalled jobs",
                f"{stalled} left behind by a worker that died",
                "a worker takes them up within a minute; if they stay, look at its log",
            )
        )
    else:
        report.add(good("Stalled jobs", "none"))


def ago(span: timedelta) -> str:
    """A span in the largest unit that says something: ``3 hours``."""
    seconds = span.total_seconds()
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{int(seconds)} seconds"
