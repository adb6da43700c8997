"""The documented rates (contract §2.5), counted in real time."""

from __future__ import annotations

from collections import defaultdict, deque
from time import monotonic

from sandbox.gupshup.state import SandboxApp

_WALLET_CALLS_PER_SECOND = 10


class Limits:
    """Who may call now; above it the answer is 429 "Too Many Requests"."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[float, float]] = {}
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._templates: defaultdict[str, deque[float]] = defaultdict(deque)
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)

    def may_send(self, app: SandboxApp) -> bool:
        """A bucket of twice the messages per second; zero means no limit."""
        rate = app.knobs.sends_per_second
        if rate <= 0:
            return True
        now = monotonic()
        tokens, since = self._tokens.get(app.app_id, (2.0 * rate, now))
        tokens = min(2.0 * rate, tokens + (now - since) * rate)
        allowed = tokens >= 1
        self._tokens[app.app_id] = (tokens - 1 if allowed else tokens, now)
        return allowed

    def may_ask_the_wallet(self, app: SandboxApp) -> bool:
        """Ten calls within the last second (§1.4)."""
        calls = self._asked[app.app_id]
        while calls and monotonic() - calls[0] > 1:
            calls.popleft()
        if len(calls) >= _WALLET_CALLS_PER_SECOND:
            return False
        calls.append(monotonic())
        return True

    def may_ask_for_templates(self, app: SandboxApp) -> bool:
        """So many calls about templates within the last minute (§2.5); zero means no limit."""
        calls = self._templates[app.app_id]
        while calls and monotonic() - calls[0] > 60:
            calls.popleft()
        if 0 < app.knobs.template_calls_per_minute <= len(calls):
            return False
        calls.append(monotonic())
        return True

    def may_subscribe(self, app: SandboxApp) -> bool:
        """So many subscription calls within the last minute; zero means no limit."""
        most = app.knobs.subscription_calls_per_minute
        if most <= 0:
            return True
        calls = self._calls[app.app_id]
        while calls and monotonic() - calls[0] > 60:
            calls.popleft()
        if len(calls) >= most:
            return False
        calls.append(monotonic())
        return True
