"""The description of the interface: as OpenAPI 3.1, and as lines of a page."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from lupustrial.capture.doors.interface._api import api

_ROOT = "/api/v1/"
_BINARY = "application/octet-stream"
_WRONG = 400


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation, for the page that describes it."""

    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[tuple[str, str, str], ...]
    body: tuple[tuple[str, str, str], ...]
    answers: tuple[str, ...]


def openapi_of() -> dict[str, Any]:
    """Return the description as OpenAPI; refusals are ``application/problem+json``."""
    found: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema(path_prefix=_ROOT)))
    for path in found["paths"].values():
        for operation in path.values():
            for code, answer in operation["responses"].items():
                content = answer.get("content", {})
                if int(code) >= _WRONG and "application/json" in content:
                    answer["content"] = {"application/problem+json": content["application/json"]}
    return found


def described() -> list[Operation]:
    """Return the operations, in order of their addresses."""
    whole = openapi_of()
    schemas = whole["components"]["schemas"]
    return [
        _operation(path, method, one, schemas)
        for path, methods in whole["paths"].items()
        for method, one in methods.items()
    ]


def _operation(path: str, method: str, one: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    named = schemas.get(body.get("$ref", "").rpartition("/")[2], {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=one.get("summary", ""),
        text=one.get("description", ""),
        parameters=tuple(
            (
                each["name"],
                each["in"],
                each.get("description") or each.get("schema", {}).get("description", ""),
            )
            for each in one.get("parameters", ())
        ),
        body=tuple(
            (name, _kind(each), each.get("description", ""))
            for name, each in named.get("properties", {}).items()
        ),
        answers=tuple(str(code) for code in one["responses"]),
    )


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    return str(schema.get("type", "object"))
