"""What an org's objects and fields are: their types, lengths and rules.

Standard objects are declared in ``standard``, custom ones are read from the package's own
metadata (``package``) or declared when an org is seeded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

#: Types that hold an id or text; the rest are numbers, booleans and times.
TEXTS = frozenset({"string", "textarea", "email", "phone", "url", "picklist", "combobox", "id"})
NUMBERS = frozenset({"int", "double", "currency", "percent"})
#: Source: SOQL and SOSL Reference, "fieldExpression": no long text area, encrypted or base64 field;
#: compound fields: Object Reference, "Compound Fields".
UNFILTERABLE = frozenset({"longtextarea", "richtextarea", "encryptedstring", "address"})
#: Source: SOQL and SOSL Reference, "ORDER BY".
_UNSORTABLE = UNFILTERABLE | {"multipicklist"}
#: Source: Object Reference, the property "Group" of the fields there, which numbers with digits
#: after the point, times and long texts lack; SOQL and SOSL Reference, "Considerations for GROUP BY".
_UNGROUPABLE = _UNSORTABLE | {"double", "currency", "percent", "datetime"}
#: Source: SOQL and SOSL Reference, "Support for Field Types in Aggregate Functions".
_UNAGGREGATABLE = _UNSORTABLE | {"boolean"}
#: Everybody who sees a record sees these; so do required fields and those that only Salesforce fills.
#: Source: Object Reference, FieldPermissions (which fields have no rows).
_SEEN_BY_ALL = frozenset(
    {
        "Id",
        "IsDeleted",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
        "OwnerId",
        "Name",
        "FirstName",
        "LastName",
        "Salutation",
    }
)
#: What describe calls a type of ours.
_DESCRIBED = {"longtextarea": "textarea", "richtextarea": "textarea"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    Attributes:
        name: API name.
        label: What people see.
        type: Salesforce's word; ``longtextarea`` is said as ``textarea`` to the outside.
        length: At most so many characters; 0 where that means nothing.
        references: Objects a lookup may point to; several make it polymorphic.
        relationship: Name in dotted paths.
        children: Name of the reverse relationship on the objects it points to.
        picklist: Values of a picklist.
        is_restricted: No other value is taken.
        is_required: A new row must have it.
        is_unique: No two rows may have the same.
        is_external_id: Rows can be upserted by it.
        is_creatable: It can be given to a new row.
        is_updateable: It can be changed.
        is_calculated: It is a formula.
        compound: The address it is a part of; rights are given to that.
        is_ticked: A checkbox that is ticked on new rows unless they say otherwise.
        scale: Digits after the point that pages show, for numbers.
    """

    name: str
    label: str
    type: str
    length: int = 0
    references: tuple[str, ...] = ()
    relationship: str = ""
    children: str = ""
    picklist: tuple[str, ...] = ()
    is_restricted: bool = False
    is_required: bool = False
    is_unique: bool = False
    is_external_id: bool = False
    is_creatable: bool = True
    is_updateable: bool = True
    is_calculated: bool = False
    compound: str = ""
    is_ticked: bool = False
    scale: int = 0

    @property
    def is_filterable(self) -> bool:
        """Whether a query may filter by it."""
        return self.type not in UNFILTERABLE

    @property
    def is_sortable(self) -> bool:
        """Whether a query may sort by it."""
        return self.type not in _UNSORTABLE

    @property
    def is_groupable(self) -> bool:
        """Whether a query may group by it; no formula can be."""
        return self.type not in _UNGROUPABLE and not self.is_calculated

    @property
    def is_aggregatable(self) -> bool:
        """Whether an aggregate function takes it."""
        return self.type not in _UNAGGREGATABLE

    @property
    def is_polymorphic(self) -> bool:
        """Whether its path leads to the ``Name`` object."""
        return len(self.references) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SObject:
    """One object.

    Attributes:
        name: API name.
        label: What people see.
        prefix: First three characters of its rows' ids; empty for objects without rows.
        has_activities: Events may be related to its rows.
        fields: By API name.
        is_createable: Rows can be made over the API.
        is_updateable: Rows can be changed over the API.
        is_custom: Its name ends in ``__c``.
        transferable: Who may edit may hand over as well (Lead and Case by default).
        is_setup: It belongs to the org's setup: nobody is given rights to its fields one by one.
        is_hidden: The user who asks may not even know it.
    """

    name: str
    label: str
    prefix: str
    fields: dict[str, Field]
    has_activities: bool = False
    is_createable: bool = True
    is_updateable: bool = True
    is_custom: bool = False
    transferable: bool = False
    is_setup: bool = False
    is_hidden: bool = False

    def has_own_rights(self, kind: Field) -> bool:
        """Whether rights to the field are given one by one."""
        if self.is_setup or kind.is_required or kind.name in _SEEN_BY_ALL:
            return False
        return kind.name.endswith("__c") or kind.is_creatable or kind.type == "address"

    def field(self, name: str) -> Field | None:
        """The field, whatever the case of its name: SOQL and JSON do not care about case."""
        found = self.fields.get(name)
        if found is not None:
            return found
        folded = name.casefold()
        return next((f for f in self.fields.values() if f.name.casefold() == folded), None)

    def lookup(self, relationship: str) -> Field | None:
        """The lookup by the name it has in dotted paths."""
        folded = relationship.casefold()
        for candidate in self.fields.values():
            if candidate.relationship and candidate.relationship.casefold() == folded:
                return candidate
        return None


