from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from booking_types.intervals import Interval
from connectors.errors import (
    ConnectionBrokenError,
    MissingError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from connectors.memory_tokens import MemoryTokenStore
from connectors.protocols import Conference, ConferenceDraft, Conferencing, Token
from connectors.sandbox.client import SandboxControl
from connectors.zoom import ZoomConferencing
from connectors.zoom.tokens import ZoomTokens

START = datetime(2031, 1, 15, 10, 0, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"


def draft(*, key: str = KEY, start: datetime = START, minutes: float = 30) -> ConferenceDraft:
    return ConferenceDraft(
        key=key,
        interval=Interval(start, start + timedelta(minutes=minutes)),
        time_zone="Europe/Berlin",
        topic="Demo: Host One and Guest One",
    )


@dataclass(frozen=True)
class Account:
    """One Zoom account of the sandbox with one host, for one test."""

    control: SandboxControl
    made: dict[str, Any]
    host: str

    def connect(
        self, *, tokens: MemoryTokenStore | None = None, **changes: Any
    ) -> ZoomConferencing:
        base = self.control.base_url + "/zoom"
        options: dict[str, Any] = {
            "api_url": base + "/v2",
            "oauth_url": base + "/oauth",
            "client_id": self.made["client_id"],
            "client_secret": self.made["client_secret"],
            "account_id": self.made["account_id"],
            "tokens": MemoryTokenStore() if tokens is None else tokens,
        }
        return ZoomConferencing(**{**options, **changes})

    def fault(self, kind: str, *, operation: str, **details: Any) -> None:
        callers = {"token": self.made["account_id"]}
        self.control.fault(
            vendor="zoom",
            kind=kind,
            operation=operation,
            caller=callers.get(operation, self.host),
            **details,
        )

    def calls(self, operation: str) -> list[dict[str, Any]]:
        mine = (self.host, self.made["account_id"])
        return [
            call
            for call in self.control.requests(vendor="zoom")
            if call["operation"] == operation and call["caller"] in mine
        ]


@pytest.fixture
def account(control: SandboxControl, unique: str) -> Account:
    host = f"host@{unique}.example"
    made = control.seed(zoom={"users": [{"email": host, "time_zone": "Europe/Berlin"}]})["zoom"]
    return Account(control=control, made=made, host=host)


# ------------------------------------------------------------------- the meeting's life


def test_a_created_meeting_is_found_again_by_its_key_and_by_its_number(account: Account) -> None:
    zoom: Conferencing = account.connect()

    made = zoom.create_conference(account=account.host, draft=draft())

    assert made.join_url.startswith(account.control.base_url)
    assert made.interval == draft().interval
    assert zoom.find_conference(account=account.host, key=KEY) == made
    assert zoom.get_conference(account=account.host, conference_id=made.conference_id) == made
    assert zoom.find_conference(account=account.host, key="f" * 32) is None


def test_a_meeting_is_made_in_one_request_and_not_in_the_personal_room(account: Account) -> None:
    account.connect().create_conference(account=account.host, draft=draft())

    (call,) = account.calls("meetings_create")
    assert '"use_pmi":false' in call["body"]
    assert '"join_before_host":false' in call["body"]
    assert account.calls("meetings_update") == []


def test_a_meeting_moves_and_keeps_its_link(account: Account) -> None:
    zoom = account.connect()
    made = zoom.create_conference(account=account.host, draft=draft())
    later = draft(start=START + timedelta(days=1), minutes=45)

    zoom.update_conference(account=account.host, conference_id=made.conference_id, draft=later)

    moved = zoom.get_conference(account=account.host, conference_id=made.conference_id)
    assert moved == replace(made, interval=later.interval)
    assert zoom.find_conference(account=account.host, key=KEY) == moved


def test_a_deleted_meeting_is_missing_and_deleting_it_again_does_nothing(account: Account) -> None:
    zoom = account.connect()
    made = zoom.create_conference(account=account.host, draft=draft())

    zoom.delete_conference(account=account.host, conference_id=made.conference_id)
    zoom.delete_conference(account=account.host, conference_id=made.conference_id)

    with pytest.raises(MissingError) as caught:
        zoom.get_conference(account=account.host, conference_id=made.conference_id)
    assert caught.value.vendor_code == "3001"
    with pytest.raises(MissingError):
        zoom.update_conference(
            account=account.host, conference_id=made.conference_id, draft=draft()
        )


def test_a_meeting_beyond_the_first_page_of_the_list_is_found(account: Account) -> None:
    others = [{"host": account.host, "start": START.isoformat()}] * 300
    account.control.seed(zoom={"account_id": account.made["account_id"], "meetings": others})
    zoom = account.connect()
    later = draft(start=START + timedelta(days=9))
    made = zoom.create_conference(account=account.host, draft=later)

    assert zoom.find_conference(account=account.host, key=KEY) == made
    assert len(account.calls("meetings_list")) == 2


def test_a_length_that_is_no_whole_minute_is_rounded_up(account: Account) -> None:
    made = account.connect().create_conference(account=account.host, draft=draft(minutes=30.5))

    assert made.interval is not None
    assert made.interval.length == timedelta(minutes=31)


# ----------------------------------------------------------- what zoomus gets wrong


def test_a_start_with_an_offset_is_sent_as_that_instant(account: Account) -> None:
    berlin = datetime(2031, 7, 1, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))

    made = account.connect().create_conference(account=account.host, draft=draft(start=berlin))

    assert made.interval is not None
    assert made.interval.start == datetime(2031, 7, 1, 8, 0, tzinfo=UTC)


def test_an_answer_that_takes_too_long_is_not_waited_for(account: Account) -> None:
    account.fault("slow", operation="meetings_list", seconds=4, times=2)

    with pytest.raises(TransientError):
        account.connect().find_conference(account=account.host, key=KEY)


def test_a_token_that_takes_too_long_is_not_waited_for(account: Account) -> None:
    tokens = ZoomTokens(
        oauth_url=account.control.base_url + "/zoom/oauth",
        client_id=account.made["client_id"],
        client_secret=account.made["client_secret"],
        account_id=account.made["account_id"],
        store=MemoryTokenStore(),
        clock=lambda: datetime.now(UTC),
        timeout=(0.2, 0.2),
    )
    account.fault("slow", operation="token", seconds=1)

    with pytest.raises(TransientError):
        tokens.current(operation="find meeting")


def test_a_refused_app_is_a_broken_connection_and_calls_nothing_without_a_token(
    account: Account,
) -> None:
    zoom = account.connect(client_secret="wrong")

    with pytest.raises(ConnectionBrokenError) as caught:
        zoom.create_conference(account=account.host, draft=draft())

    assert caught.value.vendor_code == "invalid_client"
    assert account.calls("meetings_create") == []


def test_several_objects_over_one_store_fetch_one_token(account: Account) -> None:
    tokens = MemoryTokenStore()

    for _ in range(3):
        account.connect(tokens=tokens).find_conference(account=account.host, key=KEY)

    assert tokens.renewals == 1
    assert len(account.calls("token")) == 1


def test_a_token_that_another_process_replaced_is_read_again_not_fetched_again(
    account: Account,
) -> None:
    shared = MemoryTokenStore()
    zoom = account.connect(tokens=shared)
    zoom.find_conference(account=account.host, key=KEY)
    # A second store stands for a stranger with the same app: its token ends ours.
    account.connect().find_conference(account=account.host, key=KEY)

    made = zoom.create_conference(account=account.host, draft=draft())

    assert made.join_url
    assert shared.renewals == 2
    assert len(account.calls("meetings_create")) == 1


def test_a_refused_token_is_renewed_once_and_a_second_refusal_breaks_the_connection(
    account: Account,
) -> None:
    tokens = MemoryTokenStore()
    zoom = account.connect(tokens=tokens)
    account.fault(
        "status",
        operation="meetings_create",
        status=401,
        body='{"code":124,"message":"Invalid access token."}',
        times=2,
    )

    with pytest.raises(ConnectionBrokenError):
        zoom.create_conference(account=account.host, draft=draft())

    assert tokens.renewals == 2
    assert len(account.calls("meetings_create")) == 2


def test_a_token_is_replaced_before_it_ends(account: Account) -> None:
    tokens = MemoryTokenStore()
    account.connect(tokens=tokens).find_conference(account=account.host, key=KEY)
    soon = datetime.now(UTC) + timedelta(minutes=59, seconds=30)

    account.connect(tokens=tokens, clock=lambda: soon).find_conference(
        account=account.host, key=KEY
    )

    assert tokens.renewals == 2


def test_many_threads_with_an_ended_token_fetch_one_new_one(account: Account) -> None:
    ended = Token(access_token="ended", expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    tokens = MemoryTokenStore(ended)
    zoom = account.connect(tokens=tokens)
    gate = threading.Barrier(8)

    def look(_: int) -> Conference | None:
        gate.wait()
        return zoom.find_conference(account=account.host, key=KEY)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(look, range(8))) == [None] * 8

    assert tokens.renewals == 1


def test_the_days_limit_of_one_user_is_told_from_the_seconds(account: Account) -> None:
    account.control.seed(zoom={"account_id": account.made["account_id"], "calls_per_second": 1000})
    zoom = account.connect()
    made = zoom.create_conference(account=account.host, draft=draft())
    for _ in range(99):
        zoom.update_conference(
            account=account.host, conference_id=made.conference_id, draft=draft()
        )

    with pytest.raises(RateLimitedError) as caught:
        zoom.create_conference(account=account.host, draft=draft(key="a" * 32))

    assert caught.value.is_daily
    assert caught.value.retry_after is None
    zoom.delete_conference(account=account.host, conference_id=made.conference_id)


def test_the_limit_of_a_second_is_not_the_days(account: Account) -> None:
    account.control.seed(zoom={"account_id": account.made["account_id"], "calls_per_second": 0})

    with pytest.raises(RateLimitedError) as caught:
        account.connect().create_conference(account=account.host, draft=draft())

    assert not caught.value.is_daily


def test_a_wait_that_zoom_asks_for_is_passed_on(account: Account) -> None:
    account.fault(
        "status",
        operation="meetings_create",
        status=429,
        body='{"code":429,"message":"Slow down."}',
        headers={"Retry-After": "7"},
    )

    with pytest.raises(RateLimitedError) as caught:
        account.connect().create_conference(account=account.host, draft=draft())

    assert caught.value.retry_after == timedelta(seconds=7)


def test_an_account_cannot_lead_to_another_users_path(account: Account) -> None:
    zoom = account.connect()

    for name in (f"x/../{account.host}", "..", ".", "", "a b", "x?type=live#"):
        with pytest.raises(RejectedError):
            zoom.create_conference(account=name, draft=draft())

    assert account.calls("meetings_create") == []
    assert zoom.find_conference(account=account.host, key=KEY) is None


def test_ids_stand_in_the_path_alone(account: Account) -> None:
    # The sandbox refuses unknown fields and parameters, as it would these.
    zoom = account.connect()
    made = zoom.create_conference(account=account.host, draft=draft())
    zoom.find_conference(account=account.host, key=KEY)
    zoom.get_conference(account=account.host, conference_id=made.conference_id)

    (listed,) = account.calls("meetings_list")
    assert listed["path"].endswith("/meetings?type=upcoming&page_size=300")
    assert "user_id" not in account.calls("meetings_create")[0]["body"]
    assert "?" not in account.calls("meetings_get")[0]["path"]


def test_a_users_own_connection_uses_each_refresh_token_once(account: Account) -> None:
    given = account.made["refresh_tokens"][account.host]
    tokens = MemoryTokenStore(
        Token(
            access_token="ended",
            expires_at=datetime(2020, 1, 1, tzinfo=UTC),
            refresh_token=given,
        )
    )
    zoom = account.connect(account_id=None, tokens=tokens)

    made = zoom.create_conference(account="me", draft=draft())

    stored = tokens.current()
    assert stored is not None
    assert stored.refresh_token not in (None, given)
    assert zoom.find_conference(account=account.host, key=KEY) == made

    used = replace(stored, refresh_token=given, expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    again = account.connect(account_id=None, tokens=MemoryTokenStore(used))
    with pytest.raises(ConnectionBrokenError):
        again.find_conference(account="me", key=KEY)


def test_a_users_connection_that_was_never_made_is_broken(account: Account) -> None:
    with pytest.raises(ConnectionBrokenError):
        account.connect(account_id=None).find_conference(account="me", key=KEY)


# ---------------------------------------------------------------------- what goes wrong


def test_a_user_who_is_gone_is_a_refusal(account: Account) -> None:
    account.control.seed(zoom={"account_id": account.made["account_id"], "removed": [account.host]})

    with pytest.raises(RejectedError) as caught:
        account.connect().create_conference(account=account.host, draft=draft())

    assert caught.value.vendor_code == "1001"


def test_missing_scopes_break_the_connection(account: Account) -> None:
    account.control.seed(
        zoom={"account_id": account.made["account_id"], "scopes": ["user:read:user:admin"]}
    )

    with pytest.raises(ConnectionBrokenError) as caught:
        account.connect().create_conference(account=account.host, draft=draft())

    assert caught.value.vendor_code == "4711"


def test_the_older_code_for_missing_scopes_breaks_the_connection_too(account: Account) -> None:
    account.fault(
        "status",
        operation="meetings_get",
        status=400,
        body='{"code":4700,"message":"Invalid access token, does not contain scopes."}',
    )
    zoom = account.connect()
    made = zoom.create_conference(account=account.host, draft=draft())

    with pytest.raises(ConnectionBrokenError):
        zoom.get_conference(account=account.host, conference_id=made.conference_id)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("commit_then_drop", {}),
        ("drop_before", {}),
        ("commit_then_status", {"status": 502, "body": "<html>Bad gateway</html>"}),
        ("status", {"status": 503}),
        ("status", {"status": 404, "body": "<html>No such page</html>"}),
        ("status", {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}),
        ("html", {}),
        ("truncated", {}),
    ],
)
def test_a_create_without_an_honest_answer_has_an_unknown_outcome(
    account: Account, kind: str, details: dict[str, Any]
) -> None:
    account.fault(kind, operation="meetings_create", **details)

    with pytest.raises(OutcomeUnknownError):
        account.connect().create_conference(account=account.host, draft=draft())

    assert len(account.calls("meetings_create")) == 1


