"""The Apex runner as the demo starts it, and as the sandbox calls it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from app.demo.lightning import apex_runner, runner_token
from app.processes import Program, ProgramFailedError, Supervisor, free_port
from connectors.sandbox.lightning import apex
from connectors.sandbox.lightning.users import RunningUser

CLASS = """public with sharing class Desk {
    @AuraEnabled
    public static String greet(String name) {
        return 'Hello ' + name;
    }
}
"""
CALL = apex.ApexCall(
    class_name="Desk",
    method="greet",
    params={"name": "Ada"},
    org_id="00D000000000001EAA",
    user=RunningUser(
        user_id="005000000000001AAA",
        name="Rep One",
        email="rep@x.example",
        username="rep@x.example",
        time_zone="Europe/Berlin",
        locale="en_US",
        permission_sets=frozenset(),
    ),
    base_url="http://127.0.0.1:9",
    session="a session",
    callout_token_url="http://127.0.0.1:9/callout-token",
    service_url="http://127.0.0.1:9",
)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(log_dir=tmp_path / "logs", console=Console(file=io.StringIO())) as made:
        yield made


def runner(folder: Path, text: str, *, port: int, token: str = "") -> Program:
    """The demo's program, with this class instead of the package's."""
    classes = folder / "classes"
    classes.mkdir()
    (classes / "Desk.cls").write_text(text)
    program = apex_runner(port=port, token=token)
    return replace(program, argv=[*program.argv, "--root", str(folder)])


def test_a_class_that_cannot_be_loaded_ends_the_start_and_is_named_with_its_line(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    faulty = CLASS.replace("'Hello ' + name", "'Hello ' +")

    with pytest.raises(ProgramFailedError) as failed:
        supervisor.start(runner(tmp_path, faulty, port=free_port()))

    said = str(failed.value)
    assert said.startswith("Apex runner has ended by itself with status 1; the last it said:")
    assert "These classes cannot be loaded:\n  Desk, line 4: " in said


def test_apex_is_executed_only_for_who_brings_the_runners_token(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    port, token = free_port(), runner_token()
    address = f"http://127.0.0.1:{port}"
    supervisor.start(runner(tmp_path, CLASS, port=port, token=token))

    value, _ = apex.run(CALL, runner_url=address, runner_token=token)
    with pytest.raises(apex.ApexError, match="must name the APEX_RUNNER_TOKEN"):
        apex.run(CALL, runner_url=address, runner_token=runner_token())

    assert value == "Hello Ada"
