"""The list of routes is Flask's, column by column."""

from __future__ import annotations

from typing import Any

import click
import pytest

from cruse_cli import CommandsApp, cli

flask = pytest.importorskip("flask")
flask_cli = pytest.importorskip("flask.cli").cli

# Paths of the two that differ by nothing else.
RULES: list[tuple[str, dict[str, Any]]] = [
    ("/page/<int:x>", {"endpoint": "zeta", "methods": ["GET", "POST"]}),
    ("/all", {"endpoint": "alpha"}),
    ("/all/<path:rest>", {"endpoint": "beta", "methods": ["DELETE"]}),
]


def list_routes(app: Any, command: click.Command, args: str) -> str:
    result = app.test_cli_runner().invoke(command, f"routes {args}")
    assert result.exit_code == 0
    return str(result.output)


@pytest.mark.filterwarnings("ignore::cruse_core.errors.SubdomainWarning")
@pytest.mark.parametrize("all_methods", ["", " --all-methods"])
@pytest.mark.parametrize("sort", ["endpoint", "methods", "domain", "rule", "match"])
@pytest.mark.parametrize("kind", ["plain", "subdomain", "host"])
def test_table_is_the_same(kind: str, sort: str, all_methods: str) -> None:
    outputs = []
    for app_class, command in ((CommandsApp, cli), (flask.Flask, flask_cli)):
        options: dict[str, Any] = {}
        if kind == "host":
            options = {"host_matching": True, "static_host": "static.example"}
        app = app_class("wiki", **options)
        for position, (rule, rule_options) in enumerate(RULES):
            extra: dict[str, Any] = {}
            if kind == "subdomain" and position:
                extra = {"subdomain": f"s{position}"}
            elif kind == "host":
                extra = {"host": f"h{position}.example"}
            app.add_url_rule(rule, view_func=lambda **_: "", **rule_options, **extra)
        outputs.append(list_routes(app, command, f"--sort {sort}{all_methods}"))
    assert outputs[0] == outputs[1]
