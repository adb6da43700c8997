"""The sandbox's control routes for a portal's automation: robots, the SMS service, a new version of our app.

JSON in, JSON out, misuse explained as in `sandbox.inspection`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.bitrix24 import Bitrix24Sandbox, NoSuchThing
from sandbox.bitrix24.state import Portal
from sandbox.reading import AnyRequest, read

_LEAD = 1


class Run(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST …/robots`: which robot runs on which record, with which fields filled in."""

    code: str
    document: str
    properties: dict[str, Any] = {}


class Text(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST …/sms`."""

    code: str
    to: str
    text: str
    lead_id: int | None = None


class Automation(Controller):
    """What robots and the SMS service of a portal do, and what they were told."""

    path = "/sandbox/bitrix24/portals"

    @get("/{name:str}/automation")
    async def automation(
        self, name: FromPath[str], bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """Robots and senders, the runs with what they returned, messages, leads, lines in timelines."""
        return _shown(_portal(bitrix24, name))

    @post("/{name:str}/robots", status_code=200)
    async def run(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """A robot runs; answers what its handler said."""
        wanted = await read(request, Run)
        answer = await bitrix24.run_robot(name, wanted.code, wanted.document, wanted.properties)
        return {"status": None if answer is None else answer.status_code}

    @post("/{name:str}/sms", status_code=200)
    async def send(
        self, name: FromPath[str], request: AnyRequest, bitrix24: NamedDependency[Bitrix24Sandbox]
    ) -> dict[str, Any]:
        """The portal hands an SMS to a sender; answers its id and what the handler said."""
        wanted = await read(request, Text)
        number, answer = await bitrix24.send_sms(
            name, wanted.code, wanted.to, wanted.text, lead_id=wanted.lead_id
        )
        return {"id": number, "status": None if answer is None else answer.status_code}

    @post("/{name:str}/update", status_code=200)
    async def update(self, name: FromPath[str], bitrix24: NamedDependency[Bitrix24Sandbox]) -> dict[str, Any]:
        """A new version of the application is published: handlers, robots and senders vanish."""
        await bitrix24.update_app(name)
        return _shown(_portal(bitrix24, name))


def _portal(bitrix24: Bitrix24Sandbox, name: str) -> Portal:
    if name not in bitrix24.portals:
        raise NoSuchThing(f"there is no portal {name!r}")
    return bitrix24.portals[name]


def _shown(portal: Portal) -> dict[str, Any]:
    return {
        "robots": {code: robot.fields for code, robot in portal.robots.items()},
        "senders": {code: sender.name for code, sender in portal.senders.items()},
        "runs": [
            {"document": run.document, "is_waiting": run.is_waiting, "returned": run.returned}
            for run in portal.robot_runs.values()
        ],
        "sms": {number: sms.status for number, sms in portal.sms.items()},
        "triggers": portal.triggers,
        "triggered": portal.triggered,
        "leads": [item.id for item in portal.crm.values() if item.type_id == _LEAD],
        "notes": [{"item_id": note.item_id, "text": note.text} for note in portal.notes],
    }
