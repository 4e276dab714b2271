"""``handover explain``, as it is typed and read."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.explain import InputError, NotReadError, Wish, explain_record
from booking_types.model import (
    Clause,
    HostRule,
    HostRuleKind,
    Operator,
    RecordFilter,
)
from booking_types.salesforce_ids import salesforce_id
from tests.house import House, upcoming

TUESDAY_10 = upcoming(2, "10:00")
TO = "\N{EN DASH}"
NO_LEAD = salesforce_id("00Q000000000999")
AT = f"{TUESDAY_10:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


def typed(
    house: House, *words: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "app.cli", "explain", *words],
        env={**own, **house.environment, "COLUMNS": "110", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        check=False,
    )


def explained(house: House, record: str, *, width: int = 110, **wish: Any) -> Said:
    """What the command does once its options are read, in this process: that is much faster."""
    out, progress = io.StringIO(), io.StringIO()
    try:
        explain_record(
            Wish(record=record, **wish),
            wiring=house.wiring,
            console=Console(file=out, width=width, highlight=False),
            progress=Console(file=progress, width=width),
        )
    except InputError as error:
        return Said(2, out.getvalue(), f"{error.option}: {error.words}")
    except NotReadError as error:
        return Said(1, out.getvalue(), str(error))
    return Said(0, out.getvalue(), "")


def a_pool(house: House) -> str:
    """A pool of a busy host, a free one, and one without a calendar; the id of a lead."""
    busy = house.a_host("busy", busy=[(TUESDAY_10, TUESDAY_10 + timedelta(hours=1))])
    hosts = [busy, house.a_host("free"), house.a_host("unconnected", calendar=None)]
    house.a_booking_type(
        hosts=hosts,
        key="pool",
        name="Pooled call",
        host_rule=HostRule(kind=HostRuleKind.TIME_FIRST),
    )
    house.a_booking_type(
        hosts=hosts,
        key="large",
        name="For large customers",
        record_filter=RecordFilter(
            clauses=(Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=9000),)
        ),
    )
    return house.a_lead(AnnualRevenue=5000)


def test_a_missing_type_is_explained_by_the_clause_that_failed(house: House) -> None:
    said = typed(house, a_pool(house))

    assert (said.returncode, said.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert "✓ Pooled call is offered" in lines
    assert any(line.startswith("✗ For large customers is not offered") for line in lines)
    assert "AnnualRevenue is 5,000, but must be greater than 9,000" in said.stdout
    assert "who is the host" not in said.stdout


def test_a_missing_time_is_explained_for_each_host_with_what_to_do(house: House) -> None:
    said = explained(house, a_pool(house), booking_type="pool", first_on=TUESDAY_10.date(), days=1)

    assert said.returncode == 0, said.stderr
    assert f"10:00{TO}10:30 busy" in said.stdout
    assert "Unconnected (UTC) has not connected a calendar" in said.stdout
    assert "all day no calendar" in said.stdout
    assert "the first in the order who is free then is the host" in said.stdout
    assert "this type needs a connected calendar and they have none" in said.stdout
    assert "14 of 48" in said.stdout


def test_a_pick_is_explained_by_its_ranked_table(house: House) -> None:
    said = explained(house, a_pool(house), booking_type="pool", at=AT)

    assert said.returncode == 0, said.stderr
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert "✓ 30 minutes from then are offered." in lines
    assert "1 Busy is busy then with something in the calendar" in lines
    assert "2 Free → picked is the first in the order who is free then" in lines
    assert "3 Unconnected has not connected a calendar" in lines


def test_a_link_of_a_record_page_will_do_and_so_will_a_time_with_an_offset(house: House) -> None:
    link = f"https://org.lightning.force.com/lightning/r/Lead/{a_pool(house)}/view?ws=%2Fr"
    at = f"{TUESDAY_10 + timedelta(hours=2):%Y-%m-%dT%H:%M}+02:00"

    said = explained(house, link, booking_type="pool", at=at, as_json=True)

    answer = json.loads(said.stdout)
    assert answer["times"]["at"]["start_at"] == f"{TUESDAY_10:%Y-%m-%dT%H:%M:%SZ}"
    assert answer["times"]["people_without_timeline"] == 0


def test_a_users_view_and_one_persons_times_can_be_asked_for(house: House) -> None:
    lead = a_pool(house)

    said = explained(house, lead[:15], user=house.rep.user_id, booking_type="pool", host="fre")

    assert f"As {house.rep.name} ({house.rep.user_id}) sees it." in said.stdout
    assert "Free (UTC)" in said.stdout
    assert "Busy (UTC)" not in said.stdout


def test_a_day_is_called_by_what_stands_against_its_working_hours_and_not_by_its_night(
    house: House,
) -> None:
    # All of the working day, which is the lesser part of its starts.
    host = house.a_host("full", busy=[(TUESDAY_10.replace(hour=0), TUESDAY_10.replace(hour=23))])
    house.a_booking_type(hosts=[host], key="one")

    said = explained(house, house.a_lead(), booking_type="one", first_on=TUESDAY_10.date(), days=1)

    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert "offered busy" in lines
    assert f"{host.name} busy" in lines


def test_a_narrow_terminal_loses_no_word(house: House) -> None:
    lead = a_pool(house)

    narrow = explained(house, lead, booking_type="pool", at=AT, width=60)

    assert narrow.returncode == 0
    assert max(len(line) for line in narrow.stdout.splitlines()) <= 60
    assert "…" not in narrow.stdout
    words = " ".join(narrow.stdout.split())
    assert "has not connected" in words


@pytest.mark.parametrize(
    ("wish", "option", "hint"),
    [
        ({"record": "001"}, "RECORD", "15 or 18 letters"),
        ({"record": "https://example.com/"}, "RECORD", "open the record's page"),
        ({"record": NO_LEAD}, "RECORD", "does not exist"),
        ({"booking_type": "none"}, "--type", "There are: large, pool"),
        ({"at": AT}, "--at", "add --type"),
        ({"booking_type": "pool", "at": "tomorrow"}, "--at", "2026-11-24 15:00"),
        ({"booking_type": "pool", "at": "2026-02-30 10:00"}, "--at", "no such day"),
        ({"days": 32}, "--days", "from 1 to 31"),
        ({"user": NO_LEAD}, "--user", "begins with 005"),
        ({"org": "elsewhere"}, "--org", "these are connected"),
        ({"booking_type": "pool", "minutes": 25}, "--minutes", "takes 30 minutes"),
        ({"booking_type": "pool", "host": "stranger"}, "--host", "Busy, Free, Unconnected"),
    ],
)
def test_what_is_typed_wrongly_is_said_with_what_to_do(
    house: House, wish: dict[str, Any], option: str, hint: str
) -> None:
    said = explained(house, **{"record": a_pool(house), **wish})

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"{option}: ")
    assert hint in said.stderr


def test_what_is_typed_wrongly_ends_with_2_and_a_line(house: House) -> None:
    said = typed(house, NO_LEAD)

    assert (said.returncode, said.stdout) == (2, "")
    assert "RECORD: This record does not exist" in " ".join(said.stderr.split())
    assert "Traceback" not in said.stderr


def test_a_database_that_is_not_there_ends_with_1_and_says_what_to_do(house: House) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"

    said = typed(house, NO_LEAD, DATABASE_URL=nowhere, DATABASE_DIRECT_URL=nowhere)

    assert said.returncode == 1
    assert "handover doctor" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_salesforce_that_does_not_answer_ends_with_1_and_says_what_to_do(house: House) -> None:
    lead = a_pool(house)
    nowhere = "http://127.0.0.1:1/salesforce"
    house.execute("update orgs set integration_token = null")

    said = typed(house, lead, SALESFORCE_LOGIN_URL=nowhere)

    assert said.returncode == 1
    assert said.stderr.startswith("Salesforce could not be read")
    assert "handover doctor" in said.stderr


def test_with_several_orgs_connected_it_is_said_which_there_are(house: House) -> None:
    lead = a_pool(house)
    made = house.control.seed(salesforce={"name": "Other", "time_zone": "UTC", "users": []})
    other = made["salesforce"]["org_id"]
    house.administration.connect_org(
        salesforce_org_id=other,
        name="Other org",
        time_zone="UTC",
        consumer_key=made["salesforce"]["consumer_key"],
        username=made["salesforce"]["integration_username"],
        private_key_pem=made["salesforce"]["private_key_pem"],
        certificates={},
    )

    unnamed = explained(house, lead)
    named = explained(house, lead, org=house.salesforce_org_id)
    elsewhere = explained(house, lead, org="other org")

    assert unnamed.returncode == 2
    assert other in unnamed.stderr
    assert house.salesforce_org_id in unnamed.stderr
    assert "Other org" in unnamed.stderr
    assert named.returncode == 0
    assert elsewhere.returncode == 2


def test_where_nothing_is_set_the_demo_that_runs_is_found(house: House, tmp_path: Path) -> None:
    lead = a_pool(house)
    (tmp_path / ".local").mkdir()
    lines = [f"{name}='{value}'" for name, value in house.environment.items()]
    (tmp_path / ".local/demo.env").write_text("\n".join(lines))
    own = dict.fromkeys(house.environment, "")

    said = typed(house, lead, folder=tmp_path, **own)

    assert said.returncode == 0, said.stderr
    assert "Pooled call" in said.stdout
