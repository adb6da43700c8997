"""What employees do in open channels, for tests and the demo (contract bitrix24.md §8.5)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx

from sandbox.bitrix24 import conversation, courier, disk
from sandbox.bitrix24.errors import NoSuchThing
from sandbox.bitrix24.state import Chat, ChatMessage, Portal, RobotRun, Sms
from sandbox.bitrix24.world import World

BOT_ID = 597
AUTHORS = ("operator", "system", "bot")


class Operators:
    """Write, edit, delete, finish, disconnect, run robots. Every `portal` is a portal's name."""

    world: World

    def _chat(self, portal: str, chat_id: int) -> tuple[Portal, Chat]:
        where = self.world.portal(portal)
        return where, self.world.chat(where, chat_id)

    def _message(self, portal: str, chat_id: int, message_id: int) -> tuple[Portal, Chat, ChatMessage]:
        where, chat = self._chat(portal, chat_id)
        found = next((one for one in chat.messages if one.id == message_id), None)
        if found is None:
            raise NoSuchThing(f"chat {chat_id} of portal {portal!r} has no message {message_id}")
        return where, chat, found

    async def operator_writes(
        self,
        portal: str,
        chat_id: int,
        text: str,
        user_id: int | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
        author: str = "operator",
        hidden: bool = False,
    ) -> int:
        """Write to the customer; `files` are (name, MIME type, content). Returns the portal's message id.

        Without `user_id` the chat's own operator writes. When the connector is not on the line any more the
        message is kept with `refused` and nothing goes out. `hidden` is a note between operators. Raises
        NoSuchThing.
        """
        where, chat = self._chat(portal, chat_id)
        if author not in AUTHORS:
            raise ValueError(f"author is one of {', '.join(AUTHORS)}")
        writer = {"system": 0, "bot": BOT_ID}.get(author, user_id or chat.operator_id)
        if author == "operator" and writer not in where.users:
            raise NoSuchThing(f"portal {portal!r} has no user {writer}")
        if author == "operator" and writer not in chat.members:
            chat.members.append(writer)
        stored = [disk.store(where, *one) for one in files]
        message = conversation.write(
            self.world, where, chat, author=author, user_id=writer, text=text, files=stored, hidden=hidden
        )
        return message.id

    async def edit_message(self, portal: str, chat_id: int, message_id: int, text: str) -> None:
        """The operator changes a message. Raises NoSuchThing."""
        where, chat, message = self._message(portal, chat_id, message_id)
        conversation.edit(self.world, where, chat, message, text)

    async def delete_message(self, portal: str, chat_id: int, message_id: int) -> None:
        """The operator deletes a message. Raises NoSuchThing."""
        where, chat, message = self._message(portal, chat_id, message_id)
        conversation.delete(self.world, where, chat, message)

    async def finish_dialog(self, portal: str, chat_id: int) -> None:
        """The operator ends the dialog; a line with `VOTE_MESSAGE=Y` asks for a vote. Raises NoSuchThing."""
        conversation.finish_session(self.world, *self._chat(portal, chat_id))

    async def disconnect_line(self, portal: str, line: int, connector: str | None = None) -> None:
        """An administrator takes the connector (all of them without a name) off the line."""
        where = self.world.portal(portal)
        names = [connector] if connector else list(where.connectors)
        removed = [conversation.disconnect(self.world, where, one, line) for one in names]
        if not any(removed):
            raise NoSuchThing(f"nothing of ours is connected to line {line} of portal {portal!r}")

    async def delete_line(self, portal: str, line: int) -> None:
        """An administrator deletes the line: every subscriber hears `data=<line>`. Raises NoSuchThing."""
        where = self.world.portal(portal)
        if where.lines.pop(line, None) is None:
            raise NoSuchThing(f"portal {portal!r} has no line {line}")
        where.statuses = {key: one for key, one in where.statuses.items() if not key.endswith(f"|{line}")}
        courier.emit(self.world, where, "ONIMCONNECTORLINEDELETE", line, actor=None)

    async def run_robot(
        self, portal: str, code: str, document: str, properties: Mapping[str, Any]
    ) -> httpx.Response | None:
        """A robot of the application runs on a document (`DEAL_123`); answers what its handler said."""
        where = self.world.portal(portal)
        robot, installation = where.robots.get(code), where.installation
        if robot is None or installation is None:
            raise NoSuchThing(f"portal {portal!r} has no robot {code!r}")
        unknown = properties.keys() - robot.fields.get("PROPERTIES", {}).keys()
        if unknown:
            raise NoSuchThing(f"robot {code!r} has no field {', '.join(sorted(unknown))}")
        # Empty is «wait» as well: only an explicit N does not (specification of bizproc.robot.add).
        waits = str(robot.fields.get("USE_SUBSCRIPTION", "Y")) != "N"
        run = RobotRun(event_token=secrets.token_hex(24), code=code, document=document, is_waiting=waits)
        where.robot_runs[run.event_token] = run
        owner = int(robot.fields.get("AUTH_USER_ID") or 0)
        fields = {
            "workflow_id": uuid4().hex,
            "code": code,
            "document_id": ["crm", f"CCrmDocument{document.split('_')[0].capitalize()}", document],
            "document_type": [
                "crm",
                f"CCrmDocument{document.split('_')[0].capitalize()}",
                document.split("_")[0],
            ],
            "event_token": run.event_token,
            "properties": dict(properties),
            "use_subscription": "Y" if waits else "N",
            "timeout_duration": 0,
            "ts": int(self.world.now()),
            "auth": courier.auth_fields(self.world, where, installation, owner or None),
        }
        return await courier.post(self.world, where, "robot", str(robot.fields["HANDLER"]), fields)

    async def send_sms(
        self,
        portal: str,
        code: str,
        to: str,
        text: str,
        deal_id: int | None = None,
        lead_id: int | None = None,
    ) -> tuple[str, httpx.Response | None]:
        """The portal hands an SMS to the application; answers the message's id and the handler's answer."""
        where = self.world.portal(portal)
        sender, installation = where.senders.get(code), where.installation
        if sender is None or installation is None:
            raise NoSuchThing(f"portal {portal!r} has no sender {code!r}")
        sms = Sms(id=uuid4().hex, sender=code, to=to, text=text)
        where.sms[sms.id] = sms
        owners = [(2, deal_id), (1, lead_id)]
        bindings = [{"OWNER_TYPE_ID": kind, "OWNER_ID": owner} for kind, owner in owners if owner]
        fields = {
            "module_id": "crm",
            "bindings": bindings,
            "properties": {"phone_number": to, "message_text": text},
            "type": "SMS",
            "code": code,
            "message_id": sms.id,
            "message_to": to,
            "message_body": text,
            "ts": int(self.world.now()),
            "auth": courier.auth_fields(self.world, where, installation, where.admin().id),
        }
        return sms.id, await courier.post(self.world, where, "sms", sender.handler, fields)
