"""The API's contract as a file: the panel's client is generated from it, and drift fails the lint."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import msgspec
from litestar import Litestar

from api.app import create_app


def openapi_document() -> str:
    """The OpenAPI description of all routes, as JSON that a person can read."""
    schema = create_app(_nothing, _nothing, _not_started).openapi_schema.to_schema()
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"


def _nothing() -> Any:
    raise RuntimeError("the contract is read, not served")


def _not_started(_: Litestar) -> AbstractAsyncContextManager[None]:
    return nullcontext()
