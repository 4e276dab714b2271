"""The grammar that nobody here wrote, jetstream's soql-parser-js: what it takes, and what it does not.

What our connector sends is held against it in ``tests/conftest.py``, at the end of each process.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors import soql_judge
from tests.connectors.salesforce_org import SalesforceOrg


@pytest.fixture
def org(control: SandboxControl, unique: str) -> SalesforceOrg:
    return SalesforceOrg.make(control, unique)


@pytest.mark.parametrize(
    "mistake",
    [
        'SELECT Id FROM Lead WHERE Name = "Guest"',
        "SELECT * FROM Lead",
        "SELECT Id, FROM Lead",
        "SELECT Id FROM Lead WHERE",
        "SELECT Id FROM Lead WHERE LastName = 'O'Hara'",
        "SELECT Id FROM Lead WHERE CreatedDate > 2031-01-01T00:00:00",
        "SELECT Id FROM Lead WHERE CreatedDate = SOMEDAY",
        "SELECT Id FROM Lead WHERE Id IN ()",
        "SELECT Id FROM Lead ORDER LastName",
        "SELECT Id FROM Lead LIMIT many",
    ],
)
def test_the_grammar_and_the_sandbox_refuse_a_planted_mistake(
    org: SalesforceOrg, mistake: str
) -> None:
    right = "SELECT Id, (SELECT RelationId FROM EventRelations) FROM Event WHERE Id != null"

    assert list(soql_judge.refused([right, mistake])) == [mistake]
    assert org.refusal(mistake) == "MALFORMED_QUERY"


def test_every_statement_that_the_sandbox_answers_is_collected(
    org: SalesforceOrg, sandbox: SandboxServer
) -> None:
    lead = org.lead()
    org.crm().record(object_name="Lead", record_id=lead, paths=["LastName"])
    org.call("GET", "/queryAll", params={"q": "SELECT Id, IsDeleted FROM Lead"})
    subrequest = {
        "method": "GET",
        "url": "/services/data/v65.0/query?q=SELECT+Name+FROM+Lead",
        "referenceId": "one",
    }
    org.call("POST", "/composite", json={"compositeRequest": [subrequest]})
    org.refusal("SELECT Nothing FROM Lead")

    mine = [call for call in sandbox.world.requests if call.caller == org.made["org_id"]]
    found = soql_judge.statements(mine)

    assert any("LastName" in each and lead in each for each in found)
    assert {"SELECT Id, IsDeleted FROM Lead", "SELECT Name FROM Lead"} <= set(found)
    assert "SELECT Nothing FROM Lead" not in found


def test_what_is_answered_and_no_soql_is_held_against_the_sandbox(
    org: SalesforceOrg, sandbox: SandboxServer
) -> None:
    org.query("SELECT Id FROM Lead")
    mine = [call for call in sandbox.world.requests if call.caller == org.made["org_id"]]
    asked = next(call for call in mine if call.operation == "query")
    planted = replace(asked, path=asked.path.replace("FROM", "OF"))

    soql_judge.hold([asked])
    with pytest.raises(AssertionError, match="no SOQL"):
        soql_judge.hold([asked, planted])
