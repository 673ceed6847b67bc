"""A multipart form is parsed exactly: as Werkzeug parses it in one piece, wherever pieces end."""

from __future__ import annotations

import io
import random
import sys
from typing import IO, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser

from cruse_core.multipart import (
    HEAD_LIMIT_BYTES,
    PIECE_BYTES,
    FormLimits,
    PartHead,
    parse_multipart,
)

BOUNDARY = "----Boundary7MA4"
NO_LIMITS = FormLimits(None, None)


def make_part(disposition: str, content: bytes, *headers: str) -> bytes:
    lines = "\r\n".join([f"Content-Disposition: form-data; {disposition}", *headers])
    return f"--{BOUNDARY}\r\n{lines}\r\n\r\n".encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
FIELD = make_part('name="title"', b"On the engine")
FILE = make_part('name="scan"; filename="scan.txt"', b"content", "Content-Type: text/plain")


class Trickle(io.BytesIO):
    """A body that arrives in pieces, and counts what is read of it."""

    def __init__(self, body: bytes, piece_bytes: int) -> None:
        super().__init__(body)
        self.piece_bytes = piece_bytes
        self.read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        piece = super().read(min(size, self.piece_bytes))
        self.read_bytes += len(piece)
        return piece


def parse(
    body: bytes | IO[bytes],
    limits: FormLimits = NO_LIMITS,
    boundary: str = BOUNDARY,
) -> list[Any]:
    """Return the names and values of the fields, and what there is to know of the files."""
    stream = io.BytesIO(body) if isinstance(body, bytes) else body
    form = parse_multipart(stream, boundary.encode(), limits, lambda head: io.BytesIO())
    return [
        list(form.fields),
        [(name, file.filename, list(file.headers), file.read()) for name, file in form.files],
    ]


def parse_like_werkzeug(body: bytes, boundary: str = BOUNDARY) -> list[Any]:
    """Return what Werkzeug's parser finds if it gets all of the body at once."""
    parser = MultiPartParser(
        buffer_size=len(body) + 1, cls=list, stream_factory=lambda **_: io.BytesIO()
    )
    fields, files = parser.parse(io.BytesIO(body), boundary.encode(), len(body))
    return [
        fields,
        [(name, file.filename, list(file.headers), file.read()) for name, file in files],
    ]


def outcome(parse: Any, *args: Any) -> Any:
    try:
        return parse(*args)
    except ValueError:
        return "malformed"


