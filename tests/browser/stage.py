"""What a rep sees and clicks, for a test: a browser window on a record page."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect
from playwright.sync_api import TimeoutError as TooLateError

from connectors.sandbox.server import SandboxServer
from tests.house import House, Person

ROOT = Path(__file__).parents[2]
#: Where the pictures of a run are kept; `docs/development.md` names it.
PICTURES = ROOT / ".local" / "screenshots"
#: Milliseconds after which something on the page is not coming.
PATIENCE = 30_000

#: Far from everybody in the tests: nothing may depend on where the browser is.
BROWSER_ZONE = "Pacific/Auckland"

_MOST_TABS = 80
#: What LWC says of the vendor's own base components: their dialog and their combobox name an
#: element across a border that LWC would like them not to.
_OTHERS_COMPLAINTS = (
    r'<section> uses attribute "aria-labelledby" to reference element <h1>',
    r'<label> uses attribute "for" to reference element <(input|button)>',
    r'<button> uses attribute "aria-describedby" to reference element <div>',
)

_AXE = ROOT / "salesforce_package" / "node_modules" / "axe-core" / "axe.min.js"
#: What WCAG 2.2 AA asks for, and what axe holds to be good practice beside it.
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE_RULES_OF_LOOKS = ["color-contrast", "target-size"]
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)


class Screen:
    """A browser window on a record page, with everything it complained about.

    Args:
        page: Playwright's.
        sandbox: Whose pages.
        house: Whose org.
    """

    def __init__(self, page: Page, *, sandbox: SandboxServer, house: House) -> None:
        self.page = page
        self._sandbox = sandbox
        self._house = house
        self._complaints: list[str] = []
        self._expected = [re.compile(each) for each in _OTHERS_COMPLAINTS]
        page.set_default_timeout(PATIENCE)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complaints.append(f"page error: {error}"))
        page.on("requestfailed", self._miss)

    # ------------------------------------------------------------------------- complaints

    def expect_complaint(self, pattern: str) -> None:
        """Something the browser itself will say in its console because the test orders it."""
        self._expected.append(re.compile(pattern))

    def complaints(self) -> list[str]:
        """What the console, the page and the network said that nobody expected."""
        return [
            each
            for each in self._complaints
            if not any(pattern.search(each) for pattern in self._expected)
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.type}: {message.text}")

    def _miss(self, request: Request) -> None:
        # Leaving a page ends what it was still asking for.
        if "ERR_ABORTED" not in str(request.failure):
            self._complaints.append(f"no answer: {request.url}: {request.failure}")

    # ------------------------------------------------------------------------------- where

    def open(
        self,
        record_id: str,
        *,
        layout: str = "page",
        opens: str = "Dialog",
        user: Person | None = None,
    ) -> Screen:
        """Open a record's page, as the rep unless somebody else is named."""
        base = f"{self._sandbox.base_url}/lightning/{self._house.salesforce_org_id}"
        if user is not None:
            self.page.context.add_cookies(
                [
                    {
                        "name": f"running_user_{self._house.salesforce_org_id}",
                        "value": user.user_id,
                        "url": base,
                    }
                ]
            )
        self.page.goto(f"{base}/r/{record_id}?layout={layout}&opens={quote(opens)}")
        return self

    @contextlib.contextmanager
    def credential_leading_to(self, address: str) -> Iterator[None]:
        """For a while the org's Named Credential leads elsewhere."""
        before = self._sandbox.lightning.service_url
        self._sandbox.lightning.service_url = address
        try:
            yield
        finally:
            self._sandbox.lightning.service_url = before

    # ------------------------------------------------------------------------- the story

    @property
    def panel(self) -> Locator:
        """Where the booking is made."""
        return self.page.locator("c-booking-panel")

    @property
    def bookings(self) -> Locator:
        """The card with the record's bookings."""
        return self.page.locator("c-bookings")

    def create_booking(self) -> None:
        """Click the component's button."""
        self.bookings.get_by_role("button", name="Create Booking").click()

    def choose_type(self, name: str) -> None:
        """Take one of several booking types."""
        self.panel.get_by_role("button", name=name).click()

    def host(self, name: str) -> Locator:
        """Somebody in the list of hosts."""
        return self.panel.get_by_role("listbox", name="Choose the host").get_by_role(
            "option", name=re.compile(f"^{name}")
        )

    @property
    def narrow_down(self) -> Locator:
        """Where there is little room, what is rarely used is behind this button."""
        return self.panel.get_by_role("button", name="Narrow down")

    def go_to(self, day: date) -> None:
        """Show the week of a day."""
        field = self.panel.get_by_label("Go to date")
        field.or_(self.narrow_down).first.wait_for()
        folded = self.narrow_down.and_(self.page.locator('[aria-expanded="false"]'))
        if not folded.count():
            # The panel measures itself once it is drawn: what is there at first may still go
            # behind the button.
            with contextlib.suppress(TooLateError):
                field.fill(day.isoformat(), timeout=3000)
                return
        folded.click()
        field.fill(day.isoformat())

    def time(self, start: datetime) -> Locator:
        """The place of a start in the grid."""
        return self.panel.locator(f'[role="gridcell"][data-start="{start:%Y-%m-%dT%H:%M:%SZ}"]')

    def choose_time(self, start: datetime) -> None:
        """Go to its week and click it."""
        self.go_to(start.date())
        self.time(start).click()

    def field(self, label: str) -> Locator:
        """A field of the details."""
        # A required one has a star before it.
        return self.panel.get_by_label(re.compile(rf"^\*?{label}$"))

    def book(self) -> None:
        """Click Book."""
        self.panel.get_by_role("button", name="Book", exact=True).click()

    def wait_until_all_is_done(self) -> None:
        """Until every target shows the booking."""
        expect(self.panel.get_by_text("Everything is done.")).to_be_visible(timeout=PATIENCE)

    # ------------------------------------------------------------------------- by keyboard

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, wanted: Locator) -> None:
        """Go there by the Tab key alone.

        Raises:
            AssertionError: It cannot be got to so.
        """
        wanted.wait_for()
        for _ in range(_MOST_TABS):
            if wanted.evaluate("element => element.matches(':focus, :focus-within')"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {wanted}")

    def type_date(self, day: date) -> None:
        """Go to a day's week by the keyboard: month, day and year, as the browser's English has it."""
        self.tab_to(self.panel.get_by_label("Go to date"))
        self.page.keyboard.type(f"{day:%m%d%Y}")
        self.press("Enter")

    def picture(self, name: str) -> None:
        """Keep a picture of what is on the screen now."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")

    # ----------------------------------------------------------------------- accessibility

    def accessibility_findings(self) -> list[str]:
        """What axe finds on the page, each with the rule and where."""
        found = _findings(self.page, {"values": _AXE_TAGS})
        # Behind LWC's synthetic shadow axe sees no colours and no sizes; it sees those of a copy
        # of the page without scripts.
        copy = self.page.context.new_page()
        copy.set_content(
            _SCRIPT.sub("", self.page.content()).replace(
                "<head>", f'<head><base href="{self.page.url}">'
            )
        )
        found += _findings(copy, {"type": "rule", "values": _AXE_RULES_OF_LOOKS})
        copy.close()
        return found


def _findings(page: Page, rules: Mapping[str, Any]) -> list[str]:
    if not page.evaluate("() => Boolean(window.axe)"):
        # Not as a script tag: the page lets only its own scripts in.
        page.evaluate(_AXE.read_text())
    found: Mapping[str, Any] = page.evaluate(
        """(rules) => window.axe.run(
            // What a dialog covers can neither be read nor reached.
            document.querySelector('[role="dialog"]') ?? document, {
            runOnly: { type: 'tag', ...rules },
            resultTypes: ['violations'],
        })""",
        dict(rules),
    )
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
