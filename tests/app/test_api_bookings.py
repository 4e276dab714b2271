"""Booking over HTTP: what is refused, what reaches the service, and what is answered."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse

from app.api.bodies import Viewer, booking_body
from app.api.cursors import Cursors
from app.api.routes import MOST_BODY_BYTES
from app.bookings.questions import BookRequest, Guest
from app.web import create_app
from booking_types.errors import InvalidRequestError, NotFoundError, SlotUnavailableError
from tests.app.door import (
    BOOKING_ID,
    CO_HOST_ID,
    PUBLIC_URL,
    RECORD_ID,
    START,
    TYPE_ID,
    USER_ID,
    DoorWiring,
    bearer,
    booking_view,
    client_of,
    wish,
)


def book(wiring: DoorWiring, said: Any = None, **headers: str) -> TestResponse:
    """Books with a JSON value, or with bytes as they are."""
    raw = said if isinstance(said, bytes) else json.dumps(wish() if said is None else said).encode()
    return client_of(wiring).post(
        "/v1/bookings",
        data=raw,
        headers={**bearer(), "Content-Type": "application/json", **headers},
    )


def asked_with(said: dict[str, Any], **headers: str) -> BookRequest:
    wiring = DoorWiring()
    answer = book(wiring, said, **headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    (request,) = wiring.booking_service.asked
    assert isinstance(request, BookRequest)
    return request


def guests(*addresses: str) -> list[dict[str, str]]:
    return [{"email": address} for address in addresses]


def raw_wish(**members: str) -> bytes:
    """A request in which some members are raw JSON that Python would not write."""
    text = json.dumps(wish(**dict.fromkeys(members, "@@")))
    for raw in members.values():
        text = text.replace('"@@"', raw, 1)
    return text.encode()


# ------------------------------------------------------------------------ what is refused

REFUSED: dict[str, tuple[Any, int, str]] = {
    "B001 empty body": (b"", 400, "malformed_json"),
    "B001 no JSON": (b"start=now", 400, "malformed_json"),
    "B002 array": ([], 400, "body_not_object"),
    "B002 scalar": (5, 400, "body_not_object"),
    "B004 NaN": (raw_wish(duration_minutes="NaN"), 400, "malformed_json"),
    "B004 Infinity": (raw_wish(duration_minutes="Infinity"), 400, "malformed_json"),
    "B005 1,000 deep": (raw_wish(notes="[" * 1000 + "]" * 1000), 400, "too_deep"),
    "B006 over 256 KB": (b" " * (256 * 1024 + 1), 413, "body_too_large"),
    "B008 not UTF-8": (raw_wish(notes='"@"').replace(b"@", b"\xff"), 400, "malformed_json"),
    "B009 lone surrogate": (raw_wish(notes='"\\ud800"'), 422, "invalid_text"),
    "B010 NUL": (wish(notes="a\x00b"), 422, "invalid_text"),
    "B012 minutes as text": (wish(duration_minutes="30"), 422, "invalid_type"),
    "B013 minutes yes": (wish(duration_minutes=True), 422, "invalid_type"),
    "B014 minutes 0": (wish(duration_minutes=0), 422, "invalid_duration"),
    "B016 minutes 30.5": (wish(duration_minutes=30.5), 422, "invalid_type"),
    "B016 minutes 1e400": (raw_wish(duration_minutes="1e400"), 422, "invalid_type"),
    "B016 minutes with 5,000 digits": (
        raw_wish(duration_minutes="9" * 5000),
        422,
        "invalid_type",
    ),
    "B017 start without offset and zone": (
        wish(start_at="2027-03-09T09:30:00", time_zone=...),
        422,
        "timezone_required",
    ),
    "B018 date only": (wish(start_at="2027-03-09"), 422, "invalid_datetime"),
    "B020 week date": (wish(start_at="2026-W10-1"), 422, "invalid_datetime"),
    "B020 basic format": (wish(start_at="20260308T100000Z"), 422, "invalid_datetime"),
    "B021 before all time": (wish(start_at="0001-01-01T00:00:00+14:00"), 422, "invalid_datetime"),
    "B021 after all time": (wish(start_at="9999-12-31T23:59:00-14:00"), 422, "invalid_datetime"),
    "B022 nanoseconds": (wish(start_at="2027-03-09T14:30:00.000000001Z"), 422, "invalid_datetime"),
    "B028 ambiguous": (wish(start_at="2027-11-07T01:30:00"), 422, "ambiguous_local_time"),
    "T2 nonexistent": (wish(start_at="2027-03-14T02:30:00"), 422, "nonexistent_local_time"),
    "B029 offset of another zone": (
        wish(start_at="2027-03-09T09:30:00+01:00"),
        422,
        "offset_zone_mismatch",
    ),
    "B030 no such zone": (wish(time_zone="Mars/Olympus"), 422, "unknown_timezone"),
    "B030 zone in another case": (wish(time_zone="america/new_york"), 422, "unknown_timezone"),
    "B032 empty zone": (wish(time_zone=""), 422, "unknown_timezone"),
    "B032 zone of 300 characters": (wish(time_zone="x" * 300), 422, "unknown_timezone"),
    "B032 zone with NUL": (wish(time_zone="UTC\x00"), 422, "unknown_timezone"),
    "B033 Windows zone": (wish(time_zone="Pacific Standard Time"), 422, "unknown_timezone"),
    "B040 no dot": (wish(guests=guests("a@b")), 422, "invalid_email"),
    "B040 two dots": (wish(guests=guests("a..b@c.co")), 422, "invalid_email"),
    "B040 nobody": (wish(guests=guests("@c.co")), 422, "invalid_email"),
    "B041 two addresses": (wish(guests=guests("a@b.co, c@d.co")), 422, "invalid_email"),
    "B042 second header": (
        wish(guests=guests("a@b.co\r\nBcc: x@y.zz")),
        422,
        "invalid_email",
    ),
    "B042 trailing line feed": (wish(guests=guests("a@b.co\n")), 422, "invalid_email"),
    "B044 quoted local part": (wish(guests=guests('"a@evil.co"@b.co')), 422, "invalid_email"),
    "B045 address literal": (wish(guests=guests("a@[127.0.0.1]")), 422, "invalid_email"),
    "B046 long local part": (wish(guests=guests("a" * 65 + "@b.co")), 422, "invalid_email"),
    "B046 long address": (
        wish(guests=guests("a@" + "b123456789." * 24 + "co")),
        422,
        "invalid_email",
    ),
    "B052 line break in a line": (
        wish(place="X\r\nATTENDEE:mailto:e@evil.co"),
        422,
        "invalid_text",
    ),
    "B053 lone CR": (wish(place="a\rb"), 422, "invalid_text"),
    "B053 vertical tab": (wish(place="a\x0bb"), 422, "invalid_text"),
    "B053 U+0085": (wish(place="a\x85b"), 422, "invalid_text"),
    "B053 U+2028": (wish(notes="a\u2028b"), 422, "invalid_text"),
    "B054 long line": (wish(place="x" * 256), 422, "too_long"),
    "B054 long notes": (wish(notes="x" * 32_001), 422, "too_long"),
    "B057 bidi override in a name": (
        wish(guests=[{"email": "a@b.co", "name": "evil\u202exe"}]),
        422,
        "invalid_text",
    ),
    "B060 id of 14": (wish(record_id=RECORD_ID[:14]), 422, "invalid_salesforce_id"),
    "B060 id of 16": (wish(record_id=RECORD_ID[:16]), 422, "invalid_salesforce_id"),
    "B060 id with other characters": (
        wish(record_id="00QHp00002AbC'EMAV"),
        422,
        "invalid_salesforce_id",
    ),
    "B061 wrong suffix": (wish(record_id=RECORD_ID[:15] + "AAA"), 422, "invalid_salesforce_id"),
    "B065 unknown member": (wish(owner_id=USER_ID), 422, "field_not_allowed"),
    "B065 unknown member of a guest": (
        wish(guests=[{"email": "a@b.co", "role": "admin"}]),
        422,
        "field_not_allowed",
    ),
    "one name twice": (
        b'{"record_id":1,' + json.dumps(wish()).encode()[1:],
        400,
        "malformed_json",
    ),
    "null": (wish(host_id=None), 422, "invalid_type"),
    "no record": (wish(record_id=...), 422, "missing_field"),
    "no booking type": (wish(booking_type_id=...), 422, "missing_field"),
    "no start": (wish(start_at=...), 422, "missing_field"),
    "guest without address": (wish(guests=[{"name": "x"}]), 422, "missing_field"),
    "guest as text": (wish(guests=["a@b.co"]), 422, "invalid_type"),
    "guests as object": (wish(guests={"email": "a@b.co"}), 422, "invalid_type"),
    "too many guests": (
        wish(guests=guests(*(f"a{number}@b.co" for number in range(21)))),
        422,
        "too_many",
    ),
    "co-hosts as text": (wish(co_host_ids=CO_HOST_ID), 422, "invalid_type"),
    "co-host is no id": (wish(co_host_ids=[5]), 422, "invalid_type"),
    "booking type is no id": (wish(booking_type_id="intro_call"), 422, "invalid_id"),
    "booking type in braces": (wish(booking_type_id=f"{{{TYPE_ID}}}"), 422, "invalid_id"),
    "booking type as number": (wish(booking_type_id=5), 422, "invalid_id"),
    "another platform": (wish(platform="webex"), 422, "invalid_platform"),
    "platform as number": (wish(platform=5), 422, "invalid_type"),
    "start as number": (wish(start_at=1_804_602_600), 422, "invalid_type"),
    "answers as a list": (wish(answers=[{"seats": 5}]), 422, "invalid_type"),
    "no answer": (wish(answers={"seats": None}), 422, "invalid_type"),
    "an answer of several": (wish(answers={"seats": [5]}), 422, "invalid_type"),
    "an answer with NUL": (wish(answers={"seats": "a\x00b"}), 422, "invalid_text"),
    "101 answers": (wish(answers={f"a{n}": n for n in range(101)}), 422, "too_many"),
    "consent as text": (wish(consent="true"), 422, "invalid_type"),
    "consent as number": (wish(consent=1), 422, "invalid_type"),
}


@pytest.mark.parametrize("row", REFUSED)
def test_a_bad_request_is_refused_before_anybody_is_asked(row: str) -> None:
    said, status, code = REFUSED[row]
    wiring = DoorWiring()

    answer = book(wiring, said)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert wiring.booking_service.asked == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (wish(guests=guests("a@b.co", "a@b")), "guests[1].email"),
        (wish(guests=[{"email": "a@b.co", "name": 5}]), "guests[0].name"),
        (wish(co_host_ids=[CO_HOST_ID, "x"]), "co_host_ids[1]"),
        (wish(start_at="soon"), "start_at"),
        (wish(time_zone=...), "time_zone"),
        (wish(nonsense=1), "nonsense"),
        (wish(answers={"seats": 5, "floor": "a\x00b"}), "answers.floor"),
        (wish(consent="yes"), "consent"),
    ],
)
def test_a_refusal_names_the_field_at_fault(said: dict[str, Any], field: str) -> None:
    assert book(DoorWiring(), said).get_json()["field"] == field


def test_b033_a_windows_zone_is_answered_with_the_one_that_is_meant() -> None:
    said = book(DoorWiring(), wish(time_zone="Pacific Standard Time")).get_json()

    assert said["suggestion"] == "America/Los_Angeles"
    assert "America/Los_Angeles" in said["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_kind_is_refused(kind: str) -> None:
    answer = book(DoorWiring(), **{"Content-Type": kind})

    assert (answer.status_code, answer.get_json()["code"]) == (415, "unsupported_media_type")


def in_chunks(size: int, **headers: str) -> TestResponse:
    """Sends so many bytes without saying how many, as a server hands on what comes in chunks."""
    raw = json.dumps(wish()).encode()
    return client_of(DoorWiring()).post(
        "/v1/bookings",
        input_stream=io.BytesIO(raw + b" " * (size - len(raw))),
        headers={"Content-Type": "application/json", "Transfer-Encoding": "chunked", **headers},
        environ_overrides={"wsgi.input_terminated": True},
    )


def test_b006_a_body_in_chunks_has_the_same_limit() -> None:
    fits = in_chunks(MOST_BODY_BYTES, **bearer())
    by_one = in_chunks(MOST_BODY_BYTES + 1, **bearer())
    by_far = in_chunks(MOST_BODY_BYTES * 2, **bearer())

    assert fits.status_code == 201
    for answer in (by_one, by_far):
        assert (answer.status_code, answer.get_json()["code"]) == (413, "body_too_large")


def test_nobody_elses_body_is_read() -> None:
    answer = client_of(DoorWiring()).post("/v1/bookings", data=b"[" * 300_000)

    assert answer.status_code == 401


def test_a_connection_ends_with_a_body_that_was_not_read() -> None:
    too_large = book(DoorWiring(), b" " * (MOST_BODY_BYTES + 1))
    chunked = in_chunks(MOST_BODY_BYTES * 2, **bearer())
    unknown = client_of(DoorWiring()).post("/v1/bookings", json=wish())
    another_kind = book(DoorWiring(), **{"Content-Type": "text/plain"})
    read = book(DoorWiring())
    without = listed(DoorWiring())

    for answer in (too_large, chunked, unknown, another_kind):
        assert answer.headers["Connection"] == "close"
    for answer in (read, without):
        assert "Connection" not in answer.headers


def test_gunicorn_is_told_that_a_connection_ends() -> None:
    class Response:
        """As much of gunicorn's as the door sees: the owner of ``start_response``."""

        is_last = False

        def force_close(self) -> None:
            self.is_last = True

        def start_response(self, *_: Any) -> Callable[[bytes], object]:
            return lambda _: None

    unread, read = Response(), Response()
    application = create_app(DoorWiring())
    for response, headers in ((unread, {}), (read, bearer())):
        environ = EnvironBuilder(
            path="/v1/bookings",
            method="POST",
            json=wish(),
            headers=Headers(headers),
            base_url=PUBLIC_URL,
        ).get_environ()
        list(application.wsgi_app(environ, response.start_response))

    assert unread.is_last
    assert not read.is_last


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/bookings"),
        ("POST", "/v1/bookings/by-key/k"),
        ("GET", f"/v1/bookings/{BOOKING_ID}"),
        ("GET", "/v1/bookings/by-key/k"),
        ("GET", "/v1/bookings"),
        ("GET", f"/v1/records/{RECORD_ID}/booking-types"),
        ("GET", f"/v1/records/{RECORD_ID}/booking-types/{TYPE_ID}/hosts"),
        ("GET", f"/v1/records/{RECORD_ID}/booking-types/{TYPE_ID}/availability"),
    ],
)
def test_b065_no_address_takes_a_parameter_it_does_not_know(method: str, path: str) -> None:
    wiring = DoorWiring()

    answer = client_of(wiring).open(
        f"{path}?fields=notes",
        method=method,
        json=wish() if method == "POST" else None,
        headers=bearer(),
    )

    assert (answer.status_code, answer.get_json()["code"]) == (422, "field_not_allowed")
    assert answer.get_json()["field"] == "fields"
    assert wiring.booking_service.asked == []


