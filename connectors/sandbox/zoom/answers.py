"""How Zoom says no: a status, a code of its own, a sentence.

Source: developers.zoom.us/docs/api/errors and the error lists of each operation. The sentences are near Zoom's, since clients tell the two kinds of 429 apart by them.
"""

from __future__ import annotations

from flask import Response, jsonify

#: Codes of Zoom's own, by what they mean.
INVALID_TOKEN = 124
VALIDATION_FAILED = 300
NO_SUCH_USER = 1001
NO_SUCH_MEETING = 3001
MISSING_SCOPES = 4711


class Refused(Exception):  # noqa: N818 - an answer, not a mistake of the sandbox
    """The call is answered with an error.

    Args:
        status: HTTP status.
        code: Zoom's code.
        message: Zoom's sentence.
        fields: For a failed validation: what is wrong with each field.
        headers: Sent with it.
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields or {}
        self.headers = headers or {}

    def response(self) -> Response:
        """The answer as it goes out."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.fields:
            body["errors"] = [
                {"field": name, "message": problem} for name, problem in self.fields.items()
            ]
        response = jsonify(body)
        response.status_code = self.status
        response.headers.update(self.headers)
        return response


class NoTokenError(Exception):
    """The token endpoint refuses, in OAuth's own words.

    Args:
        error: OAuth's word.
        reason: Zoom's sentence.
    """

    def __init__(self, error: str, reason: str) -> None:
        super().__init__(reason)
        self.error = error
        self.reason = reason


def invalid(**fields: str) -> Refused:
    """Some fields are wrong."""
    return Refused(400, VALIDATION_FAILED, "Validation Failed.", fields=fields)


def invalid_token(message: str = "Invalid access token.") -> Refused:
    """The token is unknown, over, or was replaced."""
    return Refused(401, INVALID_TOKEN, message)


def missing_scope(scope: str) -> Refused:
    """The app was not given that scope."""
    return Refused(400, MISSING_SCOPES, f"Invalid access token, does not contain scopes:[{scope}].")


def no_such_user(name: str) -> Refused:
    """The account has no such user (any more)."""
    return Refused(404, NO_SUCH_USER, f"User does not exist: {name}.")


def no_such_meeting(meeting_id: int) -> Refused:
    """The meeting was deleted, has expired or never was."""
    return Refused(404, NO_SUCH_MEETING, f"Meeting does not exist: {meeting_id}.")


def too_many_today(limit: int) -> Refused:
    """One user's creates and updates of the UTC day are used up; no Retry-After comes with it."""
    return Refused(
        429,
        429,
        f"You have exceeded the daily rate limit ({limit}) of Meeting Create/Update API requests "
        "permitted for this particular user.",
    )


def too_many_at_once() -> Refused:
    """More calls in this second than the account's plan allows."""
    return Refused(
        429,
        429,
        "You have reached the maximum per-second rate limit for this API. Try again later.",
        headers={"X-RateLimit-Type": "QPS"},
    )
