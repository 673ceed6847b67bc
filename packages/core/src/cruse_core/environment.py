"""The environment variables that Cruse reads, by the part of the name that is its own."""

from __future__ import annotations

import os

# A variable is looked up as PREFIX_NAME, with each prefix in turn.
prefixes = ["CRUSE"]


def find_variable(name: str) -> str | None:
    """Return the value of CRUSE_*name*, or of its alias with another prefix; None if unset."""
    for prefix in prefixes:
        value = os.environ.get(f"{prefix}_{name}")
        if value is not None:
            return value
    return None


def debug_flag() -> bool:
    """Return whether CRUSE_DEBUG is set to anything but an empty string, 0, false or no."""
    return (find_variable("DEBUG") or "no").lower() not in {"0", "false", "no"}
