"""What an app and a blueprint have in common: rules, hooks, error handlers and resources.

Everything here registers; `pipeline.py` decides when the registered functions run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property, update_wrapper
from typing import IO, Any, ParamSpec, TypeAlias, TypeVar

from cruse_core import context
from cruse_core.components import ComponentType
from cruse_core.error_handlers import exception_class_and_code, make_error_handler_spec
from cruse_core.plan import HookTable, Plans, ViewTable
from cruse_core.resources import get_root_path, open_resource_file
from cruse_core.responses import Response
from cruse_core.static_files import send_static
from cruse_core.types import (
    AfterRequestCallable,
    AppOrBlueprintKey,
    BeforeRequestCallable,
    ErrorHandlerCallable,
    RouteCallable,
    TeardownCallable,
    URLDefaultCallable,
    URLValuePreprocessorCallable,
)

P = ParamSpec("P")
T = TypeVar("T")
T_route = TypeVar("T_route", bound=RouteCallable)
T_before_request = TypeVar("T_before_request", bound=BeforeRequestCallable)
T_after_request = TypeVar("T_after_request", bound=AfterRequestCallable)
T_teardown = TypeVar("T_teardown", bound=TeardownCallable)
T_error_handler = TypeVar("T_error_handler", bound=ErrorHandlerCallable)
T_url_defaults = TypeVar("T_url_defaults", bound=URLDefaultCallable)
T_url_value_preprocessor = TypeVar("T_url_value_preprocessor", bound=URLValuePreprocessorCallable)
F = TypeVar("F", bound=Callable[..., Any])

# By blueprint, None for the app's. A program may set another dict than the table it starts as.
_Hooks: TypeAlias = dict[AppOrBlueprintKey, list[F]]


def setupmethod(f: Callable[P, T]) -> Callable[P, T]:
    """Refuse *f*, a method that registers something, once setup is over.

    The method's object decides by `_check_setup_finished(name)`: an app once it has served a
    request, a blueprint once it is registered.
    """
    name = f.__name__

    def registering(*args: P.args, **kwargs: P.kwargs) -> T:
        owner: Any = args[0]
        owner._check_setup_finished(name)
        return f(*args, **kwargs)

    return update_wrapper(registering, f)


def endpoint_from_view(view: RouteCallable | None) -> str:
    """Return the endpoint that a rule gets if none is named: the name of its view."""
    assert view is not None, "expected view func if endpoint is not provided."
    return view.__name__


class Scaffold(metaclass=ComponentType):
    """Base of `App` and `Blueprint`.

    Args:
        import_name: Name of the module or package, usually `__name__`; files are found beside it.
        static_folder: Folder of static files, relative to the root path; None for no static files.
        static_url_path: URL path under which they are served; by default the folder's name.
        template_folder: Folder of templates, relative to the root path. Read by cruse-templating.
        root_path: Folder that relative paths start from, if *import_name* does not tell it.
    """

    name: str
    _static_folder: str | None = None
    _static_url_path: str | None = None

    def __init__(
        self,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        root_path: str | None = None,
    ) -> None:
        self.import_name = import_name
        self.root_path = get_root_path(import_name) if root_path is None else root_path
        self.static_folder = static_folder
        self.static_url_path = static_url_path
        self.template_folder = template_folder
        self.plans = Plans()
        self.view_functions: dict[str, RouteCallable] = ViewTable(self.plans)
        self.error_handler_spec = make_error_handler_spec()
        self.url_value_preprocessors: _Hooks[URLValuePreprocessorCallable] = HookTable(self.plans)
        self.before_request_funcs: _Hooks[BeforeRequestCallable] = HookTable(self.plans)
        self.after_request_funcs: _Hooks[AfterRequestCallable] = HookTable(self.plans)
        self.teardown_request_funcs: _Hooks[TeardownCallable] = HookTable(self.plans)
        self.url_default_functions: _Hooks[URLDefaultCallable] = HookTable(self.plans)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def __delattr__(self, name: str) -> None:
        # What is made at its first use can be deleted before that, too.
        if isinstance(getattr(type(self), name, None), cached_property):
            getattr(self, name)
        super().__delattr__(name)

    def _check_setup_finished(self, f_name: str) -> None:
        """Raise SetupError if it is too late to call the registering method *f_name*."""
        raise NotImplementedError

    # Rules

    @setupmethod
    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: RouteCallable | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Serve the URLs that match *rule* with *view_func*.

        Args:
            rule: URL pattern, such as `"/user/<int:id>"`.
            endpoint: Name of the rule for `url_for`; by default the name of the view.
            view_func: Called with the values of the pattern. It may be given later, by `endpoint`.
            provide_automatic_options: Whether OPTIONS is answered by the app; by default as
                PROVIDE_AUTOMATIC_OPTIONS says, unless the view handles it.
            **options: Of `cruse_routing.Rule`, `methods` first of all.
        """
        raise NotImplementedError

    @setupmethod
    def route(self, rule: str, **options: Any) -> Callable[[T_route], T_route]:
        """Serve the URLs that match *rule* with the decorated view; as `add_url_rule`."""
        endpoint = options.pop("endpoint", None)

        def register(view: T_route) -> T_route:
            self.add_url_rule(rule, endpoint, view, **options)
            return view

        return register

    def _method_route(
        self, method: str, rule: str, options: dict[str, Any]
    ) -> Callable[[T_route], T_route]:
        if "methods" in options:
            raise TypeError(
                f"'methods' was given to the shortcut for {method}, which stands for that method "
                f"alone. Use route({rule!r}, methods=[...]) for several."
            )
        return self.route(rule, methods=[method], **options)

    @setupmethod
    def get(self, rule: str, **options: Any) -> Callable[[T_route], T_route]:
        """Serve GET (and so HEAD) requests for *rule* with the decorated view."""
        return self._method_route("GET", rule, options)

    @setupmethod
    def post(self, rule: str, **options: Any) -> Callable[[T_route], T_route]:
        """Serve POST requests for *rule* with the decorated view."""
        return self._method_route("POST", rule, options)

    @setupmethod
    def put(self, rule: str, **options: Any) -> Callable[[T_route], T_route]:
        """Serve PUT requests for *rule* with the decorated view."""
        return self._method_route("PUT", rule, options)

    @setupmethod
    def delete(self, rule: str, **options: Any) -> Callable[[T_route], T_route]:
        """Serve DELETE requests for *rule* with the decorated view."""
        return self._method_route("DELETE", rule, options)

    @setupmethod
    def patch(self, rule: str, **options: Any) -> Callable[[T_route], T_route]:
        """Serve PATCH requests for *rule* with the decorated view."""
        return self._method_route("PATCH", rule, options)

    @setupmethod
    def endpoint(self, endpoint: str) -> Callable[[F], F]:
        """Make the decorated function the view of a rule that was added without one."""

        def register(view: F) -> F:
            self.view_functions[endpoint] = view
            return view

        return register

    # Hooks

    @setupmethod
    def url_value_preprocessor(self, f: T_url_value_preprocessor) -> T_url_value_preprocessor:
        """Call *f* with the endpoint and the mutable URL values before the other hooks."""
        self.url_value_preprocessors.setdefault(None, []).append(f)
        return f

    @setupmethod
    def before_request(self, f: T_before_request) -> T_before_request:
        """Call *f* before each request; what it returns, unless None, is the answer."""
        self.before_request_funcs.setdefault(None, []).append(f)
        return f

    @setupmethod
    def after_request(self, f: T_after_request) -> T_after_request:
        """Call *f* with each response; it returns that response or another one."""
        self.after_request_funcs.setdefault(None, []).append(f)
        return f

    @setupmethod
    def teardown_request(self, f: T_teardown) -> T_teardown:
        """Call *f* at the end of each request, with the unhandled exception or None."""
        self.teardown_request_funcs.setdefault(None, []).append(f)
        return f

    @setupmethod
    def url_defaults(self, f: T_url_defaults) -> T_url_defaults:
        """Call *f* with the endpoint and the mutable values of each URL that is built."""
        self.url_default_functions.setdefault(None, []).append(f)
        return f

    # Error handlers

    @setupmethod
    def errorhandler(
        self, code_or_exception: type[Exception] | int
    ) -> Callable[[T_error_handler], T_error_handler]:
        """Answer an exception class, or an HTTP error code, with the decorated handler."""

        def register(handler: T_error_handler) -> T_error_handler:
            self.register_error_handler(code_or_exception, handler)
            return handler

        return register

    @setupmethod
    def register_error_handler(
        self, code_or_exception: type[Exception] | int, f: ErrorHandlerCallable
    ) -> None:
        """Answer an exception class, or an HTTP error code, with *f*.

        Raises:
            TypeError: An exception instance was given.
            ValueError: The code stands for no HTTP error, or the class for no exception.
        """
        exc_class, code = self._get_exc_class_and_code(code_or_exception)
        self.error_handler_spec[None][code][exc_class] = f

    # Extensions call it, or override it, under this name.
    _get_exc_class_and_code = staticmethod(exception_class_and_code)

    # Static files and resources

    @property
    def static_folder(self) -> str | None:
        """Absolute path of the static files, or None."""
        if self._static_folder is None:
            return None
        return os.path.join(self.root_path, self._static_folder)

    @static_folder.setter
    def static_folder(self, value: str | os.PathLike[str] | None) -> None:
        self._static_folder = None if value is None else os.fspath(value).rstrip(r"\/")

    @property
    def has_static_folder(self) -> bool:
        """Whether static files are served; the folder need not exist."""
        return self.static_folder is not None

    @property
    def static_url_path(self) -> str | None:
        """URL path of the static files, by default the name of their folder; None without one."""
        if self._static_url_path is not None:
            return self._static_url_path
        if self.static_folder is None:
            return None
        return f"/{os.path.basename(self.static_folder)}".rstrip("/")

    @static_url_path.setter
    def static_url_path(self, value: str | None) -> None:
        self._static_url_path = None if value is None else value.rstrip("/")

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Return how long a client may keep a file without asking again, in seconds.

        Args:
            filename: Name of the file, for overriding methods.

        Returns:
            SEND_FILE_MAX_AGE_DEFAULT of the current app; None for a conditional request each time.
        """
        value = context.get_context("current_app").app.config["SEND_FILE_MAX_AGE_DEFAULT"]
        if isinstance(value, timedelta):
            return int(value.total_seconds())
        max_age: int | None = value
        return max_age

    def send_static_file(self, filename: str) -> Response:
        """Return the response that carries *filename* from the static folder.

        Raises:
            NotFound: There is no such file in the folder.
            RuntimeError: There is no static folder.
        """
        folder = self.static_folder
        if folder is None:
            raise RuntimeError(
                f"{self!r} has no static folder to serve {filename!r} from. Give its constructor "
                "static_folder='static' or the name of another folder."
            )
        ctx = context.get_request_context("request")
        return send_static(ctx.app, ctx.environ, folder, filename, self.get_send_file_max_age)

    def open_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = None
    ) -> IO[Any]:
        """Open a file beside the module for reading.

        Args:
            resource: Path relative to the root path.
            mode: "rb", "rt" or "r".
            encoding: Of a file that is read as text; UTF-8 by default.

        Raises:
            ValueError: The mode is for writing.
        """
        return open_resource_file(self.root_path, resource, mode, encoding)


def merge_hooks(
    target: dict[AppOrBlueprintKey, list[F]],
    source: Mapping[AppOrBlueprintKey, list[F]],
    name: str,
) -> None:
    """Add the hooks of a blueprint to its app's table, under the blueprint's full *name*."""
    for key, hooks in source.items():
        target.setdefault(name if key is None else f"{name}.{key}", []).extend(hooks)
