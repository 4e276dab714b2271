from __future__ import annotations

from typing import Any

import pytest

from booking_types.answers import Reason, ReasonCode
from booking_types.errors import InvalidRequestError
from booking_types.hosts import candidates, named_by, pick
from booking_types.model import BookingType, HostRule, HostRuleKind, Record, Slot, Value
from booking_types.salesforce_ids import salesforce_id
from tests.booking_types.questions import between

ONE, TWO, THREE = (salesforce_id(f"00500000000000{number}") for number in (1, 2, 3))
QUEUE = salesforce_id("00G000000000001")
LEAD = salesforce_id("00Q000000000001")
SLOT_TIME = between("2027-01-11T09:00Z", "2027-01-11T09:30Z")


def a_type(kind: HostRuleKind, *paths: str, **rule: Any) -> BookingType:
    return BookingType(
        key="demo",
        name="Demo",
        object_name="Lead",
        host_rule=HostRule(kind=kind, lookup_paths=paths, **rule),
    )


def a_record(unreadable: dict[str, str] | None = None, /, **values: Value) -> Record:
    return Record(record_id=LEAD, object_name="Lead", values=values, unreadable=unreadable or {})


@pytest.mark.parametrize("kind", [HostRuleKind.CHOICE, HostRuleKind.TIME_FIRST])
def test_the_members_are_the_candidates_in_their_order(kind: HostRuleKind) -> None:
    found = candidates(
        booking_type=a_type(kind), record=a_record(), member_ids=[TWO, ONE[:15], TWO]
    )

    assert found.host_ids == (TWO, ONE)
    assert found.kind is kind
    assert found.problem == ""


@pytest.mark.parametrize("kind", [HostRuleKind.CHOICE, HostRuleKind.TIME_FIRST])
def test_a_type_without_members_has_nobody_and_says_so(kind: HostRuleKind) -> None:
    found = candidates(booking_type=a_type(kind), record=a_record(), member_ids=[])

    assert found.host_ids == ()
    assert found.problem_code == "no_hosts"
    assert "Demo has no hosts" in found.problem


@pytest.mark.parametrize("members", [[], [TWO, ONE]])
def test_a_lookup_finds_the_user_in_the_field(members: list[str]) -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "OwnerId"),
        record=a_record(OwnerId=ONE[:15]),
        member_ids=members,
    )

    assert found.host_ids == (ONE,)


@pytest.mark.parametrize(
    ("record", "code", "words"),
    [
        (a_record(OwnerId=None), "lookup_empty", "OwnerId is empty on this record"),
        (a_record(OwnerId=""), "lookup_empty", "OwnerId is empty on this record"),
        (a_record(OwnerId=QUEUE), "lookup_queue", "OwnerId is a queue"),
        (a_record(OwnerId=LEAD), "lookup_not_a_user", "OwnerId holds something that is no user"),
        (a_record(OwnerId="somebody"), "lookup_not_a_user", "no user"),
        (a_record(OwnerId=5), "lookup_not_a_user", "no user"),
        (a_record(OwnerId=THREE), "lookup_not_a_host", "is not a host of this booking type"),
        (a_record(), "lookup_unreadable", "the record came without it"),
        (a_record({"OwnerId": "no such field"}), "lookup_unreadable", "no such field"),
    ],
)
def test_a_lookup_that_finds_nobody_says_why(record: Record, code: str, words: str) -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "OwnerId"), record=record, member_ids=[ONE, TWO]
    )

    assert found.host_ids == ()
    assert found.problem_code == code
    assert words in found.problem


def test_a_lookup_goes_on_to_the_next_path_and_keeps_why() -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "Account.OwnerId", "Owner2__c", "OwnerId"),
        record=a_record(**{"Account.OwnerId": None, "Owner2__c": QUEUE, "OwnerId": TWO}),
        member_ids=[ONE, TWO],
    )

    assert (found.kind, found.host_ids, found.problem) == (HostRuleKind.LOOKUP, (TWO,), "")
    assert [(step.path, step.host_id, step.is_taken, step.code) for step in found.steps] == [
        ("Account.OwnerId", None, False, "lookup_empty"),
        ("Owner2__c", None, False, "lookup_queue"),
        ("OwnerId", TWO, True, ""),
    ]
    assert [step.words for step in found.steps] == [
        "Account.OwnerId is empty on this record",
        "Owner2__c is a queue; a queue cannot hold a meeting, only a user can",
        "the user in OwnerId is the host",
    ]


def test_a_lookup_takes_nobody_else_where_a_path_before_cannot_be_read() -> None:
    found = candidates(
        booking_type=a_type(
            HostRuleKind.LOOKUP, "Owner2__c", "OwnerId", fallback=HostRuleKind.TIME_FIRST
        ),
        record=a_record({"Owner2__c": "Lead has no such field"}, OwnerId=TWO),
        member_ids=[ONE, TWO],
    )

    assert (found.kind, found.host_ids) == (HostRuleKind.LOOKUP, ())
    assert found.problem_code == "lookup_unreadable"
    assert "Owner2__c cannot be read: Lead has no such field" in found.problem


def test_a_lookup_tries_nothing_beyond_the_first_who_can_be_the_host() -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "OwnerId", "Account.OwnerId"),
        record=a_record(**{"OwnerId": ONE, "Account.OwnerId": TWO}),
        member_ids=[ONE, TWO],
    )

    assert found.host_ids == (ONE,)
    assert [step.path for step in found.steps] == ["OwnerId"]


