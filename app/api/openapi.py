"""The OpenAPI document's finish: what the schemas cannot say by themselves."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from app.api import answers, examples
from app.api.requests import PATH_SCHEMAS
from app.problems import MEDIA_TYPE

DESCRIPTION = """\
Books meetings for colleagues from Salesforce records.

Callers are Salesforce users: every request carries the token that the org's Named Credential
signs (`Authorization: Bearer`). Times are RFC 3339; answers give them in UTC. Every error is an
RFC 9457 problem document with a stable `code`.
"""

SECURITY_SCHEMES = {
    "salesforce": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Signed by the org's certificate (RS256 or RS512) for the running user: "
        "`iss` the org's id, `sub` the user's id, `aud` this service's address, at most five "
        "minutes old.",
    }
}


def problems(*statuses: int) -> dict[int | str, dict[str, str | dict[str, dict[str, Any]]]]:
    """The problems an operation may answer, as APIFlask's ``responses``."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": examples.PROBLEMS[status],
                }
            },
        }
        for status in statuses
    }


def finish(document: dict[Any, Any] | str) -> dict[Any, Any] | str:
    """Add problems' schema, the words and values of parameters, and that bodies are required."""
    if isinstance(document, str):
        raise TypeError("the document is finished before it is written as text")
    document["components"]["schemas"].update(_problem_schemas(document["openapi"]))
    document["tags"] = [{"name": "Bookings"}, {"name": "Operation"}]
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                _finish_parameter(parameter)
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return document


def _problem_schemas(version: str) -> dict[str, Any]:
    plugin = MarshmallowPlugin()
    spec = APISpec(title="", version="", openapi_version=version, plugins=[plugin])
    spec.components.schema("Problem", schema=answers.Problem)
    schemas: dict[str, Any] = spec.to_dict()["components"]["schemas"]
    return schemas


def _finish_parameter(parameter: dict[str, Any]) -> None:
    if parameter["in"] == "path":
        description, value = examples.PATH_VALUES[parameter["name"]]
        parameter |= {"description": description, "required": True, "example": value}
        parameter["schema"] |= PATH_SCHEMAS[parameter["name"]]
    elif parameter["name"] in examples.PARAMETER_VALUES:
        parameter["example"] = examples.PARAMETER_VALUES[parameter["name"]]
