"""Is this process alive, can it serve, and the numbers an operator watches."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from api.services import Services
from runtime.errors import SqlFailure

_GAUGE = Gauge("whatsappb24_core", "Numbers of the core, by trace.gauges()", ["name"])


@get("/health/live", operation_id="Live", tags=["health"])
async def live() -> dict[str, str]:
    """200 while the process answers at all."""
    return {"status": "alive"}


@get("/health/ready", operation_id="Ready", tags=["health"])
async def ready(services: NamedDependency[Services]) -> Response[dict[str, Any]]:
    """200 when the database answers; 503 else: webhooks are spooled then, the rest is refused."""
    spooled = services.intake.spooled
    try:
        await services.database.call("tenancy.now", timeout_s=2)
    except SqlFailure as failure:
        body = {"status": "not ready", "reason": failure.reason, "spooled": spooled}
        return Response(body, status_code=503)
    return Response({"status": "ready", "spooled": spooled})


@get("/metrics", operation_id="Metrics", tags=["health"])
async def metrics(services: NamedDependency[Services]) -> Response[bytes]:
    """Prometheus text: requests by route, and the core's gauges (what waits, what is unknown, …)."""
    try:
        for row in await services.database.call("trace.gauges", timeout_s=2):
            _GAUGE.labels(row["name"]).set(float(row["value"]))
    except SqlFailure:
        _GAUGE.labels("database_away").set(1)
    else:
        _GAUGE.labels("database_away").set(0)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
