"""Booking types: saved as drafts, published as versions that never change again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.administration.parts import Part, roles_of, set_parts, unmet_roles
from app.administration.writer import Writer
from app.definitions import (
    SCHEMA_VERSION,
    definition_faults,
    dump_booking_type,
    read_booking_type,
    stored_booking_type,
)
from app.definitions.org import org_faults, read_org
from app.storage import bookings, orgs
from app.storage.tables import BookingTypeDraft, BookingTypeRow, BookingTypeVersion
from booking_types.definition_faults import key_faults
from booking_types.errors import (
    Fault,
    InvalidDefinitionError,
    NotFoundError,
    OrgUnverifiedError,
    RevisionConflictError,
)
from booking_types.model import BookingType
from connectors.errors import ConnectorError

#: So long may a definition be, as JSON; the largest that says something is a tenth of it.
_MOST_BYTES = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a booking type shall say once somebody publishes it.

    Attributes:
        booking_type_id: Ours.
        definition: As it was saved.
        revision: Counts up from 1; the next save names it.
        based_on: The version that was in force when it was begun; nothing for a new type.
        saved_by: Actor.
        saved_at: When.
        faults: What is wrong with it in itself and beside the org's other types.
    """

    booking_type_id: UUID
    definition: Mapping[str, Any]
    revision: int
    based_on: int | None
    saved_by: Mapping[str, Any]
    saved_at: datetime
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is to be said about a definition.

    Attributes:
        faults: With any of these it cannot be published.
        warnings: With these it can; somebody should know.
    """

    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was put in force.

    Attributes:
        booking_type_id: Ours.
        version: Which of its versions.
        warnings: What somebody should know; that the org was not asked, first of all.
    """

    booking_type_id: UUID
    version: int
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a booking type.

    Attributes:
        number: Counts up from 1.
        booking_type: What it says, in the present form.
        schema_version: The form in which it was written.
        created_at: When it was put in force.
        is_in_force: It still is.
    """

    number: int
    booking_type: BookingType
    schema_version: int
    created_at: datetime
    is_in_force: bool


class BookingTypes(Writer):
    """Booking types, their drafts and versions."""

    # ---------------------------------------------------------------------------- drafts

    def save_draft(
        self,
        *,
        org_id: UUID,
        definition: Mapping[str, Any],
        saved_by: Mapping[str, Any],
        expected_revision: int | None = None,
    ) -> Draft:
        """Keep what somebody works at; it may be full of faults, and is offered to nobody.

        A key that no type has makes a new type, which stays unpublished.

        Args:
            org_id: The org.
            definition: JSON; its ``key`` says which type it is.
            saved_by: Actor.
            expected_revision: Of the draft that it was made from; nothing when there was none.

        Raises:
            InvalidDefinitionError: It has no proper key, or cannot be kept at all. Every other
                fault is in the answer.
            RevisionConflictError: Somebody else saved, discarded or published meanwhile; nothing
                is written.
        """
        key = _key_of(definition)
        with self._database.transaction(org_id) as session:
            _take_turn(session, org_id)
            row = _row_by_key(session, org_id, key) or _begun(session, org_id, definition)
            row_id = (org_id, row.booking_type_id)
            draft = session.get(BookingTypeDraft, row_id)
            _check_revision(draft, expected_revision)
            if draft is None:
                draft = BookingTypeDraft(
                    org_id=org_id,
                    booking_type_id=row.booking_type_id,
                    revision=0,
                    based_on=row.published_version,
                )
                session.add(draft)
            draft.definition = dict(definition)
            draft.revision += 1
            draft.saved_by = dict(saved_by)
            draft.saved_at = sa.func.now()
            _describe_unpublished(row, definition)
            session.flush()
            session.refresh(draft)
            return _shown(session, row, draft)

    def draft(self, *, org_id: UUID, booking_type_id: UUID) -> Draft:
        """The draft of a type.

        Raises:
            NotFoundError: There is none.
        """
        with self._database.transaction(org_id) as session:
            row, draft = _draft(session, org_id, booking_type_id)
            return _shown(session, row, draft)

    def discard_draft(
        self, *, org_id: UUID, booking_type_id: UUID, expected_revision: int | None = None
    ) -> None:
        """Forget a draft, and with a type that was never published all of it, its people too.

        Args:
            org_id: The org.
            booking_type_id: Whose.
            expected_revision: Discard only this one; whatever there is without it.

        Raises:
            NotFoundError: There is none.
            RevisionConflictError: Somebody else saved meanwhile.
        """
        with self._database.transaction(org_id) as session:
            _take_turn(session, org_id)
            row, draft = _draft(session, org_id, booking_type_id)
            if expected_revision is not None:
                _check_revision(draft, expected_revision)
            session.delete(draft)
            session.flush()
            if row.published_version is None:
                set_parts(session, row, [], booking_type=None, roles=())
                session.flush()
                session.delete(row)

    # --------------------------------------------------------------------------- judging

    def judge(self, *, org_id: UUID, definition: Mapping[str, Any]) -> Judgement:
        """What would be said if this were published now; nothing is written.

        Where the org cannot be asked, that is a warning.
        """
        try:
            booking_type = read_booking_type(definition)
        except InvalidDefinitionError as error:
            return Judgement(faults=error.faults)
        judged = self._judged(org_id, booking_type)
        with self._database.transaction(org_id) as session:
            row = _row_by_key(session, org_id, booking_type.key)
            beside = tuple(_beside_others(session, org_id, booking_type, row))
            unmet = () if row is None else unmet_roles(session, row, booking_type)
        return Judgement(faults=(*judged.faults, *beside), warnings=(*judged.warnings, *unmet))

    def _judged(self, org_id: UUID, booking_type: BookingType) -> Judgement:
        found = definition_faults(booking_type)
        if found:
            return Judgement(faults=found)
        if self._vendors is None:
            return Judgement(warnings=(_unasked("nothing here can ask it"),))
        try:
            view = read_org(self._vendors.crm(org_id), booking_type)
        except ConnectorError as error:
            return Judgement(warnings=(_unasked(error.reason),))
        return Judgement(faults=org_faults(booking_type, view))

    # ------------------------------------------------------------------------ publishing

    def publish(
        self,
        *,
        org_id: UUID,
        booking_type_id: UUID,
        by: Mapping[str, Any],
        expected_revision: int | None = None,
        even_unverified: bool = False,
        request_id: str = "",
    ) -> Published:
        """Put a draft in force as a new version.

        Args:
            org_id: The org.
            booking_type_id: Whose draft.
            by: Actor.
            expected_revision: Publish only this one; whatever there is without it.
            even_unverified: Also where the org cannot be asked whether it fits; then the answer
                warns of it.
            request_id: Of the request that does it.

        Raises:
            NotFoundError: There is no draft.
            InvalidDefinitionError: With every fault at once; nothing is written then.
            OrgUnverifiedError: The org cannot be asked; nothing is written.
            RevisionConflictError: Somebody else saved or published meanwhile; nothing is written.
        """
        with self._database.transaction(org_id) as session:
            _, draft = _draft(session, org_id, booking_type_id)
            if expected_revision is not None:
                _check_revision(draft, expected_revision)
            revision, definition = draft.revision, draft.definition
        booking_type = read_booking_type(definition)
        # The org is asked with no transaction open.
        judged = self._judged(org_id, booking_type)
        if judged.warnings and not even_unverified:
            raise OrgUnverifiedError(
                f"{booking_type.name} is not published: {judged.warnings[0].message}. Try again, "
                "or publish it without that check."
            )
        with self._database.transaction(org_id) as session:
            _take_turn(session, org_id)
            row, draft = _draft(session, org_id, booking_type_id)
            _check_revision(draft, revision)
            _check_base(row, draft)
            found = (*judged.faults, *_beside_others(session, org_id, booking_type, row))
            if found:
                raise InvalidDefinitionError(found)
            _write_version(session, row, booking_type, by=by, request_id=request_id)
            session.delete(draft)
            return Published(
                booking_type_id=row.booking_type_id,
                version=row.published_version or 0,
                warnings=(*judged.warnings, *unmet_roles(session, row, booking_type)),
            )

    def publish_booking_type(
        self, *, org_id: UUID, booking_type: BookingType, host_ids: Sequence[str]
    ) -> UUID:
        """Put a type in force directly, with these hosts in this order.

        The people of its panel roles stay, as does what was said about each host. The org is not
        asked whether it fits: ``handover doctor`` says it.

        Returns:
            Our id of the type.

        Raises:
            InvalidDefinitionError: With every fault at once; nothing is written then.
        """
        found = definition_faults(booking_type)
        with self._database.transaction(org_id) as session:
            _take_turn(session, org_id)
            row = _row_by_key(session, org_id, booking_type.key)
            found = (*found, *_beside_others(session, org_id, booking_type, row))
            if found:
                raise InvalidDefinitionError(found)
            if row is None:
                row = _new_row(session, org_id, booking_type)
            _write_version(session, row, booking_type, by=_DIRECTLY)
            set_parts(
                session,
                row,
                [Part(host_id=host_id) for host_id in dict.fromkeys(host_ids)],
                booking_type=booking_type,
                roles=roles_of(session, row),
                keeps_panel=True,
            )
            return row.booking_type_id

    def versions(self, *, org_id: UUID, booking_type_id: UUID) -> list[Version]:
        """Every version of a type, the newest first.

        Raises:
            NotFoundError: There is no such type.
        """
        with self._database.transaction(org_id) as session:
            row = _row(session, org_id, booking_type_id)
            found = session.scalars(
                sa.select(BookingTypeVersion)
                .where(
                    BookingTypeVersion.org_id == org_id,
                    BookingTypeVersion.booking_type_id == booking_type_id,
                )
                .order_by(BookingTypeVersion.version.desc())
            )
            return [
                Version(
                    number=each.version,
                    booking_type=stored_booking_type(each.definition, each.schema_version),
                    schema_version=each.schema_version,
                    created_at=each.created_at,
                    is_in_force=each.version == row.published_version,
                )
                for each in found
            ]

    # --------------------------------------------------------------------------- people

    def set_member(
        self, *, org_id: UUID, booking_type_id: UUID, part: Part, position: int | None = None
    ) -> None:
        """Give somebody a part in a type, or change it; the others keep theirs.

        Args:
            org_id: The org.
            booking_type_id: Which type.
            part: Who, as what, with which own rules.
            position: Counted from 0 among all of its people; where they were, or last, without.

        Raises:
            NotFoundError: There is no such type.
            InvalidDefinitionError: The person, the role or their rules are wrong.
        """
        with self._database.transaction(org_id) as session:
            _take_turn(session, org_id)
            row = _row(session, org_id, booking_type_id)
            set_parts(
                session,
                row,
                [part],
                booking_type=_said_by(session, row),
                roles=roles_of(session, row),
                position=position,
                keeps_others=True,
            )

    def set_members(self, *, org_id: UUID, booking_type_id: UUID, parts: Sequence[Part]) -> None:
        """Give exactly these people a part in a type, in this order.

        Raises:
            NotFoundError: There is no such type.
            InvalidDefinitionError: With every fault at once; nothing is written then.
        """
        with self._database.transaction(org_id) as session:
            _take_turn(session, org_id)
            row = _row(session, org_id, booking_type_id)
            set_parts(
                session,
                row,
                parts,
                booking_type=_said_by(session, row),
                roles=roles_of(session, row),
            )


#: Who published what came from a file, the command line or the demo.
_DIRECTLY: Mapping[str, Any] = {"kind": "system", "id": "administration"}


def _unasked(reason: str) -> Fault:
    return Fault("", f"whether the org fits it was not checked, because Salesforce: {reason}")


def _take_turn(session: Session, org_id: UUID) -> None:
    """Nobody else changes the org's booking types until the end of the transaction."""
    orgs.lock_org(session, org_id)


