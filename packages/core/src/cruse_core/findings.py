"""What a check of an application finds: one finding, and how serious it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How serious a finding is; a greater one is more serious."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    CRITICAL = 50

    @property
    def label(self) -> str:
        """The name in lower case, as commands and JSON have it."""
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """Something about an application that should be otherwise.

    Attributes:
        id: Names the kind of finding, as `subject.problem`; the same in every version.
        severity: How serious it is.
        message: What was found, with the value unless that is secret, and why it matters.
        place: Where: `file:line`, a setting as `config["KEY"]`, or an environment variable.
        remedy: What to do.
    """

    id: str
    severity: Severity
    message: str
    place: str
    remedy: str
