from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest

from booking_types.intervals import Interval
from connectors.errors import OutcomeUnknownError, RejectedError, TransientError
from connectors.mail import SmtpMailer
from connectors.protocols import Attendee, CalendarPart, Mail, Mailer
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer

START = datetime(2031, 1, 15, 10, 0, tzinfo=UTC)
WRITTEN = datetime(2031, 1, 2, 8, 30, 15, tzinfo=UTC)


def mailer(sandbox: SandboxServer, **changes: Any) -> Mailer:
    options: dict[str, Any] = {
        "url": sandbox.smtp_url,
        "sender": "bookings@sender.example",
        "sender_name": "Bookings",
    }
    return SmtpMailer(**{**options, **changes})


def a_mail(*to: str, **changes: Any) -> Mail:
    mail = Mail(
        message_id="delivery-1",
        to=to,
        subject="Invitation: Demo",
        text="Hello,\n.\n.. see you — Ü\n",
        reply_to="host@sender.example",
        written_at=WRITTEN,
    )
    return replace(mail, **changes)


def an_invitation(*guests: str, **changes: Any) -> CalendarPart:
    part = CalendarPart(
        method="REQUEST",
        uid="booking-1@sender.example",
        sequence=0,
        interval=Interval(START, START + timedelta(minutes=30)),
        time_zone="Europe/Berlin",
        organizer_email="host@sender.example",
        organizer_name="Host One",
        attendees=tuple(Attendee(email=guest, name="Guest") for guest in guests),
        subject="Demo",
    )
    return replace(part, **changes)


