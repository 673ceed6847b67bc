"""Run one framework in a process of its own, at the orders of `rounds.py`.

Orders come as lines of JSON on standard input, answers go back the same way. Whatever a framework
prints goes to standard error.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from .frameworks import BY_NAME as FRAMEWORKS
from .frameworks import Driver, Framework
from .scenarios import BY_NAME as SCENARIOS

IDLE_SHARE = 4  # the empty loop needs fewer turns: it is repeated in every round
PLAIN = ("text", "dynamic", "json")  # requests that must leave no cyclic garbage


class Worker:
    """The drivers of one framework, made when first asked for."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.drivers: dict[str, Driver] = {}

    def offers(self) -> dict[str, Any]:
        """Return which scenarios there are, and the versions."""
        names = list(self.framework.load_offers())
        return {"scenarios": names, "versions": self.framework.find_versions()}

    def check(self, scenario: str) -> dict[str, Any]:
        """Ask twice, the second time warm, and return everything that is wrong."""
        driver = self._get_driver(scenario)
        problems: list[str] = []
        for _ in range(2):
            problems += SCENARIOS[scenario].find_problems(driver.answer())
        return {"problems": problems}

    def calibrate(self, scenario: str, seconds: float) -> dict[str, Any]:
        """Return how many requests take about *seconds* of CPU time."""
        driver = self._get_driver(scenario)
        count = 1
        while True:
            spent = measure(driver.run, count)
            if spent >= seconds / 4:
                return {"iterations": max(1, round(count * seconds / spent))}
            count *= 2 if spent > seconds / 16 else 4

    def run(self, scenario: str, iterations: int) -> dict[str, Any]:
        """Return the CPU seconds of one request, and those of the loop around it."""
        driver = self._get_driver(scenario)
        gc.collect()
        idle_count = max(1, iterations // IDLE_SHARE)
        harness = measure(driver.idle, idle_count) / idle_count
        return {"total": measure(driver.run, iterations) / iterations, "harness": harness}

    def garbage(self, scenario: str, iterations: int) -> dict[str, Any]:
        """Return how many objects in cycles one request leaves to the garbage collector."""
        driver = self._get_driver(scenario)
        driver.run(10)
        gc.collect()
        gc.disable()
        driver.run(iterations)
        found = gc.collect()
        gc.enable()
        return {"objects": found / iterations}

    def _get_driver(self, scenario: str) -> Driver:
        if scenario not in self.drivers:
            self.drivers[scenario] = self.framework.make_driver(SCENARIOS[scenario])
        return self.drivers[scenario]


def measure(run: Callable[[int], None], count: int) -> float:
    """Return the CPU seconds, of all threads of this process, that *count* requests take."""
    started = time.process_time()
    run(count)
    return time.process_time() - started


def serve(name: str) -> None:
    """Answer orders until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    worker = Worker(FRAMEWORKS[name])
    orders: dict[str, Callable[..., dict[str, Any]]] = {
        "offers": worker.offers,
        "check": worker.check,
        "calibrate": worker.calibrate,
        "run": worker.run,
        "garbage": worker.garbage,
    }
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = orders[order.pop("do")](**order)
        except Exception as exc:  # the parent reports it and measures the others
            answer = {"failed": f"{type(exc).__name__}: {exc}"}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    serve(sys.argv[1])
