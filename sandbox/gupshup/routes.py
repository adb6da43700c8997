"""Gupshup's HTTP face as our side calls it: `GUPSHUP_URL` is `{base}/gupshup`.

Paths, fields and answers: contract §1.4 (business), §1.5 (subscriptions), §2.1 (send), §4.1 (files), §5.4
(mark read). Bodies are form-encoded; errors are `{"status": "error", "message": …}`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, cast

import msgspec
from litestar import Controller, Response, Router, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.types import ExceptionHandlersMap

from sandbox.faults import faulty_calls
from sandbox.gupshup import shapes
from sandbox.gupshup.asking import (
    UNAUTHENTICATED,
    AnyRequest,
    answer,
    app_asked_for,
    app_of_key,
    form_of,
    keep_for_complaint,
)
from sandbox.gupshup.limits import Limits
from sandbox.gupshup.party import GupshupSandbox
from sandbox.gupshup.sending import Refusal, check_form
from sandbox.gupshup.state import Failure, SandboxApp
from sandbox.gupshup.subscribing import change_subscription, new_subscription, owned, shown
from sandbox.gupshup.template_routes import Samples, SendingTemplates, TemplateList


class NotOffered(Exception):
    """A partner's call, asked with an app's own key: 401, and nothing that our side did wrong."""


def gupshup_router(gupshup: GupshupSandbox) -> Router:
    """All routes of the simulated Gupshup, behind its faults."""
    limits = Limits()
    return Router(
        path="/gupshup",
        route_handlers=[
            Sending,
            SendingTemplates,
            TemplateList,
            Samples,
            Subscriptions,
            AppState,
            FileManager,
        ],
        dependencies={
            "gupshup": Provide(lambda: gupshup, sync_to_thread=False),
            "limits": Provide(lambda: limits, sync_to_thread=False),
        },
        middleware=[faulty_calls(gupshup.faults, "gupshup")],
        exception_handlers=cast(
            "ExceptionHandlersMap", {Refusal: _refused(gupshup), NotOffered: _not_offered}
        ),
        include_in_schema=False,
    )


class Sending(Controller):
    """Messages to customers."""

    @post("/wa/api/v1/msg")
    async def send(
        self, request: AnyRequest, gupshup: NamedDependency[GupshupSandbox], limits: NamedDependency[Limits]
    ) -> Response[Any]:
        """Accept a session message (202) or refuse it (§2.1)."""
        app = app_of_key(request, gupshup)
        form = await form_of(request)
        keep_for_complaint(request, form)
        if not limits.may_send(app):
            raise Refusal(429, "Too Many Requests")
        outgoing = check_form(form, app_name=app.name, app_phone=app.phone)
        failure = None
        if "src.name" not in form:
            failure = Failure(code=1001, reason="Last Mapped Bot And Sender Do Not Match", how="sync")
            gupshup.complain("POST /wa/api/v1/msg", 202, "src.name is missing: fails with 1001", form)
        content = msgspec.json.decode(form["message"])
        message = gupshup.accept(app, form["destination"], outgoing, content, failure)
        body = {"status": "submitted", "messageId": message.ids["messageId"]}
        return answer(202, body, html=app.knobs.html_answers)

    @put("/wa/app/{app_id:str}/msg/{message_id:str}/read")
    async def mark_read(
        self,
        app_id: FromPath[str],
        message_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
    ) -> Response[bytes]:
        """The customer sees that the company read (§5.4); empty 202."""
        app = app_asked_for(request, gupshup, app_id)
        for message in reversed(gupshup.state.messages):
            if message.app_id == app.app_id and message.direction == "in" and message.ids["id"] == message_id:
                message.state = "read"
                gupshup.feed.publish("read by company", phone=message.phone)
                return Response(b"", status_code=202, media_type="text/plain")
        raise Refusal(400, "Invalid Message Id", f"no customer wrote a message {message_id!r}")


class Subscriptions(Controller):
    """Webhooks of an app (§1.5)."""

    path = "/wa/app/{app_id:str}/subscription"

    @get()
    async def list_all(
        self,
        app_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """All of them."""
        app = self._limited(request, gupshup, limits, app_id)
        return {"status": "success", "subscriptions": [shown(app, one) for one in app.subscriptions.values()]}

    @get("/{subscription_id:str}")
    async def one(
        self,
        app_id: FromPath[str],
        subscription_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """One of them."""
        app = self._limited(request, gupshup, limits, app_id)
        return {"status": "success", "subscription": shown(app, owned(gupshup, app, subscription_id))}

    @post(status_code=200)
    async def create(
        self,
        app_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """Add one; its address is called first."""
        app = self._limited(request, gupshup, limits, app_id)
        form = await form_of(request)
        keep_for_complaint(request, form)
        return {"status": "success", "subscription": shown(app, await new_subscription(gupshup, app, form))}

    @put("/{subscription_id:str}")
    async def change(
        self,
        app_id: FromPath[str],
        subscription_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """Change the fields that are given; a new address is called first."""
        app = self._limited(request, gupshup, limits, app_id)
        form = await form_of(request)
        keep_for_complaint(request, form)
        subscription = owned(gupshup, app, subscription_id)
        changed = await change_subscription(gupshup, app, subscription, form)
        return {"status": "success", "subscription": shown(app, changed)}

    @delete("/{subscription_id:str}")
    async def remove(
        self,
        app_id: FromPath[str],
        subscription_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> None:
        """Remove one: 204, empty."""
        app = self._limited(request, gupshup, limits, app_id)
        del app.subscriptions[owned(gupshup, app, subscription_id).id]
        gupshup.feed.publish("app", channel=app_id)

    @delete()
    async def remove_all(
        self,
        app_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> None:
        """Remove all: 204, empty."""
        self._limited(request, gupshup, limits, app_id).subscriptions.clear()
        gupshup.feed.publish("app", channel=app_id)

    def _limited(
        self, request: AnyRequest, gupshup: GupshupSandbox, limits: Limits, app_id: str
    ) -> SandboxApp:
        app = app_asked_for(request, gupshup, app_id)
        if not limits.may_subscribe(app):
            raise Refusal(429, "Too Many Requests")
        return app


class AppState(Controller):
    """What an app knows about itself (§1.4)."""

    @get("/wa/app/{app_id:str}/business")
    async def business(
        self, app_id: FromPath[str], request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]
    ) -> dict[str, Any]:
        """The business behind the app: a good test of a connection."""
        app = app_asked_for(request, gupshup, app_id)
        return {
            "status": "success",
            "business": {
                "name": app.name,
                "contactNumber": app.phone,
                "email": "empresa@example.com",
                "emailVerified": True,
                "country": "PE",
                "city": "Lima",
                "state": "Lima",
                "website": "https://example.com",
                "vertical": "RETAIL",
                "tncAccepted": True,
                "createdOn": 1_718_003_880_179,
                "modifiedOn": 1_718_003_880_179,
            },
        }

    @get("/wa/app/{app_id:str}/business/profile/waba")
    async def waba(
        self, app_id: FromPath[str], request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]
    ) -> dict[str, Any]:
        """The number's business account: quality, limit, status (§1.4)."""
        app = _offered(app_asked_for(request, gupshup, app_id))
        return {"status": "success", "wabaInfo": shapes.waba(app)}

    @get("/wa/app/{app_id:str}/health")
    async def health(
        self, app_id: FromPath[str], request: AnyRequest, gupshup: NamedDependency[GupshupSandbox]
    ) -> dict[str, Any]:
        """Gupshup's verdict; the answer is a text (§1.4)."""
        app = _offered(app_asked_for(request, gupshup, app_id))
        return {"status": "success", "healthy": "true" if app.knobs.healthy else "false"}

    @get("/wa/app/{app_id:str}/wallet/balance")
    async def wallet(
        self,
        app_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        limits: NamedDependency[Limits],
    ) -> dict[str, Any]:
        """The prepaid balance; ten calls a second (§1.4)."""
        app = _offered(app_asked_for(request, gupshup, app_id))
        if not limits.may_ask_the_wallet(app):
            raise Refusal(429, "Too Many Requests")
        return {"status": "success", "walletResponse": shapes.wallet(app)}

    @get("/wa/app/{app_id:str}/usage")
    async def usage(
        self,
        app_id: FromPath[str],
        request: AnyRequest,
        gupshup: NamedDependency[GupshupSandbox],
        since: Annotated[date, QueryParameter(name="from")],
        until: Annotated[date, QueryParameter(name="to")],
    ) -> dict[str, Any]:
        """What each day had and cost, both ends included (§1.4)."""
        app = _offered(app_asked_for(request, gupshup, app_id))
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        messages = [one for one in gupshup.state.messages if one.app_id == app.app_id]
        usage = [shapes.usage(app, day, messages) for day in days]
        return {"status": "success", "partnerAppUsageList": usage}


