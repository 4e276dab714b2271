"""Two ways into Google: one account by its own consent, or a whole domain by delegation.

google-auth makes the requests and reads the answers. What it does by itself beyond that is held
here: it would wait 120 seconds, send a refused token request four times with pauses, look up
"regional access boundaries" at an address of its own for service accounts without a subject, and
name the real token endpoint as audience wherever it sends the assertion. So it gets a transport
with our time-outs that raises at the first answer that is no token, it is only ever asked to
``refresh``, always with a subject, and the audience is set.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import requests
from google.auth import transport
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account

from connectors import transport as network
from connectors.errors import ConnectionBrokenError, ConnectorError, TransientError
from connectors.protocols import Token, TokenStore

CONNECTOR = "google"

#: What a connection asks for: to write events, and to read calendars and their busy times.
#: Source: "Choose Google Calendar API scopes".
SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.readonly",
)

#: A token this close to its end is not sent any more: the request takes time too.
_MARGIN = timedelta(seconds=60)
#: Google's tokens live an hour; one without an end is not kept longer than that.
_LIFETIME = timedelta(hours=1)

_OPERATION = "get a token"

#: Answers of the token endpoint after which somebody has to connect or configure again.
#: Source: RFC 6749 5.2; "Using OAuth 2.0 for server to server applications", JWT error codes.
_BROKEN = frozenset(
    {
        "access_denied",
        "admin_policy_enforced",
        "deleted_client",
        "disabled_client",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "org_internal",
        "unauthorized_client",
    }
)


class GoogleAccess(Protocol):
    """Where bearer tokens come from."""

    def bearer(self, mailbox: str) -> str:
        """A token that acts for the mailbox.

        Raises:
            ConnectionBrokenError: There is none to be had any more.
            TransientError: Google could not be asked.
        """

    def renew(self, mailbox: str, *, refused: str) -> str:
        """A token other than the one Google just refused; raises as ``bearer``."""

    def reader(self, mailbox: str, *, is_primary_only: bool) -> str:
        """The mailbox as whom that mailbox's busy times are asked for.

        Args:
            mailbox: Whose times.
            is_primary_only: Nothing but its primary calendar is asked about.
        """


@dataclass(frozen=True, slots=True)
class _Answer:
    """What google-auth wants to see of an answer."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class _TokenTransport(transport.Request):
    """Sends google-auth's token requests, and nothing else of its."""

    def __init__(self, *, token_url: str, timeout: tuple[float, float]) -> None:
        self._token_url = token_url
        # A token may be asked for twice: Google does not use refresh tokens up.
        self._session = network.reading_session(timeout=timeout)

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - google-auth would wait 120 seconds
        **kwargs: Any,
    ) -> _Answer:
        if url != self._token_url or kwargs:
            raise ConnectionBrokenError(
                CONNECTOR, _OPERATION, "the library asks for something else"
            )
        try:
            response = self._session.request(method, url, data=body, headers=headers)
        except requests.RequestException as error:
            raise network.network_error(
                error, connector=CONNECTOR, operation=_OPERATION, is_write=False
            ) from error
        if response.status_code != requests.codes.ok:
            # Raised here, not returned: google-auth would try three more times.
            raise _refusal(response)
        if not _is_token(response.content):
            raise TransientError(CONNECTOR, _OPERATION, "the answer is not a token", status=200)
        return _Answer(response.status_code, response.headers, response.content)


def _is_token(content: bytes) -> bool:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return False
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        return False
    return isinstance(answer.get("expires_in", 0), int)


def _refusal(response: requests.Response) -> ConnectorError:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = {}
    answer = answer if isinstance(answer, dict) else {}
    code, message = str(answer.get("error", "")), str(answer.get("error_description", ""))
    if code in _BROKEN:
        return ConnectionBrokenError(
            CONNECTOR,
            _OPERATION,
            "not accepted any more",
            status=response.status_code,
            vendor_code=code,
            vendor_message=message,
        )
    return network.status_error(
        response.status_code,
        connector=CONNECTOR,
        operation=_OPERATION,
        is_write=False,
        vendor_code=code,
        vendor_message=message,
        wait=network.retry_after(response),
    )


def _refreshed(credentials: Any, request: _TokenTransport) -> Token:
    """A fresh token out of google-auth's credentials."""
    try:
        credentials.refresh(request)
    except GoogleAuthError as error:
        raise ConnectionBrokenError(
            CONNECTOR, _OPERATION, "the credential cannot be used", vendor_message=str(error)
        ) from error
    # google-auth gives the end without a zone, in UTC.
    expiry: datetime | None = credentials.expiry
    return Token(
        access_token=credentials.token,
        expires_at=expiry.replace(tzinfo=UTC) if expiry else None,
    )


def _is_fresh(token: Token) -> bool:
    return token.expires_at is None or token.expires_at > datetime.now(UTC) + _MARGIN


