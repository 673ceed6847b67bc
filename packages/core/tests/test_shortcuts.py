"""The functions for views."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import pytest
from werkzeug.exceptions import Aborter, Conflict, HTTPException, NotFound
from werkzeug.test import Client, create_environ
from werkzeug.wrappers import Response as WerkzeugResponse

from cruse_core import (
    App,
    Blueprint,
    Response,
    abort,
    after_this_request,
    copy_current_request_context,
    current_app,
    g,
    has_app_context,
    has_json_errors,
    has_request_context,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from cruse_core.errors import OutOfContextError
from cruse_core.types import ResponseReturnValue


class TestHasContext:
    """C07."""

    def test_outside(self) -> None:
        assert (has_app_context(), has_request_context()) == (False, False)

    def test_in_an_app_context(self, app: App) -> None:
        with app.app_context():
            assert (has_app_context(), has_request_context()) == (True, False)

    def test_in_a_request(self, app: App) -> None:
        with app.request_context(create_environ()):
            assert (has_app_context(), has_request_context()) == (True, True)


class TestHasJSONErrors:
    @pytest.mark.parametrize(
        ("setting", "accept", "expected"),
        [
            ("negotiate", "application/json", True),
            ("negotiate", "text/html", False),
            ("always", "text/html", True),
            ("never", "application/json", False),
        ],
    )
    def test_says_how_an_error_is_answered(
        self, app: App, setting: str, accept: str, expected: bool
    ) -> None:
        app.config["JSON_ERRORS"] = setting
        with app.request_context(create_environ(headers={"Accept": accept})):
            assert has_json_errors() is expected

    def test_handler_of_pages_makes_room_for_json(self, app: App, client: Client) -> None:
        api = Blueprint("api", __name__, url_prefix="/api", json_errors=True, handle_unmatched=True)
        app.register_blueprint(api)

        @app.errorhandler(404)
        def page(error: NotFound) -> ResponseReturnValue:
            return error if has_json_errors() else ("page", 404)

        assert client.get("/x").text == "page"
        assert client.get("/api/x").mimetype == "application/problem+json"

    def test_needs_a_request(self, app: App) -> None:
        with app.app_context(), pytest.raises(OutOfContextError, match="test_request_context"):
            has_json_errors()


class TestMakeResponse:
    """Q07."""

    @pytest.fixture(autouse=True)
    def _in_a_request(self, app: App) -> Any:
        with app.request_context(create_environ()):
            yield

    def test_without_arguments_is_empty(self) -> None:
        response = make_response()
        assert isinstance(response, Response)
        assert response.get_data() == b""

    def test_one_argument_is_a_views_value(self) -> None:
        assert make_response({"a": 1}).mimetype == "application/json"
        assert make_response(("text", 201)).status_code == 201

    def test_several_arguments_are_a_tuple(self) -> None:
        response = make_response("text", 201, {"X-A": "1"})
        assert (response.get_data(as_text=True), response.status_code) == ("text", 201)
        assert response.headers["X-A"] == "1"


class TestRedirect:
    """Q09."""

    def test_is_302_by_default(self, app: App) -> None:
        with app.app_context():
            response = redirect("/login")
        assert isinstance(response, Response)
        assert (response.status_code, response.location) == (302, "/login")

    def test_asks_the_app(self, app: App) -> None:
        app.redirect = lambda location, code=302: Response(f"{code} {location}")
        with app.app_context():
            assert redirect("/x", code=308).get_data() == b"308 /x"

    def test_works_without_an_app(self) -> None:
        response = redirect("/login", 303)
        assert (response.status_code, response.location) == (303, "/login")
        assert isinstance(redirect("/login", Response=Response), Response)
        assert isinstance(response, WerkzeugResponse)


class TestAbort:
    """Q09."""

    def test_raises_the_exception_of_the_code(self, app: App) -> None:
        with app.app_context(), pytest.raises(Conflict, match="taken"):
            abort(409, "taken")

    def test_works_without_an_app(self) -> None:
        with pytest.raises(Conflict, match="taken"):
            abort(409, description="taken")

    def test_unknown_code_is_refused(self, app: App) -> None:
        with app.app_context(), pytest.raises(LookupError):
            abort(799)

    def test_response_ends_the_request(self, app: App, client: Client) -> None:
        app.add_url_rule("/", "index", lambda: abort(make_response("own", 418)))
        response = client.get("/")
        assert (response.text, response.status_code) == ("own", 418)

    def test_asks_the_aborter_of_the_app(self, app: App) -> None:
        class Teapot(HTTPException):
            code = 418

        app.aborter = Aborter(extra={799: Teapot})
        with app.app_context(), pytest.raises(Teapot):
            abort(799)

    def test_class_of_the_aborter_is_the_apps(self) -> None:
        class Own(Aborter):
            pass

        class Shop(App):
            aborter_class = Own

        assert isinstance(Shop("shop", root_path=".").aborter, Own)


class TestUrlFor:
    def test_asks_the_app(self, app: App) -> None:
        app.add_url_rule("/page/<name>", "page", lambda name: name)
        with app.request_context(create_environ()):
            assert url_for("page", name="a b", _anchor="x") == "/page/a%20b#x"
            assert url_for("page", name="a", _external=True) == "http://localhost/page/a"

    def test_outside_of_an_app_is_refused(self) -> None:
        with pytest.raises(OutOfContextError, match="'current_app.url_for' was read"):
            url_for("page")


class TestAfterThisRequest:
    """C07."""

    def test_runs_once_and_before_the_other_hooks(self, app: App, client: Client) -> None:
        events: list[str] = []

        @app.after_request
        def after(response: Response) -> Response:
            events.append("hook")
            return response

        @app.get("/")
        def index() -> str:
            for name in ("first", "second"):

                def note(response: Response, name: str = name) -> Response:
                    events.append(name)
                    return response

                assert after_this_request(note) is note
            return ""

        client.get("/")
        client.get("/nowhere")
        assert events == ["first", "second", "hook", "hook"]

    def test_may_return_another_response(self, app: App, client: Client) -> None:
        @app.before_request
        def before() -> None:
            after_this_request(lambda response: Response("other"))

        assert client.get("/").text == "other"

    def test_function_may_be_a_coroutine_function(self, app: App, client: Client) -> None:
        """H06."""

        @app.get("/")
        def index() -> str:
            @after_this_request
            async def mark(response: Response) -> Response:
                response.headers["X-Mark"] = "yes"
                return response

            return ""

        assert client.get("/").headers["X-Mark"] == "yes"

    def test_works_within_an_app_context_inside_the_request(self, app: App, client: Client) -> None:
        @app.get("/")
        def index() -> str:
            with app.app_context():
                after_this_request(lambda response: Response("other"))
            return ""

        assert client.get("/").text == "other"

    def test_outside_of_a_request_is_refused(self, app: App) -> None:
        with app.app_context(), pytest.raises(OutOfContextError, match="after_this_request"):
            after_this_request(lambda response: response)


class TestCopyCurrentRequestContext:
    """C07."""

    def test_function_reads_the_request_on_another_thread(self, app: App) -> None:
        with app.request_context(create_environ("/page")):

            @copy_current_request_context
            def work(word: str, *, mark: str) -> str:
                """Work."""
                return f"{word} {request.path}{mark} {current_app.name}"

            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(work, "on", mark="!").result() == "on /page! shop"
            assert (work.__name__, work.__doc__) == ("work", "Work.")

    def test_runs_after_the_end_of_the_request(self, app: App, client: Client) -> None:
        kept: list[Callable[[], str]] = []

        @app.get("/page")
        def page() -> str:
            kept.append(copy_current_request_context(lambda: request.path))
            return ""

        client.get("/page")
        assert kept[0]() == "/page"
        assert not has_app_context()

    def test_one_copy_runs_in_many_threads_at_once(self, app: App) -> None:
        """Each call has a context of its own."""
        count = 8
        barrier = Barrier(count)
        ends: list[Any] = []
        app.teardown_request(ends.append)
        with app.request_context(create_environ("/page", query_string="a=1")):
            session["user"] = "ann"

            @copy_current_request_context
            def work(number: int) -> tuple[int, str, str]:
                g.number = number
                barrier.wait()
                seen = g.number, request.args["a"], session["user"]
                barrier.wait()
                return seen

            with ThreadPoolExecutor(count) as pool:
                seen = list(pool.map(work, range(count)))
            assert ends == [None] * count
        assert seen == [(number, "1", "ann") for number in range(count)]
        assert len(ends) == count + 1

    def test_copy_never_closes_the_files_of_the_request(self, app: App, client: Client) -> None:
        files: list[Any] = []

        @app.post("/")
        def index() -> str:
            files.append(request.files["f"])
            thread = Thread(target=copy_current_request_context(lambda: request.files["f"].read(1)))
            thread.start()
            thread.join()
            return "closed" if files[0].stream.closed else files[0].read(4).decode()

        assert client.post("/", data={"f": (__file__, "a.txt")}).text == '""Th'
        assert files[0].stream.closed

    def test_session_written_by_a_copy_is_saved(self, app: App, client: Client) -> None:
        @app.get("/login")
        def login() -> str:
            @copy_current_request_context
            def work() -> None:
                session["user"] = "ann"

            thread = Thread(target=work)
            thread.start()
            thread.join()
            return ""

        app.add_url_rule("/", "index", lambda: session.get("user", "nobody"))
        client.get("/login")
        assert client.get("/").text == "ann"

    def test_function_may_be_a_coroutine_function(self, app: App) -> None:
        with app.request_context(create_environ("/page")):

            @copy_current_request_context
            async def work() -> str:
                return request.path

            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(work).result() == "/page"

    def test_error_is_raised_to_the_caller_and_reaches_the_teardown(self, app: App) -> None:
        ends: list[Any] = []
        app.teardown_request(ends.append)
        error = NotFound()
        with app.request_context(create_environ("/page")):

            @copy_current_request_context
            def work() -> None:
                raise error

            with pytest.raises(NotFound):
                work()
        assert ends == [error, None]

    def test_outside_of_a_request_is_refused(self, app: App) -> None:
        with app.app_context(), pytest.raises(RuntimeError, match="copy_current_request_context"):
            copy_current_request_context(lambda: None)
