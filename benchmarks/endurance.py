"""Serve many requests on many threads and tell how much memory the process has.

`python -m benchmarks.endurance cruse` prints one object of JSON; `startup.py` runs this for Flask
and for Cruse. What a framework keeps of each request shows as growth.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .frameworks import BY_NAME as FRAMEWORKS
from .scenarios import BY_NAME as SCENARIOS
from .worker import PLAIN

THREADS = 8
REQUESTS = 100_000
# By then every thread has filled its caches.
FIRST_REQUESTS = 20_000
# A page with all that is bound to a request, and the plain ones.
ASKED = ("page", "missing", *PLAIN)


def endure(name: str) -> dict[str, float]:
    """Return the resident MiB after `FIRST_REQUESTS` and after `REQUESTS` requests."""
    framework = FRAMEWORKS[name]
    drivers = [framework.make_driver(SCENARIOS[scenario]) for scenario in ASKED]

    def send(count: int) -> None:
        share = count // THREADS // len(drivers)
        for driver in drivers:
            driver.run(share)

    figures: dict[str, float] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        for key, count in (("first", FIRST_REQUESTS), ("all", REQUESTS - FIRST_REQUESTS)):
            list(pool.map(send, [count] * THREADS))
            figures[key] = find_resident_mib()
    return figures


def find_resident_mib() -> float:
    """Return the resident set of this process, as Linux tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    print(json.dumps(endure(sys.argv[1])))
