"""The sandbox's record page: what it loads, for whom, what it shows, and what it has executed."""

from __future__ import annotations

import json
import pickle
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from booking_types.intervals import Interval
from booking_types.salesforce_ids import salesforce_id
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.lightning import LightningSite
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import Invitation, Person
from connectors.transport import reading_session

SERVICE_URL = "http://127.0.0.1:9"
RUNNER_TOKEN = "what only the runner knows"
REP = salesforce_id("005000000000081")
ADMIN = salesforce_id("005000000000082")
HOST = salesforce_id("005000000000083")
COHOST = salesforce_id("005000000000084")
LEAVER = salesforce_id("005000000000085")
LEAD = salesforce_id("00Q000000000081")
SECRET_LEAD = salesforce_id("00Q000000000082")
FROM_THE_PAGE = {"X-Lightning-Page": "1"}
HOUR = timedelta(hours=1)


@dataclass
class Runner:
    """Stands in for the Apex runner: keeps what it is asked, answers what it is told."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    calls_first: str = ""


@pytest.fixture(scope="module")
def running_runner() -> Iterator[Runner]:
    runner = Runner()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            runner.headers.append(dict(self.headers))
            runner.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if runner.calls_first:
                reading_session().get(runner.calls_first).raise_for_status()
            body = json.dumps(runner.answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    runner.url = f"http://127.0.0.1:{server.server_port}"
    yield runner
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def pages(
    running_runner: Runner, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SandboxServer]:
    """A sandbox whose record pages have all they need."""
    assets = tmp_path_factory.mktemp("assets")
    (assets / "page.js").write_text("// the components")
    (assets / "slds.css").write_text("/* the looks */")
    (assets / "manifest.json").write_text('{"state": "0123456789abcdef"}')
    site = LightningSite(
        assets=assets,
        runner_url=running_runner.url,
        runner_token=RUNNER_TOKEN,
        service_url=SERVICE_URL,
    )
    server = SandboxServer(lightning=site)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def runner(running_runner: Runner) -> Runner:
    running_runner.asked.clear()
    running_runner.headers.clear()
    running_runner.answer = {"ok": True, "value": {"message": "done"}, "own_ms": 4.2}
    running_runner.calls_first = ""
    return running_runner


class Read(HTMLParser):
    """A page as it is read: its words, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.styled: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag == "script":
            self.scripts.append(values)
        self.styled.extend(name for name in values if name == "style" or name.startswith("on"))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@dataclass
class Org:
    """An org with a lead, and a browser that looks at it."""

    sandbox: SandboxServer
    org_id: str
    domain: str
    browser: requests.Session = field(default_factory=reading_session)

    @property
    def url(self) -> str:
        return f"{self.sandbox.base_url}/lightning/{self.org_id}"

    def get(self, path: str = "", **options: Any) -> requests.Response:
        return self.browser.get(f"{self.url}{path}", **options)

    def record(self, record_id: str = LEAD) -> Read:
        response = self.get(f"/r/{record_id}")
        assert response.status_code == 200, response.text
        return Read(response.text)

    def outside(self, **query: str) -> dict[str, Any]:
        response = self.get(f"/r/{LEAD}/outside.json", params=query)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def configuration(self) -> dict[str, Any]:
        found = re.search(
            r'<script type="application/json" id="platform">(.*?)</script>',
            self.get(f"/r/{LEAD}").text,
        )
        assert found
        told: dict[str, Any] = json.loads(found[1])
        return told

    def become(self, user_id: str, **options: Any) -> requests.Response:
        return self.browser.post(
            f"{self.url}/user",
            data={"user_id": user_id, "record_id": LEAD},
            allow_redirects=False,
            **options,
        )

    def apex(self, params: Any = None, **options: Any) -> requests.Response:
        options.setdefault("headers", FROM_THE_PAGE)
        return self.browser.post(
            f"{self.url}/apex/BookingController/hosts",
            json={"params": params if params is not None else {"recordId": LEAD}},
            **options,
        )


