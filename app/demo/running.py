"""Runs the demo: PostgreSQL, sandbox with its record pages, web and worker, until it is stopped."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import requests
from rich.console import Console

from app.administration import Administration
from app.clock import now
from app.demo import world
from app.demo.calendars import bring, say
from app.demo.lightning import RUNNER_TOKEN, apex_runner, build_assets, runner_token
from app.demo.seeding import SandboxAccess, addresses, seed_sandbox, seed_service
from app.local_postgres import LocalPostgres
from app.migrate import migrate
from app.processes import Program, Supervisor, answers_http, free_port, has_said, require_free_port
from app.sealing import Sealer
from app.settings import read_settings
from app.storage.database import Database
from connectors.sandbox.client import SandboxControl
from connectors.transport import reading_session

#: Where the demo keeps its database, its logs and the note that it runs.
LOCAL = Path(".local")
_NOTE = LOCAL / "demo.json"
#: The running demo's environment, as ``KEY=VALUE`` lines: `handover doctor` reads it.
ENVIRONMENT_FILE = LOCAL / "demo.env"
_DATABASE = "demo"
_WORKER_READY = "worker.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDemo:
    """Where a running demo is.

    Attributes:
        public_url: The service.
        sandbox_url: The stand-in organisation.
        salesforce_org_id: Its org.
        access: How one gets into the sandbox's accounts, to read back what was written there.
        has_record_pages: Whether its record pages can be used.
    """

    public_url: str
    sandbox_url: str
    salesforce_org_id: str
    access: Mapping[str, Any] = field(repr=False)
    has_record_pages: bool = True

    @property
    def records_url(self) -> str:
        """The list of the records that can be opened in a browser."""
        return f"{self.sandbox_url}/lightning/{self.salesforce_org_id}"

    @property
    def lead_url(self) -> str:
        """The record page of the lead to begin with."""
        return f"{self.records_url}/r/{world.LEAD_ID}"


def find_running() -> RunningDemo | None:
    """The demo that runs on this machine, if one does and it is ready."""
    try:
        note = json.loads(_NOTE.read_text())
        demo = RunningDemo(**note)
        answer = reading_session().get(f"{demo.public_url}/ready")
    except (OSError, ValueError, TypeError, requests.RequestException):
        return None
    return demo if answer.ok else None


class Demo:
    """Starts everything; use it as a context manager, in the main thread.

    Args:
        port: Of the service; the sandbox takes the next one.
        console: Where progress is shown.
        is_fixed_port: Refuse when the port is busy, instead of taking another.
        has_record_pages: With the record pages' component, which takes some seconds to build.
        calendars: A folder with people's own calendars.
        pool: How many hosts the product consultation has; 14 unless somebody asks.
    """

    def __init__(
        self,
        *,
        port: int,
        console: Console,
        is_fixed_port: bool = True,
        has_record_pages: bool = True,
        calendars: Path | None = None,
        pool: int | None = None,
    ) -> None:
        self._console = console
        self._staff = world.staff(pool)
        self._today = now().date()
        # Before anything starts: whoever mistypes the folder waits for nothing.
        self._brought = bring(calendars, staff=self._staff, today=self._today) if calendars else []
        self._has_record_pages = has_record_pages
        if is_fixed_port:
            self._port = require_free_port(port)
            self._sandbox_port = require_free_port(port + 1)
        else:
            self._port, self._sandbox_port = free_port(), free_port()
        self._smtp_port = free_port()
        self._runner_token = runner_token()
        self._supervisor = Supervisor(log_dir=LOCAL / "logs", console=console)

    def __enter__(self) -> Demo:
        """Start everything.

        Raises:
            ProcessesError: Something cannot be started; the message says what to do.
            StopRequested: The user stopped it meanwhile.
        """
        self._supervisor.__enter__()
        try:
            self.running = self._start()
        except BaseException:
            if self.__exit__(*sys.exc_info()):
                raise SystemExit(0) from None
            raise
        return self

    def __exit__(self, *error: Any) -> bool:
        """Stop everything that was started."""
        _NOTE.unlink(missing_ok=True)
        ENVIRONMENT_FILE.unlink(missing_ok=True)
        return self._supervisor.__exit__(*error)

    def wait(self) -> None:
        """Run until the user wants to stop."""
        self._supervisor.wait()

    def _start(self) -> RunningDemo:
        supervisor = self._supervisor
        with supervisor.step("PostgreSQL"):
            server = LocalPostgres(LOCAL / "postgres", guard=supervisor.guard)
            server.start()
            supervisor.keep(server.stop, child=server.child)
        sandbox_url = f"http://127.0.0.1:{self._sandbox_port}"
        smtp_url = f"smtp://127.0.0.1:{self._smtp_port}"
        supervisor.start(
            Program(
                name="sandbox organisation",
                argv=[
                    *_HANDOVER,
                    "sandbox",
                    "--port",
                    str(self._sandbox_port),
                    "--smtp-port",
                    str(self._smtp_port),
                    *self._record_pages(),
                ],
                env={**os.environ, RUNNER_TOKEN: self._runner_token},
                is_ready=answers_http(f"{sandbox_url}/control/health"),
            )
        )
        control = SandboxControl(sandbox_url)
        with supervisor.step("people, records and calendars"):
            access = seed_sandbox(
                control, today=self._today, staff=self._staff, brought=self._brought
            )
        say(self._console, self._brought, staff=self._staff)
        environment = self._environment(sandbox_url, smtp_url, access)
        with supervisor.step("database and booking types"):
            server.databases.drop(_DATABASE)
            environment["DATABASE_URL"] = server.databases.create(_DATABASE)
            migrate(environment["DATABASE_URL"])
            _seed(environment, access, self._staff)
        self._start_service(environment)
        running = RunningDemo(
            public_url=environment["PUBLIC_URL"],
            sandbox_url=sandbox_url,
            salesforce_org_id=access.salesforce["org_id"],
            access=asdict(access),
            has_record_pages=self._has_record_pages,
        )
        _write_privately(_NOTE, json.dumps(asdict(running)))
        lines = [f"{name}={value}" for name, value in sorted(environment.items())]
        _write_privately(ENVIRONMENT_FILE, "\n".join(lines) + "\n")
        return running

    def _record_pages(self) -> list[str]:
        """Make what the sandbox's record pages need; the options that tell it where."""
        if not self._has_record_pages:
            return []
        with self._supervisor.step("components of the record page"):
            assets = build_assets()
        runner_port = free_port()
        self._supervisor.start(apex_runner(port=runner_port, token=self._runner_token))
        return [
            "--lightning-assets",
            str(assets),
            "--apex-runner",
            f"http://127.0.0.1:{runner_port}",
            "--service-url",
            self._public_url,
        ]

    @property
    def _public_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def _start_service(self, environment: Mapping[str, str]) -> None:
        env = {**os.environ, **environment}
        self._supervisor.start(
            Program(
                name="web",
                argv=[*_HANDOVER, "serve", "--port", str(self._port), "--processes", "1"],
                env=env,
                is_ready=answers_http(f"{environment['PUBLIC_URL']}/ready"),
            )
        )
        self._supervisor.start(
            Program(
                name="worker",
                argv=[*_HANDOVER, "worker"],
                env=env,
                is_ready=has_said(_WORKER_READY),
            )
        )

    def _environment(
        self, sandbox_url: str, smtp_url: str, access: SandboxAccess
    ) -> dict[str, str]:
        return {
            "ENVIRONMENT": "local",
            "PUBLIC_URL": self._public_url,
            "SECRET_KEYS": f"demo:{base64.b64encode(os.urandom(32)).decode()}",
            "MAIL_FROM": f"bookings@{world.MAIL_DOMAIN}",
            **addresses(sandbox_url=sandbox_url, smtp_url=smtp_url),
            **access.environment,
        }


def _write_privately(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


_HANDOVER = (sys.executable, "-m", "app.cli")


def _seed(environment: Mapping[str, str], access: SandboxAccess, staff: world.Staff) -> None:
    settings = read_settings(environment)
    database = Database(settings.database_url)
    try:
        administration = Administration(database=database, sealer=Sealer(settings.secret_keys))
        seed_service(administration, access, staff=staff)
    finally:
        database.close()
