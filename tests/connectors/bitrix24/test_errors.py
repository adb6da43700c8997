"""The matrix of errors, row by row as the contract gives them."""

from __future__ import annotations

import pytest

from connectors.bitrix24.errors import AUTH_SERVER, REST, failure_of
from connectors.outside import Actor, Policy, Retry

pytestmark = pytest.mark.requirement("R2.2-b")


@pytest.mark.parametrize(
    ("status", "code", "policy", "actor"),
    [
        (401, "expired_token", Policy.RETRY, Actor.NOBODY),
        (401, "invalid_token", Policy.FIX, Actor.ADMINISTRATOR),
        (401, "NO_AUTH_FOUND", Policy.FIX, Actor.ADMINISTRATOR),
        (403, "insufficient_scope", Policy.FIX, Actor.ADMINISTRATOR),
        (401, "APPLICATION_NOT_FOUND", Policy.FIX, Actor.ADMINISTRATOR),
        (401, "PAYMENT_REQUIRED", Policy.FIX, Actor.ADMINISTRATOR),
        (403, "ACCESS_DENIED", Policy.FIX, Actor.ADMINISTRATOR),
        (403, "WRONG_AUTH_TYPE", Policy.FIX, Actor.PROVIDER),
        (410, "PORTAL_DELETED", Policy.FIX, Actor.ADMINISTRATOR),
        (500, "PORTAL_DELETED", Policy.FIX, Actor.ADMINISTRATOR),
        (503, "QUERY_LIMIT_EXCEEDED", Policy.RETRY, Actor.NOBODY),
        (503, "OVERLOAD_LIMIT", Policy.RETRY, Actor.PROVIDER),
        (429, "OPERATION_TIME_LIMIT", Policy.RETRY, Actor.NOBODY),
        (400, "ERROR_BATCH_LENGTH_EXCEEDED", Policy.NEVER, Actor.PROVIDER),
        (404, "ERROR_METHOD_NOT_FOUND", Policy.NEVER, Actor.ADMINISTRATOR),
        (400, "ERROR_ARGUMENT", Policy.NEVER, Actor.PROVIDER),
        (400, "NOT_ACTIVE_LINE", Policy.FIX, Actor.ADMINISTRATOR),
        (400, "IMCONNECTOR_NO_CORRECT_PROVIDER", Policy.FIX, Actor.ADMINISTRATOR),
        (500, "INTERNAL_SERVER_ERROR", Policy.UNKNOWN, Actor.NOBODY),
        (400, "some words of an old method", Policy.NEVER, Actor.PROVIDER),
        (401, "new_code", Policy.FIX, Actor.ADMINISTRATOR),
        (429, "new_code", Policy.RETRY, Actor.NOBODY),
        (503, "new_code", Policy.RETRY, Actor.NOBODY),
        (500, "new_code", Policy.UNKNOWN, Actor.NOBODY),
        (None, "new_code", Policy.NEVER, Actor.PROVIDER),
    ],
)
def test_an_error_asks_for_what_the_contract_says(
    status: int | None, code: str, policy: Policy, actor: Actor
) -> None:
    failure = failure_of(REST, code, "words", http_status=status, retry=Retry.ONCE)
    assert (policy, actor, status) == (failure.policy, failure.who_acts, failure.http_status)


def test_a_safe_call_is_repeated_where_one_made_once_is_unknown() -> None:
    failure = failure_of(REST, "INTERNAL_SERVER_ERROR", "", http_status=500, retry=Retry.SAFE)
    assert failure.policy is Policy.RETRY


def test_the_same_code_is_passing_on_the_authorization_server_only() -> None:
    codes = [
        failure_of(table, "ERROR_OAUTH", "", http_status=401, retry=Retry.ONCE).policy
        for table in (REST, AUTH_SERVER)
    ]
    assert codes == [Policy.FIX, Policy.RETRY]


def test_long_words_are_cut_and_an_empty_code_gets_a_name() -> None:
    failure = failure_of(REST, "", "x" * 5_000, http_status=418, retry=Retry.SAFE)
    assert (len(failure.message), failure.code) == (500, "http_418")