def an_org(sandbox: SandboxServer, unique: str, **lead: Any) -> Org:
    domain = f"{unique}.example"

    def user(user_id: str, name: str, *permission_sets: str, **more: Any) -> dict[str, Any]:
        email = f"{name.split(maxsplit=1)[0].lower()}@{domain}"
        about = {"id": user_id, "name": name, "email": email, "username": email}
        return {**about, "permission_sets": list(permission_sets), **more}

    made = SandboxControl(sandbox.base_url).seed(
        salesforce={
            "name": unique,
            "users": [
                user(ADMIN, "Admin One", "Booking_Admin", "Booking_Organizer"),
                user(REP, "Rep One", "Booking_Organizer", time_zone="Europe/Berlin"),
                user(HOST, "Host One", "Booking_Host", time_zone="America/New_York"),
                user(COHOST, "Cohost One", "Booking_Host"),
                user(LEAVER, "Leaver One", "Booking_Organizer", is_active=False),
            ],
            "records": [
                {
                    "object": "Lead",
                    "id": LEAD,
                    "LastName": "Guest",
                    "Company": "Customer",
                    "Status": "Open - Not Contacted",
                    "OwnerId": REP,
                    "note": f"What {unique} shows.",
                }
                | lead,
                {
                    "object": "Lead",
                    "id": SECRET_LEAD,
                    "LastName": "Secret",
                    "Company": "Customer",
                    "OwnerId": ADMIN,
                    "private": True,
                },
            ],
        },
        google={
            "accounts": [
                {"email": f"{name.lower()}@{domain}", "name": f"{name} One", "time_zone": zone}
                for name, zone in (("Cohost", "UTC"), ("Host", "America/New_York"))
            ]
        },
    )
    return Org(sandbox, str(made["salesforce"]["org_id"]), domain)


@pytest.fixture
def org(pages: SandboxServer, runner: Runner, unique: str) -> Org:
    return an_org(pages, unique)


def book(org: Org) -> None:
    """What a booking leaves behind, three weeks from now, at 14:00 in UTC."""
    control = SandboxControl(org.sandbox.base_url)
    day = (org.sandbox.world.clock.now() + timedelta(days=21)).replace(
        hour=14, minute=0, second=0, microsecond=0
    )
    day -= timedelta(days=day.weekday())
    subject = f"Discovery call of {org.domain}"
    start, end = day.isoformat(), (day + HOUR).isoformat()
    control.seed(
        salesforce={
            "org_id": org.org_id,
            "records": [
                {
                    "object": "Booking__c",
                    "External_Id__c": org.domain,
                    "Subject__c": subject,
                    "Status_Text__c": "Scheduled",
                    "Start__c": start,
                    "End__c": end,
                    "Host__c": HOST,
                    "Lead__c": LEAD,
                    "Record_Id__c": LEAD,
                },
                {
                    "object": "Event",
                    "Subject": subject,
                    "StartDateTime": start,
                    "EndDateTime": end,
                    "WhoId": LEAD,
                    "OwnerId": HOST,
                },
            ],
        },
        google={
            "accounts": [
                {
                    "email": f"host@{org.domain}",
                    "events": [{"summary": subject, "start": start, "end": end}],
                }
            ]
        },
    )
    host = Person(email=f"host@{org.domain}")
    org.sandbox.world.post(
        recipient="guest@customer.example",
        sent_by="google",
        sender=host.email,
        subject=f"Invitation: {subject}",
        text="Come.",
        invitation=Invitation(
            method="REQUEST",
            uid=org.domain,
            sequence=0,
            interval=Interval(day, day + HOUR),
            subject=subject,
            description="",
            location="",
            organizer=host,
            attendees=(host,),
        ),
    )
    org.sandbox.world.post(
        recipient="elsewhere@customer.example",
        sent_by="smtp",
        sender="x@y.example",
        subject="Something else",
        text="",
    )


# --------------------------------------------------------------------------- the page


def test_a_record_page_shows_the_record_and_loads_the_component_for_it(org: Org) -> None:
    response = org.get(f"/r/{LEAD}")
    read = org.record()

    assert f'data-record-id="{LEAD}" data-object-api-name="Lead"' in response.text
    assert "Lead Guest Create Booking" in read.text
    assert "Status Open - Not Contacted" in read.text
    assert f"What {org.domain.split('.')[0]} shows." in read.text
    assert [script["src"] for script in read.scripts if "src" in script][-1] == (
        "/lightning/assets/0123456789abcdef/page.js"
    )
    assert "cannot work here" not in read.text


