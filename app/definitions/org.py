"""Whether a definition fits a certain Salesforce org: its object, its fields, what they take.

``read_org`` asks the org, ``org_faults`` judges what it said and asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches

from app.templates import template_paths, templates
from booking_types.errors import Fault, InvalidRequestError
from booking_types.filters import clause_faults
from booking_types.model import (
    BookingType,
    Clause,
    FieldType,
    FormField,
    FormFieldKind,
    RecordUpdate,
    SalesforceEventRule,
)
from booking_types.salesforce_ids import salesforce_id
from connectors.errors import MissingError
from connectors.protocols import Crm, CrmField, CrmObject, CrmPath

#: How paths begin that do not lead from the record, and the object from which they do.
_OTHERS: Mapping[str, str] = {"$User.": "User", "$Organization.": "Organization"}

#: What kind of values each type of field holds.
#: Source: Object Reference for the Salesforce Platform, "Field Types".
_KINDS: Mapping[str, FieldType] = {
    "boolean": FieldType.CHECKBOX,
    "combobox": FieldType.PICKLIST,
    "currency": FieldType.CURRENCY,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "double": FieldType.NUMBER,
    "email": FieldType.TEXT,
    "id": FieldType.ID,
    "int": FieldType.NUMBER,
    "long": FieldType.NUMBER,
    "multipicklist": FieldType.MULTI_PICKLIST,
    "percent": FieldType.PERCENT,
    "phone": FieldType.TEXT,
    "picklist": FieldType.PICKLIST,
    "reference": FieldType.REFERENCE,
    "string": FieldType.TEXT,
    "url": FieldType.TEXT,
}
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.CURRENCY, FieldType.PERCENT})
_LISTS = frozenset({FieldType.PICKLIST, FieldType.MULTI_PICKLIST})

#: The types of fields that an answer can be written to.
_TAKES: Mapping[FormFieldKind, frozenset[str]] = {
    FormFieldKind.TEXT: frozenset({"string", "textarea", "url", "combobox", "picklist"}),
    FormFieldKind.LONG_TEXT: frozenset({"string", "textarea"}),
    FormFieldKind.NUMBER: frozenset({"int", "long", "double", "currency", "percent"}),
    FormFieldKind.CHECKBOX: frozenset({"boolean"}),
    FormFieldKind.CHOICE: frozenset({"string", "textarea", "combobox", "picklist"}),
    FormFieldKind.DATE: frozenset({"date"}),
    FormFieldKind.EMAIL: frozenset({"email", "string"}),
    FormFieldKind.PHONE: frozenset({"phone", "string"}),
}
#: People's words for Salesforce's types.
_WORDS: Mapping[str, str] = {
    "boolean": "checkboxes",
    "combobox": "picklists",
    "currency": "currencies",
    "date": "dates",
    "datetime": "dates with a time",
    "double": "numbers",
    "email": "mail addresses",
    "int": "whole numbers",
    "long": "whole numbers",
    "multipicklist": "multi-select picklists",
    "percent": "percentages",
    "phone": "phone numbers",
    "picklist": "picklists",
    "reference": "references to other records",
    "string": "texts",
    "textarea": "long texts",
    "url": "web addresses",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgView:
    """What an org says about everything that one definition names.

    Attributes:
        crm_object: The type's object; nothing when the org has none.
        paths: Where each path leads, those of the running user and the org among them.
        suggestions: For paths that lead nowhere: the nearest one that does.
    """

    crm_object: CrmObject | None
    paths: Mapping[str, CrmPath] = field(default_factory=dict)
    suggestions: Mapping[str, str] = field(default_factory=dict)


def read_org(crm: Crm, booking_type: BookingType) -> OrgView:
    """Ask the org about everything that a definition names.

    Raises:
        connectors.errors.ConnectorError: It cannot be asked.
    """
    name = booking_type.object_name
    try:
        known = crm.describe(name)
    except MissingError:
        return OrgView(crm_object=None)
    wanted = {path for _, path in _named(booking_type)}
    paths: dict[str, CrmPath] = {}
    suggestions: dict[str, str] = {}
    for prefix, object_name in {"": name, **_OTHERS}.items():
        own = {path.removeprefix(prefix): path for path in wanted if _prefix(path) == prefix}
        if not own:
            continue
        for short, found in crm.paths(object_name=object_name, paths=sorted(own)).items():
            paths[own[short]] = found
            if found.field is None and (near := _suggested(crm, object_name, short)):
                suggestions[own[short]] = prefix + near
    return OrgView(crm_object=known, paths=paths, suggestions=suggestions)


def _prefix(path: str) -> str:
    return next((prefix for prefix in _OTHERS if path.startswith(prefix)), "")


def _suggested(crm: Crm, object_name: str, path: str) -> str:
    """The path with its first wrong name replaced by the nearest; empty when none is near."""
    steps = path.split(".")
    current = crm.describe(object_name)
    for position, step in enumerate(steps):
        is_last = position == len(steps) - 1
        known = {
            name.casefold(): name
            for each in current.fields.values()
            if (name := each.name if is_last else each.relationship)
        }
        if step.casefold() not in known:
            near = get_close_matches(step.casefold(), known, n=1)
            right = [known[near[0]]] if near else []
            return ".".join([*steps[:position], *right, *steps[position + 1 :]]) if near else ""
        if not is_last:
            lookup = next(
                each
                for each in current.fields.values()
                if each.relationship.casefold() == step.casefold()
            )
            try:
                target = lookup.references[0] if len(lookup.references) == 1 else "Name"
                current = crm.describe(target)
            except MissingError:
                return ""
    return ""


def _named(booking_type: BookingType) -> Iterator[tuple[str, str]]:
    """Every path that the definition reads, with its place in it."""
    for position, clause in enumerate(booking_type.record_filter.clauses):
        place = f"record_filter.clauses[{position}]"
        yield f"{place}.field", clause.field
        for reference in _references(clause):
            yield f"{place}.value", reference
    for position, path in enumerate(booking_type.host_rule.lookup_paths):
        yield f"host_rule.lookup_paths[{position}]", path
    for place in ("guest_email_path", "guest_name_path", "guest_time_zone_path"):
        if path := getattr(booking_type, place):
            yield place, path
    for position, asked in enumerate(booking_type.form):
        if asked.default_path:
            yield f"form[{position}].default_path", asked.default_path
    for place, text in templates(booking_type).items():
        for path in sorted(template_paths(text)):
            yield place, path


def _references(clause: Clause) -> Iterator[str]:
    for value in (clause.value, *clause.values):
        if isinstance(value, str) and _prefix(value):
            yield value


# ------------------------------------------------------------------------------- judging


def org_faults(booking_type: BookingType, view: OrgView) -> tuple[Fault, ...]:
    """Everything that the org does not have, or does not take, of what a definition names.

    Args:
        booking_type: Without faults in itself.
        view: What ``read_org`` found out about it.
    """
    known = view.crm_object
    if known is None:
        name = booking_type.object_name
        message = f"the org has no object {name}, or the integration user may not read it"
        return (Fault("object_name", message),)
    return (
        *_of_paths(booking_type, view),
        *_of_clauses(booking_type, view),
        *_of_lookups(booking_type, view),
        *_of_guest(booking_type, view),
        *_of_event(booking_type, known),
        *_of_updates(booking_type, known),
        *_of_answers(booking_type, known),
        *_of_owner(booking_type, known),
    )


def _of_paths(booking_type: BookingType, view: OrgView) -> Iterator[Fault]:
    said: set[tuple[str, str]] = set()
    for place, path in _named(booking_type):
        found = view.paths[path]
        if found.field is None and (place, path) not in said:
            said.add((place, path))
            near = view.suggestions.get(path)
            advice = f"; did you mean {near}?" if near else ""
            yield Fault(place, f"{path} leads nowhere: {found.problem}{advice}")


def kind_of(known: CrmField) -> FieldType:
    """What kind of values a field holds, as far as filters can ask for them."""
    if not known.is_filterable:
        return FieldType.UNFILTERABLE
    if known.type == "textarea":
        # Short text areas can be filtered by, and long ones say that they cannot.
        return FieldType.TEXT
    return _KINDS.get(known.type, FieldType.UNFILTERABLE)


def _of_clauses(booking_type: BookingType, view: OrgView) -> Iterator[Fault]:
    for position, clause in enumerate(booking_type.record_filter.clauses):
        known = view.paths[clause.field].field
        if known is None:
            continue
        kind = kind_of(known)
        references = {
            path: kind_of(found)
            for path in _references(clause)
            if (found := view.paths[path].field) is not None
        }
        yield from clause_faults(
            clause,
            number=position + 1,
            field_type=kind,
            choices=known.picklist if known.is_restricted and kind in _LISTS else None,
            reference_types=references,
        )


def _of_lookups(booking_type: BookingType, view: OrgView) -> Iterator[Fault]:
    for position, path in enumerate(booking_type.host_rule.lookup_paths):
        found = view.paths[path]
        if found.field is None:
            continue
        is_user = bool(found.steps) and found.steps[-1] == ("User", "Id")
        if "User" not in found.field.references and not is_user:
            message = f"{_said(found.field)} names no user; take a field that does, like OwnerId"
            yield Fault(f"host_rule.lookup_paths[{position}]", message)


#: Where a guest's address, name and zone can stand.
_GUEST: Mapping[str, tuple[frozenset[str], str]] = {
    "guest_email_path": (frozenset({"email", "string"}), "mail address"),
    "guest_name_path": (frozenset({"string", "picklist", "combobox"}), "name"),
    "guest_time_zone_path": (frozenset({"string", "picklist", "combobox"}), "time zone's name"),
}


def _of_guest(booking_type: BookingType, view: OrgView) -> Iterator[Fault]:
    for place, (types, what) in _GUEST.items():
        path = getattr(booking_type, place)
        known = view.paths[path].field if path else None
        if known is not None and known.type not in types:
            yield Fault(place, f"{_said(known)} holds {_held(known)}, not a {what}")


def _of_event(booking_type: BookingType, known: CrmObject) -> Iterator[Fault]:
    rule = booking_type.write_back.salesforce_event
    if rule is not SalesforceEventRule.NEVER and not known.has_activities:
        message = (
            f"Salesforce relates no Event to a {known.label}; choose never, or have a Salesforce "
            "admin allow activities for the object"
        )
        yield Fault("write_back.salesforce_event", message)


def _of_owner(booking_type: BookingType, known: CrmObject) -> Iterator[Fault]:
    if not booking_type.write_back.hand_over_owner:
        return
    owner = known.fields.get("OwnerId")
    if owner is None or not owner.is_updateable:
        message = (
            f"a {known.label} has no owner of its own that the integration user may change; "
            "leave the hand-over out"
        )
        yield Fault("write_back.hand_over_owner", message)


# ---------------------------------------------------------------------------- what is written


def _of_updates(booking_type: BookingType, known: CrmObject) -> Iterator[Fault]:
    for position, update in enumerate(booking_type.write_back.record_updates):
        place = f"write_back.record_updates[{position}]"
        written, fault = _written(known, update.field, place=f"{place}.field")
        yield from fault
        if written is not None and (problem := _unfit(update, written)):
            yield Fault(f"{place}.value", f"{_said(written)} {problem}")


def _of_answers(booking_type: BookingType, known: CrmObject) -> Iterator[Fault]:
    for position, asked in enumerate(booking_type.form):
        if asked.record_field is None:
            continue
        place = f"form[{position}].record_field"
        written, fault = _written(known, asked.record_field, place=place)
        yield from fault
        if written is not None and (problem := _unfit_answer(asked, written)):
            yield Fault(place, f"{_said(written)} {problem}")


def _written(
    known: CrmObject, name: str, *, place: str
) -> tuple[CrmField | None, tuple[Fault, ...]]:
    """The field that is written, or what stands in the way of it."""
    names = {each.casefold(): each for each in known.fields}
    right = names.get(name.casefold())
    if right is None:
        near = get_close_matches(name.casefold(), names, n=1)
        advice = f"; did you mean {names[near[0]]}?" if near else ""
        message = f"a {known.label} has no field {name}, or it may not be read{advice}"
        return None, (Fault(place, message),)
    found = known.fields[right]
    if not found.is_updateable:
        message = (
            f"{_said(found)} cannot be written; give the integration user the right to edit it, "
            "or leave it out"
        )
        return None, (Fault(place, message),)
    return found, ()


def _unfit(update: RecordUpdate, known: CrmField) -> str:
    """Why a field does not take a value; empty when it does, or when only the booking knows."""
    value = update.value
    if value is None:
        return "cannot be empty" if known.is_required else ""
    kind = _KINDS.get(known.type, FieldType.TEXT)
    if kind is FieldType.CHECKBOX:
        return "" if isinstance(value, bool) else "is a checkbox; write true or false"
    if isinstance(value, bool):
        return f"takes {_held(known)}, not yes or no"
    if isinstance(value, (int, float)):
        return _unfit_number(value, known, kind)
    is_template = "{{" in value or "{%" in value
    return "" if is_template else _unfit_text(value, known, kind)


def _unfit_number(value: float, known: CrmField, kind: FieldType) -> str:
    if kind not in _NUMBERS:
        return f"takes {_held(known)}, not a number; write it in quotes"
    return "takes whole numbers" if known.type in ("int", "long") and value % 1 else ""


def _unfit_text(value: str, known: CrmField, kind: FieldType) -> str:
    if kind in _LISTS:
        parts = value.split(";") if kind is FieldType.MULTI_PICKLIST else [value]
        return next((words for part in parts if (words := _unlisted(part, known))), "")
    if kind is FieldType.TEXT:
        is_longer = 0 < known.length < len(value)
        return f"takes at most {known.length} characters" if is_longer else ""
    fits, words = _TEXTS.get(kind, (_never, f"takes {_held(known)}, not a text"))
    return "" if fits(value) else words


def _is_date(text: str) -> bool:
    return _is_iso(text, date)


def _is_instant(text: str) -> bool:
    return _is_iso(text, datetime)


def _is_iso(text: str, kind: type[date]) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_id(text: str) -> bool:
    try:
        salesforce_id(text)
    except InvalidRequestError:
        return False
    return True


def _never(_text: str) -> bool:
    return False


#: Which texts other fields take, and what is said where it is another one.
_TEXTS: Mapping[FieldType, tuple[Callable[[str], bool], str]] = {
    FieldType.DATE: (_is_date, "takes a date like 2026-12-24, or {{ booking.date }}"),
    FieldType.DATETIME: (
        _is_instant,
        "takes a time like 2026-12-24T15:00:00Z, or {{ booking.start_at }}",
    ),
    FieldType.REFERENCE: (_is_id, "takes the id of a record, of 15 or 18 characters"),
}


def _unlisted(value: str, known: CrmField) -> str:
    if not known.is_restricted or value in known.picklist:
        return ""
    near = get_close_matches(value, known.picklist, n=1)
    advice = f"did you mean {near[0]}?" if near else f"it has {', '.join(known.picklist[:10])}"
    return f"has no value {value[:60]}; {advice}"


def _unfit_answer(asked: FormField, known: CrmField) -> str:
    """Why a field does not take what is entered; empty when it does."""
    takes = _TAKES[asked.kind]
    if known.type not in takes:
        return f"takes {_held(known)}; what is entered goes into {_or(takes)}"
    if known.type in ("picklist", "combobox") and known.is_restricted:
        if asked.kind is not FormFieldKind.CHOICE:
            return "takes only the values of its picklist; ask with a field of kind choice"
        return next((words for each in asked.choices if (words := _unlisted(each, known))), "")
    longest = max(map(len, asked.choices), default=0)
    if 0 < known.length < longest:
        return f"takes at most {known.length} characters, and a choice has {longest}"
    return ""


def _said(known: CrmField) -> str:
    """A field as people know it."""
    return f"{known.label} ({known.name})" if known.label != known.name else known.name


def _held(known: CrmField) -> str:
    return _WORDS.get(known.type, known.type)


def _or(types: Collection[str]) -> str:
    *first, last = sorted({_WORDS[each] for each in types})
    return f"{', '.join(first)} or {last}" if first else last
