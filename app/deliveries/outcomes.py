"""Writes down what came of an attempt, and sees to what follows from it.

Every function here runs inside a transaction that holds the booking's lock
(``storage.deliveries.locked``).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import Clock
from app.deliveries.failures import Failure
from app.deliveries.handlers import Done
from app.deliveries.targets import (
    GIVE_UP_AFTER,
    LINK_PATIENCE,
    Target,
    ends_with_meeting,
    is_given_up,
    is_settled,
    link_deadline,
    shows_link,
)
from app.jobs import enqueue_delivery
from app.storage import bookings, deliveries
from app.storage.tables import Booking, Delivery
from booking_types.model import Platform

#: How soon one asks again whether somebody else's write to the same record is through.
_NEXT_TURN = timedelta(milliseconds=300)

SYSTEM: dict[str, object] = {"kind": "system", "id": "worker"}

#: Begins the error codes of deliveries that wait for another one.
_WAITS_FOR = "waits_for_"


class Outcomes:
    """What becomes of deliveries.

    Args:
        clock: The current instant.
        scale: Shortens all delays in drills.
    """

    def __init__(self, *, clock: Clock, scale: float) -> None:
        self._clock = clock
        self._scale = scale

    # ---------------------------------------------------------------------------- done

    def done(
        self,
        session: Session,
        delivery: Delivery,
        booking: Booking,
        *,
        revision: int,
        outcome: Done,
    ) -> None:
        """The target shows the booking at that revision; whoever waited for it goes on."""
        delivery.external = delivery.external | outcome.external
        delivery.state = "done"
        delivery.delivered_revision = revision
        delivery.attempts = 0
        delivery.attempt_started_at = None
        delivery.done_at = self._clock()
        delivery.next_attempt_at = None
        delivery.attention_at = None
        delivery.error_code = delivery.error_message = delivery.vendor_message = ""
        siblings = deliveries.of_booking(session, delivery.org_id, delivery.booking_id)
        is_changed = False
        if outcome.join_url and outcome.join_url != booking.join_url:
            booking.join_url = outcome.join_url
            is_changed = self._show_link_late(session, booking, siblings)
        _audit(session, delivery, "delivery.done", revision=revision)
        for sibling in siblings:
            if is_settled(sibling, booking=booking):
                continue
            if is_changed or sibling is delivery or _waits_for(sibling, delivery):
                self._wake(session, sibling)

    def _show_link_late(self, session: Session, booking: Booking, siblings: list[Delivery]) -> bool:
        """A link that comes after somebody went without it is a change that they must show.

        Who tried and nobody knows what came of it counts among them.
        """
        platform = Platform(booking.platform)
        went_without = [
            row
            for row in siblings
            if row.attempt > 0 and shows_link(Target(row.target), platform=platform)
        ]
        if not went_without:
            return False
        booking.revision += 1
        booking.last_change = {
            "kind": "link_added",
            "by": SYSTEM,
            "reason": "",
            "at": self._clock().isoformat(),
        }
        for row in siblings:
            row.attempts = 0
            if row not in went_without and row.delivered_revision == booking.revision - 1:
                row.delivered_revision = booking.revision
        bookings.audit(
            session,
            booking.org_id,
            actor=SYSTEM,
            action="booking.link_added",
            booking_id=booking.booking_id,
            details={"revision": booking.revision},
        )
        return True

    # --------------------------------------------------------------------------- waiting

    def wait_for(
        self, session: Session, delivery: Delivery, booking: Booking, first: Delivery
    ) -> bool:
        """Put a delivery off until the one that has to be done first is.

        Returns:
            Whether it waits. It does not when a link was waited for long enough; and when the
            first one was given up for good, a person has to do something about both.
        """
        now = self._clock()
        if first.target == Target.CONFERENCE:
            until = link_deadline(conference=first, start_at=booking.start_at, scale=self._scale)
            if until <= now:
                return False
        elif is_given_up(first) or now >= booking.end_at:
            failure = Failure(
                code=f"{_WAITS_FOR}{first.target}",
                message="what it waits for needs a person first",
            )
            self.need_person(session, delivery, failure)
            return True
        else:
            until = now + GIVE_UP_AFTER
        delivery.state = "waiting"
        delivery.error_code = f"{_WAITS_FOR}{first.target}"
        # The one it waits for wakes it; this is for when that one gives up.
        self._try_again_at(session, delivery, until)
        return True

    def expect(self, session: Session, delivery: Delivery, *, what: str, delay: timedelta) -> None:
        """Come back then: somebody else's part, which nobody tells us about, is waited for."""
        delivery.state = "waiting"
        delivery.error_code = f"{_WAITS_FOR}{what}"
        delivery.error_message = delivery.vendor_message = ""
        delivery.attempt_started_at = None
        delivery.attention_at = None
        self._try_again_at(session, delivery, self._clock() + delay)

    def not_my_turn(self, session: Session, delivery: Delivery) -> None:
        """Come back in a moment: another write to the same record is under way."""
        delivery.attempt_started_at = None
        delivery.attempts -= 1
        self._try_again_at(session, delivery, self._clock() + _NEXT_TURN * self._scale)

    # --------------------------------------------------------------------------- failing

    def failed(
        self, session: Session, delivery: Delivery, booking: Booking, failure: Failure
    ) -> None:
        """Try again, unless that is pointless: then a person has to do something."""
        now = self._clock()
        latest = _wanted_since(delivery, booking) + GIVE_UP_AFTER
        if ends_with_meeting(Target(delivery.target)):
            latest = min(latest, booking.end_at)
        if failure.delay is None or now + failure.delay > latest:
            self.need_person(session, delivery, failure)
            return
        _write_failure(delivery, failure)
        delivery.attempt_started_at = None
        if delivery.attention_at is None:
            delivery.state = "retrying"
        else:
            delivery.state = "needs_attention"
        self._try_again_at(session, delivery, now + failure.delay)
        self._ask_person_when_late(session, delivery)

    def _ask_person_when_late(self, session: Session, delivery: Delivery) -> None:
        """A conference or a co-host's copy that takes long is shown, and still worked on."""
        if delivery.attention_at is not None:
            return
        if delivery.target not in (Target.CONFERENCE, Target.CO_HOST_CALENDAR):
            return
        if self._clock() - delivery.created_at < LINK_PATIENCE * self._scale:
            return
        delivery.state = "needs_attention"
        delivery.attention_at = self._clock()
        _audit(session, delivery, "delivery.needs_attention", code=delivery.error_code)
        self._wake_waiting(session, delivery)

    def need_person(self, session: Session, delivery: Delivery, failure: Failure) -> None:
        """Nobody tries any more until a person did something."""
        _write_failure(delivery, failure)
        delivery.state = "needs_attention"
        delivery.attempt_started_at = None
        delivery.attention_at = delivery.attention_at or self._clock()
        delivery.next_attempt_at = None
        _audit(session, delivery, "delivery.needs_attention", code=failure.code)
        self._wake_waiting(session, delivery)

    def begin_again(
        self, session: Session, delivery: Delivery, *, actor: dict[str, object]
    ) -> None:
        """A person did something: try once more, from the beginning."""
        delivery.state = "pending"
        delivery.attempts = 0
        delivery.attempt_started_at = None
        delivery.attention_at = None
        delivery.error_code = delivery.error_message = delivery.vendor_message = ""
        _audit(session, delivery, "delivery.begun_again", actor=actor)
        self._try_again_at(session, delivery, self._clock())

    # --------------------------------------------------------------------------- waking

    def _wake_waiting(self, session: Session, delivery: Delivery) -> None:
        """Those that wait learn how it stands, now that a person was asked."""
        for sibling in deliveries.of_booking(session, delivery.org_id, delivery.booking_id):
            if sibling.state == "waiting" and _waits_for(sibling, delivery):
                self._wake(session, sibling)

    def _wake(self, session: Session, delivery: Delivery) -> None:
        """Work on it now. One that is being worked on is looked at again when that is over."""
        if is_given_up(delivery) and not delivery.error_code.startswith(_WAITS_FOR):
            return
        if delivery.attempt_started_at is not None:
            return
        if delivery.state in ("done", "needs_attention"):
            delivery.state = "pending"
        self._try_again_at(session, delivery, self._clock())

    def _try_again_at(self, session: Session, delivery: Delivery, at: datetime) -> None:
        delivery.next_attempt_at = at
        enqueue_delivery(session, org_id=delivery.org_id, delivery_id=delivery.delivery_id, at=at)


def _waits_for(delivery: Delivery, first: Delivery) -> bool:
    return delivery.error_code == f"{_WAITS_FOR}{first.target}"


def _wanted_since(delivery: Delivery, booking: Booking) -> datetime:
    """Since when the target shall show the present revision."""
    changed_at = booking.last_change.get("at")
    if changed_at is None:
        return delivery.created_at
    return max(delivery.created_at, datetime.fromisoformat(changed_at))


def _write_failure(delivery: Delivery, failure: Failure) -> None:
    delivery.error_code = failure.code
    delivery.error_message = failure.message
    delivery.vendor_message = failure.vendor_message


def _audit(
    session: Session,
    delivery: Delivery,
    action: str,
    *,
    actor: dict[str, object] | None = None,
    **details: object,
) -> None:
    bookings.audit(
        session,
        delivery.org_id,
        actor=actor or SYSTEM,
        action=action,
        booking_id=delivery.booking_id,
        details={"target": delivery.target, "subject_id": delivery.subject_id, **details},
    )
