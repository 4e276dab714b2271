"""Who may do what with a record, and the rows of UserRecordAccess.

Default: public read/write, handing over to the owner alone except for leads and cases (public
read/write/transfer). A row with ``readers`` is private to them, its editors and its owner; one
with ``editors`` is read-only to the others. Source: Salesforce Help, "Organization-Wide Sharing
Defaults".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.salesforce.state import Org, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What one user may do with one record."""

    read: bool = False
    edit: bool = False
    transfer: bool = False


def access(org: Org, *, user_id: str, object_name: str, row: Row) -> Access:
    """What the user may do with the row."""
    user = org.row("User", user_id)
    if user is None or not user.values.get("IsActive"):
        return Access()
    if user_id in org.admins or row.values.get("OwnerId") == user_id:
        return Access(read=True, edit=True, transfer=True)
    is_editor = row.editors is None or user_id in row.editors
    may_edit = is_editor and (row.readers is None or row.editors is not None)
    may_read = may_edit or row.readers is None or user_id in row.readers
    known = org.schema.objects[object_name]
    return Access(read=may_read, edit=may_edit, transfer=may_edit and known.transferable)


def access_rows(org: Org, *, viewer_id: str, user_id: str, record_ids: list[str]) -> list[Row]:
    """The rows of UserRecordAccess for one user; records the viewer cannot see are left out."""
    rows = []
    for record_id in record_ids:
        known = org.schema.by_prefix(record_id[:3])
        row = org.row(known.name, record_id) if known else None
        if known is None or row is None or row.is_deleted:
            continue
        if not access(org, user_id=viewer_id, object_name=known.name, row=row).read:
            continue
        rows.append(Row(_access_values(org, user_id, known.name, row)))
    return rows


def _access_values(org: Org, user_id: str, object_name: str, row: Row) -> dict[str, Any]:
    may = access(org, user_id=user_id, object_name=object_name, row=row)
    is_everything = may.transfer and (user_id in org.admins or row.values.get("OwnerId") == user_id)
    level = "None"
    for name, is_allowed in (
        ("Read", may.read),
        ("Edit", may.edit),
        ("Transfer", may.transfer),
        ("All", is_everything),
    ):
        level = name if is_allowed else level
    return {
        "Id": row.id,
        "UserId": user_id,
        "RecordId": row.id,
        "HasReadAccess": may.read,
        "HasEditAccess": may.edit,
        "HasDeleteAccess": is_everything,
        "HasTransferAccess": may.transfer,
        "HasAllAccess": is_everything,
        "MaxAccessLevel": level,
    }
