"""Settings of the test tools that only Python can express."""

from __future__ import annotations

import os

from hypothesis import settings

# A loaded machine is not an error, so examples have no deadline. CI repeats the same examples.
settings.register_profile("cruse", deadline=None)
settings.register_profile("cruse-ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("cruse-ci" if "CI" in os.environ else "cruse")
