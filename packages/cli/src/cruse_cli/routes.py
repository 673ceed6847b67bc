"""The command `routes`: which URL leads to which endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json import dumps
from typing import NamedTuple

import click
from werkzeug.routing import Rule

from cruse_cli.script_info import find_current_app, with_appcontext
from cruse_core import App

# Answered by the framework for nearly every rule.
AUTOMATIC_METHODS = {"HEAD", "OPTIONS"}


class Route(NamedTuple):
    """One line of the list."""

    endpoint: str
    methods: list[str]
    domain: str
    rule: str


def list_routes(app: App, *, all_methods: bool = False) -> list[Route]:
    """Return the routes of *app* in the order in which they are tried.

    Args:
        app: The application.
        all_methods: Whether HEAD and OPTIONS are named too.
    """
    hidden = set() if all_methods else AUTOMATIC_METHODS
    return [
        Route(
            endpoint=rule.endpoint,
            methods=sorted((rule.methods or set()) - hidden),
            domain=_domain(app, rule),
            rule=rule.rule,
        )
        for rule in app.url_map.iter_rules()
    ]


def _domain(app: App, rule: Rule) -> str:
    return (rule.host if app.url_map.host_matching else rule.subdomain) or ""


def sort_routes(routes: Iterable[Route], key: str) -> list[Route]:
    """Return *routes* ordered by one of their columns; "match" leaves them as they are."""
    match key:
        case "endpoint":
            return sorted(routes, key=lambda route: route.endpoint)
        case "methods":
            return sorted(routes, key=lambda route: ", ".join(route.methods))
        case "domain":
            return sorted(routes, key=lambda route: route.domain)
        case "rule":
            return sorted(routes, key=lambda route: route.rule)
    return list(routes)


def format_table(routes: Sequence[Route], domain_title: str) -> str:
    """Return *routes* as a table; the domain has a column if any route has one.

    Args:
        routes: At least one.
        domain_title: "Host" or "Subdomain".
    """
    columns = {
        "Endpoint": [route.endpoint for route in routes],
        "Methods": [", ".join(route.methods) for route in routes],
        domain_title: [route.domain for route in routes],
        "Rule": [route.rule for route in routes],
    }
    if domain_title != "Host" and not any(columns[domain_title]):
        del columns[domain_title]
    widths = [max(map(len, (title, *cells))) for title, cells in columns.items()]
    lines = [
        tuple(columns),
        tuple("-" * width for width in widths),
        *zip(*columns.values(), strict=True),
    ]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


@click.command("routes", short_help="Show the routes of the app.")
@click.option(
    "--sort",
    "-s",
    type=click.Choice(("endpoint", "methods", "domain", "rule", "match")),
    default="endpoint",
    help="Order of the routes. 'match' is the order in which they are tried for a request.",
)
@click.option("--all-methods", is_flag=True, help="Show HEAD and OPTIONS too.")
@click.option("--json", is_flag=True, help="Print a JSON array for other programs.")
@with_appcontext
def routes_command(sort: str, all_methods: bool, json: bool) -> None:
    """Show every route with its endpoint and methods."""
    app = find_current_app()
    assert app is not None
    domain_title = "Host" if app.url_map.host_matching else "Subdomain"
    routes = sort_routes(list_routes(app, all_methods=all_methods), sort)
    if json:
        click.echo(
            dumps(
                [
                    {
                        "endpoint": route.endpoint,
                        "methods": route.methods,
                        domain_title.lower(): route.domain,
                        "rule": route.rule,
                    }
                    for route in routes
                ],
                indent=2,
            )
        )
    elif routes:
        click.echo(format_table(routes, domain_title))
    else:
        click.echo("No routes were registered.")
