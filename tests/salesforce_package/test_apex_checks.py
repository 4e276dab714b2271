"""The Apex checks are red for each fault, and name it: type check, own rules, scan, tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.salesforce_package.checking import (
    Checked,
    check,
    copy_of_package,
    small_package,
    write_class,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What stands in a class of its own, from its second line on, and what must be said of it."""

    name: str
    lines: str
    words: str
    #: Of the class, where the fault is.
    line: int = 2

    def written(self, name: str) -> str:
        return f"public with sharing class {name} {{\n{self.lines}\n}}\n"


FAULTS = [
    # The type check.
    Fault("a type does not exist", "    Strin word;", "No type declaration found for 'Strin'"),
    Fault(
        "a value is of another type",
        "    public static Integer get() {\n        Integer one = 'text';\n        return one;\n    }",
        "String",
        line=3,
    ),
    Fault(
        "a record's field does not exist",
        "    public static Booking__c get() {\n"
        "        return new Booking__c(Nothing__c = '1');\n    }",
        "Nothing__c",
        line=3,
    ),
    # Our own rules.
    Fault(
        "a query names a field that does not exist",
        "    public static List<Booking__c> get() {\n"
        "        return [SELECT Subjct__c FROM Booking__c WITH USER_MODE];\n    }",
        "queries Subjct__c: Booking__c has no field Subjct__c",
        line=3,
    ),
    Fault(
        "a query filters by a field that does not exist",
        "    public static List<Lead> get() {\n"
        "        return [SELECT Id FROM Lead WHERE Emial = 'a' WITH USER_MODE];\n    }",
        "queries Emial: Lead has no field Emial",
        line=3,
    ),
    Fault(
        "a query follows a relationship that does not exist",
        "    public static List<Booking__c> get() {\n"
        "        return [SELECT Lead__r.Emial FROM Booking__c WITH USER_MODE];\n    }",
        "queries Lead__r.Emial: Lead has no field Emial",
        line=3,
    ),
    Fault(
        "a query in a text names a field that does not exist",
        "    public static List<Lead> get() {\n        return Database.query(\n"
        "            'SELECT Emial FROM Lead',\n            AccessLevel.USER_MODE\n        );\n    }",
        "queries Emial: Lead has no field Emial",
        line=3,
    ),
    Fault(
        "a query runs without the user's rights",
        "    public static List<Lead> get() {\n        return [SELECT Id FROM Lead];\n    }",
        "queries without WITH USER_MODE",
        line=3,
    ),
    Fault(
        "a query in a text runs without the user's rights",
        "    public static List<Lead> get() {\n"
        "        return Database.query('SELECT Id FROM Lead');\n    }",
        "calls Database.query without AccessLevel.USER_MODE",
        line=3,
    ),
    Fault(
        "a record is written without the user's rights",
        "    public static void put(Lead lead) {\n        update lead;\n    }",
        'writes without "as user"',
        line=3,
    ),
    Fault(
        "a private member of another class is used",
        "    public static String get() {\n        return FaultHidden.word;\n    }",
        "uses FaultHidden.word, which is private to FaultHidden",
        line=3,
    ),
    Fault(
        "a private method of another class's instance is called",
        "    public static String get(FaultHidden hidden) {\n        return hidden.say();\n    }",
        "uses FaultHidden.say, which is private to FaultHidden",
        line=3,
    ),
    Fault(
        "a record's field gets a value of another type",
        "    public static Booking__c get(String word) {\n"
        "        return new Booking__c(Start__c = word);\n    }",
        "gives Booking__c.Start__c, a Datetime, the String word",
        line=3,
    ),
    Fault(
        "a class has two methods for Flows",
        "    @InvocableMethod\n    public static void one(List<Id> ids) {\n    }\n"
        "    @InvocableMethod\n    public static void two(List<Id> ids) {\n    }",
        "is a second @InvocableMethod",
        line=6,
    ),
    Fault(
        "a method for Flows takes no list",
        "    @InvocableMethod\n    public static void one(Id recordId) {\n    }",
        "is an @InvocableMethod, which takes one List or nothing; one takes Id",
        line=3,
    ),
    Fault(
        "a variable for Flows is of a type that no Flow knows",
        "    @InvocableVariable\n    public Map<String, String> words;",
        "makes words an @InvocableVariable of the type Map<String,String>",
        line=3,
    ),
    Fault(
        "a method for components takes what cannot be sent",
        "    @AuraEnabled\n    public static void put(Set<String> words) {\n    }",
        "words: a Set<String> cannot go to a component",
        line=3,
    ),
    Fault(
        "a method for components gives what would arrive empty",
        "    @AuraEnabled\n    public static FaultHidden get() {\n        return null;\n    }",
        "FaultHidden has no @AuraEnabled member",
        line=3,
    ),
    Fault(
        "a method for components is an instance's",
        "    @AuraEnabled\n    public void put() {\n    }",
        "offers put to components, but it is not public static",
        line=3,
    ),
    Fault(
        "a method for components is there twice",
        "    @AuraEnabled\n    public static void put(Id one) {\n    }\n"
        "    @AuraEnabled\n    public static void put(Id one, Id two) {\n    }",
        "offers put to components a second time",
        line=6,
    ),
    Fault(
        "a cacheable method writes, by way of another",
        "    @AuraEnabled(cacheable=true)\n    public static void get(Lead lead) {\n"
        "        put(lead);\n    }\n    private static void put(Lead lead) {\n"
        "        update as user lead;\n    }",
        "is cacheable, but writes",
        line=3,
    ),
    Fault(
        "a custom permission does not exist",
        "    public static Boolean may() {\n"
        "        return FeatureManagement.checkPermission('Nothing');\n    }",
        "asks for the custom permission Nothing, which does not exist",
        line=3,
    ),
    Fault(
        "a member is named by a reserved word",
        "    public Integer number;",
        "number, a reserved word",
    ),
    Fault("a class cannot be read", "    public void () {", "cannot be read"),
]
HIDDEN = (
    "public with sharing class FaultHidden {\n    private static String word = 'a';\n"
    "    private String say() {\n        return word;\n    }\n}\n"
)

