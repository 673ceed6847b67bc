"""Parse the forms that clients send.

`requests.py` decides when; `parsing.py` and `multipart.py` know the two formats.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any, Final

from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser

from cruse_core.parsing import parse_pairs

FORM_MIMETYPE: Final = "application/x-www-form-urlencoded"
MULTIPART_MIMETYPE: Final = "multipart/form-data"

# A multipart body up to this length is held in memory, and so are its files. Werkzeug writes a file
# to disk from 500 KB on, but keeps as much of such a body if it brings two shorter files.
SHORT_UPLOAD_BYTES: Final = 1024 * 1024


def parse_form(body: bytes) -> MultiDict[str, str]:
    """Return the fields of an urlencoded form; none if it is malformed."""
    form = parse_pairs(body.decode("ascii")) if body.isascii() else None
    if form is None:
        parser = FormDataParser(cls=ImmutableMultiDict)
        return parser.parse(BytesIO(body), FORM_MIMETYPE, len(body))[1]
    return form


class FormParser(FormDataParser):
    """Werkzeug's parser, whose interface it keeps, with parsers of our own behind it."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        """Return the *stream*, read to its end if it is a form, with the fields and the files.

        Args:
            stream: The body; it ends where the body does.
            mimetype: Its type; of other types than those of forms, nothing is read.
            content_length: Its length; None if the client did not tell.
            options: The parameters of the type, such as "boundary".

        Raises:
            RequestEntityTooLarge: The form exceeds a limit.
            ValueError: It is malformed, and the parser is not `silent`.
        """
        if mimetype == MULTIPART_MIMETYPE:
            try:
                return self._parse_parts(stream, content_length, options or {})
            except ValueError:
                if not self.silent:
                    raise
                return stream, self.cls(), self.cls()
        if mimetype == FORM_MIMETYPE and self.cls is ImmutableMultiDict:
            return stream, parse_form(stream.read()), self.cls()
        return super().parse(stream, mimetype, content_length, options)

    def _parse_parts(
        self, stream: IO[bytes], content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        # PERF: many an app never gets such a form (benchmarks/startup.py).
        from cruse_core.multipart import PIECE_BYTES, FormLimits, PartHead, parse_multipart

        def open_file(head: PartHead) -> IO[bytes]:
            length = head.find("content-length") or ""
            return self.stream_factory(
                total_content_length=content_length,
                filename=head.filename,
                content_type=head.find("content-type"),
                content_length=int(length) if length.isascii() and length.isdigit() else 0,
            )

        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("The Content-Type of a multipart form names no boundary.")
        limits = FormLimits(self.max_form_memory_size, self.max_form_parts)
        is_short = content_length is not None and content_length <= SHORT_UPLOAD_BYTES
        piece_bytes = SHORT_UPLOAD_BYTES if is_short else PIECE_BYTES
        form = parse_multipart(stream, boundary, limits, open_file, piece_bytes=piece_bytes)
        return stream, self.cls(form.fields), self.cls(form.files)
