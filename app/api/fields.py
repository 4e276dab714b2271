"""The parts of a request as marshmallow fields that read with ``app.inputs``.

A field raises ``InvalidRequestError`` itself, so that every fault keeps its own code, and the
first one found is answered. ``Strict`` turns the faults that marshmallow finds (something
missing, something unknown) into the same kind.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from apiflask import Schema
from marshmallow import RAISE, ValidationError, fields

from app.bookings.questions import Guest
from app.inputs import emails, numbers, texts, zones
from booking_types.errors import InvalidRequestError
from booking_types.model import Platform
from booking_types.salesforce_ids import salesforce_id

#: More people than this are an event, not a meeting.
MOST_GUESTS = 20
#: Far more than a form has fields.
MOST_ANSWERS = 100
#: Far more than any booking type allows; it only keeps requests small.
MOST_IDS = 50


class Strict(Schema):
    """A schema that answers its first fault as ``InvalidRequestError``."""

    class Meta:
        """Nothing unknown is overlooked."""

        unknown = RAISE

    def handle_error(
        self,
        error: ValidationError,
        data: Any,
        *,
        many: bool,  # noqa: ARG002 - marshmallow's signature
        **_: Any,
    ) -> None:
        """Raise what marshmallow found as ours."""
        names = list(error.messages) if isinstance(error.messages, dict) else []
        name = str(names[0]) if names else ""
        known = {field.data_key or own for own, field in self.fields.items()}
        if name not in known:
            raise unknown_field(name)
        if name not in data:
            raise _missing(name)
        raise InvalidRequestError(
            "This cannot be null; leave it out instead.", code="invalid_type", field=name
        )


def _missing(name: str) -> InvalidRequestError:
    if name == "time_zone":
        return InvalidRequestError(
            "Say in which time zone the meeting was agreed, like America/New_York.",
            code="timezone_required",
            field=name,
        )
    return InvalidRequestError("This has to be given.", code="missing_field", field=name)


def unknown_field(name: str) -> InvalidRequestError:
    """The error for something that was given and is not known."""
    return InvalidRequestError(
        f"“{name[:80]}” is nothing this address takes; check its spelling.",
        code="field_not_allowed",
        field=name[:80],
    )


class Line(fields.String):
    """One line of text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:  # noqa: ARG002 - marshmallow's signature
        return texts.line(value, field=attr or "")


class Paragraphs(fields.String):
    """Text of several lines."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:  # noqa: ARG002 - marshmallow's signature
        return texts.paragraphs(value, field=attr or "")


class Raw(fields.String):
    """A text that is read once its neighbours are known (times need their zone)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:  # noqa: ARG002 - marshmallow's signature
        if not isinstance(value, str):
            raise InvalidRequestError("This must be a text.", code="invalid_type", field=attr)
        return value


class TimeZone(fields.String):
    """An IANA time zone, in its present spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:  # noqa: ARG002 - marshmallow's signature
        return zones.time_zone(value, field=attr or "")


class SalesforceId(fields.String):
    """A Salesforce id, with its 18 characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:  # noqa: ARG002 - marshmallow's signature
        return read_salesforce_id(value, field=attr or "")


class OurId(fields.String):
    """An id of ours."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        try:
            # Python would also read braces, a urn and no dashes.
            found = UUID(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or str(found) != value.lower():
            raise InvalidRequestError(
                "This must be an id like 0b9c2f1e-….", code="invalid_id", field=attr
            )
        return found


class Minutes(fields.Integer):
    """A duration in whole minutes, as a JSON number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        return numbers.minutes(value, field=attr or "")


class MinutesInAddress(fields.Integer):
    """A duration in whole minutes, in a query."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        number = numbers.number_in_address(value, field=attr or "")
        return numbers.minutes(number, field=attr or "")


class PageSize(fields.Integer):
    """How many bookings a page has at most."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:  # noqa: ARG002 - marshmallow's signature
        return numbers.page_size(value, field=attr or "")


