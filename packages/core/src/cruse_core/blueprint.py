"""A part of an app: rules, hooks and handlers that are recorded, and registered on an app later."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import update_wrapper, wraps
from typing import Any, TypeVar

from cruse_core.app import App
from cruse_core.call_sites import CallSite, call_at, find_call_site
from cruse_core.components import BLUEPRINT_STAND_INS, place_stand_ins
from cruse_core.errors import BlueprintNameError, SetupError
from cruse_core.problem_details import JSONErrors, get_json_errors
from cruse_core.responses import Response
from cruse_core.scaffold import Scaffold, endpoint_from_view, merge_hooks, setupmethod
from cruse_core.types import (
    AfterRequestCallable,
    BeforeRequestCallable,
    ErrorHandlerCallable,
    RouteCallable,
    TeardownCallable,
    URLDefaultCallable,
    URLValuePreprocessorCallable,
)

DeferredSetupFunction = Callable[["BlueprintSetupState"], None]
T_after_request = TypeVar("T_after_request", bound=AfterRequestCallable)
T_before_request = TypeVar("T_before_request", bound=BeforeRequestCallable)
T_error_handler = TypeVar("T_error_handler", bound=ErrorHandlerCallable)
T_teardown = TypeVar("T_teardown", bound=TeardownCallable)
T_url_defaults = TypeVar("T_url_defaults", bound=URLDefaultCallable)
T_url_value_preprocessor = TypeVar("T_url_value_preprocessor", bound=URLValuePreprocessorCallable)

# The default of `cli_group`: the commands form a group with the blueprint's name.
OWN_GROUP: Any = object()


class BlueprintSetupState:
    """One registration of a blueprint; recorded functions are called with it.

    Args:
        blueprint: What is registered.
        app: Where.
        options: Given to `register_blueprint`.
        first_registration: Whether the blueprint is registered for the first time on this app.
    """

    def __init__(
        self, blueprint: Blueprint, app: App, options: Any, first_registration: bool
    ) -> None:
        self.app = app
        self.blueprint = blueprint
        self.options = options
        self.first_registration = first_registration
        self.subdomain: str | None = options.get("subdomain")
        if self.subdomain is None:
            self.subdomain = blueprint.subdomain
        self.url_prefix: str | None = options.get("url_prefix")
        if self.url_prefix is None:
            self.url_prefix = blueprint.url_prefix
        self.name: str = options.get("name", blueprint.name)
        self.name_prefix: str = options.get("name_prefix", "")
        self.url_defaults: dict[str, Any] = {
            **blueprint.url_values_defaults,
            **(options.get("url_defaults") or {}),
        }

    @property
    def full_name(self) -> str:
        """The name under which the blueprint is registered, after those of its parents."""
        return f"{self.name_prefix}.{self.name}".lstrip(".")

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: RouteCallable | None = None,
        **options: Any,
    ) -> None:
        """Add a rule to the app, below the blueprint's prefix and name."""
        if self.url_prefix is not None:
            rule = (
                "/".join((self.url_prefix.rstrip("/"), rule.lstrip("/")))
                if rule
                else self.url_prefix
            )
        options.setdefault("subdomain", self.subdomain)
        if endpoint is None:
            endpoint = endpoint_from_view(view_func)
        defaults = {**self.url_defaults, **(options.pop("defaults", None) or {})}
        self.app.add_url_rule(
            rule, f"{self.full_name}.{endpoint}", view_func, defaults=defaults, **options
        )


