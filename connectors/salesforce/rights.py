"""Which fields a user may not see: field-level security.

Source: Object Reference, FieldPermissions, PermissionSet, PermissionSetAssignment. A row grants a field
to those to whom its permission set is assigned; a profile has a permission set too, and its users
the assignment. Where describe says that a field is not ``permissionable`` there are no rows, and
everybody who sees the record sees the field. Parts of an address call themselves permissionable
and have no rows either; the address has (seen in orgs, documented nowhere).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.protocols import CrmPath
from connectors.salesforce import answers
from connectors.salesforce.descriptions import Descriptions
from connectors.salesforce.records import Records
from connectors.salesforce.statements import soql
from connectors.salesforce.wire import Wire

_OPERATION = "read field permissions"
#: An administrator's change is seen this late.
_KEPT = timedelta(minutes=5)
#: So many answers are kept: users times objects.
_MOST_KEPT = 10_000

_USER = "SELECT Id, IsActive FROM User WHERE Id = {user_id}"
_GRANTED = (
    "SELECT SobjectType, Field FROM FieldPermissions WHERE PermissionsRead = true"
    " AND SobjectType IN {objects}"
    " AND ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment"
    " WHERE AssigneeId = {user_id})"
)


@dataclass(frozen=True, slots=True)
class _Granted:
    """What a user may see of one object.

    Attributes:
        known_at: When it was asked.
        fields: The granted ones; nothing at all for somebody who is no active user.
    """

    known_at: datetime
    fields: frozenset[str] | None


class FieldRights:
    """Asks for grants, and keeps them for some minutes.

    Args:
        wire: Asks the org.
        records: Follows paths.
        descriptions: Which fields have rights of their own.
        clock: What time it is.
    """

    def __init__(
        self,
        *,
        wire: Wire,
        records: Records,
        descriptions: Descriptions,
        clock: Callable[[], datetime],
    ) -> None:
        self._wire = wire
        self._records = records
        self._descriptions = descriptions
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], _Granted] = {}

    def hidden(self, *, user_id: str, object_name: str, paths: Collection[str]) -> frozenset[str]:
        """As ``connectors.protocols.Crm.hidden_paths``."""
        if not paths:
            return frozenset()
        found = self._records.paths(object_name=object_name, paths=paths)
        objects = {step[0] for each in found.values() for step in each.steps}
        granted = self._granted(user_id, objects | {object_name})
        return frozenset(path for path, each in found.items() if not self._is_seen(each, granted))

    def _is_seen(self, path: CrmPath, granted: dict[str, frozenset[str] | None]) -> bool:
        return path.field is not None and all(
            self._is_granted(name, field_name, granted[name]) for name, field_name in path.steps
        )

    def _is_granted(
        self, object_name: str, field_name: str, granted: frozenset[str] | None
    ) -> bool:
        if granted is None:
            return False
        known = self._descriptions.object(object_name).fields[field_name]
        if not known.has_own_rights or field_name in granted:
            return True
        return bool(known.part_of) and known.part_of in granted

    def _granted(self, user_id: str, objects: Collection[str]) -> dict[str, frozenset[str] | None]:
        """The granted fields by object."""
        now = self._clock()
        with self._lock:
            kept = {name: self._kept.get((user_id, name)) for name in objects}
        found = {
            name: each.fields for name, each in kept.items() if each and now - each.known_at < _KEPT
        }
        missing = sorted(set(objects) - set(found))
        if missing:
            asked = self._ask(user_id, missing)
            with self._lock:
                if len(self._kept) + len(asked) > _MOST_KEPT:
                    self._kept.clear()
                self._kept |= {
                    (user_id, name): _Granted(now, fields) for name, fields in asked.items()
                }
            found |= asked
        return found

    def _ask(self, user_id: str, objects: Iterable[str]) -> dict[str, frozenset[str] | None]:
        statements = {
            "user": soql(_USER, user_id=user_id),
            "granted": soql(_GRANTED, user_id=user_id, objects=list(objects)),
        }
        rows = self._wire.queries(statements, operation=_OPERATION)
        with answers.sense(_OPERATION):
            if not any(row["IsActive"] is True for row in rows["user"]):
                return dict.fromkeys(objects)
            fields: dict[str, set[str]] = {name: set() for name in objects}
            for row in rows["granted"]:
                name, _, field_name = str(row["Field"]).partition(".")
                fields.setdefault(name, set()).add(field_name)
        return {name: frozenset(fields[name]) for name in objects}
