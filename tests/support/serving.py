"""Start servers as processes of their own, and end them with their workers."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

WAIT_SECONDS = 30


@contextmanager
def serve(
    command: Sequence[str], folder: Path, port: str, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in *folder* until the end of the block."""
    # Debian's nginx is where only root looks.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"))
    with (folder / "server.log").open("w+") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": path, **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            if not is_listening(server, port):
                log.seek(0)
                pytest.fail(f"{shlex.join(command)} did not start:\n{log.read()}")
            yield server
        finally:
            stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server with its workers."""
    give_up = time.monotonic() + WAIT_SECONDS
    while server.poll() is None:
        # A worker that has only begun to start misses the signal, so it is sent until all heed it.
        late = time.monotonic() > give_up
        os.killpg(server.pid, signal.SIGKILL if late else signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=1)
        assert not late, f"{server.args} did not end, and was killed."


def is_listening(server: subprocess.Popen[bytes], port: str) -> bool:
    """Wait until *server* accepts connections; return False if it ends before, or never does."""
    give_up = time.monotonic() + WAIT_SECONDS
    while server.poll() is None and time.monotonic() < give_up:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                return True
        time.sleep(0.05)
    return False


def find_free_port() -> str:
    """Return a port of 127.0.0.1 that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
