"""What a booking type asks for, and who else attends, in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from booking_types.model import (
    ConsentRule,
    FormField,
    FormFieldKind,
    Holiday,
    HolidayRule,
    HostOverrides,
    HostRule,
    HostRuleKind,
    Platform,
    PlatformRule,
    PlatformRuleKind,
)
from tests.browser.stage import Screen
from tests.house import House, upcoming

TUESDAY = upcoming(2, "09:30")
WEDNESDAY = upcoming(3, "09:30")
THURSDAY = upcoming(4, "09:30")

FORM = (
    FormField(key="company", label="Company", is_required=True, default_path="Company"),
    FormField(key="seats", label="Seats", kind=FormFieldKind.NUMBER, help="About how many."),
    FormField(
        key="size",
        label="Size",
        kind=FormFieldKind.CHOICE,
        is_required=True,
        choices=("Small", "Large"),
    ),
    FormField(key="terms", label="Terms were read", kind=FormFieldKind.CHECKBOX, is_required=True),
    FormField(key="due", label="Due", kind=FormFieldKind.DATE),
    FormField(key="about", label="What it is about", kind=FormFieldKind.LONG_TEXT),
)
CONSENT = "This meeting is recorded. Do you agree?"
AGREED = "The guest has agreed"


def the_booking(house: House) -> Any:
    """The only booking of the house."""
    (row,) = house.execute("select * from bookings where org_id = :org", org=house.org_id)
    return row


def a_type_that_asks(house: House) -> None:
    """A booking type with a form and a consent, and one host."""
    house.a_booking_type(
        hosts=[house.a_host("executive")], form=FORM, consent=ConsentRule(text=CONSENT)
    )


def open_details(screen: Screen, house: House, **fields: Any) -> None:
    """The details of Tuesday's time."""
    screen.open(house.a_lead(**fields))
    screen.create_booking()
    screen.choose_time(TUESDAY)


def tick(screen: Screen, label: str) -> None:
    """Click a box by its name, which may stand again in what is wrong with it."""
    screen.panel.get_by_text(label, exact=True).first.click()


def stands_above_the_button(screen: Screen, words: str) -> None:
    """Words at the consent are in sight, not behind the button that always is."""
    said = screen.panel.locator("c-guest-consent").get_by_text(words).last
    button = screen.panel.get_by_role("button", name="Book", exact=True)
    screen.page.wait_for_function(
        "([said, button]) =>"
        " said.getBoundingClientRect().bottom <= button.getBoundingClientRect().top",
        arg=[said.element_handle(), button.element_handle()],
        timeout=3000,
    )


# --------------------------------------------------------------------------- the form, consent


def test_a_form_and_the_guests_consent_are_booked_by_mouse(screen: Screen, house: House) -> None:
    a_type_that_asks(house)

    open_details(screen, house, Company="Harbor")
    expect(screen.field("Company")).to_have_value("Harbor")
    screen.field("Seats").fill("12.5")
    screen.panel.get_by_role("combobox", name="Size").click()
    screen.panel.get_by_role("option", name="Large").click()
    tick(screen, "Terms were read")
    screen.field("What it is about").fill("Two offices,\none team.")
    expect(screen.panel).to_contain_text(CONSENT)
    tick(screen, AGREED)
    screen.picture("asked")
    assert screen.accessibility_findings() == []
    screen.book()
    screen.wait_until_all_is_done()

    expect(screen.panel).to_contain_text("Company: Harbor")
    expect(screen.panel).to_contain_text("Terms were read: Yes")
    expect(screen.panel).to_contain_text(CONSENT)
    screen.picture("asked-booked")
    assert screen.accessibility_findings() == []
    booking = the_booking(house)
    assert booking.answers == {
        "company": "Harbor",
        "seats": 12.5,
        "size": "Large",
        "terms": True,
        "about": "Two offices,\none team.",
    }
    assert booking.consent["text"] == CONSENT


