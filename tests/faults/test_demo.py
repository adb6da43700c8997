"""`whatsappb24 demo` as a newcomer meets it: one address, killed in every way, nothing left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from random import sample

import httpx
import pytest

from cli.clicks import Administrator
from cli.embedded import EmbeddedServer
from tests.servers import run_directory

pytestmark = pytest.mark.requirement("R2.1-e")
PHONE = "5215558000001"
_PATIENCE_S = 60.0
_SECONDS = 20.0
_PROC = Path("/proc")


class Demo:
    """The command in a directory of its own. Its processes are known by a mark in their environment."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_port()
        self._mark = uuid.uuid4().hex
        self._log = home / "demo.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._sandbox = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)

    def start(self) -> float:
        """Run it until it prints its address; returns how many seconds that took."""
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        began = time.monotonic()
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "demo"],
                cwd=self.home,
                env={
                    **environment,
                    "PORT": str(self.port),
                    "DEMO_MARK": self._mark,
                    "PYTHONPATH": str(Path(__file__).parents[2]),
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.until("it prints its address", self.addresses)
        return time.monotonic() - began

    def signal(self, number: int) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(_PATIENCE_S)

    def close(self) -> None:
        """Leave nothing behind, whatever the tests found."""
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGINT)
        self._sandbox.close()
        EmbeddedServer(18, self.home / ".demo" / "postgresql").destroy()
        shutil.rmtree(self.home, ignore_errors=True)

    def addresses(self) -> list[str]:
        return re.findall(r"http://\S+", self._log.read_text())

    def processes(self) -> dict[str, int]:
        """Its living processes by their command (`demo`, `api`, …); PostgreSQL's by its directory."""
        found = {}
        for path in _PROC.glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().decode(errors="replace").split("\0")
                is_ours = f"DEMO_MARK={self._mark}".encode() in (path / "environ").read_bytes()
            except OSError:
                continue
            if is_ours and "cli.main" in words:
                found[words[words.index("cli.main") + 1]] = int(path.name)
            elif str(self.home / ".demo") in " ".join(words):
                found["postgres"] = int(path.name)
        return found

    def customer_writes(self, text: str) -> None:
        answer = self._sandbox.post(f"/sandbox/whatsapp/{PHONE}/messages", json={"text": text})
        assert 201 == answer.status_code, answer.text

    def open_line(self) -> list[str]:
        chats = self._sandbox.get("/sandbox/bitrix24/chats").json()
        return [message["text"] for chat in chats for message in chat["messages"]]

    def operator_writes(self, text: str) -> None:
        (chat,) = self._sandbox.get("/sandbox/bitrix24/chats").json()
        path = f"/sandbox/bitrix24/chats/{chat['chat_id']}/messages"
        assert self._sandbox.post(path, json={"text": text}).is_success

    def balance(self) -> int:
        """What the portal's wallet has, in millionths of a USD, as its administrator sees it."""
        port = json.loads((self.home / ".demo" / "memory.json").read_bytes())["api_port"]
        with Administrator(str(self._sandbox.base_url), f"http://127.0.0.1:{port}") as administrator:
            administrator.open_app()
            return int(administrator.api("GET", "/api/v1/balance")["balance"])

    def until(self, what: str, is_so: Callable[[], object]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not is_so():
            if time.monotonic() > deadline or (self._process and self._process.poll() not in (None, 0, -9)):
                logs = [self._log, *(self.home / ".demo" / "logs").glob("*.log")]
                raise AssertionError(
                    "\n".join([what, *(f"--- {log.name}\n{log.read_text()}" for log in logs)])
                )
            time.sleep(0.05)


@pytest.fixture
def demo() -> Iterator[Demo]:
    if not (_PROC / "self" / "environ").exists():
        pytest.skip("no /proc here: whether a process is left behind cannot be seen")
    home = run_directory() / f"demo-{os.getpid()}"
    home.mkdir(mode=0o711)
    made = Demo(home)
    try:
        yield made
    finally:
        made.close()


def test_the_demo_survives_its_deaths_keeps_its_data_and_leaves_nothing_behind(demo: Demo) -> None:
    demo.start()
    assert [f"http://127.0.0.1:{demo.port}/"] == demo.addresses()
    assert {"demo", "sandbox", "serve", "worker", "postgres"} == demo.processes().keys()
    demo.customer_writes("Hola")
    demo.until("the message is in the open line", lambda: demo.open_line() == ["Hola"])

    assert 25_000_000 == demo.balance()
    demo.operator_writes("Un momento")
    demo.until("its price is paid", lambda: demo.balance() == 24_995_000)

    killed = demo.processes()["worker"]
    os.kill(killed, signal.SIGKILL)
    demo.until("a killed worker lives again", lambda: demo.processes().get("worker", killed) != killed)
    demo.customer_writes("¿Siguen?")
    demo.until("and works", lambda: demo.open_line()[-1] == "¿Siguen?")

    demo.signal(signal.SIGKILL)
    demo.until("a killed demo leaves no child", lambda: demo.processes().keys() <= {"postgres"})

    assert demo.start() < _SECONDS
    assert ["Hola", "Un momento", "¿Siguen?"] == demo.open_line()
    assert 24_995_000 == demo.balance(), "nothing is given twice"
    demo.customer_writes("¿Y ahora?")
    demo.until("the channel still works", lambda: demo.open_line()[-1] == "¿Y ahora?")

    assert 0 == demo.signal(signal.SIGINT)
    assert {} == demo.processes()


def _free_port() -> int:
    """A free port whose successor, the API's, is free as well; the kernel gives none of these to others."""
    for port in sample(range(20_000, 32_000, 2), 100):
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
