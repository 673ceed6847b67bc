"""Ten thousand requests on eight threads, many failing or given up: nothing stays behind."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from queue import SimpleQueue
from random import Random
from typing import Any

import pytest
from werkzeug.test import create_environ

from cruse_core import (
    App,
    Blueprint,
    Response,
    after_this_request,
    copy_current_request_context,
    current_app,
    g,
    request,
    session,
    stream_with_context,
)
from cruse_core.context import Context, RequestContext, current

THREADS = 8
WARM_UP = 2_000
REQUESTS = 10_000

PATHS = "text json stream two_streams nested copies left shop/text nowhere".split()
# Where something fails; most requests go well.
TROUBLES = (
    ["none"] * 8
    + "values before view after after_this session handler chunk copy".split()
    + "teardown_request teardown_appcontext teardown_both".split()
)
# What becomes of the body: sent as a whole, or given up by the client in one way or another.
FATES = ["sent"] * 3 + "half unread dropped half_dropped elsewhere".split()


class TroubleError(Exception):
    """Raised where a request asks for it."""


class Tally:
    """A number that any thread may raise by one."""

    def __init__(self) -> None:
        # `next` is one operation, other than `+=`.
        self._count = count()

    def add(self) -> None:
        next(self._count)

    def take(self) -> int:
        """Return the number and start anew."""
        taken, self._count = next(self._count), count()
        return taken


class TeardownLog(logging.Handler):
    """Counts the failures of teardowns, and the contexts that were left behind."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = Tally()
        self.left = Tally()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith("Exception in the teardown"):
            self.failures.add()
        elif "never popped" in record.msg:
            self.left.add()


