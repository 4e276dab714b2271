"""How Zoom tells an app what happened, and how a user lets it in; Zoom's own library is a judge.

"Webhooks" is developers.zoom.us/docs/api/webhooks, "OAuth" /docs/integrations/oauth, by section.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session

from connectors import transport
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.zoom.webhooks import EVENTS, signature

_ROOT = Path(__file__).resolve().parents[2]
CALLBACK = "https://app.example/zoom"
#: RFC 7636, Appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
DAY = 24 * 60 * 60
#: How long a message may take; nobody waits longer than it does take. Seconds.
PATIENCE = 10


class Rivet:
    """Zoom's own library, as a receiver of webhooks."""

    def __init__(self, secret: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - the project's own Node.js
            [str(_ROOT / ".ci/node"), str(_ROOT / "tests/connectors/judges/zoom.mjs"), secret],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = f"http://127.0.0.1:{self.next()['port']}/"

    def next(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line: dict[str, Any] = json.loads(self._process.stdout.readline())
        return line

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate()


class Receiver:
    """An address of ours that answers as a test wants it to."""

    def __init__(self) -> None:
        self.messages: Queue[dict[str, Any]] = Queue()
        #: What the next messages are answered with, then always 200; and to the challenge.
        self.statuses: list[int] = []
        self.challenged: Callable[[dict[str, Any]], dict[str, Any]] = lambda _event: {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                event = json.loads(body)
                headers = {name.lower(): value for name, value in self.headers.items()}
                said = b""
                status = 200
                if event["event"] == "endpoint.url_validation":
                    said = json.dumps(receiver.challenged(event)).encode()
                else:
                    status = receiver.statuses.pop(0) if receiver.statuses else 200
                    receiver.messages.put({"headers": headers, "body": body, "event": event})
                self.send_response(status)
                self.send_header("Location", receiver.url)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/zoom"

    def next(self) -> dict[str, Any]:
        return self.messages.get(timeout=PATIENCE)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass(frozen=True)
class Account:
    """One Zoom account with one host."""

    control: SandboxControl
    made: dict[str, Any]
    host: str

    @property
    def base(self) -> str:
        return f"{self.control.base_url}/zoom"

    def act(self, verb: str, **details: Any) -> Any:
        return self.control.act("zoom", verb, account_id=self.made["account_id"], **details)

    def notifications(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.act("notifications")["notifications"]
        return found

    def token(self, **fields: str) -> tuple[int, dict[str, Any]]:
        response = transport.writing_session().post(
            f"{self.base}/oauth/token",
            data=fields,
            auth=(self.made["client_id"], self.made["client_secret"]),
        )
        return response.status_code, response.json()

    def call(self, method: str, path: str, token: str = "", **options: Any) -> requests.Response:
        if not token:
            _, body = self.token(
                grant_type="account_credentials", account_id=self.made["account_id"]
            )
            token = body["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return transport.writing_session().request(
            method, f"{self.base}/v2{path}", headers=headers, **options
        )

    def meeting(self, **fields: Any) -> int:
        body = {"topic": "Demo: früh", "type": 2, "start_time": "2031-01-15T10:00:00Z", **fields}
        response = self.call("POST", f"/users/{self.host}/meetings", json=body)
        assert response.status_code == 201, response.text
        return int(response.json()["id"])

    def decided(self, decision: str = "allow", **changes: str) -> requests.Response:
        asked = {
            "response_type": "code",
            "client_id": self.made["client_id"],
            "redirect_uri": CALLBACK,
            "state": "kept",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return transport.writing_session().post(
            f"{self.base}/oauth/authorize",
            params=asked,
            data={"decision": decision, "user": self.host},
            allow_redirects=False,
        )

    def code(self, **changes: str) -> str:
        return told(self.decided(**changes))["code"]

    def exchanged(self, **fields: str) -> tuple[int, dict[str, Any]]:
        asked = {"redirect_uri": CALLBACK, "code_verifier": VERIFIER, **fields}
        return self.token(grant_type="authorization_code", **asked)


def told(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    assert response.headers["Location"].startswith(CALLBACK + "?")
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


@pytest.fixture
def account(control: SandboxControl, unique: str) -> Account:
    host = f"host@{unique}.example"
    made = control.seed(zoom={"users": [{"email": host}], "redirect_uris": [CALLBACK]})["zoom"]
    return Account(control=control, made=made, host=host)


@pytest.fixture
def rivet(account: Account) -> Iterator[Rivet]:
    judge = Rivet(account.made["webhook_secret"])
    yield judge
    judge.close()


@pytest.fixture
def receiver(account: Account) -> Iterator[Receiver]:
    receiver = Receiver()
    secret = account.made["webhook_secret"]

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        plain = event["payload"]["plainToken"]
        # The same HMAC as of a signature, without its beginning; rivet judges it below.
        return {"plainToken": plain, "encryptedToken": hashed(secret, plain)}

    receiver.challenged = answer
    yield receiver
    receiver.close()


def hashed(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


# ---------------------------------------------------------------------------- webhooks


def test_zoom_s_own_library_passes_the_challenge_and_takes_every_event(
    account: Account, rivet: Rivet
) -> None:
    # Judge: @zoom/rivet verifies signatures and answers challenges as Zoom documents it.
    account.act("subscribe", url=rivet.url)
    assert rivet.next() == {"status": 200}

    number = account.meeting()
    account.call("PATCH", f"/meetings/{number}", json={"duration": 45})
    account.call("DELETE", f"/meetings/{number}")
    account.act("deauthorize", email=account.host)

    verdicts = [rivet.next() for _ in EVENTS]
    assert [each["status"] for each in verdicts] == [200] * 4
    assert [each["event"]["event"] for each in verdicts] == list(EVENTS)
    assert verdicts[0]["event"]["payload"]["object"]["topic"] == "Demo: früh"


def test_zoom_s_own_library_refuses_a_signature_by_another_secret(
    account: Account, rivet: Rivet, control: SandboxControl
) -> None:
    other = control.seed(zoom={"users": []})["zoom"]

    with pytest.raises(requests.HTTPError):
        control.act("zoom", "subscribe", account_id=other["account_id"], url=rivet.url)

    assert rivet.next()["status"] == 400


def test_an_event_says_what_happened_to_which_meeting(account: Account, receiver: Receiver) -> None:
    # developers.zoom.us/docs/api/meetings/events: what is sent of each; old_object beside object.
    account.act("subscribe", url=receiver.url)
    number = account.meeting()
    created = receiver.next()["event"]
    account.act("change_meeting", meeting_id=number, start="2031-01-16T09:00:00+01:00", minutes=60)
    account.act("change_meeting", meeting_id=number, start="2031-01-16T08:00:00Z", topic="Other")
    updated, named = receiver.next()["event"], receiver.next()["event"]
    account.act("delete_meeting", meeting_id=number)
    deleted = receiver.next()["event"]

    user_id = account.made["users"][account.host]
    for event in (created, updated, named, deleted):
        assert event["payload"]["account_id"] == account.made["account_id"]
        assert event["payload"]["operator_id"] == user_id
    assert created["payload"]["object"]["id"] == number
    assert updated["payload"]["object"] == {"id": number, "start_time": "2031-01-16T08:00:00Z"}
    assert updated["payload"]["old_object"] == {"id": number, "start_time": "2031-01-15T10:00:00Z"}
    assert named["payload"]["object"] == {"id": number, "topic": "Other"}
    assert deleted["payload"]["object"]["host_id"] == user_id
    assert account.call("GET", f"/meetings/{number}").status_code == 404


def test_a_message_is_signed_over_its_time_and_its_body(
    account: Account, receiver: Receiver
) -> None:
    # Webhooks, "Verify with Zoom's header".
    account.act("subscribe", url=receiver.url, events=["meeting.deleted"])
    account.act("delete_meeting", meeting_id=account.meeting())

    message = receiver.next()

    timestamp = message["headers"]["x-zm-request-timestamp"]
    secret = account.made["webhook_secret"]
    assert message["event"]["event"] == "meeting.deleted"
    assert abs(int(timestamp) * 1000 - message["event"]["event_ts"]) < 60_000
    assert message["headers"]["x-zm-signature"] == "v0=" + hashed(
        secret, f"v0:{timestamp}:{message['body']}"
    )
    assert (
        signature("other", timestamp=timestamp, body=message["body"])
        != message["headers"]["x-zm-signature"]
    )


@pytest.mark.parametrize(
    "url",
    ["https://app.example/zoom", "http://10.0.0.1/", "ftp://127.0.0.1/", "http://127.0.0.1:9/"],
)
def test_only_addresses_of_this_machine_that_answer_are_subscribed(
    account: Account, url: str
) -> None:
    with pytest.raises(requests.HTTPError):
        account.act("subscribe", url=url)


def test_an_address_that_fails_its_challenge_six_times_is_told_nothing_more(
    account: Account, receiver: Receiver
) -> None:
    # Webhooks, "Validate your webhook endpoint", "Revalidation".
    right = receiver.challenged
    account.act("subscribe", url=receiver.url)
    receiver.challenged = lambda event: {**right(event), "encryptedToken": "0" * 64}
    with pytest.raises(requests.HTTPError):
        account.act("subscribe", url=receiver.url)

    first = [account.act("revalidate")["is_subscribed"] for _ in range(5)]
    receiver.challenged = right
    assert account.act("revalidate") == {"is_valid": True, "is_subscribed": True}
    receiver.challenged = lambda _event: {}
    again = [account.act("revalidate")["is_subscribed"] for _ in range(6)]

    assert first == [True] * 5
    assert again == [True] * 5 + [False]
    account.meeting()
    assert account.notifications() == []


def test_a_server_in_trouble_is_told_again_after_5_20_and_60_minutes_and_then_no_more(
    account: Account, receiver: Receiver
) -> None:
    # Webhooks, "Notification delivery", by the organisation's clock.
    account.act("subscribe", url=receiver.url, events=["meeting.created"])
    receiver.statuses += [500, 503, 502, 500]
    account.meeting()
    bodies = [receiver.next()["body"]]
    shifted = 0
    try:
        for minutes in (5, 20, 60):
            (waiting,) = settled(account, len(bodies))
            due, began = (datetime.fromisoformat(waiting[each]) for each in ("due_at", "at"))
            # Some seconds pass for the machine as well.
            assert 0 <= (due - began).total_seconds() - shifted - minutes * 60 < 30
            account.control.shift_clock(minutes * 60)
            shifted += minutes * 60
            bodies.append(receiver.next()["body"])
        (notification,) = settled(account, 4)
    finally:
        account.control.shift_clock(-shifted)

    assert len(set(bodies)) == 1
    assert (notification["statuses"], notification["outcome"]) == ([500, 503, 502, 500], "failed")


@pytest.mark.parametrize(
    ("status", "outcome"), [(204, "taken"), (404, "failed"), (302, "failed"), (429, "failed")]
)
def test_what_a_client_refuses_or_sends_elsewhere_is_not_told_again(
    account: Account, receiver: Receiver, status: int, outcome: str
) -> None:
    account.act("subscribe", url=receiver.url, events=["meeting.created"])
    receiver.statuses.append(status)
    account.meeting()
    receiver.next()

    (notification,) = settled(account, 1)

    assert (notification["outcome"], notification["due_at"]) == (outcome, None)


def settled(account: Account, attempts: int) -> list[dict[str, Any]]:
    """The notifications once the last attempt is written down, which is right after its answer."""
    found: list[dict[str, Any]] = []
    for _ in range(2_000):
        found = account.notifications()
        if all(len(each["statuses"]) >= attempts for each in found):
            return found
    raise AssertionError(f"not settled: {found}")


# -------------------------------------------------------------------------- user OAuth


def test_a_user_allows_the_app_and_refresh_tokens_rotate(account: Account) -> None:
    # OAuth, "Request user authorization", "Refresh an access token". Judge: authlib, as the client.
    session = OAuth2Session(
        account.made["client_id"],
        account.made["client_secret"],
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
    )
    address, state = session.create_authorization_url(
        f"{account.base}/oauth/authorize", code_verifier=VERIFIER
    )
    page = transport.writing_session().get(address)
    response = transport.writing_session().post(
        address, data={"decision": "allow", "user": account.host}, allow_redirects=False
    )
    token = session.fetch_token(
        f"{account.base}/oauth/token",
        authorization_response=response.headers["Location"],
        state=state,
        code_verifier=VERIFIER,
    )
    refreshed = session.refresh_token(f"{account.base}/oauth/token")

    assert "Sandbox: this page plays Zoom" in page.text
    assert refreshed["refresh_token"] != token["refresh_token"]
    assert account.call("GET", "/users/me", refreshed["access_token"]).status_code == 200
    status, body = account.token(grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_grant")


def test_who_declines_gives_no_code(account: Account) -> None:
    assert told(account.decided("deny")) == {"error": "access_denied", "state": "kept"}


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": CALLBACK + "/"},
        {"client_id": "unknown"},
        {"response_type": "token"},
        {"code_challenge_method": "MD5"},
    ],
)
def test_a_wrong_request_leads_nowhere(account: Account, changes: dict[str, str]) -> None:
    response = account.decided(**changes)

    assert response.status_code == 400
    assert "Location" not in response.headers


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "unknown"},
        {"redirect_uri": "https://app.example/other"},
        {"code_verifier": CHALLENGE},
        {"code_verifier": ""},
    ],
)
def test_a_code_is_worth_nothing_in_another_request(
    account: Account, fields: dict[str, str]
) -> None:
    status, _body = account.exchanged(**{"code": account.code(), **fields})

    assert status == 400


def test_a_code_is_for_one_use_and_for_five_minutes(account: Account) -> None:
    # developers.zoom.us/docs/rooms/za/za-digi-sign-oauth.
    code, late = account.code(), account.code()
    assert account.exchanged(code=code)[0] == 200
    assert account.exchanged(code=code)[0] == 400
    account.control.shift_clock(5 * 60)
    try:
        assert account.exchanged(code=late)[0] == 400
    finally:
        account.control.shift_clock(-5 * 60)


def test_a_refresh_token_lives_ninety_days(account: Account) -> None:
    # OAuth, "Refresh an access token".
    _, token = account.exchanged(code=account.code())
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    account.control.shift_clock(90 * DAY)
    try:
        assert account.token(**refresh)[1]["error"] == "invalid_grant"
    finally:
        account.control.shift_clock(-90 * DAY)


def test_what_a_user_takes_back_opens_nothing_any_more(account: Account) -> None:
    # OAuth, "Revoke an access token"; /docs/api/marketplace/events, app_deauthorized.
    _, first = account.exchanged(code=account.code())
    revoked = transport.writing_session().post(
        f"{account.base}/oauth/revoke",
        params={"token": first["access_token"]},
        auth=(account.made["client_id"], account.made["client_secret"]),
    )
    assert revoked.json() == {"status": "success"}
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert account.token(**refresh)[1]["error"] == "invalid_grant"
    _, second = account.exchanged(code=account.code())
    unused = account.code()
    account.act("deauthorize", email=account.host)

    for token in (first, second):
        assert account.call("GET", "/users/me", token["access_token"]).status_code == 401
        refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
        assert account.token(**refresh)[1]["error"] == "invalid_grant"
    assert account.exchanged(code=unused)[0] == 400


def test_a_user_has_a_hundred_changes_a_day_and_no_more(account: Account) -> None:
    # developers.zoom.us/docs/api/rate-limits: creates and updates of one user in a UTC day.
    number = account.meeting()
    _, body = account.token(grant_type="account_credentials", account_id=account.made["account_id"])

    def change() -> requests.Response:
        return account.call(
            "PATCH", f"/meetings/{number}", body["access_token"], json={"duration": 45}
        )

    account.control.seed(zoom={"account_id": account.made["account_id"], "calls_per_second": 1_000})
    assert {change().status_code for _ in range(99)} == {204}
    assert change().status_code == 429
    account.control.shift_clock(DAY)
    try:
        renewed = account.call("PATCH", f"/meetings/{number}", json={"duration": 50})
        assert renewed.status_code == 204
    finally:
        account.control.shift_clock(-DAY)
