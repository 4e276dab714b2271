"""Google organisations in the sandbox, for the calendar contract and Google's own tests."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from connectors.google import GoogleAccess, GoogleAccount, GoogleCalendar, GoogleDelegation
from connectors.memory_tokens import MemoryTokenStore
from connectors.protocols import Token
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.google.state import GoogleState
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import (
    CalendarWorld,
    Call,
    Entry,
    EntryKind,
    HostAccount,
    Series,
    at,
)

_OPERATIONS = {
    Call.FAST_BUSY: ("free_busy",),
    Call.EXACT_BUSY: ("events_list",),
    Call.FIND: ("events_get",),
    Call.GET: ("events_get",),
    Call.CREATE: ("events_insert",),
    Call.UPDATE: ("events_patch",),
    Call.CANCEL: ("events_delete",),
    Call.FIND_COPY: ("events_list",),
}

_ELSEWHERE = "somebody@elsewhere.test"


def _kind(kind: EntryKind, mailbox: str) -> dict[str, Any]:
    """What an entry of that kind says in Google's words."""
    me = {"email": mailbox}
    kinds: dict[EntryKind, dict[str, Any]] = {
        EntryKind.BUSY: {},
        EntryKind.TENTATIVE: {"status": "tentative"},
        EntryKind.UNANSWERED: {
            "organizer": {"email": _ELSEWHERE},
            "attendees": [me | {"responseStatus": "needsAction"}, {"email": _ELSEWHERE}],
        },
        EntryKind.OUT_OF_OFFICE: {"eventType": "outOfOffice"},
        EntryKind.FOCUS_TIME: {"eventType": "focusTime"},
        EntryKind.UNKNOWN: {},
        EntryKind.FREE: {"transparency": "transparent"},
        EntryKind.CANCELED: {"status": "cancelled"},
        EntryKind.DECLINED: {
            "organizer": {"email": _ELSEWHERE},
            "attendees": [me | {"responseStatus": "declined"}, {"email": _ELSEWHERE}],
        },
        EntryKind.DECLINED_OWN: {"attendees": [me | {"responseStatus": "declined"}]},
        EntryKind.WORKING_ELSEWHERE: {
            "eventType": "workingLocation",
            "transparency": "transparent",
            "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
        },
        EntryKind.BIRTHDAY: {"eventType": "birthday", "transparency": "transparent"},
    }
    return kinds[kind]


def _series(entry: Entry, series: Series, zone: str) -> dict[str, Any]:
    assert isinstance(entry.start, dt.datetime)
    first = entry.start.astimezone(dt.UTC)

    def original(number: int) -> str:
        return (first + dt.timedelta(days=number)).isoformat()

    exceptions: list[dict[str, Any]] = [
        {"original_start": original(n), "status": "cancelled"} for n in series.canceled
    ]
    exceptions += [
        {
            "original_start": original(n),
            "start": where.start.isoformat(),
            "end": where.end.isoformat(),
        }
        for n, where in series.moved.items()
    ]
    return {
        "start": {"dateTime": entry.start.isoformat(), "timeZone": zone},
        "recurrence": [f"RRULE:FREQ=DAILY;COUNT={series.days}"],
        "exceptions": exceptions,
    }


def event_of(entry: Entry, *, mailbox: str, zone: str) -> dict[str, Any]:
    """An entry as the sandbox's seed takes it."""
    event = {
        "calendar": entry.calendar,
        "summary": "Something",
        "start": entry.start.isoformat(),
        "end": entry.end.isoformat(),
        **_kind(entry.kind, mailbox),
    }
    if entry.series is not None:
        event |= _series(entry, entry.series, zone)
    return event


