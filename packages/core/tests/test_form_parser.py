"""A form is parsed as Werkzeug parses it, whatever the client says of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as WerkzeugRequest

from cruse_core.form_parser import FORM_MIMETYPE, SHORT_UPLOAD_BYTES, FormParser, parse_form
from cruse_core.requests import Request

BOUNDARY = "----Boundary7MA4"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
# Werkzeug drops the files of a form in which it then finds something malformed.
UNCLOSED_FILES = pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")


def make_part(disposition: str, content: bytes, *headers: str) -> bytes:
    lines = "\r\n".join([f"Content-Disposition: form-data; {disposition}", *headers])
    return f"--{BOUNDARY}\r\n{lines}\r\n\r\n".encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
FIELD = make_part('name="title"', b"On the engine")
FILE = make_part('name="scan"; filename="scan.txt"', b"content", "Content-Type: text/plain")


def make_environ(
    body: bytes, content_type: str = CONTENT_TYPE, stream: IO[bytes] | None = None, **values: Any
) -> dict[str, Any]:
    environ = EnvironBuilder("/", method="POST").get_environ()
    environ["CONTENT_TYPE"] = content_type
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = io.BytesIO(body) if stream is None else stream
    environ.update(values)
    return {key: value for key, value in environ.items() if value is not None}


def make_request(body: bytes, content_type: str = CONTENT_TYPE, **values: Any) -> Request:
    return Request(make_environ(body, content_type, **values))


def describe_file(file: FileStorage) -> tuple[Any, ...]:
    return (
        file.name,
        file.filename,
        list(file.headers),
        file.content_type,
        file.mimetype,
        file.mimetype_params,
        file.content_length,
        file.read(),
        type(file.stream),
    )


def describe(request: WerkzeugRequest) -> list[Any]:
    """Return all that a form brought and what is left to read, or the classes of the errors."""
    steps: list[Callable[[], Any]] = [
        lambda: list(request.form.items(multi=True)),
        lambda: [(k, describe_file(file)) for k, file in request.files.items(multi=True)],
        lambda: (type(request.form), type(request.files)),
        lambda: request.stream.read(),
        lambda: request.get_data(),
    ]
    told: list[Any] = []
    with request:
        for step in steps:
            try:
                told.append(step())
            except Exception as exc:
                told.append(type(exc))
    return told


def describe_both(
    body: bytes,
    content_type: str = CONTENT_TYPE,
    *,
    limits: tuple[int | None, int | None, int | None] = (None, 500_000, 1000),
    **values: Any,
) -> tuple[list[Any], list[Any]]:
    """Return what our request and Werkzeug's say about equal environs."""
    told = []
    for cls in (Request, WerkzeugRequest):
        request = cls(make_environ(body, content_type, **values))
        names = ("max_content_length", "max_form_memory_size", "max_form_parts")
        for name, limit in zip(names, limits, strict=True):
            setattr(request, name, limit)
        told.append(describe(request))
    return told[0], told[1]


class TestParseForm:
    @pytest.mark.parametrize(
        "body", [b"", b"a=1&b=%C3%A9&a=2", b"a=%&b=%zz", "a=é".encode(), b"a=1&b=\xff"]
    )
    def test_answers_like_werkzeug(self, body: bytes) -> None:
        parser = FormDataParser(cls=ImmutableMultiDict)
        expected = parser.parse(io.BytesIO(body), FORM_MIMETYPE, len(body))[1]
        assert parse_form(body) == expected

    def test_what_was_parsed_is_not_parsed_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*args: object, **kwargs: object) -> None:
            raise AssertionError("Werkzeug is asked as well")

        monkeypatch.setattr(FormDataParser, "parse", refuse)
        body = b"a=some+value%20&" * 4000 + b"last=%"
        assert parse_form(body)["last"] == "%"
        request = make_request(body, FORM_MIMETYPE)
        assert len(body) > 60_000
        assert request.form["last"] == "%"
        with make_request(FIELD + FILE + END + b"epilogue") as request:
            assert request.form["title"] == "On the engine"
        with make_request(FIELD + FILE) as request:
            assert not request.form


