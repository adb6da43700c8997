"""Templates: our copy kept in step with Gupshup, and people's wishes about them carried out."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from adapters.media import MediaShelf
from adapters.portals import SqlBuckets
from connectors.gupshup.client import App, Draft, Gupshup, Upload
from connectors.gupshup.templates import header_file
from connectors.media.limits import check
from connectors.outside import Actor, Context, Failure, Policy
from connectors.redaction import Secret
from runtime.database import Database
from runtime.secrets import Box
from worker.errands import Errands, within_lease
from worker.readings import said_of
from worker.rounds import every

_EVERY_S = 1.0
_AT_ONCE = 10
_PATIENCE_S = 15.0
_MOST_PAGES = 40
Task = dict[str, Any]


class Templates:
    """Runs the template tasks that are due; what came of them `messaging.settle_template_task` keeps."""

    def __init__(
        self, database: Database, gupshup: Gupshup, buckets: SqlBuckets, shelf: MediaShelf, box: Box
    ) -> None:
        self._database = database
        self._gupshup = gupshup
        self._buckets = buckets
        self._shelf = shelf
        self._box = box
        self._errands = Errands("templates", at_once=_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Begin what is due until told to stop, then wait for what was begun."""
        async with self._errands:
            await every(_EVERY_S, self._round, stop, name="templates")

    async def _round(self) -> None:
        if self._errands.free > 0:
            arguments = {"p_limit": self._errands.free}
            for task in await self._database.call("messaging.claim_template_tasks", arguments):
                self._errands.begin(str(task["channel_id"]), self._carry_out(task))

    async def _carry_out(self, task: Task) -> None:
        report: dict[str, Any] = {}
        failure = await within_lease(self._do(task, report))
        arguments = {
            "p_portal_id": task["portal_id"],
            "p_task_id": task["task_id"],
            "p_task_token": task["token"],
            "p_report": report,
            "p_failure": None if failure is None else _told(failure),
        }
        await self._database.call("messaging.settle_template_task", arguments)

    async def _do(self, task: Task, report: dict[str, Any]) -> Failure | None:
        key = Secret(self._box.open(task["key_sealed"]))
        app = App(app_id=task["app_id"], app_name=task["app_name"], phone=task["phone"], key=key)
        match task["kind"]:
            case "sync":
                return await self._read_all(task, app, report)
            case "delete":
                return await self._turn(task) or await self._gupshup.delete_template(
                    app, task["name"], about=_about(task)
                )
            case _:
                return await self._write(task, app, report)

    async def _read_all(self, task: Task, app: App, report: dict[str, Any]) -> Failure | None:
        """Read every page: a list that is not whole says nothing about what is gone."""
        found: list[Any] = []
        for number in range(1, _MOST_PAGES + 1):
            late = await self._turn(task)
            if late is not None:
                return late
            page = await self._gupshup.templates(app, number, about=_about(task))
            if isinstance(page, Failure):
                return page
            found.extend(page.templates)
            if page.is_last:
                break
        report["templates"] = msgspec.to_builtins(found)
        return None

    async def _write(self, task: Task, app: App, report: dict[str, Any]) -> Failure | None:
        draft = msgspec.convert(task["draft"], Draft)
        handle: str | Failure | None = None
        file_kind = header_file(draft.type)
        if file_kind is not None:
            handle = await self._sample(task, app, file_kind, draft.media_url or "")
        if isinstance(handle, Failure):
            return handle
        late = await self._turn(task)
        if late is not None:
            return late
        if task["kind"] == "create":
            kept = await self._gupshup.create_template(app, draft, handle, about=_about(task))
        else:
            kept = await self._gupshup.edit_template(
                app, task["provider_id"] or "", draft, handle, about=_about(task)
            )
        if isinstance(kept, Failure):
            return kept
        report.update(msgspec.to_builtins(kept))
        return None

    async def _sample(self, task: Task, app: App, file_kind: str, url: str) -> str | Failure:
        """Fetch the sample from its address and upload it, if WhatsApp takes such a file."""
        key = task["task_id"]
        shelved = await self._shelf.take(url, key, party="file", name=None, about=_about(task))
        if isinstance(shelved, Failure):
            return shelved
        refused = check(file_kind, shelved.mime, shelved.size)
        if refused is not None:
            return refused
        content = await asyncio.to_thread(self._shelf.path(shelved).read_bytes)
        await self._shelf.discard([key])
        file = Upload(name=shelved.name, mime=shelved.mime, content=content)
        return await self._gupshup.upload_sample(app, file, about=_about(task))

    async def _turn(self, task: Task) -> Failure | None:
        """Wait for the application's turn; the failure where that would take too long."""
        portal_id = str(task["portal_id"])
        while (wait_s := await self._buckets.take_from(portal_id, "templates", task["app_id"])) > 0:
            if wait_s > _PATIENCE_S:
                return Failure(
                    policy=Policy.RETRY,
                    code="rate_limit",
                    message="the application's calls about templates are used up",
                    who_acts=Actor.NOBODY,
                    retry_after_s=wait_s,
                )
            await asyncio.sleep(wait_s)
        return None


def _told(failure: Failure) -> dict[str, Any]:
    return {**said_of(failure), "retry_after_s": failure.retry_after_s}


def _about(task: Task) -> Context:
    return Context(portal_id=str(task["portal_id"]), channel_id=str(task["channel_id"]))
