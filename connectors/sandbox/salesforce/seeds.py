"""Makes orgs: their users, objects and records."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sandbox.salesforce.callouts import key_id
from connectors.sandbox.salesforce.field_rights import Rights
from connectors.sandbox.salesforce.keys import key_pair
from connectors.sandbox.salesforce.package import (
    activity_fields,
    custom_field,
    custom_object,
    package_grants,
    package_objects,
    packaged_fields,
    with_fields,
)
from connectors.sandbox.salesforce.records import Writer
from connectors.sandbox.salesforce.schema import Schema
from connectors.sandbox.salesforce.standard import standard_objects
from connectors.sandbox.salesforce.state import (
    ConnectedApp,
    Grant,
    Org,
    Row,
    SalesforceState,
    ValidationRule,
    whole_id,
)
from connectors.sandbox.salesforce.values import taken
from connectors.sandbox.world import World

#: The permission set with which a user may be signed in for by the connected app.
_INTEGRATION = "Booking_Integration"
#: What a seed says of a record beside its fields.
_ABOUT = frozenset({"object", "id", "readers", "editors", "private", "note"})
#: The profiles that users have unless their seed names another.
_PROFILE, _ADMIN_PROFILE = "Standard User", "System Administrator"


def seed(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Make an org, or add to one.

    Args:
        world: The sandbox.
        data: ``org_id`` (18 characters; an org with it is added to), ``name``, ``time_zone``,
            ``organization`` (its other fields: ``FiscalYearStartMonth``, ``DefaultLocaleSidKey``,
            ``Country`` …), ``profiles`` (``name``, ``hidden_fields`` and ``read_only_fields``:
            fields like ``Lead.AnnualRevenue`` that its users may not read or not change),
            ``permission_sets`` (``name``, ``fields``: which they grant, each ``read`` or ``edit``),
            ``users`` (``id``, ``name``, ``email``, ``username``, ``time_zone``, ``is_active``,
            ``is_admin``, ``permission_sets``, ``profile``, ``role``, ``fields``: others of the
            user's, a user in them named by ``@username``), ``integration_user`` (its username; made when no
            user has it), ``objects`` (custom ones, see ``package.custom_object``), ``fields``
            (custom ones of objects that are there already, by object, see
            ``package.custom_field``), ``records``
            (``object``, ``id``, fields, ``readers``, ``editors``, ``private``, ``note``: what it
            is there to show; users in them and in the lookups of fields may be named by
            ``@username``, earlier records by ``@3``, their place in the list), ``captured_events``
            (Events that another synchronisation makes from a calendar: ``owner`` by username,
            ``start``, ``end``, ``subject``, ``description``, ``location``), ``hidden_fields`` and
            ``read_only_fields`` (from everybody: ``Lead.AnnualRevenue``), ``validation_rules`` (``object``, ``when``, ``message``,
            ``field``), ``assignment_rules`` (object to username), ``batch_size``, ``callback_urls`` and
            ``scopes`` of the connected app.

    Returns:
        ``org_id``, ``instance_url``, ``consumer_key``, ``consumer_secret``,
        ``private_key_pem``, ``integration_username``, ``users`` (username to id), ``records``
        and ``captured_events`` (ids in order), ``service_certificate_pem``, ``service_key_id``, ``refresh_token`` (of
        the integration user).

    Raises:
        ValueError: The org is to be made and its id is none.
        connectors.sandbox.salesforce.answers.Refused: A record breaks the org's own rules.
    """
    state: SalesforceState = world.states["salesforce"]
    now = world.clock.now()
    wanted = whole_id(data["org_id"]) if data.get("org_id") else state.new_org_id()
    if wanted is None:
        raise ValueError(f"not a Salesforce id: {data['org_id']}")
    org = state.orgs.get(wanted)
    made: dict[str, Any] = {}
    if org is None:
        org, private_key_pem = _new_org(wanted, data, now)
        state.orgs[wanted] = org
        made["private_key_pem"] = private_key_pem
    org.app.callback_urls = tuple(data.get("callback_urls", org.app.callback_urls))
    org.app.scopes = tuple(data.get("scopes", org.app.scopes))
    _declare(org, data)
    _grant(org, data, now)
    users = _users(org, data, now)
    _rules(org, data, users)
    records = _records(org, data.get("records", ()), users, now)
    captured = _records(org, [_captured(e) for e in data.get("captured_events", ())], users, now)
    org.schema.without(data.get("hidden_fields", ()))
    org.schema.read_only(data.get("read_only_fields", ()))
    integration = org.rows["User"][org.app.run_as]
    refresh_token = state.new_grant(
        Grant(org_id=org.org_id, user_id=integration.id, scopes=org.app.scopes)
    )
    return {
        **made,
        "org_id": org.org_id,
        "instance_url": f"{world.base_url}/salesforce/{org.org_id}",
        "consumer_key": org.app.consumer_key,
        "consumer_secret": org.app.consumer_secret,
        "integration_username": integration.values["Username"],
        "refresh_token": refresh_token,
        "users": users,
        "records": records,
        "captured_events": captured,
        "service_certificate_pem": org.service_keys.certificate_pem,
        "service_key_id": key_id(org),
    }