def test_a_meeting_whose_answer_was_lost_is_found_by_its_key(account: Account) -> None:
    account.fault("commit_then_drop", operation="meetings_create")
    zoom = account.connect()
    with pytest.raises(OutcomeUnknownError):
        zoom.create_conference(account=account.host, draft=draft())

    found = zoom.find_conference(account=account.host, key=KEY)

    assert found is not None
    assert found.join_url


@pytest.mark.parametrize("kind", ["html", "commit_then_drop"])
def test_a_delete_or_update_without_an_honest_answer_has_an_unknown_outcome(
    account: Account, kind: str
) -> None:
    zoom = account.connect()
    made = zoom.create_conference(account=account.host, draft=draft())
    account.fault(kind, operation="meetings_delete")
    account.fault(kind, operation="meetings_update")

    with pytest.raises(OutcomeUnknownError):
        zoom.update_conference(
            account=account.host, conference_id=made.conference_id, draft=draft()
        )
    with pytest.raises(OutcomeUnknownError):
        zoom.delete_conference(account=account.host, conference_id=made.conference_id)


def test_a_404_that_is_not_zooms_does_not_count_as_deleted(account: Account) -> None:
    zoom = account.connect()
    made = zoom.create_conference(account=account.host, draft=draft())
    account.fault("status", operation="meetings_delete", status=404, body="<html></html>")

    with pytest.raises(OutcomeUnknownError):
        zoom.delete_conference(account=account.host, conference_id=made.conference_id)