# ---------------------------------------------------------------- what reaches the service


def test_a_request_reaches_the_service_in_its_one_form() -> None:
    request = asked_with(wish(co_host_ids=[CO_HOST_ID], platform="zoom", place="Room 5"))

    assert replace(request, request_hash="") == BookRequest(
        record_id=RECORD_ID,
        booking_type_id=TYPE_ID,
        start=START,
        time_zone="America/New_York",
        duration=timedelta(minutes=30),
        host_id=USER_ID,
        co_host_ids=(CO_HOST_ID,),
        guests=(Guest(email="guest@example.com", name="Guest One"),),
        platform=request.platform,
        place="Room 5",
        notes="Wants to see the reports first.",
    )


def test_what_is_not_said_is_left_to_the_booking_type() -> None:
    least = {
        name: wish()[name] for name in ("record_id", "booking_type_id", "start_at", "time_zone")
    }

    request = asked_with(least)

    assert (request.duration, request.host_id, request.platform) == (None, None, None)
    assert (request.guests, request.co_host_ids, request.idempotency_key) == ((), (), None)


ACCEPTED: dict[str, tuple[dict[str, Any], Callable[[BookRequest], object], object]] = {
    "B034 US/Pacific": (
        wish(start_at="2027-03-09T14:30:00Z", time_zone="US/Pacific"),
        lambda request: request.time_zone,
        "America/Los_Angeles",
    ),
    "B034 Europe/Kiev": (
        wish(start_at="2027-03-09T14:30:00Z", time_zone="Europe/Kiev"),
        lambda request: request.time_zone,
        "Europe/Kyiv",
    ),
    "B048 IDN guest": (
        wish(guests=guests("gast@bücher.example")),
        lambda request: request.guests,
        (Guest(email="gast@xn--bcher-kva.example"),),
    ),
    "B050 same guest in another case": (
        wish(guests=guests("Guest@example.com", "guest@EXAMPLE.com", "other@example.com")),
        lambda request: [guest.email for guest in request.guests],
        ["Guest@example.com", "other@example.com"],
    ),
    "B056 script in notes": (
        wish(notes="<script>alert(1)</script>"),
        lambda request: request.notes,
        "<script>alert(1)</script>",
    ),
    "B058 template in notes": (
        wish(notes="{{7*7}} ${7*7}"),
        lambda request: request.notes,
        "{{7*7}} ${7*7}",
    ),
    "B062 id of 15": (
        wish(record_id=RECORD_ID[:15], host_id=USER_ID[:15], co_host_ids=[CO_HOST_ID[:15]]),
        lambda request: (request.record_id, request.host_id, request.co_host_ids),
        (RECORD_ID, USER_ID, (CO_HOST_ID,)),
    ),
    "same co-host twice": (
        wish(co_host_ids=[CO_HOST_ID, CO_HOST_ID[:15]]),
        lambda request: request.co_host_ids,
        (CO_HOST_ID,),
    ),
    "start by the clock of its zone": (
        wish(start_at="2027-03-09T09:30:00"),
        lambda request: request.start,
        START,
    ),
    "start as Apex writes it": (
        wish(start_at="2027-03-09T14:30:00.000Z"),
        lambda request: request.start,
        START,
    ),
    "the second of two equal clock times": (
        wish(start_at="2027-11-07T01:30:00-05:00"),
        lambda request: request.start,
        datetime(2027, 11, 7, 6, 30, tzinfo=UTC),
    ),
}


