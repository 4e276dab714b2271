from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
import requests

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import DeliveredMail
from connectors.transport import writing_session

MEETING = {"topic": "Demo", "type": 2, "start_time": "2031-01-15T10:00:00Z", "duration": 30}

OTHER_METHOD = b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR"


class Host:
    """A Zoom user of the sandbox, spoken to as any client would."""

    def __init__(self, control: SandboxControl, domain: str) -> None:
        self.control = control
        self.email = f"host@{domain}"
        self.account = control.seed(zoom={"users": [{"email": self.email}]})["zoom"]
        self._session = writing_session()
        self._token = self.new_token()

    def new_token(self) -> str:
        answer = self._session.post(
            self.control.base_url + "/zoom/oauth/token",
            data={"grant_type": "account_credentials", "account_id": self.account["account_id"]},
            auth=(self.account["client_id"], self.account["client_secret"]),
        )
        self._token = str(answer.json()["access_token"])
        return self._token

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._session.request(
            method,
            f"{self.control.base_url}/zoom/v2{path}",
            headers={"Authorization": f"Bearer {self._token}"},
            **options,
        )

    def create(self) -> requests.Response:
        return self.call("POST", f"/users/{self.email}/meetings", json=MEETING)

    def meetings(self) -> list[Any]:
        found: list[Any] = self.call("GET", f"/users/{self.email}/meetings").json()["meetings"]
        return found

    def fault(self, kind: str, **details: Any) -> None:
        details = {"operation": "meetings_create", "caller": self.email, **details}
        self.control.fault(vendor="zoom", kind=kind, **details)

    def creates(self) -> list[dict[str, Any]]:
        return [
            call
            for call in self.control.requests(vendor="zoom")
            if call["operation"] == "meetings_create" and call["caller"] == self.email
        ]


@pytest.fixture
def host(control: SandboxControl, unique: str) -> Host:
    return Host(control, f"{unique}.example")


@pytest.fixture
def own_sandbox() -> Iterator[SandboxServer]:
    """A sandbox whose clock and state are this test's alone."""
    server = SandboxServer()
    server.start()
    yield server
    server.stop()


# ---------------------------------------------------------------------------------- faults


def test_a_connection_dropped_before_leaves_nothing_behind(host: Host) -> None:
    host.fault("drop_before")

    with pytest.raises(requests.ConnectionError):
        host.create()

    assert host.meetings() == []


def test_a_connection_dropped_after_leaves_the_deed_done(host: Host) -> None:
    host.fault("commit_then_drop")

    with pytest.raises(requests.ConnectionError):
        host.create()

    assert len(host.meetings()) == 1


def test_an_ordered_status_comes_with_its_body_and_headers_and_does_nothing(host: Host) -> None:
    host.fault("status", status=429, body='{"code":429}', headers={"Retry-After": "7"})

    answer = host.create()

    assert (answer.status_code, answer.json()) == (429, {"code": 429})
    assert answer.headers["Retry-After"] == "7"
    assert host.meetings() == []


def test_a_status_after_the_deed_hides_what_was_done(host: Host) -> None:
    host.fault("commit_then_status", status=502, body="bad gateway")

    assert host.create().status_code == 502
    assert len(host.meetings()) == 1


def test_a_slow_answer_is_the_right_one_later(host: Host) -> None:
    host.fault("slow", seconds=0.3)
    began = time.monotonic()

    answer = host.create()

    assert answer.status_code == 201
    assert time.monotonic() - began >= 0.3


def test_a_page_instead_of_json_says_all_is_well(host: Host) -> None:
    host.fault("html")

    answer = host.create()

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert host.meetings() == []


def test_a_truncated_answer_is_the_first_half_of_the_real_one(host: Host) -> None:
    host.fault("truncated")

    answer = host.create()

    assert answer.status_code == 201
    assert answer.text.startswith('{"')
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert len(host.meetings()) == 1


def test_an_unknown_kind_of_fault_is_refused_when_it_is_ordered(control: SandboxControl) -> None:
    with pytest.raises(requests.HTTPError):
        control.fault(vendor="zoom", kind="explode", caller="nobody@nowhere.example")


def test_a_fault_skips_and_counts_as_ordered(host: Host) -> None:
    host.fault("status", status=503, skip=1, times=2)

    assert [host.create().status_code for _ in range(4)] == [201, 503, 503, 201]


def test_a_fault_hits_the_named_caller_alone(
    host: Host, control: SandboxControl, unique: str
) -> None:
    other = Host(control, f"other-{unique}.example")
    host.fault("status", status=503)

    assert other.create().status_code == 201
    assert host.create().status_code == 503


def test_a_fault_hits_the_named_operation_alone(host: Host) -> None:
    host.fault("status", status=503, operation="meetings_list")

    assert host.create().status_code == 201


def test_a_caller_is_the_same_in_capitals(host: Host) -> None:
    host.fault("status", status=503, caller=host.email.upper())

    assert host.create().status_code == 503


