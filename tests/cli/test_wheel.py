"""One artefact with everything inside: the wheel runs where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg
import pytest

from cli.processes import Child, stop_all
from tests.servers import ROOT, SECRET_KEYS, fresh_database
from tests.system.house import free_ports

pytestmark = pytest.mark.requirement("R2.2-f")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked into a directory; dependencies are those of this environment."""
    built, target = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("installed")
    _run("-m", "build", "--no-isolation", "--wheel", "--outdir", str(built), str(ROOT))
    (wheel,) = built.glob("*.whl")
    _run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    return target


def test_the_wheel_migrates_a_database_and_serves(installed: Path, tmp_path: Path) -> None:
    with fresh_database(18, migrated=False) as database:
        (port,) = free_ports(1)
        environment = {
            **os.environ,
            "PYTHONPATH": str(installed),
            "DATABASE_URL": database.url,
            "SECRET_KEYS": SECRET_KEYS[0],  # roles are the cluster's: other keys would lock other tests out
            "PUBLIC_URL": "https://whatsapp.example.com",
            "PORT": str(port),
            "BITRIX24_CLIENT_ID": "local.test",
            "BITRIX24_CLIENT_SECRET": "test",
            "SPOOL_DIR": str(tmp_path / "spool"),
            "MEDIA_DIR": str(tmp_path / "media"),
        }
        where = _run("-c", "import cli; print(cli.__file__)", env=environment, cwd=tmp_path)
        assert where.startswith(str(installed))
        assert (installed / "api" / "pages" / "built" / "manifest.json").is_file(), "no panel: make install"
        staff = installed / "api" / "pages" / "built_staff" / "manifest.json"
        assert staff.is_file(), "no pages of the staff: make install"

        _run("-m", "cli.main", "migrate", env=environment, cwd=tmp_path)
        with psycopg.connect(database.url) as connection:
            found = connection.execute("select to_regproc('messaging.receive') is not null").fetchone()
        assert found == (True,)

        api = Child("api", ["serve"], environment, tmp_path / "api.log", directory=tmp_path)
        api.start()
        try:
            assert _answer(f"http://127.0.0.1:{port}/health/ready", api).json()["status"] == "ready"
        finally:
            stop_all([api])


def _answer(url: str, api: Child) -> httpx.Response:
    transport = httpx.HTTPTransport(retries=40)
    with httpx.Client(transport=transport, trust_env=False) as client:
        while api.pid is not None:
            try:
                return client.get(url, timeout=5)
            except httpx.ConnectError:
                continue
    raise AssertionError(api.last_words())


def _run(*arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()
