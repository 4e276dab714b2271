"""What can be booked, with whom and when, over HTTP."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from werkzeug.test import TestResponse

from app.api.bodies import availability_body, encoded, offered_body
from app.bookings.questions import AvailabilityRequest, RefusedType, RoleChoice
from app.callers import Role
from app.problems import utc_text
from booking_types.filters import ClauseOutcome, ClauseVerdict, Refusal
from booking_types.intervals import Interval
from booking_types.model import Slot
from tests.app.door import (
    CO_HOST_ID,
    RECORD_ID,
    START,
    TYPE_ID,
    USER_ID,
    DoorWiring,
    availability_answer,
    bearer,
    booking_type,
    client_of,
    offered_types,
    person,
)

TYPES = f"/v1/records/{RECORD_ID}/booking-types"
TIMES = f"{TYPES}/{TYPE_ID}/availability"
WEEK = "week=2027-W10&time_zone=America/New_York"
OTHER_ID, NEVER_ID = "005Hp00000UvWxYIAV", "005Hp00000ZaBcDIAV"


def decoded(body: Any) -> dict[str, Any]:
    """A body as its reader gets it."""
    said: dict[str, Any] = msgspec.json.decode(encoded(body))
    return said


def get(wiring: DoorWiring, path: str) -> TestResponse:
    return client_of(wiring).get(path, headers=bearer())


def asked_with(query: str) -> AvailabilityRequest:
    wiring = DoorWiring()
    answer = get(wiring, f"{TIMES}?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (request,) = wiring.booking_service.asked
    assert isinstance(request, AvailabilityRequest)
    return request


# ------------------------------------------------------------------------------- types


def test_a_record_is_offered_its_types_with_what_the_panel_needs() -> None:
    wiring = DoorWiring()

    said = get(wiring, TYPES).get_json()

    (offered,) = said["offered"]
    assert wiring.booking_service.asked == [RECORD_ID]
    assert (offered["booking_type_id"], offered["key"]) == (str(TYPE_ID), "intro_call")
    assert offered["durations_minutes"] == [30]
    assert offered["guest"]["email"] == "guest@example.com"
    assert offered["time_zone"] == "America/New_York"
    assert "refused" not in said


def test_a_type_tells_what_it_asks_for_besides_the_time() -> None:
    (offered,) = get(DoorWiring(), TYPES).get_json()["offered"]

    assert offered["panel_roles"] == [{"key": "engineer", "name": "Solution engineer"}]
    assert offered["consent_text"] == "May we record this?"
    assert offered["platform_rule"] == "organizer_choice"
    seats, deadline, edition = offered["form"]
    assert seats == {
        "key": "seats",
        "label": "Seats",
        "kind": "number",
        "is_required": True,
        "choices": [],
        "help": "",
        "value": 250,
    }
    assert (deadline["kind"], deadline["value"], deadline["help"]) == (
        "date",
        "2027-06-01",
        "When?",
    )
    assert (edition["choices"], "value" in edition) == (["One", "Two"], False)


def test_a_type_that_asks_for_nothing_says_so() -> None:
    found = offered_types()
    plain = replace(found.offered[0], booking_type=booking_type(), suggested={})

    body = offered_body(replace(found, offered=(plain,)), explains=False, shows_values=False)

    (offered,) = body["offered"]
    assert (offered["form"], offered["panel_roles"]) == ([], [])
    assert "consent_text" not in offered


def test_an_organizer_learns_that_a_type_was_filtered_out_but_no_value() -> None:
    answer = get(DoorWiring(), f"{TYPES}?explain=1")

    (refused,) = answer.get_json()["refused"]
    assert (refused["name"], refused["reason"]) == ("Big demo", "filtered_out")
    assert "clauses" not in refused
    for secret in ("25000", "1000000", "AnnualRevenue"):
        assert secret not in answer.get_data(as_text=True)


def test_an_admin_learns_which_clause_failed_and_on_which_value() -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset({Role.ADMIN})

    (refused,) = get(wiring, f"{TYPES}?explain=1").get_json()["refused"]

    (clause,) = refused["clauses"]
    assert (clause["position"], clause["outcome"]) == (1, "failed")
    assert clause["sentence"] == "AnnualRevenue is 25000, but must be more than 1000000"


@pytest.mark.parametrize("problem", ["", "the filter's logic names clause 3 of 2"])
def test_a_type_whose_filter_cannot_be_checked_is_told_from_one_that_does_not_fit(
    problem: str,
) -> None:
    found = offered_types()
    failed = found.refused[0].refusal.clauses[0]
    clause = ClauseVerdict(
        number=1,
        clause=failed.clause,
        outcome=ClauseOutcome.UNREADABLE,
        actual=None,
        requirement=failed.requirement,
        sentence="AnnualRevenue cannot be read",
    )
    refusal = Refusal(
        booking_type=booking_type("Big demo"),
        clauses=() if problem else (clause,),
        problem=problem,
    )
    found = replace(found, refused=(RefusedType(booking_type_id=UUID(int=7), refusal=refusal),))

    for_organizer = offered_body(found, explains=True, shows_values=False)["refused"][0]
    for_admin = offered_body(found, explains=True, shows_values=True)["refused"][0]

    assert for_organizer["reason"] == "cannot_be_checked"
    assert "problem" not in for_organizer
    assert for_admin.get("problem", "") == problem


def test_b064_a_search_for_a_record_is_no_id() -> None:
    answer = get(DoorWiring(), "/v1/records/' OR Name LIKE '%25/booking-types")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_salesforce_id")


@pytest.mark.parametrize("path", [TYPES, f"{TYPES}/{TYPE_ID}/hosts", f"{TIMES}?{WEEK}"])
def test_b062_a_record_id_of_fifteen_characters_is_the_same_record(path: str) -> None:
    wiring = DoorWiring()

    get(wiring, path.replace(RECORD_ID, RECORD_ID[:15]))

    asked = wiring.booking_service.asked[0]
    asked = asked.record_id if isinstance(asked, AvailabilityRequest) else asked
    assert (asked[0] if isinstance(asked, tuple) else asked) == RECORD_ID


def test_who_could_be_the_host_is_told_with_what_is_wrong() -> None:
    said = get(DoorWiring(), f"{TYPES}/{TYPE_ID}/hosts").get_json()

    assert said["rule"] == "choice"
    assert "unavailable" not in said["hosts"][0]
    assert said["hosts"][1]["unavailable"] == {
        "code": "no_calendar",
        "detail": "has not connected a calendar",
    }
    assert [each["host_id"] for each in said["co_hosts"]] == [CO_HOST_ID]
    (role,) = said["panel"]
    assert (role["key"], role["name"]) == ("engineer", "Solution engineer")
    assert [each["name"] for each in role["people"]] == ["Engineer One"]


# ------------------------------------------------------------------------------- times


def test_a_week_is_the_one_of_its_zone() -> None:
    request = asked_with(WEEK)

    # From Monday to Monday over the change of the clocks on the 14th.
    assert request.span == Interval(
        datetime(2027, 3, 8, 5, tzinfo=UTC), datetime(2027, 3, 15, 4, tzinfo=UTC)
    )


def test_a_span_is_from_one_instant_to_another() -> None:
    span = Interval(START, START + timedelta(days=62))

    with_offsets = asked_with("from=2027-03-09T14:30:00Z&to=2027-05-10T10:30:00-04:00")
    by_the_clock = asked_with(
        "from=2027-03-09T09:30:00&to=2027-05-10T10:30:00&time_zone=America/New_York"
    )

    assert with_offsets.span == by_the_clock.span == span


def test_everything_that_is_asked_reaches_the_service() -> None:
    request = asked_with(
        f"{WEEK}&host={USER_ID}&co_hosts={CO_HOST_ID}&duration_minutes=45&all=0&explain=1&limit=3"
    )

    assert replace(request, span=Interval(START, START + timedelta(days=1))) == AvailabilityRequest(
        record_id=RECORD_ID,
        booking_type_id=TYPE_ID,
        span=Interval(START, START + timedelta(days=1)),
        host_id=USER_ID,
        co_host_ids=(CO_HOST_ID,),
        duration=timedelta(minutes=45),
        all_hosts=False,
        is_explained=True,
        most_slots=3,
    )


@pytest.mark.parametrize(
    "query",
    [
        f"co_hosts={USER_ID},{CO_HOST_ID}",
        f"co_hosts={USER_ID}&co_hosts={CO_HOST_ID}",
        f"co_hosts={USER_ID[:15]},{CO_HOST_ID}&co_hosts={USER_ID},",
    ],
)
def test_co_hosts_come_with_commas_or_repeated(query: str) -> None:
    assert asked_with(f"{WEEK}&{query}").co_host_ids == (USER_ID, CO_HOST_ID)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "missing_field"),
        ("from=2027-03-09T10:00:00Z", "missing_field"),
        ("to=2027-03-09T10:00:00Z", "missing_field"),
        ("from=2027-03-09T10:00:00Z&to=2027-03-09T10:00:00Z", "invalid_range"),
        ("from=2027-03-09T10:00:00Z&to=2027-03-08T10:00:00Z", "invalid_range"),
        ("from=2027-03-09T10:00:00Z&to=2027-05-10T10:00:01Z", "range_too_large"),
        ("from=2027-03-09T10:00:00&to=2027-03-10T10:00:00", "timezone_required"),
        ("from=2027-03-09&to=2027-03-10", "invalid_datetime"),
        ("from=2027-03-09T10:00:00+01:00&to=2027-03-10T10:00:00Z", "invalid_datetime"),
        (f"{WEEK}&from=2027-03-09T10:00:00Z", "invalid_range"),
        ("week=2027-W10", "timezone_required"),
        ("week=2027-W53&time_zone=UTC", "invalid_datetime"),
        ("week=2027-W10&time_zone=Mars/Olympus", "unknown_timezone"),
        (f"{WEEK}&duration_minutes=0", "invalid_duration"),
        (f"{WEEK}&duration_minutes=30.5", "invalid_type"),
        (f"{WEEK}&duration_minutes=true", "invalid_type"),
        (f"{WEEK}&duration_minutes=999999999999999", "invalid_type"),
        (f"{WEEK}&host=abc", "invalid_salesforce_id"),
        (f"{WEEK}&co_hosts={USER_ID};{CO_HOST_ID}", "invalid_salesforce_id"),
        (f"{WEEK}&all=yes", "invalid_type"),
        (f"{WEEK}&sort=start", "field_not_allowed"),
        (f"{WEEK}&host={USER_ID}&host={CO_HOST_ID}", "repeated_parameter"),
    ],
)
def test_b036_b037_a_question_about_times_must_make_sense(query: str, code: str) -> None:
    wiring = DoorWiring()

    answer = get(wiring, f"{TIMES}?{query}")

    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert wiring.booking_service.asked == []


def test_slots_are_answered_in_utc_with_everybody_who_was_asked() -> None:
    said = get(DoorWiring(), f"{TIMES}?{WEEK}").get_json()

    assert said["slots"] == [{"start_at": "2027-03-09T14:30:00Z", "end_at": "2027-03-09T15:00:00Z"}]
    assert (said["time_zone"], said["grid_time_zone"]) == ("America/New_York", "America/New_York")
    assert [each["unavailable"]["code"] for each in said["people"] if "unavailable" in each] == [
        "unknown_timezone",
        "no_calendar",
    ]
    assert "explained" not in said
    assert "roles" not in said


def starts_of(said: dict[str, Any], person: dict[str, Any]) -> list[str]:
    """With which starts somebody could be the host, read as the answer's schema says."""
    bits = int.from_bytes(b64decode(person["free"], validate=True), "little")
    first = datetime.fromisoformat(said["cells"]["first_at"])
    step = timedelta(minutes=said["cells"]["minutes"])
    cells = [number for number in range(bits.bit_length()) if bits >> number & 1]
    return [utc_text(first + number * step) for number in cells]


