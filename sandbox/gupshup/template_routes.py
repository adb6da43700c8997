"""The routes about templates (contract §2.2, §3): sending, list, creating, editing, deleting, samples."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.gupshup.asking import AnyRequest, answer, app_asked_for, app_of_key, form_of, keep_for_complaint
from sandbox.gupshup.limits import Limits
from sandbox.gupshup.party import GupshupSandbox
from sandbox.gupshup.sending import Refusal, check_sender
from sandbox.gupshup.state import SandboxApp
from sandbox.gupshup.templates import listed


class SendingTemplates(Controller):
    """Templates to customers."""

    @post("/wa/api/v1/template/msg")
    async def send(
        self, request: AnyRequest, gupshup: NamedDependency[GupshupSandbox], limits: NamedDependency[Limits]
    ) -> Response[Any]:
        """Accept a template (202) or refuse it; what WhatsApp objects to comes later as `failed` (§2.2)."""
        app = app_of_key(request, gupshup)
        form = await form_of(request)
        keep_for_complaint(request, form)
        if not limits.may_send(app):
            raise Refusal(429, "Too Many Requests")
        check_sender(form, app_name=app.name, app_phone=app.phone)
        filled = gupshup.templates.filled(app, form)
        failure = filled.objection()
        if failure is not None:
            gupshup.complain("POST /wa/api/v1/template/msg", 202, f"fails with {failure.code}", form)
        message = gupshup.accept(app, form["destination"], filled, filled.content(), failure)
        body = {"status": "submitted", "messageId": message.ids["messageId"]}
        return answer(202, body, html=app.knobs.html_answers)


class TemplateList(Controller):
    """Templates of an app (§3)."""

    path = "/wa/app/{app_id:str}/template"

    @get()
    async def list_page(
        self,
        app_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """One page, the newest first."""
        app = _limited(request, gupshup, limits, app_id)
        number = int(request.query_params.get("pageNo") or 1)
        size = int(request.query_params.get("pageSize") or 50)
        begin = (number - 1) * size
        shown = gupshup.templates.of(app)[begin : begin + size]
        return {"status": "success", "templates": [listed(one, app) for one in shown]}

    @post(status_code=200)
    async def create(
        self,
        app_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """Hand one in."""
        app = _limited(request, gupshup, limits, app_id)
        form = await form_of(request)
        keep_for_complaint(request, form)
        return {"status": "success", "template": listed(gupshup.templates.create(app, form), app)}

    @put("/{template_id:str}")
    async def edit(
        self,
        app_id: FromPath[str],
        template_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """Change one."""
        app = _limited(request, gupshup, limits, app_id)
        form = await form_of(request)
        keep_for_complaint(request, form)
        return {"status": "success", "template": listed(gupshup.templates.edit(app, template_id, form), app)}

    @delete("/{name:str}", status_code=200)
    async def remove(
        self,
        app_id: FromPath[str],
        name: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """Delete one in all its languages."""
        gupshup.templates.delete(_limited(request, gupshup, limits, app_id), name)
        return {"status": "success"}


class Samples(Controller):
    """Sample files of headers (§3)."""

    @post("/wa/{app_id:str}/wa/media", status_code=200)
    async def upload(
        self, app_id: FromPath[str], request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]
    ) -> dict[str, Any]:
        """Take a file; its handle names it when a template is created."""
        app_asked_for(request, gupshup, app_id)
        form = await request.form()
        if "file" not in form or not form.get("file_type"):
            raise Refusal(400, "Invalid Request", "multipart with file and file_type")
        return {"status": "success", "handleId": {"message": f"4::{uuid4().hex}"}}


def _limited(request: AnyRequest, gupshup: GupshupSandbox, limits: Limits, app_id: str) -> SandboxApp:
    app = app_asked_for(request, gupshup, app_id)
    if not limits.may_ask_for_templates(app):
        raise Refusal(429, "Too Many Requests")
    return app
