"""Name the frameworks, where their applications are, and how one is driven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .asgi import ASGIDriver
from .content import ROOT
from .messages import Answer, Request
from .scenarios import Scenario
from .wsgi import WSGIDriver

Driver = WSGIDriver | ASGIDriver


@dataclass(frozen=True)
class Framework:
    """One framework that takes part.

    Attributes:
        name: How it is called on the command line and in results.
        title: How it is called in tables.
        module: The module of `benchmarks.apps` with its `OFFERS`.
        distributions: Whose versions belong into the result.
        driver: What drives its applications.
    """

    name: str
    title: str
    module: str
    distributions: tuple[str, ...]
    driver: type[Driver] = WSGIDriver

    def load_offers(self) -> dict[str, Callable[[], Any]]:
        """Import the framework and return its scenarios."""
        offers: dict[str, Callable[[], Any]] = import_module(
            f"benchmarks.apps.{self.module}"
        ).OFFERS
        return offers

    def make_driver(self, scenario: Scenario) -> Driver:
        """Make the application of a scenario and log in to it if the scenario asks for that."""
        app = self.load_offers()[scenario.name]()
        request: Request = scenario.request
        if scenario.login is not None:
            entrance = self.driver(app, scenario.login)
            answer: Answer = entrance.answer()
            entrance.close()
            request = request.with_cookie(answer.make_cookie_header())
        return self.driver(app, request)

    def find_versions(self) -> dict[str, str]:
        """Return the versions of its distributions."""
        versions: dict[str, str] = {}
        for name in self.distributions:
            try:
                versions[name] = version(name)
            except PackageNotFoundError:
                # A checkout on the path: its own version is that of the workspace.
                versions[name] = (ROOT.parent / "VERSION").read_text().strip()
        return versions


FRAMEWORKS: tuple[Framework, ...] = (
    Framework("raw_wsgi", "raw WSGI", "raw_wsgi", ("Jinja2",)),
    Framework("werkzeug", "Werkzeug", "werkzeug_app", ("Werkzeug",)),
    Framework("flask", "Flask", "flask_app", ("Flask", "asgiref")),
    Framework("bottle", "Bottle", "bottle_app", ("bottle",)),
    Framework("falcon", "Falcon", "falcon_app", ("falcon",)),
    Framework("starlette", "Starlette", "starlette_app", ("starlette",), ASGIDriver),
    Framework("cruse", "Cruse", "cruse_app", ("cruse",)),
)
BY_NAME: dict[str, Framework] = {framework.name: framework for framework in FRAMEWORKS}