@dataclass(slots=True)
class Schema:
    """All objects of one org."""

    objects: dict[str, SObject] = field(default_factory=dict)

    def get(self, name: str) -> SObject | None:
        """The object, whatever the case of its name."""
        found = self.objects.get(name)
        if found is not None:
            return found
        folded = name.casefold()
        return next((o for o in self.objects.values() if o.name.casefold() == folded), None)

    def by_prefix(self, prefix: str) -> SObject | None:
        """The object whose ids begin so."""
        return next((o for o in self.objects.values() if o.prefix == prefix), None)

    def child(self, parent: SObject, relationship: str) -> tuple[SObject, Field] | None:
        """The object and lookup behind a child relationship (``PermissionSetAssignments``)."""
        folded = relationship.casefold()
        for candidate, lookup in self.children(parent):
            if lookup.children.casefold() == folded:
                return candidate, lookup
        return None

    def children(self, parent: SObject) -> Iterable[tuple[SObject, Field]]:
        """All child relationships of an object."""
        for candidate in self.objects.values():
            for lookup in candidate.fields.values():
                if not lookup.children:
                    continue
                if parent.name in lookup.references or self._relates(candidate, lookup, parent):
                    yield candidate, lookup

    @staticmethod
    def _relates(child: SObject, lookup: Field, parent: SObject) -> bool:
        return child.name == "Event" and lookup.name == "WhatId" and takes_what(parent)

    def without(self, hidden: Iterable[str]) -> None:
        """Hide fields (``Lead.AnnualRevenue``) as field-level security does."""
        for path in hidden:
            name, _, field_name = path.partition(".")
            known = self.objects[name]
            fields = {k: v for k, v in known.fields.items() if k != field_name}
            self.objects[name] = dataclasses.replace(known, fields=fields)

    def read_only(self, paths: Iterable[str]) -> None:
        """Make fields read-only, as field-level security does."""
        for path in paths:
            name, _, field_name = path.partition(".")
            known = self.objects[name]
            changed = dataclasses.replace(
                known.fields[field_name], is_creatable=False, is_updateable=False
            )
            self.objects[name] = dataclasses.replace(
                known, fields={**known.fields, field_name: changed}
            )


def takes_what(parent: SObject) -> bool:
    """Whether an Event's WhatId may point to it: everything with activities but people."""
    return parent.has_activities and parent.name not in ("Lead", "Contact")


def system_fields() -> dict[str, Field]:
    """The fields that every object has and nobody may write."""
    fixed: dict[str, Any] = {"is_creatable": False, "is_updateable": False}
    return {
        f.name: f
        for f in (
            Field(name="Id", label="Record ID", type="id", length=18, **fixed),
            Field(name="IsDeleted", label="Deleted", type="boolean", **fixed),
            Field(name="CreatedDate", label="Created Date", type="datetime", **fixed),
            Field(
                name="CreatedById",
                label="Created By ID",
                type="reference",
                references=("User",),
                relationship="CreatedBy",
                **fixed,
            ),
            Field(name="LastModifiedDate", label="Last Modified Date", type="datetime", **fixed),
            Field(name="SystemModstamp", label="System Modstamp", type="datetime", **fixed),
        )
    }


def owner_field(*, allows_queues: bool = False) -> Field:
    """The owner of a row: a user, or a queue as well."""
    return Field(
        name="OwnerId",
        label="Owner ID",
        type="reference",
        references=("Group", "User") if allows_queues else ("User",),
        relationship="Owner",
    )


def described(known: SObject, schema: Schema) -> dict[str, Any]:
    """An object as ``describe`` answers it; only what somebody here reads."""
    return {
        **summary(known),
        "fields": [_described_field(f, known, schema) for f in known.fields.values()],
        "childRelationships": [
            {
                "childSObject": child.name,
                "field": lookup.name,
                "relationshipName": lookup.children,
                "cascadeDelete": False,
            }
            for child, lookup in schema.children(known)
        ],
        "recordTypeInfos": [],
    }


def summary(known: SObject) -> dict[str, Any]:
    """An object as the global describe lists it."""
    return {
        "name": known.name,
        "label": known.label,
        "labelPlural": known.label + "s",
        "keyPrefix": known.prefix or None,
        "custom": known.is_custom,
        "createable": known.is_createable,
        "updateable": known.is_updateable,
        "deletable": known.is_createable,
        "queryable": True,
        "layoutable": True,
    }


def _described_field(known: Field, parent: SObject, schema: Schema) -> dict[str, Any]:
    references = list(known.references)
    if known.name == "WhatId":
        references = [o.name for o in schema.objects.values() if takes_what(o)]
    return {
        "name": known.name,
        "label": known.label,
        "type": _DESCRIBED.get(known.type, known.type),
        "length": known.length,
        "custom": known.name.endswith("__c"),
        "createable": known.is_creatable,
        "updateable": known.is_updateable,
        "nillable": not known.is_required and known.type not in ("boolean", "id"),
        "unique": known.is_unique,
        "externalId": known.is_external_id,
        "calculated": known.is_calculated,
        "permissionable": parent.has_own_rights(known),
        "compoundFieldName": known.compound if known.compound in parent.fields else None,
        "defaultedOnCreate": known.type == "boolean",
        "filterable": known.is_filterable,
        "sortable": known.is_sortable,
        "groupable": known.is_groupable,
        "aggregatable": known.is_aggregatable,
        "referenceTo": references,
        "relationshipName": known.relationship or None,
        "polymorphicForeignKey": known.is_polymorphic,
        "restrictedPicklist": known.is_restricted,
        "picklistValues": [
            {"active": True, "defaultValue": False, "label": value, "value": value}
            for value in known.picklist
        ],
        "scale": known.scale,
    }
