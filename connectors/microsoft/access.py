"""Getting into Microsoft Graph: an account's refresh token, or an application's own permission.

msal makes the requests to the login. What is wrong with it is held off here, by the HTTP client
it is given and by using each of its application objects once:

* it serves an error from memory, a 400 for 60 seconds and a 429 or 5xx until ``Retry-After``, and
  a refused token until it is over: an object that is used once remembers nothing;
* it raises ``MsalServiceError``, ``ValueError`` or what requests raises, or returns a dict with
  ``error`` in it: our client raises a ``ConnectorError`` before msal sees a bad answer, and the
  dict is read here;
* it accepts only https: the transport maps its address to the configured one;
* with a client of one's own it has neither time-outs nor retries: the transport has both.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msal
import requests

from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    RateLimitedError,
    TransientError,
)
from connectors.protocols import Token, TokenStore
from connectors.transport import READ_TIMEOUT, network_error, reading_session, retry_after

_CONNECTOR = "microsoft"
_OPERATION = "get a token"
#: Where msal believes the login to be.
_LOGIN = "https://login.microsoftonline.com"
_RESOURCE = "https://graph.microsoft.com"
_ACCOUNT_SCOPES = (f"{_RESOURCE}/Calendars.ReadWrite",)
#: ``.default``: the application permissions that an administrator has granted.
_APPLICATION_SCOPES = (f"{_RESOURCE}/.default",)
#: A token this close to its end is replaced before it is used.
_MARGIN = timedelta(minutes=2)
#: OAuth errors that pass by themselves (RFC 6749, sections 4.1.2.1 and 5.2).
_PASSING = frozenset({"temporarily_unavailable", "server_error"})
_AADSTS = re.compile(r"AADSTS\d+")


class _LoginClient:
    """The HTTP client that msal is given: what is no OAuth answer becomes an error of ours."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._documents: dict[str, requests.Response] = {}

    def get(self, url: str, **options: Any) -> requests.Response:
        """The discovery document, asked for once."""
        known = self._documents.get(url)
        if known is not None:
            return known
        response = self._sent("GET", url, options)
        if response.status_code != requests.codes.ok:
            raise ConnectionBrokenError(
                _CONNECTOR,
                _OPERATION,
                "the tenant is not known",
                status=response.status_code,
                vendor_code=_code(response.text),
            )
        self._documents[url] = response
        return response

    def post(self, url: str, **options: Any) -> requests.Response:
        """The token endpoint's answer, good or bad, in OAuth's form."""
        return self._sent("POST", url, options)

    def close(self) -> None:
        """Nothing is kept open for msal alone."""

    def _sent(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        try:
            response = self._session.request(
                method, url, allow_redirects=False, **{**options, "timeout": None}
            )
        except requests.RequestException as error:
            raise network_error(
                error, connector=_CONNECTOR, operation=_OPERATION, is_write=False
            ) from error
        status = response.status_code
        if status == requests.codes.too_many_requests:
            raise RateLimitedError(
                _CONNECTOR,
                _OPERATION,
                "asked to slow down",
                status=status,
                retry_after=retry_after(response),
            )
        if status >= requests.codes.internal_server_error:
            raise TransientError(_CONNECTOR, _OPERATION, f"answered {status}", status=status)
        try:
            is_object = isinstance(response.json(), dict)
        except (ValueError, RecursionError):
            is_object = False
        if not is_object:
            raise TransientError(_CONNECTOR, _OPERATION, "the answer is not JSON", status=status)
        return response


class MicrosoftAccess(ABC):
    """A way into Graph; what one account's and an organisation's have in common.

    Args:
        login_url: Where the login is (``https://login.microsoftonline.com``).
        tenant: The directory's id or domain; ``organizations`` for accounts of any directory.
        client_id: Our application there.
        client_secret: Its secret, or what msal takes for a certificate.
        tokens: Where the token lives, shared by all processes.
        timeout: Seconds to connect, seconds to the first byte.
    """

    def __init__(
        self,
        *,
        login_url: str,
        tenant: str,
        client_id: str,
        client_secret: str | Mapping[str, Any],
        tokens: TokenStore,
        timeout: tuple[float, float] = READ_TIMEOUT,
    ) -> None:
        self._authority = f"{_LOGIN}/{quote(tenant, safe='')}"
        self._client_id = client_id
        self._client_secret = client_secret
        self._tokens = tokens
        self._http = _LoginClient(reading_session({_LOGIN: login_url.rstrip("/")}, timeout=timeout))

    @abstractmethod
    def path(self, mailbox: str) -> str:
        """Where that mailbox is in Graph (``/users/…``, ``/me``)."""

    @abstractmethod
    def _acquired(self, application: Any, stored: Token | None) -> Mapping[str, Any]:
        """What msal answers when it is asked for a token."""

    def bearer(self, mailbox: str) -> str:
        """An access token for calls about that mailbox.

        Raises:
            ConnectorError: There is none to be had.
        """
        del mailbox  # one token reaches all that this way in reaches
        token = self._tokens.current()
        if token is None or _is_nearly_over(token):
            refused = None if token is None else token.access_token
            token = self._tokens.renew(refused=refused, fetch=self._fetch)
        return token.access_token

    def renew(self, mailbox: str, *, refused: str) -> str:
        """Another token than the one Graph refused.

        Raises:
            ConnectionBrokenError: The login does not accept us any more.
            ConnectorError: There is none to be had now.
        """
        del mailbox
        return self._tokens.renew(refused=refused, fetch=self._fetch).access_token

    def _fetch(self, stored: Token | None) -> Token:
        try:
            application = msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=self._client_secret,
                authority=self._authority,
                http_client=self._http,
                instance_discovery=False,
            )
            answer = self._acquired(application, stored)
            lifetime = _lifetime(answer)
        except ConnectorError:
            raise
        except (ValueError, KeyError, TypeError, msal.exceptions.MsalError) as error:
            raise TransientError(_CONNECTOR, _OPERATION, "the answer makes no sense") from error
        if "access_token" not in answer:
            raise _refusal(answer)
        refresh_token = answer.get("refresh_token")
        if refresh_token is None and stored is not None:
            refresh_token = stored.refresh_token
        return Token(
            access_token=str(answer["access_token"]),
            expires_at=None if lifetime is None else datetime.now(UTC) + lifetime,
            refresh_token=refresh_token,
        )


