"""Flask's modules and names, and what stands for each in Cruse: the one table of the drop-in."""

from __future__ import annotations

from typing import NamedTuple

# The modules of Cruse from which names are taken. `THEIRS=OURS` is a name that differs; the key ""
# stands for whole modules.
Names = dict[str, str]


class StandIn(NamedTuple):
    """One of Flask's modules.

    Attributes:
        defines: What Flask defines there, and programs see as defined there.
        imports: What Flask has imported there from elsewhere.
        looked_up_in: The modules of Cruse that do the work of this one: setting a name anew here
            sets it there, too, since that is where it is looked up.
    """

    defines: Names
    imports: Names
    looked_up_in: str = ""


_ANNOTATIONS: Names = {"__future__": "annotations"}
_SIGNALS = (
    "appcontext_popped appcontext_pushed appcontext_tearing_down before_render_template "
    "got_request_exception message_flashed request_finished request_started request_tearing_down "
    "template_rendered"
)
_HOOK_TYPES = (
    "T_after_request T_before_request T_error_handler T_teardown T_url_defaults "
    "T_url_value_preprocessor"
)
_TEMPLATE_TYPES = "T_template_filter=T_filter T_template_global=T_global T_template_test=T_test"
_APP_TYPES = {
    "cruse_cli.app": "T_shell_context_processor=T_processor",
    "cruse_core.scaffold": "T_teardown",
    "cruse_templating.app": _TEMPLATE_TYPES,
}

