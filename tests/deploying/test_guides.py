"""What the guides say of servers holds on servers."""

from __future__ import annotations

import shlex
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from pages import read_commands, read_file
from serving import WAIT_SECONDS, find_free_port, serve

SERVERS = ("gunicorn", "waitress-serve", "granian", "uwsgi")
FACTORIES = read_commands("guides/application-factories.md", *SERVERS)
BACKGROUND = {
    "gunicorn": "gunicorn --bind 127.0.0.1:8000 orders:app",
    "gunicorn-threads": "gunicorn --bind 127.0.0.1:8000 --threads 2 orders:app",
    "waitress": "waitress-serve --listen=127.0.0.1:8000 orders:app",
}


@pytest.fixture
def port() -> str:
    """A port of 127.0.0.1 that nothing uses now."""
    return find_free_port()


def test_page_shows_each_server_calling_the_factory() -> None:
    assert tuple(shlex.split(command)[0] for command in FACTORIES) == SERVERS


@pytest.mark.parametrize("command", FACTORIES, ids=lambda text: shlex.split(text)[0])
def test_server_calls_the_factory(command: str, port: str, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    for name in ("shop/__init__.py", "shop/basket.py"):
        text = read_file("guides/application-factories.md", name)
        (tmp_path / name).write_text(text)

    with serve(shlex.split(command.replace("8000", port)), tmp_path, port):
        assert fetch(port, "/total") == "12 €"


@pytest.mark.parametrize("path", ["/orders", "/orders/in-a-pool"])
@pytest.mark.parametrize("server", BACKGROUND)
def test_work_follows_the_answer(server: str, path: str, port: str, tmp_path: Path) -> None:
    program = read_file("guides/background-tasks.md", "orders.py")
    # Work that is not done before the answer has been seen.
    blocked = "while not Path('go').exists():\n        time.sleep(0.01)"
    assert program.count("time.sleep(0.5)") == 1
    (tmp_path / "orders.py").write_text(program.replace("time.sleep(0.5)", blocked))
    outbox = tmp_path / "outbox.txt"

    with serve(shlex.split(BACKGROUND[server].replace("8000", port)), tmp_path, port):
        assert fetch(port, path, mail="ada@example.org") == "Thank you"
        assert not outbox.exists()
        (tmp_path / "go").touch()
        give_up = time.monotonic() + WAIT_SECONDS
        while not (outbox.exists() and outbox.read_text()) and time.monotonic() < give_up:
            time.sleep(0.05)

    assert outbox.read_text() == "Mail to ada@example.org\n"


def fetch(port: str, path: str, **form: str) -> str:
    """Ask a server for a page, with POST if there is a form."""
    data = urllib.parse.urlencode(form).encode() if form else None
    url = f"http://127.0.0.1:{port}{path}"
    with urllib.request.urlopen(url, data, timeout=WAIT_SECONDS) as response:
        body: bytes = response.read()
    return body.decode()
