"""What an author is told when his message did not go out: why, and what to do (es, en, pt)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["es", "en", "pt"]
Texts = Mapping[Language, str]

TITLES: Mapping[str, Texts] = {
    "failed": {
        "es": "WhatsApp: el mensaje no se entregó",
        "en": "WhatsApp: the message was not delivered",
        "pt": "WhatsApp: a mensagem não foi entregue",
    },
    "refused": {
        "es": "WhatsApp: el mensaje no se envió",
        "en": "WhatsApp: the message was not sent",
        "pt": "WhatsApp: a mensagem não foi enviada",
    },
    "unknown": {
        "es": "WhatsApp: no se sabe si el mensaje salió",
        "en": "WhatsApp: it is not known whether the message left",
        "pt": "WhatsApp: não se sabe se a mensagem saiu",
    },
    "healed": {
        "es": "WhatsApp: el mensaje sí llegó",
        "en": "WhatsApp: the message did arrive",
        "pt": "WhatsApp: a mensagem chegou, sim",
    },
}

REASONS: Mapping[str, Texts] = {
    "window": {
        "es": "Pasaron más de 24 horas desde el último mensaje del cliente. Envíe una plantilla aprobada.",
        "en": "More than 24 hours have passed since the customer's last message. Send an approved template.",
        "pt": "Passaram mais de 24 horas desde a última mensagem do cliente. Envie um modelo aprovado.",
    },
    "permission": {
        "es": "Usted no tiene permiso para escribir en este canal. Un administrador puede dárselo.",
        "en": "You may not write on this channel. An administrator can give you the right.",
        "pt": "Você não tem permissão para escrever neste canal. Um administrador pode concedê-la.",
    },
    "channel_state": {
        "es": "El canal no está conectado. Un administrador debe conectarlo.",
        "en": "The channel is not connected. An administrator must connect it.",
        "pt": "O canal não está conectado. Um administrador precisa conectá-lo.",
    },
    "plan": {
        "es": "El plan del canal no permite enviar. Un administrador debe renovarlo.",
        "en": "The channel's plan does not allow sending. An administrator must renew it.",
        "pt": "O plano do canal não permite enviar. Um administrador precisa renová-lo.",
    },
    "too_long": {
        "es": "El texto supera lo que WhatsApp permite. Envíelo en partes más cortas.",
        "en": "The text is longer than WhatsApp allows. Send it in shorter parts.",
        "pt": "O texto é maior do que o WhatsApp permite. Envie-o em partes menores.",
    },
    "exhausted": {
        "es": "WhatsApp no respondió durante demasiado tiempo. Envíelo de nuevo.",
        "en": "WhatsApp could not be reached for too long. Send it again.",
        "pt": "O WhatsApp não respondeu por tempo demais. Envie de novo.",
    },
    "not_on_whatsapp": {
        "es": "El número no puede recibir mensajes de WhatsApp.",
        "en": "The number cannot receive WhatsApp messages.",
        "pt": "O número não pode receber mensagens do WhatsApp.",
    },
    "account": {
        "es": "La cuenta de WhatsApp del canal tiene un problema. Un administrador debe revisarla.",
        "en": "The channel's WhatsApp account has a problem. An administrator must look at it.",
        "pt": "A conta do WhatsApp do canal tem um problema. Um administrador precisa verificá-la.",
    },
    "file": {
        "es": "WhatsApp no acepta este archivo (tipo o tamaño).",
        "en": "WhatsApp does not take this file (type or size).",
        "pt": "O WhatsApp não aceita este arquivo (tipo ou tamanho).",
    },
    "link": {
        "es": "El archivo no se pudo descargar del portal. Envíelo de nuevo.",
        "en": "The file could not be downloaded from the portal. Send it again.",
        "pt": "O arquivo não pôde ser baixado do portal. Envie-o de novo.",
    },
    "unknown": {
        "es": "Puede haber salido. Si lo envía otra vez, el cliente podría recibirlo dos veces.",
        "en": "It may have left. If you send it again the customer may get it twice.",
        "pt": "Pode ter saído. Se enviar de novo, o cliente pode recebê-la duas vezes.",
    },
    "healed": {
        "es": "La noticia anterior era provisional: el cliente recibió el mensaje.",
        "en": "The earlier notice was provisional: the customer has the message.",
        "pt": "O aviso anterior era provisório: o cliente recebeu a mensagem.",
    },
    "other": {
        "es": "WhatsApp lo rechazó.",
        "en": "WhatsApp refused it.",
        "pt": "O WhatsApp recusou.",
    },
}

_OF_CODE = {
    **dict.fromkeys(("470", "1004", "1005", "1006", "1007", "1008", "131047", "4003"), "window"),
    **dict.fromkeys(("1002", "1013", "1026", "131026"), "not_on_whatsapp"),
    **dict.fromkeys(("1000", "1010", "1011", "1014", "131051", "131052", "131053"), "file"),
    **dict.fromkeys(("media_type", "media_too_large", "media_kind", "media_empty"), "file"),
    **dict.fromkeys(("bad_url", "forbidden_url", "forbidden_address", "too_many_redirects"), "link"),
}


def trouble_text(notice: Mapping[str, Any], language: Language) -> tuple[str, str]:
    """Title and text for a notice of `messaging.claim_notices`, with the first words of the message."""
    state = notice["state"]
    kind = "failed" if state == "expired" else state if state in TITLES else "healed"
    reason = kind if kind in ("unknown", "healed") else _reason(notice)
    words = (notice["text"] or "").strip()
    code = notice["reason"] or ""
    parts = [REASONS[reason][language]]
    if kind == "failed" and code and reason == "other":
        said = (notice.get("detail") or {}).get("reason") or ""
        parts.append(f"({code}) {said}".strip())
    if words:
        parts.append(f"«{words}»")
    return TITLES[kind][language], "\n".join([f"{notice['contact_name'] or notice['chat_key']}:", *parts])


def _reason(notice: Mapping[str, Any]) -> str:
    """The reason in our own few words."""
    code = notice["reason"] or ""
    if code in REASONS:
        return code
    if code in _OF_CODE:
        return _OF_CODE[code]
    return "account" if (notice.get("detail") or {}).get("policy") == "fix" else "other"
