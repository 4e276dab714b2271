"""A JSON object as strict as RFC 8259 and I-JSON (RFC 7493) want it.

Python's own reader takes ``NaN``, keeps the last of two members with one name, and lets half a
surrogate pair through, which no database and no mail can hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from booking_types.errors import InvalidRequestError

#: Our deepest request has three levels; more than this is nobody's honest request.
_DEEPEST = 20
#: Longer integers than this are no number of ours, and Python itself gives up at 4,300 digits.
_MOST_DIGITS = 18


def parse_object(raw: bytes) -> dict[str, Any]:
    """The object that the bytes spell.

    Raises:
        InvalidRequestError: ``malformed_json``, ``too_deep``, ``body_not_object``,
            ``invalid_text`` for half a surrogate pair, or ``invalid_type`` for an endless number.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
        )
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"line {error.lineno}, column {error.colno}") from None
    for path, text in _texts(value):
        if not is_whole(text):
            raise InvalidRequestError(
                "This text holds half of a character (a lone surrogate).",
                code="invalid_text",
                field=path or None,
            )
    if not isinstance(value, dict):
        raise InvalidRequestError(
            "The request's body must be a JSON object, like {…}.", code="body_not_object"
        )
    return value


def is_whole(text: str) -> bool:
    """Whether the text can be written down: it holds no half of a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text inside, names of members too, with its place."""
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    while waiting:
        path, each, depth = waiting.pop()
        if depth > _DEEPEST:
            raise _too_deep()
        if isinstance(each, str):
            yield path, each
        elif isinstance(each, dict):
            # A broken name cannot be shown as the place of anything.
            yield from ((path, name) for name in each)
            waiting.extend(
                (f"{path}.{name}" if path else name, inner, depth + 1)
                for name, inner in each.items()
            )
        elif isinstance(each, list):
            waiting.extend(
                (f"{path}[{position}]", inner, depth + 1) for position, inner in enumerate(each)
            )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _malformed("an object has two members of one name")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise InvalidRequestError(
            f"A number here has more than {_MOST_DIGITS} digits.", code="invalid_type"
        )
    return int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is no JSON number")


def _malformed(why: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The request's body is not well-formed JSON: {why}.", code="malformed_json"
    )


def _too_deep() -> InvalidRequestError:
    return InvalidRequestError(
        f"The request's body is nested more than {_DEEPEST} levels deep.", code="too_deep"
    )
