"""The fixtures of cruse-testing with an app that has every component."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

APP = """
import click
from cruse import Cruse, render_template_string


def create_app(greeting="Hello"):
    app = Cruse("shop", root_path=".")
    app.add_url_rule("/<name>", "greet", lambda name: render_template_string(TEXT, name=name))

    @app.cli.command()
    @click.argument("name")
    def greet(name):
        click.echo(f"{greeting}, {name}")

    return app


TEXT = "Hello, {{ name }}"
"""
TESTS = """
import pytest
from cruse_cli import CliRunner, routes_command
from cruse_testing import Client, assert_template_rendered


def test_page(app, client):
    with assert_template_rendered(app, None, name="Ada"):
        assert client.get("/Ada").text == "Hello, Ada"
    assert type(client) is Client


def test_command(runner):
    assert type(runner) is CliRunner
    assert runner.invoke(args=["greet", "Ada"]).output == "Hello, Ada\\n"
    assert "/<name>" in runner.invoke(routes_command).output


@pytest.mark.cruse_app("shop:create_app", greeting="Hi")
def test_command_of_another_app(runner):
    assert runner.invoke(args=["greet", "Ada"]).output == "Hi, Ada\\n"
"""


@pytest.mark.parametrize("arguments", [[], ["--app", "shop:create_app('Hello')"]])
def test_client_and_runner_belong_to_the_app(
    pytester: pytest.Pytester, arguments: list[str]
) -> None:
    pytester.makepyfile(shop=APP, test_shop=TESTS)
    pytester.makeconftest('pytest_plugins = ["cruse_testing.pytest_plugin"]')
    # In a process whose modules are its own.
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=3)
