"""Hold what was measured, and read and write it as JSON."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass
class Timing:
    """CPU seconds a request of one framework in one scenario, one entry per round.

    Attributes:
        total: Everything the loop did.
        harness: The same loop without an application: the copied environ, the new body.
        iterations: Requests in a round.
    """

    total: list[float] = field(default_factory=list)
    harness: list[float] = field(default_factory=list)
    iterations: int = 0

    @property
    def minimum(self) -> float:
        """Return the least seconds a request, without the harness."""
        return min(self.total) - min(self.harness)

    @property
    def median(self) -> float:
        """Return the median seconds a request, without the harness."""
        return median(self.total) - median(self.harness)


@dataclass(frozen=True)
class Ratio:
    """One comparison with a peer, and whether it reaches its target.

    Attributes:
        subject: What was measured.
        peer: Whom it is compared with.
        value: Ours divided by theirs.
        target: The bound; None where there is only something to know.
        at_least: Whether *target* is a lower bound.
    """

    subject: str
    peer: str
    value: float
    target: float | None = None
    at_least: bool = False

    @property
    def is_missed(self) -> bool:
        """Return whether there is a target and it is not reached."""
        if self.target is None:
            return False
        return self.value < self.target if self.at_least else self.value > self.target

    @property
    def verdict(self) -> str:
        """Return "reached", "missed", or nothing where there is no target."""
        if self.target is None:
            return ""
        return "missed" if self.is_missed else "reached"


@dataclass
class Result:
    """One run: where, with which versions, what was measured, how it compares."""

    kind: str
    versions: dict[str, str]
    rounds: int
    measured: dict[str, dict[str, Any]] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)
    machine: dict[str, str] = field(default_factory=lambda: describe_machine())

    @property
    def has_missed(self) -> bool:
        """Return whether any target is missed."""
        return any(ratio.is_missed for ratio in self.ratios)

    def save(self, path: Path) -> None:
        """Write this run as JSON; a run of another kind in the same file stays."""
        runs = load_runs(path) if path.exists() else {}
        facts = asdict(self)
        facts["ratios"] = [{**asdict(ratio), "verdict": ratio.verdict} for ratio in self.ratios]
        runs[self.kind] = facts
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")


def make_fact(title: str, unit: str, values: dict[str, float], factor: float) -> dict[str, Any]:
    """Return what JSON keeps of one measured thing."""
    rounded = {name: round(value * factor, 3) for name, value in values.items()}
    return {"title": title, "unit": unit, "values": rounded}


def load_runs(path: Path) -> dict[str, dict[str, Any]]:
    """Read the runs of a file, by kind."""
    runs: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return runs


def describe_machine() -> dict[str, str]:
    """Return what a reader must know to judge the figures."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "compiler": platform.python_compiler(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": find_processor(),
        "optimised": str(sys.flags.optimize),
    }


def find_processor() -> str:
    """Return the processor's name as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