class Blueprint(Scaffold):
    """Rules, hooks and handlers under a common name, to be registered on an app or a blueprint.

    Args:
        name: Prefix of its endpoints; without dots.
        import_name: Name of the module or package, usually `__name__`; files are found beside it.
        static_folder: Folder of static files of its own, relative to the root path.
        static_url_path: URL path of the static files, below the prefix.
        template_folder: Folder of templates, searched after the app's.
        url_prefix: Stands before all its rules.
        subdomain: Of its rules.
        url_defaults: Values for its rules.
        root_path: Folder that relative paths start from, if *import_name* does not tell it.
        cli_group: Group of its commands; None puts them among the app's. Read by cruse-cli.
        json_errors: When its errors are described in JSON: "always" (or True), "never" (or False),
            or "negotiate", when the client prefers it. By default as the blueprint around it says,
            and without one as JSON_ERRORS does.
        handle_unmatched: Whether its error handlers, and *json_errors*, also apply to the URLs
            below its prefix that no rule matches.

    Raises:
        BlueprintNameError: The name is empty or contains a dot.
        UnknownChoiceError: *json_errors* is none of these.
    """

    _got_registered_once = False

    def __init__(
        self,
        name: str,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        url_prefix: str | None = None,
        subdomain: str | None = None,
        url_defaults: dict[str, Any] | None = None,
        root_path: str | None = None,
        cli_group: str | None = OWN_GROUP,
        *,
        json_errors: JSONErrors | bool | None = None,
        handle_unmatched: bool = False,
    ) -> None:
        super().__init__(import_name, static_folder, static_url_path, template_folder, root_path)
        if not name:
            raise BlueprintNameError(
                "'name' may not be empty: it prefixes the endpoints of the blueprint. Pass one."
            )
        if "." in name:
            raise BlueprintNameError(
                f"'name' may not contain a dot '.' character, but is {name!r}: dots separate the "
                "names of nested blueprints. Use an underscore."
            )
        self.name = name
        self.url_prefix = url_prefix
        self.subdomain = subdomain
        self.url_values_defaults = {} if url_defaults is None else url_defaults
        self.cli_group = cli_group
        self.json_errors: JSONErrors | None = (
            None if json_errors is None else get_json_errors("json_errors", json_errors)
        )
        self.handle_unmatched = handle_unmatched
        self.deferred_functions: list[DeferredSetupFunction] = []
        self._blueprints: list[tuple[Blueprint, dict[str, Any]]] = []
        # Where each of them was registered, by its index.
        self._nested_sites: dict[int, CallSite | None] = {}

    def _check_setup_finished(self, f_name: str) -> None:
        if self._got_registered_once:
            raise SetupError(
                f"The setup method {f_name!r} can no longer be called on the blueprint "
                f"{self.name!r}: it has already been registered at least once, and what is added "
                "now would be missing there. Import all its views, and record everything, before "
                "register_blueprint()."
            )

    # Recording

    @setupmethod
    def record(self, func: DeferredSetupFunction) -> None:
        """Call *func* with the `BlueprintSetupState` at each registration."""
        self.deferred_functions.append(func)

    @setupmethod
    def record_once(self, func: DeferredSetupFunction) -> None:
        """Call *func* with the `BlueprintSetupState` at the first registration only."""

        def at_first_registration(state: BlueprintSetupState) -> None:
            if state.first_registration:
                func(state)

        self.record(update_wrapper(at_first_registration, func))

    @setupmethod
    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: RouteCallable | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Serve the URLs below the prefix that match *rule*; as `App.add_url_rule`.

        Raises:
            ValueError: The endpoint, or the name of the view, contains a dot.
        """
        if endpoint and "." in endpoint:
            raise ValueError(
                f"'endpoint' may not contain a dot '.' character, but is {endpoint!r}: the name of "
                "the blueprint is put before it. Use an underscore."
            )
        if view_func is not None and "." in getattr(view_func, "__name__", ""):
            raise ValueError(
                f"'view_func' name may not contain a dot '.' character, but is "
                f"{view_func.__name__!r}: it becomes the endpoint. Pass endpoint=."
            )
        # This function, and `registering` around it.
        site = find_call_site(skipped=2)
        self.record(
            lambda state: call_at(
                site,
                state.add_url_rule,
                rule,
                endpoint,
                view_func,
                provide_automatic_options=provide_automatic_options,
                **options,
            )
        )

    @setupmethod
    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Register *blueprint* below this one, whenever this one is registered.

        Raises:
            ValueError: A blueprint was to be registered on itself.
        """
        if blueprint is self:
            raise ValueError(
                f"Cannot register a blueprint on itself: {self.name!r}. Make another Blueprint for "
                "the inner part."
            )
        self._nested_sites[len(self._blueprints)] = find_call_site()
        self._blueprints.append((blueprint, options))

    # Registration

    def make_setup_state(
        self, app: App, options: dict[str, Any], first_registration: bool = False
    ) -> BlueprintSetupState:
        """Make the state that the recorded functions are called with."""
        return BlueprintSetupState(self, app, options, first_registration)

    def register(self, app: App, options: dict[str, Any]) -> None:
        """Register everything recorded here, and the nested blueprints, on *app*.

        Args:
            app: Called by its `register_blueprint`.
            options: Given there.

        Raises:
            BlueprintNameError: The name is taken on this app.
        """
        name_prefix = options.get("name_prefix", "")
        self_name = options.get("name", self.name)
        name = f"{name_prefix}.{self_name}".lstrip(".")
        self._check_name_is_free(app, name)
        first_on_app = not any(blueprint is self for blueprint in app.blueprints.values())
        app.blueprints[name] = self
        app._blueprint_sites[name] = find_call_site()
        self._got_registered_once = True
        state = self.make_setup_state(app, options, first_on_app)
        if self.has_static_folder:
            state.add_url_rule(
                f"{self.static_url_path}/<path:filename>",
                endpoint="static",
                view_func=self._make_static_view(),
                # Beside the app's own files, where whole hosts are matched.
                host=app._static_host,
            )
        self._merge_blueprint_funcs(app, name)
        for deferred in self.deferred_functions:
            deferred(state)
        for index, (blueprint, child_options) in enumerate(self._blueprints):
            nested_options = self._nested_options(state, blueprint, child_options, name)
            call_at(self._nested_sites.get(index), blueprint.register, app, nested_options)
        self._claim_errors(state, name)

    def _make_static_view(self) -> RouteCallable:
        """Return a view that heeds no values but the name of the file."""
        send = self.send_static_file

        # Prefix, subdomain and host may have variables, too.
        @wraps(send)
        def view(filename: str, **values: Any) -> Response:
            return send(filename=filename)

        return view

    def _check_name_is_free(self, app: App, name: str) -> None:
        other = app.blueprints.get(name)
        if other is None:
            return
        which = "this blueprint" if other is self else "a different blueprint"
        places = [app._blueprint_sites.get(name), find_call_site()]
        first, second = (f" ({place})" if place else "" for place in places)
        raise BlueprintNameError(
            f"The name {name!r} is already registered for {which} on app {app.name!r}: by "
            f"{getattr(other, 'import_name', '?')!r}{first}, and now by {self.import_name!r}"
            f"{second}. A name prefixes endpoints, so it must be unique. Use 'name=' to provide a "
            f"unique name: register_blueprint(blueprint, name='{name.rpartition('.')[2]}_2')."
        )

    def _merge_blueprint_funcs(self, app: App, name: str) -> None:
        """Add views, hooks and handlers to the app's tables, under the full *name*."""
        for endpoint, view in self.view_functions.items():
            app.view_functions[endpoint] = view
        for inner, by_code in self.error_handler_spec.items():
            key = name if inner is None else f"{name}.{inner}"
            for code, by_class in by_code.items():
                app.error_handler_spec[key][code].update(by_class)
        merge_hooks(app.before_request_funcs, self.before_request_funcs, name)
        merge_hooks(app.after_request_funcs, self.after_request_funcs, name)
        merge_hooks(app.teardown_request_funcs, self.teardown_request_funcs, name)
        merge_hooks(app.url_default_functions, self.url_default_functions, name)
        merge_hooks(app.url_value_preprocessors, self.url_value_preprocessors, name)

    def _claim_errors(self, state: BlueprintSetupState, name: str) -> None:
        """Tell the app which errors are this blueprint's, and how they are answered."""
        app = state.app
        if self.json_errors is not None:
            app.json_errors_by_blueprint[name] = self.json_errors
        if self.handle_unmatched:
            rules = app.url_map.iter_rules() if app.url_map.host_matching else ()
            app.prefix_owners.add(
                name,
                app.url_map,
                url_prefix=state.url_prefix,
                subdomain=state.subdomain,
                hosts={rule.host for rule in rules if rule.endpoint.startswith(f"{name}.")},
            )

    @staticmethod
    def _nested_options(
        state: BlueprintSetupState, child: Blueprint, options: dict[str, Any], name: str
    ) -> dict[str, Any]:
        """Return the options of a nested blueprint, its prefix and subdomain joined to ours."""
        nested = options.copy()
        subdomain = options.get("subdomain")
        if subdomain is None:
            subdomain = child.subdomain
        if state.subdomain is not None and subdomain is not None:
            nested["subdomain"] = f"{subdomain}.{state.subdomain}"
        elif subdomain is not None or state.subdomain is not None:
            nested["subdomain"] = subdomain if subdomain is not None else state.subdomain
        prefix = options.get("url_prefix")
        if prefix is None:
            prefix = child.url_prefix
        if state.url_prefix is not None and prefix is not None:
            nested["url_prefix"] = f"{state.url_prefix.rstrip('/')}/{prefix.lstrip('/')}"
        elif prefix is not None or state.url_prefix is not None:
            nested["url_prefix"] = prefix if prefix is not None else state.url_prefix
        nested["name_prefix"] = name
        return nested

    # Hooks of the whole app

    @setupmethod
    def before_app_request(self, f: T_before_request) -> T_before_request:
        """Call *f* before each request to the app."""
        self.record_once(lambda s: s.app.before_request_funcs.setdefault(None, []).append(f))
        return f

    @setupmethod
    def after_app_request(self, f: T_after_request) -> T_after_request:
        """Call *f* with each response of the app."""
        self.record_once(lambda s: s.app.after_request_funcs.setdefault(None, []).append(f))
        return f

    @setupmethod
    def teardown_app_request(self, f: T_teardown) -> T_teardown:
        """Call *f* at the end of each request to the app."""
        self.record_once(lambda s: s.app.teardown_request_funcs.setdefault(None, []).append(f))
        return f

    @setupmethod
    def app_errorhandler(
        self, code: type[Exception] | int
    ) -> Callable[[T_error_handler], T_error_handler]:
        """Answer an exception class, or an HTTP error code, of the whole app."""

        def register(handler: T_error_handler) -> T_error_handler:
            self.record_once(lambda s: s.app.register_error_handler(code, handler))
            return handler

        return register

    @setupmethod
    def app_url_value_preprocessor(self, f: T_url_value_preprocessor) -> T_url_value_preprocessor:
        """Call *f* with the endpoint and the URL values of each request to the app."""
        self.record_once(lambda s: s.app.url_value_preprocessors.setdefault(None, []).append(f))
        return f

    @setupmethod
    def app_url_defaults(self, f: T_url_defaults) -> T_url_defaults:
        """Call *f* with the endpoint and the values of each URL that the app builds."""
        self.record_once(lambda s: s.app.url_default_functions.setdefault(None, []).append(f))
        return f


place_stand_ins(Blueprint, BLUEPRINT_STAND_INS)
