"""What stands around a page in these tests: our server with the API it calls, and a portal that frames it."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any, cast

import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from api import pages
from api.pages.documents import Page as PageName
from connectors.bitrix24.texts import Language

AnyRequest = Request[Any, Any, State]
PORTAL_PAGE = (Path(__file__).parent / "portal.html").read_text(encoding="utf-8")
APP_SID = "0123456789abcdef0123456789abcdef"


def channel(**facts: Any) -> dict[str, Any]:
    """A channel as `GET /api/v1/channels` shows it, active unless told otherwise."""
    return {
        "channel_id": "01990000-0000-7000-8000-000000000001",
        "name": "Ventas Lima",
        "phone": "51987654321",
        "line_id": "3",
        "app_name": "VentasLima",
        "state": "active",
        "state_reason": None,
        "state_at": "2026-03-02T15:04:05Z",
        "next_action": "write",
        "who_acts": "nobody",
        "checked_at": "2026-03-02T15:04:05Z",
        "check_report": {"subscription": "set", "line": "works"},
        "waiting_in": 0,
        "waiting_out": 2,
        **facts,
    }


def portal(**facts: Any) -> dict[str, Any]:
    """A portal as `GET /api/v1/portal` shows it while it is being set up, unless told otherwise."""
    return {
        "portal_id": "01990000-0000-7000-8000-0000000000aa",
        "member_id": "a223c6b3710f85df22e9377d6c4f7553",
        "domain": "ejemplo.bitrix24.com",
        "state": "installing",
        "state_reason": None,
        "language": "es",
        "time_zone": "America/Lima",
        "connector": "wab24",
        "scope": "imconnector,imopenlines",
        "repaired_at": None,
        "repair_failures": 0,
        "repair_report": {},
        "installed_at": None,
        **facts,
    }


SET_UP = {
    "repaired_at": "2026-03-02T15:04:05Z",
    "repair_report": {"done": ["Register", "BindEvent", "BindEvent"], "broken": []},
}
LINES = [
    {"line": "1", "name": "Soporte", "is_active": True, "operators": ["1"]},
    {"line": "3", "name": "Ventas", "is_active": True, "operators": ["1"]},
    {"line": "7", "name": "Antiguo", "is_active": False, "operators": []},
]


class Problem(msgspec.Struct, kw_only=True):
    """An answer that is not a success."""

    status: int
    reason: str
    detail: str = ""
    facts: dict[str, Any] = {}


class Call(msgspec.Struct, kw_only=True):
    """A call of the API as it arrived."""

    line: str
    body: Any = None


class Server:
    """Our server: serves the real pages, and answers the API with what a test has put into it."""

    def __init__(self) -> None:
        self.origin = ""
        self.portal_origin = ""
        self.token = secrets.token_hex(8)
        self.portal: Any = portal()
        self.channels: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] | Problem = LINES
        self.timelines: dict[str, list[dict[str, Any]]] = {}
        self.problems: dict[str, Problem] = {}
        self.session_answer: Problem | None = None
        self.calls: list[Call] = []
        self.changed = asyncio.Event()

    def lines_of(self, prefix: str) -> list[str]:
        """Method and path of the calls so far that begin with `prefix`."""
        return [call.line for call in self.calls if call.line.startswith(prefix)]

    def body_of(self, line: str) -> Any:
        """The body of the last call of `line`."""
        return [call.body for call in self.calls if call.line == line][-1]

    def expire(self) -> str:
        """Whatever token the page has is worthless from now on; returns the one that a session gives."""
        self.token = secrets.token_hex(8)
        return self.token

    def frame(self, page: str, language: str, options: dict[str, Any]) -> Response[str]:
        """A page as api/bitrix24/frames.py answers it, for a verified administrator."""
        session = pages.PageSession(
            token=self.token,
            portal_origin=self.portal_origin,
            user_name="Rosa <b>Quispe</b>",
            is_admin=True,
            app_name="WhatsAppB24",
            placement_options=options,
            scopes=("imconnector", "imopenlines"),
        )
        nonce = secrets.token_urlsafe(16)
        name = cast(PageName, page)
        content = pages.render(name, language=cast(Language, language), session=session, nonce=nonce)
        policy = pages.content_security_policy(nonce, self.portal_origin)
        return Response(content, headers={"Content-Security-Policy": policy}, media_type=MediaType.HTML)

    async def answer(self, request: AnyRequest, path: str) -> Response[Any]:
        """One call of the API."""
        line = f"{request.method} /{path.lstrip('/')}"
        self.calls.append(Call(line=line, body=await request.json() if await request.body() else None))
        if line == "POST /session":
            found: Any = self.session_answer or {"token": self.token, "expires_in_s": 3600, "language": "es"}
        elif request.headers.get("Authorization") != f"Bearer {self.token}":
            found = Problem(status=401, reason="bearer", detail="the token has expired")
        else:
            found = self.problems.get(line) or self._found(line, request.query_params.get("id", ""))
        if isinstance(found, Problem):
            body = {**msgspec.to_builtins(found), "title": "Problem", "what_to_do": ""}
            return Response(body, status_code=found.status, media_type="application/problem+json")
        return Response(found, status_code=201 if line == "POST /channels" else 200)

    def _found(self, line: str, id_: str) -> Any:
        if line == "POST /portal/finish":
            return {"state": "installed"}
        if line == "POST /channels":
            return {"channel_id": channel()["channel_id"]}
        if line.startswith("POST /channels/"):
            return {"state": self._change(*line.split("/")[2:])}
        return {
            "GET /portal": self.portal,
            "GET /channels": self.channels,
            "GET /lines": self.lines,
            "GET /timeline": self.timelines.get(id_, []),
        }[line]

    def _change(self, channel_id: str, event: str) -> str:
        """A person's event moves the channel as tenancy.channel_transition says."""
        states = {"connect": ("connecting", "wait"), "disconnect": ("disconnected", "connect")}
        for one in self.channels:
            if one["channel_id"] == channel_id and event in states:
                one["state"], one["next_action"] = states[event]
        if event == "remove":
            self.channels = [one for one in self.channels if one["channel_id"] != channel_id]
        return event

    def app(self) -> Litestar:
        """The application to serve."""

        @post("/bitrix24/{page:str}", status_code=200)
        async def frame(page: FromPath[str], request: AnyRequest) -> Response[str]:
            form = await request.form()
            options = msgspec.json.decode(form.get("PLACEMENT_OPTIONS") or "{}")
            return self.frame(page, request.query_params["LANG"], options)

        @get("/plain/{page:str}")
        async def plain(page: FromPath[str], language: FromQuery[str]) -> Response[str]:
            chosen, refused = cast(Language, language), REFUSALS.get(page)
            content = pages.refusal(*refused, language=chosen) if refused else pages.outside(chosen)
            policy = pages.content_security_policy("", "'none'")
            return Response(content, headers={"Content-Security-Policy": policy}, media_type=MediaType.HTML)

        @get("/api/v1/{path:path}")
        async def reading(path: FromPath[str], request: AnyRequest) -> Response[Any]:
            return await self.answer(request, path)

        @post("/api/v1/{path:path}")
        async def writing(path: FromPath[str], request: AnyRequest) -> Response[Any]:
            return await self.answer(request, path)

        routes = [frame, plain, reading, writing, *pages.static_routes()]
        return Litestar(routes, logging_config=None, openapi_config=None)


REFUSALS: dict[str, tuple[int, str]] = {
    "forbidden": (403, "administrator_only"),
    "away": (503, "database_away"),
}


def portal_app() -> Litestar:
    """The portal's own page, which frames ours and speaks the bridge; also served as a stranger's."""

    @get("/", media_type=MediaType.HTML)
    async def parent() -> str:
        return PORTAL_PAGE

    return Litestar([parent], logging_config=None, openapi_config=None)
