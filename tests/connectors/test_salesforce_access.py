from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.errors import (
    ConnectionBrokenError,
    ConnectorError,
    MissingError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from connectors.memory_tokens import MemoryTokenStore
from connectors.protocols import Crm, Token
from connectors.salesforce.statements import soql
from connectors.salesforce.tokens import audience
from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import SalesforceOrg


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    return SalesforceOrg.make(control, unique)


def errors(code: str, message: str = "") -> str:
    return json.dumps([{"errorCode": code, "message": message, "fields": []}])


# ------------------------------------------------------------------------------ signing in


def test_the_connector_is_a_crm(org: SalesforceOrg) -> None:
    crm: Crm = org.crm()

    assert crm.check_organization() == org.made["org_id"]


def test_one_token_serves_many_calls(org: SalesforceOrg) -> None:
    crm = org.crm()

    crm.check_organization()
    crm.check_organization()

    assert len(org.calls("token")) == 1
    token = org.tokens.current()
    assert token is not None
    assert token.expires_at is None


def test_a_token_that_is_over_is_replaced_once(org: SalesforceOrg) -> None:
    org.tokens = MemoryTokenStore(Token(access_token="old", instance_url=org.made["instance_url"]))

    found = org.crm().check_organization()

    assert found == org.made["org_id"]
    assert len(org.calls("query")) == 2
    assert org.tokens.renewals == 1


def test_a_new_token_that_is_refused_as_well_ends_the_attempt(org: SalesforceOrg) -> None:
    org.fault("status", operation="query", status=401, body=errors("INVALID_SESSION_ID"), times=50)

    with pytest.raises(ConnectionBrokenError) as raised:
        org.crm().check_organization()

    assert raised.value.vendor_code == "INVALID_SESSION_ID"
    assert len(org.calls("query")) == 2
    assert org.tokens.renewals == 2


def test_a_401_that_is_not_json_asks_for_a_new_token_too(org: SalesforceOrg) -> None:
    org.fault("status", operation="query", status=401, body="<html>no</html>")

    assert org.crm().check_organization() == org.made["org_id"]


def test_a_write_with_a_token_that_is_over_is_done_once_and_keeps_its_headers(
    control: SandboxControl, unique: str
) -> None:
    rules = {"Lead": f"cohost@{unique}.example"}
    org = SalesforceOrg.make(control, unique, assignment_rules=rules)
    lead = org.lead()
    crm = org.crm()
    crm.describe("Lead")
    org.fault("status", operation="row_update", status=401, body=errors("INVALID_SESSION_ID"))

    crm.update_record(object_name="Lead", record_id=lead, values={"OwnerId": org.user("host")})

    # Without its header an assignment rule would have given the lead to the co-host.
    assert org.query("SELECT OwnerId FROM Lead") == [{"OwnerId": org.user("host")}]
    assert len(org.calls("row_update")) == 2


def test_many_threads_with_a_token_that_is_over_fetch_one(org: SalesforceOrg) -> None:
    org.tokens = MemoryTokenStore(Token(access_token="old", instance_url=org.made["instance_url"]))
    crm = org.crm()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: crm.check_organization(), range(8)))

    assert set(found) == {org.made["org_id"]}
    assert org.tokens.renewals == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"consumer_key": "unknown"},
        {"username": "nobody@nowhere.example"},
        {"private_key_pem": "no key"},
        {"private_key_pem": None, "client_secret": "wrong"},
    ],
)
def test_an_app_that_the_org_refuses_is_a_broken_connection(
    org: SalesforceOrg, changes: dict[str, Any]
) -> None:
    with pytest.raises(ConnectionBrokenError):
        org.crm(**changes).check_organization()


def test_client_credentials_and_refresh_tokens_open_the_org_too(org: SalesforceOrg) -> None:
    secret = {"private_key_pem": None, "client_secret": org.made["consumer_secret"]}
    refresh = Token(access_token="", refresh_token=org.made["refresh_token"])

    by_secret = org.crm(**secret, tokens=MemoryTokenStore()).check_organization()
    store = MemoryTokenStore(refresh)
    by_refresh = org.crm(**secret, tokens=store).check_organization()

    assert by_secret == by_refresh == org.made["org_id"]
    kept = store.current()
    assert kept is not None
    assert kept.refresh_token == org.made["refresh_token"]


