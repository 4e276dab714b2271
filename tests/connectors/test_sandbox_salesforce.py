from __future__ import annotations

import time
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import RSAKey

from connectors import transport
from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import HOUR, START, SalesforceOrg

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    return SalesforceOrg.make(control, unique)


def key_of(certificate_pem: str) -> RSAKey:
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    pem = certificate.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return RSAKey.import_key(pem)


# ------------------------------------------------------------------------------ signing in


def exchanged(org: SalesforceOrg, **changes: Any) -> tuple[int, dict[str, Any]]:
    key = changes.pop("key", org.made["private_key_pem"])
    claims = {
        "iss": org.made["consumer_key"],
        "sub": org.made["integration_username"],
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 120,
        **changes,
    }
    assertion = jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(key))
    response = transport.writing_session().post(
        f"{org.control.base_url}/salesforce/services/oauth2/token",
        data={"grant_type": JWT_BEARER, "assertion": assertion},
    )
    return response.status_code, response.json()


def test_an_assertion_is_exchanged_for_a_token_that_does_not_say_when_it_ends(
    org: SalesforceOrg,
) -> None:
    status, body = exchanged(org)

    assert status == 200
    assert body["instance_url"] == org.made["instance_url"]
    assert body["id"].endswith(f"/{org.made['org_id']}/{org.user('integration')}")
    assert {"access_token", "signature", "token_type", "issued_at"} <= set(body)
    assert "expires_in" not in body


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"exp": 1}, "invalid_grant"),
        ({"exp": str(int(time.time()) + 120)}, "invalid_grant"),
        ({"exp": int(time.time()) + 3_600}, "invalid_grant"),
        ({"aud": "https://elsewhere.example"}, "invalid_grant"),
        ({"iss": "unknown"}, "invalid_client_id"),
        ({"sub": "nobody@nowhere.example"}, "invalid_grant"),
    ],
)
def test_an_assertion_that_is_wrong_is_refused(
    org: SalesforceOrg, changes: dict[str, Any], error: str
) -> None:
    status, body = exchanged(org, **changes)

    assert (status, body["error"]) == (400, error)


def test_an_assertion_signed_by_somebody_else_is_refused(
    org: SalesforceOrg, control: SandboxControl, unique: str
) -> None:
    other = SalesforceOrg.make(control, f"{unique}b")

    status, body = exchanged(org, key=other.made["private_key_pem"])

    assert (status, body["error"]) == (400, "invalid_grant")


def test_a_user_who_has_not_approved_the_app_is_not_signed_in_for(org: SalesforceOrg) -> None:
    status, body = exchanged(org, sub=f"host@{org.domain}")

    assert status == 400
    assert body["error_description"] == "user hasn't approved this consumer"


def test_a_token_of_one_org_opens_no_other(
    org: SalesforceOrg, control: SandboxControl, unique: str
) -> None:
    other = SalesforceOrg.make(control, f"{unique}b")

    response = org.call("GET", "/query", headers={"Authorization": f"Bearer {other.sign_in()}"})

    assert response.status_code == 401
    assert response.json()[0]["errorCode"] == "INVALID_SESSION_ID"


def test_a_revoked_token_is_refused(org: SalesforceOrg) -> None:
    token = org.sign_in()
    session = transport.writing_session()
    base = f"{org.control.base_url}/salesforce/services/oauth2"
    who = session.get(f"{base}/userinfo", headers={"Authorization": f"Bearer {token}"})

    session.post(f"{base}/revoke", data={"token": token})

    response = org.call("GET", "/sobjects", headers={"Authorization": f"Bearer {token}"})
    assert who.json()["organization_id"] == org.made["org_id"]
    assert response.status_code == 401


def test_a_callout_carries_the_users_token_signed_by_the_org(org: SalesforceOrg) -> None:
    user_id = org.user("organizer")

    token = org.control.callout_token(
        org_id=org.made["org_id"], user_id=user_id, audience="https://service.example"
    )

    decoded = jwt.decode(token, key_of(org.made["service_certificate_pem"]), algorithms=["RS256"])
    assert decoded.header["kid"] == org.made["service_key_id"]
    assert decoded.claims["iss"] == org.made["org_id"]
    assert decoded.claims["sub"] == user_id
    assert decoded.claims["aud"] == "https://service.example"
    assert decoded.claims["exp"] - decoded.claims["iat"] == 120


def test_another_orgs_certificate_does_not_vouch_for_a_callout(
    org: SalesforceOrg, control: SandboxControl, unique: str
) -> None:
    other = SalesforceOrg.make(control, f"{unique}b")
    token = control.callout_token(org_id=org.made["org_id"], user_id="005", audience="a")

    with pytest.raises(BadSignatureError):
        jwt.decode(token, key_of(other.made["service_certificate_pem"]), algorithms=["RS256"])


