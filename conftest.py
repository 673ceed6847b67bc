"""Settings of the test tools that only Python can express."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

# A loaded machine is not an error, so examples have no deadline. CI repeats the same examples, and
# `python3 dev.py fuzz` tries many, with `--hypothesis-profile=cruse-deep`.
patient = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile("cruse", patient)
settings.register_profile("cruse-ci", patient, derandomize=True, print_blob=True)
settings.register_profile("cruse-deep", patient, max_examples=10_000, print_blob=True)
settings.load_profile("cruse-ci" if "CI" in os.environ else "cruse")

# The example application has the fixtures of cruse-testing by its own settings, which do not count
# when it is tested together with all else. A package's own environment may lack them.
pytest_plugins = ["cruse_testing.pytest_plugin"] if find_spec("cruse_testing") else []


def pytest_collection_finish() -> None:
    """Refuse a run in which `flask` is not Flask, because it would compare Cruse with itself."""
    if "cruse.as_flask" in sys.modules:
        raise pytest.UsageError(
            "A module of these tests imports cruse.as_flask, so 'flask' is Cruse in this process "
            "and nothing is compared with Flask. Import it in a process of its own, as "
            "tests/test_as_flask.py does."
        )
