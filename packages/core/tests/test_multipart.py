"""A short multipart form is parsed like Werkzeug's, whatever the client sends."""

from __future__ import annotations

import io
import random
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

from cruse_core.multipart import (
    SHORT_UPLOAD_BYTES,
    FormLimits,
    find_boundary,
    find_short_upload,
    make_unread_stream,
    parse_multipart,
)
from cruse_core.requests import Request

BOUNDARY = "----Boundary7MA4"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
# Werkzeug drops the files of a form in which it then finds something malformed.
UNCLOSED_FILES = pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
NO_LIMITS = FormLimits(None, None)


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


def is_parsed_here(body: bytes, limits: FormLimits = NO_LIMITS) -> bool:
    """Return whether the short cut takes the *body*."""
    form = parse_multipart(body, BOUNDARY.encode(), limits)
    if form is None:
        return False
    for files in form.files.values():
        for file in files:
            file.close()
    return True


class TestFindBoundary:
    @pytest.mark.parametrize(
        "content_type",
        [
            f"multipart/form-data; boundary={BOUNDARY}",
            f"multipart/form-data;boundary={BOUNDARY}",
            f'multipart/form-data; boundary="{BOUNDARY}"',
        ],
    )
    def test_is_found_in_the_header_of_a_common_client(self, content_type: str) -> None:
        assert find_boundary(content_type) == BOUNDARY.encode()

    @pytest.mark.parametrize(
        "content_type",
        [
            "",
            "text/plain",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=x",
            "Multipart/Form-Data; boundary=x",
            "multipart/form-data; charset=utf-8; boundary=x",
            "multipart/form-data; boundary=x; charset=utf-8",
            'multipart/form-data; boundary="x',
            "multipart/form-data; boundary*=utf-8''x",
            "multipart/form-data; boundary=x%20y",
            "multipart/form-data; boundary=é",
            f"multipart/form-data; boundary={'x' * 71}",
        ],
    )
    def test_is_left_to_werkzeug_otherwise(self, content_type: str) -> None:
        assert find_boundary(content_type) is None


class TestFindShortUpload:
    @pytest.mark.parametrize("terminated", [{}, {"wsgi.input_terminated": True}])
    def test_reads_what_was_announced(self, terminated: dict[str, bool]) -> None:
        upload = find_short_upload(make_environ(b"12345", **terminated), None)
        assert upload == (b"12345", True, None)

    def test_leaves_what_follows_to_the_next_request(self) -> None:
        stream = io.BytesIO(b"12345next")
        assert find_short_upload(make_environ(b"12345", stream=stream), None) is not None
        assert stream.read() == b"next"

    def test_is_not_whole_if_the_input_goes_on(self) -> None:
        environ = make_environ(
            b"12", stream=io.BytesIO(b"12345"), **{"wsgi.input_terminated": True}
        )
        upload = find_short_upload(environ, None)
        assert upload is not None
        assert not upload.is_whole
        unread = io.BufferedReader(make_unread_stream(environ, upload, None))  # type: ignore[type-var]
        assert unread.read() == b"12345"

    @pytest.mark.parametrize(
        "values",
        [
            {"CONTENT_LENGTH": None},
            {"CONTENT_LENGTH": ""},
            {"CONTENT_LENGTH": "-1"},
            {"CONTENT_LENGTH": "²"},
            {"CONTENT_LENGTH": "9" * 5000},
            {"CONTENT_LENGTH": str(SHORT_UPLOAD_BYTES + 1)},
            {"HTTP_TRANSFER_ENCODING": "chunked"},
        ],
    )
    def test_reads_nothing_of_another_body(self, values: dict[str, Any]) -> None:
        environ = make_environ(b"12345", **values)
        assert find_short_upload(environ, None) is None
        assert environ["wsgi.input"].read() == b"12345"

    def test_reads_nothing_of_a_body_above_the_limit(self) -> None:
        environ = make_environ(b"12345")
        assert find_short_upload(environ, 4) is None
        assert environ["wsgi.input"].read() == b"12345"
        assert find_short_upload(environ, 6) is not None


