"""A connector on a portal's line, spoken to by REST as the application under test would."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import AppCard
from tests.sandbox.conftest import Stage

CONNECTOR = {
    "ID": "wa",
    "NAME": "WhatsApp",
    "ICON": {"DATA_IMAGE": "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"},
    "NEED_SIGNATURE": False,
}


class Channel:
    """What our side does between the two parties, by hand."""

    def __init__(self, stage: Stage, portal: str, app_url: str) -> None:
        self.stage = stage
        self.portal = portal
        self.app_url = app_url
        self._token = ""

    async def connect(self, line: int = 1, *, lang: str = "es") -> None:
        """Install the application on a new portal and put its connector on a line."""
        bitrix24 = self.stage.sandbox.bitrix24
        bitrix24.create_portal(self.portal, lang)
        await bitrix24.install(self.portal, AppCard(handler=f"{self.app_url}/app"))
        self._token = bitrix24.frame(self.portal, 1).form["AUTH_ID"]
        await self.rest("imconnector.register", {**CONNECTOR, "PLACEMENT_HANDLER": f"{self.app_url}/setting"})
        await self.rest("imconnector.activate", {"CONNECTOR": "wa", "LINE": line, "ACTIVE": 1})

    async def rest(self, method: str, params: dict[str, Any]) -> Any:
        """Call a method; its result."""
        answer = await self.stage.http.post(
            f"{self.stage.base}/portals/{self.portal}/rest/{method}.json",
            json={**params, "auth": self._token},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def hand_over(
        self, number: str, text: str, phone: str = "51987654321", **message: Any
    ) -> dict[str, Any]:
        """A customer's message enters the chat; the element of the answer."""
        element = {
            "user": {"id": phone, "name": "María", "phone": f"+{phone}"},
            "chat": {"id": phone},
            "message": {"id": number, "text": text, **message},
        }
        sent = {"CONNECTOR": "wa", "LINE": 1, "MESSAGES": [element]}
        answer: dict[str, Any] = (await self.rest("imconnector.send.messages", sent))["DATA"]["RESULT"][0]
        return answer

    async def tick(self, chat_id: int, message_id: int, ids: list[str]) -> None:
        """Tell the portal that an operator's message reached the customer."""
        element = {
            "im": {"chat_id": chat_id, "message_id": message_id},
            "message": {"id": ids},
            "chat": {"id": "51987654321"},
        }
        sent = {"CONNECTOR": "wa", "LINE": 1, "MESSAGES": [element]}
        await self.rest("imconnector.send.status.delivery", sent)
