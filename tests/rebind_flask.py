"""Set names anew in the modules of whatever `flask` is in this process, and see what happens.

`test_rebinding_against_flask.py` starts it twice: on Flask, and on Cruse by way of
`cruse.as_flask`. It prints which names Flask's functions look up in their own modules, and what has
become of those in `SCENARIOS`: whether a function that was put in their place was called, and
whether the one from before was called again once it was put back.
"""

from __future__ import annotations

import dis
import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from datetime import UTC, datetime
from functools import lru_cache
from inspect import CO_NEWLOCALS
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any
from unittest import mock
from uuid import UUID

import flask
from describe_flask import find_modules
from flask import Blueprint, Flask, cli, ctx, helpers
from flask.cli import ScriptInfo
from flask.json.tag import TaggedJSONSerializer

FUNCTIONS = (FunctionType, type(lru_cache(len)))

FOLDER = os.getcwd()
MODULE = """
from flask import Flask

app = Flask("shop_of_test")


def create_app():
    return app
"""


def make_app() -> Flask:
    """Make an app with a blueprint, and with a static file in each."""
    app = Flask("shop", root_path=FOLDER)
    app.url_defaults(lambda endpoint, values: None)
    pages = Blueprint(
        "pages", "shop", root_path=FOLDER, static_folder="static", url_prefix="/pages"
    )
    pages.add_url_rule("/", view_func=show_blueprints)
    pages.record_once(lambda state: None)
    app.register_blueprint(pages)
    app.add_url_rule("/", "start", lambda: "start")
    app.add_url_rule("/file", "file", lambda: flask.send_file("static/file.txt"))
    app.add_url_rule("/stream", "stream", lambda: flask.stream_template_string("streamed"))
    app.add_url_rule("/copied", "copied", lambda: ctx.copy_current_request_context(str)())
    app.add_url_rule("/decorated", "decorated", lambda: helpers.stream_with_context(list_parts)())
    return app


def show_blueprints() -> str:
    return ",".join(flask.request.blueprints)


def list_parts() -> Iterator[str]:
    yield "part"


def get(path: str) -> Callable[[], object]:
    return lambda: make_app().test_client().get(path).data


def render(source: str) -> Callable[[], object]:
    def scenario() -> None:
        with make_app().test_request_context():
            flask.render_template_string(source)

    return scenario


def build_url() -> None:
    with make_app().test_request_context():
        flask.url_for("pages.show_blueprints", _anchor="a b")


def run_app(**variables: str) -> Callable[[], object]:
    def scenario() -> None:
        # Commands leave the variable behind.
        variables.setdefault("FLASK_RUN_FROM_CLI", "false")
        with mock.patch("werkzeug.serving.run_simple"), mock.patch.dict(os.environ, variables):
            make_app().run()

    return scenario


def run_command(*arguments: str) -> Callable[[], object]:
    def scenario() -> None:
        with mock.patch("werkzeug.serving.make_server"), suppress(SystemExit):
            cli.cli.main(["--app", "shop_of_test", *arguments], prog_name="flask")

    return scenario


def load_app(path: str) -> Callable[[], object]:
    def scenario() -> None:
        with suppress(cli.NoAppException):
            ScriptInfo(path).load_app()

    return scenario


def convert_certificate() -> None:
    with suppress(cli.click.BadParameter):
        cli.CertParamType().convert("no_such:thing", None, None)


def explain_templates() -> None:
    app = make_app()
    app.config["EXPLAIN_TEMPLATE_LOADING"] = True
    with app.app_context(), suppress(Exception):
        flask.render_template("missing.html")


def dump_date() -> None:
    app = make_app()
    app.json.dumps(datetime.now(UTC))


def write_and_read_tags() -> None:
    serializer = TaggedJSONSerializer()
    values = (b"bytes", datetime.now(UTC), UUID(int=1))
    serializer.loads(serializer.dumps(values))


def open_builder() -> None:
    app = make_app()
    app.test_client().open(flask.testing.EnvironBuilder(app, "/"))


