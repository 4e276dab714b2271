"""Many callers at once: the time is taken once."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from booking_types.errors import BookingError
from booking_types.model import CoHostRule, HostRule, HostRuleKind
from tests.house import House, upcoming

TUESDAY_10 = upcoming(2, "10:00")


def outcomes(calls: list[Callable[[], object]]) -> list[str]:
    """What came of each call, all of them at once: ``booked`` or the error's code."""

    def one(call: Callable[[], object]) -> str:
        try:
            call()
        except BookingError as error:
            return error.code
        return "booked"

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(one, calls))


def test_of_many_callers_for_one_slot_exactly_one_gets_it(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()

    found = outcomes([lambda: house.book(lead, kind, TUESDAY_10, host=host)] * 12)

    assert sorted(found) == ["booked"] + ["slot_taken"] * 11


def test_overlapping_slots_of_different_length_are_not_both_taken(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(
        hosts=[host],
        durations=(timedelta(minutes=30), timedelta(minutes=45)),
        increment=timedelta(minutes=15),
    )
    lead = house.a_lead()

    found = outcomes(
        [
            lambda: house.book(lead, kind, TUESDAY_10, host=host),
            lambda: house.book(
                lead, kind, upcoming(2, "10:15"), host=host, duration=timedelta(minutes=45)
            ),
        ]
        * 4
    )

    assert found.count("booked") == 1


def test_callers_who_want_the_same_people_in_different_roles_never_deadlock(
    house: House,
) -> None:
    people = [house.a_host(f"host{number}") for number in range(3)]
    kind = house.a_booking_type(hosts=people, co_host_rule=CoHostRule(allowed=True))
    lead = house.a_lead()

    def call() -> object:
        host, *others = random.sample(people, k=3)
        return house.book(lead, kind, TUESDAY_10, host=host, co_hosts=others)

    found = outcomes([call] * 12)

    assert sorted(found) == ["booked"] + ["slot_taken"] * 11


def test_the_same_key_at_the_same_instant_makes_one_booking_and_one_answer(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    bodies: list[object] = []

    def call() -> object:
        view = house.book(lead, kind, TUESDAY_10, host=host, key="once")
        bodies.append(view.stored_body)
        return view

    found = outcomes([call] * 8)

    assert found == ["booked"] * 8
    assert all(body == bodies[0] for body in bodies)
    assert house.execute("select count(*) from bookings")[0][0] == 1


def test_two_slots_that_only_their_buffers_keep_apart_are_not_both_taken(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], buffer_after=timedelta(minutes=30))
    lead = house.a_lead()
    calls: list[Callable[[], object]] = [
        lambda: house.book(lead, kind, TUESDAY_10, host=host),
        lambda: house.book(lead, kind, upcoming(2, "10:30"), host=host),
    ]

    found = outcomes(calls * 4)

    assert sorted(found) == ["booked"] + ["slot_taken"] * 7


def test_in_a_race_for_a_pool_each_booking_says_truly_why_it_got_its_host(house: House) -> None:
    pool = [house.a_host(f"host{number}") for number in range(3)]
    kind = house.a_booking_type(hosts=pool, host_rule=HostRule(kind=HostRuleKind.TIME_FIRST))
    lead = house.a_lead()

    found = outcomes([lambda: house.book(lead, kind, TUESDAY_10)] * 6)

    assert sorted(found) == ["booked"] * 3 + ["slot_taken"] * 3
    rows = house.execute("select host_id, pick from bookings")
    assert {host_id for host_id, _ in rows} == {person.user_id for person in pool}
    for host_id, pick in rows:
        assert [row["host_id"] for row in pick["table"] if row["picked"]] == [host_id]
