"""The REST door of the portals: `{base}/portals/{name}/rest/{method}[.json]` (contract bitrix24.md §1.5)."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from sandbox.bitrix24 import specs, tokens
from sandbox.bitrix24.batch import answer_batch
from sandbox.bitrix24.card import Installation
from sandbox.bitrix24.connection import error_answer, json_answer, sent_fields, take_token, with_faults
from sandbox.bitrix24.errors import RestError, denied
from sandbox.bitrix24.limits import Limits
from sandbox.bitrix24.methods.registry import METHODS, Call, Page
from sandbox.bitrix24.state import Portal, User
from sandbox.bitrix24.world import Request as SeenRequest
from sandbox.bitrix24.world import World

# Being refused for these says nothing about the call itself.
NOT_OUR_MISTAKE = (401, 429, 503)
GRANTED_BY = {"user": ("user", "user_basic", "user_brief"), None: (), "базовый": ()}


class RestDoor:
    """Serves the calls of all portals of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.limits = Limits()

    def routes(self) -> list[HTTPRouteHandler]:
        """The one route: GET and POST, JSON and form."""

        @route(
            "/portals/{name:str}/rest/{method:str}",
            http_method=[HttpMethod.GET, HttpMethod.POST],
            include_in_schema=False,
        )
        async def rest(
            request: Request[Any, Any, Any], name: FromPath[str], method: FromPath[str]
        ) -> Response[Any]:
            return await self.serve(request, name, method.removesuffix(".json"))

        return [rest]

    async def serve(
        self, request: Request[Any, Any, Any], name: FromPath[str], method: FromPath[str]
    ) -> Response[Any]:
        """One HTTP request: faults, the old address, then the call."""
        portal = self.world.memory.portals.get(name)
        if portal is None:
            return self._elsewhere(name, method)

        async def work() -> Response[Any]:
            try:
                return json_answer(await self._answer(portal, request, method))
            except RestError as error:
                return error_answer(error)

        return await with_faults(self.world, request, method, work)

    def _elsewhere(self, name: FromPath[str], method: FromPath[str]) -> Response[Any]:
        """A renamed portal answers 302 from its old address; whoever follows it turns POST into GET."""
        for portal in self.world.memory.portals.values():
            if name in portal.former_names:
                return Redirect(f"{self.world.client_endpoint(portal)}{method}", status_code=302)
        return Response("<html><body>Not found</body></html>", status_code=404, media_type="text/html")

    async def _answer(self, portal: Portal, request: Request[Any, Any, Any], method: str) -> dict[str, Any]:
        world, begun, started = self.world, perf_counter(), self.world.now()
        source = request.client.host if request.client else ""
        self.limits.pour(portal, source, started)
        fields = await sent_fields(request)
        owner, user, installation, _ = tokens.holder(world, take_token(request, fields))
        if owner.member_id != portal.member_id:
            raise RestError("invalid_token", "Unable to get application by token", 401)
        if not portal.is_rest_enabled:
            raise denied("REST API is available only on commercial plans.")
        if method == "batch":
            answer = await answer_batch(self, portal, user, installation, fields)
        else:
            answer = await self.call(portal, user, installation, method, fields)
        world.tell("call", portal)
        return {**answer, "time": self._time(portal, method, started, perf_counter() - begun)}

    async def call(
        self, portal: Portal, user: User, installation: Installation, method: str, sent: dict[str, Any]
    ) -> dict[str, Any]:
        """One method with its checks; `result` and, for lists, `total` and `next`. Raises RestError."""
        world, begun = self.world, perf_counter()
        world.requests.append(SeenRequest(portal=portal.name, method=method, params=sent))
        try:
            self.limits.check(portal, method, world.now())
            params = self._checked(portal, user, installation, method, sent)
            call = Call(
                world=world,
                portal=portal,
                user=user,
                installation=installation,
                method=method,
                params=params,
            )
            result = await METHODS[method].handler(call)
        except RestError as error:
            if error.status not in NOT_OUR_MISTAKE:
                world.complain(portal, method, str(error))
            raise
        except (ValueError, TypeError, KeyError) as error:
            world.complain(portal, method, f"a nested value cannot be read: {error!r}")
            raise RestError("ERROR_ARGUMENT", "Invalid value of an argument") from error
        finally:
            self.limits.spend(portal, method, perf_counter() - begun, world.now())
        if not isinstance(result, Page):
            return {"result": result}
        following = {"next": result.next} if result.next is not None else {}
        return {"result": result.result, **following, "total": result.total}

    def _checked(
        self, portal: Portal, user: User, installation: Installation, method: str, sent: dict[str, Any]
    ) -> dict[str, Any]:
        if method == "batch":
            raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
        served = METHODS.get(method)
        if served is None:
            raise RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
        needed = specs.spec_of(method).scope
        granted = GRANTED_BY.get(needed, (needed,))
        if granted and not set(granted) & set(installation.card.scope):
            description = "The request requires higher privileges than provided by the access token"
            raise RestError("insufficient_scope", description, 403)
        if served.admin_only and not user.is_admin:
            raise denied()
        params, doubts = specs.check(method, sent)
        for doubt in doubts:
            self.world.complain(portal, method, doubt)
        return params

    def _time(self, portal: Portal, method: str, started: float, duration: float) -> dict[str, Any]:
        spent, reset_at = self.limits.operating(portal, method, started)
        return {
            "start": started,
            "finish": started + duration,
            "duration": duration,
            "processing": duration,
            "date_start": self.world.iso(started),
            "date_finish": self.world.iso(started + duration),
            "operating_reset_at": reset_at,
            "operating": spent,
        }