def test_who_could_be_the_host_of_a_slot_stands_in_bits_beside_each_person() -> None:
    first, second, third = START, START + timedelta(hours=2), START + timedelta(days=9)
    half_hour = timedelta(minutes=30)
    found = availability_answer(
        (
            Slot(Interval(first, first + half_hour), (USER_ID,)),
            Slot(Interval(second, second + half_hour), (USER_ID, OTHER_ID)),
            Slot(Interval(third, third + half_hour), (OTHER_ID,)),
        )
    )
    nobody = {**found.availability.free, NEVER_ID: 0}
    found = replace(
        found,
        availability=replace(found.availability, free=nobody),
        people=(*found.people, person(OTHER_ID, "Host Four"), person(NEVER_ID, "Host Five")),
    )

    said = decoded(availability_body(found, time_zone=None, explains=False))

    one, co_host, left_out, other, never = said["people"]
    assert starts_of(said, one) == ["2027-03-09T14:30:00Z", "2027-03-09T16:30:00Z"]
    assert starts_of(said, other) == ["2027-03-09T16:30:00Z", "2027-03-18T14:30:00Z"]
    assert never["free"] == ""
    assert "free" not in co_host
    assert "free" not in left_out


def test_of_slots_that_a_limit_leaves_out_no_bit_says_that_somebody_is_free() -> None:
    half_hour = timedelta(minutes=30)
    found = availability_answer(
        tuple(
            Slot(Interval(START + number * half_hour, START + (number + 1) * half_hour), (USER_ID,))
            for number in range(4)
        )
    )
    found = replace(found, availability=found.availability.earliest(2))

    said = decoded(availability_body(found, time_zone=None, explains=False))

    assert starts_of(said, said["people"][0]) == [slot["start_at"] for slot in said["slots"]]
    assert len(said["slots"]) == 2


