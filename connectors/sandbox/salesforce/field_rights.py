"""Who sees and changes which fields: field-level security.

Source: Object Reference, FieldPermissions, PermissionSet, PermissionSetAssignment; Salesforce Help,
"Field-Level Security". A user sees what at least one permission set that is assigned to them grants,
the one that belongs to their profile among them. A grant that does not even let one read is none, so
it has no row. Fields without rights of their own are seen by whoever sees the record. The parts of
an address have those of the address, and no rows, though describe calls them permissionable.

Nobody but the org's admins may look at the rows: FieldPermissions needs *View Setup and Configuration*. Admins,
the integration user among them, see every field here; in an org they too need grants.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.sandbox.salesforce.schema import Field, Schema, SObject
from connectors.sandbox.salesforce.state import Org, Row, made_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What one permission set grants.

    Attributes:
        grants_rest: It grants everything that is not named, except the package's own fields: as
            profiles do in an org whose admin never took anything away.
        hidden: Fields (``Lead.AnnualRevenue``) that it does not grant nevertheless.
        read_only: Fields that it lets one read but not change.
        granted: Fields that it grants, and whether to change them.
    """

    grants_rest: bool = False
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    granted: dict[str, bool] = field(default_factory=dict)

    def may_edit(self, path: str, *, is_packaged: bool) -> bool | None:
        """Whether it lets one change the field; nothing when not even read."""
        if path in self.granted:
            return self.granted[path]
        if path in self.hidden or is_packaged or not self.grants_rest:
            return None
        return path not in self.read_only


def rows(org: Org) -> list[Row]:
    """The rows of FieldPermissions."""
    found: list[Row] = []
    for set_id in sorted(org.rights):
        for known, kind in _with_rights(org.schema):
            may_edit = _may_edit(org, set_id, known, kind)
            if may_edit is None:
                continue
            values = {
                "Id": made_id("01k", len(found) + 1),
                "ParentId": set_id,
                "SobjectType": known.name,
                "Field": f"{known.name}.{kind.name}",
                "PermissionsRead": True,
                "PermissionsEdit": may_edit,
            }
            found.append(Row(values))
    return found


def schema_for(org: Org, user_id: str) -> Schema:
    """The org's objects as the user sees them."""
    if user_id in org.admins:
        return org.schema
    assigned = [
        str(row.values["PermissionSetId"])
        for row in org.live("PermissionSetAssignment")
        if row.values["AssigneeId"] == user_id
    ]
    return Schema({name: _seen(org, assigned, known) for name, known in org.schema.objects.items()})


def _seen(org: Org, assigned: list[str], known: SObject) -> SObject:
    if known.name == "FieldPermissions":
        return dataclasses.replace(known, is_hidden=True)
    fields = {}
    for kind in known.fields.values():
        if not known.has_own_rights(kind):
            fields[kind.name] = kind
            continue
        governing = known.fields.get(kind.compound, kind)
        grants = [_may_edit(org, each, known, governing) for each in assigned]
        if any(grant is not None for grant in grants):
            fields[kind.name] = kind if any(grants) else _read_only(kind)
    return dataclasses.replace(known, fields=fields)


def _read_only(kind: Field) -> Field:
    return dataclasses.replace(kind, is_creatable=False, is_updateable=False)


def _with_rights(schema: Schema) -> Iterator[tuple[SObject, Field]]:
    for known in schema.objects.values():
        for kind in known.fields.values():
            if known.has_own_rights(kind) and kind.compound not in known.fields:
                yield known, kind


def _may_edit(org: Org, set_id: str, known: SObject, kind: Field) -> bool | None:
    rights = org.rights.get(set_id)
    if rights is None:
        return None
    path = f"{known.name}.{kind.name}"
    may_edit = rights.may_edit(path, is_packaged=path in org.packaged)
    return may_edit if may_edit is None else may_edit and kind.is_updateable
