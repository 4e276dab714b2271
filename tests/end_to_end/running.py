"""The Procfile's processes, started for a test and ended by it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

from app.processes import free_port
from connectors.transport import writing_session
from tests.house import House, Person

#: A process or a target that takes longer than this is not coming.
PATIENCE = 60.0  # seconds


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Look again and again until something is so.

    Raises:
        AssertionError: It is not so in time.
    """
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not in time: {what}"
        threading.Event().wait(0.05)


class RunningService:
    """One web process and any number of workers on a house's database.

    Args:
        house: Whose.
        logs: A folder for their output.
    """

    def __init__(self, house: House, logs: Path) -> None:
        self.house = house
        self._logs = logs
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {**os.environ, **house.environment, "PUBLIC_URL": self.url}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._session = writing_session()

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start ``handover`` with these words, in a process group of its own."""
        with self._log(command[0], len(self._processes)).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "app.cli", *command],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def web(self, *, processes: int = 1) -> subprocess.Popen[bytes]:
        """Start the web server and wait until it is ready."""
        process = self.start("serve", "--port", str(self.port), "--processes", str(processes))
        wait_until(self._is_ready, "the web process is ready")
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker and wait until it works."""
        log = self._log("worker", len(self._processes))
        process = self.start("worker")
        wait_until(lambda: "worker.started" in log.read_text(), "the worker has started")
        return process

    def _log(self, command: str, number: int) -> Path:
        return self._logs / f"{command}-{number}.log"

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a process and its children as a power failure would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End everything that still runs."""
        for process in self._processes:
            if process.poll() is None:
                self.kill(process)

    def _is_ready(self) -> bool:
        try:
            return self._session.get(f"{self.url}/ready").ok
        except requests.ConnectionError:
            return False

    # ------------------------------------------------------------------------- the calls

    def call(
        self,
        method: str,
        path: str,
        *,
        caller: Person | None = None,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """A call as the house's Salesforce makes it for somebody; the rep by default."""
        token = self.house.control.callout_token(
            org_id=self.house.salesforce_org_id,
            user_id=(caller or self.house.rep).user_id,
            audience=self.url,
        )
        return self._session.request(
            method,
            self.url + path,
            json=body,
            params=params,
            headers={"Authorization": f"Bearer {token}", **(headers or {})},
        )

    def book(self, **body: Any) -> dict[str, Any]:
        """Book over HTTP; the body of the answer."""
        response = self.call(
            "POST", "/v1/bookings", body=body, headers={"Idempotency-Key": str(uuid.uuid4())}
        )
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def settled(self, booking: Mapping[str, Any]) -> dict[str, Any]:
        """The booking, once all of its targets are done or need a person."""
        path = f"/v1/bookings/{booking['booking_id']}"
        wait_until(lambda: bool(self.call("GET", path).json()["is_settled"]), "it is settled")
        answer: dict[str, Any] = self.call("GET", path).json()
        return answer