def test_a_form_and_the_guests_consent_are_booked_by_keyboard(screen: Screen, house: House) -> None:
    a_type_that_asks(house)

    open_details(screen, house)
    screen.tab_to(screen.panel.get_by_role("combobox", name="Size"))
    screen.press("Enter", "ArrowDown", "Enter")
    screen.tab_to(screen.panel.get_by_label("Terms were read"))
    screen.press("Space")
    screen.tab_to(screen.field("Due"))
    screen.page.keyboard.type("03012027")
    screen.tab_to(screen.panel.get_by_label(AGREED))
    screen.press("Space")
    screen.tab_to(screen.panel.get_by_role("button", name="Book", exact=True))
    screen.press("Enter")
    screen.wait_until_all_is_done()

    answers = the_booking(house).answers
    assert answers["size"] in ("Small", "Large")
    assert (answers["terms"], answers["due"]) == (True, "2027-03-01")
    assert the_booking(house).consent["text"] == CONSENT


def test_what_is_missing_is_said_at_its_field_and_nothing_is_booked(
    screen: Screen, house: House
) -> None:
    a_type_that_asks(house)

    open_details(screen, house)
    screen.field("Company").fill("")
    screen.book()
    expect(screen.field("Company")).to_be_focused()
    expect(screen.panel).to_contain_text("Choose one: nothing can be booked without it.")
    expect(screen.panel).to_contain_text("Tick this: nothing can be booked without it.")
    expect(screen.panel).to_contain_text("tick this once they have agreed")
    screen.picture("asked-missing")
    assert screen.accessibility_findings() == []
    screen.field("Company").fill("Harbor")
    screen.panel.get_by_role("combobox", name="Size").click()
    screen.panel.get_by_role("option", name="Small").click()
    tick(screen, "Terms were read")
    screen.book()
    expect(screen.panel.get_by_label(AGREED)).to_be_focused()
    stands_above_the_button(screen, "tick this once they have agreed")
    screen.picture("asked-consent-missing")
    assert house.execute("select 1 from bookings where org_id = :org", org=house.org_id) == []

    tick(screen, AGREED)
    screen.book()
    screen.wait_until_all_is_done()


def test_what_the_service_refuses_is_said_at_its_field_and_what_was_typed_stays(
    screen: Screen, house: House
) -> None:
    """The type changed after the page had shown it."""
    phone = FormField(key="phone", label="Call back at", kind=FormFieldKind.PHONE)
    house.a_booking_type(hosts=[house.a_host("executive")], form=(phone,))

    open_details(screen, house)
    screen.field("Call back at").fill("in the evening")
    screen.field("Notes").fill("Wants a demo")
    screen.book()

    expect(screen.panel).to_contain_text("“Call back at” must be a phone number")
    expect(screen.field("Call back at")).to_be_focused()
    screen.panel.get_by_role("button", name="Close").first.click()
    screen.choose_time(WEDNESDAY)
    expect(screen.field("Call back at")).to_have_value("in the evening")
    expect(screen.field("Notes")).to_have_value("Wants a demo")
    screen.field("Call back at").fill("+1 555 010 2030")
    screen.book()
    screen.wait_until_all_is_done()


def test_a_consent_to_a_text_that_has_changed_is_asked_anew_for_the_new_text(
    screen: Screen, house: House
) -> None:
    """The type changed between the text being read to the guest and Book."""
    host = house.a_host("executive")
    house.a_booking_type(key="asking", hosts=[host], consent=ConsentRule(text=CONSENT))
    open_details(screen, house)
    screen.field("Notes").fill("Wants a demo")
    tick(screen, AGREED)
    new = "This meeting is recorded, and kept for a year. Do you agree?"
    house.a_booking_type(key="asking", hosts=[host], consent=ConsentRule(text=new))

    screen.book()

    consent = screen.panel.locator("c-guest-consent")
    expect(consent).to_contain_text("was changed a moment ago")
    expect(consent).to_contain_text(new)
    expect(consent).not_to_contain_text(CONSENT)
    expect(screen.panel.get_by_label(AGREED)).not_to_be_checked()
    expect(screen.panel.get_by_label(AGREED)).to_be_focused()
    stands_above_the_button(screen, "was changed a moment ago")
    expect(screen.field("Notes")).to_have_value("Wants a demo")
    screen.picture("asked-consent-changed")
    assert screen.accessibility_findings() == []
    assert house.execute("select 1 from bookings where org_id = :org", org=house.org_id) == []

    tick(screen, AGREED)
    screen.book()
    screen.wait_until_all_is_done()
    assert the_booking(house).consent["text"] == new
    assert the_booking(house).notes == "Wants a demo"