class TestFormParser:
    def test_is_silent_about_what_is_malformed_unless_told_otherwise(self) -> None:
        for mimetype, options in (
            ("multipart/form-data", {"boundary": BOUNDARY}),
            ("multipart/form-data", {"boundary": "é"}),
            ("multipart/form-data", {}),
        ):
            stream = io.BytesIO(FIELD)
            assert FormParser().parse(stream, mimetype, None, options)[1] == MultiDict()
            with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
                FormParser(silent=False).parse(io.BytesIO(FIELD), mimetype, None, options)

    def test_reads_nothing_that_is_no_form(self) -> None:
        stream = io.BytesIO(b"a=1")
        assert FormParser().parse(stream, "text/plain", 3) == (stream, MultiDict(), MultiDict())
        assert stream.tell() == 0

    def test_tells_the_maker_of_file_streams_what_the_client_says(self) -> None:
        told = []

        def make_stream(**facts: Any) -> IO[bytes]:
            told.append(facts)
            return io.BytesIO()

        parser = FormParser(stream_factory=make_stream)
        part = make_part('name="a"; filename="b"', b"", "Content-Length: 7", "Content-Type: x/y")
        options = {"boundary": BOUNDARY}
        parser.parse(io.BytesIO(part + FILE + END), "multipart/form-data", 900, options)
        assert told == [
            {
                "total_content_length": 900,
                "filename": filename,
                "content_type": content_type,
                "content_length": length,
            }
            for filename, content_type, length in (("b", "x/y", 7), ("scan.txt", "text/plain", 0))
        ]


