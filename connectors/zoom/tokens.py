"""The token of one Zoom connection: one for all processes, fetched when needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from connectors import transport
from connectors.errors import ConnectionBrokenError, RateLimitedError, TransientError
from connectors.protocols import Token, TokenStore
from connectors.zoom.answers import CONNECTOR, json_or_nothing, nonsense

#: A token is replaced this long before it ends, so that none ends on its way.
_MARGIN = timedelta(seconds=60)
#: What a token's life is taken for when Zoom does not say; Zoom's are an hour.
_SHORTEST_LIFE_SECONDS = 300


class ZoomTokens:
    """Gives the token to use now.

    A new server-to-server token ends the one before it, and a user's refresh token works once;
    so whoever needs a token goes through the shared store, and nobody fetches one because the
    one at hand was refused when the store has another already. Source: Zoom's staff on
    devforum.zoom.us (72070, 74432, 79405, 94662).

    Args:
        oauth_url: Base address of OAuth.
        client_id: The app's id.
        client_secret: The app's secret.
        account_id: For a server-to-server app; nothing for a user's own connection.
        store: Where the token lives.
        clock: What time it is.
        timeout: Seconds to connect, seconds to the first byte.
    """

    def __init__(
        self,
        *,
        oauth_url: str,
        client_id: str,
        client_secret: str,
        account_id: str | None,
        store: TokenStore,
        clock: Callable[[], datetime],
        timeout: tuple[float, float] = transport.WRITE_TIMEOUT,
    ) -> None:
        self._token_url = oauth_url.rstrip("/") + "/token"
        self._client_id = client_id
        self._client_secret = client_secret
        self._account_id = account_id
        self._store = store
        self._clock = clock
        self._timeout = timeout

    def current(self, *, operation: str) -> Token:
        """A token with some life left.

        Raises:
            ConnectionBrokenError: Zoom does not accept the app or the connection any more.
            TransientError: Zoom could not be asked.
        """
        token = self._store.current()
        if token is None or not token.access_token:
            return self.renew(refused=None, operation=operation)
        if token.expires_at is not None and token.expires_at <= self._clock() + _MARGIN:
            return self.renew(refused=token.access_token, operation=operation)
        return token

    def renew(self, *, refused: str | None, operation: str) -> Token:
        """A token other than the refused one; raises as ``current`` does."""
        return self._store.renew(
            refused=refused, fetch=lambda stored: self._fetch(stored, operation=operation)
        )

    def _fetch(self, stored: Token | None, *, operation: str) -> Token:
        grant = self._grant(stored, operation=operation)
        session = OAuth2Session(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the name of a method
        )
        session.trust_env = False
        for prefix, adapter in transport.writing_session().adapters.items():
            session.mount(prefix, adapter)
        session.register_compliance_hook(
            "access_token_response", lambda response: _checked(response, operation=operation)
        )
        try:
            answer = session.fetch_token(
                self._token_url, timeout=self._timeout, allow_redirects=False, **grant
            )
        except requests.RequestException as error:
            raise TransientError(CONNECTOR, operation, "no token: cannot be reached") from error
        except OAuthError as error:
            raise ConnectionBrokenError(
                CONNECTOR,
                operation,
                "no token: the app is not accepted",
                vendor_code=error.error or "",
                vendor_message=error.description or "",
            ) from error
        finally:
            session.close()
        return self._stored_form(answer, stored=stored, operation=operation)

    def _grant(self, stored: Token | None, *, operation: str) -> dict[str, str]:
        if self._account_id is not None:
            return {"grant_type": "account_credentials", "account_id": self._account_id}
        if stored is None or stored.refresh_token is None:
            raise ConnectionBrokenError(CONNECTOR, operation, "no token: nobody has connected")
        return {"grant_type": "refresh_token", "refresh_token": stored.refresh_token}

    def _stored_form(self, answer: Any, *, stored: Token | None, operation: str) -> Token:
        access = answer.get("access_token")
        if not isinstance(access, str) or not access:
            raise nonsense("no token in the answer", operation=operation, is_write=False)
        life = answer.get("expires_in")
        seconds = life if isinstance(life, int) and life > 0 else _SHORTEST_LIFE_SECONDS
        kept = stored.refresh_token if stored is not None else None
        return Token(
            access_token=access,
            expires_at=self._clock() + timedelta(seconds=seconds),
            refresh_token=answer.get("refresh_token") or kept,
        )


def _checked(response: requests.Response, *, operation: str) -> requests.Response:
    """The token endpoint's answer, if authlib can be left alone with it."""
    body = json_or_nothing(response)
    status = response.status_code
    if status == requests.codes.ok and body:
        return response
    details: dict[str, Any] = {
        "status": status,
        "vendor_code": str(body.get("error", "")),
        "vendor_message": str(body.get("reason", "")),
        "request_id": response.headers.get("x-zm-trackingid"),
    }
    if status == requests.codes.too_many_requests:
        raise RateLimitedError(
            CONNECTOR,
            operation,
            "no token: asked to slow down",
            retry_after=transport.retry_after(response),
            **details,
        )
    if status in (requests.codes.bad_request, requests.codes.unauthorized) and "error" in body:
        raise ConnectionBrokenError(
            CONNECTOR, operation, "no token: the app is not accepted", **details
        )
    raise TransientError(CONNECTOR, operation, f"no token: answered {status}", **details)
