"""Custom objects and fields: from the package's metadata, and from what a seed declares."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from connectors.sandbox.salesforce.schema import Field, SObject, owner_field, system_fields

_METADATA = Path(__file__).resolve().parents[3] / "salesforce_package/force-app/main/default"
_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_OBJECTS = _METADATA / "objects"

#: Metadata's word for a type to the API's.
_TYPES = {
    "Text": "string",
    "AutoNumber": "string",
    "TextArea": "textarea",
    "LongTextArea": "longtextarea",
    "Html": "richtextarea",
    "EncryptedText": "encryptedstring",
    "Email": "email",
    "Phone": "phone",
    "Url": "url",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Lookup": "reference",
    "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist",
}
_LENGTHS = {"Email": 80, "Phone": 40, "Url": 255, "TextArea": 255, "Picklist": 255}


def custom_field(definition: Mapping[str, Any]) -> Field:
    """A custom field from metadata's words, whether they come from XML or a seed.

    Args:
        definition: ``fullName``, ``label``, ``type`` and what the type needs (``length``,
            ``referenceTo``, ``relationshipName``, ``values``, ``restricted``, ``required``,
            ``unique``, ``externalId``, ``defaultValue`` of a checkbox). With ``formula`` nobody
            writes it; its values are seeded, none is calculated.

    Raises:
        KeyError: There is no such type of field.
    """
    name, kind = definition["fullName"], definition["type"]
    is_lookup = kind == "Lookup"
    is_calculated = bool(definition.get("formula"))
    is_written = kind != "AutoNumber" and not is_calculated
    return Field(
        name=name,
        label=definition.get("label", name),
        type=_TYPES[kind],
        length=int(definition.get("length", _LENGTHS.get(kind, 0))),
        references=(definition["referenceTo"],) if is_lookup else (),
        relationship=name.removesuffix("__c") + "__r" if is_lookup else "",
        children=definition["relationshipName"] + "__r"
        if is_lookup and definition.get("relationshipName")
        else "",
        picklist=tuple(definition.get("values", ())),
        is_restricted=_is_true(definition.get("restricted", False)),
        is_required=_is_true(definition.get("required", False)),
        is_unique=_is_true(definition.get("unique", False)),
        is_external_id=_is_true(definition.get("externalId", False)),
        is_creatable=is_written,
        is_updateable=is_written,
        is_calculated=is_calculated,
        is_ticked=kind == "Checkbox" and _is_true(definition.get("defaultValue", False)),
        scale=int(definition.get("scale", 0)),
    )


def custom_object(definition: Mapping[str, Any], *, prefix: str) -> SObject:
    """A custom object from metadata's words.

    Args:
        definition: ``fullName``, ``label``, ``enableActivities``, ``nameField`` (a field's
            definition without a name) and ``fields``.
        prefix: Of its rows' ids; the org gives them out in turn from ``a00`` on.
    """
    name_field = {"label": "Name", "type": "Text", "length": 80} | dict(
        definition.get("nameField", {})
    )
    fields = dict(system_fields())
    fields["OwnerId"] = owner_field(allows_queues=True)
    fields["Name"] = custom_field({**name_field, "fullName": "Name"})
    for each in definition.get("fields", ()):
        made = custom_field(each)
        fields[made.name] = made
    return SObject(
        name=definition["fullName"],
        label=definition.get("label", definition["fullName"]),
        prefix=prefix,
        fields=fields,
        has_activities=_is_true(definition.get("enableActivities", False)),
        is_custom=True,
    )


def _is_true(value: Any) -> bool:
    return value is True or value == "true"


@functools.cache
def package_objects() -> tuple[dict[str, Any], ...]:
    """The custom objects of the package, in metadata's words."""
    found = []
    for path in sorted(_OBJECTS.glob("*/*.object-meta.xml")):
        definition = _read(path)
        definition["fullName"] = path.parent.name
        definition["fields"] = _fields(path.parent)
        found.append(definition)
    return tuple(found)


@functools.cache
def packaged_fields() -> frozenset[str]:
    """The package's own fields (``Booking__c.Host__c``)."""
    own = {
        f"{definition['fullName']}.{each['fullName']}"
        for definition in package_objects()
        for each in definition["fields"]
    }
    return frozenset(own | {f"Event.{each.name}" for each in activity_fields()})


@functools.cache
def package_grants() -> dict[str, dict[str, bool]]:
    """The package's permission sets: which fields each lets one read, and whether to change them."""
    suffix = ".permissionset-meta.xml"
    return {
        path.name.removesuffix(suffix): _grants(path)
        for path in sorted((_METADATA / "permissionsets").glob(f"*{suffix}"))
    }


def _grants(path: Path) -> dict[str, bool]:
    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own files
    grants = [_value(each) for each in root.iter(f"{_NAMESPACE}fieldPermissions")]
    return {
        each["field"]: _is_true(each["editable"]) for each in grants if _is_true(each["readable"])
    }


@functools.cache
def activity_fields() -> tuple[Field, ...]:
    """The custom fields of activities: Events have them all."""
    return tuple(custom_field(each) for each in _fields(_OBJECTS / "Activity"))


def with_fields(known: SObject, added: tuple[Field, ...]) -> SObject:
    """The object with further fields."""
    return dataclasses.replace(known, fields={**known.fields, **{f.name: f for f in added}})


def _fields(folder: Path) -> list[dict[str, Any]]:
    return [_read(path) for path in sorted(folder.glob("fields/*.field-meta.xml"))]


def _read(path: Path) -> dict[str, Any]:
    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own files
    return {_plain(child.tag): _value(child) for child in root}


def _value(element: ElementTree.Element) -> Any:
    if len(element):
        return {_plain(child.tag): _value(child) for child in element}
    return element.text or ""


def _plain(tag: str) -> str:
    return tag.removeprefix(_NAMESPACE)
