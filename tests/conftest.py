"""What every test may ask for: a running sandbox, and names that are its own."""

from __future__ import annotations

import os
import uuid
import zoneinfo
from collections.abc import Iterator

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors import soql_judge

# Whether commands paint what they say is a wish of the terminal that the tests run in; what they
# say must not depend on it.
for _wish in ("FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS"):
    os.environ.pop(_wish, None)

# The service takes its time zones from the package and no machine's own; so do the tests, before
# any zone is known.
zoneinfo.reset_tzpath(to=())


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxServer]:
    """One stand-in organisation for all tests of this process."""
    server = SandboxServer()
    server.start()
    yield server
    server.stop()
    soql_judge.hold(server.world.requests)


@pytest.fixture(scope="session")
def control(sandbox: SandboxServer) -> SandboxControl:
    """The control door of the sandbox."""
    return SandboxControl(sandbox.base_url)


@pytest.fixture
def unique() -> str:
    """A short lower-case token that no other test has: for mail domains and orgs."""
    return "t" + uuid.uuid4().hex[:10]
