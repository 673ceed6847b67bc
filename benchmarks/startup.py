"""Measure what a program pays before and around its first request, and what it keeps of each.

Import and memory, registration and matching as routes grow, the garbage of a plain request, and the
memory of a process that has served many.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

from . import targets
from .content import ROOT
from .endurance import FIRST_REQUESTS, REQUESTS, THREADS
from .frameworks import BY_NAME as FRAMEWORKS
from .results import Ratio, Result, make_fact
from .rounds import FailedOrderError, start_children
from .worker import PLAIN

SIZES = (10, 1_000, 10_000)
LARGEST_SIZE_ROUNDS = 3

# What is imported, by column of the table. "nothing" is the interpreter itself.
IMPORTS = {
    "nothing": "pass",
    "flask": "from flask import Flask",
    "falcon": "import falcon",
    "bottle": "import bottle",
    "starlette": "from starlette.applications import Starlette",
    "cruse": "from cruse import Cruse",
    "cruse_core": "from cruse_core import App",
    "cruse_routing": "from cruse_routing import Map",
    "cruse_templating": "from cruse_templating import TemplatingApp",
    "cruse_cli": "from cruse_cli import CommandsApp",
    "cruse_testing": "from cruse_testing import TestingApp",
}
# Where bytecode is not written, every import would compile its source anew.
ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
MEMORY = """
import os, sys
try:
    lines = open("/proc/self/status").read().splitlines()
    kib = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
except OSError:
    import resource
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(kib)
"""


def run_startup(rounds: int) -> Result:
    """Measure everything of this module."""
    result = Result("startup", {"python": sys.version.split()[0]}, rounds)
    for name in ("flask", "falcon", "bottle", "starlette", "cruse"):
        result.versions.update(FRAMEWORKS[name].find_versions())
    measure_imports(result, rounds)
    measure_growth(result, rounds)
    measure_garbage(result)
    measure_endurance(result)
    return result


def measure_imports(result: Result, rounds: int) -> None:
    """Add CPU time and memory of each import, in interleaved rounds."""
    seconds: dict[str, list[float]] = {}
    kibibytes: dict[str, list[int]] = {}
    for turn in range(rounds + 1):
        for name in random.sample(list(IMPORTS), len(IMPORTS)):
            measured = run_import(IMPORTS[name])
            # The first turn only writes the bytecode.
            if measured is not None and turn > 0:
                seconds.setdefault(name, []).append(measured[0])
                kibibytes.setdefault(name, []).append(measured[1])
    process = {name: min(seconds[name]) for name in IMPORTS if name in seconds}
    bare = process["nothing"]
    net = {name: value - bare for name, value in process.items()}
    result.measured["import-process"] = make_fact("import, whole process", "ms", process, 1e3)
    result.measured["import"] = make_fact("import alone", "ms", net, 1e3)
    memory = {name: float(min(kibibytes[name])) for name in process}
    result.measured["memory"] = make_fact("memory after import", "MiB", memory, 1 / 1024)
    for subject, peer, bound in (
        ("cruse", "flask", targets.IMPORT_OF_FULL_FRAMEWORK),
        ("cruse_core", "falcon", targets.IMPORT_OF_CORE),
    ):
        if subject in net:
            for title, values in (("import alone", net), ("import, whole process", process)):
                value = values[subject] / values[peer]
                add_ratio(result, f"{subject}: {title}", peer, value, bound)


def run_import(statement: str) -> tuple[float, int] | None:
    """Return CPU seconds and resident KiB of a fresh interpreter that runs *statement*."""
    process = subprocess.Popen(
        [sys.executable, "-c", statement + MEMORY],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT.parent,
        env=ENVIRON,
    )
    if process.stdout is None:
        return None
    printed = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        return None
    # Only the sum is exact: kernels that count ticks guess how it falls into user and system time.
    return usage.ru_utime + usage.ru_stime, int(printed)


def measure_growth(result: Result, rounds: int) -> None:
    """Add registration, first request, matching and a late route at each size."""
    best: dict[tuple[str, int], dict[str, float]] = {}
    for size in SIZES:
        for _ in range(rounds if size < SIZES[-1] else min(rounds, LARGEST_SIZE_ROUNDS)):
            for name in random.sample(["flask", "cruse"], 2):
                figures = run_module("growth", name, str(size))
                if figures is not None:
                    known = best.setdefault((name, size), figures)
                    best[name, size] = {key: min(known[key], figures[key]) for key in figures}
    titles = {
        "register": ("register {} routes", "ms", 1e3),
        "first": ("first request, {} routes", "ms", 1e3),
        "static": ("static route among {}", "µs", 1e6),
        "dynamic": ("dynamic route among {}", "µs", 1e6),
        "later": ("a route added later to {}, and its request", "ms", 1e3),
    }
    for key, (title, unit, factor) in titles.items():
        for size in SIZES:
            values = {
                name: best[name, size][key] for name in ("flask", "cruse") if (name, size) in best
            }
            result.measured[f"{key}-{size}"] = make_fact(
                title.format(f"{size:,}"), unit, values, factor
            )
    if ("cruse", SIZES[0]) not in best:
        return
    for size in SIZES[1:]:
        ours, theirs, small = best["cruse", size], best["flask", size], best["cruse", SIZES[0]]
        value = ours["register"] / theirs["register"]
        add_ratio(result, f"register-{size}", "flask", value, targets.REGISTERING)
        for key in ("static", "dynamic"):
            value = ours[key] / small[key]
            add_ratio(result, f"{key}-{size}", "10 routes", value, targets.FLAT_MATCHING)


def run_module(*arguments: str) -> dict[str, float] | None:
    """Run a module of this package in a process of its own and return its figures, or None."""
    module, *rest = arguments
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *rest],
        capture_output=True,
        text=True,
        cwd=ROOT.parent,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        check=False,
    )
    if done.returncode != 0:
        print(f"Left out: {' '.join(arguments)}: {done.stderr[-300:]}", file=sys.stderr)
        return None
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure_garbage(result: Result) -> None:
    """Add how many objects in cycles a request leaves behind."""
    with start_children(["flask", "bottle", "falcon", "starlette", "cruse"]) as children:
        for scenario in PLAIN:
            values: dict[str, float] = {}
            for child in children:
                try:
                    order = child.order("garbage", scenario=scenario, iterations=1000)
                    values[child.framework.name] = order["objects"]
                except FailedOrderError as exc:
                    print(f"Left out: {exc}", file=sys.stderr)
            key = f"garbage-{scenario}"
            result.measured[key] = make_fact(f"cyclic garbage, {scenario}", "objects", values, 1)
            if "cruse" in values:
                add_ratio(result, key, "none", values["cruse"], targets.GARBAGE_OBJECTS)


def measure_endurance(result: Result) -> None:
    """Add the memory of a process after some and after many requests on several threads."""
    found = {name: run_module("endurance", name) for name in ("flask", "cruse")}
    for key, count in (("first", FIRST_REQUESTS), ("all", REQUESTS)):
        title = f"memory after {count:,} requests on {THREADS} threads"
        values = {name: figures[key] for name, figures in found.items() if figures is not None}
        result.measured[f"endurance-{key}"] = make_fact(title, "MiB", values, 1)
    ours = found["cruse"]
    if ours is not None:
        value = ours["all"] / ours["first"]
        add_ratio(result, "endurance-all", f"{FIRST_REQUESTS:,}", value, targets.FLAT_MEMORY)


def add_ratio(result: Result, subject: str, peer: str, value: float, target: float) -> None:
    """Add one comparison."""
    result.ratios.append(Ratio(subject, peer, round(value, 4), target))
