"""The message and the conversation with the server.

A mail goes to all its recipients or to nobody: when one is refused, the text is not sent. Once
it is sent, only the server's answer says whether it was taken.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from connectors.mail.invitations import calendar_text
from connectors.mail.words import one_line, plain, wire_address
from connectors.protocols import CalendarPart, Mail

_CONNECTOR = "mail"
_OPERATION = "send mail"

#: Seconds to connect, and seconds to each answer. Servers check a text before they answer for
#: it; giving up earlier leaves an unknown.
CONNECT_TIMEOUT = 5.0
ANSWER_TIMEOUT = 60.0

#: ASCII only on the wire, whatever the server could take: every server takes that.
_POLICY = SMTP.clone(cte_type="7bit")

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9.-]+>")
_BARE_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST_MESSAGE_ID = 250

_STARTING_DOT = re.compile(rb"^\.", re.MULTILINE)

_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}

_SEND_TEXT = 354
_BAD_CREDENTIALS = range(500, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    scheme: str
    host: str
    port: int
    user: str
    password: str


def _server(url: str) -> _Server:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("a mail server is smtp://, smtps:// or smtp+starttls:// and a host")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise ValueError("a mail server's user and password are ASCII")
    return _Server(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        user=user,
        password=password,
    )


class SmtpMailer:
    """``connectors.protocols.Mailer`` over one SMTP server; a connection for each mail.

    Args:
        url: ``smtp://user:password@host:port``; ``smtps://`` for TLS from the start,
            ``smtp+starttls://`` for TLS before anything is said, never without.
        sender: The address all mail comes from.
        sender_name: The name beside it; may be empty.
        tls: How the server's certificate is checked; the system's authorities by default.
        connect_timeout: Seconds to connect.
        answer_timeout: Seconds to each of the server's answers.
        clock: For mails that do not say when they were written.

    Raises:
        ValueError: The URL or the sender cannot be used.
    """

    def __init__(
        self,
        *,
        url: str,
        sender: str,
        sender_name: str = "",
        tls: ssl.SSLContext | None = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        answer_timeout: float = ANSWER_TIMEOUT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = _server(url)
        address = wire_address(sender)
        if address is None:
            raise ValueError("the sender is not an address")
        self._sender = address
        self._domain = address.rpartition("@")[2]
        self._sender_name = one_line(sender_name)
        self._tls = tls
        self._connect_timeout = connect_timeout
        self._answer_timeout = answer_timeout
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Hand one mail over, to all its recipients or to nobody.

        Raises:
            OutcomeUnknownError: The connection broke after the text was sent.
            RejectedError: The server refused a recipient or the mail for good, or an address
                in it is none.
            ConnectionBrokenError: The server does not accept our credentials, or has no TLS.
            TransientError: Nothing was taken; it can be tried again.
        """
        recipients = [_required_address(address) for address in mail.to]
        if not recipients:
            raise RejectedError(_CONNECTOR, _OPERATION, "it is to nobody")
        content = self._message(mail, recipients).as_bytes()
        with self._connected() as smtp:
            _answered(
                smtp.mail(self._sender, [f"size={len(content)}"] if _takes_size(smtp) else [])
            )
            _all_accepted([smtp.rcpt(recipient) for recipient in recipients])
            code, answer = smtp.docmd("DATA")
            if code != _SEND_TEXT:
                raise _refusal(code, answer)
            _answered(_text_sent(smtp, content))

    def check(self) -> None:
        """Introduce ourselves and log in, without a mail.

        Raises:
            ConnectionBrokenError: The server does not accept our credentials, or has no TLS.
            RejectedError: It refuses to talk to us for good.
            TransientError: It cannot be reached, or not now.
        """
        with self._connected() as smtp:
            _answered(smtp.noop())

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection ready for a mail; whatever breaks it before the text took nothing."""
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connect()
            self._introduce(smtp)
            yield smtp
        except smtplib.SMTPAuthenticationError as error:
            raise _login_refusal(error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise ConnectionBrokenError(
                _CONNECTOR, _OPERATION, "the server lacks TLS or a way to log in"
            ) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TransientError(
                _CONNECTOR, _OPERATION, "the server cannot be reached or hung up"
            ) from error
        finally:
            if smtp is not None:
                _bid_farewell(smtp)

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host,
                server.port,
                local_hostname=self._domain,
                timeout=self._connect_timeout,
                context=self._context(),
            )
        else:
            smtp = smtplib.SMTP(
                server.host,
                server.port,
                local_hostname=self._domain,
                timeout=self._connect_timeout,
            )
        if smtp.sock is not None:
            smtp.sock.settimeout(self._answer_timeout)
        return smtp

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._server.scheme == "smtp+starttls":
            smtp.starttls(context=self._context())
            smtp.ehlo()
        if self._server.user:
            smtp.login(self._server.user, self._server.password)

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _message(self, mail: Mail, recipients: list[str]) -> EmailMessage:
        written_at = (mail.written_at or self._clock()).astimezone(UTC)
        message = EmailMessage(policy=_POLICY)
        message["From"] = Address(self._sender_name, addr_spec=self._sender)
        message["To"] = [Address(addr_spec=recipient) for recipient in recipients]
        message["Subject"] = one_line(mail.subject)
        message["Date"] = format_datetime(written_at)
        message["Message-ID"] = self._message_id(mail.message_id)
        message["Auto-Submitted"] = "auto-generated"
        if mail.reply_to:
            message["Reply-To"] = Address(addr_spec=_required_address(mail.reply_to))
        message.set_content(plain(mail.text))
        if mail.calendar is not None:
            self._add_invitation(message, mail, mail.calendar, written_at)
        return message

    def _add_invitation(
        self, message: EmailMessage, mail: Mail, part: CalendarPart, written_at: datetime
    ) -> None:
        """Twice, as mail programs differ: beside the text, and as a file (RFC 6047, 2.4)."""
        calendar = calendar_text(
            part,
            subject=one_line(part.subject or mail.subject),
            description=plain(mail.text),
            location=one_line(mail.location),
            written_at=written_at,
            sender=self._sender,
            address=_required_address,
        )
        message.add_alternative(
            calendar,
            maintype="text",
            subtype="calendar",
            params={"method": part.method, "charset": "UTF-8", "component": "VEVENT"},
        )
        message.add_attachment(
            calendar, maintype="application", subtype="ics", filename="invite.ics"
        )

    def _message_id(self, wanted: str) -> str:
        if _BARE_TOKEN.fullmatch(wanted):
            return f"<{wanted}@{self._domain}>"
        if _MESSAGE_ID.fullmatch(wanted) and len(wanted) <= _LONGEST_MESSAGE_ID:
            return wanted
        raise RejectedError(_CONNECTOR, _OPERATION, "its Message-ID cannot be used")


def _takes_size(smtp: smtplib.SMTP) -> bool:
    return bool(smtp.has_extn("size"))


def _text_sent(smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """The answer to the text; from its first byte on, silence leaves an unknown."""
    stuffed = _STARTING_DOT.sub(b"..", content)
    if not stuffed.endswith(b"\r\n"):
        stuffed += b"\r\n"
    try:
        smtp.send(stuffed + b".\r\n")
        return smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise OutcomeUnknownError(
            _CONNECTOR, _OPERATION, "no answer after the text was sent"
        ) from error


def _answered(reply: tuple[int, bytes]) -> None:
    code, answer = reply
    if not _is_yes(code):
        raise _refusal(code, answer)


def _all_accepted(replies: list[tuple[int, bytes]]) -> None:
    """Refused for good by one is refused for good, whatever the others would be later."""
    refused = sorted((reply for reply in replies if not _is_yes(reply[0])), reverse=True)
    if refused:
        raise _refusal(*refused[0])


def _is_yes(code: int) -> bool:
    return 200 <= code < 300  # noqa: PLR2004 - what SMTP calls a positive completion


def _refusal(code: int, answer: bytes | str) -> ConnectorError:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    is_final = 500 <= code < 600  # noqa: PLR2004 - what SMTP calls a permanent negative
    kind = RejectedError if is_final else TransientError
    return kind(
        _CONNECTOR, _OPERATION, f"answered {code}", vendor_code=str(code), vendor_message=words
    )


def _login_refusal(error: smtplib.SMTPAuthenticationError) -> ConnectorError:
    if error.smtp_code in _BAD_CREDENTIALS:
        return ConnectionBrokenError(
            _CONNECTOR,
            _OPERATION,
            "our user or password is not accepted",
            vendor_code=str(error.smtp_code),
        )
    return _refusal(error.smtp_code, error.smtp_error)


def _bid_farewell(smtp: smtplib.SMTP) -> None:
    """Say QUIT where somebody still listens; what was taken stays taken."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        if smtp.sock is not None:
            smtp.sock.settimeout(CONNECT_TIMEOUT)
            smtp.quit()
    smtp.close()


def _required_address(address: str) -> str:
    wire = wire_address(address)
    if wire is None:
        raise RejectedError(_CONNECTOR, _OPERATION, "an address in it is none")
    return wire
