"""Why a type, a time or a host is not there: over HTTP, on the real database and the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.api.bodies import encoded
from app.api.explanations import explanation_body
from app.bookings.explanations import ExplanationRequest, TypeState
from app.bookings.questions import AvailabilityRequest
from app.callers import ActorKind, Caller, Role
from app.explain.advice import ADVICE
from app.web import create_app
from booking_types.errors import BookingError
from booking_types.intervals import Interval
from booking_types.model import (
    Clause,
    DateOverride,
    DaySpan,
    Holiday,
    HolidayRule,
    HostRule,
    HostRuleKind,
    Operator,
    PanelRole,
    Platform,
    PlatformRule,
    PlatformRuleKind,
    RecordFilter,
)
from tests.app.door import (
    RECORD_ID,
    START,
    TYPE_ID,
    USER_ID,
    DoorWiring,
    bearer,
    client_of,
    explanation,
)
from tests.house import House, Person, upcoming

TUESDAY, WEDNESDAY = upcoming(2, "00:00"), upcoming(3, "00:00")
TUESDAY_10 = upcoming(2, "10:00")


@dataclass
class Admin:
    """Somebody who may ask why, with the house's own door."""

    house: House
    client: FlaskClient
    person: Person

    def answer(self, record_id: str, person: Person | None = None, **query: Any) -> TestResponse:
        token = self.house.control.callout_token(
            org_id=self.house.salesforce_org_id,
            user_id=(person or self.person).user_id,
            audience=self.house.settings.public_url,
        )
        if "from_" in query:
            query["from"] = query.pop("from_")
        written = {
            name: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
            for name, value in query.items()
        }
        return self.client.get(
            f"/v1/records/{record_id}/explanation",
            query_string=written,
            headers={"Authorization": f"Bearer {token}"},
        )

    def asks(self, record_id: str, **query: Any) -> dict[str, Any]:
        answer = self.answer(record_id, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        body: dict[str, Any] = answer.get_json()
        return body

    def tuesday(self, record_id: str, kind: UUID, **query: Any) -> dict[str, Any]:
        """The times of one type on that day."""
        asked = {"booking_type": kind, "from_": TUESDAY, "to": WEDNESDAY, **query}
        times: dict[str, Any] = self.asks(record_id, **asked)["times"]
        return times


@pytest.fixture
def admin(house: House) -> Admin:
    return Admin(
        house=house,
        client=create_app(house.wiring).test_client(),
        person=house.a_user("admin", permission_sets=["Booking_Admin"]),
    )


def worth_more_than(amount: int) -> RecordFilter:
    return RecordFilter(
        clauses=(Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=amount),)
    )