SCANNED = [
    Fault(
        "a query runs without the user's rights",
        "    @AuraEnabled\n    public static List<Lead> get() {\n"
        "        return [SELECT Id, Email FROM Lead LIMIT 1];\n    }",
        "ApexCRUDViolation",
        line=4,
    ),
    Fault(
        "the data flow of a query is not held to the user's rights",
        "    @AuraEnabled\n    public static List<Lead> get() {\n"
        "        return [SELECT Id, Email FROM Lead LIMIT 1];\n    }",
        "ApexFlsViolation",
        line=4,
    ),
    Fault(
        "a secret stands in the code",
        "    public static void put(HttpRequest request) {\n"
        "        request.setHeader('Authorization', 'Bearer 0123456789abcdef');\n    }",
        "AvoidHardcodedCredentialsInHttpHeader",
        line=3,
    ),
    Fault(
        "a call goes without encryption",
        "    public static void put(HttpRequest request) {\n"
        "        request.setEndpoint('http://booking.example.com');\n    }",
        "ApexInsecureEndpoint",
        line=3,
    ),
]
CLEAN = (
    "/**\n * @description Counts.\n */\npublic with sharing class Clean {\n"
    "    @AuraEnabled\n    public static Integer count() {\n        return 1;\n    }\n}\n"
)
#: Reasons for what is not there.
EXPLAINED = {
    "rules": {"pmd": {"AvoidLogicInTrigger": "There is no trigger."}},
    "findings": [{"rule": "ApexCRUDViolation", "file": "Gone.cls", "reason": "It is gone."}],
}
TEST = (
    "@IsTest\nprivate class Clean_Tests {{\n    @IsTest\n    static void countsOne() {{\n"
    "        Assert.areEqual({0}, Clean.count());\n    }}\n}}\n"
)


def planted(folder: Path, faults: list[Fault]) -> None:
    for number, fault in enumerate(faults):
        write_class(folder, f"Fault{number}", fault.written(f"Fault{number}"))


def own_lines(said: str, number: int) -> list[str]:
    return [line for line in said.splitlines() if f"/Fault{number}.cls" in line]


@pytest.fixture(scope="module")
def checked_faults(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    package = copy_of_package(tmp_path_factory.mktemp("apex"))
    planted(package, FAULTS)
    write_class(package, "FaultHidden", HIDDEN)
    return check("apex-check", package)


@pytest.mark.parametrize(
    ("number", "fault"),
    [pytest.param(number, fault, id=fault.name) for number, fault in enumerate(FAULTS)],
)
def test_a_class_with_a_fault_is_refused(
    checked_faults: Checked, number: int, fault: Fault
) -> None:
    own = own_lines(checked_faults.said, number)

    assert checked_faults.status == 1
    assert any(f".cls:{fault.line}: " in line and fault.words in line for line in own) or (
        # Of what cannot be read the line is the parser's to choose.
        fault.words == "cannot be read" and any(fault.words in line for line in own)
    ), own


def test_the_classes_as_they_stand_have_no_fault(tmp_path: Path) -> None:
    checked = check("apex-check", copy_of_package(tmp_path))

    assert checked.status == 0, checked.said
    assert "nothing wrong" in checked.said


def test_the_scan_names_each_insecure_line_and_no_other(tmp_path: Path) -> None:
    package = small_package(tmp_path)
    write_class(package, "Clean", CLEAN)
    planted(package, SCANNED)
    explained = package / "tools" / "scan" / "explained.json"
    explained.parent.mkdir(parents=True)
    explained.write_text(json.dumps(EXPLAINED))

    checked = check("scan", package)

    assert checked.status == 1
    assert "Clean.cls" not in checked.said
    for number, fault in enumerate(SCANNED):
        own = own_lines(checked.said, number)
        assert any(f".cls:{fault.line}: {fault.words}" in line for line in own), fault.name
    for reason in ("explains AvoidLogicInTrigger, which", "explains ApexCRUDViolation in Gone.cls"):
        assert f"tools/scan/explained.json: {reason}" in checked.said


@pytest.mark.parametrize(("expected", "status"), [(1, 0), (2, 1)], ids=["right", "wrong"])
def test_an_apex_test_that_fails_fails_the_run(tmp_path: Path, expected: int, status: int) -> None:
    package = small_package(tmp_path)
    write_class(package, "Clean", CLEAN)
    write_class(package, "Clean_Tests", TEST.format(expected))

    checked = check("apex", package)

    assert checked.status == status, checked.said
    assert f"Clean_Tests: 1 tests, {status} failed" in checked.said
    # What is well is not told test by test; what fails is told whole.
    assert ("countsOne" in checked.said) == (status == 1)
    assert ("Expected: 2, Actual: 1" in checked.said) == (status == 1)
