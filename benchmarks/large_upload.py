"""Send one upload of many gigabytes through an application and print how much memory it took.

`python -m benchmarks.large_upload 2` sends 2 GB through Flask and through Cruse, one process each.
The body is made while it is read; the view reads the file in pieces, from disk.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from io import RawIOBase
from typing import Any

from .content import ROOT, UPLOAD_BYTES, make_upload_body
from .growth import CLASSES
from .messages import Request
from .scenarios import BOUNDARY, UPLOAD_TYPE
from .wsgi import close_chunks, make_environ, start_response

PIECE_BYTES = 1024 * 1024


class GeneratedBody(RawIOBase):
    """The benchmark's upload, with a file that is repeated *repeats* times."""

    def __init__(self, repeats: int) -> None:
        body = make_upload_body(BOUNDARY)
        content = random.Random(1815).randbytes(UPLOAD_BYTES)
        before, _, after = body.partition(content)
        self.length = len(before) + repeats * len(content) + len(after)
        self._pieces = self._iter_pieces(before, content, after, repeats)
        self._rest = memoryview(b"")

    @staticmethod
    def _iter_pieces(before: bytes, content: bytes, after: bytes, repeats: int) -> Iterator[bytes]:
        yield before
        for _ in range(repeats):
            yield content
        yield after

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def find_peak_mib() -> float:
    """Return the largest resident set that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def send(framework: str, gigabytes: float) -> str:
    """Send the upload through *framework* in this process and say what it took."""
    module, class_name = CLASSES[framework]
    web = import_module(module)
    app = getattr(web, class_name)("large_upload")

    @app.post("/")  # type: ignore[untyped-decorator]  # the class is known at run time only
    def index() -> str:
        file = web.request.files["upload"]
        size = 0
        while piece := file.stream.read(PIECE_BYTES):
            size += len(piece)
        return f"{web.request.form['album']} {size}"

    body = GeneratedBody(round(gigabytes * 1e9 / UPLOAD_BYTES))
    environ = make_environ(Request(method="POST", headers=UPLOAD_TYPE))
    environ["CONTENT_LENGTH"] = str(body.length)
    environ["wsgi.input"] = body
    before, started = find_peak_mib(), time.process_time()
    chunks = app(environ, start_response)
    answer = b"".join(chunks).decode()
    close_chunks(chunks)
    took = time.process_time() - started
    return (
        f"{framework}: {answer} bytes in {took:.1f} s of CPU; "
        f"peak memory {before:.1f} MiB before, {find_peak_mib():.1f} MiB after"
    )


def main(arguments: list[str]) -> None:
    """Send the upload through every framework, or through the one that is named."""
    gigabytes = arguments[0] if arguments else "2"
    if len(arguments) > 1:
        print(send(arguments[1], float(gigabytes)))
        return
    for framework in CLASSES:
        subprocess.run(
            [sys.executable, "-m", "benchmarks.large_upload", gigabytes, framework],
            check=True,
            cwd=ROOT.parent,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
