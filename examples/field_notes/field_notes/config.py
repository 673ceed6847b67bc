"""Read the settings of the notebook: defaults, instance folder, environment, then the caller.

`create_app` decides when; the README lists every setting for the people who run the application.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cruse import Cruse

ENVIRONMENT_PREFIX = "FIELD_NOTES"
# Room that a form with a picture has for everything else.
TEXT_LIMIT_BYTES = 128 * 1024


class Defaults:
    """Settings that suit one person on one machine; every name can be overridden."""

    DATABASE_URL: str | None = None  # None: SQLite, in the instance folder
    SECRET_KEY: str | None = None  # None: made once and kept in the instance folder
    LOG_LEVEL = "INFO"

    # One request may carry this much: a picture of 5 MB, and the text around it.
    MAX_CONTENT_LENGTH = 5 * 1024 * 1024 + TEXT_LIMIT_BYTES
    MAX_PICTURE_SIDE_PIXELS = 12_000
    NOTES_PER_PAGE = 8

    PASSWORD_HASH_METHOD = "scrypt"
    PERMANENT_SESSION_LIFETIME = timedelta(days=14)
    CSRF_TOKEN_LIFETIME = timedelta(hours=12)
    SESSION_COOKIE_NAME = "field_notes"
    SESSION_COOKIE_SAMESITE = "Lax"

    # How many proxies stand in front, and write who the visitor is. `production.toml` sets more.
    PROXY_COUNT = 0


def find_instance_path(overrides: Mapping[str, Any]) -> str | None:
    """Return the instance folder that the caller or the environment asks for, if one does.

    The folder must be known before there is an app whose config could hold it.
    """
    chosen = overrides.get("INSTANCE_PATH") or os.environ.get(f"{ENVIRONMENT_PREFIX}_INSTANCE_PATH")
    return None if chosen is None else str(Path(chosen).resolve())


def load_settings(app: Cruse, overrides: Mapping[str, Any]) -> None:
    """Fill the config of *app*; later sources win.

    Args:
        app: The app, with its instance folder already made.
        overrides: Settings of the caller, such as a test.
    """
    app.config.from_object(Defaults)
    app.config.from_file("config.toml", load=tomllib.load, silent=True, text=False)
    app.config.from_prefixed_env(ENVIRONMENT_PREFIX)
    app.config.from_mapping(overrides)

    instance = Path(app.instance_path)
    if not app.config["DATABASE_URL"]:
        app.config["DATABASE_URL"] = f"sqlite:///{instance / 'field_notes.sqlite3'}"
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = get_kept_secret(instance / "secret_key")
    # A key of digits alone reaches us as a number, because the environment is read as JSON.
    if not isinstance(app.config["SECRET_KEY"], (str, bytes)):
        app.config["SECRET_KEY"] = str(app.config["SECRET_KEY"])


def get_kept_secret(path: Path) -> str:
    """Return the secret kept in the file *path*, and make it first if there is none yet.

    Raises:
        RuntimeError: The file is there but empty, so sessions could be forged.
    """
    try:
        # O_EXCL: of two servers that start together one makes the key, the other reads it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_text(encoding="ascii").strip()
        if not secret:
            raise RuntimeError(
                f"The file {str(path)!r} holds no secret key. "
                "Without a key anybody could forge a session. "
                "Delete the file to have a new key made, or set FIELD_NOTES_SECRET_KEY."
            ) from None
        return secret
    secret = secrets.token_urlsafe(48)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
