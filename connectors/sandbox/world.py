"""What the vendors of the stand-in organisation share."""

from __future__ import annotations

import itertools
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from booking_types.intervals import Interval


class Clock:
    """The organisation's clock: the machine's, shifted by whoever drives the sandbox."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """The current instant, aware, UTC."""
        return datetime.now(UTC) + self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on an invitation."""

    email: str
    name: str = ""
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a mail says about a meeting, as iTIP (RFC 5546) does.

    Attributes:
        method: ``REQUEST`` or ``CANCEL``.
        uid: iCalendar UID.
        sequence: iCalendar SEQUENCE.
        interval: When.
        subject: Title.
        description: Text.
        location: Place.
        organizer: Whose meeting it is.
        attendees: Everybody invited, the recipient among them.
        join_url: The conference's link; may be empty.
    """

    method: str
    uid: str
    sequence: int
    interval: Interval
    subject: str
    description: str
    location: str
    organizer: Person
    attendees: tuple[Person, ...]
    join_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredMail:
    """One mail in one mailbox.

    Attributes:
        number: Counts up over all mails of this sandbox.
        at: When it arrived.
        recipient: Whose mailbox, lower case.
        sent_by: ``google``, ``microsoft`` or ``smtp``.
        sender: The address it comes from.
        subject: Its subject.
        text: Its body, as plain text.
        message_id: Message-ID where it came by SMTP.
        invitation: The meeting it is about, if any.
    """

    number: int
    at: datetime
    recipient: str
    sent_by: str
    sender: str
    subject: str
    text: str
    message_id: str = ""
    invitation: Invitation | None = None


class MailboxProvider(Protocol):
    """A vendor who keeps mailboxes with calendars."""

    def receive(self, mail: DeliveredMail) -> bool:
        """Take a mail that arrived; whether the mailbox is this vendor's.

        An invitation in it appears on the mailbox's calendar, unless that is switched off.
        """


class MailLedger:
    """Every mail that anybody received, whoever sent it."""

    def __init__(self) -> None:
        self.mails: list[DeliveredMail] = []


#: ``Fault`` says what each means.
FAULT_KINDS = (
    "drop_before",
    "commit_then_drop",
    "status",
    "commit_then_status",
    "slow",
    "html",
    "truncated",
)


@dataclass(slots=True, kw_only=True)
class Fault:
    """Something that shall go wrong with the next matching call or calls.

    Attributes:
        vendor: ``google``, ``microsoft``, ``zoom``, ``salesforce`` or ``smtp``.
        operation: The route's name (``events_insert``); ``*`` for any.
        caller: Whose call: the mailbox, account or user the token stands for; ``*`` for any.
        kind: ``drop_before`` (the connection breaks before anything happens),
            ``commit_then_drop`` (it happens, then the connection breaks), ``status`` (answer
            with ``status``, ``body``, ``headers`` and do nothing), ``commit_then_status`` (it
            happens, then answers so), ``slow`` (wait ``seconds``, then answer normally),
            ``html`` (200 with a page), ``truncated`` (the real answer, cut in the middle).
        times: How many calls it applies to.
        skip: How many matching calls go through first.
        hits: How many calls met it.
        over: How many of those have done what they were to do.

    Raises:
        ValueError: There is no such kind.
    """

    vendor: str
    kind: str
    operation: str = "*"
    caller: str = "*"
    times: int = 1
    skip: int = 0
    status: int = 503
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    hits: int = 0
    over: int = 0

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise ValueError(f"unknown kind of fault: {self.kind}")

    def matches(self, *, vendor: str, operation: str, caller: str) -> bool:
        """Whether this call is one it is meant for."""
        return (
            self.vendor == vendor
            and self.operation in ("*", operation)
            and self.caller.casefold() in ("*", caller.casefold())
        )


class FaultBook:
    """The faults that are ordered and not used up."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def next(self, *, vendor: str, operation: str, caller: str) -> Fault | None:
        """The fault for this call, counted as used; nothing when it shall go well."""
        for fault in self.faults:
            if not fault.matches(vendor=vendor, operation=operation, caller=caller):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.hits < fault.times:
                fault.hits += 1
                return fault
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """A request the sandbox answered, for the judges and for tests.

    Attributes:
        number: Counts up.
        vendor: As in ``Fault``.
        operation: As in ``Fault``.
        caller: As in ``Fault``.
        method: HTTP verb.
        path: With the query string, as sent.
        body: As sent, at most 64 KB; tokens and secrets left out.
        status: What was answered; 0 when the connection was broken on purpose.
        answer: The JSON answer as text, at most 64 KB.
    """

    number: int
    vendor: str
    operation: str
    caller: str
    method: str
    path: str
    body: str
    status: int
    answer: str


class World:
    """All of it. Routes hold ``lock`` while they read or change anything."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.mail = MailLedger()
        self.faults = FaultBook()
        self.requests: list[LoggedRequest] = []
        #: Each vendor's own state by name, plain picklable data.
        self.states: dict[str, Any] = {}
        #: Vendors who keep mailboxes; filled when their routes are registered.
        self.mailbox_providers: list[MailboxProvider] = []
        #: Each vendor's ``seed(data) -> what was made``; filled likewise.
        self.seeders: dict[str, Callable[[Any], Any]] = {}
        #: A vendor's own verbs at the control door (``/control/<vendor>/<verb>``): what a call's
        #: JSON body asks for to what is answered. Filled likewise.
        self.verbs: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {}
        self._numbers = itertools.count(1)
        #: The sandbox's own base address; known once it listens.
        self.base_url = ""

    def number(self) -> int:
        """The next number; never twice."""
        return next(self._numbers)

    def post(
        self,
        *,
        recipient: str,
        sent_by: str,
        sender: str,
        subject: str,
        text: str,
        message_id: str = "",
        invitation: Invitation | None = None,
    ) -> DeliveredMail:
        """Put a mail into a mailbox; its provider, if any here, acts on the invitation."""
        mail = DeliveredMail(
            number=self.number(),
            at=self.clock.now(),
            recipient=recipient.strip().lower(),
            sent_by=sent_by,
            sender=sender,
            subject=subject,
            text=text,
            message_id=message_id,
            invitation=invitation,
        )
        with self.lock:
            self.mail.mails.append(mail)
            for provider in self.mailbox_providers:
                if provider.receive(mail):
                    break
        return mail

    def snapshot(self) -> bytes:
        """Everything that was made, to come back to."""
        with self.lock:
            return pickle.dumps((self.states, self.mail, self.clock.offset))

    def restore(self, snapshot: bytes) -> None:
        """Come back to a snapshot of this same process. Ordered faults are forgotten."""
        with self.lock:
            states, self.mail, self.clock.offset = pickle.loads(  # noqa: S301 - our own bytes
                snapshot
            )
            # In place: the routes hold on to the dictionary, not to the states.
            self.states.clear()
            self.states.update(states)
            self.faults.faults.clear()
