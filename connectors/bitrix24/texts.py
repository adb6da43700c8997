"""The sentences that this connector itself says, in the portal's language (es, en, pt)."""

from __future__ import annotations

from typing import Literal

Language = Literal["es", "en", "pt"]
LANGUAGES: tuple[Language, ...] = ("es", "en", "pt")

_OF_PORTAL: dict[str, Language] = {"es": "es", "la": "es", "br": "pt", "pt": "pt"}
"""Bitrix24's codes: `la` is Latin American Spanish, `br` Brazilian Portuguese (§1.3)."""

TEXTS: dict[str, dict[Language, str]] = {
    "unsupported": {
        "es": "El cliente envió un mensaje que WhatsApp no permite mostrar aquí.",
        "en": "The client sent a message that WhatsApp does not let us show here.",
        "pt": "O cliente enviou uma mensagem que o WhatsApp não permite mostrar aqui.",
    },
    "file_missing": {
        "es": "El cliente envió un archivo que no se pudo descargar de WhatsApp.",
        "en": "The client sent a file that could not be downloaded from WhatsApp.",
        "pt": "O cliente enviou um arquivo que não pôde ser baixado do WhatsApp.",
    },
    "reaction_removed": {
        "es": "El cliente quitó su reacción",
        "en": "The client removed the reaction",
        "pt": "O cliente removeu a reação",
    },
    "location": {"es": "Ubicación", "en": "Location", "pt": "Localização"},
    "contact": {"es": "Contacto", "en": "Contact", "pt": "Contato"},
    "kind_image": {"es": "Imagen", "en": "Image", "pt": "Imagem"},
    "kind_video": {"es": "Video", "en": "Video", "pt": "Vídeo"},
    "kind_audio": {"es": "Audio", "en": "Audio", "pt": "Áudio"},
    "kind_voice": {"es": "Nota de voz", "en": "Voice message", "pt": "Mensagem de voz"},
    "kind_document": {"es": "Documento", "en": "Document", "pt": "Documento"},
    "kind_sticker": {"es": "Sticker", "en": "Sticker", "pt": "Figurinha"},
    "button": {"es": "Botón", "en": "Button", "pt": "Botão"},
    "option": {"es": "Opción", "en": "Option", "pt": "Opção"},
    "forwarded": {"es": "Reenviado", "en": "Forwarded", "pt": "Encaminhada"},
    "advertisement": {
        "es": "Llegó por un anuncio",
        "en": "Came from an advertisement",
        "pt": "Veio de um anúncio",
    },
    "edited": {
        "es": "El cliente cambió su mensaje:",
        "en": "The client changed the message:",
        "pt": "O cliente alterou a mensagem:",
    },
    "deleted": {
        "es": "El cliente eliminó un mensaje",
        "en": "The client deleted a message",
        "pt": "O cliente apagou uma mensagem",
    },
    "order": {"es": "Pedido", "en": "Order", "pt": "Pedido"},
}


def language_of(portal_language: str | None) -> Language:
    """Our language for a portal's code such as `la`, `br` or `de`; English where we have none."""
    return _OF_PORTAL.get((portal_language or "").lower()[:2], "en")


def say(key: str, language: Language) -> str:
    """The sentence. Raises KeyError for a key that is not in the table."""
    return TEXTS[key][language]