def test_what_the_page_loads_is_there_and_may_be_kept(org: Org) -> None:
    for script in org.record().scripts:
        if "src" in script:
            answer = org.browser.get(f"{org.sandbox.base_url}{script['src']}")
            assert answer.status_code == 200
            assert "javascript" in answer.headers["Content-Type"]
    built = org.browser.get(f"{org.sandbox.base_url}/lightning/assets/0123456789abcdef/page.js")
    assert "max-age=31536000" in built.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "assets/ffffffffffffffff/page.js",
        "assets/0123456789abcdef/other.js",
        "assets/0123456789abcdef/..%2F..%2Fetc",
        "static/..%2F__init__.py",
    ],
)
def test_nothing_else_is_handed_out(org: Org, path: str) -> None:
    assert org.browser.get(f"{org.sandbox.base_url}/lightning/{path}").status_code == 404


def test_the_list_of_records_says_what_each_of_them_shows(org: Org) -> None:
    read = Read(org.get().text)

    assert f"Guest What {org.domain.split('.')[0]} shows." in read.text
    assert f"/lightning/{org.org_id}/r/{LEAD}" in read.links


def test_the_viewing_pages_lead_to_the_record_pages(org: Org) -> None:
    base = org.sandbox.base_url

    for path, link in (
        ("/", f"/lightning/{org.org_id}"),
        (f"/look/salesforce/{org.org_id}", f"/lightning/{org.org_id}"),
        (f"/look/salesforce/{org.org_id}/{LEAD}", f"/lightning/{org.org_id}/r/{LEAD}"),
    ):
        assert link in Read(org.browser.get(f"{base}{path}").text).links


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"/r/{salesforce_id('00Q000000000099')}", "There is no such record"),
        ("/r/nonsense", "There is no such record"),
        (f"/r/{salesforce_id('zzz000000000001')}", "There is no such record"),
        ("/../00D000000000000AAA", "There is no such org"),
        ("/../nonsense", "There is no such org"),
    ],
)
def test_what_is_not_there_is_said_in_words(org: Org, path: str, words: str) -> None:
    response = org.get(path)

    assert response.status_code == 404
    assert words in response.text


def test_a_deleted_record_is_not_there(org: Org) -> None:
    org.sandbox.world.states["salesforce"].orgs[org.org_id].row("Lead", LEAD).is_deleted = True

    assert org.get(f"/r/{LEAD}").status_code == 404


def test_who_may_not_see_a_record_is_told_so_and_can_become_somebody_else(org: Org) -> None:
    response = org.get(f"/r/{SECRET_LEAD}")

    assert response.status_code == 403
    assert "Rep One may not see it" in response.text
    assert org.get(f"/r/{SECRET_LEAD}/outside.json").status_code == 403
    org.become(ADMIN)
    assert org.get(f"/r/{SECRET_LEAD}").status_code == 200


def test_a_page_runs_only_scripts_of_its_own_and_talks_to_nobody_else(org: Org) -> None:
    response = org.get(f"/r/{LEAD}")
    policy = dict(
        part.strip().split(" ", 1)
        for part in response.headers["Content-Security-Policy"].split(";")
    )
    read = Read(response.text)

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert all("src" in script or script["type"] == "application/json" for script in read.scripts)
    assert read.styled == []


def test_whatever_people_typed_stays_text(
    pages: SandboxServer, runner: Runner, unique: str
) -> None:
    typed = "</script><script>alert(1)</script>"
    org = an_org(pages, unique, LastName=typed, Company=typed, note=typed)
    salesforce = pages.world.states["salesforce"].orgs[org.org_id]
    salesforce.row("User", REP).values["LocaleSidKey"] = typed

    for path in ("", f"/r/{LEAD}"):
        assert "<script>alert" not in org.get(path).text
    assert org.configuration()["user"]["locale"] == typed


