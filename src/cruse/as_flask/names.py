"""Flask's modules and names, and what stands for each in Cruse: the one table of the drop-in.

A module maps the modules of Cruse to the names that are taken from them; `THEIRS=OURS` is a name
that differs.
"""

from __future__ import annotations

_SIGNALS = (
    "appcontext_popped appcontext_pushed appcontext_tearing_down before_render_template "
    "got_request_exception message_flashed request_finished request_started request_tearing_down "
    "template_rendered"
)
_CONTEXT_VARS = {"cruse.as_flask.adapters": "_cv_app _cv_request _sentinel"}
_SETUP = {
    "cruse_core.scaffold": "setupmethod _endpoint_from_view_func=endpoint_from_view Scaffold F",
    "cruse_core.resources": "find_package get_root_path",
}
_HOOK_TYPES = (
    "T_after_request T_before_request T_error_handler T_teardown T_url_defaults "
    "T_url_value_preprocessor"
)
_PROCESSOR_TYPE = "T_template_context_processor=T_context_processor"
_TEMPLATE_TYPES = "T_template_filter=T_filter T_template_global=T_global T_template_test=T_test"
_APP_TYPES = {
    "cruse_cli.app": "T_shell_context_processor=T_processor",
    "cruse_templating.app": _TEMPLATE_TYPES,
}

