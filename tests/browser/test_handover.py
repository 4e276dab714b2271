"""The whole handover in a real browser: LWC, its Apex, the service, and what arrives outside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from booking_types.model import CoHostRule, HostRule, HostRuleKind, Platform
from connectors.protocols import Vendor
from tests.browser.stage import Screen
from tests.house import House, Person, upcoming

#: Half past ten at the rep's in Berlin, half past nine at the hosts', who live by UTC.
TUESDAY = upcoming(2, "09:30")
WEDNESDAY = upcoming(3, "10:00")


def invitations(house: House, guest: str) -> list[Any]:
    """The invitations that a guest has got."""
    return [
        mail
        for mail in house.control.mails(recipient=guest)
        if mail["invitation"] and mail["invitation"]["method"] == "REQUEST"
    ]


def the_booking(house: House) -> Any:
    """The only booking of the house."""
    (row,) = house.execute("select * from bookings where org_id = :org", org=house.org_id)
    return row


def expect_everywhere(screen: Screen, house: House, *, host: Person, guest: str) -> None:
    """It shows on the page beside the component, and it is where the page says."""
    outside = screen.page.get_by_role("region", name="Seen from outside")
    expect(outside.get_by_role("region", name="Mail")).to_contain_text(guest)
    expect(outside.get_by_role("region", name="belongs to the record")).to_contain_text("Scheduled")
    expect(outside.get_by_role("region", name="Calendars")).to_contain_text(host.name)
    expect(outside.get_by_role("button", name="Show all")).to_be_hidden()
    assert len(invitations(house, guest)) == 1
    assert the_booking(house).host_id == host.user_id


# ------------------------------------------------------------------- the host is chosen first


def test_a_host_is_chosen_a_time_is_clicked_and_everybody_agrees(
    screen: Screen, house: House
) -> None:
    executive = house.a_host("executive")
    house.a_host("engineer")
    house.a_booking_type(hosts=[executive, house.a_host("other")], name="Discovery call")
    house.a_booking_type(hosts=[executive], name="Product demo")
    lead = house.a_lead()
    guest = f"guest@customer.{house.domain}"

    screen.open(lead)
    screen.picture("record")
    screen.create_booking()
    screen.picture("booking-types")
    screen.choose_type("Discovery call")
    screen.host("Executive").click()
    screen.go_to(TUESDAY.date())
    expect(screen.time(TUESDAY)).to_have_accessible_name(re.compile("Tuesday, .* 10:30 AM"))
    screen.picture("times")
    screen.time(TUESDAY).click()
    expect(screen.field("Guest’s email")).to_have_value(guest)
    screen.picture("details")
    screen.book()
    screen.wait_until_all_is_done()
    screen.picture("booked")
    screen.panel.get_by_role("button", name="Done").click()

    expect_everywhere(screen, house, host=executive, guest=guest)
    expect(screen.bookings).to_contain_text("Just booked")
    expect(screen.bookings).to_contain_text("Scheduled")
    screen.picture("record-booked")
    assert the_booking(house).start_at == TUESDAY


def test_the_keyboard_alone_books_with_a_chosen_host(screen: Screen, house: House) -> None:
    executive = house.a_host("executive")
    house.a_booking_type(hosts=[house.a_host("other"), executive], name="Discovery call")
    house.a_booking_type(hosts=[executive], name="Product demo")

    screen.open(house.a_lead())
    screen.tab_to(screen.bookings.get_by_role("button", name="Create Booking"))
    screen.press("Enter")
    screen.tab_to(screen.panel.get_by_role("button", name="Discovery call"))
    screen.press("Enter")
    screen.tab_to(screen.host("Other"))
    screen.press("ArrowDown", "Space")
    expect(screen.host("Executive")).to_have_attribute("aria-selected", "true")
    screen.type_date(TUESDAY.date())
    screen.time(TUESDAY).wait_for()
    screen.tab_to(screen.panel.locator('[role="gridcell"][tabindex="0"]'))
    screen.press("Home", "ArrowRight")
    focused = screen.panel.locator('[role="gridcell"]:focus')
    expect(focused).to_have_attribute("data-start", f"{TUESDAY:%Y-%m-%d}T09:00:00Z")
    screen.press("ArrowDown")
    expect(screen.time(TUESDAY)).to_be_focused()
    screen.press("Enter")
    screen.tab_to(screen.panel.get_by_role("button", name="Book", exact=True))
    screen.press("Enter")
    screen.wait_until_all_is_done()
    screen.tab_to(screen.panel.get_by_role("button", name="Done"))
    screen.press("Enter")

    expect(screen.bookings.get_by_role("button", name="Create Booking")).to_be_focused()
    assert (the_booking(house).host_id, the_booking(house).start_at) == (
        executive.user_id,
        TUESDAY,
    )


# --------------------------------------------------------------------------- all hosts at once


def test_with_all_hosts_shown_the_time_comes_first_and_then_one_who_is_free(
    screen: Screen, house: House
) -> None:
    busy = house.a_host("busy", busy=[(TUESDAY, upcoming(2, "10:30"))])
    free, other = house.a_host("free"), house.a_host("other")
    house.a_booking_type(hosts=[busy, free, other])

    screen.open(house.a_lead())
    screen.create_booking()
    screen.panel.get_by_role("button", name="Show all user availability").click()
    screen.choose_time(TUESDAY)

    expect(screen.host("Busy")).to_have_attribute("aria-disabled", "true")
    expect(screen.host("Busy")).to_contain_text("is not free then")
    screen.picture("all-hosts")
    screen.host("Free").click()
    screen.book()
    screen.wait_until_all_is_done()
    assert the_booking(house).host_id == free.user_id


def test_the_keyboard_alone_takes_one_who_is_free_of_all_hosts(
    screen: Screen, house: House
) -> None:
    busy = house.a_host("busy", busy=[(TUESDAY, upcoming(2, "10:30"))])
    free, other = house.a_host("free"), house.a_host("other")
    house.a_booking_type(hosts=[busy, free, other])

    screen.open(house.a_lead())
    screen.tab_to(screen.bookings.get_by_role("button", name="Create Booking"))
    screen.press("Enter")
    screen.tab_to(screen.panel.get_by_role("button", name="Show all user availability"))
    screen.press("Enter")
    screen.type_date(TUESDAY.date())
    screen.time(TUESDAY).wait_for()
    screen.tab_to(screen.panel.locator('[role="gridcell"][tabindex="0"]'))
    screen.press("Home", "ArrowRight", "ArrowDown", "Enter")
    screen.tab_to(screen.host("Free"))
    screen.press("ArrowDown", "Enter")
    expect(screen.host("Other")).to_have_attribute("aria-selected", "true")
    screen.tab_to(screen.panel.get_by_role("button", name="Book", exact=True))
    screen.press("Enter")
    screen.wait_until_all_is_done()

    assert the_booking(house).host_id == other.user_id


# -------------------------------------------------------------------- the record names the host


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_host_that_the_record_names_is_shown_and_booked(
    screen: Screen, house: House, by: str
) -> None:
    owner = house.a_host("owner", calendar=Vendor.MICROSOFT, platform=Platform.MICROSOFT_TEAMS)
    house.a_booking_type(
        hosts=[], host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",))
    )
    lead = house.a_lead(OwnerId=owner.user_id)

    screen.open(lead)
    finish(screen, by=by, screenshot="lookup", sees="Owner")

    assert (the_booking(house).host_id, the_booking(house).platform) == (
        owner.user_id,
        "microsoft_teams",
    )


# ------------------------------------------------------------------------------ the time first


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_with_the_time_first_the_host_is_the_first_in_line_who_is_free(
    screen: Screen, house: House, by: str
) -> None:
    busy = house.a_host("busy", busy=[(TUESDAY, upcoming(2, "10:30"))])
    second, third = house.a_host("second"), house.a_host("third")
    house.a_booking_type(
        hosts=[busy, second, third], host_rule=HostRule(kind=HostRuleKind.TIME_FIRST)
    )

    screen.open(house.a_lead())
    finish(screen, by=by, screenshot="time-first", sees="First in line who is free then")

    assert the_booking(house).host_id == second.user_id


def finish(screen: Screen, *, by: str, screenshot: str, sees: str) -> None:
    """Book Tuesday's time where no host has to be chosen, and look at what is said before."""
    if by == "mouse":
        screen.create_booking()
        screen.choose_time(TUESDAY)
    else:
        screen.tab_to(screen.bookings.get_by_role("button", name="Create Booking"))
        screen.press("Enter")
        screen.type_date(TUESDAY.date())
        screen.time(TUESDAY).wait_for()
        screen.tab_to(screen.panel.locator('[role="gridcell"][tabindex="0"]'))
        screen.press("Home", "ArrowRight", "ArrowDown")
        expect(screen.time(TUESDAY)).to_be_focused()
        screen.press("Enter")
    expect(screen.panel).to_contain_text(sees)
    screen.picture(f"{screenshot}-{by}")
    if by == "mouse":
        screen.book()
    else:
        screen.tab_to(screen.panel.get_by_role("button", name="Book", exact=True))
        screen.press("Enter")
    screen.wait_until_all_is_done()