@UNCLOSED_FILES
class TestParseMultipart:
    def test_keeps_fields_and_files_of_each_name_in_order(self) -> None:
        body = FIELD + FILE + make_part('name="title"', b"") + FILE + END
        form = parse_multipart(body, BOUNDARY.encode(), NO_LIMITS)
        assert form is not None
        assert form.fields == {"title": ["On the engine", ""]}
        for file in form.files["scan"]:
            assert file.read() == b"content"
            file.close()

    @pytest.mark.parametrize(
        "part",
        [
            make_part('name="a"', b"1"),
            make_part('name=""', b""),
            make_part('name="größe"', "größe".encode()),
            make_part('name="a"', b"\xff\xfe"),
            make_part('name="a b;c=d"', b"\r\n\n\r--"),
            make_part('name="a"', b"1", "Content-Type: text/plain"),
            make_part('name="a"; filename=""', b"", "Content-Type: application/octet-stream"),
            make_part('name="a"; filename="b; c.txt"', b"1"),
            make_part('name="a"; filename="größe.txt"', b"1", "Content-Type: text/x; a=b"),
        ],
    )
    def test_takes_what_clients_send(self, part: bytes) -> None:
        for body in (part + END, b"\r\n" + part + END, part + END[:-2]):
            assert is_parsed_here(body)
            ours, werkzeugs = describe_both(body)
            assert ours == werkzeugs

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"preamble\r\n" + FIELD + END,
            FIELD,
            FIELD + END + b"epilogue",
            FIELD.replace(b"\r\n", b"\n") + END,
            FIELD.replace(b"\r\n", b"\r") + END,
            FIELD.replace(b"Boundary7MA4\r\n", b"Boundary7MA4  \r\n") + END,
            make_part('name="a"', b"1", "Content-Type: text/plain; charset=iso-8859-1") + END,
            make_part('name="a"', b"1", "X-Header: 1") + END,
            make_part('name="a"', b"1", "Content-Type:text/plain") + END,
            make_part('name="a\\"b"', b"1") + END,
            make_part('name="a%22b"', b"1") + END,
            make_part("name=a", b"1") + END,
            make_part("name*=utf-8''%c3%a9", b"1") + END,
            make_part('filename="a.txt"', b"1") + END,
            make_part('name="a"; filename=a.txt', b"1") + END,
            make_part("name=\"a\"; filename*=utf-8''%e2%82%ac.txt", b"1") + END,
            make_part('name="a"; filename*0="a"; filename*1=".txt"', b"1") + END,
            make_part('name="a"; filename="C:\\a.txt"', b"1") + END,
            FIELD.replace(b"title", b"\xff") + END,
            FIELD.replace(b"Content-Disp", b"content-disp") + END,
            FIELD.replace(b"Content-Disposition: form-data; ", b"X: ") + END,
            FIELD.replace(b"; name", b";\r\n name") + END,
            FIELD.replace(b"title", b"t" * 1001) + END,
            make_part('name="a"', f"x--{BOUNDARY}\r\n".encode()) + END,
            make_part('name="a"', f"\n--{BOUNDARY}\r\n".encode()) + END,
        ],
    )
    def test_leaves_what_is_odd_to_werkzeug(self, body: bytes) -> None:
        assert not is_parsed_here(body)
        ours, werkzeugs = describe_both(body)
        assert ours == werkzeugs

    def test_leaves_what_is_too_long_to_werkzeug(self) -> None:
        rest = len(make_part('name="a"; filename="b"', b"") + END)
        for size, is_short in ((SHORT_UPLOAD_BYTES, True), (SHORT_UPLOAD_BYTES + 1, False)):
            body = make_part('name="a"; filename="b"', b"x" * (size - rest)) + END
            assert is_parsed_here(body) is is_short

    @pytest.mark.parametrize(
        ("limits", "is_parsed"),
        [
            (FormLimits(None, 2), True),
            (FormLimits(None, 1), False),
            (FormLimits(200_000, None), True),
            (FormLimits(100_000, None), False),
            (FormLimits(200_000 - 1, None), False),
        ],
    )
    def test_leaves_what_exceeds_a_limit_to_werkzeug(
        self, limits: FormLimits, is_parsed: bool
    ) -> None:
        body = make_part('name="a"', b"x" * 200_000) + FILE + END
        assert is_parsed_here(body, limits) is is_parsed