def of(times: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """What is said of one person."""
    (found,) = [each for each in times["people"] if each["host_id"] == person.user_id]
    return dict(found)


def word_at(times: Mapping[str, Any], person: Person) -> str:
    """The first reason of one person at the asked time."""
    (found,) = [each for each in times["at"]["people"] if each["host_id"] == person.user_id]
    return str(found["word"])


# ------------------------------------------------------------------------------- the types


def test_every_type_of_the_object_is_told_with_what_became_of_it(
    house: House, admin: Admin
) -> None:
    host = house.a_host("host")
    house.a_booking_type(hosts=[host], name="A fits", record_filter=worth_more_than(1000))
    house.a_booking_type(hosts=[host], name="B does not", record_filter=worth_more_than(9000))
    off = house.a_booking_type(hosts=[host], name="C off")
    house.execute("update booking_types set is_active = false where booking_type_id = :it", it=off)
    unknown = RecordFilter(clauses=(Clause(field="Nowhere__c", operator=Operator.IS_BLANK),))
    house.a_booking_type(hosts=[host], name="D unreadable", record_filter=unknown)
    house.execute(
        "insert into booking_types (org_id, booking_type_id, key, name, object_name)"
        " values (:org, :it, 'draft', 'E draft', 'Lead')",
        org=house.org_id,
        it=uuid4(),
    )
    house.a_booking_type(hosts=[host], name="F of another object", object_name="Account")

    said = admin.asks(house.a_lead(AnnualRevenue=5000))["booking_types"]

    assert [(each["name"], each["state"]) for each in said] == [
        ("A fits", "offered"),
        ("B does not", "filtered_out"),
        ("C off", "switched_off"),
        ("D unreadable", "cannot_be_checked"),
        ("E draft", "draft"),
    ]
    assert "AnnualRevenue is 5,000" in said[1]["clauses"][0]["sentence"]
    assert "9,000" in said[1]["clauses"][0]["sentence"]
    assert said[0]["clauses"][0]["outcome"] == "passed"
    assert "Nowhere__c cannot be read" in said[3]["clauses"][0]["sentence"]
    assert "version" not in said[4]


def test_of_a_type_that_is_switched_off_it_is_said_whether_the_record_would_do(
    house: House, admin: Admin
) -> None:
    host = house.a_host("host")
    for name, amount in (("A", 1000), ("B", 9000)):
        house.a_booking_type(hosts=[host], name=name, record_filter=worth_more_than(amount))
    house.execute("update booking_types set is_active = false")

    said = admin.asks(house.a_lead(AnnualRevenue=5000))["booking_types"]

    assert [each["detail"] for each in said] == [
        "is switched off; switched on, it would be offered for this record",
        "is switched off; switched on, it would not be offered for this record",
    ]


def test_a_value_that_the_admin_may_not_see_decides_and_is_not_shown(
    house: House, admin: Admin
) -> None:
    kept_out = house.a_user(
        "kept.out", permission_sets=["Booking_Admin"], hidden_fields=["Lead.AnnualRevenue"]
    )
    house.a_booking_type(hosts=[house.a_host("host")], record_filter=worth_more_than(9000))
    lead = house.a_lead(AnnualRevenue=5417)

    answer = admin.answer(lead, person=kept_out)
    seen = admin.asks(lead)

    (said,) = answer.get_json()["booking_types"]
    assert (said["state"], said["clauses"][0]["is_hidden"]) == ("filtered_out", True)
    assert "5,417" not in answer.get_data(as_text=True)
    assert "5417" not in json.dumps(said["clauses"])
    assert "may not see" in said["clauses"][0]["sentence"]
    assert "5,417" in seen["booking_types"][0]["clauses"][0]["sentence"]


def test_another_users_view_reads_that_users_own_fields(house: House, admin: Admin) -> None:
    mine = RecordFilter(
        clauses=(Clause(field="$User.Email", operator=Operator.EQUALS, value=house.rep.email),)
    )
    house.a_booking_type(hosts=[house.a_host("host")], record_filter=mine)
    lead = house.a_lead()

    own = admin.asks(lead)
    of_rep = admin.asks(lead, user=house.rep.user_id)

    assert own["booking_types"][0]["state"] == "filtered_out"
    assert own["viewer"]["user_id"] == admin.person.user_id
    assert of_rep["booking_types"][0]["state"] == "offered"
    assert of_rep["viewer"] == {
        "user_id": house.rep.user_id,
        "name": house.rep.name,
        "problems": [],
    }


def test_why_a_user_is_offered_nothing_whatever_the_types_say_is_said(
    house: House, admin: Admin
) -> None:
    nobody = house.a_user("nobody")
    lead = house.a_record(
        "Lead", LastName="Guest", Company="Customer", private=True, readers=[admin.person.user_id]
    )

    stranger = admin.asks(lead, user="005000000000999AAA")["viewer"]
    viewer = admin.asks(lead, user=nobody.user_id)["viewer"]

    assert stranger["problems"] == ["is no user of this org"]
    assert viewer["problems"] == [
        "does not have the permission set Booking Organizer",
        "may not see this record in Salesforce",
    ]


def test_a_record_that_the_admin_may_not_see_is_not_explained(house: House, admin: Admin) -> None:
    lead = house.a_record("Lead", LastName="Guest", Company="Customer", private=True, readers=[])

    answer = admin.answer(lead)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "record_not_found")