@pytest.mark.parametrize("row", ACCEPTED)
def test_a_request_is_understood(row: str) -> None:
    said, look, expected = ACCEPTED[row]

    assert look(asked_with(said)) == expected


# ------------------------------------------------------------------- keys that book once


@pytest.mark.parametrize("key", ["k" * 256, "", "schlüssel", "a\x7fb", "a\tb"])
def test_b092_a_key_is_printable_and_not_too_long(key: str) -> None:
    answer = book(DoorWiring(), **{"Idempotency-Key": key})

    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_idempotency_key")


def test_a_key_reaches_the_service_as_it_is() -> None:
    assert asked_with(wish(), **{"Idempotency-Key": "k" * 255}).idempotency_key == "k" * 255
    assert asked_with(wish(), **{"Idempotency-Key": "a b/c?"}).idempotency_key == "a b/c?"


def test_the_same_wish_has_the_same_hash_however_it_is_written() -> None:
    first = asked_with(wish()).request_hash

    assert asked_with(wish(start_at="2027-03-09T14:30:00Z")).request_hash == first
    assert asked_with(wish(record_id=RECORD_ID[:15])).request_hash == first
    assert asked_with(wish(), **{"Idempotency-Key": "another"}).request_hash == first


@pytest.mark.parametrize(
    "change",
    [
        {"start_at": "2027-03-09T15:00:00Z"},
        {"time_zone": "America/Toronto", "start_at": "2027-03-09T14:30:00Z"},
        {"duration_minutes": 60},
        {"duration_minutes": ...},
        {"host_id": CO_HOST_ID},
        {"co_host_ids": [CO_HOST_ID]},
        {"guests": []},
        {"guests": guests("guest@example.com")},
        {"platform": "none"},
        {"place": "Room 5"},
        {"notes": "else"},
        {"booking_type_id": str(UUID(int=5))},
        {"answers": {"seats": 5}},
        {"consent": True},
    ],
)
def test_another_wish_has_another_hash(change: dict[str, Any]) -> None:
    assert asked_with(wish(**change)).request_hash != asked_with(wish()).request_hash


