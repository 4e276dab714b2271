"""The metadata check is red for each fault that an org would refuse, and names it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.salesforce_package.checking import (
    MAIN,
    METADATA,
    check,
    copy_of_package,
    write,
    write_bundle,
    write_class,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One file more in an otherwise sound package, and what the check must say of it."""

    name: str
    path: str
    text: str
    words: str

    def numbered(self, number: int) -> Fault:
        """The same under a name of its own, so that all faults find place in one package."""
        return dataclasses.replace(
            self,
            path=self.path.replace("Fault", f"Fault{number}"),
            text=self.text.replace("Fault", f"Fault{number}"),
            words=self.words.replace("Fault", f"Fault{number}"),
        )


def document(root: str, inside: str, *, attributes: str = METADATA) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {attributes}>\n{inside}\n</{root}>\n'


def permission_set(name: str, inside: str, words: str) -> Fault:
    text = document("PermissionSet", f"{inside}<label>Fault</label>")
    return Fault(name, "permissionsets/Fault.permissionset-meta.xml", text, words)


def field(name: str, inside: str, words: str) -> Fault:
    path = "objects/Booking__c/fields/Fault__c.field-meta.xml"
    text = document("CustomField", f"<fullName>Fault__c</fullName><label>Fault</label>{inside}")
    return Fault(name, path, text, words)


def page(name: str, component: str, words: str) -> Fault:
    inside = (
        "<flexiPageRegions><itemInstances>"
        f"<componentInstance>{component}</componentInstance></itemInstances>"
        "<name>main</name><type>Region</type></flexiPageRegions><masterLabel>Fault</masterLabel>"
        "<sobjectType>Lead</sobjectType>"
        "<template><name>flexipage:recordHomeTemplateDesktop</name></template>"
        "<type>RecordPage</type>"
    )
    text = document("FlexiPage", inside)
    return Fault(name, "flexipages/Fault.flexipage-meta.xml", text, words)


def app(name: str, inside: str, words: str) -> Fault:
    text = document("CustomApplication", f"<label>Fault</label>{inside}")
    return Fault(name, "applications/Fault.app-meta.xml", text, words)


def grant(element: str, key: str, name: str, rights: str = "") -> str:
    return f"<{element}>{rights}<{key}>{name}</{key}></{element}>"


READ = "<editable>false</editable><readable>true</readable>"
OBJECT_RIGHTS = (
    "<allowCreate>{0}</allowCreate><allowDelete>false</allowDelete><allowEdit>false</allowEdit>"
    "<allowRead>{1}</allowRead><modifyAllRecords>false</modifyAllRecords>"
    "<viewAllRecords>false</viewAllRecords>"
)
BOOKINGS = "<componentName>bookings</componentName>"

