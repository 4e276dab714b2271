"""Composite requests: many calls in one, and many records in one.

Source: REST API Developer Guide, "Composite", "Composite Subrequest Result", "sObject
Collections".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Response
from requests.structures import CaseInsensitiveDict

from connectors.sandbox.salesforce.answers import Refused, answer
from connectors.sandbox.salesforce.query import rendered
from connectors.sandbox.salesforce.records import found
from connectors.sandbox.salesforce.rest import Api

_MAX_SUBREQUESTS = 25
_MAX_QUERIES = 5
_MAX_RECORDS = 200
_MAX_RETRIEVED = 2_000

_REFERENCE_ID = re.compile(r"[A-Za-z0-9_]+")
_REFERENCE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}")
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]")
_HALTED = {
    "errorCode": "PROCESSING_HALTED",
    "message": "The transaction was rolled back since another operation in the same transaction"
    " failed.",
}


def composite(api: Api, body: Any) -> Response:
    """Run the subrequests in order; each has headers of its own.

    Raises:
        Refused: The request itself is wrong.
    """
    subrequests = body.get("compositeRequest") if isinstance(body, dict) else None
    if not isinstance(subrequests, list) or not subrequests:
        raise Refused("JSON_PARSER_ERROR", "compositeRequest is missing")
    _check(subrequests)
    savepoint = api.org.savepoint()
    results: list[dict[str, Any]] = []
    bodies: dict[str, Any] = {}
    for number, subrequest in enumerate(subrequests):
        result = _one(api, subrequest, bodies)
        results.append(result)
        if result["httpStatusCode"] < 300:  # noqa: PLR2004 - everything from there on is a failure
            bodies[subrequest["referenceId"]] = result["body"]
            continue
        if body.get("allOrNone"):
            api.org.rollback(savepoint)
            rest = subrequests[number + 1 :]
            results = [
                *(_halted(each["referenceId"]) for each in results[:-1]),
                result,
                *(_halted(each["referenceId"]) for each in rest),
            ]
            break
    return answer({"compositeResponse": results})


def _check(subrequests: list[Any]) -> None:
    if len(subrequests) > _MAX_SUBREQUESTS:
        message = f"The number of subrequests can't exceed the limit of {_MAX_SUBREQUESTS}"
        raise Refused("LIMIT_EXCEEDED", message)
    seen: set[str] = set()
    for subrequest in subrequests:
        reference = subrequest.get("referenceId") if isinstance(subrequest, dict) else None
        if not isinstance(reference, str) or not _REFERENCE_ID.fullmatch(reference):
            message = "Provided referenceId must be letters, digits and underscores"
            raise Refused("JSON_PARSER_ERROR", message)
        if reference in seen:
            raise Refused("JSON_PARSER_ERROR", f"Duplicate referenceId: {reference}")
        seen.add(reference)
    heavy = [each for each in subrequests if "/query" in str(each.get("url"))]
    if len(heavy) > _MAX_QUERIES:
        message = f"at most {_MAX_QUERIES} subrequests can be queries or collections"
        raise Refused("LIMIT_EXCEEDED", message)


def _halted(reference: str) -> dict[str, Any]:
    return {"body": [_HALTED], "httpHeaders": {}, "httpStatusCode": 400, "referenceId": reference}


def _one(api: Api, subrequest: Mapping[str, Any], bodies: Mapping[str, Any]) -> dict[str, Any]:
    savepoint = api.org.savepoint()
    try:
        url = _filled(str(subrequest.get("url", "")), bodies)
        sent = _filled(subrequest.get("body"), bodies)
        own = CaseInsensitiveDict(subrequest.get("httpHeaders", {}))
        response = _routed(api, str(subrequest.get("method", "")).upper(), str(url), sent, own)
    except Refused as refused:
        api.org.rollback(savepoint)
        response = answer(refused.body(), refused.status)
    text = response.get_data(as_text=True)
    location = response.headers.get("Location")
    return {
        "body": json.loads(text) if text else None,
        "httpHeaders": {"Location": location} if location else {},
        "httpStatusCode": response.status_code,
        "referenceId": subrequest["referenceId"],
    }


def _filled(value: Any, bodies: Mapping[str, Any]) -> Any:
    """The value with its references (``@{event.id}``) replaced by what they stand for."""
    if isinstance(value, dict):
        return {key: _filled(each, bodies) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, bodies) for each in value]
    if not isinstance(value, str):
        return value
    return _REFERENCE.sub(lambda match: str(_referenced(match, bodies)), value)


def _referenced(match: re.Match[str], bodies: Mapping[str, Any]) -> Any:
    unknown = Refused(
        "PROCESSING_HALTED", f"Invalid reference specified. No value for {match[0][2:-1]} found"
    )
    if match[1] not in bodies:
        raise unknown
    value = bodies[match[1]]
    for step in _STEP.finditer(match[2]):
        try:
            value = value[step[1]] if step[1] is not None else value[int(step[2])]
        except (KeyError, IndexError, TypeError) as error:
            raise unknown from error
    if isinstance(value, (dict, list)) or value is None:
        raise unknown
    return value


def _routed(api: Api, method: str, url: str, body: Any, headers: Mapping[str, str]) -> Response:
    parts = urlsplit(url)
    if not parts.path.startswith(api.root + "/"):
        raise Refused("NOT_FOUND", "subrequests stay in the version of the request", status=404)
    # Which of them takes no body is not looked at: Salesforce ignores it there.
    match [unquote(each) for each in parts.path.removeprefix(api.root + "/").split("/") if each]:
        case ["sobjects", name] if method == "POST":
            return api.row_create(name, body, headers)
        case ["sobjects", name, "describe"] if method == "GET":
            return api.describe(name)
        case ["sobjects", name, record_id] if method == "PATCH":
            return api.row_update(name, record_id, body, headers)
        case ["sobjects", name, record_id] if method == "DELETE":
            return api.row_delete(name, record_id)
        case ["sobjects", name, field_name, text] if method == "PATCH":
            return api.row_upsert(name, field_name, text, body, headers)
        case ["query" | "queryAll" as resource] if method == "GET":
            statement = parse_qs(parts.query).get("q", [""])[0]
            return api.query(statement, headers, with_deleted=resource == "queryAll")
        case _:
            raise Refused("NOT_FOUND", f"not played in composite: {method} {url}", status=404)


def collections_retrieve(api: Api, name: str, body: Any) -> Response:
    """Some fields of many records of one object; nothing for those that are not there."""
    known = api.object(name)
    ids, fields = body.get("ids", []), body.get("fields", [])
    if len(ids) > _MAX_RETRIEVED:
        raise Refused("LIMIT_EXCEEDED", f"at most {_MAX_RETRIEVED} records")
    kinds = []
    for each in fields:
        kind = known.field(each)
        if kind is None:
            message = f"No such column '{each}' on sobject of type {known.name}"
            raise Refused("INVALID_FIELD", message)
        kinds.append(kind)
    records: list[Any] = []
    for record_id in ids:
        try:
            row = found(api.org, known, record_id)
        except Refused:
            records.append(None)
            continue
        values = {kind.name: rendered(row.values.get(kind.name)) for kind in kinds}
        records.append({**api.reader().attributes(known, row), **values})
    return answer(records)


def collections_update(api: Api, body: Any, headers: Mapping[str, str]) -> Response:
    """Change many records, all or each by itself."""
    records = body.get("records", []) if isinstance(body, dict) else []
    if not records or len(records) > _MAX_RECORDS:
        raise Refused("LIMIT_EXCEEDED", f"between 1 and {_MAX_RECORDS} records")
    savepoint = api.org.savepoint()
    results = [_updated(api, record, headers) for record in records]
    if body.get("allOrNone") and not all(each["success"] for each in results):
        api.org.rollback(savepoint)
        rolled_back = Refused(
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using"
            " AllOrNone header",
        )
        results = [rolled_back.as_result() if each["success"] else each for each in results]
    return answer(results)


def _updated(api: Api, record: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    savepoint = api.org.savepoint()
    try:
        known = api.object(record.get("attributes", {}).get("type", ""))
        row = found(api.org, known, str(record.get("id") or record.get("Id")))
        values = {k: v for k, v in record.items() if k.casefold() not in ("id", "attributes")}
        api.writer(headers).update(known, row, values)
    except Refused as refused:
        api.org.rollback(savepoint)
        return refused.as_result()
    return {"id": row.id, "success": True, "errors": []}
