"""The command `run`: serve the application on this machine while it is written.

The server, the debugger and the restarting of the process are Werkzeug's.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

import click
from werkzeug.exceptions import InternalServerError

from cruse_cli.errors import NoAppError
from cruse_cli.names import command_line, debug_flag
from cruse_cli.options import set_debug
from cruse_cli.parameters import CertParamType, PortParamType, SeparatedPathType, pair_with_key
from cruse_cli.script_info import ScriptInfo, pass_script_info
from cruse_cli.serving import is_running_from_reloader, run_simple
from cruse_cli.tracebacks import format_from_module, skip_own_frames
from cruse_core.loopback import is_beyond_loopback

_WAITING = "The server waits for the code to be corrected."

WSGIApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]


@click.command("run", short_help="Run a development server.")
@click.option(
    "--debug/--no-debug",
    help="Switch debug mode on or off.",
    expose_value=False,
    is_eager=True,
    callback=set_debug,
)
@click.option("--host", "-h", default="127.0.0.1", help="The interface to listen on.")
@click.option(
    "--port",
    "-p",
    type=PortParamType(),
    default=5000,
    help="The port to listen on; 0 for any free one.",
)
@click.option(
    "--cert",
    type=CertParamType(),
    is_eager=True,
    help="Serve HTTPS with this certificate file, with 'adhoc', or with an imported SSLContext.",
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    callback=pair_with_key,
    expose_value=False,
    help="The private key of the certificate file.",
)
@click.option(
    "--reload/--no-reload",
    default=None,
    help="Restart when code changes. On in debug mode by default.",
)
@click.option(
    "--debugger/--no-debugger",
    default=None,
    help="Show errors in an interactive debugger. On in debug mode by default.",
)
@click.option(
    "--with-threads/--without-threads",
    default=True,
    help="Serve each request in a thread of its own.",
)
@click.option(
    "--extra-files",
    type=SeparatedPathType(),
    default=None,
    help=f"Further files whose change restarts the server, separated by {os.pathsep!r}.",
)
@click.option(
    "--exclude-patterns",
    type=SeparatedPathType(),
    default=None,
    help=(
        "Files whose change does not restart the server: fnmatch patterns, separated by "
        f"{os.pathsep!r}."
    ),
)
@pass_script_info
def run_command(
    info: ScriptInfo,
    host: str,
    port: int,
    reload: bool | None,
    debugger: bool | None,
    with_threads: bool,
    cert: Any,
    extra_files: list[str] | None,
    exclude_patterns: list[str] | None,
) -> None:
    """Run a local server for development.

    It has neither the safety nor the speed that the public needs: use a WSGI server there. In
    debug mode it restarts when code changes, and shows errors in an interactive debugger.
    """
    # PERF: the other commands need no reloader (benchmarks/startup.py).
    from cruse_cli.reloader import choose_reloader
    from cruse_core.request_handler import RequestHandler

    if is_running_from_reloader():
        info.load_advice = _WAITING
    debug = debug_flag()
    use_reloader = debug if reload is None else reload
    use_debugger = debug if debugger is None else debugger
    app: WSGIApplication
    try:
        app = info.load_app()
    except Exception as exc:
        if not is_running_from_reloader():
            raise
        # An edit broke the module. The server stays, so that the next edit can mend it.
        app = BrokenApp(exc, use_debugger=use_debugger)
    if not is_running_from_reloader():
        check_address(host, port)
    show_server_banner(debug, info.app_import_path)
    if use_debugger:
        warn_of_strangers(host)
    run_simple(
        host,
        port,
        app,
        threaded=with_threads,
        use_reloader=use_reloader,
        use_debugger=use_debugger,
        reloader_type=choose_reloader(),
        ssl_context=cert,
        request_handler=RequestHandler,
        extra_files=extra_files,
        exclude_patterns=exclude_patterns,
    )


class BrokenApp:
    """Stands in for an application that could not be loaded again, until its code is mended.

    Args:
        exc: Why; it is printed at once.
        use_debugger: Whether the debugger shows it to the browser too.
    """

    def __init__(self, exc: Exception, *, use_debugger: bool) -> None:
        self.exc = exc
        self.traceback = skip_own_frames(exc.__traceback__, exc)
        self.use_debugger = use_debugger
        if isinstance(exc, NoAppError):
            text = f"Error: {exc.format_message()}\n"
        else:
            text = format_from_module(exc)
        if _WAITING not in text:
            text += f"\n{_WAITING}\n"
        click.secho(text, fg="red", err=True, nl=False)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer every request with the error."""
        if self.use_debugger:
            # The debugger leaves this frame out.
            __traceback_hide__ = True
            raise self.exc.with_traceback(self.traceback)
        error = InternalServerError(
            "The application could not be loaded. The terminal of the server says why."
        )
        return error(environ, start_response)


def show_server_banner(debug: bool, app_import_path: str | None) -> None:
    """Print what is served, and whether in debug mode; not again after a restart.

    Args:
        debug: Whether debug mode is on.
        app_import_path: As the user named the application; None if he did not.
    """
    if is_running_from_reloader():
        return
    if app_import_path is not None:
        click.echo(f" * Serving Cruse app {app_import_path!r}")
    click.echo(f" * Debug mode: {'on' if debug else 'off'}")


def warn_of_strangers(host: str) -> None:
    """Print a warning if other machines reach the debugger on *host*; not again after a restart."""
    if is_running_from_reloader() or not is_beyond_loopback(host):
        return
    has_pin = os.environ.get("WERKZEUG_DEBUG_PIN") != "off"
    click.secho(
        f" * WARNING: other machines can reach the debugger on {host!r}, and it runs any code for "
        f"{'whoever finds its PIN' if has_pin else 'everybody, because its PIN is switched off'}.\n"
        "   Listen on 127.0.0.1, or serve without the debugger: "
        f"'{command_line('run', '--no-debugger')}'.",
        fg="red",
        err=True,
    )


def check_address(host: str, port: int) -> None:
    """Try whether the server will be able to listen there.

    Args:
        host: Name or address of an interface, or "unix://" and a path.
        port: 0 stands for any free one.

    Raises:
        click.ClickException: It will not; the message says why and what to do.
    """
    if host.startswith("unix://"):
        return
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                # As the server does: a port that has just been released counts as free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as exc:
        raise click.ClickException(_explain_address(host, port, exc)) from exc


def _explain_address(host: str, port: int, exc: OSError) -> str:
    command = command_line("run")
    if exc.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 5000
        return (
            f"Port {port} on {host} is in use by another program, so the server cannot listen "
            f"there. Stop that program, or take another port: '{command} --port {other}'."
        )
    if exc.errno == errno.EACCES:
        return (
            f"This user may not listen on port {port} of {host}; ports below 1024 are usually kept "
            f"for the system. Take a higher one: '{command} --port 8000'."
        )
    return (
        f"The server cannot listen on {host!r}: {exc.strerror or exc}. It must be an address of "
        f"this machine. Take 127.0.0.1 for this machine alone, or 0.0.0.0 for the whole network: "
        f"'{command} --host 127.0.0.1'."
    )
