"""Measure one application as its routes grow; `startup.py` runs this once per size and framework.

`python -m benchmarks.growth flask 1000` prints one object of JSON. Both frameworks run these lines.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from importlib import import_module
from typing import Any

from .messages import Request
from .wsgi import WSGIDriver

CLASSES = {"flask": ("flask", "Flask"), "cruse": ("cruse", "Cruse")}
REQUESTS = 3000
REPEATS = 7


def view(number: int = 0, slug: str = "") -> str:
    return "found"


def register(app: Any, count: int) -> float:
    """Register *count* routes, half of them with two variable parts, and return the CPU seconds."""
    gc.collect()
    started = time.process_time()
    for number in range(0, count, 2):
        app.add_url_rule(f"/static-page-{number}", f"page{number}", view)
        app.add_url_rule(f"/area{number}/<int:number>/notes/<slug>", f"area{number}", view)
    return time.process_time() - started


def ask_first(app: Any, path: str) -> float:
    """Send one request and return its CPU seconds."""
    driver = WSGIDriver(app, Request(path))
    started = time.process_time()
    answer = driver.answer()
    spent = time.process_time() - started
    if answer.status != 200:
        raise ValueError(f"{path} answered {answer.status}.")
    return spent


def ask_often(app: Any, path: str) -> float:
    """Return the least CPU seconds of a request, without the loop around it."""
    driver = WSGIDriver(app, Request(path))
    totals: list[float] = []
    loops: list[float] = []
    for _ in range(REPEATS):
        started = time.process_time()
        driver.idle(REQUESTS)
        middle = time.process_time()
        driver.run(REQUESTS)
        loops.append(middle - started)
        totals.append(time.process_time() - middle)
    return (min(totals) - min(loops)) / REQUESTS


def grow(name: str, count: int) -> dict[str, float]:
    """Return all figures of one framework at one size, in seconds."""
    module, class_name = CLASSES[name]
    app = getattr(import_module(module), class_name)(__name__, static_folder=None)
    last = (count - 1) // 2 * 2
    figures = {"register": register(app, count)}
    static, dynamic = f"/static-page-{last}", f"/area{last}/7/notes/engine"
    figures["first"] = ask_first(app, static)
    figures["static"] = ask_often(app, static)
    figures["dynamic"] = ask_often(app, dynamic)
    # add_url_rule is for setting up; a program that adds a route later adds it to the map.
    started = time.process_time()
    app.url_map.add(app.url_rule_class("/added-later", endpoint="page0", methods={"GET"}))
    figures["later"] = time.process_time() - started + ask_first(app, "/added-later")
    return figures


if __name__ == "__main__":
    print(json.dumps(grow(sys.argv[1], int(sys.argv[2]))))
