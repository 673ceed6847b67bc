"""JSON as the current app writes it."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.test import create_environ

from cruse_core import App, json, jsonify
from cruse_core.errors import OutOfContextError
from cruse_core.json_provider import DefaultJSONProvider


class LoudProvider(DefaultJSONProvider):
    """Can be told from the standard library."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, **kwargs) + "!"

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return f"{super().loads(s, **kwargs)}!"


@pytest.fixture
def app() -> App:
    app = App("json_app", root_path="/")
    app.json = LoudProvider(app)
    return app


def written(value: object) -> str:
    file = io.StringIO()
    json.dump(value, file)
    return file.getvalue()


class TestInAnApp:
    def test_provider_writes_and_reads(self, app: App) -> None:
        with app.app_context():
            assert json.dumps({"b": 1, "a": 2}) == '{"a": 2, "b": 1}!'
            assert written([1]) == "[1]!"
            assert json.loads("[1]") == "[1]!"
            assert json.load(io.BytesIO(b"[1]")) == "[1]!"

    def test_arguments_reach_the_library(self, app: App) -> None:
        with app.app_context():
            assert json.dumps([1], indent=1) == "[\n 1\n]!"
            assert json.loads("[1.5]", parse_float=str) == "['1.5']!"


class TestOutsideOfAnApp:
    def test_standard_library_writes_and_reads(self) -> None:
        assert json.dumps({"b": 1, "a": Decimal(2)}) == '{"b": 1, "a": "2"}'
        assert written([Decimal(1)]) == '["1"]'
        assert json.loads(b"[1]") == [1]
        assert json.load(io.StringIO("[1]")) == [1]

    def test_default_can_be_given(self) -> None:
        assert json.dumps([1j], default=str) == '["1j"]'


class TestJsonify:
    def test_is_the_response_of_the_provider(self, app: App) -> None:
        app.json = DefaultJSONProvider(app)
        with app.request_context(create_environ()):
            assert jsonify(a=1).get_data() == b'{"a":1}\n'
            assert jsonify([1]).get_data() == b"[1]\n"
            assert type(jsonify(1, 2)) is app.response_class
            with pytest.raises(TypeError, match="either args or kwargs"):
                jsonify(1, a=2)

    def test_needs_an_app(self) -> None:
        with pytest.raises(OutOfContextError):
            jsonify(1)