def _row(session: Session, org_id: UUID, booking_type_id: UUID) -> BookingTypeRow:
    row = session.get(BookingTypeRow, (org_id, booking_type_id))
    if row is None:
        raise NotFoundError("There is no such booking type.", code="booking_type_not_found")
    return row


def _row_by_key(session: Session, org_id: UUID, key: str) -> BookingTypeRow | None:
    return session.scalar(
        sa.select(BookingTypeRow).where(BookingTypeRow.org_id == org_id, BookingTypeRow.key == key)
    )


def _draft(
    session: Session, org_id: UUID, booking_type_id: UUID
) -> tuple[BookingTypeRow, BookingTypeDraft]:
    row = _row(session, org_id, booking_type_id)
    draft = session.get(BookingTypeDraft, (org_id, booking_type_id))
    if draft is None:
        raise NotFoundError(
            f"{row.name} has no draft; what it says now is published.", code="draft_not_found"
        )
    return row, draft


def _key_of(definition: Mapping[str, Any]) -> str:
    """The key of something that can be kept."""
    try:
        text = json.dumps(definition, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (ValueError, TypeError, RecursionError):
        raise InvalidDefinitionError((Fault("", "this is no JSON that can be kept"),)) from None
    if size > _MOST_BYTES or "\\u0000" in text:
        message = f"keep it below {_MOST_BYTES:,} bytes of plain text"
        raise InvalidDefinitionError((Fault("", message),))
    key = definition.get("key")
    if not isinstance(key, str):
        message = "a draft needs a key, by which it is found again"
        raise InvalidDefinitionError((Fault("key", message),))
    found = tuple(key_faults(key))
    if found:
        raise InvalidDefinitionError(found)
    return key


def _check_revision(draft: BookingTypeDraft | None, expected: int | None) -> None:
    present = None if draft is None else draft.revision
    if present == expected:
        return
    if draft is None:
        words = "The draft is gone: somebody published or discarded it meanwhile."
    elif expected is None:
        words = "There is a draft already, of somebody else."
    else:
        words = "Somebody else saved this draft meanwhile."
    raise RevisionConflictError(f"{words} Look at what is there now, then save yours again.")


def _check_base(row: BookingTypeRow, draft: BookingTypeDraft) -> None:
    if row.published_version != draft.based_on:
        raise RevisionConflictError(
            f"Version {row.published_version} of {row.name} was published after this draft was "
            "begun. Discard the draft and begin another one from that version."
        )


# ------------------------------------------------------------------------------- writing


def _begun(session: Session, org_id: UUID, definition: Mapping[str, Any]) -> BookingTypeRow:
    """A type that is only a draft."""
    row = BookingTypeRow(
        org_id=org_id,
        booking_type_id=uuid4(),
        key=definition["key"],
        name=definition["key"],
        object_name="",
    )
    session.add(row)
    session.flush()
    return row


def _describe_unpublished(row: BookingTypeRow, definition: Mapping[str, Any]) -> None:
    """Show an unpublished type by what its draft says of it, as far as it says anything."""
    if row.published_version is not None:
        return
    name, object_name = definition.get("name"), definition.get("object_name")
    row.name = name.strip() if isinstance(name, str) and name.strip() else row.key
    row.object_name = object_name if isinstance(object_name, str) else ""


def _new_row(session: Session, org_id: UUID, booking_type: BookingType) -> BookingTypeRow:
    row = BookingTypeRow(
        org_id=org_id,
        booking_type_id=uuid4(),
        key=booking_type.key,
        name=booking_type.name,
        object_name=booking_type.object_name,
    )
    session.add(row)
    session.flush()
    return row


def _write_version(
    session: Session,
    row: BookingTypeRow,
    booking_type: BookingType,
    *,
    by: Mapping[str, Any],
    request_id: str = "",
) -> None:
    version = (row.published_version or 0) + 1
    session.add(
        BookingTypeVersion(
            org_id=row.org_id,
            booking_type_id=row.booking_type_id,
            version=version,
            schema_version=SCHEMA_VERSION,
            definition=dump_booking_type(booking_type),
        )
    )
    row.name = booking_type.name
    row.object_name = booking_type.object_name
    row.published_version = version
    bookings.audit(
        session,
        row.org_id,
        actor=dict(by),
        action="booking_type.published",
        details={"booking_type_id": str(row.booking_type_id), "version": version},
        request_id=request_id,
    )
    session.flush()


# ------------------------------------------------------------------------ beside the others


def _shown(session: Session, row: BookingTypeRow, draft: BookingTypeDraft) -> Draft:
    return Draft(
        booking_type_id=row.booking_type_id,
        definition=draft.definition,
        revision=draft.revision,
        based_on=draft.based_on,
        saved_by=draft.saved_by,
        saved_at=draft.saved_at,
        faults=tuple(_draft_faults(session, row, draft)),
    )


def _draft_faults(
    session: Session, row: BookingTypeRow, draft: BookingTypeDraft
) -> Iterator[Fault]:
    try:
        booking_type = read_booking_type(draft.definition)
    except InvalidDefinitionError as error:
        yield from error.faults
        return
    yield from definition_faults(booking_type)
    yield from _beside_others(session, row.org_id, booking_type, row)


def _beside_others(
    session: Session, org_id: UUID, booking_type: BookingType, row: BookingTypeRow | None
) -> Iterator[Fault]:
    """What is wrong with a definition because of what else there is in the org."""
    is_published = row is not None and row.published_version is not None
    if row is not None and is_published and row.object_name != booking_type.object_name:
        message = (
            f"cannot change once the type exists: it is for {row.object_name}; make another type"
        )
        yield Fault("object_name", message)
    name = booking_type.name.strip().lower()
    rows = session.execute(
        sa.select(
            BookingTypeRow.key,
            sa.and_(
                BookingTypeRow.published_version.is_not(None),
                sa.func.lower(BookingTypeRow.name) == name,
            ).label("is_in_force"),
            BookingTypeDraft.saved_by["id"].astext.label("saved_by"),
        )
        .outerjoin(
            BookingTypeDraft,
            sa.and_(
                BookingTypeDraft.org_id == BookingTypeRow.org_id,
                BookingTypeDraft.booking_type_id == BookingTypeRow.booking_type_id,
            ),
        )
        .where(
            BookingTypeRow.org_id == org_id,
            BookingTypeRow.key != booking_type.key,
            sa.or_(
                sa.func.lower(BookingTypeRow.name) == name,
                sa.func.lower(sa.func.trim(BookingTypeDraft.definition["name"].astext)) == name,
            ),
        )
        .order_by(BookingTypeRow.key)
    )
    for other in rows:
        where = f"the booking type {other.key}"
        if not other.is_in_force:
            where = f"a draft of {where}" + (
                f", saved by {other.saved_by}" if other.saved_by else ""
            )
        yield Fault("name", f"is the name of {where} already; choose another one")


def _said_by(session: Session, row: BookingTypeRow) -> BookingType | None:
    """What a type says now, or will say; nothing where a draft says nothing that can be read."""
    if row.published_version is not None:
        found = session.get_one(
            BookingTypeVersion, (row.org_id, row.booking_type_id, row.published_version)
        )
        return stored_booking_type(found.definition, found.schema_version)
    draft = session.get(BookingTypeDraft, (row.org_id, row.booking_type_id))
    try:
        return None if draft is None else read_booking_type(draft.definition)
    except InvalidDefinitionError:
        return None
