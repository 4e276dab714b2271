"""Google's two ways in, and what google-auth must not do behind our back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import ConnectionBrokenError, RateLimitedError, TransientError
from connectors.google import GoogleAccount, GoogleDelegation
from connectors.memory_tokens import MemoryTokenStore
from connectors.protocols import Token
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import LoggedRequest
from tests.connectors.google_world import DelegatedGoogleWorld, GoogleWorld


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> GoogleWorld:
    return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def domain(sandbox: SandboxServer, control: SandboxControl, unique: str) -> DelegatedGoogleWorld:
    return DelegatedGoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


def token_requests(world: GoogleWorld, mailbox: str) -> list[LoggedRequest]:
    with world.sandbox.world.lock:
        return [
            request
            for request in world.sandbox.world.requests
            if (request.vendor, request.operation, request.caller) == ("google", "token", mailbox)
        ]


def all_at_once(count: int, ask: Callable[[], str]) -> set[str]:
    """What several threads get that ask at the same moment."""
    gate = threading.Barrier(count)
    got: list[str] = []

    def run() -> None:
        gate.wait()
        got.append(ask())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == count
    return set(got)


# ------------------------------------------------------------------- one account


def test_an_account_that_never_had_a_token_gets_one_and_keeps_its_consent(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")

    bearer = world.access(host).bearer(host.mailbox)

    stored = world.stores[host.mailbox].current()
    assert stored is not None
    assert stored.access_token == bearer
    assert stored.refresh_token
    assert stored.expires_at is not None
    remaining = stored.expires_at - datetime.now(UTC)
    assert timedelta(minutes=55) < remaining <= timedelta(hours=1)


def test_a_fresh_token_is_used_without_asking_anybody(world: GoogleWorld) -> None:
    host = world.add_host("host")
    first = world.access(host).bearer(host.mailbox)

    second = world.access(host).bearer(host.mailbox)

    assert second == first
    assert len(token_requests(world, host.mailbox)) == 1


def test_a_token_about_to_end_is_renewed_before_it_is_sent(world: GoogleWorld) -> None:
    host = world.add_host("host")
    consent = world.stores[host.mailbox].current()
    assert consent is not None
    store = MemoryTokenStore(
        Token(
            access_token="nearly over",
            refresh_token=consent.refresh_token,
            expires_at=datetime.now(UTC) + timedelta(seconds=20),
        )
    )
    world.stores[host.mailbox] = store

    bearer = world.access(host).bearer(host.mailbox)

    assert bearer != "nearly over"
    assert store.renewals == 1


def test_several_threads_with_one_refused_token_renew_it_once(world: GoogleWorld) -> None:
    host = world.add_host("host")
    access = world.access(host)
    refused = access.bearer(host.mailbox)

    got = all_at_once(6, lambda: access.renew(host.mailbox, refused=refused))

    assert len(got) == 1
    assert refused not in got
    assert len(token_requests(world, host.mailbox)) == 2


def test_an_account_without_consent_is_a_broken_connection(world: GoogleWorld) -> None:
    access = GoogleAccount(
        oauth_url=world.oauth_url,
        client_id="any",
        client_secret="any",
        tokens=MemoryTokenStore(),
    )

    with pytest.raises(ConnectionBrokenError):
        access.bearer("")


def test_consent_taken_back_is_a_broken_connection_and_asked_for_once(world: GoogleWorld) -> None:
    host = world.add_host("host")
    access = world.access(host)
    bearer = access.bearer(host.mailbox)
    world.revoke(host)

    with pytest.raises(ConnectionBrokenError) as caught:
        access.renew(host.mailbox, refused=bearer)

    assert caught.value.vendor_code == "invalid_grant"
    assert caught.value.status == 400


def test_a_client_google_does_not_know_is_a_broken_connection(world: GoogleWorld) -> None:
    host = world.add_host("host")
    access = GoogleAccount(
        oauth_url=world.oauth_url,
        client_id=world.client["id"],
        client_secret="another secret",
        tokens=world.stores[host.mailbox],
    )

    with pytest.raises(ConnectionBrokenError) as caught:
        access.bearer(host.mailbox)

    assert caught.value.vendor_code == "invalid_client"


# ----------------------------------------------------------- what google-auth would do


def test_a_token_endpoint_that_fails_is_asked_twice_and_without_long_pauses(
    world: GoogleWorld,
) -> None:
    """google-auth by itself asks four times with pauses of seconds."""
    host = world.add_host("host")
    world.control.fault(
        vendor="google",
        operation="token",
        caller=host.mailbox,
        kind="status",
        status=503,
        times=99,
    )
    began = time.monotonic()

    with pytest.raises(TransientError):
        world.access(host).bearer(host.mailbox)

    assert len(token_requests(world, host.mailbox)) == 2
    assert time.monotonic() - began < 1.5


def test_a_token_endpoint_that_calls_its_trouble_temporary_in_words_is_asked_once(
    world: GoogleWorld,
) -> None:
    """google-auth by itself takes the word ``server_error`` for an invitation to go on."""
    host = world.add_host("host")
    world.control.fault(
        vendor="google",
        operation="token",
        caller=host.mailbox,
        kind="status",
        status=429,
        body='{"error": "temporarily_unavailable"}',
        headers={"Retry-After": "9"},
        times=99,
    )

    with pytest.raises(RateLimitedError) as caught:
        world.access(host).bearer(host.mailbox)

    assert caught.value.retry_after == timedelta(seconds=9)
    assert len(token_requests(world, host.mailbox)) == 1


def test_a_token_endpoint_that_does_not_answer_is_waited_for_no_longer_than_we_say(
    world: GoogleWorld,
) -> None:
    """google-auth by itself waits 120 seconds."""
    host = world.add_host("host")
    world.control.fault(
        vendor="google",
        operation="token",
        caller=host.mailbox,
        kind="slow",
        seconds=1.5,
        times=99,
    )
    began = time.monotonic()

    with pytest.raises(TransientError):
        world.access(host, seconds=0.2).bearer(host.mailbox)

    assert time.monotonic() - began < 1.2


@pytest.mark.parametrize("kind", ["html", "truncated"])
def test_a_token_endpoint_that_answers_nonsense_is_a_passing_error(
    world: GoogleWorld, kind: str
) -> None:
    """google-auth by itself fails with a ``TypeError``."""
    host = world.add_host("host")
    world.control.fault(vendor="google", operation="token", caller=host.mailbox, kind=kind, times=9)

    with pytest.raises(TransientError):
        world.access(host).bearer(host.mailbox)


def test_an_assertion_names_the_address_it_is_sent_to(domain: DelegatedGoogleWorld) -> None:
    """google-auth by itself always names Google's own."""
    host = domain.add_host("host")

    domain.access(host).bearer(host.mailbox)

    account = domain.state.service_accounts[domain.service_account["client_email"]]
    assert account.audiences == [f"{domain.oauth_url}/token"]


