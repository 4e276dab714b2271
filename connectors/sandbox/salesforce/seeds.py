"""Makes orgs: their users, objects and records."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sandbox.salesforce.callouts import key_id
from connectors.sandbox.salesforce.keys import key_pair
from connectors.sandbox.salesforce.package import (
    activity_fields,
    custom_object,
    package_objects,
    with_fields,
)
from connectors.sandbox.salesforce.records import Writer
from connectors.sandbox.salesforce.schema import Schema
from connectors.sandbox.salesforce.standard import standard_objects
from connectors.sandbox.salesforce.state import (
    ConnectedApp,
    Org,
    Row,
    SalesforceState,
    ValidationRule,
    whole_id,
)
from connectors.sandbox.world import World

#: The permission set with which a user may be signed in for by the connected app.
_INTEGRATION = "Booking_Integration"
#: What a seed says of a record beside its fields.
_ABOUT = frozenset({"object", "id", "readers", "editors", "private", "note"})
#: Permission sets of the package; others are made when a user has them.
_PERMISSION_SETS = ("Booking_Admin", "Booking_Organizer", "Booking_Host", _INTEGRATION)


def seed(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Make an org, or add to one.

    Args:
        world: The sandbox.
        data: ``org_id`` (18 characters; an org with it is added to), ``name``, ``time_zone``,
            ``users`` (``id``, ``name``, ``email``, ``username``, ``time_zone``, ``is_active``,
            ``is_admin``, ``permission_sets``), ``integration_user`` (its username; made when no
            user has it), ``objects`` (custom ones, see ``package.custom_object``), ``records``
            (``object``, ``id``, fields, ``readers``, ``editors``, ``private``, ``note``: what it
            is there to show; users in them and in the lookups of fields may be named by
            ``@username``, earlier records by ``@3``, their place in the list), ``hidden_fields`` and ``read_only_fields``
            (``Lead.AnnualRevenue``), ``validation_rules`` (``object``, ``when``, ``message``,
            ``field``), ``assignment_rules`` (object to username), ``batch_size``.

    Returns:
        ``org_id``, ``instance_url``, ``consumer_key``, ``consumer_secret``,
        ``private_key_pem``, ``integration_username``, ``users`` (username to id), ``records``
        (ids in order), ``service_certificate_pem``, ``service_key_id``, ``refresh_token`` (of
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
    _declare(org, data)
    users = _users(org, data, now)
    _rules(org, data, users)
    records = _records(org, data.get("records", ()), users, now)
    org.schema.without(data.get("hidden_fields", ()))
    org.schema.read_only(data.get("read_only_fields", ()))
    integration = org.rows["User"][org.app.run_as]
    refresh_token = secrets.token_urlsafe(40)
    state.refresh_tokens[refresh_token] = (org.org_id, integration.id)
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
    )
    for definition in package_objects():
        _add_object(org, definition)
    organization = {
        "Id": org_id,
        "Name": data.get("name", "Sandbox"),
        "TimeZoneSidKey": data.get("time_zone", "UTC"),
        "IsSandbox": False,
        "OrganizationType": "Enterprise Edition",
    }
    blank = dict.fromkeys(schema.objects["Organization"].fields)
    org.add("Organization", Row({**blank, **organization, "CreatedDate": now}))
    for name in _PERMISSION_SETS:
        _permission_set(org, name, now)
    return org, keys.private_key_pem


def _add_object(org: Org, definition: Mapping[str, Any]) -> None:
    customs = sum(1 for each in org.schema.objects.values() if each.is_custom)
    org.schema.objects[definition["fullName"]] = custom_object(definition, prefix=f"a{customs:02d}")


def _declare(org: Org, data: Mapping[str, Any]) -> None:
    for definition in data.get("objects", ()):
        _add_object(org, definition)
    org.batch_size = int(data.get("batch_size", org.batch_size))


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
    body = {
        "FirstName": first,
        "LastName": last,
        "Email": person["email"],
        "Username": person["username"],
        "TimeZoneSidKey": person.get("time_zone", time_zone),
        "LocaleSidKey": "en_US",
        "UserType": "Standard",
        "IsActive": person.get("is_active", True),
    }
    known = org.schema.objects["User"]
    record_id = whole_id(person["id"]) if person.get("id") else ""
    row = _writer(org, now).create(known, body, record_id=record_id or "")
    if person.get("is_admin"):
        org.admins.add(row.id)
    for name in person.get("permission_sets", ()):
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