def test_answers_and_consent_reach_the_service_as_they_were_entered() -> None:
    entered = {"seats": 250, "share": 0.5, "parking": False, "wish": "Two\r\nfloors", "none": ""}

    request = asked_with(wish(answers=entered, consent=True))

    assert request.answers == {**entered, "wish": "Two\nfloors"}
    assert request.has_consent
    assert not asked_with(wish()).has_consent
    assert not asked_with(wish(consent=False)).has_consent


def test_another_answer_is_another_wish_whatever_the_order() -> None:
    def hash_of(**answers: Any) -> str:
        return asked_with(wish(answers=answers)).request_hash

    assert hash_of(seats=5, floor="2") == hash_of(floor="2", seats=5)
    assert hash_of(seats=5) != hash_of(seats=6)
    assert hash_of(parking=True) != hash_of(parking=1)


@pytest.mark.parametrize("digits", [400, 4000, 5000])
def test_a_number_that_no_computer_has_is_answered_and_breaks_nothing(digits: int) -> None:
    answer = book(DoorWiring(), raw_wish(answers='{"seats": ' + "9" * digits + "}"))

    assert answer.status_code in (201, 422)


# --------------------------------------------------------------------- what is answered


def test_a_new_booking_is_answered_with_where_to_find_it() -> None:
    answer = book(DoorWiring())

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/bookings/{BOOKING_ID}"
    assert "Idempotent-Replayed" not in answer.headers
    assert answer.get_json()["booking_id"] == str(BOOKING_ID)


