"""What the rep sees when something is in the way, in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Request, Route, expect

from booking_types.model import Clause, HostRule, HostRuleKind, Operator, RecordFilter
from connectors.protocols import Vendor
from tests.browser.stage import Screen
from tests.house import House, upcoming

TUESDAY = upcoming(2, "09:30")
#: What Chromium says of an answer with a status of 4xx or 5xx.
FAILED_ANSWER = r"Failed to load resource"


def open_details(screen: Screen, record_id: str) -> None:
    """The details of Tuesday's time, with the only host."""
    screen.open(record_id)
    screen.create_booking()
    screen.choose_time(TUESDAY)


# ------------------------------------------------------------------------------ no booking type


def test_it_is_said_when_no_booking_type_exists_for_the_object(
    screen: Screen, house: House
) -> None:
    screen.open(house.a_lead())
    screen.create_booking()

    expect(screen.panel).to_contain_text("There are no booking types for Lead records yet")
    screen.picture("no-booking-types")


def test_it_is_said_when_the_record_does_not_qualify_and_an_admin_sees_why(
    screen: Screen, house: House
) -> None:
    admin = house.a_user("admin", permission_sets=["Booking_Admin", "Booking_Organizer"])
    big = RecordFilter(
        clauses=(Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=10_000_000),)
    )
    house.a_booking_type(hosts=[house.a_host("executive")], record_filter=big, name="Enterprise")
    lead = house.a_lead(AnnualRevenue=50_000)

    screen.open(lead)
    screen.create_booking()
    expect(screen.panel).to_contain_text("does not accept this record")
    expect(screen.panel).not_to_contain_text("50000")
    screen.picture("no-type-fits-rep")
    screen.open(lead, user=admin)
    screen.create_booking()

    expect(screen.panel).to_contain_text("Enterprise")
    expect(screen.panel).to_contain_text(re.compile("10,?000,?000"))
    expect(screen.panel).to_contain_text(re.compile("50,?000"))
    screen.picture("no-type-fits-admin")


# ------------------------------------------------------------------------------- the lost slot


def test_a_time_lost_meanwhile_shows_others_and_loses_nothing_typed(
    screen: Screen, house: House
) -> None:
    executive = house.a_host("executive")
    kind = house.a_booking_type(hosts=[executive])
    lead = house.a_lead()
    open_details(screen, lead)
    screen.field("Notes").fill("Wants to see the reports first.")
    house.book(house.a_lead(), kind, TUESDAY, host=executive)

    screen.book()
    expect(screen.panel).to_contain_text("This time has just been taken")
    expect(screen.field("Notes")).to_have_value("Wants to see the reports first.")
    screen.picture("lost-time")
    screen.panel.locator("c-booking-problem").get_by_role(
        "button", name=re.compile("11:00")
    ).first.click()
    screen.book()
    screen.wait_until_all_is_done()

    rows = house.execute(
        "select start_at, notes from bookings where org_id = :org and record_id = :lead",
        org=house.org_id,
        lead=lead,
    )
    assert [(row.start_at, row.notes) for row in rows] == [
        (TUESDAY + timedelta(minutes=30), "Wants to see the reports first.")
    ]


# --------------------------------------------------------------------------- nobody can be read


def test_a_host_whose_calendar_cannot_be_read_is_named_and_the_others_stay(
    screen: Screen, house: House
) -> None:
    well, ill = house.a_host("well"), house.a_host("ill")
    house.a_host("unconnected", calendar=None)
    house.a_booking_type(hosts=[well, ill], host_rule=HostRule(kind=HostRuleKind.TIME_FIRST))
    house.fault(
        vendor="google",
        kind="status",
        status=500,
        times=100,
        operation="free_busy",
        caller=ill.email,
    )

    screen.open(house.a_lead())
    screen.create_booking()
    screen.go_to(TUESDAY.date())
    expect(screen.time(TUESDAY)).to_be_visible()

    expect(screen.panel).to_contain_text(re.compile("Ill .*cannot be read"))
    screen.picture("unreadable-calendar")
    screen.time(TUESDAY).click()
    screen.book()
    screen.wait_until_all_is_done()


def test_a_host_who_cannot_be_chosen_says_why(screen: Screen, house: House) -> None:
    house.a_booking_type(
        hosts=[house.a_host("well"), house.a_host("unconnected", calendar=None)], name="Call"
    )

    screen.open(house.a_lead())
    screen.create_booking()

    expect(screen.host("Unconnected")).to_contain_text("has not connected a calendar")
    expect(screen.host("Unconnected")).to_have_attribute("aria-disabled", "true")


# ------------------------------------------------------------------------------ afterwards


def test_a_target_that_needs_a_person_says_what_to_do_beside_the_confirmation(
    screen: Screen, house: House
) -> None:
    executive = house.a_host("executive")
    house.a_booking_type(hosts=[executive])
    lead = house.a_lead()
    open_details(screen, lead)
    house.fault(
        vendor="google",
        kind="status",
        status=403,
        body='{"error": {"code": 403, "message": "no", "errors": [{"reason": "forbidden"}]}}',
        times=100,
        operation="events_insert",
        caller=executive.email,
    )

    screen.book()

    expect(screen.panel).to_contain_text("Booked:")
    expect(screen.panel).to_contain_text(re.compile("Needs a person|needs a person"))
    screen.picture("needs-attention")


# ------------------------------------------------------------------------- nobody knows


