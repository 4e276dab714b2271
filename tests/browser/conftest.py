"""Fixtures of the browser tests: one stage for all tests of a process, an org for each test."""

from __future__ import annotations

import fcntl
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, sync_playwright

from app.demo.lightning import apex_runner, build_assets, runner_token
from app.processes import free_port
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.lightning import LightningSite
from connectors.sandbox.server import SandboxServer
from connectors.transport import reading_session
from tests.browser import finding
from tests.browser.stage import BROWSER_ZONE, Screen
from tests.database import TestServer, database_server
from tests.end_to_end.running import RunningService, wait_until
from tests.house import House

__all__ = ["database_server"]

#: Where the reps of these tests are: neither where the browser is nor where the guests are.
REP_ZONE = "Europe/Berlin"


@pytest.fixture(scope="session")
def assets() -> Path:
    """The components, built once however many test processes want them."""
    lock = Path(tempfile.gettempdir()) / "handover-tests-assets.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        # With LWC's own warnings: they are complaints too.
        return build_assets(is_production=False)


@pytest.fixture(scope="session")
def sandbox(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """The stand-in organisation with its record pages and the Apex behind them."""
    port = free_port()
    token, address = runner_token(), f"http://127.0.0.1:{port}"
    program = apex_runner(port=port, token=token)
    log = tmp_path_factory.mktemp("apex") / "runner.log"
    with log.open("wb") as said:
        runner = subprocess.Popen(  # noqa: S603 - our own program
            program.argv, env=dict(program.env), stdout=said, stderr=subprocess.STDOUT
        )

    def listens() -> bool:
        assert runner.poll() is None, log.read_text()
        return _listens(f"{address}/health")

    try:
        wait_until(listens, "the Apex runner listens")
        server = SandboxServer(
            lightning=LightningSite(assets=assets, runner_url=address, runner_token=token)
        )
        server.start()
        yield server
        server.stop()
    finally:
        runner.kill()
        runner.wait()


@pytest.fixture(scope="session")
def control(sandbox: SandboxServer) -> SandboxControl:
    """The control door of this sandbox; that of all other tests leads into another one."""
    return SandboxControl(sandbox.base_url)


@pytest.fixture(scope="session")
def service(
    sandbox: SandboxServer,
    database_server: TestServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningService]:
    """One web and one worker process that serve the orgs of all these tests."""
    with database_server.migrated() as url:
        founders = House(
            sandbox=sandbox,
            control=SandboxControl(sandbox.base_url),
            database_url=url,
            unique="t" + uuid.uuid4().hex[:10],
        )
        running = RunningService(founders, tmp_path_factory.mktemp("service"))
        running.web()
        running.worker()
        sandbox.lightning.service_url = running.url
        yield running
        running.stop()
        founders.close()


@pytest.fixture
def house(
    service: RunningService, sandbox: SandboxServer, control: SandboxControl, unique: str
) -> Iterator[House]:
    """An org of this test's own, served by the running service."""
    environment = service.house.environment
    built = House(
        sandbox=sandbox,
        control=control,
        database_url=environment["DATABASE_URL"],
        unique=unique,
        rep_zone=REP_ZONE,
        google_client={
            "id": environment["GOOGLE_CLIENT_ID"],
            "secret": environment["GOOGLE_CLIENT_SECRET"],
        },
    )
    yield built
    built.close()
    assert built.unmet_faults() == []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; no browser is an error, not a reason to leave a test out."""
    found = finding.find()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found.executable, args=found.arguments)
        yield started
        started.close()


@pytest.fixture
def screen(browser: Browser, sandbox: SandboxServer, house: House) -> Iterator[Screen]:
    """A window in which a rep works; nothing on it may complain."""
    context = browser.new_context(
        timezone_id=BROWSER_ZONE,
        locale="en-US",
        viewport={"width": 1440, "height": 1000},
        permissions=["clipboard-read", "clipboard-write"],
    )
    shown = Screen(context.new_page(), sandbox=sandbox, house=house)
    yield shown
    context.close()
    assert shown.complaints() == []


def _listens(address: str) -> bool:
    try:
        return reading_session().get(address).ok
    except requests.RequestException:
        return False
