"""The page of message kinds: what WhatsApp takes of each, from `messaging.message_kind`, in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import click

from runtime.catalogue import Catalogue, MessageKind

Language = Literal["en", "es"]

_SAID: Final[dict[str, tuple[str, str]]] = {
    "text": (
        "A longer one goes as several messages, in order; each has its price.",
        "Uno más largo sale como varios mensajes, en orden; cada uno tiene su precio.",
    ),
    "image": (
        "In the open line a larger one, or another type, goes as a document.",
        "En el canal abierto, una más grande o de otro tipo sale como documento.",
    ),
    "video": (
        "In the open line a larger one, or another type, goes as a document.",
        "En el canal abierto, uno más grande o de otro tipo sale como documento.",
    ),
    "audio": (
        "Sound of another type is converted to Ogg with Opus on its way; Ogg with another codec, too.",
        "El sonido de otro tipo se convierte a Ogg con Opus en el camino; también Ogg con otro códec.",
    ),
    "voice": (
        "A recording made on the phone; what is sent as audio in Ogg with Opus is heard as one.",
        "Una grabación hecha en el teléfono; el audio que se envía en Ogg con Opus se oye como tal.",
    ),
    "document": ("Any type.", "De cualquier tipo."),
    "sticker": ("100 KB unless it moves.", "100 KB si no se mueve."),
    "template": (
        "The text of its body; the limits of image, video or document for the file of its header.",
        "El texto de su cuerpo; el archivo del encabezado, con los límites de imagen, video o documento.",
    ),
    "buttons": (
        "Up to 3 buttons of 20 characters; header and footer of 60.",
        "Hasta 3 botones de 20 caracteres; encabezado y pie de 60.",
    ),
    "list": (
        "Up to 10 rows in all: titles of 24 characters, descriptions of 72; its button has 20.",
        "Hasta 10 filas en total: títulos de 24 caracteres, descripciones de 72; su botón, de 20.",
    ),
    "location": ("A place with its link to a map.", "Un lugar con su enlace a un mapa."),
    "contact": ("Names and numbers.", "Nombres y números."),
    "reaction": (
        "An emoji on a message; ours on one of the customer's, at most 30 days old.",
        "Un emoji en un mensaje; el nuestro, en uno del cliente de hace 30 días como máximo.",
    ),
    "button_reply": (
        "A button was pressed; `postbackText` names it for programs.",
        "Se pulsó un botón; `postbackText` lo nombra para los programas.",
    ),
    "list_reply": (
        "A row of a list was chosen; `postbackText` names it for programs.",
        "Se eligió una fila de una lista; `postbackText` la nombra para los programas.",
    ),
    "order": ("Products chosen from the catalogue.", "Productos elegidos del catálogo."),
    "edited": (
        "What a message says now, below what it said.",
        "Lo que un mensaje dice ahora, debajo de lo que decía.",
    ),
    "deleted": (
        "The chat says so and keeps what was said; it opens no 24-hour window.",
        "El chat lo dice y conserva lo dicho; no abre la ventana de 24 horas.",
    ),
    "unsupported": (
        "Anything that WhatsApp does not hand over; the chat says that it came.",
        "Lo que WhatsApp no entrega; el chat dice que llegó.",
    ),
}
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "Kinds of messages, sizes and types",
        "intro": "What does not fit is refused before anything is held or sent (`messaging.content_fault`), "
        "and whoever wrote it is told why; a file's true type and size are looked at once more when it has "
        "been fetched. «Text» counts characters: of a file it is the caption. 1 MB is 1,048,576 bytes.",
        "api": "A program sends them with a key of its own that has `conversation.write.all`; the same `key` "
        "again is the same message, and the answer to a button or a list brings its `id` back as `postback` "
        "(`SendMessage` and `ListMessages` in [openapi.json](OPENAPI)):",
        "header": "kind|is sent|arrives|text|file|types|",
        "any": "any",
    },
    "es": {
        "title": "Clases de mensajes, tamaños y tipos",
        "intro": "Lo que no cabe se rechaza antes de retener o enviar nada (`messaging.content_fault`), y "
        "quien lo escribió sabe por qué; el tipo y el tamaño verdaderos de un archivo se miran otra vez "
        "cuando se descargó. «Texto» cuenta caracteres: de un archivo es el pie. 1 MB son 1.048.576 bytes.",
        "api": "Un programa los envía con una clave propia que tenga `conversation.write.all`; la misma "
        "`key` otra vez es el mismo mensaje, y la respuesta a un botón o a una lista devuelve su `id` como "
        "`postback` (`SendMessage` y `ListMessages` en [openapi.json](OPENAPI)):",
        "header": "clase|se envía|llega|texto|archivo|tipos|",
        "any": "cualquiera",
    },
}
_OPENAPI: Final[dict[Language, str]] = {"en": "openapi.json", "es": "../../reference/openapi.json"}
_EXAMPLE: Final = """```sh
curl "$PUBLIC_URL/api/v1/messages" -H "Authorization: Bearer wab24_…" \\
  -H "Content-Type: application/json" -d '{
  "key": "order-7-confirm", "channel_id": "…", "phone": "+52 55 1234 5678",
  "content": {"kind": "buttons", "text": "¿Confirma su pedido 7?",
              "buttons": [{"title": "Sí", "id": "confirm:7"}, {"title": "No", "id": "cancel:7"}]}}'
```"""
_YES: Final[dict[Language, str]] = {"en": "yes", "es": "sí"}


def kinds_page(catalogue: Catalogue, language: Language) -> str:
    """Return the page. Raises ClickException for a kind without words."""
    words = _WORDS[language]
    parts = [
        f"# {words['title']}",
        "<!-- Generated by «whatsappb24 docs» from messaging.message_kind. Do not edit. -->",
        words["intro"],
        _table(catalogue.message_kinds, language),
        words["api"].replace("OPENAPI", _OPENAPI[language]),
        _EXAMPLE,
    ]
    return "\n\n".join(parts) + "\n"


def _table(kinds: Sequence[MessageKind], language: Language) -> str:
    words = _WORDS[language]
    header = words["header"].split("|")
    lines = [header, ["---"] * len(header), *(_row(kind, language) for kind in kinds)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(kind: MessageKind, language: Language) -> list[str]:
    if kind.kind not in _SAID:
        raise click.ClickException(f"cli/kinds_page.py: write the words of the kind {kind.kind}")
    english, spanish = _SAID[kind.kind]
    types = "" if kind.max_bytes is None else _WORDS[language]["any"]
    return [
        f"`{kind.kind}`",
        _YES[language] if kind.may_send else "—",
        _YES[language] if kind.may_arrive else "—",
        "" if kind.max_text is None else str(kind.max_text),
        "" if kind.max_bytes is None else _size(kind.max_bytes),
        ", ".join(f"`{mime}`" for mime in kind.mimes) if kind.mimes else types,
        english if language == "en" else spanish,
    ]


def _size(size: int) -> str:
    megabytes, rest = divmod(size, 1_048_576)
    return f"{size // 1_024} KB" if rest else f"{megabytes} MB"
