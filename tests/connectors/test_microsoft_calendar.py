"""The calendar contract, run against Microsoft by both ways in."""

from __future__ import annotations

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import CalendarContract, CalendarWorld
from tests.connectors.microsoft_world import MicrosoftApplicationWorld, MicrosoftWorld


class TestMicrosoftCalendarOfAnAccount(CalendarContract):
    @pytest.fixture
    def world(self, sandbox: SandboxServer, control: SandboxControl, unique: str) -> CalendarWorld:
        return MicrosoftWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


class TestMicrosoftCalendarOfAnOrganisation(CalendarContract):
    @pytest.fixture
    def world(self, sandbox: SandboxServer, control: SandboxControl, unique: str) -> CalendarWorld:
        return MicrosoftApplicationWorld(
            sandbox=sandbox, control=control, domain=f"{unique}.example"
        )
