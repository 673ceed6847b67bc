"""Streams that read the request: what they see, and that nothing of them stays behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import pytest
from werkzeug.test import create_environ

from cruse_core import (
    App,
    RequestContext,
    Response,
    current_app,
    g,
    has_app_context,
    request,
    session,
    stream_with_context,
)
from cruse_core.errors import OutOfContextError
from cruse_core.globals import request_ctx


@pytest.fixture
def ends(app: App) -> list[BaseException | None]:
    """The exceptions of the teardowns so far."""
    ends: list[BaseException | None] = []
    app.teardown_request(ends.append)
    return ends


@pytest.fixture(autouse=True)
def _nothing_stays_bound() -> Iterator[None]:
    yield
    assert not has_app_context()


def call(app: App, path: str = "/", **options: Any) -> Any:
    """Return the body that a server would iterate over."""
    return app(create_environ(path, **options), lambda status, headers, exc_info=None: print)


@pytest.fixture
def stream_app(app: App, ends: list[BaseException | None]) -> App:
    @app.get("/")
    def index() -> Iterator[str]:
        g.letters = "abc"

        def chunks() -> Iterator[str]:
            for letter in g.letters:
                yield f"{letter}{request.args.get('n', '')}"

        return stream_with_context(chunks())

    return app


class TestStream:
    """Y03."""

    def test_chunks_see_the_request(self, stream_app: App) -> None:
        assert list(call(stream_app, "/?n=1")) == [b"a1", b"b1", b"c1"]

    def test_teardown_waits_for_the_last_chunk(
        self, stream_app: App, ends: list[BaseException | None]
    ) -> None:
        body = iter(call(stream_app))
        assert next(body) == b"a"
        assert ends == []
        assert b"".join(body) == b"bc"
        assert ends == [None]

    def test_nothing_is_bound_between_two_chunks(self, stream_app: App) -> None:
        for _ in call(stream_app):
            assert not has_app_context()

    def test_decorates_a_generator_function(self, app: App) -> None:
        @app.get("/")
        def index() -> Iterator[str]:
            @stream_with_context
            def chunks(prefix: str, *, suffix: str) -> Iterator[str]:
                """Give the path."""
                yield prefix + request.path + suffix

            assert chunks.__name__ == "chunks"
            assert chunks.__doc__ == "Give the path."
            return chunks("<", suffix=">")

        assert list(call(app)) == [b"</>"]

    def test_takes_any_iterable(self, app: App) -> None:
        app.add_url_rule("/", "index", lambda: stream_with_context(["a", "b"]))
        assert list(call(app)) == [b"a", b"b"]

    def test_works_in_a_response(self, app: App) -> None:
        app.add_url_rule("/", "index", lambda: Response(stream_with_context(iter("ab"))))
        assert list(call(app)) == [b"a", b"b"]

    def test_works_in_an_async_view(self, app: App, ends: list[BaseException | None]) -> None:
        @app.get("/")
        async def index() -> Iterator[str]:
            @stream_with_context
            def chunks() -> Iterator[str]:
                yield request.path
                yield current_app.name

            return chunks()

        assert list(call(app)) == [b"/", b"shop"]
        assert ends == [None]

    def test_session_can_be_read(self, app: App) -> None:
        @app.get("/")
        def index() -> Iterator[str]:
            session["user"] = "ann"
            return stream_with_context(session["user"] for _ in range(2))

        assert list(call(app)) == [b"ann", b"ann"]

    def test_two_streams_of_a_request_end_it_once(
        self, app: App, ends: list[BaseException | None]
    ) -> None:
        @app.get("/")
        def index() -> Iterator[str]:
            inner = stream_with_context(iter("ab"))
            return stream_with_context(letter + request.path for letter in inner)

        assert list(call(app)) == [b"a/", b"b/"]
        assert ends == [None]

    def test_files_stay_open_until_the_end(self, app: App) -> None:
        files: list[Any] = []

        @app.post("/")
        def index() -> Iterator[bytes]:
            files.append(request.files["f"])
            return stream_with_context(iter(files[0].stream))

        body = call(app, method="POST", data={"f": (__file__, "a.txt")})
        assert b'"""Streams' in next(iter(body))
        assert not files[0].stream.closed
        body.close()
        assert files[0].stream.closed

    def test_can_be_consumed_within_a_request(self, app: App) -> None:
        with app.request_context(create_environ("/page")):
            stream = stream_with_context(request.path for _ in range(1))
            assert list(stream) == ["/page"]
            assert request.path == "/page"

    def test_finished_stream_stays_finished(self, app: App) -> None:
        with app.request_context(create_environ()):
            stream: Any = stream_with_context(iter("a"))
            assert list(stream) == ["a"]
            assert list(stream) == []
            stream.close()
            assert next(stream, None) is None

    def test_outside_of_a_request_is_refused(self) -> None:
        with pytest.raises(OutOfContextError, match="'stream_with_context' was read"):
            stream_with_context(iter("a"))

    def test_decorated_function_is_refused_when_it_is_called(self) -> None:
        @stream_with_context
        def chunks() -> Iterator[str]:
            yield ""

        with pytest.raises(OutOfContextError):
            chunks()