def test_when_the_answer_is_lost_the_panel_finds_out_whether_it_was_booked(
    screen: Screen, house: House
) -> None:
    executive = house.a_host("executive")
    house.a_booking_type(hosts=[executive])
    open_details(screen, house.a_lead())
    screen.expect_complaint(FAILED_ANSWER)
    screen.expect_complaint("no answer")
    lost: list[str] = []

    def lose(route: Route) -> None:
        # It is booked, and then the answer does not arrive.
        lost.append("once")
        route.fetch()
        route.abort("connectionreset")

    screen.page.route("**/apex/BookingController/book", lose)
    screen.book()
    expect(screen.panel).to_contain_text("Booked:")

    rows = house.execute("select 1 from bookings where org_id = :org", org=house.org_id)
    assert (len(rows), lost) == (1, ["once"])


def test_a_wish_that_arrives_after_it_was_given_up_books_nothing(
    screen: Screen, house: House
) -> None:
    house.a_booking_type(hosts=[house.a_host("executive")])
    open_details(screen, house.a_lead())
    screen.expect_complaint(FAILED_ANSWER)
    screen.expect_complaint("no answer")
    late: list[Request] = []

    def hold(route: Route) -> None:
        # It waits somewhere; whoever sent it gets no answer.
        late.append(route.request)
        route.abort("connectionreset")

    screen.page.route("**/apex/BookingController/book", hold, times=1)
    screen.book()
    expect(screen.panel).to_contain_text("It was not booked", timeout=30_000)
    screen.picture("not-booked")
    arrived = screen.page.request.post(
        late[0].url, data=late[0].post_data_buffer, headers=late[0].headers
    )

    assert arrived.json()["value"]["problem"]["code"] == "key_given_up"
    assert house.execute("select 1 from bookings where org_id = :org", org=house.org_id) == []
    screen.panel.get_by_role("button", name="Book again").click()
    screen.wait_until_all_is_done()
    rows = house.execute("select 1 from bookings where org_id = :org", org=house.org_id)
    assert len(rows) == 1


def test_offline_says_so_and_goes_on_where_it_stood(screen: Screen, house: House) -> None:
    executive = house.a_host("executive")
    house.a_booking_type(hosts=[executive, house.a_host("other")])
    screen.open(house.a_lead())
    screen.expect_complaint(FAILED_ANSWER)
    screen.expect_complaint("no answer")
    screen.create_booking()
    screen.host("Executive").wait_for()

    screen.page.context.set_offline(True)
    screen.host("Executive").click()
    expect(screen.panel).to_contain_text("You are offline")
    screen.picture("offline")
    screen.page.context.set_offline(False)

    expect(screen.panel).not_to_contain_text("You are offline")
    screen.go_to(TUESDAY.date())
    expect(screen.time(TUESDAY)).to_be_visible()


def test_a_service_that_is_away_is_said_in_words(screen: Screen, house: House) -> None:
    house.a_booking_type(hosts=[house.a_host("executive")])
    lead = house.a_lead()
    with screen.credential_leading_to("http://127.0.0.1:9"):
        screen.open(lead)
        screen.create_booking()
        expect(screen.panel).to_contain_text("cannot be reached")
        screen.picture("service-away")

    screen.panel.get_by_role("button", name="Try again").click()
    expect(screen.panel.get_by_label("Go to date")).to_be_visible()


def test_somebody_without_the_permission_set_is_told_whom_to_ask(
    screen: Screen, house: House
) -> None:
    nobody = house.a_user("nobody")
    house.a_booking_type(hosts=[house.a_host("executive")])

    screen.open(house.a_lead(), user=nobody)
    screen.create_booking()

    expect(screen.panel).to_contain_text("permission set")
    screen.picture("no-permission")


# -------------------------------------------------------------------------------- everybody


@pytest.mark.parametrize(
    ("layout", "opens"), [("side", "In place"), ("page", "In place"), ("full", "Dialog")]
)
def test_every_step_can_be_used_by_everybody_at_every_width(
    screen: Screen, house: House, layout: str, opens: str
) -> None:
    """axe finds nothing, on any step, in the narrow column, in the main column, in the dialog."""
    executive = house.a_host(
        "executive", calendar=Vendor.MICROSOFT, busy=[(TUESDAY, upcoming(2, "10:00"))]
    )
    house.a_booking_type(hosts=[executive, house.a_host("other")], name="Discovery call")
    house.a_booking_type(hosts=[executive], name="Product demo")
    name = f"width-{layout}"

    screen.open(house.a_lead(), layout=layout, opens=opens)
    screen.bookings.get_by_text("No past bookings.").wait_for()
    found = screen.accessibility_findings()
    screen.create_booking()
    screen.panel.get_by_role("button", name="Discovery call").wait_for()
    found += screen.accessibility_findings()
    screen.choose_type("Discovery call")
    screen.host("Executive").click()
    screen.go_to(TUESDAY.date())
    screen.page.locator('[role="gridcell"][data-start]').first.wait_for()
    found += screen.accessibility_findings()
    screen.picture(f"{name}-times")
    start = upcoming(2, "10:30")
    screen.time(start).click()
    screen.field("Notes").wait_for()
    found += screen.accessibility_findings()
    screen.picture(f"{name}-details")
    screen.book()
    screen.wait_until_all_is_done()
    found += screen.accessibility_findings()
    screen.picture(f"{name}-booked")

    assert "\n".join(sorted(set(found))) == ""
