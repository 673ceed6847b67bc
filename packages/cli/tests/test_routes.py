from __future__ import annotations

import json

import pytest

from cruse_cli import CliRunner, CommandsApp, cli
from cruse_core import App


def view(**values: object) -> str:
    return ""


@pytest.fixture
def app() -> CommandsApp:
    app = CommandsApp("wiki")
    app.add_url_rule("/page/<int:x>", endpoint="zeta", methods=["GET", "POST"], view_func=view)
    app.add_url_rule("/all", endpoint="alpha", view_func=view)
    return app


def first_words(output: str) -> list[str]:
    return [line.split()[0] for line in output.splitlines()[2:]]


class TestRoutes:
    def test_table(self, runner: CliRunner) -> None:
        assert [line.rstrip() for line in runner.invoke(cli, "routes").output.splitlines()] == [
            "Endpoint  Methods    Rule",
            "--------  ---------  -----------------------",
            "alpha     GET        /all",
            "static    GET        /static/<path:filename>",
            "zeta      GET, POST  /page/<int:x>",
        ]

    @pytest.mark.parametrize(
        ("sort", "endpoints"),
        [
            ("endpoint", ["alpha", "static", "zeta"]),
            ("rule", ["alpha", "zeta", "static"]),
            ("methods", ["static", "alpha", "zeta"]),
        ],
    )
    def test_order(self, runner: CliRunner, sort: str, endpoints: list[str]) -> None:
        assert first_words(runner.invoke(cli, f"routes -s {sort}").output) == endpoints

    @pytest.mark.parametrize("sort", ["match", "domain"])
    def test_order_of_matching(self, app: CommandsApp, runner: CliRunner, sort: str) -> None:
        expected = [rule.endpoint for rule in app.url_map.iter_rules()]
        assert first_words(runner.invoke(cli, f"routes --sort {sort}").output) == expected

    def test_all_methods(self, runner: CliRunner) -> None:
        assert "GET, HEAD, OPTIONS, POST" in runner.invoke(cli, "routes --all-methods").output

    def test_no_routes(self) -> None:
        runner = CliRunner(App("bare", static_folder=None))
        assert runner.invoke(cli, "routes").output == "No routes were registered.\n"

    @pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning")
    def test_subdomains_have_a_column(self, app: CommandsApp, runner: CliRunner) -> None:
        app.add_url_rule("/", endpoint="admin", subdomain="admin", view_func=view)
        output = runner.invoke(cli, "routes --sort domain").output
        assert "Subdomain" in output
        assert first_words(output)[-1] == "admin"

    def test_hosts_have_a_column(self) -> None:
        app = App("hosts", host_matching=True, static_host="static.example")
        app.add_url_rule("/", endpoint="a", host="a.example", view_func=view)
        output = CliRunner(app).invoke(cli, "routes").output
        assert "Host" in output
        assert "a.example" in output

    @pytest.mark.parametrize("sort", ["endpoint", "methods", "domain", "rule", "match"])
    def test_json_has_the_order_of_the_table(self, runner: CliRunner, sort: str) -> None:
        table = first_words(runner.invoke(cli, f"routes --sort {sort}").output)
        routes = json.loads(runner.invoke(cli, f"routes --json --sort {sort}").output)
        assert [route["endpoint"] for route in routes] == table

    def test_json(self, runner: CliRunner) -> None:
        routes = json.loads(runner.invoke(cli, "routes --json -s rule").output)
        assert routes[1] == {
            "endpoint": "zeta",
            "methods": ["GET", "POST"],
            "subdomain": "",
            "rule": "/page/<int:x>",
        }

    def test_every_option_has_a_variable(self, runner: CliRunner) -> None:
        variables = {
            "CRUSE_ROUTES_SORT": "rule",
            "CRUSE_ROUTES_ALL_METHODS": "1",
            "CRUSE_ROUTES_JSON": "1",
        }
        routes = json.loads(runner.invoke(cli, "routes", env=variables).output)
        assert [route["endpoint"] for route in routes] == ["alpha", "zeta", "static"]
        assert "OPTIONS" in routes[0]["methods"]

    def test_json_of_no_routes_is_an_empty_array(self) -> None:
        runner = CliRunner(App("bare", static_folder=None))
        assert json.loads(runner.invoke(cli, "routes --json").output) == []
