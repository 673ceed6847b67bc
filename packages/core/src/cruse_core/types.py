"""The shapes of views, hooks and handlers, for annotations.

Only Werkzeug's classes appear here, so that every other module may import this one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as BaseResponse

__all__ = [
    "AfterRequestCallable",
    "AppOrBlueprintKey",
    "BeforeRequestCallable",
    "ErrorHandlerCallable",
    "HeaderValue",
    "HeadersValue",
    "ResponseReturnValue",
    "ResponseValue",
    "RouteCallable",
    "StartResponse",
    "TeardownCallable",
    "URLDefaultCallable",
    "URLValuePreprocessorCallable",
    "WSGIApplication",
    "WSGIEnvironment",
]

HeaderValue: TypeAlias = str | list[str] | tuple[str, ...]
HeadersValue: TypeAlias = Headers | Mapping[str, HeaderValue] | Sequence[tuple[str, HeaderValue]]

ResponseValue: TypeAlias = (
    BaseResponse
    | str
    | bytes
    | bytearray
    | list[Any]
    | Mapping[str, Any]
    | Iterator[str]
    | Iterator[bytes]
    | WSGIApplication
)
ResponseReturnValue: TypeAlias = (
    ResponseValue
    | tuple[ResponseValue, int | str]
    | tuple[ResponseValue, HeadersValue]
    | tuple[ResponseValue, int | str, HeadersValue]
)

R = TypeVar("R", bound=BaseResponse)

# Key of a hook table: a blueprint's full name, or None for the hooks of the whole app.
AppOrBlueprintKey: TypeAlias = str | None

RouteCallable: TypeAlias = Callable[..., ResponseReturnValue | Awaitable[ResponseReturnValue]]
BeforeRequestCallable: TypeAlias = Callable[
    [], ResponseReturnValue | Awaitable[ResponseReturnValue | None] | None
]
AfterRequestCallable: TypeAlias = Callable[[Any], BaseResponse | Awaitable[BaseResponse]]
TeardownCallable: TypeAlias = Callable[[BaseException | None], Awaitable[None] | None]
# The argument is Any: a handler names the exception class it was registered for.
ErrorHandlerCallable: TypeAlias = Callable[
    [Any], ResponseReturnValue | Awaitable[ResponseReturnValue]
]
URLDefaultCallable: TypeAlias = Callable[[str, dict[str, Any]], None]
URLValuePreprocessorCallable: TypeAlias = Callable[[str | None, dict[str, Any] | None], None]
