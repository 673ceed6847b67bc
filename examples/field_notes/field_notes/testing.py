"""Drive the notebook in tests the way a browser does: with cookies, forms and their CSRF tokens."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import Client, TestResponse

PASSWORD = "a hedge full of sparrows"

_TOKEN_FIELD = re.compile(r'<input[^>]*name="csrf_token"[^>]*value="([^"]+)"')
_NEW_TOKEN = re.compile(r'<code id="new-token">([^<]+)</code>')


class Visitor:
    """Somebody at a browser.

    Args:
        client: The test client that keeps the cookies.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page. The answer is read whole, so that a file behind it is closed."""
        return self.client.get(path, buffered=True, **options)

    def send(
        self, path: str, fields: dict[str, Any] | None = None, *, on: str | None = None
    ) -> TestResponse:
        """Open the page at *path*, or *on* another one, and send its form to *path*."""
        page = self.get(on or path).text
        token = _TOKEN_FIELD.search(page)
        assert token is not None, page
        return self.client.post(path, data={"csrf_token": token[1], **(fields or {})})

    def sign_up(self, name: str = "wren") -> TestResponse:
        """Open a new notebook."""
        return self.send("/sign-up", {"name": name, "password": PASSWORD})

    def sign_in(self, name: str = "wren", password: str = PASSWORD) -> TestResponse:
        """Open one's notebook."""
        return self.send("/sign-in", {"name": name, "password": password})

    def sign_out(self) -> TestResponse:
        """Close the notebook."""
        return self.send("/sign-out", on="/notes/")

    def write(self, **fields: Any) -> str:
        """Write a note and return its path."""
        return self.send("/notes/new", self.note_fields(**fields)).location

    def make_token(self) -> str:
        """Make an API token and return it."""
        page = self.send("/account", {"label": "a program"}).text
        found = _NEW_TOKEN.search(page)
        assert found is not None, page
        return found[1]

    @staticmethod
    def note_fields(**fields: Any) -> dict[str, Any]:
        """Return the fields of a note that is complete, with *fields* in place of the usual."""
        usual = {
            "title": "A wren",
            "observed_on": "2025-05-03",
            "place": "",
            "body": "",
            "tags": "",
        }
        return {**usual, **fields}
