"""``handover explain``, as it is typed and read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

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


def explained(
    house: House, *words: str, width: int = 110, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "app.cli", "explain", *words],
        env={**own, **house.environment, "COLUMNS": str(width), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        check=False,
    )


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
    said = explained(house, a_pool(house))

    assert (said.returncode, said.stderr) == (0, "")
    lines = [line.strip() for line in said.stdout.splitlines()]
    assert any(line.startswith("✓ Pooled call") and line.endswith("is offered") for line in lines)
    assert any(line.startswith("✗ For large customers") for line in lines)
    assert "AnnualRevenue is 5,000, but must be greater than 9,000" in said.stdout
    assert "who is the host" not in said.stdout


def test_a_missing_time_is_explained_for_each_host_with_what_to_do(house: House) -> None:
    day = ["--from", f"{TUESDAY_10:%Y-%m-%d}", "--days", "1"]

    said = explained(house, a_pool(house), "--type", "pool", *day)

    assert said.returncode == 0, said.stderr
    assert f"10:00{TO}10:30 busy" in said.stdout
    assert "Unconnected (UTC) has not connected a calendar" in said.stdout
    assert "all day no calendar" in said.stdout
    assert "the first in the order who is free then is the host" in said.stdout
    assert "this type needs a connected calendar and they have none" in said.stdout
    assert "14 of 48" in said.stdout


def test_a_pick_is_explained_by_its_ranked_table(house: House) -> None:
    said = explained(house, a_pool(house), "--type", "pool", "--at", AT)

    assert said.returncode == 0, said.stderr
    lines = [" ".join(line.split()) for line in said.stdout.splitlines()]
    assert "✓ 30 minutes from then are offered." in lines
    assert "1 Busy is busy then with something in the calendar" in lines
    assert "2 Free → picked is the first in the order who is free then" in lines
    assert "3 Unconnected has not connected a calendar" in lines


def test_a_link_of_a_record_page_will_do_and_so_will_a_time_with_an_offset(house: House) -> None:
    link = f"https://org.lightning.force.com/lightning/r/Lead/{a_pool(house)}/view?ws=%2Fr"
    at = f"{TUESDAY_10 + timedelta(hours=2):%Y-%m-%dT%H:%M}+02:00"

    said = explained(house, link, "--type", "pool", "--at", at, "--json")

    answer = json.loads(said.stdout)
    assert answer["times"]["at"]["start_at"] == f"{TUESDAY_10:%Y-%m-%dT%H:%M:%SZ}"
    assert answer["times"]["people_without_timeline"] == 0


def test_a_users_view_and_one_persons_times_can_be_asked_for(house: House) -> None:
    lead = a_pool(house)

    said = explained(
        house, lead[:15], "--user", house.rep.user_id, "--type", "pool", "--host", "fre"
    )

    assert f"As {house.rep.name} ({house.rep.user_id}) sees it." in said.stdout
    assert "Free (UTC)" in said.stdout
    assert "Busy (UTC)" not in said.stdout


def test_a_narrow_terminal_loses_no_word(house: House) -> None:
    lead = a_pool(house)

    narrow = explained(house, lead, "--type", "pool", "--at", AT, width=60)

    assert narrow.returncode == 0
    assert max(len(line) for line in narrow.stdout.splitlines()) <= 60
    assert "…" not in narrow.stdout
    words = " ".join(narrow.stdout.split())
    assert "has not connected" in words


@pytest.mark.parametrize(
    ("words", "option", "hint"),
    [
        (["001"], "RECORD", "15 or 18 characters"),
        (["https://example.com/"], "RECORD", "open the record's page"),
        (["{lead}", "--type", "none"], "--type", "There are: large, pool"),
        (["{lead}", "--at", AT], "--at", "add --type"),
        (["{lead}", "--type", "pool", "--at", "tomorrow"], "--at", "2026-11-24 15:00"),
        (["{lead}", "--type", "pool", "--at", "2026-02-30 10:00"], "--at", "no such day"),
        (["{lead}", "--days", "32"], "--days", "from 1 to 31"),
        (["{lead}", "--from", "24.11."], "--from", "does not match"),
        (["{lead}", "--user", "{lead}"], "--user", "begins with 005"),
        (["{lead}", "--org", "elsewhere"], "--org", "these are connected"),
        (["{lead}", "--type", "pool", "--minutes", "25"], "--minutes", "takes 30 minutes"),
        (["{lead}", "--type", "pool", "--host", "stranger"], "--host", "Busy, Free, Unconnected"),
        ([NO_LEAD], "RECORD", "does not exist"),
    ],
)
def test_what_is_typed_wrongly_is_said_in_a_line_and_ends_with_2(
    house: House, words: list[str], option: str, hint: str
) -> None:
    lead = a_pool(house)

    said = explained(house, *(word.format(lead=lead) for word in words))

    assert said.returncode == 2
    assert option in said.stderr
    assert hint in " ".join(said.stderr.split())
    assert "Traceback" not in said.stderr
    assert said.stdout == ""


def test_a_database_that_is_not_there_ends_with_1_and_says_what_to_do(house: House) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"

    said = explained(house, NO_LEAD, DATABASE_URL=nowhere, DATABASE_DIRECT_URL=nowhere)

    assert said.returncode == 1
    assert "handover doctor" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_salesforce_that_does_not_answer_ends_with_1_and_says_what_to_do(house: House) -> None:
    lead = a_pool(house)
    nowhere = "http://127.0.0.1:1/salesforce"
    house.execute("update orgs set integration_token = null")

    said = explained(house, lead, SALESFORCE_LOGIN_URL=nowhere)

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
    named = explained(house, lead, "--org", house.salesforce_org_id)
    elsewhere = explained(house, lead, "--org", "other org")

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

    said = explained(house, lead, folder=tmp_path, **own)

    assert said.returncode == 0, said.stderr
    assert "Pooled call" in said.stdout
