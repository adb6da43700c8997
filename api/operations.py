"""What OpenAPI says of our operations beyond what Litestar finds out by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import (
    OpenAPI,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Reference,
    Schema,
)
from litestar.types import Method

from api.problems import Problem


def for_each_method(name: str) -> Callable[..., str]:
    """A route for several methods is several operations: `Media` becomes `MediaGet`, `MediaHead`, …"""

    def named(_handler: HTTPRouteHandler, method: Method, _path: object) -> str:
        return f"{name}{method.capitalize()}"

    return named


def with_problems(contract: OpenAPI) -> None:
    """Let every operation say that it refuses with a `Problem`, in place of Litestar's own shape."""
    if contract.components is None or contract.components.schemas is None or contract.paths is None:
        raise LookupError("a contract has paths and components")
    shape = msgspec.json.schema(Problem)["$defs"]["Problem"]
    contract.components.schemas["Problem"] = Schema(
        type=OpenAPIType.OBJECT,
        description=shape["description"],
        required=shape["required"],
        properties={name: _property(of) for name, of in shape["properties"].items()},
    )
    refused = OpenAPIResponse(
        description="Refused, or not possible now: why, and what to do.",
        content={
            "application/problem+json": OpenAPIMediaType(schema=Reference("#/components/schemas/Problem"))
        },
    )
    for path in contract.paths.values():
        for operation in (path.get, path.head, path.post, path.put, path.patch, path.delete):
            if operation is not None and operation.responses is not None:
                operation.responses.pop("400", None)
                operation.responses["default"] = refused


def _property(of: dict[str, Any]) -> Schema | Reference:
    """A field of `Problem`: a plain type, or another struct that routes of ours answer with as well."""
    if "type" in of:
        return Schema(type=OpenAPIType(of["type"]))
    (named,) = (one["$ref"] for one in of["anyOf"] if "$ref" in one)
    return Reference(f"#/components/schemas/{named.rpartition('/')[2]}")
