"""The two brakes of the REST API: the leaky bucket and the operating budget (contract bitrix24.md §1.5)."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.state import Portal

BUDGET_S = 480.0
"""Execution seconds of one method of one portal in ten minutes."""
SLICE_S = 60
SLICES = 10


class Bucket(msgspec.Struct):
    """Requests that have not drained yet, and when that was true."""

    level: float = 0.0
    at: float = 0.0


class Limits:
    """Counts per portal and source address, and execution seconds per portal and method."""

    def __init__(self) -> None:
        self._buckets: defaultdict[tuple[str, str], Bucket] = defaultdict(Bucket)
        self._spent: defaultdict[tuple[str, str], dict[int, float]] = defaultdict(dict)

    def pour(self, portal: Portal, source: str, now: float) -> None:
        """Count one HTTP request. Raises RestError 503 `QUERY_LIMIT_EXCEEDED` when the bucket is full."""
        rate, size = (5.0, 250) if portal.is_enterprise else (2.0, 50)
        bucket = self._buckets[portal.member_id, source]
        bucket.level = max(0.0, bucket.level - max(0.0, now - bucket.at) * rate)
        bucket.at = now
        if bucket.level + 1 > size:
            raise RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)
        bucket.level += 1

    def operating(self, portal: Portal, method: str, now: float) -> tuple[float, int]:
        """Seconds spent in the last ten minutes, and the unix second at which the oldest are forgotten."""
        spent = self._spent[portal.member_id, method]
        first = int(now // SLICE_S) - SLICES + 1
        for stale in [one for one in spent if one < first]:
            del spent[stale]
        oldest = min(spent, default=int(now // SLICE_S))
        return sum(spent.values()), (oldest + SLICES) * SLICE_S

    def check(self, portal: Portal, method: str, now: float) -> None:
        """Raises RestError 429 `OPERATION_TIME_LIMIT` when the budget of the method is spent."""
        if self.operating(portal, method, now)[0] >= BUDGET_S:
            raise RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)

    def spend(self, portal: Portal, method: str, measured_s: float, now: float) -> None:
        """Book the cost of one call."""
        at = int(now // SLICE_S)
        cost = portal.operating_cost_s.get(method, measured_s)
        spent = self._spent[portal.member_id, method]
        spent[at] = spent.get(at, 0.0) + cost
