"""Kinds of values that options take: certificates and lists of paths."""

from __future__ import annotations

import importlib
import os
from typing import Any

import click
from werkzeug.utils import import_string

from cruse_cli.discovery import prepare_import


class PortParamType(click.IntRange):
    """A port to listen on; 0 stands for any free one."""

    # As errors name it: "'abc' is not a valid integer."
    name = "integer"

    def __init__(self) -> None:
        super().__init__(0, 65535)


class CertParamType(click.ParamType):  # type: ignore[type-arg]  # generic since Click 8.4 only
    """A certificate for HTTPS: a file, "adhoc", or the import path of an `ssl.SSLContext`."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, "adhoc" or the SSL context."""
        try:
            # PERF: only HTTPS needs it (benchmarks/startup.py).
            import ssl
        except ImportError:
            self.fail(
                "HTTPS is not possible, because this Python was built without the 'ssl' module. "
                "Leave '--cert' out, or use another Python.",
                param,
                ctx,
            )
        if isinstance(value, ssl.SSLContext):
            return value
        text = str(value)
        if os.path.isfile(text):
            return text
        if text == "adhoc":
            return self._check_adhoc(param, ctx)
        found = _find_object(text)
        if isinstance(found, ssl.SSLContext):
            return found
        self.fail(
            f"{text!r} is neither a certificate file, nor 'adhoc', nor the import path of an "
            "ssl.SSLContext. Give one of these three.",
            param,
            ctx,
        )

    def _check_adhoc(self, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            importlib.import_module("cryptography")
        except ImportError:
            self.fail(
                "A certificate cannot be made on the spot without the distribution "
                "'cryptography'. Do \"pip install 'cruse-cli[https]'\", or give a file.",
                param,
                ctx,
            )
        return "adhoc"


def pair_with_key(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Join the certificate with its key: a callback of `--key`, after `--cert`.

    Afterwards "cert" holds what Werkzeug's server takes.
    """
    cert = ctx.params.get("cert")
    if value is None:
        if isinstance(cert, str) and cert != "adhoc":
            raise click.BadParameter(
                f"The certificate {cert!r} needs its private key. Give '--key' too.", ctx, param
            )
        return None
    if cert is None:
        raise click.BadParameter(
            f"The key {value!r} belongs to a certificate, but none is given. Give '--cert' too.",
            ctx,
            param,
        )
    if not isinstance(cert, str) or cert == "adhoc":
        kind = "a certificate made on the spot" if cert == "adhoc" else "an ssl.SSLContext"
        raise click.BadParameter(
            f"The key {value!r} has no use, because {kind} brings its own. Leave '--key' out.",
            ctx,
            param,
        )
    ctx.params["cert"] = cert, value
    return value


class SeparatedPathType(click.Path):
    """Paths, or patterns of paths, joined by ":" (by ";" on Windows).

    Args are those of `click.Path`, and hold for each of them.
    """

    def convert(  # type: ignore[override]  # several where Click has one
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[Any]:
        """Return the single paths."""
        parts = filter(None, value.split(os.pathsep)) if isinstance(value, str) else value
        return [click.Path.convert(self, os.fspath(part), param, ctx) for part in parts]


def _find_object(import_path: str) -> object:
    """Return what `module:name`, `module.name` or `module` stands for; None if nothing."""
    # The application is loaded later, and with it the current folder becomes importable.
    prepare_import(import_path.partition(":")[0])
    try:
        found: object = import_string(import_path, silent=True)
    except ValueError:  # what cannot be a name of a module
        return None
    return found
