"""What Werkzeug's development server offers, imported once it is called.

PERF: most commands, and an app that another server serves, have no use for it
(benchmarks/startup.py).
"""

from __future__ import annotations

from typing import Any


def run_simple(*args: Any, **kwargs: Any) -> None:
    """Serve an application; as `werkzeug.serving.run_simple`."""
    from werkzeug import serving

    serving.run_simple(*args, **kwargs)


def is_running_from_reloader() -> bool:
    """Return whether this process is the one that the reloader restarts."""
    from werkzeug import serving

    return serving.is_running_from_reloader()
