"""Tokens are renewed once, by whoever comes first, and hold nobody up."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.clock import now
from app.storage.tables import Connection, Org
from app.tokens import RowTokenStore
from connectors.errors import ConnectionBrokenError
from connectors.protocols import Token
from tests.house import House, upcoming


def a_store(house: House, table: type[Org | Connection] = Org, *key: object) -> RowTokenStore:
    return RowTokenStore(
        database=house.wiring.database,
        sealer=house.wiring.sealer,
        clock=now,
        org_id=house.org_id,
        table=table,
        key=(house.org_id, *key),  # type: ignore[arg-type]  # the connection's id comes as object
    )


def test_a_slow_login_of_an_org_holds_up_none_of_its_bookings(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    lead = house.a_lead()
    house.wiring.vendors.crm(house.org_id).check_organization()
    entered, leave = threading.Event(), threading.Event()

    def fetch(_stored: Token | None) -> Token:
        entered.set()
        leave.wait(20)
        return Token(access_token="new", expires_at=now() + timedelta(hours=1))

    store = a_store(house)
    with ThreadPoolExecutor() as pool:
        refused = store.current()
        assert refused is not None
        renewing = pool.submit(store.renew, refused=refused.access_token, fetch=fetch)
        entered.wait(20)
        view = house.book(lead, kind, upcoming(2, "10:00"), host=host)
        leave.set()
        renewing.result()

    assert view.booking.status == "scheduled"


def test_threads_that_want_the_same_token_queue_outside_the_database(house: House) -> None:
    entered, leave, calls = threading.Event(), threading.Event(), []

    def fetch(_stored: Token | None) -> Token:
        calls.append(1)
        entered.set()
        leave.wait(20)
        return Token(access_token="new", expires_at=now() + timedelta(hours=1))

    store = a_store(house)
    with ThreadPoolExecutor(max_workers=40) as pool:
        renewing = [pool.submit(store.renew, refused=None, fetch=fetch) for _ in range(40)]
        entered.wait(20)
        others = house.execute("select count(*) from hosts")
        leave.set()
        tokens = {future.result().access_token for future in renewing}

    assert others == [(0,)]
    assert tokens == {"new"}
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("code", "status"), [("invalid_grant", "broken"), ("invalid_client", "active")]
)
def test_only_a_withdrawn_consent_breaks_a_connection_not_a_wrong_secret_of_ours(
    house: House, code: str, status: str
) -> None:
    house.a_host("host")
    connection_id = house.execute("select connection_id from connections")[0][0]
    store = a_store(house, Connection, connection_id)

    def fetch(_stored: Token | None) -> Token:
        raise ConnectionBrokenError("google", "get a token", "refused", vendor_code=code)

    with pytest.raises(ConnectionBrokenError):
        store.renew(refused=None, fetch=fetch)

    assert house.execute("select status from connections") == [(status,)]


def test_a_token_that_was_renewed_elsewhere_is_taken_and_not_renewed_again(
    house: House,
) -> None:
    mine, theirs = a_store(house), a_store(house)
    first = mine.renew(refused=None, fetch=lambda _: Token(access_token="one"))
    theirs.renew(refused=first.access_token, fetch=lambda _: Token(access_token="two"))

    found = mine.renew(
        refused="one", fetch=lambda _: pytest.fail("nobody has to ask the vendor again")
    )

    assert found.access_token == "two"