# ------------------------------------------------------------------------------------- SOQL


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("", "MALFORMED_QUERY"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY"),
        ('SELECT Id FROM Lead WHERE Name = "Guest"', "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Name = 'O'Neil'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Name = 'a\\x'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2031-01-15T10:00:00", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2031-13-15T10:00:00Z", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE Id IN ()", "MALFORMED_QUERY"),
        ("SELECT Id, Id FROM Lead", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead LIMIT -1", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead; DELETE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SELECT Nothing FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Nothing = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Lead ORDER BY Nothing", "INVALID_FIELD"),
        ("SELECT Nobody.Name FROM Lead", "INVALID_FIELD"),
        ("SELECT Owner.TimeZoneSidKey FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Description = 'a'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Name = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = '1'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE CreatedDate = 2031-01-15", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Lead WHERE IsConverted > true", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Leads", "INVALID_TYPE"),
        ("SELECT Id, (SELECT Id FROM Nothings) FROM Account", "INVALID_TYPE"),
        ("SELECT Id FROM Lead WHERE Id IN (SELECT Name FROM Contact)", "MALFORMED_QUERY"),
        ("SELECT RecordId FROM UserRecordAccess", "MALFORMED_QUERY"),
    ],
)
def test_a_query_that_salesforce_would_refuse_is_refused(
    org: SalesforceOrg, statement: str, code: str
) -> None:
    assert org.refusal(statement) == code


def test_conditions_compare_as_salesforce_does(org: SalesforceOrg) -> None:
    hot = org.lead(LastName="O'Neil", Rating="Hot", NumberOfEmployees=10)
    cold = org.lead(LastName="100%", Rating="Cold", NumberOfEmployees=200)
    none = org.lead(LastName="Plain")

    def ids(condition: str) -> set[str]:
        statement = " ".join(["SELECT Id FROM Lead WHERE", condition])
        return {row["Id"] for row in org.query(statement)}

    assert ids("Rating = 'hot'") == {hot}
    assert ids("LastName = 'O\\'Neil'") == {hot}
    assert ids("Rating != 'Hot'") == {cold, none}
    assert ids("Rating = null") == {none}
    assert ids("Rating IN ('Hot', 'Cold')") == {hot, cold}
    assert ids("Rating NOT IN ('Hot') AND Rating != null") == {cold}
    assert ids("NOT (Rating = 'Hot' OR Rating = 'Cold')") == {none}
    assert ids("LastName LIKE '%\\%'") == {cold}
    assert ids("LastName LIKE 'pl_in'") == {none}
    assert ids("NumberOfEmployees >= 10 AND NumberOfEmployees < 200") == {hot}
    assert ids("CreatedDate < 2000-01-01T00:00:00Z") == set()
    assert ids(f"Id = '{hot[:15]}'") == {hot}


def test_paths_sub_queries_and_semi_joins_follow_lookups(org: SalesforceOrg) -> None:
    account = org.add("Account", Name="Guest Company")
    contact = org.add("Contact", LastName="Guest", AccountId=account)
    org.add("Contact", LastName="Alone")

    joined = org.query("SELECT Account.Owner.Name, Account.Name FROM Contact ORDER BY LastName")
    nested = org.query("SELECT (SELECT LastName FROM Contacts) FROM Account")
    semi = org.query(
        "SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Name LIKE 'G%')"
    )

    assert joined[0]["Account"] is None
    assert joined[1]["Account"]["Owner"]["Name"] == "Integration User"
    assert nested[0]["Contacts"]["records"][0]["LastName"] == "Guest"
    assert [row["Id"] for row in semi] == [contact]


def test_long_answers_come_in_pages(org: SalesforceOrg) -> None:
    org.seed(batch_size=2)
    for number in range(5):
        org.lead(LastName=f"Guest {number}")

    first = org.call("GET", "/query", params={"q": "SELECT LastName FROM Lead"}).json()
    second = org.call("GET", first["nextRecordsUrl"].removeprefix("/services/data/v65.0")).json()

    assert (first["totalSize"], first["done"], len(first["records"])) == (5, False, 2)
    assert [row["LastName"] for row in second["records"]] == ["Guest 2", "Guest 3"]


def test_counting_and_slicing_answer_what_was_asked(org: SalesforceOrg) -> None:
    for number in range(3):
        org.lead(LastName=f"Guest {number}")

    count = org.call("GET", "/query", params={"q": "SELECT COUNT() FROM Lead"}).json()
    middle = org.query("SELECT LastName FROM Lead ORDER BY LastName DESC LIMIT 1 OFFSET 1")

    assert (count["totalSize"], count["records"]) == (3, [])
    assert middle == [{"LastName": "Guest 1"}]


# ---------------------------------------------------------------------------------- records


