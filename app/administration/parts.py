"""Who has which part in a booking type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.definitions import dump_overrides, member_faults, stored_booking_type
from app.storage.tables import (
    BookingTypeDraft,
    BookingTypeHost,
    BookingTypeRow,
    BookingTypeVersion,
    HostRow,
)
from booking_types.errors import Fault, InvalidDefinitionError
from booking_types.model import BookingType, HostOverrides
from booking_types.salesforce_ids import salesforce_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Somebody's part in a booking type, as it shall be.

    Attributes:
        host_id: Salesforce user id.
        role: The key of a panel role; empty for a host.
        overrides: Where they differ from the type; nothing: as it was.
        is_active: Whether they can be booked with it now; nothing: as it was, and at first yes.
    """

    host_id: str
    role: str = ""
    overrides: HostOverrides | None = None
    is_active: bool | None = None


#: What stands in for a type of which nothing can be read yet.
_NOTHING_SAID = BookingType(key="draft", name="Draft", object_name="Lead")


def roles_of(session: Session, row: BookingTypeRow) -> frozenset[str]:
    """The panel roles of the version in force and of the draft, as far as that can be read.

    A role can so be given its people before the version that brings it is published.
    """
    found: set[str] = set()
    if row.published_version is not None:
        version = session.get_one(
            BookingTypeVersion, (row.org_id, row.booking_type_id, row.published_version)
        )
        said = stored_booking_type(version.definition, version.schema_version)
        found |= {role.key for role in said.panel_roles}
    draft = session.get(BookingTypeDraft, (row.org_id, row.booking_type_id))
    roles = draft.definition.get("panel_roles") if draft is not None else None
    if isinstance(roles, list):
        keys = [role.get("key") for role in roles if isinstance(role, dict)]
        found |= {key for key in keys if isinstance(key, str)}
    return frozenset(found)


def set_parts(
    session: Session,
    row: BookingTypeRow,
    parts: Sequence[Part],
    *,
    booking_type: BookingType | None,
    roles: Collection[str],
    position: int | None = None,
    keeps_others: bool = False,
    keeps_panel: bool = False,
) -> None:
    """Write who has which part.

    Args:
        session: Of the org.
        row: Whose people.
        parts: In order.
        booking_type: What the type says; nothing where that cannot be read yet.
        roles: The panel roles there are.
        position: Where the parts stand among the others that are kept; where they were, or last,
            without.
        keeps_others: Whoever is not named keeps their part.
        keeps_panel: Of those who are not named, the people of the panel roles keep theirs.

    Raises:
        InvalidDefinitionError: With every fault at once; nothing is written then.
    """
    wanted = [replace(part, host_id=salesforce_id(part.host_id)) for part in parts]
    found = tuple(_faults(session, row, wanted, booking_type or _NOTHING_SAID, roles))
    if found:
        raise InvalidDefinitionError(found)
    known = {member.host_id: member for member in _members(session, row)}
    named = {part.host_id for part in wanted}
    for host_id, member in list(known.items()):
        if host_id not in named and not (keeps_others or (keeps_panel and member.role)):
            session.delete(known.pop(host_id))
    for part in wanted:
        if part.host_id not in known:
            known[part.host_id] = _new_member(session, row, part.host_id)
        _write(known[part.host_id], part)
    order = _ordered(
        list(known), [part.host_id for part in wanted], position, keeps_others=keeps_others
    )
    for place, host_id in enumerate(order):
        known[host_id].position = place
    session.flush()


def _new_member(session: Session, row: BookingTypeRow, host_id: str) -> BookingTypeHost:
    member = BookingTypeHost(
        org_id=row.org_id, booking_type_id=row.booking_type_id, host_id=host_id
    )
    session.add(member)
    return member


def _write(member: BookingTypeHost, part: Part) -> None:
    member.role = part.role
    if part.overrides is not None:
        member.overrides = dump_overrides(part.overrides)
    if part.is_active is not None:
        member.is_active = part.is_active


def _ordered(
    everybody: Sequence[str], named: Sequence[str], position: int | None, *, keeps_others: bool
) -> list[str]:
    """Everybody in their new order; who is new stands behind the others in ``everybody``."""
    if keeps_others and position is None:
        return list(everybody)
    others = [each for each in everybody if each not in named]
    before = max(position or 0, 0) if keeps_others else 0
    return [*others[:before], *named, *others[before:]]


def _members(session: Session, row: BookingTypeRow) -> Sequence[BookingTypeHost]:
    return session.scalars(
        sa.select(BookingTypeHost)
        .where(
            BookingTypeHost.org_id == row.org_id,
            BookingTypeHost.booking_type_id == row.booking_type_id,
        )
        .order_by(BookingTypeHost.position, BookingTypeHost.host_id)
    ).all()


def _faults(
    session: Session,
    row: BookingTypeRow,
    parts: Sequence[Part],
    booking_type: BookingType,
    roles: Collection[str],
) -> Iterator[Fault]:
    known = set(
        session.scalars(
            sa.select(HostRow.host_id).where(
                HostRow.org_id == row.org_id,
                HostRow.host_id.in_([part.host_id for part in parts]),
            )
        )
    )
    counted = Counter(part.host_id for part in parts)
    for position, part in enumerate(parts):
        place = f"members[{position}]"
        if part.host_id not in known:
            message = f"{part.host_id} is not set up as a host; set them up first"
            yield Fault(f"{place}.host_id", message)
        if counted[part.host_id] > 1:
            message = f"{part.host_id} is there twice; one person has one part in a type"
            yield Fault(f"{place}.host_id", message)
        yield from member_faults(
            part.overrides or HostOverrides(),
            role=part.role,
            roles=roles,
            booking_type=booking_type,
            place=place,
        )


def unmet_roles(
    session: Session, row: BookingTypeRow, booking_type: BookingType
) -> tuple[Fault, ...]:
    """What somebody should know about people and roles that do not fit each other."""
    counted = Counter(member.role for member in _members(session, row))
    found = [
        Fault(f"panel_roles[{position}]", f"nobody takes the role {role.name}: no time is offered")
        for position, role in enumerate(booking_type.panel_roles)
        if not counted[role.key]
    ]
    keys = {"", *(role.key for role in booking_type.panel_roles)}
    found += [
        Fault("panel_roles", f"{number} people have the role {role}, which there is no more")
        for role, number in sorted(counted.items())
        if role not in keys
    ]
    return tuple(found)