@pytest.mark.parametrize("permission_set", ["Booking_Organizer", "Booking_Host"])
def test_only_booking_admins_learn_why(house: House, admin: Admin, permission_set: str) -> None:
    other = house.a_user("other", permission_sets=[permission_set])

    answer = admin.answer(house.a_lead(), person=other)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden_role")


# ------------------------------------------------------------------------------- the hosts


def test_each_step_of_a_lookup_is_told_with_its_reason_and_who_decides_then(
    house: House, admin: Admin
) -> None:
    host, other = house.a_host("host"), house.a_host("other")
    rule = HostRule(
        kind=HostRuleKind.LOOKUP,
        lookup_paths=("ConvertedAccount.OwnerId", "OwnerId"),
        fallback=HostRuleKind.TIME_FIRST,
    )
    kind = house.a_booking_type(hosts=[host, other], host_rule=rule)

    found = admin.tuesday(house.a_lead(), kind)["host_rule"]

    assert (found["kind"], found["decides"]) == ("lookup", "time_first")
    assert [(step["path"], step["code"]) for step in found["steps"]] == [
        ("ConvertedAccount.OwnerId", "lookup_empty"),
        ("OwnerId", "lookup_not_a_host"),
    ]
    assert found["problem"] == ""


def test_whom_a_field_names_that_the_admin_may_not_see_is_not_told(
    house: House, admin: Admin
) -> None:
    owner, stranger = house.a_host("owner"), house.a_user("stranger")
    account = house.a_record("Account", Name="Customer", OwnerId=stranger.user_id)
    contact = house.a_record("Contact", LastName="Guest", AccountId=account, OwnerId=owner.user_id)
    kind = house.a_booking_type(
        hosts=[owner],
        object_name="Contact",
        host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("Account.OwnerId", "OwnerId")),
    )
    kept_out = house.a_user(
        "kept.out", permission_sets=["Booking_Admin"], hidden_fields=["Contact.AccountId"]
    )

    answer = admin.answer(contact, person=kept_out, booking_type=kind)

    steps = answer.get_json()["times"]["host_rule"]["steps"]
    assert [step.get("host_id") for step in steps] == [None, owner.user_id]
    assert stranger.user_id not in answer.get_data(as_text=True)


def test_a_host_of_the_type_whom_the_record_does_not_name_stands_aside(
    house: House, admin: Admin
) -> None:
    named, other = house.a_host("named"), house.a_host("other")
    rule = HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",))
    kind = house.a_booking_type(hosts=[other, named], host_rule=rule)

    times = admin.tuesday(house.a_lead(OwnerId=named.user_id), kind, at=TUESDAY_10)

    assert [each["name"] for each in times["people"]] == ["Named", "Other"]
    assert of(times, other)["aside"] == "is not the user whom the record names"
    assert "aside" not in of(times, named)
    assert times["at"]["host_id"] == named.user_id
    assert [line["host_id"] for line in times["at"]["pick"]] == [named.user_id]


def test_a_record_that_names_nobody_says_so_and_still_explains_the_days(
    house: House, admin: Admin
) -> None:
    rule = HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",))
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], host_rule=rule)

    times = admin.tuesday(house.a_lead(), kind)

    assert "not a host of this booking type" in times["host_rule"]["problem"]
    assert times["days"][0]["offered"] == 0
    assert of(times, host)["timeline"][0]["free"] == 16


def test_why_this_host_is_a_ranked_table_that_is_the_same_when_it_is_booked(
    house: House, admin: Admin
) -> None:
    busy = house.a_host("busy", busy=[(TUESDAY_10, TUESDAY_10 + timedelta(hours=1))])
    unconnected = house.a_host("unconnected", calendar=None)
    second, third = house.a_host("second"), house.a_host("third")
    kind = house.a_booking_type(
        hosts=[busy, unconnected, second, third], host_rule=HostRule(kind=HostRuleKind.TIME_FIRST)
    )
    lead = house.a_lead()

    at = admin.tuesday(lead, kind, at=TUESDAY_10)["at"]
    booked = house.book(lead, kind, TUESDAY_10).booking

    assert at["host_id"] == booked.host_id == second.user_id
    assert [(line["host_id"], line["is_picked"], line["detail"]) for line in at["pick"]] == [
        (line["host_id"], line["picked"], line["reason"]) for line in booked.pick["table"]
    ]
    assert [line["is_free"] for line in at["pick"]] == [False, False, True, True]
    assert "busy then" in at["pick"][0]["detail"]
    assert at["pick"][1]["detail"] == "has not connected a calendar"


