"""A private PostgreSQL + PostGIS cluster for the tests: own folder, own user, loopback only."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "pa:ss/w@rd?50%"  # noqa: S105 - of a cluster that lives for one test run
WRITTEN_PASSWORD = "pa%3Ass%2Fw%40rd%3F50%25"  # noqa: S105


@dataclass(frozen=True)
class Cluster:
    """Where the server answers."""

    port: int
    socket_dir: Path

    def url(self, *, user: str = "planner", password: str = WRITTEN_PASSWORD) -> str:
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@127.0.0.1:{self.port}/county"


def server_folder() -> Path | None:
    """Return the folder of the newest server with PostGIS; None where there is none."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        control = Path(f"/usr/share/postgresql/{version}/extension/postgis.control")
        if (folder / "initdb").is_file() and control.is_file():
            return folder
    return None


@contextmanager
def running(programs: Path, script: str) -> Iterator[Cluster]:
    """Yield a new cluster whose database `county` holds what the script makes."""
    folder = Path(tempfile.mkdtemp(prefix="sc-pg-"))
    folder.chmod(0o755)
    try:
        port = _free_port()
        data, sockets = folder / "data", folder / "run"
        for part in (data, sockets):
            part.mkdir(mode=0o700)
            _give(part)
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        _give(secret)
        words = ["-D", str(data), "-U", "admin", "-A", "scram-sha-256", f"--pwfile={secret}"]
        _as_postgres([programs / "initdb", *words, "-E", "UTF8", "--locale=C", "--no-sync"])
        options = f"-p {port} -k {sockets} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = sockets / "server.log"
        control = [programs / "pg_ctl", "-D", str(data), "-w"]
        _as_postgres([*control, "-o", options, "-l", str(log), "start"])
        try:
            _make(port, script)
            yield Cluster(port, sockets)
        finally:
            _as_postgres([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(port: int, script: str) -> None:
    import psycopg

    address = {"host": "127.0.0.1", "port": port, "user": "admin", "password": PASSWORD}
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as connection:
        connection.execute("create database county")
    with psycopg.connect(**address, dbname="county", autocommit=True) as connection:
        connection.execute(script)


def _as_postgres(words: list[object]) -> None:
    """Run a program of the server; root may not, so it runs as the user of the package."""
    command = [str(word) for word in words]
    if os.name == "posix" and os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    done = subprocess.run(
        command, check=False, cwd="/", stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    if done.returncode:
        msg = f"{Path(command[-1]).name}: {done.stderr[-500:]}"
        raise RuntimeError(msg)


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
