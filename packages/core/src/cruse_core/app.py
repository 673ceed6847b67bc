"""The application: its settings, its URL map, its blueprints and its contexts.

How a request is served stands in `pipeline.py`; what a blueprint also has, in `scaffold.py`.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable, Collection, Mapping, ValuesView
from datetime import timedelta
from functools import cached_property
from typing import IO, Any, Protocol, Self, TypeVar

from werkzeug.datastructures import ImmutableDict
from werkzeug.exceptions import Aborter
from werkzeug.utils import redirect as werkzeug_redirect
from werkzeug.wrappers import Response as BaseResponse

from cruse_core.app_globals import AppGlobals
from cruse_core.call_sites import CallSite, find_call_site
from cruse_core.checks import Checks
from cruse_core.components import APP_STAND_INS, missing_component_text, place_stand_ins
from cruse_core.config import Config
from cruse_core.context import AppContext, RequestContext, makes_unnoticed
from cruse_core.environment import debug_flag
from cruse_core.errors import (
    EndpointConflictError,
    MissingComponentError,
    SetupError,
)
from cruse_core.findings import Finding
from cruse_core.hosts import AcceptedHosts
from cruse_core.json_provider import (
    ConfiguredJSONProvider,
    DefaultJSONProvider,
    JSONProvider,
)
from cruse_core.overrides import Originals, watchers
from cruse_core.places import find_place
from cruse_core.prefix_owners import PrefixOwners
from cruse_core.problem_details import JSONErrors
from cruse_core.resources import make_instance_path, open_file
from cruse_core.route_guard import RouteGuard
from cruse_core.rule_options import (
    check_host,
    check_methods,
    check_options,
    get_methods,
    tell_of_subdomain,
)
from cruse_core.scaffold import endpoint_from_view, setupmethod
from cruse_core.sessions import SecureCookieSessionInterface, SessionInterface
from cruse_core.short_path import STEPS, STEPS_OF_ANSWERING, STEPS_OF_ENDING
from cruse_core.types import RouteCallable, TeardownCallable, WSGIEnvironment
from cruse_core.url_building import UrlBuilder
from cruse_routing import Map, Rule

C = TypeVar("C", bound="App")
T_teardown = TypeVar("T_teardown", bound=TeardownCallable)

# What decides whether a short cut may be taken; setting one of these starts the plans afresh.
_SHORT_CUT_SWITCHES = STEPS.union(
    STEPS_OF_ANSWERING,
    STEPS_OF_ENDING,
    {
        "after_request_funcs",
        "app_context",
        "app_ctx_globals_class",
        "async_to_sync",
        "before_request_funcs",
        "ensure_sync",
        "request_class",
        "session_interface",
        "subdomain_matching",
        "teardown_request_funcs",
        "url_map",
        "url_value_preprocessors",
        "view_functions",
    },
)


class RegisteredBlueprint(Protocol):
    """What an app asks of a blueprint."""

    name: str

    def register(self, app: Any, options: dict[str, Any]) -> None:
        """Register everything that was recorded on the blueprint."""
        ...


class App(UrlBuilder):
    """A WSGI application: rules, hooks and settings on one side, requests on the other.

    Args:
        import_name: Name of the module or package, usually `__name__`; files are found beside it.
        static_url_path: URL path of the static files; by default the name of their folder.
        static_folder: Folder of static files, relative to the root path; None for none.
        static_host: Host that serves them; required with *host_matching*.
        host_matching: Match the whole host of a URL; each rule then has a `host`.
        subdomain_matching: Match the part of the host before SERVER_NAME; rules then have a
            `subdomain`.
        template_folder: Folder of templates, relative to the root path; read by cruse-templating.
        instance_path: Absolute path of the folder for files of this installation; found beside
            the module or under the interpreter's prefix by default.
        instance_relative_config: Whether relative names of configuration files start from the
            instance path instead of the root path.
        root_path: Folder that relative paths start from, if *import_name* does not tell it.
    """

    aborter_class: type[Aborter] = Aborter
    app_ctx_globals_class = AppGlobals
    config_class: type[Config] = Config
    json_provider_class: type[JSONProvider] = DefaultJSONProvider
    session_interface: SessionInterface = SecureCookieSessionInterface()
    url_map_class: type[Map] = Map
    url_rule_class: type[Rule] = Rule
    # Whether one rule for a subdomain has been told of, where none is matched.
    _told_of_subdomain = False

    #: The settings that an app starts with; those of a subclass are added to them.
    default_config: Mapping[str, Any] = ImmutableDict(
        DEBUG=None,
        TESTING=False,
        SECRET_KEY=None,
        SECRET_KEY_FALLBACKS=None,
        # The host and its URLs
        APPLICATION_ROOT="/",
        PREFERRED_URL_SCHEME="http",
        SERVER_NAME=None,
        TRUSTED_HOSTS=None,
        # Sessions
        PERMANENT_SESSION_LIFETIME=timedelta(days=31),
        SESSION_COOKIE_DOMAIN=None,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_PARTITIONED=False,
        SESSION_COOKIE_PATH=None,
        SESSION_COOKIE_SAMESITE=None,
        SESSION_COOKIE_SECURE=False,
        SESSION_REFRESH_EACH_REQUEST=True,
        # Limits, in bytes but for the number of parts
        MAX_CONTENT_LENGTH=None,
        MAX_COOKIE_SIZE=4093,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=1_000,
        # Rules and answers
        EXTRA_HTTP_METHODS=(),
        PROVIDE_AUTOMATIC_OPTIONS=True,
        STRICT_ROUTES=False,
        SEND_FILE_MAX_AGE_DEFAULT=None,
        USE_X_SENDFILE=False,
        # Documents in JSON
        JSON_DATES="http",
        JSON_PROVIDER="default",
        # Errors
        JSON_ERRORS="negotiate",
        PROPAGATE_EXCEPTIONS=None,
        TRAP_BAD_REQUEST_ERRORS=None,
        TRAP_HTTP_EXCEPTIONS=False,
    )

    def __init__(
        self,
        import_name: str,
        static_url_path: str | None = None,
        static_folder: str | os.PathLike[str] | None = "static",
        static_host: str | None = None,
        host_matching: bool = False,
        subdomain_matching: bool = False,
        template_folder: str | os.PathLike[str] | None = "templates",
        instance_path: str | None = None,
        instance_relative_config: bool = False,
        root_path: str | None = None,
    ) -> None:
        self._got_first_request = False
        watchers.add(self)
        super().__init__(import_name, static_folder, static_url_path, template_folder, root_path)
        self.blueprints: dict[str, RegisteredBlueprint] = {}
        self.json_errors_by_blueprint: dict[str, JSONErrors] = {}
        self.prefix_owners = PrefixOwners()
        self.extensions: dict[str, Any] = {}
        self.instance_path = self._find_instance_path(instance_path)
        self.config = self.make_config(instance_relative_config)
        self.json = self._make_json_provider()
        self.aborter = self.make_aborter()
        self.url_build_error_handlers: list[
            Callable[[Exception, str, dict[str, Any]], str | None]
        ] = []
        self.teardown_appcontext_funcs: list[TeardownCallable] = []
        self.url_map = self.url_map_class(host_matching=host_matching)
        self.subdomain_matching = subdomain_matching
        self._static_host = static_host
        self._route_guard = RouteGuard()
        self._blueprint_sites: dict[str, CallSite | None] = {}
        self.accepted_hosts = AcceptedHosts(None)
        if self.has_static_folder:
            self._add_static_rule(static_host, host_matching)

    def _add_static_rule(self, static_host: str | None, host_matching: bool) -> None:
        """Serve the static folder, which need not exist yet."""
        assert bool(static_host) == host_matching, (
            "static_host and host_matching go together: with host_matching, the rule for static "
            "files needs a host. Give both, or neither, or static_folder=None."
        )
        # A reference to the app here would keep the app alive in a cycle.
        find_app = weakref.ref(self)
        self.add_url_rule(
            f"{self.static_url_path}/<path:filename>",
            endpoint="static",
            host=static_host,
            # The host may have variables, too.
            view_func=lambda filename, **values: find_app().send_static_file(filename=filename),  # type: ignore[union-attr]  # it serves
        )

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in _SHORT_CUT_SWITCHES:
            self._look_for_short_cuts()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name in _SHORT_CUT_SWITCHES:
            self._look_for_short_cuts()

    def _look_for_short_cuts(self) -> None:
        """Find out which short cuts nobody can observe, after something they depend on was set."""
        self.plans.forget()
        values = self.__dict__
        self.matches_directly = (
            isinstance(values.get("url_map"), Map)
            and not values.get("subdomain_matching")
            and _MATCHING.are_kept_on(self)
            and getattr(self.request_class, "_has_common_host", False)
        )
        self.takes_own_way_of_answering = not _ANSWERING.are_kept_on(self)
        self.takes_own_way_of_ending = not _ENDING.are_kept_on(self)
        self.pushes_app_context = not (AppContext._is_plain and _APP_CONTEXT.are_kept_on(self))
        self._converts_once = _CONVERSION.are_kept_on(self)
        self.takes_short_path = (
            self.matches_directly
            and not self.pushes_app_context
            and RequestContext._is_plain
            and getattr(self.request_class, "_is_made_when_read", False)
            and makes_unnoticed(self.app_ctx_globals_class)
            # One that is derived from Flask's knows nothing of it.
            and hasattr(self.session_interface, "opens_when_read")
            and _STEPS.are_kept_on(self)
        )

    def _check_setup_finished(self, f_name: str) -> None:
        if self._got_first_request:
            raise SetupError(
                f"The setup method {f_name!r} can no longer be called on the application "
                f"{self.name!r}: it has already handled its first request, so the change would not "
                "apply to every request alike. Import all views, and register everything, before "
                "the app is served."
            )

    # Components

    def require(self, component: type[C]) -> C:
        """Return this app, typed as one that has *component*.

        Raises:
            MissingComponentError: The app is not an instance of it.
        """
        if isinstance(self, component):
            return self
        distribution = component.__module__.partition(".")[0]
        raise MissingComponentError(
            missing_component_text(
                component.__name__,
                type(self),
                (distribution.replace("_", "-"), distribution, component.__name__),
            )
        )

    def _get_current_object(self) -> Self:
        """Return the app itself; the proxy `current_app` has a method of this name."""
        return self

    # Settings

    @cached_property
    def name(self) -> str:  # type: ignore[override]  # it can be set
        """The import name; the name of the file when that is run as a program."""
        if self.import_name != "__main__":
            return self.import_name
        path: str | None = getattr(sys.modules["__main__"], "__file__", None)
        return "__main__" if path is None else os.path.splitext(os.path.basename(path))[0]

    def make_config(self, instance_relative: bool = False) -> Config:
        """Make the configuration that the app starts with.

        Args:
            instance_relative: Whether names of files start from the instance path.
        """
        root_path = self.instance_path if instance_relative else self.root_path
        return self.config_class(root_path, {**self._find_defaults(), "DEBUG": debug_flag()})

    def _find_defaults(self) -> dict[str, Any]:
        """Return the defaults of each class that this app is derived from, and its own."""
        defaults: dict[str, Any] = {}
        for cls in reversed(type(self).__mro__):
            own = vars(cls).get("default_config")
            if isinstance(own, Mapping):
                defaults.update(own)
        # It may also be a property, or an attribute of this one app.
        return {**defaults, **self.default_config}

    def _make_json_provider(self) -> JSONProvider:
        """Make what `app.json` starts as; the settings decide unless a subclass does."""
        chosen = self.json_provider_class
        return ConfiguredJSONProvider(self) if chosen is DefaultJSONProvider else chosen(self)

    def make_aborter(self) -> Aborter:
        """Make the object that `abort` calls."""
        return self.aborter_class()

    # Files

    def _find_instance_path(self, instance_path: str | None) -> str:
        if instance_path is None:
            return self.auto_find_instance_path()
        if not os.path.isabs(instance_path):
            raise ValueError(
                f"instance_path {instance_path!r} is relative. Where it would be depends on where "
                "the process was started, so it must be absolute. Use os.path.abspath()."
            )
        return instance_path

    def auto_find_instance_path(self) -> str:
        """Return where the instance folder is if none was given."""
        return make_instance_path(self.import_name, self.name)

    def open_instance_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = "utf-8"
    ) -> IO[Any]:
        """Open a file of the instance folder, for reading or writing.

        Args:
            resource: Path relative to the instance path.
            mode: As for `open`.
            encoding: Of a file opened as text.
        """
        return open_file(self.instance_path, resource, mode, encoding)

    # Rules and URLs

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

        Raises:
            TypeError: *methods* is a string.
            EndpointConflictError: Another view has this endpoint.
            RouteConflictError: Another rule takes all of its URLs, and STRICT_ROUTES is on.
            RuleHostError: It names no host, and the app matches whole hosts.
            RuleMethodError: A method is neither known nor among EXTRA_HTTP_METHODS.
            RuleOptionError: There is no such option.
        """
        if endpoint is None:
            endpoint = endpoint_from_view(view_func)
        methods = get_methods(options.pop("methods", None), view_func)
        if provide_automatic_options is None:
            provide_automatic_options = getattr(view_func, "provide_automatic_options", None)
        if provide_automatic_options is None:
            provide_automatic_options = (
                "OPTIONS" not in methods and self.config["PROVIDE_AUTOMATIC_OPTIONS"]
            )
        if provide_automatic_options:
            methods.add("OPTIONS")
        methods |= set(getattr(view_func, "required_methods", ()))
        strict: bool = self.config.get("STRICT_ROUTES", False)
        extra_methods = self.config.get("EXTRA_HTTP_METHODS", ())
        check_methods(rule, methods, extra_methods, strict=strict, debug=self.debug)
        try:
            rule_object = self.url_rule_class(rule, methods=methods, endpoint=endpoint, **options)
        except TypeError:
            check_options(self.url_rule_class, rule, options)
            raise
        rule_object.provide_automatic_options = provide_automatic_options  # type: ignore[attr-defined]  # read by dispatch_request
        self._check_domain(rule_object)
        self.url_map.add(rule_object)
        # This function, and `registering` around it.
        site = find_call_site(skipped=2)
        self._route_guard.add(rule_object, site, thorough=strict or self.debug, strict=strict)
        if view_func is not None:
            self._set_view(endpoint, view_func)

    def _check_domain(self, rule: Rule) -> None:
        """Tell of a rule that no request reaches, whatever its path is."""
        if self.url_map.host_matching:
            check_host(rule, debug=self.debug)
        elif (
            rule.subdomain
            and rule.subdomain != self.url_map.default_subdomain
            and not rule.build_only
            # Otherwise hosts are matched, or are somebody else's matter.
            and self.matches_directly
            and not self._told_of_subdomain
        ):
            self._told_of_subdomain = True
            tell_of_subdomain(rule, debug=self.debug)

    def _set_view(self, endpoint: str, view_func: RouteCallable) -> None:
        existing = self.view_functions.get(endpoint)
        if existing is not None and existing != view_func:
            raise EndpointConflictError(
                f"View function mapping is overwriting an existing endpoint function: {endpoint} "
                f"stands for {_title(existing)} already, and {_title(view_func)} claims it too. "
                "An endpoint names one view, or url_for could not tell them apart. Rename one "
                "function, or pass another endpoint=."
            )
        self.view_functions[endpoint] = view_func

    @setupmethod
    def register_blueprint(self, blueprint: RegisteredBlueprint, **options: Any) -> None:
        """Register what was recorded on *blueprint*.

        Args:
            blueprint: Registered under its own name unless *options* has another.
            **options: `name`, `url_prefix`, `subdomain`, `url_defaults` and `cli_group` override
                those of the blueprint; all of them are handed to its recorded functions.

        Raises:
            BlueprintNameError: The name is taken.
        """
        blueprint.register(self, options)

    def iter_blueprints(self) -> ValuesView[RegisteredBlueprint]:
        """Return a view of the blueprints, in the order of their registration."""
        return self.blueprints.values()

    def redirect(self, location: str, code: int = 302) -> BaseResponse:
        """Return a response that sends the client to *location*.

        Args:
            location: URL, absolute or relative.
            code: HTTP status: 301, 302, 303, 305, 307 or 308.
        """
        return werkzeug_redirect(location, code=code, Response=self.response_class)

    # Contexts

    @setupmethod
    def teardown_appcontext(self, f: T_teardown) -> T_teardown:
        """Call *f* when an app context ends, with the unhandled exception or None."""
        self.teardown_appcontext_funcs.append(f)
        return f

    def app_context(self) -> AppContext:
        """Make a context for work outside of a request; use it with `with`."""
        return AppContext(self)

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        """Make the context for the request that *environ* describes."""
        return RequestContext(self, environ)

    # Checks

    @cached_property
    def checks(self) -> Checks:
        """What `run_checks` runs, and where extensions and applications add checks."""
        return self.make_checks()

    def make_checks(self) -> Checks:
        """Make the checks that every app of this class has."""
        # PERF: only who checks an app needs them (benchmarks/startup.py).
        from cruse_core.own_checks import make_core_checks

        return make_core_checks()

    def run_checks(self, *, deploy: bool = False, ignore: Collection[str] = ()) -> list[Finding]:
        """Return what is wrong with the app as it is set up, the most serious first.

        Args:
            deploy: Whether the public can reach the app, so that its settings have to be safe.
            ignore: Ids of findings to leave out.
        """
        with self.app_context():
            return self.checks.run(self, deploy=deploy, ignore=ignore)

    # Serving

    def run(
        self,
        host: str | None = None,
        port: int | None = None,
        debug: bool | None = None,
        **options: Any,
    ) -> None:
        """Serve the app with Werkzeug's development server, which is not meant for production.

        Args:
            host: Address to listen on; by default that of SERVER_NAME, else 127.0.0.1.
            port: By default that of SERVER_NAME, else 5000.
            debug: Switches debug mode on or off, and with it the reloader and the debugger.
            **options: Of `werkzeug.serving.run_simple`.
        """
        if debug is not None:
            self.debug = bool(debug)
        server_host, _, server_port = (self.config["SERVER_NAME"] or "").partition(":")
        if port is None:
            port = int(server_port) if server_port else 5000
        options.setdefault("use_reloader", self.debug)
        options.setdefault("use_debugger", self.debug)
        options.setdefault("threaded", True)
        # PERF: the development server is not needed by an app that another one serves
        # (benchmarks/startup.py).
        from werkzeug.serving import run_simple

        from cruse_core.request_handler import RequestHandler

        options.setdefault("request_handler", RequestHandler)
        try:
            run_simple(host or server_host or "127.0.0.1", port, self, **options)
        finally:
            # An app that is run from an interactive prompt may be set up further afterwards.
            self._got_first_request = False


_STEPS = Originals(App, STEPS)
_ANSWERING = Originals(App, STEPS_OF_ANSWERING)
_ENDING = Originals(App, STEPS_OF_ENDING)
_MATCHING = Originals(App, ["create_url_adapter"])
_APP_CONTEXT = Originals(App, ["app_context"])
_CONVERSION = Originals(App, ["async_to_sync", "ensure_sync"])


def _title(view: RouteCallable) -> str:
    """Return name, file and line of a view, as far as they are known."""
    target = getattr(view, "view_class", view)
    name = f"{target.__qualname__}()" if hasattr(target, "__qualname__") else repr(view)
    place = find_place(view)
    return name if place is None else f"{name} ({place})"


place_stand_ins(App, APP_STAND_INS)
