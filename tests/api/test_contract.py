"""The HTTP contract: what OpenAPI says of every route, who may call it, and what a refusal looks like."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.system.house import House

pytestmark = [pytest.mark.requirement("R2.3-c"), pytest.mark.requirement("R2.2-g")]
UNKNOWN_ID = "019aa000-0000-7000-8000-000000000000"
STREAMS = {
    "events": "text/event-stream",
    "pdf": "application/pdf",
    "statement.csv": "text/csv",
    "rates.csv": "text/csv",
    "margins.csv": "text/csv",
    "statement.pdf": "application/pdf",
}
METHODS = ("get", "post", "put", "patch", "delete", "head")


@pytest.fixture(scope="module")
def contract(house: House) -> dict[str, Any]:
    answer = house.api.get("/docs/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json())


def test_every_route_has_a_name_of_its_own_and_says_what_it_does(contract: dict[str, Any]) -> None:
    operations = _operations(contract)
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(set(names)) == len(names)
    assert [] == [path for path, _, operation in operations if not operation.get("description")]
    assert [] == [path for path, _, operation in operations if not operation.get("tags")]


@pytest.mark.parametrize("under", ["/api/v1", "/staff/v1"])
def test_every_route_of_the_api_says_what_it_takes_and_gives(under: str, contract: dict[str, Any]) -> None:
    for path, method, operation in _operations(contract, under):
        successes = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert len(successes) == 1, path
        if "204" in operation["responses"]:
            continue
        (content,) = successes[0]["content"].items()
        assert STREAMS.get(path.rpartition("/")[2], "application/json") == content[0], path
        assert "schema" in content[1], path
        for parameter in operation.get("parameters", []):
            assert "schema" in parameter, path
        if "requestBody" in operation:
            ((kind, body),) = operation["requestBody"]["content"].items()
            if kind == "text/csv":
                continue
            assert body["schema"]["$ref"].startswith("#/components/schemas/"), (method, path)


def test_every_route_says_that_it_refuses_with_a_problem(contract: dict[str, Any]) -> None:
    reference = {"$ref": "#/components/schemas/Problem"}
    for path, _, operation in _operations(contract):
        assert (
            reference == operation["responses"]["default"]["content"]["application/problem+json"]["schema"]
        ), path
        assert "400" not in operation["responses"], path
    shape = contract["components"]["schemas"]["Problem"]
    assert {"title", "status", "reason"} == set(shape["required"])


def test_every_route_of_the_api_needs_a_bearer_token(contract: dict[str, Any], house: House) -> None:
    routes = [r for r in _operations(contract, "/api/v1") if r[0] != "/api/v1/session"]
    assert 11 <= len(routes)
    with httpx.Client(base_url=house.api_url, trust_env=False) as stranger:
        for path, method, operation in routes:
            assert [{"bearer": []}] == operation["security"], path
            answer = stranger.request(
                method, _with_values(path), params={"id": "x"}, json=_body(contract, operation)
            )
            assert (401, "bearer") == (answer.status_code, answer.json()["reason"]), path


def test_every_route_of_the_staff_needs_a_session(contract: dict[str, Any], house: House) -> None:
    routes = [r for r in _operations(contract, "/staff/v1") if r[2].get("security")]
    assert {"/staff/v1/session"} == {
        r[0] for r in _operations(contract, "/staff/v1") if not r[2].get("security")
    }
    assert 6 <= len(routes)
    with httpx.Client(base_url=house.api_url, trust_env=False) as stranger:
        for path, method, operation in routes:
            assert [{"staff": []}] == operation["security"], path
            answer = stranger.request(
                method,
                _with_values(path),
                headers={"Origin": house.api_url, **house.bearer()},
                json=_body(contract, operation),
            )
            assert (401, "staff_session") == (answer.status_code, answer.json()["reason"]), path


def test_a_new_bearer_token_needs_the_proof_of_a_frame(house: House) -> None:
    forged = {
        "auth_id": "forged",
        "member_id": "f" * 32,
        "server_endpoint": f"{house.sandbox_url}/auth/rest/",
    }
    answer = house.api.post("/api/v1/session", json=forged)
    assert 403 == answer.status_code
    assert "token" not in answer.json()


def test_the_bearer_scheme_is_declared(contract: dict[str, Any]) -> None:
    assert "http" == contract["components"]["securitySchemes"]["bearer"]["type"]
    assert "bearer" == contract["components"]["securitySchemes"]["bearer"]["scheme"]


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("DELETE", "/api/v1/channels", 405, "method_not_allowed"),
        ("POST", "/api/v1/channels", 400, "bad_request"),
        ("POST", f"/api/v1/channels/{UNKNOWN_ID}/check", 404, "unknown_channel"),
        ("GET", "/api/v1/timeline", 400, "bad_request"),
    ],
)
def test_a_refusal_is_a_problem_that_says_what_happened_and_what_to_do(
    method: str, path: str, status: int, reason: str, house: House
) -> None:
    answer = house.api.request(method, path, headers=house.bearer())
    problem = answer.json()
    assert (status, reason) == (answer.status_code, problem["reason"])
    assert "application/problem+json" == answer.headers["content-type"]
    assert (status, True) == (problem["status"], bool(problem["title"]))
    assert isinstance(problem.get("detail", ""), str)
    assert answer.headers["x-correlation-id"].isalnum()


def _operations(contract: dict[str, Any], under: str = "/") -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, operations in contract["paths"].items()
        for method, operation in operations.items()
        if path.startswith(under) and method in METHODS
    ]


def _with_values(path: str) -> str:
    known = {"{event}": "check"}
    parts = (known.get(part, UNKNOWN_ID) if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def _body(contract: dict[str, Any], operation: dict[str, Any]) -> Any:
    """A body with a text in every field that must be there."""
    if "requestBody" not in operation:
        return None
    ((kind, body),) = operation["requestBody"]["content"].items()
    if kind == "text/csv":
        return "drop"
    shape = contract["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
    return dict.fromkeys(shape["required"], "drop")
