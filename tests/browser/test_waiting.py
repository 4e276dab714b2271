"""What the rep reads while something is awaited, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Route, expect

from tests.browser.stage import Screen
from tests.house import House, upcoming

TUESDAY = upcoming(2, "09:30")


@contextmanager
def held(screen: Screen, method: str) -> Iterator[None]:
    """No answer of this method arrives until the block ends."""
    waiting: list[Route] = []
    pattern = f"**/apex/BookingController/{method}"

    def hold(route: Route) -> None:
        waiting.append(route)

    screen.page.route(pattern, hold)
    yield
    for each in waiting:
        each.continue_()
    screen.page.unroute(pattern)


def test_whatever_is_awaited_is_said_in_words(screen: Screen, house: House) -> None:
    """No circle turns without words, and none of them complains in the console."""
    executive = house.a_host("executive")
    house.a_booking_type(hosts=[executive, house.a_host("other")])
    screen.open(house.a_lead())

    with held(screen, "hosts"):
        with held(screen, "bookingTypes"):
            screen.create_booking()
            expect(screen.panel).to_contain_text("Looking up what this record can be booked for")
        expect(screen.panel).to_contain_text("Looking up who can host")
    with held(screen, "availability"):
        screen.host("Executive").click()
        expect(screen.panel).to_contain_text("Reading 1 calendar…")
        screen.picture("waiting-times")
    screen.choose_time(TUESDAY)
    screen.field("Notes").wait_for()
    with held(screen, "book"):
        screen.book()
        expect(screen.panel.get_by_role("button", name="Booking…")).to_be_disabled()
        screen.picture("waiting-booked")

    screen.wait_until_all_is_done()