def test_a_page_without_what_it_needs_says_what_to_do(sandbox: SandboxServer, unique: str) -> None:
    org = an_org(sandbox, unique)
    read = org.record()

    assert "The component cannot work here yet" in read.text
    for option in ("--lightning-assets", "--apex-runner", "--service-url"):
        assert option in read.text
    refused = org.apex()
    assert refused.status_code == 500
    assert "--apex-runner" in refused.json()["message"]


# --------------------------------------------------------------------- the running user


def test_the_first_user_is_an_organizer_who_is_no_admin(org: Org) -> None:
    assert org.configuration()["user"]["userId"] == REP
    assert org.configuration()["user"]["timeZone"] == "Europe/Berlin"
    assert org.configuration()["user"]["locale"] == "en-US"


def test_everybody_who_works_there_can_be_chosen_with_what_they_are(org: Org) -> None:
    text = org.record().text

    assert "Admin One · Organizer and Booking Admin" in text
    assert "Host One · Host" in text
    assert "Integration User · Integration" in text
    assert "Leaver One" not in text


def test_a_switch_of_user_lasts_and_is_the_orgs_own(
    org: Org, pages: SandboxServer, unique: str
) -> None:
    other = an_org(pages, f"other-{unique}")
    other.browser = org.browser

    switched = org.become(HOST)

    assert switched.status_code == 303
    assert switched.headers["Location"] == f"/lightning/{org.org_id}/r/{LEAD}"
    for part in ("HttpOnly", "SameSite=Strict", f"Path=/lightning/{org.org_id}"):
        assert part in switched.headers["Set-Cookie"]
    assert org.configuration()["user"]["userId"] == HOST
    assert org.configuration()["user"]["timeZone"] == "America/New_York"
    assert org.outside()["running_user"] == HOST
    assert other.configuration()["user"]["userId"] == REP


@pytest.mark.parametrize("user_id", [LEAVER, "", "nonsense", salesforce_id("005000000000099")])
def test_nobody_becomes_who_does_not_work_there(org: Org, user_id: str) -> None:
    assert org.become(user_id).status_code == 400
    org.browser.cookies.set(f"running_user_{org.org_id}", user_id)
    assert org.configuration()["user"]["userId"] == REP


# ------------------------------------------------------------------------------- Apex


def test_apex_is_executed_as_the_running_user_with_a_session_of_theirs(
    org: Org, runner: Runner
) -> None:
    org.become(HOST)

    answer = org.apex({"recordId": LEAD, "bookingTypeId": None})

    assert answer.json() == {"value": {"message": "done"}}
    assert answer.headers["Server-Timing"] == "apex;dur=4.2"
    (asked,) = runner.asked
    assert (asked["class"], asked["method"]) == ("BookingController", "hosts")
    assert asked["params"] == {"recordId": LEAD, "bookingTypeId": None}
    assert asked["org"] == {"id": org.org_id}
    assert asked["user"] == {
        "id": HOST,
        "name": "Host One",
        "email": f"host@{org.domain}",
        "username": f"host@{org.domain}",
        "time_zone": "America/New_York",
        "locale": "en_US",
        "language": "en_US",
    }
    salesforce = asked["salesforce"]
    me = reading_session().get(
        f"{salesforce['base_url']}/services/oauth2/userinfo",
        headers={"Authorization": f"Bearer {salesforce['session']}"},
    )
    assert me.json()["user_id"] == HOST
    credential = asked["named_credentials"]["Booking_Service"]
    assert credential["url"] == credential["audience"] == SERVICE_URL
    token = reading_session().post(
        credential["authorization_url"], json={"sub": HOST, "aud": SERVICE_URL}
    )
    assert token.json()["token"].count(".") == 2


def test_a_user_keeps_one_session_from_call_to_call(org: Org, runner: Runner) -> None:
    for _ in range(2):
        org.apex()

    first, second = (asked["salesforce"]["session"] for asked in runner.asked)
    assert first == second


def test_a_session_that_is_over_is_replaced(org: Org, runner: Runner) -> None:
    org.apex()
    sessions = org.sandbox.world.states["salesforce"].sessions
    sessions[runner.asked[0]["salesforce"]["session"]].used_at -= timedelta(hours=3)

    org.apex()

    first, second = (asked["salesforce"]["session"] for asked in runner.asked)
    assert first != second


