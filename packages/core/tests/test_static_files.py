"""The static route: files of a folder, conditional requests and ranges, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from cruse_core import App, Blueprint, Response, url_for


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "css").mkdir(parents=True)
    (folder / "css" / "page.css").write_bytes(b"0123456789")
    (folder / "index.html").write_text("<p>", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    return tmp_path


@pytest.fixture
def app(root: Path) -> App:
    return App("shop", root_path=str(root))


def get(client: Client, path: str, **headers: str) -> TestResponse:
    """Return the answer, its file read and closed."""
    response = client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    with response:
        response.get_data()
    return response


class TestStaticRoute:
    """X01, X03."""

    def test_file_is_sent_with_its_type(self, client: Client) -> None:
        response = get(client, "/static/css/page.css")
        assert (response.status_code, response.data) == (200, b"0123456789")
        assert response.mimetype == "text/css"
        assert response.content_length == 10
        assert response.last_modified is not None
        assert response.get_etag()[0]

    def test_default_is_a_conditional_request_each_time(self, client: Client) -> None:
        assert get(client, "/static/index.html").headers["Cache-Control"] == "no-cache"

    @pytest.mark.parametrize("age", [60, timedelta(minutes=1)])
    def test_age_is_that_of_the_setting(self, app: App, client: Client, age: object) -> None:
        app.config["SEND_FILE_MAX_AGE_DEFAULT"] = age
        assert get(client, "/static/index.html").cache_control.max_age == 60

    def test_age_can_depend_on_the_name(self, root: Path) -> None:
        class Shop(App):
            def get_send_file_max_age(self, filename: str | None) -> int | None:
                return 7 if filename == "css/page.css" else None

        client = Client(Shop("shop", root_path=str(root)))
        assert get(client, "/static/css/page.css").cache_control.max_age == 7
        assert get(client, "/static/index.html").cache_control.max_age is None

    def test_known_file_is_not_sent_again(self, client: Client) -> None:
        first = get(client, "/static/index.html")
        again = get(client, "/static/index.html", If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")
        since = get(client, "/static/index.html", If_Modified_Since=first.headers["Last-Modified"])
        assert since.status_code == 304
        assert get(client, "/static/index.html", If_None_Match='"other"').status_code == 200

    def test_range_is_sent(self, client: Client) -> None:
        response = get(client, "/static/css/page.css", Range="bytes=2-4")
        assert (response.status_code, response.data) == (206, b"234")
        assert response.headers["Content-Range"] == "bytes 2-4/10"
        assert get(client, "/static/css/page.css", Range="bytes=-2").data == b"89"

    def test_range_beyond_the_end_is_refused(self, client: Client) -> None:
        assert get(client, "/static/css/page.css", Range="bytes=20-").status_code == 416

    def test_range_of_a_changed_file_is_ignored(self, client: Client) -> None:
        response = get(client, "/static/css/page.css", Range="bytes=2-4", If_Range='"old"')
        assert (response.status_code, response.data) == (200, b"0123456789")

    def test_head_has_no_body(self, client: Client) -> None:
        with client.head("/static/css/page.css") as response:
            assert (response.content_length, response.data) == (10, b"")

    @pytest.mark.parametrize(
        "path",
        [
            "/static/missing.css",
            "/static/css",
            "/static/../secret.txt",
            "/static/%2e%2e/secret.txt",
            "/static/css/../../secret.txt",
            "/static//etc/passwd",
            "/static/",
        ],
    )
    def test_what_is_no_file_below_the_folder_is_not_found(self, client: Client, path: str) -> None:
        response = client.get(path, follow_redirects=True)
        assert response.status_code == 404

    def test_other_methods_are_refused(self, client: Client) -> None:
        assert client.post("/static/index.html").status_code == 405

    def test_url_can_be_built(self, app: App) -> None:
        with app.request_context({"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}):
            assert url_for("static", filename="css/page.css") == "/static/css/page.css"

    def test_server_may_send_the_file_itself(self, app: App, client: Client, root: Path) -> None:
        app.config["USE_X_SENDFILE"] = True
        response = get(client, "/static/css/page.css")
        assert response.headers["X-Sendfile"] == str(root / "static" / "css" / "page.css")
        assert response.data == b""

    def test_response_is_of_the_apps_class(self, root: Path) -> None:
        class Reply(Response):
            pass

        app = App("shop", root_path=str(root))
        app.response_class = Reply
        with app.request_context({"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}):
            response = app.send_static_file("index.html")
            assert type(response) is Reply
            response.close()

    def test_folder_and_url_can_be_named(self, root: Path) -> None:
        app = App("shop", root_path=str(root), static_folder="static/css", static_url_path="/c/")
        assert get(Client(app), "/c/page.css").data == b"0123456789"

    def test_missing_folder_still_has_a_route(self, tmp_path: Path) -> None:
        app = App("shop", root_path=str(tmp_path / "nowhere"))
        assert "static" in app.view_functions
        assert Client(app).get("/static/x.css").status_code == 404

    def test_no_folder_has_no_route(self, root: Path) -> None:
        app = App("shop", root_path=str(root), static_folder=None)
        assert "static" not in app.view_functions
        with pytest.raises(RuntimeError, match="has no static folder.*static_folder='static'"):
            app.send_static_file("x.css")

    def test_age_can_be_asked_in_an_app_context(self, app: App) -> None:
        app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 60
        with app.app_context():
            assert app.get_send_file_max_age("page.css") == 60


class TestStaticRouteOfABlueprint:
    """X02."""

    def test_is_below_the_prefix(self, app: App, client: Client, root: Path) -> None:
        blueprint = Blueprint(
            "docs", __name__, static_folder="static", root_path=str(root), url_prefix="/docs"
        )
        app.register_blueprint(blueprint)
        assert get(client, "/docs/static/css/page.css").data == b"0123456789"
        with app.request_context({"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}):
            assert url_for("docs.static", filename="a.css") == "/docs/static/a.css"

    def test_without_a_prefix_is_hidden_by_the_apps(
        self, app: App, client: Client, root: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        other = tmp_path_factory.mktemp("other")
        (other / "static").mkdir()
        (other / "static" / "own.css").write_text("own", "utf-8")
        app.register_blueprint(
            Blueprint("docs", __name__, static_folder="static", root_path=str(other))
        )
        assert client.get("/static/own.css").status_code == 404
