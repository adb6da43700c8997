"""Locations, contacts, reactions, buttons and lists, read by the sandbox as strictly as by Gupshup (§2.1)."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from connectors.gupshup.outbound import Kind, OutboundMessage, form_of, unsendable
from sandbox.gupshup.sending import read_message

pytestmark = [pytest.mark.requirement("R2.2-a"), pytest.mark.requirement("R2.2-b")]

_CONTENTS: dict[Kind, dict[str, Any]] = {
    "location": {"latitude": 19.4326077, "longitude": -99.133208, "name": "Zócalo"},
    "contact": {
        "name": "Ana Paz",
        "first_name": "Ana",
        "organization": "Paz S.A.",
        "phones": [{"phone": "+52 55 1234 5678"}, {"phone": "5512", "type": "WORK"}],
        "emails": [{"email": "ana@paz.example"}],
    },
    "reaction": {"emoji": "👍"},
    "buttons": {
        "text": "¿Sí?",
        "header": "Pedido 7",
        "footer": "Gracias",
        "buttons": [{"title": "Sí", "id": "si"}],
    },
    "list": {
        "header": "Tallas",
        "text": "¿Cuál?",
        "button": "Ver",
        "sections": [
            {"rows": [{"title": "M", "id": "m", "description": "mediana"}, {"title": "L", "id": "l"}]}
        ],
    },
}


def _form(kind: Kind, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "context_key": "wamid.X",
        "reference": "m-1",
        "content": _CONTENTS[kind],
        **more,
    }
    message = OutboundMessage(kind=kind, destination="5215512345678", **fields)
    assert unsendable(message) is None
    return form_of(message, "5215550000000", "Ventas")


@pytest.mark.parametrize("kind", _CONTENTS)
def test_gupshup_takes_every_kind(kind: Kind) -> None:
    taken = read_message(json.dumps(_form(kind)["message"]))
    assert kind == taken.kind
    quoted = None if kind == "reaction" else "wamid.X"
    assert quoted == (taken.context.msg_id if taken.context is not msgspec.UNSET else None)


def test_coordinates_are_texts_without_an_exponent() -> None:
    place = _form("location", content={"latitude": 1e-7, "longitude": -100})["message"]
    assert ("0.0000001", "-100") == (place["latitude"], place["longitude"])


def test_a_reaction_names_its_message_and_may_be_taken_back() -> None:
    reaction = _form("reaction", content={"emoji": ""})["message"]
    assert {"type": "reaction", "msgId": "wamid.X", "emoji": ""} == reaction
    lost = OutboundMessage(kind="reaction", destination="52155", content={"emoji": "👍"})
    assert unsendable(lost) is not None


def test_a_button_carries_its_key_and_our_reference() -> None:
    message = _form("buttons")["message"]
    assert ("m-1", "Gracias", "si") == (
        message["msgid"],
        message["content"]["caption"],
        message["options"][0]["postbackText"],
    )


@pytest.mark.parametrize(("button", "encoded"), [("Ver", False), ("Ver 👀", True)])
def test_a_list_with_a_pictogram_says_so(button: str, encoded: bool) -> None:
    form = _form("list", content=_CONTENTS["list"] | {"button": button})
    assert ("true" if encoded else None) == form.get("encode")
