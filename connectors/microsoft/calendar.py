"""Microsoft's calendars as ``connectors.protocols.Calendar``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from booking_types.intervals import Interval
from connectors.errors import (
    ConnectorError,
    MissingError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from connectors.microsoft import events
from connectors.microsoft.access import MicrosoftAccess, segment
from connectors.microsoft.busy import BUSY_BATCH_SIZE, BusyReader, calendar_path
from connectors.microsoft.graph import CONNECTOR, Call, Graph
from connectors.protocols import (
    BusyPolicy,
    BusyQuery,
    BusyTimes,
    CalendarEvent,
    EventDraft,
    Vendor,
)
from connectors.transport import READ_TIMEOUT, WRITE_TIMEOUT

#: This mailbox's server does not know the zone, though it is one.
_UNKNOWN_ZONE = "TimeZoneNotSupportedException"
_T = TypeVar("_T")
_SHAPELESS = (KeyError, TypeError, ValueError, AttributeError)


class MicrosoftCalendar:
    """The calendars that one way into Graph reaches. Safe to share between threads.

    ``notify`` means nothing here: Graph has no switch for mail and tells the attendees of whatever
    is written (``always_notifies``). So only what really changed is written, and a new revision
    that changes nothing visible is told to nobody.

    Graph keeps no trace of a canceled event: it is missing then, and its ``key`` finds nothing.

    Args:
        graph_url: Where Graph is (``https://graph.microsoft.com``).
        access: ``MicrosoftAccount`` or ``MicrosoftApplication``.
        read_timeout: Seconds to connect and to the first byte of a read.
        write_timeout: The same for a write.
    """

    def __init__(
        self,
        *,
        graph_url: str,
        access: MicrosoftAccess,
        read_timeout: tuple[float, float] = READ_TIMEOUT,
        write_timeout: tuple[float, float] = WRITE_TIMEOUT,
    ) -> None:
        self._graph = Graph(
            graph_url=graph_url,
            access=access,
            read_timeout=read_timeout,
            write_timeout=write_timeout,
        )
        self._busy = BusyReader(self._graph)

    @property
    def vendor(self) -> Vendor:
        """Microsoft."""
        return Vendor.MICROSOFT

    @property
    def busy_batch_size(self) -> int:
        """Twenty mailboxes a call, twenty calls a batch."""
        return BUSY_BATCH_SIZE

    def always_notifies(self) -> bool:
        """Graph mails the attendees itself, always."""
        return True

    def busy(
        self, queries: Sequence[BusyQuery], *, span: Interval, policy: BusyPolicy, unit: timedelta
    ) -> list[BusyTimes]:
        """When each of them is taken; see ``connectors.protocols.Calendar``."""
        return self._busy.read(queries, span=span, policy=policy, unit=unit)

    def find_event(self, *, mailbox: str, calendar_id: str, key: str) -> CalendarEvent | None:
        """Our event by its key; nothing when it was never made, or was canceled."""
        found = self._listed(
            calendar_path(self._graph.path(mailbox), calendar_id),
            "singleValueExtendedProperties/Any(ep: ep/id eq "
            f"'{events.KEY_PROPERTY}' and ep/value eq '{_quoted(key)}')",
            mailbox=mailbox,
            operation="find event",
        )
        return found[0] if found else None

    def get_event(self, *, mailbox: str, calendar_id: str, event_id: str) -> CalendarEvent:
        """The event by Graph's id, on whichever calendar its owner has moved it to.

        Raises:
            MissingError: There is none.
        """
        del calendar_id
        operation = "get event"
        event = self._event(mailbox, event_id, operation)
        return _shaped(lambda: events.parsed(event), operation=operation, is_write=False)

    def create_event(
        self, *, mailbox: str, calendar_id: str, draft: EventDraft, notify: bool
    ) -> CalendarEvent:
        """Make the event; Graph invites everybody on it, whatever ``notify`` says."""
        del notify
        operation = "create event"
        home = calendar_path(self._graph.path(mailbox), calendar_id)

        def send(*, in_utc: bool) -> Any:
            body = events.created(draft, in_utc=in_utc)
            call = Call(method="POST", path=f"{home}/events", body=body)
            return self._graph.write(call, mailbox=mailbox, operation=operation)

        answer = _in_a_known_zone(send)

        def judge() -> CalendarEvent | None:
            # Graph leaves the mark out of this answer. An answer that does not look like the
            # draft is the event of an earlier attempt, changed since: it is asked what it is.
            as_made = {
                **answer,
                "singleValueExtendedProperties": [
                    {"id": events.MARK_PROPERTY, "value": events.mark_of(draft)}
                ],
            }
            if set(events.changed(as_made, draft)) & {"start", "subject", "attendees"}:
                return None
            return events.parsed(as_made)

        made = _shaped(judge, operation=operation, is_write=True)
        if made is not None:
            return made
        event_id = _shaped(lambda: str(answer["id"]), operation=operation, is_write=True)
        return self.get_event(mailbox=mailbox, calendar_id=calendar_id, event_id=event_id)

    def update_event(
        self, *, mailbox: str, calendar_id: str, event_id: str, draft: EventDraft, notify: bool
    ) -> CalendarEvent:
        """Make the event look like the draft; whoever a change concerns is told of it.

        Its Teams meeting stays; one that could not be made is asked for again.

        Raises:
            MissingError: It is gone.
        """
        del calendar_id, notify
        operation = "update event"
        current = self._event(mailbox, event_id, operation)

        def changes(*, in_utc: bool) -> Mapping[str, Any]:
            return _shaped(
                lambda: events.changed(current, draft, in_utc=in_utc),
                operation=operation,
                is_write=False,
            )

        if not changes(in_utc=False):
            return _shaped(lambda: events.parsed(current), operation=operation, is_write=False)

        def send(*, in_utc: bool) -> Any:
            path = self._event_path(mailbox, event_id)
            call = Call(method="PATCH", path=path, body=changes(in_utc=in_utc))
            return self._graph.write(call, mailbox=mailbox, operation=operation)

        answer = _in_a_known_zone(send)
        return _shaped(
            lambda: events.parsed(answer, mark=events.mark_of(draft)),
            operation=operation,
            is_write=True,
        )

    def cancel_event(self, *, mailbox: str, calendar_id: str, event_id: str, notify: bool) -> None:
        """Cancel it and tell the attendees; nothing happens when it is gone already."""
        del calendar_id, notify
        operation = "cancel event"
        path = self._event_path(mailbox, event_id)
        try:
            call = Call(method="POST", path=f"{path}/cancel", body={})
            self._graph.write(call, mailbox=mailbox, operation=operation)
        except MissingError:
            return
        except RejectedError as error:
            if error.status != 400 or not self._has_nobody_to_tell(mailbox, event_id):  # noqa: PLR2004
                raise
            self._delete(mailbox, path, operation)

    def find_copy(self, *, mailbox: str, ical_uid: str, interval: Interval) -> CalendarEvent | None:
        """An attendee's own copy on their default calendar, canceled ones left out."""
        found = self._listed(
            calendar_path(self._graph.path(mailbox), ""),
            f"iCalUId eq '{_quoted(ical_uid)}'",
            mailbox=mailbox,
            operation="find copy",
        )
        live = [event for event in found if not event.is_canceled]
        return min(live, key=lambda e: abs(e.interval.start - interval.start), default=None)

    # ------------------------------------------------------------------------- plumbing

    def _event_path(self, mailbox: str, event_id: str) -> str:
        return f"{self._graph.path(mailbox)}/events/{segment(event_id)}"

    def _event(self, mailbox: str, event_id: str, operation: str) -> Mapping[str, Any]:
        call = Call(
            method="GET",
            path=self._event_path(mailbox, event_id),
            params={"$expand": events.EXPAND},
        )
        answer: Mapping[str, Any] = self._graph.read(call, mailbox=mailbox, operation=operation)
        return answer

    def _listed(
        self, home: str, condition: str, *, mailbox: str, operation: str
    ) -> list[CalendarEvent]:
        call = Call(
            method="GET",
            path=f"{home}/events",
            params={"$filter": condition, "$expand": events.EXPAND},
        )
        answer = self._graph.read(call, mailbox=mailbox, operation=operation)
        return _shaped(
            lambda: [events.parsed(event) for event in answer["value"]],
            operation=operation,
            is_write=False,
        )

    def _has_nobody_to_tell(self, mailbox: str, event_id: str) -> bool:
        """Whether it is an entry without attendees, which Graph deletes but does not cancel."""
        try:
            event = self.get_event(mailbox=mailbox, calendar_id="", event_id=event_id)
        except MissingError:
            return True
        return not event.attendees

    def _delete(self, mailbox: str, path: str, operation: str) -> None:
        try:
            call = Call(method="DELETE", path=path)
            self._graph.write(call, mailbox=mailbox, operation=operation)
        except MissingError:
            return


def _quoted(text: str) -> str:
    """Text inside an OData literal."""
    return text.replace("'", "''")


def _in_a_known_zone(send: Callable[..., Any]) -> Any:
    """What the write answers; said in UTC when the mailbox refuses the zone's name.

    A refusal is no outcome that could be unknown: nothing was written, so it may be sent again.
    """
    try:
        return send(in_utc=False)
    except RejectedError as error:
        if error.vendor_code != _UNKNOWN_ZONE:
            raise
    return send(in_utc=True)


def _shaped(read: Callable[[], _T], *, operation: str, is_write: bool) -> _T:
    """What is read out of an answer; an answer of another shape is no answer.

    Raises:
        OutcomeUnknownError: A write was answered so: it may have happened.
        TransientError: A read was.
    """
    try:
        return read()
    except ConnectorError:
        raise
    except _SHAPELESS as error:
        kind = OutcomeUnknownError if is_write else TransientError
        raise kind(CONNECTOR, operation, "the answer makes no sense") from error
