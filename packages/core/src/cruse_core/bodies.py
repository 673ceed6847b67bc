"""Read the body of a request: to its end, and never more than its limit.

`requests.py` decides when; this file only how. What a server says of its input is in the WSGI
environ, where None and False mean the same as nothing.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any, Final, cast
from wsgiref.types import WSGIEnvironment

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wsgi import LimitedStream, get_input_stream

# A file object may reserve what it is asked for in one call, and Content-Length is what the client
# claims; a longer body is read piece by piece.
ONE_READ_LIMIT_BYTES: Final = 64 * 1024


def read_short_body(environ: WSGIEnvironment, limit_bytes: int | None) -> bytes | BodyStream | None:
    """Read the whole body in one call.

    Args:
        environ: The WSGI environ; nothing was read from its input yet.
        limit_bytes: Most bytes that may be read; None sets no limit.

    Returns:
        The body. A stream from which it is still to be read, if it turned out to be long; None, and
        nothing was read, if that is known before.

    Raises:
        ClientDisconnected: The input ended before the announced length.
    """
    # PERF: a stream costs a third of a small request (benchmarks/scenarios.py: echo, form).
    stream: IO[bytes] = environ["wsgi.input"]
    is_terminated = environ.get("wsgi.input_terminated")
    if is_terminated and limit_bytes is None:
        return stream.read()
    length_text: str = environ.get("CONTENT_LENGTH") or ""
    if is_terminated and not length_text:
        length = 0
    elif length_text.isascii() and length_text.isdigit() and len(length_text) < 10:
        # The digits are counted first: int() refuses thousands of them.
        length = int(length_text)
    else:
        return None
    if limit_bytes is not None and length > limit_bytes:
        return None
    if is_terminated:
        assert limit_bytes is not None
        return _read_terminated(stream, limit_bytes)
    if length > ONE_READ_LIMIT_BYTES or environ.get("HTTP_TRANSFER_ENCODING"):
        return None
    data = _read_up_to(stream, length)
    if len(data) < length:
        raise ClientDisconnected
    return data


def _read_terminated(stream: IO[bytes], limit_bytes: int) -> bytes | BodyStream:
    short_bytes = min(limit_bytes, ONE_READ_LIMIT_BYTES)
    # One byte more shows whether the body goes on.
    data = _read_up_to(stream, short_bytes + 1)
    if len(data) <= short_bytes:
        return data
    rejoined = cast("IO[bytes]", _RejoinedInput(data, stream))
    return BodyStream(rejoined, limit_bytes, is_maximum=True)


def _read_up_to(stream: IO[bytes], size: int) -> bytes:
    """Read *size* bytes, or all that there are."""
    data = b""
    try:
        while len(data) < size and (more := stream.read(size - len(data))):
            data = data + more if data else more
    except (OSError, ValueError) as exc:
        raise ClientDisconnected from exc
    return data


class _RejoinedInput:
    """What was read of an input, and then the rest of it."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start = BytesIO(start)
        self._rest = rest

    def read(self, size: int) -> bytes:
        return self._start.read(size) or self._rest.read(size)


def make_unread_stream(environ: WSGIEnvironment, limit_bytes: int | None) -> IO[bytes]:
    """Make the stream that a request has before anything is read of its body.

    Args:
        environ: The WSGI environ.
        limit_bytes: Most bytes that may be read; None sets no limit.

    Raises:
        RequestEntityTooLarge: The announced length exceeds the limit.
    """
    is_terminated = bool(environ.get("wsgi.input_terminated"))
    if not is_terminated and "wsgi.input_terminated" in environ:
        environ = {key: environ[key] for key in environ if key != "wsgi.input_terminated"}
    stream = get_input_stream(environ, max_content_length=limit_bytes)
    if isinstance(stream, LimitedStream):
        # In place of Werkzeug's, which cuts a body that is too long.
        whole = BodyStream(environ["wsgi.input"], stream.limit, is_maximum=is_terminated)
        return cast("IO[bytes]", whole)  # as Werkzeug's, it is one but for its bases
    return stream


def make_read_stream(environ: WSGIEnvironment) -> IO[bytes]:
    """Make the stream that a request shows after `read_short_body` read everything."""
    stream = make_unread_stream(environ, None)
    if isinstance(stream, BodyStream):
        stream.skip_to_limit()
    return stream


class BodyStream(LimitedStream):
    """A body that is read from the input of a server.

    Args:
        stream: The input; nothing was read from it yet.
        limit_bytes: The length that was announced, or the most that may be read.
        is_maximum: Whether the body may be shorter than the limit, as the server ends it. Where
            it is longer, the read that reaches the limit is refused: whoever then read no further
            would take a part of the body for all of it.
    """

    def __init__(self, stream: IO[bytes], limit_bytes: int, *, is_maximum: bool) -> None:
        super().__init__(stream, limit_bytes, is_max=is_maximum)
        self._is_maximum = is_maximum
        self._goes_on = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to *size* bytes, all that are left if it is negative; none at the end."""
        # PERF: `RawIOBase.read` copies what it reads twice (benchmarks/scenarios.py: upload).
        if size is None or size < 0:
            return self.readall()
        left = self.limit - self._pos
        if left <= 0:
            self.on_exhausted()
            return b""
        try:
            data = self._stream.read(min(size, left))
        except (OSError, ValueError) as exc:
            self.on_disconnect(exc)
            return b""
        if data:
            # Werkzeug's private name for how far the stream was read.
            self._pos += len(data)
            if self.is_exhausted:
                self.on_exhausted()
        elif size:
            self.on_disconnect()
        return data

    def readall(self) -> bytes:
        """Return all that is left."""
        pieces = []
        while piece := self.read(ONE_READ_LIMIT_BYTES):
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readinto(self, b: Any) -> int:
        """Read up to as many bytes as the buffer *b* has room for, and return their number."""
        data = self.read(len(b))
        b[: len(data)] = data
        return len(data)

    def on_exhausted(self) -> None:
        """Refuse the body if it goes on beyond the maximum."""
        if self._is_maximum and (self._goes_on or self._stream.read(1)):
            self._goes_on = True
            raise RequestEntityTooLarge

    def skip_to_limit(self) -> None:
        """Stand at the end, for somebody else has read everything."""
        # Reading on would ask the server for bytes that never come.
        self._pos = self.limit
