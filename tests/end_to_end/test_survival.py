"""Bookings survive what happens to processes: nothing lost, nothing doubled."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from booking_types.model import Platform
from tests.end_to_end.running import RunningService, wait_until
from tests.house import House, upcoming


@pytest.fixture
def service(house: House, tmp_path: Path) -> Iterator[RunningService]:
    running = RunningService(house, tmp_path)
    yield running
    running.stop()


def invitations(house: House, guest: str) -> list[dict[str, Any]]:
    return [mail for mail in house.control.mails(guest) if mail["invitation"]]


def is_over(house: House, caller: str) -> bool:
    """Whether the call that met this caller's fault has done what it was to do."""
    faults = house.control.call("GET", "/faults")
    return all(fault["over"] for fault in faults if fault["caller"] == caller)


def a_meet_booking(service: RunningService, house: House, clock: str = "10:00") -> dict[str, Any]:
    """Books a Lead with Google Calendar and Meet over HTTP."""
    host = house.a_host(f"host{clock[:2]}", platform=Platform.GOOGLE_MEET)
    kind = house.a_booking_type(hosts=[host])
    return service.book(
        record_id=house.a_lead(),
        booking_type_id=str(kind),
        host_id=host.user_id,
        start_at=f"{upcoming(2, clock):%Y-%m-%dT%H:%M:%SZ}",
        time_zone="UTC",
    )


def states(booking: dict[str, Any]) -> set[str]:
    return {target["state"] for target in booking["targets"]}


def test_a_worker_killed_while_google_was_answering_leaves_one_event_and_one_invitation(
    house: House, service: RunningService
) -> None:
    service.web()
    booking = a_meet_booking(service, house)
    host = f"host10@{house.domain}"
    house.fault(vendor="google", kind="slow", seconds=2, operation="events_insert", caller=host)
    worker = service.worker()
    wait_until(
        lambda: not house.unmet_faults(),
        "the insert is on its way",
    )

    service.kill(worker)
    service.worker()
    booking = service.settled(booking)
    wait_until(lambda: is_over(house, host), "the dead worker's insert is over")

    assert states(booking) == {"done"}
    assert len(invitations(house, booking["guests"][0]["email"])) == 1


def test_a_booking_made_while_no_worker_runs_is_delivered_when_one_comes(
    house: House, service: RunningService
) -> None:
    service.web()

    booking = a_meet_booking(service, house)
    assert not service.call("GET", f"/v1/bookings/{booking['booking_id']}").json()["is_settled"]
    service.worker()

    assert states(service.settled(booking)) == {"done"}


def test_two_workers_share_the_work_and_double_none_of_it(
    house: House, service: RunningService
) -> None:
    service.web()
    service.worker()
    service.worker()

    made = [a_meet_booking(service, house, clock) for clock in ("10:00", "11:00", "12:00")]
    settled = [service.settled(booking) for booking in made]

    assert [states(booking) for booking in settled] == [{"done"}] * 3
    guest = made[0]["guests"][0]["email"]
    assert len(invitations(house, guest)) == 3


def test_a_worker_that_is_told_to_stop_ends_by_itself_and_the_next_goes_on(
    house: House, service: RunningService
) -> None:
    service.web()
    worker = service.worker()
    booking = a_meet_booking(service, house)

    worker.send_signal(signal.SIGTERM)
    wait_until(lambda: worker.poll() is not None, "the worker has ended")
    service.worker()

    assert worker.returncode == 0
    assert states(service.settled(booking)) == {"done"}


def test_a_caller_who_got_no_answer_asks_again_with_the_same_key(
    house: House, service: RunningService
) -> None:
    service.web()
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    body = {
        "record_id": house.a_lead(),
        "booking_type_id": str(kind),
        "host_id": host.user_id,
        "start_at": f"{upcoming(2, '10:00'):%Y-%m-%dT%H:%M:%SZ}",
        "time_zone": "UTC",
    }
    headers = {"Idempotency-Key": "once"}

    first = service.call("POST", "/v1/bookings", body=body, headers=headers)
    again = service.call("POST", "/v1/bookings", body=body, headers=headers)
    found = service.call("GET", "/v1/bookings/by-key/once")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert found.json()["booking_id"] == first.json()["booking_id"]


#: A connection of its own for each call: a kept one always ends at the same process.
ALONE = {"Connection": "close"}


def test_every_web_process_shows_the_numbers_of_all(house: House, service: RunningService) -> None:
    service.web(processes=2)

    for _ in range(40):
        assert service.call("GET", "/health", headers=ALONE).status_code == 200
    pages = {_health_requests(service) for _ in range(10)}

    assert min(pages) >= 40


def _health_requests(service: RunningService) -> int:
    """How many calls of ``/health`` the page of numbers tells of."""
    page = service.call("GET", "/metrics", headers=ALONE).text
    lines = [
        line
        for line in page.splitlines()
        if line.startswith("handover_http_requests_total") and 'route="/health"' in line
    ]
    return int(sum(float(line.rpartition(" ")[2]) for line in lines))
