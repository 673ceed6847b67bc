"""Show that every framework answers every scenario alike; nothing here is timed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from benchmarks.frameworks import BY_NAME as FRAMEWORKS_BY_NAME
from benchmarks.frameworks import FRAMEWORKS, Driver, Framework
from benchmarks.messages import Answer
from benchmarks.scenarios import BY_NAME, SCENARIOS, Scenario
from benchmarks.targets import TARGETS
from werkzeug.http import parse_date

# What the peers warn of is theirs to change.
pytestmark = pytest.mark.filterwarnings("ignore")

NAMES_OF_HOOKS = {"before", "after", "process_request", "process_response"}


# Not every framework has a word for every scenario.
OFFERED = [
    pytest.param(framework, scenario, id=f"{framework.name}-{scenario.name}")
    for framework in FRAMEWORKS
    for scenario in SCENARIOS
    if scenario.name in framework.load_offers()
]


@contextmanager
def drive(framework: Framework, scenario: Scenario) -> Iterator[Driver]:
    driver = framework.make_driver(scenario)
    try:
        yield driver
    finally:
        driver.close()


class TestAnswers:
    @pytest.mark.parametrize(("framework", "scenario"), OFFERED)
    def test_framework_answers_as_the_scenario_asks(
        self, framework: Framework, scenario: Scenario
    ) -> None:
        with drive(framework, scenario) as driver:
            for _ in range(2):
                assert scenario.find_problems(driver.answer()) == []

    @pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
    def test_cruse_sends_the_bytes_that_flask_sends(self, scenario: Scenario) -> None:
        with (
            drive(FRAMEWORKS_BY_NAME["flask"], scenario) as flask_driver,
            drive(FRAMEWORKS_BY_NAME["cruse"], scenario) as cruse_driver,
        ):
            flask, cruse = flask_driver.answer(), cruse_driver.answer()
        assert (cruse.status, cruse.body) == (flask.status, flask.body)
        expected = list_stable_headers(flask)
        if scenario.name == "missing":
            # Pages of errors may be JSON for another client.
            expected.append(("Vary", "Accept"))
        assert list_stable_headers(cruse) == expected


class TestScenarios:
    def test_ten_hooks_run(self) -> None:
        for framework in FRAMEWORKS:
            if "hooks" in framework.load_offers():
                with drive(framework, BY_NAME["hooks"]) as driver:
                    driver.answer()
                    assert count_calls(driver, NAMES_OF_HOOKS) == 10, framework.title

    def test_every_target_names_a_scenario_and_a_framework(self) -> None:
        for name, ratios in TARGETS.items():
            assert name in BY_NAME
            for peer in ratios:
                assert name in FRAMEWORKS_BY_NAME[peer].load_offers()


def list_stable_headers(answer: Answer) -> list[tuple[str, str]]:
    """Return the headers in order of name, without what a clock or a signature decides."""
    stable = []
    for name, value in sorted(answer.headers):
        if name in ("Date", "Expires"):
            assert parse_date(value) is not None
            stable.append((name, "a date"))
        else:
            stable.append((name, value.split("=")[0] if name == "Set-Cookie" else value))
    return stable


def count_calls(driver: Driver, names: set[str]) -> int:
    """Return how often one answer calls functions of these names in the applications."""
    calls: list[str] = []

    def watch(frame: FrameType, event: str, arg: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_name in names and "apps" in code.co_filename:
            calls.append(code.co_name)

    sys.setprofile(watch)
    try:
        driver.answer()
    finally:
        sys.setprofile(None)
    return len(calls)