def test_a_read_is_tried_again_by_itself(account: Account) -> None:
    zoom = account.connect()
    account.fault("status", operation="meetings_list", status=503)

    assert zoom.find_conference(account=account.host, key=KEY) is None


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("html", {}),
        ("truncated", {}),
        ("status", {"status": 200, "body": '{"meetings":null}'}),
        ("status", {"status": 200, "body": '["meetings"]'}),
        ("status", {"status": 503, "times": 2}),
    ],
)
def test_a_read_with_a_senseless_answer_may_work_later(
    account: Account, kind: str, details: dict[str, Any]
) -> None:
    account.fault(kind, operation="meetings_list", **details)

    with pytest.raises(TransientError) as caught:
        account.connect().find_conference(account=account.host, key=KEY)

    assert type(caught.value) is TransientError


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        '{"id":1,"join_url":"","start_time":"2031-01-01T10:00:00Z","duration":30}',
        '{"id":1,"join_url":"https://zoom.example","start_time":"2031-01-01","duration":30}',
        '{"id":1,"join_url":"https://zoom.example","start_time":"2031-01-01T10:00:00Z","duration":0}',
        '{"id":null,"join_url":"https://z.example","start_time":"2031-01-01T10:00:00Z","duration":5}',
    ],
)
def test_a_meeting_that_lacks_something_is_no_success(account: Account, body: str) -> None:
    account.fault("status", operation="meetings_create", status=201, body=body)

    with pytest.raises(OutcomeUnknownError):
        account.connect().create_conference(account=account.host, draft=draft())


