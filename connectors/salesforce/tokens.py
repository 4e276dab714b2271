"""The access token of one org: fetched when there is none or the one at hand was refused.

Salesforce does not say when a token ends (the org's session settings do), and gives no refresh
token for an assertion: a refused call is the only sign. Source: Salesforce Help, "OAuth 2.0 JWT
Bearer Flow for Server-to-Server Integration".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from connectors import transport
from connectors.errors import ConnectionBrokenError, RateLimitedError, TransientError
from connectors.protocols import Token, TokenStore
from connectors.salesforce.answers import CONNECTOR

#: How long an assertion is valid. At most three minutes are allowed; clocks may differ.
_ASSERTION_SECONDS = 150
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_OPERATION = "sign in"

#: Seconds to connect, seconds to the first byte: signing in is slower than reading.
SIGN_IN_TIMEOUT = (1.5, 6.0)


class SalesforceTokens:
    """Gives the token to use now.

    Args:
        login_url: Where tokens are given out: a login host, or the org's My Domain.
        consumer_key: Of our app in the org.
        username: As whom we come in.
        private_key_pem: Signs our assertions.
        client_secret: Instead of a key: client credentials; a stored refresh token goes first.
        store: Where the token lives.
        clock: What time it is.
        timeout: Seconds to connect, seconds to the first byte.
    """

    def __init__(
        self,
        *,
        login_url: str,
        consumer_key: str,
        username: str,
        private_key_pem: str | None,
        client_secret: str | None,
        store: TokenStore,
        clock: Callable[[], datetime],
        timeout: tuple[float, float],
    ) -> None:
        self._login_url = login_url.rstrip("/")
        self._consumer_key = consumer_key
        self._username = username
        self._private_key_pem = private_key_pem
        self._client_secret = client_secret
        self._store = store
        self._clock = clock
        # Asking for a token twice does no harm, so it is a read to the transport.
        self._session = transport.reading_session(timeout=timeout)

    def current(self) -> Token:
        """The stored token, or a first one.

        Raises:
            ConnectionBrokenError: The org does not let us in any more.
            TransientError: It could not be asked.
        """
        token = self._store.current()
        if token is None:
            return self.renew(refused=None)
        if not token.access_token or not token.instance_url:
            # Only the long-lived half of a connection is stored.
            return self.renew(refused=token.access_token)
        if token.expires_at is not None and token.expires_at <= self._clock():
            return self.renew(refused=token.access_token)
        return token

    def renew(self, *, refused: str | None) -> Token:
        """A token other than the refused one; raises as ``current`` does."""
        return self._store.renew(refused=refused, fetch=self._fetch)

    def _fetch(self, stored: Token | None) -> Token:
        try:
            response = self._session.post(
                f"{self._login_url}/services/oauth2/token",
                data=self._grant(stored),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise TransientError(CONNECTOR, _OPERATION, "cannot be reached") from error
        body = _object(response)
        if response.status_code != requests.codes.ok:
            raise _refused(response, body)
        return self._token(body, stored)

    def _grant(self, stored: Token | None) -> dict[str, str]:
        if self._private_key_pem is not None:
            return {"grant_type": _JWT_BEARER, "assertion": self._assertion(self._private_key_pem)}
        grant = {"client_id": self._consumer_key, "client_secret": self._client_secret or ""}
        if stored is not None and stored.refresh_token is not None:
            return {
                **grant,
                "grant_type": "refresh_token",
                "refresh_token": stored.refresh_token,
            }
        return {**grant, "grant_type": "client_credentials"}

    def _assertion(self, private_key_pem: str) -> str:
        issued = int(self._clock().timestamp())
        claims = {
            "iss": self._consumer_key,
            "sub": self._username,
            "aud": audience(self._login_url),
            "exp": issued + _ASSERTION_SECONDS,
        }
        try:
            key = RSAKey.import_key(private_key_pem)
            return jwt.encode({"alg": "RS256"}, claims, key, algorithms=["RS256"])
        except (JoseError, ValueError) as error:
            raise ConnectionBrokenError(
                CONNECTOR, _OPERATION, "the private key cannot be used"
            ) from error

    def _token(self, body: dict[str, Any], stored: Token | None) -> Token:
        access, instance = body.get("access_token"), body.get("instance_url")
        if not isinstance(access, str) or not isinstance(instance, str) or not access:
            raise TransientError(CONNECTOR, _OPERATION, "no token in the answer")
        if not _belongs(instance, self._login_url):
            # The token would be sent there.
            raise TransientError(CONNECTOR, _OPERATION, "the org's address is not Salesforce's")
        refresh = body.get("refresh_token")
        kept = stored.refresh_token if stored is not None else None
        return Token(
            access_token=access,
            refresh_token=refresh if isinstance(refresh, str) else kept,
            instance_url=instance.rstrip("/"),
        )


def audience(login_url: str) -> str:
    """Who an assertion is for: the login host, also where it is sent to a My Domain."""
    host = urlsplit(login_url).hostname or ""
    if not host.endswith(".my.salesforce.com"):
        return login_url.rstrip("/")
    is_sandbox = ".sandbox." in host or ".scratch." in host
    return f"https://{'test' if is_sandbox else 'login'}.salesforce.com"


def _belongs(instance_url: str, login_url: str) -> bool:
    """Whether a token from that login host may be sent to that address."""
    instance, login = urlsplit(instance_url), urlsplit(login_url)
    if instance.scheme != login.scheme or not instance.hostname:
        return False
    if (login.hostname or "").endswith(".salesforce.com"):
        return instance.hostname.endswith((".salesforce.com", ".force.com"))
    return instance.hostname == login.hostname


def _object(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _refused(
    response: requests.Response, body: dict[str, Any]
) -> ConnectionBrokenError | TransientError:
    status = response.status_code
    details: dict[str, Any] = {
        "status": status,
        "vendor_code": str(body.get("error", "")),
        "vendor_message": str(body.get("error_description", "")),
    }
    is_slowed = status == requests.codes.too_many_requests
    if is_slowed or "rate exceeded" in details["vendor_message"]:
        wait = transport.retry_after(response)
        return RateLimitedError(
            CONNECTOR, _OPERATION, "too many sign-ins", retry_after=wait, **details
        )
    if status in (requests.codes.bad_request, requests.codes.unauthorized) and "error" in body:
        return ConnectionBrokenError(CONNECTOR, _OPERATION, "the org refuses our app", **details)
    return TransientError(CONNECTOR, _OPERATION, f"answered {status}", **details)
