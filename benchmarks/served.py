"""Offer the scenarios to real servers: each function here makes one application.

Servers import it by name, such as `benchmarks.served:cruse_text`.
"""

from __future__ import annotations

import logging
from typing import Any

from .frameworks import BY_NAME as FRAMEWORKS

NAMES = ("raw_wsgi", "flask", "falcon", "cruse")
SCENARIOS = ("text", "json")

# Waitress would write a line for each request that waits.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def __getattr__(name: str) -> Any:
    """Make an application when a server asks for it by the name `framework_scenario`."""
    framework, _, scenario = name.rpartition("_")
    if framework not in NAMES or scenario not in SCENARIOS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return FRAMEWORKS[framework].load_offers()[scenario]()
