"""The command `check`: what is wrong with the application as it is set up.

The checks are core's, the components' and the extensions'; this is how they are shown.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from textwrap import TextWrapper

import click

from cruse_cli.names import command_line
from cruse_cli.script_info import ScriptInfo, pass_script_info
from cruse_core import App
from cruse_core.findings import Finding, Severity

_COLOURS = {
    Severity.CRITICAL: "red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
    Severity.DEBUG: "cyan",
}

# A path stays whole, so that a terminal can open it.
_WRAPPER = TextWrapper(
    100,
    initial_indent="    ",
    subsequent_indent="    ",
    break_long_words=False,
    break_on_hyphens=False,
)


@click.command("check", short_help="Find what is wrong with the app.")
@click.option("--deploy", is_flag=True, help="Find also what is unsafe where the public comes.")
@click.option(
    "--fail-level",
    type=click.Choice([severity.label for severity in Severity]),
    default=Severity.WARNING.label,
    show_default=True,
    help="Exit with status 1 if a finding is as serious as this.",
)
@click.option(
    "--ignore", metavar="ID", multiple=True, help="Leave this finding out. May be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for other programs.")
@pass_script_info
def check_command(
    info: ScriptInfo, deploy: bool, fail_level: str, ignore: tuple[str, ...], as_json: bool
) -> None:
    """Find what is wrong with the app as it is set up here.

    With '--deploy' its settings have to be safe, too: run that with the configuration and the
    environment of the place that the public can reach.
    """
    findings = find_problems(info, deploy=deploy, ignore=ignore)
    if as_json:
        click.echo(format_json(findings))
    else:
        for finding in findings:
            show_finding(finding)
        click.echo(summarise(findings))
        if not deploy:
            click.echo(f"'{command_line('check', '--deploy')}' also checks for the public.")
    if any(finding.severity >= Severity[fail_level.upper()] for finding in findings):
        click.get_current_context().exit(1)


def find_problems(info: ScriptInfo, *, deploy: bool, ignore: Sequence[str]) -> list[Finding]:
    """Return what the checks find on the application of a command, as a server would load it."""
    app: App = info.load_app()
    decided = app.debug
    app.debug = info.own_debug
    try:
        return app.run_checks(deploy=deploy, ignore=ignore)
    finally:
        app.debug = decided


def show_finding(finding: Finding) -> None:
    """Print a finding as compilers do, so that editors and terminals find the place."""
    label = click.style(finding.severity.label, fg=_COLOURS[finding.severity], bold=True)
    click.echo(f"{shorten_paths(finding.place)}: {label}: {finding.id}")
    for text in (finding.message, finding.remedy):
        click.echo(_WRAPPER.fill(shorten_paths(text)))
    click.echo()


def shorten_paths(text: str) -> str:
    """Return *text* with the paths below the current folder relative to that."""
    return text.replace(os.path.join(os.getcwd(), ""), "")


def summarise(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each severity, the most serious first."""
    if not findings:
        return "Nothing was found."
    counts = Counter(finding.severity for finding in findings)
    found = ", ".join(f"{severity.label} {counts[severity]}" for severity in sorted(counts)[::-1])
    return f"Findings: {found}."


def format_json(findings: Sequence[Finding]) -> str:
    """Return the findings as a JSON array of objects."""
    return json.dumps(
        [
            {
                "id": finding.id,
                "severity": finding.severity.label,
                "message": finding.message,
                "place": finding.place,
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
        indent=2,
    )
