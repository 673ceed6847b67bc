from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from cruse_core.findings import Finding, Severity


class TestSeverity:
    def test_is_ordered_from_debug_to_critical(self) -> None:
        assert [severity.label for severity in sorted(Severity)] == [
            "debug",
            "info",
            "warning",
            "error",
            "critical",
        ]


class TestFinding:
    def test_cannot_be_changed(self) -> None:
        finding = Finding("shop.stock", Severity.INFO, "It is low.", "shop.py:1", "Order more.")
        with pytest.raises(FrozenInstanceError):
            finding.id = "other"  # type: ignore[misc]
