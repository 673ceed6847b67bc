"""Keep the request readable while its response is being streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import Any, AnyStr, Generic, ParamSpec, overload

from cruse_core import context
from cruse_core.context import RequestContext

P = ParamSpec("P")


class ContextStream(Generic[AnyStr]):
    """Takes each chunk from an iterator with the request's context active, and only then.

    Between two chunks nothing stays bound, so a stream may be abandoned, or go on in another
    thread. The request's teardown waits for the end of the stream: its last chunk, `close`, or its
    collection as garbage.
    """

    # The context, until the stream has ended.
    _ctx: RequestContext | None = None
    _is_begun = False

    def __init__(self, ctx: RequestContext, chunks: Iterator[AnyStr]) -> None:
        self._ctx = ctx
        self._chunks: Iterator[AnyStr] = chunks
        ctx.hold(self)

    def __iter__(self) -> Iterator[AnyStr]:
        return self

    def __next__(self) -> AnyStr:
        ctx = self._ctx
        if ctx is None:
            raise StopIteration
        self._is_begun = True
        token = context.current.set(ctx)
        try:
            return next(self._chunks)
        except StopIteration:
            self._end()
            raise
        except BaseException as exc:
            self._end(exc)
            raise
        finally:
            context.current.reset(token)

    def close(self) -> None:
        """End the stream: close the iterator and let the teardown of its request run.

        If it had begun, the teardown functions get the `GeneratorExit` that has ended it. One that
        nobody has asked for a chunk, as for HEAD, ends without an error.
        """
        ctx = self._ctx
        if ctx is not None:
            token = context.current.set(ctx)
            try:
                self._end(GeneratorExit() if self._is_begun else None)
            finally:
                context.current.reset(token)

    def _end(self, exc: BaseException | None = None) -> None:
        # One operation: of two threads that end a stream, one does it.
        ctx = self.__dict__.pop("_ctx", None)
        if ctx is None:
            return
        try:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()
        except BaseException as error:
            # Unless the stream has failed already, this is what the teardown has to know.
            if exc is None or type(exc) is GeneratorExit:
                exc = error
            raise
        finally:
            ctx.release(self, exc)

    __del__ = close


@overload
def stream_with_context(generator_or_function: Iterator[AnyStr]) -> Iterator[AnyStr]: ...
@overload
def stream_with_context(
    generator_or_function: Callable[P, Iterator[AnyStr]],
) -> Callable[P, Iterator[AnyStr]]: ...
def stream_with_context(generator_or_function: Any) -> Any:
    """Return an iterator that can read the current request while it is consumed.

    Args:
        generator_or_function: The iterator of a response body; or a generator function, which makes
            this a decorator.

    Raises:
        OutOfContextError: No request is being served.
    """
    try:
        chunks: Iterator[Any] = iter(generator_or_function)
    except TypeError:
        function: Callable[..., Iterator[Any]] = generator_or_function

        def stream(*args: Any, **kwargs: Any) -> Iterator[Any]:
            return stream_with_context(function(*args, **kwargs))

        return update_wrapper(stream, function)
    return ContextStream(context.get_request_context("stream_with_context"), chunks)
