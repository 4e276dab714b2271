"""The calendar contract on Google, by both ways in."""

from __future__ import annotations

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import CalendarContract, CalendarWorld
from tests.connectors.google_world import DelegatedGoogleWorld, GoogleWorld


class TestGoogleCalendarOfOneAccount(CalendarContract):
    @pytest.fixture
    def world(self, sandbox: SandboxServer, control: SandboxControl, unique: str) -> CalendarWorld:
        return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


class TestGoogleCalendarsOfADomain(CalendarContract):
    @pytest.fixture
    def world(self, sandbox: SandboxServer, control: SandboxControl, unique: str) -> CalendarWorld:
        return DelegatedGoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")
