"""The people around the house: the customer with his phone, the operator in the open line."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import httpx

PHONE = "5215550001111"
SHELF_PHONE = "5215550009999"


class People:
    """What they do and what they see, through the inspection interface of the sandbox."""

    def __init__(self, sandbox: httpx.Client) -> None:
        self.sandbox = sandbox

    def shows(self, phone: str, kind: str, content: bytes, text: str = "", **media: str) -> None:
        """The customer sends a file."""
        file = {"base64": b64encode(content).decode(), **media}
        self.customer_writes(phone, text, kind=kind, media=file)

    def hands_over(self, phone: str, name: str, mime: str, content: bytes, text: str = "") -> None:
        """The operator sends a file in the chat with this customer."""
        file = {"name": name, "mime": mime, "base64": b64encode(content).decode()}
        self.operator_writes(self.chat_id(phone), text, files=[file])

    def customer_writes(self, phone: str, text: str, **more: Any) -> str:
        """The customer types on his phone; returns WhatsApp's id."""
        answer = self.sandbox.post(f"/sandbox/whatsapp/{phone}/messages", json={"text": text, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def operator_writes(self, chat_id: int | str, text: str, **more: Any) -> str:
        """The operator types in the open line; returns the portal's message id."""
        answer = self.sandbox.post(f"/sandbox/bitrix24/chats/{chat_id}/messages", json={"text": text, **more})
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    def on_gupshups_shelf(self, kind: str, content_type: str, content: bytes) -> str:
        """Some customer sent this file; returns where Gupshup keeps it for whoever knows the address."""
        self.shows(SHELF_PHONE, kind, content, content_type=content_type)
        return str(self.on_the_phone(SHELF_PHONE)[-1]["media"]["url"])

    def gupshup_knobs(self, **knobs: Any) -> None:
        """Change how the channel's app behaves (`sandbox.gupshup.state.Knobs`)."""
        answer = self.sandbox.put(f"/sandbox/gupshup/apps/{PHONE}", json=knobs)
        assert answer.is_success, answer.text

    def on_the_phone(self, phone: str) -> list[dict[str, Any]]:
        """The conversation on the customer's phone."""
        answer = self.sandbox.get(f"/sandbox/whatsapp/{phone}/messages")
        return list(answer.json()) if answer.is_success else []

    def chat_of(self, phone: str) -> dict[str, Any] | None:
        """The open-line chat with this customer, once there is one."""
        chats = self.sandbox.get("/sandbox/bitrix24/chats").json()
        return next((chat for chat in chats if chat["channel"] == phone), None)

    def chat_id(self, phone: str) -> int:
        """The portal's number of that chat, which must be there."""
        chat = self.chat_of(phone)
        assert chat is not None, f"no chat with {phone}"
        return int(chat["chat_id"])

    def in_the_chat(self, phone: str, author: str | None = None) -> list[str]:
        """The texts of that chat in order, of one author or of all."""
        chat = self.chat_of(phone)
        messages = chat["messages"] if chat else []
        return [message["text"] for message in messages if author in (None, message["author"])]

    def received_by(self, phone: str) -> list[str]:
        """The texts that the company's messages brought to the phone, in order."""
        return [message["text"] for message in self.on_the_phone(phone) if message["direction"] == "out"]

    def files_in_the_chat(self, phone: str) -> list[tuple[str, str, bytes]]:
        """Name, MIME type and bytes of every file in that chat, in order, as a person downloads them."""
        chat = self.chat_of(phone)
        files = [file for message in (chat["messages"] if chat else []) for file in message["files"]]
        return [
            (file["name"], file["mime"], self.sandbox.get(file["link"], follow_redirects=True).content)
            for file in files
        ]

    def told(self, user_id: int | None = None) -> list[str]:
        """The notifications in the portal, of one employee or of all, oldest first."""
        notices = self.sandbox.get("/sandbox/bitrix24/notifications").json()
        return [notice["text"] for notice in notices if user_id in (None, notice["user_id"])]
