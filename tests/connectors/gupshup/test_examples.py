"""Every example of Gupshup's that we have, and what it must be read as."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connectors.gupshup.client import App, Gupshup, OutboundMessage, Sent
from connectors.gupshup.failures import failure_of_answer
from connectors.gupshup.webhook import parse
from connectors.outside import Context, Failure, Policy, Retry

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

Example = Callable[[str], bytes]

_HELLO = OutboundMessage(kind="text", destination="5215512345678", text="hola")

_OURS = "ee4a68a0-1203-4c85-8dc3-49d0b3226a35"
_FILES = "https://filemanager.gupshup.io"

MESSAGES: dict[str, dict[str, Any]] = {
    "v2_msg_text_docs2020.json": {
        "key": "ABEGkYaYVSEEAhAL3SLAWwHKeKrt6s3FKB0c",
        "kind": "text",
        "text": "Hi",
        "name": "Andy",
        "context_key": None,
        "media": None,
        "app": "DemoApp",
        "app_phone": None,
        "sent_at": "2020-01-28T16:09:26.370Z",
    },
    "v2_msg_text_docs2024.json": {"kind": "text", "text": "Hi", "app": "docdeck"},
    "v2_msg_text_reply_context.json": {
        "kind": "text",
        "text": "hi",
        "context_key": "9b71295f-f7af-4c1f-b2b4-31b4a4867bad",
    },
    "v2_msg_image_filemanager_wa.json": {
        "kind": "image",
        "text": "Sample image",
        "sent_at": "2024-06-10T07:13:40.228Z",
        "media": {
            "url": f"{_FILES}/wa/23038a99-929b-408b-80eb-4d30cebb93d4/wa/media/"
            "2f997fea-9696-46c4-a2e5-8667fd27988d?download=false",
            "mime": "image/jpeg",
            "name": None,
            "expires_at": "2024-06-17T07:13:40.228Z",
        },
    },
    "v2_msg_image_filemanager_fm_legacy.json": {
        "kind": "image",
        "text": "Sample image",
        "media": {
            "url": f"{_FILES}/fm/wamedia/DemoApp/546af999-825e-485b-bf54-4a3323824cca",
            "mime": "image/jpeg",
            "name": None,
            "expires_at": "2021-06-29T08:53:14.816Z",
        },
    },
    "v2_msg_audio_voice_filemanager_wa.json": {"kind": "voice", "text": None},
    "v2_msg_audio_filemanager_fm_legacy.json": {
        "kind": "voice",
        "text": None,
        "media": {
            "url": f"{_FILES}/fm/wamedia/DemoApp/eae8a65a-b3ec-4085-94a6-3738338835fc",
            "mime": "audio/ogg; codecs=opus",
            "name": None,
            "expires_at": "2021-06-29T08:54:24.635Z",
        },
    },
    "v2_msg_contact_partial.json": {"kind": "contact", "text": None, "name": "Smit"},
    "v2_msg_location.json": {
        "kind": "location",
        "text": "19.1453658, 72.8552172",
        "payload": {"longitude": "72.8552172", "latitude": "19.1453658"},
    },
    "v2_msg_list_reply.json": {
        "kind": "list_reply",
        "text": "section 1 row 1",
        "context_key": "cbdafe39-1023-42a7-89d6-6c01a3388bb5",
    },
    "v2_msg_session_button_reply.json": {
        "kind": "button_reply",
        "text": "First",
        "context_key": "123b0fb2-0620-493b-8f7e-5a1ceb6d8c58",
    },
    "v2_msg_session_quick_reply.json": {"kind": "button_reply", "text": "First"},
    "v2_msg_quickreply_tap_postback.json": {
        "key": "<MESSAGE_ID>",
        "kind": "button_reply",
        "text": "<BUTTON_TEXT>",
        "context_key": "<MESSAGE_ID>",
        "app_phone": "<APP_PHONE_NUMBER>",
        "payload": {"text": "<BUTTON_TEXT>", "type": "button", "postbackText": "<POSTBACK_TEXT>"},
    },
    "v2_msg_quickreply_tap_type_quick_reply.json": {"kind": "button_reply", "text": "View Account Balance"},
    "v2_msg_quickreply_tap_type_text.json": {
        "kind": "button_reply",
        "text": "View Account Balance",
        "context_key": "9b71295f-f7af-4c1f-b2b4-31b4a4867bad",
    },
}
STATUSES: dict[str, dict[str, Any]] = {
    "v2_evt_enqueued.json": {
        "event": "enqueued",
        "keys": {"gs": "59f8db90-c37e-4408-90ab-cc54ef8246ad", "wa": "gBEGkYaYVSEEAgkD7bRi9syGnBk"},
        "at": "2020-02-01T08:44:37.791Z",
        "policy": None,
    },
    "v2_evt_failed_sync_1002.json": {
        "event": "failed",
        "keys": {"gs": _OURS},
        "code": "1002",
        "reason": "Number Does Not Exist On WhatsApp",
        "policy": "never",
    },
    "v2_evt_failed_sync_1008.json": {
        "event": "failed",
        "keys": {"gs": _OURS},
        "code": "1008",
        "policy": "template",
    },
    "v2_evt_failed_async_470.json": {
        "event": "failed",
        "keys": {"gs": "72f61f22-5aa4-4615-a970-943edf6da01c", "wa": "9163a016-710e-41ee-978b-79a1adbd734e"},
        "code": "470",
        "policy": "template",
    },
    "v2_evt_failed_async_no_id.json": {
        "event": "failed",
        "keys": {"gs": "72f61f22-5aa4-4615-a970-943edf6da01c"},
        "code": "1002",
        "policy": "never",
    },
    "v2_evt_sent_cbp.json": {
        "event": "sent",
        "keys": {"gs": _OURS, "wa": "59f8db90-c37e-4408-90ab-cc54ef8246ad"},
        "pricing": {"policy": "CBP", "category": "FEP"},
        "at": "2020-03-27T21:27:55.000Z",
        "code": None,
    },
    "v2_evt_sent_docs_2025_topphone.json": {
        "event": "sent",
        "keys": {"gs": "GUPSHUP_MSG_ID", "wa": "WHATSAPP_MSG_ID"},
        "destination": "919876543210",
        "app_phone": "917000000016",
    },
    "v2_evt_sent_mmlite_no_gsid.json": {
        "event": "sent",
        "keys": {"wa": "wamid.HBgMOTE3MDAwMDAwMDA1FQIAERgSMTBEQjFDNkQzMUVBRjExRDI1AA=="},
        "pricing": {"policy": "CBP", "category": "marketing_lite"},
    },
    "v2_evt_sent_nbp_2020.json": {
        "event": "sent",
        "keys": {"gs": _OURS, "wa": "gBEGkYaYVSEEAgnZxQ3JmKK6Wvg"},
        "pricing": None,
    },
    "v2_evt_delivered.json": {
        "event": "delivered",
        "keys": {"gs": _OURS, "wa": "gBEGkYaYVSEEAgnZxQ3JmKK6Wvg"},
        "at": "2020-03-27T21:27:56.000Z",
    },
    "v2_evt_read.json": {
        "event": "read",
        "keys": {"gs": _OURS, "wa": "gBEGkYaYVSEEAgnZxQ3JmKK6Wvg"},
        "at": "2020-03-27T21:30:02.000Z",
    },
    "v2_evt_deleted.json": {"event": "deleted", "keys": {"wa": "ABEGkZhngpgo-sJRwQ6dszYhU"}},
    "v2_evt_mismatch.json": {
        "event": "mismatch",
        "keys": {"gs": "59f8db90-c37e-4408-90ab-cc54ef8246ad"},
        "alias": {"wa_id": "5593587654321", "phone": "553587654321"},
    },
}
OTHERS: dict[str, dict[str, Any]] = {
    "v2_billing_pmp.json": {
        "fact": "billing",
        "keys": {"gs": "7bf06899-5f0f-4cca-be3b-xxxxxxxxxx", "wa": "d04cc3a7-18f0-4571-831e-xxxxxxxx"},
        "deductions": {
            "type": "regular",
            "model": "PMP",
            "source": "whatsapp",
            "billable": True,
            "category": "marketing",
        },
    },
    "v2_billing_cbp_string_billable.json": {
        "fact": "billing",
        "deductions": {
            "type": "service",
            "conversationType": "service",
            "model": "CBP",
            "source": "whatsapp",
            "billable": "false",
        },
    },
    "v2_billing_marketing_lite.json": {"fact": "billing", "destination": "917000000006"},
    "v2_template_paused.json": {
        "fact": "template",
        "template_id": "4dacef15-6c04-12db-b393-6190ac567eff",
        "element_name": "abcd",
        "language": "en_US",
        "event": "status-update",
        "status": "paused",
        "reason": "Your WhatsApp message template has been paused for 3 hours until Apr 25 at 8:07 AM UTC "
        "because it had issues.",
    },
    "v2_template_rejected_no_type.json": {
        "fact": "template",
        "event": "status-update",
        "status": "rejected",
        "reason": "INAVLID_FORMAT",
    },
    "v2_user_sandbox_start.json": {"fact": "user", "what": "sandbox-start", "phone": "callbackSetPhone"},
    "v2_preference_event_stop.json": {
        "fact": "preference",
        "app_id": "<appId>",
        "entries": [
            {
                "wa_id": "910000000000",
                "userid": "user_id",
                "parent_user_id": "parent_user_id",
                "detail": "User requested to stop marketing messages",
                "category": "marketing_messages",
                "value": "stop",
                "timestamp": 1776944344,
            }
        ],
    },
}
V3 = (
    "v3_billing_cbp.json",
    "v3_coex_history.json",
    "v3_inbound_text.json",
    "v3_set_callback_probe.json",
    "v3_status_enqueued.json",
    "v3_status_failed_131047.json",
    "v3_status_failed_flat.json",
    "v3_status_read.json",
    "v3_status_sent.json",
    "v3_status_sent_pmp.json",
)
REFUSALS: dict[str, tuple[int, Policy, str]] = {
    "api_err_auth_failed.json": (401, Policy.FIX, "Authentication Failed"),
    "api_err_auth_nested.json": (401, Policy.FIX, "Authentication Failed"),
    "api_err_invalid_app_details.json": (400, Policy.FIX, "Invalid App Details"),
    "api_err_invalid_destination.json": (400, Policy.NEVER, "Invalid Destination"),
    "api_err_too_many.json": (429, Policy.RETRY, "Too Many Requests"),
    "api_err_unauthorised_app.json": (
        400,
        Policy.FIX,
        "Unauthorised access to the resource. Please review request parameters and headers and retry",
    ),
}
ACCEPTANCES = {
    "api_send_submitted.json": Sent(gs_id=_OURS),
    "api_send_success_variant.json": Sent(gs_id="message id"),
}
NOT_OF_THIS_CONNECTOR = (
    "api_template_list_item.json",
    "api_template_list_item_2023.json",
    "api_v3_send_ok.json",
)


def _fact(body: bytes) -> dict[str, Any]:
    (event,) = parse(body)
    fact = msgspec.to_builtins(event)
    assert msgspec.json.decode(msgspec.json.encode(event)) == fact
    assert isinstance(fact, dict)
    return fact


def test_every_example_has_an_expected_outcome(example_names: set[str]) -> None:
    expected = {*MESSAGES, *STATUSES, *OTHERS, *V3, *REFUSALS, *ACCEPTANCES, *NOT_OF_THIS_CONNECTOR}
    assert set() == example_names - expected


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_read_with_who_what_and_when(name: str, example: Example) -> None:
    expected = {"fact": "message", **MESSAGES[name]}
    fact = _fact(example(name))
    assert expected == {field: fact[field] for field in expected}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_number_that_is_not_digits_still_names_its_customer(name: str, example: Example) -> None:
    """The documentation masks its numbers; identity is whatever WhatsApp calls the customer."""
    fact = _fact(example(name))
    assert fact["wa_id"] == json.loads(example(name))["payload"]["source"]
    assert fact["doubts"] == []


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_is_read_with_the_right_id_in_the_right_place(name: str, example: Example) -> None:
    expected = {"fact": "status", "doubts": [], **STATUSES[name]}
    fact = _fact(example(name))
    assert expected == {field: fact[field] for field in expected}


@pytest.mark.parametrize("name", OTHERS)
def test_an_event_beside_the_messages_is_read_as_its_fact(name: str, example: Example) -> None:
    expected = {"doubts": [], **OTHERS[name]}
    fact = _fact(example(name))
    assert expected == {field: fact[field] for field in expected}


@pytest.mark.parametrize("name", V3)
def test_a_v3_body_is_kept_as_unknown(name: str, example: Example) -> None:
    fact = _fact(example(name))
    assert (fact["fact"], fact["what"], fact["at"]) == ("unknown", "v3", None)


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_of_a_send_carries_its_policy_and_its_words(name: str, example: Example) -> None:
    status, policy, words = REFUSALS[name]
    body = example(name)
    failure = failure_of_answer(status, json.loads(body), body.decode(), retry=Retry.ONCE)
    assert (policy, words, status) == (failure.policy, failure.message, failure.http_status)


@pytest.mark.parametrize("name", ACCEPTANCES)
async def test_an_acceptance_of_a_send_gives_our_id(
    name: str, example: Example, gupshup: Gupshup, host: Any, app: App
) -> None:
    host.will(202, example(name))
    assert ACCEPTANCES[name] == await gupshup.send(app, _HELLO, about=Context())


@pytest.mark.parametrize("name", NOT_OF_THIS_CONNECTOR)
async def test_a_success_that_names_no_message_leaves_the_send_unknown(
    name: str, example: Example, gupshup: Gupshup, host: Any, app: App
) -> None:
    host.will(200, example(name))
    outcome = await gupshup.send(app, _HELLO, about=Context())
    assert isinstance(outcome, Failure)
    assert (outcome.policy, outcome.code) == (Policy.UNKNOWN, "incomplete_answer")
