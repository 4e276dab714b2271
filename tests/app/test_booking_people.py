"""Who takes part in a booking: host rules, panels, everybody's own limits and days."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.api.bodies import booking_body, hosts_body
from app.bookings.choices import holidays_within, working_hours_of
from app.bookings.questions import AvailabilityRequest, BookingView
from app.definitions import dump_working_hours
from app.storage.tables import HostRow
from booking_types.errors import (
    AvailabilityUnverifiedError,
    BookingError,
    InvalidRequestError,
    NoHostAvailableError,
    SlotUnavailableError,
)
from booking_types.intervals import Interval
from booking_types.model import (
    CoHostRule,
    DateOverride,
    DaySpan,
    Holiday,
    HolidayRule,
    HostOverrides,
    HostRule,
    HostRuleKind,
    Platform,
    PlatformRule,
    PlatformRuleKind,
)
from tests.house import House, Person, delivery, targets, upcoming, weekly

TUESDAY_10 = upcoming(2, "10:00")
HOUR = timedelta(hours=1)


def starts(house: House, record_id: str, kind: UUID, day: int = 2, **asked: object) -> list[str]:
    """The starts on one day of next week, as ``10:00``."""
    host = asked.get("host")
    answer = house.wiring.booking_service.availability(
        caller=house.caller(),
        request=AvailabilityRequest(
            record_id=record_id,
            booking_type_id=kind,
            span=Interval(upcoming(day, "00:00"), upcoming(day, "00:00") + timedelta(days=1)),
            host_id=host.user_id if isinstance(host, Person) else None,
            all_hosts=bool(asked.get("all_hosts")),
        ),
    )
    return [f"{slot.interval.start:%H:%M}" for slot in answer.availability.slots]


def lookup(*paths: str, **rule: object) -> HostRule:
    return HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=paths, **rule)  # type: ignore[arg-type]  # a test's own words


def attending(view: BookingView) -> dict[str, str]:
    """Who takes part, and in which part."""
    return {row.host_id: row.panel_role or row.role for row in view.hosts}


# --------------------------------------------------------------------------- host rules


def test_the_host_of_a_fixed_type_is_its_first_active_host(house: House) -> None:
    first, second, third = (house.a_host(name) for name in ("first", "second", "third"))
    kind = house.a_booking_type(
        hosts=[first, second, third], host_rule=HostRule(kind=HostRuleKind.FIXED)
    )
    lead = house.a_lead()
    house.switch_off(first, of=kind)

    view = house.book(lead, kind, TUESDAY_10)

    assert view.booking.host_id == second.user_id
    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, kind, upcoming(2, "11:00"), host=third)
    assert caught.value.code == "not_a_host"


def test_a_lookup_goes_along_its_paths_and_keeps_why_with_the_booking(house: House) -> None:
    owner, other = house.a_host("owner"), house.a_host("other")
    stranger = house.a_user("stranger")
    account = house.a_record("Account", Name="Customer", OwnerId=stranger.user_id)
    contact = house.a_record("Contact", LastName="Guest", AccountId=account, OwnerId=owner.user_id)
    kind = house.a_booking_type(
        hosts=[owner, other],
        object_name="Contact",
        host_rule=lookup("Account.OwnerId", "OwnerId"),
    )

    view = house.book(contact, kind, TUESDAY_10, guests=["guest@example.com"])

    assert view.booking.host_id == owner.user_id
    assert view.booking.pick["rule"] == "lookup"
    assert [(step["path"], step["taken"]) for step in view.booking.pick["steps"]] == [
        ("Account.OwnerId", False),
        ("OwnerId", True),
    ]
    assert "is not a host of this booking type" in view.booking.pick["steps"][0]["reason"]


def test_a_lookup_that_finds_nobody_leaves_it_to_the_fallback(house: House) -> None:
    busy = house.a_host("busy", busy=[(TUESDAY_10, TUESDAY_10 + HOUR)])
    free = house.a_host("free")
    kind = house.a_booking_type(
        hosts=[busy, free],
        host_rule=lookup("OwnerId", fallback=HostRuleKind.TIME_FIRST),
    )
    lead = house.a_lead()

    answer = house.wiring.booking_service.hosts(
        caller=house.caller(), record_id=lead, booking_type_id=kind
    )
    view = house.book(lead, kind, TUESDAY_10)

    assert (answer.rule, answer.nobody_because) == ("time_first", "")
    assert [each.host_id for each in answer.hosts] == [busy.user_id, free.user_id]
    assert view.booking.host_id == free.user_id
    assert view.booking.pick["rule"] == "time_first"
    assert [step["taken"] for step in view.booking.pick["steps"]] == [False]


def test_a_lookup_passes_over_a_user_who_is_no_host_any_more(house: House) -> None:
    gone, owner = house.a_host("gone"), house.a_host("owner")
    account = house.a_record("Account", Name="Customer", OwnerId=owner.user_id)
    contact = house.a_record("Contact", LastName="Guest", AccountId=account, OwnerId=gone.user_id)
    house.switch_off(gone)
    anybody = house.a_booking_type(
        hosts=[], object_name="Contact", host_rule=lookup("OwnerId", "Account.OwnerId")
    )

    view = house.book(contact, anybody, TUESDAY_10, guests=["guest@example.com"])

    assert view.booking.host_id == owner.user_id
    assert "not active as a host" in view.booking.pick["steps"][0]["reason"]


def test_everybody_may_be_found_only_where_the_rule_says_so(house: House) -> None:
    listed, owner = house.a_host("listed"), house.a_host("owner")
    lead = house.a_lead(OwnerId=owner.user_id)
    strict = house.a_booking_type(hosts=[listed], host_rule=lookup("OwnerId"))
    open_to_all = house.a_booking_type(hosts=[listed], host_rule=lookup("OwnerId", lookup_any=True))

    with pytest.raises(NoHostAvailableError, match="not a host of this booking type"):
        house.book(lead, strict, TUESDAY_10)
    assert house.book(lead, open_to_all, TUESDAY_10).booking.host_id == owner.user_id


def test_who_is_not_active_is_nobodys_choice(house: House) -> None:
    active, off, gone = (house.a_host(name) for name in ("active", "off", "gone"))
    kind = house.a_booking_type(
        hosts=[off, gone, active],
        panel={"engineer": [house.a_host("engineer"), off_duty := house.a_host("offduty")]},
        co_host_rule=CoHostRule(allowed=True),
    )
    lead = house.a_lead()
    house.switch_off(off, of=kind)
    house.switch_off(off_duty, of=kind)
    house.switch_off(gone)

    answer = house.wiring.booking_service.hosts(
        caller=house.caller(), record_id=lead, booking_type_id=kind
    )

    assert [each.name for each in answer.hosts] == ["Active"]
    assert [each.name for each in answer.co_hosts] == ["Active"]
    assert [[each.name for each in role.people] for role in answer.panel] == [["Engineer"]]
    for nobody in (off, gone):
        with pytest.raises(InvalidRequestError) as caught:
            house.book(lead, kind, TUESDAY_10, host=nobody)
        assert caught.value.code == "not_a_host"


# -------------------------------------------------------------------------------- panel


def test_the_first_free_of_each_role_attends_as_a_co_host(house: House) -> None:
    host = house.a_host("host")
    busy = house.a_host("busy", busy=[(TUESDAY_10, TUESDAY_10 + HOUR)])
    engineer, lawyer = house.a_host("engineer"), house.a_host("lawyer")
    kind = house.a_booking_type(
        hosts=[host],
        panel={"engineer": [busy, engineer], "lawyer": [lawyer]},
        subject="With {{ co_hosts | join(' and ', 'name') }}",
    )

    view = house.settle(house.book(house.a_lead(), kind, TUESDAY_10, host=host))

    assert attending(view) == {
        host.user_id: "host",
        engineer.user_id: "engineer",
        lawyer.user_id: "lawyer",
    }
    assert view.booking.subject == "With Engineer and Lawyer"
    assert booking_body(view)["co_hosts"] == [
        {"host_id": person.user_id, "name": person.name, "role_name": person.name}
        for person in (engineer, lawyer)
    ]
    assert set(targets(view).values()) == {"done"}
    assert delivery(view, "co_host_calendar", engineer.user_id).state == "done"
    assert delivery(view, "notice", lawyer.user_id).state == "done"
    role = view.booking.pick["roles"][0]
    assert (role["role"], role["host_id"]) == ("engineer", engineer.user_id)
    assert [(line["host_id"], line["picked"]) for line in role["table"]] == [
        (busy.user_id, False),
        (engineer.user_id, True),
    ]
    assert role["table"][0]["reason"].startswith("is busy then")


def test_a_time_at_which_nobody_can_take_a_role_is_neither_offered_nor_booked(
    house: House,
) -> None:
    host = house.a_host("host")
    engineer = house.a_host("engineer", busy=[(upcoming(2, "09:00"), upcoming(2, "16:00"))])
    kind = house.a_booking_type(hosts=[host], panel={"engineer": [engineer]}, increment=HOUR)
    lead = house.a_lead()

    assert starts(house, lead, kind, host=host) == ["16:00"]
    with pytest.raises(SlotUnavailableError) as caught:
        house.book(lead, kind, TUESDAY_10, host=host)
    assert "Engineer" in caught.value.message
    assert len(caught.value.alternatives) == 3


def test_who_takes_a_role_is_taken_then_and_the_next_one_is_picked(house: House) -> None:
    hosts = [house.a_host(f"host{number}") for number in range(3)]
    engineers = [house.a_host(f"engineer{number}") for number in range(2)]
    kind = house.a_booking_type(hosts=hosts, panel={"engineer": engineers})
    lead = house.a_lead()

    views = [house.book(lead, kind, TUESDAY_10, host=host) for host in hosts[:2]]

    assert [view.hosts[1].host_id for view in views] == [each.user_id for each in engineers]
    with pytest.raises(SlotUnavailableError):
        house.book(lead, kind, TUESDAY_10, host=hosts[2])


def test_racers_for_a_panel_get_different_people_as_long_as_there_are_some(house: House) -> None:
    hosts = [house.a_host(f"host{number}") for number in range(5)]
    engineers = [house.a_host(f"engineer{number}") for number in range(3)]
    kind = house.a_booking_type(hosts=hosts, panel={"engineer": engineers})
    lead = house.a_lead()

    def call(host: Person) -> str:
        try:
            house.book(lead, kind, TUESDAY_10, host=host)
        except BookingError as error:
            return error.code
        return "booked"

    with ThreadPoolExecutor(max_workers=5) as pool:
        found = list(pool.map(call, hosts))

    assert sorted(found) == ["booked"] * 3 + ["slot_taken"] * 2
    rows = house.execute("select host_id from booking_hosts where panel_role = 'engineer'")
    assert sorted(row[0] for row in rows) == sorted(each.user_id for each in engineers)
    for pick, host_id in house.execute(
        "select pick, h.host_id from bookings join booking_hosts h using (org_id, booking_id)"
        " where panel_role = 'engineer'"
    ):
        (role,) = pick["roles"]
        assert [line["host_id"] for line in role["table"] if line["picked"]] == [host_id]


def test_the_hosts_answer_names_the_panels_people(house: House) -> None:
    host, engineer = house.a_host("host"), house.a_host("engineer", calendar=None)
    kind = house.a_booking_type(hosts=[host], panel={"engineer": [engineer]})

    answer = house.wiring.booking_service.hosts(
        caller=house.caller(), record_id=house.a_lead(), booking_type_id=kind
    )

    (role,) = hosts_body(answer)["panel"]
    assert (role["key"], role["name"]) == ("engineer", "Engineer")
    assert [(each["host_id"], each["unavailable"]["code"]) for each in role["people"]] == [
        (engineer.user_id, "no_calendar")
    ]
    assert [each.host_id for each in answer.hosts] == [host.user_id]


# ------------------------------------------------------------------------------- limits


def test_a_host_has_no_more_meetings_of_a_type_on_a_day_than_its_limit(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], daily_limit=2)
    other = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    house.book(lead, other, upcoming(2, "09:00"), host=host)
    for clock in ("10:00", "11:00"):
        house.book(lead, kind, upcoming(2, clock), host=host)

    assert starts(house, lead, kind, host=host) == []
    assert starts(house, lead, kind, day=3, host=host)
    with pytest.raises(SlotUnavailableError) as caught:
        house.book(lead, kind, upcoming(2, "13:00"), host=host)
    assert caught.value.code == "limit_reached"
    assert "Choose another day" in str(caught.value)
    assert {slot.interval.start.date() for slot in caught.value.alternatives} <= {
        upcoming(1, "12:00").date(),
        upcoming(3, "12:00").date(),
    }
    house.book(lead, other, upcoming(2, "14:00"), host=host)


def test_a_weeks_limit_counts_from_monday_to_sunday(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], weekly_limit=2)
    lead = house.a_lead()
    house.book(lead, kind, upcoming(1, "10:00"), host=host)
    house.book(lead, kind, upcoming(5, "10:00"), host=host)

    assert starts(house, lead, kind, day=3, host=host) == []
    # No day of that week would do.
    with pytest.raises(SlotUnavailableError, match="Choose another week"):
        house.book(lead, kind, upcoming(3, "10:00"), host=host)
    assert house.book(lead, kind, upcoming(1, "10:00", weeks=2), host=host).booking.status


def test_a_day_of_a_limit_is_the_hosts_own(house: House) -> None:
    # 10:00 and 23:00 UTC of one day are two days in Auckland.
    host = house.a_host("host", zone="Pacific/Auckland", hours=("00:00", "00:00"))
    kind = house.a_booking_type(hosts=[host], daily_limit=1)
    lead = house.a_lead()

    house.book(lead, kind, TUESDAY_10, host=host)
    house.book(lead, kind, upcoming(2, "23:00"), host=host)

    with pytest.raises(SlotUnavailableError) as caught:
        house.book(lead, kind, upcoming(3, "09:00"), host=host)
    assert caught.value.code == "limit_reached"


def test_a_meeting_as_a_co_host_or_in_a_panel_counts_as_well(house: House) -> None:
    host, colleague = house.a_host("host"), house.a_host("colleague")
    engineer, second = house.a_host("engineer"), house.a_host("second")
    kind = house.a_booking_type(
        hosts=[host, colleague],
        panel={"engineer": [engineer, second]},
        co_host_rule=CoHostRule(allowed=True),
        overrides={
            colleague.user_id: HostOverrides(daily_limit=1),
            engineer.user_id: HostOverrides(daily_limit=1),
        },
    )
    lead = house.a_lead()

    house.book(lead, kind, TUESDAY_10, host=host, co_hosts=[colleague])
    after = house.book(lead, kind, upcoming(2, "11:00"), host=host)

    assert attending(after) == {host.user_id: "host", second.user_id: "engineer"}
    assert starts(house, lead, kind, host=colleague) == []


def test_of_racers_for_the_last_place_of_a_day_exactly_one_wins(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], daily_limit=2)
    lead = house.a_lead()
    house.book(lead, kind, upcoming(2, "09:00"), host=host)
    clocks = ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]

    def call(clock: str) -> tuple[str, bool]:
        try:
            house.book(lead, kind, upcoming(2, clock), host=host)
        except BookingError as error:
            days = {slot.interval.start.date() for slot in error.alternatives}
            return error.code, upcoming(2, clock).date() not in days and bool(days)
        return "booked", True

    with ThreadPoolExecutor(max_workers=len(clocks)) as pool:
        found = list(pool.map(call, clocks))

    assert sorted(found) == [("booked", True)] + [("limit_reached", True)] * 5
    assert house.execute("select count(*) from bookings")[0][0] == 2


def test_a_pool_goes_on_to_who_is_below_their_limit(house: House) -> None:
    first, second = house.a_host("first"), house.a_host("second")
    kind = house.a_booking_type(
        hosts=[first, second],
        host_rule=HostRule(kind=HostRuleKind.TIME_FIRST),
        daily_limit=1,
    )
    lead = house.a_lead()

    hosts = [
        house.book(lead, kind, upcoming(2, clock)).booking.host_id for clock in ("10:00", "11:00")
    ]

    assert hosts == [first.user_id, second.user_id]
    rows = house.execute("select pick from bookings where start_at = :at", at=upcoming(2, "11:00"))
    assert "day" in rows[0][0]["table"][0]["reason"]


# ---------------------------------------------------------------- own rules, own days


def test_a_host_keeps_their_own_buffers_also_between_two_of_our_bookings(house: House) -> None:
    tight, roomy = house.a_host("tight"), house.a_host("roomy")
    kind = house.a_booking_type(
        hosts=[tight, roomy],
        overrides={roomy.user_id: HostOverrides(buffer_after=timedelta(minutes=30))},
    )
    lead = house.a_lead()
    for host in (tight, roomy):
        house.book(lead, kind, TUESDAY_10, host=host)

    assert "10:30" in starts(house, lead, kind, host=tight)
    assert "10:30" not in starts(house, lead, kind, host=roomy)
    assert "09:30" not in starts(house, lead, kind, host=roomy)
    (blocked,) = house.execute(
        "select upper(blocked) from booking_hosts where host_id = :host", host=roomy.user_id
    )[0]
    assert blocked == upcoming(2, "11:00")


def test_racers_whom_only_a_hosts_own_buffer_keeps_apart_are_not_both_booked(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(
        hosts=[host], overrides={host.user_id: HostOverrides(buffer_before=timedelta(minutes=30))}
    )
    lead = house.a_lead()

    def call(clock: str) -> str:
        try:
            house.book(lead, kind, upcoming(2, clock), host=host)
        except BookingError as error:
            return error.code
        return "booked"

    with ThreadPoolExecutor(max_workers=6) as pool:
        found = list(pool.map(call, ["10:00", "10:30"] * 3))

    assert sorted(found) == ["booked"] + ["slot_taken"] * 5


def test_a_hosts_own_hours_notice_and_window_take_the_place_of_the_types(house: House) -> None:
    usual, early, late = (house.a_host(name) for name in ("usual", "early", "late"))
    kind = house.a_booking_type(
        hosts=[usual, early, late],
        overrides={
            early.user_id: HostOverrides(working_hours=weekly("UTC", "06:00", "07:00")),
            late.user_id: HostOverrides(minimum_notice=timedelta(days=30)),
        },
    )
    lead = house.a_lead()

    assert starts(house, lead, kind, host=usual)[0] == "09:00"
    assert starts(house, lead, kind, host=early) == ["06:00", "06:30"]
    assert starts(house, lead, kind, host=late) == []
    with pytest.raises(BookingError) as caught:
        house.book(lead, kind, TUESDAY_10, host=late)
    assert caught.value.code == "below_minimum_notice"


def test_nobody_is_booked_on_their_day_off_or_on_a_holiday_they_keep(house: House) -> None:
    tuesday = upcoming(2, "12:00").date()
    off = house.a_host("off", date_overrides=[DateOverride(on=tuesday, label="Moving")])
    short = house.a_host(
        "short",
        date_overrides=[
            DateOverride(
                on=tuesday,
                spans=(DaySpan(start=TUESDAY_10.time(), end=upcoming(2, "11:00").time()),),
            )
        ],
    )
    usual = house.a_host("usual")
    kind = house.a_booking_type(hosts=[off, short, usual])
    closed = house.a_booking_type(
        hosts=[usual], holidays=HolidayRule(days=(Holiday(on=tuesday, name="Founders' day"),))
    )
    lead = house.a_lead()

    assert starts(house, lead, kind, host=off) == []
    assert starts(house, lead, kind, host=short) == ["10:00", "10:30"]
    assert starts(house, lead, kind, host=usual)
    assert starts(house, lead, closed, host=usual) == []
    assert starts(house, lead, closed, day=3, host=usual)
    with pytest.raises(BookingError) as caught:
        house.book(lead, closed, TUESDAY_10, host=usual)
    assert caught.value.code == "slot_not_offered"


UNREAD: dict[str, Any] = {
    "vendor": "google", "kind": "status", "status": 500, "times": 50, "operation": "free_busy",
}  # fmt: skip


@pytest.mark.parametrize("closed", [
    {"holidays": HolidayRule(days=(Holiday(on=TUESDAY_10.date(), name="Fair"),))},
    {"date_overrides": (DateOverride(on=TUESDAY_10.date(), spans=()),)},
    {"minimum_notice": timedelta(days=20)},
], ids=lambda each: next(iter(each)))  # fmt: skip
def test_what_no_calendar_can_change_is_not_blamed_on_one_that_cannot_be_read(
    house: House, closed: dict[str, Any]
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], **closed)
    house.fault(caller=host.email, **UNREAD)

    with pytest.raises(BookingError) as caught:
        house.book(house.a_lead(), kind, TUESDAY_10, host=host)

    assert caught.value.code in ("slot_not_offered", "below_minimum_notice")


def test_with_a_busy_co_host_nobody_need_try_again_for_an_unread_host(house: House) -> None:
    host = house.a_host("host")
    busy = house.a_host("busy", busy=[(TUESDAY_10, TUESDAY_10 + HOUR)])
    kind = house.a_booking_type(hosts=[host, busy], co_host_rule=CoHostRule(allowed=True))
    house.fault(caller=host.email, **UNREAD)

    with pytest.raises(SlotUnavailableError, match="Busy is busy then"):
        house.book(house.a_lead(), kind, TUESDAY_10, host=host, co_hosts=[busy])


def test_a_role_that_only_somebody_unread_could_take_is_not_called_taken(house: House) -> None:
    host, unread = house.a_host("host"), house.a_host("unread")
    busy = house.a_host("busy", busy=[(TUESDAY_10, TUESDAY_10 + HOUR)])
    kind = house.a_booking_type(hosts=[host], panel={"engineer": [busy, unread]})
    house.fault(caller=unread.email, **UNREAD)

    with pytest.raises(AvailabilityUnverifiedError, match="Unread has a calendar"):
        house.book(house.a_lead(), kind, TUESDAY_10, host=host)


def test_a_holiday_counts_for_the_night_that_began_on_it_wherever_that_is() -> None:
    # In Pago Pago, hours that began on Thursday evening go on to Friday's, which is UTC's Saturday.
    friday_evening = datetime(2026, 11, 28, 5, tzinfo=UTC)

    found = holidays_within("US", Interval(friday_evening, friday_evening + HOUR))

    assert date(2026, 11, 26) in {each.on for each in found}


def test_equal_hours_of_hosts_are_one_object_so_that_they_are_worked_out_once() -> None:
    one, two = (
        HostRow(time_zone="Europe/Berlin", working_hours=dump_working_hours(hours))
        for hours in [weekly("Europe/Berlin", "09:00", "17:00") for _ in range(2)]
    )
    usual = HostRow(time_zone="Asia/Tokyo", working_hours={})

    assert working_hours_of(one) is working_hours_of(two)
    assert working_hours_of(usual).time_zone == "Asia/Tokyo"


def test_the_public_holidays_of_a_hosts_own_country_are_kept(house: House) -> None:
    christmas = upcoming(1, "12:00")
    while (christmas.month, christmas.day) != (12, 25):
        christmas += timedelta(days=1)
    host, abroad = house.a_host("host", holidays="DE-BE"), house.a_host("abroad")
    whole_week = HostOverrides(
        working_hours=weekly("UTC", "09:00", "17:00"),
    )
    kind = house.a_booking_type(
        hosts=[host, abroad],
        booking_window=timedelta(days=400),
        overrides={host.user_id: whole_week, abroad.user_id: whole_week},
    )
    lead = house.a_lead()

    def on_christmas(person: Person) -> int:
        answer = house.wiring.booking_service.availability(
            caller=house.caller(),
            request=AvailabilityRequest(
                record_id=lead,
                booking_type_id=kind,
                span=Interval(
                    christmas.replace(hour=0), christmas.replace(hour=0) + timedelta(days=1)
                ),
                host_id=person.user_id,
            ),
        )
        return len(answer.availability.slots)

    expected = 0 if christmas.isoweekday() > 5 else 16
    assert (on_christmas(host), on_christmas(abroad)) == (0, expected)


# ------------------------------------------------------------------------------ platform


def test_a_host_whose_default_is_fixed_meets_there_and_nowhere_else(house: House) -> None:
    host = house.a_host("host", zoom=True, platform=Platform.ZOOM)
    kind = house.a_booking_type(
        hosts=[host], platform_rule=PlatformRule(kind=PlatformRuleKind.HOST_DEFAULT)
    )
    lead = house.a_lead()

    (choice,) = house.wiring.booking_service.hosts(
        caller=house.caller(), record_id=lead, booking_type_id=kind
    ).hosts
    view = house.book(lead, kind, TUESDAY_10, host=host)
    same = house.book(lead, kind, upcoming(2, "11:00"), host=host, platform=Platform.ZOOM)
    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, kind, upcoming(2, "12:00"), host=host, platform=Platform.NONE)

    assert (choice.platforms, choice.default_platform) == ((Platform.ZOOM,), Platform.ZOOM)
    assert {view.booking.platform, same.booking.platform} == {"zoom"}
    assert (caught.value.code, caught.value.field) == ("platform_not_allowed", "platform")
    assert "always meets on Zoom" in caught.value.message


def test_a_host_who_cannot_meet_on_their_own_fixed_default_is_not_booked_elsewhere(
    house: House,
) -> None:
    host = house.a_host("host", platform=Platform.ZOOM)
    fixed = house.a_booking_type(
        hosts=[host], platform_rule=PlatformRule(kind=PlatformRuleKind.HOST_DEFAULT)
    )
    free = house.a_booking_type(hosts=[host])
    lead = house.a_lead()

    assert house.book(lead, free, TUESDAY_10, host=host).booking.platform == "none"
    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, fixed, upcoming(2, "11:00"), host=host)
    assert caught.value.code == "platform_not_connected"


def test_a_type_without_a_platform_meets_at_a_place(house: House) -> None:
    host = house.a_host("host", zoom=True, platform=Platform.ZOOM)
    kind = house.a_booking_type(
        hosts=[host], platform_rule=PlatformRule(kind=PlatformRuleKind.NONE)
    )
    lead = house.a_lead()

    view = house.book(lead, kind, TUESDAY_10, host=host, place="Their office")
    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, kind, upcoming(2, "11:00"), host=host, platform=Platform.ZOOM)

    assert (view.booking.platform, view.booking.place) == ("none", "Their office")
    assert caught.value.code == "platform_not_allowed"
