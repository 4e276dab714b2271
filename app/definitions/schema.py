"""The form of a booking type's definition as JSON Schema, for editors and files.

Made from ``booking_types.model``: its types, its defaults, and what its docstrings say of each
member. It says what a definition looks like; whether it makes sense is for ``judging`` and
``org``.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from app.definitions.upgrades import SCHEMA_VERSION
from booking_types.model import BookingType

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_LEAVES: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    time: {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"},
    timedelta: {
        "type": "string",
        "format": "duration",
        "pattern": "^P(?=.)([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$",
    },
}

_PATH = r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}$"
_API_NAME = "^[A-Za-z][A-Za-z0-9_]*$"
_LINE = {"minLength": 1, "maxLength": 80}
_LIMIT = {"minimum": 1}

#: What a member's type does not say of it, by type and member.
_MORE: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "BookingType": {
        "key": {
            "pattern": "^[a-z0-9]+([-_][a-z0-9]+)*$",
            "maxLength": 80,
            "examples": ["discovery-call"],
        },
        "name": {**_LINE, "examples": ["Discovery call"]},
        "object_name": {"pattern": _API_NAME, "examples": ["Lead", "Project__c"]},
        "durations": {"minItems": 1, "maxItems": 20, "uniqueItems": True, "examples": [["PT30M"]]},
        "increment": {"examples": ["PT15M"]},
        "booking_window": {"examples": ["P60D"]},
        "minimum_notice": {"examples": ["PT2H"]},
        "time_zone": {"examples": ["Europe/Berlin"]},
        "daily_limit": _LIMIT,
        "weekly_limit": _LIMIT,
        "guest_email_path": {"pattern": _PATH, "examples": ["Email", "Contact.Email"]},
        "guest_name_path": {"pattern": _PATH, "examples": ["Name"]},
        "guest_time_zone_path": {"pattern": _PATH, "examples": ["Time_Zone__c"]},
        "panel_roles": {"maxItems": 10},
        "form": {"maxItems": 50},
        "subject": {"examples": ["Demo for {{ record.Company }}"]},
    },
    "Clause": {"field": {"examples": ["Industry", "Account.Industry", "$User.Department"]}},
    "RecordFilter": {"logic": {"examples": ["1 AND (2 OR NOT 3)"]}},
    "HostRule": {"lookup_paths": {"maxItems": 10, "examples": [["Account.OwnerId", "OwnerId"]]}},
    "CoHostRule": {"most": {"maximum": 20}},
    "PanelRole": {
        "key": {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80},
        "name": _LINE,
    },
    "WorkingHours": {"time_zone": {"examples": ["Europe/Berlin"]}, "spans": {"minItems": 1}},
    "WorkingSpan": {
        "weekday": {"minimum": 1, "maximum": 7},
        "start": {"examples": ["09:00"]},
        "end": {"examples": ["17:00"]},
    },
    "DaySpan": {
        "start": {"description": "Local time at which it begins.", "examples": ["09:00"]},
        "end": {
            "description": "Local time at which it ends; not after the start: on the next day.",
            "examples": ["12:30"],
        },
    },
    "HolidayRule": {
        "calendar": {"pattern": "^([A-Z]{2}(-[A-Za-z0-9]+)?)?$", "examples": ["US", "DE-BY"]}
    },
    "Holiday": {"name": _LINE},
    "FormField": {
        "key": {"pattern": _API_NAME, "maxLength": 40, "examples": ["budget"]},
        "label": _LINE,
        "help": {"maxLength": 255},
        "choices": {"uniqueItems": True, "maxItems": 200},
        "default_path": {"pattern": _PATH},
        "record_field": {"pattern": _API_NAME},
    },
    "ConsentRule": {"text": {"minLength": 1, "maxLength": 4000}},
    "RecordUpdate": {"field": {"pattern": _API_NAME, "examples": ["Status"]}},
}


def json_schema() -> dict[str, Any]:
    """The schema of a definition in the present form, draft 2020-12."""
    found: dict[str, Any] = {}
    body = _object(BookingType, found)
    body["properties"] = {
        "$schema": {"type": "string", "description": "Where an editor finds this schema."},
        "schema_version": {
            "type": "integer",
            "const": SCHEMA_VERSION,
            "description": "The form of this definition; without it, the present one.",
        },
        **body["properties"],
    }
    return {"$schema": _DIALECT, **body, "$defs": dict(sorted(found.items()))}


def _object(kind: type[Any], found: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    described = _attributes(kind)
    properties: dict[str, Any] = {}
    required: list[str] = []
    for each in dataclasses.fields(kind):
        more = _MORE.get(kind.__name__, {}).get(each.name, {})
        properties[each.name] = {
            "title": each.name.replace("_", " ").capitalize(),
            "description": described[each.name],
            **_with(_schema(hints[each.name], found), more),
        }
        if each.default is not dataclasses.MISSING:
            properties[each.name]["default"] = _plain(each.default)
        elif each.default_factory is not dataclasses.MISSING:
            properties[each.name]["default"] = _plain(each.default_factory())
        else:
            required.append(each.name)
    body: dict[str, Any] = {
        "title": kind.__name__,
        "description": _first_sentence(kind),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return body | ({"required": required} if required else {})


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return _length(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return msgspec.json.decode(msgspec.json.encode(value))


def _length(value: timedelta) -> str:
    """A length of whole minutes as people write it: ``PT1H30M``."""
    hours, minutes = divmod(value // timedelta(minutes=1) % 1440, 60)
    time = f"{f'{hours}H' * bool(hours)}{f'{minutes}M' * bool(minutes)}"
    days = f"{value.days}D" * bool(value.days)
    return f"P{days}{'T' * bool(time)}{time}" if days or time else "PT0M"


def _with(schema: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """A member's schema with what more is known of it; limits are for what is no null."""
    of_member = ("examples", "description")
    own = {name: value for name, value in more.items() if name not in of_member}
    options = schema.get("anyOf")
    if options is not None and own:
        options = [each if each == {"type": "null"} else each | own for each in options]
        schema = schema | {"anyOf": options}
    else:
        schema = schema | own
    return schema | {name: value for name, value in more.items() if name in of_member}


def _schema(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    if isinstance(kind, types.UnionType):
        return {"anyOf": [_schema(each, found) for each in typing.get_args(kind)]}
    if kind is types.NoneType:
        return {"type": "null"}
    if typing.get_origin(kind) is tuple:
        return {"type": "array", "items": _schema(typing.get_args(kind)[0], found)}
    if kind in _LEAVES:
        return dict(_LEAVES[kind])
    name = kind.__name__
    if name not in found:
        found[name] = {}  # its place, should it refer to itself
        found[name] = _words(kind) if issubclass(kind, StrEnum) else _object(kind, found)
    return {"$ref": f"#/$defs/{name}"}


def _words(kind: type[StrEnum]) -> dict[str, Any]:
    return {
        "title": kind.__name__,
        "description": _first_sentence(kind),
        "type": "string",
        "enum": [each.value for each in kind],
    }


def _first_sentence(kind: type) -> str:
    return " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())


def _attributes(kind: type) -> dict[str, str]:
    """What the docstring says of each member."""
    _, _, text = (inspect.getdoc(kind) or "").partition("Attributes:")
    found: dict[str, str] = {}
    for names, words in re.findall(r"^    (\w+(?:, \w+)*):(.*(?:\n {6,}.*)*)", text, re.MULTILINE):
        for name in names.split(", "):
            found[name] = " ".join(words.split())
    own = {each.name: "" for each in dataclasses.fields(kind)}
    return own | found