@pytest.mark.parametrize(
    ("name", "width", "layout"), [("320", 320, "page"), ("column", 1440, "side")]
)
def test_what_is_asked_fits_where_there_is_little_room(
    screen: Screen, house: House, name: str, width: int, layout: str
) -> None:
    a_type_that_asks(house)
    screen.page.set_viewport_size({"width": width, "height": 900})

    screen.open(house.a_lead(), layout=layout, opens="In place")
    screen.create_booking()
    screen.choose_time(TUESDAY)
    screen.panel.get_by_label(AGREED).scroll_into_view_if_needed()
    screen.picture(f"asked-{name}")

    overflow = screen.page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    assert screen.accessibility_findings() == []


# ------------------------------------------------------------------------------------ a panel


def test_whoever_of_a_part_is_free_attends_as_well(screen: Screen, house: House) -> None:
    host = house.a_host("executive")
    busy = house.a_host("busy", busy=[(TUESDAY, upcoming(2, "10:00"))])
    free = house.a_host("free")
    house.a_booking_type(hosts=[host], panel={"engineer": [busy, free]})

    screen.open(house.a_lead())
    screen.create_booking()
    expect(screen.panel).to_contain_text("Engineer, whoever is free")
    screen.choose_time(TUESDAY)
    expect(screen.panel.locator("c-booking-details")).to_contain_text("Whoever is free then")
    screen.picture("panel")
    screen.book()
    screen.wait_until_all_is_done()

    expect(screen.panel).to_contain_text(f"{free.name} (Engineer)")
    screen.picture("panel-booked")
    screen.panel.get_by_role("button", name="Done").click()
    expect(screen.bookings).to_contain_text(f"{free.name} (Engineer)")


def test_a_time_at_which_nobody_of_a_part_is_free_says_so(screen: Screen, house: House) -> None:
    busy = house.a_host("busy", busy=[(TUESDAY, upcoming(2, "10:00"))])
    house.a_booking_type(hosts=[house.a_host("executive")], panel={"engineer": [busy]})

    screen.open(house.a_lead())
    screen.create_booking()
    screen.go_to(TUESDAY.date())
    expect(screen.time(TUESDAY)).to_have_attribute("aria-disabled", "true")
    screen.time(TUESDAY).hover()

    tip = screen.panel.get_by_role("tooltip")
    expect(tip).to_contain_text("nobody who could be there as Engineer")
    expect(tip).to_contain_text(f"{busy.name} is busy")
    screen.picture("panel-nobody-free")


# ------------------------------------------------------------------------------- the platform


@pytest.mark.parametrize(
    ("rule", "shown", "why"),
    [
        (
            PlatformRule(kind=PlatformRuleKind.NONE),
            "No platform",
            "This booking type always takes place without a platform.",
        ),
        (
            PlatformRule(kind=PlatformRuleKind.FIXED, platform=Platform.ZOOM),
            "Zoom",
            "This booking type always takes place there.",
        ),
        (
            PlatformRule(kind=PlatformRuleKind.HOST_DEFAULT),
            "Google Meet",
            "own platform: with this booking type it cannot be changed.",
        ),
    ],
    ids=["none", "fixed", "host_default"],
)
def test_a_platform_that_the_type_decides_on_is_shown_and_not_asked_for(
    screen: Screen, house: House, rule: PlatformRule, shown: str, why: str
) -> None:
    host = house.a_host("executive", zoom=True, platform=Platform.GOOGLE_MEET)
    house.a_booking_type(hosts=[host], platform_rule=rule)

    open_details(screen, house)
    details = screen.panel.locator("c-booking-details")
    expect(details).to_contain_text(shown)
    expect(details).to_contain_text(why)
    expect(screen.panel.get_by_role("combobox", name="Platform")).to_have_count(0)
    if rule.kind is PlatformRuleKind.NONE:
        screen.field("Where\\?").fill("Harbor office")
    screen.picture(f"platform-{rule.kind.value}")
    screen.book()
    screen.wait_until_all_is_done()

    booking = the_booking(house)
    wanted = {"No platform": "none", "Zoom": "zoom", "Google Meet": "google_meet"}[shown]
    assert booking.platform == wanted
    assert (booking.place or "") == ("Harbor office" if wanted == "none" else "")


