"""Settings of the test tools that only Python can express."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A loaded machine is not an error, so examples have no deadline. CI repeats the same examples, and
# `nox -s fuzz` tries many, with `--hypothesis-profile=cruse-deep`.
patient = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile("cruse", patient)
settings.register_profile("cruse-ci", patient, derandomize=True, print_blob=True)
settings.register_profile("cruse-deep", patient, max_examples=10_000, print_blob=True)
settings.load_profile("cruse-ci" if "CI" in os.environ else "cruse")