class Soak:
    """An app that fails wherever it is asked to, and the books of what it has done."""

    def __init__(self, *, takes_short_path: bool) -> None:
        self.requests, self.request_ends = Tally(), Tally()
        self.app_contexts, self.app_ends = Tally(), Tally()
        self.surfaced = Tally()
        self.left = Tally()
        self.log = TeardownLog()
        self.helpers = ThreadPoolExecutor(THREADS, thread_name_prefix="helper")
        self.bodies: SimpleQueue[Any] = SimpleQueue()
        self.futures: SimpleQueue[Future[None]] = SimpleQueue()
        self.app = App("soak", root_path=".")
        self.app.secret_key = "test"
        self.app.logger.handlers = [self.log]
        self.app.logger.propagate = False
        self.add_hooks()
        self.add_views()
        if not takes_short_path:
            self.app.dispatch_request = self.app.dispatch_request  # type: ignore[method-assign]  # a step of its own

    def fail_if_asked(self, place: str) -> None:
        if request.args.get("trouble") == place:
            raise TroubleError(place)

    def fail_in_teardown(self, place: str) -> None:
        # An app context inside of the request can read it as well.
        if isinstance(current.get(), RequestContext):
            trouble = request.args.get("trouble")
            if trouble in (place, "teardown_both"):
                raise TroubleError(place)

    def add_hooks(self) -> None:
        app = self.app

        @app.before_request
        def before() -> None:
            g.path = request.path
            if request.args.get("trouble") == "after_this":
                after_this_request(self.fail_after_this)
            self.fail_if_asked("before")

        @app.after_request
        def after(response: Response) -> Response:
            self.fail_if_asked("after")
            return response

        @app.errorhandler(LookupError)
        def handle(error: LookupError) -> str:
            raise TroubleError("handler")

        # The last one to be registered runs first.
        app.teardown_request(lambda exc: self.request_ends.add())
        app.teardown_request(lambda exc: self.fail_in_teardown("teardown_request"))
        app.teardown_appcontext(lambda exc: self.app_ends.add())
        app.teardown_appcontext(lambda exc: self.fail_in_teardown("teardown_appcontext"))

    def fail_after_this(self, response: Response) -> Response:
        raise TroubleError("after_this")

    def add_views(self) -> None:
        app = self.app
        shop = Blueprint("shop", __name__, url_prefix="/shop", root_path=".")
        shop.url_value_preprocessor(lambda endpoint, values: self.fail_if_asked("values"))
        shop.teardown_request(lambda exc: g.get("path"))
        for target in (app, shop):
            target.add_url_rule("/text", "text", self.text)
        app.register_blueprint(shop)
        for view in (
            self.json,
            self.stream,
            self.two_streams,
            self.nested,
            self.copies,
            self.left_behind,
        ):
            app.add_url_rule(f"/{view.__name__.removesuffix('_behind')}", view_func=view)

    def text(self) -> str:
        self.fail_if_asked("view")
        if request.args.get("trouble") == "handler":
            raise LookupError("handled by one that fails")
        if request.args.get("trouble") == "session":
            session["object"] = object()
        return f"{current_app.name} {g.path}"

    def json(self) -> dict[str, Any]:
        session["visits"] = session.get("visits", 0) + 1
        self.fail_if_asked("view")
        return {"path": g.path, "visits": session["visits"]}

    def chunks(self) -> Iterator[str]:
        for number in range(4):
            yield f"{request.path} {g.path} {number}"
            self.fail_if_asked("chunk")

    def stream(self) -> Iterator[str]:
        self.fail_if_asked("view")
        return stream_with_context(self.chunks())

    def two_streams(self) -> Iterator[str]:
        dropped, sent = (stream_with_context(self.chunks()) for _ in "12")
        next(dropped)
        return sent

    def nested(self) -> str:
        with self.app.app_context():
            self.app_contexts.add()
            g.path = "inner"
            self.ask("/text")
            with self.app.request_context(create_environ("/inner")):
                self.requests.add()
                assert request.path == "/inner"
        self.fail_if_asked("view")
        return g.path

    def copies(self) -> str:
        @copy_current_request_context
        def work() -> None:
            g.path = "copy"
            assert request.path == "/copies"
            self.fail_if_asked("copy")

        for _ in range(3):
            self.requests.add()
            self.app_contexts.add()
            self.futures.put(self.helpers.submit(work))
        return g.path

    def left_behind(self) -> str:
        self.app_contexts.add()
        self.left.add()
        self.app.app_context().push()
        self.fail_if_asked("view")
        return g.get("path", "a context of its own")

    # What servers and clients do

    def ask(self, path: str, trouble: str = "none") -> Any:
        """Return the body of an answer."""
        self.requests.add()
        if current.get(None) is None:
            self.app_contexts.add()
        environ = create_environ(path, query_string={"trouble": trouble})
        return self.app(environ, lambda status, headers, exc_info=None: print)

    def visit(self, random: Random) -> None:
        """Ask for something, and treat the answer in some way."""
        try:
            body = self.ask(f"/{random.choice(PATHS)}", random.choice(TROUBLES))
            self.treat(body, random.choice(FATES))
        except Exception as error:
            self.note(error)
        assert current.get(None) is None

    def treat(self, body: Any, fate: str) -> None:
        if fate == "elsewhere":
            self.futures.put(self.helpers.submit(self.close, body, 2))
        elif fate in ("dropped", "half_dropped"):
            if fate == "half_dropped":
                next(iter(body), None)
        else:
            self.close(body, {"sent": 9, "half": 1, "unread": 0}[fate])

    def close(self, body: Any, chunks: int) -> None:
        """Send some chunks and end the answer, as a server does."""
        try:
            for _, _chunk in zip(range(chunks), body, strict=False):
                assert current.get(None) is None
        finally:
            if hasattr(body, "close"):
                body.close()
            assert current.get(None) is None

    def note(self, error: BaseException) -> None:
        """Count an error of a teardown that has come to the surface."""
        if isinstance(error, ExceptionGroup):
            assert [str(e) for e in error.exceptions] == ["teardown_request", "teardown_appcontext"]
            self.surfaced.add()
        elif isinstance(error, TroubleError):
            if str(error).startswith("teardown"):
                self.surfaced.add()
        else:
            raise error

    def run(self, requests: int, seed: int) -> None:
        """Serve *requests* on all threads, and wait for everything that they have set going."""

        def work(number: int) -> None:
            random = Random(f"{seed} {number}")
            for _ in range(requests // THREADS):
                self.visit(random)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, range(THREADS)))
        while not self.futures.empty():
            error = self.futures.get().exception()
            if error is not None:
                self.note(error)
            del error


def count_contexts() -> int:
    gc.collect()
    return sum(issubclass(type(thing), Context) for thing in gc.get_objects())


@pytest.fixture
def _frequent_switches() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("_frequent_switches")
@pytest.mark.parametrize("takes_short_path", [True, False])
def test_nothing_stays_behind(takes_short_path: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    soak = Soak(takes_short_path=takes_short_path)
    # What a stream raises that nobody has closed, but the collector.
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: soak.note(unraisable.exc_value))
    contexts = count_contexts()

    soak.run(WARM_UP, seed=1)
    assert count_contexts() == contexts
    blocks = sys.getallocatedblocks()
    soak.run(REQUESTS - WARM_UP, seed=2)
    assert count_contexts() == contexts
    assert sys.getallocatedblocks() - blocks < 1_000

    soak.helpers.shutdown()
    assert soak.app.takes_short_path is takes_short_path
    started = soak.requests.take()
    assert started > REQUESTS
    assert soak.request_ends.take() == started
    assert soak.app_ends.take() == soak.app_contexts.take()
    surfaced = soak.surfaced.take()
    assert surfaced > REQUESTS / 20
    assert soak.log.failures.take() == surfaced
    assert soak.log.left.take() == soak.left.take()
