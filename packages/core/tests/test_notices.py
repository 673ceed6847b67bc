"""Notices of what is probably a mistake: a warning, or a line in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from cruse_core import notices
from cruse_core.call_sites import CallSite, find_call_site
from cruse_core.errors import ConfigKeyWarning
from cruse_core.notices import be_lenient, is_lenient, log_once, notify


class TestNotify:
    def test_warns_at_the_line_that_called_the_framework(self) -> None:
        with pytest.warns(ConfigKeyWarning, match="mistake") as caught:
            notify("a mistake", ConfigKeyWarning, debug=False)
        assert caught[0].filename == __file__

    def test_warns_at_the_line_that_was_recorded(self) -> None:
        site = find_call_site()
        assert isinstance(site, CallSite)
        with pytest.warns(ConfigKeyWarning) as caught:
            notify("recorded", ConfigKeyWarning, site, debug=False)
        assert (caught[0].filename, caught[0].lineno) == (__file__, site.line)


class TestLenient:
    @pytest.fixture(autouse=True)
    def _lenient(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(notices, "_logged", set())
        be_lenient()
        yield
        be_lenient(False)

    def test_notice_goes_to_the_log_once(self, caplog: pytest.LogCaptureFixture) -> None:
        assert is_lenient()
        for _ in range(2):
            notify("a mistake", ConfigKeyWarning, debug=True)
        notify("another", ConfigKeyWarning, find_call_site(), debug=True)
        assert caplog.record_tuples == [
            ("cruse_core", logging.WARNING, "a mistake"),
            ("cruse_core", logging.WARNING, "another"),
        ]

    def test_nothing_is_logged_outside_of_debug_mode(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        notify("a mistake", ConfigKeyWarning, debug=False)
        assert caplog.records == []

    def test_what_was_logged_is_not_logged_again(self, caplog: pytest.LogCaptureFixture) -> None:
        log_once("a mistake")
        notify("a mistake", ConfigKeyWarning, debug=True)
        assert len(caplog.records) == 1


def test_process_is_not_lenient_by_itself() -> None:
    assert not is_lenient()
