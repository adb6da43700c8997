"""What we want of every portal: the one list of events and scopes that installer, doctor and docs share."""

from __future__ import annotations

from typing import Any, Final

from adapters.automation import robot_of, sender_of, triggers_of
from connectors.bitrix24.connector import LineData, Placement
from connectors.bitrix24.desired import Desired
from connectors.bitrix24.texts import language_of

EVENTS: Final = (
    "ONIMCONNECTORMESSAGEADD",
    "ONIMCONNECTORDIALOGSTART",
    "ONIMCONNECTORSTATUSDELETE",
    "ONIMCONNECTORLINEDELETE",
    "ONAPPINSTALL",
    "ONAPPUNINSTALL",
)
SCOPES: Final = (
    "imconnector",
    "imopenlines",
    "im",
    "crm",
    "user_brief",
    "department",
    "placement",
    "contact_center",
    "bizproc",
    "messageservice",
)
"""The rights the application asks for: the final set from day one, changing it is dangerous (§4.4)."""


class Addresses:
    """Our own addresses, as Bitrix24 and Gupshup know them."""

    def __init__(self, public_url: str) -> None:
        base = public_url.rstrip("/")
        self.install = f"{base}/bitrix24/install"
        self.app = f"{base}/bitrix24/app"
        self.settings_page = f"{base}/bitrix24/setting-connector"
        self.chat_templates = f"{base}/bitrix24/chat-templates"
        self.events = f"{base}/bitrix24/events"
        self.robot = f"{base}/bitrix24/robot"
        self.sms = f"{base}/bitrix24/sms"
        self._webhooks = f"{base}/webhooks/gupshup/"

    def webhook(self, route_secret: str) -> str:
        """The address of a channel's webhook: whoever knows it can knock."""
        return f"{self._webhooks}{route_secret}"


def desired_of(
    repair: dict[str, Any], automation: dict[str, Any], addresses: Addresses, app_name: str
) -> Desired:
    """The desired state of one portal, from `tenancy.claim_repairs` and `messaging.wanted_automation`."""
    language, connector = language_of(repair["language"]), repair["connector"]
    return Desired(
        connector_id=repair["connector"],
        name=repair["connector_name"] or app_name,
        settings_page=addresses.settings_page,
        events_handler=addresses.events,
        events=EVENTS,
        placements=(_chat_templates(addresses),),
        lines={
            line["line_id"]: LineData(number=line["phone"], name=f"+{line['phone']} {line['name']}")
            for line in repair["lines"]
        },
        robots=[robot_of(connector, addresses.robot, automation["templates"], language)],
        senders=[sender_of(connector, addresses.sms, channel, language) for channel in automation["senders"]],
        triggers=triggers_of(connector, language),
        registered=automation["registered"],
    )


def _chat_templates(addresses: Addresses) -> Placement:
    """The button below an open channel's chat, and the size of the page that it opens."""
    spanish, english, portuguese = "Plantillas de WhatsApp", "WhatsApp templates", "Modelos do WhatsApp"
    return Placement(
        place="IM_TEXTAREA",
        handler=addresses.chat_templates,
        title=english,
        titles={"es": spanish, "la": spanish, "en": english, "br": portuguese},
        options={
            "iconName": "fa-whatsapp",
            "context": "LINES",
            "role": "USER",
            "color": "GREEN",
            "width": "440",
            "height": "560",
            "extranet": "N",
        },
    )
