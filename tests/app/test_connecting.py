"""Connecting an org by command: what is wrong is said by its option, and nothing is stored then."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.house import House


def connect(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: str) -> Result:
    """Run the command in the house's environment with what its Salesforce gave."""
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    (folder / "key.pem").write_text(house.salesforce["private_key_pem"])
    (folder / "certificate.pem").write_text(house.salesforce["service_certificate_pem"])
    options = {
        "org": "00D000000000042EAA",
        "name": "Another org",
        "time-zone": "Europe/Berlin",
        "consumer-key": "key",
        "username": "integration@other.example",
        "private-key": str(folder / "key.pem"),
        "certificate": str(folder / "certificate.pem"),
        **changes,
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return CliRunner().invoke(main, ["connect-org", *words])


def orgs(house: House) -> dict[str, str]:
    """The names of the connected orgs, by their Salesforce ids."""
    with house.wiring.database.transaction_for_issuer("00D000000000042EAA") as session:
        rows = session.connection().exec_driver_sql("select salesforce_org_id, name from orgs")
        return {row[0]: row[1] for row in rows}


def test_an_org_is_connected_by_command_and_changed_by_the_same(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connect(house, tmp_path, monkeypatch)
    second = connect(house, tmp_path, monkeypatch, name="Its new name", org="00D000000000042")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert first.output == second.output
    assert "Connected." in first.output
    assert orgs(house)["00D000000000042EAA"] == "Its new name"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("org", "00D", "15 or 18"),
        ("org", "005000000000001AAA", "begins with 00D"),
        ("time-zone", "Berlin", "no IANA time zone"),
        ("private-key", "certificate.pem", "no private key"),
        ("certificate", "key.pem", "no certificate"),
        ("certificate", "rubbish.bin", "no certificate"),
    ],
)
def test_what_is_wrong_is_said_by_its_option_and_nothing_is_stored(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    value: str,
    words: str,
) -> None:
    (tmp_path / "rubbish.bin").write_bytes(b"\xff\xfe\x00")
    given = str(tmp_path / value) if "." in value else value

    answer = connect(house, tmp_path, monkeypatch, **{option: given})

    assert answer.exit_code == 2
    assert f"--{option}" in answer.output
    assert words in " ".join(answer.output.split())
    assert "00D000000000042EAA" not in orgs(house)
