"""Parse a multipart form from its stream, a piece at a time.

What is accepted, and what it means, is as in Werkzeug's parser. Where a piece ends makes no
difference here: a border is looked for in what is held back of the piece before, too. Each byte is
read once, and what is held never exceeds a piece and the head of a part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import IOBase
from typing import IO, Any, Final, NamedTuple, cast

from werkzeug.datastructures import FileStorage, Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header

PIECE_BYTES: Final = 64 * 1024

# The headers of one part may have as many bytes.
HEAD_LIMIT_BYTES: Final = 64 * 1024

_LINE_BREAK: Final = re.compile(rb"\r\n|\n|\r")
_BLANK_LINE: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_CONTINUATION: Final = re.compile(rb"(?:\r\n|\n|\r)[ \t]")

# What follows the boundary in a border: two dashes in the last one; otherwise the end of the line,
# perhaps after padding, whose length Werkzeug does not limit.
_PADDING_LIMIT_BYTES: Final = 1000
_BORDER_END: Final = rb"(?:(--)|[ \t\x0b\x0c]{0,%d}(?:\r\n|\n|\r))" % _PADDING_LIMIT_BYTES
_BORDER_END_RE: Final = re.compile(_BORDER_END)
_UNFINISHED_END_RE: Final = re.compile(rb"-|[ \t\x0b\x0c]{0,%d}\r?" % _PADDING_LIMIT_BYTES)

# The head of a part as clients write it. Quotes, backslashes and percent signs may escape
# something, other headers may change what the part means: these are read word by word.
_COMMON_HEAD: Final = re.compile(
    rb"Content-Disposition: "
    rb'(form-data; name="([^"\\%\x00-\x1f\x7f]{0,1000})"'
    rb'(?:; filename="([^"\\%\x00-\x1f\x7f]{0,1000})")?)'
    rb"(?:\r\nContent-Type: ([!-~](?:[ -~]{0,200}[!-~])?))?\r\n\r\n"
)

# The charsets that a field may be in, as in Werkzeug.
_CHARSETS: Final = frozenset({"ascii", "us-ascii", "utf-8", "iso-8859-1"})


class FormLimits(NamedTuple):
    """How much a form may hold; None sets no limit.

    Attributes:
        field_bytes: Most bytes of a field that is no file.
        parts: Most fields and files together.
    """

    field_bytes: int | None
    parts: int | None


class ParsedForm(NamedTuple):
    """The fields and the files with their names, in the order in which they were sent.

    A name is a str, or None if the part has none; Werkzeug's dicts do not tell of the latter.
    """

    fields: list[tuple[Any, str]]
    files: list[tuple[Any, FileStorage]]


class PartHead(NamedTuple):
    """What a part says of itself; *filename* is None for a field that is no file."""

    name: str | None
    filename: str | None
    pairs: list[tuple[str, str]]

    def find(self, name: str) -> str | None:
        """Return the value of the first header of that *name*, which is in lower case."""
        for key, value in self.pairs:
            if key.lower() == name:
                return value
        return None


def parse_multipart(
    stream: IO[bytes],
    boundary: bytes,
    limits: FormLimits,
    open_file: Callable[[PartHead], IO[bytes]],
    *,
    piece_bytes: int = PIECE_BYTES,
) -> ParsedForm:
    """Parse a multipart form, and read the stream to its end.

    Args:
        stream: The body; it ends where the body does.
        boundary: What separates the parts.
        limits: What the form must not exceed.
        open_file: Makes what the content of a file is written to.
        piece_bytes: How much is read at once.

    Returns:
        The form, whose files the caller closes.

    Raises:
        ValueError: The form is malformed.
        RequestEntityTooLarge: It exceeds a limit.
    """
    reader = _FormReader(stream, boundary, limits, open_file, piece_bytes)
    try:
        reader.read()
    except BaseException:
        for file in reader.opened:
            file.close()
        raise
    return reader.form


class _Border(NamedTuple):
    """Where a border is: from the line break before the boundary to that behind it."""

    start: int
    end: int
    is_last: bool


class _BorderFinder:
    """Find borders with one boundary."""

    def __init__(self, boundary: bytes, *, after_break: bool) -> None:
        self._delimiter = b"--" + boundary
        self._before = rb"(?:\r\n|\n|\r)" if after_break else b""
        self._pattern: re.Pattern[bytes] | None = None

    def find(self, data: bytes, start: int, *, is_all: bool) -> _Border | None:
        """Return the first border in *data* that is certain.

        Args:
            data: What is held of the body.
            start: Where the content starts; the line break before it may belong to the border.
            is_all: Whether nothing follows *data*.
        """
        border = self._look(data, start)
        if border is None or is_all or border.end < len(data) or border.is_last:
            return border
        # A "\n" may follow.
        return None if data.endswith(b"\r") else border

    def _look(self, data: bytes, start: int) -> _Border | None:
        # PERF: a pattern for a boundary that was never seen before costs as much as reading a
        # picture, and only a form that has its boundary within a part needs one
        # (benchmarks/scenarios.py: upload).
        if self._pattern is None:
            delimiter_start = data.find(self._delimiter, start)
            if delimiter_start < 0:
                return None
            end = _BORDER_END_RE.match(data, delimiter_start + len(self._delimiter))
            border_start = self._find_start(data, delimiter_start)
            if end is not None and border_start is not None:
                return _Border(border_start, end.end(), end[1] is not None)
            self._pattern = re.compile(self._before + re.escape(self._delimiter) + _BORDER_END)
        match = self._pattern.search(data, max(0, start - 2))
        return None if match is None else _Border(match.start(), match.end(), match[1] is not None)

    def _find_start(self, data: bytes, delimiter_start: int) -> int | None:
        if not self._before or data.endswith(b"\r\n", 0, delimiter_start):
            return max(0, delimiter_start - 2) if self._before else delimiter_start
        if data.endswith((b"\n", b"\r"), 0, delimiter_start):
            return delimiter_start - 1
        return None

    def find_safe_end(self, data: bytes) -> int:
        """Return up to where *data*, in which `find` finds nothing, cannot belong to a border."""
        length = len(self._delimiter)
        longest = 2 + length + _PADDING_LIMIT_BYTES + 1
        unfinished = data.rfind(self._delimiter, max(0, len(data) - longest))
        if unfinished >= 0 and _UNFINISHED_END_RE.fullmatch(data, unfinished + length):
            # A boundary of dashes may have begun one earlier, behind a line break of two bytes.
            return max(0, unfinished - 3)
        return max(0, len(data) - length - 1)


class _FormReader:
    """Reads one form."""

    def __init__(
        self,
        stream: IO[bytes],
        boundary: bytes,
        limits: FormLimits,
        open_file: Callable[[PartHead], IO[bytes]],
        piece_bytes: int,
    ) -> None:
        self.form = ParsedForm([], [])
        self.opened: list[IO[bytes]] = []
        self._stream = stream
        self._boundary = boundary
        self._limits = limits
        self._open_file = open_file
        self._piece_bytes = piece_bytes
        # What was read and may still be looked at, and from where on it was not parsed.
        self._held = stream.read(piece_bytes)
        self._position = 0
        self._is_at_end = not self._held
        self._part_count = 0

    def read(self) -> None:
        first_border = _BorderFinder(self._boundary, after_break=False)
        is_last = self._copy_part(first_border, _write_nothing)
        borders = _BorderFinder(self._boundary, after_break=True)
        while not is_last:
            head = self._read_head()
            self._part_count += 1
            if self._limits.parts is not None and self._part_count > self._limits.parts:
                raise RequestEntityTooLarge
            if head.filename is None:
                is_last = self._read_field(head, borders)
            else:
                is_last = self._read_file(head, head.filename, borders)
        # Whatever follows the last border means nothing, but the limits of the stream hold for it.
        while self._stream.read(PIECE_BYTES):
            pass

    def _read_head(self) -> PartHead:
        searched = self._position
        while True:
            common = _COMMON_HEAD.match(self._held, self._position)
            if common is not None:
                self._position = common.end()
                return _make_common_head(common)
            blank = _BLANK_LINE.search(self._held, searched)
            # A "\n" that follows may belong to the blank line.
            if blank is not None and blank.end() < len(self._held):
                break
            if len(self._held) - self._position > HEAD_LIMIT_BYTES:
                raise RequestEntityTooLarge
            seen = max(0, len(self._held) - self._position - 4)
            self._read_on(self._position)
            searched = self._position + seen
        head = _parse_head(self._held[self._position : blank.start()])
        # The first half of the blank line ends the last header.
        line_break = _LINE_BREAK.match(self._held, (blank.start() + blank.end()) // 2)
        assert line_break is not None
        self._position = line_break.end()
        return head

    def _read_field(self, head: PartHead, borders: _BorderFinder) -> bool:
        limit = self._limits.field_bytes
        pieces: list[memoryview] = []
        size = 0

        def write(piece: memoryview) -> None:
            nonlocal size
            size += len(piece)
            if limit is not None and size > limit:
                raise RequestEntityTooLarge
            pieces.append(piece)

        is_last = self._copy_part(borders, write)
        value = str(b"".join(pieces), _find_charset(head), "replace")
        self.form.fields.append((head.name, value))
        return is_last

    def _read_file(self, head: PartHead, filename: str, borders: _BorderFinder) -> bool:
        file = self._open_file(head)
        self.opened.append(file)
        is_last = self._copy_part(borders, _make_write(file))
        file.seek(0)
        storage = FileStorage(file, filename, head.name, headers=Headers(head.pairs))
        self.form.files.append((head.name, storage))
        return is_last

    def _copy_part(self, borders: _BorderFinder, write: Callable[[memoryview], object]) -> bool:
        """Pass on what comes before the next border, and return whether that is the last one."""
        while True:
            held = memoryview(self._held)
            border = borders.find(self._held, self._position, is_all=self._is_at_end)
            if border is not None:
                write(held[self._position : max(self._position, border.start)])
                self._position = border.end
                return border.is_last
            safe_end = max(self._position, borders.find_safe_end(self._held))
            if safe_end > self._position:
                write(held[self._position : safe_end])
            self._read_on(safe_end)

    def _read_on(self, position: int) -> None:
        """Read the next piece, and keep what is held from *position* on.

        Raises:
            ValueError: There is none, so the last border is missing.
        """
        if self._is_at_end:
            raise ValueError("The form ends before its last border.")
        piece = self._stream.read(self._piece_bytes)
        self._is_at_end = not piece
        # The line break before the position may belong to a border.
        start = max(0, position - 2)
        self._held = self._held[start:] + piece
        self._position = position - start


def _write_nothing(piece: memoryview) -> None:
    """Drop the piece: what comes before the first border means nothing."""


def _make_write(file: IO[bytes]) -> Callable[[memoryview], object]:
    """Return what writes to the *file*, which may be the application's own."""
    if isinstance(file, IOBase):
        # PERF: Python's files take any buffer (benchmarks/scenarios.py: upload).
        return cast("Callable[[memoryview], object]", file.write)
    return lambda piece: file.write(bytes(piece))


def _make_common_head(match: re.Match[bytes]) -> PartHead:
    disposition, name, filename, content_type = match.groups()
    pairs = [("Content-Disposition", disposition.decode())]
    if content_type is not None:
        pairs.append(("Content-Type", content_type.decode()))
    return PartHead(name.decode(), None if filename is None else filename.decode(), pairs)


def _parse_head(head: bytes) -> PartHead:
    pairs = []
    for line in _CONTINUATION.sub(b" ", head).splitlines():
        if line.strip(b" \t"):
            name, _, value = line.decode().partition(":")
            pairs.append((name.strip(" \t"), value.strip(" \t")))
    part = PartHead(None, None, pairs)
    disposition = part.find("content-disposition")
    if disposition is None:
        raise ValueError("A part of the form has no Content-Disposition.")
    parameters = parse_options_header(disposition)[1]
    return PartHead(parameters.get("name"), parameters.get("filename"), pairs)


def _find_charset(head: PartHead) -> str:
    content_type = head.find("content-type")
    if content_type is not None and ";" in content_type:
        charset = parse_options_header(content_type)[1].get("charset", "").lower()
        if charset in _CHARSETS:
            return charset
    return "utf-8"