def sent(control: SandboxControl, recipient: str) -> EmailMessage:
    """The one mail to that recipient, as it came over the wire."""
    (call,) = [c for c in control.requests(vendor="smtp") if c["caller"] == recipient]
    message = email.message_from_string(call["body"], policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def calendar_in(message: EmailMessage) -> tuple[str, Any]:
    """The calendar beside the text: as it is written, and its event."""
    (part,) = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return data.decode(), event


# ------------------------------------------------------------------------------ plain mail


def test_a_mail_arrives_with_its_text_unchanged(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"

    mailer(sandbox).send(a_mail(guest))

    (mail,) = control.mails(guest)
    assert mail["subject"] == "Invitation: Demo"
    assert mail["text"] == "Hello,\n.\n.. see you — Ü\n"
    assert mail["sender"] == "bookings@sender.example"
    assert mail["message_id"] == "<delivery-1@sender.example>"
    assert mail["invitation"] is None


def test_a_mail_says_that_a_machine_wrote_it_and_whom_to_answer(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"

    mailer(sandbox).send(a_mail(guest))

    message = sent(control, guest)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] == "host@sender.example"
    assert message["From"] == "Bookings <bookings@sender.example>"
    assert message["Date"].datetime == WRITTEN


def test_the_same_mail_has_the_same_message_id_and_a_whole_one_is_kept(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"

    mailer(sandbox).send(a_mail(guest))
    mailer(sandbox).send(a_mail(guest))
    mailer(sandbox).send(a_mail(guest, message_id="<whole.1@ids.example>"))

    ids = [mail["message_id"] for mail in control.mails(guest)]
    assert ids == ["<delivery-1@sender.example>"] * 2 + ["<whole.1@ids.example>"]


def test_every_recipient_gets_the_mail(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guests = (f"one@{unique}.example", f"two@{unique}.example")

    mailer(sandbox).send(a_mail(*guests))

    assert [len(control.mails(guest)) for guest in guests] == [1, 1]


def test_a_subject_cannot_add_a_header(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"
    evil = f"Demo\r\nBcc: other@{unique}.example\u2028X: y\x00"

    mailer(sandbox).send(a_mail(guest, subject=evil))

    message = sent(control, guest)
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"] == f"Demo Bcc: other@{unique}.example X: y"
    assert control.mails(f"other@{unique}.example") == []


@pytest.mark.parametrize(
    "address",
    [
        "a@b",
        "a..b@c.example",
        "@c.example",
        "a@c.example, d@c.example",
        "a@c.example\r\nBcc: x@y.example",
        "a@c.example\n",
        '"a@evil.example"@c.example',
        "a@[127.0.0.1]",
        "a" * 65 + "@c.example",
        "ü@c.example",
        "",
    ],
)
def test_what_is_no_address_is_refused_and_nothing_is_sent(
    sandbox: SandboxServer, control: SandboxControl, unique: str, address: str
) -> None:
    guest = f"guest@{unique}.example"

    with pytest.raises(RejectedError):
        mailer(sandbox).send(a_mail(guest, address))
    with pytest.raises(RejectedError):
        mailer(sandbox).send(a_mail(guest, reply_to=address or "@"))
    for part in (an_invitation(guest, organizer_email=address), an_invitation(guest, address)):
        with pytest.raises(RejectedError):
            mailer(sandbox).send(a_mail(guest, calendar=part))

    assert control.mails(guest) == []


def test_a_domain_of_other_letters_goes_out_in_punycode(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    domain = f"bücher-{unique}.example"
    guest = f"gast@{domain}"
    on_the_wire = f"gast@{domain.encode('idna').decode()}"

    mailer(sandbox).send(a_mail(guest, calendar=an_invitation(guest)))

    (mail,) = control.mails(on_the_wire)
    assert mail["invitation"]["attendees"][0]["email"] == on_the_wire
    assert sent(control, on_the_wire)["To"] == on_the_wire


def test_a_mail_to_nobody_is_refused(sandbox: SandboxServer) -> None:
    with pytest.raises(RejectedError):
        mailer(sandbox).send(a_mail())


@pytest.mark.parametrize("message_id", ["", "a b", "<a>", "<a@b>\r\nBcc: x@y.example", "ü"])
def test_a_message_id_that_cannot_be_one_is_refused(
    sandbox: SandboxServer, unique: str, message_id: str
) -> None:
    with pytest.raises(RejectedError):
        mailer(sandbox).send(a_mail(f"guest@{unique}.example", message_id=message_id))


# ----------------------------------------------------------------------------- invitations


def test_an_invitation_arrives_as_one(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest, other = f"guest@{unique}.example", f"other@{unique}.example"
    part = an_invitation(
        guest,
        attendees=(
            Attendee(email=guest, name='Guest "One", Ü; Ltd'),
            Attendee(email=other, is_optional=True),
        ),
    )

    mailer(sandbox).send(a_mail(guest, calendar=part, location="https://meet.example/1"))

    (mail,) = control.mails(guest)
    invitation = mail["invitation"]
    assert invitation["method"] == "REQUEST"
    assert invitation["uid"] == "booking-1@sender.example"
    assert invitation["sequence"] == 0
    assert datetime.fromisoformat(invitation["interval"]["start"]) == START
    assert invitation["subject"] == "Demo"
    assert invitation["description"] == "Hello,\n.\n.. see you — Ü\n"
    assert invitation["location"] == "https://meet.example/1"
    assert invitation["organizer"]["email"] == "host@sender.example"
    assert invitation["organizer"]["name"] == "Host One"
    assert [who["email"] for who in invitation["attendees"]] == [guest, other]
    assert [who["is_optional"] for who in invitation["attendees"]] == [False, True]
    assert invitation["attendees"][0]["name"] == "Guest 'One', Ü; Ltd"


def test_an_invitation_stands_beside_the_text_and_in_a_file(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"

    mailer(sandbox).send(a_mail(guest, calendar=an_invitation(guest)))

    message = sent(control, guest)
    assert message.get_content_type() == "multipart/mixed"
    alternative, attachment = message.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain",
        "text/calendar",
    ]
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_content().decode() == calendar_in(message)[0]


def test_an_invitation_carries_what_a_calendar_needs_to_order_its_changes(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"

    mailer(sandbox).send(a_mail(guest, calendar=an_invitation(guest, sequence=3)))

    text, event = calendar_in(sent(control, guest))
    assert event["SEQUENCE"] == 3
    assert event["DTSTAMP"].dt == WRITTEN
    assert event["STATUS"] == "CONFIRMED"
    assert "DTSTART:20310115T100000Z" in text
    assert event["ORGANIZER"].params["SENT-BY"] == "mailto:bookings@sender.example"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"


def test_a_cancellation_says_so_everywhere(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"

    mailer(sandbox).send(a_mail(guest, calendar=an_invitation(guest, method="CANCEL", sequence=1)))

    (mail,) = control.mails(guest)
    assert mail["invitation"]["method"] == "CANCEL"
    message = sent(control, guest)
    assert calendar_in(message)[1]["STATUS"] == "CANCELLED"


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\r\r\n", "\u2028", "\x0b", "\x85"])
def test_no_text_can_add_a_line_to_the_calendar(
    sandbox: SandboxServer, control: SandboxControl, unique: str, line_break: str
) -> None:
    guest = f"guest@{unique}.example"
    evil = f"Demo{line_break}ATTENDEE:mailto:evil@{unique}.example;,\\ \x07end"
    part = an_invitation(
        guest,
        subject=evil,
        uid=f"uid{line_break}ATTENDEE:mailto:evil@{unique}.example",
        organizer_name=evil,
        attendees=(Attendee(email=guest, name=evil),),
    )

    mailer(sandbox).send(a_mail(guest, subject=evil, text=evil, location=evil, calendar=part))

    text, event = calendar_in(sent(control, guest))
    lines = text.replace("\r\n ", "").split("\r\n")
    assert len([line for line in lines if line.startswith("ATTENDEE")]) == 1
    assert "\r" not in text.replace("\r\n", "")
    assert "\x07" not in text
    assert event["SUMMARY"].endswith(f"evil@{unique}.example;,\\ end")


def test_calendar_lines_are_folded_by_octets_between_whole_characters(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"
    title = "Übung 👩‍💻 " * 40

    mailer(sandbox).send(a_mail(guest, calendar=an_invitation(guest, subject=title)))

    text, event = calendar_in(sent(control, guest))
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert event["SUMMARY"] == title.strip()


# --------------------------------------------------------------------------- what goes wrong


def test_a_recipient_refused_for_good_is_a_refusal_and_nobody_gets_the_mail(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    good, bad = f"good@{unique}.example", f"bad@{unique}.example"
    control.fault(vendor="smtp", kind="status", operation="rcpt", caller=bad, status=550)

    with pytest.raises(RejectedError) as caught:
        mailer(sandbox).send(a_mail(good, bad))

    assert caught.value.vendor_code == "550"
    assert control.mails(good) == []


def test_a_recipient_refused_for_now_may_be_tried_again(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    good, later = f"good@{unique}.example", f"later@{unique}.example"
    control.fault(vendor="smtp", kind="status", operation="rcpt", caller=later, status=451)

    with pytest.raises(TransientError) as caught:
        mailer(sandbox).send(a_mail(good, later))

    assert type(caught.value) is TransientError
    assert control.mails(good) == []
    mailer(sandbox).send(a_mail(good, later))
    assert len(control.mails(good)) == 1


@pytest.mark.parametrize(("status", "error"), [(554, RejectedError), (452, TransientError)])
def test_a_text_the_server_does_not_take_was_not_taken(
    sandbox: SandboxServer,
    control: SandboxControl,
    unique: str,
    status: int,
    error: type[Exception],
) -> None:
    guest = f"guest@{unique}.example"
    control.fault(vendor="smtp", kind="status", operation="data", caller=guest, status=status)

    with pytest.raises(error) as caught:
        mailer(sandbox).send(a_mail(guest))

    assert type(caught.value) is error
    assert control.mails(guest) == []


@pytest.mark.parametrize("operation", ["rcpt", "data"])
def test_a_connection_that_breaks_before_the_text_took_nothing(
    sandbox: SandboxServer, control: SandboxControl, unique: str, operation: str
) -> None:
    guest = f"guest@{unique}.example"
    control.fault(vendor="smtp", kind="drop_before", operation=operation, caller=guest)

    with pytest.raises(TransientError) as caught:
        mailer(sandbox).send(a_mail(guest))

    assert type(caught.value) is TransientError
    assert control.mails(guest) == []


def test_a_connection_that_breaks_after_the_text_leaves_an_unknown(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"
    control.fault(vendor="smtp", kind="commit_then_drop", operation="data", caller=guest)

    with pytest.raises(OutcomeUnknownError):
        mailer(sandbox).send(a_mail(guest))

    assert len(control.mails(guest)) == 1


def test_an_answer_to_the_text_that_does_not_come_leaves_an_unknown(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    guest = f"guest@{unique}.example"
    control.fault(vendor="smtp", kind="slow", operation="data", caller=guest, seconds=1)

    with pytest.raises(OutcomeUnknownError):
        mailer(sandbox, answer_timeout=0.2).send(a_mail(guest))


def test_a_server_that_is_not_there_took_nothing(sandbox: SandboxServer, unique: str) -> None:
    with pytest.raises(TransientError) as caught:
        mailer(sandbox, url="smtp://127.0.0.1:1").send(a_mail(f"guest@{unique}.example"))

    assert type(caught.value) is TransientError


@contextmanager
def a_server_saying(greeting: bytes) -> Iterator[str]:
    """A server that greets, and then says nothing more."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def serve() -> None:
        connection, _ = listener.accept()
        connections.append(connection)
        connection.sendall(greeting)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
    thread.join()
    for connection in connections:
        connection.close()
    listener.close()


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"", TransientError),
        (b"220 ready\r\n", TransientError),
        (b"421 busy\r\n", TransientError),
        (b"554 not you\r\n", RejectedError),
    ],
)
def test_a_server_that_does_not_get_going_took_nothing(
    sandbox: SandboxServer, unique: str, greeting: bytes, error: type[Exception]
) -> None:
    with a_server_saying(greeting) as url, pytest.raises(error) as caught:
        mailer(sandbox, url=url, connect_timeout=0.3, answer_timeout=0.3).send(
            a_mail(f"guest@{unique}.example")
        )

    assert type(caught.value) is error


@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://mail.example"},
        {"url": "smtp://"},
        {"url": "smtp://user:pässword@mail.example"},
        {"sender": "nobody"},
    ],
)
def test_a_mailer_that_could_never_send_is_not_made(
    sandbox: SandboxServer, options: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"mail server|sender"):
        mailer(sandbox, **options)