class TestParseMultipart:
    @pytest.mark.parametrize(
        "body",
        [
            FIELD + FILE + make_part('name="title"', b"") + FILE + END,
            END,
            b"\r\n" + FIELD + END[:-2],
            b"preamble\r\n" + FIELD + END,
            b"preamble" + FIELD + END,
            FIELD + END + b"epilogue" + FIELD,
            FIELD.replace(b"\r\n", b"\n") + END,
            FIELD.replace(b"\r\n", b"\r") + END,
            FIELD.replace(b"Boundary7MA4\r\n", b"Boundary7MA4 \t \r\n") + END,
            make_part('name="größe"; filename="größe.txt"', "größe".encode()) + END,
            make_part('name="a"', b"\xff\xfe") + END,
            make_part('name="a"', b"\xe9", "Content-Type: text/plain; charset=iso-8859-1") + END,
            make_part('name="a"', b"\xe9", 'content-type: text/plain;charset="latin1"') + END,
            make_part('name="a b;c=d"; filename="b; c.txt"', b"\r\n\n\r--") + END,
            make_part('name="a"', b"1", "X-Header: 1", "Content-Length: 3") + END,
            make_part('name="a\\"b"; filename="C:\\dir\\a%20b%22.txt"', b"1") + END,
            make_part("name=a; filename=a.txt", b"1", "Content-Type:text/plain") + END,
            make_part("name*=utf-8''%c3%a9; filename*=utf-8''%e2%82%ac.txt", b"1") + END,
            make_part('filename="a.txt"', b"1") + END,
            make_part('name="a"; filename*0="a"; filename*1=".txt"', b"1") + END,
            FIELD.replace(b"Content-Disp", b"content-disp").replace(b"; na", b";\r\n na") + END,
            FIELD.replace(b"title", b"t" * 5000) + END,
            make_part('name="a"; filename="a"', f"x--{BOUNDARY}\r\n\n--{BOUNDARY}x".encode()) + END,
        ],
    )
    @pytest.mark.parametrize("piece_bytes", [1, 7, 100_000])
    def test_understands_what_werkzeug_understands(self, body: bytes, piece_bytes: int) -> None:
        assert parse(Trickle(body, piece_bytes)) == parse_like_werkzeug(body)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"a=1",
            FIELD,
            (FIELD + END)[:-4],
            FIELD.replace(b"Content-Disposition: form-data; ", b"X: ") + END,
            FIELD.replace(b"title", b"\xff") + END,
            make_part('name="a"', f"1\n--{BOUNDARY}\r\nContent".encode()) + END,
            FIELD.replace(b"\r\n\r\n", b"\r\n") + END,
        ],
    )
    def test_refuses_what_is_malformed(self, body: bytes) -> None:
        assert outcome(parse_like_werkzeug, body) == "malformed"
        with pytest.raises(ValueError):  # noqa: PT011 - what is wrong is nobody's business
            parse(body)

    def test_closes_the_files_of_a_form_that_is_malformed(self) -> None:
        opened: list[IO[bytes]] = []

        def open_file(head: PartHead) -> IO[bytes]:
            opened.append(io.BytesIO())
            return opened[-1]

        with pytest.raises(ValueError, match="ends before its last border"):
            parse_multipart(io.BytesIO(FILE + FILE), BOUNDARY.encode(), NO_LIMITS, open_file)
        assert [file.closed for file in opened] == [True, True]

    def test_gives_bytes_to_a_file_of_the_application(self) -> None:
        class Hashing:
            written = b""

            def write(self, piece: bytes) -> None:
                self.written += piece

            def seek(self, position: int) -> None:
                pass

        file: Any = Hashing()
        parse_multipart(io.BytesIO(FILE + END), BOUNDARY.encode(), NO_LIMITS, lambda head: file)
        assert file.written == b"content"


