"""The views Messages and Message, and errors in words: from what people did to what the panel is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.house import House

pytestmark = [pytest.mark.requirement("R1"), pytest.mark.requirement("R2.1-a")]
CARLA, EVA = "5215550700001", "5215550700002"
NOWHERE = "019aa000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def talk(house: House) -> House:
    """Carla and Eva wrote; Carla was answered and read it; Eva's answer WhatsApp could not deliver."""
    house.customer_writes(CARLA, "Necesito una COTIZACIÓN")
    house.customer_writes(EVA, "Hola")
    house.until("both chats are open", lambda: house.in_the_chat(CARLA) and house.in_the_chat(EVA))
    house.operator_writes(house.chat_id(CARLA), "Claro que sí")
    house.until("Carla read it", lambda: house.states("out") == {"read": 1})
    failing = {"failure": {"code": 131026, "reason": "Message undeliverable"}}
    assert house.sandbox.put(f"/sandbox/whatsapp/{EVA}", json=failing).is_success
    house.operator_writes(house.chat_id(EVA), "¿En qué la ayudo?")
    house.until("Eva's failed", lambda: house.states("out") == {"read": 1, "failed": 1})
    house.until("everybody was told", lambda: house.query("select 1 from messaging.notice") == [])
    return house


def _ask(house: House, path: str, user_id: str = "1", **filters: Any) -> Any:
    answer = house.api.get(f"/api/v1/{path}", headers=house.bearer(user_id), params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _texts(page: Any) -> list[str]:
    return [item["text"] for item in page["items"]]


def test_the_list_shows_all_messages_the_newest_first(talk: House) -> None:
    page = _ask(talk, "messages")
    assert None is page["next"]
    assert ["¿En qué la ayudo?", "Claro que sí"] == _texts(page)[:2]
    assert {"Necesito una COTIZACIÓN", "Hola"} == set(_texts(page)[2:])
    answered = page["items"][1]
    assert ("out", "open_line", "read", CARLA) == tuple(
        answered[name] for name in ("direction", "source", "state", "phone")
    )
    assert (None, "nobody") == (answered["reason"], answered["who_acts"])


def test_a_failure_is_explained_where_it_is_listed(talk: House) -> None:
    (failed,) = _ask(talk, "messages", state="failed")["items"]
    assert ("131026", "operator") == (failed["reason"], failed["who_acts"])
    assert "no pudo entregarlo" in failed["explanation"]["what"]
    assert "Contacte al cliente" in failed["explanation"]["todo"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"direction": "in", "text": "cotizacion"}, ["Necesito una COTIZACIÓN"]),
        ({"state": "done", "direction": "out"}, ["Claro que sí"]),
        ({"state": "failed, refused,expired"}, ["¿En qué la ayudo?"]),
        ({"state": "waiting"}, []),
        ({"id": f"+{EVA[:3]} {EVA[3:]}", "direction": "in"}, ["Hola"]),
        ({"text": EVA[-6:], "direction": "in"}, ["Hola"]),
        ({"until": "2020-01-01T00:00:00Z"}, []),
        ({"since": "2020-01-01T00:00:00Z", "state": "read"}, ["Claro que sí"]),
    ],
)
def test_filters_narrow_the_list(talk: House, filters: dict[str, str], expected: list[str]) -> None:
    assert expected == _texts(_ask(talk, "messages", **filters))


def test_the_list_is_read_page_by_page(talk: House) -> None:
    whole = [item["message_id"] for item in _ask(talk, "messages")["items"]]
    seen: list[str] = []
    before: dict[str, str] = {}
    for _ in whole:
        page = _ask(talk, "messages", limit=1, **before)
        seen += [item["message_id"] for item in page["items"]]
        before = {"before": page["next"]}
    assert (whole, None) == (seen, page["next"])


