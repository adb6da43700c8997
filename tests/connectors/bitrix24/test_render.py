"""What a client sends, as the operator sees it."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bitrix24.render import Client, Inbound, InboundForPortal, InboundMedia, Kind, render
from connectors.bitrix24.texts import say
from connectors.redaction import Secret

pytestmark = pytest.mark.requirement("R2.2-b")

RAVI = Client(wa_id="919876543210", name="Ravi Kumar 🌸")
FILE = InboundMedia(url=Secret("https://app.example/m/signed"), name="spec.pdf")


def _inbound(kind: Kind = "text", **fields: Any) -> Inbound:
    return Inbound(external_id="wamid.1", kind=kind, client=RAVI, sent_at=1_773_265_993, **fields)


def _text(kind: Kind, **fields: Any) -> str:
    return str(render(_inbound(kind, **fields), "en").element["message"].get("text"))


def test_a_text_is_the_documented_element() -> None:
    expected = InboundForPortal(
        external_id="wamid.1",
        chat_key="919876543210",
        has_files=False,
        element={
            "user": {
                "id": "919876543210",
                "name": "Ravi",
                "last_name": "Kumar",
                "phone": "+919876543210",
                "url": "https://wa.me/919876543210",
            },
            "message": {"id": "wamid.1", "date": 1_773_265_993, "text": "[b]hi[/b]"},
            "chat": {"id": "919876543210", "name": "Ravi Kumar"},
        },
    )
    assert expected == render(_inbound(text="*hi*"), "es")


def test_a_client_without_a_number_is_known_by_the_other_id() -> None:
    message = msgspec.structs.replace(_inbound(text="hi"), client=Client(bsuid="CO.123|9"))
    element = render(message, "es").element
    assert element["user"] == {"id": "CO.123_9", "name": "WhatsApp"}
    assert element["chat"]["id"] == "CO.123_9"


def test_a_client_stays_who_he_was_when_his_number_appears() -> None:
    client = Client(bsuid="CO.123", wa_id="57300", chat_key="CO.123")
    element = render(msgspec.structs.replace(_inbound(text="hi"), client=client), "es").element
    assert (element["user"]["id"], element["user"]["phone"]) == ("CO.123", "+57300")


def test_nobody_cannot_write() -> None:
    with pytest.raises(ValueError, match="number"):
        render(msgspec.structs.replace(_inbound(text="hi"), client=Client(name="x")), "es")


@pytest.mark.parametrize(
    ("kind", "name"), [("image", "image.jpg"), ("voice", "voice.ogg"), ("sticker", "sticker.webp")]
)
def test_a_file_without_a_name_gets_one_of_its_kind(kind: Kind, name: str) -> None:
    media = InboundMedia(url=FILE.url)
    rendered = render(_inbound(kind, media=media), "es")
    assert rendered.element["message"]["files"] == [{"url": FILE.url, "name": name}]
    assert (rendered.has_files, "text" in rendered.element["message"]) == (True, False)


def test_a_caption_comes_with_its_file() -> None:
    rendered = render(_inbound("document", media=FILE, text="see [url=x]"), "es")
    message = rendered.element["message"]
    assert (message["text"], message["files"][0]["name"]) == ("see [\u200burl=x]", "spec.pdf")


def test_the_address_of_a_file_does_not_print() -> None:
    assert "signed" not in repr(render(_inbound("document", media=FILE), "es"))


def test_a_mirrored_message_names_its_author_and_leaves_the_crm_alone() -> None:
    message = render(_inbound(text="hi", written_by=27, with_crm=False), "es").element["message"]
    assert (message["user_id"], message["disable_crm"]) == (27, "Y")


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("button_reply", {"text": "Yes, please"}, "[b]Button:[/b] Yes, please"),
        ("button_reply", {"text": "[b]Yes", "quoted": "Sure?"}, ">>Sure?\n[b]Button:[/b] [\u200bb]Yes"),
        ("list_reply", {"text": "Size M"}, "[b]Option:[/b] Size M"),
        (
            "list_reply",
            {"text": "Size M", "payload": {"description": "fits [all]"}},
            "[b]Option:[/b] Size M\nfits [\u200ball]",
        ),
        ("deleted", {"quoted": "Wrong chat"}, ">>Wrong chat\n🗑 The client deleted a message"),
        ("deleted", {}, "🗑 The client deleted a message"),
        ("edited", {"text": "At 6", "quoted": "At 5"}, ">>At 5\n✏️ The client changed the message:\nAt 6"),
        ("text", {"text": "Hi", "payload": {"forwarded": True}}, "↪️ Forwarded\nHi"),
        (
            "text",
            {
                "text": "How much?",
                "payload": {
                    "referral": {
                        "headline": "Shoes [url=x]",
                        "body": "Half price",
                        "source_url": "https://fb.me/1",
                        "source_type": "ad",
                    }
                },
            },
            "📣 Came from an advertisement: Shoes [\u200burl=x]\nHalf price\nhttps://fb.me/1\nHow much?",
        ),
        (
            "text",
            {"text": "Hi", "payload": {"referral": {"body": "Sale"}}},
            "📣 Came from an advertisement: Sale\nHi",
        ),
        (
            "text",
            {"text": "Hi", "payload": {"referral": {"ctwa_clid": "x"}}},
            "📣 Came from an advertisement\nHi",
        ),
        ("text", {"text": "Hi", "payload": {"referral": "ad", "forwarded": "yes"}}, "Hi"),
        ("text", {"text": "yes", "quoted": "Shall we?\n[b]Now[/b]"}, ">>Shall we?\n>>[​b]Now[​/b]\nyes"),
        ("reaction", {"payload": {"emoji": "👍"}, "quoted": "Your\norder"}, "👍 → Your order"),
        ("reaction", {"payload": {"emoji": "👍"}}, "👍"),
        ("reaction", {"quoted": "Your order"}, "The client removed the reaction → Your order"),
        (
            "location",
            {"payload": {"latitude": "4.6", "longitude": -74.08, "name": "Office", "address": "[b]1[/b]"}},
            "📍 Location\nOffice\n[​b]1[​/b]\nhttps://maps.google.com/?q=4.6,-74.08",
        ),
        ("location", {"payload": {"latitude": "north", "longitude": 500}}, "📍 Location"),
        ("location", {"payload": {"latitude": 10**400, "longitude": "nan"}}, "📍 Location"),
        (
            "contact",
            {
                "payload": {
                    "contacts": [
                        {
                            "name": {"formattedName": "Ana"},
                            "phones": [{"phone": "+57 1"}, {"phone": "+57 2"}],
                        },
                        {"phones": []},
                    ]
                }
            },
            "👤 Ana\n+57 1\n+57 2\n👤 Contact",
        ),
        (
            "order",
            {
                "payload": {
                    "text": "soon please",
                    "product_items": [
                        {"product_retailer_id": "A1", "quantity": 2, "item_price": 9.5, "currency": "USD"},
                        {"product_retailer_id": "B2"},
                    ],
                }
            },
            "🛒 Order\nsoon please\n2 × A1 — 9.5 USD\n1 × B2",
        ),
        ("unsupported", {}, say("unsupported", "en")),
        ("text", {}, say("unsupported", "en")),
        (
            "image",
            {"text": "look"},
            "look\nThe client sent a file that could not be downloaded from WhatsApp.",
        ),
        ("text", {"text": "a\x00b\ud800"}, "a\ufffdb\ufffd"),
    ],
)
def test_every_kind_is_readable_text(kind: Kind, fields: dict[str, Any], expected: str) -> None:
    assert expected == _text(kind, **fields)


def test_the_neutral_sentence_is_in_the_language_of_the_portal() -> None:
    message = render(_inbound("unsupported"), "es").element["message"]
    assert message["text"].startswith("El cliente envió")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_keys = st.sampled_from(
    [
        "latitude",
        "longitude",
        "name",
        "address",
        "contacts",
        "phones",
        "emoji",
        "order",
        "product_items",
        "text",
    ]
)


@given(
    kind=st.sampled_from(get_args(Kind)),
    payload=st.dictionaries(_keys, _json),
    text=st.none() | st.text(max_size=20),
)
def test_no_payload_of_a_provider_breaks_the_rendering(
    kind: Kind, payload: dict[str, Any], text: str | None
) -> None:
    message = render(_inbound(kind, payload=payload, text=text), "pt").element["message"]
    assert message["text"].strip()
