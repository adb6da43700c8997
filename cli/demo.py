"""The command `demo`: everything on this machine, against simulated parties, with one number connected.

An embedded PostgreSQL (or DATABASE_URL), the API, a worker and the sandbox, each a process of its own. A
process that dies is started again, so that anyone may kill one and see that nothing is lost.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import click
import httpx
import msgspec
from rich.console import Console

from cli.clicks import Administrator, ClickFailed
from cli.database_of_demo import demo_database
from cli.demo_company import found_company
from cli.demo_money import set_up_business
from cli.demo_payments import connect_providers, payment_settings, paypal_keys
from cli.demo_staff import StaffLink, staff_links
from cli.embedded import demo_server, locked
from cli.processes import Child, stop_all
from cli.sandbox import DEMO_CLIENT_ID
from runtime.errors import SqlFailure
from runtime.migrate import migrate
from runtime.secrets import generate_key, role_password
from runtime.settings import LOGIN_ROLES

_PORTAL = "p1"
_CHANNEL = ("VentasDemo", "5215550001111", "1")
_WAITING_PORTAL = "p2"
_WAITING_NUMBER = ("SoporteDemo", "5215550002222")
_CUSTOMERS = {"5215512345678": "María López", "51987654321": "Carlos Quispe"}
_UP_WITHIN_S = 60.0


class _Memory(msgspec.Struct):
    """What the demo keeps over restarts, readable by its owner only."""

    secret_key: str
    client_secret: str
    api_port: int


@click.command()
@click.option("--forget", is_flag=True, help="Delete the demo's data instead.")
def demo(forget: bool) -> None:
    """Run the whole application here; PORT (8080) and DATABASE_URL are honoured, data stays in .demo."""
    home = Path.cwd() / ".demo"
    if forget:
        _forget(home)
        return
    home.mkdir(exist_ok=True)
    port = int(os.environ.get("PORT", "8080"))
    console = Console(highlight=False)
    with ExitStack() as stack:
        _only_one(stack, home)
        if _is_taken(port):
            raise click.ClickException(f"port {port} is taken: choose another with PORT=…")
        console.print("starting PostgreSQL …")
        url = stack.enter_context(demo_database())
        memory = _memory(home / "memory.json", port)
        keys = (memory.secret_key,)
        migrate(url, passwords={role: role_password(keys, role) for role in LOGIN_ROLES})
        children = _children(home, _environment(memory, url, home, port), port)
        stack.callback(stop_all, children)
        _run(children, home, port, memory, url, console)


def _run(children: list[Child], home: Path, port: int, memory: _Memory, url: str, console: Console) -> None:
    """Start everything, click through the installation, and watch until a signal comes."""
    stopping: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopping.append(number)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    console.print("starting the API, the worker and the sandbox …")
    for child in children:
        child.start()
    sandbox_url, api_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{memory.api_port}"
    _wait_for(f"{api_url}/health/ready", children, stopping)
    _wait_for(f"{sandbox_url}/sandbox/bitrix24/portals", children, stopping)
    if not stopping:
        try:
            connect_providers(sandbox_url, api_url, memory.client_secret)
            with Administrator(sandbox_url, api_url, _PORTAL) as administrator:
                administrator.install()
                found_company(administrator)
                set_up_business(url, administrator, administrator.connect(*_CHANNEL))
                administrator.leave_to_a_person(_WAITING_PORTAL, *_WAITING_NUMBER, _CUSTOMERS)
            links = _kept(home / "staff-links.txt", staff_links(url, api_url))
        except (ClickFailed, SqlFailure, httpx.HTTPError) as failed:
            raise click.ClickException(
                f"the demo could not set itself up: {failed}\n{_last_words(children)}"
            ) from None
        console.print(f"\n  [bold green]{sandbox_url}/[/]\n")
        console.print(f"The provider's staff comes in by the links in {links} (once, within 15 minutes).")
        console.print("Ctrl-C stops everything; the data stays for the next start.")
    while not stopping:
        for child in children:
            code = child.revive()
            if code is not None:
                console.print(f"{child.name} ended ({code}) and was started again")
        time.sleep(0.2)
    console.print("stopping …")


def _kept(path: Path, people: list[StaffLink]) -> Path:
    """Write the links into a file that only its owner reads: one address on the terminal is enough."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{person.name} ({person.role}): {person.link}\n" for person in people))
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _forget(home: Path) -> None:
    """Stop the embedded server, delete its data and everything else that the demo kept."""
    if not home.exists():
        return
    with ExitStack() as stack:
        _only_one(stack, home)
        demo_server().destroy()
        shutil.rmtree(home, ignore_errors=True)


def _only_one(stack: ExitStack, home: Path) -> None:
    try:
        stack.enter_context(locked(home / "lock", wait=False))
    except BlockingIOError:
        raise click.ClickException("the demo runs in this directory: stop it first") from None


def _children(home: Path, environment: Mapping[str, str], port: int) -> list[Child]:
    keys = paypal_keys(home)
    sandbox = ["sandbox", "--port", str(port), "--base-url", f"http://127.0.0.1:{port}"]
    sandbox += ["--app-url", environment["PUBLIC_URL"]]
    return [
        Child(name, arguments, environment, home / "logs" / f"{name}.log")
        for name, arguments in (
            ("sandbox", [*sandbox, "--snapshot", str(home / "sandbox.json"), "--paypal-keys", str(keys)]),
            ("api", ["serve"]),
            ("worker", ["worker"]),
        )
    ]


def _environment(memory: _Memory, url: str, home: Path, port: int) -> dict[str, str]:
    """The settings of the three processes."""
    sandbox_url = f"http://127.0.0.1:{port}"
    inherited = {name: value for name, value in os.environ.items() if name not in {"PORT", "HOST"}}
    return {
        **inherited,
        "DATABASE_URL": url,
        "SECRET_KEYS": memory.secret_key,
        "PUBLIC_URL": f"http://127.0.0.1:{memory.api_port}",
        "PORT": str(memory.api_port),
        "BITRIX24_CLIENT_ID": DEMO_CLIENT_ID,
        "BITRIX24_CLIENT_SECRET": memory.client_secret,
        "BITRIX24_AUTH_SERVERS": f"{sandbox_url}/auth",
        "GUPSHUP_URL": f"{sandbox_url}/gupshup",
        **payment_settings(sandbox_url, memory.client_secret, home),
        "TRUSTED_ORIGINS": sandbox_url,
        "MEDIA_DIR": str(home / "media"),
        "SPOOL_DIR": str(home / "spool"),
    }


def _memory(path: Path, port: int) -> _Memory:
    """Read what the last start kept, or begin anew. The API keeps its port: it is bound outside."""
    try:
        memory = msgspec.json.decode(path.read_bytes(), type=_Memory)
    except (OSError, msgspec.MsgspecError):
        memory = _Memory(secret_key=generate_key(), client_secret=generate_key(), api_port=port + 1)
    if memory.api_port == port or _is_taken(memory.api_port):
        memory.api_port = _free_port()
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(memory))
    return memory


def _wait_for(url: str, children: list[Child], stopping: list[int]) -> None:
    deadline = time.monotonic() + _UP_WITHIN_S
    while not stopping:
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > deadline:
            raise click.ClickException(f"{url} did not come up\n{_last_words(children)}")
        time.sleep(0.1)


def _last_words(children: list[Child]) -> str:
    return "\n".join(f"--- {child.log}\n{child.last_words()}" for child in children if child.log.exists())


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