NAMES = st.one_of(
    st.sampled_from(["a", "b", "", "größe", "a;b=c", " a ", "a\u2028b", "a\x85"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)
PARAMETERS = st.one_of(
    st.builds('name="{}"'.format, NAMES),
    st.builds('filename="{}"'.format, NAMES),
    st.sampled_from(
        [
            "name=a",
            "filename=a.txt",
            'name="a\\"b"',
            'name="a%22b"',
            'filename="C:\\dir\\a.txt"',
            "filename*=utf-8''%e2%82%ac.txt",
            "filename*=iso-8859-1'en'%a3.txt",
            'filename*0="a"; filename*1*=b',
            'filename="a.txt',
            "name",
            'NAME="a"',
        ]
    ),
)
HEADERS = st.sampled_from(
    [
        "Content-Type: text/plain",
        "Content-Type: text/plain; charset=iso-8859-1",
        'Content-Type: text/plain; charset="UTF-8"',
        "Content-Type: text/plain; charset=utf-7",
        "Content-Type: application/octet-stream ",
        "Content-Type:",
        "content-type: image/png",
        "Content-Length: 3",
        "Content-Length: x",
        "Content-Transfer-Encoding: base64",
        "X-Note: größe",
        " continued",
        "no colon",
        "",
    ]
)
CONTENTS = st.one_of(
    st.binary(max_size=20),
    st.lists(
        st.sampled_from(
            [
                b"\r",
                b"\n",
                b"\r\n",
                b"-",
                b"--",
                BOUNDARY.encode(),
                b" ",
                b"x",
                b"\xc3\xa9",
                b"\xff",
            ]
        ),
        max_size=8,
    ).map(b"".join),
)
LINE_BREAKS = st.sampled_from(["\r\n"] * 6 + ["\n", "\r", "\r\n\r\n", " \r\n"])


PLAIN_NAMES = st.text("abé; =-.\u2028\x85\xa0", max_size=8)


@st.composite
def ordinary_parts(draw: st.DrawFn) -> bytes:
    parameters = [f'name="{draw(PLAIN_NAMES)}"']
    headers = draw(st.sampled_from([[], ["Content-Type: text/plain"]]))
    if draw(st.booleans()):
        parameters.append(f'filename="{draw(PLAIN_NAMES)}"')
    return make_part("; ".join(parameters), draw(CONTENTS), *headers)


@st.composite
def odd_parts(draw: st.DrawFn) -> bytes:
    disposition = "; ".join(["form-data", *draw(st.lists(PARAMETERS, max_size=4))])
    headers = draw(st.lists(HEADERS, max_size=3))
    lines = [f"--{BOUNDARY}", f"Content-Disposition: {disposition}", *headers, "", ""]
    line_break = draw(LINE_BREAKS)
    return line_break.join(lines).encode() + draw(CONTENTS) + line_break.encode()


@st.composite
def odd_bodies(draw: st.DrawFn) -> bytes:
    """A form with odd parts, borders, or bytes put in, taken away or changed."""
    preamble = draw(st.sampled_from([b""] * 6 + [b"\r\n", b"\n", b"preamble\r\n", b"--", b" "]))
    end = draw(
        st.sampled_from([END] * 6 + [END[:-2], END[:-4], b"", END + b"epilogue", END + FIELD])
    )
    parts = draw(st.lists(st.one_of(ordinary_parts(), odd_parts()), max_size=4))
    body = preamble + b"".join(parts) + end
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        start = draw(st.integers(0, len(body)))
        after = draw(st.integers(start, min(len(body), start + 3)))
        body = body[:start] + draw(CONTENTS) + body[after:]
    return body


def bodies() -> st.SearchStrategy[bytes]:
    ordinary = st.lists(ordinary_parts(), max_size=4).map(lambda parts: b"".join(parts) + END)
    return st.one_of(ordinary, odd_bodies())


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
    st.sampled_from([500_000] * 6 + [1, 10, 100]),
    st.sampled_from([1000] * 6 + [0, 1, 2]),
)


@UNCLOSED_FILES
class TestForm:
    @given(bodies(), CONTENT_TYPES, ENVIRONS, LIMITS)
    def test_is_werkzeugs(
        self,
        body: bytes,
        content_type: str,
        values: dict[str, Any],
        limits: tuple[int | None, int, int],
    ) -> None:
        ours, werkzeugs = describe_both(body, content_type, limits=limits, **values)
        assert ours == werkzeugs

    @given(bodies(), st.integers(1, 40))
    def test_does_not_depend_on_how_the_body_arrives(self, body: bytes, size: int) -> None:
        class Trickle(io.BytesIO):
            def read(self, count: int | None = -1, /) -> bytes:
                return super().read(size if count is None or count < 0 else min(size, count))

        whole = describe(make_request(body))
        if is_parsed_here(body):
            assert describe(make_request(body, stream=Trickle(body))) == whole

    @pytest.mark.parametrize("field_limit", [1000, 70_000, 500_000])
    def test_of_several_pieces_is_werkzeugs(self, field_limit: int) -> None:
        noise = random.Random(1815)
        for size in (60_000, 65_536, 131_000, 400_000):
            for disposition in ('name="a"', 'name="a"; filename="b.bin"'):
                content = noise.randbytes(size).replace(b"-", b"\r\n-")
                body = FIELD + make_part(disposition, content) + FILE + END
                ours, werkzeugs = describe_both(body, limits=(None, field_limit, 1000))
                assert ours == werkzeugs

    def test_does_not_depend_on_where_pieces_begin(self) -> None:
        # Werkzeug takes a "\r" for content if a piece ends within the two last dashes.
        rest = len(make_part('name="a"; filename="b"', b""))
        for border in range(len(END) + 4):
            content = b"x" * (64 * 1024 - rest - border)
            body = make_part('name="a"; filename="b"', content) + END
            with make_request(body) as request:
                assert request.files["a"].read() == content

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
