"""Makes, changes and removes records, with the rules that Salesforce applies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from connectors.sandbox.salesforce import events, sharing
from connectors.sandbox.salesforce.answers import Refused, deleted, no_rights, not_found
from connectors.sandbox.salesforce.schema import Field, SObject
from connectors.sandbox.salesforce.state import Org, Row, whole_id
from connectors.sandbox.salesforce.values import taken


class ManyMatchesError(Exception):
    """Several records have the external id; nothing is changed.

    Attributes:
        ids: Theirs.
    """

    def __init__(self, ids: list[str]) -> None:
        super().__init__("several records have that external id")
        self.ids = ids


class Writer:
    """Writes as one user.

    Args:
        org: Whose rows.
        user_id: Who writes; not a user while an org is seeded.
        now: What time it is.
        assigns: Assignment rules apply (``Sforce-Auto-Assign`` switches them off).
        is_seeding: Read-only fields may be given.
    """

    def __init__(
        self,
        org: Org,
        *,
        user_id: str,
        now: datetime,
        assigns: bool = True,
        is_seeding: bool = False,
    ) -> None:
        self._org = org
        self._user_id = user_id
        self._now = now
        self._assigns = assigns
        self._is_seeding = is_seeding

    # -------------------------------------------------------------------------- create

    def create(self, known: SObject, body: Mapping[str, Any], *, record_id: str = "") -> Row:
        """A new record.

        Raises:
            Refused: As Salesforce does.
        """
        if not known.is_createable and not self._is_seeding:
            raise Refused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {known.name}")
        given = self._taken(known, body, is_new=True)
        # The rules hold for fields too that the user does not see.
        known = self._org.schema.objects[known.name]
        values = self._blank(known, record_id or self._org.new_id(known.prefix)) | given
        self._default_owner(known, values, given)
        self._require(known, values)
        self._derive(known, values, set(given), is_new=True)
        self._check(known, values, own_id="")
        if known.name == "EventRelation":
            events.check_relation(self._org, values)
        row = Row(values)
        self._org.add(known.name, row)
        if known.name == "EventRelation":
            events.invited(self._org, row)
        return row

    def _blank(self, known: SObject, record_id: str) -> dict[str, Any]:
        values: dict[str, Any] = {
            f.name: f.is_ticked if f.type == "boolean" else None for f in known.fields.values()
        }
        values |= {
            "Id": record_id,
            "CreatedDate": self._now,
            "CreatedById": self._user_id or None,
            "LastModifiedDate": self._now,
            "SystemModstamp": self._now,
        }
        name = known.fields.get("Name")
        if known.is_custom and name is not None and not name.is_creatable:
            number = self._org.autonumbers.get(known.name, 0) + 1
            self._org.autonumbers[known.name] = number
            values["Name"] = f"B-{number:06d}"
        return values

    def _default_owner(
        self, known: SObject, values: dict[str, Any], given: Mapping[str, Any]
    ) -> None:
        if "OwnerId" not in known.fields:
            return
        values["OwnerId"] = given.get("OwnerId") or self._user_id or None
        if self._assigns and known.name in self._org.assigns:
            values["OwnerId"] = self._org.assigns[known.name]

    # -------------------------------------------------------------------------- change

    def update(self, known: SObject, row: Row, body: Mapping[str, Any]) -> None:
        """Change a record.

        Raises:
            Refused: As Salesforce does.
        """
        if not known.is_updateable and not self._is_seeding:
            raise Refused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {known.name}")
        given = self._taken(known, body, is_new=False)
        known = self._org.schema.objects[known.name]
        self._check_rights(known, row, given)
        if known.name == "Event":
            events.check_change(row, given)
        values = row.values | given
        if self._assigns and known.name in self._org.assigns:
            values["OwnerId"] = self._org.assigns[known.name]
        self._require(known, values)
        self._derive(known, values, set(given), is_new=False)
        self._check(known, values, own_id=row.id)
        values["LastModifiedDate"] = values["SystemModstamp"] = self._now
        trial = Row(values)
        if known.name == "Event" and "OwnerId" in given:
            events.check_owner(self._org, trial)
        row.values = values
        if known.name == "Event":
            events.follow(self._org, row)

    def _check_rights(self, known: SObject, row: Row, given: Mapping[str, Any]) -> None:
        may = sharing.access(self._org, user_id=self._user_id, object_name=known.name, row=row)
        if not may.edit:
            raise no_rights()
        owner = given.get("OwnerId")
        if owner and owner != row.values.get("OwnerId") and not may.transfer:
            raise Refused("TRANSFER_REQUIRES_READ", "insufficient rights to transfer", fields=[])

    def delete(self, known: SObject, row: Row) -> None:
        """Put a record into the recycle bin.

        Raises:
            Refused: The user may not.
        """
        self._check_rights(known, row, {})
        row.is_deleted = True
        row.values["LastModifiedDate"] = row.values["SystemModstamp"] = self._now
        if known.name == "Event":
            events.follow(self._org, row)
        if known.name == "EventRelation":
            events.uninvited(self._org, row)

    def upsert(
        self, known: SObject, key: Field, text: str, body: Mapping[str, Any]
    ) -> tuple[Row, bool]:
        """Make or change the record with that external id; and whether it is new.

        Raises:
            ManyMatchesError: Several have it.
            Refused: As Salesforce does.
        """
        if not key.is_external_id:
            raise not_found(
                f"Provided external ID field does not exist or is not accessible: {key.name}"
            )
        if any(name.casefold() == key.name.casefold() for name in body):
            message = f"The {key.name} field should not be specified in the sobject data."
            raise Refused("INVALID_FIELD", message)
        matches = [
            row
            for row in self._org.live(known.name)
            if str(row.values.get(key.name) or "").casefold() == text.casefold()
        ]
        if len(matches) > 1:
            raise ManyMatchesError([row.id for row in matches])
        if matches:
            self.update(known, matches[0], body)
            return matches[0], False
        return self.create(known, {**body, key.name: text}), True

    # --------------------------------------------------------------------------- rules

    def _taken(self, known: SObject, body: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, value in body.items():
            if name == "attributes":
                continue
            kind = known.field(name)
            if kind is None:
                raise Refused(
                    "INVALID_FIELD",
                    f"No such column '{name}' on sobject of type {known.name}",
                )
            if not self._is_seeding:
                self._check_writable(kind, is_new=is_new)
            given[kind.name] = taken(self._org, kind, value)
        return given

    @staticmethod
    def _check_writable(kind: Field, *, is_new: bool) -> None:
        if kind.is_creatable if is_new else kind.is_updateable:
            return
        verb = "create" if is_new else "create/update"
        raise Refused(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to {verb} fields: {kind.name}. Please check the security settings of this"
            " field and verify that it is read/write for your profile or permission set.",
            fields=[kind.name],
        )

    @staticmethod
    def _require(known: SObject, values: Mapping[str, Any]) -> None:
        missing = [
            f.name for f in known.fields.values() if f.is_required and values.get(f.name) is None
        ]
        if missing:
            raise Refused(
                "REQUIRED_FIELD_MISSING",
                f"Required fields are missing: [{', '.join(missing)}]",
                fields=missing,
            )

    def _derive(
        self, known: SObject, values: dict[str, Any], given: set[str], *, is_new: bool
    ) -> None:
        if known.name == "Event":
            times = {"StartDateTime", "EndDateTime", "ActivityDateTime", "ActivityDate"}
            times |= {"DurationInMinutes", "IsAllDayEvent", "WhoId", "WhatId", "ShowAs"}
            if is_new or given & times:
                events.complete(self._org, values, given)
        if known.name == "EventRelation":
            values["Status"] = values.get("Status") or "New"
        if known.name in ("Lead", "Contact", "User"):
            parts = (values.get("FirstName"), values.get("LastName"))
            values["Name"] = " ".join(part for part in parts if part)
        if known.name == "Opportunity":
            values["IsClosed"] = str(values.get("StageName")).startswith("Closed")
            values["IsWon"] = values.get("StageName") == "Closed Won"
        if known.name == "Case":
            values["IsClosed"] = values.get("Status") == "Closed"

    def _check(self, known: SObject, values: Mapping[str, Any], *, own_id: str) -> None:
        self._check_owner(known, values, own_id=own_id)
        self._check_unique(known, values, own_id=own_id)
        for rule in self._org.rules:
            if rule.object_name == known.name and all(
                _same(values.get(name), wanted) for name, wanted in rule.when.items()
            ):
                raise Refused(
                    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                    rule.message,
                    fields=[rule.field_name] if rule.field_name else [],
                )

    def _check_owner(self, known: SObject, values: Mapping[str, Any], *, own_id: str) -> None:
        before = self._org.row(known.name, own_id) if own_id else None
        owner_id = values.get("OwnerId")
        if self._is_seeding or (before and before.values.get("OwnerId") == owner_id):
            return
        if not owner_id or "OwnerId" not in known.fields:
            return
        owner = self._org.row("User", str(owner_id))
        if owner is not None and not owner.values.get("IsActive"):
            raise Refused(
                "INACTIVE_OWNER_OR_USER",
                f"operation performed with inactive user [{owner_id}] as owner of"
                f" {known.name.lower()}",
                fields=["OwnerId"],
            )

    def _check_unique(self, known: SObject, values: Mapping[str, Any], *, own_id: str) -> None:
        for kind in known.fields.values():
            value = values.get(kind.name)
            if not kind.is_unique or value is None:
                continue
            for other in self._org.live(known.name):
                if other.id != own_id and _same(other.values.get(kind.name), value):
                    raise Refused(
                        "DUPLICATE_VALUE",
                        f"duplicate value found: {kind.name} duplicates value on record with id:"
                        f" {other.id[:15]}",
                        fields=[],
                    )


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if isinstance(left, datetime):
        return bool(left.astimezone(UTC).isoformat() == right)
    if isinstance(left, date):
        return bool(left.isoformat() == right)
    return bool(left == right)


def found(org: Org, known: SObject, record_id: str) -> Row:
    """The record that an address names.

    Raises:
        Refused: There is none, or it is deleted.
    """
    whole = whole_id(record_id)
    if whole is None:
        raise Refused("MALFORMED_ID", f"malformed id {record_id}", status=404)
    row = org.row(known.name, whole)
    if row is None:
        raise not_found(
            f"Provided external ID field does not exist or is not accessible: {record_id}"
        )
    if row.is_deleted:
        raise deleted()
    return row
