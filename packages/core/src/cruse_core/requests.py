"""Read what the client sent.

`context.py` makes a request and sets its `_app` and its match; this file only reads the environ.
What a request knows is computed when it is first read, but never from an environ that was changed
meanwhile: see `_make_environ`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import SEEK_END, BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, ClassVar, Final, Self
from wsgiref.types import WSGIEnvironment

from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError
from werkzeug.routing import Rule
from werkzeug.utils import cached_property
from werkzeug.wrappers import Request as WerkzeugRequest

from cruse_core.active_app import ActiveApp, find_active_app
from cruse_core.bodies import BodyStream, make_read_stream, make_unread_stream, read_short_body
from cruse_core.debug_helpers import attach_enctype_error_multidict
from cruse_core.form_parser import FORM_MIMETYPE, SHORT_UPLOAD_BYTES, FormParser, parse_form
from cruse_core.headers import RequestHeaders
from cruse_core.hosts import is_trusted
from cruse_core.late_attributes import LateAttribute, install
from cruse_core.limits import RequestLimit
from cruse_core.overrides import Originals, WatchedType
from cruse_core.parsing import (
    find_boundary,
    find_mimetype,
    make_multi_dict,
    parse_cookies,
    parse_pairs,
)


class _ActiveApp:
    """Finds the app for a request that no context has given one.

    It has no `__set__`: the app that a context sets stays on the request.
    """

    def __get__(self, instance: object, owner: type) -> ActiveApp | None:
        return find_active_app()


# A subclass that overrides one of these gets all of Werkzeug's steps.
_STEPS: Final = (
    "__getattribute__",
    "_get_stream_for_parsing",
    "_parse_content_type",
    "cookies",
    "headers",
    "make_form_data_parser",
    "mimetype",
    "mimetype_params",
    "query_string",
    "stream",
    "want_form_data_parsed",
)
# A subclass that overrides one of these notices when a request is made, and when it ends.
_CONSTRUCTION: Final = ("__init__", "__new__", "close")
# A subclass that overrides one of these decides which hosts are served.
_HOST: Final = ("host", "trusted_hosts")


class Request(WerkzeugRequest, metaclass=WatchedType):
    """The request of one client, with the route that matched it.

    Args:
        environ: The WSGI environ. Whoever changes it while the request is in use gets at it through
            `request.environ`: from then on, nothing that the request tells of it changes.
        populate_request: Whether the request is put into the environ as "werkzeug.request".
        shallow: Whether reading the body is an error.
    """

    #: The rule that matched the URL; None before matching, or if none did.
    url_rule: Rule | None = None
    #: The values in the URL by their names in the rule; None if no rule matched.
    view_args: dict[str, Any] | None = None
    #: Why no rule matched; it is raised in place of calling a view.
    routing_exception: HTTPException | None = None

    form_data_parser_class = FormParser

    _app: ActiveApp | None = _ActiveApp()  # type: ignore[assignment]  # the descriptor finds one
    _environ: WSGIEnvironment
    _body_was_read = False
    _form_was_parsed = False
    _is_plain: ClassVar[bool] = True
    # Whether `host` is what `hosts.py` makes of the header.
    _has_common_host: ClassVar[bool] = True
    # Whether nobody notices if a request is made when it is first read, or never.
    _is_made_when_read: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._look_afresh()

    @classmethod
    def _look_afresh(cls) -> None:
        cls._is_plain = _ORIGINAL_STEPS.are_kept_by(cls)
        cls._is_made_when_read = _ORIGINAL_CONSTRUCTION.are_kept_by(cls)
        cls._has_common_host = _ORIGINAL_HOST.are_kept_by(cls)

    def __init__(
        self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False
    ) -> None:
        # PERF: Werkzeug computes nine values here, of which most views read two
        # (benchmarks/scenarios.py: text).
        self._environ = environ
        if shallow:
            self.shallow = True
        elif populate_request:
            environ["werkzeug.request"] = self

    def _get_current_object(self) -> Self:
        """Return the request itself; the proxy `request` has a method of this name."""
        return self

    # The match

    @property
    def endpoint(self) -> str | None:
        """Endpoint of the rule that matched; None if none did."""
        return None if self.url_rule is None else self.url_rule.endpoint

    @property
    def blueprint(self) -> str | None:
        """Full name of the blueprint that the endpoint belongs to; None for an app's own."""
        endpoint = self.endpoint
        if endpoint is None or "." not in endpoint:
            return None
        return endpoint.rpartition(".")[0]

    @property
    def blueprints(self) -> list[str]:
        """Full names of the blueprint and those it is nested in, innermost first."""
        name = self.blueprint or ""
        names = []
        while name:
            names.append(name)
            name = name.rpartition(".")[0]
        return names

    # What the app's configuration limits, unless a view or hook sets another limit.

    max_content_length: int | None = RequestLimit(  # type: ignore[assignment]  # finds one
        "MAX_CONTENT_LENGTH", "Most bytes of body that this request may read; None: no limit."
    )
    max_form_memory_size: int | None = RequestLimit(  # type: ignore[assignment]  # finds one
        "MAX_FORM_MEMORY_SIZE", "Most bytes of a multipart field that is no file; None: no limit."
    )
    max_form_parts: int | None = RequestLimit(  # type: ignore[assignment]  # finds one
        "MAX_FORM_PARTS", "Most parts that a multipart body may have; None: no limit."
    )
    trusted_hosts: list[str] | None = RequestLimit(  # type: ignore[assignment]  # finds them
        "TRUSTED_HOSTS", "The hosts that are served, without regard to case; None: every host."
    )

    # The body

    def close(self) -> None:
        """Close the files that the client sent."""
        # PERF: most requests have none (benchmarks/scenarios.py: headers).
        if self._form_was_parsed and self.__dict__.get("files"):
            super().close()

    @property
    def is_json(self) -> bool:
        """Whether the client says that the body is JSON."""
        return self._has_content_type("application/json") or super().is_json

    def _has_content_type(self, content_type: str) -> bool:
        """Return True if the environ certainly has it; False leaves the decision to `mimetype`."""
        # PERF: one comparison for a client that sends no parameters (benchmarks/scenarios.py: form,
        # echo).
        values = self.__dict__
        return (
            self._is_plain
            and "headers" not in values
            and "mimetype" not in values
            and self._environ.get("CONTENT_TYPE") == content_type
        )

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """Answer 400 for a malformed body and 415 for another type; details only in debug mode."""
        try:
            return super().on_json_loading_failed(e)
        except BadRequest as error:
            if self._app is not None and self._app.debug:
                raise
            raise BadRequest from error

    def get_data(
        self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False
    ) -> Any:
        """Return the body as it was sent.

        Args:
            cache: Whether to keep it for the next call; without, a second call finds nothing.
            as_text: Whether to decode it as UTF-8, with a replacement for invalid bytes.
            parse_form_data: Whether to parse a form first, which leaves nothing for here.
        """
        data: bytes | None = self.__dict__.get("_cached_data")
        if data is None:
            if parse_form_data:
                self._load_form_data()
            data = self._find_unread_body()
            if data is None:
                data = self.stream.read()
            if cache:
                self._cached_data = data
        return data.decode(errors="replace") if as_text else data

    def _find_unread_body(self) -> bytes | None:
        """Read the body in one call; None if it must be read from `stream`."""
        values = self.__dict__
        if not self._is_plain or "stream" in values or self._body_was_read or values.get("shallow"):
            return None
        # Somebody may have given the request another environ.
        environ = values.get("environ", self._environ)
        body = read_short_body(environ, self.max_content_length)
        # PERF: the stream's class is an ABC, so `isinstance` calls Python code
        # (benchmarks/scenarios.py: form).
        if type(body) is not bytes and isinstance(body, BodyStream):
            values["stream"] = body
            return None
        self._body_was_read = body is not None
        return body

    @property
    def want_form_data_parsed(self) -> bool:
        """Whether the body may be a form, which is so if the client says what it is."""
        # PERF: `environ` makes nine values (benchmarks/scenarios.py: upload).
        return bool(self.__dict__.get("environ", self._environ).get("CONTENT_TYPE"))

    @property
    def mimetype_params(self) -> dict[str, str]:
        """Parameters of the body's type, such as "boundary"."""
        boundary = find_boundary(self.headers.get("Content-Type", ""))
        return super().mimetype_params if boundary is None else {"boundary": boundary}

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Return what the content of an uploaded file is written to."""
        if total_content_length is not None and total_content_length <= SHORT_UPLOAD_BYTES:
            # Like the stream that Werkzeug makes, it becomes a file when somebody asks for one.
            return SpooledTemporaryFile(max_size=SHORT_UPLOAD_BYTES, mode="rb+")
        return super()._get_file_stream(
            total_content_length, content_type, filename, content_length
        )

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        self._form_was_parsed = True
        if not self._load_urlencoded_form():
            super()._load_form_data()
        if self._app is not None and self._app.debug:
            attach_enctype_error_multidict(self)

    def _load_urlencoded_form(self) -> bool:
        """Parse an urlencoded form; False if the body is none, or a subclass has the say."""
        # PERF: no parser, no parameters of the type (benchmarks/scenarios.py: form).
        if not (
            self._is_plain
            and self.parameter_storage_class is ImmutableMultiDict
            and self.form_data_parser_class is FormParser
            and (self._has_content_type(FORM_MIMETYPE) or self.mimetype == FORM_MIMETYPE)
        ):
            return False
        values = self.__dict__
        body: bytes | None = values.get("_cached_data")
        if body is not None:
            values["stream"] = _make_read_copy(body)
        else:
            body = self._find_unread_body()
            if body is None:
                body = self.stream.read()
        values["form"] = parse_form(body)
        values["files"] = make_multi_dict({})
        return True


def _make_read_copy(body: bytes) -> BytesIO:
    """Return the stream that a request shows once a form was parsed from the *body* it had kept."""
    stream = BytesIO(body)
    stream.seek(0, SEEK_END)
    return stream


# What Werkzeug computes in the constructor; here, at first use. The functions work for a request
# that was not looked at yet, so they read nothing but `_environ`.


def _make_method(request: Request) -> str:
    method: str = request._environ.get("REQUEST_METHOD") or "GET"
    return method.upper()


def _make_scheme(request: Request) -> str:
    scheme: str = request._environ.get("wsgi.url_scheme") or "http"
    return scheme


def _make_server(request: Request) -> tuple[str, int | None] | None:
    name = request._environ.get("SERVER_NAME")
    if name is None:
        return None
    try:
        return name, int(request._environ["SERVER_PORT"])
    except (KeyError, TypeError, ValueError):
        # A Unix socket has no port.
        return name, None


def _decode_path(text: str) -> str:
    return text if text.isascii() else text.encode("latin1").decode(errors="replace")


def _make_root_path(request: Request) -> str:
    return _decode_path(request._environ.get("SCRIPT_NAME") or "").rstrip("/")


def _make_path(request: Request) -> str:
    return "/" + _decode_path(request._environ.get("PATH_INFO") or "").lstrip("/")


def _make_query_string(request: Request) -> bytes:
    query: str = request._environ.get("QUERY_STRING") or ""
    return query.encode("latin1")


def _make_headers(request: Request) -> RequestHeaders:
    return RequestHeaders(request._environ)


def _make_remote_addr(request: Request) -> str | None:
    address: str | None = request._environ.get("REMOTE_ADDR")
    return address


_CONSTRUCTOR_VALUES: Final[Mapping[str, Callable[[Request], object]]] = {
    "method": _make_method,
    "scheme": _make_scheme,
    "server": _make_server,
    "root_path": _make_root_path,
    "path": _make_path,
    "query_string": _make_query_string,
    "headers": _make_headers,
    "remote_addr": _make_remote_addr,
}


def _make_environ(request: Request) -> WSGIEnvironment:
    """Return the WSGI environ, which the caller may change."""
    # Whoever reads the environ may change it, and a request does not follow such a change.
    values = request.__dict__
    for name, make in _CONSTRUCTOR_VALUES.items():
        if name not in values:
            values[name] = make(request)
    return request._environ


# What Werkzeug also makes at first use, but more slowly.


def _make_args(request: Request) -> MultiDict[str, str]:
    if request.parameter_storage_class is ImmutableMultiDict:
        if request._is_plain and "query_string" not in request.__dict__:
            query: str = request._environ.get("QUERY_STRING") or ""
        else:
            query = request.query_string.decode("latin1")
        args = parse_pairs(query)
        if args is not None:
            return args
    general: MultiDict[str, str] = _WERKZEUG_VALUES["args"](request)
    return general


def _make_cookies(request: Request) -> ImmutableMultiDict[str, str]:
    environ = request._environ
    if "headers" in request.__dict__ or not request._is_plain:
        headers = request.headers
        environ = headers.environ if type(headers) is RequestHeaders else {}
    if environ and request.dict_storage_class is ImmutableMultiDict:
        cookies = parse_cookies(environ.get("HTTP_COOKIE") or "")
        if cookies is not None:
            return cookies
    general: ImmutableMultiDict[str, str] = _WERKZEUG_VALUES["cookies"](request)
    return general


def _make_mimetype(request: Request) -> str:
    return find_mimetype(request.headers.get("Content-Type", ""))


def _make_stream(request: Request) -> IO[bytes]:
    if request.shallow:
        stream: IO[bytes] = _WERKZEUG_VALUES["stream"](request)  # an error that says what to do
        return stream
    # Somebody may have given the request another environ.
    environ = request.__dict__.get("environ", request._environ)
    if request._body_was_read:
        return make_read_stream(environ)
    return make_unread_stream(environ, request.max_content_length)


_USUAL_PORTS: Final = {"http": ":80", "ws": ":80", "https": ":443", "wss": ":443"}


def _make_host(request: Request) -> str:
    """Return host and port that the client asks for, the port unless it is the scheme's own.

    It is "" if the request names none, or what it names is none.

    Raises:
        SecurityError: It is not one of `trusted_hosts`.
    """
    header: str | None = request._environ.get("HTTP_HOST")
    if not header or "headers" in request.__dict__:
        general: str = _WERKZEUG_VALUES["host"](request)
        return general
    host = header.removesuffix(_USUAL_PORTS.get(request.scheme, ""))
    if is_trusted(host, request.trusted_hosts or ()):
        return host
    if request.trusted_hosts:
        raise SecurityError(f"Host {host!r} is not trusted.")
    return ""


def _make_shallow(request: Request) -> bool:
    """Return whether reading the body is an error."""
    return False


def _make_json_module(request: Request) -> Any:
    """Return what parses a JSON body: the app's provider, or the standard library."""
    return json if request._app is None else request._app.json


_WERKZEUG_VALUES: Final[Mapping[str, Callable[..., Any]]] = {
    name: attribute.fget
    for base in reversed(WerkzeugRequest.__mro__)
    for name, attribute in vars(base).items()
    if isinstance(attribute, cached_property) and attribute.fget is not None
}
_LATE_VALUES: Final[Mapping[str, Callable[[Request], Any]]] = {
    **_WERKZEUG_VALUES,
    **_CONSTRUCTOR_VALUES,
    "environ": _make_environ,
    "args": _make_args,
    "cookies": _make_cookies,
    "json_module": _make_json_module,
    "mimetype": _make_mimetype,
    "host": _make_host,
    "shallow": _make_shallow,
    "stream": _make_stream,
}
install(
    Request,
    [
        LateAttribute(name, make, doc=_WERKZEUG_VALUES.get(name, make).__doc__)
        for name, make in _LATE_VALUES.items()
    ],
)

_ORIGINAL_STEPS: Final = Originals(Request, _STEPS)
_ORIGINAL_CONSTRUCTION: Final = Originals(Request, _CONSTRUCTION)
_ORIGINAL_HOST: Final = Originals(Request, _HOST)
Request._watched = frozenset({*_STEPS, *_CONSTRUCTION, *_HOST})
