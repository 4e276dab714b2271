"""Every error has one answer, and no answer says more than it should."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import psycopg.errors
import pytest
import sqlalchemy.exc
import structlog
from werkzeug.test import TestResponse

from app.observability import configure_logging
from app.settings import Environment
from booking_types.errors import (
    AvailabilityUnverifiedError,
    BookingError,
    ForbiddenError,
    InvalidRequestError,
    NoHostAvailableError,
    NotEligibleError,
    NotFoundError,
    RevisionConflictError,
    SlotUnavailableError,
)
from booking_types.intervals import Interval
from booking_types.model import Slot
from connectors.errors import (
    ConnectionBrokenError,
    MissingError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from tests.app.door import (
    BOOKING_ID,
    RECORD_ID,
    START,
    USER_ID,
    DatabaseThatIs,
    DoorWiring,
    bearer,
    client_of,
    wish,
)

CANARY = "canary-4711@example.com"
TYPES = f"/v1/records/{RECORD_ID}/booking-types"


def answer_to(error: Exception) -> TestResponse:
    wiring = DoorWiring()
    wiring.booking_service.error = error
    return client_of(wiring).get(TYPES, headers=bearer())


def database_error(
    kind: type[sqlalchemy.exc.DBAPIError], cause: type[psycopg.Error]
) -> sqlalchemy.exc.DBAPIError:
    return kind(f"insert {CANARY}", {"email": CANARY}, cause(f"detail {CANARY}"))


RATE_LIMITED = RateLimitedError("google", "free/busy", "429", retry_after=timedelta(seconds=6.2))

ANSWERS: list[tuple[Exception, int, str, bool]] = [
    (NotFoundError("x", code="record_not_found"), 404, "record_not_found", False),
    (NotFoundError("x"), 404, "not_found", False),
    (ForbiddenError("x"), 403, "forbidden_role", False),
    (NotEligibleError("x", failed=(CANARY,)), 409, "not_eligible", False),
    (SlotUnavailableError("x"), 409, "slot_taken", False),
    (SlotUnavailableError("x", code="slot_not_offered"), 409, "slot_not_offered", False),
    (NoHostAvailableError("x"), 409, "host_unavailable", False),
    (AvailabilityUnverifiedError("x"), 503, "availability_unverified", True),
    (RevisionConflictError("x"), 412, "revision_mismatch", False),
    (InvalidRequestError("x", code="below_minimum_notice"), 422, "below_minimum_notice", False),
    (InvalidRequestError("x", code="beyond_horizon"), 422, "beyond_horizon", False),
    (InvalidRequestError("x", code="guest_is_host"), 422, "guest_is_host", False),
    (InvalidRequestError("x", code="idempotency_key_reused"), 422, "idempotency_key_reused", False),
    (BookingError("x"), 422, "booking_error", False),
    (TransientError("google", "free/busy", CANARY), 503, "vendor_unavailable", True),
    (OutcomeUnknownError("zoom", "create", CANARY), 503, "vendor_unavailable", True),
    (RATE_LIMITED, 503, "vendor_rate_limited", True),
    (ConnectionBrokenError("salesforce", "log in", CANARY), 502, "connection_broken", False),
    (MissingError("salesforce", "read", CANARY), 502, "vendor_refused", False),
    (
        RejectedError("salesforce", "read", "400", vendor_message=CANARY),
        502,
        "vendor_refused",
        False,
    ),
    (
        database_error(sqlalchemy.exc.OperationalError, psycopg.OperationalError),
        503,
        "storage_unavailable",
        True,
    ),
    (
        database_error(sqlalchemy.exc.OperationalError, psycopg.errors.LockNotAvailable),
        503,
        "storage_unavailable",
        True,
    ),
    (
        database_error(sqlalchemy.exc.DBAPIError, psycopg.errors.QueryCanceled),
        503,
        "storage_unavailable",
        True,
    ),
    (
        database_error(sqlalchemy.exc.InternalError, psycopg.errors.ReadOnlySqlTransaction),
        503,
        "storage_unavailable",
        True,
    ),
    (sqlalchemy.exc.TimeoutError("pool"), 503, "storage_unavailable", True),
    (psycopg.OperationalError("gone"), 503, "storage_unavailable", True),
    (
        database_error(sqlalchemy.exc.IntegrityError, psycopg.errors.ForeignKeyViolation),
        500,
        "internal_error",
        False,
    ),
    (RuntimeError(CANARY), 500, "internal_error", False),
    (KeyError(CANARY), 500, "internal_error", False),
]


@pytest.mark.parametrize(("error", "status", "code", "retryable"), ANSWERS)
def test_every_error_is_one_problem(
    error: Exception, status: int, code: str, *, retryable: bool
) -> None:
    answer = answer_to(error)

    said = answer.get_json()
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, said["status"]) == (status, status)
    assert (said["code"], said["type"]) == (code, f"/problems/{code}")
    assert said["retryable"] is retryable
    assert said["title"]
    assert said["detail"]
    assert said["request_id"] == answer.headers["X-Request-Id"]
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert CANARY not in answer.get_data(as_text=True)


def test_a_vendor_decides_how_long_to_wait() -> None:
    assert answer_to(RATE_LIMITED).headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("error", "wait", "words"),
    [
        (RateLimitedError("google", "x", "429", retry_after=timedelta(seconds=30)), "30", "moment"),
        (RateLimitedError("salesforce", "x", "403", is_daily=True), "3600", "an hour or more"),
    ],
)
def test_a_quota_says_how_long_it_takes(error: Exception, wait: str, words: str) -> None:
    answer = answer_to(error)

    assert answer.headers["Retry-After"] == wait
    assert words in answer.get_json()["detail"]
    assert ("moment" in answer.get_json()["detail"]) is (words == "moment")


def test_a_calendar_that_cannot_be_checked_says_how_long_it_wants_to_be_left_alone() -> None:
    error = AvailabilityUnverifiedError("x")
    error.retry_after = timedelta(seconds=30)

    assert answer_to(error).headers["Retry-After"] == "30"


def test_a_locked_record_is_not_a_vendor_that_does_not_answer() -> None:
    error = TransientError("salesforce", "x", "for now", vendor_code="UNABLE_TO_LOCK_ROW")

    said = answer_to(error).get_json()

    assert (said["code"], said["retryable"]) == ("record_locked", True)
    assert "does not answer" not in said["title"] + said["detail"]


@pytest.mark.parametrize(
    "error",
    [
        AvailabilityUnverifiedError("The calendar cannot be read."),
        TransientError("google", "x", "y"),
        RATE_LIMITED,
        ConnectionBrokenError("salesforce", "x", "y"),
        RejectedError("salesforce", "x", "y"),
    ],
)
def test_who_wanted_to_book_learns_that_a_vendor_s_trouble_booked_nothing(error: Exception) -> None:
    booking, _ = call_with(error)
    looking = answer_to(error)

    assert booking.get_json()["detail"].startswith("Nothing was booked. ")
    assert "booked" not in looking.get_json()["detail"]


def test_that_nothing_was_booked_is_said_once() -> None:
    words = "It took too long; nothing was booked. Try again."

    answer, _ = call_with(AvailabilityUnverifiedError(words))

    assert answer.get_json()["detail"] == words


def test_a_vendor_s_trouble_while_the_caller_is_checked_booked_nothing_either() -> None:
    wiring = DoorWiring()
    wiring.roles.error = TransientError("salesforce", "x", "y")

    answer = client_of(wiring).post("/v1/bookings", json=wish(), headers=bearer())

    assert answer.get_json()["detail"].startswith("Nothing was booked. ")


def test_a_commit_of_which_nobody_knows_is_not_called_nothing() -> None:
    gone = database_error(sqlalchemy.exc.OperationalError, psycopg.OperationalError)
    wiring = DoorWiring()
    wiring.booking_service.error = gone

    with_key, _ = call_with(gone)
    without = client_of(wiring).post("/v1/bookings", json=wish(), headers=bearer())

    for answer in (with_key, without):
        assert answer.get_json()["detail"].startswith("It is not certain whether it was booked.")
        assert "GET /v1/bookings/by-key/{your key}" in answer.get_json()["detail"]
    assert with_key.get_json()["retryable"] is True
    assert without.get_json()["retryable"] is False
    assert "booked" not in answer_to(gone).get_json()["detail"]


@pytest.mark.parametrize(
    ("field", "in_query"), [("host_id", "host"), ("co_host_ids", "co_hosts"), ("to", "to")]
)
def test_a_problem_of_a_query_names_its_parameter(field: str, in_query: str) -> None:
    error = InvalidRequestError("x", code="not_a_host", field=field)

    looking = answer_to(error)
    booking, _ = call_with(error)

    assert looking.get_json()["field"] == in_query
    assert booking.get_json()["field"] == field


def test_a_problem_names_the_field_at_fault() -> None:
    said = answer_to(InvalidRequestError("x", code="beyond_horizon", field="start_at")).get_json()

    assert said["field"] == "start_at"


@pytest.mark.parametrize(
    "kind", [SlotUnavailableError, NoHostAvailableError, AvailabilityUnverifiedError]
)
def test_a_time_that_cannot_be_had_comes_with_the_nearest_that_can(
    kind: type[BookingError],
) -> None:
    error = kind("x")
    error.alternatives = (Slot(Interval(START, START + timedelta(minutes=30)), (USER_ID,)),)

    assert answer_to(error).get_json()["alternatives"] == [
        {
            "start_at": "2027-03-09T14:30:00Z",
            "end_at": "2027-03-09T15:00:00Z",
            "host_ids": [USER_ID],
        }
    ]


def test_a_time_without_alternatives_says_that_there_are_none() -> None:
    assert answer_to(SlotUnavailableError("x")).get_json()["alternatives"] == []


# ---------------------------------------------------------------- the server's own errors


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1//bookings", "/v1/bookings/", "/V1/bookings"])
def test_an_unknown_address_is_not_found_and_nobody_is_sent_elsewhere(path: str) -> None:
    answer = client_of(DoorWiring()).get(path, headers=bearer())

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("identifier", ["5", "x" * 36, BOOKING_ID.hex, f"{{{BOOKING_ID}}}"])
def test_b068_what_is_no_uuid_is_not_found(identifier: str) -> None:
    answer = client_of(DoorWiring()).get(f"/v1/bookings/{identifier}", headers=bearer())

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "BREW"])
def test_b106_another_method_is_not_allowed(method: str) -> None:
    answer = client_of(DoorWiring()).open("/v1/bookings", method=method, headers=bearer())

    assert (answer.status_code, answer.get_json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/health", "/metrics", TYPES])
def test_b106_no_address_has_options(path: str) -> None:
    answer = client_of(DoorWiring()).open(path, method="OPTIONS")

    assert (answer.status_code, answer.get_json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("host", ["evil.com", "handover.example.evil.com", "evil.com:443", "a b"])
def test_b084_another_host_is_refused(host: str) -> None:
    answer = client_of(DoorWiring()).get("/health", headers={"Host": host})

    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_host")


def test_loopback_is_a_name_of_ours_outside_production_only() -> None:
    outside = client_of(DoorWiring())
    inside = client_of(DoorWiring(environment=Environment.PRODUCTION))

    assert outside.get("/health", headers={"Host": "127.0.0.1:5000"}).status_code == 200
    assert inside.get("/health", headers={"Host": "127.0.0.1:5000"}).status_code == 400
    assert inside.get("/health", headers={"Host": "handover.example"}).status_code == 200


def test_the_service_is_ready_while_its_database_is_there() -> None:
    wiring = DoorWiring()
    there = client_of(wiring).get("/ready")
    wiring.database = DatabaseThatIs(
        database_error(sqlalchemy.exc.OperationalError, psycopg.OperationalError)
    )
    gone = client_of(wiring).get("/ready")

    assert there.status_code == 200
    assert (gone.status_code, gone.get_json()["code"]) == (503, "storage_unavailable")


@pytest.mark.parametrize("path", ["/health", "/v1/nothing", TYPES, "/v1/openapi.json", "/metrics"])
def test_no_answer_is_kept_sniffed_or_framed(path: str) -> None:
    headers = client_of(DoorWiring()).get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


# ------------------------------------------------------------------------------ records


def written_by(call: Any) -> list[dict[str, Any]]:
    """What the service logs meanwhile, line by line."""
    stream = io.StringIO()
    configure_logging("INFO", stream=stream)
    try:
        call()
    finally:
        configure_logging("INFO")
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def call_with(error: Exception | None, **headers: str) -> tuple[TestResponse, list[dict[str, Any]]]:
    wiring = DoorWiring()
    wiring.booking_service.error = error
    client = client_of(wiring)
    answers: list[TestResponse] = []
    said = wish(notes=CANARY, guests=[{"email": CANARY, "name": CANARY}], place=CANARY)
    lines = written_by(
        lambda: answers.append(
            client.post(
                "/v1/bookings",
                json=said,
                headers={**bearer(), "Idempotency-Key": CANARY, **headers},
            )
        )
    )
    return answers[0], lines


def test_a_request_leaves_one_line_with_ids_and_numbers_only() -> None:
    answer, lines = call_with(None)

    (line,) = lines
    assert line.pop("duration_ms") >= 0
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo == UTC
    assert line == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "route": "/v1/bookings",
        "status": 201,
        "org_id": "5b0b1c9e-1d0f-4b0e-9f2f-6a4a9d8f7c10",
        "caller_kind": "user",
        "request_id": answer.headers["X-Request-Id"],
    }


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(CANARY),
        database_error(sqlalchemy.exc.IntegrityError, psycopg.errors.ForeignKeyViolation),
        database_error(sqlalchemy.exc.OperationalError, psycopg.OperationalError),
        RejectedError("salesforce", "read", "400", vendor_message=CANARY),
        InvalidRequestError(CANARY),
    ],
)
def test_no_line_quotes_what_people_typed_not_even_a_defects(error: Exception) -> None:
    error.__cause__ = ValueError(CANARY)

    _, lines = call_with(error)

    assert lines[-1]["event"] == "request"
    assert CANARY not in json.dumps(lines)


def test_a_defect_is_logged_with_where_it_came_from() -> None:
    _, lines = call_with(RuntimeError(CANARY))

    defect = lines[0]
    assert (defect["event"], defect["level"]) == ("defect", "error")
    assert defect["errors"][0]["error"] == "builtins.RuntimeError"
    assert any("create_booking" in frame for frame in defect["errors"][0]["frames"])


def test_other_libraries_lines_are_json_without_messages_of_errors() -> None:
    def warn() -> None:
        try:
            int(CANARY)
        except ValueError:
            logging.getLogger("some.library").warning("it broke", exc_info=True)
        logging.getLogger("some.library").info("chatter")

    (line,) = written_by(warn)

    assert line["event"] == "some.library: it broke"
    assert line["errors"][0]["error"] == "builtins.ValueError"
    assert CANARY not in json.dumps(line)


def told_by_libraries() -> None:
    library = logging.getLogger("some.library")
    library.warning("Retrying (%r) after connection broken by %r: %s", CANARY, CANARY, CANARY)
    library.warning("Job %(job)s of {place} took {}", {"job": CANARY})
    library.warning(f"GET https://vendor.example/users/{CANARY}?q=SELECT+Email+FROM+Lead")
    library.warning("Invalid header: 'X-Name: Guest One'")
    library.warning("query q=SELECT Email FROM Lead")
    library.warning(ValueError("Guest One"))
    library.warning("stack", stack_info=True)
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=%s", "192.0.2.7")
    logging.getLogger("urllib3.connectionpool").warning("Retrying: /users/Guest One")


def test_of_other_libraries_lines_only_their_fixed_words_are_kept() -> None:
    lines = written_by(told_by_libraries)

    assert [line["event"] for line in lines] == [
        "some.library: Retrying (…) after connection broken by …: …",
        "some.library: Job … of … took …",
        "some.library",
        "some.library",
        "some.library",
        "some.library",
        "some.library: stack",
        "gunicorn.error",
    ]
    assert {line["level"] for line in lines} == {"warning"}
    for secret in (CANARY, "SELECT", "Guest One", "192.0.2.7", "vendor.example"):
        assert secret not in json.dumps(lines)


@pytest.mark.parametrize("asked", ["short", "x" * 65, "has space in it", "a\x1b[31mb-12345"])
def test_a_request_id_of_the_callers_is_kept_when_it_is_a_sane_one(asked: str) -> None:
    client = client_of(DoorWiring())

    kept = client.get("/health", headers={"X-Request-Id": "panel-1234.5_6"})
    replaced = client.get("/health", headers={"X-Request-Id": asked})

    assert kept.headers["X-Request-Id"] == "panel-1234.5_6"
    assert replaced.headers["X-Request-Id"] != asked
    assert len(replaced.headers["X-Request-Id"]) == 32


def test_a_request_id_ends_with_its_request() -> None:
    client_of(DoorWiring()).get("/health")

    assert structlog.contextvars.get_contextvars() == {}


def test_requests_are_counted_by_route_never_by_address() -> None:
    client = client_of(DoorWiring())
    client.get(TYPES, headers=bearer())
    client.get("/v1/one-of-many-scans")
    client.open("/v1/bookings", method="BREW")

    page = client.get("/metrics").get_data(as_text=True)

    route = "/v1/records/<record_id>/booking-types"
    counted = f'handover_http_requests_total{{method="GET",route="{route}",status="200"}} 1.0'
    assert counted in page
    assert 'method="GET",route="unmatched",status="404"' in page
    assert 'method="other"' in page
    assert "BREW" not in page
    assert "scans" not in page
    assert RECORD_ID not in page
