"""The command `sandbox`: the four outside parties, simulated, with inspection and a live page."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
import uvicorn

from sandbox.app import Merchant, create_app
from sandbox.paypal.signing import Keys

DEMO_CLIENT_ID = "local.5f3c0a1b2d4e68.71042955"
"""The code of the application in the simulated portals; as public as the portals themselves."""


@click.command("sandbox")
@click.option("--host", default="127.0.0.1", show_default=True, envvar="HOST", help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, envvar="PORT", help="Port to listen on.")
@click.option("--base-url", help="Address under which it is reached (default: http://localhost:PORT).")
@click.option(
    "--client-id", default=DEMO_CLIENT_ID, envvar="BITRIX24_CLIENT_ID", help="The application's code."
)
@click.option(
    "--client-secret",
    default="sandbox-only",
    envvar="BITRIX24_CLIENT_SECRET",
    help="The application's key, from the environment.",
)
@click.option(
    "--paypal-client-id",
    default="sandbox-merchant",
    envvar="PAYPAL_CLIENT_ID",
    help="Our client id at PayPal.",
)
@click.option(
    "--paypal-client-secret",
    default="sandbox-only",
    envvar="PAYPAL_CLIENT_SECRET",
    help="Its secret, from the environment.",
)
@click.option(
    "--paypal-keys",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="JSON file of the keys that sign PayPal's webhooks (new ones unless given).",
)
@click.option(
    "--snapshot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that keeps its state over restarts.",
)
@click.option("--app-url", help="Address of the application, filled in where the page asks for it.")
@click.option("--seed", type=int, help="Makes faults and random ids repeatable.")
def sandbox(
    host: str,
    port: int,
    base_url: str | None,
    client_id: str,
    client_secret: str,
    paypal_client_id: str,
    paypal_client_secret: str,
    paypal_keys: Path | None,
    snapshot: Path | None,
    app_url: str | None,
    seed: int | None,
) -> None:
    """Simulate Bitrix24, Gupshup, Stripe and PayPal faithfully, with faults on demand."""
    keys = msgspec.json.decode(paypal_keys.read_bytes(), type=Keys) if paypal_keys else None
    application = create_app(
        base_url or f"http://localhost:{port}",
        client_id=client_id,
        client_secret=client_secret,
        snapshot_path=snapshot,
        seed=seed,
        app_url=app_url,
        merchant=Merchant(paypal_client_id, paypal_client_secret, keys),
    )
    uvicorn.run(
        application,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_keep_alive=75,  # as the services that it plays: longer than its clients keep an idle one
        timeout_graceful_shutdown=1,
    )