def _new_org(org_id: str, data: Mapping[str, Any], now: datetime) -> tuple[Org, str]:
    schema = Schema(standard_objects())
    schema.objects["Event"] = with_fields(schema.objects["Event"], activity_fields())
    keys = key_pair("hot handover")
    org = Org(
        org_id=org_id,
        schema=schema,
        app=ConnectedApp(
            consumer_key="3MVG9" + secrets.token_urlsafe(40),
            consumer_secret=secrets.token_hex(32).upper(),
            certificate_pem=keys.certificate_pem,
            run_as="",
        ),
        service_keys=key_pair(f"org {org_id}"),
        packaged=packaged_fields(),
    )
    for definition in package_objects():
        _add_object(org, definition)
    organization = {
        "Id": org_id,
        "Name": data.get("name", "Sandbox"),
        "TimeZoneSidKey": data.get("time_zone", "UTC"),
        "DefaultLocaleSidKey": "en_US",
        "LanguageLocaleKey": "en_US",
        "FiscalYearStartMonth": 1,
        "UsesStartDateAsFiscalYearName": False,
        "IsSandbox": False,
        "OrganizationType": "Enterprise Edition",
    }
    blank = dict.fromkeys(schema.objects["Organization"].fields)
    org.add("Organization", Row({**blank, **organization, "CreatedDate": now}))
    for name, granted in package_grants().items():
        org.rights[_permission_set(org, name, now)] = Rights(granted=granted)
    return org, keys.private_key_pem


def _add_object(org: Org, definition: Mapping[str, Any]) -> None:
    customs = sum(1 for each in org.schema.objects.values() if each.is_custom)
    org.schema.objects[definition["fullName"]] = custom_object(definition, prefix=f"a{customs:02d}")


def _declare(org: Org, data: Mapping[str, Any]) -> None:
    for definition in data.get("objects", ()):
        _add_object(org, definition)
    for name, definitions in data.get("fields", {}).items():
        added = tuple(custom_field(each) for each in definitions)
        org.schema.objects[name] = with_fields(org.schema.objects[name], added)
        for row, kind in itertools.product(org.rows.get(name, {}).values(), added):
            row.values.setdefault(kind.name, False if kind.type == "boolean" else None)
    known = org.schema.objects["Organization"]
    organization = org.rows["Organization"][org.org_id]
    for name, value in data.get("organization", {}).items():
        organization.values[name] = taken(org, known.fields[name], value)
    org.batch_size = int(data.get("batch_size", org.batch_size))


def _grant(org: Org, data: Mapping[str, Any], now: datetime) -> None:
    """Make profiles and permission sets, or change what they grant."""
    for name in (_PROFILE, _ADMIN_PROFILE):
        if not any(row.values["Name"] == name for row in org.live("Profile")):
            _profile(org, {"name": name}, now)
    for each in data.get("profiles", ()):
        _profile(org, each, now)
    for each in data.get("permission_sets", ()):
        granted = {path: word == "edit" for path, word in each["fields"].items()}
        org.rights[_permission_set(org, each["name"], now)] = Rights(granted=granted)


def _profile(org: Org, profile: Mapping[str, Any], now: datetime) -> None:
    """The profile and the permission set that belongs to it."""
    profile_id = _named(org, "Profile", profile["name"], now)
    set_id = _permission_set(org, f"X{profile_id}", now)
    row = org.rows["PermissionSet"][set_id]
    row.values |= {"IsOwnedByProfile": True, "ProfileId": profile_id}
    org.rights[set_id] = Rights(
        grants_rest=True,
        hidden=frozenset(profile.get("hidden_fields", ())),
        read_only=frozenset(profile.get("read_only_fields", ())),
    )


def _named(org: Org, object_name: str, name: str, now: datetime) -> str:
    """The id of the row of that name, which is made when there is none."""
    for row in org.live(object_name):
        if row.values["Name"] == name:
            return row.id
    return _writer(org, now).create(org.schema.objects[object_name], {"Name": name}).id


