"""The one way onto the network: nothing a server does holds us for ever."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import requests

from connectors.errors import OutcomeUnknownError, TransientError
from connectors.transport import (
    MAX_BODY_BYTES,
    network_error,
    reading_session,
    retry_after,
    writing_session,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@contextlib.contextmanager
def a_server(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads one request per connection and answers as it is told."""
    listening = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, contextlib.suppress(OSError):
                    seen.append(connection.recv(65_536))
                    answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen
    listening.close()


def test_an_answer_that_drips_is_given_up() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            threading.Event().wait(0.05)

    with a_server(drip) as (url, _):
        began = time.monotonic()
        with pytest.raises(requests.RequestException):
            writing_session(timeout=(1.0, 0.3)).get(url)

    assert time.monotonic() - began < 10


def test_an_answer_without_end_is_cut() -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(HEAD + f"Content-Length: {10 * MAX_BODY_BYTES}\r\n\r\n".encode())
        for _ in range(10 * MAX_BODY_BYTES // 65_536):
            connection.sendall(bytes(65_536))

    with a_server(flood) as (url, _), pytest.raises(requests.ConnectionError):
        writing_session().get(url)


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        b"Connection: close\r\n\r\nhello",
    ],
    ids=["with a length", "chunked", "until the end"],
)
def test_an_ordinary_answer_is_read_whole(body: bytes) -> None:
    with a_server(lambda connection: connection.sendall(HEAD + body)) as (url, _):
        assert writing_session().get(url).text == "hello"


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    broken = HEAD + b"Content-Length: 50\r\n\r\nhello"

    with (
        a_server(lambda connection: connection.sendall(broken)) as (url, _),
        pytest.raises(requests.ConnectionError),
    ):
        writing_session().get(url)


def test_a_read_is_tried_twice_and_a_write_once() -> None:
    failing = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    with a_server(lambda connection: connection.sendall(failing)) as (url, seen):
        assert reading_session().get(url).status_code == 503
        reads = len(seen)
        assert writing_session().post(url).status_code == 503
        writes = len(seen) - reads

    assert (reads, writes) == (2, 1)


def test_a_mapped_address_is_led_elsewhere_and_the_proxy_of_the_environment_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    answer = HEAD + b"Content-Length: 2\r\n\r\nok"

    with a_server(lambda connection: connection.sendall(answer)) as (url, seen):
        session = reading_session({"https://vendor.invalid": url})
        assert session.get("https://vendor.invalid/path?x=1").text == "ok"

    assert seen[0].startswith(b"GET /path?x=1 ")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.ConnectTimeout(), TransientError),
        (requests.ConnectionError("NewConnectionError: refused"), TransientError),
        (requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"), TransientError),
        (requests.exceptions.SSLError("EOF occurred in violation of protocol"),
         OutcomeUnknownError),
        (requests.ReadTimeout(), OutcomeUnknownError),
        (requests.ConnectionError("Connection aborted"), OutcomeUnknownError),
    ],
)  # fmt: skip
def test_a_write_is_unknown_unless_it_surely_never_left(
    error: Exception, kind: type[TransientError]
) -> None:
    found = network_error(error, connector="x", operation="write", is_write=True)

    assert type(found) is kind


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "120"}, timedelta(seconds=120)),
        ({"Retry-After": "Mon, 08 Mar 2027 10:02:00 GMT", "Date": "Mon, 08 Mar 2027 10:00:00 GMT"},
         timedelta(seconds=120)),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_how_long_a_vendor_wants_to_be_left_alone_is_read_in_both_spellings(
    headers: dict[str, str], expected: timedelta | None
) -> None:
    response = requests.Response()
    response.headers.update(headers)

    assert retry_after(response) == expected
