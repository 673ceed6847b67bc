"""Hold every target, as data: what Cruse may cost at most, as a multiple of a peer.

A ratio compares two minima of one run on one machine; only such ratios count.
"""

from __future__ import annotations

TARGETS: dict[str, dict[str, float]] = {
    "text": {"flask": 0.085, "falcon": 0.95, "bottle": 0.42},
    "hooks": {"flask": 0.09, "falcon": 0.95},
    "dynamic": {"flask": 0.10, "falcon": 1.0},
    "nested": {"flask": 0.10, "falcon": 1.0},
    "missing": {"flask": 0.09, "falcon": 0.6},
    "json": {"flask": 0.16, "falcon": 0.85, "raw_wsgi": 1.8},
    "echo": {"flask": 0.26, "falcon": 1.1},
    "headers": {"flask": 0.19, "bottle": 0.45},
    "form": {"flask": 0.19, "bottle": 0.45, "raw_wsgi": 1.0},
    "session": {"flask": 0.18, "bottle": 0.7, "starlette": 0.9},
    "url_for": {"flask": 0.21, "werkzeug": 0.5},
    "template": {"flask": 0.63, "raw_wsgi": 1.05},
    "static": {"flask": 0.28, "falcon": 1.2},
    "stream": {"flask": 0.24, "bottle": 1.05},
    "async": {"flask": 0.04, "starlette": 1.1},
    # Falcon alone may be faster: its multipart parser is compiled.
    "upload": {"flask": 0.60, "werkzeug": 1.0, "bottle": 1.0, "starlette": 1.0},
    "page": {"flask": 0.22},
}

IMPORT_OF_FULL_FRAMEWORK = 0.55  # x Flask
IMPORT_OF_CORE = 1.10  # x Falcon
REGISTERING = 0.25  # x Flask, at 1,000 and at 10,000 routes
FLAT_MATCHING = 1.25  # x the cost among 10 routes, at 1,000 and at 10,000
GARBAGE_OBJECTS = 0.0  # cyclic objects a request
FLAT_MEMORY = 1.02  # x the memory after a fifth of the requests
SERVED_TO_FLASK = 3.5  # x Flask's requests per second, at least; granian, text
SERVED_TO_RAW_WSGI = 0.85  # x raw WSGI's, at least
