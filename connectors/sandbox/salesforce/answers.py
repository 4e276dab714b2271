"""How Salesforce says no.

Source: REST API Developer Guide, "Status Codes and Error Responses"; the members of
``StatusCode`` and ``ExceptionCode`` in the partner WSDL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """Salesforce refuses; the answer is a list with one error.

    Attributes:
        code: Salesforce's word (``INVALID_FIELD``).
        message: Salesforce's sentence.
        fields: Which fields are at fault, where that is said.
        status: HTTP status.
    """

    def __init__(
        self, code: str, message: str, *, fields: Sequence[str] | None = None, status: int = 400
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status

    def body(self) -> list[dict[str, Any]]:
        """As it stands in an answer."""
        error: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            error["fields"] = list(self.fields)
        return [error]

    def as_result(self) -> dict[str, Any]:
        """As it stands in the list that a collection answers."""
        error = {
            "statusCode": self.code,
            "message": self.message,
            "fields": list(self.fields or ()),
        }
        return {"success": False, "errors": [error]}


class NoTokenError(Exception):
    """The token endpoint refuses, in OAuth's own words.

    Args:
        error: OAuth's word.
        description: Salesforce's sentence.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    response = jsonify(body)
    response.status_code = status
    return response


def not_found(message: str = "The requested resource does not exist") -> Refused:
    """There is no such address or record."""
    return Refused("NOT_FOUND", message, status=404)


def deleted() -> Refused:
    """The record was there once."""
    return Refused("ENTITY_IS_DELETED", "entity is deleted", fields=[], status=404)


def invalid_session() -> Refused:
    """The token is over, or was never one of this org."""
    return Refused("INVALID_SESSION_ID", "Session expired or invalid", status=401)


def no_rights(message: str = "insufficient access rights on object id") -> Refused:
    """The user may not do that with this record."""
    return Refused("INSUFFICIENT_ACCESS_OR_READONLY", message, fields=[])


def no_such_column(name: str, object_name: str) -> Refused:
    """A query or a body names a field that is not there or that the user cannot see."""
    return Refused(
        "INVALID_FIELD",
        f"No such column '{name}' on entity '{object_name}'. If you are attempting to use a custom"
        " field, be sure to append the '__c' after the custom field name. Please reference your"
        " WSDL or the describe call for the appropriate names.",
    )


def malformed_query(message: str) -> Refused:
    """The query is not SOQL."""
    return Refused("MALFORMED_QUERY", message)
