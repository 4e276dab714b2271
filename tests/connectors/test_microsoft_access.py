"""Getting into Graph: what msal does badly does not come through to us."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import (
    ConnectionBrokenError,
    OutcomeUnknownError,
    RateLimitedError,
    TransientError,
)
from connectors.memory_tokens import MemoryTokenStore
from connectors.microsoft import MicrosoftAccount, MicrosoftApplication
from connectors.protocols import Token
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import HostAccount
from tests.connectors.microsoft_world import MicrosoftApplicationWorld, MicrosoftWorld


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    return MicrosoftWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def organisation(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    return MicrosoftApplicationWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def host(world: MicrosoftWorld) -> HostAccount:
    return world.add_host("host")


def login_fails(world: MicrosoftWorld, host: HostAccount, kind: str, **details: Any) -> None:
    """The token endpoint does something else when it is asked for that host's token."""
    world.control.fault(
        vendor="microsoft", operation="token", caller=host.mailbox, kind=kind, **details
    )


def token_requests(world: MicrosoftWorld, caller: str) -> int:
    with world.sandbox.world.lock:
        return sum(
            1
            for request in world.sandbox.world.requests
            if (request.vendor, request.operation) == ("microsoft", "token")
            and request.caller == caller
        )


def test_a_refusal_is_asked_anew_the_next_time_and_not_answered_from_memory(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    login_fails(world, host, "status", status=400, body='{"error": "invalid_grant"}')
    access = world.access(host)

    with pytest.raises(ConnectionBrokenError):
        access.bearer(host.mailbox)
    token = access.bearer(host.mailbox)

    assert token
    assert token_requests(world, host.mailbox) == 2


def test_a_login_that_asks_to_slow_down_says_for_how_long_and_is_asked_anew_afterwards(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    login_fails(world, host, "status", status=429, body="{}", headers={"Retry-After": "30"})
    access = world.access(host)

    with pytest.raises(RateLimitedError) as caught:
        access.bearer(host.mailbox)
    token = access.bearer(host.mailbox)

    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 30
    assert token


def test_a_login_that_stumbles_once_is_not_noticed(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    login_fails(world, host, "status", status=503)

    assert world.access(host).bearer(host.mailbox)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("status", {"status": 503}),
        ("status", {"status": 503, "body": '{"error": "no"}'}),
        ("html", {}),
        ("truncated", {}),
        ("drop_before", {}),
        ("slow", {"seconds": 0.6}),
        ("status", {"status": 200, "body": "[]"}),
        ("status", {"status": 200, "body": '{"access_token": "a", "expires_in": "soon"}'}),
        ("status", {"status": 400, "body": '{"error": "temporarily_unavailable"}'}),
    ],
)
def test_a_login_that_cannot_be_had_is_a_passing_error_and_keeps_what_is_stored(
    world: MicrosoftWorld, host: HostAccount, kind: str, details: dict[str, Any]
) -> None:
    login_fails(world, host, kind, times=2, **details)
    access = world.access(host, timeout=(1.5, 0.3))
    before = world.stores[host.mailbox].current()

    with pytest.raises(TransientError) as caught:
        access.bearer(host.mailbox)

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert world.stores[host.mailbox].current() == before


@pytest.mark.parametrize("kind", ["html", "drop_before", "truncated"])
def test_a_discovery_document_that_cannot_be_had_is_a_passing_error(
    world: MicrosoftWorld, host: HostAccount, kind: str
) -> None:
    # The document is nobody's in particular; only this test's connector asks by this tenant.
    tenant = world.seed()["tenant_id"]
    world.control.fault(
        vendor="microsoft", operation="openid_configuration", caller=tenant, kind=kind, times=2
    )

    with pytest.raises(TransientError):
        world.access(host, tenant=tenant).bearer(host.mailbox)


def test_a_tenant_nobody_knows_is_a_broken_connection_with_the_vendors_code(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    with pytest.raises(ConnectionBrokenError) as caught:
        world.access(host, tenant="no-such-tenant").bearer(host.mailbox)

    assert caught.value.vendor_code == "AADSTS90002"


def test_a_wrong_secret_is_a_broken_connection_with_the_vendors_code(
    organisation: MicrosoftWorld,
) -> None:
    host = organisation.add_host("host")

    with pytest.raises(ConnectionBrokenError) as caught:
        organisation.access(host, client_secret="wrong").bearer(host.mailbox)

    assert caught.value.vendor_code == "AADSTS7000215"


def test_a_login_that_wants_a_person_is_a_broken_connection(world: MicrosoftWorld) -> None:
    host = world.add_account("host", interaction_required=True)

    with pytest.raises(ConnectionBrokenError) as caught:
        world.access(host).bearer(host.mailbox)

    assert caught.value.vendor_code == "AADSTS50076"


def test_an_account_that_never_connected_asks_nobody(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    access = MicrosoftAccount(mailbox=host.mailbox, tokens=MemoryTokenStore(), **world.login())

    with pytest.raises(ConnectionBrokenError):
        access.bearer(host.mailbox)

    assert token_requests(world, host.mailbox) == 0


def test_the_newest_refresh_token_is_kept(world: MicrosoftWorld, host: HostAccount) -> None:
    first = world.accounts[host.mailbox]["refresh_token"]

    world.access(host).bearer(host.mailbox)

    stored = world.stores[host.mailbox].current()
    assert stored is not None
    assert stored.refresh_token not in (None, first)
    assert stored.expires_at is not None


def test_a_token_that_is_almost_over_is_replaced_before_it_is_used(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    stored = Token(
        access_token="almost over",
        expires_at=datetime.now(UTC) + timedelta(seconds=30),
        refresh_token=world.accounts[host.mailbox]["refresh_token"],
    )
    world.stores[host.mailbox] = MemoryTokenStore(stored)

    assert world.access(host).bearer(host.mailbox) != "almost over"


def test_a_refused_token_is_not_given_again(organisation: MicrosoftWorld) -> None:
    host = organisation.add_host("host")
    access = organisation.access(host)
    refused = access.bearer(host.mailbox)

    renewed = access.renew(host.mailbox, refused=refused)

    assert renewed != refused


def test_a_token_is_fetched_once_however_many_need_it(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    access = world.access(host)
    threads = [threading.Thread(target=access.bearer, args=(host.mailbox,)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert token_requests(world, host.mailbox) == 1


def test_no_secret_is_in_what_an_error_says(world: MicrosoftWorld, host: HostAccount) -> None:
    world.revoke(host)
    refresh_token = world.accounts[host.mailbox]["refresh_token"]

    with pytest.raises(ConnectionBrokenError) as caught:
        world.access(host).bearer(host.mailbox)

    said = str(caught.value) + caught.value.vendor_message
    assert refresh_token not in said
    assert world.tenant["client_secret"] not in said


def test_an_account_calls_itself_me_and_others_by_their_address(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    access = world.access(host)

    assert access.path(host.mailbox.upper()) == "/me"
    assert access.path("a+b@example.com") == "/users/a%2Bb@example.com"


def test_an_application_calls_everybody_by_their_address(organisation: MicrosoftWorld) -> None:
    access = MicrosoftApplication(tokens=MemoryTokenStore(), **organisation.login())

    assert access.path("a/b@example.com") == "/users/a%2Fb@example.com"
