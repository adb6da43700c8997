"""What a portal's automation is offered: the robot that sends a template, and a sender for each number.

The robot's form is drawn by the portal itself from what is registered here, so that its fields can be filled
from the CRM as in any other robot (contracts/bitrix24.md §3.5, §3.6).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from connectors.bitrix24.automation import Robot, RobotCall, Sender, SmsCall, Trigger
from connectors.bitrix24.texts import Language

MOST_VALUES: Final = 10
"""How many variables of a template the robot's form has fields for."""
_SENDER = re.compile(r".*_([0-9a-f]{32})")
_CODES: Final[Mapping[Language, tuple[str, ...]]] = {"es": ("la", "es"), "en": ("en",), "pt": ("br",)}
"""The portal's codes for our languages."""
_MOST_NAME = 200

Texts = Mapping[Language, str]
_NAME: Final[Texts] = {
    "es": "Enviar plantilla de WhatsApp",
    "en": "Send WhatsApp template",
    "pt": "Enviar modelo do WhatsApp",
}
_DESCRIPTION: Final[Texts] = {
    "es": "Envía una plantilla aprobada al cliente y devuelve el resultado al proceso.",
    "en": "Sends an approved template to the customer and gives the outcome back to the workflow.",
    "pt": "Envia um modelo aprovado ao cliente e devolve o resultado ao processo.",
}
_FIELDS: Final[Mapping[str, tuple[Texts, Texts]]] = {
    "template": (
        {"es": "Plantilla", "en": "Template", "pt": "Modelo"},
        {
            "es": "Las plantillas aprobadas de sus canales.",
            "en": "The approved templates of your channels.",
            "pt": "Os modelos aprovados dos seus canais.",
        },
    ),
    "phone": (
        {"es": "Número", "en": "Number", "pt": "Número"},
        {
            "es": "Con código de país. Vacío: el número del contacto, del prospecto o de la compañía.",
            "en": "With its country code. Empty: the number of the contact, lead or company.",
            "pt": "Com o código do país. Vazio: o número do contato, do lead ou da empresa.",
        },
    ),
    "media_url": (
        {"es": "Archivo del encabezado", "en": "File of the header", "pt": "Arquivo do cabeçalho"},
        {
            "es": "La dirección (https) de la imagen, el video o el documento, si la plantilla lo pide.",
            "en": "The address (https) of the image, video or document, if the template asks for one.",
            "pt": "O endereço (https) da imagem, do vídeo ou do documento, se o modelo pedir um.",
        },
    ),
    "wait": (
        {"es": "Esperar hasta que", "en": "Wait until", "pt": "Esperar até que"},
        {
            "es": "El proceso sigue cuando el mensaje llega a este punto, o cuando falla.",
            "en": "The workflow goes on when the message has come this far, or has failed.",
            "pt": "O processo continua quando a mensagem chega a este ponto ou quando falha.",
        },
    ),
    "hours": (
        {
            "es": "Esperar como máximo (horas)",
            "en": "Wait at most (hours)",
            "pt": "Esperar no máximo (horas)",
        },
        {
            "es": "De 1 a 168. Después, el proceso sigue con el estado que el mensaje tenga.",
            "en": "From 1 to 168. Then the workflow goes on with the state that the message has.",
            "pt": "De 1 a 168. Depois, o processo continua com o estado que a mensagem tiver.",
        },
    ),
}
_VALUE: Final[Texts] = {"es": "Variable {n}", "en": "Variable {n}", "pt": "Variável {n}"}
_VALUE_HINT: Final[Texts] = {
    "es": "En el orden de la plantilla: encabezado, texto, botones. Vacío: la plantilla no la tiene.",
    "en": "In the order of the template: header, text, buttons. Empty: the template has no such variable.",
    "pt": "Na ordem do modelo: cabeçalho, texto, botões. Vazio: o modelo não tem essa variável.",
}
_WAITS: Final[Mapping[str, Texts]] = {
    "no": {"es": "no esperar", "en": "do not wait", "pt": "não esperar"},
    "sent": {"es": "WhatsApp lo envió", "en": "WhatsApp sent it", "pt": "o WhatsApp a enviou"},
    "delivered": {"es": "llegó al teléfono", "en": "it reached the phone", "pt": "ela chegou ao telefone"},
    "read": {"es": "el cliente lo leyó", "en": "the customer read it", "pt": "o cliente a leu"},
}
_RETURNED: Final[Mapping[str, Texts]] = {
    "message_id": {"es": "Mensaje", "en": "Message", "pt": "Mensagem"},
    "state": {"es": "Estado", "en": "State", "pt": "Estado"},
    "error": {"es": "Error", "en": "Error", "pt": "Erro"},
    "error_code": {"es": "Código del error", "en": "Error code", "pt": "Código do erro"},
}
_TRIGGERS: Final[Mapping[str, Texts]] = {
    "button": {
        "es": "WhatsApp: el cliente presionó un botón",
        "en": "WhatsApp: the customer pressed a button",
        "pt": "WhatsApp: o cliente tocou em um botão",
    },
    "failed": {
        "es": "WhatsApp: el mensaje no se entregó",
        "en": "WhatsApp: the message was not delivered",
        "pt": "WhatsApp: a mensagem não foi entregue",
    },
}
_SENDER_HINT: Final[Texts] = {
    "es": "Texto libre dentro de las 24 horas desde el último mensaje del cliente.",
    "en": "Free text within 24 hours of the customer's last message.",
    "pt": "Texto livre dentro de 24 horas da última mensagem do cliente.",
}


