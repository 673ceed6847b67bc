"""Show where the time of one scenario goes, by function.

cProfile slows small functions down most. So what it adds to a call is calibrated with functions
that do nothing, in Python and in C, and taken off again from the callee and from its caller.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from .content import ROOT
from .frameworks import BY_NAME as FRAMEWORKS
from .frameworks import Driver
from .report import format_columns
from .scenarios import BY_NAME as SCENARIOS
from .worker import measure

Place = tuple[str, int, str]
LOOPS = {str(ROOT / name) for name in ("wsgi.py", "asgi.py")}
RUN_SECONDS = 0.2
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
        scale: Plain time by the corrected sum; 1 if the correction is exact.
        shares: The functions, the costliest first.
    """

    plain: float
    profiled: float
    calls: float
    scale: float
    shares: list[Share]


def print_profile(scenario: str, framework: str, lines: int) -> None:
    """Profile one scenario of one framework and print the table."""
    chosen = FRAMEWORKS[framework]
    profile = take_profile(chosen.make_driver(SCENARIOS[scenario]))
    print(f"{chosen.title}, {SCENARIOS[scenario].title}")
    print(f"{profile.plain:.2f} µs a request in {profile.calls:.0f} calls.")
    print(
        f"Under cProfile {profile.profiled:.2f} µs; what it adds to each call is taken off, and "
        f"the rest multiplied by {profile.scale:.2f} to fit."
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
    # The profiler reads the wall clock, so the fastest of several runs is the least disturbed.
    entries = min((record(driver, count) for _ in range(REPEATS)), key=sum_own)
    overhead = {True: calibrate(PYTHON_FUNCTIONS), False: calibrate(C_FUNCTIONS)}
    clean = [max(0.0, subtract(entry, overhead)) for entry in entries]
    # What the calibration leaves over is spread, so that the sum is the plain time.
    scale = (total - idle) / sum(clean)
    profiled = sum_own(entries)
    shares = [
        Share(entry.place, entry.calls, own * scale * 1e6, min(1.0, entry.cumulative / profiled))
        for entry, own in zip(entries, clean, strict=True)
    ]
    shares.sort(key=lambda share: share.own, reverse=True)
    calls = sum(entry.calls for entry in entries)
    return Profile((total - idle) * 1e6, profiled * 1e6, calls, scale, shares)


@dataclass(frozen=True)
class Overhead:
    """What the profiler adds to one call, in seconds: in the callee, and in its caller."""

    inside: float
    outside: float


def noop(argument: str) -> None:
    """Do nothing, to be called."""


# The profiler finds one function faster than one of many, so there are many of each kind.
PYTHON_FUNCTIONS: list[Callable[[str], object]] = [
    FunctionType(noop.__code__.replace(co_name=f"noop{number}"), {}) for number in range(20)
]
C_FUNCTIONS: list[Callable[[str], object]] = [len, hash, id, callable, repr, ascii, iter, any, all]


def calibrate(callees: list[Callable[[str], object]]) -> Overhead:
    """Measure what the profiler adds to a call of one kind of function."""

    def call(count: int) -> None:
        for _ in range(count):
            for callee in callees:
                callee("")

    def loop(count: int) -> None:
        for _ in range(count):
            for _callee in callees:
                pass

    count = 1_000
    calls = count * len(callees)
    plain = min(measure(call, count) for _ in range(REPEATS)) / calls
    empty = min(measure(loop, count) for _ in range(REPEATS)) / calls
    found: list[Overhead] = []
    for _ in range(REPEATS):
        profiler = cProfile.Profile()
        profiler.runcall(call, count)
        figures: dict[Place, Any] = vars(pstats.Stats(profiler))["stats"]
        outside = sum(entry[2] for place, entry in figures.items() if place[2] == "call")
        inside = sum(entry[2] for entry in figures.values()) - outside
        # A call itself counts for the callee, as it would vanish with it.
        found.append(Overhead(inside / calls - (plain - empty), outside / calls - empty))
    return min(found, key=lambda overhead: overhead.inside + overhead.outside)


def subtract(entry: Entry, overhead: dict[bool, Overhead]) -> float:
    """Return the own seconds of a function without what the profiler added."""
    added = entry.calls * overhead[entry.place[0] != "~"].inside
    added += entry.made * overhead[True].outside + entry.made_builtin * overhead[False].outside
    return entry.own - added


@dataclass(frozen=True)
class Entry:
    """One function as the profiler saw it, each figure for one request.

    Attributes:
        place: File, line and name.
        calls: How often it is called.
        made: How often it calls Python functions.
        made_builtin: How often it calls functions written in C.
        own: Seconds in itself.
        cumulative: Seconds in it and in all that it calls.
    """

    place: Place
    calls: float
    made: float
    made_builtin: float
    own: float
    cumulative: float


def record(driver: Driver, count: int) -> list[Entry]:
    """Return what cProfile sees in *count* requests, without the loop that sends them."""
    profiler = cProfile.Profile()
    profiler.enable()
    driver.run(count)
    profiler.disable()
    figures: dict[Place, Any] = vars(pstats.Stats(profiler))["stats"]
    made: dict[tuple[Place, bool], int] = defaultdict(int)
    for place, (*_, callers) in figures.items():
        for caller, (_, calls, _, _) in callers.items():
            made[caller, place[0] == "~"] += calls
    entries: list[Entry] = []
    for place, (_, calls, own, cumulative, callers) in figures.items():
        of_loop = [callers[caller] for caller in callers if is_loop(caller) and place[0] == "~"]
        calls -= sum(part[1] for part in of_loop)
        own -= sum(part[2] for part in of_loop)
        if calls and not is_loop(place) and "_lsprof" not in place[2]:
            parts = (calls, made[place, False], made[place, True], own, cumulative)
            entries.append(Entry(place, *(part / count for part in parts)))
    return entries


def sum_own(entries: list[Entry]) -> float:
    """Return the seconds of a request under the profiler."""
    return sum(entry.own for entry in entries)


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