def test_forgotten_faults_do_not_happen(own_sandbox: SandboxServer, unique: str) -> None:
    control = SandboxControl(own_sandbox.base_url)
    host = Host(control, f"{unique}.example")
    host.fault("status", status=503)
    assert len(control.call("GET", "/faults")) == 1

    control.forget_faults()

    assert host.create().status_code == 201
    assert control.call("GET", "/faults") == []


# ------------------------------------------------------------------------------ the ledgers


def test_every_request_is_logged_with_what_was_sent_and_answered(host: Host) -> None:
    host.create()

    (logged,) = host.creates()
    assert logged["method"] == "POST"
    assert logged["path"] == f"/zoom/v2/users/{host.email}/meetings"
    assert '"topic": "Demo"' in logged["body"]
    assert logged["status"] == 201
    assert '"join_url"' in logged["answer"]


def test_a_broken_connection_is_logged_without_a_status(host: Host) -> None:
    host.fault("commit_then_drop")
    with pytest.raises(requests.ConnectionError):
        host.create()

    assert [call["status"] for call in host.creates()] == [0]


def test_no_token_or_secret_is_logged(host: Host, control: SandboxControl) -> None:
    token = host.new_token()

    logged = [
        call
        for call in control.requests(vendor="zoom")
        if call["caller"] == host.account["account_id"]
    ]
    assert logged
    assert token not in str(logged)
    assert host.account["client_secret"] not in str(logged)


def test_what_no_route_answers_is_logged_too(own_sandbox: SandboxServer, unique: str) -> None:
    control = SandboxControl(own_sandbox.base_url)
    host = Host(control, f"{unique}.example")
    session = writing_session()

    session.get(control.base_url + "/zoom/v2/users/somebody/webinars?page_size=1")
    session.get(control.base_url + "/zoom/v3/users")
    session.put(control.base_url + f"/zoom/v2/users/{host.email}/meetings", data="x")

    logged = [(call["method"], call["path"], call["status"]) for call in control.requests(after=1)]
    assert logged[-3:] == [
        ("GET", "/zoom/v2/users/somebody/webinars?page_size=1", 401),
        ("GET", "/zoom/v3/users", 404),
        ("PUT", f"/zoom/v2/users/{host.email}/meetings", 405),
    ]
    assert {call["vendor"] for call in control.requests()} == {"zoom"}


def test_the_log_goes_on_after_a_number(host: Host, control: SandboxControl) -> None:
    host.create()
    last = control.requests()[-1]["number"]
    host.create()

    later = control.requests(after=last, vendor="zoom")

    assert [call["operation"] for call in later] == ["meetings_create"]


def test_mail_is_given_by_recipient_in_any_case(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    sandbox.world.post(
        recipient=f"Guest@{unique}.example",
        sent_by="google",
        sender="host@house.example",
        subject="One",
        text="",
    )

    (mail,) = control.mails(f"GUEST@{unique}.example")
    assert mail["recipient"] == f"guest@{unique}.example"
    assert mail["subject"] == "One"


def test_one_provider_takes_a_mail_and_no_other_sees_it(own_sandbox: SandboxServer) -> None:
    class Provider:
        def __init__(self, domain: str) -> None:
            self.domain = domain
            self.seen: list[str] = []

        def receive(self, mail: DeliveredMail) -> bool:
            self.seen.append(mail.recipient)
            return mail.recipient.endswith(self.domain)

    first, second = Provider("@first.example"), Provider("@second.example")
    own_sandbox.world.mailbox_providers[:] = [first, second]

    for recipient in ("a@first.example", "b@second.example"):
        own_sandbox.world.post(
            recipient=recipient, sent_by="smtp", sender="x@x.example", subject="", text=""
        )

    assert first.seen == ["a@first.example", "b@second.example"]
    assert second.seen == ["b@second.example"]


# ------------------------------------------------------------- clock, snapshots, what is made


def test_the_clock_moves_for_everything(own_sandbox: SandboxServer, unique: str) -> None:
    control = SandboxControl(own_sandbox.base_url)
    host = Host(control, f"{unique}.example")
    assert host.create().status_code == 201

    control.shift_clock(2 * 3600)

    refused = host.create()
    assert refused.status_code == 401
    assert refused.json()["code"] == 124


def test_a_snapshot_brings_back_what_was_there(own_sandbox: SandboxServer, unique: str) -> None:
    control = SandboxControl(own_sandbox.base_url)
    host = Host(control, f"{unique}.example")
    host.create()
    session = writing_session()
    kept = session.get(control.base_url + "/control/snapshot").content
    host.create()
    own_sandbox.world.post(
        recipient="a@b.example", sent_by="smtp", sender="x@x.example", subject="", text=""
    )
    control.shift_clock(60)

    session.put(control.base_url + "/control/snapshot", data=kept).raise_for_status()

    assert len(host.meetings()) == 1
    assert control.mails() == []
    assert own_sandbox.world.clock.offset.total_seconds() == 0


def test_a_snapshot_holds_what_it_held_although_the_world_went_on(
    own_sandbox: SandboxServer, unique: str
) -> None:
    control = SandboxControl(own_sandbox.base_url)
    host = Host(control, f"{unique}.example")
    kept = own_sandbox.world.snapshot()

    for _ in range(2):
        host.create()
        own_sandbox.world.restore(kept)
        assert host.meetings() == []


def test_each_vendor_is_there_and_can_be_seeded(control: SandboxControl) -> None:
    health = control.call("GET", "/health")

    assert health["status"] == "ok"
    assert "zoom" in health["vendors"]


def test_seeding_a_vendor_that_is_not_there_is_refused(control: SandboxControl) -> None:
    with pytest.raises(requests.HTTPError):
        control.seed(nobody={})


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"salesforce": {"org_id": "none"}}, "salesforce: not a Salesforce id: none"),
        (
            {"salesforce": {"records": [{"object": "Lead", "LastName": "Guest One"}]}},
            "salesforce: REQUIRED_FIELD_MISSING: Required fields are missing: [Company]",
        ),
        (
            {"zoom": {"users": [], "meetings": [{"host": "nobody@nowhere.example"}]}},
            "zoom: ",
        ),
        ({"salesforce": {"records": [{"LastName": "x"}]}}, "salesforce: "),
        ({"salesforce": {"users": 5}}, "salesforce: the seed has another shape: "),
        ([], "name a vendor"),
    ],
)
def test_seeding_what_a_vendor_would_refuse_is_refused_with_its_sentence(
    own_sandbox: SandboxServer, parts: Any, words: str
) -> None:
    answer = writing_session().post(f"{own_sandbox.base_url}/control/seed", json=parts)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(words)


