"""Measure all frameworks in rounds that interleave them, each in a process of its own.

One framework works at a time; the order is drawn anew in every round, so that a machine that gets
slower or faster treats all alike.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from .content import ROOT, write_photo
from .frameworks import FRAMEWORKS, Framework
from .results import Ratio, Result, Timing
from .scenarios import Scenario
from .targets import TARGETS

ROUND_SECONDS = 0.025
SUBJECT = "cruse"

# The same for every worker.
SETTINGS = {
    # The order of sets must not differ from process to process.
    "PYTHONHASHSEED": "0",
    # glibc gives large blocks back to the system or keeps them, as earlier allocations happened to
    # lie; an upload costs four times as much where it gives them back. Here it keeps them.
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024 * 1024),
}


class FailedOrderError(RuntimeError):
    """A worker could not do what it was told."""


class Child:
    """The parent's end of one worker."""

    def __init__(self, framework: Framework, process: subprocess.Popen[str]) -> None:
        self.framework = framework
        self.process = process
        offers = self.order("offers")
        self.scenarios: set[str] = set(offers["scenarios"])
        self.versions: dict[str, str] = offers["versions"]

    def order(self, do: str, **arguments: object) -> dict[str, Any]:
        """Send an order and return its answer.

        Raises:
            FailedOrderError: The worker ended, or raised.
        """
        if self.process.stdin is None or self.process.stdout is None:
            raise FailedOrderError(f"The worker of {self.framework.title} has no pipes.")
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise FailedOrderError(f"The worker of {self.framework.title} ended during {do!r}.")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise FailedOrderError(f"{self.framework.title}, {arguments}: {answer['failed']}")
        return answer


@contextmanager
def start_child(framework: Framework) -> Iterator[Child]:
    """Start a worker; it ends with the block."""
    command = [sys.executable, "-m", "benchmarks.worker", framework.name]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **SETTINGS},
        cwd=ROOT.parent,
    )
    try:
        yield Child(framework, process)
    finally:
        process.communicate()


@contextmanager
def start_children(names: Iterable[str]) -> Iterator[list[Child]]:
    """Start a worker for each framework; one that cannot be imported is told and left out."""
    wanted = set(names)
    with ExitStack() as stack:
        children: list[Child] = []
        for framework in FRAMEWORKS:
            if framework.name in wanted:
                try:
                    children.append(stack.enter_context(start_child(framework)))
                except FailedOrderError as exc:
                    print(f"Left out: {exc}", file=sys.stderr)
        yield children


def run_rounds(
    scenarios: Iterable[Scenario], names: Iterable[str], rounds: int, *, check_only: bool = False
) -> Result:
    """Check and measure the scenarios and compare Cruse with its peers."""
    write_photo()
    with start_children(names) as children:
        versions = {key: value for child in children for key, value in child.versions.items()}
        result = Result("rounds", versions, rounds)
        for scenario in scenarios:
            able = [child for child in children if scenario.name in child.scenarios]
            check(scenario, able)
            if not check_only:
                timings = measure(scenario, able, rounds)
                result.measured[scenario.name] = make_record(scenario, timings)
                result.ratios += compare(scenario.name, timings)
                print(f"measured: {scenario.title}", file=sys.stderr)
    return result


def check(scenario: Scenario, children: list[Child]) -> None:
    """Refuse to measure frameworks that answer differently.

    Raises:
        FailedOrderError: One of them gives another status, body or header.
    """
    for child in children:
        problems = child.order("check", scenario=scenario.name)["problems"]
        if problems:
            raise FailedOrderError(
                f"{child.framework.title} answers {scenario.name!r} differently: {problems[0]}. "
                "Times of different work cannot be compared. "
                f"Correct benchmarks/apps/{child.framework.module}.py."
            )


def measure(scenario: Scenario, children: list[Child], rounds: int) -> dict[str, Timing]:
    """Return a timing for each framework."""
    timings: dict[str, Timing] = {}
    for child in children:
        answer = child.order("calibrate", scenario=scenario.name, seconds=ROUND_SECONDS)
        timings[child.framework.name] = Timing(iterations=answer["iterations"])
    draw = random.Random(len(scenario.name))
    for _ in range(rounds):
        for child in draw.sample(children, len(children)):
            timing = timings[child.framework.name]
            answer = child.order("run", scenario=scenario.name, iterations=timing.iterations)
            timing.total.append(answer["total"])
            timing.harness.append(answer["harness"])
    return timings


def make_record(scenario: Scenario, timings: dict[str, Timing]) -> dict[str, Any]:
    """Return what JSON keeps of one scenario, times in microseconds."""
    frameworks = {
        name: {
            "minimum": round(timing.minimum * 1e6, 3),
            "median": round(timing.median * 1e6, 3),
            "harness": round(min(timing.harness) * 1e6, 3),
            "iterations": timing.iterations,
        }
        for name, timing in timings.items()
    }
    return {"title": scenario.title, "microseconds": frameworks}


def compare(name: str, timings: dict[str, Timing]) -> list[Ratio]:
    """Return how Cruse compares with every peer that took part."""
    ours = timings.get(SUBJECT)
    if ours is None:
        return []
    targets = TARGETS.get(name, {})
    return [
        Ratio(name, peer, round(ours.minimum / timing.minimum, 4), targets.get(peer))
        for peer, timing in timings.items()
        if peer != SUBJECT
    ]