class GoogleAccount:
    """One account, by the consent its owner gave.

    Args:
        oauth_url: Base of Google's token service (``https://oauth2.googleapis.com``).
        client_id: Our OAuth client.
        client_secret: Its secret.
        tokens: The connection's tokens; the stored one has the refresh token.
        timeout: Seconds to connect, seconds to the first byte.
    """

    def __init__(
        self,
        *,
        oauth_url: str,
        client_id: str,
        client_secret: str,
        tokens: TokenStore,
        timeout: tuple[float, float] = network.READ_TIMEOUT,
    ) -> None:
        self._token_url = f"{oauth_url.rstrip('/')}/token"
        self._client_id = client_id
        self._client_secret = client_secret
        self._tokens = tokens
        self._request = _TokenTransport(token_url=self._token_url, timeout=timeout)

    def bearer(self, mailbox: str) -> str:  # noqa: ARG002 - an account acts for itself only
        """The account's token, renewed when it is about to end."""
        stored = self._tokens.current()
        if stored is not None and stored.access_token and _is_fresh(stored):
            return stored.access_token
        return self._renewed(stored.access_token if stored else None)

    def renew(self, mailbox: str, *, refused: str) -> str:  # noqa: ARG002 - as above
        """A token other than the refused one."""
        return self._renewed(refused)

    def reader(self, mailbox: str, *, is_primary_only: bool) -> str:  # noqa: ARG002 - as above
        """Always the same eyes: the account's own."""
        return ""

    def _renewed(self, refused: str | None) -> str:
        return self._tokens.renew(refused=refused, fetch=self._fetch).access_token

    def _fetch(self, stored: Token | None) -> Token:
        if stored is None or not stored.refresh_token:
            raise ConnectionBrokenError(CONNECTOR, _OPERATION, "the account was never connected")
        credentials = user_credentials.Credentials(  # type: ignore[no-untyped-call]  # see above
            token=None,
            refresh_token=stored.refresh_token,
            token_uri=self._token_url,
            client_id=self._client_id,
            client_secret=self._client_secret,
        )
        fresh = _refreshed(credentials, self._request)
        return Token(
            access_token=fresh.access_token,
            expires_at=fresh.expires_at,
            refresh_token=credentials.refresh_token,
        )


class GoogleDelegation:
    """Every mailbox of a domain, by a service account its administrator trusts.

    Tokens are minted at will, so they live in memory only.

    Args:
        oauth_url: Base of Google's token service (``https://oauth2.googleapis.com``).
        service_account_info: The key file's contents.
        reader_mailbox: As whom colleagues' busy times are read, many in one request.
        timeout: Seconds to connect, seconds to the first byte.

    Raises:
        ConnectionBrokenError: The key file is none.
    """

    def __init__(
        self,
        *,
        oauth_url: str,
        service_account_info: Mapping[str, Any],
        reader_mailbox: str,
        timeout: tuple[float, float] = network.READ_TIMEOUT,
    ) -> None:
        self._token_url = f"{oauth_url.rstrip('/')}/token"
        self._reader = reader_mailbox
        self._request = _TokenTransport(token_url=self._token_url, timeout=timeout)
        self._tokens: dict[str, Token] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        try:
            account = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # see above
                dict(service_account_info), scopes=SCOPES
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ConnectionBrokenError(
                CONNECTOR, _OPERATION, "the service account's key cannot be read"
            ) from error
        # The key file names an address too; the configured one counts, and the assertion must
        # name the address it is sent to.
        self._credentials = account.with_token_uri(self._token_url).with_claims(
            {"aud": self._token_url}
        )

    def bearer(self, mailbox: str) -> str:
        """A token that acts for the mailbox."""
        kept = self._tokens.get(mailbox)
        if kept is not None and _is_fresh(kept):
            return kept.access_token
        return self._minted(mailbox, refused=None)

    def renew(self, mailbox: str, *, refused: str) -> str:
        """A token other than the refused one."""
        return self._minted(mailbox, refused=refused)

    def reader(self, mailbox: str, *, is_primary_only: bool) -> str:
        """One for all primary calendars; further ones are only seen by who has them."""
        return self._reader if is_primary_only else mailbox

    def _minted(self, mailbox: str, *, refused: str | None) -> str:
        if not mailbox:
            # Without a subject the token would be the service account's own, good for nothing
            # here, and google-auth would begin to look things up elsewhere.
            raise ConnectionBrokenError(CONNECTOR, _OPERATION, "no mailbox to act for")
        with self._lock:
            lock = self._locks.setdefault(mailbox, threading.Lock())
        with lock:
            kept = self._tokens.get(mailbox)
            if kept is not None and kept.access_token != refused and _is_fresh(kept):
                return kept.access_token
            fresh = _refreshed(self._credentials.with_subject(mailbox), self._request)
            if fresh.expires_at is None:
                fresh = Token(
                    access_token=fresh.access_token, expires_at=datetime.now(UTC) + _LIFETIME
                )
            self._tokens[mailbox] = fresh
            return fresh.access_token
