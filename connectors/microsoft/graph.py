"""Calls to Microsoft Graph: one, or up to twenty in a batch, each judged by itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import requests

from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    MissingError,
    RateLimitedError,
    TransientError,
)
from connectors.microsoft.access import MicrosoftAccess
from connectors.transport import (
    READ_TIMEOUT,
    WRITE_TIMEOUT,
    dumps,
    json_body,
    network_error,
    reading_session,
    retry_after,
    status_error,
    writing_session,
)

CONNECTOR = "microsoft"
#: Source: microsoft-graph-docs-contrib, concepts/json-batching.md (2025).
BATCH_SIZE = 20
#: Times always in UTC, so that no zone's name has to be understood; ids that survive a move.
_PREFER = 'outlook.timezone="UTC", IdType="ImmutableId"'
#: Somebody else was writing the same item; nothing was done.
_CONFLICTS = frozenset({409, 412, 423})
#: An id that is none, which Graph answers with 400.
_NO_SUCH_ID = frozenset({"ErrorInvalidIdMalformed", "ErrorInvalidIdEmpty"})
_BANDWIDTH = 509


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call.

    Attributes:
        method: HTTP verb.
        path: Below the version (``/me/calendarView``).
        params: The query's.
        body: Sent as JSON; nothing for none.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: object = None

    @property
    def address(self) -> str:
        """The path with the query."""
        if not self.params:
            return self.path
        return f"{self.path}?{urlencode(self.params, quote_via=quote)}"


#: One answer, as JSON that nobody has looked at.
Answer = bytes | msgspec.Raw


class _BatchPart(msgspec.Struct):
    """The answer to one part of a batch."""

    id: Any = None
    status: Any = None
    headers: Any = None
    body: msgspec.Raw = msgspec.Raw(b"")


class _Batch(msgspec.Struct):
    """The answer to a batch."""

    responses: list[_BatchPart] = msgspec.field(default_factory=list)


class Graph:
    """Graph, reached with one credential. Safe to share between threads.

    Args:
        graph_url: Where Graph is (``https://graph.microsoft.com``).
        access: The way in.
        read_timeout: Seconds to connect and to the first byte of a read.
        write_timeout: The same for a write.
    """

    def __init__(
        self,
        *,
        graph_url: str,
        access: MicrosoftAccess,
        read_timeout: tuple[float, float] = READ_TIMEOUT,
        write_timeout: tuple[float, float] = WRITE_TIMEOUT,
    ) -> None:
        self._base = f"{graph_url.rstrip('/')}/v1.0"
        self._access = access
        self._reading = reading_session(timeout=read_timeout)
        self._writing = writing_session(timeout=write_timeout)

    def path(self, mailbox: str) -> str:
        """Where that mailbox is."""
        return self._access.path(mailbox)

    def read(self, call: Call, *, mailbox: str, operation: str) -> Any:
        """The JSON answer to a call that changes nothing, repeated once when it breaks.

        Raises:
            ConnectorError: It could not be had.
        """
        return self._read(call.method, self._base + call.address, call.body, mailbox, operation)

    def next_page(self, link: object, *, mailbox: str, operation: str) -> Any:
        """The page that ``@odata.nextLink`` names; our token goes nowhere but to Graph.

        Raises:
            ConnectorError: It could not be had.
        """
        if not isinstance(link, str) or not link.startswith(f"{self._base}/"):
            raise TransientError(CONNECTOR, operation, "the next page is elsewhere")
        return self._read("GET", link, None, mailbox, operation)

    def write(self, call: Call, *, mailbox: str, operation: str) -> Any:
        """The JSON answer to a call that changes something, sent once; nothing for an empty one.

        Raises:
            OutcomeUnknownError: Nobody knows whether it happened.
            ConnectorError: It did not happen.
        """
        response = self._sent(
            self._writing,
            call.method,
            self._base + call.address,
            call.body,
            mailbox=mailbox,
            operation=operation,
        )
        _judge(response, operation=operation, is_write=True)
        if response.status_code in (requests.codes.accepted, requests.codes.no_content):
            return None
        return json_body(response, connector=CONNECTOR, operation=operation, is_write=True)

    def read_all(
        self, calls: Sequence[Call], *, mailbox: str, operation: str
    ) -> list[Answer | ConnectorError]:
        """The answers to many reads, or for each its own error, in the order asked.

        One call is sent plainly; more go by twenties in batches, one after another until Graph
        asks to slow down. An answer is left as the JSON that it is, since it may be long, and
        whoever asked knows what of it is wanted.

        Raises:
            ConnectionBrokenError: Our credential is not accepted.
        """
        if len(calls) == 1:
            call = calls[0]
            try:
                response = self._judged(
                    call.method, self._base + call.address, call.body, mailbox, operation
                )
            except ConnectionBrokenError:
                raise
            except ConnectorError as error:
                return [error]
            return [response.content]
        answers: list[Answer | ConnectorError] = []
        for start in range(0, len(calls), BATCH_SIZE):
            part = calls[start : start + BATCH_SIZE]
            try:
                answers.extend(self._batch(part, mailbox=mailbox, operation=operation))
            except ConnectionBrokenError:
                raise
            except RateLimitedError as error:
                return answers + [error] * (len(calls) - start)
            except ConnectorError as error:
                answers.extend([error] * len(part))
        return answers

    def _batch(
        self, calls: Sequence[Call], *, mailbox: str, operation: str
    ) -> list[Answer | ConnectorError]:
        parts = [_part(number, call) for number, call in enumerate(calls)]
        url, body = f"{self._base}/$batch", {"requests": parts}
        response = self._judged("POST", url, body, mailbox, operation)
        return parts_of(response.content, count=len(parts), operation=operation)

    def _read(self, method: str, url: str, body: object, mailbox: str, operation: str) -> Any:
        response = self._judged(method, url, body, mailbox, operation)
        return json_body(response, connector=CONNECTOR, operation=operation, is_write=False)

    def _judged(
        self, method: str, url: str, body: object, mailbox: str, operation: str
    ) -> requests.Response:
        """The good answer to a read."""
        response = self._sent(
            self._reading, method, url, body, mailbox=mailbox, operation=operation
        )
        _judge(response, operation=operation, is_write=False)
        return response

    def _sent(
        self,
        session: requests.Session,
        method: str,
        url: str,
        body: object,
        *,
        mailbox: str,
        operation: str,
    ) -> requests.Response:
        """The answer; a refused token is renewed once, since nothing was done with it."""
        is_write = session is self._writing
        token = self._access.bearer(mailbox)
        try:
            response = _exchange(session, method, url, body, token)
            if response.status_code == requests.codes.unauthorized:
                token = self._access.renew(mailbox, refused=token)
                response = _exchange(session, method, url, body, token)
        except requests.RequestException as error:
            raise network_error(
                error, connector=CONNECTOR, operation=operation, is_write=is_write
            ) from error
        return response


def _exchange(
    session: requests.Session, method: str, url: str, body: object, token: str
) -> requests.Response:
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "Prefer": _PREFER,
        "client-request-id": str(uuid.uuid4()),
    }
    data = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        data = dumps(body)
    return session.request(method, url, data=data, headers=headers, allow_redirects=False)


def _part(number: int, call: Call) -> dict[str, Any]:
    part: dict[str, Any] = {
        "id": str(number),
        "method": call.method,
        "url": call.address,
        "headers": {"Prefer": _PREFER},
    }
    if call.body is not None:
        part["headers"]["Content-Type"] = "application/json"
        part["body"] = call.body
    return part


def parts_of(content: bytes, *, count: int, operation: str) -> list[Answer | ConnectorError]:
    """What each part of a batch says, in the order asked.

    Args:
        content: The batch's answer.
        count: How many parts were asked, with their numbers from 0 as ids.
        operation: For errors.

    Raises:
        TransientError: It is no answer to a batch.
    """
    try:
        answered = msgspec.json.decode(content, type=_Batch).responses
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TransientError(CONNECTOR, operation, "the answer is not JSON") from error
    found = {str(part.id): part for part in answered}
    return [_part_answer(found.get(str(number)), operation) for number in range(count)]


def _part_answer(part: _BatchPart | None, operation: str) -> Answer | ConnectorError:
    """What one part of a batch says; a part that is missing or broken is no answer."""
    if part is None or not isinstance(part.status, int):
        return TransientError(CONNECTOR, operation, "a part of the batch was not answered")
    if part.status >= requests.codes.multiple_choices:
        headers = requests.structures.CaseInsensitiveDict(part.headers or {})
        body = msgspec.json.decode(part.body) if bytes(part.body) else None
        error = _error(part.status, body, headers, operation=operation, is_write=False)
        if error is not None:
            return error
    if bytes(memoryview(part.body)[:1]) != b"{":
        return TransientError(CONNECTOR, operation, "the answer is not JSON", status=part.status)
    return part.body


def _judge(response: requests.Response, *, operation: str, is_write: bool) -> None:
    if response.status_code < requests.codes.multiple_choices:
        return
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    error = _error(
        response.status_code, body, response.headers, operation=operation, is_write=is_write
    )
    if error is not None:
        raise error


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    carrier = requests.Response()
    carrier.headers.update(headers)
    return retry_after(carrier)


def _error(
    status: int,
    body: object,
    headers: Mapping[str, str],
    *,
    operation: str,
    is_write: bool,
) -> ConnectorError | None:
    """The error that an answer means; nothing for a good one."""
    if status < requests.codes.multiple_choices:
        return None
    said = body.get("error") if isinstance(body, dict) else None
    said = said if isinstance(said, dict) else {}
    details: dict[str, Any] = {
        "status": status,
        "vendor_code": str(said.get("code") or ""),
        "vendor_message": str(said.get("message") or ""),
        "request_id": headers.get("request-id"),
    }
    if details["vendor_code"] in _NO_SUCH_ID:
        return MissingError(CONNECTOR, operation, "does not exist", **details)
    if status in _CONFLICTS:
        return TransientError(CONNECTOR, operation, f"in conflict ({status})", **details)
    if status == _BANDWIDTH:
        return RateLimitedError(
            CONNECTOR, operation, "asked to slow down", retry_after=_wait(headers), **details
        )
    del details["status"]
    return status_error(
        status,
        connector=CONNECTOR,
        operation=operation,
        is_write=is_write,
        wait=_wait(headers),
        **details,
    )
