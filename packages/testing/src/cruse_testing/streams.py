"""Read an answer chunk by chunk, as the app sends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse


class Stream(Iterator[bytes]):
    """The answer to a request, whose chunks are read one at a time.

    The app runs only as far as chunks are asked for. Once all were read, or on `close`, it ends as
    it does when a real client has read everything, or has gone away.
    """

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self._chunks = response.iter_encoded()

    @property
    def status_code(self) -> int:
        """HTTP status of the answer."""
        return self.response.status_code

    @property
    def headers(self) -> Headers:
        """Headers of the answer."""
        return self.response.headers

    def __next__(self) -> bytes:
        return next(self._chunks)

    def iter_lines(self) -> Iterator[str]:
        """Iterate over the lines of a text, without their ends, as soon as each is complete."""
        rest = b""
        for chunk in self:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line.removesuffix(b"\r").decode()
        if rest:
            yield rest.decode()

    def close(self) -> None:
        """End the answer, whether it was read to its end or not."""
        self.response.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.close()