def test_no_token_is_ever_asked_for_without_somebody_to_act_for(
    domain: DelegatedGoogleWorld,
) -> None:
    """google-auth by itself would go and look up where such an account may be used."""
    host = domain.add_host("host")

    with pytest.raises(ConnectionBrokenError):
        domain.access(host).bearer("")

    assert token_requests(domain, domain.service_account["client_email"]) == []


def test_tokens_are_asked_for_at_the_configured_address_whatever_the_key_file_says(
    domain: DelegatedGoogleWorld,
) -> None:
    host = domain.add_host("host")
    access = GoogleDelegation(
        oauth_url=domain.oauth_url,
        service_account_info=domain.service_account
        | {"token_uri": "https://somewhere.invalid/token"},
        reader_mailbox=domain.reader,
    )

    assert access.bearer(host.mailbox).startswith("ya29.")


# ------------------------------------------------------------------------ delegation


def test_each_mailbox_has_a_token_of_its_own_that_is_used_again(
    domain: DelegatedGoogleWorld,
) -> None:
    one, two = domain.add_host("one"), domain.add_host("two")
    access = domain.access(one)

    first, second, again = (access.bearer(h.mailbox) for h in (one, two, one))

    assert first != second
    assert again == first
    assert len(token_requests(domain, one.mailbox)) == 1


def test_several_threads_ask_for_one_mailboxs_token_once(domain: DelegatedGoogleWorld) -> None:
    host = domain.add_host("host")
    access = domain.access(host)

    got = all_at_once(6, lambda: access.bearer(host.mailbox))

    assert len(got) == 1
    assert len(token_requests(domain, host.mailbox)) == 1


@pytest.mark.parametrize("mailbox", ["nobody@{domain}", "somebody@elsewhere.test"])
def test_a_mailbox_that_nobody_may_act_for_is_a_broken_connection(
    domain: DelegatedGoogleWorld, mailbox: str
) -> None:
    host = domain.add_host("host")

    with pytest.raises(ConnectionBrokenError):
        domain.access(host).bearer(mailbox.format(domain=domain.domain))


@pytest.mark.parametrize(
    "change",
    [{"private_key": "no key"}, {"client_email": None}, {"private_key": None}],
    ids=["no key", "nobody's", "without a key"],
)
def test_a_key_file_that_is_none_is_said_at_once(
    domain: DelegatedGoogleWorld, change: dict[str, str | None]
) -> None:
    info = {n: v for n, v in (domain.service_account | change).items() if v is not None}

    with pytest.raises(ConnectionBrokenError):
        GoogleDelegation(
            oauth_url=domain.oauth_url, service_account_info=info, reader_mailbox=domain.reader
        )


def test_another_accounts_key_is_not_believed(
    domain: DelegatedGoogleWorld, control: SandboxControl, sandbox: SandboxServer
) -> None:
    host = domain.add_host("host")
    other = control.seed(google={"service_account": True})["google"]["service_account"]
    access = GoogleDelegation(
        oauth_url=domain.oauth_url,
        service_account_info=domain.service_account | {"private_key": other["private_key"]},
        reader_mailbox=domain.reader,
    )

    with pytest.raises(ConnectionBrokenError) as caught:
        access.bearer(host.mailbox)

    assert caught.value.vendor_code == "invalid_grant"


def test_no_secret_is_in_an_error(world: GoogleWorld) -> None:
    host = world.add_host("host")
    access = world.access(host)
    bearer = access.bearer(host.mailbox)
    stored = world.stores[host.mailbox].current()
    assert stored is not None
    world.revoke(host)

    with pytest.raises(ConnectionBrokenError) as caught:
        access.renew(host.mailbox, refused=bearer)

    text = f"{caught.value} {vars(caught.value)}"
    assert bearer not in text
    assert str(stored.refresh_token) not in text
    assert world.client["secret"] not in text
