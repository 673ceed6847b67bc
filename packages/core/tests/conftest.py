"""A bare app, and a client that calls it as a server would."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from textwrap import dedent

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from cruse_core import App, notices, signals
from cruse_core.notices import be_lenient


@pytest.fixture(autouse=True)
def no_receivers() -> Iterator[None]:
    """Nobody hears the signals who was connected in another test.

    A receiver that its program has dropped stays until the collector finds it.
    """
    yield
    for signal in vars(signals).values():
        if isinstance(signal, signals.NamedSignal):
            signal._clear_state()


@pytest.fixture
def app() -> App:
    app = App("shop", root_path=".")
    app.secret_key = "test"
    return app


@pytest.fixture
def client(app: App) -> Client:
    return Client(app)


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process in which Flask's behaviour counts, and nothing was logged yet."""
    monkeypatch.setattr(notices, "_logged", set())
    be_lenient()
    yield
    be_lenient(False)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only reference counts free anything while the test runs."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def safe_app(monkeypatch: pytest.MonkeyPatch) -> App:
    """An app whose settings are safe where the public comes."""
    for name in ("CRUSE_DEBUG", "CRUSE_RUN_HOST", "CRUSE_RUN_DEBUGGER", "FORWARDED_ALLOW_IPS"):
        monkeypatch.delenv(name, raising=False)
    app = App("shop", static_folder=None)
    app.config.update(
        SECRET_KEY="kP2vX9qLw4Zt7RmB1sYd6GhJ",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=["shop.example"],
        MAX_CONTENT_LENGTH=1_000_000,
    )
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]  # as users do
    return app


_numbers = count()


@pytest.fixture
def import_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Write a module, import it, and return its file; it is forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    imported: list[str] = []

    def import_source(source: str, name: str | None = None) -> Path:
        module = name or f"written_{next(_numbers)}"
        path = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source), encoding="utf-8")
        importlib.invalidate_caches()
        importlib.import_module(module)
        imported.append(module)
        return path

    yield import_source
    for module in imported:
        while module:
            sys.modules.pop(module, None)
            module = module.rpartition(".")[0]
