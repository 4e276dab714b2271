"""Calls to one org: simple-salesforce in direct mode over our own sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar
from urllib.parse import urlencode

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from connectors import transport
from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    MissingError,
    RejectedError,
    TransientError,
)
from connectors.protocols import Token
from connectors.salesforce import answers
from connectors.salesforce.answers import CONNECTOR
from connectors.salesforce.tokens import SalesforceTokens

T = TypeVar("T")

#: simple-salesforce forces https and keeps only the host of an address; this one exists nowhere
#: (RFC 6761) and is led to the org's own.
_STAND_IN = "https://org.invalid"

#: So many parts go into one composite request. Source: REST API Developer Guide, "Composite".
PARTS_AT_ONCE = 25

#: An answer with more pages than this is none.
_MAX_PAGES = 500
#: A longer statement travels in a body. Source: Salesforce Help 000386264, "Maximum number of rows
#: returned by SOQL queries over the REST API": address and headers have 16,384 bytes together, of which
#: headers take some 8,000; beyond that, a composite request.
_MAX_ADDRESS = 8_000
_FAILURE = 300


class _TokenRefusedError(Exception):
    """Salesforce did not do it, because of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One call of a composite request.

    Attributes:
        reference: Names its answer; letters, digits and underscores.
        method: HTTP verb.
        path: Under the version's address (``sobjects/Event``).
        body: What is sent, for writes.
        headers: Of its own; the request's are not taken over.
    """

    reference: str
    method: str
    path: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


class Wire:
    """Makes calls, each with a time-out, and each with a new token once if the first is refused.

    Args:
        tokens: Gives the token.
        api_version: ``65.0``.
        read_timeout: Seconds to connect, seconds to the first byte.
        write_timeout: Likewise.
    """

    def __init__(
        self,
        *,
        tokens: SalesforceTokens,
        api_version: str,
        read_timeout: tuple[float, float],
        write_timeout: tuple[float, float],
    ) -> None:
        self._tokens = tokens
        self._version = api_version
        self._timeouts = (read_timeout, write_timeout)
        self._sessions: dict[tuple[str, bool], requests.Session] = {}
        self._lock = threading.Lock()

    # --------------------------------------------------------------------------- reads

    def get(self, path: str, *, operation: str) -> Any:
        """The JSON at an address under the version's.

        Raises:
            ConnectorError: As ``connectors.salesforce.answers.refusal`` says.
        """
        return self._call(
            operation,
            is_write=False,
            act=lambda salesforce: salesforce.restful(path, **_OPTIONS),
        )

    def query(self, statement: str, *, operation: str) -> list[dict[str, Any]]:
        """All records a statement finds, page after page.

        Raises:
            ConnectorError: As ``get``.
        """
        if len(urlencode({"q": statement})) > _MAX_ADDRESS:
            return self.queries({"rows": statement}, operation=operation)["rows"]
        page = self._call(
            operation,
            is_write=False,
            act=lambda salesforce: salesforce.query(statement, **_OPTIONS),
        )
        return self.all_records(page, operation=operation)

    def all_records(self, page: Any, *, operation: str) -> list[dict[str, Any]]:
        """The records of a page and of those after it; none for the null of a sub-query.

        Raises:
            ConnectorError: As ``get``.
        """
        records: list[dict[str, Any]] = []
        for _ in range(_MAX_PAGES):
            if page is None:
                return records
            with answers.sense(operation):
                records.extend(dict(each) for each in page["records"])
                if page["done"] is not False:
                    return records
                address = str(page["nextRecordsUrl"])
                if not address.startswith("/services/data/"):
                    raise ValueError("pages stay in the API")
            page = self._page(address, operation)
        raise answers.nonsense(operation)

    def _page(self, address: str, operation: str) -> Any:
        return self._call(
            operation,
            is_write=False,
            act=lambda salesforce: salesforce.query_more(
                address, identifier_is_url=True, **_OPTIONS
            ),
        )

    def queries(
        self, statements: Mapping[str, str], *, operation: str
    ) -> dict[str, list[dict[str, Any]]]:
        """The records of a few statements (at most five), asked in one call.

        Raises:
            ConnectorError: As ``get``; the first that is refused.
        """
        parts = [
            Part(reference=name, method="GET", path=f"query?{urlencode({'q': statement})}")
            for name, statement in statements.items()
        ]
        bodies = self._composite(parts, operation=operation, is_write=False, is_upsert=False)
        return {name: self.all_records(body, operation=operation) for name, body in bodies.items()}

    # -------------------------------------------------------------------------- writes

    def update(
        self, path: str, body: Mapping[str, Any], *, operation: str, headers: Mapping[str, str]
    ) -> None:
        """Change the record at an address.

        Raises:
            ConnectorError: As ``get``; ``OutcomeUnknownError`` when it may have happened.
        """
        data = transport.dumps(body)
        self._call(
            operation,
            is_write=True,
            act=lambda salesforce: salesforce.restful(
                path,
                method="PATCH",
                data=data,
                headers={**_HEADERS, **headers},
                allow_redirects=False,
            ),
        )

    def write(self, parts: Sequence[Part], *, operation: str) -> dict[str, Any]:
        """Do all parts or none; their answers by reference.

        Raises:
            OutcomeUnknownError: They may have happened, here or in an earlier call.
            TransientError: Nothing happened, it can be tried again after looking again.
            RejectedError: Nothing happened, Salesforce refuses.
        """
        return self._composite(parts, operation=operation, is_write=True, is_upsert=True)

    def _composite(
        self, parts: Sequence[Part], *, operation: str, is_write: bool, is_upsert: bool
    ) -> dict[str, Any]:
        data = transport.dumps(
            {"allOrNone": True, "compositeRequest": [self._subrequest(part) for part in parts]}
        )
        answer: Any = self._call(
            operation,
            is_write=is_write,
            act=lambda salesforce: salesforce.restful(
                "composite", method="POST", data=data, **_OPTIONS
            ),
        )
        with answers.sense(operation, is_write=is_write):
            results = [
                (str(each["referenceId"]), int(each["httpStatusCode"]), each["body"])
                for each in answer["compositeResponse"]
            ]
            if {name for name, _, _ in results} != {part.reference for part in parts}:
                raise ValueError("another request's answer")
        failed = [each for each in results if each[1] >= _FAILURE]
        for _, status, content in failed:
            if answers.code_of(content) != answers.HALTED or len(failed) == 1:
                error = answers.refusal(
                    status, content, operation=operation, is_write=is_write, is_upsert=is_upsert
                )
                raise _of_a_part(error)
        if failed:
            raise answers.nonsense(operation, is_write=is_write)
        return {name: content for name, _, content in results}

    def _subrequest(self, part: Part) -> dict[str, Any]:
        subrequest: dict[str, Any] = {
            "method": part.method,
            "url": f"/services/data/v{self._version}/{part.path}",
            "referenceId": part.reference,
        }
        if part.body is not None:
            subrequest["body"] = dict(part.body)
        if part.headers:
            subrequest["httpHeaders"] = dict(part.headers)
        return subrequest

    # --------------------------------------------------------------------------- calls

    def _call(self, operation: str, *, is_write: bool, act: Callable[[Salesforce], T]) -> T:
        token = self._tokens.current()
        try:
            return self._once(token, operation, is_write=is_write, act=act)
        except _TokenRefusedError:
            # A refused call did nothing, so a write may be sent again as well.
            token = self._tokens.renew(refused=token.access_token)
        try:
            return self._once(token, operation, is_write=is_write, act=act)
        except _TokenRefusedError as error:
            raise ConnectionBrokenError(
                CONNECTOR,
                operation,
                "a new token is refused as well",
                status=401,
                vendor_code="INVALID_SESSION_ID",
            ) from error

    def _once(
        self, token: Token, operation: str, *, is_write: bool, act: Callable[[Salesforce], T]
    ) -> T:
        salesforce = Salesforce(
            session_id=token.access_token,
            instance_url=_STAND_IN,
            session=self._session(str(token.instance_url), is_write=is_write),
            version=self._version,
            object_pairs_hook=dict,
        )
        try:
            return act(salesforce)
        except SalesforceExpiredSession as error:
            raise _TokenRefusedError from error
        except SalesforceError as error:
            # Not chained: the library's own text holds the whole answer, people's data with it.
            raise answers.refusal(
                error.status, error.content, operation=operation, is_write=is_write
            ) from None
        except (TypeError, ValueError, RecursionError) as error:
            # Not JSON, or JSON that the library asks for its length although it has none.
            raise answers.nonsense(operation, is_write=is_write) from error
        except requests.RequestException as error:
            raise transport.network_error(
                error, connector=CONNECTOR, operation=operation, is_write=is_write
            ) from error

    def _session(self, instance_url: str, *, is_write: bool) -> requests.Session:
        with self._lock:
            session = self._sessions.get((instance_url, is_write))
            if session is None:
                mapping = {f"{_STAND_IN}/": f"{instance_url}/"}
                make = transport.writing_session if is_write else transport.reading_session
                session = make(mapping, timeout=self._timeouts[is_write])
                # The token says who we are; Salesforce's cookies would tie threads together.
                session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
                self._sessions[instance_url, is_write] = session
            return session


_HEADERS = {"X-PrettyPrint": "0"}
_OPTIONS: dict[str, Any] = {"headers": _HEADERS, "allow_redirects": False}


def _of_a_part(error: ConnectorError) -> ConnectorError:
    """The error of a part that was rolled back with all the others.

    What was there when we looked and is not any more is looked for again; what was never there
    (a user, a field) stays away.
    """
    if not isinstance(error, MissingError):
        return error
    kind = TransientError if error.vendor_code in answers.VANISHED else RejectedError
    return kind(
        CONNECTOR,
        error.operation,
        f"refused: {error.vendor_code}",
        status=error.status,
        vendor_code=error.vendor_code,
        vendor_message=error.vendor_message,
    )
