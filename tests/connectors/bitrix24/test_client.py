"""One call: its token, its repairs, its limits, and what is said when the outcome is not known."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import pytest

from connectors.bitrix24.client import Answer, Call
from connectors.bitrix24.methods import UnlistedMethodError
from connectors.http import new_client
from connectors.outside import Actor, Context, Failure, Policy

pytestmark = pytest.mark.requirement("R2.2-b")

SEND = "imconnector.send.messages"
READ = "imopenlines.dialog.get"


async def test_an_answer_carries_result_pages_and_time(world: Any, say: Any) -> None:
    world.server.script("user.get", say.answer([1], total=51, next=50))
    answer = await world.client.call("user.get", {"start": 0})
    assert isinstance(answer, Answer)
    assert (answer.result, answer.total, answer.next) == ([1], 51, 50)
    assert world.bucket.reported == [("user.get", 0.25, 1_780_000_000.0)]


async def test_an_exchange_says_which_portal_and_message_it_is_about(world: Any) -> None:
    await world.client.call(READ, {"CHAT_ID": 5}, about=Context(message_id="m-1"))
    (exchange,) = world.journal.exchanges
    assert (
        exchange.party,
        exchange.method,
        exchange.status,
        exchange.portal_id,
        exchange.message_id,
    ) == ("bitrix24", READ, 200, "portal-1", "m-1")
    assert exchange.request == {"CHAT_ID": 5, "auth": "[secret]"}


async def test_a_link_that_opens_a_file_for_anybody_is_not_recorded(world: Any, say: Any) -> None:
    file = {"name": "x.pdf", "urlDownload": "https://p1.bitrix24.com/~AbC12", "size": 1}
    world.server.script(READ, say.answer({"files": [file]}))
    await world.client.call(READ, {"CHAT_ID": 5})
    assert "https://p1.bitrix24.com/~…" in world.recorded()
    assert "AbC12" not in world.recorded()


async def test_a_method_without_a_row_is_not_called(world: Any) -> None:
    with pytest.raises(UnlistedMethodError):
        await world.client.call("crm.deal.delete", {"ID": 1})
    with pytest.raises(UnlistedMethodError):
        await world.client.batch([Call(method="crm.deal.delete", params={})])
    assert world.journal.exchanges == []


async def test_an_expired_token_is_renewed_and_the_call_repeated_once(world: Any) -> None:
    world.server.access = {"another": 1}
    answer = await world.client.call(READ, {"CHAT_ID": 5})
    assert isinstance(answer, Answer)
    assert (world.server.refreshes, world.server.params(READ)) == (1, [{"CHAT_ID": 5}])


async def test_a_token_known_to_be_expired_is_not_tried_first(world: Any) -> None:
    world.tokens.put("1", "access-0", "refresh-0", expires_at=1.0)
    await world.client.call(READ, {"CHAT_ID": 5})
    assert [exchange.method for exchange in world.journal.exchanges] == ["POST /oauth/token/", READ]


async def test_many_callers_with_one_expired_token_renew_it_once(world: Any) -> None:
    world.server.access.clear()
    clients = [world.portal_client() for _ in range(8)]
    answers = await asyncio.gather(*(client.call(READ, {"CHAT_ID": 5}) for client in clients))
    assert [type(answer) for answer in answers] == [Answer] * 8
    assert world.server.refreshes == 1


async def test_a_renewal_that_has_begun_survives_the_caller(world: Any) -> None:
    world.tokens.put("1", "access-0", "refresh-0", expires_at=1.0)
    task = asyncio.create_task(world.client.call(READ, {"CHAT_ID": 5}))
    while "1" not in world.tokens.leased:  # noqa: ASYNC110 - the store has no event of its own
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        while world.tokens.leased:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    assert world.tokens.tokens["1"][1] == "refresh-1"


async def test_a_token_that_stays_expired_is_not_renewed_for_ever(world: Any, say: Any) -> None:
    world.server.script(READ, *[say.error(401, "expired_token")] * 3)
    outcome = await world.client.call(READ, {"CHAT_ID": 5})
    assert isinstance(outcome, Failure)
    assert (world.server.refreshes, outcome.code) == (1, "expired_token")


async def test_a_used_refresh_token_asks_for_an_administrator(world: Any) -> None:
    world.server.access.clear()
    world.server.refresh.clear()
    outcome = await world.client.call(READ, {"CHAT_ID": 5})
    assert isinstance(outcome, Failure)
    assert (
        outcome.code,
        outcome.policy,
        outcome.who_acts,
    ) == ("invalid_grant", Policy.FIX, Actor.ADMINISTRATOR)
    assert list(world.tokens.refused) == ["1"]


async def test_a_renewal_that_lasts_too_long_elsewhere_repeats_the_call_later(world: Any) -> None:
    world.tokens.put("1", "access-0", "refresh-0", expires_at=1.0)
    world.tokens.leased.add("1")
    world.tokens.wait_s = 60.0
    outcome = await world.client.call(SEND, {})
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.policy, world.server.calls) == ("lease", Policy.RETRY, [])


async def test_tokens_of_another_portal_are_not_stored(world: Any) -> None:
    world.server.access.clear()
    world.server.token_member = "b" * 32
    outcome = await world.client.call(READ, {"CHAT_ID": 5})
    assert isinstance(outcome, Failure)
    assert (outcome.code, world.tokens.tokens["1"][1]) == ("member_mismatch", "refresh-0")


async def test_a_lost_answer_of_a_renewal_does_not_make_the_call_unknown(world: Any) -> None:
    world.tokens.put("1", "access-0", "refresh-0", expires_at=1.0)
    world.server.cut_token = True
    outcome = await world.client.call(SEND, {})
    assert isinstance(outcome, Failure)
    assert (outcome.policy, world.tokens.leased, world.server.calls) == (Policy.RETRY, set(), [])


@pytest.mark.parametrize("code", ["authorization_error", "user_access_error"])
async def test_when_the_owner_of_a_token_is_dismissed_another_one_speaks(
    world: Any, say: Any, code: str
) -> None:
    world.server.access["access-of-two"] = 2
    world.tokens.put("2", "access-of-two", "refresh-of-two")
    world.server.script(READ, say.error(401, code))
    answer = await world.client.call(READ, {"CHAT_ID": 5})
    assert isinstance(answer, Answer)
    assert list(world.tokens.refused) == ["1"]


async def test_a_renamed_portal_is_followed_and_remembered(world: Any) -> None:
    world.server.moved_to = "p2"
    answer = await world.client.call(SEND, {"LINE": 1})
    assert isinstance(answer, Answer)
    await world.client.call(SEND, {"LINE": 2})
    assert world.tokens.moves == [world.server.endpoint("p2")]
    assert world.server.params(SEND) == [{"LINE": 1}, {"LINE": 2}]


async def test_a_renamed_portal_is_followed_with_an_expired_token_too(world: Any) -> None:
    world.server.moved_to = "p2"
    world.server.access.clear()
    answer = await world.client.call(SEND, {"LINE": 1})
    assert isinstance(answer, Answer)
    assert world.tokens.moves == [world.server.endpoint("p2")]


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/rest/imopenlines.dialog.get",
        "http://10.0.0.1/rest/imopenlines.dialog.get",
        "https://evil.example/login",
        "//evil.example/rest/x",
        "",
    ],
)
async def test_a_redirect_that_nobody_confirms_is_not_followed(world: Any, say: Any, location: str) -> None:
    world.server.script(READ, say.redirect(location))
    outcome = await world.client.call(READ, {"CHAT_ID": 5})
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.policy, world.tokens.moves) == ("redirect", Policy.RETRY, [])


async def test_a_redirect_for_another_portal_is_not_followed(world: Any) -> None:
    world.server.moved_to = "p2"
    world.server.info = {"install": {"member_id": "b" * 32}}
    outcome = await world.client.call(READ, {"CHAT_ID": 5})
    assert isinstance(outcome, Failure)
    assert world.server.params(READ) == []


@pytest.mark.parametrize(("method", "policy"), [(SEND, Policy.UNKNOWN), (READ, Policy.RETRY)])
@pytest.mark.parametrize("status", [200, 500, 502, 503, 504])
async def test_a_page_instead_of_json_is_ambiguous_only_for_what_is_done_once(
    world: Any, say: Any, method: str, policy: Policy, status: int
) -> None:
    world.server.script(method, say.html(status))
    outcome = await world.client.call(method, {})
    assert isinstance(outcome, Failure)
    assert ("not_json", policy, status) == (outcome.code, outcome.policy, outcome.http_status)


async def test_a_page_with_a_refusal_was_not_ambiguous(world: Any, say: Any) -> None:
    world.server.script(SEND, say.html(403))
    outcome = await world.client.call(SEND, {})
    assert isinstance(outcome, Failure)
    assert outcome.policy is Policy.RETRY


@pytest.mark.parametrize(("method", "policy"), [(SEND, Policy.UNKNOWN), (READ, Policy.RETRY)])
async def test_an_answer_that_never_comes_leaves_a_message_unknown(
    world: Any, say: Any, method: str, policy: Policy
) -> None:
    world.server.script(method, say.silence)
    async with new_client(read_s=0.2) as http:
        outcome = await world.portal_client(http).call(method, {})
    assert isinstance(outcome, Failure)
    assert ("timeout", policy) == (outcome.code, outcome.policy)
    assert len(world.server.params(method)) == 1


@pytest.mark.parametrize(("method", "policy"), [(SEND, Policy.UNKNOWN), (READ, Policy.RETRY)])
async def test_a_connection_that_breaks_after_the_request_leaves_a_message_unknown(
    world: Any, say: Any, method: str, policy: Policy
) -> None:
    world.server.script(method, say.cut)
    outcome = await world.client.call(method, {})
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.policy) == ("connection", policy)
    assert len(world.server.params(method)) == 1


async def test_a_portal_that_cannot_be_reached_got_nothing(world: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        world.server.base = f"http://127.0.0.1:{closed.getsockname()[1]}"
        outcome = await world.portal_client().call(SEND, {})
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.policy) == ("connection", Policy.RETRY)


async def test_a_server_error_after_the_work_may_have_been_done_is_unknown(world: Any, say: Any) -> None:
    world.server.script(SEND, say.error(500, "INTERNAL_SERVER_ERROR"))
    outcome = await world.client.call(SEND, {})
    assert isinstance(outcome, Failure)
    assert outcome.policy is Policy.UNKNOWN


async def test_a_good_status_without_a_result_is_no_success(world: Any, say: Any) -> None:
    world.server.script(SEND, say.bare({}))
    outcome = await world.client.call(SEND, {})
    assert isinstance(outcome, Failure)
    assert outcome.policy is Policy.UNKNOWN


async def test_a_spent_operating_budget_says_when_it_is_back(world: Any, say: Any) -> None:
    resets_at = time.time() + 100
    world.server.script(READ, say.error(429, "OPERATION_TIME_LIMIT", time={"operating_reset_at": resets_at}))
    outcome = await world.client.call(READ, {})
    assert isinstance(outcome, Failure)
    assert outcome.policy is Policy.RETRY
    assert outcome.retry_after_s == pytest.approx(100, abs=10)


async def test_a_short_wait_for_the_rate_limit_is_waited_for(world: Any) -> None:
    world.bucket.waits = [0.01, 0.01]
    answer = await world.client.call(READ, {})
    assert isinstance(answer, Answer)
    assert world.bucket.taken == [READ]


async def test_a_long_wait_for_the_rate_limit_sends_nothing(world: Any) -> None:
    world.bucket.waits = [30.0]
    outcome = await world.client.call(SEND, {})
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.policy, outcome.retry_after_s) == ("rate_limit", Policy.RETRY, 30.0)
    assert world.server.calls == []


async def test_a_portal_that_gives_no_more_calls_is_left_alone_for_a_moment(world: Any, say: Any) -> None:
    world.server.script(READ, say.error(503, "QUERY_LIMIT_EXCEEDED"))
    assert isinstance(await world.client.call(READ, {}), Failure)
    assert 1 == len(world.bucket.refusals)


async def test_every_request_takes_its_own_turn(world: Any) -> None:
    world.server.access = {"another": 1}
    await world.client.call(READ, {})
    assert world.bucket.taken == [READ, READ]


async def test_a_batch_keeps_the_order_and_the_failure_of_each_call(world: Any, say: Any) -> None:
    world.server.script(READ, say.answer({"id": 1}), say.error(400, "ACCESS_DENIED"), say.answer([]))
    calls = [Call(method=READ, params={"CHAT_ID": number}) for number in (1, 2, 3)]
    outcomes = await world.client.batch(calls)
    assert not isinstance(outcomes, Failure)
    assert [getattr(outcome, "code", "answered") for outcome in outcomes] == [
        "answered",
        "ACCESS_DENIED",
        "answered",
    ]
    assert world.server.params(READ) == [{"CHAT_ID": "1"}, {"CHAT_ID": "2"}, {"CHAT_ID": "3"}]
    assert world.bucket.taken == ["batch"]


async def test_a_batch_in_which_nothing_succeeds_comes_as_an_empty_list(world: Any, say: Any) -> None:
    world.server.script(READ, say.error(400, "ACCESS_DENIED"))
    outcomes = await world.client.batch([Call(method=READ, params={})])
    assert [outcome.code for outcome in outcomes] == ["ACCESS_DENIED"]


async def test_an_empty_batch_asks_nothing(world: Any) -> None:
    assert await world.client.batch([]) == []
    assert world.journal.exchanges == []


async def test_what_must_not_be_repeated_is_not_batched(world: Any) -> None:
    with pytest.raises(ValueError, match="repeated"):
        await world.client.batch([Call(method=SEND, params={})])
    with pytest.raises(ValueError, match="50"):
        await world.client.batch([Call(method=READ, params={})] * 51)


async def test_an_answer_larger_than_any_honest_one_is_not_read(world: Any, say: Any) -> None:
    world.server.script(SEND, say.answer("x" * 17_000_000))
    outcome = await world.client.call(SEND, {})
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.policy) == ("too_large", Policy.UNKNOWN)


async def test_a_call_that_is_cancelled_leaves_its_exchange(world: Any, say: Any) -> None:
    world.server.script(SEND, say.silence)
    task = asyncio.create_task(world.client.call(SEND, {}))
    async with asyncio.timeout(5):
        while not world.server.calls:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(exchange.method, exchange.error) for exchange in world.journal.exchanges] == [
        (SEND, "cancelled")
    ]
