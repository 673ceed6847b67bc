"""Restart the development server when code changes, told by the system instead of by looking.

The parent process starts the one that serves, and starts it again when that asks for it; it waits
for a repair if an edit made it crash. Changes are told by watchfiles. Without that, Werkzeug looks
at every file each second, or uses watchdog.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Self

import click
from werkzeug import _reloader
from werkzeug._internal import _log

# How often watchfiles lets us look whether more modules have been imported meanwhile.
PAUSE_MS = 1000

# A save this close before another one belongs to it.
DEBOUNCE_MS = 200

# When this module was imported: before `run` imports the application.
_started = time.time()


# The status with which a process asks to be started again, and that of an error nobody caught.
_RESTART = 3
_CRASH = 1

# How long a process may take to end when it is asked to.
_GRACE_SECONDS = 5


def choose_reloader() -> str:
    """Return the name of the best reloader on this machine, for Werkzeug's `run_simple`."""
    # Private in Werkzeug, which has no public way to add a reloader; tests/test_reloader.py and
    # tests/test_run.py notice if it changes.
    if importlib.util.find_spec("watchfiles") is None:
        _reloader.reloader_loops.setdefault("patient", PatientReloader)
        return "patient"
    _reloader.reloader_loops.setdefault(WatchfilesReloader.name, WatchfilesReloader)
    return WatchfilesReloader.name


@dataclass(frozen=True)
class WatchedCode:
    """The files whose change matters; a path is `in` it if it is one of them.

    Args:
        folders: Every module below them, imported or not.
        files: Single files elsewhere.
    """

    folders: frozenset[str]
    files: frozenset[str]

    @classmethod
    def find(cls, extra: Iterable[str]) -> WatchedCode:
        """Return what this process has imported or could import, and the *extra* paths.

        Installed code counts only where it has been imported, because nobody edits the rest.
        """
        extra_paths = {os.path.realpath(path) for path in extra}
        folders = {os.path.realpath(path) for path in sys.path}
        folders = {path for path in folders if not _is_installed(path)} | extra_paths
        # The root of the file system is nobody's project.
        folders = {
            path for path in folders if os.path.isdir(path) and os.path.dirname(path) != path
        }
        outermost = frozenset(
            path for path in folders if not any(_is_below(path, other) for other in folders)
        )
        files = {path for path in extra_paths if os.path.isfile(path)} | set(_iter_module_files())
        return cls(outermost, frozenset(files))

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str):
            return False
        if path in self.files:
            return True
        if not path.endswith(".py") or _is_installed(path):
            return False
        return any(
            _is_below(path, folder) and not _is_hidden(os.path.relpath(path, folder))
            for folder in self.folders
        )

    def outlying_files(self) -> list[str]:
        """Return the files that are not below the folders."""
        return [
            path
            for path in self.files
            if not any(_is_below(path, folder) for folder in self.folders)
        ]

    def iter_existing(self) -> Iterator[str]:
        """Yield each file there is."""
        yield from self.files
        for folder in self.folders:
            for parent, names, files in os.walk(folder):
                names[:] = [
                    name
                    for name in names
                    if not _is_hidden(name) and not _is_installed(os.path.join(parent, name))
                ]
                yield from (os.path.join(parent, name) for name in files if name.endswith(".py"))


class Patience(_reloader.ReloaderLoop):
    """Starts the serving process, again and again, and waits after an edit that made it crash."""

    #: What was saved later than this, in seconds of the clock, is a change.
    started = _started

    def restart_with_reloader(self) -> int:
        """Start the process that serves until it ends for good, and return its status."""
        command = _reloader._get_args_for_reloading()
        env = {**os.environ, "WERKZEUG_RUN_MAIN": "true"}
        has_served = False
        while True:
            _log("info", f" * Restarting with {self.name}")
            start = time.time()
            status = _run_until_end(command, env)
            if status == _CRASH and has_served:
                click.secho("The server waits for the code to be corrected.", fg="red", err=True)
                self._wait_for_change(start)
            elif status != _RESTART:
                return status
            has_served = True

    def _wait_for_change(self, start: float) -> None:
        """Wait until a file is saved, or was saved after *start*."""
        # A watcher may be of use only once.
        watcher = type(self)(self.extra_files, self.exclude_patterns, self.interval)
        watcher.started = start
        try:
            with watcher:
                watcher.reload_if_saved(WatchedCode.find(self.extra_files))
                watcher.run()
        except SystemExit as exc:
            if exc.code != _RESTART:
                raise

    def reload_if_saved(self, code: WatchedCode) -> None:
        """Ask for a restart if some of *code* was saved since the process started."""
        now = time.time()
        for path in code.iter_existing():
            # A time in the future is a wrong clock; it would restart the server for ever.
            if self.started < _modification_time(path) <= now and not self.is_excluded(path):
                self.trigger_reload(path)

    def is_excluded(self, path: str) -> bool:
        """Return whether a change of *path* does not count."""
        return any(fnmatch(path, pattern) for pattern in self.exclude_patterns)