FAULTS = [
    permission_set(
        "a permission set names a field that does not exist",
        grant("fieldPermissions", "field", "Booking__c.Nothing__c", READ),
        "names the field Booking__c.Nothing__c, which does not exist",
    ),
    permission_set(
        "a permission set names a standard field that does not exist",
        grant("fieldPermissions", "field", "Lead.Emial", READ),
        "names the field Lead.Emial, which does not exist",
    ),
    permission_set(
        "a permission set names a class that does not exist",
        grant("classAccesses", "apexClass", "Nothing", "<enabled>true</enabled>"),
        "names the class Nothing, which does not exist",
    ),
    permission_set(
        "a permission set names an object that does not exist",
        grant("objectPermissions", "object", "Nothing__c", OBJECT_RIGHTS.format("false", "true")),
        "names the object Nothing__c, which does not exist",
    ),
    permission_set(
        "a permission set gives a right without the one that it needs",
        grant("objectPermissions", "object", "Booking__c", OBJECT_RIGHTS.format("true", "false")),
        "gives allowCreate on Booking__c without allowRead",
    ),
    permission_set(
        "a permission set names a custom permission that does not exist",
        grant("customPermissions", "name", "Nothing", "<enabled>true</enabled>"),
        "names the custom permission Nothing, which does not exist",
    ),
    permission_set(
        "a permission set names a tab that does not exist",
        grant("tabSettings", "tab", "Nothing__c", "<visibility>Visible</visibility>"),
        "names the tab Nothing__c, which does not exist",
    ),
    permission_set(
        "a permission set names an app that does not exist",
        grant(
            "applicationVisibilities",
            "application",
            "Nothing",
            "<default>false</default><visible>true</visible>",
        ),
        "names the app Nothing, which does not exist",
    ),
    permission_set(
        "a permission set names a principal that does not exist",
        grant(
            "externalCredentialPrincipalAccesses",
            "externalCredentialPrincipal",
            "Booking_Service-Nobody",
            "<enabled>true</enabled>",
        ),
        'names the principal (external credential, then "-", then its principal) '
        "Booking_Service-Nobody, which does not exist",
    ),
    permission_set(
        "an element is unknown",
        "<descripton>Fault</descripton>",
        "PermissionSet has no element <descripton>. Is <description> meant?",
    ),
    permission_set(
        "a value is of no known kind",
        grant("tabSettings", "tab", "Booking__c", "<visibility>Seen</visibility>"),
        '<visibility> cannot be "Seen"',
    ),
    permission_set(
        "a truth value is neither true nor false",
        "<hasActivationRequired>yes</hasActivationRequired>",
        '<hasActivationRequired> is true or false, not "yes"',
    ),
    permission_set(
        "an element stands twice that may stand once",
        "<description>One</description><description>Two</description>",
        "<description> stands twice in PermissionSet",
    ),
    permission_set(
        "elements of a name stand apart",
        grant("fieldPermissions", "field", "Lead.Email", READ)
        + "<description>Between</description>"
        + grant("fieldPermissions", "field", "Lead.Phone", READ),
        "<fieldPermissions> stands apart from the others of that name",
    ),
    Fault(
        "a required element is missing",
        "permissionsets/Fault.permissionset-meta.xml",
        document("PermissionSet", "<description>Without a label</description>"),
        "<PermissionSet> lacks <label>",
    ),
    Fault(
        "the name space is missing",
        "permissionsets/Fault.permissionset-meta.xml",
        document("PermissionSet", "<label>Fault</label>", attributes='id="1"'),
        "<PermissionSet> needs xmlns=",
    ),
    Fault(
        "a file holds what its name does not say",
        "permissionsets/Fault.permissionset-meta.xml",
        document("Profile", "<custom>true</custom>"),
        "holds <Profile>, but a file of that name holds <PermissionSet>",
    ),
    Fault(
        "a file is not well formed",
        "permissionsets/Fault.permissionset-meta.xml",
        f"<PermissionSet {METADATA}>\n<label>Fault</lable>\n</PermissionSet>\n",
        "is no well-formed XML",
    ),
    Fault(
        "a file is of an unknown kind",
        "permissionsets/Fault.permissionsett-meta.xml",
        document("PermissionSet", "<label>Fault</label>"),
        "is of no kind that this check knows",
    ),
    Fault(
        "a class has no description beside it",
        "classes/Fault.cls",
        "public with sharing class Fault {\n}\n",
        "has no Fault.cls-meta.xml beside it",
    ),
    Fault(
        "a description has no class beside it",
        "classes/Fault.cls-meta.xml",
        document("ApexClass", "<apiVersion>65.0</apiVersion><status>Active</status>"),
        "describes Fault.cls, which is not there",
    ),
    Fault(
        "a description is of another version",
        "classes/Fault.cls-meta.xml",
        document("ApexClass", "<apiVersion>60.0</apiVersion><status>Active</status>"),
        "is of version 60.0, the package of 65.0",
    ),
    field("a field is of an unknown type", "<type>Txt</type>", '<type> cannot be "Txt"'),
    field(
        "a number is none",
        "<length>many</length><type>Text</type>",
        '<length> is a number, not "many"',
    ),
    field("a text has no length", "<type>Text</type>", "is of type Text and lacks <length>"),
    field(
        "a lookup leads nowhere",
        "<referenceTo>Nothing__c</referenceTo><relationshipName>Faults</relationshipName>"
        "<type>Lookup</type>",
        "looks up Nothing__c, which does not exist",
    ),
    Fault(
        "a field is named otherwise than its file",
        "objects/Booking__c/fields/Fault__c.field-meta.xml",
        document(
            "CustomField",
            "<fullName>Other__c</fullName><label>Fault</label><length>9</length><type>Text</type>",
        ),
        "is named Other__c inside, but Fault__c by its file",
    ),
    Fault(
        "a list shows a field that does not exist",
        "objects/Booking__c/listViews/Fault.listView-meta.xml",
        document(
            "ListView",
            "<fullName>Fault</fullName><columns>NAME</columns><columns>Nothing__c</columns>"
            "<filterScope>Everything</filterScope><label>Fault</label>",
        ),
        "names the field Nothing__c, which Booking__c does not have",
    ),
    Fault(
        "a compact layout shows a field that does not exist",
        "objects/Booking__c/compactLayouts/Fault.compactLayout-meta.xml",
        document(
            "CompactLayout",
            "<fullName>Fault</fullName><fields>Nothing__c</fields><label>Fault</label>",
        ),
        "names the field Nothing__c, which Booking__c does not have",
    ),
    Fault(
        "a layout shows a field that does not exist",
        "layouts/Booking__c-Fault.layout-meta.xml",
        document(
            "Layout",
            "<layoutSections><layoutColumns><layoutItems><behavior>Edit</behavior>"
            "<field>Nothing__c</field></layoutItems></layoutColumns>"
            "<style>OneColumn</style></layoutSections>",
        ),
        "names the field Nothing__c, which Booking__c does not have",
    ),
    page(
        "a page shows a component that does not exist",
        "<componentName>nothing</componentName>",
        "shows the component nothing, which does not exist",
    ),
    page(
        "a page shows a component that is not offered for it",
        "<componentName>bookingWords</componentName>",
        "shows the component bookingWords, whose js-meta.xml does not offer it",
    ),
    page(
        "a page sets a property that the component does not have",
        "<componentInstanceProperties><name>nothing</name><value>1</value>"
        "</componentInstanceProperties>" + BOOKINGS,
        "sets the property nothing of bookings, which it does not have",
    ),
    page(
        "a page sets a property to what the component does not offer",
        "<componentInstanceProperties><name>opens</name><value>Sideways</value>"
        "</componentInstanceProperties>" + BOOKINGS,
        'sets opens of bookings to "Sideways"',
    ),
    Fault(
        "an action opens a component that does not exist",
        "quickActions/Lead.Fault.quickAction-meta.xml",
        document(
            "QuickAction",
            "<actionSubtype>ScreenAction</actionSubtype><label>Fault</label>"
            "<lightningWebComponent>nothing</lightningWebComponent>"
            "<optionsCreateFeedItem>false</optionsCreateFeedItem><type>LightningWebComponent</type>",
        ),
        "opens the component nothing, which does not exist",
    ),
    Fault(
        "a tab is of an object that does not exist",
        "tabs/Homeless__c.tab-meta.xml",
        document("CustomTab", "<customObject>true</customObject><motif>Custom25: Clock</motif>"),
        "is the tab of Homeless__c, which does not exist",
    ),
    app(
        "an app shows a tab that does not exist",
        "<tabs>Nothing__c</tabs>",
        "shows the tab Nothing__c, which does not exist",
    ),
    app(
        "an app shows a page that does not exist",
        "<actionOverrides><actionName>View</actionName><content>Nothing</content>"
        "<formFactor>Large</formFactor><pageOrSobjectType>Lead</pageOrSobjectType>"
        "<type>Flexipage</type></actionOverrides>",
        "shows the page Nothing, which does not exist",
    ),
    Fault(
        "a named credential names an external credential that does not exist",
        "namedCredentials/Fault.namedCredential-meta.xml",
        document(
            "NamedCredential",
            "<label>Fault</label><namedCredentialParameters>"
            "<externalCredential>Nothing</externalCredential><parameterName>E</parameterName>"
            "<parameterType>Authentication</parameterType></namedCredentialParameters>"
            "<namedCredentialType>SecuredEndpoint</namedCredentialType>",
        ),
        "names the external credential Nothing, which does not exist",
    ),
    Fault(
        "a named credential calls without encryption",
        "namedCredentials/Fault.namedCredential-meta.xml",
        document(
            "NamedCredential",
            "<label>Fault</label><namedCredentialParameters><parameterName>Url</parameterName>"
            "<parameterType>Url</parameterType>"
            "<parameterValue>http://booking.example.com</parameterValue>"
            "</namedCredentialParameters>"
            "<namedCredentialType>SecuredEndpoint</namedCredentialType>",
        ),
        "calls http://booking.example.com; a callout goes over https",
    ),
]
PLANTED = [fault.numbered(number) for number, fault in enumerate(FAULTS)]

