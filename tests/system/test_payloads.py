"""Gupshup's own examples through the running house; its outcome is what the example says (index.tsv)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers import TestDatabase
from tests.system.answering import Answering, answering_gupshup
from tests.system.examples import example, names
from tests.system.house import House, open_house

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256))
VOICE = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(16)
FILE_MISSING = "El cliente envió un archivo que no se pudo descargar de WhatsApp."
TEXTS = {
    "v2_msg_text_docs2020.json": "Hi",
    "v2_msg_text_docs2024.json": "Hi",
    "v2_msg_text_reply_context.json": "hi",
    "v2_msg_quickreply_tap_type_text.json": "[b]Botón:[/b] View Account Balance",
    "v2_msg_quickreply_tap_type_quick_reply.json": "[b]Botón:[/b] View Account Balance",
    "v2_msg_quickreply_tap_postback.json": "[b]Botón:[/b] <BUTTON_TEXT>",
    "v2_msg_session_button_reply.json": "[b]Botón:[/b] First",
    "v2_msg_session_quick_reply.json": "[b]Botón:[/b] First",
    "v2_msg_list_reply.json": "[b]Opción:[/b] section 1 row 1\nfirst row of first section description",
    "v2_msg_location.json": "📍 Ubicación\nhttps://maps.google.com/?q=19.1453658,72.8552172",
    "v2_msg_contact_partial.json": "👤 Contacto",
}
FILES = {
    "v2_msg_image_filemanager_wa.json": ("Sample image", "image/jpeg", JPEG),
    "v2_msg_image_filemanager_fm_legacy.json": ("Sample image", "image/jpeg", JPEG),
    "v2_msg_audio_voice_filemanager_wa.json": ("", "audio/ogg", VOICE),
    "v2_msg_audio_filemanager_fm_legacy.json": ("", "audio/ogg", VOICE),
}
WINDOW, NOT_ON_WHATSAPP = "Pasaron más de 24 horas", "Este número no tiene WhatsApp."
NO_CONSENT = "El cliente no ha aceptado recibir mensajes"
STATUSES: dict[str, tuple[str, str | None]] = {
    "v2_evt_enqueued.json": ("enqueued", None),
    "v2_evt_sent_cbp.json": ("sent", None),
    "v2_evt_sent_nbp_2020.json": ("sent", None),
    "v2_evt_sent_docs_2025_topphone.json": ("sent", None),
    "v2_evt_sent_mmlite_no_gsid.json": ("sent", None),
    "v2_evt_delivered.json": ("delivered", None),
    "v2_evt_read.json": ("read", None),
    "v2_evt_failed_sync_1002.json": ("failed", NOT_ON_WHATSAPP),
    "v2_evt_failed_sync_1008.json": ("failed", NO_CONSENT),
    "v2_evt_failed_async_470.json": ("failed", WINDOW),
    "v2_evt_failed_async_no_id.json": ("failed", NOT_ON_WHATSAPP),
}
OF_ANOTHER_MESSAGE = ("v2_evt_deleted.json", "v2_evt_mismatch.json")
BESIDE_THE_MESSAGES = {
    "v2_billing_cbp_string_billable.json": "billing",
    "v2_billing_marketing_lite.json": "billing",
    "v2_billing_pmp.json": "billing",
    "v2_template_paused.json": "template",
    "v2_template_rejected_no_type.json": "template",
    "v2_user_sandbox_start.json": "user",
    "v2_preference_event_stop.json": "preference",
}
NOT_SUBSCRIBED_TO = tuple(sorted(name for name in names() if name.startswith("v3_")))
ANSWERS: dict[str, tuple[int, str]] = {
    "api_send_submitted.json": (202, "submitted"),
    "api_send_success_variant.json": (200, "submitted"),
    "api_err_invalid_destination.json": (400, "failed"),
    "api_err_auth_failed.json": (401, "attention"),
    "api_err_auth_nested.json": (401, "attention"),
    "api_err_invalid_app_details.json": (400, "attention"),
    "api_err_unauthorised_app.json": (400, "attention"),
    "api_err_too_many.json": (429, "again"),
    # a success of another call: it names no message of ours, so nobody knows whether one left
    "api_v3_send_ok.json": (200, "unknown"),
    "api_template_list_item.json": (200, "unknown"),
    "api_template_list_item_2023.json": (200, "unknown"),
}


@pytest.fixture(scope="module")
def gupshup() -> Iterator[Answering]:
    with answering_gupshup() as door:
        yield door


@pytest.fixture(scope="module")
def house(
    database: TestDatabase, tmp_path_factory: pytest.TempPathFactory, gupshup: Answering
) -> Iterator[House]:
    """The running house whose Gupshup keeps quiet after it took a message: statuses come from examples."""
    home = tmp_path_factory.mktemp("house")
    with open_house(
        database, home, settings={"GUPSHUP_URL": gupshup.url}, before=gupshup.stand_before
    ) as opened:
        opened.gupshup_knobs(step_ms=[60_000, 60_000])
        yield opened


def test_every_example_has_an_expected_outcome() -> None:
    expected = {
        *TEXTS,
        *FILES,
        *STATUSES,
        *OF_ANOTHER_MESSAGE,
        *BESIDE_THE_MESSAGES,
        *NOT_SUBSCRIBED_TO,
        *ANSWERS,
    }
    assert set() == names() - expected


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_customer_says_is_read_in_the_open_line(name: str, house: House) -> None:
    sender, body = _once(name)
    before = len(house.in_the_chat(sender))
    assert house.call_back(body).status_code == 200
    house.until("the message is in the open line", lambda: len(house.in_the_chat(sender)) > before)
    assert [TEXTS[name]] == house.in_the_chat(sender, "client")[before:]


@pytest.mark.parametrize("name", FILES)
def test_what_a_customer_shows_arrives_as_a_file(name: str, house: House) -> None:
    caption, mime, content = FILES[name]
    sender, body = _once(name)
    address = json.loads(body)["payload"]["payload"]["url"]
    kept = house.on_gupshups_shelf("image" if mime == "image/jpeg" else "voice", mime, content)
    before = len(house.in_the_chat(sender))
    assert house.call_back(body.replace(address.encode(), kept.encode())).status_code == 200
    house.until("the file is in the open line", lambda: len(house.in_the_chat(sender)) > before)
    assert [caption] == house.in_the_chat(sender, "client")[before:]
    assert (mime, content) == house.files_in_the_chat(sender)[-1][1:]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_leaves_a_sentence_with_its_caption(name: str, house: House) -> None:
    sender, body = _once(name, "-gone")
    address = json.loads(body)["payload"]["payload"]["url"]
    gone = f"{house.sandbox_url}/gupshup/filemanager/wa/x/wa/media/gone"
    before = len(house.in_the_chat(sender))
    assert house.call_back(body.replace(address.encode(), gone.encode())).status_code == 200
    house.until("something is in the open line", lambda: len(house.in_the_chat(sender)) > before)
    said = "\n".join(part for part in (FILE_MISSING, FILES[name][0]) if part)
    assert [said] == house.in_the_chat(sender, "client")[before:]


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_moves_the_message_that_it_names(name: str, house: House) -> None:
    state, told = STATUSES[name]
    body = example(name)
    message_id = _sent(house, f"Le escribo por {name}")
    _known_as(house, message_id, _ids(body))
    assert house.call_back(body).status_code == 200
    house.until(f"the message is {state}", lambda: house.state_of(message_id) == state)
    ((raw,),) = house.query(
        "select r.body from messaging.receipt e join messaging.raw r using (portal_id, raw_id)"
        " where e.message_id = %s",
        message_id,
    )
    assert body == bytes(raw)
    if told is not None:
        house.until(
            "the author is told why", lambda: any(told in one and name in one for one in house.told())
        )


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_of_a_message_that_we_do_not_know_waits_and_moves_nothing(name: str, house: House) -> None:
    body = example(name)
    payload = json.loads(body)["payload"]
    for key in {payload.get("id"), payload.get("gsId"), payload["payload"].get("whatsappMessageId")} - {None}:
        body = body.replace(key.encode(), f"{key}-of-nobody".encode())
    before = house.states("out")
    assert house.call_back(body).status_code == 200
    parked = house.query(
        "select 1 from messaging.parked_receipt where coalesce(gs_key, wa_key) like '%%-of-nobody'"
        " and item ->> 'event' = %s",
        STATUSES[name][0],
    )
    assert parked != []
    assert before == house.states("out")


def test_a_message_that_its_customer_deletes_stays_as_it_is_with_the_fact_beside_it(house: House) -> None:
    body = example("v2_evt_deleted.json")
    deleted = json.loads(body)["payload"]["id"]
    _, written = _once("v2_msg_text_docs2020.json", as_key=deleted)
    house.call_back(written)
    house.until(
        "the message is in the open line", lambda: house.state_of(_message(house, deleted)) == "delivered"
    )
    assert house.call_back(body).status_code == 200
    message_id = _message(house, deleted)
    assert [("deleted", None)] == house.query(
        "select event, to_state from messaging.receipt where message_id = %s", message_id
    )
    assert house.state_of(message_id) == "delivered"


def test_a_number_that_whatsapp_rewrites_stays_one_customer(house: House) -> None:
    dialled, real = "553587654321", "5593587654321"
    house.customer_writes(dialled, "Oi")
    house.until("the customer is known", lambda: house.in_the_chat(dialled))
    assert house.call_back(example("v2_evt_mismatch.json")).status_code == 200
    house.customer_writes(real, "Sou eu")
    house.until("he is recognised", lambda: len(house.in_the_chat(dialled)) == 2)
    assert ["Oi", "Sou eu"] == house.in_the_chat(dialled)
    assert house.chat_of(real) is None


@pytest.mark.parametrize("name", BESIDE_THE_MESSAGES)
def test_what_is_said_beside_the_messages_is_kept_as_it_was_said(name: str, house: House) -> None:
    body = example(name)
    assert house.call_back(body).status_code == 200
    ((fact, raw),) = house.query(
        "select e.fact, r.body from messaging.channel_event e join messaging.raw r using (portal_id, raw_id)"
        " where e.channel_id = %s order by e.channel_event_id desc limit 1",
        house.channel_id,
    )
    assert (BESIDE_THE_MESSAGES[name], body) == (fact, bytes(raw))


@pytest.mark.parametrize("name", NOT_SUBSCRIBED_TO)
def test_a_callback_of_the_format_that_we_did_not_ask_for_is_quarantined_and_shown(
    name: str, house: House
) -> None:
    body = example(name)
    assert house.call_back(body).status_code == 200
    newest = house.administrator.api("GET", "/api/v1/quarantine")[0]
    assert ("gupshup", "unknown:v3", body.decode()) == (newest["door"], newest["reason"], newest["body"])
    ((raw,),) = house.query(
        "select r.body from messaging.quarantined q join messaging.raw r using (portal_id, raw_id)"
        " where q.quarantined_id = %s",
        newest["quarantined_id"],
    )
    assert body == bytes(raw)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_to_a_send_means_what_it_says(name: str, house: House, gupshup: Answering) -> None:
    status, meaning = ANSWERS[name]
    key = json.loads(example(name)).get("messageId", name)
    answer = example(name).replace(f'"{key}"'.encode(), f'"{key}-{name}"'.encode())
    words, sends = f"Respuesta {name}", len(gupshup.sends)
    customer = _customer(house, name)
    gupshup.answers.append((status, answer))
    house.operator_writes(house.chat_id(customer), words)
    house.until("it was sent", lambda: len(gupshup.sends) > sends)
    match meaning:
        case "submitted":
            house.until("we know", lambda: house.state_of(_message(house, f"{key}-{name}")) == "submitted")
            assert 1 == len(gupshup.sends) - sends
        case "failed" | "unknown":
            house.until("the author is told", lambda: any(words in one for one in house.told()))
            assert meaning == house.state_of(_last_to(house, customer))
            assert 1 == len(gupshup.sends) - sends
        case "attention":
            house.until("a person is asked for", lambda: _channel_state(house) == "attention")
            assert "queued" == house.state_of(_last_to(house, customer))
            house.administrator.api("POST", f"/api/v1/channels/{house.channel_id}/connect")
            house.until("what waited has left", lambda: house.received_by(customer) == [words])
        case "again":
            house.until("it has left", lambda: house.received_by(customer) == [words])
            assert 2 == len(gupshup.sends) - sends


def test_after_all_of_it_everything_stands_where_it_is_counted(house: House) -> None:
    house.assert_conserved()


def _once(name: str, more: str = "", as_key: str | None = None) -> tuple[str, bytes]:
    """Sender and bytes of a message; its id made its own, because the documentation uses ids twice."""
    body = example(name)
    payload: dict[str, Any] = json.loads(body)["payload"]
    key = as_key or f"{payload['id']}-{name}{more}"
    first = f'"{payload["id"]}"'.encode()
    return payload["source"], body.replace(first, f'"{key}"'.encode(), 1)


def _ids(body: bytes) -> dict[str, str]:
    """By which of our two ids the status names its message (gupshup.md §4.2)."""
    payload: dict[str, Any] = json.loads(body)["payload"]
    if "gsId" in payload:
        return {"gs": payload["gsId"]}
    return {"wa" if payload["type"] == "sent" else "gs": payload["id"]}


def _customer(house: House, name: str) -> str:
    """A customer of whom this example is the only business, with an open window."""
    phone = f"52155{sum(name.encode()):04d}{len(name):04d}"
    if house.chat_of(phone) is None:
        house.customer_writes(phone, "Hola")
        house.until("his chat is open", lambda: house.in_the_chat(phone))
    return phone


def _sent(house: House, words: str) -> str:
    """An operator's message that Gupshup took and says nothing more about."""
    customer = _customer(house, "statuses")
    before = len(house.received_by(customer))
    house.operator_writes(house.chat_id(customer), words)
    house.until("Gupshup took it", lambda: len(house.received_by(customer)) > before)
    message_id = _last_to(house, customer)
    house.until("we know", lambda: house.state_of(message_id) == "submitted")
    return message_id


def _known_as(house: House, message_id: str, keys: dict[str, str]) -> None:
    """Let the message be the one that the example speaks of."""
    for kind, key in keys.items():
        house.query(
            "insert into messaging.alias (portal_id, kind, key, message_id, created_at)"
            " select m.portal_id, %s, %s, m.message_id, now() from messaging.message m"
            " where m.message_id = %s"
            " on conflict (portal_id, kind, key) do update set message_id = excluded.message_id returning 1",
            kind,
            key,
            message_id,
        )


def _message(house: House, key: str) -> str:
    rows = house.query("select message_id::text from messaging.alias where key = %s", key)
    return str(rows[0][0]) if rows else "00000000-0000-0000-0000-000000000000"


def _last_to(house: House, customer: str) -> str:
    ((message_id,),) = house.query(
        "select m.message_id::text from messaging.message m"
        " join messaging.conversation c using (portal_id, conversation_id)"
        " where c.chat_key = %s and m.direction = 'out' order by m.message_id desc limit 1",
        customer,
    )
    return str(message_id)


def _channel_state(house: House) -> str:
    return str(house.administrator.channel(house.channel_id)["state"])