CONTENT_TYPES = st.sampled_from(
    [CONTENT_TYPE] * 8
    + [
        f'multipart/form-data; boundary="{BOUNDARY}"',
        f"Multipart/Form-Data; charset=utf-8; Boundary={BOUNDARY}",
        f"multipart/form-data; boundary={BOUNDARY[:-1]}",
        "multipart/form-data",
        f"multipart/mixed; boundary={BOUNDARY}",
    ]
)
BODIES = [
    b"",
    FIELD + END,
    FIELD + FILE + END,
    FILE + FIELD + FILE + END + b"epilogue",
    b"preamble\r\n" + FIELD + END[:-2],
    FIELD + FILE,
    FIELD + make_part('name="a"; filename="C:\\a%20b.txt"', b"1", "X-Note: 1") + END,
    FIELD.replace(b"title", b"\xff") + END,
]
ENVIRONS = st.sampled_from(
    [{}] * 6
    + [
        {"wsgi.input_terminated": True},
        {"wsgi.input_terminated": True, "CONTENT_LENGTH": None},
        {"wsgi.input_terminated": True, "CONTENT_LENGTH": "3"},
        {"wsgi.input_terminated": True, "CONTENT_LENGTH": "10000"},
        {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        {"CONTENT_LENGTH": None},
        {"CONTENT_LENGTH": "100"},
        {"CONTENT_LENGTH": "10000"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"REQUEST_METHOD": "GET"},
    ]
)
LIMITS = st.tuples(
    st.sampled_from([None] * 6 + [0, 50, 100, 10_000]),
    st.sampled_from([500_000, None]),
    st.sampled_from([1000] * 6 + [0, 1, 2]),
)


@UNCLOSED_FILES
class TestMultipart:
    @given(st.sampled_from(BODIES), CONTENT_TYPES, ENVIRONS, LIMITS)
    def test_is_werkzeugs(
        self,
        body: bytes,
        content_type: str,
        values: dict[str, Any],
        limits: tuple[int | None, int, int],
    ) -> None:
        if "wsgi.input_terminated" in values:
            # Werkzeug cuts such a body at its limit; test_bodies.py tells what happens here.
            limits = (None, *limits[1:])
        ours, werkzeugs = describe_both(body, content_type, limits=limits, **values)
        assert ours == werkzeugs

    @pytest.mark.parametrize(
        "values", [{"HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": None}]
    )
    def test_without_a_length_is_read_to_its_end(self, values: dict[str, Any]) -> None:
        with make_request(FIELD + END, **{"wsgi.input_terminated": True}, **values) as request:
            assert request.form["title"] == "On the engine"

    def test_of_a_client_that_leaves_is_a_bad_request(self) -> None:
        with pytest.raises(ClientDisconnected):
            _ = make_request(FIELD + END, CONTENT_LENGTH="1000").form

    def test_of_a_connection_that_breaks_is_a_bad_request(self) -> None:
        class Broken(io.BytesIO):
            def read(self, count: int | None = -1, /) -> bytes:
                data = super().read(10)
                if not data:
                    raise ConnectionResetError
                return data

        with pytest.raises(ClientDisconnected):
            _ = make_request(FIELD + END, stream=Broken(FIELD)).form

    def test_above_the_limit_is_refused(self) -> None:
        request = make_request(FIELD + END)
        request.max_content_length = len(FIELD)
        with pytest.raises(RequestEntityTooLarge):
            _ = request.form

    def test_is_parsed_from_data_that_was_read_before(self) -> None:
        with make_request(FIELD + FILE + END) as request:
            assert request.get_data() == FIELD + FILE + END
            assert request.form["title"] == "On the engine"
            assert request.files["scan"].read() == b"content"
            assert request.data == FIELD + FILE + END

    def test_of_a_shallow_request_is_refused(self) -> None:
        with pytest.raises(RuntimeError, match="shallow"):
            _ = Request(make_environ(FIELD + END), shallow=True).form

    def test_of_a_stream_that_was_taken_is_read_from_there(self) -> None:
        request = make_request(FIELD + END)
        stream = request.stream
        assert request.form["title"] == "On the engine"
        assert stream.read() == b""


class TestFiles:
    def test_of_a_short_form_stay_in_memory_until_a_file_is_needed(self) -> None:
        content = b"x" * 900_000
        with make_request(make_part('name="a"; filename="b"', content) + END) as request:
            file = request.files["a"]
            assert file.stream.fileno() > 2
            assert file.read() == content

    def test_of_a_long_form_are_on_disk(self) -> None:
        content = b"x" * SHORT_UPLOAD_BYTES
        with make_request(make_part('name="a"; filename="b"', content) + END) as request:
            ours = request.files["a"]
            assert ours.read() == content
            assert ours.stream.name is not None

    def test_are_closed_with_the_request(self) -> None:
        with make_request(FILE + END) as request:
            file = request.files["scan"]
        assert file.stream.closed


class TestOverriddenSteps:
    """A subclass or an instance that changes how a form is parsed has the say."""

    def test_file_streams_of_a_subclass(self) -> None:
        class Choosing(Request):
            def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
                return io.BytesIO()

        with Choosing(make_environ(FILE + END)) as request:
            assert isinstance(request.files["scan"].stream, io.BytesIO)

    def test_file_streams_of_an_instance(self) -> None:
        def choose(*args: Any, **kwargs: Any) -> IO[bytes]:
            return io.BytesIO()

        with make_request(FILE + END) as request:
            request._get_file_stream = choose  # type: ignore[method-assign]
            assert isinstance(request.files["scan"].stream, io.BytesIO)

    def test_form_data_parser_class(self) -> None:
        class Parser(FormDataParser):
            def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
                return stream, self.cls([("a", "parsed")]), self.cls()

        class Parsing(Request):
            form_data_parser_class = Parser

        assert Parsing(make_environ(FIELD + END)).form["a"] == "parsed"

    def test_parameter_storage_class(self) -> None:
        class Mutable(Request):
            parameter_storage_class = MultiDict  # type: ignore[assignment]

        assert type(Mutable(make_environ(FIELD + END)).form) is MultiDict
        assert type(make_request(FIELD + END).form) is ImmutableMultiDict

    @pytest.mark.parametrize(
        "override",
        [
            {"mimetype_params": property(lambda self: {"boundary": "x"})},
            {"mimetype": "text/plain"},
            {"want_form_data_parsed": False},
            {"_get_stream_for_parsing": lambda self: io.BytesIO(END)},
        ],
    )
    def test_reading_of_a_subclass(self, override: dict[str, Callable[..., Any]]) -> None:
        changed = type("Changed", (Request,), override)
        assert not changed(make_environ(FIELD + END)).form

    def test_type_of_an_instance(self) -> None:
        request = make_request(FIELD + END)
        request.mimetype = "text/plain"  # type: ignore[misc]
        assert not request.form
