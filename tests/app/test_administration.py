"""What is configured can be configured again, and what is wrong is said before it is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.administration import Administration, Part
from app.storage import booking_types
from booking_types.errors import (
    InvalidDefinitionError,
    NotFoundError,
    OrgUnverifiedError,
    RevisionConflictError,
)
from booking_types.model import (
    BookingType,
    DateOverride,
    HostOverrides,
    HostRuleKind,
    PanelRole,
    RecordUpdate,
    SalesforceEventRule,
    WorkingHours,
    WriteBack,
)
from tests.house import House

ADMIN = {"kind": "user", "id": "005000000000099AAA"}
OTHER_ADMIN = {"kind": "user", "id": "005000000000098AAA"}


def a_definition(**changes: Any) -> dict[str, Any]:
    return {"key": "call", "name": "Call", "object_name": "Lead", **changes}


@pytest.fixture
def administration(house: House) -> Administration:
    """One that can ask the org, as the service's own can."""
    wiring = house.wiring
    return Administration(database=wiring.database, sealer=wiring.sealer, vendors=wiring.vendors)


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


# ---------------------------------------------------------------------------------- drafts


def test_a_draft_keeps_its_faults_and_is_offered_to_nobody(
    house: House, administration: Administration
) -> None:
    saved = administration.save_draft(
        org_id=house.org_id,
        definition=a_definition(durations=[], subject="{{ x }}"),
        saved_by=ADMIN,
    )

    assert saved.revision == 1
    assert [fault.path for fault in saved.faults] == ["durations", "subject"]
    assert house.execute("select name, published_version from booking_types") == [("Call", None)]
    assert in_force(house) == []
    with pytest.raises(InvalidDefinitionError):
        administration.publish(org_id=house.org_id, booking_type_id=saved.booking_type_id, by=ADMIN)
    assert in_force(house) == []


def in_force(house: House) -> list[str]:
    with house.wiring.database.transaction(house.org_id) as session:
        found = booking_types.published_for(session, house.org_id, "Lead")
    return [each.booking_type.key for each in found]


