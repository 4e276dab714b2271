"""A client of the sandbox's Google and a user who is to let it in, for the tests of consent."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer

CALENDAR = "https://www.googleapis.com/auth/calendar"
EVENTS, READONLY = f"{CALENDAR}.events", f"{CALENDAR}.readonly"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"
GMAIL = "https://www.googleapis.com/auth/gmail.readonly"
BACK = "https://app.example/connected"
VERIFIER = "a" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:-1]
DAY = 24 * 3600


class Page(HTMLParser):
    """What a browser would send from the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scopes: list[str] = []
        self.ticked: list[str] = []
        self.accounts: list[str] = []
        self.chosen = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "input" and held.get("type") == "checkbox":
            self.scopes.append(held["value"])
            self.ticked += [held["value"]] if "checked" in held else []
        if tag == "option":
            self.accounts.append(held["value"])
            if "selected" in held:
                self.chosen = held["value"]


class Town:
    """A client of the sandbox's Google, and a user who has allowed it nothing yet."""

    def __init__(self, sandbox: SandboxServer, control: SandboxControl, unique: str) -> None:
        self.control = control
        self.base = f"{sandbox.base_url}/google"
        self.session = requests.Session()
        self.domain = f"{unique}.example"
        self.email = f"host@{self.domain}"
        self.client = {
            "id": f"client-{unique}",
            "secret": "a secret",
            "name": "Hot <Handover>",
            "redirect_uris": [BACK],
        }
        self.seed(self.email)

    def seed(self, *emails: str, **client: Any) -> dict[str, Any]:
        accounts = [{"email": e, "name": "Robin Host", "consents": False} for e in emails]
        made: dict[str, Any] = self.control.seed(
            google={"client": self.client | client, "accounts": accounts}
        )["google"]
        return made

    def asked(self, **changes: str | None) -> dict[str, str]:
        question: dict[str, str | None] = {
            "client_id": str(self.client["id"]),
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": EVENTS,
            "access_type": "offline",
            "state": "a state & more",
            "login_hint": self.email,
        }
        return {name: value for name, value in (question | changes).items() if value is not None}

    def look(self, **changes: str | None) -> requests.Response:
        """The user comes to the page."""
        address = f"{self.base}/o/oauth2/v2/auth?{urlencode(self.asked(**changes))}"
        return self.session.get(address, allow_redirects=False)

    def decide(self, form: dict[str, Any] | None = None, /, **changes: str | None) -> Any:
        """The user presses a button of the page."""
        page = self.look(**changes)
        assert page.status_code == 200, page.text
        shown = Page(page.text)
        sent = {"account": self.email, "decision": "allow", "scope": shown.scopes} | (form or {})
        return self.session.post(page.url, data=sent, allow_redirects=False)

    def code(self, **changes: str | None) -> str:
        return returned(self.decide(**changes))["code"]

    def token(self, **form: str | None) -> requests.Response:
        whole = {"client_id": self.client["id"], "client_secret": "a secret"} | form
        sent = {name: value for name, value in whole.items() if value is not None}
        return self.session.post(f"{self.base}/oauth/token", data=sent)

    def exchange(self, code: str, /, **form: str | None) -> requests.Response:
        whole = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return self.token(**(whole | form))

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def connected(self, **changes: str | None) -> dict[str, Any]:
        """What a user who allows everything leaves the client with."""
        answer = self.exchange(self.code(**changes))
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def events(self, access_token: str) -> int:
        address = f"{self.base}/calendar/v3/calendars/primary/events"
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.session.get(address, headers=headers).status_code


def returned(response: requests.Response) -> dict[str, str]:
    """What the user's browser brings back to the client."""
    assert response.status_code == 302, response.text
    place = urlsplit(response.headers["Location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == BACK
    return {name: values[0] for name, values in parse_qs(place.query).items()}
