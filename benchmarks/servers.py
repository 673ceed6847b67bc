"""Load real WSGI servers with wrk, one worker each, on the loopback address only.

A server runs just as long as it is loaded; the order is drawn anew in every round.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

from . import served, targets
from .content import ROOT
from .frameworks import BY_NAME as FRAMEWORKS
from .results import Ratio, Result, make_fact

HOST = "127.0.0.1"
CONNECTIONS = 16
START_SECONDS = 15
LOAD_TIMEOUT_SECONDS = 30

COMMANDS: dict[str, Callable[[str, int], list[str]]] = {
    "granian": lambda app, port: [
        *("granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)),
        *("--workers", "1", "--no-access-log", "--log-level", "error", app),
    ],
    "gunicorn": lambda app, port: [
        *("gunicorn", "--bind", f"{HOST}:{port}", "--workers", "1", "--worker-class", "gthread"),
        *("--threads", "1", "--log-level", "error", app),
    ],
    "waitress": lambda app, port: [
        *("waitress", f"--listen={HOST}:{port}", "--threads=1", app),
    ],
}


@dataclass(frozen=True)
class Load:
    """What one load of wrk showed: requests per second, CPU seconds of the server a request."""

    rate: float
    cpu: float


class ServerError(RuntimeError):
    """A server or wrk cannot be used."""


def run_servers(rounds: int, seconds: int, only: list[str] | None) -> Result:
    """Load every server with every framework and compare requests per second.

    Raises:
        ServerError: wrk is not installed.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise ServerError(
            "wrk was not found, and it makes the load. Install it: apt-get install wrk."
        )
    servers = only or list(COMMANDS)
    result = Result("servers", {name: version(name) for name in servers}, rounds)
    for name in served.NAMES:
        result.versions.update(FRAMEWORKS[name].find_versions())
    for scenario in served.SCENARIOS:
        for server in servers:
            loads = load_server(wrk, server, scenario, rounds, seconds)
            rates = {name: max(load.rate for load in found) for name, found in loads.items()}
            cpu = {name: min(load.cpu for load in found) for name, found in loads.items()}
            key, title = f"{server}-{scenario}", f"{server}, {scenario}"
            result.measured[key] = make_fact(title, "req/s", rates, 1)
            result.measured[f"{key}-cpu"] = make_fact(title, "CPU µs a request", cpu, 1e6)
            result.ratios += compare(server, scenario, rates)
    return result


def load_server(
    wrk: str, server: str, scenario: str, rounds: int, seconds: int
) -> dict[str, list[Load]]:
    """Return the loads of each framework behind one server, one entry a round."""
    loads: dict[str, list[Load]] = {}
    for _ in range(rounds):
        for name in random.sample(served.NAMES, len(served.NAMES)):
            try:
                with start_server(server, f"benchmarks.served:{name}_{scenario}") as (url, pid):
                    run_wrk(wrk, url, 1)
                    before = read_cpu_seconds(pid)
                    count, rate = run_wrk(wrk, url, seconds)
                    cpu = (read_cpu_seconds(pid) - before) / count
                    loads.setdefault(name, []).append(Load(rate, cpu))
            except ServerError as exc:
                print(f"Left out: {name} behind {server}: {exc}", file=sys.stderr)
    print(f"loaded: {server}, {scenario}", file=sys.stderr)
    return {name: loads[name] for name in served.NAMES if name in loads}


@contextmanager
def start_server(server: str, app: str) -> Iterator[tuple[str, int]]:
    """Start a server on a free port, wait until it answers, and stop it after the block.

    Yields:
        The URL, and the number of the process.

    Raises:
        ServerError: It ends, or does not answer in time.
    """
    port = find_port()
    url = f"http://{HOST}:{port}/"
    module, *arguments = COMMANDS[server](app, port)
    command = [sys.executable, "-m", module, *arguments]
    # A file, as nobody would empty a pipe while the load runs.
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=ROOT.parent)
        try:
            wait_until_ready(process, url, said)
            yield url, process.pid
        finally:
            process.terminate()
            try:
                process.wait(timeout=START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], url: str, said: IO[str]) -> None:
    """Return once the server answers 200."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said.seek(0)
            raise ServerError(f"It ended with {process.returncode}: {said.read()[-300:]}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise ServerError(f"It did not answer within {START_SECONDS} seconds.")


def run_wrk(wrk: str, url: str, seconds: int) -> tuple[int, float]:
    """Return how many requests wrk made, and how many per second.

    Raises:
        ServerError: wrk failed, or saw an answer that was not 2xx.
    """
    command = [wrk, "--threads", "1", "--connections", str(CONNECTIONS), f"--duration={seconds}s"]
    done = subprocess.run(
        [*command, url], capture_output=True, text=True, timeout=LOAD_TIMEOUT_SECONDS, check=False
    )
    count = re.search(r"(\d+) requests in", done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if count is None or rate is None or int(count[1]) == 0 or "Non-2xx" in done.stdout:
        raise ServerError(f"wrk: {done.stdout[-200:]}{done.stderr[-200:]}")
    return int(count[1]), float(rate[1])


def read_cpu_seconds(pid: int) -> float:
    """Return the CPU seconds so far of a process and its children, as Linux counts them."""
    ticks: dict[int, int] = {}
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may hold blanks; state and parent follow it.
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        number = int(path.parent.name)
        parents[number] = int(fields[1])
        ticks[number] = int(fields[11]) + int(fields[12])
    family = {pid, *(number for number, parent in parents.items() if parent == pid)}
    return sum(ticks.get(number, 0) for number in family) / os.sysconf("SC_CLK_TCK")


def find_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def compare(server: str, scenario: str, figures: dict[str, float]) -> list[Ratio]:
    """Return how Cruse compares; only granian with the plain text has targets."""
    if "cruse" not in figures:
        return []
    bounds: dict[str, float] = {}
    if (server, scenario) == ("granian", "text"):
        bounds = {"flask": targets.SERVED_TO_FLASK, "raw_wsgi": targets.SERVED_TO_RAW_WSGI}
    return [
        Ratio(
            f"{server}-{scenario}",
            peer,
            round(figures["cruse"] / value, 4),
            bounds.get(peer),
            at_least=True,
        )
        for peer, value in figures.items()
        if peer != "cruse"
    ]
