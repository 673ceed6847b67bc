"""The programs in the README run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from cruse_core import App

README = Path(__file__).parents[1] / "README.md"


def run_program(number: int) -> dict[str, Any]:
    programs = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "readme"}
    exec(programs[number], names)
    return names


def test_json_service_answers_in_json() -> None:
    client = Client(run_program(0)["app"])
    assert client.get("/hello/ann").json == {"hello": "ann", "lang": "en"}
    assert client.get("/hello/ann?lang=de").json == {"hello": "ann", "lang": "de"}
    response = client.get("/none")
    assert response.mimetype == "application/problem+json"
    assert response.status_code == response.json["status"] == 404


def test_extension_gives_each_response_an_identifier(app: App, client: Client) -> None:
    extension = run_program(1)["RequestId"]()
    extension.init_app(app)
    assert app.extensions["request_id"] is extension
    app.add_url_rule("/", "index", lambda: "index")
    assert len(client.get("/").headers["X-Request-ID"]) == 32
    response = client.get("/", headers={"X-Request-ID": "abc"})
    assert response.headers["X-Request-ID"] == "abc"