def test_sandboxes_side_by_side_know_nothing_of_each_other(
    control: SandboxControl, own_sandbox: SandboxServer, unique: str
) -> None:
    host = Host(control, f"{unique}.example")
    other = SandboxControl(own_sandbox.base_url)
    host.control = other

    assert host.create().status_code == 401
    assert [call["status"] for call in other.requests()] == [401]
    assert host.creates() == []


# -------------------------------------------------------------------------------- mail sink


def _message(**headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "sender@house.example"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Hello.\n")
    return message


def _smtp(sandbox: SandboxServer) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", int(sandbox.smtp_url.rpartition(":")[2]), "client.example")


def _send(sandbox: SandboxServer, recipient: str, text: bytes) -> tuple[int, bytes]:
    """Send the text as it is; smtplib would mend its line ends."""
    with _smtp(sandbox) as smtp:
        smtp.ehlo()
        smtp.mail("sender@house.example")
        smtp.rcpt(recipient)
        smtp.docmd("DATA")
        smtp.send(text + b"\r\n.\r\n")
        return smtp.getreply()


def test_the_sink_delivers_to_each_recipient(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    recipients = [f"one@{unique}.example", f"two@{unique}.example"]

    with _smtp(sandbox) as smtp:
        smtp.send_message(_message(Subject="Two of you"), to_addrs=recipients)

    assert [control.mails(who)[0]["subject"] for who in recipients] == ["Two of you"] * 2


@pytest.mark.parametrize(
    "text",
    [
        b"From: a@b.example\nSubject: x\n\nbare LF",
        b"From: a@b.example\r\nSubject: x\rBcc: c@d.example\r\n\r\nbare CR",
        b"From: a@b.example\r\n\r\n" + b"x" * 1200,
        "From: a@b.example\r\n\r\nÜ".encode(),
        b"Subject: from nobody\r\n\r\n",
        b'From: a@b.example\r\nContent-Type: text/calendar; method="REQUEST"\r\n\r\nnonsense',
        b"From: a@b.example\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n" + OTHER_METHOD,
    ],
    ids=["LF", "CR", "long line", "8 bit", "no sender", "no calendar", "other method"],
)
def test_the_sink_refuses_what_is_no_proper_mail(
    sandbox: SandboxServer, control: SandboxControl, unique: str, text: bytes
) -> None:
    recipient = f"one@{unique}.example"

    code, _ = _send(sandbox, recipient, text)

    assert 500 <= code < 600
    assert control.mails(recipient) == []


def test_the_sink_refuses_what_is_too_large(sandbox: SandboxServer) -> None:
    with _smtp(sandbox) as smtp:
        smtp.ehlo()
        code, _ = smtp.mail("sender@house.example", [f"size={26 * 1024 * 1024}"])

    assert code == 552


def test_the_sink_hangs_up_when_it_is_stopped() -> None:
    server = SandboxServer()
    server.start()
    port = int(server.smtp_url.rpartition(":")[2])
    client = socket.create_connection(("127.0.0.1", port), timeout=5)
    assert client.recv(1000).startswith(b"220 ")

    server.stop()

    with client:
        assert client.recv(1000) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
