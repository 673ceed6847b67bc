"""JSON documents and responses of an app."""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableDict
from werkzeug.wrappers import Response

from cruse_core import App, json_provider
from cruse_core.errors import JSONNumberError, UnknownChoiceError
from cruse_core.json_provider import (
    ConfiguredJSONProvider,
    DefaultJSONProvider,
    JSONProvider,
    OrjsonProvider,
    json_default_iso8601,
    make_encode,
)


class FakeApp:
    """As much of an app as a provider needs."""

    debug = False
    response_class: type[Response] = Response

    def __init__(self) -> None:
        self.config: dict[str, Any] = {}


@dataclass
class Point:
    """A dataclass with another one inside."""

    y: int
    x: Any = None


class Html:
    """Has an HTML form."""

    def __html__(self) -> str:
        return "<b>"


class LeastProvider(JSONProvider):
    """Gives no more than a provider must."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return json.dumps(obj, **kwargs)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s, **kwargs)


@pytest.fixture
def app() -> FakeApp:
    return FakeApp()


@pytest.fixture(params=[DefaultJSONProvider, OrjsonProvider])
def provider(app: FakeApp, request: pytest.FixtureRequest) -> DefaultJSONProvider:
    provider: DefaultJSONProvider = request.param(app)
    return provider


def body(response: Response) -> str:
    return response.get_data(as_text=True)


class TestJSONProvider:
    def test_needs_dumps_and_loads_only(self, app: FakeApp) -> None:
        provider = LeastProvider(app)
        file = io.StringIO()
        provider.dump({"a": [1]}, file)
        file.seek(0)
        assert provider.load(file) == {"a": [1]}
        response = provider.response(1, 2)
        assert body(response) == "[1, 2]"
        assert response.mimetype == "application/json"

    def test_is_abstract(self, app: FakeApp) -> None:
        with pytest.raises(NotImplementedError):
            JSONProvider(app).dumps(1)
        with pytest.raises(NotImplementedError):
            JSONProvider(app).loads("1")

    def test_does_not_keep_the_app_alive(self) -> None:
        provider = LeastProvider(FakeApp())
        with pytest.raises(ReferenceError):
            provider.response(1)

    def test_subclass_may_change_what_a_response_is_made_of(self, app: App) -> None:
        class Provider(DefaultJSONProvider):
            def _prepare_response_obj(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
                return {"data": super()._prepare_response_obj(args, kwargs)}

        app.json = Provider(app)
        for response in (app.json.response(1, 2), app.json.response([1, 2])):
            assert response.get_json() == {"data": [1, 2]}


class TestDumps:
    @pytest.mark.parametrize(
        ("value", "document"),
        [
            (date(2026, 1, 2), '"Fri, 02 Jan 2026 00:00:00 GMT"'),
            (datetime(2026, 1, 2, 3, tzinfo=UTC), '"Fri, 02 Jan 2026 03:00:00 GMT"'),
            (Decimal("1.10"), '"1.10"'),
            (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
            (Point(1, Point(2)), '{"x":{"x":null,"y":2},"y":1}'),
            (Html(), '"<b>"'),
            ({"b": 1, "a": "ä"}, '{"a":"\\u00e4","b":1}'),
            ({2: 1, 1: 2}, '{"1":2,"2":1}'),
            (2**70, str(2**70)),
            ((1, (2,)), "[1,[2]]"),
            ("text", '"text"'),
        ],
    )
    def test_value(self, provider: DefaultJSONProvider, value: object, document: str) -> None:
        assert provider.dumps(value, separators=(",", ":")) == document

    def test_is_spaced_by_default(self, provider: DefaultJSONProvider) -> None:
        assert provider.dumps({"a": [1, 2]}) == '{"a": [1, 2]}'

    def test_takes_the_arguments_of_the_library(self, provider: DefaultJSONProvider) -> None:
        assert provider.dumps({"b": "ä", "a": 1}, indent=1) == '{\n "a": 1,\n "b": "\\u00e4"\n}'
        assert provider.dumps(
            {"b": "ä", "a": {1}}, sort_keys=False, default=list, ensure_ascii=False
        ) == ('{"b": "ä", "a": [1]}')

    @pytest.mark.parametrize("arguments", [{}, {"separators": (",", ":")}, {"indent": 2}])
    def test_attributes_count_from_the_next_call(
        self, provider: DefaultJSONProvider, arguments: dict[str, Any]
    ) -> None:
        value = {"b": "ä", "a": {1}}
        with pytest.raises(TypeError, match=r"Object of type set is not.*set app\.json\.default"):
            provider.dumps(value, **arguments)
        provider.default = list
        assert json.loads(provider.dumps(value, **arguments)) == {"a": [1], "b": "ä"}
        provider.ensure_ascii = False
        assert "ä" in provider.dumps(value, **arguments)
        provider.sort_keys = False
        document = provider.dumps(value, **arguments)
        assert document.index('"b"') < document.index('"a"')

    def test_default_may_be_a_method(self, app: FakeApp) -> None:
        class Provider(DefaultJSONProvider):
            def default(self, value: Any) -> Any:
                return [type(self).__name__, *value]

        assert Provider(app).dumps({1}) == '["Provider", 1]'

    @pytest.mark.parametrize("arguments", [{}, {"separators": (",", ":")}])
    def test_cyclic_value_is_an_error(
        self, provider: DefaultJSONProvider, arguments: dict[str, Any]
    ) -> None:
        value: list[Any] = []
        value.append(value)
        with pytest.raises(ValueError, match="Circular"):
            provider.dumps(value, **arguments)

    def test_dataclass_itself_is_an_error(self, provider: DefaultJSONProvider) -> None:
        with pytest.raises(TypeError, match="Object of type type"):
            provider.dumps(Point)

    @pytest.mark.parametrize("arguments", [{}, {"separators": (",", ":")}, {"indent": 2}])
    def test_keys_of_several_types_are_sorted_by_text(
        self, provider: DefaultJSONProvider, arguments: dict[str, Any]
    ) -> None:
        provider.default = vars
        value = [{"b": {10: 1, 2: 2}, 2: Point({"1": 1, None: 2}), 10: (), True: 1.5, "a": 3}]
        document = provider.dumps(value, **arguments)
        assert json.loads(document) == [
            {"10": [], "2": {"x": None, "y": {"1": 1, "null": 2}}, "a": 3}
            | {"b": {"2": 2, "10": 1}, "true": 1.5}
        ]
        assert list(json.loads(document)[0]) == ["10", "2", "a", "b", "true"]
        assert list(json.loads(document)[0]["b"]) == ["2", "10"]

    def test_keys_of_several_types_stay_in_order_if_nothing_is_sorted(
        self, provider: DefaultJSONProvider
    ) -> None:
        provider.sort_keys = False
        assert provider.dumps({"b": 1, 1: 2}) == '{"b": 1, "1": 2}'

    def test_an_error_of_default_is_not_taken_for_one_of_the_keys(
        self, provider: DefaultJSONProvider
    ) -> None:
        provider.default = lambda value: sorted([1, "a"])
        with pytest.raises(TypeError, match="not supported between"):
            provider.dumps({"a": {1}})

    def test_without_compiled_encoder(self) -> None:
        with mock.patch("json.encoder.c_make_encoder", None):
            encode = make_encode(str, True, True, (",", ":"))
        assert encode({"b": {}, "a": 1j}) == '{"a":"1j","b":{}}'


class TestLoads:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
    @pytest.mark.parametrize("document", ['{"a":"ä"}', ' ["ä"]', '["ä"]', "[]", "1"])
    def test_bytes_in_any_encoding(
        self, provider: DefaultJSONProvider, document: str, encoding: str
    ) -> None:
        assert provider.loads(document.encode(encoding)) == json.loads(document)

    @pytest.mark.parametrize(
        "document", ["", b"", "{", b"{", "[]]", "[1,]", "x]", b"[\xff]", b"\xff", "\ufeff1"]
    )
    def test_malformed_document(self, provider: DefaultJSONProvider, document: str | bytes) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - the library's own texts
            provider.loads(document)

    @pytest.mark.parametrize(
        "document", [*"[{", "[1,]", '{"a" 1}', '["a', "[nul]", "[] x", "{} ]", "[1]\n\n2", "[\0]"]
    )
    def test_malformed_document_has_the_error_of_the_library(
        self, provider: DefaultJSONProvider, document: str
    ) -> None:
        with pytest.raises(json.JSONDecodeError) as expected:
            json.loads(document)
        for form in (document, document.encode()):
            with pytest.raises(json.JSONDecodeError) as raised:
                provider.loads(form)
            assert str(raised.value) == str(expected.value)

    @pytest.mark.parametrize("document", ["[1]\n", '{"a": 1} \t\r\n', " [1]", "[]"])
    def test_white_space_around_is_no_error(
        self, provider: DefaultJSONProvider, document: str
    ) -> None:
        assert provider.loads(document.encode()) == json.loads(document)

    @pytest.mark.parametrize(
        "end", ["", "x", "]x", '"', "]]", "]\n", "] ", "\xff"], ids=["cut", *"abcdefg"]
    )
    def test_a_document_is_scanned_once(
        self, provider: DefaultJSONProvider, end: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scans: list[int] = []

        def count(scan: Callable[..., Any]) -> Callable[..., Any]:
            def counting(text: Any, *args: Any, **kwargs: Any) -> Any:
                scans.append(len(text))
                return scan(text, *args, **kwargs)

            return counting

        monkeypatch.setattr(json_provider, "_scan", count(json_provider._scan))
        monkeypatch.setattr(json, "loads", count(json.loads))
        document = "[" + '"some text", ' * 1000 + "1" + end
        with contextlib.suppress(ValueError):
            provider.loads(document.encode())
        assert scans == [len(document)]

    @pytest.mark.parametrize("document", ["[" * 100_000, '{"a":' * 100_000, " [" * 100_000])
    def test_too_many_levels_are_malformed(
        self, provider: DefaultJSONProvider, document: str
    ) -> None:
        for form in (document, document.encode()):
            with pytest.raises(json.JSONDecodeError, match="More levels"):
                provider.loads(form)

    def test_integer_keeps_its_digits(self, provider: DefaultJSONProvider) -> None:
        assert provider.loads(str(2**70)) == 2**70

    def test_takes_the_arguments_of_the_library(self, provider: DefaultJSONProvider) -> None:
        assert provider.loads("[1.5]", parse_float=Decimal) == [Decimal("1.5")]

    def test_load_reads_binary_files(self, provider: DefaultJSONProvider) -> None:
        assert provider.load(io.BytesIO(b'{"a": 1}')) == {"a": 1}


class TestResponse:
    def test_is_compact_and_ends_with_a_newline(self, provider: DefaultJSONProvider) -> None:
        response = provider.response({"b": 1, "a": [1, 2]})
        assert body(response) == '{"a":[1,2],"b":1}\n'
        assert response.headers["Content-Type"] == "application/json"

    @pytest.mark.parametrize(
        ("debug", "compact", "is_indented"),
        [
            (False, None, False),
            (True, None, True),
            (False, False, True),
            (True, True, False),
        ],
    )
    def test_indentation(
        self,
        app: FakeApp,
        provider: DefaultJSONProvider,
        debug: bool,
        compact: bool | None,
        is_indented: bool,
    ) -> None:
        app.debug = debug
        provider.compact = compact
        assert body(provider.response(a=1)) == ('{\n  "a": 1\n}\n' if is_indented else '{"a":1}\n')

    def test_arguments(self, provider: DefaultJSONProvider) -> None:
        assert body(provider.response()) == "null\n"
        assert body(provider.response(None)) == "null\n"
        assert body(provider.response([1])) == "[1]\n"
        assert body(provider.response(1, 2)) == "[1,2]\n"
        with pytest.raises(TypeError, match="either args or kwargs, not both"):
            provider.response(1, a=2)

    def test_mimetype_and_class(self, app: FakeApp, provider: DefaultJSONProvider) -> None:
        class OtherResponse(Response):
            pass

        app.response_class = OtherResponse
        provider.mimetype = "application/problem+json"
        response = provider.response({})
        assert type(response) is OtherResponse
        assert response.mimetype == "application/problem+json"

    @pytest.mark.parametrize("compact", [True, False])
    @pytest.mark.parametrize(
        ("value", "place"),
        [
            (math.nan, " is nan"),
            ([1, math.inf], "[1] is inf"),
            (
                {"rows": [{"price": 1.5}, {"price": -math.inf, "n": None}]},
                "['rows'][1]['price'] is -inf",
            ),
            ({"p": Point(1, (math.nan,))}, "['p']['x'][0] is nan"),
            ({1: "a", "b": math.nan}, "['b'] is nan"),
        ],
    )
    def test_number_that_json_lacks_is_an_error_that_says_where(
        self, provider: DefaultJSONProvider, value: object, place: str, compact: bool
    ) -> None:
        provider.compact = compact
        with pytest.raises(JSONNumberError, match=re.escape(f"of a response{place}.")):
            provider.response(value)
        with pytest.raises(JSONNumberError, match="app.json.allow_nan = True"):
            provider.response(value)
        provider.allow_nan = True
        assert provider.response(value).status_code == 200

    def test_words_that_look_like_such_a_number_are_sent(
        self, provider: DefaultJSONProvider
    ) -> None:
        value = {
            "NaN": "Infinity",
            "null": [None, "null", 1e308, 5e-324, 2**70],
            "d": Decimal("NaN"),
        }
        assert json.loads(body(provider.response(value)))["NaN"] == "Infinity"

    def test_documents_for_other_purposes_may_hold_such_numbers(self, app: FakeApp) -> None:
        assert DefaultJSONProvider(app).dumps([math.nan, math.inf]) == "[NaN, Infinity]"

    def test_uses_an_overridden_dumps(self, app: FakeApp) -> None:
        class Provider(DefaultJSONProvider):
            def dumps(self, obj: Any, **kwargs: Any) -> str:
                return f"<{obj}>"

        assert body(Provider(app).response(1)) == "<1>\n"
        provider = DefaultJSONProvider(app)
        provider.dumps = lambda obj, separators: f"<{obj}>"  # type: ignore[method-assign]
        assert body(provider.response(1)) == "<1>\n"


NAIVE = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC).replace(tzinfo=None)


class TestJsonDefaultIso8601:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (
                datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5, minutes=30))),
                "2026-01-02T03:04:05+05:30",
            ),
            (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00"),
            (NAIVE, "2026-01-02T03:04:05.000678"),
            (date(2026, 1, 2), "2026-01-02"),
            (time(3, 4, tzinfo=UTC), "03:04:00+00:00"),
            (Decimal("1.10"), "1.10"),
        ],
    )
    def test_time_keeps_its_offset(self, value: object, text: str) -> None:
        assert json_default_iso8601(value) == text

    def test_other_value_is_refused(self) -> None:
        with pytest.raises(TypeError, match=r"set app\.json\.default"):
            json_default_iso8601(timedelta(1))


NOON = datetime(2026, 1, 2, 12, tzinfo=timezone(timedelta(hours=1)))


class TestConfiguredJSONProvider:
    @pytest.mark.parametrize("method", ["dumps", "response", "dump"])
    @pytest.mark.parametrize(
        ("settings", "provider_class", "text"),
        [
            ({}, DefaultJSONProvider, "Fri, 02 Jan 2026 11:00:00 GMT"),
            ({"JSON_PROVIDER": "orjson"}, OrjsonProvider, "Fri, 02 Jan 2026 11:00:00 GMT"),
            ({"JSON_DATES": "iso8601"}, DefaultJSONProvider, "2026-01-02T12:00:00+01:00"),
            (
                {"JSON_PROVIDER": "orjson", "JSON_DATES": "iso8601"},
                OrjsonProvider,
                "2026-01-02T12:00:00+01:00",
            ),
        ],
    )
    def test_settings_loaded_after_the_app_was_made_decide(
        self,
        settings: dict[str, str],
        provider_class: type[DefaultJSONProvider],
        text: str,
        method: str,
    ) -> None:
        app = App("shop")
        provider = app.json
        app.config.from_mapping(settings)
        if method == "dump":
            file = io.StringIO()
            provider.dump(NOON, file)
            document = file.getvalue()
        else:
            written = getattr(provider, method)(NOON)
            document = written if method == "dumps" else body(written)
        assert json.loads(document) == text
        assert type(app.json) is provider_class

    def test_attributes_set_before_stay(self) -> None:
        app = App("shop")
        assert isinstance(app.json, DefaultJSONProvider)
        app.json.sort_keys = False
        app.json.default = lambda value: "mine"
        app.config.update(JSON_PROVIDER="orjson", JSON_DATES="iso8601")
        assert app.json.dumps({"b": NOON, "a": 1}) == '{"b": "mine", "a": 1}'

    def test_attributes_set_on_a_kept_provider_count(self) -> None:
        app = App("shop")
        provider = app.json
        assert isinstance(provider, DefaultJSONProvider)
        app.json.dumps(1)
        provider.sort_keys = False
        assert app.json.dumps({"b": 1, "a": 1}) == '{"b": 1, "a": 1}'
        assert provider.dumps({"b": 1, "a": 1}) == '{"b": 1, "a": 1}'

    def test_reading_decides_nothing_yet(self) -> None:
        app = App("shop")
        assert app.json.loads("[1]") == [1]
        app.config["JSON_DATES"] = "iso8601"
        assert app.json.dumps(date(2026, 1, 2)) == '"2026-01-02"'

    def test_method_kept_from_before_works_on(self) -> None:
        app = App("shop")
        dumps = app.json.dumps
        app.config["JSON_DATES"] = "iso8601"
        assert [dumps(date(2026, 1, 2)) for _ in range(2)] == ['"2026-01-02"'] * 2

    def test_provider_of_a_subclass_wins(self) -> None:
        class Shop(App):
            json_provider_class = LeastProvider

        app = Shop("shop")
        app.config["JSON_PROVIDER"] = "orjson"
        app.json.dumps(1)
        assert type(app.json) is LeastProvider

    def test_assigned_provider_wins(self) -> None:
        app = App("shop")
        app.config["JSON_DATES"] = "iso8601"
        app.json = DefaultJSONProvider(app)
        assert app.json.dumps(date(2026, 1, 2)) == '"Fri, 02 Jan 2026 00:00:00 GMT"'

    def test_config_that_lacks_the_settings_has_the_defaults(self) -> None:
        class Shop(App):
            default_config = ImmutableDict(DEBUG=False, PROVIDE_AUTOMATIC_OPTIONS=True)

        app = Shop("shop")
        assert app.json.dumps(date(2026, 1, 2)) == '"Fri, 02 Jan 2026 00:00:00 GMT"'

    def test_provider_assigned_later_stays(self) -> None:
        app = App("shop")
        first, app.json = app.json, DefaultJSONProvider(app)
        second = app.json
        first.dumps(1)
        assert app.json is second

    def test_does_not_keep_the_app_alive(self, no_collector: None) -> None:
        app = App("shop")
        app.json.dumps(1)
        gone = weakref.ref(app)
        del app
        assert gone() is None

    @pytest.mark.parametrize(
        ("key", "value", "remedy"),
        [
            ("JSON_PROVIDER", "orjsn", "Did you mean 'orjson'?"),
            ("JSON_DATES", "iso", "Did you mean 'iso8601'?"),
            ("JSON_DATES", None, "leave it out"),
        ],
    )
    def test_unknown_value_names_the_nearest(self, key: str, value: object, remedy: str) -> None:
        app = App("shop")
        app.config[key] = value
        for _ in range(2):
            with pytest.raises(UnknownChoiceError, match=key) as caught:
                app.json.dumps(1)
            assert remedy in str(caught.value)

    def test_missing_orjson_says_what_to_install(self) -> None:
        app = App("shop")
        app.config["JSON_PROVIDER"] = "orjson"
        with (
            mock.patch.dict(sys.modules, {"orjson": None}),
            pytest.raises(ImportError, match=r"pip install cruse-core\[orjson\]"),
        ):
            app.json.dumps(1)
        assert type(app.json) is ConfiguredJSONProvider


keys = st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters()),
    st.decimals(),
    st.uuids(),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.dates(),
    st.builds(Point, st.integers(), st.text()),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(keys, inner)
    ),
    max_leaves=10,
)


class TestOrjsonProvider:
    @given(values, st.booleans(), st.booleans(), st.booleans())
    def test_documents_mean_the_same(
        self, value: object, ensure_ascii: bool, sort_keys: bool, iso8601: bool
    ) -> None:
        app = FakeApp()
        documents: list[str] = []
        for provider in (DefaultJSONProvider(app), OrjsonProvider(app)):
            if iso8601:
                provider.default = json_default_iso8601
            provider.ensure_ascii = ensure_ascii
            provider.sort_keys = sort_keys
            try:
                documents.append(provider.dumps(value, separators=(",", ":")))
            except (OverflowError, TypeError):  # A date before the first one in UTC, too.
                documents.append("null")
        default, fast = documents
        assert repr(json.loads(fast)) == repr(json.loads(default))
        assert fast.isascii() or not ensure_ascii

    def test_missing_orjson_says_what_to_install(self, app: FakeApp) -> None:
        with (
            mock.patch.dict(sys.modules, {"orjson": None}),
            pytest.raises(ImportError, match=r"pip install cruse-core\[orjson\]"),
        ):
            OrjsonProvider(app)