MODULES: dict[str, StandIn] = {
    "flask": StandIn(
        defines={},
        imports={
            **_ANNOTATIONS,
            "": "json=flask.json t=typing",
            "flask.app": "Flask",
            "flask.blueprints": "Blueprint",
            "flask.config": "Config",
            "flask.ctx": (
                "after_this_request copy_current_request_context has_app_context "
                "has_request_context"
            ),
            "flask.globals": "current_app g request session",
            "flask.helpers": (
                "abort flash get_flashed_messages get_template_attribute make_response redirect "
                "send_file send_from_directory stream_with_context url_for"
            ),
            "flask.json": "jsonify",
            "flask.signals": _SIGNALS,
            "flask.templating": (
                "render_template render_template_string stream_template stream_template_string"
            ),
            "flask.wrappers": "Request Response",
        },
    ),
    "flask.app": StandIn(
        defines={
            "cruse.as_flask.classes": "Flask",
            **_APP_TYPES,
        },
        imports={
            **_ANNOTATIONS,
            "": (
                "cabc=collections.abc cli=flask.cli click ft=flask.typing os sys t=typing weakref"
            ),
            "cruse_cli.serving": "is_running_from_reloader",
            "cruse_core.event_loop": "iscoroutinefunction=is_coroutine_function",
            "datetime": "timedelta",
            "flask.ctx": "AppContext RequestContext",
            "flask.globals": "_cv_app _cv_request current_app g request request_ctx session",
            "flask.helpers": (
                "get_debug_flag get_flashed_messages get_load_dotenv send_from_directory"
            ),
            "flask.sansio.app": "App _make_timedelta",
            "flask.sansio.scaffold": "_sentinel",
            "flask.sessions": "SecureCookieSessionInterface SessionInterface",
            "flask.signals": (
                "appcontext_tearing_down got_request_exception request_finished request_started "
                "request_tearing_down"
            ),
            "flask.templating": "Environment",
            "flask.wrappers": "Request Response",
            "itertools": "chain",
            "types": "TracebackType",
            "urllib.parse": "_url_quote=quote",
            "werkzeug.datastructures": "Headers ImmutableDict",
            "werkzeug.exceptions": "BadRequestKeyError HTTPException InternalServerError",
            "werkzeug.routing": "BuildError MapAdapter RequestRedirect RoutingException Rule",
            "werkzeug.wrappers": "BaseResponse=Response",
            "werkzeug.wsgi": "get_host",
        },
        looked_up_in=(
            "cruse_cli.app cruse_core.app cruse_core.conversion cruse_core.pipeline "
            "cruse_core.short_path cruse_core.url_building cruse_core.urls cruse_templating.app"
        ),
    ),
    "flask.blueprints": StandIn(
        defines={"cruse.as_flask.classes": "Blueprint"},
        imports={
            **_ANNOTATIONS,
            "": "os t=typing",
            "datetime": "timedelta",
            "flask.cli": "AppGroup",
            "flask.globals": "current_app",
            "flask.helpers": "send_from_directory",
            "flask.sansio.blueprints": "BlueprintSetupState SansioBlueprint=Blueprint",
            "flask.sansio.scaffold": "_sentinel",
        },
        looked_up_in="cruse_cli",
    ),
    "flask.cli": StandIn(
        defines={
            "cruse.as_flask.adapters": "_called_with_wrong_args _path_is_ancestor",
            "cruse_cli": (
                "AppGroup CertParamType FlaskGroup=CruseGroup NoAppException=NoAppError ScriptInfo "
                "SeparatedPathType find_app_by_string find_best_app get_version load_dotenv "
                "locate_app pass_script_info prepare_import routes_command run_command "
                "shell_command show_server_banner version_option with_appcontext"
            ),
            "cruse_cli.main": "cli main",
            "cruse_cli.options": (
                "_app_option=app_option _debug_option=debug_option "
                "_env_file_callback=load_env_file _env_file_option=env_file_option "
                "_set_app=set_app _set_debug=set_debug"
            ),
            "cruse_cli.parameters": "_validate_key=pair_with_key",
            "cruse_core.scaffold": "F",
        },
        imports={
            **_ANNOTATIONS,
            "": (
                "ast cabc=collections.abc click importlib inspect os platform re sys t=typing "
                "traceback"
            ),
            "click.core": "ParameterSource",
            "cruse_cli.serving": "is_running_from_reloader run_simple",
            "flask.globals": "current_app",
            "flask.helpers": "get_debug_flag get_load_dotenv",
            "functools": "update_wrapper",
            "operator": "itemgetter",
            "types": "ModuleType",
            "werkzeug.utils": "import_string",
        },
        looked_up_in=(
            "cruse_cli cruse_cli.discovery cruse_cli.dotenv cruse_cli.groups cruse_cli.main "
            "cruse_cli.options cruse_cli.parameters cruse_cli.routes cruse_cli.run "
            "cruse_cli.script_info cruse_cli.shell"
        ),
    ),
    "flask.config": StandIn(
        defines={"cruse_core.config": "Config ConfigAttribute T"},
        imports={
            **_ANNOTATIONS,
            "": "errno json os t=typing types",
            "werkzeug.utils": "import_string",
        },
        looked_up_in="cruse_core.config",
    ),
    "flask.ctx": StandIn(
        defines={
            "cruse.as_flask.adapters": "_sentinel",
            "cruse_core.app_globals": "_AppCtxGlobals=AppGlobals",
            "cruse_core.context": "AppContext RequestContext",
            "cruse_core.scaffold": "F",
            "cruse_core.shortcuts": (
                "after_this_request copy_current_request_context has_app_context "
                "has_request_context"
            ),
        },
        imports={
            **_ANNOTATIONS,
            "": "contextvars ft=flask.typing sys t=typing",
            "flask.globals": "_cv_app _cv_request",
            "flask.signals": "appcontext_popped appcontext_pushed",
            "functools": "update_wrapper",
            "types": "TracebackType",
            "werkzeug.exceptions": "HTTPException",
        },
        looked_up_in="cruse_core.app_globals cruse_core.context cruse_core.shortcuts",
    ),
    "flask.debughelpers": StandIn(
        defines={
            "cruse.as_flask.adapters": ("UnexpectedUnicodeError explain_template_loading_attempts"),
            "cruse_templating.loader": "_dump_loader_info=describe_loader",
            "cruse_core.debug_helpers": (
                "DebugFilesKeyError FormDataRoutingRedirect attach_enctype_error_multidict"
            ),
        },
        imports={
            **_ANNOTATIONS,
            "": "t=typing",
            "flask.blueprints": "Blueprint",
            "flask.globals": "request_ctx",
            "flask.sansio.app": "App",
            "jinja2.loaders": "BaseLoader",
            "werkzeug.routing": "RequestRedirect",
        },
        looked_up_in=(
            "cruse_core.debug_helpers cruse_core.pipeline cruse_core.requests "
            "cruse_templating.loader cruse.as_flask.adapters"
        ),
    ),
    "flask.globals": StandIn(
        defines={
            "cruse.as_flask.adapters": "_cv_app _cv_request _no_app_msg _no_req_msg",
            "cruse_core.globals": "app_ctx current_app g request request_ctx session",
        },
        imports={
            **_ANNOTATIONS,
            "": "t=typing",
            "contextvars": "ContextVar",
            "werkzeug.local": "LocalProxy",
        },
    ),
    "flask.helpers": StandIn(
        defines={
            "cruse": (
                "abort flash get_flashed_messages get_template_attribute make_response redirect "
                "send_file send_from_directory stream_with_context url_for"
            ),
            "cruse_cli": "get_load_dotenv",
            "cruse_core.environment": "get_debug_flag=debug_flag",
            "cruse_core.files": "_prepare_send_file_kwargs=complete_arguments",
            "cruse_core.plan": "_split_blueprint_path=split_blueprint_path",
            "cruse_core.resources": "get_root_path",
        },
        imports={
            **_ANNOTATIONS,
            "": "importlib os sys t=typing werkzeug",
            "datetime": "datetime",
            "flask.globals": "_cv_app _cv_request current_app request request_ctx session",
            "flask.signals": "message_flashed",
            "functools": "cache update_wrapper",
            "werkzeug.exceptions": "_wz_abort=abort",
            "werkzeug.utils": "_wz_redirect=redirect",
            "werkzeug.wrappers": "BaseResponse=Response",
        },
        looked_up_in=(
            "cruse_core.environment cruse_core.files cruse_core.flashing cruse_core.plan "
            "cruse_core.resources cruse_core.shortcuts cruse_core.streaming"
        ),
    ),
    "flask.json": StandIn(
        defines={"cruse_core.json": "dump dumps jsonify load loads"},
        imports={
            **_ANNOTATIONS,
            "": "_json=json t=typing",
            "flask.globals": "current_app",
            "flask.json.provider": "_default",
        },
        looked_up_in="cruse_core.json",
    ),
    "flask.json.provider": StandIn(
        defines={
            "cruse_core.json_provider": "DefaultJSONProvider JSONProvider _default=json_default"
        },
        imports={
            **_ANNOTATIONS,
            "": "dataclasses decimal json t=typing uuid weakref",
            "datetime": "date",
            "werkzeug.http": "http_date",
        },
        looked_up_in="cruse_core.json_provider",
    ),
    "flask.json.tag": StandIn(
        defines={
            "cruse_core.json_tags": (
                "JSONTag PassDict PassList TagBytes TagDateTime TagDict TagMarkup TagTuple TagUUID "
                "TaggedJSONSerializer"
            ),
        },
        imports={
            **_ANNOTATIONS,
            "": "t=typing",
            "base64": "b64decode b64encode",
            "datetime": "datetime",
            "flask.json": "dumps loads",
            "markupsafe": "Markup",
            "uuid": "UUID",
            "werkzeug.http": "http_date parse_date",
        },
        looked_up_in="cruse_core.json_tags",
    ),
    "flask.logging": StandIn(
        defines={
            "cruse_core.logging": (
                "create_logger default_handler has_level_handler wsgi_errors_stream"
            ),
        },
        imports={
            **_ANNOTATIONS,
            "": "logging sys t=typing",
            "flask.globals": "request",
            "werkzeug.local": "LocalProxy",
        },
        looked_up_in="cruse_core.logging",
    ),
    "flask.sansio": StandIn(defines={}, imports={}),
    "flask.sansio.app": StandIn(
        defines={
            "cruse.as_flask.adapters": "_make_timedelta",
            "cruse.as_flask.classes": "App=SansioApp",
            **_APP_TYPES,
        },
        imports={
            **_ANNOTATIONS,
            "": "ft=flask.typing logging os sys t=typing",
            "datetime": "timedelta",
            "flask.config": "Config ConfigAttribute",
            "flask.ctx": "_AppCtxGlobals",
            "flask.helpers": "_split_blueprint_path get_debug_flag",
            "flask.json.provider": "DefaultJSONProvider JSONProvider",
            "flask.logging": "create_logger",
            "flask.sansio.scaffold": ("Scaffold _endpoint_from_view_func find_package setupmethod"),
            "flask.templating": "DispatchingJinjaLoader Environment",
            "itertools": "chain",
            "werkzeug.exceptions": "Aborter BadRequest BadRequestKeyError",
            "werkzeug.routing": "BuildError Map Rule",
            "werkzeug.sansio.response": "Response",
            "werkzeug.utils": "_wz_redirect=redirect cached_property",
        },
        looked_up_in=(
            "cruse_core.app cruse_core.pipeline cruse_core.resources cruse_core.url_building "
            "cruse_templating.app cruse_templating.jinja"
        ),
    ),
    "flask.sansio.blueprints": StandIn(
        defines={
            "cruse.as_flask.classes": "Blueprint=SansioBlueprint",
            "cruse_core.blueprint": f"BlueprintSetupState DeferredSetupFunction {_HOOK_TYPES}",
            "cruse_templating.blueprint": (
                f"T_template_context_processor=T_context_processor {_TEMPLATE_TYPES}"
            ),
        },
        imports={
            **_ANNOTATIONS,
            "": "ft=flask.typing os t=typing",
            "collections": "defaultdict",
            "flask.sansio.scaffold": "Scaffold _endpoint_from_view_func _sentinel setupmethod",
            "functools": "update_wrapper",
        },
        looked_up_in="cruse_core.blueprint",
    ),
    "flask.sansio.scaffold": StandIn(
        defines={
            "cruse.as_flask.adapters": "_sentinel",
            "cruse_core.resources": "_find_package_path=find_package_path find_package",
            "cruse_core.scaffold": (
                f"F Scaffold T_route {_HOOK_TYPES} _endpoint_from_view_func=endpoint_from_view "
                "setupmethod"
            ),
            "cruse_templating.app": "T_template_context_processor=T_context_processor",
        },
        imports={
            **_ANNOTATIONS,
            "": "ft=flask.typing importlib os pathlib sys t=typing",
            "collections": "defaultdict",
            "flask.helpers": "get_root_path",
            "flask.templating": "_default_template_ctx_processor",
            "functools": "update_wrapper",
            "jinja2": "BaseLoader FileSystemLoader",
            "werkzeug.exceptions": "HTTPException default_exceptions",
            "werkzeug.utils": "cached_property",
        },
        looked_up_in=(
            "cruse_core.error_handlers cruse_core.resources cruse_core.scaffold "
            "cruse_templating.app cruse_templating.loader"
        ),
    ),
    "flask.sessions": StandIn(
        defines={
            "cruse_core.sessions": (
                "NullSession SecureCookieSession SecureCookieSessionInterface SessionInterface "
                "SessionMixin _lazy_sha1=_sha1 session_json_serializer"
            ),
        },
        imports={
            **_ANNOTATIONS,
            "": "c=collections.abc hashlib t=typing",
            "collections.abc": "MutableMapping",
            "datetime": "datetime timezone",
            "flask.json.tag": "TaggedJSONSerializer",
            "itsdangerous": "BadSignature URLSafeTimedSerializer",
            "werkzeug.datastructures": "CallbackDict",
        },
        looked_up_in="cruse_core.sessions",
    ),
    "flask.signals": StandIn(
        defines={"cruse_core.signals": f"_signals {_SIGNALS}"},
        imports={**_ANNOTATIONS, "blinker": "Namespace"},
    ),
    "flask.templating": StandIn(
        defines={
            "cruse": (
                "render_template render_template_string stream_template stream_template_string"
            ),
            "cruse_templating.environment": "Environment",
            "cruse_templating.loader": "DispatchingJinjaLoader",
            "cruse_templating.processors": (
                "_default_template_ctx_processor=default_context_processor"
            ),
            "cruse_templating.rendering": "_render _stream",
        },
        imports={
            **_ANNOTATIONS,
            "": "t=typing",
            "flask.globals": "_cv_app _cv_request current_app request",
            "flask.helpers": "stream_with_context",
            "flask.signals": "before_render_template template_rendered",
            "jinja2": "BaseEnvironment=Environment BaseLoader Template TemplateNotFound",
        },
        looked_up_in=(
            "cruse_templating.environment cruse_templating.loader cruse_templating.processors "
            "cruse_templating.rendering"
        ),
    ),
    "flask.testing": StandIn(
        defines={
            "cruse.as_flask.adapters": "_werkzeug_version",
            "cruse_cli": "FlaskCliRunner=CliRunner",
            "cruse_testing": "EnvironBuilder FlaskClient=Client",
            "cruse_testing.client": "_get_werkzeug_version=werkzeug_version",
        },
        imports={
            **_ANNOTATIONS,
            "": "importlib t=typing werkzeug",
            "click.testing": "CliRunner Result",
            "contextlib": "ExitStack contextmanager",
            "copy": "copy",
            "flask.cli": "ScriptInfo",
            "flask.sessions": "SessionMixin",
            "types": "TracebackType",
            "urllib.parse": "urlsplit",
            "werkzeug.test": "Client",
            "werkzeug.wrappers": "BaseRequest=Request",
        },
        looked_up_in=(
            "cruse_cli cruse_cli.runner cruse_testing cruse_testing.client cruse_testing.environ"
        ),
    ),
    "flask.typing": StandIn(
        defines={
            "cruse.as_flask.adapters": "BeforeFirstRequestCallable",
            "cruse_cli.app": "ShellContextProcessorCallable=ShellContextProcessor",
            "cruse_core.types": (
                "AfterRequestCallable AppOrBlueprintKey BeforeRequestCallable "
                "ErrorHandlerCallable HeaderValue HeadersValue ResponseClass=R "
                "ResponseReturnValue ResponseValue RouteCallable TeardownCallable "
                "URLDefaultCallable URLValuePreprocessorCallable"
            ),
            "cruse_templating.types": (
                "TemplateContextProcessorCallable TemplateFilterCallable TemplateGlobalCallable "
                "TemplateTestCallable"
            ),
        },
        imports={**_ANNOTATIONS, "": "cabc=collections.abc t=typing"},
    ),
    "flask.views": StandIn(
        defines={
            "cruse": "MethodView View",
            "cruse_core.scaffold": "F",
            "cruse_core.views": "http_method_funcs=http_method_names",
        },
        imports={
            **_ANNOTATIONS,
            "": "ft=flask.typing t=typing",
            "flask.globals": "current_app request",
        },
        looked_up_in="cruse_core.views",
    ),
    "flask.wrappers": StandIn(
        defines={"cruse": "Request Response"},
        imports={
            **_ANNOTATIONS,
            "": "json=flask.json t=typing",
            "flask.globals": "current_app",
            "flask.helpers": "_split_blueprint_path",
            "werkzeug.exceptions": "BadRequest HTTPException",
            "werkzeug.wrappers": "RequestBase=Request ResponseBase=Response",
        },
        looked_up_in="cruse_core.requests cruse_core.responses",
    ),
}