class TestErrors:
    def test_failing_stream_ends_the_request(
        self, app: App, ends: list[BaseException | None]
    ) -> None:
        @app.get("/")
        def index() -> Iterator[str]:
            def chunks() -> Iterator[str]:
                yield "a"
                raise LookupError("lost")

            return stream_with_context(chunks())

        body = iter(call(app))
        assert next(body) == b"a"
        with pytest.raises(LookupError, match="lost"):
            next(body)
        assert [str(exc) for exc in ends] == ["lost"]

    def test_error_of_one_stream_reaches_the_teardown_after_the_last_one(
        self, app: App, ends: list[BaseException | None]
    ) -> None:
        streams: list[Any] = []

        @app.get("/")
        def index() -> str:
            streams.append(stream_with_context(iter("ab")))
            streams.append(stream_with_context(letter + 1 for letter in "ab"))
            return ""

        call(app)
        with pytest.raises(TypeError) as caught:
            next(streams[1])
        assert ends == []
        streams[0].close()
        assert ends == [caught.value]

    def test_failing_teardown_is_raised_at_the_end_of_the_stream(self, stream_app: App) -> None:
        @stream_app.teardown_request
        def fail(exc: BaseException | None) -> None:
            raise OSError("disk")

        with pytest.raises(OSError, match="disk"):
            list(call(stream_app))

    def test_failing_close_of_the_iterator_ends_the_request_all_the_same(
        self, app: App, ends: list[BaseException | None]
    ) -> None:
        @app.get("/")
        def index() -> Iterator[str]:
            def chunks() -> Iterator[str]:
                try:
                    yield "a"
                finally:
                    raise LookupError("closing")

            return stream_with_context(chunks())

        body = call(app)
        next(iter(body))
        with pytest.raises(LookupError, match="closing") as caught:
            body.close()
        assert ends == [caught.value]


