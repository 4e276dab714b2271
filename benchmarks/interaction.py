"""How long a rep waits between a click and what it brings, in a real browser on the whole stack.

Run ``python -m benchmarks.interaction`` (``--quick``: fewer runs). Everything is real but the
vendors: Chromium, the production build of the components, their Apex in the runner, one web
process, PostgreSQL; the sandbox plays Salesforce and Microsoft. The hosts' calendars are read through the
org's one application, so that one wave reads them all, and are as full in every run.

A time goes from the click until what was asked for (an offered time in the grid, the confirmation)
is in the page and two frames have passed. *Cold*: the web process has just started and has read no
calendar. *Warm*: the busy times were read less than a minute ago. Each run has a freshly loaded page.

No time counts unless what was shown is right: what is offered to whom is computed once more from
the seeded calendars, the grid shows just that, a cold click reads every calendar once and a warm one
none, no click asks twice for the same, and the next week is there before it is asked for.

Budgets are for a machine with two cores to itself on which the references take ``NOMINAL``: a plain
table of 600 cells in the same browser, and the service's answer that it is ready. On a slower or a
busier machine a budget grows as the slower of the two does. Exit status 1: a gate failed, or the
median of a row is above ``TOLERANCE`` times its budget. ``x ref`` is the median divided by that of
the plain table and the same question asked of the service directly, together.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import requests
from playwright.sync_api import Browser, Page, sync_playwright

from app.demo.lightning import apex_runner, build_assets
from app.processes import free_port
from booking_types.model import HostRule, HostRuleKind
from connectors.protocols import Vendor
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.lightning import LightningSite
from connectors.sandbox.server import SandboxServer
from connectors.transport import reading_session
from tests.browser import finding
from tests.browser.stage import Screen
from tests.database import borrowed_server
from tests.end_to_end.running import RunningService, wait_until
from tests.house import House, Person, upcoming

SEED = 20270311
SIZES = (14, 200)
ZONE = "Europe/Berlin"
HOST_ZONES = ("Europe/Berlin", "Europe/London", "Europe/Athens")
MEETINGS_A_DAY = 4
WEEKS = 3
STEP = timedelta(minutes=15)
LENGTH = timedelta(minutes=30)

#: Milliseconds that the references take where the budgets hold.
NOMINAL: Mapping[str, float] = {"made": 9.0, "ready": 3.0}
TOLERANCE = 1.5
#: Seconds after which what was read is read again before something counts as warm.
WARM_FOR = 40.0

METER = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
PLAIN_TABLE = """async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const place = () => {
        const table = document.createElement('table');
        for (let row = 0; row < 75; row += 1) {
            const line = table.insertRow();
            for (let column = 0; column < 8; column += 1) {
                const cell = line.insertCell();
                cell.setAttribute('role', 'gridcell');
                cell.setAttribute('aria-label', `Day ${column}, time ${row}`);
                const button = document.createElement('span');
                button.textContent = `${row}:${column}`;
                cell.append(button);
            }
        }
        document.body.replaceChildren(table);
        return document.body.offsetHeight;
    };
    const times = 20;
    const began = performance.now();
    for (let each = 0; each < times; each += 1) {
        place();
    }
    const made = (performance.now() - began) / times;
    await frame();
    const again = performance.now();
    place();
    await frame();
    await frame();
    return { made, painted: performance.now() - again };
}"""

#: The first times of a type whose host follows from the time; of one host; of all hosts.
CLICKS = ("booking type", "host", "show all")
EVERYBODY, SOMEBODY = "Everybody", "Somebody"
OFFERED = 'table[aria-busy="false"] td[role="gridcell"][aria-selected]:not([aria-disabled])'


# ----------------------------------------------------------------------------- the gates


@dataclass(slots=True)
class Gates:
    """What has to be so before a time counts."""

    failed: list[str] = field(default_factory=list)
    passed: dict[str, int] = field(default_factory=dict)

    def hold(self, name: str, holds: bool, seen: object = "") -> None:  # noqa: FBT001 - a condition
        """Count one case of a gate."""
        if holds:
            self.passed[name] = self.passed.get(name, 0) + 1
        else:
            self.failed.append(f"{name}: {seen}")
            print(f"GATE FAILED: {name}: {str(seen)[:400]}", flush=True)


# ----------------------------------------------------------------------------- the stage


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs."""

    sandbox: SandboxServer
    service: RunningService
    browser: Browser
    assets: Path
    ledger: Ledger


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """The whole stack, gone when this ends."""
    assets = build_assets(is_production=True)
    found = finding.find()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(borrowed_server())
        url = stack.enter_context(database.migrated())
        sandbox = SandboxServer(
            lightning=LightningSite(assets=assets, runner_url=stack.enter_context(_runner(folder)))
        )
        sandbox.start()
        stack.callback(sandbox.stop)
        founders = _house(sandbox, url)
        stack.callback(founders.close)
        service = RunningService(founders, folder)
        stack.callback(service.stop)
        sandbox.lightning.service_url = service.url
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=found.executable, args=found.arguments)
        stack.callback(browser.close)
        print(f"browser: {browser.version}", flush=True)
        yield Stage(
            sandbox=sandbox,
            service=service,
            browser=browser,
            assets=assets,
            ledger=Ledger(founders.control),
        )


