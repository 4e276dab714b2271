"""Sends requests to Calendar API v3 and turns refusals into our errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec
import requests

from connectors import transport
from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    OutcomeUnknownError,
    RateLimitedError,
    TransientError,
)
from connectors.google.access import CONNECTOR, GoogleAccess
from connectors.google.shapes import ErrorAnswer

T = TypeVar("T")

_UNAUTHORIZED = 401
_FORBIDDEN = 403
_PRECONDITION_FAILED = 412

#: Reasons within a 403 that pass by themselves.
#: Source: "Handle API errors" and "Manage quotas", Google Calendar API guides.
_SLOW_DOWN = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
#: Reasons within a 403 that do not pass within minutes: the day's quota, or the limit on
#: invitations to people outside (Workspace Admin Help, "Avoid Calendar use limits").
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded"})
#: Reasons within a 403 for which the account has to be connected again.
_BROKEN = frozenset({"insufficientPermissions", "domainPolicy", "authError"})


def path(*segments: str) -> str:
    """A path out of segments that may hold anything: ids are addresses and may hold ``#``."""
    return "/".join(quote(segment, safe="") for segment in segments)


class CalendarApi:
    """Calendar API v3.

    Args:
        api_url: Base of Google's APIs (``https://www.googleapis.com``).
        access: Where tokens come from.
        read_timeout: Seconds to connect, seconds to the first byte, for reads.
        write_timeout: The same for writes.
    """

    def __init__(
        self,
        *,
        api_url: str,
        access: GoogleAccess,
        read_timeout: tuple[float, float],
        write_timeout: tuple[float, float],
    ) -> None:
        self.access = access
        self._base = f"{api_url.rstrip('/')}/calendar/v3/"
        self._reads = transport.reading_session(timeout=read_timeout)
        self._writes = transport.writing_session(timeout=write_timeout)

    def read(
        self,
        shape: type[T],
        url_path: str,
        *,
        mailbox: str,
        operation: str,
        params: Mapping[str, str] | None = None,
    ) -> T:
        """What Google answers to a question.

        Args:
            shape: The type of the answer.
            url_path: Below ``/calendar/v3/``.
            mailbox: As whom.
            operation: For errors.
            params: The query string.
        """
        response = self._send(
            "GET", url_path, mailbox=mailbox, operation=operation, is_write=False, params=params
        )
        return self._decoded(shape, response, operation=operation, is_write=False)

    def ask(
        self,
        decode: Callable[[bytes], T],
        url_path: str,
        *,
        mailbox: str,
        operation: str,
        body: object,
    ) -> T:
        """What Google answers to a question with a body: a POST that changes nothing.

        Args:
            decode: Makes something of the answer's body; raises ``msgspec.DecodeError``.
            url_path: Below ``/calendar/v3/``.
            mailbox: As whom.
            operation: For errors.
            body: JSON.
        """
        response = self._send(
            "POST", url_path, mailbox=mailbox, operation=operation, is_write=False, body=body
        )
        return self._made(decode, response, operation=operation, is_write=False)

    def write(
        self,
        shape: type[T],
        method: str,
        url_path: str,
        *,
        mailbox: str,
        operation: str,
        params: Mapping[str, str],
        body: object,
        etag: str = "",
    ) -> T:
        """What Google answers to a change.

        Args:
            shape: The type of the answer.
            method: The verb.
            url_path: Below ``/calendar/v3/``.
            mailbox: As whom.
            operation: For errors.
            params: The query string.
            body: JSON.
            etag: Only if it is still this version.
        """
        response = self._send(
            method,
            url_path,
            mailbox=mailbox,
            operation=operation,
            is_write=True,
            params=params,
            body=body,
            etag=etag,
        )
        return self._decoded(shape, response, operation=operation, is_write=True)

    def delete(
        self, url_path: str, *, mailbox: str, operation: str, params: Mapping[str, str]
    ) -> None:
        """Delete something; there is nothing to read in the answer."""
        self._send(
            "DELETE", url_path, mailbox=mailbox, operation=operation, is_write=True, params=params
        )

    def _send(
        self,
        method: str,
        url_path: str,
        *,
        mailbox: str,
        operation: str,
        is_write: bool,
        params: Mapping[str, str] | None = None,
        body: object | None = None,
        etag: str = "",
    ) -> requests.Response:
        session = self._writes if is_write else self._reads
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if etag:
            headers["If-Match"] = etag
        data = None if body is None else transport.dumps(body)

        def exchange(token: str) -> requests.Response:
            try:
                return session.request(
                    method,
                    self._base + url_path,
                    params=params,
                    data=data,
                    headers=headers | {"Authorization": f"Bearer {token}"},
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                raise transport.network_error(
                    error, connector=CONNECTOR, operation=operation, is_write=is_write
                ) from error

        token = self.access.bearer(mailbox)
        response = exchange(token)
        if response.status_code == _UNAUTHORIZED:
            # Refused at the door, so nothing was done: a write may be sent again.
            response = exchange(self.access.renew(mailbox, refused=token))
        if not response.ok or response.is_redirect:
            raise _refusal(response, operation=operation, is_write=is_write)
        return response

    def _decoded(
        self, shape: type[T], response: requests.Response, *, operation: str, is_write: bool
    ) -> T:
        def decode(content: bytes) -> T:
            return msgspec.json.decode(content, type=shape)

        return self._made(decode, response, operation=operation, is_write=is_write)

    @staticmethod
    def _made(
        decode: Callable[[bytes], T],
        response: requests.Response,
        *,
        operation: str,
        is_write: bool,
    ) -> T:
        try:
            return decode(response.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            kind = OutcomeUnknownError if is_write else TransientError
            raise kind(
                CONNECTOR, operation, "the answer cannot be read", status=response.status_code
            ) from error


def _refusal(response: requests.Response, *, operation: str, is_write: bool) -> ConnectorError:
    try:
        said = msgspec.json.decode(response.content, type=ErrorAnswer).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        reason, message = "", ""
    else:
        reason, message = (said.errors[0].reason if said.errors else ""), said.message
    status = response.status_code
    wait = transport.retry_after(response)
    kind = _kind(status, reason)
    if kind is RateLimitedError:
        return RateLimitedError(
            CONNECTOR,
            operation,
            "asked to slow down",
            retry_after=wait,
            is_daily=reason in _USED_UP,
            status=status,
            vendor_code=reason,
            vendor_message=message,
        )
    if kind is not None:
        return kind(
            CONNECTOR,
            operation,
            f"refused with {status}",
            status=status,
            vendor_code=reason,
            vendor_message=message,
        )
    return transport.status_error(
        status,
        connector=CONNECTOR,
        operation=operation,
        is_write=is_write,
        vendor_code=reason,
        vendor_message=message,
        wait=wait,
    )


def _kind(status: int, reason: str) -> type[ConnectorError] | None:
    """The error for what Google means in its own way; nothing where all vendors mean the same."""
    if status == _FORBIDDEN and reason in _SLOW_DOWN | _USED_UP:
        return RateLimitedError
    if status == _FORBIDDEN and reason in _BROKEN:
        return ConnectionBrokenError
    if status == _PRECONDITION_FAILED:
        # Somebody changed the event after we looked: looking again helps.
        return TransientError
    return None
