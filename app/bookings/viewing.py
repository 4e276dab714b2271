"""Bookings with everything around them, and who may see them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings.questions import BookingView
from app.callers import ActorKind, Caller
from app.storage import booking_types, bookings, orgs
from app.storage.tables import Booking
from app.vendors import Vendors


def view(session: Session, booking: Booking) -> BookingView:
    """A booking with everything around it."""
    return views(session, booking.org_id, [booking])[0]


def views(session: Session, org_id: UUID, rows: list[Booking]) -> list[BookingView]:
    """Bookings with everything around them, in the order given; four queries for all of them."""
    ids = [row.booking_id for row in rows]
    people = bookings.hosts_of(session, org_id, ids)
    targets = bookings.deliveries_of(session, org_id, ids)
    names = orgs.hosts(session, org_id, list({row.host_id for row in people}))
    types = booking_types.versions(
        session,
        org_id,
        list({(row.booking_type_id, row.booking_type_version) for row in rows}),
    )
    found = []
    for row in rows:
        said = types[row.booking_type_id, row.booking_type_version]
        own = tuple(each for each in people if each.booking_id == row.booking_id)
        found.append(
            BookingView(
                booking=row,
                hosts=own,
                host_names={each.host_id: names[each.host_id].name for each in own},
                deliveries=tuple(each for each in targets if each.booking_id == row.booking_id),
                booking_type=said,
                has_invitation=said.write_back.guest_invitation and bool(row.guests),
            )
        )
    return found


def may_see(vendors: Vendors, caller: Caller, booking: BookingView) -> bool:
    """Whether a booking is there for this caller.

    It is for who booked it and who attends, whatever became of the record since; and for
    everybody who may read the record.
    """
    if caller.kind is not ActorKind.USER or booking.booking.booked_by == caller.actor:
        return True
    if any(row.host_id == caller.actor_id for row in booking.hosts):
        return True
    return may_read(vendors, caller, booking.booking.record_id)


def may_read(vendors: Vendors, caller: Caller, record_id: str) -> bool:
    """Whether the caller may read a record, by the org's own sharing."""
    if caller.kind is not ActorKind.USER:
        return True
    found = vendors.crm(caller.org_id).access(user_id=caller.actor_id, record_ids=[record_id])
    return record_id in found and found[record_id].can_read
