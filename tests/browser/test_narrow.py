"""What the rep sees where there is little room: a side column, a small window."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from booking_types.model import HostRule, HostRuleKind
from tests.browser.stage import Screen
from tests.house import House, upcoming

TUESDAY = upcoming(2, "09:30")


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
    screen.picture(f"escape-{width}")
    screen.press("Escape")

    expect(screen.panel).to_have_count(0)
