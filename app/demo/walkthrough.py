"""Performs whole handovers over public HTTP as a sales rep would, and reads every target back.

What it asks the service, it asks with the token that Salesforce would send; what it reads back,
it reads from the vendors, not from the service.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests
from rich.console import Console
from rich.table import Table

from app.clock import now
from app.demo import world
from app.demo.readback import Finding, Readback
from app.demo.running import Demo, RunningDemo, find_running
from app.demo.scenarios import SCENARIOS, Scenario
from connectors.sandbox.client import SandboxControl
from connectors.transport import writing_session

#: How long every target may take to follow.
_PATIENCE_SECONDS = 60.0


class WalkthroughError(Exception):
    """A step did not go as it must; the message says which and how."""


def run(names: Sequence[str], *, console: Console) -> bool:
    """Perform the scenarios against the running demo, or one started for it.

    Returns:
        Whether every target of every booking agrees with its booking.
    """
    running = find_running()
    if running is not None:
        console.print(f"Using the demo that runs at {running.public_url}.")
        return _run_all(names, running, console)
    console.print("No demo is running; starting one for this walkthrough.")
    with Demo(port=0, console=console, is_fixed_port=False, has_record_pages=False) as demo:
        return _run_all(names, demo.running, console)
    # Somebody stopped the demo before the walkthrough was through.
    return False


def _run_all(names: Sequence[str], running: RunningDemo, console: Console) -> bool:
    results = {}
    for name in names:
        console.rule(f"[bold]{SCENARIOS[name].title}")
        try:
            results[name] = _Walk(SCENARIOS[name], running, console).perform()
        except (WalkthroughError, requests.RequestException) as error:
            console.print(f"{error}", style="red", markup=False)
            results[name] = False
    if len(results) > 1:
        console.rule("[bold]All of them")
        for name, agrees in results.items():
            mark = "[green]✓[/]" if agrees else "[red]✗[/]"
            console.print(f"{mark} {name}: {SCENARIOS[name].title}")
    return all(results.values())


class _Rep:
    """The rep's browser: the calls Salesforce makes for her."""

    def __init__(self, running: RunningDemo, control: SandboxControl) -> None:
        self._base = running.public_url
        self._token = control.callout_token(
            org_id=running.salesforce_org_id,
            user_id=world.BY_KEY["rep"].user_id,
            audience=running.public_url,
        )
        self._session = writing_session()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        response = self._session.request(
            method, self._base + path, params=params, json=body, headers=headers
        )
        answer: dict[str, Any] = response.json()
        if not response.ok:
            raise WalkthroughError(
                f"{method} {path} was answered with {response.status_code}: "
                f"{answer.get('detail') or answer}"
            )
        return answer