def test_where_the_organizer_chooses_nobody_is_picked(house: House, admin: Admin) -> None:
    free, busy = house.a_host("free"), house.a_host("busy", busy=[(TUESDAY, WEDNESDAY)])
    kind = house.a_booking_type(hosts=[free, busy])

    at = admin.tuesday(house.a_lead(), kind, at=TUESDAY_10)["at"]

    assert "host_id" not in at
    assert [(line["is_free"], line["is_picked"]) for line in at["pick"]] == [
        (True, False),
        (False, False),
    ]
    assert at["pick"][0]["detail"] == "is free then; the organizer chooses"


# ------------------------------------------------------------------------- every reason word


@dataclass(frozen=True)
class Scene:
    """A record, a type, somebody, and a time at which that one cannot come."""

    kind: UUID
    person: Person
    at: datetime = TUESDAY_10


def switched_off_in_the_type(house: House) -> Scene:
    person, other = house.a_host("person"), house.a_host("other")
    kind = house.a_booking_type(hosts=[person, other])
    house.execute(
        "update booking_type_hosts set is_active = false where host_id = :it", it=person.user_id
    )
    return Scene(kind, person)


def switched_off_as_a_host(house: House) -> Scene:
    person, other = house.a_host("person"), house.a_host("other")
    kind = house.a_booking_type(hosts=[person, other])
    house.execute("update hosts set is_active = false where host_id = :it", it=person.user_id)
    return Scene(kind, person)


def without_a_calendar(house: House) -> Scene:
    person = house.a_host("person", calendar=None)
    return Scene(house.a_booking_type(hosts=[person]), person)


def with_a_broken_connection(house: House) -> Scene:
    person = house.a_host("person")
    house.execute("update connections set status = 'broken'")
    return Scene(house.a_booking_type(hosts=[person]), person)


def with_a_calendar_that_fails(house: House) -> Scene:
    person = house.a_host("person")
    house.fault(
        vendor="google",
        kind="status",
        status=500,
        times=50,
        operation="free_busy",
        caller=person.email,
    )
    return Scene(house.a_booking_type(hosts=[person]), person)


def without_the_platform(house: House) -> Scene:
    person = house.a_host("person")
    rule = PlatformRule(kind=PlatformRuleKind.FIXED, platform=Platform.ZOOM)
    return Scene(house.a_booking_type(hosts=[person], platform_rule=rule), person)


def too_soon(house: House) -> Scene:
    person = house.a_host("person")
    return Scene(house.a_booking_type(hosts=[person], minimum_notice=timedelta(days=20)), person)


def too_far_ahead(house: House) -> Scene:
    person = house.a_host("person")
    return Scene(house.a_booking_type(hosts=[person], booking_window=timedelta(hours=1)), person)


def in_the_past(house: House) -> Scene:
    person = house.a_host("person")
    return Scene(house.a_booking_type(hosts=[person]), person, upcoming(2, "10:00", weeks=-1))


def on_a_holiday(house: House) -> Scene:
    person = house.a_host("person")
    days = (Holiday(on=TUESDAY.date(), name="Founders' day"),)
    return Scene(house.a_booking_type(hosts=[person], holidays=HolidayRule(days=days)), person)


def on_a_day_off(house: House) -> Scene:
    person = house.a_host("person")
    off = (DateOverride(on=TUESDAY.date(), label="Inventory"),)
    return Scene(house.a_booking_type(hosts=[person], date_overrides=off), person)


def outside_the_hours(house: House) -> Scene:
    person = house.a_host("person")
    return Scene(house.a_booking_type(hosts=[person]), person, upcoming(2, "18:00"))


