"""Works on one delivery: claim it, run its handler, write down what came of it.

An attempt has a number. It is written down before the vendor is called and compared
afterwards, so that an attempt that was given up as dead and comes back late changes nothing.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
import sqlalchemy.exc
import structlog
from sqlalchemy.orm import Session

from app import payloads
from app.clock import Clock
from app.deliveries import handlers
from app.deliveries.failures import MAIL_UNKNOWN, Failure, connector_failure, defect, not_yet
from app.deliveries.handlers import Done, Expecting, NotYet, Work
from app.deliveries.outcomes import Outcomes
from app.deliveries.targets import MAILS, Target, is_given_up, is_settled, waits_for
from app.storage import booking_types, bookings, deliveries, orgs
from app.storage.database import Database
from app.storage.tables import LIVE_STATES, Booking, Delivery
from app.templates import TemplateError
from app.vendors import Vendors, writing_connection
from connectors.errors import ConnectorError

_LOG = structlog.get_logger(__name__)


#: How often an outcome is written down before that is given up; then the sweep looks again.
_TRIES_TO_WRITE_DOWN = 5


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
        self._outcomes = Outcomes(clock=clock, scale=scale)

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
        outcome: handlers.Result | Failure | _NotMyTurn
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
        except TemplateError as error:
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
            if is_settled(delivery, booking=booking) or is_given_up(delivery):
                return None
            if booking.status not in LIVE_STATES:
                return None
            siblings = {
                (row.target, row.subject_id): row
                for row in deliveries.of_booking(session, org_id, booking.booking_id)
            }
            first = waits_for(Target(delivery.target), booking=booking, siblings=siblings)
            if first is not None and self._outcomes.wait_for(session, delivery, booking, first):
                return None
            if delivery.target in MAILS and delivery.attempt_started_at is not None:
                self._outcomes.need_person(session, delivery, MAIL_UNKNOWN)
                return None
            is_first = delivery.attempt == 0
            work = self._work(session, delivery, booking, siblings, is_first=is_first)
            delivery.external = delivery.external | handlers.destination(work)
            if delivery.state != "needs_attention":
                delivery.state = "pending"
            delivery.error_code = ""
            delivery.attempt += 1
            delivery.attempts += 1
            delivery.attempt_started_at = self._clock()
            # If this process dies, the sweep finds the delivery by this.
            delivery.next_attempt_at = self._clock()
            return work

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
                email=_address(host.email, writing_connection(connections[host_id])),
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
            now=self._clock(),
            scale=self._scale,
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

    def _finish(self, work: Work, outcome: handlers.Result | Failure | _NotMyTurn) -> None:
        for attempt in range(_TRIES_TO_WRITE_DOWN):
            try:
                self._write_outcome(work, outcome)
            except sqlalchemy.exc.DBAPIError:
                # What was done out there is not undone by a database that stumbles.
                if attempt == _TRIES_TO_WRITE_DOWN - 1:
                    raise
                threading.Event().wait(2**attempt * self._scale)
            else:
                return

    def _write_outcome(self, work: Work, outcome: handlers.Result | Failure | _NotMyTurn) -> None:
        with self._database.transaction(work.org_id) as session:
            found = deliveries.locked(session, work.org_id, work.delivery.delivery_id)
            if found is None or found[0].attempt != work.delivery.attempt:
                return
            delivery, booking = found
            if isinstance(outcome, Done):
                self._outcomes.done(
                    session, delivery, booking, revision=work.revision, outcome=outcome
                )
            elif isinstance(outcome, _NotMyTurn):
                self._outcomes.not_my_turn(session, delivery)
            elif isinstance(outcome, Expecting):
                delivery.external = delivery.external | outcome.external
                self._outcomes.expect(session, delivery, what=outcome.what, delay=outcome.delay)
            elif isinstance(outcome, NotYet):
                delivery.external = delivery.external | outcome.external
                failure = not_yet(outcome.reason, attempts=delivery.attempts, scale=self._scale)
                self._outcomes.failed(session, delivery, booking, failure)
            else:
                self._outcomes.failed(session, delivery, booking, outcome)


def _address(email: str, connection: object) -> str:
    mailbox = getattr(connection, "mailbox", "")
    return mailbox or email
