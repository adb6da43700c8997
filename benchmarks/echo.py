"""A bare Litestar echo: what our server answers when it does nothing. `python -m benchmarks.echo PORT`."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, get, post


@get("/health/ready")
async def ready() -> dict[str, str]:
    """Here."""
    return {"status": "ok"}


@post("/echo", status_code=200)
async def echo(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The body, back."""
    return Response(await request.body(), media_type="application/json")


def serve(application: Litestar, port: int) -> None:
    """Serve as `whatsappb24 serve` does."""
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    serve(Litestar([ready, echo], openapi_config=None), int(sys.argv[1]))
