"""Serve databases from temporary folders, for the sessions that test with a real one."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import nox

from tools.running import require_program

START_SECONDS = 30


@contextmanager
def serve_postgres(session: nox.Session) -> Iterator[str]:
    """Serve an empty database on PostgreSQL; give its URL."""
    programs = find_postgres_programs(session)
    with temporary_folder("postgres") as folder, Path(folder, "server.log").open("w+") as log:
        data, port = f"{folder}/data", str(find_free_port())
        create = [f"{programs}/initdb", "-D", data, "-U", "cruse", "-E", "UTF8", "--no-sync"]
        start_process([*create, "--auth=trust", "--locale=C.UTF-8"], log).wait()
        start = [f"{programs}/postgres", "-D", data, "-p", port]
        for setting in ("listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"):
            start += ["-c", setting]
        ask = [f"{programs}/pg_isready", "--quiet", "-h", "127.0.0.1", "-p", port]
        # SIGINT is its fast shutdown.
        with running(session, [*start, "-c", "fsync=off"], log, ask, stop=signal.SIGINT):
            yield f"postgresql+psycopg://cruse@127.0.0.1:{port}/postgres"


@contextmanager
def serve_redis(session: nox.Session) -> Iterator[str]:
    """Serve an empty Redis; give its URL."""
    program = require_program(session, "redis-server", package="redis-server")
    client = require_program(session, "redis-cli", package="redis-tools")
    with temporary_folder("redis") as folder, Path(folder, "server.log").open("w+") as log:
        port = str(find_free_port())
        start = [program, "--bind", "127.0.0.1", "--port", port, "--dir", folder, "--save", ""]
        ask = [client, "-h", "127.0.0.1", "-p", port, "-e", "PING"]
        with running(session, start, log, ask):
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def temporary_folder(name: str) -> Iterator[str]:
    """Give an empty folder that belongs to whom `start_process` runs programs as."""
    with tempfile.TemporaryDirectory(prefix=f"cruse-{name}-", dir="/tmp") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        yield folder


@contextmanager
def running(
    session: nox.Session,
    command: Sequence[str],
    log: IO[str],
    ask: Sequence[str],
    *,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """Run a server, from when the command *ask* succeeds; *stop* is the signal that ends it."""
    server = start_process(command, log)
    try:
        if not is_ready(server, ask):
            log.seek(0)
            session.error(f"{command[0]} did not start:\n{log.read()}")
        yield
    finally:
        server.send_signal(stop)
        server.wait(timeout=60)


def start_process(command: Sequence[str], log: IO[str]) -> subprocess.Popen[bytes]:
    """Start *command*, with its output in *log*; as nobody if root asks, which servers refuse."""
    # Windows has no such module, and no root.
    import pwd

    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    return subprocess.Popen(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        user=owner and owner.pw_uid,
        group=owner and owner.pw_gid,
        extra_groups=None if owner is None else [],
    )


def is_ready(server: subprocess.Popen[bytes], ask: Sequence[str]) -> bool:
    """Wait until *ask* succeeds; return False if the server ends before, or takes too long."""
    give_up = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < give_up:
        if (
            subprocess.run(ask, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
            == 0
        ):
            return True
        time.sleep(0.1)
    return False


def find_free_port() -> int:
    """Return a port of 127.0.0.1 that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_postgres_programs(session: nox.Session) -> Path:
    """Return the folder that holds the newest PostgreSQL server on this machine."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: float(path.parts[-3]), default=None)
    found = newest or require_program(session, "initdb", package="postgresql")
    return Path(found).resolve().parent
