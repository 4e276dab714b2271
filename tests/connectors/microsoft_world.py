"""Microsoft organisations for tests: a sandbox tenant, and the connector that reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import requests

from connectors.memory_tokens import MemoryTokenStore
from connectors.microsoft import MicrosoftAccount, MicrosoftApplication, MicrosoftCalendar
from connectors.protocols import Token
from connectors.transport import writing_session
from tests.connectors.calendar_contract import (
    CalendarWorld,
    Call,
    Entry,
    EntryKind,
    HostAccount,
)

_KINDS: Mapping[EntryKind, Mapping[str, Any]] = {
    EntryKind.BUSY: {},
    EntryKind.TENTATIVE: {"show_as": "tentative"},
    EntryKind.UNANSWERED: {"show_as": "tentative", "response": "notResponded"},
    EntryKind.OUT_OF_OFFICE: {"show_as": "oof"},
    EntryKind.UNKNOWN: {"show_as": "unknown"},
    EntryKind.FREE: {"show_as": "free"},
    EntryKind.CANCELED: {"cancelled": True},
    EntryKind.DECLINED: {"response": "declined"},
    EntryKind.WORKING_ELSEWHERE: {"show_as": "workingElsewhere"},
}
_OPERATIONS: Mapping[Call, tuple[str, ...]] = {
    Call.FAST_BUSY: ("get_schedule",),
    Call.EXACT_BUSY: ("calendar_view",),
    Call.FIND: ("events_list",),
    Call.GET: ("events_get",),
    Call.CREATE: ("events_create",),
    Call.UPDATE: ("events_update",),
    Call.CANCEL: ("events_cancel",),
    Call.FIND_COPY: ("events_list",),
}


class MicrosoftWorld(CalendarWorld):
    """A tenant reached by each account's own refresh token."""

    vendor = "microsoft"
    fast_reads_are_exact = False
    missing_kinds = frozenset({EntryKind.FOCUS_TIME, EntryKind.BIRTHDAY, EntryKind.DECLINED_OWN})
    slow_down = (
        429,
        '{"error": {"code": "ApplicationThrottled", "message": "Slow down."}}',
        {"Retry-After": "7"},
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.tenant: dict[str, Any] = self.seed()
        self.accounts: dict[str, dict[str, Any]] = {}
        self.stores: dict[str, MemoryTokenStore] = {}

    def seed(self, **data: Any) -> dict[str, Any]:
        """Make something in this world's tenant, or the tenant itself."""
        if getattr(self, "tenant", None):
            data["tenant_id"] = self.tenant["tenant_id"]
        made: dict[str, Any] = self.control.seed(microsoft=data)["microsoft"]
        return made

    def add_account(self, name: str, **account: Any) -> HostAccount:
        """Make a mailbox from the sandbox's own words for it."""
        email = f"{name}@{self.domain}"
        made = self.seed(accounts=[{"email": email, **account}])["accounts"][email]
        self.accounts[email] = made
        calendars = made["calendars"]
        further = {key: value for key, value in calendars.items() if key != "Calendar"}
        return HostAccount(mailbox=email, calendar_id=calendars["Calendar"], further=further)

    def add_host(
        self,
        name: str,
        *,
        entries: tuple[Entry, ...] = (),
        time_zone: str = "UTC",
        further_calendars: Mapping[str, str] | None = None,
        conferences_work: bool = True,
    ) -> HostAccount:
        zones = {"": time_zone, **(further_calendars or {})}
        return self.add_account(
            name,
            time_zone=time_zone,
            calendars=list(further_calendars or {}),
            teams=conferences_work,
            events=[_seeded(entry, zones[entry.calendar]) for entry in entries],
        )

    def let_conferences_work(self, host: HostAccount) -> None:
        self.seed(teams={host.mailbox: True})

    def owner(self, host: HostAccount) -> str:
        """Whose tokens reach that mailbox."""
        return host.mailbox

    def access(self, host: HostAccount, **options: Any) -> MicrosoftAccount | MicrosoftApplication:
        """A way in that reaches that mailbox, with a store that all ways to it share."""
        stored = Token(
            access_token="none yet",
            expires_at=datetime(2000, 1, 1, tzinfo=UTC),
            refresh_token=self.accounts[host.mailbox]["refresh_token"],
        )
        store = self.stores.setdefault(host.mailbox, MemoryTokenStore(stored))
        return MicrosoftAccount(mailbox=host.mailbox, tokens=store, **{**self.login(), **options})

    def login(self) -> dict[str, Any]:
        """What every way in has to know."""
        return {
            "login_url": f"{self.sandbox.base_url}/microsoft/login",
            "tenant": self.tenant["tenant_id"],
            "client_id": self.tenant["client_id"],
            "client_secret": self.tenant["client_secret"],
        }

    def calendar(
        self, host: HostAccount, *, read_seconds: float = 2.5, write_seconds: float = 20.0
    ) -> MicrosoftCalendar:
        return MicrosoftCalendar(
            graph_url=f"{self.sandbox.base_url}/microsoft",
            access=self.access(host),
            read_timeout=(1.5, read_seconds),
            write_timeout=(1.5, write_seconds),
        )

    def revoke(self, host: HostAccount) -> None:
        self.seed(revoke=[self.owner(host)])

    def expire_token(self, host: HostAccount) -> None:
        self.seed(expire=[self.owner(host)])

    def operations(self, call: Call) -> tuple[str, ...]:
        return _OPERATIONS[call]

    def cancel_by_hand(self, host: HostAccount, event_id: str) -> None:
        path = f"users/{host.mailbox}/events/{event_id}"
        assert self.graph(host, "DELETE", path).status_code == 204

    def graph(self, host: HostAccount, method: str, path: str, **options: Any) -> requests.Response:
        """Graph's own answer, without our connector in between."""
        headers = {
            "Authorization": f"Bearer {self.access(host).bearer(host.mailbox)}",
            "Prefer": 'IdType="ImmutableId"',
            **options.pop("headers", {}),
        }
        url = f"{self.sandbox.base_url}/microsoft/v1.0/{path}"
        return writing_session().request(method, url, headers=headers, **options)


class MicrosoftApplicationWorld(MicrosoftWorld):
    """A tenant reached by the application's own permission."""

    def owner(self, host: HostAccount) -> str:
        del host
        return ""

    def access(self, host: HostAccount, **options: Any) -> MicrosoftApplication:
        del host
        store = self.stores.setdefault("", MemoryTokenStore())
        return MicrosoftApplication(tokens=store, **{**self.login(), **options})


def _seeded(entry: Entry, zone: str) -> dict[str, Any]:
    """An entry in the sandbox's words."""
    seeded: dict[str, Any] = {
        "start": entry.start.isoformat(),
        "end": entry.end.isoformat(),
        "all_day": type(entry.start) is date,
        "calendar": entry.calendar or "Calendar",
        "time_zone": zone,
        **_KINDS[entry.kind],
    }
    if entry.series is not None:
        seeded["recurrence"] = {
            "pattern": {"type": "daily", "interval": 1},
            "range": {
                "type": "numbered",
                "startDate": entry.start.isoformat()[:10],
                "numberOfOccurrences": entry.series.days,
            },
        }
        days = [
            date.fromordinal(entry.start.toordinal() + i).isoformat()
            for i in range(entry.series.days)
        ]
        seeded["cancelled_occurrences"] = [days[i] for i in entry.series.canceled]
        seeded["moved_occurrences"] = {
            days[i]: [moved.start.isoformat(), moved.end.isoformat()]
            for i, moved in entry.series.moved.items()
        }
    return seeded
