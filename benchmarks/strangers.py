"""Measure what strangers, browsers and careful operators make a request cost; the plain one is 1.

`python -m benchmarks.strangers` prints a row a case, measured in turn with its plain request.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from cruse import Cruse, abort, request

from .messages import Request
from .wsgi import WSGIDriver

REQUESTS = 1_000
REPEATS = 15
FORM = urlencode({f"field{number}": f"some value {number}" for number in range(10)}).encode()
POSTED = Request(
    "/form", "POST", headers=(("Content-Type", "application/x-www-form-urlencoded"),), body=FORM
)
DOCUMENT = Request(
    "/json",
    "POST",
    headers=(("Content-Type", "application/json"),),
    body=b'{"values": [1, 2, 3], "name": "some text"}',
)
MISSING = Request("/nowhere")
LONG_ACCEPT = ",".join(f"text/x{number}" for number in range(25_000))


def make_app(**settings: Any) -> Cruse:
    app = Cruse(__name__, static_folder=None)
    app.secret_key = "k" * 32
    app.config.update(settings)
    app.add_url_rule("/", "plain", lambda: "Hello, World!")
    app.add_url_rule("/form", "form", lambda: request.form["field3"], methods=["POST"])
    app.add_url_rule("/json", "json", lambda: request.get_json()["name"], methods=["POST"])
    app.add_url_rule("/refused", "refused", lambda: abort(403))
    return app


def send_strange_hosts(app: Cruse) -> None:
    for number in range(2_000):
        WSGIDriver(app, Request(headers=(("Host", f"host{number}.example"),))).answer()


class Case(NamedTuple):
    """A request, what it is measured against, and what was done to the app before."""

    title: str
    sent: Request
    plain: Request
    settings: dict[str, Any] = {}  # noqa: RUF012 - never changed
    changes: dict[str, Any] = {}  # noqa: RUF012 - of the environ of both; never changed
    before: Callable[[Cruse], None] | None = None


def with_headers(plain: Request, **headers: str) -> Request:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(plain.path, plain.method, plain.query, (*plain.headers, *named), plain.body)


PLAIN = Request()
TERMINATED = {"wsgi.input_terminated": True}
CASES = [
    Case("after 2,000 invented hosts", PLAIN, PLAIN, before=send_strange_hosts),
    Case("TRUSTED_HOSTS", PLAIN, PLAIN, {"TRUSTED_HOSTS": ["127.0.0.1"]}),
    Case("a host of 90 characters", with_headers(PLAIN, Host=f"{'long-' * 16}h.example"), PLAIN),
    Case("a cookie that nobody reads", with_headers(PLAIN, Cookie="theme=dark; n=1"), PLAIN),
    Case("a form, MAX_CONTENT_LENGTH", POSTED, POSTED, {"MAX_CONTENT_LENGTH": 10**6}, TERMINATED),
    Case("JSON, MAX_CONTENT_LENGTH", DOCUMENT, DOCUMENT, {"MAX_CONTENT_LENGTH": 10**6}, TERMINATED),
    Case("an error, Accept of 250 KB", with_headers(MISSING, Accept=LONG_ACCEPT), MISSING),
]


def measure(driver: WSGIDriver) -> float:
    """Return the CPU seconds of a request."""
    started = time.process_time()
    driver.idle(REQUESTS)
    middle = time.process_time()
    driver.run(REQUESTS)
    return (time.process_time() - middle - (middle - started)) / REQUESTS


def make_drivers(case: Case) -> tuple[WSGIDriver, WSGIDriver]:
    """Return the one that sends the plain request to an app without settings, and the case's."""
    changed = make_app(**case.settings)
    if case.before is not None:
        case.before(changed)
    drivers = WSGIDriver(make_app(), case.plain), WSGIDriver(changed, case.sent)
    for driver in drivers:
        driver.environ.update(case.changes)
        driver.run(10)
    return drivers


def main() -> None:
    """Print microseconds of CPU a request, the least of all repeats, and the ratio."""
    print(f"{'case':30} {'plain':>9} {'case':>9} {'ratio':>7}")
    for case in CASES:
        drivers = make_drivers(case)
        rounds = [[measure(driver) for driver in drivers] for _ in range(REPEATS)]
        plain, found = (min(column) * 1e6 for column in zip(*rounds, strict=True))
        print(f"{case.title:30} {plain:9.2f} {found:9.2f} {found / plain:7.3f}")


if __name__ == "__main__":
    main()