def with_a_full_day(house: House) -> Scene:
    person = house.a_host("person")
    kind = house.a_booking_type(hosts=[person], daily_limit=1)
    house.book(house.a_lead(), kind, upcoming(2, "14:00"), host=person)
    return Scene(kind, person)


def with_a_full_week(house: House) -> Scene:
    person = house.a_host("person")
    kind = house.a_booking_type(hosts=[person], weekly_limit=1)
    house.book(house.a_lead(), kind, upcoming(4, "14:00"), host=person)
    return Scene(kind, person)


def while_busy(house: House) -> Scene:
    person = house.a_host("person", busy=[(TUESDAY_10, TUESDAY_10 + timedelta(minutes=10))])
    return Scene(house.a_booking_type(hosts=[person]), person)


def with_too_little_time_before(house: House) -> Scene:
    person = house.a_host("person", busy=[(TUESDAY_10 - timedelta(hours=1), TUESDAY_10)])
    return Scene(house.a_booking_type(hosts=[person], buffer_before=timedelta(minutes=15)), person)


SCENES: list[tuple[str, Callable[[House], Scene]]] = [
    ("inactive", switched_off_in_the_type),
    ("inactive", switched_off_as_a_host),
    ("no_calendar", without_a_calendar),
    ("connection_broken", with_a_broken_connection),
    ("calendar_unreadable", with_a_calendar_that_fails),
    ("platform_not_connected", without_the_platform),
    ("in_the_past", in_the_past),
    ("below_minimum_notice", too_soon),
    ("beyond_horizon", too_far_ahead),
    ("holiday", on_a_holiday),
    ("day_off", on_a_day_off),
    ("outside_hours", outside_the_hours),
    ("daily_limit", with_a_full_day),
    ("weekly_limit", with_a_full_week),
    ("busy", while_busy),
    ("buffer", with_too_little_time_before),
]


@pytest.mark.parametrize(("word", "scene"), SCENES)
def test_every_reason_is_told_of_the_time_and_in_the_timeline(
    house: House, admin: Admin, word: str, scene: Callable[[House], Scene]
) -> None:
    told = scene(house)

    times = admin.asks(house.a_lead(), booking_type=told.kind, at=told.at)["times"]

    assert word_at(times, told.person) == word
    assert run_at(of(times, told.person), told.at)["word"] == word
    assert not [line for line in times["at"]["pick"] if line["is_free"] and is_of(line, told)]


def is_of(line: Mapping[str, Any], scene: Scene) -> bool:
    return bool(line["host_id"] == scene.person.user_id)


