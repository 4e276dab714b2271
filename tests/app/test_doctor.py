"""The doctor says what is configured, what can be reached and what is broken, and what to do."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from app.administration import Part
from app.doctor import examine
from app.doctor.salesforce import PACKAGE_FIELDS
from booking_types.model import (
    Clause,
    HostRule,
    HostRuleKind,
    Operator,
    PanelRole,
    Platform,
    PlatformRule,
    PlatformRuleKind,
    RecordFilter,
    RecordUpdate,
    WriteBack,
)
from booking_types.salesforce_ids import salesforce_id
from connectors.protocols import Vendor
from tests.database import TestServer
from tests.house import House, Person, upcoming

PACKAGE = Path(__file__).parents[2] / "salesforce_package/force-app/main/default/objects"
LEFT_USER = salesforce_id("005000000000999")
NOWHERE = Path("/nonexistent/demo.env")


@dataclasses.dataclass(frozen=True)
class Examination:
    is_well: bool
    text: str

    def line(self, subject: str) -> str:
        """The one finding about a subject, with its advice."""
        lines = self.text.splitlines()
        (at,) = [i for i, line in enumerate(lines) if line.strip()[2:].startswith(f"{subject}:")]
        advice = lines[at + 1].strip() if lines[at + 1].strip().startswith("→") else ""
        return f"{lines[at].strip()} {advice}".strip()

    def broken(self) -> list[str]:
        """The subjects of everything that is broken."""
        marked = [line.strip() for line in self.text.splitlines() if line.strip().startswith("✗")]
        return [line[2:].partition(":")[0] for line in marked]


def examined(environment: Mapping[str, str], *, demo_environment: Path = NOWHERE) -> Examination:
    written = io.StringIO()
    is_well = examine(
        console=Console(file=written, width=400, highlight=False),
        environ=environment,
        demo_environment=demo_environment,
    )
    return Examination(is_well=is_well, text=written.getvalue())


def database_name(house: House) -> str:
    return str(urlsplit(house.environment["DATABASE_URL"]).path).lstrip("/")


def a_worker_is_there(house: House) -> None:
    house.execute("insert into procrastinate_workers default values")


# ---------------------------------------------------------------------------- all is well


def test_nothing_is_broken_in_a_house_where_everything_is_connected(house: House) -> None:
    a_worker_is_there(house)
    google = house.a_host("google", zoom=True)
    microsoft = house.a_host("microsoft", calendar=Vendor.MICROSOFT)
    house.a_booking_type(hosts=[google, microsoft], name="Discovery call")
    view = house.book(
        house.a_lead(),
        house.a_booking_type(hosts=[google], name="Second"),
        upcoming(2, "10:00"),
        host=google,
    )
    house.settle(view)

    found = examined(house.environment)

    assert found.broken() == []
    assert found.is_well
    assert "is the org we think" in found.line("Salesforce")
    assert "is there, with all of its fields" in found.line("Booking package")
    assert "lets us in; 1 connection through it" in found.line("Microsoft application")
    assert "lets us in; 1 connection through it" in found.line("Zoom account")
    assert "can be read" in found.line("Google, Google")
    assert "can be read" in found.line("Google, Zoom")
    assert "can be read" in found.line("Microsoft, Microsoft")
    assert "2 of 2 hosts can be booked" in found.line("Booking type Discovery call")
    assert "✓ Deliveries:" in found.line("Deliveries")
    assert found.line("Mail server") == "✓ Mail server: lets us in"


def test_no_secret_and_no_guest_is_shown(house: House) -> None:
    host = house.a_host("host")
    lead = house.a_lead(Email=f"secret.guest@{house.domain}")
    house.book(lead, house.a_booking_type(hosts=[host]), upcoming(2, "10:00"), host=host)

    text = examined(house.environment).text

    assert "secret.guest" not in text
    for name in ("SECRET_KEYS", "GOOGLE_CLIENT_SECRET", "DATABASE_URL"):
        assert house.environment[name] not in text
    assert "PRIVATE KEY" not in text


# ------------------------------------------------------------------------------- settings


def test_every_fault_of_the_environment_is_a_line_with_its_cure() -> None:
    found = examined({"DATABASE_URL": "mysql://x", "SECRET_KEYS": "short"})

    assert not found.is_well
    assert found.broken() == ["DATABASE_URL", "PUBLIC_URL", "SECRET_KEYS"]
    assert "→ give the https address" in found.line("PUBLIC_URL")
    assert "→ see `handover new-key`" in found.line("SECRET_KEYS")


def test_a_secret_that_is_set_without_its_client_is_broken(house: House) -> None:
    found = examined({**house.environment, "MICROSOFT_CLIENT_SECRET": "one of two"})

    assert "MICROSOFT_CLIENT_ID is not" in found.line("Microsoft client")
    assert "Microsoft client" in found.broken()


def test_without_settings_the_demo_that_runs_here_is_examined(house: House, tmp_path: Path) -> None:
    a_worker_is_there(house)
    file = tmp_path / "demo.env"
    lines = [f"{name}={value}" for name, value in house.environment.items()]
    file.write_text("\n".join(["# of the demo", *lines, ""]))

    found = examined({}, demo_environment=file)

    assert str(file) in found.line("Which")
    assert found.is_well


def test_settings_of_ones_own_go_before_the_demos(house: House, tmp_path: Path) -> None:
    file = tmp_path / "demo.env"
    file.write_text("DATABASE_URL=postgresql://nobody@127.0.0.1:1/demo\n")

    found = examined(house.environment, demo_environment=file)

    assert "answers" in found.line("DATABASE_URL")


def test_without_settings_and_without_a_demo_it_says_how_to_get_one() -> None:
    found = examined({})

    assert "make demo" in found.line("To examine a demo")
    assert not found.is_well


# ------------------------------------------------------------------------------- database


def test_a_database_that_is_not_there_is_broken_and_mail_is_examined_all_the_same(
    house: House,
) -> None:
    missing = house.environment["DATABASE_URL"].replace(database_name(house), "missing_database")

    found = examined({**house.environment, "DATABASE_URL": missing})

    assert found.broken() == ["DATABASE_URL"]
    assert "missing_database" in found.line("DATABASE_URL")
    assert "lets us in" in found.line("Mail server")


def test_an_unreachable_database_is_named_without_its_password(house: House) -> None:
    url = "postgresql://handover:correct-horse@127.0.0.1:1/handover"

    found = examined({**house.environment, "DATABASE_URL": url})

    assert found.broken() == ["DATABASE_URL"]
    assert "refused" in found.line("DATABASE_URL")
    assert "correct-horse" not in found.text


def test_an_address_that_cannot_be_understood_is_not_quoted(house: House) -> None:
    url = "postgresql://handover:100%secret@127.0.0.1/handover"

    found = examined({**house.environment, "DATABASE_URL": url})

    assert found.broken() == ["DATABASE_URL"]
    assert "cannot be understood" in found.line("DATABASE_URL")
    assert "secret" not in found.text


def test_a_database_without_tables_has_to_be_migrated(
    house: House, database_server: TestServer
) -> None:
    with database_server.empty() as url:
        found = examined({**house.environment, "DATABASE_URL": url})

    assert found.broken() == ["Tables"]
    assert "→ run `handover migrate`" in found.line("Tables")


def test_a_database_of_a_newer_release_is_told_from_an_older_one(house: House) -> None:
    house.execute("update alembic_version set version_num = 'of next year'")

    found = examined(house.environment)

    assert found.broken() == ["Tables"]
    assert "newer" in found.line("Tables")


def test_tables_that_the_role_may_not_read_are_broken(house: House) -> None:
    house.execute("revoke all on alembic_version from current_user")

    found = examined(house.environment)

    assert found.broken() == ["Tables"]
    assert "may not read" in found.line("Tables")


def test_a_superuser_is_broken_because_nothing_keeps_orgs_apart(
    house: House, database_server: TestServer
) -> None:
    databases = database_server.databases
    if not databases.is_admin_superuser():
        pytest.skip("this server's admin is no superuser")
    a_worker_is_there(house)
    name = database_name(house)
    url = dataclasses.replace(databases, owner=None).url(name)

    found = examined({**house.environment, "DATABASE_URL": url})

    assert found.broken() == ["Role"]
    assert "is a superuser" in found.line("Role")


def test_a_table_that_lets_its_owner_see_every_org_is_broken(house: House) -> None:
    a_worker_is_there(house)
    house.execute("alter table deliveries no force row level security")

    found = examined(house.environment)

    assert found.broken() == ["Row-level security"]
    assert "not forced on deliveries" in found.line("Row-level security")


# -------------------------------------------------------------------------------- workers


def test_without_a_worker_nothing_is_delivered(house: House) -> None:
    found = examined(house.environment)

    assert found.broken() == ["Workers"]
    assert "→ start `handover worker`" in found.line("Workers")


def test_a_worker_that_was_silent_for_an_hour_is_none_and_leaves_stalled_jobs(
    house: House,
) -> None:
    house.execute(
        "with gone as (insert into procrastinate_workers (last_heartbeat)"
        " values (now() - interval '61 minutes') returning id)"
        " insert into procrastinate_jobs (queue_name, task_name, status, worker_id)"
        " select 'default', 'deliveries.converge', 'doing', id from gone"
    )

    found = examined(house.environment)

    assert found.broken() == ["Workers", "Stalled jobs"]
    assert "seen 1 hour ago" in found.line("Workers")


def test_a_delivery_that_needs_somebody_is_broken_while_its_meeting_is_to_come(
    house: House,
) -> None:
    a_worker_is_there(house)
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), booking_type, upcoming(2, "10:00"), host=host)
    house.settle(view)
    house.execute("update deliveries set state = 'needs_attention' where target = 'calendar_event'")

    assert examined(house.environment).broken() == ["Attention"]

    house.execute(
        "update bookings set start_at = start_at - interval '30 days', end_at = end_at - interval '30 days'"
    )

    assert examined(house.environment).broken() == []


def test_a_delivery_nobody_works_on_is_broken(house: House) -> None:
    a_worker_is_there(house)
    host = house.a_host("host")
    booking_type = house.a_booking_type(hosts=[host])
    house.book(house.a_lead(), booking_type, upcoming(2, "10:00"), host=host)
    house.execute("update deliveries set next_attempt_at = now() - interval '5 minutes'")

    found = examined(house.environment)

    assert found.broken() == ["Deliveries"]
    assert "should have been tried by now" in found.line("Deliveries")


# ----------------------------------------------------------------------------------- mail


def test_a_mail_server_that_is_not_there_is_broken(house: House) -> None:
    a_worker_is_there(house)

    found = examined({**house.environment, "SMTP_URL": "smtp://127.0.0.1:1"})

    assert found.broken() == ["Mail server"]


def test_examining_the_mail_server_sends_no_mail(house: House) -> None:
    examined(house.environment)

    assert house.control.mails(house.environment["MAIL_FROM"]) == []


def test_without_a_mail_server_that_is_said_and_not_broken(house: House) -> None:
    a_worker_is_there(house)

    found = examined({**house.environment, "SMTP_URL": ""})

    assert "SMTP_URL is not set" in found.line("Mail server")
    assert found.is_well


# -------------------------------------------------------------------------- organisations


def test_another_orgs_id_looks_like_a_refreshed_sandbox(house: House) -> None:
    a_worker_is_there(house)
    house.execute("update orgs set salesforce_org_id = '00D000000000001EAA'")
    host = house.a_host("host")
    house.a_booking_type(hosts=[host])

    found = examined(house.environment)

    assert found.broken() == ["Salesforce"]
    assert f"another org ({house.salesforce_org_id}): a refreshed sandbox?" in found.text


def test_an_org_that_does_not_let_us_in_is_broken(house: House) -> None:
    a_worker_is_there(house)
    house.execute('update orgs set integration = integration || \'{"consumer_key": "other"}\'')

    found = examined(house.environment)

    assert found.broken() == ["Salesforce"]
    assert "→ check the consumer key" in found.line("Salesforce")


def test_a_secret_sealed_with_a_key_that_is_gone_is_told(house: House) -> None:
    a_worker_is_there(house)
    keys = house.environment["SECRET_KEYS"].replace("k1:", "k2:")

    found = examined({**house.environment, "SECRET_KEYS": keys})

    assert "no key named 'k1' in SECRET_KEYS" in found.line("Salesforce")
    assert not found.is_well


def test_an_org_without_a_certificate_in_force_cannot_call_us(house: House) -> None:
    a_worker_is_there(house)
    house.execute("update org_certificates set retired_at = now() - interval '1 day'")

    assert examined(house.environment).broken() == ["Certificates"]


def test_a_connection_that_is_marked_broken_is_named_with_its_reason(house: House) -> None:
    a_worker_is_there(house)
    house.a_host("host")
    house.execute(
        "update connections set status = 'broken', broken_reason = 'revoked by its owner'"
    )

    found = examined(house.environment)

    assert found.broken() == ["Host, Google"]
    assert "revoked by its owner → ask Host to connect Google again" in found.line("Host, Google")


def test_a_calendar_that_cannot_be_read_makes_a_type_with_this_host_alone_unbookable(
    house: House,
) -> None:
    a_worker_is_there(house)
    host = house.a_host("host")
    house.a_booking_type(hosts=[host], name="Discovery call")
    house.fault(
        vendor="google", kind="status", status=503, caller=host.email, operation="*", times=20
    )

    found = examined(house.environment)

    assert found.broken() == ["Host, Google", "Booking type Discovery call"]
    assert "none of its 1 hosts can be booked" in found.line("Booking type Discovery call")


def test_an_account_whose_secret_is_refused_is_broken_with_all_that_goes_through_it(
    house: House,
) -> None:
    a_worker_is_there(house)
    house.a_host("host", calendar=Vendor.MICROSOFT)
    house.administration.set_org_account(
        org_id=house.org_id,
        vendor=Vendor.MICROSOFT,
        details={"tenant_id": house._microsoft["tenant_id"], "client_id": "another"},
        secret="wrong",
    )

    found = examined(house.environment)

    assert found.broken() == ["Microsoft application", "Host, Microsoft"]


def test_an_account_that_lets_us_in_is_well_though_nobody_is_connected_through_it(
    house: House,
) -> None:
    a_worker_is_there(house)
    house.a_host("host")

    found = examined(house.environment)

    assert found.is_well
    assert "lets us in; 0 connections through it" in found.line("Zoom account")
    assert "lets us in; 0 connections through it" in found.line("Microsoft application")


def test_fields_that_a_type_names_and_the_org_does_not_have_are_told(house: House) -> None:
    a_worker_is_there(house)
    host = house.a_host("host")
    house.a_booking_type(
        hosts=[host],
        name="Discovery call",
        record_filter=RecordFilter(
            clauses=(Clause(field="Gone__c", operator=Operator.EQUALS, value="x"),)
        ),
        subject="With {{ record.Owner.Missing__c }}",
        write_back=WriteBack(record_updates=(RecordUpdate(field="Stage__c", value="booked"),)),
    )

    found = examined(house.environment)

    line = found.line("Booking type Discovery call")
    assert found.broken() == ["Booking type Discovery call"]
    assert "Gone__c leads nowhere: Lead has no field Gone__c" in line
    assert "Owner.Missing__c leads nowhere" in line
    assert "a Lead has no field Stage__c" in line


def test_a_type_for_an_object_that_the_org_lacks_is_broken(house: House) -> None:
    a_worker_is_there(house)
    host = house.a_host("host")
    house.a_booking_type(hosts=[host], name="Visit", object_name="Visit__c")

    found = examined(house.environment)

    assert "the org has no object Visit__c" in found.line("Booking type Visit")


def test_a_type_is_broken_when_no_host_has_its_platform_or_is_active_in_salesforce(
    house: House,
) -> None:
    a_worker_is_there(house)
    unzoomed = house.a_host("unzoomed")
    left = Person(user_id=LEFT_USER, email=f"left@{house.domain}", name="Left")
    house.administration.set_host(
        org_id=house.org_id,
        host_id=left.user_id,
        name=left.name,
        email=left.email,
        time_zone="UTC",
    )
    house.a_booking_type(
        hosts=[unzoomed, left],
        name="On Zoom",
        platform_rule=PlatformRule(kind=PlatformRuleKind.FIXED, platform=Platform.ZOOM),
    )

    line = examined(house.environment).line("Booking type On Zoom")

    assert "none of its 2 hosts can be booked" in line
    assert "has not connected Zoom" in line
    assert "Left: is no active user in Salesforce" in line


def test_a_type_whose_record_names_the_host_needs_none_of_its_own(house: House) -> None:
    a_worker_is_there(house)
    rule = HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",))
    house.a_booking_type(hosts=[], name="By owner", host_rule=rule)
    house.a_booking_type(hosts=[], name="By nobody")

    found = examined(house.environment)

    assert found.broken() == ["Booking type By nobody"]


def test_what_the_doctor_looks_for_is_what_the_package_brings() -> None:
    there = {
        folder.name: {path.name.partition(".")[0] for path in folder.glob("fields/*.xml")}
        for folder in PACKAGE.iterdir()
    }

    assert PACKAGE_FIELDS["Booking__c"] == there["Booking__c"]
    assert PACKAGE_FIELDS["Event"] == there["Activity"]


def test_names_from_elsewhere_cannot_drive_the_terminal(house: House) -> None:
    house.execute("update orgs set name = E'Evil \\x1b]0;title\\x07 org'")

    assert "\x1b" not in examined(house.environment).text


def test_a_panel_role_that_nobody_can_take_is_told(house: House) -> None:
    a_worker_is_there(house)
    host, engineer = house.a_host("host"), house.a_host("engineer", calendar=None)
    kind = house.a_booking_type(
        hosts=[host],
        name="Workshop",
        panel_roles=(PanelRole(key="engineer", name="Engineer"),),
    )
    lonely = examined(house.environment)
    assert lonely.broken() == ["Booking type Workshop"]

    house.administration.set_member(
        org_id=house.org_id,
        booking_type_id=kind,
        part=Part(host_id=engineer.user_id, role="engineer"),
    )
    found = examined(house.environment)

    assert found.broken() == ["Booking type Workshop"]
    assert "nobody can take the role Engineer" in found.text


def test_a_hosts_holidays_that_are_not_known_any_more_are_told(house: House) -> None:
    a_worker_is_there(house)
    house.a_host("host")
    house.execute("update hosts set holiday_calendar = 'DE-XX'")

    found = examined(house.environment)

    assert found.broken() == ["Host Host"]
    assert "there is no holiday calendar DE-XX" in found.line("Host Host")
