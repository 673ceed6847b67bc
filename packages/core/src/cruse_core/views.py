"""Views as classes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any, ClassVar

from cruse_core.globals import current_app, request
from cruse_core.types import ResponseReturnValue, RouteCallable

# The methods of a `MethodView` that stand for an HTTP method.
http_method_names = frozenset({"get", "post", "head", "options", "delete", "put", "trace", "patch"})


class View:
    """A view that is an object: override `dispatch_request`, and register `as_view`'s result."""

    #: HTTP methods of the rule; GET by default.
    methods: ClassVar[Collection[str] | None] = None
    #: Whether the app answers OPTIONS; by default as for every rule.
    provide_automatic_options: ClassVar[bool | None] = None
    #: Applied to the view function, the first one first.
    decorators: ClassVar[list[Callable[..., Any]]] = []
    #: Whether each request gets an instance of its own. One for all is faster, but what is stored
    #: on it is then seen by every request.
    init_every_request: ClassVar[bool] = True

    # Any arguments, so that an overriding method may name the values of its URL.
    def dispatch_request(
        self, *args: Any, **kwargs: Any
    ) -> ResponseReturnValue | Awaitable[ResponseReturnValue]:
        """Return the answer; it is called with the values of the URL."""
        raise NotImplementedError(
            f"{type(self).__name__}.dispatch_request() is missing. It is the view: define it."
        )

    @classmethod
    def as_view(cls, name: str, *class_args: Any, **class_kwargs: Any) -> RouteCallable:
        """Return a view function for this class.

        Args:
            name: Name of the function, and so the endpoint.
            *class_args: For the constructor.
            **class_kwargs: Likewise.
        """
        if cls.init_every_request:

            def view(**kwargs: Any) -> ResponseReturnValue:
                # Looked up each time: a decorator, or a test, may replace the class.
                instance: View = current.view_class(*class_args, **class_kwargs)
                return _run(instance.dispatch_request, kwargs)

        else:
            single = cls(*class_args, **class_kwargs)

            def view(**kwargs: Any) -> ResponseReturnValue:
                return _run(single.dispatch_request, kwargs)

        view.__name__ = name
        view.__module__ = cls.__module__
        current: Any = view
        for decorate in cls.decorators:
            current = decorate(current)
        # On the outermost function, where the app looks for them.
        current.view_class = cls
        current.__name__ = name
        current.__doc__ = cls.__doc__
        current.__module__ = cls.__module__
        current.methods = cls.methods
        current.provide_automatic_options = cls.provide_automatic_options
        return current  # type: ignore[no-any-return]  # what the last decorator returned


def _run(method: RouteCallable, values: dict[str, Any]) -> ResponseReturnValue:
    """Call a method of a view, which may be a coroutine function."""
    rv: ResponseReturnValue = current_app.ensure_sync(method)(**values)
    return rv


class MethodView(View):
    """A view with one method for each HTTP method that it serves, such as `get` and `post`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "methods" not in cls.__dict__:
            methods = {name.upper() for name in http_method_names if hasattr(cls, name)}
            for base in cls.__bases__:
                methods.update(getattr(base, "methods", None) or ())
            if methods:
                cls.methods = methods

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        """Call the method for the HTTP method of the request; HEAD is answered by `get`."""
        name = request.method.lower()
        method = getattr(self, name, None)
        if method is None and name == "head":
            method = getattr(self, "get", None)
        assert method is not None, f"Unimplemented method {request.method!r}"
        return _run(method, kwargs)
