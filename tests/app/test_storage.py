"""The database holds what it promises: tables, tenants, the audit."""

from __future__ import annotations

import uuid

import psycopg.errors
import pytest
import sqlalchemy as sa
import sqlalchemy.exc
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.migrate import migrate
from app.storage.database import Database
from app.storage.tables import Table
from tests.house import House, upcoming


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    database = Database(database_url)

    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    kind != "table" or not name.startswith(("procrastinate", "alembic"))
                )
            },
        )
        differences = compare_metadata(context, Table.metadata)

    database.close()
    assert differences == []


def test_migrating_twice_is_harmless(database_url: str) -> None:
    migrate(database_url)

    database = Database(database_url)
    database.ping()
    database.close()


def test_row_level_security_is_forced_on_every_table_of_ours(database_url: str) -> None:
    database = Database(database_url)

    with database.engine.connect() as connection:
        forced = connection.execute(
            sa.text("select relname from pg_class where relrowsecurity and relforcerowsecurity")
        )
        names = {row.relname for row in forced}
        is_superuser = connection.execute(
            sa.text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
        ).scalar_one()

    database.close()
    assert names == set(Table.metadata.tables)
    assert not is_superuser


def test_every_key_begins_with_the_org(database_url: str) -> None:
    del database_url
    for table in Table.metadata.sorted_tables:
        first = next(iter(table.primary_key.columns))
        assert first.name == "org_id", table.name


def test_without_an_org_no_row_is_visible_and_with_another_none_of_these(house: House) -> None:
    house.a_booking_type(hosts=[house.a_host("host")])
    database = house.wiring.database

    with database.engine.connect() as connection:
        without = [
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in Table.metadata.sorted_tables
        ]
    with database.transaction(uuid.uuid4()) as session:
        with_another = [
            session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in Table.metadata.sorted_tables
        ]

    assert set(without) == {0}
    assert set(with_another) == {0}
    assert house.execute("select count(*) from hosts")[0][0] == 1


def test_a_row_cannot_be_written_into_another_org(house: House) -> None:
    with (
        pytest.raises(sqlalchemy.exc.DBAPIError) as caught,
        house.wiring.database.transaction(uuid.uuid4()) as session,
    ):
        session.execute(
            sa.text(
                "insert into hosts (org_id, host_id, name, email, time_zone, working_hours)"
                " values (:org, '005', 'x', 'x', 'UTC', '{}')"
            ),
            {"org": house.org_id},
        )

    assert isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege)


def test_the_audit_is_only_ever_added_to(house: House) -> None:
    host = house.a_host("host")
    house.book(house.a_lead(), house.a_booking_type(hosts=[host]), upcoming(2, "10:00"), host=host)
    actions = [action for (action,) in house.execute("select action from audit order by entry_id")]
    assert actions[:2] == ["booking_type.published", "booking.created"]

    for statement in ("update audit set action = 'x'", "delete from audit"):
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="only ever added to"):
            house.execute(statement)


@pytest.mark.parametrize(
    "span",
    ["empty", "[2030-01-01 10:00+00,)", "(,2030-01-01 10:00+00)",
     "[2030-01-01 10:00+00,2030-01-01 10:01+00)", "[2030-01-01 10:00+00,2030-01-03 10:00+00)"],
)  # fmt: skip
def test_a_span_that_could_never_conflict_or_makes_no_sense_is_refused(
    house: House, span: str
) -> None:
    host = house.a_host("host")
    view = house.book(
        house.a_lead(), house.a_booking_type(hosts=[host]), upcoming(2, "10:00"), host=host
    )

    with pytest.raises(sqlalchemy.exc.IntegrityError):
        house.execute(
            "update booking_hosts set span = cast(:span as tstzrange),"
            " blocked = cast(:span as tstzrange) where booking_id = :booking",
            span=span,
            booking=view.booking.booking_id,
        )
