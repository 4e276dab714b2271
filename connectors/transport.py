"""The one way onto the network: sessions with time-outs, retries for reads, no surprises.

Vendors' libraries that insist on https or on an address of their own are led elsewhere by
``map_prefix``: an adapter mounted on the address they insist on, which sends to the configured
one. ``Settings`` refuses plain http and foreign addresses outside local and test environments,
so this module does not decide about that.
"""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    MissingError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)

#: Seconds to connect, seconds to the first byte: a read that a person is waiting for.
READ_TIMEOUT = (1.5, 2.5)
#: The same for a write in the background; longer, because giving up early leaves an unknown.
WRITE_TIMEOUT = (3.0, 20.0)

#: How much of an answer we are ready to hold; a vendor's largest honest page is far below.
MAX_BODY_BYTES = 20 * 1024 * 1024
#: How long a whole answer may take, in multiples of the time for its next byte.
_WHOLE_ANSWER = 3
_CHUNK_BYTES = 65_536


class _Adapter(HTTPAdapter):
    """Adds the default time-out and, when mapped, another address."""

    def __init__(
        self,
        *,
        retries: Retry,
        timeout: tuple[float, float],
        mapped: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(max_retries=retries, pool_maxsize=32)
        self._timeout = timeout
        self._mapped = mapped

    def send(  # type: ignore[override]  # requests types its keywords one by one
        self, request: requests.PreparedRequest, **kwargs: Any
    ) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._timeout
        if self._mapped is not None and request.url is not None:
            prefix, base = self._mapped
            if request.url.startswith(prefix):
                request.url = base + request.url[len(prefix) :]
                request.headers.pop("Host", None)
        response = super().send(request, **kwargs)
        if not kwargs.get("stream"):
            _read_whole(response, seconds=_WHOLE_ANSWER * kwargs["timeout"][1])
        return response


def _read_whole(response: requests.Response, *, seconds: float) -> None:
    """Read the answer's body, but not for ever and not without end.

    The time-out of a request counts from one byte to the next, so a server that drips would hold
    the caller as long as it likes.
    """
    deadline = time.monotonic() + seconds
    parts: list[bytes] = []
    size = 0
    try:
        while part := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > MAX_BODY_BYTES:
                raise requests.ConnectionError("the answer is too long", request=response.request)
            if time.monotonic() > deadline:
                raise requests.ReadTimeout("the answer does not end", request=response.request)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        response.close()
        if isinstance(error, requests.RequestException):
            raise
        raise requests.ConnectionError(error, request=response.request) from error
    # Where requests itself keeps a body that was read.
    response._content = b"".join(parts)  # noqa: SLF001
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001


def _retries(*, attempts: int) -> Retry:
    return Retry(
        total=attempts,
        connect=attempts,
        read=attempts,
        status=attempts,
        other=0,
        redirect=0,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods=None,
        backoff_factor=0.1,
        backoff_jitter=0.1,
        backoff_max=0.5,
        respect_retry_after_header=False,
        raise_on_status=False,
    )


def _session(adapter_options: Mapping[str, Any], mapping: Mapping[str, str]) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", _Adapter(**adapter_options))
    session.mount("http://", _Adapter(**adapter_options))
    for prefix, base in mapping.items():
        session.mount(prefix, _Adapter(**adapter_options, mapped=(prefix, base)))
    return session


def reading_session(
    mapping: Mapping[str, str] | None = None, *, timeout: tuple[float, float] = READ_TIMEOUT
) -> requests.Session:
    """A session for calls that change nothing: retried once, quickly, whatever their verb.

    Args:
        mapping: Address prefix a library insists on to the base address that is really meant.
        timeout: Seconds to connect, seconds to the first byte.
    """
    return _session({"retries": _retries(attempts=1), "timeout": timeout}, mapping or {})


def writing_session(
    mapping: Mapping[str, str] | None = None, *, timeout: tuple[float, float] = WRITE_TIMEOUT
) -> requests.Session:
    """A session for calls that change something: sent once, with a patient time-out.

    Args:
        mapping: As in ``reading_session``.
        timeout: As in ``reading_session``.
    """
    return _session({"retries": _retries(attempts=0), "timeout": timeout}, mapping or {})


def retry_after(response: requests.Response) -> timedelta | None:
    """How long the vendor asks us to wait: ``Retry-After`` in seconds or as a date."""
    raw = response.headers.get("Retry-After", "").strip()
    if not raw:
        return None
    if raw.isdigit():
        return timedelta(seconds=min(int(raw), 86_400))
    try:
        moment = email.utils.parsedate_to_datetime(raw)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    answered = response.headers.get("Date")
    try:
        reference = email.utils.parsedate_to_datetime(answered) if answered else None
    except ValueError:
        reference = None
    if reference is None:
        return None
    return max(moment - reference, timedelta(0))


def json_body(
    response: requests.Response, *, connector: str, operation: str, is_write: bool
) -> Any:
    """The answer's JSON.

    Raises:
        OutcomeUnknownError: A write was answered with something else: it may have happened.
        TransientError: A read was.
    """
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        kind = OutcomeUnknownError if is_write else TransientError
        raise kind(
            connector, operation, "the answer is not JSON", status=response.status_code
        ) from error


def network_error(
    error: Exception, *, connector: str, operation: str, is_write: bool
) -> ConnectorError:
    """The error to raise for a request that got no answer.

    A write that could not even connect was not sent, nor one to a server whose certificate we
    do not trust; any other write without an answer may have happened.
    """
    told = repr(error)
    never_sent = (
        isinstance(error, requests.ConnectTimeout)
        or (isinstance(error, requests.ConnectionError) and "NewConnectionError" in told)
        or "CERTIFICATE_VERIFY_FAILED" in told
    )
    if is_write and not never_sent:
        return OutcomeUnknownError(connector, operation, "no answer after the request was sent")
    return TransientError(connector, operation, "cannot be reached")


def status_error(
    status: int,
    *,
    connector: str,
    operation: str,
    is_write: bool,
    vendor_code: str = "",
    vendor_message: str = "",
    request_id: str | None = None,
    wait: timedelta | None = None,
) -> ConnectorError:
    """The error to raise for a status that every vendor means the same way.

    A connector looks at its vendor's own codes first and comes here for the rest.
    """
    details: dict[str, Any] = {
        "status": status,
        "vendor_code": vendor_code,
        "vendor_message": vendor_message,
        "request_id": request_id,
    }
    if status == 429:  # noqa: PLR2004 - the statuses are their own names
        return RateLimitedError(
            connector, operation, "asked to slow down", retry_after=wait, **details
        )
    if status == 401:  # noqa: PLR2004
        return ConnectionBrokenError(connector, operation, "not accepted any more", **details)
    if status in (404, 410):
        return MissingError(connector, operation, "does not exist", **details)
    if status >= 500:  # noqa: PLR2004
        if is_write:
            return OutcomeUnknownError(connector, operation, f"answered {status}", **details)
        return TransientError(connector, operation, f"answered {status}", **details)
    return RejectedError(connector, operation, f"refused with {status}", **details)


def dumps(body: object) -> bytes:
    """A body as JSON bytes, without NaN, which no vendor takes."""
    return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()


def utc(text: str) -> datetime:
    """A vendor's RFC 3339 text as an aware datetime in UTC.

    Raises:
        ValueError: It is not one, or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset: {text}")
    return moment.astimezone(UTC)


def rfc3339(moment: datetime) -> str:
    """An instant as vendors take it: ``2026-03-08T10:00:00Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
