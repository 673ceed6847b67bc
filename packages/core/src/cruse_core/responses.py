"""Hold what the server answers, and send it.

`pipeline.py` decides which response is sent and what is added to it; this file sends it. A response
holds a body and a content type; headers and the rest appear when somebody looks at them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar, Final, Self, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.sansio.response import Response as ResponseHead
from werkzeug.utils import get_content_type
from werkzeug.wrappers import Request as BaseRequest
from werkzeug.wrappers import Response as WerkzeugResponse

from cruse_core.active_app import find_active_app
from cruse_core.conditions import find_range, find_refusal
from cruse_core.headers import find_plain_pairs, get_pairs, make_headers
from cruse_core.late_attributes import LateAttribute, install
from cruse_core.overrides import Originals, WatchedType
from cruse_core.text_cache import TextCache


def _check_content_type(value: str) -> str:
    return Headers([("Content-Type", value)])["Content-Type"]


def _make_content_type(mimetype: str) -> str:
    return _check_content_type(get_content_type(mimetype, "utf-8"))


#: The value of Content-Type for a type; text is UTF-8.
CONTENT_TYPES: Final = TextCache(_make_content_type)
_CHECKED_CONTENT_TYPES: Final = TextCache(_check_content_type)


def _parse_status(status: int | str) -> tuple[str, int]:
    head = ResponseHead(status)
    return head.status, head.status_code


_STATUSES: Final = TextCache(_parse_status)


# A subclass that overrides one of these is built and sent by Werkzeug's steps alone.
_STEPS: Final = (
    "__getattribute__",
    "__setattr__",
    "_clean_status",
    "_ensure_sequence",
    "_on_close",
    "_status",
    "_status_code",
    "close",
    "direct_passthrough",
    "get_app_iter",
    "get_wsgi_headers",
    "get_wsgi_response",
    "headers",
    "is_sequence",
    "iter_encoded",
    "make_sequence",
    "response",
    "set_data",
    "status",
    "status_code",
)
# A subclass that overrides one of these, too, is never left out.
_CONSTRUCTION: Final = (
    "__call__",
    "__init__",
    "__new__",
    "automatically_set_content_length",
    "default_status",
)
# What a response may hold to be sent here; any other attribute may shadow one of those steps.
_STATE: Final = frozenset(
    {
        "_body",
        "_content_type",
        "_on_close",
        "_status",
        "_status_code",
        "direct_passthrough",
        "headers",
        "json_module",
        "response",
    }
)

# Headers whose value Werkzeug may complete.
_LOCATIONS: Final = frozenset({"location", "content-location"})


class _SettledClassChange:
    """Complete a response before it becomes another class's.

    `force_type` of Werkzeug, and of any class derived from it, assigns to `__class__`; a class that
    is not ours would find no headers.
    """

    @property
    def __class__(self) -> type[Any]:
        return type(self)

    @__class__.setter
    def __class__(self, cls: type[Any], /) -> None:
        values = self.__dict__
        for name in ("headers", "response", "_on_close", "_status", "_status_code"):
            values[name] = getattr(self, name)
        values.setdefault("direct_passthrough", False)
        values.pop("_body", None)
        values.pop("_content_type", None)
        vars(object)["__class__"].__set__(self, cls)


class Response(_SettledClassChange, WerkzeugResponse, metaclass=WatchedType):
    """The answer to one request: a body, a status and headers; HTML unless told otherwise."""

    default_mimetype: str | None = "text/html"
    autocorrect_location_header = False

    _status = "200 OK"
    _status_code = 200
    _is_plain: ClassVar[bool] = True
    # Whether `send_plain` sends what an instance would.
    is_left_out: ClassVar[bool] = True

    # The body as bytes, until `response` is looked at or assigned, and the content type, until
    # `headers` is. An instance that Werkzeug's constructor completed has neither.
    _body: bytes
    _content_type: str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._look_afresh()

    @classmethod
    def _look_afresh(cls) -> None:
        cls._is_plain = _ORIGINAL_STEPS.are_kept_by(cls)
        cls.is_left_out = cls._is_plain and _ORIGINAL_CONSTRUCTION.are_kept_by(cls)

    def __init__(
        self,
        response: Iterable[bytes] | bytes | Iterable[str] | str | None = None,
        status: int | str | HTTPStatus | None = None,
        headers: Mapping[str, str | Iterable[str]] | Iterable[tuple[str, str]] | None = None,
        mimetype: str | None = None,
        content_type: str | None = None,
        direct_passthrough: bool = False,
    ) -> None:
        # PERF: no headers, no list and no status are made for a response that is only sent
        # (benchmarks/scenarios.py: text, json).
        pairs = None
        if (
            not self._is_plain
            or not self.automatically_set_content_length
            or (headers is not None and (pairs := find_plain_pairs(headers)) is None)
        ):
            self._init_generally(
                response, status, headers, mimetype, content_type, direct_passthrough
            )
            return
        if content_type is not None:
            self._content_type = _CHECKED_CONTENT_TYPES[content_type]
        elif mimetype is not None or (mimetype := self.default_mimetype) is not None:
            self._content_type = CONTENT_TYPES[mimetype]
        else:
            self._init_generally(response, status, headers, direct_passthrough=direct_passthrough)
            return
        if direct_passthrough:
            self.direct_passthrough = True
        if status is None:
            status = self.default_status
        if status != 200:
            # True and 1 are one key, and so are 200 and HTTPStatus.OK: `int` makes them one status.
            key = int(status) if isinstance(status, int) else status
            self._status, self._status_code = _STATUSES[key]
        if isinstance(response, str):
            self._body = response.encode()
        elif type(response) is bytes:
            self._body = response
        elif isinstance(response, (bytes, bytearray)):
            self._body = bytes(response)
            self.response = [response]
        else:
            self.response = [] if response is None else response
        if pairs:
            self.headers = make_headers(pairs + self._make_pairs())

    # Werkzeug's constructor, by a name of our own: calls through `super` need no types repeated.
    _init_generally = WerkzeugResponse.__init__

    # What the app decides

    @property
    def max_cookie_size(self) -> int:  # type: ignore[override]  # as in Flask, the app decides
        """Bytes of a cookie above which a warning is given, as MAX_COOKIE_SIZE says."""
        app = find_active_app()
        if app is None:
            return WerkzeugResponse.max_cookie_size
        size: int = app.config["MAX_COOKIE_SIZE"]
        return size

    # The body

    def get_data(self, as_text: bool = False) -> Any:
        """Return the whole body; a stream is read into memory for that.

        Args:
            as_text: Whether to decode it as UTF-8.
        """
        values = self.__dict__
        if "response" in values or "_body" not in values:
            data = super().get_data()
            return data.decode() if as_text else data
        return self._body.decode() if as_text else self._body

    def set_data(self, value: bytes | str) -> None:
        """Replace the body, and the Content-Length with it."""
        values = self.__dict__
        if (
            "_content_type" not in values
            or "headers" in values
            or not self.automatically_set_content_length
        ):
            super().set_data(value)
            return
        body = value.encode() if isinstance(value, str) else value
        if type(body) is bytes:
            self._body = body
            values.pop("response", None)
        else:
            super().set_data(body)

    data = property(get_data, set_data, doc="The whole body as bytes; text is encoded as UTF-8.")

    # The part that the client wants

    def make_conditional(
        self,
        request_or_environ: WSGIEnvironment | BaseRequest,
        accept_ranges: bool | str = False,
        complete_length: int | None = None,
    ) -> Self:
        """Make this the answer to a conditional request, as RFC 9110 wants it, and return it.

        It becomes 304 without a body if the client has the document already, 412 without one if the
        client wants another document, and 206 with a part if the client wants that. Only a
        successful answer to GET and HEAD changes.

        Args:
            request_or_environ: The request or its WSGI environ.
            accept_ranges: Whether parts are sent; True stands for "bytes", the one unit there is.
            complete_length: Bytes of the whole body; without it, no parts are sent.

        Raises:
            RequestedRangeNotSatisfiable: The document has no such part.
        """
        environ = cast(
            "WSGIEnvironment", getattr(request_or_environ, "environ", request_or_environ)
        )
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            return self
        plain = {"REQUEST_METHOD": method}
        refusal = find_refusal(environ, self.headers) if 200 <= self.status_code < 300 else None
        if (
            refusal is None
            and self.status_code == 200
            and accept_ranges in {True, "bytes"}
            and complete_length
        ):
            try:
                part = find_range(environ, self.headers, complete_length)
            except ValueError:
                raise RequestedRangeNotSatisfiable(complete_length) from None
            if part is not None:
                plain["HTTP_RANGE"] = f"bytes={part[0]}-{part[1] - 1}"
        # What Werkzeug then does is clear: it adds the date and the length, and cuts out the part.
        super().make_conditional(plain, accept_ranges, complete_length)
        if refusal is not None:
            self.status_code = refusal
            if refusal == 412:
                self._drop_body()
        return self

    def _drop_body(self) -> None:
        """Send nothing in place of the body, and close what it was read from."""
        close = getattr(self.response, "close", None)
        if close is not None:
            close()
        self.direct_passthrough = False
        self.set_data(b"")
        # The server would send the file that this header names.
        self.headers.pop("X-Sendfile", None)

    # Sending

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send status and headers, and return the body; this is the WSGI protocol."""
        values = self.__dict__
        # PERF: two values mean that nobody looked at anything, four that only the status was set
        # (benchmarks/scenarios.py: text).
        if "_body" in values and (
            len(values) == 2 or (len(values) == 4 and self._has_only_status(values))
        ):
            body = self._body
            is_head = environ["REQUEST_METHOD"] == "HEAD"
            start_response(
                self._status,
                [("Content-Type", self._content_type), ("Content-Length", str(len(body)))],
            )
            return () if is_head else [body]
        if self._is_plain and values.keys() <= _STATE:
            pairs = self._find_header_pairs(values)
            if pairs is not None:
                iterable = self._make_body_iterable(values, environ)
                start_response(self._status, pairs)
                return iterable
        return super().__call__(environ, start_response)

    def _has_only_status(self, values: Mapping[str, Any]) -> bool:
        return "_status" in values and "_status_code" in values and self._may_have_body()

    def _may_have_body(self) -> bool:
        return self._status_code >= 200 and self._status_code not in (204, 304)

    def _find_header_pairs(self, values: Mapping[str, Any]) -> list[tuple[str, str]] | None:
        """Make the list of headers to send; None if Werkzeug has to decide about one."""
        # PERF: one look at each name in place of a copy (benchmarks/scenarios.py: session).
        if not self._may_have_body():
            return None
        headers: Headers | None = values.get("headers")
        if headers is None:
            pairs = self._make_pairs()
            has_length = len(pairs) > 1
        else:
            if type(headers) is not Headers:
                return None
            pairs = get_pairs(headers).copy()
            has_length = False
            for name, _ in pairs:
                folded = name.lower()
                if folded == "content-length":
                    has_length = True
                elif folded in _LOCATIONS:
                    return None
        if not has_length and self.automatically_set_content_length:
            if "response" not in values:
                pairs.append(("Content-Length", str(len(self._body))))
            elif isinstance(self.response, (list, tuple)):
                length = sum(map(len, _iter_encoded(self.response)))
                pairs.append(("Content-Length", str(length)))
        return pairs

    def _make_pairs(self) -> list[tuple[str, str]]:
        pairs = [("Content-Type", self._content_type)]
        if "_body" in self.__dict__:
            pairs.append(("Content-Length", str(len(self._body))))
        return pairs

    def _make_body_iterable(
        self, values: Mapping[str, Any], environ: WSGIEnvironment
    ) -> Iterable[bytes]:
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        if values.get("direct_passthrough") and not is_head:
            # As in Werkzeug, the server closes what it gets, and the response is not told.
            return cast("Iterable[bytes]", self.response)
        chunks: Iterable[bytes]
        if "response" not in values:
            chunks = [self._body]
        else:
            response = self.response
            chunks = _iter_encoded(response)
            if type(response) is not list and type(response) is not tuple:
                return SentBody(iter(()) if is_head else chunks, self.close)
        if is_head:
            chunks = ()
        return SentBody(iter(chunks), self.close) if values.get("_on_close") else list(chunks)