@contextlib.contextmanager
def _runner(folder: Path) -> Iterator[str]:
    port = free_port()
    program, address = apex_runner(port=port), f"http://127.0.0.1:{port}"

    def listens() -> bool:
        with contextlib.suppress(requests.ConnectionError):
            return reading_session().get(f"{address}/health").ok
        return False

    with (folder / "apex.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            program.argv, env=dict(program.env), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_until(listens, "the Apex runner listens")
        yield address
    finally:
        process.kill()
        process.wait()


def _house(sandbox: SandboxServer, database_url: str) -> House:
    return House(
        sandbox=sandbox,
        control=SandboxControl(sandbox.base_url),
        database_url=database_url,
        unique="b" + uuid.uuid4().hex[:10],
        rep_zone=ZONE,
    )


# ----------------------------------------------------------------------------- the people

Span = tuple[datetime, datetime]


def _busy(rng: random.Random, zone: str) -> list[Span]:
    """Meetings on every working day, also of the weeks that are only looked at ahead."""
    taken = []
    for week in range(1, WEEKS + 1):
        for weekday in range(1, 6):
            for _ in range(MEETINGS_A_DAY):
                minute = rng.randrange(9 * 60, 17 * 60, 15)
                start = upcoming(
                    weekday, f"{minute // 60:02}:{minute % 60:02}", zone=zone, weeks=week
                )
                taken.append((start, start + timedelta(minutes=rng.choice((30, 30, 45, 60)))))
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """An org with so many hosts, and what their calendars say."""

    house: House
    hosts: Sequence[Person]
    zones: Mapping[str, str]
    busy: Mapping[str, Sequence[Span]]
    type_ids: Mapping[str, UUID]
    lead: str

    @property
    def size(self) -> int:
        """How many hosts."""
        return len(self.hosts)

    @property
    def middle(self) -> Person:
        """The host who is clicked."""
        # Of a long list only the first ones are drawn.
        return self.hosts[min(self.size // 2, 20)]

    def offers(self, week: Span) -> dict[str, list[str]]:
        """Who is free at each start: worked out start by start, from what was seeded."""
        found: dict[str, list[str]] = {}
        start = week[0]
        while start < week[1]:
            free = sorted(
                person.user_id for person in self.hosts if self._is_free(person.user_id, start)
            )
            if free:
                found[f"{start:%Y-%m-%dT%H:%M:%SZ}"] = free
            start += STEP
        return found

    def _is_free(self, host_id: str, start: datetime) -> bool:
        local = start.astimezone(ZoneInfo(self.zones[host_id]))
        minute = local.hour * 60 + local.minute
        if local.isoweekday() > 5 or not 9 * 60 <= minute <= 17 * 60 - LENGTH.seconds // 60:
            return False
        end = start + LENGTH
        return not any(start < until and since < end for since, until in self.busy[host_id])


def pool(on: Stage, size: int) -> Pool:
    """So many hosts with Microsoft calendars, and two booking types for a Lead."""
    rng = random.Random(f"{SEED} {size}")
    house = _house(on.sandbox, on.service.house.environment["DATABASE_URL"])
    hosts, zones, busy = [], {}, {}
    for number in range(size):
        zone = HOST_ZONES[number % len(HOST_ZONES)]
        taken = _busy(rng, zone)
        host = house.a_host(f"host{number:03}", calendar=Vendor.MICROSOFT, busy=taken, zone=zone)
        hosts.append(host)
        zones[host.user_id], busy[host.user_id] = zone, taken
    rules = {EVERYBODY: HostRuleKind.TIME_FIRST, SOMEBODY: HostRuleKind.CHOICE}
    type_ids = {
        name: house.a_booking_type(
            hosts=hosts, name=name, host_rule=HostRule(kind=kind), increment=STEP
        )
        for name, kind in rules.items()
    }
    return Pool(
        house=house, hosts=hosts, zones=zones, busy=busy, type_ids=type_ids, lead=house.a_lead()
    )


# ----------------------------------------------------------------------------- a rep's page


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One click and what it brought; milliseconds of the page's own clock.

    Attributes:
        total: From the click until two frames after what was waited for.
        before: From the click until the call that brought it went out; 0 without a call.
        call: That call, as the browser saw it.
        apex: What of it was Apex's own.
        after: From the answer to the end.
        answer_bytes: Of the answer's JSON.
        calls: What was asked meanwhile: the method, and for times from when on.
        asked: The parameters of the call that brought it.
        round_trips: Calls to the calendar vendor meanwhile.
        mailboxes: Whose busy times these calls asked for.
    """

    total: float
    before: float = 0.0
    call: float = 0.0
    apex: float = 0.0
    after: float = 0.0
    answer_bytes: int = 0
    calls: tuple[str, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)
    round_trips: int = 0
    mailboxes: tuple[str, ...] = ()


class Rep:
    """A rep at a freshly loaded page of the pool's Lead."""

    def __init__(self, on: Stage, of: Pool, page: Page, *, ledger: Ledger) -> None:
        self.pool = of
        self.ledger = ledger
        self.page = page
        self.screen = Screen(page, sandbox=on.sandbox, house=of.house)
        self.screen.open(of.lead)

    def open_dialog(self, name: str) -> None:
        """Create Booking, and for a type whose host is chosen, that type."""
        self.screen.create_booking()
        self.screen.panel.get_by_role("button", name=name).wait_for()
        if name == SOMEBODY:
            self.screen.choose_type(name)
            self.screen.host(self.pool.middle.name).wait_for()

    def timed(self, act: Callable[[], None], *, until: str, brought_by: str = "") -> Click:
        """Click, wait, and see where the time went.

        Args:
            act: Clicks once.
            until: A selector of what is waited for.
            brought_by: The Apex method without which it cannot be there; empty when nothing is.
        """
        self.ledger.news()
        self.page.evaluate("selector => window.meter.watch(selector)", until)
        act()
        seen = self.page.evaluate("() => window.meter.seen")
        round_trips, mailboxes = _calendar_reads(self.ledger.news())
        sent = [
            call
            for call in self.page.evaluate("() => window.meter.sent()")
            if seen["began"] <= call["began"] < seen["there"]
        ]
        click = Click(
            total=seen["painted"] - seen["began"],
            calls=tuple(map(_question_of, sent)),
            round_trips=round_trips,
            mailboxes=tuple(mailboxes),
        )
        bringing = [call for call in sent if call["method"] == brought_by]
        if not bringing or bringing[0]["ended"] is None:
            return click
        first = bringing[0]
        return dataclasses.replace(
            click,
            before=first["began"] - seen["began"],
            call=first["ended"] - first["began"],
            apex=first["apex"] or 0.0,
            after=seen["painted"] - first["ended"],
            answer_bytes=first["bytes"],
            asked=first["params"],
        )

    def offered(self) -> set[str]:
        """The starts that the grid offers now."""
        cells = self.screen.panel.locator(OFFERED)
        starts = cells.evaluate_all("cells => cells.map((cell) => cell.dataset.start)")
        return set(starts)

    def wait_until_read_ahead(self, week: Span) -> None:
        """Until the answer about a week is there."""
        self.page.wait_for_function(
            """([from]) => window.meter.sent().some((call) => call.ended
                && call.method === 'availability' && call.params.times.starts_from === from)""",
            arg=[_text(week[0])],
        )


class Ledger:
    """The calls to Graph, each read once."""

    def __init__(self, control: SandboxControl) -> None:
        self._control = control
        self._last = 0

    def news(self) -> list[dict[str, Any]]:
        """Those since the last look."""
        found = self._control.requests(after=self._last, vendor="microsoft")
        self._last = max([self._last, *(each["number"] for each in found)])
        return found


def _calendar_reads(ledger: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """How often Graph was asked, and for which mailboxes; tokens are no reading."""
    asked = [each for each in ledger if "token" not in each["operation"]]
    batches = [each for each in asked if each["operation"] == "batch"]
    # The sandbox writes down a batch and also each call in it.
    parts = [each for each in asked if each["operation"] != "batch"]
    mailboxes: list[str] = []
    for each in parts:
        mailboxes += json.loads(each["body"] or "{}").get("schedules") or [each["path"]]
    return len(batches or parts), mailboxes


def _question_of(call: Mapping[str, Any]) -> str:
    """A call by what it asks, so that the same question twice looks the same."""
    if call["method"] != "availability":
        return json.dumps([call["method"], call["params"]])
    return f"availability from {call['params']['times']['starts_from']}"


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _asks(week: Span) -> str:
    return f"availability from {_text(week[0])}"


def week_of(number: int) -> Span:
    """From Monday to Monday at the rep's; 1 is the week that a page shows first."""
    return (
        upcoming(1, "00:00", zone=ZONE, weeks=number),
        upcoming(1, "00:00", zone=ZONE, weeks=number + 1),
    )


def offered_in(week: Span) -> str:
    """Selects an offered time of a week."""
    first = week[0].astimezone(ZoneInfo(ZONE)).date()
    days = [first + timedelta(days=number) for number in range(5)]
    return ", ".join(f'{OFFERED}[data-start^="{day.isoformat()}"]' for day in days)


# ----------------------------------------------------------------------------- the scenes


@dataclass(slots=True)
class Scenes:
    """Plays what a rep does, again and again.

    Args:
        on: The stack.
        of: The hosts.
        gates: Where it is noted whether all was right.
        web: The web process.
        ledger: What the calendars were asked.
    """

    on: Stage
    of: Pool
    gates: Gates
    web: subprocess.Popen[bytes]
    ledger: Ledger
    read_at: float = -math.inf

    @contextlib.contextmanager
    def rep(self) -> Iterator[Rep]:
        """A rep in a window of their own; nothing may be complained about on it."""
        context = self.on.browser.new_context(
            timezone_id="Pacific/Auckland", locale="en-US", viewport={"width": 1440, "height": 1000}
        )
        starts_at = upcoming(1, "07:00", zone=ZONE).timestamp() * 1000
        context.add_init_script(f"({METER.strip().rstrip(';')})({starts_at})")
        rep = Rep(self.on, self.of, context.new_page(), ledger=self.ledger)
        yield rep
        self.gates.hold(
            "no complaint in the console", not rep.screen.complaints(), rep.screen.complaints()
        )
        context.close()

    def start_cold(self) -> None:
        """A web process that remembers nothing."""
        self.on.service.kill(self.web)
        self.web = self.on.service.web()
        self.read_at = -math.inf

    def warm_up(self) -> None:
        """Have everybody's busy times read, unless that was a moment ago."""
        if perf_counter() - self.read_at < WARM_FOR:
            return
        self.start_cold()
        for _ in range(2):
            self.ask_directly(self.question())
        self.read_at = perf_counter()

    def question(self) -> dict[str, Any]:
        """What the page asks after a click on the booking type."""
        week = week_of(1)
        return {
            "recordId": self.of.lead,
            "bookingTypeId": str(self.of.type_ids[EVERYBODY]),
            "times": {
                "starts_from": _text(week[0]),
                "starts_before": _text(week[1]),
                "time_zone": ZONE,
                "duration_minutes": 30,
                "explain": True,
            },
        }

    def ask_directly(self, asked: Mapping[str, Any]) -> tuple[float, requests.Response]:
        """The same question without browser and Apex: milliseconds, answer."""
        names = {
            "starts_from": "from",
            "starts_before": "to",
            "time_zone": "time_zone",
            "duration_minutes": "duration_minutes",
            "host_id": "host",
        }
        times = asked["times"]
        params = {query: str(times[name]) for name, query in names.items() if times.get(name)}
        flags = {"all_hosts": "all", "explain": "explain"}
        params |= {query: "1" for name, query in flags.items() if times.get(name)}
        service, house = self.on.service, self.of.house
        token = house.control.callout_token(
            org_id=house.salesforce_org_id, user_id=house.rep.user_id, audience=service.url
        )
        session = reading_session()
        session.get(f"{service.url}/ready")  # the connection is there, as the runner's is
        path = f"/v1/records/{asked['recordId']}/booking-types/{asked['bookingTypeId']}"
        began = perf_counter()
        response = session.get(
            f"{service.url}{path}/availability",
            params=params,
            headers={"Authorization": f"Bearer {token}"},
        )
        taken = (perf_counter() - began) * 1000
        response.raise_for_status()
        return taken, response

    # ------------------------------------------------------------------ to the first times

    def first_times(self, name: str, *, is_cold: bool) -> Click:
        """One of ``CLICKS``."""
        if is_cold:
            self.start_cold()
        else:
            self.warm_up()
        with self.rep() as rep:
            rep.open_dialog(EVERYBODY if name == "booking type" else SOMEBODY)
            panel = rep.screen.panel
            buttons = {
                "booking type": panel.get_by_role("button", name=EVERYBODY),
                "host": rep.screen.host(self.of.middle.name),
                "show all": panel.get_by_role("button", name="Show all user availability"),
            }
            click = rep.timed(
                buttons[name].click, until=offered_in(week_of(1)), brought_by="availability"
            )
            self._check_reading(click, name, is_cold=is_cold)
            self._check_shown(rep, name)
        return click

    def _check_reading(self, click: Click, name: str, *, is_cold: bool) -> None:
        seen = (click.round_trips, sorted(click.mailboxes))
        if is_cold:
            hosts = [self.of.middle] if name == "host" else self.of.hosts
            self.gates.hold(
                "a cold click reads every calendar once, in one call",
                seen == (1, sorted(person.email for person in hosts)),
                seen,
            )
        else:
            self.gates.hold("a warm click reads no calendar", seen == (0, []), seen)
        self.gates.hold(
            "a click asks nothing twice",
            len(set(click.calls)) == len(click.calls),
            click.calls,
        )

    def _check_shown(self, rep: Rep, name: str) -> None:
        offers = self.of.offers(week_of(1))
        if name == "host":
            wanted = {at for at, free in offers.items() if self.of.middle.user_id in free}
        else:
            wanted = set(offers)
        self.gates.hold(
            "the grid offers what the calendars leave",
            rep.offered() == wanted,
            sorted(rep.offered() ^ wanted),
        )

    def check_service(self) -> None:
        """The service offers to whom the seeded calendars leave the time."""
        _, response = self.ask_directly(self.question())
        answer = who_is_free(response.json())
        self.gates.hold(
            "the service offers what the calendars leave", answer == self.of.offers(week_of(1))
        )

    # ------------------------------------------------------------------ from there on

    def walking(self) -> tuple[Click, Click]:
        """To the next week, which is there already; and to the next free time after it."""
        self.warm_up()
        with self.rep() as rep:
            rep.open_dialog(EVERYBODY)
            rep.timed(
                rep.screen.panel.get_by_role("button", name=EVERYBODY).click,
                until=offered_in(week_of(1)),
            )
            rep.wait_until_read_ahead(week_of(2))
            next_week = rep.timed(
                rep.screen.panel.get_by_role("button", name="Next week").click,
                until=offered_in(week_of(2)),
            )
            self.gates.hold(
                "the next week is there without a call",
                set(next_week.calls) <= {_asks(week_of(3))},
                next_week.calls,
            )
            rep.wait_until_read_ahead(week_of(3))
            next_free = rep.timed(
                rep.screen.panel.get_by_role("button", name="Next free time").click,
                until=offered_in(week_of(3)),
                brought_by="availability",
            )
            self.gates.hold(
                "the next free time is found by one call",
                set(next_free.calls) <= {_asks(week_of(3)), _asks(week_of(4))},
                next_free.calls,
            )
        # Another span than the first week's was read.
        self.read_at = -math.inf
        return next_week, next_free

    def booking(self, number: int) -> Click:
        """From *Book* to the confirmation, each time another start."""
        with self.rep() as rep:
            rep.open_dialog(EVERYBODY)
            rep.screen.choose_type(EVERYBODY)
            starts = sorted(self.of.offers(week_of(1)))
            start = datetime.fromisoformat(starts[len(starts) // 3 + number * 7])
            rep.screen.time(start).click()
            rep.screen.field("Guest.s email").wait_for()
            click = rep.timed(rep.screen.book, until="c-booking-progress", brought_by="book")
            self.gates.hold(
                "Book books once",
                sum(call.startswith('["book"') for call in click.calls) == 1,
                click.calls,
            )
            rep.screen.wait_until_all_is_done()
        return click


# ----------------------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table; milliseconds unless it says otherwise."""

    name: str
    values: Sequence[float]
    budget: float | None = None
    unit: str = "ms"
    reference: float | None = None
    is_of_this_machine: bool = True

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """By the nearest rank."""
        return sorted(self.values)[math.ceil(0.95 * len(self.values)) - 1]

    def is_missed(self, slowness: float) -> bool:
        """Whether it is too far above its budget."""
        factor = TOLERANCE * slowness if self.is_of_this_machine else 1.0
        return self.budget is not None and self.median > self.budget * factor

    def text(self, slowness: float) -> str:
        """As it is printed."""
        budget = "-" if self.budget is None else f"{self.budget:,.0f}"
        verdict = ""
        if self.budget is not None:
            verdict = "within" if self.median <= self.budget else "above"
            verdict = "MISSED" if self.is_missed(slowness) else verdict
        ratio = f"{self.median / self.reference:.1f}" if self.reference else ""
        digits = 1 if self.median < 100 and self.unit != "B" else 0
        return (
            f"{self.name:<52}{len(self.values):>4}{self.median:>11,.{digits}f}"
            f"{self.p95:>11,.{digits}f} {self.unit:<3}{budget:>8}{ratio:>7}  {verdict}"
        )


HEAD = f"{'':<52}{'runs':>4}{'median':>11}{'p95':>11} {'':<3}{'budget':>8}{'x ref':>7}"
BUDGETS: Mapping[int, Mapping[str, float]] = {
    14: {"click": 1000, "apex": 20, "walk": 300, "free": 1000, "book": 2000},
    200: {"click": 1500, "walk": 300, "free": 1500, "book": 3000},
}
BUNDLE_BUDGET = 500_000
#: Apex's limit for everything in one synchronous call; half of it is for us.
HEAP_BYTES = 6_000_000
#: Longer answers the package's ``BookingApi`` refuses.
MOST_CHARACTERS = 1_500_000


def _bits(person: Mapping[str, Any]) -> int:
    return int.from_bytes(b64decode(person.get("free", "")), "little")


def who_is_free(answer: Mapping[str, Any]) -> dict[str, list[str]]:
    """Who could be the host at each start of an availability."""
    first_at = datetime.fromisoformat(answer["cells"]["first_at"])
    cell = timedelta(minutes=answer["cells"]["minutes"])
    free = {each["host_id"]: _bits(each) for each in answer["people"]}
    found = {}
    for slot in answer["slots"]:
        number = (datetime.fromisoformat(slot["start_at"]) - first_at) // cell
        found[slot["start_at"]] = sorted(each for each, bits in free.items() if bits >> number & 1)
    return found


def heap_bytes(answer: Any, *, body: int) -> int:
    """What an answer takes of Apex's heap, upwards: its text, and the objects read out of it.

    A text counts its characters and 8 bytes for itself, a number, a member and a place in a list 8,
    an object and a list 16. Salesforce publishes no such numbers; only an org shows the true ones.
    """
    if isinstance(answer, Mapping):
        inside = sum(heap_bytes(each, body=0) + 8 for each in answer.values())
        return body + 16 + inside
    if isinstance(answer, list):
        return body + 16 + sum(heap_bytes(each, body=0) + 8 for each in answer)
    return body + 8 + (len(answer) if isinstance(answer, str) else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """How often each is played."""

    warm: int
    cold: int
    books: int


def measured(on: Stage, size: int, runs: Runs, gates: Gates, table_ms: float) -> Iterator[Line]:
    """The lines of a pool."""
    of = pool(on, size)
    print(f"\n{size} hosts: {MEETINGS_A_DAY} meetings a day each, starts every 15 minutes")
    print(HEAD, flush=True)
    scenes = Scenes(on, of, gates, on.service.web(), on.ledger)
    budgets = BUDGETS[size]
    try:
        scenes.check_service()
        for name in CLICKS:
            # The first one of each is for the browser and the processes to get going.
            scenes.first_times(name, is_cold=False)
            warm, direct = [], []
            for _ in range(runs.warm):
                warm.append(scenes.first_times(name, is_cold=False))
                direct.append(scenes.ask_directly(warm[-1].asked))
            service_ms = statistics.median(taken for taken, _ in direct)
            yield Line(
                name=f"{name}, warm: click to first times",
                values=[click.total for click in warm],
                budget=budgets["click"],
                reference=table_ms + service_ms,
            )
            yield from _parts(warm, direct, apex_budget=budgets.get("apex"))
            cold = [scenes.first_times(name, is_cold=True) for _ in range(runs.cold)]
            yield Line(
                name=f"{name}, cold: click to first times", values=[each.total for each in cold]
            )
        walks = [scenes.walking() for _ in range(max(runs.warm // 2, 2))]
        yield Line(
            name="next week, read ahead",
            values=[walk[0].total for walk in walks],
            budget=budgets["walk"],
            reference=table_ms,
        )
        yield Line(
            name="next free time, a week read ahead",
            values=[walk[1].total for walk in walks],
            budget=budgets["free"],
        )
        worker = on.service.worker()
        books = [scenes.booking(number) for number in range(runs.books)]
        on.service.kill(worker)
        yield Line(
            name="Book to the confirmation (calendars read anew)",
            values=[each.total for each in books],
            budget=budgets["book"],
        )
        yield Line(name="  of that Apex's own", values=[each.apex for each in books])
    finally:
        on.service.kill(scenes.web)
        of.house.close()


def _parts(
    warm: Sequence[Click],
    direct: Sequence[tuple[float, requests.Response]],
    *,
    apex_budget: float | None,
) -> Iterator[Line]:
    """Where the time of a warm click goes."""
    service = [taken for taken, _ in direct]
    yield Line(name="  browser: until the question is sent", values=[c.before for c in warm])
    yield Line(name="  service: the same question asked directly", values=service)
    yield Line(name="  Apex: its own", values=[c.apex for c in warm], budget=apex_budget)
    yield Line(
        name="  page's server, signing, runner, transport: the rest",
        values=[max(c.call - c.apex - taken, 0.0) for c, taken in zip(warm, service, strict=True)],
    )
    yield Line(name="  browser: from the answer to the frames", values=[c.after for c in warm])
    text = direct[-1][1].text
    yield _size("  service's JSON", len(text), most=MOST_CHARACTERS)
    yield _size("  Apex's JSON", warm[-1].answer_bytes)
    answer = json.loads(text)
    yield _size("  Apex's heap, estimated", heap_bytes(answer, body=len(text)), most=HEAP_BYTES / 2)
    if len(answer["people"]) > 1:
        free = [_bits(each) for each in answer["people"]]
        anybody = reduce(or_, free, 0)
        everybody = anybody.to_bytes((anybody.bit_length() + 7) // 8, "little")
        for each in answer["people"]:
            each["free"] = b64encode(everybody).decode()
        most = len(json.dumps(answer, separators=(",", ":")))
        yield _size("  service's JSON, were everybody free", most, most=MOST_CHARACTERS)
        yield _size(
            "  Apex's heap, were everybody free", heap_bytes(answer, body=most), most=HEAP_BYTES / 2
        )


def _size(name: str, count: float, *, most: float | None = None) -> Line:
    return Line(
        name=name,
        values=[count / 1000],
        budget=None if most is None else most / 1000,
        unit="kB",
        is_of_this_machine=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What this machine needs now for what never changes, in milliseconds.

    Attributes:
        made: The plain table, made and laid out.
        painted: The same until two frames have passed.
        ready: The least answer of the service.
    """

    made: float
    painted: float
    ready: float

    @property
    def slowness(self) -> float:
        """How many times slower than where the budgets hold; 1 when it is not."""
        return max(1.0, self.made / NOMINAL["made"], self.ready / NOMINAL["ready"])

    def words(self) -> str:
        """As they are printed."""
        return (
            f"references: plain table made in {self.made:.1f} ms, painted after"
            f" {self.painted:.1f} ms; service ready in {self.ready:.1f} ms: budgets are taken"
            f" times {self.slowness:.2f}, times {TOLERANCE}"
        )


def references(on: Stage) -> References:
    """Measured while nothing else of ours runs."""
    page = on.browser.new_page()
    tables = [page.evaluate(PLAIN_TABLE) for _ in range(15)]
    page.close()
    web = on.service.web()
    session = reading_session()
    taken = []
    for _ in range(30):
        began = perf_counter()
        session.get(f"{on.service.url}/ready").raise_for_status()
        taken.append((perf_counter() - began) * 1000)
    on.service.kill(web)
    return References(
        made=statistics.median(each["made"] for each in tables),
        painted=statistics.median(each["painted"] for each in tables),
        ready=statistics.median(taken),
    )


def bundle(assets: Path) -> Iterator[Line]:
    """How much the page has to load."""
    manifest = json.loads((assets / "manifest.json").read_text())
    script = manifest["sizes"]["page.js"]
    yield _size("page.js", script["bytes"])
    yield _size("page.js, gzip", script["gzip"], most=BUNDLE_BUDGET)
    yield _size("  of that the package's own components", script["gzip"] * manifest["ownShare"])


def main() -> int:
    """Print the tables; 1 when a gate failed or a budget is missed by too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs of each")
    parser.add_argument("--hosts", type=int, choices=SIZES, help="only one of the pools")
    options = parser.parse_args()
    runs = Runs(warm=4, cold=1, books=2) if options.quick else Runs(warm=10, cold=3, books=4)
    gates = Gates()
    missed: list[str] = []
    began = time.monotonic()
    with stage() as on:

        def show(lines: Iterator[Line], slowness: float) -> None:
            for line in lines:
                print(line.text(slowness), flush=True)
                if line.is_missed(slowness):
                    missed.append(line.name)

        print(f"\nbundle\n{HEAD}")
        show(bundle(on.assets), 1.0)
        for size in SIZES if options.hosts is None else (options.hosts,):
            least = references(on)
            print(f"\n{least.words()}")
            show(measured(on, size, runs, gates, least.painted), least.slowness)
    print()
    for name, cases in gates.passed.items():
        print(f"gate: {name}: {cases} times")
    print(f"{time.monotonic() - began:.0f} s")
    for words in (*gates.failed, *(f"above its budget: {name}" for name in missed)):
        print(f"FAILED: {words[:300]}")
    return 1 if gates.failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