@pytest.mark.parametrize(
    ("details", "error"),
    [
        ({"status": 503}, TransientError),
        ({"status": 429}, RateLimitedError),
        ({"status": 200, "body": "<html></html>"}, TransientError),
        ({"status": 200, "body": '{"token_type":"bearer"}'}, TransientError),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, TransientError),
        ({"status": 400, "body": '{"error":"invalid_request"}'}, ConnectionBrokenError),
    ],
)
def test_a_token_endpoint_in_trouble_is_told_from_a_refused_app(
    account: Account, details: dict[str, Any], error: type[Exception]
) -> None:
    account.fault("status", operation="token", **details)

    with pytest.raises(error) as caught:
        account.connect().create_conference(account=account.host, draft=draft())

    assert type(caught.value) is error
    assert account.calls("meetings_create") == []


def test_a_zoom_that_nobody_answers_at_was_not_written_to(account: Account) -> None:
    tokens = MemoryTokenStore(Token(access_token="any"))
    zoom = account.connect(api_url="http://127.0.0.1:1/v2", tokens=tokens)

    with pytest.raises(TransientError) as caught:
        zoom.create_conference(account=account.host, draft=draft())

    assert type(caught.value) is TransientError


def test_no_proxy_of_the_environment_stands_between(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert account.connect().find_conference(account=account.host, key=KEY) is None


def test_an_id_that_is_no_number_is_refused_unsent(account: Account) -> None:
    zoom = account.connect()

    for number in ("", "12/34", "..", "٣", "-1"):
        with pytest.raises(RejectedError):
            zoom.delete_conference(account=account.host, conference_id=number)