def call_runner() -> None:
    app = make_app()
    app.cli.command("say")(lambda: None)
    app.test_cli_runner().invoke(args=["say"])


def abort() -> None:
    with suppress(Exception):
        helpers.abort(404)


def find_nothing() -> None:
    with suppress(Exception):
        cli.find_best_app(ModuleType("empty"))


def ask_for_a_file() -> None:
    app = make_app()
    app.debug = True
    app.add_url_rule("/up", "up", lambda: flask.request.files["text"].name, methods=["POST"])
    with suppress(KeyError):
        app.test_client().post("/up", data={"text": "name"})


# By what is set anew; a word after it tells of several scenarios which one it is.
SCENARIOS: dict[str, Callable[[], object]] = {
    "flask.app.AppContext": lambda: make_app().app_context(),
    "flask.app.RequestContext": get("/"),
    "flask.app._url_quote": build_url,
    "flask.app.get_debug_flag": run_app(FLASK_DEBUG="1"),
    "flask.app.get_flashed_messages": render("{{ get_flashed_messages() }}"),
    "flask.app.get_host": get("/"),
    "flask.app.get_load_dotenv": run_app(),
    "flask.app.is_running_from_reloader": run_app(FLASK_RUN_FROM_CLI="true"),
    "flask.app.iscoroutinefunction": lambda: make_app().ensure_sync(len),
    "flask.app.send_from_directory": get("/static/file.txt"),
    "flask.blueprints.AppGroup": lambda: Blueprint("new", "new").cli,
    "flask.blueprints.send_from_directory": get("/pages/static/file.txt"),
    "flask.cli.NoAppException": find_nothing,
    "flask.cli._called_with_wrong_args": load_app("shop_of_test:create_app(1)"),
    "flask.cli.find_app_by_string": load_app("shop_of_test:app"),
    "flask.cli.find_best_app": load_app("shop_of_test"),
    "flask.cli.get_debug_flag": load_app("shop_of_test"),
    "flask.cli.get_load_dotenv": ScriptInfo,
    "flask.cli.import_string": convert_certificate,
    "flask.cli.is_running_from_reloader": lambda: cli.show_server_banner(True, None),
    "flask.cli.load_dotenv": run_command("routes"),
    "flask.cli.load_dotenv in-run": run_app(),
    "flask.cli.locate_app": load_app("shop_of_test"),
    "flask.cli.prepare_import": load_app("shop_of_test"),
    "flask.cli.run_simple": run_command("run", "--port", "0"),
    "flask.cli.show_server_banner": run_command("run", "--port", "0"),
    "flask.cli.show_server_banner in-run": run_app(),
    "flask.cli.update_wrapper": lambda: cli.with_appcontext(make_app),
    "flask.cli.with_appcontext": lambda: cli.AppGroup().command("new")(make_app),
    "flask.config.import_string": lambda: make_app().config.from_object("string"),
    "flask.ctx.update_wrapper": get("/copied"),
    "flask.debughelpers.DebugFilesKeyError": ask_for_a_file,
    "flask.debughelpers._dump_loader_info": explain_templates,
    "flask.debughelpers.attach_enctype_error_multidict": ask_for_a_file,
    "flask.helpers._prepare_send_file_kwargs": get("/file"),
    "flask.helpers._wz_abort": abort,
    "flask.helpers._wz_redirect": lambda: helpers.redirect("/"),
    "flask.helpers.stream_with_context": get("/decorated"),
    "flask.helpers.update_wrapper": get("/decorated"),
    "flask.json._default": lambda: flask.json.dumps(UUID(int=1)),
    "flask.json.provider.http_date": dump_date,
    "flask.json.tag.b64decode": write_and_read_tags,
    "flask.json.tag.b64encode": write_and_read_tags,
    "flask.json.tag.dumps": write_and_read_tags,
    "flask.json.tag.http_date": write_and_read_tags,
    "flask.json.tag.loads": write_and_read_tags,
    "flask.json.tag.parse_date": write_and_read_tags,
    "flask.logging.has_level_handler": lambda: make_app().logger,
    "flask.sansio.app.DispatchingJinjaLoader": render(""),
    "flask.sansio.app._endpoint_from_view_func": (
        lambda: make_app().add_url_rule("/more", view_func=show_blueprints)
    ),
    "flask.sansio.app._split_blueprint_path": build_url,
    "flask.sansio.app._wz_redirect": lambda: make_app().redirect("/"),
    "flask.sansio.app.create_logger": lambda: make_app().logger,
    "flask.sansio.app.find_package": lambda: Flask("json"),
    "flask.sansio.app.get_debug_flag": lambda: Flask("json"),
    "flask.sansio.blueprints.BlueprintSetupState": make_app,
    "flask.sansio.blueprints._endpoint_from_view_func": make_app,
    "flask.sansio.blueprints.update_wrapper": make_app,
    "flask.sansio.scaffold._default_template_ctx_processor": render(""),
    "flask.sansio.scaffold._find_package_path": lambda: Flask("json"),
    "flask.sansio.scaffold.get_root_path": lambda: Flask("json"),
    "flask.sansio.scaffold.update_wrapper": (
        lambda: flask.sansio.scaffold.setupmethod(show_blueprints)
    ),
    "flask.templating._render": render(""),
    "flask.templating._stream": get("/stream"),
    "flask.templating.stream_with_context": get("/stream"),
    "flask.testing.EnvironBuilder": get("/"),
    "flask.testing.FlaskCliRunner": lambda: make_app().test_cli_runner(),
    "flask.testing.FlaskClient": lambda: make_app().test_client(),
    "flask.testing.ScriptInfo": call_runner,
    "flask.testing._get_werkzeug_version": get("/"),
    "flask.testing.copy": open_builder,
    "flask.testing.urlsplit": get("/"),
    "flask.wrappers._split_blueprint_path": get("/pages/"),
}