def test_a_panel_is_answered_with_its_people() -> None:
    found = replace(
        availability_answer(),
        roles=(
            RoleChoice(
                key="engineer",
                name="Solution engineer",
                people=(person(OTHER_ID, "Engineer One"), person(CO_HOST_ID, "Engineer Two")),
            ),
        ),
    )

    said = decoded(availability_body(found, time_zone=None, explains=False))

    (role,) = said["roles"]
    assert (role["key"], role["name"]) == ("engineer", "Solution engineer")
    assert [each["name"] for each in role["people"]] == ["Engineer One", "Engineer Two"]
    # What is wrong with somebody is said in every part.
    assert role["people"][1]["unavailable"]["code"] == "unknown_timezone"
    assert not any("free" in each for each in role["people"])


def test_other_times_are_explained_when_that_is_asked() -> None:
    said = get(DoorWiring(), f"{TIMES}?{WEEK}&explain=1").get_json()

    (explained,) = said["explained"]
    assert (explained["local_date"], explained["starts"]) == ("2027-03-09", 2)
    assert explained["reasons"][0]["code"] == "slot_taken"


def test_of_many_reasons_the_most_telling_are_given_and_the_others_counted() -> None:
    wiring = DoorWiring()
    wiring.booking_service.reasons = 200

    (explained,) = get(wiring, f"{TIMES}?{WEEK}&explain=1").get_json()["explained"]

    assert [reason["message"] for reason in explained["reasons"]] == ["is busy"] * 12
    assert explained["reasons_left_out"] == 188


