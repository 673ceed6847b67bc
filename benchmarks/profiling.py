"""Show where the time of one scenario goes, by function.

cProfile slows small functions down most. So its cost per call is measured against an unprofiled run
of the same requests, and taken off again: half from the caller, half from the callee.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .content import ROOT
from .frameworks import BY_NAME as FRAMEWORKS
from .frameworks import Driver
from .report import format_columns
from .scenarios import BY_NAME as SCENARIOS
from .worker import measure

Place = tuple[str, int, str]
LOOPS = {str(ROOT / name) for name in ("wsgi.py", "asgi.py")}
RUN_SECONDS = 0.3
REPEATS = 7


@dataclass(frozen=True)
class Share:
    """What one function costs in one request.

    Attributes:
        place: File, line and name.
        calls: Calls a request.
        own: Microseconds in the function itself, without the profiler's cost.
        with_callees: Part of the request spent in it and in all that it calls, 0 to 1.
    """

    place: Place
    calls: float
    own: float
    with_callees: float


@dataclass(frozen=True)
class Profile:
    """One profiled scenario; times in microseconds a request.

    Attributes:
        plain: Time without the profiler, and without the loop around the application.
        profiled: Time under the profiler.
        calls: Function calls a request, those of C functions too.
        overhead: What the profiler adds to each call.
        shares: The functions, the costliest first.
    """

    plain: float
    profiled: float
    calls: float
    overhead: float
    shares: list[Share]


def print_profile(scenario: str, framework: str, lines: int) -> None:
    """Profile one scenario of one framework and print the table."""
    chosen = FRAMEWORKS[framework]
    profile = take_profile(chosen.make_driver(SCENARIOS[scenario]))
    print(f"{chosen.title}, {SCENARIOS[scenario].title}")
    print(
        f"{profile.plain:.2f} µs a request in {profile.calls:.0f} calls; under cProfile "
        f"{profile.profiled:.2f} µs: its {profile.overhead * 1000:.0f} ns a call are taken off below."
    )
    rows = [["function", "calls", "own µs", "own", "with callees"]]
    for share in profile.shares[:lines]:
        part = f"{share.own / profile.plain:.1%}"
        calls = f"{share.calls:.2f}"
        rows.append(
            [describe(share.place), calls, f"{share.own:.3f}", part, f"{share.with_callees:.0%}"]
        )
    print(format_columns(rows))


def take_profile(driver: Driver) -> Profile:
    """Run a driver without and with the profiler and return what each function costs."""
    driver.run(50)
    count = max(1, round(50 * RUN_SECONDS / max(measure(driver.run, 50), 1e-6)))
    gc.collect()
    total = min(measure(driver.run, count) for _ in range(REPEATS)) / count
    idle = min(measure(driver.idle, count) for _ in range(REPEATS)) / count
    entries = record(driver, count)
    profiled = sum(entry.own for entry in entries)
    calls = sum(entry.calls for entry in entries)
    overhead = max(0.0, (profiled - (total - idle)) / calls)
    clean = [max(0.0, entry.own - overhead * (entry.calls + entry.made) / 2) for entry in entries]
    # What was taken off too much in small functions is spread, so that the sum is the plain time.
    scale = (total - idle) / sum(clean)
    shares = [
        Share(entry.place, entry.calls, own * scale * 1e6, min(1.0, entry.cumulative / profiled))
        for entry, own in zip(entries, clean, strict=True)
    ]
    shares.sort(key=lambda share: share.own, reverse=True)
    return Profile((total - idle) * 1e6, profiled * 1e6, calls, overhead * 1e6, shares)


@dataclass(frozen=True)
class Entry:
    """One function as the profiler saw it, a request; *made* are the calls that it makes."""

    place: Place
    calls: float
    made: float
    own: float
    cumulative: float


def record(driver: Driver, count: int) -> list[Entry]:
    """Return what cProfile sees in *count* requests, without the loop that sends them."""
    profiler = cProfile.Profile(time.process_time)
    profiler.enable()
    driver.run(count)
    profiler.disable()
    figures: dict[Place, Any] = vars(pstats.Stats(profiler))["stats"]
    made: dict[Place, int] = defaultdict(int)
    for *_, callers in figures.values():
        for caller, (_, calls, _, _) in callers.items():
            made[caller] += calls
    entries: list[Entry] = []
    for place, (_, calls, own, cumulative, callers) in figures.items():
        of_loop = [callers[caller] for caller in callers if is_loop(caller) and place[0] == "~"]
        calls -= sum(part[1] for part in of_loop)
        own -= sum(part[2] for part in of_loop)
        if calls and not is_loop(place) and "_lsprof" not in place[2]:
            parts = (calls / count, made[place] / count, own / count, cumulative / count)
            entries.append(Entry(place, *parts))
    return entries


def is_loop(place: Place) -> bool:
    """Return whether a function is the loop around the application."""
    return place[0] in LOOPS and place[2] in ("run", "_run")


def describe(place: Place) -> str:
    """Return a function's name with its file, shortened to what tells it apart."""
    file, line, name = place
    if file == "~":
        return name
    parts = Path(file).parts
    return f"{'/'.join(parts[-2:])}:{line} {name}"
