from __future__ import annotations

from typing import Any

import pytest
from werkzeug.exceptions import BadRequestKeyError, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.test import EnvironBuilder

from cruse_core.debug_helpers import FormDataRoutingRedirect, attach_enctype_error_multidict
from cruse_core.requests import Request


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
