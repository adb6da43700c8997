"""Whatever the contract allows, and what it does not: no route ever answers with a fault of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import hypothesis
import pytest
import schemathesis
from litestar import Litestar
from schemathesis.checks import not_a_server_error

from api.app import create_app
from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.3-c"), pytest.mark.requirement("R2.2-d")]
SLOW = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much]
SHARED = [hypothesis.HealthCheck.function_scoped_fixture]


def _contract() -> dict[str, Any]:
    """The contract needs nothing that lives: it is the same as the running API's."""

    @asynccontextmanager
    async def not_started(_: Litestar) -> AsyncIterator[None]:
        yield

    def nothing() -> Any:
        raise AssertionError("no request is served")

    return create_app(nothing, nothing, not_started).openapi_schema.to_schema()


contract = schemathesis.openapi.from_dict(_contract()).exclude(path="/api/v1/events")
"""A stream of events has no end that an attack could wait for."""


@contract.parametrize()
@hypothesis.settings(max_examples=5, derandomize=True, deadline=None, suppress_health_check=SLOW + SHARED)
def test_no_request_meets_a_fault(case: schemathesis.Case[Any], house: House) -> None:
    _attack(case, house)


@pytest.mark.long
@contract.parametrize()
@hypothesis.settings(max_examples=500, deadline=None, suppress_health_check=SLOW + SHARED)
def test_no_request_of_very_many_meets_a_fault(case: schemathesis.Case[Any], house: House) -> None:
    _attack(case, house)


def test_the_contract_that_is_attacked_is_the_one_that_is_served(house: House) -> None:
    assert _contract() == house.api.get("/docs/openapi.json").json()


_SESSIONS: dict[str, dict[str, str]] = {}


def _attack(case: schemathesis.Case[Any], house: House) -> None:
    headers = _entered(house, case.method) if case.path.startswith("/staff/") else house.bearer()
    answer = case.call(base_url=house.api_url, headers=headers)
    if answer.status_code != 503:  # the portal's own limit; it says so and is no fault of ours
        case.validate_response(answer, checks=[not_a_server_error])


def _entered(house: House, method: str) -> dict[str, str]:
    """A session of the staff for many requests; what deletes may delete it."""
    if method == "DELETE":
        return house.staff()
    if house.api_url not in _SESSIONS:
        _SESSIONS[house.api_url] = house.staff()
    return _SESSIONS[house.api_url]
