"""The standard objects, as far as the product meets them.

Source: Object Reference for the Salesforce Platform (developer.salesforce.com/docs, fields of
each object); lengths from the Salesforce Field Reference Guide.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from connectors.sandbox.salesforce.schema import Field, SObject, owner_field, system_fields


def _label(name: str) -> str:
    """``FirstName`` as people see it: ``First Name``."""
    spaced = "".join(f" {c}" if c.isupper() else c for c in name.removesuffix("Id"))
    return spaced.strip() or name


def _of(type_: str, *names: str, **rules: Any) -> list[Field]:
    return [Field(name=name, label=_label(name), type=type_, **rules) for name in names]


def _text(length: int, *names: str, **rules: Any) -> list[Field]:
    return _of("string", *names, length=length, **rules)


def _pick(name: str, *values: str, **rules: Any) -> list[Field]:
    return _of("picklist", name, length=255, picklist=values, **rules)


def _lookup(name: str, *to: str, children: str = "", **rules: Any) -> list[Field]:
    return _of(
        "reference",
        name,
        references=to,
        relationship=name.removesuffix("Id"),
        children=children,
        **rules,
    )


_FIXED: dict[str, Any] = {"is_creatable": False, "is_updateable": False}
_ACCESS = ("HasReadAccess", "HasEditAccess", "HasDeleteAccess", "HasTransferAccess", "HasAllAccess")
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


def _sobject(name: str, prefix: str, *groups: list[Field], **rules: Any) -> SObject:
    fields = dict(system_fields()) if rules.pop("is_system", True) else {}
    fields.update({f.name: f for group in groups for f in group})
    return SObject(name=name, label=_label(name), prefix=prefix, fields=fields, **rules)


def _person(account: list[Field]) -> list[list[Field]]:
    return [
        _text(80, "LastName", is_required=True),
        _text(40, "FirstName"),
        _text(121, "Name", **_FIXED),
        _pick("Salutation", "Mr.", "Ms.", "Mrs.", "Dr.", "Prof."),
        _text(128, "Title"),
        _of("email", "Email", length=80),
        _of("phone", "Phone", "MobilePhone", length=40),
        _of("longtextarea", "Description", length=32000),
        _pick("LeadSource", "Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"),
        account,
        _lookup("MasterRecordId", "Lead", "Contact", **_FIXED),
    ]


def standard_objects() -> dict[str, SObject]:
    """The standard objects by name, each call its own."""
    objects = (
        _user(),
        _organization(),
        *_people(),
        *_sales(),
        *_activities(),
        *_rights(),
        _names(),
    )
    return {o.name: o for o in objects}


def _user() -> SObject:
    return _sobject(
        "User",
        "005",
        _text(80, "Username", "LastName", is_required=True),
        _text(40, "FirstName"),
        _text(121, "Name", **_FIXED),
        _of("email", "Email", length=128, is_required=True),
        _of("boolean", "IsActive"),
        _pick("TimeZoneSidKey", is_required=True),
        _pick("LocaleSidKey"),
        _text(80, "Title", "Department"),
        _text(80, "CompanyName", "Division"),
        _text(40, "City"),
        _text(80, "State", "Country"),
        _pick("UserType", **_FIXED),
        _lookup("ManagerId", "User"),
        _lookup("ProfileId", "Profile", is_required=True),
        _lookup("UserRoleId", "UserRole"),
        is_createable=False,
    )


def _organization() -> SObject:
    return _sobject(
        "Organization",
        "00D",
        _text(80, "Name"),
        _pick("TimeZoneSidKey"),
        _pick("DefaultLocaleSidKey"),
        _pick("LanguageLocaleKey"),
        _of("int", "FiscalYearStartMonth", **_FIXED),
        _of("boolean", "UsesStartDateAsFiscalYearName", **_FIXED),
        _of("textarea", "Street", length=255),
        _text(40, "City"),
        _text(80, "State", "Country", "Division", "PrimaryContact"),
        _text(20, "PostalCode"),
        _of("phone", "Phone", length=40),
        _of("boolean", "IsSandbox"),
        _pick("OrganizationType"),
        is_createable=False,
        is_updateable=False,
        is_setup=True,
    )


def _people() -> tuple[SObject, ...]:
    lead = _sobject(
        "Lead",
        "00Q",
        *_person(_text(255, "Company", is_required=True)),
        _pick("Status", "Open - Not Contacted", "Working - Contacted", "Qualified", "Unqualified"),
        _pick("Rating", "Hot", "Warm", "Cold"),
        _pick("Industry", "Technology", "Finance", "Healthcare", "Manufacturing", "Retail"),
        _text(255, *_ADDRESS),
        _of("url", "Website", length=255),
        _of("currency", "AnnualRevenue", scale=2),
        _of("int", "NumberOfEmployees"),
        _of("boolean", "IsConverted", **_FIXED),
        _lookup("ConvertedContactId", "Contact", **_FIXED),
        _lookup("ConvertedAccountId", "Account", **_FIXED),
        [owner_field(allows_queues=True)],
        has_activities=True,
        transferable=True,
    )
    contact = _sobject(
        "Contact",
        "003",
        *_person(_lookup("AccountId", "Account", children="Contacts")),
        _text(80, "Department"),
        _text(255, *(f"Mailing{part}" for part in _ADDRESS), compound="MailingAddress"),
        _of("address", "MailingAddress", **_FIXED),
        [owner_field()],
        has_activities=True,
    )
    return lead, contact


def _sales() -> tuple[SObject, ...]:
    account = _sobject(
        "Account",
        "001",
        _text(255, "Name", is_required=True),
        _pick("Type", "Prospect", "Customer", "Partner", "Other"),
        _pick("Industry", "Technology", "Finance", "Healthcare", "Manufacturing", "Retail"),
        _of("phone", "Phone", length=40),
        _of("url", "Website", length=255),
        _of("currency", "AnnualRevenue", scale=0),
        _of("int", "NumberOfEmployees"),
        _text(255, *(f"Billing{part}" for part in _ADDRESS), compound="BillingAddress"),
        _of("address", "BillingAddress", **_FIXED),
        _of("longtextarea", "Description", length=32000),
        _lookup("ParentId", "Account", children="ChildAccounts"),
        [owner_field()],
        has_activities=True,
    )
    opportunity = _sobject(
        "Opportunity",
        "006",
        _text(120, "Name", is_required=True),
        _lookup("AccountId", "Account", children="Opportunities"),
        _pick(
            "StageName",
            "Prospecting",
            "Qualification",
            "Proposal",
            "Negotiation",
            "Closed Won",
            "Closed Lost",
            is_required=True,
        ),
        _of("date", "CloseDate", is_required=True),
        _text(255, "NextStep"),
        _of("currency", "Amount", scale=2),
        _of("boolean", "IsClosed", "IsWon", **_FIXED),
        _of("longtextarea", "Description", length=32000),
        [owner_field()],
        has_activities=True,
    )
    role = _sobject(
        "OpportunityContactRole",
        "00K",
        _lookup("OpportunityId", "Opportunity", children="OpportunityContactRoles"),
        _lookup("ContactId", "Contact", children="OpportunityContactRoles"),
        _pick("Role", "Decision Maker", "Evaluator", "Influencer", "Other"),
        _of("boolean", "IsPrimary"),
    )
    case = _sobject(
        "Case",
        "500",
        _text(30, "CaseNumber", **_FIXED),
        _text(255, "Subject"),
        _pick("Status", "New", "Working", "Escalated", "Closed"),
        _pick("Origin", "Phone", "Email", "Web"),
        _pick("Priority", "High", "Medium", "Low"),
        _lookup("ContactId", "Contact", children="Cases"),
        _lookup("AccountId", "Account", children="Cases"),
        _of("email", "SuppliedEmail", length=80),
        _of("longtextarea", "Description", length=32000),
        _of("boolean", "IsClosed", **_FIXED),
        [owner_field(allows_queues=True)],
        has_activities=True,
        transferable=True,
    )
    return account, opportunity, role, case


def _activities() -> tuple[SObject, ...]:
    event = _sobject(
        "Event",
        "00U",
        _of("combobox", "Subject", length=255),
        _of("datetime", "StartDateTime", "EndDateTime", "ActivityDateTime"),
        _of("date", "ActivityDate"),
        _of("date", "EndDate", **_FIXED),
        _of("int", "DurationInMinutes"),
        _of("boolean", "IsAllDayEvent", "IsPrivate", "IsReminderSet", "IsRecurrence"),
        _of("boolean", "IsChild", "IsGroupEvent", "IsArchived", **_FIXED),
        _of("datetime", "ReminderDateTime"),
        _pick("ShowAs", "Busy", "OutOfOffice", "Free", is_restricted=True),
        _pick("Type", "Call", "Email", "Meeting", "Other"),
        _text(255, "Location"),
        _of("longtextarea", "Description", length=32000),
        _lookup("WhoId", "Contact", "Lead", children="Events"),
        _lookup("WhatId", "Account", "Opportunity", children="Events"),
        _lookup("AccountId", "Account", **_FIXED),
        [dataclasses.replace(owner_field(), references=("Calendar", "User"))],
    )
    relation = _sobject(
        "EventRelation",
        "0RE",
        _lookup("EventId", "Event", children="EventRelations", is_required=True),
        _lookup("RelationId", "Contact", "Lead", "User", is_required=True),
        _pick("Status", "New", "Accepted", "Declined", is_restricted=True),
        _text(255, "Response"),
        _of("datetime", "RespondedDate"),
    )
    return event, relation


def _rights() -> tuple[SObject, ...]:
    permission_set = _sobject(
        "PermissionSet",
        "0PS",
        _text(80, "Name", "Label"),
        _of("boolean", "IsOwnedByProfile", **_FIXED),
        _lookup("ProfileId", "Profile", **_FIXED),
        is_createable=False,
        is_setup=True,
    )
    field_permissions = _sobject(
        "FieldPermissions",
        "01k",
        _of("id", "Id", length=18, **_FIXED),
        _lookup("ParentId", "PermissionSet", children="FieldPerms"),
        _pick("SobjectType", is_restricted=True),
        _pick("Field", is_restricted=True),
        _of("boolean", "PermissionsRead", "PermissionsEdit"),
        is_system=False,
        is_createable=False,
        is_updateable=False,
        is_setup=True,
    )
    profile = _sobject(
        "Profile",
        "00e",
        _text(255, "Name"),
        is_createable=False,
        is_updateable=False,
        is_setup=True,
    )
    role = _sobject(
        "UserRole",
        "00E",
        _text(80, "Name", "DeveloperName"),
        _lookup("ParentRoleId", "UserRole"),
        is_createable=False,
        is_updateable=False,
        is_setup=True,
    )
    assignment = _sobject(
        "PermissionSetAssignment",
        "0Pa",
        _lookup("PermissionSetId", "PermissionSet", children="Assignments"),
        _lookup("AssigneeId", "User", children="PermissionSetAssignments"),
        is_setup=True,
    )
    access = _sobject(
        "UserRecordAccess",
        "",
        _lookup("UserId", "User", **_FIXED),
        _text(18, "RecordId", **_FIXED),
        _of("boolean", *_ACCESS, **_FIXED),
        _pick("MaxAccessLevel", **_FIXED),
        is_setup=True,
        is_system=False,
        is_createable=False,
        is_updateable=False,
    )
    return permission_set, field_permissions, profile, role, assignment, access


def _names() -> SObject:
    """What a polymorphic lookup leads to."""
    return _sobject(
        "Name",
        "",
        _of("id", "Id", length=18, **_FIXED),
        _text(255, "Name", "FirstName", "LastName", "Username", "Title", **_FIXED),
        _of("email", "Email", **_FIXED),
        _of("phone", "Phone", **_FIXED),
        _of("boolean", "IsActive", **_FIXED),
        _pick("Type", **_FIXED),
        is_setup=True,
        is_system=False,
        is_createable=False,
        is_updateable=False,
    )
