"""Zoom's meetings: zoomus builds each request, our session carries it.

Zoom has no idempotency key: the booking's key stands in the meeting's agenda, where
``find_conference`` looks for it. Everything is in the one POST, since a user has 100 creates and
updates a day. Source: developers.zoom.us/docs/api/rate-limits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests
from zoomus.components.meeting import MeetingComponentV2

from booking_types.intervals import Interval
from booking_types.model import Platform
from connectors import transport
from connectors.errors import MissingError, RejectedError
from connectors.protocols import Conference, ConferenceDraft, Token, TokenStore
from connectors.zoom.answers import CONNECTOR, error_of, nonsense, refuses_token
from connectors.zoom.tokens import ZoomTokens

#: Zoom's limits. Source: developers.zoom.us, "Create a meeting" and "List meetings".
_TOPIC_CHARACTERS = 200
_LARGEST_PAGE = 300
#: More pages than any account's upcoming meetings fill; a list that goes on is going in circles.
_MOST_PAGES = 100

_SCHEDULED_MEETING = 2


class _Meetings(MeetingComponentV2):  # type: ignore[misc]  # zoomus ships no types
    """zoomus's meeting calls, carried by our session; the ids stay in the path."""

    def __init__(self, *, base_uri: str, token: str, session: requests.Session) -> None:
        super().__init__(base_uri=base_uri, config={"version": 2, "token": token}, timeout=None)
        self._session = session

    def get_request(self, endpoint: str, params: Any = None, headers: Any = None) -> Any:
        """A read."""
        return self._send("GET", endpoint, params=_without_ids(params), headers=headers)

    def post_request(
        self, endpoint: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any
    ) -> Any:
        """A create."""
        return self._send("POST", endpoint, params=params, body=data, headers=headers)

    def patch_request(
        self, endpoint: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any
    ) -> Any:
        """An update."""
        return self._send("PATCH", endpoint, params=params, body=data, headers=headers)

    def delete_request(
        self, endpoint: str, params: Any = None, headers: Any = None, **_: Any
    ) -> Any:
        """A removal."""
        return self._send("DELETE", endpoint, params=_without_ids(params), headers=headers)

    def _send(
        self, method: str, endpoint: str, *, params: Any, headers: Any, body: Any = None
    ) -> requests.Response:
        sent = {"Authorization": f"Bearer {self.config['token']}", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        return self._session.request(
            method,
            self.url_for(endpoint),
            params=params,
            data=None if body is None else transport.dumps(_without_ids(body)),
            headers=sent,
            allow_redirects=False,
        )


def _without_ids(values: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if name not in ("id", "user_id")}


_Call = Callable[[_Meetings], requests.Response]


class ZoomConferencing:
    """``connectors.protocols.Conferencing`` for one Zoom account, or for one user's own login.

    Args:
        api_url: Base address of API v2 (``https://api.zoom.us/v2``).
        oauth_url: Base address of OAuth (``https://zoom.us/oauth``).
        client_id: The app's id.
        client_secret: The app's secret.
        account_id: The Zoom account a server-to-server app is installed in; nothing for a user's
            own connection, whose stored token then has a refresh token to begin with.
        tokens: The store of this connection's token, shared by all processes: a new
            server-to-server token ends the one before, a user's refresh token works once.
        clock: What time it is, to replace a token before it ends.
    """

    def __init__(
        self,
        *,
        api_url: str,
        oauth_url: str,
        client_id: str,
        client_secret: str,
        account_id: str | None,
        tokens: TokenStore,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._tokens = ZoomTokens(
            oauth_url=oauth_url,
            client_id=client_id,
            client_secret=client_secret,
            account_id=account_id,
            store=tokens,
            clock=clock,
        )
        self._reading = transport.reading_session()
        self._writing = transport.writing_session()

    @property
    def platform(self) -> Platform:
        """Zoom."""
        return Platform.ZOOM

    def find_conference(self, *, account: str, key: str) -> Conference | None:
        """Our meeting by the key in its agenda, among the account's upcoming and live ones."""
        marker = _marker(key)
        for item in self._upcoming(account):
            if marker in str(item.get("agenda") or ""):
                return _conference(item, operation="find meeting", is_write=False)
        return None

    def get_conference(
        self,
        *,
        account: str,  # noqa: ARG002 - Zoom finds a meeting by its number alone
        conference_id: str,
    ) -> Conference:
        """The meeting by Zoom's number.

        Raises:
            MissingError: It was deleted, or has expired.
        """
        operation = "get meeting"
        number = _number(conference_id, operation=operation)
        response = self._call(
            lambda meetings: meetings.get(id=number), operation=operation, is_write=False
        )
        body = transport.json_body(
            response, connector=CONNECTOR, operation=operation, is_write=False
        )
        return _conference(body, operation=operation, is_write=False)

    def create_conference(self, *, account: str, draft: ConferenceDraft) -> Conference:
        """Make a fresh meeting with a waiting room that the host opens.

        Raises:
            RejectedError: The account has no such user, or Zoom refuses the meeting.
            RateLimitedError: ``is_daily`` when the user's 100 changes of the UTC day are used up.
            OutcomeUnknownError: Zoom may have made it: look with ``find_conference``.
        """
        operation = "create meeting"
        user = _path_part(account, operation=operation)
        body = {
            **_body(draft),
            "type": _SCHEDULED_MEETING,
            "agenda": _marker(draft.key),
            "settings": {"use_pmi": False, "waiting_room": True, "join_before_host": False},
        }
        response = self._call(
            lambda meetings: meetings.create(user_id=user, **body),
            operation=operation,
            is_write=True,
        )
        made = transport.json_body(
            response, connector=CONNECTOR, operation=operation, is_write=True
        )
        return _conference(made, operation=operation, is_write=True)

    def update_conference(
        self,
        *,
        account: str,  # noqa: ARG002 - as above
        conference_id: str,
        draft: ConferenceDraft,
    ) -> None:
        """Move or rename it; its link, agenda and settings stay.

        Raises:
            MissingError: It is gone.
            RateLimitedError: As for ``create_conference``.
            OutcomeUnknownError: Zoom may have done it; doing it again is harmless.
        """
        operation = "update meeting"
        number = _number(conference_id, operation=operation)
        response = self._call(
            lambda meetings: meetings.update(id=number, **_body(draft)),
            operation=operation,
            is_write=True,
        )
        _expect_nothing(response, operation=operation)

    def delete_conference(
        self,
        *,
        account: str,  # noqa: ARG002 - as above
        conference_id: str,
    ) -> None:
        """Remove it; nothing happens when it is gone already."""
        operation = "delete meeting"
        number = _number(conference_id, operation=operation)
        try:
            response = self._call(
                lambda meetings: meetings.delete(id=number), operation=operation, is_write=True
            )
        except MissingError:
            return
        _expect_nothing(response, operation=operation)

    def _upcoming(self, account: str) -> Iterator[dict[str, Any]]:
        operation = "find meeting"
        user = _path_part(account, operation=operation)
        query: dict[str, Any] = {"type": "upcoming", "page_size": _LARGEST_PAGE}
        for _ in range(_MOST_PAGES):
            response = self._call(
                lambda meetings: meetings.list(user_id=user, **query),
                operation=operation,
                is_write=False,
            )
            page = transport.json_body(
                response, connector=CONNECTOR, operation=operation, is_write=False
            )
            items = page.get("meetings") if isinstance(page, dict) else None
            if not isinstance(items, list):
                raise nonsense("lists no meetings", operation=operation, is_write=False)
            yield from (item for item in items if isinstance(item, dict))
            following = page.get("next_page_token")
            if not following:
                return
            query["next_page_token"] = following
        raise nonsense("the list does not end", operation=operation, is_write=False)

    def _call(self, call: _Call, *, operation: str, is_write: bool) -> requests.Response:
        """The answer to a call that Zoom did; a refused token is replaced once."""
        token = self._tokens.current(operation=operation)
        response = self._send(call, token, operation=operation, is_write=is_write)
        if refuses_token(response):
            token = self._tokens.renew(refused=token.access_token, operation=operation)
            response = self._send(call, token, operation=operation, is_write=is_write)
        if requests.codes.ok <= response.status_code < requests.codes.multiple_choices:
            return response
        raise error_of(response, operation=operation, is_write=is_write)

    def _send(
        self, call: _Call, token: Token, *, operation: str, is_write: bool
    ) -> requests.Response:
        session = self._writing if is_write else self._reading
        meetings = _Meetings(base_uri=self._api_url, token=token.access_token, session=session)
        try:
            return call(meetings)
        except requests.RequestException as error:
            raise transport.network_error(
                error, connector=CONNECTOR, operation=operation, is_write=is_write
            ) from error


def _marker(key: str) -> str:
    return f"Booking {key}"


def _body(draft: ConferenceDraft) -> dict[str, Any]:
    """What create and update have in common; zoomus writes the start as it is, plus a Z."""
    return {
        "topic": draft.topic[:_TOPIC_CHARACTERS],
        "start_time": draft.interval.start.astimezone(UTC),
        "duration": math.ceil(draft.interval.length / timedelta(minutes=1)),
        "timezone": draft.time_zone,
    }


def _path_part(account: str, *, operation: str) -> str:
    """The account as one segment of a path; zoomus puts it there as it is."""
    if account.strip(".") == "":
        raise RejectedError(CONNECTOR, operation, "not a Zoom user")
    return quote(account, safe="@")


def _number(conference_id: str, *, operation: str) -> int:
    if not (conference_id.isascii() and conference_id.isdecimal()):
        raise RejectedError(CONNECTOR, operation, "not a Zoom meeting's number")
    return int(conference_id)


def _conference(item: Any, *, operation: str, is_write: bool) -> Conference:
    try:
        number, join_url = item["id"], item["join_url"]
        start = transport.utc(item["start_time"])
        interval = Interval(start, start + timedelta(minutes=item["duration"]))
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        problem = nonsense("the meeting lacks something", operation=operation, is_write=is_write)
        raise problem from error
    if not isinstance(number, int) or not isinstance(join_url, str) or not join_url:
        raise nonsense("the meeting lacks something", operation=operation, is_write=is_write)
    return Conference(
        platform=Platform.ZOOM, conference_id=str(number), join_url=join_url, interval=interval
    )


def _expect_nothing(response: requests.Response, *, operation: str) -> None:
    """Zoom answers an update or removal with 204; anything else came from somewhere between."""
    if response.status_code != requests.codes.no_content:
        raise nonsense("not Zoom's kind of answer", operation=operation, is_write=True)
