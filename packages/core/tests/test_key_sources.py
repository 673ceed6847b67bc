from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from cruse_core.key_sources import find_made_key

ImportSource = Callable[..., Path]

HEAD = """\
import os
import random
import secrets
import uuid
from secrets import token_hex

class Holder(dict):
    secret_key = ""
    config = {}

app = Holder()
"""


def find(path: Path) -> str | None:
    module = sys.modules[path.stem]
    key = (
        module.app.secret_key
        or module.app.config.get("SECRET_KEY")
        or getattr(module, "SECRET_KEY", None)
        or module.Config.SECRET_KEY
    )
    return find_made_key(path.stem, key)


class TestFindMadeKey:
    @pytest.mark.parametrize(
        "source",
        [
            "SECRET_KEY = secrets.token_hex()",
            "SECRET_KEY: str = token_hex(32)",
            "SECRET_KEY = os.environ.get('SHOP_KEY') or secrets.token_urlsafe()",
            "class Config: SECRET_KEY = os.environ.get('SHOP_KEY', uuid.uuid4().hex)",
            "app.secret_key = os.urandom(24)",
            "app.secret_key = str(uuid.uuid4())",
            "app.config['SECRET_KEY'] = ''.join(random.choices('abcdef', k=40))",
            "app.config.update(SECRET_KEY=secrets.token_bytes())",
            "app.config.update({'SECRET_KEY': str(random.getrandbits(256))})",
            "app.config.setdefault('SECRET_KEY', secrets.token_hex())",
            "key = secrets.token_hex(); app.secret_key = key",
        ],
    )
    def test_finds_the_line(self, import_source: ImportSource, source: str) -> None:
        path = import_source(f"{HEAD}\n{source}\n")
        assert find(path) == f"{path}:{HEAD.count(chr(10)) + 2}"

    @pytest.mark.parametrize(
        "source",
        [
            "app.secret_key = 'kP2vX9qLw4Zt7RmB1sYd6GhJ'",
            # Made once, and kept in a file.
            """
            def read_or_make(path):
                if not os.path.exists(path):
                    with open(path, "w") as file:
                        file.write(secrets.token_hex())
                with open(path) as file:
                    return file.read()
            app.secret_key = read_or_make(os.path.join(os.path.dirname(__file__), "key"))
            """,
            """
            key = secrets.token_hex()
            with open(os.path.join(os.path.dirname(__file__), "key"), "w") as file:
                file.write(key)
            app.secret_key = key
            """,
            # Another class has the key that counts.
            """
            class Development:
                SECRET_KEY = secrets.token_hex()
            app.secret_key = "kP2vX9qLw4Zt7RmB1sYd6GhJ"
            """,
            # No server runs this.
            """
            app.secret_key = "kP2vX9qLw4Zt7RmB1sYd6GhJ"
            if __name__ == "__main__":
                app.secret_key = secrets.token_hex()
            """,
            # Another secret.
            """
            app.secret_key = "kP2vX9qLw4Zt7RmB1sYd6GhJ"
            app.config["CSP_NONCE"] = secrets.token_hex()
            """,
        ],
    )
    def test_key_that_lasts_has_none(self, import_source: ImportSource, source: str) -> None:
        path = import_source(f"{HEAD}\n{dedent(source)}\n")
        assert find(path) is None

    def test_key_of_the_environment_is_not_made(
        self, import_source: ImportSource, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = f"{HEAD}\napp.secret_key = os.environ.get('SHOP_KEY', secrets.token_hex())\n"
        assert find(import_source(source)) is not None
        monkeypatch.setenv("SHOP_KEY", "kP2vX9qLw4Zt7RmB1sYd6GhJ")
        assert find(import_source(source)) is None

    def test_looks_through_the_package_of_the_app(self, import_source: ImportSource) -> None:
        import_source("", "shop_of_keys.__init__")
        path = import_source(
            "import secrets\n\nclass Config:\n    SECRET_KEY = secrets.token_hex()\n",
            "shop_of_keys.config",
        )
        key = sys.modules["shop_of_keys.config"].Config.SECRET_KEY
        assert find_made_key("shop_of_keys", key) == f"{path}:4"
        assert find_made_key("shop_of_keys", "another") is None

    def test_installed_modules_are_not_read(self, import_source: ImportSource) -> None:
        path = import_source(HEAD)
        import_source("", "site-packages.__init__")
        import_source(f"{HEAD}\napp.secret_key = token_hex()\n", "site-packages.installed")
        assert find_made_key(path.stem, "key") is None

    def test_unknown_module_has_none(self) -> None:
        assert find_made_key("no_such_module", "key") is None