def robot_of(connector: str, handler: str, templates: list[dict[str, Any]], language: Language) -> Robot:
    """The robot with the templates of `messaging.wanted_automation`; choices are in the portal's language."""
    fields = {name: _field(*texts) for name, texts in _FIELDS.items()}
    values = {f"value_{n}": _field(_numbered(_VALUE, n), _VALUE_HINT) for n in range(1, MOST_VALUES + 1)}
    choices = {one["template_id"]: _title(one) for one in templates}
    waits = {name: texts[language] for name, texts in _WAITS.items()}
    properties = {
        "template": {**fields["template"], "Type": "select", "Required": "Y", "Options": choices},
        "phone": fields["phone"],
        **values,
        "media_url": fields["media_url"],
        "wait": {**fields["wait"], "Type": "select", "Options": waits, "Default": "no"},
        "hours": {**fields["hours"], "Type": "int", "Default": 24},
    }
    returned = {name: {"Name": _spoken(texts), "Type": "string"} for name, texts in _RETURNED.items()}
    return Robot(
        code=f"{connector}_send_template",
        fields={
            "HANDLER": handler,
            "USE_SUBSCRIPTION": "Y",
            "NAME": _spoken(_NAME),
            "DESCRIPTION": _spoken(_DESCRIPTION),
            "PROPERTIES": properties,
            "RETURN_PROPERTIES": returned,
            "FILTER": {"INCLUDE": [["crm"]]},
        },
    )


def sender_of(connector: str, handler: str, channel: dict[str, Any], language: Language) -> Sender:
    """The sender of a channel; its code names the channel."""
    return Sender(
        code=f"{connector}_{str(channel['channel_id']).replace('-', '')}",
        name=f"WhatsApp +{channel['phone']} {channel['name']}"[:_MOST_NAME],
        description=_SENDER_HINT[language],
        handler=handler,
    )


def triggers_of(connector: str, language: Language) -> list[Trigger]:
    """The triggers of the CRM's automation; `trigger_code` names them."""
    return [
        Trigger(code=trigger_code(connector, name), name=texts[language]) for name, texts in _TRIGGERS.items()
    ]


def trigger_code(connector: str, name: str) -> str:
    """The portal's code of the trigger `button` or `failed`."""
    return f"{connector}_{name}"


def robot_request(call: RobotCall) -> dict[str, Any]:
    """The request of `messaging.take_automation` for a robot's call."""
    said = call.properties
    return {
        "robot": "send_template",
        "document": call.document,
        "template_id": said.get("template", ""),
        "values": [said.get(f"value_{n}", "") for n in range(1, MOST_VALUES + 1)],
        "media_url": said.get("media_url"),
        "phone": said.get("phone", "").strip(),
        "wait": said.get("wait", "no"),
        "hours": said.get("hours", ""),
    }


def sms_request(call: SmsCall) -> dict[str, Any]:
    """The request of `messaging.take_automation` for an SMS."""
    channel = _SENDER.fullmatch(call.code)
    return {
        "code": call.code,
        "message_id": call.message_id,
        "channel_id": channel[1] if channel else "",
        "phone": call.phone,
        "text": call.text,
        "owner": call.owner,
    }


def _field(name: Texts, description: Texts) -> dict[str, Any]:
    return {"Name": _spoken(name), "Description": _spoken(description), "Type": "string"}


def _numbered(texts: Texts, n: int) -> Texts:
    return {language: text.format(n=n) for language, text in texts.items()}


def _spoken(texts: Texts) -> dict[str, str]:
    """A text by the portal's codes of languages."""
    return {code: text for language, text in texts.items() for code in _CODES[language]}


def _title(template: dict[str, Any]) -> str:
    title = f"{template['name']} ({template['language']}) · +{template['phone']} {template['channel']}"
    return title[:_MOST_NAME]