def test_f001_a_replay_is_the_first_answer_again_byte_for_byte() -> None:
    first, again = DoorWiring(), DoorWiring()
    first_answer = book(first)
    # The database gives JSON back with its members in an order of its own.
    stored = dict(sorted(first_answer.get_json().items(), reverse=True))
    again.booking_service.view = replace(
        booking_view(status="completed"), is_replay=True, stored_body=stored
    )

    answer = book(again)

    assert answer.status_code == 201
    assert answer.headers["Idempotent-Replayed"] == "true"
    assert answer.data == first_answer.data


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (
            SlotUnavailableError("x", code="slot_not_offered", field="start_at"),
            409,
            "slot_not_offered",
        ),
        (InvalidRequestError("x", code="below_minimum_notice"), 422, "below_minimum_notice"),
        (InvalidRequestError("x", code="beyond_horizon"), 422, "beyond_horizon"),
        (InvalidRequestError("x", code="guest_is_host"), 422, "guest_is_host"),
        (NotFoundError("x", code="record_not_found"), 404, "record_not_found"),
    ],
    ids=["B026", "B024", "B025", "B049", "B066"],
)
def test_what_the_service_refuses_is_passed_on(error: Exception, status: int, code: str) -> None:
    wiring = DoorWiring()
    wiring.booking_service.error = error

    answer = book(wiring)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_booking_is_found_by_its_id_and_by_its_key() -> None:
    wiring = DoorWiring()
    client = client_of(wiring)

    by_id = client.get(f"/v1/bookings/{BOOKING_ID}", headers=bearer())
    by_key = client.get("/v1/bookings/by-key/a%2Fb%2F%2Fc%20%3Fd", headers=bearer())

    given_up = client.post("/v1/bookings/by-key/a%2Fb%2F%2Fc%20%3Fd", headers=bearer())

    assert by_id.data == by_key.data == given_up.data
    assert wiring.booking_service.asked == [
        BOOKING_ID,
        "a/b//c ?d",
        ("gives up", "a/b//c ?d"),
    ]


