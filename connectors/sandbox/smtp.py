"""The sandbox's mail sink: what is sent by SMTP lands in the world's ledger.

It refuses what a careful server refuses: bare CR or LF, lines over 998 octets, 8-bit text, mails
over its size, an invitation that is no iCalendar or whose method is not the one announced.

Faults (vendor ``smtp``): operation ``rcpt`` with the recipient as caller (``status``; a
``drop_before`` breaks the connection), operation ``data`` with any recipient as caller
(``drop_before`` breaks the connection before the text is taken, ``status`` takes no text and
says so, ``slow`` waits first, ``commit_then_drop`` and ``commit_then_status`` deliver first).
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import socket
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import icalendar
from aiosmtpd.smtp import SMTP, Envelope, Session

from booking_types.intervals import Interval
from connectors.sandbox.world import Fault, Invitation, LoggedRequest, Person, World

#: As large servers allow, in bytes.
LARGEST_MAIL = 25 * 1024 * 1024

_LARGEST_LINE = 998
_KEPT_CHARACTERS = 65_536
_BARE_BREAK = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_TAKEN = "250 2.0.0 OK"


class MailSink:
    """An SMTP server whose mails land in the world's ledger.

    Args:
        world: Where they land.
        host: Loopback address to listen on.
        port: 0 for any free one; ``port`` says which it became.
    """

    def __init__(self, world: World, *, host: str, port: int) -> None:
        self.world = world
        self.host = host
        self._socket = socket.create_server((host, port))
        self.port = int(self._socket.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail-sink", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://{self.host}:{self.port}"

    def start(self) -> None:
        """Listen, in a thread of its own."""
        self._thread.start()
        self._listening.wait()

    def stop(self) -> None:
        """Stop listening and hang up."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._socket.close()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await self._loop.create_server(
            lambda: _Conversation(self.world, loop=self._loop), sock=self._socket
        )
        self._listening.set()
        await self._stopping.wait()
        server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


class _Conversation(SMTP):
    """One client's connection."""

    line_length_limit = _LARGEST_LINE + 3  # CRLF, and the dot that is doubled

    def __init__(self, world: World, *, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            _Handler(world),
            data_size_limit=LARGEST_MAIL,
            hostname="sandbox.example",
            ident="sandbox mail sink",
            loop=loop,
        )

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """Take the text, unless the connection shall break before that."""
        handler: _Handler = self.event_handler
        recipients = self.envelope.rcpt_tos if self.envelope else []
        handler.fault = handler.next_fault("data", recipients) if recipients else None
        if handler.fault is not None and handler.fault.kind == "drop_before":
            _hang_up(self)
            return
        await super().smtp_DATA(arg)


class _Handler:
    """What the sink does with the commands of one connection."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.fault: Fault | None = None

    def next_fault(self, operation: str, callers: Iterable[str]) -> Fault | None:
        """The fault ordered for one of them."""
        with self.world.lock:
            for caller in callers:
                fault = self.world.faults.next(vendor="smtp", operation=operation, caller=caller)
                if fault is not None:
                    return fault
        return None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002 - aiosmtpd hands it over
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Take a recipient."""
        fault = self.next_fault("rcpt", [address])
        if fault is not None and fault.kind == "drop_before":
            _hang_up(server)
            return "421 4.3.0 going away"
        if fault is not None and fault.kind == "status":
            return _ordered(fault)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002 - aiosmtpd hands it over
        envelope: Envelope,
    ) -> str:
        """Deliver the text to each recipient, or refuse it."""
        fault, self.fault = self.fault, None
        content = envelope.original_content or b""
        if fault is not None and fault.kind == "status":
            answer = _ordered(fault)
        else:
            if fault is not None and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            answer = _taken(self.world, content, recipients=envelope.rcpt_tos)
        if fault is not None and fault.kind == "commit_then_status":
            answer = _ordered(fault)
        broken = fault is not None and fault.kind == "commit_then_drop"
        _log(self.world, content, envelope, status=0 if broken else int(answer[:3]))
        if broken:
            _hang_up(server)
        return answer


def _hang_up(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()


def _ordered(fault: Fault) -> str:
    return f"{fault.status} {fault.body or 'ordered by the test'}"


def _log(world: World, content: bytes, envelope: Envelope, *, status: int) -> None:
    with world.lock:
        world.requests.append(
            LoggedRequest(
                number=world.number(),
                vendor="smtp",
                operation="data",
                caller=envelope.rcpt_tos[0],
                method="DATA",
                path=envelope.mail_from or "",
                body=content.decode("ascii", "replace")[:_KEPT_CHARACTERS],
                status=status,
                answer="",
            )
        )


def _taken(world: World, content: bytes, *, recipients: list[str]) -> str:
    """Put the mail into each mailbox; what is answered."""
    if _BARE_BREAK.search(content):
        return "550 5.6.0 a line ends with a bare CR or LF"
    if not content.isascii():
        return "550 5.6.1 8-bit text was not announced"
    message = email.message_from_bytes(content, policy=email.policy.default)
    try:
        invitation = _invitation(message)
        sender = message["From"].addresses[0].addr_spec
        body = message.get_body(("plain",))
        text = body.get_content() if body is not None else ""
    except (ValueError, LookupError, AttributeError, TypeError) as problem:
        return f"550 5.6.0 cannot be read: {type(problem).__name__}"
    for recipient in recipients:
        world.post(
            recipient=recipient,
            sent_by="smtp",
            sender=sender,
            subject=str(message["Subject"] or ""),
            text=text.replace("\r\n", "\n"),
            message_id=str(message["Message-ID"] or ""),
            invitation=invitation,
        )
    return _TAKEN


def _invitation(message: EmailMessage) -> Invitation | None:
    """The meeting a mail is about.

    Raises:
        ValueError: The calendar part is broken.
    """
    for part in message.walk():
        if part.get_content_type() == "text/calendar" and part.get_param("method"):
            calendar = icalendar.Calendar.from_ical(_bytes(part))
            if str(calendar["METHOD"]) != part.get_param("method"):
                raise ValueError("the method is not the one announced")
            (event,) = calendar.walk("VEVENT")
            return _read(event, method=str(calendar["METHOD"]))
    return None


def _bytes(part: EmailMessage) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _read(event: Any, *, method: str) -> Invitation:
    if method not in ("REQUEST", "CANCEL"):
        raise ValueError("neither a request nor a cancellation")
    if event["DTSTAMP"].dt.tzinfo is None:
        raise ValueError("no DTSTAMP in UTC")
    attendees = event.get("ATTENDEE", [])
    location = str(event.get("LOCATION", ""))
    return Invitation(
        method=method,
        uid=str(event["UID"]),
        sequence=int(event.get("SEQUENCE", 0)),
        interval=Interval(_instant(event["DTSTART"].dt), _instant(event["DTEND"].dt)),
        subject=str(event.get("SUMMARY", "")),
        description=str(event.get("DESCRIPTION", "")),
        location=location,
        organizer=_person(event["ORGANIZER"]),
        attendees=tuple(
            _person(who) for who in (attendees if isinstance(attendees, list) else [attendees])
        ),
        join_url=location if location.startswith(("http://", "https://")) else "",
    )


def _instant(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _person(address: Any) -> Person:
    scheme, _, mailbox = str(address).partition(":")
    if scheme.casefold() != "mailto" or "@" not in mailbox:
        raise ValueError("not a mailbox")
    return Person(
        email=mailbox.casefold(),
        name=str(address.params.get("CN", "")),
        is_optional=address.params.get("ROLE") == "OPT-PARTICIPANT",
    )
