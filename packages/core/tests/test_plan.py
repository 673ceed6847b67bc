"""Hook tables and views are public: whatever changes them, the next request sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from cruse_core import App, Blueprint, Response, request
from cruse_core.plan import blueprint_names, split_blueprint_path

Change = Callable[[Any, Callable[..., Any]], Any]

# Ways to put a hook into a table: what extensions do in place of calling a decorator.
ADDITIONS: dict[str, Change] = {
    "append": lambda table, hook: table[None].append(hook),
    "insert": lambda table, hook: table[None].insert(0, hook),
    "extend": lambda table, hook: table[None].extend([hook]),
    "add in place": lambda table, hook: table[None].__iadd__([hook]),
    "assign a slice": lambda table, hook: table[None].__setitem__(slice(0, 0), [hook]),
    "assign a list": lambda table, hook: table.__setitem__(None, [hook]),
    "assign a tuple": lambda table, hook: table.__setitem__(None, (hook,)),
    "setdefault": lambda table, hook: table.setdefault(None, []).append(hook),
    "setdefault with the hook": lambda table, hook: table.setdefault(None, [hook]),
    "setdefault without a value": lambda table, hook: table.setdefault(None).append(hook),
    "update": lambda table, hook: table.update({None: [hook]}),
    "merge in place": lambda table, hook: table.__ior__({None: [hook]}),
    "the blueprint": lambda table, hook: table["shop"].append(hook),
    "assign to the blueprint": lambda table, hook: table.__setitem__("shop", [hook]),
}

# Ways to take the only hook out again.
REMOVALS: dict[str, Change] = {
    "remove": lambda table, hook: table[None].remove(hook),
    "pop from the list": lambda table, hook: table[None].pop(),
    "clear the list": lambda table, hook: table[None].clear(),
    "delete the item": lambda table, hook: table[None].__delitem__(0),
    "multiply": lambda table, hook: table[None].__imul__(0),
    "delete the key": lambda table, hook: table.__delitem__(None),
    "pop the key": lambda table, hook: table.pop(None),
    "pop any item": lambda table, hook: table.popitem(),
    "clear the table": lambda table, hook: table.clear(),
    "assign an empty list": lambda table, hook: table.__setitem__(None, []),
}


def before(calls: list[str]) -> Callable[..., Any]:
    return lambda: calls.append("hook")


def after(calls: list[str]) -> Callable[..., Any]:
    def hook(response: Response) -> Response:
        calls.append("hook")
        return response

    return hook


def teardown(calls: list[str]) -> Callable[..., Any]:
    return lambda exc: calls.append("hook")


def preprocess(calls: list[str]) -> Callable[..., Any]:
    return lambda endpoint, values: calls.append("hook")


TABLES: dict[str, Callable[[list[str]], Callable[..., Any]]] = {
    "before_request_funcs": before,
    "after_request_funcs": after,
    "teardown_request_funcs": teardown,
    "url_value_preprocessors": preprocess,
}


@pytest.fixture
def app(app: App) -> App:
    shop = Blueprint("shop", __name__)
    shop.add_url_rule("/", "index", lambda: "")
    app.register_blueprint(shop)
    return app


@pytest.mark.parametrize("table", TABLES)
class TestHookTables:
    """A06."""

    @pytest.mark.parametrize("served_before", [False, True])
    @pytest.mark.parametrize("way", ADDITIONS)
    def test_added_hook_runs(
        self, app: App, client: Client, table: str, way: str, served_before: bool
    ) -> None:
        calls: list[str] = []
        if served_before:
            client.get("/")
        ADDITIONS[way](getattr(app, table), TABLES[table](calls))
        client.get("/")
        client.get("/")
        assert calls == ["hook", "hook"]

    @pytest.mark.parametrize("way", REMOVALS)
    def test_removed_hook_runs_no_more(
        self, app: App, client: Client, table: str, way: str
    ) -> None:
        calls: list[str] = []
        hook = TABLES[table](calls)
        getattr(app, table)[None].append(hook)
        client.get("/")
        REMOVALS[way](getattr(app, table), hook)
        client.get("/")
        assert calls == ["hook"]

    def test_order_can_be_changed(self, app: App, client: Client, table: str) -> None:
        calls: list[str] = []
        hooks = getattr(app, table)[None]
        for name in "ab":

            def hook(*args: Any, name: str = name) -> Any:
                calls.append(name)
                return args[0] if table == "after_request_funcs" else None

            hooks.append(hook)
        client.get("/")
        hooks.reverse()
        client.get("/")
        assert calls[:2] == calls[:1:-1]
        hooks.sort(key=lambda hook: hook.__kwdefaults__["name"])
        client.get("/")
        assert calls[4:] == calls[:2]

    def test_missing_key_reads_as_an_empty_list(self, app: App, table: str) -> None:
        hooks = getattr(app, table)
        assert hooks["nowhere"] == []
        assert "nowhere" in hooks

    def test_default_is_set_unless_there_are_hooks(self, app: App, table: str) -> None:
        hooks = getattr(app, table)
        first, second = TABLES[table]([]), TABLES[table]([])
        assert hooks.setdefault(None, [first]) == [first]
        assert hooks.setdefault(None, [second]) == [first]

    @pytest.mark.parametrize("plain", [dict, lambda table: defaultdict(list, table)])
    def test_whole_table_can_be_replaced(
        self, app: App, client: Client, table: str, plain: Any
    ) -> None:
        calls: list[str] = []
        client.get("/")
        setattr(app, table, plain({None: [TABLES[table](calls)]}))
        client.get("/")
        assert calls == ["hook"]
        getattr(app, table)[None].append(TABLES[table](calls))
        client.get("/")
        assert calls == ["hook"] * 3


class TestDuringARequest:
    def test_hook_added_by_the_view_runs_in_the_same_request(
        self, app: App, client: Client
    ) -> None:
        calls: list[str] = []

        @app.get("/add")
        def add() -> str:
            app.after_request_funcs[None].append(after(calls))
            app.teardown_request_funcs[None].append(teardown(calls))
            return ""

        client.get("/add")
        assert calls == ["hook", "hook"]

    def test_hook_added_by_a_value_preprocessor_runs(self, app: App, client: Client) -> None:
        calls: list[str] = []

        def add(endpoint: str | None, values: Any) -> None:
            app.teardown_request_funcs[None].append(teardown(calls))

        app.url_value_preprocessors[None].append(add)
        client.get("/")
        assert calls == ["hook"]

    def test_view_replaced_by_a_hook_is_called(self, app: App, client: Client) -> None:
        @app.before_request
        def replace() -> None:
            app.view_functions["shop.index"] = lambda: "replaced"

        assert client.get("/").text == "replaced"


class TestViews:
    """A06: `view_functions`."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda views, view: views.__setitem__("shop.index", view),
            lambda views, view: views.update({"shop.index": view}),
            lambda views, view: views.__ior__({"shop.index": view}),
            lambda views, view: (views.clear(), views.setdefault("shop.index", view)),
            lambda views, view: (views.pop("shop.index"), views.update({"shop.index": view})),
            lambda views, view: (views.popitem(), views.update({"shop.index": view})),
        ],
    )
    def test_replaced_view_is_called(self, app: App, client: Client, change: Change) -> None:
        assert client.get("/").text == ""
        change(app.view_functions, lambda: "replaced")
        assert client.get("/").text == "replaced"

    def test_removed_view_is_missed(self, app: App, client: Client) -> None:
        app.testing = True
        client.get("/")
        del app.view_functions["shop.index"]
        with pytest.raises(KeyError, match="shop.index"):
            client.get("/")

    def test_wrapped_views_are_called(self, app: App, client: Client) -> None:
        """What extensions for rate limits and tracing do."""
        for endpoint, view in list(app.view_functions.items()):
            app.view_functions[endpoint] = lambda view=view, **values: f"<{view(**values)}>"
        assert client.get("/").text == "<>"

    def test_whole_table_can_be_replaced(self, app: App, client: Client) -> None:
        client.get("/")
        app.view_functions = {"shop.index": lambda: "replaced"}
        assert client.get("/").text == "replaced"
        app.view_functions["shop.index"] = lambda: "again"
        assert client.get("/").text == "again"

    async def answer(self) -> str:
        return "from a coroutine"

    def test_coroutine_function_in_a_replaced_table_runs(self, app: App, client: Client) -> None:
        app.view_functions = {"shop.index": self.answer}
        assert client.get("/").text == "from a coroutine"