def _run_until_end(command: list[str], env: dict[str, str]) -> int:
    """Run a process and return its status; if this one is told to end, so is that one."""
    # What started this process starts that one.
    with subprocess.Popen(command, env=env, close_fds=False) as child:  # noqa: S603
        try:
            return child.wait()
        except BaseException:
            child.terminate()
            try:
                child.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
            raise


class PatientReloader(Patience):
    """Looks at every file each second, or uses watchdog, as Werkzeug chooses.

    Args:
        extra_files: Further files.
        exclude_patterns: Patterns of paths whose change does not count.
        interval: Seconds between two looks.
    """

    def __init__(
        self,
        extra_files: Iterable[str] | None = None,
        exclude_patterns: Iterable[str] | None = None,
        interval: float = 1,
    ) -> None:
        super().__init__(extra_files, exclude_patterns, interval)
        chosen = _reloader.reloader_loops["auto"]
        self._loop = chosen(self.extra_files, self.exclude_patterns, interval)
        self.name = self._loop.name

    def __enter__(self) -> Self:
        """Note how the files are now."""
        self._loop.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop looking."""
        self._loop.__exit__(*exc)  # type: ignore[no-untyped-call]  # Werkzeug's has no types

    def run(self) -> None:
        """Wait until a file has changed, then end this process; its parent starts the next."""
        self._loop.run()


class WatchfilesReloader(Patience):
    """Waits for a change below the folders that modules are imported from.

    Args:
        extra_files: Further files, or folders of modules.
        exclude_patterns: Patterns of paths whose change does not count.
        interval: Seconds between two looks, should the system refuse to tell of changes.
    """

    name = "watchfiles"

    def run(self) -> None:
        """Wait until a file has changed, then end this process; its parent starts the next."""
        try:
            while True:
                self._watch(WatchedCode.find(self.extra_files))
        except (OSError, RuntimeError) as exc:
            click.secho(
                f" * The system does not tell of changes ({exc}), so every file is looked at "
                "instead. Raise its limit of watched files to save that work.",
                fg="yellow",
                err=True,
            )
            with _reloader.reloader_loops["stat"](
                self.extra_files, self.exclude_patterns, self.interval
            ) as loop:
                self.reload_if_saved(WatchedCode.find(self.extra_files))
                loop.run()

    def _watch(self, code: WatchedCode) -> None:
        """Wait; return only when modules have been imported that are not being watched."""
        # PERF: the parent process, which only starts this one, does without it
        # (benchmarks/startup.py).
        from watchfiles import watch

        imported = _imported()
        is_first = True
        for changes in watch(
            *code.folders,
            *code.outlying_files(),
            watch_filter=lambda _, path: path in code and not self.is_excluded(path),
            debounce=DEBOUNCE_MS,
            rust_timeout=PAUSE_MS,
            yield_on_timeout=True,
        ):
            for _, path in changes:
                self.trigger_reload(path)
            if is_first:
                # What was saved between the import of the application and the first watch.
                self.reload_if_saved(code)
                is_first = False
            if _imported() != imported:
                imported = _imported()
                if WatchedCode.find(self.extra_files) != code:
                    return


def _imported() -> tuple[int, tuple[str, ...]]:
    """Return what changes when there may be more to watch."""
    return len(sys.modules), tuple(sys.path)


def _iter_module_files() -> Iterator[str]:
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py"):
            path = os.path.realpath(file)
            if os.path.isfile(path):
                yield path


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


_INSTALLED = {os.path.realpath(path) for path in sysconfig.get_paths().values()}
_INSTALLED |= {os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix)}
_INSTALLED.discard(os.path.realpath("/"))


def _is_installed(path: str) -> bool:
    """Return whether *path* belongs to Python or to a distribution installed beside it."""
    return any(path == folder or _is_below(path, folder) for folder in _INSTALLED)


def _is_hidden(relative_path: str) -> bool:
    """Return whether a folder in *relative_path* is kept by a tool."""
    return any(
        part.startswith(".") or part in {"__pycache__", "node_modules"}
        for part in relative_path.split(os.sep)
    )


def _modification_time(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