def run_at(person: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The run of a timeline that has a start in it."""
    (found,) = [
        run
        for day in person["timeline"]
        for run in day["runs"]
        if run["first_at"] <= utc(at) <= run["last_at"]
    ]
    return dict(found)


def utc(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def test_a_time_off_the_grid_is_nobodys_fault(house: House, admin: Admin) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])

    times = admin.tuesday(house.a_lead(), kind, at=upcoming(2, "10:07"))

    at = times["at"]
    assert (at["is_on_grid"], at["is_offered"]) == (False, False)
    assert [each["word"] for each in at["reasons"]] == ["off_grid"]
    assert word_at(times, host) == "free"


def test_a_reason_says_first_what_would_have_to_be_changed_first(
    house: House, admin: Admin
) -> None:
    evening = upcoming(2, "18:00")
    host = house.a_host("host", busy=[(evening, evening + timedelta(hours=1))])
    kind = house.a_booking_type(hosts=[host])

    times = admin.tuesday(house.a_lead(), kind, at=evening)

    assert word_at(times, host) == "outside_hours"


def test_a_panel_role_tells_of_its_people_and_who_would_take_it(house: House, admin: Admin) -> None:
    host = house.a_host("host")
    busy = house.a_host("busy", busy=[(TUESDAY_10, TUESDAY_10 + timedelta(hours=1))])
    free = house.a_host("free")
    kind = house.a_booking_type(
        hosts=[host], panel_roles=(PanelRole(key="engineer", name="Engineer"),)
    )
    for position, person in enumerate((busy, free)):
        house.execute(
            "insert into booking_type_hosts (org_id, booking_type_id, host_id, role, position)"
            " values (:org, :kind, :host, 'engineer', :position)",
            org=house.org_id,
            kind=kind,
            host=person.user_id,
            position=position,
        )

    times = admin.tuesday(house.a_lead(), kind, at=TUESDAY_10)

    (role,) = times["at"]["roles"]
    assert (role["key"], role["host_id"]) == ("engineer", free.user_id)
    assert [line["is_free"] for line in role["pick"]] == [False, True]
    assert "busy then" in role["pick"][0]["detail"]
    assert of(times, busy)["role_name"] == "Engineer"
    assert (word_at(times, busy), word_at(times, free)) == ("busy", "free")


# -------------------------------------------------------------------------------- agreement


def test_what_is_explained_is_what_is_offered_start_by_start(house: House, admin: Admin) -> None:
    """One engine: over a week every start agrees, for everybody and for the type as a whole."""
    monday = upcoming(1, "00:00")
    week = Interval(monday, monday + timedelta(days=7))
    people = [
        house.a_host("early", hours=("06:00", "12:00"), zone="Asia/Kathmandu"),
        house.a_host("late", hours=("15:00", "23:00"), busy=[(TUESDAY_10, WEDNESDAY)]),
        house.a_host("booked"),
        house.a_host("unconnected", calendar=None),
    ]
    kind = house.a_booking_type(
        hosts=people,
        durations=(timedelta(minutes=45),),
        increment=timedelta(minutes=15),
        buffer_after=timedelta(minutes=10),
        daily_limit=2,
        date_overrides=(
            DateOverride(on=WEDNESDAY.date(), spans=(DaySpan(start=time(10), end=time(13)),)),
        ),
        host_rule=HostRule(kind=HostRuleKind.TIME_FIRST),
    )
    lead = house.a_lead()
    for clock in ("10:00", "14:00"):
        house.book(lead, kind, upcoming(4, clock), guests=[f"guest@{house.domain}"])

    times = admin.asks(lead, booking_type=kind, from_=week.start, to=week.end)["times"]
    answer = house.wiring.booking_service.availability(
        caller=house.caller(),
        request=AvailabilityRequest(record_id=lead, booking_type_id=kind, span=week),
    )

    offered = {slot.interval.start: set(slot.host_ids) for slot in answer.availability.slots}
    explained: dict[datetime, set[str]] = {}
    for person in times["people"]:
        for start in free_starts(person, step=timedelta(minutes=15)):
            explained.setdefault(start, set()).add(person["host_id"])
    assert offered
    assert explained == offered
    assert sum(day["offered"] for day in times["days"]) == len(offered)


def free_starts(person: Mapping[str, Any], *, step: timedelta) -> list[datetime]:
    found = []
    for day in person["timeline"]:
        for run in day["runs"]:
            first, last = (datetime.fromisoformat(run[name]) for name in ("first_at", "last_at"))
            starts = [first + number * step for number in range(run["starts"])]
            assert starts[-1] == last
            found += starts if run["word"] == "free" else []
    return found


def test_what_is_explained_is_what_booking_answers(house: House, admin: Admin) -> None:
    busy = (upcoming(2, "11:00"), upcoming(2, "12:30"))
    host = house.a_host("host", busy=[busy])
    kind = house.a_booking_type(hosts=[host], buffer_after=timedelta(minutes=10))
    lead = house.a_lead()
    clocks = [f"{hour:02}:{minute:02}" for hour in (8, 9, 10, 12, 16, 17) for minute in (0, 30)]

    said = {
        clock: admin.tuesday(lead, kind, at=upcoming(2, clock))["at"]["is_offered"]
        for clock in clocks
    }

    # Each on another day's record of what was told, so that no booking stands in another's way.
    booked = {clock: can_be_booked(house, kind, host, upcoming(2, clock)) for clock in clocks}
    assert said == booked
    assert set(said.values()) == {True, False}


def can_be_booked(house: House, kind: UUID, host: Person, start: datetime) -> bool:
    try:
        view = house.book(house.a_lead(), kind, start, host=host)
    except BookingError:
        return False
    # Taken back, as if it had never been.
    house.execute(
        "update booking_hosts set is_live = false where booking_id = :it",
        it=view.booking.booking_id,
    )
    return True


def test_the_times_of_a_type_that_the_record_does_not_qualify_for_are_explained_too(
    house: House, admin: Admin
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], record_filter=worth_more_than(9000))
    house.execute("update booking_types set is_active = false")

    answer = admin.asks(house.a_lead(AnnualRevenue=1), booking_type=kind, at=TUESDAY_10)

    assert answer["booking_types"][0]["state"] == "switched_off"
    assert word_at(answer["times"], host) == "free"


def test_a_draft_has_no_times_yet(house: House, admin: Admin) -> None:
    kind = uuid4()
    house.execute(
        "insert into booking_types (org_id, booking_type_id, key, name, object_name)"
        " values (:org, :it, 'draft', 'Draft', 'Lead')",
        org=house.org_id,
        it=kind,
    )

    answer = admin.asks(house.a_lead(), booking_type=kind)

    assert answer["booking_types"][0]["state"] == "draft"
    assert "times" not in answer


def test_a_type_of_another_object_is_not_there_and_those_that_are_are_named(
    house: House, admin: Admin
) -> None:
    host = house.a_host("host")
    house.a_booking_type(hosts=[host], key="for-leads")
    other = house.a_booking_type(hosts=[host], object_name="Account")

    answer = admin.answer(house.a_lead(), booking_type=other)

    assert (answer.status_code, answer.get_json()["field"]) == (404, "booking_type")
    assert "for-leads" in answer.get_json()["detail"]


def test_the_next_seven_days_of_the_org_are_looked_at_unless_others_are_named(
    house: House, admin: Admin
) -> None:
    kind = house.a_booking_type(hosts=[house.a_host("host")])
    today = house.wiring.clock().date()
    later = datetime.combine(today + timedelta(days=20), time(10), UTC)

    usual = admin.asks(house.a_lead(), booking_type=kind)["times"]
    far = admin.asks(house.a_lead(), booking_type=kind, at=later)["times"]

    assert [date.fromisoformat(day["local_date"]) for day in usual["days"]] == [
        today + timedelta(days=number) for number in range(7)
    ]
    assert far["days"][0]["local_date"] == later.date().isoformat()
    assert usual["as_of"] <= utc(house.wiring.clock())


def test_without_a_user_nothing_is_hidden_and_no_running_user_is_there(house: House) -> None:
    mine = RecordFilter(
        clauses=(Clause(field="$User.Email", operator=Operator.EQUALS, value=house.rep.email),)
    )
    house.a_booking_type(hosts=[house.a_host("host")], record_filter=mine)
    system = Caller(
        org_id=house.org_id,
        salesforce_org_id=house.salesforce_org_id,
        kind=ActorKind.SYSTEM,
        actor_id="a command",
    )
    asked = ExplanationRequest(record_id=house.a_lead())

    nobody = house.wiring.booking_service.explain(caller=system, request=asked)
    as_rep = house.wiring.booking_service.explain(
        caller=system, request=replace(asked, viewer_id=house.rep.user_id)
    )

    assert nobody.viewer is None
    assert nobody.types[0].state == "cannot_be_checked"
    assert as_rep.types[0].state == "offered"


# --------------------------------------------------------------------------------- the door


def asked_with(query: str) -> ExplanationRequest:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset({Role.ADMIN})
    answer = client_of(wiring).get(f"/v1/records/{RECORD_ID}/explanation?{query}", headers=bearer())
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (request,) = wiring.booking_service.asked
    assert isinstance(request, ExplanationRequest)
    return request


def test_everything_that_is_asked_reaches_the_service() -> None:
    asked = asked_with(
        f"booking_type={TYPE_ID}&at=2027-03-09T14:30:00Z&user={USER_ID[:15]}"
        "&from=2027-03-09T00:00:00-05:00&to=2027-03-10T00:00:00-05:00&duration_minutes=45"
    )

    assert asked == ExplanationRequest(
        record_id=RECORD_ID,
        booking_type=TYPE_ID,
        at=START,
        viewer_id=USER_ID,
        span=Interval(datetime(2027, 3, 9, 5, tzinfo=UTC), datetime(2027, 3, 10, 5, tzinfo=UTC)),
        duration=timedelta(minutes=45),
    )
    assert asked_with("") == ExplanationRequest(record_id=RECORD_ID)


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("booking_type=intro", "invalid_id", "booking_type"),
        ("at=2027-03-09", "invalid_datetime", "at"),
        ("at=2027-03-09T10:00:00", "timezone_required", "at"),
        ("user=abc", "invalid_salesforce_id", "user"),
        ("from=2027-03-09T10:00:00Z", "missing_field", "to"),
        ("to=2027-03-09T10:00:00Z", "missing_field", "from"),
        ("from=2027-03-09T10:00:00Z&to=2027-03-09T10:00:00Z", "invalid_range", "to"),
        ("duration_minutes=0", "invalid_duration", "duration_minutes"),
        ("explain=1", "field_not_allowed", "explain"),
        (f"user={USER_ID}&user={USER_ID}", "repeated_parameter", "user"),
    ],
)
def test_a_question_must_make_sense(query: str, code: str, field: str) -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset({Role.ADMIN})

    answer = client_of(wiring).get(f"/v1/records/{RECORD_ID}/explanation?{query}", headers=bearer())

    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert answer.get_json()["field"] == field
    assert wiring.booking_service.asked == []


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ({"at": TUESDAY_10}, "missing_field", "booking_type"),
        ({"from_": TUESDAY, "to": TUESDAY + timedelta(days=32)}, "range_too_large", "to"),
        (
            {
                "booking_type": True,
                "at": TUESDAY_10,
                "from_": WEDNESDAY,
                "to": upcoming(4, "00:00"),
            },
            "invalid_range",
            "at",
        ),
        ({"booking_type": True, "duration_minutes": 25}, "invalid_duration", "duration_minutes"),
        ({"user": RECORD_ID}, "invalid_salesforce_id", "user"),
    ],
)
def test_a_question_must_fit_together(
    house: House, admin: Admin, query: dict[str, Any], code: str, field: str
) -> None:
    asked = dict(query)
    if "booking_type" in asked:
        asked["booking_type"] = house.a_booking_type(hosts=[house.a_host("host")])

    answer = admin.answer(house.a_lead(), **asked)

    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert answer.get_json()["field"] == field


def test_an_answer_about_two_hundred_hosts_and_a_month_stays_under_a_megabyte() -> None:
    body = explanation_body(explanation(people=200, days=31, runs=12))
    whole = explanation_body(explanation(people=200, days=31, runs=12), most_lines=None)

    told = [each for each in body["times"]["people"] if "timeline" in each]
    assert len(encoded(body)) < 1_000_000 < len(encoded(whole))
    assert len(body["times"]["people"]) == 200
    assert 0 < len(told) == 200 - body["times"]["people_without_timeline"]
    assert told == body["times"]["people"][: len(told)]
    assert whole["times"]["people_without_timeline"] == 0


def test_what_stands_against_a_day_is_counted_and_the_rest_is_not_hidden() -> None:
    found = explanation()
    assert found.times is not None
    day = found.times.days[0]
    many = replace(
        found, times=replace(found.times, days=(replace(day, reasons=day.reasons * 20),))
    )

    (said,) = explanation_body(many)["times"]["days"]

    assert (len(said["reasons"]), said["reasons_left_out"]) == (12, 8)


def test_the_answer_is_plain_json() -> None:
    body = explanation_body(explanation())

    assert json.loads(json.dumps(body)) == body


def test_every_reason_word_is_explained_where_admins_look() -> None:
    guide = (Path(__file__).parents[2] / "docs/explanations.md").read_text(encoding="utf-8")

    words = {*ADVICE, *(word for word, _ in SCENES), *(state.value for state in TypeState)}
    assert [word for word in sorted(words) if f"`{word}`" not in guide] == []
    assert {word for word, _ in SCENES} <= set(ADVICE)
