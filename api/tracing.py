"""Every HTTP request that is served leaves one entry in `trace.log`: route, status, duration, no body."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from runtime.trace import Trace

_QUIET = ("/health/", "/metrics")


class TraceRequests:
    """ASGI middleware. The route's template stands for the path: a path may hold a webhook's secret."""

    def __init__(self, app: ASGIApp, trace: Callable[[], Trace]) -> None:
        self.app = app
        self._trace = trace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and note it."""
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(_QUIET):
            await self.app(scope, receive, send)
            return
        correlation_id = uuid.uuid4().hex
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        started = time.perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-correlation-id", correlation_id.encode()),
                ]
            await send(message)

        try:
            with bound_contextvars(correlation_id=correlation_id):
                await self.app(scope, receive, noted)
        finally:
            self._note(scope, status, time.perf_counter() - started, correlation_id)

    def _note(self, scope: HTTPScope, status: int, seconds: float, correlation_id: str) -> None:
        state = scope.get("state") or {}
        self._trace().note(
            "request",
            level="ERROR" if status >= 500 else "WARN" if status >= 400 else "INFO",
            direction="in",
            party=state.get("party"),
            method=f"{scope['method']} {scope.get('path_template') or '(no route)'}",
            status=status,
            duration_ms=round(seconds * 1000, 3),
            portal_id=state.get("portal_id"),
            channel_id=state.get("channel_id"),
            summary=state.get("summary") or state.get("refused"),
            request=state.get("request"),
            correlation_id=correlation_id,
        )