def send_plain(
    content_type: str,
    body: bytes | Iterator[str] | Iterator[bytes],
    environ: WSGIEnvironment,
    start_response: StartResponse,
) -> Iterable[bytes]:
    """Send what `Response(body, content_type=content_type)` would.

    For where nobody is going to look at the response, and its class has `is_left_out`.
    """
    # PERF: a response costs half as much as all the rest of a plain request
    # (benchmarks/scenarios.py: text, json, stream).
    if type(body) is bytes:
        start_response(
            "200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        )
        return () if environ["REQUEST_METHOD"] == "HEAD" else [body]
    start_response("200 OK", [("Content-Type", content_type)])
    is_head = environ["REQUEST_METHOD"] == "HEAD"
    close: Callable[[], None] = getattr(body, "close", _close_nothing)
    chunks = cast("Iterator[bytes]", body)
    return SentBody(iter(()) if is_head else _iter_encoded(chunks), close)


def make_plain_page(
    body: bytes, code: int, content_type: str, *, varies_by: str | None
) -> WSGIApplication:
    """Return what sends the same as a `Response` of these, with a Vary header if it varies.

    For where `send_plain` may be used.
    """
    # PERF: as above (benchmarks/scenarios.py: missing).
    pairs = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    if varies_by is not None:
        pairs.append(("Vary", varies_by))
    return partial(_send_page, _STATUSES[code][0], pairs, body)


def _send_page(
    status: str,
    pairs: list[tuple[str, str]],
    body: bytes,
    environ: WSGIEnvironment,
    start_response: StartResponse,
) -> Iterable[bytes]:
    start_response(status, pairs)
    return () if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _close_nothing() -> None:
    """Do nothing: the chunks hold nothing open."""


class SentBody:
    """Iterate over the chunks of a body, and close the response afterwards."""

    # PERF: a server iterates over the chunks themselves; Werkzeug's iterator calls Python code for
    # each one. A generator alone would not do: closing it before its start runs none of its code
    # (benchmarks/scenarios.py: stream).

    __slots__ = ("_chunks", "close")

    def __init__(self, chunks: Iterator[bytes], close: Callable[[], None]) -> None:
        self._chunks = chunks
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def __next__(self) -> bytes:
        return next(self._chunks)


def _iter_encoded(chunks: Iterable[str] | Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        # PERF: most chunks are bytes, and need one comparison (benchmarks/scenarios.py: stream).
        if type(chunk) is not bytes and isinstance(chunk, str):
            yield chunk.encode()
        else:
            yield chunk


def _make_headers(response: Response) -> Headers:
    """Return the headers, which the caller may change."""
    return make_headers(response._make_pairs())


def _make_response_list(response: Response) -> list[bytes]:
    """Return the body as the iterable that is sent."""
    return [response._body]


def _make_on_close(response: Response) -> list[Callable[[], Any]]:
    return []


def _make_direct_passthrough(response: Response) -> bool:
    """Return whether the server gets the body as it is."""
    return False


def _make_json_module(response: Response) -> Any:
    """Return what parses a JSON body: the app's provider, or the standard library."""
    app = find_active_app()
    return json if app is None else app.json


install(
    Response,
    [
        LateAttribute("headers", _make_headers),
        LateAttribute("response", _make_response_list),
        LateAttribute("_on_close", _make_on_close),
        LateAttribute("direct_passthrough", _make_direct_passthrough),
        LateAttribute("json_module", _make_json_module),
    ],
)

_ORIGINAL_STEPS: Final = Originals(Response, _STEPS)
_ORIGINAL_CONSTRUCTION: Final = Originals(Response, _CONSTRUCTION)
Response._watched = frozenset({*_STEPS, *_CONSTRUCTION})
