"""``connectors.protocols.Calendar`` on Google."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

from booking_types.intervals import Interval
from connectors import transport
from connectors.errors import MissingError, RejectedError
from connectors.google import busy, shapes
from connectors.google.access import CONNECTOR, GoogleAccess
from connectors.google.events import event_of, inserted, patched
from connectors.google.times import interval_of, is_all_day, zone_of
from connectors.google.wire import CalendarApi, path
from connectors.protocols import (
    BusyPolicy,
    BusyQuery,
    BusyTimes,
    CalendarEvent,
    EventDraft,
    Vendor,
)

_CONFLICT = 409


class GoogleCalendar:
    """The Google calendars that one credential reaches.

    Args:
        api_url: Base of Google's APIs (``https://www.googleapis.com``).
        access: ``GoogleAccount`` for one account, ``GoogleDelegation`` for a whole domain.
        read_timeout: Seconds to connect, seconds to the first byte, for reads.
        write_timeout: The same for writes.
    """

    def __init__(
        self,
        *,
        api_url: str,
        access: GoogleAccess,
        read_timeout: tuple[float, float] = transport.READ_TIMEOUT,
        write_timeout: tuple[float, float] = transport.WRITE_TIMEOUT,
    ) -> None:
        self._api = CalendarApi(
            api_url=api_url,
            access=access,
            read_timeout=read_timeout,
            write_timeout=write_timeout,
        )

    @property
    def vendor(self) -> Vendor:
        """Google."""
        return Vendor.GOOGLE

    @property
    def busy_batch_size(self) -> int:
        """How many primary calendars one free/busy request takes."""
        return busy.BATCH_SIZE

    def busy(
        self, queries: Sequence[BusyQuery], *, span: Interval, policy: BusyPolicy, unit: timedelta
    ) -> list[BusyTimes]:
        """When each of them is taken inside the span, in the order asked."""
        return busy.busy(self._api, queries, span=span, policy=policy, unit=unit)

    def find_event(self, *, mailbox: str, calendar_id: str, key: str) -> CalendarEvent | None:
        """Our event by its key, which is its id; canceled ones are found as tombstones."""
        try:
            return self._get(mailbox, calendar_id, key, operation="find event")
        except MissingError:
            return None

    def get_event(self, *, mailbox: str, calendar_id: str, event_id: str) -> CalendarEvent:
        """The event by its id."""
        return self._get(mailbox, calendar_id, event_id, operation="get event")

    def create_event(
        self, *, mailbox: str, calendar_id: str, draft: EventDraft, notify: bool
    ) -> CalendarEvent:
        """Make the event, with everybody on it and its conference, in one request."""
        operation = "create event"
        try:
            made = self._api.write(
                shapes.Event,
                "POST",
                path("calendars", calendar_id or mailbox, "events"),
                mailbox=mailbox,
                operation=operation,
                params=_write_params(notify=notify),
                body=inserted(draft),
            )
        except RejectedError as error:
            if error.status != _CONFLICT:
                raise
        else:
            return self._ours(made, mailbox, calendar_id, operation=operation)
        # The id is taken: the event was made before, and somebody may have deleted it since.
        try:
            return self._get(mailbox, calendar_id, draft.key, operation=operation)
        except MissingError as error:
            raise RejectedError(
                CONNECTOR, operation, "its id is taken by an event that nobody may read"
            ) from error

    def update_event(
        self, *, mailbox: str, calendar_id: str, event_id: str, draft: EventDraft, notify: bool
    ) -> CalendarEvent:
        """Make the event look like the draft.

        It is read first, for its conference and for what the attendees answered, and only
        written if nobody changed it meanwhile.

        Raises:
            MissingError: It is gone or canceled.
            TransientError: Somebody changed it meanwhile, or it could not be read.
        """
        operation = "update event"
        now = self._read(mailbox, calendar_id, event_id, operation=operation)
        if now.status == "cancelled":
            raise MissingError(CONNECTOR, operation, "is canceled")
        changed = self._api.write(
            shapes.Event,
            "PATCH",
            path("calendars", calendar_id or mailbox, "events", event_id),
            mailbox=mailbox,
            operation=operation,
            params=_write_params(notify=notify),
            body=patched(draft, now),
            etag=now.etag,
        )
        return self._ours(changed, mailbox, calendar_id, operation=operation)

    def cancel_event(self, *, mailbox: str, calendar_id: str, event_id: str, notify: bool) -> None:
        """Cancel it; one that is canceled or gone is left as it is."""
        try:
            self._api.delete(
                path("calendars", calendar_id or mailbox, "events", event_id),
                mailbox=mailbox,
                operation="cancel event",
                params={"sendUpdates": _updates(notify=notify)},
            )
        except MissingError:
            return

    def find_copy(self, *, mailbox: str, ical_uid: str, interval: Interval) -> CalendarEvent | None:
        """An attendee's own copy, the one nearest to the interval if a series has several."""
        operation = "find copy"
        page = self._api.read(
            shapes.Events,
            path("calendars", mailbox, "events"),
            mailbox=mailbox,
            operation=operation,
            params={"iCalUID": ical_uid, "maxResults": "50"},
        )
        calendar_zone = zone_of(page.time_zone, operation=operation)
        copies = [
            event_of(event, interval_of(event, calendar_zone))
            for event in page.items
            if event.status != "cancelled"
        ]
        return min(copies, key=lambda one: abs(one.interval.start - interval.start), default=None)

    def always_notifies(self) -> bool:
        """Google mails nobody when it is told so."""
        return False

    def _read(
        self, mailbox: str, calendar_id: str, event_id: str, *, operation: str
    ) -> shapes.Event:
        return self._api.read(
            shapes.Event,
            path("calendars", calendar_id or mailbox, "events", event_id),
            mailbox=mailbox,
            operation=operation,
        )

    def _get(
        self, mailbox: str, calendar_id: str, event_id: str, *, operation: str
    ) -> CalendarEvent:
        event = self._read(mailbox, calendar_id, event_id, operation=operation)
        return self._ours(event, mailbox, calendar_id, operation=operation)

    def _ours(
        self, event: shapes.Event, mailbox: str, calendar_id: str, *, operation: str
    ) -> CalendarEvent:
        """Google's event as ours; only one that lasts all day needs its calendar's zone."""
        if not is_all_day(event):
            return event_of(event, interval_of(event, UTC))
        calendar = self._api.read(
            shapes.CalendarResource,
            path("calendars", calendar_id or mailbox),
            mailbox=mailbox,
            operation=operation,
        )
        return event_of(event, interval_of(event, zone_of(calendar.time_zone, operation=operation)))


def _updates(*, notify: bool) -> str:
    return "all" if notify else "none"


def _write_params(*, notify: bool) -> dict[str, str]:
    # Without version 1 Google overlooks conference data.
    return {"conferenceDataVersion": "1", "sendUpdates": _updates(notify=notify)}