class TestAbandoned:
    """A client that goes away leaves no context, and each teardown runs once."""

    def test_before_it_started(self, stream_app: App, ends: list[BaseException | None]) -> None:
        body = call(stream_app)
        assert ends == []
        body.close()
        assert ends == [None]
        body.close()
        assert ends == [None]

    def test_half_way(self, stream_app: App, ends: list[BaseException | None]) -> None:
        body = call(stream_app)
        next(iter(body))
        body.close()
        assert [type(exc) for exc in ends] == [GeneratorExit]
        assert not has_app_context()

    def test_head_is_ended_without_a_chunk(
        self, stream_app: App, ends: list[BaseException | None]
    ) -> None:
        body = call(stream_app, method="HEAD")
        assert list(body) == []
        body.close()
        assert ends == [None]

    def test_generator_is_closed_with_the_request_active(self, app: App) -> None:
        seen: list[str] = []

        @app.get("/")
        def index() -> Iterator[str]:
            def chunks() -> Iterator[str]:
                try:
                    yield "a"
                finally:
                    seen.append(request.path)

            return stream_with_context(chunks())

        body = call(app)
        next(iter(body))
        body.close()
        assert seen == ["/"]

    @pytest.mark.parametrize("chunks", [0, 1])
    def test_closed_on_another_thread(
        self, stream_app: App, ends: list[BaseException | None], chunks: int
    ) -> None:
        body = call(stream_app)
        iterator = iter(body)
        for _ in range(chunks):
            next(iterator)
        bound: list[bool] = []

        def close() -> None:
            body.close()
            bound.append(has_app_context())

        thread = Thread(target=close)
        thread.start()
        thread.join()
        assert [type(exc) for exc in ends] == [GeneratorExit if chunks else type(None)]
        assert bound == [False]

    def test_continued_on_another_thread(
        self, stream_app: App, ends: list[BaseException | None]
    ) -> None:
        body = iter(call(stream_app))
        chunks = [next(body)]
        thread = Thread(target=lambda: chunks.extend(body))
        thread.start()
        thread.join()
        assert chunks == [b"a", b"b", b"c"]
        assert ends == [None]

    @pytest.mark.parametrize("chunks", [0, 1])
    def test_collected_as_garbage(
        self,
        stream_app: App,
        ends: list[BaseException | None],
        no_collector: None,
        chunks: int,
    ) -> None:
        body = call(stream_app)
        iterator = iter(body)
        for _ in range(chunks):
            next(iterator)
        del body, iterator
        assert [type(exc) for exc in ends] == [GeneratorExit if chunks else type(None)]

    def test_closed_by_many_threads_at_once(self, app: App) -> None:
        """Whichever comes first ends the request, and none of them does so again."""
        count, streams = 4, 50
        ends: list[BaseException | None] = []
        app.teardown_request(ends.append)
        app.add_url_rule("/", "index", lambda: stream_with_context(iter("abc")))
        barrier = Barrier(count)

        def close(bodies: list[Any]) -> None:
            for body in bodies:
                barrier.wait()
                body.close()

        bodies = [call(app) for _ in range(streams)]
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(close, [bodies] * count))
        assert ends == [None] * streams

    def test_several_streams_of_a_request_closed_at_once(self, app: App) -> None:
        count, requests = 4, 50
        ends: list[BaseException | None] = []
        app.teardown_request(ends.append)
        made: list[Any] = []

        @app.get("/")
        def index() -> str:
            made.append([stream_with_context(iter("abc")) for _ in range(count)])
            return ""

        for _ in range(requests):
            call(app)
        assert ends == []
        barrier = Barrier(count)

        def close(number: int) -> None:
            for streams in made:
                barrier.wait()
                streams[number].close()

        with ThreadPoolExecutor(count) as pool:
            list(pool.map(close, range(count)))
        assert ends == [None] * requests

    def test_ended_on_another_thread_while_the_request_ends(self, app: App) -> None:
        """The teardown is not lost between the two."""
        ends: list[BaseException | None] = []
        app.teardown_request(ends.append)
        made: list[Any] = []

        class Slow(RequestContext):
            # The last moment in which the request counts as running.
            def _deactivate(self) -> None:
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(made.pop().close).result()
                super()._deactivate()

        app.request_context = lambda environ: Slow(app, environ)  # type: ignore[method-assign]  # one step
        app.add_url_rule("/", "index", lambda: made.append(stream_with_context(iter("a"))) or "")
        call(app)
        assert ends == [None]

    def test_two_requests_may_be_streamed_at_once(
        self, stream_app: App, ends: list[BaseException | None]
    ) -> None:
        first, second = call(stream_app, "/?n=1"), call(stream_app, "/?n=2")
        one, two = iter(first), iter(second)
        assert [next(one), next(two), next(one), next(two)] == [b"a1", b"a2", b"b1", b"b2"]
        second.close()
        assert list(one) == [b"c1"]
        first.close()
        assert [type(exc) for exc in ends] == [GeneratorExit, type(None)]

    def test_leaves_the_context_of_a_request_around_it(self, stream_app: App) -> None:
        with stream_app.request_context(create_environ("/outer")):
            body = call(stream_app)
            next(iter(body))
            assert request.path == "/outer"
            body.close()
            assert request.path == "/outer"

    @pytest.mark.parametrize("testing", [False, True])
    def test_by_an_error_after_the_view(
        self, app: App, ends: list[BaseException | None], no_collector: None, testing: bool
    ) -> None:
        app.testing = testing
        error = LookupError("after")
        app.add_url_rule("/", "index", lambda: stream_with_context(iter("ab")))

        @app.after_request
        def fail(response: Response) -> Response:
            if response.status_code == 200:
                raise error
            return response

        if testing:
            with pytest.raises(LookupError):
                call(app)
        else:
            app.logger.disabled = True
            assert b"Internal Server Error" in b"".join(call(app))
            app.logger.disabled = False
        assert ends == [error]

    def test_by_an_error_in_the_view_that_is_handled(
        self, app: App, ends: list[BaseException | None], no_collector: None
    ) -> None:
        @app.get("/")
        def index() -> Iterator[str]:
            stream = stream_with_context(iter("ab"))
            raise LookupError(repr(stream))

        app.register_error_handler(LookupError, lambda error: "handled")
        assert list(call(app)) == [b"handled"]
        assert ends == [None]

    def test_error_page_may_be_a_stream(self, app: App, ends: list[BaseException | None]) -> None:
        app.add_url_rule("/", "index", lambda: 1 / 0)
        app.register_error_handler(
            500, lambda error: stream_with_context(request.path + letter for letter in "ab")
        )
        app.logger.disabled = True
        body = call(app)
        app.logger.disabled = False
        assert ends == []
        assert list(body) == [b"/a", b"/b"]
        assert [type(exc) for exc in ends] == [ZeroDivisionError]

    def test_leaves_no_cyclic_garbage(self, stream_app: App, no_collector: None) -> None:
        refs: list[weakref.ref[Any]] = []

        @stream_app.before_request
        def note() -> None:
            refs.append(weakref.ref(request_ctx._get_current_object()))

        environs = [create_environ() for _ in range(5)]

        def serve() -> None:
            body = stream_app(environs.pop(), lambda status, headers, exc_info=None: print)
            if len(environs) % 2:
                next(iter(body))
            else:
                list(body)
            body.close()

        serve()
        serve()
        gc.collect()
        while environs:
            serve()
        assert gc.collect() == 0
        assert [ref() for ref in refs] == [None] * 5