def test_who_takes_part_and_what_was_entered_is_told_with_its_names() -> None:
    said = book(DoorWiring()).get_json()

    assert said["co_hosts"] == [
        {"host_id": CO_HOST_ID, "name": "Host Two", "role_name": "Solution engineer"}
    ]
    assert said["answers"] == [
        {"key": "seats", "label": "Seats", "value": 250},
        {"key": "deadline", "label": "Deadline", "value": "2027-06-01"},
    ]
    assert said["consent"] == {"text": "May we record this?", "at": "2027-03-05T14:30:00Z"}


def test_answers_and_consent_are_for_those_inside_only() -> None:
    view = booking_view()

    outside = booking_body(view, viewer=Viewer(is_insider=False, is_admin=False))

    assert not {"answers", "consent", "notes"} & outside.keys()
    assert "May we record" not in str(outside)


@pytest.mark.parametrize("key", ["k" * 256, "a%09b", "%C3%A9"])
def test_b092_a_key_that_cannot_be_one_is_refused_when_looked_for(key: str) -> None:
    answer = client_of(DoorWiring()).get(f"/v1/bookings/by-key/{key}", headers=bearer())

    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_idempotency_key")


# ------------------------------------------------------------------------------- lists


def listed(wiring: DoorWiring, query: str = "") -> TestResponse:
    return client_of(wiring).get(f"/v1/bookings{query}", headers=bearer())


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?limit=0", 422, "invalid_limit"),
        ("?limit=-1", 422, "invalid_limit"),
        ("?limit=1000000000", 422, "invalid_limit"),
        ("?limit=ten", 422, "invalid_limit"),
        ("?cursor=abc", 400, "invalid_cursor"),
        ("?cursor=", 400, "invalid_cursor"),
        ("?cursor=%C3%A9", 400, "invalid_cursor"),
        ("?cursor=" + "A" * 5000, 400, "invalid_cursor"),
        ("?sort=start", 422, "field_not_allowed"),
        ("?fields=notes", 422, "field_not_allowed"),
        ("?record_id=' OR Name LIKE '%25", 422, "invalid_salesforce_id"),
        ("?after=2027-03-09", 422, "invalid_datetime"),
        ("?before=2027-03-09T10:00:00", 422, "timezone_required"),
        ("?limit=5&limit=6", 422, "repeated_parameter"),
        ("?after=2027-03-09T10:00:00Z&before=2027-03-09T09:00:00Z", 422, "invalid_range"),
        ("?after=2027-03-09T10:00:00Z&before=2027-03-09T10:00:00Z", 422, "invalid_range"),
    ],
)
def test_b065_b069_b070_a_bad_query_is_refused(query: str, status: int, code: str) -> None:
    wiring = DoorWiring()

    answer = listed(wiring, query)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert wiring.booking_service.asked == []


