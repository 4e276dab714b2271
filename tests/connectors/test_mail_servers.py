from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.errors import ConnectionBrokenError, TransientError
from connectors.mail import SmtpMailer
from connectors.protocols import Mail

MAIL = Mail(message_id="one", to=("guest@guests.example",), subject="Demo", text="Hello.\n")


class Inbox:
    """Counts what it takes."""

    def __init__(self) -> None:
        self.was_encrypted: list[bool] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd hands it over
        session: Any,
        envelope: Any,  # noqa: ARG002 - aiosmtpd hands it over
    ) -> str:
        self.was_encrypted.append(session.ssl is not None)
        return "250 OK"


class RefusesText(SMTP):
    """Refuses before it has seen the text."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802, ARG002 - as aiosmtpd calls it
        await self.push("451 later")


def only_the_mailer(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
    good = LoginPassword(login=b"mailer@sender.example", password=b"p@ss/word")
    return AuthResult(success=data == good, handled=False)


@contextmanager
def listening(
    factory: Callable[[asyncio.AbstractEventLoop], SMTP], *, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A mail server of one's own; its port."""
    loop = asyncio.new_event_loop()
    # In a thread of its own from the start: this one may have another loop at work, a browser's.
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def begin() -> asyncio.Server:
        return await loop.create_server(lambda: factory(loop), "127.0.0.1", 0, ssl=tls)

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:

        async def close() -> None:
            server.close()
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side and the side of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def test_a_mail_goes_out_after_starttls_and_login(
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    inbox = Inbox()

    def server(loop: asyncio.AbstractEventLoop) -> SMTP:
        return SMTP(
            inbox,
            hostname="mail.example",
            loop=loop,
            tls_context=tls[0],
            require_starttls=True,
            auth_required=True,
            authenticator=only_the_mailer,
        )

    with listening(server) as port:
        url = f"smtp+starttls://mailer%40sender.example:p%40ss%2Fword@127.0.0.1:{port}"
        SmtpMailer(url=url, sender="bookings@sender.example", tls=tls[1]).send(MAIL)

    assert inbox.was_encrypted == [True]


def test_a_mail_goes_out_over_tls_from_the_start(
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    inbox = Inbox()

    with listening(
        lambda loop: SMTP(inbox, hostname="mail.example", loop=loop), tls=tls[0]
    ) as port:
        SmtpMailer(
            url=f"smtps://127.0.0.1:{port}", sender="bookings@sender.example", tls=tls[1]
        ).send(MAIL)

    assert len(inbox.was_encrypted) == 1


def test_a_wrong_password_is_a_broken_connection(
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    inbox = Inbox()

    def server(loop: asyncio.AbstractEventLoop) -> SMTP:
        return SMTP(
            inbox,
            hostname="mail.example",
            loop=loop,
            tls_context=tls[0],
            authenticator=only_the_mailer,
        )

    with listening(server) as port:
        mailer = SmtpMailer(
            url=f"smtp+starttls://mailer:wrong@127.0.0.1:{port}",
            sender="bookings@sender.example",
            tls=tls[1],
        )
        with pytest.raises(ConnectionBrokenError):
            mailer.send(MAIL)

    assert inbox.was_encrypted == []


def test_a_server_without_starttls_gets_nothing_in_the_clear() -> None:
    inbox = Inbox()

    with listening(lambda loop: SMTP(inbox, hostname="mail.example", loop=loop)) as port:
        mailer = SmtpMailer(
            url=f"smtp+starttls://127.0.0.1:{port}", sender="bookings@sender.example"
        )
        with pytest.raises(ConnectionBrokenError):
            mailer.send(MAIL)

    assert inbox.was_encrypted == []


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    inbox = Inbox()

    def server(loop: asyncio.AbstractEventLoop) -> SMTP:
        return SMTP(inbox, hostname="mail.example", loop=loop, tls_context=tls[0])

    with listening(server) as port:
        mailer = SmtpMailer(
            url=f"smtp+starttls://127.0.0.1:{port}", sender="bookings@sender.example"
        )
        with pytest.raises(TransientError):
            mailer.send(MAIL)

    assert inbox.was_encrypted == []


def test_a_server_that_wants_no_text_now_gets_none_and_may_be_tried_again() -> None:
    inbox = Inbox()

    with listening(lambda loop: RefusesText(inbox, hostname="mail.example", loop=loop)) as port:
        mailer = SmtpMailer(url=f"smtp://127.0.0.1:{port}", sender="bookings@sender.example")
        with pytest.raises(TransientError) as caught:
            mailer.send(MAIL)

    assert type(caught.value) is TransientError
    assert caught.value.vendor_code == "451"
