"""Give each test an app of its own, on an empty database."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import Client

from cruse import Cruse
from field_notes import create_app
from field_notes.db import EXTENSION_KEY, Database
from field_notes.testing import Visitor


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in list(os.environ):
        if name.startswith("FIELD_NOTES_") and name != "FIELD_NOTES_TEST_DATABASE_URL":
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    """Settings of the app under test."""
    return {
        "TESTING": True,
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "DATABASE_URL": os.environ.get("FIELD_NOTES_TEST_DATABASE_URL", "sqlite://"),
        "SECRET_KEY": "only for tests",
        "PASSWORD_HASH_METHOD": "pbkdf2:sha256:1",
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "NOTES_PER_PAGE": 3,
    }


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates that need to be compiled for the first test only."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(
    settings: dict[str, object], compiled_templates: FileSystemBytecodeCache
) -> Iterator[Cruse]:
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    database: Database = app.extensions[EXTENSION_KEY]
    if "FIELD_NOTES_TEST_DATABASE_URL" in os.environ:
        database.drop_tables()
    yield app
    database.close()


@pytest.fixture
def database(app: Cruse) -> Database:
    database: Database = app.extensions[EXTENSION_KEY]
    return database


@pytest.fixture
def visitor(client: Client) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(client)


@pytest.fixture
def wren(visitor: Visitor) -> Visitor:
    """Somebody with an empty notebook, signed in."""
    visitor.sign_up("wren")
    return visitor


@pytest.fixture
def stranger(app: Cruse) -> Visitor:
    """Somebody else, signed in at another browser."""
    visitor = Visitor(app.test_client())
    visitor.sign_up("stranger")
    return visitor


@pytest.fixture
def png() -> bytes:
    """A whole PNG picture, 3 pixels wide and 2 high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x50\x80\xb0" * 2)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