def test_the_sandbox_answers_others_while_apex_waits(org: Org, runner: Runner) -> None:
    runner.calls_first = f"{org.sandbox.base_url}/control/mails"

    assert org.apex().status_code == 200


@pytest.mark.parametrize(
    ("kind", "marked"),
    [
        ("BookingController.OddException", {"is_user_defined": True}),
        ("System.NullPointerException", {"is_user_defined": False}),
        ("aura.BadCall", {"is_user_defined": False}),
        ("runner.Error", {}),
    ],
)
def test_what_apex_throws_comes_back_as_the_platform_says_it(
    org: Org, runner: Runner, kind: str, marked: dict[str, bool]
) -> None:
    error = {"type": kind, "message": "No.", "stack": "Class.BookingController", **marked}
    runner.answer = {"ok": False, "error": error}

    answer = org.apex()

    assert answer.status_code == 500
    assert answer.json() == {
        "message": "No.",
        "exceptionType": kind,
        "isUserDefinedException": marked.get("is_user_defined", False),
        "stackTrace": "Class.BookingController",
    }


def test_the_runner_knows_the_sandbox_by_their_token(org: Org, runner: Runner) -> None:
    org.apex()

    (headers,) = runner.headers
    assert headers["Authorization"] == f"Bearer {RUNNER_TOKEN}"
    assert headers["Content-Type"] == "application/json"
    assert "Origin" not in headers


def test_a_runner_that_asks_for_no_token_is_given_none(org: Org, runner: Runner) -> None:
    org.sandbox.lightning.runner_token = ""
    try:
        org.apex()
    finally:
        org.sandbox.lightning.runner_token = RUNNER_TOKEN

    (headers,) = runner.headers
    assert "Authorization" not in headers


def test_a_runner_that_is_gone_is_said_in_words(org: Org) -> None:
    site = org.sandbox.lightning
    running, site.runner_url = site.runner_url, "http://127.0.0.1:9"
    try:
        answer = org.apex()
    finally:
        site.runner_url = running

    assert answer.status_code == 500
    assert "does not answer" in answer.json()["message"]


@pytest.mark.parametrize("headers", [{}, {**FROM_THE_PAGE, "Sec-Fetch-Site": "cross-site"},
                                     {**FROM_THE_PAGE, "Sec-Fetch-Site": "same-site"}])  # fmt: skip
def test_only_the_page_itself_has_apex_executed(
    org: Org, runner: Runner, headers: dict[str, str]
) -> None:
    assert org.apex(headers=headers).status_code == 403
    assert runner.asked == []