@pytest.mark.parametrize(
    ("object_name", "body", "code"),
    [
        ("Lead", {"LastName": "Guest"}, "REQUIRED_FIELD_MISSING"),
        ("Lead", {"LastName": "x" * 81, "Company": "C"}, "STRING_TOO_LONG"),
        ("Lead", {"LastName": "G", "Company": "C", "Email": "no"}, "INVALID_EMAIL_ADDRESS"),
        ("Lead", {"LastName": "G", "Company": "C", "Nothing": 1}, "INVALID_FIELD"),
        ("Lead", {"LastName": "G", "Company": "C", "Name": "G"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Contact", {"LastName": "G", "AccountId": "x"}, "MALFORMED_ID"),
        ("Opportunity", {"Name": "O", "StageName": "P", "CloseDate": "x"}, "JSON_PARSER_ERROR"),
        ("User", {"LastName": "U"}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
        (
            "Event",
            {
                "ShowAs": "Sometimes",
                "StartDateTime": "2031-01-15T10:00:00Z",
                "DurationInMinutes": 30,
            },
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        ),
        (
            "Event",
            {"StartDateTime": "2031-01-15T10:00:00", "DurationInMinutes": 30},
            "JSON_PARSER_ERROR",
        ),
        ("Event", {"StartDateTime": "2031-01-15T10:00:00Z"}, "REQUIRED_FIELD_MISSING"),
        (
            "Event",
            {"StartDateTime": "2031-01-15T10:00:00Z", "EndDateTime": "2031-01-15T09:00:00Z"},
            "FIELD_INTEGRITY_EXCEPTION",
        ),
    ],
)
def test_a_record_that_breaks_a_rule_is_refused(
    org: SalesforceOrg, object_name: str, body: dict[str, Any], code: str
) -> None:
    response = org.call("POST", f"/sobjects/{object_name}", json=body)

    assert response.status_code == 400
    assert response.json()[0]["errorCode"] == code


def test_an_external_id_makes_changes_and_refuses_several(org: SalesforceOrg) -> None:
    path = "/sobjects/Booking__c/External_Id__c/one"

    made = org.call("PATCH", path, json={"Subject__c": "A"})
    changed = org.call("PATCH", path, json={"Subject__c": "B"})
    named_twice = org.call("PATCH", path, json={"External_Id__c": "one"})

    assert (made.status_code, made.json()["created"]) == (201, True)
    assert (changed.status_code, changed.json()["id"]) == (200, made.json()["id"])
    assert named_twice.json()[0]["errorCode"] == "INVALID_FIELD"
    assert org.query("SELECT Subject__c FROM Booking__c") == [{"Subject__c": "B"}]


def test_several_records_with_one_external_id_are_answered_with_300(
    control: SandboxControl, unique: str
) -> None:
    key = {"fullName": "Key__c", "type": "Text", "length": 20, "externalId": True}
    org = SalesforceOrg.make(control, unique, objects=[{"fullName": "Project__c", "fields": [key]}])
    for name in ("One", "Two"):
        org.add("Project__c", Name=name, Key__c="same")

    response = org.call("PATCH", "/sobjects/Project__c/Key__c/same", json={"Name": "Three"})

    assert response.status_code == 300
    assert len(response.json()) == 2


def test_a_deleted_record_is_gone(org: SalesforceOrg) -> None:
    lead = org.lead()

    deleted = org.call("DELETE", f"/sobjects/Lead/{lead}")
    again = org.call("DELETE", f"/sobjects/Lead/{lead}")

    assert deleted.status_code == 204
    assert (again.status_code, again.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")
    assert org.query("SELECT Id FROM Lead") == []


def test_all_or_none_leaves_nothing_of_a_composite_that_failed(org: SalesforceOrg) -> None:
    body = {
        "allOrNone": True,
        "compositeRequest": [
            {
                "method": "POST",
                "url": "/services/data/v65.0/sobjects/Lead",
                "referenceId": "lead",
                "body": {"LastName": "Guest", "Company": "C"},
            },
            {
                "method": "PATCH",
                "url": "/services/data/v65.0/sobjects/Lead/@{lead.id}",
                "referenceId": "change",
                "body": {"Nothing": 1},
            },
        ],
    }

    results = org.call("POST", "/composite", json=body).json()["compositeResponse"]

    assert [each["httpStatusCode"] for each in results] == [400, 400]
    assert results[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert results[1]["body"][0]["errorCode"] == "INVALID_FIELD"
    assert org.query("SELECT Id FROM Lead") == []


def test_collections_read_and_change_many_records(org: SalesforceOrg) -> None:
    leads = [org.lead(LastName=name) for name in ("One", "Two")]
    wanted = {"ids": [*leads, "00Q000000000000AAA"], "fields": ["LastName"]}
    changes = [
        {"attributes": {"type": "Lead"}, "id": leads[0], "LastName": "Three"},
        {"attributes": {"type": "Lead"}, "id": leads[1], "LastName": None},
    ]

    read = org.call("POST", "/composite/sobjects/Lead", json=wanted).json()
    changed = org.call("PATCH", "/composite/sobjects", json={"records": changes}).json()

    assert [each and each["LastName"] for each in read] == ["One", "Two", None]
    assert [each["success"] for each in changed] == [True, False]
    assert changed[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"


# ----------------------------------------------------------------------------------- events


def test_an_event_with_a_lead_is_about_nothing_else(org: SalesforceOrg) -> None:
    account = org.add("Account", Name="Guest Company")
    body = {
        "StartDateTime": START.isoformat(),
        "DurationInMinutes": 30,
        "WhoId": org.lead(),
        "WhatId": account,
    }

    response = org.call("POST", "/sobjects/Event", json=body)

    assert response.json()[0]["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"


def test_an_object_without_activities_has_no_events(control: SandboxControl, unique: str) -> None:
    org = SalesforceOrg.make(control, unique, objects=[{"fullName": "Project__c"}])
    project = org.add("Project__c", Name="One")
    body = {"StartDateTime": START.isoformat(), "DurationInMinutes": 30, "WhatId": project}

    response = org.call("POST", "/sobjects/Event", json=body)

    assert response.json()[0]["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"


def test_an_invited_user_gets_a_child_event_that_follows_its_parent(org: SalesforceOrg) -> None:
    event = org.event("host", START, START + HOUR)
    org.call(
        "POST",
        "/sobjects/EventRelation",
        json={"EventId": event, "RelationId": org.user("cohost"), "Status": "New"},
    )
    child = "SELECT Id, StartDateTime FROM Event WHERE IsChild = true"
    before = org.query(child)

    later = (START + HOUR).isoformat()
    org.call("PATCH", f"/sobjects/Event/{event}", json={"StartDateTime": later})
    after = org.query(child)
    refused = org.call("PATCH", f"/sobjects/Event/{after[0]['Id']}", json={"Subject": "Mine"})
    org.call("DELETE", f"/sobjects/Event/{event}")

    assert before[0]["StartDateTime"] == "2031-01-15T10:00:00.000+0000"
    assert after[0]["StartDateTime"] == "2031-01-15T11:00:00.000+0000"
    assert refused.json()[0]["errorCode"] == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert org.query(child) == []
    assert org.query("SELECT Id FROM EventRelation") == []


def test_nobody_inactive_is_given_anything(control: SandboxControl, unique: str) -> None:
    gone = {
        "name": "Gone One",
        "email": f"gone@{unique}.example",
        "username": f"gone@{unique}.example",
        "is_active": False,
    }
    org = SalesforceOrg.make(control, unique, users=[gone])

    response = org.call("PATCH", f"/sobjects/Lead/{org.lead()}", json={"OwnerId": org.user("gone")})

    assert response.json()[0]["errorCode"] == "INACTIVE_OWNER_OR_USER"


def test_assignment_rules_apply_unless_they_are_switched_off(
    control: SandboxControl, unique: str
) -> None:
    rules = {"Lead": f"cohost@{unique}.example"}
    org = SalesforceOrg.make(control, unique, assignment_rules=rules)
    lead = org.lead()
    path, owner = f"/sobjects/Lead/{lead}", {"OwnerId": org.user("host")}

    org.call("PATCH", path, json=owner)
    ruled = org.query("SELECT OwnerId FROM Lead")
    org.call("PATCH", path, json=owner, headers={"Sforce-Auto-Assign": "FALSE"})

    assert ruled == [{"OwnerId": org.user("cohost")}]
    assert org.query("SELECT OwnerId FROM Lead") == [owner]


# ----------------------------------------------------------------------------- the package


def test_the_orgs_objects_are_those_of_the_package(org: SalesforceOrg) -> None:
    described = org.call("GET", "/sobjects/Booking__c/describe").json()
    event = org.call("GET", "/sobjects/Event/describe").json()

    fields = {each["name"]: each for each in described["fields"]}
    assert fields["External_Id__c"]["externalId"]
    assert fields["External_Id__c"]["unique"]
    assert fields["Join_Url__c"]["length"] > 255
    assert fields["Host__c"]["relationshipName"] == "Host__r"
    assert "Booking_Id__c" in {each["name"] for each in event["fields"]}


def test_hidden_fields_are_as_if_they_did_not_exist(control: SandboxControl, unique: str) -> None:
    org = SalesforceOrg.make(control, unique, hidden_fields=["Lead.AnnualRevenue"])

    described = org.call("GET", "/sobjects/Lead/describe").json()

    assert "AnnualRevenue" not in {each["name"] for each in described["fields"]}
    assert org.refusal("SELECT AnnualRevenue FROM Lead") == "INVALID_FIELD"
