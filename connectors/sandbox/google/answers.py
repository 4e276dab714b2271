"""How Google answers: JSON, entity tags, partial answers, and errors in Google's own shape."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from flask import Response, request

View = Callable[..., Response]


class GoogleError(Exception):
    """A refusal.

    Args:
        code: HTTP status.
        reason: Google's word for it (``duplicate``).
        message: Google's sentence.
        domain: Google's broad category.
        location: Which parameter or header is at fault, if one is.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        location: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.domain = domain
        self.location = location

    def response(self) -> Response:
        """The answer that says so."""
        detail = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.location:
            kind = "header" if self.location == "Authorization" else "parameter"
            detail |= {"locationType": kind, "location": self.location}
        answer = _json(
            {"error": {"code": self.code, "message": self.message, "errors": [detail]}}, self.code
        )
        if self.code == 401:  # noqa: PLR2004 - the statuses are their own names
            answer.headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/"'
        return answer


def bad_request(message: str, *, reason: str = "invalid", location: str = "") -> GoogleError:
    """The refusal of a request that makes no sense."""
    return GoogleError(400, reason, message, location=location)


def not_found() -> GoogleError:
    """The refusal of something that is not there, or not for this caller's eyes."""
    return GoogleError(404, "notFound", "Not Found")


def _json(body: Any, status: int = 200) -> Response:
    return Response(
        json.dumps(body, indent=1), status=status, mimetype="application/json; charset=UTF-8"
    )


def answer(body: dict[str, Any]) -> Response:
    """The JSON answer, cut down to the ``fields`` that were asked for, with its entity tag."""
    etag = body.get("etag")
    if etag is not None and request.headers.get("If-None-Match") == etag:
        return Response(status=304)
    mask = request.args.get("fields", "")
    response = _json(masked(body, _parsed(mask)) if mask else body)
    if etag is not None:
        response.headers["ETag"] = etag
    return response


def answering(view: View) -> View:
    """The view with its refusals turned into answers, so that the log shows what was sent."""

    @functools.wraps(view)
    def answered(**arguments: Any) -> Response:
        try:
            return view(**arguments)
        except GoogleError as error:
            return error.response()

    return answered


#: A parsed ``fields`` parameter: name to what is wanted below it; empty means everything.
Mask = dict[str, "Mask"]


def masked(value: Any, mask: Mask) -> Any:
    """What the mask leaves of a value."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [masked(item, mask) for item in value]
    if isinstance(value, dict):
        return {name: masked(value[name], below) for name, below in mask.items() if name in value}
    return value


def _parsed(text: str) -> Mask:
    """``items(id,start),nextPageToken`` or ``items/id`` as a mask."""
    mask, rest = _level(text)
    if rest:
        raise bad_request(f"Invalid field selection {text}", reason="invalidParameter")
    return mask


def _level(text: str) -> tuple[Mask, str]:
    """The mask of one level, and what stands behind it."""
    mask: Mask = {}
    while True:
        name, text = _name(text)
        below: Mask = {}
        if text.startswith("("):
            below, text = _level(text[1:])
            if not text.startswith(")"):
                raise bad_request("Invalid field selection", reason="invalidParameter")
            text = text[1:]
        elif text.startswith("/"):
            child, text = _path(text[1:])
            below = child
        mask[name] = mask.get(name, {}) | below
        if not text.startswith(","):
            return mask, text
        text = text[1:]


def _path(text: str) -> tuple[Mask, str]:
    """``a/b(c)`` as a mask, and what stands behind it."""
    name, text = _name(text)
    below: Mask = {}
    if text.startswith("/"):
        below, text = _path(text[1:])
    elif text.startswith("("):
        below, text = _level(text[1:])
        text = text[1:]
    return {name: below}, text


def _name(text: str) -> tuple[str, str]:
    end = 0
    while end < len(text) and text[end] not in "(),/":
        end += 1
    if end == 0:
        raise bad_request("Invalid field selection", reason="invalidParameter")
    return text[:end], text[end:]
