"""The tests of the servers need servers: `python3 dev.py deploying` has them, and says so."""

from __future__ import annotations

import os

collect_ignore = [] if "CRUSE_TEST_SERVERS" in os.environ else ["test_guides.py", "test_servers.py"]