class GoogleWorld(CalendarWorld):
    """A domain at Google, reached by each account's own consent."""

    vendor = "google"
    missing_kinds = frozenset({EntryKind.UNKNOWN})

    def __init__(self, *, sandbox: SandboxServer, control: SandboxControl, domain: str) -> None:
        super().__init__(sandbox=sandbox, control=control, domain=domain)
        self.client = {"id": f"client-{uuid.uuid4().hex}", "secret": "a secret"}
        self.stores: dict[str, MemoryTokenStore] = {}

    @property
    def api_url(self) -> str:
        return f"{self.sandbox.base_url}/google"

    @property
    def oauth_url(self) -> str:
        return f"{self.sandbox.base_url}/google/oauth"

    @property
    def state(self) -> GoogleState:
        state: GoogleState = self.sandbox.world.states["google"]
        return state

    def seed(self, *accounts: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.control.seed(
            google={"accounts": list(accounts), "client": self.client, **parts}
        )["google"]
        for mailbox, account in made["accounts"].items():
            self.stores.setdefault(
                mailbox,
                MemoryTokenStore(
                    Token(
                        access_token="",
                        refresh_token=account["refresh_token"],
                        expires_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
                    )
                ),
            )
        return made

    def add_host(
        self,
        name: str,
        *,
        entries: tuple[Entry, ...] = (),
        time_zone: str = "UTC",
        further_calendars: Mapping[str, str] | None = None,
        conferences_work: bool = True,
        **details: Any,
    ) -> HostAccount:
        mailbox = f"{name}@{self.domain}"
        made = self.seed(
            {
                "email": mailbox,
                "name": name.title(),
                "time_zone": time_zone,
                "calendars": [
                    {"summary": summary, "time_zone": zone}
                    for summary, zone in (further_calendars or {}).items()
                ],
                "events": [event_of(one, mailbox=mailbox, zone=time_zone) for one in entries],
                "meet": conferences_work,
                **details,
            }
        )["accounts"][mailbox]
        return HostAccount(
            mailbox=mailbox,
            calendar_id=made["primary_calendar_id"],
            further={n: i for n, i in made["calendars"].items() if n != mailbox},
        )

    def let_conferences_work(self, host: HostAccount) -> None:
        self.seed({"email": host.mailbox, "meet": True})

    def access(self, host: HostAccount, *, seconds: float = 2.5) -> GoogleAccess:
        return GoogleAccount(
            oauth_url=self.oauth_url,
            client_id=self.client["id"],
            client_secret=self.client["secret"],
            tokens=self.stores[host.mailbox],
            timeout=(1.5, seconds),
        )

    def calendar(
        self, host: HostAccount, *, read_seconds: float = 2.5, write_seconds: float = 20.0
    ) -> GoogleCalendar:
        return GoogleCalendar(
            api_url=self.api_url,
            access=self.access(host),
            read_timeout=(1.5, read_seconds),
            write_timeout=(3.0, write_seconds),
        )

    def revoke(self, host: HostAccount) -> None:
        stored = self.stores[host.mailbox].current()
        assert stored is not None
        answer = self.control._session.post(
            f"{self.oauth_url}/revoke", data={"token": stored.refresh_token}
        )
        answer.raise_for_status()

    def expire_token(self, host: HostAccount) -> None:
        with self.sandbox.world.lock:
            for token in self.state.access_tokens.values():
                if token.email == host.mailbox:
                    token.expires_at = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

    def operations(self, call: Call) -> tuple[str, ...]:
        return _OPERATIONS[call]

    def cancel_by_hand(self, host: HostAccount, event_id: str) -> None:
        self.calendar(host).cancel_event(
            mailbox=host.mailbox, calendar_id=host.calendar_id, event_id=event_id, notify=False
        )

    def request(self, host: HostAccount, method: str, path: str, **options: Any) -> Any:
        """A raw call of Calendar API v3 as that host; the response."""
        token = self.access(host).bearer(host.mailbox)
        return self.control._session.request(
            method,
            f"{self.api_url}/calendar/v3/{path}",
            headers={"Authorization": f"Bearer {token}", **options.pop("headers", {})},
            **options,
        )


class DelegatedGoogleWorld(GoogleWorld):
    """The same domain, reached by a service account its administrator trusts."""

    def __init__(self, *, sandbox: SandboxServer, control: SandboxControl, domain: str) -> None:
        super().__init__(sandbox=sandbox, control=control, domain=domain)
        self.reader = f"reader@{domain}"
        made = self.seed({"email": self.reader}, service_account=True)
        self.service_account: dict[str, Any] = made["service_account"]
        self._access = GoogleDelegation(
            oauth_url=self.oauth_url,
            service_account_info=self.service_account,
            reader_mailbox=self.reader,
        )

    def access(self, host: HostAccount, *, seconds: float = 2.5) -> GoogleAccess:
        del host, seconds
        return self._access

    def caller(self, host: HostAccount, call: Call) -> str:
        return self.reader if call is Call.FAST_BUSY else host.mailbox

    def revoke(self, host: HostAccount) -> None:
        self.seed({"email": host.mailbox, "suspended": True})


# ------------------------------------------------------------------- raw calls and answers

EVENTS = "calendars/primary/events"


def an_event(**changes: Any) -> dict[str, Any]:
    event = {
        "id": "abcdef0123456789",
        "summary": "Meeting",
        "start": {"dateTime": at(10).isoformat()},
        "end": {"dateTime": at(11).isoformat()},
    }
    return {name: value for name, value in (event | changes).items() if value is not None}


def insert(
    world: GoogleWorld, host: HostAccount, event: dict[str, Any] | None = None, query: str = ""
) -> Any:
    return world.request(host, "POST", f"{EVENTS}{query}", json=event or an_event())


def reason(answer: Any) -> tuple[int, str]:
    """An error's status and Google's word for it."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return answer.status_code, error["errors"][0]["reason"]


def listed(world: GoogleWorld, host: HostAccount, query: str = "") -> list[dict[str, Any]]:
    answer = world.request(host, "GET", f"{EVENTS}{query}")
    answer.raise_for_status()
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