class FileManager(Controller):
    """Where customers' files are fetched, without credentials, for seven days (§4.1)."""

    @get("/filemanager/wa/{app_id:str}/wa/media/{media_id:str}")
    async def download(
        self, app_id: FromPath[str], media_id: FromPath[str], gupshup: NamedDependency[GupshupSandbox]
    ) -> Response[bytes]:
        """The bytes with their content type; 404 when unknown or expired."""
        media = gupshup.state.media.get(media_id)
        if media is None or media.app_id != app_id or media.expires_at <= gupshup.clock.now_ms():
            return Response(b"", status_code=404, media_type="text/plain")
        return Response(media.content, media_type=media.content_type)


def _offered(app: SandboxApp) -> SandboxApp:
    """Refuse what only a partner's token may read, where the knob says so; nobody can know beforehand."""
    if app.knobs.partner_only:
        raise NotOffered
    return app


def _not_offered(_: AnyRequest, __: NotOffered) -> Response[Any]:
    return Response({"status": "error", "message": UNAUTHENTICATED.text}, status_code=401)


def _refused(gupshup: GupshupSandbox) -> Any:
    """Answer a refusal in Gupshup's words and remember it as a complaint."""

    def handler(request: AnyRequest, refusal: Refusal) -> Response[Any]:
        operation = f"{request.method} {request.url.path.removeprefix('/gupshup')}"
        gupshup.complain(operation, refusal.status, refusal.why, request.state.get("form"))
        return Response({"status": "error", "message": refusal.text}, status_code=refusal.status)

    return handler
