"""``$batch``: up to twenty calls in one, each answered for itself.

Source: microsoft-graph-docs-contrib, concepts/json-batching.md (read 2025).
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from connectors.sandbox.microsoft.wire import GraphError, Json, bad_request, json_object, parameters

_MOST = 20
_PARTS = frozenset({"id", "method", "url", "headers", "body", "dependsOn"})
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


def register(app: Flask, door: Blueprint) -> None:
    """Add the route ``/microsoft/v1.0/$batch``."""

    @door.post("/v1.0/$batch")
    def batch() -> Response:
        try:
            parameters(frozenset())
            parts = _parts(json_object())
        except GraphError as error:
            return error.response()
        failed: set[str] = set()
        answers = []
        for part in parts:
            answer = _answer(app, part, failed)
            if answer["status"] >= 400:  # noqa: PLR2004 - where errors begin
                failed.add(part["id"].lower())
            answers.append(answer)
        # The order of the answers is nobody's promise.
        return jsonify({"responses": answers[::-1]})


def _parts(body: Json) -> list[Json]:
    parts = body.get("requests")
    if not isinstance(parts, list) or set(body) != {"requests"}:
        raise bad_request("Batch request is missing its requests.")
    if not 0 < len(parts) <= _MOST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {_MOST}.")
    seen: set[str] = set()
    for part in parts:
        _check(part, seen)
    return parts


def _check(part: Any, seen: set[str]) -> None:
    if not isinstance(part, dict) or set(part) - _PARTS:
        raise bad_request("A batch request has id, method, url, headers and body.")
    if not isinstance(part.get("id"), str) or part["id"].lower() in seen:
        raise bad_request("Each batch request has an id of its own.")
    seen.add(part["id"].lower())
    if part.get("method") not in _METHODS or not isinstance(part.get("url"), str):
        raise bad_request("Each batch request has a method and a relative url.")
    if "://" in part["url"].split("?", 1)[0]:
        raise bad_request("The url of a batch request is relative.")
    headers = {name.lower() for name in part.get("headers", {})}
    if "body" in part and "content-type" not in headers:
        raise bad_request("A batch request with a body has a Content-Type header.")


def _answer(app: Flask, part: Json, failed: set[str]) -> Json:
    """One part through the very same routes, with the outer call's token."""
    if failed & {name.lower() for name in part.get("dependsOn", ())}:
        error = {"code": "FailedDependency", "message": "A request it depends on failed."}
        return {"id": part["id"], "status": 424, "headers": {}, "body": {"error": error}}
    headers = {"Authorization": request.headers.get("Authorization", ""), **part.get("headers", {})}
    data = json.dumps(part["body"]) if "body" in part else None
    path = "/microsoft/v1.0/" + part["url"].lstrip("/")
    with (
        app.app_context(),
        app.test_request_context(path, method=part["method"], headers=headers, data=data),
    ):
        response = app.full_dispatch_request()
    text = response.get_data(as_text=True)
    answer: Json = {
        "id": part["id"],
        "status": response.status_code,
        "headers": dict(response.headers),
    }
    if text:
        answer["body"] = _body(text)
    return answer


def _body(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