def test_of_a_time_that_is_offered_nothing_is_said_against_the_hosts_who_cannot() -> None:
    found = availability_answer(is_explained=True, reasons=200)
    offered = replace(found.explained[0], is_offered=True, host_ids=(USER_ID,))

    said = availability_body(replace(found, explained=(offered,)), time_zone=None, explains=True)

    (explained,) = said["explained"]
    assert (explained["is_offered"], explained["reasons"], explained["reasons_left_out"]) == (
        True,
        [],
        0,
    )


def test_the_zone_that_is_answered_is_the_present_name_of_the_asked_one() -> None:
    query = "from=2027-03-09T10:00:00Z&to=2027-03-10T10:00:00Z"

    asked = get(DoorWiring(), f"{TIMES}?{query}&time_zone=US/Pacific").get_json()
    unasked = get(DoorWiring(), f"{TIMES}?{query}").get_json()

    assert asked["time_zone"] == "America/Los_Angeles"
    assert unasked["time_zone"] == "America/New_York"


def test_a_big_pool_is_answered_whole_and_in_little_room() -> None:
    half_hour = timedelta(minutes=30)
    everybody = tuple(f"005Hp{number:010d}AAA" for number in range(200))
    starts = [START + number * half_hour for number in range(672)]
    found = availability_answer(
        tuple(Slot(Interval(start, start + half_hour), everybody) for start in starts)
    )
    found = replace(found, people=tuple(person(each) for each in everybody))

    body = encoded(availability_body(found, time_zone=None, explains=False))

    said = msgspec.json.decode(body)
    assert len(said["slots"]) == 672
    assert starts_of(said, said["people"][-1]) == [slot["start_at"] for slot in said["slots"]]
    # A name beside each slot would make it two and a half million.
    assert len(body) < 400_000
