"""Gather the checks of core."""

from __future__ import annotations

from cruse_core.blueprint_checks import add_blueprint_checks
from cruse_core.checks import Checks
from cruse_core.cookie_checks import add_cookie_checks
from cruse_core.folder_checks import add_folder_checks
from cruse_core.host_checks import add_host_checks
from cruse_core.key_checks import add_key_checks
from cruse_core.middleware_checks import add_middleware_checks
from cruse_core.route_checks import add_route_checks
from cruse_core.security_checks import add_security_checks
from cruse_core.setting_checks import add_setting_checks


def make_core_checks() -> Checks:
    """Make the checks that every app has; of findings equally serious, the first comes first."""
    checks = Checks()
    for add in (
        add_security_checks,
        add_setting_checks,
        add_host_checks,
        add_key_checks,
        add_cookie_checks,
        add_middleware_checks,
        add_route_checks,
        add_folder_checks,
        add_blueprint_checks,
    ):
        add(checks)
    return checks