class _Walk:
    def __init__(self, scenario: Scenario, running: RunningDemo, console: Console) -> None:
        self._scenario = scenario
        self._running = running
        self._console = console
        self._control = SandboxControl(running.sandbox_url)
        self._rep = _Rep(running, self._control)

    def perform(self) -> bool:
        booking_type = self._choose_type()
        base = f"/v1/records/{self._scenario.record_id}/booking-types/" + str(
            booking_type["booking_type_id"]
        )
        self._look_at_hosts(base)
        slot, duration = self._choose_time(base)
        booking = self._book(booking_type, slot, duration)
        booking = self._wait_for_targets(booking)
        findings = Readback(
            running=self._running, control=self._control, scenario=self._scenario
        ).read(booking)
        return self._show(booking, findings)

    # ---------------------------------------------------------------------- the rep's steps

    def _choose_type(self) -> dict[str, Any]:
        self._say("Which booking types does this record qualify for?")
        answer = self._rep.call(
            "GET",
            f"/v1/records/{self._scenario.record_id}/booking-types",
            params={"explain": "1"},
        )
        chosen = None
        for offered in answer["offered"]:
            self._say(f"  offered: {offered['name']}")
            if offered["key"] == self._scenario.booking_type:
                chosen = offered
        for refused in answer.get("refused", ()):
            self._say(f"  not offered: {refused['name']}")
        if chosen is None:
            raise WalkthroughError(f"{self._scenario.booking_type} is not offered")
        self._say(f"→ {chosen['name']}")
        found: dict[str, Any] = chosen
        return found

    def _look_at_hosts(self, base: str) -> None:
        self._say("Who can be the host?")
        answer = self._rep.call("GET", f"{base}/hosts")
        for host in answer["hosts"]:
            problem = host.get("unavailable")
            words = f" ({problem['detail']})" if problem else ""
            self._say(f"  {host['name']}, {host['time_zone']}{words}")
        if not answer["hosts"]:
            raise WalkthroughError(f"nobody can be the host: {answer['nobody_because']}")

    def _choose_time(self, base: str) -> tuple[dict[str, Any], int]:
        scenario = self._scenario
        start = now() + timedelta(hours=1)
        params = {
            "from": _rfc3339(start),
            "to": _rfc3339(start + timedelta(days=10)),
            "time_zone": world.ORG_TIME_ZONE,
        }
        if scenario.host is not None:
            params["host"] = world.BY_KEY[scenario.host].user_id
        if scenario.co_hosts:
            params["co_hosts"] = ",".join(world.BY_KEY[key].user_id for key in scenario.co_hosts)
        self._say("When can they meet?")
        answer = self._rep.call("GET", f"{base}/availability", params=params)
        slots = answer["slots"]
        if not slots:
            raise WalkthroughError("no time is free within ten days")
        for slot in slots[:3]:
            self._say(f"  {_spoken(slot['start_at'])}")
        self._say(f"  … {len(slots)} times within ten days")
        self._say(f"→ {_spoken(slots[0]['start_at'])} ({world.ORG_TIME_ZONE})")
        return slots[0], answer["duration_minutes"]

    def _book(
        self, booking_type: Mapping[str, Any], slot: Mapping[str, Any], duration: int
    ) -> dict[str, Any]:
        scenario = self._scenario
        body: dict[str, Any] = {
            "record_id": scenario.record_id,
            "booking_type_id": booking_type["booking_type_id"],
            "start_at": slot["start_at"],
            "time_zone": world.ORG_TIME_ZONE,
            "duration_minutes": duration,
            "notes": "Booked while the guest was still on the phone.",
        }
        if scenario.host is not None:
            body["host_id"] = world.BY_KEY[scenario.host].user_id
        if scenario.co_hosts:
            body["co_host_ids"] = [world.BY_KEY[key].user_id for key in scenario.co_hosts]
        if scenario.guests:
            body["guests"] = [{"email": email} for email in scenario.guests]
        if scenario.place:
            body["place"] = scenario.place
        if scenario.answers:
            body["answers"] = dict(scenario.answers)
        if scenario.has_consent:
            body["consent"] = True
        booking = self._rep.call("POST", "/v1/bookings", body=body, key=f"walk-{uuid.uuid4()}")
        self._say(f"Booked: {booking['subject']}, host {booking['host']['name']}")
        for co_host in booking["co_hosts"]:
            if "role_name" in co_host:
                self._say(f"  {co_host['role_name']}: {co_host['name']}")
        return booking

    def _wait_for_targets(self, booking: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        shown: dict[tuple[str, str], str] = {}
        while True:
            booking = self._rep.call("GET", f"/v1/bookings/{booking['booking_id']}")
            for target in booking["targets"]:
                key = (target["target"], target.get("subject_id", ""))
                if shown.get(key) != target["state"]:
                    shown[key] = target["state"]
                    self._say(f"  {target['title']}: {target['detail']}")
            at_rest = all(each["is_done"] or each["needs_attention"] for each in booking["targets"])
            if at_rest or time.monotonic() > deadline:
                return booking
            threading.Event().wait(0.25)

    # ------------------------------------------------------------------------- the table

    def _show(self, booking: Mapping[str, Any], findings: Sequence[Finding]) -> bool:
        table = Table(title=f"Read back for booking {booking['booking_id']}")
        table.add_column("Target")
        table.add_column("Read back from it", overflow="fold")
        table.add_column("Agrees")
        for finding in findings:
            mark = "[green]yes[/]" if finding.agrees else "[red]NO[/]"
            table.add_row(finding.target, finding.read, mark)
        self._console.print(table)
        agrees = all(finding.agrees for finding in findings) and booking["is_settled"]
        if agrees:
            self._console.print("[green]Every target agrees with the booking.[/]")
        else:
            self._console.print("[red]Not every target agrees with the booking.[/]")
        return bool(agrees)

    def _say(self, words: str) -> None:
        self._console.print(words, markup=False)


def _rfc3339(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _spoken(text: str) -> str:
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(world.ORG_TIME_ZONE))
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"