def test_a_connector_without_key_and_secret_is_not_built(org: SalesforceOrg) -> None:
    with pytest.raises(ValueError, match="key or a client secret"):
        org.crm(private_key_pem=None)


def token_answer(instance_url: str) -> str:
    return json.dumps({"access_token": "a", "instance_url": instance_url})


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 503, "times": 2}, TransientError),
        ({"kind": "html"}, TransientError),
        ({"kind": "truncated"}, TransientError),
        ({"kind": "drop_before", "times": 2}, TransientError),
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "7"}}, RateLimitedError),
        ({"kind": "status", "status": 200, "body": token_answer("http://x.test")}, TransientError),
        ({"kind": "status", "status": 200, "body": token_answer("nonsense")}, TransientError),
    ],
)
def test_trouble_while_signing_in_has_its_own_error(
    org: SalesforceOrg, fault: dict[str, Any], kind: type[ConnectorError]
) -> None:
    org.fault(operation="token", **fault)

    with pytest.raises(kind) as raised:
        org.crm().check_organization()

    assert not isinstance(raised.value, ConnectionBrokenError)
    assert org.tokens.current() is None


@pytest.mark.parametrize(
    ("login_url", "expected"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com/", "https://test.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("http://127.0.0.1:8090/salesforce", "http://127.0.0.1:8090/salesforce"),
    ],
)
def test_an_assertion_is_for_the_login_host(login_url: str, expected: str) -> None:
    assert audience(login_url) == expected


# ----------------------------------------------------------------------------------- faults


DAILY = errors("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
CONCURRENT = errors("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 403, "body": DAILY}, RateLimitedError),
        ({"kind": "status", "status": 403, "body": CONCURRENT}, RateLimitedError),
        ({"kind": "status", "status": 403, "body": errors("API_DISABLED_FOR_ORG")}, RejectedError),
        ({"kind": "status", "status": 400, "body": errors("QUERY_TIMEOUT")}, TransientError),
        ({"kind": "status", "status": 400, "body": errors("UNKNOWN_EXCEPTION")}, TransientError),
        ({"kind": "status", "status": 404, "body": errors("NOT_FOUND")}, MissingError),
        ({"kind": "status", "status": 503, "times": 2}, TransientError),
        ({"kind": "status", "status": 302, "headers": {"Location": "/"}}, RejectedError),
        ({"kind": "status", "status": 200, "body": "[]"}, TransientError),
        ({"kind": "status", "status": 200, "body": '{"records": [7]}'}, TransientError),
        ({"kind": "status", "status": 200, "body": '{"records": []}'}, TransientError),
        ({"kind": "html"}, TransientError),
        ({"kind": "truncated"}, TransientError),
        ({"kind": "drop_before", "times": 2}, TransientError),
        ({"kind": "slow", "seconds": 1.0, "times": 2}, TransientError),
    ],
)
def test_a_read_that_fails_has_its_own_error(
    org: SalesforceOrg, fault: dict[str, Any], kind: type[ConnectorError]
) -> None:
    org.fault(operation="query", **fault)

    with pytest.raises(kind) as raised:
        org.crm(read_timeout=(0.5, 0.4)).check_organization()

    assert not isinstance(raised.value, OutcomeUnknownError)
    assert raised.value.connector == "salesforce"


def test_a_days_limit_is_told_from_too_many_calls_at_a_time(org: SalesforceOrg) -> None:
    told = []
    for body in (DAILY, CONCURRENT):
        org.fault("status", operation="query", status=403, body=body)
        with pytest.raises(RateLimitedError) as raised:
            org.crm().check_organization()
        told.append(raised.value.is_daily)

    assert told == [True, False]


