"""Tests of the service may ask for a database, and for a whole house around it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.database import database_server, database_url, empty_database_url
from tests.house import House

__all__ = ["database_server", "database_url", "empty_database_url"]


@pytest.fixture
def house(
    sandbox: SandboxServer, control: SandboxControl, database_url: str, unique: str
) -> Iterator[House]:
    """An org of this test's own, connected, with a rep who may book."""
    built = House(sandbox=sandbox, control=control, database_url=database_url, unique=unique)
    yield built
    built.close()
    assert built.unmet_faults() == []