COMPONENT_FAULTS = [
    (
        "a component names a label that does not exist",
        {"fault.js": "import word from '@salesforce/label/c.Booking_Nothing';\n"},
        "names the label Booking_Nothing, which does not exist",
    ),
    (
        "a component calls a method that the class does not offer",
        {"fault.js": "import ask from '@salesforce/apex/BookingController.nothing';\n"},
        "BookingController has no static @AuraEnabled method nothing",
    ),
    (
        "a component asks for a custom permission that does not exist",
        {"fault.js": "import may from '@salesforce/customPermission/Nothing';\n"},
        "there is no custom permission Nothing",
    ),
    (
        "a component imports one that does not exist",
        {"fault.js": "import { nothing } from 'c/nothing';\n"},
        "there is no component nothing",
    ),
    (
        "a component shows one that does not exist",
        {"fault.js": "", "fault.html": "<template><c-nothing></c-nothing></template>\n"},
        "shows <c-nothing>, but there is no component nothing",
    ),
    (
        "a component gives another what it does not take",
        {
            "fault.js": "",
            "fault.html": '<template>\n<c-bookings\n nothing="1"></c-bookings></template>\n',
        },
        "fault.html:3: gives <c-bookings> the attribute nothing",
    ),
    (
        "a component listens to what another never says",
        {
            "fault.js": "",
            "fault.html": "<template><c-bookings onnothing={act}></c-bookings></template>\n",
        },
        'listens to "nothing" of <c-bookings>, which never fires it',
    ),
    (
        "a component offers a property that it does not have",
        {
            "fault.js": "export default class Fault {}\n",
            "fault.js-meta.xml": document(
                "LightningComponentBundle",
                "<apiVersion>65.0</apiVersion><isExposed>true</isExposed>"
                "<targets><target>lightning__RecordPage</target></targets><targetConfigs>"
                '<targetConfig targets="lightning__RecordPage">'
                '<property name="nothing" type="String"/></targetConfig></targetConfigs>',
            ),
        },
        "offers the property nothing, but fault.js has no @api nothing",
    ),
    (
        "a component is for a place that does not exist",
        {
            "fault.js": "",
            "fault.js-meta.xml": document(
                "LightningComponentBundle",
                "<apiVersion>65.0</apiVersion><isExposed>true</isExposed>"
                "<targets><target>lightning__RecordPag</target></targets>",
            ),
        },
        "names the target lightning__RecordPag",
    ),
]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return copy_of_package(tmp_path)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is found in a package with every fault of the tables: one run for all of them."""
    package = copy_of_package(tmp_path_factory.mktemp("faults"))
    for fault in PLANTED:
        write(package, {fault.path: fault.text})
    for number, (_, files, _) in enumerate(COMPONENT_FAULTS):
        write_bundle(package, f"fault{number}", component(number, files))
    return check("metadata", package).said.splitlines()


def component(number: int, files: Mapping[str, str]) -> dict[str, str]:
    return {path.replace("fault", f"fault{number}"): text for path, text in files.items()}


def test_the_package_as_it_stands_has_no_fault(package: Path) -> None:
    checked = check("metadata", package)

    assert checked.status == 0, checked.said
    assert "nothing wrong" in checked.said


def test_one_fault_is_enough(package: Path) -> None:
    fault = FAULTS[0]
    write(package, {fault.path: fault.text})

    checked = check("metadata", package)

    assert checked.status == 1
    assert fault.words in checked.said


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.name)
def test_metadata_with_a_fault_is_refused(findings: list[str], fault: Fault) -> None:
    own = [line for line in findings if line.startswith(str(MAIN / fault.path))]

    assert any(fault.words in line for line in own), own


@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param(number, words, id=name)
        for number, (name, _, words) in enumerate(COMPONENT_FAULTS)
    ],
)
def test_a_component_with_a_fault_is_refused(findings: list[str], number: int, words: str) -> None:
    own = [line for line in findings if f"/lwc/fault{number}/" in line]

    assert any(words.replace("fault", f"fault{number}") in line for line in own), own


def test_a_label_that_nothing_names_is_refused(package: Path) -> None:
    labels = package / MAIN / "labels" / "CustomLabels.labels-meta.xml"
    more = (
        "<labels><fullName>Booking_Fault</fullName><language>en_US</language>"
        "<protected>false</protected><shortDescription>Fault</shortDescription>"
        "<value>Fault</value></labels></CustomLabels>"
    )
    labels.write_text(labels.read_text().replace("</CustomLabels>", more))

    checked = check("metadata", package)

    assert checked.status == 1
    assert "has the label Booking_Fault, which nothing names" in checked.said


def test_a_class_that_names_an_unknown_label_is_refused(package: Path) -> None:
    write_class(
        package,
        "Fault",
        "public with sharing class Fault {\n    String word = Label.Booking_Nothing;\n}\n",
    )

    checked = check("metadata", package)

    assert checked.status == 1
    assert "Fault.cls:2: names the label Booking_Nothing, which does not exist" in checked.said
