from __future__ import annotations

from functools import wraps
from typing import Any

import pytest
from werkzeug.exceptions import BadRequestKeyError, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.test import Client, EnvironBuilder

from cruse_core import App
from cruse_core.debug_helpers import FormDataRoutingRedirect, attach_enctype_error_multidict
from cruse_core.requests import Request
from cruse_core.views import MethodView


def make_request(path: str = "/upload", **options: Any) -> Request:
    request = EnvironBuilder(path, method="POST", **options).get_request(Request)
    assert isinstance(request, Request)
    return request


class TestAttachEnctypeErrorMultidict:
    def test_a_file_that_came_as_a_field_names_the_remedy_and_the_value(self) -> None:
        request = make_request(data={"photo": "cat.png"})
        attach_enctype_error_multidict(request)
        with pytest.raises(KeyError) as caught:
            _ = request.files["photo"]
        message = str(caught.value)
        assert 'Add enctype="multipart/form-data" to the <form>.' in message
        assert "'cat.png'" in message
        assert isinstance(caught.value, AssertionError)

    def test_a_key_that_was_not_sent_at_all_stays_a_bad_request(self) -> None:
        request = make_request(data={"photo": "cat.png"})
        attach_enctype_error_multidict(request)
        with pytest.raises(BadRequestKeyError):
            _ = request.files["other"]
        assert request.files.get("photo") is None

    def test_a_multipart_form_is_left_alone(self) -> None:
        request = make_request(data={"photo": "cat.png"}, content_type="multipart/form-data")
        before = type(request.files)
        attach_enctype_error_multidict(request)
        assert type(request.files) is before


class TestFormDataRoutingRedirect:
    def test_names_both_urls_and_the_remedy(self) -> None:
        request = make_request("/old?a=1")
        request.routing_exception = RequestRedirect("http://localhost/new?a=1")
        message = str(FormDataRoutingRedirect(request))
        assert "POST 'http://localhost/old?a=1'" in message
        assert "to the canonical URL 'http://localhost/new?a=1'" in message
        assert "Send the request to the final URL." in message
        assert "slash" not in message

    def test_points_at_a_missing_slash(self) -> None:
        request = make_request("/old?a=1")
        request.routing_exception = RequestRedirect("http://localhost/old/?a=1")
        assert "ends with a slash" in str(FormDataRoutingRedirect(request))

    def test_is_made_for_redirects_only(self) -> None:
        request = make_request()
        request.routing_exception = NotFound()
        with pytest.raises(AssertionError):
            FormDataRoutingRedirect(request)


class TestExplainArguments:
    """A view whose parameters are not the variables of its rule."""

    def get_notes(self, app: App) -> list[str]:
        app.testing = True
        for _ in range(2):
            with pytest.raises(TypeError) as caught:
                Client(app).get("/user/7")
        return getattr(caught.value, "__notes__", [])

    def test_names_the_rule_and_the_nearest_parameter(self, app: App) -> None:
        @app.get("/user/<int:id>")
        def user(idd: int) -> str:
            return str(idd)

        (note,) = self.get_notes(app)
        assert "The rule '/user/<int:id>' of the endpoint 'user'" in note
        assert "user(idd: 'int')" in note
        assert note.endswith("Name the parameter 'idd' 'id'.")

    def test_says_that_there_is_no_parameter(self, app: App) -> None:
        app.add_url_rule("/user/<int:id>", "user", lambda: "")
        (note,) = self.get_notes(app)
        assert note.endswith("Give both the same names.")

    def test_looks_through_decorators(self, app: App) -> None:
        def user(number: int) -> str:
            return str(number)

        @wraps(user)
        def decorated(*args: Any, **kwargs: Any) -> str:
            return user(*args, **kwargs)

        app.add_url_rule("/user/<int:id>", "user", decorated)
        (note,) = self.get_notes(app)
        assert "user(number: 'int')" in note

    def test_looks_into_a_class(self, app: App) -> None:
        class User(MethodView):
            def get(self, name: str) -> str:
                return name

        app.add_url_rule("/user/<int:id>", view_func=User.as_view("user"))
        (note,) = self.get_notes(app)
        assert "User.get(self, name: 'str')" in note

    def test_has_nothing_to_say_of_other_errors(self, app: App) -> None:
        @app.get("/user/<int:id>")
        def user(**values: int) -> str:
            return "" + values["id"]  # type: ignore[operator]  # the mistake

        assert self.get_notes(app) == []
