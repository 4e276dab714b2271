"""IANA time zones by name, in the one spelling that is stored.

Older spellings (``US/Pacific``, ``Europe/Kiev``) are understood and replaced by the present one.
A name that some country has a clock for stays as it is even where the database keeps only one
set of rules for several countries: nobody in Amsterdam wants to read Brussels.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from booking_types.errors import InvalidRequestError
from booking_types.local_time import zone_named

#: Longer than any name there is.
_MOST_CHARACTERS = 64

#: The database would follow this one to another continent.
_OWN_COUNTRY = {"Iceland": "Atlantic/Reykjavik"}


class UnknownTimeZoneError(InvalidRequestError):
    """No time zone has this name.

    Attributes:
        suggestion: The one that was probably meant; empty when there is no telling.
    """

    code = "unknown_timezone"

    def __init__(self, message: str, *, field: str, suggestion: str = "") -> None:
        super().__init__(message, field=field)
        self.suggestion = suggestion


def time_zone(value: object, *, field: str) -> str:
    """The zone's present name.

    Args:
        value: An IANA name in its exact case.
        field: Named in the error.

    Raises:
        InvalidRequestError: ``invalid_type``, or ``unknown_timezone`` (with a suggestion where
            it is a Windows name or differs by its case).
    """
    if not isinstance(value, str):
        raise InvalidRequestError("This must be a text.", code="invalid_type", field=field)
    if not value.isprintable() or not 0 < len(value) <= _MOST_CHARACTERS:
        raise UnknownTimeZoneError(
            "Name a time zone by its place, like America/New_York.", field=field
        )
    if value not in _names():
        raise _unknown(value, field)
    zone_named(value, field=field)
    return _canonical(value)


def zone(name: str) -> ZoneInfo:
    """The zone of a name that ``time_zone`` has given."""
    return ZoneInfo(name)


def _unknown(value: str, field: str) -> UnknownTimeZoneError:
    suggestion = _suggestions().get(value.casefold(), "")
    hint = f"Did you mean {suggestion}?" if suggestion else "Name a place, like America/New_York."
    return UnknownTimeZoneError(
        f"“{value}” is no IANA time zone. {hint}", field=field, suggestion=suggestion
    )


def _canonical(name: str) -> str:
    if name in _OWN_COUNTRY:
        return _OWN_COUNTRY[name]
    places, links = _places(), _links()
    while name not in places and name in links:
        name = links[name]
    return name


# ------------------------------------------------------- the tables of the pinned database


def _lines(file_name: str) -> list[str]:
    text = resources.files("tzdata").joinpath("zoneinfo", file_name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


@cache
def _places() -> frozenset[str]:
    """The names that are somebody's place today."""
    return frozenset(
        line.split("\t")[2] for name in ("zone.tab", "zone1970.tab") for line in _lines(name)
    )


@cache
def _links() -> dict[str, str]:
    """Older or other names, and where they lead."""
    lines = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {name: target for _, target, name in lines}


@cache
def _suggestions() -> dict[str, str]:
    found = {name.casefold(): _canonical(name) for name in _names()}
    # The table is CLDR's windowsZones (territory 001), as icalendar ships it.
    found.update((name.casefold(), _canonical(iana)) for name, iana in WINDOWS_TO_OLSON.items())
    return found
