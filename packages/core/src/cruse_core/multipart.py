"""Read and parse a multipart form that is short enough to be held in memory, the quick way.

Only a form that is written as browsers and common clients write it is parsed here, and only if the
result is certainly Werkzeug's. For everything else the body is put before the rest of the input
again, and Werkzeug parses it; a longer body goes to Werkzeug at once, which keeps it on disk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO, RawIOBase
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, NamedTuple

from werkzeug.datastructures import FileStorage, Headers
from werkzeug.wsgi import get_input_stream

# A body up to this length stays in memory, and so do its files. Werkzeug writes a file to disk from
# 500 KB on, but keeps as much of such a body if it brings two shorter files.
SHORT_UPLOAD_BYTES: Final = 1024 * 1024

_CONTENT_TYPE: Final = re.compile(r'multipart/form-data; ?boundary=("?)([0-9A-Za-z_.+-]{1,70})\1')

# What follows the delimiter of a part. Quotes, backslashes and percent signs may escape something,
# other headers may change what the part means: such parts are Werkzeug's.
_PART_HEAD: Final = re.compile(
    rb"\r\nContent-Disposition: "
    rb'(form-data; name="([^"\\%\x00-\x1f\x7f]{0,1000})"'
    rb'(?:; filename="([^"\\%\x00-\x1f\x7f]{0,1000})")?)'
    rb"(?:\r\nContent-Type: ([!-~](?:[ -~]{0,200}[!-~])?))?\r\n\r\n"
)


class ParsedForm(NamedTuple):
    """The values of each name, in the order in which they were sent."""

    fields: dict[str, list[str]]
    files: dict[str, list[FileStorage]]


class FormLimits(NamedTuple):
    """How much a form may hold; None sets no limit.

    Attributes:
        field_bytes: Most bytes of a field that is no file.
        parts: Most fields and files together.
    """

    field_bytes: int | None
    parts: int | None


class ReadUpload(NamedTuple):
    """What was read of a body.

    Attributes:
        body: The bytes that came.
        is_whole: Whether they are the body that was announced, all of it and nothing else.
        failure: Why reading stopped; None if it did not fail.
    """

    body: bytes
    is_whole: bool
    failure: Exception | None


def find_boundary(content_type: str) -> bytes | None:
    """Return what separates the parts, if the header says it in the usual way."""
    match = _CONTENT_TYPE.fullmatch(content_type)
    return None if match is None else match[2].encode()


def find_short_upload(environ: Mapping[str, Any], limit_bytes: int | None) -> ReadUpload | None:
    """Read a body that was announced with a small length.

    Args:
        environ: The WSGI environ; nothing was read from its input yet.
        limit_bytes: Most bytes that may be read; None sets no limit.

    Returns:
        What came; None, and nothing was read, if the length is unknown or too large.
    """
    # PERF: one read in place of a raw IO object and pieces of 64 KiB (benchmarks/scenarios.py:
    # upload).
    length_text: str = environ.get("CONTENT_LENGTH") or ""
    if "HTTP_TRANSFER_ENCODING" in environ or not (length_text.isascii() and length_text.isdigit()):
        return None
    # The digits are counted first: int() refuses thousands of them.
    length = int(length_text) if len(length_text) < 10 else SHORT_UPLOAD_BYTES + 1
    if length > SHORT_UPLOAD_BYTES or (limit_bytes is not None and length > limit_bytes):
        return None
    stream: IO[bytes] = environ["wsgi.input"]
    # Where the server ends the input, that counts and not the length: one byte more would show it.
    missing = length + 1 if "wsgi.input_terminated" in environ else length
    pieces: list[bytes] = []
    failure: Exception | None = None
    try:
        while missing and (piece := stream.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
    except (OSError, ValueError) as exc:
        failure = exc
    body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return ReadUpload(body, failure is None and len(body) == length, failure)


def make_unread_stream(
    environ: Mapping[str, Any], upload: ReadUpload, limit_bytes: int | None
) -> IO[bytes]:
    """Make the stream that a request has before anything is read of it.

    Args:
        environ: The WSGI environ.
        upload: What was read of its input; it comes first.
        limit_bytes: Most bytes that may be read; None sets no limit.
    """
    rejoined = _RejoinedStream(upload, environ["wsgi.input"])
    return get_input_stream({**environ, "wsgi.input": rejoined}, max_content_length=limit_bytes)


class _RejoinedStream(RawIOBase):
    """What was read of a stream, and then the rest of it."""

    def __init__(self, upload: ReadUpload, rest: IO[bytes]) -> None:
        self._start = BytesIO(upload.body)
        self._failure = upload.failure
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._start.read(len(buffer))
        if not data and self._failure is not None:
            raise self._failure
        if len(data) < len(buffer) and self._failure is None:
            data += self._rest.read(len(buffer) - len(data))
        buffer[: len(data)] = data
        return len(data)


def parse_multipart(body: bytes, boundary: bytes, limits: FormLimits) -> ParsedForm | None:
    """Parse a multipart form that is written in the usual way.

    Args:
        body: The whole body.
        boundary: What separates the parts.
        limits: What Werkzeug would refuse to exceed.

    Returns:
        The form, whose files the caller closes; None if the body is too long or written in another
        way, is malformed, or exceeds a limit.
    """
    # PERF: Werkzeug compiles two regular expressions for each new boundary and copies each piece of
    # a file several times (benchmarks/scenarios.py: upload).
    parts = _find_parts(body, boundary, limits) if _may_be_parsed(body, limits) else None
    if parts is None:
        return None
    form = ParsedForm({}, {})
    for part in parts:
        if part.filename is None:
            value = str(part.content, "utf-8", "replace")
            form.fields.setdefault(part.name, []).append(value)
        else:
            form.files.setdefault(part.name, []).append(_make_file(part))
    return form


def _may_be_parsed(body: bytes, limits: FormLimits) -> bool:
    length = len(body)
    if length > SHORT_UPLOAD_BYTES:
        return False
    # Werkzeug parses pieces of 64 KiB, and refuses one that is longer than a field may be even if
    # it belongs to a file. Where fields may be twice as long, this happens to nothing parsed here.
    return limits.field_bytes is None or limits.field_bytes >= min(length, 128 * 1024)


class _Part(NamedTuple):
    name: str
    filename: str | None  # None for a field that is no file
    disposition: str
    content_type: str | None
    content: memoryview


def _find_parts(body: bytes, boundary: bytes, limits: FormLimits) -> list[_Part] | None:
    """Return the parts of a *body* in which nothing is odd; None if something is."""
    delimiter = b"--" + boundary
    # Clients write no line break before the first delimiter, or one.
    position = 2 if body.startswith(b"\r\n") else 0
    if not body.startswith(delimiter, position):
        return None
    position += len(delimiter)
    content = memoryview(body)
    parts: list[_Part] = []
    while not body.startswith(b"--", position):
        head = _PART_HEAD.match(body, position)
        if head is None or (limits.parts is not None and len(parts) >= limits.parts):
            return None
        start = head.end()
        following = body.find(delimiter, start)
        # Before an empty part's end, the line break of its head may be the only one.
        if following < 0 or body[following - 2 : following] != b"\r\n":
            return None
        part = _make_part(head, content[start : max(start, following - 2)])
        if part is None or _exceeds(part, limits):
            return None
        parts.append(part)
        position = following + len(delimiter)
    return parts if body[position + 2 :] in (b"", b"\r\n") else None


def _make_part(head: re.Match[bytes], content: memoryview) -> _Part | None:
    try:
        disposition, name, filename, content_type = [
            None if group is None else group.decode() for group in head.groups()
        ]
    except UnicodeDecodeError:
        return None
    assert disposition is not None
    assert name is not None
    # A parameter of a field's type may name a charset.
    if filename is None and content_type is not None and ";" in content_type:
        return None
    return _Part(name, filename, disposition, content_type, content)


def _exceeds(part: _Part, limits: FormLimits) -> bool:
    return (
        part.filename is None
        and limits.field_bytes is not None
        and len(part.content) > limits.field_bytes
    )


def _make_file(part: _Part) -> FileStorage:
    headers = [("Content-Disposition", part.disposition)]
    if part.content_type is not None:
        headers.append(("Content-Type", part.content_type))
    # Like the stream that Werkzeug makes, it becomes a file when somebody asks for one.
    stream = SpooledTemporaryFile(max_size=SHORT_UPLOAD_BYTES, mode="rb+")  # noqa: SIM115
    stream.write(part.content)
    stream.seek(0)
    return FileStorage(stream, part.filename, part.name, headers=Headers(headers))
