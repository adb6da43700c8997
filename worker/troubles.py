"""What an author is told when his message did not go out: why, and what to do (es, en, pt)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.explanations import CODES, Explanation, explain, who_in_words
from connectors.bitrix24.texts import Language

Texts = Mapping[Language, str]

_TITLES: Mapping[str, Texts] = {
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

_HEALED: Texts = {
    "es": "La noticia anterior era provisional: el cliente recibió el mensaje.",
    "en": "The earlier notice was provisional: the customer has the message.",
    "pt": "O aviso anterior era provisório: o cliente recebeu a mensagem.",
}
_WHO_ACTS: Texts = {"es": "Quién actúa", "en": "Who acts", "pt": "Quem age"}
_KINDS = {"failed": "failed", "refused": "refused", "expired": "refused", "unknown": "unknown"}


def trouble_text(notice: Mapping[str, Any], language: Language) -> tuple[str, str]:
    """Title and text for a notice of `messaging.claim_notices`, with the first words of the message."""
    state = notice["state"]
    kind = _KINDS.get(state, "healed")
    parts = [f"{notice['contact_name'] or notice['chat_key']}:"]
    if kind == "healed":
        parts.append(_HEALED[language])
    else:
        parts += _why(state, notice["reason"], notice.get("detail"), language)
    words = (notice["text"] or "").strip()
    if words:
        parts.append(f"«{words}»")
    return _TITLES[kind][language], "\n".join(parts)


def failure_text(
    state: str, reason: str | None, detail: Mapping[str, Any] | None, language: Language
) -> tuple[str, str]:
    """Title and text of a message that failed, was refused or expired: why, and what to do."""
    return _TITLES[_KINDS[state]][language], "\n".join(_why(state, reason, detail, language))


def _why(state: str, reason: str | None, detail: Mapping[str, Any] | None, language: Language) -> list[str]:
    kind, code = _KINDS[state], reason or state
    said = _in_words(
        explain(state if kind == "unknown" else code, party="gupshup", language=language), language
    )
    words = (detail or {}).get("reason") or ""
    if kind == "failed" and code not in CODES["gupshup"] and code not in CODES["ours"]:
        said.append(f"({code}) {words}".strip())
    return said


def _in_words(explanation: Explanation, language: Language) -> list[str]:
    """Why and what to do; and who acts, where it is not the author who reads this."""
    said = [f"{explanation.what} {explanation.todo}"]
    if explanation.who in ("administrator", "provider"):
        said.append(f"{_WHO_ACTS[language]}: {who_in_words(explanation.who, language)}.")
    return said
