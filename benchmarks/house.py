"""The real processes under load: `serve` and `worker` on the measured database, with portals that answer.

The portals and channels are those of pgbench/setup.sql; here they get tokens and keys that the processes can
open, the addresses of the simulated outside, and no rate limits: what is measured is us, not Bitrix24's two
calls a second. The renewals that renew_due.sql left are put off, or the worker would make up for 125 years;
and somebody is always alive, or every start would look after all portals.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg

from benchmarks.outside import free_port
from benchmarks.place import logins
from cli.processes import Child, stop_all
from runtime.bearer import Bearer, Holder
from runtime.secrets import Box, digest, generate_key

STRIPE_SECRET = "whsec_bench"  # noqa: S105 - of the simulated Stripe
PAYPAL_WEBHOOK = "WH-BENCH"
_UP_WITHIN_S = 60.0
_PREPARE = """
update tenancy.portal
   set application_token_digest = %(token)s,
       client_endpoint = %(outside)s || '/portals/' || member_id || '/rest/',
       server_endpoint = %(outside)s || '/auth/rest/', repair_at = 'infinity', repaired_at = now()
 where member_id like 'bench%%';
update tenancy.portal_token
   set access_sealed = %(access)s, refresh_sealed = %(access)s, expires_at = now() + interval '1 day';
update tenancy.channel set key_sealed = %(key)s, check_at = 'infinity';
update billing.subscription set due_at = 'infinity';
insert into tenancy.heartbeat (process, beat_at) values ('bench', now() + interval '1 day')
  on conflict do nothing;
update messaging.rate set per_second = 1000000, burst = 1000000;
"""


class Portal(msgspec.Struct, frozen=True, kw_only=True):
    """A portal of setup.sql, by its number."""

    n: int
    portal_id: str
    channel_id: str

    @property
    def member_id(self) -> str:
        """As Bitrix24 names it."""
        return f"bench{self.n:06d}"


class House:
    """`api` is the address of the API once it was started."""

    def __init__(
        self, url: str, home: Path, outside: str, addresses: dict[str, str], authority: Path
    ) -> None:
        self.url = url
        self.outside = outside
        self.portals: list[Portal] = []
        self._home = home
        self._keys = (generate_key(),)
        self._port = free_port()
        self.api = f"http://127.0.0.1:{self._port}"
        self._environment = self._settings(addresses, authority)
        self.processes: dict[str, Child] = {}
        self._prepare()

    def bearer(self, portal: Portal) -> str:
        """The header with which the portal's administrator calls the API."""
        holder = Holder(portal_id=portal.portal_id, user_id="1", language="es")
        return f"Bearer {Bearer(self._keys).issue(holder)}"

    def start(self, *, workers: int = 0, api: bool = True) -> None:
        """Start processes and wait until the API is ready."""
        wanted = {f"worker{n}": ["worker"] for n in range(1, workers + 1)}
        if api:
            wanted["api"] = ["serve"]
        for name, arguments in wanted.items():
            child = Child(name, arguments, self._environment, self._home / f"{name}.log")
            child.start()
            self.processes[name] = child
        if api:
            wait_for(f"{self.api}/health/ready", self.processes["api"])

    def stop(self) -> None:
        """Stop them all."""
        stop_all(list(self.processes.values()))
        self.processes.clear()

    def _prepare(self) -> None:
        box = Box(self._keys)
        known = {
            "token": digest("bench"),
            "outside": self.outside,
            "access": box.seal("access"),
            "key": box.seal("key"),
        }
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in _PREPARE.split(";\n"):
                if statement.strip():
                    connection.execute(statement.encode(), known)
            rows = connection.execute(
                "select n, portal_id::text, channel_id::text from bench.portal order by n"
            )
            self.portals = [Portal(n=n, portal_id=p, channel_id=c) for n, p, c in rows.fetchall()]

    def _settings(self, addresses: dict[str, str], authority: Path) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            **{f"{name.upper()}_DATABASE_URL": address for name, address in addresses.items()},
            "SECRET_KEYS": ",".join(self._keys),
            "PUBLIC_URL": self.api,
            "HOST": "127.0.0.1",
            "PORT": str(self._port),
            "BITRIX24_CLIENT_ID": "local.bench",
            "BITRIX24_CLIENT_SECRET": "bench",
            "BITRIX24_AUTH_SERVERS": f"{self.outside}/auth",
            "GUPSHUP_URL": f"{self.outside}/gupshup",
            "STRIPE_SECRET_KEY": "sk_test_bench",
            "STRIPE_WEBHOOK_SECRETS": STRIPE_SECRET,
            "STRIPE_URL": f"{self.outside}/stripe",
            "PAYPAL_CLIENT_ID": "bench",
            "PAYPAL_CLIENT_SECRET": "bench",
            "PAYPAL_WEBHOOK_IDS": PAYPAL_WEBHOOK,
            "PAYPAL_URL": f"{self.outside}/paypal",
            "PAYPAL_AUTHORITY": str(authority),
            "TRUSTED_ORIGINS": self.outside,
            "MEDIA_DIR": str(self._home / "media"),
            "SPOOL_DIR": str(self._home / "spool"),
            "LOG_LEVEL": "WARNING",
        }


@contextmanager
def open_house(url: str, home: Path, outside_port: int, authority: str) -> Iterator[House]:
    """A house without processes; whatever was started in it is stopped at the end."""
    home.mkdir(parents=True, exist_ok=True)
    certificate = home / "authority.pem"
    certificate.write_text(authority)
    with logins(url) as addresses:
        house = House(url, home, f"http://127.0.0.1:{outside_port}", addresses, certificate)
        try:
            yield house
        finally:
            house.stop()


@contextmanager
def beside(name: str, module: str, home: Path, *arguments: str) -> Iterator[tuple[str, Child]]:
    """A process of the benchmarks' own (`echo`, `null_pipeline`): its address."""
    port = free_port()
    child = Child(name, [str(port), *arguments], os.environ, home / f"{name}.log", module=module)
    child.start()
    try:
        wait_for(f"http://127.0.0.1:{port}/health/ready", child)
        yield f"http://127.0.0.1:{port}", child
    finally:
        stop_all([child])


def wait_for(url: str, child: Child) -> None:
    """Until it answers. Raises `RuntimeError` with the end of its log."""
    deadline = time.monotonic() + _UP_WITHIN_S
    while True:
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > deadline or child.pid is None:
            raise RuntimeError(f"{child.name} did not come up\n{child.last_words()}")
        time.sleep(0.05)


def resident_mb(process: Child) -> float:
    """What it has in memory now; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0.0
    fields: dict[str, Any] = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return round(int(str(fields["VmRSS"]).split()[0]) / 1024, 1)
