"""Definitions of earlier forms, brought to the present one.

A stored version is never rewritten: it is brought up each time it is read. Each step knows only
the form before it and the one after, so a new form adds one step and changes none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: The form of definitions that this version writes.
SCHEMA_VERSION = 2


def _to_2(definition: dict[str, Any]) -> dict[str, Any]:
    """Lookups became chains, platforms got two more rules, Salesforce Events can be adopted."""
    found = dict(definition)
    for name, step in (
        ("host_rule", _host_rule_to_2),
        ("platform_rule", _platform_rule_to_2),
        ("write_back", _write_back_to_2),
        ("record_filter", _filter_to_2),
    ):
        if isinstance(found.get(name), Mapping):
            found[name] = step(dict(found[name]))
    return found


def _host_rule_to_2(rule: dict[str, Any]) -> dict[str, Any]:
    if "lookup_path" in rule:
        path = rule.pop("lookup_path")
        rule["lookup_paths"] = [path] if path else []
    return rule


def _platform_rule_to_2(rule: dict[str, Any]) -> dict[str, Any]:
    kind = rule.get("kind")
    if kind == "host_default":
        rule["kind"] = "organizer_choice"
    if kind == "fixed" and rule.get("platform") == "none":
        rule["kind"] = "none"
    # With other kinds a platform meant nothing.
    return rule if rule.get("kind") == "fixed" else rule | {"platform": None}


def _write_back_to_2(write_back: dict[str, Any]) -> dict[str, Any]:
    wants = write_back.get("salesforce_event")
    if isinstance(wants, bool):
        write_back["salesforce_event"] = "always" if wants else "never"
    return write_back


def _filter_to_2(record_filter: dict[str, Any]) -> dict[str, Any]:
    clauses = record_filter.get("clauses")
    if isinstance(clauses, list):
        record_filter["clauses"] = [_clause_to_2(clause) for clause in clauses]
    return record_filter


_OPERATORS_TO_2 = {"is_empty": "is_blank", "is_not_empty": "is_not_blank"}


def _clause_to_2(clause: Any) -> Any:
    named = clause.get("operator") if isinstance(clause, Mapping) else None
    # Anything may stand there, also what cannot be looked up.
    if not isinstance(named, str) or named not in _OPERATORS_TO_2:
        return clause
    return {**clause, "operator": _OPERATORS_TO_2[named]}


#: From each form to the next one, by the form it begins with.
_STEPS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _to_2}


def upgraded(definition: Mapping[str, Any], *, schema_version: int) -> dict[str, Any]:
    """The definition in the present form; the given one stays as it is.

    Args:
        definition: As it was stored; whatever of it has another form than its own version's
            stays as it is, and is a fault for whoever reads it.
        schema_version: The form it has.

    Raises:
        ValueError: A later version of this service wrote it.
    """
    if not 1 <= schema_version <= SCHEMA_VERSION:
        message = (
            f"This definition has form {schema_version}, this version of the service knows "
            f"1 to {SCHEMA_VERSION}: run a newer one."
        )
        raise ValueError(message)
    found = dict(definition)
    for version in range(schema_version, SCHEMA_VERSION):
        found = _STEPS[version](found)
    return found