MODULES: dict[str, dict[str, str]] = {
    "flask": {
        "cruse": (
            "Blueprint Config Flask=Cruse Request Response abort after_this_request "
            "copy_current_request_context current_app flash get_flashed_messages "
            "get_template_attribute has_app_context has_request_context jsonify make_response "
            "redirect render_template render_template_string send_file send_from_directory "
            "stream_template stream_template_string stream_with_context url_for"
        ),
        "cruse_core.globals": "g request session",
        "cruse_core.signals": _SIGNALS,
    },
    "flask.app": {
        "cruse": "Flask=Cruse App=Cruse Request Response current_app",
        "cruse_cli": "get_load_dotenv",
        "cruse_core.context": "AppContext RequestContext",
        "cruse_core.environment": "get_debug_flag=debug_flag",
        "cruse_core.files": "send_from_directory",
        "cruse_core.flashing": "get_flashed_messages",
        "cruse_core.globals": "g request request_ctx session",
        "cruse_core.sessions": "SecureCookieSessionInterface SessionInterface",
        "cruse_core.signals": (
            "appcontext_tearing_down got_request_exception request_finished request_started "
            "request_tearing_down"
        ),
        "cruse_core.scaffold": "T_teardown",
        "cruse_templating.environment": "Environment",
        **_APP_TYPES,
        **_CONTEXT_VARS,
    },
    "flask.blueprints": {
        "cruse": "Blueprint SansioBlueprint=Blueprint current_app",
        "cruse_cli": "AppGroup",
        "cruse_core.blueprint": "BlueprintSetupState",
        "cruse_core.files": "send_from_directory",
        "cruse.as_flask.adapters": "_sentinel",
    },
    "flask.cli": {
        "cruse": "current_app",
        "cruse_cli": (
            "AppGroup CertParamType FlaskGroup=CruseGroup NoAppException=NoAppError ScriptInfo "
            "SeparatedPathType find_app_by_string find_best_app get_load_dotenv get_version "
            "load_dotenv locate_app pass_script_info prepare_import routes_command run_command "
            "shell_command show_server_banner version_option with_appcontext"
        ),
        "cruse_cli.main": "cli main",
        "cruse_core.environment": "get_debug_flag=debug_flag",
        "cruse_core.scaffold": "F",
    },
    "flask.config": {"cruse_core.config": "Config ConfigAttribute T"},
    "flask.ctx": {
        "cruse_core.app_globals": "_AppCtxGlobals=AppGlobals",
        "cruse_core.context": "AppContext RequestContext",
        "cruse_core.scaffold": "F",
        "cruse_core.shortcuts": (
            "after_this_request copy_current_request_context has_app_context has_request_context"
        ),
        "cruse_core.signals": "appcontext_popped appcontext_pushed",
        **_CONTEXT_VARS,
    },
    "flask.debughelpers": {
        "cruse": "App=Cruse Blueprint",
        "cruse.as_flask.adapters": "UnexpectedUnicodeError explain_template_loading_attempts",
        "cruse_core.debug_helpers": (
            "DebugFilesKeyError FormDataRoutingRedirect attach_enctype_error_multidict"
        ),
        "cruse_core.globals": "request_ctx",
    },
    "flask.globals": {
        "cruse": "current_app",
        "cruse_core.globals": "app_ctx g request request_ctx session",
        "cruse.as_flask.adapters": "_cv_app _cv_request",
    },
    "flask.helpers": {
        "cruse": (
            "abort current_app flash get_flashed_messages get_template_attribute make_response "
            "redirect request send_file send_from_directory session stream_with_context url_for"
        ),
        "cruse_cli": "get_load_dotenv",
        "cruse_core.environment": "get_debug_flag=debug_flag",
        "cruse_core.globals": "request_ctx",
        "cruse_core.plan": "_split_blueprint_path=split_blueprint_path",
        "cruse_core.resources": "get_root_path",
        "cruse_core.signals": "message_flashed",
        "cruse.as_flask.adapters": "_cv_app _cv_request",
    },
    "flask.json": {
        "cruse": "current_app",
        "cruse_core.json": "dump dumps jsonify load loads",
    },
    "flask.json.provider": {
        "cruse_core.json_provider": "DefaultJSONProvider JSONProvider",
    },
    "flask.json.tag": {
        "cruse_core.json": "dumps loads",
        "cruse_core.json_tags": (
            "JSONTag PassDict PassList TagBytes TagDateTime TagDict TagMarkup TagTuple TagUUID "
            "TaggedJSONSerializer"
        ),
    },
    "flask.logging": {
        "cruse_core.globals": "request",
        "cruse_core.logging": "create_logger default_handler has_level_handler wsgi_errors_stream",
    },
    "flask.sansio": {},
    "flask.sansio.app": {
        "cruse": "App=Cruse Config",
        "cruse_core.config": "ConfigAttribute",
        "cruse_core.app_globals": "_AppCtxGlobals=AppGlobals",
        "cruse_core.environment": "get_debug_flag=debug_flag",
        "cruse_core.json_provider": "DefaultJSONProvider JSONProvider",
        "cruse_core.logging": "create_logger",
        "cruse_core.plan": "_split_blueprint_path=split_blueprint_path",
        "cruse_templating.environment": "Environment",
        "cruse_templating.loader": "DispatchingJinjaLoader",
        **_SETUP,
        "cruse_core.scaffold": f"{_SETUP['cruse_core.scaffold']} T_teardown",
        **_APP_TYPES,
    },
    "flask.sansio.blueprints": {
        "cruse": "Blueprint",
        "cruse_core.blueprint": f"BlueprintSetupState DeferredSetupFunction {_HOOK_TYPES}",
        "cruse_templating.blueprint": f"{_PROCESSOR_TYPE} {_TEMPLATE_TYPES}",
        "cruse.as_flask.adapters": "_sentinel",
        **_SETUP,
    },
    "flask.sansio.scaffold": {
        "cruse_templating.app": _PROCESSOR_TYPE,
        "cruse_templating.processors": "_default_template_ctx_processor=default_context_processor",
        "cruse.as_flask.adapters": "_sentinel",
        "werkzeug.exceptions": "default_exceptions",
        **_SETUP,
        "cruse_core.scaffold": f"{_SETUP['cruse_core.scaffold']} T_route {_HOOK_TYPES}",
    },
    "flask.sessions": {
        "cruse_core.sessions": (
            "NullSession SecureCookieSession SecureCookieSessionInterface SessionInterface "
            "SessionMixin session_json_serializer"
        ),
        "cruse_core.json_tags": "TaggedJSONSerializer",
    },
    "flask.signals": {"cruse_core.signals": f"Namespace _signals {_SIGNALS}"},
    "flask.templating": {
        "cruse": (
            "current_app render_template render_template_string stream_template "
            "stream_template_string stream_with_context"
        ),
        "cruse_core.globals": "request",
        "cruse_core.signals": "before_render_template template_rendered",
        "cruse_templating.environment": "Environment",
        "cruse_templating.loader": "DispatchingJinjaLoader",
        "cruse_templating.processors": "_default_template_ctx_processor=default_context_processor",
        "cruse_templating.rendering": "_render",
        "cruse.as_flask.adapters": "_cv_app _cv_request",
    },
    "flask.testing": {
        "cruse_cli": "FlaskCliRunner=CliRunner ScriptInfo",
        "cruse_core.sessions": "SessionMixin",
        "cruse_testing": "EnvironBuilder FlaskClient=Client",
        "urllib.parse": "urlsplit",
    },
    "flask.typing": {
        "cruse.as_flask.adapters": "BeforeFirstRequestCallable",
        "cruse_cli.app": "ShellContextProcessorCallable=ShellContextProcessor",
        "cruse_core.types": (
            "AfterRequestCallable AppOrBlueprintKey BeforeRequestCallable ErrorHandlerCallable "
            "HeaderValue HeadersValue ResponseClass=R ResponseReturnValue ResponseValue "
            "RouteCallable TeardownCallable URLDefaultCallable URLValuePreprocessorCallable"
        ),
        "cruse_templating.types": (
            "TemplateContextProcessorCallable TemplateFilterCallable TemplateGlobalCallable "
            "TemplateTestCallable"
        ),
    },
    "flask.views": {
        "cruse": "View MethodView current_app request",
        "cruse_core.scaffold": "F",
        "cruse_core.views": "http_method_funcs=http_method_names",
    },
    "flask.wrappers": {
        "cruse": "Request Response current_app",
        "cruse_core.plan": "_split_blueprint_path=split_blueprint_path",
        "werkzeug.wrappers": "RequestBase=Request ResponseBase=Response",
    },
}
