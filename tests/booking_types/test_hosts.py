from __future__ import annotations

import pytest

from booking_types.answers import Reason, ReasonCode
from booking_types.errors import InvalidRequestError
from booking_types.hosts import candidates, pick
from booking_types.model import BookingType, HostRule, HostRuleKind, Record, Slot, Value
from booking_types.salesforce_ids import salesforce_id
from tests.booking_types.questions import between

ONE, TWO, THREE = (salesforce_id(f"00500000000000{number}") for number in (1, 2, 3))
QUEUE = salesforce_id("00G000000000001")
LEAD = salesforce_id("00Q000000000001")
SLOT_TIME = between("2027-01-11T09:00Z", "2027-01-11T09:30Z")


def a_type(kind: HostRuleKind, path: str | None = None) -> BookingType:
    return BookingType(
        key="demo",
        name="Demo",
        object_name="Lead",
        host_rule=HostRule(kind=kind, lookup_paths=(path,) if path else ()),
    )


def a_record(unreadable: dict[str, str] | None = None, **values: Value) -> Record:
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