def test_a_list_is_asked_for_with_its_filters() -> None:
    wiring = DoorWiring()

    answer = listed(
        wiring,
        f"?record_id={RECORD_ID[:15]}&after=2027-03-01T00:00:00Z"
        "&before=2027-04-01T00:00:00%2B02:00&newest_first=1&limit=7",
    )

    (asked,) = wiring.booking_service.asked
    assert asked.record_id == RECORD_ID
    assert asked.after == datetime(2027, 3, 1, tzinfo=UTC)
    assert asked.before == datetime(2027, 3, 31, 22, tzinfo=UTC)
    assert (asked.is_newest_first, asked.limit, asked.cursor) == (True, 7, None)
    assert [each["booking_id"] for each in answer.get_json()["bookings"]] == [str(BOOKING_ID)]
    assert answer.get_json()["next_cursor"] == ""


def test_the_next_page_goes_on_where_the_last_one_ended() -> None:
    wiring = DoorWiring()
    wiring.booking_service.place = (START + timedelta(microseconds=1), BOOKING_ID)
    cursor = listed(wiring, "?limit=1").get_json()["next_cursor"]

    listed(wiring, f"?limit=2&cursor={cursor}")

    assert wiring.booking_service.asked[-1].cursor == wiring.booking_service.place


def test_b069_a_cursor_that_was_changed_or_belongs_elsewhere_is_refused() -> None:
    wiring = DoorWiring()
    wiring.booking_service.place = (START, BOOKING_ID)
    cursor = listed(wiring).get_json()["next_cursor"]
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))

    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        text = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        assert listed(wiring, f"?cursor={text}").get_json()["code"] == "invalid_cursor"
    for elsewhere in (
        f"?record_id={RECORD_ID}&cursor={cursor}",
        f"?newest_first=1&cursor={cursor}",
        f"?cursor={cursor[:-4]}",
    ):
        assert listed(wiring, elsewhere).get_json()["code"] == "invalid_cursor"


def test_a_cursor_outlives_a_new_key_of_the_service() -> None:
    old, new = ("old", b"o" * 32), ("new", b"n" * 32)
    place = (START, BOOKING_ID)

    cursor = Cursors([old]).write(place, question="q")

    assert Cursors([new, old]).read(cursor, question="q") == place
    with pytest.raises(InvalidRequestError):
        Cursors([new]).read(cursor, question="q")
