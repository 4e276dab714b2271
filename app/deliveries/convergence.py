"""Works on one delivery: claim it, run its handler, write down what came of it.

An attempt has a number. It is written down before the vendor is called and compared
afterwards, so that an attempt that was given up as dead and comes back late changes nothing.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
import sqlalchemy.exc
import structlog
from sqlalchemy.orm import Session

from app import payloads
from app.clock import Clock
from app.deliveries import handlers
from app.deliveries.failures import MAIL_UNKNOWN, Failure, connector_failure, defect, not_yet
from app.deliveries.handlers import Done, NotYet, Work
from app.deliveries.targets import (
    GIVE_UP_AFTER,
    LINK_PATIENCE,
    MAILS,
    Target,
    is_settled,
    link_deadline,
    shows_link,
    waits_for,
)
from app.jobs import enqueue_delivery
from app.storage import booking_types, bookings, deliveries, orgs
from app.storage.database import Database
from app.storage.tables import LIVE_STATES, Booking, Delivery
from app.vendors import Vendors
from booking_types.model import Platform
from connectors.errors import ConnectorError

_LOG = structlog.get_logger(__name__)

#: How soon one asks again whether somebody else's write to the same record is through.
_NEXT_TURN = timedelta(milliseconds=300)

#: How often an outcome is written down before that is given up; then the sweep looks again.
_TRIES_TO_WRITE_DOWN = 5

_SYSTEM: dict[str, object] = {"kind": "system", "id": "worker"}


class _NotMyTurn:
    """Another write to the same Salesforce record is under way; nothing was tried."""


class Converger:
    """Brings targets to look like their bookings.

    Args:
        database: Reached without a transaction pooler: it holds session locks.
        vendors: The outside world.
        clock: The current instant.
        scale: Shortens all delays in drills.
    """

    def __init__(self, *, database: Database, vendors: Vendors, clock: Clock, scale: float) -> None:
        self._database = database
        self._vendors = vendors
        self._clock = clock
        self._scale = scale

    def converge(self, *, org_id: UUID, delivery_id: UUID) -> None:
        """Work on the delivery once, and see to it that it is worked on again if need be."""
        work = self._claim(org_id, delivery_id)
        if work is None:
            return
        log = _LOG.bind(
            org_id=str(org_id),
            booking_id=str(work.shown.booking.booking_id),
            target=work.delivery.target,
            attempt=work.delivery.attempt,
        )
        outcome: Done | NotYet | Failure | _NotMyTurn
        try:
            with self._alone_with_parent(work) as is_alone:
                outcome = handlers.handle(work) if is_alone else _NotMyTurn()
        except ConnectorError as error:
            outcome = connector_failure(
                error,
                target=work.delivery.target,
                attempts=work.delivery.attempts,
                scale=self._scale,
            )
            log.warning(
                "delivery.failed",
                code=outcome.code,
                connector=error.connector,
                status=error.status,
                vendor_code=error.vendor_code,
            )
        except payloads.TemplateError as error:
            outcome = Failure(code="template_wrong", message=f"a template is wrong: {error}")
        except Exception:
            log.exception("delivery.defect")
            outcome = defect(attempts=work.delivery.attempts, scale=self._scale)
        self._finish(work, outcome)

    # ------------------------------------------------------------------------ claiming

    def _claim(self, org_id: UUID, delivery_id: UUID) -> Work | None:
        with self._database.transaction(org_id) as session:
            found = deliveries.locked(session, org_id, delivery_id)
            if found is None:
                return None
            delivery, booking = found
            if is_settled(delivery, booking=booking) or booking.status not in LIVE_STATES:
                return None
            siblings = {
                (row.target, row.subject_id): row
                for row in deliveries.of_booking(session, org_id, booking.booking_id)
            }
            if self._must_wait(session, delivery, booking, siblings):
                return None
            if self._is_doubtful_mail(delivery):
                self._need_person(
                    session,
                    delivery,
                    MAIL_UNKNOWN,
                )
                return None
            is_first = delivery.attempt == 0
            delivery.attempt += 1
            delivery.attempts += 1
            delivery.attempt_started_at = self._clock()
            # If this process dies, the sweep finds the delivery by this.
            delivery.next_attempt_at = self._clock()
            return self._work(session, delivery, booking, siblings, is_first=is_first)

    def _is_doubtful_mail(self, delivery: Delivery) -> bool:
        return delivery.target in MAILS and delivery.attempt_started_at is not None

    def _must_wait(
        self,
        session: Session,
        delivery: Delivery,
        booking: Booking,
        siblings: dict[tuple[str, str], Delivery],
    ) -> bool:
        first = waits_for(Target(delivery.target), booking=booking, siblings=siblings)
        if first is None:
            return False
        now = self._clock()
        until = now + GIVE_UP_AFTER
        if first.target == Target.CONFERENCE:
            until = link_deadline(conference=first, start_at=booking.start_at, scale=self._scale)
            if until <= now:
                return False
        delivery.state = "waiting"
        delivery.error_code = f"waits_for_{first.target}"
        delivery.next_attempt_at = until
        # The one it waits for wakes it; this is for when that one gives up.
        enqueue_delivery(
            session, org_id=delivery.org_id, delivery_id=delivery.delivery_id, at=until
        )
        return True

    def _work(
        self,
        session: Session,
        delivery: Delivery,
        booking: Booking,
        siblings: dict[tuple[str, str], Delivery],
        *,
        is_first: bool,
    ) -> Work:
        org_id = booking.org_id
        rows = bookings.hosts_of(session, org_id, [booking.booking_id])
        host_ids = [row.host_id for row in rows]
        known = orgs.hosts(session, org_id, host_ids)
        connections = orgs.connections(session, org_id, host_ids)
        people = {
            host_id: payloads.Person(
                host_id=host_id,
                name=host.name,
                email=_address(host.email, handlers.writing_connection(connections[host_id])),
                time_zone=host.time_zone,
            )
            for host_id, host in known.items()
        }
        organizer = booking.organizer
        shown = payloads.Shown(
            booking=booking,
            booking_type=booking_types.version(
                session, org_id, booking.booking_type_id, booking.booking_type_version
            ),
            host=people[booking.host_id],
            co_hosts=tuple(people[row.host_id] for row in rows if row.role == "co_host"),
            organizer_name=organizer.get("name", ""),
            organizer_email=organizer.get("email", ""),
            join_url=booking.join_url,
        )
        if organizer and booking.booked_by["kind"] == "user":
            user_id = booking.booked_by["id"]
            people.setdefault(
                user_id,
                payloads.Person(
                    host_id=user_id,
                    name=organizer["name"],
                    email=organizer["email"],
                    time_zone=organizer["time_zone"],
                ),
            )
        return Work(
            org_id=org_id,
            delivery=delivery,
            siblings=siblings,
            shown=shown,
            connections=connections,
            vendors=self._vendors,
            is_first_attempt=is_first,
            people=people,
        )

    @contextlib.contextmanager
    def _alone_with_parent(self, work: Work) -> Iterator[bool]:
        """Salesforce locks a record's parents, so one write at a time goes to each record."""
        if work.delivery.target not in (Target.CRM_BOOKING, Target.RECORD_UPDATE):
            yield True
            return
        name = f"crm|{work.org_id}|{work.shown.booking.record_id}"
        engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            lock = sa.func.hashtextextended(name, 0)
            is_alone = bool(
                connection.execute(sa.select(sa.func.pg_try_advisory_lock(lock))).scalar()
            )
            try:
                yield is_alone
            finally:
                if is_alone:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(lock)))

    # ------------------------------------------------------------------------ finishing

    def _finish(self, work: Work, outcome: Done | NotYet | Failure | _NotMyTurn) -> None:
        for attempt in range(_TRIES_TO_WRITE_DOWN):
            try:
                self._write_outcome(work, outcome)
            except sqlalchemy.exc.OperationalError:
                # What was done out there is not undone by a database that stumbles.
                if attempt == _TRIES_TO_WRITE_DOWN - 1:
                    raise
                threading.Event().wait(2**attempt * self._scale)
            else:
                return

    def _write_outcome(self, work: Work, outcome: Done | NotYet | Failure | _NotMyTurn) -> None:
        with self._database.transaction(work.org_id) as session:
            found = deliveries.locked(session, work.org_id, work.delivery.delivery_id)
            if found is None or found[0].attempt != work.delivery.attempt:
                return
            delivery, booking = found
            delivery.attempt_started_at = None
            if isinstance(outcome, Done):
                self._write_done(session, work, delivery, booking, outcome)
            elif isinstance(outcome, _NotMyTurn):
                self._wait_for_turn(session, delivery)
            elif isinstance(outcome, NotYet):
                delivery.external = delivery.external | outcome.external
                waiting = not_yet(outcome.reason, attempts=delivery.attempts, scale=self._scale)
                self._retry(session, delivery, booking, waiting)
            else:
                self._retry(session, delivery, booking, outcome)

    def _write_done(
        self,
        session: Session,
        work: Work,
        delivery: Delivery,
        booking: Booking,
        outcome: Done,
    ) -> None:
        now = self._clock()
        delivery.external = delivery.external | outcome.external
        delivery.state = "done"
        delivery.delivered_revision = work.revision
        delivery.attempts = 0
        delivery.done_at = now
        delivery.next_attempt_at = None
        delivery.attention_at = None
        delivery.error_code = delivery.error_message = delivery.vendor_message = ""
        siblings = deliveries.of_booking(session, delivery.org_id, delivery.booking_id)
        is_changed = False
        if outcome.join_url and outcome.join_url != booking.join_url:
            booking.join_url = outcome.join_url
            is_changed = self._show_link_late(booking, siblings)
        bookings.audit(
            session,
            delivery.org_id,
            actor=_SYSTEM,
            action="delivery.done",
            booking_id=delivery.booking_id,
            details={
                "target": delivery.target,
                "subject_id": delivery.subject_id,
                "revision": work.revision,
            },
        )
        for sibling in siblings:
            is_behind = not is_settled(sibling, booking=booking)
            if is_behind and (is_changed or sibling.state == "waiting" or sibling is delivery):
                self._wake(session, sibling)

    def _show_link_late(self, booking: Booking, siblings: list[Delivery]) -> bool:
        """A link that comes after somebody went without it is a change that they must show."""
        platform = Platform(booking.platform)
        went_without = [
            row
            for row in siblings
            if row.delivered_revision == booking.revision
            and shows_link(Target(row.target), platform=platform)
        ]
        if not went_without:
            return False
        booking.revision += 1
        booking.last_change = {"kind": "link_added", "by": _SYSTEM, "reason": ""}
        for row in siblings:
            if row not in went_without and row.delivered_revision == booking.revision - 1:
                row.delivered_revision = booking.revision
        return True

    def _wake(self, session: Session, delivery: Delivery) -> None:
        if delivery.state == "needs_attention" and delivery.next_attempt_at is None:
            return
        delivery.next_attempt_at = self._clock()
        if delivery.state == "done":
            delivery.state = "pending"
        enqueue_delivery(session, org_id=delivery.org_id, delivery_id=delivery.delivery_id)

    def _wait_for_turn(self, session: Session, delivery: Delivery) -> None:
        """Come back in a moment; that was no attempt."""
        delivery.attempts -= 1
        self._try_again_in(session, delivery, _NEXT_TURN * self._scale)

    def _retry(
        self, session: Session, delivery: Delivery, booking: Booking, failure: Failure
    ) -> None:
        """Try again, unless that is pointless: then a person has to do something."""
        latest = min(delivery.created_at + GIVE_UP_AFTER, booking.end_at)
        if failure.delay is None or self._clock() + failure.delay > latest:
            self._need_person(session, delivery, failure)
            return
        _write_failure(delivery, failure)
        if delivery.state != "needs_attention":
            delivery.state = "retrying"
        self._try_again_in(session, delivery, failure.delay)
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
        self._wake_waiting(session, delivery)

    def _need_person(self, session: Session, delivery: Delivery, failure: Failure) -> None:
        _write_failure(delivery, failure)
        delivery.state = "needs_attention"
        delivery.attempt_started_at = None
        delivery.attention_at = delivery.attention_at or self._clock()
        delivery.next_attempt_at = None
        bookings.audit(
            session,
            delivery.org_id,
            actor=_SYSTEM,
            action="delivery.needs_attention",
            booking_id=delivery.booking_id,
            details={
                "target": delivery.target,
                "subject_id": delivery.subject_id,
                "code": failure.code,
            },
        )
        self._wake_waiting(session, delivery)

    def _wake_waiting(self, session: Session, delivery: Delivery) -> None:
        """Those that wait learn until when they have to, now that a person was asked."""
        if delivery.target != Target.CONFERENCE:
            return
        for sibling in deliveries.of_booking(session, delivery.org_id, delivery.booking_id):
            if sibling.state == "waiting":
                self._wake(session, sibling)

    def _try_again_in(self, session: Session, delivery: Delivery, delay: timedelta) -> None:
        delivery.next_attempt_at = self._clock() + delay
        enqueue_delivery(
            session,
            org_id=delivery.org_id,
            delivery_id=delivery.delivery_id,
            at=delivery.next_attempt_at,
        )


def _write_failure(delivery: Delivery, failure: Failure) -> None:
    delivery.error_code = failure.code
    delivery.error_message = failure.message
    delivery.vendor_message = failure.vendor_message


def _address(email: str, connection: object) -> str:
    mailbox = getattr(connection, "mailbox", "")
    return mailbox or email
