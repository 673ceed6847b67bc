from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cruse_cli import CliRunner, CommandsApp, cli
from cruse_cli.check import shorten_paths
from cruse_core import App
from cruse_core.findings import Finding, Severity

Write = Callable[[str, str], Path]
Cruse = Callable[..., "subprocess.CompletedProcess[str]"]


def add_finding(app: App, severity: Severity, id: str = "wiki.stale", place: str = "x") -> None:
    finding = Finding(id, severity, "A page is stale.", place, "Write it anew.")
    app.checks.add(lambda app: [finding])


class TestOutput:
    def test_nothing_found(self, runner: CliRunner) -> None:
        result = runner.invoke(cli, "check")
        assert result.exit_code == 0
        assert result.output.splitlines() == [
            "Nothing was found.",
            "'cruse check --deploy' also checks for the public.",
        ]

    def test_place_comes_first_and_the_remedy_last(
        self, app: CommandsApp, runner: CliRunner
    ) -> None:
        add_finding(app, Severity.WARNING, place="/srv/wiki.py:7")
        add_finding(app, Severity.ERROR, id="wiki.lost")
        assert runner.invoke(cli, "check").output.splitlines()[:-1] == [
            "x: error: wiki.lost",
            "    A page is stale.",
            "    Write it anew.",
            "",
            "/srv/wiki.py:7: warning: wiki.stale",
            "    A page is stale.",
            "    Write it anew.",
            "",
            "Findings: error 1, warning 1.",
        ]

    def test_places_below_the_current_folder_are_relative(self, project: Path) -> None:
        assert shorten_paths(f"{project}/wiki.py:7") == "wiki.py:7"
        assert shorten_paths(f"{project}-2/wiki.py:7") == f"{project}-2/wiki.py:7"
        assert shorten_paths(f"first ({project}/a.py:1)") == "first (a.py:1)"

    def test_json(self, app: CommandsApp, runner: CliRunner) -> None:
        add_finding(app, Severity.WARNING, place="/srv/wiki.py:7")
        result = runner.invoke(cli, "check --json")
        assert result.exit_code == 1
        assert json.loads(result.output) == [
            {
                "id": "wiki.stale",
                "severity": "warning",
                "message": "A page is stale.",
                "place": "/srv/wiki.py:7",
                "remedy": "Write it anew.",
            }
        ]

    def test_json_of_no_finding_is_an_empty_array(self, runner: CliRunner) -> None:
        assert json.loads(runner.invoke(cli, "check --json").output) == []


class TestExitStatus:
    @pytest.mark.parametrize(
        ("severity", "status"),
        [
            (Severity.DEBUG, 0),
            (Severity.INFO, 0),
            (Severity.WARNING, 1),
            (Severity.ERROR, 1),
            (Severity.CRITICAL, 1),
        ],
    )
    def test_is_one_from_warnings_on(
        self, app: CommandsApp, runner: CliRunner, severity: Severity, status: int
    ) -> None:
        add_finding(app, severity)
        assert runner.invoke(cli, "check").exit_code == status

    @pytest.mark.parametrize(("level", "status"), [("info", 1), ("error", 0)])
    def test_level_can_be_chosen(
        self, app: CommandsApp, runner: CliRunner, level: str, status: int
    ) -> None:
        add_finding(app, Severity.WARNING)
        assert runner.invoke(cli, f"check --fail-level {level}").exit_code == status

    def test_ignored_finding_does_not_count(self, app: CommandsApp, runner: CliRunner) -> None:
        add_finding(app, Severity.ERROR)
        add_finding(app, Severity.ERROR, id="wiki.lost")
        assert runner.invoke(cli, "check --ignore wiki.stale").exit_code == 1
        result = runner.invoke(cli, "check --ignore wiki.stale --ignore wiki.lost")
        assert result.exit_code == 0

    def test_unknown_level_names_the_known_ones(self, runner: CliRunner) -> None:
        result = runner.invoke(cli, "check --fail-level fatal")
        assert result.exit_code == 2
        assert "critical" in result.output


class TestDeploy:
    def test_settings_count_only_with_the_option(self, app: CommandsApp, runner: CliRunner) -> None:
        app.secret_key = "dev"
        assert runner.invoke(cli, "check").exit_code == 0
        result = runner.invoke(cli, "check --deploy")
        assert result.exit_code == 1
        assert 'config["SECRET_KEY"]: error: security.secret_key_default' in result.output
        assert "also checks" not in result.output

    def test_debug_mode_is_the_one_that_a_server_would_see(
        self, write: Write, cruse: Cruse
    ) -> None:
        write(
            "wiki.py",
            """
            from cruse_cli import CommandsApp

            app = CommandsApp(__name__)
            app.debug = True
            """,
        )
        result = cruse("--app", "wiki", "check", "--deploy", "--json")
        assert result.returncode == 1, result.stderr
        assert json.loads(result.stdout)[0]["id"] == "security.debug"

    def test_app_is_as_the_command_line_wants_it_afterwards(
        self, app: CommandsApp, runner: CliRunner
    ) -> None:
        app.debug = True
        assert "security.debug" in runner.invoke(cli, "check --deploy").output
        assert not app.debug

    def test_options_can_be_variables(self, write: Write, cruse: Cruse) -> None:
        write("wiki.py", "from cruse_core import App\napp = App(__name__)\n")
        result = cruse(
            *("--app", "wiki", "check", "--json"),
            CRUSE_CHECK_DEPLOY="1",
            CRUSE_CHECK_FAIL_LEVEL="critical",
            CRUSE_CHECK_IGNORE="security.body_limit security.proxy_fix",
        )
        assert result.returncode == 0, result.stderr
        assert [finding["id"] for finding in json.loads(result.stdout)] == [
            "security.trusted_hosts",
            "security.secret_key_missing",
        ]


class TestBesideTheCommandsOfAnApp:
    def test_the_command_of_the_app_is_kept(self, app: CommandsApp, runner: CliRunner) -> None:
        @app.cli.command("check")
        def own() -> None:
            """Check the links."""
            print("The links are fine.")

        assert runner.invoke(cli, "check").output == "The links are fine.\n"
        assert "check   Check the links." in runner.invoke(cli, "--help").output

    def test_help_needs_no_app(self, cruse: Cruse) -> None:
        result = cruse("check", "--help")
        assert result.returncode == 0
        assert "--fail-level" in result.stdout

    def test_missing_app_is_told_once(self, cruse: Cruse) -> None:
        result = cruse("check")
        assert result.returncode == 2
        assert result.stderr.count("No application was found") == 1

    def test_broken_module_shows_its_error(self, write: Write, cruse: Cruse) -> None:
        write("wiki.py", "1 / 0\n")
        result = cruse("--app", "wiki", "check")
        assert result.returncode == 1
        assert "ZeroDivisionError" in result.stderr
        assert "check" in cruse("--app", "wiki", "--help").stdout
