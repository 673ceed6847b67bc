"""Check what in the templates of an app is unsafe where the public comes.

A template that switches escaping off by itself, with `{% autoescape false %}` or `|safe`, is not
looked at.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment

from cruse_core.checks import Checks
from cruse_core.findings import Finding, Severity
from cruse_core.places import find_construction
from cruse_core.setting_checks import find_wrong_types
from cruse_core.setting_kinds import FLAG, SettingKind

# A file that becomes HTML, by a name that ends otherwise: "page.html.j2", "page.jinja2".
_HTML_NAME = re.compile(r"\.(html?|xhtml|xml|svg)\.\w+", re.IGNORECASE)

_KINDS = {
    "EXPLAIN_TEMPLATE_LOADING": FLAG,
    "TEMPLATES_AUTO_RELOAD": FLAG,
    "TEMPLATES_BYTECODE_CACHE": SettingKind(
        lambda value: value is None or isinstance(value, str | os.PathLike),
        "the path of a folder, or None",
        "No template can be rendered.",
        "Write the path in quotes, or leave the setting out.",
    ),
}


class CheckedTemplatingApp(Protocol):
    """What the checks of this module read from an app."""

    @property
    def import_name(self) -> str:
        """Name of its module or package."""
        ...

    @property
    def root_path(self) -> str:
        """Folder that its relative paths start from."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """Its settings."""
        ...

    @property
    def debug(self) -> bool:
        """Whether it is in debug mode."""
        ...

    @property
    def jinja_env(self) -> Environment:
        """What renders its templates."""
        ...


def add_security_checks(checks: Checks) -> None:
    """Add the checks of this module."""
    checks.add(check_template_settings)
    for check in (check_autoescape, check_template_modes, check_bytecode_cache):
        checks.add(check, deploy=True)


def check_template_settings(app: CheckedTemplatingApp) -> Iterator[Finding]:
    """Find the component's settings that are of the wrong type."""
    yield from find_wrong_types(app.config, _KINDS)


def check_autoescape(app: CheckedTemplatingApp) -> Iterator[Finding]:
    """Find templates whose values are not escaped, though they become HTML."""
    if not _escapes(app, "page.html"):
        yield Finding(
            "security.autoescape",
            Severity.ERROR,
            "HTML templates are not escaped. What a visitor has entered becomes part of the page, "
            "scripts included.",
            find_construction(app),
            "Leave autoescape at its default, and mark what is HTML already with Markup or |safe.",
        )
        return
    unescaped = [name for name in _find_html_names(app) if not _escapes(app, name)]
    if unescaped:
        more = f" and {len(unescaped) - 1} more" if len(unescaped) > 1 else ""
        yield Finding(
            "security.autoescape_by_name",
            Severity.ERROR,
            f"The template {unescaped[0]!r}{more} is not escaped, because its name does not end in "
            ".html. What a visitor has entered becomes part of the page, scripts included.",
            find_construction(app),
            "Let the name end in .html, or override select_jinja_autoescape.",
        )


def _find_html_names(app: CheckedTemplatingApp) -> list[str]:
    try:
        return [name for name in app.jinja_env.list_templates() if _HTML_NAME.search(name)]
    except TypeError:  # a loader of the user's that cannot tell
        return []


def _escapes(app: CheckedTemplatingApp, name: str) -> bool:
    autoescape = app.jinja_env.autoescape
    return bool(autoescape(name) if callable(autoescape) else autoescape)


def check_template_modes(app: CheckedTemplatingApp) -> Iterator[Finding]:
    """Find settings for a developer."""
    reloads = app.config.get("TEMPLATES_AUTO_RELOAD") or app.jinja_env.auto_reload
    if reloads and not app.debug:
        yield Finding(
            "security.templates_auto_reload",
            Severity.WARNING,
            "Templates are read again when they change. Each page looks at the files of its "
            "templates, and a file that is only half written is shown.",
            'config["TEMPLATES_AUTO_RELOAD"]',
            "Leave TEMPLATES_AUTO_RELOAD out: debug mode has it.",
        )
    if app.config.get("EXPLAIN_TEMPLATE_LOADING"):
        yield Finding(
            "security.explain_template_loading",
            Severity.WARNING,
            "EXPLAIN_TEMPLATE_LOADING is on. Each template writes lines with paths into the log.",
            'config["EXPLAIN_TEMPLATE_LOADING"]',
            "Set it while you look for a template only.",
        )


def check_bytecode_cache(app: CheckedTemplatingApp) -> Iterator[Finding]:
    """Find a folder of compiled templates that other users of the machine can write to."""
    folder = app.config.get("TEMPLATES_BYTECODE_CACHE")
    if os.name != "posix" or not isinstance(folder, str | os.PathLike):
        return
    path = Path(app.root_path, folder)
    for step in (path, *path.parents):
        try:
            status = step.stat()
        except OSError:
            continue
        # Where the sticky bit is set, as on /tmp, what stands there is its owner's.
        is_sticky = status.st_mode & stat.S_ISVTX and step != path
        if status.st_mode & stat.S_IWOTH and not is_sticky:
            yield Finding(
                "security.bytecode_cache",
                Severity.ERROR,
                f"Every user of this machine can write to {str(step)!r}, and what lies in the "
                "cache of compiled templates is run.",
                'config["TEMPLATES_BYTECODE_CACHE"]',
                "Name a folder that only the user of the server can write to.",
            )
            return