class MicrosoftAccount(MicrosoftAccess):
    """One account, by the refresh token it gave us.

    Microsoft replaces the refresh token at each use and lets the old one live, so a lost answer
    costs nothing (learn.microsoft.com/entra/identity-platform/refresh-tokens, 2025).

    Args:
        mailbox: The account's own address.
        **access: As for ``MicrosoftAccess``.
    """

    def __init__(self, *, mailbox: str, **access: Any) -> None:
        super().__init__(**access)
        self._mailbox = mailbox.casefold()

    def path(self, mailbox: str) -> str:
        """``/me`` for the account itself, which also works where its address is no login name."""
        return "/me" if mailbox.casefold() == self._mailbox else _user(mailbox)

    def _acquired(self, application: Any, stored: Token | None) -> Mapping[str, Any]:
        if stored is None or not stored.refresh_token:
            raise ConnectionBrokenError(_CONNECTOR, _OPERATION, "was never connected")
        answer: Mapping[str, Any] = application.acquire_token_by_refresh_token(
            stored.refresh_token, scopes=list(_ACCOUNT_SCOPES)
        )
        return answer


class MicrosoftApplication(MicrosoftAccess):
    """A whole organisation, by the permission its administrator gave our application."""

    def path(self, mailbox: str) -> str:
        """``/users/…``: an application has no ``/me``."""
        return _user(mailbox)

    def _acquired(self, application: Any, stored: Token | None) -> Mapping[str, Any]:
        del stored  # there is nothing to refresh: the application's own secret is enough
        answer: Mapping[str, Any] = application.acquire_token_for_client(
            scopes=list(_APPLICATION_SCOPES)
        )
        return answer


def segment(item: str) -> str:
    """An id or address as one segment of a path, which cannot lead anywhere else.

    Dots alone are taken for a way up whatever their spelling, so a space makes them an id that
    nothing has.
    """
    return quote(item, safe="@") if item.strip(".") else quote(f"{item} ", safe="")


def _user(mailbox: str) -> str:
    return f"/users/{segment(mailbox)}"


def _is_nearly_over(token: Token) -> bool:
    return token.expires_at is not None and token.expires_at - _MARGIN <= datetime.now(UTC)


def _lifetime(answer: Mapping[str, Any]) -> timedelta | None:
    seconds = answer.get("expires_in")
    return None if seconds is None else timedelta(seconds=int(seconds))


def _code(text: str) -> str:
    found = _AADSTS.search(text)
    return found.group() if found else ""


def _refusal(answer: Mapping[str, Any]) -> ConnectorError:
    """The error for an OAuth error: all but the passing ones need somebody to do something."""
    error = str(answer.get("error", ""))
    message = str(answer.get("error_description") or "")
    details: dict[str, Any] = {
        "vendor_code": _code(message) or error,
        "vendor_message": message,
    }
    if error in _PASSING:
        return TransientError(_CONNECTOR, _OPERATION, "not available now", **details)
    return ConnectionBrokenError(_CONNECTOR, _OPERATION, "not accepted any more", **details)