def _captured(event: Mapping[str, Any]) -> dict[str, Any]:
    """An Event as another synchronisation makes it: it knows the calendar, and nothing of bookings."""
    return {
        "object": "Event",
        "OwnerId": f"@{event['owner']}",
        "CreatedById": f"@{event['owner']}",
        "StartDateTime": event["start"],
        "EndDateTime": event["end"],
        "Subject": event.get("subject", "Meeting"),
        "Description": event.get("description", ""),
        "Location": event.get("location", ""),
    }


def _writer(org: Org, now: datetime) -> Writer:
    return Writer(org, user_id="", now=now, assigns=False, is_seeding=True)


def _permission_set(org: Org, name: str, now: datetime) -> str:
    for row in org.live("PermissionSet"):
        if row.values["Name"] == name:
            return row.id
    known = org.schema.objects["PermissionSet"]
    body = {"Name": name, "Label": name.replace("_", " ")}
    return _writer(org, now).create(known, body).id


def _users(org: Org, data: Mapping[str, Any], now: datetime) -> dict[str, str]:
    people = list(data.get("users", ()))
    username = data.get("integration_user") or f"integration@{org.org_id.lower()}.example"
    named = any(each["username"] == username for each in people)
    if not org.app.run_as and not named:
        person = {"name": "Integration User", "email": username, "username": username}
        people.append({**person, "permission_sets": [_INTEGRATION]})
    for person in people:
        user_id = _user(org, person, data.get("time_zone", "UTC"), now)
        if person["username"] == username and not org.app.run_as:
            org.app.run_as = user_id
            org.admins.add(user_id)
            org.approved.add(user_id)
    return {str(row.values["Username"]): row.id for row in org.live("User")}


def _user(org: Org, person: Mapping[str, Any], time_zone: str, now: datetime) -> str:
    first, _, last = person["name"].rpartition(" ")
    profile = person.get("profile") or (_ADMIN_PROFILE if person.get("is_admin") else _PROFILE)
    profile_id = _named(org, "Profile", profile, now)
    usernames = {str(row.values["Username"]): row.id for row in org.live("User")}
    body = {
        "FirstName": first,
        "LastName": last,
        "Email": person["email"],
        "Username": person["username"],
        "TimeZoneSidKey": person.get("time_zone", time_zone),
        "LocaleSidKey": org.rows["Organization"][org.org_id].values["DefaultLocaleSidKey"],
        "UserType": "Standard",
        "IsActive": person.get("is_active", True),
        "ProfileId": profile_id,
    }
    if person.get("role"):
        body["UserRoleId"] = _named(org, "UserRole", person["role"], now)
    body |= {
        name: usernames[value[1:]] if isinstance(value, str) and value.startswith("@") else value
        for name, value in person.get("fields", {}).items()
    }
    known = org.schema.objects["User"]
    record_id = whole_id(person["id"]) if person.get("id") else ""
    row = _writer(org, now).create(known, body, record_id=record_id or "")
    if person.get("is_admin"):
        org.admins.add(row.id)
    for name in (f"X{profile_id}", *person.get("permission_sets", ())):
        values = {"PermissionSetId": _permission_set(org, name, now), "AssigneeId": row.id}
        _writer(org, now).create(org.schema.objects["PermissionSetAssignment"], values)
        if name == _INTEGRATION:
            org.approved.add(row.id)
    return row.id


def _rules(org: Org, data: Mapping[str, Any], users: Mapping[str, str]) -> None:
    org.rules.extend(
        ValidationRule(
            object_name=each["object"],
            when=each["when"],
            message=each["message"],
            field_name=each.get("field", ""),
        )
        for each in data.get("validation_rules", ())
    )
    for name, username in data.get("assignment_rules", {}).items():
        org.assigns[name] = users[username]


def _records(
    org: Org, records: Sequence[Mapping[str, Any]], users: Mapping[str, str], now: datetime
) -> list[str]:
    made: list[str] = []

    def meant(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("@"):
            name = value[1:]
            return made[int(name)] if name.isdecimal() else users[name]
        return value

    for record in records:
        known = org.schema.objects[record["object"]]
        body = {k: meant(v) for k, v in record.items() if k not in _ABOUT}
        if "OwnerId" in known.fields:
            body.setdefault("OwnerId", org.app.run_as)
        record_id = whole_id(record["id"]) if record.get("id") else ""
        row = _writer(org, now).create(known, body, record_id=record_id or "")
        _share(row, record, meant)
        if record.get("note"):
            org.notes[row.id] = str(record["note"])
        made.append(row.id)
    return made


def _share(row: Row, record: Mapping[str, Any], meant: Any) -> None:
    if "readers" in record or record.get("private"):
        row.readers = frozenset(meant(each) for each in record.get("readers", ()))
    if "editors" in record:
        row.editors = frozenset(meant(each) for each in record["editors"])
