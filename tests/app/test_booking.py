"""What an organizer is offered, sees and books, with the real database and the sandbox."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from app.bookings.questions import AvailabilityRequest, BookingsRequest
from booking_types.errors import (
    AvailabilityUnverifiedError,
    BookingError,
    ForbiddenError,
    InvalidRequestError,
    KeyGivenUpError,
    NoHostAvailableError,
    NotEligibleError,
    NotFoundError,
    SlotUnavailableError,
)
from booking_types.intervals import Interval
from booking_types.model import (
    CalendarRule,
    Clause,
    CoHostRule,
    HostRule,
    HostRuleKind,
    Operator,
    Platform,
    PlatformRule,
    PlatformRuleKind,
    RecordFilter,
    RecordUpdate,
    WriteBack,
)
from connectors.protocols import Vendor
from tests.house import House, Person, delivery, span, upcoming

TUESDAY_10 = upcoming(2, "10:00")


def starts(house: House, record_id: str, booking_type_id: UUID, **request: object) -> list[str]:
    """The starts on Tuesday, as ``10:00``."""
    host = request.pop("host", None)
    co_hosts = request.pop("co_hosts", ())
    assert isinstance(co_hosts, tuple)
    answer = house.wiring.booking_service.availability(
        caller=house.caller(),
        request=AvailabilityRequest(
            record_id=record_id,
            booking_type_id=booking_type_id,
            span=Interval(upcoming(2, "00:00"), upcoming(3, "00:00")),
            host_id=host.user_id if isinstance(host, Person) else None,
            co_host_ids=tuple(person.user_id for person in co_hosts),
            all_hosts=bool(request.pop("all_hosts", False)),
        ),
    )
    return [f"{slot.interval.start:%H:%M}" for slot in answer.availability.slots]


# ----------------------------------------------------------------------------- offering


def test_a_record_is_offered_the_types_of_its_object_that_its_values_pass(house: House) -> None:
    host = house.a_host("host")
    big = RecordFilter(
        clauses=(Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=1000),)
    )
    house.a_booking_type(hosts=[host], name="For all")
    house.a_booking_type(hosts=[host], name="For big ones", record_filter=big)
    house.a_booking_type(hosts=[host], name="For contacts", object_name="Contact")
    lead = house.a_lead(AnnualRevenue=10)

    answer = house.wiring.booking_service.offered(caller=house.caller(), record_id=lead)

    assert [each.booking_type.name for each in answer.offered] == ["For all"]
    assert [each.refusal.booking_type.name for each in answer.refused] == ["For big ones"]
    assert answer.offered[0].guest_email == f"guest@customer.{house.domain}"


def test_nothing_offered_says_which_of_the_two_causes_it_is(house: House) -> None:
    lead = house.a_lead()

    before = house.wiring.booking_service.offered(caller=house.caller(), record_id=lead)
    never = RecordFilter(
        clauses=(Clause(field="Company", operator=Operator.EQUALS, value="nobody"),)
    )
    house.a_booking_type(hosts=[house.a_host("host")], record_filter=never)
    after = house.wiring.booking_service.offered(caller=house.caller(), record_id=lead)

    assert before.nothing_because == "no_booking_types"
    assert after.nothing_because == "filtered_out"


def test_a_record_the_caller_may_not_read_is_as_good_as_none(house: House) -> None:
    owner = house.a_user("owner")
    hidden = house.a_lead(OwnerId=owner.user_id, private=True)

    with pytest.raises(NotFoundError) as caught:
        house.wiring.booking_service.offered(caller=house.caller(), record_id=hidden)

    assert caught.value.code == "record_not_found"


def test_a_type_that_names_a_field_the_org_does_not_have_disables_only_itself(
    house: House,
) -> None:
    host = house.a_host("host")
    broken = RecordFilter(clauses=(Clause(field="Gone__c", operator=Operator.EQUALS, value="x"),))
    house.a_booking_type(hosts=[host], name="Good")
    house.a_booking_type(hosts=[host], name="Broken", record_filter=broken)

    answer = house.wiring.booking_service.offered(caller=house.caller(), record_id=house.a_lead())

    assert [each.booking_type.name for each in answer.offered] == ["Good"]


# ------------------------------------------------------------------------- availability


def test_calendar_salesforce_and_own_bookings_all_make_a_host_busy(house: House) -> None:
    host = house.a_host("host", busy=[(TUESDAY_10, TUESDAY_10 + timedelta(hours=1))])
    kind = house.a_booking_type(
        hosts=[host], durations=(timedelta(hours=1),), increment=timedelta(hours=1)
    )
    lead = house.a_lead()
    house.a_record(
        "Event",
        Subject="Call",
        OwnerId=host.user_id,
        StartDateTime=f"{upcoming(2, '13:00'):%Y-%m-%dT%H:%M:%SZ}",
        EndDateTime=f"{upcoming(2, '14:00'):%Y-%m-%dT%H:%M:%SZ}",
    )
    house.book(lead, kind, upcoming(2, "15:00"), host=host)

    free = starts(house, lead, kind, host=host)

    assert free == ["09:00", "11:00", "12:00", "14:00", "16:00"]


def test_a_co_host_of_another_vendor_narrows_the_times(house: House) -> None:
    host = house.a_host("host")
    colleague = house.a_host(
        "colleague",
        calendar=Vendor.MICROSOFT,
        busy=[(TUESDAY_10, upcoming(2, "16:00"))],
    )
    kind = house.a_booking_type(
        hosts=[host, colleague],
        co_host_rule=CoHostRule(allowed=True),
        durations=(timedelta(hours=1),),
        increment=timedelta(hours=1),
    )

    free = starts(house, house.a_lead(), kind, host=host, co_hosts=(colleague,))

    assert free == ["09:00", "16:00"]


def test_a_host_whose_calendar_cannot_be_read_is_left_out_and_named(house: House) -> None:
    well, broken = house.a_host("well"), house.a_host("broken")
    kind = house.a_booking_type(hosts=[well, broken])
    house.fault(
        vendor="google",
        kind="status",
        status=500,
        times=50,
        operation="free_busy",
        caller=broken.email,
    )

    answer = house.wiring.booking_service.availability(
        caller=house.caller(),
        request=AvailabilityRequest(
            record_id=house.a_lead(),
            booking_type_id=kind,
            span=Interval(upcoming(2, "00:00"), upcoming(3, "00:00")),
            all_hosts=True,
        ),
    )

    offered = {host_id for slot in answer.availability.slots for host_id in slot.host_ids}
    assert offered == {well.user_id}
    assert {each.name: each.unavailable_code for each in answer.people} == {
        "Well": "",
        "Broken": "calendar_unreadable",
    }


def test_a_host_without_a_calendar_is_bookable_only_where_the_type_says_so(
    house: House,
) -> None:
    host = house.a_host("host", calendar=None)
    strict = house.a_booking_type(hosts=[host])
    lenient = house.a_booking_type(hosts=[host], calendar_rule=CalendarRule.OPTIONAL)
    lead = house.a_lead()

    assert starts(house, lead, strict, host=host) == []
    assert starts(house, lead, lenient, host=host)[0] == "09:00"


def test_two_meetings_keep_the_longer_of_their_buffers_between_them(house: House) -> None:
    host = house.a_host("host")
    roomy = house.a_booking_type(
        hosts=[host], buffer_before=timedelta(minutes=15), buffer_after=timedelta(minutes=30)
    )
    tight = house.a_booking_type(
        hosts=[host], increment=timedelta(minutes=15), buffer_before=timedelta(minutes=15)
    )
    lead = house.a_lead()
    house.book(lead, roomy, TUESDAY_10, host=host)

    free = starts(house, lead, tight, host=host)

    # 10:00 to 10:30 is taken; half an hour stays free after it, a quarter before it.
    assert [each for each in free if "09:00" <= each <= "11:15"] == [
        "09:00",
        "09:15",
        "11:00",
        "11:15",
    ]


# ------------------------------------------------------------------------------ booking


def test_what_is_shown_can_be_booked_and_is_then_taken(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    first = starts(house, lead, kind, host=host)[0]

    view = house.book(lead, kind, upcoming(2, first), host=host)

    assert view.booking.status == "scheduled"
    assert first not in starts(house, lead, kind, host=host)
    with pytest.raises(SlotUnavailableError) as caught:
        house.book(lead, kind, upcoming(2, first), host=host)
    assert caught.value.code == "slot_taken"
    assert len(caught.value.alternatives) == 3


def test_a_calendar_that_changed_since_it_was_shown_is_read_again_at_booking(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    assert "10:00" in starts(house, lead, kind, host=host)
    house.control.seed(
        google={
            "accounts": [
                {
                    "email": host.email,
                    "events": [
                        {
                            "summary": "Taken",
                            "start": TUESDAY_10.isoformat(),
                            "end": (TUESDAY_10 + timedelta(minutes=30)).isoformat(),
                        }
                    ],
                }
            ]
        }
    )

    with pytest.raises(SlotUnavailableError):
        house.book(lead, kind, TUESDAY_10, host=host)


def test_a_calendar_that_cannot_be_read_at_booking_is_not_taken_for_free(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    house.fault(
        vendor="google",
        kind="status",
        status=500,
        times=50,
        operation="free_busy",
        caller=host.email,
    )

    with pytest.raises(AvailabilityUnverifiedError):
        house.book(lead, kind, TUESDAY_10, host=host)


def test_the_same_key_gives_the_same_answer_and_one_booking(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()

    first = house.book(lead, kind, TUESDAY_10, host=host, key="once")
    again = house.book(lead, kind, TUESDAY_10, host=host, key="once")

    assert (first.is_replay, again.is_replay) == (False, True)
    assert again.stored_body == first.stored_body
    assert house.execute("select count(*) from bookings")[0][0] == 1


def test_a_key_used_for_another_request_is_refused(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    house.book(lead, kind, TUESDAY_10, host=host, key="once")

    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, kind, upcoming(2, "11:00"), host=host, key="once", request_hash="other")

    assert caught.value.code == "idempotency_key_reused"


def test_with_a_key_that_was_given_up_nothing_is_booked_any_more(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    bookings = house.wiring.booking_service

    for _ in range(2):
        with pytest.raises(NotFoundError) as caught:
            bookings.give_up(caller=house.caller(), key="once")
        assert caught.value.code == "not_booked"
    with pytest.raises(KeyGivenUpError):
        house.book(lead, kind, TUESDAY_10, host=host, key="once")

    assert house.execute("select 1 from bookings") == []
    assert house.book(lead, kind, TUESDAY_10, host=host, key="another").booking.status


def test_a_key_that_booked_is_answered_with_its_booking_instead_of_being_given_up(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    booked = house.book(lead, kind, TUESDAY_10, host=host, key="once")
    other = house.a_user("other", permission_sets=["Booking_Organizer"])

    found = house.wiring.booking_service.give_up(caller=house.caller(), key="once")

    assert found.booking.booking_id == booked.booking.booking_id
    assert house.book(lead, kind, TUESDAY_10, host=host, key="once").is_replay
    with pytest.raises(NotFoundError):
        house.wiring.booking_service.give_up(caller=house.caller(other), key="once")


def test_a_call_on_its_way_is_either_booked_or_given_up_never_both(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    house.wiring.vendors.crm(house.org_id).describe("Lead")
    house.fault(vendor="google", kind="slow", seconds=1.0, operation="free_busy", caller=host.email)

    with ThreadPoolExecutor() as pool:
        on_its_way = pool.submit(house.book, lead, kind, TUESDAY_10, host=host, key="once")
        house.wait_until_faults_are_met()
        with pytest.raises(NotFoundError):
            house.wiring.booking_service.give_up(caller=house.caller(), key="once")
        error = on_its_way.exception()

    assert isinstance(error, KeyGivenUpError)
    assert house.execute("select 1 from bookings") == []
    assert house.execute("select 1 from booking_hosts") == []


def test_a_key_belongs_to_its_caller(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    other = house.a_user("other", permission_sets=["Booking_Organizer"])
    mine = house.book(lead, kind, TUESDAY_10, host=host, key="once")

    theirs = house.book(lead, kind, upcoming(2, "11:00"), host=host, key="once", caller=other)

    assert theirs.booking.booking_id != mine.booking.booking_id
    with pytest.raises(NotFoundError):
        house.wiring.booking_service.get_by_key(caller=house.caller(host), key="once")


def test_time_first_picks_the_first_free_host_in_the_types_order(house: House) -> None:
    busy = house.a_host("busy", busy=[(TUESDAY_10, upcoming(2, "11:00"))])
    second, third = house.a_host("second"), house.a_host("third")
    kind = house.a_booking_type(
        hosts=[busy, second, third], host_rule=HostRule(kind=HostRuleKind.TIME_FIRST)
    )

    view = house.book(house.a_lead(), kind, TUESDAY_10)

    assert view.booking.host_id == second.user_id
    table = [(row["host_id"], row["free"], row["picked"]) for row in view.booking.pick["table"]]
    assert table == [
        (busy.user_id, False, False),
        (second.user_id, True, True),
        (third.user_id, True, False),
    ]
    assert view.booking.pick["table"][0]["reason"].startswith("is busy then")


def test_time_first_goes_on_to_the_next_host_when_one_was_taken_meanwhile(
    house: House,
) -> None:
    first, second = house.a_host("first"), house.a_host("second")
    kind = house.a_booking_type(
        hosts=[first, second], host_rule=HostRule(kind=HostRuleKind.TIME_FIRST)
    )
    lead = house.a_lead()

    hosts = [house.book(lead, kind, TUESDAY_10).booking.host_id for _ in range(2)]

    assert hosts == [first.user_id, second.user_id]


def test_a_lookup_type_books_the_user_the_record_names(house: House) -> None:
    owner, other = house.a_host("owner"), house.a_host("other")
    kind = house.a_booking_type(
        hosts=[owner, other],
        host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",)),
    )

    view = house.book(house.a_lead(OwnerId=owner.user_id), kind, TUESDAY_10)

    assert view.booking.host_id == owner.user_id


def test_a_lookup_that_finds_nobody_says_so(house: House) -> None:
    kind = house.a_booking_type(
        hosts=[house.a_host("host")],
        host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",)),
    )

    with pytest.raises(NoHostAvailableError):
        house.book(house.a_lead(), kind, TUESDAY_10)


def test_a_lookup_that_finds_a_user_who_is_no_host_says_so_and_books_nothing(
    house: House,
) -> None:
    stranger = house.a_user("stranger")
    kind = house.a_booking_type(
        hosts=[], host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",))
    )
    lead = house.a_lead(OwnerId=stranger.user_id)

    answer = house.wiring.booking_service.hosts(
        caller=house.caller(), record_id=lead, booking_type_id=kind
    )
    with pytest.raises(NoHostAvailableError, match="not set up as a host") as caught:
        house.book(lead, kind, TUESDAY_10)

    assert answer.hosts == ()
    assert "not set up as a host" in answer.nobody_because
    assert caught.value.code == "no_host"


def test_a_record_that_does_not_qualify_cannot_be_booked(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(
        hosts=[host],
        record_filter=RecordFilter(
            clauses=(Clause(field="Company", operator=Operator.EQUALS, value="nobody"),)
        ),
    )

    with pytest.raises(NotEligibleError):
        house.book(house.a_lead(), kind, TUESDAY_10, host=host)


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (upcoming(2, "10:05"), "slot_not_offered"),
        (upcoming(2, "20:00"), "slot_not_offered"),
        (upcoming(6, "10:00"), "slot_not_offered"),
        (upcoming(2, "10:00", weeks=-1), "below_minimum_notice"),
        (upcoming(2, "10:00", weeks=30), "beyond_horizon"),
    ],
    ids=["off the grid", "outside the hours", "on a Saturday", "in the past", "too far ahead"],
)
def test_a_time_that_is_not_offered_cannot_be_booked(
    house: House, start: object, code: str
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])

    with pytest.raises(BookingError) as caught:
        house.book(house.a_lead(), kind, start, host=host)  # type: ignore[arg-type]  # a parameter

    assert caught.value.code == code


def test_a_host_cannot_be_their_own_guest(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])

    with pytest.raises(InvalidRequestError) as caught:
        house.book(house.a_lead(), kind, TUESDAY_10, host=host, guests=[host.email.upper()])

    assert caught.value.code == "guest_is_host"


def test_a_guest_named_twice_is_invited_once(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])

    view = house.book(
        house.a_lead(), kind, TUESDAY_10, host=host, guests=["A@example.com", "a@example.com"]
    )

    assert [guest["email"] for guest in view.booking.guests] == ["A@example.com"]


def test_a_record_without_an_address_needs_a_guest_to_be_named(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])

    with pytest.raises(InvalidRequestError) as caught:
        house.book(house.a_lead(Email=None), kind, TUESDAY_10, host=host)

    assert caught.value.code == "guest_required"


def test_the_platform_is_the_hosts_own_or_one_they_connected_or_none(house: House) -> None:
    host = house.a_host("host", zoom=True, platform=Platform.GOOGLE_MEET)
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()

    by_default = house.book(lead, kind, TUESDAY_10, host=host)
    by_choice = house.book(lead, kind, upcoming(2, "11:00"), host=host, platform=Platform.ZOOM)
    none = house.book(
        lead, kind, upcoming(2, "12:00"), host=host, platform=Platform.NONE, place="Their office"
    )
    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, kind, upcoming(2, "13:00"), host=host, platform=Platform.MICROSOFT_TEAMS)

    assert [view.booking.platform for view in (by_default, by_choice, none)] == [
        "google_meet",
        "zoom",
        "none",
    ]
    assert none.booking.place == "Their office"
    assert caught.value.code == "platform_not_connected"


def test_templates_are_filled_from_the_record_and_what_people_type_stays_as_typed(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(
        hosts=[host],
        subject="{{ record.Company }} with {{ host.name }}",
        description="{{ booking.notes }} / {{ record.Website }}",
    )

    view = house.book(
        house.a_lead(Company="{{ 7 * 7 }}"), kind, TUESDAY_10, host=host, notes="${7*7}"
    )

    assert view.booking.subject == "{{ 7 * 7 }} with Host"
    assert view.booking.description == "${7*7} / "


def test_a_booking_keeps_of_its_record_only_what_its_templates_show(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(
        hosts=[host],
        subject="{{ record.Company }}",
        record_filter=RecordFilter(
            clauses=(Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=1),)
        ),
    )

    view = house.book(house.a_lead(AnnualRevenue=5), kind, TUESDAY_10, host=host)

    assert view.booking.record_values == {"Company": "Customer"}


def test_a_booking_is_seen_by_whoever_may_read_its_record_and_by_nobody_else(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead(private=True, OwnerId=house.rep.user_id)
    view = house.book(lead, kind, TUESDAY_10, host=host)
    stranger = house.a_user("stranger", permission_sets=["Booking_Organizer"])
    service = house.wiring.booking_service

    for person in (house.rep, host):
        seen = service.get(caller=house.caller(person), booking_id=view.booking.booking_id)
        assert seen.booking.booking_id == view.booking.booking_id
    with pytest.raises(NotFoundError):
        service.get(caller=house.caller(stranger), booking_id=view.booking.booking_id)


def test_a_booking_promises_every_target_in_the_transaction_that_makes_it(
    house: House,
) -> None:
    host = house.a_host("host", zoom=True)
    colleague = house.a_host("colleague", calendar=Vendor.MICROSOFT)
    kind = house.a_booking_type(hosts=[host, colleague], co_host_rule=CoHostRule(allowed=True))

    view = house.book(
        house.a_lead(),
        kind,
        TUESDAY_10,
        host=host,
        co_hosts=[colleague],
        platform=Platform.ZOOM,
    )

    assert sorted((row.target, row.subject_id) for row in view.deliveries) == sorted(
        [
            ("conference", ""),
            ("calendar_event", ""),
            ("co_host_calendar", colleague.user_id),
            ("crm_booking", ""),
            ("notice", host.user_id),
            ("notice", colleague.user_id),
            ("notice", house.rep.user_id),
        ]
    )
    jobs = house.execute("select count(*) from procrastinate_jobs where status = 'todo'")
    assert jobs[0][0] == len(view.deliveries)
    assert delivery(view, "conference").state == "pending"


def test_the_database_itself_refuses_two_meetings_of_one_host_at_one_time(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    view = house.book(house.a_lead(), kind, TUESDAY_10, host=host)
    overlapping = span(TUESDAY_10 + timedelta(minutes=15), 30)

    taken = house.execute(
        "insert into bookings select (jsonb_populate_record(b, jsonb_build_object("
        "'booking_id', gen_random_uuid()))).* from bookings b returning booking_id"
    )
    inserted = house.execute(
        "insert into booking_hosts (org_id, booking_id, host_id, role, span, blocked)"
        " values (:org, :booking, :host, 'host', tstzrange(:start, :end), tstzrange(:start, :end))"
        " on conflict do nothing returning host_id",
        org=house.org_id,
        booking=taken[0][0],
        host=host.user_id,
        start=overlapping.start,
        end=overlapping.end,
    )

    assert inserted == []
    assert view.booking.booking_id != taken[0][0]


def test_a_booking_that_salesforce_would_not_hear_of_in_time_is_not_made(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    house.fault(
        vendor="salesforce",
        kind="slow",
        seconds=1.4,
        times=10,
        caller=house.salesforce_org_id,
    )

    with pytest.raises(AvailabilityUnverifiedError):
        house.book(lead, kind, TUESDAY_10, host=host)

    assert house.execute("select count(*) from bookings")[0][0] == 0


# ----------------------------------------------------------------- rights and platforms


@pytest.mark.parametrize(
    ("write_back", "code"),
    [
        (
            WriteBack(record_updates=(RecordUpdate(field="Description", value="x"),)),
            "record_not_editable",
        ),
        (WriteBack(hand_over_owner=True), "record_not_transferable"),
    ],
    ids=["changes the record", "hands it over"],
)
def test_who_may_only_read_a_record_books_nothing_that_changes_it(
    house: House, write_back: WriteBack, code: str
) -> None:
    host = house.a_host("host")
    owner = house.a_user("owner")
    lead = house.a_lead(OwnerId=owner.user_id, private=True, readers=[f"@{house.rep.email}"])
    changing = house.a_booking_type(hosts=[host], write_back=write_back)
    reading = house.a_booking_type(hosts=[host])

    with pytest.raises(ForbiddenError) as caught:
        house.book(lead, changing, TUESDAY_10, host=host)
    view = house.book(lead, reading, TUESDAY_10, host=host)

    assert caught.value.code == code
    assert view.booking.status == "scheduled"


def test_a_host_without_the_types_platform_is_neither_shown_times_nor_booked(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(
        hosts=[host],
        platform_rule=PlatformRule(kind=PlatformRuleKind.FIXED, platform=Platform.ZOOM),
    )
    lead = house.a_lead()

    assert starts(house, lead, kind, host=host) == []
    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, kind, TUESDAY_10, host=host)
    assert caught.value.code == "platform_not_connected"
    assert "Host has not connected Zoom" in caught.value.message


def test_a_co_host_needs_no_platform(house: House) -> None:
    host, colleague = house.a_host("host", zoom=True), house.a_host("colleague")
    kind = house.a_booking_type(
        hosts=[host, colleague],
        co_host_rule=CoHostRule(allowed=True),
        platform_rule=PlatformRule(kind=PlatformRuleKind.FIXED, platform=Platform.ZOOM),
    )

    answer = house.wiring.booking_service.hosts(
        caller=house.caller(), record_id=house.a_lead(), booking_type_id=kind
    )

    assert [each.unavailable_code for each in answer.hosts] == ["", "platform_not_connected"]
    assert [each.unavailable_code for each in answer.co_hosts] == ["", ""]


def test_time_first_leaves_out_hosts_who_lack_the_chosen_platform(house: House) -> None:
    without, having = house.a_host("without"), house.a_host("having", zoom=True)
    kind = house.a_booking_type(
        hosts=[without, having], host_rule=HostRule(kind=HostRuleKind.TIME_FIRST)
    )

    view = house.book(house.a_lead(), kind, TUESDAY_10, platform=Platform.ZOOM)

    assert view.booking.host_id == having.user_id


def test_a_place_beside_a_platform_is_refused_and_not_lost(house: House) -> None:
    host = house.a_host("host", zoom=True)
    kind = house.a_booking_type(hosts=[host])

    with pytest.raises(InvalidRequestError) as caught:
        house.book(
            house.a_lead(), kind, TUESDAY_10, host=host, platform=Platform.ZOOM, place="Room 5"
        )

    assert caught.value.code == "place_not_allowed"


def test_a_refusal_names_who_is_busy(house: House) -> None:
    host = house.a_host("host", busy=[(TUESDAY_10, upcoming(2, "11:00"))])
    kind = house.a_booking_type(hosts=[host])

    with pytest.raises(SlotUnavailableError) as caught:
        house.book(house.a_lead(), kind, TUESDAY_10, host=host)

    assert caught.value.message.startswith("Host is busy then")


def test_alternatives_after_a_lost_race_do_not_name_what_was_just_taken(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], increment=timedelta(minutes=15))
    lead = house.a_lead()
    taken = span(TUESDAY_10, 30)
    found: list[Interval] = []

    def call() -> None:
        try:
            house.book(lead, kind, TUESDAY_10, host=host)
        except SlotUnavailableError as error:
            found.extend(slot.interval for slot in error.alternatives)

    with ThreadPoolExecutor(max_workers=8) as pool:
        for future in [pool.submit(call) for _ in range(8)]:
            future.result()

    assert found
    assert not [slot for slot in found if slot.overlaps(taken)]


def test_a_twin_that_is_refused_because_of_its_own_first_call_is_answered_like_it(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    house.wiring.vendors.crm(house.org_id).describe("Lead")
    house.fault(vendor="google", kind="slow", seconds=1.5, operation="free_busy", caller=host.email)

    with ThreadPoolExecutor() as pool:
        slow = pool.submit(house.book, lead, kind, TUESDAY_10, host=host, key="once")
        house.wait_until_faults_are_met()
        first = house.book(lead, kind, TUESDAY_10, host=host, key="once")
        second = slow.result()

    assert (first.is_replay, second.is_replay) == (False, True)
    assert second.stored_body == first.stored_body


def test_one_connection_that_cannot_be_opened_does_not_hide_the_others(house: House) -> None:
    well, sealed = house.a_host("well"), house.a_host("sealed")
    kind = house.a_booking_type(hosts=[well, sealed])
    house.execute(
        "update connections set token = 'k9:rubbish' where host_id = :host", host=sealed.user_id
    )

    answer = house.wiring.booking_service.availability(
        caller=house.caller(),
        request=AvailabilityRequest(
            record_id=house.a_lead(),
            booking_type_id=kind,
            span=Interval(upcoming(2, "00:00"), upcoming(3, "00:00")),
            all_hosts=True,
        ),
    )

    offered = {host_id for slot in answer.availability.slots for host_id in slot.host_ids}
    assert offered == {well.user_id}


def test_a_time_that_lies_in_the_past_is_not_blamed_on_an_unreadable_calendar(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    house.fault(
        vendor="google",
        kind="status",
        status=500,
        times=50,
        operation="free_busy",
        caller=host.email,
    )

    with pytest.raises(InvalidRequestError) as caught:
        house.book(house.a_lead(), kind, upcoming(2, "10:00", weeks=-1), host=host)

    assert caught.value.code == "below_minimum_notice"


def test_a_guest_from_the_record_is_held_to_the_rules_of_a_typed_one(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])

    view = house.book(house.a_lead(Email="gast@bücher.example"), kind, TUESDAY_10, host=host)

    assert view.booking.guests[0]["email"] == "gast@xn--bcher-kva.example"


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_the_pages_of_a_list_hold_every_booking_once_in_either_order(
    house: House,
    is_newest_first: bool,  # noqa: FBT001 - pytest gives it so
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    booked = [
        house.book(lead, kind, TUESDAY_10 + timedelta(hours=hour), host=host).booking.booking_id
        for hour in (2, 0, 1)
    ]

    found: list[UUID] = []
    cursor = None
    for _ in range(2):
        views, cursor = house.wiring.booking_service.list_bookings(
            caller=house.caller(),
            request=BookingsRequest(
                record_id=lead, is_newest_first=is_newest_first, limit=2, cursor=cursor
            ),
        )
        found += [view.booking.booking_id for view in views]

    in_time = [booked[1], booked[2], booked[0]]
    assert found == (in_time[::-1] if is_newest_first else in_time)
    assert cursor is None


def test_the_next_free_time_is_the_first_of_the_slots(house: House) -> None:
    host = house.a_host("host", busy=[(upcoming(2, "09:00"), upcoming(2, "11:00"))])
    kind = house.a_booking_type(hosts=[host])

    answer = house.wiring.booking_service.availability(
        caller=house.caller(),
        request=AvailabilityRequest(
            record_id=house.a_lead(),
            booking_type_id=kind,
            span=Interval(upcoming(2, "00:00"), upcoming(2, "00:00") + timedelta(days=62)),
            host_id=host.user_id,
            most_slots=1,
        ),
    )

    (slot,) = answer.availability.slots
    assert slot.interval.start == upcoming(2, "11:00")


def test_what_is_said_of_a_calendar_that_cannot_be_read_goes_on_from_the_persons_name(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    house.fault(
        vendor="google",
        kind="status",
        status=500,
        times=50,
        operation="free_busy",
        caller=host.email,
    )

    with capture_logs() as logged, pytest.raises(AvailabilityUnverifiedError) as caught:
        house.book(house.a_lead(), kind, TUESDAY_10, host=host)

    assert caught.value.message.startswith(
        "Host has a calendar that cannot be read at the moment, so nobody knows whether this time"
        " is free. Nothing was booked."
    )
    # Whoever runs the service learns why.
    assert "answered 500" in {
        each["reason"] for each in logged if each["event"] == "busy.unreadable"
    }


# --------------------------------------------------------------------- how much is asked


def test_many_calendars_of_one_credential_are_read_in_one_call_and_then_not_again(
    house: House,
) -> None:
    hosts = [house.a_host(f"host{number}", calendar=Vendor.MICROSOFT) for number in range(5)]
    kind = house.a_booking_type(hosts=hosts, host_rule=HostRule(kind=HostRuleKind.TIME_FIRST))
    lead = house.a_lead()

    def reads() -> int:
        addresses = [host.email for host in hosts]
        return sum(
            any(address in request["body"] for address in addresses)
            for request in house.control.requests(vendor="microsoft")
            if request["operation"] in ("get_schedule", "batch", "calendar_view")
        )

    starts(house, lead, kind)
    cold = reads()
    starts(house, lead, kind)
    warm = reads() - cold
    house.book(lead, kind, TUESDAY_10)
    booking = reads() - cold - warm

    assert (cold, warm, booking) == (1, 0, 1)