class TestWork:
    """Whatever a client sends is read once, and parsed once."""

    @pytest.mark.parametrize(
        "body",
        [
            FIELD + FILE + END + b"epilogue" * 20_000,
            b"preamble" * 20_000 + b"\r\n" + FIELD + END,
            FIELD + make_part('name="a"; filename="C:\\a"', b"x" * 200_000) + END,
        ],
    )
    def test_each_byte_is_read_once(self, body: bytes) -> None:
        stream = Trickle(body, PIECE_BYTES)
        parse(stream)
        assert stream.read_bytes == len(body)

    @pytest.mark.parametrize(
        "filler",
        [
            b"--" + BOUNDARY.encode() + b"x",
            b"\r\n--" + BOUNDARY.encode() + b"x",
            b"\r\n--" + BOUNDARY.encode() + b" " * 40 + b"x",
            b"\r\n--" + BOUNDARY.encode()[:-1],
            b"\r\n",
            b"\r",
            b"-",
        ],
    )
    def test_what_resembles_a_border_is_not_looked_at_again_and_again(self, filler: bytes) -> None:
        calls = []
        for size in (50_000, 100_000):
            body = make_part('name="a"; filename="a"', filler * (size // len(filler))) + END
            stream = Trickle(body, 1000)
            # Each piece costs a number of calls that is bounded, whatever the piece holds.
            calls.append(count_calls(lambda stream=stream: parse(stream)) / (len(body) / 1000))
        assert calls[1] < 1.1 * calls[0] < 60

    def test_a_head_in_small_pieces_is_searched_once(self) -> None:
        body = FIELD + make_part('name="a"', b"1", "X-Note: " + "x" * 20_000) + END
        assert count_calls(lambda: parse(Trickle(body, 10))) < 20 * len(body) / 10


def count_calls(function: Any) -> int:
    """Return how many functions of Python and C were called meanwhile."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


class TestLimits:
    def test_of_parts(self) -> None:
        body = FIELD + FILE + END
        assert parse(body, FormLimits(None, 2)) == parse(body)
        for parts in (0, 1):
            with pytest.raises(RequestEntityTooLarge):
                parse(body, FormLimits(None, parts))

    @pytest.mark.parametrize("piece_bytes", [10, 1_000_000])
    @pytest.mark.parametrize("limit_bytes", [0, 1, 13, 100_000])
    def test_of_fields_leaves_files_heads_and_epilogue_alone(
        self, limit_bytes: int, piece_bytes: int
    ) -> None:
        file = make_part('name="a"; filename="a"', b"x" * 10_000, "X-Note: " + "x" * 1000)
        field = make_part('name="b"', b"x" * limit_bytes)
        body = file + field + END + b"x" * 10_000
        assert parse(Trickle(body, piece_bytes), FormLimits(limit_bytes, None)) == parse(body)
        body = file + make_part('name="b"', b"x" * (limit_bytes + 1)) + END
        with pytest.raises(RequestEntityTooLarge):
            parse(Trickle(body, piece_bytes), FormLimits(limit_bytes, None))

    def test_of_the_headers_of_a_part(self) -> None:
        body = make_part('name="a"', b"1", "X-Note: " + "x" * (HEAD_LIMIT_BYTES - 1000)) + END
        assert parse(body)[0] == [("a", "1")]
        body = make_part('name="a"', b"1", *["X-Note: " + "x" * 1000] * 300) + END
        with pytest.raises(RequestEntityTooLarge):
            parse(Trickle(body, 1000))


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


class TestExactness:
    @given(bodies(), st.integers(1, 60) | st.just(1_000_000))
    def test_of_any_body_in_any_pieces(self, body: bytes, piece_bytes: int) -> None:
        expected = outcome(parse_like_werkzeug, body)
        assert outcome(parse, Trickle(body, piece_bytes)) == expected

    @given(
        st.text(st.sampled_from("-_=a7'()+,./:? "), min_size=1, max_size=70),
        st.lists(CONTENTS, max_size=3),
        st.integers(1, 30),
    )
    @example("-", [b""], 1)
    @example("----", [b"\r\n"], 1)
    def test_of_any_boundary(self, boundary: str, contents: list[bytes], piece_bytes: int) -> None:
        body = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n'.encode()
            + content.replace(BOUNDARY.encode(), boundary.encode())
            + b"\r\n"
            for content in contents
        )
        body += f"--{boundary}--\r\n".encode()
        expected = outcome(parse_like_werkzeug, body, boundary)
        assert outcome(parse, Trickle(body, piece_bytes), NO_LIMITS, boundary) == expected

    @pytest.mark.parametrize(
        ("disposition", "headers"),
        [
            ('name="a"; filename="b.bin"', []),
            ('name="a"; filename="b.bin"', ["Content-Type: image/png"]),
            ('name="a"; filename="b.bin"', ["X-Note: 1", "Content-Length: 3"]),
            ('name="a"; filename="C:\\b%20c.bin"', []),
            ("name=\"a\"; filename*=utf-8''%e2%82%ac.bin", []),
            ('name="a"', []),
        ],
    )
    @pytest.mark.parametrize("pieces", [1, 2, 17])
    def test_of_every_length_at_the_end_of_a_piece(
        self, disposition: str, headers: list[str], pieces: int
    ) -> None:
        noise = random.Random(1815)
        rest = len(make_part(disposition, b"", *headers))
        for border in range(len(END) + 4):
            length = pieces * PIECE_BYTES - rest - border
            content = noise.randbytes(length - 3).replace(b"-", b"\r\n-")[: length - 3]
            content += b"\r\n\r"
            body = make_part(disposition, content, *headers) + END
            fields, files = parse(body)
            if files:
                assert files[0][3] == content
            else:
                assert fields[0][1] == content.decode(errors="replace")

    def test_of_a_long_form_that_werkzeug_parses_in_pieces(self) -> None:
        noise = random.Random(1815)
        content = noise.randbytes(1_500_000)
        body = FIELD + make_part('name="a"; filename="b.bin"', content) + FILE + END
        assert parse(body)[1][0][3] == content
        assert parse(body) == parse_like_werkzeug(body)
