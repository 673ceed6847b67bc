"""Sessions are kept in a real Redis, as the guide to sessions says.

`python3 dev.py redis` starts a server, and gives its URL.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pages import read_file
from redis import Redis

URL = os.environ["CRUSE_TEST_REDIS_URL"]
APP = """
import sys
from datetime import timedelta
from cruse import Cruse, session
from redis import Redis
from redis_sessions import RedisSessions

app = Cruse("counter", root_path=".")
app.session_interface = RedisSessions(Redis.from_url(sys.argv[1]))
app.permanent_session_lifetime = timedelta(days=2)

@app.get("/visit")
def visit():
    session["visits"] = session.get("visits", 0) + 1
    return f"{session['visits']}"

@app.get("/read")
def read():
    return f"{session.get('visits', 0)}"

@app.get("/leave")
def leave():
    session.clear()
    return "left"

client = app.test_client()
if len(sys.argv) > 3:
    client.set_cookie("sid", sys.argv[3])
print(client.get(sys.argv[2]).text)
cookie = client.get_cookie("sid")
print(cookie.value if cookie else "")
"""
FLASK_SESSION = """
import sys
import cruse.as_flask
from flask import Flask, session
from flask_session import Session
from redis import Redis

app = Flask("counter", root_path=".")
app.config.update(SESSION_TYPE="redis", SESSION_REDIS=Redis.from_url(sys.argv[1]))
Session(app)

@app.get("/visit")
def visit():
    session["visits"] = session.get("visits", 0) + 1
    return f"{session['visits']}"

client = app.test_client()
client.get("/visit")
print(client.get("/visit").text)
"""


@pytest.fixture
def redis() -> Iterator[Redis]:
    """The server, emptied."""
    with Redis.from_url(URL) as client:
        client.flushall()
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the recipe of the guide."""
    recipe = read_file("guides/sessions.md", "redis_sessions.py")
    (tmp_path / "redis_sessions.py").write_text(recipe)
    return tmp_path


def test_session_is_there_in_every_process(redis: Redis, folder: Path) -> None:
    first, key = visit(folder, "/visit")
    second, key = visit(folder, "/visit", key)
    third, _ = visit(folder, "/read", key)

    assert (first, second, third) == ("1", "2", "2")


def test_cookie_holds_a_key_alone_and_redis_the_rest(redis: Redis, folder: Path) -> None:
    _, key = visit(folder, "/visit")

    assert redis.get(f"session:{key}") == b'{"visits": 1}'
    assert timedelta(days=1) < timedelta(seconds=redis.ttl(f"session:{key}")) <= timedelta(days=2)


def test_key_changes_and_the_old_one_is_soon_gone(redis: Redis, folder: Path) -> None:
    _, old = visit(folder, "/visit")
    _, new = visit(folder, "/visit", old)

    assert new != old
    assert redis.ttl(f"session:{old}") <= 10


def test_made_up_key_is_not_taken_over(redis: Redis, folder: Path) -> None:
    text, key = visit(folder, "/visit", "made-up")

    assert text == "1"
    assert key != "made-up"
    assert redis.keys() == [f"session:{key}".encode()]


def test_session_that_is_left_is_gone_at_once(redis: Redis, folder: Path) -> None:
    _, key = visit(folder, "/visit")
    visit(folder, "/leave", key)

    assert redis.keys() == []
    assert visit(folder, "/read", key)[0] == "0"


def test_flask_session_keeps_sessions_under_as_flask(redis: Redis, tmp_path: Path) -> None:
    assert run(FLASK_SESSION, tmp_path, URL) == "2\n"
    assert len(redis.keys()) == 1


def visit(folder: Path, path: str, key: str = "") -> tuple[str, str]:
    """Send a request in a process of its own; return the answer, and the key in the cookie."""
    text, kept = run(APP, folder, URL, path, *([key] if key else [])).splitlines()
    return text, kept


def run(program: str, folder: Path, *arguments: str) -> str:
    """Run a program in *folder*; return what it prints."""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
