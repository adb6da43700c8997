"""The callback's edges: tolerance, doubts, what is refused, and what nobody has thought of."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.gupshup.events import Event
from connectors.gupshup.webhook import WebhookError, parse

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

_AT = 1_767_225_600_123
_ISO = "2026-01-01T00:00:00.123Z"


def _callback(type_: str, payload: Any, **more: Any) -> bytes:
    return json.dumps(
        {"app": "A", "timestamp": _AT, "version": 2, "type": type_, "payload": payload} | more
    ).encode()


def _read(body: bytes) -> dict[str, Any]:
    (event,) = parse(body)
    fact = msgspec.to_builtins(event)
    assert isinstance(fact, dict)
    return fact


def _message(inner: Any, kind: str = "text", **more: Any) -> dict[str, Any]:
    payload = {"id": "wamid.X", "source": "5215512345678", "type": kind, "payload": inner} | more
    return _read(_callback("message", payload))


def _status(event: str, **fields: Any) -> dict[str, Any]:
    return _read(_callback("message-event", {"type": event, "destination": "5215512345678"} | fields))


def test_a_message_names_its_sender_by_digits() -> None:
    fact = _message({"text": "hola"}, sender={"phone": "5215512345678", "name": "Ana"})
    expected = ("5215512345678", None, "Ana", [], _ISO)
    assert expected == (fact["wa_id"], fact["bsuid"], fact["name"], fact["doubts"], fact["sent_at"])


def test_numbers_may_come_as_numbers_and_with_a_plus() -> None:
    assert _message({"text": "x"}, source=5215512345678)["wa_id"] == "5215512345678"
    assert _message({"text": "x"}, source="+5215512345678")["wa_id"] == "5215512345678"
    assert _message({"text": 5})["text"] == "5"


@pytest.mark.parametrize("where", ["payload", "sender"])
def test_a_customer_without_a_number_is_known_by_the_business_scoped_id(where: str) -> None:
    sender = {"userId": "MX.1349", "phone": None} if where == "sender" else {}
    more = {"userId": "MX.1349"} if where == "payload" else {}
    fact = _message({"text": "hola"}, source=None, sender=sender, **more)
    assert (fact["wa_id"], fact["bsuid"], fact["doubts"]) == (None, "MX.1349", [])


def test_a_blank_sender_is_a_doubt_and_not_a_crash() -> None:
    fact = _message({"text": "hola"}, source="", sender={"phone": ""})
    assert (fact["wa_id"], fact["bsuid"], fact["doubts"]) == (None, None, ["sender"])


def test_a_message_taken_back_is_evidence_and_a_message_about_it() -> None:
    deleted = {"type": "deleted", "id": "wamid.X", "destination": "5215512345678", "payload": {"ts": _AT}}
    status, message = map(msgspec.to_builtins, parse(_callback("message-event", deleted)))
    assert ("deleted", {"wa": "wamid.X"}) == (status["event"], status["keys"])
    shown = (message["kind"], message["key"], message["wa_id"], message["context_key"], message["text"])
    assert ("deleted", "deleted:wamid.X", "5215512345678", "wamid.X", None) == shown
    assert _read(_callback("message-event", deleted | {"destination": "5215XX"}))["event"] == "deleted"


@pytest.mark.parametrize(
    "inner",
    [
        {"text": "a las 6", "id": "wamid.X"},
        {"original_message_id": "wamid.X", "message": {"type": "text", "text": {"body": "a las 6"}}},
        {"original_message_id": "wamid.X", "text": {"body": "a las 6"}},
    ],
)
def test_a_changed_message_says_what_it_says_now(inner: dict[str, Any]) -> None:
    fact = _message(inner, "edit")
    assert ("edited", "a las 6", "wamid.X") == (fact["kind"], fact["text"], fact["context_key"])


@pytest.mark.parametrize("flag", ["forwarded", "frequently_forwarded"])
def test_what_was_passed_on_says_so(flag: str) -> None:
    fact = _message({"text": "hola"}, context={flag: True})
    assert (True, None) == (fact["payload"].get("forwarded"), fact["context_key"])
    assert "forwarded" not in _message({"text": "hola"}, context={flag: False})["payload"]


def test_a_button_without_a_title_is_read_by_its_key() -> None:
    assert _message({"postbackText": "yes"}, "button_reply")["text"] == "yes"


def test_null_captions_and_missing_names_are_nothing() -> None:
    fact = _message(
        {"url": "https://f/1", "contentType": "image/jpeg", "caption": None}, "image", sender={"name": None}
    )
    assert (fact["text"], fact["name"], fact["kind"]) == (None, None, "image")


def test_a_document_has_its_name_and_a_video_its_caption() -> None:
    document = _message({"url": "https://f/1", "contentType": "application/pdf", "name": "a.pdf"}, "file")
    assert (document["kind"], document["media"]["name"]) == ("document", "a.pdf")
    filename = _message({"url": "https://f/1", "filename": "b.pdf", "urlExpiry": _AT}, "file")
    assert tuple(filename["media"][name] for name in ("name", "mime", "expires_at")) == ("b.pdf", None, _ISO)
    video = _message({"url": "https://f/1", "contentType": "video/mp4", "caption": "mira"}, "video")
    assert (video["kind"], video["text"]) == ("video", "mira")


def test_audio_that_is_no_voice_note_stays_audio() -> None:
    assert _message({"url": "https://f/1", "contentType": "audio/mpeg"}, "audio")["kind"] == "audio"


def test_a_file_without_an_address_is_a_doubt() -> None:
    fact = _message({"contentType": "image/jpeg"}, "image")
    assert (fact["media"], fact["doubts"]) == (None, ["media"])


def test_a_reaction_names_what_it_reacts_to() -> None:
    given_ = _message({"emoji": "👍", "id": "wamid.T"}, "reaction")
    assert (given_["kind"], given_["text"], given_["context_key"]) == ("reaction", "👍", "wamid.T")
    taken_back = _message({"emoji": "", "id": "wamid.T", "gsId": "gs-1"}, "reaction")
    assert (taken_back["text"], taken_back["context_key"], taken_back["doubts"]) == (None, "gs-1", [])


def test_a_contact_can_be_read() -> None:
    person = {
        "name": {"formattedName": "Ana Ruiz"},
        "phones": [{"phone": "+52 155"}, {"phone": "+5215511112222"}],
    }
    other = {"name": {"firstName": "Luis", "lastName": "Paz"}, "phones": None}
    fact = _message({"contacts": [person, other, "x"]}, "contact")
    assert fact["text"] == "Ana Ruiz +52 155 5215511112222\nLuis Paz"


def test_a_place_can_be_read_with_numbers_for_coordinates() -> None:
    fact = _message({"latitude": 19.4, "longitude": -99, "name": "Zócalo", "address": None}, "location")
    assert fact["text"] == "Zócalo\n19.4, -99"


def test_an_order_keeps_its_payload() -> None:
    order = {"catalog_id": "1", "text": "pronto", "product_items": [{"quantity": 2}]}
    fact = _message(order, "order")
    assert ("order", "pronto", order) == (fact["kind"], fact["text"], fact["payload"])


def test_a_kind_nobody_knows_is_an_unsupported_message_and_not_lost() -> None:
    fact = _message({"anything": 1}, "hologram")
    assert (fact["fact"], fact["kind"], fact["payload"]) == ("message", "unsupported", {"anything": 1})


def test_an_advertisement_is_kept_beside_the_payload() -> None:
    referral = {"source_type": "ad", "ctwa_clid": "c"}
    assert {"text": "hola", "referral": referral} == _message({"text": "hola"}, referral=referral)["payload"]


def test_a_context_prefers_our_own_id() -> None:
    assert _message({"text": "x"}, context={"id": "wa", "gsId": "gs"})["context_key"] == "gs"
    assert _message({"text": "x"}, context={"id": "wa", "gsId": None, "gs_id": "gs"})["context_key"] == "gs"
    assert _message({"text": "x"}, context={"id": "wa", "gsId": None})["context_key"] == "wa"


@pytest.mark.parametrize(
    "bad", [None, "soon", -5, 0, 99_999_999_999_999_999, 10**30, 1e300, True, [1], "1e9", 4102444800000]
)
def test_a_timestamp_that_cannot_be_is_a_doubt(bad: Any) -> None:
    body = _callback(
        "message",
        {"id": "k", "source": "5215512345678", "type": "text", "payload": {"text": "x"}},
        timestamp=bad,
    )
    fact = _read(body)
    assert (fact["sent_at"], fact["doubts"]) == (None, ["timestamp"])


@pytest.mark.parametrize("same", [_AT, str(_AT), _AT / 1000, f"{_AT}.0"])
def test_an_instant_may_be_a_number_or_a_text_in_either_unit(same: Any) -> None:
    assert _read(_callback("user-event", {"type": "opted-in", "phone": 1}, timestamp=same))["at"] == _ISO


def test_a_status_takes_its_own_second_before_the_envelopes() -> None:
    for ts in (1_767_225_000, "1767225000"):
        assert _status("sent", id="w", payload={"ts": ts})["at"] == "2025-12-31T23:50:00.000Z"
    assert _status("sent", id="w", payload={})["at"] == _ISO
    unreadable = _status("sent", id="w", payload={"ts": "gestern"})
    assert (unreadable["at"], unreadable["doubts"]) == (_ISO, ["timestamp"])


def test_after_a_week_only_whatsapps_id_comes_and_is_not_taken_for_ours() -> None:
    assert _status("delivered", id="uuid")["keys"] == {"wa": "uuid"}
    assert _status("failed", id="wamid.Z", payload={"code": 131026})["keys"] == {"wa": "wamid.Z"}


def test_a_failure_without_any_id_is_a_doubt() -> None:
    fact = _status("failed", payload={"code": "1003", "reason": "low"})
    assert (fact["keys"], fact["doubts"], fact["policy"]) == ({}, ["keys"], "fix")


def test_a_failure_with_a_code_nobody_knows_is_not_repeated() -> None:
    fact = _status("failed", id="g", payload={"code": 987654, "reason": "?"})
    assert (fact["code"], fact["policy"]) == ("987654", "never")
    assert tuple(_status("failed", id="g", payload=None)[name] for name in ("code", "policy")) == (
        None,
        "never",
    )


def test_the_code_is_the_same_as_number_and_as_text() -> None:
    codes = {_status("failed", id="g", payload={"code": code})["code"] for code in (470, "470", 470.0)}
    assert {"470"} == codes


def test_an_account_event_is_named_by_its_inner_type() -> None:
    fact = _read(_callback("account-event", {"type": "tier-event", "payload": {"event": "UPGRADE"}}))
    assert (fact["fact"], fact["what"], fact["payload"]) == ("account", "tier-event", {"event": "UPGRADE"})


def test_going_live_names_the_application_and_the_number() -> None:
    payload = {"type": "docker-status-event", "payload": {"status": "live", "waId": "1", "namespace": "n"}}
    fact = _read(_callback("onboarding-event", payload, appId="uuid", phone=5215550001111))
    assert (
        fact["what"],
        fact["app_id"],
        fact["app_phone"],
    ) == ("docker-status-event", "uuid", "5215550001111")


def test_an_upper_case_template_status_is_the_same_status() -> None:
    assert _read(_callback("template-event", {"id": "t", "status": "APPROVED"}))["status"] == "approved"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (_callback("flows-event", {"type": "x"}), "v2:flows-event"),
        (_callback("message-event", {"type": "others"}), "v2:message-event:others"),
        (_callback("message-event", {}), "v2:message-event"),
        (_callback("message", {"type": "text"}), "v2:message:text"),
        (_callback("account-event", []), "v2:account-event"),
        (_callback("user-event", None), "v2:user-event"),
        (_callback("preference-event", {"type": "user_preferences"}), "v2:preference-event:user_preferences"),
        (b"{}", "untyped"),
        (b'{"type": 7.5e300}', "v2:"),
        (b'{"object": "whatsapp_business_account"}', "v3"),
    ],
)
def test_what_states_no_fact_we_know_is_kept_under_a_name(body: bytes, what: str) -> None:
    fact = _read(body)
    assert fact["fact"] == "unknown"
    assert fact["what"].startswith(what)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not_json"),
        (b"\xff\xfe{}", "not_utf8"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
        (b'{"a":' + b"[" * 32 + b"]" * 32 + b"}", "too_deep"),
        (b'{"a":' + b"[" * 100_000, "too_deep"),
    ],
)
def test_what_is_no_callback_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(WebhookError) as caught:
        parse(body)
    assert reason == caught.value.reason


def test_thirty_two_levels_are_taken() -> None:
    assert _read(b'{"a":' * 32 + b"1" + b"}" * 32)["what"] == "untyped"
    assert _read(b"\xef\xbb\xbf{}")["what"] == "untyped"


def test_what_postgresql_cannot_hold_is_replaced_everywhere() -> None:
    text, big = r"a\u0000b\ud800c\ud83d\ude00", "99999999999999999999"
    inner = f'{{"text": "{text}", "k\\u0000": ["\\udfff"], "big": {big}, "inf": 1e999}}'
    payload = f'{{"id": "k\\u0000", "source": "5215512345678", "type": "text", "payload": {inner}}}'
    body = f'{{"timestamp": {_AT}, "type": "message", "payload": {payload}}}'.encode()
    fact = _read(body)
    assert (fact["key"], fact["text"]) == ("k\ufffd", "a\ufffdb\ufffdc😀")
    assert {"text": fact["text"], "k\ufffd": ["\ufffd"], "big": big, "inf": None} == fact["payload"]
    assert msgspec.json.encode(parse(body))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_TYPES = st.sampled_from(
    [
        "message",
        "message-event",
        "billing-event",
        "template-event",
        "account-event",
        "onboarding-event",
        "user-event",
        "preference-event",
        "system",
    ]
)
_INNER_TYPES = st.sampled_from(
    [
        "text",
        "image",
        "file",
        "location",
        "contact",
        "reaction",
        "list_reply",
        "edit",
        "deleted",
        "sent",
        "failed",
        "mismatch",
        "enqueued",
    ]
)
_NAMES = st.sampled_from(
    [
        "id",
        "gsId",
        "source",
        "sender",
        "payload",
        "context",
        "references",
        "deductions",
        "referral",
        "pricing",
        "contacts",
        "phones",
        "name",
        "ts",
        "code",
        "url",
        "urlExpiry",
        "wa_id",
        "phone",
        "user_preferences",
    ]
)
_FIELDS = st.dictionaries(_NAMES, _JSON | st.dictionaries(_NAMES, _JSON, max_size=4), max_size=6)


def _surely_read(body: bytes) -> list[Event]:
    try:
        events = parse(body)
    except WebhookError:
        return []
    encoded = msgspec.json.encode(events)
    assert b"\\u0000" not in encoded
    return events


@given(st.binary())
def test_arbitrary_bytes_are_read_or_refused(body: bytes) -> None:
    _surely_read(body)


@given(_JSON)
def test_arbitrary_json_is_read_or_refused(value: Any) -> None:
    _surely_read(json.dumps(value).encode())


@given(_TYPES, _JSON, _INNER_TYPES | _JSON, _FIELDS)
def test_a_callback_with_arbitrary_fields_states_exactly_one_fact(
    type_: str, timestamp: Any, inner_type: Any, fields: dict[str, Any]
) -> None:
    body = {"type": type_, "timestamp": timestamp, "payload": {"type": inner_type} | fields}
    text = re.sub("-?Infinity|NaN", "0", json.dumps(body))
    assert len(_surely_read(text.encode())) == 1