def test_a_read_is_tried_a_second_time(org: SalesforceOrg) -> None:
    org.fault("status", operation="query", status=503)

    assert org.crm().check_organization() == org.made["org_id"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 403, "body": DAILY}, RateLimitedError),
        ({"kind": "status", "status": 400, "body": errors("UNABLE_TO_LOCK_ROW")}, TransientError),
        ({"kind": "status", "status": 404, "body": errors("NOT_FOUND")}, MissingError),
        ({"kind": "status", "status": 404, "body": errors("ENTITY_IS_DELETED")}, MissingError),
        ({"kind": "status", "status": 400, "body": errors("DUPLICATES_DETECTED")}, RejectedError),
        ({"kind": "status", "status": 300, "body": '["a", "b"]'}, RejectedError),
        ({"kind": "status", "status": 503}, OutcomeUnknownError),
        ({"kind": "status", "status": 500, "body": errors("UNKNOWN")}, OutcomeUnknownError),
        ({"kind": "html"}, OutcomeUnknownError),
        ({"kind": "commit_then_drop"}, OutcomeUnknownError),
        ({"kind": "commit_then_status", "status": 502}, OutcomeUnknownError),
        ({"kind": "slow", "seconds": 1.0}, OutcomeUnknownError),
    ],
)
def test_a_write_that_fails_has_its_own_error_and_is_sent_once(
    org: SalesforceOrg, fault: dict[str, Any], kind: type[ConnectorError]
) -> None:
    lead = org.lead()
    org.fault(operation="row_update", **fault)

    with pytest.raises(kind) as raised:
        org.crm(write_timeout=(0.5, 0.4)).update_record(
            object_name="Lead", record_id=lead, values={"Rating": "Hot"}
        )

    if kind is TransientError:
        assert not isinstance(raised.value, OutcomeUnknownError)
    deadline = threading.Event()
    while not org.calls("row_update"):
        deadline.wait(0.05)
    assert len(org.calls("row_update")) == 1


def test_a_refusal_keeps_salesforces_words_and_leaks_no_answer(org: SalesforceOrg) -> None:
    lead = org.lead()

    with pytest.raises(RejectedError) as raised:
        org.crm().update_record(object_name="Lead", record_id=lead, values={"Email": "no"})

    assert raised.value.vendor_code == "INVALID_EMAIL_ADDRESS"
    assert "invalid email address" in raised.value.vendor_message
    assert "no" not in str(raised.value).split()
    assert raised.value.__cause__ is None


def test_another_server_on_the_orgs_address_is_not_reached_over_https(
    org: SalesforceOrg,
) -> None:
    # simple-salesforce would turn the sandbox's plain address into an https one.
    org.crm().check_organization()

    assert org.made["instance_url"].startswith("http://")
    assert org.calls("query")[0]["path"].startswith(f"/salesforce/{org.made['org_id']}/services")


# ------------------------------------------------------------------------------------- SOQL


def test_values_in_a_statement_are_quoted() -> None:
    statement = soql(
        "SELECT Id FROM {o:literal} WHERE Name = {name} AND CreatedDate > {at}",
        o="Lead",
        name='O\'Neil \\ "x"',
        at=datetime(2031, 1, 15, 12, 0, tzinfo=UTC),
    )

    assert statement == (
        "SELECT Id FROM Lead WHERE Name = 'O\\'Neil \\\\ \\\"x\\\"'"
        " AND CreatedDate > 2031-01-15T12:00:00+00:00"
    )


@pytest.mark.parametrize(
    "values",
    [
        {"value": datetime(2031, 1, 15, 12, 0)},  # noqa: DTZ001 - naive on purpose
        {"value": []},
        {"value": "x", "o": "Lead WHERE Name != null OR Id"},
    ],
)
def test_a_statement_takes_no_naive_time_no_empty_list_and_no_odd_name(
    values: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match=r"zone|empty|name"):
        soql("SELECT Id FROM {o:literal} WHERE X = {value}", **{"o": "Lead", **values})


def test_odd_texts_find_nothing_and_break_nothing(org: SalesforceOrg) -> None:
    assert org.crm().find_booking("' OR Id != null OR Name = '\\") is None
