"""What the rep sees where there is little room: a side column, a small window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from booking_types.model import HostRule, HostRuleKind
from tests.browser.stage import Screen
from tests.house import House, upcoming

TUESDAY = upcoming(2, "09:30")


def test_in_a_narrow_column_times_can_be_clicked_without_scrolling(
    screen: Screen, house: House
) -> None:
    """Only what is needed while somebody waits on the phone stands above the times."""
    executive = house.a_host("executive")
    house.a_booking_type(hosts=[executive, house.a_host("other")])

    screen.open(house.a_lead(), layout="side", opens="In place")
    screen.create_booking()
    screen.host("Executive").click()
    first = screen.page.locator('[role="gridcell"][aria-selected]').first
    first.wait_for()
    screen.picture("narrow-times")
    expect(first).to_be_in_viewport(ratio=1)
    expect(screen.panel.get_by_text("The guest says…")).to_have_count(0)
    assert screen.accessibility_findings() == []
    screen.narrow_down.click()
    screen.panel.get_by_role("button", name="Afternoons").click()
    screen.picture("narrow-opened")
    screen.narrow_down.click()

    expect(screen.panel.get_by_role("button", name="Remove: Afternoons")).to_be_visible()
    screen.picture("narrow-narrowed")


def test_in_a_narrow_column_another_host_can_be_taken(screen: Screen, house: House) -> None:
    house.a_booking_type(hosts=[house.a_host("executive"), house.a_host("other")])

    screen.open(house.a_lead(), layout="side", opens="In place")
    screen.create_booking()
    screen.tab_to(screen.host("Executive"))
    screen.press("Enter")
    change = screen.panel.get_by_role("button", name="Change the host")
    expect(change).to_be_focused()
    expect(screen.host("Executive")).to_have_count(0)
    screen.press("Enter")
    expect(screen.host("Executive")).to_be_focused()
    screen.press("ArrowDown", "Enter")

    expect(change).to_be_focused()
    expect(screen.panel.locator("c-host-panel")).to_contain_text("Other")


def test_who_cannot_be_booked_is_said_once_at_every_width(screen: Screen, house: House) -> None:
    ill = house.a_host("ill")
    house.a_booking_type(
        hosts=[house.a_host("well"), ill], host_rule=HostRule(kind=HostRuleKind.TIME_FIRST)
    )
    house.fault(
        vendor="google",
        kind="status",
        status=500,
        times=100,
        operation="free_busy",
        caller=ill.email,
    )
    lead = house.a_lead()

    for layout, part in (("page", "c-host-panel"), ("side", "c-availability-panel")):
        screen.open(lead, layout=layout, opens="In place")
        screen.create_booking()
        screen.page.locator('[role="gridcell"][data-start]').first.wait_for()
        said = screen.panel.get_by_text("cannot be read")
        expect(said).to_have_count(1)
        expect(screen.panel.locator(part).get_by_text("cannot be read")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 1440])
def test_escape_closes_the_details_and_then_the_dialog(
    screen: Screen, house: House, width: int
) -> None:
    house.a_booking_type(
        hosts=[house.a_host("executive"), house.a_host("other")],
        host_rule=HostRule(kind=HostRuleKind.TIME_FIRST),
    )
    screen.page.set_viewport_size({"width": width, "height": 800})

    screen.open(house.a_lead())
    screen.create_booking()
    screen.choose_time(TUESDAY)
    screen.field("Notes").wait_for()
    screen.press("Escape")
    expect(screen.field("Notes")).to_have_count(0)
    expect(screen.time(TUESDAY)).to_be_focused()
    screen.press("Escape")

    expect(screen.panel).to_have_count(0)


def test_in_a_low_window_times_and_book_are_in_sight(screen: Screen, house: House) -> None:
    """As a small notebook has it, and a larger one at twice the size of everything."""
    house.a_booking_type(hosts=[house.a_host("executive"), house.a_host("other")])
    screen.page.set_viewport_size({"width": 1024, "height": 700})

    screen.open(house.a_lead())
    screen.create_booking()
    screen.host("Executive").click()
    screen.go_to(TUESDAY.date())
    screen.narrow_down.click()
    screen.time(TUESDAY).wait_for()
    screen.picture("low-times")
    for later in range(4):
        expect(screen.time(TUESDAY + later * timedelta(minutes=30))).to_be_in_viewport(ratio=1)

    screen.time(TUESDAY).click()
    expect(screen.panel.get_by_role("button", name="Book", exact=True)).to_be_in_viewport(ratio=1)
    screen.picture("low-details")


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_guests_zone_is_chosen(screen: Screen, house: House, by: str) -> None:
    house.a_booking_type(hosts=[house.a_host("executive"), house.a_host("other")])

    screen.open(house.a_lead())
    screen.create_booking()
    screen.host("Executive").click()
    change = screen.panel.get_by_role("button", name="Change the guest’s time zone")
    change.click()
    screen.page.keyboard.type("Kathmandu")
    if by == "mouse":
        screen.panel.get_by_role("option", name="Kathmandu").click()
    else:
        screen.press("Enter")

    expect(screen.panel.locator("c-guest-zone")).to_contain_text("Kathmandu")
    expect(change).to_be_focused()
    screen.page.locator('[role="gridcell"][aria-selected]').first.wait_for()
    screen.picture(f"guest-zone-{by}")
    change.click()
    screen.page.mouse.click(5, 5)