def test_a_name_of_somebody_elses_that_leads_here_opens_nothing(org: Org, runner: Runner) -> None:
    foreign = {"Host": "rebound.example", **FROM_THE_PAGE}

    assert org.get(f"/r/{LEAD}", headers=foreign).status_code == 403
    assert org.apex(headers=foreign).status_code == 403
    assert org.become(HOST, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert runner.asked == []


# --------------------------------------------------------------------- seen from outside


def test_before_anything_is_booked_the_current_week_of_the_hosts_is_shown(org: Org) -> None:
    seen = org.outside()

    assert [each["name"] for each in seen["calendars"]] == ["Host One", "Cohost One"]
    assert seen["calendars"][0]["where"] == "Google, America/New_York"
    assert not any(each["attends"] for each in seen["calendars"])
    assert seen["mails"] == seen["timeline"] == []
    assert not any(field["is_changed"] for field in seen["fields"])


def test_a_booking_is_seen_in_calendar_mail_and_salesforce(org: Org) -> None:
    org.record()

    book(org)
    seen = org.outside()

    subject = f"Discovery call of {org.domain}"
    host = seen["calendars"][0]
    assert (host["name"], host["attends"]) == ("Host One", True)
    (block,) = [entry for day in host["days"] for entry in day["entries"]]
    assert (block["title"], block["is_new"], block["to"] - block["from"]) == (subject, True, 1)
    # Shown as the host's own calendar shows it, which is west of the rep's.
    assert block["from"] in (9, 10)
    assert seen["week"]["first"] > org.sandbox.world.clock.now().date().isoformat()
    (mail,) = seen["mails"]
    assert (mail["to"], mail["kind"], mail["via"]) == (
        "guest@customer.example",
        "invitation",
        "Google",
    )
    assert [(line["kind"], line["title"]) for line in seen["timeline"]] == [
        ("Booking", subject),
        ("Event", subject),
    ]
    # Times of mail and timeline are the looker's: 14:00 in UTC is in Berlin an hour or two later.
    assert seen["timeline"][0]["at"][-5:] in ("15:00", "16:00")


@pytest.mark.parametrize(
    ("organizer", "later"), [("host@elsewhere.example", 0), ("host@{domain}", 1)]
)
def test_a_mail_about_another_meeting_of_the_same_name_is_not_shown(
    org: Org, organizer: str, later: int
) -> None:
    book(org)
    (mine,) = (mail for mail in org.sandbox.world.mail.mails if org.domain in mail.subject)
    assert mine.invitation is not None
    host = Person(email=organizer.format(domain=org.domain))
    start = mine.invitation.interval.start + later * HOUR

    org.sandbox.world.post(
        recipient="another@customer.example",
        sent_by="google",
        sender=host.email,
        subject=mine.subject,
        text=mine.text,
        invitation=replace(mine.invitation, organizer=host, interval=Interval(start, start + HOUR)),
    )

    assert [mail["to"] for mail in org.outside()["mails"]] == ["guest@customer.example"]


def test_the_week_is_the_bookings_in_the_lookers_time_zone(org: Org) -> None:
    book(org)
    (booking,) = org.sandbox.world.states["salesforce"].orgs[org.org_id].live("Booking__c")
    # On Sunday evening in UTC it is Monday in Berlin.
    booking.values["Start__c"] = datetime(2030, 3, 3, 23, 30, tzinfo=UTC)

    assert org.outside()["week"] == {"first": "2030-03-04", "words": "4 March to 10 March 2030"}


def test_the_record_says_which_of_its_fields_have_changed(org: Org) -> None:
    org.record()
    row = org.sandbox.world.states["salesforce"].orgs[org.org_id].row("Lead", LEAD)
    row.values["Status"] = "Working - Contacted"

    changed = [each for each in org.outside()["fields"] if each["is_changed"]]

    assert [(each["name"], each["was"], each["text"]) for each in changed] == [
        ("Status", "Open - Not Contacted", "Working - Contacted")
    ]


def test_hosts_without_a_calendar_and_hosts_beyond_the_first_few_are_not_lost(org: Org) -> None:
    people = [
        {
            "name": f"Number {number}",
            "email": f"number{number}@{org.domain}",
            "username": f"number{number}@{org.domain}",
            "permission_sets": ["Booking_Host"],
        }
        for number in range(4)
    ]
    SandboxControl(org.sandbox.base_url).seed(salesforce={"org_id": org.org_id, "users": people})

    few, everybody = org.outside(), org.outside(calendars="all")

    assert (len(few["calendars"]), few["calendars_left_out"]) == (4, 2)
    assert (len(everybody["calendars"]), everybody["calendars_left_out"]) == (6, 0)
    assert everybody["calendars"][-1]["where"] == "no calendar in the sandbox"


def test_looking_changes_nothing_and_is_no_call_that_a_vendor_answered(org: Org) -> None:
    book(org)
    world = org.sandbox.world
    before = pickle.dumps(world.states), len(world.requests)

    org.get()
    org.record()
    org.outside()
    org.get("/r/nonsense")

    assert (pickle.dumps(world.states), len(world.requests)) == before


def test_no_page_is_under_an_address_of_the_services(pages: SandboxServer) -> None:
    assert reading_session().get(f"{pages.base_url}/v1/openapi.json").status_code == 404


def test_components_whose_folder_is_gone_are_said_to_be_missing(tmp_path: Path) -> None:
    assert LightningSite(assets=tmp_path / "gone").missing()[0].startswith("The components are not")