# ----------------------------------------------------------------------------------- co-hosts


def test_co_hosts_leave_only_the_times_that_all_can_make(screen: Screen, house: House) -> None:
    host = house.a_host("executive")
    engineer = house.a_host(
        "engineer", calendar=Vendor.MICROSOFT, busy=[(TUESDAY, upcoming(2, "10:00"))]
    )
    house.a_booking_type(
        hosts=[host, engineer], co_host_rule=CoHostRule(allowed=True, most=2), name="Deep dive"
    )

    screen.open(house.a_lead())
    screen.create_booking()
    screen.host("Executive").click()
    screen.go_to(TUESDAY.date())
    expect(screen.time(TUESDAY)).not_to_have_attribute("aria-disabled", "true")
    screen.panel.get_by_label("Add a co-host").click()
    screen.panel.get_by_role("option", name="Engineer").last.click()
    expect(screen.panel.get_by_role("grid")).to_have_attribute("aria-busy", "false")
    expect(screen.time(TUESDAY)).to_have_attribute("aria-disabled", "true")
    screen.time(TUESDAY).hover()
    expect(screen.panel.get_by_role("tooltip")).to_contain_text("Engineer is busy")
    screen.picture("co-hosts")
    screen.choose_time(WEDNESDAY)
    screen.book()
    screen.wait_until_all_is_done()

    attending = house.execute(
        "select host_id, role from booking_hosts where org_id = :org", org=house.org_id
    )
    assert {(row.host_id, row.role) for row in attending} == {
        (host.user_id, "host"),
        (engineer.user_id, "co_host"),
    }