# ---------------------------------------------------------------------------------- the host


def test_a_fixed_host_is_shown_and_booked(screen: Screen, house: House) -> None:
    first = house.a_host("first")
    house.a_booking_type(
        hosts=[first, house.a_host("second")], host_rule=HostRule(kind=HostRuleKind.FIXED)
    )

    screen.open(house.a_lead())
    screen.create_booking()
    expect(screen.panel).to_contain_text("This booking type always has the same host.")
    screen.choose_time(TUESDAY)
    screen.picture("fixed-host")
    screen.book()
    screen.wait_until_all_is_done()

    assert the_booking(house).host_id == first.user_id


def test_where_the_record_names_nobody_the_organizer_chooses(screen: Screen, house: House) -> None:
    host = house.a_host("executive")
    rule = HostRule(
        kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",), fallback=HostRuleKind.CHOICE
    )
    house.a_booking_type(hosts=[host, house.a_host("other")], host_rule=rule)

    screen.open(house.a_lead())
    screen.create_booking()
    screen.host("Executive").click()
    screen.choose_time(TUESDAY)
    screen.book()
    screen.wait_until_all_is_done()

    assert the_booking(house).host_id == host.user_id


# --------------------------------------------------------------------------- why not that time


def test_times_on_holidays_and_beyond_a_limit_say_so(screen: Screen, house: House) -> None:
    host = house.a_host("executive")
    house.a_booking_type(
        hosts=[host],
        holidays=HolidayRule(days=(Holiday(on=THURSDAY.date(), name="Founders’ day"),)),
        overrides={host.user_id: HostOverrides(daily_limit=1)},
    )
    open_details(screen, house)
    screen.book()
    screen.wait_until_all_is_done()

    screen.panel.get_by_role("button", name="Book another").click()
    screen.go_to(TUESDAY.date())
    later = upcoming(2, "11:00")
    expect(screen.panel.get_by_role("grid")).to_have_attribute("aria-busy", "false")
    expect(screen.time(later)).to_have_attribute("aria-disabled", "true")
    screen.time(later).hover()
    tip = screen.panel.get_by_role("tooltip")
    expect(tip).to_contain_text(re.compile(f"{host.name} .*day", re.IGNORECASE))
    screen.picture("limit")
    screen.time(THURSDAY).hover()
    expect(tip).to_contain_text("Founders’ day")
    expect(screen.panel.get_by_role("grid")).to_contain_text("Holiday")
    screen.picture("holiday")
    expect(screen.time(WEDNESDAY)).not_to_have_attribute("aria-disabled", "true")


def test_a_holiday_is_named_where_a_single_day_is_drawn(screen: Screen, house: House) -> None:
    house.a_booking_type(
        hosts=[house.a_host("executive")],
        holidays=HolidayRule(days=(Holiday(on=THURSDAY.date(), name="Founders’ day"),)),
    )

    screen.open(house.a_lead(), layout="side", opens="In place")
    screen.create_booking()
    screen.go_to(THURSDAY.date())

    expect(screen.panel.get_by_role("grid")).to_have_count(0)
    expect(screen.panel.locator("c-availability-grid")).to_contain_text("(Founders’ day)")
    screen.picture("holiday-alone")