@pytest.mark.parametrize(
    ("filters", "status", "reason"),
    [
        ({"state": "sleeping"}, 400, "malformed_call"),
        ({"channel_id": NOWHERE}, 404, "unknown_channel"),
        ({"limit": 1000}, 400, "bad_request"),
        ({"since": "yesterday"}, 400, "bad_request"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_in_words(
    talk: House, filters: dict[str, Any], status: int, reason: str
) -> None:
    answer = talk.api.get("/api/v1/messages", headers=talk.bearer(), params=filters)
    problem = answer.json()
    assert (status, reason, reason) == (answer.status_code, problem["reason"], problem["explanation"]["code"])
    assert problem["explanation"]["what"].endswith(".")


def test_one_message_shows_its_ids_and_what_may_be_decided(talk: House) -> None:
    (failed,) = _ask(talk, "messages", state="failed")["items"]
    message = _ask(talk, f"messages/{failed['message_id']}")
    assert {"gs", "open_line"} <= {one["kind"] for one in message["ids"]}
    assert (1, [], 1, []) == (message["part"], message["parts"], message["attempts"], message["may"])
    assert ("released", failed["explanation"]) == (message["charge_state"], message["explanation"])
    assert message["said"]


def test_what_only_a_person_can_decide_is_offered_to_who_may(talk: House) -> None:
    (listed,) = _ask(talk, "messages", state="read")["items"]
    message_id = listed["message_id"]
    refused = talk.api.post(
        f"/api/v1/messages/{message_id}/resolve", headers=talk.bearer(), json={"verdict": "drop"}
    )
    assert (409, "not_unknown") == (refused.status_code, refused.json()["reason"])
    assert "ya se conoce" in refused.json()["explanation"]["what"]


def test_the_timeline_tells_every_hop_in_words_that_a_program_can_use(talk: House) -> None:
    (answered,) = _ask(talk, "messages", state="read")["items"]
    story = _ask(talk, "timeline", id=answered["message_id"])
    steps = [(step["what"], step["party"], step["outcome"]) for step in story]
    for expected in (
        ("received", "bitrix24", None),
        ("message", None, None),
        ("checked", None, "accepted"),
        ("attempt", "gupshup", None),
        ("outcome", "gupshup", "accepted"),
        ("receipt", "gupshup", "delivered"),
        ("receipt", "gupshup", "read"),
        ("told", "bitrix24", "tick"),
    ):
        assert expected in steps, steps
    assert [step["at"] for step in story] == sorted(step["at"] for step in story)
    (outcome,) = [step for step in story if step["what"] == "outcome"]
    assert (1, True) == (outcome["detail"]["number"], outcome["duration_ms"] >= 0)
    (sent,) = [step for step in story if step["what"] == "log" and step["party"] == "gupshup"]
    assert (202, True) == (sent["detail"]["status"], sent["duration_ms"] > 0)


def test_a_step_that_went_wrong_is_explained(talk: House) -> None:
    (failed,) = _ask(talk, "messages", state="failed")["items"]
    story = _ask(talk, "timeline", id=failed["message_id"])
    (receipt,) = [step for step in story if (step["what"], step["outcome"]) == ("receipt", "failed")]
    assert failed["explanation"] == receipt["explanation"]
    assert ("told", "trouble") in [(step["what"], step["outcome"]) for step in story]


@pytest.mark.parametrize("path", ["conversations", "quarantine", "conservation"])
def test_the_other_lists_answer(talk: House, path: str) -> None:
    assert isinstance(_ask(talk, path), list)


def test_a_conversation_is_read_with_its_failures_explained(talk: House) -> None:
    (conversation,) = [one for one in _ask(talk, "conversations") if one["chat_key"] == EVA]
    messages = _ask(talk, f"conversations/{conversation['conversation_id']}/messages")
    assert ["¿En qué la ayudo?", "Hola"] == [one["text"] for one in messages]
    assert "131026" == messages[0]["explanation"]["code"]


@pytest.mark.requirement("R2.1-c")
def test_who_may_read_nothing_is_told_so_in_words(talk: House) -> None:
    talk.query(
        "insert into tenancy.membership (portal_id, membership_id, user_id, role, changed_at)"
        " select portal_id, tenancy.new_id(), '77', 'billing_admin', now() from tenancy.portal"
        " returning 1"
    )
    answer = talk.api.get("/api/v1/messages", headers=talk.bearer("77"))
    assert (403, "permission") == (answer.status_code, answer.json()["reason"])
    assert "No tiene permiso para esto." == answer.json()["explanation"]["what"]


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ({}, "Su sesión en esta página terminó."),
        ({"Accept-Language": "pt-BR,pt;q=0.9,en;q=0.8"}, "A sua sessão nesta página terminou."),
        ({"Accept-Language": "fr, en-GB;q=0.5"}, "Your session on this page has ended."),
    ],
)
def test_without_a_token_a_problem_speaks_the_request_s_language(
    talk: House, headers: dict[str, str], what: str
) -> None:
    answer = talk.api.get("/api/v1/messages", headers=headers)
    assert (401, what) == (answer.status_code, answer.json()["explanation"]["what"])


def test_with_a_token_a_problem_speaks_its_holder_s_language(talk: House) -> None:
    headers = {**talk.bearer(), "Accept-Language": "en"}
    answer = talk.api.get(f"/api/v1/messages/{NOWHERE}", headers=headers)
    assert (404, "No existe ese mensaje.") == (answer.status_code, answer.json()["explanation"]["what"])