# ---------------------------------------------------------------------------- guests, platform


def test_what_is_typed_in_the_details_is_what_is_booked(screen: Screen, house: House) -> None:
    executive = house.a_host("executive", zoom=True, platform=Platform.GOOGLE_MEET)
    house.a_booking_type(hosts=[executive])
    first, second = f"first@{house.domain}.example", f"second@{house.domain}.example"

    screen.open(house.a_lead())
    screen.create_booking()
    screen.choose_time(TUESDAY)
    more = screen.field("More guests")
    more.fill(first)
    more.press("Enter")
    more.evaluate(
        """(field, text) => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            field.dispatchEvent(new ClipboardEvent('paste',
                { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        f"Somebody <{second}>; {first}",
    )
    screen.panel.get_by_role("combobox", name="Platform").click()
    screen.panel.get_by_role("option", name="Zoom").click()
    screen.field("Notes").fill("Wants to see the reports first.")
    screen.picture("details-filled")
    screen.book()
    screen.wait_until_all_is_done()

    booking = the_booking(house)
    assert [guest["email"] for guest in booking.guests[1:]] == [first, second]
    assert (booking.platform, booking.notes) == ("zoom", "Wants to see the reports first.")
    assert booking.join_url
    assert [len(invitations(house, each)) for each in (first, second)] == [1, 1]


def test_two_clicks_on_book_book_once(screen: Screen, house: House) -> None:
    executive = house.a_host("executive")
    house.a_booking_type(hosts=[executive])

    screen.open(house.a_lead())
    screen.create_booking()
    screen.choose_time(TUESDAY)
    screen.panel.get_by_role("button", name="Book", exact=True).dblclick()
    screen.wait_until_all_is_done()

    assert the_booking(house).host_id == executive.user_id
    made = house.control.requests(vendor="google")
    assert len([each for each in made if each["operation"] == "events_insert"]) >= 1
    assert len(invitations(house, f"guest@customer.{house.domain}")) == 1


# -------------------------------------------------------------------------------------- zones


def test_neither_the_browsers_zone_nor_the_hosts_decides_what_a_time_means(
    screen: Screen, house: House
) -> None:
    """The browser is in Auckland, the rep in Berlin, the host in Kolkata, the guest in New York."""
    start = upcoming(2, "15:00", zone="Europe/Berlin")
    host = house.a_host("executive", zone="Asia/Kolkata", hours=("09:00", "23:30"))
    house.a_booking_type(hosts=[host], guest_time_zone_path="Description")
    lead = house.a_lead(Description="America/New_York")

    screen.open(lead)
    screen.create_booking()
    screen.choose_time(start)

    expect(screen.panel.get_by_role("heading", level=3).filter(has_text="3:00")).to_be_visible()
    expect(screen.panel).to_contain_text("Guest’s clock: 9:00")
    screen.picture("zones")
    screen.book()
    screen.wait_until_all_is_done()
    expect(screen.panel).to_contain_text("9:00 AM, New York time")
    booking = the_booking(house)
    assert (booking.start_at, booking.time_zone) == (start, "America/New_York")
    assert booking.local_start.endswith("T09:00:00")


# --------------------------------------------------------------------------- the record action


def test_the_record_action_opens_the_same_panel_and_closes_it(screen: Screen, house: House) -> None:
    executive = house.a_host("executive")
    house.a_booking_type(hosts=[executive])

    screen.open(house.a_lead())
    screen.page.locator("#create-booking").click()
    screen.choose_time(TUESDAY)
    screen.book()
    screen.wait_until_all_is_done()
    screen.picture("action")
    screen.panel.get_by_role("button", name="Done").click()

    expect(screen.panel).to_have_count(0)
    assert the_booking(house).host_id == executive.user_id
