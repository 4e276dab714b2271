"""What is configured can be configured again, and what is wrong is said before it is stored."""

from __future__ import annotations

import pytest

from booking_types.errors import InvalidDefinitionError
from booking_types.model import RecordUpdate, WriteBack
from tests.house import House


def test_publishing_again_makes_a_new_version_and_leaves_who_was_switched_off(
    house: House,
) -> None:
    first, second = house.a_host("first"), house.a_host("second")
    kind = house.a_booking_type(hosts=[first, second], key="same", name="Old name")
    house.execute(
        "update booking_type_hosts set is_active = false where host_id = :host",
        host=second.user_id,
    )

    again = house.a_booking_type(hosts=[second, first], key="same", name="New name")

    assert again == kind
    assert house.execute("select name, published_version from booking_types") == [("New name", 2)]
    members = "select host_id, position, is_active from booking_type_hosts order by position"
    assert house.execute(members) == [(second.user_id, 0, False), (first.user_id, 1, True)]


def test_two_types_of_one_name_are_refused_with_the_name_of_the_other(house: House) -> None:
    host = house.a_host("host")
    house.a_booking_type(hosts=[host], key="first", name="Discovery")

    with pytest.raises(InvalidDefinitionError, match="first"):
        house.a_booking_type(hosts=[host], key="second", name="Discovery")


def test_a_template_that_cannot_be_read_is_refused_before_anybody_books_with_it(
    house: House,
) -> None:
    host = house.a_host("host")

    with pytest.raises(InvalidDefinitionError) as caught:
        house.a_booking_type(
            hosts=[host],
            subject="{{ record.Company",
            write_back=WriteBack(
                record_updates=(RecordUpdate(field="Description", value="{% if %}"),)
            ),
        )

    assert [fault.path for fault in caught.value.faults] == [
        "subject",
        "write_back.record_updates[0].value",
    ]


def test_an_objects_booking_type_keeps_its_object(house: House) -> None:
    host = house.a_host("host")
    house.a_booking_type(hosts=[host], key="same")

    with pytest.raises(InvalidDefinitionError, match="object_name"):
        house.a_booking_type(hosts=[host], key="same", object_name="Contact")


def test_setting_a_host_again_does_not_switch_them_on(house: House) -> None:
    host = house.a_host("host")
    house.execute("update hosts set is_active = false")

    house.administration.set_host(
        org_id=house.org_id,
        host_id=host.user_id,
        name="Renamed",
        email=host.email,
        time_zone="UTC",
    )

    assert house.execute("select name, is_active from hosts") == [("Renamed", False)]