@pytest.mark.parametrize(
    ("definition", "path"),
    [({"name": "Call"}, "key"), ({"key": "First call"}, "key"), ({"key": 5}, "key"),
     ({"key": "call", "name": "a\x00b"}, ""), ({"key": "call", "name": "\ud800"}, ""),
     ({"key": "call", "x": float("nan")}, ""), ({"key": "call", "x": "x" * 500_001}, "")],
    ids=lambda each: str(each)[:30],
)  # fmt: skip
def test_a_draft_that_could_not_be_found_or_kept_is_refused(
    house: House, administration: Administration, definition: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        administration.save_draft(org_id=house.org_id, definition=definition, saved_by=ADMIN)

    assert [fault.path for fault in caught.value.faults] == [path]
    assert house.execute("select count(*) from booking_types") == [(0,)]


def test_two_admins_who_edit_one_draft_lose_nothing(
    house: House, administration: Administration
) -> None:
    save = administration.save_draft
    first = save(org_id=house.org_id, definition=a_definition(), saved_by=ADMIN)
    second = save(
        org_id=house.org_id,
        definition=a_definition(name="Talk"),
        saved_by=OTHER_ADMIN,
        expected_revision=first.revision,
    )

    for expected in (first.revision, None):
        with pytest.raises(RevisionConflictError):
            save(
                org_id=house.org_id,
                definition=a_definition(name="Chat"),
                saved_by=ADMIN,
                expected_revision=expected,
            )

    kept = administration.draft(org_id=house.org_id, booking_type_id=first.booking_type_id)
    assert (kept.definition["name"], kept.revision) == ("Talk", second.revision)
    assert kept.saved_by == OTHER_ADMIN


def test_publishing_a_draft_makes_a_version_that_never_changes_and_ends_the_draft(
    house: House, administration: Administration
) -> None:
    kind = published(house, administration, a_definition())
    before = house.execute("select definition from booking_type_versions")

    published(house, administration, a_definition(name="Talk"))

    versions = administration.versions(org_id=house.org_id, booking_type_id=kind)
    assert [(each.number, each.booking_type.name, each.is_in_force) for each in versions] == [
        (2, "Talk", True),
        (1, "Call", False),
    ]
    now = house.execute("select definition from booking_type_versions where version = 1")
    assert now == before
    with pytest.raises(NotFoundError):
        administration.draft(org_id=house.org_id, booking_type_id=kind)
    audit = house.execute(
        "select actor, details from audit where action = :action order by entry_id",
        action="booking_type.published",
    )
    assert [(actor["id"], details["version"]) for actor, details in audit] == [
        (ADMIN["id"], 1),
        (ADMIN["id"], 2),
    ]


def published(house: House, administration: Administration, definition: dict[str, Any]) -> UUID:
    draft = administration.save_draft(org_id=house.org_id, definition=definition, saved_by=ADMIN)
    return administration.publish(
        org_id=house.org_id, booking_type_id=draft.booking_type_id, by=ADMIN
    ).booking_type_id


def test_a_draft_does_not_take_back_a_version_that_was_published_after_it_was_begun(
    house: House, administration: Administration
) -> None:
    kind = published(house, administration, a_definition())
    administration.save_draft(
        org_id=house.org_id, definition=a_definition(name="Talk"), saved_by=ADMIN
    )
    house.a_booking_type(hosts=[house.a_host("host")], key="call", name="Chat")

    with pytest.raises(RevisionConflictError, match="Version 2"):
        administration.publish(org_id=house.org_id, booking_type_id=kind, by=ADMIN)


def test_a_name_is_had_once_and_who_has_it_is_said(
    house: House, administration: Administration
) -> None:
    published(house, administration, a_definition())
    administration.save_draft(
        org_id=house.org_id, definition=a_definition(key="talk", name="Talk"), saved_by=OTHER_ADMIN
    )

    like_a_type = administration.save_draft(
        org_id=house.org_id, definition=a_definition(key="third", name="CALL"), saved_by=ADMIN
    )
    like_a_draft = administration.save_draft(
        org_id=house.org_id,
        definition=a_definition(key="third", name="talk"),
        saved_by=ADMIN,
        expected_revision=1,
    )

    assert "the booking type call already" in like_a_type.faults[0].message
    assert f"a draft of the booking type talk, saved by {OTHER_ADMIN['id']}" in (
        like_a_draft.faults[0].message
    )


def test_the_name_that_a_draft_gives_a_published_type_is_had_as_well(
    house: House, administration: Administration
) -> None:
    published(house, administration, a_definition())
    administration.save_draft(
        org_id=house.org_id, definition=a_definition(name=" Talk "), saved_by=OTHER_ADMIN
    )

    other = administration.save_draft(
        org_id=house.org_id, definition=a_definition(key="third", name="talk"), saved_by=ADMIN
    )

    assert [fault.path for fault in other.faults] == ["name"]
    assert f"a draft of the booking type call, saved by {OTHER_ADMIN['id']}" in (
        other.faults[0].message
    )


def test_the_object_of_a_published_type_never_changes(
    house: House, administration: Administration
) -> None:
    published(house, administration, a_definition())

    draft = administration.save_draft(
        org_id=house.org_id, definition=a_definition(object_name="Contact"), saved_by=ADMIN
    )

    assert [fault.path for fault in draft.faults] == ["object_name"]


def test_discarding_the_draft_of_a_type_that_never_was_leaves_nothing_of_it(
    house: House, administration: Administration
) -> None:
    host = house.a_host("host")
    draft = administration.save_draft(
        org_id=house.org_id, definition=a_definition(), saved_by=ADMIN
    )
    kind = draft.booking_type_id
    administration.set_member(
        org_id=house.org_id, booking_type_id=kind, part=Part(host_id=host.user_id)
    )

    administration.discard_draft(org_id=house.org_id, booking_type_id=kind)

    assert house.execute("select count(*) from booking_types") == [(0,)]
    with pytest.raises(NotFoundError):
        administration.draft(org_id=house.org_id, booking_type_id=kind)


def test_a_version_of_the_first_form_in_the_database_is_booked_as_it_was_meant(
    house: House,
) -> None:
    kind = house.a_booking_type(hosts=[house.a_host("host")], key="old")
    first = a_definition(key="old", name="Old") | {
        "host_rule": {"kind": "lookup", "lookup_path": "OwnerId"},
        "write_back": {"salesforce_event": False},
        "record_filter": {"clauses": [{"field": "Email", "operator": "is_not_empty"}]},
    }
    house.execute(
        "insert into booking_type_versions (org_id, booking_type_id, version, schema_version,"
        " definition) values (:org, :kind, 2, 1, cast(:definition as jsonb))",
        org=house.org_id, kind=kind, definition=json.dumps(first),
    )  # fmt: skip
    house.execute("update booking_types set published_version = 2")

    with house.wiring.database.transaction(house.org_id) as session:
        found = booking_types.published(session, house.org_id, kind)
        same = booking_types.version(session, house.org_id, kind, 2)

    assert found is not None
    assert found.booking_type == same
    assert same.host_rule.kind is HostRuleKind.LOOKUP
    assert same.host_rule.lookup_paths == ("OwnerId",)
    assert same.write_back.salesforce_event is SalesforceEventRule.NEVER


# ------------------------------------------------------------------------- against the org


def test_what_the_org_does_not_have_keeps_a_draft_from_being_published(
    house: House, administration: Administration
) -> None:
    definition = a_definition(guest_email_path="Emial")
    draft = administration.save_draft(org_id=house.org_id, definition=definition, saved_by=ADMIN)
    assert draft.faults == ()

    with pytest.raises(InvalidDefinitionError, match="did you mean Email"):
        administration.publish(org_id=house.org_id, booking_type_id=draft.booking_type_id, by=ADMIN)

    judged = administration.judge(org_id=house.org_id, definition=definition)
    assert [fault.path for fault in judged.faults] == ["guest_email_path"]
    assert in_force(house) == []


def test_where_the_org_cannot_be_asked_nobody_publishes_by_accident(house: House) -> None:
    blind = house.administration
    draft = blind.save_draft(org_id=house.org_id, definition=a_definition(), saved_by=ADMIN)
    ask: dict[str, Any] = {
        "org_id": house.org_id,
        "booking_type_id": draft.booking_type_id,
        "by": ADMIN,
    }

    with pytest.raises(OrgUnverifiedError, match="not checked"):
        blind.publish(**ask)
    assert in_force(house) == []

    done = blind.publish(**ask, even_unverified=True)
    assert in_force(house) == ["call"]
    assert "not checked" in done.warnings[0].message


# --------------------------------------------------------------------------------- people


def test_people_have_one_part_each_in_order_with_their_own_rules(
    house: House, administration: Administration
) -> None:
    one, two, three = (house.a_host(name) for name in ("one", "two", "three"))
    kind = house.a_booking_type(
        hosts=[one, two], panel_roles=(PanelRole(key="engineer", name="Engineer"),)
    )
    own = HostOverrides(daily_limit=2)
    administration.set_member(
        org_id=house.org_id,
        booking_type_id=kind,
        part=Part(host_id=three.user_id, role="engineer", overrides=own),
        position=0,
    )
    administration.set_member(
        org_id=house.org_id, booking_type_id=kind, part=Part(host_id=two.user_id, is_active=False)
    )

    assert parts(house, kind) == [
        (three.user_id, "engineer", own, True),
        (one.user_id, "", HostOverrides(), True),
        (two.user_id, "", HostOverrides(), False),
    ]

    again = [Part(host_id=two.user_id), Part(host_id=three.user_id, role="engineer")]
    administration.set_members(org_id=house.org_id, booking_type_id=kind, parts=again)

    assert parts(house, kind) == [
        (two.user_id, "", HostOverrides(), False),
        (three.user_id, "engineer", own, True),
    ]


def parts(house: House, kind: UUID) -> list[tuple[str, str, HostOverrides, bool]]:
    with house.wiring.database.transaction(house.org_id) as session:
        found = booking_types.members(session, house.org_id, kind)
    return [(each.host_id, each.role, each.overrides, each.is_active) for each in found]


def test_publishing_directly_leaves_the_people_of_the_panel(house: House) -> None:
    host, engineer = house.a_host("host"), house.a_host("engineer")
    roles = (PanelRole(key="engineer", name="Engineer"),)
    kind = house.a_booking_type(hosts=[host], key="same", panel_roles=roles)
    house.administration.set_member(
        org_id=house.org_id,
        booking_type_id=kind,
        part=Part(host_id=engineer.user_id, role="engineer"),
    )

    house.a_booking_type(hosts=[host], key="same", panel_roles=roles)

    assert [(who, role) for who, role, _, _ in parts(house, kind)] == [
        (host.user_id, ""),
        (engineer.user_id, "engineer"),
    ]


def test_a_part_that_makes_no_sense_is_refused_and_nothing_is_written(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    wrong = [
        Part(host_id=host.user_id, role="engineer"),
        Part(host_id=host.user_id, overrides=HostOverrides(daily_limit=-1)),
        Part(host_id="005000000000777"),
    ]

    with pytest.raises(InvalidDefinitionError) as caught:
        house.administration.set_members(org_id=house.org_id, booking_type_id=kind, parts=wrong)

    assert [fault.path for fault in caught.value.faults] == [
        "members[0].host_id",
        "members[0].role",
        "members[1].host_id",
        "members[1].overrides.daily_limit",
        "members[2].host_id",
    ]
    assert [who for who, *_ in parts(house, kind)] == [host.user_id]
    with pytest.raises(NotFoundError):
        house.administration.set_members(org_id=house.org_id, booking_type_id=uuid4(), parts=[])


def test_a_role_that_a_draft_brings_can_be_given_its_people_before_it_is_published(
    house: House, administration: Administration
) -> None:
    engineer = house.a_host("engineer")
    kind = published(house, administration, a_definition())
    roles = [{"key": "engineer", "name": "Engineer"}]
    administration.save_draft(
        org_id=house.org_id, definition=a_definition(panel_roles=roles), saved_by=ADMIN
    )

    judged = administration.judge(org_id=house.org_id, definition=a_definition(panel_roles=roles))
    assert "nobody takes the role Engineer" in judged.warnings[0].message
    administration.set_member(
        org_id=house.org_id,
        booking_type_id=kind,
        part=Part(host_id=engineer.user_id, role="engineer"),
    )

    done = administration.publish(org_id=house.org_id, booking_type_id=kind, by=ADMIN)
    assert done.warnings == ()


def test_a_hosts_own_days_and_holidays_are_judged_before_they_are_stored(house: House) -> None:
    host = house.a_host("host")
    who: dict[str, Any] = {
        "org_id": house.org_id,
        "host_id": host.user_id,
        "name": host.name,
        "email": host.email,
        "time_zone": "UTC",
    }
    off = DateOverride(on=date(2026, 12, 24), label="Christmas Eve")

    with pytest.raises(InvalidDefinitionError) as caught:
        house.administration.set_host(
            **who,
            working_hours=WorkingHours(time_zone="Mars", spans=()),
            date_overrides=(off, off),
            holiday_calendar="DE-XX",
        )
    assert [fault.path for fault in caught.value.faults] == [
        "working_hours.time_zone",
        "working_hours.spans",
        "date_overrides[1].on",
        "holiday_calendar",
    ]

    house.administration.set_host(**who, date_overrides=(off,), holiday_calendar="DE-BY")
    rows = house.execute("select date_overrides, holiday_calendar from hosts")
    assert rows == [([{"on": "2026-12-24", "spans": [], "label": "Christmas Eve"}], "DE-BY")]


def test_what_a_version_says_is_read_once_and_a_new_version_is_seen_at_once(house: House) -> None:
    type_id = house.a_booking_type(hosts=[house.a_host("host")], name="First name")

    def in_force() -> BookingType:
        with house.wiring.database.transaction(house.org_id) as session:
            (found,) = booking_types.published_for(session, house.org_id, "Lead")
        return found.booking_type

    first = in_force()
    again = in_force()
    house.administration.publish_booking_type(
        org_id=house.org_id, booking_type=replace(first, name="Second name"), host_ids=[]
    )

    assert again is first
    assert in_force().name == "Second name"
    with house.wiring.database.transaction(house.org_id) as session:
        assert booking_types.version(session, house.org_id, type_id, 1) is first