class TestOtherTables:
    def test_error_handlers_can_be_written_into_the_table(self, app: App, client: Client) -> None:
        client.get("/nowhere")
        app.error_handler_spec[None][404] = {}
        app.error_handler_spec[None][404][LookupError] = lambda error: "never"
        assert client.get("/nowhere").status_code == 404
        app.error_handler_spec[None][None][Exception] = lambda error: "anything"
        assert client.get("/nowhere").text == "anything"

    def test_teardown_functions_of_the_app_context(self, app: App, client: Client) -> None:
        calls: list[str] = []
        client.get("/")
        app.teardown_appcontext_funcs.append(teardown(calls))
        client.get("/")
        app.teardown_appcontext_funcs = [teardown(calls), teardown(calls)]
        client.get("/")
        assert calls == ["hook"] * 3

    def test_rule_added_to_the_map_is_served(self, app: App, client: Client) -> None:
        client.get("/")
        app.url_map.add(app.url_rule_class("/new", endpoint="new"))
        app.view_functions["new"] = lambda: request.endpoint or ""
        assert client.get("/new").text == "new"


class TestBlueprintNames:
    @pytest.mark.parametrize(
        ("endpoint", "names"),
        [
            (None, ()),
            ("index", ()),
            ("shop.index", ("shop",)),
            ("shop.admin.index", ("shop.admin", "shop")),
        ],
    )
    def test_are_those_before_the_endpoint(
        self, endpoint: str | None, names: tuple[str, ...]
    ) -> None:
        assert blueprint_names(endpoint) == names

    def test_are_innermost_first(self) -> None:
        assert split_blueprint_path("a.b.c") == ("a.b.c", "a.b", "a")