def iter_lookups() -> Iterator[str]:
    """Yield each function that code of Flask's modules looks up in the module it stands in."""
    for name in sorted(find_modules(Path(flask.__file__).parent)):
        module = importlib.import_module(name)
        get_code = getattr(module.__spec__.loader, "get_code", None)
        for code in iter_codes(get_code(name) if get_code else None):
            # What a function looks up in order to call itself is no call of another one.
            found = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
            for called in found - {code.co_name}:
                if isinstance(vars(module).get(called), FUNCTIONS):
                    yield f"{name}.{called}"


def iter_codes(module_code: CodeType | None) -> Iterator[CodeType]:
    """Yield the code of each function; that of a module or a class runs only once."""
    waiting = [] if module_code is None else [module_code]
    while waiting:
        code = waiting.pop()
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        if code.co_flags & CO_NEWLOCALS:
            yield code


@contextmanager
def counted(place: str) -> Iterator[list[str]]:
    """Set another function in *place*, and note its calls."""
    module_name, _, name = place.partition(" ")[0].rpartition(".")
    module = importlib.import_module(module_name)
    original = getattr(module, name)
    calls: list[str] = []

    def stub(*args: Any, **kwargs: Any) -> Any:
        calls.append(place)
        return original(*args, **kwargs)

    setattr(module, name, stub)
    try:
        yield calls
    finally:
        setattr(module, name, original)


def try_all() -> dict[str, str]:
    """Try each scenario, and tell what has happened."""
    outcomes = {}
    for place, scenario in SCENARIOS.items():
        with counted(place) as calls:
            scenario()
        number = len(calls)
        outcomes[place] = "called" if number else "not called"
        scenario()
        if len(calls) != number:
            outcomes[place] += ", and again after it was put back"
    return outcomes


def main() -> None:
    """Print the outcomes, and on Flask what its functions look up."""
    Path("static").mkdir()
    Path("static/file.txt").write_text("file")
    Path("shop_of_test.py").write_text(MODULE)
    sys.path.insert(0, FOLDER)
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        outcomes = try_all()
    print(json.dumps({"lookups": [*iter_lookups()], "outcomes": outcomes}))


if __name__ == "__main__":
    main()