class Switch(fields.Boolean):
    """Yes or no, in a query."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:  # noqa: ARG002 - marshmallow's signature
        return numbers.switch(value, field=attr or "")


class PlatformName(fields.String):
    """Where the meeting takes place."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        known = {platform.value: platform for platform in Platform}
        if not isinstance(value, str) or value not in known:
            raise InvalidRequestError(
                f"This must be one of {', '.join(known)}.",
                code="invalid_platform" if isinstance(value, str) else "invalid_type",
                field=attr,
            )
        return known[value]


class SalesforceIds(fields.List[Any]):
    """Salesforce ids, each once, in a JSON list."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        name = attr or ""
        items = _items(value, most=MOST_IDS, field=name)
        found = [
            read_salesforce_id(item, field=f"{name}[{position}]")
            for position, item in enumerate(items)
        ]
        return tuple(dict.fromkeys(found))


class SalesforceIdsInAddress(fields.List[Any]):
    """Salesforce ids, each once, in a query: with commas, or the parameter repeated."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        given = [part for each in value for part in str(each).split(",") if part]
        items = _items(given, most=MOST_IDS, field=attr or "")
        return tuple(dict.fromkeys(read_salesforce_id(item, field=attr or "") for item in items))


class Guests(fields.List[Any]):
    """Guests, each address once: the first of equal ones stays, upper case or not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        found: dict[str, Guest] = {}
        for position, item in enumerate(_items(value, most=MOST_GUESTS, field=attr or "")):
            guest = _guest(item, place=f"{attr}[{position}]")
            found.setdefault(guest.email.casefold(), guest)
        return tuple(found.values())


class Answers(fields.Dict):
    """What was entered in a booking form: texts, numbers, yes and no, by the fields' keys.

    Only what no field could take is refused here; the booking type's form decides about the rest.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        name = attr or ""
        if not isinstance(value, dict):
            raise InvalidRequestError("This must be an object.", code="invalid_type", field=name)
        if len(value) > MOST_ANSWERS:
            raise InvalidRequestError(
                f"At most {MOST_ANSWERS} are possible here.", code="too_many", field=name
            )
        return {key: _answer(each, place=f"{name}.{key[:80]}") for key, each in value.items()}


def _answer(value: Any, *, place: str) -> str | int | float | bool:
    if isinstance(value, str):
        return texts.paragraphs(value, field=place)
    if isinstance(value, bool | int | float):
        return value
    raise InvalidRequestError(
        "This must be a text, a number, or true or false; leave it out where nothing was entered.",
        code="invalid_type",
        field=place,
    )


class Claim(fields.Boolean):
    """True or false, as JSON has it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:  # noqa: ARG002 - marshmallow's signature
        if not isinstance(value, bool):
            raise InvalidRequestError(
                "This must be true or false.", code="invalid_type", field=attr
            )
        return value


def _guest(item: Any, *, place: str) -> Guest:
    if not isinstance(item, dict):
        raise InvalidRequestError("A guest is an object.", code="invalid_type", field=place)
    for name in item:
        if name not in ("email", "name"):
            raise unknown_field(f"{place}.{name}")
    if "email" not in item:
        raise _missing(f"{place}.email")
    return Guest(
        email=emails.guest_email(item["email"], field=f"{place}.email"),
        name=texts.line(item.get("name", ""), field=f"{place}.name"),
    )


def read_salesforce_id(value: Any, *, field: str) -> str:
    """The id with its 18 characters.

    Raises:
        InvalidRequestError: ``invalid_type`` or ``invalid_salesforce_id``.
    """
    if not isinstance(value, str):
        raise InvalidRequestError("This must be a text.", code="invalid_type", field=field)
    return salesforce_id(value, field=field)


def minutes_of(length: timedelta | None) -> int | None:
    """A duration as whole minutes."""
    return None if length is None else int(length / timedelta(minutes=1))


def _items(value: Any, *, most: int, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidRequestError("This must be a list.", code="invalid_type", field=field)
    if len(value) > most:
        raise InvalidRequestError(
            f"At most {most} are possible here.", code="too_many", field=field
        )
    return value