@pytest.mark.parametrize(
    ("why", "words"),
    [("inactive", "cannot be booked now"), ("not_set_up", "is not set up as a host")],
)
def test_a_lookup_passes_over_who_cannot_be_booked(why: str, words: str) -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "OwnerId", "Account.OwnerId"),
        record=a_record(**{"OwnerId": ONE, "Account.OwnerId": TWO}),
        member_ids=[],
        unbookable={ONE: why},
    )

    assert found.host_ids == (TWO,)
    assert (found.steps[0].code, found.steps[0].host_id) == (f"lookup_{why}", ONE)
    assert words in found.steps[0].words


def test_a_type_whose_hosts_are_all_inactive_still_limits_who_may_be_found() -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "OwnerId"),
        record=a_record(OwnerId=THREE),
        member_ids=[ONE],
        unbookable={ONE: "inactive"},
    )

    assert (found.host_ids, found.problem_code) == ((), "lookup_not_a_host")


def test_a_rule_that_lets_everybody_be_found_is_not_limited_to_the_types_hosts() -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "OwnerId", lookup_any=True),
        record=a_record(OwnerId=THREE),
        member_ids=[ONE, TWO],
    )

    assert found.host_ids == (THREE,)


@pytest.mark.parametrize(
    ("fallback", "host_ids"),
    [
        (HostRuleKind.CHOICE, (TWO, THREE)),
        (HostRuleKind.TIME_FIRST, (TWO, THREE)),
        (HostRuleKind.FIXED, (TWO,)),
    ],
)
def test_where_no_path_names_a_host_the_fallback_decides(
    fallback: HostRuleKind, host_ids: tuple[str, ...]
) -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "OwnerId", fallback=fallback),
        record=a_record(OwnerId=QUEUE),
        member_ids=[ONE, TWO, THREE],
        unbookable={ONE: "inactive"},
    )

    assert (found.kind, found.host_ids, found.problem) == (fallback, host_ids, "")
    assert [step.code for step in found.steps] == ["lookup_queue"]


def test_a_chain_without_a_fallback_says_why_of_each_path() -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.LOOKUP, "OwnerId", "Account.OwnerId"),
        record=a_record(**{"OwnerId": QUEUE, "Account.OwnerId": None}),
        member_ids=[ONE],
    )

    assert found.problem == (
        "OwnerId is a queue; a queue cannot hold a meeting, only a user can; "
        "Account.OwnerId is empty on this record"
    )
    assert found.problem_code == "lookup_empty"


def test_the_host_of_a_fixed_rule_is_the_first_who_can_be_booked() -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.FIXED),
        record=a_record(),
        member_ids=[ONE, TWO, THREE],
        unbookable={ONE: "inactive"},
    )

    assert (found.kind, found.host_ids) == (HostRuleKind.FIXED, (TWO,))


def test_hosts_who_cannot_be_booked_are_told_from_no_hosts_at_all() -> None:
    found = candidates(
        booking_type=a_type(HostRuleKind.FIXED),
        record=a_record(),
        member_ids=[ONE],
        unbookable={ONE: "inactive"},
    )

    assert (found.host_ids, found.problem_code) == ((), "no_hosts")
    assert found.problem == "none of the hosts of Demo can be booked now"


def test_the_users_whom_a_record_names_are_known_before_anybody_is_looked_up() -> None:
    paths = ("OwnerId", "Account.OwnerId", "Queue__c", "Gone__c", "Text__c", "Again__c")
    record = a_record(
        **{
            "OwnerId": ONE[:15],
            "Account.OwnerId": TWO,
            "Queue__c": QUEUE,
            "Text__c": "somebody",
            "Again__c": ONE,
        }
    )

    assert named_by(booking_type=a_type(HostRuleKind.LOOKUP, *paths), record=record) == (ONE, TWO)
    assert named_by(booking_type=a_type(HostRuleKind.CHOICE, *paths), record=record) == ()


def test_the_first_free_host_in_the_order_is_picked() -> None:
    busy = Reason(
        code=ReasonCode.SLOT_TAKEN, message="is busy then with another booking", host_id=ONE
    )

    picked = pick(slot=Slot(SLOT_TIME, (THREE, TWO)), order=[ONE, TWO, THREE], reasons=[busy])

    assert picked.host_id == TWO
    assert [
        (line.host_id, line.position, line.is_free, line.is_picked) for line in picked.considered
    ] == [(ONE, 1, False, False), (TWO, 2, True, True), (THREE, 3, True, False)]
    assert picked.considered[0].words == "is busy then with another booking"
    assert "first in the order" in picked.considered[1].words
    assert "later in the order" in picked.considered[2].words


def test_somebody_free_who_is_not_in_the_order_is_not_picked_but_named() -> None:
    picked = pick(slot=Slot(SLOT_TIME, (THREE,)), order=[ONE])

    assert picked.host_id is None
    assert [(line.host_id, line.is_free, line.words) for line in picked.considered] == [
        (ONE, False, "is not free then"),
        (THREE, True, "is free, but not one of the hosts to pick from"),
    ]


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("001A0000006Vm9r", "001A0000006Vm9rIAC"),
        ("005000000000001", "005000000000001AAA"),
        ("ABCDEFGHIJKLMNO", "ABCDEFGHIJKLMNO555"),
        ("abcdefghijklmno", "abcdefghijklmnoAAA"),
    ],
)
def test_an_id_of_fifteen_characters_gets_its_three_last_ones(short: str, whole: str) -> None:
    assert salesforce_id(short) == whole
    assert salesforce_id(whole) == whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00500000000001",
        "0050000000000011",
        "00500000000000/",
        "00500000000000\n",
        "00500000000000é",
        "005000000000001AAB",
        "001a0000006vm9rIAC",
        "001A0000006Vm9riac",
    ],
)
def test_anything_else_is_no_salesforce_id(text: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        salesforce_id(text, field="host_id")

    assert caught.value.code == "invalid_salesforce_id"
    assert caught.value.field == "host_id"
